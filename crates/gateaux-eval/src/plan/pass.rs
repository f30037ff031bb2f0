//! Passes: functions of entries, and sums of them, block by block of a size that stays in the first cache.

use std::collections::HashMap;

use gateaux_array::kernels::{Binary, Unary};

use crate::plan::graph::{Graph, Id, Op};
use crate::plan::{binary_name, unary_name};

/// The entries of a block: some of them fit the first cache together.
pub(crate) const BLOCK: usize = 512;
/// Shorter columns are not worth a block of their own.
const SHORT: usize = 64;

/// Where an instruction of a pass finds its operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Source {
    /// A block that the pass computed.
    Register(usize),
    /// The block of a result of the pass.
    Result(usize),
    /// The block of an operand of the same shape.
    Stream(usize),
    /// An operand that is a number.
    Number(usize),
    /// A vector that is every column.
    Column(usize),
    /// A vector that is every row.
    Row(usize),
}

/// What is done to a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    Unary(Unary, Source),
    Binary(Binary, Source, Source),
    Choice(Source, Source, Source),
    /// The same entries.
    Copy(Source),
}

/// Where a block goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    Register(usize),
    Result(usize),
}

/// What is gathered from all blocks into a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Gathering {
    Sum(Source),
    /// The sum of the products of two.
    Dot(Source, Source),
    Maximum(Source),
    Minimum(Source),
    /// The largest entry if it is finite, else 0.
    Shift(Source),
}

/// Actions on blocks in order, then what is gathered.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pass {
    /// The number of entries.
    pub(crate) length: usize,
    /// Rows of the matrix that it goes over, where vectors are read as rows or columns.
    pub(crate) rows: Option<usize>,
    /// How many columns make a block: of short ones several, whose vectors are written out before anything else.
    pub(crate) columns: usize,
    pub(crate) registers: usize,
    pub(crate) actions: Vec<(Action, Target)>,
    /// Each with the result that is its number.
    pub(crate) gatherings: Vec<(Gathering, usize)>,
}

impl Pass {
    /// The only operand, in every entry, column or row of the only result.
    pub(crate) fn copying(source: Source, length: usize, rows: usize) -> Pass {
        Pass {
            length,
            rows: matches!(source, Source::Column(_) | Source::Row(_)).then_some(rows),
            columns: 1,
            actions: vec![(Action::Copy(source), Target::Result(0))],
            ..Pass::default()
        }
    }

    /// Calls a function with every source of an operand.
    pub(crate) fn for_each_source(&mut self, visit: &mut dyn FnMut(&mut Source)) {
        for (action, _) in &mut self.actions {
            match action {
                Action::Unary(_, a) | Action::Copy(a) => visit(a),
                Action::Binary(_, a, b) => [a, b].into_iter().for_each(&mut *visit),
                Action::Choice(a, b, c) => [a, b, c].into_iter().for_each(&mut *visit),
            }
        }
        for (gathering, _) in &mut self.gatherings {
            match gathering {
                Gathering::Sum(a) | Gathering::Maximum(a) | Gathering::Minimum(a) | Gathering::Shift(a) => visit(a),
                Gathering::Dot(a, b) => [a, b].into_iter().for_each(&mut *visit),
            }
        }
    }

    pub(crate) fn operations(&self) -> f64 {
        (self.length * (self.actions.len() + self.gatherings.len())) as f64
    }

    pub(crate) fn name(&self) -> String {
        let actions = self.actions.iter().map(|(action, _)| match action {
            Action::Unary(unary, _) => unary_name(*unary),
            Action::Binary(binary, ..) => binary_name(*binary).to_owned(),
            Action::Choice(..) => "where".to_owned(),
            Action::Copy(_) => "copy".to_owned(),
        });
        let gatherings = self.gatherings.iter().map(|(gathering, _)| match gathering {
            Gathering::Sum(_) => "sum".to_owned(),
            Gathering::Dot(..) => "dot".to_owned(),
            Gathering::Maximum(_) => "maximum".to_owned(),
            Gathering::Minimum(_) => "minimum".to_owned(),
            Gathering::Shift(_) => "maximum".to_owned(),
        });
        actions.chain(gatherings).collect::<Vec<_>>().join(" ")
    }
}

/// A pass being made: its values, and what they become outside.
pub(crate) struct Builder<'a> {
    graph: &'a Graph,
    pub(crate) pass: Pass,
    /// Values from outside, in the order of the operands.
    pub(crate) operands: Vec<Id>,
    /// Values that somebody outside reads, in the order of the results.
    pub(crate) results: Vec<Id>,
    sources: HashMap<Id, Source>,
    free: Vec<usize>,
    /// How often the blocks in registers will still be read.
    readers: HashMap<Id, usize>,
}

