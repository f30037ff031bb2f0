//! The Schur form of a complex matrix, over any real numbers.

use crate::complex::{Complex, hypot, is_less, quotient};
use crate::{ArrayError, Real};

/// A = Q T Q* with a unitary Q and an upper triangular T, both n by n in column-major order.
pub(crate) struct Schur<T> {
    pub(crate) q: Vec<Complex<T>>,
    pub(crate) t: Vec<Complex<T>>,
}

/// An eigenvalue takes two or three steps, as a rule.
const MAX_STEPS: usize = 60;
/// After so many steps without an eigenvalue the shift is taken elsewhere once.
const PATIENCE: usize = 10;

/// The Schur form of a matrix with finite entries, whose squares neither overflow nor underflow.
///
/// Rotations bring it to Hessenberg form, and then QR steps with Wilkinson's shift to triangular form. A matrix that is
/// triangular stays as it is.
///
/// # Errors
/// [`ArrayError::NoConvergence`].
///
/// # Cost
/// About 25 n^3 complex multiplications.
///
/// # Source
/// Golub & Van Loan, Matrix Computations, 4th edition, 5.1.8 (rotations), 7.4, 7.5 (the steps, here with one complex
/// shift).
pub(crate) fn schur<T: Real>(op: &'static str, a: &[Complex<T>], n: usize) -> Result<Schur<T>, ArrayError> {
    let mut q = vec![Complex::zero(); n * n];
    q.iter_mut()
        .step_by(n + 1)
        .for_each(|entry| *entry = Complex::real(T::one()));
    let mut form = Schur { q, t: a.to_vec() };
    for j in 0..n.saturating_sub(2) {
        for i in (j + 2..n).rev() {
            form.annihilate(n, i, j, n);
        }
    }
    let mut end = n;
    let mut steps = 0;
    while end > 1 {
        let start = form.unreduced_block(n, end);
        if start + 1 == end {
            end -= 1;
            steps = 0;
            continue;
        }
        steps += 1;
        if steps > MAX_STEPS {
            return Err(ArrayError::NoConvergence { op });
        }
        let shift = form.shift(n, end, steps);
        form.step(n, start..end, &shift);
    }
    Ok(form)
}

impl<T: Real> Schur<T> {
    /// Where the block that ends before `end` and has no zero below its diagonal starts; an entry that is negligible
    /// becomes zero.
    fn unreduced_block(&mut self, n: usize, end: usize) -> usize {
        for i in (1..end).rev() {
            let below = i + (i - 1) * n;
            let neighbours = self.t[below - 1].abs().add(&self.t[i + i * n].abs());
            let bound = neighbours.mul(&T::from_f64(T::epsilon()));
            if !is_less(&bound, &self.t[below].abs()) {
                self.t[below] = Complex::zero();
                return i;
            }
        }
        0
    }

    /// The eigenvalue of the last 2 by 2 block that is next to its last entry.
    fn shift(&self, n: usize, end: usize, steps: usize) -> Complex<T> {
        let entry = |i: usize, j: usize| &self.t[end - i + (end - j) * n];
        let last = entry(1, 1);
        if steps.is_multiple_of(PATIENCE) {
            return last.add(&Complex::real(entry(1, 2).abs()));
        }
        let half = entry(2, 2).sub(last).scale(&T::from_f64(0.5));
        let product = entry(1, 2).mul(entry(2, 1));
        let root = half.mul(&half).add(&product).sqrt();
        // The root on the side of half, so that nothing cancels.
        let same_side = !is_less(&half.re.mul(&root.re).add(&half.im.mul(&root.im)), &T::from_f64(0.0));
        let sum = if same_side { half.add(&root) } else { half.sub(&root) };
        if sum.is_zero() {
            last.clone()
        } else {
            last.sub(&product.div(&sum))
        }
    }

    /// One QR step on a block: a rotation as the shift wants it, and the bulge that it makes chased down.
    fn step(&mut self, n: usize, block: std::ops::Range<usize>, shift: &Complex<T>) {
        let first = block.start;
        let rotation = Rotation::new(&self.t[first + first * n].sub(shift), &self.t[first + 1 + first * n]);
        self.rotate(n, first + 1, &rotation, first, (first + 3).min(block.end));
        for i in first + 2..block.end {
            self.annihilate(n, i, i - 2, (i + 2).min(block.end));
        }
    }

    /// Makes the entry (i, j) zero by a rotation of the rows and columns i - 1 and i, of which the latter have nothing
    /// below the row `depth`.
    fn annihilate(&mut self, n: usize, i: usize, j: usize, depth: usize) {
        if self.t[i + j * n].is_zero() {
            return;
        }
        let rotation = Rotation::new(&self.t[i - 1 + j * n], &self.t[i + j * n]);
        self.rotate(n, i, &rotation, j, depth);
        self.t[i + j * n] = Complex::zero();
    }

    /// Rotates the rows i - 1 and i from the column `left` on, the columns down to the row `depth`, and the columns of Q.
    fn rotate(&mut self, n: usize, i: usize, rotation: &Rotation<T>, left: usize, depth: usize) {
        for j in left..n {
            let at = i + j * n;
            let (upper, lower) = (self.t[at - 1].clone(), self.t[at].clone());
            (self.t[at - 1], self.t[at]) = rotation.apply(&upper, &lower);
        }
        let back = rotation.conj();
        for (matrix, rows) in [(&mut self.t, depth), (&mut self.q, n)] {
            for row in 0..rows {
                let (at, right) = (row + (i - 1) * n, row + i * n);
                let (x, y) = (matrix[at].clone(), matrix[right].clone());
                (matrix[at], matrix[right]) = back.apply(&x, &y);
            }
        }
    }
}

/// The unitary matrix [[c, s], [-conj(s), c]].
struct Rotation<T> {
    c: T,
    s: Complex<T>,
}

impl<T: Real> Rotation<T> {
    /// The rotation that takes (x, y) to (r, 0).
    fn new(x: &Complex<T>, y: &Complex<T>) -> Rotation<T> {
        let (size_x, size_y) = (x.abs(), y.abs());
        if size_y.is_zero() {
            return Rotation {
                c: T::one(),
                s: Complex::zero(),
            };
        }
        let inverse = |size: &T| quotient(&T::one(), size);
        if size_x.is_zero() {
            return Rotation {
                c: T::zero(),
                s: y.conj().scale(&inverse(&size_y)),
            };
        }
        let size = hypot(&size_x, &size_y);
        let direction = x.scale(&inverse(&size_x));
        Rotation {
            c: quotient(&size_x, &size),
            s: direction.mul(&y.conj().scale(&inverse(&size))),
        }
    }

    fn conj(&self) -> Rotation<T> {
        Rotation {
            c: self.c.clone(),
            s: self.s.conj(),
        }
    }

    fn apply(&self, x: &Complex<T>, y: &Complex<T>) -> (Complex<T>, Complex<T>) {
        (
            x.scale(&self.c).add(&self.s.mul(y)),
            y.scale(&self.c).sub(&self.s.conj().mul(x)),
        )
    }
}
