//! Ring 2: the kernels in floats against 31 digits, and the derivatives in the table against differences.

use gateaux_array::{Array, DoubleDouble, Field, Number, Real};
use gateaux_core::expr::{Facts, Shape, Store, Structure};
use gateaux_core::ops::{self, Environment, Kernel, Op};
use gateaux_eval::Program;
use gateaux_testkit::differences;
use gateaux_testkit::random::Random;

/// Points of both signs, near 0 and far from it.
const POINTS: [f64; 24] = [
    -600.0, -30.0, -8.5, -3.0, -1.5, -0.999, -0.7, -0.3, -1e-3, -1e-9, -1e-200, 1e-200, 1e-9, 1e-3, 0.2, 0.5, 0.7,
    0.999, 1.5, 3.0, 8.5, 30.0, 600.0, 1e6,
];
/// The error of a kernel, in units of the last place of the result.
const KERNEL_ULPS: f64 = 8.0;

fn elementwise() -> impl Iterator<Item = &'static Op> {
    ops::all().filter(|op| matches!(op.kernel, Kernel::Entries(_)) && op.kind.len() == 1)
}

/// The function and its derivative of one scalar, as programs.
struct Scalar {
    value: Program,
    slope: Program,
    x: gateaux_core::expr::Var,
}

impl Scalar {
    fn new(op: &'static Op) -> Scalar {
        let mut store = Store::default();
        let x = store
            .add_variable("x", Shape::Scalar, Structure::General, Facts::NONE)
            .unwrap();
        let value = ops::apply_call(&mut store, op, &[x]).unwrap();
        let mut environment = Environment::default();
        environment.bind("x", x);
        let slope = ops::instantiate_elementwise(&mut store, op.differential[0], &environment).unwrap();
        let [value, slope] =
            [value, slope].map(|expr| Program::lower(&mut store, &[expr], &Default::default()).unwrap());
        Scalar {
            value,
            slope,
            x: store.as_var(x).unwrap(),
        }
    }

