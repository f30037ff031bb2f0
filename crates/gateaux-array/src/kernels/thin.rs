//! Products of matrices one of which is thin, straight from where they stand.
//!
//! Copying the factors, as the blocked product does, pays only where each entry is used often. Here a tile of the result
//! stays in the registers while a piece of each column of the left factor meets the entries of a row of the right one.
//! Where a column is shorter than the piece, the entries behind it are multiplied, too, and thrown away.

use super::Scalar;
use super::blocked::View;
use super::level::{Instructions, Level, vectorized, with_width};
use super::matrix_vector::project_on_columns;
use super::streamed::{FEW, MANY, PIECE_SIZE, Streamed};

/// Rows of a tile, which fill a wide register.
const ROWS: usize = 8;
/// Columns of the widest tile.
const COLUMNS: usize = 8;
/// Columns of the widest tile whose rows fill two registers: with more the compiler no longer keeps it in them.
const COLUMNS_OF_TWO: usize = 6;
/// Up to this size a side of the result is thin.
const THIN: usize = 16;
/// Up to this size the blocked product reads its factors where they stand, too, or copies little.
const SMALL: usize = 64;
/// Sums with more terms are spread over too many pages of memory to read a piece of a column at a time.
const FEW_TERMS: usize = 64;
/// Entries of a factor that is transposed first.
const MAX_COPY: usize = THIN * FEW_TERMS;

/// C = alpha*A*B + beta*C for the columns one after the other.
pub(super) struct Thin<'a, T> {
    pub(super) alpha: T,
    /// (m, k)
    pub(super) a: View<'a, T>,
    /// (k, n)
    pub(super) b: View<'a, T>,
    pub(super) beta: T,
    /// m, k, n
    pub(super) sizes: (usize, usize, usize),
}

/// How many entries of scratch a thin product wants.
pub(super) const COPY_SIZE: usize = if MAX_COPY > PIECE_SIZE { MAX_COPY } else { PIECE_SIZE };

impl<T: Scalar> Thin<'_, T> {
    /// Computes the product if the sizes are such that it is faster than the blocked one; whether it did.
    pub(super) fn run(&self, c: &mut [T], scratch: &mut [T]) -> bool {
        let (m, k, n) = self.sizes;
        if m.max(k).max(n) <= SMALL || self.a.is_direct_left() && self.b.is_direct_right() {
            return false;
        }
        if self.run_streamed(c, scratch) {
            return true;
        }
        // A piece of each column is read by itself, so the side along them is better thin as a whole.
        let fits = |rows: usize, columns: usize| rows <= THIN || columns <= THIN && k <= FEW_TERMS;
        let (by_columns, by_rows) = (
            self.a.has_contiguous_columns(),
            self.b.transposed().has_contiguous_columns(),
        );
        if by_columns && fits(m, n) && (!by_rows || m >= ROWS.min(n)) {
            self.multiply(self.a, self.b, (m, n), (1, m), c);
        } else if by_rows && fits(n, m) {
            self.multiply(self.b.transposed(), self.a.transposed(), (n, m), (m, 1), c);
        } else if by_columns || by_rows {
            return false;
        } else if k > FEW_TERMS && m.min(n) <= THIN {
            project_each(self.alpha, self.a.transposed(), self.b, self.beta, self.sizes, c);
        } else if m <= THIN && k <= FEW_TERMS {
            self.multiply(copied(self.a, (m, k), scratch), self.b, (m, n), (1, m), c);
        } else if n <= THIN && k <= FEW_TERMS {
            self.multiply(
                copied(self.b.transposed(), (n, k), scratch),
                self.a.transposed(),
                (n, m),
                (m, 1),
                c,
            );
        } else {
            return false;
        }
        true
    }

    /// Computes the product if one factor is so large and the other one so thin that it is best to read the large one in
    /// order; whether it did.
    fn run_streamed(&self, c: &mut [T], scratch: &mut [T]) -> bool {
        let (m, k, n) = self.sizes;
        let (thin, large, shape, width, strides) = if m <= n {
            (self.a, self.b, (k, n), m, (1, m))
        } else {
            (self.b.transposed(), self.a.transposed(), (k, m), n, (m, 1))
        };
        let projects = large.has_contiguous_columns();
        if width == 1 || k <= FEW_TERMS || !is_streamed(width, projects, thin.has_contiguous_columns()) {
            return false;
        }
        let scales = (self.alpha, self.beta);
        if projects {
            let streamed = Streamed {
                scales,
                thin,
                large,
                shape,
                width,
                strides,
            };
            streamed.project(c, scratch);
        } else {
            let streamed = Streamed {
                scales,
                thin: thin.transposed(),
                large: large.transposed(),
                shape: (shape.1, shape.0),
                width,
                strides,
            };
            streamed.combine(c, scratch);
        }
        true
    }

    /// The product of a left factor with contiguous columns, whose entry (i, j) is written to `i*strides.0 + j*strides.1`.
    fn multiply(&self, left: View<T>, right: View<T>, sizes: (usize, usize), strides: (usize, usize), c: &mut [T]) {
        let scales = (self.alpha, self.beta);
        let depth = self.sizes.1;
        if Level::detected() == Level::Avx512 && sizes.0 > ROWS {
            tiles_of_two_registers(scales, left, right, depth, sizes, strides, c);
        } else {
            tiles_of_one_register(scales, left, right, depth, sizes, strides, c);
        }
    }
}

/// Whether a thin matrix of this width is better brought to the large one, as measured.
fn is_streamed(width: usize, projects: bool, thin_has_contiguous_columns: bool) -> bool {
    match (projects, Level::detected()) {
        (false, _) => width <= MANY,
        (true, Level::Avx512) => width <= MANY || width <= THIN && !thin_has_contiguous_columns,
        (true, _) => width <= FEW,
    }
}

