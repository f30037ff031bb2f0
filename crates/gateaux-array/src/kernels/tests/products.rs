//! Products against those by their definition.

use super::{SIZES, assert_near, matrix, numbers};
use crate::kernels::level::at_each_level;
use crate::kernels::*;
use crate::{Array, linear};

fn transposed<T: Scalar>(a: &[T], m: usize, n: usize) -> Vec<T> {
    matrix(a, m, n).transpose().unwrap().data().to_vec()
}

fn product<T: Scalar>(a: &[T], b: &[T], (m, k, n): (usize, usize, usize)) -> Array<T> {
    linear::matmul(&matrix(a, m, k), &matrix(b, k, n)).unwrap()
}

/// alpha*product + beta*c
fn blend<T: Scalar>(alpha: T, product: &Array<T>, beta: T, c: &[T]) -> Vec<T> {
    product
        .data()
        .iter()
        .zip(c)
        .map(|(&product, &c)| alpha * product + beta * c)
        .collect()
}

fn matrix_vector<T: Scalar>() {
    let (alpha, beta) = (T::nearest(0.5), T::nearest(-2.0));
    for m in SIZES {
        for n in [0, 1, 3, 8, 17, 129] {
            let mut numbers = numbers();
            let (a, x, y): (Vec<T>, Vec<T>, Vec<T>) = (numbers.vector(m * n), numbers.vector(n), numbers.vector(m));
            let (ax, aty) = (
                product(&a, &x, (m, n, 1)),
                product(&transposed(&a, m, n), &y, (n, m, 1)),
            );
            let roundings = 4.0 * (m + n + 4) as f64;
            let mut out = y.clone();
            gemv(alpha, &a, (m, n), &x, beta, &mut out);
            assert_near(&out, &blend(alpha, &ax, beta, &y), roundings);
            let mut out = vec![T::nearest(f64::NAN); n];
            gemv_transposed(alpha, &a, (m, n), &y, T::zero(), &mut out);
            assert_near(
                &out,
                &blend(
                    alpha,
                    &aty,
                    T::zero(),
                    &out.clone().iter().map(|_| T::zero()).collect::<Vec<T>>(),
                ),
                roundings,
            );
            let mut out = x.clone();
            gemv_transposed(alpha, &a, (m, n), &y, beta, &mut out);
            assert_near(&out, &blend(alpha, &aty, beta, &x), roundings);
            let (mut out_m, mut out_n) = (y.clone(), x.clone());
            gemv_both(&a, (m, n), &x, &y, &mut out_m, &mut out_n);
            assert_near(&out_m, ax.data(), roundings);
            assert_near(&out_n, aty.data(), roundings);
            let mut out = a.clone();
            ger(alpha, &y, &x, &mut out, (m, n));
            let xy = product(&y, &x, (m, 1, n));
            assert_near(&out, &blend(alpha, &xy, T::one(), &a), 4.0);
            outer(alpha, &y, &x, &mut out);
            assert_near(&out, &blend(alpha, &xy, T::zero(), &a), 4.0);
        }
    }
}

#[test]
fn matrices_times_vectors() {
    at_each_level(|_| {
        matrix_vector::<f64>();
        matrix_vector::<f32>();
    });
}

#[test]
fn rows_pass_through_a_function_once_and_in_order() {
    let mut workspace = Workspace::default();
    at_each_level(|_| {
        for (m, n) in [(0, 3), (3, 0), (1, 1), (17, 5), (300, 129), (5000, 3), (40_000, 53)] {
            let mut numbers = numbers();
            let (a, w): (Vec<f64>, Vec<f64>) = (numbers.vector(m * n), numbers.vector(n));
            let z = product(&a, &w, (m, n, 1));
            let r: Vec<f64> = z.data().iter().enumerate().map(|(i, z)| z * z + i as f64).collect();
            let expected = product(&transposed(&a, m, n), &r, (n, m, 1));
            let mut next = 0;
            let mut rows = |first: usize, z: &[f64], r: &mut [f64]| {
                assert_eq!(first, next);
                next += z.len();
                for (i, (z, r)) in z.iter().zip(r).enumerate() {
                    *r = z * z + (first + i) as f64;
                }
            };
            let mut g = vec![f64::NAN; n];
            gemv_through(&a, (m, n), &w, &mut rows, &mut g, &mut workspace);
            assert_near(&g, expected.data(), 4.0 * (m + n) as f64);
            next = 0;
            let mut rows = |first: usize, z: &[f64], r: &mut [f64]| {
                assert_eq!(first, next);
                next += z.len();
                for (i, (z, r)) in z.iter().zip(r).enumerate() {
                    *r = z * z + (first + i) as f64;
                }
            };
            gemv_through_transposed(&transposed(&a, m, n), (m, n), &w, &mut rows, &mut g, &mut workspace);
            assert_near(&g, expected.data(), 4.0 * (m + n) as f64);
            assert_eq!(next, m);
        }
    });
}

