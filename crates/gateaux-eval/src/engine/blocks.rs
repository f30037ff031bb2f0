//! Passes, block by block.

use gateaux_array::kernels::{self, Operand as Entries, Scalar};

use crate::engine::{Memory, Processor, Taken};
use crate::plan::Step;
use crate::plan::pass::{Action, Gathering, Pass, Source, Target};

/// The entries of a block: some of them fit the first cache together.
pub(crate) const BLOCK: usize = 512;

/// Some entries that stand side by side, all of them in one column where that matters.
#[derive(Clone, Copy)]
struct Block {
    start: usize,
    length: usize,
    row: usize,
    column: usize,
}

/// What the sources of a pass mean in a block.
struct View<'a, 'o, T> {
    step: &'a Step,
    memory: &'a Memory<'a, 'o, T>,
    registers: &'a [Vec<T>],
    results: &'a [Taken<'o, T>],
    block: Block,
}

impl<T: Scalar> View<'_, '_, T> {
    fn operand(&self, at: usize) -> &[T] {
        self.memory.read(self.step.operands[at])
    }

    fn entries(&self, source: Source) -> Entries<'_, T> {
        let Block {
            start,
            length,
            row,
            column,
        } = self.block;
        match source {
            Source::Register(register) => Entries::Slice(&self.registers[register][..length]),
            Source::Result(result) => Entries::Slice(&self.results[result].slice()[start..start + length]),
            Source::Stream(at) => Entries::Slice(&self.operand(at)[start..start + length]),
            Source::Number(at) => Entries::Number(self.operand(at)[0]),
            Source::Column(at) => Entries::Slice(&self.operand(at)[row..row + length]),
            Source::Row(at) => Entries::Number(self.operand(at)[column]),
        }
    }

    fn act(&self, action: Action, out: &mut [T]) {
        match action {
            Action::Unary(unary, a) => match self.entries(a) {
                Entries::Slice(x) => kernels::unary(unary, x, out),
                Entries::Number(x) => {
                    if let [first, rest @ ..] = out {
                        *first = x;
                        kernels::unary_in_place(unary, std::slice::from_mut(first));
                        rest.fill(*first);
                    }
                }
            },
            Action::Binary(binary, a, b) => kernels::binary(binary, self.entries(a), self.entries(b), out),
            Action::Choice(a, b, c) => kernels::select(self.entries(a), self.entries(b), self.entries(c), out),
            Action::Copy(a) => match self.entries(a) {
                Entries::Slice(x) => out.copy_from_slice(x),
                Entries::Number(x) => out.fill(x),
            },
        }
    }

    fn gather(&self, gathering: Gathering, so_far: Option<T>) -> T {
        let slice = |source: Source| match self.entries(source) {
            Entries::Slice(x) => x,
            Entries::Number(_) => &[],
        };
        let length = T::from_f64(self.block.length as f64);
        match gathering {
            Gathering::Sum(a) => {
                let sum = match self.entries(a) {
                    Entries::Slice(x) => kernels::sum(x),
                    Entries::Number(x) => length * x,
                };
                so_far.map_or(sum, |so_far| so_far + sum)
            }
            Gathering::Dot(a, b) => {
                let sum = match (self.entries(a), self.entries(b)) {
                    (Entries::Slice(x), Entries::Slice(y)) => kernels::dot(x, y),
                    (Entries::Slice(x), Entries::Number(y)) | (Entries::Number(y), Entries::Slice(x)) => {
                        kernels::sum(x) * y
                    }
                    (Entries::Number(x), Entries::Number(y)) => length * x * y,
                };
                so_far.map_or(sum, |so_far| so_far + sum)
            }
            Gathering::Maximum(a) => {
                let found = kernels::maximum(slice(a));
                so_far.map_or(found, |so_far| kernels::maximum(&[so_far, found]))
            }
            Gathering::Minimum(a) => {
                let found = kernels::minimum(slice(a));
                so_far.map_or(found, |so_far| kernels::minimum(&[so_far, found]))
            }
        }
    }
}

impl<T: Scalar> Processor<'_, T> {
    pub(crate) fn pass<'o>(
        &mut self,
        pass: &Pass,
        step: &Step,
        memory: &Memory<'_, 'o, T>,
        results: &mut [Taken<'o, T>],
    ) {
        // Over no entries a sum is 0.
        for (_, result) in &pass.gatherings {
            results[*result].slice_mut()[0] = T::zero();
        }
        let rows = pass.rows.filter(|rows| *rows > 0);
        let mut start = 0;
        while start < pass.length {
            let row = rows.map_or(0, |rows| start % rows);
            // Where vectors are rows or columns, a block ends with its column.
            let end = rows.map_or(pass.length, |rows| start - row + rows);
            let block = Block {
                start,
                length: BLOCK.min(end - start),
                row,
                column: rows.map_or(0, |rows| start / rows),
            };
            self.block(pass, step, memory, results, block);
            start += block.length;
        }
    }

    fn block<'o>(
        &mut self,
        pass: &Pass,
        step: &Step,
        memory: &Memory<'_, 'o, T>,
        results: &mut [Taken<'o, T>],
        block: Block,
    ) {
        let spare = self.registers.len().saturating_sub(1);
        for (action, target) in &pass.actions {
            match *target {
                Target::Register(register) => {
                    let mut out = std::mem::take(&mut self.registers[spare]);
                    let view = View {
                        step,
                        memory,
                        registers: self.registers,
                        results,
                        block,
                    };
                    view.act(*action, &mut out[..block.length]);
                    // The register may have been read until now.
                    self.registers[spare] = std::mem::replace(&mut self.registers[register], out);
                }
                Target::Result(result) => {
                    let mut taken = std::mem::replace(&mut results[result], Taken::Nothing);
                    let view = View {
                        step,
                        memory,
                        registers: self.registers,
                        results,
                        block,
                    };
                    let range = block.start..block.start + block.length;
                    view.act(*action, &mut taken.slice_mut()[range]);
                    results[result] = taken;
                }
            }
        }
        for (gathering, result) in &pass.gatherings {
            let so_far = (block.start > 0).then(|| results[*result].slice()[0]);
            let view = View {
                step,
                memory,
                registers: self.registers,
                results,
                block,
            };
            let value = view.gather(*gathering, so_far);
            results[*result].slice_mut()[0] = value;
        }
    }
}
