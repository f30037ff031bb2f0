//! The second half of a derivation: the differential of a scalar as an inner product with the change of the variable.
//!
//! Every line pairs cotangents with expressions that hold the change. One step takes the outermost form off such an
//! expression and gives its transpose to the cotangent, until the change stands alone: the way back through the formula, one
//! rule a line.

use super::{Detail, Line, Reason, rules};
use crate::diff::Sweep;
use crate::expr::{Error, Expr, Form, Rational, Result, Shape, Store, Term};
use crate::ops;
use crate::print::{Factor, Layout, Notation, Phrase, Wrap};

/// Sums of more terms are collected without a line for their terms.
const MAX_TERMS: usize = 4;
/// A full derivation has at most this many lines on the way.
const MAX_LINES: usize = 200;

/// The lines between a differential and its form `<G, dX>`, for a scalar body that is linear in the hole.
///
/// # Errors
/// Those of the constructors.
pub(super) fn lines(store: &mut Store, body: Expr, hole: Expr, gradient: Expr, detail: Detail) -> Result<Vec<Line>> {
    let mut lines = Vec::new();
    let mut reasons = Vec::new();
    let mut sweep = Sweep::new(store, body, &[hole], Store::ONE);
    let mut last = match detail {
        Detail::Brief => Vec::new(),
        Detail::Full => texts(store, &terms_of(store, body))?,
    };
    loop {
        let at = match sweep.next(store) {
            Ok(Some(at)) => at,
            Ok(None) => break,
            // What has no rule here has one in the sweep that found the gradient.
            Err(Error::Unsupported { .. }) => return Ok(lines),
            Err(limit) => return Err(limit),
        };
        let why = reasons_at(store, at, hole);
        if detail == Detail::Full && lines.len() < MAX_LINES {
            keep_first(&mut reasons, why);
            let phrases = on_the_way(store, &sweep)?;
            let written = texts(store, &phrases)?;
            // The same terms in another order are no news.
            if !reasons.is_empty() && written != last {
                lines.push(Line::change(phrases, std::mem::take(&mut reasons)));
                last = written;
            }
        } else {
            note(&mut reasons, why);
        }
    }
    let arrived = sweep.arrived().into_iter().find(|(at, _)| *at == hole);
    let terms = merged(arrived.map_or_else(Vec::new, |(_, terms)| terms.to_vec()));
    let raw = sweep.cotangent(store, hole)?;
    if detail == Detail::Full {
        let is_sum = terms.len() > 1 || last.len() > 1;
        lines.extend(collected(store, (terms, is_sum, hole), [raw, gradient])?);
        return Ok(lines);
    }
    // Terms that were there before need no line.
    let moves = reasons.iter().any(|reason| *reason != Reason::Rule(&rules::TRACE_SUM));
    let is_sum = terms.len() > 1;
    if moves && (1..=MAX_TERMS).contains(&terms.len()) {
        let mut phrases = Vec::new();
        for (coefficient, cotangent) in terms {
            phrases.push(applied(store, coefficient, cotangent, hole)?);
        }
        if !is_sum_of(store, &phrases, body)? {
            lines.push(Line::change(phrases, std::mem::take(&mut reasons)));
        }
    }
    reasons.retain(|reason| *reason != Reason::Rule(&rules::TRACE_SUM));
    lines.push(at_once(store, (is_sum, hole), [raw, gradient], reasons)?);
    Ok(lines)
}

/// The terms of a sum.
fn terms_of(store: &Store, sum: Expr) -> Vec<Phrase> {
    let plain = |coefficient: &Rational, expr: Expr| Phrase {
        coefficient: coefficient.clone(),
        ..Phrase::plain(expr)
    };
    match store.form(sum) {
        Form::Add(terms) => terms.iter().map(|term| plain(&term.coefficient, term.expr)).collect(),
        _ => vec![Phrase::plain(sum)],
    }
}

/// How phrases are written, in an order that does not depend on theirs.
fn texts(store: &mut Store, phrases: &[Phrase]) -> Result<Vec<String>> {
    let mut texts = Vec::with_capacity(phrases.len());
    for phrase in phrases {
        let layout = Layout::of_phrases(store, std::slice::from_ref(phrase), &[], &[])?;
        texts.push(layout.write(Notation::Text));
    }
    texts.sort_unstable();
    Ok(texts)
}

