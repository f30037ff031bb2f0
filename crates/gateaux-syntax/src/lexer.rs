//! Text to tokens.
//!
//! Whatever is wrong with a character is told here, and a token that serves the parser best is put in its place, so that
//! one mistake gives one diagnostic.

use crate::limits::{MAX_DIAGNOSTICS, MAX_LITERAL_EXPONENT};
use crate::spellings::{
    Spelling, Wrong, continues_name, is_invisible, is_letter, is_line_end, plain_letter, spelling, superscript,
};
use crate::token::{Token, TokenKind, quote};
use crate::{Diagnostic, Span, codes};

/// The tokens of a text, the last of which is [`TokenKind::End`].
pub(crate) fn lex(text: &str) -> (Vec<Token>, Vec<Diagnostic>) {
    let mut lexer = Lexer {
        text,
        at: 0,
        tokens: Vec::new(),
        diagnostics: Vec::new(),
        open_braces: 0,
        told: Vec::new(),
    };
    if text.starts_with('\u{FEFF}') {
        lexer.at = '\u{FEFF}'.len_utf8(); // a byte order mark at the start is how some editors save a file
    }
    while lexer.at < text.len() {
        lexer.step();
    }
    lexer.push(TokenKind::End, text.len());
    (lexer.tokens, lexer.diagnostics)
}

/// What may stand around a string instead of `"`, for those who take the transpose for a quote.
const SINGLE_QUOTES: &[char] = &['\'', '‘', '’', '`'];

struct Lexer<'t> {
    text: &'t str,
    at: usize,
    tokens: Vec<Token>,
    diagnostics: Vec<Diagnostic>,
    /// How many `{` wait for a `}`, which then is not a second mistake.
    open_braces: usize,
    /// The unknown characters of this line that a diagnostic has told of.
    told: Vec<char>,
}

