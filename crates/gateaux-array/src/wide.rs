//! Floats without bounds on their size: a fraction and an exponent of its own.

use std::cmp::Ordering;
use std::f64::consts::LN_2;

use crate::exponent::{split, times_power_of_two};
use crate::{Array, ArrayError, Function, Number, Real, normal};
#[cfg(not(target_family = "wasm"))]
use crate::{Field, MatrixFunction, Svd, eigen, matrix_function};

/// Beyond this exponent a number counts as infinite, below its negative as zero: sums of two exponents fit.
const MAX_EXPONENT: i64 = 1 << 60;
const MIN_EXPONENT: i64 = -MAX_EXPONENT;
/// The exponent of a zero that nobody computed.
const NOWHERE: i64 = i64::MIN;
/// Where `f64` has no trouble: exponents up to this.
const SAFE: i64 = 500;
/// What the float nearest to log(2) lacks, from its expansion 0.693147180559945309417232121458176568...
const LN_2_REST: f64 = 2.319_046_813_846_299_6e-17;

/// A number with the precision of `f64`, whose exponent does not overflow: `exp(10000)` and its reciprocal are numbers.
///
/// It has two zeros. [`Number::zero`] is what stands off the diagonal of an identity or a diagonal matrix and in a
/// direction along another axis: nothing is there, so it stays zero whatever it is multiplied with. A zero that was
/// computed or given may stand for something too small, and times infinity it is not a number.
///
/// # Example
/// ```
/// use gateaux_array::{Number, Real, Wide};
/// let large = Wide::from_f64(1e4).exp();
/// assert_eq!(large.to_f64(), f64::INFINITY);
/// assert_eq!(large.ln().to_f64(), 1e4);
/// let infinite = Wide::from_f64(f64::INFINITY);
/// assert_eq!(infinite.mul(&Wide::zero()).to_f64(), 0.0);
/// assert!(infinite.mul(&Wide::from_f64(0.0)).to_f64().is_nan());
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Wide {
    /// Of size 1 to 2, or zero, infinite or not a number.
    fraction: f64,
    /// 0 where the fraction is zero, infinite or not a number, but [`NOWHERE`] of the zero that nobody computed.
    exponent: i64,
}

impl Wide {
    /// `number * 2^exponent`
    fn new(number: f64, exponent: i64) -> Wide {
        let (fraction, power) = split(number);
        let exponent = exponent.saturating_add(power);
        if fraction == 0.0 || !fraction.is_finite() {
            return Wide { fraction, exponent: 0 };
        }
        match exponent {
            MAX_EXPONENT.. => Wide {
                fraction: fraction * f64::INFINITY,
                exponent: 0,
            },
            ..=MIN_EXPONENT => Wide {
                fraction: 0.0 * fraction,
                exponent: 0,
            },
            _ => Wide { fraction, exponent },
        }
    }

    /// Whether it is neither infinite nor something that is not a number.
    pub fn is_finite(&self) -> bool {
        self.fraction.is_finite()
    }

    fn is_nowhere(&self) -> bool {
        self.exponent == NOWHERE
    }

    fn half(self) -> Wide {
        Wide::new(0.5 * self.fraction, self.exponent)
    }

    /// The exponential, of any argument whose exponential has a place here.
    fn exponential(self) -> Wide {
        let x = self.to_f64();
        if x.abs() < 700.0 || !x.is_finite() || self.exponent > 58 {
            return Wide::new(x.exp(), 0);
        }
        // exp(x) = 2^k exp(r) with r = x - k log(2), of which the product is subtracted with its own rounding error.
        let k = (x / LN_2).round();
        let product = k * LN_2;
        let rounding = k.mul_add(LN_2, -product);
        let r = (x - product) - rounding - k * LN_2_REST;
        Wide::new(r.exp(), k as i64)
    }

    fn logarithm(self) -> Wide {
        if self.fraction <= 0.0 || self.is_ordinary() {
            return Wide::new(self.to_f64().ln(), 0);
        }
        let k = self.exponent as f64;
        Wide::new(k * LN_2 + (k * LN_2_REST + self.fraction.ln()), 0)
    }

    /// An integer power; the powers of the fraction are taken in steps that do not overflow.
    fn integer_power(self, power: i64) -> Wide {
        let size = power.unsigned_abs();
        let step = |power: u64| Wide::new(self.fraction.powi(power as i32), 0);
        let mut result = step(size % 512);
        let mut square = step(512);
        let mut rest = size / 512;
        while rest > 0 {
            if rest & 1 == 1 {
                result = result.mul(&square);
            }
            square = square.mul(&square);
            rest >>= 1;
        }
        let exponent = i128::from(self.exponent) * i128::from(size);
        let bound = i128::from(MAX_EXPONENT) * 2;
        let result = Wide::new(result.fraction, exponent.clamp(-bound, bound) as i64 + result.exponent);
        if power < 0 {
            Wide::new(1.0, 0).quotient(result)
        } else {
            result
        }
    }

