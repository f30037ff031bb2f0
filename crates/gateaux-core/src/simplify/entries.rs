//! Sums of Kronecker products and of index expressions that differ in one operand: `kron(I, A) + kron(I, B)` is
//! `kron(I, A + B)`.

use crate::expr::{Einsum, Expr, Form, Operand, Rational, Result, Shape, Store, Term};

/// Longer sums are left as they are.
const MAX_TERMS: usize = 32;

/// The sum with pairs of such terms joined.
pub(super) fn collect(store: &mut Store, sum: Expr) -> Result<Expr> {
    let Form::Add(terms) = store.form(sum).clone() else {
        return Ok(sum);
    };
    let mut terms = terms.to_vec();
    if terms.len() > MAX_TERMS {
        return Ok(sum);
    }
    let mut at = 0;
    let mut changed = false;
    while at < terms.len() {
        let mut found = None;
        for other in at + 1..terms.len() {
            if let Some(joined) = join(store, &terms[at], &terms[other])? {
                found = Some((other, joined));
                break;
            }
        }
        match found {
            Some((other, expr)) => {
                let (coefficient, expr) = store.split_coefficient(expr);
                terms.remove(other);
                terms[at] = Term { coefficient, expr };
                changed = true;
            }
            None => at += 1,
        }
    }
    if !changed {
        return Ok(sum);
    }
    let terms: Vec<_> = terms.into_iter().map(|term| (term.coefficient, term.expr)).collect();
    store.sum(&terms)
}

/// The sum of two terms as one, if they differ in one operand.
fn join(store: &mut Store, first: &Term, second: &Term) -> Result<Option<Expr>> {
    let split = |store: &Store, expr: Expr| match *store.form(expr) {
        Form::Scale(scalar, array) => (Some(scalar), array),
        _ => (None, expr),
    };
    let ((scalar, a), (other, b)) = (split(store, first.expr), split(store, second.expr));
    if scalar != other {
        return Ok(None);
    }
    let weighted = |store: &mut Store, x: Expr, y: Expr| {
        store.sum(&[(first.coefficient.clone(), x), (second.coefficient.clone(), y)])
    };
    let joined = match (store.form(a).clone(), store.form(b).clone()) {
        (Form::Kron(p, q), Form::Kron(r, s)) if p == r && store.shape(q) == store.shape(s) => {
            let sum = weighted(store, q, s)?;
            store.kron(p, sum)?
        }
        (Form::Kron(p, q), Form::Kron(r, s)) if q == s && store.shape(p) == store.shape(r) => {
            let sum = weighted(store, p, r)?;
            store.kron(sum, q)?
        }
        (Form::Einsum(x), Form::Einsum(y)) => match join_einsum(store, first, second, &x, &y)? {
            Some(joined) => joined,
            None => return Ok(None),
        },
        _ => return Ok(None),
    };
    match scalar {
        Some(scalar) => store.scale(scalar, joined).map(Some),
        None => Ok(Some(joined)),
    }
}

/// Index expressions without sums whose operands are the same but for one matrix.
fn join_einsum(store: &mut Store, first: &Term, second: &Term, x: &Einsum, y: &Einsum) -> Result<Option<Expr>> {
    let is_plain = |e: &Einsum| e.labels() == e.output.len();
    if !is_plain(x) || !is_plain(y) || x.operands.len() != y.operands.len() {
        return Ok(None);
    }
    let named = |e: &Einsum| -> Vec<Operand> {
        let place = |label: &u8| e.output.iter().position(|known| known == label).unwrap_or(0) as u8;
        e.operands
            .iter()
            .map(|o| Operand::new(o.expr, &o.labels.iter().map(place).collect::<Vec<u8>>()))
            .collect()
    };
    let (mut left, mut right) = (named(x), named(y));
    left.retain(|operand| match right.iter().position(|other| other == operand) {
        Some(at) => {
            right.remove(at);
            false
        }
        None => true,
    });
    let ([a], [b]) = (left.as_slice(), right.as_slice()) else {
        return Ok(None);
    };
    let other = if a.labels == b.labels {
        b.expr
    } else if matches!(store.shape(b.expr), Shape::Matrix(..)) && a.labels.iter().rev().eq(b.labels.iter()) {
        store.transpose(b.expr)?
    } else {
        return Ok(None);
    };
    let terms: [(Rational, Expr); 2] = [(first.coefficient.clone(), a.expr), (second.coefficient.clone(), other)];
    let sum = store.sum(&terms)?;
    let mut operands = named(x);
    if let Some(place) = operands.iter().position(|operand| operand == a) {
        operands[place].expr = sum;
    }
    let output: Vec<u8> = (0..x.output.len() as u8).collect();
    store.einsum(operands, &output).map(Some)
}
