//! Exponentials over their sum.

use super::{Facts, Kernel, Meaning, Op};

/// `softmax(x)`
pub static SOFTMAX: Op = Op {
    name: "softmax",
    aliases: &[],
    kind: &["x: vector(n) -> vector(n)"],
    about: "The exponentials of the entries of a vector, divided by their sum: positive and with sum 1.",
    domain: "",
    meaning: Meaning::Equals("exp(x)/sum(exp(x))"),
    differential: &["softmax(x).*dx - (softmax(x)'*dx)*softmax(x)"],
    kink: "",
    facts: &[(Facts::NONE, Facts::POSITIVE)],
    rules: &[],
    kernel: Kernel::Softmax,
    sample: "x: vector(n)",
    latex: r"\operatorname{softmax}\left({0}\right)",
    examples: &[("softmax(x)", "x", "diag(softmax(x)) - softmax(x)*softmax(x)'")],
    source: "Bishop, Pattern Recognition and Machine Learning, eq. 4.106",
};
