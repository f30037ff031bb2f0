//! Mistakes: what is refused, what the message says, where it points, and that its advice works.

#![expect(clippy::print_stdout, reason = "the report is for people")]

use case::{array, cases};
use gateaux::{Array, Diagnostic, Edit, Errors, Inputs, Notation, Origin, Problem, Span};
use serde_json::Value;

mod case;

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
    let slack = |(start, end): (usize, usize)| {
        if start == end {
            (start.saturating_sub(1), end + 1)
        } else {
            (start, end)
        }
    };
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

/// What is wrong with the errors of a case: where they point, what they do not say.
fn judge(case: &Value, errors: &Errors) -> Vec<String> {
    let text = case["text"].as_str().expect("a text");
    let mut wrong = Vec::new();
    if let (Some(span), Some(within)) = (range(&case["span"]), range(&case["within"])) {
        let spans: Vec<(usize, usize)> = errors.diagnostics().iter().map(|d| d.span.in_chars(text)).collect();
        if case["stage"] != "eval" && !spans.iter().any(|got| points_at(*got, span, within)) {
            wrong.push(format!("points at {spans:?}, not at {span:?} within {within:?}"));
        }
    }
    let said: String = errors.diagnostics().iter().map(said).collect();
    let mentions: Vec<&str> = case["mentions"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|m| m.as_str().expect("a string"))
        .collect();
    let missing: Vec<&str> = mentions.into_iter().filter(|mention| !said.contains(mention)).collect();
    if !missing.is_empty() {
        wrong.push(format!("does not mention {missing:?}"));
    }
    wrong
}

/// Message and help.
fn said(diagnostic: &Diagnostic) -> String {
    let help = diagnostic.help.as_ref().map_or("", |help| help.text.as_str());
    format!("{}: {} | {help}\n", diagnostic.code, diagnostic.message)
}

