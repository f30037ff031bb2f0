//! How differences approach a derivative as the step shrinks: the picture of truncation and round-off.
//!
//! A difference `(f(x + h*d) - f(x))/h` misses the derivative `f'(x)[d]` for two reasons. Truncation: the function is
//! not linear, and the error falls with h, or with h^2 for the central difference. Round-off: values have 16 digits,
//! and the error grows with 1/h. On logarithmic axes the two are the legs of a V. A wrong derivative has no V: its
//! error stays where it is.
//!
//! # Source
//! Johnson & Edelman, Matrix Calculus for Machine Learning and Beyond, chapter 4.

use std::collections::BTreeMap;

use gateaux_array::Array;

use crate::answer::Answer;
use crate::check::{self, Line, Verdict};
use crate::error::{Errors, NO_NUMBERS};
use crate::problem::Problem;

/// Steps in each factor of ten.
const STEPS_PER_DECADE: i32 = 2;
/// The smallest step is ten to the minus this.
const DECADES: i32 = 16;
/// What exceeds round-off by this factor is truncation.
const CLEAR_OF_ROUNDING: f64 = 20.0;
/// An error that falls by more than this from one step to the next has met a kink.
const JUMP: f64 = 1e3;
/// A slope is fitted to at most so many of the smallest steps at which truncation is seen, and at least to so many.
const FITTED: (usize, usize) = (7, 3);
/// Without a slope, differences must come as near as this.
const NEAR: f64 = 1e-4;

/// The relative errors of differences at one step, where the function is defined there.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sample {
    /// The step h.
    pub step: f64,
    /// The error of `(f(x + h*d) - f(x))/h`.
    pub forward: Option<f64>,
    /// The error of `(f(x + h*d) - f(x - h*d))/(2*h)`.
    pub central: Option<f64>,
}

/// What the errors of one kind of differences show.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scheme {
    /// The power of the step with which the truncation error falls; nothing where only round-off is seen.
    pub truncation: Option<f64>,
    /// The power of the step with which round-off grows, about -1; nothing where it is not seen.
    pub rounding: Option<f64>,
    /// The step at which the error was smallest.
    pub best_step: f64,
    /// The error there.
    pub best_error: f64,
    /// The best step by the rule of thumb, the root of the machine precision of order 2 for forward and 3 for central
    /// differences; nothing where there is no truncation.
    pub predicted_step: Option<f64>,
}

/// The errors of differences against a derivative, step by step.
#[derive(Clone, Debug, PartialEq)]
pub struct Convergence {
    /// The errors, from the largest step to the smallest.
    pub samples: Vec<Sample>,
    /// Forward differences.
    pub forward: Scheme,
    /// Central differences.
    pub central: Scheme,
    /// What the slopes say of the derivative.
    pub verdict: Verdict,
    /// Remarks, such as that the function is quadratic.
    pub notes: Vec<String>,
    /// The sizes of the sample.
    pub sizes: BTreeMap<String, usize>,
}

impl Answer {
    /// The errors of differences against the derivative, at the first point of its [check](Answer::check) and in the
    /// direction there, for steps from 1 to 1e-16. A derivative of higher order is held against differences of the one
    /// below it.
    ///
    /// # Errors
    /// A problem for which no point of the domain is found, or whose arrays are too large.
    ///
    /// # Cost
    /// About a hundred evaluations of the function.
    ///
    /// # Example
    /// ```
    /// let mut problem = gateaux::Problem::parse("sum(exp(x))")?;
    /// let found = problem.derive(&["x"])?.convergence(&mut problem, &Default::default())?;
    /// assert!((found.forward.truncation.unwrap() - 1.0).abs() < 0.05);
    /// assert!((found.central.truncation.unwrap() - 2.0).abs() < 0.05);
    /// # Ok::<(), gateaux::Errors>(())
    /// ```
    pub fn convergence(&self, problem: &mut Problem, sizes: &BTreeMap<String, usize>) -> Result<Convergence, Errors> {
        let failed = |reason: String| Errors::general(NO_NUMBERS, reason);
        let (line, sizes) = check::line(problem, self, sizes).map_err(failed)?;
        measure(&line, sizes).map_err(failed)
    }
}

/// The step of this place, from 1 downwards.
fn step(at: i32) -> f64 {
    10f64.powf(-f64::from(at) / f64::from(STEPS_PER_DECADE))
}

