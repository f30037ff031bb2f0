//! The fast algorithms for `f64`, held to the plain ones in double-double arithmetic, and at hard inputs.

#![allow(clippy::unwrap_used, reason = "tests")]

use gateaux_array::factor::{eigh, eigvalsh, svd};
use gateaux_array::linear::trace;
use gateaux_array::{Array, ArrayError, DoubleDouble, Dual, Field, Number, Real};
use proptest::prelude::*;

type Matrix = Array<f64>;

fn matrix(m: usize, n: usize) -> impl Strategy<Value = Matrix> {
    prop::collection::vec(-1.0..1.0f64, m * n).prop_map(move |data| Array::from_column_major(&[m, n], data).unwrap())
}

/// Square matrices from 1 by 1 to beyond the size from which faer takes over.
fn square() -> impl Strategy<Value = Matrix> {
    prop::sample::select(vec![1, 2, 3, 5, 17]).prop_flat_map(|n| matrix(n, n))
}

fn precise(a: &Matrix) -> Array<DoubleDouble> {
    a.map(|&entry| DoubleDouble::from_f64(entry))
}

fn rounded(a: &Array<DoubleDouble>) -> Matrix {
    a.map(|entry| entry.to_f64())
}

/// The largest difference of two arrays.
fn distance(a: &Matrix, b: &Matrix) -> f64 {
    a.sub(b).unwrap().max_abs()
}

/// The product of the norms of a matrix and its inverse, which bounds how far errors grow.
fn condition(a: &Matrix) -> f64 {
    let s = svd(a).unwrap().s;
    s.data()[0] / s.data()[s.len() - 1]
}

