//! Functions that are forms of expressions: the linear ones, their products and the inverse.

use super::{Meaning, Op};
use crate::expr::{Expr, Facts, Form, Law, Result, Shape, Store};

/// The functions that build a form.
pub static OPS: &[Op] = &[
    Op {
        name: "sum",
        kind: &[
            "x: any -> scalar",
            "X: matrix(m, n); axis: axis1 -> row(n)",
            "X: matrix(m, n); axis: axis2 -> vector(m)",
        ],
        about: "The sum of all entries; sum(X, 1) adds the rows, sum(X, 2) the columns.",
        meaning: Meaning::Form(sum),
        differential: &["sum(dx)", "sum(dX, 1)", "sum(dX, 2)"],
        sample: "x: vector(n)",
        latex: r"\operatorname{sum}\left({0}\right)",
        examples: &[("sum(x.^3)", "x", "3*x.^2")],
        ..Op::BLANK
    },
    Op {
        name: "tr",
        aliases: &["trace"],
        kind: &["x: scalar -> scalar", "X: matrix(n, n) -> scalar"],
        about: "The trace of a square matrix: the sum of its diagonal.",
        meaning: Meaning::Form(trace),
        differential: &["dx", "tr(dX)"],
        sample: "X: matrix(n, n)",
        latex: r"\operatorname{tr}\left({0}\right)",
        examples: &[("tr(A*X)", "X", "A'"), ("tr(X'*A*X)", "X", "A*X + A'*X")],
        source: "Petersen & Pedersen, 2.5",
        ..Op::BLANK
    },
    Op {
        name: "dot",
        kind: &["x: any; y: like(x) -> scalar"],
        about: "The sum of the products of corresponding entries of two arrays of one shape.",
        meaning: Meaning::Form(|store, args| store.dot(args[0], args[1])),
        differential: &["dot(dx, y) + dot(x, dy)"],
        sample: "x: vector(n); y: vector(n)",
        latex: r"\left\langle {0}, {1} \right\rangle",
        examples: &[("dot(x, y)", "x", "y"), ("dot(A, X)", "X", "A")],
        ..Op::BLANK
    },
    Op {
        name: "inv",
        kind: &["X: matrix(n, n) -> matrix(n, n)"],
        about: "The inverse of a square matrix.",
        domain: "X invertible",
        meaning: Meaning::Form(|store, args| store.inverse(args[0])),
        differential: &["-inv(X)*dX*inv(X)"],
        sample: "X: posdef(n)",
        latex: "{0}^{-1}",
        examples: &[("tr(A*inv(X))", "X", "-inv(X)'*A'*inv(X)'")],
        source: "Magnus & Neudecker, Matrix Differential Calculus, 8.4; Petersen & Pedersen, eq. 59",
        ..Op::BLANK
    },
    Op {
        name: "diag",
        kind: &["x: vector(n) -> matrix(n, n)", "X: matrix(n, n) -> vector(n)"],
        about: "The diagonal matrix of a vector; the diagonal, as a vector, of a square matrix.",
        meaning: Meaning::Form(diag),
        differential: &["diag(dx)", "diag(dX)"],
        sample: "x: vector(n)",
        latex: r"\operatorname{diag}\left({0}\right)",
        examples: &[("tr(A*diag(x))", "x", "diag(A)"), ("diag(x)*y", "x", "diag(y)")],
        ..Op::BLANK
    },
    Op {
        name: "vec",
        kind: &[
            "x: scalar -> vector(1)",
            "x: vector(n) -> vector(n)",
            "x: row(n) -> vector(n)",
            "X: matrix(m, n) -> vector(m*n)",
        ],
        about: "The columns of a matrix, stacked into one vector.",
        meaning: Meaning::Form(|store, args| store.vec(args[0])),
        differential: &["vec(dx)", "vec(dx)", "vec(dx)", "vec(dX)"],
        sample: "X: matrix(m, n)",
        latex: r"\operatorname{vec}\left({0}\right)",
        examples: &[("vec(A)'*vec(X)", "X", "A")],
        source: "Magnus & Neudecker, Matrix Differential Calculus, 2.4",
        ..Op::BLANK
    },
    Op {
        name: "kron",
        kind: &[
            "A: matrix(m, n); B: matrix(p, q) -> matrix(m*p, n*q)",
            "x: vector(m); y: vector(n) -> vector(m*n)",
        ],
        about: "The Kronecker product of two matrices or two vectors.",
        meaning: Meaning::Form(|store, args| store.kron(args[0], args[1])),
        differential: &["kron(dA, B) + kron(A, dB)", "kron(dx, y) + kron(x, dy)"],
        sample: "A: matrix(m, n); B: matrix(p, q)",
        latex: r"{0} \otimes {1}",
        examples: &[("tr(kron(A, X))", "X", "tr(A)*eye(n)")],
        source: "Magnus & Neudecker, Matrix Differential Calculus, 2.2",
        ..Op::BLANK
    },
    Op {
        name: "tril",
        kind: &["X: matrix(m, n) -> matrix(m, n)"],
        about: "The entries on and below the diagonal, and zeros above.",
        meaning: Meaning::Form(|store, args| triangle(store, args[0], true)),
        differential: &["tril(dX)"],
        sample: "X: matrix(m, n)",
        latex: r"\operatorname{tril}\left({0}\right)",
        examples: &[("sum(tril(X).^2)", "X", "2*tril(X)")],
        ..Op::BLANK
    },
    Op {
        name: "triu",
        kind: &["X: matrix(m, n) -> matrix(m, n)"],
        about: "The entries on and above the diagonal, and zeros below.",
        meaning: Meaning::Form(|store, args| triangle(store, args[0], false)),
        differential: &["triu(dX)"],
        sample: "X: matrix(m, n)",
        latex: r"\operatorname{triu}\left({0}\right)",
        examples: &[("sum(triu(X).^2)", "X", "2*triu(X)")],
        ..Op::BLANK
    },
    Op {
        name: "cumsum",
        kind: &["x: vector(n) -> vector(n)"],
        about: "The sums of the first entries of a vector: of the first one, of the first two, and so on.",
        meaning: Meaning::Abbreviates(&["tril(ones(n, n))*x"]),
        differential: &["cumsum(dx)"],
        sample: "x: vector(n)",
        latex: r"\operatorname{cumsum}\left({0}\right)",
        examples: &[
            ("cumsum(x)", "x", "tril(ones(n, n))"),
            ("sum(cumsum(x).^2)", "x", "2*triu(ones(n, n))*cumsum(x)"),
        ],
        ..Op::BLANK
    },
];

