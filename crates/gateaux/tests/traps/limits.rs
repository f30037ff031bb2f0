//! What is not as it should be.

use super::{Question, answer, ask, derivative, difference, rows};

/// A question whose answer is not what one would wish: the wish, the answer, and why.
struct Limit {
    question: Question,
    /// Whether the derivative is meant, and not the value.
    derivative: bool,
    wish: f64,
    /// How far the first entry is off at most; infinite: it is not a number, which the remarks say.
    error: f64,
    why: &'static str,
}

const LIMITS: &[Limit] = &[
    Limit {
        question: ask(
            "x: vector(n)\nmean(x.^2) - mean(x)^2",
            "x",
            "x = [1000000001, 1000000002, 1000000003]",
        ),
        derivative: false,
        wish: 2.0 / 3.0,
        error: 700.0,
        why: "the user's formula cancels: an error of 3 units in the last place of the mean of squares, 1e18",
    },
    Limit {
        question: ask(
            "x: vector(n)\nmean(x.^2) - mean(x)^2",
            "x",
            "x = [1000000001, 1000000002, 1000000003]",
        ),
        derivative: true,
        wish: -2.0 / 3.0,
        error: 4e-7,
        why: "as before: 3 units in the last place of 2*x/n, 7e8",
    },
    Limit {
        question: ask("x: vector(n)\nsum(exp(x) .- 1)", "x", "x = [1e-20, 1e-20]"),
        derivative: false,
        wish: 2e-20,
        error: 2e-20,
        why: "the normal form adds up the constants, sum(exp(x)) - n, so that no exp(x) - 1 is left",
    },
    Limit {
        question: ask("x: scalar\n(exp(x) - 1)/x", "x", "x = 1e-5"),
        derivative: true,
        wish: 0.500_003_333_345_833_4,
        error: 5e-11,
        why: "exp(x)/x - (exp(x) - 1)/x^2 cancels: 4 units in the last place of 1e5",
    },
    Limit {
        question: ask("x: scalar\n(1 - cos(x))/x^2", "x", "x = 1e-5"),
        derivative: true,
        wish: -8.333_333_333_277_778e-7,
        error: 5e-11,
        why: "sin(x)/x^2 - 2*(1 - cos(x))/x^3 cancels: 4 units in the last place of 1e5",
    },
    Limit {
        question: ask("norm2(x)^3", "x, x", "x = [0, 0]"),
        derivative: true,
        wish: 0.0,
        error: f64::INFINITY,
        why: "x*x'/norm2(x) is 0/0 at 0; the answer assumes that x is not 0",
    },
    Limit {
        question: ask("x: scalar\nx*log(x)", "x", "x = 0"),
        derivative: false,
        wish: 0.0,
        error: f64::INFINITY,
        why: "0*log(0) has the limit 0, but 0 is not in the domain of log; the answer assumes that x is positive",
    },
    Limit {
        question: ask("sum(x.^a)", "a", "x = [0, 1]; a = 2"),
        derivative: true,
        wish: 0.0,
        error: f64::INFINITY,
        why: "0^2*log(0), as before",
    },
    Limit {
        question: ask("sum(x.^a)", "x, x", "x = [0, 1]; a = 1"),
        derivative: true,
        wish: 0.0,
        error: f64::INFINITY,
        why: "a*(a - 1)*x^(a - 2) is 0/0 at a = 1, x = 0; the answer assumes that x is positive",
    },
];

#[test]
fn what_is_not_as_it_should_be_is_known() {
    for limit in LIMITS {
        let numbers = answer(limit.question).expect("an answer");
        let found = if limit.derivative {
            derivative(&numbers)[0]
        } else {
            rows(&numbers.value)[0]
        };
        println!(
            "{:?}: {found:e} instead of {:e}: {}",
            limit.question, limit.wish, limit.why
        );
        if limit.error.is_infinite() {
            assert!(
                found.is_nan() && !numbers.notes.is_empty(),
                "{:?}: {found} {:?}",
                limit.question,
                numbers.notes
            );
        } else {
            assert!(
                (found - limit.wish).abs() <= limit.error,
                "{:?}: {found}",
                limit.question
            );
            assert!(
                difference(&[found], &[limit.wish], 0.0).is_some(),
                "{:?} is right now",
                limit.question
            );
        }
    }
}
