//! Outer products of any rank, written once.

use gateaux_array::kernels::{self, Binary, Operand as Entries, Scalar};

use crate::constant::constant;
use crate::engine::Memory;
use crate::plan::contraction::{MAX_FACTORS, MAX_RANK};
use crate::plan::{SpreadTerm, Step};

/// Runs that are short enough for a sum on the stack.
const SHORT: usize = 64;
/// Terms that are added up in one sweep over a run of entries.
const AT_ONCE: usize = kernels::COMBINED;

/// Writes the sum of all terms: those that stand everywhere run by run along the first axis, then those on diagonals.
pub(crate) fn spread<T: Scalar>(shape: &[usize], terms: &[SpreadTerm], step: &Step, memory: &Memory<T>, out: &mut [T]) {
    if out.is_empty() {
        return;
    }
    at_outer(shape, terms, step, memory, (out, &mut [0; MAX_RANK]));
    for term in terms.iter().filter(|term| !term.deltas.is_empty()) {
        on_diagonals(shape, term, step, memory, out);
    }
}

/// As [`spread`] for terms that are all multiplied with the same numbers along an axis: what stands before that axis is
/// computed once and then multiplied with each of them.
pub(crate) fn along_line<T: Scalar>(
    shape: &[usize],
    terms: &[SpreadTerm],
    (axis, factors): (usize, &[(usize, usize)]),
    step: &Step,
    memory: &Memory<T>,
    out: &mut [T],
) {
    let inner = &shape[..axis];
    let width: usize = inner.iter().product();
    if out.is_empty() {
        return;
    }
    let number = |at: usize| {
        let entries = factors
            .iter()
            .map(|(operand, stride)| memory.read(step.operands[*operand])[at * stride]);
        entries.fold(T::one(), |product, entry| product * entry)
    };
    let mut index = [0usize; MAX_RANK];
    for block in out.chunks_exact_mut(width * shape[axis]) {
        let (base, copies) = block.split_at_mut(width);
        at_outer(inner, terms, step, memory, (&mut *base, &mut index));
        for (at, copy) in copies.chunks_exact_mut(width).enumerate() {
            kernels::scale(number(at + 1), base, copy);
        }
        kernels::binary_in_place(Binary::Mul, base, Entries::Number(number(0)));
        advance(&mut index, shape, axis + 1);
    }
}

/// All terms that stand everywhere, for the axes of this shape; later axes have their place in the index.
fn at_outer<T: Scalar>(
    shape: &[usize],
    terms: &[SpreadTerm],
    step: &Step,
    memory: &Memory<T>,
    (out, index): (&mut [T], &mut [usize; MAX_RANK]),
) {
    let mut count = 0;
    let mut sweep: [Option<&SpreadTerm>; AT_ONCE] = [None; AT_ONCE];
    let mut is_first = true;
    for term in terms.iter().filter(|term| term.deltas.is_empty()) {
        sweep[count] = Some(term);
        count += 1;
        if count == AT_ONCE {
            everywhere_at_once(shape, &sweep, step, memory, (&mut *out, &mut *index, is_first));
            (sweep, count, is_first) = ([None; AT_ONCE], 0, false);
        }
    }
    if count > 0 {
        everywhere_at_once(shape, &sweep, step, memory, (&mut *out, &mut *index, is_first));
    } else if is_first {
        out.fill(T::zero());
    }
}

/// One factor of a term in a plane of the first two axes.
#[derive(Clone, Copy)]
struct Line<'a, T> {
    entries: &'a [T],
    /// How far the entry moves along the first and along the second axis.
    strides: [usize; 2],
}

/// A term in a plane of the first two axes: a number, factors that vary along the second axis alone, and others.
#[derive(Clone, Copy)]
struct Plane<'a, T> {
    number: T,
    second: [Line<'a, T>; MAX_FACTORS],
    n_second: usize,
    first: [Line<'a, T>; MAX_FACTORS],
    n_first: usize,
}

impl<'a, T: Scalar> Plane<'a, T> {
    /// What multiplies the vectors in the run at this place of the second axis.
    fn number(&self, at: usize) -> T {
        let lines = self.second[..self.n_second].iter();
        lines.fold(self.number, |product, line| {
            product * line.entries[at * line.strides[1]]
        })
    }

    /// The only vector, if its entries stand side by side.
    fn vector(&self, at: usize, width: usize) -> Option<&'a [T]> {
        match self.first[..self.n_first] {
            [
                Line {
                    entries,
                    strides: [1, second],
                },
            ] => Some(&entries[at * second..][..width]),
            _ => None,
        }
    }

    /// The product of all vectors at a place of the run.
    fn entry(&self, at: usize, place: usize) -> T {
        let lines = self.first[..self.n_first].iter();
        lines.fold(T::one(), |product, line| {
            product * line.entries[place * line.strides[0] + at * line.strides[1]]
        })
    }
}

