//! Choices between two arrays, entry by entry: `where(c, a, b)`.
//!
//! What multiplies a choice whose other branch is zero moves into it, `where(c, a, 0).*b` is `where(c, a.*b, 0)`, so
//! that what is not defined where the branch is not taken does no harm. Choices by one condition in a sum are one.

use rustc_hash::FxHashMap;

use super::facts::Facts;
use super::rational::Rational;
use super::store::{ElementPower, Expr, Form, Function, Store, Term};
use super::{Error, Result};

/// `function(condition, then, otherwise)`: the parts of a choice, all of one shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Choice {
    /// The function, which the operation table knows.
    pub function: Function,
    /// Entries 1, where the first branch is taken, and 0.
    pub condition: Expr,
    /// What it is where the condition holds.
    pub then: Expr,
    /// What it is elsewhere.
    pub otherwise: Expr,
}

impl Store {
    /// The parts of a choice, if the expression is one.
    pub fn as_choice(&self, expr: Expr) -> Option<Choice> {
        match self.form(expr) {
            Form::Call(function, args) if function.chooses => match **args {
                [condition, then, otherwise] => Some(Choice {
                    function: *function,
                    condition,
                    then,
                    otherwise,
                }),
                _ => None,
            },
            _ => None,
        }
    }

    /// The choice, if one of its branches is zero.
    pub(super) fn as_restriction(&self, expr: Expr) -> Option<Choice> {
        self.as_choice(expr)
            .filter(|choice| self.is_zero(choice.then) || self.is_zero(choice.otherwise))
    }

    /// The choice in normal form.
    pub(super) fn choose(&mut self, choice: Choice) -> Result<Expr> {
        let Choice {
            function, condition, ..
        } = choice;
        let shape = self.shape(choice.then);
        if self.shape(condition) != shape || self.shape(choice.otherwise) != shape {
            return self.ill_shaped("a choice", &[condition, choice.then, choice.otherwise]);
        }
        let then = self.in_branch(condition, true, choice.then)?;
        let otherwise = self.in_branch(condition, false, choice.otherwise)?;
        if then == otherwise {
            return Ok(then);
        }
        if self.is_zero(condition) {
            return Ok(otherwise);
        }
        if self.fill_value(condition) == Some((Rational::one(), Store::ONE)) {
            return Ok(then);
        }
        let choice = Choice {
            then,
            otherwise,
            ..choice
        };
        // A restriction gives up its coefficient, as a product does.
        if let Some(restricted) = self.branch_beside_zero(choice) {
            let (coefficient, rest) = self.split_content(restricted)?;
            if !coefficient.is_one() {
                let rest = self.restricted(choice, rest)?;
                return self.times(&coefficient, rest);
            }
            // Of two restrictions that follow each other the older condition stands outside.
            if let Some(inner) = self.as_restriction(restricted)
                && inner.condition < condition
            {
                let own = self.branch_beside_zero(inner).ok_or_else(no_branch)?;
                let own = self.restricted(choice, own)?;
                return self.restricted(inner, own);
            }
        }
        let facts = self.facts(then).common(self.facts(otherwise)).only(Facts::POSITIVE);
        let is_symmetric = [condition, then, otherwise]
            .iter()
            .all(|part| self.facts(*part).has(Facts::SYMMETRIC));
        let result = self.plain_call(function, &[condition, then, otherwise], shape)?;
        self.state_facts(result, facts);
        if is_symmetric {
            self.state_facts(result, Facts::SYMMETRIC);
        }
        Ok(result)
    }

    /// The branch of a restriction that is not zero.
    fn branch_beside_zero(&self, choice: Choice) -> Option<Expr> {
        match (self.is_zero(choice.then), self.is_zero(choice.otherwise)) {
            (false, true) => Some(choice.then),
            (true, false) => Some(choice.otherwise),
            _ => None,
        }
    }

    /// The restriction with another branch in the place of the one that is not zero.
    fn restricted(&mut self, choice: Choice, branch: Expr) -> Result<Expr> {
        let (then, otherwise) = match self.is_zero(choice.otherwise) {
            true => (branch, choice.otherwise),
            false => (choice.then, branch),
        };
        self.choose(Choice {
            then,
            otherwise,
            ..choice
        })
    }

