//! Real and imaginary parts and absolute values, found in expressions again.

use super::layout::{Layout, Piece, PieceId, Signed};
use crate::expr::{ElementPower, Expr, Form, Law, Rational, Result, Shape, Store, Term};
use crate::ops;

/// A sum that is its own conjugate: `terms + coefficient*real(half)`.
pub(super) struct RealPart {
    terms: Vec<Term>,
    coefficient: Rational,
    half: Expr,
}

/// The sum as a real part, where it pairs terms with their conjugates.
pub(super) fn real_part(store: &mut Store, expr: Expr) -> Result<Option<RealPart>> {
    let Form::Add(terms) = store.form(expr).clone() else {
        return Ok(None);
    };
    if !store.is_complex(expr) || !ops::is_real(store, expr)? {
        return Ok(None);
    }
    let (mut own, mut half) = (Vec::new(), Vec::new());
    let mut is_paired = vec![false; terms.len()];
    for at in 0..terms.len() {
        if is_paired[at] {
            continue;
        }
        let conjugate = ops::conj(store, terms[at].expr)?;
        if conjugate == terms[at].expr {
            own.push(terms[at].clone());
            continue;
        }
        let (sign, conjugate) = store.split_coefficient(conjugate);
        let wanted = &sign * &terms[at].coefficient;
        let partner = (at + 1..terms.len())
            .find(|other| !is_paired[*other] && terms[*other].expr == conjugate && terms[*other].coefficient == wanted);
        let Some(partner) = partner else { return Ok(None) };
        is_paired[partner] = true;
        let (first, second) = (&terms[at], &terms[partner]);
        half.push(match ops::plainer(store, first.expr, second.expr) == second.expr {
            true => (second.coefficient.clone(), second.expr),
            false => (first.coefficient.clone(), first.expr),
        });
    }
    if half.is_empty() {
        return Ok(None);
    }
    let half = store.sum(&half)?;
    let (coefficient, half) = store.split_content(half)?;
    Ok(Some(RealPart {
        terms: own,
        coefficient: &Rational::from(2) * &coefficient,
        half,
    }))
}

/// What `im*sum` is a multiple of the imaginary part of: `im*(z - conj(z))` is `-2*imag(z)`.
fn imaginary_part(store: &mut Store, sum: Expr) -> Result<Option<(Rational, Expr)>> {
    if !matches!(store.form(sum), Form::Add(terms) if terms.len() > 1) {
        return Ok(None);
    }
    let conjugate = ops::conj(store, sum)?;
    let opposite = store.neg(sum)?;
    if conjugate != opposite {
        return Ok(None);
    }
    // Times im it is its own conjugate, and its half is im times what is looked for.
    let unit = match ops::find("im") {
        Some(op) => ops::apply_call(store, op, &[])?,
        None => return Ok(None),
    };
    let Form::Add(terms) = store.form(sum).clone() else {
        return Ok(None);
    };
    let mut turned = Vec::with_capacity(terms.len());
    for term in terms.iter() {
        turned.push((term.coefficient.clone(), store.scale(unit, term.expr)?));
    }
    let turned = store.sum(&turned)?;
    let Some(part) = real_part(store, turned)?.filter(|part| part.terms.is_empty()) else {
        return Ok(None);
    };
    // c*real(im*w) is -c*imag(w), and w is -im*(im*w).
    let half = match store.form(part.half).clone() {
        Form::Add(terms) => {
            let mut back = Vec::with_capacity(terms.len());
            for term in terms.iter() {
                back.push((-&term.coefficient, store.scale(unit, term.expr)?));
            }
            store.sum(&back)?
        }
        _ => {
            let back = store.scale(unit, part.half)?;
            store.neg(back)?
        }
    };
    let (coefficient, half) = store.split_content(half)?;
    Ok(Some((-&(&coefficient * &part.coefficient), half)))
}

fn is_imaginary_unit(store: &Store, expr: Expr) -> bool {
    matches!(store.form(expr), Form::Call(function, _) if function.law == Law::ImaginaryUnit)
}

