//! Matrix operations on `f64` through faer.
//!
//! These are the fast versions behind `f64`'s [`Field`]; the plain ones in [`linear`] and
//! [`elimination`] say what they compute. Everything runs on one thread.

use faer::linalg::solvers::{DenseSolveCore, Llt, LltError, PartialPivLu, Solve};
use faer::{Accum, MatMut, MatRef, Par, Side};

pub use crate::eigen::Svd;
use crate::eigen::{self, orient};
use crate::elimination::{self, check_system};
use crate::exponent::{split, times_power_of_two};
use crate::linear::{self, matrix_sizes, product_shape, product_sizes, square_size};
use crate::vector_state::cleaning_up;
use crate::{Array, ArrayError, Field, MatrixFunction, matrix_function};

/// Products with fewer multiplications than this are done by plain loops, which start faster.
const SMALL_PRODUCT: usize = 8 * 8 * 8;

impl Field for f64 {
    fn matmul(a: &Array<f64>, b: &Array<f64>) -> Result<Array<f64>, ArrayError> {
        matmul(a, b)
    }

    fn solve(a: &Array<f64>, b: &Array<f64>) -> Result<Array<f64>, ArrayError> {
        solve(a, b)
    }

    fn inv(a: &Array<f64>) -> Result<Array<f64>, ArrayError> {
        inv(a)
    }

    fn det(a: &Array<f64>) -> Result<f64, ArrayError> {
        det(a)
    }

    fn adjugate(a: &Array<f64>) -> Result<Array<f64>, ArrayError> {
        adjugate(a)
    }

    fn signed_logdet(a: &Array<f64>) -> Result<(f64, f64), ArrayError> {
        signed_logdet(a)
    }

    fn cholesky(a: &Array<f64>) -> Result<Array<f64>, ArrayError> {
        cholesky(a)
    }

    fn solve_posdef(a: &Array<f64>, b: &Array<f64>) -> Result<Array<f64>, ArrayError> {
        solve_posdef(a, b)
    }

    fn logdet_posdef(a: &Array<f64>) -> Result<f64, ArrayError> {
        logdet_posdef(a)
    }

    fn matrix_function(
        function: MatrixFunction,
        a: &Array<f64>,
        directions: &[&Array<f64>],
    ) -> Result<Array<f64>, ArrayError> {
        matrix_function::evaluate(function, a, directions)
    }

    fn eigh(a: &Array<f64>) -> Result<(Array<f64>, Array<f64>), ArrayError> {
        eigh(a)
    }

    fn svd(a: &Array<f64>) -> Result<Svd<f64>, ArrayError> {
        svd(a)
    }

    fn pinv(a: &Array<f64>) -> Result<Array<f64>, ArrayError> {
        eigen::pinv(a)
    }
}

/// The matrix product, see [`linear::matmul`].
///
/// # Errors
/// [`ArrayError::DimensionMismatch`], [`ArrayError::TooManyAxes`], [`ArrayError::TooLarge`].
pub fn matmul(a: &Array<f64>, b: &Array<f64>) -> Result<Array<f64>, ArrayError> {
    let (m, k, n) = product_sizes(a, b)?;
    if m.saturating_mul(n).saturating_mul(k) < SMALL_PRODUCT {
        return linear::matmul(a, b);
    }
    let mut product = Array::zeros(&product_shape(b, m, n))?;
    let target = MatMut::from_column_major_slice_mut(product.data_mut(), m, n);
    let left = MatRef::from_column_major_slice(a.data(), m, k);
    let right = MatRef::from_column_major_slice(b.data(), k, n);
    cleaning_up(|| faer::linalg::matmul::matmul(target, Accum::Replace, left, right, 1.0, Par::Seq));
    Ok(product)
}

/// The solution X of A X = B by LU with partial pivoting, see [`elimination::solve`].
///
/// # Errors
/// [`ArrayError::Singular`] if a pivot is exactly zero, [`ArrayError::NotSquare`], [`ArrayError::DimensionMismatch`].
pub fn solve(a: &Array<f64>, b: &Array<f64>) -> Result<Array<f64>, ArrayError> {
    let n = check_system("solve", a, b)?;
    if b.is_empty() && n == 0 {
        return Ok(b.clone());
    }
    let lu = regular_lu("solve", a, n)?;
    let rhs = MatRef::from_column_major_slice(b.data(), n, b.len() / n);
    let solution = cleaning_up(|| lu.solve(rhs));
    let solution = Array::from_column_major(b.shape(), column_major(solution.as_ref()))?;
    // The reciprocal of a tiny pivot, by which faer multiplies, may overflow where a division would not.
    if !is_finite(&solution) && is_finite(a) && is_finite(b) {
        return elimination::solve(a, b);
    }
    Ok(solution)
}

