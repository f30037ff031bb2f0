//! The questions of the page.

use gateaux::{Detail, Errors, Notation};
use gateaux_json::{self as json, Object, Options, Question, codes};
use serde_json::{Value, json};

use crate::problem::{Asked, text, wrong};
use crate::{derive, language, steps};

/// The fields of the reply to a question with these fields.
type Answering = fn(&Object) -> Result<Object, Errors>;

/// What the page can ask; every reply has `ok`, and a failed one `errors` with places in the text.
const QUESTIONS: &[(&str, Answering)] = &[
    ("derive", |object| derive::derive(&mut Asked::new(object)?)),
    ("check", check),
    ("steps", |object| {
        let detail = match text(object, "detail")? {
            Some("full") => Detail::Full,
            _ => Detail::Brief,
        };
        steps::steps(&mut Asked::new(object)?, detail)
    }),
    ("claim", claim),
    ("example", example),
    ("numbers", numbers),
    ("cost", cost),
    ("language", |_| Ok(language::language())),
];

/// Answers a question, whatever it is. `{"ask": "line", ...}` is a line of `gateaux batch`, answered in the same bytes.
pub fn answer(question: &[u8]) -> String {
    let object = match serde_json::from_slice::<Value>(question) {
        Ok(Value::Object(object)) => object,
        Ok(_) | Err(_) => {
            let errors = json::general(codes::NOT_JSON, "a question is a JSON object");
            return Value::Object(json::failed(&Value::Null, &errors, "")).to_string();
        }
    };
    let id = object.get("id").cloned().unwrap_or(Value::Null);
    let asked = object.get("ask").and_then(Value::as_str).unwrap_or("line");
    if asked == "line" {
        return Value::Object(json::answer_line(question, &Options::default())).to_string();
    }
    let found = match QUESTIONS.iter().find(|(name, _)| *name == asked) {
        Some((_, answer)) => answer(&object),
        None => {
            let names: Vec<&str> = QUESTIONS.iter().map(|(name, _)| *name).collect();
            Err(wrong(&format!("ask should be line or one of {}", names.join(", "))))
        }
    };
    let reply = match found {
        Ok(fields) => {
            let mut reply = Object::new();
            reply.insert("id".into(), id);
            reply.insert("ok".into(), json!(true));
            reply.extend(fields);
            reply
        }
        Err(errors) => {
            let text = object.get("expr").and_then(Value::as_str).unwrap_or_default();
            json::failed(&id, &errors, text)
        }
    };
    Value::Object(reply).to_string()
}

/// The verdicts on the derivatives, and how differences approach them.
fn check(object: &Object) -> Result<Object, Errors> {
    let mut asked = Asked::new(object)?;
    let mut reply = asked.derive()?;
    reply.check(&mut asked.problem, &asked.sizes);
    let mut checks = Vec::new();
    for (answer, check) in reply.answers.iter().zip(&reply.checks) {
        let measured = answer.convergence(&mut asked.problem, &asked.sizes);
        checks.push(json!({
            "by": answer.wrt(),
            "check": json::check(check),
            "sizes": check.sizes,
            "convergence": json::convergence(&measured),
        }));
    }
    Ok([("checks".to_owned(), Value::Array(checks))].into_iter().collect())
}

/// The judgment on a formula that somebody has for the derivative.
fn claim(object: &Object) -> Result<Object, Errors> {
    let mut asked = Asked::new(object)?;
    let claim = text(object, "claim")?.ok_or_else(|| wrong("the field claim is missing"))?;
    let reply = asked.derive()?;
    let [answer] = reply.answers.as_slice() else {
        return Err(wrong("a claim is about one derivative: choose one variable"));
    };
    let written = match text(object, "input")? {
        Some("latex") => asked.problem.latex_to_text(claim),
        _ => Ok(claim.to_owned()),
    };
    let judged = written
        .map_err(|errors| (errors, claim.to_owned()))
        .and_then(|written| {
            let judged = answer.claim(&asked.problem, &written, &asked.sizes);
            judged.map_err(|errors| (errors, written))
        });
    let mut fields = Object::new();
    match judged {
        Ok(judgment) => {
            fields.insert("judgment".into(), json::judgment(&judgment, ("claim", claim)));
            fields.insert("view".into(), json!(judgment.view));
        }
        // Mistakes of the claim point into the claim.
        Err((errors, written)) => {
            fields.insert("mistakes".into(), Value::Object(json::errors(&errors, &written)));
        }
    }
    Ok(fields)
}

/// Values for all variables.
fn example(object: &Object) -> Result<Object, Errors> {
    let mut asked = Asked::new(object)?;
    let inputs = asked.problem.example(&asked.sizes)?;
    let mut values = Object::new();
    for (name, value) in &inputs.values {
        values.insert(name.clone(), json::array(value, inputs.imaginary.get(name)));
    }
    let mut fields = Object::new();
    fields.insert("dims".into(), json!(inputs.sizes));
    fields.insert("inputs".into(), Value::Object(values));
    Ok(fields)
}

/// The value, and the derivatives as numbers.
fn numbers(object: &Object) -> Result<Object, Errors> {
    let mut asked = Asked::new(object)?;
    let mut reply = asked.derive()?;
    let inputs = asked
        .inputs
        .take()
        .ok_or_else(|| wrong("the field inputs is missing"))?;
    reply.evaluate(&mut asked.problem, &inputs)?;
    let mut fields = Object::new();
    let mut notes = Vec::new();
    let mut derivatives = Vec::new();
    for (at, numbers) in reply.numbers.iter().enumerate() {
        let parts = numbers.imaginary.as_ref();
        if at == 0 {
            let value = json::array(&numbers.value, parts.and_then(|parts| parts.value.as_ref()));
            fields.insert("value".into(), value);
        }
        json::extend_distinct(&mut notes, &numbers.notes);
        if let (Some(derivative), Some(answer)) = (&numbers.derivative, reply.answers.get(at)) {
            derivatives.push(json!({
                "by": answer.wrt(),
                "name": answer.explicit_name(),
                "shape": derivative.shape(),
                "array": json::array(derivative, parts.and_then(|parts| parts.derivative.as_ref())),
            }));
        }
    }
    fields.insert("derivatives".into(), Value::Array(derivatives));
    fields.insert("notes".into(), json!(notes));
    Ok(fields)
}

/// What each order of evaluation takes.
fn cost(object: &Object) -> Result<Object, Errors> {
    let mut asked = Asked::new(object)?;
    let names: Vec<(String, usize)> = match &asked.question {
        Question::Value => Vec::new(),
        Question::Derivative(wrt) => wrt.first().map(|name| (name.clone(), wrt.len())).into_iter().collect(),
        Question::Gradients(wrt) => wrt.iter().map(|name| (name.clone(), 1)).collect(),
    };
    let sizes = asked.sizes.clone();
    let mut costs = Vec::new();
    for (name, order) in &names {
        let found = asked.problem.costs(name, *order, &sizes)?;
        costs.push(json::costs(&found));
    }
    let function = asked.problem.function_text(Notation::Text)?;
    let mut fields = Object::new();
    fields.insert("function".into(), json!(function));
    fields.insert("costs".into(), Value::Array(costs));
    Ok(fields)
}
