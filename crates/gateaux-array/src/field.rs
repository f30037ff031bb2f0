//! The boundary between the evaluator and the algorithms.

use crate::{
    Array, ArrayError, DoubleDouble, Dual, MatrixFunction, Number, Prime, Svd, dual_eigen, eigen, einsum, elimination,
    linear, matrix_function, norm,
};

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

    /// A function of a square matrix; with directions E1, ..., Ek the k-th Fréchet derivative there, which is symmetric
    /// and linear in them.
    ///
    /// Of a matrix whose entries are exactly symmetric the values are symmetric too, and so are the derivatives in
    /// symmetric directions.
    ///
    /// # Shapes
    /// All are n by n, or all are scalars.
    ///
    /// # Domain
    /// The logarithm wants a matrix without eigenvalues that are negative or zero; the root lets those be zero that are
    /// not defective, and its derivatives want a regular matrix.
    ///
    /// # Errors
    /// [`ArrayError::OutsideDomain`], [`ArrayError::NotSquare`], [`ArrayError::DimensionMismatch`],
    /// [`ArrayError::NoConvergence`] for entries that are not finite, [`ArrayError::TooLarge`] if the matrix of 2^k by
    /// 2^k blocks from which a derivative is read would be, [`ArrayError::NotReal`].
    ///
    /// # Cost
    /// That of 10 to 30 products of matrices of the size n; of derivatives of the size 2^k n, unless A is symmetric and
    /// k is 1.
    fn matrix_function(
        function: MatrixFunction,
        a: &Array<Self>,
        directions: &[&Array<Self>],
    ) -> Result<Array<Self>, ArrayError> {
        let _ = (a, directions);
        Err(ArrayError::NotReal { op: function.name() })
    }

    /// The eigenvalues of a symmetric matrix from the smallest to the largest, and their orthonormal eigenvectors as
    /// columns; only the lower triangle is read.
    ///
    /// The entry of the largest size of each eigenvector is positive (the first of several).
    ///
    /// # Errors
    /// [`ArrayError::NotSquare`], [`ArrayError::NoConvergence`], [`ArrayError::NotReal`].
    fn eigh(a: &Array<Self>) -> Result<(Array<Self>, Array<Self>), ArrayError> {
        let _ = a;
        Err(ArrayError::NotReal { op: "eigh" })
    }

    /// The singular value decomposition, see [`Svd`].
    ///
    /// # Shapes
    /// A matrix of m by n; a vector is a column, a scalar 1 by 1.
    ///
    /// # Errors
    /// [`ArrayError::TooManyAxes`], [`ArrayError::NoConvergence`], [`ArrayError::NotReal`].
    fn svd(a: &Array<Self>) -> Result<Svd<Self>, ArrayError> {
        let _ = a;
        Err(ArrayError::NotReal { op: "svd" })
    }

    /// The Moore-Penrose inverse. Singular values up to max(m, n) times the unit of rounding times the largest one count
    /// as zero.
    ///
    /// # Shapes
    /// (m, n) gives (n, m); a vector is a column, a scalar gives a scalar.
    ///
    /// # Errors
    /// [`ArrayError::TooManyAxes`], [`ArrayError::NoConvergence`], [`ArrayError::NotReal`].
    fn pinv(a: &Array<Self>) -> Result<Array<Self>, ArrayError> {
        let _ = a;
        Err(ArrayError::NotReal { op: "pinv" })
    }
}

impl Field for Prime {}

/// The decompositions are those of `f64`, rounded.
impl Field for f32 {
    fn matrix_function(
        function: MatrixFunction,
        a: &Array<f32>,
        directions: &[&Array<f32>],
    ) -> Result<Array<f32>, ArrayError> {
        let directions: Vec<Array<f64>> = directions.iter().map(|direction| doubles(direction)).collect();
        let directions: Vec<&Array<f64>> = directions.iter().collect();
        f64::matrix_function(function, &doubles(a), &directions).map(|value| singles(&value))
    }

