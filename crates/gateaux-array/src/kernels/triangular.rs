//! Systems with triangular matrices.

use super::blocked::{Part, Product, View, packing_size};
use super::level::{Instructions, vectorized};
use super::reductions::inner;
use super::{Scalar, Workspace};

/// Unknowns that are solved for by plain loops.
pub(super) const BLOCK: usize = 24;
/// Unknowns that are taken out of all other equations by one product: a multiple of [`BLOCK`].
pub(super) const LARGE_BLOCK: usize = 120;
/// With fewer right sides the loops are not worse than products.
const FEW_COLUMNS: usize = 4;
/// Right sides that are solved for together: many, and the rest.
const MANY: usize = 32;
const FEW: usize = 8;

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
    let (copy_size, packing) = solve_sizes(n, columns);
    let (copy, packing) = T::scratch(workspace, copy_size + packing).split_at_mut(copy_size);
    solve_columns(&triangle, n, b, n, &|_| columns, copy, packing);
}

/// How many entries of scratch [`solve_columns`] wants for copies and for products.
pub(super) fn solve_sizes(n: usize, columns: usize) -> (usize, usize) {
    let height = LARGE_BLOCK.min(n);
    (
        (height * columns).next_multiple_of(8),
        packing_size((n, height, columns)),
    )
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

    /// The row of the unknown that is found in this place, which is the place of the unknown of this row, too.
    #[inline(always)]
    fn place(&self, i: usize, n: usize) -> usize {
        if self.forward { i } else { n - 1 - i }
    }

    #[inline(always)]
    fn entry(&self, i: usize, j: usize) -> T {
        self.data.from(i, j).rest()[0]
    }
}

/// B = T^-1*B for columns that are `stride` apart, with scratch of [`solve_sizes`]. What is known from a block of unknowns
/// that ends with a number is different from 0 in `columns` of this number.
pub(super) fn solve_columns<T: Scalar>(
    triangle: &Triangle<T>,
    n: usize,
    b: &mut [T],
    stride: usize,
    columns: &dyn Fn(usize) -> usize,
    copy: &mut [T],
    packing: &mut [T],
) {
    if columns(n) <= FEW_COLUMNS || n.max(columns(n)) <= FEW {
        return solve_by_loops(triangle, n, b, stride, columns(n));
    }
    if n <= BLOCK {
        return solve_together(triangle, n, b, stride, columns(n));
    }
    let size = if n > LARGE_BLOCK { LARGE_BLOCK } else { BLOCK };
    let blocks = n.div_ceil(size);
    for step in 0..blocks {
        let first = size * if triangle.forward { step } else { blocks - 1 - step };
        let height = size.min(n - first);
        let columns = columns(first + height);
        solve_columns(
            &triangle.from(first),
            height,
            &mut b[first..],
            stride,
            &|_| columns,
            copy,
            packing,
        );
        let unsolved = if triangle.forward { first + height..n } else { 0..first };
        if unsolved.is_empty() {
            continue;
        }
        let copy = &mut copy[..height * columns];
        for (copy, column) in copy.chunks_exact_mut(height).zip(b.chunks(stride)) {
            copy.copy_from_slice(&column[first..first + height]);
        }
        let update = Product {
            alpha: -T::ONE,
            a: triangle.data.from(unsolved.start, first),
            weights: None,
            b: View::new(copy, height),
            beta: T::ONE,
            sizes: (unsolved.len(), height, columns),
            part: Part::Full,
            a_is_upper: false,
        };
        update.run(&mut b[unsolved.start..], stride, packing);
    }
}

/// A small triangular matrix whose unknowns are found in the order of its rows.
struct Rows<T> {
    /// What stands before the diagonal, negated.
    factors: [[T; BLOCK]; BLOCK],
    reciprocals: [T; BLOCK],
}

impl<T: Scalar> Rows<T> {
    /// The rows in the order in which their unknowns are found, unless dividing by a number of the diagonal differs from
    /// multiplying with its reciprocal by more than rounding.
    #[inline(always)]
    fn new(triangle: &Triangle<T>, n: usize) -> Option<Rows<T>> {
        let mut rows = Rows {
            factors: [[T::ZERO; BLOCK]; BLOCK],
            reciprocals: [T::ONE; BLOCK],
        };
        let mut is_safe = true;
        for i in 0..n {
            for p in 0..i {
                rows.factors[i][p] = -triangle.entry(triangle.place(i, n), triangle.place(p, n));
            }
            if !triangle.unit {
                let place = triangle.place(i, n);
                let reciprocal = T::ONE / triangle.entry(place, place);
                rows.reciprocals[i] = reciprocal;
                is_safe &= is_safe_reciprocal(reciprocal);
            }
        }
        is_safe.then_some(rows)
    }

