//! `gateaux check` and `gateaux equal`.

mod command;

use command::gateaux;
use serde_json::Value;

fn verdict(problem: &str, wrt: &str, claim: &str) -> Value {
    let outcome = gateaux(&["check", problem, "--wrt", wrt, "--claim", claim, "--format", "json"]);
    let value: Value = serde_json::from_str(&outcome.stdout).unwrap_or_else(|_| panic!("no JSON: {outcome:?}"));
    assert_eq!(outcome.code, i32::from(value["verdict"] != "equal"), "{outcome:?}");
    value
}

#[test]
fn the_verdict_is_the_exit_code() {
    let equal = gateaux(&["check", "x'*x", "--claim", "2*x"]).ok();
    assert!(equal.starts_with("equal "), "{equal}");
    let outcome = gateaux(&["check", "x'*x", "--claim", "x"]);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (1, ""));
    assert_eq!(
        outcome.stdout,
        "not equal: off by the factor 2\n  claim     x\n  gradient  2*x\n"
    );
    assert_eq!(gateaux(&["equal", "x'*y", "y'*x"]).code, 0);
    assert_eq!(gateaux(&["equal", "x'*y", "x'*x"]).code, 1);
}

#[test]
fn every_kind_of_mistake_has_a_name() {
    for (problem, wrt, claim, mistake) in [
        ("tr(A*X)", "X", "A", "transposed"),
        ("x'*x", "x", "x", "factor"),
        ("x'*x", "x", "-2*x", "sign"),
        ("x'*A*x", "x", "A*x", "missing term"),
        ("x'*A*x", "x", "A*x + A'*x + 3*x", "missing term"),
        ("x'*A*x", "x", "2*A*x", "symmetric only"),
        ("x'*x", "x", "2*x'", "convention"),
        ("x'*x", "x", "x.*x", "different"),
    ] {
        let value = verdict(problem, wrt, claim);
        assert_eq!(
            (&value["verdict"], &value["mistake"]),
            (&"not equal".into(), &mistake.into()),
            "{value}"
        );
        assert!(value["detail"].is_string(), "{value}");
    }
    assert_eq!(verdict("x'*x", "x", "x + x")["mistake"], Value::Null);
}

#[test]
fn a_counterexample_has_both_values() {
    let value = verdict("sum(x.^3)", "x", "x.*x + x");
    let example = &value["counterexample"];
    let (x, claim, gradient) = (
        &example["values"]["x"][0],
        &example["claim"][0],
        &example["gradient"][0],
    );
    let x = x.as_f64().expect("a number");
    assert_eq!(
        (claim, gradient),
        (&(x * x + x).into(), &(3.0 * x * x).into()),
        "{value}"
    );
    assert_ne!(claim, gradient);
}

#[test]
fn mistakes_of_a_claim_are_shown_in_the_claim() {
    for (claim, code, place) in [
        ("2*y", "G0405", "claim:1:3"),
        ("2*(x", "G0101", "claim:1:3"),
        ("x*x", "G0205", "claim:1:1"),
        ("", "G0", ""),
        ("y: vector(n)", "G0307", "claim:1:13"),
    ] {
        let message = gateaux(&["check", "x'*x", "--wrt", "x", "--claim", claim]).failed(1);
        assert!(message.contains(code) && message.contains(place), "{claim}: {message}");
    }
    let message = gateaux(&["equal", "x'*x", "2*(x"]).failed(1);
    assert!(message.contains("second:1:3"), "{message}");
    let message = gateaux(&["equal", "x'*(", "2*x"]).failed(1);
    assert!(message.contains("first:1:4"), "{message}");
}

#[test]
fn a_claim_is_about_one_derivative() {
    assert!(gateaux(&["check", "x'*x", "--wrt", "x"]).failed(2).contains("--claim"));
    let message = gateaux(&["check", "x'*A*x", "--wrt", "x,A", "--claim", "2*x"]).failed(2);
    assert!(message.contains("one derivative"), "{message}");
}

#[test]
fn sizes_and_conventions_can_be_given() {
    let claim = [
        "--claim",
        "2*inv(S) - diag(diag(inv(S)))",
        "--convention",
        "vech",
        "--dims",
        "n=4",
    ];
    let arguments = [&["check", "S: posdef(n); logdet(S)", "--wrt", "S"][..], &claim[..]].concat();
    assert!(gateaux(&arguments).ok().starts_with("equal "));
}
