//! The blocked matrix product that all large products and factorizations are made of.
//!
//! Blocks of both factors are copied ("packed") into the order in which the innermost loop reads them: a block of the
//! left factor that fits into the second-level cache, one of the right factor for the third. Copying also transposes and
//! scales, so that the loops know of neither. Small factors are read where they stand.
//!
//! # Source
//! K. Goto, R. van de Geijn, Anatomy of high-performance matrix multiplication, 2008; F. Van Zee, R. van de Geijn, BLIS: a
//! framework for rapidly instantiating BLAS functionality, 2015.

use super::Scalar;
use super::crew::share;
use super::level::{Level, vectorized};
use super::tile::Strip;

/// Rows of a packed block of the left factor: a multiple of the rows of each tile.
const BLOCK_ROWS: usize = 192;
/// Terms of a sum that one pass over the result adds.
const BLOCK_TERMS: usize = 256;
/// Columns of a packed block of the right factor: a multiple of the columns of each tile.
const BLOCK_COLUMNS: usize = 2048;
/// Rows of a packed block of the left factor that several threads share: a multiple of [`BLOCK_ROWS`].
const SHARED_ROWS: usize = 2112;
/// Columns of the result that one of several threads computes at a time: with a block of the left factor those of the
/// right one fit the second-level cache.
const PART_COLUMNS: usize = 256;
/// Columns of a factor that is read where it stands: those of a larger one lie on too many pages of memory, or on the same
/// places of the cache, so that a copy of them pays.
const MAX_DIRECT: usize = 256;

/// A matrix inside a slice: entry (i, j) stands at `i*row_stride + j*column_stride`.
#[derive(Clone, Copy)]
pub(super) struct View<'a, T> {
    data: &'a [T],
    row_stride: usize,
    column_stride: usize,
}

impl<'a, T> View<'a, T> {
    /// The matrix whose columns are `stride` apart.
    pub(super) fn new(data: &'a [T], stride: usize) -> View<'a, T> {
        View {
            data,
            row_stride: 1,
            column_stride: stride,
        }
    }

    /// Everything that the slice holds.
    #[inline(always)]
    pub(super) fn rest(self) -> &'a [T] {
        self.data
    }

    /// The transpose of the matrix.
    pub(super) fn transposed(self) -> View<'a, T> {
        View {
            data: self.data,
            row_stride: self.column_stride,
            column_stride: self.row_stride,
        }
    }

    /// Whether a column is a slice; otherwise a row is.
    #[inline(always)]
    pub(super) fn has_contiguous_columns(self) -> bool {
        self.row_stride == 1
    }

    /// Whether tiles read this left factor where it stands.
    #[inline(always)]
    pub(super) fn is_direct_left(&self) -> bool {
        self.row_stride == 1 && self.column_stride <= MAX_DIRECT
    }

    /// Whether tiles read this right factor where it stands.
    #[inline(always)]
    pub(super) fn is_direct_right(&self) -> bool {
        self.row_stride.max(self.column_stride) <= MAX_DIRECT
    }

    /// The first n entries of a column of a matrix with contiguous columns.
    #[inline(always)]
    pub(super) fn column(self, j: usize, n: usize) -> &'a [T] {
        &self.data[j * self.column_stride..][..n]
    }

    /// The entry (i, j).
    #[inline(always)]
    pub(super) fn entry(self, i: usize, j: usize) -> T
    where
        T: Copy,
    {
        self.data[i * self.row_stride + j * self.column_stride]
    }

    /// The transpose if so wished.
    pub(super) fn transposed_if(self, transposed: bool) -> View<'a, T> {
        if transposed { self.transposed() } else { self }
    }

    /// The part of the matrix from the entry (i, j) on.
    #[inline(always)]
    pub(super) fn from(self, i: usize, j: usize) -> View<'a, T> {
        let start = i * self.row_stride + j * self.column_stride;
        View {
            data: self.data.get(start..).unwrap_or(&[]),
            ..self
        }
    }
}

/// Which entries of a product are wanted.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// All of them.
    Full,
    /// Those on and below the diagonal; what stands above afterwards is not told.
    Lower,
}

