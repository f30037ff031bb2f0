//! Running a program: an obviously right interpreter, over any number type.

use std::cmp::Ordering;

use gateaux_array::{Array, ArrayError, Field, Number, Real, Svd, Wide, linear, maximum, norm};
use gateaux_core::expr::{Rational, Var};

use crate::constant::constant;
use crate::program::{Error, Instruction, Program, Step};

/// A run whose results are numbers of limited size, and what it tells beside them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Trace {
    /// The values of the outputs in order.
    pub outputs: Vec<Array<f64>>,
    /// Where some output is infinite or not a number: the first operation that made such a thing.
    pub not_finite: Option<&'static str>,
}

/// Numbers beyond this, or below its reciprocal, are so near to the ends of the range that a product may fall out of it.
const LARGE: f64 = 1e140;
/// What a run observes: a step, the values of all steps before it, and its own.
pub(crate) type Observer<'a, T> = dyn FnMut(&Step, &[Array<T>], &Array<T>) + 'a;

impl Instruction {
    /// About how many operations on numbers the plain algorithm takes, for the shapes of the operands and the result.
    pub(crate) fn work(&self, operands: &[&[usize]], shape: &[usize]) -> f64 {
        let size = |shape: &[usize]| shape.iter().map(|axis| *axis as f64).product::<f64>();
        let operand = |at: usize| operands.get(at).copied().unwrap_or(&[]);
        let n = operand(0).first().map_or(1.0, |n| *n as f64);
        match self {
            Instruction::Product => size(shape) * operand(0).get(1).map_or(1.0, |n| *n as f64),
            Instruction::Solve(_) | Instruction::Inverse => n.powi(3) + n * size(shape),
            Instruction::Det | Instruction::Logdet(_) => n.powi(3),
            Instruction::Adjugate => n.powi(5),
            Instruction::Cholesky => n.powi(3),
            Instruction::Eigen | Instruction::Singular | Instruction::Pseudoinverse => 20.0 * size(operand(0)) * n,
            // A derivative of order k is a function of a matrix 2^k times as large.
            Instruction::MatrixFunction(_) => {
                let order = i32::try_from(operands.len()).unwrap_or(i32::MAX) - 1;
                30.0 * (n * 2f64.powi(order)).powi(3)
            }
            // Each operand is copied once at least.
            Instruction::Einsum(..) => operands.iter().map(|operand| size(operand)).sum::<f64>() + size(shape),
            _ => size(shape).max(size(operand(0))),
        }
    }
}

impl Program {
    /// The values of the outputs in order.
    ///
    /// # Errors
    /// [`Error::MissingInput`], [`Error::WrongShape`], [`Error::Array`] where a kernel fails.
    pub fn run<T: Field>(&self, input: &dyn Fn(Var) -> Option<Array<T>>) -> Result<Vec<Array<T>>, Error> {
        self.run_observed(input, &mut |_, _, _| {})
    }

    /// The values of the outputs, where nothing overflows or underflows on the way but what does so in the end, and
    /// where they stopped being finite.
    ///
    /// A run that comes near to the ends of the range of `f64` is repeated with numbers whose exponent has no bounds, as
    /// long as its [`work`](Program::work) is left of what is granted to such runs. The zeros of directions are places
    /// where nothing is: times an infinite derivative they stay zero.
    ///
    /// # Errors
    /// As [`run`](Program::run).
    pub fn run_traced(
        &self,
        input: &dyn Fn(Var) -> Option<Array<f64>>,
        is_direction: &dyn Fn(Var) -> bool,
        granted: &mut f64,
    ) -> Result<Trace, Error> {
        let (mut first, mut is_safe) = (None, true);
        let found = self.run_observed(input, &mut |step: &Step, operands, value: &Array<f64>| {
            if first.is_none() && value.data().iter().any(|entry| !entry.is_finite()) {
                first = Some(step.instruction.name());
            }
            is_safe = is_safe && stays_in_range(step, operands, value);
        });
        let is_finite = |outputs: &[Array<f64>]| outputs.iter().flat_map(Array::data).all(|entry| entry.is_finite());
        let work = self.work();
        let again = if is_safe && found.is_ok() || work > *granted {
            None
        } else {
            *granted -= work;
            self.run_wide(input, is_direction).ok()
        };
        let (outputs, wide) = match again {
            Some(again) => again,
            None => (found?, None),
        };
        let not_finite = if is_finite(&outputs) { None } else { wide.or(first) };
        Ok(Trace { outputs, not_finite })
    }

