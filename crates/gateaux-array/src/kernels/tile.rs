//! The innermost loop of a matrix product: a small tile of the result that stays in the registers.

#![allow(
    unsafe_code,
    reason = "vector loads and stores go through pointers, and need a processor that has them"
)]

use super::level::{Level, with_width};

/// One step of a blocked product: C = alpha*A*B + beta*C for a tile C with at most the rows and columns of
/// [`shape`](Tile::shape).
pub trait Tile: Sized {
    /// Rows and columns of a whole tile. The rows fill three registers; with one register for each column of each of them
    /// almost the whole register file holds sums.
    fn shape(level: Level) -> (usize, usize);

    /// C = alpha*A*B + beta*C for these scales, where C does not matter if beta = 0.
    ///
    /// # Shapes
    /// C has `sizes.0` rows and `sizes.2` columns, which are `stride` apart; the sums have `sizes.1` terms, at least one.
    fn multiply(
        level: Level,
        scales: (Self, Self),
        a: Strip<Self>,
        b: Strip<Self>,
        c: &mut [Self],
        stride: usize,
        sizes: (usize, usize, usize),
    );
}

/// A few rows of a left factor or a few columns of a right one, as a tile reads them: entry i of term p stands at
/// `p*step + i*next`, where `next` is 1 for a left factor.
#[derive(Clone, Copy)]
pub struct Strip<'a, T> {
    pub(super) data: &'a [T],
    pub(super) step: usize,
    pub(super) next: usize,
}

impl<T> Strip<'_, T> {
    /// The strip without its first terms.
    #[inline(always)]
    pub(super) fn after(&self, terms: usize) -> Self {
        Strip {
            data: &self.data[terms * self.step..],
            ..*self
        }
    }

    /// Whether the strip has this many terms of this many entries.
    #[inline(always)]
    fn holds(&self, terms: usize, entries: usize) -> bool {
        reaches(self.data.len(), (terms, self.step), (entries, self.next))
    }
}

/// Whether the last of some entries, counted in two directions with these distances, lies within a length.
#[inline(always)]
fn reaches(length: usize, (m, row): (usize, usize), (n, column): (usize, usize)) -> bool {
    let place = (m - 1)
        .saturating_mul(row)
        .saturating_add((n - 1).saturating_mul(column));
    place < length
}

/// Registers in a column of a whole tile.
const REGISTERS: usize = 3;
/// Up to this number of registers with sums a tile takes twice as many.
const FEW_SUMS: usize = 6;
/// Rows and columns of the tile without vector instructions.
const PLAIN: usize = 4;

