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
    /// For each piece where it begins, and where it comes from; what comes of a macro comes from its whole call.
    pieces: Vec<(usize, Span)>,
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
            pieces: vec![(0, Span::new(0, text.len()))],
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
            next.pieces.push((next.text.len(), call));
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
    /// Copies a piece of another.
    fn copy(&mut self, from: &Expanded, piece: Span) {
        for (at, (start, origin)) in from.pieces.iter().enumerate() {
            let end = from.pieces.get(at + 1).map_or(from.text.len(), |(next, _)| *next);
            let (first, last) = (piece.start.max(*start), piece.end.min(end));
            if first >= last {
                continue;
            }
            let is_plain = origin.end - origin.start == end - start;
            let place = match is_plain {
                true => Span::new(origin.start + first - start, origin.start + last - start),
                false => *origin,
            };
            self.pieces.push((self.text.len(), place));
            self.text.push_str(&from.text[first..last]);
        }
    }

    /// Where a piece of the formula comes from.
    pub(super) fn origin(&self, span: Span) -> Span {
        let of = |at: usize, is_end: bool| {
            let found = self
                .pieces
                .iter()
                .rposition(|(start, _)| if is_end { *start < at.max(1) } else { *start <= at });
            let Some((start, origin)) = found.map(|found| self.pieces[found]) else {
                return Span::default();
            };
            let next = self
                .pieces
                .get(found.unwrap_or(0) + 1)
                .map_or(self.text.len(), |(next, _)| *next);
            match origin.end - origin.start == next - start {
                true => Span::new(origin.start + at - start, origin.start + at - start),
                false => origin,
            }
        };
        let (first, last) = (of(span.start, false), of(span.end, true));
        Span::new(first.start, last.end.max(first.start))
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
        rest = behind.starts_with('[').then_some("").unwrap_or(behind);
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
            let at = expanded.text.find(piece).unwrap();
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
