//! From a line as a rule gives it to its normal form, one rule a line.
//!
//! The normal form does several things at once: where the product rule puts a change into a trace, the trace is taken
//! apart, rotated and transposed until the change stands last. So a line says of some of its parts how they are
//! written ([`Line::instead`]), and the normal form arrives after the rules that it used.

use std::collections::BTreeSet;

use super::{Line, Reason, Rule, rules};
use crate::expr::{Expr, Form, MatrixPower, Rational, Result, Store};
use crate::ops;
use crate::print::{Factor, Phrase, Wrap};

/// The rules by which a line comes to its normal form, in the order in which they are told.
const ORDER: [&Rule; 9] = [
    &rules::TRANSPOSE,
    &rules::PRODUCT_TRANSPOSE,
    &rules::SCALAR_TRANSPOSE,
    &rules::SUM_INNER,
    &rules::SUM_TRACE,
    &rules::TRACE_SUM,
    &rules::OUTER,
    &rules::CYCLIC,
    &rules::TRACE_TRANSPOSE,
];

/// The place of a rule in [`ORDER`].
pub(super) fn rank(rule: &'static Rule) -> usize {
    ORDER
        .iter()
        .position(|known| known.id == rule.id)
        .unwrap_or(ORDER.len())
}

/// A rule by its place in [`ORDER`], and what stands there after it.
pub(super) type Stage = (usize, Vec<Phrase>);

/// A part of a line that the normal form rewrites.
pub(super) struct Place {
    pub(super) part: Expr,
    /// What is written at first, if it is not the part.
    pub(super) literal: Option<Vec<Phrase>>,
    pub(super) stages: Vec<Stage>,
}

/// The lines from what the rule gives to the normal form.
pub(super) fn told((base, after): (Expr, Expr), reason: Reason, places: &[Place]) -> Vec<Line> {
    let stages = places.iter().flat_map(|place| &place.stages);
    let ranks: BTreeSet<usize> = stages.map(|(rank, _)| *rank).collect();
    let mut lines = Vec::with_capacity(ranks.len() + 1);
    let mut why = reason;
    for next in ranks {
        // Each place as it is after the last of its rules that were told.
        let written = places.iter().filter_map(|place| {
            let told = place.stages.iter().rev().find(|(rank, _)| *rank < next);
            let phrases = told.map(|(_, phrases)| phrases).or(place.literal.as_ref());
            Some((place.part, phrases?.clone()))
        });
        lines.push(Line {
            instead: written.collect(),
            ..Line::change(vec![Phrase::plain(base)], vec![why])
        });
        why = Reason::Rule(ORDER[next]);
    }
    lines.push(Line::change(vec![Phrase::plain(after)], vec![why]));
    lines
}

/// The parts of a line that the normal form rewrites where changes are put into them, and what it makes of them.
pub(super) fn contexts(store: &mut Store, base: Expr, changes: &[(Expr, Expr)]) -> Result<Vec<Place>> {
    let mut found = Vec::new();
    for expr in store.post_order(&[base]) {
        let put = |part: Expr| {
            changes
                .iter()
                .find(|(hole, _)| *hole == part)
                .map(|(_, change)| *change)
        };
        let stages = match store.form(expr).clone() {
            Form::Trace(inner) if holds(store, inner, changes) => under_trace(store, inner, changes)?,
            Form::Transpose(inner) if put(inner).is_some_and(|change| factors_of(store, change).is_some()) => {
                let after = ops::substitute(store, expr, changes)?;
                vec![(rank(&rules::PRODUCT_TRANSPOSE), vec![Phrase::plain(after)])]
            }
            Form::MatMul(factors) if store.shape(expr).is_scalar() && holds(store, expr, changes) => {
                let list = factors.iter().map(|factor| match put(factor.base) {
                    Some(change) if factor.power == 1 => peeled(store, change).into(),
                    _ => Factor::from(factor.base),
                });
                let literal = Phrase::product(Wrap::Nothing, list.collect());
                match factors.iter().all(|factor| factor.power == 1) && reads_backwards(store, &literal)? {
                    true => {
                        let after = ops::substitute(store, expr, changes)?;
                        vec![(rank(&rules::SCALAR_TRANSPOSE), vec![Phrase::plain(after)])]
                    }
                    false => vec![],
                }
            }
            Form::Sum(inner) => match put(inner) {
                Some(change) if matches!(store.form(peeled(store, change)), Form::Product(_)) => {
                    let after = ops::substitute(store, expr, changes)?;
                    let rule = match *store.form(peeled(store, after)) {
                        Form::MatMul(_) => Some(&rules::SUM_INNER),
                        Form::Trace(_) => Some(&rules::SUM_TRACE),
                        _ => None,
                    };
                    rule.map(|rule| (rank(rule), vec![Phrase::plain(after)]))
                        .into_iter()
                        .collect()
                }
                _ => vec![],
            },
            _ => vec![],
        };
        if !stages.is_empty() {
            found.push(Place {
                part: expr,
                literal: None,
                stages,
            });
        }
    }
    Ok(found)
}

