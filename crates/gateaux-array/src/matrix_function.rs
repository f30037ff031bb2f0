//! Functions of square matrices and their Fréchet derivatives of every order, over any real numbers.

use std::f64::consts::LN_2;

use crate::complex::{Complex, is_less, quotient};
use crate::exponential::exponential;
use crate::linear::{mismatch, square_size};
use crate::schur::{Schur, schur};
use crate::{Array, ArrayError, Field, Number, Real, triangular};

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
    let Some((matrix, directions)) = square_matrices(function, a, directions)? else {
        return Array::zeros(a.shape());
    };
    let n = matrix.shape()[0];
    let symmetric = is_symmetric(&matrix, n);
    let result = match (function, &directions[..]) {
        (_, []) if symmetric => symmetric_value(function, &matrix)?,
        (_, [direction]) if symmetric => symmetric_derivative(function, &matrix, direction)?,
        (MatrixFunction::Exp, _) => exponential_of_blocks(&matrix, &directions, n)?,
        _ => {
            let complex = |matrix: &Array<T>| matrix.map(|entry| Complex::real(entry.clone()));
            let directions: Vec<Array<Complex<T>>> = directions.iter().map(complex).collect();
            real_part(function, &in_schur_form(function, &complex(&matrix), &directions)?)?
        }
    };
    let result = if symmetric && directions.iter().all(|direction| is_symmetric(direction, n)) {
        let mean = result.add(&result.transpose()?)?;
        mean.scale(&T::from_f64(0.5))
    } else {
        result
    };
    result.reshape(a.shape())
}

/// A matrix, and directions in which a function of it is differentiated.
pub(crate) type Square<E> = (Array<E>, Vec<Array<E>>);

/// The matrix and the directions, checked and with two axes; `None` if the result has no entries but zeros.
pub(crate) fn square_matrices<E: Number>(
    function: MatrixFunction,
    a: &Array<E>,
    directions: &[&Array<E>],
) -> Result<Option<Square<E>>, ArrayError> {
    let op = function.name();
    let n = square_size(op, a)?;
    if let Some(other) = directions.iter().find(|direction| direction.shape() != a.shape()) {
        return Err(mismatch(op, a, other));
    }
    if n == 0 {
        return Ok(None);
    }
    if !is_finite(a) || !directions.iter().all(|direction| is_finite(direction)) {
        return Err(ArrayError::NoConvergence { op });
    }
    if directions
        .iter()
        .any(|direction| direction.data().iter().all(E::is_zero))
    {
        return Ok(None);
    }
    let square = |matrix: &Array<E>| matrix.clone().reshape(&[n, n]);
    let directions = directions.iter().map(|&direction| square(direction));
    Ok(Some((square(a)?, directions.collect::<Result<_, _>>()?)))
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
    let target = real_exponent(a).max(0);
    let (scaled, exponents) = scaled_to(target, directions, real_exponent);
    let directions: Vec<&[T]> = scaled.iter().map(Array::data).collect();
    let (blocks, size) = block_matrix(MatrixFunction::Exp, a.data(), &directions, T::zero())?;
    let exponential = exponential(&Array::from_column_major(&[size, size], blocks)?)?;
    let corner = Array::from_column_major(&[n, n], upper_right(exponential.data(), size, n))?;
    Ok(scaled_back(corner, &exponents))
}

/// The root or the logarithm of a complex matrix, or a derivative of it. A lower triangular matrix is turned: the upper
/// triangular form is there already, and zeros stay zeros.
pub(crate) fn in_schur_form<T: Field + Real>(
    function: MatrixFunction,
    a: &Array<Complex<T>>,
    directions: &[Array<Complex<T>>],
) -> Result<Array<Complex<T>>, ArrayError> {
    let n = a.shape()[0];
    let transposed = a.transpose()?;
    if is_triangular(a.data(), n) || !is_triangular(transposed.data(), n) {
        return triangular_function(function, a, directions);
    }
    let turned = directions.iter().map(Array::transpose);
    let turned = turned.collect::<Result<Vec<_>, ArrayError>>()?;
    triangular_function(function, &transposed, &turned)?.transpose()
}

