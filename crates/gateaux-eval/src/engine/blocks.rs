//! Passes, block by block.

use std::ops::Range;

use gateaux_array::kernels::{self, Operand as Entries, Scalar, Workspace};

use crate::constant::constant;
use crate::engine::{Memory, Processor, Taken};
use crate::plan::Step;
use crate::plan::panels::Panels;
use crate::plan::pass::{Action, BLOCK, Gathering, Pass, Source, Target};

/// Passes over fewer entries are done before another thread has been woken.
const PARALLEL: usize = 1 << 15;
/// Parts of a pass for each thread, so that one which is late takes fewer.
const PARTS: usize = 4;

/// Some entries that stand side by side, all of them in one column where that matters.
#[derive(Clone, Copy)]
struct Block {
    /// Where the results of the pass begin, of which there may be only a panel.
    base: usize,
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
    rows: Option<usize>,
    block: Block,
}

impl<T: Scalar> View<'_, '_, T> {
    #[inline]
    fn operand(&self, at: usize) -> &[T] {
        self.memory.read(self.step.operands[at])
    }

    #[inline]
    fn entries(&self, source: Source) -> Entries<'_, T> {
        let Block {
            base,
            start,
            length,
            row,
            column,
        } = self.block;
        match source {
            Source::Register(register) => Entries::Slice(&self.registers[register][..length]),
            Source::Result(result) => Entries::Slice(&self.results[result].slice()[start - base..][..length]),
            Source::Stream(at) => Entries::Slice(&self.operand(at)[start..start + length]),
            Source::Number(at) => Entries::Number(self.operand(at)[0]),
            Source::Column(at) => Entries::Slice(&self.operand(at)[row..row + length]),
            Source::Row(at) => Entries::Number(self.operand(at)[column]),
        }
    }

    #[inline]
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
            Action::Copy(Source::Column(at)) => {
                let entries = &self.operand(at)[self.block.row..];
                let columns = out.chunks_mut(self.rows.unwrap_or(1) - self.block.row);
                columns.for_each(|out| out.copy_from_slice(&entries[..out.len()]));
            }
            Action::Copy(Source::Row(at)) => {
                let entries = &self.operand(at)[self.block.column..];
                let columns = out.chunks_mut(self.rows.unwrap_or(1) - self.block.row).zip(entries);
                columns.for_each(|(out, entry)| out.fill(*entry));
            }
            Action::Copy(a) => match self.entries(a) {
                Entries::Slice(x) => out.copy_from_slice(x),
                Entries::Number(x) => out.fill(x),
            },
        }
    }

    /// An action whose result may stand where an operand stands.
    #[inline]
    fn act_on(&self, result: usize, action: Action, out: &mut [T]) {
        let own = Source::Result(result);
        match action {
            Action::Unary(unary, x) if x == own => kernels::unary_in_place(unary, out),
            Action::Binary(binary, x, y) if x == own => kernels::binary_in_place(binary, out, self.entries(y)),
            Action::Binary(binary, x, y) if y == own => kernels::binary_into_right(binary, self.entries(x), out),
            _ => self.act(action, out),
        }
    }

    /// What a block adds to a gathering.
    fn gather(&self, gathering: Gathering) -> T {
        let slice = |source: Source| match self.entries(source) {
            Entries::Slice(x) => x,
            Entries::Number(_) => &[],
        };
        let length = T::from_f64(self.block.length as f64);
        match gathering {
            Gathering::Sum(a) => match self.entries(a) {
                Entries::Slice(x) => kernels::sum(x),
                Entries::Number(x) => length * x,
            },
            Gathering::Dot(a, b) => match (self.entries(a), self.entries(b)) {
                (Entries::Slice(x), Entries::Slice(y)) => kernels::dot(x, y),
                (Entries::Slice(x), Entries::Number(y)) | (Entries::Number(y), Entries::Slice(x)) => {
                    kernels::sum(x) * y
                }
                (Entries::Number(x), Entries::Number(y)) => length * x * y,
            },
            Gathering::Maximum(a) | Gathering::Shift(a) => kernels::maximum(slice(a)),
            Gathering::Minimum(a) => kernels::minimum(slice(a)),
        }
    }
}

/// What a gathering over no entries is.
fn nothing<T: Scalar>(gathering: Gathering) -> T {
    match gathering {
        Gathering::Sum(_) | Gathering::Dot(..) => T::zero(),
        Gathering::Maximum(_) | Gathering::Shift(_) => T::from_f64(f64::NEG_INFINITY),
        Gathering::Minimum(_) => T::from_f64(f64::INFINITY),
    }
}

/// A gathering over all of two parts.
fn join<T: Scalar>(gathering: Gathering, one: T, other: T) -> T {
    match gathering {
        Gathering::Sum(_) | Gathering::Dot(..) => one + other,
        Gathering::Maximum(_) | Gathering::Shift(_) => kernels::maximum(&[one, other]),
        Gathering::Minimum(_) => kernels::minimum(&[one, other]),
    }
}

