//! Random values in the structure of their declarations, and directions in its tangent space.

use gateaux_array::{Array, ArrayError, Field, Number};
use gateaux_core::expr::Structure;

use crate::numbers::{Judge, Region};
use crate::random::Random;

type Result<T> = std::result::Result<T, ArrayError>;

/// A random array of a structure. Over numbers without an order a positive definite matrix is only symmetric.
///
/// # Errors
/// Those of the kernels; an orthogonal matrix may hit a singular one.
pub fn point<T: Judge>(shape: &[usize], structure: Structure, region: Region, random: &mut Random) -> Result<Array<T>> {
    let square = shape.len() == 2 && shape[0] == shape[1];
    let raw = Array::from_fn(shape, |at| T::draw(region, square && at[0] == at[1], random))?;
    match structure {
        Structure::Posdef if T::IS_ORDERED => {
            let square = T::matmul(&raw, &raw.transpose()?)?;
            square.add(&Array::eye(shape[0])?.scale(&fraction(1, 2)))
        }
        Structure::Orthogonal => cayley(&project(Structure::Skew, &raw, &raw)?),
        _ => project(structure, &raw, &raw),
    }
}

/// `(I - K)^-1*(I + K)`, orthogonal for a skew K.
fn cayley<T: Judge>(skew: &Array<T>) -> Result<Array<T>> {
    let eye = Array::eye(skew.shape()[0])?;
    T::solve(&eye.sub(skew)?, &eye.add(skew)?)
}

/// A fraction of small integers.
fn fraction<T: Number>(numerator: i64, denominator: i64) -> T {
    T::from_i64(numerator)
        .div(&T::from_i64(denominator))
        .unwrap_or_else(T::zero)
}

/// The nearest array, in the Frobenius inner product, of the tangent space at a point.
///
/// # Errors
/// Those of the kernels.
///
/// # Source
/// Edelman, Arias & Smith, The Geometry of Algorithms with Orthogonality Constraints, 2.2.1.
pub fn project<T: Field>(structure: Structure, point: &Array<T>, array: &Array<T>) -> Result<Array<T>> {
    let half = fraction::<T>(1, 2);
    let part = |array: &Array<T>, sign: i64| -> Result<Array<T>> {
        Ok(array.add(&array.transpose()?.scale(&T::from_i64(sign)))?.scale(&half))
    };
    let masked = |keep: fn(usize, usize) -> bool| {
        Array::from_fn(array.shape(), |at| match array.get(at) {
            Some(entry) if keep(at[0], at[1]) => entry.clone(),
            _ => T::zero(),
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
