//! Norms of tiny, huge and zero vectors.

use gateaux::{Array, Problem};

use super::{answer, answer_with, ask, check, derivative, difference, inputs, rows};

#[test]
fn norms_of_tiny_and_huge_vectors() {
    // Of (3, 4)*t: the norm 5*t, the gradient (3, 4)/5, the Hessian (I - u*u')/(5*t) with u = (3, 4)/5.
    let gradient = &[0.6, 0.8][..];
    let hessian = |t: f64| [0.128, -0.096, -0.096, 0.072].map(|entry| entry / t);
    for text in [
        "norm2(x)",
        "sqrt(x'*x)",
        "sqrt(sum(x.^2))",
        "sqrt(4*x'*x)/2",
        "A: matrix(m, n)\nb: vector(m)\nnorm2(A*x - b)",
    ] {
        for (point, t) in [("x = [3e-200, 4e-200]", 1e-200), ("x = [3e200, 4e200]", 1e200)] {
            let mut inputs = inputs(point);
            if text.starts_with('A') {
                inputs.values.insert("A".to_owned(), Array::eye(2).expect("small"));
                inputs.values.insert("b".to_owned(), Array::zeros(&[2]).expect("small"));
            }
            for (wrt, expected) in [("x", gradient), ("x, x", &hessian(t)[..])] {
                let found = answer_with((text, wrt, point), &inputs).expect("an answer");
                let wrong = difference(&rows(&found.value), &[5.0 * t], 0.0)
                    .or_else(|| difference(&derivative(&found), expected, 0.0));
                assert!(
                    wrong.is_none(),
                    "{text} by {wrt} at {point}: {}",
                    wrong.unwrap_or_default()
                );
            }
        }
    }
    for (point, t) in [("x = [3e-200, 4e-200]", 1e-200), ("x = [3e200, 4e200]", 1e200)] {
        check(&[
            (ask("x: vector(n)\nx/norm2(x)", "x", point), gradient, &hessian(t)),
            (ask("x: vector(n)\nx/sqrt(x'*x)", "x", point), gradient, &hessian(t)),
            // log(5*t), and x/(x'*x) = (3, 4)/(25*t).
            (
                ask("log(norm2(x))", "x", point),
                &[(5.0 * t).ln()],
                &[0.12 / t, 0.16 / t],
            ),
            (
                ask("log(x'*x)", "x", point),
                &[2.0 * (5.0 * t).ln()],
                &[0.24 / t, 0.32 / t],
            ),
        ]);
    }
    check(&[
        (
            ask("norm2(X)", "X", "X = [[3e200, 0], [0, 4e200]]"),
            &[5e200],
            &[0.6, 0.0, 0.0, 0.8],
        ),
        (ask("sqrt(a^2 + b^2)", "a", "a = 3e200; b = 4e200"), &[5e200], &[0.6]),
        (
            ask("sqrt(a^2 + b^2)", "a, a", "a = 3e200; b = 4e200"),
            &[5e200],
            &[1.28e-201],
        ),
        (ask("x: scalar\nsqrt(x^2)", "x", "x = 1e-200"), &[1e-200], &[1.0]),
        // |x|^3: the gradient 3*|x|*x.
        (
            ask("(x'*x)^(3/2)", "x", "x = [3e-100, 4e-100]"),
            &[1.25e-298],
            &[4.5e-199, 6e-199],
        ),
        // The cosine of (3, 4) and (1, 0) is 0.6, whatever their lengths.
        (
            ask(
                "x: vector(n)\ny: vector(n)\nx'*y/(norm2(x)*norm2(y))",
                "x",
                "x = [3e-200, 4e-200]; y = [1e200, 0]",
            ),
            &[0.6],
            &[0.128 / 1e-200, -0.096 / 1e-200],
        ),
    ]);
    // (9 + 2*16)/25; the gradient 2*(A*x - 1.64*x)/(x'*x) cancels to 2 of 16 digits times 16/1.64.
    let rayleigh = answer(ask("x'*A*x/(x'*x)", "x", "x = [3e-200, 4e-200]; A = [[1, 0], [0, 2]]")).expect("an answer");
    assert!(
        difference(&rows(&rayleigh.value), &[1.64], 0.0).is_none(),
        "{rayleigh:?}"
    );
    for (found, expected) in derivative(&rayleigh).iter().zip([-1.536e199, 1.152e199]) {
        assert!(
            (found / expected - 1.0).abs() < 1e-14 * 2.0,
            "{found} is not {expected}"
        );
    }
}

#[test]
fn norms_at_zero() {
    // The norm has no derivative at 0. That is an assumption of the answer, and where it does not hold the numbers are
    // none, with a remark; nothing is made up.
    for text in ["norm2(x)", "sqrt(x'*x)", "x: vector(n)\nx/norm2(x)"] {
        let mut problem = Problem::parse(text).expect("a problem");
        let answer = problem.derive(&["x"]).expect("a derivative");
        assert_eq!(answer.assumptions(), ["x is not 0"], "{text}");
        let numbers = problem.evaluate(Some(&answer), &inputs("x = [0, 0]")).expect("numbers");
        assert!(
            derivative(&numbers).iter().all(|entry| entry.is_nan()),
            "{text}: {numbers:?}"
        );
        assert_eq!(numbers.notes, ["/ made a number that is not finite"], "{text}");
    }
    // Its even powers are smooth, its third power once.
    check(&[
        (ask("norm2(x)", "", "x = [0, 0]"), &[0.0], &[]),
        (ask("norm2(x)^2", "x", "x = [0, 0]"), &[0.0], &[0.0, 0.0]),
        (ask("norm2(x)^2", "x, x", "x = [0, 0]"), &[0.0], &[2.0, 0.0, 0.0, 2.0]),
        (ask("norm2(x)^3", "x", "x = [0, 0]"), &[0.0], &[0.0, 0.0]),
        (ask("norm2(x)^4", "x, x", "x = [0, 0]"), &[0.0], &[0.0; 4]),
    ]);
}
