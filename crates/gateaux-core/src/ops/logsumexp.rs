//! The logarithm of a sum of exponentials.

use super::{Facts, Kernel, Meaning, Op};

/// `logsumexp(x)`
pub static LOGSUMEXP: Op = Op {
    name: "logsumexp",
    aliases: &[],
    kind: &["x: vector(n) -> scalar", "X: any -> scalar"],
    about: "The logarithm of the sum of the exponentials of all entries, without overflow.",
    domain: "",
    meaning: Meaning::Equals("log(sum(exp(x)))"),
    differential: &["softmax(x)'*dx", "dot(exp(X .- logsumexp(X)), dX)"],
    kink: "",
    facts: &[(Facts::NONE, Facts::NONE)],
    rules: &[],
    kernel: Kernel::LogSumExp,
    sample: "x: vector(n)",
    latex: r"\operatorname{logsumexp}\left({0}\right)",
    examples: &[
        ("logsumexp(x)", "x", "softmax(x)"),
        ("logsumexp(A*x)", "x", "A'*softmax(A*x)"),
    ],
    source: "Boyd & Vandenberghe, Convex Optimization, 3.1.5",
};
