//! The problem that claims are about, and their judgment.

use std::collections::BTreeMap;

use gateaux_syntax::{Diagnostic, Span};

use super::macros::{Expanded, Macros};
use super::{Checked, Formula, Item, Verdict};
use crate::claim::{Judgment, Side, equal};
use crate::error::Errors;
use crate::latex::{declarations_in_front, formula_beside};
use crate::problem::Problem;

/// What stands between pieces of a problem.
const SEPARATOR: &str = "\n";

/// The problem so far.
pub(super) struct Scope<'t> {
    text: &'t str,
    macros: &'t Macros,
    /// The places of its statements in the text.
    statements: Vec<Span>,
    /// The function, if it is in LaTeX.
    function: Option<Span>,
    /// The problem, once a claim has asked for it.
    problem: Option<Result<Problem, Errors>>,
}

impl<'t> Scope<'t> {
    pub(super) fn new(text: &'t str, macros: &'t Macros) -> Self {
        Scope {
            text,
            macros,
            statements: Vec::new(),
            function: None,
            problem: None,
        }
    }

    /// Takes the next item: a claim is judged, anything else becomes part of the problem.
    pub(super) fn take(&mut self, item: &Item) -> Option<Checked> {
        let (place, verdict) = match item {
            Item::Begin => {
                *self = Scope::new(self.text, self.macros);
                return None;
            }
            Item::Statements(place) => {
                self.statements.push(*place);
                self.problem = None;
                return None;
            }
            Item::Function(place) => {
                self.function = Some(*place);
                self.problem = None;
                return None;
            }
            Item::Derivative(names, formula) => (formula.place, self.derivative(names, *formula)),
            Item::Equality(left, right) => (left.place.to(right.place), self.equality(*left, *right)),
            Item::Wrong(place, code, message) => {
                let diagnostic = Diagnostic::new(code, *place, message.clone());
                (*place, Err(diagnostic.into()))
            }
        };
        Some(Checked {
            line: 0,
            place,
            claim: self.text[place.start..place.end].to_owned(),
            verdict: verdict.map_or_else(Verdict::Unreadable, Verdict::Judged),
        })
    }

    /// The text of the statements.
    fn front(&self) -> String {
        let pieces: Vec<&str> = self
            .statements
            .iter()
            .map(|place| &self.text[place.start..place.end])
            .collect();
        pieces.join(SEPARATOR)
    }

    /// A formula in LaTeX, without macros.
    fn latex(&self, place: Span) -> Expanded {
        self.macros.expand(&self.text[place.start..place.end])
    }

    /// A place in the text of the statements as one in the whole text.
    fn place_in_front(&self, span: Span) -> Span {
        let mut at = 0;
        for piece in &self.statements {
            let len = piece.end - piece.start;
            if span.start <= at + len {
                let start = piece.start + span.start.saturating_sub(at);
                let len = span.end.saturating_sub(span.start);
                return Span::new(start, (start + len).min(piece.end.max(start)));
            }
            at += len + SEPARATOR.len();
        }
        self.statements.last().copied().unwrap_or_default()
    }

    /// The mistakes of a text of statements in front and a formula in LaTeX behind them, at their places.
    fn placed(&self, errors: &Errors, head: usize, formula: (&Expanded, Span)) -> Errors {
        let (expanded, place) = formula;
        moved(errors, |span| match span.start.checked_sub(head) {
            Some(start) => shifted(
                expanded.origin(Span::new(start, span.end.saturating_sub(head).max(start))),
                place,
            ),
            None => self.place_in_front(span),
        })
    }

    /// The problem, read once.
    fn problem(&mut self) -> Result<Problem, Errors> {
        if self.problem.is_none() {
            let front = self.front();
            let read = match self.function {
                None => Problem::parse(&front).map_err(|errors| moved(&errors, |span| self.place_in_front(span))),
                Some(place) => {
                    let expanded = self.latex(place);
                    let head = front.len() + SEPARATOR.len();
                    let whole = format!("{front}{SEPARATOR}{}", expanded.text);
                    Problem::parse_latex(&whole).map_err(|errors| self.placed(&errors, head, (&expanded, place)))
                }
            };
            self.problem = Some(read);
        }
        match &self.problem {
            Some(problem) => problem.clone(),
            None => Problem::parse(""),
        }
    }

    fn derivative(&mut self, names: &[String], formula: Formula) -> Result<Judgment, Errors> {
        let mut problem = self.problem()?;
        let place = formula.place;
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let answer = problem.derive(&names).map_err(|errors| moved(&errors, |_| place))?;
        if formula.is_latex {
            let expanded = self.latex(place);
            let claim = problem
                .latex_to_text(&expanded.text)
                .map_err(|errors| self.placed(&errors, 0, (&expanded, place)))?;
            let judged = answer.claim(&problem, &claim, &BTreeMap::new());
            return judged.map_err(|errors| moved(&errors, |_| place));
        }
        let written = &self.text[place.start..place.end];
        let judged = answer.claim(&problem, written, &BTreeMap::new());
        judged.map_err(|errors| moved(&errors, |span| shifted(span, place)))
    }

    fn equality(&mut self, left: Formula, right: Formula) -> Result<Judgment, Errors> {
        let front = match self.function {
            None => self.front(),
            Some(_) => declarations_in_front(&self.front()).to_owned(),
        };
        let sides = [self.side(&front, left)?, self.side(&front, right)?];
        let head = front.len() + SEPARATOR.len();
        equal(&format!("{front}{SEPARATOR}{}", sides[0]), &sides[1]).map_err(|(side, errors)| {
            let (formula, head) = if side == Side::Left { (left, head) } else { (right, 0) };
            moved(&errors, |span| match span.start.checked_sub(head) {
                None => self.place_in_front(span),
                Some(_) if formula.is_latex => formula.place,
                Some(start) => shifted(Span::new(start, span.end.saturating_sub(head)), formula.place),
            })
        })
    }

    /// A side of an equality in the language, beside the declarations in front.
    fn side(&self, front: &str, formula: Formula) -> Result<String, Errors> {
        let place = formula.place;
        if !formula.is_latex {
            return Ok(self.text[place.start..place.end].to_owned());
        }
        let declared = declarations_in_front(front);
        let expanded = self.latex(place);
        let head = declared.len() + SEPARATOR.len();
        formula_beside(declared, &expanded.text).map_err(|errors| self.placed(&errors, head, (&expanded, place)))
    }
}

/// A place in a piece as one in the whole text.
fn shifted(span: Span, piece: Span) -> Span {
    let clamp = |at: usize| (piece.start + at).min(piece.end);
    Span::new(clamp(span.start), clamp(span.end))
}

/// The mistakes at other places, and without replacements, which would be at the old ones.
fn moved(errors: &Errors, place: impl Fn(Span) -> Span) -> Errors {
    let mut diagnostics = errors.diagnostics().to_vec();
    for diagnostic in &mut diagnostics {
        diagnostic.span = place(diagnostic.span);
        if let Some(help) = &mut diagnostic.help {
            help.edit = None;
        }
    }
    Errors::new(diagnostics)
}
