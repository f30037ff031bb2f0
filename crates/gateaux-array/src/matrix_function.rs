//! Functions of square matrices and their Fréchet derivatives of every order, over any real numbers.

use std::f64::consts::LN_2;

use crate::complex::{Complex, is_less, quotient};
use crate::exponential::exponential;
use crate::linear::{mismatch, square_size};
use crate::schur::{Schur, schur};
use crate::{Array, ArrayError, Field, Real, triangular};

/// A function of a square matrix.
///
/// [`Field::matrix_function`] evaluates it and its derivatives; the numbers of a prime field have none of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MatrixFunction {
    /// The exponential.
    Exp,
    /// The principal logarithm, whose eigenvalues have imaginary parts between -pi and pi.
    Log,
    /// The principal square root, whose eigenvalues have no negative real parts.
    Sqrt,
}

impl MatrixFunction {
    /// Every function, in the order of the declaration.
    pub const ALL: [MatrixFunction; 3] = [MatrixFunction::Exp, MatrixFunction::Log, MatrixFunction::Sqrt];

    /// The name in formulas and messages.
    pub fn name(self) -> &'static str {
        match self {
            MatrixFunction::Exp => "expm",
            MatrixFunction::Log => "logm",
            MatrixFunction::Sqrt => "sqrtm",
        }
    }
}

/// The most entries of the block matrix from which a derivative is read.
const MAX_BLOCK_ENTRIES: usize = 1 << 24;
/// Matrices with a norm beyond 2 to this power are scaled, so that squares in the Schur form do not overflow.
const LARGE: i64 = 300;

/// f(A), or the derivative in as many directions as are given, see [`Field::matrix_function`].
pub(crate) fn evaluate<T: Field + Real>(
    function: MatrixFunction,
    a: &Array<T>,
    directions: &[&Array<T>],
) -> Result<Array<T>, ArrayError> {
    let op = function.name();
    let n = square_size(op, a)?;
    if let Some(other) = directions.iter().find(|direction| direction.shape() != a.shape()) {
        return Err(mismatch(op, a, other));
    }
    if n == 0 {
        return Ok(a.clone());
    }
    if !is_finite(a) || !directions.iter().all(|direction| is_finite(direction)) {
        return Err(ArrayError::NoConvergence { op });
    }
    if directions.iter().any(|direction| is_zero(direction)) {
        return Array::zeros(a.shape());
    }
    let matrix = a.clone().reshape(&[n, n])?;
    let directions = directions.iter().map(|&direction| direction.clone().reshape(&[n, n]));
    let directions = directions.collect::<Result<Vec<Array<T>>, ArrayError>>()?;
    let symmetric = is_symmetric(&matrix, n);
    let result = match (function, &directions[..]) {
        (_, []) if symmetric => symmetric_value(function, &matrix)?,
        (_, [direction]) if symmetric => symmetric_derivative(function, &matrix, direction)?,
        (MatrixFunction::Exp, _) => exponential_of_blocks(&matrix, &directions, n)?,
        _ => upper_function(function, &matrix, &directions, n)?,
    };
    let result = if symmetric && directions.iter().all(|direction| is_symmetric(direction, n)) {
        let mean = result.add(&result.transpose()?)?;
        mean.scale(&T::from_f64(0.5))
    } else {
        result
    };
    result.reshape(a.shape())
}

/// The values of the function at the eigenvalues, on their axes.
fn symmetric_value<T: Field + Real>(function: MatrixFunction, a: &Array<T>) -> Result<Array<T>, ArrayError> {
    let (values, vectors) = eigen_in_domain(function, a)?;
    let n = values.len();
    let values = values.map(|value| match function {
        MatrixFunction::Exp => value.exp(),
        MatrixFunction::Log => value.ln(),
        MatrixFunction::Sqrt => value.sqrt(),
    });
    let scaled = Array::from_fn(&[n, n], |at| {
        vectors.data()[at[0] + at[1] * n].mul(&values.data()[at[1]])
    })?;
    T::matmul(&scaled, &vectors.transpose()?)
}

/// V (D o V' E V) V' with the divided differences D of the function at the eigenvalues.
///
/// # Source
/// N. J. Higham, Functions of Matrices, corollary 3.12 (Daleckii and Krein).
fn symmetric_derivative<T: Field + Real>(
    function: MatrixFunction,
    a: &Array<T>,
    direction: &Array<T>,
) -> Result<Array<T>, ArrayError> {
    let (values, vectors) = eigen_in_domain(function, a)?;
    let n = values.len();
    let transposed = vectors.transpose()?;
    let mut inner = T::matmul(&T::matmul(&transposed, direction)?, &vectors)?;
    let negligible = n as f64 * T::epsilon() * inner.max_abs();
    for (place, entry) in inner.data_mut().iter_mut().enumerate() {
        let (x, y) = (&values.data()[place % n], &values.data()[place / n]);
        *entry = match divided_difference(function, x, y) {
            Some(difference) => entry.mul(&difference),
            None if entry.pivot_size() <= negligible => T::zero(),
            None => {
                return Err(ArrayError::OutsideDomain {
                    op: function.name(),
                    reason: "the matrix is singular, and there it has no derivative",
                });
            }
        };
    }
    T::matmul(&T::matmul(&vectors, &inner)?, &transposed)
}

