//! Eigenvalues of symmetric matrices, singular values and the pseudoinverse, over any real numbers.
//!
//! The iterations of Jacobi are slower than those behind `f64`, and accurate to the last digits of every number type.

use crate::complex::{is_less, quotient};
use crate::linear::{matrix_sizes, square_size};
use crate::{Array, ArrayError, Field, Number, Real};

/// A singular value decomposition A = U diag(s) V' without the vectors that belong to no value.
///
/// The entry of V of the largest size in each column is positive (the first of several).
#[derive(Clone, Debug, PartialEq)]
pub struct Svd<T> {
    /// The left singular vectors, m by min(m, n).
    pub u: Array<T>,
    /// The singular values, from the largest to the smallest.
    pub s: Array<T>,
    /// The right singular vectors as columns, n by min(m, n).
    pub v: Array<T>,
}

/// Eigenvalues from the smallest to the largest, and eigenvectors as columns.
pub(crate) type Eigen<T> = (Array<T>, Array<T>);

/// Sweeps double the number of right digits from the third on, so these are more than enough.
const MAX_SWEEPS: usize = 60;

/// The eigenvalues of a symmetric matrix from the smallest to the largest, and their orthonormal eigenvectors as
/// columns; only the lower triangle is read.
///
/// # Errors
/// [`ArrayError::NotSquare`], [`ArrayError::NoConvergence`] for entries that are not finite.
///
/// # Cost
/// About 6 n^3 multiplications a sweep, of which there are about ten.
///
/// # Source
/// Golub & Van Loan, Matrix Computations, 4th edition, 8.5 (Jacobi).
pub(crate) fn eigh<T: Real>(a: &Array<T>) -> Result<(Array<T>, Array<T>), ArrayError> {
    let op = "eigh";
    let n = square_size(op, a)?;
    let mut matrix: Vec<T> = (0..n * n)
        .map(|place| {
            let (i, j) = (place % n, place / n);
            a.data()[i.max(j) + i.min(j) * n].clone()
        })
        .collect();
    let mut vectors = Array::<T>::eye(n)?;
    let largest = largest_size(op, &matrix)?;
    let bound = largest.mul(&T::from_f64(0.1 * T::epsilon()));
    let mut sweeps = 0;
    let mut rotated = true;
    while rotated {
        if sweeps == MAX_SWEEPS {
            return Err(ArrayError::NoConvergence { op });
        }
        sweeps += 1;
        rotated = false;
        for (p, q) in pairs(n) {
            if is_less(&bound, &matrix[q + p * n].abs()) {
                rotated = true;
                let rotation = Rotation::new(&matrix[p + p * n], &matrix[q + q * n], &matrix[q + p * n]);
                rotation.of_columns(&mut matrix, n, p, q);
                rotation.of_rows(&mut matrix, n, p, q);
                // Between equal eigenvalues the rounding error that stands here now would be rotated for ever.
                (matrix[q + p * n], matrix[p + q * n]) = (T::zero(), T::zero());
                rotation.of_columns(vectors.data_mut(), n, p, q);
            }
        }
    }
    let values: Vec<T> = matrix.into_iter().step_by(n + 1).collect();
    let (values, order) = sorted(&values);
    let mut vectors = columns(&vectors, n, &order)?;
    orient(&mut vectors, None);
    Ok((Array::vector(values)?, vectors))
}

/// The eigenvalues and eigenvectors of a matrix whose lower triangle is zero below the diagonal, which are exact: small
/// entries beside large ones keep their digits. `None` for others.
#[cfg(not(target_family = "wasm"))]
pub(crate) fn of_diagonal<T: Real>(a: &Array<T>, n: usize) -> Result<Option<Eigen<T>>, ArrayError> {
    if (0..n).any(|j| {
        a.data()[j * n + j + 1..(j + 1) * n]
            .iter()
            .any(|entry| !entry.is_zero())
    }) {
        return Ok(None);
    }
    let values: Vec<T> = a.data().iter().step_by(n + 1).cloned().collect();
    let (values, order) = sorted(&values);
    Ok(Some((Array::vector(values)?, columns(&Array::eye(n)?, n, &order)?)))
}

/// The values from the smallest to the largest, and where they were.
fn sorted<T: Real>(values: &[T]) -> (Vec<T>, Vec<usize>) {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&i, &j| ascending(&values[i], &values[j]));
    (order.iter().map(|&i| values[i].clone()).collect(), order)
}

