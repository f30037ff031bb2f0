//! Text to tree, with spans and diagnostics.
//!
//! This crate owns the notation: characters, tokens, precedence, what a declaration looks like. It knows no
//! mathematics: not which functions exist, not what a shape is, not what may be multiplied.
//!
//! Read [`Tree`] first.

pub mod diagnostic;
pub mod tree;

pub use diagnostic::{Diagnostic, Edit, Help, Span};
pub use tree::{BinaryOp, Declaration, Definition, IndexItem, Name, Node, NodeId, NodeKind, Statement, Tree, UnaryOp};