/// The inverse by LU with partial pivoting.
///
/// # Errors
/// [`ArrayError::Singular`] if a pivot is exactly zero, [`ArrayError::NotSquare`].
pub fn inv(a: &Array<f64>) -> Result<Array<f64>, ArrayError> {
    let n = square_size("inv", a)?;
    if n == 0 {
        return Ok(a.clone());
    }
    let lu = regular_lu("inv", a, n)?;
    let inverse = cleaning_up(|| lu.inverse());
    let inverse = Array::from_column_major(a.shape(), column_major(inverse.as_ref()))?;
    // As for `solve`.
    if !is_finite(&inverse) && is_finite(a) {
        return elimination::inv(a);
    }
    Ok(inverse)
}

/// The determinant by LU with partial pivoting; intermediate products neither overflow nor underflow.
///
/// # Errors
/// [`ArrayError::NotSquare`].
pub fn det(a: &Array<f64>) -> Result<f64, ArrayError> {
    match *a.data() {
        _ if square_size("det", a)? == 0 => Ok(1.0),
        [entry] => Ok(entry),
        // Exact for small integers, where the division in LU would round.
        [a11, a21, a12, a22] if (a11 * a22 - a12 * a21).is_finite() => Ok(a11 * a22 - a12 * a21),
        _ => {
            let lu = lu(a, square_size("det", a)?);
            match breakdown(a, &lu) {
                None => Ok(product(pivots(&lu)) * permutation_sign(&lu)),
                Some(Breakdown::Singular) => Ok(0.0),
                Some(Breakdown::NotFinite) => elimination::det(a),
            }
        }
    }
}

/// The sign of the determinant and the logarithm of its absolute value.
///
/// # Errors
/// [`ArrayError::NotSquare`].
pub fn signed_logdet(a: &Array<f64>) -> Result<(f64, f64), ArrayError> {
    let n = square_size("logdet", a)?;
    if n == 0 {
        return Ok((1.0, 0.0));
    }
    let lu = lu(a, n);
    match breakdown(a, &lu) {
        None => {
            let sign = pivots(&lu).fold(permutation_sign(&lu), |sign, pivot| sign * pivot.signum());
            Ok((sign, pivots(&lu).map(|pivot| pivot.abs().ln()).sum()))
        }
        Some(Breakdown::Singular) => Ok((0.0, f64::NEG_INFINITY)),
        Some(Breakdown::NotFinite) => elimination::signed_logdet(a),
    }
}

/// The transposed matrix of cofactors, accurate also where the rank is not full.
///
/// From A = U S V' follows adj(A) = det(U) det(V) V adj(S) U'; the diagonal of adj(S) holds the products of all
/// singular values but one, so nothing is divided by the small ones. The error is about n eps times the product of the
/// n - 1 largest singular values.
///
/// # Errors
/// [`ArrayError::NotSquare`], [`ArrayError::NoConvergence`].
///
/// # Source
/// G. W. Stewart, On the adjugate matrix, Linear Algebra and its Applications 283 (1998).
pub fn adjugate(a: &Array<f64>) -> Result<Array<f64>, ArrayError> {
    let n = square_size("adj", a)?;
    match *a.data() {
        [] => return Ok(a.clone()),
        [_] => return Ok(a.map(|_| 1.0)),
        [a11, a21, a12, a22] => return Array::from_column_major(&[2, 2], vec![a22, -a21, -a12, a11]),
        _ if n == 3 => {
            // Exact for small integers. Counted around, the signs of the cofactors are in the order of the factors.
            let entry = |i: usize, j: usize| a.data()[i % 3 + j % 3 * 3];
            let adjugate = Array::from_fn(&[3, 3], |at| {
                let (i, j) = (at[1], at[0]);
                entry(i + 1, j + 1) * entry(i + 2, j + 2) - entry(i + 1, j + 2) * entry(i + 2, j + 1)
            })?;
            if is_finite(&adjugate) {
                return Ok(adjugate);
            }
        }
        _ => {}
    }
    let Svd { u, s, mut v } = svd_for("adj", a)?;
    let orientation = det(&u)?.signum() * det(&v)?.signum();
    for (place, column) in v.data_mut().chunks_exact_mut(n).enumerate() {
        let others = s.data().iter().enumerate().filter(|(other, _)| *other != place);
        let factor = orientation * product(others.map(|(_, &value)| value));
        column.iter_mut().for_each(|entry| *entry *= factor);
    }
    matmul(&v, &u.transpose()?)
}

