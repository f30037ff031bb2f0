//! `gateaux` alone: a session in which one states a problem line by line and asks about it.
//!
//! On a terminal lines are edited, remembered and completed; from a pipe they are read as they are, and the exit code
//! is 1 if any of them has a mistake. What a line means is decided in [`session`]; [`editor`] knows the terminal.

mod editor;
mod session;
mod statement;

use std::io::{self, BufRead, IsTerminal, Write};

use rustyline::error::ReadlineError;

use crate::diagnostics;
use crate::failure::Failure;
use crate::repl::session::{Flow, Session};
use crate::style;

/// Reads lines until the input ends or `:quit`.
///
/// # Errors
/// From a pipe [`Failure::Lines`] where a line has a mistake; an output that cannot be written.
pub fn run(out: &mut dyn Write) -> Result<(), Failure> {
    match io::stdin().is_terminal() {
        true => interactive(out),
        false => piped(out),
    }
}

/// Answers one entry; what is wrong with it is shown, and is no reason to stop.
fn answer(session: &mut Session, entry: &str, out: &mut dyn Write) -> Result<(Flow, bool), Failure> {
    let outcome = session.respond(entry, out);
    out.flush()?;
    match outcome {
        Ok(flow) => Ok((flow, true)),
        Err(Failure::Output(error)) => Err(Failure::Output(error)),
        // A claim that is wrong is an answer, not a mistake of the line.
        Err(Failure::Negative) => Ok((Flow::Go, true)),
        Err(failure) => {
            diagnostics::show(&failure, &mut anstream::stderr().lock())?;
            Ok((Flow::Go, false))
        }
    }
}

fn interactive(out: &mut dyn Write) -> Result<(), Failure> {
    let mut session = Session::default();
    let mut editor = editor::Editor::new().map_err(unusable)?;
    writeln!(
        out,
        "Gateaux {}: type a formula, such as norm2(A*x - b)^2 wrt x; {} tells more, {} ends",
        env!("CARGO_PKG_VERSION"),
        style::paint(style::NAME, ":help"),
        style::paint(style::NAME, ":quit"),
    )?;
    out.flush()?;
    loop {
        editor.know(session.names());
        match editor.read() {
            Ok(entry) => {
                if let (Flow::Stop, _) = answer(&mut session, &entry, out)? {
                    break;
                }
                writeln!(out)?;
                out.flush()?;
            }
            // Ctrl-C gives up the line, Ctrl-D ends the session.
            Err(ReadlineError::Interrupted) => {}
            Err(ReadlineError::Eof) => break,
            Err(error) => return Err(unusable(error)),
        }
    }
    editor.save();
    Ok(())
}

fn unusable(error: ReadlineError) -> Failure {
    Failure::Output(io::Error::other(error.to_string()))
}

fn piped(out: &mut dyn Write) -> Result<(), Failure> {
    let mut session = Session::default();
    let (mut entry, mut mistakes) = (String::new(), 0usize);
    let mut lines = io::stdin().lock().lines();
    loop {
        let line = lines.next().transpose()?;
        let is_last = line.is_none();
        if let Some(line) = line {
            entry.push_str(&line);
        }
        if !is_last && statement::is_open(&entry) {
            entry.push('\n');
            continue;
        }
        let (flow, is_right) = answer(&mut session, &std::mem::take(&mut entry), out)?;
        mistakes += usize::from(!is_right);
        if is_last || flow == Flow::Stop {
            break;
        }
    }
    match mistakes {
        0 => Ok(()),
        count => Err(Failure::Lines(count)),
    }
}
