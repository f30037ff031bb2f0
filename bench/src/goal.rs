//! A goal: what is measured, what is asked of it, and whether it is reached.
//!
//! Every quantity is a ratio of two times of one run, the median over the turns. Of several problems the worst counts,
//! unless it is said otherwise.

use std::fmt::{self, Display, Formatter};

use crate::protocol::Entrant;
use crate::race::Results;
use crate::timer::median;

/// Our tool.
pub const OURS: &str = "gateaux";

/// A goal of several terms, all of which must hold.
pub struct Goal {
    /// Its short name, `P4`.
    pub name: &'static str,
    /// What is asked, in one line.
    pub about: &'static str,
    /// The quantities.
    pub terms: Vec<Term>,
}

/// A quantity and its bound.
pub struct Term {
    /// What it is called in the line of its goal: often the peer.
    pub label: &'static str,
    /// The quantity.
    pub measure: Measure,
    /// What it must reach.
    pub bound: Bound,
}

/// What is measured.
pub enum Measure {
    /// The worst of these ratios.
    Worst(Vec<Contest>),
    /// Their median.
    Median(Vec<Contest>),
    /// How many of these entrants have no right result.
    Failures(Vec<Entrant>),
}

/// A ratio of two times.
pub struct Contest {
    /// The time above the line.
    pub over: Side,
    /// The time below the line.
    pub under: Side,
}

/// The time of one side of a contest.
pub enum Side {
    /// The fastest of those that have a right result.
    Fastest(Vec<Entrant>),
    /// A fixed time.
    Seconds(f64),
}

/// What a quantity must reach.
#[derive(Clone, Copy, Debug)]
pub enum Bound {
    /// This or more.
    AtLeast(f64),
    /// This or less.
    AtMost(f64),
}

/// How a contest ended.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Outcome {
    Ratio(f64),
    /// No peer has a right result.
    NoRival,
    /// We have none.
    Failed,
}

/// A goal and what was measured.
pub struct Verdict<'a> {
    goal: &'a Goal,
    /// The quantities; none where we failed, or nobody took part.
    measured: Vec<Option<f64>>,
}

impl Goal {
    /// All that take part.
    pub fn entrants(&self) -> impl Iterator<Item = &Entrant> {
        self.terms.iter().flat_map(|term| term.measure.entrants())
    }

    /// Compares what was measured with the bounds.
    pub fn verdict(&self, results: &Results) -> Verdict<'_> {
        let measured = |term: &Term| term.measure.of(results, term.bound);
        Verdict {
            goal: self,
            measured: self.terms.iter().map(measured).collect(),
        }
    }
}

impl Verdict<'_> {
    /// Whether every quantity reaches its bound.
    pub fn is_met(&self) -> bool {
        let mut terms = self.goal.terms.iter().zip(&self.measured);
        terms.all(|(term, measured)| measured.is_some_and(|measured| term.bound.holds(measured)))
    }
}

impl Display for Verdict<'_> {
    /// `P4 jax 86.1 >= 40 numpy 2.3 >= 1 met`
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.goal.name)?;
        for (term, measured) in self.goal.terms.iter().zip(&self.measured) {
            let measured = measured.map_or("failed".to_owned(), significant);
            write!(f, " {} {measured} {}", term.label, term.bound)?;
        }
        write!(f, " {}", if self.is_met() { "met" } else { "missed" })
    }
}

impl Measure {
    fn entrants(&self) -> Vec<&Entrant> {
        match self {
            Measure::Worst(contests) | Measure::Median(contests) => {
                contests.iter().flat_map(Contest::entrants).collect()
            }
            Measure::Failures(entrants) => entrants.iter().collect(),
        }
    }