/// The root or the logarithm, or a derivative of it, in the basis of the Schur form: the block matrix of a triangular
/// matrix is triangular.
fn triangular_function<T: Field + Real>(
    function: MatrixFunction,
    a: &Array<Complex<T>>,
    directions: &[Array<Complex<T>>],
) -> Result<Array<Complex<T>>, ArrayError> {
    let n = a.shape()[0];
    let size_of_a = complex_exponent(a);
    // An even power of 2, whose root is one.
    let power = if size_of_a.abs() > LARGE { size_of_a & !1 } else { 0 };
    let Schur { q, mut t } = schur_form(function, &times_power_of_two(a, -power))?;
    check_eigenvalues(function, &mut t, n, is_triangular(a.data(), n))?;
    let (scaled, exponents) = scaled_to(size_of_a - power, directions, complex_exponent);
    let adjoint = conjugate_transposed(&q, n);
    let inner: Vec<Vec<Complex<T>>> = scaled
        .iter()
        .map(|direction| product(&product(&adjoint, direction.data(), n), &q, n))
        .collect();
    let inner: Vec<&[Complex<T>]> = inner.iter().map(Vec::as_slice).collect();
    let (blocks, size) = block_matrix(function, &t, &inner, Complex::zero())?;
    let values = match function {
        MatrixFunction::Log => triangular::ln(&blocks, size)?,
        _ => triangular::sqrt(&blocks, size)?,
    };
    let corner = upper_right(&values, size, n);
    let result = Array::from_column_major(&[n, n], product(&product(&q, &corner, n), &adjoint, n))?;
    // With A = c B, root(A) = root(c) root(B) and log(A) = log(c) I + log(B); each derivative in E is one in E/c.
    let derivative = scaled_back(result, &exponents);
    let result = directions
        .iter()
        .fold(derivative, |result, _| times_power_of_two(&result, -power));
    match function {
        MatrixFunction::Log if directions.is_empty() && power != 0 => {
            let shift = T::from_i64(power).mul(&T::from_i64(2).ln());
            result.add(&Array::eye(n)?.scale(&Complex::real(shift)))
        }
        MatrixFunction::Log => Ok(result),
        _ => Ok(times_power_of_two(&result, power / 2)),
    }
}

/// The Schur form; that of a real symmetric matrix is diagonal.
fn schur_form<T: Field + Real>(function: MatrixFunction, a: &Array<Complex<T>>) -> Result<Schur<T>, ArrayError> {
    let n = a.shape()[0];
    if !is_symmetric(a, n) || a.data().iter().any(|entry| !entry.im.is_zero()) {
        return schur(function.name(), a.data(), n);
    }
    let (values, vectors) = eigen_in_domain(function, &a.map(|entry| entry.re.clone()))?;
    let mut t = vec![Complex::zero(); n * n];
    for (entry, value) in t.iter_mut().step_by(n + 1).zip(values.into_data()) {
        *entry = Complex::real(value);
    }
    let q = vectors.into_data().into_iter().map(Complex::real).collect();
    Ok(Schur { q, t })
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
        let slack = if are_exact { 0.0 } else { n as f64 * T::epsilon() };
        let is_real = !is_less(&size.mul(&T::from_f64(slack)), &value.im.abs());
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
fn real_part<T: Real>(function: MatrixFunction, values: &Array<Complex<T>>) -> Result<Array<T>, ArrayError> {
    let real = values.map(|value| value.re.clone());
    let imaginary = values.map(|value| value.im.clone());
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
fn scaled_to<E: Number>(
    target: i64,
    directions: &[Array<E>],
    exponent: impl Fn(&Array<E>) -> i64,
) -> (Vec<Array<E>>, Vec<i64>) {
    let scaled = directions.iter().map(|direction| {
        let power = target - exponent(direction);
        (times_power_of_two(direction, power), power)
    });
    scaled.unzip()
}

/// A derivative, divided by the powers of 2 by which its directions were multiplied.
fn scaled_back<E: Number>(derivative: Array<E>, exponents: &[i64]) -> Array<E> {
    // Up and down in turns would be no safer: the result overflows or not.
    exponents
        .iter()
        .fold(derivative, |result, &power| times_power_of_two(&result, -power))
}

fn real_exponent<T: Real>(matrix: &Array<T>) -> i64 {
    exponent(matrix.data().iter().map(T::abs))
}

fn complex_exponent<T: Real>(matrix: &Array<Complex<T>>) -> i64 {
    exponent(matrix.data().iter().map(Complex::abs))
}

/// About the binary logarithm of the largest size, 0 if all are zero.
fn exponent<T: Real>(sizes: impl Iterator<Item = T>) -> i64 {
    let logarithms = sizes.map(|size| size.ln().to_f64() / LN_2);
    let largest = logarithms.fold(f64::NEG_INFINITY, f64::max);
    if largest.is_finite() { largest.round() as i64 } else { 0 }
}

fn times_power_of_two<E: Number>(matrix: &Array<E>, power: i64) -> Array<E> {
    // In steps, because the power alone may overflow where the result does not.
    let (mut matrix, mut rest) = (matrix.clone(), power);
    while rest != 0 {
        let step = rest.clamp(-1000, 1000);
        rest -= step;
        // A power of 2 has an inverse in all numbers that have functions.
        matrix = matrix.scale(&E::from_i64(2).powi(step).unwrap_or_else(E::one));
    }
    matrix
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
fn is_triangular<E: Number>(a: &[E], n: usize) -> bool {
    (0..n).all(|j| a[j * n + j + 1..(j + 1) * n].iter().all(E::is_zero))
}

fn is_symmetric<E: Number>(a: &Array<E>, n: usize) -> bool {
    let entry = |i: usize, j: usize| &a.data()[i + j * n];
    (0..n).all(|j| (j + 1..n).all(|i| entry(i, j) == entry(j, i)))
}

fn is_finite<E: Number>(a: &Array<E>) -> bool {
    a.data().iter().all(number_is_finite)
}

/// An infinity and what is not a number differ from themselves by something that is not a number.
fn number_is_finite<E: Number>(number: &E) -> bool {
    number.sub(number).is_zero()
}
