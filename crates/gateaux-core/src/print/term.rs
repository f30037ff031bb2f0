//! One term: coefficient, scalars, the factors of the array, what is divided by.

use std::collections::HashMap;

use super::layout::{Infix, Layout, Piece, PieceId, Signed};
use super::{blocks, complex, recognize};
use crate::expr::{Einsum, ElementPower, Expr, Form, Rational, Result, Shape, Store, Term};
use crate::ops;

/// A product while it is being laid out.
#[derive(Default)]
pub(super) struct Factors {
    /// Whether it is the product of a number with what comes next, and that is all.
    is_number: bool,
    above: Vec<(Infix, PieceId)>,
    below: Vec<PieceId>,
    /// The coefficients of factors that are written with `sym` or `skew`.
    pub(super) coefficients: Vec<Rational>,
}

impl Factors {
    pub(super) fn times(&mut self, piece: PieceId) {
        self.above.push((Infix::Times, piece));
    }
}

impl Layout {
    /// `coefficient*rest` for a positive coefficient and an expression that is no multiple.
    pub(super) fn term(&mut self, store: &mut Store, coefficient: &Rational, rest: Expr) -> Result<PieceId> {
        if let Some(name) = self.named(rest) {
            return Ok(self.multiple(coefficient, name));
        }
        if let Some(piece) = self.complex_term(store, coefficient, rest)? {
            return Ok(piece);
        }
        let root = recognize::square_root(store, rest)?;
        if coefficient.is_one() && (root.is_some() || !is_composed(store, rest)) {
            return self.atom(store, rest, root);
        }
        let mut factors = Factors::default();
        match store.form(rest).clone() {
            _ if rest == Store::ONE => {}
            Form::Scale(scalar, array) => match (
                self.scaled_unit(store, rest, array)?,
                complex::part_of_multiple(store, scalar, array)?,
            ) {
                (Some(piece), _) => factors.times(piece),
                (None, Some(part)) => {
                    if part.scalar != Store::ONE {
                        self.scalar_factors(store, part.scalar, &mut factors)?;
                    }
                    factors.coefficients.push(part.coefficient);
                    let piece = self.part_power(store, (part.name, part.half, 1));
                    factors.times(piece);
                }
                (None, None) => {
                    self.scalar_factors(store, scalar, &mut factors)?;
                    self.array_factors(store, array, &mut factors)?;
                }
            },
            _ if store.shape(rest).is_scalar() => {
                factors.is_number = true;
                self.scalar_factors(store, rest, &mut factors)?;
            }
            _ => self.array_factors(store, rest, &mut factors)?,
        }
        // The coefficient of a factor that is written as 2*sym(..) joins the others.
        let coefficient = factors
            .coefficients
            .iter()
            .fold(coefficient.clone(), |all, own| &all * own);
        let negative = coefficient.is_negative();
        let (above, below) = self.quotient(&coefficient.abs());
        if let Some(above) = above {
            factors.above.insert(0, (Infix::Times, above));
        }
        if let Some(below) = below {
            factors.below.insert(0, below);
        }
        let piece = self.assemble(factors);
        Ok(match negative {
            true => self.negative(piece),
            false => piece,
        })
    }

    /// A multiple of a column of a small identity, or of an outer product of two, by its entries: `[x[1], 0]`.
    fn scaled_unit(&mut self, store: &mut Store, whole: Expr, array: Expr) -> Result<Option<PieceId>> {
        let is_unit = store.placed(array)?.is_some_and(|placed| placed.block == Store::ONE);
        match is_unit && blocks::is_small(store, store.shape(array)) {
            true => Ok(self.blocks(store, whole)?.map(|blocks| blocks.piece)),
            false => Ok(None),
        }
    }

