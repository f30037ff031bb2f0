//! `gateaux diff --cost`, and sizes of dimensions that do not occur.

mod command;

use command::gateaux;
use serde_json::{Value, json};

fn costs(arguments: &[&str]) -> Value {
    gateaux(&[&["diff"], arguments, &["--cost", "--no-check", "--format", "json"]].concat()).json()["cost"].clone()
}

/// The operations of a way.
fn operations(derivation: &Value, mode: &str) -> f64 {
    let ways = derivation["ways"].as_array().cloned().unwrap_or_default();
    let way = ways.into_iter().find(|way| way["mode"] == mode);
    way.and_then(|way| way["cost"]["operations"].as_f64())
        .unwrap_or(f64::NAN)
}

#[test]
fn the_operator_of_a_square_beats_its_kronecker_matrix() {
    let found = costs(&["X^2", "--dims", "n=1000"]);
    let first = &found["derivatives"][0];
    assert_eq!(
        (&found["inputs"], &found["outputs"], &first["entries"]),
        (&json!(1e6), &json!(1e6), &json!(1e12))
    );
    assert_eq!(
        (&first["operator"]["order"], &first["matrix"]["order"]),
        (&json!("4*n^3"), &json!("2*n^4"))
    );
    assert_eq!(
        (&first["matrix"]["memory_bytes"], &first["operator"]["memory_bytes"]),
        (&json!(8e12), &json!(8e6))
    );
}

#[test]
fn one_output_is_for_reverse_mode_and_one_input_for_forward_mode() {
    let scalar = costs(&["sum(exp(A*x))", "--wrt", "x", "--dims", "m=300,n=200"]);
    let first = &scalar["derivatives"][0];
    assert!(
        operations(first, "reverse mode") * 50.0 < operations(first, "forward mode"),
        "{first}"
    );
    // The gradient costs a small multiple of the value.
    let value = scalar["value"]["operations"].as_f64().unwrap_or(f64::NAN);
    assert!(operations(first, "reverse mode") < 5.0 * value, "{scalar}");
    let curve = costs(&["exp(a*x)", "--wrt", "a", "--dims", "n=300"]);
    let first = &curve["derivatives"][0];
    assert!(
        operations(first, "forward mode") * 50.0 < operations(first, "reverse mode"),
        "{first}"
    );
}

#[test]
fn hessians_are_counted_in_every_order() {
    let found = costs(&[
        "norm2(A*x - b)^2",
        "--wrt",
        "x",
        "--order",
        "2",
        "--dims",
        "m=1000,n=500",
    ]);
    let second = &found["derivatives"][1];
    let of = |mode: &str| operations(second, mode);
    assert!(of("compiled formula") < of("forward over reverse"), "{second}");
    assert!(of("forward over reverse") < of("forward over forward"), "{second}");
    assert_eq!(second["best"], "compiled formula");
    assert_eq!((&second["order"], &second["entries"]), (&json!(2), &json!(250_000.0)));
    let factors = costs(&["norm2(A*X)^2", "--wrt", "X", "--order", "2"]);
    assert_eq!(factors["derivatives"][1]["best"], "Kronecker factors", "{factors}");
}

#[test]
fn inputs_of_a_structure_are_its_independent_entries() {
    for (kind, inputs) in [
        ("symmetric", 55.0),
        ("skew", 45.0),
        ("diagonal", 10.0),
        ("lower", 55.0),
        ("posdef", 55.0),
    ] {
        let text = format!("S: {kind}(n); tr(A*S)");
        assert_eq!(
            costs(&[&text, "--wrt", "S", "--dims", "n=10"])["inputs"],
            json!(inputs),
            "{kind}"
        );
    }
}

#[test]
fn functions_of_the_interpreter_cost_something() {
    let found = costs(&["S: symmetric(n); lmax(S)", "--dims", "n=50"]);
    assert!(
        found["value"]["operations"]
            .as_f64()
            .is_some_and(|operations| operations > 50.0 * 50.0 * 50.0),
        "{found}"
    );
}

#[test]
fn every_variable_has_its_costs() {
    let found = costs(&["norm2(A*x - b)^2", "--wrt", "A,b"]);
    let names: Vec<&str> = found
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|costs| costs["wrt"].as_str())
        .collect();
    assert_eq!(names, ["A", "b"]);
    let page = gateaux(&["diff", "norm2(A*x - b)^2", "--wrt", "A,b", "--cost"]).ok();
    assert!(
        page.contains("cost by A") && page.contains("taken as 100: m, n"),
        "{page}"
    );
    // The sizes of the costs are not those of the check.
    let large = [
        "diff",
        "norm2(A*x - b)^2",
        "--wrt",
        "x",
        "--cost",
        "--dims",
        "m=100000,n=50000",
    ];
    assert!(gateaux(&large).ok().contains("verified numerically"));
}

#[test]
fn sizes_of_unknown_dimensions_are_refused_with_those_that_there_are() {
    let data = ["--data", "x=[1, 2]", "--data", "A=[[1, 2], [3, 4]]"];
    let commands: [&[&str]; 5] = [
        &["diff", "x'*A*x", "--wrt", "x"],
        &["plan", "x'*A*x", "--wrt", "x"],
        &["check", "x'*A*x", "--wrt", "x", "--claim", "A*x"],
        &[&["eval", "x'*A*x"], &data[..]].concat(),
        &[&["eval", "x'*A*x", "--direction", "x=random"], &data[..]].concat(),
    ];
    for command in commands {
        let page = gateaux(&[command, &["--dims", "k=3"]].concat()).failed(1);
        assert!(
            page.contains("G0600") && page.contains("size for k") && page.contains("only dimension is n"),
            "{page}"
        );
    }
    let page = gateaux(&["diff", "norm2(A*x - b)^2", "--wrt", "x", "--dims", "m=3,p=2"]).failed(1);
    assert!(
        page.contains("size for p") && page.contains("the dimensions are m, n"),
        "{page}"
    );
    let page = gateaux(&["diff", "a^2", "--dims", "m=3"]).failed(1);
    assert!(page.contains("no dimensions with names"), "{page}");
    // Sizes that no variable has, and positions, are dimensions too.
    gateaux(&["eval", "sum(ones(k))*a", "--data", "a=2", "--dims", "k=5"]).ok();
    gateaux(&["eval", "x[i]^2", "--data", "x=[1, 2, 3]", "--dims", "i=2"]).ok();
    gateaux(&["plan", "sum(ones(k))*a", "--dims", "k=5"]).ok();
}
