//! The first half of a derivation in full: one rule a line.
//!
//! What a rule gives is written as it is, and [`stages`](super::stages) tell how the normal form comes out of it.

use super::expand::{Expansion, reason_of_call};
use super::stages::{Place, Stage, contexts, rank, reads_backwards, told};
use super::{Line, Reason, Rule, rules};
use crate::diff;
use crate::expr::{ElementPower, Expr, Form, MatrixPower, Rational, Result, Store};
use crate::ops;
use crate::print::{Factor, Phrase, Wrap};

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
        let mut places: Vec<Place> = Vec::new();
        for (part, change) in chosen {
            places.push(Place {
                part,
                literal: Some(change.literal),
                stages: change.stages,
            });
        }
        places.extend(contexts(store, base, &normal)?);
        Ok(Some(told((base, self.body), reason, &places)))
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
            Way::Entries(factors) => self.entries_in_turn(store, factors, shown)?,
            Way::Quotient(above, below) => self.quotient(store, [*above, *below], shown)?,
            Way::Square(root) => {
                let change = self.part(store, *root, shown)?;
                let inner = store.dot(*root, change)?;
                store.times(&Rational::from(2), inner)?
            }
        };
        Ok((vec![Phrase::plain(normal)], normal))
    }

    /// `dA.*B + A.*dB`
    fn entries_in_turn(&mut self, store: &mut Store, factors: &[ElementPower], shown: Shown) -> Result<Expr> {
        let mut sum = Vec::new();
        for (at, factor) in factors.iter().enumerate() {
            let part = store.product(vec![*factor])?;
            if self.changes(store, part) {
                let mut list = factors.to_vec();
                list[at] = (self.part(store, part, shown)?, Store::ONE).into();
                sum.push((Rational::one(), store.product(list)?));
            }
        }
        store.sum(&sum)
    }

    /// `da/b - a*db/b^2`
    fn quotient(&mut self, store: &mut Store, [above, below]: [Expr; 2], shown: Shown) -> Result<Expr> {
        let [minus_one, minus_two] = [store.integer(-1)?, store.integer(-2)?];
        let mut sum = Vec::new();
        if self.changes(store, above) {
            let change = self.part(store, above, shown)?;
            let list = vec![(change, Store::ONE).into(), (below, minus_one).into()];
            sum.push((Rational::one(), store.product(list)?));
        }
        let change = self.part(store, below, shown)?;
        let list = [(above, Store::ONE), (change, Store::ONE), (below, minus_two)];
        let second = store.product(list.map(ElementPower::from).to_vec())?;
        sum.push((Rational::from(-1), second));
        store.sum(&sum)
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