fn matrix_matrix<T: Scalar>(sizes: (usize, usize, usize), workspace: &mut Workspace) {
    let (m, k, n) = sizes;
    let mut numbers = numbers();
    let (a, b, c): (Vec<T>, Vec<T>, Vec<T>) = (numbers.vector(m * k), numbers.vector(k * n), numbers.vector(m * n));
    let (a_transposed, b_transposed) = (transposed(&a, m, k), transposed(&b, k, n));
    let (alpha, beta) = (T::nearest(0.5), T::nearest(-2.0));
    let expected = product(&a, &b, sizes);
    for threads in [1, 2, 3] {
        for (a, a_is_transposed) in [(&a, false), (&a_transposed, true)] {
            for (b, b_is_transposed) in [(&b, false), (&b_transposed, true)] {
                let mut out = c.clone();
                gemm(
                    alpha,
                    a,
                    a_is_transposed,
                    b,
                    b_is_transposed,
                    beta,
                    &mut out,
                    sizes,
                    threads,
                    workspace,
                );
                assert_near(&out, &blend(alpha, &expected, beta, &c), 4.0 * (k + 1) as f64);
            }
        }
    }
    let mut out = vec![T::nearest(f64::NAN); m * n];
    gemm(T::one(), &a, false, &b, false, T::zero(), &mut out, sizes, 1, workspace);
    assert_near(&out, expected.data(), 4.0 * (k + 1) as f64);
}

#[test]
fn matrices_times_matrices() {
    let mut workspace = Workspace::default();
    at_each_level(|_| {
        for n in SIZES {
            matrix_matrix::<f64>((n, n, n), &mut workspace);
            matrix_matrix::<f32>((n, n, n), &mut workspace);
        }
        for sizes in [
            (0, 3, 5),
            (3, 0, 5),
            (3, 5, 0),
            (2, 3, 5),
            (25, 1, 9),
            (1, 300, 1),
            (200, 7, 31),
            (5, 600, 3),
            (5, 5, 100),
            (100, 5, 5),
            (11, 30, 100),
            (100, 30, 11),
            (14, 70, 40),
            (40, 70, 14),
            (32, 31, 30),
            (24, 8, 8),
            (47, 65, 66),
            (65, 256, 23),
            (256, 66, 70),
            (257, 258, 259),
            (5, 1001, 5),
            (2, 70, 301),
            (301, 70, 2),
            (3, 1100, 130),
            (131, 1100, 4),
            (7, 530, 129),
            (16, 400, 70),
            (2600, 65, 2),
            (5, 5, 1000),
            (1000, 5, 5),
            (6, 300, 250),
            (19, 40, 2),
            (300, 290, 211),
            (2200, 20, 21),
            (21, 300, 2200),
        ] {
            matrix_matrix::<f64>(sizes, &mut workspace);
            matrix_matrix::<f32>(sizes, &mut workspace);
        }
        matrix_matrix::<f64>((3, 2, 2100), &mut workspace);
    });
}

#[test]
fn a_number_of_threads_gives_one_product() {
    let mut numbers = numbers();
    let sizes = (130, 260, 301);
    let (m, k, n) = sizes;
    let (a, b): (Vec<f64>, Vec<f64>) = (numbers.vector(m * k), numbers.vector(k * n));
    let mut workspace = Workspace::default();
    for threads in [1, 2, 5] {
        let mut first = vec![0.0; m * n];
        gemm(
            1.0,
            &a,
            false,
            &b,
            false,
            0.0,
            &mut first,
            sizes,
            threads,
            &mut workspace,
        );
        for _ in 0..10 {
            let mut again = vec![f64::NAN; m * n];
            gemm(
                1.0,
                &a,
                false,
                &b,
                false,
                0.0,
                &mut again,
                sizes,
                threads,
                &mut workspace,
            );
            assert_eq!(first, again);
        }
    }
}

#[test]
fn products_spread_what_is_not_finite() {
    let mut workspace = Workspace::default();
    at_each_level(|_| {
        for n in [7, 40] {
            let (mut a, b) = (vec![1.0; n * n], vec![1.0; n * n]);
            a[3] = f64::NAN;
            a[5] = f64::INFINITY;
            let mut c = vec![0.0; n * n];
            gemm(1.0, &a, false, &b, false, 0.0, &mut c, (n, n, n), 1, &mut workspace);
            for (place, &entry) in c.iter().enumerate() {
                match place % n {
                    3 => assert!(entry.is_nan()),
                    5 => assert_eq!(entry, f64::INFINITY),
                    _ => assert_eq!(entry, n as f64),
                }
            }
        }
    });
}

