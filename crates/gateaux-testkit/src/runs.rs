//! How many random cases a test runs, and how a failure is repeated.

use crate::sketch::Sketch;

/// Random cases of a test in an ordinary run; the variable `GATEAUX_CASES` asks for another number.
pub fn cases(ordinary: u64) -> u64 {
    std::env::var("GATEAUX_CASES")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(ordinary)
}

/// The seed of the first case: 1, or `GATEAUX_SEED`.
pub fn first_seed() -> u64 {
    std::env::var("GATEAUX_SEED")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(1)
}

/// The seeds of a test.
pub fn seeds(ordinary: u64) -> impl Iterator<Item = u64> {
    (0..cases(ordinary)).map(|case| first_seed().wrapping_add(case))
}

/// Makes a failing case small and tells how to repeat it.
pub fn report(test: &str, seed: u64, sketch: &Sketch, fails: &dyn Fn(&Sketch) -> Option<String>) -> String {
    let (smallest, reason) = crate::sketch::smallest(sketch, fails);
    let text = smallest.problem().replace('\n', "; ");
    format!(
        "seed {seed}: {text}\n    {reason}\n    first found as {}\n    repeat: GATEAUX_SEED={seed} GATEAUX_CASES=1 cargo test -p gateaux-testkit {test}",
        sketch.text(),
    )
}