    fn quotient(self, rhs: Wide) -> Wide {
        if self.is_nowhere() && rhs.fraction != 0.0 {
            return self;
        }
        let own = if self.is_nowhere() { 0 } else { self.exponent };
        let other = if rhs.is_nowhere() { 0 } else { rhs.exponent };
        Wide::new(self.fraction / rhs.fraction, own - other)
    }

    /// Whether `f64` has the number without loss.
    fn is_ordinary(&self) -> bool {
        self.fraction == 0.0 || !self.is_finite() || self.exponent.abs() < SAFE
    }

    fn is_huge(&self) -> bool {
        self.to_f64().abs() > 700.0
    }
}

impl PartialEq for Wide {
    fn eq(&self, other: &Wide) -> bool {
        self.fraction == other.fraction && (self.fraction == 0.0 || self.exponent == other.exponent)
    }
}

impl Number for Wide {
    fn zero() -> Wide {
        Wide {
            fraction: 0.0,
            exponent: NOWHERE,
        }
    }

    fn one() -> Wide {
        Wide::new(1.0, 0)
    }

    fn from_i64(value: i64) -> Wide {
        Wide::new(value as f64, 0)
    }

    fn add(&self, rhs: &Wide) -> Wide {
        if self.is_nowhere() {
            return *rhs;
        }
        if rhs.is_nowhere() || (rhs.fraction == 0.0 && self.fraction != 0.0) {
            return *self;
        }
        if self.fraction == 0.0 {
            return Wide::new(self.fraction + rhs.fraction, rhs.exponent);
        }
        let (large, small) = if self.exponent >= rhs.exponent {
            (self, rhs)
        } else {
            (rhs, self)
        };
        let shifted = times_power_of_two(small.fraction, small.exponent - large.exponent);
        Wide::new(large.fraction + shifted, large.exponent)
    }

    fn sub(&self, rhs: &Wide) -> Wide {
        self.add(&rhs.neg())
    }

    fn mul(&self, rhs: &Wide) -> Wide {
        if self.is_nowhere() || rhs.is_nowhere() {
            return Wide::zero();
        }
        Wide::new(self.fraction * rhs.fraction, self.exponent + rhs.exponent)
    }

    fn neg(&self) -> Wide {
        Wide {
            fraction: if self.is_nowhere() { 0.0 } else { -self.fraction },
            exponent: self.exponent,
        }
    }

    fn div(&self, rhs: &Wide) -> Option<Wide> {
        Some(self.quotient(*rhs))
    }

    fn is_zero(&self) -> bool {
        self.fraction == 0.0
    }

    fn pivot_size(&self) -> f64 {
        // Grows with the number, and is 0 for zero alone.
        let beyond = |exponent: i64| 1.0 + exponent.clamp(0, 1 << 40) as f64 * 2f64.powi(-41);
        match self.exponent {
            _ if self.fraction.is_nan() => f64::INFINITY,
            1000.. => 2f64.powi(1001) * beyond(self.exponent),
            ..=-1000 if !self.is_nowhere() => 2f64.powi(-1001) / beyond(-self.exponent),
            _ => self.to_f64().abs(),
        }
    }

