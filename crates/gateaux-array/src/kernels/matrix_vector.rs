//! Products of a matrix and a vector, and of two vectors that give a matrix.

use super::level::{Instructions, vectorized, with_width};
use super::reductions::total;
use super::{Scalar, Workspace};

/// Columns that are read at a time, so that what they share, a sum or a factor in each row, is loaded once for all.
const GROUP: usize = 8;
/// Rows that a group of columns is read by, each a partial sum of every projection.
const LANES: usize = 8;
/// Bytes of a block of rows that stay in the second-level cache between two uses.
const BLOCK_BYTES: usize = 256 * 1024;
/// Blocks with fewer rows are not made: reading a page of memory for less than its whole length costs more than reading
/// the matrix twice.
const MIN_BLOCK_ROWS: usize = 512;

/// What [`gemv_through`] does with a block of rows: the number of its first row, its part of z = A*w, and its part of r
/// to be filled in.
pub type Rows<'a, T> = dyn FnMut(usize, &[T], &mut [T]) + 'a;

/// y = alpha*A*x + beta*y; with beta = 0 whatever `y` held.
///
/// # Shapes
/// A is (m, n), x has n entries, y has m.
pub fn gemv<T: Scalar>(alpha: T, a: &[T], (m, n): (usize, usize), x: &[T], beta: T, y: &mut [T]) {
    assert!(a.len() == m * n && x.len() == n && y.len() == m);
    add_columns(alpha, a, m, x, beta, y);
}

/// y = alpha*A'*x + beta*y; with beta = 0 whatever `y` held.
///
/// # Shapes
/// A is (m, n), x has m entries, y has n.
pub fn gemv_transposed<T: Scalar>(alpha: T, a: &[T], (m, n): (usize, usize), x: &[T], beta: T, y: &mut [T]) {
    assert!(a.len() == m * n && x.len() == m && y.len() == n);
    project_on_columns(alpha, a, m, x, beta, y);
}

/// A*x and A'*y while reading A once.
///
/// # Shapes
/// A is (m, n), x and `aty` have n entries, y and `ax` have m.
pub fn gemv_both<T: Scalar>(a: &[T], (m, n): (usize, usize), x: &[T], y: &[T], ax: &mut [T], aty: &mut [T]) {
    assert!(a.len() == m * n && x.len() == n && y.len() == m && ax.len() == m && aty.len() == n);
    add_and_project(a, m, x, y, ax, aty);
}

/// g = A'*rows(A*w): block of rows by block of rows, z = A*w, r = rows(z), g = g + A'*r.
///
/// # Shapes
/// A is (m, n), w and g have n entries.
///
/// # Cost
/// A is read once from memory if it has few columns, otherwise twice; [`gemv_through_transposed`] always reads it once.
pub fn gemv_through<T: Scalar>(
    a: &[T],
    (m, n): (usize, usize),
    w: &[T],
    rows: &mut Rows<T>,
    g: &mut [T],
    workspace: &mut Workspace,
) {
    assert!(a.len() == m * n && w.len() == n && g.len() == n);
    g.fill(T::ZERO);
    let rows_of_block = BLOCK_BYTES / size_of::<T>() / n.max(1);
    let height = if rows_of_block < MIN_BLOCK_ROWS {
        m
    } else {
        rows_of_block.min(m)
    };
    let (z, r) = T::scratch(workspace, 2 * height).split_at_mut(height);
    for first in (0..m).step_by(height.max(1)) {
        let height = height.min(m - first);
        let (z, r) = (&mut z[..height], &mut r[..height]);
        let block = a.get(first..).unwrap_or(&[]);
        add_columns(T::ONE, block, m, w, T::ZERO, z);
        rows(first, z, r);
        project_on_columns(T::ONE, block, m, r, T::ONE, g);
    }
}

