//! Eigenvalues and singular values, with their vectors.
//!
//! Vectors are columns in the order of the values, each with its largest entry positive. The derivative of a value is
//! a quadratic form in its vectors; that of the vectors divides by the gaps between the values.

use super::apply::named_call;
use super::{Facts, Kernel, Meaning, Op, Rule};
use crate::expr::{Dim, Dims, Error, Expr, Result, Shape, Store};

/// Eigenvalues, singular values, and what is made of them.
pub static OPS: &[Op] = &[
    Op {
        name: "eigvals",
        kind: &["S: symmetric(n) -> vector(n)"],
        about: "The eigenvalues of a symmetric matrix, from the smallest to the largest.",
        differential: &["diag(eigvecs(S)'*dS*eigvecs(S))"],
        facts: &[(Facts::POSDEF, Facts::POSITIVE), (Facts::PSD, Facts::NONNEGATIVE)],
        rules: &[Rule {
            name: "eigvals-eye",
            left: "eigvals(eye)",
            right: "1",
        }],
        kernel: Kernel::Eigvals,
        sample: "S: symmetric(n)",
        latex: r"\operatorname{eigvals}\left({0}\right)",
        examples: &[
            ("S: symmetric(n); sum(eigvals(S).^2)", "S", "2*S"),
            ("S: symmetric(n); sum(eigvals(S).^4)", "S", "4*S^3"),
            ("S: symmetric(n); sum(exp(eigvals(S)))", "S", "expm(S)"),
        ],
        source: "Magnus & Neudecker, Matrix Differential Calculus, 8.9; Petersen & Pedersen, eq. 67",
        ..Op::BLANK
    },
    Op {
        name: "eigvecs",
        kind: &["S: symmetric(n) -> matrix(n, n)"],
        about: "The orthonormal eigenvectors of a symmetric matrix, as columns in the order of eigvals(S); of each the \
                largest entry is positive.",
        differential: &["eigvecs(S)*(gaps(eigvals(S)).*(eigvecs(S)'*dS*eigvecs(S)))"],
        facts: &[(Facts::NONE, Facts::ORTHOGONAL)],
        kernel: Kernel::Eigvecs,
        sample: "S: symmetric(n)",
        latex: r"\operatorname{eigvecs}\left({0}\right)",
        examples: &[("S: symmetric(n); x'*eigvecs(S)*y", "x", "eigvecs(S)*y")],
        source: "Magnus & Neudecker, Matrix Differential Calculus, 8.9; Petersen & Pedersen, eq. 68",
        ..Op::BLANK
    },
    Op {
        name: "lmax",
        kind: &["S: symmetric(n) -> scalar"],
        about: "The largest eigenvalue of a symmetric matrix.",
        meaning: Meaning::Form(|store, args| extreme_eigenvalue(store, args[0], true)),
        differential: &["diag(eigvecs(S)'*dS*eigvecs(S))[n]"],
        sample: "S: symmetric(n)",
        latex: r"\lambda_{\max}\left({0}\right)",
        examples: &[("S: symmetric(n); lmax(S)", "S", "eigvecs(S)[:,n]*eigvecs(S)[:,n]'")],
        source: "Magnus & Neudecker, Matrix Differential Calculus, 8.9",
        ..Op::BLANK
    },
    Op {
        name: "lmin",
        kind: &["S: symmetric(n) -> scalar"],
        about: "The smallest eigenvalue of a symmetric matrix.",
        meaning: Meaning::Form(|store, args| extreme_eigenvalue(store, args[0], false)),
        differential: &["diag(eigvecs(S)'*dS*eigvecs(S))[1]"],
        sample: "S: symmetric(n)",
        latex: r"\lambda_{\min}\left({0}\right)",
        examples: &[("S: symmetric(n); lmin(S)", "S", "eigvecs(S)[:,1]*eigvecs(S)[:,1]'")],
        source: "Magnus & Neudecker, Matrix Differential Calculus, 8.9",
        ..Op::BLANK
    },
    Op {
        name: "svdvals",
        kind: &["X: matrix(m, n) -> vector(min(m, n))"],
        about: "The singular values of a matrix, from the largest to the smallest.",
        differential: &["diag(svdu(X)'*dX*svdv(X))"],
        facts: &[(Facts::NONE, Facts::NONNEGATIVE)],
        rules: &[Rule {
            name: "svdvals-transpose",
            left: "svdvals(X')",
            right: "svdvals(X)",
        }],
        kernel: Kernel::Svdvals,
        sample: "X: matrix(m, n)",
        latex: r"\operatorname{svdvals}\left({0}\right)",
        examples: &[
            ("sum(svdvals(X).^2)", "X", "2*X"),
            ("sum(svdvals(X))", "X", "svdu(X)*svdv(X)'"),
        ],
        source: "Magnus & Neudecker, Matrix Differential Calculus, 8.9; Townsend, Differentiating the singular value \
                 decomposition (2016)",
        ..Op::BLANK
    },
    Op {
        name: "svdu",
        kind: &["X: matrix(m, n) -> matrix(m, min(m, n))"],
        about: "The left singular vectors of a matrix, as columns in the order of svdvals(X): X is \
                svdu(X)*diag(svdvals(X))*svdv(X)'.",
        differential: &["svdu(X)*(gaps(svdvals(X).^2).*(svdu(X)'*dX*svdv(X)*diag(svdvals(X)) \
                         + diag(svdvals(X))*svdv(X)'*dX'*svdu(X))) \
                         + (dX - svdu(X)*svdu(X)'*dX)*svdv(X)*diag(1./svdvals(X))"],
        facts: &[(Facts::NONE, Facts::ORTHONORMAL)],
        kernel: Kernel::Svdu,
        sample: "X: matrix(m, n)",
        latex: r"\operatorname{svdu}\left({0}\right)",
        examples: &[("x'*svdu(X)*y", "x", "svdu(X)*y")],
        source: "Townsend, Differentiating the singular value decomposition (2016)",
        ..Op::BLANK
    },
    Op {
        name: "svdv",
        kind: &["X: matrix(m, n) -> matrix(n, min(m, n))"],
        about: "The right singular vectors of a matrix, as columns in the order of svdvals(X); of each the largest entry \
                is positive, which also settles the signs of svdu(X).",
        differential: &["svdv(X)*(gaps(svdvals(X).^2).*(diag(svdvals(X))*svdu(X)'*dX*svdv(X) \
                         + svdv(X)'*dX'*svdu(X)*diag(svdvals(X)))) \
                         + (dX' - svdv(X)*svdv(X)'*dX')*svdu(X)*diag(1./svdvals(X))"],
        facts: &[(Facts::NONE, Facts::ORTHONORMAL)],
        kernel: Kernel::Svdv,
        sample: "X: matrix(m, n)",
        latex: r"\operatorname{svdv}\left({0}\right)",
        examples: &[("x'*svdv(X)*y", "x", "svdv(X)*y")],
        source: "Townsend, Differentiating the singular value decomposition (2016)",
        ..Op::BLANK
    },
    Op {
        name: "nuclear",
        kind: &["X: matrix(m, n) -> scalar"],
        about: "The nuclear norm of a matrix: the sum of its singular values.",
        meaning: Meaning::Abbreviates(&["sum(svdvals(X))"]),
        differential: &["tr(svdv(X)*svdu(X)'*dX)"],
        sample: "X: matrix(m, n)",
        latex: r"\left\|{0}\right\|_*",
        examples: &[("nuclear(X)", "X", "svdu(X)*svdv(X)'")],
        source: "Watson, Characterization of the subdifferential of some matrix norms (1992)",
        ..Op::BLANK
    },
    Op {
        name: "spectral",
        kind: &["X: matrix(m, n) -> scalar"],
        about: "The spectral norm of a matrix: its largest singular value.",
        meaning: Meaning::Form(|store, args| largest_singular_value(store, args[0])),
        differential: &["diag(svdu(X)'*dX*svdv(X))[1]"],
        sample: "X: matrix(m, n)",
        latex: r"\sigma_{\max}\left({0}\right)",
        examples: &[("spectral(X)", "X", "svdu(X)[:,1]*svdv(X)[:,1]'")],
        source: "Watson, Characterization of the subdifferential of some matrix norms (1992)",
        ..Op::BLANK
    },
    Op {
        name: "gaps",
        kind: &["x: vector(n) -> matrix(n, n)"],
        about: "The reciprocals of the differences of the entries of a vector, 1/(x[j] - x[i]) in row i and column j, and \
                0 on the diagonal.",
        domain: "the entries of x are distinct",
        differential: &["gaps(x).^2.*(dx*(x.^0)' - x.^0*dx')"],
        facts: &[(Facts::NONE, Facts::SKEW)],
        kernel: Kernel::Gaps,
        sample: "x: vector(n)",
        latex: r"\operatorname{gaps}\left({0}\right)",
        examples: &[("y'*gaps(x)*z", "y", "gaps(x)*z")],
        source: "Giles, Collected matrix derivative results for forward and reverse mode algorithmic differentiation \
                 (2008), 3.1",
        ..Op::BLANK
    },
];

fn extreme_eigenvalue(store: &mut Store, matrix: Expr, largest: bool) -> Result<Expr> {
    let values = named_call(store, "eigvals", matrix)?;
    match store.shape(values) {
        Shape::Vector(n) => entry(store, values, if largest { n } else { Dims::ONE }),
        _ => Err(no_vector("eigvals")),
    }
}

fn largest_singular_value(store: &mut Store, matrix: Expr) -> Result<Expr> {
    let values = named_call(store, "svdvals", matrix)?;
    entry(store, values, Dims::ONE)
}

fn entry(store: &mut Store, values: Expr, at: Dim) -> Result<Expr> {
    let Shape::Vector(n) = store.shape(values) else {
        return Err(no_vector("an entry"));
    };
    let unit = store.select(n, at, None)?;
    let row = store.transpose(unit)?;
    store.matmul(&[row, values])
}

fn no_vector(operation: &'static str) -> Error {
    Error::IllShaped {
        operation,
        shapes: "what is no vector".to_owned(),
    }
}
