//! Second derivatives that are Kronecker products, kept in their factors.

use gateaux_core::expr::{Einsum, Error, Expr, Form, Operand, Rational, Store};

use crate::compile::derive::is_identity;

/// One term of an array with the axes `i, j, k, l`: a coefficient and the factors over `i, k` and over `j, l`.
struct Term {
    coefficient: Rational,
    first: Expr,
    last: Expr,
}

/// The factors A and B of `D[i,j,k,l] = A[i,k]*B[j,l]`; `None` in place of an identity. Nothing if the array has no such
/// form.
pub(super) fn factors(store: &mut Store, array: Expr) -> Result<Option<[Option<Expr>; 2]>, Error> {
    let mut scalars = Vec::new();
    let mut array = array;
    while let Form::Scale(scalar, inner) = *store.form(array) {
        scalars.push(scalar);
        array = inner;
    }
    let sum = match store.form(array).clone() {
        Form::Add(terms) => terms.iter().map(|term| (term.coefficient.clone(), term.expr)).collect(),
        _ => vec![(Rational::one(), array)],
    };
    let mut terms: Vec<Term> = Vec::with_capacity(sum.len());
    for (coefficient, expr) in sum {
        let (expr, scalar) = match *store.form(expr) {
            Form::Scale(scalar, inner) => (inner, Some(scalar)),
            _ => (expr, None),
        };
        let Form::Einsum(einsum) = store.form(expr).clone() else {
            return Ok(None);
        };
        let Some((mut first, last)) = split(store, &einsum)? else {
            return Ok(None);
        };
        if let Some(scalar) = scalar {
            first = store.scale(scalar, first)?;
        }
        terms.push(Term {
            coefficient,
            first,
            last,
        });
    }
    let same_last = terms.iter().all(|term| term.last == terms[0].last);
    let same_first = terms.iter().all(|term| term.first == terms[0].first);
    let (mut first, mut last) = match terms.as_slice() {
        [] => return Ok(None),
        terms if same_last => (combined(store, terms, |term| term.first)?, terms[0].last),
        terms if same_first => (terms[0].first, combined(store, terms, |term| term.last)?),
        _ => return Ok(None),
    };
    // Numbers go to the factor that is no identity.
    for scalar in scalars {
        match is_identity(store, first) {
            true => last = store.scale(scalar, last)?,
            false => first = store.scale(scalar, first)?,
        }
    }
    if let (Form::Add(one), false) = (store.form(first).clone(), is_identity(store, last))
        && let [term] = &*one
        && is_identity(store, term.expr)
    {
        last = store.times(&term.coefficient, last)?;
        first = term.expr;
    }
    let kept = |store: &Store, expr: Expr| (!is_identity(store, expr)).then_some(expr);
    Ok(Some([kept(store, first), kept(store, last)]))
}

fn combined(store: &mut Store, terms: &[Term], part: fn(&Term) -> Expr) -> Result<Expr, Error> {
    let terms: Vec<(Rational, Expr)> = terms
        .iter()
        .map(|term| (term.coefficient.clone(), part(term)))
        .collect();
    store.sum(&terms)
}

/// The operands that reach the first axes of both variables, and those that reach the last ones, if none reaches both.
fn split(store: &mut Store, einsum: &Einsum) -> Result<Option<(Expr, Expr)>, Error> {
    let [i, j, k, l] = *einsum.output else { return Ok(None) };
    let mut first = vec![i, k];
    let mut last = vec![j, l];
    // Labels that are summed belong to where their operands belong.
    for _ in 0..einsum.operands.len() {
        for operand in &einsum.operands {
            for side in [&mut first, &mut last] {
                if operand.labels.iter().any(|label| side.contains(label)) {
                    side.extend(operand.labels.iter().copied());
                }
            }
        }
    }
    if first.iter().any(|label| last.contains(label)) {
        return Ok(None);
    }
    let of = |side: &[u8]| -> Vec<Operand> {
        let own = |operand: &&Operand| operand.labels.iter().all(|label| side.contains(label));
        einsum.operands.iter().filter(own).cloned().collect()
    };
    let (a, b) = (of(&first), of(&last));
    if a.len() + b.len() != einsum.operands.len() {
        return Ok(None);
    }
    Ok(Some((store.einsum(a, &[i, k])?, store.einsum(b, &[j, l])?)))
}
