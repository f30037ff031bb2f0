//! What a number can do.

use std::cmp::Ordering;
use std::fmt::Debug;

use crate::{ArrayError, Function};

/// A number: arithmetic, and the functions of a real variable where the type has them.
///
/// The types are `f64`, `f32`, [`Prime`](crate::Prime), [`DoubleDouble`](crate::DoubleDouble), [`Wide`](crate::Wide), and
/// [`Dual`](crate::Dual) and [`Complex`](crate::Complex) over them. Code that is generic over `T: Number` is written once for all of them; a
/// function that a type lacks is an [`ArrayError::NotReal`], never a wrong number.
///
/// # Example
/// ```
/// use gateaux_array::{Number, Prime};
/// fn thirds<T: Number>(n: i64) -> Option<T> {
///     T::from_i64(n).div(&T::from_i64(3))
/// }
/// assert_eq!(thirds::<f64>(6), Some(2.0));
/// let third: Prime = thirds(1).unwrap();
/// assert_eq!(third.mul(&Prime::from_i64(3)), Prime::one());
/// ```
pub trait Number: Clone + Debug + PartialEq + Send + Sync + 'static {
    /// The neutral element of addition.
    fn zero() -> Self;

    /// The neutral element of multiplication.
    fn one() -> Self;

    /// The integer; floats round it. A larger one is built by Horner's rule, a fraction by [`div`](Number::div).
    fn from_i64(value: i64) -> Self;

    /// The square root of -1, where the type has one.
    fn imaginary_unit() -> Option<Self> {
        None
    }

    /// The sum.
    fn add(&self, rhs: &Self) -> Self;

    /// The difference.
    fn sub(&self, rhs: &Self) -> Self;

    /// The product.
    fn mul(&self, rhs: &Self) -> Self;

    /// The negative.
    fn neg(&self) -> Self;

    /// The quotient: of floats as IEEE 754 has it, in exact numbers `None` where `rhs` has no inverse.
    fn div(&self, rhs: &Self) -> Option<Self>;

    /// Whether this is zero in all its parts.
    fn is_zero(&self) -> bool;

    /// How good a pivot of an elimination this number is: 0 if it has no inverse, the larger the better; infinite for
    /// what is not a number, so that it spreads instead of being passed over.
    fn pivot_size(&self) -> f64;

    /// The value of a function of a real variable.
    ///
    /// # Domain
    /// Outside of the function's domain the result is what IEEE 754 says, as a rule not a number.
    ///
    /// # Errors
    /// [`ArrayError::NotReal`] if the type has no such functions.
    fn apply(&self, function: Function) -> Result<Self, ArrayError> {
        Err(ArrayError::NotReal { op: function.name() })
    }

    /// The power with any exponent; [`powi`](Number::powi) has integer ones for every type.
    ///
    /// # Errors
    /// [`ArrayError::NotReal`] if the type has no such function.
    fn pow(&self, exponent: &Self) -> Result<Self, ArrayError> {
        let _ = exponent;
        Err(ArrayError::NotReal { op: "power" })
    }

    /// The polygamma function: the derivative of this order of [`Function::Digamma`], which is that of order 0.
    ///
    /// # Domain
    /// Orders up to 170, whose factorial is a float. At a pole it is infinite where both sides agree, at 0 what its
    /// right side is, and otherwise not a number.
    ///
    /// # Errors
    /// [`ArrayError::NotReal`] if the type has no such function, [`ArrayError::OutsideDomain`] for a higher order.
    fn polygamma(&self, order: u32) -> Result<Self, ArrayError> {
        let _ = order;
        Err(ArrayError::NotReal { op: "polygamma" })
    }

    /// The order of two numbers, `None` if one of them is not a number.
    ///
    /// # Errors
    /// [`ArrayError::NotReal`] if the type has no order.
    fn compare(&self, rhs: &Self) -> Result<Option<Ordering>, ArrayError> {
        let _ = rhs;
        Err(ArrayError::NotReal { op: "comparison" })
    }

    /// The power with an integer exponent, by repeated squaring; the power 0 of any number is 1.
    ///
    /// `None` if the exponent is negative and the number has no inverse.
    fn powi(&self, exponent: i64) -> Option<Self> {
        let mut square = self.clone();
        let mut power = Self::one();
        let mut rest = exponent.unsigned_abs();
        while rest > 0 {
            if rest & 1 == 1 {
                power = power.mul(&square);
            }
            rest >>= 1;
            if rest > 0 {
                square = square.mul(&square);
            }
        }
        if exponent < 0 {
            Self::one().div(&power)
        } else {
            Some(power)
        }
    }
}

