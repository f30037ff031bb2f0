//! Double-double numbers: about 31 digits out of pairs of floats.

use std::cmp::Ordering;

use crate::{ArrayError, Function, Number, Real, gamma, normal};

/// A number as the unevaluated sum of two floats, of which the second is at most half a unit in the last place of the
/// first.
///
/// Arithmetic is good to about 2^-104 and the functions to about 1e-30, relatively; they check the `f64` kernels, so
/// they are written for accuracy, not speed. Infinities and what is not a number spread as in floats. Below about
/// 1e-290 the second float underflows and the digits become those of a float; sines and cosines want arguments below
/// 2^50.
///
/// # Example
/// ```
/// use gateaux_array::{DoubleDouble, Number, Real};
/// let third = DoubleDouble::one().div(&DoubleDouble::from_i64(3)).unwrap();
/// let error = third.mul(&DoubleDouble::from_i64(3)).sub(&DoubleDouble::one());
/// assert!(error.to_f64().abs() < 1e-31);
/// ```
///
/// # Source
/// T. J. Dekker, A floating-point technique for extending the available precision, 1971; M. Joldes, J.-M. Muller, V.
/// Popescu, Tight and rigorous error bounds for basic building blocks of double-word arithmetic, 2017.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DoubleDouble {
    high: f64,
    low: f64,
}

/// pi/2 as the sum of three floats.
const HALF_PI: [f64; 3] = [
    std::f64::consts::FRAC_PI_2,
    6.123_233_995_736_766e-17,
    -1.497_384_904_859_183_3e-33,
];
/// pi.
pub(crate) const PI: DoubleDouble = DoubleDouble {
    high: 2.0 * HALF_PI[0],
    low: 2.0 * HALF_PI[1],
};
/// log(2) as the sum of three floats.
const LN_2: [f64; 3] = [
    std::f64::consts::LN_2,
    2.319_046_813_846_299_6e-17,
    5.707_708_438_416_212e-34,
];
/// Terms of a series below this fraction of its sum do not matter.
const NEGLIGIBLE: f64 = 1e-34;
/// The exponential halves its argument this often before the series, and squares as often behind it.
const HALVINGS: i32 = 9;

impl DoubleDouble {
    /// The sum of two floats, exactly.
    pub fn from_sum(left: f64, right: f64) -> DoubleDouble {
        let sum = left + right;
        if !sum.is_finite() {
            return float(sum);
        }
        let right_part = sum - left;
        let low = (left - (sum - right_part)) + (right - right_part);
        DoubleDouble { high: sum, low }
    }

    /// The float next to the number.
    pub fn high(self) -> f64 {
        self.high
    }

    /// What the float next to the number lacks.
    pub fn low(self) -> f64 {
        self.low
    }

    /// The product of two floats, exactly.
    fn from_product(left: f64, right: f64) -> DoubleDouble {
        let product = left * right;
        if !product.is_finite() {
            return float(product);
        }
        DoubleDouble {
            high: product,
            low: left.mul_add(right, -product),
        }
    }

    /// Two floats of which the second is much smaller, brought to the form of a number.
    fn from_parts(high: f64, low: f64) -> DoubleDouble {
        let sum = high + low;
        if !sum.is_finite() {
            return float(sum);
        }
        DoubleDouble {
            high: sum,
            low: low - (sum - high),
        }
    }

    /// The number times a power of two.
    fn times_power_of_two(self, exponent: i32) -> DoubleDouble {
        // In two steps, because 2^exponent alone may overflow where the result does not.
        let half = exponent / 2;
        let (first, second) = (2f64.powi(half), 2f64.powi(exponent - half));
        DoubleDouble {
            high: self.high * first * second,
            low: self.low * first * second,
        }
    }

    /// The number less an integer multiple of a constant.
    fn reduced(self, multiple: f64, constant: [f64; 3]) -> DoubleDouble {
        constant.iter().fold(self, |rest, &part| {
            rest.sub(&DoubleDouble::from_product(multiple, part))
        })
    }
}

fn float(value: f64) -> DoubleDouble {
    DoubleDouble { high: value, low: 0.0 }
}