    /// The values from numbers with an unbounded exponent, and the first operation that made one that is not finite.
    fn run_wide(
        &self,
        input: &dyn Fn(Var) -> Option<Array<f64>>,
        is_direction: &dyn Fn(Var) -> bool,
    ) -> Result<(Vec<Array<f64>>, Option<&'static str>), Error> {
        let mut first = None;
        let widened = |var: Var| -> Option<Array<Wide>> {
            let is_direction = is_direction(var);
            Some(input(var)?.map(|entry| match *entry == 0.0 && is_direction {
                true => Wide::zero(),
                false => Wide::from_f64(*entry),
            }))
        };
        let outputs = self.run_observed(&widened, &mut |step: &Step, _, value: &Array<Wide>| {
            if first.is_none() && !value.data().iter().all(Wide::is_finite) {
                first = Some(step.instruction.name());
            }
        })?;
        // What underflows is 0, not -0.
        let outputs = outputs
            .iter()
            .map(|output| output.map(|entry| entry.to_f64() + 0.0))
            .collect();
        Ok((outputs, first))
    }

    /// About how many operations on numbers a run takes with the plain algorithms.
    pub fn work(&self) -> f64 {
        let steps = self.steps.iter().map(|step| {
            let operands: Vec<&[usize]> = step
                .operands
                .iter()
                .map(|slot| self.steps[*slot].shape.as_slice())
                .collect();
            step.instruction.work(&operands, &step.shape)
        });
        steps.sum()
    }

    pub(crate) fn run_observed<T: Field>(
        &self,
        input: &dyn Fn(Var) -> Option<Array<T>>,
        observe: &mut Observer<T>,
    ) -> Result<Vec<Array<T>>, Error> {
        let mut values: Vec<Array<T>> = Vec::with_capacity(self.steps.len());
        for step in &self.steps {
            let value = execute(step, &values, input)?;
            observe(step, &values, &value);
            values.push(value);
        }
        Ok(self.outputs.iter().map(|slot| values[*slot].clone()).collect())
    }
}

/// Whether a step met nothing near to the ends of the range of `f64`, and made no zero by underflow.
fn stays_in_range(step: &Step, values: &[Array<f64>], value: &Array<f64>) -> bool {
    use gateaux_array::Function::{Exp, Sigmoid, Softplus};
    let in_range = |entry: &f64| (1.0 / LARGE..LARGE).contains(&entry.abs());
    let is_safe = |entry: &f64| *entry == 0.0 || in_range(entry);
    let has_zero = || value.data().contains(&0.0);
    let operand = |at: usize| step.operands.get(at).map(|slot| &values[*slot]);
    let underflows = match &step.instruction {
        Instruction::Function(Exp | Sigmoid | Softplus) | Instruction::Softmax => has_zero(),
        Instruction::Constant(number) => !number.is_zero() && has_zero(),
        Instruction::Sum(coefficients) => coefficients.iter().any(|number| {
            number.as_fraction().is_none() && constant::<f64>(number).is_none_or(|number| !in_range(&number))
        }),
        Instruction::IntegerPower(_) | Instruction::SquareRoot | Instruction::Power => {
            let zero = |(base, power): (&f64, &f64)| *base != 0.0 && *power == 0.0;
            operand(0).is_some_and(|base| base.data().iter().zip(value.data()).any(zero))
        }
        Instruction::Det | Instruction::Adjugate => {
            let size = operand(0).map_or(1.0, |matrix| matrix.max_abs().log10() * matrix.shape()[0] as f64);
            size < -LARGE.log10()
        }
        _ => false,
    };
    !underflows && value.data().iter().all(is_safe)
}

