//! Which kernel a step calls.

use gateaux_array::kernels::{self, Binary, Operand as Entries, Scalar};
use gateaux_array::{Array, Function};

use crate::constant::constant;
use crate::engine::{Memory, Processor, Taken, spread};
use crate::plan::{Kernel, Step};
use crate::program::Error;

/// Products of smaller matrices are computed whole, even where the result is known to be symmetric.
const SYMMETRIC: usize = 32;

impl<T: Scalar> Processor<'_, T> {
    pub(crate) fn step<'o>(
        &mut self,
        step: &Step,
        memory: &Memory<'_, 'o, T>,
        results: &mut [Taken<'o, T>],
    ) -> Result<(), Error> {
        match &step.kernel {
            Kernel::Pass(pass) => self.pass(pass, step, memory, results),
            Kernel::Through {
                m,
                n,
                transposed,
                pass,
                r,
            } => self.through((*m, *n, *transposed), (pass, *r), step, memory, results),
            Kernel::Panels(panels) => self.panels(panels, step, memory, results),
            Kernel::MatrixVectorBoth { m, n } => {
                let [plain, transposed] = results else { return Ok(()) };
                let [a, x, y] = [0, 1, 2].map(|at| memory.read(step.operands[at]));
                let (ax, aty) = (&mut plain.slice_mut()[..*m], &mut transposed.slice_mut()[..*n]);
                kernels::gemv_both(a, (*m, *n), x, y, ax, aty);
            }
            _ => {
                if let (Some(taken), Some(result)) = (results.first_mut(), step.results.first()) {
                    let out = &mut taken.slice_mut()[..result.length];
                    return self.single(step, memory, out);
                }
            }
        }
        Ok(())
    }

    /// A kernel with one result.
    fn single(&mut self, step: &Step, memory: &Memory<T>, out: &mut [T]) -> Result<(), Error> {
        let arg = |at: usize| memory.read(step.operands[at]);
        match &step.kernel {
            Kernel::MatrixVector { .. }
            | Kernel::MatrixMatrix { .. }
            | Kernel::Gram { .. }
            | Kernel::Batched { .. } => {
                self.product(&step.kernel, &arg, out);
            }
            Kernel::Decompose { .. } | Kernel::Solve { .. } | Kernel::Inverse { .. } | Kernel::Determinant { .. } => {
                self.system(&step.kernel, &arg, out)?;
            }
            Kernel::Norm => out[0] = norm(arg(0))?,
            Kernel::Spread { shape, terms, line } => match line {
                None => spread::spread(shape, terms, step, memory, out),
                Some((axis, factors)) => spread::along_line(shape, terms, (*axis, factors), step, memory, out),
            },
            Kernel::Other {
                instruction,
                shapes,
                shape,
            } => {
                let failed = |error| Error::Array(instruction.name(), error);
                let operands = step.operands.iter().zip(shapes);
                let arrays: Vec<Array<T>> = operands
                    .map(|(operand, shape)| Array::from_column_major(shape, memory.read(*operand).to_vec()))
                    .collect::<Result<_, _>>()
                    .map_err(failed)?;
                let arrays: Vec<&Array<T>> = arrays.iter().collect();
                out.copy_from_slice(crate::run::compute(instruction, &arrays, shape).map_err(failed)?.data());
            }
            other => rearrange(other, arg(0), out),
        }
        Ok(())
    }

    fn product<'a>(&mut self, kernel: &Kernel, arg: &dyn Fn(usize) -> &'a [T], out: &mut [T])
    where
        T: 'a,
    {
        let (one, zero) = (T::one(), T::zero());
        match kernel {
            Kernel::MatrixVector { m, n, transposed } => match transposed {
                false => kernels::gemv(one, arg(0), (*m, *n), arg(1), zero, out),
                true => kernels::gemv_transposed(one, arg(0), (*m, *n), arg(1), zero, out),
            },
            Kernel::MatrixMatrix {
                m,
                k,
                n,
                transposed: [a, b],
                coefficient,
                is_symmetric: true,
            } if self.threads == 1 && *n >= SYMMETRIC && *k >= SYMMETRIC => {
                debug_assert_eq!(m, n);
                let alpha = constant(coefficient).unwrap_or(one);
                kernels::symmetric_gemm(alpha, arg(0), *a, arg(1), *b, out, (*n, *k), self.workspace);
            }
            Kernel::MatrixMatrix {
                m,
                k,
                n,
                transposed: [a, b],
                coefficient,
                ..
            } => {
                let (alpha, sizes, threads) = (constant(coefficient).unwrap_or(one), (*m, *k, *n), self.threads);
                kernels::gemm(alpha, arg(0), *a, arg(1), *b, zero, out, sizes, threads, self.workspace);
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
            _ => {}
        }
    }
}

/// Entries in other places, and the largest or the sum of some of them.
fn rearrange<T: Scalar>(kernel: &Kernel, a: &[T], out: &mut [T]) {
    match kernel {
        Kernel::Copy => out.copy_from_slice(a),
        Kernel::Transpose { m, n } => kernels::transpose(a, (*m, *n), out),
        Kernel::AddTranspose {
            n,
            coefficients: [plain, transposed],
        } => {
            let number = |value| constant::<T>(value).unwrap_or_else(T::zero);
            kernels::add_transpose(number(plain), a, number(transposed), *n, out);
        }
        Kernel::Permute { shape, order } => kernels::permute(a, shape, order, out),
        Kernel::Slice {
            rows,
            axis,
            start,
            shape,
        } => slice(a, *rows, (*axis, *start), shape, out),
        Kernel::DiagOf { n } => {
            let entries = a.iter().step_by(n + 1);
            out.iter_mut().zip(entries).for_each(|(out, entry)| *out = *entry);
        }
        Kernel::LargestOfRows => {
            let mut columns = a.chunks_exact(out.len().max(1));
            out.copy_from_slice(columns.next().unwrap_or(&[]));
            columns.for_each(|column| kernels::binary_in_place(Binary::Max, out, Entries::Slice(column)));
        }
        Kernel::SumFirst { count: 0 } => out.fill(T::zero()),
        Kernel::SumFirst { count } => {
            let sums = a.chunks_exact(*count).map(kernels::sum);
            out.iter_mut().zip(sums).for_each(|(out, sum)| *out = sum);
        }
        _ => {}
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
