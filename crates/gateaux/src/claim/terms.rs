//! The terms of a formula: those of its sum, and of the sum that it is with its products multiplied out.

use gateaux_core::expr::{ElementPower, Expr, Form, MatrixPower, Rational, Result, Shape, Store};

/// A formula is multiplied out to at most so many terms.
const MAX_TERMS: usize = 24;
/// A formula that is longer stays as it is.
const MAX_WEIGHT: u32 = 2_000;

/// The terms of the formula as it is written, and those of the formula multiplied out, each with its coefficient.
///
/// # Errors
/// A limit.
pub(super) fn terms(store: &mut Store, expr: Expr) -> Result<Vec<Expr>> {
    let mut found = addends(store, expr)?.unwrap_or_default();
    for term in expanded(store, expr)? {
        if !found.contains(&term) {
            found.push(term);
        }
    }
    Ok(found)
}

/// The terms of the formula with its products multiplied out.
///
/// # Errors
/// A limit.
pub(super) fn expanded(store: &mut Store, expr: Expr) -> Result<Vec<Expr>> {
    let (mut open, mut done) = (vec![expr], Vec::new());
    while let Some(term) = open.pop() {
        let parts = match open.len() + done.len() < MAX_TERMS && store.weight(term) <= MAX_WEIGHT {
            true => split(store, term)?,
            false => None,
        };
        match parts {
            Some(parts) => open.extend(parts.into_iter().rev()),
            None => done.push(term),
        }
    }
    Ok(done)
}

/// The terms of a sum, with their coefficients.
fn addends(store: &mut Store, expr: Expr) -> Result<Option<Vec<Expr>>> {
    let Form::Add(terms) = store.form(expr).clone() else {
        return Ok(None);
    };
    // One term with a coefficient is no sum.
    if terms.len() < 2 {
        return Ok(None);
    }
    let parts = terms.iter().map(|term| store.times(&term.coefficient, term.expr));
    parts.collect::<Result<Vec<_>>>().map(Some)
}

/// The terms of a sum, or the products that a product with a sum in it is the sum of; `None` where there is no sum.
fn split(store: &mut Store, expr: Expr) -> Result<Option<Vec<Expr>>> {
    if let Some(parts) = addends(store, expr)? {
        return Ok(Some(parts));
    }
    let (coefficient, body) = store.split_coefficient(expr);
    if body != expr {
        let Some(parts) = split_product(store, body)? else {
            return Ok(None);
        };
        let parts = parts.into_iter().map(|part| store.times(&coefficient, part));
        return parts.collect::<Result<Vec<_>>>().map(Some);
    }
    split_product(store, body)
}

/// `A*(x + y)` as `A*x` and `A*y`, and the same of other products and linear functions.
fn split_product(store: &mut Store, expr: Expr) -> Result<Option<Vec<Expr>>> {
    match store.form(expr).clone() {
        Form::MatMul(factors) => split_matrix_product(store, &factors),
        Form::Scale(scalar, array) => {
            if let Some(parts) = split(store, array)? {
                return parts
                    .into_iter()
                    .map(|part| store.scale(scalar, part))
                    .collect::<Result<Vec<_>>>()
                    .map(Some);
            }
            match split(store, scalar)? {
                Some(parts) => parts
                    .into_iter()
                    .map(|part| store.scale(part, array))
                    .collect::<Result<Vec<_>>>()
                    .map(Some),
                None => Ok(None),
            }
        }
        Form::Product(factors) => split_elementwise(store, &factors),
        Form::Transpose(inner) => linear(store, inner, Store::transpose),
        Form::Trace(inner) => linear(store, inner, Store::trace),
        Form::Diag(inner) => linear(store, inner, Store::diag),
        Form::DiagOf(inner) => linear(store, inner, Store::diag_of),
        Form::Sum(inner) => linear(store, inner, Store::sum_all),
        Form::Number(_)
        | Form::Size(_)
        | Form::Var(_)
        | Form::Eye
        | Form::Ones
        | Form::Zero
        | Form::Select(_)
        | Form::Tril
        | Form::Commutation(..)
        | Form::Add(_)
        | Form::Reshape(_)
        | Form::Kron(..)
        | Form::Einsum(_)
        | Form::Call(..) => Ok(None),
    }
}

fn split_matrix_product(store: &mut Store, factors: &[MatrixPower]) -> Result<Option<Vec<Expr>>> {
    for at in 0..factors.len() {
        let Some(parts) = sum_inside(store, factors[at].base)?.filter(|_| factors[at].power == 1) else {
            continue;
        };
        let mut products = Vec::with_capacity(parts.len());
        for part in parts {
            let mut list = factors.to_vec();
            list[at].base = part;
            products.push(store.matrix_product(list)?);
        }
        return Ok(Some(products));
    }
    square_of_sum(store, factors)
}

fn split_elementwise(store: &mut Store, factors: &[ElementPower]) -> Result<Option<Vec<Expr>>> {
    for at in 0..factors.len() {
        if factors[at].exponent != Store::ONE {
            continue;
        }
        let Some(parts) = addends(store, factors[at].base)? else {
            continue;
        };
        let mut products = Vec::with_capacity(parts.len());
        for part in parts {
            let mut list = factors.to_vec();
            list[at].base = part;
            products.push(store.product(list)?);
        }
        return Ok(Some(products));
    }
    Ok(None)
}

/// `(A + B)^2` in front of what follows, as `A*(A + B)` and `B*(A + B)`.
fn square_of_sum(store: &mut Store, factors: &[MatrixPower]) -> Result<Option<Vec<Expr>>> {
    for at in 0..factors.len() {
        let Some(parts) = sum_inside(store, factors[at].base)?.filter(|_| factors[at].power == 2) else {
            continue;
        };
        let mut products = Vec::with_capacity(parts.len());
        for part in parts {
            let mut list = factors.to_vec();
            list[at].power = 1;
            let mut first = list[at];
            first.base = part;
            list.insert(at, first);
            products.push(store.matrix_product(list)?);
        }
        return Ok(Some(products));
    }
    Ok(None)
}

/// The terms of a sum or of a transposed sum.
fn sum_inside(store: &mut Store, base: Expr) -> Result<Option<Vec<Expr>>> {
    if matches!(store.shape(base), Shape::Tensor(_)) {
        return Ok(None);
    }
    match *store.form(base) {
        Form::Transpose(inner) => linear(store, inner, Store::transpose),
        _ => addends(store, base),
    }
}

/// A linear function of each term of a sum.
fn linear(store: &mut Store, sum: Expr, function: fn(&mut Store, Expr) -> Result<Expr>) -> Result<Option<Vec<Expr>>> {
    match split(store, sum)? {
        Some(parts) => parts
            .into_iter()
            .map(|part| function(store, part))
            .collect::<Result<Vec<_>>>()
            .map(Some),
        None => Ok(None),
    }
}

/// `c*expr`
pub(super) fn times(store: &mut Store, numerator: i64, denominator: i64, expr: Expr) -> Result<Expr> {
    store.times(&Rational::new(numerator, denominator), expr)
}