/// The entry (i, j) of a matrix with entries of different sizes that is symmetric positive definite.
fn posdef(a: &Matrix) -> Matrix {
    let gram = f64::matmul(&a.transpose().unwrap(), a).unwrap();
    gram.add(&Array::eye(gram.shape()[0]).unwrap()).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn products_agree(
        a in matrix(11, 13), b in matrix(13, 7), c in matrix(5, 2), d in matrix(2, 3), v in matrix(13, 1)
    ) {
        let expected = rounded(&DoubleDouble::matmul(&precise(&a), &precise(&b)).unwrap());
        prop_assert!(distance(&f64::matmul(&a, &b).unwrap(), &expected) <= 13.0 * 13.0 * f64::EPSILON);
        let expected = rounded(&DoubleDouble::matmul(&precise(&c), &precise(&d)).unwrap());
        prop_assert!(distance(&f64::matmul(&c, &d).unwrap(), &expected) <= 4.0 * f64::EPSILON);
        let v = v.reshape(&[13]).unwrap();
        let product = f64::matmul(&a, &v).unwrap();
        prop_assert_eq!(product.shape(), [11]);
        let expected = rounded(&DoubleDouble::matmul(&precise(&a), &precise(&v)).unwrap());
        prop_assert!(distance(&product, &expected) <= 13.0 * 13.0 * f64::EPSILON);
    }

    #[test]
    fn solutions_agree(a in square(), b in matrix(17, 2)) {
        let n = a.shape()[0];
        let b = Array::from_fn(&[n, 2], |index| *b.get(index).unwrap()).unwrap();
        let bound = 100.0 * n as f64 * f64::EPSILON * condition(&a);
        prop_assume!(bound < 1e-3);
        let expected = rounded(&DoubleDouble::solve(&precise(&a), &precise(&b)).unwrap());
        prop_assert!(distance(&f64::solve(&a, &b).unwrap(), &expected) <= bound * expected.max_abs());
        let expected = rounded(&DoubleDouble::inv(&precise(&a)).unwrap());
        prop_assert!(distance(&f64::inv(&a).unwrap(), &expected) <= bound * expected.max_abs());
    }

    #[test]
    fn determinants_and_adjugates_agree(a in square()) {
        let n = a.shape()[0];
        let s = svd(&a).unwrap().s;
        // An error of n eps in A moves the determinant by that times the products of n - 1 singular values.
        let size: f64 = s.data()[..n - 1].iter().product();
        let bound = 100.0 * (n * n) as f64 * f64::EPSILON * size * s.data()[0];
        let exact = DoubleDouble::det(&precise(&a)).unwrap().to_f64();
        prop_assert!((f64::det(&a).unwrap() - exact).abs() <= bound);
        let (sign, log) = f64::signed_logdet(&a).unwrap();
        prop_assert!((sign * log.exp() - exact).abs() <= bound);
        if n < 17 {
            let exact = rounded(&DoubleDouble::adjugate(&precise(&a)).unwrap());
            // One singular value fewer, and one inverse factor of the next more.
            let bound = 100.0 * (n * n) as f64 * f64::EPSILON * s.data()[0].max(1.0).powi(n as i32);
            prop_assert!(distance(&f64::adjugate(&a).unwrap(), &exact) <= bound);
        }
    }

    #[test]
    fn adjugates_of_singular_matrices_agree(a in matrix(5, 4), b in matrix(4, 5), lower in matrix(5, 3)) {
        let rank_four = f64::matmul(&a, &b).unwrap();
        let exact = rounded(&DoubleDouble::adjugate(&precise(&rank_four)).unwrap());
        prop_assert!(distance(&f64::adjugate(&rank_four).unwrap(), &exact) <= 1e-12);
        let rank_three = f64::matmul(&lower, &lower.transpose().unwrap()).unwrap();
        prop_assert!(f64::adjugate(&rank_three).unwrap().max_abs() <= 1e-12);
    }

    #[test]
    fn cholesky_agrees(a in square(), b in matrix(17, 1)) {
        let a = posdef(&a);
        let n = a.shape()[0];
        let b = Array::from_fn(&[n], |index| b.data()[index[0]]).unwrap();
        let l = f64::cholesky(&a).unwrap();
        prop_assert!(distance(&f64::matmul(&l, &l.transpose().unwrap()).unwrap(), &a) <= 1e-13);
        prop_assert!(distance(&l, &rounded(&DoubleDouble::cholesky(&precise(&a)).unwrap())) <= 1e-12);
        let x = f64::solve_posdef(&a, &b).unwrap();
        prop_assert!(distance(&x, &f64::solve(&a, &b).unwrap()) <= 1e-12);
        prop_assert!(distance(&x, &rounded(&DoubleDouble::solve_posdef(&precise(&a), &precise(&b)).unwrap())) <= 1e-12);
        let log = f64::logdet_posdef(&a).unwrap();
        prop_assert!((log - f64::logdet(&a).unwrap()).abs() <= 1e-12);
        prop_assert!((log - DoubleDouble::logdet_posdef(&precise(&a)).unwrap().to_f64()).abs() <= 1e-12);
    }

    #[test]
    fn decompositions_multiply_back(a in matrix(5, 3), b in matrix(3, 3)) {
        for a in [a.clone(), a.transpose().unwrap()] {
            let svd = svd(&a).unwrap();
            let scaled = Array::from_fn(svd.u.shape(), |index| svd.u.get(index).unwrap() * svd.s.data()[index[1]]);
            let scaled = scaled.unwrap();
            prop_assert!(distance(&f64::matmul(&scaled, &svd.v.transpose().unwrap()).unwrap(), &a) <= 1e-14);
        }
        let symmetric = b.add(&b.transpose().unwrap()).unwrap();
        let (values, vectors) = eigh(&symmetric).unwrap();
        let scaled = Array::from_fn(&[3, 3], |index| vectors.get(index).unwrap() * values.data()[index[1]]).unwrap();
        prop_assert!(distance(&f64::matmul(&scaled, &vectors.transpose().unwrap()).unwrap(), &symmetric) <= 1e-14);
        prop_assert!(distance(&eigvalsh(&symmetric).unwrap(), &values) <= 1e-14);
        prop_assert!(values.data().is_sorted());
        prop_assert!((values.data().iter().sum::<f64>() - trace(&symmetric).unwrap()).abs() <= 1e-14);
    }

    /// Of a Hermitian X + i Y the matrix [X, -Y; Y, X] has each eigenvalue twice.
    #[test]
    fn equal_eigenvalues_converge_in_31_digits(x in matrix(5, 5), y in matrix(5, 5)) {
        let a = Array::from_fn(&[10, 10], |at| {
            let part = |of: &Matrix, sign: f64| {
                let (i, j) = (at[0] % 5, at[1] % 5);
                of.get(&[i, j]).unwrap() + sign * of.get(&[j, i]).unwrap()
            };
            DoubleDouble::from_f64(match (at[0] < 5, at[1] < 5) {
                (true, true) | (false, false) => part(&x, 1.0),
                (true, false) => -part(&y, -1.0),
                (false, true) => part(&y, -1.0),
            })
        });
        let a = a.unwrap();
        let (values, vectors) = DoubleDouble::eigh(&a).unwrap();
        let scaled = Array::from_fn(a.shape(), |at| vectors.get(at).unwrap().mul(&values.data()[at[1]])).unwrap();
        let back = DoubleDouble::matmul(&scaled, &vectors.transpose().unwrap()).unwrap();
        prop_assert!(back.sub(&a).unwrap().max_abs() <= 1e-29);
    }
}