impl<'a> Builder<'a> {
    /// A pass over these values, all of one shape or gathered from such; some of them are read outside.
    pub(crate) fn build(graph: &'a Graph, members: &[Id], is_read_outside: &dyn Fn(Id) -> bool) -> Builder<'a> {
        let mut builder = Builder {
            graph,
            pass: Pass::default(),
            operands: Vec::new(),
            results: Vec::new(),
            sources: HashMap::new(),
            free: Vec::new(),
            readers: HashMap::new(),
        };
        let products = builder.products_to_sum(members, is_read_outside);
        for member in members.iter().filter(|member| !products.contains(member)) {
            for operand in graph.operands(*member) {
                match products.contains(&operand) {
                    true => graph.operands(operand).iter().for_each(|id| builder.expect(*id)),
                    false => builder.expect(operand),
                }
            }
        }
        let shape = members.first().map(|member| match graph.op(*member) {
            Op::Sum(x) | Op::Extremum(_, x) | Op::Shift(x) => graph.shape(*x),
            _ => graph.shape(*member),
        });
        builder.pass.length = shape.map_or(1, |shape| shape.iter().product());
        builder.pass.rows = shape.and_then(|shape| shape.first().copied());
        for member in members {
            if products.contains(member) {
                continue;
            }
            match *graph.op(*member) {
                Op::Sum(x) if products.contains(&x) => {
                    let operands = graph.operands(x);
                    let (a, b) = (builder.source(operands[0]), builder.source(operands[1]));
                    builder.gather(Gathering::Dot(a, b), *member);
                }
                Op::Sum(x) => {
                    let source = builder.source(x);
                    builder.gather(Gathering::Sum(source), *member);
                }
                Op::Shift(x) => {
                    let source = builder.source(x);
                    builder.gather(Gathering::Shift(source), *member);
                }
                Op::Extremum(is_largest, x) => {
                    let source = builder.source(x);
                    let gathering = if is_largest {
                        Gathering::Maximum(source)
                    } else {
                        Gathering::Minimum(source)
                    };
                    builder.gather(gathering, *member);
                }
                _ => builder.act(*member, is_read_outside(*member)),
            }
        }
        builder.finish();
        builder
    }

    /// Products of two arrays that are only summed: the sum of the products needs no block for them.
    fn products_to_sum(&self, members: &[Id], is_read_outside: &dyn Fn(Id) -> bool) -> Vec<Id> {
        let mut uses: HashMap<Id, usize> = HashMap::new();
        for member in members {
            self.graph
                .operands(*member)
                .into_iter()
                .for_each(|id| *uses.entry(id).or_default() += 1);
        }
        let summed = members.iter().filter_map(|member| match self.graph.op(*member) {
            Op::Sum(x) if members.contains(x) && uses[x] == 1 && !is_read_outside(*x) => Some(*x),
            _ => None,
        });
        let is_product = |id: &Id| match *self.graph.op(*id) {
            Op::Binary(Binary::Mul, a, b) => {
                let is_array =
                    |id: Id| !self.graph.is_scalar(id) && !matches!(self.graph.op(id), Op::Column(_) | Op::Row(_));
                is_array(a) && is_array(b)
            }
            _ => false,
        };
        summed.filter(is_product).collect()
    }

    fn expect(&mut self, id: Id) {
        *self.readers.entry(id).or_default() += 1;
    }

    fn operand(&mut self, id: Id) -> usize {
        let known = self.operands.iter().position(|own| *own == id);
        known.unwrap_or_else(|| {
            self.operands.push(id);
            self.operands.len() - 1
        })
    }

    fn source(&mut self, id: Id) -> Source {
        if let Some(source) = self.sources.get(&id) {
            return *source;
        }
        match *self.graph.op(id) {
            Op::Fill(number) => Source::Number(self.operand(number)),
            Op::Column(vector) => Source::Column(self.operand(vector)),
            Op::Row(vector) => Source::Row(self.operand(vector)),
            _ if self.graph.is_scalar(id) => Source::Number(self.operand(id)),
            _ => Source::Stream(self.operand(id)),
        }
    }

    fn act(&mut self, id: Id, is_read_outside: bool) {
        let operands = self.graph.operands(id);
        let sources: Vec<Source> = operands.iter().map(|operand| self.source(*operand)).collect();
        let action = match *self.graph.op(id) {
            Op::Unary(unary, _) => Action::Unary(unary, sources[0]),
            Op::Binary(binary, ..) => Action::Binary(binary, sources[0], sources[1]),
            Op::Choice(..) => Action::Choice(sources[0], sources[1], sources[2]),
            _ => Action::Copy(self.source(id)),
        };
        // A register that is read for the last time may be written at once.
        for operand in operands {
            if let (Some(readers), Some(Source::Register(register))) =
                (self.readers.get_mut(&operand), self.sources.get(&operand))
            {
                *readers -= 1;
                if *readers == 0 {
                    self.free.push(*register);
                }
            }
        }
        let (target, source) = match is_read_outside {
            true => {
                self.results.push(id);
                let result = self.results.len() - 1;
                (Target::Result(result), Source::Result(result))
            }
            false => {
                let register = self.free.pop().unwrap_or_else(|| {
                    self.pass.registers += 1;
                    self.pass.registers - 1
                });
                (Target::Register(register), Source::Register(register))
            }
        };
        self.sources.insert(id, source);
        self.pass.actions.push((action, target));
    }

    fn gather(&mut self, gathering: Gathering, id: Id) {
        self.results.push(id);
        self.pass.gatherings.push((gathering, self.results.len() - 1));
    }

    /// Without vectors as rows or columns the shape does not matter; short columns are taken several at once.
    fn finish(&mut self) {
        self.pass.columns = 1;
        let mut vectors: Vec<Source> = Vec::new();
        self.pass.for_each_source(&mut |source| {
            if matches!(source, Source::Column(_) | Source::Row(_)) && !vectors.contains(source) {
                vectors.push(*source);
            }
        });
        match self.pass.rows {
            _ if vectors.is_empty() => self.pass.rows = None,
            Some(rows) if (1..SHORT).contains(&rows) => {
                self.pass.columns = BLOCK / rows;
                let first = self.pass.registers;
                self.pass.registers += vectors.len();
                for (at, vector) in vectors.iter().enumerate() {
                    self.pass.for_each_source(&mut |source| {
                        if source == vector {
                            *source = Source::Register(first + at);
                        }
                    });
                }
                let written = vectors
                    .iter()
                    .enumerate()
                    .map(|(at, vector)| (Action::Copy(*vector), Target::Register(first + at)));
                self.pass.actions.splice(0..0, written);
            }
            _ => {}
        }
    }
}