/// The errors along a line, and what they say.
fn measure(line: &Line, sizes: BTreeMap<String, usize>) -> Result<Convergence, String> {
    let value = (line.at)(0.0)?;
    let mut notes = Vec::new();
    let mut scale = norm(&line.claimed);
    // As the check has it, what is this small is zero but for rounding.
    let of_value = norm(&value).max(1e-3);
    if scale <= 1e-10 * of_value {
        notes.push("the derivative is zero in this direction: errors are relative to the value".to_owned());
        scale = of_value;
    }
    let error = |quotient: Result<Array<f64>, String>| {
        let gap = quotient.and_then(|quotient| quotient.sub(&line.claimed).map_err(|error| error.to_string()));
        gap.ok().map(|gap| norm(&gap) / scale).filter(|error| error.is_finite())
    };
    let quotient = |to: f64, from: Option<f64>| -> Result<Array<f64>, String> {
        let (start, length) = match from {
            None => (value.clone(), to),
            Some(from) => ((line.at)(from)?, to - from),
        };
        let change = (line.at)(to)?.sub(&start).map_err(|error| error.to_string())?;
        Ok(change.map(|entry| entry / length))
    };
    let samples: Vec<Sample> = (0..=DECADES * STEPS_PER_DECADE)
        .map(step)
        .map(|step| Sample {
            step,
            forward: error(quotient(step, None)),
            central: error(quotient(step, Some(-step))),
        })
        .collect();
    let curve = |of: fn(&Sample) -> Option<f64>| Curve::new(&samples, of);
    let curves = [curve(|sample| sample.forward), curve(|sample| sample.central)];
    let [forward, central] = [curves[0].scheme(1.0)?, curves[1].scheme(2.0)?];
    let jump = curves.iter().filter_map(|curve| curve.jump).reduce(f64::min);
    notes.extend(jump.map(|step| {
        format!("from the step {step:.0e} on the function changes its course, as at a kink: longer steps are left out")
    }));
    notes.extend(remark(&forward, &central));
    Ok(Convergence {
        verdict: verdict(&curves, [&forward, &central]),
        samples,
        forward,
        central,
        notes,
        sizes,
    })
}

/// The errors of one kind of differences, from the largest step to the smallest.
struct Curve {
    points: Vec<(f64, f64)>,
    /// How many of the points at the large end are beyond a jump.
    beyond: usize,
    /// The smallest step beyond a jump.
    jump: Option<f64>,
    /// Round-off at step 1, from the smallest steps.
    rounding: f64,
}

impl Curve {
    fn new(samples: &[Sample], of: fn(&Sample) -> Option<f64>) -> Curve {
        let points: Vec<(f64, f64)> = samples
            .iter()
            .filter_map(|sample| Some((sample.step, of(sample)?)))
            .collect();
        // In these steps round-off is all there is, and the step itself is not lost yet.
        let is_noise = |(step, _): &&(f64, f64)| (1e-14..1.1e-11).contains(step);
        let rounding = points
            .iter()
            .filter(is_noise)
            .fold(0.0, |max: f64, (step, error)| max.max(error * step));
        let mut curve = Curve {
            points,
            beyond: 0,
            jump: None,
            rounding,
        };
        let fall = |pair: &[(f64, f64)]| pair[0].1 / pair[1].1.max(curve.floor(pair[1].0));
        let last = curve.points.windows(2).rposition(|pair| fall(pair) > JUMP);
        if let Some(last) = last {
            curve.beyond = last + 1;
            curve.jump = Some(curve.points[last].0);
        }
        curve
    }

    /// Errors up to this are taken for round-off.
    fn floor(&self, step: f64) -> f64 {
        CLEAR_OF_ROUNDING * self.rounding.max(f64::EPSILON / 10.0) / step
    }

    /// The points with the smallest steps whose error is truncation.
    fn fitted(&self) -> &[(f64, f64)] {
        let own = &self.points[self.beyond..];
        let clear = own
            .iter()
            .take_while(|(step, error)| *error > self.floor(*step))
            .count();
        &own[clear.saturating_sub(FITTED.0)..clear]
    }

