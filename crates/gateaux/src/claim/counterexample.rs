//! A small point at which a claim and the answer differ: small integers, small sizes.

use std::collections::BTreeMap;

use gateaux_array::{Array, Complex, DoubleDouble, Number};
use gateaux_core::expr::{Expr, Facts, Structure, Var};
use gateaux_eval::{Program, Sizes};

use super::compare;
use super::points::{Entry, Hole, Setting, Values, rounded};
use super::readings::Reading;
use crate::check::{sizes_for, variables_with_shapes};
use crate::problem::Problem;
use crate::random::Random;

/// Sizes of dimension names, the smallest first.
const SIZES: [[usize; 4]; 6] = [
    [1, 1, 1, 1],
    [2, 1, 2, 1],
    [1, 2, 1, 2],
    [2, 2, 2, 2],
    [3, 2, 2, 3],
    [2, 3, 3, 2],
];
/// Draws at each of them.
const DRAWS: usize = 24;

/// An array of numbers at a point.
pub type Numbers = Array<Complex<f64>>;

/// A point at which a claim and the answer have different values.
#[derive(Clone, Debug, PartialEq)]
pub struct Counterexample {
    /// The values of the variables that occur, by name.
    pub values: Vec<(String, Numbers)>,
    /// The value of the claim; `None` where it has none.
    pub claim: Option<Numbers>,
    /// The value of the answer; `None` where it has none.
    pub answer: Option<Numbers>,
}

impl Counterexample {
    /// The same with the two formulas exchanged.
    pub(super) fn exchanged(self) -> Counterexample {
        Counterexample {
            claim: self.answer,
            answer: self.claim,
            values: self.values,
        }
    }
}

/// The smallest counterexample found.
pub(super) fn find(
    problem: &mut Problem,
    setting: &Setting,
    claim: Expr,
    reading: &Reading,
    view: Expr,
) -> Option<Counterexample> {
    let mut tried: Vec<Sizes> = Vec::new();
    for pattern in SIZES {
        let roots = [&setting.domain[..], &setting.roots[..]].concat();
        let Ok(sizes) = sizes_with(problem, setting, &roots, pattern) else {
            continue;
        };
        if tried.contains(&sizes) {
            continue;
        }
        if let Some(found) = at_sizes(problem, setting, (claim, view), reading, &sizes) {
            return Some(found);
        }
        tried.push(sizes);
    }
    None
}

/// The pattern as it is, where equal sizes are allowed.
fn sizes_with(problem: &Problem, setting: &Setting, roots: &[Expr], pattern: [usize; 4]) -> Result<Sizes, String> {
    let names: Vec<String> = sizes_for(problem, roots, &setting.sizes, [3, 2, 4, 5])?
        .into_keys()
        .collect();
    let mut given: BTreeMap<String, usize> = setting.sizes.clone();
    for (name, size) in names.into_iter().zip(pattern.into_iter().cycle()) {
        given.entry(name).or_insert(size);
    }
    sizes_for(problem, roots, &given, pattern)
}

fn at_sizes(
    problem: &mut Problem,
    setting: &Setting,
    (claim, view): (Expr, Expr),
    reading: &Reading,
    sizes: &Sizes,
) -> Option<Counterexample> {
    let store = &mut problem.store;
    let mut domain = Vec::with_capacity(setting.domain.len());
    for root in &setting.domain {
        domain.push(Program::lower(store, &[*root], sizes).ok()?);
    }
    let claimed = Program::lower(store, &[claim], sizes).ok()?;
    let viewed = Program::lower(store, &[view], sizes).ok()?;
    let variables = variables_with_shapes(problem, sizes).ok()?;
    let mut best: Option<(f64, Counterexample)> = None;
    for draw in 0..DRAWS {
        let Some((values, weight)) = integers(problem, &setting.holes, &variables, draw) else {
            continue;
        };
        let is_usable = |program: &Program| values.run(program).is_some() && values.keeps_from_kinks(program);
        if best.as_ref().is_some_and(|(known, _)| *known <= weight) || !domain.iter().all(is_usable) {
            continue;
        }
        let Some(answer) = values.run(&viewed) else { continue };
        let value = values.run(&claimed);
        let same = value.as_ref().is_some_and(|value| {
            let arranged = reading.arrangement.apply(value, answer.shape(), &values);
            arranged.and_then(|arranged| compare::agree(&arranged, &answer)) != Some(false)
        });
        if same {
            continue;
        }
        let found = shown(problem, setting, (claim, view), &values, (value, answer));
        best = Some((weight, found));
    }
    best.map(|(_, found)| found)
}

/// The values of the variables that occur in the formulas.
fn shown(
    problem: &Problem,
    setting: &Setting,
    (claim, view): (Expr, Expr),
    values: &Values,
    (value, answer): (Option<Array<Entry>>, Array<Entry>),
) -> Counterexample {
    let store = &problem.store;
    let occurring: Vec<Var> = store
        .post_order(&[claim, view])
        .into_iter()
        .filter_map(|expr| store.as_var(expr))
        .collect();
    let variables = problem.variables.iter().filter_map(|expr| store.as_var(*expr));
    let holes = setting.holes.iter().map(|hole| hole.hole);
    let names = variables
        .chain(holes)
        .filter(|var| occurring.contains(var))
        .filter_map(|var| Some((store.variable(var).name.clone(), values.get(var)?)));
    Counterexample {
        values: names.collect(),
        claim: value.as_ref().map(rounded),
        answer: Some(rounded(&answer)),
    }
}

