//! Names for the parts of a function that a long derivation writes again and again, as a teacher would write
//! `t1 = tanh(W*x)` beside the board.

use std::collections::HashMap;

use super::{Left, Line};
use crate::expr::{Expr, Form, Store};

/// At most so many parts get a name.
const MAX_NAMES: usize = 6;
/// A part of less weight gets none.
const MIN_WEIGHT: u32 = 4;
/// Nor does one that is written less often.
const MIN_USES: u64 = 4;

/// The parts of the function that get names, inner ones first, for the lines before the answer.
pub(super) fn parts(store: &Store, function: Expr, lines: &[Line]) -> Vec<Expr> {
    let roots: Vec<Expr> = lines
        .iter()
        .filter(|line| line.left == Left::Change)
        .flat_map(Line::factors)
        .collect();
    let candidates: Vec<Expr> = store
        .post_order(&[function])
        .into_iter()
        .filter(|expr| *expr != function && is_candidate(store, *expr))
        .collect();
    let mut named: Vec<Expr> = Vec::new();
    while named.len() < MAX_NAMES {
        let uses = uses(store, &roots, &named);
        let weights = weights(store, function, &named);
        let saving = |expr: &Expr| {
            let (uses, weight) = (uses.get(expr).copied().unwrap_or(0), weights[expr]);
            match uses >= MIN_USES && weight >= MIN_WEIGHT {
                true => (uses - 1).saturating_mul(u64::from(weight - 1)),
                false => 0,
            }
        };
        let best = candidates
            .iter()
            .filter(|expr| !named.contains(expr))
            .max_by_key(|expr| (saving(expr), **expr));
        match best {
            Some(best) if saving(best) > 0 => named.push(*best),
            _ => break,
        }
    }
    named.sort_unstable();
    named
}

/// Products are written flat, so that a part of one cannot be told from its neighbors.
fn is_candidate(store: &Store, expr: Expr) -> bool {
    match store.form(expr) {
        Form::Call(..) | Form::Trace(_) | Form::Sum(_) | Form::DiagOf(_) | Form::Einsum(_) => true,
        Form::Add(terms) => terms.len() > 1,
        Form::Number(_) | Form::Size(_) | Form::Var(_) | Form::Eye | Form::Ones | Form::Zero => false,
        Form::Select(_) | Form::Tril | Form::Commutation(..) | Form::Scale(..) | Form::MatMul(_) => false,
        Form::Transpose(_) | Form::Product(_) | Form::Diag(_) | Form::Reshape(_) | Form::Kron(..) => false,
    }
}

/// How often each expression is written in the lines and in the definitions of names.
fn uses(store: &Store, roots: &[Expr], named: &[Expr]) -> HashMap<Expr, u64> {
    let mut uses: HashMap<Expr, u64> = HashMap::new();
    for root in roots {
        *uses.entry(*root).or_default() += 1;
    }
    let all: Vec<Expr> = roots.iter().chain(named).copied().collect();
    let mut all = store.post_order(&all);
    // What is still to be found is written with the expression whose change it is.
    let pending: Vec<Expr> = all
        .iter()
        .filter_map(|expr| store.variable(store.as_var(*expr)?).change_of)
        .collect();
    all = store.post_order(&[all, pending].concat());
    for expr in all.into_iter().rev() {
        // A name is written where its part was, and the part once.
        let count = match named.contains(&expr) {
            true => 1,
            false => uses.get(&expr).copied().unwrap_or(0),
        };
        for child in store.children(expr) {
            let entry = uses.entry(child).or_default();
            *entry = entry.saturating_add(count);
        }
    }
    uses
}

/// How long each part is where names stand for others.
fn weights(store: &Store, function: Expr, named: &[Expr]) -> HashMap<Expr, u32> {
    let mut weights: HashMap<Expr, u32> = HashMap::new();
    for expr in store.post_order(&[function]) {
        let saved = store.children(expr).iter().fold(0u32, |saved, child| {
            let written = if named.contains(child) { 1 } else { weights[child] };
            saved.saturating_add(store.weight(*child).saturating_sub(written))
        });
        weights.insert(expr, store.weight(expr).saturating_sub(saved).max(1));
    }
    weights
}
