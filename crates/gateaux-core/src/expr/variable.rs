//! What is known of a variable.

use super::facts::{Facts, Structure};
use super::shape::Shape;
use super::store::Expr;

/// What is known of a variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable {
    /// The name that the user gave it, or `dX` for the hole of `X`.
    pub name: String,
    /// Its shape.
    pub shape: Shape,
    /// The subspace in which it lives.
    pub structure: Structure,
    /// What follows from its declaration.
    pub facts: Facts,
    /// Whether it stands for a small change of another one.
    pub is_hole: bool,
    /// Whether its entries are complex numbers.
    pub is_complex: bool,
    /// The expression whose change it is, where that is still to be found: `d(A*x - b)` in a derivation.
    pub change_of: Option<Expr>,
}

impl Variable {
    /// A real variable without structure.
    pub(super) fn new(name: &str, shape: Shape) -> Variable {
        Variable {
            name: name.to_owned(),
            shape,
            structure: Structure::General,
            facts: Facts::NONE,
            is_hole: false,
            is_complex: false,
            change_of: None,
        }
    }
}
