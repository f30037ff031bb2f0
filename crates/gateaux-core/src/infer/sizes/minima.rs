//! Minima of sizes: `min(m, n)` of singular values and vectors.

use gateaux_syntax::NodeId;

use super::{Clash, Entry, Equation, MAX_MIN_DEPTH, Size, Sizes, Terms, as_constant, lone_atom, plus};

impl Sizes {
    /// `min(lhs, rhs)`.
    pub(in crate::infer) fn min(&mut self, lhs: Size, rhs: Size) -> Result<Size, Clash> {
        let (a, b) = (self.terms(lhs)?, self.terms(rhs)?);
        let difference = plus(&a, &b, -1)?;
        if let Some(value) = as_constant(&difference) {
            return Ok(if value <= 0 { lhs } else { rhs });
        }
        // min(n, min(m, n)) is min(m, n).
        if self.is_minimum_with(&b, &a)? {
            return Ok(rhs);
        }
        if self.is_minimum_with(&a, &b)? {
            return Ok(lhs);
        }
        let key = if a <= b { (a, b) } else { (b, a) };
        if let Some(size) = self.minima.get(&key) {
            return Ok(*size);
        }
        let depth = 1 + self.min_depth(&key.0).max(self.min_depth(&key.1));
        if depth > MAX_MIN_DEPTH {
            return Err(Clash::TooLarge);
        }
        let size = self.push(Entry::Min { lhs, rhs, depth });
        self.minima.insert(key, size);
        Ok(size)
    }

    /// Whether the size is a minimum of which the operand is one.
    fn is_minimum_with(&mut self, size: &Terms, operand: &Terms) -> Result<bool, Clash> {
        let Some(at) = lone_atom(size) else { return Ok(false) };
        let Entry::Min { lhs, rhs, .. } = *self.entry(at) else {
            return Ok(false);
        };
        for side in [lhs, rhs] {
            let side = self.terms(side)?;
            // The depth of minima bounds this recursion.
            if side == *operand || self.is_minimum_with(&side, operand)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn min_depth(&self, terms: &Terms) -> u8 {
        let depths = terms.keys().flatten().map(|atom| match self.entry(*atom) {
            Entry::Min { depth, .. } => *depth,
            _ => 0,
        });
        depths.max().unwrap_or(0)
    }

    /// The one side, if it is a minimum and no part of the other: `min(k, n)` as k says that k is the smaller.
    /// That two minima are equal says nothing of the kind.
    pub(super) fn minimum_apart(&mut self, side: &Terms, other: &Terms) -> Result<Option<Size>, Clash> {
        let Some(at) = self.lone_minimum(side) else {
            return Ok(None);
        };
        let is_operand = self.is_minimum_with(side, other)?;
        let is_apart = !self.contains(other, at) && (is_operand || self.lone_minimum(other).is_none());
        Ok(is_apart.then_some(at))
    }

    fn lone_minimum(&self, terms: &Terms) -> Option<Size> {
        lone_atom(terms).filter(|at| matches!(self.entry(*at), Entry::Min { .. }))
    }

    /// Solves `min(m, n) = min(k, n)` as `m = k`; whether it did.
    fn pair_minima(&mut self, left: &Terms, right: &Terms, at: NodeId) -> Result<bool, Clash> {
        let (Some(left), Some(right)) = (self.lone_minimum(left), self.lone_minimum(right)) else {
            return Ok(false);
        };
        let (Entry::Min { lhs: a, rhs: b, .. }, Entry::Min { lhs: c, rhs: d, .. }) =
            (self.entry(left).clone(), self.entry(right).clone())
        else {
            return Ok(false);
        };
        for (same, like, one, other) in [(a, c, b, d), (a, d, b, c), (b, c, a, d), (b, d, a, c)] {
            if self.terms(same)? == self.terms(like)? {
                return self.retry(Equation {
                    lhs: one,
                    rhs: other,
                    at,
                });
            }
        }
        Ok(self.retry(Equation { lhs: a, rhs: c, at })? && self.retry(Equation { lhs: b, rhs: d, at })?)
    }

    /// Assumes which of two sizes is the smaller, where one of them is not known; whether it did.
    pub(super) fn assume_minimum(&mut self, equation: Equation) -> Result<bool, Clash> {
        let (left, right) = (self.assumed_terms(equation.lhs)?, self.assumed_terms(equation.rhs)?);
        if left == right || self.pair_minima(&left, &right, equation.at)? {
            return Ok(true);
        }
        for (side, other) in [(&left, &right), (&right, &left)] {
            if let Some(at) = self.minimum_apart(side, other)? {
                self.assumed.insert(at, other.clone());
                return Ok(true);
            }
        }
        Ok(false)
    }
}