pub(crate) fn execute<T: Field>(
    step: &Step,
    values: &[Array<T>],
    input: &dyn Fn(Var) -> Option<Array<T>>,
) -> Result<Array<T>, Error> {
    if let Instruction::Input(var) = step.instruction {
        let value = input(var).ok_or(Error::MissingInput(var))?;
        return if value.shape() == step.shape {
            Ok(value)
        } else {
            Err(Error::WrongShape(var))
        };
    }
    let operands: Vec<&Array<T>> = step.operands.iter().map(|slot| &values[*slot]).collect();
    let value = compute(&step.instruction, &operands, &step.shape);
    // A sum of no terms is a computed zero.
    let value = match operands.iter().any(|operand| operand.is_empty()) {
        true => value.map(|value| value.map(|entry| T::from_i64(0).add(entry))),
        false => value,
    };
    value
        .and_then(|value| value.reshape(&step.shape))
        .map_err(|error| Error::Array(step.instruction.name(), error))
}

/// The array that an instruction without operands makes.
pub(crate) fn constant_array<T: Field>(instruction: &Instruction, shape: &[usize]) -> Result<Array<T>, ArrayError> {
    compute(instruction, &[], shape)
}

/// The array that a step makes of others.
#[cfg(not(target_family = "wasm"))]
pub(crate) fn compute<T: Field>(
    instruction: &Instruction,
    args: &[&Array<T>],
    shape: &[usize],
) -> Result<Array<T>, ArrayError> {
    compute_by_type(instruction, args, shape)
}

/// The same, by code that exists once for all types.
#[cfg(target_family = "wasm")]
pub(crate) fn compute<T: Field>(
    instruction: &Instruction,
    args: &[&Array<T>],
    shape: &[usize],
) -> Result<Array<T>, ArrayError> {
    let found = gateaux_array::with_tags(args, &mut |args| compute_by_type(instruction, args, shape));
    found.unwrap_or(Err(ArrayError::NotReal { op: instruction.name() }))
}

