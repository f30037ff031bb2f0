//! Where the text of a problem comes from: the command line, a file, or standard input.

use std::io::Read;
use std::path::Path;

use gateaux::Problem;

use crate::args::{Input, InputArgument};
use crate::codes;
use crate::failure::Failure;

/// A text and its origin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The name of the file, if it is one.
    pub path: Option<String>,
    /// The text.
    pub text: String,
}

impl Source {
    /// `-` is standard input, the name of an existing file that file, anything else a formula.
    ///
    /// # Errors
    /// A file that cannot be read, or a name that looks like a file which does not exist.
    pub fn read(argument: &str) -> Result<Source, Failure> {
        if argument == "-" {
            let mut bytes = Vec::new();
            std::io::stdin()
                .read_to_end(&mut bytes)
                .map_err(|error| unreadable("standard input", &error.to_string()))?;
            return Source::from_bytes("standard input", bytes);
        }
        if Path::new(argument).is_file() {
            let bytes = std::fs::read(argument).map_err(|error| unreadable(argument, &error.to_string()))?;
            return Source::from_bytes(argument, bytes);
        }
        if argument.ends_with(".gx") {
            return Err(unreadable(argument, "there is no such file"));
        }
        Ok(Source {
            path: None,
            text: argument.to_owned(),
        })
    }

    /// The problem of an argument, whose dimensions are to have these sizes, and its text in the language.
    ///
    /// # Errors
    /// Those of [`read`](Source::read) and [`problem`](Source::problem); a size of a dimension that does not occur.
    pub fn read_problem(
        argument: &str,
        notation: InputArgument,
        dims: &[(String, usize)],
    ) -> Result<(Problem, Source), Failure> {
        let (problem, source) = Source::read(argument)?.problem(notation)?;
        match problem.check_dimensions(dims.iter().map(|(name, _)| name)) {
            Ok(()) => Ok((problem, source)),
            Err(errors) => Err(Failure::Text(source, errors)),
        }
    }

    /// The problem that the text is, and its text in the language, which is what later mistakes point into.
    ///
    /// # Errors
    /// Mistakes of the text.
    pub fn problem(self, notation: InputArgument) -> Result<(Problem, Source), Failure> {
        let problem = match notation.input {
            Input::Text => Problem::parse(&self.text),
            Input::Latex => Problem::parse_latex(&self.text),
        };
        match problem {
            Ok(problem) => {
                let text = problem.text().to_owned();
                Ok((problem, Source { text, ..self }))
            }
            Err(errors) => Err(Failure::Text(self, errors)),
        }
    }

    fn from_bytes(name: &str, bytes: Vec<u8>) -> Result<Source, Failure> {
        let text = String::from_utf8(bytes).map_err(|error| {
            let place = error.utf8_error().valid_up_to();
            unreadable(name, &format!("it is not text in UTF-8 (at byte {})", place + 1))
        })?;
        Ok(Source {
            path: Some(name.to_owned()),
            text,
        })
    }
}

fn unreadable(name: &str, reason: &str) -> Failure {
    Failure::input(codes::FILE, format!("cannot read {name}: {reason}"))
}
