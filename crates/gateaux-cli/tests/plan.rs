//! `gateaux plan`, and timed runs of `gateaux eval`.

mod command;

use command::gateaux;

#[test]
fn steps_are_listed_with_their_costs() {
    let page = gateaux(&["plan", "x'*A*x", "--wrt", "x", "--dims", "n=7", "--repeat", "3"]).ok();
    let lines: Vec<&str> = page.lines().collect();
    assert_eq!(lines[0], "plan n = 7");
    assert!(
        lines[1].trim_start().starts_with("step") && lines[1].ends_with("rate"),
        "{page}"
    );
    assert!(page.contains("(7 x 7) * vector") && page.contains("dot"), "{page}");
    assert!(page.contains(" steps, ") && page.contains("; buffers of "), "{page}");
}

#[test]
fn what_is_computed_can_be_chosen() {
    let steps = |compute: &str| {
        let arguments = [
            "plan",
            "norm2(T - U*V')^2",
            "--wrt",
            "U",
            "--compute",
            compute,
            "--format",
            "json",
        ];
        let answer = gateaux(&arguments).json();
        answer["steps"].as_array().map_or(0, Vec::len)
    };
    for compute in ["value", "gradient", "hessian", "hvp", "jvp", "vjp"] {
        assert!(steps(compute) > 0, "{compute}");
    }
    assert!(steps("value,gradient,hvp") < steps("value") + steps("gradient") + steps("hvp") + 1);
}

#[test]
fn mistakes_are_those_of_other_commands() {
    let page = gateaux(&["plan", "A: matrix(m, n); b: vector(m); A*b"]).failed(1);
    assert!(page.contains("G0204"), "{page}");
    let page = gateaux(&["plan", "x'*x", "--wrt", "y"]).failed(1);
    assert!(page.contains("cannot differentiate by y"), "{page}");
    let page = gateaux(&["plan", "z: complex vector(n); norm2(z)"]).failed(1);
    assert!(page.contains("complex"), "{page}");
}

#[test]
fn evaluation_can_be_timed() {
    let data = [
        "--data",
        "x=[1, 2]",
        "--data",
        "A=[[2, 1], [0, 3]]",
        "--wrt",
        "x",
        "--repeat",
        "5",
    ];
    let page = gateaux(&[&["eval", "x'*A*x"], &data[..]].concat()).ok();
    assert!(page.starts_with("value\n  16\n"), "{page}");
    assert!(
        page.contains("\ntime\n") && page.contains("a run (the median)"),
        "{page}"
    );
    let answer = gateaux(&[&["eval", "x'*A*x", "--format", "json"], &data[..]].concat()).json();
    assert!(answer["seconds"].as_f64().is_some_and(|seconds| seconds > 0.0));
}