/// (f(x) - f(y))/(x - y) and f'(x) where they are equal, without cancellation; `None` where it is infinite.
fn divided_difference<T: Real>(function: MatrixFunction, x: &T, y: &T) -> Option<T> {
    let (low, high) = if is_less(x, y) { (x, y) } else { (y, x) };
    let gap = high.sub(low);
    match function {
        MatrixFunction::Sqrt => {
            let sum = low.sqrt().add(&high.sqrt());
            (!sum.is_zero()).then(|| quotient(&T::one(), &sum))
        }
        MatrixFunction::Exp if gap.is_zero() => Some(high.exp()),
        MatrixFunction::Log if gap.is_zero() => Some(quotient(&T::one(), high)),
        // Taken from the larger one, so that nothing overflows.
        MatrixFunction::Exp => Some(high.exp().mul(&quotient(&gap.neg().expm1().neg(), &gap))),
        MatrixFunction::Log => {
            let relative = quotient(&gap, low);
            let logarithm = if number_is_finite(&relative) {
                relative.log1p()
            } else {
                high.ln().sub(&low.ln())
            };
            Some(quotient(&logarithm, &gap))
        }
    }
}

/// Eigenvalues where the function is defined: what rounding made of a zero is a zero for the root, and a matrix without
/// a logarithm.
fn eigen_in_domain<T: Field + Real>(
    function: MatrixFunction,
    a: &Array<T>,
) -> Result<(Array<T>, Array<T>), ArrayError> {
    let (mut values, vectors) = T::eigh(a)?;
    let zero = T::from_f64(0.0);
    let bound = T::from_f64(values.len() as f64 * T::epsilon());
    let largest = values.data().iter().map(T::abs);
    let largest = largest.fold(
        T::zero(),
        |largest, size| if is_less(&largest, &size) { size } else { largest },
    );
    let rounding = bound.mul(&largest);
    // The eigenvalues of a diagonal matrix are exact.
    let least = if is_triangular(a.data(), values.len()) {
        zero.clone()
    } else {
        rounding.clone()
    };
    for value in values.data_mut() {
        match function {
            MatrixFunction::Sqrt if is_less(value, &rounding.neg()) => return Err(outside(function)),
            MatrixFunction::Sqrt if is_less(value, &zero) => *value = zero.clone(),
            MatrixFunction::Log if !is_less(&least, value) => return Err(outside(function)),
            _ => {}
        }
    }
    Ok((values, vectors))
}

fn outside(function: MatrixFunction) -> ArrayError {
    ArrayError::OutsideDomain {
        op: function.name(),
        reason: match function {
            MatrixFunction::Log => {
                "an eigenvalue of the matrix is negative or zero to rounding, so it has no principal logarithm"
            }
            _ => "an eigenvalue of the matrix is negative, so it has no principal root",
        },
    }
}

/// The upper right block of the exponential of the block matrix.
fn exponential_of_blocks<T: Field + Real>(
    a: &Array<T>,
    directions: &[Array<T>],
    n: usize,
) -> Result<Array<T>, ArrayError> {
    // As large as the matrix, but not so small that products of them underflow.
    let target = exponent(a.data()).max(0);
    let (scaled, exponents) = scaled_to(target, directions);
    let directions: Vec<&[T]> = scaled.iter().map(Array::data).collect();
    let (blocks, size) = block_matrix(MatrixFunction::Exp, a.data(), &directions, T::zero())?;
    let exponential = exponential(&Array::from_column_major(&[size, size], blocks)?)?;
    let corner = Array::from_column_major(&[n, n], upper_right(exponential.data(), size, n))?;
    Ok(scaled_back(corner, &exponents))
}

/// The root or the logarithm, or a derivative of it. A lower triangular matrix is turned: the upper triangular form is
/// there already, and zeros stay zeros.
fn upper_function<T: Field + Real>(
    function: MatrixFunction,
    a: &Array<T>,
    directions: &[Array<T>],
    n: usize,
) -> Result<Array<T>, ArrayError> {
    let transposed = a.transpose()?;
    if is_triangular(a.data(), n) || !is_triangular(transposed.data(), n) {
        return triangular_function(function, a, directions, n);
    }
    let turned = directions.iter().map(Array::transpose);
    let turned = turned.collect::<Result<Vec<Array<T>>, ArrayError>>()?;
    triangular_function(function, &transposed, &turned, n)?.transpose()
}

