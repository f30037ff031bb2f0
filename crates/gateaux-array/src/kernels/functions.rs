//! Functions of a real variable, written so that the compiler turns a loop over them into vector instructions.
//!
//! There are no branches, calls or tables: special cases are chosen by comparisons behind the computation, powers of
//! two are made from bits, and numbers are rounded to integers by adding a constant that leaves no room for a fraction.
//! Where the target has no fused multiplication the same formulas hold with a little more rounding.
//!
//! Every function is good to 1.5 units in the last place over the whole range of arguments, subnormal ones included; a
//! test holds each to its own bound against double-double arithmetic.
//!
//! # Source
//! W. J. Cody, W. Waite, Software manual for the elementary functions, 1980 (reduction of the arguments); J.-M. Muller,
//! Elementary functions, 3rd edition, 2016. The coefficients are our own fits by the Remez algorithm; the bound at each is
//! the relative error of the result that comes from the polynomial.

use super::level::Instructions;

/// Sines and cosines of larger arguments are not computed here: their reduction wants more digits of pi.
pub(super) const MAX_ANGLE: f64 = 1e5;

/// 1.5 * 2^52: a sum with it is rounded to an integer, which stands in the low bits of the sum.
const ROUNDING: f64 = 6_755_399_441_055_744.0;
/// Bits behind the exponent of a double.
const FRACTION_BITS: u32 = 52;
/// The exponent of 1 in its bits.
const BIAS: u64 = 1023;

/// log(2) as the sum of a head of 33 bits, whose products with exponents are exact, and the rest.
const LN_2: [f64; 2] = [0.693_147_180_369_123_8, 1.908_214_929_270_587_7e-10];
/// pi/2 as the sum of three heads of 33 bits and the rest; multiples up to 2^20 of the heads are exact.
const HALF_PI: [f64; 4] = [
    1.570_796_326_734_125_6,
    6.077_100_506_303_966e-11,
    2.022_266_248_711_166_5e-21,
    8.478_427_660_368_9e-32,
];

/// (exp(r) - 1 - r)/r^2 for |r| <= log(2)/2, to 2^-61.
const EXPONENTIAL: [f64; 11] = [
    0.5,
    0.166_666_666_666_666_77,
    0.041_666_666_666_666_7,
    0.008_333_333_333_321_615,
    0.001_388_888_888_886_683_2,
    0.000_198_412_698_861_584_05,
    2.480_158_736_056_359_7e-5,
    2.755_724_418_206_18e-6,
    2.755_724_275_571_891_7e-7,
    2.510_904_483_996_152_7e-8,
    2.092_444_396_325_792_8e-9,
];
/// (2 artanh(s) - 2 s)/s^3 in s^2 for |s| <= (sqrt(2) - 1)/(sqrt(2) + 1), to 2^-58.
const LOGARITHM: [f64; 7] = [
    0.666_666_666_666_671,
    0.399_999_999_995_198_25,
    0.285_714_287_292_846_54,
    0.222_221_990_909_069_88,
    0.181_835_715_404_781_72,
    0.153_131_643_924_155_65,
    0.148_105_198_206_834_07,
];
/// (sin(r) - r)/r^3 in r^2 for |r| <= pi/4, to 2^-57.
const SINE: [f64; 6] = [
    -0.166_666_666_666_666_4,
    0.008_333_333_333_323_662,
    -0.000_198_412_698_301_443_96,
    2.755_731_365_185_345e-6,
    -2.505_073_457_111_209_2e-8,
    1.589_471_058_410_459e-10,
];
/// (cos(r) - 1 + r^2/2)/r^4 in r^2 for |r| <= pi/4, to 2^-62.
const COSINE: [f64; 6] = [
    0.041_666_666_666_666_65,
    -0.001_388_888_888_888_284,
    2.480_158_729_462_812_3e-5,
    -2.755_731_573_864_567e-7,
    2.087_589_774_290_576_6e-9,
    -1.136_798_209_000_613_2e-11,
];
/// erf(x)/x - 1 in x^2 for |x| <= 1, to 2^-57.
const ERROR_FUNCTION: [f64; 12] = [
    0.128_379_167_095_512_56,
    -0.376_126_389_031_835_5,
    0.112_837_916_709_452_52,
    -0.026_866_170_643_276_028,
    0.005_223_977_607_422_234,
    -0.000_854_832_598_965_101_3,
    0.000_120_552_953_194_651_51,
    -1.492_474_464_909_608e-5,
    1.644_751_756_026_016e-6,
    -1.620_917_539_054_955e-7,
    1.372_297_541_608_744_9e-8,
    -7.801_189_537_876_677e-10,
];
/// exp(x^2) (1 - erf(x)) in u = 14.4/(x + 3) - 2.6 for 1 <= x <= 6, to 2^-61 in erf(x).
const SCALED_COMPLEMENT: [f64; 13] = [
    0.207_983_291_333_428_7,
    0.154_361_174_294_367_8,
    0.049_698_445_403_453_2,
    0.012_713_147_695_379_306,
    0.002_479_314_696_537_849,
    0.000_331_602_969_612_271_3,
    1.956_355_707_666_129_2e-5,
    -2.425_550_610_179_068_4e-6,
    -5.540_002_022_075_737e-7,
    4.188_581_995_357_572e-9,
    1.176_056_900_072_710_5e-8,
    -1.296_726_021_175_848_4e-11,
    -1.794_201_224_965_827e-10,
];

