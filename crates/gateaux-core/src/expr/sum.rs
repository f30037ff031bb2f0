//! Sums with exact coefficients: flat, like terms collected, in order of first appearance.

use super::facts::Facts;
use super::rational::Rational;
use super::shape::Shape;
use super::store::{Expr, Form, Store, Term};
use super::{Error, Result};

/// Sums longer than this are not searched for the transposes of their terms.
const MAX_SYMMETRY_TERMS: usize = 64;

impl Store {
    /// `coefficient_1*expr_1 + coefficient_2*expr_2 + ...`, at least one term, all of one shape.
    ///
    /// # Errors
    /// [`Error::IllShaped`] where the shapes differ.
    pub fn sum(&mut self, terms: &[(Rational, Expr)]) -> Result<Expr> {
        let Some((_, first)) = terms.first() else {
            return Err(Error::IllShaped {
                operation: "a sum",
                shapes: "no terms".to_owned(),
            });
        };
        let shape = self.shape(*first);
        if let Some((_, odd)) = terms.iter().find(|(_, expr)| self.shape(*expr) != shape) {
            return self.ill_shaped("a sum", &[*first, *odd]);
        }
        let flat = self.collect_terms(terms)?;
        match self.merged_choices(&flat)? {
            Some(merged) if merged.is_empty() => self.zeros(shape),
            Some(merged) => self.sum(&merged),
            None => self.normal_sum(flat, shape),
        }
    }

    /// The terms flat, sorted, like ones collected.
    fn collect_terms(&mut self, terms: &[(Rational, Expr)]) -> Result<Vec<Term>> {
        let mut flat = self.flatten_terms(terms);
        flat.sort_by_key(|term| term.expr);
        let mut merged: Vec<Term> = Vec::with_capacity(flat.len());
        for next in flat {
            match merged.last_mut() {
                Some(kept) if kept.expr == next.expr => {
                    kept.coefficient = self.bounded(&kept.coefficient + &next.coefficient)?;
                }
                _ => merged.push(next),
            }
        }
        let mut flat = merged;
        flat.retain(|term| !term.coefficient.is_zero());
        Ok(flat)
    }

    fn flatten_terms(&self, terms: &[(Rational, Expr)]) -> Vec<Term> {
        let mut flat = Vec::with_capacity(terms.len());
        for (coefficient, expr) in terms {
            match self.form(*expr) {
                _ if coefficient.is_zero() => {}
                Form::Zero => {}
                Form::Number(value) => flat.push(Term {
                    coefficient: coefficient * value,
                    expr: Store::ONE,
                }),
                Form::Add(inner) => flat.extend(inner.iter().map(|t| Term {
                    coefficient: coefficient * &t.coefficient,
                    expr: t.expr,
                })),
                _ => flat.push(Term {
                    coefficient: coefficient.clone(),
                    expr: *expr,
                }),
            }
        }
        flat
    }

    /// The sum of sorted, distinct terms with coefficients that are not zero.
    fn normal_sum(&mut self, terms: Vec<Term>, shape: Shape) -> Result<Expr> {
        match terms.as_slice() {
            [] => return self.zeros(shape),
            [only] if only.expr == Store::ONE => return self.number(only.coefficient.clone()),
            [only] if only.coefficient.is_one() => return Ok(only.expr),
            [_] => return self.intern(Form::Add(terms.into()), shape),
            _ => {}
        }
        if self.prefers_transpose(shape, terms.iter().map(|term| term.expr)) {
            return self.flipped_sum(&terms, shape);
        }
        self.plain_sum(terms, shape)
    }

    /// The sum as the transpose of the sum of the transposed terms.
    fn flipped_sum(&mut self, terms: &[Term], shape: Shape) -> Result<Expr> {
        let transposed = self.transpose_terms(terms)?;
        let collected = self.collect_terms(&transposed)?;
        let inside = shape.transposed().unwrap_or(shape);
        // What is inside is not asked for its preference again: counts of leaves are only nearly symmetric.
        let inner = match collected.len() {
            0 | 1 => self.normal_sum(collected, inside)?,
            _ => self.plain_sum(collected, inside)?,
        };
        self.wrap_transpose(inner)
    }

    /// Two and more terms as they are.
    fn plain_sum(&mut self, terms: Vec<Term>, shape: Shape) -> Result<Expr> {
        let sum = self.intern(Form::Add(terms.clone().into()), shape)?;
        if shape.square().is_some() && terms.len() <= MAX_SYMMETRY_TERMS {
            self.note_symmetry(sum, &terms)?;
        }
        Ok(sum)
    }

