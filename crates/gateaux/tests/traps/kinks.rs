//! Kinks, powers at zero, quotients of zeros.

use gateaux::Problem;

use super::{answer, ask, check, derivative, inputs};

#[test]
fn kinks_have_the_derivative_that_is_announced() {
    check(&[
        (ask("norm1(x)", "x", "x = [0, -1, 2]"), &[3.0], &[0.0, -1.0, 1.0]),
        (ask("norm1(x)", "x, x", "x = [0, -1, 2]"), &[3.0], &[0.0; 9]),
        (ask("sum(abs(x))", "x", "x = [-0.0, 0, 2]"), &[2.0], &[0.0, 0.0, 1.0]),
        (ask("sum(relu(x))", "x", "x = [0, -1, 2]"), &[2.0], &[0.0, 0.0, 1.0]),
        (ask("sum(max(x, 0))", "x", "x = [0, -1, 2]"), &[2.0], &[0.0, 0.0, 1.0]),
        // Where both are equal the derivative is that of the second.
        (
            ask("sum(max(x, y))", "x", "x = [0, -1, 4]; y = [0, -1, 3]"),
            &[3.0],
            &[0.0, 0.0, 1.0],
        ),
        (
            ask("sum(max(x, y))", "y", "x = [0, -1, 4]; y = [0, -1, 3]"),
            &[3.0],
            &[1.0, 1.0, 0.0],
        ),
        (
            ask("sum(min(x, y))", "x", "x = [0, -1, 4]; y = [0, -1, 3]"),
            &[2.0],
            &[0.0, 0.0, 0.0],
        ),
        (
            ask("sum(min(x, y))", "y", "x = [0, -1, 4]; y = [0, -1, 3]"),
            &[2.0],
            &[1.0, 1.0, 1.0],
        ),
        // Smooth once: |x|^3 has the derivatives 3*x*|x| and 6*|x|.
        (ask("x: scalar\nabs(x)^3", "x, x", "x = 0"), &[0.0], &[0.0]),
        (ask("x: scalar\nx*abs(x)", "x", "x = 0"), &[0.0], &[0.0]),
    ]);
}

#[test]
fn a_deep_nest_of_max_is_verified() {
    // 2^40*x where x is positive, x where it is negative: in sums of such terms all digits would cancel.
    let nested = format!("{}x{}", "max(x, 2*".repeat(40), ")".repeat(40));
    for text in [format!("x: vector(n)\nsum({nested})"), format!("x: scalar\n{nested}")] {
        let mut problem = Problem::parse(&text).expect("a problem");
        let answer = problem.derive(&["x"]).expect("a derivative");
        let check = answer.check(&mut problem);
        assert!(check.is_verified(), "{check:?}");
    }
    let mut problem = Problem::parse(&format!("x: vector(n)\nsum({nested})")).expect("a problem");
    let answer = problem.derive(&["x"]).expect("a derivative");
    let numbers = problem
        .evaluate(Some(&answer), &inputs("x = [1, -1]"))
        .expect("numbers");
    assert_eq!(derivative(&numbers), [2f64.powi(40), 1.0]);
}

#[test]
fn powers_at_zero() {
    // x^0 = 1 everywhere, 0^0 too.
    check(&[
        (ask("0^0", "", ""), &[1.0], &[]),
        (ask("x: vector(n)\nx.^0", "x", "x = [0, 1]"), &[1.0, 1.0], &[0.0; 4]),
        (
            ask("x: vector(n)\nx.^1", "x", "x = [0, 1]"),
            &[0.0, 1.0],
            &[1.0, 0.0, 0.0, 1.0],
        ),
        (
            ask("x: vector(n)\nx.^2", "x", "x = [0, 1]"),
            &[0.0, 1.0],
            &[0.0, 0.0, 0.0, 2.0],
        ),
        (
            ask("x: vector(n)\nsum(x.^2)", "x, x", "x = [0, 1]"),
            &[1.0],
            &[2.0, 0.0, 0.0, 2.0],
        ),
        (
            ask("x: vector(n)\nsum(x.^3)", "x, x", "x = [0, 1]"),
            &[1.0],
            &[0.0, 0.0, 0.0, 6.0],
        ),
        (ask("sum(x.^a)", "x", "x = [0, 1]; a = 1"), &[1.0], &[1.0, 1.0]),
        (
            ask("sum(x.^a)", "x, x", "x = [0, 1]; a = 2"),
            &[1.0],
            &[2.0, 0.0, 0.0, 2.0],
        ),
        (ask("x: scalar\nx^a", "", "x = 0; a = 0"), &[1.0], &[]),
        (ask("x: scalar\nx^a", "x", "x = 0; a = 2"), &[0.0], &[0.0]),
        (ask("x: scalar\nx^a", "x, x", "x = 0; a = 2"), &[0.0], &[2.0]),
        (ask("x: scalar\nx^a", "x", "x = -2; a = 3"), &[-8.0], &[12.0]),
        (ask("x: scalar\nx^2.5", "x, x", "x = 0"), &[0.0], &[0.0]),
        (ask("x: scalar\nx*sqrt(x)", "x", "x = 0"), &[0.0], &[0.0]),
        (ask("x: scalar\nsqrt(x)", "x", "x = 0"), &[0.0], &[f64::INFINITY]),
    ]);
}

