//! Replacing subexpressions: everything above them is made anew, and so normalized again.

use rustc_hash::FxHashMap;

use super::{apply_call, op};
use crate::expr::{ElementPower, Expr, Form, MatrixPower, Operand, Result, Shape, Store};

/// The expression with each `from` replaced by its `to`, of the same shape.
///
/// # Errors
/// Those of the constructors.
///
/// # Cost
/// Linear in the number of distinct subexpressions.
pub fn substitute(store: &mut Store, root: Expr, replacements: &[(Expr, Expr)]) -> Result<Expr> {
    let order = store.post_order(&[root]);
    let mut image = FxHashMap::default();
    for expr in order {
        let new = match replacements.iter().find(|(from, _)| *from == expr) {
            Some((_, to)) => *to,
            None => {
                let children = store.children(expr);
                let mapped: Vec<Expr> = children.iter().map(|child| image[child]).collect();
                if mapped == children {
                    expr
                } else {
                    rebuild(store, expr, &mapped)?
                }
            }
        };
        image.insert(expr, new);
    }
    Ok(image[&root])
}

/// The same form over other children, given in the order of [`Store::children`].
pub fn rebuild(store: &mut Store, expr: Expr, children: &[Expr]) -> Result<Expr> {
    let shape = store.shape(expr);
    match store.form(expr).clone() {
        Form::Number(_) | Form::Size(_) | Form::Var(_) => Ok(expr),
        Form::Eye | Form::Ones | Form::Zero | Form::Select(_) | Form::Tril | Form::Commutation(..) => Ok(expr),
        Form::Add(terms) => {
            let terms: Vec<_> = terms
                .iter()
                .zip(children)
                .map(|(term, child)| (term.coefficient.clone(), *child))
                .collect();
            store.sum(&terms)
        }
        Form::Scale(..) => store.scale(children[0], children[1]),
        Form::MatMul(factors) => {
            let factors = factors
                .iter()
                .zip(children)
                .map(|(f, base)| MatrixPower {
                    base: *base,
                    power: f.power,
                })
                .collect();
            store.matrix_product(factors)
        }
        Form::Transpose(_) => store.transpose(children[0]),
        Form::Product(_) => {
            let factors = children
                .chunks(2)
                .map(|pair| ElementPower {
                    base: pair[0],
                    exponent: pair[1],
                })
                .collect();
            store.product(factors)
        }
        Form::Trace(_) => store.trace(children[0]),
        Form::Sum(_) => store.sum_all(children[0]),
        Form::Diag(_) => store.diag(children[0]),
        Form::DiagOf(_) => store.diag_of(children[0]),
        Form::Reshape(_) => match shape {
            Shape::Vector(_) if !matches!(store.shape(children[0]), Shape::Vector(_)) => store.vec_all(children[0]),
            _ => store.reshape(children[0], shape),
        },
        Form::Kron(..) => store.kron(children[0], children[1]),
        Form::Einsum(einsum) => {
            let operands = einsum
                .operands
                .iter()
                .zip(children)
                .map(|(operand, child)| Operand::new(*child, &operand.labels))
                .collect();
            store.einsum(operands, &einsum.output)
        }
        Form::Call(function, _) => apply_call(store, op(function), children),
    }
}
