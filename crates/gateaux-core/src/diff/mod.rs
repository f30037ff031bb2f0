//! Derivatives: the only folder that knows calculus.
//!
//! The derivative of `f` at `X` is the linear map `dX -> df`. It is a value, [`LinearMap`], whose body is an
//! expression linear in the hole, and its views are its methods:
//!
//! - the *differential* is the body itself;
//! - the *adjoint* is the map transposed, cotangent in; of a scalar `f`, applied to 1, it is the gradient;
//! - the *explicit* form is the array of all outputs by all inputs, with any number of axes.
//!
//! Reverse mode is transposition of the body, so no rule can disagree with another, and a second derivative is the
//! same three methods applied to the gradient.

mod adjoint;
mod complex;
mod derivative;
mod differential;
mod index;
mod jacobian;
mod kronecker;

pub(crate) use adjoint::Sweep;
pub use complex::{Slots, Wirtinger, complex_derivative};
pub use derivative::{Derivative, Explicit, derivative, derivative_in, gradients_in};
pub use differential::differential;
pub(crate) use differential::{change_of, operands};
pub(crate) use jacobian::jacobian;
pub use kronecker::kronecker;

use crate::expr::{Error, Expr, Form, Rational, Result, Shape, Store, Structure, Var, Variable};

/// How the derivative by a structured matrix is written as an array.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Convention {
    /// The element of the subspace that represents the derivative under the Frobenius inner product: `sym(G)` for a
    /// symmetric matrix with the unconstrained gradient G.
    #[default]
    Subspace,
    /// The derivatives by the independent entries, each at both of its places: `G + G' - diag(diag(G))` for a symmetric
    /// matrix.
    ///
    /// # Source
    /// Petersen & Pedersen, The Matrix Cookbook, eq. 138; Magnus & Neudecker, Matrix Differential Calculus, 3.8 (vech).
    Vech,
}

/// A linear map, as an expression that is linear in its hole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LinearMap {
    /// The small change that the map takes: a variable of the shape and in the tangent space of the variable.
    pub hole: Expr,
    /// What it gives.
    pub body: Expr,
}

impl LinearMap {
    /// The transposed map applied to a cotangent of the shape of the body: what it gives has the shape of the hole.
    ///
    /// # Errors
    /// [`Error::IllShaped`] where the cotangent has another shape; [`Error::Unsupported`] where the body is not linear.
    ///
    /// # Cost
    /// A small multiple of making the body: each subexpression is visited once.
    pub fn adjoint(self, store: &mut Store, cotangent: Expr) -> Result<Expr> {
        let mut found = adjoint::adjoint(store, self.body, &[self.hole], cotangent)?;
        found.pop().ok_or(Error::Unsupported {
            what: "an adjoint without a hole".to_owned(),
        })
    }

    /// The array of all outputs by all inputs, in the space of the variable.
    ///
    /// # Shapes
    /// `shape(body) ++ shape(hole)`, where a row counts as a vector: a gradient has the shape of the variable, of a
    /// vector by a vector it is the Jacobian, by a scalar it has the shape of the body, and a matrix by a matrix has
    /// four axes.
    ///
    /// # Errors
    /// [`Error::Unsupported`] where it has no such form.
    pub fn explicit(self, store: &mut Store, of: Var, convention: Convention) -> Result<Option<Expr>> {
        let Variable { structure, shape, .. } = *store.variable(of);
        match (store.shape(self.body), shape) {
            (Shape::Scalar, _) => {
                let gradient = self.adjoint(store, Store::ONE)?;
                let point = store.var(of)?;
                represent(store, convention, structure, point, gradient).map(Some)
            }
            (_, Shape::Scalar) => crate::ops::substitute(store, self.body, &[(self.hole, Store::ONE)]).map(Some),
            (Shape::Vector(_) | Shape::Row(_), Shape::Vector(_)) => {
                let body = match store.shape(self.body) {
                    Shape::Row(_) => store.transpose(self.body)?,
                    _ => self.body,
                };
                let map = LinearMap { hole: self.hole, body };
                match jacobian(store, map) {
                    Err(Error::Unsupported { .. }) => index::explicit(store, map).map(Some),
                    found => found.map(Some),
                }
            }
            _ => {
                let map = self.on_all_arrays(store, of, convention)?;
                index::explicit(store, map).map(Some)
            }
        }
    }

