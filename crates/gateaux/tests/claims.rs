//! Claims: right and wrong formulas made from the answers of the corpus.
//!
//! Right claims are the closed forms of the corpus and our own answers written otherwise; wrong ones are slips of the
//! pen made on purpose. Whether a changed formula is still right is decided by the numbers of the corpus, which come
//! from other programs, never by the code that judges claims. No wrong claim may be accepted, no right one refused, and
//! the kind of mistake must be named.

use std::collections::BTreeMap;

use case::{array, cases};
use claim_mutants::{Claim, right_claims, wrong_claims};
use gateaux::{Answer, Array, Finding, Inputs, Mistake, Notation, Problem};
use serde_json::Value;

mod case;
#[path = "claims/mutants.rs"]
mod claim_mutants;

/// Relative to the largest entry.
const TOLERANCE: f64 = 1e-8;

/// What the numbers of the corpus say of a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Truth {
    Right,
    Wrong,
    /// It cannot be read or has no numbers, so that nothing but a refusal is right.
    Senseless,
}

/// A problem of the corpus with its answer.
struct Subject {
    id: String,
    problem: Problem,
    answer: Answer,
    inputs: Inputs,
    derivative: Array<f64>,
}

impl Subject {
    fn new(case: &Value) -> Option<Subject> {
        let mut problem = Problem::parse(case["text"].as_str()?).ok()?;
        let order = case["order"].as_u64().unwrap_or(1) as usize;
        let wrt: Vec<String> = match &case["wrt"] {
            Value::String(name) => vec![name.clone(); order],
            names => names.as_array()?.iter().filter_map(|n| n.as_str().map(str::to_owned)).collect(),
        };
        let names: Vec<&str> = wrt.iter().map(String::as_str).collect();
        let mut answer = problem.derive(&names).ok()?;
        answer.complete_views(&mut problem).ok()?;
        let mut inputs = Inputs::default();
        for (name, value) in case["inputs"].as_object()? {
            inputs.values.insert(name.clone(), array(value));
        }
        for (name, size) in case["dims"].as_object()? {
            inputs.sizes.insert(name.clone(), size.as_u64()? as usize);
        }
        Some(Subject {
            id: case["id"].as_str()?.to_owned(),
            problem,
            answer,
            inputs,
            derivative: array(&case["derivative"]),
        })
    }

    /// What the numbers say: of an explicit form the derivative of the corpus, of a differential that derivative in a
    /// direction.
    fn truth(&self, claim: &Claim) -> Truth {
        let declarations: Vec<&str> = self.problem.variables().iter().map(|v| v.text.as_str()).collect();
        let mut text = declarations.join("\n");
        let mut inputs = self.inputs.clone();
        let mut wanted = self.derivative.clone();
        if claim.is_differential {
            let hole = &self.answer.holes()[0];
            let variable = self.variable();
            text = format!("{text}\n{hole}: {}", variable.text.split_once(": ").expect("a declaration").1);
            let point = &inputs.values[&self.answer.wrt()[0]];
            let mut state = 1.0f64;
            let direction = point.map(|_| {
                state = (state * 7.13 + 1.7).rem_euclid(2.0);
                state - 1.03
            });
            wanted = directed(&self.derivative, &direction);
            inputs.values.insert(hole.clone(), direction);
        }
        let read = Problem::parse(&format!("{text}\n{}", claim.text)).and_then(|mut read| read.evaluate(None, &inputs));
        match read {
            Err(_) => Truth::Senseless,
            Ok(numbers) if same(&numbers.value, &wanted) => Truth::Right,
            Ok(_) => Truth::Wrong,
        }
    }

    fn variable(&self) -> &gateaux::Declared {
        let name = &self.answer.wrt()[0];
        let variables = self.problem.variables();
        variables.iter().find(|variable| variable.name == *name).expect("a variable of the problem")
    }
}

/// The array with axes `shape(f) ++ shape(x)` contracted with a direction.
fn directed(derivative: &Array<f64>, direction: &Array<f64>) -> Array<f64> {
    let outer = derivative.rank() - direction.rank();
    let shape = derivative.shape()[..outer].to_vec();
    let rows: usize = shape.iter().product();
    let mut sum = vec![0.0; rows];
    for (column, factor) in derivative.data().chunks(rows.max(1)).zip(direction.data()) {
        for (total, entry) in sum.iter_mut().zip(column) {
            *total += entry * factor;
        }
    }
    Array::from_column_major(&shape, sum).expect("the axes of the function")
}

fn same(found: &Array<f64>, wanted: &Array<f64>) -> bool {
    let scale = wanted.data().iter().fold(1e-3f64, |max, entry| max.max(entry.abs()));
    let close = |(a, b): (&f64, &f64)| (a - b).abs() <= TOLERANCE * scale;
    found.shape() == wanted.shape() && found.data().iter().zip(wanted.data()).all(close)
}

