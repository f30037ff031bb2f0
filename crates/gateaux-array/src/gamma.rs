//! The gamma function's logarithm and its derivatives, in double-double arithmetic; floats round them.
//!
//! Positive arguments are shifted upwards by the recurrence until the asymptotic series has all digits, negative ones
//! are reflected. Near a zero of a function its error is that of its terms, about 1e-30.

use crate::double_double::PI;
use crate::{ArrayError, DoubleDouble, Number, Real};

/// The Bernoulli numbers B_2, B_4, ..., B_34 as fractions; Abramowitz & Stegun 23.1.2.
const BERNOULLI: [(i64, i64); 17] = [
    (1, 6),
    (-1, 30),
    (1, 42),
    (-1, 30),
    (5, 66),
    (-691, 2730),
    (7, 6),
    (-3617, 510),
    (43_867, 798),
    (-174_611, 330),
    (854_513, 138),
    (-236_364_091, 2730),
    (8_553_103, 6),
    (-23_749_461_029, 870),
    (8_615_841_276_005, 14_322),
    (-7_709_321_041_217, 510),
    (2_577_687_858_367, 6),
];
/// From here on the asymptotic series of the logarithm has its error below 1e-33; derivatives want more.
const SERIES_START: f64 = 20.0;
/// The largest order whose factorial is a float.
const MAX_ORDER: u32 = 170;

/// log|Gamma(x)|; infinite at the poles 0, -1, -2, ...
///
/// # Source
/// Abramowitz & Stegun 6.1.15 (recurrence), 6.1.17 (reflection), 6.1.41 (asymptotic series).
pub(crate) fn lgamma(x: DoubleDouble) -> DoubleDouble {
    if x.high().is_nan() {
        return x;
    }
    if x.high().is_infinite() || is_pole(x) {
        return float(f64::INFINITY);
    }
    if x.high() > 0.0 {
        return lgamma_of_positive(x);
    }
    // The logarithms apart: the sine may be so small that its reciprocal overflows.
    let sine = PI.mul(&offset(x)).sin().abs();
    let reflected = lgamma_of_positive(float(1.0).sub(&x));
    PI.ln().sub(&sine.ln()).sub(&reflected)
}

fn lgamma_of_positive(x: DoubleDouble) -> DoubleDouble {
    let (mut y, mut product) = (x, float(1.0));
    while y.high() < SERIES_START {
        product = product.mul(&y);
        y = y.add(&float(1.0));
    }
    let half_log_of_two_pi = DoubleDouble::from_sum(0.918_938_533_204_672_8, -3.878_294_158_067_241_4e-17);
    let square = y.mul(&y);
    let mut power = ratio(float(1.0), y);
    let mut sum = float(0.0);
    for (term, bernoulli) in (1i64..).zip(BERNOULLI) {
        let factor = DoubleDouble::from_i64(2 * term * (2 * term - 1));
        sum = sum.add(&ratio(fraction(bernoulli).mul(&power), factor));
        power = ratio(power, square);
    }
    let main = y.sub(&float(0.5)).mul(&y.ln()).sub(&y);
    main.add(&half_log_of_two_pi).add(&sum).sub(&product.ln())
}

/// The derivative of [`lgamma`]; not a number at the negative poles.
///
/// # Source
/// Abramowitz & Stegun 6.3.6 (recurrence), 6.3.7 (reflection), 6.3.18 (asymptotic series).
pub(crate) fn digamma(x: DoubleDouble) -> DoubleDouble {
    derivative(0, x)
}

/// The derivative of [`digamma`] of an order up to [`MAX_ORDER`].
///
/// # Errors
/// [`ArrayError::OutsideDomain`] for higher orders.
///
/// # Source
/// Abramowitz & Stegun 6.4.6 (recurrence), 6.4.7 (reflection), 6.4.11 (asymptotic series).
pub(crate) fn polygamma(order: u32, x: DoubleDouble) -> Result<DoubleDouble, ArrayError> {
    if order > MAX_ORDER {
        return Err(ArrayError::OutsideDomain {
            op: "polygamma",
            reason: "the order is greater than 170",
        });
    }
    Ok(derivative(order, x))
}

fn derivative(order: u32, x: DoubleDouble) -> DoubleDouble {
    let even = order.is_multiple_of(2);
    if x.high() > 0.0 {
        return derivative_at_positive(order, x);
    }
    if x.high().is_nan() || x.high().is_infinite() {
        return float(f64::NAN);
    }
    if is_pole(x) {
        // An odd derivative goes to infinity on both sides, an even one to -1/x at the zero with its sign.
        let at_zero = ratio(float(-1.0), x);
        return match (even, x.high() == 0.0) {
            (false, _) => float(f64::INFINITY),
            (true, true) => at_zero,
            (true, false) => float(f64::NAN),
        };
    }
    let reflected = derivative_at_positive(order, float(1.0).sub(&x));
    let reflected = if even { reflected } else { reflected.neg() };
    reflected.sub(&derivative_of_cotangent(order, offset(x)))
}

