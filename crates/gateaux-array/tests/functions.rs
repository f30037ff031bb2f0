//! The functions of a real variable: against 60-digit values, at hard points, and their derivatives.

#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(
    clippy::excessive_precision,
    clippy::approx_constant,
    reason = "the table is printed by a program"
)]

use gateaux_array::{ArrayError, DoubleDouble, Dual, Function, Number, Prime, Real};
use proptest::prelude::*;

/// Function, argument, value as the sum of two floats; computed with 60 digits by mpmath 1.3.
const VALUES: &[(Function, f64, f64, f64)] = &[
    (Function::Exp, 1e-10, 1.0000000001, -8.269037096265652e-18),
    (Function::Exp, -745.0, 5e-324, -0.0),
    (Function::Exp, 700.25, 1.3022997366991783e+304, 7.154767958193286e+287),
    (Function::Exp, 1.0, 2.718281828459045, 1.4456468917292502e-16),
    (Function::Exp, -0.3466, 0.7070881069410189, -4.768387989392634e-17),
    (Function::Expm1, 1e-10, 1.00000000005e-10, 3.3900133221217734e-27),
    (Function::Expm1, -0.29, -0.2517364324214348, 1.5980863721491973e-17),
    (Function::Expm1, 0.31, 0.3634251141321778, -2.6660201716992278e-17),
    (Function::Expm1, 5.5, 243.69193226422038, 4.129320187450839e-15),
    (Function::Ln, 1.0000001, 9.999999505838704e-08, 1.5249709528441489e-24),
    (Function::Ln, 0.7, -0.35667494393873245, 4.82556379937662e-18),
    (Function::Ln, 1e-300, -690.7755278982137, -2.3670096176709832e-14),
    (Function::Ln, 1e+300, 690.7755278982137, 2.3747660028800243e-14),
    (Function::Ln, 0.95, -0.05129329438755058, -2.0440524160392677e-18),
    (Function::Ln, 2.5, 0.9162907318741551, -4.141195369011963e-17),
    (Function::Log1p, 1e-10, 9.999999999500001e-11, -3.389513322121794e-27),
    (Function::Log1p, -0.0999, -0.10524941071909749, 1.4583954183548081e-18),
    (Function::Log1p, 0.5, 0.4054651081081644, -2.8811380259626426e-18),
    (Function::Log1p, -0.75, -1.3862943611198906, -4.638093627692599e-17),
    (Function::Sqrt, 2.0, 1.4142135623730951, -9.667293313452913e-17),
    (Function::Sqrt, 1e-10, 1e-05, -6.358695525628244e-22),
    (Function::Sqrt, 7e+200, 2.6457513110645908e+100, -1.5314575602733518e+84),
    (Function::Sin, 1e-05, 9.999999999833334e-06, 6.182336062862823e-22),
    (
        Function::Sin,
        3.141592653589793,
        1.2246467991473532e-16,
        -2.99476980971834e-33,
    ),
    (Function::Sin, 100000000.0, 0.931639027109726, -6.480822977380808e-18),
    (Function::Sin, 0.75, 0.6816387600233341, 4.410467313197903e-17),
    (Function::Sin, -2.0, -0.9092974268256817, 1.4020906557816256e-17),
    (Function::Cos, 1e-05, 0.99999999995, 4.137435208440879e-18),
    (
        Function::Cos,
        1.5707963267948966,
        6.123233995736766e-17,
        -1.4973849048591698e-33,
    ),
    (Function::Cos, 100000000.0, -0.3633850893556905, -2.682587018538354e-17),
    (Function::Cos, 0.75, 0.7316888688738209, -1.0475824306512768e-17),
    (Function::Cos, 4.0, -0.6536436208636119, 2.5846614087018284e-17),
    (
        Function::Tan,
        1.5707963267948966,
        1.633123935319537e+16,
        -0.24403226295847108,
    ),
    (Function::Tan, 0.3, 0.30933624960962325, -2.7475966183811927e-17),
    (Function::Tan, -10.0, -0.6483608274590866, -4.076151603893501e-17),
    (Function::Asin, 1e-08, 1e-08, 1.6666666666666668e-25),
    (Function::Asin, 0.5, 0.5235987755982989, -5.360408832255455e-17),
    (Function::Asin, 0.9999999, 1.5703491131957876, -4.9012190641525995e-17),
    (Function::Asin, -1.0, -1.5707963267948966, -6.123233995736766e-17),
    (
        Function::Acos,
        0.9999999,
        0.00044721359910904126,
        -1.8830342882148272e-20,
    ),
    (Function::Acos, -0.5, 2.0943951023931957, -2.144163532902182e-16),
    (Function::Acos, 0.1, 1.4706289056333368, 3.599216618329489e-18),
    (Function::Acos, -1.0, 3.141592653589793, 1.2246467991473532e-16),
    (Function::Atan, 1e-08, 1e-08, -3.3333333333333335e-25),
    (Function::Atan, 1.0, 0.7853981633974483, 3.061616997868383e-17),
    (Function::Atan, -300000.0, -1.5707929934615632, -9.541536571532478e-17),
    (Function::Atan, 0.2, 0.19739555984988078, -6.037637556826327e-18),
    (Function::Sinh, 1e-07, 1.0000000000000017e-07, -5.386900744363029e-24),
    (Function::Sinh, 0.29, 0.2940819602234534, 2.5271473321329485e-17),
    (Function::Sinh, -0.31, -0.3149890789539443, 2.7544908532129764e-17),
    (Function::Sinh, 20.0, 242582597.70489514, -7.865629467297586e-10),
    (
        Function::Sinh,
        -600.0,
        -1.8865101504649698e+260,
        -8.058467054616123e+243,
    ),
    (Function::Cosh, 1e-07, 1.000000000000005, -1.0702591327571637e-16),
    (Function::Cosh, 3.0, 10.067661995777765, 5.150335194797485e-16),
    (Function::Cosh, -600.0, 1.8865101504649698e+260, 8.058467054616123e+243),
    (Function::Tanh, 1e-07, 9.999999999999966e-08, -2.4610883121208847e-24),
    (Function::Tanh, 0.3, 0.2913126124515909, -6.4602656586469586e-18),
    (Function::Tanh, -18.0, -0.9999999999999996, 1.9815356198651153e-17),
    (Function::Tanh, 2.0, 0.9640275800758169, -1.9413550547557176e-17),
    (Function::Sigmoid, -700.0, 9.85967654375977e-305, 8.5e-322),
    (Function::Sigmoid, -1.0, 0.2689414213699951, 1.679727399649845e-17),
    (Function::Sigmoid, 0.0, 0.5, 0.0),
    (Function::Sigmoid, 40.0, 1.0, -4.248354255291589e-18),
    (Function::Softplus, -700.0, 9.85967654375977e-305, 8.5e-322),
    (Function::Softplus, 1000.0, 1000.0, 0.0),
    (Function::Softplus, 0.5, 0.9740769841801067, -5.522109052790765e-18),
    (Function::Softplus, -3.0, 0.04858735157374206, -2.8911149045062954e-18),
    (Function::Softplus, 30.0, 30.000000000000092, 1.2056740395843437e-15),
    (Function::Erf, 1e-09, 1.1283791670955127e-09, -1.624992790279848e-26),
    (Function::Erf, 0.49, 0.511668261188523, 4.7714489025887346e-17),
    (Function::Erf, 0.5, 0.5204998778130465, 1.900077467916287e-17),
    (Function::Erf, 0.51, 0.5292436198411704, 2.7157813505506037e-17),
    (Function::Erf, 1.0, 0.8427007929497149, -2.4801011789118602e-17),
    (Function::Erf, 2.0, 0.9953222650189527, 2.20719858329765e-17),
    (Function::Erf, 2.99, 0.9999764743969194, -3.050366947768953e-17),
    (Function::Erf, 3.01, 0.9999792610363629, -5.34675650482263e-17),
    (Function::Erf, 5.0, 0.9999999999984626, -2.294992711807301e-17),
    (Function::Erf, -0.8, -0.7421009647076605, 2.7617187363617345e-18),
    (Function::Lgamma, 1e-300, 690.7755278982137, 2.3670096176709832e-14),
    (Function::Lgamma, 1e-05, 11.512919692895826, -5.480224538411252e-16),
    (Function::Lgamma, 0.3, 1.0957979948180756, -4.412082839547077e-17),
    (Function::Lgamma, 0.9, 0.06637623973474295, 3.843690875232079e-18),
    (Function::Lgamma, 1.5, -0.12078223763524522, -4.1797047492946264e-18),
    (Function::Lgamma, 2.7, 0.4348205536551047, -1.800680736103077e-17),
    (Function::Lgamma, 19.9, 39.043088581236205, 1.273315319737329e-15),
    (Function::Lgamma, 20.1, 39.637192503636946, -3.4968501657318412e-15),
    (Function::Lgamma, 171.5, 709.1431630309282, 6.814968701205756e-15),
    (
        Function::Lgamma,
        1000000000000000.0,
        3.3538776394910668e+16,
        0.9098202075695957,
    ),
    (Function::Lgamma, -0.5, 1.2655121234846454, 2.832344371981691e-17),
    (Function::Lgamma, -1.3, 1.2024757863901114, -1.0712519029431324e-16),
    (Function::Lgamma, -7.25, -7.54188344347575, -2.31327948964689e-16),
    (Function::Lgamma, -30.001, -67.75389721277246, -2.306867008031889e-15),
    (Function::Digamma, 1e-200, -1e+200, -4.816661538840688e+183),
    (Function::Digamma, 0.001, -1000.5755719318103, -2.0425078515687333e-14),
    (Function::Digamma, 0.4, -2.561384544585116, 1.2354718163637154e-17),
    (Function::Digamma, 1.0, -0.5772156649015329, 4.942915152430645e-18),
    (Function::Digamma, 2.0, 0.42278433509846713, 4.942915152430645e-18),
    (Function::Digamma, 7.5, 1.9467574842460869, -6.753670379239585e-17),
    (Function::Digamma, 29.9, 3.381042869813991, -8.721300589537322e-17),
    (
        Function::Digamma,
        100000000.0,
        18.420680738952367,
        -1.331236457043681e-15,
    ),
    (Function::Digamma, -0.75, -2.894120200042932, -5.184596091198223e-17),
    (Function::Digamma, -3.1, 10.952935080495616, -5.372777444531539e-16),
    (Function::Digamma, -20.5, 3.044616882512525, -1.9384414719114092e-16),
    (Function::NormalCdf, -38.0, 2.88542835e-316, 0.0),
    (
        Function::NormalCdf,
        -20.0,
        2.7536241186062337e-89,
        -4.205855543202273e-106,
    ),
    (Function::NormalCdf, -8.3, 5.205569744890254e-17, 8.636510113606413e-34),
    (Function::NormalCdf, -3.0, 0.0013498980316300946, -5.053886685858262e-20),
    (Function::NormalCdf, -1.001, 0.15841340419228003, 1.177618589829469e-18),
    (Function::NormalCdf, -0.999, 0.1588973456413183, -1.312052750295756e-17),
    (Function::NormalCdf, -0.2, 0.42074029056089696, 1.5843108917556457e-17),
    (Function::NormalCdf, 1e-09, 0.5000000003989423, -4.3219155310279875e-17),
    (Function::NormalCdf, 0.5, 0.6914624612740131, -1.4568778275699303e-17),
    (Function::NormalCdf, 1.5, 0.9331927987311419, 1.9181303749492976e-17),
    (Function::NormalCdf, 6.0, 0.9999999990134123, 5.538678126725596e-17),
    (Function::NormalCdf, 9.0, 1.0, -1.1285884059538405e-19),
    (
        Function::LogNormalCdf,
        -100000000.0,
        -5000000000000019.0,
        -0.3396192771570383,
    ),
    (
        Function::LogNormalCdf,
        -400.0,
        -80006.91040933022,
        7.692616540350708e-13,
    ),
    (Function::LogNormalCdf, -37.5, -707.6689893175072, 3.461201455122007e-14),
    (Function::LogNormalCdf, -8.3, -37.49421742374825, -1.217971436801365e-15),
    (
        Function::LogNormalCdf,
        -1.001,
        -1.8425471807560767,
        -5.985616320581238e-17,
    ),
    (
        Function::LogNormalCdf,
        -0.999,
        -1.839496910164778,
        1.0354265260306233e-16,
    ),
    (
        Function::LogNormalCdf,
        -0.2,
        -0.8657395226815953,
        -3.418745762896603e-17,
    ),
    (
        Function::LogNormalCdf,
        0.0,
        -0.6931471805599453,
        -2.3190468138462996e-17,
    ),
    (Function::LogNormalCdf, 0.5, -0.3689464152886564, 1.1053323141768554e-17),
    (Function::LogNormalCdf, 1.5, -0.06914345561223398, -4.70170071007428e-18),
    (
        Function::LogNormalCdf,
        6.0,
        -9.865876455243758e-10,
        6.928232972006212e-26,
    ),
    (
        Function::LogNormalCdf,
        20.0,
        -2.7536241186062337e-89,
        4.205855543202273e-106,
    ),
    (Function::LogNormalCdf, 37.0, -5.725571222524577e-300, 2.8221921e-316),
];

