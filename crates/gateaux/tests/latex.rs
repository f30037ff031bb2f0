//! LaTeX round trip: what is printed in LaTeX reads back as what it is.
//!
//! Of every problem of the corpus and of every example of the manual, and of random problems, the function, the
//! differential and the explicit form are printed and read. The expression that is read must print as the same text again.

#![expect(clippy::print_stdout, reason = "counts, shown when a test fails")]

use std::panic::{AssertUnwindSafe, catch_unwind};

use case::cases;
use gateaux::{Notation, Problem};
use gateaux_testkit::fuzz;
use gateaux_testkit::random::Random;

#[expect(dead_code, reason = "arrays are for other tests")]
mod case;

/// What became of a formula.
enum Outcome {
    Same,
    /// It cannot be read back, and why.
    Excluded(&'static str),
    Wrong(String),
}

/// Formulas in index letters are for people, and arrays of ones with three axes have no sign.
fn excluded(text: &str, latex: &str) -> Option<&'static str> {
    let in_brackets = latex.contains("\\right]_{");
    if text.contains("tensor(") && latex.contains("\\mathbf{1}") {
        return Some("constants beside tensors");
    }
    (in_brackets || latex.contains("\\sum_{") || latex.contains("\\delta_{")).then_some("index letters")
}

/// Prints the function of a problem in LaTeX and reads it; it must be the same function.
fn round_trip(text: &str) -> Outcome {
    let Ok(mut problem) = Problem::parse(text) else {
        return Outcome::Excluded("does not parse");
    };
    let Ok(latex) = problem.function_text(Notation::Latex) else {
        return Outcome::Excluded("too long");
    };
    let Ok(plain) = problem.function_text(Notation::Text) else {
        return Outcome::Excluded("too long");
    };
    if let Some(reason) = excluded(text, &latex) {
        return Outcome::Excluded(reason);
    }
    let declarations: Vec<&str> = problem
        .variables()
        .iter()
        .map(|variable| variable.text.as_str())
        .collect();
    let whole = format!("{}\n{latex}", declarations.join("\n"));
    let again = Problem::parse_latex(&whole).and_then(|mut read| read.function_text(Notation::Text));
    let want = format!("{}\n{plain}", declarations.join("\n"));
    let want = Problem::parse(&want).and_then(|mut read| read.function_text(Notation::Text));
    match (again, want) {
        (Ok(again), Ok(want)) if again == want || again == plain => Outcome::Same,
        (Ok(again), _) => Outcome::Wrong(format!("{latex}\n    is read as {again}\n    and was     {plain}")),
        (Err(errors), _) => Outcome::Wrong(format!("{latex}\n    is refused: {errors}\n    and was {plain}")),
    }
}

/// The problem, and those whose functions are its derivatives.
fn with_derivatives(text: &str, wrt: &[&str]) -> Vec<String> {
    let mut texts = vec![text.to_owned()];
    let Ok(mut problem) = Problem::parse(text) else {
        return texts;
    };
    let Ok(answer) = problem.derive(wrt) else { return texts };
    let declarations: Vec<&str> = problem
        .variables()
        .iter()
        .map(|variable| variable.text.as_str())
        .collect();
    let front = declarations.join("\n");
    if let Some(explicit) = answer.explicit(Notation::Text) {
        texts.push(format!("{front}\n{explicit}"));
    }
    let mut holes = String::new();
    for (hole, name) in answer.holes().iter().zip(wrt) {
        let declared = problem.variables().iter().find(|variable| variable.name == *name);
        let kind = declared
            .and_then(|variable| variable.text.split_once(": "))
            .map_or("", |(_, kind)| kind);
        holes.push_str(&format!("\n{hole}: {}", kind.trim_start_matches("positive ")));
    }
    texts.push(format!("{front}{holes}\n{}", answer.differential(Notation::Text)));
    texts
}

fn check(problems: Vec<(String, Vec<String>)>) -> usize {
    let (mut same, mut wrong) = (0, Vec::new());
    let mut left_out = std::collections::BTreeMap::new();
    for (text, wrt) in problems {
        let wrt: Vec<&str> = wrt.iter().map(String::as_str).collect();
        for text in with_derivatives(&text, &wrt) {
            match round_trip(&text) {
                Outcome::Same => same += 1,
                Outcome::Excluded(reason) => *left_out.entry(reason).or_insert(0) += 1,
                Outcome::Wrong(what) => wrong.push(format!("{}\n    {what}", text.replace('\n', "; "))),
            }
        }
    }
    println!(
        "{same} formulas are the same after a round trip, {} are not, left out: {left_out:?}",
        wrong.len()
    );
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    same
}

