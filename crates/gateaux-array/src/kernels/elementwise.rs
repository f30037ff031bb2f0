//! Arithmetic and functions entry by entry.

use super::Scalar;
use super::functions;
use super::level::{Instructions, vectorized};
use crate::{Function, Number};

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
    /// sigmoid(x)*sigmoid(-x), the slope of the sigmoid, with all digits where one of the factors is close to 1. Four
    /// times that of 2x is 1 - tanh(x)^2.
    SigmoidSlope,
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

/// Entries that are worked on at a time where an operation needs a copy: few enough for the first-level cache.
const BLOCK: usize = 1024;
/// Entries of a power that is being built up in registers; of angles that are looked at together.
const SHORT_BLOCK: usize = 64;
/// Larger exponents are left to the library: each product rounds.
const MAX_PRODUCT_POWER: u32 = 8;

/// out = op(x).
///
/// # Shapes
/// Both have one length.
pub fn unary<T: Scalar>(op: Unary, x: &[T], out: &mut [T]) {
    assert_eq!(x.len(), out.len(), "operands of one length");
    map(op, Some(x), out);
}

/// x = op(x).
pub fn unary_in_place<T: Scalar>(op: Unary, x: &mut [T]) {
    map(op, None, x);
}

/// out = x op y.
///
/// # Shapes
/// Slices have the length of `out`.
pub fn binary<T: Scalar>(op: Binary, x: Operand<T>, y: Operand<T>, out: &mut [T]) {
    x.check(out.len());
    y.check(out.len());
    join(op, x, y, out);
}

/// x = x op y.
///
/// # Shapes
/// A slice has the length of `x`.
pub fn binary_in_place<T: Scalar>(op: Binary, x: &mut [T], y: Operand<T>) {
    y.check(x.len());
    combine(op, x, y, Place::Left);
}

/// y = x op y.
///
/// # Shapes
/// A slice has the length of `y`.
pub fn binary_into_right<T: Scalar>(op: Binary, x: Operand<T>, y: &mut [T]) {
    x.check(y.len());
    combine(op, y, x, Place::Right);
}

impl<'a, T: Scalar> Operand<'a, T> {
    fn check(&self, length: usize) {
        if let Operand::Slice(entries) = self {
            assert_eq!(entries.len(), length, "operands of one length");
        }
    }

    /// The part for the block of this place and length.
    #[inline(always)]
    fn block(&self, place: usize, length: usize) -> Operand<'a, T> {
        match *self {
            Operand::Slice(entries) => Operand::Slice(&entries[place * BLOCK..][..length]),
            number => number,
        }
    }
}

/// On which side of an operation its result is written.
#[derive(Clone, Copy)]
enum Place {
    Left,
    Right,
}

/// own = f(own, other) or f(other, own).
#[inline(always)]
fn zip<T: Scalar>(own: &mut [T], other: Operand<T>, place: Place, f: impl Fn(T, T) -> T) {
    match (other, place) {
        (Operand::Slice(other), Place::Left) => {
            for (own, &other) in own.iter_mut().zip(other) {
                *own = f(*own, other);
            }
        }
        (Operand::Slice(other), Place::Right) => {
            for (own, &other) in own.iter_mut().zip(other) {
                *own = f(other, *own);
            }
        }
        (Operand::Number(other), Place::Left) => each(own, |own| f(own, other)),
        (Operand::Number(other), Place::Right) => each(own, |own| f(other, own)),
    }
}

/// out = f(x, y).
#[inline(always)]
fn zip_into<T: Scalar>(x: Operand<T>, y: Operand<T>, out: &mut [T], f: impl Fn(T, T) -> T) {
    match (x, y) {
        (Operand::Slice(x), Operand::Slice(y)) => {
            for ((out, &x), &y) in out.iter_mut().zip(x).zip(y) {
                *out = f(x, y);
            }
        }
        (Operand::Slice(x), Operand::Number(y)) => {
            for (out, &x) in out.iter_mut().zip(x) {
                *out = f(x, y);
            }
        }
        (Operand::Number(x), Operand::Slice(y)) => {
            for (out, &y) in out.iter_mut().zip(y) {
                *out = f(x, y);
            }
        }
        (Operand::Number(x), Operand::Number(y)) => out.fill(f(x, y)),
    }
}

/// The x if it compares to y as wanted, else y; what is not a number wins.
#[inline(always)]
fn pick<T: Scalar>(x: T, y: T, wanted: bool) -> T {
    let value = if wanted { x } else { y };
    if x.undefined() | y.undefined() { x + y } else { value }
}