/// Small integers in the structure of the declarations, and how large they are together.
fn integers(problem: &Problem, holes: &[Hole], variables: &[(Var, Vec<usize>)], draw: usize) -> Option<(Values, f64)> {
    let mut random = Random::new(draw as u64 + 1);
    // Every third draw is of positive numbers, for logarithms and roots.
    let is_positive = draw % 3 == 2;
    let is_complex = problem.is_complex();
    let mut entry = |is_positive: bool| -> f64 {
        let size = random.uniform(0.0, 3.0).floor();
        match is_positive {
            true => size + 1.0,
            false if random.uniform(0.0, 1.0) < 0.4 => -size,
            false => size,
        }
    };
    let mut values: BTreeMap<Var, Array<Entry>> = BTreeMap::new();
    let mut weight = 0.0;
    for (var, shape) in variables {
        let variable = problem.store.variable(*var);
        let is_positive = is_positive || variable.facts.has(Facts::POSITIVE);
        let raw = Array::from_fn(shape, |_| {
            let (re, im) = (entry(is_positive), entry(false));
            (re, if variable.is_complex { im } else { 0.0 })
        })
        .ok()?;
        let raw = raw.map(|(re, im)| complex(*re, *im));
        let value = structured(raw, variable.structure)?;
        // Ones are the simplest; zeros hide what they multiply.
        let of_entry = |entry: &Entry| match compare::size(&Array::scalar(*entry)) {
            0.0 => 1.5,
            size => size,
        };
        weight += value.data().iter().map(of_entry).sum::<f64>();
        values.insert(*var, value);
    }
    for Hole { hole, of } in holes {
        let point = values.get(of)?.clone();
        let variable = problem.store.variable(*of);
        let raw = Array::from_fn(point.shape(), |_| complex(entry(false), 0.0)).ok()?;
        let direction = match variable.structure {
            Structure::Orthogonal => {
                let skew = structured(raw, Structure::Skew)?;
                gateaux_array::linear::matmul(&point, &skew).ok()?
            }
            Structure::Posdef => structured(raw, Structure::Symmetric)?,
            structure => structured(raw, structure)?,
        };
        values.insert(*hole, direction);
    }
    let real = |values: BTreeMap<Var, Array<Entry>>| {
        let parts = values
            .into_iter()
            .map(|(var, value)| (var, value.map(|entry| entry.re)));
        parts.collect::<BTreeMap<Var, Array<DoubleDouble>>>()
    };
    let values = if is_complex {
        Values::Complex(values)
    } else {
        Values::Real(real(values))
    };
    Some((values, weight))
}

fn complex(re: f64, im: f64) -> Entry {
    let number = |value: f64| <DoubleDouble as gateaux_array::Real>::from_f64(value);
    Complex::new(number(re), number(im))
}

/// A matrix of small integers with the structure, from one without it.
fn structured(raw: Array<Entry>, structure: Structure) -> Option<Array<Entry>> {
    let shape = raw.shape().to_vec();
    let at = |i: usize, j: usize| raw.get(&[i, j]).copied().unwrap_or_else(|| complex(0.0, 0.0));
    let zero = || complex(0.0, 0.0);
    let make = |entry: &dyn Fn(usize, usize) -> Entry| Array::from_fn(&shape, |index| entry(index[0], index[1])).ok();
    match structure {
        Structure::General => Some(raw.clone()),
        Structure::Symmetric => make(&|i, j| at(i.max(j), i.min(j))),
        Structure::Skew => make(&|i, j| match i.cmp(&j) {
            std::cmp::Ordering::Greater => at(i, j),
            std::cmp::Ordering::Equal => zero(),
            std::cmp::Ordering::Less => at(j, i).neg(),
        }),
        Structure::Diagonal => make(&|i, j| if i == j { at(i, j) } else { zero() }),
        Structure::Lower => make(&|i, j| if i >= j { at(i, j) } else { zero() }),
        Structure::Posdef => {
            // Dominated by its diagonal.
            let n = shape.first().copied().unwrap_or(1) as f64;
            make(&|i, j| {
                let entry = at(i.max(j), i.min(j));
                let large = |part: f64| complex(part.abs() + 2.0 * n, 0.0);
                if i == j {
                    large(gateaux_array::Real::to_f64(&entry.re))
                } else {
                    entry
                }
            })
        }
        Structure::Orthogonal => {
            // A rotation of the axes with a sign.
            let n = shape.first().copied().unwrap_or(1);
            make(&|i, j| match (i + 1) % n.max(1) == j {
                true if i == 0 && n > 1 => complex(-1.0, 0.0),
                true => complex(1.0, 0.0),
                false => zero(),
            })
        }
    }
}