/// Order, argument, value of the polygamma function as the sum of two floats; computed with 60 digits by mpmath 1.3.
const POLYGAMMA: &[(u32, f64, f64, f64)] = &[
    (1, 1.0, 1.6449340668482264, 3.040672350398476e-17),
    (1, 0.01, 10001.621213528313, -2.8816684398576613e-13),
    (1, 30.5, 0.03333024811280161, 3.7612376882107014e-19),
    (1, -0.5, 8.934802200544679, 3.1326477543698557e-16),
    (2, 2.5, -0.2362040516417274, -1.1351005267738836e-17),
    (2, -1.3, 68.54941347116214, -5.667092404441559e-15),
    (3, 0.7, 25.879149678427737, 9.345864392373487e-16),
    (5, 12.0, 0.00011820829051081491, 5.501651890686874e-21),
    (5, -2.2, 1875502.8421437696, -1.1083462248411459e-10),
    (20, 3.0, -233141556.11225682, 6.727047864241661e-09),
    (100, 50.0, -2.7391048021902828e-14, 4.0287373232777905e-31),
    (170, 100.0, -8.884119378185605e-36, -3.7403807163402565e-52),
];

#[test]
fn polygamma_has_thirty_digits() {
    for &(order, x, high, low) in POLYGAMMA {
        let value = DoubleDouble::from_f64(x).polygamma(order).unwrap();
        let error = value.sub(&DoubleDouble::from_sum(high, low)).to_f64().abs();
        assert!(
            error <= 3e-30 * high.abs(),
            "polygamma({order}, {x}): {:e}",
            error / high.abs()
        );
        let float = x.polygamma(order).unwrap();
        assert!(
            (float - high).abs() <= 4.0 * f64::EPSILON * high.abs(),
            "polygamma({order}, {x}) = {float}"
        );
    }
    assert!(1.0.polygamma(171).is_err());
}

