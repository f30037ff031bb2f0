//! Literals, inputs and sizes at the ends of their ranges.

use gateaux::{Array, Inputs, Problem};

use super::{answer, answer_with, ask, check, derivative, rows};

#[test]
fn literals_at_the_ends_of_the_range() {
    check(&[
        (ask("1e308*10*x", "x", "x = [1e-5]"), &[1e304], &[f64::INFINITY]),
        (ask("1e308*x", "x", "x = [1]"), &[1e308], &[1e308]),
        (ask("1e-308*1e-308*x", "x", "x = [1e308]"), &[1e-308], &[0.0]),
        (
            ask("1e-310*x", "x", "x = [1, 1e300]"),
            &[1e-310, 1e-10],
            &[1e-310, 0.0, 0.0, 1e-310],
        ),
        (ask("5e-324*x", "x", "x = [1]"), &[5e-324], &[5e-324]),
        (
            ask("1.7976931348623157e308*x", "x", "x = [1]"),
            &[f64::MAX],
            &[f64::MAX],
        ),
        (
            ask("123456789012345678901234567890*x", "x", "x = [1]"),
            &[1.234_567_890_123_456_8e29],
            &[1.234_567_890_123_456_8e29],
        ),
        // 1.5^1000 and 1000*1.5^999
        (
            ask("x: scalar\nx^1000", "x", "x = 1.5"),
            &[1.233_840_596_906_173_5e176],
            &[8.225_603_979_374_49e178],
        ),
        (
            ask("x: scalar\nx^9223372036854775807", "x", "x = 1"),
            &[1.0],
            &[9.223_372_036_854_776e18],
        ),
        (
            ask("x: scalar\nx^99999999999999999999999", "x", "x = 1"),
            &[1.0],
            &[1e23],
        ),
    ]);
    let overflow = answer(ask("1e308*10", "", "")).expect("an answer");
    assert_eq!((rows(&overflow.value), overflow.notes.len()), (vec![f64::INFINITY], 1));
    for text in ["1e-400*x", "1e400*x", "1e99999999*x"] {
        let refused = Problem::parse(text).expect_err("a refusal").to_string();
        assert!(refused.contains("out of the range of numbers"), "{refused}");
    }
}

#[test]
fn inputs_that_are_not_finite_are_named() {
    for (text, wrt, name, data, expected) in [
        (
            "sum(x)",
            "x",
            "x",
            vec![1.0, f64::INFINITY],
            "the input for x has an infinite number in it",
        ),
        (
            "sum(x)",
            "x",
            "x",
            vec![f64::INFINITY, f64::NEG_INFINITY],
            "the input for x has an infinite number in it",
        ),
        (
            "x'*x",
            "x",
            "x",
            vec![1.0, f64::NAN],
            "the input for x has something that is not a number in it",
        ),
        (
            "norm2(x)",
            "x",
            "x",
            vec![f64::NAN, 1.0],
            "the input for x has something that is not a number in it",
        ),
        (
            "sum(max(x, 0))",
            "x",
            "x",
            vec![f64::NAN, 1.0],
            "the input for x has something that is not a number in it",
        ),
        (
            "logsumexp(x)",
            "x",
            "x",
            vec![f64::NAN, 1.0],
            "the input for x has something that is not a number in it",
        ),
    ] {
        let has_nan = data.iter().sum::<f64>().is_nan();
        let mut inputs = Inputs::default();
        inputs
            .values
            .insert(name.to_owned(), Array::vector(data).expect("small"));
        let numbers = answer_with((text, wrt, ""), &inputs).expect("an answer");
        assert!(
            numbers.notes.iter().any(|note| note == expected),
            "{text}: {:?}",
            numbers.notes
        );
        assert!(numbers.value.data()[0].is_nan() == has_nan, "{text}: {numbers:?}");
    }
    // What is declared is not taken on trust.
    let nan = f64::NAN;
    for (text, data, expected) in [
        ("X: symmetric(n)\ntr(X)", [1.0, nan, 2.0, 1.0], "not symmetric"),
        ("X: diagonal(n)\ntr(X)", [1.0, nan, 0.0, 1.0], "not diagonal"),
        ("X: orthogonal(n)\ntr(X)", [nan, 0.0, 0.0, 1.0], "not orthogonal"),
        ("X: posdef(n)\nlogdet(X)", [nan, 0.0, 0.0, 1.0], "not positive definite"),
        (
            "X: positive matrix(n, n)\nsum(log(X))",
            [nan, 1.0, 1.0, 1.0],
            "not positive",
        ),
    ] {
        let mut inputs = Inputs::default();
        inputs
            .values
            .insert("X".to_owned(), Array::from_row_major(&[2, 2], &data).expect("small"));
        let refused = answer_with((text, "", ""), &inputs).expect_err("a refusal");
        assert!(refused.contains(expected), "{text}: {refused}");
    }
}

