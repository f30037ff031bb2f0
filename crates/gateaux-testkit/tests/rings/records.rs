//! Every operation record against its kernel. No operation is named here: a new record is tested by being there.

use gateaux_array::{DoubleDouble, Prime};
use gateaux_core::ops::{self, Meaning, Op};
use gateaux_testkit::check::{Outcome, Stop, Verdict};
use gateaux_testkit::numbers::{Judge, Region};
use gateaux_testkit::records::{ANY, Call, Place, differential_of, example, meaning_of, outcome, places, rule};

/// The functions that can be called: pi takes no arguments.
fn functions() -> impl Iterator<Item = &'static Op> {
    ops::all().filter(|op| !op.kind.is_empty())
}

/// At least one of the places must be inside of the domain, and nothing may be wrong.
fn settle(what: String, outcomes: impl IntoIterator<Item = Outcome>, failures: &mut Vec<String>) {
    let (mut right, mut last) = (0, String::new());
    for outcome in outcomes {
        match outcome {
            Outcome::Right => right += 1,
            Outcome::Undefined(reason) => last = reason,
            Outcome::Wrong(reason) => return failures.push(format!("{what}: {reason}")),
        }
    }
    if right == 0 {
        failures.push(format!("{what}: never inside of the domain: {last}"));
    }
}

fn done(failures: &[String]) {
    assert!(
        failures.is_empty(),
        "{} wrong:\n{}",
        failures.len(),
        failures.join("\n")
    );
}

/// The check at every place of one alternative.
fn everywhere(op: &'static Op, alternative: usize, check: impl Fn(Place) -> Verdict) -> Vec<Outcome> {
    let places = places(op).into_iter().filter(|place| place.alternative == alternative);
    places.map(|place| outcome(check(place))).collect()
}

fn against_duals<T: Judge>(op: &'static Op, place: Place, text: &'static str) -> Verdict {
    let mut call = Call::<T>::new(op, place)?;
    let differential = call.differential(text)?;
    call.against_duals(differential)
}

fn against_differences(op: &'static Op, place: Place, text: &'static str) -> Verdict {
    let mut call = Call::<DoubleDouble>::new(op, place)?;
    let differential = call.differential(text)?;
    call.against_differences(differential)
}

#[test]
fn every_differential_is_that_of_its_kernel() {
    let mut failures = Vec::new();
    for op in functions() {
        for alternative in 0..op.kind.len() {
            let Some(text) = differential_of(op, alternative) else {
                failures.push(format!("{} has no differential", op.name));
                continue;
            };
            let what = |how: &str| format!("{} ({}), {how}", op.name, op.kind[alternative]);
            if text.is_empty() {
                let refused = everywhere(op, alternative, |place| {
                    match Call::<DoubleDouble>::new(op, place)?.refuses_derivative()? {
                        true => Ok(()),
                        false => Err(Stop::Wrong("it has a derivative without a formula".to_owned())),
                    }
                });
                settle(what("refused"), refused, &mut failures);
                continue;
            }
            let duals = everywhere(op, alternative, |place| against_duals::<DoubleDouble>(op, place, text));
            settle(what("dual numbers"), duals, &mut failures);
            let differences = everywhere(op, alternative, |place| against_differences(op, place, text));
            settle(what("differences"), differences, &mut failures);
            let exact = everywhere(op, alternative, |place| against_duals::<Prime>(op, place, text));
            failures.extend(exact.into_iter().filter_map(|outcome| match outcome {
                Outcome::Wrong(reason) if !reason.contains("real") => Some(format!("{}: {reason}", what("exact"))),
                _ => None,
            }));
        }
    }
    done(&failures);
}

#[test]
fn every_meaning_is_that_of_its_kernel() {
    let mut failures = Vec::new();
    for op in functions() {
        for alternative in 0..op.kind.len() {
            let text = meaning_of(op, alternative);
            let outcomes = everywhere(op, alternative, |place| {
                Call::<DoubleDouble>::new(op, place)?.meaning(text)
            });
            settle(
                format!("{} ({}) means {text:?}", op.name, op.kind[alternative]),
                outcomes,
                &mut failures,
            );
        }
    }
    done(&failures);
}

