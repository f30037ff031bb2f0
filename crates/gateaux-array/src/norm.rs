//! Reductions that a plain sum would spoil by overflow: the 2-norm, logsumexp, softmax.

use crate::linear::matrix_sizes;
use crate::maximum::{largest, row};
use crate::{Array, ArrayError, Function, Number};

/// Sums of squares between these bounds have lost nothing that matters to overflow or underflow.
const SAFE_SQUARES: std::ops::Range<f64> = 1e-280..1e280;

/// The square root of the sum of the squares of all entries (the Frobenius norm of a matrix).
///
/// It neither overflows nor underflows unless the result does. For `f32` entries outside about 1e-18 to 1e18 may do so.
///
/// # Errors
/// [`ArrayError::NotReal`].
pub fn norm2<T: Number>(a: &Array<T>) -> Result<T, ArrayError> {
    let squares = sum_of_squares(a.data().iter().cloned());
    if SAFE_SQUARES.contains(&squares.pivot_size()) {
        return squares.apply(Function::Sqrt);
    }
    let Some(place) = largest(a.data().iter().map(|entry| entry.apply(Function::Abs)))? else {
        return Ok(T::zero());
    };
    let scale = a.data()[place].apply(Function::Abs)?;
    if scale.is_zero() || !is_finite(&scale) {
        return Ok(scale);
    }
    let scaled = a
        .data()
        .iter()
        .map(|entry| entry.div(&scale).ok_or(ArrayError::DivisionByZero { op: "norm2" }));
    let scaled = scaled.collect::<Result<Vec<T>, ArrayError>>()?;
    Ok(scale.mul(&sum_of_squares(scaled.into_iter()).apply(Function::Sqrt)?))
}

fn sum_of_squares<T: Number>(entries: impl Iterator<Item = T>) -> T {
    entries.fold(T::zero(), |sum, entry| sum.add(&entry.mul(&entry)))
}

/// log(sum(exp(x))) over all entries; negative infinity if there are none.
///
/// The largest entry is taken out, so that nothing overflows; entries of negative infinity count as absent.
///
/// # Errors
/// [`ArrayError::NotReal`].
pub fn logsumexp<T: Number>(a: &Array<T>) -> Result<T, ArrayError> {
    log_of_sum(a.data().iter())
}

/// log(sum(exp(x))) over the entries of each row, as [`logsumexp`] over all.
///
/// # Shapes
/// (m, n) gives a vector of m; a vector is a column and a scalar is 1 by 1.
///
/// # Errors
/// [`ArrayError::TooManyAxes`], [`ArrayError::TooLarge`], [`ArrayError::NotReal`].
///
/// # Cost
/// One exponential an entry.
pub fn logsumexp_rows<T: Number>(a: &Array<T>) -> Result<Array<T>, ArrayError> {
    let (m, _) = matrix_sizes("logsumexp", a)?;
    // Checked before the entries are made: rows without entries may be any number.
    let mut logs = Vec::with_capacity(crate::dense::entries(&[m])?);
    for i in 0..m {
        logs.push(log_of_sum(row(a, i, m))?);
    }
    Array::vector(logs)
}

fn log_of_sum<'a, T: Number>(entries: impl Iterator<Item = &'a T> + Clone) -> Result<T, ArrayError> {
    let place = largest(entries.clone().map(|entry| Ok(entry.clone())))?;
    let Some((place, top)) = place.and_then(|place| Some((place, entries.clone().nth(place)?))) else {
        return T::zero().apply(Function::Ln);
    };
    if !is_finite(top) {
        return Ok(top.clone());
    }
    let mut others = T::zero();
    for (_, entry) in entries.enumerate().filter(|(other, _)| *other != place) {
        others = others.add(&entry.sub(top).apply(Function::Exp)?);
    }
    Ok(top.add(&others.apply(Function::Log1p)?))
}

/// exp(x) over the sum of exp(x) over all entries.
///
/// # Shapes
/// The shape of the argument.
///
/// # Errors
/// [`ArrayError::NotReal`].
pub fn softmax<T: Number>(a: &Array<T>) -> Result<Array<T>, ArrayError> {
    Array::from_column_major(a.shape(), shares(a.data().iter())?)
}

/// exp(x) over the sum of exp(x) over its row, as [`softmax`] over all entries.
///
/// # Shapes
/// The shape of the argument, which has at most two axes; a vector is a column and a scalar is 1 by 1.
///
/// # Errors
/// [`ArrayError::TooManyAxes`], [`ArrayError::NotReal`].
///
/// # Cost
/// One exponential an entry.
pub fn softmax_rows<T: Number>(a: &Array<T>) -> Result<Array<T>, ArrayError> {
    let (m, _) = matrix_sizes("softmax", a)?;
    let mut all = a.clone();
    if a.is_empty() {
        return Ok(all);
    }
    for i in 0..m {
        for (j, share) in shares(row(a, i, m))?.into_iter().enumerate() {
            all.data_mut()[i + j * m] = share;
        }
    }
    Ok(all)
}

fn shares<'a, T: Number>(entries: impl Iterator<Item = &'a T> + Clone) -> Result<Vec<T>, ArrayError> {
    let place = largest(entries.clone().map(|entry| Ok(entry.clone())))?;
    let Some(top) = place.and_then(|place| entries.clone().nth(place)) else {
        return Ok(Vec::new());
    };
    let weights = entries.map(|entry| entry.sub(top).apply(Function::Exp));
    let weights = weights.collect::<Result<Vec<T>, ArrayError>>()?;
    let total = weights.iter().fold(T::zero(), |sum, weight| sum.add(weight));
    let shares = weights.iter().map(|weight| weight.div(&total));
    shares
        .collect::<Option<Vec<T>>>()
        .ok_or(ArrayError::DivisionByZero { op: "softmax" })
}

/// Whether a real number is finite: an infinity and what is not a number differ from themselves by something that is
/// not a number.
fn is_finite<T: Number>(number: &T) -> bool {
    number.sub(number).is_zero()
}
