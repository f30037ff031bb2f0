//! Formulas made from an answer: the same in another form, and slips of the pen.

use gateaux::{Answer, Declared, Mistake, Notation, Problem};
use gateaux_syntax::{BinaryOp, NodeId, NodeKind, Span, Statement, Tree, parse};

/// What a claim is meant to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    Explicit,
    /// With the small change of the variable in it.
    Differential,
    /// The matrix of vec.
    Kronecker,
}

/// A formula about a derivative.
#[derive(Clone, Debug, PartialEq)]
pub struct Claim {
    /// How it was made.
    pub kind: &'static str,
    pub text: String,
    pub form: Form,
    /// Names of the mistake that count as right.
    pub names: &'static [Mistake],
}

use Mistake::{Convention, Different, ExtraTerm, Factor, MissingTerm, Sign, SymmetricOnly, Transposed};

/// For a change without a name of its own any explanation that accounts for the values is right.
const ANY: &[Mistake] = &[
    Convention,
    Different,
    ExtraTerm,
    Factor,
    MissingTerm,
    Sign,
    SymmetricOnly,
    Transposed,
];
/// A term too much that is like one of the answer is a wrong factor of that one.
const EXTRA: &[Mistake] = &[ExtraTerm, Factor];
/// At most so many claims of each kind are made from one formula.
const EACH: usize = 1;

/// A formula: definitions, and the body behind them.
struct Formula {
    definitions: String,
    body: String,
    tree: Tree,
    root: NodeId,
}

impl Formula {
    fn new(text: &str) -> Option<Formula> {
        let (tree, _) = parse(text);
        let start = tree.statements().last()?.span(&tree).start;
        // A parenthesis around all of it is no part of the span.
        let start = text[..start].rfind("; ").map_or(0, |at| at + 2);
        let body = text[start..].to_owned();
        let (tree, diagnostics) = parse(&body);
        let root = match tree.statements() {
            [Statement::Expression(root)] if diagnostics.is_empty() => *root,
            _ => return None,
        };
        Some(Formula {
            definitions: text[..start].to_owned(),
            body,
            tree,
            root,
        })
    }

    /// The body in a pattern.
    fn within(&self, pattern: &str) -> String {
        format!(
            "{}{}",
            self.definitions,
            pattern.replace("{}", &format!("({})", self.body))
        )
    }

    fn quote(&self, id: NodeId) -> &str {
        let Span { start, end } = self.tree.node(id).span;
        &self.body[start..end]
    }

    fn replaced(&self, span: Span, with: &str) -> String {
        format!(
            "{}{}{with}{}",
            self.definitions,
            &self.body[..span.start],
            &self.body[span.end..]
        )
    }

    fn nodes(&self) -> impl Iterator<Item = (NodeId, &NodeKind, Span)> {
        self.tree.nodes().map(|(id, node)| (id, &node.kind, node.span))
    }

    /// The terms of the sum that the body is, each with its sign.
    fn terms(&self) -> Vec<(bool, String)> {
        let (mut terms, mut at) = (Vec::new(), self.root);
        while let NodeKind::Binary(op @ (BinaryOp::Add | BinaryOp::Sub), _, lhs, rhs) = &self.tree.node(at).kind {
            terms.push((*op == BinaryOp::Sub, format!("({})", self.quote(*rhs))));
            at = *lhs;
        }
        terms.push((false, format!("({})", self.quote(at))));
        terms.reverse();
        terms
    }
}

/// Our answer, or the closed form of the corpus, one as often as the other.
fn written<'a>(answer: &'a Answer, closed: Option<&'a str>) -> Option<&'a str> {
    let shown = answer.explicit(Notation::Text);
    match closed {
        Some(closed) if closed.len() % 2 == 0 => Some(closed),
        _ => shown.or(closed),
    }
}

fn joined(definitions: &str, terms: &[(bool, String)]) -> String {
    let signed: Vec<String> = terms
        .iter()
        .map(|(negative, term)| format!("{} {term}", if *negative { "-" } else { "+" }))
        .collect();
    format!("{definitions}{}", signed.join(" "))
}