#[test]
fn double_doubles_have_thirty_digits() {
    for &(function, x, high, low) in VALUES {
        let value = DoubleDouble::from_f64(x).function(function);
        let error = value.sub(&DoubleDouble::from_sum(high, low)).to_f64().abs();
        // Near the smallest floats the second half is lost; 2e-30 relatively elsewhere.
        // The terms of the gamma functions cancel near the zeros of the sum.
        let size = match function {
            Function::Lgamma | Function::Digamma => high.abs().max(1.0),
            // The exponential of x^2/2 has the error of its argument.
            Function::NormalCdf | Function::LogNormalCdf => high.abs() * (0.5 * x * x).max(1.0),
            _ => high.abs(),
        };
        let bound = 2e-30 * size + 1e-320;
        assert!(
            error <= bound,
            "{function:?}({x}): {value:?}, expected {high} + {low}, error {:e}",
            error / high.abs()
        );
    }
}

#[test]
fn floats_are_good_to_a_few_units_in_the_last_place() {
    for &(function, x, high, _) in VALUES {
        let value = x.function(function);
        let units = (value - high).abs() / (high.abs() * f64::EPSILON).max(5e-324);
        assert!(
            units <= 4.0,
            "{function:?}({x}) = {value}, expected {high}: {units} units"
        );
    }
}

