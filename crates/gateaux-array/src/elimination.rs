//! Elimination over any numbers: solutions, inverses, determinants, adjugates, Cholesky factors.
//!
//! Pivots are numbers with an inverse; of several the largest is taken, which in exact numbers means the first. Dual
//! numbers are no field (a zero with a slope has no inverse), so where elimination finds no pivot the determinant comes
//! from an algorithm without divisions.

use std::cmp::Ordering;
use std::collections::VecDeque;

use crate::linear::{mismatch, square_size};
use crate::{Array, ArrayError, Dual, Function, Number};

/// The solution X of A X = B.
///
/// # Shapes
/// A is (n, n), B is (n, k) or a vector of n; the solution has the shape of B.
///
/// # Errors
/// [`ArrayError::Singular`], [`ArrayError::NotSquare`], [`ArrayError::DimensionMismatch`].
///
/// # Cost
/// About n^3/3 + n^2 k multiplications.
pub fn solve<T: Number>(a: &Array<T>, b: &Array<T>) -> Result<Array<T>, ArrayError> {
    solve_for("solve", a, b)
}

/// The inverse.
///
/// # Errors
/// [`ArrayError::Singular`], [`ArrayError::NotSquare`].
pub fn inv<T: Number>(a: &Array<T>) -> Result<Array<T>, ArrayError> {
    let n = square_size("inv", a)?;
    solve_for("inv", a, &Array::eye(n)?)?.reshape(a.shape())
}

fn solve_for<T: Number>(op: &'static str, a: &Array<T>, b: &Array<T>) -> Result<Array<T>, ArrayError> {
    let n = check_system(op, a, b)?;
    let mut upper = a.data().to_vec();
    let mut solution = b.clone();
    eliminate(&mut upper, n, solution.data_mut()).map_err(|pivot| ArrayError::Singular { op, pivot })?;
    if n == 0 {
        return Ok(solution);
    }
    for x in solution.data_mut().chunks_exact_mut(n) {
        for i in (0..n).rev() {
            let rest = (i + 1..n).fold(x[i].clone(), |rest, j| rest.sub(&upper[i + j * n].mul(&x[j])));
            x[i] = rest
                .div(&upper[i + i * n])
                .ok_or(ArrayError::Singular { op, pivot: i })?;
        }
    }
    Ok(solution)
}

/// Checks the sizes of a linear system and returns the number of unknowns.
pub(crate) fn check_system<T>(op: &'static str, a: &Array<T>, b: &Array<T>) -> Result<usize, ArrayError> {
    let n = square_size(op, a)?;
    match b.rows_and_columns() {
        Some((rows, _)) if rows == n => Ok(n),
        _ => Err(mismatch(op, a, b)),
    }
}

/// The determinant; that of the 0 by 0 matrix is 1. It is right for singular matrices of dual numbers too.
///
/// # Errors
/// [`ArrayError::NotSquare`].
pub fn det<T: Number>(a: &Array<T>) -> Result<T, ArrayError> {
    let n = square_size("det", a)?;
    Ok(determinant(a.data(), n, 0.0))
}

/// The determinant of dual numbers, [`det`] otherwise: the slope stays accurate where the value is nearly singular.
///
/// # Errors
/// [`ArrayError::NotSquare`].
pub fn det_of_duals<T: Number>(a: &Array<Dual<T>>) -> Result<Dual<T>, ArrayError> {
    let n = square_size("det", a)?;
    Ok(determinant(a.data(), n, SMALLEST_PIVOT))
}

/// A pivot smaller than this part of the largest one spoils the slope, which divides by it: 5 of 16 digits are lost.
const SMALLEST_PIVOT: f64 = 1e-5;

/// The determinant by elimination; without divisions if the smallest pivot is less than this part of the largest.
fn determinant<T: Number>(a: &[T], n: usize, smallest: f64) -> T {
    let mut upper = a.to_vec();
    match eliminate(&mut upper, n, &mut []) {
        Ok(_) if smallest > 0.0 && ratio_of_pivots(&upper, n) < smallest => division_free_determinant(a, n),
        Ok(swaps) => {
            let product = balanced_product(upper.into_iter().step_by(n + 1).collect());
            if swaps % 2 == 1 { product.neg() } else { product }
        }
        Err(column) if upper[column + column * n..(column + 1) * n].iter().all(T::is_zero) => T::zero(),
        Err(_) => division_free_determinant(a, n),
    }
}

/// The product of small and large factors in turns, so that it overflows and underflows only where the result does.
fn balanced_product<T: Number>(mut factors: Vec<T>) -> T {
    factors.sort_by(|one, other| one.pivot_size().total_cmp(&other.pivot_size()));
    let mut factors = VecDeque::from(factors);
    let mut product = T::one();
    while let Some(factor) = match product.pivot_size() > 1.0 {
        true => factors.pop_front(),
        false => factors.pop_back(),
    } {
        product = product.mul(&factor);
    }
    product
}

