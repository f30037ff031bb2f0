//! `--steps`: how the answer follows from the function, formulas on the left and their reasons on the right.

use std::io;

use gateaux::{Answer, Checked, Errors, Notation, Problem, Steps};

use crate::args;
use crate::page::Page;
use crate::style;

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
    show_lines(steps, page)
}

/// Shows derivations without titles, one after the other.
///
/// # Errors
/// Those of writing.
pub fn show_alone(derivations: &[Steps], page: &mut Page<'_>) -> io::Result<()> {
    derivations.iter().try_for_each(|steps| show_lines(steps, page))
}

fn show_lines(steps: &Steps, page: &mut Page<'_>) -> io::Result<()> {
    match page.notation() {
        Notation::Latex | Notation::MathMl => page.environment(&steps.latex())?,
        Notation::Text | Notation::Unicode => {
            for (formula, reason) in steps.aligned(page.notation()) {
                page.sentence(&match reason.is_empty() {
                    true => formula,
                    false => format!("{formula}{}", style::paint(style::FAINT, &reason)),
                })?;
            }
        }
    }
    let mut last = "";
    for line in steps.lines() {
        if let Checked::Not(reason) = line.checked()
            && reason != last
        {
            let what = format!("NOT VERIFIED: {}: {reason}", line.right(Notation::Text));
            page.sentence(&style::paint(style::BAD, &what))?;
            last = reason;
        }
    }
    Ok(())
}
