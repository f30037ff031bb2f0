//! The second half of a derivation of an array: its differential as a matrix times the change of the variable, and as a
//! matrix times the stacked change.

use super::{Detail, Left, Line, Rule, rules};
use crate::diff::{self, Derivative, LinearMap};
use crate::expr::{Error, Expr, Form, Rational, Result, Shape, Store};
use crate::ops;
use crate::print::{Factor, Phrase, Wrap};

/// `J*dx`
pub(super) fn factored(left: Left, factor: Expr, hole: Expr) -> Line {
    let right = match factor {
        Store::ONE => Phrase::plain(hole),
        _ => Phrase::product(Wrap::Nothing, vec![factor.into(), hole.into()]),
    };
    Line {
        left,
        right: vec![right],
        instead: vec![],
        reasons: vec![],
    }
}

/// The lines from a vector that is linear in the hole to `J*dx`.
///
/// # Errors
/// Those of the constructors.
pub(super) fn jacobian(
    store: &mut Store,
    (left, body, hole): (Left, Expr, Expr),
    jacobian: Expr,
    detail: Detail,
) -> Result<Vec<Line>> {
    if store.is_zero(body) {
        return Ok(vec![]);
    }
    let mut why = jacobian_reasons(store, body, jacobian);
    if detail == Detail::Full && why.iter().any(|rule| rule.id == rules::COLLECT.id) {
        let has_scalar = |expr: &Expr| matches!(store.form(*expr), Form::Scale(scalar, _) if store.has_hole(*scalar));
        if store.post_order(&[body]).iter().any(has_scalar) {
            why.insert(why.len() - 1, &rules::SCALAR_FACTOR);
        }
    }
    let last = |why| factored(left, jacobian, hole).because(why);
    if detail == Detail::Brief || why.len() < 2 {
        return Ok(vec![last(why)]);
    }
    let raw = match diff::jacobian(store, LinearMap { hole, body }) {
        Err(Error::Unsupported { .. }) => return Ok(vec![last(why)]),
        found => found?,
    };
    let is_sum = matches!(store.form(raw), Form::Add(_));
    let mut lines = in_place((store, is_sum), (left, body), &mut why)?;
    let Form::Add(terms) = store.form(raw).clone() else {
        lines.push(last(why));
        return Ok(lines);
    };
    let apart = terms.iter().map(|term| Phrase {
        coefficient: term.coefficient.clone(),
        ..Phrase::product(Wrap::Nothing, vec![term.expr.into(), hole.into()])
    });
    why.retain(|rule| rule.id != rules::COLLECT.id);
    let line = Line {
        right: apart.collect(),
        ..factored(left, raw, hole)
    };
    lines.push(line.because(why));
    if terms.len() > 1 {
        lines.push(factored(left, raw, hole).because(vec![&rules::COLLECT]));
    }
    if raw != jacobian {
        lines.push(last(vec![&rules::FACTOR]));
    }
    Ok(lines)
}

/// The rules that are told where they apply, before the terms are taken apart: a line for each while there are others.
const IN_PLACE: [&Rule; 2] = [&rules::DIAG_FACTOR, &rules::SCALAR_FACTOR];

/// Lines in which elementwise products are products with diagonal matrices, and scalars with the change in them stand last;
/// their rules are taken from the reasons, of which one is left for the terms, and one for their sum.
fn in_place(
    (store, is_sum): (&mut Store, bool),
    (left, body): (Left, Expr),
    why: &mut Vec<&'static Rule>,
) -> Result<Vec<Line>> {
    let (mut lines, mut told) = (Vec::new(), Vec::new());
    for rule in IN_PLACE {
        let is_collected = why.iter().any(|rule| rule.id == rules::COLLECT.id);
        let left_over = 1 + usize::from(is_sum && is_collected);
        let Some(at) = why
            .iter()
            .position(|known| known.id == rule.id)
            .filter(|_| why.len() > left_over)
        else {
            continue;
        };
        told.push(rule.id);
        let instead = rewritten(store, body, &told)?;
        if !instead.is_empty() {
            let line = Line::new(left, body, &[rule]);
            lines.push(Line { instead, ..line });
            why.remove(at);
        }
    }
    Ok(lines)
}

