//! The exponential of a general matrix by scaling and squaring.

use std::f64::consts::LN_2;

use crate::{Array, ArrayError, Field, Real};

/// The degrees of the approximants; beyond the last the matrix is halved.
const DEGREES: [i64; 5] = [3, 5, 7, 9, 13];
/// Matrices with a norm above 2 to this power are halved at first, so that their tenth powers do not overflow.
const LARGE: f64 = 64.0;
/// More halvings than this no float needs.
const MAX_HALVINGS: f64 = 4096.0;

/// The exponential of an n by n matrix with finite entries.
///
/// exp(A) = r(A/2^s)^(2^s) with a diagonal Padé approximant r. Its degree and s follow from the norms of the powers of A,
/// which for matrices far from normal say more than the norm of A. The same rule serves every precision.
///
/// # Errors
/// [`ArrayError::NoConvergence`] for norms beyond 2^4096, [`ArrayError::Singular`] if entries overflow.
///
/// # Cost
/// About 10 matrix products and one solution, and a product for each halving.
///
/// # Source
/// N. J. Higham, The scaling and squaring method for the matrix exponential revisited, 2005; A. H. Al-Mohy, N. J. Higham,
/// A new scaling and squaring algorithm for the matrix exponential, 2009, algorithm 5.1.
pub(crate) fn exponential<T: Field + Real>(a: &Array<T>) -> Result<Array<T>, ArrayError> {
    let first = (log_norm(a) - LARGE).max(0.0).ceil();
    if first > MAX_HALVINGS {
        return Err(ArrayError::NoConvergence { op: "expm" });
    }
    let a = halved(a, first);
    let square = T::matmul(&a, &a)?;
    let fourth = T::matmul(&square, &square)?;
    let sixth = T::matmul(&fourth, &square)?;
    let eighth = T::matmul(&fourth, &fourth)?;
    let root = |power: &Array<T>, exponent: f64| log_norm(power) / exponent;
    let from_4 = root(&fourth, 4.0).max(root(&sixth, 6.0));
    let from_6 = root(&sixth, 6.0).max(root(&eighth, 8.0));
    let powers = [square, fourth, sixth, eighth];
    for (degree, size) in DEGREES.into_iter().zip([from_4, from_4, from_6, from_6]) {
        if size <= largest_size::<T>(degree) && extra_halvings(&a, degree) == 0.0 {
            return squared(low_approximant(&a, &powers, degree)?, first);
        }
    }
    let degree = DEGREES[4];
    let tenth = T::matmul(&powers[1], &powers[2])?;
    let from_8 = root(&powers[3], 8.0).max(root(&tenth, 10.0));
    let halvings = (from_6.min(from_8) - largest_size::<T>(degree)).ceil().max(0.0);
    let halvings = halvings + extra_halvings(&halved(&a, halvings), degree);
    let mut scaled = powers;
    for (power, exponent) in scaled.iter_mut().zip([2.0, 4.0, 6.0, 8.0]) {
        *power = halved(power, exponent * halvings);
    }
    squared(high_approximant(&halved(&a, halvings), &scaled)?, first + halvings)
}

/// The binary logarithm of the largest column sum.
fn log_norm<T: Real>(a: &Array<T>) -> f64 {
    let columns = a.data().chunks_exact(a.shape()[0].max(1));
    let sums = columns.map(|column| column.iter().fold(T::zero(), |sum, entry| sum.add(&entry.abs())));
    sums.map(|sum| sum.ln().to_f64() / LN_2)
        .fold(f64::NEG_INFINITY, f64::max)
}

fn halved<T: Real>(a: &Array<T>, times: f64) -> Array<T> {
    if times == 0.0 {
        return a.clone();
    }
    // In two steps, because the power alone may underflow where the result does not.
    let first = (0.5 * times).floor();
    let factor = |power: f64| T::from_f64(0.5).powf(&T::from_f64(power));
    a.scale(&factor(first)).scale(&factor(times - first))
}

fn squared<T: Field + Real>(mut a: Array<T>, times: f64) -> Result<Array<T>, ArrayError> {
    for _ in 0..times as u32 {
        a = T::matmul(&a, &a)?;
    }
    Ok(a)
}

