//! Axes of arrays: permuting them, taking blocks out and putting them in.

use std::ops::Range;

use crate::{Array, ArrayError, Number};

impl<T: Clone> Array<T> {
    /// The array with its axes in another order: axis `i` of the result is axis `order[i]` of this one.
    ///
    /// The order `[1, 0]` transposes a matrix. A permutation by `p` is undone by the inverse permutation.
    ///
    /// # Errors
    /// [`ArrayError::NotAPermutation`] if the order does not name every axis once.
    ///
    /// # Cost
    /// One copy of the entries.
    ///
    /// # Example
    /// ```
    /// use gateaux_array::Array;
    /// let a = Array::from_fn(&[2, 3, 5], |index| index.to_vec())?;
    /// let b = a.permuted(&[2, 0, 1])?;
    /// assert_eq!(b.shape(), [5, 2, 3]);
    /// assert_eq!(b.get(&[4, 1, 0]), Some(&vec![1, 0, 4]));
    /// # Ok::<(), gateaux_array::ArrayError>(())
    /// ```
    pub fn permuted(&self, order: &[usize]) -> Result<Array<T>, ArrayError> {
        let wrong = || ArrayError::NotAPermutation {
            op: "permute",
            order: order.to_vec(),
            axes: self.rank(),
        };
        if order.len() != self.rank() {
            return Err(wrong());
        }
        let mut seen = vec![false; self.rank()];
        for &axis in order {
            match seen.get_mut(axis) {
                Some(seen) if !*seen => *seen = true,
                _ => return Err(wrong()),
            }
        }
        let shape: Vec<usize> = order.iter().map(|&axis| self.shape()[axis]).collect();
        let all_strides = strides(self.shape());
        let strides: Vec<usize> = order.iter().map(|&axis| all_strides[axis]).collect();
        Array::from_column_major(&shape, gathered(self.data(), &shape, &strides))
    }

    /// The block of the entries whose index lies in a range on every axis, with the same number of axes.
    ///
    /// A range may be empty. [`placed`](Array::placed) is the transpose of this linear map.
    ///
    /// # Errors
    /// [`ArrayError::WrongRank`] unless there is one range for each axis, [`ArrayError::OutOfRange`] if a range ends
    /// before it starts or beyond its axis.
    ///
    /// # Cost
    /// One copy of the entries of the block.
    ///
    /// # Example
    /// ```
    /// use gateaux_array::Array;
    /// let a = Array::from_rows(&[vec![1, 2, 3], vec![4, 5, 6]])?;
    /// assert_eq!(a.slice(&[1..2, 0..2])?, Array::from_rows(&[vec![4, 5]])?);
    /// # Ok::<(), gateaux_array::ArrayError>(())
    /// ```
    pub fn slice(&self, ranges: &[Range<usize>]) -> Result<Array<T>, ArrayError> {
        check_rank("slice", ranges.len(), self.shape())?;
        for (axis, (range, &size)) in ranges.iter().zip(self.shape()).enumerate() {
            check_range("slice", axis, range, size)?;
        }
        let shape: Vec<usize> = ranges.iter().map(ExactSizeIterator::len).collect();
        if shape.contains(&0) {
            return Array::from_column_major(&shape, Vec::new());
        }
        let strides = strides(self.shape());
        let start: usize = ranges
            .iter()
            .zip(&strides)
            .map(|(range, stride)| range.start * stride)
            .sum();
        Array::from_column_major(&shape, gathered(&self.data()[start..], &shape, &strides))
    }
}

