//! Arithmetic entry by entry and reductions.

use super::{SIZES, assert_near, numbers};
use crate::Function;
use crate::kernels::level::at_each_level;
use crate::kernels::*;

const BINARY: [Binary; 9] = [
    Binary::Add,
    Binary::Sub,
    Binary::Mul,
    Binary::Div,
    Binary::Max,
    Binary::Min,
    Binary::Pow,
    Binary::Less,
    Binary::AtMost,
];

fn plain_binary<T: Scalar>(op: Binary, x: T, y: T) -> T {
    let truth = |holds: bool| if holds { T::one() } else { T::zero() };
    let undefined = x.partial_cmp(&y).is_none();
    match op {
        Binary::Add => x + y,
        Binary::Sub => x - y,
        Binary::Mul => x * y,
        Binary::Div => x / y,
        Binary::Max | Binary::Min if undefined => x + y,
        Binary::Max => {
            if x > y {
                x
            } else {
                y
            }
        }
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

/// Numbers with a few that are not finite or equal to others.
fn mixed<T: Scalar>(n: usize, shift: usize) -> Vec<T> {
    let mut entries: Vec<T> = numbers().vector(n);
    let special = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 0.0, -0.0, 1.0, 0.5];
    for (place, entry) in entries.iter_mut().enumerate() {
        let choice = (place * 5 + shift) % 11;
        if choice < special.len() {
            *entry = T::nearest(special[choice]);
        }
    }
    entries
}

fn binary_operations<T: Scalar>() {
    let number = T::nearest(0.75);
    for n in SIZES.into_iter().chain([2500]) {
        let (x, y) = (mixed::<T>(n, 0), mixed::<T>(n, 4));
        for op in BINARY {
            let expected = |x: &dyn Fn(usize) -> T, y: &dyn Fn(usize) -> T| -> Vec<T> {
                (0..n).map(|i| plain_binary(op, x(i), y(i))).collect()
            };
            let mut out = vec![T::zero(); n];
            binary(op, Operand::Slice(&x), Operand::Slice(&y), &mut out);
            assert_near(&out, &expected(&|i| x[i], &|i| y[i]), 0.0);
            binary(op, Operand::Slice(&x), Operand::Number(number), &mut out);
            assert_near(&out, &expected(&|i| x[i], &|_| number), 0.0);
            binary(op, Operand::Number(number), Operand::Slice(&y), &mut out);
            assert_near(&out, &expected(&|_| number, &|i| y[i]), 0.0);
            binary(op, Operand::Number(number), Operand::Number(T::one()), &mut out);
            assert_near(&out, &expected(&|_| number, &|_| T::one()), 0.0);
            let mut own = x.clone();
            binary_in_place(op, &mut own, Operand::Slice(&y));
            assert_near(&own, &expected(&|i| x[i], &|i| y[i]), 0.0);
            let mut own = y.clone();
            binary_into_right(op, Operand::Slice(&x), &mut own);
            assert_near(&own, &expected(&|i| x[i], &|i| y[i]), 0.0);
        }
    }
}

#[test]
fn binary_operations_are_those_of_numbers() {
    at_each_level(|_| {
        binary_operations::<f64>();
        binary_operations::<f32>();
    });
}

fn unary_operations<T: Scalar>() {
    let operations = [
        Unary::Neg,
        Unary::Reciprocal,
        Unary::Square,
        Unary::Sqrt,
        Unary::SigmoidSlope,
    ];
    let powers = [-9, -8, -3, -1, 0, 1, 2, 3, 5, 8, 9, i32::MIN].map(Unary::Power);
    for n in SIZES.into_iter().chain([2500]) {
        let x = mixed::<T>(n, 0);
        for op in operations.into_iter().chain(powers) {
            let value = |x: &T| match op {
                Unary::Neg => -*x,
                Unary::Reciprocal => T::one() / *x,
                Unary::Square => *x * *x,
                Unary::Sqrt => x.function(Function::Sqrt),
                Unary::Power(exponent) => x.powi(i64::from(exponent)).unwrap(),
                Unary::SigmoidSlope => x.function(Function::Sigmoid) * (-*x).function(Function::Sigmoid),
                Unary::Apply(function) => x.function(function),
            };
            let mut out = vec![T::zero(); n];
            unary(op, &x, &mut out);
            for (x, (out, expected)) in x.iter().zip(out.iter().zip(x.iter().map(value))) {
                let bound = 8.0 * T::epsilon() * expected.double().abs();
                let near = (out.double() - expected.double()).abs() <= bound;
                assert!(
                    near || *out == expected || out.undefined() && expected.undefined(),
                    "{op:?} of {x:?}: {out:?}"
                );
            }
        }
        for function in [Function::Conj, Function::Abs, Function::Sign, Function::Relu] {
            let mut out = vec![T::zero(); n];
            unary(Unary::Apply(function), &x, &mut out);
            let expected: Vec<T> = x.iter().map(|x| x.function(function)).collect();
            assert_near(&out, &expected, 0.0);
        }
    }
}

#[test]
fn unary_operations_are_those_of_numbers() {
    at_each_level(|_| {
        unary_operations::<f64>();
        unary_operations::<f32>();
    });
}

#[test]
fn multiples_are_added_and_made() {
    at_each_level(|_| {
        for n in SIZES {
            let x: Vec<f64> = numbers().vector(n);
            let mut out = vec![1.0; n];
            multiply_add(2.0, Operand::Slice(&x), &mut out);
            multiply_add(-1.0, Operand::Number(0.5), &mut out);
            let expected: Vec<f64> = x.iter().map(|x| 0.5 + 2.0 * x).collect();
            assert_near(&out, &expected, 4.0);
            scale(3.0, &x, &mut out);
            assert_near(&out, &x.iter().map(|x| 3.0 * x).collect::<Vec<f64>>(), 0.0);
        }
    });
}

#[test]
fn selection_takes_one_or_the_other() {
    at_each_level(|_| {
        for n in SIZES {
            let condition = mixed::<f64>(n, 0);
            let (x, y): (Vec<f64>, Vec<f64>) = (numbers().vector(n), vec![7.0; n]);
            let expected: Vec<f64> = (0..n).map(|i| if condition[i] != 0.0 { x[i] } else { 7.0 }).collect();
            let mut out = vec![0.0; n];
            for otherwise in [Operand::Slice(&y[..]), Operand::Number(7.0)] {
                select(Operand::Slice(&condition), Operand::Slice(&x), otherwise, &mut out);
                assert_near(&out, &expected, 0.0);
            }
            select(Operand::Number(0.0), Operand::Slice(&x), Operand::Slice(&y), &mut out);
            assert_near(&out, &y, 0.0);
            select(
                Operand::Number(f64::NAN),
                Operand::Slice(&x),
                Operand::Slice(&y),
                &mut out,
            );
            assert_near(&out, &x, 0.0);
        }
    });
}

#[test]
fn reductions_are_those_of_plain_loops() {
    at_each_level(|_| {
        for n in SIZES {
            let (x, y): (Vec<f64>, Vec<f64>) = (numbers().vector(n), numbers().vector(n));
            assert_near(&[sum(&x)], &[x.iter().sum()], 300.0);
            assert_near(&[dot(&x, &y)], &[x.iter().zip(&y).map(|(x, y)| x * y).sum()], 300.0);
            assert_eq!(maximum(&x), x.iter().copied().fold(f64::NEG_INFINITY, f64::max));
            assert_eq!(minimum(&x), x.iter().copied().fold(f64::INFINITY, f64::min));
            for place in 0..n {
                let mut x = x.clone();
                x[place] = f64::NAN;
                assert!(sum(&x).is_nan() && maximum(&x).is_nan() && minimum(&x).is_nan());
            }
        }
    });
}
