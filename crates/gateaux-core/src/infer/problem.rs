//! A mistake, before the names of the sizes in its message are known.

use gateaux_syntax::{Diagnostic, NodeId, Span};

use super::kind::Kind;
use super::sizes::{Size, Sizes};
use crate::expr::Dims;

/// The longest piece of the user's text in a message, in characters.
const MAX_QUOTE: usize = 30;

/// A mistake in a text.
#[derive(Clone, Debug)]
pub(super) struct Problem {
    pub(super) code: &'static str,
    pub(super) span: Span,
    pub(super) message: Vec<Piece>,
    pub(super) advice: Advice,
    /// Where to look for undeclared names whose declaration would help.
    pub(super) node: Option<NodeId>,
    /// An undeclared name whose default kind is the likely cause, so that its declaration is the first advice.
    pub(super) suspect: Option<usize>,
}

/// A piece of a message.
#[derive(Clone, Debug)]
pub(super) enum Piece {
    Text(String),
    /// The shape, as `m x n`.
    Shape(Kind),
    Size(Size),
}

/// What to do about a mistake.
#[derive(Clone, Debug)]
pub(super) enum Advice {
    None,
    /// A sentence.
    Words(String),
    /// Replacements in the text, of which those are shown that work.
    Replace(Vec<Replacement>),
    /// The function whose name is nearest to the misspelt one at the span, if one is near.
    Nearest(String),
}

/// Text to put in the place of a span.
#[derive(Clone, Debug)]
pub(super) struct Replacement {
    pub(super) span: Span,
    pub(super) text: String,
    /// The words before the replacement: `write`, `did you mean`.
    pub(super) verb: &'static str,
}

impl Problem {
    pub(super) fn new(code: &'static str, span: Span, message: impl Into<String>) -> Self {
        let message = vec![Piece::Text(message.into())];
        Problem {
            code,
            span,
            message,
            advice: Advice::None,
            node: None,
            suspect: None,
        }
    }

    pub(super) fn at(mut self, node: NodeId) -> Self {
        self.node = Some(node);
        self
    }

    pub(super) fn text(mut self, text: impl Into<String>) -> Self {
        self.message.push(Piece::Text(text.into()));
        self
    }

    pub(super) fn size(mut self, size: Size) -> Self {
        self.message.push(Piece::Size(size));
        self
    }

    pub(super) fn shape(mut self, kind: Kind) -> Self {
        self.message.push(Piece::Shape(kind));
        self
    }

    /// Puts `quote (shape)` into the message.
    pub(super) fn operand(mut self, quote: &str, kind: Kind) -> Self {
        self.message.push(Piece::Text(format!("{} (", shorten(quote))));
        self.message.push(Piece::Shape(kind));
        self.text(")")
    }

    pub(super) fn advise(mut self, advice: impl Into<String>) -> Self {
        self.advice = Advice::Words(advice.into());
        self
    }

    /// Adds a replacement; of several the first that works is made an edit, and all that work are shown.
    pub(super) fn replace(mut self, span: Span, text: impl Into<String>, verb: &'static str) -> Self {
        let replacement = Replacement {
            span,
            text: text.into(),
            verb,
        };
        match &mut self.advice {
            Advice::Replace(all) => all.push(replacement),
            Advice::None | Advice::Words(_) | Advice::Nearest(_) => self.advice = Advice::Replace(vec![replacement]),
        }
        self
    }

    /// The diagnostic without the replacements, which are still to be tried.
    pub(super) fn diagnostic(&self, sizes: &mut Sizes, dims: &mut Dims) -> Diagnostic {
        let mut message = String::new();
        for piece in &self.message {
            match piece {
                Piece::Text(text) => message.push_str(text),
                Piece::Shape(kind) => message.push_str(&kind.text(sizes, dims)),
                Piece::Size(size) => {
                    message.push_str(&sizes.dim(*size, dims).map_or("?".to_owned(), |dim| dims.text(dim)));
                }
            }
        }
        let diagnostic = Diagnostic::new(self.code, self.span, message);
        match &self.advice {
            Advice::Words(words) => diagnostic.help(words.clone()),
            Advice::None | Advice::Replace(_) | Advice::Nearest(_) => diagnostic,
        }
    }
}

/// The text on one line, cut after a few characters.
pub(super) fn shorten(text: &str) -> String {
    let mut line = String::new();
    let mut rest = MAX_QUOTE;
    for word in text.split_whitespace() {
        let space = if line.is_empty() { "" } else { " " };
        let len = word.chars().take(rest + 1).count() + space.len();
        line.push_str(space);
        if len > rest {
            line.extend(word.chars().take(rest.saturating_sub(1 + space.len())));
            line.push('…');
            return line;
        }
        line.push_str(word);
        rest -= len;
    }
    line
}
