//! The pseudoinverse.

use super::{Facts, Kernel, Law, Op, Rule};

/// `pinv(X)`
pub static PINV: Op = Op {
    name: "pinv",
    kind: &["X: matrix(m, n) -> matrix(n, m)"],
    about: "The Moore-Penrose inverse of a matrix.",
    domain: "the rank of X does not change nearby",
    differential: &[
        "pinv(X)*pinv(X)'*(dX' - dX'*X*pinv(X)) + (dX' - pinv(X)*X*dX')*pinv(X)'*pinv(X) \
                     - pinv(X)*dX*pinv(X)",
    ],
    facts: &[(Facts::SYMMETRIC, Facts::SYMMETRIC), (Facts::PSD, Facts::PSD)],
    law: Law::Pseudoinverse,
    rules: &[
        Rule {
            name: "pinv-eye",
            left: "pinv(eye)",
            right: "eye",
        },
        Rule {
            name: "pinv-pinv",
            left: "pinv(pinv(X))",
            right: "X",
        },
    ],
    kernel: Kernel::Pinv,
    sample: "X: matrix(m, n)",
    latex: r"{0}^{+}",
    examples: &[("b: vector(m); norm2(pinv(A)*b)^2", "b", "2*pinv(A)'*pinv(A)*b")],
    source: "Golub & Pereyra, The differentiation of pseudo-inverses and nonlinear least squares problems whose variables \
             separate (1973), eq. 4.12; Magnus & Neudecker, Matrix Differential Calculus, 8.5",
    ..Op::BLANK
};