/// The smallest pivot over the largest.
fn ratio_of_pivots<T: Number>(upper: &[T], n: usize) -> f64 {
    let sizes = || upper.iter().step_by(n + 1).map(Number::pivot_size);
    sizes().fold(f64::INFINITY, f64::min) / sizes().fold(0.0, f64::max)
}

/// The transposed matrix of cofactors: adj(A) A = det(A) I, at every rank.
///
/// # Errors
/// [`ArrayError::NotSquare`].
///
/// # Cost
/// n^2 determinants of size n - 1.
pub fn adjugate<T: Number>(a: &Array<T>) -> Result<Array<T>, ArrayError> {
    cofactors(a, 0.0)
}

/// The adjugate of dual numbers, [`adjugate`] otherwise: the slope stays accurate where the value is nearly singular.
///
/// # Errors
/// [`ArrayError::NotSquare`].
pub fn adjugate_of_duals<T: Number>(a: &Array<Dual<T>>) -> Result<Array<Dual<T>>, ArrayError> {
    cofactors(a, SMALLEST_PIVOT)
}

fn cofactors<T: Number>(a: &Array<T>, smallest: f64) -> Result<Array<T>, ArrayError> {
    let n = square_size("adj", a)?;
    let adjugate = Array::from_fn(&[n, n], |index| {
        // Entry (i, j) of the adjugate strikes row j and column i.
        let (column, row) = (index[0], index[1]);
        let minor: Vec<T> = (0..n * n)
            .filter(|place| place % n != row && place / n != column)
            .map(|place| a.data()[place].clone())
            .collect();
        let cofactor = determinant(&minor, n - 1, smallest);
        if (row + column) % 2 == 1 {
            cofactor.neg()
        } else {
            cofactor
        }
    })?;
    adjugate.reshape(a.shape())
}

/// The sign of the determinant (-1, 0 or 1) and the logarithm of its absolute value.
///
/// # Errors
/// [`ArrayError::NotSquare`], [`ArrayError::NotReal`].
pub fn signed_logdet<T: Number>(a: &Array<T>) -> Result<(T, T), ArrayError> {
    signed_logdet_by(a, |pivot| {
        Ok((
            pivot.apply(Function::Sign)?,
            pivot.apply(Function::Abs)?.apply(Function::Ln)?,
        ))
    })
}

/// The same for numbers with signs of their own, from the sign and the logarithm of the size of each pivot.
pub(crate) fn signed_logdet_by<T: Number>(
    a: &Array<T>,
    sign_and_log: impl Fn(&T) -> Result<(T, T), ArrayError>,
) -> Result<(T, T), ArrayError> {
    let n = square_size("logdet", a)?;
    let mut upper = a.data().to_vec();
    let Ok(swaps) = eliminate(&mut upper, n, &mut []) else {
        return sign_and_log(&determinant(a.data(), n, 0.0));
    };
    let mut sign = if swaps % 2 == 1 { T::one().neg() } else { T::one() };
    let mut log = T::zero();
    for pivot in upper.iter().step_by(n + 1) {
        let (factor, term) = sign_and_log(pivot)?;
        sign = sign.mul(&factor);
        log = log.add(&term);
    }
    Ok((sign, log))
}

/// The lower triangular L with A = L L' and a positive diagonal; of A only the lower triangle is read.
///
/// # Errors
/// [`ArrayError::NotPositiveDefinite`], [`ArrayError::NotSquare`], [`ArrayError::NotReal`].
///
/// # Cost
/// About n^3/6 multiplications.
pub fn cholesky<T: Number>(a: &Array<T>) -> Result<Array<T>, ArrayError> {
    cholesky_for("cholesky", a)
}

fn cholesky_for<T: Number>(op: &'static str, a: &Array<T>) -> Result<Array<T>, ArrayError> {
    let n = square_size(op, a)?;
    let mut factor = Array::zeros(&[n, n])?;
    let l: &mut [T] = factor.data_mut();
    for j in 0..n {
        for i in j..n {
            let rest = (0..j).fold(a.data()[i + j * n].clone(), |rest, k| {
                rest.sub(&l[i + k * n].mul(&l[j + k * n]))
            });
            l[i + j * n] = if i > j {
                rest.div(&l[j + j * n])
                    .ok_or(ArrayError::NotPositiveDefinite { op, pivot: j })?
            } else if rest.compare(&T::zero())? == Some(Ordering::Greater) {
                rest.apply(Function::Sqrt)?
            } else {
                return Err(ArrayError::NotPositiveDefinite { op, pivot: j });
            };
        }
    }
    factor.reshape(a.shape())
}

