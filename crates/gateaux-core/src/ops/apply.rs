//! Operators and functions, applied to expressions.

use std::cmp::Ordering;

use gateaux_syntax::{BinaryOp, UnaryOp};

use super::formula::{Environment, Reading};
use super::signature::{ParamKind, SizeExpr, signatures};
use super::{Kernel, Law, Meaning, Op, comparison, complex, elementwise, formula, matrix_function, rules};
use crate::expr::{Error, Expr, Facts, Form, Rational, Result, Shape, Store};

/// `-x`, `+x`
pub fn apply_unary(store: &mut Store, op: UnaryOp, operand: Expr) -> Result<Expr> {
    match op {
        UnaryOp::Neg => store.neg(operand),
        UnaryOp::Plus => Ok(operand),
    }
}

/// `lhs op rhs` as the language has it.
///
/// # Errors
/// [`Error::IllShaped`] where the operator does not take the shapes.
pub fn apply_binary(store: &mut Store, op: BinaryOp, lhs: Expr, rhs: Expr) -> Result<Expr> {
    match op {
        BinaryOp::Add => store.add(lhs, rhs),
        BinaryOp::Sub => store.sub(lhs, rhs),
        BinaryOp::DotAdd | BinaryOp::DotSub => {
            let (lhs, rhs) = broadcast(store, lhs, rhs)?;
            if op == BinaryOp::DotAdd {
                store.add(lhs, rhs)
            } else {
                store.sub(lhs, rhs)
            }
        }
        BinaryOp::Mul => store.matmul(&[lhs, rhs]),
        BinaryOp::Div if store.shape(rhs).is_scalar() => store.divide(lhs, rhs),
        BinaryOp::Div => {
            let inverse = store.inverse(rhs)?;
            store.matmul(&[lhs, inverse])
        }
        BinaryOp::Solve => {
            let inverse = store.inverse(lhs)?;
            store.matmul(&[inverse, rhs])
        }
        BinaryOp::Pow if store.shape(lhs).is_scalar() => store.pow(lhs, rhs),
        BinaryOp::Pow => match store.as_number(rhs).and_then(Rational::as_integer) {
            Some(power) => store.matrix_power(lhs, power),
            None if store.facts(lhs).has(Facts::PSD) && store.shape(rhs).is_scalar() => definite_power(store, lhs, rhs),
            None => Err(Error::IllShaped {
                operation: "a matrix power",
                shapes: "an exponent that is no integer".into(),
            }),
        },
        BinaryOp::DotMul => store.hadamard(lhs, rhs),
        BinaryOp::DotDiv => {
            let (lhs, rhs) = broadcast(store, lhs, rhs)?;
            store.divide(lhs, rhs)
        }
        BinaryOp::DotPow => store.pow(lhs, rhs),
        BinaryOp::Kron => store.kron(lhs, rhs),
        BinaryOp::Less | BinaryOp::LessEq => apply_call(store, comparison(op), &[lhs, rhs]),
        BinaryOp::Greater | BinaryOp::GreaterEq => apply_call(store, comparison(op), &[rhs, lhs]),
    }
}

/// `S^p = expm(p*logm(S))` of a positive definite S; half an odd number is a power of the square root.
fn definite_power(store: &mut Store, base: Expr, exponent: Expr) -> Result<Expr> {
    let twice = store.as_number(exponent).map(|exponent| exponent * &Rational::from(2));
    if let Some(power) = twice.and_then(|twice| twice.as_integer()) {
        let root = named_call(store, "sqrtm", base)?;
        return store.matrix_power(root, power);
    }
    let logarithm = named_call(store, "logm", base)?;
    let scaled = store.scale(exponent, logarithm)?;
    named_call(store, "expm", scaled)
}

/// A function of one argument, by its name.
pub(super) fn named_call(store: &mut Store, name: &'static str, argument: Expr) -> Result<Expr> {
    match super::find(name) {
        Some(op) => apply_call(store, op, &[argument]),
        None => Err(Error::Unsupported { what: name.to_owned() }),
    }
}

/// Gives a scalar the shape of the other operand.
pub(super) fn broadcast(store: &mut Store, lhs: Expr, rhs: Expr) -> Result<(Expr, Expr)> {
    let (a, b) = (store.shape(lhs), store.shape(rhs));
    Ok(match (a.is_scalar(), b.is_scalar()) {
        (true, false) => (store.fill(lhs, b)?, rhs),
        (false, true) => (lhs, store.fill(rhs, a)?),
        _ => (lhs, rhs),
    })
}

