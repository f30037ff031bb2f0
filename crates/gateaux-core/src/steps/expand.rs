//! The first half of a derivation: the differential, from the outside in.
//!
//! A differential that is still to be found, `d(E)`, is a hole of the shape of E. The change of a form is linear in those of
//! its parts, so putting the change of E in the place of its hole is one step of the derivation, and the same rules serve
//! here as in [`diff`](crate::diff).

use std::collections::{BTreeMap, HashMap, HashSet};

use super::{Reason, rules};
use crate::diff;
use crate::expr::{ElementPower, Expr, Form, Function, Law, MatrixPower, Rational, Result, Shape, Store, Term};
use crate::ops;

/// Linear parts up to this weight need no line of their own in a brief derivation.
const MAX_PASSED: u32 = 3;

/// A differential that becomes the change of the variable, line by line.
pub(super) struct Expansion<'a> {
    /// The variable, and what else changes with it, each with its change.
    pub(super) leaves: &'a [(Expr, Expr)],
    /// For the parts of the function that depend on the variable whether they are linear in it.
    pub(super) linear: HashMap<Expr, bool>,
    /// The holes of differentials that are still to be found.
    pub(super) pending: BTreeMap<Expr, Expr>,
    /// The holes of differentials of transposes, which are turned in the next line.
    pub(super) transposed: BTreeMap<Expr, Expr>,
    /// The differential so far.
    pub(super) body: Expr,
}

impl<'a> Expansion<'a> {
    /// The differential of the function, still to be found.
    pub(super) fn new(store: &mut Store, function: Expr, leaves: &'a [(Expr, Expr)]) -> Result<Self> {
        let mut linear = HashMap::new();
        for expr in store.post_order(&[function]) {
            let is_leaf = leaves.iter().any(|(leaf, _)| *leaf == expr);
            let children = store.children(expr);
            let depending: Vec<bool> = children.iter().filter_map(|child| linear.get(child).copied()).collect();
            if is_leaf {
                linear.insert(expr, true);
            } else if !depending.is_empty() {
                let is_linear = is_linear_form(store, expr, &linear) && depending.iter().all(|part| *part);
                linear.insert(expr, is_linear);
            }
        }
        let mut expansion = Expansion {
            leaves,
            linear,
            pending: BTreeMap::new(),
            transposed: BTreeMap::new(),
            body: function,
        };
        expansion.body = expansion.change_at(store, function)?;
        Ok(expansion)
    }

    /// The next line of a brief derivation: the body with some differentials replaced by what they are, and why; `None`
    /// where the variable alone changes.
    pub(super) fn next(&mut self, store: &mut Store) -> Result<Option<Vec<Reason>>> {
        let outermost = self.outermost(store);
        if outermost.is_empty() {
            return Ok(None);
        }
        let mut reasons = Vec::new();
        self.replace(store, &outermost, &mut reasons)?;
        // Sums and the like that lead on to something else are not worth a line.
        if outermost.iter().all(|expr| self.leads_on(store, *expr)) {
            let rest = self.outermost(store);
            self.replace(store, &rest, &mut reasons)?;
        }
        Ok(Some(reasons))
    }

    /// All that is left at once.
    pub(super) fn finish(&mut self, store: &mut Store) -> Result<()> {
        let pending = std::mem::take(&mut self.pending);
        let mut replacements = Vec::with_capacity(pending.len());
        for (expr, hole) in pending {
            replacements.push((hole, diff::differential(store, expr, self.leaves)?));
        }
        self.body = ops::substitute(store, self.body, &replacements)?;
        Ok(())
    }

    /// Whether it is linear in parts that are not linear in the variable.
    fn leads_on(&self, store: &Store, expr: Expr) -> bool {
        self.linear.get(&expr) == Some(&false) && is_linear_form(store, expr, &self.linear)
    }

