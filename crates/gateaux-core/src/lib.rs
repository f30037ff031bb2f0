//! The calculus: from the tree of a text to expressions, their derivatives, and how these are written.
//!
//! This crate owns expressions in normal form, the table of functions, inference, differentials and adjoints, the
//! choice of a short form, and the notations. It does not know how numbers are computed (`gateaux-eval` does), and it
//! does no input or output.
//!
//! Read [`expr::Store`] first: everything else makes expressions in one.
//!
//! ```
//! use gateaux_core::{diff, expr::Store, infer, print, simplify::simplify};
//!
//! let text = "x'*A*x";
//! let (tree, mistakes) = gateaux_syntax::parse(text);
//! assert!(mistakes.is_empty());
//! let mut store = Store::default();
//! let typing = infer::infer(&tree, text, &[], &mut store.dims).expect("well typed");
//! let problem = infer::build(&tree, &typing, &mut store).expect("available");
//!
//! let x = problem.variables[0];
//! let found = diff::derivative(&mut store, problem.function, &[x], &["dx".to_owned()])?;
//! let diff::Explicit::Array(gradient) = found.explicit else { panic!("a vector") };
//! let gradient = simplify(&mut store, gradient)?;
//! assert_eq!(print::print(&mut store, gradient, print::Notation::Text)?, "(A + A')*x");
//! # Ok::<(), gateaux_core::expr::Error>(())
//! ```
//!
//! Inside, dependencies point one way: `expr < ops < infer < diff < simplify < steps`, with `print` beside `diff`.

pub mod diff;
pub mod expr;
pub mod infer;
pub mod ops;
pub mod print;
pub mod simplify;
pub mod steps;
