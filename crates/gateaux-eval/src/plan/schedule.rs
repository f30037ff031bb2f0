//! The order of evaluation, the passes, and the buffers.

use std::collections::{BTreeMap, HashMap, HashSet};

use gateaux_array::kernels::{Binary, Unary};
use gateaux_core::expr::Rational;

use crate::engine::MAX_RESULTS;
use crate::plan::fuse::fuse;
use crate::plan::graph::{Decomposition, Factor, Graph, Id, Op, rows_and_columns};
use crate::plan::in_place::update_in_place;
use crate::plan::pass::{Builder, Pass, Source};
use crate::plan::spread::{Spread, Strided};
use crate::plan::{Constant, Kernel, Operand, Place, Plan, SpreadTerm, Step};
use crate::program::Instruction;

/// The plan that computes these values into the outputs, each in column order.
pub(crate) fn schedule(graph: &Graph, outputs: &[Id], inputs: Vec<usize>) -> Plan {
    let mut scheduler = Scheduler::new(graph, outputs);
    scheduler.plan.inputs = inputs;
    scheduler.plan.outputs = outputs.iter().map(|id| graph.len_of(*id)).collect();
    let groups = scheduler.groups();
    for members in groups.values() {
        scheduler.emit(members);
    }
    for (at, id) in outputs.iter().enumerate() {
        scheduler.deliver(at, *id);
    }
    scheduler.plan.steps = fuse(std::mem::take(&mut scheduler.plan.steps), &mut scheduler.plan.buffers);
    update_in_place(&mut scheduler.plan.steps);
    scheduler.assign_buffers();
    scheduler.plan
}

/// What is computed together: by level, then passes over one shape, or single values.
type Groups = BTreeMap<(usize, Vec<usize>, Option<Id>), Vec<Id>>;

struct Scheduler<'a> {
    graph: &'a Graph,
    outputs: &'a [Id],
    plan: Plan,
    is_needed: Vec<bool>,
    /// For each value by which values it is read.
    readers: Vec<Vec<Id>>,
    places: HashMap<Id, Place>,
    pivots: HashMap<Id, usize>,
    /// Multiples of matrix products that nobody needs without the coefficient: the products.
    multiples: HashMap<Id, Id>,
    /// The coefficients of these products.
    coefficients: HashMap<Id, Rational>,
}

impl<'a> Scheduler<'a> {
    fn new(graph: &'a Graph, outputs: &'a [Id]) -> Self {
        let mut is_needed = vec![false; graph.nodes.len()];
        let mut readers = vec![Vec::new(); graph.nodes.len()];
        outputs.iter().for_each(|id| is_needed[id.index()] = true);
        for at in (0..graph.nodes.len()).rev() {
            if is_needed[at] {
                let id = Id(at as u32);
                for operand in graph.operands(id) {
                    is_needed[operand.index()] = true;
                    readers[operand.index()].push(id);
                }
            }
        }
        let mut scheduler = Scheduler {
            graph,
            outputs,
            plan: Plan::default(),
            is_needed,
            readers,
            places: HashMap::new(),
            pivots: HashMap::new(),
            multiples: HashMap::new(),
            coefficients: HashMap::new(),
        };
        scheduler.find_multiples();
        scheduler
    }

    /// Multiples of products of matrices are computed with the product.
    fn find_multiples(&mut self) {
        let graph = self.graph;
        for at in (0..graph.nodes.len()).filter(|at| self.is_needed[*at]) {
            let id = Id(at as u32);
            let (product, coefficient) = match *graph.op(id) {
                Op::Unary(Unary::Neg, x) => (x, Rational::from(-1)),
                Op::Binary(Binary::Mul, c, x) => match graph.as_number(c) {
                    Some(coefficient) => (x, coefficient.clone()),
                    None => continue,
                },
                _ => continue,
            };
            let is_product = match graph.op(product) {
                Op::Product(_, b) => graph.shape(b.id).len() > 1,
                Op::Gram(..) => true,
                _ => false,
            };
            if is_product && self.readers[product.index()] == [id] && !self.outputs.contains(&product) {
                self.multiples.insert(id, product);
                self.coefficients.insert(product, coefficient);
            }
        }
    }

