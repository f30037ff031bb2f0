//! From the steps of a program to the values of a graph.

use gateaux_array::Function;
use gateaux_array::kernels::{Binary, Unary};
use gateaux_core::expr::{Facts, Rational};

use crate::plan::graph::{Decomposition, Factor, Graph, Id, Op, rows_and_columns};
use crate::plan::spread::Spread;
use crate::program::{Instruction, Program, Slot, Step};

/// Whether the caller's memory holds an array with its first index running fastest, or with its last one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Layout {
    /// The first index runs fastest (Fortran, Julia, MATLAB).
    #[default]
    ColumnMajor,
    /// The last index runs fastest (C, NumPy's default).
    RowMajor,
}

/// The graph of a program whose inputs are laid out like this, and the values of its outputs in column order.
pub(crate) fn translate(program: &Program, layout: &dyn Fn(usize) -> Layout) -> (Graph, Vec<Id>) {
    let mut uses = vec![0usize; program.steps.len()];
    for step in &program.steps {
        step.operands.iter().for_each(|slot| uses[*slot] += 1);
    }
    program.outputs.iter().for_each(|slot| uses[*slot] += 1);
    let mut translation = Translation {
        flips: mostly_row_major(program, layout),
        program,
        graph: Graph::default(),
        values: vec![None; program.steps.len()],
        is_interior: interior(program, &uses),
        is_only_multiplied: only_multiplied(program),
        layout,
        inputs: 0,
    };
    for slot in 0..program.steps.len() {
        if !translation.is_interior[slot] {
            let value = translation.step(slot);
            if program.steps[slot].facts.has(Facts::SYMMETRIC) {
                translation.graph.mark_symmetric(value);
            }
            translation.values[slot] = Some(value);
        }
    }
    let outputs = program.outputs.iter().map(|slot| translation.value(*slot)).collect();
    (translation.graph, outputs)
}

/// Whether more entries of matrices stand in row order than in column order: then products are computed transposed, as
/// they are read and probably wanted.
fn mostly_row_major(program: &Program, layout: &dyn Fn(usize) -> Layout) -> bool {
    let inputs = program
        .steps
        .iter()
        .filter(|step| matches!(step.instruction, Instruction::Input(_)));
    let mut balance = 0i128;
    for (at, step) in inputs.enumerate().filter(|(_, step)| step.shape.len() == 2) {
        let entries = step.shape.iter().map(|size| *size as i128).product::<i128>();
        balance += if layout(at) == Layout::RowMajor {
            entries
        } else {
            -entries
        };
    }
    balance > 0
}

/// Products that are used once, in another product, in a trace or on a diagonal: they are taken apart there.
fn interior(program: &Program, uses: &[usize]) -> Vec<bool> {
    let mut is_interior = vec![false; uses.len()];
    for step in &program.steps {
        if matches!(step.instruction, Instruction::Product | Instruction::Trace) {
            for slot in &step.operands {
                is_interior[*slot] = uses[*slot] == 1 && program.steps[*slot].instruction == Instruction::Product;
            }
        }
    }
    is_interior
}

/// Whether nobody reads the entries of a value but products with other matrices, perhaps of a multiple or transposed.
/// Traces of products are sums over entries.
fn only_multiplied(program: &Program) -> Vec<bool> {
    let mut is_only_multiplied = vec![true; program.steps.len()];
    let mut is_traced = vec![false; program.steps.len()];
    program
        .outputs
        .iter()
        .for_each(|slot| is_only_multiplied[*slot] = false);
    for (at, step) in program.steps.iter().enumerate().rev() {
        let passes_on = match &step.instruction {
            Instruction::Product => !is_traced[at],
            Instruction::Transpose | Instruction::Scale => is_only_multiplied[at],
            Instruction::Sum(coefficients) => coefficients.len() == 1 && is_only_multiplied[at],
            _ => false,
        };
        if step.instruction == Instruction::Trace || is_traced[at] {
            step.operands.iter().for_each(|slot| is_traced[*slot] = true);
        }
        if !passes_on {
            step.operands.iter().for_each(|slot| is_only_multiplied[*slot] = false);
        }
    }
    is_only_multiplied
}

struct Translation<'a> {
    /// Whether matrix products are computed transposed.
    flips: bool,
    program: &'a Program,
    graph: Graph,
    values: Vec<Option<Id>>,
    is_interior: Vec<bool>,
    is_only_multiplied: Vec<bool>,
    layout: &'a dyn Fn(usize) -> Layout,
    inputs: usize,
}

