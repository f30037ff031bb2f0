//! The tokens of LaTeX, and what its commands stand for.

use super::Class;
use crate::print::latex::GREEK;

/// A token of LaTeX in mathematics mode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token<'a> {
    /// `\name`, or `\` and one other character
    Command(&'a str),
    /// One letter
    Letter(&'a str),
    /// Digits, perhaps with a point
    Number(&'a str),
    /// So many `'`
    Primes(usize),
    /// White space
    Space,
    /// Any other character
    Sign(char),
}

/// The tokens of a text, one after the other.
pub(super) struct Tokens<'a> {
    rest: &'a str,
}

impl<'a> Tokens<'a> {
    pub(super) fn new(text: &'a str) -> Tokens<'a> {
        Tokens { rest: text }
    }

    /// What stands in the braces that come next, or the next character, as it is.
    pub(super) fn argument(&mut self) -> &'a str {
        let Some(inside) = self.rest.strip_prefix('{') else {
            let length = self.rest.chars().next().map_or(0, char::len_utf8);
            return self.take(length);
        };
        let (mut depth, mut is_escaped) = (1usize, false);
        for (at, character) in inside.char_indices() {
            match character {
                _ if is_escaped => {}
                '{' => depth += 1,
                '}' => depth -= 1,
                _ => {}
            }
            is_escaped = character == '\\' && !is_escaped;
            if depth == 0 {
                self.rest = &inside[at + 1..];
                return &inside[..at];
            }
        }
        self.rest = "";
        inside
    }

    fn take(&mut self, length: usize) -> &'a str {
        let (token, rest) = self.rest.split_at(length);
        self.rest = rest;
        token
    }

    /// The length of the characters in front that are such.
    fn run(&self, is_such: impl Fn(char) -> bool) -> usize {
        self.rest.find(|c| !is_such(c)).unwrap_or(self.rest.len())
    }
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        let first = self.rest.chars().next()?;
        Some(match first {
            '\\' => {
                self.take(1);
                let letters = self.run(|c| c.is_ascii_alphabetic());
                let other = self.rest.chars().next().map_or(0, char::len_utf8);
                Token::Command(self.take(if letters > 0 { letters } else { other }))
            }
            '\'' => Token::Primes(self.take(self.run(|c| c == '\'')).len()),
            _ if first.is_whitespace() => {
                self.take(self.run(char::is_whitespace));
                Token::Space
            }
            _ if first.is_ascii_digit() => Token::Number(self.take(self.run(|c| c.is_ascii_digit() || c == '.'))),
            _ if first.is_alphabetic() => Token::Letter(self.take(first.len_utf8())),
            _ => {
                self.take(first.len_utf8());
                Token::Sign(first)
            }
        })
    }
}

/// What a command of one symbol stands for: the element, its attributes, its text, and its class.
pub(super) type Symbol = (&'static str, &'static str, &'static str, Class);

/// Commands that are names of functions, written as they are called.
const FUNCTIONS: [&str; 15] = [
    "arccos", "arcsin", "arctan", "cos", "cosh", "det", "exp", "log", "max", "min", "sin", "sinh", "tan", "tanh", "tr",
];

const SYMBOLS: [(&str, Symbol); 15] = [
    ("approx", ("mo", "", "≈", Class::Sign)),
    ("cdot", ("mo", "", "⋅", Class::Sign)),
    ("ge", ("mo", "", "≥", Class::Sign)),
    ("le", ("mo", "", "≤", Class::Sign)),
    ("mapsto", ("mo", "", "↦", Class::Sign)),
    ("odot", ("mo", "", "⊙", Class::Sign)),
    ("oslash", ("mo", "", "⊘", Class::Sign)),
    ("otimes", ("mo", "", "⊗", Class::Sign)),
    ("times", ("mo", "", "×", Class::Sign)),
    ("nabla", ("mi", " mathvariant=\"normal\"", "∇", Class::Prefix)),
    ("partial", ("mi", "", "∂", Class::Prefix)),
    ("sum", ("mo", "", "∑", Class::Large)),
    ("infty", ("mi", "", "∞", Class::Operand)),
    ("top", ("mi", "", "⊤", Class::Operand)),
    ("quad", ("mspace", " width=\"1em\"", "", Class::Sign)),
];

/// The symbol of a command, if it is one of those that the printer of LaTeX writes.
pub(super) fn symbol(command: &str) -> Option<Symbol> {
    if let Some((_, symbol)) = SYMBOLS.iter().find(|(known, _)| *known == command) {
        return Some(*symbol);
    }
    if let Some(name) = FUNCTIONS.iter().find(|known| **known == command) {
        return Some(("mi", "", *name, Class::Name));
    }
    let (_, letter) = GREEK.iter().find(|(known, _)| *known == command)?;
    // Capitals are upright in LaTeX, too.
    let attributes = match letter.chars().all(char::is_uppercase) {
        true => " mathvariant=\"normal\"",
        false => "",
    };
    Some(("mi", attributes, *letter, Class::Operand))
}

/// The delimiter behind `\left` and `\right`; a point is none.
pub(super) fn delimiter(token: Option<Token<'_>>) -> Option<&'static str> {
    match token? {
        Token::Sign('(') => Some("("),
        Token::Sign(')') => Some(")"),
        Token::Sign('[') => Some("["),
        Token::Sign(']') => Some("]"),
        Token::Sign('|') => Some("|"),
        Token::Command("|") => Some("‖"),
        Token::Command("langle") => Some("⟨"),
        Token::Command("rangle") => Some("⟩"),
        Token::Command(_) | Token::Letter(_) | Token::Number(_) | Token::Primes(_) | Token::Space | Token::Sign(_) => {
            None
        }
    }
}

/// A text with the escapes of LaTeX resolved.
pub(super) fn unescaped(text: &str) -> String {
    text.replace("\\textasciicircum ", "^")
        .replace("\\_", "_")
        .replace("\\&", "&")
        .replace("\\textbackslash ", "\\")
}

/// The bold form of a digit or a Latin letter, which is a character of its own.
pub(super) fn bold(character: char) -> char {
    let (first, bold) = match character {
        '0'..='9' => ('0', 0x1D7CE),
        'A'..='Z' => ('A', 0x1D400),
        'a'..='z' => ('a', 0x1D41A),
        _ => return character,
    };
    char::from_u32(bold + character as u32 - first as u32).unwrap_or(character)
}
