//! Plans against the interpreter: the same numbers for functions, differentials and explicit forms, in one program,
//! with inputs and outputs in either layout.

use std::collections::BTreeMap;

use gateaux_array::{Array, DoubleDouble, Real};
use gateaux_core::diff::Explicit;
use gateaux_core::expr::{Expr, Var};
use gateaux_core::simplify::simplify;
use gateaux_eval::{Layout, Machine, Plan as Compiled, Program};
use gateaux_testkit::check::Point;
use gateaux_testkit::numbers::Region;
use gateaux_testkit::random::Random;
use gateaux_testkit::runs::{report, seeds};
use gateaux_testkit::sketch::{Class, Plan, Sketch, kind, sketch};

/// An error of the machine beyond this, relative to the largest entry, needs an interpreter that is as bad.
const TOLERANCE: f64 = 1e-11;

fn layouts(seed: u64) -> impl Fn(usize) -> Layout {
    move |at| match (seed >> (at % 8)) & 1 {
        0 => Layout::ColumnMajor,
        _ => Layout::RowMajor,
    }
}

/// The entries as they stand in the memory of a caller with this layout.
fn laid_out(array: &Array<f64>, layout: Layout) -> Vec<f64> {
    match layout {
        Layout::ColumnMajor => array.data().to_vec(),
        Layout::RowMajor => array.iter_row_major().copied().collect(),
    }
}

fn gap(found: &[f64], truth: &[DoubleDouble]) -> f64 {
    let scale = truth.iter().fold(1e-3f64, |max, x| max.max(x.to_f64().abs()));
    let gaps = found.iter().zip(truth).map(|(x, y)| (x - y.to_f64()).abs() / scale);
    gaps.fold(
        0.0,
        |max: f64, gap| if gap.is_nan() { f64::INFINITY } else { max.max(gap) },
    )
}

/// Runs both; an error where the numbers differ.
fn compare(program: &Program, values: &BTreeMap<Var, Array<f64>>, seed: u64) -> Result<(), String> {
    let lifted = |var: Var| Some(values.get(&var)?.map(|entry| DoubleDouble::from_f64(*entry)));
    let Ok(truth) = program.run::<DoubleDouble>(&lifted) else {
        return Ok(());
    };
    let Ok(plain) = program.run::<f64>(&|var| values.get(&var).cloned()) else {
        return Ok(());
    };
    if !truth
        .iter()
        .flat_map(Array::data)
        .all(|entry| entry.to_f64().abs() < 1e9)
    {
        return Ok(());
    }
    let layout = layouts(seed);
    let plan = Compiled::new(program, &layout, &layout).map_err(|error| error.to_string())?;
    let inputs: Vec<Vec<f64>> = program
        .inputs()
        .enumerate()
        .map(|(at, var)| laid_out(&values[&var], layout(at)))
        .collect();
    let inputs: Vec<&[f64]> = inputs.iter().map(Vec::as_slice).collect();
    let mut outputs: Vec<Vec<f64>> = truth.iter().map(|output| vec![f64::NAN; output.len()]).collect();
    let mut machine = Machine::<f64>::new(plan, 1).map_err(|error| error.to_string())?;
    // Twice, since buffers are used again.
    for _ in 0..2 {
        let mut slices: Vec<&mut [f64]> = outputs.iter_mut().map(Vec::as_mut_slice).collect();
        machine
            .run(&inputs, &mut slices)
            .map_err(|error| format!("the machine fails: {error}"))?;
    }
    for (at, (truth, plain)) in truth.iter().zip(&plain).enumerate() {
        let found = match layout(at) {
            Layout::RowMajor if truth.rank() > 1 => {
                let reversed: Vec<usize> = truth.shape().iter().rev().copied().collect();
                let array = Array::from_column_major(&reversed, outputs[at].clone()).unwrap();
                let order: Vec<usize> = (0..truth.rank()).rev().collect();
                array.permuted(&order).unwrap().data().to_vec()
            }
            _ => outputs[at].clone(),
        };
        let (own, other) = (gap(&found, truth.data()), gap(plain.data(), truth.data()));
        if own > TOLERANCE.max(1e3 * other) {
            return Err(format!(
                "output {at} is off by {own:.1e}, the interpreter by {other:.1e}: {:?}",
                machine.plan().describe()
            ));
        }
    }
    Ok(())
}

fn fails(sketch: &Sketch, seed: u64, count: &mut usize) -> Option<String> {
    let sizes: &[usize] = match seed % 4 {
        0 => &[1, 1, 1],
        1 => &[7, 5, 3],
        2 => &[20, 17, 18],
        _ => &[2, 3, 4],
    };
    for wrt in sketch.variables() {
        let mut point = match Point::<DoubleDouble>::new(&sketch.problem(), &wrt, sizes, (Region::Signed, seed)) {
            Ok(point) => point,
            Err(_) => continue,
        };
        let mut roots: Vec<Expr> = vec![point.case.function];
        for order in 1..=2 {
            let Ok(derivative) = point.derivative(order) else {
                continue;
            };
            for (at, hole) in derivative.holes.iter().enumerate() {
                let direction = point.tangents[at].clone();
                point.set(*hole, direction).ok()?;
            }
            roots.extend(derivative.forms.last());
            if let Explicit::Array(array) = derivative.explicit {
                roots.extend(simplify(&mut point.case.store, array).ok());
            }
        }
        let values: BTreeMap<Var, Array<f64>> = point
            .values
            .iter()
            .map(|(var, value)| (*var, value.map(Real::to_f64)))
            .collect();
        let Ok(program) = Program::lower(&mut point.case.store, &roots, &point.sizes) else {
            continue;
        };
        if program.work() > 3e6 {
            continue;
        }
        if let Err(reason) = compare(&program, &values, seed) {
            return Some(format!("by {wrt} at sizes {sizes:?}: {reason}"));
        }
        *count += 1;
    }
    None
}

fn run(test: &str, class: Class, ordinary: u64) {
    let mut failures = Vec::new();
    let mut count = 0;
    for seed in seeds(ordinary) {
        let mut random = Random::new(seed);
        let plan = Plan {
            class,
            weight: 2 + random.below(9),
        };
        let kind = kind(&mut random);
        let found = sketch(kind, plan, &mut random);
        if fails(&found, seed, &mut count).is_some() {
            failures.push(report(test, seed, &found, &|sketch| fails(sketch, seed, &mut 0)));
        }
    }
    println!("{count} programs agree");
    assert!(
        failures.is_empty(),
        "{} failures:\n{}",
        failures.len(),
        failures.join("\n")
    );
    assert!(count > 0);
}

#[test]
fn plans_compute_rational_expressions() {
    run("plans_compute_rational_expressions", Class::Rational, 200);
}

#[test]
fn plans_compute_smooth_expressions() {
    run("plans_compute_smooth_expressions", Class::Smooth, 200);
}

#[test]
fn plans_compute_expressions_with_kinks() {
    run("plans_compute_expressions_with_kinks", Class::Kinked, 100);
}
