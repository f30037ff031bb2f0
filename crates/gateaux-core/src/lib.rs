//! The calculus.

pub mod diff;
pub mod expr;
pub mod infer;
pub mod ops;
pub mod print;
pub mod simplify;
