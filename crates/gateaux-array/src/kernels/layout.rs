//! Entries in another order.

use super::Scalar;
use super::level::vectorized;

/// Rows and columns of a block that is transposed on the stack. Its columns are read in runs of a cache line, so that it
/// does not matter how many of their addresses fall on one place of the cache.
const TALL: usize = 8;
const WIDE: usize = 32;
/// Rows and columns of a block whose mirror image fits into the first-level cache with it.
const MIRRORED: usize = 32;

/// out = A'.
///
/// # Shapes
/// A is (m, n), `out` (n, m).
pub fn transpose<T: Scalar>(a: &[T], (m, n): (usize, usize), out: &mut [T]) {
    assert!(a.len() == m * n && out.len() == m * n);
    transpose_blocks(a, (m, n), out);
}

/// out = alpha*A + beta*A'.
///
/// # Shapes
/// A and `out` are (n, n).
pub fn add_transpose<T: Scalar>(alpha: T, a: &[T], beta: T, n: usize, out: &mut [T]) {
    assert!(a.len() == n * n && out.len() == n * n);
    add_transposed_blocks(alpha, a, beta, n, out);
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

/// Copies what stands below the diagonal to above it.
pub(super) fn mirror_lower<T: Scalar>(a: &mut [T], n: usize) {
    for first in (0..n).step_by(MIRRORED) {
        for top in (first..n).step_by(MIRRORED) {
            for j in first..(first + MIRRORED).min(n) {
                for i in top.max(j + 1)..(top + MIRRORED).min(n) {
                    a[j + i * n] = a[i + j * n];
                }
            }
        }
    }
}

vectorized! {
    fn transpose_blocks<T, I>(a: &[T], sizes: (usize, usize), out: &mut [T]) {
        let (m, n) = sizes;
        for j in (0..m).step_by(TALL) {
            for i in (0..n).step_by(WIDE) {
                let block = transposed_block(a, m, (j, i));
                let height = WIDE.min(n - i);
                for (column, j) in block.iter().zip(j..m) {
                    out[i + j * n..][..height].copy_from_slice(&column[..height]);
                }
            }
        }
    }

    fn add_transposed_blocks<T, I>(alpha: T, a: &[T], beta: T, n: usize, out: &mut [T]) {
        for j in (0..n).step_by(TALL) {
            for i in (0..n).step_by(WIDE) {
                let block = transposed_block(a, n, (j, i));
                let height = WIDE.min(n - i);
                for (column, j) in block.iter().zip(j..n) {
                    let own = &a[i + j * n..][..height];
                    for ((out, &entry), &mirrored) in out[i + j * n..][..height].iter_mut().zip(own).zip(column) {
                        *out = I::mul_add(alpha, entry, beta * mirrored);
                    }
                }
            }
        }
    }
}

/// The transpose of the block of A that begins at an entry, as far as it lies inside.
#[inline(always)]
fn transposed_block<T: Scalar>(a: &[T], m: usize, (first, column): (usize, usize)) -> [[T; WIDE]; TALL] {
    let mut block = [[T::ZERO; WIDE]; TALL];
    let columns = a[column * m..].chunks_exact(m).take(WIDE);
    for (j, source) in columns.enumerate() {
        if let Some(source) = source[first..].first_chunk::<TALL>() {
            for (i, &entry) in source.iter().enumerate() {
                block[i][j] = entry;
            }
        } else {
            for (i, &entry) in source[first..].iter().enumerate() {
                block[i][j] = entry;
            }
        }
    }
    block
}
