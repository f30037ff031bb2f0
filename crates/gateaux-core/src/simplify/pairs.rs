//! Two factors that make one: `relu(x)*sign(relu(x))` is `relu(x)`, `adj(X)/det(X)` is `inv(X)`.

use crate::expr::{ElementPower, Expr, Form, MatrixPower, Rational, Result, Store};
use crate::ops::{self, Op};

/// Longer products and sums are not opened.
const MAX_OPENED: usize = 8;

/// The product with its pairs of factors combined.
pub(super) fn combine(store: &mut Store, expr: Expr) -> Result<Expr> {
    match store.form(expr).clone() {
        Form::Product(factors) => entries(store, expr, &factors),
        Form::Scale(scalar, array) => inverse(store, expr, scalar, array),
        _ => Ok(expr),
    }
}

/// The function and the argument of a call with one argument.
fn call(store: &Store, expr: Expr) -> Option<(&'static Op, Expr)> {
    match store.form(expr) {
        Form::Call(function, args) if args.len() == 1 => Some((ops::op(*function), args[0])),
        _ => None,
    }
}

/// Quotients of functions of one argument that are functions themselves.
const QUOTIENTS: &[(&str, &str, &str)] = &[("sin", "cos", "tan"), ("sinh", "cosh", "tanh")];

/// The product with the first quotient of [`QUOTIENTS`] in it replaced.
fn quotient(store: &mut Store, factors: &[ElementPower]) -> Result<Option<Expr>> {
    let minus_one = Rational::from(-1);
    for (at, above) in factors
        .iter()
        .enumerate()
        .filter(|(_, factor)| factor.exponent == Store::ONE)
    {
        let Some((numerator, arg)) = call(store, above.base) else {
            continue;
        };
        for (other, below) in factors.iter().enumerate() {
            if store.as_number(below.exponent) != Some(&minus_one) {
                continue;
            }
            let Some((denominator, same)) = call(store, below.base) else {
                continue;
            };
            let row = QUOTIENTS
                .iter()
                .find(|row| row.0 == numerator.name && row.1 == denominator.name && same == arg);
            if let Some(op) = row.and_then(|row| ops::find(row.2)) {
                let base = ops::apply_call(store, op, &[arg])?;
                let kept = factors
                    .iter()
                    .enumerate()
                    .filter(|(i, _)| *i != at && *i != other)
                    .map(|(_, f)| *f);
                let list = kept
                    .chain([ElementPower {
                        base,
                        exponent: Store::ONE,
                    }])
                    .collect();
                return store.product(list).map(Some);
            }
        }
    }
    Ok(None)
}

/// A scalar sum times another factor, where this is shorter term by term: `p*(1/p - 1)` is `1 - p`.
pub(super) fn opened_scalar(store: &mut Store, expr: Expr) -> Result<Expr> {
    let Form::Product(factors) = store.form(expr).clone() else {
        return Ok(expr);
    };
    if !store.shape(expr).is_scalar() || factors.len() > MAX_OPENED {
        return Ok(expr);
    }
    for (at, sum) in factors.iter().enumerate() {
        let Form::Add(terms) = store.form(sum.base).clone() else {
            continue;
        };
        for (other, factor) in factors.iter().enumerate() {
            let opposite = store.neg(factor.exponent)?;
            let cancels = |expr: Expr| match store.form(expr) {
                Form::Product(inner) => inner
                    .iter()
                    .any(|own| own.base == factor.base && own.exponent == opposite),
                _ => expr == factor.base && opposite == Store::ONE,
            };
            let is_opened = terms.len() <= MAX_OPENED && terms.iter().any(|term| cancels(term.expr));
            if other == at || sum.exponent != Store::ONE || !is_opened {
                continue;
            }
            let mut opened = Vec::with_capacity(terms.len());
            for term in terms.iter() {
                let one = ElementPower::from((term.expr, Store::ONE));
                opened.push((term.coefficient.clone(), store.product(vec![one, *factor])?));
            }
            let base = store.sum(&opened)?;
            let kept = factors.iter().enumerate().filter(|(i, _)| *i != at && *i != other);
            let list = kept.map(|(_, f)| *f).chain([(base, Store::ONE).into()]).collect();
            let product = store.product(list)?;
            if store.weight(product) < store.weight(expr) {
                return Ok(product);
            }
        }
    }
    Ok(expr)
}

