//! Derivatives, held against everything that can judge them.

use std::collections::BTreeMap;

use gateaux::{Answer, Inputs, Notation, Problem, Verdict};
use gateaux_array::{Array, Complex, DoubleDouble, Prime, Real};
use gateaux_core::diff;
use gateaux_core::expr::{Error, Store};
use gateaux_core::infer;
use gateaux_eval::Sizes;
use gateaux_syntax::{IndexItem, NodeKind, Statement, Tree};

use super::{are_errors, text};
use crate::case::{Case, shape_sizes};
use crate::check::{Outcome, Point, check};
use crate::complex::{self, C};
use crate::numbers::Region;

/// By so many variables of a text it is differentiated.
const MAX_VARIABLES: usize = 5;
/// The sizes that names of dimensions get, in order of appearance.
pub(super) const PATTERN: [usize; 4] = [2, 3, 4, 5];
/// A text of more pieces, with definitions in place, is not computed with.
const MAX_PIECES: usize = 150;
/// Nor is one with arrays of more entries; second derivatives have the square of them.
const MAX_ENTRIES: usize = 100;
/// A product of complex numbers takes as many of real ones.
const COMPLEX_WORK: usize = 4;
/// At so many points numbers with 31 digits judge; where they lose their digits they may be wrong themselves.
const POINTS: u64 = 6;
/// At so many of them an answer must be wrong to be wrong.
const LEAST_WRONG: u64 = 3;
/// A relative error that no rounding explains.
const LARGE_ERROR: f64 = 1e-3;

/// Derivatives of first and second order: no panic, a mistake has a place, and no answer is wrong.
pub fn derive(data: &[u8]) {
    let text = text(data);
    let mut problem = match Problem::parse(&text) {
        Ok(problem) => problem,
        Err(errors) => return are_errors(&text, &errors),
    };
    for notation in [Notation::Text, Notation::Unicode, Notation::Latex, Notation::MathMl] {
        if let Err(errors) = problem.function_text(notation) {
            are_errors(&text, &errors);
        }
    }
    let declared = problem.variables().iter().take(MAX_VARIABLES);
    let names: Vec<String> = declared.map(|variable| variable.name.clone()).collect();
    let is_small = is_small(&text);
    let is_scalar = problem.axes().is_empty();
    let mut are_right = is_small;
    for (at, name) in names.iter().enumerate() {
        let Some(answer) = derived(&text, &mut problem, &[name]) else {
            continue;
        };
        let other = &names[(at + 1) % names.len()];
        let second = if is_scalar {
            derived(&text, &mut problem, &[name, name])
                .into_iter()
                .chain(derived(&text, &mut problem, &[name, other]))
        } else {
            None.into_iter().chain(None)
        };
        let answers: Vec<Answer> = std::iter::once(answer).chain(second).collect();
        if is_small {
            are_right &= is_right(&text, &mut problem, name, &answers);
        }
    }
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    if is_scalar {
        match problem.gradients(&names) {
            Ok(answers) if are_right => agree(&text, &mut problem, &answers),
            Ok(_) => {}
            Err(errors) => are_errors(&text, &errors),
        }
    }
}

fn derived(text: &str, problem: &mut Problem, wrt: &[&str]) -> Option<Answer> {
    match problem.derive(wrt) {
        Ok(answer) => Some(answer),
        Err(errors) => {
            are_errors(text, &errors);
            None
        }
    }
}

/// Whether the derivatives by one variable are known to be right, by our judges; the check that users see must not
/// contradict them where nobody else can judge.
fn is_right(text: &str, problem: &mut Problem, wrt: &str, answers: &[Answer]) -> bool {
    let judged = judged(text, wrt);
    // Where nobody has to be contradicted, one check shows that it gives a verdict at all.
    let is_needed = matches!(judged, Judged::Wrong(_) | Judged::Unknown);
    for answer in answers.iter().take(if is_needed { answers.len() } else { 1 }) {
        let verdict = answer.check(problem);
        let wrt = answer.wrt().join(", ");
        let shown = || {
            answer
                .explicit(Notation::Text)
                .unwrap_or(answer.differential(Notation::Text))
                .to_owned()
        };
        if let Judged::Wrong(reason) = &judged {
            let verdict = verdict.verdict;
            panic!(
                "WRONG: {text:?} by {wrt} is {}: {reason}; its check says {verdict:?}",
                shown()
            );
        }
        // The check that users see computes with 16 digits, so where better numbers can judge, they do.
        let Verdict::NotVerified(reason) = verdict.verdict else {
            continue;
        };
        if judged == Judged::Unknown && verdict.points > 0 && verdict.error > LARGE_ERROR {
            let other = BTreeMap::from_iter(verdict.sizes.into_iter().map(|(name, size)| (name, size + 1)));
            let again = answer.check_with(problem, &other);
            if !again.is_verified() && again.points > 0 && again.error > LARGE_ERROR {
                panic!("WRONG: {text:?} by {wrt} is {}: {reason}", shown());
            }
        }
    }
    judged == Judged::Right
}

