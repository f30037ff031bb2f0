//! Fractions and exponents of `f64`.

/// The number times 2^exponent, in steps because the power alone may overflow where the result does not.
pub(crate) fn times_power_of_two(mut number: f64, exponent: i64) -> f64 {
    // Beyond these bounds the result is 0 or infinite anyway.
    let mut rest = exponent.clamp(-2200, 2200) as i32;
    while rest != 0 {
        let step = rest.clamp(-1000, 1000);
        number *= 2f64.powi(step);
        rest -= step;
    }
    number
}

/// The number as a fraction of size 1 to 2 times a power of 2; zero, infinity and what is not a number as themselves.
pub(crate) fn split(number: f64) -> (f64, i64) {
    if number == 0.0 || !number.is_finite() {
        return (number, 0);
    }
    if number.is_subnormal() {
        let (fraction, power) = split(number * 2f64.powi(64));
        return (fraction, power - 64);
    }
    let bits = number.to_bits();
    let power = (bits >> 52 & 0x7ff) as i64 - 1023;
    (f64::from_bits(bits & !(0x7ff << 52) | 1023 << 52), power)
}
