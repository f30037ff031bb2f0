//! The numbers of the machine, `f64` and `f32`.

use std::cmp::Ordering;

use crate::erf::erf;
use crate::{ArrayError, DoubleDouble, Function, Number, Real, gamma, normal};

impl Number for f64 {
    fn zero() -> f64 {
        0.0
    }

    fn one() -> f64 {
        1.0
    }

    fn from_i64(value: i64) -> f64 {
        value as f64
    }

    fn add(&self, rhs: &f64) -> f64 {
        self + rhs
    }

    fn sub(&self, rhs: &f64) -> f64 {
        self - rhs
    }

    fn mul(&self, rhs: &f64) -> f64 {
        self * rhs
    }

    fn neg(&self) -> f64 {
        -self
    }

    fn div(&self, rhs: &f64) -> Option<f64> {
        Some(self / rhs)
    }

    fn is_zero(&self) -> bool {
        *self == 0.0
    }

    fn pivot_size(&self) -> f64 {
        if self.is_nan() { f64::INFINITY } else { f64::abs(*self) }
    }

    fn apply(&self, function: Function) -> Result<f64, ArrayError> {
        Ok(evaluate(function, *self))
    }

    fn pow(&self, exponent: &f64) -> Result<f64, ArrayError> {
        Ok(f64::powf(*self, *exponent))
    }

    fn polygamma(&self, order: u32) -> Result<f64, ArrayError> {
        Ok(gamma::polygamma(order, DoubleDouble::from_f64(*self))?.to_f64())
    }

    fn compare(&self, rhs: &f64) -> Result<Option<Ordering>, ArrayError> {
        Ok(self.partial_cmp(rhs))
    }

    fn powi(&self, exponent: i64) -> Option<f64> {
        // One rounding of the library's power is better than one for each squaring.
        Some(f64::powf(*self, exponent as f64))
    }
}

impl Real for f64 {
    fn from_f64(value: f64) -> f64 {
        value
    }

    fn to_f64(&self) -> f64 {
        *self
    }

    fn epsilon() -> f64 {
        f64::EPSILON
    }
}

impl Number for f32 {
    fn zero() -> f32 {
        0.0
    }

    fn one() -> f32 {
        1.0
    }

    fn from_i64(value: i64) -> f32 {
        value as f32
    }

    fn add(&self, rhs: &f32) -> f32 {
        self + rhs
    }

    fn sub(&self, rhs: &f32) -> f32 {
        self - rhs
    }

    fn mul(&self, rhs: &f32) -> f32 {
        self * rhs
    }

    fn neg(&self) -> f32 {
        -self
    }

    fn div(&self, rhs: &f32) -> Option<f32> {
        Some(self / rhs)
    }

    fn is_zero(&self) -> bool {
        *self == 0.0
    }

    fn pivot_size(&self) -> f64 {
        f64::from(*self).pivot_size()
    }

    // The functions are those of f64, rounded: correct to half a unit in the last place nearly always.
    fn apply(&self, function: Function) -> Result<f32, ArrayError> {
        Ok(evaluate(function, f64::from(*self)) as f32)
    }

    fn pow(&self, exponent: &f32) -> Result<f32, ArrayError> {
        Ok(f64::powf(f64::from(*self), f64::from(*exponent)) as f32)
    }

    fn polygamma(&self, order: u32) -> Result<f32, ArrayError> {
        Ok(f64::from(*self).polygamma(order)? as f32)
    }

    fn compare(&self, rhs: &f32) -> Result<Option<Ordering>, ArrayError> {
        Ok(self.partial_cmp(rhs))
    }

    fn powi(&self, exponent: i64) -> Option<f32> {
        Some(f64::powf(f64::from(*self), exponent as f64) as f32)
    }
}

impl Real for f32 {
    fn from_f64(value: f64) -> f32 {
        value as f32
    }

    fn to_f64(&self) -> f64 {
        f64::from(*self)
    }

    fn epsilon() -> f64 {
        f64::from(f32::EPSILON)
    }
}

/// The value of a function at a float, to a few units in the last place.
fn evaluate(function: Function, x: f64) -> f64 {
    match function {
        Function::Conj => x,
        Function::Abs => x.abs(),
        Function::Sign => sign(x),
        Function::Relu => relu(x),
        Function::Exp => x.exp(),
        Function::Expm1 => x.exp_m1(),
        Function::Ln => x.ln(),
        Function::Log1p => x.ln_1p(),
        Function::Sqrt => x.sqrt(),
        Function::Sin => x.sin(),
        Function::Cos => x.cos(),
        Function::Tan => x.tan(),
        Function::Asin => x.asin(),
        Function::Acos => x.acos(),
        Function::Atan => x.atan(),
        Function::Sinh => x.sinh(),
        Function::Cosh => x.cosh(),
        Function::Tanh => x.tanh(),
        Function::Sigmoid => sigmoid(x),
        Function::Softplus => softplus(x),
        Function::Erf => erf(x),
        // Sums that cancel for some arguments, so they are taken with twice the digits.
        Function::Lgamma => gamma::lgamma(DoubleDouble::from_f64(x)).to_f64(),
        Function::Digamma => gamma::digamma(DoubleDouble::from_f64(x)).to_f64(),
        Function::NormalCdf => normal::cdf(&x, normal::density),
        Function::LogNormalCdf => normal::log_cdf(&x, normal::density),
    }
}

/// The sign with sign(0) = 0; what is not a number stays so.
fn sign(x: f64) -> f64 {
    if x == 0.0 { 0.0 } else { x.signum() }
}

/// The larger of x and 0; what is not a number stays so.
fn relu(x: f64) -> f64 {
    if x <= 0.0 { 0.0 } else { x }
}

/// 1/(1 + exp(-x)); for negative x as exp(x)/(1 + exp(x)), so that the exponential never overflows.
fn sigmoid(x: f64) -> f64 {
    let small = (-x.abs()).exp();
    if x < 0.0 {
        small / (1.0 + small)
    } else {
        1.0 / (1.0 + small)
    }
}

/// log(1 + exp(x)) = max(x, 0) + log(1 + exp(-|x|)).
fn softplus(x: f64) -> f64 {
    relu(x) + (-x.abs()).exp().ln_1p()
}
