//! Shapes: how many axes an array has, and how long each is.

use super::dim::{Dim, Dims};

/// The most axes an array may have.
pub const MAX_AXES: usize = 12;

/// The shape of an array. A column vector, a row and a matrix are different kinds, also where a dimension is 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Shape {
    /// One number.
    Scalar,
    /// A column of n entries.
    Vector(Dim),
    /// A row of n entries, of shape (1, n): the transpose of a vector.
    Row(Dim),
    /// m rows and n columns.
    Matrix(Dim, Dim),
    /// Three and more axes.
    Tensor(Axes),
}

/// The axes of a tensor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Axes {
    len: u8,
    dims: [Dim; MAX_AXES],
}

impl Axes {
    /// The axes, or `None` where there are more than [`MAX_AXES`].
    pub fn new(dims: &[Dim]) -> Option<Axes> {
        let mut axes = Axes {
            len: u8::try_from(dims.len()).ok()?,
            dims: [Dims::ONE; MAX_AXES],
        };
        axes.dims.get_mut(..dims.len())?.copy_from_slice(dims);
        Some(axes)
    }

    /// The sizes in order.
    pub fn as_slice(&self) -> &[Dim] {
        &self.dims[..self.len as usize]
    }
}

impl Shape {
    /// The shape of an array with these axes: no axis is a scalar, one a vector, two a matrix.
    pub fn from_axes(dims: &[Dim]) -> Option<Shape> {
        Some(match *dims {
            [] => Shape::Scalar,
            [n] => Shape::Vector(n),
            [m, n] => Shape::Matrix(m, n),
            _ => Shape::Tensor(Axes::new(dims)?),
        })
    }

    /// The sizes of the axes as the array of numbers has them: a row has two, the first of length 1.
    pub fn axes(&self) -> Vec<Dim> {
        match self {
            Shape::Scalar => vec![],
            Shape::Vector(n) => vec![*n],
            Shape::Row(n) => vec![Dims::ONE, *n],
            Shape::Matrix(m, n) => vec![*m, *n],
            Shape::Tensor(axes) => axes.as_slice().to_vec(),
        }
    }

    /// Rows and columns as a factor of a matrix product; a scalar is 1 by 1, a tensor has none.
    pub fn rows_and_columns(&self) -> Option<(Dim, Dim)> {
        match *self {
            Shape::Scalar => Some((Dims::ONE, Dims::ONE)),
            Shape::Vector(n) => Some((n, Dims::ONE)),
            Shape::Row(n) => Some((Dims::ONE, n)),
            Shape::Matrix(m, n) => Some((m, n)),
            Shape::Tensor(_) => None,
        }
    }

    /// The dimension of a square matrix.
    pub fn square(&self) -> Option<Dim> {
        match *self {
            Shape::Matrix(m, n) if m == n => Some(n),
            _ => None,
        }
    }

    /// Whether it is the shape of one number.
    pub fn is_scalar(&self) -> bool {
        matches!(self, Shape::Scalar)
    }

    /// The shape of the transpose; a tensor has none.
    pub fn transposed(&self) -> Option<Shape> {
        match *self {
            Shape::Scalar => Some(Shape::Scalar),
            Shape::Vector(n) => Some(Shape::Row(n)),
            Shape::Row(n) => Some(Shape::Vector(n)),
            Shape::Matrix(m, n) => Some(Shape::Matrix(n, m)),
            Shape::Tensor(_) => None,
        }
    }

    /// The kind with its dimensions, as declarations write it: `scalar`, `vector(n)`, `row(n)`, `matrix(m, n)`.
    pub fn text(&self, dims: &Dims) -> String {
        let kind = match self {
            Shape::Scalar => return "scalar".to_owned(),
            Shape::Vector(_) => "vector",
            Shape::Row(_) => "row",
            Shape::Matrix(..) => "matrix",
            Shape::Tensor(_) => "tensor",
        };
        let axes = if let Shape::Row(n) = self {
            vec![*n]
        } else {
            self.axes()
        };
        let sizes: Vec<String> = axes.into_iter().map(|dim| dims.text(dim)).collect();
        format!("{kind}({})", sizes.join(", "))
    }
}
