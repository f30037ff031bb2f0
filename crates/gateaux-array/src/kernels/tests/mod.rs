//! Each kernel at each level against the plain algorithms of this crate, or a property that says the same.
#![allow(clippy::unwrap_used, reason = "tests")]

mod elementwise;
mod factorizations;
mod functions;
mod layout;
mod products;

use super::Scalar;
use crate::Array;

/// Empty, odd, and on both sides of registers, tiles and blocks.
const SIZES: [usize; 10] = [0, 1, 2, 3, 7, 16, 17, 64, 129, 300];

/// Numbers between -1 and 1 that look random.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> f64 {
        // Marsaglia's xorshift.
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as f64 / (1u64 << 52) as f64 - 1.0
    }

    fn vector<T: Scalar>(&mut self, n: usize) -> Vec<T> {
        (0..n).map(|_| T::nearest(self.next())).collect()
    }
}

fn numbers() -> Numbers {
    Numbers(88_172_645_463_325_252)
}

fn matrix<T: Scalar>(a: &[T], m: usize, n: usize) -> Array<T> {
    Array::from_column_major(&[m, n], a.to_vec()).unwrap()
}

/// Asserts that two results differ by no more than a number of rounding errors of numbers of this size.
#[track_caller]
fn assert_near<T: Scalar>(result: &[T], expected: &[T], roundings: f64) {
    assert_eq!(result.len(), expected.len());
    let size = expected.iter().fold(1.0, |size: f64, x| size.max(x.double().abs()));
    let bound = T::epsilon() * roundings * size;
    for (place, (result, expected)) in result.iter().zip(expected).enumerate() {
        let (result, expected) = (result.double(), expected.double());
        assert!(
            (result - expected).abs() <= bound || result == expected || result.is_nan() && expected.is_nan(),
            "entry {place} is {result:e} instead of {expected:e}"
        );
    }
}
