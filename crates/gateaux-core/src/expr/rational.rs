//! Exact coefficients.

use std::cmp::Ordering;
use std::fmt;
use std::ops::{Add, Mul, Neg};

use num_bigint::BigInt;
use num_integer::Integer;
use num_rational::BigRational;
use num_traits::{One, Pow, Signed, ToPrimitive};

use super::{Error, Result};

/// A rational number of any size.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Rational(Fraction);

/// Fractions are kept reduced, and small wherever they can be, so equal numbers have equal parts.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Fraction {
    /// Numerator and denominator, which is positive: nearly all coefficients are such, and cost no memory of their own.
    Small(i64, i64),
    /// One that does not fit.
    Large(Box<Parts>),
}

/// The library's own hash of a fraction runs Euclid's algorithm, and recurses over it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Parts {
    numerator: BigInt,
    denominator: BigInt,
}

impl Rational {
    /// `numerator / denominator`; the denominator is not zero.
    pub fn new(numerator: i64, denominator: i64) -> Self {
        Rational::reduced(numerator.into(), denominator.into())
    }

    /// 0
    pub const fn zero() -> Self {
        Rational(Fraction::Small(0, 1))
    }

    /// 1
    pub const fn one() -> Self {
        Rational(Fraction::Small(1, 1))
    }

    fn reduced(numerator: i128, denominator: i128) -> Self {
        let sign = denominator.signum();
        let divisor = match denominator.abs() {
            1 => sign,
            _ => numerator.gcd(&denominator) * sign,
        };
        let (n, d) = (numerator / divisor, denominator / divisor);
        match (i64::try_from(n), i64::try_from(d)) {
            (Ok(n), Ok(d)) => Rational(Fraction::Small(n, d)),
            _ => Rational(Fraction::Large(Box::new(Parts {
                numerator: n.into(),
                denominator: d.into(),
            }))),
        }
    }

    fn of_any_size(value: BigRational) -> Self {
        match (value.numer().to_i64(), value.denom().to_i64()) {
            (Some(n), Some(d)) => Rational(Fraction::Small(n, d)),
            _ => {
                let (numerator, denominator) = value.into_raw();
                Rational(Fraction::Large(Box::new(Parts { numerator, denominator })))
            }
        }
    }

    fn to_any_size(&self) -> BigRational {
        let (numerator, denominator) = self.parts();
        BigRational::new_raw(numerator, denominator)
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
        Ok(Rational::of_any_size(if exponent < 0 {
            BigRational::new(digits, scale)
        } else {
            (digits * scale).into()
        }))
    }

    /// Whether the number is 0.
    pub fn is_zero(&self) -> bool {
        matches!(self.0, Fraction::Small(0, _))
    }

    /// Whether the number is 1.
    pub fn is_one(&self) -> bool {
        matches!(self.0, Fraction::Small(1, 1))
    }

    /// Whether the number is below 0.
    pub fn is_negative(&self) -> bool {
        match &self.0 {
            Fraction::Small(numerator, _) => *numerator < 0,
            Fraction::Large(parts) => parts.numerator.is_negative(),
        }
    }

    /// Whether the number is an integer.
    pub fn is_integer(&self) -> bool {
        match &self.0 {
            Fraction::Small(_, denominator) => *denominator == 1,
            Fraction::Large(parts) => parts.denominator.is_one(),
        }
    }

    /// The number as a small integer, if it is one.
    pub fn as_integer(&self) -> Option<i64> {
        match self.0 {
            Fraction::Small(numerator, 1) => Some(numerator),
            _ => None,
        }
    }

    /// Numerator and denominator, if both are small integers.
    pub fn as_fraction(&self) -> Option<(i64, i64)> {
        match self.0 {
            Fraction::Small(numerator, denominator) => Some((numerator, denominator)),
            Fraction::Large(_) => None,
        }
    }

    /// Numerator and denominator, the denominator positive.
    pub fn parts(&self) -> (BigInt, BigInt) {
        match &self.0 {
            Fraction::Small(numerator, denominator) => ((*numerator).into(), (*denominator).into()),
            Fraction::Large(parts) => (parts.numerator.clone(), parts.denominator.clone()),
        }
    }

    /// The nearest 64-bit float.
    pub fn to_f64(&self) -> f64 {
        self.to_any_size().to_f64().unwrap_or(f64::NAN)
    }

    /// The absolute value.
    #[must_use]
    pub fn abs(&self) -> Self {
        match self.is_negative() {
            true => -self,
            false => self.clone(),
        }
    }

