//! LaTeX to tokens.
//!
//! Spaces, sizes and comments are dropped here, and every argument gets braces: `\frac12` becomes `\frac{1}{2}` and
//! `x^2_i` becomes `x_{i}^{2}`, so that what follows needs to know one way of writing only.

use super::commands::{self, Command, Side};
use crate::limits::MAX_DIAGNOSTICS;
use crate::spellings::is_invisible;
use crate::token::quote;
use crate::{BinaryOp, Diagnostic, Span, codes};

/// What encloses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fence {
    Paren,
    Bracket,
    Curly,
    Angle,
    /// `|`
    Bar,
    /// `\|`
    Double,
}

/// An environment of rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rows {
    Matrix,
    Cases,
}

/// What a token is; its spelling is the text under its span.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Kind {
    /// One letter.
    Letter,
    /// Digits, perhaps with a point.
    Number,
    /// A command that is no sign.
    Command(Command),
    /// A command that is not in the table; it may be a function.
    Named,
    Open(Fence),
    Close(Fence),
    /// A fence that may open or close.
    Bar(Fence),
    BraceOpen,
    BraceClose,
    Sup,
    Sub,
    Prime,
    Op(BinaryOp),
    /// `\times`
    Cross,
    Comma,
    Semicolon,
    Colon,
    Dot,
    Equals,
    In,
    /// `&`
    Cell,
    /// `\\`
    Row,
    Begin(Rows),
    Finish(Rows),
    /// What a diagnostic tells of.
    Wrong,
    End,
}

/// A token and where it stands; braces that are put in have an empty span.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) span: Span,
}

/// Whether the token is a brace that was put in.
pub(super) fn is_inserted(token: Token) -> bool {
    token.span.start == token.span.end
}

/// The tokens from a byte of the text on, the last of which is [`Kind::End`], and what is wrong with single ones.
pub(super) fn lex(text: &str, from: usize, is_function: &dyn Fn(&str) -> bool) -> (Vec<Token>, Vec<Diagnostic>) {
    let mut lexer = Lexer {
        text,
        at: from,
        tokens: Vec::new(),
        diagnostics: Vec::new(),
        is_function,
        side: None,
    };
    while lexer.at < text.len() {
        lexer.step();
    }
    lexer.push(Kind::End, text.len());
    let tokens = joined_rows(braced(lexer.tokens));
    (subscripts_first(tokens), lexer.diagnostics)
}

struct Lexer<'t> {
    text: &'t str,
    at: usize,
    tokens: Vec<Token>,
    diagnostics: Vec<Diagnostic>,
    is_function: &'t dyn Fn(&str) -> bool,
    /// What a command like `\left` told of the fence that comes.
    side: Option<Side>,
}

/// Signs that are tokens as they stand.
#[rustfmt::skip]
const SIGNS: &[(char, Kind)] = &[
    ('{', Kind::BraceOpen), ('}', Kind::BraceClose), ('^', Kind::Sup), ('_', Kind::Sub), ('\'', Kind::Prime),
    ('’', Kind::Prime), ('′', Kind::Prime), ('&', Kind::Cell), (',', Kind::Comma), (';', Kind::Semicolon),
    (':', Kind::Colon), ('=', Kind::Equals), ('+', Kind::Op(BinaryOp::Add)), ('-', Kind::Op(BinaryOp::Sub)),
    ('−', Kind::Op(BinaryOp::Sub)), ('*', Kind::Op(BinaryOp::Mul)), ('·', Kind::Op(BinaryOp::Mul)),
    ('⋅', Kind::Op(BinaryOp::Mul)), ('×', Kind::Cross), ('/', Kind::Op(BinaryOp::Div)), ('⊙', Kind::Op(BinaryOp::DotMul)),
    ('∘', Kind::Op(BinaryOp::DotMul)), ('⊗', Kind::Op(BinaryOp::Kron)), ('<', Kind::Op(BinaryOp::Less)),
    ('>', Kind::Op(BinaryOp::Greater)), ('≤', Kind::Op(BinaryOp::LessEq)), ('≥', Kind::Op(BinaryOp::GreaterEq)),
    ('∈', Kind::In), ('(', Kind::Open(Fence::Paren)), (')', Kind::Close(Fence::Paren)),
    ('[', Kind::Open(Fence::Bracket)), (']', Kind::Close(Fence::Bracket)), ('|', Kind::Bar(Fence::Bar)),
    ('‖', Kind::Bar(Fence::Double)), ('∥', Kind::Bar(Fence::Double)), ('⟨', Kind::Open(Fence::Angle)),
    ('⟩', Kind::Close(Fence::Angle)),
];