    fn apply(&self, function: Function) -> Result<Wide, ArrayError> {
        let x = *self;
        let is_tiny = x.exponent < -SAFE && x.fraction != 0.0;
        let is_negative = x.fraction < 0.0;
        Ok(match function {
            Function::Conj => x,
            Function::Abs => Wide {
                fraction: x.fraction.abs(),
                ..x
            },
            Function::Relu if is_negative => Wide::new(0.0, 0),
            Function::Relu => x,
            Function::Sign => Wide::new(x.fraction.apply(Function::Sign)?, 0),
            Function::Exp => x.exponential(),
            Function::Ln => x.logarithm(),
            Function::Sqrt => {
                let even = x.exponent & !1;
                match x.fraction == 0.0 || !x.is_finite() {
                    true => Wide::new(x.fraction.sqrt(), 0),
                    false => Wide::new((x.fraction * 2f64.powi((x.exponent - even) as i32)).sqrt(), even / 2),
                }
            }
            // To first order near 0.
            Function::Expm1
            | Function::Log1p
            | Function::Sin
            | Function::Tan
            | Function::Asin
            | Function::Atan
            | Function::Sinh
            | Function::Tanh
                if is_tiny =>
            {
                x
            }
            Function::Erf if is_tiny => x.mul(&Wide::new(std::f64::consts::FRAC_2_SQRT_PI, 0)),
            // Gamma(x) = 1/x near 0; log(Gamma(x)) = x (log(x) - 1) for large x.
            Function::Lgamma if is_tiny => x.apply(Function::Abs)?.logarithm().neg(),
            Function::Digamma if is_tiny => Wide::new(-1.0, 0).quotient(x),
            Function::Lgamma if x.exponent > SAFE && !is_negative => x.mul(&x.logarithm().sub(&Wide::one())),
            Function::Digamma if x.exponent > SAFE && !is_negative => x.logarithm(),
            // Where the density of f64 underflows.
            Function::NormalCdf if is_negative && x.to_f64() < -37.0 => normal::cdf(&x, normal::density),
            Function::LogNormalCdf if is_negative && x.exponent > SAFE => x.mul(&x).half().neg(),
            Function::LogNormalCdf if x.to_f64() > 37.0 => x.neg().apply(Function::NormalCdf)?.neg(),
            Function::Log1p if x.exponent > SAFE => x.logarithm(),
            Function::Expm1 if x.is_huge() && !is_negative => x.exponential(),
            Function::Sinh if x.is_huge() && is_negative => x.neg().exponential().half().neg(),
            Function::Sinh | Function::Cosh if x.is_huge() => x.apply(Function::Abs)?.exponential().half(),
            Function::Sigmoid | Function::Softplus if x.is_huge() && is_negative => x.exponential(),
            Function::Softplus if x.is_huge() => x,
            _ => Wide::new(x.to_f64().apply(function)?, 0),
        })
    }

    fn pow(&self, exponent: &Wide) -> Result<Wide, ArrayError> {
        let (x, y) = (*self, exponent.to_f64());
        if x.is_ordinary() && (x.fraction == 0.0 || !x.is_finite() || (y * x.to_f64().abs().ln()).abs() < 340.0) {
            return Ok(Wide::new(x.to_f64().powf(y), 0));
        }
        if y == y.trunc() && y.abs() < 1e15 {
            return Ok(x.integer_power(y as i64));
        }
        if x.fraction < 0.0 || !y.is_finite() {
            return Ok(Wide::new(x.fraction.powf(y), 0));
        }
        let (whole, rest) = if y.abs() < 1e15 {
            (y.trunc(), y.fract())
        } else {
            (0.0, y)
        };
        let part = x.logarithm().mul(&Wide::new(rest, 0)).exponential();
        Ok(x.integer_power(whole as i64).mul(&part))
    }

    fn polygamma(&self, order: u32) -> Result<Wide, ArrayError> {
        Ok(Wide::new(self.to_f64().polygamma(order)?, 0))
    }

    fn compare(&self, rhs: &Wide) -> Result<Option<Ordering>, ArrayError> {
        if !self.is_finite() || !rhs.is_finite() {
            return Ok(self.fraction.partial_cmp(&rhs.fraction));
        }
        Ok(self.sub(rhs).fraction.partial_cmp(&0.0))
    }

    fn powi(&self, exponent: i64) -> Option<Wide> {
        let ordinary = self.is_ordinary() && (exponent as f64 * self.to_f64().abs().ln()).abs() < 340.0;
        Some(if ordinary || self.fraction == 0.0 || !self.is_finite() {
            Wide::new(self.to_f64().powf(exponent as f64), 0)
        } else {
            self.integer_power(exponent)
        })
    }
}

impl Real for Wide {
    fn from_f64(value: f64) -> Wide {
        Wide::new(value, 0)
    }

    fn to_f64(&self) -> f64 {
        if self.fraction == 0.0 {
            return self.fraction;
        }
        times_power_of_two(self.fraction, self.exponent)
    }

    fn epsilon() -> f64 {
        f64::EPSILON
    }
}

impl Wide {
    /// The number over 2^exponent as a double; what is not in its range then is 0 or infinite.
    #[cfg(target_family = "wasm")]
    pub(crate) fn over_power_of_two(&self, exponent: i64) -> f64 {
        times_power_of_two(self.fraction, self.exponent.saturating_sub(exponent))
    }

    /// `number * 2^exponent`
    #[cfg(target_family = "wasm")]
    pub(crate) fn times_power_of_two(number: f64, exponent: i64) -> Wide {
        Wide::new(number, exponent)
    }

    /// The exponent of the largest of these numbers.
    #[cfg(target_family = "wasm")]
    pub(crate) fn largest_exponent(numbers: &[Wide]) -> i64 {
        let ordinary = numbers
            .iter()
            .filter(|number| number.fraction != 0.0 && number.is_finite());
        ordinary.map(|number| number.exponent).max().unwrap_or(0)
    }
}