    /// The differentials in the body that stand in no other of them, as they are written.
    pub(super) fn outermost(&self, store: &Store) -> Vec<Expr> {
        let in_body = store.post_order(&[self.body]);
        let there: Vec<Expr> = in_body
            .into_iter()
            .filter_map(|expr| store.variable(store.as_var(expr)?).change_of)
            .filter(|of| self.pending.contains_key(of))
            .collect();
        let inside: Vec<Vec<Expr>> = there.iter().map(|of| store.post_order(&[*of])).collect();
        let is_outermost = |of: &Expr| {
            let holds = |(other, parts): (&Expr, &Vec<Expr>)| other != of && parts.binary_search(of).is_ok();
            !there.iter().zip(&inside).any(holds)
        };
        let mut outermost: Vec<Expr> = there.iter().copied().filter(is_outermost).collect();
        outermost.sort_unstable();
        outermost.dedup();
        outermost
    }

    fn replace(&mut self, store: &mut Store, chosen: &[Expr], reasons: &mut Vec<Reason>) -> Result<()> {
        let under_traces = factors_under_traces(store, self.body);
        let mut replacements = Vec::with_capacity(chosen.len());
        for expr in chosen {
            if let Some(hole) = self.pending.remove(expr) {
                let change = self.one_level(store, *expr, reasons)?;
                if under_traces.contains(&hole) {
                    turned_under_trace(store, change, reasons);
                }
                replacements.push((hole, change));
            }
        }
        self.body = ops::substitute(store, self.body, &replacements)?;
        Ok(())
    }

    /// The change of an expression in terms of those of its parts, and why.
    fn one_level(&mut self, store: &mut Store, root: Expr, reasons: &mut Vec<Reason>) -> Result<Expr> {
        // The parts that get no differential of their own, since the step leads through them; those of a square or of
        // a norm need no reason either.
        let (mut through, mut ends) = (vec![root], Vec::new());
        let mut silent: HashSet<Expr> = parts_of_norms(store, root)?.into_iter().collect();
        let mut todo = self.changing_parts(store, root);
        let mut seen = HashSet::new();
        while let Some(part) = todo.pop() {
            if !seen.insert(part) {
                continue;
            }
            if silent.contains(&part) || self.passes(store, root, part)? {
                if !silent.contains(&part) {
                    silent.extend(parts_of_norms(store, part)?);
                }
                todo.extend(self.changing_parts(store, part));
                through.push(part);
            } else {
                ends.push(part);
            }
        }
        let mut changes: HashMap<Expr, Expr> = HashMap::new();
        for part in ends {
            let change = self.change_at(store, part)?;
            changes.insert(part, change);
        }
        for part in through.iter().filter(|part| !silent.contains(part)) {
            for reason in self.reasons_of(store, *part)? {
                if !reasons.contains(&reason) {
                    reasons.push(reason);
                }
            }
        }
        through.sort_unstable();
        for part in &through {
            let change = diff::change_of(store, *part, &|child| changes.get(&child).copied())?;
            if !store.is_zero(change) || *part == root {
                changes.insert(*part, change);
            }
        }
        Ok(changes[&root])
    }

    fn changing_parts(&self, store: &Store, expr: Expr) -> Vec<Expr> {
        let mut parts = diff::operands(store, expr);
        parts.retain(|part| self.linear.contains_key(part));
        parts
    }

    /// Whether a step from the root leads through a part of it.
    fn passes(&self, store: &mut Store, root: Expr, part: Expr) -> Result<bool> {
        if self.leaves.iter().any(|(leaf, _)| *leaf == part) {
            return Ok(false);
        }
        if matches!(store.form(part), Form::Transpose(_)) {
            return Ok(true);
        }
        let is_linear = self.linear.get(&part) == Some(&true);
        let root_is_linear = self.linear.get(&root) == Some(&true);
        Ok(match is_linear {
            true => root_is_linear || store.weight(part) <= MAX_PASSED,
            false => is_linear_form(store, part, &self.linear),
        })
    }