/// Gives scalars the shape of the arrays among the arguments.
fn broadcast_all(store: &mut Store, args: &[Expr]) -> Result<Vec<Expr>> {
    let shapes = args.iter().map(|arg| store.shape(*arg));
    let shape = shapes
        .into_iter()
        .find(|shape| !shape.is_scalar())
        .unwrap_or(Shape::Scalar);
    args.iter().map(|arg| formula::of_shape(store, *arg, shape)).collect()
}

/// `op(args)`
///
/// # Errors
/// [`Error::IllShaped`] where no signature of the function takes the shapes.
pub fn apply_call(store: &mut Store, op: &'static Op, args: &[Expr]) -> Result<Expr> {
    if op.kind.is_empty() {
        return call(store, op, args, Shape::Scalar);
    }
    if let ([arg], true) = (args, op.law == Law::Conjugate) {
        return complex::conj(store, *arg);
    }
    if let ([arg], "abs", true) = (args, op.name, args.iter().any(|arg| store.is_complex(*arg))) {
        return complex::modulus(store, *arg);
    }
    if op.is_elementwise() && args.len() == 3 {
        let args = broadcast_all(store, args)?;
        let shape = store.shape(args[0]);
        return call(store, op, &args, shape);
    }
    let (alternative, environment) = bind(store, op, args)?;
    match &op.meaning {
        Meaning::Abbreviates(formulas) => {
            formula::instantiate_in(store, formulas[alternative], &environment, Reading::Matrices)
        }
        Meaning::Form(build) => build(store, args),
        Meaning::Equals(_) | Meaning::Primitive if op.is_elementwise() && args.len() == 2 => {
            let (lhs, rhs) = broadcast(store, args[0], args[1])?;
            let shape = store.shape(lhs);
            call(store, op, &[lhs, rhs], shape)
        }
        Meaning::Equals(_) | Meaning::Primitive => {
            let signature = &signatures(op)[alternative];
            if signature.params.iter().any(|param| param.kind == ParamKind::Axis(1)) {
                // By columns is by rows of the transpose.
                let (transposed, axis) = (store.transpose(args[0])?, store.integer(2)?);
                let by_rows = apply_call(store, op, &[transposed, axis])?;
                return store.transpose(by_rows);
            }
            let mut size = |size: &SizeExpr| {
                let mut of = |size: &SizeExpr| match size {
                    SizeExpr::Name(at) => environment.size(&signature.sizes[*at]),
                    SizeExpr::Number(value) => Some(store.dims.constant(*value)),
                    SizeExpr::Mul(..) | SizeExpr::Min(..) => None,
                };
                match size {
                    SizeExpr::Min(a, b) => {
                        let (a, b) = of(a).zip(of(b))?;
                        Some(store.dims.min(a, b))
                    }
                    other => of(other),
                }
            };
            let shape = match &signature.result {
                ParamKind::Like(at) => Some(store.shape(args[*at])),
                ParamKind::Scalar => Some(Shape::Scalar),
                ParamKind::Vector(n) => size(n).map(Shape::Vector),
                ParamKind::Matrix(m, n) => size(m).zip(size(n)).map(|(m, n)| Shape::Matrix(m, n)),
                ParamKind::Row(_) | ParamKind::Any | ParamKind::Axis(_) | ParamKind::Natural => None,
            };
            let shape = shape.ok_or_else(|| Error::IllShaped {
                operation: op.name,
                shapes: "this signature".to_owned(),
            })?;
            call(store, op, args, shape)
        }
    }
}

/// A call of a function with an argument into which it goes no deeper.
pub(super) fn call_leaf(store: &mut Store, op: &'static Op, argument: Expr) -> Result<Expr> {
    let result = store.call(op.function(), &[argument], store.shape(argument))?;
    let facts = store.facts(argument);
    for (premise, conclusion) in op.facts {
        if facts.has(*premise) {
            store.state_facts(result, *conclusion);
        }
    }
    Ok(result)
}

/// The argument for which the function is not defined, since it may be complex.
///
/// # Errors
/// A limit.
pub fn complex_argument(store: &mut Store, op: &Op, args: &[Expr]) -> Result<Option<usize>> {
    if op.analytic || op.kernel == Kernel::None {
        return Ok(None);
    }
    for (at, arg) in args.iter().enumerate() {
        // Branches are chosen, not computed with.
        let is_branch = op.kernel == Kernel::Choice && at > 0;
        if store.is_complex(*arg) && !is_branch && !complex::is_real(store, *arg)? {
            return Ok(Some(at));
        }
    }
    Ok(None)
}

