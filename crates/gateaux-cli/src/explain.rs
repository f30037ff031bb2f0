//! `gateaux explain`: the page of an error code, or of a rule of derivations.

use std::io::Write;

use gateaux::{Code, Problem, Reason, Rule, ops};
use gateaux_json as json;

use crate::args::ExplainArguments;
use crate::codes;
use crate::diagnostics;
use crate::failure::Failure;
use crate::source::Source;
use crate::style;

/// Shows the page of a code or of a rule, or all codes.
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
    match (codes::find(code), gateaux::find_rule(code)) {
        (Some(code), _) => show(&code, out),
        (None, Some(rule)) => show_rule(rule, out),
        (None, None) if function(code).is_some() => function(code).map_or(Ok(()), |op| show_function(op, out)),
        (None, None) => Err(Failure::usage(
            format!("there is no code {code}"),
            "gateaux explain lists all codes; the rules of --steps are in docs/rules",
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

/// The function of a rule such as `differential-of-logdet`.
fn function(rule: &str) -> Option<&'static ops::Op> {
    rule.strip_prefix("differential-of-").and_then(ops::find)
}

fn show_function(op: &'static ops::Op, out: &mut dyn Write) -> Result<(), Failure> {
    let rule = Reason::Function(op);
    writeln!(out, "{}: {}\n", style::paint(style::NAME, &rule.id()), op.about)?;
    writeln!(out, "  {}\n", rule.statement())?;
    Ok(writeln!(
        out,
        "gateaux functions {} shows all that is known of the function.",
        op.name
    )?)
}

fn show_rule(rule: &Rule, out: &mut dyn Write) -> Result<(), Failure> {
    writeln!(out, "{}: {}\n", style::paint(style::NAME, rule.id), rule.name)?;
    writeln!(out, "  {}\n", rule.statement())?;
    for line in wrapped(rule.proof) {
        writeln!(out, "{line}")?;
    }
    writeln!(out, "\n{}", style::paint(style::TITLE, "source"))?;
    for line in wrapped(rule.source) {
        writeln!(out, "  {line}")?;
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
