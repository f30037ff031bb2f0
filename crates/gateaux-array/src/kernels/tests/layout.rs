//! Entries in another order.

use super::{SIZES, assert_near, matrix, numbers};
use crate::Array;
use crate::kernels::level::at_each_level;
use crate::kernels::*;

#[test]
fn transposes_and_their_sums() {
    at_each_level(|_| {
        for m in SIZES {
            for n in SIZES {
                let a: Vec<f64> = numbers().vector(m * n);
                let expected = matrix(&a, m, n).transpose().unwrap();
                let mut out = vec![0.0; m * n];
                transpose(&a, (m, n), &mut out);
                assert_eq!(out, expected.data());
                if m == n {
                    add_transpose(2.0, &a, 3.0, n, &mut out);
                    let sum: Vec<f64> = a.iter().zip(expected.data()).map(|(a, t)| 2.0 * a + 3.0 * t).collect();
                    assert_near(&out, &sum, 4.0);
                }
            }
        }
    });
}

#[test]
fn axes_are_permuted() {
    for (shape, order) in [
        (&[][..], &[][..]),
        (&[5], &[0]),
        (&[2, 3], &[1, 0]),
        (&[2, 3, 5], &[0, 2, 1]),
        (&[2, 3, 5], &[2, 0, 1]),
        (&[2, 3, 5, 4], &[3, 1, 0, 2]),
        (&[17, 5, 9], &[1, 2, 0]),
        (&[9, 40, 33], &[2, 1, 0]),
        (&[3, 40, 33], &[0, 2, 1]),
        (&[2, 0, 5], &[2, 0, 1]),
    ] {
        let a: Vec<f64> = numbers().vector(shape.iter().product());
        let mut out = vec![0.0; a.len()];
        permute(&a, shape, order, &mut out);
        let permuted: Vec<usize> = order.iter().map(|&axis| shape[axis]).collect();
        let a = Array::from_column_major(shape, a).unwrap();
        let expected = Array::from_fn(&permuted, |at| {
            let mut place = 0;
            for axis in (0..shape.len()).rev() {
                let own = order.iter().position(|&other| other == axis).unwrap();
                place = place * shape[axis] + at[own];
            }
            a.data()[place]
        });
        assert_eq!(out, expected.unwrap().data());
    }
}