/// The lower triangular L with A = L L'; of A only the lower triangle is read.
///
/// # Errors
/// [`ArrayError::NotPositiveDefinite`], [`ArrayError::NotSquare`].
pub fn cholesky(a: &Array<f64>) -> Result<Array<f64>, ArrayError> {
    let n = square_size("cholesky", a)?;
    if n == 0 {
        return Ok(a.clone());
    }
    let llt = llt("cholesky", a, n)?;
    let l = llt.L();
    Array::from_fn(&[n, n], |index| {
        if index[0] < index[1] {
            0.0
        } else {
            l[(index[0], index[1])]
        }
    })?
    .reshape(a.shape())
}

/// The solution X of A X = B for a symmetric positive definite A, of which only the lower triangle is read.
///
/// # Errors
/// [`ArrayError::NotPositiveDefinite`], [`ArrayError::NotSquare`], [`ArrayError::DimensionMismatch`].
pub fn solve_posdef(a: &Array<f64>, b: &Array<f64>) -> Result<Array<f64>, ArrayError> {
    let n = check_system("solve", a, b)?;
    if n == 0 {
        return Ok(b.clone());
    }
    let llt = llt("solve", a, n)?;
    let rhs = MatRef::from_column_major_slice(b.data(), n, b.len() / n);
    let solution = cleaning_up(|| llt.solve(rhs));
    Array::from_column_major(b.shape(), column_major(solution.as_ref()))
}

/// The logarithm of the determinant of a symmetric positive definite matrix, of which only the lower triangle is read.
///
/// # Errors
/// [`ArrayError::NotPositiveDefinite`], [`ArrayError::NotSquare`].
pub fn logdet_posdef(a: &Array<f64>) -> Result<f64, ArrayError> {
    let n = square_size("logdet", a)?;
    if n == 0 {
        return Ok(0.0);
    }
    let llt = llt("logdet", a, n)?;
    let l = llt.L();
    Ok(2.0 * (0..n).map(|i| l[(i, i)].ln()).sum::<f64>())
}

/// The eigenvalues of a symmetric matrix from the smallest to the largest; only the lower triangle is read.
///
/// # Errors
/// [`ArrayError::NotSquare`], [`ArrayError::NoConvergence`].
pub fn eigvalsh(a: &Array<f64>) -> Result<Array<f64>, ArrayError> {
    let op = "eigvalsh";
    let n = square_size(op, a)?;
    if n == 0 {
        return Array::vector(Vec::new());
    }
    let (scaled, exponent) = near_one(op, a)?;
    if let Some((values, _)) = eigen::of_diagonal(a, n)? {
        return Ok(values);
    }
    let matrix = MatRef::from_column_major_slice(scaled.data(), n, n);
    let values = cleaning_up(|| matrix.self_adjoint_eigenvalues(Side::Lower));
    let values = values.map_err(|_| ArrayError::NoConvergence { op })?;
    Array::vector(
        values
            .into_iter()
            .map(|value| times_power_of_two(value, exponent))
            .collect(),
    )
}

/// The eigenvalues of a symmetric matrix from the smallest to the largest, and their orthonormal eigenvectors as
/// columns, of which the entry of the largest size is positive; only the lower triangle is read.
///
/// # Errors
/// [`ArrayError::NotSquare`], [`ArrayError::NoConvergence`].
pub fn eigh(a: &Array<f64>) -> Result<(Array<f64>, Array<f64>), ArrayError> {
    let op = "eigh";
    let n = square_size(op, a)?;
    if n == 0 {
        return Ok((Array::vector(Vec::new())?, Array::zeros(&[0, 0])?));
    }
    let (scaled, exponent) = near_one(op, a)?;
    if let Some(exact) = eigen::of_diagonal(a, n)? {
        return Ok(exact);
    }
    let matrix = MatRef::from_column_major_slice(scaled.data(), n, n);
    let eigen = cleaning_up(|| matrix.self_adjoint_eigen(Side::Lower));
    let eigen = eigen.map_err(|_| ArrayError::NoConvergence { op })?;
    let values = eigen
        .S()
        .column_vector()
        .iter()
        .map(|&value| times_power_of_two(value, exponent))
        .collect();
    let mut vectors = Array::from_column_major(&[n, n], column_major(eigen.U()))?;
    orient(&mut vectors, None);
    Ok((Array::vector(values)?, vectors))
}

/// The singular value decomposition.
///
/// # Shapes
/// A matrix of m by n; a vector is a column, a scalar 1 by 1.
///
/// # Errors
/// [`ArrayError::TooManyAxes`], [`ArrayError::NoConvergence`].
pub fn svd(a: &Array<f64>) -> Result<Svd<f64>, ArrayError> {
    svd_for("svd", a)
}

