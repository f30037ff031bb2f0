//! Cholesky and LU factors, and what follows from them.
//!
//! All algorithms are blocked: a narrow panel is done by plain loops, and what it means for the rest of the matrix is
//! a matrix product, in which nearly all time is spent.
//!
//! # Source
//! G. Golub, C. Van Loan, Matrix computations, 4th edition, 3.2.11, 3.4, 4.2.6.

use super::blocked::{Part, Product, View, packing_size};
use super::layout::mirror_lower;
use super::level::{Instructions, vectorized};
use super::triangular::{
    BLOCK, LARGE_BLOCK, Triangle, is_safe_reciprocal, solve_columns, solve_rows, solve_sizes, triangular_solve,
};
use super::{Scalar, Workspace};

/// Columns of a panel of LU factors.
const PANEL: usize = 48;
/// Up to this size LU factors are one panel.
const SMALL: usize = 24;

/// A factorization found no pivot in this column: of a Cholesky factor none that is positive, of an LU factor none but 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pivot(pub usize);

/// The lower triangular L with A = L*L' in place of a symmetric A, of which only the lower triangle is read. What stands
/// above the diagonal afterwards is not told.
///
/// # Shapes
/// A is (n, n).
///
/// # Errors
/// The first [`Pivot`] that is not positive; A then holds nothing of use. What is not a number is no such pivot: it
/// spreads.
///
/// # Cost
/// n^3/6 multiplications.
pub fn cholesky<T: Scalar>(a: &mut [T], n: usize, workspace: &mut Workspace) -> Result<(), Pivot> {
    assert_eq!(a.len(), n * n);
    let packing = T::scratch(workspace, packing_size((n, LARGE_BLOCK.min(n), n)));
    let found = cholesky_columns(a, n, (n, n), packing);
    if found < n { Err(Pivot(found)) } else { Ok(()) }
}

