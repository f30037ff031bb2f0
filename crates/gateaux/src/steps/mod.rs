//! Derivations of answers: what is written on the board, with every line checked.

mod board;
mod verify;

use gateaux_core::diff::{self, Derivative};
use gateaux_core::expr::{Error, Expr, Form, Law, Structure};
use gateaux_core::ops;
use gateaux_core::print::{Layout, Notation, latex_name, mathml, names_of_parts};
use gateaux_core::steps::{self, Claim, Detail, Left, Line, Reason};

use crate::answer::Answer;
use crate::error::{Errors, NO_STEPS};
use crate::problem::Problem;
use crate::spelled::Spelled;
use crate::wirtinger;

/// A Kronecker form of more characters is left out of a derivation.
const MAX_KRONECKER: usize = 400;

/// In a derivation with longer formulas parts get names.
const MAX_FORMULA: usize = 54;

/// The letters of these names: others than those of the parts of a formula that is written out.
const LETTERS: [&str; 5] = ["r", "p", "v", "z", "r_"];

/// How a line was checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Checked {
    /// At random points over a prime field, without a tolerance, and numerically.
    Exactly,
    /// At random points of the domain.
    Numerically,
    /// It was not, or it is wrong: the reason.
    Not(String),
}

/// One line of a derivation.
#[derive(Clone, Debug)]
pub struct Step {
    left: Left,
    name: Spelled,
    right: Spelled,
    reasons: Vec<Reason>,
    why: [String; 2],
    checked: Checked,
}

impl Step {
    /// What stands on the left of the sign of equality: `f`, `df`, `gradient`.
    pub fn left(&self, notation: Notation) -> &str {
        self.name.get(notation)
    }

    /// What stands on the right.
    pub fn right(&self, notation: Notation) -> &str {
        self.right.get(notation)
    }

    /// Why it is equal to the line before.
    pub fn reasons(&self) -> &[Reason] {
        &self.reasons
    }

    /// The reasons as one text; those that go without saying are left out beside others.
    pub fn why(&self) -> &str {
        &self.why[0]
    }

    /// How it was checked.
    pub fn checked(&self) -> &Checked {
        &self.checked
    }

    /// What stands between the sides: a colon where the right one is a map.
    pub fn relation(&self) -> &'static str {
        if self.left == Left::Map { ":" } else { "=" }
    }

    /// Whether it is an answer that is read off.
    pub fn is_answer(&self) -> bool {
        self.left == Left::Answer
    }
}

/// A derivation: lines of which each is equal to the one before.
#[derive(Clone, Debug)]
pub struct Steps {
    lines: Vec<Step>,
}

impl Steps {
    /// The lines in order.
    pub fn lines(&self) -> &[Step] {
        &self.lines
    }

    /// Whether every line was found to be right.
    pub fn is_verified(&self) -> bool {
        self.lines.iter().all(|line| !matches!(line.checked, Checked::Not(_)))
    }

    /// The whole derivation in LaTeX, with amsmath.
    pub fn latex(&self) -> String {
        let mut text = "\\begin{align*}\n".to_owned();
        for (at, line) in self.lines.iter().enumerate() {
            let left = if self.continues(at) {
                ""
            } else {
                line.left(Notation::Latex)
            };
            text.push_str(&format!("{left} &{} {}", line.relation(), line.right(Notation::Latex)));
            let why = &line.why[1];
            if !why.is_empty() {
                text.push_str(&format!(" && \\text{{{why}}}"));
            }
            text.push_str(if at + 1 < self.lines.len() { " \\\\\n" } else { "\n" });
        }
        text + "\\end{align*}"
    }

    /// The whole derivation as one `math` element: a table of left sides and right sides, and behind an empty column the
    /// reasons. Its cells have the classes `lhs` and `rhs`, which a style sheet aligns to the right and to the left.
    pub fn mathml(&self) -> String {
        mathml(&self.latex())
    }

    /// Whether the left side of a line is that of the line before, and need not be written again.
    pub fn continues(&self, at: usize) -> bool {
        at > 0 && self.lines[at].left == self.lines[at - 1].left
    }
}

/// The text with formulas such as `g'*dx` as they are.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\textbackslash ")
        .replace(['^'], "\\textasciicircum ")
        .replace('_', "\\_")
        .replace('&', "\\&")
}

/// Lines, what is written on their right, and the named parts of the function.
type Written = (Vec<Line>, Vec<[String; 3]>, Vec<(Expr, String)>);

