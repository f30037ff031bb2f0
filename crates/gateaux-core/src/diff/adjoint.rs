//! The adjoint: backward through an expression that is linear in its holes, one transposition for each linear form.

use rustc_hash::FxHashMap;

use crate::expr::{Einsum, Error, Expr, Form, MatrixPower, Operand, Rational, Result, Shape, Store};
use crate::ops::{self, Op};

/// Cotangents that arrive at an expression, to be summed when all have.
type Arrivals = FxHashMap<Expr, Vec<(Rational, Expr)>>;

/// The transposes of the maps from each hole to the body, applied to the cotangent: one sweep for all holes.
///
/// # Errors
/// [`Error::Unsupported`] where the body is not linear in the holes.
pub(super) fn adjoint(store: &mut Store, body: Expr, holes: &[Expr], cotangent: Expr) -> Result<Vec<Expr>> {
    if store.shape(body) != store.shape(cotangent) {
        let shapes = [body, cotangent]
            .map(|expr| store.shape(expr).text(&store.dims))
            .join(" and ");
        return Err(Error::IllShaped {
            operation: "an adjoint",
            shapes,
        });
    }
    let mut sweep = Sweep::new(store, body, holes, cotangent);
    while sweep.next(store)?.is_some() {}
    holes.iter().map(|hole| sweep.cotangent(store, *hole)).collect()
}

/// The way of cotangents back through a body that is linear in its holes: at every time the cotangents that have arrived,
/// paired with the expressions at which they are, add up to the body paired with its own.
#[derive(Clone, Debug)]
pub(crate) struct Sweep {
    depends: Vec<bool>,
    arrivals: Arrivals,
    /// What depends on the holes, the operands before what uses them.
    order: Vec<Expr>,
}

impl Sweep {
    pub(crate) fn new(store: &Store, body: Expr, holes: &[Expr], cotangent: Expr) -> Sweep {
        let mut order = store.post_order(&[body]);
        let mut depends = vec![false; body.index() + 1];
        for expr in &order {
            depends[expr.index()] =
                holes.contains(expr) || store.children(*expr).iter().any(|child| depends[child.index()]);
        }
        order.retain(|expr| depends[expr.index()] && !holes.contains(expr));
        Sweep {
            depends,
            arrivals: Arrivals::from_iter([(body, vec![(Rational::one(), cotangent)])]),
            order,
        }
    }

    /// Sends the cotangent of the outermost expression on to its parts, and says which it was; `None` where all are at
    /// the holes.
    pub(crate) fn next(&mut self, store: &mut Store) -> Result<Option<Expr>> {
        let Sweep {
            depends,
            arrivals,
            order,
        } = self;
        while let Some(expr) = order.pop() {
            if let Some(arrived) = arrivals.remove(&expr) {
                let cotangent = store.sum(&arrived)?;
                if !store.is_zero(cotangent) {
                    transpose_form(store, expr, cotangent, &|e| depends[e.index()], arrivals)?;
                    return Ok(Some(expr));
                }
            }
        }
        Ok(None)
    }

    /// The cotangents that have arrived, by the expression at which they are, in the order in which these were made.
    pub(crate) fn arrived(&self) -> Vec<(Expr, &[(Rational, Expr)])> {
        let mut arrived: Vec<_> = self
            .arrivals
            .iter()
            .map(|(at, terms)| (*at, terms.as_slice()))
            .collect();
        arrived.sort_unstable_by_key(|(at, _)| *at);
        arrived
    }

    /// What has arrived at an expression, added up.
    pub(crate) fn cotangent(&self, store: &mut Store, at: Expr) -> Result<Expr> {
        match self.arrivals.get(&at) {
            Some(arrived) => store.sum(arrived),
            None => store.zeros(store.shape(at)),
        }
    }
}

