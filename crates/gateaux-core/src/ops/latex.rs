//! What LaTeX writes with signs whose function depends on what stands inside: `|x|` of a number and of a matrix.
//!
//! The names cannot be written in the language; the reader of LaTeX makes calls of them, and inference chooses the
//! alternative by the kind of the argument, as for every function.

use super::{Meaning, Op};

/// The functions of bars, double bars with a 2, and half powers.
pub static OPS: &[Op] = &[
    Op {
        name: "|x|",
        kind: &[
            "x: scalar -> scalar",
            "x: vector(n) -> vector(n)",
            "x: row(n) -> row(n)",
            "X: matrix(n, n) -> scalar",
        ],
        about: "The absolute value of a number and of every entry of a vector, the determinant of a square matrix.",
        meaning: Meaning::Abbreviates(&["abs(x)", "abs(x)", "abs(x)", "det(X)"]),
        ..Op::BLANK
    },
    // Of a matrix papers mean the spectral norm or the Frobenius norm, so it must be written which.
    Op {
        name: "‖x‖₂",
        kind: &["x: scalar -> scalar", "x: vector(n) -> scalar", "x: row(n) -> scalar"],
        about: "The Euclidean norm of a vector.",
        meaning: Meaning::Abbreviates(&["norm2(x)", "norm2(x)", "norm2(x)"]),
        ..Op::BLANK
    },
    Op {
        name: "x^{1/2}",
        kind: &["x: scalar -> scalar", "X: matrix(n, n) -> matrix(n, n)"],
        about: "The square root of a number and of a matrix.",
        meaning: Meaning::Abbreviates(&["sqrt(x)", "sqrtm(X)"]),
        ..Op::BLANK
    },
];
