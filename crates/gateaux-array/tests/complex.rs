//! Complex numbers: functions by the identities that define them, linear algebra by residuals.

#![allow(clippy::unwrap_used, reason = "tests")]

use gateaux_array::{Array, Complex, Field, Function, MatrixFunction, Number};

type Z = Complex<f64>;

fn z(re: f64, im: f64) -> Z {
    Complex::new(re, im)
}

fn apply(function: Function, at: &Z) -> Z {
    at.apply(function).unwrap()
}

fn assert_close(found: &Z, expected: &Z, what: &str) {
    let gap = Number::sub(found, expected).abs();
    let size = expected.abs().max(1e-300);
    assert!(
        gap <= 4e-15 * size.max(1e-3),
        "{what}: {found:?} should be {expected:?}"
    );
}

/// Points in all quadrants, large and small.
fn points() -> Vec<Z> {
    let sizes = [1e-8, 0.3, 0.9, 1.7];
    let mut points = Vec::new();
    for size in sizes {
        for angle in [0.1f64, 0.8, 1.5, 2.4, 3.0, -0.4, -1.2, -2.0, -3.1] {
            points.push(z(size * angle.cos(), size * angle.sin()));
        }
    }
    points
}

#[test]
fn functions_are_what_their_identities_say() {
    let one = Z::one();
    for at in points() {
        let half = |value: &Z| Number::mul(value, &z(0.5, 0.0));
        let exp = apply(Function::Exp, &at);
        let inverse = apply(Function::Exp, &Number::neg(&at));
        assert_close(&Number::mul(&exp, &inverse), &one, "exp");
        if at.abs() > 0.1 {
            assert_close(&apply(Function::Ln, &exp), &at, "log of exp");
        }
        let root = apply(Function::Sqrt, &at);
        assert_close(&Number::mul(&root, &root), &at, "sqrt");
        assert_close(&half(&Number::add(&exp, &inverse)), &apply(Function::Cosh, &at), "cosh");
        // sin(z) = sinh(i z)/i, each by its own addition theorem.
        let turned = Number::mul(&at, &z(0.0, 1.0));
        let sine = Number::mul(&apply(Function::Sinh, &turned), &z(0.0, -1.0));
        assert_close(&apply(Function::Sin, &at), &sine, "sin");
        let (sine, cosine) = (apply(Function::Sin, &at), apply(Function::Cos, &at));
        let tangent = Number::div(&sine, &cosine).unwrap();
        assert_close(&apply(Function::Tan, &at), &tangent, "tan");
        let (sine, cosine) = (apply(Function::Sinh, &at), apply(Function::Cosh, &at));
        assert_close(
            &apply(Function::Tanh, &at),
            &Number::div(&sine, &cosine).unwrap(),
            "tanh",
        );
        // Of small numbers 1 + z has lost digits.
        if at.abs() > 0.1 {
            let plus = Number::add(&one, &at);
            assert_close(&apply(Function::Log1p, &at), &apply(Function::Ln, &plus), "log1p");
        }
        let sigmoid = Number::div(&exp, &Number::add(&one, &exp)).unwrap();
        assert_close(&apply(Function::Sigmoid, &at), &sigmoid, "sigmoid");
    }
}

#[test]
fn inverse_functions_invert() {
    for at in points() {
        for (inverse, function) in [
            (Function::Asin, Function::Sin),
            (Function::Acos, Function::Cos),
            (Function::Atan, Function::Tan),
            (Function::Log1p, Function::Expm1),
        ] {
            // The inverse cosine of a small number is near to pi/2, where the number is not told from others.
            if inverse != Function::Acos || at.abs() > 0.1 {
                assert_close(&apply(function, &apply(inverse, &at)), &at, inverse.name());
            }
        }
    }
}

#[test]
fn small_arguments_keep_their_digits() {
    let tiny = z(1e-12, -2e-12);
    // exp(z) - 1 = z + z^2/2, log(1 + z) = z - z^2/2.
    let square = Number::mul(&Number::mul(&tiny, &tiny), &z(0.5, 0.0));
    assert_close(&apply(Function::Expm1, &tiny), &Number::add(&tiny, &square), "expm1");
    assert_close(&apply(Function::Log1p, &tiny), &Number::sub(&tiny, &square), "log1p");
}

