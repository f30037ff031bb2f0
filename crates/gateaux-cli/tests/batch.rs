//! `gateaux batch`.

mod command;

use command::{Directory, batch, gateaux, run};
use serde_json::{Value, json};

const LEAST_SQUARES: &str = r#"{"id": "ls", "expr": "norm2(A*x - b)^2", "vars": {"A": {"kind": "matrix", "dims": ["m", "n"]}, "x": {"kind": "vector", "dims": ["n"]}, "b": {"kind": "vector", "dims": ["m"]}}, "dims": {"m": 3, "n": 2}, "wrt": "x", "order": 1, "source": "ignored", "tags": [], "inputs": {"A": [[1, 2], [3, 4], [5, 6]], "x": [1, 2], "b": [1, 1, 1]}}"#;

/// The only answer.
fn answer(line: &str) -> Value {
    let mut answers = batch(&[line]);
    assert_eq!(answers.len(), 1);
    answers.remove(0)
}

/// The first mistake of a line that must fail.
fn mistake(line: &str) -> Value {
    let answer = answer(line);
    assert_eq!(answer["ok"], json!(false), "{line}: {answer}");
    assert_eq!(answer["error"], answer["errors"][0]);
    answer["error"].clone()
}

#[test]
fn fields_stand_in_the_documented_order() {
    let answer = answer(LEAST_SQUARES);
    let fields: Vec<&str> = answer
        .as_object()
        .expect("an object")
        .keys()
        .map(String::as_str)
        .collect();
    let wanted = [
        "id",
        "ok",
        "shape",
        "differential",
        "explicit",
        "latex",
        "assumptions",
        "notes",
        "value",
        "derivative",
        "check",
    ];
    assert_eq!(fields, wanted);
    assert_eq!(answer["id"], json!("ls"));
    assert_eq!(answer["shape"], json!({"f": [], "derivative": ["n"]}));
    assert_eq!(
        (&answer["value"], &answer["derivative"]),
        (&json!(372.0), &json!([228.0, 288.0]))
    );
    assert_eq!(answer["check"]["verdict"], json!("verified"));
    assert_eq!(answer["check"]["points"], json!(3));
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let input = format!("{LEAST_SQUARES}\n{{\"expr\": \"exp(X)*X\", \"wrt\": \"X\"}}\n");
    let once = run(&["batch"], &input, &[]).ok();
    assert_eq!(once, run(&["batch"], &input, &[]).ok());
    assert!(!once.contains("micros"));
    let timed = run(&["batch", "--timing"], &input, &[]).ok();
    let first: Value = serde_json::from_str(timed.lines().next().unwrap_or_default()).expect("an answer is JSON");
    assert!(
        first["micros"]["derive"].is_u64() && first["micros"]["run"].is_u64(),
        "{first}"
    );
}

#[test]
fn formulas_are_given_in_mathml_where_that_is_asked_for() {
    let answers = batch(&[
        r#"{"expr": "x'*A*x", "wrt": "A", "mathml": true}"#,
        r#"{"expr": "x'*A*x", "gradients": ["x", "A"], "mathml": true}"#,
        r#"{"expr": "x'*A*x", "wrt": "A", "mathml": 1}"#,
    ]);
    let element = answers[0]["mathml"].as_str().unwrap_or_default();
    assert!(
        element.starts_with("<math ") && element.ends_with("</math>"),
        "{}",
        answers[0]
    );
    assert_eq!(answers[1]["gradients"]["A"]["mathml"], json!(element));
    assert!(answers[1].get("mathml").is_none(), "{}", answers[1]);
    assert_eq!(answers[2]["ok"], json!(false));
}