#[test]
fn every_transpose_is_that_of_its_kernel() {
    let (mut failures, mut count) = (Vec::new(), 0);
    for op in functions() {
        for (argument, texts) in op.transposes {
            for alternative in 0..op.kind.len() {
                let Some(text) = texts.get(alternative).filter(|text| !text.is_empty()) else {
                    continue;
                };
                count += 1;
                let outcomes = everywhere(op, alternative, |place| {
                    Call::<DoubleDouble>::new(op, place)?.transpose(argument, text)
                });
                settle(
                    format!("{} in {argument} ({alternative})", op.name),
                    outcomes,
                    &mut failures,
                );
            }
        }
    }
    println!("{count} transposes");
    assert!(count >= 30, "too few transposes: {count}");
    done(&failures);
}

#[test]
fn every_rule_holds_and_applies() {
    let (mut failures, mut count) = (Vec::new(), 0);
    for op in functions() {
        for line in op.rules {
            count += 1;
            // A sum or a number on the left side is a scalar.
            let is_scalar =
                !op.is_elementwise() || ["sum(", "(0)", "(1)", "X"].iter().any(|part| line.left.contains(part));
            for any in &ANY[..if is_scalar { 1 } else { ANY.len() }] {
                let places = Region::ALL.iter().map(|region| Place {
                    alternative: 0,
                    any: *any,
                    region: *region,
                    sizes: [3, 2],
                    seed: 3,
                });
                let outcomes = places.map(|place| outcome(rule::<DoubleDouble>(op, line, place)));
                settle(
                    format!("{}: {} => {} ({any:?})", line.name, line.left, line.right),
                    outcomes,
                    &mut failures,
                );
            }
        }
    }
    println!("{count} rules");
    done(&failures);
}

#[test]
fn every_example_holds() {
    fn tried<T: Judge>(line: (&str, &str, &str)) -> Vec<Outcome> {
        let sizes: [&[usize]; 2] = [&[4, 3, 2, 5], &[2, 2, 3, 3]];
        let tried = Region::ALL
            .iter()
            .flat_map(|region| sizes.map(|sizes| outcome(example::<T>(line, *region, sizes))));
        tried.collect()
    }
    let (mut failures, mut count) = (Vec::new(), 0);
    for op in functions() {
        // Complex numbers have their own check, which the tests of the library use for these.
        for line in op.examples.iter().filter(|(text, ..)| !text.contains("complex ")) {
            count += 1;
            settle(format!("{line:?}"), tried::<DoubleDouble>(*line), &mut failures);
            let exact = tried::<Prime>(*line).into_iter();
            failures.extend(exact.filter_map(|outcome| match outcome {
                Outcome::Wrong(reason) => Some(format!("{line:?}, exact: {reason}")),
                _ => None,
            }));
        }
    }
    println!("{count} examples");
    done(&failures);
}

/// A record that is no elementwise row of the table shows at least one example.
#[test]
fn every_function_of_its_own_has_an_example() {
    let lacking: Vec<&str> = functions()
        .filter(|op| !op.is_elementwise() && op.examples.is_empty())
        .map(|op| op.name)
        .collect();
    assert_eq!(lacking, [""; 0]);
    let without: Vec<&str> = functions()
        .filter(|op| op.differential.is_empty() && !matches!(op.meaning, Meaning::Abbreviates(_)))
        .map(|op| op.name)
        .collect();
    assert_eq!(without, [""; 0], "a function without a differential");
}

#[test]
fn a_wrong_record_is_not_taken_for_an_undefined_one() {
    let op = ops::find("exp").unwrap();
    let place = places(op)[0];
    assert!(matches!(
        against_duals::<DoubleDouble>(op, place, "log(-x^2 - 1)"),
        Err(Stop::Wrong(_))
    ));
    assert!(matches!(
        against_differences(op, place, "2*exp(x)"),
        Err(Stop::Wrong(_))
    ));
}
