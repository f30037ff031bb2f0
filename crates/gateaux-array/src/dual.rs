//! Dual numbers: a value and a derivative carried along.

use std::cmp::Ordering;

use crate::{ArrayError, Function, Number, Real};

/// The number `value + slope * e` with `e^2 = 0`: arithmetic on it differentiates by the way.
///
/// Duals of duals carry second derivatives. Over [`Prime`](crate::Prime) the derivative of a rational function is
/// exact. A dual number has an inverse exactly if its value has one.
///
/// # Example
/// ```
/// use gateaux_array::{Dual, Number, Real};
/// let x = Dual::variable(3.0);
/// assert_eq!(x.mul(&x), Dual::new(9.0, 6.0));
/// assert_eq!(Dual::variable(0.0).sin(), Dual::new(0.0, 1.0));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Dual<T> {
    /// The value.
    pub value: T,
    /// The derivative in the direction chosen by the inputs.
    pub slope: T,
}

impl<T: Number> Dual<T> {
    /// A value with a derivative.
    pub fn new(value: T, slope: T) -> Dual<T> {
        Dual { value, slope }
    }

    /// The variable of differentiation: its derivative is 1.
    pub fn variable(value: T) -> Dual<T> {
        Dual { value, slope: T::one() }
    }

    /// A constant: its derivative is 0.
    pub fn constant(value: T) -> Dual<T> {
        Dual {
            value,
            slope: T::zero(),
        }
    }

    /// The chain rule. A constant stays one also where the outer derivative is infinite, as that of the root at 0.
    fn chain(&self, value: T, outer: impl FnOnce() -> Result<T, ArrayError>) -> Result<Dual<T>, ArrayError> {
        let slope = if self.slope.is_zero() {
            T::zero()
        } else {
            outer()?.mul(&self.slope)
        };
        Ok(Dual { value, slope })
    }
}

impl<T: Number> Number for Dual<T> {
    fn zero() -> Dual<T> {
        Dual::constant(T::zero())
    }

    fn one() -> Dual<T> {
        Dual::constant(T::one())
    }

    fn from_i64(value: i64) -> Dual<T> {
        Dual::constant(T::from_i64(value))
    }

    fn add(&self, rhs: &Dual<T>) -> Dual<T> {
        Dual {
            value: self.value.add(&rhs.value),
            slope: self.slope.add(&rhs.slope),
        }
    }

    fn sub(&self, rhs: &Dual<T>) -> Dual<T> {
        Dual {
            value: self.value.sub(&rhs.value),
            slope: self.slope.sub(&rhs.slope),
        }
    }

    fn mul(&self, rhs: &Dual<T>) -> Dual<T> {
        Dual {
            value: self.value.mul(&rhs.value),
            slope: self.slope.mul(&rhs.value).add(&self.value.mul(&rhs.slope)),
        }
    }

    fn neg(&self) -> Dual<T> {
        Dual {
            value: self.value.neg(),
            slope: self.slope.neg(),
        }
    }

    fn div(&self, rhs: &Dual<T>) -> Option<Dual<T>> {
        // q = a/b, so a = q*b and da = dq*b + q*db.
        let value = self.value.div(&rhs.value)?;
        let slope = self.slope.sub(&value.mul(&rhs.slope)).div(&rhs.value)?;
        Some(Dual { value, slope })
    }

    fn is_zero(&self) -> bool {
        self.value.is_zero() && self.slope.is_zero()
    }

    fn pivot_size(&self) -> f64 {
        self.value.pivot_size()
    }

    fn apply(&self, function: Function) -> Result<Dual<T>, ArrayError> {
        let value = self.value.apply(function)?;
        let at = value.clone();
        self.chain(value, || derivative(function, &self.value, &at))
    }

    fn pow(&self, exponent: &Dual<T>) -> Result<Dual<T>, ArrayError> {
        // d x^y = y x^(y-1) dx + x^y log(x) dy, each term only where its variable moves: x^3 has no logarithm of a
        // negative x.
        let value = self.value.pow(&exponent.value)?;
        let mut slope = T::zero();
        if !self.slope.is_zero() && !exponent.value.is_zero() {
            let lower = self.value.pow(&exponent.value.sub(&T::one()))?;
            slope = slope.add(&exponent.value.mul(&lower).mul(&self.slope));
        }
        if !exponent.slope.is_zero() {
            slope = slope.add(&value.mul(&self.value.apply(Function::Ln)?).mul(&exponent.slope));
        }
        Ok(Dual { value, slope })
    }

