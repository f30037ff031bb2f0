//! Kinds for the undeclared names.
//!
//! A name of one Latin letter from h to z or A to Z has its kind firmly. Of the other names, in order of first appearance, each takes its
//! default kind if the rest can still be typed, else the first of scalar, vector, matrix that can. That is the first
//! assignment in lexicographic order that types, and it is found by depth-first search: with the kinds of the first
//! few names fixed and the others left open, mistakes can only become more as more kinds are fixed. So a mistake cuts
//! off all that follows, and how far the defaults go is found by bisection.

use super::check::{Attempt, check};
use super::names::Word;
use super::scope::{Given, Scope};

/// The most attempts at typing a text.
const MAX_ATTEMPTS: usize = 400;
/// The most nodes that are typed in all attempts together.
const MAX_WORK: usize = 2_000_000;

/// An assignment of kinds and what typing with it gave.
pub(super) struct Choice {
    pub(super) attempt: Attempt,
    /// By variable.
    pub(super) guess: Vec<Option<Word>>,
    /// Whether the search ended at its bound.
    pub(super) is_exhausted: bool,
}

/// Finds kinds for all names; where none fit, the choice has the mistakes that the default kinds make.
pub(super) fn choose(scope: &Scope<'_>) -> Choice {
    let defaults: Vec<Option<Word>> = scope
        .variables
        .iter()
        .map(|known| match known.given {
            Given::Declared(_) => None,
            Given::Named(default) => Some(default.word),
        })
        .collect();
    let attempt = check(scope, &defaults);
    let soft: Vec<usize> = (0..defaults.len())
        .filter(|index| matches!(scope.variables[*index].given, Given::Named(default) if !default.is_firm))
        .collect();
    if attempt.problems.is_empty() || soft.is_empty() {
        return Choice {
            attempt,
            guess: defaults,
            is_exhausted: false,
        };
    }
    let n_nodes = scope.tree.nodes().len().max(1);
    let mut search = Search {
        scope,
        soft,
        guess: defaults.clone(),
        tries: MAX_ATTEMPTS.min(MAX_WORK / n_nodes),
        least: 0,
    };
    search.least = search.problems_of_prefix(0);
    match search.run() {
        Some(found) => Choice {
            attempt: found,
            guess: search.guess,
            is_exhausted: false,
        },
        None => Choice {
            attempt,
            guess: defaults,
            is_exhausted: search.tries == 0,
        },
    }
}

struct Search<'a> {
    scope: &'a Scope<'a>,
    /// The variables whose kinds are searched, in order.
    soft: Vec<usize>,
    guess: Vec<Option<Word>>,
    /// How many attempts are left.
    tries: usize,
    /// The mistakes that no choice of kinds repairs.
    least: usize,
}

impl Search<'_> {
    fn run(&mut self) -> Option<Attempt> {
        // The kind chosen at each level, as a position in `kinds`; all levels below `chosen.len()` fit together.
        let mut chosen: Vec<usize> = Vec::new();
        loop {
            self.extend_by_defaults(&mut chosen);
            if chosen.len() == self.soft.len() {
                let attempt = self.attempt(self.soft.len())?;
                if attempt.problems.len() <= self.least {
                    return Some(attempt);
                }
            } else {
                chosen.push(0);
            }
            // The last choice fails: take the next that fits, or go back.
            loop {
                let level = chosen.len().checked_sub(1)?;
                let last = chosen.pop()?;
                let next = (last + 1..Word::ALL.len()).find(|at| {
                    self.fix(level, *at);
                    self.problems_of_prefix(level + 1) <= self.least
                });
                if self.tries == 0 {
                    return None;
                }
                if let Some(next) = next {
                    chosen.push(next);
                    break;
                }
                self.fix(level, 0);
            }
        }
    }

    /// Goes on with default kinds as far as they fit.
    fn extend_by_defaults(&mut self, chosen: &mut Vec<usize>) {
        let start = chosen.len();
        (start..self.soft.len()).for_each(|level| self.fix(level, 0));
        let (mut good, mut bad) = (start, self.soft.len() + 1);
        let mut probe = self.soft.len();
        while bad - good > 1 {
            if self.problems_of_prefix(probe) <= self.least {
                good = probe;
            } else {
                bad = probe;
            }
            probe = good + (bad - good) / 2;
        }
        chosen.resize(good, 0);
    }

    /// Takes for a level the kind at a position in the order in which its kinds are tried.
    fn fix(&mut self, level: usize, position: usize) {
        let variable = self.soft[level];
        let Given::Named(default) = self.scope.variables[variable].given else {
            return;
        };
        let others = Word::ALL.into_iter().filter(|word| *word != default.word);
        self.guess[variable] = std::iter::once(default.word).chain(others).nth(position);
    }

    /// How many mistakes there are with the names of the first few levels fixed and the others open.
    fn problems_of_prefix(&mut self, n_levels: usize) -> usize {
        self.attempt(n_levels)
            .map_or(usize::MAX, |attempt| attempt.problems.len())
    }

    /// Types with the first few levels fixed; `None` at the bound of the search.
    fn attempt(&mut self, n_levels: usize) -> Option<Attempt> {
        self.tries = self.tries.checked_sub(1)?;
        let mut guess = self.guess.clone();
        self.soft[n_levels..]
            .iter()
            .for_each(|variable| guess[*variable] = None);
        Some(check(self.scope, &guess))
    }
}