impl Answer {
    /// The derivation of the answer, every line checked at random points; of a second derivative that of the gradient,
    /// then that of its derivative, and so on.
    ///
    /// # Errors
    /// A derivative of higher order by complex variables or orthogonal matrices, or of what has no array of its first
    /// derivatives; a limit.
    ///
    /// # Example
    /// ```
    /// use gateaux::{Detail, Notation, Problem};
    /// let mut problem = Problem::parse("logdet(A'*A)")?;
    /// let answer = problem.derive(&["A"])?;
    /// let steps = answer.steps(&mut problem, Detail::Brief)?;
    /// assert!(steps.is_verified());
    /// assert_eq!(steps.lines()[1].right(Notation::Text), "tr(inv(A'*A)*d(A'*A))");
    /// # Ok::<(), gateaux::Errors>(())
    /// ```
    pub fn steps(&self, problem: &mut Problem, detail: Detail) -> Result<Steps, Errors> {
        let wrt: Vec<String> = self.wrt().to_vec();
        let wrt: Vec<&str> = wrt.iter().map(String::as_str).collect();
        if wrt.len() > 1 {
            self.refuse_without_lower_steps(problem)?;
        }
        let mut steps = Steps { lines: Vec::new() };
        let mut lower = None;
        for order in 1..=wrt.len() {
            let whole = match order == wrt.len() {
                true => self.clone(),
                false => problem.derive_in(&wrt[..order], self.derivative.convention)?,
            };
            let function = problem.free_names().nth(order - 1).unwrap_or("G");
            let called = (function, whole.explicit_name());
            let told = match lower {
                None => {
                    let differentiated = problem.with_traces()?;
                    whole.told(problem, differentiated, called, detail)?
                }
                Some(lower) => {
                    let last = whole.of_lower(problem, lower, &wrt[order - 1..order])?;
                    last.told(problem, lower, called, detail)?
                }
            };
            steps.lines.extend(told.lines);
            lower = whole.explicit_expr;
            if wrt.len() > 1 && lower.is_none() {
                let what = format!("the derivative of order {order} is no array of the language");
                return Err(problem.mistake(NO_STEPS, format!("{what}, so that no steps lead on")));
            }
        }
        Ok(steps)
    }

    /// Steps of higher order are told as those of the derivative of the array of the order before.
    fn refuse_without_lower_steps(&self, problem: &Problem) -> Result<(), Errors> {
        let variables = || self.derivative.variables.iter().map(|var| problem.store.variable(*var));
        let why = if problem.is_complex() {
            "complex variables"
        } else if variables().any(|variable| variable.structure == Structure::Orthogonal) {
            "orthogonal matrices, whose tangents turn with them"
        } else {
            return Ok(());
        };
        let message = format!("steps of second derivatives are not told by {why}");
        Err(problem.mistake(NO_STEPS, message))
    }

    /// The derivative of the array of the order before, with the explicit form of this answer.
    fn of_lower(&self, problem: &mut Problem, lower: Expr, wrt: &[&str]) -> Result<Answer, Errors> {
        let (variable, names) = (problem.variable(wrt[0])?, problem.hole_names(wrt));
        let convention = self.derivative.convention;
        let found = diff::derivative_in(&mut problem.store, lower, &[variable], &names, convention);
        let found = found.map_err(|error| problem.limit(error))?;
        Ok(Answer::new(problem, found, wrt)?.with_explicit_of(self))
    }

    /// The steps of a derivative of first order of what is called so, to an answer that is called so.
    fn told(
        &self,
        problem: &mut Problem,
        differentiated: Expr,
        called: (&'static str, &'static str),
        detail: Detail,
    ) -> Result<Steps, Errors> {
        let leaves = leaves(problem, &self.derivative, differentiated).map_err(|error| problem.limit(error))?;
        let mut by_conjugates: Vec<(bool, Expr)> = Vec::new();
        if let Some(found) = &self.wirtinger {
            by_conjugates.extend(found.arrays().map(|(conjugates, array)| (conjugates[0], array)));
            // The one that is the answer comes last.
            by_conjugates.sort_by_key(|(_, array)| self.explicit_expr == Some(*array));
        }
        let kronecker = self.kronecker(Notation::Text);
        let is_short = kronecker.is_some_and(|text| text.len() <= MAX_KRONECKER);
        let claim = Claim {
            derivative: &self.derivative,
            differentiated,
            leaves: &leaves,
            explicit: self.explicit_expr,
            kronecker: self.kronecker_expr.filter(|_| is_short),
            by_conjugates: &by_conjugates,
            is_real: self.wirtinger.as_ref().is_some_and(|found| found.gradient.is_some()),
        };
        let lines = steps::derivation(&mut problem.store, claim, detail).map_err(|error| problem.limit(error))?;
        let (lines, written, parts) = self.with_names(problem, differentiated, lines)?;
        let checked = verify::verify(problem, self, &leaves, &lines);
        let names = Names::new(self, called, parts);
        let lines = lines
            .into_iter()
            .zip(written)
            .zip(checked)
            .map(|((line, right), checked)| Step {
                left: line.left,
                name: names.of(line.left).into(),
                right: right.into(),
                why: names.why(&line.reasons),
                reasons: line.reasons,
                checked,
            })
            .collect();
        Ok(Steps { lines })
    }

