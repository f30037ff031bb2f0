//! Coefficients: as integers, short decimals or quotients.
//!
//! The language refuses literals beyond the range of 64-bit floats, but exact coefficients go beyond it. Such a number
//! is written with powers, `3^729` and `12*10^400`, or by literals of some of its digits, `(12*1e300 + 34)*1e300 + 56`, so
//! that it reads back.

use gateaux_syntax::out_of_range;
use num_bigint::BigInt;
use num_integer::Integer;

use super::layout::{Infix, Layout, Piece, PieceId, Signed};
use crate::expr::Rational;

/// Denominators up to this are written as quotients (`x/4`), other fractions as decimals where these end (`0.01*x`).
const LARGEST_QUOTIENT: i64 = 9;
/// A decimal is written up to this many digits behind the point.
const MAX_DECIMALS: usize = 18;
/// As many digits of a number beyond the range stand in one literal.
const DIGITS: usize = 300;
/// A power is recognized by its prime factors up to this.
const LARGEST_PRIME: u32 = 97;

impl Layout {
    /// A positive number as `above/below`; `None` where it is 1.
    pub(super) fn quotient(&mut self, value: &Rational) -> (Option<PieceId>, Option<PieceId>) {
        if value.is_one() {
            return (None, None);
        }
        let (numerator, denominator) = value.parts();
        if value.is_integer() {
            return (Some(self.integer(&numerator)), None);
        }
        let is_small = denominator <= LARGEST_QUOTIENT.into();
        let is_one = numerator == 1.into();
        if let (false, Some(decimal)) = (is_small && is_one, decimal(value)) {
            return (Some(self.push(Piece::Number(decimal))), None);
        }
        let above = (!is_one).then(|| self.integer(&numerator));
        (above, Some(self.integer(&denominator)))
    }

    /// A positive number by itself.
    pub(super) fn number(&mut self, value: &Rational) -> PieceId {
        if value.is_integer() {
            return self.integer(&value.parts().0);
        }
        if let Some(decimal) = decimal(value) {
            return self.push(Piece::Number(decimal));
        }
        let (above, below) = value.parts();
        let (above, below) = (self.integer(&above), self.integer(&below));
        self.push(Piece::Product(above, vec![(Infix::Over, below)]))
    }

    /// A positive integer of any size.
    fn integer(&mut self, value: &BigInt) -> PieceId {
        let digits = value.to_string();
        let literal = literal(&digits);
        if out_of_range(&literal).is_none() {
            return self.push(Piece::Number(literal));
        }
        if let Some((base, exponent)) = root(value) {
            return self.integer_power(base, exponent);
        }
        let stem = digits.trim_end_matches('0');
        let zeros = digits.len() - stem.len();
        if zeros > 0 {
            let stem = self.digits(stem);
            let shift = self.integer_power("10".to_owned(), zeros as u32);
            return self.push(Piece::Product(stem, vec![(Infix::Times, shift)]));
        }
        self.digits(stem)
    }

    fn integer_power(&mut self, base: String, exponent: u32) -> PieceId {
        let base = self.push(Piece::Number(base));
        let exponent = self.push(Piece::Number(exponent.to_string()));
        self.push(Piece::Power(base, exponent, false))
    }

    /// The number with these digits in blocks, each behind those before it times a power of ten.
    fn digits(&mut self, digits: &str) -> PieceId {
        let (first, mut rest) = digits.split_at((digits.len() - 1) % DIGITS + 1);
        let mut whole = self.push(Piece::Number(first.to_owned()));
        while !rest.is_empty() {
            let (block, behind) = rest.split_at(DIGITS);
            let shift = self.push(Piece::Number(format!("1e{DIGITS}")));
            whole = self.push(Piece::Product(whole, vec![(Infix::Times, shift)]));
            let block = block.trim_start_matches('0');
            if !block.is_empty() {
                let block = self.push(Piece::Number(literal(block)));
                let terms = [whole, block].map(|piece| Signed {
                    negative: false,
                    dotted: false,
                    fills: None,
                    piece,
                });
                whole = self.push(Piece::Sum(terms.to_vec()));
            }
            rest = behind;
        }
        whole
    }
}

/// A long row of zeros as an exponent: `1e30`.
fn literal(digits: &str) -> String {
    let stem = digits.trim_end_matches('0');
    let zeros = digits.len() - stem.len();
    if zeros > 6 {
        format!("{stem}e{zeros}")
    } else {
        digits.to_owned()
    }
}

/// The base and the exponent of a power of a literal that has a small prime factor.
fn root(value: &BigInt) -> Option<(String, u32)> {
    // The exponent divides the multiplicity of every prime factor.
    let (mut rest, mut exponent) = (value.clone(), 0u32);
    for prime in 2..=LARGEST_PRIME {
        let mut multiplicity = 0;
        while (&rest % prime) == 0.into() {
            rest /= prime;
            multiplicity += 1;
        }
        exponent = exponent.gcd(&multiplicity);
    }
    if exponent < 2 {
        return None;
    }
    let base = value.nth_root(exponent);
    let text = literal(&base.to_string());
    (base.pow(exponent) == *value && out_of_range(&text).is_none()).then_some((text, exponent))
}

/// The finite decimal expansion of a fraction, if there is a short one.
fn decimal(value: &Rational) -> Option<String> {
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
    let scaled = numerator * BigInt::from(10).pow(digits as u32);
    let text = (scaled / denominator).to_string();
    if digits > MAX_DECIMALS {
        let decimal = format!("{text}e-{digits}");
        return (text.len() <= MAX_DECIMALS && out_of_range(&decimal).is_none()).then_some(decimal);
    }
    let padded = format!("{text:0>width$}", width = digits + 1);
    let (whole, fraction) = padded.split_at(padded.len() - digits);
    let decimal = format!("{whole}.{fraction}");
    out_of_range(&decimal).is_none().then_some(decimal)
}
