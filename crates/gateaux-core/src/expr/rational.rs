//! Exact coefficients.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::{Add, Mul, Neg};

use num_bigint::BigInt;
use num_integer::Integer;
use num_rational::BigRational;
use num_traits::{One, Pow, Signed, ToPrimitive, Zero};

use super::{Error, Result};

/// A rational number of any size.
#[derive(Clone, Debug, Eq, PartialOrd, Ord)]
pub struct Rational(BigRational);

// Fractions are kept reduced, so equal numbers have equal parts; the library's own comparison and hash run Euclid's
// algorithm, and the hash recurses over it.
impl PartialEq for Rational {
    fn eq(&self, other: &Self) -> bool {
        self.0.numer() == other.0.numer() && self.0.denom() == other.0.denom()
    }
}

impl Hash for Rational {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.numer().hash(state);
        self.0.denom().hash(state);
    }
}

impl Rational {
    /// `numerator / denominator`; the denominator is not zero.
    pub fn new(numerator: i64, denominator: i64) -> Self {
        Rational(BigRational::new(numerator.into(), denominator.into()))
    }

    /// 0
    pub fn zero() -> Self {
        Rational(BigRational::zero())
    }

    /// 1
    pub fn one() -> Self {
        Rational(BigRational::one())
    }

    /// The number that a literal of the language denotes, exactly: `0.1` is 1/10.
    ///
    /// # Errors
    /// [`Error::Limit`] where an exponent asks for more than `bits` bits.
    pub fn parse(literal: &str, bits: u64) -> Result<Self> {
        let (mantissa, exponent) = match literal.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent.parse::<i64>().unwrap_or(i64::MAX)),
            None => (literal, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let too_large = || Error::Limit {
            what: "bits of a number",
            limit: bits as usize,
        };
        let digits: BigInt = format!("0{whole}{fraction}").parse().map_err(|_| too_large())?;
        let exponent = exponent.checked_sub(fraction.len() as i64).ok_or_else(too_large)?;
        // A decimal digit has less than four bits.
        if exponent.unsigned_abs().saturating_mul(4) > bits || digits.bits() > bits {
            return Err(too_large());
        }
        let scale = BigInt::from(10).pow(exponent.unsigned_abs() as u32);
        Ok(Rational(if exponent < 0 {
            BigRational::new(digits, scale)
        } else {
            (digits * scale).into()
        }))
    }

    /// Whether the number is 0.
    pub fn is_zero(&self) -> bool {
        self.0.is_zero()
    }

    /// Whether the number is 1.
    pub fn is_one(&self) -> bool {
        self.0.is_one()
    }

    /// Whether the number is below 0.
    pub fn is_negative(&self) -> bool {
        self.0.is_negative()
    }

    /// Whether the number is an integer.
    pub fn is_integer(&self) -> bool {
        self.0.is_integer()
    }

    /// The number as a small integer, if it is one.
    pub fn as_integer(&self) -> Option<i64> {
        if self.0.is_integer() {
            self.0.numer().to_i64()
        } else {
            None
        }
    }

    /// Numerator and denominator, if both are small integers.
    pub fn as_fraction(&self) -> Option<(i64, i64)> {
        Some((self.0.numer().to_i64()?, self.0.denom().to_i64()?))
    }

    /// Numerator and denominator, the denominator positive.
    pub fn parts(&self) -> (&BigInt, &BigInt) {
        (self.0.numer(), self.0.denom())
    }

    /// The nearest 64-bit float.
    pub fn to_f64(&self) -> f64 {
        self.0.to_f64().unwrap_or(f64::NAN)
    }

    /// The absolute value.
    #[must_use]
    pub fn abs(&self) -> Self {
        Rational(self.0.abs())
    }

    /// The reciprocal of a number that is not 0.
    #[must_use]
    pub fn recip(&self) -> Self {
        Rational(self.0.recip())
    }

    /// The integer power, or `None` where it is `0^-k` or has more than `bits` bits.
    pub fn power(&self, exponent: i64, bits: u64) -> Option<Self> {
        if self.is_one() {
            return Some(self.clone());
        }
        if self.is_zero() && exponent < 0 {
            return None;
        }
        let size = self.bits();
        // The power of a number of `size` bits has more than `(size - 1)*exponent`; 0, 1 and -1 stay small.
        if (size - 1).saturating_mul(exponent.unsigned_abs()) >= bits && size > 1 {
            return None;
        }
        let exponent = if size <= 1 {
            exponent % 2 + 2 * i64::from(exponent != 0)
        } else {
            exponent
        };
        let power = Rational(Pow::pow(&self.0, &BigInt::from(exponent)));
        (power.bits() <= bits).then_some(power)
    }

    /// The greatest common divisor of the numerators of two integers.
    #[must_use]
    pub fn gcd(&self, other: &Rational) -> Self {
        Rational(self.0.numer().gcd(other.0.numer()).into())
    }

    /// Bits of the larger of numerator and denominator.
    pub fn bits(&self) -> u64 {
        self.0.numer().bits().max(self.0.denom().bits())
    }
}

impl From<i64> for Rational {
    fn from(value: i64) -> Self {
        Rational(BigRational::from(BigInt::from(value)))
    }
}

impl Add<&Rational> for &Rational {
    type Output = Rational;
    fn add(self, other: &Rational) -> Rational {
        Rational(&self.0 + &other.0)
    }
}

impl Mul<&Rational> for &Rational {
    type Output = Rational;
    fn mul(self, other: &Rational) -> Rational {
        // By far most coefficients are 1, and products of large integers are slow.
        match (self.is_one(), other.is_one()) {
            (true, _) => other.clone(),
            (_, true) => self.clone(),
            _ => Rational(&self.0 * &other.0),
        }
    }
}

impl Neg for &Rational {
    type Output = Rational;
    fn neg(self) -> Rational {
        Rational(-&self.0)
    }
}

impl fmt::Display for Rational {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
