//! The formulas of the operation records, as expressions.
//!
//! A record states its meaning and its differential as text in our own language. The text is parsed once; here its
//! tree is built over given expressions. As all shapes are known then, no inference is needed.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, OnceLock};

use gateaux_syntax::{BinaryOp, IndexItem, NodeId, NodeKind, Tree, parse_expression};

use super::apply::broadcast;
use super::{apply_binary, apply_call, apply_unary, find, find_call};
use crate::expr::{Dim, Error, Expr, Rational, Result, Shape, Store};

/// What the names of a formula stand for.
#[derive(Clone, Debug, Default)]
pub struct Environment {
    names: BTreeMap<String, Expr>,
    sizes: BTreeMap<String, Dim>,
}

impl Environment {
    /// A name for an expression.
    pub fn bind(&mut self, name: &str, expr: Expr) {
        self.names.insert(name.to_owned(), expr);
    }

    /// A name for a dimension.
    pub fn bind_size(&mut self, name: &str, dim: Dim) {
        self.sizes.insert(name.to_owned(), dim);
    }

    /// The dimension that a name stands for.
    pub fn size(&self, name: &str) -> Option<Dim> {
        self.sizes.get(name).copied()
    }

    /// What a name stands for.
    pub fn get(&self, name: &str) -> Option<Expr> {
        self.names.get(name).copied()
    }
}

/// How the operators of a formula are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// As the language has them: `*` is the matrix product.
    Matrices,
    /// As of scalars, for each entry by itself: `*` is the elementwise product, and scalars broadcast.
    Entries,
}

type Parsed = &'static (Tree, NodeId);

/// The tree of a formula of a record, parsed once.
pub(super) fn tree(text: &'static str) -> Result<Parsed> {
    static CACHE: OnceLock<Mutex<HashMap<&'static str, Parsed>>> = OnceLock::new();
    let mut cache = match CACHE.get_or_init(Mutex::default).lock() {
        Ok(cache) => cache,
        // A panic elsewhere leaves the map as it was.
        Err(poisoned) => poisoned.into_inner(),
    };
    if let Some(known) = cache.get(text) {
        return Ok(known);
    }
    let parsed = parse_expression(text).map_err(|_| Error::Unsupported {
        what: format!("the formula \"{text}\" of an operation record"),
    })?;
    // Leaked on purpose: one small tree for each formula of the static table.
    let parsed: Parsed = Box::leak(Box::new(parsed));
    cache.insert(text, parsed);
    Ok(parsed)
}

/// The formula over the expressions that its names stand for, with the operators of the language.
///
/// # Errors
/// Those of the constructors; [`Error::Unsupported`] for a name that stands for nothing.
pub fn instantiate(store: &mut Store, text: &'static str, environment: &Environment) -> Result<Expr> {
    instantiate_in(store, text, environment, Reading::Matrices)
}

/// The formula of scalars for each entry by itself.
///
/// # Errors
/// As [`instantiate`].
pub fn instantiate_elementwise(store: &mut Store, text: &'static str, environment: &Environment) -> Result<Expr> {
    instantiate_in(store, text, environment, Reading::Entries)
}

pub(super) fn instantiate_in(
    store: &mut Store,
    text: &'static str,
    environment: &Environment,
    reading: Reading,
) -> Result<Expr> {
    let (tree, root) = tree(text)?;
    let mut built: Vec<Option<Expr>> = Vec::with_capacity(root.0 as usize + 1);
    for (_, node) in tree.nodes().take(root.0 as usize + 1) {
        let expr = build(store, (tree, &node.kind), &built, environment, reading)?;
        built.push(Some(expr));
    }
    built.pop().flatten().ok_or_else(|| Error::Unsupported {
        what: format!("the formula \"{text}\""),
    })
}

/// A size that a formula names or counts.
fn size(store: &mut Store, tree: &Tree, node: NodeId, environment: &Environment) -> Option<Dim> {
    match &tree.node(node).kind {
        NodeKind::Name(name) => environment.size(name),
        NodeKind::Number(digits) => digits.parse().ok().map(|value| store.dims.constant(value)),
        _ => None,
    }
}

