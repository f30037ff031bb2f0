//! Elementwise products with exponents, of scalars and of arrays of one shape.

use indexmap::IndexMap;
use rustc_hash::FxBuildHasher;

use super::facts::Facts;
use super::rational::Rational;
use super::shape::Shape;
use super::store::{ElementPower, Expr, Form, Law, Store};
use super::{Error, Result};

/// A product of more factors is not taken apart within another one.
const MAX_FLAT_FACTORS: usize = 64;

/// The parts of a product while it is being normalized.
struct Parts {
    coefficient: Rational,
    /// Scalars in front of an array.
    scalars: Vec<ElementPower>,
    /// The exponent of each base; scalar exponents apart from those that are arrays.
    factors: IndexMap<(Expr, bool), Expr, FxBuildHasher>,
    /// Whether a factor is zero.
    zero: bool,
    /// Whether a factor is a negative power of zero.
    pole: bool,
}

impl Store {
    /// `base_1.^exponent_1 .* base_2.^exponent_2 .* ...`, at least one factor, all bases of one shape.
    ///
    /// # Errors
    /// [`Error::IllShaped`] where the shapes differ.
    pub fn product(&mut self, factors: Vec<ElementPower>) -> Result<Expr> {
        let Some(first) = factors.first() else {
            return Err(Error::IllShaped {
                operation: "a product",
                shapes: "no factors".to_owned(),
            });
        };
        let shape = self.shape(first.base);
        for factor in &factors {
            let exponent = self.shape(factor.exponent);
            if self.shape(factor.base) != shape || !(exponent.is_scalar() || exponent == shape) {
                return self.ill_shaped("an elementwise product", &[first.base, factor.base, factor.exponent]);
            }
        }
        if self.prefers_transpose(shape, factors.iter().map(|f| f.base)) {
            let factors = self.transpose_powers(&factors)?;
            let inner = self.plain_product(factors, shape.transposed().unwrap_or(shape))?;
            return self.wrap_transpose(inner);
        }
        self.plain_product(factors, shape)
    }

    /// The product, whatever its transpose is.
    fn plain_product(&mut self, factors: Vec<ElementPower>, shape: Shape) -> Result<Expr> {
        let mut parts = Parts {
            coefficient: Rational::one(),
            scalars: Vec::new(),
            factors: IndexMap::default(),
            zero: false,
            pole: false,
        };
        let mut queue: Vec<ElementPower> = factors.into_iter().rev().collect();
        while let Some(factor) = queue.pop() {
            self.place_factor(factor, &mut parts, &mut queue)?;
        }
        match (parts.zero, parts.pole) {
            (true, true) => self.zero_over_zero(shape),
            (true, false) => self.zeros(shape),
            _ => self.finish_product(parts, shape),
        }
    }

    /// `0/0`: a product that is not simplified, so that its value is not a number and its condition is said.
    pub(super) fn zero_over_zero(&mut self, shape: Shape) -> Result<Expr> {
        let base = self.zeros(shape)?;
        let below = self.integer(-1)?;
        let factors = [Store::ONE, below].map(|exponent| ElementPower { base, exponent });
        self.intern(Form::Product(factors.into()), shape)
    }

    /// Whether the expression is a product with a negative power of zero, or with the inverse of a zero matrix.
    pub(super) fn has_pole(&self, expr: Expr) -> bool {
        match self.form(expr) {
            Form::Product(factors) => factors
                .iter()
                .any(|f| self.is_zero(f.base) && self.as_number(f.exponent).is_some_and(Rational::is_negative)),
            Form::MatMul(factors) => factors.iter().any(|f| self.is_zero(f.base) && f.power < 0),
            // The scalar and the array of a multiple are no multiples themselves.
            Form::Scale(scalar, array) => self.has_pole(*scalar) || self.has_pole(*array),
            _ => false,
        }
    }

