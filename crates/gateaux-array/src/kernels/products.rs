//! Products of matrices.

use super::blocked::{Part, Product, Shares, View, packing_size};
use super::layout::mirror_lower;
use super::thin::{COPY_SIZE, Thin};
use super::{Scalar, Workspace};

/// Products with fewer multiplications than this run on one thread.
const PARALLEL_PRODUCT: usize = 96 * 96 * 96;

/// C = alpha*op(A)*op(B) + beta*C, where op transposes or not; with beta = 0 whatever C held.
///
/// Several threads share the columns of C, unless the product is so small that calling them costs more.
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
    let thin = Thin {
        alpha,
        a,
        b,
        beta,
        sizes: (m, k, n),
    };
    if thin.run(c, T::scratch(workspace, COPY_SIZE)) {
        return;
    }
    let product = Product {
        alpha,
        a,
        weights: None,
        b,
        beta,
        sizes: (m, k, n),
        part: Part::Full,
        a_is_upper: false,
    };
    if threads > 1 && m * k * n >= PARALLEL_PRODUCT {
        let shares = Shares::new((m, k, n), threads);
        return product.run_shared(c, &shares, T::scratch(workspace, shares.packing_size()));
    }
    product.run(c, m, T::scratch(workspace, packing_size((m, k, n))));
}

/// C = alpha*op(A)*op(B), of which is known that it is symmetric, as `A'*(S*A)` is: one half of it is computed, the
/// other one copied.
///
/// # Shapes
/// op(A) is (n, k), op(B) is (k, n), C is (n, n).
///
/// # Cost
/// n^2 k multiplications, half of those of [`gemm`].
#[expect(clippy::too_many_arguments, reason = "those of BLAS, which readers know")]
pub fn symmetric_gemm<T: Scalar>(
    alpha: T,
    a: &[T],
    a_is_transposed: bool,
    b: &[T],
    b_is_transposed: bool,
    c: &mut [T],
    (n, k): (usize, usize),
    workspace: &mut Workspace,
) {
    assert!(a.len() == n * k && b.len() == k * n && c.len() == n * n);
    let sizes = (n, k, n);
    let product = Product {
        alpha,
        a: View::new(a, if a_is_transposed { k } else { n }).transposed_if(a_is_transposed),
        weights: None,
        b: View::new(b, if b_is_transposed { n } else { k }).transposed_if(b_is_transposed),
        beta: T::zero(),
        sizes,
        part: Part::Lower,
        a_is_upper: false,
    };
    product.run(c, n, T::scratch(workspace, packing_size(sizes)));
    mirror_lower(c, n);
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
        a_is_upper: false,
    };
    product.run(c, n, T::scratch(workspace, packing_size(sizes)));
    mirror_lower(c, n);
}
