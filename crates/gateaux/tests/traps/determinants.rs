//! Determinants, their logarithms, and minors.

use gateaux::{Array, Inputs};

use super::{answer, answer_with, ask, check, check_values, check_within, derivative, difference, inputs, rows};

#[test]
fn determinants_beyond_the_range() {
    // det(1e300*I) = 1e600 for n = 2, so the logarithm is 600*log(10). The gradient is inv(X)'.
    let (up, down) = (1_381.551_055_796_427_4, -1_381.551_055_796_427_4);
    const HUGE: &str = "X = [[1e300, 0], [0, 1e300]]";
    const TINY: &str = "X = [[1e-300, 0], [0, 1e-300]]";
    let (small, large) = (&[1e-300, 0.0, 0.0, 1e-300][..], &[1e300, 0.0, 0.0, 1e300][..]);
    check(&[
        (ask("logdet(X)", "X", HUGE), &[up], small),
        (ask("logdet(X)", "X", TINY), &[down], large),
        (ask("log(det(X))", "X", HUGE), &[up], small),
        (ask("log(det(X))", "X", TINY), &[down], large),
        (ask("X: posdef(n)\nlogdet(X)", "X", HUGE), &[up], small),
        (ask("X: posdef(n)\nlog(det(X))", "X", TINY), &[down], large),
        // (log(2*pi) + 600*log(10))/2
        (
            ask("0.5*log(2*pi*det(X))", "X", HUGE),
            &[691.694_466_431_418_4],
            &[5e-301, 0.0, 0.0, 5e-301],
        ),
        (
            ask("log(det(X)^2)", "X", HUGE),
            &[2.0 * up],
            &[2e-300, 0.0, 0.0, 2e-300],
        ),
        (
            ask("log(abs(det(X)))", "X", "X = [[-1e300, 0], [0, 1e300]]"),
            &[up],
            &[-1e-300, 0.0, 0.0, 1e-300],
        ),
        // 1e300 times [2, 1; 1, 3]: log(5e600), and the inverse is [3, -1; -1, 2]/5e300.
        (
            ask("log(det(X))", "X", "X = [[2e300, 1e300], [1e300, 3e300]]"),
            &[1_383.160_493_708_861_5],
            &[6e-301, -2e-301, -2e-301, 4e-301],
        ),
        // 4e600/1e600, and times inv(X)'.
        (
            ask(
                "X: matrix(n, n)\nY: matrix(n, n)\ndet(X)/det(Y)",
                "X",
                "X = [[2e300, 0], [0, 2e300]]; Y = [[1e300, 0], [0, 1e300]]",
            ),
            &[4.0],
            &[2e-300, 0.0, 0.0, 2e-300],
        ),
    ]);
    // The determinant itself has no place in the range, and says so.
    let numbers = answer(ask("det(X)", "", HUGE)).expect("an answer");
    assert_eq!(rows(&numbers.value), [f64::INFINITY]);
    assert_eq!(numbers.notes, ["det made a number that is not finite"]);
    check_values(&[(ask("det(X)", "", TINY), &[0.0])]);
}

#[test]
fn second_derivatives_of_logdet_overflow_where_they_must() {
    // The entry at (i, j), (k, l) is -inv(X)_jk*inv(X)_li: -1e600 or 0, and never something that is not a number.
    let numbers = answer(ask("logdet(X)", "X, X", "X = [[1e-300, 0], [0, 1e-300]]")).expect("an answer");
    let entry = |at: usize| {
        if [0, 6, 9, 15].contains(&at) {
            f64::NEG_INFINITY
        } else {
            0.0
        }
    };
    assert_eq!(derivative(&numbers), (0..16).map(entry).collect::<Vec<f64>>());
}

#[test]
fn determinants_at_rank_n_minus_1_and_2() {
    // The gradient is the matrix of cofactors, by hand.
    check_within(
        2e-15,
        &[
            (
                ask("det(X)", "X", "X = [[1, 2, 3], [4, 5, 6], [7, 8, 9]]"),
                &[0.0],
                &[-3.0, 6.0, -3.0, 6.0, -12.0, 6.0, -3.0, 6.0, -3.0],
            ),
            (
                ask("det(X)", "X", "X = [[1, 2, 3], [2, 4, 6], [3, 6, 9]]"),
                &[0.0],
                &[0.0; 9],
            ),
            (
                ask("det(X)", "X", "X = [[1, 2], [2, 4]]"),
                &[0.0],
                &[4.0, -2.0, -2.0, 1.0],
            ),
            (ask("det(X)", "X", "X = [[0, 0], [0, 0]]"), &[0.0], &[0.0; 4]),
            (ask("det(X)", "X", "X = [[0]]"), &[0.0], &[1.0]),
            (
                ask("X: symmetric(n)\ndet(X)", "X", "X = [[1, 2], [2, 4]]"),
                &[0.0],
                &[4.0, -2.0, -2.0, 1.0],
            ),
            // The projection I - v*v' has the adjugate v*v'; here v = (1, 1, 1, 1)/2.
            (
                ask(
                    "det(X)",
                    "X",
                    "X = [[0.75, -0.25, -0.25, -0.25], [-0.25, 0.75, -0.25, -0.25], [-0.25, -0.25, 0.75, -0.25], \
                     [-0.25, -0.25, -0.25, 0.75]]",
                ),
                &[0.0],
                &[0.25; 16],
            ),
        ],
    );
    // X_ij = i + j has rank 2. The error is of the size of eps times the three largest singular values (15, 1, 0).
    check_within(
        1e-13,
        &[(
            ask(
                "det(X)",
                "X",
                "X = [[0, 1, 2, 3], [1, 2, 3, 4], [2, 3, 4, 5], [3, 4, 5, 6]]",
            ),
            &[0.0],
            &[0.0; 16],
        )],
    );
    check_values(&[
        (
            ask("adj(X)", "", "X = [[1, 2, 3], [4, 5, 6], [7, 8, 9]]"),
            &[-3.0, 6.0, -3.0, 6.0, -12.0, 6.0, -3.0, 6.0, -3.0],
        ),
        (ask("adj(X)", "", "X = [[1, 2, 3], [2, 4, 6], [3, 6, 9]]"), &[0.0; 9]),
        (ask("adj(X)", "", "X = [[0]]"), &[1.0]),
    ]);
}