    fn assemble(&mut self, factors: Factors) -> PieceId {
        let Factors {
            mut above, mut below, ..
        } = factors;
        if above.first().is_none_or(|(infix, _)| *infix == Infix::DotOver) {
            let one = self.push(Piece::Number("1".to_owned()));
            above.insert(0, (Infix::Times, one));
        }
        // Nothing stands above an elementwise quotient: 1./(2*sqrt(x)) and not 1./sqrt(x)/2.
        if above.len() > 1
            && above[1].0 == Infix::DotOver
            && self.is_one(above[0].1)
            && let [first, ref rest @ ..] = below[..]
        {
            let factors = rest
                .iter()
                .copied()
                .chain([above[1].1])
                .map(|piece| (Infix::Times, piece))
                .collect();
            above[1].1 = self.push(Piece::Product(first, factors));
            below.clear();
        }
        let divisor = match below.as_slice() {
            [] => None,
            [only] => Some(*only),
            [first, rest @ ..] => {
                let rest = rest.iter().map(|piece| (Infix::Times, *piece)).collect();
                Some(self.push(Piece::Product(*first, rest)))
            }
        };
        let first = above.remove(0).1;
        above.extend(divisor.map(|piece| (Infix::Over, piece)));
        if above.is_empty() {
            first
        } else {
            self.push(Piece::Product(first, above))
        }
    }

    /// The factors of a scalar, those with negative exponents below.
    fn scalar_factors(&mut self, store: &mut Store, scalar: Expr, factors: &mut Factors) -> Result<()> {
        let mut list = match store.form(scalar).clone() {
            Form::Product(list) => list.to_vec(),
            Form::MatMul(list) if factors.is_number && recognize::square_root(store, scalar)?.is_none() => {
                // The only factor needs no parentheses: `2*x'*y`.
                return self.chain(store, scalar, &list, factors);
            }
            _ => vec![ElementPower {
                base: scalar,
                exponent: Store::ONE,
            }],
        };
        if store.is_complex(scalar) {
            self.complex_factors(store, &mut list, factors)?;
        }
        if let Some((of, used)) = recognize::mean(store, &list) {
            let of = self.need(of);
            let mean = self.push(Piece::Call("mean", vec![of]));
            factors.times(mean);
            list.retain(|factor| !used.contains(factor));
        }
        // Names and numbers before their powers: `b*a^(b - 1)`; holes last.
        list.sort_by_key(|factor| (store.has_hole(factor.base), factor.exponent != Store::ONE));
        let mut alone = factors.is_number;
        for (at, factor) in list.iter().enumerate() {
            let (exponent, is_below) = signed_exponent(store, factor.exponent)?;
            if let (true, Form::MatMul(chain)) = (factor.exponent == Store::ONE, store.form(factor.base).clone()) {
                // Alone above the line it needs no parentheses: `x'*y/n`.
                let next_is_below = match list.get(at + 1) {
                    Some(next) => signed_exponent(store, next.exponent)?.1,
                    None => true,
                };
                if alone && next_is_below && recognize::square_root(store, factor.base)?.is_none() {
                    self.chain(store, factor.base, &chain, factors)?;
                    alone = false;
                    continue;
                }
            }
            let piece = self.power(store, factor.base, exponent)?;
            alone &= is_below;
            if is_below {
                factors.below.push(piece)
            } else {
                factors.times(piece)
            }
        }
        Ok(())
    }