    /// Solves for some right sides at once, whose entries for an unknown stand together.
    #[inline(always)]
    fn solve<I: Instructions, const LANES: usize>(&self, n: usize, x: &mut [[T; LANES]; BLOCK]) {
        for i in 0..n {
            let mut sum = x[i];
            for (known, &factor) in x[..i].iter().zip(&self.factors[i]) {
                for lane in 0..LANES {
                    sum[lane] = I::mul_add(factor, known[lane], sum[lane]);
                }
            }
            for entry in &mut sum {
                *entry *= self.reciprocals[i];
            }
            x[i] = sum;
        }
    }
}

/// Whether a number multiplied with this reciprocal is divided but for rounding: that of a subnormal number may overflow,
/// and that of a large one has lost digits.
#[inline(always)]
pub(super) fn is_safe_reciprocal<T: Scalar>(reciprocal: T) -> bool {
    let largest = T::nearest(f64::from(f32::MAX) / 16.0);
    reciprocal.size() <= largest && reciprocal.size() * largest >= T::ONE
}

vectorized! {
    /// As [`solve_by_loops`] for up to [`BLOCK`] unknowns and many right sides.
    fn solve_together<T, I>(triangle: &Triangle<T>, n: usize, b: &mut [T], stride: usize, columns: usize) {
        let Some(rows) = Rows::new(triangle, n) else {
            return solve_by_loops(triangle, n, b, stride, columns);
        };
        let mut first = 0;
        while first < columns {
            let width = columns - first;
            let b = &mut b[first * stride..];
            first += if width >= MANY {
                solve_lanes::<T, I, MANY>(&rows, triangle, n, b, stride, MANY)
            } else {
                solve_lanes::<T, I, FEW>(&rows, triangle, n, b, stride, FEW.min(width))
            };
        }
    }

    /// B = B*T'^-1 for a lower T with up to [`BLOCK`] columns and a B of m rows, whose columns are `stride` apart; whether T
    /// was such that it could be done.
    pub(super) fn solve_rows<T, I>(triangle: &Triangle<T>, n: usize, b: &mut [T], stride: usize, m: usize) -> bool {
        let Some(rows) = Rows::new(triangle, n) else {
            return false;
        };
        let mut first = 0;
        while first < m {
            let height = m - first;
            let b = &mut b[first..];
            first += if height >= MANY {
                solve_run::<T, I, MANY>(&rows, n, b, stride, MANY)
            } else {
                solve_run::<T, I, FEW>(&rows, n, b, stride, FEW.min(height))
            };
        }
        true
    }
}

/// Solves for a few columns of B; how many.
#[inline(always)]
fn solve_lanes<T: Scalar, I: Instructions, const LANES: usize>(
    rows: &Rows<T>,
    triangle: &Triangle<T>,
    n: usize,
    b: &mut [T],
    stride: usize,
    columns: usize,
) -> usize {
    let mut x = [[T::ZERO; LANES]; BLOCK];
    for (lane, column) in b.chunks(stride).take(columns).enumerate() {
        for (i, &entry) in column[..n].iter().enumerate() {
            x[triangle.place(i, n)][lane] = entry;
        }
    }
    rows.solve::<I, LANES>(n, &mut x);
    for (lane, column) in b.chunks_mut(stride).take(columns).enumerate() {
        for (i, entry) in column[..n].iter_mut().enumerate() {
            *entry = x[triangle.place(i, n)][lane];
        }
    }
    columns
}

/// Solves for a run of rows of B; how many.
#[inline(always)]
fn solve_run<T: Scalar, I: Instructions, const LANES: usize>(
    rows: &Rows<T>,
    n: usize,
    b: &mut [T],
    stride: usize,
    height: usize,
) -> usize {
    let mut x = [[T::ZERO; LANES]; BLOCK];
    for (x, column) in x.iter_mut().zip(b.chunks(stride)).take(n) {
        copy_run(&column[..height], &mut x[..height]);
    }
    rows.solve::<I, LANES>(n, &mut x);
    for (x, column) in x.iter().zip(b.chunks_mut(stride)).take(n) {
        copy_run(&x[..height], &mut column[..height]);
    }
    height
}

/// Copies a run, which mostly has a length that is known.
#[inline(always)]
fn copy_run<T: Scalar>(source: &[T], out: &mut [T]) {
    let (runs, rest) = source.as_chunks::<FEW>();
    let (out_runs, out_rest) = out.as_chunks_mut::<FEW>();
    for (out, run) in out_runs.iter_mut().zip(runs) {
        *out = *run;
    }
    for (out, &entry) in out_rest.iter_mut().zip(rest) {
        *out = entry;
    }
}

vectorized! {
    fn solve_by_loops<T, I>(triangle: &Triangle<T>, n: usize, b: &mut [T], stride: usize, columns: usize) {
        for column in b.chunks_mut(stride).take(columns) {
            let column = &mut column[..n];
            for step in 0..n {
                let i = triangle.place(step, n);
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
