//! Functions of complex matrices and their Fréchet derivatives, over any real numbers.

use crate::complex::Complex;
use crate::matrix_function::{in_schur_form, square_matrices};
use crate::{Array, ArrayError, Field, MatrixFunction, Real};

/// f(A), or the derivative in as many directions as are given, see [`Field::matrix_function`].
///
/// The exponential, and functions of Hermitian matrices, are those of real matrices twice the size: a complex number is a
/// rotation and stretching of the plane, and `X + i Y` the block matrix `[X, -Y; Y, X]`, through which sums, products and
/// limits go. Its eigenvalues are those of `X + i Y` and their conjugates. Where a function has a branch cut, an eigenvalue
/// near the cut and its conjugate are neighbors with values far from each other, so that rounding would mix what does not
/// belong together; the roots and logarithms of other matrices come from their own Schur form.
///
/// # Source
/// N. J. Higham, Functions of Matrices, 2008, theorem 1.13 (functions commute with similarities) on the block matrix.
pub(crate) fn evaluate<T: Field + Real>(
    function: MatrixFunction,
    a: &Array<Complex<T>>,
    directions: &[&Array<Complex<T>>],
) -> Result<Array<Complex<T>>, ArrayError> {
    let Some((matrix, directions)) = square_matrices(function, a, directions)? else {
        return Array::zeros(a.shape());
    };
    let is_through_blocks = function == MatrixFunction::Exp || is_hermitian(&matrix)?;
    let result = match is_through_blocks {
        true => through_blocks(function, &matrix, &directions)?,
        false => in_schur_form(function, &matrix, &directions)?,
    };
    result.reshape(a.shape())
}

fn is_hermitian<T: Real>(a: &Array<Complex<T>>) -> Result<bool, ArrayError> {
    Ok(a.transpose()?.map(Complex::conj) == *a)
}

fn through_blocks<T: Field + Real>(
    function: MatrixFunction,
    a: &Array<Complex<T>>,
    directions: &[Array<Complex<T>>],
) -> Result<Array<Complex<T>>, ArrayError> {
    let n = a.shape()[0];
    let directions: Vec<Array<T>> = directions.iter().map(embedded).collect::<Result<_, _>>()?;
    let directions: Vec<&Array<T>> = directions.iter().collect();
    let value = T::matrix_function(function, &embedded(a)?, &directions)?;
    let part = |i: usize, j: usize| value.data()[i + j * 2 * n].clone();
    Array::from_fn(&[n, n], |at| Complex::new(part(at[0], at[1]), part(at[0] + n, at[1])))
}

/// `[X, -Y; Y, X]`
fn embedded<T: Real>(a: &Array<Complex<T>>) -> Result<Array<T>, ArrayError> {
    let n = a.shape()[0];
    Array::from_fn(&[2 * n, 2 * n], |at| {
        let entry = a.data()[at[0] % n + at[1] % n * n].clone();
        match (at[0] < n, at[1] < n) {
            (true, true) | (false, false) => entry.re,
            (true, false) => entry.im.neg(),
            (false, true) => entry.im,
        }
    })
}
