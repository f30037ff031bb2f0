//! Largest entries: the maximum and the places where it is taken.

use std::cmp::Ordering;

use crate::linear::matrix_sizes;
use crate::{Array, ArrayError, Number};

/// The largest entry of an array of any shape; what is not a number if an entry is none.
///
/// Of equal entries it is the first in column-major order, which matters for dual numbers: they are compared by their
/// values, and the slope is that of the entry which [`hardmax`] marks.
///
/// # Errors
/// [`ArrayError::Empty`] if there are no entries, [`ArrayError::NotReal`].
///
/// # Cost
/// One comparison an entry.
pub fn maximum<T: Number>(a: &Array<T>) -> Result<T, ArrayError> {
    let top = largest_of(a.data().iter())?.ok_or(ArrayError::Empty { op: "maximum" })?;
    Ok(a.data()[top.place].clone())
}

/// 1 at the first largest entry in column-major order and 0 elsewhere: the derivative of the [`maximum`], and the limit
/// of [`softmax`](crate::norm::softmax) of t*X for large t where the largest entry is alone.
///
/// If an entry is not a number, none of the result is one, as in softmax. No entries give none.
///
/// # Shapes
/// The shape of the argument.
///
/// # Errors
/// [`ArrayError::NotReal`].
///
/// # Cost
/// One comparison an entry.
///
/// # Source
/// ONNX, operator Hardmax.
pub fn hardmax<T: Number>(a: &Array<T>) -> Result<Array<T>, ArrayError> {
    let Some(top) = largest_of(a.data().iter())? else {
        return Ok(a.clone());
    };
    let mut marks = Array::filled(a.shape(), top.elsewhere())?;
    marks.data_mut()[top.place] = top.mark();
    Ok(marks)
}

/// The [`maximum`] of each row.
///
/// # Shapes
/// (m, n) gives a vector of m; a vector is a column and a scalar is 1 by 1.
///
/// # Errors
/// [`ArrayError::Empty`] if there are rows and they have no entries, [`ArrayError::TooManyAxes`],
/// [`ArrayError::NotReal`].
///
/// # Cost
/// One comparison an entry.
pub fn maximum_rows<T: Number>(a: &Array<T>) -> Result<Array<T>, ArrayError> {
    let (m, n) = matrix_sizes("maximum", a)?;
    if m > 0 && n == 0 {
        return Err(ArrayError::Empty { op: "maximum" });
    }
    let mut tops = Vec::with_capacity(m);
    for i in 0..m {
        let top = largest_of(row(a, i, m))?.ok_or(ArrayError::Empty { op: "maximum" })?;
        tops.push(a.data()[i + top.place * m].clone());
    }
    Array::vector(tops)
}

/// The [`hardmax`] of each row.
///
/// # Shapes
/// The shape of the argument, which has at most two axes; a vector is a column and a scalar is 1 by 1.
///
/// # Errors
/// [`ArrayError::TooManyAxes`], [`ArrayError::NotReal`].
///
/// # Cost
/// One comparison an entry.
///
/// # Source
/// ONNX, operator Hardmax with its default, the last axis.
pub fn hardmax_rows<T: Number>(a: &Array<T>) -> Result<Array<T>, ArrayError> {
    let (m, n) = matrix_sizes("hardmax", a)?;
    let mut marks = a.clone();
    if a.is_empty() {
        return Ok(marks);
    }
    for i in 0..m {
        let Some(top) = largest_of(row(a, i, m))? else {
            continue;
        };
        for j in 0..n {
            marks.data_mut()[i + j * m] = if j == top.place { top.mark() } else { top.elsewhere() };
        }
    }
    Ok(marks)
}

/// The entries of row `i` of a matrix with `m` rows.
pub(crate) fn row<T>(a: &Array<T>, i: usize, m: usize) -> impl Iterator<Item = &T> + Clone {
    a.data().iter().skip(i).step_by(m.max(1))
}

/// Where the largest of some entries stands.
struct Largest<T> {
    place: usize,
    /// The entry, if it is not a number.
    undefined: Option<T>,
}

impl<T: Number> Largest<T> {
    fn mark(&self) -> T {
        self.undefined.clone().unwrap_or(T::one())
    }

    fn elsewhere(&self) -> T {
        self.undefined.clone().unwrap_or(T::zero())
    }
}

fn largest_of<'a, T: Number>(entries: impl Iterator<Item = &'a T> + Clone) -> Result<Option<Largest<T>>, ArrayError> {
    let Some(place) = largest(entries.clone().map(|entry| Ok(entry.clone())))? else {
        return Ok(None);
    };
    let Some(top) = entries.clone().nth(place) else {
        return Ok(None);
    };
    // Also of a single number it is asked whether it has an order, so that sizes do not decide what is an error.
    let undefined = top.compare(top)?.is_none().then(|| top.clone());
    Ok(Some(Largest { place, undefined }))
}

/// The place of the first largest number, or of the first that is not a number.
pub(crate) fn largest<T: Number>(
    numbers: impl Iterator<Item = Result<T, ArrayError>>,
) -> Result<Option<usize>, ArrayError> {
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
