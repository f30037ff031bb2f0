//! Sums, inner products and extremes.

use super::Scalar;
use super::level::{Instructions, vectorized};

/// Partial results of a long reduction: enough registers of any width to hide how long an addition takes. As a side
/// effect a sum of n terms rounds like one of n/32.
const LANES: usize = 32;
/// Partial results of what is left, in one register.
const SHORT_LANES: usize = 8;

vectorized! {
    /// The sum of all entries; 0 if there are none.
    pub fn sum<T, I>(x: &[T]) -> T {
        let mut sums = [T::ZERO; LANES];
        let (chunks, rest) = x.as_chunks::<LANES>();
        for chunk in chunks {
            for (sum, &x) in sums.iter_mut().zip(chunk) {
                *sum += x;
            }
        }
        let mut sum = if chunks.is_empty() { T::ZERO } else { total(sums, |left, right| left + right) };
        for &x in rest {
            sum += x;
        }
        sum
    }

    /// The sum of the products of corresponding entries.
    ///
    /// # Shapes
    /// Both have one length.
    pub fn dot<T, I>(x: &[T], y: &[T]) -> T {
        inner::<T, I>(x, y)
    }

    /// The largest entry; what is not a number wins. Negative infinity if there are none.
    pub fn maximum<T, I>(x: &[T]) -> T {
        extreme(x, T::nearest(f64::NEG_INFINITY), |x, best| x > best)
    }

    /// The smallest entry; what is not a number wins. Infinity if there are none.
    pub fn minimum<T, I>(x: &[T]) -> T {
        extreme(x, T::nearest(f64::INFINITY), |x, best| x < best)
    }
}

/// The sum of the products of corresponding entries, for code that is compiled for a level.
#[inline(always)]
pub(super) fn inner<T: Scalar, I: Instructions>(x: &[T], y: &[T]) -> T {
    assert_eq!(x.len(), y.len());
    let (long, rest) = inner_in_lanes::<T, I, LANES>(x, y);
    let (x, y) = (&x[rest..], &y[rest..]);
    let (short, rest) = inner_in_lanes::<T, I, SHORT_LANES>(x, y);
    let mut sum = long + short;
    for (&x, &y) in x[rest..].iter().zip(&y[rest..]) {
        sum = I::mul_add(x, y, sum);
    }
    sum
}

/// The sum over whole groups of entries, and where the rest of them begins.
#[inline(always)]
fn inner_in_lanes<T: Scalar, I: Instructions, const N: usize>(x: &[T], y: &[T]) -> (T, usize) {
    let ((x_chunks, _), (y_chunks, _)) = (x.as_chunks::<N>(), y.as_chunks::<N>());
    if x_chunks.is_empty() {
        return (T::ZERO, 0);
    }
    let mut sums = [T::ZERO; N];
    for (x, y) in x_chunks.iter().zip(y_chunks) {
        for lane in 0..N {
            sums[lane] = I::mul_add(x[lane], y[lane], sums[lane]);
        }
    }
    (total(sums, |left, right| left + right), x_chunks.len() * N)
}

#[inline(always)]
fn extreme<T: Scalar>(x: &[T], neutral: T, wins: impl Fn(T, T) -> bool) -> T {
    let pick = |best: T, x: T| if wins(x, best) | x.undefined() { x } else { best };
    let mut best = [neutral; LANES];
    let (chunks, rest) = x.as_chunks::<LANES>();
    for chunk in chunks {
        for (best, &x) in best.iter_mut().zip(chunk) {
            *best = pick(*best, x);
        }
    }
    let mut best = if chunks.is_empty() { neutral } else { total(best, pick) };
    for &x in rest {
        best = pick(best, x);
    }
    best
}

/// The partial results combined in pairs.
#[inline(always)]
pub(super) fn total<T: Scalar, const N: usize>(mut parts: [T; N], combine: impl Fn(T, T) -> T) -> T {
    let mut count = N;
    while count > 1 {
        count /= 2;
        for place in 0..count {
            parts[place] = combine(parts[place], parts[place + count]);
        }
    }
    parts[0]
}