impl Number for DoubleDouble {
    fn zero() -> DoubleDouble {
        float(0.0)
    }

    fn one() -> DoubleDouble {
        float(1.0)
    }

    fn from_i64(value: i64) -> DoubleDouble {
        let high = value as f64;
        let low = i128::from(value) - high as i128;
        DoubleDouble { high, low: low as f64 }
    }

    fn add(&self, rhs: &DoubleDouble) -> DoubleDouble {
        let high = DoubleDouble::from_sum(self.high, rhs.high);
        let low = DoubleDouble::from_sum(self.low, rhs.low);
        let sum = DoubleDouble::from_parts(high.high, high.low + low.high);
        DoubleDouble::from_parts(sum.high, sum.low + low.low)
    }

    fn sub(&self, rhs: &DoubleDouble) -> DoubleDouble {
        self.add(&rhs.neg())
    }

    fn mul(&self, rhs: &DoubleDouble) -> DoubleDouble {
        let product = DoubleDouble::from_product(self.high, rhs.high);
        if !product.high.is_finite() {
            return product;
        }
        let cross = self.high.mul_add(rhs.low, self.low * rhs.high);
        DoubleDouble::from_parts(product.high, product.low + cross)
    }

    fn neg(&self) -> DoubleDouble {
        DoubleDouble {
            high: -self.high,
            low: -self.low,
        }
    }

    fn div(&self, rhs: &DoubleDouble) -> Option<DoubleDouble> {
        let first = self.high / rhs.high;
        if !first.is_finite() || !rhs.high.is_finite() {
            return Some(float(first));
        }
        // Long division with floats as digits.
        let rest = self.sub(&rhs.mul(&float(first)));
        let second = rest.high / rhs.high;
        let rest = rest.sub(&rhs.mul(&float(second)));
        let third = rest.high / rhs.high;
        Some(DoubleDouble::from_parts(first, second).add(&float(third)))
    }

    fn is_zero(&self) -> bool {
        self.high == 0.0
    }

    fn pivot_size(&self) -> f64 {
        self.high.pivot_size()
    }

    fn apply(&self, function: Function) -> Result<DoubleDouble, ArrayError> {
        Ok(evaluate(function, *self))
    }

    fn pow(&self, exponent: &DoubleDouble) -> Result<DoubleDouble, ArrayError> {
        let integer = exponent.low == 0.0 && exponent.high.fract() == 0.0 && exponent.high.abs() < 2f64.powi(31);
        let power = if integer { self.powi(exponent.high as i64) } else { None };
        Ok(match power {
            Some(power) => power,
            None if self.high > 0.0 && self.high.is_finite() => exp(exponent.mul(&ln(*self))),
            // Zero, negative and infinite bases are those of floats.
            None => float(f64::powf(self.high, exponent.high)),
        })
    }

    fn polygamma(&self, order: u32) -> Result<DoubleDouble, ArrayError> {
        gamma::polygamma(order, *self)
    }

    fn compare(&self, rhs: &DoubleDouble) -> Result<Option<Ordering>, ArrayError> {
        Ok(match self.high.partial_cmp(&rhs.high) {
            Some(Ordering::Equal) => self.low.partial_cmp(&rhs.low),
            order => order,
        })
    }
}

impl Real for DoubleDouble {
    fn from_f64(value: f64) -> DoubleDouble {
        float(value)
    }

    fn to_f64(&self) -> f64 {
        self.high
    }

    fn epsilon() -> f64 {
        2f64.powi(-104)
    }
}