#[test]
fn determinants_of_any_magnitude() {
    // 20 pivots of size 1e+-30.
    for scale in [1e30f64, 1e-30] {
        let a = Array::<f64>::eye(20).unwrap().scale(&scale);
        assert_eq!(f64::logdet(&a).unwrap(), f64::logdet_posdef(&a).unwrap());
        assert!((f64::logdet(&a).unwrap() - 20.0 * scale.ln()).abs() < 1e-12 * 20.0 * scale.ln().abs());
    }
    assert_eq!(
        f64::det(&Array::<f64>::eye(20).unwrap().scale(&1e30)).unwrap(),
        f64::INFINITY
    );
    assert_eq!(f64::det(&Array::<f64>::eye(20).unwrap().scale(&1e-30)).unwrap(), 0.0);
    // Large and small pivots that balance.
    let balanced = Array::from_fn(&[6, 6], |i| {
        if i[0] != i[1] {
            0.0
        } else {
            [1e250, 1e200, 4.0, 1e-200, 1e-250, 1.0][i[0]]
        }
    });
    let balanced = balanced.unwrap();
    assert!((f64::det(&balanced).unwrap() - 4.0).abs() < 1e-14);
    // The adjugate of c I is c^(n-1) I.
    let large = Array::<f64>::eye(3).unwrap().scale(&2f64.powi(510));
    assert_eq!(
        f64::adjugate(&large).unwrap(),
        Array::eye(3).unwrap().scale(&2f64.powi(1020))
    );
    assert_eq!(
        svd(&large.scale(&2f64.powi(500))).unwrap().s.data(),
        [2f64.powi(1010); 3]
    );
    let small = eigvalsh(&Array::<f64>::eye(3).unwrap().scale(&2f64.powi(-990))).unwrap();
    assert_eq!(small.data(), [2f64.powi(-990); 3]);
    let tiny = Array::from_rows(&[
        vec![5e-324, 0.0, 0.0],
        vec![0.0, 2f64.powi(1023), 0.0],
        vec![0.0, 0.0, 3.0],
    ])
    .unwrap();
    assert_eq!(f64::det(&tiny).unwrap(), 3.0 * 2f64.powi(-51));
}

/// The pivot 2^-1070 has no finite reciprocal.
#[test]
fn tiny_pivots_are_pivots() {
    let tiny = Array::from_rows(&[vec![2f64.powi(-1060) / 1024.0, 0.0], vec![1.0, 2.0]]).unwrap();
    let b = Array::vector(vec![2f64.powi(-1060) / 512.0, 6.0]).unwrap();
    assert_eq!(f64::solve(&tiny, &b).unwrap().data(), [2.0, 2.0]);
    assert_eq!(
        f64::solve(&tiny.map(|entry| 2.0 * entry), &b).unwrap().data(),
        [1.0, 1.0]
    );
    let lone = Array::scalar(2f64.powi(-1060) / 1024.0);
    assert_eq!(f64::solve(&lone, &lone).unwrap(), Array::scalar(1.0));
}

