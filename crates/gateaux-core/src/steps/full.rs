//! The first half of a derivation in full: one rule a line.
//!
//! The normal form does several things at once: where the product rule puts a change into a trace, the trace is rotated and
//! transposed until the change stands last. So a line says of some of its parts how they are written
//! ([`Line::instead`]), and the normal form arrives after the rules that it used, one by one.

use std::collections::BTreeSet;

use super::expand::{Expansion, reason_of_call};
use super::{Line, Reason, Rule, rules};
use crate::diff;
use crate::expr::{ElementPower, Expr, Form, MatrixPower, Rational, Result, Store};
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
fn rank(rule: &'static Rule) -> usize {
    ORDER
        .iter()
        .position(|known| known.id == rule.id)
        .unwrap_or(ORDER.len())
}

/// Of what the change of an expression is made, by one rule.
enum Way {
    /// It is that of another expression.
    Same(Expr),
    /// The rule of the form or of the function, over the changes of the parts.
    Children,
    /// Each term of a sum changes; true: it is subtracted.
    Terms(Vec<(bool, Expr)>),
    /// Each factor of a matrix product changes in turn.
    Factors(Vec<MatrixPower>),
    /// Each factor of an elementwise product changes in turn.
    Entries(Vec<ElementPower>),
    /// A quotient.
    Quotient(Expr, Expr),
    /// The squared norm of an array.
    Square(Expr),
}

/// How the change of a transpose is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shown {
    /// `d(X')`
    Whole,
    /// `dX'`
    Turned,
}

/// What the change of an expression is.
struct Change {
    reason: Reason,
    /// As the rule gives it.
    literal: Vec<Phrase>,
    /// In the normal form.
    normal: Expr,
    /// What stands there after each further rule.
    stages: Vec<Stage>,
}

/// A rule by its place in [`ORDER`], and what stands there after it.
type Stage = (usize, Vec<Phrase>);

