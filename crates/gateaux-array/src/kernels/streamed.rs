//! Products of a large matrix and a thin one, in which the large one is read once and in order.
//!
//! A large matrix comes from far, so all of its columns are read from the top, a few of them at a time, while what meets
//! them stays in the first-level cache: pieces of the thin matrix where columns become inner products, pieces of the
//! result where they are added up.

use super::Scalar;
use super::blocked::View;
use super::level::{Instructions, Level, vectorized};
use super::reductions::total;

/// Columns of the large matrix that are read at a time.
const COLUMNS: usize = 4;
/// Rows or columns of the thin matrix that meet them at a time: with 32 wide registers, and with fewer.
pub(super) const MANY: usize = 5;
pub(super) const FEW: usize = 2;
/// Entries in a register.
const LANES: usize = 8;
/// Entries of a piece of the result, most of the first-level cache.
const PIECE: usize = 5120;
/// Entries of a piece of the thin matrix, which shares the cache with pieces of columns of the large one.
const THIN_PIECE: usize = 2560;

/// How many entries of scratch a product wants.
pub(super) const PIECE_SIZE: usize = PIECE;

/// A product out = alpha*T*L + beta*out for a thin T (q, r) and a large L (r, c) with contiguous columns, or
/// out = alpha*L*T + beta*out for a T (c, q). Entry (i, j) of `out`, where i counts along the thin side, stands at
/// `i*strides.0 + j*strides.1`.
pub(super) struct Streamed<'a, T> {
    pub(super) scales: (T, T),
    pub(super) thin: View<'a, T>,
    pub(super) large: View<'a, T>,
    /// r, c
    pub(super) shape: (usize, usize),
    /// q
    pub(super) width: usize,
    pub(super) strides: (usize, usize),
}

impl<T: Scalar> Streamed<'_, T> {
    /// How many rows or columns of the thin matrix may be taken at a time.
    fn group_limit(&self) -> usize {
        if Level::detected() == Level::Avx512 { MANY } else { FEW }
    }

    /// How many are: parts of one size.
    fn group(&self) -> usize {
        self.width.div_ceil(self.width.div_ceil(self.group_limit()))
    }

    /// T*L
    pub(super) fn project(&self, out: &mut [T], scratch: &mut [T]) {
        let (r, q) = (self.shape.0, self.width);
        let length = (THIN_PIECE / q).min(r);
        let mut beta = self.scales.1;
        for first in (0..r).step_by(length.max(1)) {
            let length = length.min(r - first);
            let piece = &mut scratch[..q * length];
            for (i, row) in piece.chunks_exact_mut(length).enumerate() {
                for (p, entry) in row.iter_mut().enumerate() {
                    *entry = self.thin.entry(i, first + p);
                }
            }
            project_columns(self, piece, (first, length), beta, out);
            beta = T::ONE;
        }
    }

    /// L*T
    pub(super) fn combine(&self, out: &mut [T], scratch: &mut [T]) {
        let ((r, _), q) = (self.shape, self.width);
        let parts = r.div_ceil(PIECE / q);
        let length = r.div_ceil(parts.max(1)).next_multiple_of(LANES).min(PIECE / q);
        for first in (0..r).step_by(length.max(1)) {
            let length = length.min(r - first);
            let sums = &mut scratch[..q * length];
            sums.fill(T::ZERO);
            combine_columns(self, (first, length), sums);
            for (i, sums) in sums.chunks_exact(length).enumerate() {
                let out = out[i * self.strides.0 + first * self.strides.1..].iter_mut();
                for (out, &sum) in out.step_by(self.strides.1).zip(sums) {
                    *out = blend(self.scales, sum, *out);
                }
            }
        }
    }
}

/// alpha*sum + beta*own, and the first part if beta = 0 whatever `own` is.
#[inline(always)]
fn blend<T: Scalar>((alpha, beta): (T, T), sum: T, own: T) -> T {
    if beta == T::ZERO {
        alpha * sum
    } else {
        alpha * sum + beta * own
    }
}

