//! Mistakes as JSON.

use gateaux::{Diagnostic, Errors, Span};
use serde_json::{Value, json};

use crate::Object;
use crate::codes;

/// The fields of a failed answer: all mistakes, and the first of them again.
pub fn errors(errors: &Errors, text: &str) -> Object {
    let list: Vec<Value> = errors
        .diagnostics()
        .iter()
        .map(|diagnostic| mistake(diagnostic, text))
        .collect();
    let first = list.first().cloned().unwrap_or(Value::Null);
    let mut object = Object::new();
    object.insert("errors".into(), Value::Array(list));
    object.insert("error".into(), first);
    object
}

fn mistake(diagnostic: &Diagnostic, text: &str) -> Value {
    let (start, end) = diagnostic.span.in_chars(text);
    let mut object = Object::new();
    object.insert("code".into(), json!(diagnostic.code));
    object.insert("message".into(), json!(diagnostic.message));
    object.insert("span".into(), json!([start, end]));
    object.extend(diagnostic.help.iter().map(|help| ("help".into(), json!(help.text))));
    Value::Object(object)
}

/// The answer to a line that failed.
pub fn failed(id: &Value, mistakes: &Errors, text: &str) -> Object {
    let mut object = Object::new();
    object.insert("id".into(), id.clone());
    object.insert("ok".into(), json!(false));
    object.extend(errors(mistakes, text));
    object
}

/// A mistake that is not one of the text.
pub fn general(code: &'static str, message: impl Into<String>) -> Errors {
    debug_assert!(codes::CODES.iter().any(|known| known.code == code));
    Diagnostic::new(code, Span::default(), message).into()
}
