//! Which kernel a step calls.

use gateaux_array::kernels::{self, Binary, Operand as Entries, Pivot, Scalar};
use gateaux_array::{Array, ArrayError, Function};

use crate::constant::constant;
use crate::engine::{Memory, Processor, Taken, spread};
use crate::plan::graph::Decomposition;
use crate::plan::{Kernel, Step};
use crate::program::Error;

impl<T: Scalar> Processor<'_, T> {
    pub(crate) fn step<'o>(
        &mut self,
        step: &Step,
        memory: &Memory<'_, 'o, T>,
        results: &mut [Taken<'o, T>],
    ) -> Result<(), Error> {
        match &step.kernel {
            Kernel::Pass(pass) => {
                self.pass(pass, step, memory, results);
                return Ok(());
            }
            Kernel::Through {
                m,
                n,
                transposed,
                pass,
                r,
            } => {
                self.through((*m, *n, *transposed), (pass, *r), step, memory, results);
                return Ok(());
            }
            Kernel::Panels(panels) => {
                self.panels(panels, step, memory, results);
                return Ok(());
            }
            Kernel::MatrixVectorBoth { m, n } => {
                let [plain, transposed] = results else { return Ok(()) };
                let [a, x, y] = [0, 1, 2].map(|at| memory.read(step.operands[at]));
                kernels::gemv_both(
                    a,
                    (*m, *n),
                    x,
                    y,
                    &mut plain.slice_mut()[..*m],
                    &mut transposed.slice_mut()[..*n],
                );
                return Ok(());
            }
            _ => {}
        }
        let (Some(taken), Some(result)) = (results.first_mut(), step.results.first()) else {
            return Ok(());
        };
        let out = &mut taken.slice_mut()[..result.length];
        let arg = |at: usize| memory.read(step.operands[at]);
        let (one, zero) = (T::one(), T::zero());
        match &step.kernel {
            Kernel::MatrixVector {
                m,
                n,
                transposed: false,
            } => kernels::gemv(one, arg(0), (*m, *n), arg(1), zero, out),
            Kernel::MatrixVector { m, n, transposed: true } => {
                kernels::gemv_transposed(one, arg(0), (*m, *n), arg(1), zero, out);
            }
            Kernel::MatrixMatrix {
                m,
                k,
                n,
                transposed: [a, b],
                coefficient,
            } => {
                let alpha = constant(coefficient).unwrap_or(one);
                let sizes = (*m, *k, *n);
                kernels::gemm(
                    alpha,
                    arg(0),
                    *a,
                    arg(1),
                    *b,
                    zero,
                    out,
                    sizes,
                    self.threads,
                    self.workspace,
                );
            }
            Kernel::Gram {
                n,
                k,
                transposed,
                weighted,
                coefficient,
            } => {
                let alpha = constant(coefficient).unwrap_or(one);
                let weights = weighted.then(|| arg(1));
                kernels::syrk(alpha, arg(0), *transposed, weights, zero, out, (*n, *k), self.workspace);
            }
            Kernel::Batched { m, k, n, count } => {
                for batch in 0..*count {
                    let (a, b) = (&arg(0)[batch * m * k..][..m * k], &arg(1)[batch * k * n..][..k * n]);
                    let c = &mut out[batch * m * n..][..m * n];
                    kernels::gemm(one, a, false, b, false, zero, c, (*m, *k, *n), 1, self.workspace);
                }
            }
            Kernel::Copy => out.copy_from_slice(arg(0)),
            Kernel::Transpose { m, n } => kernels::transpose(arg(0), (*m, *n), out),
            Kernel::AddTranspose {
                n,
                coefficients: [a, b],
            } => {
                let number = |value| constant::<T>(value).unwrap_or(zero);
                kernels::add_transpose(number(a), arg(0), number(b), *n, out);
            }
            Kernel::Permute { shape, order } => kernels::permute(arg(0), shape, order, out),
            Kernel::Slice {
                rows,
                axis,
                start,
                shape,
            } => slice(arg(0), *rows, (*axis, *start), shape, out),
            Kernel::DiagOf { n } => {
                let entries = arg(0).iter().step_by(n + 1);
                out.iter_mut().zip(entries).for_each(|(out, entry)| *out = *entry);
            }
            Kernel::LargestOfRows => {
                let mut columns = arg(0).chunks_exact(out.len().max(1));
                out.copy_from_slice(columns.next().unwrap_or(&[]));
                columns.for_each(|column| kernels::binary_in_place(Binary::Max, out, Entries::Slice(column)));
            }
            Kernel::Norm => out[0] = norm(arg(0))?,
            Kernel::SumFirst { count } => match count {
                0 => out.fill(zero),
                count => {
                    let sums = arg(0).chunks_exact(*count).map(kernels::sum);
                    out.iter_mut().zip(sums).for_each(|(out, sum)| *out = sum);
                }
            },
            Kernel::Spread { shape, terms, line } => match line {
                None => spread::spread(shape, terms, step, memory, out),
                Some((axis, factors)) => spread::along_line(shape, terms, (*axis, factors), step, memory, out),
            },
            Kernel::Other {
                instruction,
                shapes,
                shape,
            } => {
                let arrays = step
                    .operands
                    .iter()
                    .zip(shapes)
                    .map(|(operand, shape)| Array::from_column_major(shape, memory.read(*operand).to_vec()));
                let failed = |error| Error::Array(instruction.name(), error);
                let arrays: Vec<Array<T>> = arrays.collect::<Result<_, _>>().map_err(failed)?;
                let value =
                    crate::run::compute(instruction, &arrays.iter().collect::<Vec<_>>(), shape).map_err(failed)?;
                out.copy_from_slice(value.data());
            }
            Kernel::Pass(_) | Kernel::Panels(_) | Kernel::Through { .. } | Kernel::MatrixVectorBoth { .. } => {}
            Kernel::Decompose { .. } | Kernel::Solve { .. } | Kernel::Inverse { .. } | Kernel::Determinant { .. } => {
                self.system(&step.kernel, &arg, out)?;
            }
        }
        Ok(())
    }

    fn system<'a>(&mut self, kernel: &Kernel, arg: &dyn Fn(usize) -> &'a [T], out: &mut [T]) -> Result<(), Error>
    where
        T: 'a,
    {
        use Decomposition::{Cholesky, Lu, Triangle};
        match *kernel {
            Kernel::Decompose {
                n,
                decomposition,
                pivots,
            } => {
                out.copy_from_slice(arg(0));
                return match decomposition {
                    Cholesky => kernels::cholesky(out, n, self.workspace).map_err(not_posdef),
                    // A singular matrix has factors too; only systems with it have no solution.
                    _ => {
                        let _ = kernels::lu(out, n, &mut self.pivots[pivots], self.workspace);
                        Ok(())
                    }
                };
            }
            Kernel::Solve {
                n,
                columns,
                decomposition,
                pivots,
                transposed,
            } => {
                regular(arg(0), n, decomposition, "solve")?;
                out.copy_from_slice(arg(1));
                match decomposition {
                    Cholesky => kernels::cholesky_solve(arg(0), n, out, columns, self.workspace),
                    Lu => kernels::lu_solve(
                        arg(0),
                        &self.pivots[pivots],
                        n,
                        out,
                        columns,
                        transposed,
                        self.workspace,
                    ),
                    Triangle(lower) => {
                        kernels::triangular_solve(arg(0), n, lower, false, transposed, out, columns, self.workspace);
                    }
                }
            }
            Kernel::Inverse {
                n,
                decomposition,
                pivots,
            } => {
                regular(arg(0), n, decomposition, "inv")?;
                match decomposition {
                    Cholesky => kernels::cholesky_inverse(arg(0), n, out, self.workspace),
                    Lu => kernels::lu_inverse(arg(0), &self.pivots[pivots], n, out, self.workspace),
                    Triangle(lower) => {
                        out.fill(T::zero());
                        out.iter_mut().step_by(n + 1).for_each(|entry| *entry = T::one());
                        kernels::triangular_solve(arg(0), n, lower, false, false, out, n, self.workspace);
                    }
                }
            }
            Kernel::Determinant {
                n,
                decomposition,
                pivots,
                logarithm,
            } => {
                let diagonal = || arg(0).iter().step_by(n + 1).copied();
                let log = |x: T| x.apply(Function::Ln).map_err(|error| Error::Array("logdet", error));
                out[0] = match (decomposition, logarithm) {
                    (Cholesky, true) => kernels::cholesky_logdet(arg(0), n),
                    (Cholesky, false) => {
                        let root = diagonal().fold(T::one(), |product, entry| product * entry);
                        root * root
                    }
                    (Lu, false) => kernels::lu_det(arg(0), &self.pivots[pivots], n),
                    (Lu, true) => {
                        let (sign, size) = kernels::lu_signed_logdet(arg(0), &self.pivots[pivots], n);
                        log(sign)? + size
                    }
                    (Triangle(_), false) => diagonal().fold(T::one(), |product, entry| product * entry),
                    (Triangle(_), true) => {
                        // The logarithm of a product of pivots of which an even number may be negative.
                        let (mut sign, mut sum) = (T::one(), T::zero());
                        for entry in diagonal() {
                            let size = if entry < T::zero() { -entry } else { entry };
                            sign = if entry < T::zero() { -sign } else { sign };
                            sum += log(size)?;
                        }
                        log(sign)? + sum
                    }
                };
            }
            _ => {}
        }
        Ok(())
    }
}

