//! The commands that explain: help, functions, codes; and how the command ends.

mod command;

use std::io::Read;
use std::process::{Command, Stdio};

use command::gateaux;
use serde_json::Value;

#[test]
fn every_command_has_help_with_examples() {
    for command in ["diff", "check", "equal", "eval", "batch", "functions", "explain"] {
        let help = gateaux(&[command, "--help"]).ok();
        assert!(help.contains("Examples:\n"), "{help}");
        assert!(help.contains(&format!("gateaux {command}")), "{help}");
    }
    assert!(gateaux(&["--help"]).ok().contains("Exit codes: 0 answered"));
    assert!(gateaux(&["--version"]).ok().starts_with("gateaux "));
}

#[test]
fn wrong_usage_ends_with_two() {
    for arguments in [
        &["differentiate"][..],
        &["diff"],
        &["diff", "x", "--order", "0"],
        &["diff", "x", "--order", "x"],
        &["diff", "x", "--form", "hesse"],
        &["diff", "x", "--format", "word"],
        &["diff", "x", "--color", "red"],
        &["functions", "nrom2"],
        &["explain", "G9999"],
    ] {
        let outcome = gateaux(arguments);
        assert_eq!(outcome.code, 2, "{arguments:?}: {outcome:?}");
    }
}

#[test]
fn the_table_of_functions_is_aligned() {
    let table = gateaux(&["functions"]).ok();
    let lines: Vec<&str> = table.lines().collect();
    for name in ["exp ", "norm2", "logdet", "softmax", "tr, trace", "eye, I", "einsum"] {
        assert!(
            lines.iter().any(|line| line.starts_with(name)),
            "{name} is not in:\n{table}"
        );
    }
    let starts: Vec<Option<usize>> = ["exp(x).*dx", "(1/x).*dx", "tr(adj(X)*dX)"]
        .iter()
        .map(|about| lines.iter().find_map(|line| line.find(about)))
        .collect();
    assert!(
        starts[0].is_some() && starts.iter().all(|start| *start == starts[0]),
        "{table}"
    );
}

#[test]
fn the_page_of_a_function() {
    let page = gateaux(&["functions", "normF"]).ok();
    for part in [
        "norm2: ",
        "also written",
        "shapes",
        "domain",
        "differential",
        "examples",
        "source",
    ] {
        assert!(page.contains(part), "{part} is not in:\n{page}");
    }
    assert!(gateaux(&["functions", "abs"]).ok().contains("kink"));
    assert!(
        gateaux(&["functions", "nrom2"])
            .failed(2)
            .contains("did you mean norm2?")
    );
    let page = gateaux(&["functions", "einsum"]).ok();
    assert!(page.contains("einsum(\"ij,jk->ik\", A, B) -> matrix(m, k)"), "{page}");
    for name in ["eye", "ones", "zeros", "vector", "matrix", "reshape", "commutation"] {
        let page = gateaux(&["functions", name]).ok();
        assert!(page.contains("examples"), "{page}");
    }
    assert!(
        gateaux(&["functions", "einsun"])
            .failed(2)
            .contains("did you mean einsum?")
    );
}

#[test]
fn functions_as_json() {
    let list = gateaux(&["functions", "--format", "json"]).json();
    let list = list.as_array().expect("a list");
    assert!(list.len() > 20);
    for op in list {
        assert!(op["name"].is_string() && op["shapes"].is_array(), "{op}");
    }
    assert_eq!(
        gateaux(&["functions", "trace", "--format", "json"]).json()["name"],
        Value::from("tr")
    );
}

#[test]
fn every_code_has_a_page() {
    let list = gateaux(&["explain"]).ok();
    let codes: Vec<&str> = list.lines().map(|line| &line[..5]).collect();
    assert!(codes.windows(2).all(|pair| pair[0] < pair[1]), "{codes:?}");
    for code in ["G0001", "G0204", "G0410", "G0599", "G0601", "G0700", "G0712"] {
        assert!(codes.contains(&code), "{code}");
        assert!(gateaux(&["explain", code]).ok().starts_with(&format!("{code}: ")));
    }
}

#[test]
fn the_example_of_a_code_shows_its_error() {
    let page = gateaux(&["explain", "g0204"]).ok();
    assert!(page.contains("A: matrix(m, n)\n"), "{page}");
    assert!(page.contains("error[G0204]: "), "{page}");
}

#[test]
fn a_closed_pipe_is_no_failure() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_gateaux"))
        .args(["functions", "--format", "json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary exists, because Cargo builds it for this test");
    drop(child.stdout.take());
    let mut stderr = String::new();
    let pipe = child.stderr.as_mut().expect("standard error is piped");
    pipe.read_to_string(&mut stderr).expect("diagnostics are UTF-8");
    let status = child.wait().expect("the child was started");
    assert_eq!((status.code(), stderr.as_str()), (Some(0), ""));
}