    pub(super) fn transpose_terms(&mut self, terms: &[Term]) -> Result<Vec<(Rational, Expr)>> {
        terms
            .iter()
            .map(|term| Ok((term.coefficient.clone(), self.transpose(term.expr)?)))
            .collect()
    }

    /// Finds whether the transposes of the terms are the same terms again, or their negatives.
    fn note_symmetry(&mut self, sum: Expr, terms: &[Term]) -> Result<()> {
        if self.facts(sum).has(Facts::SYMMETRIC) || self.facts(sum).has(Facts::SKEW) {
            return Ok(());
        }
        let opened = self.open_transposes(terms)?;
        let plain = self.collect_terms(&opened)?;
        let mut turned = Vec::with_capacity(opened.len());
        for (coefficient, expr) in opened {
            turned.push((coefficient, self.transpose(expr)?));
        }
        let turned = self.collect_terms(&turned)?;
        let same = |sign: i64| {
            let sign = Rational::from(sign);
            let is_pair = |(t, term): (&Term, &Term)| t.expr == term.expr && &sign * &t.coefficient == term.coefficient;
            turned.len() == plain.len() && turned.iter().zip(&plain).all(is_pair)
        };
        if same(1) {
            self.add_facts(sum, Facts::SYMMETRIC);
        } else if same(-1) {
            self.add_facts(sum, Facts::SKEW);
        }
        Ok(())
    }

    /// The terms, with transposes of sums as sums of transposes: `sym(A + B)` is `A + B + (A + B)'`, halved.
    fn open_transposes(&mut self, terms: &[Term]) -> Result<Vec<(Rational, Expr)>> {
        let mut opened = Vec::with_capacity(terms.len());
        for term in terms {
            let inside = match *self.form(term.expr) {
                Form::Transpose(inner) => inner,
                _ => Store::ONE,
            };
            match self.form(inside) {
                Form::Add(inner) => {
                    for inner in inner.clone().iter() {
                        let transposed = self.transpose(inner.expr)?;
                        opened.push((&term.coefficient * &inner.coefficient, transposed));
                    }
                }
                _ => opened.push((term.coefficient.clone(), term.expr)),
            }
        }
        Ok(opened)
    }

    /// The expression as `coefficient * rest`.
    pub fn split_coefficient(&self, expr: Expr) -> (Rational, Expr) {
        match self.form(expr) {
            Form::Number(value) => (value.clone(), Store::ONE),
            Form::Add(terms) if terms.len() == 1 => (terms[0].coefficient.clone(), terms[0].expr),
            _ => (Rational::one(), expr),
        }
    }

    /// The expression as `coefficient * rest`, where a sum gives up what its coefficients have in common, and the rest
    /// has nothing more to give.
    pub fn split_content(&mut self, expr: Expr) -> Result<(Rational, Expr)> {
        let (outer, expr) = self.split_coefficient(expr);
        let (coefficient, rest) = self.split_content_once(expr)?;
        // The transpose of a sum and the sum of the transposes can disagree on the sign; then neither gives it up.
        let settled = coefficient.is_one() || self.split_content_once(rest)?.0.is_one();
        Ok(if settled {
            (&outer * &coefficient, rest)
        } else {
            (outer, expr)
        })
    }

    fn split_content_once(&mut self, expr: Expr) -> Result<(Rational, Expr)> {
        let terms = match self.form(expr) {
            Form::Add(terms) if terms.len() > 1 => terms.clone(),
            // The transpose of a sum is not pushed into it.
            Form::Transpose(inner) => {
                let (coefficient, primitive) = self.split_content_once(*inner)?;
                return if coefficient.is_one() {
                    Ok((coefficient, expr))
                } else {
                    Ok((coefficient, self.transpose(primitive)?))
                };
            }
            _ => return Ok(self.split_coefficient(expr)),
        };
        let mut content = content(&terms);
        // A complex number and its conjugate have no order, so z - conj(z) stands for conj(z) - z too.
        if self.is_complex(expr) && !content.is_negative() && terms[0].coefficient.is_negative() {
            content = -&content;
        }
        // sym(X) and skew(X) keep their halves.
        let facts = self.facts(expr);
        let is_part = content.abs() == Rational::new(1, 2) && (facts.has(Facts::SYMMETRIC) || facts.has(Facts::SKEW));
        let unpaired = |store: &Store, term: &Term| {
            let facts = store.facts(term.expr);
            facts.has(Facts::SYMMETRIC) || facts.has(Facts::SKEW)
        };
        if is_part && !terms.iter().any(|term| unpaired(self, term)) {
            let flips = facts.has(Facts::SYMMETRIC) && terms[0].coefficient.is_negative();
            let sign = Rational::from(if flips { -1 } else { 1 });
            let positive = self.times(&sign, expr)?;
            return Ok((sign, positive));
        }
        if content.is_one() {
            return Ok((content, expr));
        }
        let inverse = content.recip();
        let primitive: Vec<_> = terms.iter().map(|t| (&inverse * &t.coefficient, t.expr)).collect();
        Ok((content, self.sum(&primitive)?))
    }

