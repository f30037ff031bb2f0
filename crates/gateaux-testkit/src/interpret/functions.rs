//! The functions: by their kernels, or by definition.

use std::cmp::Ordering;

use gateaux_array::{Array, Field, Function, Svd, linear};
use gateaux_core::ops::signature::MAX_NATURAL;
use gateaux_core::ops::{self, Kernel};

use super::blocks::{choice, comparison};
use super::{Outcome, Value, axes, filled, inverse, is_nearly_zero, quotient, text, transpose};

/// A function by its kernel, or by definition.
///
/// # Errors
/// Those of the kernel; a function that is not known.
pub fn call<T: Field>(name: &str, args: &[Value<T>]) -> Outcome<Value<T>> {
    off_the_cuts(args, by_kernel(name, args)?)
}

/// The value of a function of these operands, none of which is on a branch cut: of real numbers every function of ours
/// makes real ones where it has values.
pub(super) fn off_the_cuts<T: Field>(operands: &[Value<T>], value: Value<T>) -> Outcome<Value<T>> {
    let is_real = |value: &Value<T>| -> Outcome<bool> {
        let entries = value.array.data().iter().zip(conjugate(value)?.array.into_data());
        Ok(entries
            .into_iter()
            .all(|(entry, conjugate)| is_nearly_zero(&entry.sub(&conjugate))))
    };
    if T::imaginary_unit().is_none() || is_real(&value)? {
        return Ok(value);
    }
    for operand in operands {
        if !is_real(operand)? {
            return Ok(value);
        }
    }
    Err("a value on a branch cut".to_owned())
}

fn by_kernel<T: Field>(name: &str, args: &[Value<T>]) -> Outcome<Value<T>> {
    let op = ops::find_call(name, args.len()).ok_or_else(|| format!("the function {name}"))?;
    let scalar = |value: Result<T, gateaux_array::ArrayError>| value.map(Value::scalar).map_err(text);
    if op.kind.is_empty() {
        return Err(format!("the constant {name}"));
    }
    let x = &args[0];
    let lines = |function: &dyn Fn(&Array<T>) -> Outcome<Array<T>>| match args {
        [x, axis] => axes::by_lines(x, 1 + usize::from(axis.number() == T::from_i64(2)), function),
        _ => function(&x.array).map(|array| {
            if array.rank() == 0 {
                Value::new(array)
            } else {
                x.with(array)
            }
        }),
    };
    match op.kernel {
        Kernel::Entries(function) => x
            .array
            .try_map(|entry| entry.apply(function))
            .map(|a| x.with(a))
            .map_err(text),
        Kernel::Polygamma => {
            let order = (0..=MAX_NATURAL).find(|order| T::from_i64(*order) == x.number());
            let order = order.and_then(|order| u32::try_from(order).ok()).ok_or("an order")?;
            args[1]
                .array
                .try_map(|entry| entry.polygamma(order))
                .map(|array| args[1].with(array))
                .map_err(text)
        }
        Kernel::Less => comparison(&filled(x, &args[1])?, &filled(&args[1], x)?, false),
        Kernel::AtMost => comparison(&filled(x, &args[1])?, &filled(&args[1], x)?, true),
        Kernel::Choice => choice(x, &args[1], &args[2]),
        Kernel::Cross => {
            let (x, y) = (x.array.data(), args[1].array.data());
            let minor = |i: usize, j: usize| x[i].mul(&y[j]).sub(&x[j].mul(&y[i]));
            Array::vector(vec![minor(1, 2), minor(2, 0), minor(0, 1)])
                .map(Value::new)
                .map_err(text)
        }
        Kernel::Larger => pairwise(args, Ordering::Greater),
        Kernel::Smaller => pairwise(args, Ordering::Less),
        Kernel::Det => scalar(T::det(&x.array)),
        Kernel::Logdet => scalar(T::logdet(&x.array)),
        Kernel::Adjugate => T::adjugate(&x.array).map(Value::new).map_err(text),
        Kernel::LogSumExp => lines(&|x| T::logsumexp(x).map(Array::scalar).map_err(text)),
        Kernel::Softmax => lines(&|x| T::softmax(x).map_err(text)),
        Kernel::Prod => Ok(Value::scalar(product_of(&x.array))),
        Kernel::Maximum => lines(&|x| extreme(x, Ordering::Greater).map(|at| Array::scalar(x.data()[at].clone()))),
        Kernel::Minimum => lines(&|x| extreme(x, Ordering::Less).map(|at| Array::scalar(x.data()[at].clone()))),
        Kernel::Hardmax => lines(&|x| {
            let (largest, mut at) = (extreme(x, Ordering::Greater)?, 0..);
            Ok(x.map(|_| {
                if at.next() == Some(largest) {
                    T::one()
                } else {
                    T::zero()
                }
            }))
        }),
        Kernel::Matrix(function) => T::matrix_function(function, &x.array, &[])
            .map(Value::new)
            .map_err(text),
        Kernel::Frechet(function) => {
            let directions: Vec<&Array<T>> = args[1..].iter().map(|direction| &direction.array).collect();
            T::matrix_function(function, &x.array, &directions)
                .map(Value::new)
                .map_err(text)
        }
        Kernel::Pinv => T::pinv(&x.array).map(Value::new).map_err(text),
        Kernel::Chol => T::cholesky(&x.array).map(Value::new).map_err(text),
        Kernel::Eigvals => eigen(x).map(|(values, _)| Value::new(values)),
        Kernel::Eigvecs => eigen(x).map(|(_, vectors)| Value::new(vectors)),
        Kernel::Svdvals => singular(x).map(|svd| Value::new(svd.s)),
        Kernel::Svdu => singular(x).map(|svd| Value::new(svd.u)),
        Kernel::Svdv => singular(x).map(|svd| Value::new(svd.v)),
        Kernel::Gaps => {
            let entry = |at: &[usize]| x.array.data()[at[1]].sub(&x.array.data()[at[0]]);
            let differences = Value::new(Array::from_fn(&[x.array.len(), x.array.len()], entry).map_err(text)?);
            let reciprocal = |gap: &T| match gap.is_zero() {
                true => Ok(T::zero()),
                false => T::one()
                    .div(gap)
                    .ok_or(gateaux_array::ArrayError::DivisionByZero { op: "gaps" }),
            };
            differences.array.try_map(reciprocal).map(Value::new).map_err(text)
        }
        Kernel::ImaginaryUnit | Kernel::Pi | Kernel::None => form(op.name, args),
    }
}

