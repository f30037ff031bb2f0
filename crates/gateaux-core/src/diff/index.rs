//! The explicit form with any number of axes: a linear map opened into index terms.
//!
//! From the whole down to the hole each linear form passes the labels of its axes on to the part with the hole, and
//! its other parts become operands. Where the hole is reached, identities join its labels with those of the input, so
//! that `A*dX*B` becomes `einsum("ik,lj->ijkl", A, B)`. Stacked axes (`vec`, `kron`) are groups of labels, split in
//! the operands that have them and merged again in the result.

use std::collections::BTreeMap;

use super::{LinearMap, adjoint};
use crate::expr::{Dim, Dims, Error, Expr, Form, MatrixPower, Operand, Rational, Result, Shape, Store};
use crate::ops;

/// A map with more terms than this has no explicit form that anybody would read.
const MAX_TERMS: usize = 256;
/// Labels are small numbers, and the last of them are kept for the groups of the input.
const MAX_FRESH: u8 = 200;

/// A path from the whole to a part with the hole.
#[derive(Clone)]
struct Path {
    coefficient: Rational,
    at: Expr,
    labels: Vec<u8>,
    operands: Vec<Operand>,
    /// Labels that stand for several axes, in column order.
    groups: BTreeMap<u8, Vec<u8>>,
}

struct Opening {
    hole: Expr,
    depends: Vec<bool>,
    sizes: BTreeMap<u8, Dim>,
    output: Vec<u8>,
}

/// The array with the axes of the body, then those of the hole; a row counts as a vector.
///
/// # Errors
/// [`Error::Unsupported`] where the map has too many terms or is not linear.
pub(super) fn explicit(store: &mut Store, map: LinearMap) -> Result<Expr> {
    let body = column(store, map.body)?;
    let mut opening = Opening {
        hole: map.hole,
        depends: store.dependents(&[body], map.hole),
        sizes: BTreeMap::new(),
        output: Vec::new(),
    };
    let mut labels = Vec::new();
    for dim in store.shape(body).axes() {
        labels.push(opening.fresh(dim)?);
    }
    opening.output.clone_from(&labels);
    let shape = [store.shape(body).axes(), column_axes(store, map.hole)].concat();
    let shape = Shape::from_axes(&shape).ok_or_else(unsupported)?;
    let mut paths = vec![Path {
        coefficient: Rational::one(),
        at: body,
        labels,
        operands: Vec::new(),
        groups: BTreeMap::new(),
    }];
    let mut terms = Vec::new();
    let mut steps = 0;
    while let Some(path) = paths.pop() {
        steps += 1;
        if terms.len() > MAX_TERMS || steps > 64 * MAX_TERMS {
            return Err(unsupported());
        }
        if !opening.depends(store, path.at) {
            continue;
        }
        if path.at == map.hole {
            terms.push((path.coefficient.clone(), opening.close(store, path, shape)?));
        } else {
            opening.open(store, path, &mut paths)?;
        }
    }
    match terms.is_empty() {
        true => store.zeros(shape),
        false => {
            terms.reverse();
            store.sum(&terms)
        }
    }
}

/// A row as the vector of its entries.
fn column(store: &mut Store, expr: Expr) -> Result<Expr> {
    match store.shape(expr) {
        Shape::Row(_) => store.transpose(expr),
        _ => Ok(expr),
    }
}

fn column_axes(store: &Store, expr: Expr) -> Vec<Dim> {
    match store.shape(expr) {
        Shape::Row(n) => vec![n],
        shape => shape.axes(),
    }
}

impl Opening {
    fn fresh(&mut self, dim: Dim) -> Result<u8> {
        let label = self.sizes.len() as u8;
        if label >= MAX_FRESH {
            return Err(unsupported());
        }
        self.sizes.insert(label, dim);
        Ok(label)
    }

    fn fresh_all(&mut self, dims: &[Dim]) -> Result<Vec<u8>> {
        dims.iter().map(|dim| self.fresh(*dim)).collect()
    }

    fn depends(&mut self, store: &Store, expr: Expr) -> bool {
        // Transposing makes new expressions on the way.
        if expr.index() >= self.depends.len() {
            self.depends = store.dependents(&[expr], self.hole);
        }
        self.depends[expr.index()] || store.dependents(&[expr], self.hole)[expr.index()]
    }