/// Some terms, plane by plane of the first two axes: what does not vary in a plane is multiplied once for it.
fn everywhere_at_once<T: Scalar>(
    shape: &[usize],
    terms: &[Option<&SpreadTerm>; AT_ONCE],
    step: &Step,
    memory: &Memory<T>,
    (out, index, is_first): (&mut [T], &mut [usize; MAX_RANK], bool),
) {
    let width = shape.first().copied().unwrap_or(1);
    let height = shape.get(1).copied().unwrap_or(1);
    for plane in out.chunks_exact_mut(width * height) {
        let mut planes: [Option<Plane<T>>; AT_ONCE] = [None; AT_ONCE];
        for (plane, term) in planes.iter_mut().zip(terms) {
            *plane = term.map(|term| in_plane(term, index, step, memory));
        }
        if width > SHORT || !is_first || !write_outer(plane, &planes, width) {
            for (at, run) in plane.chunks_exact_mut(width).enumerate() {
                write_run(run, &planes, at, is_first);
            }
        }
        advance(index, shape, 2);
    }
}

/// Writes terms that all vary in the same way along the second axis: the sum of their vectors times that. Returns false,
/// with nothing written, if they do not.
fn write_outer<T: Scalar>(plane: &mut [T], planes: &[Option<Plane<T>>; AT_ONCE], width: usize) -> bool {
    let Some(leader) = planes[0] else { return false };
    let key = |line: &Line<T>| (line.entries.as_ptr(), line.strides);
    let own = || leader.second[..leader.n_second].iter().map(key);
    let mut sum = [T::zero(); SHORT];
    for term in planes.iter().flatten() {
        let is_alike = term.second[..term.n_second].iter().map(key).eq(own());
        let [
            Line {
                entries,
                strides: [1, 0],
            },
        ] = &term.first[..term.n_first]
        else {
            return false;
        };
        if !is_alike {
            return false;
        }
        sum.iter_mut()
            .zip(&entries[..width])
            .for_each(|(sum, entry)| *sum += term.number * *entry);
    }
    let alone = Plane {
        number: T::one(),
        ..leader
    };
    for (at, run) in plane.chunks_exact_mut(width).enumerate() {
        let number = alone.number(at);
        kernels::scale(number, &sum[..width], run);
    }
    true
}

fn in_plane<'a, T: Scalar>(
    term: &SpreadTerm,
    index: &[usize],
    step: &Step,
    memory: &'a Memory<'_, '_, T>,
) -> Plane<'a, T> {
    let empty = Line {
        entries: &[],
        strides: [0; 2],
    };
    let mut plane = Plane {
        number: constant(&term.coefficient).unwrap_or_else(T::zero),
        second: [empty; MAX_FACTORS],
        n_second: 0,
        first: [empty; MAX_FACTORS],
        n_first: 0,
    };
    for (operand, strides) in &term.factors {
        let offset: usize = strides.iter().zip(index).skip(2).map(|(stride, at)| stride * at).sum();
        let entries = &memory.read(step.operands[*operand])[offset..];
        match [0, 1].map(|axis| strides.get(axis).copied().unwrap_or(0)) {
            [0, 0] => plane.number *= entries[0],
            strides @ [0, _] => {
                plane.second[plane.n_second] = Line { entries, strides };
                plane.n_second += 1;
            }
            strides => {
                plane.first[plane.n_first] = Line { entries, strides };
                plane.n_first += 1;
            }
        }
    }
    plane
}

