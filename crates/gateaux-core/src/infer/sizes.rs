//! Sizes while they are being found: polynomials in dimension names and unknowns, and their unification.
//!
//! An unknown is solved as soon as an equation tells it. An equation of products of unknowns (`m*n = p*q`, from
//! `vec` and `kron`) waits until the end and is then solved factor by factor. Dimension names are rigid: `m = n` is
//! a contradiction. But a name may turn out to be a compound of others (`q = k*n`, for a `vector(q)` that is
//! multiplied by a Kronecker product); that is assumed, and the assumption is reported.

mod dims;
mod minima;

use std::collections::BTreeMap;

use gateaux_syntax::NodeId;

/// The most terms of a size: `[x; y; z]` adds them.
pub(super) const MAX_TERMS: usize = 256;
/// The most factors of a term: `kron(kron(..))` doubles them each time.
pub(super) const MAX_FACTORS: usize = 64;
/// The most operands of a minimum, with those of the minima in them; it bounds the recursion over sizes.
pub(super) const MAX_OPERANDS: usize = 16;
/// The most assumptions: they may tell each other, and every minimum is compared with all of them.
pub(super) const MAX_ASSUMED: usize = 50;
/// The longest chain of unknowns, each a compound of the next; it bounds the recursion over what was found.
const MAX_CHAIN: u16 = 100;

/// A size under inference: a handle into [`Sizes`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Size(u32);

/// A polynomial: factors, sorted, with their coefficient. Factors are unknowns, names and minima.
type Terms = BTreeMap<Vec<Size>, i64>;

#[derive(Clone, Debug)]
enum Entry {
    /// What is to be found, and what it was found to be.
    Unknown(Option<Size>),
    Name(String),
    /// `order` holds the factors of a product as written, for solving factor by factor.
    Polynomial {
        terms: Terms,
        order: Vec<Size>,
    },
    /// `weight` counts the operands, and those of the minima in them.
    Min {
        operands: Vec<Size>,
        weight: usize,
    },
}

/// What a name or a minimum is assumed to be.
#[derive(Clone, Debug)]
struct Assumption {
    value: Terms,
    /// The node that asks for it.
    at: NodeId,
}

/// Why two sizes are not made equal, or a size is not made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Clash {
    /// They are different for certain.
    Different,
    /// A limit of this module was reached.
    TooLarge,
}

/// An equation that is not solved yet.
#[derive(Clone, Copy, Debug)]
pub(super) struct Equation {
    pub(super) lhs: Size,
    pub(super) rhs: Size,
    /// The node that asks for it.
    pub(super) at: NodeId,
}

/// How an equation stands at the end of [`Sizes::solve_deferred`].
#[derive(Clone, Copy, Debug)]
pub(super) enum Left {
    /// It has no solution.
    Wrong(Equation, Clash),
    /// It has several.
    Open(Equation),
}

/// The table of all sizes of one attempt at inference.
#[derive(Clone, Debug, Default)]
pub(super) struct Sizes {
    entries: Vec<Entry>,
    names: BTreeMap<String, Size>,
    numbers: BTreeMap<i64, Size>,
    minima: BTreeMap<Vec<Terms>, Size>,
    deferred: Vec<Equation>,
    /// How deep the expansion of an unknown by what it was found to be is at present.
    depth: u16,
    assumed: BTreeMap<Size, Assumption>,
}

impl Sizes {
    fn push(&mut self, entry: Entry) -> Size {
        self.entries.push(entry);
        Size(u32::try_from(self.entries.len() - 1).expect("the parser bounds the nodes, and each makes few sizes"))
    }

    fn entry(&self, size: Size) -> &Entry {
        &self.entries[size.0 as usize]
    }

    /// A new unknown.
    pub(super) fn unknown(&mut self) -> Size {
        self.push(Entry::Unknown(None))
    }

    /// A dimension name.
    pub(super) fn name(&mut self, name: &str) -> Size {
        if let Some(size) = self.names.get(name) {
            return *size;
        }
        let size = self.push(Entry::Name(name.to_owned()));
        self.names.insert(name.to_owned(), size);
        size
    }

    /// Whether there is a dimension of this name.
    pub(super) fn has_name(&self, name: &str) -> bool {
        self.names.contains_key(name)
    }

