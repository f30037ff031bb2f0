//! Comments in LaTeX and in code, and the equations behind those of LaTeX.

use gateaux_syntax::{Span, latex};

use super::{Formula, Item, claim, lines, names_of, trimmed, wrong};
use crate::error::PAPER_EQUATION;

/// The environments of displayed equations.
#[rustfmt::skip]
const DISPLAYS: [&str; 13] = [
    "equation", "equation*", "align", "align*", "gather", "gather*", "multline", "multline*", "eqnarray", "eqnarray*",
    "flalign", "flalign*", "displaymath",
];

/// Signs that open a formula in a text, with those that close it.
const SIGNS: [(&str, &str); 4] = [("\\[", "\\]"), ("$$", "$$"), ("\\(", "\\)"), ("$", "$")];

/// The items of all comments `SIGN gateaux: ...`, in order; they are one problem, which grows.
pub(super) fn items(text: &str, sign: &str) -> Vec<Item> {
    let comments: Vec<(Span, Span)> = lines(text).filter_map(|line| comment(text, line, sign)).collect();
    let mut items = vec![Item::Begin];
    for (at, (line, body)) in comments.iter().enumerate() {
        let next = comments.get(at + 1).map_or(text.len(), |(line, _)| line.start);
        let behind = Span::new(line.end, next);
        comment_items(text, (*body, behind), sign == "%", &mut items);
    }
    items
}

/// A line with a comment of ours: from its sign on, and what it says.
fn comment(text: &str, line: Span, sign: &str) -> Option<(Span, Span)> {
    let shown = &text[line.start..line.end];
    let at = shown.find(sign)?;
    let body = shown[at..].trim_start_matches(sign).trim_start().strip_prefix("gateaux:")?;
    let start = line.end - body.len();
    Some((Span::new(line.start + at, line.end), trimmed(text, Span::new(start, line.end))))
}

/// What a comment says: `new`, `function`, `equal`, `claim ...`, `... wrt x`, or statements.
fn comment_items(text: &str, (body, behind): (Span, Span), is_latex: bool, items: &mut Vec<Item>) {
    let said = &text[body.start..body.end];
    if said == "new" {
        return items.push(Item::Begin);
    }
    if let Some(rest) = said.strip_prefix("claim ") {
        return items.push(claim(text, trimmed(text, Span::new(body.end - rest.len(), body.end))));
    }
    if !is_latex {
        return items.push(Item::Statements(body));
    }
    let (statements, names) = match (said.strip_prefix("wrt "), said.rsplit_once(" wrt ")) {
        (Some(names), _) => (None, Some(names)),
        (None, Some((statements, names))) => (Some(Span::new(body.start, body.start + statements.len())), Some(names)),
        (None, None) if matches!(said, "function" | "equal") => (None, None),
        (None, None) => return items.push(Item::Statements(body)),
    };
    items.extend(statements.map(Item::Statements));
    let names = match names.map(names_of) {
        Some(None) => return items.push(wrong(body, "the variables behind `wrt` are names with commas between them")),
        Some(names) => names,
        None => None,
    };
    let Some(equation) = next_equation(text, behind) else {
        let message = "no equation stands behind this comment";
        return items.push(Item::Wrong(body, PAPER_EQUATION, message.to_owned()));
    };
    let formula = |place: &Span| Formula {
        place: *place,
        is_latex: true,
    };
    match (names, said) {
        (Some(names), _) => {
            items.extend(equation.right.iter().map(|side| Item::Derivative(names.clone(), formula(side))));
        }
        (None, "equal") => {
            let left = formula(&equation.left);
            items.extend(equation.right.iter().map(|side| Item::Equality(left, formula(side))));
        }
        (None, _) => items.extend(equation.right.first().map(|side| Item::Function(*side))),
    }
}

/// The first equation in a piece of text: in the display that is open already, or the next formula with an `=`.
fn next_equation(text: &str, behind: Span) -> Option<latex::Equation> {
    let mut at = behind.start;
    let mut is_first = true;
    while at < behind.end {
        let rest = &text[at..behind.end];
        let opening = opening(rest);
        let closing = DISPLAYS.iter().filter_map(|name| rest.find(&format!("\\end{{{name}}}"))).min();
        let is_inside = is_first && closing.is_some_and(|close| opening.as_ref().is_none_or(|(start, ..)| close < *start));
        is_first = false;
        let (from, to, next) = match (is_inside, opening) {
            (true, _) => {
                let close = closing?;
                (at, at + close, at + close + 1)
            }
            (false, Some((_, from, close))) => {
                let inside = &rest[from..];
                let to = at + from + inside.find(&close).unwrap_or(inside.len());
                (at + from, to, to + close.len())
            }
            (false, None) => return None,
        };
        if let Some(equation) = latex::equations(&text[from..to]).into_iter().next() {
            let moved = |span: Span| Span::new(span.start + from, span.end + from);
            return Some(latex::Equation {
                left: moved(equation.left),
                right: equation.right.into_iter().map(moved).collect(),
            });
        }
        at = next;
    }
    None
}

/// The first opening of a formula: where it stands, where the formula begins, and what closes it.
fn opening(text: &str) -> Option<(usize, usize, String)> {
    let displays = DISPLAYS.iter().filter_map(|name| {
        let opening = format!("\\begin{{{name}}}");
        let at = text.find(&opening)?;
        Some((at, at + opening.len(), format!("\\end{{{name}}}")))
    });
    let signs = SIGNS.iter().filter_map(|(open, close)| {
        let at = text.find(open)?;
        Some((at, at + open.len(), (*close).to_owned()))
    });
    // Of `$$` and `$` at one place the longer one opens.
    displays.chain(signs).min_by_key(|(at, from, _)| (*at, usize::MAX - from))
}
