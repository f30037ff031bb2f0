//! What is part of the grammar: arrays that are made from dimensions, and index expressions. Inference reads their
//! arguments itself; the records are for the manual.

use super::{Meaning, Op};

/// `eye(n)`, `ones(n)`, `zeros(n)`, `vector(c)`, `matrix(c)`, `reshape(X, m, n)`, `commutation(m, n)`, `einsum(...)`
pub static CONSTRUCTORS: &[Op] = &[
    Op {
        name: "eye",
        aliases: &["I"],
        kind: &["eye(n) -> matrix(n, n)", "eye -> matrix(n, n)"],
        about: "The identity matrix; without a size it has the one that fits where it stands.",
        differential: &["0"],
        latex: "I_{n}",
        examples: &[("norm2(X - eye)^2", "X", "2*(X - eye(n))")],
        ..Op::BLANK
    },
    Op {
        name: "ones",
        kind: &[
            "ones(n) -> vector(n)",
            "ones(m, n) -> matrix(m, n)",
            "ones(m, n, k) -> tensor(m, n, k)",
        ],
        about: "The array of these sizes whose entries are all 1.",
        differential: &["0"],
        latex: r"\mathbf{1}_{n}",
        examples: &[("ones(m)'*A*x", "x", "A'*ones(m)")],
        ..Op::BLANK
    },
    Op {
        name: "zeros",
        kind: &[
            "zeros(n) -> vector(n)",
            "zeros(m, n) -> matrix(m, n)",
            "zeros(m, n, k) -> tensor(m, n, k)",
        ],
        about: "The array of these sizes whose entries are all 0.",
        differential: &["0"],
        latex: r"\mathbf{0}_{n}",
        examples: &[("norm2(x - zeros(n))^2", "x", "2*x")],
        ..Op::BLANK
    },
    Op {
        name: "vector",
        kind: &["c: scalar -> vector(n)"],
        about: "The vector whose entries are all c, of the size that fits where it stands.",
        meaning: Meaning::Abbreviates(&["c*ones(n)"]),
        differential: &["vector(dc)"],
        latex: r"c\,\mathbf{1}_{n}",
        examples: &[
            ("norm2(x - vector(1))^2", "x", "2*(x .- 1)"),
            ("norm2(x - vector(c))^2", "c", "2*sum(c .- x)"),
        ],
        ..Op::BLANK
    },
    Op {
        name: "matrix",
        kind: &["c: scalar -> matrix(m, n)"],
        about: "The matrix whose entries are all c, of the size that fits where it stands.",
        meaning: Meaning::Abbreviates(&["c*ones(m, n)"]),
        differential: &["matrix(dc)"],
        latex: r"c\,\mathbf{1}_{m \times n}",
        examples: &[("norm2(X - matrix(1))^2", "X", "2*(X .- 1)")],
        ..Op::BLANK
    },
    Op {
        name: "reshape",
        kind: &[
            "reshape(x, n) -> vector(n)",
            "reshape(x, m, n) -> matrix(m, n)",
            "reshape(x, m, n, k) -> tensor(m, n, k)",
        ],
        about: "The same entries with other axes, in the order of vec: the first index runs fastest.",
        domain: "as many entries as before",
        differential: &["reshape(dx, n)", "reshape(dx, m, n)", "reshape(dx, m, n, k)"],
        latex: r"\operatorname{reshape}\left(x, m, n\right)",
        examples: &[("x: vector(m*n); tr(A'*reshape(x, m, n))", "x", "vec(A)")],
        ..Op::BLANK
    },
    Op {
        name: "commutation",
        kind: &["commutation(m, n) -> matrix(m*n, m*n)"],
        about: "The commutation matrix, which permutes: commutation(m, n)*vec(X) is vec(X') for X: matrix(m, n).",
        differential: &["0"],
        latex: "K_{m,n}",
        examples: &[(
            "X: matrix(m, n); y: vector(m*n); y'*commutation(m, n)*vec(X)",
            "X",
            "reshape(y, n, m)'",
        )],
        source: "Magnus & Neudecker, Matrix Differential Calculus, 3.7",
        ..Op::BLANK
    },
    Op {
        name: "einsum",
        kind: &[
            "einsum(\"ij,j->i\", A, x) -> vector(m)",
            "einsum(\"ij,jk->ik\", A, B) -> matrix(m, k)",
            "einsum(\"ijk,k->ij\", T, x) -> matrix(m, n)",
        ],
        about: "The products of entries of arrays, summed over all letters that do not stand behind the arrow: a letter for each axis.",
        domain: "a letter has one size",
        differential: &[
            "einsum(\"ij,j->i\", dA, x) + einsum(\"ij,j->i\", A, dx)",
            "einsum(\"ij,jk->ik\", dA, B) + einsum(\"ij,jk->ik\", A, dB)",
            "einsum(\"ijk,k->ij\", dT, x) + einsum(\"ijk,k->ij\", T, dx)",
        ],
        latex: r"\left[A_{ij} x_{j}\right]_{i}",
        examples: &[
            ("einsum(\"i,ij,j->\", x, A, y)", "A", "x*y'"),
            (
                "T: tensor(m, n, k); y: vector(n); z: vector(k); einsum(\"ijk,j,k->i\", T, y, z)",
                "y",
                "einsum(\"ijk,k->ij\", T, z)",
            ),
        ],
        source: "Einstein, Die Grundlage der allgemeinen Relativitätstheorie, 5",
        ..Op::BLANK
    },
];