    fn eigh(a: &Array<f32>) -> Result<(Array<f32>, Array<f32>), ArrayError> {
        let (values, vectors) = f64::eigh(&doubles(a))?;
        Ok((singles(&values), singles(&vectors)))
    }

    fn svd(a: &Array<f32>) -> Result<Svd<f32>, ArrayError> {
        let Svd { u, s, v } = f64::svd(&doubles(a))?;
        Ok(Svd {
            u: singles(&u),
            s: singles(&s),
            v: singles(&v),
        })
    }

    fn pinv(a: &Array<f32>) -> Result<Array<f32>, ArrayError> {
        // The rank is that of the singles.
        eigen::pinv(a)
    }
}

fn doubles(a: &Array<f32>) -> Array<f64> {
    a.map(|&entry| f64::from(entry))
}

fn singles(a: &Array<f64>) -> Array<f32> {
    a.map(|&entry| entry as f32)
}

impl Field for DoubleDouble {
    fn matrix_function(
        function: MatrixFunction,
        a: &Array<DoubleDouble>,
        directions: &[&Array<DoubleDouble>],
    ) -> Result<Array<DoubleDouble>, ArrayError> {
        matrix_function::evaluate(function, a, directions)
    }

    fn eigh(a: &Array<DoubleDouble>) -> Result<(Array<DoubleDouble>, Array<DoubleDouble>), ArrayError> {
        eigen::eigh(a)
    }

    fn svd(a: &Array<DoubleDouble>) -> Result<Svd<DoubleDouble>, ArrayError> {
        eigen::svd(a)
    }

    fn pinv(a: &Array<DoubleDouble>) -> Result<Array<DoubleDouble>, ArrayError> {
        eigen::pinv(a)
    }
}

impl<T: Field> Field for Dual<T> {
    fn det(a: &Array<Dual<T>>) -> Result<Dual<T>, ArrayError> {
        elimination::det_of_duals(a)
    }

    fn adjugate(a: &Array<Dual<T>>) -> Result<Array<Dual<T>>, ArrayError> {
        elimination::adjugate_of_duals(a)
    }

    /// Its slope is the derivative in one direction more, that of A, and for each direction the derivative in its slope.
    fn matrix_function(
        function: MatrixFunction,
        a: &Array<Dual<T>>,
        directions: &[&Array<Dual<T>>],
    ) -> Result<Array<Dual<T>>, ArrayError> {
        let (at, d_at) = dual_eigen::parts(a);
        let (values, slopes): (Vec<Array<T>>, Vec<Array<T>>) =
            directions.iter().map(|direction| dual_eigen::parts(direction)).unzip();
        let mut values: Vec<&Array<T>> = values.iter().collect();
        let value = T::matrix_function(function, &at, &values)?;
        let mut slope = Array::zeros(value.shape())?;
        let is_constant = |slope: &Array<T>| slope.data().iter().all(T::is_zero);
        for (place, own) in slopes.iter().enumerate().filter(|(_, own)| !is_constant(own)) {
            let kept = std::mem::replace(&mut values[place], own);
            slope = slope.add(&T::matrix_function(function, &at, &values)?)?;
            values[place] = kept;
        }
        if !is_constant(&d_at) {
            values.push(&d_at);
            slope = slope.add(&T::matrix_function(function, &at, &values)?)?;
        }
        dual_eigen::joined(&value, &slope)
    }

    fn eigh(a: &Array<Dual<T>>) -> Result<(Array<Dual<T>>, Array<Dual<T>>), ArrayError> {
        dual_eigen::eigh(a)
    }

    fn svd(a: &Array<Dual<T>>) -> Result<Svd<Dual<T>>, ArrayError> {
        dual_eigen::svd(a)
    }

    fn pinv(a: &Array<Dual<T>>) -> Result<Array<Dual<T>>, ArrayError> {
        dual_eigen::pinv(a)
    }
}
