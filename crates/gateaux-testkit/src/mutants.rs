//! Wrong formulas, made from right ones: what a slip of the pen does. A check that does not reject each of them is
//! not a check.

use gateaux_syntax::{BinaryOp, IndexItem, NodeId, NodeKind, Span, Tree, parse_expression};

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

    /// Whether complex numbers occur, as far as the formula shows.
    fn is_complex(&self) -> bool {
        const SIGNS: [&str; 6] = ["conj(", "real(", "imag(", "abs(", "im*", "†"];
        SIGNS.iter().any(|sign| self.formula.contains(sign))
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
                if self.is_complex() {
                    found.push(("conjugate added", format!("conj({whole})")));
                }
            }
            NodeKind::Unary(_, x) => found.push(("sign dropped", self.text(*x).to_owned())),
            NodeKind::Transpose(x) => {
                found.push(("transpose dropped", self.text(*x).to_owned()));
                if self.is_complex() {
                    found.push(("conjugate added", format!("({})†", self.text(*x))));
                }
            }
            NodeKind::ConjugateTranspose(x) => {
                found.push(("transpose dropped", format!("conj({})", self.text(*x))));
                found.push(("conjugate dropped", format!("({})'", self.text(*x))));
            }
            NodeKind::Binary(op, _, lhs, rhs) => self.binary_slips(*op, *lhs, *rhs, &mut found),
            NodeKind::Call(name, args) => {
                found.push(("transpose added", format!("({whole})'")));
                self.call_slips(&name.text, args, &mut found);
                match args.as_slice() {
                    [x] => found.push(("call dropped", self.text(*x).to_owned())),
                    [x, y] => {
                        let swapped = format!("{}({}, {})", name.text, self.text(*y), self.text(*x));
                        found.push(("arguments swapped", swapped));
                    }
                    _ => {}
                }
            }
            NodeKind::Index(base, items) => self.index_slips(*base, items, &mut found),
            NodeKind::Text(_) | NodeKind::Array(_) | NodeKind::Missing => {}
        }
        found
    }

    /// A function for its sibling, one axis for the other, a sign inside, labels swapped.
    fn call_slips(&self, name: &str, args: &[NodeId], found: &mut Vec<(&'static str, String)>) {
        let texts: Vec<&str> = args.iter().map(|arg| self.text(*arg)).collect();
        for (one, other) in SIBLINGS {
            for (from, to) in [(one, other), (other, one)] {
                if name == *from {
                    found.push(("sibling", format!("{to}({})", texts.join(", "))));
                }
            }
        }
        match texts.as_slice() {
            [subscripts, operands @ ..] if name == "einsum" => {
                for labels in swapped_labels(subscripts) {
                    found.push(("labels swapped", format!("einsum({labels}, {})", operands.join(", "))));
                }
                for at in 1..operands.len() {
                    let mut operands = operands.to_vec();
                    operands.swap(at - 1, at);
                    found.push((
                        "operands swapped",
                        format!("einsum({subscripts}, {})", operands.join(", ")),
                    ));
                }
            }
            [x, axis @ ("1" | "2")] => {
                let other = if *axis == "1" { "2" } else { "1" };
                found.push(("axis", format!("{name}({x}, {other})")));
                found.push(("axis dropped", format!("{name}({x})")));
                found.push(("sign inside", format!("{name}(-({x}), {axis})")));
            }
            [x] if name != "eye" => found.push(("sign inside", format!("{name}(-({x}))"))),
            [m, n] if name == "ones" || name == "commutation" => {
                found.push(("dimensions swapped", format!("{name}({n}, {m})")));
            }
            _ => {}
        }
    }

    /// Another position, another axis.
    fn index_slips(&self, base: NodeId, items: &[IndexItem], found: &mut Vec<(&'static str, String)>) {
        let text = |item: &IndexItem| match item {
            IndexItem::All(_) => ":".to_owned(),
            IndexItem::At(at) => self.text(*at).to_owned(),
            IndexItem::Range(from, to) => format!("{}:{}", self.text(*from), self.text(*to)),
        };
        let (base, items): (&str, Vec<String>) = (self.text(base), items.iter().map(text).collect());
        found.push(("index dropped", base.to_owned()));
        for at in 1..items.len() {
            let mut items = items.clone();
            items.swap(at - 1, at);
            found.push(("indices swapped", format!("({base})[{}]", items.join(","))));
        }
        for (at, item) in items.iter().enumerate() {
            let moved = match item.split_once(':') {
                None => format!("{item} + 1"),
                Some((from, to)) if !from.is_empty() => format!("{from} + 1:{to} + 1"),
                Some(_) => continue,
            };
            let mut items = items.clone();
            items[at] = moved;
            found.push(("position", format!("({base})[{}]", items.join(","))));
        }
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

/// Functions that are taken for each other.
const SIBLINGS: &[(&str, &str)] = &[
    ("tril", "triu"),
    ("sym", "skew"),
    ("maximum", "minimum"),
    ("max", "min"),
    ("softmax", "hardmax"),
    ("sin", "cos"),
    ("sinh", "cosh"),
    ("real", "imag"),
];

/// Subscripts with two neighboring labels of one group exchanged, or one label in the place of another.
fn swapped_labels(subscripts: &str) -> Vec<String> {
    let letters: Vec<char> = subscripts.chars().collect();
    let is_label = |at: usize| letters[at].is_ascii_alphabetic();
    let mut found = Vec::new();
    for at in 1..letters.len() {
        if is_label(at - 1) && is_label(at) {
            let mut other = letters.clone();
            other.swap(at - 1, at);
            found.push(other.into_iter().collect());
        }
    }
    let mut labels: Vec<char> = letters.iter().copied().filter(char::is_ascii_alphabetic).collect();
    labels.sort_unstable();
    labels.dedup();
    for at in (0..letters.len()).filter(|at| is_label(*at)) {
        for label in labels.iter().filter(|label| **label != letters[at]) {
            let mut other = letters.clone();
            other[at] = *label;
            found.push(other.into_iter().collect());
        }
    }
    found
}
