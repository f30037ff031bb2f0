//! Repeated eigenvalues, and functions of matrices where they are defective, singular, far from the identity or 1 by 1.

use gateaux::{Numbers, Problem};

use super::{Question, answer, ask, derivative, rows};

/// How far, relative to the largest number expected, an answer may be off.
const TOLERANCE: f64 = 1e-10;

/// What of the numbers is not as expected.
fn off(what: &str, found: &[f64], expected: &[f64], tolerance: f64) -> Option<String> {
    let scale = expected
        .iter()
        .fold(0.0f64, |max, number| max.max(number.abs()))
        .max(f64::MIN_POSITIVE);
    let is_near = |(found, expected): (&f64, &f64)| (found - expected).abs() <= tolerance * scale;
    let is_right = found.len() == expected.len() && found.iter().zip(expected).all(is_near);
    (!is_right).then(|| format!("the {what} is {found:?} instead of {expected:?}"))
}

/// A question with its value and its derivative, row by row.
type Case<'a> = (Question, &'a [f64], &'a [f64]);

/// All answers are right, and none has a remark.
fn check_near(tolerance: f64, cases: &[Case]) {
    let mut wrong = Vec::new();
    for (question, value, expected) in cases {
        let report = match answer(*question) {
            Err(error) => Some(error),
            Ok(Numbers { notes, .. }) if !notes.is_empty() => Some(format!("remarks {notes:?}")),
            Ok(numbers) => off("value", &rows(&numbers.value), value, tolerance)
                .or_else(|| off("derivative", &derivative(&numbers), expected, tolerance)),
        };
        wrong.extend(report.map(|report| format!("{question:?}: {report}")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn symmetric(function: &str) -> &'static str {
    // A question is text that lives as long as the test.
    Box::leak(format!("S: symmetric(n)\n{function}").into_boxed_str())
}

/// The square matrices f(1)*(eye - v*v') + f(3)*v*v' with v = (2, 1, 2)/3, whose eigenvalues 1, 1 and 3 are turned.
fn turned(at_one: f64, at_three: f64) -> Vec<f64> {
    let v = [2.0 / 3.0, 1.0 / 3.0, 2.0 / 3.0];
    let entry = |at: usize| {
        let (i, j) = (at / 3, at % 3);
        let other = (at_three - at_one) * v[i] * v[j];
        if i == j { at_one + other } else { other }
    };
    (0..9).map(entry).collect()
}

fn diagonal(values: &[f64]) -> Vec<f64> {
    let n = values.len();
    let entry = |at: usize| if at / n == at % n { values[at / n] } else { 0.0 };
    (0..n * n).map(entry).collect()
}

/// A function of one number.
type Real = fn(f64) -> f64;

/// The matrices with repeated eigenvalues: the text, and f of them for a function f of their eigenvalues.
type Repeated = (String, [f64; 3], fn(&[f64; 3]) -> Vec<f64>);

fn nested(entries: &[f64]) -> String {
    let n = entries.len().isqrt();
    let lines: Vec<String> = entries.chunks(n).map(|line| format!("{line:?}")).collect();
    format!("S = [{}]", lines.join(", "))
}

fn repeated() -> Vec<Repeated> {
    let plain: fn(&[f64; 3]) -> Vec<f64> = |values| diagonal(values);
    let around: fn(&[f64; 3]) -> Vec<f64> = |values| turned(values[0], values[2]);
    [[1.0, 1.0, 1.0], [2.0, 2.0, 2.0], [1.0, 1.0, 3.0]]
        .map(|values| (nested(&plain(&values)), values, plain))
        .into_iter()
        .chain([(nested(&around(&[1.0, 1.0, 3.0])), [1.0, 1.0, 3.0], around)])
        .collect()
}

#[test]
fn functions_of_all_eigenvalues_are_smooth_where_some_are_equal() {
    // The gradient of sum(f(lambda)) is the matrix function f'(S), and that of the product det(S)*inv(S).
    let functions: [(&str, Real, Real); 5] = [
        ("sum(eigvals(S).^2)", |x| x * x, |x| 2.0 * x),
        ("sum(eigvals(S).^3)", |x| x * x * x, |x| 3.0 * x * x),
        ("sum(log(eigvals(S)))", f64::ln, |x| 1.0 / x),
        ("sum(exp(eigvals(S)))", f64::exp, f64::exp),
        ("sum(sqrt(eigvals(S)))", f64::sqrt, |x| 0.5 / x.sqrt()),
    ];
    for (data, values, whole) in &repeated() {
        for (function, f, slope) in functions {
            let value: f64 = values.iter().map(|x| f(*x)).sum();
            let question = (symmetric(function), "S", data.as_str());
            let gradient = whole(&values.map(slope));
            check_question(question, &[value], &gradient);
        }
        let product: f64 = values.iter().product();
        let gradient = whole(&values.map(|x| product / x));
        check_question(
            (symmetric("prod(eigvals(S))"), "S", data.as_str()),
            &[product],
            &gradient,
        );
    }
}

/// A question whose text is made by the test.
fn check_question((text, wrt, data): (&'static str, &'static str, &str), value: &[f64], expected: &[f64]) {
    let data: &'static str = Box::leak(data.to_owned().into_boxed_str());
    check_near(TOLERANCE, &[(ask(text, wrt, data), value, expected)]);
}

/// The array c*(d_ik*d_jl + d_il*d_jk)/2 + s*d_ij*d_kl, with the last index running fastest.
fn isotropic(n: usize, c: f64, s: f64) -> Vec<f64> {
    let equal = |i: usize, j: usize| if i == j { 1.0 } else { 0.0 };
    let entry = |at: usize| {
        let (i, j, k, l) = (at / (n * n * n), at / (n * n) % n, at / n % n, at % n);
        c * (equal(i, k) * equal(j, l) + equal(i, l) * equal(j, k)) / 2.0 + s * equal(i, j) * equal(k, l)
    };
    (0..n.pow(4)).map(entry).collect()
}

#[test]
fn second_derivatives_at_a_multiple_of_the_identity() {
    // At t*eye the second derivative of tr(f(S)) is f''(t)*tr(dS^2), and that of det(S), in two dimensions,
    // tr(dS)^2 - tr(dS^2).
    const DATA: &str = "S = [[2, 0], [0, 2]]";
    let hessians = [
        ("sum(eigvals(S).^2)", 8.0, isotropic(2, 2.0, 0.0)),
        ("sum(eigvals(S).^3)", 16.0, isotropic(2, 12.0, 0.0)),
        ("sum(log(eigvals(S)))", 4f64.ln(), isotropic(2, -0.25, 0.0)),
        ("sum(exp(eigvals(S)))", 2.0 * 2f64.exp(), isotropic(2, 2f64.exp(), 0.0)),
        ("prod(eigvals(S))", 4.0, isotropic(2, -1.0, 1.0)),
        ("tr(expm(S))", 2.0 * 2f64.exp(), isotropic(2, 2f64.exp(), 0.0)),
        ("tr(logm(S))", 4f64.ln(), isotropic(2, -0.25, 0.0)),
        (
            "tr(sqrtm(S))",
            2.0 * 2f64.sqrt(),
            isotropic(2, -0.25 / 8f64.sqrt(), 0.0),
        ),
        ("2*sum(log(diag(chol(S))))", 4f64.ln(), isotropic(2, -0.25, 0.0)),
    ];
    for (function, value, hessian) in &hessians {
        check_question((symmetric(function), "S, S", DATA), &[*value], hessian);
    }
}

#[test]
fn norms_by_singular_values_where_some_are_equal() {
    // X = 2*Q with a rotation Q: the nuclear norm has the gradient Q, and tr(sqrtm(X*X')) is the same function.
    const TWICE: &str = "X = [[1.2, -1.6], [1.6, 1.2]]";
    let q = &[0.6, -0.8, 0.8, 0.6];
    check_near(
        TOLERANCE,
        &[
            (ask("nuclear(X)", "X", TWICE), &[4.0], q),
            (ask("tr(sqrtm(X*X'))", "X", TWICE), &[4.0], q),
            (ask("sum(svdvals(X).^2)", "X", TWICE), &[8.0], &[2.4, -3.2, 3.2, 2.4]),
            (ask("sum(svdvals(X))^2", "X", TWICE), &[16.0], &[4.8, -6.4, 6.4, 4.8]),
            // sum(s^4) = tr(X'*X*X'*X), and its gradient is 4*X*X'*X = 16*X.
            (
                ask("sum(svdvals(X).^4)", "X", TWICE),
                &[32.0],
                &[19.2, -25.6, 25.6, 19.2],
            ),
            (
                ask("sum(log(svdvals(X)))", "X", TWICE),
                &[4f64.ln()],
                &[0.3, -0.4, 0.4, 0.3],
            ),
            (
                ask("nuclear(X)", "X", "X = [[3, 0, 0], [0, 3, 0]]"),
                &[6.0],
                &[1., 0., 0., 0., 1., 0.],
            ),
            (
                ask("X: matrix(m, n)\ntr(sqrtm(X*X'))", "X", "X = [[3, 0, 0], [0, 3, 0]]"),
                &[6.0],
                &[1., 0., 0., 0., 1., 0.],
            ),
            // At rank 1 too.
            (
                ask("sum(svdvals(X).^2)", "X", "X = [[1, 2], [2, 4]]"),
                &[25.0],
                &[2., 4., 4., 8.],
            ),
            (
                ask("sum(svdvals(X).^2)", "X", "X = [[0, 0], [0, 0]]"),
                &[0.0],
                &[0.0; 4],
            ),
            (
                ask("spectral(X)", "X", "X = [[1, 2], [2, 4]]"),
                &[5.0],
                &[0.2, 0.4, 0.4, 0.8],
            ),
        ],
    );
}

/// The assumptions of an answer, and the remarks at the given numbers.
fn said(text: &'static str, wrt: &'static str, data: &'static str) -> (Vec<String>, Vec<String>) {
    let mut problem = Problem::parse(text).expect("a problem");
    let names: Vec<&str> = wrt.split(", ").collect();
    let assumptions = problem.derive(&names).expect("an answer").assumptions().to_vec();
    (assumptions, answer(ask(text, wrt, data)).expect("numbers").notes)
}

const EQUAL: &str = "S = [[1, 0, 0], [0, 3, 0], [0, 0, 3]]";
const DISTINCT: &str = "S = [[1, 0, 0], [0, 2, 0], [0, 0, 3]]";
const MATRIX: &str = "X = [[0, 2, 0], [2, 0, 0]]";

/// An assumption of an answer, and whether it fails at the numbers.
type Need = (Question, &'static str, bool);

const NEEDS: &[Need] = &[
    (
        ask("S: symmetric(n)\nlmax(S)", "S", EQUAL),
        "the largest eigenvalue of S is simple",
        true,
    ),
    (
        ask("S: symmetric(n)\nlmax(S)", "S", DISTINCT),
        "the largest eigenvalue of S is simple",
        false,
    ),
    (
        ask("S: symmetric(n)\nlmin(S)", "S", EQUAL),
        "the smallest eigenvalue of S is simple",
        false,
    ),
    (
        ask("S: symmetric(n)\nlmin(S)", "S", "S = [[1, 0], [0, 1]]"),
        "the smallest eigenvalue of S is simple",
        true,
    ),
    (
        ask("S: symmetric(n)\neigvals(S)", "S", EQUAL),
        "the eigenvalues of S are distinct",
        true,
    ),
    (
        ask("S: symmetric(n)\neigvals(S)", "S", DISTINCT),
        "the eigenvalues of S are distinct",
        false,
    ),
    (
        ask("S: symmetric(n)\neigvecs(S)", "S", EQUAL),
        "the eigenvalues of S are distinct",
        true,
    ),
    (
        ask("S: symmetric(n)\neigvecs(S)", "S", DISTINCT),
        "the eigenvalues of S are distinct",
        false,
    ),
    (
        ask("spectral(X)", "X", MATRIX),
        "the largest singular value of X is simple",
        true,
    ),
    (
        ask("svdvals(X)", "X", MATRIX),
        "the singular values of X are distinct",
        true,
    ),
    (
        ask("svdvals(X)", "X", "X = [[0, 2, 0], [1, 0, 0]]"),
        "the singular values of X are distinct",
        false,
    ),
    (ask("nuclear(X)", "X", MATRIX), "no singular value of X is 0", false),
    (
        ask("nuclear(X)", "X", "X = [[1, 2], [2, 4]]"),
        "no singular value of X is 0",
        true,
    ),
    (
        ask("nuclear(X)", "X", "X = [[0, 0], [0, 0]]"),
        "no singular value of X is 0",
        true,
    ),
];

#[test]
fn what_needs_simple_values_says_so_and_says_when_it_fails() {
    for ((text, wrt, data), assumption, fails) in NEEDS.iter().copied() {
        let (assumptions, notes) = said(text, wrt, data);
        assert!(
            assumptions.iter().any(|said| said == assumption),
            "{text}: {assumptions:?}"
        );
        let failure = format!("the assumption that {assumption} fails here");
        let is_said = notes.iter().any(|note| note.starts_with(&failure));
        assert_eq!(is_said, fails, "{text} at {data}: {notes:?}");
    }
}

#[test]
fn exponentials_of_matrices() {
    let e = std::f64::consts::E;
    let (cosine, sine) = (1000f64.cos(), 1000f64.sin());
    check_near(
        1e-13,
        &[
            // Of a Jordan block: e^2 times the powers of the nilpotent part over factorials.
            (
                ask("expm(X)", "", "X = [[2, 1, 0], [0, 2, 1], [0, 0, 2]]"),
                &[e * e, e * e, e * e / 2.0, 0.0, e * e, e * e, 0.0, 0.0, e * e],
                &[],
            ),
            (
                ask("expm(X)", "", "X = [[0, 1, 2], [0, 0, 3], [0, 0, 0]]"),
                &[1.0, 1.0, 3.5, 0.0, 1.0, 3.0, 0.0, 0.0, 1.0],
                &[],
            ),
            (
                ask("tr(expm(X))", "X", "X = [[0, 0], [0, 0]]"),
                &[2.0],
                &[1., 0., 0., 1.],
            ),
            (
                ask("tr(expm(X))", "X", "X = [[0, 1], [0, 0]]"),
                &[2.0],
                &[1., 0., 1., 1.],
            ),
            (ask("tr(expm(X))", "X", "X = [[3]]"), &[e * e * e], &[e * e * e]),
            (ask("tr(expm(X))", "X", "X = [[-800]]"), &[0.0], &[0.0]),
            (
                ask("t: scalar\ntr(expm(t*A))", "t", "t = 0; A = [[1, 2], [3, 4]]"),
                &[2.0],
                &[5.0],
            ),
            // Both change on scales far from 1.
            (
                ask("expm(X)", "", "X = [[1e-20, 1], [0, 1e-20]]"),
                &[1.0, 1.0, 0.0, 1.0],
                &[],
            ),
            (
                ask("expm(X)", "", "X = [[0, 1e10], [0, 0]]"),
                &[1.0, 1e10, 0.0, 1.0],
                &[],
            ),
        ],
    );
    // A rotation by 1000 radians loses the digits of 1000*eps.
    check_near(
        1e-12,
        &[(
            ask("expm(X)", "", "X = [[0, -1000], [1000, 0]]"),
            &[cosine, -sine, sine, cosine],
            &[],
        )],
    );
}

#[test]
fn logarithms_and_roots_near_the_identity_and_near_singular_matrices() {
    let tiny = 1e-14f64;
    check_near(
        TOLERANCE,
        &[
            // log(I + N) = N - N^2/2, without cancellation.
            (
                ask("logm(X)", "", "X = [[1, 1e-12], [0, 1]]"),
                &[0.0, 1e-12, 0.0, 0.0],
                &[],
            ),
            (
                ask("logm(X)", "", "X = [[1, 1, 0], [0, 1, 1], [0, 0, 1]]"),
                &[0.0, 1.0, -0.5, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0],
                &[],
            ),
            (ask("sqrtm(X)", "", "X = [[4, 1], [0, 4]]"), &[2.0, 0.25, 0.0, 2.0], &[]),
            (
                ask("tr(logm(X))", "X", "X = [[1, 0], [0, 1]]"),
                &[0.0],
                &[1., 0., 0., 1.],
            ),
            (
                ask("tr(sqrtm(X))", "X", "X = [[1, 0], [0, 1]]"),
                &[2.0],
                &[0.5, 0., 0., 0.5],
            ),
            (
                ask("tr(logm(X))", "X", "X = [[1e-14, 0], [0, 1]]"),
                &[tiny.ln()],
                &[1e14, 0., 0., 1.],
            ),
            (
                ask("tr(sqrtm(X))", "X", "X = [[1e-14, 0], [0, 1]]"),
                &[1.0 + 1e-7],
                &[0.5e7, 0., 0., 0.5],
            ),
            (
                ask("logm(X)", "", "X = [[1e-200, 0], [0, 1e200]]"),
                &diagonal(&[-460.517_018_598_809_1, 460.517_018_598_809_1]),
                &[],
            ),
            (ask("sqrtm(X)", "", "X = [[0, 0], [0, 4]]"), &[0., 0., 0., 2.], &[]),
            (ask("sqrtm(X)", "", "X = [[0, 0], [0, 0]]"), &[0.0; 4], &[]),
            (ask("tr(logm(X))", "X", "X = [[2]]"), &[2f64.ln()], &[0.5]),
            (ask("tr(sqrtm(X))", "X", "X = [[4]]"), &[2.0], &[0.25]),
        ],
    );
    // Turned, with an eigenvalue of 1e-14, the root and the logarithm know 1e-14 to 2 digits: [1, 1; 1, 1] + that.
    let near = "X = [[1, 1], [1, 1.00000000000002]]";
    let root = answer(ask("tr(sqrtm(X))", "", near)).expect("an answer");
    assert!((root.value.data()[0] - (2f64.sqrt() + 1e-7)).abs() < 1e-8, "{root:?}");
}

#[test]
fn what_has_no_value_is_an_error_that_names_the_function() {
    for (text, wrt, data, name) in [
        ("logm(X)", "", "X = [[-1, 0], [0, 1]]", "logm"),
        ("logm(X)", "X", "X = [[-1, 0], [0, 1]]", "logm"),
        ("logm(X)", "", "X = [[1, 2], [3, 4]]", "logm"),
        ("logm(X)", "", "X = [[1, 2], [2, 4]]", "logm"),
        ("logm(X)", "", "X = [[1, 2], [0.5, 1]]", "logm"),
        ("logm(X)", "", "X = [[0]]", "logm"),
        ("logm(X)", "", "X = [[0, 0], [0, 0]]", "logm"),
        ("logm(X)", "", "X = [[-2]]", "logm"),
        ("sqrtm(X)", "", "X = [[-1, 0], [0, 1]]", "sqrtm"),
        ("sqrtm(X)", "", "X = [[0, 1], [0, 0]]", "sqrtm"),
        ("sqrtm(X)", "", "X = [[-2]]", "sqrtm"),
        ("S: symmetric(n)\nchol(S)", "", "S = [[1, 2], [2, 1]]", "chol"),
        ("S: symmetric(n)\nchol(S)", "", "S = [[-1]]", "chol"),
        ("S: symmetric(n)\nchol(S)", "", "S = [[0]]", "chol"),
        ("S: symmetric(n)\nchol(S)", "S", "S = [[1, 2], [2, 1]]", "chol"),
        ("S: symmetric(n)\nchol(S)", "", "S = [[1, 1], [1, 1]]", "chol"),
    ] {
        let refused = answer(ask(text, wrt, data)).expect_err("a refusal");
        assert!(refused.contains(&format!("{name}: ")), "{text} at {data}: {refused}");
    }
}

#[test]
fn factors_and_pseudoinverses_of_every_rank() {
    check_near(
        TOLERANCE,
        &[
            (
                ask("S: symmetric(n)\nchol(S)", "", "S = [[4, 2], [2, 5]]"),
                &[2.0, 0.0, 1.0, 2.0],
                &[],
            ),
            (ask("S: symmetric(n)\nsum(chol(S))", "S", "S = [[4]]"), &[2.0], &[0.25]),
            (
                ask(
                    "S: symmetric(n)\n2*sum(log(diag(chol(S))))",
                    "S",
                    "S = [[1, 0], [0, 1]]",
                ),
                &[0.0],
                &[1., 0., 0., 1.],
            ),
            // The pseudoinverse of x*y' is y*x'/(x'*x*y'*y).
            (
                ask("pinv(X)", "", "X = [[1, 2], [2, 4]]"),
                &[0.04, 0.08, 0.08, 0.16],
                &[],
            ),
            (ask("pinv(X)", "", "X = [[0, 0, 0], [0, 0, 0]]"), &[0.0; 6], &[]),
            (ask("pinv(X)", "", "X = [[3], [4]]"), &[0.12, 0.16], &[]),
            (ask("pinv(X)", "", "X = [[3, 4]]"), &[0.12, 0.16], &[]),
            (ask("pinv(X)", "", "X = [[0]]"), &[0.0], &[]),
            (ask("sum(pinv(X))", "X", "X = [[4]]"), &[0.25], &[-0.0625]),
            // d(x/(x'*x)) = dx/(x'*x) - 2*x*x'*dx/(x'*x)^2, summed: (1 - 14*x/25)/25.
            (
                ask("sum(pinv(X))", "X", "X = [[3], [4]]"),
                &[0.28],
                &[(1.0 - 42.0 / 25.0) / 25.0, (1.0 - 56.0 / 25.0) / 25.0],
            ),
            (
                ask("sum(pinv(X))", "X", "X = [[3, 4]]"),
                &[0.28],
                &[(1.0 - 42.0 / 25.0) / 25.0, (1.0 - 56.0 / 25.0) / 25.0],
            ),
            (ask("svdvals(X)", "", "X = [[1, 2], [2, 4]]"), &[5.0, 0.0], &[]),
            (ask("svdvals(X)", "", "X = [[0, 0], [0, 0], [0, 0]]"), &[0.0, 0.0], &[]),
            (ask("svdvals(X)", "", "X = [[3, 4]]"), &[5.0], &[]),
            (ask("svdvals(X)", "X", "X = [[3, 4]]"), &[5.0], &[0.6, 0.8]),
            (ask("nuclear(X)", "X", "X = [[-3]]"), &[3.0], &[-1.0]),
            (ask("spectral(X)", "X", "X = [[-3]]"), &[3.0], &[-1.0]),
            (ask("svdu(X)", "", "X = [[-3]]"), &[-1.0], &[]),
            (ask("svdv(X)", "", "X = [[-3]]"), &[1.0], &[]),
            (ask("S: symmetric(n)\nlmax(S)", "S", "S = [[-3]]"), &[-3.0], &[1.0]),
            (ask("S: symmetric(n)\neigvals(S)", "S", "S = [[-3]]"), &[-3.0], &[1.0]),
            (ask("S: symmetric(n)\neigvecs(S)", "S", "S = [[-3]]"), &[1.0], &[0.0]),
            (
                ask("S: symmetric(n)\nprod(eigvals(S))", "S", "S = [[-3]]"),
                &[-3.0],
                &[1.0],
            ),
        ],
    );
}

#[test]
fn digits_that_rounding_takes_are_told() {
    // The eigenvectors of [2, e; e, 2] turn by dS/(2*e), so for e = 1e-9 some 7 of 16 digits are left.
    const NEAR: &str = "S = [[2, 1e-9], [1e-9, 2]]";
    const VECTORS: &str = "S: symmetric(n)\neigvecs(S)";
    for (text, wrt, data, told) in [
        (
            VECTORS,
            "S",
            NEAR,
            "about 7 digits of the derivative are right: rounding takes the others in eigvecs",
        ),
        (VECTORS, "", NEAR, ""),
        (VECTORS, "S", "S = [[2, 1], [1, 2]]", ""),
        // What does not depend on the choice of the vectors loses nothing.
        ("S: symmetric(n)\nsum(cos(eigvals(S)))", "S", NEAR, ""),
        (
            "pinv(X)",
            "",
            "X = [[1, 1], [1, 1.00000000000002]]",
            "about 2 digits of the value are right: rounding takes the others in pinv",
        ),
        ("pinv(X)", "", "X = [[0.1, 0.2], [0.3, 0.6]]", ""),
        ("pinv(X)", "X", "X = [[1, 2], [3, 4]]", ""),
        ("expm(X)", "X", "X = [[0, -30], [30, 0]]", ""),
        // [1, 1e300*(e - 1); 0, e], but so many halvings leave nothing of the diagonal beside the identity.
        (
            "expm(X)",
            "",
            "X = [[0, 1e300], [0, 1]]",
            "no digit of the value is certain: rounding takes all of them in expm",
        ),
        ("logm(X)", "X", "X = [[1, 2], [-1, 2]]", ""),
    ] {
        let notes = answer(ask(text, wrt, data)).expect("numbers").notes;
        let found: Vec<&str> = notes
            .iter()
            .map(String::as_str)
            .filter(|note| note.contains("rounding"))
            .collect();
        let expected: &[&str] = if told.is_empty() { &[] } else { &[told] };
        assert_eq!(found, expected, "{text} by {wrt} at {data}");
    }
}

#[test]
fn signs_of_vectors_do_not_depend_on_rounding() {
    let half = 0.5f64.sqrt();
    check_near(
        1e-13,
        &[
            // Both entries are as large; the first is positive.
            (
                ask("S: symmetric(n)\neigvecs(S)", "", "S = [[2, 1], [1, 2]]"),
                &[half, half, -half, half],
                &[],
            ),
            (
                ask("S: symmetric(n)\neigvecs(S)", "", "S = [[0.2, 0.1], [0.1, 0.2]]"),
                &[half, half, -half, half],
                &[],
            ),
            (
                ask("svdv(X)", "", "X = [[0.2, 0.1], [0.1, 0.2]]"),
                &[half, half, half, -half],
                &[],
            ),
        ],
    );
}
