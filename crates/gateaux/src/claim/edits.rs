//! The claim with one small change: a name transposed or not, a plus for a minus.
//!
//! A change that makes a wrong claim right says where it is wrong.

use gateaux_core::expr::Shape;
use gateaux_syntax::{BinaryOp, Node, NodeId, NodeKind, Span, Statement, Tree, UnaryOp};

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
/// told by their shape, at calls, and at products in parentheses.
pub(super) fn edits(claim: &str, shape_of: &dyn Fn(&str) -> Option<Shape>) -> Vec<Edit> {
    let (tree, diagnostics) = gateaux_syntax::parse(claim);
    if !diagnostics.is_empty() || claim.len() > MAX_LENGTH {
        return Vec::new();
    }
    let declared = |statement: &Statement| match statement {
        Statement::Declaration(declaration) => Some(declaration.span),
        Statement::Definition(_) | Statement::Expression(_) => None,
    };
    let of_declarations: Vec<Span> = tree.statements().iter().filter_map(declared).collect();
    let is_transposed = |id: NodeId| {
        let mut parents = tree.nodes();
        parents.any(|(_, node)| matches!(node.kind, NodeKind::Transpose(inner) if inner == id))
    };
    let (mut transposes, mut signs) = (Vec::new(), Vec::new());
    for (id, node) in tree.nodes() {
        let is_inside = |span: &Span| span.start <= node.span.start && node.span.end <= span.end;
        if of_declarations.iter().any(is_inside) {
            continue;
        }
        signs.extend(other_sign(claim, &tree, node));
        let is_matrix = |name: &str| matches!(shape_of(name), Some(Shape::Matrix(..)));
        if transposes.len() < MAX_EDITS && !is_transposed(id) {
            transposes.extend(other_transpose(claim, &tree, node, &is_matrix));
        }
    }
    transposes.append(&mut signs);
    transposes.truncate(MAX_EDITS);
    transposes
}

/// A node that is no operand of a transpose, transposed; a transpose left out.
fn other_transpose(claim: &str, tree: &Tree, node: &Node, is_matrix: &dyn Fn(&str) -> bool) -> Option<Edit> {
    let changed = |span: Span, text: &str, said: String| Some(edit(claim, Mistake::Transposed, span, text, said));
    match &node.kind {
        NodeKind::Name(name) if is_matrix(name) => {
            let said = format!("{name}' in the place of {name}");
            changed(node.span, &format!("{name}'"), said)
        }
        NodeKind::Call(name, _) => {
            let said = format!("{}(...) transposed", name.text);
            changed(node.span, &format!("({})'", quote(claim, node.span)), said)
        }
        NodeKind::Transpose(inner) => {
            // The parentheses around its operand are no part of that node.
            let whole = quote(claim, node.span);
            let said = format!("{} in the place of {whole}", quote(claim, tree.node(*inner).span));
            changed(node.span, whole.trim_end_matches(['\'', 'ᵀ']), said)
        }
        NodeKind::Binary(op, ..) if !matches!(op, BinaryOp::Add | BinaryOp::Sub) => {
            let Span { start, end } = node.span;
            if !(claim[..start].ends_with('(') && claim[end..].starts_with(')')) {
                return None;
            }
            let group = Span::new(start - 1, end + 1);
            let said = format!("{0}' in the place of {0}", quote(claim, group));
            changed(group, &format!("{}'", quote(claim, group)), said)
        }
        NodeKind::Name(_)
        | NodeKind::Binary(..)
        | NodeKind::Unary(..)
        | NodeKind::Number(_)
        | NodeKind::Text(_)
        | NodeKind::ConjugateTranspose(_)
        | NodeKind::Index(..)
        | NodeKind::Array(_)
        | NodeKind::Missing => None,
    }
}

/// A plus for a minus, or the other way around; a sign left out.
fn other_sign(claim: &str, tree: &Tree, node: &Node) -> Option<Edit> {
    match &node.kind {
        NodeKind::Binary(op @ (BinaryOp::Add | BinaryOp::Sub), at, ..) => {
            let other = if *op == BinaryOp::Add { "-" } else { "+" };
            let said = format!("{other} in the place of {} before {}", op.text(), rest(claim, at.end));
            Some(edit(claim, Mistake::Sign, *at, other, said))
        }
        NodeKind::Unary(UnaryOp::Neg, inner) => {
            let width = quote(claim, node.span).chars().next().map_or(0, char::len_utf8);
            let sign = Span::new(node.span.start, node.span.start + width);
            let said = format!("{} without its minus", quote(claim, tree.node(*inner).span));
            Some(edit(claim, Mistake::Sign, sign, "", said))
        }
        NodeKind::Name(_)
        | NodeKind::Call(..)
        | NodeKind::Transpose(_)
        | NodeKind::Binary(..)
        | NodeKind::Unary(UnaryOp::Plus, _)
        | NodeKind::Number(_)
        | NodeKind::Text(_)
        | NodeKind::ConjugateTranspose(_)
        | NodeKind::Index(..)
        | NodeKind::Array(_)
        | NodeKind::Missing => None,
    }
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
