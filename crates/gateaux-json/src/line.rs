//! A line of a batch, and the line that answers it.

use std::any::Any;
use std::collections::BTreeMap;
use std::panic::{self, AssertUnwindSafe};

use gateaux::{Errors, Problem};
use serde_json::{Value, json};

use crate::array::shortened;
use crate::mistakes::{failed, general};
use crate::request::Request;
use crate::{Object, codes, reply, steps};

/// What is done with a line beside what it asks for.
#[derive(Clone, Copy)]
pub struct Options<'a> {
    /// Whether derivatives are checked.
    pub check: bool,
    /// A clock in microseconds, with which an answer says how long it took.
    pub clock: Option<&'a dyn Fn() -> u128>,
}

impl Default for Options<'_> {
    fn default() -> Self {
        Options {
            check: true,
            clock: None,
        }
    }
}

/// The answer to a line, whatever the line is: the problem that it is to be echoed by its `id`, solved or refused.
pub fn answer_line(line: &[u8], options: &Options<'_>) -> Object {
    let object = match serde_json::from_slice::<Value>(line) {
        Ok(Value::Object(object)) => object,
        Ok(other) => {
            let message = format!("the line is no JSON object but {}", shortened(&other.to_string()));
            return failed(&Value::Null, &general(codes::NOT_JSON, message), "");
        }
        Err(error) => {
            let message = format!("the line is no JSON: {}", without_line(&error));
            return failed(&Value::Null, &general(codes::NOT_JSON, message), "");
        }
    };
    let id = object.get("id").cloned().unwrap_or(Value::Null);
    let request = match Request::new(&object) {
        Ok(request) => request,
        Err(errors) => return failed(&id, &errors, ""),
    };
    let text = request.expr.clone();
    // A problem belongs to its line alone, so nothing half-done survives a panic.
    let result = panic::catch_unwind(AssertUnwindSafe(|| answer(request, options))).unwrap_or_else(|payload| {
        let message = format!(
            "the computation stopped unexpectedly: {}; please report this text",
            panic_text(&*payload)
        );
        Err(general(codes::PANIC, message))
    });
    match result {
        Ok(fields) => {
            let mut object = Object::new();
            object.insert("id".into(), id);
            object.insert("ok".into(), json!(true));
            object.extend(fields);
            object
        }
        Err(errors) => failed(&id, &errors, &text),
    }
}

fn answer(request: Request, options: &Options<'_>) -> Result<Object, Errors> {
    let now = || options.clock.map(|clock| clock());
    let start = now();
    let mut problem = Problem::parse_with(&request.expr, &request.declarations)?;
    let mut reply = request.question.derive(&mut problem)?;
    let derived = now();
    if let Some(inputs) = &request.inputs {
        reply.evaluate(&mut problem, inputs)?;
    }
    let computed = now();
    if options.check {
        // The check looks at the formula, at small sizes of its own.
        reply.check(&mut problem, &BTreeMap::new());
    }
    let mut object = reply::reply(&problem, &reply);
    if request.mathml {
        reply::add_mathml(&mut object);
    }
    if let Some(detail) = request.steps {
        let told = reply.answers.iter().map(|answer| answer.steps(&mut problem, detail));
        let told = told.collect::<Result<Vec<_>, _>>()?;
        object.extend(steps::derivations(&reply.answers, &told));
    }
    if let (Some(start), Some(derived), Some(computed)) = (start, derived, computed) {
        let mut micros = Object::new();
        micros.insert("derive".into(), json!(derived - start));
        if request.inputs.is_some() {
            micros.insert("run".into(), json!(computed - derived));
        }
        object.insert("micros".into(), Value::Object(micros));
    }
    Ok(object)
}

/// The message of the JSON reader with the column alone: a problem is always one line.
fn without_line(error: &serde_json::Error) -> String {
    let message = error.to_string();
    match message.find(" at line ") {
        Some(end) => format!("{} at column {}", &message[..end], error.column()),
        None => message,
    }
}

fn panic_text(payload: &(dyn Any + Send)) -> &str {
    payload
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no reason was given")
}