    /// Whether a value only names another one or a constant.
    fn is_view(&self, id: Id) -> bool {
        let op = self.graph.op(id);
        let names_another = matches!(
            op,
            Op::Reshape(_) | Op::Column(_) | Op::Row(_) | Op::Fill(_) | Op::Input(_) | Op::Identity
        );
        let is_constant = matches!(op, Op::Number(_) | Op::Pi | Op::Constant(_) | Op::Diagonal(_));
        names_another || is_constant || self.multiples.contains_key(&id)
    }

    fn is_elementwise(&self, id: Id) -> bool {
        self.graph.is_elementwise(id) && !self.multiples.contains_key(&id)
    }

    /// Values by levels: each is computed after all it reads, and entry by entry functions of one shape in one pass.
    fn groups(&self) -> Groups {
        let mut groups = Groups::new();
        for (id, level) in self.levels() {
            let key = match self.domain(id) {
                Some(shape) => (level, shape, None),
                None => (level, vec![], Some(id)),
            };
            groups.entry(key).or_default().push(id);
        }
        groups
    }

    /// For each value that is computed when: as early as possible, but what is computed entry by entry for others that
    /// are, together with them.
    fn levels(&self) -> Vec<(Id, usize)> {
        let graph = self.graph;
        let mut levels = vec![0usize; graph.nodes.len()];
        // The level from which on a value can be read by others than the pass that makes it.
        let mut ready = vec![0usize; graph.nodes.len()];
        let mut computed = Vec::new();
        for at in (0..graph.nodes.len()).filter(|at| self.is_needed[*at]) {
            let id = Id(at as u32);
            let operands = graph.operands(id);
            if self.is_view(id) {
                ready[at] = operands.iter().map(|operand| ready[operand.index()]).max().unwrap_or(0);
                continue;
            }
            let domain = self.domain(id);
            let level = operands.iter().map(|operand| {
                let joins = domain.is_some()
                    && self.is_elementwise(*operand)
                    && Some(graph.shape(*operand)) == domain.as_deref();
                if joins {
                    levels[operand.index()]
                } else {
                    ready[operand.index()]
                }
            });
            levels[at] = level.max().unwrap_or(0);
            ready[at] = levels[at] + 1;
            computed.push(id);
        }
        for id in computed.iter().rev() {
            if self.is_elementwise(*id) && !self.outputs.contains(id) {
                let shape = graph.shape(*id);
                let readers = &self.readers[id.index()];
                let joins = |reader: &Id| self.domain(*reader).as_deref() == Some(shape);
                if let (true, Some(level)) = (
                    readers.iter().all(joins),
                    readers.iter().map(|reader| levels[reader.index()]).min(),
                ) {
                    levels[id.index()] = level;
                }
            }
        }
        computed.into_iter().map(|id| (id, levels[id.index()])).collect()
    }

    /// The shape over which a value is computed in a pass, if it is.
    fn domain(&self, id: Id) -> Option<Vec<usize>> {
        match self.graph.op(id) {
            Op::Sum(x) | Op::Extremum(_, x) | Op::Shift(x) => Some(self.graph.shape(*x).to_vec()),
            _ if self.is_elementwise(id) => Some(self.graph.shape(id).to_vec()),
            _ => None,
        }
    }

    fn emit(&mut self, members: &[Id]) {
        match members {
            [only] if self.domain(*only).is_none() => self.emit_single(*only),
            _ => self.emit_pass(members),
        }
    }

    /// A pass over these values, or several where there would be too many results.
    fn emit_pass(&mut self, members: &[Id]) {
        let mut rest = members;
        while !rest.is_empty() {
            let mut count = rest.len();
            let mut builder = self.pass(&rest[..count]);
            while builder.results.len() > MAX_RESULTS {
                count = count.div_ceil(2);
                builder = self.pass(&rest[..count]);
            }
            let Builder {
                pass,
                operands,
                results,
                ..
            } = builder;
            let operands = operands.iter().map(|id| self.read(*id)).collect();
            let results = results.iter().map(|id| self.write(*id)).collect();
            self.step(Kernel::Pass(pass), operands, results);
            rest = &rest[count..];
        }
    }