    /// The reciprocal of a number that is not 0.
    #[must_use]
    pub fn recip(&self) -> Self {
        match self.0 {
            Fraction::Small(numerator, denominator) => Rational::reduced(denominator.into(), numerator.into()),
            Fraction::Large(_) => Rational::of_any_size(self.to_any_size().recip()),
        }
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
        let power = Rational::of_any_size(Pow::pow(&self.to_any_size(), &BigInt::from(exponent)));
        (power.bits() <= bits).then_some(power)
    }

    /// The greatest common divisor of the numerators of two integers.
    #[must_use]
    pub fn gcd(&self, other: &Rational) -> Self {
        Rational::of_any_size(self.parts().0.gcd(&other.parts().0).into())
    }

    /// Bits of the larger of numerator and denominator.
    pub fn bits(&self) -> u64 {
        match &self.0 {
            Fraction::Small(numerator, denominator) => {
                let larger = numerator.unsigned_abs().max(denominator.unsigned_abs());
                u64::from(u64::BITS - larger.leading_zeros())
            }
            Fraction::Large(parts) => parts.numerator.bits().max(parts.denominator.bits()),
        }
    }
}

impl Ord for Rational {
    fn cmp(&self, other: &Rational) -> Ordering {
        match (&self.0, &other.0) {
            (Fraction::Small(a, b), Fraction::Small(c, d)) => {
                (i128::from(*a) * i128::from(*d)).cmp(&(i128::from(*c) * i128::from(*b)))
            }
            _ => self.to_any_size().cmp(&other.to_any_size()),
        }
    }
}

impl PartialOrd for Rational {
    fn partial_cmp(&self, other: &Rational) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl From<i64> for Rational {
    fn from(value: i64) -> Self {
        Rational(Fraction::Small(value, 1))
    }
}

impl Add<&Rational> for &Rational {
    type Output = Rational;
    fn add(self, other: &Rational) -> Rational {
        if let (Fraction::Small(a, b), Fraction::Small(c, d)) = (&self.0, &other.0) {
            let [a, b, c, d] = [*a, *b, *c, *d].map(i128::from);
            // Each product has at most 126 bits beside its sign.
            if let Some(numerator) = (a * d).checked_add(c * b) {
                return Rational::reduced(numerator, b * d);
            }
        }
        Rational::of_any_size(self.to_any_size() + other.to_any_size())
    }
}

impl Mul<&Rational> for &Rational {
    type Output = Rational;
    fn mul(self, other: &Rational) -> Rational {
        // By far most coefficients are 1, and products of large integers are slow.
        match (self.is_one(), other.is_one()) {
            (true, _) => return other.clone(),
            (_, true) => return self.clone(),
            _ => {}
        }
        if let (Fraction::Small(a, b), Fraction::Small(c, d)) = (&self.0, &other.0) {
            let [a, b, c, d] = [*a, *b, *c, *d].map(i128::from);
            return Rational::reduced(a * c, b * d);
        }
        Rational::of_any_size(self.to_any_size() * other.to_any_size())
    }
}

impl Neg for &Rational {
    type Output = Rational;
    fn neg(self) -> Rational {
        match &self.0 {
            Fraction::Small(numerator, denominator) => {
                Rational::reduced(-i128::from(*numerator), (*denominator).into())
            }
            Fraction::Large(_) => Rational::of_any_size(-self.to_any_size()),
        }
    }
}

impl fmt::Display for Rational {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Fraction::Small(numerator, 1) => numerator.fmt(f),
            _ => self.to_any_size().fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers at the border between the two sizes.
    fn border() -> Vec<Rational> {
        let mut numbers = vec![
            Rational::zero(),
            Rational::one(),
            Rational::new(-2, 3),
            Rational::new(6, -4),
        ];
        for integer in [i64::MAX, i64::MIN, i64::MAX - 1, 1 << 62] {
            let integer = Rational::from(integer);
            numbers.extend([integer.recip(), &integer * &Rational::new(1, 3), integer]);
        }
        numbers
    }

    #[test]
    fn arithmetic_is_that_of_fractions_of_any_size() {
        for a in border() {
            let same = |found: Rational, wanted: BigRational| {
                assert_eq!(found, Rational::of_any_size(wanted.clone()));
                assert_eq!(found.to_any_size(), wanted);
            };
            same(-&a, -a.to_any_size());
            same(a.abs(), a.to_any_size().abs());
            if !a.is_zero() {
                same(a.recip(), a.to_any_size().recip());
            }
            assert_eq!(a.bits(), a.parts().0.bits().max(a.parts().1.bits()));
            for b in border() {
                same(&a + &b, a.to_any_size() + b.to_any_size());
                same(&a * &b, a.to_any_size() * b.to_any_size());
                assert_eq!(a.cmp(&b), a.to_any_size().cmp(&b.to_any_size()));
                // What has left the small numbers comes back.
                let sum = &a + &b;
                assert_eq!(&sum + &-&b, a);
            }
        }
    }
}