/// Gatherings after the last block.
fn end<T: Scalar>(pass: &Pass, results: &mut [Taken<'_, T>]) {
    for (gathering, result) in &pass.gatherings {
        let value = &mut results[*result].slice_mut()[0];
        if matches!(gathering, Gathering::Shift(_)) && !value.to_f64().is_finite() {
            *value = T::zero();
        }
    }
}

/// Gatherings before the first block.
fn begin<T: Scalar>(pass: &Pass, results: &mut [Taken<'_, T>]) {
    for (gathering, result) in &pass.gatherings {
        results[*result].slice_mut()[0] = nothing(*gathering);
    }
}

impl<T: Scalar> Processor<'_, T> {
    /// All entries.
    pub(crate) fn pass<'o>(
        &mut self,
        pass: &Pass,
        step: &Step,
        memory: &Memory<'_, 'o, T>,
        results: &mut [Taken<'o, T>],
    ) {
        begin(pass, results);
        if self.threads > 1 && pass.length >= PARALLEL {
            self.in_parallel(pass, step, memory, results);
        } else {
            self.range(pass, step, memory, results, (0, 0..pass.length));
        }
        end(pass, results);
    }

    /// All entries, part by part on several threads.
    fn in_parallel<'o>(&mut self, pass: &Pass, step: &Step, memory: &Memory<'_, 'o, T>, results: &mut [Taken<'o, T>]) {
        // Parts end with blocks, and with columns where that matters.
        let unit = pass.rows.map_or(BLOCK, |rows| rows.max(1) * pass.columns);
        let part = pass.length.div_ceil(PARTS * self.threads).next_multiple_of(unit);
        let count = pass.length.div_ceil(part);
        let is_number = |at: usize| pass.gatherings.iter().any(|(_, result)| *result == at);
        let mut partial = vec![vec![T::zero(); results.len()]; count];
        let mut parts: Vec<Vec<Taken<'_, T>>> = (0..count).map(|_| Vec::new()).collect();
        let mut numbers: Vec<std::slice::IterMut<'_, T>> =
            partial.iter_mut().map(|numbers| numbers.iter_mut()).collect();
        for (at, result) in results.iter_mut().enumerate() {
            let mut chunks = result.slice_mut()[..step.results[at].length].chunks_mut(part);
            for (own, numbers) in parts.iter_mut().zip(&mut numbers) {
                let number = numbers.next().map(std::slice::from_mut);
                let slice = if is_number(at) { number } else { chunks.next() };
                own.push(Taken::Output(slice.unwrap_or_default()));
            }
        }
        let registers = self.registers.len();
        let rooms = (0..self.threads).map(|_| vec![vec![T::zero(); BLOCK]; registers]);
        kernels::share(rooms, parts.into_iter().enumerate(), |registers, (at, mut own)| {
            let mut processor = Processor {
                registers,
                pivots: &mut [],
                workspace: &mut Workspace::default(),
                threads: 1,
            };
            begin(pass, &mut own);
            let range = at * part..pass.length.min((at + 1) * part);
            processor.range(pass, step, memory, &mut own, (range.start, range));
        });
        for (gathering, result) in &pass.gatherings {
            let values = partial.iter().map(|numbers| numbers[*result]);
            let all = values.fold(nothing(*gathering), |so_far, value| join(*gathering, so_far, value));
            results[*result].slice_mut()[0] = all;
        }
    }

    /// Some of the entries, after all before them; the results begin with the entry at the base.
    pub(crate) fn range<'o>(
        &mut self,
        pass: &Pass,
        step: &Step,
        memory: &Memory<'_, 'o, T>,
        results: &mut [Taken<'o, T>],
        (base, range): (usize, Range<usize>),
    ) {
        let rows = pass.rows.filter(|rows| *rows > 0);
        let mut start = range.start;
        while start < range.end {
            let row = rows.map_or(0, |rows| start % rows);
            // Where vectors are rows or columns, a block ends with a column.
            let end = rows.map_or(range.end, |rows| range.end.min(start - row + rows * pass.columns));
            let block = Block {
                base,
                start,
                length: BLOCK.min(end - start),
                row,
                column: rows.map_or(0, |rows| start / rows),
            };
            self.block(pass, step, memory, results, block);
            start += block.length;
        }
    }

    fn view<'a, 'o>(
        &'a self,
        pass: &Pass,
        step: &'a Step,
        memory: &'a Memory<'a, 'o, T>,
        results: &'a [Taken<'o, T>],
        block: Block,
    ) -> View<'a, 'o, T> {
        View {
            step,
            memory,
            registers: self.registers,
            results,
            rows: pass.rows,
            block,
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
                    let view = self.view(pass, step, memory, results, block);
                    view.act(*action, &mut out[..block.length]);
                    // The register may have been read until now.
                    self.registers[spare] = std::mem::replace(&mut self.registers[register], out);
                }
                Target::Result(result) => {
                    let mut taken = std::mem::replace(&mut results[result], Taken::Nothing);
                    let view = self.view(pass, step, memory, results, block);
                    let begin = block.start - block.base;
                    let range = begin..begin + block.length;
                    view.act_on(result, *action, &mut taken.slice_mut()[range]);
                    results[result] = taken;
                }
            }
        }
        for (gathering, result) in &pass.gatherings {
            let view = self.view(pass, step, memory, results, block);
            let (so_far, value) = (results[*result].slice()[0], view.gather(*gathering));
            results[*result].slice_mut()[0] = join(*gathering, so_far, value);
        }
    }

    /// `z = A*w`, the pass over z, and `A'*r`, all in blocks of rows so that A is read once.
    pub(crate) fn through<'o>(
        &mut self,
        (m, n, transposed): (usize, usize, bool),
        (pass, r): (&Pass, usize),
        step: &Step,
        memory: &Memory<'_, 'o, T>,
        results: &mut [Taken<'o, T>],
    ) {
        let [results @ .., back] = results else { return };
        let z = results.len() - 1;
        begin(pass, results);
        let [.., matrix, vector] = step.operands.as_slice() else {
            return;
        };
        let (a, w, g) = (memory.read(*matrix), memory.read(*vector), back.slice_mut());
        let mut workspace = std::mem::take(self.workspace);
        let g = &mut g[..if transposed { m } else { n }];
        let mut rows = |first: usize, product: &[T], out: &mut [T]| {
            let range = first..first + product.len();
            results[z].slice_mut()[range.clone()].copy_from_slice(product);
            self.range(pass, step, memory, results, (0, range.clone()));
            out.copy_from_slice(&results[r].slice()[range]);
        };
        match transposed {
            false => kernels::gemv_through(a, (m, n), w, &mut rows, g, &mut workspace),
            true => kernels::gemv_through_transposed(a, (n, m), w, &mut rows, g, &mut workspace),
        }
        *self.workspace = workspace;
        end(pass, results);
    }

    /// `P = A*B`, the pass over P, and perhaps `R*C`, panel by panel.
    pub(crate) fn panels<'o>(
        &mut self,
        panels: &Panels,
        step: &Step,
        memory: &Memory<'_, 'o, T>,
        results: &mut [Taken<'o, T>],
    ) {
        let Panels {
            m, k, n, width, pass, ..
        } = panels;
        let (m, k, n) = (*m, *k, *n);
        let n_pass = step.results.len() - if panels.back.is_some() { 4 } else { 2 };
        let n_operands = step.operands.len() - if panels.back.is_some() { 3 } else { 2 };
        let operand = |at: usize| memory.read(step.operands[n_operands + at]);
        begin(pass, results);
        let (of_pass, rest) = results.split_at_mut(n_pass + 1);
        let (a, mut b) = (operand(0), operand(1));
        let [room, rest @ ..] = rest else { return };
        if panels.transposed[1] {
            kernels::transpose(b, (n, k), &mut room.slice_mut()[..k * n]);
            b = &room.slice()[..k * n];
        }
        let mut c: &[T] = &[];
        let mut out: &mut [T] = &mut [];
        if let (Some(back), [room, product]) = (&panels.back, rest) {
            c = operand(2);
            if !back.transposed {
                kernels::transpose(c, (n, back.q), &mut room.slice_mut()[..back.q * n]);
                c = &room.slice()[..back.q * n];
            }
            out = &mut product.slice_mut()[..m * back.q];
            out.fill(T::zero());
        }
        let alpha = constant(&panels.coefficient).unwrap_or_else(T::one);
        for first in (0..n).step_by(*width) {
            let columns = (*width).min(n - first);
            let (b, sizes) = (&b[first * k..][..columns * k], (m, k, columns));
            let panel = &mut of_pass[n_pass].slice_mut()[..m * columns];
            kernels::gemm(
                alpha,
                a,
                panels.transposed[0],
                b,
                false,
                T::zero(),
                panel,
                sizes,
                1,
                self.workspace,
            );
            self.range(
                pass,
                step,
                memory,
                of_pass,
                (first * m, first * m..(first + columns) * m),
            );
            if let Some(back) = &panels.back {
                let r = &of_pass[back.r].slice()[..m * columns];
                let c = &c[first * back.q..][..columns * back.q];
                let alpha = constant(&back.coefficient).unwrap_or_else(T::one);
                let sizes = (m, columns, back.q);
                kernels::gemm(alpha, r, false, c, true, T::one(), out, sizes, 1, self.workspace);
            }
        }
        end(pass, of_pass);
    }
}
