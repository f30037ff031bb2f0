//! `gateaux eval`: the value of a function and of its derivative at given data.

use std::io::Write;
use std::time::{Duration, Instant};

use gateaux::compile::{self, Compiled, Options, Request, View, ViewMut};
use gateaux::{Array, Errors, Inputs, Notation, Problem};
use gateaux_json::{self as json, Values};
use gateaux_json::{Question, Reply};
use serde_json::{Value, json};

use crate::args::{self, EvalArguments, TextOrJson};
use crate::data;
use crate::failure::Failure;
use crate::linearize;
use crate::page::Page;
use crate::plan;
use crate::question;
use crate::source::Source;

/// Computes and shows the numbers.
///
/// # Errors
/// Mistakes in the text, the data or the usage; an output that cannot be written.
pub fn run(arguments: &EvalArguments, out: &mut dyn Write) -> Result<(), Failure> {
    if !arguments.direction.is_empty() {
        return linearize::run(arguments, out);
    }
    let (mut problem, source) = Source::read_problem(&arguments.problem, arguments.notation, &arguments.dims)?;
    let in_text = |errors| Failure::Text(source.clone(), errors);
    let question = question::ask(&question::names(&arguments.wrt), arguments.order)?;
    let values = data::load(&arguments.data, &problem)?;
    let inputs = Inputs::new(values.clone(), args::sizes(&arguments.dims));
    let mut reply = question.derive(&mut problem).map_err(in_text)?;
    reply.evaluate(&mut problem, &inputs).map_err(in_text)?;
    let times = match arguments.repeat {
        Some(repeat) => Some(time(arguments, &mut problem, &reply, &values, repeat).map_err(in_text)?),
        None => None,
    };
    match arguments.format {
        TextOrJson::Json => {
            let mut object = json::Object::new();
            object.insert("ok".into(), json!(true));
            object.extend(json::reply(&problem, &reply));
            if let Some(times) = times {
                object.insert("seconds".into(), json!(times.median.as_secs_f64()));
                object.insert("first_seconds".into(), json!(times.first.as_secs_f64()));
            }
            Ok(writeln!(out, "{}", Value::Object(object))?)
        }
        TextOrJson::Text => {
            show(&reply, usize::from(arguments.digits), out)?;
            let Some(times) = times else { return Ok(()) };
            let text = |time: Duration| plan::duration(time.as_secs_f64());
            let (first, median) = (text(times.first), text(times.median));
            let sentence = format!("{median} a run (the median); {first} to compile and run for the first time");
            writeln!(out)?;
            Ok(Page::new(out, Notation::Text).sentences("time", &[sentence])?)
        }
    }
}

/// How long the compiled function takes.
struct Times {
    first: Duration,
    median: Duration,
}

/// Runs the compiled value and derivative on the data.
fn time(
    arguments: &EvalArguments,
    problem: &mut Problem,
    reply: &Reply,
    values: &Values,
    repeat: u32,
) -> Result<Times, Errors> {
    let mut requests = vec![compile::value()];
    match &reply.question {
        Question::Value => {}
        Question::Gradients(names) => requests.extend(names.iter().map(|name| compile::gradient(name))),
        Question::Derivative(names) => requests.push(Request::of(names)?),
    }
    let options = Options {
        threads: arguments.threads,
        sizes: args::sizes(&arguments.dims),
        ..Options::default()
    };
    let start = Instant::now();
    let mut compiled: Compiled<f64> = problem.compile_with(&requests, options)?;
    let real = |name: &str| values.get(name).map(|array| array.map(|entry| entry.re));
    let inputs: Vec<Array<f64>> = compiled.inputs().filter_map(real).collect();
    let views: Vec<View<'_, f64>> = inputs
        .iter()
        .map(|array| View::new(array.data(), array.shape()))
        .collect();
    let shapes: Vec<&[usize]> = inputs.iter().map(Array::shape).collect();
    let shapes = compiled.output_shapes(&shapes)?;
    let mut outputs: Vec<Vec<f64>> = shapes.iter().map(|shape| vec![0.0; shape.iter().product()]).collect();
    let pairs = outputs.iter_mut().zip(&shapes);
    let mut results: Vec<ViewMut<'_, f64>> = pairs.map(|(data, shape)| ViewMut::new(data, shape)).collect();
    compiled.run(&views, &mut results)?;
    let first = start.elapsed();
    let mut times = Vec::with_capacity(repeat as usize);
    for _ in 0..repeat {
        let start = Instant::now();
        compiled.run(&views, &mut results)?;
        times.push(start.elapsed());
    }
    times.sort_unstable();
    Ok(Times {
        first,
        median: times[times.len() / 2],
    })
}

