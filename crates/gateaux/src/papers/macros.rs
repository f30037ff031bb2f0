//! The macros of a paper, and formulas without them.

use std::collections::BTreeMap;

use gateaux_syntax::Span;

/// Macros in macros are replaced this often.
const MAX_ROUNDS: usize = 8;
/// A formula does not become longer than this.
const MAX_LENGTH: usize = 100_000;

/// What a macro stands for: the number of its arguments, and its body with `#1` for the first.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Macro {
    arity: usize,
    body: String,
}

/// The macros that a text defines.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Macros(BTreeMap<String, Macro>);

/// A formula without macros, and where its pieces come from.
pub(super) struct Expanded {
    pub(super) text: String,
    pieces: Vec<Piece>,
}

/// A piece of a formula, up to the next one.
#[derive(Clone, Copy)]
struct Piece {
    /// Where it begins.
    start: usize,
    /// Where it comes from.
    origin: Span,
    /// Whether it stands there as it is; what a macro makes comes from the whole call.
    is_copy: bool,
}

impl Macros {
    /// The definitions of a text: `\newcommand{\x}{...}`, `\def\x{...}`, `\DeclareMathOperator{\tr}{tr}`.
    pub(super) fn read(text: &str) -> Macros {
        let mut found = BTreeMap::new();
        for (word, is_operator) in [
            ("\\newcommand", false),
            ("\\renewcommand", false),
            ("\\providecommand", false),
            ("\\def", false),
            ("\\DeclareMathOperator", true),
        ] {
            for (at, _) in text.match_indices(word) {
                let line_start = text[..at].rfind('\n').map_or(0, |end| end + 1);
                if text[line_start..at].contains('%') {
                    continue;
                }
                if let Some((name, defined)) = definition(&text[at + word.len()..], is_operator) {
                    found.insert(name, defined);
                }
            }
        }
        Macros(found)
    }

    /// The formula with all macros replaced by what they stand for.
    pub(super) fn expand(&self, text: &str) -> Expanded {
        let mut expanded = Expanded {
            text: text.to_owned(),
            pieces: vec![Piece {
                start: 0,
                origin: Span::new(0, text.len()),
                is_copy: true,
            }],
        };
        for _ in 0..MAX_ROUNDS {
            match self.round(&expanded) {
                Some(next) if next.text.len() <= MAX_LENGTH => expanded = next,
                _ => break,
            }
        }
        expanded
    }

    /// The formula with the macros in it replaced once; `None` if there are none.
    fn round(&self, from: &Expanded) -> Option<Expanded> {
        let text = from.text.as_str();
        let mut next = Expanded {
            text: String::new(),
            pieces: vec![],
        };
        let mut copied = 0;
        let mut at = 0;
        while let Some(backslash) = text[at..].find('\\').map(|found| at + found) {
            let name = command(&text[backslash..]);
            let end = backslash + 1 + name.len();
            at = end.max(backslash + 1);
            let Some(known) = self.0.get(name).filter(|_| !name.is_empty()) else {
                // `\\` is one command.
                at += usize::from(name.is_empty() && text[at..].starts_with('\\'));
                continue;
            };
            let Some((arguments, end)) = arguments(text, end, known.arity) else {
                continue;
            };
            next.copy(from, Span::new(copied, backslash));
            let call = from.origin(Span::new(backslash, end));
            next.pieces.push(Piece {
                start: next.text.len(),
                origin: call,
                is_copy: false,
            });
            next.text.push_str(&known.filled(&arguments));
            if next.text.len() > MAX_LENGTH {
                return None;
            }
            (copied, at) = (end, end);
        }
        if copied == 0 && next.text.is_empty() {
            return None;
        }
        next.copy(from, Span::new(copied, text.len()));
        Some(next)
    }
}

impl Macro {
    fn filled(&self, arguments: &[&str]) -> String {
        // The blank ends a command.
        let mut body = self.body.clone();
        for (at, argument) in arguments.iter().enumerate() {
            body = body.replace(&format!("#{}", at + 1), argument);
        }
        format!("{body} ")
    }
}

impl Expanded {
    /// Copies a part of another.
    fn copy(&mut self, from: &Expanded, part: Span) {
        let from_piece = from.piece_at(part.start);
        for (at, piece) in from.pieces.iter().enumerate().skip(from_piece) {
            let (first, last) = (part.start.max(piece.start), part.end.min(from.end_of(at)));
            if first >= last {
                break;
            }
            let origin = match piece.is_copy {
                true => Span::new(piece.origin_of(first), piece.origin_of(last)),
                false => piece.origin,
            };
            let start = self.text.len();
            self.pieces.push(Piece {
                start,
                origin,
                ..*piece
            });
            self.text.push_str(&from.text[first..last]);
        }
    }

    /// Where the piece with this number ends.
    fn end_of(&self, piece: usize) -> usize {
        self.pieces.get(piece + 1).map_or(self.text.len(), |next| next.start)
    }

