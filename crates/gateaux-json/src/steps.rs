//! Derivations as JSON.

use gateaux::{Answer, Checked, Notation, Step, Steps};
use serde_json::{Value, json};

/// The lines of a derivation.
fn steps(steps: &Steps) -> Value {
    let line = |line: &Step| {
        let rules: Vec<String> = line.reasons().iter().map(|reason| reason.id()).collect();
        let checked = match line.checked() {
            Checked::Exactly => "exactly",
            Checked::Numerically => "numerically",
            Checked::Not(reason) => reason,
        };
        json!({
            "left": line.left(Notation::Text),
            "right": line.right(Notation::Text),
            "rules": rules,
            "checked": checked,
        })
    };
    steps.lines().iter().map(line).collect()
}

/// The derivation of the only answer, or those of several by their variables; nothing where there are none.
pub fn derivations(answers: &[Answer], derivations: &[Steps]) -> Option<(String, Value)> {
    let value = match derivations {
        [] => return None,
        [only] => steps(only),
        several => {
            let named = |(answer, each): (&Answer, &Steps)| (answer.wrt().join(", "), steps(each));
            Value::Object(answers.iter().zip(several).map(named).collect())
        }
    };
    Some(("steps".to_owned(), value))
}