#[test]
fn an_infinite_derivative_stays_in_its_place() {
    // The derivative of an entry by another one is 0, also where that by itself is infinite.
    let inf = f64::INFINITY;
    check(&[
        (ask("sqrt(x)", "x", "x = [0, 4]"), &[0.0, 2.0], &[inf, 0.0, 0.0, 0.25]),
        (
            ask("sqrt(x)", "x, x", "x = [0, 4]"),
            &[0.0, 2.0],
            &[-inf, 0., 0., 0., 0., 0., 0., -1.0 / 32.0],
        ),
        (
            ask("x: vector(n)\n1./x", "x, x", "x = [0, 4]"),
            &[inf, 0.25],
            &[inf, 0., 0., 0., 0., 0., 0., 1.0 / 32.0],
        ),
        (
            ask("log(x)", "x, x", "x = [0, 2]"),
            &[-inf, 2f64.ln()],
            &[-inf, 0., 0., 0., 0., 0., 0., -0.25],
        ),
        (
            ask("X: matrix(n, n)\nsqrt(X)", "X", "X = [[0, 1], [4, 16]]"),
            &[0.0, 1.0, 2.0, 4.0],
            &[inf, 0., 0., 0., 0., 0.5, 0., 0., 0., 0., 0.25, 0., 0., 0., 0., 0.125],
        ),
        (
            ask("A*log(x)", "x", "x = [0, 1]; A = [[1, 2], [3, 4]]"),
            &[-inf, -inf],
            &[inf, 2.0, inf, 4.0],
        ),
    ]);
}

#[test]
fn zero_over_zero_is_not_a_number() {
    for (text, given) in [
        ("A: matrix(n, n)\n(A - A)./(A - A)", "A = [[1, 2], [3, 4]]"),
        ("A: matrix(n, n)\n(A - A)*inv(A - A)", "A = [[1, 2], [3, 4]]"),
        ("x: vector(n)\n(x - x)./(x - x)", "x = [1, 2]"),
        ("x: vector(n)\n0*(1./(x - x))", "x = [1, 2]"),
        ("x: vector(n)\n(x - x)*(1/0)", "x = [1, 2]"),
        ("x: scalar\n(x - x)/(x - x)", "x = 1"),
        ("x: scalar\n((x - x)/(x - x))^2", "x = 1"),
        ("x: scalar\n1/((x - x)/(x - x))", "x = 1"),
        ("0/0", ""),
        ("0*(1/0)", ""),
    ] {
        let numbers = answer(ask(text, "", given)).expect("an answer");
        assert!(
            numbers.value.data().iter().all(|entry| entry.is_nan()),
            "{text}: {numbers:?}"
        );
        assert_eq!(numbers.notes, ["/ made a number that is not finite"], "{text}");
    }
    // The condition that cannot hold is said.
    let mut problem = Problem::parse("A: matrix(m, n)\n(A - A)./(A - A)").expect("a problem");
    let answer = problem.derive(&["A"]).expect("a derivative");
    assert_eq!(answer.assumptions(), ["no entry of zeros(m, n) is 0"]);
}

#[test]
fn what_cancels_in_a_formula_is_gone() {
    // x/x is 1 and 0*f is 0 as formulas: they are continued to where their parts have no value.
    check(&[
        (ask("x: scalar\nx/x", "x", "x = 0"), &[1.0], &[0.0]),
        (ask("x: vector(n)\nx./x", "x", "x = [0, 1]"), &[1.0, 1.0], &[0.0; 4]),
        (ask("x: scalar\n0/x", "x", "x = 0"), &[0.0], &[0.0]),
        (ask("x: scalar\n0*log(x)", "x", "x = 0"), &[0.0], &[0.0]),
        (ask("0*log(0)", "", ""), &[0.0], &[]),
        (ask("1/0 - 1/0", "", ""), &[0.0], &[]),
    ]);
}
