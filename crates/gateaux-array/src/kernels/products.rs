//! Products of matrices and vectors.

use super::{Scalar, Workspace};

/// What [`gemv_through`] does with a block of rows: the number of its first row, its part of z = A*w, and its part of r
/// to be filled in.
pub type Rows<'a, T> = dyn FnMut(usize, &[T], &mut [T]) + 'a;

/// y = alpha*A*x + beta*y; with beta = 0 whatever `y` held.
///
/// # Shapes
/// A is (m, n), x has n entries, y has m.
pub fn gemv<T: Scalar>(alpha: T, a: &[T], (m, n): (usize, usize), x: &[T], beta: T, y: &mut [T]) {
    assert!(a.len() == m * n && x.len() == n && y.len() == m);
    for (i, y) in y.iter_mut().enumerate() {
        let sum = (0..n).fold(T::zero(), |sum, j| sum + a[i + j * m] * x[j]);
        *y = if beta == T::zero() {
            alpha * sum
        } else {
            alpha * sum + beta * *y
        };
    }
}

/// y = alpha*A'*x + beta*y; with beta = 0 whatever `y` held.
///
/// # Shapes
/// A is (m, n), x has m entries, y has n.
pub fn gemv_transposed<T: Scalar>(alpha: T, a: &[T], (m, n): (usize, usize), x: &[T], beta: T, y: &mut [T]) {
    assert!(a.len() == m * n && x.len() == m && y.len() == n);
    for (j, y) in y.iter_mut().enumerate() {
        let sum = (0..m).fold(T::zero(), |sum, i| sum + a[i + j * m] * x[i]);
        *y = if beta == T::zero() {
            alpha * sum
        } else {
            alpha * sum + beta * *y
        };
    }
}

/// A*x and A'*y while reading A once.
///
/// # Shapes
/// A is (m, n), x and `aty` have n entries, y and `ax` have m.
pub fn gemv_both<T: Scalar>(a: &[T], (m, n): (usize, usize), x: &[T], y: &[T], ax: &mut [T], aty: &mut [T]) {
    gemv(T::one(), a, (m, n), x, T::zero(), ax);
    gemv_transposed(T::one(), a, (m, n), y, T::zero(), aty);
}

/// g = A'*rows(A*w) while reading A once from memory: block of rows by block of rows, z = A*w, r = rows(z), g = g + A'*r.
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
    let (z, r) = T::scratch(workspace, 2 * m).split_at_mut(m);
    gemv(T::one(), a, (m, n), w, T::zero(), z);
    rows(0, z, r);
    gemv_transposed(T::one(), a, (m, n), r, T::zero(), g);
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
    let (z, r) = T::scratch(workspace, 2 * m).split_at_mut(m);
    gemv_transposed(T::one(), a_transposed, (n, m), w, T::zero(), z);
    rows(0, z, r);
    gemv(T::one(), a_transposed, (n, m), r, T::zero(), g);
}

/// A = A + alpha*x*y'.
///
/// # Shapes
/// x has m entries, y has n, A is (m, n).
pub fn ger<T: Scalar>(alpha: T, x: &[T], y: &[T], a: &mut [T], (m, n): (usize, usize)) {
    assert!(x.len() == m && y.len() == n && a.len() == m * n);
    for j in 0..n {
        for i in 0..m {
            a[i + j * m] += alpha * x[i] * y[j];
        }
    }
}

/// out = alpha*x*y'.
///
/// # Shapes
/// x has m entries, y has n, `out` is (m, n).
pub fn outer<T: Scalar>(alpha: T, x: &[T], y: &[T], out: &mut [T]) {
    out.fill(T::zero());
    ger(alpha, x, y, out, (x.len(), y.len()));
}

/// C = alpha*op(A)*op(B) + beta*C, where op transposes or not; with beta = 0 whatever C held.
///
/// # Shapes
/// op(A) is (m, k), op(B) is (k, n), C is (m, n).
#[expect(clippy::too_many_arguments, reason = "those of BLAS, which readers know")]
pub fn gemm<T: Scalar>(
    alpha: T,
    a: &[T],
    a_is_transposed: bool,
    b: &[T],
    b_is_transposed: bool,
    beta: T,
    c: &mut [T],
    (m, k, n): (usize, usize, usize),
    threads: usize,
    workspace: &mut Workspace,
) {
    let _ = (threads, workspace);
    assert!(a.len() == m * k && b.len() == k * n && c.len() == m * n);
    for j in 0..n {
        for i in 0..m {
            let sum = (0..k).fold(T::zero(), |sum, p| {
                let left = if a_is_transposed { a[p + i * k] } else { a[i + p * m] };
                let right = if b_is_transposed { b[j + p * n] } else { b[p + j * k] };
                sum + left * right
            });
            let c = &mut c[i + j * m];
            *c = if beta == T::zero() {
                alpha * sum
            } else {
                alpha * sum + beta * *c
            };
        }
    }
}

/// C = alpha*op(A)*diag(weights)*op(A)' + beta*C, where op transposes or not; with beta = 0 whatever C held.
///
/// # Shapes
/// op(A) is (n, k), there are k weights (without them they are 1), C is (n, n) and symmetric.
#[expect(clippy::too_many_arguments, reason = "those of BLAS, which readers know")]
pub fn syrk<T: Scalar>(
    alpha: T,
    a: &[T],
    a_is_transposed: bool,
    weights: Option<&[T]>,
    beta: T,
    c: &mut [T],
    (n, k): (usize, usize),
    workspace: &mut Workspace,
) {
    let _ = workspace;
    assert!(a.len() == n * k && c.len() == n * n);
    assert!(weights.is_none_or(|weights| weights.len() == k));
    let at = |i: usize, p: usize| if a_is_transposed { a[p + i * k] } else { a[i + p * n] };
    for j in 0..n {
        for i in 0..n {
            let sum = (0..k).fold(T::zero(), |sum, p| {
                let weight = weights.map_or(T::one(), |weights| weights[p]);
                sum + at(i, p) * weight * at(j, p)
            });
            let c = &mut c[i + j * n];
            *c = if beta == T::zero() {
                alpha * sum
            } else {
                alpha * sum + beta * *c
            };
        }
    }
}
