//! The innermost loop of a matrix product: a small tile of the result that stays in the registers.

#![allow(
    unsafe_code,
    reason = "vector loads and stores go through pointers, and need a processor that has them"
)]

use super::level::Level;

/// One step of a blocked product: C = alpha*A*B + beta*C for a tile C whose rows and columns are those of
/// [`shape`](Tile::shape).
pub trait Tile: Sized {
    /// Rows and columns of the tile. The rows fill three registers; with one register for each column of each of them
    /// almost the whole register file holds sums.
    fn shape(level: Level) -> (usize, usize);

    /// C = alpha*A*B + beta*C, where C does not matter if beta = 0.
    ///
    /// # Shapes
    /// `a` holds the columns of A one after the other, `b` the rows of B; the columns of C are `stride` apart.
    fn multiply(level: Level, alpha: Self, a: &[Self], b: &[Self], beta: Self, c: &mut [Self], stride: usize);
}

/// Defines the tile function for one register type, given its intrinsics.
macro_rules! tile {
    ($name:ident, $features:literal, $float:ty, $lanes:literal, $columns:literal,
     $zero:ident, $splat:ident, $load:ident, $store:ident, $multiply:ident, $multiply_add:ident) => {
        #[cfg(target_arch = "x86_64")]
        #[target_feature(enable = $features)]
        fn $name(alpha: $float, a: &[$float], b: &[$float], beta: $float, c: &mut [$float], stride: usize) {
            use std::arch::x86_64::*;

            let load = |entries: &[$float; $lanes]| {
                // SAFETY: the array has as many entries as the register, and the load asks for no alignment.
                unsafe { $load(entries.as_ptr()) }
            };
            let mut sums = [[$zero(); REGISTERS]; $columns];
            let (a, _) = a.as_chunks::<{ REGISTERS * $lanes }>();
            let (b, _) = b.as_chunks::<$columns>();
            for (a, b) in a.iter().zip(b) {
                let (a, _) = a.as_chunks::<$lanes>();
                let a = [load(&a[0]), load(&a[1]), load(&a[2])];
                for (sums, &b) in sums.iter_mut().zip(b) {
                    let b = $splat(b);
                    for (sum, &a) in sums.iter_mut().zip(&a) {
                        *sum = $multiply_add(a, b, *sum);
                    }
                }
            }
            let (alpha, factor) = ($splat(alpha), $splat(beta));
            for (j, sums) in sums.iter().enumerate() {
                let (c, _) = c[j * stride..][..REGISTERS * $lanes].as_chunks_mut::<$lanes>();
                for (c, &sum) in c.iter_mut().zip(sums) {
                    let product = $multiply(alpha, sum);
                    let value = if beta == 0.0 {
                        product
                    } else {
                        $multiply_add(factor, load(c), product)
                    };
                    // SAFETY: as for the load.
                    unsafe { $store(c.as_mut_ptr(), value) }
                }
            }
        }
    };
}

/// Registers in a column of a tile.
const REGISTERS: usize = 3;
/// Rows and columns of the tile without vector instructions.
const PLAIN: usize = 4;

tile!(
    avx512_doubles,
    "avx512f",
    f64,
    8,
    8,
    _mm512_setzero_pd,
    _mm512_set1_pd,
    _mm512_loadu_pd,
    _mm512_storeu_pd,
    _mm512_mul_pd,
    _mm512_fmadd_pd
);
tile!(
    avx512_singles,
    "avx512f",
    f32,
    16,
    8,
    _mm512_setzero_ps,
    _mm512_set1_ps,
    _mm512_loadu_ps,
    _mm512_storeu_ps,
    _mm512_mul_ps,
    _mm512_fmadd_ps
);
tile!(
    avx2_doubles,
    "avx2,fma",
    f64,
    4,
    4,
    _mm256_setzero_pd,
    _mm256_set1_pd,
    _mm256_loadu_pd,
    _mm256_storeu_pd,
    _mm256_mul_pd,
    _mm256_fmadd_pd
);
tile!(
    avx2_singles,
    "avx2,fma",
    f32,
    8,
    4,
    _mm256_setzero_ps,
    _mm256_set1_ps,
    _mm256_loadu_ps,
    _mm256_storeu_ps,
    _mm256_mul_ps,
    _mm256_fmadd_ps
);

macro_rules! tiles {
    ($float:ty, $lanes:literal, $avx512:ident, $avx2:ident) => {
        impl Tile for $float {
            fn shape(level: Level) -> (usize, usize) {
                match level {
                    Level::Avx512 => (REGISTERS * 2 * $lanes, 8),
                    Level::Avx2 => (REGISTERS * $lanes, 4),
                    Level::Baseline => (PLAIN, PLAIN),
                }
            }

            #[inline]
            fn multiply(level: Level, alpha: Self, a: &[Self], b: &[Self], beta: Self, c: &mut [Self], stride: usize) {
                match level {
                    // SAFETY: a level is only made where the processor has its instructions.
                    #[cfg(target_arch = "x86_64")]
                    Level::Avx512 => unsafe { $avx512(alpha, a, b, beta, c, stride) },
                    // SAFETY: as above.
                    #[cfg(target_arch = "x86_64")]
                    Level::Avx2 => unsafe { $avx2(alpha, a, b, beta, c, stride) },
                    _ => plain(alpha, a, b, beta, c, stride),
                }
            }
        }
    };
}

tiles!(f64, 4, avx512_doubles, avx2_doubles);
tiles!(f32, 8, avx512_singles, avx2_singles);

fn plain<T: super::Scalar>(alpha: T, a: &[T], b: &[T], beta: T, c: &mut [T], stride: usize) {
    let mut sums = [[T::ZERO; PLAIN]; PLAIN];
    let (a, _) = a.as_chunks::<PLAIN>();
    let (b, _) = b.as_chunks::<PLAIN>();
    for (a, b) in a.iter().zip(b) {
        for (sums, &b) in sums.iter_mut().zip(b) {
            for (sum, &a) in sums.iter_mut().zip(a) {
                *sum += a * b;
            }
        }
    }
    for (j, sums) in sums.iter().enumerate() {
        for (c, &sum) in c[j * stride..][..PLAIN].iter_mut().zip(sums) {
            *c = if beta == T::ZERO {
                alpha * sum
            } else {
                beta * *c + alpha * sum
            };
        }
    }
}