/// A number type that has every [`Function`], powers and an order.
///
/// Implementing it promises that [`Number::apply`], [`Number::pow`] and [`Number::compare`] never fail; the methods
/// here are those under their usual names.
pub trait Real: Number {
    /// The number next to a float.
    fn from_f64(value: f64) -> Self;

    /// The float next to the number; of a dual number its value.
    fn to_f64(&self) -> f64;

    /// The distance from 1 to the next number, or a little more: what rounding costs, relatively.
    fn epsilon() -> f64;

    /// The value of a function.
    fn function(&self, function: Function) -> Self {
        match self.apply(function) {
            Ok(value) => value,
            Err(error) => unreachable!("a real number type has every function: {error}"),
        }
    }

    /// The power.
    fn powf(&self, exponent: &Self) -> Self {
        match self.pow(exponent) {
            Ok(value) => value,
            Err(error) => unreachable!("a real number type has powers: {error}"),
        }
    }

    /// The absolute value.
    fn abs(&self) -> Self {
        self.function(Function::Abs)
    }

    /// The sign, with signum(0) = 0.
    fn signum(&self) -> Self {
        self.function(Function::Sign)
    }

    /// The larger of the number and 0.
    fn relu(&self) -> Self {
        self.function(Function::Relu)
    }

    /// The exponential.
    fn exp(&self) -> Self {
        self.function(Function::Exp)
    }

    /// exp(x) - 1.
    fn expm1(&self) -> Self {
        self.function(Function::Expm1)
    }

    /// The natural logarithm.
    fn ln(&self) -> Self {
        self.function(Function::Ln)
    }

    /// log(1 + x).
    fn log1p(&self) -> Self {
        self.function(Function::Log1p)
    }

    /// The square root.
    fn sqrt(&self) -> Self {
        self.function(Function::Sqrt)
    }

    /// The sine.
    fn sin(&self) -> Self {
        self.function(Function::Sin)
    }

    /// The cosine.
    fn cos(&self) -> Self {
        self.function(Function::Cos)
    }

    /// The tangent.
    fn tan(&self) -> Self {
        self.function(Function::Tan)
    }

    /// The inverse sine.
    fn asin(&self) -> Self {
        self.function(Function::Asin)
    }

    /// The inverse cosine.
    fn acos(&self) -> Self {
        self.function(Function::Acos)
    }

    /// The inverse tangent.
    fn atan(&self) -> Self {
        self.function(Function::Atan)
    }

    /// The hyperbolic sine.
    fn sinh(&self) -> Self {
        self.function(Function::Sinh)
    }

    /// The hyperbolic cosine.
    fn cosh(&self) -> Self {
        self.function(Function::Cosh)
    }

    /// The hyperbolic tangent.
    fn tanh(&self) -> Self {
        self.function(Function::Tanh)
    }

    /// The logistic function.
    fn sigmoid(&self) -> Self {
        self.function(Function::Sigmoid)
    }

    /// log(1 + exp(x)).
    fn softplus(&self) -> Self {
        self.function(Function::Softplus)
    }

    /// The error function.
    fn erf(&self) -> Self {
        self.function(Function::Erf)
    }

    /// The logarithm of the absolute value of the gamma function.
    fn lgamma(&self) -> Self {
        self.function(Function::Lgamma)
    }

    /// The derivative of [`lgamma`](Real::lgamma).
    fn digamma(&self) -> Self {
        self.function(Function::Digamma)
    }

    /// The distribution function of the standard normal distribution.
    fn normal_cdf(&self) -> Self {
        self.function(Function::NormalCdf)
    }

    /// The logarithm of [`normal_cdf`](Real::normal_cdf).
    fn log_normal_cdf(&self) -> Self {
        self.function(Function::LogNormalCdf)
    }
}