    /// The map made to take any array of the shape of the variable: its body with the hole projected on the tangent
    /// space of the variable, or, for the independent entries, placed there.
    pub fn on_all_arrays(self, store: &mut Store, of: Var, convention: Convention) -> Result<LinearMap> {
        let Variable { structure, .. } = *store.variable(of);
        if structure == Structure::General {
            return Ok(self);
        }
        let Some(var) = store.as_var(self.hole) else {
            return Err(Error::Unsupported {
                what: "a hole that is no variable".to_owned(),
            });
        };
        let name = store.variable(var).name.clone();
        let hole = store.add_free_hole(&name, of)?;
        let point = store.var(of)?;
        let projected = represent(store, convention, structure, point, hole)?;
        let body = crate::ops::substitute(store, self.body, &[(self.hole, projected)])?;
        Ok(LinearMap { hole, body })
    }
}

/// The array that stands for an unconstrained one in a convention. All of these maps are their own transposes, so they
/// turn gradients into gradients and arguments into arguments.
///
/// # Errors
/// [`Error::Unsupported`] for the independent entries of an orthogonal matrix.
pub fn represent(
    store: &mut Store,
    convention: Convention,
    structure: Structure,
    point: Expr,
    array: Expr,
) -> Result<Expr> {
    let both = |store: &mut Store, sign: i64| {
        let transposed = store.transpose(array)?;
        store.sum(&[(Rational::one(), array), (Rational::from(sign), transposed)])
    };
    match (convention, structure) {
        (Convention::Vech, Structure::Symmetric | Structure::Posdef) => {
            let (twice, diagonal) = (both(store, 1)?, store.diag_of(array)?);
            let diagonal = store.diag(diagonal)?;
            store.sub(twice, diagonal)
        }
        (Convention::Vech, Structure::Skew) => both(store, -1),
        (Convention::Vech, Structure::Orthogonal) => Err(Error::Unsupported {
            what: "a derivative by the independent entries of an orthogonal matrix".to_owned(),
        }),
        _ => project(store, structure, point, array),
    }
}

/// The orthogonal projection, in the Frobenius inner product, on the subspace in which a variable lives; for an
/// orthogonal matrix on the tangent space at the point.
///
/// # Source
/// Edelman, Arias & Smith, The Geometry of Algorithms with Orthogonality Constraints, 2.2.1.
pub fn project(store: &mut Store, structure: Structure, point: Expr, array: Expr) -> Result<Expr> {
    let part = |store: &mut Store, array: Expr, sign: i64| {
        let (half, signed) = (Rational::new(1, 2), Rational::new(sign, 2));
        let mut terms = vec![(half.clone(), array)];
        // Term by term, so that those that are symmetric themselves come together.
        match store.form(array).clone() {
            Form::Add(addends) => {
                for term in addends.iter() {
                    terms.push((&signed * &term.coefficient, store.transpose(term.expr)?));
                }
            }
            _ => terms.push((signed, store.transpose(array)?)),
        }
        store.sum(&terms)
    };
    match structure {
        Structure::General => Ok(array),
        Structure::Symmetric | Structure::Posdef => part(store, array, 1),
        Structure::Skew => part(store, array, -1),
        Structure::Diagonal => {
            let diagonal = store.diag_of(array)?;
            store.diag(diagonal)
        }
        Structure::Orthogonal => {
            let transposed = store.transpose(point)?;
            let rotated = store.matmul(&[transposed, array])?;
            let skew = part(store, rotated, -1)?;
            store.matmul(&[point, skew])
        }
        Structure::Lower => {
            let mask = match store.shape(array) {
                Shape::Matrix(m, n) => store.tril_mask(m, n)?,
                _ => return Ok(array),
            };
            store.multiply(&[mask, array])
        }
    }
}
