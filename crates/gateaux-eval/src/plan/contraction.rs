//! Sums of products of entries over labels, by matrix products.
//!
//! Labels that are summed go first, each by the cheapest step there is: a sum over one array, a matrix product of two,
//! or, where three and more share it, an outer product of two of them before that. What is left then has no summed
//! labels and is written at once.

use gateaux_core::expr::Rational;

use crate::plan::graph::{Graph, Id, Op, rows_and_columns};
use crate::plan::spread::{Spread, Strided, Term, strides};
use crate::program::Instruction;

/// More factors than this are multiplied in pairs before they are spread.
pub(crate) const MAX_FACTORS: usize = 8;

/// The most axes of a result, and the most labels of a sum.
pub(crate) const MAX_RANK: usize = 32;

/// An array and the labels of its axes.
#[derive(Clone, Debug)]
struct Operand {
    id: Id,
    labels: Vec<u8>,
}

/// What is being contracted.
struct Contraction<'a> {
    operands: Vec<Operand>,
    /// Numbers that multiply the result.
    numbers: Vec<Id>,
    /// Labels of the result that must be equal.
    deltas: Vec<(u8, u8)>,
    output: &'a [u8],
    sizes: [usize; 256],
}

impl Graph {
    /// The sum over all labels that the output lacks.
    pub(crate) fn einsum(&mut self, args: &[Id], labels: &[Vec<u8>], output: &[u8], shape: &[usize]) -> Id {
        let mut distinct: Vec<u8> = labels.iter().flatten().copied().collect();
        distinct.sort_unstable();
        distinct.dedup();
        if distinct.len() > MAX_RANK {
            return self.other(Instruction::Einsum(labels.to_vec(), output.to_vec()), args, shape);
        }
        let mut sizes = [1; 256];
        for (id, labels) in args.iter().zip(labels) {
            for (label, size) in labels.iter().zip(self.shape(*id)) {
                sizes[usize::from(*label)] = *size;
            }
        }
        let mut contraction = Contraction {
            operands: Vec::new(),
            numbers: Vec::new(),
            deltas: Vec::new(),
            output,
            sizes,
        };
        for (id, labels) in args.iter().zip(labels) {
            contraction.take_apart(self, *id, labels.clone());
        }
        contraction.count_free_sums(self, labels);
        while let Some(label) = contraction.cheapest_sum() {
            contraction.sum_out(self, label);
        }
        contraction.written(self, shape)
    }

    /// A Kronecker product with all its entries: `[i + p*a, j + q*b]` is `A[a, b]*B[i, j]`.
    pub(crate) fn written_kron(&mut self, a: Id, b: Id, shape: &[usize]) -> Id {
        let ((m, n), (p, q)) = (rows_and_columns(self.shape(a)), rows_and_columns(self.shape(b)));
        let (a, b) = (self.as_matrix(a, (m, n)), self.as_matrix(b, (p, q)));
        let spread = self.einsum(&[b, a], &[vec![0, 2], vec![1, 3]], &[0, 1, 2, 3], &[p, m, q, n]);
        self.reshape(spread, shape)
    }

    /// Outer products whose matrices are read along their columns by the first axis, transposed where they would be read
    /// along their rows.
    pub(crate) fn spread(&mut self, mut spread: Spread, shape: &[usize]) -> Id {
        for factor in spread.terms.iter_mut().flat_map(|term| &mut term.factors) {
            let [m, n] = *self.shape(factor.id) else { continue };
            if m < 2 || n < 2 || factor.strides.first() != Some(&m) {
                continue;
            }
            factor.id = self.transpose(factor.id);
            // A step of one row becomes one of n entries, and a step of m entries one of one.
            factor
                .strides
                .iter_mut()
                .for_each(|stride| *stride = *stride % m * n + *stride / m);
        }
        self.add(Op::Spread(spread), shape.to_vec())
    }

    fn as_matrix(&mut self, id: Id, (m, n): (usize, usize)) -> Id {
        match self.shape(id).len() {
            2 => id,
            _ => self.reshape(id, &[m, n]),
        }
    }

