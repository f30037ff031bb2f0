//! Derivatives by differences, with an estimate of their error: the second witness, which knows no derivative of any
//! function.

use gateaux_array::{DoubleDouble, Number, Real};

/// A derivative along a direction, and how far it may be off.
#[derive(Clone, Debug)]
pub struct Difference {
    /// The derivative of each entry.
    pub slope: Vec<DoubleDouble>,
    /// The estimate of the largest error of an entry.
    pub error: f64,
}

/// The derivative at 0 of a curve, by central differences with steps that shrink and extrapolation to the step 0.
///
/// With 31 digits and a curve that is smooth around 0 the error is about 1e-20.
///
/// # Errors
/// Those of the curve.
///
/// # Source
/// Ridders, Accurate computation of F'(x) and F'(x)F''(x), Advances in Engineering Software 4 (1982).
pub fn central(curve: &dyn Fn(DoubleDouble) -> Result<Vec<DoubleDouble>, String>) -> Result<Difference, String> {
    const FIRST: f64 = 1.0 / 64.0;
    const ROWS: i32 = 10;
    let quotient = |power: i32| -> Result<Vec<DoubleDouble>, String> {
        let step = FIRST * 0.5f64.powi(power);
        let (up, down) = (
            curve(DoubleDouble::from_f64(step))?,
            curve(DoubleDouble::from_f64(-step))?,
        );
        let scale = DoubleDouble::from_f64(0.5 / step);
        Ok(up
            .iter()
            .zip(&down)
            .map(|(up, down)| up.sub(down).mul(&scale))
            .collect())
    };
    let mut previous = vec![quotient(0)?];
    let mut best = Difference {
        slope: previous[0].clone(),
        error: f64::INFINITY,
    };
    for power in 1..ROWS {
        let mut row = vec![quotient(power)?];
        let mut factor = 4.0;
        for column in 0..previous.len() {
            let next = extrapolated(&row[column], &previous[column], factor);
            let error = distance(&next, &row[column]).max(distance(&next, &previous[column]));
            if error <= best.error {
                best = Difference {
                    slope: next.clone(),
                    error,
                };
            }
            row.push(next);
            factor *= 4.0;
        }
        previous = row;
    }
    Ok(best)
}

fn extrapolated(fine: &[DoubleDouble], coarse: &[DoubleDouble], factor: f64) -> Vec<DoubleDouble> {
    let (factor, rest) = (DoubleDouble::from_f64(factor), DoubleDouble::from_f64(factor - 1.0));
    let one = |(fine, coarse): (&DoubleDouble, &DoubleDouble)| {
        // The divisor is not zero: the factor is at least 4.
        fine.mul(&factor)
            .sub(coarse)
            .div(&rest)
            .unwrap_or_else(DoubleDouble::zero)
    };
    fine.iter().zip(coarse).map(one).collect()
}

/// The largest difference of corresponding entries; infinite where something is not a number.
pub fn distance(a: &[DoubleDouble], b: &[DoubleDouble]) -> f64 {
    let gaps = a.iter().zip(b).map(|(x, y)| x.sub(y).to_f64().abs());
    gaps.fold(if a.len() == b.len() { 0.0 } else { f64::INFINITY }, |max, gap| {
        if gap.is_nan() { f64::INFINITY } else { max.max(gap) }
    })
}