#[inline(always)]
fn truth<T: Scalar>(holds: bool) -> T {
    if holds { T::ONE } else { T::ZERO }
}

/// out = f(x), or f(out) without x, entry by entry. A macro, because only a direct call of f is sure to be compiled for the
/// level.
macro_rules! each {
    ($x:expr, $out:expr, $f:expr) => {
        match $x {
            Some(x) => {
                for (out, &x) in $out.iter_mut().zip(x) {
                    *out = $f(x);
                }
            }
            None => {
                for out in $out.iter_mut() {
                    *out = $f(*out);
                }
            }
        }
    };
}

/// As [`each`] for a function that is computed in doubles.
macro_rules! in_doubles {
    ($x:expr, $out:expr, $f:expr) => {
        each!($x, $out, |x: T| T::nearest($f(x.double())))
    };
}

vectorized! {
    fn join<T, I>(op: Binary, x: Operand<T>, y: Operand<T>, out: &mut [T]) {
        match op {
            Binary::Add => zip_into(x, y, out, |x, y| x + y),
            Binary::Sub => zip_into(x, y, out, |x, y| x - y),
            Binary::Mul => zip_into(x, y, out, |x, y| x * y),
            Binary::Div => zip_into(x, y, out, |x, y| x / y),
            Binary::Max => zip_into(x, y, out, |x, y| pick(x, y, x > y)),
            Binary::Min => zip_into(x, y, out, |x, y| pick(x, y, x < y)),
            Binary::Pow => zip_into(x, y, out, |x, y| x.powf(&y)),
            Binary::Less => zip_into(x, y, out, |x, y| truth(x < y)),
            Binary::AtMost => zip_into(x, y, out, |x, y| truth(x <= y)),
        }
    }

    /// out = op(x), or op(out) without x.
    fn map<T, I>(op: Unary, x: Option<&[T]>, out: &mut [T]) {
        match op {
            Unary::Neg => each!(x, out, |x: T| -x),
            Unary::Reciprocal => each!(x, out, |x: T| T::ONE / x),
            Unary::Square => each!(x, out, |x: T| x * x),
            Unary::Sqrt => each!(x, out, T::root),
            Unary::Power(exponent) => power(exponent, x, out),
            Unary::SigmoidSlope => in_doubles!(x, out, functions::sigmoid_slope::<I>),
            Unary::Apply(function) => apply::<T, I>(function, x, out),
        }
    }

    fn combine<T, I>(op: Binary, own: &mut [T], other: Operand<T>, place: Place) {
        match op {
            Binary::Add => zip(own, other, place, |x, y| x + y),
            Binary::Sub => zip(own, other, place, |x, y| x - y),
            Binary::Mul => zip(own, other, place, |x, y| x * y),
            Binary::Div => zip(own, other, place, |x, y| x / y),
            Binary::Max => zip(own, other, place, |x, y| pick(x, y, x > y)),
            Binary::Min => zip(own, other, place, |x, y| pick(x, y, x < y)),
            Binary::Pow => zip(own, other, place, |x, y| x.powf(&y)),
            Binary::Less => zip(own, other, place, |x, y| truth(x < y)),
            Binary::AtMost => zip(own, other, place, |x, y| truth(x <= y)),
        }
    }
}

#[inline(always)]
fn power<T: Scalar>(exponent: i32, x: Option<&[T]>, out: &mut [T]) {
    if let Some(x) = x {
        out.copy_from_slice(x);
    }
    if exponent.unsigned_abs() > MAX_PRODUCT_POWER {
        return each(out, |x| Number::powi(&x, i64::from(exponent)).unwrap_or(T::ZERO));
    }
    for x in out.chunks_mut(SHORT_BLOCK) {
        let mut powers = [T::ONE; SHORT_BLOCK];
        let powers = &mut powers[..x.len()];
        let mut rest = exponent.unsigned_abs();
        while rest > 0 {
            if rest % 2 == 1 {
                zip(powers, Operand::Slice(x), Place::Left, |power, x| power * x);
            }
            each(x, |x| x * x);
            rest /= 2;
        }
        if exponent < 0 {
            each(powers, |power| T::ONE / power);
        }
        x.copy_from_slice(powers);
    }
}

/// As [`in_doubles`] for sines or cosines; blocks with arguments too large for the vectors go entry by entry.
macro_rules! angles {
    ($x:expr, $out:expr, $function:expr, $f:expr) => {{
        if let Some(x) = $x {
            $out.copy_from_slice(x);
        }
        for x in $out.chunks_mut(SHORT_BLOCK) {
            if are_moderate(x) {
                in_doubles!(None::<&[T]>, x, $f);
            } else {
                each(x, |x| x.function($function));
            }
        }
    }};
}