/// The root or the logarithm, or a derivative of it, in the basis of the Schur form: the block matrix of a triangular
/// matrix is triangular.
fn triangular_function<T: Field + Real>(
    function: MatrixFunction,
    a: &Array<T>,
    directions: &[Array<T>],
    n: usize,
) -> Result<Array<T>, ArrayError> {
    let op = function.name();
    let size_of_a = exponent(a.data());
    // An even power of 2, whose root is one.
    let power = if size_of_a.abs() > LARGE { size_of_a & !1 } else { 0 };
    let matrix = times_power_of_two(a.clone(), -power);
    let Schur { q, mut t } = if is_symmetric(a, n) {
        let (values, vectors) = eigen_in_domain(function, &matrix)?;
        let mut t = vec![Complex::zero(); n * n];
        for (entry, value) in t.iter_mut().step_by(n + 1).zip(values.into_data()) {
            *entry = Complex::real(value);
        }
        let q = vectors.into_data().into_iter().map(Complex::real).collect();
        Schur { q, t }
    } else {
        schur(op, matrix.data(), n)?
    };
    let is_exact = is_triangular(a.data(), n);
    check_eigenvalues(function, &mut t, n, is_exact)?;
    let (scaled, exponents) = scaled_to(size_of_a - power, directions);
    let adjoint = conjugate_transposed(&q, n);
    let inner: Vec<Vec<Complex<T>>> = scaled
        .iter()
        .map(|direction| {
            let direction: Vec<Complex<T>> = direction.data().iter().cloned().map(Complex::real).collect();
            product(&product(&adjoint, &direction, n), &q, n)
        })
        .collect();
    let inner: Vec<&[Complex<T>]> = inner.iter().map(Vec::as_slice).collect();
    let (blocks, size) = block_matrix(function, &t, &inner, Complex::zero())?;
    let values = match function {
        MatrixFunction::Log => triangular::ln(&blocks, size)?,
        _ => triangular::sqrt(&blocks, size)?,
    };
    let corner = upper_right(&values, size, n);
    let result = real_part(function, &product(&product(&q, &corner, n), &adjoint, n), n)?;
    // With A = c B, root(A) = root(c) root(B) and log(A) = log(c) I + log(B); each derivative in E is one in E/c.
    let derivative = scaled_back(result, &exponents);
    let result = directions
        .iter()
        .fold(derivative, |result, _| times_power_of_two(result, -power));
    match function {
        MatrixFunction::Log if directions.is_empty() && power != 0 => {
            let shift = T::from_i64(power).mul(&T::from_i64(2).ln());
            result.add(&Array::eye(n)?.scale(&shift))
        }
        MatrixFunction::Log => Ok(result),
        _ => Ok(times_power_of_two(result, power / 2)),
    }
}

/// Refuses eigenvalues on the negative real axis; what rounding made of a zero is a zero for the root, and a matrix
/// without a logarithm.
fn check_eigenvalues<T: Real>(
    function: MatrixFunction,
    t: &mut [Complex<T>],
    n: usize,
    are_exact: bool,
) -> Result<(), ArrayError> {
    let rounding = triangular::rounding(t, n);
    let zero = T::from_f64(0.0);
    for value in t.iter_mut().step_by(n + 1) {
        let size = value.abs();
        if function == MatrixFunction::Log && !are_exact && size.to_f64() <= rounding {
            return Err(outside(function));
        }
        let is_real = !is_less(&size.mul(&T::from_f64(n as f64 * T::epsilon())), &value.im.abs());
        if !is_real || is_less(&zero, &value.re) {
            continue;
        }
        if function == MatrixFunction::Log || size.to_f64() > rounding {
            return Err(outside(function));
        }
        *value = Complex::real(zero.clone());
    }
    Ok(())
}

/// The matrix, whose imaginary part is rounding; if it is more, an eigenvalue beside the negative real axis was one on
/// it.
fn real_part<T: Real>(function: MatrixFunction, values: &[Complex<T>], n: usize) -> Result<Array<T>, ArrayError> {
    let part = |of: fn(&Complex<T>) -> &T| Array::from_column_major(&[n, n], values.iter().map(of).cloned().collect());
    let (real, imaginary) = (part(|value| &value.re)?, part(|value| &value.im)?);
    if imaginary.max_abs() > T::epsilon().sqrt() * real.max_abs() {
        return Err(outside(function));
    }
    Ok(real)
}