    /// The factors of an array, behind the scalars.
    fn array_factors(&mut self, store: &mut Store, array: Expr, factors: &mut Factors) -> Result<()> {
        match store.form(array).clone() {
            Form::MatMul(list) => match self.blocks(store, array)? {
                Some(blocks) => {
                    factors.times(blocks.piece);
                    Ok(())
                }
                None => self.chain(store, array, &list, factors),
            },
            Form::Product(list) => {
                let (mut above, mut below) = (Vec::new(), Vec::new());
                let mut list = list.to_vec();
                if let Some((at, name)) = recognize::triangle(store, &list) {
                    list.remove(at);
                    let rest = store.product(list)?;
                    let rest = self.need(rest);
                    let piece = self.push(Piece::Call(name, vec![rest]));
                    factors.times(piece);
                    return Ok(());
                }
                list.sort_by_key(|factor| store.has_hole(factor.base));
                if store.is_complex(array) {
                    let parts = complex::parts(store, &mut list)?;
                    factors.coefficients.push(parts.coefficient);
                    above.extend(parts.found.into_iter().map(|part| self.part_power(store, part)));
                }
                while let Some([first, second]) = complex::conjugate_pair(store, &list)? {
                    let (second, first) = (list.remove(second), list.remove(first));
                    let of = ops::plainer(store, first.base, second.base);
                    let (exponent, is_below) = signed_exponent(store, first.exponent)?;
                    let piece = self.modulus_power(store, of, exponent)?;
                    if is_below { below.push(piece) } else { above.push(piece) }
                }
                for factor in list.iter() {
                    let (exponent, is_below) = signed_exponent(store, factor.exponent)?;
                    let piece = self.power(store, factor.base, exponent)?;
                    if is_below { below.push(piece) } else { above.push(piece) }
                }
                // Scalars multiply the first array; without one they are what is divided: `2./x`.
                for (at, piece) in above.into_iter().enumerate() {
                    factors
                        .above
                        .push((if at == 0 { Infix::Times } else { Infix::DotTimes }, piece));
                }
                factors
                    .above
                    .extend(below.into_iter().map(|piece| (Infix::DotOver, piece)));
                Ok(())
            }
            _ => {
                let piece = self.need(array);
                factors.times(piece);
                Ok(())
            }
        }
    }

    /// `base^exponent` for an exponent that is not negative: roots and norms are recognized.
    fn power(&mut self, store: &mut Store, base: Expr, exponent: Expr) -> Result<PieceId> {
        if exponent == Store::ONE {
            return Ok(self.need(base));
        }
        if let Some(of) = complex::modulus(store, base)? {
            return self.modulus_power(store, of, exponent);
        }
        let half = Rational::new(1, 2);
        let number = store.as_number(exponent).cloned();
        if let (Some(number), true) = (&number, store.shape(base).is_scalar()) {
            let twice = number * &Rational::from(2);
            let root = match (twice.is_integer(), store.is_complex(base)) {
                (false, _) => None,
                (true, true) => ops::modulus_root(store, base)?,
                (true, false) => store.inner_square(base)?,
            };
            if let Some(root) = root {
                let root = self.need(root);
                let norm = self.push(Piece::Call("norm2", vec![root]));
                return Ok(self.numeric_power(norm, &twice, false));
            }
        }
        if let Some((vector, p, power)) = recognize::p_norm(store, base, exponent)? {
            let args = vec![self.need(vector), self.need(p)];
            let norm = self.push(Piece::Call("norm", args));
            return self.power_of_piece(store, norm, power);
        }
        let dotted = !store.shape(base).is_scalar();
        // A scalar base under an array of exponents: `a.^x`.
        let entry = match store.fill_value(base) {
            Some((c, entry)) if dotted && !store.shape(exponent).is_scalar() => store.times(&c, entry)?,
            _ => base,
        };
        let base = self.need(entry);
        match number {
            Some(number) if number == half => Ok(self.push(Piece::Call("sqrt", vec![base]))),
            Some(number) => Ok(self.numeric_power(base, &number, dotted)),
            None => {
                let exponent = self.need(exponent);
                Ok(self.push(Piece::Power(base, exponent, dotted)))
            }
        }
    }

    fn power_of_piece(&mut self, store: &mut Store, base: PieceId, exponent: Expr) -> Result<PieceId> {
        Ok(match store.as_number(exponent).cloned() {
            Some(number) if number == Rational::new(1, 2) => self.push(Piece::Call("sqrt", vec![base])),
            Some(number) => self.numeric_power(base, &number, false),
            None => {
                let exponent = self.need(exponent);
                self.push(Piece::Power(base, exponent, false))
            }
        })
    }

    fn numeric_power(&mut self, base: PieceId, exponent: &Rational, dotted: bool) -> PieceId {
        if exponent.is_one() {
            return base;
        }
        let exponent = self.number(exponent);
        self.push(Piece::Power(base, exponent, dotted))
    }