    /// Takes one factor apart, or merges it with those of the same base.
    fn place_factor(&mut self, factor: ElementPower, parts: &mut Parts, queue: &mut Vec<ElementPower>) -> Result<()> {
        let ElementPower { base, exponent } = factor;
        if exponent == Store::ZERO || base == Store::ONE || matches!(self.form(base), Form::Ones) {
            return Ok(());
        }
        let number = self.as_number(exponent).cloned();
        if let Some(power) = number.as_ref().and_then(Rational::as_integer)
            && self.is_imaginary_unit(base)
            && power != 1
        {
            // Its powers are 1, i, -1 and -i in turn.
            if power & 2 != 0 {
                parts.coefficient = -&parts.coefficient;
            }
            if power & 1 != 0 {
                queue.push((base, Store::ONE).into());
            }
            return Ok(());
        }
        if self.is_zero(base)
            && let Some(exponent) = &number
        {
            if !exponent.is_negative() {
                parts.zero = true;
                return Ok(());
            }
            parts.pole = true;
        }
        if let Some(power) = number.as_ref().and_then(Rational::as_integer) {
            if self.expand_integer_power(base, power, parts, queue)? {
                return Ok(());
            }
        } else if let Some(exponent) = &number {
            if let Some(root) = self.exact_root(base, exponent) {
                parts.coefficient = self.bounded(&parts.coefficient * &root)?;
                return Ok(());
            }
            // The root of a positive coefficient that is a square: (4*x)^0.5 is 2*x^0.5.
            let (coefficient, rest) = self.split_coefficient(base);
            if !coefficient.is_one() && !coefficient.is_negative() {
                let outer = self.number(coefficient)?;
                if let Some(root) = self.exact_root(outer, exponent) {
                    parts.coefficient = self.bounded(&parts.coefficient * &root)?;
                    queue.push(ElementPower {
                        base: rest,
                        exponent: factor.exponent,
                    });
                    return Ok(());
                }
            }
            if let Some((inner, power)) = self.nonnegative_power(base) {
                queue.push(ElementPower {
                    base: inner,
                    exponent: self.hadamard(power, factor.exponent)?,
                });
                return Ok(());
            }
        }
        // (x^(1/p))^e is x^(e/p), where x is not negative.
        if number.is_none()
            && let Some((inner, power)) = self.nonnegative_power(base)
            && self.as_number(power).is_none()
            && self.shape(power).is_scalar()
            && self.shape(exponent).is_scalar()
        {
            let exponent = self.scaled_terms(power, exponent)?;
            queue.push(ElementPower { base: inner, exponent });
            return Ok(());
        }
        let is_mask = self.is_tril_mask(base);
        // Positive powers of 0 and 1 are themselves.
        let is_itself = is_mask && self.vanishes_at_zero(exponent);
        let exponent = if is_itself { Store::ONE } else { exponent };
        let key = (base, self.shape(exponent).is_scalar());
        match parts.factors.swap_remove(&key) {
            // A mask is 0 and 1, so a positive power of it tells no more beside another one: 0/0 is not 1, and what is
            // divided by a mask stays so, and is not finite.
            Some(known) if is_mask && (known == Store::ONE || exponent == Store::ONE) => {
                let other = if known == Store::ONE { exponent } else { known };
                parts.factors.insert(key, other);
            }
            Some(known) => {
                let exponent = self.add(known, exponent)?;
                queue.push(ElementPower { base, exponent });
            }
            None => {
                parts.factors.insert(key, exponent);
            }
        }
        Ok(())
    }

    /// `base^power` for an integer: what can be taken out of the base is; whether nothing is left to do.
    fn expand_integer_power(
        &mut self,
        base: Expr,
        power: i64,
        parts: &mut Parts,
        queue: &mut Vec<ElementPower>,
    ) -> Result<bool> {
        let (coefficient, rest) = self.split_content(base)?;
        if !coefficient.is_one()
            && let Some(value) = coefficient.power(power, self.budget.bits)
        {
            parts.coefficient = self.bounded(&parts.coefficient * &value)?;
            queue.push(ElementPower {
                base: rest,
                exponent: self.integer(power)?,
            });
            return Ok(true);
        }
        match self.form(base).clone() {
            Form::Scale(scalar, array) => {
                let exponent = self.integer(power)?;
                parts.scalars.push(ElementPower { base: scalar, exponent });
                queue.push(ElementPower { base: array, exponent });
                Ok(true)
            }
            // The chain rule through a deep nest of functions makes long products; those stay one factor, so that the
            // whole stays linear.
            Form::Product(inner) if power != 1 || inner.len() <= MAX_FLAT_FACTORS => {
                let power = self.integer(power)?;
                for factor in inner.iter().rev() {
                    let exponent = if power == Store::ONE {
                        factor.exponent
                    } else {
                        self.scale(power, factor.exponent)?
                    };
                    queue.push(ElementPower {
                        base: factor.base,
                        exponent,
                    });
                }
                Ok(true)
            }
            _ => Ok(false),
        }
    }

    /// The square root of a number that is a square.
    fn exact_root(&self, base: Expr, exponent: &Rational) -> Option<Rational> {
        let value = self.as_number(base)?;
        let twice = (exponent * &Rational::from(2)).as_integer()?;
        let (numerator, denominator) = value.parts();
        if value.is_negative() || value.is_zero() {
            return None;
        }
        let (n, d) = (numerator.sqrt(), denominator.sqrt());
        if &n * &n != numerator || &d * &d != denominator {
            return None;
        }
        let root = Rational::parse(&n.to_string(), self.budget.bits).ok()?;
        let below = Rational::parse(&d.to_string(), self.budget.bits).ok()?;
        (&root * &below.recip()).power(twice, self.budget.bits)
    }

