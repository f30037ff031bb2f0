//! Exercises: random functions to differentiate, with hints one at a time and a judgment of answers.
//!
//! An exercise follows from its level and a seed. The function is composed by the rules of the level (`grammar`), the
//! answer is that of the engine and verified by its check, the hints are the lines of its derivation, and an answer is
//! judged as every claim is.

mod grammar;

use std::collections::BTreeMap;

use crate::answer::Answer;
use crate::claim::Judgment;
use crate::error::{Errors, NO_EXERCISE};
use crate::problem::{Declared, Problem};
use crate::random::Random;
use crate::steps::{Step, Steps};
use gateaux_core::print::Notation;
use gateaux_core::steps::Detail;
use grammar::{Ask, LEVELS, Record};

/// Functions that are tried before a seed is given up.
const MAX_DRAWS: u64 = 400;
/// Functions and answers of more characters are not for exercises.
const LONGEST: [usize; 2] = [50, 64];
/// Shorter answers are no exercise.
const SHORTEST: usize = 4;

/// A level of difficulty, from 1 to 7.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Level(usize);

impl Level {
    /// How many levels there are.
    pub const COUNT: usize = LEVELS.len();

    /// The level of this number, counted from 1.
    pub fn new(number: usize) -> Option<Level> {
        (1..=Level::COUNT).contains(&number).then_some(Level(number))
    }

    /// All levels in order.
    pub fn all() -> impl Iterator<Item = Level> {
        (1..=Level::COUNT).map(Level)
    }

    /// The number, from 1 on.
    pub fn number(self) -> usize {
        self.0
    }

    /// What its exercises are about.
    pub fn title(self) -> &'static str {
        self.record().title
    }

    fn record(self) -> &'static Record {
        // A level is made by `new` and `all` only.
        &LEVELS[self.0 - 1]
    }
}

/// A function to differentiate.
///
/// # Example
/// ```
/// use gateaux::teach::{Exercise, Level};
/// let exercise = Exercise::new(Level::new(2).unwrap(), 1)?;
/// assert!(exercise.judge(exercise.answer())?.is_equal());
/// assert!(!exercise.judge("0")?.is_equal());
/// assert!(!exercise.hints().is_empty());
/// # Ok::<(), gateaux::Errors>(())
/// ```
#[derive(Clone, Debug)]
pub struct Exercise {
    level: Level,
    seed: u64,
    problem: Problem,
    function: String,
    answer: Answer,
    solution: String,
    hints: Vec<String>,
}

impl Exercise {
    /// The exercise of a level and a seed: always the same one.
    ///
    /// # Errors
    /// A seed for which no function is found; none is known.
    ///
    /// # Cost
    /// Some functions are composed, derived and checked until one has an answer of the right length.
    pub fn new(level: Level, seed: u64) -> Result<Exercise, Errors> {
        for draw in 0..MAX_DRAWS {
            // Odd multiples keep seeds and levels apart.
            let state = seed
                .wrapping_mul(0xd134_2543_de82_ef95)
                .wrapping_add(draw << 8)
                .wrapping_add(level.0 as u64);
            let mut random = Random::new(state);
            let text = grammar::function(level.record(), &mut random);
            if let Ok(Some(exercise)) = Exercise::of(level, seed, &text) {
                return Ok(exercise);
            }
        }
        let message = format!(
            "no exercise of level {} was found for the seed {seed}: try another seed",
            level.0
        );
        Err(Errors::general(NO_EXERCISE, message))
    }

    /// The exercise of this function, if it is one: neither trivial nor long, and with a verified answer.
    fn of(level: Level, seed: u64, text: &str) -> Result<Option<Exercise>, Errors> {
        let Record { variable, ask, .. } = level.record();
        let mut drawn = Problem::parse(text)?;
        let function = drawn.function_text(Notation::Text)?;
        // As a student sees it, in normal form.
        let mut problem = Problem::parse(&statement(drawn.variables(), &function))?;
        let [longest_function, longest_answer] = LONGEST;
        let is_about = problem.variables().iter().any(|declared| declared.name == *variable);
        if function.len() > longest_function || function.contains(';') || !is_about {
            return Ok(None);
        }
        let wrt = vec![*variable; if *ask == Ask::Hessian { 2 } else { 1 }];
        let mut answer = problem.derive(&wrt)?;
        if *ask == Ask::Kronecker {
            answer.complete_views(&mut problem)?;
        }
        let Some(solution) = solution(&answer, *ask) else {
            return Ok(None);
        };
        let has_name = |declared: &Declared| names(&solution).any(|name| name == declared.name);
        let is_formula =
            solution.contains(['*', '+', '-', '/', '^', '(', '\'']) && problem.variables().iter().any(has_name);
        if !is_formula || !(SHORTEST..=longest_answer).contains(&solution.len()) || solution.contains(';') {
            return Ok(None);
        }
        let is_right =
            answer.check(&mut problem).is_verified() && answer.claim(&problem, &solution, &BTreeMap::new())?.is_equal();
        if !is_right {
            return Ok(None);
        }
        let hints = hints(&answer.steps(&mut problem, Detail::Brief)?, *ask);
        if hints.is_empty() {
            return Ok(None);
        }
        Ok(Some(Exercise {
            level,
            seed,
            problem,
            function,
            answer,
            solution,
            hints,
        }))
    }

    /// The level.
    pub fn level(&self) -> Level {
        self.level
    }

    /// The seed.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// The problem: declarations and the function.
    pub fn problem(&self) -> &Problem {
        &self.problem
    }

    /// The function.
    pub fn function(&self) -> &str {
        &self.function
    }

