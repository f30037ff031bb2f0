//! Index notation: sums of products of entries over labels.
//!
//! `einsum("ijk,j->ik", T, x)` has a letter for each axis of each operand; letters that are not behind the arrow are
//! summed over. What can be written as a matrix expression becomes one, so that `einsum("ij,jk->ik", A, B)` and `A*B`
//! are the same expression; what remains is flat: no operand is an index expression itself, identities have renamed
//! the labels that they join, and operands stand in the order in which they were made.

use std::collections::{BTreeMap, BTreeSet};

use super::facts::Facts;
use super::rational::Rational;
use super::shape::Shape;
use super::store::{Expr, Form, Operand, Store};
use super::{Dim, Error, MAX_AXES, Result};

/// An index expression has no more labels than the language has letters for them.
pub const MAX_LABELS: usize = 52;
/// Operands that occur more than once are tried in at most this many orders, to find the least spelling.
const MAX_ORDERS: usize = 120;

/// An index expression while it is being normalized.
struct Contraction {
    coefficient: Rational,
    scalars: Vec<Expr>,
    operands: Vec<Operand>,
    output: Vec<u8>,
    dims: BTreeMap<u8, Dim>,
    /// Pairs of labels that an identity joins.
    joined: Vec<(u8, u8)>,
}

impl Contraction {
    fn fresh(&mut self, dim: Dim) -> Result<u8> {
        let label = self.dims.last_key_value().map_or(0, |(last, _)| last + 1);
        if usize::from(label) >= 4 * MAX_LABELS {
            return Err(too_many());
        }
        self.dims.insert(label, dim);
        Ok(label)
    }

    /// How many operands have the label.
    fn uses(&self, label: u8) -> usize {
        self.operands.iter().filter(|o| o.labels.contains(&label)).count()
    }

    fn is_summed(&self, label: u8) -> bool {
        !self.output.contains(&label)
    }
}

impl Store {
    /// The array with the axes `output`: the products of the entries of the operands, summed over all other labels.
    /// A label of the output that no operand has is an error; labels may repeat within an operand.
    ///
    /// # Shapes
    /// One label for each axis of an operand; a row has two axes. No axis is a scalar, one a vector, two a matrix.
    ///
    /// # Errors
    /// [`Error::IllShaped`] where labels and axes do not fit, [`Error::Limit`] for more than [`MAX_LABELS`] labels.
    pub fn einsum(&mut self, operands: Vec<Operand>, output: &[u8]) -> Result<Expr> {
        let mut work = Contraction {
            coefficient: Rational::one(),
            scalars: Vec::new(),
            operands: Vec::new(),
            output: output.to_vec(),
            dims: BTreeMap::new(),
            joined: Vec::new(),
        };
        for operand in &operands {
            self.note_sizes(operand, &mut work)?;
        }
        let sizes: Option<Vec<Dim>> = output.iter().map(|label| work.dims.get(label).copied()).collect();
        let Some(shape) = sizes.and_then(|sizes| Shape::from_axes(&sizes)) else {
            return self.ill_shaped("an einsum", &[]);
        };
        if operands.iter().any(|operand| self.is_zero(operand.expr)) {
            return self.zeros(shape);
        }
        let mut queue = operands;
        queue.reverse();
        while let Some(operand) = queue.pop() {
            self.place_operand(operand, &mut work, &mut queue)?;
        }
        self.join_labels(&mut work)?;
        while self.contract_once(&mut work)? {}
        let array = self.finish_einsum(&mut work, shape)?;
        let array = match work.scalars.as_slice() {
            [] => array,
            scalars => {
                let scalar = self.multiply(scalars)?;
                self.scale(scalar, array)?
            }
        };
        self.times(&work.coefficient, array)
    }

    fn note_sizes(&mut self, operand: &Operand, work: &mut Contraction) -> Result<()> {
        let axes = self.shape(operand.expr).axes();
        let fits = axes.len() == operand.labels.len()
            && operand
                .labels
                .iter()
                .zip(axes)
                .all(|(label, dim)| *work.dims.entry(*label).or_insert(dim) == dim);
        if fits {
            Ok(())
        } else {
            self.ill_shaped("an einsum", &[operand.expr])
        }
    }