#[test]
fn matrices_of_one_entry_and_of_none() {
    check(&[
        (ask("x'*A*x", "x, x", "x = [2]; A = [[3]]"), &[12.0], &[6.0]),
        (ask("inv(A)", "A, A", "A = [[4]]"), &[0.25], &[0.03125]),
        (ask("det(A)", "A, A", "A = [[4]]"), &[4.0], &[0.0]),
        (ask("det(A)", "A, A", "A = [[0]]"), &[0.0], &[0.0]),
        (ask("adj(A)", "A", "A = [[0]]"), &[1.0], &[0.0]),
        (ask("logdet(A)", "A, A", "A = [[4]]"), &[4f64.ln()], &[-0.0625]),
        (ask("norm2(x)", "x, x", "x = [-4]"), &[4.0], &[0.0]),
        (ask("logsumexp(x)", "x, x", "x = [4]"), &[4.0], &[0.0]),
        (ask("x: vector(n)\nsoftmax(x)", "x", "x = [4]"), &[1.0], &[0.0]),
        // Empty sums are 0, empty products 1.
        (ask("sum(x)", "x", "x = []"), &[0.0], &[]),
        (ask("norm2(x)", "x", "x = []"), &[0.0], &[]),
        (ask("x: vector(n)\nsoftmax(x)", "x", "x = []"), &[], &[]),
    ]);
    let mut inputs = Inputs::default();
    inputs
        .values
        .insert("A".to_owned(), Array::zeros(&[0, 0]).expect("small"));
    for (text, expected) in [
        ("det(A)", 1.0),
        ("logdet(A)", 0.0),
        ("tr(A)", 0.0),
        ("sum(inv(A))", 0.0),
    ] {
        let numbers = answer_with((text, "A", ""), &inputs).expect("an answer");
        assert_eq!(
            (rows(&numbers.value), derivative(&numbers)),
            (vec![expected], vec![]),
            "{text}"
        );
    }
    // The mean of nothing is no number, and the logarithm of an empty sum is minus infinity; both are said.
    let mean = answer(ask("mean(x)", "", "x = []")).expect("an answer");
    assert!(mean.value.data()[0].is_nan() && mean.notes.len() == 1, "{mean:?}");
    let empty = answer(ask("logsumexp(x)", "", "x = []")).expect("an answer");
    assert!(
        empty.value.data()[0] == f64::NEG_INFINITY && empty.notes.len() == 1,
        "{empty:?}"
    );
    let refused = Problem::parse("x: vector(0)\nsum(x)")
        .expect_err("a refusal")
        .to_string();
    assert!(refused.contains("a positive integer, not 0"), "{refused}");
}

#[test]
fn sizes_at_the_end_of_the_integers() {
    const MAX: f64 = 9_223_372_036_854_775_807.0;
    check(&[
        (
            ask(
                "x: vector(n)\nones(9223372036854775807)'*ones(9223372036854775807)*x",
                "x",
                "x = [1]",
            ),
            &[MAX],
            &[MAX],
        ),
        (ask("sum(eye(9223372036854775807))", "", ""), &[MAX], &[]),
        (
            ask("a*sum(ones(n))", "a", "a = 1; <n> = 9223372036854775807"),
            &[MAX],
            &[MAX],
        ),
    ]);
    for (question, expected) in [
        (
            ask("x: vector(9223372036854775807)\nsum(x)", "x", "x = [1]"),
            "x has 1 entries, but they should be 9223372036854775807",
        ),
        (
            ask("x: vector(9223372036854775808)\nsum(x)", "x", "x = [1]"),
            "no integer of 64 bits",
        ),
        (
            ask("x: vector(9223372036854775807 + 1)\nsum(x)", "x", "x = [1]"),
            "too complicated",
        ),
        (
            ask(
                "x: vector(9223372036854775807*9223372036854775807)\nsum(x)",
                "x",
                "x = [1]",
            ),
            "too complicated",
        ),
        (
            ask("sum(exp(eye(n)))", "", "<n> = 9223372036854775807"),
            "larger than the limit",
        ),
        (
            ask("sum(exp(kron(eye(n), eye(n))))", "", "<n> = 3037000500"),
            "no usable size",
        ),
        (
            ask("a*sum(ones(n))", "a", "a = 1; <n> = 18446744073709551615"),
            "no usable size",
        ),
    ] {
        let refused = answer(question).expect_err("a refusal");
        assert!(refused.contains(expected), "{question:?}: {refused}");
    }
}
