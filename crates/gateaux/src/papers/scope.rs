//! The problem that claims are about, and their judgment.

use std::collections::BTreeMap;

use gateaux_syntax::{Diagnostic, Span};

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
    /// The places of its statements in the text.
    statements: Vec<Span>,
    /// The function, if it is in LaTeX.
    function: Option<Span>,
    /// The problem, once a claim has asked for it.
    problem: Option<Result<Problem, Errors>>,
}

impl<'t> Scope<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Scope {
            text,
            statements: Vec::new(),
            function: None,
            problem: None,
        }
    }

    /// Takes the next item: a claim is judged, anything else becomes part of the problem.
    pub(super) fn take(&mut self, item: &Item) -> Option<Checked> {
        let (place, verdict) = match item {
            Item::Begin => {
                *self = Scope::new(self.text);
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

    /// A place in the text of the statements, with a piece behind them, as one in the whole text.
    fn place_in(&self, behind: Option<Span>, span: Span) -> Span {
        let mut at = 0;
        for piece in self.statements.iter().copied().chain(behind) {
            let len = piece.end - piece.start;
            if span.start <= at + len {
                let start = piece.start + (span.start - at.min(span.start));
                let end = start + (span.end - span.start);
                return Span::new(start, end.min(self.text.len()).min(piece.end.max(start)));
            }
            at += len + SEPARATOR.len();
        }
        behind.unwrap_or_default()
    }

    fn placed(&self, errors: &Errors, behind: Option<Span>) -> Errors {
        moved(errors, |span| self.place_in(behind, span))
    }

    /// The problem, read once.
    fn problem(&mut self) -> Result<Problem, Errors> {
        if self.problem.is_none() {
            let front = self.front();
            let read = match self.function {
                None => Problem::parse(&front),
                Some(place) => {
                    let whole = format!("{front}{SEPARATOR}{}", &self.text[place.start..place.end]);
                    Problem::parse_latex(&whole)
                }
            };
            self.problem = Some(read.map_err(|errors| self.placed(&errors, self.function)));
        }
        match &self.problem {
            Some(problem) => problem.clone(),
            None => Problem::parse(""),
        }
    }

    fn derivative(&mut self, names: &[String], formula: Formula) -> Result<Judgment, Errors> {
        let mut problem = self.problem()?;
        let place = formula.place;
        let written = &self.text[place.start..place.end];
        let from = |span: Span| Span::new(place.start + span.start, place.start + span.end);
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let answer = problem.derive(&names).map_err(|errors| moved(&errors, |_| place))?;
        if formula.is_latex {
            let claim = problem.latex_to_text(written).map_err(|errors| moved(&errors, from))?;
            let judged = answer.claim(&problem, &claim, &BTreeMap::new());
            return judged.map_err(|errors| moved(&errors, |_| place));
        }
        answer
            .claim(&problem, written, &BTreeMap::new())
            .map_err(|errors| moved(&errors, from))
    }

    fn equality(&mut self, left: Formula, right: Formula) -> Result<Judgment, Errors> {
        let front = match self.function {
            None => self.front(),
            Some(_) => declarations_in_front(&self.front()).to_owned(),
        };
        let in_language = |formula: Formula| -> Result<String, Errors> {
            let place = formula.place;
            let written = &self.text[place.start..place.end];
            match formula.is_latex {
                false => Ok(written.to_owned()),
                true => {
                    let declared = declarations_in_front(&front);
                    let head = declared.len() + SEPARATOR.len();
                    formula_beside(declared, written).map_err(|errors| {
                        moved(&errors, |span| match span.start.checked_sub(head) {
                            Some(start) => Span::new(place.start + start, place.start + span.end - head),
                            None => self.place_in(None, span),
                        })
                    })
                }
            }
        };
        let sides = [in_language(left)?, in_language(right)?];
        let head = format!("{front}{SEPARATOR}");
        equal(&format!("{head}{}", sides[0]), &sides[1]).map_err(|(side, errors)| {
            let formula = if side == Side::Left { left } else { right };
            moved(&errors, |span| match (side, formula.is_latex) {
                (_, true) => formula.place,
                (Side::Left, false) => self.place_in(Some(left.place), span),
                (Side::Right, false) => Span::new(right.place.start + span.start, right.place.start + span.end),
            })
        })
    }
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
