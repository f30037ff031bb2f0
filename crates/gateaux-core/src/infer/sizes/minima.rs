//! Minima of sizes: `min(m, n)` of singular values and vectors.
//!
//! A minimum is the set of its operands: order, repetition and nesting do not matter.

use super::{Clash, Entry, Equation, MAX_OPERANDS, Size, Sizes, Terms, as_constant, is_possible, lone_atom, plus};

impl Sizes {
    /// `min(lhs, rhs)`.
    pub(in crate::infer) fn min(&mut self, lhs: Size, rhs: Size) -> Result<Size, Clash> {
        self.smallest(&[lhs, rhs])
    }

    /// The smallest of some sizes, of which there is one at least.
    pub(super) fn smallest(&mut self, sizes: &[Size]) -> Result<Size, Clash> {
        let mut operands: Vec<(Terms, Size)> = Vec::new();
        for size in sizes {
            let terms = self.terms(*size)?;
            let more = match self.lone_minimum(&terms) {
                Some(at) => self.operand_terms(at)?,
                None => vec![(terms, *size)],
            };
            for (terms, size) in more {
                if !operands
                    .iter()
                    .any(|(other, _)| *other == terms || exceeds(&terms, other))
                {
                    operands.retain(|(other, _)| !exceeds(other, &terms));
                    operands.push((terms, size));
                }
            }
        }
        if let [(_, size)] = operands.as_slice() {
            return Ok(*size);
        }
        let (mut key, operands): (Vec<Terms>, Vec<Size>) = operands.into_iter().unzip();
        let weight = key.iter().map(|operand| 1 + self.weight(operand)).sum();
        if weight > MAX_OPERANDS {
            return Err(Clash::TooLarge);
        }
        key.sort_unstable();
        if let Some(size) = self.minima.get(&key) {
            return Ok(*size);
        }
        let size = self.push(Entry::Min { operands, weight });
        self.minima.insert(key, size);
        Ok(size)
    }

    /// What the minimum is taken of; nothing, if the size is none.
    pub(super) fn operands(&self, size: Size) -> Vec<Size> {
        match self.entry(size) {
            Entry::Min { operands, .. } => operands.clone(),
            Entry::Unknown(_) | Entry::Name(_) | Entry::Polynomial { .. } => Vec::new(),
        }
    }

    fn operand_terms(&mut self, minimum: Size) -> Result<Vec<(Terms, Size)>, Clash> {
        let operands = self.operands(minimum).into_iter();
        operands.map(|operand| Ok((self.terms(operand)?, operand))).collect()
    }

    /// How many operands the minima in the size have.
    fn weight(&self, terms: &Terms) -> usize {
        let weights = terms.keys().flatten().map(|atom| match self.entry(*atom) {
            Entry::Min { weight, .. } => *weight,
            Entry::Unknown(_) | Entry::Name(_) | Entry::Polynomial { .. } => 0,
        });
        weights.sum()
    }

    fn lone_minimum(&self, terms: &Terms) -> Option<Size> {
        lone_atom(terms).filter(|at| matches!(self.entry(*at), Entry::Min { .. }))
    }

    /// The one side, if it is a minimum and no part of the other: `min(k, n)` as k says that k is the smaller.
    /// That two minima are equal says nothing of the kind, unless one has all operands of the other.
    pub(super) fn minimum_apart(&mut self, side: &Terms, other: &Terms) -> Result<Option<Size>, Clash> {
        let Some(at) = self.lone_minimum(side) else {
            return Ok(None);
        };
        let is_part = match self.lone_minimum(other) {
            Some(other) => {
                let (all, some) = (self.operand_terms(at)?, self.operand_terms(other)?);
                some.iter()
                    .all(|(operand, _)| all.iter().any(|(known, _)| known == operand))
            }
            None => true,
        };
        Ok((is_part && is_possible(other) && !self.contains(other, at)).then_some(at))
    }

    /// Solves `min(m, n) = min(k, n)` as `m = k`; whether it did.
    fn pair_minima(&mut self, left: &Terms, right: &Terms, equation: Equation) -> Result<bool, Clash> {
        let (Some(left), Some(right)) = (self.lone_minimum(left), self.lone_minimum(right)) else {
            return Ok(false);
        };
        let (mut left, mut right) = (self.operand_terms(left)?, self.operand_terms(right)?);
        left.retain(|(terms, _)| match right.iter().position(|(other, _)| other == terms) {
            Some(at) => {
                right.remove(at);
                false
            }
            None => true,
        });
        let is_paired = left.len() == right.len();
        for ((_, lhs), (_, rhs)) in left.into_iter().zip(right) {
            let at = equation.at;
            if !is_paired || !self.retry(Equation { lhs, rhs, at })? {
                return Ok(false);
            }
        }
        Ok(is_paired)
    }

    /// Assumes which of two sizes is the smaller, where one of them is not known; whether it did.
    pub(super) fn assume_minimum(&mut self, equation: Equation) -> Result<bool, Clash> {
        let (left, right) = (self.assumed_terms(equation.lhs)?, self.assumed_terms(equation.rhs)?);
        if left == right || self.pair_minima(&left, &right, equation)? {
            return Ok(true);
        }
        for (side, other) in [(&left, &right), (&right, &left)] {
            if let Some(at) = self.minimum_apart(side, other)? {
                return self.insert_assumption(at, other, equation.at).map(|()| true);
            }
        }
        Ok(false)
    }
}

/// Whether the one is larger than the other by a number.
fn exceeds(large: &Terms, small: &Terms) -> bool {
    let excess = plus(large, small, -1);
    excess.is_ok_and(|excess| as_constant(&excess).is_some_and(|excess| excess > 0))
}
