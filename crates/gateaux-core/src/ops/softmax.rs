//! Exponentials over their sum.

use super::{Facts, Kernel, Law, Meaning, Op};

/// `softmax(x)`
pub static SOFTMAX: Op = Op {
    name: "softmax",
    aliases: &[],
    kind: &[
        "x: vector(n) -> vector(n)",
        "X: matrix(m, n); axis: axis1 -> like(X)",
        "X: matrix(m, n); axis: axis2 -> like(X)",
    ],
    about: "The exponentials of the entries of a vector, divided by their sum: positive and with sum 1; softmax(X, 1) of each column, softmax(X, 2) of each row.",
    domain: "",
    meaning: Meaning::Equals(&[
        "exp(x)/sum(exp(x))",
        "exp(X)*diag(1./sum(exp(X), 1)')",
        "diag(1./sum(exp(X), 2))*exp(X)",
    ]),
    differential: &[
        "softmax(x).*dx - (softmax(x)'*dx)*softmax(x)",
        "softmax(X, 1).*dX - softmax(X, 1)*diag(sum(softmax(X, 1).*dX, 1)')",
        "softmax(X, 2).*dX - diag(sum(softmax(X, 2).*dX, 2))*softmax(X, 2)",
    ],
    transposes: &[],
    kink: "",
    analytic: false,
    facts: &[(Facts::NONE, Facts::POSITIVE)],
    law: Law::None,
    rules: &[],
    kernel: Kernel::Softmax,
    sample: "x: vector(n)",
    latex: r"\operatorname{softmax}\left({0}\right)",
    examples: &[("softmax(x)", "x", "diag(softmax(x)) - softmax(x)*softmax(x)'")],
    source: "Bishop, Pattern Recognition and Machine Learning, eq. 4.106",
};
