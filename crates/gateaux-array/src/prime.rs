//! Exact arithmetic: the field of the integers modulo a prime.

use std::fmt;

use crate::Number;

/// The modulus, the Mersenne prime 2^61 - 1: a product of two residues fits 128 bits and reduces by shifts.
const MODULUS: u64 = (1 << 61) - 1;

/// An element of the field of integers modulo 2^61 - 1.
///
/// Every rational function with rational coefficients has its exact counterpart here, so that two formulas can be
/// compared without a tolerance: if they differ, they agree at a random point with a probability of about their degree
/// over 2^61 (Schwartz and Zippel).
///
/// # Example
/// ```
/// use gateaux_array::{Number, Prime};
/// let half = Prime::one().div(&Prime::from_i64(2)).unwrap();
/// assert_eq!(half.add(&half), Prime::one());
/// assert_eq!(Prime::one().div(&Prime::zero()), None);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Prime(u64);

impl Prime {
    /// The modulus 2^61 - 1.
    pub const MODULUS: u64 = MODULUS;

    /// The residue of an integer.
    pub fn new(value: u64) -> Prime {
        Prime(value % MODULUS)
    }

    /// The representative from 0 to 2^61 - 2.
    pub fn residue(self) -> u64 {
        self.0
    }

    /// The multiplicative inverse, `None` for zero.
    ///
    /// # Source
    /// Fermat: a^(p-2) * a = 1.
    pub fn inverse(self) -> Option<Prime> {
        if self.0 == 0 {
            return None;
        }
        let mut square = self;
        let mut power = Prime(1);
        let mut rest = MODULUS - 2;
        while rest > 0 {
            if rest & 1 == 1 {
                power = power.mul(&square);
            }
            square = square.mul(&square);
            rest >>= 1;
        }
        Some(power)
    }
}

/// The residue of a number below 2 * modulus.
fn wrap(value: u64) -> Prime {
    Prime(if value >= MODULUS { value - MODULUS } else { value })
}

impl Number for Prime {
    fn zero() -> Prime {
        Prime(0)
    }

    fn one() -> Prime {
        Prime(1)
    }

    fn from_i64(value: i64) -> Prime {
        let size = Prime::new(value.unsigned_abs());
        if value < 0 { size.neg() } else { size }
    }

    fn add(&self, rhs: &Prime) -> Prime {
        wrap(self.0 + rhs.0)
    }

    fn sub(&self, rhs: &Prime) -> Prime {
        wrap(self.0 + (MODULUS - rhs.0))
    }

    fn mul(&self, rhs: &Prime) -> Prime {
        // 2^61 = 1 modulo the prime: the product high * 2^61 + low is high + low.
        let product = u128::from(self.0) * u128::from(rhs.0);
        let low = (product as u64) & MODULUS;
        let high = (product >> 61) as u64;
        wrap(low + high)
    }

    fn neg(&self) -> Prime {
        wrap(MODULUS - self.0)
    }

    fn div(&self, rhs: &Prime) -> Option<Prime> {
        rhs.inverse().map(|inverse| self.mul(&inverse))
    }

    fn is_zero(&self) -> bool {
        self.0 == 0
    }

    fn pivot_size(&self) -> f64 {
        if self.0 == 0 { 0.0 } else { 1.0 }
    }
}

impl fmt::Debug for Prime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Small negative numbers are shown as such.
impl fmt::Display for Prime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let negative = MODULUS - self.0;
        if self.0 > negative {
            write!(f, "-{negative}")
        } else {
            write!(f, "{}", self.0)
        }
    }
}