/// Eigenvalues or singular values that differ by less than this part of the largest one count as equal.
const LEAST_GAP: f64 = 1e-10;

/// In floats, what is equal by its form may differ by rounding, and divisions by the difference give numbers made of it.
fn separate<T: Field>(values: &Array<T>) -> Outcome<()> {
    let largest = values
        .data()
        .iter()
        .fold(0.0f64, |max, value| max.max(value.pivot_size()));
    let is_close = |pair: &[T]| {
        let gap = pair[1].sub(&pair[0]).pivot_size();
        gap > 0.0 && gap <= LEAST_GAP * largest
    };
    match values.data().windows(2).any(is_close) {
        true => Err("values of a matrix that are nearly equal".to_owned()),
        false => Ok(()),
    }
}

/// The eigenvalues and eigenvectors, where they have derivatives.
fn eigen<T: Field>(x: &Value<T>) -> Outcome<(Array<T>, Array<T>)> {
    let (values, vectors) = T::eigh(&x.array).map_err(text)?;
    separate(&values)?;
    Ok((values, vectors))
}

/// The singular values and vectors, where they have derivatives.
fn singular<T: Field>(x: &Value<T>) -> Outcome<Svd<T>> {
    let svd = T::svd(&x.array).map_err(text)?;
    separate(&svd.s)?;
    let sizes: Vec<f64> = svd.s.data().iter().map(T::pivot_size).collect();
    match sizes.iter().any(|size| *size <= LEAST_GAP * sizes[0]) {
        true => Err("a singular value that is nearly 0".to_owned()),
        false => Ok(svd),
    }
}