/// Pairs of elementwise factors with a common argument.
fn entries(store: &mut Store, expr: Expr, factors: &[ElementPower]) -> Result<Expr> {
    if let Some(replaced) = quotient(store, factors)? {
        return Ok(replaced);
    }
    for (at, step) in factors.iter().enumerate() {
        let Some(("sign", inner)) = call(store, step.base).map(|(op, arg)| (op.name, arg)) else {
            continue;
        };
        let is_square = store.as_number(step.exponent) == Some(&Rational::from(2));
        if step.exponent != Store::ONE && !is_square {
            continue;
        }
        for (other, factor) in factors.iter().enumerate() {
            let Some(exponent) = store.as_number(factor.exponent).and_then(Rational::as_integer) else {
                continue;
            };
            let name = call(store, factor.base).map(|(op, arg)| (op.name, arg));
            // The step function times the ramp is the ramp, where that is not in a denominator.
            let is_ramp = factor.base == inner && matches!(name, Some(("relu", _))) && exponent >= 1;
            // sign(x)*abs(x) is x, and sign(x)/abs(x) is 1/x.
            let is_size = name == Some(("abs", inner)) && (exponent == 1 || exponent == -1 || exponent == 2);
            // sign(x)^2 is 1 but at 0, where a positive power of abs(x) is 0 anyway.
            let is_idle = is_square && name == Some(("abs", inner)) && exponent >= 1;
            if is_square != is_idle || !(is_ramp || is_size || is_idle) {
                continue;
            }
            let mut rest: Vec<ElementPower> = factors
                .iter()
                .enumerate()
                .filter(|(i, _)| *i != at && *i != other)
                .map(|(_, f)| *f)
                .collect();
            let base = if is_ramp || is_idle { factor.base } else { inner };
            // abs(x)^2*sign(x) is x*abs(x).
            let exponent = if is_size && exponent == 2 && !is_idle {
                rest.push((factor.base, Store::ONE).into());
                Store::ONE
            } else {
                factor.exponent
            };
            rest.push(ElementPower { base, exponent });
            let combined = store.product(rest)?;
            return match store.form(combined).clone() {
                Form::Product(factors) if combined != expr => entries(store, combined, &factors),
                _ => Ok(combined),
            };
        }
    }
    Ok(expr)
}

/// `det(X)^-1*adj(X)` is `inv(X)`, also within a product.
fn inverse(store: &mut Store, expr: Expr, scalar: Expr, array: Expr) -> Result<Expr> {
    let factors = match store.form(scalar).clone() {
        Form::Product(factors) => factors,
        _ => return Ok(expr),
    };
    for (at, factor) in factors.iter().enumerate() {
        let is_below = store
            .as_number(factor.exponent)
            .is_some_and(|e| *e <= Rational::from(-1));
        let Some(("det", of)) = call(store, factor.base).map(|(op, arg)| (op.name, arg)) else {
            continue;
        };
        if !is_below {
            continue;
        }
        if let Some(replaced) = replace_adjugate(store, array, of)? {
            let mut scalars = factors.to_vec();
            let exponent = store.add(factor.exponent, Store::ONE)?;
            scalars[at] = ElementPower {
                base: factor.base,
                exponent,
            };
            let scalar = store.product(scalars)?;
            return store.scale(scalar, replaced);
        }
    }
    Ok(expr)
}

/// The array with one factor `adj(X)` or `adj(X)'` replaced by the inverse, if it has one.
fn replace_adjugate(store: &mut Store, array: Expr, of: Expr) -> Result<Option<Expr>> {
    let inverse_of = |store: &mut Store, factor: Expr| -> Result<Option<Expr>> {
        let (inner, transposed) = match *store.form(factor) {
            Form::Transpose(inner) => (inner, true),
            _ => (factor, false),
        };
        match call(store, inner) {
            Some((op, arg)) if op.name == "adj" && arg == of => {
                let inverse = store.inverse(of)?;
                if transposed {
                    store.transpose(inverse).map(Some)
                } else {
                    Ok(Some(inverse))
                }
            }
            _ => Ok(None),
        }
    };
    if let Some(inverse) = inverse_of(store, array)? {
        return Ok(Some(inverse));
    }
    if let Form::MatMul(list) = store.form(array).clone() {
        for (at, factor) in list.iter().enumerate().filter(|(_, factor)| factor.power == 1) {
            if let Some(inverse) = inverse_of(store, factor.base)? {
                let mut list = list.to_vec();
                list[at] = MatrixPower {
                    base: inverse,
                    power: 1,
                };
                return store.matrix_product(list).map(Some);
            }
        }
    }
    Ok(None)
}