fn compute_by_type<T: Field>(
    instruction: &Instruction,
    args: &[&Array<T>],
    shape: &[usize],
) -> Result<Array<T>, ArrayError> {
    let first = || args[0].as_scalar().cloned().unwrap_or_else(T::zero);
    let no_inverse = || ArrayError::DivisionByZero { op: instruction.name() };
    match instruction {
        Instruction::Constant(value) => Array::filled(shape, constant(value).ok_or_else(no_inverse)?),
        // Four times the inverse tangent of 1, in the precision of the type.
        Instruction::Pi => {
            let quarter = T::one().apply(gateaux_array::Function::Atan)?;
            Array::filled(shape, quarter.mul(&T::from_i64(4)))
        }
        Instruction::ImaginaryUnit => {
            let unit = T::imaginary_unit().ok_or(ArrayError::NotReal { op: "im" })?;
            Array::filled(shape, unit)
        }
        Instruction::Eye => Array::eye(shape[0]),
        Instruction::Input(_) => Err(no_inverse()),
        Instruction::Sum(coefficients) => {
            let mut sum = Array::zeros(shape)?;
            for (coefficient, arg) in coefficients.iter().zip(args) {
                let factor: T = constant(coefficient).ok_or_else(no_inverse)?;
                sum = if coefficient.is_one() {
                    sum.add(arg)?
                } else {
                    sum.add(&arg.scale(&factor))?
                };
            }
            Ok(sum)
        }
        Instruction::Scale => Ok(args[1].scale(&first())),
        Instruction::Product => T::matmul(args[0], args[1]),
        Instruction::Solve(true) => T::solve_posdef(args[0], args[1]).or_else(|_| T::solve(args[0], args[1])),
        Instruction::Solve(false) => T::solve(args[0], args[1]),
        Instruction::Inverse => T::inv(args[0]),
        Instruction::Transpose => args[0].transpose(),
        Instruction::Entries => args[0].zip(args[1], T::mul),
        Instruction::IntegerPower(power) => args[0].try_map(|entry| entry.powi(*power).ok_or_else(no_inverse)),
        Instruction::SquareRoot => args[0].try_map(|entry| entry.apply(gateaux_array::Function::Sqrt)),
        Instruction::Power => match args[1].rank() {
            0 => {
                let exponent = args[1].as_scalar().cloned().unwrap_or_else(T::zero);
                args[0].try_map(|entry| entry.pow(&exponent))
            }
            _ => args[0].try_zip(args[1], T::pow),
        },
        Instruction::Norm2 => T::norm2(args[0]).map(Array::scalar),
        Instruction::Trace => linear::trace(args[0]).map(Array::scalar),
        Instruction::SumAll => Ok(Array::scalar(linear::sum(args[0]))),
        Instruction::Diag => {
            let entries = args[0].data();
            Array::from_fn(shape, |at| {
                if at[0] == at[1] {
                    entries[at[0]].clone()
                } else {
                    T::zero()
                }
            })
        }
        Instruction::DiagOf => Array::from_fn(shape, |at| {
            args[0].get(&[at[0], at[0]]).cloned().unwrap_or_else(T::zero)
        }),
        Instruction::Reshape => Ok(args[0].clone()),
        Instruction::Kron => linear::kron(args[0], args[1]),
        Instruction::Function(function) => args[0].try_map(|entry| entry.apply(*function)),
        Instruction::Polygamma(order) => args[0].try_map(|entry| entry.polygamma(*order)),
        Instruction::Larger => args[0].try_zip(args[1], |x, y| pick(x, y, Ordering::Greater)),
        Instruction::Smaller => args[0].try_zip(args[1], |x, y| pick(x, y, Ordering::Less)),
        Instruction::Det => T::det(args[0]).map(Array::scalar),
        Instruction::Logdet(true) => T::logdet_posdef(args[0]).map(Array::scalar),
        Instruction::Logdet(false) => T::logdet(args[0]).map(Array::scalar),
        Instruction::Adjugate => T::adjugate(args[0]),
        Instruction::LogSumExp => T::logsumexp(args[0]).map(Array::scalar),
        Instruction::Softmax => T::softmax(args[0]),
        Instruction::Select(start) => Array::from_fn(shape, |at| {
            if at[0] == start + at.get(1).unwrap_or(&0) {
                T::one()
            } else {
                T::zero()
            }
        }),
        Instruction::Commutation(m, n) => linear::commutation(*m, *n),
        Instruction::Slice { axis, start } => {
            let mut ranges: Vec<_> = args[0].shape().iter().map(|size| 0..*size).collect();
            // A column that is taken alone leaves no axis behind.
            let count = if *axis == 1 && shape.len() == 1 {
                1
            } else {
                shape.get(*axis).copied().unwrap_or(1)
            };
            if let Some(range) = ranges.get_mut(*axis) {
                *range = *start..start + count;
            }
            args[0].slice(&ranges)
        }
        Instruction::Assemble(parts) => assemble(parts, args, shape),
        Instruction::Cumulate(from_the_end) => Ok(cumulate(args[0], *from_the_end)),
        Instruction::Compare(or_equal) => args[0].try_zip(args[1], |x, y| {
            let holds = match x.compare(y)? {
                Some(Ordering::Less) => true,
                Some(Ordering::Equal) => *or_equal,
                Some(Ordering::Greater) | None => false,
            };
            Ok(if holds { T::one() } else { T::zero() })
        }),
        Instruction::Choice => {
            let branches = args[1].zip(args[2], |x, y| (x.clone(), y.clone()))?;
            args[0].zip(&branches, |condition, (then, otherwise)| {
                if condition.pivot_size() > 0.0 {
                    then.clone()
                } else {
                    otherwise.clone()
                }
            })
        }
        Instruction::Cross => {
            let (x, y) = (args[0].data(), args[1].data());
            Array::from_fn(shape, |at| {
                let (j, k) = ((at[0] + 1) % 3, (at[0] + 2) % 3);
                x[j].mul(&y[k]).sub(&x[k].mul(&y[j]))
            })
        }
        Instruction::Triangle(lower) => Array::from_fn(shape, |at| {
            let kept = if *lower { at[0] >= at[1] } else { at[0] <= at[1] };
            args[0].get(at).filter(|_| kept).cloned().unwrap_or_else(T::zero)
        }),
        Instruction::Einsum(labels, output) => {
            let operands: Vec<_> = args.iter().copied().zip(labels.iter().map(Vec::as_slice)).collect();
            T::einsum(&operands, output)
        }
        Instruction::Prod => Ok(Array::scalar(linear::prod(args[0]))),
        Instruction::Maximum => maximum::maximum(args[0]).map(Array::scalar),
        Instruction::Minimum => maximum::maximum(&args[0].map(T::neg)).map(|least| Array::scalar(least.neg())),
        Instruction::Hardmax => maximum::hardmax(args[0]),
        Instruction::MatrixFunction(function) => T::matrix_function(*function, args[0], &args[1..]),
        Instruction::Pseudoinverse => T::pinv(args[0]),
        Instruction::Cholesky => T::cholesky(args[0]),
        Instruction::Eigen => {
            let (values, vectors) = T::eigh(args[0])?;
            Array::from_column_major(shape, [vectors.data(), values.data()].concat())
        }
        Instruction::Singular => {
            let Svd { u, s, v } = T::svd(args[0])?;
            let (m, n) = (args[0].shape()[0], args[0].shape()[1]);
            Array::from_fn(shape, |at| {
                let entry = match at[0] {
                    row if row < m => u.get(&[row, at[1]]),
                    row if row < m + n => v.get(&[row - m, at[1]]),
                    _ => s.get(&[at[1]]),
                };
                entry.cloned().unwrap_or_else(T::zero)
            })
        }
        Instruction::Gaps => {
            let entries = args[0].data();
            let mut gaps = Array::zeros(shape)?;
            for (at, gap) in gaps.data_mut().iter_mut().enumerate() {
                let (i, j) = (at % shape[0], at / shape[0]);
                if i != j {
                    *gap = T::one().div(&entries[j].sub(&entries[i])).ok_or_else(no_inverse)?;
                }
            }
            Ok(gaps)
        }
        Instruction::Rows(of) => match **of {
            Instruction::Maximum => maximum::maximum_rows(args[0]),
            Instruction::Minimum => Ok(maximum::maximum_rows(&args[0].map(T::neg))?.map(T::neg)),
            Instruction::Hardmax => maximum::hardmax_rows(args[0]),
            Instruction::LogSumExp => norm::logsumexp_rows(args[0]),
            Instruction::Softmax => norm::softmax_rows(args[0]),
            _ => Err(no_inverse()),
        },
    }
}