    /// The change of an expression: that of a variable, or one that is still to be found.
    pub(super) fn change_at(&mut self, store: &mut Store, expr: Expr) -> Result<Expr> {
        if let Some((_, change)) = self.leaves.iter().find(|(leaf, _)| *leaf == expr) {
            return Ok(*change);
        }
        if !self.linear.contains_key(&expr) {
            return store.zeros(store.shape(expr));
        }
        if let Some(hole) = self.pending.get(&expr) {
            return Ok(*hole);
        }
        let hole = store.add_change(expr)?;
        self.pending.insert(expr, hole);
        Ok(hole)
    }

    /// Why the change of an expression is what it is.
    fn reasons_of(&self, store: &mut Store, expr: Expr) -> Result<Vec<Reason>> {
        let changes = |expr: &Expr| self.linear.contains_key(expr);
        let mut found: Vec<Reason> = Vec::new();
        match store.form(expr).clone() {
            Form::Number(_) | Form::Size(_) | Form::Var(_) => {}
            Form::Eye | Form::Ones | Form::Zero | Form::Select(_) | Form::Tril | Form::Commutation(..) => {}
            Form::Add(terms) => {
                let changing = terms.iter().filter(|term| changes(&term.expr)).count();
                if changing > 1 {
                    found.push(Reason::Rule(&rules::SUM));
                }
                if changing < terms.len() {
                    found.push(Reason::Rule(&rules::CONSTANT));
                }
                let scales = |term: &Term| !term.coefficient.abs().is_one() && changes(&term.expr);
                if terms.len() == 1 || terms.iter().any(scales) {
                    found.push(Reason::Rule(&rules::CONSTANT_FACTOR));
                }
            }
            Form::Scale(scalar, array) => found.push(Reason::Rule(match changes(&scalar) && changes(&array) {
                true => &rules::PRODUCT,
                false => &rules::CONSTANT_FACTOR,
            })),
            Form::MatMul(factors) => self.reasons_of_product(store, expr, &factors, &mut found)?,
            Form::Product(factors) => self.reasons_of_powers(store, expr, &factors, &mut found)?,
            Form::Trace(inner) => match store.inner_square(expr)?.is_some() {
                true => found.push(Reason::Rule(&rules::SQUARED_NORM)),
                false => {
                    found.push(Reason::Rule(&rules::TRACE));
                    self.reasons_of_trace(store, inner, &mut found);
                }
            },
            Form::Sum(_) => found.push(Reason::Rule(&rules::ENTRY_SUM)),
            Form::Transpose(_) => found.push(Reason::Rule(&rules::TRANSPOSE)),
            Form::Diag(_) | Form::DiagOf(_) => found.push(Reason::Rule(&rules::DIAG)),
            Form::Reshape(_) => found.push(Reason::Rule(&rules::VEC)),
            Form::Kron(..) => found.push(Reason::Rule(&rules::KRON)),
            Form::Einsum(einsum) => {
                let changing = einsum.operands.iter().filter(|operand| changes(&operand.expr)).count();
                found.push(Reason::Rule(if changing > 1 {
                    &rules::INDEX_SUM
                } else {
                    &rules::LINEAR_MAP
                }));
            }
            Form::Call(function, _) => found.push(reason_of_call(function)),
        }
        Ok(found)
    }

    /// Under a trace the normal form turns and transposes products until the change stands last.
    fn reasons_of_trace(&self, store: &Store, inner: Expr, found: &mut Vec<Reason>) {
        let Form::MatMul(factors) = store.form(inner) else {
            return;
        };
        let moving = |factor: &MatrixPower| self.linear.contains_key(&factor.base);
        let before_last = &factors[..factors.len() - 1];
        let repeats = |factor: &MatrixPower| moving(factor) && factor.power != 1;
        if before_last.iter().any(moving) || factors.iter().any(repeats) {
            found.push(Reason::Rule(&rules::CYCLIC));
        }
        let is_transposed =
            |factor: &MatrixPower| moving(factor) && matches!(store.form(factor.base), Form::Transpose(_));
        if factors.iter().any(is_transposed) {
            found.push(Reason::Rule(&rules::TRACE_TRANSPOSE));
        }
    }