    /// What is neither a sum nor a product.
    fn atom(&mut self, store: &mut Store, expr: Expr, root: Option<Expr>) -> Result<PieceId> {
        if let Some(root) = root {
            let root = self.need(root);
            let norm = self.push(Piece::Call("norm2", vec![root]));
            return Ok(self.numeric_power(norm, &Rational::from(2), false));
        }
        let shape = store.shape(expr);
        let dims = |store: &Store| {
            shape
                .axes()
                .into_iter()
                .map(|dim| store.dims.text(dim))
                .collect::<Vec<_>>()
        };
        Ok(match store.form(expr).clone() {
            Form::Number(value) => self.number(&value),
            Form::Size(dim) => self.push(Piece::Size(store.dims.text(dim))),
            Form::Var(var) => match store.variable(var).change_of {
                Some(of) => {
                    let of = self.need(of);
                    self.push(Piece::Change(of))
                }
                None => self.push(Piece::Name(store.variable(var).name.clone())),
            },
            Form::Eye => self.push(Piece::Eye(dims(store)[0].clone())),
            Form::Ones => self.push(Piece::Ones(dims(store))),
            Form::Zero => match shape {
                Shape::Row(n) => {
                    let zeros = self.push(Piece::Zeros(vec![store.dims.text(n)]));
                    self.push(Piece::Transpose(zeros))
                }
                _ => self.push(Piece::Zeros(dims(store))),
            },
            Form::Select(_) if matches!(shape, Shape::Vector(_)) && blocks::is_small(store, shape) => {
                match self.blocks(store, expr)? {
                    Some(blocks) => blocks.piece,
                    None => self.selection(store, expr)?,
                }
            }
            Form::Select(_) => self.selection(store, expr)?,
            Form::Tril => {
                let ones = self.push(Piece::Ones(dims(store)));
                self.push(Piece::Call("tril", vec![ones]))
            }
            Form::Commutation(m, n) => {
                let sizes = [m, n].map(|dim| store.dims.text(dim));
                let sizes = sizes.map(|text| self.push(Piece::Size(text)));
                self.push(Piece::Call("commutation", sizes.to_vec()))
            }
            Form::Einsum(einsum) => self.einsum(store, &einsum)?,
            Form::Transpose(inner) if matches!(store.form(inner), Form::Tril) => {
                let ones = self.push(Piece::Ones(dims(store)));
                self.push(Piece::Call("triu", vec![ones]))
            }
            // A function of the rows of a transpose, transposed, is the function of the columns.
            Form::Transpose(inner) if self.by_columns(store, inner)?.is_some() => {
                self.by_columns(store, inner)?.unwrap_or_default()
            }
            // The transpose of a lower triangle is the upper triangle of the transpose.
            Form::Transpose(inner) if self.other_triangle(store, inner)?.is_some() => {
                self.other_triangle(store, inner)?.unwrap_or_default()
            }
            Form::Transpose(inner) => match store.form(inner).clone() {
                // A comparison is no array of its own: its sides are transposed.
                Form::Call(function, args) if recognize::comparison(ops::op(function).name).is_some() => {
                    let sides: Vec<Expr> = args.iter().map(|side| store.transpose(*side)).collect::<Result<_>>()?;
                    self.call(store, ops::op(function), &sides, shape)?
                }
                _ => {
                    let inner = self.need(inner);
                    self.push(Piece::Transpose(inner))
                }
            },
            Form::Trace(inner) => {
                let inner = self.need(inner);
                self.push(Piece::Call("tr", vec![inner]))
            }
            Form::Sum(inner) => match recognize::sum_of(store, inner) {
                Some((name, of)) => {
                    let of = self.need(of);
                    self.push(Piece::Call(name, vec![of]))
                }
                None => {
                    let inner = self.need(inner);
                    self.push(Piece::Call("sum", vec![inner]))
                }
            },
            Form::Diag(inner) | Form::DiagOf(inner) => {
                let inner = self.need(inner);
                self.push(Piece::Call("diag", vec![inner]))
            }
            Form::Reshape(inner) => {
                let is_tensor = matches!(store.shape(inner), Shape::Tensor(_));
                let inner = self.need(inner);
                let sizes = if matches!(shape, Shape::Vector(_)) && !is_tensor {
                    vec![]
                } else {
                    dims(store)
                };
                self.push(Piece::Reshape(inner, sizes))
            }
            Form::Kron(a, b) => {
                let args = vec![self.need(a), self.need(b)];
                self.push(Piece::Call("kron", args))
            }
            Form::Call(..) if self.by_columns(store, expr)?.is_some() => {
                let piece = self.by_columns(store, expr)?.unwrap_or_default();
                self.push(Piece::Transpose(piece))
            }
            Form::Call(function, args) => self.call(store, ops::op(function), &args, shape)?,
            Form::Add(_) | Form::Scale(..) | Form::MatMul(_) | Form::Product(_) => self.need(expr),
        })
    }