fn build(
    store: &mut Store,
    (tree, kind): (&Tree, &NodeKind),
    built: &[Option<Expr>],
    environment: &Environment,
    reading: Reading,
) -> Result<Expr> {
    let unsupported = |what: String| Error::Unsupported { what };
    let at = |id: NodeId| {
        built
            .get(id.0 as usize)
            .copied()
            .flatten()
            .ok_or_else(|| unsupported("a formula out of order".to_owned()))
    };
    match kind {
        NodeKind::Number(text) => {
            let value = Rational::parse(text, store.budget.bits)?;
            store.number(value)
        }
        NodeKind::Name(name) => {
            if let Some(expr) = environment.names.get(name) {
                return Ok(*expr);
            }
            if let Some(dim) = environment.sizes.get(name) {
                return store.size(*dim);
            }
            match find(name) {
                Some(op) => apply_call(store, op, &[]),
                None => Err(unsupported(format!("the name {name} in a formula"))),
            }
        }
        NodeKind::Unary(op, operand) => apply_unary(store, *op, at(*operand)?),
        NodeKind::Binary(op, _, lhs, rhs) => {
            let (lhs, rhs) = (at(*lhs)?, at(*rhs)?);
            match reading {
                Reading::Matrices => apply_binary(store, *op, lhs, rhs),
                Reading::Entries => entrywise(store, *op, lhs, rhs),
            }
        }
        NodeKind::Transpose(operand) => store.transpose(at(*operand)?),
        NodeKind::Call(name, args) if name.text == "ones" => {
            let axes: Vec<Dim> = args
                .iter()
                .map(|arg| size(store, tree, *arg, environment))
                .collect::<Option<_>>()
                .ok_or_else(|| unsupported("a size in a formula".to_owned()))?;
            let shape = Shape::from_axes(&axes).ok_or_else(|| unsupported("this shape in a formula".to_owned()))?;
            store.ones(shape)
        }
        NodeKind::Call(name, args) => {
            let args: Vec<Expr> = args.iter().map(|arg| at(*arg)).collect::<Result<_>>()?;
            match find_call(&name.text, args.len()) {
                Some(op) => apply_call(store, op, &args),
                None => Err(unsupported(format!("the function {} in a formula", name.text))),
            }
        }
        NodeKind::Array(rows) => {
            let row = |row: &Vec<NodeId>| row.iter().map(|block| at(*block)).collect::<Result<Vec<Expr>>>();
            let rows = rows.iter().map(row).collect::<Result<Vec<_>>>()?;
            store.blocks(&rows)
        }
        NodeKind::Index(base, items) => match (store.shape(at(*base)?), items.as_slice()) {
            (Shape::Vector(n), [IndexItem::At(position)]) => {
                let position = size(store, tree, *position, environment);
                let position = position.ok_or_else(|| unsupported("a position in a formula".to_owned()))?;
                let unit = store.select(n, position, None)?;
                let row = store.transpose(unit)?;
                store.matmul(&[row, at(*base)?])
            }
            _ => Err(unsupported("this index in a formula".to_owned())),
        },
        NodeKind::ConjugateTranspose(_) | NodeKind::Text(_) | NodeKind::Missing => {
            Err(unsupported("this notation in a formula".to_owned()))
        }
    }
}

/// An operator of a formula of scalars, for each entry by itself.
fn entrywise(store: &mut Store, op: BinaryOp, lhs: Expr, rhs: Expr) -> Result<Expr> {
    // A scalar exponent stays one: `x.^2`, not `x.^(2*ones(n))`.
    if op == BinaryOp::Pow {
        return store.pow(lhs, rhs);
    }
    let (lhs, rhs) = broadcast(store, lhs, rhs)?;
    match op {
        BinaryOp::Mul => store.hadamard(lhs, rhs),
        BinaryOp::Div => store.divide(lhs, rhs),
        _ => apply_binary(store, op, lhs, rhs),
    }
}

/// The expression as an array of the shape: a scalar fills it.
pub(super) fn of_shape(store: &mut Store, expr: Expr, shape: Shape) -> Result<Expr> {
    if store.shape(expr).is_scalar() && !shape.is_scalar() {
        store.fill(expr, shape)
    } else {
        Ok(expr)
    }
}