    /// Takes an operand apart, or keeps it.
    fn place_operand(&mut self, operand: Operand, work: &mut Contraction, queue: &mut Vec<Operand>) -> Result<()> {
        let Operand { expr, labels } = operand;
        let shape = self.shape(expr);
        if shape.is_scalar() {
            work.scalars.push(expr);
            return Ok(());
        }
        let (coefficient, rest) = self.split_content(expr)?;
        if !coefficient.is_one() {
            work.coefficient = self.bounded(&work.coefficient * &coefficient)?;
            queue.push(Operand { expr: rest, labels });
            return Ok(());
        }
        if let Shape::Row(_) = shape {
            // The axis of length 1 is one of ones.
            queue.push(Operand::new(self.transpose(expr)?, &labels[1..]));
            return Ok(());
        }
        match self.form(expr).clone() {
            Form::Scale(scalar, array) => {
                work.scalars.push(scalar);
                queue.push(Operand { expr: array, labels });
            }
            // The transpose of a row, such as a sum of rows, is a vector.
            Form::Transpose(inner) if labels.len() == 2 => queue.push(Operand::new(inner, &[labels[1], labels[0]])),
            // Labels without an operand count their size, or are ones.
            Form::Ones => {}
            Form::Eye => work.joined.push((labels[0], labels[1])),
            Form::Diag(vector) => {
                work.joined.push((labels[0], labels[1]));
                queue.push(Operand::new(vector, &labels[..1]));
            }
            Form::MatMul(factors) if self.seam(&factors).is_some() => {
                let at = self.seam(&factors).unwrap_or_default();
                let column = self.matrix_product(factors[..at].to_vec())?;
                let row = self.matrix_product(factors[at..].to_vec())?;
                let row = self.transpose(row)?;
                queue.push(Operand::new(row, &labels[1..]));
                queue.push(Operand::new(column, &labels[..1]));
            }
            Form::Einsum(inner) if work.dims.len() + inner.labels() <= MAX_LABELS => {
                let mut renamed: BTreeMap<u8, u8> = inner.output.iter().copied().zip(labels.iter().copied()).collect();
                for part in inner.operands.iter().rev() {
                    let axes = self.shape(part.expr).axes();
                    let mut own = Vec::with_capacity(axes.len());
                    for (label, dim) in part.labels.iter().zip(axes) {
                        let name = match renamed.get(label) {
                            Some(name) => *name,
                            None => work.fresh(dim)?,
                        };
                        renamed.insert(*label, name);
                        own.push(name);
                    }
                    queue.push(Operand::new(part.expr, &own));
                }
            }
            _ => {
                // Of a matrix and its transpose the shorter one.
                if let Shape::Matrix(..) = shape {
                    let flipped = self.transpose(expr)?;
                    if self.weight(flipped) < self.weight(expr) && self.split_coefficient(flipped).0.is_one() {
                        work.operands.push(Operand::new(flipped, &[labels[1], labels[0]]));
                        return Ok(());
                    }
                }
                work.operands.push(Operand { expr, labels });
            }
        }
        Ok(())
    }

    /// Where a row follows a column.
    fn seam(&self, factors: &[super::MatrixPower]) -> Option<usize> {
        let at = factors.iter().position(|f| matches!(self.shape(f.base), Shape::Row(_)));
        at.filter(|at| *at > 0)
    }

    /// Gives joined labels one name; two labels of the output that are joined keep an identity between them.
    fn join_labels(&mut self, work: &mut Contraction) -> Result<()> {
        let mut class: BTreeMap<u8, u8> = work.dims.keys().map(|label| (*label, *label)).collect();
        for (a, b) in &work.joined {
            let (a, b) = (class[a], class[b]);
            let (from, to) = (a.max(b), a.min(b));
            class
                .values_mut()
                .filter(|name| **name == from)
                .for_each(|name| *name = to);
        }
        // A label of the output names its class: the first one.
        let mut names: BTreeMap<u8, u8> = BTreeMap::new();
        let mut identities = Vec::new();
        for label in &work.output {
            match names.get(&class[label]) {
                None => {
                    names.insert(class[label], *label);
                }
                Some(first) => identities.push((*first, *label)),
            }
        }
        let name = |label: &u8| *names.get(&class[label]).unwrap_or(&class[label]);
        for operand in &mut work.operands {
            operand.labels = operand.labels.iter().map(name).collect();
        }
        let mut counted: BTreeSet<u8> = work.dims.keys().map(name).collect();
        for operand in &work.operands {
            operand.labels.iter().for_each(|label| {
                counted.remove(label);
            });
        }
        for (first, second) in identities {
            counted.remove(&first);
            let eye = self.eye(work.dims[&first])?;
            work.operands.push(Operand::new(eye, &[first, second]));
        }
        for label in counted {
            let dim = work.dims[&label];
            if work.is_summed(label) {
                work.scalars.push(self.size(dim)?);
            } else {
                let ones = self.ones(Shape::Vector(dim))?;
                work.operands.push(Operand::new(ones, &[label]));
            }
        }
        work.joined.clear();
        let used: BTreeSet<u8> = work.operands.iter().flat_map(|o| o.labels.to_vec()).collect();
        work.dims
            .retain(|label, _| used.contains(label) || work.output.contains(label));
        Ok(())
    }