fn variable<'a>(problem: &'a Problem, answer: &Answer) -> &'a Declared {
    let variables = problem.variables();
    variables
        .iter()
        .find(|variable| variable.name == answer.wrt()[0])
        .expect("a variable of the problem")
}

fn is_general(variable: &Declared) -> bool {
    ["scalar", "vector", "matrix", "tensor"]
        .iter()
        .any(|kind| variable.text.contains(&format!(": {kind}")))
}

/// Formulas that should be accepted; the numbers decide.
pub fn right_claims(problem: &Problem, answer: &Answer, closed: Option<&str>) -> Vec<Claim> {
    let mut found = Vec::new();
    let mut add = |kind: &'static str, text: String, form: Form| {
        found.push(Claim {
            kind,
            text,
            form,
            names: &[],
        });
    };
    let axes = answer.derivative_axes().len();
    if let Some(closed) = closed {
        add("closed form of the corpus", closed.to_owned(), Form::Explicit);
    }
    let general = is_general(variable(problem, answer));
    let is_first = answer.wrt().len() == 1;
    if general && is_first {
        add(
            "differential",
            answer.differential(Notation::Text).to_owned(),
            Form::Differential,
        );
    }
    if let Some(formula) = written(answer, closed).and_then(Formula::new) {
        if (1..=2).contains(&axes) {
            add("transposed twice", formula.within("({}')'"), Form::Explicit);
        }
        add("half of its double", formula.within("{}/2 + 0.5*{}"), Form::Explicit);
        for text in expanded(&formula).into_iter().take(EACH) {
            add("multiplied out", text, Form::Explicit);
        }
        let mut terms = formula.terms();
        if terms.len() > 1 {
            terms.reverse();
            add(
                "terms in another order",
                joined(&formula.definitions, &terms),
                Form::Explicit,
            );
        }
        if general && is_first && answer.function_axes().is_empty() {
            let hole = &answer.holes()[0];
            let patterns: &[&str] = match variable(problem, answer).axes.len() {
                0 => &["{}*D"],
                1 => &["{}'*D", "D'*{}", "sum({}.*D)"],
                2 => &["tr({}'*D)", "tr(D*{}')", "tr(D'*{})", "vec({})'*vec(D)"],
                _ => &[],
            };
            // Each pattern has its turn.
            let turn = problem.text().len() % patterns.len().max(1);
            for pattern in patterns.iter().skip(turn).take(1) {
                add(
                    "trace or product with the change",
                    formula.within(&pattern.replace('D', hole)),
                    Form::Differential,
                );
            }
        }
        if general && is_first && !answer.is_row_jacobian() && answer.explicit_name() == "Jacobian" {
            add(
                "Jacobian times the change",
                formula.within(&format!("{{}}*{}", answer.holes()[0])),
                Form::Differential,
            );
        }
    }
    if let Some(text) = answer.kronecker(Notation::Text).filter(|_| axes > 2) {
        add("Kronecker form", text.to_owned(), Form::Kronecker);
    }
    if let Some(text) = answer.explicit(Notation::Unicode).filter(|_| axes <= 2) {
        add("mathematical signs", text.to_owned(), Form::Explicit);
    }
    found
}

/// `A*(x + y)` as `A*x + A*y`, at each place by itself.
fn expanded(formula: &Formula) -> Vec<String> {
    let mut found = Vec::new();
    for (_, kind, span) in formula.nodes() {
        let NodeKind::Binary(BinaryOp::Mul, _, lhs, rhs) = kind else {
            continue;
        };
        for (sum, other, is_left) in [(*lhs, *rhs, true), (*rhs, *lhs, false)] {
            let NodeKind::Binary(op @ (BinaryOp::Add | BinaryOp::Sub), _, a, b) = &formula.tree.node(sum).kind else {
                continue;
            };
            let product = |part: NodeId| match is_left {
                true => format!("({})*({})", formula.quote(part), formula.quote(other)),
                false => format!("({})*({})", formula.quote(other), formula.quote(part)),
            };
            // The span of a product with a parenthesis at its end ends before it.
            let whole = outer(formula, span, &[*lhs, *rhs]);
            let text = format!("({} {} {})", product(*a), op.text(), product(*b));
            found.push(formula.replaced(whole, &text));
        }
    }
    found
}