    fn pass(&self, members: &[Id]) -> Builder<'a> {
        let own: HashSet<Id> = members.iter().copied().collect();
        let is_read_outside = |id: Id| {
            let is_read = self.readers[id.index()].iter().any(|reader| !own.contains(reader));
            is_read || self.outputs.contains(&id)
        };
        Builder::build(self.graph, members, &is_read_outside)
    }

    fn step(&mut self, kernel: Kernel, operands: Vec<Operand>, results: Vec<Operand>) {
        self.plan.steps.push(Step {
            kernel,
            operands,
            results,
        });
    }

    /// Where a value stands, made if it is a constant or only named until now.
    fn read(&mut self, id: Id) -> Operand {
        let length = self.graph.len_of(id);
        if let Some(place) = self.places.get(&id) {
            return Operand { place: *place, length };
        }
        if let Some(product) = self.multiples.get(&id) {
            return self.read(*product);
        }
        let place = match self.graph.op(id).clone() {
            Op::Input(at) => Place::Input(at),
            Op::Reshape(inner) => self.read(inner).place,
            Op::Number(value) => self.constant(Instruction::Constant(value), &[]),
            Op::Pi => self.constant(Instruction::Pi, &[]),
            Op::Constant(instruction) => {
                let shape = self.graph.shape(id).to_vec();
                self.constant(instruction, &shape)
            }
            Op::Fill(number) => return self.filled(id, number),
            Op::Column(vector) => return self.repeated(id, vector, Source::Column(0)),
            Op::Row(vector) => return self.repeated(id, vector, Source::Row(0)),
            // Only the identity is left: diagonal matrices are written out before anybody reads them as arrays, and
            // all else is computed before it is read.
            _ => self.constant(Instruction::Eye, self.graph.shape(id)),
        };
        self.places.insert(id, place);
        Operand { place, length }
    }

    /// Equal entries that somebody reads as an array.
    fn filled(&mut self, id: Id, number: Id) -> Operand {
        let length = self.graph.len_of(id);
        if let Some(value) = self.graph.as_number(number).cloned() {
            let shape = self.graph.shape(id).to_vec();
            let place = self.constant(Instruction::Constant(value), &shape);
            self.places.insert(id, place);
            return Operand { place, length };
        }
        let number = self.read(number);
        let result = self.write(id);
        let pass = Pass::copying(Source::Number(0), length, 1);
        self.step(Kernel::Pass(pass), vec![number], vec![result]);
        result
    }

    /// A vector in all columns or rows, that somebody reads as an array.
    fn repeated(&mut self, id: Id, vector: Id, source: Source) -> Operand {
        let operand = self.read(vector);
        let result = self.write(id);
        let pass = Pass::copying(source, result.length, rows_and_columns(self.graph.shape(id)).0);
        self.step(Kernel::Pass(pass), vec![operand], vec![result]);
        result
    }

    fn constant(&mut self, instruction: Instruction, shape: &[usize]) -> Place {
        let constant = Constant {
            instruction,
            shape: shape.to_vec(),
        };
        let known = self.plan.constants.iter().position(|own| *own == constant);
        Place::Constant(known.unwrap_or_else(|| {
            self.plan.constants.push(constant);
            self.plan.constants.len() - 1
        }))
    }

    /// A new place for a value; what is delivered in this form goes to the caller's memory at once.
    fn write(&mut self, id: Id) -> Operand {
        let length = self.graph.len_of(id);
        let output = self.outputs.iter().position(|output| self.is_same_array(*output, id));
        let place = match output {
            Some(output) => Place::Output(output),
            None => {
                self.plan.buffers.push(length);
                Place::Buffer(self.plan.buffers.len() - 1)
            }
        };
        self.places.insert(id, place);
        Operand { place, length }
    }

    /// Whether an output is this value, perhaps in another shape.
    fn is_same_array(&self, output: Id, id: Id) -> bool {
        match self.graph.op(output) {
            _ if output == id || self.multiples.get(&output) == Some(&id) => true,
            Op::Reshape(inner) => self.is_same_array(*inner, id),
            _ => false,
        }
    }

    /// Brings a value that stands elsewhere to the caller's memory.
    fn deliver(&mut self, at: usize, id: Id) {
        let operand = self.read(id);
        if operand.place != Place::Output(at) {
            let result = Operand {
                place: Place::Output(at),
                length: operand.length,
            };
            self.step(Kernel::Copy, vec![operand], vec![result]);
        }
    }

    fn emit_single(&mut self, id: Id) {
        let graph = self.graph;
        let op = graph.op(id).clone();
        let operands: Vec<Operand> = graph.operands(id).iter().map(|id| self.read(*id)).collect();
        let kernel = match &op {
            Op::Product(a, b) => self.product(id, *a, *b),
            Op::Gram(a, weights) => self.gram(id, *a, weights.is_some()),
            Op::BatchedProduct(a, b) => {
                let (left, right) = (graph.shape(*a), graph.shape(*b));
                Kernel::Batched {
                    m: left[0],
                    k: left[1],
                    n: right[1],
                    count: left[2],
                }
            }
            Op::Spread(spread) => return self.spread(id, spread),
            Op::Other(instruction, args) => Kernel::Other {
                shapes: args.iter().map(|arg| graph.shape(*arg).to_vec()).collect(),
                shape: graph.shape(id).to_vec(),
                instruction: instruction.clone(),
            },
            other => match self.rearrangement(id, other).or_else(|| self.system(id, other)) {
                Some(kernel) => kernel,
                None => return,
            },
        };
        if let Kernel::Decompose {
            decomposition: Decomposition::Triangle(_),
            ..
        } = kernel
        {
            // A triangle is its own factor.
            self.places.insert(id, operands[0].place);
            return;
        }
        let result = self.write(id);
        self.step(kernel, operands, vec![result]);
    }

    /// Entries in other places, and the largest or the sum of some of them.
    fn rearrangement(&self, id: Id, op: &Op) -> Option<Kernel> {
        let graph = self.graph;
        let rows = |inner: Id| rows_and_columns(graph.shape(inner)).0;
        Some(match op {
            Op::Transpose(inner) => {
                let (m, n) = rows_and_columns(graph.shape(*inner));
                Kernel::Transpose { m, n }
            }
            Op::AddTranspose(a, b, inner) => Kernel::AddTranspose {
                n: rows(*inner),
                coefficients: [a.clone(), b.clone()],
            },
            Op::Permute(inner, order) => Kernel::Permute {
                shape: graph.shape(*inner).to_vec(),
                order: order.clone(),
            },
            Op::Slice(inner, axis, start) => Kernel::Slice {
                rows: rows(*inner),
                axis: *axis,
                start: *start,
                shape: graph.shape(id).to_vec(),
            },
            Op::DiagOf(inner) => Kernel::DiagOf { n: rows(*inner) },
            Op::Norm(_) => Kernel::Norm,
            Op::LargestOfRows(_) => Kernel::LargestOfRows,
            Op::SumFirst(inner) => Kernel::SumFirst { count: rows(*inner) },
            _ => return None,
        })
    }

    fn gram(&self, id: Id, a: Factor, weighted: bool) -> Kernel {
        let (rows, columns) = rows_and_columns(self.graph.shape(a.id));
        let (n, k) = if a.transposed { (columns, rows) } else { (rows, columns) };
        Kernel::Gram {
            n,
            k,
            transposed: a.transposed,
            weighted,
            coefficient: self.coefficient(id),
        }
    }

    /// Outer products; what all of them are multiplied with along one axis comes last.
    fn spread(&mut self, id: Id, spread: &Spread) {
        let (rest, line) = match spread.common_line() {
            Some((rest, axis, factors)) => (rest, Some((axis, factors))),
            None => (spread.clone(), None),
        };
        let mut operands = Vec::new();
        let mut place = |scheduler: &mut Self, factor: &Strided| {
            operands.push(scheduler.read(factor.id));
            operands.len() - 1
        };
        let mut terms = Vec::with_capacity(rest.terms.len());
        for term in &rest.terms {
            let factors = term
                .factors
                .iter()
                .map(|factor| (place(self, factor), factor.strides.clone()));
            terms.push(SpreadTerm {
                coefficient: term.coefficient.clone(),
                factors: factors.collect(),
                deltas: term.deltas.clone(),
            });
        }
        let line = line.map(|(axis, factors)| {
            let factors = factors.iter().map(|factor| (place(self, factor), factor.strides[axis]));
            (axis, factors.collect())
        });
        let shape = self.graph.shape(id).to_vec();
        let result = self.write(id);
        self.step(Kernel::Spread { shape, terms, line }, operands, vec![result]);
    }

    /// What a product is multiplied with before it is stored.
    fn coefficient(&self, product: Id) -> Rational {
        self.coefficients.get(&product).cloned().unwrap_or_else(Rational::one)
    }

    fn product(&self, id: Id, a: Factor, b: Factor) -> Kernel {
        let (rows, columns) = rows_and_columns(self.graph.shape(a.id));
        if self.graph.shape(b.id).len() == 1 {
            return Kernel::MatrixVector {
                m: rows,
                n: columns,
                transposed: a.transposed,
            };
        }
        let (m, k) = if a.transposed { (columns, rows) } else { (rows, columns) };
        let (rows, columns) = rows_and_columns(self.graph.shape(b.id));
        let n = if b.transposed { rows } else { columns };
        Kernel::MatrixMatrix {
            m,
            k,
            n,
            transposed: [a.transposed, b.transposed],
            coefficient: self.coefficient(id),
            is_symmetric: self.graph.is_symmetric(id),
        }
    }

    /// Factors and what is computed from them.
    fn system(&mut self, id: Id, op: &Op) -> Option<Kernel> {
        let graph = self.graph;
        let of = |factors: Id| match *graph.op(factors) {
            Op::Decompose(decomposition, _) => (graph.shape(factors)[0], decomposition),
            _ => (graph.shape(factors).first().copied().unwrap_or(1), Decomposition::Lu),
        };
        let pivots = |scheduler: &Self, factors: Id| scheduler.pivots.get(&factors).copied().unwrap_or(0);
        Some(match *op {
            Op::Decompose(decomposition, _) => {
                let n = graph.shape(id)[0];
                self.plan
                    .pivots
                    .push(if decomposition == Decomposition::Lu { n } else { 0 });
                self.pivots.insert(id, self.plan.pivots.len() - 1);
                Kernel::Decompose {
                    n,
                    decomposition,
                    pivots: self.plan.pivots.len() - 1,
                }
            }
            Op::Solve(factors, rhs, transposed) => {
                let (n, decomposition) = of(factors);
                let columns = graph.len_of(rhs).checked_div(n).unwrap_or(0);
                Kernel::Solve {
                    n,
                    columns,
                    decomposition,
                    pivots: pivots(self, factors),
                    transposed,
                }
            }
            Op::Inverse(factors) => {
                let (n, decomposition) = of(factors);
                Kernel::Inverse {
                    n,
                    decomposition,
                    pivots: pivots(self, factors),
                }
            }
            Op::Logdet(factors) | Op::Det(factors) => {
                let (n, decomposition) = of(factors);
                let logarithm = matches!(op, Op::Logdet(_));
                Kernel::Determinant {
                    n,
                    decomposition,
                    pivots: pivots(self, factors),
                    logarithm,
                }
            }
            _ => return None,
        })
    }

    /// Values whose times do not overlap share a buffer.
    fn assign_buffers(&mut self) {
        let mut last_use = vec![0; self.plan.buffers.len()];
        for (at, step) in self.plan.steps.iter().enumerate() {
            for operand in step.operands.iter().chain(&step.results) {
                if let Place::Buffer(buffer) = operand.place {
                    last_use[buffer] = at;
                }
            }
        }
        let mut shared: Vec<usize> = Vec::new();
        let mut home: Vec<Option<usize>> = vec![None; last_use.len()];
        let mut free: Vec<usize> = Vec::new();
        for at in 0..self.plan.steps.len() {
            let step = &mut self.plan.steps[at];
            let mut ending = Vec::new();
            for operand in step.results.iter_mut().chain(&mut step.operands) {
                let Place::Buffer(buffer) = operand.place else { continue };
                let wanted = self.plan.buffers[buffer];
                let slot = *home[buffer].get_or_insert_with(|| take_free(&mut free, &mut shared, wanted));
                operand.place = Place::Buffer(slot);
                if last_use[buffer] == at && !ending.contains(&slot) {
                    ending.push(slot);
                }
            }
            free.extend(ending);
        }
        self.plan.buffers = shared;
    }
}

/// The free buffer that fits best: the smallest that is large enough, else the largest, which grows.
fn take_free(free: &mut Vec<usize>, lengths: &mut Vec<usize>, wanted: usize) -> usize {
    let fitting = (0..free.len())
        .filter(|at| lengths[free[*at]] >= wanted)
        .min_by_key(|at| lengths[free[*at]]);
    let largest = || (0..free.len()).max_by_key(|at| lengths[free[*at]]);
    match fitting.or_else(largest) {
        Some(at) => {
            let slot = free.swap_remove(at);
            lengths[slot] = lengths[slot].max(wanted);
            slot
        }
        None => {
            lengths.push(wanted);
            lengths.len() - 1
        }
    }
}
