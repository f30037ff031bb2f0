//! Why a command gives no answer.

use std::io;
use std::process::ExitCode;

use gateaux::Errors;

use crate::source::Source;

/// Why a command gives no answer, and with that its exit code.
#[derive(Debug)]
pub enum Failure {
    /// Mistakes in the text of a problem.
    Text(Source, Errors),
    /// A mistake in the input that stands nowhere in a text: a missing file, bad data.
    Input {
        /// The stable code.
        code: &'static str,
        /// What is wrong.
        message: String,
        /// What to do about it.
        help: Option<String>,
    },
    /// The command was called in a way that it cannot be.
    Usage {
        /// What is wrong.
        message: String,
        /// What to write instead.
        help: Option<String>,
    },
    /// So many lines of a session had mistakes, which were shown where they stood.
    Lines(usize),
    /// The answer is no, and is written already.
    Negative,
    /// The output could not be written.
    Output(io::Error),
}

impl Failure {
    /// A mistake in the input, without advice.
    pub fn input(code: &'static str, message: impl Into<String>) -> Failure {
        Failure::Input {
            code,
            message: message.into(),
            help: None,
        }
    }

    /// A mistake in the input, with advice.
    pub fn input_with_help(code: &'static str, message: impl Into<String>, help: impl Into<String>) -> Failure {
        Failure::Input {
            code,
            message: message.into(),
            help: Some(help.into()),
        }
    }

    /// A mistake in the usage, with advice.
    pub fn usage(message: impl Into<String>, help: impl Into<String>) -> Failure {
        Failure::Usage {
            message: message.into(),
            help: Some(help.into()),
        }
    }

    /// Whether the reader of the output has gone, as `head` does: the command then just ends.
    pub fn is_closed_pipe(&self) -> bool {
        matches!(self, Failure::Output(error) if error.kind() == io::ErrorKind::BrokenPipe)
    }

    /// 0 answered, 1 the input has a mistake, 2 usage.
    pub fn exit_code(&self) -> ExitCode {
        match self {
            Failure::Output(_) if self.is_closed_pipe() => ExitCode::SUCCESS,
            Failure::Text(..) | Failure::Input { .. } | Failure::Lines(_) | Failure::Negative | Failure::Output(_) => {
                ExitCode::from(1)
            }
            Failure::Usage { .. } => ExitCode::from(2),
        }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Failure::Output(error)
    }
}