/// `tr(X)`; `tr(sqrtm(X*X'))` is the sum of the singular values of X, which has a derivative where the root has none.
fn trace(store: &mut Store, args: &[Expr]) -> Result<Expr> {
    if let Form::Call(function, inside) = store.form(args[0]).clone()
        && function.law == Law::Root
        && let Some(factor) = store.inner_square(inside[0])?
        && !store.facts(factor).has(Facts::SYMMETRIC)
    {
        let values = super::apply::named_call(store, "svdvals", factor)?;
        return store.sum_all(values);
    }
    store.trace(args[0])
}

/// `sum(x)`, `sum(X, 1)`, `sum(X, 2)`
fn sum(store: &mut Store, args: &[Expr]) -> Result<Expr> {
    let axis = args
        .get(1)
        .and_then(|axis| store.as_number(*axis))
        .and_then(crate::expr::Rational::as_integer);
    match (axis, store.shape(args[0])) {
        (Some(1), Shape::Matrix(m, _)) => {
            let row = store.ones(Shape::Row(m))?;
            store.matmul(&[row, args[0]])
        }
        (Some(2), Shape::Matrix(_, n)) => {
            let column = store.ones(Shape::Vector(n))?;
            store.matmul(&[args[0], column])
        }
        _ => store.sum_all(args[0]),
    }
}

fn diag(store: &mut Store, args: &[Expr]) -> Result<Expr> {
    match store.shape(args[0]) {
        Shape::Vector(_) => store.diag(args[0]),
        _ => store.diag_of(args[0]),
    }
}

/// The elementwise product with ones on one side of the diagonal.
fn triangle(store: &mut Store, matrix: Expr, lower: bool) -> Result<Expr> {
    let Shape::Matrix(m, n) = store.shape(matrix) else {
        return store.multiply(&[matrix]);
    };
    let mask = match lower {
        true => store.tril_mask(m, n)?,
        false => {
            let mask = store.tril_mask(n, m)?;
            store.transpose(mask)?
        }
    };
    store.multiply(&[mask, matrix])
}