impl Translation<'_> {
    /// The value of a step that is no interior one.
    fn value(&self, slot: Slot) -> Id {
        // Operands come before their uses, and interior steps are asked for by `factors` alone.
        self.values[slot].unwrap_or(Id(0))
    }

    /// The factors of a chain of products that nobody else uses.
    fn factors(&self, slot: Slot) -> Vec<Id> {
        let mut factors = Vec::new();
        let mut todo = vec![slot];
        while let Some(slot) = todo.pop() {
            match self.is_interior[slot] {
                true => todo.extend(self.program.steps[slot].operands.iter().rev()),
                false => factors.push(self.value(slot)),
            }
        }
        factors
    }

    fn step(&mut self, slot: Slot) -> Id {
        let step = &self.program.steps[slot];
        match &step.instruction {
            Instruction::Input(_) => {
                let input = self.input(&step.shape);
                match step.facts.has(Facts::DIAGONAL) && step.shape.len() == 2 {
                    true => self.diagonal_input(input),
                    false => input,
                }
            }
            Instruction::Product => {
                let factors: Vec<Id> = step.operands.iter().flat_map(|slot| self.factors(*slot)).collect();
                let value = match self.flips && step.shape.iter().filter(|size| **size > 1).count() == 2 {
                    true => self.transposed_chain(&factors),
                    false => self.graph.chain(&factors),
                };
                self.graph.reshape(value, &step.shape)
            }
            Instruction::Trace => {
                let factors = self.factors(step.operands[0]);
                self.graph.trace(&factors)
            }
            _ => {
                let args: Vec<Id> = step.operands.iter().map(|slot| self.value(*slot)).collect();
                let value = self.instruction(step, &args);
                if !self.is_only_multiplied[slot] {
                    self.graph.form(value);
                }
                value
            }
        }
    }

    /// The product, from the transposed factors in reversed order.
    fn transposed_chain(&mut self, factors: &[Id]) -> Id {
        let graph = &mut self.graph;
        let transposed: Vec<Id> = factors.iter().rev().map(|factor| graph.transpose(*factor)).collect();
        let product = graph.chain(&transposed);
        graph.transpose(product)
    }

    /// Inputs are numbered in the order of their steps; one in row order is the transpose of one in column order.
    fn input(&mut self, shape: &[usize]) -> Id {
        let place = self.inputs;
        self.inputs += 1;
        let graph = &mut self.graph;
        if (self.layout)(place) == Layout::ColumnMajor || shape.len() < 2 {
            return graph.add(Op::Input(place), shape.to_vec());
        }
        let reversed: Vec<usize> = shape.iter().rev().copied().collect();
        let input = graph.add(Op::Input(place), reversed);
        graph.permute(input, &(0..shape.len()).rev().collect::<Vec<_>>())
    }

    /// Of a matrix that is declared as diagonal only the diagonal is read.
    fn diagonal_input(&mut self, input: Id) -> Id {
        let matrix = self.graph.factor(input).id;
        let n = self.graph.shape(matrix)[0];
        let entries = self.graph.add(Op::DiagOf(matrix), vec![n]);
        self.graph.diagonal(entries, n)
    }

    fn instruction(&mut self, step: &Step, args: &[Id]) -> Id {
        let graph = &mut self.graph;
        let shape = step.shape.as_slice();
        match &step.instruction {
            Instruction::Constant(value) => {
                let number = graph.number(value.clone());
                graph.fill(number, shape)
            }
            Instruction::Pi => {
                let pi = graph.add(Op::Pi, vec![]);
                graph.fill(pi, shape)
            }
            Instruction::Eye => graph.add(Op::Identity, shape.to_vec()),
            constant @ (Instruction::Select(_) | Instruction::Commutation(..)) => {
                graph.add(Op::Constant(constant.clone()), shape.to_vec())
            }
            Instruction::Sum(coefficients) => graph.linear_combination(coefficients, args, shape),
            Instruction::Scale => graph.scale(args[0], args[1]),
            Instruction::Transpose => {
                let value = graph.transpose(args[0]);
                graph.reshape(value, shape)
            }
            Instruction::Entries => graph.entries(args[0], args[1]),
            Instruction::Reshape => graph.reshape(args[0], shape),
            Instruction::SumAll => graph.sum(args[0]),
            Instruction::Diag => {
                let n = shape[0];
                graph.diagonal(args[0], n)
            }
            Instruction::DiagOf => match graph.as_diagonal(args[0]) {
                Some(entries) => match graph.is_scalar(entries) {
                    true => graph.fill(entries, shape),
                    false => entries,
                },
                None => {
                    let matrix = graph.factor(args[0]).id;
                    graph.add(Op::DiagOf(matrix), shape.to_vec())
                }
            },
            Instruction::Solve(_) | Instruction::Inverse | Instruction::Det | Instruction::Logdet(_) => {
                let facts = self.program.steps[step.operands[0]].facts;
                self.system(step, facts, args)
            }
            Instruction::Einsum(labels, output) => graph.einsum(args, labels, output, shape),
            Instruction::Kron => graph.kron(args[0], args[1], shape),
            Instruction::Slice { axis, start } => {
                let dense = graph.dense(args[0]);
                graph.add(Op::Slice(dense, *axis, *start), shape.to_vec())
            }
            other => graph.entry_by_entry(other, args, shape),
        }
    }

    /// Systems of equations, inverses and determinants share the factors of their matrix.
    fn system(&mut self, step: &Step, facts: Facts, args: &[Id]) -> Id {
        let graph = &mut self.graph;
        if let Some(value) = graph.diagonal_system(&step.instruction, args, &step.shape) {
            return value;
        }
        let is_posdef = facts.has(Facts::POSDEF) || matches!(step.instruction, Instruction::Solve(true));
        let Factor { id, transposed } = graph.factor(args[0]);
        let decomposition = match facts {
            facts if facts.has(Facts::LOWER) => Decomposition::Triangle(!transposed),
            _ if is_posdef => Decomposition::Cholesky,
            _ => Decomposition::Lu,
        };
        let n = rows_and_columns(graph.shape(id)).0;
        let factors = graph.add(Op::Decompose(decomposition, id), vec![n, n]);
        let transposed =
            transposed && decomposition == Decomposition::Lu || matches!(decomposition, Decomposition::Triangle(false));
        match step.instruction {
            Instruction::Solve(_) => {
                let rhs = graph.dense(args[1]);
                graph.add(Op::Solve(factors, rhs, transposed), step.shape.clone())
            }
            Instruction::Inverse => {
                let inverse = graph.add(Op::Inverse(factors), vec![n, n]);
                if facts.has(Facts::SYMMETRIC) {
                    graph.mark_symmetric(inverse);
                }
                match transposed {
                    true => graph.transpose(inverse),
                    false => inverse,
                }
            }
            Instruction::Det => graph.add(Op::Det(factors), vec![]),
            _ => graph.add(Op::Logdet(factors), vec![]),
        }
    }
}

