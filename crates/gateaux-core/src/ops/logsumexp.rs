//! The logarithm of a sum of exponentials.

use super::{Facts, Kernel, Law, Meaning, Op};

/// `logsumexp(x)`
pub static LOGSUMEXP: Op = Op {
    name: "logsumexp",
    aliases: &[],
    kind: &[
        "x: vector(n) -> scalar",
        "X: any -> scalar",
        "X: matrix(m, n); axis: axis1 -> row(n)",
        "X: matrix(m, n); axis: axis2 -> vector(m)",
    ],
    about: "The logarithm of the sum of the exponentials of all entries, without overflow; logsumexp(X, 1) of each column, logsumexp(X, 2) of each row.",
    domain: "",
    meaning: Meaning::Equals(&[
        "log(sum(exp(x)))",
        "log(sum(exp(X)))",
        "log(sum(exp(X), 1))",
        "log(sum(exp(X), 2))",
    ]),
    differential: &[
        "softmax(x)'*dx",
        "dot(exp(X .- logsumexp(X)), dX)",
        "sum(softmax(X, 1).*dX, 1)",
        "sum(softmax(X, 2).*dX, 2)",
    ],
    transposes: &[],
    kink: "",
    analytic: false,
    facts: &[(Facts::NONE, Facts::NONE)],
    law: Law::None,
    rules: &[],
    kernel: Kernel::LogSumExp,
    sample: "x: vector(n)",
    latex: r"\operatorname{logsumexp}\left({0}\right)",
    examples: &[
        ("logsumexp(x)", "x", "softmax(x)"),
        ("logsumexp(A*x)", "x", "A'*softmax(A*x)"),
        ("sum(logsumexp(X, 2))", "X", "softmax(X, 2)"),
    ],
    source: "Boyd & Vandenberghe, Convex Optimization, 3.1.5",
};
