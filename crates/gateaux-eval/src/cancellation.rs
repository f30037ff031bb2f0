//! Parts of formulas that would lose their digits to cancellation: `exp(x) - 1`, `1 - tanh(x)^2`, `log(1 + x)`.
//!
//! Each has a formula that is equal to it and keeps all digits; expressions stay as the user wrote them.

use gateaux_array::Function as F;
use gateaux_core::expr::{Expr, Form, Rational, Store, Term};
use gateaux_core::ops::{self, Kernel};

use crate::lower::Lowering;
use crate::program::{Error, Instruction, Slot};

/// `f(x)^power - 1 = coefficient * product of g(multiple*x)^power over the factors`
struct Difference {
    function: F,
    power: i64,
    coefficient: i64,
    factors: &'static [Factor],
}

struct Factor {
    function: F,
    multiple: (i64, i64),
    power: i64,
}

const fn factor(function: F, numerator: i64, denominator: i64, power: i64) -> Factor {
    Factor {
        function,
        multiple: (numerator, denominator),
        power,
    }
}

const fn difference(function: F, power: i64, coefficient: i64, factors: &'static [Factor]) -> Difference {
    Difference {
        function,
        power,
        coefficient,
        factors,
    }
}

/// # Source
/// Abramowitz & Stegun 4.3.10, 4.3.21 (circular), 4.5.16, 4.5.23 (hyperbolic). With `s` for `sigmoid` is
/// `1 - s(x) = s(-x)`, for `cdf` likewise, and `tanh(x) = 2*s(2*x) - 1`, so that `1 - tanh(x) = 2*s(-2*x)` and
/// `1 - tanh(x)^2 = 4*s(2*x)*s(-2*x)`.
static DIFFERENCES: &[Difference] = &[
    difference(F::Exp, 1, 1, &[factor(F::Expm1, 1, 1, 1)]),
    difference(F::Sigmoid, 1, -1, &[factor(F::Sigmoid, -1, 1, 1)]),
    difference(F::NormalCdf, 1, -1, &[factor(F::NormalCdf, -1, 1, 1)]),
    difference(F::Tanh, 1, -2, &[factor(F::Sigmoid, -2, 1, 1)]),
    difference(
        F::Tanh,
        2,
        -4,
        &[factor(F::Sigmoid, 2, 1, 1), factor(F::Sigmoid, -2, 1, 1)],
    ),
    difference(F::Cos, 1, -2, &[factor(F::Sin, 1, 2, 2)]),
    difference(F::Cos, 2, -1, &[factor(F::Sin, 1, 1, 2)]),
    difference(F::Sin, 2, -1, &[factor(F::Cos, 1, 1, 2)]),
    difference(F::Cosh, 1, 2, &[factor(F::Sinh, 1, 2, 2)]),
    difference(F::Cosh, 2, 1, &[factor(F::Sinh, 1, 1, 2)]),
];

fn entries(store: &Store, expr: Expr) -> Option<(F, Expr)> {
    match store.form(expr) {
        Form::Call(function, args) => match (ops::op(*function).kernel, args.as_ref()) {
            (Kernel::Entries(function), [arg]) => Some((function, *arg)),
            _ => None,
        },
        _ => None,
    }
}

/// A function of entries to an integer power.
fn power(store: &Store, expr: Expr) -> Option<(F, i64, Expr)> {
    let (base, power) = match store.form(expr) {
        Form::Product(factors) => match **factors {
            [only] => (only.base, store.as_number(only.exponent)?.as_integer()?),
            _ => return None,
        },
        _ => (expr, 1),
    };
    let (function, arg) = entries(store, base)?;
    Some((function, power, arg))
}

fn is_constant(store: &Store, term: &Term) -> bool {
    term.expr == Store::ONE || matches!(store.form(term.expr), Form::Ones)
}

