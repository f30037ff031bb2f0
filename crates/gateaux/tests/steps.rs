//! Derivations: every problem of the corpus has one, every line of it is right, and it ends in the answer that is shown.

#![expect(clippy::print_stdout, reason = "derivations and counts, shown when a test fails")]

use case::cases;
use gateaux::{Checked, Detail, Notation, Problem, Steps};
use serde_json::Value;

#[allow(dead_code, reason = "shared with tests that compare numbers")]
mod case;

/// What the documentation of matrixcalculus.org shows takes at most so many lines.
const MAX_LINES: usize = 12;

/// A derivation as text.
fn text_of(steps: &Steps) -> String {
    let mut text = String::new();
    for (at, line) in steps.lines().iter().enumerate() {
        let left = if steps.continues(at) {
            ""
        } else {
            line.left(Notation::Text)
        };
        let mark = match line.checked() {
            Checked::Exactly => "",
            Checked::Numerically => "  (numerically)",
            Checked::Not(reason) => &format!("  NOT VERIFIED: {reason}"),
        };
        let (right, why) = (line.right(Notation::Text), line.why());
        text.push_str(&format!("  {left:10} = {right}    [{why}]{mark}\n"));
    }
    text
}

/// The derivation of a case, or what is wrong with it.
fn derivation(case: &Value, detail: Detail) -> Result<Steps, String> {
    let mut problem = Problem::parse(case["text"].as_str().expect("a text")).map_err(|errors| errors.to_string())?;
    let answer = problem
        .derive(&[case["wrt"].as_str().expect("a name")])
        .map_err(|errors| errors.to_string())?;
    let steps = answer
        .steps(&mut problem, detail)
        .map_err(|errors| errors.to_string())?;
    let shown = text_of(&steps);
    println!("{} by {}\n{shown}", case["id"], case["wrt"]);
    if !steps.is_verified() {
        return Err(format!("a line is not verified:\n{shown}"));
    }
    let last = steps.lines().last().ok_or("no lines")?;
    for notation in [Notation::Text, Notation::Unicode, Notation::Latex] {
        let answer = answer
            .explicit(notation)
            .map_or_else(|| answer.operator(notation), str::to_owned);
        if last.right(notation) != answer {
            return Err(format!("it ends in {}, not in {answer}", last.right(notation)));
        }
    }
    for pair in steps.lines().windows(2) {
        if pair[1].reasons().is_empty() && pair[1].left(Notation::Text) == pair[0].left(Notation::Text) {
            return Err(format!("a line without a reason:\n{shown}"));
        }
    }
    Ok(steps)
}

/// Problems that the corpus does not have: complex variables, an orthogonal matrix, other conventions of names.
const OTHERS: &[(&str, &str)] = &[
    (
        "z: complex vector(n); A: complex matrix(m, n); b: complex vector(m); norm2(A*z - b)^2",
        "z",
    ),
    ("z: complex scalar; exp(im*z^2)", "z"),
    ("z: complex scalar; conj(z)*z^2", "z"),
    ("z: complex vector(n); abs(z)", "z"),
    ("z: complex vector(n); sum(real(z).*imag(z))", "z"),
    ("z: complex vector(n); A: complex matrix(m, n); A*conj(z)", "z"),
    (
        "Z: complex matrix(n, n); A: complex matrix(n, n); real(tr(A†*Z*Z))",
        "Z",
    ),
    ("z: complex vector(n); abs(z[1])^2", "z"),
    ("z: complex vector(n); x: vector(n); real(z'*x)", "x"),
    ("Q: orthogonal(n); A: matrix(n, n); tr(A*Q*A*Q)", "Q"),
    ("L: lower(n); logdet(L*L' + eye)", "L"),
    ("f: vector(n); dx: scalar; x: vector(n); dx*f'*x", "x"),
    ("x: vector(n); sum(where(x < 1, x.^2, x))", "x"),
    (
        "x: vector(n); y: vector(n); sum(cross([x[1], x[2], 1], [1, 2, 3])) + x'*y",
        "x",
    ),
    ("c: scalar; 3", "c"),
];