/// The parts with the change in them that are written in another way by these rules.
fn rewritten(store: &mut Store, body: Expr, told: &[&str]) -> Result<Vec<(Expr, Vec<Phrase>)>> {
    let mut found = Vec::new();
    for expr in store.post_order(&[body]) {
        let list = match (store.form(expr).clone(), store.shape(expr)) {
            (Form::Product(factors), Shape::Vector(_)) if told.contains(&rules::DIAG_FACTOR.id) => {
                let Some(at) = factors.iter().position(|factor| store.has_hole(factor.base)) else {
                    continue;
                };
                let mut others = factors.to_vec();
                let moving = others.remove(at).base;
                let others = store.product(others)?;
                vec![store.diag(others)?, moving]
            }
            (Form::Scale(scalar, array), Shape::Vector(_))
                if told.contains(&rules::SCALAR_FACTOR.id) && store.has_hole(scalar) =>
            {
                vec![array, scalar]
            }
            _ => continue,
        };
        let list = list.into_iter().map(Factor::from).collect();
        found.push((expr, vec![Phrase::product(Wrap::Nothing, list)]));
    }
    Ok(found)
}

/// Why a vector that is linear in the hole is a matrix times the hole.
fn jacobian_reasons(store: &Store, body: Expr, jacobian: Expr) -> Vec<&'static Rule> {
    let mut found: Vec<&'static Rule> = Vec::new();
    let mut terms = 0;
    for expr in store.post_order(&[body]) {
        if !store.has_hole(expr) {
            continue;
        }
        let rule = match store.form(expr) {
            Form::Product(_) if store.shape(expr).is_scalar() => continue,
            Form::Product(_) | Form::Diag(_) | Form::DiagOf(_) => &rules::DIAG_FACTOR,
            Form::Transpose(_) => &rules::SCALAR_TRANSPOSE,
            Form::Kron(..) | Form::Reshape(_) => &rules::STACKED,
            Form::Add(addends) => {
                terms += addends.iter().filter(|term| store.has_hole(term.expr)).count();
                continue;
            }
            Form::Number(_) | Form::Size(_) | Form::Var(_) | Form::Eye | Form::Ones | Form::Zero => continue,
            Form::Select(_) | Form::Tril | Form::Commutation(..) | Form::Scale(..) | Form::MatMul(_) => continue,
            Form::Trace(_) | Form::Sum(_) | Form::Einsum(_) | Form::Call(..) => continue,
        };
        if !found.iter().any(|known| known.id == rule.id) {
            found.push(rule);
        }
    }
    if terms > 1 {
        found.push(&rules::COLLECT);
    }
    if found.is_empty() {
        let is_identity = |expr: &Expr| matches!(store.form(*expr), Form::Eye);
        found.push(match store.post_order(&[jacobian]).iter().any(is_identity) {
            true => &rules::IDENTITY,
            false => &rules::FACTOR,
        });
    }
    found
}

/// The lines from a map to the matrix of the stacked arrays: in full form by form, from the outside in.
///
/// # Errors
/// Those of the constructors.
pub(super) fn stacked(
    store: &mut Store,
    derivative: &Derivative,
    kronecker: Expr,
    detail: Detail,
) -> Result<Vec<Line>> {
    let hole = derivative.holes[0];
    let change = store.vec_all(hole)?;
    let mut why = stacked_reasons(store, kronecker);
    if detail == Detail::Full && why.iter().any(|rule| rule.id == rules::ENTRIES.id) {
        why = vec![&rules::ENTRIES];
    }
    let last = |why| factored(Left::StackedChange, kronecker, change).because(why);
    if detail == Detail::Brief || why.len() < 2 {
        return Ok(vec![last(why)]);
    }
    let Some(mut lines) = form_by_form(store, derivative.form, hole)? else {
        return Ok(vec![last(why)]);
    };
    match lines.pop() {
        Some(line) if line.right.len() > 1 => {
            lines.push(line);
            lines.push(last(vec![&rules::COLLECT]));
        }
        Some(line) => lines.push(Line {
            reasons: line.reasons,
            ..last(vec![])
        }),
        None => lines.push(last(why)),
    }
    Ok(lines)
}

/// A term of a stacked change: `coefficient*factors*vec(of)`.
struct Stacked {
    coefficient: Rational,
    factors: Vec<Factor>,
    of: Expr,
}