/// One rule a line: what has not led to a line yet gives way to the next rule, but that a sum of products of entries is an
/// inner product tells of the product, too.
fn keep_first(reasons: &mut Vec<Reason>, next: Vec<&'static rules::Rule>) {
    let is_sum = |reason: &Reason| {
        [&rules::SUM_INNER, &rules::SUM_TRACE]
            .iter()
            .any(|rule| *reason == Reason::Rule(rule))
    };
    let is_product = |rule: &&rules::Rule| [rules::HADAMARD_INNER.id, rules::HADAMARD_TRACE.id].contains(&rule.id);
    if next.is_empty() || reasons.iter().any(is_sum) && next.iter().all(is_product) {
        return;
    }
    *reasons = next.into_iter().map(Reason::Rule).collect();
}

/// The pairs of cotangents with what they have arrived at.
fn on_the_way(store: &mut Store, sweep: &Sweep) -> Result<Vec<Phrase>> {
    let mut phrases = Vec::new();
    for (at, terms) in sweep.arrived() {
        for (coefficient, cotangent) in merged(terms.to_vec()) {
            phrases.push(paired(store, coefficient, cotangent, at)?);
        }
    }
    Ok(phrases)
}

/// The gradient in front of the change, with all reasons.
fn at_once(
    store: &mut Store,
    (is_sum, hole): (bool, Expr),
    [raw, gradient]: [Expr; 2],
    mut reasons: Vec<Reason>,
) -> Result<Line> {
    if is_sum {
        note(&mut reasons, vec![&rules::COLLECT]);
    }
    if raw != gradient {
        // To collect terms is to collect their factors.
        let mut why = rewriting(store, raw, gradient);
        why.retain(|rule| !is_sum || rule.id != rules::FACTOR.id);
        note(&mut reasons, why);
    }
    let whole = literal(store, gradient, hole)?;
    if whole.factors.iter().any(|factor| factor.is_transposed) {
        note(&mut reasons, vec![&rules::PRODUCT_TRANSPOSE]);
    }
    Ok(Line::change(vec![whole], reasons))
}

/// Whether the phrases are the terms of the sum.
fn is_sum_of(store: &mut Store, phrases: &[Phrase], sum: Expr) -> Result<bool> {
    let mut plain = Vec::with_capacity(phrases.len());
    for phrase in phrases {
        match (phrase.wrap, &phrase.factors[..]) {
            (Wrap::Nothing, [only]) => plain.push((phrase.coefficient.clone(), only.expr)),
            _ => return Ok(false),
        }
    }
    Ok(!plain.is_empty() && store.sum(&plain)? == sum)
}

/// From terms with the change to the gradient in front of it, one rule a line.
fn collected(
    store: &mut Store,
    (terms, is_sum, hole): (Vec<(Rational, Expr)>, bool, Expr),
    [raw, gradient]: [Expr; 2],
) -> Result<Vec<Line>> {
    let (mut lines, mut reasons) = (Vec::new(), Vec::new());
    let wrap = match store.shape(hole) {
        Shape::Matrix(..) => Some(Wrap::Trace),
        Shape::Vector(_) => Some(Wrap::Nothing),
        Shape::Scalar | Shape::Row(_) | Shape::Tensor(_) => None,
    };
    if is_sum {
        note(&mut reasons, vec![&rules::COLLECT]);
        if let Some(wrap) = wrap.filter(|_| !store.is_zero(raw)) {
            let line = in_front(store, terms, (wrap, hole))?;
            lines.push(Line {
                reasons: std::mem::take(&mut reasons),
                ..line
            });
        }
    }
    let is_turned = |phrase: &Phrase| phrase.factors.iter().any(|factor| factor.is_transposed);
    let whole = literal(store, raw, hole)?;
    if is_turned(&whole) {
        note(&mut reasons, vec![&rules::PRODUCT_TRANSPOSE]);
    }
    lines.push(Line::change(vec![whole], reasons));
    if raw != gradient {
        let whole = literal(store, gradient, hole)?;
        lines.push(Line::change(vec![whole], vec![]).because(rewriting(store, raw, gradient)));
    }
    Ok(lines)
}