    fn of(&self, results: &Results, bound: Bound) -> Option<f64> {
        let ratios = |contests: &[Contest]| {
            let outcomes: Vec<Outcome> = contests.iter().map(|contest| contest.outcome(results)).collect();
            if outcomes.contains(&Outcome::Failed) {
                return None;
            }
            let ratios: Vec<f64> = outcomes
                .into_iter()
                .filter_map(|outcome| match outcome {
                    Outcome::Ratio(ratio) => Some(ratio),
                    Outcome::NoRival | Outcome::Failed => None,
                })
                .collect();
            (!ratios.is_empty()).then_some(ratios)
        };
        match self {
            Measure::Worst(contests) => ratios(contests)?.into_iter().reduce(|a, b| bound.worse(a, b)),
            Measure::Median(contests) => ratios(contests).map(median),
            Measure::Failures(entrants) => {
                let failed = |entrant: &&Entrant| !matches!(results.times.get(entrant), Some(Ok(_)));
                Some(entrants.iter().filter(failed).count() as f64)
            }
        }
    }
}

impl Contest {
    fn entrants(&self) -> impl Iterator<Item = &Entrant> {
        self.over.entrants().iter().chain(self.under.entrants())
    }

    fn outcome(&self, results: &Results) -> Outcome {
        match (self.over.rounds(results), self.under.rounds(results)) {
            (Ok(over), Ok(under)) => Outcome::Ratio(median_ratio(&over, &under)),
            (Err(missing), Ok(_)) | (Ok(_), Err(missing)) => missing,
            (Err(a), Err(b)) if a == b => a,
            (Err(_), Err(_)) => Outcome::Failed,
        }
    }
}

impl Side {
    fn entrants(&self) -> &[Entrant] {
        match self {
            Side::Fastest(entrants) => entrants,
            Side::Seconds(_) => &[],
        }
    }

    /// The times of the turns, or how the contest ends without them.
    fn rounds(&self, results: &Results) -> Result<Vec<f64>, Outcome> {
        match self {
            Side::Seconds(seconds) => Ok(vec![*seconds]),
            Side::Fastest(entrants) => {
                let times = entrants
                    .iter()
                    .filter_map(|entrant| results.times.get(entrant)?.as_ref().ok());
                let fastest = times.min_by(|a, b| a.median().total_cmp(&b.median()));
                let is_ours = entrants.iter().any(|entrant| entrant.tool.starts_with(OURS));
                let missing = if is_ours { Outcome::Failed } else { Outcome::NoRival };
                fastest.map(|time| time.rounds.clone()).ok_or(missing)
            }
        }
    }
}

/// The median over the turns of a ratio; a fixed time has one turn, which counts for all.
pub fn median_ratio(over: &[f64], under: &[f64]) -> f64 {
    let turns = over.len().max(under.len());
    let at = |times: &[f64], turn: usize| times[turn.min(times.len() - 1)];
    median((0..turns).map(|turn| at(over, turn) / at(under, turn)).collect())
}

impl Bound {
    fn holds(self, measured: f64) -> bool {
        match self {
            Bound::AtLeast(bound) => measured >= bound,
            Bound::AtMost(bound) => measured <= bound,
        }
    }

    fn worse(self, a: f64, b: f64) -> f64 {
        match self {
            Bound::AtLeast(_) => a.min(b),
            Bound::AtMost(_) => a.max(b),
        }
    }
}

impl Display for Bound {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Bound::AtLeast(bound) => write!(f, ">= {bound}"),
            Bound::AtMost(bound) => write!(f, "<= {bound}"),
        }
    }
}

