//! The logarithm of the determinant.

use super::{Facts, Kernel, Law, Meaning, Op, Rule};

/// `logdet(X)`
pub static LOGDET: Op = Op {
    name: "logdet",
    aliases: &[],
    kind: &["X: matrix(n, n) -> scalar"],
    about: "The natural logarithm of the determinant of a matrix whose determinant is positive.",
    domain: "det(X) > 0",
    meaning: Meaning::Equals(&["log(det(X))"]),
    differential: &["tr(inv(X)*dX)"],
    transposes: &[],
    kink: "",
    analytic: true,
    facts: &[(Facts::NONE, Facts::NONE)],
    law: Law::None,
    rules: &[
        Rule {
            name: "logdet-eye",
            left: "logdet(eye)",
            right: "0",
        },
        Rule {
            name: "logdet-inv",
            left: "logdet(inv(X))",
            right: "-logdet(X)",
        },
        Rule {
            name: "logdet-transpose",
            left: "logdet(X')",
            right: "logdet(X)",
        },
        Rule {
            name: "logdet-diag",
            left: "logdet(diag(exp(x)))",
            right: "sum(x)",
        },
    ],
    kernel: Kernel::Logdet,
    sample: "X: posdef(n)",
    latex: r"\log\det\left({0}\right)",
    examples: &[("logdet(X)", "X", "inv(X)'"), ("logdet(A'*A)", "A", "2*A*inv(A'*A)")],
    source: "Magnus & Neudecker, Matrix Differential Calculus, 8.3; Petersen & Pedersen, eq. 57",
};
