//! Singular, nearly singular and defective matrices.

use gateaux::{Array, Inputs};

use super::{answer, answer_with, ask, check, rows};

#[test]
fn singular_systems_are_errors() {
    const SINGULAR: &str = "A = [[1, 2], [2, 4]]; b = [1, 2]";
    for (text, wrt, given) in [
        ("A\\b", "b", SINGULAR),
        ("A\\b", "A", SINGULAR),
        ("A\\b", "b", "A = [[0, 0], [0, 0]]; b = [1, 2]"),
        ("inv(A)", "A", "A = [[1, 2], [2, 4]]"),
        ("logdet(A)", "A", "A = [[1, 2], [2, 4]]"),
        ("inv(A - A)", "", "A = [[1, 2], [2, 4]]"),
    ] {
        let refused = answer(ask(text, wrt, given)).expect_err("a refusal");
        assert!(refused.contains("the matrix is singular"), "{text}: {refused}");
    }
    let singular = answer(ask("logdet(A)", "", "A = [[1, 2], [2, 4]]")).expect("an answer");
    assert_eq!(rows(&singular.value), [f64::NEG_INFINITY]);
    let negative = answer(ask("log(det(A))", "", "A = [[-1, 0], [0, 1]]")).expect("an answer");
    assert!(negative.value.data()[0].is_nan());
    assert_eq!(negative.notes, ["logdet made a number that is not finite"]);
}

#[test]
fn systems_near_to_singular_ones() {
    // With e = 2^-52 the inverse of [1, 1; 1, 1 + e] is [1 + 1/e, -1/e; -1/e, 1/e]; the solution for (2, 2) is (2, 0).
    let e = 2f64.powi(52);
    check(&[
        (
            ask(
                "A\\b",
                "b",
                "A = [[1, 1], [1, 1.0000000000000002220446049250313]]; b = [2, 2]",
            ),
            &[2.0, 0.0],
            &[1.0 + e, -e, -e, e],
        ),
        (
            ask("A\\b", "b", "A = [[1e-300, 0], [0, 1e300]]; b = [1, 1]"),
            &[1e300, 1e-300],
            &[1e300, 0.0, 0.0, 1e-300],
        ),
    ]);
    // The Hilbert matrix of order 6 has the condition number 1.5e7: 9 digits are right. The solution is
    // (-1)^(n-i)*binomial(n+i-1, n-1)*binomial(n, i) for i = 1..n, in integers.
    let mut inputs = Inputs::default();
    let hilbert = Array::from_fn(&[6, 6], |at| 1.0 / (at[0] + at[1] + 1) as f64);
    inputs.values.insert("A".to_owned(), hilbert.expect("small"));
    inputs
        .values
        .insert("b".to_owned(), Array::vector(vec![1.0; 6]).expect("small"));
    let found = answer_with(ask("A\\b", "", ""), &inputs).expect("an answer");
    for (found, expected) in found
        .value
        .data()
        .iter()
        .zip([-6.0, 210.0, -1680.0, 5040.0, -6300.0, 2772.0])
    {
        assert!((found / expected - 1.0f64).abs() < 1e-9, "{found} is not {expected}");
    }
}

#[test]
fn equal_eigenvalues_and_defective_matrices() {
    // The inverse of [2, 1; 0, 2] is [1/2, -1/4; 0, 1/2]; d inv(A) = -inv(A)*dA*inv(A).
    const A: &str = "A = [[2, 1], [0, 2]]";
    let inverse = [0.5, -0.25, 0.0, 0.5];
    let mut jacobian = Vec::new();
    for (i, j, k, l) in (0..16).map(|at| (at / 8, at / 4 % 2, at / 2 % 2, at % 2)) {
        jacobian.push(-inverse[2 * i + k] * inverse[2 * l + j]);
    }
    check(&[
        (ask("inv(A)", "A", A), &inverse, &jacobian),
        (
            ask("A\\b", "b", "A = [[2, 1], [0, 2]]; b = [1, 1]"),
            &[0.25, 0.5],
            &inverse,
        ),
        (ask("logdet(A)", "A", A), &[4f64.ln()], &[0.5, 0.0, -0.25, 0.5]),
        (
            ask("det(A)", "A", "A = [[2, 0, 0], [0, 2, 0], [0, 0, 2]]"),
            &[8.0],
            &[4., 0., 0., 0., 4., 0., 0., 0., 4.],
        ),
        // Minus two eigenvalues: the determinant is positive.
        (
            ask("logdet(A)", "A", "A = [[-2, 0], [0, -2]]"),
            &[4f64.ln()],
            &[-0.5, 0.0, 0.0, -0.5],
        ),
        // Nilpotent: exp would need it, the determinant of I + A does not.
        (
            ask("det(eye(2) + A)", "A", "A = [[0, 1], [0, 0]]"),
            &[1.0],
            &[1.0, 0.0, -1.0, 1.0],
        ),
    ]);
}

#[test]
fn a_derivative_that_a_singular_matrix_has_not_is_none() {
    // 1/det(X) has no value there, unlike det(X).
    let refused = answer(ask("1/det(X)", "X", "X = [[1, 2], [2, 4]]")).expect_err("a refusal");
    assert!(refused.contains("the matrix is singular"), "{refused}");
    // Nearby it has: -adj(X)'/det(X)^2 with det(X) = 2^-20, exactly.
    let e = 2f64.powi(-20);
    let (a, b) = ((1.0 + e) / (e * e), 1.0 / (e * e));
    let question = ask("1/det(X)", "X", "X = [[1, 1], [1, 1.00000095367431640625]]");
    check(&[(question, &[1.0 / e], &[-a, b, b, -b])]);
}
