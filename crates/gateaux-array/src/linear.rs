//! Products and sums of arrays over any numbers, by their definitions.

use crate::{Array, ArrayError, Number};

/// The matrix product, by its definition.
///
/// # Shapes
/// (m, k) times (k, n) is (m, n). A vector is a column and a scalar is 1 by 1; the result is a vector if `b` is a
/// vector.
///
/// # Errors
/// [`ArrayError::DimensionMismatch`], [`ArrayError::TooManyAxes`], [`ArrayError::TooLarge`].
///
/// # Cost
/// m * n * k multiplications.
pub fn matmul<T: Number>(a: &Array<T>, b: &Array<T>) -> Result<Array<T>, ArrayError> {
    let (m, k, n) = product_sizes(a, b)?;
    let mut product = Array::zeros(&product_shape(b, m, n))?;
    if m == 0 || k == 0 {
        return Ok(product);
    }
    accumulate(product.data_mut(), a.data(), b.data(), k);
    Ok(product)
}

/// Adds the product of two matrices, of which the first has k columns, to a third; m and k are positive.
pub(crate) fn accumulate<T: Number>(product: &mut [T], a: &[T], b: &[T], k: usize) {
    let m = a.len() / k;
    for (column, entries) in product.chunks_exact_mut(m).zip(b.chunks_exact(k)) {
        for (factor, a_column) in entries.iter().zip(a.chunks_exact(m)) {
            for (sum, entry) in column.iter_mut().zip(a_column) {
                *sum = sum.add(&entry.mul(factor));
            }
        }
    }
}

/// The sizes m, k, n of a matrix product.
pub(crate) fn product_sizes<T>(a: &Array<T>, b: &Array<T>) -> Result<(usize, usize, usize), ArrayError> {
    let (m, k) = matrix_sizes("matmul", a)?;
    let (rows, n) = matrix_sizes("matmul", b)?;
    if k != rows {
        return Err(mismatch("matmul", a, b));
    }
    Ok((m, k, n))
}

/// The shape of the product of an m-row matrix with `b`, which has n columns.
pub(crate) fn product_shape<T>(b: &Array<T>, m: usize, n: usize) -> Vec<usize> {
    if b.rank() == 1 { vec![m] } else { vec![m, n] }
}

/// Rows and columns of what is at most a matrix.
pub(crate) fn matrix_sizes<T>(op: &'static str, a: &Array<T>) -> Result<(usize, usize), ArrayError> {
    a.rows_and_columns().ok_or_else(|| ArrayError::TooManyAxes {
        op,
        shape: a.shape().to_vec(),
    })
}

/// The size of a square matrix; a scalar is one.
pub(crate) fn square_size<T>(op: &'static str, a: &Array<T>) -> Result<usize, ArrayError> {
    match *a.shape() {
        [] => Ok(1),
        [m, n] if m == n => Ok(n),
        _ => Err(ArrayError::NotSquare {
            op,
            shape: a.shape().to_vec(),
        }),
    }
}

pub(crate) fn mismatch<T, U>(op: &'static str, a: &Array<T>, b: &Array<U>) -> ArrayError {
    ArrayError::DimensionMismatch {
        op,
        left: a.shape().to_vec(),
        right: b.shape().to_vec(),
    }
}

/// The sum of all entries of an array of any shape; 0 if there are none.
pub fn sum<T: Number>(a: &Array<T>) -> T {
    a.data().iter().fold(T::zero(), |sum, entry| sum.add(entry))
}

/// The product of all entries of an array of any shape; 1 if there are none.
///
/// # Cost
/// One multiplication an entry.
pub fn prod<T: Number>(a: &Array<T>) -> T {
    a.data().iter().fold(T::one(), |product, entry| product.mul(entry))
}

/// The sum of the products of corresponding entries: of two vectors the inner product, of two matrices tr(A' B).
///
/// # Errors
/// [`ArrayError::DimensionMismatch`] if the shapes differ.
pub fn dot<T: Number>(a: &Array<T>, b: &Array<T>) -> Result<T, ArrayError> {
    if a.shape() != b.shape() {
        return Err(mismatch("dot", a, b));
    }
    let pairs = a.data().iter().zip(b.data());
    Ok(pairs.fold(T::zero(), |sum, (left, right)| sum.add(&left.mul(right))))
}

/// The sum of the diagonal entries.
///
/// # Errors
/// [`ArrayError::NotSquare`].
pub fn trace<T: Number>(a: &Array<T>) -> Result<T, ArrayError> {
    let n = square_size("tr", a)?;
    Ok(a.data()
        .iter()
        .step_by(n + 1)
        .fold(T::zero(), |sum, entry| sum.add(entry)))
}