    /// The lines as they are written; where they are long, after names for parts of the function.
    fn with_names(&self, problem: &mut Problem, function: Expr, lines: Vec<Line>) -> Result<Written, Errors> {
        let (plain, written) = self.written(problem, lines, &[])?;
        if written.iter().all(|right| right[0].chars().count() <= MAX_FORMULA) {
            return Ok((plain, written, Vec::new()));
        }
        let mut found = steps::parts_to_name(&problem.store, function, &plain);
        let after_function = plain.iter().take_while(|line| line.left == Left::Function).count();
        loop {
            let names = names_of_parts(&problem.store, LETTERS, found.len());
            let parts: Vec<(Expr, String)> = found.iter().copied().zip(names).collect();
            let mut lines = plain.clone();
            let definitions = found.iter().enumerate().map(|(at, part)| Line::definition(at, *part));
            lines.splice(after_function..after_function, definitions);
            let (lines, written) = self.written(problem, lines, &parts)?;
            // A part of which only the root or the like is written needs no name.
            let is_used = |(part, name): &&(Expr, String)| {
                let others = lines.iter().zip(&written).filter(|(line, _)| !line.defines(*part));
                others.into_iter().any(|(_, right)| has_word(&right[0], name))
            };
            let used: Vec<Expr> = parts.iter().filter(is_used).map(|(part, _)| *part).collect();
            if used.len() == parts.len() {
                return Ok((lines, written, parts));
            }
            found = used;
        }
    }

    /// The lines with what is written on their right; those that look like the line before are left out.
    fn written(
        &self,
        problem: &mut Problem,
        lines: Vec<Line>,
        parts: &[(Expr, String)],
    ) -> Result<(Vec<Line>, Vec<[String; 3]>), Errors> {
        let (mut kept, mut written): (Vec<Line>, Vec<[String; 3]>) = (Vec::new(), Vec::new());
        // The reasons of a line that is left out are those of the next one, if it has none.
        let mut carried = Vec::new();
        for mut line in lines {
            let right = self.right_of(problem, &line, parts)?;
            let repeats =
                kept.last().is_some_and(|last: &Line| last.left == line.left) && written.last() == Some(&right);
            if repeats {
                carried = line.reasons;
                continue;
            }
            if line.reasons.is_empty() {
                line.reasons = std::mem::take(&mut carried);
            }
            // What is new in the way of writing alone is no step.
            let is_first = kept.last().is_none_or(|last: &Line| last.left != line.left);
            if line.left == Left::Change && line.reasons.is_empty() && !is_first {
                continue;
            }
            kept.push(line);
            written.push(right);
        }
        Ok((kept, written))
    }

    /// What is written on the right, in all notations.
    fn right_of(&self, problem: &mut Problem, line: &Line, parts: &[(Expr, String)]) -> Result<[String; 3], Errors> {
        // The function and the answer are written out, a part with those inside of it.
        let parts = match line.left {
            Left::Function | Left::Answer | Left::Map => &[],
            Left::Part(at) => &parts[..at],
            _ => parts,
        };
        if line.left == Left::Map {
            return Ok(Spelled::WRITTEN.map(|notation| self.operator(notation)));
        }
        let layout = Layout::of_phrases(&mut problem.store, &line.right, &line.instead, parts)
            .map_err(|error| problem.limit(error))?;
        Ok(Spelled::WRITTEN.map(|notation| layout.write(notation)))
    }
}

/// Whether the name stands in the formula.
fn has_word(formula: &str, name: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    formula.split(|c| !is_part(c)).any(|word| word == name)
}

/// The variable with its change, and the conjugates of both.
fn leaves(problem: &mut Problem, derivative: &Derivative, function: Expr) -> Result<Vec<(Expr, Expr)>, Error> {
    let (store, hole) = (&mut problem.store, derivative.holes[0]);
    let variable = store.var(derivative.variables[0])?;
    let mut leaves = vec![(variable, hole)];
    if store.is_complex(variable) {
        // Conjugates stand at the variable, or at some entries of it.
        for part in store.post_order(&[function]) {
            if let Form::Call(call, args) = store.form(part).clone()
                && call.law == Law::Conjugate
                && store.post_order(&args).contains(&variable)
            {
                let change = diff::differential(store, args[0], &[(variable, hole)])?;
                leaves.push((part, ops::conj(store, change)?));
            }
        }
    }
    Ok(leaves)
}

/// What stands on the left, in all notations.
struct Names {
    parts: Vec<(Expr, String)>,
    function: &'static str,
    variable: String,
    hole: String,
    answer: &'static str,
}

