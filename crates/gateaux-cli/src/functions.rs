//! `gateaux functions`: the functions of the language, from their records.

use std::io::Write;

use gateaux::ops::{self, Meaning, Op};
use serde_json::{Value, json};

use crate::args::{FunctionsArguments, TextOrJson};
use crate::failure::Failure;
use crate::style;

/// Shows all functions, or one.
///
/// # Errors
/// A function that does not exist; an output that cannot be written.
pub fn run(arguments: &FunctionsArguments, out: &mut dyn Write) -> Result<(), Failure> {
    let ops: Vec<&'static Op> = match &arguments.name {
        None => ops::all().chain(ops::CONSTRUCTORS).collect(),
        Some(name) => vec![find(name).ok_or_else(|| unknown(name))?],
    };
    match (arguments.format, &arguments.name) {
        (TextOrJson::Json, None) => {
            let list: Vec<Value> = ops.iter().map(|op| object(op)).collect();
            Ok(writeln!(out, "{:#}", Value::Array(list))?)
        }
        (TextOrJson::Json, Some(_)) => Ok(ops.iter().try_for_each(|op| writeln!(out, "{:#}", object(op)))?),
        (TextOrJson::Text, None) => table(&ops, out),
        (TextOrJson::Text, Some(_)) => ops.iter().try_for_each(|op| page(op, out)),
    }
}

/// The function or constructor of this name.
fn find(name: &str) -> Option<&'static Op> {
    ops::find(name).or_else(|| ops::constructor(name))
}

fn unknown(name: &str) -> Failure {
    let near = ops::names().min_by_key(|known| distance(known, name));
    let help = match near.filter(|near| distance(near, name) <= 1 + name.chars().count() / 4) {
        Some(near) => format!("did you mean {near}?"),
        None => "gateaux functions lists all of them".to_owned(),
    };
    Failure::usage(format!("there is no function {name}"), help)
}

