//! The boundary between the evaluator and the algorithms.

use crate::{Array, ArrayError, Dual, Number, Prime, einsum, elimination, factor, linear, norm};

/// A number type with its matrix operations.
///
/// Code that is generic over `T: Field` runs the plain algorithms of this crate for every number type, and the fast
/// ones for `f64`. The provided methods are the plain algorithms; a type overrides those for which it has better ones,
/// and a test holds them to the same results. What a type cannot do is an [`ArrayError::NotReal`]: a formula with a
/// logarithm over a prime field is an error at the logarithm.
///
/// In all methods a vector is a column, a scalar a 1 by 1 matrix.
///
/// # Example
/// ```
/// use gateaux_array::{Array, ArrayError, Dual, Field, Prime, Number};
/// fn inverse_twice<T: Field>(a: &Array<T>) -> Result<Array<T>, ArrayError> {
///     T::inv(&T::inv(a)?)
/// }
/// let a = Array::from_rows(&[vec![1, 2], vec![3, 4]])?;
/// let exact = a.map(|&entry| Prime::from_i64(entry));
/// assert_eq!(inverse_twice(&exact)?, exact);
/// let float = a.map(|&entry| entry as f64);
/// assert!(inverse_twice(&float)?.sub(&float)?.max_abs() < 1e-14);
/// assert_eq!(f64::det(&float)?, -2.0);
/// # Ok::<(), ArrayError>(())
/// ```
pub trait Field: Number {
    /// The matrix product, see [`linear::matmul`].
    ///
    /// # Errors
    /// [`ArrayError::DimensionMismatch`], [`ArrayError::TooManyAxes`], [`ArrayError::TooLarge`].
    fn matmul(a: &Array<Self>, b: &Array<Self>) -> Result<Array<Self>, ArrayError> {
        linear::matmul(a, b)
    }

    /// The Einstein summation, see [`einsum`](crate::einsum()); its products are those of
    /// [`matmul`](Field::matmul).
    ///
    /// # Errors
    /// [`ArrayError::WrongRank`], [`ArrayError::DimensionMismatch`], [`ArrayError::NoSuchLabel`],
    /// [`ArrayError::RepeatedLabel`], [`ArrayError::TooLarge`].
    fn einsum(operands: &[(&Array<Self>, &[u8])], output: &[u8]) -> Result<Array<Self>, ArrayError> {
        einsum::einsum_by(operands, output, Self::matmul)
    }

    /// The solution X of A X = B in the shape of B, see [`elimination::solve`].
    ///
    /// # Errors
    /// [`ArrayError::Singular`], [`ArrayError::NotSquare`], [`ArrayError::DimensionMismatch`].
    fn solve(a: &Array<Self>, b: &Array<Self>) -> Result<Array<Self>, ArrayError> {
        elimination::solve(a, b)
    }

    /// The inverse, see [`elimination::inv`].
    ///
    /// # Errors
    /// [`ArrayError::Singular`], [`ArrayError::NotSquare`].
    fn inv(a: &Array<Self>) -> Result<Array<Self>, ArrayError> {
        elimination::inv(a)
    }

    /// The determinant; that of a singular matrix is 0 and no error.
    ///
    /// # Errors
    /// [`ArrayError::NotSquare`].
    fn det(a: &Array<Self>) -> Result<Self, ArrayError> {
        elimination::det(a)
    }

    /// The transposed matrix of cofactors, at every rank.
    ///
    /// # Errors
    /// [`ArrayError::NotSquare`].
    fn adjugate(a: &Array<Self>) -> Result<Array<Self>, ArrayError> {
        elimination::adjugate(a)
    }

    /// The sign of the determinant (-1, 0 or 1) and the logarithm of its absolute value, which may lie far outside of
    /// what the determinant itself could.
    ///
    /// # Errors
    /// [`ArrayError::NotSquare`], [`ArrayError::NotReal`].
    fn signed_logdet(a: &Array<Self>) -> Result<(Self, Self), ArrayError> {
        elimination::signed_logdet(a)
    }

    /// The logarithm of the determinant.
    ///
    /// # Domain
    /// det(A) > 0. A singular matrix gives negative infinity and a negative determinant what is not a number, as the
    /// logarithm does.
    ///
    /// # Errors
    /// [`ArrayError::NotSquare`], [`ArrayError::NotReal`].
    fn logdet(a: &Array<Self>) -> Result<Self, ArrayError> {
        let (sign, log) = Self::signed_logdet(a)?;
        Ok(sign.apply(crate::Function::Ln)?.add(&log))
    }

    /// The lower triangular Cholesky factor; of A only the lower triangle is read.
    ///
    /// # Errors
    /// [`ArrayError::NotPositiveDefinite`], [`ArrayError::NotSquare`], [`ArrayError::NotReal`].
    fn cholesky(a: &Array<Self>) -> Result<Array<Self>, ArrayError> {
        elimination::cholesky(a)
    }