#[test]
fn signs_of_determinants() {
    // The cyclic shifts of n rows have the sign (-1)^(n-1).
    for n in [1, 2, 3, 5, 8] {
        let shift = Array::from_fn(&[n, n], |i| if (i[0] + 1) % n == i[1] { 2.0 } else { 0.0 }).unwrap();
        let sign = if n % 2 == 1 { 1.0 } else { -1.0 };
        assert_eq!(f64::det(&shift).unwrap(), sign * 2f64.powi(n as i32));
        assert_eq!(f64::signed_logdet(&shift).unwrap().0, sign);
        assert_eq!(f64::logdet(&shift).unwrap().is_nan(), sign < 0.0);
    }
}

#[test]
fn singular_matrices_are_named() {
    let singular = Array::from_rows(&[vec![1.0, 2.0, 0.0], vec![2.0, 4.0, 0.0], vec![0.0, 0.0, 1.0]]).unwrap();
    assert!(
        f64::inv(&singular)
            .unwrap_err()
            .to_string()
            .starts_with("inv: the matrix is singular (no pivot in column ")
    );
    let b = Array::zeros(&[3]).unwrap();
    assert!(matches!(
        f64::solve(&singular, &b),
        Err(ArrayError::Singular { op: "solve", .. })
    ));
    assert_eq!(f64::det(&singular), Ok(0.0));
    assert_eq!(f64::signed_logdet(&singular), Ok((0.0, f64::NEG_INFINITY)));
    assert_eq!(f64::logdet(&singular), Ok(f64::NEG_INFINITY));
    let zero = Array::zeros(&[1, 1]).unwrap();
    assert_eq!(f64::inv(&zero), Err(ArrayError::Singular { op: "inv", pivot: 0 }));
    assert_eq!(
        Dual::inv(&zero.map(|_| Dual::new(0.0, 1.0))),
        Err(ArrayError::Singular { op: "inv", pivot: 0 })
    );
}

#[test]
fn matrices_that_are_not_positive_definite_are_named() {
    let indefinite = Array::from_rows(&[vec![4.0, 0.0, 0.0], vec![0.0, -1.0, 0.0], vec![0.0, 0.0, 1.0]]).unwrap();
    let expected = |op| ArrayError::NotPositiveDefinite { op, pivot: 1 };
    assert_eq!(f64::cholesky(&indefinite), Err(expected("cholesky")));
    assert_eq!(f64::logdet_posdef(&indefinite), Err(expected("logdet")));
    assert_eq!(
        f64::solve_posdef(&indefinite, &Array::zeros(&[3]).unwrap()),
        Err(expected("solve"))
    );
    assert_eq!(DoubleDouble::cholesky(&precise(&indefinite)), Err(expected("cholesky")));
    assert_eq!(
        f64::cholesky(&Array::zeros(&[1, 1]).unwrap()),
        Err(ArrayError::NotPositiveDefinite {
            op: "cholesky",
            pivot: 0
        })
    );
}

#[test]
fn empty_and_scalar_matrices() {
    let empty = Array::<f64>::zeros(&[0, 0]).unwrap();
    assert_eq!(f64::det(&empty), Ok(1.0));
    assert_eq!(f64::signed_logdet(&empty), Ok((1.0, 0.0)));
    assert_eq!(f64::logdet_posdef(&empty), Ok(0.0));
    for result in [
        f64::inv(&empty),
        f64::adjugate(&empty),
        f64::cholesky(&empty),
        f64::matmul(&empty, &empty),
    ] {
        assert_eq!(result.unwrap(), empty);
    }
    let wide = Array::zeros(&[0, 4]).unwrap();
    assert_eq!(f64::solve(&empty, &wide).unwrap(), wide);
    assert_eq!(f64::solve_posdef(&empty, &wide).unwrap(), wide);
    assert_eq!(svd(&wide).unwrap().v.shape(), [4, 0]);
    assert_eq!(eigvalsh(&empty).unwrap().shape(), [0]);
    let none = Array::zeros(&[3, 0]).unwrap();
    assert_eq!(f64::solve(&Array::eye(3).unwrap(), &none).unwrap(), none);
    assert_eq!(f64::solve_posdef(&Array::eye(3).unwrap(), &none).unwrap(), none);
    let four = Array::scalar(4.0);
    assert_eq!(f64::inv(&four).unwrap(), Array::scalar(0.25));
    assert_eq!(f64::cholesky(&four).unwrap(), Array::scalar(2.0));
    assert_eq!(f64::solve(&four, &Array::scalar(2.0)).unwrap(), Array::scalar(0.5));
    assert_eq!(f64::adjugate(&four).unwrap(), Array::scalar(1.0));
    assert_eq!(f64::det(&four), Ok(4.0));
}

