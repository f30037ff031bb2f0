//! The adjugate.

use super::{Facts, Kernel, Law, Meaning, Op, Rule};

/// `adj(X)`: the transposed matrix of cofactors, defined also where the matrix is singular.
pub static ADJ: Op = Op {
    name: "adj",
    aliases: &["adjugate"],
    kind: &["X: matrix(n, n) -> matrix(n, n)"],
    about: "The adjugate of a square matrix: the transposed matrix of its cofactors, with adj(X)*X = det(X)*eye.",
    domain: "",
    meaning: Meaning::Primitive,
    differential: &["tr(adj(X)*dX)*inv(X) - adj(X)*dX*inv(X)"],
    transposes: &[],
    kink: "",
    analytic: true,
    facts: &[(Facts::SYMMETRIC, Facts::SYMMETRIC), (Facts::POSDEF, Facts::POSDEF)],
    law: Law::Transposes,
    rules: &[
        Rule {
            name: "adj-eye",
            left: "adj(eye)",
            right: "eye",
        },
        Rule {
            name: "adj-transpose",
            left: "adj(X')",
            right: "adj(X)'",
        },
    ],
    kernel: Kernel::Adjugate,
    sample: "X: matrix(n, n)",
    latex: r"\operatorname{adj}\left({0}\right)",
    examples: &[("tr(adj(X)*A)", "X", "tr(A*adj(X))*inv(X)' - inv(X)'*A'*adj(X)'")],
    source: "Magnus & Neudecker, Matrix Differential Calculus, 8.6",
};