fn svd_for(op: &'static str, a: &Array<f64>) -> Result<Svd<f64>, ArrayError> {
    let (m, n) = matrix_sizes(op, a)?;
    let k = m.min(n);
    if k == 0 {
        return Ok(Svd {
            u: Array::zeros(&[m, 0])?,
            s: Array::zeros(&[0])?,
            v: Array::zeros(&[n, 0])?,
        });
    }
    let (scaled, exponent) = near_one(op, a)?;
    let matrix = MatRef::from_column_major_slice(scaled.data(), m, n);
    let svd = cleaning_up(|| matrix.thin_svd()).map_err(|_| ArrayError::NoConvergence { op })?;
    let mut svd = Svd {
        u: Array::from_column_major(&[m, k], column_major(svd.U()))?,
        s: Array::vector(
            svd.S()
                .column_vector()
                .iter()
                .map(|&value| times_power_of_two(value, exponent))
                .collect(),
        )?,
        v: Array::from_column_major(&[n, k], column_major(svd.V()))?,
    };
    orient(&mut svd.v, Some(&mut svd.u));
    Ok(svd)
}

/// The matrix with entries of size at most 2, and the exponent of the power of two that was taken out, so that squares
/// inside an iteration neither overflow nor underflow. Entries that are not finite are refused, because iterations on
/// them would not end.
fn near_one(op: &'static str, a: &Array<f64>) -> Result<(Array<f64>, i64), ArrayError> {
    let size = a.max_abs();
    if !size.is_finite() {
        return Err(ArrayError::NoConvergence { op });
    }
    let (_, exponent) = split(size);
    Ok((a.map(|&entry| times_power_of_two(entry, -exponent)), exponent))
}

fn is_finite(a: &Array<f64>) -> bool {
    a.data().iter().all(|entry| entry.is_finite())
}

fn lu(a: &Array<f64>, n: usize) -> PartialPivLu<f64> {
    cleaning_up(|| MatRef::from_column_major_slice(a.data(), n, n).partial_piv_lu())
}

/// The LU factors of a matrix without an exactly zero pivot.
fn regular_lu(op: &'static str, a: &Array<f64>, n: usize) -> Result<PartialPivLu<f64>, ArrayError> {
    let lu = lu(a, n);
    let missing = pivots(&lu).position(|pivot| pivot == 0.0);
    match missing {
        Some(pivot) => Err(ArrayError::Singular { op, pivot }),
        None => Ok(lu),
    }
}

/// Why the pivots of an LU factorization do not tell the determinant.
enum Breakdown {
    /// One is exactly zero; those behind it mean nothing.
    Singular,
    /// One is not finite: so was an entry, or the reciprocal of a tiny pivot, by which faer multiplies where we divide.
    NotFinite,
}

fn breakdown(a: &Array<f64>, lu: &PartialPivLu<f64>) -> Option<Breakdown> {
    if pivots(lu).all(|pivot| pivot.is_finite() && pivot != 0.0) {
        return None;
    }
    let first_bad = pivots(lu).find(|pivot| !pivot.is_finite() || *pivot == 0.0);
    Some(if is_finite(a) && first_bad == Some(0.0) {
        Breakdown::Singular
    } else {
        Breakdown::NotFinite
    })
}

fn llt(op: &'static str, a: &Array<f64>, n: usize) -> Result<Llt<f64>, ArrayError> {
    let factors = cleaning_up(|| MatRef::from_column_major_slice(a.data(), n, n).llt(Side::Lower));
    factors.map_err(|LltError::NonPositivePivot { index }| ArrayError::NotPositiveDefinite { op, pivot: index })
}

fn pivots(lu: &PartialPivLu<f64>) -> impl Iterator<Item = f64> {
    let upper = lu.U();
    (0..upper.nrows()).map(move |i| upper[(i, i)])
}

/// The sign of the row permutation: each cycle of even length turns it.
fn permutation_sign(lu: &PartialPivLu<f64>) -> f64 {
    let (forward, _) = lu.P().arrays();
    let mut seen = vec![false; forward.len()];
    let mut sign = 1.0;
    for start in 0..forward.len() {
        let mut place = forward[start];
        while place != start && !seen[place] {
            seen[place] = true;
            sign = -sign;
            place = forward[place];
        }
        seen[start] = true;
    }
    sign
}

/// The product of many factors, which overflows or underflows only if the whole does: the exponent is kept apart.
fn product(factors: impl Iterator<Item = f64>) -> f64 {
    let mut mantissa = 1.0f64;
    let mut exponent = 0i64;
    for factor in factors {
        let (fraction, power) = split(factor);
        let (rest, carry) = split(mantissa * fraction);
        mantissa = rest;
        exponent += power + carry;
    }
    times_power_of_two(mantissa, exponent)
}

fn column_major(matrix: MatRef<'_, f64>) -> Vec<f64> {
    let mut data = Vec::with_capacity(matrix.nrows() * matrix.ncols());
    for j in 0..matrix.ncols() {
        data.extend((0..matrix.nrows()).map(|i| matrix[(i, j)]));
    }
    data
}
