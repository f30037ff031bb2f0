//! Derivations, line by line.

use gateaux::{Checked, Detail, Errors, Notation};
use gateaux_json::Object;
use serde_json::{Value, json};

use crate::formula::formula;
use crate::problem::Asked;

/// The derivations of all answers.
///
/// # Errors
/// Mistakes of the text, and derivatives whose steps are not told.
pub fn steps(asked: &mut Asked, detail: Detail) -> Result<Object, Errors> {
    let reply = asked.derive()?;
    let mut derivations = Vec::with_capacity(reply.answers.len());
    for answer in &reply.answers {
        let steps = answer.steps(&mut asked.problem, detail)?;
        let mut lines = Vec::with_capacity(steps.lines().len());
        for (at, line) in steps.lines().iter().enumerate() {
            let rules: Vec<String> = line.reasons().iter().map(|reason| reason.id()).collect();
            let checked = match line.checked() {
                Checked::Exactly => "exactly",
                Checked::Numerically => "numerically",
                Checked::Not(reason) => reason,
            };
            lines.push(json!({
                "left": (!steps.continues(at)).then(|| formula(|notation| line.left(notation).to_owned())),
                "right": formula(|notation| line.right(notation).to_owned()),
                "relation": line.relation(),
                "why": line.why(),
                "rules": rules,
                "checked": checked,
            }));
        }
        let aligned: Vec<String> = steps
            .aligned(Notation::Text)
            .into_iter()
            .map(|(formula, reason)| format!("{formula}{reason}").trim_end().to_owned())
            .collect();
        derivations.push(json!({
            "by": answer.wrt(),
            "lines": lines,
            "verified": steps.is_verified(),
            "text": aligned.join("\n"),
            "latex": steps.latex(),
        }));
    }
    Ok([("derivations".to_owned(), Value::Array(derivations))]
        .into_iter()
        .collect())
}