/// `tr((A' + B')*dX)` of terms `tr(A'*dX)` and `tr(B'*dX)`.
fn in_front(store: &mut Store, terms: Vec<(Rational, Expr)>, (wrap, hole): (Wrap, Expr)) -> Result<Line> {
    let (mut turned, mut apart) = (Vec::with_capacity(terms.len()), Vec::with_capacity(terms.len()));
    for (coefficient, cotangent) in terms {
        let row = store.transpose(cotangent)?;
        turned.push((coefficient.clone(), row));
        apart.push(Phrase {
            coefficient,
            ..Phrase::plain(row)
        });
    }
    let front = store.sum(&turned)?;
    let whole = Phrase::product(wrap, vec![front.into(), hole.into()]);
    Ok(Line {
        instead: vec![(front, apart)],
        ..Line::change(vec![whole], vec![])
    })
}

fn note(reasons: &mut Vec<Reason>, rules: Vec<&'static rules::Rule>) {
    for rule in rules {
        if !reasons.contains(&Reason::Rule(rule)) {
            reasons.push(Reason::Rule(rule));
        }
    }
}

/// Terms with equal cotangents as one, in order.
fn merged(terms: Vec<(Rational, Expr)>) -> Vec<(Rational, Expr)> {
    let mut merged: Vec<(Rational, Expr)> = Vec::with_capacity(terms.len());
    for (coefficient, cotangent) in terms {
        match merged.iter_mut().find(|(_, known)| *known == cotangent) {
            Some((sum, _)) => *sum = &*sum + &coefficient,
            None => merged.push((coefficient, cotangent)),
        }
    }
    merged.retain(|(coefficient, _)| !coefficient.is_zero());
    merged
}

/// `<C, u>` as it is written: `C'*u` for vectors, `tr(C'*u)` for matrices.
pub(super) fn paired(store: &mut Store, coefficient: Rational, cotangent: Expr, at: Expr) -> Result<Phrase> {
    let (own, cotangent) = store.split_coefficient(cotangent);
    let coefficient = &coefficient * &own;
    let phrase = match (store.shape(at), store.form(cotangent)) {
        _ if cotangent == Store::ONE => Phrase::plain(at),
        (Shape::Scalar, _) => Phrase::product(Wrap::Nothing, vec![cotangent.into(), at.into()]),
        (Shape::Matrix(..), Form::Eye) => Phrase::product(Wrap::Trace, vec![at.into()]),
        (_, Form::Ones) => Phrase::product(Wrap::Sum, vec![at.into()]),
        (Shape::Vector(_), _) => Phrase::product(Wrap::Nothing, vec![store.transpose(cotangent)?.into(), at.into()]),
        (Shape::Row(_), _) => Phrase::product(Wrap::Nothing, vec![at.into(), store.transpose(cotangent)?.into()]),
        (Shape::Matrix(..), _) => Phrase::product(Wrap::Trace, vec![store.transpose(cotangent)?.into(), at.into()]),
        (Shape::Tensor(_), _) => Phrase::product(Wrap::Sum, vec![cotangent.into(), at.into()]),
    };
    Ok(Phrase { coefficient, ..phrase })
}

/// `<G, dX>` with the gradient as it will be read off, where its transpose would look like something else:
/// `(2*A'*(A*x - b))'*dx`, but `tr(inv(X)*dX)`.
pub(super) fn literal(store: &mut Store, gradient: Expr, hole: Expr) -> Result<Phrase> {
    let wrap = match store.shape(hole) {
        Shape::Matrix(..) => Wrap::Trace,
        Shape::Vector(_) => Wrap::Nothing,
        Shape::Scalar | Shape::Row(_) | Shape::Tensor(_) => return paired(store, Rational::one(), gradient, hole),
    };
    let transposed = store.transpose(gradient)?;
    if store.weight(transposed) < store.weight(gradient) || transposed == gradient || !is_composed(store, gradient) {
        return applied(store, Rational::one(), gradient, hole);
    }
    let factor = Factor {
        expr: gradient,
        is_transposed: true,
    };
    Ok(Phrase::product(wrap, vec![factor, hole.into()]))
}

/// `<C, dX>` in the normal form, where that shows what stands in front of dX: `tr(b*a'*dX)` would be `a'*dX*b` again.
fn applied(store: &mut Store, coefficient: Rational, cotangent: Expr, hole: Expr) -> Result<Phrase> {
    let inner = store.dot(cotangent, hole)?;
    let is_sum = |expr: Expr| matches!(store.form(expr), Form::Trace(_) | Form::Sum(_));
    let is_shown = |expr: Expr| match store.form(core(store, expr)) {
        Form::Product(factors) => factors
            .iter()
            .any(|factor| store.has_hole(factor.base) && is_sum(factor.base)),
        _ => is_sum(core(store, expr)),
    };
    if matches!(store.shape(hole), Shape::Matrix(..)) && !is_shown(inner) {
        return paired(store, coefficient, cotangent, hole);
    }
    Ok(Phrase {
        coefficient,
        ..Phrase::plain(inner)
    })
}

