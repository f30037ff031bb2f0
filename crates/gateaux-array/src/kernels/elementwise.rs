//! Arithmetic and functions entry by entry.

use super::Scalar;
use super::level::vectorized;
use crate::Function;

/// What stands on one side of an operation entry by entry.
#[derive(Clone, Copy, Debug)]
pub enum Operand<'a, T> {
    /// One number for each entry of the result.
    Slice(&'a [T]),
    /// The same number for all of them.
    Number(T),
}

/// An operation on each entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Unary {
    /// -x
    Neg,
    /// 1/x
    Reciprocal,
    /// x*x
    Square,
    /// The square root.
    Sqrt,
    /// The power with an integer exponent, which may be negative. Exponents of size up to 8 are products, which are
    /// good to 4 units in the last place and may overflow where only their reciprocal is wanted.
    Power(i32),
    /// The value of a function.
    Apply(Function),
}

/// An operation on pairs of entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Binary {
    /// x + y
    Add,
    /// x - y
    Sub,
    /// x*y
    Mul,
    /// x/y
    Div,
    /// The larger one; what is not a number wins.
    Max,
    /// The smaller one; what is not a number wins.
    Min,
    /// The power.
    Pow,
    /// 1 where x < y, else 0, also where one is not a number.
    Less,
    /// 1 where x <= y, else 0, also where one is not a number.
    AtMost,
}

/// out = op(x).
///
/// # Shapes
/// Both have one length.
pub fn unary<T: Scalar>(op: Unary, x: &[T], out: &mut [T]) {
    out.copy_from_slice(x);
    unary_in_place(op, out);
}

/// x = op(x).
pub fn unary_in_place<T: Scalar>(op: Unary, x: &mut [T]) {
    let value = |x: T| match op {
        Unary::Neg => -x,
        Unary::Reciprocal => T::one() / x,
        Unary::Square => x * x,
        Unary::Sqrt => x.root(),
        Unary::Power(exponent) => crate::Number::powi(&x, i64::from(exponent)).unwrap_or(x),
        Unary::Apply(function) => x.function(function),
    };
    x.iter_mut().for_each(|x| *x = value(*x));
}

#[inline(always)]
fn value<T: Scalar>(op: Binary, x: T, y: T) -> T {
    let truth = |holds: bool| if holds { T::one() } else { T::zero() };
    match op {
        Binary::Add => x + y,
        Binary::Sub => x - y,
        Binary::Mul => x * y,
        Binary::Div => x / y,
        Binary::Max if x.partial_cmp(&y).is_none() => x + y,
        Binary::Max => {
            if x > y {
                x
            } else {
                y
            }
        }
        Binary::Min if x.partial_cmp(&y).is_none() => x + y,
        Binary::Min => {
            if x < y {
                x
            } else {
                y
            }
        }
        Binary::Pow => x.powf(&y),
        Binary::Less => truth(x < y),
        Binary::AtMost => truth(x <= y),
    }
}

impl<T: Scalar> Operand<'_, T> {
    #[inline(always)]
    fn at(&self, index: usize) -> T {
        match self {
            Operand::Slice(entries) => entries[index],
            Operand::Number(number) => *number,
        }
    }

    fn check(&self, length: usize) {
        if let Operand::Slice(entries) = self {
            assert_eq!(entries.len(), length, "operands of one length");
        }
    }
}

/// out = x op y.
///
/// # Shapes
/// Slices have the length of `out`.
pub fn binary<T: Scalar>(op: Binary, x: Operand<T>, y: Operand<T>, out: &mut [T]) {
    x.check(out.len());
    y.check(out.len());
    out.iter_mut()
        .enumerate()
        .for_each(|(i, out)| *out = value(op, x.at(i), y.at(i)));
}

/// x = x op y.
///
/// # Shapes
/// A slice has the length of `x`.
pub fn binary_in_place<T: Scalar>(op: Binary, x: &mut [T], y: Operand<T>) {
    y.check(x.len());
    x.iter_mut().enumerate().for_each(|(i, x)| *x = value(op, *x, y.at(i)));
}

/// y = x op y.
///
/// # Shapes
/// A slice has the length of `y`.
pub fn binary_into_right<T: Scalar>(op: Binary, x: Operand<T>, y: &mut [T]) {
    x.check(y.len());
    y.iter_mut().enumerate().for_each(|(i, y)| *y = value(op, x.at(i), *y));
}

vectorized! {
    /// out = out + alpha*x.
    ///
    /// # Shapes
    /// A slice has the length of `out`.
    pub fn multiply_add<T, I>(alpha: T, x: Operand<T>, out: &mut [T]) {
        x.check(out.len());
        match x {
            Operand::Slice(x) => out.iter_mut().zip(x).for_each(|(out, &x)| *out = I::mul_add(alpha, x, *out)),
            Operand::Number(x) => {
                let term = alpha * x;
                out.iter_mut().for_each(|out| *out += term);
            }
        }
    }

    /// out = alpha*x.
    ///
    /// # Shapes
    /// Both have one length.
    pub fn scale<T, I>(alpha: T, x: &[T], out: &mut [T]) {
        assert_eq!(x.len(), out.len());
        out.iter_mut().zip(x).for_each(|(out, &x)| *out = alpha * x);
    }
}

/// out = then where condition is not 0, else otherwise; what is not a number counts as not 0.
///
/// # Shapes
/// Slices have the length of `out`.
pub fn select<T: Scalar>(condition: Operand<T>, then: Operand<T>, otherwise: Operand<T>, out: &mut [T]) {
    for operand in [condition, then, otherwise] {
        operand.check(out.len());
    }
    for (i, out) in out.iter_mut().enumerate() {
        *out = if condition.at(i) != T::zero() {
            then.at(i)
        } else {
            otherwise.at(i)
        };
    }
}