fn show(reply: &Reply, digits: usize, out: &mut dyn Write) -> Result<(), Failure> {
    let mut page = Page::new(out, Notation::Text);
    let mut notes = Vec::new();
    if let Some(numbers) = reply.numbers.first() {
        let imaginary = numbers.imaginary.as_ref().and_then(|parts| parts.value.as_ref());
        show_array("value", (&numbers.value, imaginary), digits, &mut page)?;
    }
    for (answer, numbers) in reply.answers.iter().zip(&reply.numbers) {
        if let Some(derivative) = &numbers.derivative {
            let by = match reply.question {
                Question::Gradients(_) => format!(" by {}", answer.wrt().join(", ")),
                Question::Value | Question::Derivative(_) => String::new(),
            };
            let imaginary = numbers.imaginary.as_ref().and_then(|parts| parts.derivative.as_ref());
            show_array(
                &format!("{}{by}", answer.explicit_name()),
                (derivative, imaginary),
                digits,
                &mut page,
            )?;
        }
    }
    for numbers in &reply.numbers {
        json::extend_distinct(&mut notes, &numbers.notes);
    }
    Ok(page.sentences("notes", &notes)?)
}

/// An array: a number, a column, a matrix; beyond two axes one matrix for each choice of the first indices.
///
/// # Errors
/// Those of writing.
pub fn show_array(
    title: &str,
    (array, imaginary): (&Array<f64>, Option<&Array<f64>>),
    digits: usize,
    page: &mut Page<'_>,
) -> Result<(), Failure> {
    let shape: Vec<String> = array.shape().iter().map(usize::to_string).collect();
    let detail = if shape.is_empty() {
        String::new()
    } else {
        format!("({})", shape.join(" x "))
    };
    page.title(title, &detail)?;
    let mut entries: Vec<String> = array.iter_row_major().map(|entry| digits_of(*entry, digits)).collect();
    if let Some(imaginary) = imaginary {
        for (entry, part) in entries.iter_mut().zip(imaginary.iter_row_major()) {
            let sign = if part.is_sign_negative() { "-" } else { "+" };
            *entry = format!("{entry} {sign} {}i", digits_of(part.abs(), digits));
        }
    }
    let (outer, n_columns) = match array.shape() {
        [] | [_] => (&[][..], 1),
        [outer @ .., _, columns] => (outer, *columns),
    };
    let per_matrix = entries.len() / outer.iter().product::<usize>().max(1);
    for (at, matrix) in entries.chunks(per_matrix.max(1)).enumerate() {
        if !outer.is_empty() {
            page.sentence(&format!("[{}, :, :]", json::index(at, outer).join(", ")))?;
        }
        show_matrix(matrix, n_columns, page)?;
    }
    Ok(())
}

/// Rows of entries, each column as wide as its widest entry.
fn show_matrix(entries: &[String], n_columns: usize, page: &mut Page<'_>) -> Result<(), Failure> {
    let widths: Vec<usize> = (0..n_columns)
        .map(|column| {
            entries
                .iter()
                .skip(column)
                .step_by(n_columns)
                .map(String::len)
                .max()
                .unwrap_or(0)
        })
        .collect();
    for row in entries.chunks(n_columns) {
        let cells: Vec<String> = row
            .iter()
            .zip(&widths)
            .map(|(entry, width)| format!("{entry:>width$}"))
            .collect();
        page.sentence(&cells.join("  "))?;
    }
    Ok(())
}

/// A number with so many digits, without an exponent where it is of moderate size, and without idle zeros.
fn digits_of(value: f64, digits: usize) -> String {
    if !value.is_finite() {
        return match value {
            value if value.is_nan() => "NaN".to_owned(),
            value if value > 0.0 => "inf".to_owned(),
            _ => "-inf".to_owned(),
        };
    }
    let scientific = format!("{value:.*e}", digits - 1);
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let idle = |text: &str| match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text.to_owned(),
    };
    if (-5..digits.max(7) as i32).contains(&exponent) {
        let decimals = usize::try_from(digits as i32 - 1 - exponent).unwrap_or(0);
        return idle(&format!("{value:.decimals$}"));
    }
    format!("{}e{exponent}", idle(mantissa))
}
