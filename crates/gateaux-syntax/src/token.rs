//! What the lexer hands to the parser.

use crate::{BinaryOp, Span};

/// What a token is; its spelling is the text under its span.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TokenKind {
    /// A numeric literal.
    Number,
    /// A name.
    Name,
    /// A string literal with its quotes.
    Text,
    /// `∑`
    Sum,
    /// An infix operator; `+` and `-` may also stand before an operand.
    Op(BinaryOp),
    /// `'` or `ᵀ`
    Transpose,
    /// `†`
    Dagger,
    /// `(`
    OpenParen,
    /// `)`
    CloseParen,
    /// `[`
    OpenBracket,
    /// `]`
    CloseBracket,
    /// `,`
    Comma,
    /// `;`
    Semicolon,
    /// `:`
    Colon,
    /// `=`
    Equals,
    /// A line's end; inside brackets it is dropped before the parser sees it.
    Newline,
    /// Something a diagnostic has already told of; it may stand for an operand or an operator.
    Error,
    /// The end of the text.
    End,
}

impl TokenKind {
    /// Whether an operand may end with this token, so that `'` after it is a transpose.
    pub(crate) fn ends_operand(self) -> bool {
        use TokenKind::*;
        matches!(
            self,
            Number | Name | Text | Sum | Transpose | Dagger | CloseParen | CloseBracket | Error
        )
    }

    /// Whether an operand may start with this token; prefix signs are not counted.
    pub(crate) fn starts_operand(self) -> bool {
        use TokenKind::*;
        matches!(self, Number | Name | Text | Sum | OpenParen | OpenBracket)
    }
}

/// A token and where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    /// What it is.
    pub(crate) kind: TokenKind,
    /// Where; empty for a closing bracket that the user forgot.
    pub(crate) span: Span,
}

/// A piece of the text between backticks, shortened where it is long.
pub(crate) fn quote(text: &str) -> String {
    let mut chars = text.chars();
    let start: String = chars
        .by_ref()
        .take(crate::limits::MAX_QUOTE)
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    if chars.next().is_some() {
        format!("`{start}…`")
    } else {
        format!("`{start}`")
    }
}
