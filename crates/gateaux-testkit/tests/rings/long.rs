//! Products of many factors, whose parts are expressions of their own: exact derivatives of random ones.

use gateaux_array::Prime;
use gateaux_core::print::{Notation, print};
use gateaux_core::simplify::simplify;
use gateaux_testkit::case::Case;
use gateaux_testkit::check::{Outcome, Point, Stop, check, run};
use gateaux_testkit::numbers::Region;
use gateaux_testkit::random::Random;
use gateaux_testkit::runs::seeds;

use crate::laws::wrong;

const DECLARATIONS: &str = "a: vector(m); b: vector(m); c: vector(n); A: matrix(m, m); B: matrix(m, m); M: matrix(m, n); \
                            N: matrix(n, m); S: symmetric(m); K: skew(m); D: diagonal(m); X: matrix(m, m); ";
/// Square matrices, some of them of two factors.
const PIECES: [&str; 14] = [
    "A", "A'", "B", "B^2", "X", "X", "X'", "X^3", "S", "K", "D", "M*N", "(X + A)", "(X - B)'",
];
/// Functions of products P and R.
const FUNCTIONS: [&str; 12] = [
    "a'*P*b",
    "P*b",
    "a'*P",
    "(a'*P*b)^2",
    "(P*b)'*(P*b)",
    "sum(P*b)",
    "sum(a'*P)",
    "P*a*b'*R",
    "((P*b).*a)'*R*b",
    "a'*P*X*M*c",
    "a'*P*b + b'*R*a",
    "tr(P*a*b'*R*X)",
];

fn product(length: usize, random: &mut Random) -> String {
    let letters = 2 + random.below(PIECES.len() - 1);
    let first = random.below(PIECES.len());
    let pieces: Vec<&str> = (0..length)
        .map(|_| PIECES[(first + random.below(letters)) % PIECES.len()])
        .collect();
    pieces.join("*")
}

fn problem(function: &str, length: usize, random: &mut Random) -> String {
    let (p, r) = (product(length, random), product(length / 2, random));
    // A vector, so that X always occurs.
    format!(
        "{DECLARATIONS}{}",
        function.replace('P', &format!("X*{p}")).replace('R', &r)
    )
}

/// All views of the first derivative, and what is printed of them, without tolerance.
fn first(text: &str, seed: u64) -> Result<(), Stop> {
    let mut point = Point::<Prime>::new(text, "X", &[3, 2], (Region::Signed, seed))?;
    let derivative = point.derivative(1)?;
    point.first_order(&derivative)?;
    reads_back(text, &mut point, derivative.form)
}

/// The simplified differential is printed as a text of the same value.
fn reads_back(text: &str, point: &mut Point<Prime>, form: gateaux_core::expr::Expr) -> Result<(), Stop> {
    let store = &mut point.case.store;
    let form = simplify(store, form).map_err(wrong)?;
    let printed = print(store, form, Notation::Text).map_err(wrong)?;
    let declarations = text.rsplit_once("; ").map_or("", |(declarations, _)| declarations);
    let mut again = Case::read(&format!("{declarations}; d1: matrix(m, m); {printed}")).map_err(wrong)?;
    let mut values = std::collections::BTreeMap::new();
    for (name, expr) in &again.variables {
        let known = point.case.store.post_order(&[form]).into_iter().find_map(|part| {
            let var = point.case.store.as_var(part)?;
            (point.case.store.variable(var).name == *name).then_some(var)
        });
        if let Some(value) = known.and_then(|var| point.values.get(&var)) {
            values.insert(again.var(*expr).map_err(wrong)?, value.clone());
        }
    }
    let found = run(&mut again.store, &[again.function], &point.sizes, &values)?;
    match found[0] == point.run(&[form])?[0] {
        true => Ok(()),
        false => Err(wrong(format!("{printed} has another value"))),
    }
}

#[test]
fn first_derivatives_of_long_products_are_right() {
    let (mut held, mut failures) = (0, Vec::new());
    for seed in seeds(4) {
        let mut random = Random::new(seed);
        for function in FUNCTIONS {
            for length in [12, 17, 40, 100] {
                let text = problem(function, length, &mut random);
                match first(&text, seed) {
                    Err(Stop::Wrong(reason)) => failures.push(format!("seed {seed}: {reason} in {text}")),
                    Err(Stop::Undefined(_)) => {}
                    Ok(()) => held += 1,
                }
            }
        }
    }
    assert!(held > 20, "{held} of {} are defined", 4 * 4 * FUNCTIONS.len());
    assert!(
        failures.is_empty(),
        "{} failures:\n{}",
        failures.len(),
        failures.join("\n")
    );
}

#[test]
fn the_gradient_of_two_hundred_factors_is_right() {
    let mut random = Random::new(1);
    for function in ["a'*P*b", "(P*b)'*(P*b)"] {
        let text = problem(function, 200, &mut random);
        assert!(first(&text, 1).is_ok(), "{text}");
    }
}

#[test]
fn second_derivatives_of_long_products_are_right() {
    for (seed, function) in FUNCTIONS.iter().enumerate() {
        let mut random = Random::new(seed as u64);
        let text = problem(function, 15 + random.below(6), &mut random);
        match check::<Prime>(&text, "X", &[3, 2], seed as u64) {
            Outcome::Right => {}
            found => panic!("{found:?} in {text}"),
        }
    }
}
