//! Derivations of random well-typed problems: where the answer is verified every line is, in brief and in full.

#![expect(clippy::print_stdout, reason = "counts, shown when a test fails")]

use gateaux::{Checked, Detail, Notation, Problem};
use gateaux_array::DoubleDouble;
use gateaux_testkit::check::Point;
use gateaux_testkit::numbers::Region;
use gateaux_testkit::random::Random;
use gateaux_testkit::runs::{report, seeds};
use gateaux_testkit::sketch::{Class, Plan, Sketch, kind, sketch};

/// What was found right.
#[derive(Debug, Default)]
struct Counts {
    derivations: usize,
    /// The lines of full derivations.
    lines: usize,
    /// Those of them that name several rules.
    with_several: usize,
}

/// What is wrong with the derivations of a problem, if anything is; counts those that are right.
fn fails(sketch: &Sketch, counts: &mut Counts) -> Option<String> {
    for wrt in sketch.variables() {
        let mut problem = Problem::parse(&sketch.problem()).ok()?;
        let answer = problem.derive(&[&wrt]).ok()?;
        if !answer.check(&mut problem).is_verified() || !is_regular(&sketch.problem(), &wrt) {
            continue;
        }
        for detail in [Detail::Brief, Detail::Full] {
            let steps = match answer.steps(&mut problem, detail) {
                Ok(steps) => steps,
                Err(errors) => return Some(format!("by {wrt}, {detail:?}: {errors}")),
            };
            let wrong = steps.lines().iter().find_map(|line| match line.checked() {
                Checked::Not(reason) => Some(format!("{}: {reason}", line.right(Notation::Text))),
                Checked::Exactly | Checked::Numerically => None,
            });
            if let Some(wrong) = wrong {
                return Some(format!("by {wrt}, {detail:?}: {wrong}"));
            }
            counts.derivations += 1;
            if detail == Detail::Full {
                let several = steps.lines().iter().filter(|line| line.reasons().len() > 1);
                counts.lines += steps.lines().len();
                counts.with_several += several.count();
            }
        }
    }
    None
}

/// Whether the matrices that are inverted are regular somewhere: the inverse of one that is singular by its form, such as
/// `x*x'`, is made of rounding, and no two ways to it agree.
fn is_regular(text: &str, wrt: &str) -> bool {
    let is_regular_in = |region: &Region| {
        let point = Point::<DoubleDouble>::new(text, wrt, &[3, 2, 4, 5], (*region, 1));
        point.is_ok_and(|mut point| {
            let function = point.case.function;
            point.run(&[function]).is_ok()
        })
    };
    Region::ALL.iter().any(is_regular_in)
}

fn run(test: &str, class: Class, ordinary: u64) {
    let (mut counts, mut failures) = (Counts::default(), Vec::new());
    for seed in seeds(ordinary) {
        let mut random = Random::new(seed);
        let plan = Plan {
            class,
            weight: 2 + random.below(9),
        };
        let kind = kind(&mut random);
        let found = sketch(kind, plan, &mut random);
        if fails(&found, &mut counts).is_some() {
            failures.push(report(test, seed, &found, &|sketch| {
                fails(sketch, &mut Counts::default())
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
    assert!(counts.derivations as u64 > ordinary, "{counts:?}");
    assert!(100 * counts.with_several < counts.lines, "{counts:?}");
}

#[test]
fn derivations_of_rational_problems_are_right() {
    run("derivations_of_rational_problems_are_right", Class::Rational, 200);
}

#[test]
fn derivations_of_smooth_problems_are_right() {
    run("derivations_of_smooth_problems_are_right", Class::Smooth, 200);
}

#[test]
fn derivations_of_problems_with_kinks_are_right() {
    run("derivations_of_problems_with_kinks_are_right", Class::Kinked, 200);
}