    fn at<T: Field + Copy>(&self, program: &Program, x: T) -> T {
        let found = program.run(&|var| (var == self.x).then(|| Array::scalar(x))).unwrap();
        *found[0].as_scalar().unwrap()
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

#[test]
fn elementwise_kernels_are_good_to_a_few_units() {
    let mut failures = Vec::new();
    for op in elementwise() {
        let scalar = Scalar::new(op);
        for x in POINTS {
            let exact = scalar.at(&scalar.value, DoubleDouble::from_f64(x)).to_f64();
            let found = scalar.at(&scalar.value, x);
            let allowed = KERNEL_ULPS * f64::EPSILON * exact.abs() + f64::MIN_POSITIVE;
            let agree = found == exact || (found.is_nan() && exact.is_nan()) || (found - exact).abs() <= allowed;
            if !agree {
                failures.push(format!("{}({x}) is {found}, should be {exact}", op.name));
            }
        }
    }
    done(&failures);
}

#[test]
fn elementwise_derivatives_agree_with_differences() {
    let (mut failures, mut count) = (Vec::new(), 0);
    for op in elementwise() {
        let scalar = Scalar::new(op);
        for x in POINTS {
            // Differences across a kink say nothing.
            if !op.kink.is_empty() && x.abs() < 0.1 {
                continue;
            }
            if is_at_pole(op, x) {
                continue;
            }
            let curve = |step: DoubleDouble| {
                let at = DoubleDouble::from_f64(x).add(&step);
                Ok(vec![scalar.at(&scalar.value, at)])
            };
            let difference = differences::central(&curve).unwrap();
            let truth = difference.slope[0].to_f64();
            // Across a kink or out of the domain differences say nothing, and know it.
            if !truth.is_finite() || difference.error.is_nan() || difference.error > 1e-13 * truth.abs().max(1.0) {
                continue;
            }
            count += 1;
            let exact = scalar.at(&scalar.slope, DoubleDouble::from_f64(x)).to_f64();
            let float = scalar.at(&scalar.slope, x);
            for (which, found, tolerance) in [("31 digits", exact, 1e-18), ("floats", float, 1e-12)] {
                let allowed = 100.0 * difference.error + (tolerance + f64::EPSILON) * truth.abs().max(1.0);
                if found.is_nan() || (found - truth).abs() > allowed {
                    failures.push(format!("{}'({x}) in {which} is {found}, should be {truth}", op.name));
                }
            }
        }
    }
    println!("{count} derivatives");
    assert!(count > 300, "differences are good at too few points: {count}");
    done(&failures);
}

/// Whether steps from x go around a pole. The logarithm of the gamma function is even there, so that its differences
/// are finite and look good.
fn is_at_pole(op: &Op, x: f64) -> bool {
    op.domain == "x is not 0, -1, -2, ..." && x < 0.5 && (x - x.round()).abs() < 1e-100
}

/// A random matrix, in floats that are exact also in more digits.
fn matrix(n: usize, random: &mut Random) -> Array<f64> {
    Array::from_fn(&[n, n], |at| {
        random.uniform(-1.0, 1.0) + if at[0] == at[1] { 1.5 } else { 0.0 }
    })
    .unwrap()
}

fn exact(a: &Array<f64>) -> Array<DoubleDouble> {
    a.map(|entry| DoubleDouble::from_f64(*entry))
}

/// The largest error, relative to the largest entry.
fn error(found: &[f64], truth: &[DoubleDouble]) -> f64 {
    let scale = truth
        .iter()
        .fold(f64::MIN_POSITIVE, |max, entry| max.max(entry.to_f64().abs()));
    let gap = |(found, truth): (&f64, &DoubleDouble)| (found - truth.to_f64()).abs() / scale;
    assert_eq!(found.len(), truth.len());
    found
        .iter()
        .zip(truth)
        .map(gap)
        .fold(0.0, |max, gap| if gap.is_nan() { f64::INFINITY } else { max.max(gap) })
}

#[test]
fn kernels_of_matrices_lose_no_more_than_their_condition() {
    let mut random = Random::new(17);
    for n in [1, 2, 3, 5, 8, 13] {
        for _ in 0..6 {
            let a = matrix(n, &mut random);
            let b = exact(&a);
            let inverse = DoubleDouble::inv(&b).unwrap();
            let condition =
                a.max_abs() * (n * n) as f64 * inverse.data().iter().fold(1.0f64, |max, x| max.max(x.to_f64().abs()));
            let allowed = 1e-15 * condition * n as f64;
            let check = |what: &str, found: &[f64], truth: &[DoubleDouble]| {
                let error = error(found, truth);
                assert!(
                    error <= allowed,
                    "{what} of size {n} is off by {error:.1e}, allowed {allowed:.1e}"
                );
            };
            check("inv", f64::inv(&a).unwrap().data(), inverse.data());
            check("det", &[f64::det(&a).unwrap()], &[DoubleDouble::det(&b).unwrap()]);
            check(
                "adj",
                f64::adjugate(&a).unwrap().data(),
                DoubleDouble::adjugate(&b).unwrap().data(),
            );
            let posdef = f64::matmul(&a, &a.transpose().unwrap())
                .unwrap()
                .add(&Array::eye(n).unwrap())
                .unwrap();
            let posdef = posdef.add(&posdef.transpose().unwrap()).unwrap();
            let log = DoubleDouble::logdet(&exact(&posdef)).unwrap();
            let scale = log.to_f64().abs().max(1.0);
            for (what, found) in [
                ("logdet", f64::logdet(&posdef)),
                ("logdet of posdef", f64::logdet_posdef(&posdef)),
            ] {
                let error = (found.unwrap() - log.to_f64()).abs() / scale;
                assert!(error <= 100.0 * allowed, "{what} of size {n} is off by {error:.1e}");
            }
        }
    }
}

#[test]
fn reductions_are_good_to_a_few_units() {
    let mut random = Random::new(23);
    for n in [1usize, 2, 5, 40] {
        for (low, high) in [
            (-1.0, 1.0),
            (-40.0, 40.0),
            (699.0, 720.0),
            (-1000.0, -900.0),
            (-1e-9, 1e-9),
        ] {
            let x = Array::from_fn(&[n], |_| random.uniform(low, high)).unwrap();
            let y = exact(&x);
            let allowed = 4.0 * n as f64 * f64::EPSILON;
            let check = |what: &str, found: &[f64], truth: &[DoubleDouble]| {
                let error = error(found, truth);
                assert!(
                    error <= allowed.max(1e-13 * f64::from(what == "softmax")),
                    "{what} in {low}..{high} is off by {error:.1e}"
                );
            };
            check("norm2", &[f64::norm2(&x).unwrap()], &[DoubleDouble::norm2(&y).unwrap()]);
            check(
                "softmax",
                f64::softmax(&x).unwrap().data(),
                DoubleDouble::softmax(&y).unwrap().data(),
            );
            // Near 0 the logarithm is of a number near 1, so its error is that of the sum, not of the result.
            let (found, truth) = (
                f64::logsumexp(&x).unwrap(),
                DoubleDouble::logsumexp(&y).unwrap().to_f64(),
            );
            assert!(
                (found - truth).abs() <= allowed * truth.abs().max(1.0),
                "logsumexp in {low}..{high}: {found}, {truth}"
            );
        }
    }
    for scale in [1e-200, 1e200] {
        let x = Array::vector(vec![3.0 * scale, 4.0 * scale]).unwrap();
        assert!((f64::norm2(&x).unwrap() / scale - 5.0).abs() < 1e-14);
    }
}
