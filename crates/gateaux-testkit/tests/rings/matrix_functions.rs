//! Ring 2: functions of matrices and their spectra. The kernels in floats against 31 digits, the kernels in 31 digits
//! against what defines them, and the derivatives of first and second order against dual numbers.

use gateaux_array::{Array, ArrayError, DoubleDouble, Field, MatrixFunction, Number, Real, Svd};
use gateaux_core::expr::Structure;
use gateaux_testkit::numbers::Region;
use gateaux_testkit::random::Random;
use gateaux_testkit::values;

use crate::tally::{Tally, variables};

type D = DoubleDouble;
type Matrices<T> = Result<Vec<(&'static str, Array<T>)>, ArrayError>;

/// The relative error that a kernel in floats may have where nothing is badly conditioned.
const FLOAT: f64 = 1e-12;
/// The same with 31 digits.
const EXACT: f64 = 1e-26;
/// The sizes of square matrices.
const SQUARE: [usize; 3] = [1, 2, 5];
/// The shapes of others.
const SHAPES: [[usize; 2]; 7] = [[1, 1], [2, 2], [5, 5], [5, 3], [3, 5], [1, 4], [4, 1]];
/// How many matrices of each size.
const COUNT: usize = 6;

/// The matrix of floats that are nearest.
fn rounded(a: &Array<D>) -> Array<f64> {
    a.map(D::to_f64)
}

fn lifted(a: &Array<f64>) -> Array<D> {
    a.map(|entry| D::from_f64(*entry))
}

/// The largest entry of the difference, relative to the largest of the truth.
fn error(found: &Array<D>, truth: &Array<D>) -> f64 {
    assert_eq!(found.shape(), truth.shape());
    let gap = found.sub(truth).unwrap().data().iter().fold(0.0, |max: f64, entry| {
        let size = entry.to_f64().abs();
        // What is not a number is larger than anything.
        if size <= max { max } else { size }
    });
    gap / truth.max_abs().max(f64::MIN_POSITIVE)
}

fn random_matrix(shape: [usize; 2], random: &mut Random) -> Array<f64> {
    Array::from_fn(&shape, |_| random.uniform(-1.0, 1.0)).unwrap()
}

fn orthogonal(n: usize, random: &mut Random) -> Array<D> {
    values::point(&[n, n], Structure::Orthogonal, Region::Signed, random).unwrap()
}

/// `U*diag(values)*V'` of the shape, rounded.
fn with_values(shape: [usize; 2], values: &[f64], random: &mut Random) -> Array<f64> {
    let [u, v] = shape.map(|size| orthogonal(size, random));
    let middle = Array::from_fn(&shape, |at| match at[0] == at[1] {
        true => D::from_f64(values[at[0]]),
        false => D::zero(),
    });
    let product = D::matmul(&D::matmul(&u, &middle.unwrap()).unwrap(), &v.transpose().unwrap());
    rounded(&product.unwrap())
}

/// A symmetric matrix with eigenvalues far from each other.
fn symmetric(values: &[f64], random: &mut Random) -> Array<f64> {
    let n = values.len();
    let q = orthogonal(n, random);
    let middle = Array::from_fn(&[n, n], |at| match at[0] == at[1] {
        true => D::from_f64(values[at[0]]),
        false => D::zero(),
    });
    let product = D::matmul(&D::matmul(&q, &middle.unwrap()).unwrap(), &q.transpose().unwrap()).unwrap();
    let lower = |at: &[usize]| product.data()[at[0].max(at[1]) + at[0].min(at[1]) * n].to_f64();
    Array::from_fn(&[n, n], lower).unwrap()
}

/// Of both signs, with gaps of about 1.
fn apart(n: usize, random: &mut Random) -> Vec<f64> {
    (0..n).map(|at| at as f64 - 1.7 + random.uniform(-0.2, 0.2)).collect()
}

/// Positive, with gaps of about 1.
fn positive(n: usize, random: &mut Random) -> Vec<f64> {
    (0..n).map(|at| at as f64 + 0.7 + random.uniform(-0.2, 0.2)).collect()
}

/// A matrix whose eigenvalues are far from the negative axis.
fn with_logarithm(n: usize, random: &mut Random) -> Array<f64> {
    let matrix = random_matrix([n, n], random);
    matrix.add(&Array::eye(n).unwrap().scale(&2.5)).unwrap()
}

/// A matrix function and its derivatives in one and two directions.
fn function<T: Field>(f: MatrixFunction, a: &Array<T>, e: [&Array<T>; 2]) -> Matrices<T> {
    Ok(vec![
        (f.name(), T::matrix_function(f, a, &[])?),
        ("its derivative", T::matrix_function(f, a, &e[..1])?),
        ("its second derivative", T::matrix_function(f, a, &e)?),
    ])
}

fn spectrum<T: Field>(a: &Array<T>) -> Matrices<T> {
    let (values, vectors) = T::eigh(a)?;
    Ok(vec![("eigvals", values), ("eigvecs", vectors)])
}

fn decompositions<T: Field>(a: &Array<T>) -> Matrices<T> {
    let Svd { u, s, v } = T::svd(a)?;
    Ok(vec![("svdvals", s), ("svdu", u), ("svdv", v), ("pinv", T::pinv(a)?)])
}

fn factor<T: Field>(a: &Array<T>) -> Matrices<T> {
    Ok(vec![("chol", T::cholesky(a)?)])
}

/// Holds results in floats against those with 31 digits; gives how many.
fn held(what: &str, found: Matrices<f64>, truth: Matrices<D>) -> usize {
    let (found, truth) = (found.unwrap(), truth.unwrap());
    assert_eq!(found.len(), truth.len());
    for ((name, found), (_, truth)) in found.iter().zip(&truth) {
        let error = error(&lifted(found), truth);
        assert!(
            error <= FLOAT,
            "{name} of {what} {:?} is off by {error:.1e}",
            found.shape()
        );
    }
    found.len()
}

#[test]
fn kernels_in_floats_agree_with_31_digits() {
    let (mut random, mut count) = (Random::new(31), 0);
    for n in SQUARE {
        for _ in 0..COUNT {
            let general = random_matrix([n, n], &mut random);
            let regular = with_logarithm(n, &mut random);
            let values = apart(n, &mut random);
            let even = symmetric(&values, &mut random);
            let values = positive(n, &mut random);
            let posdef = symmetric(&values, &mut random);
            let [e, f] = [0, 1].map(|_| random_matrix([n, n], &mut random));
            let directions = [lifted(&e), lifted(&f)];
            let exact = [&directions[0], &directions[1]];
            for (a, functions) in [
                (&general, &[MatrixFunction::Exp][..]),
                (&even, &[MatrixFunction::Exp]),
                (&regular, &MatrixFunction::ALL),
                (&posdef, &MatrixFunction::ALL),
            ] {
                for which in functions {
                    let what = format!("{} at", which.name());
                    count += held(
                        &what,
                        function(*which, a, [&e, &f]),
                        function(*which, &lifted(a), exact),
                    );
                }
            }
            count += held("a symmetric matrix", spectrum(&even), spectrum(&lifted(&even)));
            count += held("a definite matrix", spectrum(&posdef), spectrum(&lifted(&posdef)));
            count += held("a definite matrix", factor(&posdef), factor(&lifted(&posdef)));
        }
    }
    for shape in SHAPES {
        for _ in 0..COUNT {
            let values = positive(shape[0].min(shape[1]), &mut random);
            let a = with_values(shape, &values, &mut random);
            count += held("a matrix", decompositions(&a), decompositions(&lifted(&a)));
        }
    }
    println!("{count} results of kernels");
    assert!(count > 500, "too few results: {count}");
}

/// The sum of the powers of a matrix over factorials.
fn exponential_series(a: &Array<D>) -> Array<D> {
    let n = a.shape()[0];
    let (mut sum, mut term) = (Array::eye(n).unwrap(), Array::eye(n).unwrap());
    for k in 1..80 {
        let reciprocal = D::one().div(&D::from_i64(k)).unwrap();
        term = D::matmul(&term, a).unwrap().scale(&reciprocal);
        sum = sum.add(&term).unwrap();
    }
    sum
}

fn product(factors: &[&Array<D>]) -> Array<D> {
    let first = factors[0].clone();
    factors[1..]
        .iter()
        .fold(first, |product, factor| D::matmul(&product, factor).unwrap())
}

fn is(what: &str, found: &Array<D>, truth: &Array<D>) {
    let error = error(found, truth);
    assert!(error <= EXACT, "{what} {:?} is off by {error:.1e}", truth.shape());
}

#[test]
fn functions_of_matrices_are_what_defines_them() {
    let mut random = Random::new(37);
    for n in SQUARE {
        for _ in 0..COUNT {
            let values = positive(n, &mut random);
            for a in [with_logarithm(n, &mut random), symmetric(&values, &mut random)] {
                let a = lifted(&a);
                let of = |which, a: &Array<D>| D::matrix_function(which, a, &[]).unwrap();
                is("expm", &of(MatrixFunction::Exp, &a), &exponential_series(&a));
                let root = of(MatrixFunction::Sqrt, &a);
                is("sqrtm squared", &product(&[&root, &root]), &a);
                is("expm of logm", &exponential_series(&of(MatrixFunction::Log, &a)), &a);
                // The root and the logarithm have derivatives inverse to those of what they invert.
                let e = lifted(&random_matrix([n, n], &mut random));
                let change = D::matrix_function(MatrixFunction::Sqrt, &a, &[&e]).unwrap();
                let back = product(&[&root, &change]).add(&product(&[&change, &root])).unwrap();
                is("the derivative of sqrtm", &back, &e);
                let change = D::matrix_function(MatrixFunction::Log, &a, &[&e]).unwrap();
                let logarithm = of(MatrixFunction::Log, &a);
                let back = D::matrix_function(MatrixFunction::Exp, &logarithm, &[&change]).unwrap();
                is("the derivative of logm", &back, &e);
            }
        }
    }
}

#[test]
fn decompositions_are_what_defines_them() {
    let mut random = Random::new(41);
    let diagonal = |values: &Array<D>| {
        let n = values.len();
        let entry = |at: &[usize]| {
            if at[0] == at[1] {
                values.data()[at[0]]
            } else {
                D::zero()
            }
        };
        Array::from_fn(&[n, n], entry).unwrap()
    };
    let turned = |a: &Array<D>| a.transpose().unwrap();
    for n in SQUARE {
        for _ in 0..COUNT {
            let values = apart(n, &mut random);
            let a = lifted(&symmetric(&values, &mut random));
            let (values, q) = D::eigh(&a).unwrap();
            is("eigvecs", &product(&[&q, &diagonal(&values), &turned(&q)]), &a);
            is(
                "eigvecs'*eigvecs",
                &product(&[&turned(&q), &q]),
                &Array::eye(n).unwrap(),
            );
            let values = positive(n, &mut random);
            let a = lifted(&symmetric(&values, &mut random));
            let factor = D::cholesky(&a).unwrap();
            is("chol", &product(&[&factor, &turned(&factor)]), &a);
        }
    }
    for shape in SHAPES {
        for _ in 0..COUNT {
            let values = positive(shape[0].min(shape[1]), &mut random);
            let a = lifted(&with_values(shape, &values, &mut random));
            let Svd { u, s, v } = D::svd(&a).unwrap();
            is("svd", &product(&[&u, &diagonal(&s), &turned(&v)]), &a);
            let eye = Array::eye(s.len()).unwrap();
            is("svdu'*svdu", &product(&[&turned(&u), &u]), &eye);
            is("svdv'*svdv", &product(&[&turned(&v), &v]), &eye);
            // The conditions of Penrose.
            let inverse = D::pinv(&a).unwrap();
            is("A*pinv*A", &product(&[&a, &inverse, &a]), &a);
            is("pinv*A*pinv", &product(&[&inverse, &a, &inverse]), &inverse);
            let (left, right) = (product(&[&a, &inverse]), product(&[&inverse, &a]));
            is("A*pinv", &turned(&left), &left);
            is("pinv*A", &turned(&right), &right);
        }
    }
}

const DECLARATIONS: &str = "A: matrix(n, n); B: matrix(n, n); C: matrix(m, n); E: matrix(n, n); P: posdef(n); S: symmetric(n); \
                            X: matrix(n, n); Z: matrix(m, n); x: vector(n); y: vector(m); s: scalar; ";

/// Functions of each kernel, so that second derivatives use each companion in each place.
#[rustfmt::skip]
const FORMULAS: &[&str] = &[
    "tr(B*expm(X))", "tr(B*logm(X))", "tr(B*sqrtm(X))", "tr(B*expm(S))", "tr(B*logm(P))", "tr(B*sqrtm(P))",
    "expm(s*A)*x", "x'*expm(X)*x", "norm2(expm(X)*x)^2", "tr(logm(X)*logm(X))", "tr(sqrtm(X'*X))", "logm(X*X' + eye(n))",
    "tr(B*frechet_expm(X, E))", "tr(B*frechet_logm(P, E))", "tr(B*frechet_sqrtm(P, E))", "tr(B*frechet_chol(P, E))",
    "frechet_expm(X, E)", "frechet_logm(X, E)", "frechet_sqrtm(X, E)", "frechet_chol(P, E)",
    "tr(B*frechet_expm(X, A, E))", "tr(B*frechet_logm(P, A, E))", "tr(B*frechet_sqrtm(P, A, E))",
    "sum(log(diag(chol(P))))", "tr(B*chol(P))", "norm2(chol(P)\\x)^2", "chol(X*X' + eye(n))*x",
    "lmax(S)", "lmin(S)", "lmax(X'*X)", "sum(eigvals(S).^2)", "sum(log(eigvals(P)))", "prod(eigvals(S))", "sum(exp(eigvals(S)))",
    "x'*eigvals(S)", "x'*eigvecs(S)*x", "eigvecs(P)*x", "eigvals(sym(X))", "x'*gaps(eigvals(S))*eigvals(S)",
    "nuclear(Z)", "spectral(Z)", "sum(svdvals(Z).^3)", "nuclear(X)", "spectral(X)^2", "sum(log(svdvals(X)))", "svdvals(Z)",
    "y'*svdu(Z)*svdv(Z)'*x", "tr(B*svdu(X))", "tr(B*svdv(X))", "tr(C'*Z*pinv(Z)*Z)",
    "norm2(pinv(Z)*y)^2", "tr(C*pinv(Z))", "pinv(Z)*y", "x'*pinv(S)*x", "norm2(y - Z*pinv(Z)*y)^2",
];

#[test]
fn derivatives_of_matrix_functions_agree_to_many_digits() {
    let mut tally = Tally::default();
    for formula in FORMULAS {
        let text = format!("{DECLARATIONS}{formula}");
        for wrt in variables(&text, &mut tally) {
            // The names of sizes in order of appearance: n, m.
            for sizes in [[2, 3], [3, 2], [1, 1]] {
                tally.views::<D>(&text, &wrt, &sizes);
            }
        }
    }
    tally.done("functions of matrices", [0, 0]);
}
