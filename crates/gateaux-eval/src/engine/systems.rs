//! Systems of equations, inverses and determinants, from factors of their matrix.

use gateaux_array::kernels::{self, Pivot, Scalar};
use gateaux_array::{ArrayError, Function};

use crate::engine::Processor;
use crate::plan::Kernel;
use crate::plan::graph::Decomposition::{self, Cholesky, Lu, Triangle};
use crate::program::Error;

/// The factors of a matrix: how it was taken apart, its size, and where its row exchanges stand.
#[derive(Clone, Copy)]
struct Factors<'a, T> {
    entries: &'a [T],
    n: usize,
    decomposition: Decomposition,
    pivots: usize,
}

impl<T: Scalar> Processor<'_, T> {
    /// A kernel that makes factors, or computes with those that are its first operand.
    pub(crate) fn system<'a>(
        &mut self,
        kernel: &Kernel,
        arg: &dyn Fn(usize) -> &'a [T],
        out: &mut [T],
    ) -> Result<(), Error>
    where
        T: 'a,
    {
        let factors = |n, decomposition, pivots| Factors {
            entries: arg(0),
            n,
            decomposition,
            pivots,
        };
        match *kernel {
            Kernel::Decompose {
                n,
                decomposition,
                pivots,
            } => self.decompose(factors(n, decomposition, pivots), out),
            Kernel::Solve {
                n,
                columns,
                decomposition,
                pivots,
                transposed,
            } => {
                let factors = factors(n, decomposition, pivots);
                factors.regular("solve")?;
                out.copy_from_slice(arg(1));
                self.solve(factors, columns, transposed, out);
                Ok(())
            }
            Kernel::Inverse {
                n,
                decomposition,
                pivots,
            } => {
                let factors = factors(n, decomposition, pivots);
                factors.regular("inv")?;
                self.inverse(factors, out);
                Ok(())
            }
            Kernel::Determinant {
                n,
                decomposition,
                pivots,
                logarithm,
            } => {
                let factors = factors(n, decomposition, pivots);
                out[0] = match logarithm {
                    true => self.logdet(factors)?,
                    false => self.det(factors),
                };
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn decompose(&mut self, matrix: Factors<T>, out: &mut [T]) -> Result<(), Error> {
        out.copy_from_slice(matrix.entries);
        if matrix.decomposition == Cholesky {
            return kernels::cholesky(out, matrix.n, self.workspace).map_err(|Pivot(pivot)| {
                let op = "chol";
                Error::Array(op, ArrayError::NotPositiveDefinite { op, pivot })
            });
        }
        // A singular matrix has factors too; only systems with it have no solution.
        let _ = kernels::lu(out, matrix.n, &mut self.pivots[matrix.pivots], self.workspace);
        Ok(())
    }

    fn solve(&mut self, factors: Factors<T>, columns: usize, transposed: bool, b: &mut [T]) {
        let Factors { entries, n, .. } = factors;
        match factors.decomposition {
            Cholesky => kernels::cholesky_solve(entries, n, b, columns, self.workspace),
            Lu => {
                let pivots = &self.pivots[factors.pivots];
                kernels::lu_solve(entries, pivots, n, b, columns, transposed, self.workspace);
            }
            Triangle(lower) => {
                kernels::triangular_solve(entries, n, lower, false, transposed, b, columns, self.workspace);
            }
        }
    }

    fn inverse(&mut self, factors: Factors<T>, out: &mut [T]) {
        let Factors { entries, n, .. } = factors;
        match factors.decomposition {
            Cholesky => kernels::cholesky_inverse(entries, n, out, self.workspace),
            Lu => kernels::lu_inverse(entries, &self.pivots[factors.pivots], n, out, self.workspace),
            Triangle(_) => {
                out.fill(T::zero());
                out.iter_mut().step_by(n + 1).for_each(|entry| *entry = T::one());
                self.solve(factors, n, false, out);
            }
        }
    }

    fn det(&self, factors: Factors<T>) -> T {
        let product = |factors: Factors<T>| factors.diagonal().fold(T::one(), |product, entry| product * entry);
        match factors.decomposition {
            Lu => kernels::lu_det(factors.entries, &self.pivots[factors.pivots], factors.n),
            Triangle(_) => product(factors),
            Cholesky => {
                let root = product(factors);
                root * root
            }
        }
    }

    /// The logarithm of the determinant, which is not a number where that is negative.
    fn logdet(&self, factors: Factors<T>) -> Result<T, Error> {
        let log = |x: T| x.apply(Function::Ln).map_err(|error| Error::Array("logdet", error));
        let (sign, size) = match factors.decomposition {
            Cholesky => return Ok(kernels::cholesky_logdet(factors.entries, factors.n)),
            Lu => kernels::lu_signed_logdet(factors.entries, &self.pivots[factors.pivots], factors.n),
            Triangle(_) => {
                let (mut sign, mut sum) = (T::one(), T::zero());
                for entry in factors.diagonal() {
                    let is_negative = entry < T::zero();
                    sum += log(if is_negative { -entry } else { entry })?;
                    sign = if is_negative { -sign } else { sign };
                }
                (sign, sum)
            }
        };
        Ok(log(sign)? + size)
    }
}

impl<'a, T: Scalar> Factors<'a, T> {
    fn diagonal(&self) -> impl Iterator<Item = T> + use<'a, T> {
        self.entries.iter().step_by(self.n + 1).copied()
    }

    /// An error that names the operation and the pivot if a triangular factor has a zero on its diagonal.
    fn regular(&self, op: &'static str) -> Result<(), Error> {
        let singular = match self.decomposition {
            Cholesky => None,
            Lu | Triangle(_) => self.diagonal().position(|pivot| pivot == T::zero()),
        };
        match singular {
            Some(pivot) => Err(Error::Array(op, ArrayError::Singular { op, pivot })),
            None => Ok(()),
        }
    }
}
