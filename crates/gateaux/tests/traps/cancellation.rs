//! Small differences of large numbers.

use gateaux::Problem;

use super::{ask, check, check_values};

#[test]
fn logarithms_and_exponentials_near_zero() {
    // log(1 + x) = x - x^2/2 + ..., exp(x) - 1 = x + x^2/2 + ..., 1 - cos(x) = x^2/2 - ...
    const X: &str = "x = 1e-10";
    let (log, exp) = (9.999_999_999_5e-11, 1.000_000_000_05e-10);
    check(&[
        (ask("x: scalar\nlog1p(x)", "x", X), &[log], &[0.999_999_999_9]),
        (ask("x: scalar\nlog(1 + x)", "x", X), &[log], &[0.999_999_999_9]),
        (ask("log(1 .+ x)", "", "x = [1e-10, -1e-20]"), &[log, -1e-20], &[]),
        (ask("x: scalar\nlog(1 - x)", "x", "x = 1e-20"), &[-1e-20], &[-1.0]),
        (ask("x: scalar\nlog(1 + x^2)", "x", X), &[1e-20], &[2e-10]),
        (ask("x: scalar\nlog(1 + x^2)", "x, x", X), &[1e-20], &[2.0]),
        (ask("x: scalar\nexpm1(x)", "x", X), &[exp], &[1.000_000_000_1]),
        (ask("x: scalar\nexp(x) - 1", "x", X), &[exp], &[1.000_000_000_1]),
        (ask("x: scalar\n1 - exp(-x)", "x", "x = 1e-20"), &[1e-20], &[1.0]),
        (ask("x: scalar\n3 - 3*exp(x)", "x", "x = 1e-20"), &[-3e-20], &[-3.0]),
        (ask("exp(x) .- 1", "", "x = [1e-10, -1e-20]"), &[exp, -1e-20], &[]),
        (ask("x: scalar\n1 - cos(x)", "x", X), &[5e-21], &[1e-10]),
        (ask("x: scalar\n1 - cos(x)^2", "", X), &[1e-20], &[]),
        (ask("x: scalar\ncosh(x) - 1", "x", X), &[5e-21], &[1e-10]),
    ]);
    check_values(&[
        (
            ask("x: scalar\n(exp(x) - 1)/x", "", "x = 1e-5"),
            &[1.000_005_000_016_666_7],
        ),
        (
            ask("x: scalar\n(1 - cos(x))/x^2", "", "x = 1e-5"),
            &[0.499_999_999_995_833_33],
        ),
    ]);
}

#[test]
fn variances_of_large_numbers() {
    // The deviations are -1, 0, 1: the variance 2/3, the gradient 2/3 of them, the Hessian 2/3*(I - ones/3).
    const X: &str = "x = [1000000001, 1000000002, 1000000003]";
    let (a, b) = (4.0 / 9.0, -2.0 / 9.0);
    check(&[
        (
            ask("x: vector(n)\nsum((x .- mean(x)).^2)/n", "x", X),
            &[2.0 / 3.0],
            &[-2.0 / 3.0, 0.0, 2.0 / 3.0],
        ),
        (
            ask("x: vector(n)\nsum((x .- mean(x)).^2)/n", "x, x", X),
            &[2.0 / 3.0],
            &[a, b, b, b, a, b, b, b, a],
        ),
    ]);
}

/// Deep in a saturated network `diag(p) - p*p'` has no right digit left; the answer is right all the same.
#[test]
fn second_derivatives_of_a_saturated_network_are_verified() {
    let mut text = String::from("x: vector(n); t: vector(n);");
    for layer in 1..=10 {
        text.push_str(&format!("W{layer}: matrix(n, n);"));
    }
    let mut layer_below = "x".to_owned();
    for layer in 1..=10 {
        text.push_str(&format!("h{layer} = relu(W{layer}*{layer_below});"));
        layer_below = format!("h{layer}");
    }
    text.push_str("-sum(t.*(h10 .- logsumexp(h10)))");
    let mut problem = Problem::parse(&text).expect("well typed");
    let answer = problem.derive(&["W1", "W1"]).expect("twice differentiable");
    let check = answer.check(&mut problem);
    assert!(check.is_verified(), "{check:?}");
}
