//! The rules of the operation records: `left => right`, applied where a function is called.

use gateaux_syntax::{BinaryOp, NodeId, NodeKind, Tree};

use super::formula::{self, Environment, Reading};
use super::{Op, find};
use crate::expr::{Expr, Form, Rational, Result, Shape, Store, Term};

/// The right side of the first rule of the function whose left side matches.
pub(super) fn apply(store: &mut Store, op: &'static Op, args: &[Expr], shape: Shape) -> Result<Option<Expr>> {
    for rule in op.rules {
        let (tree, root) = formula::tree(rule.left)?;
        let NodeKind::Call(_, patterns) = &tree.node(*root).kind else {
            continue;
        };
        let mut found = Environment::default();
        if patterns.len() == args.len()
            && patterns
                .iter()
                .zip(args)
                .all(|(p, arg)| matches(store, tree, *p, *arg, &mut found))
        {
            let reading = if op.is_elementwise() {
                Reading::Entries
            } else {
                Reading::Matrices
            };
            if let (NodeKind::Name(name), Shape::Matrix(n, _)) = (right_side(rule.right)?, shape)
                && name == "eye"
            {
                return store.eye(n).map(Some);
            }
            let right = formula::instantiate_in(store, rule.right, &found, reading)?;
            return formula::of_shape(store, right, shape).map(Some);
        }
    }
    Ok(None)
}

fn right_side(text: &'static str) -> Result<&'static NodeKind> {
    let (tree, root) = formula::tree(text)?;
    Ok(&tree.node(*root).kind)
}

/// Whether the expression has the form of the pattern. Patterns are the few lines of our own table, so the recursion
/// is as shallow as they are.
fn matches(store: &Store, tree: &Tree, pattern: NodeId, expr: Expr, found: &mut Environment) -> bool {
    match &tree.node(pattern).kind {
        NodeKind::Name(name) if name == "eye" => matches!(store.form(expr), Form::Eye),
        NodeKind::Name(name) => match found.get(name) {
            Some(known) => known == expr,
            None => {
                found.bind(name, expr);
                true
            }
        },
        NodeKind::Number(text) => {
            let Ok(value) = Rational::parse(text, 64) else {
                return false;
            };
            let zero = value.is_zero() && store.is_zero(expr);
            zero || store
                .fill_value(expr)
                .is_some_and(|(entry, rest)| rest == Store::ONE && entry == value)
        }
        NodeKind::Transpose(inner) => match store.form(expr) {
            Form::Transpose(operand) => matches(store, tree, *inner, *operand, found),
            _ => false,
        },
        NodeKind::Call(name, patterns) => match (name.text.as_str(), store.form(expr), patterns.as_slice()) {
            ("inv", Form::MatMul(factors), [p]) => {
                matches!(**factors, [only] if only.power == -1 && matches(store, tree, *p, only.base, found))
            }
            ("diag", Form::Diag(inner), [p]) | ("sum", Form::Sum(inner), [p]) => {
                matches(store, tree, *p, *inner, found)
            }
            (name, Form::Call(function, args), patterns) => {
                find(name).is_some_and(|op| op.function() == *function)
                    && patterns.len() == args.len()
                    && patterns
                        .iter()
                        .zip(args)
                        .all(|(p, arg)| matches(store, tree, *p, *arg, found))
            }
            _ => false,
        },
        NodeKind::Binary(BinaryOp::Add, _, lhs, rhs) => match store.form(expr) {
            Form::Add(terms) => match &**terms {
                [a, b] => {
                    matches_terms(store, tree, [*lhs, *rhs], [a, b], found)
                        || matches_terms(store, tree, [*lhs, *rhs], [b, a], found)
                }
                _ => false,
            },
            _ => false,
        },
        // The only quotient in a pattern is a reciprocal.
        NodeKind::Binary(BinaryOp::Div, _, _, below) => match store.form(expr) {
            Form::Product(factors) => match **factors {
                [only] if store.as_number(only.exponent) == Some(&Rational::from(-1)) => {
                    matches(store, tree, *below, only.base, found)
                }
                _ => false,
            },
            _ => false,
        },
        _ => false,
    }
}

/// Two terms against two patterns; a number stands for a constant term.
fn matches_terms(
    store: &Store,
    tree: &Tree,
    patterns: [NodeId; 2],
    terms: [&Term; 2],
    found: &mut Environment,
) -> bool {
    let mut attempt = found.clone();
    let all = patterns
        .into_iter()
        .zip(terms)
        .all(|(pattern, term)| match &tree.node(pattern).kind {
            NodeKind::Number(text) => {
                let constant = term.expr == Store::ONE || matches!(store.form(term.expr), Form::Ones);
                constant && Rational::parse(text, 64).is_ok_and(|value| value == term.coefficient)
            }
            _ => term.coefficient.is_one() && matches(store, tree, pattern, term.expr, &mut attempt),
        });
    if all {
        *found = attempt;
    }
    all
}
