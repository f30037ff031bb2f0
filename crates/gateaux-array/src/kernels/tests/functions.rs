//! The functions against double-double arithmetic.

use super::numbers;
use crate::kernels::level::at_each_level;
use crate::kernels::{Unary, unary, unary_in_place};
use crate::{DoubleDouble, Function, Number, Real};

/// The functions that have vector code, each with the bound on its error in units in the last place.
const BOUNDS: [(Function, f64); 10] = [
    (Function::Exp, 0.9),
    (Function::Expm1, 1.1),
    (Function::Ln, 0.8),
    (Function::Log1p, 0.8),
    (Function::Sin, 0.6),
    (Function::Cos, 0.6),
    (Function::Tanh, 1.1),
    (Function::Sigmoid, 1.1),
    (Function::Softplus, 1.3),
    (Function::Erf, 1.5),
];

/// Arguments of all sizes and both signs, dense where functions change.
fn arguments() -> Vec<f64> {
    let mut numbers = numbers();
    let mut arguments = vec![
        0.0,
        -0.0,
        f64::INFINITY,
        f64::NEG_INFINITY,
        f64::NAN,
        f64::MAX,
        f64::MIN,
    ];
    arguments.extend([
        1.0,
        -1.0,
        709.782_712_893_384,
        709.782_712_893_385,
        -745.13,
        -745.14,
        -708.4,
        1e5,
        -1e5,
    ]);
    for _ in 0..4000 {
        arguments.extend([1.0, 10.0, 750.0, 1e5].map(|scale| scale * numbers.next()));
        arguments.push(1.0 + 0.2 * numbers.next());
        let power = (100.0 * numbers.next()).exp2();
        let any_bits = f64::from_bits((numbers.next().to_bits() << 12) ^ numbers.next().to_bits());
        let subnormal = f64::from_bits(numbers.next().to_bits() & ((1 << 52) - 1));
        arguments.extend([power, -power, any_bits, subnormal, -subnormal]);
    }
    for quarter_turns in 1..4000u32 {
        let zero = f64::from(quarter_turns) * std::f64::consts::FRAC_PI_2;
        arguments.extend([zero, zero.next_up()]);
    }
    arguments
}

/// The error of the value of a function in units in the last place.
fn error(function: Function, x: f64, value: f64) -> f64 {
    // Double-double numbers lose their digits below 1e-290, but there these functions are linear.
    let is_linear = matches!(
        function,
        Function::Expm1 | Function::Log1p | Function::Sin | Function::Tanh | Function::Erf
    );
    let scale = if is_linear && x.abs() < 1e-200 {
        2f64.powi(400)
    } else {
        1.0
    };
    let exact = DoubleDouble::from_f64(x * scale).apply(function).unwrap();
    distance(exact, value, scale)
}

/// How far a value is from the exact one, which is `scale` times as large, in units in the last place; infinite if one of
/// them is not finite and the other is.
fn distance(exact: DoubleDouble, value: f64, scale: f64) -> f64 {
    let (rounded, value) = (exact.high(), value * scale);
    if !rounded.is_finite() || !value.is_finite() {
        let same = value == rounded || value.is_nan() && rounded.is_nan();
        return if same { 0.0 } else { f64::INFINITY };
    }
    let size = rounded.abs().max(f64::MIN_POSITIVE * scale);
    ((value - rounded) - exact.low()).abs() / (size.next_up() - size)
}

#[test]
fn functions_are_good_to_a_few_units_in_the_last_place() {
    let arguments = arguments();
    at_each_level(|level| {
        for (function, bound) in BOUNDS {
            let mut values = vec![0.0; arguments.len()];
            unary(Unary::Apply(function), &arguments, &mut values);
            let mut worst = (0.0, 0.0, 0.0);
            for (&x, &value) in arguments.iter().zip(&values) {
                // Beyond these the reference has lost its digits.
                if matches!(function, Function::Sin | Function::Cos) && x.abs() > 1e15 {
                    continue;
                }
                let error = error(function, x, value);
                if error > worst.0 {
                    worst = (error, x, value);
                }
            }
            let (error, x, value) = worst;
            assert!(
                error <= bound,
                "{level:?}: {}({x:e}) = {value:e} is off by {error}",
                function.name()
            );
        }
    });
}

#[test]
fn the_slope_of_the_sigmoid_has_all_digits() {
    let arguments = arguments();
    let exact: Vec<DoubleDouble> = arguments
        .iter()
        .map(|&x| {
            let value = |x: f64| DoubleDouble::from_f64(x).apply(Function::Sigmoid).unwrap();
            value(x).mul(&value(-x))
        })
        .collect();
    at_each_level(|level| {
        let mut values = vec![0.0; arguments.len()];
        unary(Unary::SigmoidSlope, &arguments, &mut values);
        for ((&x, &exact), &value) in arguments.iter().zip(&exact).zip(&values) {
            let error = distance(exact, value, 1.0);
            assert!(
                error <= 2.0,
                "{level:?}: the slope at {x:e} is {value:e}, off by {error}"
            );
        }
        for (x, expected) in [(0.0, 0.25), (f64::INFINITY, 0.0), (f64::NEG_INFINITY, 0.0)] {
            unary(Unary::SigmoidSlope, &[x], &mut values[..1]);
            assert_eq!(values[0], expected);
        }
        unary(Unary::SigmoidSlope, &[f64::NAN], &mut values[..1]);
        assert!(values[0].is_nan());
    });
}

#[test]
fn functions_of_singles_are_rounded_doubles() {
    let arguments: Vec<f32> = arguments().into_iter().map(|x| x as f32).collect();
    at_each_level(|level| {
        for function in Function::ALL {
            let mut values = arguments[..2000].to_vec();
            unary_in_place(Unary::Apply(function), &mut values);
            for (x, &value) in arguments.iter().zip(&values) {
                let expected = x.function(function);
                let near = (value - expected).abs() <= f32::EPSILON * expected.abs() + f32::from_bits(1);
                let same = near || value == expected || value.is_nan() && expected.is_nan();
                assert!(
                    same,
                    "{level:?}: {}({x:e}) = {value:e}, not {expected:e}",
                    function.name()
                );
            }
        }
    });
}

#[test]
fn zeros_keep_their_signs() {
    at_each_level(|level| {
        for function in [
            Function::Expm1,
            Function::Log1p,
            Function::Sin,
            Function::Tanh,
            Function::Erf,
            Function::Sqrt,
        ] {
            let mut zeros = [0.0_f64, -0.0];
            unary_in_place(Unary::Apply(function), &mut zeros);
            assert!(
                zeros[0].is_sign_positive() && zeros[1].is_sign_negative(),
                "{level:?}: {function:?}"
            );
        }
    });
}
