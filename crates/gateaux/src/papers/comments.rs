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
    let body = shown[at..]
        .trim_start_matches(sign)
        .trim_start()
        .strip_prefix("gateaux:")?;
    let start = line.end - body.len();
    Some((
        Span::new(line.start + at, line.end),
        trimmed(text, Span::new(start, line.end)),
    ))
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
        Some(None) => {
            return items.push(wrong(
                body,
                "the variables behind `wrt` are names with commas between them",
            ));
        }
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
            items.extend(
                equation
                    .right
                    .iter()
                    .map(|side| Item::Derivative(names.clone(), formula(side))),
            );
        }
        (None, "equal") => {
            let left = formula(&equation.left);
            items.extend(equation.right.iter().map(|side| Item::Equality(left, formula(side))));
        }
        (None, _) => items.extend(equation.right.first().map(|side| Item::Function(*side))),
    }
}

/// How far the end of a display is looked for.
const MAX_DISPLAY: usize = 20_000;

/// The first equation in a piece of text: in the display that is open already, or the next formula with an `=`.
fn next_equation(text: &str, behind: Span) -> Option<latex::Equation> {
    if is_in_display(text, behind.start)
        && let Some(equation) = equation_in(text, behind)
    {
        return Some(equation);
    }
    let mut at = behind.start;
    while let Some((from, close)) = opening(&text[at..behind.end]) {
        let from = at + from;
        let inside = &text[from..behind.end];
        let to = from + inside.find(&close).unwrap_or(inside.len());
        if let Some(equation) = equation_in(text, Span::new(from, to)) {
            return Some(equation);
        }
        at = (to + close.len()).min(behind.end);
    }
    None
}

/// Whether a display ends behind this place before one begins.
fn is_in_display(text: &str, at: usize) -> bool {
    let mut end = text.len().min(at + MAX_DISPLAY);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let rest = &text[at..end];
    let closings = DISPLAYS
        .iter()
        .filter_map(|name| rest.find(&format!("\\end{{{name}}}")));
    let Some(close) = closings.chain(rest.find("\\]")).min() else {
        return false;
    };
    opening(rest).is_none_or(|(from, _)| close < from)
}

/// The first equation of a formula.
fn equation_in(text: &str, place: Span) -> Option<latex::Equation> {
    let equation = latex::equations(&text[place.start..place.end]).into_iter().next()?;
    let moved = |span: Span| Span::new(span.start + place.start, span.end + place.start);
    Some(latex::Equation {
        left: moved(equation.left),
        right: equation.right.into_iter().map(moved).collect(),
    })
}

/// The first opening of a formula: where the formula begins, and what closes it.
fn opening(text: &str) -> Option<(usize, String)> {
    let displays = DISPLAYS.iter().filter_map(|name| {
        let opening = format!("\\begin{{{name}}}");
        let at = text.find(&opening)?;
        Some((at, opening.len(), format!("\\end{{{name}}}")))
    });
    let signs = SIGNS.iter().filter_map(|(open, close)| {
        let at = text.find(open)?;
        Some((at, open.len(), (*close).to_owned()))
    });
    // Of `$$` and `$` at one place the longer one opens.
    let first = displays.chain(signs).min_by_key(|(at, len, _)| (*at, usize::MAX - len));
    first.map(|(at, len, close)| (at + len, close))
}