/// Whether one of the holes is the array, or a factor of it.
fn holds(store: &Store, array: Expr, changes: &[(Expr, Expr)]) -> bool {
    let array = peeled(store, array);
    let is_hole = |expr: Expr| changes.iter().any(|(hole, _)| *hole == expr);
    match store.form(array) {
        Form::MatMul(factors) => factors.iter().any(|factor| is_hole(factor.base)),
        _ => is_hole(array),
    }
}

/// What becomes of the trace of an array when changes are put into it.
fn under_trace(store: &mut Store, inner: Expr, changes: &[(Expr, Expr)]) -> Result<Vec<Stage>> {
    let literal = ops::substitute(store, inner, changes)?;
    let terms: Vec<(Rational, Expr)> = match store.form(literal) {
        Form::Add(terms) => terms.iter().map(|term| (term.coefficient.clone(), term.expr)).collect(),
        _ => vec![(Rational::one(), literal)],
    };
    let mut stages: Vec<Stage> = Vec::new();
    let traced = |(coefficient, term): (Rational, Expr), list: Vec<Factor>| {
        let list = if list.is_empty() { vec![term.into()] } else { list };
        Phrase {
            coefficient,
            ..Phrase::product(Wrap::Trace, list)
        }
    };
    if terms.len() > 1 {
        let apart = terms.iter().map(|term| traced(term.clone(), vec![])).collect();
        stages.push((rank(&rules::TRACE_SUM), apart));
    }
    let (mut rotated, mut is_rotated, mut is_outer, mut is_transposed) = (Vec::new(), false, false, false);
    let mut after = Vec::new();
    for term in terms {
        let normal = store.trace(term.1)?;
        let turned = turned(store, term.1)?;
        is_outer |= !matches!(store.form(peeled(store, normal)), Form::Trace(_));
        is_rotated |= turned.is_rotated;
        is_transposed |= turned.is_transposed;
        after.push(Phrase {
            coefficient: term.0.clone(),
            ..Phrase::plain(normal)
        });
        rotated.push(traced(term, turned.factors));
    }
    if is_outer {
        stages.push((rank(&rules::OUTER), after));
        return Ok(stages);
    }
    if is_rotated {
        stages.push((rank(&rules::CYCLIC), rotated));
    }
    if is_transposed {
        stages.push((rank(&rules::TRACE_TRANSPOSE), after));
    }
    Ok(stages)
}

/// The factors of a product under a trace, turned until the change stands last.
#[derive(Default)]
struct Turned {
    /// None where it is no product.
    factors: Vec<Factor>,
    is_rotated: bool,
    /// Whether the change is transposed.
    is_transposed: bool,
}

fn turned(store: &mut Store, array: Expr) -> Result<Turned> {
    let core = peeled(store, array);
    let is_transposed = |store: &Store, expr: Expr| matches!(store.form(expr), Form::Transpose(_));
    let Form::MatMul(factors) = store.form(core).clone() else {
        return Ok(Turned {
            is_transposed: is_transposed(store, core),
            ..Turned::default()
        });
    };
    let Some(at) = factors.iter().position(|factor| store.has_hole(factor.base)) else {
        return Ok(Turned::default());
    };
    let others: Vec<MatrixPower> = factors[at + 1..].iter().chain(&factors[..at]).copied().collect();
    let mut list: Vec<Factor> = Vec::new();
    if let Form::Scale(scalar, _) = *store.form(store.split_coefficient(array).1) {
        list.push(scalar.into());
    }
    for factor in others {
        list.push(store.matrix_product(vec![factor])?.into());
    }
    list.push(factors[at].base.into());
    Ok(Turned {
        factors: list,
        is_rotated: at + 1 < factors.len(),
        is_transposed: is_transposed(store, factors[at].base),
    })
}

/// The array without the numbers and scalars in front of it.
fn peeled(store: &Store, expr: Expr) -> Expr {
    let (_, rest) = store.split_coefficient(expr);
    match *store.form(rest) {
        Form::Scale(_, array) => array,
        _ => rest,
    }
}

/// The factors of a matrix product of several.
fn factors_of(store: &Store, expr: Expr) -> Option<Vec<MatrixPower>> {
    match store.form(peeled(store, expr)) {
        Form::MatMul(factors) if factors.len() > 1 => Some(factors.to_vec()),
        _ => None,
    }
}

/// Whether the normal form reads a scalar product from its other end.
pub(super) fn reads_backwards(store: &mut Store, phrase: &Phrase) -> Result<bool> {
    let list: Vec<Expr> = phrase.factors.iter().map(|factor| factor.expr).collect();
    let product = store.matmul(&list)?;
    let (Some(read), Some(last)) = (factors_of(store, product), list.last()) else {
        return Ok(false);
    };
    // The last factor may be a product itself.
    let last = factors_of(store, *last)
        .and_then(|factors| factors.last().copied())
        .map_or(*last, |last| last.base);
    let first = store.transpose(last)?;
    let is_same = factors_of(store, list[0]).map_or(list[0], |factors| factors[0].base) == read[0].base;
    Ok(read[0].base == first && !is_same)
}
