//! From expressions to numbers.
//!
//! This crate owns the order of evaluation: [`Program::lower`] turns expressions and sizes into a list of steps, in
//! which equal parts are computed once, products go from the side of the vector and inverses before a factor are
//! solves; [`Program::run`] executes it over any number type of `gateaux-array`. It knows no notation, no rules and
//! no derivatives.
//!
//! Read [`Program`] first.

mod accuracy;
mod blocks;
mod cancellation;
mod constant;
mod engine;
mod kinks;
mod lower;
mod plan;
mod program;
mod run;

pub use accuracy::{Loss, Rounded};
pub use engine::Machine;
pub use plan::{Plan, translate::Layout};
pub use program::{Error, Program, Sizes};
pub use run::Trace;