proptest! {
    #[test]
    fn floats_agree_with_double_doubles(x in -30.0..30.0f64, place in 0..Function::ALL.len()) {
        let function = Function::ALL[place];
        let expected = DoubleDouble::from_f64(x).function(function).to_f64();
        let value = x.function(function);
        if expected.is_nan() {
            prop_assert!(value.is_nan(), "{function:?}({x}) = {value}");
        } else {
            // Near a zero of sine, cosine or tangent the library reduces its argument exactly, as we do.
            let bound = 4.0 * f64::EPSILON * expected.abs();
            prop_assert!((value - expected).abs() <= bound, "{function:?}({x}) = {value}, expected {expected}");
        }
    }

    #[test]
    fn slopes_are_limits_of_differences(x in -0.95..0.95f64, place in 0..Function::ALL.len()) {
        let function = Function::ALL[place];
        // Away from kinks and from the ends of domains.
        let x = if matches!(function, Function::Ln | Function::Sqrt | Function::Lgamma | Function::Digamma) { x.abs() + 0.05 } else { x };
        prop_assume!(x.abs() > 1e-3);
        let at = |x: f64| DoubleDouble::from_f64(x);
        let step = at(1e-8);
        let (left, right) = (at(x).sub(&step).function(function), at(x).add(&step).function(function));
        let difference = right.sub(&left).div(&step.add(&step)).unwrap();
        let slope = Dual::variable(at(x)).function(function).slope;
        // The error is step^2/6 times the third derivative, which is at most 1e5 on this range.
        let error = slope.sub(&difference).to_f64().abs();
        prop_assert!(error < 1e-11 * slope.to_f64().abs().max(1.0), "{function:?} at {x}: {error:e}");
        let float_slope = Dual::variable(x).function(function).slope;
        prop_assert!((float_slope - slope.to_f64()).abs() <= 1e-14 * slope.to_f64().abs().max(1.0));
    }

    #[test]
    fn powers_agree(x in 0.01..10.0f64, y in -5.0..5.0f64, n in -9..9i64) {
        let power = DoubleDouble::from_f64(x).powf(&DoubleDouble::from_f64(y)).to_f64();
        prop_assert!((x.powf(y) - power).abs() <= 2.0 * f64::EPSILON * power);
        let integer = DoubleDouble::from_f64(-x).powi(n).unwrap().to_f64();
        prop_assert!((Number::powi(&-x, n).unwrap() - integer).abs() <= 2.0 * f64::EPSILON * integer.abs());
        // d x^y = y x^(y-1) dx + x^y log(x) dy
        let dual = Dual::new(x, 2.0).powf(&Dual::new(y, 3.0));
        let slope = 2.0 * y * x.powf(y - 1.0) + 3.0 * x.powf(y) * x.ln();
        prop_assert!((dual.slope - slope).abs() <= 1e-13 * (1.0 + slope.abs()));
    }
}