/// The span with the parentheses of its operands.
fn outer(formula: &Formula, span: Span, operands: &[NodeId]) -> Span {
    let mut whole = span;
    for id in operands {
        whole = whole.to(formula.tree.node(*id).span);
    }
    // Parentheses that are open inside belong to it.
    let inside = |span: Span| &formula.body[span.start..span.end];
    let count = |text: &str, c: char| text.matches(c).count();
    while count(inside(whole), '(') > count(inside(whole), ')') && formula.body[whole.end..].starts_with(')') {
        whole.end += 1;
    }
    while count(inside(whole), ')') > count(inside(whole), '(') && formula.body[..whole.start].ends_with('(') {
        whole.start -= 1;
    }
    whole
}

/// Slips of the pen.
pub fn wrong_claims(problem: &Problem, answer: &Answer, closed: Option<&str>) -> Vec<Claim> {
    let mut found = Vec::new();
    if let Some(formula) = written(answer, closed).and_then(Formula::new) {
        slips(problem, answer, &formula, &mut found);
        inner_slips(problem, &formula, &mut found);
    }
    if is_general(variable(problem, answer))
        && let ([hole], Some(formula)) = (answer.holes(), Formula::new(answer.differential(Notation::Text)))
    {
        let before = found.len();
        let add = |found: &mut Vec<Claim>, kind, text, names| found.push(claim(kind, text, names));
        add(&mut found, "sign", formula.within("-{}"), &[Sign]);
        add(&mut found, "factor", formula.within("3*{}"), &[Factor]);
        inner_slips(problem, &formula, &mut found);
        for claim in &mut found[before..] {
            claim.form = Form::Differential;
        }
        // Without the change in it a formula is no differential, unless it is 0.
        let is_differential = |claim: &Claim| claim.form != Form::Differential || claim.text.contains(hole.as_str());
        found.retain(is_differential);
    }
    if answer.derivative_axes().len() > 2
        && let Some(formula) = answer.kronecker(Notation::Text).and_then(Formula::new)
    {
        for (kind, pattern, names) in [
            ("sign of a Kronecker form", "-{}", &[Sign] as &[Mistake]),
            ("factor of a Kronecker form", "{}/2", &[Factor]),
            ("transposed Kronecker form", "{}'", &[Transposed, Convention]),
        ] {
            found.push(Claim {
                form: Form::Kronecker,
                ..claim(kind, formula.within(pattern), names)
            });
        }
    }
    found
}

fn claim(kind: &'static str, text: String, names: &'static [Mistake]) -> Claim {
    Claim {
        kind,
        text,
        form: Form::Explicit,
        names,
    }
}

/// Slips of the whole formula.
fn slips(problem: &Problem, answer: &Answer, formula: &Formula, found: &mut Vec<Claim>) {
    let mut add = |kind: &'static str, text: String, names: &'static [Mistake]| found.push(claim(kind, text, names));
    let axes = answer.derivative_axes();
    add("sign", formula.within("-{}"), &[Sign]);
    // Each has its turn.
    let factor = ["2*{}", "{}/3", "{}*0.7", "-2*{}"][formula.body.len() % 4];
    add("factor", formula.within(factor), &[Factor]);
    if let Some(size) = problem
        .variables()
        .iter()
        .flat_map(|v| &v.axes)
        .find(|axis| axis.chars().all(char::is_alphabetic))
    {
        add("factor", formula.within(&format!("{{}}/{size}")), &[Factor]);
    }
    if (1..=2).contains(&axes.len()) {
        add("transposed", formula.within("{}'"), &[Transposed, Convention]);
        // Of a symmetric answer nothing but the factor is wrong.
        add(
            "transposed and doubled",
            formula.within("2*{}'"),
            &[Transposed, Convention, Factor],
        );
    }
    let is_function_scalar = answer.function_axes().is_empty();
    let variable = variable(problem, answer);
    let is_symmetric = [": symmetric", ": posdef"]
        .iter()
        .any(|kind| variable.text.contains(kind));
    if is_symmetric && is_function_scalar && answer.wrt().len() == 1 {
        add("vech", formula.within("2*{} - diag(diag{})"), &[Convention]);
        add("triangle", formula.within("tril(2*{}) - diag(diag{})"), &[Convention]);
    }
    // A variable of the shape of the derivative, or ones.
    let same_shape = problem
        .variables()
        .iter()
        .find(|v| v.axes == axes && !v.axes.is_empty());
    match same_shape {
        Some(other) => add("extra term", formula.within(&format!("{{}} + 3*{}", other.name)), EXTRA),
        None if axes.is_empty() => add("extra term", formula.within("{} + 1"), EXTRA),
        None if axes.len() <= 2 => {
            add(
                "extra term",
                formula.within(&format!("{{}} + ones({})", axes.join(", "))),
                EXTRA,
            );
        }
        None => {}
    }
}