/// Sends the cotangent of an expression on to the children that depend on the holes.
fn transpose_form(
    store: &mut Store,
    expr: Expr,
    cotangent: Expr,
    depends: &dyn Fn(Expr) -> bool,
    arrivals: &mut Arrivals,
) -> Result<()> {
    let mut send = |child: Expr, coefficient: Rational, cotangent: Expr| {
        arrivals.entry(child).or_default().push((coefficient, cotangent));
    };
    let nonlinear = |what: &str| {
        Err(Error::Unsupported {
            what: format!("the transpose of {what}"),
        })
    };
    let one = Rational::one;
    match store.form(expr).clone() {
        Form::Number(_) | Form::Size(_) | Form::Var(_) => {}
        Form::Eye | Form::Ones | Form::Zero | Form::Select(_) | Form::Tril | Form::Commutation(..) => {}
        Form::Add(terms) => {
            for term in terms.iter().filter(|term| depends(term.expr)) {
                send(term.expr, term.coefficient.clone(), cotangent);
            }
        }
        Form::Scale(scalar, array) => match (depends(scalar), depends(array)) {
            (true, true) => return nonlinear("a product of two changes"),
            (true, _) => send(scalar, one(), store.dot(array, cotangent)?),
            (_, _) => send(array, one(), store.scale(scalar, cotangent)?),
        },
        Form::MatMul(factors) => {
            let at = match only_dependent(factors.iter().map(|f| depends(f.base))) {
                Some(at) if factors[at].power == 1 => at,
                _ => return nonlinear("a product of two changes"),
            };
            let child = transposed_around(store, &factors, at, cotangent)?;
            send(factors[at].base, one(), child);
        }
        Form::Product(factors) => {
            let at = match only_dependent(factors.iter().map(|f| depends(f.base) || depends(f.exponent))) {
                Some(at) if factors[at].exponent == Store::ONE => at,
                _ => return nonlinear("a product of two changes"),
            };
            let mut rest = factors.to_vec();
            let child = rest.remove(at).base;
            rest.push((cotangent, Store::ONE).into());
            send(child, one(), store.product(rest)?);
        }
        Form::Transpose(inner) => send(inner, one(), store.transpose(cotangent)?),
        Form::Trace(inner) => match store.shape(inner).square() {
            Some(n) => {
                let eye = store.eye(n)?;
                send(inner, one(), store.scale(cotangent, eye)?);
            }
            None => return nonlinear("a trace"),
        },
        Form::Sum(inner) => send(inner, one(), store.fill(cotangent, store.shape(inner))?),
        Form::Diag(inner) => send(inner, one(), store.diag_of(cotangent)?),
        Form::DiagOf(inner) => send(inner, one(), store.diag(cotangent)?),
        Form::Reshape(inner) => send(inner, one(), store.reshape(cotangent, store.shape(inner))?),
        Form::Kron(a, b) => match (depends(a), depends(b)) {
            (true, true) => return nonlinear("a Kronecker product of two changes"),
            (true, _) => send(a, one(), transposed_kron(store, a, b, cotangent, Side::Left)?),
            (_, _) => send(b, one(), transposed_kron(store, a, b, cotangent, Side::Right)?),
        },
        Form::Einsum(einsum) => {
            let at = only_dependent(einsum.operands.iter().map(|operand| depends(operand.expr)));
            let Some(at) = at else {
                return nonlinear("a product of two changes");
            };
            let child = transposed_einsum(store, &einsum, at, cotangent)?;
            send(einsum.operands[at].expr, one(), child);
        }
        Form::Call(function, args) => {
            let op = ops::op(function);
            // Of a choice both branches can change.
            if only_dependent(args.iter().map(|arg| depends(*arg))).is_none() && !function.chooses {
                return nonlinear(op.name);
            }
            for at in (0..args.len()).filter(|at| depends(args[*at])) {
                match transposed_call(store, op, &args, at, cotangent)? {
                    Some(child) => send(args[at], one(), child),
                    None => return nonlinear(op.name),
                }
            }
        }
    }
    Ok(())
}

/// For a function of entries that is linear in an argument, what the change of this argument is multiplied with:
/// `where(c, 1, 0)` for the second argument of `where(c, a, b)`.
pub(super) fn slope_of_call(store: &mut Store, op: &'static Op, args: &[Expr], at: usize) -> Result<Option<Expr>> {
    if !op.is_elementwise() {
        return Ok(None);
    }
    let ones = store.ones(store.shape(args[at]))?;
    transposed_call(store, op, args, at, ones)
}

/// The transpose of a function that is linear in one of its arguments, by the formula of its record.
fn transposed_call(
    store: &mut Store,
    op: &'static Op,
    args: &[Expr],
    at: usize,
    cotangent: Expr,
) -> Result<Option<Expr>> {
    let (alternative, mut environment) = ops::bind(store, op, args)?;
    let argument = &ops::signature::signatures(op)[alternative].params[at].name;
    let formula = op.transposes.iter().find(|(of, ..)| of == argument);
    let Some((_, formulas)) = formula else {
        return Ok(None);
    };
    let formula = formulas.get(alternative).or(formulas.first());
    let Some(formula) = formula.filter(|formula| !formula.is_empty()) else {
        return Ok(None);
    };
    environment.bind("dY", cotangent);
    let transposed = if op.is_elementwise() {
        ops::instantiate_elementwise(store, formula, &environment)?
    } else {
        ops::instantiate(store, formula, &environment)?
    };
    Ok(Some(transposed))
}