/// A line for each signature of each function: names, shapes, domain, differential.
fn table(ops: &[&'static Op], out: &mut dyn Write) -> Result<(), Failure> {
    let mut rows: Vec<[String; 4]> = vec![["function", "shapes", "domain", "differential"].map(str::to_owned)];
    for op in ops {
        let shapes = op.shapes();
        let lines = op.kind.len().max(op.differential.len()).max(1);
        for at in 0..lines {
            let differential = match op.differential.get(at) {
                Some(derivative) if op.is_elementwise() && !derivative.contains("dx") => times_dx(derivative),
                Some(formula) => (*formula).to_owned(),
                None => String::new(),
            };
            let first = |text: String| if at == 0 { text } else { String::new() };
            rows.push([
                first(spellings(op)),
                shapes.get(at).cloned().unwrap_or_default(),
                first(op.domain.to_owned()),
                differential,
            ]);
        }
    }
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths = [width(0), width(1), width(2)];
    for (at, [name, kind, domain, differential]) in rows.iter().enumerate() {
        let style = if at == 0 { style::TITLE } else { style::NAME };
        let name = style::paint(style, &format!("{name:width$}", width = widths[0]));
        let kind = format!("{kind:width$}", width = widths[1]);
        let kind = if at == 0 {
            style::paint(style::TITLE, &kind)
        } else {
            style::paint(style::FAINT, &kind)
        };
        let rest = format!("{domain:width$}  {differential}", width = widths[2]);
        let rest = if at == 0 {
            style::paint(style::TITLE, &rest)
        } else {
            rest
        };
        writeln!(out, "{}", format!("{name}  {kind}  {rest}").trim_end())?;
    }
    writeln!(out, "\ngateaux functions NAME shows all that is known of one of them.")?;
    Ok(())
}

/// `cos(x).*dx`, `(1 - tanh(x)^2).*dx`: the derivative of an elementwise function as a differential.
fn times_dx(derivative: &str) -> String {
    let is_call = derivative.find('(').is_some_and(|open| {
        let name = derivative[..open].chars().all(char::is_alphanumeric);
        // The parenthesis that opens behind the name closes at the end.
        let mut depth = 0;
        let closes = derivative.char_indices().find_map(|(at, c)| {
            depth += i32::from(c == '(') - i32::from(c == ')');
            (at >= open && depth == 0).then_some(at)
        });
        name && closes == Some(derivative.len() - 1)
    });
    match derivative {
        "0" => "0".to_owned(),
        _ if is_call => format!("{derivative}.*dx"),
        _ => format!("({derivative}).*dx"),
    }
}

/// `norm2, norm, normF`
fn spellings(op: &Op) -> String {
    std::iter::once(op.name)
        .chain(op.aliases.iter().copied())
        .collect::<Vec<_>>()
        .join(", ")
}

fn page(op: &Op, out: &mut dyn Write) -> Result<(), Failure> {
    writeln!(out, "{}: {}", style::paint(style::NAME, op.name), op.about)?;
    let meaning: Vec<&str> = match &op.meaning {
        Meaning::Abbreviates(formulas) => formulas.to_vec(),
        Meaning::Equals(formulas) => formulas.to_vec(),
        Meaning::Form(_) | Meaning::Primitive => Vec::new(),
    };
    let differential = if op.is_elementwise() {
        "derivative"
    } else {
        "differential"
    };
    let examples: Vec<String> = op
        .problems()
        .into_iter()
        .map(|(function, variable, derivative)| match derivative {
            Some(derivative) => format!("{function} by {variable}: {derivative}"),
            None => format!("{function} by {variable}"),
        })
        .collect();
    let examples: Vec<&str> = examples.iter().map(String::as_str).collect();
    let shapes = op.shapes();
    let shapes: Vec<&str> = shapes.iter().map(String::as_str).collect();
    let rules: Vec<String> = op
        .rules
        .iter()
        .map(|rule| format!("{} => {}", rule.left, rule.right))
        .collect();
    let rules: Vec<&str> = rules.iter().map(String::as_str).collect();
    let rows: [(&str, &[&str]); 9] = [
        ("also written", op.aliases),
        ("shapes", &shapes),
        ("domain", &[op.domain]),
        ("means", &meaning),
        (differential, op.differential),
        ("kink", &[op.kink]),
        ("simplified", &rules),
        ("examples", &examples),
        ("source", &[op.source]),
    ];
    let shown: Vec<(&str, &str)> = rows
        .iter()
        .flat_map(|(title, lines)| {
            let lines = lines.iter().filter(|line| !line.is_empty());
            lines
                .enumerate()
                .map(|(at, line)| (if at == 0 { *title } else { "" }, *line))
        })
        .collect();
    writeln!(out)?;
    let width = shown.iter().map(|(title, _)| title.len()).max().unwrap_or(0);
    for (title, line) in shown {
        writeln!(
            out,
            "  {}  {line}",
            style::paint(style::TITLE, &format!("{title:width$}"))
        )?;
    }
    Ok(())
}

fn object(op: &Op) -> Value {
    let meaning: Vec<&str> = match &op.meaning {
        Meaning::Abbreviates(formulas) => formulas.to_vec(),
        Meaning::Equals(formulas) => formulas.to_vec(),
        Meaning::Form(_) | Meaning::Primitive => Vec::new(),
    };
    let examples: Vec<Value> = op
        .examples
        .iter()
        .map(|(function, variable, derivative)| json!({"expr": function, "wrt": variable, "explicit": derivative}))
        .collect();
    json!({
        "name": op.name,
        "aliases": op.aliases,
        "shapes": op.kind,
        "about": op.about,
        "domain": op.domain,
        "means": meaning,
        "elementwise": op.is_elementwise(),
        "differential": op.differential,
        "kink": op.kink,
        "examples": examples,
        "source": op.source,
    })
}

/// How many characters must be changed, added or removed.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let above = row[j + 1];
            row[j + 1] = (diagonal + usize::from(x != *y)).min(above + 1).min(row[j] + 1);
            diagonal = above;
        }
    }
    row[b.len()]
}