/// The array without the scalars in front of it.
fn core(store: &Store, array: Expr) -> Expr {
    let (_, rest) = store.split_coefficient(array);
    match *store.form(rest) {
        Form::Scale(_, array) => array,
        _ => rest,
    }
}

/// Whether the array in it is a product, or a sum of such.
fn is_composed(store: &Store, array: Expr) -> bool {
    let array = core(store, array);
    match store.form(array) {
        Form::MatMul(_) => true,
        Form::Add(terms) => {
            let is_product = |term: &Term| matches!(store.form(core(store, term.expr)), Form::MatMul(_) | Form::Add(_));
            terms.iter().any(is_product)
        }
        _ => false,
    }
}

/// Why one way to write an array is as good as another.
pub(super) fn rewriting(store: &Store, before: Expr, after: Expr) -> Vec<&'static rules::Rule> {
    let has_adjugate = |expr: Expr| {
        let is_adjugate =
            |part: &Expr| matches!(store.form(*part), Form::Call(function, _) if ops::op(*function).name == "adj");
        store.post_order(&[expr]).iter().any(is_adjugate)
    };
    match has_adjugate(before) && !has_adjugate(after) {
        true => vec![&rules::ADJUGATE],
        false => vec![&rules::FACTOR],
    }
}

/// Why `<C, u>` is the sum over the parts of u.
fn reasons_at(store: &Store, expr: Expr, hole: Expr) -> Vec<&'static rules::Rule> {
    let changes = |expr: Expr| store.has_hole(expr);
    let shape = store.shape(expr);
    let by_array = !store.shape(hole).is_scalar();
    match store.form(expr) {
        Form::Number(_) | Form::Size(_) | Form::Var(_) => vec![],
        Form::Eye | Form::Ones | Form::Zero | Form::Select(_) | Form::Tril | Form::Commutation(..) => vec![],
        Form::Trace(_) => vec![],
        Form::Add(terms) if terms.iter().filter(|term| changes(term.expr)).count() > 1 => vec![&rules::TRACE_SUM],
        Form::Add(_) => vec![],
        Form::Scale(scalar, _) if changes(*scalar) => vec![&rules::SCALAR_FACTOR],
        Form::Scale(..) => vec![],
        Form::MatMul(factors) => {
            let is_last = factors.last().is_some_and(|factor| changes(factor.base));
            match (is_last, shape) {
                (true, _) => vec![],
                (false, Shape::Matrix(..)) => vec![&rules::CYCLIC],
                (false, _) if by_array => vec![&rules::OUTER],
                (false, _) => vec![],
            }
        }
        Form::Product(_) => match shape {
            Shape::Matrix(..) => vec![&rules::HADAMARD_TRACE],
            Shape::Vector(_) | Shape::Row(_) => vec![&rules::HADAMARD_INNER],
            Shape::Tensor(_) => vec![&rules::ENTRIES_COMMUTE],
            Shape::Scalar => vec![],
        },
        Form::Transpose(_) => match shape {
            Shape::Matrix(..) => vec![&rules::TRACE_TRANSPOSE],
            Shape::Scalar | Shape::Vector(_) | Shape::Row(_) | Shape::Tensor(_) => vec![&rules::SCALAR_TRANSPOSE],
        },
        Form::Sum(inner) => match store.shape(*inner) {
            Shape::Matrix(..) => vec![&rules::SUM_TRACE],
            Shape::Vector(_) | Shape::Row(_) => vec![&rules::SUM_INNER],
            Shape::Scalar | Shape::Tensor(_) => vec![],
        },
        Form::Diag(_) | Form::DiagOf(_) => vec![&rules::DIAG_TRACE],
        Form::Reshape(_) => vec![&rules::VEC_TRACE],
        Form::Kron(..) => vec![&rules::KRON_ADJOINT],
        Form::Einsum(_) => vec![&rules::INDEX_ADJOINT],
        Form::Call(..) => vec![&rules::ADJOINT],
    }
}