/// The solution X of A X = B for a symmetric positive definite A, of which only the lower triangle is read.
///
/// # Shapes
/// As for [`solve`].
///
/// # Errors
/// [`ArrayError::NotPositiveDefinite`], [`ArrayError::NotSquare`], [`ArrayError::DimensionMismatch`],
/// [`ArrayError::NotReal`].
pub fn solve_posdef<T: Number>(a: &Array<T>, b: &Array<T>) -> Result<Array<T>, ArrayError> {
    let op = "solve";
    let n = check_system(op, a, b)?;
    let factor = cholesky_for(op, a)?;
    let l = factor.data();
    let mut solution = b.clone();
    if n == 0 {
        return Ok(solution);
    }
    for x in solution.data_mut().chunks_exact_mut(n) {
        for i in 0..n {
            let rest = (0..i).fold(x[i].clone(), |rest, k| rest.sub(&l[i + k * n].mul(&x[k])));
            x[i] = rest
                .div(&l[i + i * n])
                .ok_or(ArrayError::NotPositiveDefinite { op, pivot: i })?;
        }
        for i in (0..n).rev() {
            let rest = (i + 1..n).fold(x[i].clone(), |rest, k| rest.sub(&l[k + i * n].mul(&x[k])));
            x[i] = rest
                .div(&l[i + i * n])
                .ok_or(ArrayError::NotPositiveDefinite { op, pivot: i })?;
        }
    }
    Ok(solution)
}

/// The logarithm of the determinant of a symmetric positive definite matrix, of which only the lower triangle is read.
///
/// # Errors
/// [`ArrayError::NotPositiveDefinite`], [`ArrayError::NotSquare`], [`ArrayError::NotReal`].
pub fn logdet_posdef<T: Number>(a: &Array<T>) -> Result<T, ArrayError> {
    let factor = cholesky_for("logdet", a)?;
    let n = square_size("logdet", a)?;
    let mut log = T::zero();
    for pivot in factor.data().iter().step_by(n + 1) {
        log = log.add(&pivot.apply(Function::Ln)?);
    }
    Ok(log.add(&log))
}

/// Brings an n by n matrix to upper triangular form by row operations, which are applied to the columns of `rhs` too.
///
/// Below the diagonal the matrix keeps what was there. Returns the number of row swaps, or the first column without a
/// pivot.
fn eliminate<T: Number>(a: &mut [T], n: usize, rhs: &mut [T]) -> Result<usize, usize> {
    let mut swaps = 0;
    for k in 0..n {
        let pivot_row = pivot(a, n, k).ok_or(k)?;
        if pivot_row != k {
            swaps += 1;
            for column in a.chunks_exact_mut(n).chain(rhs.chunks_exact_mut(n)) {
                column.swap(k, pivot_row);
            }
        }
        for i in k + 1..n {
            let factor = a[i + k * n].div(&a[k + k * n]).ok_or(k)?;
            if factor.is_zero() {
                continue;
            }
            for column in a.chunks_exact_mut(n).skip(k + 1).chain(rhs.chunks_exact_mut(n)) {
                column[i] = column[i].sub(&factor.mul(&column[k]));
            }
        }
    }
    Ok(swaps)
}

/// The first row from `k` on with the largest pivot in column `k`.
fn pivot<T: Number>(a: &[T], n: usize, k: usize) -> Option<usize> {
    let mut best = None;
    let mut best_size = 0.0;
    for i in k..n {
        let size = a[i + k * n].pivot_size();
        if size > best_size {
            best = Some(i);
            best_size = size;
        }
    }
    best
}

/// The determinant without divisions, right over every commutative ring.
///
/// The characteristic polynomials of the leading blocks follow from each other: with the block bordered by the row r,
/// the column c and the corner e, the new coefficients are the old ones times the lower triangular Toeplitz matrix of
/// 1, -e, -r c, -r A c, -r A^2 c, ...
///
/// # Cost
/// About n^4/4 multiplications.
///
/// # Source
/// S. J. Berkowitz, On computing the determinant in small parallel time using a small number of processors, 1984.
fn division_free_determinant<T: Number>(a: &[T], n: usize) -> T {
    let mut polynomial = vec![T::one()];
    for size in 0..n {
        let border = border_products(a, n, size);
        polynomial = (0..size + 2)
            .map(|row| {
                let terms = polynomial.iter().enumerate().take(row + 1);
                terms.fold(T::zero(), |sum, (column, entry)| {
                    sum.add(&border[row - column].mul(entry))
                })
            })
            .collect();
    }
    // The last coefficient of det(t I - A) is (-1)^n det(A).
    let last = polynomial[n].clone();
    if n % 2 == 1 { last.neg() } else { last }
}

/// 1, -e, -r c, -r A c, ..., -r A^(size-1) c for the leading block A of this size and its border r, c, e.
fn border_products<T: Number>(a: &[T], n: usize, size: usize) -> Vec<T> {
    let mut products = vec![T::one(), a[size + size * n].neg()];
    let mut column: Vec<T> = a[size * n..size * n + size].to_vec();
    for _ in 0..size {
        let product = (0..size).fold(T::zero(), |sum, j| sum.add(&a[size + j * n].mul(&column[j])));
        products.push(product.neg());
        column = (0..size)
            .map(|i| (0..size).fold(T::zero(), |sum, j| sum.add(&a[i + j * n].mul(&column[j]))))
            .collect();
    }
    products
}