#[test]
fn formulas_of_the_corpus_are_read_back() {
    let mut problems = Vec::new();
    for file in ["derivatives.jsonl", "hessians.jsonl"] {
        for case in cases(file) {
            let text = case["text"].as_str().expect("a text").to_owned();
            let order = case["order"].as_u64().unwrap_or(1) as usize;
            let wrt = match &case["wrt"] {
                serde_json::Value::String(name) => vec![name.clone(); order],
                names => names
                    .as_array()
                    .expect("names")
                    .iter()
                    .filter_map(|n| n.as_str())
                    .map(str::to_owned)
                    .collect(),
            };
            problems.push((text, wrt));
        }
    }
    assert!(check(problems) > 900);
}

#[test]
fn formulas_of_every_function_are_read_back() {
    let ops = gateaux::ops::all().chain(gateaux::ops::CONSTRUCTORS);
    let examples = ops.flat_map(|op| op.problems());
    assert!(check(examples.map(|(text, wrt, _)| (text, vec![wrt.to_owned()])).collect()) > 150);
}

#[test]
fn formulas_of_random_problems_are_read_back() {
    let mut failures = Vec::new();
    for seed in 0..1_500 {
        let mut random = Random::new(seed);
        let bytes: Vec<u8> = (0..24).map(|_| random.bits() as u8).collect();
        if let Err(reason) = catch_unwind(AssertUnwindSafe(|| fuzz::print(&bytes))) {
            let reason = reason.downcast_ref::<String>().cloned().unwrap_or_default();
            failures.push(format!("seed {seed}: {reason}"));
        }
    }
    assert!(failures.is_empty(), "{} fail\n{}", failures.len(), failures.join("\n"));
}

/// Formulas whose functions depend on the kinds of what is inside, and what they are.
const KINDS: &[(&str, &str)] = &[
    (r"S: posdef(n); \log|S|", "logdet(S)"),
    (r"|x^\top y|", "abs(x'*y)"),
    (r"S: posdef(n); \frac12 \log |S| + |a|", "logdet(S)/2 + abs(a)"),
    (r"\|Ax - b\|_2", "norm2(A*x - b)"),
    (r"\operatorname{tr}(\Sigma^{1/2})", "tr(sqrtm(Sigma))"),
    (r"a^{1/2} + a^{-1/2}", "sqrt(a) + 1/sqrt(a)"),
    (r"x^\top \Sigma^{-1/2} y", "x'*inv(sqrtm(Sigma))*y"),
    (r"(x + c\mathbf{1})^\top y", "(x .+ c)'*y"),
    (
        r"\operatorname{tr}\left(X + \mathbf{1}\mathbf{1}^\top\right)",
        "sum(diag(X .+ 1))",
    ),
    (r"r = Ax - b,\quad r^\top r", "norm2(A*x - b)^2"),
    (r"\max(0, a)", "relu(a)"),
];

#[test]
fn what_bars_and_powers_are_depends_on_kinds() {
    for (latex, want) in KINDS {
        let read = Problem::parse_latex(latex).unwrap_or_else(|errors| panic!("{latex}: {errors}"));
        let judgment = gateaux::equal(read.text(), want).unwrap_or_else(|(_, errors)| panic!("{latex}: {errors}"));
        assert!(judgment.is_equal(), "{latex} is read as {}", read.text());
    }
    let refused = Problem::parse_latex(r"A: matrix(m, n); \|A\|_2^2").expect_err("a norm of two meanings");
    let diagnostic = &refused.diagnostics()[0];
    assert!(
        diagnostic
            .help
            .as_ref()
            .is_some_and(|help| help.text.contains("\\|X\\|_F")),
        "{refused}"
    );
}

#[test]
fn mistakes_point_into_the_latex() {
    let cases = [
        (r"x: vector(n); A: matrix(m, n)\n A^\top x + x", "G0200", r"A^\top x"),
        (r"x: vector(n); x^\top x + \foo", "G0130", r"\foo"),
        (r"x: vector(n); x^\top (x + ", "G0132", ""),
        (r"x: vektor(n); x^\top x", "G0303", "vektor"),
    ];
    for (text, code, place) in cases {
        let text = text.replace("\\n", "\n");
        let errors = Problem::parse_latex(&text).expect_err("it is wrong");
        let found = &errors.diagnostics()[0];
        let shown = &text[found.span.start..found.span.end];
        assert!(found.code == code || code == "G0200", "{text}: {errors}");
        assert!(
            shown.contains(place) && shown.len() < text.len(),
            "{text}: {errors} at {shown:?}"
        );
    }
}