impl Names {
    fn new(answer: &Answer, (function, called): (&'static str, &'static str), parts: Vec<(Expr, String)>) -> Names {
        Names {
            parts,
            function,
            variable: answer.wrt().join(", "),
            hole: answer.holes().first().cloned().unwrap_or_default(),
            answer: match called {
                _ if answer.derivative_axes().len() > 2
                    && !answer.function_axes().is_empty()
                    && !answer.is_row_jacobian() =>
                {
                    "D"
                }
                name => name,
            },
        }
    }

    /// The reasons with the letters of the problem, as plain text and for LaTeX.
    fn why(&self, reasons: &[Reason]) -> [String; 2] {
        let major: Vec<Reason> = reasons.iter().copied().filter(|reason| !reason.is_minor()).collect();
        let shown = if major.is_empty() { reasons } else { &major };
        let texts: Vec<[String; 2]> = shown.iter().map(|reason| self.name(*reason)).collect();
        [0, 1].map(|at| {
            texts
                .iter()
                .map(|text| text[at].as_str())
                .collect::<Vec<_>>()
                .join("; ")
        })
    }

    fn name(&self, reason: Reason) -> [String; 2] {
        let name = reason.name();
        if let Reason::Function(_) = reason {
            return [name.clone(), escaped(&name)];
        }
        let name = match self.answer {
            "Hessian" => name
                .replace("J*", "H*")
                .replace("J is the Jacobian", "H is the Hessian"),
            _ => name,
        };
        // The letters of rules: f is the function, and dX, dx, dt and dz the change of the variable.
        let holes = ["dX", "dx", "dt", "dz"];
        let general = holes
            .iter()
            .fold(name, |name, hole| name.replace(hole, "\0"))
            .replace("df", "\u{1}");
        let text = general
            .replace('\0', &self.hole)
            .replace('\u{1}', &format!("d{}", self.function));
        let latex = match general.split_once(", so ") {
            Some((formula, then)) => format!("${}$, so {then}", self.latex(formula)),
            None => general.replace('\0', &format!("${}$", latex_name(&self.hole))),
        };
        [text, latex]
    }

    /// The equation of a reading, such as `df = tr(G'*dX)`.
    fn latex(&self, formula: &str) -> String {
        const SIGNS: [(&str, &str); 6] = [
            ("tr(", "\\operatorname{tr}("),
            ("real(", "\\operatorname{Re}("),
            ("sum(", "\\textstyle\\sum("),
            ("conj(G)", "\\overline{G}"),
            (".*", " \\odot "),
            ("'", "^{\\top}"),
        ];
        let formula = SIGNS
            .iter()
            .fold(formula.to_owned(), |text, (from, to)| text.replace(from, to));
        let formula = formula.replace('*', " \\, ").replace('\0', &latex_name(&self.hole));
        formula.replace('\u{1}', &format!("\\mathrm{{d}}{}", self.function))
    }

    fn of(&self, left: Left) -> [String; 3] {
        let f = self.function;
        let three = |text: String, unicode: String, latex: String| [text, unicode, latex];
        match left {
            Left::Function => [f; 3].map(str::to_owned),
            Left::Part(at) => {
                let name = &self.parts[at].1;
                three(name.clone(), name.clone(), latex_name(name))
            }
            Left::Change => three(format!("d{f}"), format!("d{f}"), format!("\\mathrm{{d}}{f}")),
            Left::TransposedChange => three(
                format!("d{f}'"),
                format!("d{f}ᵀ"),
                format!("\\mathrm{{d}}{f}^{{\\top}}"),
            ),
            Left::StackedChange => three(
                format!("vec(d{f})"),
                format!("vec(d{f})"),
                format!("\\operatorname{{vec}}\\left(\\mathrm{{d}}{f}\\right)"),
            ),
            Left::Map => three(
                "derivative".to_owned(),
                "derivative".to_owned(),
                format!("\\mathrm{{D}}{f}"),
            ),
            Left::ByVariable | Left::ByConjugate => {
                let is_conjugate = left == Left::ByConjugate;
                let [text, latex] = [Notation::Text, Notation::Latex]
                    .map(|notation| wirtinger::name(&[&self.variable], &[is_conjugate], notation));
                three(text.clone(), text, latex)
            }
            Left::Answer => {
                let variable = latex_name(&self.variable);
                let latex = match self.answer {
                    "gradient" => format!("\\nabla_{{{variable}}} {f}"),
                    "D" => "D".to_owned(),
                    _ => format!("\\frac{{\\partial {f}}}{{\\partial {variable}}}"),
                };
                three(self.answer.to_owned(), self.answer.to_owned(), latex)
            }
        }
    }
}
