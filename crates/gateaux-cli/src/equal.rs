//! `gateaux equal`: whether two expressions are equal.

use std::io::Write;

use gateaux::{Judgment, Side};

use crate::args::{self, EqualArguments, Input};
use crate::check;
use crate::failure::Failure;
use crate::source::Source;

/// Compares and shows the judgment.
///
/// # Errors
/// Mistakes in the texts; expressions that are not equal.
pub fn run(arguments: &EqualArguments, out: &mut dyn Write) -> Result<(), Failure> {
    let read = |name: &str, argument: &str| -> Result<Source, Failure> {
        let source = match arguments.notation.input {
            Input::Text => Source::read(argument)?,
            Input::Latex => Source::read(argument)?.problem(arguments.notation)?.1,
        };
        // A formula of the command line is told from the other by its place.
        Ok(match source.path {
            Some(_) => source,
            None => check::labelled(name, &source.text),
        })
    };
    let (left, right) = (read("first", &arguments.first)?, read("second", &arguments.second)?);
    let sizes = args::sizes(&arguments.dims);
    let judgment = gateaux::equal_with(&left.text, &right.text, &sizes).map_err(|(side, errors)| match side {
        Side::Left => Failure::Text(left.clone(), errors),
        Side::Right => Failure::Text(right.clone(), errors),
    })?;
    let shown = Judgment {
        answer: right.text.trim().replace('\n', "; "),
        ..judgment.clone()
    };
    check::show(&shown, ("first", &left.text), arguments.format, out)?;
    match judgment.is_equal() {
        true => Ok(()),
        false => Err(Failure::Negative),
    }
}
