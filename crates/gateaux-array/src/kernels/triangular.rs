//! Systems with triangular matrices.

use super::blocked::{Part, Product, View, packing_size};
use super::level::{Instructions, vectorized};
use super::reductions::inner;
use super::{Scalar, Workspace};

/// Unknowns that are solved for by plain loops.
const BLOCK: usize = 24;
/// With fewer right sides the loops are not worse than products.
const FEW_COLUMNS: usize = 4;

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
    assert!(t.len() == n * n && b.len() == n * columns);
    if n == 0 || columns == 0 {
        return;
    }
    let triangle = Triangle {
        data: View::new(t, n).transposed_if(transposed),
        forward: lower != transposed,
        unit,
    };
    let size = BLOCK.min(n) * columns;
    let (copy, packing) = T::scratch(workspace, size + packing_size((n, BLOCK.min(n), columns))).split_at_mut(size);
    solve_columns(&triangle, n, b, n, columns, copy, packing);
}

/// A triangular matrix.
pub(super) struct Triangle<'a, T> {
    pub(super) data: View<'a, T>,
    /// Whether the first unknown is found first: the triangle is the lower one.
    pub(super) forward: bool,
    /// Whether the diagonal is 1.
    pub(super) unit: bool,
}

impl<T: Scalar> Triangle<'_, T> {
    /// The part from a row and column on.
    pub(super) fn from(&self, place: usize) -> Self {
        Triangle {
            data: self.data.from(place, place),
            ..*self
        }
    }
}

/// B = T^-1*B for columns that are `stride` apart, with scratch for [`BLOCK`] rows of B and for products.
pub(super) fn solve_columns<T: Scalar>(
    triangle: &Triangle<T>,
    n: usize,
    b: &mut [T],
    stride: usize,
    columns: usize,
    copy: &mut [T],
    packing: &mut [T],
) {
    if n <= BLOCK || columns <= FEW_COLUMNS {
        return solve_by_loops(triangle, n, b, stride, columns);
    }
    let blocks = n.div_ceil(BLOCK);
    for step in 0..blocks {
        let first = BLOCK * if triangle.forward { step } else { blocks - 1 - step };
        let height = BLOCK.min(n - first);
        solve_by_loops(&triangle.from(first), height, &mut b[first..], stride, columns);
        let copy = &mut copy[..height * columns];
        for (copy, column) in copy.chunks_exact_mut(height).zip(b.chunks(stride)) {
            copy.copy_from_slice(&column[first..first + height]);
        }
        let unsolved = if triangle.forward { first + height..n } else { 0..first };
        if unsolved.is_empty() {
            continue;
        }
        let update = Product {
            alpha: -T::ONE,
            a: triangle.data.from(unsolved.start, first),
            weights: None,
            b: View::new(copy, height),
            beta: T::ONE,
            sizes: (unsolved.len(), height, columns),
            part: Part::Full,
        };
        update.run(&mut b[unsolved.start..], stride, packing);
    }
}

vectorized! {
    fn solve_by_loops<T, I>(triangle: &Triangle<T>, n: usize, b: &mut [T], stride: usize, columns: usize) {
        for column in b.chunks_mut(stride).take(columns) {
            let column = &mut column[..n];
            for step in 0..n {
                let i = if triangle.forward { step } else { n - 1 - step };
                if triangle.data.has_contiguous_columns() {
                    eliminate::<T, I>(triangle, i, column);
                } else {
                    substitute::<T, I>(triangle, i, column);
                }
            }
        }
    }
}

/// Finds unknown i and removes it from the equations to come, by a column of the triangle.
#[inline(always)]
fn eliminate<T: Scalar, I: Instructions>(triangle: &Triangle<T>, i: usize, b: &mut [T]) {
    let n = b.len();
    let column = triangle.data.column(i, n);
    if !triangle.unit {
        b[i] /= column[i];
    }
    let factor = -b[i];
    let unsolved = if triangle.forward { i + 1..n } else { 0..i };
    for (entry, &own) in b[unsolved.clone()].iter_mut().zip(&column[unsolved]) {
        *entry = I::mul_add(own, factor, *entry);
    }
}

/// Finds unknown i from those that are known, by a row of the triangle.
#[inline(always)]
fn substitute<T: Scalar, I: Instructions>(triangle: &Triangle<T>, i: usize, b: &mut [T]) {
    let n = b.len();
    let row = triangle.data.transposed().column(i, n);
    let known = if triangle.forward { 0..i } else { i + 1..n };
    let rest = b[i] - inner::<T, I>(&row[known.clone()], &b[known]);
    b[i] = if triangle.unit { rest } else { rest / row[i] };
}