impl Graph {
    /// Functions of entries, reductions, and what only the interpreter knows.
    fn entry_by_entry(&mut self, instruction: &Instruction, args: &[Id], shape: &[usize]) -> Id {
        match instruction {
            Instruction::IntegerPower(-1) => self.unary(Unary::Reciprocal, args[0]),
            Instruction::IntegerPower(2) => self.unary(Unary::Square, args[0]),
            Instruction::IntegerPower(power) => match i32::try_from(*power) {
                Ok(power) => self.unary(Unary::Power(power), args[0]),
                Err(_) => self.other(instruction.clone(), args, shape),
            },
            Instruction::SquareRoot => self.unary(Unary::Sqrt, args[0]),
            Instruction::Function(function) => self.unary(Unary::Apply(*function), args[0]),
            Instruction::Power => self.binary(Binary::Pow, args[0], args[1]),
            Instruction::Larger => self.binary(Binary::Max, args[0], args[1]),
            Instruction::Smaller => self.binary(Binary::Min, args[0], args[1]),
            Instruction::Compare(or_equal) => {
                let binary = if *or_equal { Binary::AtMost } else { Binary::Less };
                self.binary(binary, args[0], args[1])
            }
            Instruction::Choice => self.choice(args[0], args[1], args[2]),
            Instruction::Maximum | Instruction::Minimum if self.as_fill(args[0]).is_none() => {
                let dense = self.in_any_order(args[0]);
                self.add(Op::Extremum(*instruction == Instruction::Maximum, dense), vec![])
            }
            Instruction::Norm2 => {
                let dense = self.in_any_order(args[0]);
                self.add(Op::Norm(dense), vec![])
            }
            Instruction::LogSumExp if self.as_fill(args[0]).is_none() => {
                let (_, sum, largest) = self.exponentials(args[0]);
                let log = self.unary(Unary::Apply(Function::Ln), sum);
                self.binary(Binary::Add, log, largest)
            }
            Instruction::Softmax if self.as_fill(args[0]).is_none() => {
                let (exponentials, sum, _) = self.exponentials(args[0]);
                self.binary(Binary::Div, exponentials, sum)
            }
            Instruction::Rows(of) if self.as_fill(args[0]).is_none() && self.len_of(args[0]) > 0 => match **of {
                Instruction::LogSumExp => {
                    let (_, sums, largest) = self.exponentials_of_rows(args[0]);
                    let logs = self.unary(Unary::Apply(Function::Ln), sums);
                    self.binary(Binary::Add, logs, largest)
                }
                Instruction::Softmax => {
                    let (exponentials, sums, _) = self.exponentials_of_rows(args[0]);
                    let (m, n) = rows_and_columns(shape);
                    let columns = self.columns(sums, (m, n));
                    self.binary(Binary::Div, exponentials, columns)
                }
                Instruction::Maximum => {
                    let dense = self.dense(args[0]);
                    self.add(Op::LargestOfRows(dense), shape.to_vec())
                }
                _ => self.other(instruction.clone(), args, shape),
            },
            other => self.other(other.clone(), args, shape),
        }
    }

