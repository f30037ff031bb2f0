//! Dense arrays of any number of axes.

use std::fmt;

use crate::axes::strides;
use crate::{ArrayError, Number};

/// The most entries an array may have; more is [`ArrayError::TooLarge`], not an abort for lack of memory.
pub const MAX_ENTRIES: usize = 1 << 27;

/// A dense array: the sizes of its axes, and its entries in column-major order (the first index runs fastest).
///
/// No axes is a scalar, one a vector (a column), two a matrix. Reshaping keeps the order of the entries, so `vec` of a
/// matrix stacks its columns, as in textbooks. Printing and [`iter_row_major`](Array::iter_row_major) go the way people
/// read.
///
/// # Example
/// ```
/// use gateaux_array::Array;
/// let a = Array::from_rows(&[vec![1.0, 2.0, 3.0], vec![4.0, 5.0, 6.0]])?;
/// assert_eq!(a.shape(), [2, 3]);
/// assert_eq!(a.data(), [1.0, 4.0, 2.0, 5.0, 3.0, 6.0]);
/// assert_eq!(a.to_string(), "[[1, 2, 3], [4, 5, 6]]");
/// # Ok::<(), gateaux_array::ArrayError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Array<T> {
    shape: Vec<usize>,
    data: Vec<T>,
}

/// How many entries an array of these sizes has.
///
/// # Errors
/// [`ArrayError::TooLarge`] above [`MAX_ENTRIES`], also where the product does not fit a machine number.
pub fn entries(shape: &[usize]) -> Result<usize, ArrayError> {
    if shape.contains(&0) {
        return Ok(0);
    }
    let product = shape
        .iter()
        .try_fold(1u128, |product, &size| product.checked_mul(size as u128));
    match product {
        Some(count) if count <= MAX_ENTRIES as u128 => Ok(count as usize),
        Some(count) => Err(ArrayError::TooLarge {
            entries: count.to_string(),
            limit: MAX_ENTRIES,
        }),
        None => Err(ArrayError::TooLarge {
            entries: "more than 10^38".into(),
            limit: MAX_ENTRIES,
        }),
    }
}

impl<T> Array<T> {
    /// An array of no axes.
    pub fn scalar(value: T) -> Array<T> {
        Array {
            shape: Vec::new(),
            data: vec![value],
        }
    }

    /// A column.
    ///
    /// # Errors
    /// [`ArrayError::TooLarge`].
    pub fn vector(data: Vec<T>) -> Result<Array<T>, ArrayError> {
        Array::from_column_major(&[data.len()], data)
    }

    /// The array of these entries, the first index running fastest.
    ///
    /// # Errors
    /// [`ArrayError::WrongLength`], [`ArrayError::TooLarge`].
    pub fn from_column_major(shape: &[usize], data: Vec<T>) -> Result<Array<T>, ArrayError> {
        let expected = entries(shape)?;
        if data.len() != expected {
            return Err(ArrayError::WrongLength {
                expected,
                found: data.len(),
            });
        }
        Ok(Array {
            shape: shape.to_vec(),
            data,
        })
    }

    /// The array whose entry at each index is the value of a function, which is called in column-major order.
    ///
    /// # Errors
    /// [`ArrayError::TooLarge`].
    pub fn from_fn(shape: &[usize], mut entry: impl FnMut(&[usize]) -> T) -> Result<Array<T>, ArrayError> {
        let count = entries(shape)?;
        let mut data = Vec::with_capacity(count);
        let mut index = vec![0; shape.len()];
        for _ in 0..count {
            data.push(entry(&index));
            advance(&mut index, shape);
        }
        Ok(Array {
            shape: shape.to_vec(),
            data,
        })
    }

    /// The sizes of the axes.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// The number of axes.
    pub fn rank(&self) -> usize {
        self.shape.len()
    }

    /// The number of entries.
    pub fn len(&self) -> usize {
        self.data.len()
    }

    /// Whether there are no entries, which is so if the size of an axis is 0.
    pub fn is_empty(&self) -> bool {
        self.data.is_empty()
    }

    /// The entries in column-major order.
    pub fn data(&self) -> &[T] {
        &self.data
    }

    /// The entries in column-major order, to be changed in place.
    pub fn data_mut(&mut self) -> &mut [T] {
        &mut self.data
    }

    /// The entries in column-major order, without copying.
    pub fn into_data(self) -> Vec<T> {
        self.data
    }

    /// Rows and columns as a factor of a matrix product: a scalar is 1 by 1 and a vector a column; `None` for more than
    /// two axes.
    pub fn rows_and_columns(&self) -> Option<(usize, usize)> {
        match *self.shape {
            [] => Some((1, 1)),
            [n] => Some((n, 1)),
            [m, n] => Some((m, n)),
            _ => None,
        }
    }

