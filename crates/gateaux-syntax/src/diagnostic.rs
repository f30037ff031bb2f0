//! What is wrong, where, and what to write instead.

use std::fmt;

/// A half-open range of *bytes* of the text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The first byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

impl Span {
    /// The bytes from `start` up to, not including, `end`.
    pub const fn new(start: usize, end: usize) -> Self {
        Span { start, end }
    }

    /// The smallest span that covers both.
    pub fn to(self, other: Span) -> Span {
        Span::new(self.start.min(other.start), self.end.max(other.end))
    }

    /// The same range counted in characters (Unicode scalar values) of `text`, for people and editors.
    pub fn in_chars(self, text: &str) -> (usize, usize) {
        let count = |byte: usize| text.char_indices().take_while(|(at, _)| *at < byte).count();
        (count(self.start), count(self.end))
    }
}

/// One replacement in the text that follows the advice of a [`Help`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// What to replace.
    pub span: Span,
    /// What to put there.
    pub replacement: String,
}

/// Advice that works: following it makes the complaint go away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Help {
    /// The advice as a sentence in lower case, without a full stop: "write `2*x`".
    pub text: String,
    /// The advice as a change of the text, where one replacement expresses it.
    pub edit: Option<Edit>,
}

/// One mistake in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// The stable code, such as `G0204`; each has a page in the manual and is never reused.
    pub code: &'static str,
    /// What is wrong, in the words of the user: lower case, no full stop.
    pub message: String,
    /// The smallest guilty piece of the text.
    pub span: Span,
    /// At most one piece of advice.
    pub help: Option<Help>,
}

impl Diagnostic {
    /// A diagnostic without advice.
    pub fn new(code: &'static str, span: Span, message: impl Into<String>) -> Self {
        Diagnostic {
            code,
            message: message.into(),
            span,
            help: None,
        }
    }

    /// The same with advice in words.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help = Some(Help {
            text: text.into(),
            edit: None,
        });
        self
    }

    /// The same with advice in words and as a replacement in the text.
    #[must_use]
    pub fn fix(mut self, text: impl Into<String>, span: Span, replacement: impl Into<String>) -> Self {
        self.help = Some(Help {
            text: text.into(),
            edit: Some(Edit {
                span,
                replacement: replacement.into(),
            }),
        });
        self
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error[{}]: {}", self.code, self.message)
    }
}

impl std::error::Error for Diagnostic {}
