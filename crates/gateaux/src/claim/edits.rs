//! The claim with one small change: a name transposed or not, a plus for a minus.
//!
//! A change that makes a wrong claim right says where it is wrong.

use gateaux_core::expr::Shape;
use gateaux_syntax::{BinaryOp, NodeKind, Span, Statement, UnaryOp};

use super::Mistake;

/// Changes that are tried, at most.
const MAX_EDITS: usize = 48;
/// Claims of more bytes are not changed.
const MAX_LENGTH: usize = 2_000;

/// One change of the text of a claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Edit {
    pub(super) mistake: Mistake,
    /// The whole claim, changed.
    pub(super) text: String,
    /// What was changed, in words.
    pub(super) said: String,
}

/// The changes of a claim that can be read, transposes first. A transpose is tried at names of matrices only, which are
/// told by their shape.
pub(super) fn edits(claim: &str, shape_of: &dyn Fn(&str) -> Option<Shape>) -> Vec<Edit> {
    let (tree, diagnostics) = gateaux_syntax::parse(claim);
    if !diagnostics.is_empty() || claim.len() > MAX_LENGTH {
        return Vec::new();
    }
    let of_declarations: Vec<Span> = tree
        .statements()
        .iter()
        .filter_map(|statement| match statement {
            Statement::Declaration(declaration) => Some(declaration.span),
            Statement::Definition(_) | Statement::Expression(_) => None,
        })
        .collect();
    let (mut transposes, mut signs) = (Vec::new(), Vec::new());
    let mut transposed = Vec::new();
    for (_, node) in tree.nodes() {
        if let NodeKind::Transpose(inner) = &node.kind {
            transposed.push(*inner);
        }
    }
    for (id, node) in tree.nodes() {
        if of_declarations
            .iter()
            .any(|span| span.start <= node.span.start && node.span.end <= span.end)
        {
            continue;
        }
        match &node.kind {
            NodeKind::Name(name) if !transposed.contains(&id) && matches!(shape_of(name), Some(Shape::Matrix(..))) => {
                let said = format!("{name}' in the place of {name}");
                transposes.push(edit(claim, Mistake::Transposed, node.span, &format!("{name}'"), said));
            }
            NodeKind::Call(name, _) if !transposed.contains(&id) => {
                let call = quote(claim, node.span);
                let said = format!("{}(...) transposed", name.text);
                transposes.push(edit(claim, Mistake::Transposed, node.span, &format!("({call})'"), said));
            }
            NodeKind::Transpose(inner) => {
                let inside = tree.node(*inner);
                // The parentheses around it are no part of the node.
                let whole = quote(claim, node.span);
                let without = whole.trim_end_matches(['\'', 'ᵀ']).to_owned();
                let said = format!("{} in the place of {}", quote(claim, inside.span), whole);
                transposes.push(edit(claim, Mistake::Transposed, node.span, &without, said));
            }
            NodeKind::Binary(op, ..) if !matches!(op, BinaryOp::Add | BinaryOp::Sub) && !transposed.contains(&id) => {
                let Span { start, end } = node.span;
                if claim[..start].ends_with('(') && claim[end..].starts_with(')') {
                    let group = Span::new(start - 1, end + 1);
                    let said = format!("{0}' in the place of {0}", quote(claim, group));
                    let flipped = format!("{}'", quote(claim, group));
                    transposes.push(edit(claim, Mistake::Transposed, group, &flipped, said));
                }
            }
            NodeKind::Binary(op @ (BinaryOp::Add | BinaryOp::Sub), at, ..) => {
                let other = if *op == BinaryOp::Add { "-" } else { "+" };
                let said = format!("{other} in the place of {} before {}", op.text(), rest(claim, at.end));
                signs.push(edit(claim, Mistake::Sign, *at, other, said));
            }
            NodeKind::Unary(UnaryOp::Neg, inner) => {
                let inside = quote(claim, tree.node(*inner).span);
                let width = quote(claim, node.span).chars().next().map_or(0, char::len_utf8);
                let sign = Span::new(node.span.start, node.span.start + width);
                signs.push(edit(
                    claim,
                    Mistake::Sign,
                    sign,
                    "",
                    format!("{inside} without its minus"),
                ));
            }
            NodeKind::Name(_)
            | NodeKind::Call(..)
            | NodeKind::Binary(..)
            | NodeKind::Unary(UnaryOp::Plus, _)
            | NodeKind::Number(_)
            | NodeKind::Text(_)
            | NodeKind::ConjugateTranspose(_)
            | NodeKind::Index(..)
            | NodeKind::Array(_)
            | NodeKind::Missing => {}
        }
    }
    transposes.append(&mut signs);
    transposes.truncate(MAX_EDITS);
    transposes
}

fn edit(claim: &str, mistake: Mistake, span: Span, replacement: &str, said: String) -> Edit {
    let text = format!("{}{replacement}{}", &claim[..span.start], &claim[span.end..]);
    Edit { mistake, text, said }
}

fn quote(claim: &str, span: Span) -> &str {
    claim.get(span.start..span.end).unwrap_or_default()
}

/// What stands behind a sign, up to the next one.
fn rest(claim: &str, from: usize) -> String {
    let behind = claim.get(from..).unwrap_or_default().trim_start();
    let (mut depth, mut end) = (0i32, behind.len());
    for (at, character) in behind.char_indices() {
        match character {
            '(' | '[' => depth += 1,
            ')' | ']' if depth == 0 => end = end.min(at),
            ')' | ']' => depth -= 1,
            '+' | '-' | ';' | '\n' if depth == 0 => end = end.min(at),
            _ => {}
        }
        if end <= at {
            break;
        }
    }
    behind[..end].trim_end().to_owned()
}