    /// The entry at an index, `None` outside or if the index has another number of axes.
    pub fn get(&self, index: &[usize]) -> Option<&T> {
        self.offset(index).map(|offset| &self.data[offset])
    }

    /// The entry at an index, to be changed in place.
    pub fn get_mut(&mut self, index: &[usize]) -> Option<&mut T> {
        self.offset(index).map(|offset| &mut self.data[offset])
    }

    fn offset(&self, index: &[usize]) -> Option<usize> {
        if index.len() != self.shape.len() {
            return None;
        }
        let mut offset = 0;
        for (&i, &size) in index.iter().zip(&self.shape).rev() {
            if i >= size {
                return None;
            }
            offset = offset * size + i;
        }
        Some(offset)
    }

    /// The only entry of a scalar or of any array with one entry.
    pub fn as_scalar(&self) -> Option<&T> {
        match &*self.data {
            [value] => Some(value),
            _ => None,
        }
    }

    /// The array of the values of a function at the entries.
    pub fn map<U>(&self, function: impl FnMut(&T) -> U) -> Array<U> {
        Array {
            shape: self.shape.clone(),
            data: self.data.iter().map(function).collect(),
        }
    }

    /// The array of the values of a function at the entries, or the first error.
    ///
    /// # Errors
    /// Those of the function.
    pub fn try_map<U, E>(&self, function: impl FnMut(&T) -> Result<U, E>) -> Result<Array<U>, E> {
        let data = self.data.iter().map(function).collect::<Result<_, E>>()?;
        Ok(Array {
            shape: self.shape.clone(),
            data,
        })
    }

    /// Two arrays of one shape combined entry by entry.
    ///
    /// # Errors
    /// [`ArrayError::DimensionMismatch`]; nothing is broadcast.
    pub fn zip<U, V>(&self, rhs: &Array<U>, mut combine: impl FnMut(&T, &U) -> V) -> Result<Array<V>, ArrayError> {
        self.try_zip(rhs, |left, right| Ok(combine(left, right)))
    }

    /// Two arrays of one shape combined entry by entry, or the first error.
    ///
    /// # Errors
    /// [`ArrayError::DimensionMismatch`], and those of the function.
    pub fn try_zip<U, V>(
        &self,
        rhs: &Array<U>,
        mut combine: impl FnMut(&T, &U) -> Result<V, ArrayError>,
    ) -> Result<Array<V>, ArrayError> {
        if self.shape != rhs.shape {
            return Err(ArrayError::DimensionMismatch {
                op: "elementwise",
                left: self.shape.clone(),
                right: rhs.shape.clone(),
            });
        }
        let pairs = self.data.iter().zip(&rhs.data);
        let data = pairs
            .map(|(left, right)| combine(left, right))
            .collect::<Result<_, _>>()?;
        Ok(Array {
            shape: self.shape.clone(),
            data,
        })
    }

    /// The same entries in the same column-major order under other sizes, without copying.
    ///
    /// # Errors
    /// [`ArrayError::WrongLength`] if the number of entries differs.
    pub fn reshape(self, shape: &[usize]) -> Result<Array<T>, ArrayError> {
        Array::from_column_major(shape, self.data)
    }

    /// The entries as people read them: the last index runs fastest.
    pub fn iter_row_major(&self) -> impl Iterator<Item = &T> {
        let strides = strides(&self.shape);
        let reversed_shape: Vec<usize> = self.shape.iter().rev().copied().collect();
        let mut reversed_index = vec![0; self.shape.len()];
        (0..self.data.len()).map(move |_| {
            let offset: usize = reversed_index
                .iter()
                .zip(strides.iter().rev())
                .map(|(i, stride)| i * stride)
                .sum();
            advance(&mut reversed_index, &reversed_shape);
            &self.data[offset]
        })
    }
}

impl<T: Clone> Array<T> {
    /// The array of one value throughout.
    ///
    /// # Errors
    /// [`ArrayError::TooLarge`].
    pub fn filled(shape: &[usize], value: T) -> Result<Array<T>, ArrayError> {
        let count = entries(shape)?;
        Ok(Array {
            shape: shape.to_vec(),
            data: vec![value; count],
        })
    }

    /// The matrix with these rows; no rows give the 0 by 0 matrix.
    ///
    /// # Errors
    /// [`ArrayError::RaggedRows`], [`ArrayError::TooLarge`].
    pub fn from_rows(rows: &[Vec<T>]) -> Result<Array<T>, ArrayError> {
        let expected = rows.first().map_or(0, Vec::len);
        if let Some(row) = rows.iter().position(|row| row.len() != expected) {
            return Err(ArrayError::RaggedRows {
                row,
                expected,
                found: rows[row].len(),
            });
        }
        Array::from_fn(&[rows.len(), expected], |index| rows[index[0]][index[1]].clone())
    }