impl Expansion<'_> {
    /// The next lines: the outermost differentials with the same rule become what they are, and then what the normal form
    /// makes of the line; `None` where the variable alone changes.
    pub(super) fn next_in_full(&mut self, store: &mut Store) -> Result<Option<Vec<Line>>> {
        let mut chosen: Vec<(Expr, Change)> = Vec::new();
        for expr in self.outermost(store) {
            let (reason, way) = self.way(store, expr)?;
            if chosen.first().is_none_or(|(_, first)| first.reason == reason)
                && let Some(hole) = self.pending.remove(&expr)
            {
                let change = self.change(store, expr, (reason, way))?;
                chosen.push((hole, change));
            }
        }
        let Some(reason) = chosen.first().map(|(_, change)| change.reason) else {
            return Ok(None);
        };
        let base = self.body;
        let normal: Vec<(Expr, Expr)> = chosen.iter().map(|(hole, change)| (*hole, change.normal)).collect();
        self.body = ops::substitute(store, base, &normal)?;
        let mut places: Vec<(Expr, Vec<Stage>)> = Vec::new();
        let mut instead: Vec<(Expr, Vec<Phrase>)> = Vec::new();
        for (hole, change) in chosen {
            instead.push((hole, change.literal));
            places.push((hole, change.stages));
        }
        places.extend(contexts(store, base, &normal)?);
        Ok(Some(told(base, self.body, reason, (instead, places))))
    }

    /// The rule that gives the change of an expression, and of what.
    fn way(&mut self, store: &mut Store, expr: Expr) -> Result<(Reason, Way)> {
        let changes = |expr: &Expr| self.linear.contains_key(expr);
        let (rule, way) = match store.form(expr).clone() {
            Form::Number(_) | Form::Size(_) | Form::Var(_) => (&rules::CONSTANT, Way::Children),
            Form::Eye | Form::Ones | Form::Zero | Form::Select(_) | Form::Tril | Form::Commutation(..) => {
                (&rules::CONSTANT, Way::Children)
            }
            Form::Add(terms) => {
                let changing: Vec<_> = terms.iter().filter(|term| changes(&term.expr)).cloned().collect();
                if changing.len() < terms.len() {
                    let changing: Vec<_> = changing.into_iter().map(|term| (term.coefficient, term.expr)).collect();
                    (&rules::CONSTANT, Way::Same(store.sum(&changing)?))
                } else if let [_] = *terms {
                    (&rules::CONSTANT_FACTOR, Way::Children)
                } else {
                    let mut signed = Vec::with_capacity(changing.len());
                    for term in changing {
                        let size = store.times(&term.coefficient.abs(), term.expr)?;
                        signed.push((term.coefficient.is_negative(), size));
                    }
                    (&rules::SUM, Way::Terms(signed))
                }
            }
            Form::Scale(scalar, array) => match changes(&scalar) && changes(&array) {
                true => (&rules::PRODUCT, Way::Children),
                false => (&rules::CONSTANT_FACTOR, Way::Children),
            },
            Form::MatMul(factors) => self.way_of_product(store, expr, &factors)?,
            Form::Product(factors) => self.way_of_powers(store, expr, &factors)?,
            Form::Trace(_) => (&rules::TRACE, Way::Children),
            Form::Sum(_) => (&rules::ENTRY_SUM, Way::Children),
            Form::Transpose(_) => (&rules::TRANSPOSE, Way::Children),
            Form::Diag(_) | Form::DiagOf(_) => (&rules::DIAG, Way::Children),
            Form::Reshape(_) => (&rules::VEC, Way::Children),
            Form::Kron(..) => (&rules::KRON, Way::Children),
            Form::Einsum(einsum) => {
                let changing = einsum.operands.iter().filter(|operand| changes(&operand.expr)).count();
                let rule = if changing > 1 {
                    &rules::INDEX_SUM
                } else {
                    &rules::LINEAR_MAP
                };
                (rule, Way::Children)
            }
            Form::Call(function, _) => return Ok((reason_of_call(function), Way::Children)),
        };
        Ok((Reason::Rule(rule), way))
    }

    fn way_of_product(
        &mut self,
        store: &mut Store,
        expr: Expr,
        factors: &[MatrixPower],
    ) -> Result<(&'static Rule, Way)> {
        let is_scalar = store.shape(expr).is_scalar();
        if is_scalar && let Some(root) = store.inner_square(expr)? {
            return Ok((&rules::SQUARED_NORM, Way::Square(root)));
        }
        if let [only] = factors {
            let is_inverse = only.power == -1;
            let rule = if is_inverse {
                &rules::INVERSE
            } else {
                &rules::MATRIX_POWER
            };
            return Ok((rule, Way::Children));
        }
        let flat = if is_scalar {
            store.flat(factors)
        } else {
            factors.to_vec()
        };
        let changing = flat
            .iter()
            .filter(|factor| self.linear.contains_key(&factor.base))
            .count();
        let rule = if changing > 1 {
            &rules::PRODUCT
        } else {
            &rules::LINEAR_MAP
        };
        Ok((rule, Way::Factors(flat)))
    }

    fn way_of_powers(
        &mut self,
        store: &mut Store,
        expr: Expr,
        factors: &[ElementPower],
    ) -> Result<(&'static Rule, Way)> {
        let changes = |factor: &&ElementPower| {
            self.linear.contains_key(&factor.base) || self.linear.contains_key(&factor.exponent)
        };
        if let [only] = factors {
            let [base, exponent] = [only.base, only.exponent].map(|part| self.linear.contains_key(&part));
            let rule = match (base, exponent) {
                (true, true) => &rules::GENERAL_POWER,
                (false, true) => &rules::EXPONENTIAL,
                (_, false) => &rules::POWER,
            };
            return Ok((rule, Way::Children));
        }
        let divides = |factor: &&ElementPower| store.as_number(factor.exponent).is_some_and(Rational::is_negative);
        let changing = factors.iter().filter(changes).count();
        let below: Vec<ElementPower> = factors.iter().filter(changes).filter(divides).copied().collect();
        if changing == 1 {
            return Ok((&rules::CONSTANT_FACTOR, Way::Entries(factors.to_vec())));
        }
        if !below.is_empty() {
            let above: Vec<ElementPower> = factors
                .iter()
                .filter(|factor| !below.contains(factor))
                .copied()
                .collect();
            let above = match above.is_empty() {
                true => store.fill(Store::ONE, store.shape(expr))?,
                false => store.product(above)?,
            };
            let below = store.product(below)?;
            let minus_one = store.integer(-1)?;
            let below = store.pow(below, minus_one)?;
            return Ok((&rules::QUOTIENT, Way::Quotient(above, below)));
        }
        let is_scalar = store.shape(expr).is_scalar();
        let rule = if is_scalar { &rules::PRODUCT } else { &rules::HADAMARD };
        Ok((rule, Way::Entries(factors.to_vec())))
    }

    /// The change of an expression, as the rule gives it and in the normal form.
    fn change(&mut self, store: &mut Store, expr: Expr, (reason, way): (Reason, Way)) -> Result<Change> {
        let (literal, _) = self.written(store, expr, (&way, Shown::Whole))?;
        let (turned, normal) = self.written(store, expr, (&way, Shown::Turned))?;
        let mut stages = Vec::new();
        if turned != literal && reason != Reason::Rule(&rules::TRANSPOSE) {
            stages.push((rank(&rules::TRANSPOSE), turned.clone()));
        }
        let is_product = turned.iter().any(|phrase| phrase.factors.len() > 1);
        if is_product && store.shape(expr).is_scalar() {
            let mut is_reversed = false;
            for phrase in &turned {
                is_reversed |= reads_backwards(store, phrase)?;
            }
            if is_reversed {
                stages.push((rank(&rules::SCALAR_TRANSPOSE), vec![Phrase::plain(normal)]));
            }
        }
        // A transpose by itself has no differential before it is turned.
        let literal = if reason == Reason::Rule(&rules::TRANSPOSE) {
            turned
        } else {
            literal
        };
        Ok(Change {
            reason,
            literal,
            normal,
            stages,
        })
    }

    /// The change as phrases, and in the normal form.
    fn written(&mut self, store: &mut Store, expr: Expr, (way, shown): (&Way, Shown)) -> Result<(Vec<Phrase>, Expr)> {
        let normal = match way {
            Way::Factors(factors) => return self.factors_in_turn(store, factors, shown),
            Way::Same(other) => self.part(store, *other, shown)?,
            Way::Children => {
                let mut changes = Vec::new();
                for child in diff::operands(store, expr) {
                    if self.linear.contains_key(&child) {
                        changes.push((child, self.part(store, child, shown)?));
                    }
                }
                let of = |child: Expr| {
                    changes
                        .iter()
                        .find(|(known, _)| *known == child)
                        .map(|(_, change)| *change)
                };
                diff::change_of(store, expr, &of)?
            }
            Way::Terms(terms) => {
                let mut sum = Vec::with_capacity(terms.len());
                for (is_negative, term) in terms {
                    let sign = Rational::from(if *is_negative { -1 } else { 1 });
                    sum.push((sign, self.part(store, *term, shown)?));
                }
                store.sum(&sum)?
            }
            Way::Entries(factors) => {
                let mut sum = Vec::new();
                for (at, factor) in factors.iter().enumerate() {
                    let part = store.product(vec![*factor])?;
                    if self.changes(store, part) {
                        let mut list = factors.clone();
                        list[at] = (self.part(store, part, shown)?, Store::ONE).into();
                        sum.push((Rational::one(), store.product(list)?));
                    }
                }
                store.sum(&sum)?
            }
            Way::Quotient(above, below) => {
                let [minus_one, minus_two] = [store.integer(-1)?, store.integer(-2)?];
                let mut sum = Vec::new();
                if self.changes(store, *above) {
                    let change = self.part(store, *above, shown)?;
                    let list = vec![(change, Store::ONE).into(), (*below, minus_one).into()];
                    sum.push((Rational::one(), store.product(list)?));
                }
                let change = self.part(store, *below, shown)?;
                let list = [(*above, Store::ONE), (change, Store::ONE), (*below, minus_two)];
                sum.push((
                    Rational::from(-1),
                    store.product(list.map(ElementPower::from).to_vec())?,
                ));
                store.sum(&sum)?
            }
            Way::Square(root) => {
                let change = self.part(store, *root, shown)?;
                let inner = store.dot(*root, change)?;
                store.times(&Rational::from(2), inner)?
            }
        };
        Ok((vec![Phrase::plain(normal)], normal))
    }

    /// `dA*B + A*dB`, with the factors where they are.
    fn factors_in_turn(
        &mut self,
        store: &mut Store,
        factors: &[MatrixPower],
        shown: Shown,
    ) -> Result<(Vec<Phrase>, Expr)> {
        let mut parts = Vec::with_capacity(factors.len());
        for factor in factors {
            parts.push(store.matrix_product(vec![*factor])?);
        }
        let (mut phrases, mut sum) = (Vec::new(), Vec::new());
        for at in 0..parts.len() {
            if !self.changes(store, parts[at]) {
                continue;
            }
            let mut list = parts.clone();
            list[at] = self.part(store, parts[at], shown)?;
            sum.push((Rational::one(), store.matmul(&list)?));
            phrases.push(Phrase::product(
                Wrap::Nothing,
                list.into_iter().map(Factor::from).collect(),
            ));
        }
        Ok((phrases, store.sum(&sum)?))
    }

    /// The change of a part: that of the variable, or one that is still to be found. A sign stays in front.
    fn part(&mut self, store: &mut Store, part: Expr, shown: Shown) -> Result<Expr> {
        let (coefficient, rest) = store.split_coefficient(part);
        if coefficient == Rational::from(-1) {
            let change = self.part_without_sign(store, rest, shown)?;
            return store.times(&coefficient, change);
        }
        self.part_without_sign(store, part, shown)
    }

    fn part_without_sign(&mut self, store: &mut Store, part: Expr, shown: Shown) -> Result<Expr> {
        let is_leaf = self.leaves.iter().any(|(leaf, _)| *leaf == part);
        match *store.form(part) {
            Form::Transpose(inner) if !is_leaf && self.changes(store, part) => match shown {
                Shown::Turned => {
                    let change = self.change_at(store, inner)?;
                    store.transpose(change)
                }
                Shown::Whole => match self.transposed.get(&part) {
                    Some(change) => Ok(*change),
                    None => {
                        let change = store.add_change(part)?;
                        self.transposed.insert(part, change);
                        Ok(change)
                    }
                },
            },
            _ => {
                self.changes(store, part);
                self.change_at(store, part)
            }
        }
    }

    /// Whether an expression depends on the variable, which may be new.
    fn changes(&mut self, store: &Store, expr: Expr) -> bool {
        if self.linear.contains_key(&expr) {
            return true;
        }
        for part in store.post_order(&[expr]) {
            let is_new = !self.linear.contains_key(&part);
            if is_new && store.children(part).iter().any(|child| self.linear.contains_key(child)) {
                self.linear.insert(part, false);
            }
        }
        self.linear.contains_key(&expr)
    }
}

