//! `--steps`: how the answer follows from the function, formulas on the left and their reasons on the right.

use std::io;

use gateaux::{Answer, Checked, Errors, Notation, Problem, Steps};

use crate::args;
use crate::page::Page;
use crate::style;

/// Where reasons begin at most, and where they end.
const COLUMNS: [usize; 2] = [58, 110];

/// The derivation of each answer.
///
/// # Errors
/// Those of the answers.
pub fn derivations(answers: &[Answer], problem: &mut Problem, detail: args::Detail) -> Result<Vec<Steps>, Errors> {
    let detail = match detail {
        args::Detail::Brief => gateaux::Detail::Brief,
        args::Detail::Full => gateaux::Detail::Full,
    };
    answers.iter().map(|answer| answer.steps(problem, detail)).collect()
}

/// Shows a derivation, of several by its variable.
///
/// # Errors
/// Those of writing.
pub fn show(steps: &Steps, by: &str, page: &mut Page<'_>) -> io::Result<()> {
    let title = if by.is_empty() {
        "steps".to_owned()
    } else {
        format!("steps by {by}")
    };
    page.title(&title, "")?;
    match page.notation() {
        Notation::Latex => page.verbatim(&steps.latex())?,
        Notation::Text | Notation::Unicode => show_lines(steps, page)?,
    }
    for line in steps.lines() {
        if let Checked::Not(reason) = line.checked() {
            let what = format!("NOT VERIFIED: {}: {reason}", line.right(Notation::Text));
            page.sentence(&style::paint(style::BAD, &what))?;
        }
    }
    Ok(())
}

fn show_lines(steps: &Steps, page: &mut Page<'_>) -> io::Result<()> {
    let notation = page.notation();
    let length = |text: &str| text.chars().count();
    let lines = steps.lines();
    let of_formulas = lines.iter().filter(|line| !line.is_answer());
    let width = of_formulas.map(|line| length(line.left(notation))).max().unwrap_or(0);
    let written: Vec<(String, String)> = lines
        .iter()
        .enumerate()
        .map(|(at, line)| {
            let left = if steps.continues(at) { "" } else { line.left(notation) };
            let width = if line.is_answer() {
                length(line.left(notation))
            } else {
                width
            };
            (format!("{left:width$} = {}", line.right(notation)), line.why())
        })
        .collect();
    let ends = written.iter().map(|(formula, _)| length(formula) + 4);
    let [at_most, end] = COLUMNS;
    let column = ends.filter(|end| *end <= at_most).max().unwrap_or(at_most);
    for (formula, why) in written {
        let mut reasons = wrapped(&why, end - column).into_iter();
        let gap = column.saturating_sub(length(&formula));
        if gap == 0 || why.is_empty() {
            page.sentence(&formula)?;
        } else {
            let first = reasons.next().unwrap_or_default();
            page.sentence(&format!(
                "{formula}{}{}",
                " ".repeat(gap),
                style::paint(style::FAINT, &first)
            ))?;
        }
        for reason in reasons {
            page.sentence(&format!(
                "{}{}",
                " ".repeat(column),
                style::paint(style::FAINT, &reason)
            ))?;
        }
    }
    Ok(())
}

/// The text in lines of at most so many characters.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            Some(_) | None => lines.push(word.to_owned()),
        }
    }
    lines
}