    fn polygamma(&self, order: u32) -> Result<Dual<T>, ArrayError> {
        let value = self.value.polygamma(order)?;
        self.chain(value, || self.value.polygamma(order.saturating_add(1)))
    }

    fn compare(&self, rhs: &Dual<T>) -> Result<Option<Ordering>, ArrayError> {
        self.value.compare(&rhs.value)
    }
}

impl<T: Real> Real for Dual<T> {
    fn from_f64(value: f64) -> Dual<T> {
        Dual::constant(T::from_f64(value))
    }

    fn to_f64(&self) -> f64 {
        self.value.to_f64()
    }

    fn epsilon() -> f64 {
        T::epsilon()
    }
}

/// The derivative of a function at `x`, where its value is `y`.
///
/// # Source
/// Abramowitz & Stegun 4.1.46 (logarithm), 4.2.49 (exponential), 4.3.105 ff. (circular), 4.4.52 ff. (inverse), 4.5.71
/// ff. (hyperbolic), 6.3.1 (logarithm of gamma), 7.1.19 (error function), 26.2.1 (normal distribution).
fn derivative<T: Number>(function: Function, x: &T, y: &T) -> Result<T, ArrayError> {
    let one = T::one();
    let two = T::from_i64(2);
    Ok(match function {
        // Of real numbers; of complex ones it is linear, and no chain rule.
        Function::Conj => one,
        Function::Abs => x.apply(Function::Sign)?,
        Function::Sign => T::zero(),
        Function::Relu if x.compare(&T::zero())? == Some(Ordering::Greater) => one,
        Function::Relu => T::zero(),
        Function::Exp => y.clone(),
        Function::Expm1 => x.apply(Function::Exp)?,
        Function::Ln => quotient(&one, x)?,
        Function::Log1p => quotient(&one, &one.add(x))?,
        Function::Sqrt => quotient(&one, &two.mul(y))?,
        Function::Sin => x.apply(Function::Cos)?,
        Function::Cos => x.apply(Function::Sin)?.neg(),
        Function::Tan => one.add(&y.mul(y)),
        Function::Asin => quotient(&one, &half_circle(x)?)?,
        Function::Acos => quotient(&one, &half_circle(x)?)?.neg(),
        Function::Atan => quotient(&one, &one.add(&x.mul(x)))?,
        Function::Sinh => x.apply(Function::Cosh)?,
        Function::Cosh => x.apply(Function::Sinh)?,
        // 1 - tanh^2 = 1/cosh^2, without the cancellation.
        Function::Tanh => square(&quotient(&one, &x.apply(Function::Cosh)?)?),
        // s(x) (1 - s(x)) = s(x) s(-x), without the cancellation.
        Function::Sigmoid => y.mul(&x.neg().apply(Function::Sigmoid)?),
        Function::Softplus => x.apply(Function::Sigmoid)?,
        Function::Erf => {
            let pi = one.neg().apply(Function::Acos)?;
            quotient(
                &two.mul(&square(x).neg().apply(Function::Exp)?),
                &pi.apply(Function::Sqrt)?,
            )?
        }
        Function::Lgamma => x.apply(Function::Digamma)?,
        Function::Digamma => x.polygamma(1)?,
        Function::NormalCdf => {
            let pi = one.neg().apply(Function::Acos)?;
            let exponent = quotient(&square(x).neg(), &two)?;
            quotient(&exponent.apply(Function::Exp)?, &two.mul(&pi).apply(Function::Sqrt)?)?
        }
        // The density over the distribution function, which both may underflow.
        Function::LogNormalCdf => {
            let pi = one.neg().apply(Function::Acos)?;
            let exponent = quotient(&square(x).neg(), &two)?.sub(y);
            quotient(&exponent.apply(Function::Exp)?, &two.mul(&pi).apply(Function::Sqrt)?)?
        }
    })
}

/// sqrt(1 - x^2), factored so that it is accurate near the ends.
fn half_circle<T: Number>(x: &T) -> Result<T, ArrayError> {
    T::one().sub(x).mul(&T::one().add(x)).apply(Function::Sqrt)
}

fn square<T: Number>(x: &T) -> T {
    x.mul(x)
}

fn quotient<T: Number>(top: &T, bottom: &T) -> Result<T, ArrayError> {
    top.div(bottom).ok_or(ArrayError::DivisionByZero { op: "derivative" })
}
