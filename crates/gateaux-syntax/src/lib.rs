//! Text to tree, with spans and diagnostics.
//!
//! This crate owns the notation: characters, tokens, precedence, what a declaration looks like. It knows no
//! mathematics: not which functions exist, not what a shape is, not what may be multiplied.
//!
//! Nothing here panics or recurses, whatever the text: [`parse`] takes linear time, reports all mistakes at once, and
//! has limits (in [`limits`]) that are ordinary errors.
//!
//! Read [`Tree`] first.
//!
//! # Example
//!
//! ```
//! use gateaux_syntax::{Statement, parse};
//!
//! let (tree, diagnostics) = parse("A: matrix(m, n)\nr = A*x - b\nnorm2(r)^2");
//! assert!(diagnostics.is_empty());
//! let [Statement::Declaration(declaration), Statement::Definition(r), Statement::Expression(f)] = tree.statements()
//! else {
//!     panic!("these are a declaration, a definition and an expression");
//! };
//! assert_eq!(declaration.kind.text, "matrix");
//! assert_eq!(tree.to_text(r.body), "A*x - b");
//! assert_eq!(tree.to_text(*f), "norm2(r)^2");
//! ```

pub mod codes;
pub mod diagnostic;
pub mod latex;
pub mod limits;
pub mod parser;
pub mod tree;

mod brackets;
mod complaints;
mod expression;
mod lexer;
mod spellings;
mod text;
mod token;

pub use codes::{CODES, Code};
pub use diagnostic::{Diagnostic, Edit, Help, Span};
pub use lexer::out_of_range;
pub use parser::{parse, parse_expression};
pub use tree::{BinaryOp, Declaration, Definition, IndexItem, Name, Node, NodeId, NodeKind, Statement, Tree, UnaryOp};
