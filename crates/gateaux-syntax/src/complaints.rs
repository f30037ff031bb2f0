//! What the parser says about mistakes in an expression, and what it advises.

use crate::expression::Operand;
use crate::limits::MAX_QUOTE;
use crate::parser::Parser;
use crate::token::{Token, TokenKind, quote};
use crate::{Diagnostic, Span, codes};

impl Parser<'_> {
    /// `token` stands where an operand should; `is_first` says that it is the first of its expression.
    pub(crate) fn operand_missing(&mut self, token: Token, is_first: bool) {
        let is_forgotten = token.span.start == token.span.end && token.kind != TokenKind::End;
        if is_forgotten {
            return; // a closing bracket that the user forgot, of which the bracket's error tells
        }
        let before = self.previous().filter(|_| !is_first);
        let found = quote(self.slice(token.span));
        let Some(before) = before else {
            return match token.kind {
                TokenKind::Op(_) => self.report(codes::OPERAND, token.span, format!("{found} has no left operand")),
                TokenKind::Comma => self.report(codes::COMMA, token.span, "a comma `,` can stand only inside brackets"),
                _ => self.report(
                    codes::NOTHING,
                    token.span,
                    format!("an expression is missing before {found}"),
                ),
            };
        };
        let sign = quote(self.slice(before.span));
        if matches!(token.kind, TokenKind::Op(_)) {
            let message = match before.kind {
                TokenKind::Op(_) => format!("an operand is missing between {sign} and {found}"),
                _ => format!("{found} has no left operand"),
            };
            return self.report(codes::OPERAND, token.span, message);
        }
        let closes = matches!(token.kind, TokenKind::CloseParen | TokenKind::CloseBracket);
        match before.kind {
            TokenKind::Op(_) => {
                let span = self.with_blanks(before.span);
                self.report(codes::ENDS, span, format!("the expression ends after {sign}"));
            }
            TokenKind::OpenParen | TokenKind::OpenBracket if closes => {
                let message = format!("nothing stands between {sign} and {found}");
                self.report(codes::NOTHING, before.span.to(token.span), message);
            }
            TokenKind::OpenParen | TokenKind::OpenBracket => {
                let diagnostic = Diagnostic::new(codes::NOTHING, token.span, format!("nothing stands before {found}"));
                self.push(match token.kind {
                    TokenKind::Comma | TokenKind::Semicolon => diagnostic.fix("remove it", token.span, ""),
                    _ => diagnostic,
                });
            }
            TokenKind::Comma | TokenKind::Semicolon => {
                let diagnostic = Diagnostic::new(codes::NOTHING, before.span, format!("nothing stands after {sign}"));
                self.push(diagnostic.fix("remove it", before.span, ""));
            }
            TokenKind::Colon => self.report(codes::INCOMPLETE_RANGE, before.span, "the range has no last position"),
            _ => self.report(
                codes::NOTHING,
                token.span,
                format!("an expression is missing before {found}"),
            ),
        }
    }

    /// `token` starts an operand right behind another one, `lhs`; `is_entry` says that an array is open.
    pub(crate) fn operator_missing(&mut self, lhs: Operand, token: Token, is_entry: bool) {
        let Some(before) = self.previous() else { return };
        let (left, right) = (self.slice(lhs.outer), self.slice(token.span));
        let gap = Span::new(before.span.end, token.span.start);
        let span = before.span.to(token.span);
        let names = format!("between {} and {}", quote(left), quote(right));
        if is_entry {
            let is_row = self.slice(gap).contains('\n');
            let (mark, name) = if is_row { (";", "semicolon") } else { (",", "comma") };
            let message = format!("there is no comma or operator {names}");
            let at = Span::new(gap.start, gap.start);
            let help = format!("separate the entries by a {name}");
            return self.push(Diagnostic::new(codes::JUXTAPOSED, span, message).fix(help, at, mark));
        }
        let diagnostic = Diagnostic::new(codes::JUXTAPOSED, span, format!("there is no operator {names}"));
        if before.kind == TokenKind::Text || token.kind == TokenKind::Text {
            return self.push(diagnostic);
        }
        let is_short = token.kind != TokenKind::OpenParen && left.len() + right.len() < MAX_QUOTE;
        let help = if is_short {
            format!("a product is written with its sign: `{left}*{right}`")
        } else {
            "a product is written with its sign `*`".to_owned()
        };
        // Only blanks are replaced: a comment between the two must not swallow the rest.
        let is_blank = self.slice(gap).chars().all(|c| c == ' ' || c == '\t');
        let edit = if is_blank { gap } else { Span::new(gap.start, gap.start) };
        self.push(diagnostic.fix(help, edit, "*"));
    }

    /// `'` where an operand should start.
    pub(crate) fn transpose_of_nothing(&mut self, token: Token) {
        let sign = self.slice(token.span);
        let diagnostic = Diagnostic::new(
            codes::TRANSPOSE,
            token.span,
            format!("{} has nothing to transpose", quote(sign)),
        );
        self.push(match self.name_behind_mark(token) {
            Some(name) => {
                let fixed = format!("{}{sign}", self.slice(name));
                diagnostic.fix(
                    format!("it stands behind its operand: {}", quote(&fixed)),
                    token.span.to(name),
                    fixed,
                )
            }
            None => diagnostic,
        });
    }

    /// `2'`, where `power` is the base if the literal is an exponent.
    pub(crate) fn transpose_of_literal(&mut self, literal: Operand, power: Option<Operand>, token: Token) {
        let sign = self.slice(token.span);
        let span = literal.outer.to(token.span);
        let message = format!("a number has no transpose: {}", quote(self.slice(span)));
        let diagnostic = Diagnostic::new(codes::LITERAL_TRANSPOSE, span, message);
        self.push(match power {
            Some(base) => {
                let inner = self.slice(base.outer.to(literal.outer));
                let fixed = format!("({inner}){sign}");
                diagnostic.fix(format!("write {}", quote(&fixed)), base.outer.to(token.span), fixed)
            }
            None => {
                // Behind a number none of the marks in a row has a meaning.
                let is_mark = |token: &Token| matches!(token.kind, TokenKind::Transpose | TokenKind::Dagger);
                let last = (0..)
                    .map_while(|ahead| self.peek_at(ahead).filter(is_mark))
                    .last()
                    .unwrap_or(token);
                diagnostic.fix("remove it", token.span.to(last.span), "")
            }
        });
    }

    /// `:3` in an index.
    pub(crate) fn range_without_start(&mut self, colon: Token) {
        let diagnostic = Diagnostic::new(codes::INCOMPLETE_RANGE, colon.span, "the range has no first position");
        let at = Span::new(colon.span.start, colon.span.start);
        self.push(diagnostic.fix("the first position is 1", at, "1"));
    }

    /// `;` between arguments, indices or in a group.
    pub(crate) fn semicolon_in_brackets(&mut self, token: Token, is_group: bool) {
        let diagnostic = Diagnostic::new(codes::SEMICOLON, token.span, "a semicolon `;` cannot stand here");
        self.push(match is_group {
            true => diagnostic,
            false => diagnostic.fix("write a comma", token.span, ","),
        });
    }

    /// `(1, 2)`
    pub(crate) fn comma_in_group(&mut self, comma: Span, open: Span, close: Span) {
        let diagnostic = Diagnostic::new(codes::COMMA, comma, "a comma `,` cannot stand between mere parentheses");
        self.push(match self.text.get(open.end..close.start) {
            Some(inner) if close.start < close.end => diagnostic.fix(
                "an array stands in square brackets",
                open.to(close),
                format!("[{inner}]"),
            ),
            _ => diagnostic,
        });
    }

    /// The name right behind the mark that comes next, if nothing binds tighter to it.
    fn name_behind_mark(&self, mark: Token) -> Option<Span> {
        let name = self
            .peek_at(1)
            .filter(|name| name.kind == TokenKind::Name && name.span.start == mark.span.end)?;
        let next = self.peek_at(2).map_or(TokenKind::End, |token| token.kind);
        (!matches!(next, TokenKind::OpenParen | TokenKind::OpenBracket)).then_some(name.span)
    }
}