#[test]
fn errors_of_the_corpus() {
    let (mut wrong, mut report) = (Vec::new(), Vec::new());
    for case in cases("errors.jsonl") {
        let id = case["id"].as_str().expect("an id");
        let what = case["what"].as_str().expect("a description");
        match (run(&case), case["accept"].as_str()) {
            (Ok(()), Some("value" | "error-or-value")) => {}
            (Ok(()), _) => wrong.push(format!("{id} is accepted: {what}")),
            (Err(errors), Some("value")) => wrong.push(format!("{id} is refused: {what}\n{errors}")),
            (Err(errors), _) => {
                let faults = judge(&case, &errors);
                let shown: String = errors.diagnostics().iter().map(said).collect();
                report.push(format!("{id} {what}\n    {}", shown.trim_end()));
                wrong.extend(faults.into_iter().map(|fault| format!("{id} {what}: {fault}\n{shown}")));
            }
        }
    }
    println!("{}", report.join("\n"));
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

/// Texts with one or more mistakes: those of the corpus, and an example of every code.
fn mistaken_texts() -> Vec<String> {
    let stages = ["parse", "check"];
    let corpus = cases("errors.jsonl")
        .into_iter()
        .filter(|case| case["stage"].as_str().is_some_and(|stage| stages.contains(&stage)));
    let corpus = corpus.map(|case| case["text"].as_str().expect("a text").to_owned());
    let examples = gateaux::codes().into_iter().map(|code| code.example.to_owned());
    let more = [
        "x: vector(n)\ny: vector(n)\nx*y + nrom2(x)",
        "A: matrix(m, n)\nb: vector(m)\nA*b + 1",
        "x: vctor(n)\ny: vector(0)\n2x + y*y",
        "A*x + x'*A",
        "sum(2x) + 3y",
        "x: vector(n)\n(1 + x)/(x + 2)",
    ];
    corpus
        .chain(examples)
        .chain(more.map(str::to_owned))
        .filter(|text| Problem::parse(text).is_err())
        .collect()
}

fn applied(text: &str, edit: &Edit) -> String {
    let Span { start, end } = edit.span;
    format!("{}{}{}", &text[..start], edit.replacement, &text[end..])
}

/// How often the text is told this.
fn complaints(text: &str, like: &Diagnostic) -> usize {
    let errors = Problem::parse(text).err();
    let all = errors.as_ref().map_or(&[][..], Errors::diagnostics);
    all.iter()
        .filter(|diagnostic| diagnostic.code == like.code && diagnostic.message == like.message)
        .count()
}

#[test]
fn advice_that_is_an_edit_makes_its_complaint_go_away() {
    let mut n_edits = 0;
    for text in mistaken_texts() {
        let errors = Problem::parse(&text).expect_err("it is mistaken");
        for diagnostic in errors.diagnostics() {
            let Some(edit) = diagnostic.help.as_ref().and_then(|help| help.edit.as_ref()) else {
                continue;
            };
            n_edits += 1;
            let edited = applied(&text, edit);
            assert!(
                complaints(&edited, diagnostic) < complaints(&text, diagnostic),
                "{} remains: {text} -> {edited}: {:?}",
                said(diagnostic),
                Problem::parse(&edited).err().map(|errors| errors.to_string())
            );
        }
    }
    assert!(n_edits >= 40, "most mistakes come with an edit: {n_edits}");
}

#[test]
fn errors_are_sorted_and_stand_in_the_text() {
    for text in mistaken_texts() {
        let errors = Problem::parse(&text).expect_err("it is mistaken");
        let spans: Vec<Span> = errors.diagnostics().iter().map(|diagnostic| diagnostic.span).collect();
        assert!(!spans.is_empty());
        assert!(
            spans.is_sorted_by_key(|span| (span.start, span.end)),
            "{text}: {spans:?}"
        );
        assert!(
            spans.iter().all(|span| text.get(span.start..span.end).is_some()),
            "{text}: {spans:?}"
        );
    }
}

#[test]
fn several_mistakes_are_reported_together() {
    let codes = |text: &str| -> Vec<&str> {
        Problem::parse(text)
            .expect_err("it is mistaken")
            .diagnostics()
            .iter()
            .map(|diagnostic| diagnostic.code)
            .collect()
    };
    assert_eq!(codes("2x + 3y @ z"), ["G0106", "G0106", "G0005"]);
    let text = "A: matrix(3, 4)\nx: vector(3)\nnrom2(A*x) + det(A) + x[4] + sum(x, x)";
    assert_eq!(codes(text), ["G0300", "G0204", "G0215", "G0216", "G0214"]);
    let text = "x: vector(n)\nx: vector(m)\ndet = 3\ny = x + 1\nsum(y) + zzz(2)";
    assert_eq!(codes(text), ["G0304", "G0305", "G0201", "G0300"]);
}

#[test]
fn a_letter_that_use_overrules_is_told() {
    let mut problem = Problem::parse("norm2(A*x - b)^2").expect("it infers");
    let b = problem
        .variables()
        .iter()
        .find(|variable| variable.name == "b")
        .expect("it occurs");
    assert_eq!((b.text.as_str(), b.origin), ("b: vector(m)", Origin::Use));
    let hint = "b is taken as a vector, since no scalar fits; declare it to choose otherwise";
    assert_eq!(problem.hints(), [hint]);
    let answer = problem.derive(&["x"]).expect("it is smooth");
    assert_eq!(answer.explicit(Notation::Text), Some("2*A'*(A*x - b)"));
    assert!(answer.notes().iter().any(|note| note == hint));
    // Declared, it is no surprise.
    assert!(
        Problem::parse("b: vector(m)\nnorm2(A*x - b)^2")
            .expect("it infers")
            .hints()
            .is_empty()
    );
}

#[test]
fn what_is_not_available_yet_says_so() {
    for text in [
        "expm(X)",
        "S: symmetric(n)\neigvals(S)",
        "real(x)",
        "x: complex vector(n)\nx",
    ] {
        let errors = Problem::parse(text).expect_err("it is not available");
        let [only] = errors.diagnostics() else {
            panic!("{text}: {errors}")
        };
        assert_eq!(only.code, "G0301", "{text}: {errors}");
        assert!(only.message.contains("is not available yet"), "{text}: {errors}");
    }
}

#[test]
fn inputs_that_do_not_fit_say_which_and_why() {
    let evaluated = |text: &str, inputs: &[(&str, &[usize], &[f64])]| {
        let mut given = Inputs::default();
        for (name, shape, data) in inputs {
            given.values.insert(
                (*name).to_owned(),
                Array::from_row_major(shape, data).expect("an array"),
            );
        }
        let errors = Problem::parse(text)
            .expect("it parses")
            .evaluate(None, &given)
            .expect_err("they do not fit");
        errors.to_string()
    };
    let text = "A: matrix(m, n)\nx: vector(n)\nA*x";
    assert_eq!(evaluated(text, &[]), "error[G0600]: the inputs for A, x are missing");
    assert_eq!(
        evaluated(text, &[("A", &[1, 2], &[1.0, 2.0])]),
        "error[G0600]: the input for x is missing"
    );
    let sizes = evaluated(text, &[("A", &[1, 2], &[1.0, 2.0]), ("x", &[1], &[1.0])]);
    assert_eq!(
        sizes,
        "error[G0600]: n has two sizes: A has n = 2 columns, but x has 1 entries"
    );
    let positive = evaluated("x: positive vector(2)\nsum(log(x))", &[("x", &[2], &[1.0, -1.0])]);
    assert_eq!(
        positive,
        "error[G0601]: x is declared positive, but its value is not positive"
    );
}