/// Real numbers are their own conjugates.
fn conjugate<T: Field>(x: &Value<T>) -> Outcome<Value<T>> {
    if T::imaginary_unit().is_none() {
        return Ok(x.clone());
    }
    let conjugate = x.array.try_map(|entry| entry.apply(Function::Conj));
    conjugate.map(|array| x.with(array)).map_err(text)
}

fn product_of<T: Field>(x: &Array<T>) -> T {
    x.data().iter().fold(T::one(), |product, entry| product.mul(entry))
}

/// The place of the first entry, in column order, that no other one exceeds.
fn extreme<T: Field>(x: &Array<T>, wanted: Ordering) -> Outcome<usize> {
    let (mut best, entries) = (0, x.data());
    for at in 1..entries.len() {
        if entries[at].compare(&entries[best]).map_err(text)? == Some(wanted) {
            best = at;
        }
    }
    Ok(best)
}

fn pairwise<T: Field>(args: &[Value<T>], wanted: Ordering) -> Outcome<Value<T>> {
    let (a, b) = (filled(&args[0], &args[1])?, filled(&args[1], &args[0])?);
    let pick = |x: &T, y: &T| {
        Ok(if x.compare(y)? == Some(wanted) {
            x.clone()
        } else {
            y.clone()
        })
    };
    a.array.try_zip(&b.array, pick).map(|array| a.with(array)).map_err(text)
}

/// The functions that are forms of expressions or abbreviations, by definition.
fn form<T: Field>(name: &str, args: &[Value<T>]) -> Outcome<Value<T>> {
    let x = &args[0];
    let n = x.array.len();
    let count = |n: usize| T::from_i64(i64::try_from(n).unwrap_or(0));
    let over = |value: Value<T>, n: usize| quotient(&value, &Value::scalar(count(n)));
    let half_sum = |sign: i64| -> Outcome<Value<T>> {
        let transposed = x.array.transpose().map_err(text)?.scale(&T::from_i64(sign));
        over(Value::new(x.array.add(&transposed).map_err(text)?), 2)
    };
    let sum = || Value::scalar(linear::sum(&x.array));
    match (name, x.array.rank(), args.len()) {
        ("sum", _, 1) => Ok(sum()),
        ("mean", _, 1) => over(sum(), n),
        ("sum" | "mean", 2, 2) => {
            let axis = usize::from(args[1].number() == T::from_i64(2));
            let sums = Value::new(linear::sum_axis(&x.array, axis).map_err(text)?);
            let sums = if axis == 0 { transpose(&sums)? } else { sums };
            if name == "mean" {
                over(sums, x.array.shape()[axis])
            } else {
                Ok(sums)
            }
        }
        ("tr", 0, _) => Ok(x.clone()),
        ("tr", ..) => linear::trace(&x.array).map(Value::scalar).map_err(text),
        ("dot", ..) => linear::dot(&x.array, &args[1].array).map(Value::scalar).map_err(text),
        ("inv", ..) => inverse(x),
        ("real", ..) => over(x.with(x.array.add(&conjugate(x)?.array).map_err(text)?), 2),
        ("imag", ..) => match T::imaginary_unit() {
            Some(unit) => {
                let difference = x.with(x.array.sub(&conjugate(x)?.array).map_err(text)?);
                over(quotient(&difference, &Value::scalar(unit))?, 2)
            }
            None => Ok(x.with(x.array.map(|_| T::zero()))),
        },
        ("ctranspose", ..) => transpose(&conjugate(x)?),
        ("diag", 1, _) => {
            let entry = |at: &[usize]| {
                if at[0] == at[1] {
                    x.array.data()[at[0]].clone()
                } else {
                    T::zero()
                }
            };
            Array::from_fn(&[n, n], entry).map(Value::new).map_err(text)
        }
        ("diag", ..) => {
            let entry = |at: &[usize]| x.array.get(&[at[0], at[0]]).cloned().unwrap_or_else(T::zero);
            let rows = x.array.shape().get(..1).ok_or("diag of a scalar")?;
            Array::from_fn(rows, entry).map(Value::new).map_err(text)
        }
        ("tril", ..) => triangle(x, |i, j| i >= j),
        ("triu", ..) => triangle(x, |i, j| i <= j),
        ("norminf", ..) => {
            let sizes = x.array.try_map(|entry| entry.apply(Function::Abs)).map_err(text)?;
            let at = extreme(&sizes, Ordering::Greater)?;
            Ok(Value::scalar(sizes.data()[at].clone()))
        }
        ("vec", ..) => x.array.clone().reshape(&[n]).map(Value::new).map_err(text),
        ("kron", ..) => linear::kron(&x.array, &args[1].array).map(Value::new).map_err(text),
        ("sym", ..) => half_sum(1),
        ("skew", ..) => half_sum(-1),
        ("sqrt", ..) => x
            .array
            .try_map(|entry| entry.apply(Function::Sqrt))
            .map(|a| x.with(a))
            .map_err(text),
        ("cumsum", ..) => {
            let entries = x.array.data();
            let sums = (1..=n).map(|end| entries[..end].iter().fold(T::zero(), |sum, entry| sum.add(entry)));
            Array::vector(sums.collect()).map(Value::new).map_err(text)
        }
        ("norm", _, 2) => {
            let p = args[1].number();
            let power = |entry: &T| super::power_of(&entry.apply(Function::Abs)?, &p);
            let powers = x.array.try_map(power).map_err(text)?;
            let root = T::one().div(&p).ok_or("a norm without an exponent")?;
            super::power_of(&linear::sum(&powers), &root)
                .map(Value::scalar)
                .map_err(text)
        }
        ("norm" | "norm2", ..) => T::norm2(&x.array).map(Value::scalar).map_err(text),
        ("lmin", ..) => eigen(x).map(|(values, _)| Value::scalar(values.data()[0].clone())),
        ("lmax", ..) => eigen(x).map(|(values, _)| Value::scalar(values.data()[values.len() - 1].clone())),
        ("spectral", ..) => singular(x).map(|svd| Value::scalar(svd.s.data()[0].clone())),
        ("nuclear", ..) => singular(x).map(|svd| Value::scalar(linear::sum(&svd.s))),
        ("frechet_chol", ..) => factor_change(x, &args[1]),
        ("norm1", ..) => {
            let sizes = x.array.try_map(|entry| entry.apply(Function::Abs)).map_err(text)?;
            Ok(Value::scalar(linear::sum(&sizes)))
        }
        (name, ..) => Err(format!("the function {name}")),
    }
}

