//! Choices entry by entry, and the comparisons that make them.

use gateaux_syntax::BinaryOp;

use super::{Facts, Kernel, Meaning, Op, find};

const PAIR: &[&str] = &[
    "x: any; y: like(x) -> like(x)",
    "x: scalar; y: any -> like(y)",
    "x: any; y: scalar -> like(x)",
];

/// What a comparison is as a function: 1 where it holds and 0 elsewhere. It is only a condition, and written with its
/// sign; `x > y` is `y < x`.
const COMPARISON: Op = Op {
    kind: PAIR,
    differential: &["0*dx + 0*dy"],
    facts: &[(Facts::NONE, Facts::NONNEGATIVE)],
    sample: "x: vector(n); y: vector(n)",
    ..Op::BLANK
};

/// `where(c, a, b)`, `x < y` and `x <= y`
pub static OPS: &[Op] = &[
    Op {
        name: "where",
        kind: &["c: any; a: like(c); b: like(c) -> like(c)"],
        about: "The entries of a where the condition holds, and those of b elsewhere. The condition c is a comparison, as x > 0; a scalar fits any array.",
        meaning: Meaning::Primitive,
        differential: &["where(c, da, db)"],
        transposes: &[("a", &["where(c, dY, 0)"]), ("b", &["where(c, 0, dY)"])],
        kink: "at a switch of where the derivative is that of the branch that is taken there",
        kernel: Kernel::Choice,
        sample: "",
        latex: r"\begin{cases} {1} & \text{if } {0} \\ {2} & \text{otherwise} \end{cases}",
        examples: &[
            ("sum(where(x > 0, x.^2, 0))", "x", "where(x > 0, 2*x, 0)"),
            ("sum(where(x > y, x, y.^2))", "y", "where(x > y, 0, 2*y)"),
        ],
        source: "by cases",
        ..Op::BLANK
    },
    Op {
        name: "<",
        about: "1 where the first is less than the second, and 0 elsewhere.",
        kernel: Kernel::Less,
        latex: "{0} < {1}",
        ..COMPARISON
    },
    Op {
        name: "<=",
        about: "1 where the first is at most the second, and 0 elsewhere.",
        kernel: Kernel::AtMost,
        latex: r"{0} \le {1}",
        ..COMPARISON
    },
];

/// The comparison that an operator is, of its operands in order for `<` and `<=`, in the other order for `>` and `>=`.
pub fn comparison(op: BinaryOp) -> &'static Op {
    let name = match op {
        BinaryOp::Less | BinaryOp::Greater => "<",
        _ => "<=",
    };
    find(name).expect("the comparisons are in the table")
}