    /// One step from the part towards the hole.
    fn open(&mut self, store: &mut Store, path: Path, paths: &mut Vec<Path>) -> Result<()> {
        let Path { at, ref labels, .. } = path;
        let step = |at: Expr, labels: Vec<u8>, operands: Vec<Operand>| Path {
            at,
            labels,
            operands: [path.operands.as_slice(), operands.as_slice()].concat(),
            ..path.clone()
        };
        match store.form(at).clone() {
            Form::Add(terms) => {
                for term in terms.iter() {
                    let mut next = step(term.expr, labels.clone(), vec![]);
                    next.coefficient = &path.coefficient * &term.coefficient;
                    paths.push(next);
                }
            }
            Form::Scale(scalar, array) => {
                if self.depends(store, scalar) {
                    paths.push(step(scalar, vec![], vec![Operand::new(array, labels)]));
                } else {
                    paths.push(step(array, labels.clone(), vec![Operand::new(scalar, &[])]));
                }
            }
            Form::Transpose(inner) => {
                let labels = labels.iter().rev().copied().collect();
                paths.push(step(inner, labels, vec![]));
            }
            Form::MatMul(factors) => {
                let (inner, own, operands) = self.open_product(store, &factors, labels)?;
                paths.push(step(inner, own, operands));
            }
            Form::Product(factors) => {
                let mut rest = factors.to_vec();
                let at = rest
                    .iter()
                    .position(|f| self.depends(store, f.base))
                    .ok_or_else(unsupported)?;
                let inner = rest.remove(at).base;
                let rest = store.product(rest)?;
                paths.push(step(inner, labels.clone(), vec![Operand::new(rest, labels)]));
            }
            Form::Trace(inner) => {
                let n = store.shape(inner).square().ok_or_else(unsupported)?;
                let label = self.fresh(n)?;
                paths.push(step(inner, vec![label, label], vec![]));
            }
            Form::Sum(inner) => {
                let inner = column(store, inner)?;
                let labels = self.fresh_all(&store.shape(inner).axes())?;
                paths.push(step(inner, labels, vec![]));
            }
            Form::Diag(vector) => {
                let n = store.shape(at).square().ok_or_else(unsupported)?;
                let eye = store.eye(n)?;
                paths.push(step(vector, vec![labels[0]], vec![Operand::new(eye, labels)]));
            }
            Form::DiagOf(matrix) => paths.push(step(matrix, vec![labels[0]; 2], vec![])),
            Form::Reshape(inner) => {
                let inner = column(store, inner)?;
                let mut next = step(inner, vec![], vec![]);
                self.open_reshape(store, at, &mut next, labels)?;
                paths.push(next);
            }
            Form::Kron(a, b) => {
                let mut next = step(at, vec![], vec![]);
                self.open_kron(store, (a, b), &mut next, labels)?;
                paths.push(next);
            }
            Form::Einsum(einsum) => {
                let mut names: BTreeMap<u8, u8> = einsum.output.iter().copied().zip(labels.iter().copied()).collect();
                let mut operands = Vec::with_capacity(einsum.operands.len());
                let mut inner = None;
                for operand in einsum.operands.iter() {
                    let mut own = Vec::with_capacity(operand.labels.len());
                    for (label, dim) in operand.labels.iter().zip(store.shape(operand.expr).axes()) {
                        let name = match names.get(label) {
                            Some(name) => *name,
                            None => self.fresh(dim)?,
                        };
                        names.insert(*label, name);
                        own.push(name);
                    }
                    if inner.is_none() && self.depends(store, operand.expr) {
                        inner = Some((operand.expr, own));
                    } else {
                        operands.push(Operand::new(operand.expr, &own));
                    }
                }
                let (inner, own) = inner.ok_or_else(unsupported)?;
                paths.push(step(inner, own, operands));
            }
            Form::Number(_)
            | Form::Size(_)
            | Form::Var(_)
            | Form::Eye
            | Form::Ones
            | Form::Zero
            | Form::Select(_)
            | Form::Tril
            | Form::Commutation(..) => return Err(unsupported()),
            Form::Call(function, args) => {
                let op = ops::op(function);
                if !op.is_elementwise() {
                    let meaning = ops::linear_meaning(store, op, &args)?.ok_or_else(unsupported)?;
                    paths.push(step(meaning, labels.clone(), vec![]));
                    return Ok(());
                }
                for (place, arg) in args.iter().enumerate() {
                    if self.depends(store, *arg) {
                        let slope = adjoint::slope_of_call(store, op, &args, place)?.ok_or_else(unsupported)?;
                        paths.push(step(*arg, labels.clone(), vec![Operand::new(slope, labels)]));
                    }
                }
            }
        }
        Ok(())
    }