/// Slips inside of the formula.
fn inner_slips(problem: &Problem, formula: &Formula, found: &mut Vec<Claim>) {
    slips_of_terms(formula, found);
    slips_of_names(problem, formula, found);
}

fn slips_of_terms(formula: &Formula, found: &mut Vec<Claim>) {
    let terms = formula.terms();
    if terms.len() > 1 {
        for at in 0..terms.len().min(EACH) {
            let mut rest = terms.clone();
            rest.remove(at);
            found.push(claim(
                "missing term",
                joined(&formula.definitions, &rest),
                &[MissingTerm],
            ));
            let mut signed = terms.clone();
            signed[at].0 = !signed[at].0;
            found.push(claim("sign of a term", joined(&formula.definitions, &signed), &[Sign]));
        }
        let mut doubled = terms.clone();
        doubled[0].1 = format!("2*{}", doubled[0].1);
        found.push(claim(
            "factor of a term",
            joined(&formula.definitions, &doubled),
            &[Factor],
        ));
    }
}

fn slips_of_names(problem: &Problem, formula: &Formula, found: &mut Vec<Claim>) {
    let shape = |name: &str| problem.variables().iter().find(|v| v.name == name);
    let is_square = |name: &str| shape(name).is_some_and(|v| v.axes.len() == 2 && v.axes[0] == v.axes[1]);
    let mut made = [0; 6];
    let mut add = |slot: usize, kind: &'static str, text: String, names: &'static [Mistake]| {
        made[slot] += 1;
        if made[slot] <= EACH {
            found.push(claim(kind, text, names));
        }
    };
    for (_, kind, span) in formula.nodes() {
        match kind {
            NodeKind::Transpose(inner) => {
                let names: &[Mistake] = &[Transposed, SymmetricOnly, Convention];
                let text = formula.replaced(span, &format!("({})", formula.quote(*inner)));
                match &formula.tree.node(*inner).kind {
                    NodeKind::Name(name) if is_square(name) => add(0, "symmetric only", text, names),
                    _ => add(1, "transpose left out", text, names),
                }
            }
            NodeKind::Name(name) if shape(name).is_some_and(|v| v.axes.len() == 2) => {
                let names: &[Mistake] = &[Transposed, SymmetricOnly, Convention, Sign];
                add(
                    2,
                    "transpose put in",
                    formula.replaced(span, &format!("{name}'")),
                    names,
                );
            }
            NodeKind::Name(name) => {
                let axes = shape(name).map(|v| v.axes.clone());
                let other = problem
                    .variables()
                    .iter()
                    .find(|v| v.name != *name && Some(&v.axes) == axes.as_ref());
                if let Some(other) = other {
                    add(3, "another name", formula.replaced(span, &other.name), ANY);
                }
            }
            NodeKind::Call(name, _) => {
                let other = match name.text.as_str() {
                    "exp" => "cos",
                    "log" => "exp",
                    "sin" => "cos",
                    "cos" => "sin",
                    "tanh" => "sin",
                    "sum" => "norm2",
                    "norm2" => "norm1",
                    "tr" => "det",
                    "det" => "tr",
                    "sigmoid" => "tanh",
                    _ => continue,
                };
                add(4, "another function", formula.replaced(name.span, other), ANY);
            }
            NodeKind::Number(digits) => {
                add(
                    5,
                    "another number",
                    formula.replaced(span, &format!("({digits} + 1)")),
                    ANY,
                );
            }
            _ => {}
        }
    }
}