/// A number to three significant digits.
pub fn significant(number: f64) -> String {
    if number == 0.0 || !number.is_finite() {
        return number.to_string();
    }
    let exponent = number.abs().log10().floor() as i32;
    let unit = 10f64.powi(exponent - 2);
    let rounded = (number / unit).round() * unit;
    let digits = (2 - exponent).max(0) as usize;
    let text = format!("{rounded:.digits$}");
    match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::race::Time;

    fn entrant(tool: &str) -> Entrant {
        Entrant {
            problem: "laue/quad".to_owned(),
            size: 1000,
            threads: 1,
            order: "hessian".to_owned(),
            tool: tool.to_owned(),
        }
    }

    fn results(times: &[(&str, &[f64])]) -> Results {
        let mut results = Results::default();
        for (tool, rounds) in times {
            let time = match rounds {
                [] => Err("it failed".to_owned()),
                rounds => Ok(Time {
                    rounds: rounds.to_vec(),
                    is_contended: false,
                }),
            };
            results.times.insert(entrant(tool), time);
        }
        results
    }

    /// `jax` at least 40 times slower than we, and the fastest of two others no faster.
    fn goal() -> Goal {
        let term = |label, tools: &[&str], least| Term {
            label,
            measure: Measure::Worst(vec![Contest {
                over: Side::Fastest(tools.iter().map(|tool| entrant(tool)).collect()),
                under: Side::Fastest(vec![entrant(OURS)]),
            }]),
            bound: Bound::AtLeast(least),
        };
        Goal {
            name: "P4",
            about: "",
            terms: vec![
                term("jax", &["jax"], 40.0),
                term("numpy", &["numpy-hand", "torch"], 1.0),
            ],
        }
    }

    fn line(times: &[(&str, &[f64])]) -> String {
        goal().verdict(&results(times)).to_string()
    }

    #[test]
    fn a_goal_is_met_when_all_terms_hold() {
        let times: [(&str, &[f64]); 4] = [
            (OURS, &[1.0, 2.0, 1.0]),
            ("jax", &[86.1, 86.1, 86.1]),
            ("numpy-hand", &[2.3, 2.3, 2.3]),
            ("torch", &[9.0, 9.0, 9.0]),
        ];
        assert_eq!(line(&times), "P4 jax 86.1 >= 40 numpy 2.3 >= 1 met");
    }

    #[test]
    fn a_goal_is_missed_when_one_term_does_not_hold() {
        let times: [(&str, &[f64]); 3] = [(OURS, &[1.0]), ("jax", &[86.1]), ("numpy-hand", &[0.99])];
        assert_eq!(line(&times), "P4 jax 86.1 >= 40 numpy 0.99 >= 1 missed");
    }

    #[test]
    fn our_failure_misses_the_goal() {
        let times: [(&str, &[f64]); 3] = [(OURS, &[]), ("jax", &[86.1]), ("numpy-hand", &[2.0])];
        assert_eq!(line(&times), "P4 jax failed >= 40 numpy failed >= 1 missed");
        let failures = Measure::Failures(vec![entrant(OURS), entrant("jax")]);
        assert_eq!(failures.of(&results(&times), Bound::AtMost(0.0)), Some(1.0));
    }

    #[test]
    fn a_peer_that_failed_is_no_rival() {
        let times: [(&str, &[f64]); 4] = [(OURS, &[1.0]), ("jax", &[50.0]), ("numpy-hand", &[]), ("torch", &[2.0])];
        assert_eq!(line(&times), "P4 jax 50 >= 40 numpy 2 >= 1 met");
        let nobody: [(&str, &[f64]); 2] = [(OURS, &[1.0]), ("jax", &[50.0])];
        assert_eq!(line(&nobody), "P4 jax 50 >= 40 numpy failed >= 1 missed");
    }

    #[test]
    fn the_worst_of_an_upper_bound_is_the_largest() {
        let contest = |seconds| Contest {
            over: Side::Fastest(vec![entrant(OURS)]),
            under: Side::Seconds(seconds),
        };
        let cheap = Measure::Worst(vec![contest(1.0), contest(2.0)]);
        let bound = Bound::AtMost(3.5);
        let measured = cheap.of(&results(&[(OURS, &[3.0, 5.0, 4.0])]), bound);
        assert_eq!(measured, Some(4.0));
        assert!(!bound.holds(4.0) && bound.holds(3.5));
    }

    #[test]
    fn a_ratio_is_taken_turn_by_turn() {
        // The machine was slow in the second turn, for both.
        assert_eq!(median_ratio(&[4.0, 40.0, 4.0], &[2.0, 20.0, 1.0]), 2.0);
    }

    #[test]
    fn numbers_have_three_digits() {
        let cases = [
            (86.123, "86.1"),
            (1234567.0, "1230000"),
            (0.98765, "0.988"),
            (2.0, "2"),
            (0.0, "0"),
            (100.4, "100"),
        ];
        for (number, text) in cases {
            assert_eq!(significant(number), text);
        }
    }
}
