//! Expressions in normal form by construction.
//!
//! An [`Expr`] is a `Copy` handle into an append-only, hash-consed [`Store`]. It is made only by the constructors in
//! this folder, which type it, normalize it and refuse what is ill-shaped. Children have smaller handles than their
//! parents, so every pass goes over handles in order and nothing recurses over an expression.
//!
//! The normal form, in one paragraph: sums are flat, with exact coefficients in front and like terms collected;
//! scalars stand before arrays; matrix products are flat lists of integer powers in which inverses have canceled,
//! transposes stand at the leaves, and every `row*column` has left the list as a scalar (`long.rs` says where a long
//! list is cut); elementwise products are
//! flat, commutative, with exponents; index expressions that are matrix
//! expressions are written as such; `norm2(x)` is `(x'*x)^(1/2)`, `inv(X)` is `X^-1`, `sqrt(x)` is `x^(1/2)`.

mod blocks;
mod budget;
mod choice;
mod dim;
mod einsum;
mod entry;
mod facts;
mod linear;
mod long;
mod matmul;
mod product;
mod rational;
mod shape;
mod square;
mod store;
mod sum;
mod transpose;
mod variable;

pub use blocks::{Placed, Span};
pub use budget::{Budget, Error, Result};
pub use choice::Choice;
pub use dim::{Dim, Dims, Polynomial, Symbol};
pub use einsum::{Einsum, MAX_LABELS, letters};
pub use facts::{Facts, Structure};
pub use long::MAX_FLAT;
pub use rational::Rational;
pub use shape::{Axes, MAX_AXES, Shape};
pub use store::{ElementPower, Expr, Form, Function, Law, MatrixPower, Operand, Store, Term, Var};
pub use variable::Variable;
