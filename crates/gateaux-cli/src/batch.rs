//! `gateaux batch`: problems in, answers out, one JSON object a line.

use std::io::{BufRead, BufReader, Write};
use std::panic;
use std::time::Instant;

use gateaux_json as json;
use serde_json::Value;

use crate::args::BatchArguments;
use crate::codes;
use crate::failure::Failure;

/// Answers all lines of all files, or of standard input, flushing after each line.
///
/// # Errors
/// A file that cannot be read; an output that cannot be written.
pub fn run(arguments: &BatchArguments, out: &mut dyn Write) -> Result<(), Failure> {
    // A panic is reported in the answer of its line, where it can be found.
    panic::set_hook(Box::new(|_| {}));
    if arguments.files.is_empty() {
        return answer_lines("standard input", &mut std::io::stdin().lock(), arguments, out);
    }
    for file in &arguments.files {
        if file == "-" {
            answer_lines("standard input", &mut std::io::stdin().lock(), arguments, out)?;
        } else {
            let opened = std::fs::File::open(file).map_err(|error| unreadable(file, &error))?;
            answer_lines(file, &mut BufReader::new(opened), arguments, out)?;
        }
    }
    Ok(())
}

fn unreadable(name: &str, error: &std::io::Error) -> Failure {
    Failure::input(codes::FILE, format!("cannot read {name}: {error}"))
}

fn answer_lines(
    name: &str,
    lines: &mut dyn BufRead,
    arguments: &BatchArguments,
    out: &mut dyn Write,
) -> Result<(), Failure> {
    let start = Instant::now();
    let clock = || start.elapsed().as_micros();
    let options = json::Options {
        check: !arguments.no_check,
        clock: arguments.timing.then_some(&clock),
    };
    let mut line = Vec::new();
    loop {
        line.clear();
        if lines
            .read_until(b'\n', &mut line)
            .map_err(|error| unreadable(name, &error))?
            == 0
        {
            return Ok(());
        }
        if line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        let answer = json::answer_line(&line, &options);
        writeln!(out, "{}", Value::Object(answer))?;
        out.flush()?;
    }
}
