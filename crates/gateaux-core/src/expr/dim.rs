//! Dimensions: polynomials with integer coefficients in names, such as `m`, `3`, `m*n`, `n - 1`, and `min(m, n)`.

use std::collections::BTreeMap;

use indexmap::IndexSet;
use rustc_hash::FxBuildHasher;

/// The size of one axis: a handle into [`Dims`]. Equal handles are equal dimensions, and different handles are
/// different ones: declared names are rigid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Dim(u32);

/// What a dimension can be made of.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Symbol {
    /// A dimension name.
    Name(String),
    /// The smallest of several, which are sorted and no minima themselves.
    Min(Vec<Dim>),
}

/// A sum of products of symbols with integer coefficients; the empty product is the constant term.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Polynomial(BTreeMap<Vec<Symbol>, i64>);

impl Polynomial {
    /// The terms in a fixed order: the factors of each, with repetition, and its coefficient.
    pub fn terms(&self) -> impl Iterator<Item = (&[Symbol], i64)> {
        self.0
            .iter()
            .map(|(factors, coefficient)| (factors.as_slice(), *coefficient))
    }

    /// The number, if the polynomial is one.
    fn value(&self) -> Option<i64> {
        self.excess(&Polynomial::default())
    }

    /// By how much it is larger than the other one, if that is a number.
    fn excess(&self, other: &Polynomial) -> Option<i64> {
        let constant = |polynomial: &Polynomial| polynomial.0.get([].as_slice()).copied().unwrap_or(0);
        let [one, two] = [self, other].map(|polynomial| polynomial.terms().filter(|(factors, _)| !factors.is_empty()));
        if one.eq(two) {
            constant(self).checked_sub(constant(other))
        } else {
            None
        }
    }

    fn constant(value: i64) -> Self {
        Polynomial(if value == 0 {
            BTreeMap::new()
        } else {
            BTreeMap::from([(Vec::new(), value)])
        })
    }

    fn symbol(symbol: Symbol) -> Self {
        Polynomial(BTreeMap::from([(vec![symbol], 1)]))
    }

    fn plus(&self, other: &Polynomial, factor: i64) -> Option<Polynomial> {
        let mut sum = self.0.clone();
        for (factors, coefficient) in &other.0 {
            let entry = sum.entry(factors.clone()).or_insert(0);
            *entry = entry.checked_add(coefficient.checked_mul(factor)?)?;
        }
        sum.retain(|_, coefficient| *coefficient != 0);
        Some(Polynomial(sum))
    }

    fn times(&self, other: &Polynomial) -> Option<Polynomial> {
        let mut product = BTreeMap::new();
        for (lhs, a) in &self.0 {
            for (rhs, b) in &other.0 {
                let mut factors = [lhs.as_slice(), rhs.as_slice()].concat();
                factors.sort();
                let entry = product.entry(factors).or_insert(0i64);
                *entry = entry.checked_add(a.checked_mul(*b)?)?;
            }
        }
        product.retain(|_, coefficient| *coefficient != 0);
        Some(Polynomial(product))
    }
}

/// The table of all dimensions of one [`Store`](super::Store).
#[derive(Clone, Debug)]
pub struct Dims {
    table: IndexSet<Polynomial, FxBuildHasher>,
    /// Of each pair, the smallest of the first is assumed to be not larger than the second.
    assumed: Vec<(Vec<Dim>, Dim)>,
}

impl Default for Dims {
    fn default() -> Self {
        let mut dims = Dims {
            table: IndexSet::default(),
            assumed: Vec::new(),
        };
        dims.intern(Polynomial::constant(1));
        dims
    }
}

impl Dims {
    /// The dimension 1.
    pub const ONE: Dim = Dim(0);

    fn intern(&mut self, polynomial: Polynomial) -> Dim {
        Dim(self.table.insert_full(polynomial).0 as u32)
    }

    /// A number.
    pub fn constant(&mut self, value: i64) -> Dim {
        self.intern(Polynomial::constant(value))
    }

    /// A name.
    pub fn name(&mut self, name: &str) -> Dim {
        self.intern(Polynomial::symbol(Symbol::Name(name.to_owned())))
    }