    /// Columns of the identity: `eye(n)[:,i]`.
    fn selection(&mut self, store: &mut Store, expr: Expr) -> Result<PieceId> {
        let n = store.dims.text(store.shape(expr).axes()[0]);
        let (item, _) = recognize::selection(store, expr)?.unwrap_or_default();
        let eye = self.push(Piece::Eye(n));
        Ok(self.push(Piece::Index(eye, vec![":".to_owned(), item])))
    }

    /// `tril(A)'` as `triu(A')`, where A' is no longer.
    fn other_triangle(&mut self, store: &mut Store, expr: Expr) -> Result<Option<PieceId>> {
        let Form::Product(list) = store.form(expr).clone() else {
            return Ok(None);
        };
        let Some((at, name)) = recognize::triangle(store, &list) else {
            return Ok(None);
        };
        let mut list = list.to_vec();
        list.remove(at);
        let rest = store.product(list)?;
        let transposed = store.transpose(rest)?;
        if store.weight(transposed) > store.weight(rest) || !store.split_coefficient(transposed).0.is_one() {
            return Ok(None);
        }
        let other = if name == "tril" { "triu" } else { "tril" };
        let rest = self.need(transposed);
        Ok(Some(self.push(Piece::Call(other, vec![rest]))))
    }

    /// The transpose of a function of the rows as the function of the columns of the transpose, where that is shorter.
    fn by_columns(&mut self, store: &mut Store, expr: Expr) -> Result<Option<PieceId>> {
        let Some((name, of)) = recognize::by_rows(store, expr) else {
            return Ok(None);
        };
        let columns = store.transpose(of)?;
        if store.weight(columns) >= store.weight(of) || !store.split_coefficient(columns).0.is_one() {
            return Ok(None);
        }
        let of = self.need(columns);
        let axis = self.push(Piece::Number("1".to_owned()));
        Ok(Some(self.push(Piece::Call(name, vec![of, axis]))))
    }

    /// Index expressions; of one array with selections only, its entries and slices.
    fn einsum(&mut self, store: &mut Store, einsum: &Einsum) -> Result<PieceId> {
        if let Some((array, items)) = recognize::slice(store, einsum)? {
            let base = self.need(array);
            return Ok(self.push(Piece::Index(base, items)));
        }
        let operands = einsum.operands.iter().map(|operand| self.need(operand.expr)).collect();
        Ok(self.push(Piece::Einsum(einsum.subscripts(), operands)))
    }

