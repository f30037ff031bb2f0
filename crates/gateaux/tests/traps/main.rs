//! Numeric traps: points where a formula is right and its plain evaluation is not, because something overflows,
//! cancels, or is 0/0 on the way.
//!
//! Every problem goes in as text and comes out as numbers. What is expected is derived beside it or computed with 60
//! digits (mpmath), never taken from this program.

#![expect(clippy::print_stdout, reason = "the report is for people")]

use case::array;
use gateaux::{Array, Inputs, Numbers, Problem};

#[path = "../case/mod.rs"]
#[expect(dead_code, reason = "the corpus is for other tests")]
mod case;

mod cancellation;
mod determinants;
mod eigenvalues;
mod exponentials;
mod inputs;
mod kinks;
mod limits;
mod lost_digits;
mod norms;
mod systems;

/// How far, relative to what is expected, a number may be off: some 40 roundings.
const PRECISION: f64 = 1e-14;

/// A question: the text, the variables of differentiation (empty: none), the inputs as `x = [1, 2]; A = [[1, 2]]`.
type Question = (&'static str, &'static str, &'static str);

/// A question with its answer: the value and the derivative, row by row.
type Trap<'a> = (Question, &'a [f64], &'a [f64]);

const fn ask(text: &'static str, wrt: &'static str, inputs: &'static str) -> Question {
    (text, wrt, inputs)
}

/// Inputs as nested lists; a name in angle brackets is a size.
fn inputs(text: &str) -> Inputs {
    let mut inputs = Inputs::default();
    for (name, value) in text.split(';').filter_map(|item| item.split_once('=')) {
        let (name, value) = (name.trim(), value.trim());
        match name.strip_prefix('<').and_then(|name| name.strip_suffix('>')) {
            Some(size) => drop(inputs.sizes.insert(size.to_owned(), value.parse().expect("a size"))),
            None => {
                let value = array(&serde_json::from_str(value).expect("nested lists"));
                inputs.values.insert(name.to_owned(), value);
            }
        }
    }
    inputs
}

fn answer_with((text, wrt, _): Question, inputs: &Inputs) -> Result<Numbers, String> {
    let mut problem = Problem::parse(text).map_err(|error| error.to_string())?;
    if wrt.is_empty() {
        return problem.evaluate(None, inputs).map_err(|error| error.to_string());
    }
    let names: Vec<&str> = wrt.split(", ").collect();
    let answer = problem.derive(&names).map_err(|error| error.to_string())?;
    problem
        .evaluate(Some(&answer), inputs)
        .map_err(|error| error.to_string())
}

fn answer(question: Question) -> Result<Numbers, String> {
    answer_with(question, &inputs(question.2))
}

fn rows(array: &Array<f64>) -> Vec<f64> {
    array.iter_row_major().copied().collect()
}

fn derivative(numbers: &Numbers) -> Vec<f64> {
    numbers.derivative.as_ref().map_or_else(Vec::new, rows)
}

/// What of the numbers is not as expected. Zeros may be off by `zero`, all others by a relative error.
fn difference(found: &[f64], expected: &[f64], zero: f64) -> Option<String> {
    let is_near = |(found, expected): (&f64, &f64)| {
        if *expected == 0.0 {
            found.abs() <= zero
        } else {
            found == expected || (found - expected).abs() <= PRECISION * expected.abs()
        }
    };
    let is_right = found.len() == expected.len() && found.iter().zip(expected).all(is_near);
    (!is_right).then(|| format!("{found:?} instead of {expected:?}"))
}

/// All answers are right, and finite where that is expected, without a remark.
fn check_within(zero: f64, traps: &[Trap]) {
    let mut wrong = Vec::new();
    for (question, value, expected) in traps {
        let report = match answer(*question) {
            Err(error) => Some(error),
            Ok(numbers) => difference(&rows(&numbers.value), value, zero)
                .or_else(|| difference(&derivative(&numbers), expected, zero)),
        };
        wrong.extend(report.map(|report| format!("{question:?}: {report}")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn check(traps: &[Trap]) {
    check_within(0.0, traps);
}

/// The values are right, of functions without variables or where only they are asked for.
fn check_values(questions: &[(Question, &[f64])]) {
    let traps: Vec<Trap> = questions
        .iter()
        .map(|(question, value)| (*question, *value, &[][..]))
        .collect();
    check(&traps);
}
