//! Decompositions of matrices of dual numbers: their slopes by the classical formulas.
//!
//! Each entry of a slope has the difference of two eigenvalues or singular values below it. Where that is 0 the vectors
//! have no derivative, unless what stands above it is 0 too; then they need not turn into each other.

use crate::eigen::Eigen;
use crate::linear::{matrix_sizes, square_size};
use crate::{Array, ArrayError, Dual, Field, Number, Svd};

/// Eigenvalues and eigenvectors: with P = V' dA V, d(lambda) is the diagonal of P, and dV is V times P divided by the
/// differences of the eigenvalues.
///
/// # Errors
/// Those of the eigenvalues of the values, and [`ArrayError::DivisionByZero`] for equal eigenvalues whose eigenvectors
/// have no derivative, in numbers that have no infinity.
///
/// # Source
/// Magnus & Neudecker, Matrix Differential Calculus, 8.9 (8.7 in the 1st edition).
pub(crate) fn eigh<T: Field>(a: &Array<Dual<T>>) -> Result<Eigen<Dual<T>>, ArrayError> {
    let n = square_size("eigh", a)?;
    let (value, slope) = parts(a);
    let (values, vectors) = T::eigh(&value)?;
    let slope = Array::from_fn(&[n, n], |at| {
        // Only the lower triangle is read.
        slope.data()[at[0].max(at[1]) + at[0].min(at[1]) * n].clone()
    })?;
    let inner = T::matmul(&T::matmul(&vectors.transpose()?, &slope)?, &vectors)?;
    let turn = over_differences("eigh", &inner, values.data())?;
    let slopes = Array::vector(inner.data().iter().step_by(n + 1).cloned().collect())?;
    let turned = T::matmul(&vectors, &turn)?;
    Ok((joined(&values, &slopes)?, joined(&vectors, &turned)?))
}

/// Singular values and vectors: with P = U' dA V, ds is the diagonal of P, dU is U times (P S + S P') divided by the
/// differences of the squares of the singular values, plus what dA V S^-1 has outside of the columns of U, and dV is the
/// same with P' and dA'.
///
/// # Errors
/// Those of the singular values of the values, and [`ArrayError::DivisionByZero`] as for [`eigh`].
///
/// # Source
/// M. B. Giles, An extended collection of matrix derivative results for forward and reverse mode algorithmic
/// differentiation, 2008, 3.2 (singular values), with the vectors from the same equations.
pub(crate) fn svd<T: Field>(a: &Array<Dual<T>>) -> Result<Svd<Dual<T>>, ArrayError> {
    let (m, n) = matrix_sizes("svd", a)?;
    let (value, slope) = parts(a);
    let slope = slope.reshape(&[m, n])?;
    let Svd { u, s, v } = T::svd(&value)?;
    let inner = T::matmul(&T::matmul(&u.transpose()?, &slope)?, &v)?;
    let slopes = inner.data().iter().step_by(s.len() + 1).cloned().collect();
    let across = inner.transpose()?;
    let d_u = slope_of_vectors((&u, &v), &slope, s.data(), (&inner, &across))?;
    let d_v = slope_of_vectors((&v, &u), &slope.transpose()?, s.data(), (&across, &inner))?;
    Ok(Svd {
        u: joined(&u, &d_u)?,
        s: joined(&s, &Array::vector(slopes)?)?,
        v: joined(&v, &d_v)?,
    })
}

/// The slope of the vectors on one side; P is given with its transpose.
fn slope_of_vectors<T: Field>(
    (own, other): (&Array<T>, &Array<T>),
    slope: &Array<T>,
    s: &[T],
    (inner, across): (&Array<T>, &Array<T>),
) -> Result<Array<T>, ArrayError> {
    let k = s.len();
    let coupling = Array::from_fn(&[k, k], |at| {
        let place = at[0] + at[1] * k;
        let (row, column) = (&s[at[0]], &s[at[1]]);
        inner.data()[place].mul(column).add(&across.data()[place].mul(row))
    })?;
    let squares: Vec<T> = s.iter().map(|value| value.mul(value)).collect();
    let turned = T::matmul(own, &over_differences("svd", &coupling, &squares)?)?;
    let mut outside = T::matmul(slope, other)?;
    outside = outside.sub(&T::matmul(own, inner)?)?;
    let rows = own.shape()[0];
    if rows > k {
        for (column, value) in outside.data_mut().chunks_exact_mut(rows).zip(s) {
            for entry in column {
                *entry = ratio("svd", entry, value)?;
            }
        }
        turned.add(&outside)
    } else {
        Ok(turned)
    }
}

/// The pseudoinverse P at constant rank: dP = -P dA P + P P' dA' (I - A P) + (I - P A) dA' P' P.
///
/// # Errors
/// Those of the pseudoinverse of the values.
///
/// # Source
/// G. H. Golub, V. Pereyra, The differentiation of pseudo-inverses and nonlinear least squares problems whose variables
/// separate, 1973, theorem 4.3.
pub(crate) fn pinv<T: Field>(a: &Array<Dual<T>>) -> Result<Array<Dual<T>>, ArrayError> {
    let (m, n) = matrix_sizes("pinv", a)?;
    let (value, slope) = parts(a);
    let inverse = T::pinv(&value)?;
    let shape = inverse.shape().to_vec();
    let (value, slope) = (value.reshape(&[m, n])?, slope.reshape(&[m, n])?);
    let p = inverse.clone().reshape(&[n, m])?;
    let (p_t, slope_t) = (p.transpose()?, slope.transpose()?);
    let left = Array::eye(m)?.sub(&T::matmul(&value, &p)?)?;
    let right = Array::eye(n)?.sub(&T::matmul(&p, &value)?)?;
    let inside = T::matmul(&T::matmul(&p, &slope)?, &p)?;
    let below = T::matmul(&T::matmul(&T::matmul(&p, &p_t)?, &slope_t)?, &left)?;
    let above = T::matmul(&right, &T::matmul(&slope_t, &T::matmul(&p_t, &p)?)?)?;
    let d_p = below.add(&above)?.sub(&inside)?;
    joined(&inverse, &d_p.reshape(&shape)?)
}

/// The entries (i, j) off the diagonal over v_j - v_i, and 0 on it.
fn over_differences<T: Number>(op: &'static str, matrix: &Array<T>, v: &[T]) -> Result<Array<T>, ArrayError> {
    let n = v.len();
    let mut result = matrix.clone();
    for (place, entry) in result.data_mut().iter_mut().enumerate() {
        let (i, j) = (place % n, place / n);
        *entry = if i == j {
            T::zero()
        } else {
            ratio(op, entry, &v[j].sub(&v[i]))?
        };
    }
    Ok(result)
}

/// The quotient, and 0 where nothing is divided by nothing.
fn ratio<T: Number>(op: &'static str, top: &T, bottom: &T) -> Result<T, ArrayError> {
    if top.is_zero() {
        return Ok(T::zero());
    }
    top.div(bottom).ok_or(ArrayError::DivisionByZero { op })
}

/// The values and the slopes.
pub(crate) fn parts<T: Number>(a: &Array<Dual<T>>) -> (Array<T>, Array<T>) {
    (a.map(|entry| entry.value.clone()), a.map(|entry| entry.slope.clone()))
}

/// The dual numbers with these values and slopes.
pub(crate) fn joined<T: Number>(values: &Array<T>, slopes: &Array<T>) -> Result<Array<Dual<T>>, ArrayError> {
    values.zip(slopes, |value, slope| Dual::new(value.clone(), slope.clone()))
}