/// The Cholesky factor of the first columns of a matrix of m rows whose columns are `stride` apart; the number of columns
/// that have one.
fn cholesky_columns<T: Scalar>(a: &mut [T], stride: usize, (m, width): (usize, usize), packing: &mut [T]) -> usize {
    if width <= BLOCK {
        return cholesky_panel(a, stride, (m, width));
    }
    let size = if width > LARGE_BLOCK { LARGE_BLOCK } else { BLOCK };
    for first in (0..width).step_by(size) {
        let next = (first + size).min(width);
        let (done, rest) = a.split_at_mut((next * stride).min(a.len()));
        let own = &mut done[first * (stride + 1)..];
        let found = cholesky_columns(own, stride, (m - first, next - first), packing);
        if first + found < next {
            return first + found;
        }
        if next == width {
            break;
        }
        let left = View::new(own, stride).from(next - first, 0);
        let update = Product {
            alpha: -T::ONE,
            a: left,
            weights: None,
            b: left.transposed(),
            beta: T::ONE,
            sizes: (m - next, next - first, width - next),
            part: Part::Lower,
            a_is_upper: false,
        };
        update.run(&mut rest[next..], stride, packing);
    }
    width
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
///
/// # Cost
/// About n^3/2 multiplications: n^3/6 for the inverse of L, of which only the lower triangle is computed, and n^3/3 for
/// its product with its transpose.
pub fn cholesky_inverse<T: Scalar>(l: &[T], n: usize, out: &mut [T], workspace: &mut Workspace) {
    assert!(l.len() == n * n && out.len() == n * n);
    if n == 0 {
        return;
    }
    let (copy_size, packing_for_solve) = solve_sizes(n, n);
    let packing_size = packing_for_solve.max(packing_size((n, n, n)));
    let square = (n * n).next_multiple_of(8);
    let (inverse, scratch) = T::scratch(workspace, square + copy_size + packing_size).split_at_mut(square);
    let (copy, packing) = scratch.split_at_mut(copy_size);
    let inverse = &mut inverse[..n * n];
    inverse.fill(T::ZERO);
    inverse.iter_mut().step_by(n + 1).for_each(|entry| *entry = T::ONE);
    let lower = Triangle {
        data: View::new(l, n),
        forward: true,
        unit: false,
    };
    // The first rows of the inverse have entries in as many columns only.
    solve_columns(&lower, n, inverse, n, &|rows| rows, copy, packing);
    // A^-1 = L^-T L^-1
    let inverse = View::new(inverse, n);
    let square = Product {
        alpha: T::ONE,
        a: inverse.transposed(),
        weights: None,
        b: inverse,
        beta: T::ZERO,
        sizes: (n, n, n),
        part: Part::Lower,
        a_is_upper: true,
    };
    square.run(out, n, packing);
    mirror_lower(out, n);
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
///
/// # Cost
/// n^3/3 multiplications.
pub fn lu<T: Scalar>(a: &mut [T], n: usize, pivots: &mut [usize], workspace: &mut Workspace) -> Result<(), Pivot> {
    assert!(a.len() == n * n && pivots.len() == n);
    let panel = if n <= SMALL { n.max(1) } else { PANEL };
    let copy_size = (panel * n).next_multiple_of(8);
    let (copy, packing) = T::scratch(workspace, copy_size + packing_size((n, panel, n))).split_at_mut(copy_size);
    for first in (0..n).step_by(panel) {
        let width = panel.min(n - first);
        let next = first + width;
        let (left, rest) = a.split_at_mut(first * n);
        let (own, right) = rest.split_at_mut(width * n);
        let pivots = &mut pivots[first..next];
        let failed = lu_panel(&mut own[first..], n, (n - first, width), pivots);
        pivots.iter_mut().for_each(|pivot| *pivot += first);
        if failed < width {
            return Err(Pivot(first + failed));
        }
        for column in left.chunks_exact_mut(n).chain(right.chunks_exact_mut(n)) {
            swap_rows(column, first, pivots);
        }
        let columns = n - next;
        if columns == 0 {
            break;
        }
        let triangle = Triangle {
            data: View::new(&own[first..], n),
            forward: true,
            unit: true,
        };
        solve_columns(&triangle, width, &mut right[first..], n, &|_| columns, copy, packing);
        // The rows of U stand above what they change, so they are copied.
        let copy = &mut copy[..width * columns];
        for (copy, column) in copy.chunks_exact_mut(width).zip(right.chunks_exact(n)) {
            copy.copy_from_slice(&column[first..next]);
        }
        let update = Product {
            alpha: -T::ONE,
            a: View::new(own, n).from(next, 0),
            weights: None,
            b: View::new(copy, width),
            beta: T::ONE,
            sizes: (n - next, width, columns),
            part: Part::Full,
            a_is_upper: false,
        };
        update.run(&mut right[next..], n, packing);
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
        b.chunks_exact_mut(n).for_each(|column| swap_rows(column, 0, pivots));
        triangular_solve(lu, n, true, true, false, b, columns, workspace);
        triangular_solve(lu, n, false, false, false, b, columns, workspace);
    }
}

/// out = A^-1 for the matrix with these LU factors.
///
/// # Shapes
/// The factors and `out` are (n, n).
///
/// # Cost
/// n^3 multiplications.
pub fn lu_inverse<T: Scalar>(lu: &[T], pivots: &[usize], n: usize, out: &mut [T], workspace: &mut Workspace) {
    assert_eq!(out.len(), n * n);
    out.fill(T::ZERO);
    out.iter_mut().step_by(n + 1).for_each(|entry| *entry = T::ONE);
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
    let start = (permutation_sign(pivots), T::ZERO);
    lu.iter().step_by(n + 1).fold(start, |(sign, log), pivot| {
        (sign * pivot.signum(), log + pivot.size().ln())
    })
}

/// Each row that is swapped with another one turns the sign.
fn permutation_sign<T: Scalar>(pivots: &[usize]) -> T {
    let swaps = pivots.iter().enumerate().filter(|&(k, &pivot)| k != pivot).count();
    if swaps % 2 == 0 { T::ONE } else { -T::ONE }
}

fn swap_rows<T: Scalar>(column: &mut [T], first: usize, pivots: &[usize]) {
    for (k, &pivot) in pivots.iter().enumerate() {
        column.swap(first + k, pivot);
    }
}

vectorized! {
    /// The Cholesky factor of the first columns of a matrix with columns that are `stride` apart; the number of columns
    /// that have one.
    fn cholesky_panel<T, I>(a: &mut [T], stride: usize, sizes: (usize, usize)) -> usize {
        let (m, width) = sizes;
        let found = cholesky_by_columns::<T, I>(a, stride, (width, width));
        if found < width || m == width {
            return found;
        }
        // The triangle is copied, because it stands beside the rows that it changes.
        let mut copy = [T::ZERO; BLOCK * BLOCK];
        for (copy, column) in copy.chunks_exact_mut(BLOCK).zip(a.chunks(stride)).take(width) {
            copy[..width].copy_from_slice(&column[..width]);
        }
        let triangle = Triangle {
            data: View::new(&copy, BLOCK),
            forward: true,
            unit: false,
        };
        if !solve_rows(&triangle, width, &mut a[width..], stride, m - width) {
            divide_rows::<T, I>(&triangle, width, &mut a[width..], stride, m - width);
        }
        width
    }

    /// The LU factors of the first columns of a matrix with columns that are `stride` apart; the number of columns that
    /// have a pivot.
    fn lu_panel<T, I>(a: &mut [T], stride: usize, sizes: (usize, usize), pivots: &mut [usize]) -> usize {
        let (m, width) = sizes;
        for k in 0..width {
            let column = &a[k * stride..][..m];
            let mut best = k;
            let mut size = pivot_size(column[k]);
            for (i, &entry) in column.iter().enumerate().skip(k + 1) {
                if pivot_size(entry) > size {
                    (best, size) = (i, pivot_size(entry));
                }
            }
            pivots[k] = best;
            if size == T::ZERO {
                return k;
            }
            if best != k {
                for j in 0..width {
                    a.swap(k + j * stride, best + j * stride);
                }
            }
            // The last column ends with the matrix.
            let (done, rest) = a.split_at_mut(((k + 1) * stride).min(a.len()));
            let (head, factors) = done[k * stride..][..m].split_at_mut(k + 1);
            let pivot = head[k];
            for factor in &mut *factors {
                *factor /= pivot;
            }
            for column in rest.chunks_mut(stride).take(width - k - 1) {
                let (head, column) = column[..m].split_at_mut(k + 1);
                let factor = -head[k];
                for (entry, &own) in column.iter_mut().zip(&*factors) {
                    *entry = I::mul_add(own, factor, *entry);
                }
            }
        }
        width
    }
}

/// As [`cholesky_panel`] by plain loops.
#[inline(always)]
fn cholesky_by_columns<T: Scalar, I: Instructions>(a: &mut [T], stride: usize, (m, width): (usize, usize)) -> usize {
    for j in 0..width {
        let (done, rest) = a.split_at_mut(j * stride);
        let column = &mut rest[j..m];
        subtract_columns::<T, I>(&done[j.min(done.len())..], stride, j, 0, column);
        let pivot = column[0];
        if pivot <= T::ZERO {
            return j;
        }
        let root = pivot.root();
        let reciprocal = T::ONE / root;
        if is_safe_reciprocal(reciprocal) {
            for entry in &mut *column {
                *entry *= reciprocal;
            }
        } else {
            for entry in &mut *column {
                *entry /= root;
            }
        }
        column[0] = root;
    }
    width
}

/// B = B*T'^-1 for a lower T, by plain loops, for a B of m rows whose columns are `stride` apart.
#[inline(always)]
fn divide_rows<T: Scalar, I: Instructions>(triangle: &Triangle<T>, n: usize, b: &mut [T], stride: usize, m: usize) {
    for j in 0..n {
        let (done, rest) = b.split_at_mut(j * stride);
        let column = &mut rest[..m];
        for (k, own) in done.chunks_exact(stride).enumerate() {
            let factor = -triangle.data.column(k, n)[j];
            for (entry, &own) in column.iter_mut().zip(own) {
                *entry = I::mul_add(own, factor, *entry);
            }
        }
        let pivot = triangle.data.column(j, n)[j];
        for entry in column {
            *entry /= pivot;
        }
    }
}

/// The size that pivots are compared by; what is not a number comes first, so that it spreads.
#[inline(always)]
fn pivot_size<T: Scalar>(entry: T) -> T {
    if entry.undefined() {
        T::nearest(f64::INFINITY)
    } else {
        entry.size()
    }
}

/// column = column - the sum of `count` columns of A, each times its entry in this row.
#[inline(always)]
fn subtract_columns<T: Scalar, I: Instructions>(a: &[T], stride: usize, count: usize, row: usize, column: &mut [T]) {
    for k in 0..count {
        let own = &a[k * stride..][..column.len()];
        let factor = -own[row];
        for (entry, &own) in column.iter_mut().zip(own) {
            *entry = I::mul_add(own, factor, *entry);
        }
    }
}
