//! Roots and logarithms of upper triangular complex matrices, n by n in column-major order.

use crate::complex::Complex;
use crate::{ArrayError, Real};

/// How near the identity the roots are taken before the approximant, in the sense of [`size_of_powers`].
const NEARNESS: f64 = 0.25;
/// More roots than the exponents of floats have steps are of no use.
const MAX_ROOTS: u32 = 1100;

/// The principal square root.
///
/// # Errors
/// [`ArrayError::OutsideDomain`] if two eigenvalues are zero and what couples them is not.
///
/// # Cost
/// About n^3/6 multiplications.
///
/// # Source
/// N. J. Higham, Functions of Matrices, 6.2, algorithm 6.3.
pub(crate) fn sqrt<T: Real>(t: &[Complex<T>], n: usize) -> Result<Vec<Complex<T>>, ArrayError> {
    let negligible = rounding(t, n);
    let mut u = t.to_vec();
    for j in 0..n {
        let (roots, rest) = u.split_at_mut(j * n);
        let column = &mut rest[..=j];
        column[j] = column[j].sqrt();
        for i in (0..j).rev() {
            let sum = roots[i + i * n].add(&column[j]);
            column[i] = if !sum.is_zero() {
                column[i].div(&sum)
            } else if column[i].abs().to_f64() <= negligible {
                Complex::zero()
            } else {
                return Err(ArrayError::OutsideDomain {
                    op: "sqrtm",
                    reason: "the matrix is singular, and there it has no root or no derivative",
                });
            };
            subtract_multiple(column, &roots[i * n..i * n + i], i);
        }
    }
    Ok(u)
}

/// Subtracts from the entries above i the entry i times another column.
fn subtract_multiple<T: Real>(column: &mut [Complex<T>], other: &[Complex<T>], i: usize) {
    let factor = column[i].clone();
    if !factor.is_zero() {
        for (entry, above) in column.iter_mut().zip(other) {
            *entry = entry.sub(&above.mul(&factor));
        }
    }
}

/// What rounding may have left of a zero in a matrix.
pub(crate) fn rounding<T: Real>(t: &[Complex<T>], n: usize) -> f64 {
    n as f64 * T::epsilon() * norm(t, n)
}

/// The principal logarithm of a matrix whose eigenvalues are not on the closed negative real axis.
///
/// Square roots bring it near the identity, where log(I + R) is the integral of R (I + x R)^-1 over x from 0 to 1, by
/// the rule of Gauss; that is the diagonal Padé approximant. The diagonal of R and that of the logarithm come from the
/// logarithms of the eigenvalues, because the difference from the identity would cancel.
///
/// # Errors
/// [`ArrayError::NoConvergence`] if entries overflow.
///
/// # Cost
/// About n^3/6 multiplications a root, of which well-scaled matrices need less than ten, and n^3/6 for each of 8 or 15
/// points.
///
/// # Source
/// N. J. Higham, Functions of Matrices, 11.5, algorithm 11.9; A. H. Al-Mohy, N. J. Higham, Improved inverse scaling and
/// squaring algorithms for the matrix logarithm, 2012 (the norms of powers and the diagonal).
pub(crate) fn ln<T: Real>(t: &[Complex<T>], n: usize) -> Result<Vec<Complex<T>>, ArrayError> {
    let logarithms: Vec<Complex<T>> = t.iter().step_by(n + 1).map(Complex::ln).collect();
    let mut root = t.to_vec();
    let mut roots = 0;
    let mut part = T::one();
    let offset = loop {
        let mut offset = root.clone();
        for (i, logarithm) in logarithms.iter().enumerate() {
            offset[i + i * n] = logarithm.scale(&part).expm1();
        }
        if size_of_powers(&offset, n) <= NEARNESS {
            break offset;
        }
        if roots == MAX_ROOTS {
            return Err(ArrayError::NoConvergence { op: "logm" });
        }
        root = sqrt(&root, n)?;
        roots += 1;
        part = part.mul(&T::from_f64(0.5));
    };
    let mut sum = vec![Complex::zero(); n * n];
    for (point, weight) in gauss_rule::<T>(points::<T>()) {
        add_resolvent(&mut sum, &offset, n, (&point, &weight));
    }
    for _ in 0..roots {
        sum.iter_mut().for_each(|entry| *entry = entry.scale(&T::from_i64(2)));
    }
    for (i, logarithm) in logarithms.into_iter().enumerate() {
        sum[i + i * n] = logarithm;
    }
    Ok(sum)
}