/// The same matrix with contiguous columns.
fn copied<'a, T: Scalar>(a: View<T>, (m, k): (usize, usize), copy: &'a mut [T]) -> View<'a, T> {
    for i in 0..m {
        let row = a.transposed().column(i, k);
        for (copy, &entry) in copy[i..].iter_mut().step_by(m).zip(row) {
            *copy = entry;
        }
    }
    View::new(copy, m)
}

/// C = alpha*A'*B + beta*C by inner products; a few columns of A stay in the cache for all columns of B.
fn project_each<T: Scalar>(alpha: T, a: View<T>, b: View<T>, beta: T, (m, k, n): (usize, usize, usize), c: &mut [T]) {
    for first in (0..m).step_by(COLUMNS) {
        let width = COLUMNS.min(m - first);
        for j in 0..n {
            let c = &mut c[first + j * m..][..width];
            project_on_columns(alpha, a.from(0, first).column(0, k * width), k, b.column(j, k), beta, c);
        }
    }
}

vectorized! {
    fn tiles_of_one_register<T, I>(
        scales: (T, T),
        left: View<T>,
        right: View<T>,
        depth: usize,
        sizes: (usize, usize),
        strides: (usize, usize),
        c: &mut [T],
    ) {
        tiles::<T, I, ROWS, COLUMNS>(scales, left, right, depth, sizes, strides, c);
    }

    fn tiles_of_two_registers<T, I>(
        scales: (T, T),
        left: View<T>,
        right: View<T>,
        depth: usize,
        sizes: (usize, usize),
        strides: (usize, usize),
        c: &mut [T],
    ) {
        tiles::<T, I, { 2 * ROWS }, COLUMNS_OF_TWO>(scales, left, right, depth, sizes, strides, c);
    }
}

#[inline(always)]
fn tiles<T: Scalar, I: Instructions, const R: usize, const C: usize>(
    scales: (T, T),
    left: View<T>,
    right: View<T>,
    depth: usize,
    (m, n): (usize, usize),
    strides: (usize, usize),
    c: &mut [T],
) {
    // Tiles of about one width: a narrow one has too few sums to hide how long an addition takes.
    let width = n.div_ceil(n.div_ceil(C));
    for i in (0..m).step_by(R) {
        let height = R.min(m - i);
        let left = left.from(i, 0);
        for j in (0..n).step_by(width) {
            let right = right.from(0, j);
            let c = &mut c[i * strides.0 + j * strides.1..];
            let shape = (height, depth);
            with_width!(width.min(n - j), N => tile::<T, I, R, N>(scales, left, right, shape, strides, c));
        }
    }
}

/// One tile of the result.
#[inline(always)]
fn tile<T: Scalar, I: Instructions, const R: usize, const N: usize>(
    (alpha, beta): (T, T),
    left: View<T>,
    right: View<T>,
    (height, depth): (usize, usize),
    (row_stride, column_stride): (usize, usize),
    c: &mut [T],
) {
    let sums = if right.has_contiguous_columns() {
        let mut columns = [&[][..]; N];
        for (j, column) in columns.iter_mut().enumerate() {
            *column = right.column(j, depth);
        }
        sums::<T, I, R, N>(left, depth, |p| {
            let mut row = [T::ZERO; N];
            for j in 0..N {
                row[j] = columns[j][p];
            }
            row
        })
    } else {
        let rows = right.transposed();
        sums::<T, I, R, N>(left, depth, |p| {
            let mut row = [T::ZERO; N];
            row.copy_from_slice(rows.column(p, N));
            row
        })
    };
    for (j, sums) in sums.iter().enumerate() {
        let c = &mut c[j * column_stride..];
        if let (Some(c), true) = (c.first_chunk_mut::<R>(), row_stride == 1 && height == R) {
            for i in 0..R {
                c[i] = blend::<T, I>(alpha * sums[i], beta, c[i]);
            }
        } else {
            for (c, &sum) in c.iter_mut().step_by(row_stride).zip(&sums[..height]) {
                *c = blend::<T, I>(alpha * sum, beta, *c);
            }
        }
    }
}

/// product + beta*own, and the product if beta = 0 whatever `own` is.
#[inline(always)]
fn blend<T: Scalar, I: Instructions>(product: T, beta: T, own: T) -> T {
    if beta == T::ZERO {
        product
    } else {
        I::mul_add(beta, own, product)
    }
}

/// The sums of the products of pieces of columns and rows of numbers.
#[inline(always)]
fn sums<T: Scalar, I: Instructions, const R: usize, const N: usize>(
    left: View<T>,
    depth: usize,
    row: impl Fn(usize) -> [T; N],
) -> [[T; R]; N] {
    let mut sums = [[T::ZERO; R]; N];
    let mut p = 0;
    while p < depth
        && let Some(piece) = left.from(0, p).rest().first_chunk::<R>()
    {
        add::<T, I, R, N>(piece, row(p), &mut sums);
        p += 1;
    }
    // Close to its end the matrix is shorter than a piece.
    for p in p..depth {
        let mut piece = [T::ZERO; R];
        for (own, &entry) in piece.iter_mut().zip(left.from(0, p).rest()) {
            *own = entry;
        }
        add::<T, I, R, N>(&piece, row(p), &mut sums);
    }
    sums
}

/// Adds the products of a piece of a column and a row of numbers.
#[inline(always)]
fn add<T: Scalar, I: Instructions, const R: usize, const N: usize>(
    piece: &[T; R],
    row: [T; N],
    sums: &mut [[T; R]; N],
) {
    for j in 0..N {
        for i in 0..R {
            sums[j][i] = I::mul_add(piece[i], row[j], sums[j][i]);
        }
    }
}
