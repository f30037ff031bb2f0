//! Numbers, answers and mistakes as JSON, in the order in which the manual lists the fields.

use gateaux::{
    Answer, Array, Check, Checked, Complex, Declared, Diagnostic, Errors, Notation, Origin, Problem, Slope, Step,
    Steps, Verdict, mathml,
};
use serde_json::{Map, Value, json};

use crate::codes;
use crate::question::{Question, Reply};

/// An object under construction.
pub type Object = Map<String, Value>;

/// A number; what JSON has no number for is a string.
pub fn number(value: f64) -> Value {
    match serde_json::Number::from_f64(value) {
        Some(number) => Value::Number(number),
        None if value.is_nan() => Value::from("NaN"),
        None if value > 0.0 => Value::from("inf"),
        None => Value::from("-inf"),
    }
}

/// An array as nested lists, row by row; a scalar as a number. Complex numbers are strings: `1.5-2i`.
pub fn array(array: &Array<f64>, imaginary: Option<&Array<f64>>) -> Value {
    let mut level: Vec<Value> = match imaginary {
        None => array.iter_row_major().map(|entry| number(*entry)).collect(),
        Some(imaginary) => {
            let parts = array.iter_row_major().zip(imaginary.iter_row_major());
            parts.map(|(re, im)| Value::from(format!("{re}{im:+}i"))).collect()
        }
    };
    for size in array.shape().iter().rev() {
        let mut entries = level.into_iter();
        level = Vec::with_capacity(entries.len() / (*size).max(1));
        while entries.len() > 0 {
            level.push(Value::Array(entries.by_ref().take((*size).max(1)).collect()));
        }
    }
    level.into_iter().next().unwrap_or(Value::Null)
}

/// The array that nested lists write, row by row.
///
/// # Errors
/// Rows of different lengths, and entries that are no numbers: what is wrong, and where, as a clause.
pub fn parse_array(value: &Value) -> Result<Array<Complex<f64>>, String> {
    let mut level = vec![value];
    let mut shape: Vec<usize> = Vec::new();
    while let Some(Value::Array(first)) = level.first() {
        let mut next = Vec::with_capacity(level.len() * first.len());
        for (at, entry) in level.iter().enumerate() {
            match entry {
                Value::Array(list) if list.len() == first.len() => next.extend(list),
                Value::Array(list) => {
                    let entries = if list.len() == 1 { "entry" } else { "entries" };
                    let place = position(at, &shape);
                    return Err(format!(
                        "list {place} has {} {entries}, but the first has {}",
                        list.len(),
                        first.len()
                    ));
                }
                _ => return Err(format!("{} is not a list as others are", place(at, &shape))),
            }
        }
        shape.push(first.len());
        if first.is_empty() {
            return Err("it has no entries".to_owned());
        }
        level = next;
    }
    let mut data = Vec::with_capacity(level.len());
    for (at, entry) in level.iter().enumerate() {
        data.push(parse_number(entry).ok_or_else(|| {
            let found = if entry.is_array() {
                "a list".to_owned()
            } else {
                shortened(&entry.to_string())
            };
            format!("{} is {found}, which is no number", place(at, &shape))
        })?);
    }
    if shape.is_empty() {
        return Ok(Array::scalar(data[0]));
    }
    Array::from_row_major(&shape, &data).map_err(|error| error.to_string())
}

fn parse_number(value: &Value) -> Option<Complex<f64>> {
    match value {
        Value::Number(number) => number.as_f64().map(Complex::real),
        Value::String(text) => parse_complex(text),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

/// `1.5-2i`, `3i`, `-i`, with the imaginary unit as `i`, `j` or `im`; a real number that JSON has no number for.
fn parse_complex(text: &str) -> Option<Complex<f64>> {
    let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let part = |text: &str| match text {
        "NaN" => Some(f64::NAN),
        "inf" | "+inf" => Some(f64::INFINITY),
        "-inf" => Some(f64::NEG_INFINITY),
        _ if text.contains(['n', 'N']) => None,
        _ => text.parse().ok(),
    };
    let Some(parts) = ["im", "i", "j"].into_iter().find_map(|unit| text.strip_suffix(unit)) else {
        // A real number stands without quotes.
        return matches!(text.as_str(), "NaN" | "inf" | "-inf").then(|| part(&text).map(Complex::real))?;
    };
    // The sign between the parts is the last one that belongs to no exponent.
    let belongs_to_exponent = |at: usize| parts[..at].ends_with(['e', 'E']);
    let is_sign = |(at, c): &(usize, char)| matches!(c, '+' | '-') && *at > 0 && !belongs_to_exponent(*at);
    let sign = parts.char_indices().rev().find(is_sign);
    let (real, imaginary) = parts.split_at(sign.map_or(0, |(at, _)| at));
    let imaginary = match imaginary {
        "" | "+" => 1.0,
        "-" => -1.0,
        number => part(number)?,
    };
    let real = if real.is_empty() { 0.0 } else { part(real)? };
    Some(Complex::new(real, imaginary))
}

fn place(at: usize, shape: &[usize]) -> String {
    if shape.is_empty() {
        "it".to_owned()
    } else {
        format!("entry {}", position(at, shape))
    }
}

/// `[2, 3]`: the index, counted from one, of a place in row order.
fn position(at: usize, shape: &[usize]) -> String {
    format!("[{}]", index(at, shape).join(", "))
}

/// The index, counted from one, of a place in row order.
pub fn index(mut at: usize, shape: &[usize]) -> Vec<String> {
    let mut index: Vec<String> = Vec::with_capacity(shape.len());
    for size in shape.iter().rev() {
        index.push((1 + at % size).to_string());
        at /= size;
    }
    index.reverse();
    index
}

/// The text, or its beginning with dots where it is long.
pub fn shortened(text: &str) -> String {
    const LONGEST: usize = 40;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.to_owned(),
    }
}

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

fn check(check: &Check) -> Value {
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

/// A mistake that is not one of the text.
pub fn general(code: &'static str, message: impl Into<String>) -> Errors {
    debug_assert!(codes::find(code).is_some());
    Diagnostic::new(code, gateaux::Span::default(), message).into()
}
