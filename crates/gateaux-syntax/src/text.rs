//! Tree to text: a node as a user would write it, with as few parentheses as the precedence allows.

use crate::expression::{RIGHT, SIGN, binding};
use crate::{BinaryOp, IndexItem, NodeId, NodeKind, Span, Tree, UnaryOp};

/// The binding of what needs no parentheses before a postfix mark.
const POSTFIX: u8 = RIGHT + 1;

/// What is still to be written.
enum Piece<'t> {
    /// A node, in parentheses if it binds less tightly than the number.
    Node(NodeId, u8),
    /// What is transposed.
    Base(NodeId),
    /// Text as it is.
    Text(&'t str),
    /// The end of a node that began here.
    End(NodeId, usize),
}

impl Tree {
    /// The text of a node in the notation, with minimal parentheses. Parsing it gives the same tree again.
    ///
    /// A place where an operand is missing is written `?`.
    ///
    /// # Example
    ///
    /// ```
    /// let (tree, root) = gateaux_syntax::parse_expression("((A*x)) - (b)").expect("the formula is well-formed");
    /// assert_eq!(tree.to_text(root), "A*x - b");
    /// ```
    pub fn to_text(&self, id: NodeId) -> String {
        self.to_text_with_places(id).0
    }

    /// The same with the place of each node in it, without parentheses around it; parts stand before the whole.
    pub fn to_text_with_places(&self, id: NodeId) -> (String, Vec<(Span, NodeId)>) {
        let (mut out, mut places) = (String::new(), Vec::new());
        // What comes first lies on top.
        let mut pieces = vec![Piece::Node(id, 0)];
        let mut parts = Vec::new();
        while let Some(piece) = pieces.pop() {
            let (id, least) = match piece {
                Piece::Text(text) => {
                    out.push_str(text);
                    continue;
                }
                Piece::End(id, start) => {
                    places.push((Span::new(start, out.len()), id));
                    continue;
                }
                Piece::Node(id, least) => (id, least),
                // A literal cannot be transposed without parentheses.
                Piece::Base(id) if matches!(self.node(id).kind, NodeKind::Number(_)) => (id, POSTFIX + 1),
                Piece::Base(id) => (id, POSTFIX),
            };
            let kind = &self.node(id).kind;
            if tightness(kind) < least {
                out.push('(');
                pieces.push(Piece::Text(")"));
            }
            pieces.push(Piece::End(id, out.len()));
            node_parts(kind, &mut parts);
            pieces.extend(parts.drain(..).rev());
        }
        (out, places)
    }
}

/// How tightly the outermost operator of a node binds.
fn tightness(kind: &NodeKind) -> u8 {
    match kind {
        NodeKind::Binary(op, ..) => binding(*op),
        NodeKind::Unary(..) => SIGN,
        NodeKind::Number(_)
        | NodeKind::Name(_)
        | NodeKind::Text(_)
        | NodeKind::Transpose(_)
        | NodeKind::ConjugateTranspose(_)
        | NodeKind::Call(..)
        | NodeKind::Index(..)
        | NodeKind::Array(_)
        | NodeKind::Missing => POSTFIX,
    }
}

/// The pieces of a node from left to right.
fn node_parts<'t>(kind: &'t NodeKind, parts: &mut Vec<Piece<'t>>) {
    use Piece::{Node, Text};
    match kind {
        NodeKind::Number(text) | NodeKind::Name(text) => parts.push(Text(text)),
        NodeKind::Text(text) => parts.extend([Text("\""), Text(text), Text("\"")]),
        NodeKind::Missing => parts.push(Text("?")),
        NodeKind::Unary(op, operand) => {
            let sign = match op {
                UnaryOp::Neg => "-",
                UnaryOp::Plus => "+",
            };
            parts.extend([Text(sign), Node(*operand, SIGN)]);
        }
        NodeKind::Binary(op, _, lhs, rhs) => {
            let level = binding(*op);
            // A power's base is no power and no sign, but a sign may stand in the exponent.
            let (left, right) = if level == RIGHT {
                (POSTFIX, SIGN)
            } else {
                (level, level + 1)
            };
            parts.extend([Node(*lhs, left), Text(spaced(*op)), Node(*rhs, right)]);
        }
        NodeKind::Transpose(operand) => parts.extend([Piece::Base(*operand), Text("'")]),
        NodeKind::ConjugateTranspose(operand) => parts.extend([Piece::Base(*operand), Text("†")]),
        NodeKind::Call(name, args) => {
            parts.extend([Text(&name.text), Text("(")]);
            separated(args.iter().copied(), parts);
            parts.push(Text(")"));
        }
        NodeKind::Index(base, items) => {
            parts.extend([Node(*base, POSTFIX), Text("[")]);
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    parts.push(Text(","));
                }
                match item {
                    IndexItem::At(position) => parts.push(Node(*position, 0)),
                    IndexItem::Range(first, last) => parts.extend([Node(*first, 0), Text(":"), Node(*last, 0)]),
                    IndexItem::All(_) => parts.push(Text(":")),
                }
            }
            parts.push(Text("]"));
        }
        NodeKind::Array(rows) => {
            parts.push(Text("["));
            for (at, row) in rows.iter().enumerate() {
                if at > 0 {
                    parts.push(Text("; "));
                }
                separated(row.iter().copied(), parts);
            }
            parts.push(Text("]"));
        }
    }
}

fn separated(nodes: impl Iterator<Item = NodeId>, parts: &mut Vec<Piece<'_>>) {
    for (at, node) in nodes.enumerate() {
        if at > 0 {
            parts.push(Piece::Text(", "));
        }
        parts.push(Piece::Node(node, 0));
    }
}

/// An operator with the spaces around it: sums and comparisons have them, products and powers do not.
const fn spaced(op: BinaryOp) -> &'static str {
    match op {
        BinaryOp::Add => " + ",
        BinaryOp::Sub => " - ",
        BinaryOp::DotAdd => " .+ ",
        BinaryOp::DotSub => " .- ",
        BinaryOp::Kron => " ⊗ ",
        BinaryOp::Less => " < ",
        BinaryOp::LessEq => " <= ",
        BinaryOp::Greater => " > ",
        BinaryOp::GreaterEq => " >= ",
        BinaryOp::Mul
        | BinaryOp::Div
        | BinaryOp::Solve
        | BinaryOp::Pow
        | BinaryOp::DotMul
        | BinaryOp::DotDiv
        | BinaryOp::DotPow => op.text(),
    }
}