    /// [`solve`](Field::solve) for a symmetric positive definite A, of which only the lower triangle is read.
    ///
    /// # Errors
    /// [`ArrayError::NotPositiveDefinite`], [`ArrayError::NotSquare`], [`ArrayError::DimensionMismatch`],
    /// [`ArrayError::NotReal`].
    fn solve_posdef(a: &Array<Self>, b: &Array<Self>) -> Result<Array<Self>, ArrayError> {
        elimination::solve_posdef(a, b)
    }

    /// [`logdet`](Field::logdet) for a symmetric positive definite A, of which only the lower triangle is read.
    ///
    /// # Errors
    /// [`ArrayError::NotPositiveDefinite`], [`ArrayError::NotSquare`], [`ArrayError::NotReal`].
    fn logdet_posdef(a: &Array<Self>) -> Result<Self, ArrayError> {
        elimination::logdet_posdef(a)
    }

    /// The 2-norm of all entries, see [`norm::norm2`].
    ///
    /// # Errors
    /// [`ArrayError::NotReal`].
    fn norm2(a: &Array<Self>) -> Result<Self, ArrayError> {
        norm::norm2(a)
    }

    /// log(sum(exp(x))) over all entries, see [`norm::logsumexp`].
    ///
    /// # Errors
    /// [`ArrayError::NotReal`].
    fn logsumexp(a: &Array<Self>) -> Result<Self, ArrayError> {
        norm::logsumexp(a)
    }

    /// exp(x) over its sum over all entries, see [`norm::softmax`].
    ///
    /// # Errors
    /// [`ArrayError::NotReal`].
    fn softmax(a: &Array<Self>) -> Result<Array<Self>, ArrayError> {
        norm::softmax(a)
    }
    /// tmp
    fn matrix_function(
        f: crate::MatrixFunction,
        _a: &Array<Self>,
        _d: &[&Array<Self>],
    ) -> Result<Array<Self>, ArrayError> {
        Err(ArrayError::NotReal { op: f.name() })
    }
    /// tmp
    fn eigh(_a: &Array<Self>) -> Result<(Array<Self>, Array<Self>), ArrayError> {
        Err(ArrayError::NotReal { op: "eigh" })
    }
    /// tmp
    fn svd(_a: &Array<Self>) -> Result<factor::Svd<Self>, ArrayError> {
        Err(ArrayError::NotReal { op: "svd" })
    }
    /// tmp
    fn pinv(_a: &Array<Self>) -> Result<Array<Self>, ArrayError> {
        Err(ArrayError::NotReal { op: "pinv" })
    }
}

impl Field for Prime {}

impl Field for f32 {}

impl Field for crate::DoubleDouble {}

impl<T: Number> Field for Dual<T> {
    fn det(a: &Array<Dual<T>>) -> Result<Dual<T>, ArrayError> {
        elimination::det_of_duals(a)
    }

    fn adjugate(a: &Array<Dual<T>>) -> Result<Array<Dual<T>>, ArrayError> {
        elimination::adjugate_of_duals(a)
    }
}

impl Field for f64 {
    fn matmul(a: &Array<f64>, b: &Array<f64>) -> Result<Array<f64>, ArrayError> {
        factor::matmul(a, b)
    }

    fn solve(a: &Array<f64>, b: &Array<f64>) -> Result<Array<f64>, ArrayError> {
        factor::solve(a, b)
    }

    fn inv(a: &Array<f64>) -> Result<Array<f64>, ArrayError> {
        factor::inv(a)
    }

    fn det(a: &Array<f64>) -> Result<f64, ArrayError> {
        factor::det(a)
    }

    fn adjugate(a: &Array<f64>) -> Result<Array<f64>, ArrayError> {
        factor::adjugate(a)
    }

    fn signed_logdet(a: &Array<f64>) -> Result<(f64, f64), ArrayError> {
        factor::signed_logdet(a)
    }

    fn cholesky(a: &Array<f64>) -> Result<Array<f64>, ArrayError> {
        factor::cholesky(a)
    }

    fn solve_posdef(a: &Array<f64>, b: &Array<f64>) -> Result<Array<f64>, ArrayError> {
        factor::solve_posdef(a, b)
    }

    fn logdet_posdef(a: &Array<f64>) -> Result<f64, ArrayError> {
        factor::logdet_posdef(a)
    }
    fn eigh(a: &Array<f64>) -> Result<(Array<f64>, Array<f64>), ArrayError> {
        factor::eigh(a)
    }
    fn svd(a: &Array<f64>) -> Result<factor::Svd, ArrayError> {
        factor::svd(a)
    }
}
