//! Random points: values for the variables of a problem, in their declared structure.

use gateaux_array::{Array, ArrayError, Field, Number};
use gateaux_core::expr::{Facts, Structure, Var};

use crate::problem::Problem;
use crate::random::Random;

/// How values are drawn; the domain of a function is found by trying these in turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Region {
    /// Entries of both signs, of size about 1.
    Signed,
    /// Positive entries, of size about 1; square matrices dominated by their diagonals.
    Positive,
    /// Small entries of both signs; square matrices near a positive multiple of the identity.
    NearIdentity,
    /// Small positive entries.
    SmallPositive,
    /// Large positive scalars, other entries as for `Signed`.
    LargeScalars,
    /// Positive scalars of all sizes up to about 500, other entries as for `Signed`.
    HugeScalars,
}

impl Region {
    pub(crate) const ALL: [Region; 6] = [
        Region::Signed,
        Region::Positive,
        Region::NearIdentity,
        Region::SmallPositive,
        Region::LargeScalars,
        Region::HugeScalars,
    ];
}

/// Draws before the domain counts as not found.
const MAX_DRAWS: usize = 40;
/// Most problems live in the first region, so that the first draws are from there.
const DRAWS_OF_FIRST_REGION: usize = 3;

/// The regions in which points are looked for, and the random numbers of each, always in the same order.
pub(crate) fn draws() -> impl Iterator<Item = (Region, Random)> {
    (0..MAX_DRAWS).map(|draw| {
        let region = match draw < DRAWS_OF_FIRST_REGION {
            true => Region::ALL[0],
            false => Region::ALL[draw % Region::ALL.len()],
        };
        (region, Random::new(draw as u64 + 1))
    })
}

/// What is found at the first good point.
pub(crate) fn first_point<T>(at_point: &mut dyn FnMut(Region, &mut Random) -> Result<T, String>) -> Result<T, String> {
    let mut last_failure = "no point was tried".to_owned();
    for (region, mut random) in draws() {
        match at_point(region, &mut random) {
            Ok(found) => return Ok(found),
            Err(failure) => last_failure = failure,
        }
    }
    Err(format!("no point of the domain was found: {last_failure}"))
}

/// A random value of a variable.
pub(crate) fn point(
    problem: &Problem,
    var: Var,
    shape: &[usize],
    region: Region,
    random: &mut Random,
) -> Result<Array<f64>, ArrayError> {
    let general = entries(problem, var, shape, region, random)?;
    let structure = problem.store.variable(var).structure;
    structured(general, structure, &mut || random.uniform(0.4, 0.8))
}

/// A random value of a variable, whatever its structure.
pub(crate) fn entries(
    problem: &Problem,
    var: Var,
    shape: &[usize],
    region: Region,
    random: &mut Random,
) -> Result<Array<f64>, ArrayError> {
    let variable = problem.store.variable(var);
    let positive = variable.facts.has(Facts::POSITIVE);
    let mut entry = |at: &[usize]| {
        let diagonal = at.len() == 2 && at[0] == at[1] && shape[0] == shape[1];
        let size = match region {
            Region::Signed => random.uniform(0.4, 1.3),
            Region::Positive => random.uniform(0.5, 1.5) + if diagonal { shape[0] as f64 } else { 0.0 },
            Region::NearIdentity => random.uniform(0.05, 0.3) + if diagonal { 1.5 } else { 0.0 },
            Region::SmallPositive => random.uniform(0.1, 0.35),
            Region::LargeScalars if shape.is_empty() => random.uniform(2.0, 6.0),
            Region::HugeScalars if shape.is_empty() => 6.0 * random.uniform(0.0, 4.5).exp(),
            Region::LargeScalars | Region::HugeScalars => random.uniform(0.3, 1.0),
        };
        let both_signs = match region {
            Region::Signed => true,
            Region::NearIdentity => !diagonal,
            Region::LargeScalars | Region::HugeScalars => !shape.is_empty(),
            Region::Positive | Region::SmallPositive => false,
        };
        let negative = random.uniform(0.0, 1.0) < 0.5;
        if both_signs && negative && !positive {
            -size
        } else {
            size
        }
    };
    Array::from_fn(shape, &mut entry)
}

