//! The distribution function of the standard normal distribution, and its logarithm.

use crate::Real;

/// The distribution function at `x`; the density at `x` comes from the number type, because it needs x^2 to more digits
/// than the result has. In the lower tail it is as accurate, relatively, as the density.
///
/// # Source
/// Abramowitz & Stegun 26.2.11 (power series, whose terms have one sign) between -1 and 1, and 26.2.14 (continued
/// fraction) beyond.
pub(crate) fn cdf<T: Real>(x: &T, density: impl Fn(&T) -> T) -> T {
    let at = x.to_f64();
    if at.is_nan() {
        return x.clone();
    }
    let half = T::from_f64(0.5);
    if at.abs() < 1.0 {
        return half.add(&density(x).mul(&power_series(x)));
    }
    let tail = if at.is_infinite() {
        T::from_f64(0.0)
    } else {
        quotient(&density(x), &inverse_mills_ratio(&x.abs()))
    };
    if at < 0.0 { tail } else { T::one().sub(&tail) }
}

/// The logarithm of the distribution function: in the lower tail that of the density over the inverse Mills ratio, in
/// the upper half from what is missing to 1.
pub(crate) fn log_cdf<T: Real>(x: &T, density: impl Fn(&T) -> T) -> T {
    let at = x.to_f64();
    if at.is_nan() {
        return x.clone();
    }
    if at >= 0.0 {
        return cdf(&x.neg(), density).neg().log1p();
    }
    if at > -1.0 {
        return cdf(x, density).ln();
    }
    if at.is_infinite() {
        return x.clone();
    }
    let half_square = x.mul(x).mul(&T::from_f64(0.5));
    let half_log_of_two_pi = quotient(&circle::<T>().ln(), &T::from_i64(2));
    let ratio = inverse_mills_ratio(&x.abs());
    half_square.add(&half_log_of_two_pi).add(&ratio.ln()).neg()
}

/// The number 2 pi.
fn circle<T: Real>() -> T {
    T::one().neg().acos().mul(&T::from_i64(2))
}

/// The density of floats: the head of x has 26 bits, so its square is exact, and the exponential of the rest is near 1.
pub(crate) fn density<T: Real>(x: &T) -> T {
    let x = x.to_f64();
    let head = f64::from_bits(x.to_bits() & !((1 << 27) - 1));
    let rest = (x - head) * (x + head);
    let root = T::from_f64(std::f64::consts::TAU.sqrt());
    let product = T::from_f64(-0.5 * head * head)
        .exp()
        .mul(&T::from_f64(-0.5 * rest).exp());
    quotient(&product, &root)
}

/// x + x^3/3 + x^5/(3 * 5) + ...
fn power_series<T: Real>(x: &T) -> T {
    let square = x.mul(x);
    let mut term = x.clone();
    let mut sum = x.clone();
    let mut odd = 3;
    while term.to_f64().abs() > 0.1 * T::epsilon() * sum.to_f64().abs() {
        term = quotient(&term.mul(&square), &T::from_i64(odd));
        sum = sum.add(&term);
        odd += 2;
    }
    sum
}

/// The density over the upper tail, x + 1/(x + 2/(x + 3/(x + ...))), for x from 1 on.
///
/// Two approximants in a row differ by about exp(-2 x sqrt(n)) at the level n, which says how deep to go.
fn inverse_mills_ratio<T: Real>(x: &T) -> T {
    let at = x.to_f64();
    let depth = T::epsilon().ln() / (2.0 * at);
    let levels = (1.2 * depth * depth) as i64 + 10;
    // Below the last level the fraction is nearly constant: f = x + (levels + 1)/f.
    let tail = T::from_f64(0.5 * (at + at.hypot(2.0 * ((levels + 1) as f64).sqrt())));
    let levels = (1..=levels).rev();
    levels.fold(tail, |below, level| x.add(&quotient(&T::from_i64(level), &below)))
}

fn quotient<T: Real>(top: &T, bottom: &T) -> T {
    top.div(bottom).unwrap_or_else(|| T::from_f64(f64::NAN))
}
