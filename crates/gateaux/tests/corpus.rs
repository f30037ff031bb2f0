//! The corpus: real problems with independent answers.
//!
//! Every case within reach must be right in number, its printed explicit form must give the same numbers when it is
//! read back, and the check must verify it at its own sizes, with all sizes 1, and at other unequal sizes. A case out
//! of reach must answer with an error that names what is missing.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;

use gateaux::{Array, Errors, Inputs, Notation, Problem};
use serde_json::Value;

/// Relative to the largest entry.
const TOLERANCE: f64 = 1e-9;

fn cases(file: &str) -> Vec<Value> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../../spec/corpus")
        .join(file);
    let text = std::fs::read_to_string(&path).expect("the corpus is part of the repository");
    text.lines()
        .map(|line| serde_json::from_str(line).expect("the corpus is JSON Lines"))
        .collect()
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

fn inputs(case: &Value) -> Inputs {
    let mut inputs = Inputs::default();
    for (name, value) in case["inputs"].as_object().expect("inputs") {
        inputs.values.insert(name.clone(), array(value));
    }
    if let Some(dims) = case["dims"].as_object() {
        for (name, size) in dims {
            inputs
                .sizes
                .insert(name.clone(), size.as_u64().expect("a size") as usize);
        }
    }
    inputs
}

fn distance(got: &Array<f64>, want: &Array<f64>) -> f64 {
    if got.len() != want.len() {
        return f64::INFINITY;
    }
    let scale = want.data().iter().fold(1.0f64, |max, x| max.max(x.abs()));
    let same_order = got.iter_row_major().zip(want.iter_row_major());
    same_order.map(|(a, b)| (a - b).abs() / scale).fold(
        0.0,
        |max: f64, gap| if gap.is_nan() { f64::INFINITY } else { max.max(gap) },
    )
}

fn wrt(case: &Value) -> Vec<String> {
    let order = case["order"].as_u64().unwrap_or(1) as usize;
    match &case["wrt"] {
        Value::String(name) => vec![name.clone(); order],
        names => names
            .as_array()
            .expect("names")
            .iter()
            .map(|n| n.as_str().expect("a name").to_owned())
            .collect(),
    }
}

/// Whether all errors say that something is not available yet.
fn is_out_of_reach(errors: &Errors) -> bool {
    errors.diagnostics().iter().all(|d| d.code == "G0301")
}

enum Outcome {
    Right { explicit: Option<String> },
    OutOfReach(String),
    Wrong(String),
}

