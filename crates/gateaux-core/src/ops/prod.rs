//! The product of all entries.

use super::{Facts, Kernel, Op, Rule};

/// `prod(x)`
pub static PROD: Op = Op {
    name: "prod",
    kind: &["x: any -> scalar"],
    about: "The product of all entries.",
    differential: &["prod(x)*sum(dx./x)"],
    analytic: true,
    facts: &[
        (Facts::POSITIVE, Facts::POSITIVE),
        (Facts::NONNEGATIVE, Facts::NONNEGATIVE),
    ],
    rules: &[Rule {
        name: "prod-eigvals",
        left: "prod(eigvals(S))",
        right: "det(S)",
    }],
    kernel: Kernel::Prod,
    sample: "x: vector(n)",
    latex: r"\operatorname{prod}\left({0}\right)",
    examples: &[("prod(x)", "x", "prod(x)./x")],
    source: "by the product rule",
    ..Op::BLANK
};