#[derive(Debug, PartialEq)]
enum Judged {
    Right,
    Wrong(String),
    /// The function is not defined at the points tried, or is too large there, or its derivative is refused.
    Undefined,
    /// The interpreter does not know something that stands in the text.
    Unknown,
}

/// What numbers of a prime field say of all views of the first and second derivative, or, where a function has no
/// values there, real or complex numbers with 31 digits.
fn judged(text: &str, wrt: &str) -> Judged {
    let is_complex = Case::read(text).is_ok_and(|case| complex::is_complex(&case));
    let is_refused = if is_complex { is_complex_refused } else { is_refused };
    if is_refused(text, wrt) {
        return Judged::Undefined;
    }
    let seed = text
        .bytes()
        .fold(7u64, |seed, byte| seed.wrapping_mul(31).wrapping_add(byte.into()));
    match check::<Prime>(text, wrt, &PATTERN, seed) {
        // A prime field knows no conjugates.
        _ if is_complex => {}
        Outcome::Right => return Judged::Right,
        Outcome::Wrong(reason) => return Judged::Wrong(reason),
        Outcome::Undefined(_) => {}
    }
    let mut wrong = 0;
    let mut last = Judged::Undefined;
    for point in 0..POINTS {
        let check = if is_complex {
            complex::check
        } else {
            check::<DoubleDouble>
        };
        match check(text, wrt, &PATTERN, seed + point) {
            Outcome::Right if wrong == 0 => return Judged::Right,
            Outcome::Right => {}
            Outcome::Wrong(reason) => {
                wrong += 1;
                if wrong == LEAST_WRONG {
                    return Judged::Wrong(reason);
                }
            }
            Outcome::Undefined(reason) if is_unknown(&reason) => last = Judged::Unknown,
            Outcome::Undefined(_) => {}
        }
    }
    last
}

/// Whether the interpreter gave up since it does not know a piece of the language.
fn is_unknown(reason: &str) -> bool {
    [
        "the interpreter ",
        "the function ",
        "the constructor ",
        "the operator ",
        "the name ",
    ]
    .iter()
    .any(|start| reason.starts_with(start))
}

/// Whether one of the derivatives that the judges look at is beyond a limit, or not available.
fn is_refused(text: &str, wrt: &str) -> bool {
    let Ok(mut case) = Case::read(text) else { return true };
    let Ok(variable) = case.variable(wrt) else { return true };
    let mut refused = |order: usize| {
        let names: Vec<String> = (1..=order).map(|at| format!("d{at}")).collect();
        let found = diff::derivative(&mut case.store, case.function, &vec![variable; order], &names);
        if let Err(error @ Error::IllShaped { .. }) = &found {
            panic!("{text:?} by {wrt}: {error}");
        }
        found.ok()
    };
    let (Some(first), Some(_)) = (refused(1), refused(2)) else {
        return true;
    };
    let (Some((_, adjoint)), Some(var)) = (first.adjoint, case.store.as_var(variable)) else {
        return true;
    };
    let again = case.store.add_hole("d3", var);
    again
        .and_then(|hole| diff::differential(&mut case.store, adjoint, &[(variable, hole)]))
        .is_err()
}

/// The same by complex variables.
fn is_complex_refused(text: &str, wrt: &str) -> bool {
    let Ok(mut case) = Case::read(text) else { return true };
    let Ok(variable) = case.variable(wrt) else { return true };
    (1..=2).any(|order| {
        let names: Vec<String> = (1..=order).map(|at| format!("d{at}")).collect();
        let found = diff::complex_derivative(&mut case.store, case.function, &vec![variable; order], &names);
        if let Err(error @ Error::IllShaped { .. }) = &found {
            panic!("{text:?} by {wrt}: {error}");
        }
        found.is_err()
    })
}

/// The value, and the gradients of one sweep and of one for each variable as numbers.
fn agree(text: &str, problem: &mut Problem, gradients: &[Answer]) {
    let mut gaps: Vec<f64> = Vec::new();
    for seed in 0..LEAST_WRONG {
        let Some(inputs) = inputs(text, seed) else { return };
        let mut largest: f64 = 0.0;
        for gradient in gradients {
            let Some(answer) = derived(text, problem, &[&gradient.wrt()[0]]) else {
                return;
            };
            let mut numbers = |answer: &Answer| problem.evaluate(Some(answer), &inputs).ok()?.derivative;
            let (Some(one), Some(two)) = (numbers(gradient), numbers(&answer)) else {
                return;
            };
            assert_eq!(one.shape(), two.shape(), "{text:?} by {}", gradient.wrt()[0]);
            let scale = one.max_abs().max(two.max_abs()).max(1.0);
            let gap = one.sub(&two).map_or(f64::INFINITY, |gap| gap.max_abs()) / scale;
            if gap.is_nan() || scale > 1e8 {
                return;
            }
            largest = largest.max(gap);
        }
        gaps.push(largest);
    }
    assert!(
        !gaps.iter().all(|gap| *gap > LARGE_ERROR),
        "{text:?}: gradients and derive differ by {gaps:?}"
    );
}