/// Defines the tile function for one register type, given its intrinsics: R registers high, of which the last one is full
/// or not, and N columns wide.
macro_rules! tile {
    ($name:ident, $features:literal, $float:ty, $lanes:literal, $zero:ident, $splat:ident, $load:ident, $store:ident,
     $add:ident, $multiply:ident, $multiply_add:ident, $mask:ident, $masked_load:ident, $masked_store:ident) => {
        #[cfg(target_arch = "x86_64")]
        #[target_feature(enable = $features)]
        fn $name<const R: usize, const N: usize, const FULL: bool>(
            scales: ($float, $float),
            a: Strip<$float>,
            b: Strip<$float>,
            c: &mut [$float],
            stride: usize,
            (height, depth): (usize, usize),
        ) {
            use std::arch::x86_64::*;

            assert!(depth > 0 && height <= R * $lanes && height > (R - 1) * $lanes);
            assert!(!FULL || height == R * $lanes);
            assert!(a.next == 1 && a.holds(depth, height) && b.holds(depth, N));
            assert!(reaches(c.len(), (height, 1), (N, stride)));
            let mask = $mask(height - (R - 1) * $lanes);
            // SAFETY: `height` entries begin at the pointer, see the calls; only so many are read.
            let load = |column: *const $float| unsafe {
                let mut registers = [$zero(); R];
                for r in 0..R - 1 {
                    registers[r] = $load(column.add(r * $lanes));
                }
                let last = column.add((R - 1) * $lanes);
                registers[R - 1] = if FULL {
                    $load(last)
                } else {
                    $masked_load(mask, last)
                };
                registers
            };
            let mut sums = [[$zero(); R]; N];
            let add = |p: usize, sums: &mut [[_; R]; N]| {
                // SAFETY: p < depth, and both strips hold `depth` terms, `height` and N entries each, as asserted.
                unsafe {
                    let (left, right) = (a.data.as_ptr().add(p * a.step), b.data.as_ptr().add(p * b.step));
                    let left = load(left);
                    for j in 0..N {
                        let right = $splat(*right.add(j * b.next));
                        for r in 0..R {
                            sums[j][r] = $multiply_add(left[r], right, sums[j][r]);
                        }
                    }
                }
            };
            if R * N <= FEW_SUMS && depth > 2 * FEW_SUMS {
                // So few sums would wait for each other, so every other term has its own.
                let mut others = sums;
                for p in (0..depth - 1).step_by(2) {
                    add(p, &mut sums);
                    add(p + 1, &mut others);
                }
                if depth % 2 == 1 {
                    add(depth - 1, &mut sums);
                }
                for j in 0..N {
                    for r in 0..R {
                        sums[j][r] = $add(sums[j][r], others[j][r]);
                    }
                }
            } else {
                for p in 0..depth {
                    add(p, &mut sums);
                }
            }
            let (alpha, beta) = ($splat(scales.0), $splat(scales.1));
            for j in 0..N {
                // SAFETY: the last entry of the last column lies inside of C, as asserted, so `height` entries begin here.
                unsafe {
                    let column = c.as_mut_ptr().add(j * stride);
                    let mut values = sums[j];
                    for r in 0..R {
                        values[r] = $multiply(alpha, values[r]);
                    }
                    if scales.1 != 0.0 {
                        let own = load(column);
                        for r in 0..R {
                            values[r] = $multiply_add(beta, own[r], values[r]);
                        }
                    }
                    for r in 0..R - 1 {
                        $store(column.add(r * $lanes), values[r]);
                    }
                    let last = column.add((R - 1) * $lanes);
                    if FULL {
                        $store(last, values[R - 1]);
                    } else {
                        $masked_store(last, mask, values[R - 1]);
                    }
                }
            }
        }
    };
}

/// The mask of the first few of 8 or 16 lanes.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
fn lanes_of_8(count: usize) -> u8 {
    (0xff_u32 >> (8 - count)) as u8
}

#[cfg(target_arch = "x86_64")]
#[inline(always)]
fn lanes_of_16(count: usize) -> u16 {
    (0xffff_u32 >> (16 - count)) as u16
}

