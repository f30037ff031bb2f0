//! Reductions that a plain sum would spoil by overflow: the 2-norm, logsumexp, softmax.

use std::cmp::Ordering;

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
    let Some(place) = largest(a.data().iter().map(|entry| Ok(entry.clone())))? else {
        return T::zero().apply(Function::Ln);
    };
    let top = &a.data()[place];
    if !is_finite(top) {
        return Ok(top.clone());
    }
    let mut others = T::zero();
    for (_, entry) in a.data().iter().enumerate().filter(|(other, _)| *other != place) {
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
    let Some(place) = largest(a.data().iter().map(|entry| Ok(entry.clone())))? else {
        return Ok(a.clone());
    };
    let top = &a.data()[place];
    let weights = a.try_map(|entry| entry.sub(top).apply(Function::Exp))?;
    let total = crate::linear::sum(&weights);
    weights.try_map(|weight| weight.div(&total).ok_or(ArrayError::DivisionByZero { op: "softmax" }))
}

/// The place of the first largest number, or of the first that is not a number.
fn largest<T: Number>(numbers: impl Iterator<Item = Result<T, ArrayError>>) -> Result<Option<usize>, ArrayError> {
    let mut best: Option<(usize, T)> = None;
    for (place, number) in numbers.enumerate() {
        let number = number?;
        let better = match &best {
            None => true,
            Some((_, champion)) if champion.compare(champion)?.is_none() => break,
            Some((_, champion)) => matches!(number.compare(champion)?, Some(Ordering::Greater) | None),
        };
        if better {
            best = Some((place, number));
        }
    }
    Ok(best.map(|(place, _)| place))
}

/// Whether a real number is finite: an infinity and what is not a number differ from themselves by something that is
/// not a number.
fn is_finite<T: Number>(number: &T) -> bool {
    number.sub(number).is_zero()
}