impl<'t> Lexer<'t> {
    fn step(&mut self) {
        let rest = &self.text[self.at..];
        let c = rest.chars().next().unwrap_or('\0');
        match c {
            '%' => self.at += rest.find('\n').unwrap_or(rest.len()),
            '\\' => self.backslash(rest),
            '~' | '$' => self.at += 1,
            c if c.is_whitespace() => self.at += c.len_utf8(),
            '0'..='9' => self.number(rest),
            '.' if rest[1..].starts_with(|c: char| c.is_ascii_digit()) => self.number(rest),
            '.' => self.dot(),
            ':' if rest.starts_with(":=") => self.push(Kind::Equals, self.at + 2),
            c if c.is_ascii_alphabetic() || commands::greek_name(c).is_some() => {
                self.push(Kind::Letter, self.at + c.len_utf8());
            }
            c => match SIGNS.iter().find(|(sign, _)| *sign == c) {
                Some((_, kind)) => self.sign(*kind, self.at + c.len_utf8()),
                None => self.unknown(c),
            },
        }
    }

    fn push(&mut self, kind: Kind, end: usize) {
        let span = Span::new(self.at, end);
        self.tokens.push(Token { kind, span });
        self.at = end;
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        if self.diagnostics.len() < MAX_DIAGNOSTICS {
            self.diagnostics.push(diagnostic);
        }
    }

    /// A sign; a fence opens or closes if `\left` or `\right` says so.
    fn sign(&mut self, kind: Kind, end: usize) {
        let kind = match (kind, self.side.take()) {
            (Kind::Open(fence) | Kind::Close(fence) | Kind::Bar(fence), Some(Side::Left)) => Kind::Open(fence),
            (Kind::Open(fence) | Kind::Close(fence) | Kind::Bar(fence), Some(Side::Right)) => Kind::Close(fence),
            (Kind::Op(BinaryOp::Less), Some(_)) => Kind::Open(Fence::Angle),
            (Kind::Op(BinaryOp::Greater), Some(_)) => Kind::Close(Fence::Angle),
            (kind, _) => kind,
        };
        self.push(kind, end);
    }

    /// A dot: the fence that is none, or the end of a sentence.
    fn dot(&mut self) {
        match self.side.take() {
            Some(_) => self.at += 1,
            None => self.push(Kind::Dot, self.at + 1),
        }
    }

    fn number(&mut self, rest: &str) {
        let digits = |text: &str| text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
        let mut len = digits(rest);
        if rest[len..].starts_with('.') {
            let behind = digits(&rest[len + 1..]);
            if behind > 0 {
                len += 1 + behind;
            }
        }
        let span = Span::new(self.at, self.at + len);
        if let Some(problem) = crate::out_of_range(&rest[..len]) {
            let message = format!("{} is out of the range of numbers: {problem}", quote(&rest[..len]));
            self.report(Diagnostic::new(codes::RANGE, span, message));
        }
        self.push(Kind::Number, span.end);
    }

    fn unknown(&mut self, c: char) {
        let span = Span::new(self.at, self.at + c.len_utf8());
        let (code, shown) = match is_invisible(c) {
            true => (
                codes::INVISIBLE,
                format!("the invisible character U+{:04X}", u32::from(c)),
            ),
            false => (codes::CHARACTER, format!("`{c}`")),
        };
        self.report(Diagnostic::new(
            code,
            span,
            format!("{shown} cannot stand in a formula in LaTeX"),
        ));
        self.push(Kind::Wrong, span.end);
    }