    fn reasons_of_product(
        &self,
        store: &mut Store,
        expr: Expr,
        factors: &[MatrixPower],
        found: &mut Vec<Reason>,
    ) -> Result<()> {
        if store.shape(expr).is_scalar() && store.inner_square(expr)?.is_some() {
            found.push(Reason::Rule(&rules::SQUARED_NORM));
            return Ok(());
        }
        let changing: Vec<&MatrixPower> = factors
            .iter()
            .filter(|factor| self.linear.contains_key(&factor.base))
            .collect();
        if let [MatrixPower { power: 1, .. }] = changing.as_slice() {
            found.push(Reason::Rule(&rules::LINEAR_MAP));
        }
        if changing.len() > 1 {
            found.push(Reason::Rule(&rules::PRODUCT));
            let is_row = |factor: &&MatrixPower| matches!(store.shape(factor.base), Shape::Row(_));
            if store.shape(expr).is_scalar() && changing.iter().any(is_row) {
                found.push(Reason::Rule(&rules::SCALAR_TRANSPOSE));
            }
        }
        if changing.iter().any(|factor| factor.power == -1) {
            found.push(Reason::Rule(&rules::INVERSE));
        }
        if changing.iter().any(|factor| factor.power.unsigned_abs() > 1) {
            found.push(Reason::Rule(&rules::MATRIX_POWER));
        }
        Ok(())
    }

    fn reasons_of_powers(
        &self,
        store: &mut Store,
        expr: Expr,
        factors: &[ElementPower],
        found: &mut Vec<Reason>,
    ) -> Result<()> {
        let changing: Vec<ElementPower> = factors
            .iter()
            .copied()
            .filter(|factor| self.linear.contains_key(&factor.base) || self.linear.contains_key(&factor.exponent))
            .collect();
        // The square under a norm has no line of its own.
        let half = Rational::new(1, 2);
        let mut norms = Vec::new();
        for factor in &changing {
            if is_norm_of(store, expr, factor.base)? {
                found.push(Reason::Rule(&rules::NORM));
                norms.push(*factor);
            }
        }
        let is_norm = |store: &Store, factor: &ElementPower| {
            norms.contains(factor) && store.as_number(factor.exponent) == Some(&half)
        };
        let sign = |store: &Store, factor: &ElementPower| store.as_number(factor.exponent).map(Rational::is_negative);
        let divides = changing.iter().any(|factor| sign(store, factor) == Some(true));
        if changing.len() > 1 {
            found.push(Reason::Rule(match (divides, store.shape(expr).is_scalar()) {
                (true, _) => &rules::QUOTIENT,
                (false, true) => &rules::PRODUCT,
                (false, false) => &rules::HADAMARD,
            }));
        } else if changing.iter().all(|factor| factor.exponent == Store::ONE) {
            found.push(Reason::Rule(&rules::CONSTANT_FACTOR));
        }
        if changing.iter().any(|factor| self.linear.contains_key(&factor.exponent)) {
            found.push(Reason::Rule(&rules::EXPONENTIAL));
        }
        let minus_one = Rational::from(-1);
        let is_power = |factor: &&ElementPower| {
            let is_one = factor.exponent == Store::ONE || store.as_number(factor.exponent) == Some(&minus_one);
            let goes_without = is_one && (changing.len() > 1 || factor.exponent == Store::ONE);
            self.linear.contains_key(&factor.base) && !goes_without && !is_norm(store, factor)
        };
        if changing.iter().any(|factor| is_power(&factor)) {
            found.push(Reason::Rule(&rules::POWER));
        }
        Ok(())
    }
}

/// Why the change of a function is what it is.
pub(super) fn reason_of_call(function: Function) -> Reason {
    match function.law {
        Law::Conjugate => Reason::Rule(&rules::CONJUGATE),
        _ => Reason::Function(ops::op(function)),
    }
}