fn evaluate(function: Function, x: DoubleDouble) -> DoubleDouble {
    let one = float(1.0);
    match function {
        Function::Conj => x,
        Function::Abs => abs(x),
        Function::Sign if x.high == 0.0 => float(0.0),
        Function::Sign => float(x.high.signum()),
        Function::Relu => relu(x),
        Function::Exp => exp(x),
        Function::Expm1 => expm1(x),
        Function::Ln => ln(x),
        Function::Log1p => log1p(x),
        Function::Sqrt => sqrt(x),
        Function::Sin => sin_cos(x).0,
        Function::Cos => sin_cos(x).1,
        Function::Tan => {
            let (sin, cos) = sin_cos(x);
            ratio(sin, cos)
        }
        Function::Asin => atan(ratio(x, sqrt(one.sub(&x).mul(&one.add(&x))))),
        // tan(acos(x)/2)^2 = (1 - x)/(1 + x): accurate near 1, where pi/2 - asin(x) cancels.
        Function::Acos => atan(sqrt(ratio(one.sub(&x), one.add(&x)))).times_power_of_two(1),
        Function::Atan => atan(x),
        Function::Sinh => sinh(x),
        Function::Cosh => exp(x).add(&exp(x.neg())).times_power_of_two(-1),
        Function::Tanh => tanh(x),
        Function::Sigmoid => {
            let small = exp(abs(x).neg());
            ratio(if x.high < 0.0 { small } else { one }, one.add(&small))
        }
        Function::Softplus => relu(x).add(&log1p(exp(abs(x).neg()))),
        Function::Erf => erf(x),
        Function::Lgamma => gamma::lgamma(x),
        Function::Digamma => gamma::digamma(x),
        Function::NormalCdf => normal::cdf(&x, normal_density),
        Function::LogNormalCdf => normal::log_cdf(&x, normal_density),
    }
}

fn normal_density(x: &DoubleDouble) -> DoubleDouble {
    ratio(
        exp(x.mul(x).times_power_of_two(-1).neg()),
        sqrt(PI.times_power_of_two(1)),
    )
}

fn ratio(top: DoubleDouble, bottom: DoubleDouble) -> DoubleDouble {
    top.div(&bottom).unwrap_or(float(f64::NAN))
}

fn abs(x: DoubleDouble) -> DoubleDouble {
    if x.high < 0.0 { x.neg() } else { x }
}

fn relu(x: DoubleDouble) -> DoubleDouble {
    if x.high <= 0.0 { float(0.0) } else { x }
}

fn sqrt(x: DoubleDouble) -> DoubleDouble {
    let root = x.high.sqrt();
    if root == 0.0 || !root.is_finite() {
        return float(root);
    }
    // One step of Newton's method from the float: r + (x - r^2)/(2 r).
    let rest = x.sub(&DoubleDouble::from_product(root, root));
    DoubleDouble::from_parts(root, rest.high / (2.0 * root))
}

/// The sum of terms, each of which is the one before it times a factor, until they are negligible.
fn series(first: DoubleDouble, mut next: impl FnMut(DoubleDouble, f64) -> DoubleDouble) -> DoubleDouble {
    let mut sum = first;
    let mut term = first;
    let mut count = 1.0;
    while term.high.abs() > sum.high.abs() * NEGLIGIBLE {
        term = next(term, count);
        sum = sum.add(&term);
        count += 1.0;
    }
    sum
}

/// exp(x) as 2^k (1 + s); s is accurate relatively.
fn exp_parts(x: DoubleDouble) -> (i32, DoubleDouble) {
    let k = (x.high / LN_2[0]).round();
    let r = x.reduced(k, LN_2).times_power_of_two(-HALVINGS);
    let mut s = series(r, |term, n| ratio(term.mul(&r), float(n + 1.0)));
    for _ in 0..HALVINGS {
        // exp(2r) - 1 = 2 (exp(r) - 1) + (exp(r) - 1)^2.
        s = s.times_power_of_two(1).add(&s.mul(&s));
    }
    (k as i32, s)
}

fn exp(x: DoubleDouble) -> DoubleDouble {
    if x.high.is_nan() || x.high > 709.79 || x.high < -745.2 {
        return float(x.high.exp());
    }
    let (k, s) = exp_parts(x);
    s.add(&float(1.0)).times_power_of_two(k)
}

fn expm1(x: DoubleDouble) -> DoubleDouble {
    if x.high.abs() < 0.3 {
        exp_parts(x).1
    } else {
        exp(x).sub(&float(1.0))
    }
}