    /// A number.
    pub(super) fn number(&mut self, value: i64) -> Size {
        if let Some(size) = self.numbers.get(&value) {
            return *size;
        }
        let terms = constant(value);
        let size = self.push(Entry::Polynomial {
            terms,
            order: Vec::new(),
        });
        self.numbers.insert(value, size);
        size
    }

    /// `lhs + rhs`.
    pub(super) fn add(&mut self, lhs: Size, rhs: Size) -> Result<Size, Clash> {
        let terms = plus(&self.terms(lhs)?, &self.terms(rhs)?, 1)?;
        Ok(self.make(terms, Vec::new()))
    }

    /// `lhs - rhs`.
    pub(super) fn sub(&mut self, lhs: Size, rhs: Size) -> Result<Size, Clash> {
        let terms = plus(&self.terms(lhs)?, &self.terms(rhs)?, -1)?;
        Ok(self.make(terms, Vec::new()))
    }

    /// `lhs * rhs`.
    pub(super) fn mul(&mut self, lhs: Size, rhs: Size) -> Result<Size, Clash> {
        let terms = times(&self.terms(lhs)?, &self.terms(rhs)?)?;
        let mut order = self.factors(lhs);
        order.extend(self.factors(rhs));
        Ok(self.make(terms, order))
    }

    /// What the size is known to be, as far as one handle tells it.
    pub(super) fn root(&mut self, size: Size) -> Size {
        let mut end = size;
        while let Entry::Unknown(Some(next)) = self.entry(end) {
            end = *next;
        }
        let mut at = size;
        while let Entry::Unknown(Some(next)) = self.entry(at) {
            let next = *next;
            self.entries[at.0 as usize] = Entry::Unknown(Some(end));
            at = next;
        }
        end
    }

    fn is_unknown(&self, size: Size) -> bool {
        matches!(self.entry(size), Entry::Unknown(_))
    }

    /// The size as a polynomial, with everything put in that was found.
    fn terms(&mut self, size: Size) -> Result<Terms, Clash> {
        let size = self.root(size);
        match self.entry(size) {
            Entry::Unknown(_) | Entry::Name(_) => Ok(atom(size)),
            Entry::Min { .. } => self.nested(|sizes| {
                let smallest = sizes.smallest(&sizes.operands(size))?;
                match sizes.entry(smallest) {
                    Entry::Min { .. } => Ok(atom(smallest)),
                    _ => sizes.terms(smallest),
                }
            }),
            Entry::Polynomial { terms, .. } => {
                let terms = terms.clone();
                let is_settled = |at: &Size| matches!(self.entry(*at), Entry::Unknown(None) | Entry::Name(_));
                if terms.keys().flatten().all(is_settled) {
                    return Ok(terms);
                }
                self.nested(|sizes| substitute(&terms, &mut |at| sizes.terms(at)))
            }
        }
    }

    /// Goes one step down the chain of what was found.
    fn nested(&mut self, expand: impl FnOnce(&mut Self) -> Result<Terms, Clash>) -> Result<Terms, Clash> {
        if self.depth == MAX_CHAIN {
            return Err(Clash::TooLarge);
        }
        self.depth += 1;
        let expanded = expand(self);
        self.depth -= 1;
        expanded
    }

    /// The size as a polynomial, with all that was assumed of dimension names put in too.
    fn assumed_terms(&mut self, size: Size) -> Result<Terms, Clash> {
        let terms = self.terms(size)?;
        if self.assumed.is_empty() {
            Ok(terms)
        } else {
            substitute(&terms, &mut |at| self.assumed_atom(at))
        }
    }

    /// The assumptions are acyclic and minima nest a bounded number of times, which bounds this recursion.
    fn assumed_atom(&mut self, at: Size) -> Result<Terms, Clash> {
        if let Some(assumption) = self.assumed.get(&at).cloned() {
            return substitute(&assumption.value, &mut |at| self.assumed_atom(at));
        }
        let Entry::Min { operands, .. } = self.entry(at).clone() else {
            return Ok(atom(at));
        };
        let mut known = Vec::with_capacity(operands.len());
        for operand in operands {
            let terms = self.assumed_terms(operand)?;
            known.push(self.make(terms, Vec::new()));
        }
        let smallest = self.smallest(&known)?;
        match self.assumed.get(&smallest).cloned() {
            Some(assumption) if smallest != at => substitute(&assumption.value, &mut |at| self.assumed_atom(at)),
            _ if matches!(self.entry(smallest), Entry::Min { .. }) => Ok(atom(smallest)),
            _ => self.terms(smallest),
        }
    }

