//! What the exact checks found: counted, and listed where it is not right.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use gateaux_core::expr::Shape;
use gateaux_testkit::case::Case;
use gateaux_testkit::check::{Outcome, check};
use gateaux_testkit::entries::{Found, entries};
use gateaux_testkit::numbers::Judge;

/// Every structure that a declaration can have.
pub const STRUCTURES: [&str; 6] = ["symmetric", "posdef", "diagonal", "skew", "orthogonal", "lower"];

/// The variables that a text uses; a text that does not read has none, which the tally notes.
pub fn variables(text: &str, tally: &mut Tally) -> Vec<String> {
    let case = match guarded(|| Case::read(text)) {
        Ok(case) => case,
        Err(mistake) => {
            tally.note(formula(text).to_owned(), Found::Wrong(mistake));
            return vec![];
        }
    };
    let used = case.store.post_order(&[case.function]);
    let names = case.variables.iter().filter(|(_, expr)| used.contains(expr));
    names.map(|(name, _)| name.clone()).collect()
}

/// A panic is a mistake as any other: the other formulas are tried nevertheless.
pub fn guarded<R>(check: impl FnOnce() -> Result<R, String>) -> Result<R, String> {
    catch_unwind(AssertUnwindSafe(check)).unwrap_or_else(|_| Err("a panic".to_owned()))
}

/// The checks that were made, and what was wrong.
#[derive(Default)]
pub struct Tally {
    counts: BTreeMap<&'static str, usize>,
    refused: Vec<String>,
    undefined: Vec<String>,
    wrong: Vec<String>,
}

impl Tally {
    /// Counts what was found.
    pub fn note(&mut self, what: String, found: Found) {
        let (word, list) = match &found {
            Found::Right => ("right", None),
            Found::Refused => ("refused", Some(&mut self.refused)),
            Found::Undefined(_) => ("undefined", Some(&mut self.undefined)),
            Found::Wrong(_) => ("wrong", Some(&mut self.wrong)),
        };
        *self.counts.entry(word).or_default() += 1;
        match (found, list) {
            (Found::Undefined(reason) | Found::Wrong(reason), Some(list)) => list.push(format!("{what}: {reason}")),
            (_, Some(list)) => list.push(what),
            _ => {}
        }
    }

    /// All views of the first and second derivative in a direction.
    pub fn views<T: Judge>(&mut self, text: &str, wrt: &str, sizes: &[usize]) {
        let found = match guarded(|| Ok(check::<T>(text, wrt, sizes, 7))) {
            Ok(Outcome::Right) => Found::Right,
            Ok(Outcome::Undefined(reason)) => Found::Undefined(reason),
            Ok(Outcome::Wrong(reason)) | Err(reason) => Found::Wrong(reason),
        };
        self.note(format!("d({})/d{wrt} at {sizes:?}", formula(text)), found);
    }

    /// The explicit form, entry by entry.
    pub fn entries<T: Judge>(&mut self, text: &str, wrt: &[&str]) {
        let tried = |sizes: &[usize]| guarded(|| Ok(entries::<T>(text, wrt, sizes, 7))).unwrap_or_else(Found::Wrong);
        // What is singular at these sizes may not be at others.
        let (mut sizes, mut found) = ([2, 3, 2], tried(&[2, 3, 2]));
        if matches!(found, Found::Undefined(_)) {
            (sizes, found) = ([3, 2, 2], tried(&[3, 2, 2]));
        }
        let what = format!("entries of d({})/d{} at {sizes:?}", formula(text), wrt.join(" d"));
        self.note(what, found);
    }

    /// Nothing may be wrong, and only so many refused and undefined.
    pub fn done(&self, what: &str, at_most: [usize; 2]) {
        println!("{what}: {:?}", self.counts);
        println!("refused:\n{}", self.refused.join("\n"));
        println!("undefined:\n{}", self.undefined.join("\n"));
        assert!(
            self.wrong.is_empty(),
            "{} wrong:\n{}",
            self.wrong.len(),
            self.wrong.join("\n")
        );
        assert!(self.refused.len() <= at_most[0], "{} refused", self.refused.len());
        assert!(self.undefined.len() <= at_most[1], "{} undefined", self.undefined.len());
    }
}

pub fn formula(text: &str) -> &str {
    text.rsplit(';').next().unwrap_or(text).trim()
}

/// Whether the function of a text is a row: its second derivatives have no explicit form, since the axis of length 1
/// is gone after the first one.
pub fn is_row(text: &str) -> bool {
    Case::read(text).is_ok_and(|case| matches!(case.store.shape(case.function), Shape::Row(_)))
}