#[test]
fn without_inputs_the_answer_is_symbolic() {
    let answer =
        answer(r#"{"id": 7, "expr": "A*x", "wrt": "x", "inputs": null, "vars": null, "dims": null, "order": null}"#);
    assert_eq!(answer["explicit"], json!("A"));
    assert_eq!((answer.get("value"), answer.get("derivative")), (None, None));
}

#[test]
fn beyond_two_axes_the_explicit_form_is_an_object() {
    let answer = answer(r#"{"expr": "A*X*B", "wrt": "X"}"#);
    assert_eq!(answer["explicit"]["operator"], json!("dX -> A*dX*B"));
    assert_eq!(answer["shape"]["derivative"].as_array().map(Vec::len), Some(4));
    assert_eq!(answer["id"], Value::Null);
}

#[test]
fn order_zero_or_no_wrt_asks_for_the_value() {
    for line in [
        r#"{"expr": "x'*x", "order": 0, "wrt": "x", "inputs": {"x": [3, 4]}}"#,
        r#"{"expr": "x'*x", "inputs": {"x": [3, 4]}}"#,
        r#"{"expr": "x'*x", "wrt": [], "inputs": {"x": [3, 4]}}"#,
        r#"{"expr": "x'*x", "wrt": null, "inputs": {"x": [3, 4]}}"#,
    ] {
        let answer = answer(line);
        assert_eq!(
            (&answer["value"], answer.get("derivative")),
            (&json!(25.0), None),
            "{line}"
        );
        assert_eq!(answer["shape"], json!({"f": []}));
    }
    assert_eq!(mistake(r#"{"expr": "x*x", "order": 0}"#)["code"], json!("G0205"));
}

#[test]
fn second_and_mixed_derivatives() {
    let answer =
        answer(r#"{"expr": "x'*A*x", "wrt": "x", "order": 2, "inputs": {"A": [[1, 2], [3, 4]], "x": [1, 1]}}"#);
    assert_eq!(answer["derivative"], json!([[2.0, 5.0], [5.0, 8.0]]));
    for order in ["", r#", "order": 2"#] {
        let mixed = format!(r#"{{"expr": "x'*A*y", "wrt": ["x", "y"]{order}}}"#);
        assert_eq!(batch(&[&mixed])[0]["explicit"], json!("A"));
    }
    assert_eq!(
        mistake(r#"{"expr": "x'*A*y", "wrt": ["x", "y"], "order": 3}"#)["code"],
        json!("G0701")
    );
}

#[test]
fn several_gradients_at_once() {
    let answer = answer(
        r#"{"expr": "norm2(A*x - b)^2", "gradients": ["A", "b"], "inputs": {"A": [[1, 2], [3, 4], [5, 6]], "x": [1, 2], "b": [1, 1, 1]}}"#,
    );
    assert_eq!(answer["value"], json!(372.0));
    let gradients = answer["gradients"].as_object().expect("an object");
    assert_eq!(gradients.keys().collect::<Vec<_>>(), ["A", "b"]);
    assert_eq!(gradients["A"]["shape"], json!(["m", "n"]));
    assert_eq!(gradients["b"]["derivative"], json!([-8.0, -20.0, -32.0]));
    assert_eq!(gradients["b"]["check"]["verdict"], json!("verified"));
    assert_eq!(
        mistake(r#"{"expr": "x'*x", "gradients": ["x"], "wrt": "x"}"#)["code"],
        json!("G0701")
    );
}

#[test]
fn declarations_beside_the_text() {
    let line = r#"{"expr": "S*x", "wrt": "x", "vars": {"S": {"kind": "symmetric", "dims": ["3"]}, "x": {"kind": "positive vector", "dims": [3]}}}"#;
    assert_eq!(answer(line)["shape"], json!({"f": ["3"], "derivative": ["3", "3"]}));
    let whole = r#"{"expr": "x: vector(n)\nr = 2*x\nf = r'*r", "wrt": "x"}"#;
    assert_eq!(answer(whole)["explicit"], json!("8*x"));
    let line = r#"{"expr": "x", "vars": {"x": {"kind": "vektor", "dims": ["n"]}}}"#;
    assert!(
        mistake(line)["code"]
            .as_str()
            .is_some_and(|code| code.starts_with("G03"))
    );
}

#[test]
fn dims_give_sizes_that_inputs_do_not_tell() {
    let answer = answer(r#"{"expr": "sum(ones(k))*a", "dims": {"k": 5}, "inputs": {"a": 2}}"#);
    assert_eq!(answer["value"], json!(10.0));
    assert_eq!(mistake(r#"{"expr": "a", "dims": {"k": 0.5}}"#)["code"], json!("G0701"));
}

#[test]
fn what_is_not_finite_is_a_string_with_a_note() {
    let answer = answer(r#"{"expr": "log(x)", "wrt": "x", "inputs": {"x": [0, 1]}}"#);
    assert_eq!(answer["value"], json!(["-inf", 0.0]));
    assert!(answer["notes"].to_string().contains("log made"), "{answer}");
}

#[test]
fn a_bad_line_is_an_answer_and_the_others_go_on() {
    let answers = batch(&[
        "not json",
        "",
        "[1, 2]",
        r#"{"id": {"a": 1}, "expr": "A*"}"#,
        LEAST_SQUARES,
    ]);
    let codes: Vec<&Value> = answers.iter().map(|answer| &answer["error"]["code"]).collect();
    assert_eq!(codes, [&json!("G0700"), &json!("G0700"), &json!("G0104"), &Value::Null]);
    assert_eq!(answers[2]["id"], json!({"a": 1}));
    assert_eq!(answers[3]["ok"], json!(true));
}

#[test]
fn input_that_is_not_utf8_is_a_bad_line() {
    let directory = Directory::new("batch-bytes");
    let file = directory.write("bytes.jsonl", b"{\"expr\": \"\xff\"}\n{\"expr\": \"1\"}\r\n");
    let output = gateaux(&["batch", &file]).ok();
    assert_eq!(output.lines().count(), 2);
    assert!(output.contains("G0700"), "{output}");
}

#[test]
fn fields_of_the_wrong_kind() {
    for line in [
        r"{}",
        r#"{"expr": 5}"#,
        r#"{"expr": "x", "vars": []}"#,
        r#"{"expr": "x", "vars": {"x": "vector"}}"#,
        r#"{"expr": "x", "vars": {"x": {"dims": ["n"]}}}"#,
        r#"{"expr": "x", "vars": {"x": {"kind": "vector", "dims": "n"}}}"#,
        r#"{"expr": "x", "wrt": 5}"#,
        r#"{"expr": "x", "wrt": [5]}"#,
        r#"{"expr": "x", "wrt": "x", "order": -1}"#,
        r#"{"expr": "x", "wrt": "x", "order": 1000}"#,
        r#"{"expr": "x", "inputs": [1]}"#,
    ] {
        assert_eq!(mistake(line)["code"], json!("G0701"), "{line}");
    }
}

#[test]
fn inputs_that_are_no_arrays_name_the_variable() {
    for (input, wanted) in [
        ("[[1, 2], [3]]", "list [2] has 1 entry"),
        ("[[1, 2], 3]", "entry [2] is not a list"),
        ("[[1], [[2]]]", "entry [2, 1] is a list"),
        ("[]", "no entries"),
        ("[\"one\"]", "entry [1] is \"one\""),
        ("{}", "it is {}"),
    ] {
        let line = format!(r#"{{"expr": "A", "inputs": {{"A": {input}}}}}"#);
        let mistake = mistake(&line);
        let message = mistake["message"].as_str().unwrap_or_default();
        assert_eq!(mistake["code"], json!("G0702"));
        assert!(message.contains("input for A") && message.contains(wanted), "{message}");
    }
}

#[test]
fn spans_count_characters() {
    let mistake = mistake(r#"{"expr": "θ + αβ*", "wrt": "θ"}"#);
    assert_eq!(mistake["span"], json!([6, 7]));
    let general = answer(r#"{"expr": "x'*x", "wrt": "y"}"#);
    assert_eq!(general["error"]["span"], json!([0, 0]));
}

#[test]
fn several_mistakes_are_reported_together() {
    let answer = answer(r#"{"expr": "x: vector(n)\ny: vector(m)\nr = x + y\ns = y + x\nr"}"#);
    assert_eq!(answer["errors"].as_array().map(Vec::len), Some(2), "{answer}");
}

#[test]
fn files_are_read_in_order() {
    let directory = Directory::new("batch-files");
    let first = directory.write("first.jsonl", "{\"id\": 1, \"expr\": \"1\"}\n");
    let second = directory.write("second.jsonl", "{\"id\": 2, \"expr\": \"1\"}");
    let output = run(&["batch", &first, "-", &second], "{\"id\": 3, \"expr\": \"1\"}\n", &[]).ok();
    let ids: Vec<&str> = output.lines().map(|line| &line[..7]).collect();
    assert_eq!(ids, ["{\"id\":1", "{\"id\":3", "{\"id\":2"]);
    let message = gateaux(&["batch", "missing.jsonl"]).failed(1);
    assert!(message.contains("cannot read missing.jsonl"), "{message}");
}

#[test]
fn the_check_can_be_left_out() {
    let output = run(&["batch", "--no-check"], LEAST_SQUARES, &[]).ok();
    assert!(!output.contains("\"check\""), "{output}");
}
