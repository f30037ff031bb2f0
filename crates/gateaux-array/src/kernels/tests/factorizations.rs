//! Factors against those of elimination, and what follows from them against its definition.

use super::{SIZES, assert_near, matrix, numbers};
use crate::kernels::level::at_each_level;
use crate::kernels::*;
use crate::{elimination, linear};

/// A well-conditioned symmetric positive definite matrix.
fn posdef<T: Scalar>(n: usize) -> Vec<T> {
    let mut a: Vec<T> = numbers().vector(n * n);
    for j in 0..n {
        for i in 0..j {
            a[i + j * n] = a[j + i * n];
        }
        a[j + j * n] = T::nearest(n as f64 + 1.0);
    }
    a
}

fn cholesky_of<T: Scalar>(n: usize, workspace: &mut Workspace) {
    let a = posdef::<T>(n);
    let expected = elimination::cholesky(&matrix(&a, n, n)).unwrap();
    let mut l = a.clone();
    cholesky(&mut l, n, workspace).unwrap();
    let mut lower = l.clone();
    (0..n).for_each(|j| lower[j * n..j * n + j].fill(T::zero()));
    assert_near(&lower, expected.data(), 8.0 * (n + 1) as f64);
    // Above the diagonal nothing is read.
    (0..n).for_each(|j| l[j * n..j * n + j].fill(T::nearest(f64::NAN)));
    let mut inverse = vec![T::nearest(f64::NAN); n * n];
    cholesky_inverse(&l, n, &mut inverse, workspace);
    let expected = elimination::inv(&matrix(&a, n, n)).unwrap();
    assert_near(&inverse, expected.data(), 8.0);
    for columns in [0, 1, 3, 70] {
        let b: Vec<T> = numbers().vector(n * columns);
        let mut x = b.clone();
        cholesky_solve(&l, n, &mut x, columns, workspace);
        let product = linear::matmul(&matrix(&a, n, n), &matrix(&x, n, columns)).unwrap();
        assert_near(product.data(), &b, 16.0 * (n + 1) as f64);
    }
    let expected = elimination::logdet_posdef(&matrix(&a, n, n)).unwrap();
    assert_near(&[cholesky_logdet(&l, n)], &[expected], 8.0 * (n + 1) as f64);
}

#[test]
fn cholesky_factors_solve_and_invert() {
    let mut workspace = Workspace::default();
    at_each_level(|_| {
        for n in SIZES {
            cholesky_of::<f64>(n, &mut workspace);
            cholesky_of::<f32>(n, &mut workspace);
        }
    });
}

#[test]
fn the_pivot_that_fails_is_named() {
    let mut workspace = Workspace::default();
    for n in [1, 17, 129] {
        for place in [0, n / 2, n - 1] {
            let mut a = posdef::<f64>(n);
            a[place * (n + 1)] = -1.0;
            assert_eq!(cholesky(&mut a, n, &mut workspace), Err(Pivot(place)));
            // Two equal columns: the second has no pivot.
            let mut a = vec![0.0; n * n];
            a.iter_mut().step_by(n + 1).for_each(|entry| *entry = 1.0);
            a[place * n..(place + 1) * n].fill(0.0);
            assert_eq!(lu(&mut a, n, &mut vec![0; n], &mut workspace), Err(Pivot(place)));
        }
    }
}

fn lu_of<T: Scalar>(n: usize, workspace: &mut Workspace) {
    let mut a: Vec<T> = numbers().vector(n * n);
    // Rows in an order that needs swaps, and pivots far from 0.
    for j in 0..n {
        a[(j * 7 + 3) % n + j * n] += T::nearest(if n.is_multiple_of(7) { 0.0 } else { n as f64 });
    }
    let mut factors = a.clone();
    let mut pivots = vec![0; n];
    lu(&mut factors, n, &mut pivots, workspace).unwrap();
    for columns in [0, 1, 3, 70] {
        for transposed in [false, true] {
            let b: Vec<T> = numbers().vector(n * columns);
            let mut x = b.clone();
            lu_solve(&factors, &pivots, n, &mut x, columns, transposed, workspace);
            let a = matrix(&a, n, n);
            let a = if transposed { a.transpose().unwrap() } else { a };
            let product = linear::matmul(&a, &matrix(&x, n, columns)).unwrap();
            assert_near(product.data(), &b, 64.0 * (n * n + 1) as f64);
        }
    }
    let mut inverse = vec![T::zero(); n * n];
    lu_inverse(&factors, &pivots, n, &mut inverse, workspace);
    let product = linear::matmul(&matrix(&a, n, n), &matrix(&inverse, n, n)).unwrap();
    let identity: Vec<T> = (0..n * n)
        .map(|place| if place % (n + 1) == 0 { T::one() } else { T::zero() })
        .collect();
    assert_near(product.data(), &identity, 64.0 * (n * n + 1) as f64);
    let (sign, log) = elimination::signed_logdet(&matrix(&a, n, n)).unwrap();
    let own = lu_signed_logdet(&factors, &pivots, n);
    assert_eq!(own.0, sign);
    assert_near(&[own.1], &[log], 64.0 * (n + 1) as f64);
    if n <= 17 {
        assert_near(
            &[lu_det(&factors, &pivots, n)],
            &[elimination::det(&matrix(&a, n, n)).unwrap()],
            64.0 * (n + 1) as f64,
        );
    }
}