    /// `lhs + rhs`, or `None` where a coefficient leaves 64 bits.
    pub fn add(&mut self, lhs: Dim, rhs: Dim) -> Option<Dim> {
        let sum = self.polynomial(lhs).plus(self.polynomial(rhs), 1)?;
        Some(self.intern(sum))
    }

    /// `lhs - rhs`, or `None` where a coefficient leaves 64 bits.
    pub fn sub(&mut self, lhs: Dim, rhs: Dim) -> Option<Dim> {
        let difference = self.polynomial(lhs).plus(self.polynomial(rhs), -1)?;
        Some(self.intern(difference))
    }

    /// `lhs * rhs`, or `None` where a coefficient leaves 64 bits.
    pub fn mul(&mut self, lhs: Dim, rhs: Dim) -> Option<Dim> {
        let product = self.polynomial(lhs).times(self.polynomial(rhs))?;
        Some(self.intern(product))
    }

    /// `min(lhs, rhs)`: the same dimension for all minima that are equal by what was assumed.
    ///
    /// A minimum is the set of its operands, whatever their order and nesting. Two sets have the same minimum if what
    /// is known to be no smaller than it is the same; so the set is extended by all of that, and then again reduced to
    /// one operand, or to what is needed of them.
    pub fn min(&mut self, lhs: Dim, rhs: Dim) -> Dim {
        if lhs == rhs {
            return lhs;
        }
        let all = self.not_below(&[self.operands(lhs), self.operands(rhs)].concat());
        if let Some(smallest) = all.iter().find(|one| self.not_below(&[**one]) == all) {
            return *smallest;
        }
        let mut needed = all.clone();
        for one in all.iter().rev() {
            let rest: Vec<Dim> = needed.iter().copied().filter(|other| other != one).collect();
            if self.not_below(&rest) == all {
                needed = rest;
            }
        }
        self.intern(Polynomial::symbol(Symbol::Min(needed)))
    }

    /// What the minimum is taken of; the dimension itself, if it is none.
    pub fn operands(&self, dim: Dim) -> Vec<Dim> {
        match self.as_symbol(dim) {
            Some(Symbol::Min(operands)) => operands.clone(),
            _ => vec![dim],
        }
    }

    /// What is not smaller than the minimum of some dimensions, sorted: they and what was assumed of them. What is
    /// larger by a number than another one goes without saying.
    fn not_below(&self, dims: &[Dim]) -> Vec<Dim> {
        let mut found = dims.to_vec();
        loop {
            let n_known = found.len();
            for (small, large) in &self.assumed {
                if !self.is_told(*large, &found) && small.iter().all(|dim| self.is_told(*dim, &found)) {
                    found.push(*large);
                }
            }
            if found.len() == n_known {
                break;
            }
        }
        let is_larger = |dim: Dim| found.iter().any(|other| self.exceeds(dim, *other));
        let mut least: Vec<Dim> = found.iter().copied().filter(|dim| !is_larger(*dim)).collect();
        least.sort_unstable();
        least.dedup();
        least
    }

    fn is_told(&self, dim: Dim, found: &[Dim]) -> bool {
        found.contains(&dim) || found.iter().any(|other| self.exceeds(dim, *other))
    }

    /// Whether the first is larger than the second by a number.
    fn exceeds(&self, large: Dim, small: Dim) -> bool {
        let excess = self.polynomial(large).excess(self.polynomial(small));
        excess.is_some_and(|excess| excess > 0)
    }

    /// Assumes that two dimensions are equal, of which one at least is a minimum. Minima that were made before stay
    /// what they are.
    pub fn assume_equal(&mut self, lhs: Dim, rhs: Dim) {
        for (small, large) in [(lhs, rhs), (rhs, lhs)] {
            let small = self.operands(small);
            for large in self.operands(large) {
                if !self.is_told(large, &self.not_below(&small)) {
                    self.assumed.push((small.clone(), large));
                }
            }
        }
    }

    /// What the dimension is made of.
    pub fn polynomial(&self, dim: Dim) -> &Polynomial {
        self.table
            .get_index(dim.0 as usize)
            .expect("a Dim is made only by the table that holds it")
    }