#[inline(always)]
fn apply<T: Scalar, I: Instructions>(function: Function, x: Option<&[T]>, out: &mut [T]) {
    match function {
        Function::Conj => each!(x, out, |x: T| x),
        Function::Abs => each!(x, out, T::size),
        Function::Sign => each!(x, out, sign),
        Function::Relu => each!(x, out, |x: T| if x <= T::ZERO { T::ZERO } else { x }),
        Function::Sqrt => each!(x, out, T::root),
        Function::Exp => in_doubles!(x, out, functions::exp::<I>),
        Function::Expm1 => in_doubles!(x, out, functions::expm1::<I>),
        Function::Ln => in_doubles!(x, out, functions::ln::<I>),
        Function::Log1p => in_doubles!(x, out, functions::log1p::<I>),
        Function::Sin => angles!(x, out, function, functions::sin::<I>),
        Function::Cos => angles!(x, out, function, functions::cos::<I>),
        Function::Tanh => in_doubles!(x, out, functions::tanh::<I>),
        Function::Sigmoid => in_doubles!(x, out, functions::sigmoid::<I>),
        Function::Softplus => in_doubles!(x, out, functions::softplus::<I>),
        Function::Erf => in_doubles!(x, out, functions::erf::<I>),
        Function::Tan
        | Function::Asin
        | Function::Acos
        | Function::Atan
        | Function::Sinh
        | Function::Cosh
        | Function::Lgamma
        | Function::Digamma
        | Function::NormalCdf
        | Function::LogNormalCdf => each!(x, out, |x: T| x.function(function)),
    }
}

/// -1, 0 or 1, or what is not a number.
#[inline(always)]
fn sign<T: Scalar>(x: T) -> T {
    if x > T::ZERO {
        T::ONE
    } else if x < T::ZERO {
        -T::ONE
    } else {
        x.size()
    }
}

/// x = f(x). Loops are written out: the body of an iterator's own loop may not be compiled for the level.
#[inline(always)]
fn each<T: Scalar>(x: &mut [T], f: impl Fn(T) -> T) {
    for x in x {
        *x = f(*x);
    }
}

/// Whether sines and cosines of all entries are in reach of the vectors.
#[inline(always)]
fn are_moderate<T: Scalar>(angles: &[T]) -> bool {
    let mut fits = true;
    for angle in angles {
        fits &= angle.double().abs() <= functions::MAX_ANGLE;
    }
    fits
}

vectorized! {
    /// out = out + alpha*x.
    ///
    /// # Shapes
    /// A slice has the length of `out`.
    pub fn multiply_add<T, I>(alpha: T, x: Operand<T>, out: &mut [T]) {
        x.check(out.len());
        match x {
            Operand::Slice(_) => zip(out, x, Place::Left, |out, x| I::mul_add(alpha, x, out)),
            Operand::Number(x) => each(out, |out| out + alpha * x),
        }
    }

    /// out = alpha*x.
    ///
    /// # Shapes
    /// Both have one length.
    pub fn scale<T, I>(alpha: T, x: &[T], out: &mut [T]) {
        assert_eq!(x.len(), out.len());
        zip(out, Operand::Slice(x), Place::Left, |_, x| alpha * x);
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
    for (place, out) in out.chunks_mut(BLOCK).enumerate() {
        match otherwise.block(place, out.len()) {
            Operand::Slice(otherwise) => out.copy_from_slice(otherwise),
            Operand::Number(otherwise) => out.fill(otherwise),
        }
        let (condition, then) = (condition.block(place, out.len()), then.block(place, out.len()));
        match condition {
            Operand::Slice(condition) => replace(condition, then, out),
            Operand::Number(condition) if condition == T::ZERO => {}
            Operand::Number(_) => zip(out, then, Place::Left, |_, then| then),
        }
    }
}

vectorized! {
    /// out = then where condition is not 0.
    fn replace<T, I>(condition: &[T], then: Operand<T>, out: &mut [T]) {
        let replaced = |condition: T, then: T, own: T| if condition == T::ZERO { own } else { then };
        match then {
            Operand::Slice(then) => {
                for ((out, &condition), &then) in out.iter_mut().zip(condition).zip(then) {
                    *out = replaced(condition, then, *out);
                }
            }
            Operand::Number(then) => zip(out, Operand::Slice(condition), Place::Left, |own, condition| {
                replaced(condition, then, own)
            }),
        }
    }
}