/// The difference that a sum is a multiple of, its argument, and the multiple.
fn known(store: &Store, terms: &[Term]) -> Option<(&'static Difference, Expr, Rational)> {
    let (constant, other) = match terms {
        [a, b] if is_constant(store, a) => (a, b),
        [a, b] if is_constant(store, b) => (b, a),
        _ => return None,
    };
    let (function, power, arg) = power(store, other.expr)?;
    let opposite = (&constant.coefficient + &other.coefficient).is_zero();
    let found = DIFFERENCES
        .iter()
        .find(|d| d.function == function && d.power == power)?;
    opposite.then(|| (found, arg, other.coefficient.clone()))
}

/// The x of `cdf(x)`, and its negative of `1 - cdf(x)`, which is `cdf(-x)`: its logarithm is not that of a number that
/// underflows or rounds to 1.
fn normal_cdf(store: &Store, expr: Expr) -> Option<(Rational, Expr)> {
    if let Some((F::NormalCdf, arg)) = entries(store, expr) {
        return Some((Rational::one(), arg));
    }
    let Form::Add(terms) = store.form(expr) else {
        return None;
    };
    let (difference, arg, coefficient) = known(store, terms)?;
    let minus_one = Rational::from(-1);
    (difference.function == F::NormalCdf && coefficient == minus_one).then_some((minus_one, arg))
}

impl Lowering<'_> {
    /// The slot of an expression that has a formula without cancellation.
    pub(crate) fn without_cancellation(
        &mut self,
        store: &mut Store,
        expr: Expr,
        shape: &[usize],
    ) -> Result<Option<Slot>, Error> {
        if let Form::Add(terms) = store.form(expr)
            && let Some((difference, arg, coefficient)) = known(store, terms)
        {
            let arg = self.slot(store, arg)?;
            return Ok(Some(self.difference(difference, arg, &coefficient, shape)));
        }
        let Some((F::Ln, arg)) = entries(store, expr) else {
            return Ok(None);
        };
        if let Some((sign, arg)) = normal_cdf(store, arg) {
            let arg = self.slot(store, arg)?;
            let arg = self.multiple(&sign, arg, shape);
            let function = Instruction::Function(F::LogNormalCdf);
            return Ok(Some(self.step(function, vec![arg], shape.to_vec())));
        }
        let Form::Add(terms) = store.form(arg).clone() else {
            return Ok(None);
        };
        let is_one = |term: &Term| is_constant(store, term) && term.coefficient.is_one();
        if known(store, &terms).is_some() || !terms.iter().any(is_one) {
            return Ok(None);
        }
        let rest: Vec<&Term> = terms.iter().filter(|term| !is_one(term)).collect();
        let coefficients = rest.iter().map(|term| term.coefficient.clone()).collect();
        let exprs: Vec<Expr> = rest.iter().map(|term| term.expr).collect();
        let operands = exprs
            .into_iter()
            .map(|term| self.slot(store, term))
            .collect::<Result<_, _>>()?;
        let sum = self.step(Instruction::Sum(coefficients), operands, shape.to_vec());
        Ok(Some(self.step(
            Instruction::Function(F::Log1p),
            vec![sum],
            shape.to_vec(),
        )))
    }

    fn difference(&mut self, difference: &Difference, arg: Slot, coefficient: &Rational, shape: &[usize]) -> Slot {
        let mut product = None;
        for factor in difference.factors {
            let (numerator, denominator) = factor.multiple;
            let multiple = self.multiple(&Rational::new(numerator, denominator), arg, shape);
            let mut value = self.step(Instruction::Function(factor.function), vec![multiple], shape.to_vec());
            if factor.power != 1 {
                value = self.step(Instruction::IntegerPower(factor.power), vec![value], shape.to_vec());
            }
            product = Some(match product {
                None => value,
                Some(known) => self.step(Instruction::Entries, vec![known, value], shape.to_vec()),
            });
        }
        let all = coefficient * &Rational::from(difference.coefficient);
        self.multiple(&all, product.unwrap_or(arg), shape)
    }

    fn multiple(&mut self, coefficient: &Rational, slot: Slot, shape: &[usize]) -> Slot {
        if coefficient.is_one() {
            slot
        } else {
            self.step(Instruction::Sum(vec![coefficient.clone()]), vec![slot], shape.to_vec())
        }
    }
}