    fn scheme(&self, order: f64) -> Result<Scheme, String> {
        let (fitted, (_, least)) = (self.fitted(), FITTED);
        // What grows as the step shrinks is round-off, however large.
        let truncation = (fitted.len() >= least)
            .then(|| slope(fitted))
            .filter(|slope| *slope > -0.5);
        let end = fitted.last().map(|(step, _)| *step);
        // Where truncation ends the error is smallest; farther down only by chance.
        let is_near = |(step, _): &&(f64, f64)| match end {
            Some(end) => *step > end / 30.0,
            None => *step > 1e-3 * self.points.get(self.beyond).map_or(1.0, |point| point.0),
        };
        let own = self.points[self.beyond..].iter().filter(is_near);
        let (best_step, best_error) = *own
            .min_by(|a, b| a.1.total_cmp(&b.1))
            .ok_or("the function is not defined around the point")?;
        let is_growing = |(step, error): &&(f64, f64)| *step < best_step / 3.0 && *error > 0.0 && *error < 0.3;
        let growing: Vec<(f64, f64)> = self.points.iter().filter(is_growing).copied().collect();
        Ok(Scheme {
            truncation,
            rounding: Some(&growing)
                .filter(|growing| growing.len() > least)
                .map(|growing| slope(growing))
                .filter(|slope| *slope < -0.3),
            best_step,
            best_error,
            predicted_step: end.map(|_| f64::EPSILON.powf(1.0 / (order + 1.0))),
        })
    }
}

/// The slope of the line through points on logarithmic axes, by least squares.
fn slope(points: &[(f64, f64)]) -> f64 {
    let n = points.len() as f64;
    let logs = || points.iter().map(|(x, y)| (x.ln(), y.ln()));
    let (x_mean, y_mean) = logs().fold((0.0, 0.0), |(a, b), (x, y)| (a + x / n, b + y / n));
    let (products, squares) = logs().fold((0.0, 0.0), |(a, b), (x, y)| {
        (a + (x - x_mean) * (y - y_mean), b + (x - x_mean).powi(2))
    });
    products / squares
}

fn verdict(curves: &[Curve; 2], schemes: [&Scheme; 2]) -> Verdict {
    let names = [("forward", 0.8), ("central", 1.6)];
    // Central differences come nearer, so that they are asked first.
    for ((curve, scheme), (name, least)) in curves.iter().zip(schemes).zip(names).rev() {
        let reason = match scheme.truncation {
            Some(slope) if slope < 0.2 => format!(
                "the error of {name} differences stays at {:.1e} however small the step",
                curve.fitted()[curve.fitted().len() / 2].1
            ),
            Some(slope) if slope < least => format!(
                "the error of {name} differences falls with the power {slope:.2} of the step, which is too slow"
            ),
            None if scheme.best_error > NEAR => format!(
                "{name} differences come no nearer than {:.1e}, and round-off hides the slope",
                scheme.best_error
            ),
            _ => continue,
        };
        return Verdict::NotVerified(reason);
    }
    Verdict::Verified
}

/// What the slopes tell of the function.
fn remark(forward: &Scheme, central: &Scheme) -> Option<String> {
    let text = match (forward.truncation, central.truncation) {
        (None, None) => {
            "the function is linear along this line: there is no truncation error, and long steps are the best"
        }
        (Some(_), None) => {
            "the function is quadratic along this line: central differences have no truncation error, and long steps are \
             the best"
        }
        (Some(slope), _) if slope > 1.5 => {
            "the second derivative is zero in this direction: forward differences are better than usual"
        }
        (_, Some(slope)) if slope > 3.0 => {
            "the third derivative is zero in this direction: central differences are better than usual"
        }
        _ => return None,
    };
    Some(text.to_owned())
}