impl<T: Number> Array<T> {
    /// The array of zeros of a shape in which this array is the block that begins at `starts`.
    ///
    /// It is the transpose of [`slice`](Array::slice): the scalar product of `a.placed(..)` and `b` is that of `a` and
    /// the slice of `b`.
    ///
    /// # Errors
    /// [`ArrayError::WrongRank`] unless the shape and the starts have one place for each axis,
    /// [`ArrayError::OutOfRange`] if the block ends beyond the shape, [`ArrayError::TooLarge`].
    ///
    /// # Cost
    /// One pass over the entries of the result.
    ///
    /// # Example
    /// ```
    /// use gateaux_array::Array;
    /// let a = Array::vector(vec![1.0, 2.0])?;
    /// assert_eq!(a.placed(&[4], &[1])?.data(), [0.0, 1.0, 2.0, 0.0]);
    /// # Ok::<(), gateaux_array::ArrayError>(())
    /// ```
    pub fn placed(&self, shape: &[usize], starts: &[usize]) -> Result<Array<T>, ArrayError> {
        check_rank("place", shape.len(), self.shape())?;
        check_rank("place", starts.len(), self.shape())?;
        for (axis, (&start, &size)) in starts.iter().zip(shape).enumerate() {
            // A sum that is no machine number ends beyond every axis.
            let range = start..start.saturating_add(self.shape()[axis]);
            check_range("place", axis, &range, size)?;
        }
        let mut placed = Array::zeros(shape)?;
        if self.is_empty() {
            return Ok(placed);
        }
        let strides = strides(shape);
        let start: usize = starts.iter().zip(&strides).map(|(start, stride)| start * stride).sum();
        let run = self.shape().first().copied().unwrap_or(1);
        let mut lines = Offsets::new(self.shape(), &strides);
        for line in self.data().chunks_exact(run) {
            let first = start + lines.next_line();
            placed.data_mut()[first..first + run].clone_from_slice(line);
        }
        Ok(placed)
    }
}

/// Checks that there is one thing for each axis.
fn check_rank(op: &'static str, expected: usize, shape: &[usize]) -> Result<(), ArrayError> {
    if expected == shape.len() {
        return Ok(());
    }
    Err(ArrayError::WrongRank {
        op,
        expected,
        shape: shape.to_vec(),
    })
}

fn check_range(op: &'static str, axis: usize, range: &Range<usize>, size: usize) -> Result<(), ArrayError> {
    if range.start <= range.end && range.end <= size {
        return Ok(());
    }
    Err(ArrayError::OutOfRange {
        op,
        axis,
        range: range.clone(),
        size,
    })
}

/// How far apart in memory the neighbors along each axis are; where there are no entries it means nothing.
pub(crate) fn strides(shape: &[usize]) -> Vec<usize> {
    let mut stride = 1usize;
    let each = shape.iter().map(|&size| {
        let this = stride;
        // Beside an axis of size 0 the others may be so large that their product is no machine number.
        stride = stride.wrapping_mul(size);
        this
    });
    each.collect()
}

/// The entries of a view, given by its sizes and how far apart neighbors are, in column-major order.
///
/// Every place of the view must lie within the entries.
pub(crate) fn gathered<T: Clone>(data: &[T], shape: &[usize], strides: &[usize]) -> Vec<T> {
    if shape.contains(&0) {
        return Vec::new();
    }
    let count: usize = shape.iter().product();
    let run = shape.first().copied().unwrap_or(1);
    let step = strides.first().copied().unwrap_or(1);
    let mut lines = Offsets::new(shape, strides);
    let mut entries = Vec::with_capacity(count);
    for _ in 0..count / run {
        let first = lines.next_line();
        entries.extend((0..run).map(|i| data[first + i * step].clone()));
    }
    entries
}

/// Where the lines along the first axis of a view begin, one after the other.
struct Offsets<'a> {
    shape: &'a [usize],
    strides: &'a [usize],
    index: Vec<usize>,
    offset: usize,
}

impl<'a> Offsets<'a> {
    fn new(shape: &'a [usize], strides: &'a [usize]) -> Offsets<'a> {
        Offsets {
            shape,
            strides,
            index: vec![0; shape.len()],
            offset: 0,
        }
    }

    fn next_line(&mut self) -> usize {
        let line = self.offset;
        for axis in 1..self.shape.len() {
            self.index[axis] += 1;
            self.offset += self.strides[axis];
            if self.index[axis] < self.shape[axis] {
                break;
            }
            self.offset -= self.shape[axis] * self.strides[axis];
            self.index[axis] = 0;
        }
        line
    }
}
