//! Mistakes: what is refused, what the message says, where it points, and that its advice works.

use std::path::PathBuf;

use gateaux::{Array, Diagnostic, Edit, Errors, Inputs, Notation, Origin, Problem, Span};
use serde_json::Value;

fn cases() -> Vec<Value> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../spec/corpus/errors.jsonl");
    let text = std::fs::read_to_string(path).expect("the corpus is part of the repository");
    text.lines().map(|line| serde_json::from_str(line).expect("the corpus is JSON Lines")).collect()
}

fn array(value: &Value) -> Array<f64> {
    fn walk(value: &Value, depth: usize, shape: &mut Vec<usize>, data: &mut Vec<f64>) {
        match value {
            Value::Array(items) => {
                if shape.len() == depth {
                    shape.push(items.len());
                }
                items.iter().for_each(|item| walk(item, depth + 1, shape, data));
            }
            number => data.push(number.as_f64().expect("a number")),
        }
    }
    let (mut shape, mut data) = (Vec::new(), Vec::new());
    walk(value, 0, &mut shape, &mut data);
    Array::from_row_major(&shape, &data).expect("a rectangular array")
}

/// Does what the stage of a case asks for.
fn run(case: &Value) -> Result<(), Errors> {
    let mut problem = Problem::parse(case["text"].as_str().expect("a text"))?;
    match case["stage"].as_str().expect("a stage") {
        "parse" | "check" => Ok(()),
        "wrt" => problem.derive(&[case["wrt"].as_str().expect("a name")]).map(|_| ()),
        "eval" => {
            let mut inputs = Inputs::default();
            for (name, value) in case["inputs"].as_object().expect("inputs") {
                inputs.values.insert(name.clone(), array(value));
            }
            problem.evaluate(None, &inputs).map(|_| ())
        }
        other => panic!("no stage {other}"),
    }
}

fn range(value: &Value) -> Option<(usize, usize)> {
    let end = |at: usize| value.get(at)?.as_u64().map(|at| at as usize);
    Some((end(0)?, end(1)?))
}

/// Whether a span points at the guilty piece: it overlaps it and lies inside the piece around it. An empty span is a
/// position, and one character to either side is fine.
fn points_at(got: (usize, usize), span: (usize, usize), within: (usize, usize)) -> bool {
    let slack = |(start, end): (usize, usize)| if start == end { (start.saturating_sub(1), end + 1) } else { (start, end) };
    let (got_wide, span) = (slack(got), slack(span));
    let overlaps = got_wide.0 < span.1 && span.0 < got_wide.1;
    let within = slack(within);
    let inside = if got.0 == got.1 {
        within.0 <= got.0 + 1 && got.1 <= within.1 + 1
    } else {
        within.0 <= got.0 && got.1 <= within.1
    };
    overlaps && inside
}

/// What is wrong with the errors of a case, and which of the strings that a good message contains are missing.
fn judge(case: &Value, errors: &Errors) -> (Vec<String>, Vec<String>) {
    let text = case["text"].as_str().expect("a text");
    let mut wrong = Vec::new();
    if let (Some(span), Some(within)) = (range(&case["span"]), range(&case["within"])) {
        let spans: Vec<(usize, usize)> = errors.diagnostics().iter().map(|d| d.span.in_chars(text)).collect();
        if case["stage"] != "eval" && !spans.iter().any(|got| points_at(*got, span, within)) {
            wrong.push(format!("points at {spans:?}, not at {span:?} within {within:?}"));
        }
    }
    let said: String = errors.diagnostics().iter().map(said).collect();
    let mentions: Vec<&str> =
        case["mentions"].as_array().into_iter().flatten().map(|m| m.as_str().expect("a string")).collect();
    let missing: Vec<String> = mentions.iter().filter(|m| !said.contains(**m)).map(|m| (*m).to_owned()).collect();
    if !mentions.is_empty() && missing.len() == mentions.len() {
        wrong.push(format!("mentions none of {mentions:?}"));
    }
    (wrong, missing)
}

/// Message and help.
fn said(diagnostic: &Diagnostic) -> String {
    let help = diagnostic.help.as_ref().map_or("", |help| help.text.as_str());
    format!("{}: {} | {help}\n", diagnostic.code, diagnostic.message)
}

#[test]
fn errors_of_the_corpus() {
    let (mut wrong, mut report) = (Vec::new(), Vec::new());
    for case in cases() {
        let id = case["id"].as_str().expect("an id");
        let what = case["what"].as_str().expect("a description");
        match (run(&case), case["accept"].as_str()) {
            (Ok(()), Some("value" | "error-or-value")) => {}
            (Ok(()), _) => wrong.push(format!("{id} is accepted: {what}")),
            (Err(errors), Some("value")) => wrong.push(format!("{id} is refused: {what}\n{errors}")),
            (Err(errors), _) => {
                let (faults, missing) = judge(&case, &errors);
                let shown: String = errors.diagnostics().iter().map(said).collect();
                report.push(format!("{id} {what}\n    {}{}", shown.trim_end(), if missing.is_empty() { String::new() } else { format!("\n    without {missing:?}") }));
                wrong.extend(faults.into_iter().map(|fault| format!("{id} {what}: {fault}\n{shown}")));
            }
        }
    }
    println!("{}", report.join("\n"));
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}
