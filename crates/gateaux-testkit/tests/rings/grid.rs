//! Ring 2: every pair of operations, one inside of the other. No function is named here.

use std::collections::BTreeMap;

use gateaux_testkit::grid::{Pair, Piece, Verdict, complex_pieces, pair, pieces, tried, tried_complex};

use crate::tally::guarded;

/// What became of the derivatives of all pairs.
#[derive(Default)]
struct Verdicts {
    pairs: u64,
    counts: BTreeMap<&'static str, u64>,
    refused: BTreeMap<&'static str, Vec<String>>,
    undefined: BTreeMap<String, Vec<String>>,
    wrong: Vec<String>,
}

impl Verdicts {
    /// Tries every pair of the pieces; `judge` knows the text that it tried.
    fn of(pieces: &[Piece], judge: impl Fn(&Pair, &str) -> (String, Verdict)) -> Verdicts {
        let mut found = Verdicts::default();
        for outer in pieces {
            for (place, inner) in outer
                .places()
                .into_iter()
                .flat_map(|at| pieces.iter().map(move |inner| (at, inner)))
            {
                let Some(pair) = pair(outer, place, inner) else {
                    continue;
                };
                found.pairs += 1;
                for wrt in &pair.variables {
                    let (text, verdict) = guarded(|| Ok(judge(&pair, wrt)))
                        .unwrap_or_else(|reason| (pair.text(), Verdict::Wrong(reason)));
                    found.note(text, wrt, verdict);
                }
            }
        }
        found
    }

    fn note(&mut self, text: String, wrt: &str, verdict: Verdict) {
        let word = match verdict {
            Verdict::Exact => "exact",
            Verdict::Right => "right",
            Verdict::Undefined(reason) => {
                self.undefined.entry(reason).or_default().push(text);
                "undefined"
            }
            Verdict::Refused(code, message) => {
                let text = format!("{message} in {text}");
                self.refused.entry(code).or_default().push(text);
                "refused"
            }
            Verdict::Wrong(reason) => {
                self.wrong.push(format!("{text} by {wrt}: {reason}"));
                "wrong"
            }
        };
        *self.counts.entry(word).or_insert(0) += 1;
    }

    fn count(&self, word: &str) -> u64 {
        self.counts.get(word).copied().unwrap_or(0)
    }

    /// None is wrong, and there are enough.
    fn are_right(&self) {
        println!("{} pairs: {:?}", self.pairs, self.counts);
        for (code, texts) in &self.refused {
            println!("refused with {code}: {}, such as {}", texts.len(), texts[0]);
        }
        for (reason, texts) in &self.undefined {
            println!("undefined, {reason}: {}, such as {}", texts.len(), texts[0]);
        }
        let wrong = &self.wrong;
        assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
        assert!(self.pairs > 20_000, "too few pairs: {}", self.pairs);
    }
}

#[test]
fn no_pair_of_operations_is_wrong_in_silence() {
    let found = Verdicts::of(&pieces(), |pair, wrt| {
        let text = pair.text();
        let verdict = tried(&text, wrt, &[2, 3, 2]);
        (text, verdict)
    });
    found.are_right();
    assert!(
        100 * (found.count("undefined") + found.count("refused")) < found.count("exact") + found.count("right"),
        "too many are not defined: {:?}",
        found.counts
    );
}

/// What takes real numbers alone is refused; then the outer variables are real, and the inner piece may make real
/// numbers of complex ones.
#[test]
fn no_pair_of_operations_on_complex_numbers_is_wrong_in_silence() {
    let found = Verdicts::of(&complex_pieces(), |pair, wrt| {
        let text = pair.complex_text();
        match tried_complex(&text, wrt, &[2, 3, 2]) {
            Verdict::Refused(..) => {
                let text = pair.half_complex_text();
                let verdict = tried_complex(&text, wrt, &[2, 3, 2]);
                (text, verdict)
            }
            verdict => (text, verdict),
        }
    });
    found.are_right();
    // Functions of real numbers; a part that is not there.
    let codes: Vec<&str> = found.refused.keys().copied().collect();
    assert_eq!(codes, ["G0216", "G0232"], "refused for another reason");
    assert!(
        100 * found.count("undefined") < found.count("right"),
        "too many are not defined: {:?}",
        found.counts
    );
}