    /// For each row `exp(x - max(x))`, its sum, and the largest entry of x.
    fn exponentials_of_rows(&mut self, x: Id) -> (Id, Id, Id) {
        let dense = self.dense(x);
        let (m, n) = rows_and_columns(self.shape(dense));
        let largest = self.add(Op::LargestOfRows(dense), vec![m]);
        let largest = self.if_finite(largest);
        let columns = self.columns(largest, (m, n));
        let shifted = self.binary(Binary::Sub, dense, columns);
        let exponentials = self.unary(Unary::Apply(Function::Exp), shifted);
        let one = self.number(Rational::one());
        let ones = self.fill(one, &[n]);
        let sums = self.product(exponentials, ones);
        (exponentials, sums, largest)
    }

    /// The same entries in an order that costs nothing.
    fn in_any_order(&mut self, id: Id) -> Id {
        match *self.op(id) {
            Op::Transpose(inner) => inner,
            _ => self.dense(id),
        }
    }

    /// The entries that are finite, and 0 for the others: from an infinite entry nothing is subtracted.
    fn if_finite(&mut self, x: Id) -> Id {
        let zero = self.number(Rational::zero());
        let gap = self.binary(Binary::Sub, x, x);
        let is_finite = self.binary(Binary::AtMost, gap, zero);
        self.choice(is_finite, x, zero)
    }

    /// `exp(x - max(x))`, its sum, and the largest entry of x.
    fn exponentials(&mut self, x: Id) -> (Id, Id, Id) {
        let dense = self.dense(x);
        let largest = self.add(Op::Shift(dense), vec![]);
        let shifted = self.binary(Binary::Sub, x, largest);
        let exponentials = self.unary(Unary::Apply(Function::Exp), shifted);
        let sum = self.sum(exponentials);
        (exponentials, sum, largest)
    }

    /// A number times an array.
    pub(crate) fn scale(&mut self, number: Id, array: Id) -> Id {
        let shape = self.shape(array).to_vec();
        if let Some(entries) = self.as_diagonal(array) {
            let entries = self.mul(number, entries);
            return self.diagonal(entries, shape[0]);
        }
        match self.op(array).clone() {
            Op::Kron(a, b) => {
                let scaled = self.scale(number, a);
                let scaled = self.kron(scaled, b, &shape);
                if self.is_symmetric(array) {
                    self.mark_symmetric(scaled);
                }
                scaled
            }
            Op::Spread(spread) => {
                let spread = match self.as_number(number) {
                    Some(value) => spread.scaled(&value.clone()),
                    None => spread.times(number, shape.len()),
                };
                self.add(Op::Spread(spread), shape)
            }
            Op::Transpose(inner) => {
                let scaled = self.scale(number, inner);
                self.transpose(scaled)
            }
            Op::Reshape(inner) if matches!(self.op(inner), Op::Spread(_)) => {
                let scaled = self.scale(number, inner);
                self.reshape(scaled, &shape)
            }
            _ => {
                let product = self.mul(number, array);
                if self.is_symmetric(array) {
                    self.mark_symmetric(product);
                }
                product
            }
        }
    }