/// The position of the one that is true, if it is one.
fn only_dependent(flags: impl Iterator<Item = bool>) -> Option<usize> {
    let mut found = flags.enumerate().filter(|(_, depends)| *depends).map(|(at, _)| at);
    let first = found.next()?;
    found.next().is_none().then_some(first)
}

/// `dX -> P*dX*S` transposed is `C -> P'*C*S'`.
fn transposed_around(store: &mut Store, factors: &[MatrixPower], at: usize, cotangent: Expr) -> Result<Expr> {
    let mut list = Vec::with_capacity(factors.len());
    let reversed = |store: &mut Store, part: &[MatrixPower], list: &mut Vec<MatrixPower>| -> Result<()> {
        for factor in part.iter().rev() {
            list.push(MatrixPower {
                base: store.transpose(factor.base)?,
                power: factor.power,
            });
        }
        Ok(())
    };
    reversed(store, &factors[..at], &mut list)?;
    list.push(MatrixPower {
        base: cotangent,
        power: 1,
    });
    reversed(store, &factors[at + 1..], &mut list)?;
    store.matrix_product(list)
}

/// The other operands and the cotangent, over the labels of the operand. A label that the operand has twice is joined
/// with an identity; one that only the operand has stands for repetition.
fn transposed_einsum(store: &mut Store, einsum: &Einsum, at: usize, cotangent: Expr) -> Result<Expr> {
    let mut operands = einsum.operands.to_vec();
    let Operand { expr, labels } = operands.remove(at);
    if !einsum.output.is_empty() {
        operands.push(Operand::new(cotangent, &einsum.output));
    }
    let mut fresh = einsum.labels() as u8;
    let mut output: Vec<u8> = Vec::with_capacity(labels.len());
    for (label, dim) in labels.iter().zip(store.shape(expr).axes()) {
        let is_known = operands.iter().any(|operand| operand.labels.contains(label));
        if output.contains(label) {
            let eye = store.eye(dim)?;
            operands.push(Operand::new(eye, &[*label, fresh]));
            output.push(fresh);
            fresh += 1;
        } else {
            if !is_known {
                let ones = store.ones(Shape::Vector(dim))?;
                operands.push(Operand::new(ones, &[*label]));
            }
            output.push(*label);
        }
    }
    let array = store.einsum(operands, &output)?;
    if einsum.output.is_empty() {
        return store.scale(cotangent, array);
    }
    Ok(array)
}

/// Which factor of a Kronecker product changes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Left,
    Right,
}

/// The transpose of `dA -> kron(dA, B)` or `dB -> kron(A, dB)`.
///
/// Of vectors it is a product with the cotangent in matrix shape, since `kron(a, b) = vec(b*a')`. Of matrices the
/// cotangent is an array with the row and the column of B and of A as its axes, in column order.
fn transposed_kron(store: &mut Store, a: Expr, b: Expr, cotangent: Expr, side: Side) -> Result<Expr> {
    match (store.shape(a), store.shape(b)) {
        (Shape::Vector(m), Shape::Vector(n)) => {
            let matrix = store.reshape(cotangent, Shape::Matrix(n, m))?;
            match side {
                Side::Left => {
                    let transposed = store.transpose(matrix)?;
                    store.matmul(&[transposed, b])
                }
                Side::Right => store.matmul(&[matrix, a]),
            }
        }
        (Shape::Matrix(m, n), Shape::Matrix(p, q)) => {
            let blocks = Shape::from_axes(&[p, m, q, n]).ok_or_else(|| Error::Unsupported {
                what: "the transpose of kron".to_owned(),
            })?;
            let blocks = store.reshape(cotangent, blocks)?;
            let (fixed, labels, output) = match side {
                Side::Left => (b, [0, 2], [1, 3]),
                Side::Right => (a, [1, 3], [0, 2]),
            };
            store.einsum(
                vec![Operand::new(blocks, &[0, 1, 2, 3]), Operand::new(fixed, &labels)],
                &output,
            )
        }
        _ => Err(Error::Unsupported {
            what: "the transpose of kron".to_owned(),
        }),
    }
}
