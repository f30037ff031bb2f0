//! Answers as JSON, in the order in which the manual lists the fields.

use gateaux::{Answer, Check, Declared, Notation, Origin, Problem, Slope, Verdict, mathml};
use serde_json::{Value, json};

use crate::Object;
use crate::array::{array, number};
use crate::question::{Question, Reply};

/// All fields of a reply.
pub fn reply(problem: &Problem, reply: &Reply) -> Object {
    match (&reply.question, reply.answers.first()) {
        (Question::Derivative(_), Some(answer)) => derivative(answer, reply),
        (Question::Value | Question::Derivative(_) | Question::Gradients(_), _) => gradients(problem, reply),
    }
}

fn derivative(answer: &Answer, reply: &Reply) -> Object {
    let mut object = Object::new();
    object.insert(
        "shape".into(),
        json!({"f": answer.function_axes(), "derivative": answer.derivative_axes()}),
    );
    insert_forms(&mut object, answer);
    object.insert("assumptions".into(), json!(answer.assumptions()));
    object.insert("notes".into(), json!(notes(answer.notes(), reply)));
    if let Some(numbers) = reply.numbers.first() {
        let parts = numbers.imaginary.as_ref();
        let imaginary = parts.and_then(|parts| parts.value.as_ref());
        object.insert("value".into(), array(&numbers.value, imaginary));
        let imaginary = parts.and_then(|parts| parts.derivative.as_ref());
        object.extend(
            numbers
                .derivative
                .iter()
                .map(|derivative| ("derivative".into(), array(derivative, imaginary))),
        );
    }
    object.extend(reply.checks.first().map(|found| ("check".into(), check(found))));
    object
}

/// The value, and the derivatives by each of several variables.
fn gradients(problem: &Problem, reply: &Reply) -> Object {
    let mut object = Object::new();
    object.insert("shape".into(), json!({"f": problem.axes()}));
    if let Question::Gradients(_) = reply.question {
        let mut parts = Object::new();
        for (at, answer) in reply.answers.iter().enumerate() {
            let mut part = Object::new();
            part.insert("shape".into(), json!(answer.derivative_axes()));
            insert_forms(&mut part, answer);
            if let Some(numbers) = reply.numbers.get(at) {
                let imaginary = numbers.imaginary.as_ref().and_then(|parts| parts.derivative.as_ref());
                let derivative = numbers.derivative.iter();
                part.extend(derivative.map(|derivative| ("derivative".into(), array(derivative, imaginary))));
            }
            part.extend(reply.checks.get(at).map(|found| ("check".into(), check(found))));
            parts.insert(answer.wrt().join(","), Value::Object(part));
        }
        object.insert("gradients".into(), Value::Object(parts));
    }
    let mut assumptions: Vec<String> = Vec::new();
    let mut remarks: Vec<String> = Vec::new();
    if reply.answers.is_empty() {
        assumptions.extend_from_slice(problem.dimension_assumptions());
        remarks.extend_from_slice(problem.hints());
    }
    for answer in &reply.answers {
        extend_distinct(&mut assumptions, answer.assumptions());
        extend_distinct(&mut remarks, answer.notes());
    }
    object.insert("assumptions".into(), json!(assumptions));
    object.insert("notes".into(), json!(notes(&remarks, reply)));
    object.extend(reply.numbers.first().map(|numbers| {
        let imaginary = numbers.imaginary.as_ref().and_then(|parts| parts.value.as_ref());
        ("value".into(), array(&numbers.value, imaginary))
    }));
    object
}

fn insert_forms(object: &mut Object, answer: &Answer) {
    let differential = answer.differential(Notation::Text);
    let is_array = answer.derivative_axes().len() > 2 && !answer.is_row_jacobian();
    let explicit = match answer.explicit(Notation::Text) {
        Some(explicit) if !is_array => json!(explicit),
        explicit => {
            let mut views = Object::new();
            views.insert("operator".into(), json!(answer.operator(Notation::Text)));
            let others = [
                ("kronecker", answer.kronecker(Notation::Text)),
                ("index", answer.index(Notation::Text)),
                ("einsum", explicit),
            ];
            for (name, view) in others {
                views.extend(view.map(|view| (name.to_owned(), json!(view))));
            }
            Value::Object(views)
        }
    };
    let latex = match is_array {
        true => answer.index(Notation::Latex),
        false => answer.explicit(Notation::Latex),
    };
    let latex = latex.unwrap_or(answer.differential(Notation::Latex));
    object.insert("differential".into(), json!(differential));
    object.insert("explicit".into(), explicit);
    object.insert("latex".into(), json!(latex));
    if answer.wirtinger().iter().any(|part| part.has_conjugates()) {
        let parts = answer.wirtinger().iter();
        let parts = parts.map(|part| (part.name(Notation::Text), json!(part.formula(Notation::Text))));
        object.insert("wirtinger".into(), Value::Object(parts.collect()));
    }
}

/// Adds what stands in LaTeX in MathML, too, in the reply and in each of its gradients.
pub fn add_mathml(reply: &mut Object) {
    let gradients = reply.get_mut("gradients").and_then(Value::as_object_mut);
    let parts = gradients
        .into_iter()
        .flat_map(Object::values_mut)
        .filter_map(Value::as_object_mut);
    for part in parts {
        add_one_mathml(part);
    }
    add_one_mathml(reply);
}

fn add_one_mathml(object: &mut Object) {
    if let Some(latex) = object.get("latex").and_then(Value::as_str) {
        let element = json!(mathml(latex));
        object.insert("mathml".into(), element);
    }
}

/// The conventions of the answer and the remarks of the computation, each once.
fn notes(conventions: &[String], reply: &Reply) -> Vec<String> {
    let mut notes = conventions.to_vec();
    for numbers in &reply.numbers {
        extend_distinct(&mut notes, &numbers.notes);
    }
    notes
}

/// Adds what is not there yet.
pub fn extend_distinct(list: &mut Vec<String>, more: &[String]) {
    for text in more {
        if !list.contains(text) {
            list.push(text.clone());
        }
    }
}

/// The verdict on a derivative.
pub fn check(check: &Check) -> Value {
    let mut object = Object::new();
    let verdict = if check.is_verified() {
        "verified"
    } else {
        "not verified"
    };
    object.insert("verdict".into(), json!(verdict));
    // Two digits say all; more would differ from one machine to the next.
    let error: Option<f64> = if check.error.is_finite() {
        format!("{:.1e}", check.error).parse().ok()
    } else {
        None
    };
    object.insert("error".into(), error.map_or(Value::Null, number));
    object.insert("points".into(), json!(check.points));
    let remainder = match check.slope {
        Slope::Linear => json!("none"),
        Slope::Power(power) => number((power * 100.0).round() / 100.0),
        Slope::Unknown => Value::Null,
    };
    object.insert("remainder".into(), remainder);
    if let Verdict::NotVerified(reason) = &check.verdict {
        object.insert("reason".into(), json!(reason));
    }
    Value::Object(object)
}

/// The variables with their kinds.
pub fn declarations(declared: &[Declared]) -> Value {
    let one = |variable: &Declared| {
        json!({
            "name": variable.name,
            "declaration": variable.text,
            "shape": variable.axes,
            "origin": match variable.origin {
                Origin::Declared => "declared",
                Origin::Name => "name",
                Origin::Default => "default",
                Origin::Use => "use",
            },
        })
    };
    declared.iter().map(one).collect()
}