#[test]
fn lu_factors_solve_and_invert() {
    let mut workspace = Workspace::default();
    at_each_level(|_| {
        for n in SIZES {
            lu_of::<f64>(n, &mut workspace);
            lu_of::<f32>(n, &mut workspace);
        }
    });
}

#[test]
fn triangles_of_all_kinds_are_solved() {
    let mut workspace = Workspace::default();
    at_each_level(|_| {
        for n in SIZES {
            let a = posdef::<f64>(n);
            for kind in 0..8 {
                let (lower, unit, transposed) = (kind & 1 == 0, kind & 2 == 0, kind & 4 == 0);
                let size = if unit { 1.0 / (n + 1) as f64 } else { 1.0 };
                let (mut t, mut read) = (a.clone(), a.clone());
                for j in 0..n {
                    for i in 0..n {
                        let place = i + j * n;
                        t[place] *= size;
                        read[place] = t[place];
                        if i == j && unit {
                            (t[place], read[place]) = (1.0, f64::NAN);
                        } else if i != j && lower != (i > j) {
                            (t[place], read[place]) = (0.0, f64::NAN);
                        }
                    }
                }
                for columns in [1, 3, 70] {
                    let b: Vec<f64> = numbers().vector(n * columns);
                    let mut x = b.clone();
                    triangular_solve(&read, n, lower, unit, transposed, &mut x, columns, &mut workspace);
                    let t = matrix(&t, n, n);
                    let t = if transposed { t.transpose().unwrap() } else { t };
                    let product = linear::matmul(&t, &matrix(&x, n, columns)).unwrap();
                    assert_near(product.data(), &b, 16.0 * (n + 1) as f64);
                }
            }
        }
    });
}

#[test]
fn factors_spread_what_is_not_a_number() {
    let mut workspace = Workspace::default();
    for n in [2, 100] {
        let mut a = posdef::<f64>(n);
        a[1] = f64::NAN;
        let mut factors = a.clone();
        assert_eq!(cholesky(&mut factors, n, &mut workspace), Ok(()));
        assert!(cholesky_logdet(&factors, n).is_nan());
        assert_eq!(lu(&mut a, n, &mut vec![0; n], &mut workspace), Ok(()));
        assert!(a[n * n - 1].is_nan());
    }
}

#[test]
fn triangles_with_pivots_without_a_reciprocal_are_solved() {
    let mut workspace = Workspace::default();
    at_each_level(|_| {
        for n in [3, 24, 60, 200] {
            for pivot in [1e-300, 1e300] {
                let mut t = vec![0.0; n * n];
                t.iter_mut().step_by(n + 1).for_each(|entry| *entry = 1.0);
                t[n + 1] = pivot;
                let b: Vec<f64> = numbers().vector(n * 40);
                let mut x = b.clone();
                triangular_solve(&t, n, true, false, false, &mut x, 40, &mut workspace);
                for (place, (&x, &b)) in x.iter().zip(&b).enumerate() {
                    let expected = if place % n == 1 { b / pivot } else { b };
                    assert_eq!(x, expected, "entry {place}");
                }
            }
        }
    });
}

#[test]
fn factors_have_no_size_that_is_too_small_or_too_large() {
    let mut workspace = Workspace::default();
    at_each_level(|_| {
        for n in [10, 60, 200] {
            let a = posdef::<f64>(n);
            let mut expected = a.clone();
            cholesky(&mut expected, n, &mut workspace).unwrap();
            // An even power of two, whose root is exact.
            for exponent in [-1020, 1000] {
                let mut l: Vec<f64> = a.iter().map(|entry| entry * 2f64.powi(exponent)).collect();
                cholesky(&mut l, n, &mut workspace).unwrap();
                for j in 0..n {
                    let lower = j * n + j..(j + 1) * n;
                    let scaled: Vec<f64> = l[lower.clone()].iter().map(|x| x * 2f64.powi(-exponent / 2)).collect();
                    assert_near(&scaled, &expected[lower], 8.0 * (n + 1) as f64);
                }
            }
        }
    });
}
