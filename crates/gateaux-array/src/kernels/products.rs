//! Products of matrices and vectors.

use super::blocked::{Part, Product, View, packing_size};
use super::layout::mirror_lower;
use super::{Scalar, Workspace};

/// Products with fewer multiplications than this run on one thread.
const PARALLEL_PRODUCT: usize = 200 * 200 * 200;

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
        let sum = (0..n).fold(T::ZERO, |sum, j| sum + a[i + j * m] * x[j]);
        *y = if beta == T::ZERO {
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
        let sum = (0..m).fold(T::ZERO, |sum, i| sum + a[i + j * m] * x[i]);
        *y = if beta == T::ZERO {
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
    gemv(T::ONE, a, (m, n), x, T::ZERO, ax);
    gemv_transposed(T::ONE, a, (m, n), y, T::ZERO, aty);
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
    gemv(T::ONE, a, (m, n), w, T::ZERO, z);
    rows(0, z, r);
    gemv_transposed(T::ONE, a, (m, n), r, T::ZERO, g);
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
    gemv_transposed(T::ONE, a_transposed, (n, m), w, T::ZERO, z);
    rows(0, z, r);
    gemv(T::ONE, a_transposed, (n, m), r, T::ZERO, g);
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
    out.fill(T::ZERO);
    ger(alpha, x, y, out, (x.len(), y.len()));
}

/// C = alpha*op(A)*op(B) + beta*C, where op transposes or not; with beta = 0 whatever C held.
///
/// Several threads share the columns of C, unless the product is so small that starting them costs more.
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
    assert!(a.len() == m * k && b.len() == k * n && c.len() == m * n);
    if m == 0 || n == 0 {
        return;
    }
    let a = View::new(a, if a_is_transposed { k } else { m }).transposed_if(a_is_transposed);
    let b = View::new(b, if b_is_transposed { n } else { k }).transposed_if(b_is_transposed);
    let threads = if m * k * n < PARALLEL_PRODUCT {
        1
    } else {
        threads.clamp(1, n)
    };
    let width = n.div_ceil(threads).next_multiple_of(8);
    let size = packing_size((m, k, width)).next_multiple_of(8);
    let run = |start: usize, c: &mut [T], packing: &mut [T]| {
        let product = Product {
            alpha,
            a,
            weights: None,
            b: b.from(0, start),
            beta,
            sizes: (m, k, c.len() / m),
            part: Part::Full,
        };
        product.run(c, m, packing);
    };
    let packing = T::scratch(workspace, size * threads);
    if threads == 1 {
        return run(0, c, packing);
    }
    std::thread::scope(|scope| {
        let mut shares = c.chunks_mut(width * m).zip(packing.chunks_exact_mut(size)).enumerate();
        let own = shares.next();
        for (place, (c, packing)) in shares {
            let run = &run;
            scope.spawn(move || run(place * width, c, packing));
        }
        if let Some((_, (c, packing))) = own {
            run(0, c, packing);
        }
    });
}

/// C = alpha*op(A)*diag(weights)*op(A)' + beta*C, where op transposes or not; with beta = 0 whatever C held.
///
/// # Shapes
/// op(A) is (n, k), there are k weights (without them they are 1), C is (n, n) and symmetric.
///
/// # Cost
/// n^2 k multiplications, half of those of [`gemm`].
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
    assert!(a.len() == n * k && c.len() == n * n);
    assert!(weights.is_none_or(|weights| weights.len() == k));
    let a = View::new(a, if a_is_transposed { k } else { n }).transposed_if(a_is_transposed);
    let sizes = (n, k, n);
    let product = Product {
        alpha,
        a,
        weights,
        b: a.transposed(),
        beta,
        sizes,
        part: Part::Lower,
    };
    product.run(c, n, T::scratch(workspace, packing_size(sizes)));
    mirror_lower(c, n);
}
