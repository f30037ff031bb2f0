//! The calculus.

pub mod diff;
pub mod expr;
pub mod ops;
pub mod print;
