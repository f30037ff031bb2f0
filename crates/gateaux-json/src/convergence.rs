//! How differences approach a derivative, as JSON.

use gateaux::{Convergence, Errors, Scheme, Verdict};
use serde_json::{Value, json};

use crate::Object;
use crate::array::number;

/// The slopes, the best steps and the table of errors, or why nothing was measured.
pub fn convergence(found: &Result<Convergence, Errors>) -> Value {
    let found = match found {
        Ok(found) => found,
        Err(errors) => return json!({"verdict": "not measured", "reason": errors.to_string()}),
    };
    let or_null = |value: Option<f64>| value.map_or(Value::Null, number);
    let table: Vec<Value> = found
        .samples
        .iter()
        .map(|sample| json!([number(sample.step), or_null(sample.forward), or_null(sample.central)]))
        .collect();
    let scheme = |scheme: &Scheme| {
        json!({
            "truncation_slope": or_null(scheme.truncation),
            "rounding_slope": or_null(scheme.rounding),
            "best_step": number(scheme.best_step),
            "best_error": number(scheme.best_error),
            "predicted_step": or_null(scheme.predicted_step),
        })
    };
    let mut object = Object::new();
    let (verdict, reason) = match &found.verdict {
        Verdict::Verified => ("verified", None),
        Verdict::NotVerified(reason) => ("not verified", Some(reason)),
    };
    object.insert("verdict".into(), json!(verdict));
    object.extend(reason.map(|reason| ("reason".into(), json!(reason))));
    object.insert("forward".into(), scheme(&found.forward));
    object.insert("central".into(), scheme(&found.central));
    object.insert("columns".into(), json!(["step", "forward", "central"]));
    object.insert("table".into(), Value::Array(table));
    object.insert("notes".into(), json!(found.notes));
    object.insert("sizes".into(), json!(found.sizes));
    Value::Object(object)
}
