//! A formula in all notations.

use gateaux::Notation;
use serde_json::{Value, json};

/// The field `formula` of a reply; `write` writes it in a notation.
pub fn formula(mut write: impl FnMut(Notation) -> String) -> Value {
    json!({
        "text": write(Notation::Text),
        "latex": write(Notation::Latex),
        "mathml": write(Notation::MathMl),
    })
}

/// The same of what some answers do not have.
pub fn optional(mut write: impl FnMut(Notation) -> Option<String>) -> Option<Value> {
    write(Notation::Text)?;
    Some(formula(|notation| write(notation).unwrap_or_default()))
}