    fn make(&mut self, terms: Terms, order: Vec<Size>) -> Size {
        if let Some(value) = as_constant(&terms) {
            return self.number(value);
        }
        match lone_atom(&terms) {
            Some(at) => at,
            None => self.push(Entry::Polynomial { terms, order }),
        }
    }

    /// The factors of a product in the order in which it was written; empty for a number and a sum.
    fn factors(&mut self, size: Size) -> Vec<Size> {
        let size = self.root(size);
        let Entry::Polynomial { order, .. } = self.entry(size) else {
            return vec![size];
        };
        let order = order.clone();
        let Ok(terms) = self.terms(size) else { return Vec::new() };
        let (Some(factors), 1) = (terms.keys().next(), terms.len()) else {
            return Vec::new();
        };
        let mut written = Vec::new();
        for part in order {
            let part = self.root(part);
            match self.entry(part) {
                Entry::Polynomial { .. } if self.depth < MAX_CHAIN => {
                    self.depth += 1;
                    written.extend(self.factors(part));
                    self.depth -= 1;
                }
                _ => written.push(part),
            }
        }
        let mut sorted = written.clone();
        sorted.sort_unstable();
        // The order of a sum that became a product is not known.
        if sorted == *factors { written } else { factors.clone() }
    }

    /// The number, if the size is one.
    pub(super) fn value(&mut self, size: Size) -> Option<i64> {
        self.assumed_terms(size).ok().as_ref().and_then(as_constant)
    }

    /// `lhs - rhs`, if it is a number.
    pub(super) fn distance(&mut self, lhs: Size, rhs: Size) -> Option<i64> {
        let difference = plus(&self.assumed_terms(lhs).ok()?, &self.assumed_terms(rhs).ok()?, -1).ok()?;
        as_constant(&difference)
    }

    /// Makes two sizes equal; `at` is the node that asks for it.
    pub(super) fn unify(&mut self, lhs: Size, rhs: Size, at: NodeId) -> Result<(), Clash> {
        let (lhs, rhs) = (self.root(lhs), self.root(rhs));
        if lhs == rhs {
            return Ok(());
        }
        if let (Entry::Name(_), Entry::Name(_)) = (self.entry(lhs), self.entry(rhs)) {
            return Err(Clash::Different);
        }
        if self.solved_by_binding(lhs, rhs)? || self.solve_linear(Equation { lhs, rhs, at })? {
            return Ok(());
        }
        self.deferred.push(Equation { lhs, rhs, at });
        Ok(())
    }