    /// One step towards matrix notation; whether there was one.
    fn contract_once(&mut self, work: &mut Contraction) -> Result<bool> {
        for at in 0..work.operands.len() {
            let Operand { expr, labels } = work.operands[at].clone();
            if self.is_eye(expr) {
                continue;
            }
            if let [a, b] = *labels
                && a == b
            {
                let is_trace = work.is_summed(a) && work.uses(a) == 1;
                let (found, kept) = match is_trace {
                    true => (self.trace(expr)?, vec![]),
                    false => (self.diag_of(expr)?, vec![a]),
                };
                self.replace(work, &[at], found, &kept)?;
                return Ok(true);
            }
            let private = |label: &u8| work.is_summed(*label) && work.uses(*label) == 1;
            if distinct(&labels) && labels.iter().all(private) {
                let sum = self.sum_all(expr)?;
                self.replace(work, &[at], sum, &[])?;
                return Ok(true);
            }
            if let [a, b] = *labels
                && (private(&a) || private(&b))
            {
                let (matrix, kept) = match private(&b) {
                    true => (expr, a),
                    false => (self.transpose(expr)?, b),
                };
                let dim = work.dims[if private(&b) { &b } else { &a }];
                let ones = self.ones(Shape::Vector(dim))?;
                let sums = self.matmul(&[matrix, ones])?;
                self.replace(work, &[at], sums, &[kept])?;
                return Ok(true);
            }
        }
        for second in 1..work.operands.len() {
            for first in 0..second {
                if self.contract_pair(work, first, second)? {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }

    fn contract_pair(&mut self, work: &mut Contraction, first: usize, second: usize) -> Result<bool> {
        let [a, b] = [first, second].map(|at| work.operands[at].clone());
        if self.is_eye(a.expr) || self.is_eye(b.expr) || !distinct(&a.labels) || !distinct(&b.labels) {
            return Ok(false);
        }
        // Entries of the same labels multiply.
        if a.labels == b.labels {
            let product = self.multiply(&[a.expr, b.expr])?;
            self.replace(work, &[first, second], product, &a.labels)?;
            return Ok(true);
        }
        if a.labels.len() == 2 && b.labels.len() == 2 && a.labels[0] == b.labels[1] && a.labels[1] == b.labels[0] {
            let transposed = self.transpose(b.expr)?;
            let product = self.multiply(&[a.expr, transposed])?;
            self.replace(work, &[first, second], product, &a.labels)?;
            return Ok(true);
        }
        if a.labels.len() > 2 || b.labels.len() > 2 {
            return Ok(false);
        }
        let shared = a.labels.iter().copied().find(|label| b.labels.contains(label));
        let Some(shared) = shared else { return Ok(false) };
        if work.is_summed(shared) && work.uses(shared) == 2 {
            // The kept label of the first on the left, of the second on the right.
            let left = a.labels.iter().copied().find(|label| *label != shared);
            let right = b.labels.iter().copied().find(|label| *label != shared);
            let lhs = match (left, a.labels[0] == shared) {
                (Some(_), true) | (None, _) => self.transpose(a.expr)?,
                _ => a.expr,
            };
            let rhs = match (right, b.labels[0] == shared) {
                (Some(_), false) => self.transpose(b.expr)?,
                _ => b.expr,
            };
            let product = self.matmul(&[lhs, rhs])?;
            let (product, labels) = match (left, right) {
                (Some(left), Some(right)) => (product, vec![left, right]),
                (Some(left), None) => (product, vec![left]),
                (None, Some(right)) => (self.transpose(product)?, vec![right]),
                (None, None) => (product, vec![]),
            };
            self.replace(work, &[first, second], product, &labels)?;
            return Ok(true);
        }
        // A vector scales the rows of a matrix, where only matrices have its label.
        let (vector, matrix) = match (a.labels.len(), b.labels.len()) {
            (1, 2) => (a, b),
            (2, 1) => (b, a),
            _ => return Ok(false),
        };
        let has_tensor = work
            .operands
            .iter()
            .any(|operand| operand.labels.contains(&shared) && (operand.labels.len() > 2 || self.is_eye(operand.expr)));
        if has_tensor {
            return Ok(false);
        }
        let diagonal = self.diag(vector.expr)?;
        let scaled = if matrix.labels[0] == shared {
            self.matmul(&[diagonal, matrix.expr])?
        } else {
            self.matmul(&[matrix.expr, diagonal])?
        };
        self.replace(work, &[first, second], scaled, &matrix.labels)?;
        Ok(true)
    }

    fn is_eye(&self, expr: Expr) -> bool {
        matches!(self.form(expr), Form::Eye)
    }

    /// Replaces operands by one that is taken apart again.
    fn replace(&mut self, work: &mut Contraction, places: &[usize], expr: Expr, labels: &[u8]) -> Result<()> {
        let gone: Vec<u8> = places
            .iter()
            .flat_map(|at| work.operands[*at].labels.to_vec())
            .collect();
        for at in places.iter().rev() {
            work.operands.remove(*at);
        }
        for label in gone {
            if work.is_summed(label) && work.uses(label) == 0 && !labels.contains(&label) {
                work.dims.remove(&label);
            }
        }
        if self.is_zero(expr) {
            work.scalars.push(Store::ZERO);
        }
        let mut queue = vec![Operand::new(expr, labels)];
        while let Some(operand) = queue.pop() {
            self.place_operand(operand, work, &mut queue)?;
        }
        self.join_labels(work)
    }

    /// What is left: a matrix expression, or an index expression in its least spelling.
    fn finish_einsum(&mut self, work: &mut Contraction, shape: Shape) -> Result<Expr> {
        self.split_scalars(work)?;
        let output = work.output.clone();
        match (work.operands.as_slice(), output.as_slice()) {
            ([], []) => return Ok(Store::ONE),
            ([only], output) if *only.labels == *output => return Ok(only.expr),
            ([only], [a, b]) if *only.labels == [*b, *a] => return self.transpose(only.expr),
            ([x, y], [a, b]) if x.labels.len() == 1 && y.labels.len() == 1 => {
                let (column, row) = if x.labels[0] == *a { (x, y) } else { (y, x) };
                if *column.labels == [*a] && *row.labels == [*b] {
                    let row = self.transpose(row.expr)?;
                    return self.matmul(&[column.expr, row]);
                }
            }
            ([x, y], [_, _]) => {
                let (vector, eye) = if self.is_eye(y.expr) { (x, y) } else { (y, x) };
                if vector.labels.len() == 1 && self.is_eye(eye.expr) && eye.labels.contains(&vector.labels[0]) {
                    return self.diag(vector.expr);
                }
            }
            _ => {}
        }
        let labels: BTreeSet<u8> = work.operands.iter().flat_map(|o| o.labels.iter().copied()).collect();
        if labels.len() > MAX_LABELS {
            return Err(too_many());
        }
        let form = self.least_spelling(std::mem::take(&mut work.operands), &output);
        self.intern(Form::Einsum(Box::new(form)), shape)
    }

    /// Operands that no label connects with the output or with others are scalars.
    fn split_scalars(&mut self, work: &mut Contraction) -> Result<()> {
        let mut reached: BTreeSet<u8> = work.output.iter().copied().collect();
        loop {
            let before = reached.len();
            for operand in &work.operands {
                if operand.labels.iter().any(|label| reached.contains(label)) {
                    reached.extend(operand.labels.iter().copied());
                }
            }
            if reached.len() == before {
                break;
            }
        }
        let (kept, mut apart): (Vec<Operand>, Vec<Operand>) = std::mem::take(&mut work.operands)
            .into_iter()
            .partition(|operand| operand.labels.iter().any(|label| reached.contains(label)));
        work.operands = kept;
        while let Some(first) = apart.pop() {
            let mut component = vec![first];
            let mut labels: BTreeSet<u8> = component[0].labels.iter().copied().collect();
            while let Some(at) = apart
                .iter()
                .position(|o| o.labels.iter().any(|label| labels.contains(label)))
            {
                let operand = apart.remove(at);
                labels.extend(operand.labels.iter().copied());
                component.push(operand);
            }
            let form = self.least_spelling(component, &[]);
            let scalar = self.intern(Form::Einsum(Box::new(form)), Shape::Scalar)?;
            work.scalars.push(scalar);
        }
        Ok(())
    }

    /// Operands in the order in which they were made, those with holes last, and labels by first appearance; of the
    /// orders of equal operands the one with the least labels.
    fn least_spelling(&self, mut operands: Vec<Operand>, output: &[u8]) -> Einsum {
        operands.sort_by_key(|operand| (self.has_hole(operand.expr), operand.expr));
        let mut orders = vec![Vec::with_capacity(operands.len())];
        for at in 0..operands.len() {
            let equal: Vec<usize> = (0..operands.len())
                .filter(|other| operands[*other].expr == operands[at].expr)
                .collect();
            if orders.len() * equal.len() > MAX_ORDERS {
                orders.iter_mut().for_each(|order: &mut Vec<usize>| {
                    let next = equal.iter().find(|other| !order.contains(other));
                    order.extend(next);
                });
                continue;
            }
            orders = orders
                .iter()
                .flat_map(|order| {
                    let free = equal.iter().filter(|other| !order.contains(other));
                    free.map(|other| [order.as_slice(), &[*other]].concat())
                })
                .collect();
        }
        let spelled = orders.into_iter().map(|order| {
            let mut names: BTreeMap<u8, u8> = BTreeMap::new();
            let mut rename = |label: &u8| {
                let next = names.len() as u8;
                *names.entry(*label).or_insert(next)
            };
            let operands: Box<[Operand]> = order
                .iter()
                .map(|at| Operand {
                    expr: operands[*at].expr,
                    labels: operands[*at].labels.iter().map(&mut rename).collect(),
                })
                .collect();
            let output = output.iter().map(&mut rename).collect();
            Einsum { operands, output }
        });
        spelled
            .min_by(|a, b| {
                let key = |e: &Einsum| -> (Vec<Box<[u8]>>, Box<[u8]>) {
                    (e.operands.iter().map(|o| o.labels.clone()).collect(), e.output.clone())
                };
                key(a).cmp(&key(b))
            })
            .expect("there is at least one order")
    }

    /// The axes in another order: axis k of the result is axis `order[k]` of the array.
    ///
    /// # Errors
    /// [`Error::IllShaped`] where the order is none of the axes.
    pub fn permute(&mut self, expr: Expr, order: &[usize]) -> Result<Expr> {
        let rank = self.shape(expr).axes().len();
        let labels: Vec<u8> = (0..rank as u8).collect();
        let output: Option<Vec<u8>> = order.iter().map(|at| labels.get(*at).copied()).collect();
        match output {
            Some(output) if distinct(&output) && output.len() == rank => {
                self.einsum(vec![Operand::new(expr, &labels)], &output)
            }
            _ => self.ill_shaped("a permutation of axes", &[expr]),
        }
    }

    /// What is known of an index expression: the sign of its entries.
    pub(super) fn facts_of_einsum(&self, einsum: &Einsum) -> Facts {
        einsum.operands.iter().fold(Facts::NONNEGATIVE, |facts, operand| {
            facts.common(self.facts(operand.expr))
        })
    }
}

/// A sum of products of entries, in normal form.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Einsum {
    /// What is multiplied, with a label for each axis.
    pub operands: Box<[Operand]>,
    /// The labels of the axes of the result.
    pub output: Box<[u8]>,
}

impl Einsum {
    /// The number of labels.
    pub fn labels(&self) -> usize {
        let labels = self.operands.iter().flat_map(|operand| operand.labels.iter());
        labels.max().map_or(0, |last| usize::from(*last) + 1)
    }

    /// The subscripts in the notation of the language, letters in the order of the result: `ikj,k->ij`.
    pub fn subscripts(&self) -> String {
        let mut names: Vec<u8> = self.output.to_vec();
        for operand in self.operands.iter() {
            for label in operand.labels.iter() {
                if !names.contains(label) {
                    names.push(*label);
                }
            }
        }
        let named = |labels: &[u8]| {
            let place = |label: &u8| names.iter().position(|name| name == label).unwrap_or(0) as u8;
            letters(&labels.iter().map(place).collect::<Vec<u8>>())
        };
        let inputs: Vec<String> = self.operands.iter().map(|operand| named(&operand.labels)).collect();
        format!("{}->{}", inputs.join(","), named(&self.output))
    }
}

/// The letters of labels, from `i` on.
pub fn letters(labels: &[u8]) -> String {
    const LETTERS: &[u8; MAX_LABELS] = b"ijklmnopqrstuvwxyzabcdefghIJKLMNOPQRSTUVWXYZABCDEFGH";
    labels
        .iter()
        .map(|label| char::from(LETTERS[usize::from(*label) % MAX_LABELS]))
        .collect()
}

fn distinct(labels: &[u8]) -> bool {
    labels
        .iter()
        .enumerate()
        .all(|(at, label)| !labels[..at].contains(label))
}

fn too_many() -> Error {
    Error::Limit {
        what: "letters in an einsum",
        limit: MAX_LABELS,
    }
}

const _: () = assert!(MAX_AXES <= MAX_LABELS);