/// The value of a polynomial, by Horner's rule for its even and its odd part, so that only half as many operations wait for
/// each other; written with an index, because the compiler unrolls other loops only after it has given up on vectors.
#[inline(always)]
fn polynomial<I: Instructions, const N: usize>(coefficients: &[f64; N], x: f64) -> f64 {
    let square = x * x;
    let mut place = N - 2;
    let mut upper = coefficients[N - 1];
    let mut lower = coefficients[N - 2];
    while place > 1 {
        place -= 2;
        upper = I::mul_add(upper, square, coefficients[place + 1]);
        lower = I::mul_add(lower, square, coefficients[place]);
    }
    let value = I::mul_add(upper, x, lower);
    if place == 1 {
        I::mul_add(value, x, coefficients[0])
    } else {
        value
    }
}

/// The sum of two numbers and what was lost by rounding it.
#[inline(always)]
fn exact_sum(left: f64, right: f64) -> (f64, f64) {
    let sum = left + right;
    let part = sum - left;
    (sum, (left - (sum - part)) + (right - part))
}

/// As [`exact_sum`] where the left number is 0 or not smaller than the right one, or where it is a multiple of the last
/// place of the sum, which it then can be taken from exactly.
#[inline(always)]
fn exact_sum_of_ordered(left: f64, right: f64) -> (f64, f64) {
    let sum = left + right;
    (sum, right - (sum - left))
}

/// The integer next to a number of size below 2^31, as a float and in the low bits.
#[inline(always)]
fn nearest(x: f64) -> (f64, u64) {
    let sum = x + ROUNDING;
    (sum - ROUNDING, sum.to_bits())
}

/// 2^k for an integer k of size up to 1000.
#[inline(always)]
fn power_of_two(k: f64) -> f64 {
    let (_, bits) = nearest(k);
    f64::from_bits(bits.wrapping_add(BIAS) << FRACTION_BITS)
}

/// x * 2^k for an integer k of size up to 2000; rounded once, also to a subnormal number.
#[inline(always)]
fn times_power_of_two(x: f64, k: f64) -> f64 {
    // In two steps, because 2^k alone may overflow or vanish where the result does not.
    let (half, _) = nearest(0.5 * k);
    x * power_of_two(half) * power_of_two(k - half)
}

/// k and r with x = k log(2) + r and |r| <= log(2)/2; r as a sum.
#[inline(always)]
fn reduced<I: Instructions>(x: f64) -> (f64, f64, f64) {
    let (k, _) = nearest(x * std::f64::consts::LOG2_E);
    let head = I::mul_add(-k, LN_2[0], x);
    let tail = k * LN_2[1];
    let r = head - tail;
    (k, r, (head - r) - tail)
}

/// exp(x) = 2^k (head + rest), where the head is rounded and its error bounded by the rest.
#[inline(always)]
fn exp_parts<I: Instructions>(x: f64) -> (f64, f64, f64) {
    // Beyond these bounds the result is infinite or 0.
    let x = if x > 710.0 { 710.0 } else { x };
    let x = if x < -746.0 { -746.0 } else { x };
    let (k, r, rest) = reduced::<I>(x);
    let tail = r + I::mul_add(r * r, polynomial::<I, 11>(&EXPONENTIAL, r), rest);
    let head = 1.0 + tail;
    (head, tail - (head - 1.0), k)
}

/// exp(x)
#[inline(always)]
pub(super) fn exp<I: Instructions>(x: f64) -> f64 {
    let (head, _, k) = exp_parts::<I>(x);
    times_power_of_two(head, k)
}