/// An expression in which the number of thin rows or columns that are taken at a time is a constant.
macro_rules! with_group {
    ($width:expr, $n:ident => $call:expr) => {
        match $width {
            1 => {
                const $n: usize = 1;
                $call
            }
            2 => {
                const $n: usize = 2;
                $call
            }
            3 => {
                const $n: usize = 3;
                $call
            }
            4 => {
                const $n: usize = 4;
                $call
            }
            _ => {
                const $n: usize = MANY;
                $call
            }
        }
    };
}
vectorized! {
    /// Adds the products of pieces of the thin rows, one after the other, and of the large columns.
    fn project_columns<T, I>(all: &Streamed<T>, piece: &[T], rows: (usize, usize), beta: T, out: &mut [T]) {
        let ((first, length), group) = (rows, all.group());
        let scales = (all.scales.0, beta);
        let mut j = 0;
        while j < all.shape.1 {
            let large = all.large.from(first, j);
            // As many sums as hide how long an addition takes, and as registers hold.
            let width = match (group, all.shape.1 - j) {
                (_, 1) => 1,
                (4, 3..) => 3,
                (..=3, COLUMNS..) if all.group_limit() == MANY => COLUMNS,
                _ => 2,
            };
            for (i, piece) in (0..all.width).step_by(group).zip(piece.chunks(group * length)) {
                let out = &mut out[i * all.strides.0 + j * all.strides.1..];
                with_group!(piece.len() / length, Q => match width {
                    1 => project_tile::<T, I, Q, 1>(scales, piece, large, length, all.strides, out),
                    2 => project_tile::<T, I, Q, 2>(scales, piece, large, length, all.strides, out),
                    3 => project_tile::<T, I, Q, 3>(scales, piece, large, length, all.strides, out),
                    _ => project_tile::<T, I, Q, COLUMNS>(scales, piece, large, length, all.strides, out),
                });
            }
            j += width;
        }
    }

    /// Adds the multiples of pieces of the large columns.
    fn combine_columns<T, I>(all: &Streamed<T>, rows: (usize, usize), sums: &mut [T]) {
        let ((first, length), group) = (rows, all.group());
        for j in (0..all.shape.1).step_by(COLUMNS) {
            let large = all.large.from(first, j);
            let width = COLUMNS.min(all.shape.1 - j);
            for (i, sums) in (0..all.width).step_by(group).zip(sums.chunks_mut(group * length)) {
                let thin = all.thin.from(j, i);
                if width == COLUMNS {
                    with_group!(sums.len() / length, Q => combine_tile::<T, I, Q, COLUMNS>(large, thin, length, sums));
                } else {
                    for j in 0..width {
                        with_group!(sums.len() / length, Q => combine_tile::<T, I, Q, 1>(large.from(0, j), thin.from(j, 0), length, sums));
                    }
                }
            }
        }
    }
}

#[inline(always)]
fn project_tile<T: Scalar, I: Instructions, const Q: usize, const C: usize>(
    scales: (T, T),
    piece: &[T],
    large: View<T>,
    length: usize,
    strides: (usize, usize),
    out: &mut [T],
) {
    let (mut thin, mut columns) = ([piece; Q], [piece; C]);
    for i in 0..Q {
        thin[i] = &piece[i * length..][..length];
    }
    for (j, column) in columns.iter_mut().enumerate() {
        *column = large.column(j, length);
    }
    let (thin_lanes, column_lanes) = (
        thin.map(|row| row.as_chunks::<LANES>().0),
        columns.map(|column| column.as_chunks::<LANES>().0),
    );
    let mut sums = [[[T::ZERO; LANES]; C]; Q];
    for p in 0..length / LANES {
        let mut entries = [[T::ZERO; LANES]; C];
        for j in 0..C {
            entries[j] = column_lanes[j][p];
        }
        for i in 0..Q {
            let row = thin_lanes[i][p];
            for j in 0..C {
                for lane in 0..LANES {
                    sums[i][j][lane] = I::mul_add(row[lane], entries[j][lane], sums[i][j][lane]);
                }
            }
        }
    }
    let rest = length / LANES * LANES;
    for i in 0..Q {
        for j in 0..C {
            let mut sum = total(sums[i][j], |left, right| left + right);
            for (&row, &entry) in thin[i][rest..].iter().zip(&columns[j][rest..]) {
                sum = I::mul_add(row, entry, sum);
            }
            let out = &mut out[i * strides.0 + j * strides.1];
            *out = blend(scales, sum, *out);
        }
    }
}

#[inline(always)]
fn combine_tile<T: Scalar, I: Instructions, const Q: usize, const C: usize>(
    large: View<T>,
    thin: View<T>,
    length: usize,
    sums: &mut [T],
) {
    let mut columns = [&[][..]; C];
    let mut factors = [[T::ZERO; Q]; C];
    for j in 0..C {
        columns[j] = large.column(j, length);
        for (i, factor) in factors[j].iter_mut().enumerate() {
            *factor = thin.entry(j, i);
        }
    }
    let lanes = columns.map(|column| column.as_chunks::<LANES>().0);
    let whole = length / LANES * LANES;
    for p in 0..length / LANES {
        let mut entries = [[T::ZERO; LANES]; C];
        for j in 0..C {
            entries[j] = lanes[j][p];
        }
        for i in 0..Q {
            let sums = &mut sums[i * length + p * LANES..][..LANES];
            let mut own = [T::ZERO; LANES];
            own.copy_from_slice(sums);
            for j in 0..C {
                for lane in 0..LANES {
                    own[lane] = I::mul_add(entries[j][lane], factors[j][i], own[lane]);
                }
            }
            sums.copy_from_slice(&own);
        }
    }
    for p in whole..length {
        for i in 0..Q {
            for j in 0..C {
                let sum = &mut sums[i * length + p];
                *sum = I::mul_add(columns[j][p], factors[j][i], *sum);
            }
        }
    }
}
