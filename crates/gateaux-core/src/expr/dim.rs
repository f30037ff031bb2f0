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
    /// `min(lhs, rhs)`.
    Min(Dim, Dim),
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
    /// Pairs of which the first is assumed to be the smaller.
    assumed: Vec<(Dim, Dim)>,
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

    /// `min(lhs, rhs)`.
    pub fn min(&mut self, lhs: Dim, rhs: Dim) -> Dim {
        match (self.value(lhs), self.value(rhs)) {
            _ if lhs == rhs => lhs,
            (Some(a), Some(b)) => self.constant(a.min(b)),
            _ if self.assumed.contains(&(lhs, rhs)) => lhs,
            _ if self.assumed.contains(&(rhs, lhs)) => rhs,
            // min(n, min(m, n)) is min(m, n).
            _ if self.is_minimum_with(rhs, lhs) => rhs,
            _ if self.is_minimum_with(lhs, rhs) => lhs,
            _ => self.intern(Polynomial::symbol(Symbol::Min(lhs.min(rhs), lhs.max(rhs)))),
        }
    }

    /// Whether the dimension is a minimum of which the operand is one.
    fn is_minimum_with(&self, dim: Dim, operand: Dim) -> bool {
        let mut todo = vec![dim];
        while let Some(next) = todo.pop() {
            if next == operand && next != dim {
                return true;
            }
            if let Some(Symbol::Min(lhs, rhs)) = self.as_symbol(next) {
                todo.extend([*lhs, *rhs]);
            }
        }
        false
    }

    /// What else stands in a minimum, however deep, of which the dimension is an operand; empty where it is none.
    pub fn others_of_minimum(&self, minimum: Dim, operand: Dim) -> Vec<Dim> {
        let (mut todo, mut found) = (vec![minimum], Vec::new());
        while let Some(next) = todo.pop() {
            match self.as_symbol(next) {
                Some(Symbol::Min(lhs, rhs)) => todo.extend([*rhs, *lhs]),
                _ if !found.contains(&next) => found.push(next),
                _ => {}
            }
        }
        match found.contains(&operand) && operand != minimum {
            true => found.into_iter().filter(|other| *other != operand).collect(),
            false => Vec::new(),
        }
    }

    /// Assumes that the first is not larger than the second, which settles their minimum.
    pub fn assume_at_most(&mut self, small: Dim, large: Dim) {
        if !self.assumed.contains(&(small, large)) {
            self.assumed.push((small, large));
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
        let mut terms = self.polynomial(dim).terms();
        match (terms.next(), terms.next()) {
            (None, _) => Some(0),
            (Some(([], value)), None) => Some(value),
            _ => None,
        }
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
                    Symbol::Min(lhs, rhs) => todo.extend([*lhs, *rhs]),
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
                        Symbol::Min(lhs, rhs) => self.evaluate(*lhs, size)?.min(self.evaluate(*rhs, size)?),
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
            Symbol::Min(lhs, rhs) => format!("min({}, {})", self.text(*lhs), self.text(*rhs)),
        }
    }
}