/// [`gemv_through`] for a matrix that is given by its transpose, whose columns are the rows.
///
/// # Shapes
/// `a_transposed` is (n, m) for an A of (m, n), w and g have n entries.
pub fn gemv_through_transposed<T: Scalar>(
    a_transposed: &[T],
    (m, n): (usize, usize),
    w: &[T],
    rows: &mut Rows<T>,
    g: &mut [T],
    workspace: &mut Workspace,
) {
    assert!(a_transposed.len() == m * n && w.len() == n && g.len() == n);
    g.fill(T::ZERO);
    let height = (BLOCK_BYTES / size_of::<T>() / n.max(1)).max(GROUP).min(m);
    let (z, r) = T::scratch(workspace, 2 * height).split_at_mut(height);
    for first in (0..m).step_by(height.max(1)) {
        let height = height.min(m - first);
        let (z, r) = (&mut z[..height], &mut r[..height]);
        let block = &a_transposed[first * n..];
        project_on_columns(T::ONE, block, n, w, T::ZERO, z);
        rows(first, z, r);
        add_columns(T::ONE, block, n, r, T::ONE, g);
    }
}

/// A = A + alpha*x*y'.
///
/// # Shapes
/// x has m entries, y has n, A is (m, n).
pub fn ger<T: Scalar>(alpha: T, x: &[T], y: &[T], a: &mut [T], (m, n): (usize, usize)) {
    assert!(x.len() == m && y.len() == n && a.len() == m * n);
    add_multiples(alpha, x, y, a);
}

/// out = alpha*x*y'.
///
/// # Shapes
/// x has m entries, y has n, `out` is (m, n).
pub fn outer<T: Scalar>(alpha: T, x: &[T], y: &[T], out: &mut [T]) {
    assert_eq!(out.len(), x.len() * y.len());
    set_multiples(alpha, x, y, out);
}

vectorized! {
    /// y = alpha*A*x + beta*y for columns that are `stride` apart, of which the first entries are read.
    pub(super) fn add_columns<T, I>(alpha: T, a: &[T], stride: usize, x: &[T], beta: T, y: &mut [T]) {
        if beta == T::ZERO {
            y.fill(T::ZERO);
        } else if beta != T::ONE {
            for y in &mut *y {
                *y *= beta;
            }
        }
        if y.is_empty() {
            return;
        }
        for (group, x) in x.chunks(GROUP).enumerate() {
            with_width!(x.len(), N => add_group::<T, I, N>(alpha, &a[group * GROUP * stride..], stride, x, y));
        }
    }

    /// y = alpha*A'*x + beta*y for columns that are `stride` apart, of which the first entries are read.
    pub(super) fn project_on_columns<T, I>(alpha: T, a: &[T], stride: usize, x: &[T], beta: T, y: &mut [T]) {
        if beta == T::ZERO {
            y.fill(T::ZERO);
        }
        if x.is_empty() {
            return y.iter_mut().for_each(|y| *y *= beta);
        }
        for (group, y) in y.chunks_mut(GROUP).enumerate() {
            with_width!(y.len(), N => {
                let products = project_group::<T, I, N>(&a[group * GROUP * stride..], stride, x);
                for (y, product) in y.iter_mut().zip(products) {
                    *y = I::mul_add(beta, *y, alpha * product);
                }
            });
        }
    }

    /// ax = A*x and aty = A'*y for columns that are `stride` apart.
    fn add_and_project<T, I>(a: &[T], stride: usize, x: &[T], y: &[T], ax: &mut [T], aty: &mut [T]) {
        ax.fill(T::ZERO);
        if y.is_empty() {
            return aty.fill(T::ZERO);
        }
        for (group, (x, aty)) in x.chunks(GROUP).zip(aty.chunks_mut(GROUP)).enumerate() {
            let a = &a[group * GROUP * stride..];
            with_width!(x.len(), N => {
                aty.copy_from_slice(&add_and_project_group::<T, I, N>(a, stride, x, y, ax));
            });
        }
    }

    fn add_multiples<T, I>(alpha: T, x: &[T], y: &[T], a: &mut [T]) {
        if !x.is_empty() {
            for (a, &y) in a.chunks_exact_mut(x.len()).zip(y) {
                let factor = alpha * y;
                for (a, &x) in a.iter_mut().zip(x) {
                    *a = I::mul_add(factor, x, *a);
                }
            }
        }
    }

    fn set_multiples<T, I>(alpha: T, x: &[T], y: &[T], out: &mut [T]) {
        if !x.is_empty() {
            for (out, &y) in out.chunks_exact_mut(x.len()).zip(y) {
                let factor = alpha * y;
                for (out, &x) in out.iter_mut().zip(x) {
                    *out = factor * x;
                }
            }
        }
    }
}

