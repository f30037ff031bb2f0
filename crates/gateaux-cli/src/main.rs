//! The `gateaux` command.
//!
//! A front of crate `gateaux`: it reads formulas and data, and shows answers. It knows no mathematics. Results go to
//! standard output, diagnostics to standard error; the exit code is 0 for an answer, 1 for a mistake in the input,
//! 2 for a mistake in the usage. Start reading at [`args::Command`].

mod args;
mod batch;
mod browser;
mod check;
mod codes;
mod convergence;
mod cost;
mod data;
mod diagnostics;
mod diff;
mod equal;
mod eval;
mod explain;
mod failure;
mod functions;
mod linearize;
mod page;
mod papers;
mod plan;
mod plot;
mod question;
mod repl;
mod source;
mod steps;
mod style;
mod teach;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser;

use args::{Arguments, Command};
use failure::Failure;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    arguments.color.write_global();
    // One lock and one buffer for the whole run: a formula is written in many pieces.
    let mut stdout = io::BufWriter::new(anstream::stdout().lock());
    let result = match arguments.command {
        Some(command) => execute(command, &mut stdout),
        None => repl::run(&mut stdout),
    };
    let result = result.and_then(|()| Ok(stdout.flush()?));
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            // Answers that were written before the failure belong in front of it; if the pipe is closed, so be it.
            let _ = stdout.flush();
            let code = failure.exit_code();
            match diagnostics::show(&failure, &mut anstream::stderr().lock()) {
                Ok(()) | Err(_) => code,
            }
        }
    }
}

/// Runs one command.
fn execute(command: Command, out: &mut dyn Write) -> Result<(), Failure> {
    match command {
        Command::Diff(arguments) => diff::run(&arguments, out),
        Command::Check(arguments) => check::run(&arguments, out),
        Command::Equal(arguments) => equal::run(&arguments, out),
        Command::Eval(arguments) => eval::run(&arguments, out),
        Command::Plan(arguments) => plan::run(&arguments, out),
        Command::Teach(arguments) => teach::run(&arguments, out),
        Command::Batch(arguments) => batch::run(&arguments, out),
        Command::Functions(arguments) => functions::run(&arguments, out),
        Command::Explain(arguments) => explain::run(&arguments, out),
        Command::Page(arguments) => browser::run(&arguments, out),
    }
}
