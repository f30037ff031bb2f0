//! The form in which an answer is shown: common factors collected, the shorter of few candidates chosen.
//!
//! The normal form of expressions already collects like terms, cancels inverses and keeps scalars in front. What is
//! left is choice: `A*x + B*x` or `(A + B)*x`, `(A + B)'` or `A' + B'`. Each choice is made by weight, the length of
//! what is printed, within small fixed bounds.

mod blocks;
mod choices;
mod diagonals;
mod entries;
mod factor;
mod pairs;
mod spectral;

use rustc_hash::FxHashMap;

use crate::expr::{ElementPower, Expr, Form, Rational, Result, Shape, Store};
use crate::ops::{apply_call, rebuild};

/// How often the whole expression is gone over, as long as it becomes shorter.
const MAX_PASSES: usize = 16;
/// Longer products and sums are not distributed.
const MAX_DISTRIBUTED: usize = 8;
/// The transpose of a sum of more terms is left alone.
const MAX_TRANSPOSED_TERMS: usize = 16;

/// The shortest form found: equal to the expression on its domain.
///
/// # Errors
/// Those of the constructors.
///
/// # Cost
/// A few passes, each linear in the number of distinct subexpressions.
pub fn simplify(store: &mut Store, expr: Expr) -> Result<Expr> {
    let mut best = expr;
    for _ in 0..MAX_PASSES {
        let next = pass(store, best)?;
        if next == best || store.weight(next) > store.weight(best) {
            break;
        }
        best = next;
    }
    Ok(best)
}

/// The expression with sums over all eigenvalues or singular values as traces of functions of the matrix, which have
/// derivatives of all orders also where values are equal.
///
/// # Errors
/// Those of the constructors.
pub fn with_traces(store: &mut Store, expr: Expr) -> Result<Expr> {
    pass_of(store, expr, |store, expr| match store.form(expr) {
        Form::Sum(_) | Form::MatMul(_) => {
            let collapsed = spectral::collapse(store, expr)?;
            spectral::trace_of_sum(store, collapsed)
        }
        _ => Ok(expr),
    })
}

/// One pass of all simplifications.
fn pass(store: &mut Store, root: Expr) -> Result<Expr> {
    pass_of(store, root, local)
}

/// One pass from the leaves up.
fn pass_of(store: &mut Store, root: Expr, local: fn(&mut Store, Expr) -> Result<Expr>) -> Result<Expr> {
    let mut image: FxHashMap<Expr, Expr> = FxHashMap::default();
    for expr in store.post_order(&[root]) {
        let children = store.children(expr);
        let mapped: Vec<Expr> = children.iter().map(|child| image[child]).collect();
        let rebuilt = if mapped == children {
            expr
        } else {
            rebuild(store, expr, &mapped)?
        };
        let simpler = local(store, rebuilt)?;
        image.insert(expr, simpler);
    }
    Ok(image[&root])
}

/// The one that is shorter; of equal length the one that is known.
fn shorter(store: &Store, candidate: Expr, known: Expr) -> Expr {
    if store.weight(candidate) < store.weight(known) {
        candidate
    } else {
        known
    }
}

/// The simplifications at one expression whose parts are simple.
fn local(store: &mut Store, expr: Expr) -> Result<Expr> {
    if matches!(store.form(expr), Form::Add(_)) && store.is_tiled(expr) {
        return blocks::simplify_blocks(store, expr);
    }
    match store.form(expr) {
        Form::Add(terms) if terms.len() > 1 => shorter_sum(store, expr),
        Form::MatMul(_) => {
            let opened = distributed(store, expr)?;
            let opened = shorter(store, opened, expr);
            let collapsed = spectral::collapse(store, opened)?;
            let collapsed = shorter(store, collapsed, opened);
            let traced = spectral::trace_of_sum(store, collapsed)?;
            Ok(shorter(store, traced, collapsed))
        }
        Form::Product(_) | Form::Scale(..) => {
            let opened = pairs::opened_scalar(store, expr)?;
            let combined = pairs::combine(store, opened)?;
            let scaled = scaled_rows(store, combined)?;
            let scaled = shorter(store, scaled, combined);
            let absorbed = choices::absorb(store, scaled)?;
            Ok(shorter(store, absorbed, scaled))
        }
        &Form::Trace(inner) => trace_of_function(store, expr, inner),
        Form::Sum(_) => {
            let traced = spectral::trace_of_sum(store, expr)?;
            Ok(shorter(store, traced, expr))
        }
        Form::Transpose(inner) => match store.form(*inner) {
            Form::Add(terms) if terms.len() <= MAX_TRANSPOSED_TERMS => {
                let terms = terms.clone();
                let mut pushed = Vec::with_capacity(terms.len());
                for term in terms.iter() {
                    pushed.push((term.coefficient.clone(), store.transpose(term.expr)?));
                }
                let pushed = store.sum(&pushed)?;
                Ok(shorter(store, pushed, expr))
            }
            _ => Ok(expr),
        },
        _ => Ok(expr),
    }
}

/// The shortest of a few ways to write a sum.
fn shorter_sum(store: &mut Store, expr: Expr) -> Result<Expr> {
    let opened = open_transposes(store, expr)?;
    // Of equal length the one without the transpose of a sum reads better.
    let opened = if store.weight(opened) <= store.weight(expr) {
        opened
    } else {
        expr
    };
    let factored = factor::factor(store, opened)?;
    let factored = shorter(store, factored, opened);
    let collected = entries::collect(store, factored)?;
    let collected = shorter(store, collected, factored);
    let chosen = choices::collect(store, collected)?;
    let chosen = shorter(store, chosen, collected);
    let equal = choices::collect_equal_entries(store, chosen)?;
    let chosen = shorter(store, equal, chosen);
    let diagonal = diagonals::collect(store, chosen)?;
    Ok(shorter(store, diagonal, chosen))
}

