//! The problem that claims are about, and their judgment.

use gateaux_syntax::{Diagnostic, Span};

use super::macros::{Expanded, Macros};
use super::{Checked, Formula, Item, Options, Verdict};
use crate::claim::{Judgment, Side, equal_with};
use crate::error::Errors;
use crate::latex::{Translation, declarations_in_front, formula_beside};
use crate::problem::Problem;

/// What stands between pieces of a problem.
const SEPARATOR: &str = "\n";

/// The problem so far.
pub(super) struct Scope<'t> {
    text: &'t str,
    macros: &'t Macros,
    options: &'t Options,
    /// The places of its statements in the text.
    statements: Vec<Span>,
    /// The function, if it is in LaTeX.
    function: Option<Span>,
    /// The problem, once a claim has asked for it.
    problem: Option<Result<Problem, Errors>>,
    /// The dimensions of the last claim for which sizes are given.
    sized: Vec<String>,
}

impl<'t> Scope<'t> {
    pub(super) fn new(text: &'t str, macros: &'t Macros, options: &'t Options) -> Self {
        Scope {
            text,
            macros,
            options,
            statements: Vec::new(),
            function: None,
            problem: None,
            sized: Vec::new(),
        }
    }

    /// Takes the next item: a claim is judged, anything else becomes part of the problem.
    pub(super) fn take(&mut self, item: &Item) -> Option<Checked> {
        let (place, verdict) = match item {
            Item::Begin => {
                *self = Scope::new(self.text, self.macros, self.options);
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
            sized: std::mem::take(&mut self.sized),
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
        moved(errors, |span| self.place_in_latex(span, head, (expanded, place)))
    }

    /// A place in a text of statements in front and a formula in LaTeX behind them as one in the whole text.
    fn place_in_latex(&self, span: Span, head: usize, (expanded, place): (&Expanded, Span)) -> Span {
        match span.start.checked_sub(head) {
            Some(start) => shifted(
                expanded.origin(Span::new(start, span.end.saturating_sub(head).max(start))),
                place,
            ),
            None => self.place_in_front(span),
        }
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

    /// The dimensions of the problem for which sizes are given.
    fn sized_in(&self, problem: &Problem) -> Vec<String> {
        let names = self.options.sizes.keys();
        names
            .filter(|name| problem.check_dimensions([*name]).is_ok())
            .cloned()
            .collect()
    }

    fn derivative(&mut self, names: &[String], formula: Formula) -> Result<Judgment, Errors> {
        let mut problem = self.problem()?;
        self.sized = self.sized_in(&problem);
        let place = formula.place;
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let at_claim = |errors: Errors| moved(&errors, |_| place);
        let answer = match self.options.convention {
            Some(convention) => problem.derive_in(&names, convention),
            None => problem.unconstrained(&names).and_then(|free| {
                problem = free;
                problem.derive(&names)
            }),
        };
        let answer = answer.map_err(at_claim)?;
        if formula.is_latex {
            let expanded = self.latex(place);
            let in_latex = |errors: &Errors| self.placed(errors, 0, (&expanded, place));
            let claim = problem
                .translate_latex(&expanded.text)
                .map_err(|errors| in_latex(&errors))?;
            let judged = answer.claim(&problem, claim.text(), &self.options.sizes);
            return judged.map_err(|errors| in_latex(&claim.placed(&errors)));
        }
        let written = &self.text[place.start..place.end];
        let judged = answer.claim(&problem, written, &self.options.sizes);
        judged.map_err(|errors| moved(&errors, |span| shifted(span, place)))
    }

    fn equality(&mut self, left: Formula, right: Formula) -> Result<Judgment, Errors> {
        let front = match self.function {
            None => self.front(),
            Some(_) => declarations_in_front(&self.front()).to_owned(),
        };
        let sides = [self.side(&front, left)?, self.side(&front, right)?];
        let head = front.len() + SEPARATOR.len();
        let first = format!("{front}{SEPARATOR}{}", sides[0].text);
        if let Ok(problem) = Problem::parse(&first) {
            self.sized = self.sized_in(&problem);
        }
        equal_with(&first, &sides[1].text, &self.options.sizes).map_err(|(side, errors)| {
            let (formula, own, head) = match side {
                Side::Left => (left, &sides[0], head),
                Side::Right => (right, &sides[1], 0),
            };
            moved(&errors, |span| match (span.start.checked_sub(head), &own.latex) {
                (None, _) => self.place_in_front(span),
                (Some(start), latex) => {
                    let inside = Span::new(start, span.end.saturating_sub(head));
                    match latex {
                        None => shifted(inside, formula.place),
                        Some((translation, expanded, head)) => {
                            self.place_in_latex(translation.origin(inside), *head, (expanded, formula.place))
                        }
                    }
                }
            })
        })
    }

    /// A side of an equality in the language, beside the declarations in front.
    fn side(&self, front: &str, formula: Formula) -> Result<Written, Errors> {
        let place = formula.place;
        if !formula.is_latex {
            return Ok(Written {
                text: self.text[place.start..place.end].to_owned(),
                latex: None,
            });
        }
        let declared = declarations_in_front(front);
        let expanded = self.latex(place);
        let head = declared.len() + SEPARATOR.len();
        let found = formula_beside(declared, &expanded.text);
        let found = found.map_err(|errors| self.placed(&errors, head, (&expanded, place)))?;
        Ok(Written {
            text: found.text().to_owned(),
            latex: Some((found, expanded, head)),
        })
    }
}

/// A formula in the language; of one that was in LaTeX where its parts stand there, behind so much in front of it.
struct Written {
    text: String,
    latex: Option<(Translation, Expanded, usize)>,
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
