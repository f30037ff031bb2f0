//! How we know that an answer is right.
//!
//! This crate owns the instruments of the tests, its `tests/` the tests themselves: an [`interpret`]er that computes a
//! text in the language by definition, without any expression; [`check`], which holds every view of a derivative
//! against dual numbers, over a prime field without tolerance or over numbers with 31 digits, and [`complex`], which
//! does so by complex variables; [`differences`] with an error estimate; a [`sketch`] sampler of random well-typed problems that can be made smaller; [`mutants`], wrong
//! formulas that the checks must reject; [`replay`], which reads derivations line by line; and [`fuzz`], what must hold whatever the input is.
//!
//! It knows no calculus: every derivative that it believes in comes from dual numbers or differences. Nothing else
//! depends on it.
//!
//! Read [`check::check`] first.
//!
//! # Example: a derivative, checked without tolerance
//! ```
//! use gateaux_array::Prime;
//! use gateaux_testkit::check::{Outcome, check};
//! let text = "A: matrix(m, n); X: matrix(n, m); tr(A*X*A*X)";
//! assert_eq!(check::<Prime>(text, "X", &[2, 3], 1), Outcome::Right);
//! ```

pub mod case;
pub mod check;
pub mod complex;
pub mod differences;
pub mod entries;
pub mod fuzz;
pub mod grid;
pub mod interpret;
pub mod mutants;
pub mod numbers;
pub mod random;
pub mod records;
pub mod replay;
pub mod runs;
pub mod sketch;
pub mod values;