    /// The number, if the dimension is one.
    pub fn value(&self, dim: Dim) -> Option<i64> {
        self.polynomial(dim).value()
    }

    /// The least that `to - from` can be, as all names stand for positive numbers; `None` where nothing bounds it.
    pub fn least_distance(&mut self, from: Dim, to: Dim) -> Option<i64> {
        let distance = self.sub(to, from)?;
        self.polynomial(distance)
            .terms()
            .try_fold(0i64, |least, (factors, coefficient)| {
                let bounded = factors.is_empty() || coefficient > 0;
                bounded.then(|| least.checked_add(coefficient)).flatten()
            })
    }

    /// The name, if the dimension is one.
    pub fn as_name(&self, dim: Dim) -> Option<&str> {
        match self.as_symbol(dim) {
            Some(Symbol::Name(name)) => Some(name),
            _ => None,
        }
    }

    /// The symbol, if the dimension is one.
    fn as_symbol(&self, dim: Dim) -> Option<&Symbol> {
        let mut terms = self.polynomial(dim).terms();
        match (terms.next(), terms.next()) {
            (Some(([symbol], 1)), None) => Some(symbol),
            _ => None,
        }
    }

    /// Every name that occurs in the dimension, sorted.
    pub fn names(&self, dim: Dim) -> Vec<String> {
        let mut found = Vec::new();
        let mut todo = vec![dim];
        while let Some(dim) = todo.pop() {
            for symbol in self.polynomial(dim).terms().flat_map(|(factors, _)| factors) {
                match symbol {
                    Symbol::Name(name) => found.push(name.clone()),
                    Symbol::Min(operands) => todo.extend(operands),
                }
            }
        }
        found.sort();
        found.dedup();
        found
    }

    /// The value with `size` telling the values of the names; `None` where a name is unknown or a number leaves 64 bits.
    pub fn evaluate(&self, dim: Dim, size: &dyn Fn(&str) -> Option<i64>) -> Option<i64> {
        self.polynomial(dim)
            .terms()
            .try_fold(0i64, |sum, (factors, coefficient)| {
                let mut product = coefficient;
                for symbol in factors {
                    let factor = match symbol {
                        Symbol::Name(name) => size(name)?,
                        // Minima nest only as deep as the text that wrote them, which the parser bounds.
                        Symbol::Min(operands) => {
                            let values = operands.iter().map(|dim| self.evaluate(*dim, size));
                            values.collect::<Option<Vec<i64>>>()?.into_iter().min()?
                        }
                    };
                    product = product.checked_mul(factor)?;
                }
                sum.checked_add(product)
            })
    }

    /// The dimension in the notation of the language: `m*n`, `n - 1`, `min(m, n)`.
    pub fn text(&self, dim: Dim) -> String {
        let mut out = String::new();
        // The constant sorts first and reads better last.
        let (constants, others): (Vec<_>, Vec<_>) = self.polynomial(dim).terms().partition(|(f, _)| f.is_empty());
        for (factors, coefficient) in others.into_iter().chain(constants) {
            let sign = if coefficient < 0 { "-" } else { "+" };
            match (out.is_empty(), sign) {
                (true, "+") => {}
                (true, _) => out.push('-'),
                (false, sign) => out.push_str(&format!(" {sign} ")),
            }
            let mut parts: Vec<String> = factors.iter().map(|symbol| self.symbol_text(symbol)).collect();
            if parts.is_empty() || coefficient.abs() != 1 {
                parts.insert(0, coefficient.abs().to_string());
            }
            out.push_str(&parts.join("*"));
        }
        if out.is_empty() { "0".to_owned() } else { out }
    }

    fn symbol_text(&self, symbol: &Symbol) -> String {
        match symbol {
            Symbol::Name(name) => name.clone(),
            // The language has minima of two.
            Symbol::Min(operands) => {
                let texts = operands.iter().map(|dim| self.text(*dim));
                let nested = texts.rev().reduce(|inner, outer| format!("min({outer}, {inner})"));
                nested.expect("a minimum has two operands at least")
            }
        }
    }
}
