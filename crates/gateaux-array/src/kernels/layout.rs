//! Entries in another order.

use super::Scalar;
use super::level::{Instructions, vectorized};

/// Rows and columns of a block that is transposed on the stack. Its columns are read in runs of a cache line, so that it
/// does not matter how many of their addresses fall on one place of the cache.
const TALL: usize = 8;
const WIDE: usize = 32;

/// out = A'.
///
/// # Shapes
/// A is (m, n), `out` (n, m).
pub fn transpose<T: Scalar>(a: &[T], (m, n): (usize, usize), out: &mut [T]) {
    assert!(a.len() == m * n && out.len() == m * n);
    add_transposed(None, T::ONE, a, (m, n), out);
}

/// out = alpha*A + beta*A'.
///
/// # Shapes
/// A and `out` are (n, n).
pub fn add_transpose<T: Scalar>(alpha: T, a: &[T], beta: T, n: usize, out: &mut [T]) {
    assert!(a.len() == n * n && out.len() == n * n);
    add_transposed(Some((alpha, a)), beta, a, (n, n), out);
}

/// An array with its axes in another order: axis k of `out` is axis `order[k]` of `a`.
///
/// # Shapes
/// `shape` is that of `a`, whose first axis varies fastest; `order` is a permutation of its axes.
pub fn permute<T: Scalar>(a: &[T], shape: &[usize], order: &[usize], out: &mut [T]) {
    assert!(a.len() == out.len() && a.len() == shape.iter().product());
    assert!(shape.len() == order.len() && (0..shape.len()).all(|axis| order.contains(&axis)));
    let (Some((&first, others)), false) = (order.split_first(), a.is_empty()) else {
        return out.copy_from_slice(a);
    };
    if *order == [1, 0] {
        return transpose(a, (shape[0], shape[1]), out);
    }
    let stride = |axis: usize| shape[..axis].iter().product::<usize>();
    let step = stride(first);
    for (place, out) in out.chunks_exact_mut(shape[first]).enumerate() {
        let mut rest = place;
        let mut start = 0;
        for &axis in others {
            start += rest % shape[axis] * stride(axis);
            rest /= shape[axis];
        }
        if step == 1 {
            out.copy_from_slice(&a[start..start + out.len()]);
        } else {
            out.iter_mut()
                .zip(a[start..].iter().step_by(step))
                .for_each(|(out, &entry)| *out = entry);
        }
    }
}

vectorized! {
    /// Copies what stands below the diagonal to above it.
    pub(super) fn mirror_lower<T, I>(a: &mut [T], n: usize) {
        for first in (0..n).step_by(TALL) {
            let end = (first + TALL).min(n);
            for j in first..end {
                for i in j + 1..end {
                    a[j + i * n] = a[i + j * n];
                }
            }
            for top in (end..n).step_by(TALL) {
                mirror_block(a, n, (top, first));
            }
        }
    }

    /// out = alpha*B + beta*A' for an m by n matrix A, or beta*A' without B.
    fn add_transposed<T, I>(own: Option<(T, &[T])>, beta: T, a: &[T], sizes: (usize, usize), out: &mut [T]) {
        let (m, n) = sizes;
        for j in (0..m).step_by(TALL) {
            for i in (0..n).step_by(WIDE) {
                add_transposed_block::<T, I>(own, beta, a, sizes, (i, j), out);
            }
        }
    }
}

/// Copies the block of rows and columns that begins at an entry below the diagonal to its place above it; as far as it
/// lies inside.
#[inline(always)]
fn mirror_block<T: Scalar>(a: &mut [T], n: usize, (top, first): (usize, usize)) {
    let mut block = [[T::ZERO; TALL]; TALL];
    if top + TALL > n {
        for i in top..n {
            for j in first..first + TALL {
                a[j + i * n] = a[i + j * n];
            }
        }
        return;
    }
    for (j, column) in a[top + first * n..].chunks(n).take(TALL).enumerate() {
        for i in 0..TALL {
            block[i][j] = column[i];
        }
    }
    for (row, column) in block.iter().zip(a[first + top * n..].chunks_mut(n)) {
        column[..TALL].copy_from_slice(row);
    }
}

#[inline(always)]
fn add_transposed_block<T: Scalar, I: Instructions>(
    own: Option<(T, &[T])>,
    beta: T,
    a: &[T],
    (m, n): (usize, usize),
    (i, j): (usize, usize),
    out: &mut [T],
) {
    let block = transposed_block(a, m, (j, i));
    let height = WIDE.min(n - i);
    for (column, j) in block.iter().zip(j..m) {
        let out = &mut out[i + j * n..][..height];
        if let Some((alpha, own)) = own {
            let own = &own[i + j * n..][..height];
            for ((out, &own), &entry) in out.iter_mut().zip(own).zip(column) {
                *out = I::mul_add(alpha, own, beta * entry);
            }
        } else {
            for (out, &entry) in out.iter_mut().zip(column) {
                *out = beta * entry;
            }
        }
    }
}

/// The transpose of the block of A that begins at an entry, as far as it lies inside.
#[inline(always)]
fn transposed_block<T: Scalar>(a: &[T], m: usize, (first, column): (usize, usize)) -> [[T; WIDE]; TALL] {
    let mut block = [[T::ZERO; WIDE]; TALL];
    for (j, source) in a[column * m..].chunks_exact(m).take(WIDE).enumerate() {
        let source = &source[first..];
        // A run of known length is read without a loop.
        if let Some(source) = source.first_chunk::<TALL>() {
            for i in 0..TALL {
                block[i][j] = source[i];
            }
        } else {
            for (i, &entry) in source.iter().enumerate() {
                block[i][j] = entry;
            }
        }
    }
    block
}