/// The trace of a derivative of a matrix function is `tr(f'(X)*E)`: the derivative of the trace.
///
/// # Source
/// Higham, Functions of Matrices, theorem 3.10 and problem 3.5.
fn trace_of_function(store: &mut Store, expr: Expr, inner: Expr) -> Result<Expr> {
    let Form::Call(function, args) = store.form(inner).clone() else {
        return Ok(expr);
    };
    let op = crate::ops::op(function);
    let (crate::ops::Kernel::Frechet(_), [point, rest @ .., last]) = (op.kernel, &*args) else {
        return Ok(expr);
    };
    let Shape::Matrix(n, _) = store.shape(*point) else {
        return Ok(expr);
    };
    // The identity commutes, so that what is left is f'(X), or its derivatives.
    let eye = store.eye(n)?;
    let derivative = apply_call(store, op, &[&[*point], rest, &[eye]].concat())?;
    if matches!(store.form(derivative), Form::Call(same, _) if *same == function) {
        return Ok(expr);
    }
    let product = store.matmul(&[derivative, *last])?;
    store.trace(product)
}

/// A product with a sum in it as the sum of the products, the shortest of these.
fn distributed(store: &mut Store, expr: Expr) -> Result<Expr> {
    let factors = match store.form(expr) {
        Form::MatMul(factors) if factors.len() <= MAX_DISTRIBUTED => factors.clone(),
        _ => return Ok(expr),
    };
    let mut best = expr;
    for at in 0..factors.len() {
        let (base, is_transposed) = match *store.form(factors[at].base) {
            Form::Transpose(inner) => (inner, true),
            _ => (factors[at].base, false),
        };
        // Blocks are short as they are written.
        if store.is_tiled(base) {
            continue;
        }
        let terms = match store.form(base) {
            Form::Add(terms) if (2..=MAX_DISTRIBUTED).contains(&terms.len()) && factors[at].power == 1 => terms.clone(),
            _ => continue,
        };
        let mut products = Vec::with_capacity(terms.len());
        for term in terms.iter() {
            let mut list = factors.to_vec();
            list[at].base = match is_transposed {
                true => store.transpose(term.expr)?,
                false => term.expr,
            };
            products.push((term.coefficient.clone(), store.matrix_product(list)?));
        }
        let opened = store.sum(&products)?;
        if store.weight(opened) < store.weight(best) {
            best = opened;
        }
    }
    Ok(best)
}

/// `A.*(u*ones(n)')` as `diag(u)*A`, and `A.*(ones(m)*u')` as `A*diag(u)`.
fn scaled_rows(store: &mut Store, expr: Expr) -> Result<Expr> {
    let (Form::Product(factors), Shape::Matrix(..)) = (store.form(expr).clone(), store.shape(expr)) else {
        return Ok(expr);
    };
    let mut rest = factors.to_vec();
    let (mut left, mut right) = (Vec::new(), Vec::new());
    let mut at = 0;
    while at < rest.len() && rest.len() > 1 {
        let ElementPower { base, exponent } = rest[at];
        let found = match store.shape(exponent) {
            Shape::Scalar => repeated(store, base)?,
            _ => None,
        };
        let Some((vector, is_column)) = found else {
            at += 1;
            continue;
        };
        rest.remove(at);
        let powers = store.product(vec![ElementPower { base: vector, exponent }])?;
        let diagonal = store.diag(powers)?;
        if is_column {
            left.push(diagonal)
        } else {
            right.push(diagonal)
        }
    }
    if left.is_empty() && right.is_empty() {
        return Ok(expr);
    }
    left.push(store.product(rest)?);
    left.append(&mut right);
    store.matmul(&left)
}

/// The vector that all columns are (true), or whose transpose all rows are (false).
fn repeated(store: &mut Store, matrix: Expr) -> Result<Option<(Expr, bool)>> {
    let Form::MatMul(factors) = store.form(matrix).clone() else {
        return Ok(None);
    };
    let Some(seam) = factors
        .iter()
        .position(|f| matches!(store.shape(f.base), Shape::Row(_)))
    else {
        return Ok(None);
    };
    let (column, row) = (factors[..seam].to_vec(), factors[seam..].to_vec());
    if column.is_empty() {
        return Ok(None);
    }
    let (column, row) = (store.matrix_product(column)?, store.matrix_product(row)?);
    let row = store.transpose(row)?;
    let is_ones = |expr: Expr| matches!(store.form(expr), Form::Ones);
    Ok(match (is_ones(column), is_ones(row)) {
        (_, true) => Some((column, true)),
        (true, _) => Some((row, false)),
        _ => None,
    })
}

/// The sum with the transposes of sums among its terms opened, so that like terms can meet.
fn open_transposes(store: &mut Store, expr: Expr) -> Result<Expr> {
    let Form::Add(terms) = store.form(expr).clone() else {
        return Ok(expr);
    };
    let mut opened: Vec<(Rational, Expr)> = Vec::with_capacity(terms.len());
    let mut changed = false;
    for term in terms.iter() {
        let inner = match *store.form(term.expr) {
            Form::Transpose(inner) => inner,
            _ => term.expr,
        };
        match store.form(inner).clone() {
            Form::Add(addends) if inner != term.expr && addends.len() <= MAX_TRANSPOSED_TERMS => {
                changed = true;
                for addend in addends.iter() {
                    opened.push((&term.coefficient * &addend.coefficient, store.transpose(addend.expr)?));
                }
            }
            _ => opened.push((term.coefficient.clone(), term.expr)),
        }
    }
    if changed { store.sum(&opened) } else { Ok(expr) }
}