    /// The axes in another order: axis k of the result is axis `order[k]`.
    pub(crate) fn permute(&mut self, id: Id, order: &[usize]) -> Id {
        if order.iter().enumerate().all(|(at, axis)| at == *axis) {
            return id;
        }
        let shape: Vec<usize> = order.iter().map(|axis| self.shape(id)[*axis]).collect();
        match self.op(id).clone() {
            Op::Fill(number) => return self.fill(number, &shape),
            Op::Spread(spread) => return self.spread(spread.permuted(order), &shape),
            _ => {}
        }
        if order.len() == 2 {
            return self.transpose(id);
        }
        // Axes of one entry may stand anywhere.
        let long = |axis: &&usize| self.shape(id)[**axis] != 1;
        if order.iter().filter(long).is_sorted() {
            return self.reshape(id, &shape);
        }
        let dense = self.dense(id);
        self.add(Op::Permute(dense, order.to_vec()), shape)
    }
}

impl Contraction<'_> {
    /// An operand without what need not be multiplied: identities rename labels, equal entries are numbers.
    fn take_apart(&mut self, graph: &mut Graph, id: Id, labels: Vec<u8>) {
        if let Some(number) = graph.as_fill(id) {
            self.numbers.push(number);
            return;
        }
        if let ([a, b], Some(entries)) = (labels.as_slice(), graph.as_diagonal(id)) {
            self.deltas.push((*a, *b));
            match graph.is_scalar(entries) {
                true => self.numbers.push(entries),
                false => self.operands.push(Operand {
                    id: entries,
                    labels: vec![*a],
                }),
            }
            return;
        }
        match (graph.op(id).clone(), labels.as_slice()) {
            (Op::Transpose(inner), [a, b]) => self.operands.push(Operand {
                id: inner,
                labels: vec![*b, *a],
            }),
            (Op::Column(vector), [a, _]) => self.operands.push(Operand {
                id: vector,
                labels: vec![*a],
            }),
            (Op::Row(vector), [_, b]) => self.operands.push(Operand {
                id: vector,
                labels: vec![*b],
            }),
            _ => self.operands.push(Operand {
                id: graph.dense(id),
                labels,
            }),
        }
    }

    /// Deltas with a summed label rename it; a summed label that nothing has left is counted.
    fn count_free_sums(&mut self, graph: &mut Graph, labels: &[Vec<u8>]) {
        let mut replaced: Vec<(u8, u8)> = Vec::new();
        let mut deltas = std::mem::take(&mut self.deltas);
        while let Some((a, b)) = deltas.pop() {
            if a == b {
                continue;
            }
            let (gone, kept) = match (self.output.contains(&a), self.output.contains(&b)) {
                (true, true) => {
                    self.deltas.push((a, b));
                    continue;
                }
                (false, _) => (a, b),
                (true, false) => (b, a),
            };
            let rename = |label: &mut u8| *label = if *label == gone { kept } else { *label };
            self.operands
                .iter_mut()
                .for_each(|operand| operand.labels.iter_mut().for_each(rename));
            for (a, b) in &mut deltas {
                rename(a);
                rename(b);
            }
            replaced.push((gone, kept));
        }
        self.take_diagonals(graph);
        let mut counted: Vec<u8> = labels.iter().flatten().copied().collect();
        counted.sort_unstable();
        counted.dedup();
        for label in counted {
            let is_gone = replaced.iter().any(|(gone, _)| *gone == label);
            let is_used = self.operands.iter().any(|operand| operand.labels.contains(&label));
            if !is_gone && !is_used && !self.output.contains(&label) {
                let size = i64::try_from(self.size(label)).unwrap_or(i64::MAX);
                self.numbers.push(graph.number(Rational::from(size)));
            }
        }
    }

    /// Labels that an array has twice after renaming: only its diagonal counts.
    fn take_diagonals(&mut self, graph: &mut Graph) {
        for operand in std::mem::take(&mut self.operands) {
            let mut labels: Vec<u8> = Vec::new();
            operand.labels.iter().for_each(|label| {
                if !labels.contains(label) {
                    labels.push(*label);
                }
            });
            let operand = match labels.len() == operand.labels.len() {
                true => operand,
                false => Operand {
                    id: self.outer(graph, &[operand], &labels),
                    labels,
                },
            };
            self.operands.push(operand);
        }
    }

    fn size(&self, label: u8) -> usize {
        self.sizes[usize::from(label)]
    }

    fn extent(&self, labels: &[u8]) -> f64 {
        labels.iter().map(|label| self.size(*label) as f64).product()
    }

    fn having(&self, label: u8) -> Vec<usize> {
        (0..self.operands.len())
            .filter(|at| self.operands[*at].labels.contains(&label))
            .collect()
    }

    /// The summed label whose arrays are smallest together.
    fn cheapest_sum(&self) -> Option<u8> {
        let mut labels: Vec<u8> = self
            .operands
            .iter()
            .flat_map(|operand| operand.labels.iter().copied())
            .collect();
        labels.sort_unstable();
        labels.dedup();
        labels.retain(|label| !self.output.contains(label));
        labels
            .into_iter()
            .min_by(|a, b| self.cost(*a).total_cmp(&self.cost(*b)))
    }

    fn cost(&self, label: u8) -> f64 {
        let mut all: Vec<u8> = Vec::new();
        for at in self.having(label) {
            all.extend(&self.operands[at].labels);
        }
        all.sort_unstable();
        all.dedup();
        self.extent(&all)
    }

    fn sum_out(&mut self, graph: &mut Graph, label: u8) {
        let having = self.having(label);
        match *having.as_slice() {
            [only] => {
                let operand = self.operands.remove(only);
                let rest: Vec<u8> = operand.labels.iter().copied().filter(|other| *other != label).collect();
                let front = [&[label][..], &rest].concat();
                let id = self.arranged(graph, &operand, &front);
                let shape = self.shape(&rest);
                let dense = graph.dense(id);
                let id = graph.add(Op::SumFirst(dense), shape);
                self.push(graph, id, rest);
            }
            [a, b] => {
                let (y, x) = (self.operands.remove(b), self.operands.remove(a));
                self.contract(graph, &x, &y);
            }
            _ => {
                // Two of them become one; the pair with the smallest product first.
                let mut best = (f64::INFINITY, having[0], having[1]);
                for (at, a) in having.iter().enumerate() {
                    for b in &having[at + 1..] {
                        let extent = self.extent(&union(&self.operands[*a].labels, &self.operands[*b].labels));
                        if extent < best.0 {
                            best = (extent, *a, *b);
                        }
                    }
                }
                let (y, x) = (self.operands.remove(best.2), self.operands.remove(best.1));
                let labels = union(&x.labels, &y.labels);
                let id = self.outer(graph, &[x, y], &labels);
                self.push(graph, id, labels);
            }
        }
    }

    fn push(&mut self, graph: &Graph, id: Id, labels: Vec<u8>) {
        match graph.is_scalar(id) {
            true => self.numbers.push(id),
            false => self.operands.push(Operand { id, labels }),
        }
    }

    fn shape(&self, labels: &[u8]) -> Vec<usize> {
        labels.iter().map(|label| self.size(*label)).collect()
    }

    /// The array with its axes in the order of these labels.
    fn arranged(&self, graph: &mut Graph, operand: &Operand, labels: &[u8]) -> Id {
        let order: Vec<usize> = labels
            .iter()
            .filter_map(|label| operand.labels.iter().position(|own| own == label))
            .collect();
        graph.permute(operand.id, &order)
    }

    /// All labels that two arrays share and nobody else needs, summed over by a matrix product.
    fn contract(&mut self, graph: &mut Graph, x: &Operand, y: &Operand) {
        let needed = |label: &u8| {
            self.output.contains(label) || self.operands.iter().any(|operand| operand.labels.contains(label))
        };
        let shared = |label: &&u8| y.labels.contains(label);
        let summed: Vec<u8> = x.labels.iter().filter(shared).filter(|l| !needed(l)).copied().collect();
        let batch: Vec<u8> = x.labels.iter().filter(shared).filter(|l| needed(l)).copied().collect();
        let own = |labels: &[u8], other: &[u8]| -> Vec<u8> {
            labels.iter().filter(|label| !other.contains(label)).copied().collect()
        };
        let (left, right) = (own(&x.labels, &y.labels), own(&y.labels, &x.labels));
        let extent = |labels: &[u8]| labels.iter().map(|label| self.size(*label)).product::<usize>();
        let (m, k, n, b) = (extent(&left), extent(&summed), extent(&right), extent(&batch));
        let labels = [left.as_slice(), &right, &batch].concat();
        let shape = self.shape(&labels);
        let id = if batch.is_empty() {
            let (x, y) = (
                self.as_factor(graph, x, &left, &summed),
                self.as_factor(graph, y, &summed, &right),
            );
            let product = graph.product(x, y);
            let product = graph.dense(product);
            graph.reshape(product, &shape)
        } else {
            let x = self.arranged(graph, x, &[left.as_slice(), &summed, &batch].concat());
            let y = self.arranged(graph, y, &[summed.as_slice(), &right, &batch].concat());
            let (x, y) = (graph.dense(x), graph.dense(y));
            let (x, y) = (graph.reshape(x, &[m, k, b]), graph.reshape(y, &[k, n, b]));
            let product = graph.add(Op::BatchedProduct(x, y), vec![m, n, b]);
            graph.reshape(product, &shape)
        };
        self.push(graph, id, labels);
    }

    /// A matrix with these labels along its rows and those along its columns, read transposed where that saves a copy.
    fn as_factor(&self, graph: &mut Graph, operand: &Operand, rows: &[u8], columns: &[u8]) -> Id {
        let count = |labels: &[u8]| labels.iter().map(|label| self.size(*label)).product::<usize>();
        let (m, n) = (count(rows), count(columns));
        if operand.labels == [columns, rows].concat() && !rows.is_empty() && !columns.is_empty() {
            let matrix = graph.reshape(operand.id, &[n, m]);
            return graph.transpose(matrix);
        }
        let arranged = self.arranged(graph, operand, &[rows, columns].concat());
        let dense = graph.dense(arranged);
        match columns.is_empty() {
            true => graph.reshape(dense, &[m]),
            false => graph.reshape(dense, &[m, n]),
        }
    }

    fn term(&self, operands: &[Operand], labels: &[u8]) -> Term {
        let factors = operands.iter().map(|operand| {
            let own = strides(&self.shape(&operand.labels));
            // A label that an array has twice goes along its diagonal.
            let stride = |label: &u8| -> usize {
                let places = operand.labels.iter().zip(&own).filter(|(own, _)| *own == label);
                places.map(|(_, stride)| stride).sum()
            };
            Strided {
                id: operand.id,
                strides: labels.iter().map(stride).collect(),
            }
        });
        Term {
            coefficient: Rational::one(),
            factors: factors.collect(),
            deltas: vec![],
        }
    }

    fn outer(&self, graph: &mut Graph, operands: &[Operand], labels: &[u8]) -> Id {
        let terms = vec![self.term(operands, labels)];
        graph.add(Op::Spread(Spread { terms }), self.shape(labels))
    }

    /// The result, in which no label is summed any more.
    fn written(mut self, graph: &mut Graph, shape: &[usize]) -> Id {
        let one = graph.number(Rational::one());
        let numbers = std::mem::take(&mut self.numbers);
        let number = numbers
            .into_iter()
            .fold(one, |product, number| graph.mul(product, number));
        if let ([only], true) = (self.operands.as_slice(), self.deltas.is_empty())
            && only.labels.len() == self.output.len()
        {
            let arranged = self.arranged(graph, only, self.output);
            return graph.scale(number, arranged);
        }
        let mut operands = std::mem::take(&mut self.operands);
        while operands.len() > MAX_FACTORS {
            let pair = operands.split_off(operands.len() - 2);
            let labels = union(&pair[0].labels, &pair[1].labels);
            let id = self.outer(graph, &pair, &labels);
            operands.insert(0, Operand { id, labels });
        }
        let mut term = self.term(&operands, self.output);
        let place = |label: u8| self.output.iter().position(|own| *own == label).unwrap_or(0);
        term.deltas = self.deltas.iter().map(|(a, b)| (place(*a), place(*b))).collect();
        let mut spread = Spread { terms: vec![term] };
        match graph.as_number(number) {
            Some(value) => spread = spread.scaled(&value.clone()),
            None => spread = spread.times(number, shape.len()),
        }
        graph.spread(spread, shape)
    }
}

fn union(a: &[u8], b: &[u8]) -> Vec<u8> {
    let others = b.iter().filter(|label| !a.contains(label));
    a.iter().chain(others).copied().collect()
}