/// Adds w R (I + x R)^-1.
fn add_resolvent<T: Real>(sum: &mut [Complex<T>], r: &[Complex<T>], n: usize, (x, w): (&T, &T)) {
    let one = Complex::real(T::one());
    for j in 0..n {
        let mut column = r[j * n..=j + j * n].to_vec();
        for i in (0..=j).rev() {
            column[i] = column[i].div(&one.add(&r[i + i * n].scale(x)));
            let factor = column[i].scale(x);
            for k in 0..i {
                column[k] = column[k].sub(&r[k + i * n].mul(&factor));
            }
        }
        for (entry, term) in sum[j * n..].iter_mut().zip(&column) {
            *entry = entry.add(&term.scale(w));
        }
    }
}

/// A bound on the size of a matrix in a power series without its first terms, which for matrices far from normal is much
/// smaller than the norm: the largest |R^p|^(1/p) for p = 2, 3 or for p = 3, 4.
fn size_of_powers<T: Real>(r: &[Complex<T>], n: usize) -> f64 {
    let first = norm(r, n);
    if first <= NEARNESS {
        return first;
    }
    let square = product(r, r, n);
    let second = norm(&square, n).sqrt();
    let third = norm(&product(&square, r, n), n).cbrt();
    let fourth = norm(&product(&square, &square, n), n).sqrt().sqrt();
    third.max(second.min(fourth))
}

fn product<T: Real>(a: &[Complex<T>], b: &[Complex<T>], n: usize) -> Vec<Complex<T>> {
    let mut product = vec![Complex::zero(); n * n];
    for j in 0..n {
        for k in 0..=j {
            let factor = &b[k + j * n];
            for i in 0..=k {
                product[i + j * n] = product[i + j * n].add(&a[i + k * n].mul(factor));
            }
        }
    }
    product
}

/// The largest sum of the sizes of the entries of a column.
fn norm<T: Real>(t: &[Complex<T>], n: usize) -> f64 {
    let columns = t.chunks_exact(n);
    let sums = columns.map(|column| {
        column
            .iter()
            .fold(T::zero(), |sum, entry| sum.add(&entry.abs()))
            .to_f64()
    });
    // What is not a number stays so, where f64::max would lose it.
    sums.fold(0.0, |largest, sum| if sum <= largest { largest } else { sum })
}

/// The error of the rule with m points is about q^(2m), where q = (1 - sqrt(1 - r))/(1 + sqrt(1 - r)) at the distance r
/// from the identity.
fn points<T: Real>() -> i64 {
    let root = (1.0 - NEARNESS).sqrt();
    ((0.1 * T::epsilon()).ln() / (2.0 * ((1.0 - root) / (1.0 + root)).ln())).ceil() as i64
}

/// The points and weights of the rule of Gauss on the interval from 0 to 1.
///
/// # Source
/// Abramowitz & Stegun 25.4.29 (points and weights, from -1 to 1), 22.7.10 (recurrence), 22.16.6 (where Newton's method
/// starts).
fn gauss_rule<T: Real>(m: i64) -> Vec<(T, T)> {
    let ratio = |top: &T, bottom: &T| crate::complex::quotient(top, bottom);
    let half = T::from_f64(0.5);
    let point_and_weight = |i: i64| {
        let angle = std::f64::consts::PI * (i as f64 - 0.25) / (m as f64 + 0.5);
        let mut z = T::from_f64(angle.cos());
        let mut slope = T::one();
        for _ in 0..8 {
            let (mut last, mut value) = (T::one(), z.clone());
            for k in 1..m {
                let next = T::from_i64(2 * k + 1)
                    .mul(&z)
                    .mul(&value)
                    .sub(&T::from_i64(k).mul(&last));
                last = value;
                value = ratio(&next, &T::from_i64(k + 1));
            }
            let top = T::from_i64(m).mul(&last.sub(&z.mul(&value)));
            slope = ratio(&top, &T::one().sub(&z.mul(&z)));
            z = z.sub(&ratio(&value, &slope));
        }
        let weight = ratio(&T::one(), &T::one().sub(&z.mul(&z)).mul(&slope).mul(&slope));
        (T::one().add(&z).mul(&half), weight)
    };
    (1..=m).map(point_and_weight).collect()
}
