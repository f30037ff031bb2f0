//! Cholesky and LU factors, and what follows from them.

use super::{Scalar, Workspace};

/// A factorization found no pivot in this column: of a Cholesky factor none that is positive, of an LU factor none but 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pivot(pub usize);

/// The lower triangular L with A = L*L' in place of a symmetric A, of which only the lower triangle is read and written.
///
/// # Shapes
/// A is (n, n).
///
/// # Errors
/// The first [`Pivot`] that is not positive; A then holds nothing of use.
pub fn cholesky<T: Scalar>(a: &mut [T], n: usize, workspace: &mut Workspace) -> Result<(), Pivot> {
    let _ = workspace;
    assert_eq!(a.len(), n * n);
    for j in 0..n {
        for k in 0..j {
            let factor = a[j + k * n];
            for i in j..n {
                let term = a[i + k * n] * factor;
                a[i + j * n] -= term;
            }
        }
        let pivot = a[j + j * n];
        // What is not a number is no reason to stop: it spreads.
        if pivot <= T::ZERO {
            return Err(Pivot(j));
        }
        let root = pivot.root();
        a[j * n + j..(j + 1) * n].iter_mut().for_each(|entry| *entry /= root);
    }
    Ok(())
}

/// B = A^-1*B for the matrix with the Cholesky factor L, of which only the lower triangle is read.
///
/// # Shapes
/// L is (n, n), B is (n, columns).
pub fn cholesky_solve<T: Scalar>(l: &[T], n: usize, b: &mut [T], columns: usize, workspace: &mut Workspace) {
    triangular_solve(l, n, true, false, false, b, columns, workspace);
    triangular_solve(l, n, true, false, true, b, columns, workspace);
}

/// out = A^-1, both triangles of it, for the matrix with the Cholesky factor L, of which only the lower triangle is read.
///
/// # Shapes
/// L and `out` are (n, n).
pub fn cholesky_inverse<T: Scalar>(l: &[T], n: usize, out: &mut [T], workspace: &mut Workspace) {
    assert_eq!(out.len(), n * n);
    identity(out, n);
    cholesky_solve(l, n, out, n, workspace);
}

/// log(det(A)) of the matrix with the Cholesky factor L.
///
/// # Shapes
/// L is (n, n).
pub fn cholesky_logdet<T: Scalar>(l: &[T], n: usize) -> T {
    assert_eq!(l.len(), n * n);
    let half = l.iter().step_by(n + 1).fold(T::ZERO, |sum, pivot| sum + pivot.ln());
    half + half
}

/// L and U with P*A = L*U in place of A: below the diagonal L, whose diagonal is 1, the rest U.
///
/// P swaps row k with row `pivots[k]`, for k = 0, 1, ...
///
/// # Shapes
/// A is (n, n), there are n pivots.
///
/// # Errors
/// The first [`Pivot`] that is 0; A then holds nothing of use.
pub fn lu<T: Scalar>(a: &mut [T], n: usize, pivots: &mut [usize], workspace: &mut Workspace) -> Result<(), Pivot> {
    let _ = workspace;
    assert!(a.len() == n * n && pivots.len() == n);
    for k in 0..n {
        let mut best = k;
        for i in k + 1..n {
            // What is not a number is taken, so that it spreads.
            if a[best + k * n].pivot_size() < a[i + k * n].pivot_size() {
                best = i;
            }
        }
        pivots[k] = best;
        if a[best + k * n] == T::ZERO {
            return Err(Pivot(k));
        }
        if best != k {
            a.chunks_exact_mut(n).for_each(|column| column.swap(k, best));
        }
        let pivot = a[k + k * n];
        a[k * n + k + 1..(k + 1) * n]
            .iter_mut()
            .for_each(|entry| *entry /= pivot);
        for j in k + 1..n {
            let factor = a[k + j * n];
            for i in k + 1..n {
                let term = a[i + k * n] * factor;
                a[i + j * n] -= term;
            }
        }
    }
    Ok(())
}