fn ln(x: DoubleDouble) -> DoubleDouble {
    if x.high.is_nan() || x.high <= 0.0 || x.high == f64::INFINITY {
        return float(x.high.ln());
    }
    let offset = x.sub(&float(1.0));
    if offset.high.abs() < 0.1 {
        return log1p_series(offset);
    }
    // x = m 2^k with m near 1, y = log(m) as a float, log(x) = k log(2) + y + log(m exp(-y)).
    let k = x.high.log2().round() as i32;
    let m = x.times_power_of_two(-k);
    let y = m.high.ln();
    let rest = m.mul(&exp(float(-y))).sub(&float(1.0));
    let log = float(y).add(&log1p_series(rest));
    LN_2.iter().rev().fold(log, |sum, &part| {
        sum.add(&DoubleDouble::from_product(f64::from(k), part))
    })
}

fn log1p(x: DoubleDouble) -> DoubleDouble {
    if x.high.abs() < 0.1 {
        log1p_series(x)
    } else {
        ln(float(1.0).add(&x))
    }
}

/// log(1 + x) = 2 artanh(t) = 2 (t + t^3/3 + t^5/5 + ...) with t = x/(2 + x), for small x.
fn log1p_series(x: DoubleDouble) -> DoubleDouble {
    let t = ratio(x, float(2.0).add(&x));
    let square = t.mul(&t);
    let mut power = t;
    let sum = series(t, |_, n| {
        power = power.mul(&square);
        ratio(power, float(2.0 * n + 1.0))
    });
    sum.times_power_of_two(1)
}

fn sin_cos(x: DoubleDouble) -> (DoubleDouble, DoubleDouble) {
    if !x.high.is_finite() {
        return (float(f64::NAN), float(f64::NAN));
    }
    let k = (x.high / HALF_PI[0]).round();
    let r = x.reduced(k, HALF_PI);
    let square = r.mul(&r).neg();
    let sin = series(r, |term, n| ratio(term.mul(&square), float(2.0 * n * (2.0 * n + 1.0))));
    let cos = series(float(1.0), |term, n| {
        ratio(term.mul(&square), float(2.0 * n * (2.0 * n - 1.0)))
    });
    match k.rem_euclid(4.0) as u8 {
        0 => (sin, cos),
        1 => (cos, sin.neg()),
        2 => (sin.neg(), cos.neg()),
        _ => (cos.neg(), sin),
    }
}

fn atan(x: DoubleDouble) -> DoubleDouble {
    if x.high.is_nan() || x.high == 0.0 {
        return x;
    }
    if x.high.is_infinite() {
        let half_pi = DoubleDouble {
            high: HALF_PI[0],
            low: HALF_PI[1],
        };
        return if x.high < 0.0 { half_pi.neg() } else { half_pi };
    }
    // From the float y: atan(x) = y + atan((x - tan(y))/(1 + x tan(y))), whose argument is so small that atan(d) = d -
    // d^3/3.
    let y = float(x.high.atan());
    let (sin, cos) = sin_cos(y);
    let d = ratio(x.mul(&cos).sub(&sin), cos.add(&x.mul(&sin)));
    y.add(&d.sub(&ratio(d.mul(&d).mul(&d), float(3.0))))
}

fn sinh(x: DoubleDouble) -> DoubleDouble {
    if x.high.abs() > 0.3 {
        return exp(x).sub(&exp(x.neg())).times_power_of_two(-1);
    }
    let s = expm1(x);
    s.add(&ratio(s, float(1.0).add(&s))).times_power_of_two(-1)
}

fn tanh(x: DoubleDouble) -> DoubleDouble {
    if x.high.abs() > 40.0 {
        return float(x.high.signum());
    }
    let s = expm1(x.times_power_of_two(1));
    ratio(s, s.add(&float(2.0)))
}

/// 2/sqrt(pi) * exp(-x^2) * sum of 2^n x^(2n+1) / (1 * 3 * ... * (2n+1)), Abramowitz & Stegun 7.1.6: all terms have one
/// sign.
fn erf(x: DoubleDouble) -> DoubleDouble {
    if x.high.abs() > 9.0 {
        // erfc(9) < 5e-37.
        return float(x.high.signum());
    }
    let square = x.mul(&x);
    let twice = square.times_power_of_two(1);
    let sum = series(x, |term, n| ratio(term.mul(&twice), float(2.0 * n + 1.0)));
    ratio(exp(square.neg()).mul(&sum).times_power_of_two(1), sqrt(PI))
}