/// exp(x) - 1 = 2^k (head + rest).
#[inline(always)]
fn expm1_parts<I: Instructions>(x: f64) -> (f64, f64, f64) {
    let x = if x > 710.0 { 710.0 } else { x };
    // From here down the result is -1.
    let x = if x < -40.0 { -40.0 } else { x };
    let (k, r, rest) = reduced::<I>(x);
    let tail = I::mul_add(r * r, polynomial::<I, 11>(&EXPONENTIAL, r), rest);
    // 2^k exp(r) - 1 = 2^k ((1 - 2^-k) + (exp(r) - 1)), where the first part is exact or far larger than the second.
    let bounded_k = if k > 60.0 { 60.0 } else { k };
    let (sum, lost) = exact_sum_of_ordered(1.0 - power_of_two(-bounded_k), r);
    let tail = lost + tail;
    let head = sum + tail;
    (head, tail - (head - sum), k)
}

/// exp(x) - 1
#[inline(always)]
pub(super) fn expm1<I: Instructions>(x: f64) -> f64 {
    let (head, _, k) = expm1_parts::<I>(x);
    // Keeps the sign of 0.
    if x == 0.0 { x } else { times_power_of_two(head, k) }
}

/// (top + top_rest)/(bottom + bottom_rest), where the rests are of the size of rounding errors.
#[inline(always)]
fn quotient<I: Instructions>((top, top_rest): (f64, f64), (bottom, bottom_rest): (f64, f64)) -> f64 {
    let reciprocal = 1.0 / bottom;
    // Without fused multiplications the division's own remainder is out of reach.
    let quotient = if I::FUSED { top * reciprocal } else { top / bottom };
    let remainder = if I::FUSED {
        I::mul_add(-quotient, bottom, top)
    } else {
        0.0
    };
    let rest = remainder + (top_rest - quotient * bottom_rest);
    I::mul_add(rest, reciprocal, quotient)
}

/// log(2^shift x) + correction, for a positive normal x and a correction below its rounding error.
#[inline(always)]
fn log_of_positive<I: Instructions>(x: f64, shift: f64, correction: f64) -> f64 {
    // The exponent is taken such that the fraction lies between sqrt(1/2) and sqrt(2).
    let from_root = x.to_bits().wrapping_sub(std::f64::consts::FRAC_1_SQRT_2.to_bits());
    let fraction = f64::from_bits(x.to_bits().wrapping_sub(from_root & !0 << FRACTION_BITS));
    let biased = from_root.wrapping_add(BIAS << FRACTION_BITS) >> FRACTION_BITS;
    // In the low bits of 2^52 an integer is a float.
    let two_52 = (1u64 << FRACTION_BITS) as f64;
    let k = f64::from_bits(biased | two_52.to_bits()) - (two_52 + BIAS as f64) + shift;
    // log(1 + f) = 2 artanh(s) with s = f/(2 + f), and 2 s = f - f^2/2 + s f^2/2.
    let f = fraction - 1.0;
    let s = f / (2.0 + f);
    let square = s * s;
    let half_square = 0.5 * f * f;
    let series = square * polynomial::<I, 7>(&LOGARITHM, square);
    let small = I::mul_add(s, half_square + series, I::mul_add(k, LN_2[1], correction));
    I::mul_add(k, LN_2[0], f - (half_square - small))
}

/// What a logarithm is where its argument is not positive and finite.
#[inline(always)]
fn log_or_special(x: f64, log: f64) -> f64 {
    let log = if x == f64::INFINITY { x } else { log };
    let log = if x == 0.0 { f64::NEG_INFINITY } else { log };
    let log = if x < 0.0 { f64::NAN } else { log };
    if x.is_nan() { x } else { log }
}

/// log(x)
#[inline(always)]
pub(super) fn ln<I: Instructions>(x: f64) -> f64 {
    const SCALE: f64 = (1u64 << 54) as f64;
    // A subnormal number is made normal.
    let (factor, shift) = if x < f64::MIN_POSITIVE {
        (SCALE, -54.0)
    } else {
        (1.0, 0.0)
    };
    log_or_special(x, log_of_positive::<I>(x * factor, shift, 0.0))
}

/// log(1 + x)
#[inline(always)]
pub(super) fn log1p<I: Instructions>(x: f64) -> f64 {
    // log(1 + x) = log(u) + log(1 + lost/u) for the rounded u = 1 + x.
    let (u, lost) = exact_sum_of_ordered(1.0, x);
    let log = log_or_special(u, log_of_positive::<I>(u, 0.0, lost / u));
    // Keeps the sign of 0.
    if x == 0.0 { x } else { log }
}

