//! The vector product in three dimensions.

use super::{Kernel, Meaning, Op, Rule};

/// `cross(x, y)`
pub static CROSS: Op = Op {
    name: "cross",
    kind: &["x: vector(3); y: vector(3) -> vector(3)"],
    about: "The vector product of two vectors of three entries: perpendicular to both, as long as the area between them.",
    meaning: Meaning::Equals(&["[x[2]*y[3] - x[3]*y[2], x[3]*y[1] - x[1]*y[3], x[1]*y[2] - x[2]*y[1]]"]),
    differential: &["cross(dx, y) + cross(x, dy)"],
    // y'*cross(z, x) = x'*cross(y, z) = z'*cross(x, y).
    transposes: &[("x", &["cross(y, dY)"]), ("y", &["cross(dY, x)"])],
    rules: &[Rule {
        name: "cross-same",
        left: "cross(x, x)",
        right: "0",
    }],
    kernel: Kernel::Cross,
    sample: "x: vector(3); y: vector(3)",
    latex: r"{0} \times {1}",
    examples: &[
        (
            "x: vector(3); y: vector(3); z: vector(3); dot(x, cross(y, z))",
            "y",
            "cross(z, x)",
        ),
        (
            "x: vector(3); y: vector(3); cross(x, y)",
            "y",
            "[0, -x[3], x[2]; x[3], 0, -x[1]; -x[2], x[1], 0]",
        ),
    ],
    source: "Gibbs & Wilson, Vector Analysis, 2",
    ..Op::BLANK
};
