//! `gateaux batch`: problems in, answers out, one JSON object a line.

use std::any::Any;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::panic::{self, AssertUnwindSafe};
use std::time::Instant;

use gateaux::{Errors, Problem};
use serde_json::{Value, json};

use crate::args::BatchArguments;
use crate::codes;
use crate::failure::Failure;
use crate::json::{self, Object};
use crate::request::Request;

/// Answers all lines of all files, or of standard input, flushing after each line.
///
/// # Errors
/// A file that cannot be read; an output that cannot be written.
pub fn run(arguments: &BatchArguments, out: &mut dyn Write) -> Result<(), Failure> {
    // A panic is reported in the answer of its line, where it can be found.
    panic::set_hook(Box::new(|_| {}));
    if arguments.files.is_empty() {
        return answer_lines("standard input", &mut std::io::stdin().lock(), arguments, out);
    }
    for file in &arguments.files {
        if file == "-" {
            answer_lines("standard input", &mut std::io::stdin().lock(), arguments, out)?;
        } else {
            let opened = std::fs::File::open(file).map_err(|error| unreadable(file, &error))?;
            answer_lines(file, &mut BufReader::new(opened), arguments, out)?;
        }
    }
    Ok(())
}

fn unreadable(name: &str, error: &std::io::Error) -> Failure {
    Failure::input(codes::FILE, format!("cannot read {name}: {error}"))
}

fn answer_lines(
    name: &str,
    lines: &mut dyn BufRead,
    arguments: &BatchArguments,
    out: &mut dyn Write,
) -> Result<(), Failure> {
    let mut line = Vec::new();
    loop {
        line.clear();
        if lines
            .read_until(b'\n', &mut line)
            .map_err(|error| unreadable(name, &error))?
            == 0
        {
            return Ok(());
        }
        if line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        let answer = answer_line(&line, arguments);
        writeln!(out, "{}", Value::Object(answer))?;
        out.flush()?;
    }
}

/// The answer to a line, whatever the line is.
fn answer_line(line: &[u8], arguments: &BatchArguments) -> Object {
    let object = match serde_json::from_slice::<Value>(line) {
        Ok(Value::Object(object)) => object,
        Ok(other) => {
            let message = format!("the line is no JSON object but {}", json::shortened(&other.to_string()));
            return failed(&Value::Null, &json::general(codes::NOT_JSON, message), "");
        }
        Err(error) => {
            let message = format!("the line is no JSON: {}", without_line(&error));
            return failed(&Value::Null, &json::general(codes::NOT_JSON, message), "");
        }
    };
    let id = object.get("id").cloned().unwrap_or(Value::Null);
    let request = match Request::new(&object) {
        Ok(request) => request,
        Err(errors) => return failed(&id, &errors, ""),
    };
    let text = request.expr.clone();
    // A problem belongs to its line alone, so nothing half-done survives a panic.
    let result = panic::catch_unwind(AssertUnwindSafe(|| answer(request, arguments))).unwrap_or_else(|payload| {
        let message = format!(
            "the computation stopped unexpectedly: {}; please report this text",
            panic_text(&*payload)
        );
        Err(json::general(codes::PANIC, message))
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

fn answer(request: Request, arguments: &BatchArguments) -> Result<Object, Errors> {
    let start = Instant::now();
    let mut problem = Problem::parse_with(&request.expr, &request.declarations)?;
    let mut reply = request.question.derive(&mut problem)?;
    let derived = Instant::now();
    if let Some(inputs) = &request.inputs {
        reply.evaluate(&mut problem, inputs)?;
    }
    let computed = Instant::now();
    if !arguments.no_check {
        // The check looks at the formula, at small sizes of its own.
        reply.check(&mut problem, &BTreeMap::new());
    }
    let mut object = json::reply(&problem, &reply);
    if request.mathml {
        json::add_mathml(&mut object);
    }
    if let Some(detail) = request.steps {
        let told = reply.answers.iter().map(|answer| answer.steps(&mut problem, detail));
        let told = told.collect::<Result<Vec<_>, _>>()?;
        object.extend(json::derivations(&reply.answers, &told));
    }
    if arguments.timing {
        let mut micros = Object::new();
        micros.insert("derive".into(), json!(derived.duration_since(start).as_micros()));
        if request.inputs.is_some() {
            micros.insert("run".into(), json!(computed.duration_since(derived).as_micros()));
        }
        object.insert("micros".into(), Value::Object(micros));
    }
    Ok(object)
}

fn failed(id: &Value, errors: &Errors, text: &str) -> Object {
    let mut object = Object::new();
    object.insert("id".into(), id.clone());
    object.insert("ok".into(), json!(false));
    object.extend(json::errors(errors, text));
    object
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
