//! The larger and the smaller of two, entry by entry.

use super::{Facts, Kernel, Law, Meaning, Op, Rule};

const KINDS: &[&str] = &[
    "x: any; y: like(x) -> like(x)",
    "x: scalar; y: any -> like(y)",
    "x: any; y: scalar -> like(x)",
];

/// `max(x, y)` and `min(x, y)`
pub static OPS: &[Op] = &[
    Op {
        name: "max",
        aliases: &[],
        kind: KINDS,
        about: "The larger of two numbers, entry by entry; a scalar is compared with every entry.",
        domain: "",
        meaning: Meaning::Equals(&["(x + y + abs(x - y))/2"]),
        differential: &["sign(relu(x - y))*dx + (1 - sign(relu(x - y)))*dy"],
        transposes: &[],
        kink: "the derivative of max(x, y) where x = y is taken as that of y",
        analytic: false,
        facts: &[
            (Facts::POSITIVE, Facts::POSITIVE),
            (Facts::NONNEGATIVE, Facts::NONNEGATIVE),
        ],
        law: Law::None,
        rules: &[
            Rule {
                name: "max-zero",
                left: "max(x, 0)",
                right: "relu(x)",
            },
            Rule {
                name: "max-zero-left",
                left: "max(0, x)",
                right: "relu(x)",
            },
        ],
        kernel: Kernel::Larger,
        sample: "x: vector(n); y: vector(n)",
        latex: r"\max\left({0}, {1}\right)",
        examples: &[("sum(max(x, y))", "x", "sign(relu(x - y))")],
        source: "by cases",
    },
    Op {
        name: "min",
        aliases: &[],
        kind: KINDS,
        about: "The smaller of two numbers, entry by entry; a scalar is compared with every entry.",
        domain: "",
        meaning: Meaning::Equals(&["(x + y - abs(x - y))/2"]),
        differential: &["sign(relu(y - x))*dx + (1 - sign(relu(y - x)))*dy"],
        transposes: &[],
        kink: "the derivative of min(x, y) where x = y is taken as that of y",
        analytic: false,
        facts: &[
            (Facts::POSITIVE, Facts::POSITIVE),
            (Facts::NONNEGATIVE, Facts::NONNEGATIVE),
        ],
        law: Law::None,
        rules: &[],
        kernel: Kernel::Smaller,
        sample: "x: vector(n); y: vector(n)",
        latex: r"\min\left({0}, {1}\right)",
        examples: &[("sum(min(x, y))", "x", "sign(relu(y - x))")],
        source: "by cases",
    },
];