    /// A command: a backslash with letters, or with one other character.
    fn backslash(&mut self, rest: &str) {
        let letters = rest[1..]
            .find(|c: char| !c.is_ascii_alphabetic())
            .unwrap_or(rest.len() - 1);
        if letters == 0 {
            let c = rest[1..].chars().next().unwrap_or(' ');
            let end = self.at + 1 + rest[1..].chars().next().map_or(0, char::len_utf8);
            return match c {
                '\\' => {
                    // The space below a row: `\\[2pt]`, `\\*`.
                    self.push(Kind::Row, end);
                    let behind = &self.text[self.at..];
                    self.at += behind.len() - behind.strip_prefix('*').unwrap_or(behind).len();
                    let behind = &self.text[self.at..];
                    if let Some(close) = behind.strip_prefix('[').and_then(|inner| inner.find(']')) {
                        let is_length = behind[1..=close]
                            .trim_end()
                            .ends_with(|c: char| c.is_ascii_alphabetic());
                        self.at += if is_length && close < 10 { close + 2 } else { 0 };
                    }
                }
                '|' => self.sign(Kind::Bar(Fence::Double), end),
                '{' => self.sign(Kind::Open(Fence::Curly), end),
                '}' => self.sign(Kind::Close(Fence::Curly), end),
                '_' => self.push(Kind::Letter, end),
                ',' | ';' | ':' | '!' | ' ' | '>' | '/' | '[' | ']' | '(' | ')' | '\n' | '\r' | '\t' => self.at = end,
                _ => self.unknown_command(end),
            };
        }
        let end = self.at + 1 + letters;
        let name = &rest[1..=letters];
        if let "begin" | "end" = name {
            return self.environment(name == "begin", end);
        }
        if let Some(kind) = commands::sign(name) {
            return self.sign(kind, end);
        }
        match commands::command(name) {
            Some(Command::Nothing) => self.at = end,
            Some(Command::Sized(side)) => {
                self.side = Some(side);
                self.at = end;
            }
            Some(Command::Word) => {
                self.push(Kind::Command(Command::Word), end);
                self.at += usize::from(self.text[self.at..].starts_with('*'));
            }
            Some(Command::NothingWith) => {
                let behind = &self.text[end..];
                let skipped = behind.find('}').map_or(0, |at| at + 1);
                self.at = end + if behind.starts_with('{') { skipped } else { 0 };
            }
            Some(command) => self.push(Kind::Command(command), end),
            None if (self.is_function)(name) => self.push(Kind::Named, end),
            None => self.unknown_command(end),
        }
    }

    fn unknown_command(&mut self, end: usize) {
        let span = Span::new(self.at, end);
        let message = format!("the command {} is not known", quote(&self.text[self.at..end]));
        let help = "write what it stands for; a function is `\\operatorname{name}`, a name of several letters \
                    `\\mathrm{name}`";
        self.report(Diagnostic::new(codes::LATEX_COMMAND, span, message).help(help));
        self.push(Kind::Wrong, end);
    }

    /// `\begin{name}` or `\end{name}`; what only lays out is dropped.
    fn environment(&mut self, begins: bool, end: usize) {
        let rest = &self.text[end..];
        let close = rest.find('}').filter(|_| rest.starts_with('{'));
        let Some(close) = close else {
            return self.unknown_command(end);
        };
        let name = &rest[1..close];
        let end = end + close + 1;
        let rows = match name {
            name if commands::MATRICES.contains(&name) => Rows::Matrix,
            name if commands::CASES.contains(&name) => Rows::Cases,
            name if commands::LAYOUTS.contains(&name) => {
                self.at = end;
                return;
            }
            _ => return self.unknown_command(end),
        };
        if begins {
            self.push(Kind::Begin(rows), end);
            let behind = &self.text[self.at..];
            // The columns of an array: `{cc|c}`.
            let columns = behind.strip_prefix('{').and_then(|inner| inner.find('}'));
            self.at += columns.filter(|_| name == "array").map_or(0, |at| at + 2);
        } else {
            self.push(Kind::Finish(rows), end);
        }
    }
}

/// What waits for its end while braces are put in.
enum Wait {
    /// A brace of the text.
    Brace,
    /// So many arguments.
    Arguments(usize),
    /// A brace that was put in.
    Inserted,
}

/// The same tokens with braces around every argument.
fn braced(tokens: Vec<Token>) -> Vec<Token> {
    let mut out: Vec<Token> = Vec::with_capacity(tokens.len());
    let mut waits: Vec<Wait> = Vec::new();
    let mut queue: Vec<Token> = tokens.into_iter().rev().collect();
    while let Some(mut token) = queue.pop() {
        let empty = |at: usize, kind: Kind| Token {
            kind,
            span: Span::new(at, at),
        };
        let is_argument = matches!(waits.last(), Some(Wait::Arguments(_)));
        if is_argument && token.kind == Kind::Open(Fence::Bracket) && is_root(&out) {
            // The degree of a root stands in brackets before its argument.
            out.push(token);
            while let Some(next) = queue.pop_if(|next| !matches!(next.kind, Kind::Close(Fence::Bracket) | Kind::End)) {
                out.push(next);
            }
            out.extend(queue.pop_if(|next| next.kind == Kind::Close(Fence::Bracket)));
            continue;
        }
        if is_argument && !can_be_argument(token.kind) {
            // The argument is missing: whoever needs it will tell.
            waits.pop();
            queue.push(token);
            close_complete(&mut waits, &mut out, token.span.start);
            continue;
        }
        if is_argument && token.kind != Kind::BraceOpen {
            out.push(empty(token.span.start, Kind::BraceOpen));
            waits.push(Wait::Inserted);
            if token.kind == Kind::Number && token.span.end > token.span.start + 1 {
                let rest = Span::new(token.span.start + 1, token.span.end);
                queue.push(Token {
                    kind: Kind::Number,
                    span: rest,
                });
                token.span.end = rest.start;
            }
        }
        out.push(token);
        let arity = match token.kind {
            Kind::Sup | Kind::Sub => 1,
            Kind::Command(command) => command.arity(),
            _ => 0,
        };
        match token.kind {
            _ if arity > 0 => waits.push(Wait::Arguments(arity)),
            Kind::BraceOpen => waits.push(Wait::Brace),
            Kind::BraceClose => {
                if let Some(Wait::Brace) = waits.last() {
                    waits.pop();
                    unit(&mut waits, &mut out, token.span.end);
                }
            }
            _ => unit(&mut waits, &mut out, token.span.end),
        }
    }
    out
}