    /// What a branch is, as its condition is known there: `where(c, a, b)` inside is one of its own branches.
    fn in_branch(&mut self, condition: Expr, holds: bool, branch: Expr) -> Result<Expr> {
        let taken = |store: &Store, expr: Expr| match store.as_choice(expr) {
            Some(inner) if inner.condition == condition => Some(if holds { inner.then } else { inner.otherwise }),
            _ => None,
        };
        if let Form::Product(factors) = self.form(branch)
            && factors.iter().any(|factor| taken(self, factor.base).is_some())
        {
            let base = |factor: &ElementPower| taken(self, factor.base).unwrap_or(factor.base);
            let factors = factors
                .iter()
                .map(|factor| (base(factor), factor.exponent).into())
                .collect();
            return self.product(factors);
        }
        let terms = match self.form(branch) {
            Form::Add(terms) if terms.iter().any(|term| taken(self, term.expr).is_some()) => terms.clone(),
            _ => return Ok(taken(self, branch).unwrap_or(branch)),
        };
        let terms: Vec<(Rational, Expr)> = terms
            .iter()
            .map(|term| (term.coefficient.clone(), taken(self, term.expr).unwrap_or(term.expr)))
            .collect();
        self.sum(&terms)
    }

    /// The sum of terms in which the choices by each condition are one; `None` where they are so already.
    pub(super) fn merged_choices(&mut self, terms: &[Term]) -> Result<Option<Vec<(Rational, Expr)>>> {
        let is_choice = |term: &&Term| self.as_choice(term.expr).is_some();
        if terms.iter().filter(is_choice).take(2).count() < 2 {
            return Ok(None);
        }
        let mut merged: Vec<(Rational, Expr)> = Vec::with_capacity(terms.len());
        let mut places: FxHashMap<Expr, usize> = FxHashMap::default();
        for Term { coefficient, expr } in terms {
            let place = match self.as_choice(*expr) {
                Some(choice) => places.entry(choice.condition).or_insert(merged.len()),
                None => &mut merged.len(),
            };
            let Some((known, other)) = merged.get(*place).cloned() else {
                merged.push((coefficient.clone(), *expr));
                continue;
            };
            let place = *place;
            let (Some(first), Some(second)) = (self.as_choice(other), self.as_choice(*expr)) else {
                // What the two have become is no choice: it stands for itself.
                merged.push((coefficient.clone(), *expr));
                continue;
            };
            let weighted =
                |store: &mut Store, x: Expr, y: Expr| store.sum(&[(known.clone(), x), (coefficient.clone(), y)]);
            let then = weighted(self, first.then, second.then)?;
            let otherwise = weighted(self, first.otherwise, second.otherwise)?;
            let joined = self.choose(Choice {
                then,
                otherwise,
                ..first
            })?;
            merged[place] = self.split_coefficient(joined);
        }
        Ok((merged.len() < terms.len()).then_some(merged))
    }

    /// A product of which one factor is a restriction, as the restriction of the product.
    pub(super) fn restricted_product(&mut self, factors: &[ElementPower]) -> Result<Option<Expr>> {
        if factors.iter().any(|factor| !self.shape(factor.exponent).is_scalar()) {
            return Ok(None);
        }
        let found = factors.iter().enumerate().find_map(|(at, factor)| {
            let choice = self.as_restriction(factor.base)?;
            self.vanishes_at_zero(factor.exponent).then_some((at, choice))
        });
        let Some((at, choice)) = found else {
            return Ok(None);
        };
        let Some(base) = self.branch_beside_zero(choice) else {
            return Ok(None);
        };
        let mut inside = factors.to_vec();
        inside[at].base = base;
        let product = self.product(inside)?;
        self.restricted(choice, product).map(Some)
    }

    /// `x'*where(c, 1, 0)` as `sum(where(c, x, 0))`.
    pub(super) fn restricted_inner_product(&mut self, row: Expr, column: Expr) -> Result<Option<Expr>> {
        if self.has_hole(row) || self.has_hole(column) {
            return Ok(None);
        }
        let lhs = self.transpose(row)?;
        for (choice, other) in [(column, lhs), (lhs, column)] {
            let Some(restriction) = self.as_restriction(choice) else {
                continue;
            };
            let branch = self.branch_beside_zero(restriction);
            if branch.is_some_and(|branch| self.fill_value(branch).is_some()) {
                let product = self.multiply(&[choice, other])?;
                return self.sum_all(product).map(Some);
            }
        }
        Ok(None)
    }

    /// `scalar * array` for a restriction, as the restriction of the multiple.
    pub(super) fn restricted_multiple(&mut self, scalar: Expr, array: Expr) -> Result<Option<Expr>> {
        let Some(choice) = self.as_restriction(array) else {
            return Ok(None);
        };
        let Some(branch) = self.branch_beside_zero(choice) else {
            return Ok(None);
        };
        let scaled = self.scale(scalar, branch)?;
        self.restricted(choice, scaled).map(Some)
    }
}

fn no_branch() -> Error {
    Error::Unsupported {
        what: "a choice between zeros".to_owned(),
    }
}