#[test]
fn what_is_not_a_number_spreads_or_is_an_error() {
    let mut a = Array::<f64>::eye(3).unwrap();
    a.data_mut()[4] = f64::NAN;
    assert!(f64::det(&a).unwrap().is_nan());
    assert!(f64::inv(&a).unwrap().data().iter().any(|entry| entry.is_nan()));
    assert_eq!(f64::adjugate(&a), Err(ArrayError::NoConvergence { op: "adj" }));
    assert_eq!(eigvalsh(&a), Err(ArrayError::NoConvergence { op: "eigvalsh" }));
    assert!(f64::norm2(&a).unwrap().is_nan());
    assert!(f64::logsumexp(&a).unwrap().is_nan());
}

#[test]
fn norms_neither_overflow_nor_underflow() {
    let norm = |data: &[f64]| f64::norm2(&Array::vector(data.to_vec()).unwrap()).unwrap();
    assert_eq!(norm(&[3.0, 4.0]), 5.0);
    assert!((norm(&[3e200, -4e200]) / 5e200 - 1.0).abs() < 1e-15);
    assert!((norm(&[3e-200, 4e-200]) / 5e-200 - 1.0).abs() < 1e-15);
    assert!((norm(&[1e-200, 1.0]) - 1.0).abs() < 1e-15);
    assert_eq!(norm(&[]), 0.0);
    assert_eq!(norm(&[0.0, -0.0]), 0.0);
    assert_eq!(norm(&[1.0, f64::NEG_INFINITY]), f64::INFINITY);
    assert!(norm(&[f64::INFINITY, f64::NAN]).is_nan());
}

#[test]
fn logsumexp_and_softmax_at_the_edges() {
    let log = |data: &[f64]| f64::logsumexp(&Array::vector(data.to_vec()).unwrap()).unwrap();
    let soft = |data: &[f64]| {
        f64::softmax(&Array::vector(data.to_vec()).unwrap())
            .unwrap()
            .into_data()
    };
    let ln_2 = std::f64::consts::LN_2;
    assert_eq!(log(&[1e4, 1e4]), 1e4 + ln_2);
    assert_eq!(log(&[-1e4, -1e4]), -1e4 + ln_2);
    assert_eq!(log(&[f64::NEG_INFINITY, 1.0]), 1.0);
    assert_eq!(log(&[f64::NEG_INFINITY, f64::NEG_INFINITY]), f64::NEG_INFINITY);
    assert_eq!(log(&[f64::INFINITY, 1.0]), f64::INFINITY);
    assert_eq!(log(&[]), f64::NEG_INFINITY);
    // A small sum beside a large term keeps its digits where the term is 0.
    assert_eq!(log(&[0.0, -40.0]), (-40f64).exp());
    assert_eq!(soft(&[1e4, 1e4]), [0.5, 0.5]);
    assert_eq!(soft(&[-1e4, 1e4]), [0.0, 1.0]);
    assert_eq!(soft(&[f64::NEG_INFINITY, 0.0]), [0.0, 1.0]);
    assert_eq!(soft(&[]), Vec::<f64>::new());
    // The gradient of logsumexp is softmax.
    let dual = Array::vector(vec![Dual::constant(1.0), Dual::variable(2.0), Dual::constant(-3.0)]).unwrap();
    let slope = Dual::logsumexp(&dual).unwrap().slope;
    assert!((slope - soft(&[1.0, 2.0, -3.0])[1]).abs() < 1e-15);
}

/// Code between faer's kernels and ours must not run in the slow state; this only checks that cleaning up does no harm.
#[test]
fn floats_survive_the_clean_up() {
    let a = Array::filled(&[33, 33], 0.5f64).unwrap();
    let kept = 1.25f64.exp();
    let product = f64::matmul(&a, &a).unwrap();
    assert_eq!(product.data()[0], 33.0 * 0.25);
    assert_eq!(kept, 1.25f64.exp());
}