impl<'t> Lexer<'t> {
    /// Reads one token, or skips what is none.
    fn step(&mut self) {
        let c = self.peek();
        match c {
            '\r' if self.rest().starts_with("\r\n") => self.at += 1,
            c if is_line_end(c) => {
                self.told.clear();
                self.push(TokenKind::Newline, self.at + c.len_utf8());
            }
            c if c.is_whitespace() && !c.is_control() || c == '\t' => self.at += c.len_utf8(),
            '#' => self.skip_line(),
            '%' => self.comment("%"),
            '/' if self.rest().starts_with("//") => self.comment("//"),
            '0'..='9' => self.number(),
            '.' if self.after(1).starts_with(|c: char| c.is_ascii_digit()) => self.number(),
            '"' | '“' | '”' | '„' | '«' | '»' | '＂' => self.string(),
            '\'' | '‘' | '’' | '`' if self.is_string_in_single_quotes(c) => self.string(),
            '{' | '}' => self.brace(),
            '.' if self.rest().starts_with("...") => self.ellipsis(),
            c if superscript(c).is_some() => self.superscript(),
            c if starts_name(c) => self.name(),
            c if is_invisible(c) => self.invisible(c),
            _ => match spelling(self.rest()) {
                Some(spelling) => self.operator(spelling),
                None if c == '.' => self.dot(),
                None => self.unknown(c),
            },
        }
    }

    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    /// The text from `skipped` bytes ahead; the caller knows these to be ASCII.
    fn after(&self, skipped: usize) -> &'t str {
        &self.text[self.at + skipped..]
    }

    fn peek(&self) -> char {
        self.rest().chars().next().unwrap_or('\0')
    }

    fn push(&mut self, kind: TokenKind, end: usize) {
        self.tokens.push(Token {
            kind,
            span: Span::new(self.at, end),
        });
        self.at = end;
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        if self.diagnostics.len() < MAX_DIAGNOSTICS {
            self.diagnostics.push(diagnostic);
        }
    }

    fn skip_line(&mut self) {
        self.at += self.rest().find(is_line_end).unwrap_or(self.rest().len());
    }

    fn comment(&mut self, sign: &str) {
        let span = Span::new(self.at, self.at + sign.len());
        let message = format!("`{sign}` does not start a comment and is not an operator");
        self.report(Diagnostic::new(codes::COMMENT, span, message).fix("a comment starts with `#`", span, "#"));
        self.skip_line();
    }

    fn number(&mut self) {
        let start = self.at;
        let bytes = self.text.as_bytes();
        let digits = |mut at: usize| {
            while bytes.get(at).is_some_and(u8::is_ascii_digit) {
                at += 1;
            }
            at
        };
        let mut end = digits(start);
        if bytes.get(end) == Some(&b'.') && digits(end + 1) > end + 1 {
            end = digits(end + 1);
        }
        if matches!(bytes.get(end), Some(b'e' | b'E')) {
            let signed = matches!(bytes.get(end + 1), Some(b'+' | b'-'));
            let first = end + 1 + usize::from(signed);
            let last = digits(first);
            if last > first {
                end = last;
            } else if signed {
                let span = Span::new(start, first);
                let message = format!("the exponent of {} has no digits", quote(&self.text[start..first]));
                self.report(Diagnostic::new(codes::EXPONENT, span, message));
                return self.push(TokenKind::Error, first);
            }
        }
        let literal = &self.text[start..end];
        if let Some(problem) = out_of_range(literal) {
            let message = format!("{} is out of the range of numbers: {problem}", quote(literal));
            self.report(Diagnostic::new(codes::RANGE, Span::new(start, end), message));
        }
        self.push(TokenKind::Number, end);
    }

    fn name(&mut self) {
        let rest = self.rest();
        let len = rest
            .find(|c: char| !continues_name(c) && !starts_name(c))
            .unwrap_or(rest.len());
        let wrong = rest[..len]
            .char_indices()
            .find(|(at, c)| !continues_name(*c) || (*at == 0 && !starts_right(*c)));
        if let Some((at, c)) = wrong {
            let span = Span::new(self.at + at, self.at + at + c.len_utf8());
            let message = format!(
                "`{c}` ({}) is not a letter of the notation, which has ASCII and Greek ones",
                code_point(c)
            );
            let diagnostic = Diagnostic::new(codes::LETTER, span, message);
            self.report(match plain_letter(c) {
                Some(letter) => {
                    let text = format!("write the Greek letter `{letter}` ({})", code_point_of(letter));
                    diagnostic.fix(text, span, letter)
                }
                None => diagnostic,
            });
        }
        self.push(TokenKind::Name, self.at + len);
    }

    /// Whether `'` starts something like `'ij->i'` where no operand stands before it.
    fn is_string_in_single_quotes(&self, opening: char) -> bool {
        if self.tokens.last().is_some_and(|token| token.kind.ends_operand()) {
            return false;
        }
        let rest = self.after(opening.len_utf8());
        let other = |c: char| !(c.is_ascii_alphabetic() || matches!(c, ',' | '-' | '>' | '.' | ' '));
        let len = rest.find(other).unwrap_or(rest.len());
        rest[..len].contains("->") && rest[len..].starts_with(SINGLE_QUOTES)
    }

    fn string(&mut self) {
        let opening = self.peek();
        let first = self.at + opening.len_utf8();
        let closing: &[char] = match opening {
            '"' => &['"'],
            '\'' | '‘' | '’' | '`' => SINGLE_QUOTES,
            _ => &['"', '“', '”', '„', '«', '»', '＂'],
        };
        // The search ends with the line, so that many strings in one long line take linear time.
        let rest = &self.text[first..];
        let len = rest
            .find(|c| is_line_end(c) || closing.contains(&c))
            .unwrap_or(rest.len());
        let line = &rest[..len];
        if !rest[len..].starts_with(closing) {
            let span = Span::new(self.at, first + line.trim_end().len());
            let message = format!(
                "the string is never closed: `\"` is missing after {}",
                quote(&self.text[self.at..span.end])
            );
            self.report(Diagnostic::new(codes::UNTERMINATED, span, message));
            // The bracket behind it is most likely meant to close the call.
            return self.push(TokenKind::Text, first + line.find(')').unwrap_or(line.len()));
        }
        let end = first + len + rest[len..].chars().next().map_or(0, char::len_utf8);
        if opening != '"' {
            let span = Span::new(self.at, end);
            let plain = format!("\"{}\"", &line[..len]);
            let message = "a string stands in plain double quotes `\"`";
            self.report(Diagnostic::new(codes::QUOTES, span, message).fix(
                format!("write {}", quote(&plain)),
                span,
                plain,
            ));
        }
        self.push(TokenKind::Text, end);
    }

    fn brace(&mut self) {
        let span = Span::new(self.at, self.at + 1);
        if self.peek() == '}' {
            if self.open_braces == 0 {
                self.report(Diagnostic::new(codes::BRACE, span, "`}` is not part of the notation"));
            }
            self.open_braces = self.open_braces.saturating_sub(1);
            return self.push(TokenKind::CloseParen, span.end);
        }
        self.open_braces += 1;
        let diagnostic = Diagnostic::new(codes::BRACE, span, "`{` is not part of the notation");
        let rest = self.after(1);
        self.report(match rest.find(|c| is_line_end(c) || matches!(c, '{' | '}')) {
            Some(len) if rest[len..].starts_with('}') => {
                let whole = Span::new(self.at, span.end + len + 1);
                diagnostic.fix("write parentheses", whole, format!("({})", &rest[..len]))
            }
            _ => diagnostic,
        });
        self.push(TokenKind::OpenParen, span.end);
    }

    /// The continuation sign of MATLAB: the line's end behind it is skipped too.
    fn ellipsis(&mut self) {
        let span = Span::new(self.at, self.at + 3);
        let message = "`...` is not part of the notation";
        let help = "inside parentheses an expression goes on over a line's end without any sign";
        self.report(Diagnostic::new(codes::OPERATOR, span, message).help(help));
        self.skip_line();
        if self.rest().starts_with("\r\n") {
            self.at += 2;
        } else if self.at < self.text.len() {
            self.at += self.peek().len_utf8();
        }
    }

    fn superscript(&mut self) {
        let rest = self.rest();
        let len = rest.find(|c| superscript(c).is_none()).unwrap_or(rest.len());
        let plain: String = rest[..len].chars().filter_map(superscript).collect();
        let span = Span::new(self.at, self.at + len);
        let message = format!("the superscript {} is not part of the notation", quote(&rest[..len]));
        let diagnostic = Diagnostic::new(codes::SUPERSCRIPT, span, message);
        let is_power =
            plain.trim_start_matches('-').chars().all(|c| c.is_ascii_digit()) && plain.len() < 10 && plain != "-";
        let follows_operand = self.tokens.last().is_some_and(|token| token.kind.ends_operand());
        self.report(if is_power && follows_operand {
            diagnostic.fix(format!("write `^{plain}`"), span, format!("^{plain}"))
        } else {
            diagnostic
        });
        self.at = span.end;
        if !follows_operand {
            self.tokens.push(Token {
                kind: TokenKind::Error,
                span,
            });
        }
    }

    fn operator(&mut self, spelling: &Spelling) {
        let span = Span::new(self.at, self.at + spelling.text.len());
        let mut kind = spelling.kind;
        if let Some(wrong) = &spelling.wrong {
            if spelling.text == "==" && self.is_after_first_name() {
                kind = TokenKind::Equals;
                let wrong = Wrong {
                    code: wrong.code,
                    instead: Some("="),
                    remark: "",
                };
                self.wrong_operator(spelling, &wrong, span);
            } else if kind == TokenKind::Transpose && !self.tokens.last().is_some_and(|t| t.kind.ends_operand()) {
                // Written rightly it would still have nothing to transpose.
                kind = TokenKind::Error;
                self.wrong_operator(
                    spelling,
                    &Wrong {
                        code: wrong.code,
                        instead: None,
                        remark: "",
                    },
                    span,
                );
            } else if !(spelling.text.contains(['|', '‖']) && self.is_told('|')) {
                self.wrong_operator(spelling, wrong, span);
            }
        }
        self.push(kind, span.end);
    }

    fn wrong_operator(&mut self, spelling: &Spelling, wrong: &Wrong, span: Span) {
        let message = match wrong.code {
            codes::LOOKALIKE => format!(
                "`{}` ({}) is not part of the notation",
                spelling.text,
                code_point_of(spelling.text)
            ),
            _ => format!("`{}` is not an operator of the notation", spelling.text),
        };
        let diagnostic = Diagnostic::new(wrong.code, span, message);
        self.report(match wrong.instead {
            Some(instead) => diagnostic.fix(format!("write `{instead}`{}", wrong.remark), span, instead),
            None if wrong.remark.is_empty() => diagnostic,
            None => diagnostic.help(wrong.remark),
        });
    }

    /// Whether this line has had a complaint of that character, of which one is enough; from now on it has.
    fn is_told(&mut self, c: char) -> bool {
        let is_told = self.told.contains(&c) || self.told.len() >= MAX_DIAGNOSTICS;
        if !is_told {
            self.told.push(c);
        }
        is_told
    }

    /// Whether all there is of the statement so far is one name.
    fn is_after_first_name(&self) -> bool {
        let ends = |token: &Token| matches!(token.kind, TokenKind::Newline | TokenKind::Semicolon);
        match self.tokens.as_slice() {
            [.., before, last] => last.kind == TokenKind::Name && ends(before),
            [only] => only.kind == TokenKind::Name,
            [] => false,
        }
    }

    fn dot(&mut self) {
        let span = Span::new(self.at, self.at + 1);
        let number = self
            .tokens
            .last()
            .filter(|token| token.kind == TokenKind::Number && token.span.end == self.at);
        let Some(number) = number else {
            self.report(Diagnostic::new(
                codes::DOT,
                span,
                "`.` is not an operator of the notation",
            ));
            return self.push(TokenKind::Error, span.end);
        };
        let literal = quote(&self.text[number.span.start..span.end]);
        let diagnostic = Diagnostic::new(codes::DOT, span, format!("the literal {literal} ends in a dot"));
        let next = self.after(1);
        let exponent = next
            .strip_prefix(['e', 'E'])
            .map(|rest| rest.strip_prefix(['+', '-']).unwrap_or(rest));
        if exponent.is_some_and(|digits| digits.starts_with(|c: char| c.is_ascii_digit())) {
            self.report(diagnostic.fix("write a digit behind the dot", span, ".0"));
            let len = 2 + next[2..].find(|c: char| !c.is_ascii_digit()).unwrap_or(next.len() - 2);
            self.at += 1 + len;
        } else if next.starts_with(|c: char| starts_name(c) || c == '(') {
            self.report(diagnostic.fix("write a product with `*`", span, "*"));
            self.push(TokenKind::Op(crate::BinaryOp::Mul), span.end);
        } else {
            self.report(diagnostic.fix("write a digit behind the dot", span, ".0"));
            self.at = span.end;
        }
    }

    /// A run of one character that nobody sees.
    fn invisible(&mut self, c: char) {
        let rest = self.rest();
        let len = rest.find(|other| other != c).unwrap_or(rest.len());
        let span = Span::new(self.at, self.at + c.len_utf8());
        let message = format!("{} is invisible and not part of the notation", code_point(c));
        let run = Span::new(self.at, self.at + len);
        self.report(Diagnostic::new(codes::INVISIBLE, span, message).fix("remove it", run, ""));
        self.at = run.end;
    }

    fn unknown(&mut self, c: char) {
        let span = Span::new(self.at, self.at + c.len_utf8());
        if !self.is_told(c) {
            let name = if c.is_ascii() {
                String::new()
            } else {
                format!(" ({})", code_point(c))
            };
            self.report(Diagnostic::new(
                codes::CHARACTER,
                span,
                format!("`{c}`{name} is not part of the notation"),
            ));
        }
        // A run of such characters is one mistake.
        if self
            .tokens
            .last()
            .is_some_and(|token| token.kind == TokenKind::Error && token.span.end == self.at)
        {
            self.at = span.end;
        } else {
            self.push(TokenKind::Error, span.end);
        }
    }
}