    /// `lhs + rhs`
    pub fn add(&mut self, lhs: Expr, rhs: Expr) -> Result<Expr> {
        self.sum(&[(Rational::one(), lhs), (Rational::one(), rhs)])
    }

    /// `lhs - rhs`
    pub fn sub(&mut self, lhs: Expr, rhs: Expr) -> Result<Expr> {
        self.sum(&[(Rational::one(), lhs), (Rational::from(-1), rhs)])
    }

    /// `-expr`
    pub fn neg(&mut self, expr: Expr) -> Result<Expr> {
        self.times(&Rational::from(-1), expr)
    }

    /// `coefficient * expr`
    pub fn times(&mut self, coefficient: &Rational, expr: Expr) -> Result<Expr> {
        self.sum(&[(coefficient.clone(), expr)])
    }

    /// `scalar * expr` for a scalar and anything.
    pub fn scale(&mut self, scalar: Expr, expr: Expr) -> Result<Expr> {
        if !self.shape(scalar).is_scalar() {
            return self.ill_shaped("a multiple", &[scalar, expr]);
        }
        if self.shape(expr).is_scalar() {
            return self.multiply(&[scalar, expr]);
        }
        if self.is_zero(scalar) || self.is_zero(expr) {
            let shape = self.shape(expr);
            return match self.has_pole(scalar) || self.has_pole(expr) {
                true => self.zero_over_zero(shape),
                false => self.zeros(shape),
            };
        }
        let (outer, scalar) = self.split_content(scalar)?;
        if scalar == Store::ONE {
            return self.times(&outer, expr);
        }
        let (inner, expr) = self.split_content(expr)?;
        let coefficient = &outer * &inner;
        let (scalar, array) = match *self.form(expr) {
            Form::Scale(other, array) => (self.multiply(&[scalar, other])?, array),
            _ => (scalar, expr),
        };
        let (more, scalar) = self.split_coefficient(scalar);
        if scalar != Store::ONE
            && let Some(restricted) = self.restricted_multiple(scalar, array)?
        {
            return self.times(&(&coefficient * &more), restricted);
        }
        let scaled = if scalar == Store::ONE {
            array
        } else {
            let shape = self.shape(array);
            self.intern(Form::Scale(scalar, array), shape)?
        };
        self.times(&(&coefficient * &more), scaled)
    }

    /// The scalar that all entries are, as `coefficient * scalar`, where the form shows it: of `2*s*ones(n)` it is
    /// `2*s`, of a scalar itself.
    pub fn fill_value(&self, expr: Expr) -> Option<(Rational, Expr)> {
        let (coefficient, rest) = self.split_coefficient(expr);
        let scalar = match self.form(rest) {
            _ if self.shape(rest).is_scalar() => rest,
            Form::Ones => Store::ONE,
            Form::Transpose(inner) if matches!(self.form(*inner), Form::Ones) => Store::ONE,
            Form::Scale(scalar, array) if self.fill_value(*array)?.1 == Store::ONE => *scalar,
            _ => return None,
        };
        Some((coefficient, scalar))
    }

    /// The array of this shape with all entries equal to the scalar.
    pub fn fill(&mut self, scalar: Expr, shape: Shape) -> Result<Expr> {
        let ones = self.ones(shape)?;
        self.scale(scalar, ones)
    }
}

/// The number to pull out of a sum: what all integer coefficients have in common, the common size of all
/// coefficients, and the sign where all are negative.
fn content(terms: &[Term]) -> Rational {
    let size = terms[0].coefficient.abs();
    let common = if terms.iter().all(|term| term.coefficient.abs() == size) {
        size
    } else if terms.iter().all(|term| term.coefficient.is_integer()) {
        terms
            .iter()
            .fold(Rational::zero(), |gcd, term| gcd.gcd(&term.coefficient))
    } else {
        Rational::one()
    };
    if terms.iter().all(|term| term.coefficient.is_negative()) {
        -&common
    } else {
        common
    }
}