/// A call in normal form: entries equal to one scalar move inside, rules apply, facts are noted.
fn call(store: &mut Store, op: &'static Op, args: &[Expr], shape: Shape) -> Result<Expr> {
    if op.is_elementwise()
        && !shape.is_scalar()
        && let Some(fills) = args
            .iter()
            .map(|arg| match store.is_zero(*arg) {
                true => Some((Rational::one(), Store::ZERO)),
                false => store.fill_value(*arg),
            })
            .collect::<Option<Vec<_>>>()
    {
        let scalars: Vec<Expr> = fills
            .iter()
            .map(|(c, entry)| store.times(c, *entry))
            .collect::<Result<_>>()?;
        let value = call(store, op, &scalars, Shape::Scalar)?;
        return store.fill(value, shape);
    }
    if complex_argument(store, op, args)?.is_some() {
        return Err(Error::NotReal { operation: op.name });
    }
    let is_complex = args.iter().any(|arg| store.is_complex(*arg));
    // Of a matrix and its transpose one, so that det(M) of a Hermitian M is its own conjugate.
    if let ([matrix], true) = (args, is_complex && op.is_blind_to_transposes()) {
        let transposed = store.transpose(*matrix)?;
        if transposed < *matrix {
            return call(store, op, &[transposed], shape);
        }
    }
    // The rules are those of real numbers: log(exp(x)) is x.
    if !(is_complex && op.has_branches())
        && let Some(simpler) = rules::apply(store, op, args, shape)?
    {
        return Ok(simpler);
    }
    if let Kernel::Frechet(function) = op.kernel
        && let Some(simpler) = matrix_function::simplified(store, op, function, args)?
    {
        return Ok(simpler);
    }
    if let Some(holds) = known_comparison(store, op, args) {
        let value = if holds { Store::ONE } else { Store::ZERO };
        return store.fill(value, shape);
    }
    if let Some(multiple) = multiple_of_call(store, op, args, shape)? {
        return Ok(multiple);
    }
    if let ([first, second], true) = (args, op.is_alternating())
        && let Some(other) = alternated(store, op, (*first, *second), shape)?
    {
        return Ok(other);
    }
    if let [arg] = args
        && let Some(formula) = elementwise::of_known_sign(op, store.facts(*arg))
    {
        let mut environment = Environment::default();
        environment.bind("x", *arg);
        let value = formula::instantiate_in(store, formula, &environment, Reading::Entries)?;
        return formula::of_shape(store, value, shape);
    }
    let result = store.call(op.function(), args, shape)?;
    if matches!(store.form(result), Form::Call(..)) {
        let known = args
            .iter()
            .fold(Facts::ALL, |facts, arg| facts.common(store.facts(*arg)));
        let mut facts = if op.is_elementwise() {
            known.only(Facts::SYMMETRIC)
        } else {
            Facts::NONE
        };
        for (premise, conclusion) in op.facts {
            if known.has(*premise) {
                facts = facts | *conclusion;
            }
        }
        store.state_facts(result, facts);
    }
    Ok(result)
}

/// A function whose arguments can be exchanged for a change of sign, with others: what is parallel to one argument adds
/// nothing to the other, `cross(x, x + y)` is `cross(x, y)`, and the older argument stands first.
fn alternated(store: &mut Store, op: &'static Op, (first, second): (Expr, Expr), shape: Shape) -> Result<Option<Expr>> {
    if let Some(rest) = without_term(store, second, first)? {
        return apply_call(store, op, &[first, rest]).map(Some);
    }
    if let Some(rest) = without_term(store, first, second)? {
        return apply_call(store, op, &[rest, second]).map(Some);
    }
    if second < first {
        let exchanged = call(store, op, &[second, first], shape)?;
        return store.neg(exchanged).map(Some);
    }
    Ok(None)
}

/// A sum without the multiple of this term that it has.
fn without_term(store: &mut Store, sum: Expr, term: Expr) -> Result<Option<Expr>> {
    let Form::Add(terms) = store.form(sum).clone() else {
        return Ok(None);
    };
    if terms.iter().all(|own| own.expr != term) {
        return Ok(None);
    }
    let rest = terms.iter().filter(|own| own.expr != term);
    let rest: Vec<_> = rest.map(|own| (own.coefficient.clone(), own.expr)).collect();
    store.sum(&rest).map(Some)
}

/// Whether a comparison holds, of what is the same on both sides, and of numbers.
fn known_comparison(store: &Store, op: &'static Op, args: &[Expr]) -> Option<bool> {
    let (Kernel::Less | Kernel::AtMost, [lhs, rhs]) = (op.kernel, args) else {
        return None;
    };
    let order = match (store.as_number(*lhs), store.as_number(*rhs)) {
        (Some(lhs), Some(rhs)) => lhs.cmp(rhs),
        _ if lhs == rhs => Ordering::Equal,
        _ => return None,
    };
    Some(match op.kernel {
        Kernel::Less => order.is_lt(),
        _ => order.is_le(),
    })
}

