//! The Cholesky factor.

use super::{Facts, Kernel, Law, Meaning, Op, Rule};

/// `chol(S)` and its differential.
pub static OPS: &[Op] = &[
    Op {
        name: "chol",
        aliases: &["cholesky"],
        kind: &["S: symmetric(n) -> matrix(n, n)"],
        about: "The Cholesky factor of a positive definite matrix: the lower triangular L with a positive diagonal and \
                L*L' = S.",
        domain: "S is positive definite",
        differential: &["frechet_chol(S, dS)"],
        facts: &[(Facts::NONE, Facts::LOWER)],
        law: Law::Factor,
        rules: &[Rule {
            name: "chol-eye",
            left: "chol(eye)",
            right: "eye",
        }],
        kernel: Kernel::Chol,
        sample: "S: posdef(n)",
        latex: r"\operatorname{chol}\left({0}\right)",
        examples: &[("S: posdef(n); 2*sum(log(diag(chol(S))))", "S", "inv(S)")],
        source: "Murray, Differentiation of the Cholesky decomposition (2016), eq. 8",
        ..Op::BLANK
    },
    Op {
        name: "frechet_chol",
        kind: &["S: symmetric(n); E: matrix(n, n) -> matrix(n, n)"],
        about: "The derivative of the Cholesky factor L of S in the symmetric direction E: L times the lower triangle of \
                inv(L)*E*inv(L)' with half its diagonal.",
        domain: "S is positive definite",
        meaning: Meaning::Abbreviates(&["chol(S)*(tril(inv(chol(S))*E*inv(chol(S))') \
                                         - diag(diag(inv(chol(S))*E*inv(chol(S))'))/2)"]),
        differential: &[
            "frechet_chol(S, dE) + frechet_chol(S, dS)*inv(chol(S))*frechet_chol(S, E) \
                         - frechet_chol(S, frechet_chol(S, dS)*inv(chol(S))*E + E*inv(chol(S))'*frechet_chol(S, dS)')",
        ],
        sample: "S: posdef(n); E: symmetric(n)",
        latex: r"L_{\mathrm{chol}}\left({0}, {1}\right)",
        examples: &[(
            "S: posdef(n); E: symmetric(n); tr(inv(chol(S))*frechet_chol(S, E))",
            "E",
            "inv(S)/2",
        )],
        source: "Murray, Differentiation of the Cholesky decomposition (2016), eq. 8",
        ..Op::BLANK
    },
];
