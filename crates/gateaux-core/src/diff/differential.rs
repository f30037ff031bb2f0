//! The differential: forward through the expression, one rule for each form, one formula for each function.

use crate::expr::{ElementPower, Error, Expr, Form, MatrixPower, Rational, Result, Store};
use crate::ops::{self, Environment, Op};

/// A power of a matrix is differentiated term by term up to this exponent.
const MAX_POWER: u64 = 2048;

/// The expression with each variable's small change put in: `df`, linear in the holes together.
///
/// # Errors
/// [`Error::Unsupported`] for a function without a differential, [`Error::Limit`].
///
/// # Cost
/// Each subexpression is visited once; the result shares what the function shares.
pub fn differential(store: &mut Store, f: Expr, holes: &[(Expr, Expr)]) -> Result<Expr> {
    let mut changes: Vec<Option<Expr>> = vec![None; f.index() + 1];
    for expr in order_of(store, f) {
        let change = match holes.iter().find(|(variable, _)| *variable == expr) {
            Some((_, hole)) => Some(*hole),
            None if operands(store, expr)
                .iter()
                .any(|operand| changes[operand.index()].is_some()) =>
            {
                Some(change_of(store, expr, &|child| changes[child.index()])?)
            }
            None => None,
        };
        changes[expr.index()] = change.filter(|change| !store.is_zero(*change));
    }
    match changes[f.index()] {
        Some(change) => Ok(change),
        None => store.zeros(store.shape(f)),
    }
}

/// What the change of an expression is made of: the changes of its children, or, of a scalar product, of all of its
/// factors, so that its differential is a sum of scalar products again.
pub(crate) fn operands(store: &Store, expr: Expr) -> Vec<Expr> {
    match store.form(expr) {
        Form::MatMul(factors) if store.shape(expr).is_scalar() => {
            let flat = store.flat(factors);
            flat.into_iter().map(|factor| factor.base).collect()
        }
        _ => store.children(expr),
    }
}

/// All expressions whose changes are needed, operands first.
fn order_of(store: &Store, f: Expr) -> Vec<Expr> {
    let mut seen = vec![false; f.index() + 1];
    let (mut todo, mut order) = (vec![f], Vec::new());
    while let Some(expr) = todo.pop() {
        if !std::mem::replace(&mut seen[expr.index()], true) {
            order.push(expr);
            todo.extend(operands(store, expr));
        }
    }
    order.sort_unstable();
    order
}

/// The change of one expression, from those of its [operands]; those that do not change have none.
pub(crate) fn change_of(store: &mut Store, expr: Expr, of: &dyn Fn(Expr) -> Option<Expr>) -> Result<Expr> {
    let shape = store.shape(expr);
    let mut terms: Vec<(Rational, Expr)> = Vec::new();
    match store.form(expr).clone() {
        Form::Number(_) | Form::Size(_) | Form::Var(_) => {}
        Form::Eye | Form::Ones | Form::Zero | Form::Select(_) | Form::Tril | Form::Commutation(..) => {}
        Form::Add(addends) => {
            terms.extend(
                addends
                    .iter()
                    .filter_map(|term| Some((term.coefficient.clone(), of(term.expr)?))),
            );
        }
        Form::Scale(scalar, array) => {
            if let Some(change) = of(scalar) {
                terms.push((Rational::one(), store.scale(change, array)?));
            }
            if let Some(change) = of(array) {
                terms.push((Rational::one(), store.scale(scalar, change)?));
            }
        }
        Form::MatMul(factors) if shape.is_scalar() && factors.iter().any(|f| store.is_product(*f)) => {
            change_of_long(store, &factors, of, &mut terms)?;
        }
        Form::MatMul(factors) => {
            for at in 0..factors.len() {
                if let Some(change) = of(factors[at].base) {
                    change_of_factor(store, &factors, at, change, &mut terms)?;
                }
            }
        }
        Form::Product(factors) => {
            for at in 0..factors.len() {
                change_of_power(store, &factors, at, of, &mut terms)?;
            }
        }
        Form::Kron(a, b) => {
            if let Some(change) = of(a) {
                terms.push((Rational::one(), store.kron(change, b)?));
            }
            if let Some(change) = of(b) {
                terms.push((Rational::one(), store.kron(a, change)?));
            }
        }
        Form::Transpose(a) | Form::Trace(a) | Form::Sum(a) | Form::Diag(a) | Form::DiagOf(a) | Form::Reshape(a) => {
            if let Some(change) = of(a) {
                terms.push((Rational::one(), ops::rebuild(store, expr, &[change])?));
            }
        }
        Form::Einsum(einsum) => {
            for at in 0..einsum.operands.len() {
                if let Some(change) = of(einsum.operands[at].expr) {
                    let mut operands = einsum.operands.to_vec();
                    operands[at].expr = change;
                    terms.push((Rational::one(), store.einsum(operands, &einsum.output)?));
                }
            }
        }
        Form::Call(function, args) => {
            let changes: Vec<Option<Expr>> = args.iter().map(|arg| of(*arg)).collect();
            return change_of_call(store, ops::op(function), &args, &changes);
        }
    }
    if terms.is_empty() {
        store.zeros(shape)
    } else {
        store.sum(&terms)
    }
}