/// The singular value decomposition; left vectors of the value 0 complete the others to an orthonormal system.
///
/// # Shapes
/// A matrix of m by n; a vector is a column, a scalar 1 by 1.
///
/// # Errors
/// [`ArrayError::TooManyAxes`], [`ArrayError::NoConvergence`] for entries that are not finite.
///
/// # Source
/// Golub & Van Loan, Matrix Computations, 4th edition, 8.6.3 (one-sided Jacobi).
pub(crate) fn svd<T: Real>(a: &Array<T>) -> Result<Svd<T>, ArrayError> {
    let op = "svd";
    let (m, n) = matrix_sizes(op, a)?;
    let matrix = a.clone().reshape(&[m, n])?;
    let largest = largest_size(op, matrix.data())?;
    // A power of 2 near the largest entry, so that squares neither overflow nor underflow.
    let (_, exponent) = crate::exponent::split(largest.to_f64());
    let scale = T::from_f64(2f64.powi(exponent.clamp(-1000, 1000) as i32));
    let scaled = matrix.scale(&quotient(&T::one(), &scale));
    let Svd { u, s, v } = if m >= n {
        tall_svd(scaled, m, n)?
    } else {
        let Svd { u, s, v } = tall_svd(scaled.transpose()?, n, m)?;
        Svd { u: v, s, v: u }
    };
    let mut svd = Svd {
        u,
        s: s.scale(&scale),
        v,
    };
    orient(&mut svd.v, Some(&mut svd.u));
    Ok(svd)
}

/// The decomposition of a matrix with at least as many rows as columns: rotations make its columns orthogonal.
fn tall_svd<T: Real>(mut a: Array<T>, m: usize, n: usize) -> Result<Svd<T>, ArrayError> {
    let mut v = Array::<T>::eye(n)?;
    let bound = T::from_f64(m as f64 * T::epsilon());
    let mut sweeps = 0;
    let mut rotated = true;
    while rotated {
        if sweeps == MAX_SWEEPS {
            return Err(ArrayError::NoConvergence { op: "svd" });
        }
        sweeps += 1;
        rotated = false;
        for (p, q) in pairs(n) {
            let product = |i: usize, j: usize| inner(&a.data()[i * m..(i + 1) * m], &a.data()[j * m..(j + 1) * m]);
            let (pp, qq, pq) = (product(p, p), product(q, q), product(p, q));
            if is_less(&bound.mul(&pp.sqrt()).mul(&qq.sqrt()), &pq.abs()) {
                rotated = true;
                let rotation = Rotation::new(&pp, &qq, &pq);
                rotation.of_columns(a.data_mut(), m, p, q);
                rotation.of_columns(v.data_mut(), n, p, q);
            }
        }
    }
    let sizes: Vec<T> = (0..n).map(|j| norm(&a.data()[j * m..(j + 1) * m])).collect();
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|&i, &j| ascending(&sizes[j], &sizes[i]));
    let values = order.iter().map(|&j| sizes[j].clone()).collect();
    let mut u = columns(&a, m, &order)?;
    for (place, &j) in order.iter().enumerate() {
        let (before, column) = u.data_mut().split_at_mut(place * m);
        let column = &mut column[..m];
        if sizes[j].is_zero() {
            complete(before, column);
        } else {
            column.iter_mut().for_each(|entry| *entry = quotient(entry, &sizes[j]));
        }
    }
    Ok(Svd {
        u,
        s: Array::vector(values)?,
        v: columns(&v, n, &order)?,
    })
}

/// Makes the column a unit vector that is orthogonal to those before it: what is left of the axis that they cover least.
fn complete<T: Real>(before: &[T], column: &mut [T]) {
    let m = column.len();
    let covered = |axis: usize| {
        let entries = before.iter().skip(axis).step_by(m);
        entries.fold(T::zero(), |sum, entry| sum.add(&entry.mul(entry)))
    };
    let covers: Vec<T> = (0..m).map(covered).collect();
    let axis = (0..m).fold(0, |best, axis| {
        if is_less(&covers[axis], &covers[best]) {
            axis
        } else {
            best
        }
    });
    column.fill(T::zero());
    column[axis] = T::one();
    // Twice is enough (Kahan and Parlett).
    for _ in 0..2 {
        for other in before.chunks_exact(m) {
            let part = inner(other, column);
            for (entry, away) in column.iter_mut().zip(other) {
                *entry = entry.sub(&part.mul(away));
            }
        }
    }
    let size = norm(column);
    column.iter_mut().for_each(|entry| *entry = quotient(entry, &size));
}

/// The Moore-Penrose inverse, from the singular values that are larger than max(m, n) times the unit of rounding of 64
/// bits times the largest one: the entries come from such numbers, and all number types agree on the rank.
///
/// # Shapes
/// A of (m, n) gives (n, m); a vector is a column, a scalar gives a scalar.
///
/// # Errors
/// As for [`svd`].
///
/// # Source
/// Golub & Van Loan, Matrix Computations, 4th edition, 5.5.2.
pub(crate) fn pinv<T: Field + Real>(a: &Array<T>) -> Result<Array<T>, ArrayError> {
    let (m, n) = matrix_sizes("pinv", a)?;
    let Svd { u, s, mut v } = T::svd(a)?;
    let largest = s.data().first().cloned().unwrap_or(T::zero());
    let bound = largest.mul(&T::from_f64(m.max(n) as f64 * f64::EPSILON));
    for (column, value) in v.data_mut().chunks_exact_mut(n.max(1)).zip(s.data()) {
        let has_inverse = is_less(&bound, value);
        let invert = |entry: &T| if has_inverse { quotient(entry, value) } else { T::zero() };
        column.iter_mut().for_each(|entry| *entry = invert(entry));
    }
    let inverse = T::matmul(&v, &u.transpose()?)?;
    if a.rank() == 0 {
        inverse.reshape(&[])
    } else {
        Ok(inverse)
    }
}