    /// The scalar times each term of another one.
    fn scaled_terms(&mut self, scalar: Expr, of: Expr) -> Result<Expr> {
        let Form::Add(terms) = self.form(of).clone() else {
            return self.multiply(&[scalar, of]);
        };
        let mut scaled = Vec::with_capacity(terms.len());
        for term in terms.iter() {
            scaled.push((term.coefficient.clone(), self.multiply(&[scalar, term.expr])?));
        }
        self.sum(&scaled)
    }

    /// `inner^power`, where inner is known not to be negative and the power is real, so that powers of powers multiply: a
    /// complex power turns away from the principal branch.
    fn nonnegative_power(&self, base: Expr) -> Option<(Expr, Expr)> {
        match self.form(base) {
            Form::Product(inner) => match **inner {
                [ElementPower { base, exponent }]
                    if self.facts(base).has(Facts::NONNEGATIVE) && !self.is_complex(exponent) =>
                {
                    Some((base, exponent))
                }
                _ => None,
            },
            _ => None,
        }
    }

    fn finish_product(&mut self, parts: Parts, shape: Shape) -> Result<Expr> {
        let Parts {
            coefficient,
            scalars,
            factors,
            ..
        } = parts;
        let mut factors: Vec<ElementPower> = factors
            .into_iter()
            .map(|((base, _), exponent)| ElementPower { base, exponent })
            .collect();
        factors.sort_by_key(|factor| (factor.base, factor.exponent));
        self.drop_idle_masks(&mut factors);
        let core = match factors.as_slice() {
            [] => self.ones(shape)?,
            [only] if only.exponent == Store::ONE => only.base,
            _ if self.unit_vector(&factors).is_some() => self.entry_product(&factors)?,
            _ if self.is_triangle_of_the_other(&factors)? => self.diagonal_product(&factors)?,
            _ if self.has_diagonal_factor(&factors) => self.diagonal_product(&factors)?,
            _ => match self.restricted_product(&factors)? {
                Some(restricted) => restricted,
                None => self.intern(Form::Product(factors.into()), shape)?,
            },
        };
        let core = if scalars.is_empty() {
            core
        } else {
            let scalar = self.product(scalars)?;
            self.scale(scalar, core)?
        };
        self.times(&coefficient, core)
    }

    fn is_imaginary_unit(&self, expr: Expr) -> bool {
        matches!(self.form(expr), Form::Call(function, _) if function.law == Law::ImaginaryUnit)
    }

    /// Whether the power of 0 with this exponent is 0 whatever the other factors are.
    pub(super) fn vanishes_at_zero(&self, exponent: Expr) -> bool {
        self.as_number(exponent)
            .is_some_and(|e| !e.is_negative() && !e.is_zero())
    }

    /// Whether the matrix is ones on one side of the diagonal and zeros on the other.
    fn is_tril_mask(&self, expr: Expr) -> bool {
        match *self.form(expr) {
            Form::Tril => true,
            Form::Transpose(inner) => matches!(self.form(inner), Form::Tril),
            _ => false,
        }
    }

    /// A lower triangular factor makes the mask of lower triangles idle, and so does the transpose of a product with the
    /// other mask.
    fn drop_idle_masks(&self, factors: &mut Vec<ElementPower>) {
        let is_mask = |f: &ElementPower| self.is_tril_mask(f.base) && f.exponent == Store::ONE;
        let Some(at) = factors.iter().position(is_mask) else {
            return;
        };
        let mask = factors[at].base;
        let (is_lower, other) = match *self.form(mask) {
            Form::Transpose(inner) => (false, Some(inner)),
            _ => (true, self.known_transpose(mask)),
        };
        let is_masked = |base: Expr| match *self.form(base) {
            Form::Transpose(inner) => match self.form(inner) {
                Form::Product(list) => list.iter().any(|f| Some(f.base) == other && f.exponent == Store::ONE),
                _ => false,
            },
            _ => false,
        };
        let is_idle = |f: &ElementPower| {
            self.vanishes_at_zero(f.exponent) && (is_lower && self.facts(f.base).has(Facts::LOWER) || is_masked(f.base))
        };
        if factors.iter().enumerate().any(|(place, f)| place != at && is_idle(f)) {
            factors.remove(at);
        }
    }