/// Sine and cosine of the rest of x that a multiple of pi/2 leaves, and the low bits of the multiple; for x up to
/// [`MAX_ANGLE`].
#[inline(always)]
fn sin_cos<I: Instructions>(x: f64) -> (f64, f64, u64) {
    let (k, bits) = nearest(x * std::f64::consts::FRAC_2_PI);
    // The products with the heads are exact, and so is the first difference.
    let (rest, lost_first) = exact_sum(x - k * HALF_PI[0], -(k * HALF_PI[1]));
    let (rest, lost_second) = exact_sum(rest, -(k * HALF_PI[2]));
    let tail = (lost_first + lost_second) - k * HALF_PI[3];
    let (r, tail) = exact_sum(rest, tail);
    let square = r * r;
    let half_square = 0.5 * square;
    // sin(r + t) = sin(r) + t cos(r), cos(r + t) = cos(r) - t sin(r).
    let sin_tail = I::mul_add(
        r * square,
        polynomial::<I, 6>(&SINE, square),
        tail * (1.0 - half_square),
    );
    let near_one = 1.0 - half_square;
    let cos_tail = I::mul_add(square * square, polynomial::<I, 6>(&COSINE, square), -r * tail);
    (
        r + sin_tail,
        near_one + (((1.0 - near_one) - half_square) + cos_tail),
        bits,
    )
}

/// The sine or cosine in its quadrant.
#[inline(always)]
fn in_quadrant((sin, cos, quadrant): (f64, f64, u64)) -> f64 {
    let value = if quadrant & 1 == 0 { sin } else { cos };
    f64::from_bits(value.to_bits() ^ (quadrant & 2) << 62)
}

/// sin(x) for |x| <= [`MAX_ANGLE`].
#[inline(always)]
pub(super) fn sin<I: Instructions>(x: f64) -> f64 {
    let value = in_quadrant(sin_cos::<I>(x));
    // Keeps the sign of 0.
    if x == 0.0 { x } else { value }
}

/// cos(x) for |x| <= [`MAX_ANGLE`].
#[inline(always)]
pub(super) fn cos<I: Instructions>(x: f64) -> f64 {
    let (sin, cos, quadrant) = sin_cos::<I>(x);
    in_quadrant((sin, cos, quadrant.wrapping_add(1)))
}

/// tanh(x) = t/(t + 2) with t = exp(2x) - 1.
#[inline(always)]
pub(super) fn tanh<I: Instructions>(x: f64) -> f64 {
    // From here on the result is 1.
    let size = if x.abs() > 20.0 { 20.0 } else { x.abs() };
    let (head, rest, k) = expm1_parts::<I>(2.0 * size);
    let scale = power_of_two(k);
    let (t, rest) = (head * scale, rest * scale);
    let (bottom, lost) = exact_sum_of_ordered(2.0, t);
    quotient::<I>((t, rest), (bottom, lost + rest)).copysign(x)
}

/// 1/(1 + exp(-x)); for negative x as exp(x)/(1 + exp(x)), so that the exponential never overflows.
#[inline(always)]
pub(super) fn sigmoid<I: Instructions>(x: f64) -> f64 {
    let (head, rest, k) = exp_parts::<I>(-x.abs());
    let (small, rest) = (times_power_of_two(head, k), times_power_of_two(rest, k));
    let (bottom, lost) = exact_sum_of_ordered(1.0, small);
    let top = if x < 0.0 { (small, rest) } else { (1.0, 0.0) };
    quotient::<I>(top, (bottom, lost + rest))
}

/// The slope of the sigmoid, e/(1 + e)^2 with e = exp(-|x|).
#[inline(always)]
pub(super) fn sigmoid_slope<I: Instructions>(x: f64) -> f64 {
    let (head, rest, k) = exp_parts::<I>(-x.abs());
    let (small, rest) = (times_power_of_two(head, k), times_power_of_two(rest, k));
    let (sum, lost) = exact_sum_of_ordered(1.0, small);
    let square = sum * sum;
    // What rounding the square lost is out of reach without fused multiplications.
    let lost_by_square = if I::FUSED { I::mul_add(sum, sum, -square) } else { 0.0 };
    let square_rest = I::mul_add(2.0 * sum, lost + rest, lost_by_square);
    quotient::<I>((small, rest), (square, square_rest))
}

/// log(1 + exp(x)) = max(x, 0) + log(1 + exp(-|x|)).
#[inline(always)]
pub(super) fn softplus<I: Instructions>(x: f64) -> f64 {
    (if x <= 0.0 { 0.0 } else { x }) + log1p::<I>(exp::<I>(-x.abs()))
}

/// erf(x)
#[inline(always)]
pub(super) fn erf<I: Instructions>(x: f64) -> f64 {
    let size = if x.abs() > 6.0 { 6.0 } else { x.abs() };
    let near = I::mul_add(x, polynomial::<I, 12>(&ERROR_FUNCTION, size * size), x);
    let scaled = polynomial::<I, 13>(&SCALED_COMPLEMENT, 14.4 / (size + 3.0) - 2.6);
    let far = 1.0 - exp::<I>(-size * size) * scaled;
    (if size < 1.0 { near } else { far }).copysign(x)
}