    /// The array of these entries, the last index running fastest.
    ///
    /// # Errors
    /// [`ArrayError::WrongLength`], [`ArrayError::TooLarge`].
    pub fn from_row_major(shape: &[usize], data: &[T]) -> Result<Array<T>, ArrayError> {
        let expected = entries(shape)?;
        if data.len() != expected {
            return Err(ArrayError::WrongLength {
                expected,
                found: data.len(),
            });
        }
        Array::from_fn(shape, |index| {
            let offset = index.iter().zip(shape).fold(0, |offset, (i, size)| offset * size + i);
            data[offset].clone()
        })
    }

    /// The transpose of a matrix; that of a vector is a row (1 by n), that of a scalar itself.
    ///
    /// # Errors
    /// [`ArrayError::TooManyAxes`].
    pub fn transpose(&self) -> Result<Array<T>, ArrayError> {
        match *self.shape {
            [] => Ok(self.clone()),
            [n] => Ok(Array {
                shape: vec![1, n],
                data: self.data.clone(),
            }),
            [m, n] => Array::from_fn(&[n, m], |index| self.data[index[1] + index[0] * m].clone()),
            _ => Err(ArrayError::TooManyAxes {
                op: "transpose",
                shape: self.shape.clone(),
            }),
        }
    }
}

impl<T: Number> Array<T> {
    /// The array of zeros.
    ///
    /// # Errors
    /// [`ArrayError::TooLarge`].
    pub fn zeros(shape: &[usize]) -> Result<Array<T>, ArrayError> {
        Array::filled(shape, T::zero())
    }

    /// The identity matrix.
    ///
    /// # Errors
    /// [`ArrayError::TooLarge`].
    pub fn eye(n: usize) -> Result<Array<T>, ArrayError> {
        let mut eye = Array::zeros(&[n, n])?;
        for entry in eye.data.iter_mut().step_by(n + 1) {
            *entry = T::one();
        }
        Ok(eye)
    }

    /// The sum entry by entry.
    ///
    /// # Errors
    /// [`ArrayError::DimensionMismatch`].
    pub fn add(&self, rhs: &Array<T>) -> Result<Array<T>, ArrayError> {
        self.zip(rhs, T::add)
    }

    /// The difference entry by entry.
    ///
    /// # Errors
    /// [`ArrayError::DimensionMismatch`].
    pub fn sub(&self, rhs: &Array<T>) -> Result<Array<T>, ArrayError> {
        self.zip(rhs, T::sub)
    }

    /// Every entry times one number.
    pub fn scale(&self, factor: &T) -> Array<T> {
        self.map(|entry| factor.mul(entry))
    }

    /// The largest size of an entry as an elimination measures it: for floats the largest absolute value, 0 if there
    /// are no entries, infinite if one is not a number.
    pub fn max_abs(&self) -> f64 {
        self.data.iter().map(T::pivot_size).fold(0.0, f64::max)
    }
}

/// Moves an index to the next one, the first place running fastest.
fn advance(index: &mut [usize], shape: &[usize]) {
    for (i, &size) in index.iter_mut().zip(shape) {
        *i += 1;
        if *i < size {
            return;
        }
        *i = 0;
    }
}

/// A nested list: the outermost brackets hold the first axis, so a matrix is a list of its rows.
///
/// What the formatter says of width and precision holds for each entry.
impl<T: fmt::Display> fmt::Display for Array<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Behind an axis of size 0 nothing is shown.
        let shown = match self.shape.iter().position(|&size| size == 0) {
            Some(axis) => &self.shape[..=axis],
            None => &self.shape[..],
        };
        let Some((&width, outer)) = shown.split_last() else {
            return self.data[0].fmt(f);
        };
        let mut values = self.iter_row_major();
        let reversed: Vec<usize> = outer.iter().rev().copied().collect();
        let mut index = vec![0; outer.len()];
        let lists: usize = outer.iter().product();
        for list in 0..lists {
            let opened = if list == 0 {
                outer.len()
            } else {
                index.iter().take_while(|&&i| i == 0).count()
            };
            if list > 0 {
                f.write_str(", ")?;
            }
            f.write_str(&"[".repeat(opened + 1))?;
            for (place, value) in values.by_ref().take(width).enumerate() {
                if place > 0 {
                    f.write_str(", ")?;
                }
                value.fmt(f)?;
            }
            advance(&mut index, &reversed);
            let closed = if list + 1 == lists {
                outer.len()
            } else {
                index.iter().take_while(|&&i| i == 0).count()
            };
            f.write_str(&"]".repeat(closed + 1))?;
        }
        Ok(())
    }
}