    /// The number of the piece in which a place lies.
    fn piece_at(&self, place: usize) -> usize {
        self.pieces
            .partition_point(|piece| piece.start <= place)
            .saturating_sub(1)
    }

    /// Where a part of the formula comes from.
    pub(super) fn origin(&self, span: Span) -> Span {
        // An end belongs to the piece before it.
        let ends = [span.start, span.end.saturating_sub(1).max(span.start)];
        let [Some(first), Some(last)] = ends.map(|place| self.pieces.get(self.piece_at(place))) else {
            return Span::default();
        };
        let start = if first.is_copy {
            first.origin_of(span.start)
        } else {
            first.origin.start
        };
        let end = if last.is_copy {
            last.origin_of(span.end)
        } else {
            last.origin.end
        };
        Span::new(start, end.max(start))
    }
}

impl Piece {
    /// The place of origin of a place in a piece that is copied.
    fn origin_of(&self, at: usize) -> usize {
        self.origin.start + at.saturating_sub(self.start)
    }
}

/// The letters of a command.
fn command(text: &str) -> &str {
    let rest = &text[1..];
    &rest[..rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.len())]
}

/// What stands behind `\newcommand`: the name, and what it stands for.
fn definition(text: &str, is_operator: bool) -> Option<(String, Macro)> {
    let text = text.trim_start_matches(['*', ' ']);
    let (name, mut rest) = match text.strip_prefix('{') {
        Some(inside) => inside.split_once('}')?,
        None => text.split_at(1 + text.strip_prefix('\\').map(|_| command(text).len())?),
    };
    let name = name.trim().strip_prefix('\\')?.to_owned();
    let mut arity = 0;
    if let Some(inside) = rest.strip_prefix('[') {
        let (number, behind) = inside.split_once(']')?;
        arity = number.trim().parse().ok().filter(|arity| *arity <= 9)?;
        // A default for the first argument is not known.
        rest = if behind.starts_with('[') { "" } else { behind };
    }
    let (body, _) = group(rest.trim_start())?;
    let body = if is_operator {
        format!("\\operatorname{{{body}}}")
    } else {
        body.to_owned()
    };
    let is_name = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphabetic());
    is_name.then_some((name, Macro { arity, body }))
}

/// So many arguments from a place on, and where they end.
fn arguments(text: &str, from: usize, arity: usize) -> Option<(Vec<&str>, usize)> {
    let mut found = Vec::with_capacity(arity);
    let mut at = from;
    for _ in 0..arity {
        at += text[at..].len() - text[at..].trim_start().len();
        let rest = &text[at..];
        let (argument, len) = match group(rest) {
            Some((inside, len)) => (inside, len),
            None if rest.starts_with('\\') => (&rest[..1 + command(rest).len()], 1 + command(rest).len()),
            None => {
                let len = rest.chars().next()?.len_utf8();
                (&rest[..len], len)
            }
        };
        found.push(argument);
        at += len;
    }
    Some((found, at))
}

/// What stands in the braces with which the text begins, and how long it is with them.
fn group(text: &str) -> Option<(&str, usize)> {
    let mut depth = 0usize;
    for (at, c) in text.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth = depth.checked_sub(1)?,
            _ => {}
        }
        if depth == 0 {
            return (at > 0).then(|| (&text[1..at], at + 1));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAPER: &str = r"\newcommand{\R}{\mathbb{R}} \newcommand{\norm}[1]{\left\|#1\right\|}
        \DeclareMathOperator{\tr}{Tr} \def\bx{\mathbf{x}} \renewcommand{\vec}[1]{\boldsymbol{#1}} % \newcommand{\no}{x}
        \newcommand{\sq}[1]{\norm{#1}^2}";

    #[test]
    fn macros_are_replaced() {
        let macros = Macros::read(PAPER);
        let expanded = |text: &str| macros.expand(text).text;
        assert_eq!(expanded(r"\sq{A\bx}"), r"\left\|A\mathbf{x} \right\| ^2 ");
        assert_eq!(
            expanded(r"\tr(A) + \vec b + \no"),
            r"\operatorname{Tr} (A) + \boldsymbol{b}  + \no"
        );
        assert_eq!(expanded(r"a \\ b"), r"a \\ b");
    }

    #[test]
    fn places_are_those_of_the_text() {
        let macros = Macros::read(PAPER);
        let text = r"a + \sq{A\bx} + \foo";
        let expanded = macros.expand(text);
        let place = |piece: &str| {
            let at = expanded.text.find(piece).expect("it is there");
            let span = expanded.origin(Span::new(at, at + piece.len()));
            &text[span.start..span.end]
        };
        assert_eq!(place("\\foo"), "\\foo");
        assert_eq!(place("a +"), "a +");
        assert_eq!(place("\\right"), r"\sq{A\bx}");
    }

    #[test]
    fn endless_macros_end() {
        let macros = Macros::read(r"\newcommand{\x}{\x\x\x\x\x\x\x\x\x\x\x\x}\newcommand{\y}{\y}");
        assert!(macros.expand(r"\x \y").text.len() <= MAX_LENGTH);
    }
}
