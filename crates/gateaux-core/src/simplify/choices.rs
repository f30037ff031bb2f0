//! Sums of choices under one sum: `sum(where(c, x, 0)) - a*sum(where(c, 1, 0))` is `sum(where(c, x .- a, 0))`.

use crate::expr::{ElementPower, Expr, Form, Rational, Result, Store};
use crate::ops::{apply_call, op};

/// The sum with the sums of choices among its terms joined.
pub(super) fn collect(store: &mut Store, sum: Expr) -> Result<Expr> {
    let Form::Add(terms) = store.form(sum).clone() else {
        return Ok(sum);
    };
    if !store.shape(sum).is_scalar() {
        return Ok(sum);
    }
    let mut rest: Vec<(Rational, Expr)> = Vec::new();
    let mut inside: Vec<(Rational, Expr)> = Vec::new();
    for term in terms.iter() {
        match summed_choice(store, term.expr)? {
            Some(choice)
                if inside
                    .first()
                    .is_none_or(|(_, first)| store.shape(*first) == store.shape(choice)) =>
            {
                inside.push((term.coefficient.clone(), choice));
            }
            _ => rest.push((term.coefficient.clone(), term.expr)),
        }
    }
    if inside.len() < 2 {
        return Ok(sum);
    }
    let joined = store.sum(&inside)?;
    rest.push((Rational::one(), store.sum_all(joined)?));
    store.sum(&rest)
}

/// The array with the sums of equal entries that are choices joined: `where(c, 1, 0)*ones(n) + 2*where(c, 0, 1)*ones(n)`
/// is `where(c, 1, 2)*ones(n)`.
pub(super) fn collect_equal_entries(store: &mut Store, sum: Expr) -> Result<Expr> {
    let Form::Add(terms) = store.form(sum).clone() else {
        return Ok(sum);
    };
    if store.shape(sum).is_scalar() {
        return Ok(sum);
    }
    let (mut rest, mut entries) = (Vec::new(), Vec::new());
    for term in terms.iter() {
        match store.fill_value(term.expr) {
            Some((own, entry)) if store.as_choice(entry).is_some() => {
                entries.push((&term.coefficient * &own, entry));
            }
            _ => rest.push((term.coefficient.clone(), term.expr)),
        }
    }
    if entries.len() < 2 {
        return Ok(sum);
    }
    let entry = store.sum(&entries)?;
    rest.push((Rational::one(), store.fill(entry, store.shape(sum))?));
    store.sum(&rest)
}

/// A multiple by a choice beside zeros as the choice of the multiples: `where(a > 0, 1, 0)*A` is `where(a > 0, A, 0)`.
pub(super) fn absorb(store: &mut Store, multiple: Expr) -> Result<Expr> {
    let Form::Scale(scalar, array) = *store.form(multiple) else {
        return Ok(multiple);
    };
    let Some(choice) = store.as_choice(scalar) else {
        return Ok(multiple);
    };
    if !store.is_zero(choice.then) && !store.is_zero(choice.otherwise) {
        return Ok(multiple);
    }
    let mut args = vec![choice.condition];
    for branch in [choice.then, choice.otherwise] {
        args.push(store.scale(branch, array)?);
    }
    apply_call(store, op(choice.function), &args)
}

/// The choice c of `sum(c)`, and `s*c` of `s*sum(c)`.
fn summed_choice(store: &mut Store, expr: Expr) -> Result<Option<Expr>> {
    let choice_of = |store: &Store, expr: Expr| match *store.form(expr) {
        Form::Sum(inner) if store.as_choice(inner).is_some() => Some(inner),
        _ => None,
    };
    let Form::Product(factors) = store.form(expr).clone() else {
        return Ok(choice_of(store, expr));
    };
    let found = factors
        .iter()
        .position(|f| f.exponent == Store::ONE && choice_of(store, f.base).is_some());
    let Some(at) = found else {
        return Ok(None);
    };
    let mut scalars: Vec<ElementPower> = factors.to_vec();
    let base = scalars.remove(at).base;
    let Some(choice) = choice_of(store, base) else {
        return Ok(None);
    };
    let scalar = store.product(scalars)?;
    store.scale(scalar, choice).map(Some)
}