#[test]
fn thin_products_spread_what_is_not_finite() {
    let mut workspace = Workspace::default();
    let (large, q) = ((131, 90), 3);
    let (r, c) = large;
    let mut a = vec![1.0; r * c];
    (a[7], a[r + 9]) = (f64::NAN, f64::INFINITY);
    let a_transposed = transposed(&a, r, c);
    at_each_level(|_| {
        for (a, is_transposed) in [(&a, false), (&a_transposed, true)] {
            let (v, mut out) = (vec![1.0; c * q], vec![f64::NAN; r * q]);
            gemm(
                1.0,
                a,
                is_transposed,
                &v,
                false,
                0.0,
                &mut out,
                (r, c, q),
                1,
                &mut workspace,
            );
            for (place, &entry) in out.iter().enumerate() {
                match place % r {
                    7 => assert!(entry.is_nan()),
                    9 => assert_eq!(entry, f64::INFINITY),
                    _ => assert_eq!(entry, c as f64),
                }
            }
        }
    });
}

fn symmetric<T: Scalar>((n, k): (usize, usize), workspace: &mut Workspace) {
    let mut numbers = numbers();
    let (a, weights): (Vec<T>, Vec<T>) = (numbers.vector(n * k), numbers.vector(k));
    let mut c: Vec<T> = numbers.vector(n * n);
    for j in 0..n {
        for i in 0..j {
            c[i + j * n] = c[j + i * n];
        }
    }
    let a_transposed = transposed(&a, n, k);
    let weighted: Vec<T> = a.iter().enumerate().map(|(place, &a)| a * weights[place / n]).collect();
    let (alpha, beta) = (T::nearest(0.5), T::nearest(-2.0));
    for (weights, left) in [(None, &a), (Some(&weights[..]), &weighted)] {
        let expected = blend(alpha, &product(left, &a_transposed, (n, k, n)), beta, &c);
        for (a, a_is_transposed) in [(&a, false), (&a_transposed, true)] {
            let mut out = c.clone();
            syrk(alpha, a, a_is_transposed, weights, beta, &mut out, (n, k), workspace);
            assert_near(&out, &expected, 4.0 * (k + 1) as f64);
            assert_eq!(out, transposed(&out, n, n));
        }
    }
}

/// `A*(S*A')` with both factors as they are and transposed.
fn symmetric_of_two<T: Scalar>((n, k): (usize, usize), workspace: &mut Workspace) {
    let mut numbers = numbers();
    let a: Vec<T> = numbers.vector(n * k);
    let a_transposed = transposed(&a, n, k);
    let s: Vec<T> = numbers.vector(k * k);
    let both: Vec<T> = s.iter().zip(transposed(&s, k, k)).map(|(x, y)| *x + y).collect();
    let b = product(&both, &a_transposed, (k, k, n)).data().to_vec();
    let b_transposed = transposed(&b, k, n);
    let nothing = vec![T::zero(); n * n];
    let alpha = T::nearest(0.5);
    let expected = blend(alpha, &product(&a, &b, (n, k, n)), T::zero(), &nothing);
    for (a, a_is_transposed) in [(&a, false), (&a_transposed, true)] {
        for (b, b_is_transposed) in [(&b, false), (&b_transposed, true)] {
            let mut out = vec![T::nearest(f64::NAN); n * n];
            symmetric_gemm(
                alpha,
                a,
                a_is_transposed,
                b,
                b_is_transposed,
                &mut out,
                (n, k),
                workspace,
            );
            assert_near(&out, &expected, 4.0 * (k + 1) as f64 * (k + 1) as f64);
            assert_eq!(out, transposed(&out, n, n));
        }
    }
}

#[test]
fn symmetric_products_of_two() {
    let mut workspace = Workspace::default();
    at_each_level(|_| {
        for n in SIZES {
            for k in [1, 5, 70] {
                symmetric_of_two::<f64>((n, k), &mut workspace);
            }
            symmetric_of_two::<f32>((n, 5), &mut workspace);
        }
    });
}

#[test]
fn symmetric_products() {
    let mut workspace = Workspace::default();
    at_each_level(|_| {
        for n in SIZES {
            for k in [0, 1, 5, 300] {
                symmetric::<f64>((n, k), &mut workspace);
                symmetric::<f32>((n, k), &mut workspace);
            }
        }
        symmetric::<f64>((2100, 2), &mut workspace);
    });
}