/// Nothing overflows, so that nothing is scaled.
pub(crate) fn norm2(a: &Array<Wide>) -> Result<Wide, ArrayError> {
    let squares = a.data().iter().map(|entry| entry.mul(entry));
    squares
        .fold(Wide::new(0.0, 0), |sum, square| sum.add(&square))
        .apply(Function::Sqrt)
}

#[cfg(not(target_family = "wasm"))]
impl Field for Wide {
    fn norm2(a: &Array<Wide>) -> Result<Wide, ArrayError> {
        norm2(a)
    }

    fn matrix_function(
        function: MatrixFunction,
        a: &Array<Wide>,
        directions: &[&Array<Wide>],
    ) -> Result<Array<Wide>, ArrayError> {
        matrix_function::evaluate(function, a, directions)
    }

    fn eigh(a: &Array<Wide>) -> Result<(Array<Wide>, Array<Wide>), ArrayError> {
        eigen::eigh(a)
    }

    fn svd(a: &Array<Wide>) -> Result<Svd<Wide>, ArrayError> {
        eigen::svd(a)
    }

    fn pinv(a: &Array<Wide>) -> Result<Array<Wide>, ArrayError> {
        eigen::pinv(a)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wide(value: f64) -> Wide {
        Wide::from_f64(value)
    }

    fn near(found: f64, expected: f64) {
        let gap = (found - expected).abs() / expected.abs().max(f64::MIN_POSITIVE);
        assert!(found == expected || gap < 4e-16, "{found:e} is not {expected:e}");
    }

    #[test]
    fn ordinary_numbers_are_those_of_f64() {
        for x in [0.0, 1.0, -2.5, 1e-300, 3e200, 0.1, -7.25] {
            assert_eq!(wide(x).to_f64(), x);
            for y in [1.0, -0.3, 3.0, 1e150] {
                assert_eq!(wide(x).add(&wide(y)).to_f64(), x + y);
                assert_eq!(wide(x).sub(&wide(y)).to_f64(), x - y);
                near(wide(x).div(&wide(y)).map_or(f64::NAN, |q| q.to_f64()), x / y);
                assert_eq!(wide(x).compare(&wide(y)), Ok(x.partial_cmp(&y)));
            }
        }
        for function in Function::ALL {
            for x in [0.0, 0.3, -0.7, 1.0] {
                let expected = x.apply(function).unwrap_or(f64::NAN);
                let found = wide(x).function(function).to_f64();
                assert!(
                    found == expected || (found.is_nan() && expected.is_nan()),
                    "{function:?}"
                );
            }
        }
    }

    #[test]
    fn nothing_overflows_on_the_way() {
        let large = wide(1e4).exp();
        let larger = wide(10_001.0).exp();
        // exp(-1), 1/(1 + exp(1)) and the like, from the exponential of f64.
        near(large.div(&larger).map_or(f64::NAN, |q| q.to_f64()), (-1f64).exp());
        near(large.add(&large).ln().to_f64(), 1e4 + 2f64.ln());
        near(
            wide(1e200).powi(3).map_or(f64::NAN, |p| p.ln().to_f64()),
            600.0 * 10f64.ln(),
        );
        near(wide(1e-200).mul(&wide(1e-200)).sqrt().to_f64(), 1e-200);
        near(wide(10.0).powf(&wide(1000.5)).ln().to_f64(), 1000.5 * 10f64.ln());
        near(wide(1e3).cosh().ln().to_f64(), 1e3 - 2f64.ln());
        near(wide(-1e3).sigmoid().ln().to_f64(), -1e3);
        assert_eq!(wide(1e3).sinh().neg(), wide(-1e3).sinh());
    }

    #[test]
    fn a_place_where_nothing_is_stays_empty() {
        let (nothing, zero, infinite) = (Wide::zero(), wide(0.0), wide(f64::INFINITY));
        assert_eq!(nothing, zero);
        assert!(nothing.mul(&infinite).is_zero() && nothing.neg().mul(&infinite).is_zero());
        assert!(zero.mul(&infinite).to_f64().is_nan());
        assert!(nothing.add(&zero).mul(&infinite).to_f64().is_nan());
        assert!(nothing.div(&zero).is_some_and(|quotient| quotient.to_f64().is_nan()));
        assert_eq!(nothing.pivot_size(), 0.0);
        for function in Function::ALL {
            assert_eq!(nothing.function(function), zero.function(function));
        }
        assert!(wide(1e-300).powi(9).is_some_and(|tiny| tiny.pivot_size() > 0.0));
    }
}