/// Whether a name is read from here on; letters that are not allowed are read and complained of as a whole name.
fn starts_name(c: char) -> bool {
    starts_right(c)
        || plain_letter(c).is_some()
        || (c.is_alphabetic()
            && superscript(c).is_none()
            && !is_invisible(c)
            && spelling(c.encode_utf8(&mut [0; 4])).is_none())
}

/// Whether a name may start so.
fn starts_right(c: char) -> bool {
    is_letter(c) || c == '_'
}

/// `U+200B`
fn code_point(c: char) -> String {
    format!("U+{:04X}", u32::from(c))
}

/// The code point of the first character.
fn code_point_of(text: &str) -> String {
    text.chars().next().map(code_point).unwrap_or_default()
}

/// Why a literal of the language does not fit a 64-bit float, if so.
///
/// # Example
/// ```
/// assert_eq!(gateaux_syntax::out_of_range("1e308"), None);
/// assert_eq!(gateaux_syntax::out_of_range("1e309"), Some("the largest is about 1.8e308"));
/// ```
pub fn out_of_range(literal: &str) -> Option<&'static str> {
    let (mantissa, exponent) = literal.split_once(['e', 'E']).unwrap_or((literal, "0"));
    let is_zero = mantissa.bytes().all(|b| matches!(b, b'0' | b'.'));
    let digits = exponent.trim_start_matches(['+', '-']).trim_start_matches('0');
    let small = digits.is_empty() || digits.parse::<u32>().is_ok_and(|e| e <= MAX_LITERAL_EXPONENT);
    match literal.parse::<f64>() {
        Ok(value) if value.is_infinite() => Some("the largest is about 1.8e308"),
        Ok(value) if value == 0.0 && !is_zero => Some("the smallest above zero is about 5e-324"),
        Ok(_) if small => None,
        _ => Some("its exponent is too large"),
    }
}
