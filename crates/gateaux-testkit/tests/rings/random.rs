//! Rings 1 and 2 on random expressions.

use std::collections::BTreeMap;

use gateaux_array::{DoubleDouble, Prime};
use gateaux_testkit::check::{Outcome, check};
use gateaux_testkit::numbers::Judge;
use gateaux_testkit::random::Random;
use gateaux_testkit::runs::{report, seeds};
use gateaux_testkit::sketch::{Class, Plan, Sketch, kind, sketch};

/// What is wrong with a derivative of the problem, if anything is.
fn fails<T: Judge>(sketch: &Sketch, seed: u64, counts: &mut BTreeMap<&'static str, usize>) -> Option<String> {
    let sizes: &[usize] = if seed.is_multiple_of(5) { &[1, 1, 1] } else { &[2, 3, 4] };
    for wrt in sketch.variables() {
        let outcome = match check::<T>(&sketch.problem(), &wrt, sizes, seed) {
            Outcome::Right => "right",
            Outcome::Undefined(_) => "undefined",
            Outcome::Wrong(reason) => return Some(format!("by {wrt} at sizes {sizes:?}: {reason}")),
        };
        *counts.entry(outcome).or_default() += 1;
    }
    None
}

fn run<T: Judge>(test: &str, class: Class, ordinary: u64) {
    let mut counts = BTreeMap::new();
    let mut failures = Vec::new();
    for seed in seeds(ordinary) {
        let mut random = Random::new(seed);
        let plan = Plan {
            class,
            weight: 2 + random.below(9),
        };
        let kind = kind(&mut random);
        let found = sketch(kind, plan, &mut random);
        if fails::<T>(&found, seed, &mut counts).is_some() {
            failures.push(report(test, seed, &found, &|sketch| {
                fails::<T>(sketch, seed, &mut BTreeMap::new())
            }));
        }
    }
    println!("{counts:?}");
    assert!(
        failures.is_empty(),
        "{} failures:\n{}",
        failures.len(),
        failures.join("\n")
    );
    let count = |what| counts.get(what).copied().unwrap_or(0);
    assert!(
        count("right") > 2 * count("undefined"),
        "too many problems are not defined: {counts:?}"
    );
}

#[test]
fn rational_expressions_are_exact() {
    run::<Prime>("rational_expressions_are_exact", Class::Rational, 500);
}

#[test]
fn smooth_expressions_agree_to_many_digits() {
    run::<DoubleDouble>("smooth_expressions_agree_to_many_digits", Class::Smooth, 300);
}

#[test]
fn expressions_with_kinks_agree_to_many_digits() {
    run::<DoubleDouble>("expressions_with_kinks_agree_to_many_digits", Class::Kinked, 300);
}
