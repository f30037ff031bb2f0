//! Differences of a function along a line: its derivative with an estimate of the error, and how its remainder shrinks.

use gateaux_array::Array;

use crate::check::{Point, Slope, TOLERANCE, worse};

/// How far along the line differences look; the shorter where a function bends so much that its slope does not show in
/// the longer.
const REACHES: [f64; 2] = [1.0, 1e-3];
/// Differences with a larger error, relative to what they are differences of, say nothing.
const LARGEST_ESTIMATE: f64 = 1e-3;

/// A derivative found by differences.
struct Differences {
    derivative: Array<f64>,
    /// An estimate of its error.
    estimate: f64,
    reach: f64,
}

/// The form of one order, claimed, against differences of the form of the order below along a line.
pub(crate) fn against_differences(
    at: &dyn Fn(f64) -> Result<Array<f64>, String>,
    claimed: &Array<f64>,
    (order, orders): (usize, usize),
    point: &mut Point,
) -> Result<(), String> {
    let value = at(0.0)?;
    let scale = claimed
        .data()
        .iter()
        .chain(value.data())
        .fold(1e-3f64, |max, entry| max.max(entry.abs()));
    let found = central_difference(at)?;
    let error = distance(&found.derivative, claimed)? / scale;
    // Not relative to what is claimed: beside a claim that is much larger all differences would look accurate.
    let own = found.derivative.max_abs().max(value.max_abs()).max(1e-3);
    if found.estimate / own > LARGEST_ESTIMATE {
        return Err("differences are not accurate there".to_owned());
    }
    let slope = remainder_slope(at, &value, claimed, (scale, found.reach))?;
    point.error = point.error.max(error);
    let allowed = TOLERANCE.max(20.0 * found.estimate / scale);
    point.slope = worse(point.slope, slope);
    let which = if orders > 1 {
        format!("the differential of order {}", order + 1)
    } else {
        "the differential".to_owned()
    };
    if error > allowed {
        point.reason = Some(format!(
            "{which} differs from differences of the function by {error:.1e}"
        ));
    } else if matches!(slope, Slope::Power(power) if power < 1.6) {
        point.reason = Some(format!(
            "the remainder of {which} does not shrink with the square of the step"
        ));
    }
    Ok(())
}

/// The derivative at 0 by central differences of the reach that gives the more accurate one.
fn central_difference(at: &dyn Fn(f64) -> Result<Array<f64>, String>) -> Result<Differences, String> {
    let [far, near] = REACHES;
    let found = extrapolated(at, far)?;
    if found.estimate <= TOLERANCE * found.derivative.max_abs() {
        return Ok(found);
    }
    let again = extrapolated(at, near)?;
    Ok(if again.estimate < found.estimate { again } else { found })
}

/// The derivative at 0 by central differences, with steps that shrink and extrapolation, and an estimate of its error.
///
/// # Source
/// Ridders, Accurate computation of F'(x) and F'(x)F''(x), Advances in Engineering Software 4 (1982).
fn extrapolated(at: &dyn Fn(f64) -> Result<Array<f64>, String>, reach: f64) -> Result<Differences, String> {
    const SHRINK: f64 = 1.6;
    const ROWS: usize = 12;
    let text = |error: gateaux_array::ArrayError| error.to_string();
    let quotient = |step: f64| -> Result<Array<f64>, String> {
        Ok(at(step)?.sub(&at(-step)?).map_err(text)?.scale(&(0.5 / step)))
    };
    // The first step is the largest at which the function is still defined on both sides.
    let mut step = 0.1 * reach;
    while quotient(step).is_err() {
        step /= 4.0;
        if step < 1e-7 {
            return Err("the function is not defined around the point".to_owned());
        }
    }
    let mut previous = vec![quotient(step)?];
    let mut best = (previous[0].clone(), f64::INFINITY);
    for _ in 1..ROWS {
        step /= SHRINK;
        let mut row = vec![quotient(step)?];
        let mut factor = SHRINK * SHRINK;
        for column in 0..previous.len() {
            let next = row[column]
                .scale(&factor)
                .sub(&previous[column])
                .map_err(text)?
                .scale(&(1.0 / (factor - 1.0)));
            let estimate = distance(&next, &row[column])?.max(distance(&next, &previous[column])?);
            if estimate <= best.1 {
                best = (next.clone(), estimate);
            }
            row.push(next);
            factor *= SHRINK * SHRINK;
        }
        previous = row;
    }
    let (derivative, estimate) = best;
    Ok(Differences {
        derivative,
        estimate,
        reach,
    })
}

/// The power with which `f(x + h*d) - f(x) - h*df` shrinks.
fn remainder_slope(
    at: &dyn Fn(f64) -> Result<Array<f64>, String>,
    value: &Array<f64>,
    claimed: &Array<f64>,
    (scale, reach): (f64, f64),
) -> Result<Slope, String> {
    let text = |error: gateaux_array::ArrayError| error.to_string();
    let remainder = |step: f64| -> Result<Option<f64>, String> {
        let linear = value.add(&claimed.scale(&step)).map_err(text)?;
        at(step).ok().map(|moved| distance(&moved, &linear)).transpose()
    };
    // With a tiny step only rounding is left of the remainder.
    let mut rounding: f64 = 0.0;
    for step in [1e-9, -1e-9, 2e-9, -2e-9, 3e-9, 5e-9, -7e-9] {
        rounding = rounding.max(remainder(step)?.unwrap_or(0.0));
    }
    if rounding > 1e-5 * scale {
        return Err("the function is too sensitive to rounding there".to_owned());
    }
    let floor = (1e3 * f64::EPSILON * scale).max(20.0 * rounding);
    let mut logs: Vec<(f64, f64)> = Vec::new();
    let mut largest: f64 = 0.0;
    for power in 5..14 {
        let step = reach * f64::powi(2.0, -power);
        let Some(remainder) = remainder(step)? else { continue };
        largest = largest.max(remainder);
        // Only what stands clear of rounding says something.
        if remainder > floor {
            logs.push((step.ln(), remainder.ln()));
        }
    }
    if largest <= floor {
        return Ok(Slope::Linear);
    }
    if logs.len() < 3 {
        return Ok(Slope::Unknown);
    }
    // The last two that stand clear of rounding are nearest to the limit.
    let tail = &logs[logs.len().saturating_sub(3)..];
    let (first, last) = (tail[0], tail[tail.len() - 1]);
    Ok(Slope::Power((first.1 - last.1) / (first.0 - last.0)))
}

fn distance(a: &Array<f64>, b: &Array<f64>) -> Result<f64, String> {
    a.sub(b).map(|gap| gap.max_abs()).map_err(|error| error.to_string())
}
