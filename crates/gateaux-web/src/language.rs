//! What can be written: for completions, highlighting and the page that explains the notation.

use gateaux::{Structure, ops};
use gateaux_json::Object;
use serde_json::{Value, json};

/// The functions with what they are, and the kinds of variables.
pub fn language() -> Object {
    let function = |op: &ops::Op| {
        json!({
            "name": op.name,
            "aliases": op.aliases,
            "kinds": op.kind,
            "about": op.about,
            "domain": op.domain,
            "source": op.source,
        })
    };
    let functions: Vec<Value> = ops::all().map(function).collect();
    let general = ["scalar", "vector", "matrix", "tensor"];
    let structured = Structure::ALL.iter().map(|(_, name)| *name);
    let kinds: Vec<&str> = general.into_iter().chain(structured).collect();
    let mut fields = Object::new();
    fields.insert("functions".into(), Value::Array(functions));
    fields.insert("kinds".into(), json!(kinds));
    fields.insert("modifiers".into(), json!(["complex", "positive"]));
    fields
}