fn run(case: &Value) -> Outcome {
    let text = case["text"].as_str().expect("a text");
    let wrong = |what: String| Outcome::Wrong(what);
    let mut problem = match Problem::parse(text) {
        Ok(problem) => problem,
        Err(errors) if is_out_of_reach(&errors) => return Outcome::OutOfReach(errors.to_string()),
        Err(errors) => return wrong(format!("does not parse: {errors}")),
    };
    let names = wrt(case);
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let answer = match problem.derive(&names) {
        Ok(answer) => answer,
        Err(errors) if is_out_of_reach(&errors) => return Outcome::OutOfReach(errors.to_string()),
        Err(errors) => return wrong(format!("no derivative: {errors}")),
    };
    let inputs = inputs(case);
    let numbers = match problem.evaluate(Some(&answer), &inputs) {
        Ok(numbers) => numbers,
        Err(errors) => return wrong(format!("no numbers: {errors}; {}", answer.differential(Notation::Text))),
    };
    let shown = answer
        .explicit(Notation::Text)
        .map_or_else(|| answer.operator(Notation::Text), str::to_owned);
    let gap = distance(&numbers.value, &array(&case["value"]));
    if gap > TOLERANCE {
        return wrong(format!("the value is off by {gap:.1e}"));
    }
    let want = array(&case["derivative"]);
    let found = numbers.derivative.expect("asked for");
    let gap = distance(&found, &want);
    if gap > TOLERANCE {
        return wrong(format!("the derivative is off by {gap:.1e}: {shown}"));
    }
    if let Some(explicit) = answer.explicit(Notation::Text) {
        let declarations: Vec<&str> = problem.variables().iter().map(|v| v.text.as_str()).collect();
        let text = format!("{}\n{explicit}", declarations.join("\n"));
        let read_back = Problem::parse(&text).and_then(|mut read| read.evaluate(None, &inputs));
        match read_back {
            Err(errors) => return wrong(format!("the explicit form does not read back: {errors}: {explicit}")),
            Ok(numbers) => {
                let gap = distance(&numbers.value, &want);
                if gap > TOLERANCE {
                    return wrong(format!("the explicit form read back is off by {gap:.1e}: {explicit}"));
                }
            }
        }
    }
    for sizes in [Sizes::Unequal, Sizes::One, Sizes::Others] {
        let check = answer.check_with(&mut problem, &sizes.of(case));
        if !check.is_verified() && !sizes.may_fail(&check) {
            return wrong(format!("{check:?}: {shown}"));
        }
    }
    Outcome::Right {
        explicit: answer.explicit(Notation::Text).map(str::to_owned),
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Sizes {
    Unequal,
    One,
    Others,
}

impl Sizes {
    fn of(self, case: &Value) -> BTreeMap<String, usize> {
        let names: Vec<&String> = case["dims"].as_object().expect("dims").keys().collect();
        match self {
            Sizes::Unequal => BTreeMap::new(),
            Sizes::One => names.into_iter().map(|name| (name.clone(), 1)).collect(),
            Sizes::Others => names
                .into_iter()
                .zip([4, 7, 3, 5, 6, 2])
                .map(|(name, size)| (name.clone(), size))
                .collect(),
        }
    }

    /// Sizes at which the problem itself is not defined: `inv(X'*X)` of a wide X, `n - 2` for n = 1.
    fn may_fail(self, check: &gateaux::Check) -> bool {
        self != Sizes::Unequal
            && matches!(&check.verdict, gateaux::Verdict::NotVerified(reason) if reason.contains("singular") || reason.contains("sizes") || reason.contains("no point"))
    }
}

/// The length of a formula: the nodes of its tree.
fn nodes(text: &str) -> usize {
    gateaux_syntax::parse(text).0.nodes().len()
}

fn report(file: &str) -> (usize, usize, Vec<String>, String) {
    let (mut right, mut out, mut wrong, mut text) = (0, 0, Vec::new(), String::new());
    let (mut ratios, mut long) = (Vec::new(), Vec::new());
    for case in cases(file) {
        let id = case["id"].as_str().expect("an id");
        let expr = case["expr"].as_str().expect("an expr").replace('\n', "; ");
        match run(&case) {
            Outcome::Right { explicit } => {
                right += 1;
                if let (Some(explicit), Some(closed)) = (&explicit, case["closed_form"].as_str()) {
                    let ratio = nodes(explicit) as f64 / nodes(closed) as f64;
                    ratios.push(ratio);
                    if ratio > 1.25 {
                        long.push(format!(
                            "{ratio:.2} {id} d({expr})/d{}: {explicit}   [{closed}]",
                            case["wrt"]
                        ));
                    }
                }
            }
            Outcome::OutOfReach(errors) => {
                out += 1;
                let _ = writeln!(text, "out of reach {id}: {errors}");
            }
            Outcome::Wrong(what) => wrong.push(format!("{id} d({expr})/d{}: {what}", case["wrt"])),
        }
    }
    let mean = ratios.iter().sum::<f64>() / ratios.len().max(1) as f64;
    let _ = writeln!(
        text,
        "{file}: {right} right, {out} out of reach, {} wrong; mean length ratio {mean:.3} over {}",
        wrong.len(),
        ratios.len()
    );
    long.sort();
    (right, out, wrong, format!("{text}{}", long.join("\n")))
}

#[test]
fn derivatives_of_the_corpus() {
    let (right, _, wrong, text) = report("derivatives.jsonl");
    println!("{text}");
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
    assert!(right >= 229, "at least 60 % of the cases are within reach: {right} are");
}

#[test]
fn hessians_of_the_corpus() {
    let (_, _, wrong, text) = report("hessians.jsonl");
    println!("{text}");
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}