/// The binary logarithm of (m!)^2 / ((2m)! (2m+1)!), which is the first coefficient of the error of the approximant of
/// degree m.
fn log_error(degree: i64) -> f64 {
    let log_factorial = |n: i64| (1..=n).map(|k| (k as f64).log2()).sum::<f64>();
    2.0 * log_factorial(degree) - log_factorial(2 * degree) - log_factorial(2 * degree + 1)
}

/// The binary logarithm of the largest size up to which the approximant of a degree has all digits; a little less than
/// the bound from the first term of the error alone.
fn largest_size<T: Real>(degree: i64) -> f64 {
    (T::epsilon().log2() - 2.0 - log_error(degree)) / (2 * degree) as f64
}

/// How often to halve in addition, so that the powers of |A| are not so large that rounding errors matter.
fn extra_halvings<T: Real>(a: &Array<T>, degree: i64) -> f64 {
    let n = a.shape()[0];
    let log_size = log_norm(a);
    if log_size == f64::NEG_INFINITY {
        return 0.0;
    }
    let unit = T::from_f64(2.0).powf(&T::from_f64(-log_size));
    let mut sums = vec![T::one(); n];
    for _ in 0..=2 * degree {
        let column_sum = |column: &[T]| {
            let terms = column.iter().zip(&sums);
            terms.fold(T::zero(), |sum, (entry, weight)| {
                sum.add(&entry.abs().mul(&unit).mul(weight))
            })
        };
        sums = a.data().chunks_exact(n).map(column_sum).collect();
    }
    let largest = sums.iter().map(|sum| sum.ln().to_f64() / LN_2);
    let log_power = largest.fold(f64::NEG_INFINITY, f64::max);
    let exponent = (2 * degree) as f64;
    let excess = log_error(degree) + exponent * log_size + log_power + 1.0 - T::epsilon().log2();
    (excess / exponent).ceil().max(0.0)
}

/// The coefficients of the numerator, of which the denominator has those with alternating signs.
fn coefficients<T: Real>(degree: i64) -> Vec<T> {
    let mut coefficient = T::one();
    let next = |k: i64| {
        if k > 0 {
            let (top, bottom) = (T::from_i64(degree - k + 1), T::from_i64(k * (2 * degree - k + 1)));
            coefficient = crate::complex::quotient(&coefficient.mul(&top), &bottom);
        }
        coefficient.clone()
    };
    (0..=degree).map(next).collect()
}

/// Adds to c I the sum of the terms, each a coefficient and a matrix.
fn polynomial<'a, T: Real>(
    constant: &T,
    terms: impl Iterator<Item = (&'a T, &'a Array<T>)>,
    n: usize,
) -> Result<Array<T>, ArrayError> {
    let mut sum = Array::eye(n)?.scale(constant);
    for (coefficient, power) in terms {
        sum = sum.add(&power.scale(coefficient))?;
    }
    Ok(sum)
}

/// The approximant of a degree up to 9, from the even powers of the matrix.
fn low_approximant<T: Field + Real>(a: &Array<T>, powers: &[Array<T>; 4], degree: i64) -> Result<Array<T>, ArrayError> {
    let n = a.shape()[0];
    let c = coefficients::<T>(degree);
    let even = polynomial(&c[0], c[2..].iter().step_by(2).zip(powers), n)?;
    let odd = polynomial(&c[1], c[3..].iter().step_by(2).zip(powers), n)?;
    quotient(&T::matmul(a, &odd)?, &even)
}

/// The approximant of degree 13 with three products.
fn high_approximant<T: Field + Real>(a: &Array<T>, powers: &[Array<T>; 4]) -> Result<Array<T>, ArrayError> {
    let n = a.shape()[0];
    let c = coefficients::<T>(DEGREES[4]);
    let half = |first: usize| {
        let high = polynomial(&T::zero(), c[first + 8..].iter().step_by(2).zip(powers), n)?;
        let low = polynomial(&c[first], c[first + 2..first + 7].iter().step_by(2).zip(powers), n)?;
        T::matmul(&powers[2], &high)?.add(&low)
    };
    quotient(&T::matmul(a, &half(1)?)?, &half(0)?)
}

/// (even - odd)^-1 (even + odd)
fn quotient<T: Field + Real>(odd: &Array<T>, even: &Array<T>) -> Result<Array<T>, ArrayError> {
    T::solve(&even.sub(odd)?, &even.add(odd)?)
}
