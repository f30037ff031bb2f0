//! Sums of blocks among zeros: what stands at one place is simplified by itself.

use indexmap::IndexMap;

use super::factor;
use crate::expr::{Expr, Form, Placed, Rational, Result, Store};

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
        return Ok(sum);
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