/// A product C = alpha*A*diag(weights)*B + beta*C.
pub(super) struct Product<'a, T> {
    pub(super) alpha: T,
    /// (m, k)
    pub(super) a: View<'a, T>,
    /// k of them; without they are 1.
    pub(super) weights: Option<&'a [T]>,
    /// (k, n)
    pub(super) b: View<'a, T>,
    pub(super) beta: T,
    /// m, k, n
    pub(super) sizes: (usize, usize, usize),
    pub(super) part: Part,
    /// Whether A is upper triangular, with zeros below its diagonal that are left out where that is cheap; then k = m.
    pub(super) a_is_upper: bool,
}

/// How many entries of scratch a product of these sizes wants.
pub(super) fn packing_size((m, k, n): (usize, usize, usize)) -> usize {
    let terms = k.min(BLOCK_TERMS);
    // Tiles stick out of the matrix by less than the largest of their sizes.
    terms * ((m + 48).min(BLOCK_ROWS) + (n + 8).min(BLOCK_COLUMNS))
}

impl<T: Scalar> Product<'_, T> {
    /// Computes the product into `c`, whose columns are `stride` apart, with scratch of [`packing_size`].
    pub(super) fn run(&self, c: &mut [T], stride: usize, packing: &mut [T]) {
        let level = Level::detected();
        let (m, k, n) = self.sizes;
        if m == 0 || n == 0 {
            return;
        }
        if k == 0 {
            return scale_columns(self.beta, c, stride, (m, n));
        }
        let (rows, columns) = T::shape(level);
        let terms = k.min(BLOCK_TERMS);
        let (packed_a, packed_b) = packing.split_at_mut(terms * m.next_multiple_of(rows).min(BLOCK_ROWS));
        for j in (0..n).step_by(BLOCK_COLUMNS) {
            let width = (n - j).min(BLOCK_COLUMNS);
            for p in (0..k).step_by(BLOCK_TERMS) {
                let depth = (k - p).min(BLOCK_TERMS);
                let weights = self.weights.map(|weights| &weights[p..p + depth]);
                let b = Strips::right(self.b.from(p, j), (depth, width), columns, weights, packed_b);
                let first = if self.part == Part::Lower { j / rows * rows } else { 0 };
                // All rows of a tile have their first terms in the same pass.
                let end = if self.a_is_upper {
                    (p + depth).next_multiple_of(rows).min(m)
                } else {
                    m
                };
                for i in (first..end).step_by(BLOCK_ROWS) {
                    let height = (end - i).min(BLOCK_ROWS);
                    let block = Block {
                        scales: (self.alpha, self.beta),
                        sizes: (height, depth, width),
                        lead: (self.part == Part::Lower).then(|| i as isize - j as isize),
                        place: (i, p),
                        a_is_upper: self.a_is_upper,
                    };
                    let a = Strips::left(self.a.from(i, p), (height, depth), rows, packed_a);
                    block.run(level, a, b, &mut c[i + j * stride..], stride);
                }
            }
        }
    }
}

/// How several threads share a product.
pub(super) struct Shares {
    /// No more than there are parts.
    threads: usize,
    /// Columns of a part.
    width: usize,
    /// Entries of scratch for the left factor, and for the right one on each thread.
    packing: (usize, usize),
}

impl Shares {
    /// Two parts for each thread, or more, so that one which is late takes fewer.
    pub(super) fn new((m, k, n): (usize, usize, usize), threads: usize) -> Shares {
        let width = n.div_ceil(2 * threads).min(PART_COLUMNS).next_multiple_of(8);
        let terms = k.min(BLOCK_TERMS);
        // Tiles stick out of the matrix by less than the largest of their sizes.
        let left = (terms * (m + 48).min(SHARED_ROWS)).next_multiple_of(8);
        Shares {
            threads: threads.min(n.div_ceil(width)),
            width,
            packing: (left, (terms * width).next_multiple_of(8)),
        }
    }

    /// How many entries of scratch the product wants.
    pub(super) fn packing_size(&self) -> usize {
        self.packing.0 + self.threads * self.packing.1
    }
}