/// The factors of the products that stand under traces.
fn factors_under_traces(store: &Store, body: Expr) -> HashSet<Expr> {
    let mut found = HashSet::new();
    for expr in store.post_order(&[body]) {
        if let Form::Trace(inner) = *store.form(expr)
            && let Form::MatMul(factors) = store.form(inner)
        {
            found.extend(factors.iter().map(|factor| factor.base));
        }
    }
    found
}

/// A product that takes the place of a factor under a trace is turned and transposed until the change stands last.
fn turned_under_trace(store: &Store, change: Expr, reasons: &mut Vec<Reason>) {
    let Form::MatMul(factors) = store.form(store.split_coefficient(change).1) else {
        return;
    };
    let moving = |factor: &&MatrixPower| store.has_hole(factor.base);
    let is_transposed = |factor: &MatrixPower| matches!(store.form(factor.base), Form::Transpose(_));
    let mut note = |rule: &'static rules::Rule| {
        if !reasons.contains(&Reason::Rule(rule)) {
            reasons.push(Reason::Rule(rule));
        }
    };
    if factors[..factors.len() - 1].iter().any(|factor| moving(&factor)) {
        note(&rules::CYCLIC);
    }
    if factors.iter().filter(moving).any(is_transposed) {
        note(&rules::TRACE_TRANSPOSE);
    }
}

/// The parts of an expression that are the square under a norm, and the product under the trace that is a square.
fn parts_of_norms(store: &mut Store, expr: Expr) -> Result<Vec<Expr>> {
    let mut found = Vec::new();
    for part in store.children(expr) {
        if is_norm_of(store, expr, part)? {
            found.push(part);
        }
    }
    for square in found.clone().into_iter().chain([expr]) {
        if let Form::Trace(product) = *store.form(square)
            && store.inner_square(square)?.is_some()
        {
            found.push(product);
        }
    }
    Ok(found)
}

/// Whether the expression has a norm in it of which the part is the square.
fn is_norm_of(store: &mut Store, expr: Expr, part: Expr) -> Result<bool> {
    let Form::Product(factors) = store.form(expr).clone() else {
        return Ok(false);
    };
    let is_half = |factor: &ElementPower| {
        let is_half = |number: &Rational| !number.is_integer() && (number * &Rational::from(2)).is_integer();
        factor.base == part && store.as_number(factor.exponent).is_some_and(is_half)
    };
    Ok(factors.iter().any(is_half) && store.shape(part).is_scalar() && store.inner_square(part)?.is_some())
}

/// Whether the form is linear in its parts that change.
fn is_linear_form(store: &Store, expr: Expr, changing: &HashMap<Expr, bool>) -> bool {
    let changes = |expr: Expr| changing.contains_key(&expr);
    match store.form(expr) {
        Form::Number(_) | Form::Size(_) | Form::Var(_) => true,
        Form::Eye | Form::Ones | Form::Zero | Form::Select(_) | Form::Tril | Form::Commutation(..) => true,
        Form::Add(_) | Form::Transpose(_) | Form::Trace(_) | Form::Sum(_) => true,
        Form::Diag(_) | Form::DiagOf(_) | Form::Reshape(_) => true,
        Form::Scale(scalar, array) => !(changes(*scalar) && changes(*array)),
        Form::MatMul(factors) => {
            let mut moving = factors.iter().filter(|factor| changes(factor.base));
            moving.next().is_none_or(|factor| factor.power == 1) && moving.next().is_none()
        }
        Form::Product(factors) => {
            let mut moving = factors
                .iter()
                .filter(|factor| changes(factor.base) || changes(factor.exponent));
            moving.next().is_none_or(|factor| factor.exponent == Store::ONE) && moving.next().is_none()
        }
        Form::Kron(a, b) => !(changes(*a) && changes(*b)),
        Form::Einsum(einsum) => einsum.operands.iter().filter(|operand| changes(operand.expr)).count() < 2,
        Form::Call(function, _) => function.law == Law::Conjugate,
    }
}
