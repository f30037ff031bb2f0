//! The error function of floats.

use std::f64::consts::FRAC_2_SQRT_PI;

/// From here on the continued fraction is used; [`LEVELS`] of it give the digits of the complement that the result has
/// room for.
const FRACTION_START: f64 = 1.0;
/// How deep the continued fraction is followed.
const LEVELS: u32 = 110;

/// The error function, to a few units in the last place.
///
/// # Source
/// Abramowitz & Stegun 7.1.5 (power series, whose terms hardly cancel there) below 1, and 7.1.14 (continued fraction of
/// the complement) above.
pub(crate) fn erf(x: f64) -> f64 {
    if x.is_nan() {
        return x;
    }
    let size = x.abs();
    if size < FRACTION_START {
        return power_series(x);
    }
    // erfc(6) < 2.2e-17 is less than half a unit in the last place of 1.
    let value = if size < 6.0 { 1.0 - complement(size) } else { 1.0 };
    value.copysign(x)
}

/// 2/sqrt(pi) * sum of (-1)^n x^(2n+1) / (n! (2n+1)).
fn power_series(x: f64) -> f64 {
    let square = x * x;
    let mut term = 1.0;
    let mut tail = 0.0;
    let mut n = 1.0;
    while term > f64::EPSILON / 16.0 {
        term *= square / n;
        let signed = if n % 2.0 == 1.0 { -term } else { term };
        tail += signed / (2.0 * n + 1.0);
        n += 1.0;
    }
    FRAC_2_SQRT_PI * (x + x * tail)
}

/// exp(-x^2)/sqrt(pi) * 1/(x + (1/2)/(x + 1/(x + (3/2)/(x + ...)))).
fn complement(x: f64) -> f64 {
    // Below the last level the fraction is nearly constant: f = x + (LEVELS + 1/2)/2 / f.
    let tail = 0.5 * (x + (x * x + f64::from(2 * LEVELS + 1)).sqrt());
    let levels = (1..=LEVELS).rev();
    let fraction = levels.fold(tail, |below, level| x + 0.5 * f64::from(level) / below);
    exp_of_negative_square(x) * FRAC_2_SQRT_PI / (2.0 * fraction)
}

/// exp(-x^2) without the error of rounding x^2: the head of x has 26 bits, so its square is exact.
fn exp_of_negative_square(x: f64) -> f64 {
    let head = f64::from_bits(x.to_bits() & !((1 << 27) - 1));
    let rest = (x - head) * (x + head);
    (-head * head).exp() * (-rest).exp()
}
