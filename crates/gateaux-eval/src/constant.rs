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
    let integer = |digits: String| -> T {
        let negative = digits.starts_with('-');
        let digits = digits.trim_start_matches('-').as_bytes();
        // Horner's rule in chunks that fit a machine number.
        let mut sum = T::zero();
        for chunk in digits.chunks(15) {
            let text: i64 = chunk.iter().fold(0, |n, d| 10 * n + i64::from(d - b'0'));
            let shift = 10i64.pow(chunk.len() as u32);
            sum = sum.mul(&T::from_i64(shift)).add(&T::from_i64(text));
        }
        if negative { sum.neg() } else { sum }
    };
    integer(numerator.to_string()).div(&integer(denominator.to_string()))
}