/// The sum of the terms in a run of entries.
fn write_run<T: Scalar>(run: &mut [T], planes: &[Option<Plane<T>>; AT_ONCE], at: usize, is_first: bool) {
    let width = run.len();
    let mut numbers = [T::zero(); AT_ONCE];
    let mut vectors: [&[T]; AT_ONCE] = [&[]; AT_ONCE];
    let mut count = 0;
    let mut is_started = !is_first;
    for plane in planes.iter().flatten() {
        let number = plane.number(at);
        if let Some(vector) = plane.vector(at, width) {
            (numbers[count], vectors[count]) = (number, vector);
            count += 1;
            continue;
        }
        for (place, out) in run.iter_mut().enumerate() {
            let value = number * plane.entry(at, place);
            *out = if is_started { *out + value } else { value };
        }
        is_started = true;
    }
    if count > 0 {
        kernels::combine(&numbers, &vectors, count, is_started, run);
    }
}

fn on_diagonals<T: Scalar>(shape: &[usize], term: &SpreadTerm, step: &Step, memory: &Memory<T>, out: &mut [T]) {
    let leader = leaders(shape.len(), &term.deltas);
    let mut free = [1usize; MAX_RANK];
    for axis in (0..shape.len()).filter(|axis| leader[*axis] == *axis) {
        free[axis] = shape[axis];
    }
    let free = &free[..shape.len()];
    let first = free.iter().position(|size| *size > 1).unwrap_or(0);
    let width = free.get(first).copied().unwrap_or(1);
    let mut coefficient: T = constant(&term.coefficient).unwrap_or_else(T::zero);
    // How far an array moves with each free axis.
    let joined = |strides: &mut dyn Iterator<Item = usize>| {
        let mut sums = [0usize; MAX_RANK];
        strides
            .zip(&leader)
            .for_each(|(stride, leader)| sums[*leader] += stride);
        sums
    };
    let mut step_size = 1;
    let own = joined(&mut shape.iter().map(|size| {
        let stride = step_size;
        step_size *= size;
        stride
    }));
    let mut factors: [(&[T], [usize; MAX_RANK]); MAX_FACTORS] = [(&[], [0; MAX_RANK]); MAX_FACTORS];
    let mut count = 0;
    for (operand, strides) in &term.factors {
        let entries = memory.read(step.operands[*operand]);
        if strides.iter().all(|stride| *stride == 0) {
            coefficient *= entries[0];
        } else {
            factors[count] = (entries, joined(&mut strides.iter().copied()));
            count += 1;
        }
    }
    let mut index = [0usize; MAX_RANK];
    for _ in 0..free.iter().product::<usize>() / width.max(1) {
        let at = |strides: &[usize; MAX_RANK]| -> usize {
            strides.iter().zip(&index[..free.len()]).map(|(s, i)| s * i).sum()
        };
        let place = at(&own);
        let mut number = coefficient;
        let mut varying: [(&[T], usize); MAX_FACTORS] = [(&[], 0); MAX_FACTORS];
        let mut n_varying = 0;
        for (entries, strides) in &factors[..count] {
            let entries = &entries[at(strides)..];
            match strides[first] {
                0 => number *= entries[0],
                stride => {
                    varying[n_varying] = (entries, stride);
                    n_varying += 1;
                }
            }
        }
        if n_varying == 0 {
            let places = out[place..].iter_mut().step_by(own[first].max(1));
            places.take(width).for_each(|out| *out += number);
            advance(&mut index, free, first + 1);
            continue;
        }
        for i in 0..width {
            let product = varying[..n_varying]
                .iter()
                .fold(number, |product, (x, stride)| product * x[i * stride]);
            out[place + i * own[first]] += product;
        }
        advance(&mut index, free, first + 1);
    }
}

/// For each axis the first one that it must equal.
fn leaders(rank: usize, deltas: &[(usize, usize)]) -> [usize; MAX_RANK] {
    let mut leader: [usize; MAX_RANK] = std::array::from_fn(|axis| axis);
    for (a, b) in deltas {
        let (low, high) = (leader[*a].min(leader[*b]), leader[*a].max(leader[*b]));
        for axis in &mut leader[..rank] {
            if *axis == high {
                *axis = low;
            }
        }
    }
    leader
}

/// The next index in column order, from this axis on.
fn advance(index: &mut [usize], shape: &[usize], from: usize) {
    for (at, size) in index.iter_mut().zip(shape).skip(from) {
        *at += 1;
        if *at < *size {
            return;
        }
        *at = 0;
    }
}