/// The change of the Cholesky factor L of S in the direction E: L times the lower triangle of inv(L)*E*inv(L)' with half
/// its diagonal.
fn factor_change<T: Field>(s: &Value<T>, e: &Value<T>) -> Outcome<Value<T>> {
    let factor = T::cholesky(&s.array).map_err(text)?;
    let left = T::solve(&factor, &e.array).map_err(text)?;
    let both = T::solve(&factor, &left.transpose().map_err(text)?).map_err(text)?;
    let two = T::from_i64(2);
    let n = factor.shape()[0];
    let half = (0..n * n).map(|place| {
        // The solution is the transpose of what is wanted.
        let (i, j) = (place % n, place / n);
        match i.cmp(&j) {
            Ordering::Less => Ok(T::zero()),
            Ordering::Equal => both.data()[place].div(&two).ok_or("no half"),
            Ordering::Greater => Ok(both.data()[j + i * n].clone()),
        }
    });
    let half = Array::from_column_major(&[n, n], half.collect::<Result<Vec<T>, _>>()?).map_err(text)?;
    T::matmul(&factor, &half).map(Value::new).map_err(text)
}

/// The entries of a matrix at some places, and zeros elsewhere.
fn triangle<T: Field>(x: &Value<T>, keep: fn(usize, usize) -> bool) -> Outcome<Value<T>> {
    let entry = |at: &[usize]| match x.array.get(at) {
        Some(entry) if keep(at[0], at[1]) => entry.clone(),
        _ => T::zero(),
    };
    Array::from_fn(x.array.shape(), entry).map(Value::new).map_err(text)
}