fn is_root(out: &[Token]) -> bool {
    out.last()
        .is_some_and(|token| token.kind == Kind::Command(Command::Root))
}

fn can_be_argument(kind: Kind) -> bool {
    !matches!(
        kind,
        Kind::End
            | Kind::BraceClose
            | Kind::Sup
            | Kind::Sub
            | Kind::Cell
            | Kind::Row
            | Kind::Begin(_)
            | Kind::Finish(_)
    )
}

/// One argument is complete, and with it perhaps what it is an argument of.
fn unit(waits: &mut Vec<Wait>, out: &mut Vec<Token>, at: usize) {
    if let Some(Wait::Inserted) = waits.last() {
        waits.pop();
        out.push(Token {
            kind: Kind::BraceClose,
            span: Span::new(at, at),
        });
    }
    if let Some(Wait::Arguments(left)) = waits.last_mut() {
        *left -= 1;
        if *left == 0 {
            waits.pop();
            close_complete(waits, out, at);
        }
    }
}

/// A command has all its arguments: it may have been an argument itself.
fn close_complete(waits: &mut Vec<Wait>, out: &mut Vec<Token>, at: usize) {
    while let Some(Wait::Inserted) = waits.last() {
        waits.pop();
        out.push(Token {
            kind: Kind::BraceClose,
            span: Span::new(at, at),
        });
        match waits.last_mut() {
            Some(Wait::Arguments(left)) if *left > 1 => {
                *left -= 1;
                return;
            }
            Some(Wait::Arguments(_)) => {
                waits.pop();
            }
            _ => return,
        }
    }
}

/// The same tokens without `&` outside of matrices, and without the ends of rows behind which a formula goes on.
fn joined_rows(tokens: Vec<Token>) -> Vec<Token> {
    let goes_on = |kind: Kind| matches!(kind, Kind::Op(_) | Kind::Cross | Kind::Equals);
    let mut out = Vec::with_capacity(tokens.len());
    let mut depth = 0usize;
    for (at, token) in tokens.iter().enumerate() {
        match token.kind {
            Kind::Begin(_) => depth += 1,
            Kind::Finish(_) => depth = depth.saturating_sub(1),
            Kind::Cell if depth == 0 => continue,
            Kind::Row if depth == 0 => {
                let next = tokens[at + 1..].iter().find(|token| token.kind != Kind::Cell);
                if next.is_some_and(|next| goes_on(next.kind)) {
                    continue;
                }
            }
            _ => {}
        }
        out.push(*token);
    }
    out
}

/// The longest superscript, in tokens, that changes its place with a subscript behind it.
const MAX_MOVED: usize = 12;

/// The same tokens with subscripts before superscripts.
fn subscripts_first(mut tokens: Vec<Token>) -> Vec<Token> {
    let group = |tokens: &[Token], from: usize, limit: usize| -> Option<usize> {
        let mut depth = 0usize;
        for (at, token) in tokens.iter().enumerate().skip(from).take(limit) {
            match token.kind {
                Kind::BraceOpen => depth += 1,
                Kind::BraceClose => {
                    depth = depth.checked_sub(1)?;
                    if depth == 0 {
                        return Some(at + 1);
                    }
                }
                _ if depth == 0 => return None,
                _ => {}
            }
        }
        None
    };
    let mut at = 0;
    while at < tokens.len() {
        if tokens[at].kind == Kind::Sup
            && let Some(end) = group(&tokens, at + 1, MAX_MOVED)
            && tokens.get(end).is_some_and(|token| token.kind == Kind::Sub)
            && let Some(last) = group(&tokens, end + 1, MAX_MOVED)
        {
            tokens[at..last].rotate_left(end - at);
            at += last - end;
        }
        at += 1;
    }
    tokens
}