/// B = A^-1*B, or A'^-1*B if `transposed`, for the matrix with these LU factors.
///
/// # Shapes
/// The factors are (n, n), B is (n, columns).
pub fn lu_solve<T: Scalar>(
    lu: &[T],
    pivots: &[usize],
    n: usize,
    b: &mut [T],
    columns: usize,
    transposed: bool,
    workspace: &mut Workspace,
) {
    assert!(pivots.len() == n && b.len() == n * columns);
    if n == 0 {
        return;
    }
    if transposed {
        triangular_solve(lu, n, false, false, true, b, columns, workspace);
        triangular_solve(lu, n, true, true, true, b, columns, workspace);
        for column in b.chunks_exact_mut(n) {
            pivots
                .iter()
                .enumerate()
                .rev()
                .for_each(|(k, &pivot)| column.swap(k, pivot));
        }
    } else {
        for column in b.chunks_exact_mut(n) {
            pivots.iter().enumerate().for_each(|(k, &pivot)| column.swap(k, pivot));
        }
        triangular_solve(lu, n, true, true, false, b, columns, workspace);
        triangular_solve(lu, n, false, false, false, b, columns, workspace);
    }
}

/// out = A^-1 for the matrix with these LU factors.
///
/// # Shapes
/// The factors and `out` are (n, n).
pub fn lu_inverse<T: Scalar>(lu: &[T], pivots: &[usize], n: usize, out: &mut [T], workspace: &mut Workspace) {
    assert_eq!(out.len(), n * n);
    identity(out, n);
    lu_solve(lu, pivots, n, out, n, false, workspace);
}

/// det(A) of the matrix with these LU factors; it may overflow where [`lu_signed_logdet`] does not.
///
/// # Shapes
/// The factors are (n, n).
pub fn lu_det<T: Scalar>(lu: &[T], pivots: &[usize], n: usize) -> T {
    assert!(lu.len() == n * n && pivots.len() == n);
    lu.iter()
        .step_by(n + 1)
        .fold(permutation_sign(pivots), |det, &pivot| det * pivot)
}

/// The sign of det(A) and log|det(A)| of the matrix with these LU factors.
///
/// # Shapes
/// The factors are (n, n).
pub fn lu_signed_logdet<T: Scalar>(lu: &[T], pivots: &[usize], n: usize) -> (T, T) {
    assert!(lu.len() == n * n && pivots.len() == n);
    lu.iter()
        .step_by(n + 1)
        .fold((permutation_sign(pivots), T::ZERO), |(sign, log), pivot| {
            (sign * pivot.signum(), log + pivot.size().ln())
        })
}

/// Each row that is swapped with another one turns the sign.
fn permutation_sign<T: Scalar>(pivots: &[usize]) -> T {
    let swaps = pivots.iter().enumerate().filter(|&(k, &pivot)| k != pivot).count();
    if swaps % 2 == 0 { T::ONE } else { -T::ONE }
}

/// B = op(T)^-1*B, where op transposes or not, for a triangular T of which only the triangle that is told is read, and
/// without the diagonal if it is told to be `unit`.
///
/// # Shapes
/// T is (n, n), B is (n, columns).
#[expect(clippy::too_many_arguments, reason = "those of BLAS, which readers know")]
pub fn triangular_solve<T: Scalar>(
    t: &[T],
    n: usize,
    lower: bool,
    unit: bool,
    transposed: bool,
    b: &mut [T],
    columns: usize,
    workspace: &mut Workspace,
) {
    let _ = workspace;
    assert!(t.len() == n * n && b.len() == n * columns);
    let at = |i: usize, j: usize| if transposed { t[j + i * n] } else { t[i + j * n] };
    let forward = lower != transposed;
    for column in b.chunks_exact_mut(n.max(1)) {
        for step in 0..n {
            let i = if forward { step } else { n - 1 - step };
            let known = if forward { 0..i } else { i + 1..n };
            let rest = known.fold(column[i], |rest, j| rest - at(i, j) * column[j]);
            column[i] = if unit { rest } else { rest / at(i, i) };
        }
    }
}

fn identity<T: Scalar>(out: &mut [T], n: usize) {
    out.fill(T::ZERO);
    out.iter_mut().step_by(n + 1).for_each(|entry| *entry = T::ONE);
}
