//! Wrong formulas, made from right ones: what a slip of the pen does. A check that does not reject each of them is
//! not a check.

use gateaux_syntax::{BinaryOp, NodeId, NodeKind, Span, Tree, parse_expression};

/// A formula with a mistake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mutant {
    /// What was done.
    pub slip: &'static str,
    /// The formula.
    pub text: String,
}

/// All mutants of a formula that parse, without repetition.
///
/// # Errors
/// A formula that does not parse.
pub fn mutants(formula: &str) -> Result<Vec<Mutant>, String> {
    let (tree, _) = parse_expression(formula).map_err(|_| format!("{formula} does not parse"))?;
    let source = Source { formula, tree: &tree };
    let mut found = vec![
        Mutant {
            slip: "sign",
            text: format!("-({formula})"),
        },
        Mutant {
            slip: "factor 2",
            text: format!("2*({formula})"),
        },
        Mutant {
            slip: "factor 1/2",
            text: format!("({formula})/2"),
        },
        Mutant {
            slip: "transpose added",
            text: format!("({formula})'"),
        },
    ];
    for (_, node) in tree.nodes() {
        for (slip, piece) in source.slips(&node.kind, node.span) {
            let Span { start, end, .. } = node.span;
            let text = format!("{}({piece}){}", &formula[..start], &formula[end..]);
            found.push(Mutant { slip, text });
        }
    }
    let mut seen = std::collections::BTreeSet::new();
    found.retain(|mutant| seen.insert(mutant.text.clone()) && parse_expression(&mutant.text).is_ok());
    Ok(found)
}

struct Source<'a> {
    formula: &'a str,
    tree: &'a Tree,
}

impl Source<'_> {
    fn text(&self, id: NodeId) -> &str {
        let span = self.tree.node(id).span;
        &self.formula[span.start..span.end]
    }

    fn names(&self) -> Vec<&str> {
        let names = self.tree.nodes().filter_map(|(_, node)| match &node.kind {
            NodeKind::Name(name) => Some(name.as_str()),
            _ => None,
        });
        let mut names: Vec<&str> = names.collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// What may stand in the place of a piece by mistake.
    fn slips(&self, kind: &NodeKind, span: Span) -> Vec<(&'static str, String)> {
        let whole = &self.formula[span.start..span.end];
        let mut found = Vec::new();
        match kind {
            NodeKind::Number(_) => {
                found.push(("off by one", format!("{whole} + 1")));
                found.push(("off by one", format!("{whole} - 1")));
            }
            NodeKind::Name(name) => {
                found.push(("transpose added", format!("({whole})'")));
                let others = self.names().into_iter().filter(|other| other != name);
                found.extend(others.map(|other| ("argument exchanged", other.to_owned())));
            }
            NodeKind::Unary(_, x) => found.push(("sign dropped", self.text(*x).to_owned())),
            NodeKind::Transpose(x) => found.push(("transpose dropped", self.text(*x).to_owned())),
            NodeKind::Binary(op, _, lhs, rhs) => self.binary_slips(*op, *lhs, *rhs, &mut found),
            NodeKind::Call(name, args) => {
                found.push(("transpose added", format!("({whole})'")));
                match args.as_slice() {
                    [x] => found.push(("call dropped", self.text(*x).to_owned())),
                    [x, y] => {
                        let swapped = format!("{}({}, {})", name.text, self.text(*y), self.text(*x));
                        found.push(("arguments swapped", swapped));
                    }
                    _ => {}
                }
            }
            NodeKind::Text(_)
            | NodeKind::ConjugateTranspose(_)
            | NodeKind::Index(..)
            | NodeKind::Array(_)
            | NodeKind::Missing => {}
        }
        found
    }

    fn binary_slips(&self, op: BinaryOp, lhs: NodeId, rhs: NodeId, found: &mut Vec<(&'static str, String)>) {
        let (a, b) = (self.text(lhs), self.text(rhs));
        let with = |op: BinaryOp, a: &str, b: &str| format!("({a}){}({b})", op.text());
        match op {
            BinaryOp::Add | BinaryOp::Sub | BinaryOp::DotAdd | BinaryOp::DotSub => {
                found.push(("term dropped", a.to_owned()));
                found.push(("term dropped", b.to_owned()));
                let other = match op {
                    BinaryOp::Add => BinaryOp::Sub,
                    BinaryOp::Sub => BinaryOp::Add,
                    BinaryOp::DotAdd => BinaryOp::DotSub,
                    _ => BinaryOp::DotAdd,
                };
                found.push(("sign of a term", with(other, a, b)));
            }
            BinaryOp::Pow | BinaryOp::DotPow => found.push(("power dropped", a.to_owned())),
            op => {
                found.push(("factors swapped", with(op, b, a)));
                found.push(("factor dropped", a.to_owned()));
                found.push(("factor dropped", b.to_owned()));
            }
        }
    }
}