/// The nearest thing to the array with the structure; the shift is a positive number that keeps a positive definite
/// matrix from being singular.
pub(crate) fn structured<T: Field>(
    array: Array<T>,
    structure: Structure,
    shift: &mut dyn FnMut() -> T,
) -> Result<Array<T>, ArrayError> {
    match structure {
        Structure::Posdef => {
            let square = T::matmul(&array, &array.transpose()?)?;
            let n = array.shape()[0];
            let part = fraction(1, i64::try_from(n).unwrap_or(i64::MAX));
            square.scale(&part).add(&Array::eye(n)?.scale(&shift()))
        }
        Structure::Orthogonal => {
            // The Cayley transform of a skew matrix.
            let skew = tangent(&array, Structure::Skew, &array)?;
            cayley(&skew)
        }
        _ => tangent(&array, structure, &array),
    }
}

/// `(I - K)^-1*(I + K)`, orthogonal for a skew K.
fn cayley<T: Field>(skew: &Array<T>) -> Result<Array<T>, ArrayError> {
    let eye = Array::eye(skew.shape()[0])?;
    T::solve(&eye.sub(skew)?, &eye.add(skew)?)
}

fn fraction<T: Number>(numerator: i64, denominator: i64) -> T {
    let quotient = T::from_i64(numerator).div(&T::from_i64(denominator));
    // In no number type is the size of an array, or 2, without an inverse.
    quotient.unwrap_or_else(T::one)
}

/// The part of an array that lies in the tangent space at a point: a direction in which the variable can move.
pub(crate) fn tangent<T: Field>(
    array: &Array<T>,
    structure: Structure,
    point: &Array<T>,
) -> Result<Array<T>, ArrayError> {
    let part = |array: &Array<T>, sign: i64| -> Result<Array<T>, ArrayError> {
        let sum = array.add(&array.transpose()?.scale(&T::from_i64(sign)))?;
        Ok(sum.scale(&fraction(1, 2)))
    };
    let masked = |keep: fn(usize, usize) -> bool| {
        Array::from_fn(array.shape(), |at| match array.get(at) {
            Some(entry) if keep(at[0], at[1]) => entry.clone(),
            Some(_) | None => T::zero(),
        })
    };
    match structure {
        Structure::General => Ok(array.clone()),
        Structure::Symmetric | Structure::Posdef => part(array, 1),
        Structure::Skew => part(array, -1),
        Structure::Diagonal => masked(|i, j| i == j),
        Structure::Lower => masked(|i, j| i >= j),
        Structure::Orthogonal => {
            let rotated = T::matmul(&point.transpose()?, array)?;
            T::matmul(point, &part(&rotated, -1)?)
        }
    }
}

/// The point moved by a step along a tangent; an orthogonal matrix stays one.
pub(crate) fn moved(
    point: &Array<f64>,
    direction: &Array<f64>,
    step: f64,
    structure: Structure,
) -> Result<Array<f64>, ArrayError> {
    match structure {
        Structure::Orthogonal => {
            // With direction = Q*K the curve Q*cayley(t*K/2) has this tangent.
            let skew = f64::matmul(&point.transpose()?, direction)?;
            f64::matmul(point, &cayley(&skew.scale(&(step / 2.0)))?)
        }
        _ => point.add(&direction.scale(&step)),
    }
}

/// A random direction in the tangent space, with entries of both signs.
pub(crate) fn direction(
    point: &Array<f64>,
    structure: Structure,
    random: &mut Random,
) -> Result<Array<f64>, ArrayError> {
    let raw = Array::from_fn(point.shape(), |_| {
        let size = random.uniform(0.3, 1.0);
        if random.uniform(0.0, 1.0) < 0.5 { -size } else { size }
    })?;
    tangent(&raw, structure, point)
}
