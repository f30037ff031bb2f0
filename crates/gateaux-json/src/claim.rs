//! Judgments of claims as JSON.

use gateaux::{ClaimNumbers, Evidence, Finding, Judgment, Slip};
use serde_json::{Value, json};

use crate::Object;
use crate::array::array;

/// The judgment on a formula with a name as a JSON object.
pub fn judgment(judgment: &Judgment, (name, formula): (&str, &str)) -> Value {
    let mut object = Object::new();
    match &judgment.finding {
        Finding::Equal(known) => {
            object.insert("verdict".into(), json!("equal"));
            object.insert("detail".into(), json!(evidence(*known)));
            if !judgment.remarks.is_empty() {
                object.insert("no value at".into(), json!(judgment.remarks));
            }
        }
        Finding::NotEqual(Slip {
            mistake,
            detail,
            counterexample,
        }) => {
            object.insert("verdict".into(), json!("not equal"));
            object.insert("mistake".into(), json!(mistake.name()));
            object.insert("detail".into(), json!(detail));
            if let Some(counterexample) = counterexample {
                let values = counterexample
                    .values
                    .iter()
                    .map(|(name, value)| (name.clone(), numbers(value)));
                let value = |value: &Option<ClaimNumbers>| value.as_ref().map_or(Value::Null, numbers);
                let shown = json!({
                    "values": Value::Object(values.collect()),
                    name: value(&counterexample.claim),
                    judgment.view.as_str(): value(&counterexample.answer),
                });
                object.insert("counterexample".into(), shown);
            }
        }
    }
    object.insert(name.into(), json!(formula));
    object.insert(judgment.view.clone(), json!(judgment.answer));
    Value::Object(object)
}

/// How it is known that formulas are equal.
pub fn evidence(evidence: Evidence) -> String {
    match evidence {
        Evidence::Identical => "the same formula".to_owned(),
        Evidence::Exact => "exactly, over a prime field".to_owned(),
        Evidence::Numeric(points) => format!("to 18 digits at {points} points"),
    }
}

/// Nested lists, row by row.
pub fn numbers(value: &ClaimNumbers) -> Value {
    let real = value.map(|entry| entry.re);
    let imaginary = value.map(|entry| entry.im);
    let is_complex = imaginary.data().iter().any(|entry| *entry != 0.0);
    array(&real, is_complex.then_some(&imaginary))
}
