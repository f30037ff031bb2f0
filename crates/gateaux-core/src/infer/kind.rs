//! The kind of an expression while its sizes are being found.

use super::sizes::{Size, Sizes};
use crate::expr::{Dims, MAX_AXES, Shape};

/// A [`Shape`] whose sizes may be unknowns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Nothing is known: there is a mistake below, or a name below has no kind yet.
    Unknown,
    /// One number.
    Scalar,
    /// A column.
    Vector(Size),
    /// A row, the transpose of a column.
    Row(Size),
    /// Rows and columns.
    Matrix(Size, Size),
    /// Three and more axes.
    Tensor(Axes),
}

/// The axes of a tensor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Axes {
    len: u8,
    sizes: [Size; MAX_AXES],
}

impl Axes {
    /// The sizes in order.
    pub(super) fn as_slice(&self) -> &[Size] {
        &self.sizes[..usize::from(self.len)]
    }
}

impl Kind {
    /// The kind of an array with these axes; `None` where there are too many.
    pub(super) fn from_axes(sizes: &[Size]) -> Option<Kind> {
        Some(match *sizes {
            [] => Kind::Scalar,
            [n] => Kind::Vector(n),
            [m, n] => Kind::Matrix(m, n),
            [first, ..] => {
                let mut axes = Axes {
                    len: u8::try_from(sizes.len()).ok()?,
                    sizes: [first; MAX_AXES],
                };
                axes.sizes.get_mut(..sizes.len())?.copy_from_slice(sizes);
                Kind::Tensor(axes)
            }
        })
    }

    /// The sizes that tell the shape: a row has one.
    pub(super) fn sizes(&self) -> Vec<Size> {
        match self {
            Kind::Unknown | Kind::Scalar => Vec::new(),
            Kind::Vector(n) | Kind::Row(n) => vec![*n],
            Kind::Matrix(m, n) => vec![*m, *n],
            Kind::Tensor(axes) => axes.as_slice().to_vec(),
        }
    }

    /// Whether the kinds are alike but for their sizes.
    pub(super) fn is_like(&self, other: &Kind) -> bool {
        match (self, other) {
            (Kind::Tensor(lhs), Kind::Tensor(rhs)) => lhs.len == rhs.len,
            _ => std::mem::discriminant(self) == std::mem::discriminant(other),
        }
    }

    /// The kind as a noun.
    pub(super) fn noun(&self) -> &'static str {
        match self {
            Kind::Unknown => "array",
            Kind::Scalar => "scalar",
            Kind::Vector(_) => "vector",
            Kind::Row(_) => "row",
            Kind::Matrix(..) => "matrix",
            Kind::Tensor(_) => "tensor",
        }
    }

    /// The shape, with everything put in that was found; `None` where the kind is not known.
    pub(super) fn shape(&self, sizes: &mut Sizes, dims: &mut Dims) -> Option<Shape> {
        let mut found = Vec::new();
        for size in self.sizes() {
            found.push(sizes.dim(size, dims)?);
        }
        match self {
            Kind::Unknown => None,
            Kind::Row(_) => Some(Shape::Row(found[0])),
            Kind::Scalar | Kind::Vector(_) | Kind::Matrix(..) | Kind::Tensor(_) => Shape::from_axes(&found),
        }
    }

    /// The shape as messages show it between parentheses: `scalar`, `n`, `row of n`, `m x n`.
    pub(super) fn text(&self, sizes: &mut Sizes, dims: &mut Dims) -> String {
        let mut parts = Vec::new();
        for size in self.sizes() {
            parts.push(sizes.dim(size, dims).map_or("?".to_owned(), |dim| dims.text(dim)));
        }
        match self {
            Kind::Unknown => "?".to_owned(),
            Kind::Scalar => "scalar".to_owned(),
            Kind::Row(_) => format!("row of {}", parts[0]),
            Kind::Vector(_) | Kind::Matrix(..) | Kind::Tensor(_) => parts.join(" x "),
        }
    }
}