    /// Whether one triangle is taken of a matrix that is zero there but on the diagonal.
    fn is_triangle_of_the_other(&mut self, factors: &[ElementPower]) -> Result<bool> {
        let plain = factors.iter().all(|f| self.shape(f.exponent).is_scalar());
        let is_mask = |f: &&ElementPower| self.is_tril_mask(f.base) && f.exponent == Store::ONE;
        let mask = factors.iter().find(is_mask).copied();
        let (true, Some(mask)) = (plain, mask) else {
            return Ok(false);
        };
        let is_lower = matches!(self.form(mask.base), Form::Tril);
        for factor in factors {
            if factor.base == mask.base || !self.vanishes_at_zero(factor.exponent) {
                continue;
            }
            let other = match is_lower {
                true => self.transpose(factor.base)?,
                false => factor.base,
            };
            if self.facts(other).has(Facts::LOWER) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The position of a column of the identity among the factors.
    fn unit_vector(&self, factors: &[ElementPower]) -> Option<usize> {
        let is_unit = |f: &ElementPower| {
            matches!(self.form(f.base), Form::Select(_))
                && matches!(self.shape(f.base), Shape::Vector(_))
                && self.vanishes_at_zero(f.exponent)
        };
        let at = factors.iter().position(is_unit)?;
        factors.iter().all(|f| self.shape(f.exponent).is_scalar()).then_some(at)
    }

    /// `v .* e` for a column e of the identity is `v[i]*e`.
    fn entry_product(&mut self, factors: &[ElementPower]) -> Result<Expr> {
        let Some(at) = self.unit_vector(factors) else {
            return self.ill_shaped("a product with a unit vector", &[]);
        };
        let unit = factors[at].base;
        let row = self.transpose(unit)?;
        let mut entries = Vec::with_capacity(factors.len());
        for (other, factor) in factors.iter().enumerate() {
            if other != at {
                entries.push(ElementPower {
                    base: self.matmul(&[row, factor.base])?,
                    exponent: factor.exponent,
                });
            }
        }
        if entries.is_empty() {
            return Ok(unit);
        }
        let scalar = self.product(entries)?;
        self.scale(scalar, unit)
    }

    /// Whether one factor is zero off the diagonal, and so the whole product.
    fn has_diagonal_factor(&self, factors: &[ElementPower]) -> bool {
        factors.iter().any(|factor| {
            matches!(self.form(factor.base), Form::Eye | Form::Diag(_))
                && self.as_number(factor.exponent).is_some_and(|e| !e.is_negative())
        }) && factors.iter().all(|factor| self.shape(factor.exponent).is_scalar())
    }

    /// `A .* diag(v)` is `diag(diag(A) .* v)`.
    fn diagonal_product(&mut self, factors: &[ElementPower]) -> Result<Expr> {
        let mut diagonals = Vec::with_capacity(factors.len());
        for factor in factors {
            diagonals.push(ElementPower {
                base: self.diag_of(factor.base)?,
                exponent: factor.exponent,
            });
        }
        let diagonal = self.product(diagonals)?;
        self.diag(diagonal)
    }

    /// The product of scalars.
    pub fn multiply(&mut self, scalars: &[Expr]) -> Result<Expr> {
        self.product(
            scalars
                .iter()
                .map(|base| ElementPower {
                    base: *base,
                    exponent: Store::ONE,
                })
                .collect(),
        )
    }

    /// `lhs .* rhs`; a scalar broadcasts.
    pub fn hadamard(&mut self, lhs: Expr, rhs: Expr) -> Result<Expr> {
        match (self.shape(lhs).is_scalar(), self.shape(rhs).is_scalar()) {
            (true, _) => self.scale(lhs, rhs),
            (_, true) => self.scale(rhs, lhs),
            _ => self.multiply(&[lhs, rhs]),
        }
    }

    /// `base .^ exponent`; a scalar base broadcasts over an array of exponents.
    pub fn pow(&mut self, base: Expr, exponent: Expr) -> Result<Expr> {
        let shape = self.shape(exponent);
        let base = if self.shape(base).is_scalar() && !shape.is_scalar() {
            self.fill(base, shape)?
        } else {
            base
        };
        self.product(vec![ElementPower { base, exponent }])
    }

    /// `base .^ exponent` for a number.
    pub fn pow_number(&mut self, base: Expr, exponent: Rational) -> Result<Expr> {
        let exponent = self.number(exponent)?;
        self.pow(base, exponent)
    }

    /// `lhs ./ rhs`; a scalar broadcasts.
    pub fn divide(&mut self, lhs: Expr, rhs: Expr) -> Result<Expr> {
        let inverse = self.pow_number(rhs, Rational::from(-1))?;
        self.hadamard(lhs, inverse)
    }
}