#[test]
fn the_principal_branch_has_its_cut_on_the_negative_axis() {
    assert_close(
        &apply(Function::Ln, &z(-1.0, 1e-300)),
        &z(0.0, std::f64::consts::PI),
        "above the cut",
    );
    assert_close(
        &apply(Function::Ln, &z(-1.0, -1e-300)),
        &z(0.0, -std::f64::consts::PI),
        "below the cut",
    );
    assert_close(&apply(Function::Sqrt, &z(-4.0, 0.0)), &z(0.0, 2.0), "the root of -4");
    assert_close(
        &z(-8.0, 0.0).pow(&z(1.0 / 3.0, 0.0)).unwrap(),
        &z(1.0, 3f64.sqrt()),
        "the principal cube root",
    );
}

fn matrix(n: usize) -> Array<Z> {
    Array::from_fn(&[n, n], |at| {
        let (i, j) = (at[0] as f64, at[1] as f64);
        z(
            (1.3 * i - 0.7 * j).sin() / 2.0 + f64::from(i == j) * 1.5,
            (0.4 * i + 1.1 * j).cos() / 2.0,
        )
    })
    .unwrap()
}

fn gap(a: &Array<Z>, b: &Array<Z>) -> f64 {
    let gaps = a.data().iter().zip(b.data()).map(|(x, y)| Number::sub(x, y).abs());
    gaps.fold(0.0, f64::max)
}

#[test]
fn solves_inverses_and_determinants_agree() {
    for n in [1, 2, 5] {
        let a = matrix(n);
        let inverse = Z::inv(&a).unwrap();
        assert!(gap(&Z::matmul(&a, &inverse).unwrap(), &Array::eye(n).unwrap()) < 1e-13);
        let product = Number::mul(&Z::det(&a).unwrap(), &Z::det(&inverse).unwrap());
        assert!(Number::sub(&product, &Z::one()).abs() < 1e-13);
        let cofactors = Z::adjugate(&a).unwrap();
        assert!(gap(&cofactors, &inverse.scale(&Z::det(&a).unwrap())) < 1e-12);
        let log = Z::logdet(&a).unwrap();
        assert!(Number::sub(&apply(Function::Exp, &log), &Z::det(&a).unwrap()).abs() < 1e-12);
    }
}

#[test]
fn functions_of_matrices_satisfy_their_equations() {
    for n in [1, 2, 5] {
        let a = matrix(n);
        let of = |function, x: &Array<Z>| Z::matrix_function(function, x, &[]).unwrap();
        let root = of(MatrixFunction::Sqrt, &a);
        assert!(gap(&Z::matmul(&root, &root).unwrap(), &a) < 1e-13);
        let back = of(MatrixFunction::Exp, &of(MatrixFunction::Log, &a));
        assert!(gap(&back, &a) < 1e-13);
        // The series of the exponential.
        let small = a.scale(&z(0.25, 0.0));
        let (mut term, mut sum) = (Array::eye(n).unwrap(), Array::eye(n).unwrap());
        for k in 1..40 {
            term = Z::matmul(&term, &small).unwrap().scale(&z(1.0 / f64::from(k), 0.0));
            sum = sum.add(&term).unwrap();
        }
        assert!(gap(&of(MatrixFunction::Exp, &small), &sum) < 1e-14);
    }
}

#[test]
fn the_derivative_of_the_root_solves_its_sylvester_equation() {
    let (a, e) = (matrix(4), matrix(4).scale(&z(0.3, 0.8)));
    let root = Z::matrix_function(MatrixFunction::Sqrt, &a, &[]).unwrap();
    let change = Z::matrix_function(MatrixFunction::Sqrt, &a, &[&e]).unwrap();
    let sum = Z::matmul(&root, &change)
        .unwrap()
        .add(&Z::matmul(&change, &root).unwrap())
        .unwrap();
    assert!(gap(&sum, &e) < 1e-13);
}