/// The first `height` entries of each of a few columns.
#[inline(always)]
fn columns_of<T, const N: usize>(a: &[T], stride: usize, height: usize) -> [&[T]; N] {
    let mut columns = [a; N];
    for j in 0..N {
        columns[j] = &a[j * stride..][..height];
    }
    columns
}

/// y = y + alpha*A*x for a few columns.
#[inline(always)]
fn add_group<T: Scalar, I: Instructions, const N: usize>(alpha: T, a: &[T], stride: usize, x: &[T], y: &mut [T]) {
    let columns = columns_of::<T, N>(a, stride, y.len());
    let mut factors = [T::ZERO; N];
    for (factor, &x) in factors.iter_mut().zip(x) {
        *factor = alpha * x;
    }
    for (i, y) in y.iter_mut().enumerate() {
        let mut sum = *y;
        for j in 0..N {
            sum = I::mul_add(columns[j][i], factors[j], sum);
        }
        *y = sum;
    }
}

/// A'*x for a few columns.
#[inline(always)]
fn project_group<T: Scalar, I: Instructions, const N: usize>(a: &[T], stride: usize, x: &[T]) -> [T; N] {
    let columns = columns_of::<T, N>(a, stride, x.len());
    let (chunks, rest) = x.as_chunks::<LANES>();
    let lanes = columns.map(|column| column.as_chunks::<LANES>().0);
    let mut sums = [[T::ZERO; LANES]; N];
    for (i, x) in chunks.iter().enumerate() {
        for j in 0..N {
            for lane in 0..LANES {
                sums[j][lane] = I::mul_add(lanes[j][i][lane], x[lane], sums[j][lane]);
            }
        }
    }
    let mut products = sums.map(|sums| total(sums, |left, right| left + right));
    let first = x.len() - rest.len();
    for j in 0..N {
        for (&entry, &x) in columns[j][first..].iter().zip(rest) {
            products[j] = I::mul_add(entry, x, products[j]);
        }
    }
    products
}

/// ax = ax + A*x, and A'*y, for a few columns.
#[inline(always)]
fn add_and_project_group<T: Scalar, I: Instructions, const N: usize>(
    a: &[T],
    stride: usize,
    x: &[T],
    y: &[T],
    ax: &mut [T],
) -> [T; N] {
    let mut factors = [T::ZERO; N];
    factors.copy_from_slice(x);
    let columns = columns_of::<T, N>(a, stride, y.len());
    let lanes = columns.map(|column| column.as_chunks::<LANES>().0);
    let (chunks, rest) = y.as_chunks::<LANES>();
    let (ax, ax_rest) = ax.as_chunks_mut::<LANES>();
    let mut sums = [[T::ZERO; LANES]; N];
    for (i, (y, ax)) in chunks.iter().zip(ax).enumerate() {
        let mut own = *ax;
        for j in 0..N {
            for lane in 0..LANES {
                own[lane] = I::mul_add(lanes[j][i][lane], factors[j], own[lane]);
                sums[j][lane] = I::mul_add(lanes[j][i][lane], y[lane], sums[j][lane]);
            }
        }
        *ax = own;
    }
    let mut products = sums.map(|sums| total(sums, |left, right| left + right));
    let first = y.len() - rest.len();
    for j in 0..N {
        for ((&entry, &y), ax) in columns[j][first..].iter().zip(rest).zip(&mut *ax_rest) {
            *ax = I::mul_add(entry, factors[j], *ax);
            products[j] = I::mul_add(entry, y, products[j]);
        }
    }
    products
}