/// The change of a long scalar product: each factor's, between the product of those before it and of those behind it,
/// which are made one from the other.
fn change_of_long(
    store: &mut Store,
    factors: &[MatrixPower],
    of: &dyn Fn(Expr) -> Option<Expr>,
    terms: &mut Vec<(Rational, Expr)>,
) -> Result<()> {
    let flat = store.flat(factors);
    let whole = |base: Expr| MatrixPower { base, power: 1 };
    let mut behind: Vec<Option<MatrixPower>> = vec![None; flat.len()];
    for at in (1..flat.len()).rev() {
        let list: Vec<MatrixPower> = [flat[at]].into_iter().chain(behind[at]).collect();
        behind[at - 1] = Some(whole(store.matrix_product(list)?));
    }
    let mut before: Option<MatrixPower> = None;
    for at in 0..flat.len() {
        if let Some(change) = of(flat[at].base) {
            let list: Vec<MatrixPower> = before.into_iter().chain([flat[at]]).chain(behind[at]).collect();
            change_of_factor(store, &list, usize::from(before.is_some()), change, terms)?;
        }
        if behind[at].is_some() {
            let list: Vec<MatrixPower> = before.into_iter().chain([flat[at]]).collect();
            before = Some(whole(store.matrix_product(list)?));
        }
    }
    Ok(())
}

/// `d(X^k)` is the sum of `X^i*dX*X^j` with `i + j = k - 1`, between the other factors; for `k < 0` the sum of
/// `-X^-i*dX*X^-j` with `i, j >= 1` and `i + j = 1 - k`.
fn change_of_factor(
    store: &mut Store,
    factors: &[MatrixPower],
    at: usize,
    change: Expr,
    terms: &mut Vec<(Rational, Expr)>,
) -> Result<()> {
    let MatrixPower { base, power } = factors[at];
    if power.unsigned_abs() > MAX_POWER {
        return Err(Error::Limit {
            what: "terms in the derivative of a matrix power",
            limit: MAX_POWER as usize,
        });
    }
    let steps: Vec<(i64, i64)> = if power > 0 {
        (0..power).rev().map(|left| (power - 1 - left, left)).collect()
    } else {
        (1..=-power).map(|left| (-left, power - 1 + left)).collect()
    };
    let sign = Rational::from(power.signum());
    for (left, right) in steps {
        let mut list = factors[..at].to_vec();
        let around = |power: i64| (power != 0).then_some(MatrixPower { base, power });
        list.extend(around(left));
        list.push(MatrixPower { base: change, power: 1 });
        list.extend(around(right));
        list.extend_from_slice(&factors[at + 1..]);
        terms.push((sign.clone(), store.matrix_product(list)?));
    }
    Ok(())
}

/// `d(x^e)` is `e*x^(e-1)*dx + log(x)*x^e*de`, times the other factors.
fn change_of_power(
    store: &mut Store,
    factors: &[ElementPower],
    at: usize,
    of: &dyn Fn(Expr) -> Option<Expr>,
    terms: &mut Vec<(Rational, Expr)>,
) -> Result<()> {
    let ElementPower { base, exponent } = factors[at];
    let others = [&factors[..at], &factors[at + 1..]].concat();
    if let Some(change) = of(base) {
        let minus_one = store.integer(-1)?;
        let lower = if store.shape(exponent).is_scalar() {
            store.add(exponent, minus_one)?
        } else {
            let ones = store.fill(minus_one, store.shape(exponent))?;
            store.add(exponent, ones)?
        };
        let mut list = others.clone();
        list.push(ElementPower { base, exponent: lower });
        list.push(ElementPower {
            base: change,
            exponent: Store::ONE,
        });
        let product = store.product(list)?;
        terms.push((Rational::one(), store.hadamard(exponent, product)?));
    }
    if let Some(change) = of(exponent) {
        let log = ops::find("log").ok_or(Error::Unsupported { what: "log".to_owned() })?;
        let log = ops::apply_call(store, log, &[base])?;
        let mut list = others;
        list.push(factors[at]);
        let product = store.product(list)?;
        let scaled = store.hadamard(log, product)?;
        terms.push((Rational::one(), store.hadamard(change, scaled)?));
    }
    Ok(())
}

/// The formula of the record, over the arguments and their changes.
fn change_of_call(store: &mut Store, op: &'static Op, args: &[Expr], changes: &[Option<Expr>]) -> Result<Expr> {
    let missing = || Error::Unsupported {
        what: format!("the derivative of {}", op.name),
    };
    let (alternative, mut environment) = ops::bind(store, op, args)?;
    if let ([_], [Some(change)], true) = (args, changes, op.is_elementwise()) {
        let formula = op.differential.first().ok_or_else(missing)?;
        let derivative = ops::instantiate_elementwise(store, formula, &environment)?;
        return store.hadamard(derivative, *change);
    }
    bind_changes(store, op, alternative, args, changes, &mut environment)?;
    let formula = op
        .differential
        .get(alternative)
        .or(op.differential.first())
        .filter(|formula| !formula.is_empty())
        .ok_or_else(missing)?;
    if op.is_elementwise() {
        ops::instantiate_elementwise(store, formula, &environment)
    } else {
        ops::instantiate(store, formula, &environment)
    }
}

/// `dX` for each argument `X`; the change of one that does not depend on the variables is zero.
fn bind_changes(
    store: &mut Store,
    op: &'static Op,
    alternative: usize,
    args: &[Expr],
    changes: &[Option<Expr>],
    environment: &mut Environment,
) -> Result<()> {
    let params = &ops::signature::signatures(op)[alternative].params;
    for ((param, arg), change) in params.iter().zip(args).zip(changes) {
        let change = match change {
            Some(change) => *change,
            None => store.zeros(store.shape(*arg))?,
        };
        environment.bind(&format!("d{}", param.name), change);
    }
    Ok(())
}