/// Blocks at their places, and zeros elsewhere.
fn assemble<T: Field>(
    parts: &[(Rational, [usize; 2])],
    args: &[&Array<T>],
    shape: &[usize],
) -> Result<Array<T>, ArrayError> {
    let no_value = || ArrayError::DivisionByZero { op: "a block" };
    let rows = shape.first().copied().unwrap_or(1);
    let mut entries = vec![T::zero(); shape.iter().product()];
    for ((coefficient, [top, left]), block) in parts.iter().zip(args) {
        let factor: T = constant(coefficient).ok_or_else(no_value)?;
        // A vector is a column, or the only row of a row; of a matrix the first axis runs fastest.
        let height = block.shape().first().copied().unwrap_or(1);
        for (at, entry) in block.data().iter().enumerate() {
            let place = top + at % height + rows * (left + at / height);
            let entry = if coefficient.is_one() {
                entry.clone()
            } else {
                factor.mul(entry)
            };
            entries[place] = entries[place].add(&entry);
        }
    }
    Array::from_column_major(shape, entries)
}

/// The sums of the first entries, or of the last ones.
fn cumulate<T: Field>(vector: &Array<T>, from_the_end: bool) -> Array<T> {
    let mut sums = vector.clone();
    let mut total = T::zero();
    let entries = sums.data_mut().iter_mut();
    let add = |entry: &mut T| {
        total = total.add(entry);
        *entry = total.clone();
    };
    match from_the_end {
        false => entries.for_each(add),
        true => entries.rev().for_each(add),
    }
    sums
}

/// The x if it compares to y as wanted, else y; something that is not a number wins.
fn pick<T: Number>(x: &T, y: &T, wanted: Ordering) -> Result<T, ArrayError> {
    Ok(match x.compare(y)? {
        Some(order) if order == wanted => x.clone(),
        Some(_) => y.clone(),
        None => x.add(y),
    })
}