impl<T: Scalar> Product<'_, T> {
    /// Computes all of a product without weights into a matrix without gaps, on several threads: each takes some columns
    /// at a time, and all share the packed left factor.
    pub(super) fn run_shared(&self, c: &mut [T], shares: &Shares, packing: &mut [T]) {
        let level = Level::detected();
        let (m, k, _) = self.sizes;
        let (rows, columns) = T::shape(level);
        let (packed_a, packed_b) = packing.split_at_mut(shares.packing.0);
        for i in (0..m).step_by(SHARED_ROWS) {
            let height = (m - i).min(SHARED_ROWS);
            for p in (0..k).step_by(BLOCK_TERMS) {
                let depth = (k - p).min(BLOCK_TERMS);
                let view = self.a.from(i, p);
                if !view.is_direct_left() {
                    let blocks = packed_a.chunks_mut(BLOCK_ROWS * depth).enumerate();
                    let blocks = blocks.take(height.div_ceil(BLOCK_ROWS));
                    share(0..shares.threads, blocks, |_, (place, packed)| {
                        let first = place * BLOCK_ROWS;
                        pack(
                            view.from(first, 0),
                            ((height - first).min(BLOCK_ROWS), depth),
                            rows,
                            None,
                            packed,
                        );
                    });
                }
                let a = Strips::left_or_packed(view, depth, rows, packed_a);
                let rooms = packed_b.chunks_exact_mut(shares.packing.1).take(shares.threads);
                let parts = c.chunks_mut(shares.width * m).enumerate();
                share(rooms, parts, |packed_b, (place, c)| {
                    let width = c.len() / m;
                    let b = self.b.from(p, place * shares.width);
                    let b = Strips::right(b, (depth, width), columns, None, packed_b);
                    for first in (0..height).step_by(BLOCK_ROWS) {
                        let block = Block {
                            scales: (self.alpha, self.beta),
                            sizes: ((height - first).min(BLOCK_ROWS), depth, width),
                            lead: None,
                            place: (i + first, p),
                            a_is_upper: false,
                        };
                        block.run(level, a.after(first / rows), b, &mut c[i + first..], m);
                    }
                });
            }
        }
    }
}

/// A factor that is cut into strips for the tiles.
#[derive(Clone, Copy)]
struct Strips<'a, T> {
    /// The first strip and all that follow.
    all: Strip<'a, T>,
    /// How far the strips are apart.
    distance: usize,
}

impl<'a, T: Scalar> Strips<'a, T> {
    /// Strips of this many rows of a left factor of m rows and k columns.
    fn left(a: View<'a, T>, (m, k): (usize, usize), rows: usize, packed: &'a mut [T]) -> Strips<'a, T> {
        if !a.is_direct_left() {
            pack(a, (m, k), rows, None, packed);
        }
        Strips::left_or_packed(a, k, rows, packed)
    }

    /// Strips of a left factor of k columns where it stands, or of its packed copy if it wants one.
    fn left_or_packed(a: View<'a, T>, k: usize, rows: usize, packed: &'a [T]) -> Strips<'a, T> {
        if !a.is_direct_left() {
            return Strips::packed(packed, k, rows);
        }
        let (data, step) = (a.data, a.column_stride);
        Strips {
            all: Strip { data, step, next: 1 },
            distance: rows,
        }
    }

    /// Strips of this many columns of a right factor of k rows and n columns, each row of which has a weight.
    fn right(
        b: View<'a, T>,
        (k, n): (usize, usize),
        columns: usize,
        weights: Option<&[T]>,
        packed: &'a mut [T],
    ) -> Strips<'a, T> {
        if weights.is_none() && b.is_direct_right() {
            let (data, step, next) = (b.data, b.row_stride, b.column_stride);
            return Strips {
                all: Strip { data, step, next },
                distance: columns * next,
            };
        }
        pack(b.transposed(), (n, k), columns, weights, packed);
        Strips::packed(packed, k, columns)
    }

    fn packed(data: &'a [T], depth: usize, entries: usize) -> Strips<'a, T> {
        Strips {
            all: Strip {
                data,
                step: entries,
                next: 1,
            },
            distance: depth * entries,
        }
    }

    /// The strips without the first ones.
    fn after(&self, strips: usize) -> Strips<'a, T> {
        Strips {
            all: self.strip(strips),
            ..*self
        }
    }

    #[inline(always)]
    fn strip(&self, place: usize) -> Strip<'a, T> {
        Strip {
            data: &self.all.data[place * self.distance..],
            ..self.all
        }
    }
}

/// A product of blocks that are cut into strips.
struct Block<T> {
    /// alpha and beta
    scales: (T, T),
    /// Rows, terms, columns.
    sizes: (usize, usize, usize),
    /// How far the block lies below the diagonal, if only the lower part is wanted: the first row of it that lies on or
    /// below the diagonal in a column j of it is j - lead.
    lead: Option<isize>,
    /// The first row and the first term.
    place: (usize, usize),
    /// Whether rows have no terms before their diagonal.
    a_is_upper: bool,
}