/// The imaginary unit among the factors and a factor with which it makes an imaginary part: where they are, the
/// coefficient and the argument of `imag`.
pub(super) fn imaginary_factor(
    store: &mut Store,
    factors: &[ElementPower],
) -> Result<Option<([usize; 2], Rational, Expr)>> {
    let is_plain = |factor: &ElementPower| factor.exponent == Store::ONE;
    let unit = factors
        .iter()
        .position(|f| is_plain(f) && is_imaginary_unit(store, f.base));
    let Some(unit) = unit else { return Ok(None) };
    for (at, factor) in factors.iter().enumerate().filter(|(_, factor)| is_plain(factor)) {
        if let Some((coefficient, half)) = imaginary_part(store, factor.base)? {
            return Ok(Some(([unit, at], coefficient, half)));
        }
    }
    Ok(None)
}

/// `im` times an array as a multiple of an imaginary part: what is left of the scalar, the coefficient, the argument.
pub(super) fn imaginary_array(store: &mut Store, scalar: Expr, array: Expr) -> Result<Option<(Expr, Rational, Expr)>> {
    let rest = match store.form(scalar).clone() {
        _ if is_imaginary_unit(store, scalar) => Store::ONE,
        Form::Product(factors) => {
            let Some(at) = factors.iter().position(|f| is_imaginary_unit(store, f.base)) else {
                return Ok(None);
            };
            let mut factors = factors.to_vec();
            factors.remove(at);
            store.product(factors)?
        }
        _ => return Ok(None),
    };
    let found = imaginary_part(store, array)?;
    Ok(found.map(|(coefficient, half)| (rest, coefficient, half)))
}

/// The z of `z*conj(z)`, entry by entry.
pub(super) fn modulus(store: &mut Store, base: Expr) -> Result<Option<Expr>> {
    if !store.is_complex(base) {
        return Ok(None);
    }
    match store.form(base).clone() {
        Form::Product(factors) => match *factors {
            [first, second] if first.exponent == Store::ONE && second.exponent == Store::ONE => {
                let is_pair = ops::conj(store, first.base)? == second.base;
                Ok(is_pair.then(|| ops::plainer(store, first.base, second.base)))
            }
            _ => Ok(None),
        },
        _ => Ok(None),
    }
}

/// The places of two factors that are conjugates of each other, with equal exponents.
pub(super) fn conjugate_pair(store: &mut Store, factors: &[ElementPower]) -> Result<Option<[usize; 2]>> {
    for at in 0..factors.len() {
        if !store.is_complex(factors[at].base) {
            continue;
        }
        let conjugate = ops::conj(store, factors[at].base)?;
        let is_partner = |other: &ElementPower| other.base == conjugate && other.exponent == factors[at].exponent;
        if let Some(other) = factors[at + 1..].iter().position(is_partner) {
            return Ok(Some([at, at + 1 + other]));
        }
    }
    Ok(None)
}

impl Layout {
    /// The sum with its real part.
    pub(super) fn sum_with_real_part(&mut self, store: &mut Store, part: RealPart) -> Result<PieceId> {
        let half = self.need(part.half);
        let real = self.push(Piece::Call("real", vec![half]));
        if part.terms.is_empty() {
            let piece = self.multiple(&part.coefficient.abs(), real);
            return Ok(match part.coefficient.is_negative() {
                true => self.push(Piece::Negative(piece)),
                false => piece,
            });
        }
        let mut signed = Vec::with_capacity(part.terms.len() + 1);
        for term in &part.terms {
            signed.push(self.signed_term(store, term, false)?);
        }
        let piece = self.multiple(&part.coefficient.abs(), real);
        signed.push(Signed {
            negative: part.coefficient.is_negative(),
            dotted: false,
            fills: false,
            piece,
        });
        // What is added comes first.
        let first = signed.iter().position(|term| !term.negative).unwrap_or(0);
        signed[..=first].rotate_right(1);
        Ok(self.push(Piece::Sum(signed)))
    }

    /// `abs(z)^(2*exponent)` for `z^exponent*conj(z)^exponent`.
    pub(super) fn modulus_power(&mut self, store: &mut Store, of: Expr, exponent: Expr) -> Result<PieceId> {
        let is_array = !matches!(store.shape(of), Shape::Scalar);
        let twice = store.times(&Rational::from(2), exponent)?;
        let of = self.need(of);
        let modulus = self.push(Piece::Call("abs", vec![of]));
        if twice == Store::ONE {
            return Ok(modulus);
        }
        let exponent = self.need(twice);
        Ok(self.push(Piece::Power(modulus, exponent, is_array)))
    }
}
