//! From mistakes to diagnostics: advice is given only where following it works.

use std::cell::Cell;
use std::collections::BTreeSet;

use gateaux_syntax::{Diagnostic, Edit, Help, NodeId, Span};

use super::check::{Attempt, check};
use super::names::{Word, nearest};
use super::problem::{Advice, Problem, Replacement, shorten};
use super::roles::{SPECIAL, operands};
use super::scope::{Given, Meaning, Scope};
use super::{ExternalDeclaration, MAX_DIAGNOSTICS, name_sizes, search};
use crate::expr::Dims;

/// For how many mistakes of one text advice is tried; the others are reported without.
const MAX_ADVISED: usize = 5;
/// How many undeclared names below a mistake are tried with another kind.
const MAX_SUSPECTS: usize = 8;

/// How many nodes are read in all trials of advice together.
const MAX_WORK: usize = 1_000_000;

/// Everything that trying advice needs.
struct Adviser<'a> {
    /// The nodes that may still be read.
    work: Cell<usize>,
    scope: &'a Scope<'a>,
    guess: &'a [Option<Word>],
    outside: &'a [ExternalDeclaration],
    n_problems: usize,
}

/// The diagnostics of sorted problems, with the advice that works.
pub(super) fn diagnostics(
    scope: &Scope<'_>,
    guess: &[Option<Word>],
    problems: Vec<Problem>,
    attempt: &mut Attempt,
    outside: &[ExternalDeclaration],
    dims: &mut Dims,
) -> Vec<Diagnostic> {
    let adviser = Adviser {
        work: Cell::new(MAX_WORK),
        scope,
        guess,
        outside,
        n_problems: problems.len(),
    };
    let mut advised = 0;
    let mut found = Vec::new();
    for problem in problems.into_iter().take(MAX_DIAGNOSTICS) {
        let mut diagnostic = problem.diagnostic(&mut attempt.sizes, dims);
        if diagnostic.help.is_none() && advised < MAX_ADVISED {
            advised += 1;
            diagnostic.help = adviser.help(&problem);
        }
        found.push(diagnostic);
    }
    found
}

impl Adviser<'_> {
    fn help(&self, problem: &Problem) -> Option<Help> {
        if let Some(help) = problem.suspect.and_then(|suspect| self.declaration(&[suspect])) {
            return Some(help);
        }
        let replacements = match &problem.advice {
            Advice::None | Advice::Words(_) => Vec::new(),
            Advice::Replace(all) => all.clone(),
            Advice::Nearest(name) => {
                let near = nearest(name, crate::ops::names().chain(SPECIAL));
                let replacement = |near: &str| Replacement {
                    span: problem.span,
                    text: near.to_owned(),
                    verb: "did you mean",
                };
                near.map(replacement).into_iter().collect()
            }
        };
        if let Some(help) = self.replacements(&replacements) {
            return Some(help);
        }
        self.declaration(&self.suspects(problem.node?))
    }

    /// The replacements that make mistakes fewer; the first of them is the edit.
    fn replacements(&self, all: &[Replacement]) -> Option<Help> {
        let edit = |choice: &Replacement| Edit {
            span: choice.span,
            replacement: choice.text.clone(),
        };
        let good: Vec<&Replacement> = all.iter().filter(|choice| self.works(&edit(choice))).collect();
        let first = good.first()?;
        let shown: Vec<String> = good
            .iter()
            .map(|replacement| format!("`{}`", shorten(&replacement.text)))
            .collect();
        let shown = match shown.as_slice() {
            [others @ .., last] if !others.is_empty() => format!("{} or {last}", others.join(", ")),
            _ => shown.concat(),
        };
        let mark = if first.verb == "did you mean" { "?" } else { "" };
        Some(Help {
            text: format!("{} {shown}{mark}", first.verb),
            edit: Some(edit(first)),
        })
    }

    /// Whether the edit leaves fewer mistakes.
    fn works(&self, edit: &Edit) -> bool {
        if !self.can_try() {
            return false;
        }
        let Span { start, end } = edit.span;
        let (Some(before), Some(after)) = (self.scope.text.get(..start), self.scope.text.get(end..)) else {
            return false;
        };
        let text = format!("{before}{}{after}", edit.replacement);
        let (tree, problems) = gateaux_syntax::parse(&text);
        if !problems.is_empty() {
            return false;
        }
        let scope = Scope::read(&tree, &text, self.outside);
        let attempt = search::choose(&scope).attempt;
        scope.problems.len() + attempt.problems.len() < self.n_problems
    }

    /// Whether one more trial is allowed; it counts as made.
    fn can_try(&self) -> bool {
        let rest = self.work.get().checked_sub(self.scope.tree.nodes().len());
        self.work.set(rest.unwrap_or(0));
        rest.is_some()
    }

    /// The undeclared names below a node, nearest first.
    fn suspects(&self, node: NodeId) -> Vec<usize> {
        let mut found = Vec::new();
        let mut seen = BTreeSet::new();
        let mut todo = std::collections::VecDeque::from([node]);
        while let Some(node) = todo.pop_front() {
            if let Meaning::Variable(index) = self.scope.meanings[node.0 as usize]
                && matches!(self.scope.variables[index].given, Given::Named(_))
                && seen.insert(index)
            {
                found.push(index);
                if found.len() == MAX_SUSPECTS {
                    break;
                }
            }
            todo.extend(operands(&self.scope.tree.node(node).kind));
        }
        found
    }

    /// The declaration of one name with another kind that leaves no mistake.
    fn declaration(&self, suspects: &[usize]) -> Option<Help> {
        if !self.scope.problems.is_empty() {
            return None;
        }
        for index in suspects {
            for word in Word::ALL {
                let mut guess = self.guess.to_vec();
                if guess[*index].replace(word) == Some(word) || !self.can_try() {
                    continue;
                }
                let mut attempt = check(self.scope, &guess);
                if !attempt.problems.is_empty() {
                    continue;
                }
                name_sizes(self.scope, &mut attempt);
                let mut dims = Dims::default();
                let shape = attempt.variables[*index].shape(&mut attempt.sizes, &mut dims)?;
                let line = format!("{}: {}", self.scope.variables[*index].name, shape.text(&dims));
                let edit = Edit {
                    span: Span::default(),
                    replacement: format!("{line}\n"),
                };
                if self.works(&edit) {
                    return Some(Help {
                        text: format!("declare `{line}`"),
                        edit: Some(edit),
                    });
                }
            }
        }
        None
    }
}