    /// The factor with the hole, its labels, and the other factors as operands.
    fn open_product(
        &mut self,
        store: &mut Store,
        factors: &[MatrixPower],
        labels: &[u8],
    ) -> Result<(Expr, Vec<u8>, Vec<Operand>)> {
        let mut inner = None;
        let mut operands = Vec::with_capacity(factors.len());
        let mut left = labels.first().copied();
        for (at, factor) in factors.iter().enumerate() {
            let whole = match factor.power {
                1 => factor.base,
                power => store.matrix_power(factor.base, power)?,
            };
            let is_last = at + 1 == factors.len();
            let (expr, own) = match store.shape(whole) {
                Shape::Vector(_) => (whole, vec![left.ok_or_else(unsupported)?]),
                Shape::Row(n) => {
                    left = match is_last {
                        true => labels.last().copied(),
                        false => Some(self.fresh(n)?),
                    };
                    (store.transpose(whole)?, vec![left.ok_or_else(unsupported)?])
                }
                Shape::Matrix(_, n) => {
                    let first = left.ok_or_else(unsupported)?;
                    let is_whole_matrix = labels.len() == 2 || labels.is_empty();
                    let right = match is_last && is_whole_matrix {
                        true => *labels.last().ok_or_else(unsupported)?,
                        // The last matrix of a row.
                        false if is_last => labels[0],
                        false => self.fresh(n)?,
                    };
                    left = Some(right);
                    (whole, vec![first, right])
                }
                Shape::Scalar | Shape::Tensor(_) => return Err(unsupported()),
            };
            if inner.is_none() && factor.power == 1 && self.depends(store, expr) {
                inner = Some((expr, own));
            } else {
                operands.push(Operand::new(expr, &own));
            }
        }
        let (inner, own) = inner.ok_or_else(unsupported)?;
        Ok((inner, own, operands))
    }

    /// The labels of what is reshaped.
    fn open_reshape(&mut self, store: &mut Store, whole: Expr, path: &mut Path, labels: &[u8]) -> Result<()> {
        let inside = store.shape(path.at).axes();
        let outside: Vec<u8> = labels.iter().flat_map(|label| parts(&path.groups, *label)).collect();
        let sizes: Vec<Dim> = outside.iter().map(|label| self.sizes[label]).collect();
        if sizes == inside {
            path.labels = outside;
        } else if let [dim] = *inside.as_slice() {
            let stacked = self.fresh(dim)?;
            path.groups.insert(stacked, outside);
            path.labels = vec![stacked];
        } else if let [label] = *labels
            && !path.groups.contains_key(&label)
        {
            path.labels = self.fresh_all(&inside)?;
            path.groups.insert(label, path.labels.clone());
        } else {
            // Neither is the other stacked: an identity between the two, reshaped on both sides.
            let entries = store.shape(whole);
            let Some(n) = store.entries(entries) else {
                return Err(unsupported());
            };
            path.labels = self.fresh_all(&inside)?;
            let eye = store.eye(n)?;
            let both = [store.shape(whole).axes(), inside].concat();
            let between = store.reshape(eye, Shape::from_axes(&both).ok_or_else(unsupported)?)?;
            path.operands
                .push(Operand::new(between, &[labels, &path.labels].concat()));
        }
        Ok(())
    }