/// `vec(A*(B.*dX))` as `kron(eye(n), A)*vec(B.*dX)`, then as `kron(eye(n), A)*diag(vec(B))*vec(dX)`; `None` where a form has no
/// such rule.
fn form_by_form(store: &mut Store, body: Expr, hole: Expr) -> Result<Option<Vec<Line>>> {
    let (mut lines, mut terms) = (Vec::new(), apart(store, Rational::one(), vec![], body));
    while let Some(outermost) = terms.iter().find(|term| term.of != hole).map(|term| term.of) {
        let Some(rule) = rule_of_form(store, outermost) else {
            return Ok(None);
        };
        let mut next = Vec::new();
        for term in terms {
            if rule_of_form(store, term.of).is_none_or(|own| own.id != rule.id) {
                next.push(term);
                continue;
            }
            let Some((matrix, inner)) = outermost_matrix(store, term.of)? else {
                return Ok(None);
            };
            let factors = term.factors.into_iter().chain([matrix.into()]).collect();
            next.extend(apart(store, term.coefficient, factors, inner));
        }
        terms = next;
        let mut right = Vec::with_capacity(terms.len());
        for term in &terms {
            let vector = store.vec_all(term.of)?;
            let factors = term.factors.iter().copied().chain([vector.into()]).collect();
            right.push(Phrase {
                coefficient: term.coefficient.clone(),
                ..Phrase::product(Wrap::Nothing, factors)
            });
        }
        let line = Line {
            right,
            ..factored(Left::StackedChange, hole, hole)
        };
        lines.push(line.because(vec![rule]));
    }
    Ok(Some(lines))
}

/// The terms of a sum, with scalars among the factors; an array in another shape has the same entries in the same order.
fn apart(store: &Store, coefficient: Rational, factors: Vec<Factor>, of: Expr) -> Vec<Stacked> {
    let mut todo = vec![Stacked {
        coefficient,
        factors,
        of,
    }];
    let mut found = Vec::new();
    while let Some(mut term) = todo.pop() {
        match store.form(term.of) {
            Form::Add(terms) => todo.extend(terms.iter().rev().map(|each| Stacked {
                coefficient: &term.coefficient * &each.coefficient,
                factors: term.factors.clone(),
                of: each.expr,
            })),
            Form::Scale(scalar, array) if !store.has_hole(*scalar) => {
                term.factors.push((*scalar).into());
                todo.push(Stacked { of: *array, ..term });
            }
            Form::Reshape(array) => todo.push(Stacked { of: *array, ..term }),
            _ => found.push(term),
        }
    }
    found
}

fn rule_of_form(store: &Store, expr: Expr) -> Option<&'static Rule> {
    match (store.form(expr), store.shape(expr)) {
        (_, Shape::Row(_)) => None,
        (Form::MatMul(_), _) => Some(&rules::STACKED),
        (Form::Product(_), _) => Some(&rules::STACKED_HADAMARD),
        (Form::Transpose(_), _) => Some(&rules::STACKED_TRANSPOSE),
        (Form::Diag(_), _) => Some(&rules::STACKED_DIAG),
        (Form::Kron(..), _) => Some(&rules::STACKED_KRON),
        _ => None,
    }
}

/// The matrix M with `vec(expr) = M*vec(Y)`, and Y, the part of the expression that changes.
fn outermost_matrix(store: &mut Store, expr: Expr) -> Result<Option<(Expr, Expr)>> {
    let moving: Vec<Expr> = store
        .children(expr)
        .into_iter()
        .filter(|child| store.has_hole(*child))
        .collect();
    let [inner] = moving[..] else { return Ok(None) };
    let hole = store.add_change(inner)?;
    let body = ops::substitute(store, expr, &[(inner, hole)])?;
    let matrix = match diff::kronecker(store, LinearMap { hole, body }) {
        Err(Error::Unsupported { .. }) => return Ok(None),
        found => found?,
    };
    let is_array = |part: &Expr| matches!(store.form(*part), Form::Einsum(_));
    Ok((!store.post_order(&[matrix]).iter().any(is_array)).then_some((matrix, inner)))
}

/// Why the map of stacked arrays has this matrix.
fn stacked_reasons(store: &Store, matrix: Expr) -> Vec<&'static Rule> {
    let mut found: Vec<&'static Rule> = Vec::new();
    for expr in store.post_order(&[matrix]) {
        let rule = match store.form(expr) {
            Form::Kron(..) => &rules::STACKED,
            Form::Commutation(..) => &rules::STACKED_TRANSPOSE,
            Form::Diag(_) => &rules::STACKED_HADAMARD,
            Form::Einsum(_) => &rules::ENTRIES,
            _ => continue,
        };
        if !found.iter().any(|known| known.id == rule.id) {
            found.push(rule);
        }
    }
    match found.is_empty() {
        true => vec![&rules::VEC],
        false => found,
    }
}
