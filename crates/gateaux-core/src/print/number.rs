//! Coefficients: as integers, short decimals or quotients.

use crate::expr::Rational;

/// Denominators up to this are written as quotients (`x/4`), other fractions as decimals where these end (`0.01*x`).
const LARGEST_QUOTIENT: i64 = 9;
/// A decimal is written up to this many digits behind the point.
const MAX_DECIMALS: usize = 18;

/// A positive number as `above/below`; `None` where it is 1.
pub(super) fn quotient(value: &Rational) -> (Option<String>, Option<String>) {
    let (numerator, denominator) = value.parts();
    if value.is_integer() {
        return ((!value.is_one()).then(|| integer(&numerator.to_string())), None);
    }
    let small = denominator
        .to_string()
        .parse::<i64>()
        .is_ok_and(|d| d <= LARGEST_QUOTIENT);
    let above = numerator.to_string();
    if let (false, Some(decimal)) = (small && above == "1", decimal(value)) {
        return (Some(decimal), None);
    }
    ((above != "1").then_some(above), Some(denominator.to_string()))
}

/// A long row of zeros as an exponent: `1e30`.
fn integer(digits: &str) -> String {
    let stem = digits.trim_end_matches('0');
    let zeros = digits.len() - stem.len();
    if zeros > 6 {
        format!("{stem}e{zeros}")
    } else {
        digits.to_owned()
    }
}

/// The finite decimal expansion, if there is a short one.
pub(super) fn decimal(value: &Rational) -> Option<String> {
    let (numerator, denominator) = value.parts();
    // The expansion ends if the denominator has no other prime factors than 2 and 5, after as many digits as the larger
    // of their powers.
    let (mut rest, mut digits) = (denominator.clone(), 0usize);
    for prime in [2, 5] {
        let mut power = 0;
        while (&rest % prime) == 0.into() {
            rest /= prime;
            power += 1;
        }
        digits = digits.max(power);
    }
    if rest != 1.into() {
        return None;
    }
    let scaled = numerator * num_bigint::BigInt::from(10).pow(digits as u32);
    let text = (scaled / denominator).to_string();
    if digits == 0 {
        return Some(text);
    }
    let significant = text.trim_start_matches('0').len();
    if digits > MAX_DECIMALS {
        return (significant <= MAX_DECIMALS).then(|| format!("{text}e-{digits}"));
    }
    let padded = format!("{text:0>width$}", width = digits + 1);
    let (whole, fraction) = padded.split_at(padded.len() - digits);
    Some(format!("{whole}.{fraction}"))
}