fn norm(array: &Array<f64>) -> f64 {
    // Scaled, so that squares do not leave the range.
    let largest = array.max_abs();
    if largest == 0.0 || !largest.is_finite() {
        return largest;
    }
    largest
        * array
            .data()
            .iter()
            .map(|entry| (entry / largest).powi(2))
            .sum::<f64>()
            .sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The errors of a claimed derivative of a function of a number, at 0.
    fn found(function: fn(f64) -> f64, claimed: f64) -> Convergence {
        let at = Box::new(move |step: f64| match function(step) {
            value if value.is_finite() => Ok(Array::scalar(value)),
            _ => Err("not defined".to_owned()),
        });
        let claimed = Array::scalar(claimed);
        measure(&Line { at, claimed }, BTreeMap::new()).expect("the function is defined at 0")
    }

    fn slopes(found: &Convergence) -> [Option<i64>; 4] {
        let near = |slope: Option<f64>| {
            let slope = slope?;
            assert!((slope - slope.round()).abs() < 0.2, "{found:?}");
            Some(slope.round() as i64)
        };
        let [a, b] = [found.forward, found.central];
        [
            near(a.truncation),
            near(a.rounding),
            near(b.truncation),
            near(b.rounding),
        ]
    }

    #[test]
    fn a_smooth_function_has_a_v() {
        let exp = found(|h| (0.3 + h).exp(), 0.3f64.exp());
        assert_eq!(slopes(&exp), [Some(1), Some(-1), Some(2), Some(-1)]);
        assert_eq!(exp.verdict, Verdict::Verified);
        assert_eq!(
            (exp.samples.len(), exp.samples[0].step, exp.samples[32].step),
            (33, 1.0, 1e-16)
        );
        for scheme in [exp.forward, exp.central] {
            let ratio = scheme.best_step / scheme.predicted_step.unwrap_or(f64::NAN);
            assert!((0.03..30.0).contains(&ratio), "{exp:?}");
        }
        assert!(
            exp.forward.best_error < 1e-6 && exp.central.best_error < 1e-9,
            "{exp:?}"
        );
    }

    #[test]
    fn a_wrong_derivative_has_none() {
        let wrong = found(|h| (0.3 + h).exp(), 1.001 * 0.3f64.exp());
        let Verdict::NotVerified(reason) = &wrong.verdict else {
            panic!("{wrong:?}")
        };
        assert!(reason.contains("stays at 1.0e-3"), "{reason}");
        assert!(matches!(found(|_| 1.0, 1.0).verdict, Verdict::NotVerified(_)));
    }

    #[test]
    fn a_remainder_of_the_wrong_order_is_noticed() {
        // The derivative at 0 is right, but it is not continuous enough there for differences to be of their order.
        let odd = found(|h| h + h.abs().powf(1.2) * h.signum(), 1.0);
        let Verdict::NotVerified(reason) = &odd.verdict else {
            panic!("{odd:?}")
        };
        assert!(
            reason.contains("falls with the power 0.20") || reason.contains("stays"),
            "{reason}"
        );
    }

    #[test]
    fn functions_without_truncation_are_named() {
        let linear = found(|h| 0.7 * (0.3 + h), 0.7);
        assert_eq!(&slopes(&linear)[..3], &[None, Some(-1), None], "{linear:?}");
        assert_eq!(linear.verdict, Verdict::Verified);
        assert!(linear.notes[0].contains("linear"), "{linear:?}");
        let quadratic = found(|h| (0.3 + h).powi(2), 0.6);
        assert_eq!(&slopes(&quadratic)[..3], &[Some(1), Some(-1), None], "{quadratic:?}");
        assert!(quadratic.notes[0].contains("quadratic"), "{quadratic:?}");
        let odd = found(|h| h + h.powi(3), 1.0);
        assert_eq!((slopes(&odd)[0], slopes(&odd)[2]), (Some(2), Some(2)), "{odd:?}");
        let zero = found(|h| (0.1 + h) + 0.2 - (0.3 + h), 3e-17);
        assert_eq!(zero.verdict, Verdict::Verified, "{zero:?}");
        let flat = found(|h| 3.0 + 0.3 * h * h, 0.0);
        assert!(flat.notes[0].contains("zero in this direction"), "{flat:?}");
        assert_eq!(flat.verdict, Verdict::Verified);
    }

    #[test]
    fn steps_beyond_a_kink_are_left_out() {
        let relu = found(|h| (0.05 + h).max(0.0), 1.0);
        assert_eq!(relu.verdict, Verdict::Verified, "{relu:?}");
        let kinked = found(|h| (0.05 + h).abs() + (0.2 + h).exp(), 1.0 + 0.2f64.exp());
        assert_eq!(slopes(&kinked)[..3], [Some(1), Some(-1), Some(2)], "{kinked:?}");
        let near = found(|h| (1e-3 + h).abs() * 0.7, 0.7);
        assert_eq!(near.verdict, Verdict::Verified, "{near:?}");
        assert!(near.notes.iter().any(|note| note.contains("as at a kink")), "{near:?}");
    }

    #[test]
    fn a_function_may_end_near_the_point() {
        let log = found(|h| (0.05 + h).ln(), 20.0);
        assert!(log.samples[0].central.is_none() && log.samples[0].forward.is_some());
        assert_eq!(slopes(&log)[..3], [Some(1), Some(-1), Some(2)], "{log:?}");
        assert_eq!(log.verdict, Verdict::Verified);
    }
}