/// The lines from the rule to the normal form.
fn told(
    base: Expr,
    after: Expr,
    reason: Reason,
    (mut instead, places): (Vec<(Expr, Vec<Phrase>)>, Vec<(Expr, Vec<Stage>)>),
) -> Vec<Line> {
    let ranks: BTreeSet<usize> = places
        .iter()
        .flat_map(|(_, stages)| stages.iter().map(|(rank, _)| *rank))
        .collect();
    if ranks.is_empty() {
        return vec![Line::change(vec![Phrase::plain(after)], vec![reason])];
    }
    let line = |instead: &[(Expr, Vec<Phrase>)], reason: Reason| Line {
        instead: instead.to_vec(),
        ..Line::change(vec![Phrase::plain(base)], vec![reason])
    };
    let mut lines = vec![line(&instead, reason)];
    for rank in &ranks {
        for (part, stages) in &places {
            let Some((_, phrases)) = stages.iter().find(|(known, _)| known == rank) else {
                continue;
            };
            match instead.iter_mut().find(|(known, _)| known == part) {
                Some((_, written)) => *written = phrases.clone(),
                None => instead.push((*part, phrases.clone())),
            }
        }
        lines.push(line(&instead, Reason::Rule(ORDER[*rank])));
    }
    if let Some(last) = lines.last_mut() {
        last.right = vec![Phrase::plain(after)];
        last.instead.clear();
    }
    lines
}

/// The parts of a line that the normal form rewrites where changes are put into them, and what it makes of them.
fn contexts(store: &mut Store, base: Expr, changes: &[(Expr, Expr)]) -> Result<Vec<(Expr, Vec<Stage>)>> {
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
            found.push((expr, stages));
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
fn reads_backwards(store: &mut Store, phrase: &Phrase) -> Result<bool> {
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