/// As many lanes of 4 or 8 with the highest bit set, which is what selects them.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn wide_lanes_of_4(count: usize) -> std::arch::x86_64::__m256i {
    let lane = |place: usize| if place < count { -1 } else { 0 };
    std::arch::x86_64::_mm256_setr_epi64x(lane(0), lane(1), lane(2), lane(3))
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn wide_lanes_of_8(count: usize) -> std::arch::x86_64::__m256i {
    let lane = |place: usize| if place < count { -1 } else { 0 };
    std::arch::x86_64::_mm256_setr_epi32(lane(0), lane(1), lane(2), lane(3), lane(4), lane(5), lane(6), lane(7))
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
unsafe fn masked_load_of_4(mask: std::arch::x86_64::__m256i, entries: *const f64) -> std::arch::x86_64::__m256d {
    // SAFETY: the caller's entries under the mask can be read.
    unsafe { std::arch::x86_64::_mm256_maskload_pd(entries, mask) }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
unsafe fn masked_load_of_8(mask: std::arch::x86_64::__m256i, entries: *const f32) -> std::arch::x86_64::__m256 {
    // SAFETY: the caller's entries under the mask can be read.
    unsafe { std::arch::x86_64::_mm256_maskload_ps(entries, mask) }
}

tile!(
    avx512_doubles,
    "avx512f",
    f64,
    8,
    _mm512_setzero_pd,
    _mm512_set1_pd,
    _mm512_loadu_pd,
    _mm512_storeu_pd,
    _mm512_add_pd,
    _mm512_mul_pd,
    _mm512_fmadd_pd,
    lanes_of_8,
    _mm512_maskz_loadu_pd,
    _mm512_mask_storeu_pd
);
tile!(
    avx512_singles,
    "avx512f",
    f32,
    16,
    _mm512_setzero_ps,
    _mm512_set1_ps,
    _mm512_loadu_ps,
    _mm512_storeu_ps,
    _mm512_add_ps,
    _mm512_mul_ps,
    _mm512_fmadd_ps,
    lanes_of_16,
    _mm512_maskz_loadu_ps,
    _mm512_mask_storeu_ps
);
tile!(
    avx2_doubles,
    "avx2,fma",
    f64,
    4,
    _mm256_setzero_pd,
    _mm256_set1_pd,
    _mm256_loadu_pd,
    _mm256_storeu_pd,
    _mm256_add_pd,
    _mm256_mul_pd,
    _mm256_fmadd_pd,
    wide_lanes_of_4,
    masked_load_of_4,
    _mm256_maskstore_pd
);
tile!(
    avx2_singles,
    "avx2,fma",
    f32,
    8,
    _mm256_setzero_ps,
    _mm256_set1_ps,
    _mm256_loadu_ps,
    _mm256_storeu_ps,
    _mm256_add_ps,
    _mm256_mul_ps,
    _mm256_fmadd_ps,
    wide_lanes_of_8,
    masked_load_of_8,
    _mm256_maskstore_ps
);

/// Calls the variant of a tile function for these sizes.
#[cfg(target_arch = "x86_64")]
macro_rules! sized {
    ($name:ident, $lanes:expr, $columns:expr, $sizes:expr, $arguments:tt) => {{
        let (height, _, width) = $sizes;
        if (height, width) == (REGISTERS * $lanes, $columns) {
            sized!(@call $name::<REGISTERS, { $columns }, true>, $arguments)
        } else {
            match height.div_ceil($lanes) {
                1 => with_width!(width, N => sized!(@call $name::<1, N, false>, $arguments)),
                2 => with_width!(width, N => sized!(@call $name::<2, N, false>, $arguments)),
                _ => with_width!(width, N => sized!(@call $name::<3, N, false>, $arguments)),
            }
        }
    }};
    // SAFETY: a level is only made where the processor has its instructions.
    (@call $call:expr, ($($argument:expr),*)) => { unsafe { $call($($argument),*) } };
}

macro_rules! tiles {
    ($float:ty, $lanes:literal, $avx512:ident, $avx2:ident) => {
        impl Tile for $float {
            #[inline]
            fn shape(level: Level) -> (usize, usize) {
                match level {
                    Level::Avx512 => (REGISTERS * 2 * $lanes, 8),
                    Level::Avx2 => (REGISTERS * $lanes, 4),
                    Level::Baseline => (PLAIN, PLAIN),
                }
            }

            #[inline]
            fn multiply(
                level: Level,
                scales: (Self, Self),
                a: Strip<Self>,
                b: Strip<Self>,
                c: &mut [Self],
                stride: usize,
                sizes: (usize, usize, usize),
            ) {
                match level {
                    #[cfg(target_arch = "x86_64")]
                    Level::Avx512 => {
                        sized!(
                            $avx512,
                            2 * $lanes,
                            8,
                            sizes,
                            (scales, a, b, c, stride, (sizes.0, sizes.1))
                        )
                    }
                    #[cfg(target_arch = "x86_64")]
                    Level::Avx2 => sized!(
                        $avx2,
                        $lanes,
                        4,
                        sizes,
                        (scales, a, b, c, stride, (sizes.0, sizes.1))
                    ),
                    _ if sizes.0 == PLAIN && sizes.2 == PLAIN => {
                        plain(scales, a, b, c, stride, (PLAIN, sizes.1, PLAIN))
                    }
                    _ => plain(scales, a, b, c, stride, sizes),
                }
            }
        }
    };
}

tiles!(f64, 4, avx512_doubles, avx2_doubles);
tiles!(f32, 8, avx512_singles, avx2_singles);

#[inline(always)]
fn plain<T: super::Scalar>(
    (alpha, beta): (T, T),
    a: Strip<T>,
    b: Strip<T>,
    c: &mut [T],
    stride: usize,
    (height, depth, width): (usize, usize, usize),
) {
    let mut sums = [[T::ZERO; PLAIN]; PLAIN];
    for p in 0..depth {
        let a = &a.data[p * a.step..][..height];
        for (j, sums) in sums.iter_mut().enumerate().take(width) {
            let b = b.data[p * b.step + j * b.next];
            for (sum, &a) in sums.iter_mut().zip(a) {
                *sum += a * b;
            }
        }
    }
    for (j, sums) in sums.iter().enumerate().take(width) {
        for (c, &sum) in c[j * stride..][..height].iter_mut().zip(sums) {
            *c = if beta == T::ZERO {
                alpha * sum
            } else {
                beta * *c + alpha * sum
            };
        }
    }
}
