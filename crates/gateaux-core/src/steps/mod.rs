//! Derivations: how the answer follows from the function, line by line, as a teacher writes it on the board.
//!
//! The differential is taken from the outside in, one named rule a line; then it is brought to the form `tr(G'*dX)`, `J*dx`
//! or `dX -> ...`; then the answer is read off. Every line is equal to the one before, and is a value that can be
//! checked: it knows of no notation.
//!
//! No rule is written here: changes come from the records and from the forms in [`diff`](crate::diff), and so do
//! transposes. What is here is the order in which they are told, and the [`Rule`]s by their names.

mod abbreviate;
mod collect;
mod expand;
mod full;
mod matrix;
mod rules;
mod stages;

pub use rules::{RULES, Rule, find};

use crate::diff::{Convention, Derivative};
use crate::expr::{Expr, Form, Result, Shape, Store, Structure};
use crate::ops::{Op, substitute};
use crate::print::Phrase;
use crate::simplify::simplify;

/// The differential of a function is cited by its formula up to this length.
const MAX_STATEMENT: usize = 48;
/// How many lines the differential may take; then all that is left is found at once.
const MAX_LINES: [usize; 2] = [16, 120];

/// How much is told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Detail {
    /// The steps that a reader of a textbook wants to see.
    #[default]
    Brief,
    /// One rule a line.
    Full,
}

/// Why a line is equal to the one before.
#[derive(Clone, Copy, Debug)]
pub enum Reason {
    /// A rule of the calculus.
    Rule(&'static Rule),
    /// The differential of a function, from its record.
    Function(&'static Op),
}

impl PartialEq for Reason {
    fn eq(&self, other: &Reason) -> bool {
        self.id() == other.id()
    }
}

impl Reason {
    /// The name for programs: `product-rule`, `differential-of-logdet`.
    pub fn id(self) -> String {
        match self {
            Reason::Rule(rule) => rule.id.to_owned(),
            Reason::Function(op) => format!("differential-of-{}", op.name),
        }
    }

    /// The name for people; of the differential of a function what it states, where that is short.
    pub fn name(self) -> String {
        match self {
            Reason::Rule(rule) => rule.name.to_owned(),
            Reason::Function(op) => {
                let statement = self.statement();
                match statement.len() <= MAX_STATEMENT {
                    true => statement,
                    false => format!("differential of {}", op.name),
                }
            }
        }
    }

    /// What it states, as an equation in the language.
    pub fn statement(self) -> String {
        match self {
            Reason::Rule(rule) => rule.statement(),
            Reason::Function(op) => {
                let arguments = op
                    .kind
                    .first()
                    .and_then(|kind| kind.split(" -> ").next())
                    .unwrap_or_default();
                let names: Vec<&str> = arguments
                    .split("; ")
                    .filter_map(|each| each.split(':').next())
                    .collect();
                let formula = op.differential.first().copied().unwrap_or_default();
                let is_factor = !formula.contains([' ', '/']);
                let right = match op.is_elementwise() && !formula.contains("dx") {
                    true if is_factor => format!("{formula}.*dx"),
                    true => format!("({formula}).*dx"),
                    false => formula.to_owned(),
                };
                format!("d({}({})) = {right}", op.name, names.join(", "))
            }
        }
    }

    /// Whether it goes without saying beside others.
    pub fn is_minor(self) -> bool {
        matches!(self, Reason::Rule(rule) if rule.is_minor)
    }
}

/// What stands on the left of the sign of equality.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Left {
    /// The function.
    Function,
    /// A part of the function, which has this place among the named ones.
    Part(usize),
    /// Its change.
    Change,
    /// The transpose of its change, a column where the function is a row.
    TransposedChange,
    /// Its change, stacked into a vector.
    StackedChange,
    /// The derivative by a complex variable, its conjugate held fixed.
    ByVariable,
    /// The derivative by the conjugate of a complex variable.
    ByConjugate,
    /// The linear map from the change of the variable to that of the function.
    Map,
    /// The answer.
    Answer,
}

/// One line.
#[derive(Clone, Debug)]
pub struct Line {
    /// What it is about.
    pub left: Left,
    /// The sum of phrases to which that is equal; of a map what it makes of the hole.
    pub right: Vec<Phrase>,
    /// Expressions in it that are written as sums of phrases, which have the same value, and of which the normal form would
    /// make something else; in later ones the earlier ones are written so, too.
    pub instead: Vec<(Expr, Vec<Phrase>)>,
    /// Why.
    pub reasons: Vec<Reason>,
}

impl Line {
    fn new(left: Left, right: Expr, reasons: &[&'static Rule]) -> Line {
        Line {
            left,
            right: vec![Phrase::plain(right)],
            instead: vec![],
            reasons: reasons.iter().map(|rule| Reason::Rule(rule)).collect(),
        }
    }

    fn because(self, rules: Vec<&'static Rule>) -> Line {
        Line {
            reasons: rules.into_iter().map(Reason::Rule).collect(),
            ..self
        }
    }

    fn change(right: Vec<Phrase>, reasons: Vec<Reason>) -> Line {
        Line {
            left: Left::Change,
            right,
            instead: vec![],
            reasons,
        }
    }
}

/// A derivative with the answer that is shown for it.
#[derive(Clone, Copy, Debug)]
pub struct Claim<'a> {
    /// The derivative of first order.
    pub derivative: &'a Derivative,
    /// The function as it was differentiated.
    pub differentiated: Expr,
    /// The changes of the variable and, of a complex one, of its conjugate.
    pub leaves: &'a [(Expr, Expr)],
    /// The explicit form as it is shown.
    pub explicit: Option<Expr>,
    /// The Kronecker form as it is shown.
    pub kronecker: Option<Expr>,
    /// By a complex variable the derivatives by it and, where true, by its conjugate.
    pub by_conjugates: &'a [(bool, Expr)],
    /// Whether the explicit form is the gradient of a real function by a complex variable.
    pub is_real: bool,
}

/// The parts of the function that a derivation which is too long to be read should name, inner ones first.
///
/// # Cost
/// A small multiple of the lengths of the lines, shared parts once.
pub fn parts_to_name(store: &Store, function: Expr, lines: &[Line]) -> Vec<Expr> {
    abbreviate::parts(store, function, lines)
}

impl Line {
    /// The definition of a named part.
    pub fn definition(at: usize, part: Expr) -> Line {
        Line::new(Left::Part(at), part, &[])
    }