    /// The product entry by entry; with a diagonal matrix only the diagonal is left.
    fn entries(&mut self, a: Id, b: Id) -> Id {
        let n = self.shape(a).first().copied().unwrap_or(1);
        for (diagonal, other) in [(a, b), (b, a)] {
            if let Some(entries) = self.as_diagonal(diagonal) {
                let others = match self.as_diagonal(other) {
                    Some(others) => others,
                    None => match self.as_fill(other) {
                        Some(number) => number,
                        None => {
                            let matrix = self.factor(other).id;
                            self.add(Op::DiagOf(matrix), vec![n])
                        }
                    },
                };
                let product = self.mul(entries, others);
                return self.diagonal(product, n);
            }
        }
        if let (Op::Transpose(x), Op::Transpose(y)) = (self.op(a).clone(), self.op(b).clone()) {
            let product = self.mul(x, y);
            return self.transpose(product);
        }
        self.mul(a, b)
    }

    /// The sum of multiples: of diagonal matrices a diagonal one, of a matrix and its transpose in one pass, of
    /// outer products of any rank in one pass.
    fn linear_combination(&mut self, coefficients: &[Rational], terms: &[Id], shape: &[usize]) -> Id {
        if let ([coefficient], [term]) = (coefficients, terms) {
            let number = self.number(coefficient.clone());
            return self.scale(number, *term);
        }
        let written = |graph: &mut Graph, id: Id| match graph.op(id) {
            Op::Kron(..) => graph.dense(id),
            _ => id,
        };
        let dense: Vec<Id> = terms.iter().map(|term| written(self, *term)).collect();
        let sum = self.written_sum(coefficients, &dense, shape);
        self.remember_sum(sum, coefficients, terms);
        sum
    }

    fn written_sum(&mut self, coefficients: &[Rational], terms: &[Id], shape: &[usize]) -> Id {
        if let Some(sum) = self.sum_of_spreads(coefficients, terms, shape) {
            return sum;
        }
        if terms.iter().all(|term| self.as_diagonal(*term).is_some()) && shape.len() == 2 {
            let entries: Vec<Id> = terms.iter().filter_map(|term| self.as_diagonal(*term)).collect();
            let sum = self.plain_sum(coefficients, &entries);
            return self.diagonal(sum, shape[0]);
        }
        if let ([a, b], [x, y]) = (coefficients, terms)
            && shape.len() == 2
            && shape[0] > 1
            && self.transpose(*x) == *y
            && x != y
        {
            // Of the two the one that is stored is read as it is.
            let (a, b, matrix) = match self.op(*x) {
                Op::Transpose(inner) => (b, a, *inner),
                _ => (a, b, *x),
            };
            let matrix = self.dense(matrix);
            return self.add(Op::AddTranspose(a.clone(), b.clone(), matrix), shape.to_vec());
        }
        if terms.len() > 1 && terms.iter().all(|term| matches!(self.op(*term), Op::Transpose(_))) {
            let inner: Vec<Id> = terms.iter().map(|term| self.transpose(*term)).collect();
            let sum = self.plain_sum(coefficients, &inner);
            return self.transpose(sum);
        }
        self.plain_sum(coefficients, terms)
    }

    pub(crate) fn plain_sum(&mut self, coefficients: &[Rational], terms: &[Id]) -> Id {
        let is_symmetric = terms.iter().all(|term| self.is_symmetric(*term));
        let minus_one = Rational::from(-1);
        let mut sum: Option<Id> = None;
        // The positive terms first, so that nothing has to be negated.
        let (negative, positive): (Vec<usize>, Vec<usize>) =
            (0..terms.len()).partition(|at| coefficients[*at] == minus_one);
        for at in positive.into_iter().chain(negative) {
            let term = terms[at];
            sum = Some(match sum {
                Some(sum) if coefficients[at] == minus_one => self.binary(Binary::Sub, sum, term),
                _ => {
                    let number = self.number(coefficients[at].clone());
                    let term = self.mul(number, term);
                    sum.map_or(term, |sum| self.binary(Binary::Add, sum, term))
                }
            });
        }
        let sum = sum.unwrap_or_else(|| self.number(Rational::zero()));
        if is_symmetric {
            self.mark_symmetric(sum);
        }
        sum
    }