    /// `kron(A, B)` has the entry `A[i,j]*B[p,q]` in row (p, i) and column (q, j), the first label running fastest.
    fn open_kron(&mut self, store: &mut Store, (a, b): (Expr, Expr), path: &mut Path, labels: &[u8]) -> Result<()> {
        let (outer, inner) = (store.shape(a).axes(), store.shape(b).axes());
        let (mut of_a, mut of_b) = (Vec::new(), Vec::new());
        for ((label, m), p) in labels.iter().zip(outer).zip(inner) {
            let known = parts(&path.groups, *label);
            if let [whole] = *known.as_slice() {
                let split = self.fresh_all(&[p, m])?;
                of_b.push(split[0]);
                of_a.push(split[1]);
                path.groups.insert(whole, split);
            } else if let Some(at) = self.seam(store, &known, p) {
                of_b.push(self.group(path, &known[..at], p)?);
                of_a.push(self.group(path, &known[at..], m)?);
            } else {
                // The labels lie across the two: an identity between them and those of the two.
                let n = store.dims.mul(p, m).ok_or_else(unsupported)?;
                let (eye, split) = (store.eye(n)?, self.fresh_all(&[p, m])?);
                let axes: Vec<Dim> = known.iter().map(|label| self.sizes[label]).chain([p, m]).collect();
                let between = store.reshape(eye, Shape::from_axes(&axes).ok_or_else(unsupported)?)?;
                let both = [known.as_slice(), split.as_slice()].concat();
                path.operands.push(Operand::new(between, &both));
                of_b.push(split[0]);
                of_a.push(split[1]);
            }
        }
        if self.depends(store, a) {
            path.operands.push(Operand::new(b, &of_b));
            (path.at, path.labels) = (a, of_a);
        } else {
            path.operands.push(Operand::new(a, &of_a));
            (path.at, path.labels) = (b, of_b);
        }
        Ok(())
    }

    /// How many of the labels have so many entries together.
    fn seam(&self, store: &mut Store, labels: &[u8], entries: Dim) -> Option<usize> {
        let mut product = Dims::ONE;
        for (at, label) in labels.iter().enumerate() {
            if product == entries {
                return Some(at);
            }
            product = store.dims.mul(product, self.sizes[label])?;
        }
        (product == entries).then_some(labels.len())
    }

    /// One label that stands for several.
    fn group(&mut self, path: &mut Path, labels: &[u8], entries: Dim) -> Result<u8> {
        if let [only] = *labels {
            return Ok(only);
        }
        let stacked = self.fresh(entries)?;
        path.groups.insert(stacked, labels.to_vec());
        Ok(stacked)
    }

    /// The term of a path that has reached the hole.
    fn close(&mut self, store: &mut Store, path: Path, shape: Shape) -> Result<Expr> {
        let Path {
            labels,
            operands,
            groups,
            ..
        } = path;
        let mut split = Vec::with_capacity(operands.len());
        for operand in operands {
            let own: Vec<u8> = operand.labels.iter().flat_map(|label| parts(&groups, *label)).collect();
            if own == *operand.labels {
                split.push(operand);
                continue;
            }
            let axes: Vec<Dim> = own.iter().map(|label| self.sizes[label]).collect();
            let axes = Shape::from_axes(&axes).ok_or_else(unsupported)?;
            split.push(Operand::new(store.reshape(operand.expr, axes)?, &own));
        }
        let mut output: Vec<u8> = self.output.iter().flat_map(|label| parts(&groups, *label)).collect();
        let known = self.sizes.len();
        for label in output.clone() {
            // A label of the output that nothing else has: the value does not depend on it.
            let dim = self.sizes[&label];
            let is_held = split.iter().any(|operand| operand.labels.contains(&label));
            if !is_held && !labels.iter().any(|l| parts(&groups, *l).contains(&label)) {
                let ones = store.ones(Shape::Vector(dim))?;
                split.push(Operand::new(ones, &[label]));
            }
        }
        for label in labels.iter().flat_map(|label| parts(&groups, *label)) {
            let dim = self.sizes[&label];
            let input = self.fresh(dim)?;
            let eye = store.eye(dim)?;
            split.push(Operand::new(eye, &[label, input]));
            output.push(input);
        }
        let array = store.einsum(split, &output)?;
        // Labels of the input belong to this term alone.
        while self.sizes.len() > known {
            self.sizes.pop_last();
        }
        store.reshape(array, shape)
    }
}

/// The labels that a label stands for. Groups are made from the outside in, so this ends.
fn parts(groups: &BTreeMap<u8, Vec<u8>>, label: u8) -> Vec<u8> {
    let mut todo = vec![label];
    let mut found = Vec::new();
    while let Some(next) = todo.pop() {
        match groups.get(&next) {
            Some(group) => todo.extend(group.iter().rev()),
            None => found.push(next),
        }
    }
    found
}

fn unsupported() -> Error {
    Error::Unsupported {
        what: "an explicit form of this map".to_owned(),
    }
}