/// With t_m(y) = m!/y^(m+1): the sum of t_m(x + k) over the steps up to y, and behind it t_(m-1)(y) + t_m(y)/2 + the
/// sum of B_2k (2k+m-1)!/((2k)! y^(2k+m)), all with the sign (-1)^(m+1). Of order 0 the term t_(-1) is -log(y).
fn derivative_at_positive(order: u32, x: DoubleDouble) -> DoubleDouble {
    if x.high().is_infinite() {
        return if order == 0 { x } else { float(0.0) };
    }
    let m = i64::from(order);
    // Each order lets the terms of the series grow a little longer.
    let start = SERIES_START + 10.0 + 1.5 * f64::from(order);
    let mut y = x;
    let mut sum = float(0.0);
    while y.high() < start {
        sum = sum.add(&factorial_over_power(m, y));
        y = y.add(&float(1.0));
    }
    let first = match m {
        0 => y.ln().neg(),
        _ => factorial_over_power(m - 1, y),
    };
    let last = factorial_over_power(m, y);
    sum = sum.add(&first).add(&ratio(last, float(2.0)));
    // (2k+m-1)!/((2k)! y^(2k+m)) from one k to the next.
    let mut term = ratio(last.mul(&DoubleDouble::from_i64(m + 1)), y.add(&y));
    let square = y.mul(&y);
    for (k, bernoulli) in (1i64..).zip(BERNOULLI) {
        if k > 1 {
            let growth = DoubleDouble::from_i64((2 * k + m - 1) * (2 * k + m - 2));
            term = ratio(
                term.mul(&growth),
                DoubleDouble::from_i64(2 * k * (2 * k - 1)).mul(&square),
            );
        }
        sum = sum.add(&fraction(bernoulli).mul(&term));
    }
    if m % 2 == 0 { sum.neg() } else { sum }
}

/// m!/y^(m+1), factor by factor, so that nothing overflows unless the result does.
fn factorial_over_power(m: i64, y: DoubleDouble) -> DoubleDouble {
    let factors = (1..=m).map(DoubleDouble::from_i64);
    factors.fold(ratio(float(1.0), y), |term, factor| ratio(term.mul(&factor), y))
}

/// The derivative of pi cot(pi r) in r, of any order.
///
/// With c = cot(pi r), dc/dr = -pi (1 + c^2), so each derivative is pi^(order + 1) times a polynomial in c, whose
/// coefficients have one sign.
fn derivative_of_cotangent(order: u32, r: DoubleDouble) -> DoubleDouble {
    let mut polynomial = vec![float(0.0), float(1.0)];
    for _ in 0..order {
        let mut next = vec![float(0.0); polynomial.len() + 1];
        for (power, coefficient) in polynomial.iter().enumerate().skip(1) {
            let slope = coefficient.mul(&DoubleDouble::from_i64(power as i64)).neg();
            next[power - 1] = next[power - 1].add(&slope);
            next[power + 1] = next[power + 1].add(&slope);
        }
        polynomial = next;
    }
    // Where the cotangent is near its zero, as the tangent of what is left of the right angle.
    let cotangent = if r.high().abs() > 0.25 {
        let rest = float(0.5).sub(&r.abs());
        PI.mul(&rest).tan().mul(&r.signum())
    } else {
        ratio(float(1.0), PI.mul(&r).tan())
    };
    let terms = polynomial.iter().rev();
    let value = terms.fold(float(0.0), |sum, coefficient| sum.mul(&cotangent).add(coefficient));
    (0..=order).fold(value, |product, _| product.mul(&PI))
}

/// What is left of x without the nearest integer.
fn offset(x: DoubleDouble) -> DoubleDouble {
    let rest = x.sub(&float(x.high().round()));
    rest.sub(&float(rest.high().round()))
}

fn is_pole(x: DoubleDouble) -> bool {
    x.high() <= 0.0 && offset(x).is_zero()
}

fn float(value: f64) -> DoubleDouble {
    DoubleDouble::from_f64(value)
}

fn fraction((numerator, denominator): (i64, i64)) -> DoubleDouble {
    ratio(DoubleDouble::from_i64(numerator), DoubleDouble::from_i64(denominator))
}

fn ratio(top: DoubleDouble, bottom: DoubleDouble) -> DoubleDouble {
    top.div(&bottom).unwrap_or(float(f64::NAN))
}