/// The block matrix whose function has the derivative as its upper right block: with the blocks numbered by bits, A on
/// the diagonal, and from each block to the one with a further bit the direction of that bit.
///
/// # Source
/// N. J. Higham, S. D. Relton, Higher order Fréchet derivatives of matrix functions and the level-2 condition number,
/// 2014, theorem 3.5.
fn block_matrix<E: Clone>(
    function: MatrixFunction,
    a: &[E],
    directions: &[&[E]],
    zero: E,
) -> Result<(Vec<E>, usize), ArrayError> {
    let n = a.len().isqrt();
    let blocks = 1usize.checked_shl(directions.len() as u32).unwrap_or(usize::MAX);
    let size = blocks.saturating_mul(n);
    if !directions.is_empty() && size.saturating_mul(size) > MAX_BLOCK_ENTRIES {
        return Err(ArrayError::TooLarge {
            entries: format!("(2^{} * {n})^2 in the {} of blocks", directions.len(), function.name()),
            limit: MAX_BLOCK_ENTRIES,
        });
    }
    let mut matrix = vec![zero; size * size];
    for block in 0..blocks {
        let mut place = |entries: &[E], to: usize| {
            for (j, column) in entries.chunks_exact(n).enumerate() {
                let start = block * n + (to * n + j) * size;
                matrix[start..start + n].clone_from_slice(column);
            }
        };
        place(a, block);
        for (bit, direction) in directions.iter().enumerate() {
            if block >> bit & 1 == 0 {
                place(direction, block | 1 << bit);
            }
        }
    }
    Ok((matrix, size))
}

fn upper_right<E: Clone>(matrix: &[E], size: usize, n: usize) -> Vec<E> {
    let columns = matrix.chunks_exact(size).skip(size - n);
    columns.flat_map(|column| column[..n].iter().cloned()).collect()
}

/// Directions of about the size 2^target, and by which powers of 2 they were multiplied.
fn scaled_to<T: Real>(target: i64, directions: &[Array<T>]) -> (Vec<Array<T>>, Vec<i64>) {
    let scaled = directions.iter().map(|direction| {
        let power = target - exponent(direction.data());
        (times_power_of_two(direction.clone(), power), power)
    });
    scaled.unzip()
}

/// A derivative, divided by the powers of 2 by which its directions were multiplied.
fn scaled_back<T: Real>(derivative: Array<T>, exponents: &[i64]) -> Array<T> {
    // Up and down in turns would be no safer: the result overflows or not.
    exponents
        .iter()
        .fold(derivative, |result, &power| times_power_of_two(result, -power))
}

/// About the binary logarithm of the largest entry, 0 if all are zero.
fn exponent<T: Real>(entries: &[T]) -> i64 {
    let logarithms = entries.iter().map(|entry| entry.abs().ln().to_f64() / LN_2);
    let largest = logarithms.fold(f64::NEG_INFINITY, f64::max);
    if largest.is_finite() { largest.round() as i64 } else { 0 }
}

fn times_power_of_two<T: Real>(matrix: Array<T>, power: i64) -> Array<T> {
    if power == 0 {
        return matrix;
    }
    // In steps, because the power alone may overflow where the result does not.
    let first = power / 2;
    let factor = |power: i64| T::from_f64(2.0).powf(&T::from_f64(power as f64));
    matrix.scale(&factor(first)).scale(&factor(power - first))
}

fn conjugate_transposed<T: Real>(q: &[Complex<T>], n: usize) -> Vec<Complex<T>> {
    (0..n * n).map(|place| q[place / n + place % n * n].conj()).collect()
}

fn product<T: Real>(a: &[Complex<T>], b: &[Complex<T>], n: usize) -> Vec<Complex<T>> {
    let mut product = vec![Complex::zero(); n * n];
    for (column, factors) in product.chunks_exact_mut(n).zip(b.chunks_exact(n)) {
        for (factor, a_column) in factors.iter().zip(a.chunks_exact(n)) {
            for (sum, entry) in column.iter_mut().zip(a_column) {
                *sum = sum.add(&entry.mul(factor));
            }
        }
    }
    product
}

/// Whether all below the diagonal is zero.
fn is_triangular<T: Real>(a: &[T], n: usize) -> bool {
    (0..n).all(|j| a[j * n + j + 1..(j + 1) * n].iter().all(T::is_zero))
}

fn is_symmetric<T: Real>(a: &Array<T>, n: usize) -> bool {
    let entry = |i: usize, j: usize| &a.data()[i + j * n];
    (0..n).all(|j| (j + 1..n).all(|i| entry(i, j) == entry(j, i)))
}

fn is_zero<T: Real>(a: &Array<T>) -> bool {
    a.data().iter().all(T::is_zero)
}

fn is_finite<T: Real>(a: &Array<T>) -> bool {
    a.data().iter().all(number_is_finite)
}

/// An infinity and what is not a number differ from themselves by something that is not a number.
fn number_is_finite<T: Real>(number: &T) -> bool {
    number.sub(number).is_zero()
}
