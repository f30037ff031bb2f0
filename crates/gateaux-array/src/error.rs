//! What can go wrong with numbers.

use std::error::Error;
use std::fmt;
use std::ops::Range;

/// Why an operation on arrays has no result.
///
/// Every variant that belongs to an operation names it by `op`, so that a caller can say which part of a formula
/// failed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ArrayError {
    /// The matrix has no inverse: elimination found no pivot in this column, counted from 0.
    Singular {
        /// The operation, as `inv` or `solve`.
        op: &'static str,
        /// The column without a pivot.
        pivot: usize,
    },
    /// The symmetric matrix is not positive definite: this pivot of its Cholesky factor, counted from 0, is not
    /// positive.
    NotPositiveDefinite {
        /// The operation, as `cholesky`.
        op: &'static str,
        /// The pivot that is not positive.
        pivot: usize,
    },
    /// The array would have more entries than allowed.
    TooLarge {
        /// How many entries were asked for, as text because the count may not fit a machine number.
        entries: String,
        /// How many are allowed.
        limit: usize,
    },
    /// The sizes of two operands do not fit together.
    DimensionMismatch {
        /// The operation.
        op: &'static str,
        /// The shape of the first operand.
        left: Vec<usize>,
        /// The shape of the second operand.
        right: Vec<usize>,
    },
    /// A square matrix is needed.
    NotSquare {
        /// The operation.
        op: &'static str,
        /// The shape found.
        shape: Vec<usize>,
    },
    /// The operation takes scalars, vectors and matrices, and this array has more axes.
    TooManyAxes {
        /// The operation.
        op: &'static str,
        /// The shape found.
        shape: Vec<usize>,
    },
    /// The array has no such axis.
    NoSuchAxis {
        /// The operation.
        op: &'static str,
        /// The axis asked for, counted from 0.
        axis: usize,
        /// The shape found.
        shape: Vec<usize>,
    },
    /// Another number of axes is needed, one for each of something that was given with the array.
    WrongRank {
        /// The operation.
        op: &'static str,
        /// How many axes are needed.
        expected: usize,
        /// The shape found.
        shape: Vec<usize>,
    },
    /// The order does not name every axis once.
    NotAPermutation {
        /// The operation.
        op: &'static str,
        /// The order given, axes counted from 0.
        order: Vec<usize>,
        /// How many axes there are.
        axes: usize,
    },
    /// A range ends before it starts, or beyond its axis.
    OutOfRange {
        /// The operation.
        op: &'static str,
        /// The axis, counted from 0.
        axis: usize,
        /// The range asked for.
        range: Range<usize>,
        /// The size of the axis.
        size: usize,
    },
    /// A label of the result is the label of no axis of an operand.
    NoSuchLabel {
        /// The operation.
        op: &'static str,
        /// The label.
        label: u8,
    },
    /// A label of the result stands there twice.
    RepeatedLabel {
        /// The operation.
        op: &'static str,
        /// The label.
        label: u8,
    },
    /// There are no entries, and the operation needs one.
    Empty {
        /// The operation.
        op: &'static str,
    },
    /// The number of entries differs from what the shape needs.
    WrongLength {
        /// What the shape needs.
        expected: usize,
        /// What was given.
        found: usize,
    },
    /// The rows of a nested list have different lengths.
    RaggedRows {
        /// The first row that differs from row 0, counted from 0.
        row: usize,
        /// The length of row 0.
        expected: usize,
        /// The length of that row.
        found: usize,
    },
    /// A division by zero in numbers that have no infinity.
    DivisionByZero {
        /// The operation.
        op: &'static str,
    },
    /// The function is defined for real numbers only, and these numbers are not real (a prime field).
    NotReal {
        /// The function.
        op: &'static str,
    },
    /// The function has no (real) value at this argument.
    OutsideDomain {
        /// The function.
        op: &'static str,
        /// What is wrong with the argument, as a clause.
        reason: &'static str,
    },
    /// An iteration for eigenvalues or singular values did not converge (its input has entries that are not finite, as
    /// a rule).
    NoConvergence {
        /// The operation.
        op: &'static str,
    },
}

impl fmt::Display for ArrayError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ArrayError::Singular { op, pivot } => {
                write!(f, "{op}: the matrix is singular (no pivot in column {pivot})")
            }
            ArrayError::NotPositiveDefinite { op, pivot } => {
                write!(
                    f,
                    "{op}: the matrix is not positive definite (pivot {pivot} is not positive)"
                )
            }
            ArrayError::TooLarge { entries, limit } => {
                write!(f, "an array of {entries} entries is larger than the limit of {limit}")
            }
            ArrayError::DimensionMismatch { op, left, right } => {
                write!(f, "{op}: the sizes {} and {} do not fit", Sizes(left), Sizes(right))
            }
            ArrayError::NotSquare { op, shape } => {
                write!(f, "{op}: expected a square matrix, found {}", Sizes(shape))
            }
            ArrayError::TooManyAxes { op, shape } => {
                write!(f, "{op}: expected at most two axes, found {}", Sizes(shape))
            }
            ArrayError::NoSuchAxis { op, axis, shape } => {
                write!(f, "{op}: there is no axis {axis}, the shape is {}", Sizes(shape))
            }
            ArrayError::WrongRank { op, expected, shape } => {
                write!(f, "{op}: expected {expected} axes, found {}", Sizes(shape))
            }
            ArrayError::NotAPermutation { op, order, axes } => {
                write!(f, "{op}: {order:?} does not name each of {axes} axes once")
            }
            ArrayError::OutOfRange { op, axis, range, size } => {
                write!(f, "{op}: the range {range:?} does not fit axis {axis} of size {size}")
            }
            ArrayError::NoSuchLabel { op, label } => {
                write!(f, "{op}: no operand has an axis with the label {label} of the result")
            }
            ArrayError::RepeatedLabel { op, label } => {
                write!(f, "{op}: the label {label} stands twice in the result")
            }
            ArrayError::Empty { op } => write!(f, "{op}: the array has no entries"),
            ArrayError::WrongLength { expected, found } => {
                write!(f, "the shape needs {expected} entries, found {found}")
            }
            ArrayError::RaggedRows { row, expected, found } => {
                write!(f, "row {row} has {found} entries, row 0 has {expected}")
            }
            ArrayError::DivisionByZero { op } => write!(f, "{op}: division by zero"),
            ArrayError::NotReal { op } => write!(f, "{op} is defined for real numbers only"),
            ArrayError::OutsideDomain { op, reason } => write!(f, "{op}: {reason}"),
            ArrayError::NoConvergence { op } => write!(f, "{op}: the iteration did not converge"),
        }
    }
}

impl Error for ArrayError {}

/// A shape as people write it: `2 x 3`, `5` for a vector, `scalar`.
struct Sizes<'a>(&'a [usize]);

impl fmt::Display for Sizes<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("scalar");
        }
        for (axis, size) in self.0.iter().enumerate() {
            if axis > 0 {
                f.write_str(" x ")?;
            }
            write!(f, "{size}")?;
        }
        Ok(())
    }
}