    fn call(&mut self, store: &mut Store, op: &'static ops::Op, args: &[Expr], shape: Shape) -> Result<PieceId> {
        let mut pieces = Vec::with_capacity(args.len());
        let is_own = |store: &Store, arg: Expr| store.fill_value(arg).is_none() && !store.is_zero(arg);
        let has_array = args.iter().any(|arg| store.shape(*arg) == shape && is_own(store, *arg));
        let mut entries = Vec::with_capacity(args.len());
        for arg in args {
            entries.push(match store.fill_value(*arg) {
                Some((coefficient, entry)) if has_array && op.is_elementwise() => store.times(&coefficient, entry)?,
                None if has_array && op.is_elementwise() && store.is_zero(*arg) => Store::ZERO,
                _ => *arg,
            });
        }
        if let (Some((sign, opposite)), [lhs, rhs]) = (recognize::comparison(op.name), entries.as_slice()) {
            let (sign, [lhs, rhs]) = match recognize::reads_backwards(store, *lhs, *rhs) {
                true => (opposite, [*rhs, *lhs]),
                false => (sign, [*lhs, *rhs]),
            };
            let sides = [lhs, rhs].map(|side| self.need(side));
            return Ok(self.push(Piece::Comparison(sign, sides[0], sides[1])));
        }
        for entry in entries {
            pieces.push(self.need(entry));
        }
        if let ("maximum", [of], Some(("norm1", inner))) =
            (op.name, args, args.first().and_then(|of| recognize::sum_of(store, *of)))
            && matches!(store.shape(*of), Shape::Vector(_))
        {
            let inner = self.need(inner);
            return Ok(self.push(Piece::Call("norminf", vec![inner])));
        }
        Ok(match args {
            [] => self.push(Piece::Name(op.name.to_owned())),
            _ => self.push(Piece::Call(op.name, pieces)),
        })
    }

    /// A sum of two and more terms.
    pub(super) fn sum(&mut self, store: &mut Store, expr: Expr) -> Result<PieceId> {
        let Form::Add(terms) = store.form(expr).clone() else {
            return self.term(store, &Rational::one(), expr);
        };
        if let Some(blocks) = self.blocks(store, expr)? {
            return self.sum_with_blocks(store, &blocks);
        }
        if let Some(plain) = complex::whole_conjugate(store, expr)? {
            let plain = self.need(plain);
            return Ok(self.push(Piece::Call("conj", vec![plain])));
        }
        if let Some(part) = complex::real_part(store, expr)? {
            return self.sum_with_real_part(store, part);
        }
        if let Some((name, coefficient, part)) = recognize::symmetric_part(store, &terms)? {
            let part = self.need(part);
            let piece = self.push(Piece::Call(name, vec![part]));
            let piece = self.multiple(&coefficient.abs(), piece);
            return Ok(if coefficient.is_negative() {
                self.push(Piece::Negative(piece))
            } else {
                piece
            });
        }
        let (content, primitive) = store.split_content(expr)?;
        if !content.abs().is_one() {
            let piece = self.term(store, &content.abs(), primitive)?;
            return Ok(if content.is_negative() {
                self.push(Piece::Negative(piece))
            } else {
                piece
            });
        }
        let mut signed = Vec::with_capacity(terms.len());
        let broadcasts = is_array_sum(store, &terms);
        for term in ordered(store, expr, &terms, broadcasts) {
            signed.push(self.signed_term(store, &term, broadcasts)?);
        }
        // The dot stands between a scalar and an array, wherever the scalar is.
        if signed.len() > 1 && signed[0].dotted {
            signed[1].dotted = true;
            signed[0].dotted = false;
        }
        Ok(self.push(Piece::Sum(signed)))
    }

    /// `coefficient*piece` for a positive coefficient.
    pub(super) fn multiple(&mut self, coefficient: &Rational, piece: PieceId) -> PieceId {
        let (above, below) = self.quotient(coefficient);
        let mut factors = Factors::default();
        if let Some(above) = above {
            factors.times(above);
        }
        factors.times(piece);
        factors.below.extend(below);
        self.assemble(factors)
    }