/// The sums over one axis, which the result lacks.
///
/// # Errors
/// [`ArrayError::NoSuchAxis`].
pub fn sum_axis<T: Number>(a: &Array<T>, axis: usize) -> Result<Array<T>, ArrayError> {
    let Some(&size) = a.shape().get(axis) else {
        return Err(ArrayError::NoSuchAxis {
            op: "sum",
            axis,
            shape: a.shape().to_vec(),
        });
    };
    let mut shape = a.shape().to_vec();
    shape.remove(axis);
    let inner = crate::axes::strides(a.shape())[axis];
    let mut sums = Array::zeros(&shape)?;
    for (place, sum) in sums.data_mut().iter_mut().enumerate() {
        let start = place % inner + place / inner * inner * size;
        *sum = (0..size).fold(T::zero(), |sum, i| sum.add(&a.data()[start + i * inner]));
    }
    Ok(sums)
}

/// The outer product: its axes are those of `a`, then those of `b`.
///
/// # Errors
/// [`ArrayError::TooLarge`].
pub fn outer<T: Number>(a: &Array<T>, b: &Array<T>) -> Result<Array<T>, ArrayError> {
    let shape = [a.shape(), b.shape()].concat();
    // Checked before the entries are made.
    let mut data = Vec::with_capacity(crate::dense::entries(&shape)?);
    for right in b.data() {
        data.extend(a.data().iter().map(|left| left.mul(right)));
    }
    Array::from_column_major(&shape, data)
}

/// The Kronecker product: the block matrix with the blocks a_ij * B.
///
/// # Shapes
/// (m, n) and (p, q) give (m*p, n*q); a vector is a column and a scalar is 1 by 1. Two vectors give a vector.
///
/// # Errors
/// [`ArrayError::TooManyAxes`], [`ArrayError::TooLarge`].
pub fn kron<T: Number>(a: &Array<T>, b: &Array<T>) -> Result<Array<T>, ArrayError> {
    let (m, n) = matrix_sizes("kron", a)?;
    let (p, q) = matrix_sizes("kron", b)?;
    let product = Array::from_fn(&[m.saturating_mul(p), n.saturating_mul(q)], |index| {
        let (i, j) = (index[0], index[1]);
        a.data()[i / p + j / q * m].mul(&b.data()[i % p + j % q * p])
    })?;
    let rank = a.rank().max(b.rank());
    if rank == 2 {
        Ok(product)
    } else {
        product.reshape(&[m * p][..rank])
    }
}

/// The commutation matrix: the permutation matrix K with K vec(A) = vec(A') for every m by n matrix A.
///
/// # Shapes
/// (m*n, m*n). The transpose, which is also the inverse, is the commutation matrix of (n, m).
///
/// # Errors
/// [`ArrayError::TooLarge`].
///
/// # Source
/// Magnus & Neudecker, Matrix Differential Calculus, 3.7.
///
/// # Example
/// ```
/// use gateaux_array::linear::commutation;
/// use gateaux_array::{Array, ArrayError, Field};
/// let a = Array::from_rows(&[vec![1.0, 2.0, 3.0], vec![4.0, 5.0, 6.0]])?;
/// let vec = |a: Array<f64>| a.reshape(&[6]);
/// assert_eq!(f64::matmul(&commutation(2, 3)?, &vec(a.clone())?)?, vec(a.transpose()?)?);
/// # Ok::<(), ArrayError>(())
/// ```
pub fn commutation<T: Number>(m: usize, n: usize) -> Result<Array<T>, ArrayError> {
    let size = m.saturating_mul(n);
    let mut matrix = Array::zeros(&[size, size])?;
    // Without rows there may be any number of columns, and the other way around.
    if size == 0 {
        return Ok(matrix);
    }
    for i in 0..m {
        for j in 0..n {
            // The entry (i, j) stands at i + j*m in vec(A), and at j + i*n in vec(A').
            matrix.data_mut()[j + i * n + (i + j * m) * size] = T::one();
        }
    }
    Ok(matrix)
}

/// The m by n matrix of ones on and below the diagonal and zeros above; times A entry by entry it gives the lower
/// triangle of A.
///
/// # Errors
/// [`ArrayError::TooLarge`].
pub fn tril_mask<T: Number>(m: usize, n: usize) -> Result<Array<T>, ArrayError> {
    Array::from_fn(&[m, n], |index| if index[0] >= index[1] { T::one() } else { T::zero() })
}