#[test]
fn stable_where_the_naive_formula_is_not() {
    assert_eq!(1e3.softplus(), 1000.0);
    assert_eq!((-1e3).softplus(), 0.0);
    assert_eq!((-700.0).softplus(), (-700f64).exp());
    assert_eq!((-1e4).sigmoid(), 0.0);
    assert_eq!(1e4.sigmoid(), 1.0);
    assert_eq!(Dual::variable(1e4).softplus(), Dual::new(1e4, 1.0));
    assert_eq!(Dual::variable(-1e4).tanh(), Dual::new(-1.0, 0.0));
    assert_eq!(Dual::variable(1e4).sigmoid(), Dual::new(1.0, 0.0));
    assert_eq!(Real::erf(&f64::INFINITY), 1.0);
    assert_eq!(Real::erf(&f64::NEG_INFINITY), -1.0);
}

#[test]
fn kinks_have_the_documented_sides() {
    assert_eq!(0.0.function(Function::Sign), 0.0);
    assert_eq!((-0.0).function(Function::Sign), 0.0);
    assert_eq!(Real::signum(&-3.0f64), -1.0);
    assert_eq!(Dual::variable(0.0).relu(), Dual::new(0.0, 0.0));
    assert_eq!(Dual::variable(0.0).abs(), Dual::new(0.0, 0.0));
    assert_eq!(Dual::variable(-2.0).abs(), Dual::new(2.0, -1.0));
    assert!(f64::NAN.relu().is_nan() && f64::NAN.function(Function::Sign).is_nan());
    assert!(DoubleDouble::from_f64(f64::NAN).relu().to_f64().is_nan());
}

/// Example: a constant stays one, even where the function has no derivative.
#[test]
fn constants_have_no_slope() {
    assert_eq!(Dual::constant(0.0).sqrt(), Dual::new(0.0, 0.0));
    assert_eq!(Dual::variable(-2.0).powf(&Dual::constant(3.0)), Dual::new(-8.0, 12.0));
    assert_eq!(Dual::variable(0.0).powf(&Dual::constant(0.0)), Dual::new(1.0, 0.0));
}