    /// `name(half)^exponent`
    fn part_power(&mut self, store: &Store, (name, half, exponent): (&'static str, Expr, i64)) -> PieceId {
        let dotted = !store.shape(half).is_scalar();
        let half = self.need(half);
        let piece = self.push(Piece::Call(name, vec![half]));
        self.numeric_power(piece, &Rational::from(exponent), dotted)
    }

    /// The real and imaginary parts and the absolute values among the factors, which are taken from the list.
    fn complex_factors(
        &mut self,
        store: &mut Store,
        list: &mut Vec<ElementPower>,
        factors: &mut Factors,
    ) -> Result<()> {
        let parts = complex::parts(store, list)?;
        factors.coefficients.push(parts.coefficient);
        for part in parts.found {
            let piece = self.part_power(store, part);
            factors.times(piece);
        }
        while let Some([first, second]) = complex::conjugate_pair(store, list)? {
            let (second, first) = (list.remove(second), list.remove(first));
            let of = ops::plainer(store, first.base, second.base);
            let (exponent, is_below) = signed_exponent(store, first.exponent)?;
            let piece = self.modulus_power(store, of, exponent)?;
            if is_below {
                factors.below.push(piece);
            } else {
                factors.times(piece);
            }
        }
        Ok(())
    }

    pub(super) fn signed_term(&mut self, store: &mut Store, term: &Term, broadcasts: bool) -> Result<Signed> {
        let magnitude = term.coefficient.abs();
        let fill = store.fill_value(term.expr).filter(|_| broadcasts);
        let (rest, dotted) = match &fill {
            Some((_, entry)) => (*entry, true),
            None => (term.expr, false),
        };
        let piece = if rest == Store::ONE {
            self.number(&magnitude)
        } else {
            self.term(store, &magnitude, rest)?
        };
        // The term may have a sign of its own: im*(z - conj(z)) is -2*imag(z).
        let (negative, piece) = match self.unsigned(piece) {
            Some(inner) => (!term.coefficient.is_negative(), inner),
            None => (term.coefficient.is_negative(), piece),
        };
        Ok(Signed {
            negative,
            dotted,
            fills: fill.map(|_| store.shape(term.expr)),
            piece,
        })
    }
}

/// Whether the term is written with infix operators.
fn is_composed(store: &Store, expr: Expr) -> bool {
    matches!(store.form(expr), Form::Scale(..) | Form::Product(_) | Form::MatMul(_))
}

/// Whether constants are broadcast in this sum: it has a term that is an array of its own.
fn is_array_sum(store: &Store, terms: &[Term]) -> bool {
    !store.shape(terms[0].expr).is_scalar() && terms.iter().any(|term| store.fill_value(term.expr).is_none())
}

/// The order in which terms are written: a positive constant first, then a positive term, other constants last.
fn ordered(store: &Store, sum: Expr, terms: &[Term], broadcasts: bool) -> Vec<Term> {
    let is_constant = |term: &Term| {
        let fill = store.fill_value(term.expr);
        let number = fill.as_ref().is_some_and(|(_, entry)| *entry == Store::ONE);
        (number, fill.is_some() && broadcasts)
    };
    let mut first = Vec::new();
    let mut middle = Vec::with_capacity(terms.len());
    let mut last = Vec::new();
    let mut terms: Vec<&Term> = terms.iter().collect();
    match store.written_order(sum) {
        Some(written) => {
            let place: HashMap<Expr, usize> = written.iter().enumerate().map(|(at, expr)| (*expr, at)).collect();
            terms.sort_by_key(|term| place.get(&term.expr).copied().unwrap_or(usize::MAX));
        }
        // The product rule puts the changes in the order of the factors.
        None if terms.iter().any(|term| store.has_hole(term.expr)) => {}
        None => terms.sort_by_key(|term| store.position(term.expr)),
    }
    for term in terms {
        match is_constant(term) {
            (true, _) if first.is_empty() && !term.coefficient.is_negative() => first.push(term.clone()),
            (true, _) | (_, true) => last.push(term.clone()),
            _ => middle.push(term.clone()),
        }
    }
    if first.is_empty() {
        if let Some(at) = middle.iter().position(|term| !term.coefficient.is_negative()) {
            first.push(middle.remove(at));
        } else if let Some(at) = last.iter().position(|term| !term.coefficient.is_negative()) {
            first.push(last.remove(at));
        }
    }
    first.into_iter().chain(middle).chain(last).collect()
}

/// The exponent without its sign, and whether it was negative.
fn signed_exponent(store: &mut Store, exponent: Expr) -> Result<(Expr, bool)> {
    let (coefficient, _) = store.split_coefficient(exponent);
    let negative = coefficient.is_negative();
    Ok((if negative { store.neg(exponent)? } else { exponent }, negative))
}