/// Random values for all variables.
fn inputs(text: &str, seed: u64) -> Option<Inputs> {
    let case = Case::read(text).ok()?;
    let (wrt, _) = case.variables.first()?;
    if complex::is_complex(&case) {
        let point = complex::Point::new(text, &[wrt], &PATTERN, (Region::Positive, seed)).ok()?;
        let numbers = |array: &Array<C>| array.map(|entry| Complex::new(entry.re.to_f64(), entry.im.to_f64()));
        let mut values = BTreeMap::new();
        for (name, expr) in &point.case.variables {
            values.insert(name.clone(), numbers(point.values.get(&point.case.var(*expr).ok()?)?));
        }
        return Some(Inputs::new(values, point.sizes));
    }
    let point = Point::<DoubleDouble>::new(text, wrt, &PATTERN, (Region::Positive, seed)).ok()?;
    let mut inputs = Inputs::default();
    for (name, expr) in &point.case.variables {
        let value = point.values.get(&point.case.var(*expr).ok()?)?;
        inputs.values.insert(name.clone(), value.map(Real::to_f64));
    }
    inputs.sizes = point.sizes;
    Some(inputs)
}

/// Whether numbers can be computed in no time: few pieces, small arrays, short numbers.
pub(super) fn is_small(text: &str) -> bool {
    let (tree, _) = gateaux_syntax::parse(text);
    let is_complex = Case::read(text).is_ok_and(|case| complex::is_complex(&case));
    let work = if is_complex { COMPLEX_WORK } else { 1 };
    if pieces(&tree) > MAX_PIECES / work {
        return false;
    }
    let is_short = |kind: &NodeKind| !matches!(kind, NodeKind::Number(digits) if digits.len() > 6);
    if !tree.nodes().all(|(_, node)| is_short(&node.kind)) {
        return false;
    }
    let mut store = Store::default();
    let Ok(typing) = infer::infer(&tree, text, &[], &mut store.dims) else {
        return false;
    };
    let shapes: Vec<_> = typing.shapes.iter().flatten().copied().collect();
    let mut sizes = Sizes::new();
    let mut next = PATTERN.into_iter().cycle();
    for name in shapes
        .iter()
        .flat_map(|shape| shape.axes())
        .flat_map(|dim| store.dims.names(dim))
    {
        sizes.entry(name).or_insert_with(|| next.next().unwrap_or(2));
    }
    let entries = |shape| shape_sizes(&store, shape, &sizes).map(|sizes| sizes.iter().product::<usize>());
    shapes
        .into_iter()
        .all(|shape| entries(shape).is_ok_and(|entries| entries <= MAX_ENTRIES / work))
}

/// The number of pieces of the function with definitions in place, as the interpreter meets them.
fn pieces(tree: &Tree) -> usize {
    let mut bodies = BTreeMap::new();
    for statement in tree.statements() {
        if let Statement::Definition(definition) = statement {
            bodies.insert(definition.name.text.as_str(), definition.body);
        }
    }
    let mut counts: Vec<usize> = Vec::new();
    for (id, node) in tree.nodes() {
        let operands = match &node.kind {
            NodeKind::Name(name) => bodies
                .get(name.as_str())
                .filter(|body| **body < id)
                .copied()
                .into_iter()
                .collect(),
            NodeKind::Number(_) | NodeKind::Text(_) | NodeKind::Missing => vec![],
            NodeKind::Unary(_, x) | NodeKind::Transpose(x) | NodeKind::ConjugateTranspose(x) => vec![*x],
            NodeKind::Binary(_, _, x, y) => vec![*x, *y],
            NodeKind::Call(_, args) => args.clone(),
            NodeKind::Array(rows) => rows.concat(),
            NodeKind::Index(base, items) => {
                let of = |item: &IndexItem| match item {
                    IndexItem::At(x) => vec![*x],
                    IndexItem::Range(x, y) => vec![*x, *y],
                    IndexItem::All(_) => vec![],
                };
                items.iter().flat_map(of).chain([*base]).collect()
            }
        };
        // A derivative in k directions is a function of matrices of 2^k times the size, whose products take 8^k times
        // the work.
        let own = match &node.kind {
            NodeKind::Call(name, args) if name.text.starts_with("frechet_") => 1 << (3 * args.len().clamp(1, 8) - 3),
            _ => 1,
        };
        let below = operands
            .iter()
            .fold(own, |sum: usize, x| sum.saturating_add(counts[x.0 as usize]));
        counts.push(below);
    }
    counts.into_iter().max().unwrap_or(0)
}
