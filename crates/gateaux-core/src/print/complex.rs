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

/// Real and imaginary parts among the factors of a product: `coefficient` times the powers `name(half)^exponent`.
pub(super) struct PartFactors {
    pub(super) coefficient: Rational,
    pub(super) found: Vec<(&'static str, Expr, i64)>,
}

/// The factors that are real and imaginary parts, and the imaginary unit beside those, which are taken from the list.
///
/// `z - conj(z)` is `2*im*imag(z)`; an even number of such factors, and one beside `im`, leave no unit behind.
pub(super) fn parts(store: &mut Store, list: &mut Vec<ElementPower>) -> Result<PartFactors> {
    let mut parts = PartFactors {
        coefficient: Rational::one(),
        found: Vec::new(),
    };
    let (mut kept, mut imaginary, mut units) = (Vec::new(), Vec::new(), 0);
    for factor in list.drain(..) {
        let power = store.as_number(factor.exponent).and_then(Rational::as_integer);
        let Some(power) = power.filter(|power| (1..16).contains(power)) else {
            kept.push(factor);
            continue;
        };
        let real = real_part(store, factor.base)?.filter(|part| part.terms.is_empty());
        let own = match (real, is_imaginary_unit(store, factor.base)) {
            (_, true) => {
                units += power;
                kept.push(factor);
                continue;
            }
            (Some(part), _) => Some(("real", part.coefficient, part.half)),
            // Times im it is im*2*im*imag(half).
            (None, _) => imaginary_part(store, factor.base)?.map(|(c, half)| ("imag", -&c, half)),
        };
        match own {
            Some((name, coefficient, half)) => {
                let coefficient = raised(&coefficient, power);
                let part = (name, half, power);
                match name {
                    "imag" => imaginary.push((coefficient, part, factor)),
                    _ => {
                        parts.coefficient = &parts.coefficient * &coefficient;
                        parts.found.push(part);
                    }
                }
            }
            None => kept.push(factor),
        }
    }
    let total = units + imaginary.iter().map(|(_, (.., power), _)| power).sum::<i64>();
    // An imaginary part alone is written as the difference that it is.
    if total % 2 == 0 && !imaginary.is_empty() {
        kept.retain(|factor| !is_imaginary_unit(store, factor.base));
        if total % 4 == 2 {
            parts.coefficient = -&parts.coefficient;
        }
        for (coefficient, part, _) in imaginary {
            parts.coefficient = &parts.coefficient * &coefficient;
            parts.found.push(part);
        }
    } else {
        kept.extend(imaginary.into_iter().map(|(.., factor)| factor));
    }
    *list = kept;
    Ok(parts)
}

/// The number that comes out of a sum of entries whose factors are written as real and imaginary parts, and what is added
/// up: `sum((z + conj(z)).^3)` is `8*sum(real(z).^3)`. None where the number is 1.
fn number_of_sum(store: &mut Store, expr: Expr) -> Result<Option<(Rational, Expr)>> {
    let Form::Sum(inner) = *store.form(expr) else {
        return Ok(None);
    };
    let Form::Product(factors) = store.form(inner).clone() else {
        return Ok(None);
    };
    if !store.is_complex(inner) {
        return Ok(None);
    }
    let number = parts(store, &mut factors.to_vec())?.coefficient;
    Ok((!number.is_one() && !number.is_negative()).then_some((number, inner)))
}

fn raised(number: &Rational, power: i64) -> Rational {
    (0..power).fold(Rational::one(), |product, _| &product * number)
}

/// `coefficient*scalar*name(half)`
pub(super) struct PartMultiple {
    pub(super) coefficient: Rational,
    pub(super) scalar: Expr,
    pub(super) name: &'static str,
    pub(super) half: Expr,
}

/// A scalar times an array that is a real part, or `im` times one that is an imaginary part.
pub(super) fn part_of_multiple(store: &mut Store, scalar: Expr, array: Expr) -> Result<Option<PartMultiple>> {
    if let Some(part) = real_part(store, array)?.filter(|part| part.terms.is_empty()) {
        return Ok(Some(PartMultiple {
            coefficient: part.coefficient,
            scalar,
            name: "real",
            half: part.half,
        }));
    }
    let rest = match store.form(scalar).clone() {
        _ if is_imaginary_unit(store, scalar) => Store::ONE,
        Form::Product(factors) => {
            let Some(at) = factors.iter().position(|f| is_imaginary_unit(store, f.base)) else {
                return Ok(None);
            };
            let mut factors = factors.to_vec();
            factors.remove(at);
            match factors.is_empty() {
                true => Store::ONE,
                false => store.product(factors)?,
            }
        }
        _ => return Ok(None),
    };
    let found = imaginary_part(store, array)?;
    Ok(found.map(|(coefficient, half)| PartMultiple {
        coefficient,
        scalar: rest,
        name: "imag",
        half,
    }))
}

/// The conjugate of something that is a conjugate throughout and made of several parts, where it has no conjugates.
pub(super) fn whole_conjugate(store: &mut Store, expr: Expr) -> Result<Option<Expr>> {
    let is_composed = matches!(
        store.form(expr),
        Form::Add(_) | Form::MatMul(_) | Form::Product(_) | Form::Scale(..) | Form::Call(..)
    );
    if !is_composed || !store.is_complex(expr) || !has_only_conjugates(store, expr) {
        return Ok(None);
    }
    ops::conj(store, expr).map(Some)
}

/// Whether complex variables stand in conjugates alone, in more than one place.
fn has_only_conjugates(store: &Store, expr: Expr) -> bool {
    let mut todo = vec![expr];
    let mut count = 0;
    while let Some(part) = todo.pop() {
        match store.form(part) {
            Form::Call(function, _) if function.law == Law::Conjugate => count += 1,
            Form::Var(_) if store.is_complex(part) => return false,
            Form::Call(function, _) if function.law == Law::ImaginaryUnit => return false,
            _ => todo.extend(
                store
                    .children(part)
                    .into_iter()
                    .filter(|child| store.is_complex(*child)),
            ),
        }
        if todo.len() > 64 {
            return false;
        }
    }
    count > 1
}

/// The z of `z*conj(z)`, entry by entry.
pub(super) fn modulus(store: &mut Store, base: Expr) -> Result<Option<Expr>> {
    match store.form(base) {
        Form::Product(_) => ops::modulus_root(store, base),
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
        let number = number_of_sum(store, part.half)?;
        let half = match &number {
            Some((number, _)) => self.term(store, &number.recip(), part.half)?,
            None => self.need(part.half),
        };
        let coefficient = number.map_or(part.coefficient.clone(), |(number, _)| &part.coefficient * &number);
        let real = self.push(Piece::Call("real", vec![half]));
        if part.terms.is_empty() {
            let piece = self.multiple(&coefficient.abs(), real);
            return Ok(match coefficient.is_negative() {
                true => self.negative(piece),
                false => piece,
            });
        }
        let mut signed = Vec::with_capacity(part.terms.len() + 1);
        for term in &part.terms {
            signed.push(self.signed_term(store, term, false)?);
        }
        let piece = self.multiple(&coefficient.abs(), real);
        signed.push(Signed {
            negative: coefficient.is_negative(),
            dotted: false,
            fills: None,
            piece,
        });
        // What is added comes first.
        let first = signed.iter().position(|term| !term.negative).unwrap_or(0);
        signed[..=first].rotate_right(1);
        Ok(self.push(Piece::Sum(signed)))
    }

    /// A multiple of a conjugate, or of a sum of entries from which a number comes out.
    pub(super) fn complex_term(
        &mut self,
        store: &mut Store,
        coefficient: &Rational,
        expr: Expr,
    ) -> Result<Option<PieceId>> {
        if let Some(plain) = whole_conjugate(store, expr)? {
            let plain = self.need(plain);
            let piece = self.push(Piece::Call("conj", vec![plain]));
            return Ok(Some(self.multiple(coefficient, piece)));
        }
        let Some((number, inner)) = number_of_sum(store, expr)? else {
            return Ok(None);
        };
        let inner = self.term(store, &number.recip(), inner)?;
        let sum = self.push(Piece::Call("sum", vec![inner]));
        Ok(Some(self.multiple(&(coefficient * &number), sum)))
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
