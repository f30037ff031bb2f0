//! Entries in another order.

use super::Scalar;

/// out = A'.
///
/// # Shapes
/// A is (m, n), `out` (n, m).
pub fn transpose<T: Scalar>(a: &[T], (m, n): (usize, usize), out: &mut [T]) {
    assert!(a.len() == m * n && out.len() == m * n);
    for j in 0..n {
        for i in 0..m {
            out[j + i * n] = a[i + j * m];
        }
    }
}

/// out = alpha*A + beta*A'.
///
/// # Shapes
/// A and `out` are (n, n).
pub fn add_transpose<T: Scalar>(alpha: T, a: &[T], beta: T, n: usize, out: &mut [T]) {
    assert!(a.len() == n * n && out.len() == n * n);
    for j in 0..n {
        for i in 0..n {
            out[i + j * n] = alpha * a[i + j * n] + beta * a[j + i * n];
        }
    }
}

/// An array with its axes in another order: axis k of `out` is axis `order[k]` of `a`.
///
/// # Shapes
/// `shape` is that of `a`, whose first axis varies fastest; `order` is a permutation of its axes.
pub fn permute<T: Scalar>(a: &[T], shape: &[usize], order: &[usize], out: &mut [T]) {
    assert!(a.len() == out.len() && a.len() == shape.iter().product());
    assert_eq!(shape.len(), order.len());
    for (place, out) in out.iter_mut().enumerate() {
        let mut rest = place;
        let mut from = 0;
        for &axis in order {
            from += rest % shape[axis] * shape[..axis].iter().product::<usize>();
            rest /= shape[axis];
        }
        *out = a[from];
    }
}

/// Rows and columns of a block of which both the entries and their mirror images fit into the first-level cache.
const BLOCK: usize = 32;

/// Copies what stands below the diagonal to above it.
pub(super) fn mirror_lower<T: Scalar>(a: &mut [T], n: usize) {
    for first in (0..n).step_by(BLOCK) {
        for top in (first..n).step_by(BLOCK) {
            for j in first..(first + BLOCK).min(n) {
                for i in top.max(j + 1)..(top + BLOCK).min(n) {
                    a[j + i * n] = a[i + j * n];
                }
            }
        }
    }
}