    /// The variable.
    pub fn wrt(&self) -> &str {
        self.level.record().variable
    }

    /// What is asked, as a sentence.
    pub fn question(&self) -> String {
        let (name, wrt) = (self.problem.function_name(), self.wrt());
        match self.level.record().ask {
            Ask::Explicit => format!("What is the {} of {name} by {wrt}?", self.answer.explicit_name()),
            Ask::Hessian => format!("What is the Hessian of {name} by {wrt}?"),
            Ask::Kronecker => format!("What is the matrix M with vec(d{name}) = M*vec(d{wrt})?"),
        }
    }

    /// The answer, in the language.
    pub fn answer(&self) -> &str {
        &self.solution
    }

    /// What helps, the least first; each names a rule or is a line of the derivation, and none is the answer.
    pub fn hints(&self) -> &[String] {
        &self.hints
    }

    /// The whole derivation.
    ///
    /// # Errors
    /// A limit.
    pub fn steps(&self) -> Result<Steps, Errors> {
        self.answer.steps(&mut self.problem.clone(), Detail::Brief)
    }

    /// Whether an answer is right, or what is wrong with it; any form of the derivative is one.
    ///
    /// # Errors
    /// An answer that cannot be read, with the places of its mistakes.
    pub fn judge(&self, answer: &str) -> Result<Judgment, Errors> {
        self.answer.claim(&self.problem, answer, &BTreeMap::new())
    }
}

/// The declarations of all variables, and a function.
fn statement(variables: &[Declared], function: &str) -> String {
    let declarations = variables.iter().map(|declared| format!("{}; ", declared.text));
    declarations.collect::<String>() + function
}

/// The names that stand in a formula.
fn names(formula: &str) -> impl Iterator<Item = &str> {
    formula.split(|c: char| !c.is_alphanumeric() && c != '_')
}

/// The answer that is asked for, if there is one.
fn solution(answer: &Answer, ask: Ask) -> Option<String> {
    let text = match ask {
        Ask::Explicit | Ask::Hessian => answer.explicit(Notation::Text)?,
        Ask::Kronecker => answer.kronecker(Notation::Text)?,
    };
    Some(text.to_owned())
}

/// For each line of a derivation the rules that lead to it, with what they state, and then the line itself. What was
/// asked for is left out; on the way to a Hessian the gradient is not.
fn hints(steps: &Steps, ask: Ask) -> Vec<String> {
    let mut hints: Vec<String> = match ask {
        Ask::Hessian => vec!["the Hessian is the Jacobian of the gradient: begin with the gradient".to_owned()],
        Ask::Explicit | Ask::Kronecker => Vec::new(),
    };
    let is_on_the_way = |line: &&Step| {
        let is_gradient = ask == Ask::Hessian && line.left(Notation::Text) == "gradient";
        !line.is_answer() || is_gradient
    };
    let own = steps.lines().iter().skip(1).filter(is_on_the_way);
    for line in own {
        for reason in line.reasons().iter().filter(|reason| !reason.is_minor()) {
            let (name, statement) = (reason.name(), reason.statement());
            // A rule of substitution has no other name than what it states.
            let hint = if name.contains('=') {
                statement
            } else {
                format!("{name}: {statement}")
            };
            if !hints.contains(&hint) {
                hints.push(hint);
            }
        }
        hints.push(format!(
            "{} = {}",
            line.left(Notation::Text),
            line.right(Notation::Text)
        ));
    }
    hints
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    const SEEDS: u64 = 12;

    #[test]
    fn every_level_has_verified_exercises_of_many_kinds() {
        for level in Level::all() {
            let mut distinct = BTreeSet::new();
            for seed in 0..SEEDS {
                let exercise = Exercise::new(level, seed).expect("every seed has an exercise");
                assert!(exercise.steps().is_ok_and(|steps| steps.is_verified()), "{exercise:?}");
                assert!(
                    !exercise.hints().iter().any(|hint| hint.as_str() == exercise.answer()),
                    "{exercise:?}"
                );
                distinct.insert(exercise.function().to_owned());
            }
            assert!(
                distinct.len() as u64 > SEEDS / 2,
                "level {}: {distinct:?}",
                level.number()
            );
        }
    }

    #[test]
    fn answers_are_judged() {
        for level in Level::all() {
            let exercise = Exercise::new(level, 3).expect("every seed has an exercise");
            let right = exercise.judge(&format!("({})/2 + ({})/2", exercise.answer(), exercise.answer()));
            assert!(right.is_ok_and(|judgment| judgment.is_equal()), "{exercise:?}");
            let wrong = exercise.judge(&format!("3*({})", exercise.answer()));
            assert!(wrong.is_ok_and(|judgment| !judgment.is_equal()), "{exercise:?}");
            assert!(exercise.judge("2*").is_err());
        }
    }

    #[test]
    fn every_form_of_an_answer_is_right() {
        let level = Level::new(4).expect("a level");
        let exercise = Exercise::of(level, 0, "det(X)")
            .expect("a problem")
            .expect("an exercise");
        for answer in ["adj(X)'", "det(X)*inv(X)'", "det(X)*tr(inv(X)*dX)", "inv(X')*det(X)"] {
            assert!(
                exercise.judge(answer).is_ok_and(|judgment| judgment.is_equal()),
                "{answer}"
            );
        }
    }

    #[test]
    fn a_seed_is_an_exercise() {
        for level in Level::all() {
            let (a, b) = (Exercise::new(level, 5), Exercise::new(level, 5));
            assert_eq!(a.map(|exercise| exercise.function), b.map(|exercise| exercise.function));
        }
        assert!(Level::new(0).is_none() && Level::new(8).is_none());
    }
}
