//! The largest and the smallest entry, of the whole array or of each row or column.

use super::{Facts, Kernel, Meaning, Op};

const KINDS: &[&str] = &[
    "x: any -> scalar",
    "X: matrix(m, n); axis: axis1 -> row(n)",
    "X: matrix(m, n); axis: axis2 -> vector(m)",
];
const LIKE: &[&str] = &[
    "x: any -> like(x)",
    "X: matrix(m, n); axis: axis1 -> like(X)",
    "X: matrix(m, n); axis: axis2 -> like(X)",
];
const SIGNS: &[(Facts, Facts)] = &[
    (Facts::POSITIVE, Facts::POSITIVE),
    (Facts::NONNEGATIVE, Facts::NONNEGATIVE),
];

/// `maximum(x)`, `minimum(x)`, `hardmax(x)` and their forms by axis; `norminf(x)`
pub static OPS: &[Op] = &[
    Op {
        name: "maximum",
        kind: KINDS,
        about: "The largest entry; maximum(X, 1) that of each column, maximum(X, 2) that of each row; also max(x).",
        differential: &[
            "dot(hardmax(x), dx)",
            "sum(hardmax(X, 1).*dX, 1)",
            "sum(hardmax(X, 2).*dX, 2)",
        ],
        transposes: &[],
        kink: "where several entries are the largest the derivative of maximum is taken for the first of them",
        facts: SIGNS,
        kernel: Kernel::Maximum,
        sample: "x: vector(n)",
        latex: r"\max\left({0}\right)",
        examples: &[
            ("maximum(x)", "x", "hardmax(x)"),
            ("maximum(A*x)", "x", "A'*hardmax(A*x)"),
        ],
        source: "Boyd & Vandenberghe, Convex Optimization, 3.1.5, with one of its subgradients",
        ..Op::BLANK
    },
    Op {
        name: "minimum",
        kind: KINDS,
        about: "The smallest entry; minimum(X, 1) that of each column, minimum(X, 2) that of each row; also min(x).",
        meaning: Meaning::Equals(&["-maximum(-x)", "-maximum(-X, 1)", "-maximum(-X, 2)"]),
        differential: &[
            "dot(hardmax(-x), dx)",
            "sum(hardmax(-X, 1).*dX, 1)",
            "sum(hardmax(-X, 2).*dX, 2)",
        ],
        transposes: &[],
        kink: "where several entries are the smallest the derivative of minimum is taken for the first of them",
        facts: SIGNS,
        kernel: Kernel::Minimum,
        sample: "x: vector(n)",
        latex: r"\min\left({0}\right)",
        examples: &[("minimum(x)", "x", "hardmax(-x)")],
        source: "Boyd & Vandenberghe, Convex Optimization, 3.1.5, with one of its subgradients",
        ..Op::BLANK
    },
    Op {
        name: "hardmax",
        kind: LIKE,
        about: "1 at the first of the largest entries and 0 elsewhere; hardmax(X, 1) in each column, hardmax(X, 2) in each row: the gradient of maximum.",
        differential: &["0*dx", "0*dX", "0*dX"],
        transposes: &[],
        kink: "hardmax jumps where the largest entry changes; its derivative is taken as 0",
        facts: &[(Facts::NONE, Facts::NONNEGATIVE)],
        kernel: Kernel::Hardmax,
        sample: "x: vector(n)",
        latex: r"\operatorname{hardmax}\left({0}\right)",
        examples: &[("hardmax(x)", "x", "zeros(n, n)")],
        source: "ONNX operator Hardmax",
        ..Op::BLANK
    },
    Op {
        name: "norminf",
        kind: &["x: vector(n) -> scalar"],
        about: "The largest absolute value of the entries of a vector.",
        meaning: Meaning::Abbreviates(&["maximum(abs(x))"]),
        differential: &["hardmax(abs(x))'*(sign(x).*dx)"],
        transposes: &[],
        kink: "where several entries are the largest the derivative of maximum is taken for the first of them",
        sample: "x: vector(n)",
        latex: r"\left\|{0}\right\|_\infty",
        examples: &[("norminf(x)", "x", "sign(x).*hardmax(abs(x))")],
        source: "Boyd & Vandenberghe, Convex Optimization, A.1.2",
        ..Op::BLANK
    },
];
