//! The structure of Hessians, said in words.

use gateaux_core::expr::{Expr, Facts, Form, Shape, Store, Term};

/// What the form of a square matrix shows: "diagonal plus rank 1", "Kronecker product with an identity".
pub(crate) fn describe(store: &Store, matrix: Expr) -> Option<String> {
    store.shape(matrix).square()?;
    if store.is_zero(matrix) {
        return Some("zero".to_owned());
    }
    let mut terms: Vec<Expr> = Vec::new();
    let mut todo = vec![matrix];
    while let Some(expr) = todo.pop() {
        match store.form(expr) {
            Form::Add(addends) => todo.extend(addends.iter().map(|term: &Term| term.expr)),
            Form::Scale(_, array) => todo.push(*array),
            _ => terms.push(expr),
        }
    }
    let (mut identity, mut diagonal, mut rank) = (0, 0, 0);
    let mut kron = Vec::new();
    for term in &terms {
        match store.form(*term) {
            Form::Eye => identity += 1,
            _ if store.facts(*term).has(Facts::DIAGONAL) => diagonal += 1,
            Form::MatMul(factors) => match factors.iter().any(|f| matches!(store.shape(f.base), Shape::Row(_))) {
                true => rank += 1,
                false => return None,
            },
            Form::Kron(a, b) => kron.push((*a, *b)),
            _ => return None,
        }
    }
    let base = match (identity, diagonal) {
        (0, 0) => None,
        (_, 0) => Some("a multiple of the identity"),
        _ => Some("diagonal"),
    };
    match (base, rank, kron.as_slice()) {
        (Some(base), 0, []) => Some(base.to_owned()),
        (Some(base), rank, []) => Some(format!("{base} plus rank {rank}")),
        (None, rank, []) if rank > 0 => Some(format!("of rank {rank} or less")),
        (None, 0, [(a, b)]) => match (store.form(*a), store.form(*b)) {
            (Form::Eye, _) => Some("block diagonal with equal blocks: a Kronecker product with an identity".to_owned()),
            (_, Form::Eye) => Some("a Kronecker product with an identity".to_owned()),
            _ => Some("a Kronecker product".to_owned()),
        },
        (None, 0, [_, rest @ ..]) if !rest.is_empty() => Some(format!("a sum of {} Kronecker products", kron.len())),
        _ => None,
    }
}