#[test]
fn other_problems_have_derivations() {
    let mut wrong = Vec::new();
    for (text, wrt) in OTHERS {
        for detail in [Detail::Brief, Detail::Full] {
            let case = serde_json::json!({"id": text, "text": text, "wrt": wrt});
            if let Err(reason) = derivation(&case, detail) {
                wrong.push(format!("{text} by {wrt}: {reason}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn conventions_end_in_their_answers() {
    let text = "S: symmetric(n); A: matrix(n, n); tr(A*S*S)";
    let mut problem = Problem::parse(text).expect("well formed");
    let answer = problem
        .derive_in(&["S"], gateaux::Convention::Vech)
        .expect("a derivative");
    let steps = answer.steps(&mut problem, Detail::Brief).expect("steps");
    assert!(steps.is_verified(), "{}", text_of(&steps));
    assert_eq!(
        steps.lines().last().map(|line| line.right(Notation::Text)),
        answer.explicit(Notation::Text)
    );
}

/// The steps of a derivative of higher order, or what is wrong with them.
fn higher_steps(text: &str, names: &[&str], detail: Detail) -> Result<Steps, String> {
    let mut problem = Problem::parse(text).map_err(|errors| errors.to_string())?;
    let answer = problem.derive(names).map_err(|errors| errors.to_string())?;
    let steps = answer
        .steps(&mut problem, detail)
        .map_err(|errors| errors.to_string())?;
    println!("{text} by {names:?}\n{}", text_of(&steps));
    let last = steps.lines().last().map(|line| line.right(Notation::Text));
    match steps.is_verified() && last == answer.explicit(Notation::Text) {
        true => Ok(steps),
        false => Err(text_of(&steps)),
    }
}

#[test]
fn derivatives_of_higher_order_follow_from_those_of_lower() {
    let (mut right, mut wrong) = (0, Vec::new());
    for case in cases("hessians.jsonl") {
        let names: Vec<&str> = match &case["wrt"] {
            Value::String(name) => vec![name; case["order"].as_u64().unwrap_or(1) as usize],
            names => names
                .as_array()
                .expect("names")
                .iter()
                .filter_map(Value::as_str)
                .collect(),
        };
        for detail in [Detail::Brief, Detail::Full] {
            match higher_steps(case["text"].as_str().expect("a text"), &names, detail) {
                Ok(_) => right += 1,
                Err(reason) => wrong.push(format!("{}: {reason}", case["id"])),
            }
        }
    }
    println!("{right} derivations of higher order");
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

/// Variables of all structures, functions of all shapes, and variables that are mixed.
const HIGHER: &[(&str, &[&str])] = &[
    ("S: symmetric(n); A: matrix(n, n); tr(A*S*S)", &["S", "S"]),
    ("S: posdef(n); x: vector(n); x'*inv(S)*x", &["S", "S"]),
    ("K: skew(n); A: matrix(n, n); tr(A*K*K)", &["K", "K"]),
    ("D: diagonal(n); A: posdef(n); logdet(A + D*D)", &["D", "D"]),
    ("L: lower(n); A: matrix(n, n); norm2(L*L' - A)^2", &["L", "L"]),
    ("x: vector(n); A: matrix(n, n); (x'*A*x)*x", &["x", "x"]),
    ("X: matrix(n, n); A: matrix(n, n); A*X*X", &["X", "X"]),
    ("X: matrix(m, n); x: vector(n); norm2(X*x)^2", &["X", "x"]),
    ("t: scalar; A: matrix(n, n); expm(t*A)", &["t", "t"]),
    ("t: scalar; x: vector(n); sum(exp(t*x))", &["t", "x", "x"]),
    ("T: tensor(n, n, n); x: vector(n); sum(T.^2)*sum(x)", &["T", "x"]),
];

#[test]
fn variables_of_all_sorts_have_steps_of_higher_order() {
    let all = HIGHER
        .iter()
        .flat_map(|case| [(case, Detail::Brief), (case, Detail::Full)]);
    let wrong: Vec<String> = all
        .filter_map(|((text, names), detail)| {
            let found = higher_steps(text, names, detail);
            found.err().map(|reason| format!("{text} by {names:?}: {reason}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn higher_steps_that_are_not_told_say_why() {
    for (text, wrt, why) in [
        ("Q: orthogonal(n); A: matrix(n, n); tr(A*Q*A*Q)", "Q", "orthogonal"),
        ("z: complex vector(n); norm2(z)^2", "z", "complex"),
        ("x: vector(n); A: matrix(n, m); exp(x)'*A", "x", "no array"),
    ] {
        let errors = higher_steps(text, &[wrt, wrt], Detail::Brief).expect_err("no steps");
        assert!(errors.contains(why), "{text}: {errors}");
    }
}

/// All derivations of the corpus, and figures about them.
fn corpus(detail: Detail) -> Vec<(String, Steps)> {
    let (mut found, mut wrong) = (Vec::new(), Vec::new());
    for case in cases("derivatives.jsonl") {
        let id = case["id"].as_str().expect("an id").to_owned();
        match derivation(&case, detail) {
            Ok(steps) => found.push((id, steps)),
            Err(reason) => wrong.push(format!("{id}: {reason}")),
        }
    }
    let lines: usize = found.iter().map(|(_, steps)| steps.lines().len()).sum();
    let exact = |steps: &Steps| {
        steps
            .lines()
            .iter()
            .filter(|line| *line.checked() == Checked::Exactly)
            .count()
    };
    let exact: usize = found.iter().map(|(_, steps)| exact(steps)).sum();
    println!(
        "{detail:?}: {} derivations, {lines} lines, {exact} of them exact",
        found.len()
    );
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
    found
}

#[test]
fn every_problem_of_the_corpus_has_a_brief_derivation() {
    let found = corpus(Detail::Brief);
    for (id, steps) in &found {
        let lines = steps.lines().len();
        assert!(
            !id.starts_with("mc-") || lines <= MAX_LINES,
            "{id} takes {lines} lines:\n{}",
            text_of(steps)
        );
    }
}

/// So many lines of all full derivations may name several rules: the map of one, whose stacked form has a scalar with the
/// change in it.
const MANY_RULES: usize = 1;

#[test]
fn every_line_of_a_full_derivation_names_one_rule() {
    let found = corpus(Detail::Full);
    let (mut with_rules, mut several) = (0, Vec::new());
    for (id, steps) in &found {
        for line in steps.lines() {
            with_rules += usize::from(!line.reasons().is_empty());
            if line.reasons().len() > 1 {
                several.push(format!("{id}: {} [{:?}]", line.right(Notation::Text), line.why()));
            }
        }
    }
    println!("{} of {with_rules} lines name several rules", several.len());
    assert!(
        several.len() <= MANY_RULES,
        "{}:\n{}",
        several.len(),
        several.join("\n")
    );
}
