//! Claims in papers: texts that say what derivatives are, in Markdown, in LaTeX and beside code, and whether they are
//! right.
//!
//! A text is read to items (`markdown`, `comments`): pieces of problems, and claims about the problem so far, each with
//! its place. Then the claims are judged one after the other. Nothing here reads files.
//!
//! # Example
//! ```
//! use gateaux::papers::{Medium, Verdict, check};
//! let text = "Some words.\n\n```gateaux\nnorm2(A*x - b)^2\nclaim wrt x: A'*(A*x - b)\n```\n";
//! let checked = check(text, Medium::Markdown);
//! assert_eq!(checked[0].line, 5);
//! let Verdict::Judged(judgment) = &checked[0].verdict else { panic!("it can be read") };
//! assert_eq!(judgment.slip().map(|slip| slip.detail.as_str()), Some("off by the factor 2"));
//! ```

mod comments;
mod macros;
mod markdown;
mod scope;

use std::collections::BTreeMap;

use gateaux_core::diff::Convention;
use gateaux_syntax::Span;

use crate::claim::Judgment;
use crate::error::Errors;
use macros::Macros;
use scope::Scope;

/// What kind of text claims stand in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Medium {
    /// Blocks between fences that are marked `gateaux`.
    Markdown,
    /// Comments `% gateaux: ...`, and the equations behind them.
    Latex,
    /// Comments that begin with this sign, as `# gateaux: ...` in code.
    Code(&'static str),
}

/// How claims are understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// The convention for structured variables; without one all their entries are taken as independent.
    pub convention: Option<Convention>,
    /// Sizes at which to compare, of those dimensions that a problem has.
    pub sizes: BTreeMap<String, usize>,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            convention: Some(Convention::Subspace),
            sizes: BTreeMap::new(),
        }
    }
}

/// A claim of a text, and what is to be said of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Checked {
    /// The line of the claim, from 1.
    pub line: usize,
    /// The place of the claim in the text.
    pub place: Span,
    /// What is claimed, as it is written.
    pub claim: String,
    /// The dimensions of its problem for which sizes were given.
    pub sized: Vec<String>,
    /// Whether it is right.
    pub verdict: Verdict,
}

/// Whether a claim is right.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// It was compared.
    Judged(Judgment),
    /// It, or the problem that it is about, cannot be read; the places are those of the whole text.
    Unreadable(Errors),
}

impl Checked {
    /// Whether the claim is right.
    pub fn is_right(&self) -> bool {
        matches!(&self.verdict, Verdict::Judged(judgment) if judgment.is_equal())
    }
}

/// A piece of a problem, or a claim, with its place.
#[derive(Clone, Debug, PartialEq)]
enum Item {
    /// A new problem begins.
    Begin,
    /// Statements in the language.
    Statements(Span),
    /// The function, in LaTeX.
    Function(Span),
    /// The derivative by these variables is claimed to be this formula.
    Derivative(Vec<String>, Formula),
    /// Two formulas are claimed to be equal.
    Equality(Formula, Formula),
    /// What cannot be read, and why.
    Wrong(Span, &'static str, String),
}

/// A formula and its notation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Formula {
    place: Span,
    is_latex: bool,
}

/// Reads a text and judges all its claims.
///
/// # Cost
/// That of each claim by itself; a problem is read once for all claims about it.
pub fn check(text: &str, medium: Medium) -> Vec<Checked> {
    check_with(text, medium, &Options::default())
}

/// [`check`], where claims are understood in another way.
pub fn check_with(text: &str, medium: Medium, options: &Options) -> Vec<Checked> {
    let (items, macros) = match medium {
        Medium::Markdown => (markdown::items(text), Macros::default()),
        Medium::Latex => (comments::items(text, "%"), Macros::read(text)),
        Medium::Code(sign) => (comments::items(text, sign), Macros::default()),
    };
    let mut scope = Scope::new(text, &macros, options);
    let mut checked: Vec<Checked> = items.iter().filter_map(|item| scope.take(item)).collect();
    // Lines are counted once.
    let (mut line, mut at) = (1, 0);
    for claim in &mut checked {
        let start = claim.place.start.max(at);
        line += text[at..start].matches('\n').count();
        at = start;
        claim.line = line;
    }
    checked
}

/// What a line says behind `claim`: a derivative or an equality; `None` where it is neither.
fn claim(text: &str, place: Span) -> Item {
    let body = &text[place.start..place.end];
    if let Some(rest) = body.strip_prefix("wrt")
        && let Some((names, formula)) = rest.split_once(':')
    {
        let from = place.end - formula.len();
        return match names_of(names) {
            Some(names) => Item::Derivative(names, formula_at(text, Span::new(from, place.end))),
            None => wrong(place, "the variables of a claim are names with commas between them"),
        };
    }
    if let Some((left, _)) = body.split_once("==") {
        let middle = place.start + left.len();
        let sides = [Span::new(place.start, middle), Span::new(middle + 2, place.end)];
        let [left, right] = sides.map(|side| formula_at(text, side));
        return Item::Equality(left, right);
    }
    wrong(place, "a claim is `claim wrt x: FORMULA` or `claim FORMULA == FORMULA`")
}

fn wrong(place: Span, message: &str) -> Item {
    Item::Wrong(place, crate::error::PAPER_CLAIM, message.to_owned())
}

/// Names with commas between them.
fn names_of(text: &str) -> Option<Vec<String>> {
    let names: Vec<String> = text.split(',').map(|name| name.trim().to_owned()).collect();
    let is_name = |name: &String| !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_');
    names.iter().all(is_name).then_some(names)
}

/// The formula in a piece of text; one between `$` is in LaTeX.
fn formula_at(text: &str, place: Span) -> Formula {
    let inside = trimmed(text, place);
    let shown = &text[inside.start..inside.end];
    let is_latex = shown.len() > 2 && shown.starts_with('$') && shown.ends_with('$');
    let n_signs = if shown.starts_with("$$") && shown.len() > 4 {
        2
    } else {
        1
    };
    match is_latex {
        true => Formula {
            place: Span::new(inside.start + n_signs, inside.end - n_signs),
            is_latex,
        },
        false => Formula {
            place: inside,
            is_latex,
        },
    }
}

/// The piece of text without blanks around it.
fn trimmed(text: &str, place: Span) -> Span {
    let piece = &text[place.start..place.end];
    let start = place.start + piece.len() - piece.trim_start().len();
    Span::new(start, start + piece.trim().len())
}

/// The lines of a text with their places, without the ends of lines.
fn lines(text: &str) -> impl Iterator<Item = Span> + '_ {
    let mut at = 0;
    text.split_inclusive('\n').map(move |line| {
        let start = at;
        at += line.len();
        Span::new(start, start + line.trim_end_matches(['\n', '\r']).len())
    })
}