/// Sizes of entries that differ by less than this part of them count as equal: rounding does not settle a sign.
const TIE: f64 = 1e-8;

/// Turns the columns, so that of each the entry of the largest size (the first of several) is positive; those of another
/// matrix are turned with them.
pub(crate) fn orient<T: Real>(vectors: &mut Array<T>, mut partner: Option<&mut Array<T>>) {
    let n = vectors.shape()[0];
    for (j, column) in vectors.data_mut().chunks_exact_mut(n.max(1)).enumerate() {
        let tied = T::from_f64(1.0 - TIE);
        let place = (1..n).fold(0, |best, i| {
            if is_less(&column[best].abs(), &column[i].abs().mul(&tied)) {
                i
            } else {
                best
            }
        });
        if !is_less(&column[place], &T::from_f64(0.0)) {
            continue;
        }
        column.iter_mut().for_each(|entry| *entry = entry.neg());
        if let Some(partner) = &mut partner {
            let m = partner.shape()[0];
            let other = &mut partner.data_mut()[j * m..(j + 1) * m];
            other.iter_mut().for_each(|entry| *entry = entry.neg());
        }
    }
}

/// The rotation [[c, s], [-s, c]] of two axes.
struct Rotation<T> {
    c: T,
    s: T,
}

impl<T: Real> Rotation<T> {
    /// The smaller of the rotations that make [[pp, pq], [pq, qq]] diagonal.
    fn new(pp: &T, qq: &T, pq: &T) -> Rotation<T> {
        let one = T::one();
        let slope = quotient(&qq.sub(pp), &pq.add(pq));
        let size = slope.abs().add(&crate::complex::hypot(&one, &slope));
        let tangent = quotient(&one, &size);
        let t = if is_less(&slope, &T::from_f64(0.0)) {
            tangent.neg()
        } else {
            tangent
        };
        let c = quotient(&one, &crate::complex::hypot(&one, &t));
        Rotation { s: t.mul(&c), c }
    }

    /// Multiplies the columns p and q of a matrix with m rows.
    fn of_columns(&self, matrix: &mut [T], m: usize, p: usize, q: usize) {
        for i in 0..m {
            self.of_two(matrix, i + p * m, i + q * m);
        }
    }

    fn of_rows(&self, matrix: &mut [T], n: usize, p: usize, q: usize) {
        for j in 0..n {
            self.of_two(matrix, p + j * n, q + j * n);
        }
    }

    fn of_two(&self, matrix: &mut [T], left: usize, right: usize) {
        let (x, y) = (matrix[left].clone(), matrix[right].clone());
        matrix[left] = self.c.mul(&x).sub(&self.s.mul(&y));
        matrix[right] = self.s.mul(&x).add(&self.c.mul(&y));
    }
}

fn pairs(n: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..n).flat_map(move |p| (p + 1..n).map(move |q| (p, q)))
}

fn ascending<T: Number>(left: &T, right: &T) -> std::cmp::Ordering {
    left.compare(right).ok().flatten().unwrap_or(std::cmp::Ordering::Equal)
}

fn columns<T: Clone>(matrix: &Array<T>, m: usize, order: &[usize]) -> Result<Array<T>, ArrayError> {
    let data = order.iter().flat_map(|&j| &matrix.data()[j * m..(j + 1) * m]);
    Array::from_column_major(&[m, order.len()], data.cloned().collect())
}

fn inner<T: Real>(x: &[T], y: &[T]) -> T {
    let pairs = x.iter().zip(y);
    pairs.fold(T::zero(), |sum, (left, right)| sum.add(&left.mul(right)))
}

fn norm<T: Real>(x: &[T]) -> T {
    inner(x, x).sqrt()
}

/// The largest size of an entry; entries that are not finite are refused, because iterations on them would not end.
fn largest_size<T: Real>(op: &'static str, entries: &[T]) -> Result<T, ArrayError> {
    let mut largest = T::zero();
    for entry in entries {
        if !entry.sub(entry).is_zero() {
            return Err(ArrayError::NoConvergence { op });
        }
        let size = entry.abs();
        if is_less(&largest, &size) {
            largest = size;
        }
    }
    Ok(largest)
}