/// The sign of the permutation (i, j, k) of 0, 1, 2, or 0.
fn sign(i: usize, j: usize, k: usize) -> f64 {
    match (3 + j - i) % 3 {
        1 if (3 + k - j) % 3 == 1 => 1.0,
        2 if (3 + k - j) % 3 == 2 => -1.0,
        _ => 0.0,
    }
}

/// All combinations of so many indices below 3, the last running fastest.
fn indices(count: u32) -> impl Iterator<Item = Vec<usize>> {
    (0..3usize.pow(count)).map(move |at| (0..count).rev().map(|axis| at / 3usize.pow(axis) % 3).collect())
}

#[test]
fn second_derivatives_of_minors_at_every_rank() {
    // det(X) = sum of e_ikm*e_jln*x_ij*x_kl*x_mn/6, so its second derivative by x_ij and x_kl is the sum of
    // e_ikm*e_jln*x_mn, and its third e_ikm*e_jln. The entry (a, b) of the adjugate is the derivative by x_ba.
    const POINTS: [&str; 6] = [
        "X = [[1, 2, 3], [4, 5, 6], [7, 8, 9]]",
        "X = [[1, 2, 3], [4, 5, 6], [7, 8, 9.000000001]]",
        "X = [[1, 2, 3], [2, 4, 6], [3, 6, 9]]",
        "X = [[0, 0, 0], [0, 0, 0], [0, 0, 5]]",
        "X = [[0, 0, 0], [0, 0, 0], [0, 0, 0]]",
        "X = [[2, 1, 0], [0, 2, 1], [0, 0, 2]]",
    ];
    for point in POINTS {
        let x = rows(&inputs(point).values["X"]);
        let second = |i: usize, j: usize, k: usize, l: usize| -> f64 {
            let term = |at: usize| sign(i, k, at / 3) * sign(j, l, at % 3) * x[at];
            (0..9).map(term).sum()
        };
        let hessian: Vec<f64> = indices(4).map(|at| second(at[0], at[1], at[2], at[3])).collect();
        let adjugate: Vec<f64> = indices(4).map(|at| second(at[1], at[0], at[2], at[3])).collect();
        let third: Vec<f64> = indices(6)
            .map(|at| sign(at[1], at[2], at[4]) * sign(at[0], at[3], at[5]))
            .collect();
        for (text, wrt, expected) in [
            ("det(X)", "X, X", &hessian),
            ("adj(X)", "X", &adjugate),
            ("adj(X)", "X, X", &third),
            ("A: matrix(n, n)\ndet(A*X)", "X, X", &hessian),
        ] {
            let mut inputs = inputs(point);
            inputs.values.insert("A".to_owned(), Array::eye(3).expect("small"));
            if !text.contains('A') {
                inputs.values.remove("A");
            }
            let found = answer_with((text, wrt, point), &inputs).expect("an answer");
            let wrong = difference(&derivative(&found), expected, 1e-14);
            assert!(
                wrong.is_none(),
                "{text} by {wrt} at {point}: {}",
                wrong.unwrap_or_default()
            );
        }
    }
}

#[test]
fn minors_of_structured_and_composed_matrices_at_singular_points() {
    check_within(
        1e-15,
        &[
            // In the symmetric matrices the derivative in E_12 is half of it in E_12 + E_21.
            (
                ask("X: symmetric(n)\ndet(X)", "X, X", "X = [[1, 2], [2, 4]]"),
                &[0.0],
                &[0., 0., 0., 1., 0., -0.5, -0.5, 0., 0., -0.5, -0.5, 0., 1., 0., 0., 0.],
            ),
            // det(x*x') = 0 for all x of two entries.
            (ask("x: vector(n)\ndet(x*x')", "x, x", "x = [1, 2]"), &[0.0], &[0.0; 4]),
            // tr(adj(X)) of 2 by 2 is tr(X).
            (
                ask("tr(adj(X))", "X", "X = [[1, 2], [2, 4]]"),
                &[5.0],
                &[1., 0., 0., 1.],
            ),
            (ask("tr(adj(X))", "X, X", "X = [[1, 2], [2, 4]]"), &[5.0], &[0.0; 16]),
            // y'*adj(X)*x = (x22 - x21)*x1 + (x11 - x12)*x2 for y = (1, 1).
            (
                ask("y'*adj(X)*x", "X", "X = [[1, 2], [2, 4]]; x = [1, 2]; y = [1, 1]"),
                &[0.0],
                &[2., -2., -1., 1.],
            ),
            (
                ask("X: diagonal(n)\ndet(X)", "X", "X = [[0, 0], [0, 5]]"),
                &[0.0],
                &[5., 0., 0., 0.],
            ),
        ],
    );
}

#[test]
fn a_derivative_that_is_too_much_work_at_a_singular_matrix_is_refused() {
    let mut inputs = Inputs::default();
    inputs
        .values
        .insert("X".to_owned(), Array::zeros(&[14, 14]).expect("small"));
    let refused = answer_with(ask("det(X)", "X, X", ""), &inputs).expect_err("a refusal");
    assert!(refused.contains("divides by X, which is singular"), "{refused}");
}