    /// Whether it is the definition of the part.
    pub fn defines(&self, part: Expr) -> bool {
        matches!(self.left, Left::Part(_)) && self.right == [Phrase::plain(part)]
    }

    /// The expressions that are written, as factors of phrases; those which others stand for first.
    pub fn factors(&self) -> impl Iterator<Item = Expr> {
        let phrases = self.instead.iter().flat_map(|(_, phrases)| phrases).chain(&self.right);
        phrases.flat_map(|phrase| phrase.factors.iter().map(|factor| factor.expr))
    }
}

/// The derivation of an answer.
///
/// # Errors
/// Those of the constructors.
///
/// # Cost
/// That of the differential for each line.
pub fn derivation(store: &mut Store, claim: Claim<'_>, detail: Detail) -> Result<Vec<Line>> {
    let derivative = claim.derivative;
    let mut lines = vec![Line::new(Left::Function, derivative.function, &[])];
    if claim.differentiated != derivative.function {
        lines.push(Line::new(Left::Function, claim.differentiated, &[&rules::SPECTRAL_SUM]));
    }
    let body = differential(store, claim, detail, &mut lines)?;
    let hole = derivative.holes[0];
    let variable = store.variable(derivative.variables[0]).clone();
    if variable.is_complex {
        complex(claim, &mut lines);
        return Ok(lines);
    }
    match (store.shape(body), store.shape(hole), claim.explicit) {
        (Shape::Scalar, Shape::Scalar, Some(slope)) | (_, Shape::Scalar, Some(slope)) => {
            lines.extend(slope_line(store, body, slope, hole)?);
            lines.push(Line::new(Left::Answer, slope, &[&rules::SLOPE]));
        }
        (Shape::Scalar, _, Some(gradient)) => scalar(store, (claim, body, gradient), detail, &mut lines)?,
        (Shape::Vector(_), Shape::Vector(_), Some(jacobian)) => {
            lines.extend(matrix::jacobian(store, (Left::Change, body, hole), jacobian, detail)?);
            lines.push(Line::new(Left::Answer, jacobian, &[&rules::JACOBIAN]));
        }
        (Shape::Row(_), Shape::Vector(_), Some(jacobian)) if derivative.is_row_jacobian => {
            let column = store.transpose(body)?;
            lines.push(Line::new(Left::TransposedChange, column, &[&rules::PRODUCT_TRANSPOSE]));
            let of_column = (Left::TransposedChange, column, hole);
            lines.extend(matrix::jacobian(store, of_column, jacobian, detail)?);
            lines.push(Line::new(Left::Answer, jacobian, &[&rules::JACOBIAN]));
        }
        _ => map(store, claim, detail, &mut lines)?,
    }
    Ok(lines)
}

/// The lines of the differential; the last of them as an expression.
fn differential(store: &mut Store, claim: Claim<'_>, detail: Detail, lines: &mut Vec<Line>) -> Result<Expr> {
    let most = MAX_LINES[usize::from(detail == Detail::Full)];
    let mut expansion = expand::Expansion::new(store, claim.differentiated, claim.leaves)?;
    if detail == Detail::Full {
        lines.push(Line::new(Left::Change, expansion.body, &[]));
    }
    let start = lines.len();
    loop {
        let next = match detail {
            Detail::Brief => expansion.next(store)?.map(|reasons| {
                let body = vec![Phrase::plain(expansion.body)];
                vec![Line::change(body, reasons)]
            }),
            Detail::Full => expansion.next_in_full(store)?,
        };
        let Some(next) = next else { break };
        lines.extend(next);
        if lines.len() - start >= most {
            expansion.finish(store)?;
            lines.push(Line::new(Left::Change, expansion.body, &[&rules::REST]));
            break;
        }
    }
    // A function that does not depend on the variable, or is it.
    if lines.len() == start {
        let why = match store.is_zero(expansion.body) {
            true => &rules::CONSTANT,
            false => &rules::LINEAR_MAP,
        };
        lines.push(Line::new(Left::Change, expansion.body, &[why]));
    }
    Ok(expansion.body)
}

/// The derivatives by a complex variable and by its conjugate, and the answer that follows from them.
fn complex(claim: Claim<'_>, lines: &mut Vec<Line>) {
    lines.push(Line::new(Left::Change, claim.derivative.form, &[&rules::COLLECT]));
    let why = match claim.is_real {
        true => &rules::COMPLEX_GRADIENT,
        false => &rules::WIRTINGER,
    };
    for (is_conjugate, array) in claim.by_conjugates {
        let left = match is_conjugate {
            true => Left::ByConjugate,
            false => Left::ByVariable,
        };
        lines.push(Line::new(left, *array, &[&rules::WIRTINGER]));
    }
    lines.push(match claim.explicit {
        Some(explicit) => Line::new(Left::Answer, explicit, &[why]),
        None => Line::new(Left::Map, claim.derivative.operator, &[&rules::OPERATOR]),
    });
}

/// From the differential of a scalar to its gradient.
fn scalar(
    store: &mut Store,
    (claim, body, gradient): (Claim<'_>, Expr, Expr),
    detail: Detail,
    lines: &mut Vec<Line>,
) -> Result<()> {
    let derivative = claim.derivative;
    let hole = derivative.holes[0];
    let structure = store.variable(derivative.variables[0]).structure;
    let read_off = match store.shape(hole) {
        Shape::Vector(_) => &rules::VECTOR_GRADIENT,
        Shape::Tensor(_) => &rules::TENSOR_GRADIENT,
        Shape::Scalar | Shape::Row(_) | Shape::Matrix(..) => &rules::GRADIENT,
    };
    let raw = match derivative.raw_gradient {
        Some(raw) if structure != Structure::General => simplify(store, raw)?,
        _ => gradient,
    };
    if body == Store::ZERO {
        lines.push(Line::new(Left::Answer, gradient, &[read_off]));
        return Ok(());
    }
    lines.extend(collect::lines(store, body, hole, raw, detail)?);
    match (derivative.convention, projection(structure)) {
        (Convention::Subspace, Some(part)) => {
            lines.push(Line::change(
                vec![collect::literal(store, gradient, hole)?],
                vec![Reason::Rule(part)],
            ));
            lines.push(Line::new(Left::Answer, gradient, &[read_off]));
        }
        (Convention::Vech, Some(_)) => lines.push(Line::new(Left::Answer, gradient, &[&rules::VECH])),
        (_, None) => lines.push(Line::new(Left::Answer, gradient, &[read_off])),
    }
    Ok(())
}

fn projection(structure: Structure) -> Option<&'static Rule> {
    match structure {
        Structure::General => None,
        Structure::Symmetric | Structure::Posdef => Some(&rules::SYMMETRIC),
        Structure::Skew => Some(&rules::SKEW),
        Structure::Diagonal => Some(&rules::DIAGONAL),
        Structure::Lower => Some(&rules::LOWER),
        Structure::Orthogonal => Some(&rules::ORTHOGONAL),
    }
}

/// `g*dt`, where the change of a scalar does not stand alone yet.
fn slope_line(store: &mut Store, body: Expr, slope: Expr, hole: Expr) -> Result<Option<Line>> {
    if store.is_zero(body) {
        return Ok(None);
    }
    let raw = substitute(store, body, &[(hole, Store::ONE)])?;
    let terms = match store.form(body) {
        Form::Add(terms) => terms.iter().filter(|term| store.has_hole(term.expr)).count(),
        _ => 1,
    };
    let mut why = Vec::new();
    if terms > 1 {
        why.push(&rules::COLLECT);
    }
    if raw != slope && why.is_empty() {
        why.extend(collect::rewriting(store, raw, slope));
    }
    if why.is_empty() {
        return Ok(None);
    }
    why.dedup_by_key(|rule| rule.id);
    Ok(Some(matrix::factored(Left::Change, slope, hole).because(why)))
}

/// The derivative as a map, and as the matrix and the array that stand for it.
fn map(store: &mut Store, claim: Claim<'_>, detail: Detail, lines: &mut Vec<Line>) -> Result<()> {
    let derivative = claim.derivative;
    lines.push(Line::new(Left::Map, derivative.operator, &[&rules::OPERATOR]));
    if let Some(kronecker) = claim.kronecker {
        lines.extend(matrix::stacked(store, derivative, kronecker, detail)?);
    }
    lines.extend(
        claim
            .explicit
            .map(|explicit| Line::new(Left::Answer, explicit, &[&rules::ENTRIES])),
    );
    Ok(())
}
