//! Exact constants in any number type.

use gateaux_array::Number;
use gateaux_core::expr::Rational;

/// The number in the type T, correctly rounded where numerator and denominator fit 53 bits; `None` where the
/// denominator has no inverse.
pub(crate) fn constant<T: Number>(value: &Rational) -> Option<T> {
    if let Some((numerator, denominator)) = value.as_fraction() {
        return T::from_i64(numerator).div(&T::from_i64(denominator));
    }
    let (numerator, denominator) = value.parts();
    let integer = |digits: Vec<u32>, negative: bool| -> T {
        // Horner's rule in base 2^32: of a float only the additions round, and only the first of them by more than a
        // trace.
        let base = T::from_i64(1 << 32);
        let sum = digits.iter().rev().fold(T::zero(), |sum, digit| {
            sum.mul(&base).add(&T::from_i64(i64::from(*digit)))
        });
        if negative { sum.neg() } else { sum }
    };
    let top = integer(numerator.iter_u32_digits().collect(), value.is_negative());
    top.div(&integer(denominator.iter_u32_digits().collect(), false))
}