/// A function that is linear in some argument, by its meaning in terms of others; `None` without such a formula.
pub(crate) fn linear_meaning(store: &mut Store, op: &'static Op, args: &[Expr]) -> Result<Option<Expr>> {
    let (Meaning::Equals(formulas), false) = (&op.meaning, op.transposes.is_empty() || op.is_elementwise()) else {
        return Ok(None);
    };
    let (alternative, environment) = bind(store, op, args)?;
    match formulas.get(alternative) {
        Some(formula) => formula::instantiate(store, formula, &environment).map(Some),
        None => Ok(None),
    }
}

/// A function that is linear in an argument gives up what multiplies it.
fn multiple_of_call(store: &mut Store, op: &'static Op, args: &[Expr], shape: Shape) -> Result<Option<Expr>> {
    if op.is_elementwise() || op.transposes.is_empty() {
        return Ok(None);
    }
    let (alternative, _) = bind(store, op, args)?;
    let params = &signatures(op)[alternative].params;
    let mut inner = args.to_vec();
    let (mut coefficient, mut scalars) = (Rational::one(), Vec::new());
    for (param, arg) in params.iter().zip(&mut inner) {
        if !op.transposes.iter().any(|(name, _)| *name == param.name) {
            continue;
        }
        if store.is_zero(*arg) {
            return store.zeros(shape).map(Some);
        }
        let (own, rest) = store.split_content(*arg)?;
        (coefficient, *arg) = (&coefficient * &own, rest);
        if let Form::Scale(scalar, array) = *store.form(rest) {
            scalars.push(scalar);
            *arg = array;
        }
    }
    if inner == args {
        return Ok(None);
    }
    let core = call(store, op, &inner, shape)?;
    let scaled = match scalars.as_slice() {
        [] => core,
        _ => {
            let scalar = store.multiply(&scalars)?;
            store.scale(scalar, core)?
        }
    };
    store.times(&coefficient, scaled).map(Some)
}

/// The number that an argument is which takes literal integers, or with which it fills an array.
pub fn natural(store: &Store, arg: Expr) -> Option<u32> {
    let value = match store.fill_value(arg) {
        _ if store.is_zero(arg) => 0,
        Some((coefficient, Store::ONE)) => coefficient.as_integer()?,
        Some((_, entry)) => store.as_number(entry)?.as_integer()?,
        None => return None,
    };
    u32::try_from(value).ok()
}

/// Which signature takes these arguments, and what its names stand for.
pub(crate) fn bind(store: &mut Store, op: &'static Op, args: &[Expr]) -> Result<(usize, Environment)> {
    for (at, signature) in signatures(op).iter().enumerate() {
        if signature.params.len() != args.len() {
            continue;
        }
        let mut environment = Environment::default();
        let mut sizes = vec![None; signature.sizes.len()];
        let mut fits = true;
        for (param, arg) in signature.params.iter().zip(args) {
            let shape = store.shape(*arg);
            let mut size = |expr: &SizeExpr, dim| match expr {
                SizeExpr::Name(at) => *sizes[*at].get_or_insert(dim) == dim,
                SizeExpr::Number(_) | SizeExpr::Mul(..) | SizeExpr::Min(..) => true,
            };
            fits &= match (&param.kind, shape) {
                (ParamKind::Any, _) | (ParamKind::Scalar, Shape::Scalar) => true,
                (ParamKind::Vector(n), Shape::Vector(dim)) | (ParamKind::Row(n), Shape::Row(dim)) => size(n, dim),
                (ParamKind::Matrix(m, n), Shape::Matrix(rows, columns)) => size(m, rows) && size(n, columns),
                (ParamKind::Like(at), _) => store.shape(args[*at]) == shape,
                (ParamKind::Natural, _) => natural(store, *arg).is_some(),
                (ParamKind::Axis(axis), Shape::Scalar) => {
                    store.as_number(*arg).and_then(Rational::as_integer) == Some(i64::from(*axis))
                }
                _ => false,
            };
            environment.bind(&param.name, *arg);
        }
        if fits {
            for (name, dim) in signature.sizes.iter().zip(sizes) {
                if let Some(dim) = dim {
                    environment.bind_size(name, dim);
                }
            }
            return Ok((at, environment));
        }
    }
    let shapes: Vec<String> = args.iter().map(|arg| store.shape(*arg).text(&store.dims)).collect();
    Err(Error::IllShaped {
        operation: op.name,
        shapes: shapes.join(" and "),
    })
}