/// How one kind of claim fared.
#[derive(Default)]
struct Tally {
    made: usize,
    named: usize,
}

#[derive(Default)]
struct Report {
    right: BTreeMap<&'static str, Tally>,
    wrong: BTreeMap<&'static str, Tally>,
    /// Ill-shaped claims, which are refused as such or repaired.
    senseless: usize,
    failures: Vec<String>,
    unnamed: Vec<String>,
    slowest: (f64, String),
    seconds: f64,
}

impl Report {
    fn add(&mut self, subject: &Subject, claim: &Claim) {
        let truth = subject.truth(claim);
        let started = std::time::Instant::now();
        let judgment = subject.answer.claim(&subject.problem, &claim.text, &BTreeMap::new());
        let seconds = started.elapsed().as_secs_f64();
        let line = format!("{} {}: {} [{}]", subject.id, claim.kind, claim.text.replace('\n', "; "), subject.problem.text().replace('\n', "; "));
        self.seconds += seconds;
        if seconds > self.slowest.0 {
            self.slowest = (seconds, line.clone());
        }
        match (truth, judgment) {
            (Truth::Senseless, Ok(judgment)) if judgment.is_equal() => self.failures.push(format!("accepted though senseless: {line}")),
            (Truth::Senseless, _) => self.senseless += 1,
            (Truth::Right, Ok(judgment)) => {
                let tally = self.right.entry(claim.kind).or_default();
                tally.made += 1;
                match judgment.finding {
                    Finding::Equal(_) => tally.named += 1,
                    Finding::NotEqual(slip) => self.failures.push(format!("refused ({:?}: {}): {line}", slip.mistake, slip.detail)),
                }
            }
            (Truth::Right, Err(errors)) => self.failures.push(format!("refused ({errors}): {line}")),
            (Truth::Wrong, Ok(judgment)) => {
                let tally = self.wrong.entry(claim.kind).or_default();
                tally.made += 1;
                match judgment.slip() {
                    None => self.failures.push(format!("accepted: {line}")),
                    Some(slip) if claim.names.contains(&slip.mistake) => tally.named += 1,
                    Some(slip) => self.unnamed.push(format!("{:?} ({}): {line}", slip.mistake, slip.detail)),
                }
            }
            (Truth::Wrong, Err(errors)) => {
                self.wrong.entry(claim.kind).or_default().made += 1;
                self.unnamed.push(format!("error {errors}: {line}"));
            }
        }
    }
}

#[test]
#[expect(clippy::print_stdout, reason = "the figures are for reading")]
fn claims_made_from_the_corpus_are_judged_rightly() {
    let mut report = Report::default();
    for case in cases("derivatives.jsonl").iter().chain(&cases("hessians.jsonl")) {
        let Some(subject) = Subject::new(case) else { continue };
        let closed = case["closed_form"].as_str();
        let claims = right_claims(&subject.problem, &subject.answer, closed);
        let wrong = wrong_claims(&subject.problem, &subject.answer, closed);
        for claim in claims.iter().chain(&wrong) {
            report.add(&subject, claim);
        }
    }
    let sum = |tallies: &BTreeMap<&'static str, Tally>, of: fn(&Tally) -> usize| tallies.values().map(of).sum::<usize>();
    for (title, tallies) in [("right, accepted", &report.right), ("wrong, named", &report.wrong)] {
        println!("{title}: {} of {}", sum(tallies, |t| t.named), sum(tallies, |t| t.made));
        for (kind, tally) in tallies {
            println!("  {kind}: {} of {}", tally.named, tally.made);
        }
    }
    let claims = sum(&report.right, |t| t.made) + sum(&report.wrong, |t| t.made) + report.senseless;
    println!("ill-shaped, none accepted: {}", report.senseless);
    println!("{:.1} ms a claim, the slowest {:.0} ms: {}", 1e3 * report.seconds / claims as f64, 1e3 * report.slowest.0, report.slowest.1);
    println!("not named:\n  {}", report.unnamed.join("\n  "));
    assert!(report.failures.is_empty(), "{} failures:\n{}", report.failures.len(), report.failures.join("\n"));
    assert!(sum(&report.right, |t| t.made) >= 200, "at least 200 right claims");
    let (made, named) = (sum(&report.wrong, |t| t.made), sum(&report.wrong, |t| t.named));
    assert!(made >= 400, "at least 400 wrong claims");
    assert!(10 * named >= 9 * made, "at least 90 % of the mistakes are named");
    for (kind, tally) in &report.wrong {
        assert!(10 * tally.named >= 7 * tally.made, "most mistakes of each kind are named: {kind}");
    }
}
