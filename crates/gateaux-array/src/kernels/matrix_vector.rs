//! Products of a matrix and a vector, and of two vectors that give a matrix.

use super::level::{Instructions, vectorized};
use super::reductions::inner;
use super::{Scalar, Workspace};

/// Columns that are added up at a time, so that the sum is loaded and stored once for all of them.
const GROUP: usize = 8;
/// Rows of a group of columns that the second-level cache keeps between two uses.
const BOTH_ROWS: usize = 2048;
/// Bytes of a block of rows that stay in the second-level cache between two uses.
const BLOCK_BYTES: usize = 512 * 1024;
/// Blocks with fewer rows are not made: their columns are too short to be read at full speed.
const MIN_BLOCK_ROWS: usize = 64;
/// Bytes of a matrix that the third-level cache keeps; reading it twice costs less than reading it in blocks.
const CACHED_BYTES: usize = 16 * 1024 * 1024;

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
    ax.fill(T::ZERO);
    aty.fill(T::ZERO);
    for (block, (y, ax)) in y.chunks(BOTH_ROWS).zip(ax.chunks_mut(BOTH_ROWS)).enumerate() {
        for (group, (x, aty)) in x.chunks(GROUP).zip(aty.chunks_mut(GROUP)).enumerate() {
            let a = &a[block * BOTH_ROWS + group * GROUP * m..];
            project_on_columns(T::ONE, a, m, y, T::ONE, aty);
            add_columns(T::ONE, a, m, x, T::ONE, ax);
        }
    }
}

/// g = A'*rows(A*w): block of rows by block of rows, z = A*w, r = rows(z), g = g + A'*r.
///
/// A matrix too large for the caches is read once from memory, unless its rows are so long that few of them fit into
/// a cache; [`gemv_through_transposed`] always does.
///
/// # Shapes
/// A is (m, n), w and g have n entries.
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
    let is_whole = size_of_val(a) <= CACHED_BYTES || rows_of_block < MIN_BLOCK_ROWS;
    let height = if is_whole { m } else { rows_of_block.min(m) };
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
        let (groups, rest) = x.as_chunks::<GROUP>();
        for (place, &x) in groups.iter().enumerate() {
            add_group::<T, I, GROUP>(alpha, &a[place * GROUP * stride..], stride, x, y);
        }
        for (place, &x) in rest.iter().enumerate() {
            add_group::<T, I, 1>(alpha, &a[(groups.len() * GROUP + place) * stride..], stride, [x], y);
        }
    }

    /// y = alpha*A'*x + beta*y for columns that are `stride` apart, of which the first entries are read.
    pub(super) fn project_on_columns<T, I>(alpha: T, a: &[T], stride: usize, x: &[T], beta: T, y: &mut [T]) {
        for (j, y) in y.iter_mut().enumerate() {
            let product = if x.is_empty() { T::ZERO } else { alpha * inner::<T, I>(&a[j * stride..][..x.len()], x) };
            *y = if beta == T::ZERO { product } else { I::mul_add(beta, *y, product) };
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

/// y = y + alpha*A*x for a few columns.
#[inline(always)]
fn add_group<T: Scalar, I: Instructions, const N: usize>(alpha: T, a: &[T], stride: usize, x: [T; N], y: &mut [T]) {
    let mut columns = [a; N];
    let mut factors = x;
    for j in 0..N {
        columns[j] = &a[j * stride..][..y.len()];
        factors[j] = alpha * x[j];
    }
    for (i, y) in y.iter_mut().enumerate() {
        let mut sum = *y;
        for j in 0..N {
            sum = I::mul_add(columns[j][i], factors[j], sum);
        }
        *y = sum;
    }
}