    /// Whether the equation is settled because one side is an unknown that the other does not contain.
    fn solved_by_binding(&mut self, lhs: Size, rhs: Size) -> Result<bool, Clash> {
        // The younger unknown gives way, so that dimensions are named after the variable that has them first.
        let (first, second) = if rhs > lhs && self.is_unknown(rhs) {
            (rhs, lhs)
        } else {
            (lhs, rhs)
        };
        for (unknown, other) in [(first, second), (second, first)] {
            if self.is_unknown(unknown) {
                let terms = self.terms(other)?;
                if as_constant(&terms).is_some_and(|value| value <= 0) {
                    return Err(Clash::Different);
                }
                if !self.contains(&terms, unknown) {
                    let order = self.factors(other);
                    // What stands in the other side only to cancel out must not come back with it.
                    let value = self.make(terms, order);
                    self.entries[unknown.0 as usize] = Entry::Unknown(Some(value));
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }

    /// Minima nest a bounded number of times, which bounds this recursion.
    fn contains(&mut self, terms: &Terms, wanted: Size) -> bool {
        let atoms: Vec<Size> = terms.keys().flatten().copied().collect();
        atoms.into_iter().any(|at| {
            let at = self.root(at);
            at == wanted
                || self.operands(at).into_iter().any(|operand| match self.terms(operand) {
                    Ok(terms) => self.contains(&terms, wanted),
                    Err(_) => false,
                })
        })
    }

    fn has_unknown(&mut self, terms: &Terms) -> bool {
        let atoms: Vec<Size> = terms.keys().flatten().copied().collect();
        atoms.into_iter().any(|at| !self.unknowns_of_atom(at).is_empty())
    }

    /// Whether the equation is settled: it holds, holds by assumption, or is linear in an unknown of its own.
    fn solve_linear(&mut self, equation: Equation) -> Result<bool, Clash> {
        let (left, right) = (self.terms(equation.lhs)?, self.terms(equation.rhs)?);
        let difference = plus(&left, &right, -1)?;
        if difference.is_empty() {
            return Ok(true);
        }
        if !self.has_unknown(&difference) {
            return self.assume(equation).map(|()| true);
        }
        for at in single_atoms(&difference) {
            if !self.is_unknown(at) {
                continue;
            }
            let mut rest = difference.clone();
            let coefficient = rest.remove(&vec![at]).expect("it is one of the terms");
            if self.contains(&rest, at) {
                continue;
            }
            if rest.values().any(|value| value % coefficient != 0) {
                // 2*n = 7 has no solution; with more names it may have one.
                if as_constant(&rest).is_some() {
                    return Err(Clash::Different);
                }
                continue;
            }
            rest.values_mut().for_each(|value| *value = -(*value / coefficient));
            if as_constant(&rest).is_some_and(|value| value <= 0) {
                return Err(Clash::Different);
            }
            let solution = self.make(rest, Vec::new());
            self.entries[at.0 as usize] = Entry::Unknown(Some(solution));
            return Ok(true);
        }
        Ok(false)
    }

    /// Makes an equation between dimension names hold: only a name may be assumed to be a compound of others,
    /// and a minimum to be one of its two.
    fn assume(&mut self, equation: Equation) -> Result<(), Clash> {
        let Equation { lhs, rhs, at: node } = equation;
        let (left, right) = (self.terms(lhs)?, self.terms(rhs)?);
        if is_plain(&left, self) && is_plain(&right, self) {
            return Err(Clash::Different);
        }
        let (left, right) = (self.assumed_terms(lhs)?, self.assumed_terms(rhs)?);
        if left == right {
            return Ok(());
        }
        for (side, other) in [(&left, &right), (&right, &left)] {
            if let Some(at) = lone_atom(side)
                && !self.contains(other, at)
                && matches!(self.entry(at), Entry::Name(_))
                && is_possible(other)
                && !is_plain(other, self)
            {
                return self.insert_assumption(at, other, node);
            }
        }
        for (side, other) in [(&left, &right), (&right, &left)] {
            // `x[2:n]` as a vector(2): n is 3.
            if let (Some(value), Some((at, shift))) = (as_constant(other), shifted_atom(side))
                && value - shift > 0
            {
                return self.insert_assumption(at, &constant(value - shift), node);
            }
            if let Some(at) = self.minimum_apart(side, other)? {
                return self.insert_assumption(at, other, node);
            }
        }
        Err(Clash::Different)
    }

    fn insert_assumption(&mut self, of: Size, value: &Terms, at: NodeId) -> Result<(), Clash> {
        if self.assumed.len() == MAX_ASSUMED {
            return Err(Clash::TooLarge);
        }
        let value = value.clone();
        self.assumed.insert(of, Assumption { value, at });
        Ok(())
    }

    /// Solves what waited, in order, factor by factor where nothing else helps; gives what remains.
    pub(super) fn solve_deferred(&mut self) -> Vec<Left> {
        let mut left = Vec::new();
        let mut waiting = Vec::new();
        for equation in std::mem::take(&mut self.deferred) {
            match self.retry(equation) {
                Ok(true) => {}
                Ok(false) => waiting.push(equation),
                Err(clash) => left.push(Left::Wrong(equation, clash)),
            }
        }
        let mut open = Vec::new();
        for equation in waiting {
            match self
                .retry(equation)
                .and_then(|done| if done { Ok(true) } else { self.pair_factors(equation) })
            {
                Ok(true) => {}
                Ok(false) => open.push(equation),
                Err(clash) => left.push(Left::Wrong(equation, clash)),
            }
        }
        for equation in open.into_iter().chain(std::mem::take(&mut self.deferred)) {
            match self
                .retry(equation)
                .and_then(|done| if done { Ok(true) } else { self.assume_minimum(equation) })
            {
                Ok(true) => {}
                Ok(false) => left.push(Left::Open(equation)),
                Err(clash) => left.push(Left::Wrong(equation, clash)),
            }
        }
        left
    }

    fn retry(&mut self, equation: Equation) -> Result<bool, Clash> {
        let (lhs, rhs) = (self.root(equation.lhs), self.root(equation.rhs));
        Ok(lhs == rhs || self.solved_by_binding(lhs, rhs)? || self.solve_linear(equation)?)
    }

    /// Solves `m*n = p*q` as `m = p` and `n = q`; whether it did.
    fn pair_factors(&mut self, equation: Equation) -> Result<bool, Clash> {
        let Equation { lhs, rhs, at } = equation;
        let coefficients = [self.terms(lhs)?, self.terms(rhs)?].map(|terms| match terms.iter().next() {
            Some((_, coefficient)) if terms.len() == 1 => *coefficient,
            _ => 0,
        });
        let (mut left, mut right) = (self.factors(lhs), self.factors(rhs));
        left.retain(|factor| match right.iter().position(|other| other == factor) {
            Some(at) => {
                right.remove(at);
                false
            }
            None => true,
        });
        if coefficients[0] != coefficients[1] || coefficients[0] == 0 {
            return Ok(false);
        }
        // A name can only be equal to an unknown: those pairs come first.
        for (from, to) in [(0, 1), (1, 0)] {
            let sides = [&mut left, &mut right];
            let names: Vec<Size> = sides[from].iter().copied().filter(|at| !self.is_unknown(*at)).collect();
            for name in names {
                let Some(partner) = sides[to].iter().position(|at| self.is_unknown(*at)) else {
                    continue;
                };
                if sides[to].len() == 1 && sides[from].len() > 1 {
                    break;
                }
                let partner = sides[to].remove(partner);
                let used = sides[from]
                    .iter()
                    .position(|at| *at == name)
                    .expect("it is one of the names of this side");
                sides[from].remove(used);
                self.unify(partner, name, at)?;
            }
        }
        while left.len() > 1 && right.len() > 1 {
            let (first, second) = (left.remove(0), right.remove(0));
            self.unify(first, second, at)?;
        }
        if left.is_empty() || right.is_empty() {
            // A product of positive integers is 1 only if all of them are.
            let one = self.number(1);
            left.into_iter()
                .chain(right)
                .try_for_each(|factor| self.unify(factor, one, at))?;
            return Ok(true);
        }
        let (left, right) = (self.product(&left)?, self.product(&right)?);
        self.unify(left, right, at)?;
        Ok(true)
    }

    fn product(&mut self, factors: &[Size]) -> Result<Size, Clash> {
        let one = self.number(1);
        factors
            .iter()
            .try_fold(one, |product, factor| self.mul(product, *factor))
    }

    /// The unknowns that the size still contains, in the order in which it was written.
    pub(super) fn unknowns(&mut self, size: Size) -> Vec<Size> {
        let mut atoms = self.factors(size);
        if let Ok(terms) = self.terms(size) {
            atoms.extend(terms.keys().flatten().copied());
        }
        let mut found = Vec::new();
        for at in atoms {
            for unknown in self.unknowns_of_atom(at) {
                if !found.contains(&unknown) {
                    found.push(unknown);
                }
            }
        }
        found
    }

    /// The unknowns that the size tells: those that it contains outside of minima.
    pub(super) fn told_unknowns(&mut self, size: Size) -> Vec<Size> {
        let Ok(terms) = self.terms(size) else { return Vec::new() };
        terms
            .keys()
            .flatten()
            .copied()
            .filter(|at| self.is_unknown(*at))
            .collect()
    }

    fn unknowns_of_atom(&mut self, at: Size) -> Vec<Size> {
        let at = self.root(at);
        match self.entry(at) {
            Entry::Unknown(_) => vec![at],
            Entry::Name(_) => Vec::new(),
            // Minima nest a bounded number of times, which bounds this recursion.
            Entry::Min { .. } => {
                let operands = self.operands(at).into_iter();
                operands.flat_map(|operand| self.unknowns(operand)).collect()
            }
            Entry::Polynomial { .. } => self.unknowns(at),
        }
    }

    /// Gives an unknown a name of its own, which is new.
    pub(super) fn call(&mut self, unknown: Size, name: &str) {
        self.entries[unknown.0 as usize] = Entry::Name(name.to_owned());
        self.names.insert(name.to_owned(), unknown);
    }
}

fn constant(value: i64) -> Terms {
    if value == 0 {
        Terms::new()
    } else {
        Terms::from([(Vec::new(), value)])
    }
}

fn atom(size: Size) -> Terms {
    Terms::from([(vec![size], 1)])
}

fn plus(lhs: &Terms, rhs: &Terms, factor: i64) -> Result<Terms, Clash> {
    let mut sum = lhs.clone();
    for (factors, coefficient) in rhs {
        let entry = sum.entry(factors.clone()).or_insert(0);
        let added = coefficient
            .checked_mul(factor)
            .and_then(|value| entry.checked_add(value));
        *entry = added.ok_or(Clash::TooLarge)?;
    }
    sum.retain(|_, coefficient| *coefficient != 0);
    if sum.len() > MAX_TERMS {
        Err(Clash::TooLarge)
    } else {
        Ok(sum)
    }
}

fn times(lhs: &Terms, rhs: &Terms) -> Result<Terms, Clash> {
    if lhs.len() * rhs.len() > MAX_TERMS {
        return Err(Clash::TooLarge);
    }
    let mut product = Terms::new();
    for (left, a) in lhs {
        for (right, b) in rhs {
            let mut factors = [left.as_slice(), right.as_slice()].concat();
            if factors.len() > MAX_FACTORS {
                return Err(Clash::TooLarge);
            }
            factors.sort_unstable();
            let entry = product.entry(factors).or_insert(0i64);
            let added = a.checked_mul(*b).and_then(|value| entry.checked_add(value));
            *entry = added.ok_or(Clash::TooLarge)?;
        }
    }
    product.retain(|_, coefficient| *coefficient != 0);
    Ok(product)
}

fn substitute(terms: &Terms, value: &mut dyn FnMut(Size) -> Result<Terms, Clash>) -> Result<Terms, Clash> {
    let mut sum = Terms::new();
    for (factors, coefficient) in terms {
        let mut product = constant(*coefficient);
        for at in factors {
            product = times(&product, &value(*at)?)?;
        }
        sum = plus(&sum, &product, 1)?;
    }
    Ok(sum)
}

fn as_constant(terms: &Terms) -> Option<i64> {
    let mut all = terms.iter();
    match (all.next(), all.next()) {
        (None, _) => Some(0),
        (Some((factors, value)), None) if factors.is_empty() => Some(*value),
        _ => None,
    }
}

fn lone_atom(terms: &Terms) -> Option<Size> {
    let mut all = terms.iter();
    match (all.next(), all.next()) {
        (Some((factors, 1)), None) if factors.len() == 1 => Some(factors[0]),
        _ => None,
    }
}

/// `n - 1` as n and -1.
fn shifted_atom(terms: &Terms) -> Option<(Size, i64)> {
    let shift = terms.get(&Vec::new()).copied().unwrap_or(0);
    let mut others = terms.iter().filter(|(factors, _)| !factors.is_empty());
    match (others.next(), others.next()) {
        (Some((factors, 1)), None) if factors.len() == 1 => Some((factors[0], shift)),
        _ => None,
    }
}

fn single_atoms(terms: &Terms) -> Vec<Size> {
    // The youngest first: it was made for this place, and older ones are sizes of variables.
    terms
        .keys()
        .rev()
        .filter(|factors| factors.len() == 1)
        .map(|factors| factors[0])
        .collect()
}

/// Whether it is a number or a name, which are rigid.
fn is_plain(terms: &Terms, sizes: &Sizes) -> bool {
    as_constant(terms).is_some() || lone_atom(terms).is_some_and(|at| matches!(sizes.entry(at), Entry::Name(_)))
}

/// Whether it can be a size: not negative or zero for certain.
fn is_possible(terms: &Terms) -> bool {
    terms.values().any(|coefficient| *coefficient > 0)
}