    /// Terms that are outer products of any rank, with others beside them, become one of them.
    fn sum_of_spreads(&mut self, coefficients: &[Rational], terms: &[Id], shape: &[usize]) -> Option<Id> {
        let inner = |graph: &Graph, id: Id| match graph.op(id) {
            Op::Spread(spread) => Some((spread.clone(), graph.shape(id).to_vec())),
            Op::Reshape(inner) => match graph.op(*inner) {
                Op::Spread(spread) => Some((spread.clone(), graph.shape(*inner).to_vec())),
                _ => None,
            },
            _ => None,
        };
        let (_, common) = terms.iter().find_map(|term| inner(self, *term))?;
        if terms.len() < 2 {
            return None;
        }
        let mut all = Vec::new();
        for (coefficient, term) in coefficients.iter().zip(terms) {
            let spread = match inner(self, *term) {
                Some((spread, shape)) if shape == common => spread,
                Some(_) => return None,
                None => match self.as_fill(*term) {
                    Some(number) => Spread::number(number, common.len()),
                    None => {
                        let factor = self.factor(*term);
                        if factor.transposed && common.len() != 2 {
                            return None;
                        }
                        let mut spread = Spread::array(factor.id, &common);
                        if factor.transposed {
                            spread = Spread::array(factor.id, self.shape(factor.id)).permuted(&[1, 0]);
                        }
                        spread
                    }
                },
            };
            all.extend(spread.scaled(coefficient).terms);
        }
        let sum = self.spread(Spread { terms: all }, &common);
        Some(self.reshape(sum, shape))
    }

    /// Systems with a diagonal matrix need no factors.
    fn diagonal_system(&mut self, instruction: &Instruction, args: &[Id], shape: &[usize]) -> Option<Id> {
        let n = self.shape(args[0]).first().copied().unwrap_or(1);
        let entries = self.as_diagonal(args[0])?;
        let entries = match self.is_scalar(entries) {
            true => self.fill(entries, &[n]),
            false => entries,
        };
        Some(match instruction {
            Instruction::Inverse => {
                let inverse = self.unary(Unary::Reciprocal, entries);
                self.diagonal(inverse, n)
            }
            Instruction::Logdet(_) => {
                let logs = self.unary(Unary::Apply(Function::Ln), entries);
                self.sum(logs)
            }
            Instruction::Solve(_) => {
                let divisor = match shape {
                    [_, columns] => self.columns(entries, (n, *columns)),
                    _ => entries,
                };
                let rhs = self.dense(args[1]);
                self.binary(Binary::Div, rhs, divisor)
            }
            _ => return None,
        })
    }

    /// The trace of a product: of two halves only the diagonal of their product is computed.
    fn trace(&mut self, factors: &[Id]) -> Id {
        if let [only] = *factors {
            if let Some(entries) = self.as_diagonal(only) {
                let n = self.shape(only)[0];
                let entries = self.fill_if_number(entries, n);
                return self.sum(entries);
            }
            let matrix = self.factor(only).id;
            let n = self.shape(matrix).first().copied().unwrap_or(1);
            let diagonal = self.add(Op::DiagOf(matrix), vec![n]);
            return self.sum(diagonal);
        }
        // The largest factor is one half, the others, around the corner, are the other: tr(A*B*C) = tr(B*(C*A)). A
        // Kronecker product is better multiplied.
        let entries = |at: &usize| {
            (
                !matches!(self.op(factors[*at]), Op::Kron(..)),
                self.len_of(factors[*at]),
            )
        };
        let largest = (0..factors.len()).max_by_key(entries).unwrap_or(0);
        let others: Vec<Id> = factors[largest + 1..]
            .iter()
            .chain(&factors[..largest])
            .copied()
            .collect();
        let other = self.chain(&others);
        if self.as_diagonal(other).is_some() || self.as_diagonal(factors[largest]).is_some() {
            let product = self.product(factors[largest], other);
            return self.trace(&[product]);
        }
        let mut halves = (factors[largest], self.transpose(other));
        if matches!(self.op(halves.1), Op::Transpose(_)) {
            halves = (self.transpose(halves.0), other);
        }
        let products = self.mul(halves.0, halves.1);
        self.sum(products)
    }

    fn fill_if_number(&mut self, entries: Id, n: usize) -> Id {
        match self.is_scalar(entries) {
            true => self.fill(entries, &[n]),
            false => entries,
        }
    }
}
