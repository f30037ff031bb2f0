//! Abbreviations: functions that are formulas of others. They are replaced on entry and recognized when printed.

use super::{Meaning, Op, apply_call, find};
use crate::expr::{Error, Expr, Rational, Result, Store};

/// Norms, means, products and parts that are formulas of other functions.
pub static OPS: &[Op] = &[
    Op {
        name: "norm2",
        aliases: &["normF"],
        kind: &["x: scalar -> scalar", "x: vector(n) -> scalar", "X: any -> scalar"],
        about: "The Euclidean norm of a vector, the Frobenius norm of a matrix: the square root of the sum of squares.",
        meaning: Meaning::Abbreviates(&["abs(x)", "sqrt(ctranspose(x)*x)", "sqrt(sum(X.*conj(X)))"]),
        differential: &["sign(x)*dx", "x'*dx/norm2(x)", "dot(X, dX)/norm2(X)"],
        domain: "differentiable where x is not 0",
        sample: "x: vector(n)",
        latex: r"\left\|{0}\right\|_2",
        examples: &[
            ("norm2(x)", "x", "x/norm2(x)"),
            ("norm2(A*x - b)^2", "x", "2*A'*(A*x - b)"),
        ],
        source: "Petersen & Pedersen, eq. 129-131",
        ..Op::BLANK
    },
    Op {
        name: "norm",
        kind: &[
            "x: vector(n); p: scalar -> scalar",
            "x: scalar -> scalar",
            "x: vector(n) -> scalar",
            "X: any -> scalar",
        ],
        about: "The p-norm of a vector: the p-th root of the sum of the p-th powers of the absolute values; norm(x) is norm2(x).",
        domain: "p >= 1, differentiable where x is not 0",
        meaning: Meaning::Form(norm),
        differential: &[
            "norm(x, p)^(1 - p)*dot(abs(x).^(p - 1).*sign(x), dx) + norm(x, p)*(dot(log(abs(x)), abs(x).^p)/sum(abs(x).^p) - log(norm(x, p)))/p*dp",
            "sign(x)*dx",
            "x'*dx/norm2(x)",
            "dot(X, dX)/norm2(X)",
        ],
        sample: "x: vector(n); p: scalar",
        latex: r"\left\|{0}\right\|_{{1}}",
        examples: &[("norm(x, 4)", "x", "x.^3/norm(x, 4)^3"), ("norm(x, 1)", "x", "sign(x)")],
        source: "Boyd & Vandenberghe, Convex Optimization, A.1.2",
        ..Op::BLANK
    },
    Op {
        name: "norm1",
        kind: &["x: any -> scalar"],
        about: "The sum of the absolute values of all entries.",
        meaning: Meaning::Abbreviates(&["sum(abs(x))"]),
        differential: &["dot(sign(x), dx)"],
        transposes: &[],
        kink: "the derivative of abs at 0 is taken as sign(0) = 0",
        sample: "x: vector(n)",
        latex: r"\left\|{0}\right\|_1",
        examples: &[("norm1(x)", "x", "sign(x)")],
        ..Op::BLANK
    },
    Op {
        name: "mean",
        kind: &[
            "x: scalar -> scalar",
            "x: vector(n) -> scalar",
            "x: row(n) -> scalar",
            "X: matrix(m, n) -> scalar",
            "X: matrix(m, n); axis: axis1 -> row(n)",
            "X: matrix(m, n); axis: axis2 -> vector(m)",
            "X: any -> scalar",
        ],
        about: "The mean of all entries; mean(X, 1) that of each column, mean(X, 2) that of each row.",
        meaning: Meaning::Abbreviates(&[
            "x",
            "sum(x)/n",
            "sum(x)/n",
            "sum(X)/(m*n)",
            "sum(X, 1)/m",
            "sum(X, 2)/n",
            "sum(X)/sum(X.^0)",
        ]),
        differential: &[
            "mean(dx)",
            "mean(dx)",
            "mean(dx)",
            "mean(dX)",
            "mean(dX, 1)",
            "mean(dX, 2)",
            "mean(dX)",
        ],
        sample: "x: vector(n)",
        latex: r"\operatorname{mean}\left({0}\right)",
        examples: &[("mean(x)", "x", "ones(n)/n")],
        ..Op::BLANK
    },
    Op {
        name: "sym",
        kind: &["X: matrix(n, n) -> matrix(n, n)"],
        about: "The symmetric part of a square matrix, (X + X')/2.",
        meaning: Meaning::Abbreviates(&["(X + X')/2"]),
        differential: &["sym(dX)"],
        sample: "X: matrix(n, n)",
        latex: r"\operatorname{sym}\left({0}\right)",
        examples: &[("tr(A*sym(X))", "X", "sym(A)")],
        ..Op::BLANK
    },
    Op {
        name: "skew",
        kind: &["X: matrix(n, n) -> matrix(n, n)"],
        about: "The antisymmetric part of a square matrix, (X - X')/2.",
        meaning: Meaning::Abbreviates(&["(X - X')/2"]),
        differential: &["skew(dX)"],
        sample: "X: matrix(n, n)",
        latex: r"\operatorname{skew}\left({0}\right)",
        examples: &[("tr(A'*skew(X))", "X", "skew(A)")],
        ..Op::BLANK
    },
    Op {
        name: "sqrt",
        kind: &["x: any -> like(x)"],
        about: "The square root of every entry.",
        domain: "x >= 0, differentiable where x > 0",
        meaning: Meaning::Abbreviates(&["x.^0.5"]),
        differential: &["dx./(2*sqrt(x))"],
        sample: "x: positive vector(n)",
        latex: r"\sqrt{{0}}",
        examples: &[("sqrt(x)", "x", "diag(1./(2*sqrt(x)))")],
        ..Op::BLANK
    },
];

/// `norm(x)`, `norm(x, p)`: powers of absolute values with an even exponent need no absolute values, and are smooth.
fn norm(store: &mut Store, args: &[Expr]) -> Result<Expr> {
    let [x, p] = *args else {
        let norm2 = find("norm2").ok_or(Error::Unsupported {
            what: "norm2".to_owned(),
        })?;
        return apply_call(store, norm2, args);
    };
    let is_even = !store.is_complex(x)
        && store
            .as_number(p)
            .and_then(Rational::as_integer)
            .is_some_and(|p| p % 2 == 0);
    let base = match (is_even, find("abs")) {
        (false, Some(abs)) => apply_call(store, abs, &[x])?,
        _ => x,
    };
    let powers = store.pow(base, p)?;
    let sum = store.sum_all(powers)?;
    let root = store.pow_number(p, Rational::from(-1))?;
    store.pow(sum, root)
}
