//! Sums of blocks among zeros: what stands at one place is simplified by itself.

use indexmap::IndexMap;

use super::factor;
use crate::expr::{Expr, Form, Placed, Rational, Result, Shape, Store, Term};

/// The sum with the terms of each block collected.
pub(super) fn simplify_blocks(store: &mut Store, sum: Expr) -> Result<Expr> {
    let Form::Add(terms) = store.form(sum).clone() else {
        return Ok(sum);
    };
    let mut blocks: IndexMap<_, Vec<(Rational, Expr)>> = IndexMap::new();
    for term in terms.iter() {
        let Some(Placed { rows, columns, block }) = store.placed(term.expr)? else {
            return Ok(sum);
        };
        let place = (rows, columns, store.shape(block).axes().len(), store.shape(block));
        blocks.entry(place).or_default().push((term.coefficient.clone(), block));
    }
    if blocks.len() == terms.len() {
        return multiple_of_identity(store, sum, &terms);
    }
    let shape = store.shape(sum);
    let mut placed = Vec::with_capacity(blocks.len());
    for ((rows, columns, ..), parts) in blocks {
        let block = store.sum(&parts)?;
        let block = factor::factor(store, block)?;
        let at = Placed { rows, columns, block };
        placed.push((Rational::one(), store.place(at, shape)?));
    }
    store.sum(&placed)
}

/// `[a, 0; 0, a]` as `a*eye(2)`.
fn multiple_of_identity(store: &mut Store, sum: Expr, terms: &[Term]) -> Result<Expr> {
    let Shape::Matrix(m, n) = store.shape(sum) else {
        return Ok(sum);
    };
    if m != n || store.dims.value(n) != i64::try_from(terms.len()).ok() {
        return Ok(sum);
    }
    let mut entry = None;
    for term in terms {
        let on_diagonal = store.placed(term.expr)?.filter(|placed| placed.rows == placed.columns);
        let Some(Placed { block, .. }) = on_diagonal.filter(|placed| store.shape(placed.block).is_scalar()) else {
            return Ok(sum);
        };
        let own = store.times(&term.coefficient, block)?;
        if *entry.get_or_insert(own) != own {
            return Ok(sum);
        }
    }
    let eye = store.eye(n)?;
    match entry {
        Some(entry) => store.scale(entry, eye),
        None => Ok(sum),
    }
}