impl<T: Scalar> Block<T> {
    fn run(&self, level: Level, a: Strips<T>, b: Strips<T>, c: &mut [T], stride: usize) {
        let (height, depth, width) = self.sizes;
        let (rows, columns) = T::shape(level);
        for (place, j) in (0..width).step_by(columns).enumerate() {
            let b = b.strip(place);
            let width = columns.min(width - j);
            for (place, i) in (0..height).step_by(rows).enumerate() {
                if self.lead.is_some_and(|lead| lead + ((i + rows) as isize) <= j as isize) {
                    continue;
                }
                let (skipped, scales) = self.terms_of(i);
                let sizes = (rows.min(height - i), depth - skipped, width);
                let (a, b) = (a.strip(place).after(skipped), b.after(skipped));
                T::multiply(level, scales, a, b, &mut c[i + j * stride..], stride, sizes);
            }
        }
    }

    /// How many terms the rows from here on do without, and their scales: beta belongs to their first terms.
    #[inline(always)]
    fn terms_of(&self, i: usize) -> (usize, (T, T)) {
        let ((row, term), (alpha, beta)) = (self.place, self.scales);
        let (is_first, skipped) = if self.a_is_upper {
            (row + i >= term, (row + i).saturating_sub(term))
        } else {
            (term == 0, 0)
        };
        (skipped, (alpha, if is_first { beta } else { T::ONE }))
    }
}

vectorized! {
    /// Copies m rows of k entries, in groups of `rows`, each group entry by entry; what is missing in the last group is
    /// not told.
    fn pack<T, I>(a: View<T>, sizes: (usize, usize), rows: usize, weights: Option<&[T]>, packed: &mut [T]) {
        let (m, k) = sizes;
        for (i, group) in (0..m).step_by(rows).zip(packed.chunks_exact_mut(k * rows)) {
            let a = a.from(i, 0);
            let height = (m - i).min(rows);
            if a.row_stride == 1 {
                copy_columns(a, (height, k), rows, group);
            } else {
                interleave(a, (height, k), rows, group);
            }
            if let Some(weights) = weights {
                for (packed, &weight) in group.chunks_exact_mut(rows).zip(weights) {
                    packed.iter_mut().for_each(|entry| *entry *= weight);
                }
            }
        }
    }
}

/// Entries that are copied at a time: no tile is narrower, and all are as wide as a number of them.
const RUN: usize = 4;

/// Copies columns that are contiguous.
#[inline(always)]
fn copy_columns<T: Scalar>(a: View<T>, (m, k): (usize, usize), rows: usize, packed: &mut [T]) {
    for (p, packed) in packed.chunks_exact_mut(rows).enumerate() {
        let column = &a.data[p * a.column_stride..][..m];
        // Runs of known length are copied without a call.
        let (runs, rest) = column.as_chunks::<RUN>();
        let (packed, packed_rest) = packed.split_at_mut(runs.len() * RUN);
        for (packed, run) in packed.as_chunks_mut::<RUN>().0.iter_mut().zip(runs) {
            *packed = *run;
        }
        for (packed, &entry) in packed_rest.iter_mut().zip(rest) {
            *packed = entry;
        }
    }
    debug_assert_eq!(packed.len(), k * rows);
}

/// Copies rows that are contiguous, so that their entries take turns.
#[inline(always)]
fn interleave<T: Scalar>(a: View<T>, (m, k): (usize, usize), rows: usize, packed: &mut [T]) {
    let row = |i: usize| &a.data[i * a.row_stride..][..k];
    let whole = m / RUN * RUN;
    for i in (0..whole).step_by(RUN) {
        let source: [&[T]; RUN] = std::array::from_fn(|r| row(i + r));
        for (p, packed) in packed.chunks_exact_mut(rows).enumerate() {
            let turn = [source[0][p], source[1][p], source[2][p], source[3][p]];
            packed[i..i + RUN].copy_from_slice(&turn);
        }
    }
    for i in whole..m {
        for (packed, &entry) in packed[i..].iter_mut().step_by(rows).zip(row(i)) {
            *packed = entry;
        }
    }
}

/// C = beta*C
fn scale_columns<T: Scalar>(beta: T, c: &mut [T], stride: usize, (m, n): (usize, usize)) {
    for j in 0..n {
        for entry in &mut c[j * stride..][..m] {
            *entry = if beta == T::ZERO { T::ZERO } else { beta * *entry };
        }
    }
}
