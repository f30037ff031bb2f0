//! Numbers and arrays as JSON: nested lists, row by row.

use std::collections::BTreeMap;

use gateaux::{Array, Complex};
use serde_json::Value;

/// Values by name.
pub type Values = BTreeMap<String, Array<Complex<f64>>>;

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