fn not_posdef(Pivot(pivot): Pivot) -> Error {
    Error::Array("chol", ArrayError::NotPositiveDefinite { op: "chol", pivot })
}

/// An error that names the operation and the pivot if a triangular factor has a zero on its diagonal.
fn regular<T: Scalar>(factor: &[T], n: usize, decomposition: Decomposition, op: &'static str) -> Result<(), Error> {
    if decomposition == Decomposition::Cholesky {
        return Ok(());
    }
    match factor.iter().step_by(n + 1).position(|pivot| *pivot == T::zero()) {
        Some(pivot) => Err(Error::Array(op, ArrayError::Singular { op, pivot })),
        None => Ok(()),
    }
}

/// The Euclidean norm: of moderate numbers by their squares, else scaled.
fn norm<T: Scalar>(x: &[T]) -> Result<T, Error> {
    let squares = kernels::dot(x, x).to_f64();
    // Far from where squares overflow or underflow in either type.
    if (1e-30..1e30).contains(&squares) {
        return T::from_f64(squares)
            .apply(Function::Sqrt)
            .map_err(|error| Error::Array("norm2", error));
    }
    let array = Array::vector(x.to_vec()).map_err(|error| Error::Array("norm2", error))?;
    T::norm2(&array).map_err(|error| Error::Array("norm2", error))
}

/// Rows or columns of a matrix from a position on.
fn slice<T: Scalar>(a: &[T], rows: usize, (axis, start): (usize, usize), shape: &[usize], out: &mut [T]) {
    let count = shape.first().copied().unwrap_or(1);
    match axis {
        0 if count > 0 => {
            for (column, out) in out.chunks_exact_mut(count).enumerate() {
                out.copy_from_slice(&a[column * rows + start..][..count]);
            }
        }
        0 => {}
        _ => out.copy_from_slice(&a[start * rows..][..out.len()]),
    }
}
