//! `gateaux explain`: the page of an error code.

use std::io::Write;

use gateaux::{Code, Problem};

use crate::args::ExplainArguments;
use crate::codes;
use crate::diagnostics;
use crate::failure::Failure;
use crate::json;
use crate::source::Source;
use crate::style;

/// Shows the page of a code, or all codes.
///
/// # Errors
/// A code that does not exist; an output that cannot be written.
pub fn run(arguments: &ExplainArguments, out: &mut dyn Write) -> Result<(), Failure> {
    let Some(code) = &arguments.code else {
        for code in codes::all() {
            writeln!(out, "{}  {}", style::paint(style::NAME, code.code), code.title)?;
        }
        return Ok(());
    };
    match codes::find(code) {
        Some(code) => show(&code, out),
        None => Err(Failure::usage(
            format!("there is no code {code}"),
            "gateaux explain lists all codes",
        )),
    }
}

fn show(code: &Code, out: &mut dyn Write) -> Result<(), Failure> {
    writeln!(out, "{}: {}\n", style::paint(style::NAME, code.code), code.title)?;
    for line in wrapped(code.explanation) {
        writeln!(out, "{line}")?;
    }
    if code.example.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{}", style::paint(style::TITLE, "example"))?;
    for line in code.example.lines() {
        writeln!(out, "  {}", json::shortened(line))?;
    }
    // The example is run, so that the page shows the error exactly as it looks.
    if let Err(errors) = Problem::parse(code.example) {
        writeln!(out)?;
        let source = Source {
            path: None,
            text: code.example.to_owned(),
        };
        diagnostics::show_errors(&source, &errors, out)?;
    }
    Ok(())
}

/// The text in lines of at most 80 characters.
fn wrapped(text: &str) -> Vec<String> {
    const WIDTH: usize = 80;
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= WIDTH => {
                line.push(' ');
                line.push_str(word);
            }
            Some(_) | None => lines.push(word.to_owned()),
        }
    }
    lines
}
