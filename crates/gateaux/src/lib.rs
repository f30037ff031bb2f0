//! Matrix calculus: the derivative of anything made of scalars, vectors, matrices and tensors, in matrix
//! notation, checked.
//!
//! A [`Problem`] is a text in the language: declarations, definitions, a function. [`Problem::derive`] gives an
//! [`Answer`]: the differential, the explicit form, what was inferred and assumed, and the verdict of a numerical
//! check.
//!
//! ```
//! use gateaux::{Notation, Problem};
//! let mut problem = Problem::parse("norm2(A*x - b)^2")?;
//! let answer = problem.derive(&["x"])?;
//! assert_eq!(answer.explicit(Notation::Text), Some("2*A'*(A*x - b)"));
//! assert!(answer.check(&mut problem).is_verified());
//! # Ok::<(), gateaux::Errors>(())
//! ```

mod accuracy;
mod answer;
mod assumptions;
mod check;
mod claim;
pub mod compile;
mod complex_check;
mod convergence;
mod differences;
mod error;
mod example;
mod latex;
mod linearization;
mod multiplicity;
mod numbers;
pub mod papers;
mod problem;
mod random;
mod removable;
mod sample;
mod spelled;
mod steps;
mod structure;
pub mod teach;
mod wirtinger;

pub use answer::{Answer, Candidate, Printed};
pub use check::{Check, Slope, Verdict};
pub use claim::{ClaimNumbers, Counterexample, Evidence, Finding, Judgment, Mistake, Side, Slip, equal, equal_with};
pub use compile::{Compiled, View, ViewMut};
pub use convergence::{Convergence, Sample, Scheme};
pub use error::{Errors, codes};
pub use gateaux_array::{Array, Complex, npy, npz};
pub use gateaux_core::diff::Convention;
pub use gateaux_core::expr::Structure;
pub use gateaux_core::infer::{ExternalDeclaration, Origin};
pub use gateaux_core::ops;
pub use gateaux_core::print::{Notation, latex_name, mathml};
pub use gateaux_core::steps::{Detail, RULES as RULES_OF_STEPS, Reason, Rule, find as find_rule};
pub use gateaux_eval::{Layout, Plan};
pub use gateaux_syntax::{Code, Diagnostic, Edit, Help, Span};
pub use latex::Translation;
pub use linearization::{Directions, Linearization};
pub use numbers::{Imaginary, Inputs, Numbers};
pub use problem::{Declared, Problem};
pub use steps::{Checked, Step, Steps};
pub use wirtinger::WirtingerPart;
