//! The determinant.

use super::{Facts, Kernel, Law, Meaning, Op, Rule};

/// `det(X)`. Its differential is written with the adjugate, which is right also where the matrix is singular.
pub static DET: Op = Op {
    name: "det",
    aliases: &[],
    kind: &["X: matrix(n, n) -> scalar"],
    about: "The determinant of a square matrix.",
    domain: "",
    meaning: Meaning::Primitive,
    differential: &["tr(adj(X)*dX)"],
    transposes: &[],
    kink: "",
    analytic: true,
    facts: &[(Facts::POSDEF, Facts::POSITIVE), (Facts::PSD, Facts::NONNEGATIVE)],
    law: Law::None,
    rules: &[
        Rule {
            name: "det-eye",
            left: "det(eye)",
            right: "1",
        },
        Rule {
            name: "det-inv",
            left: "det(inv(X))",
            right: "1/det(X)",
        },
        Rule {
            name: "det-transpose",
            left: "det(X')",
            right: "det(X)",
        },
    ],
    kernel: Kernel::Det,
    sample: "X: matrix(n, n)",
    latex: r"\det\left({0}\right)",
    examples: &[("det(X)", "X", "adj(X)'"), ("det(A*X)", "X", "A'*adj(A*X)'")],
    source: "Magnus & Neudecker, Matrix Differential Calculus, 8.3; Petersen & Pedersen, eq. 46",
};