#[test]
fn a_prime_field_has_no_functions() {
    let one = Prime::one();
    for function in Function::ALL {
        assert_eq!(one.apply(function), Err(ArrayError::NotReal { op: function.name() }));
        assert!(Dual::variable(one).apply(function).is_err());
    }
    assert!(one.pow(&one).is_err() && one.compare(&one).is_err());
    assert_eq!(Prime::from_i64(2).powi(-2).unwrap().mul(&Prime::from_i64(4)), one);
    assert_eq!(Prime::zero().powi(-1), None);
}

#[test]
fn second_derivatives_by_duals_of_duals() {
    // d^2/dx^2 x^3 exp(x) at 1 is (6 + 6 + 1) e.
    let x = Dual::new(Dual::variable(1.0), Dual::constant(1.0));
    let value = Number::powi(&x, 3).unwrap().mul(&x.exp());
    assert!((value.slope.slope - 13.0 * 1f64.exp()).abs() < 1e-13);
}

#[test]
fn singles_round_the_functions_of_doubles() {
    assert_eq!(2f32.function(Function::Sqrt), std::f32::consts::SQRT_2);
    assert_eq!(1f32.function(Function::Erf), 0.842_700_8);
    assert_eq!(Number::powi(&3f32, -2), Some(1.0 / 9.0));
}

proptest! {
    #[test]
    fn the_prime_field_is_one(a in any::<i64>(), b in any::<i64>(), c in any::<i64>()) {
        let big = |x: Prime| u128::from(x.residue());
        let modulus = u128::from(Prime::MODULUS);
        let (x, y, z) = (Prime::from_i64(a), Prime::from_i64(b), Prime::from_i64(c));
        prop_assert_eq!(big(x.mul(&y)), big(x) * big(y) % modulus);
        prop_assert_eq!(big(x.add(&y)), (big(x) + big(y)) % modulus);
        prop_assert_eq!(x.sub(&y).add(&y), x);
        prop_assert!(x.add(&x.neg()).is_zero());
        prop_assert_eq!(x.mul(&y.add(&z)), x.mul(&y).add(&x.mul(&z)));
        prop_assert_eq!(i128::from(a).rem_euclid(i128::from(Prime::MODULUS)), big(x) as i128);
        match x.div(&y) {
            Some(quotient) => prop_assert_eq!(quotient.mul(&y), x),
            None => prop_assert!(y.is_zero()),
        }
    }
}

#[test]
fn the_edges_of_the_prime_field() {
    let last = Prime::new(Prime::MODULUS - 1);
    assert_eq!(last, Prime::from_i64(-1));
    assert_eq!(last.mul(&last), Prime::one());
    assert_eq!(last.add(&Prime::one()), Prime::zero());
    assert_eq!(Prime::new(Prime::MODULUS), Prime::zero());
    assert_eq!(Prime::from_i64(i64::MIN).add(&Prime::from_i64(i64::MAX)), last);
    assert_eq!(last.to_string(), "-1");
}

#[test]
fn infinities_of_double_doubles_are_those_of_floats() {
    let at = DoubleDouble::from_f64;
    let infinity = at(f64::INFINITY);
    assert_eq!(at(1.0).div(&at(0.0)), Some(infinity));
    assert_eq!(at(1.0).div(&infinity), Some(at(0.0)));
    assert_eq!(infinity.add(&at(1.0)), infinity);
    assert_eq!(infinity.exp(), infinity);
    assert_eq!(at(f64::NEG_INFINITY).exp(), at(0.0));
    assert_eq!(at(0.0).ln(), at(f64::NEG_INFINITY));
    assert!(at(-1.0).ln().to_f64().is_nan() && at(2.0).asin().to_f64().is_nan());
    assert_eq!(infinity.atan().to_f64(), std::f64::consts::FRAC_PI_2);
    assert_eq!(
        DoubleDouble::from_i64(i64::MAX).sub(&DoubleDouble::from_i64(i64::MAX - 1)),
        at(1.0)
    );
}

#[test]
fn the_error_function_on_a_grid() {
    for i in 0..13_000 {
        let x = f64::from(i) * 4.7e-4 + 1.234e-5;
        let expected = DoubleDouble::from_f64(x).erf();
        let error = DoubleDouble::from_f64(Real::erf(&x)).sub(&expected).to_f64().abs();
        assert!(error <= 1.5 * f64::EPSILON * expected.to_f64(), "erf({x}): {error:e}");
        assert_eq!(Real::erf(&-x), -Real::erf(&x));
    }
}
