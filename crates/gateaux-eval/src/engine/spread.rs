//! Outer products of any rank, written once.

use gateaux_array::kernels::Scalar;

use crate::constant::constant;
use crate::engine::Memory;
use crate::plan::contraction::MAX_FACTORS;
use crate::plan::{SpreadTerm, Step};

/// The most axes of a result.
const MAX_RANK: usize = 32;

/// Terms that are added up in one sweep over a run of entries.
const AT_ONCE: usize = 4;

/// Writes the sum of all terms: those that stand everywhere run by run along the first axis, then those on diagonals.
pub(crate) fn spread<T: Scalar>(shape: &[usize], terms: &[SpreadTerm], step: &Step, memory: &Memory<T>, out: &mut [T]) {
    if out.is_empty() {
        return;
    }
    let mut count = 0;
    let mut sweep: [Option<&SpreadTerm>; AT_ONCE] = [None; AT_ONCE];
    let mut is_first = true;
    for term in terms.iter().filter(|term| term.deltas.is_empty()) {
        sweep[count] = Some(term);
        count += 1;
        if count == AT_ONCE {
            everywhere_at_once(shape, &sweep, step, memory, (&mut *out, is_first));
            (sweep, count, is_first) = ([None; AT_ONCE], 0, false);
        }
    }
    if count > 0 {
        everywhere_at_once(shape, &sweep, step, memory, (&mut *out, is_first));
    } else if is_first {
        out.fill(T::zero());
    }
    for term in terms.iter().filter(|term| !term.deltas.is_empty()) {
        on_diagonals(shape, term, step, memory, out);
    }
}

/// One factor of a term in a plane of the first two axes.
#[derive(Clone, Copy)]
struct Line<'a, T> {
    entries: &'a [T],
    /// How far the entry moves along the first and along the second axis.
    strides: [usize; 2],
}

/// A term in a plane of the first two axes: a number, factors that vary, and how many these are.
#[derive(Clone, Copy)]
struct Plane<'a, T> {
    number: T,
    lines: [Line<'a, T>; MAX_FACTORS],
    count: usize,
}

impl<'a, T: Scalar> Plane<'a, T> {
    /// The number and a vector that make up the term in the run at this place of the second axis, and how many such
    /// vectors there are.
    fn run(&self, at: usize, width: usize) -> (T, Option<(&'a [T], usize)>, usize) {
        let mut number = self.number;
        let mut vector = None;
        let mut vectors = 0;
        for Line {
            entries,
            strides: [first, second],
        } in &self.lines[..self.count]
        {
            let entries = &entries[at * second..];
            match first {
                0 => number = number * entries[0],
                _ if width == 1 => number = number * entries[0],
                stride => {
                    vector = Some((entries, *stride));
                    vectors += 1;
                }
            }
        }
        (number, vector, vectors)
    }
}

/// Some terms, plane by plane of the first two axes: what does not vary in a plane is multiplied once for it.
fn everywhere_at_once<T: Scalar>(
    shape: &[usize],
    terms: &[Option<&SpreadTerm>; AT_ONCE],
    step: &Step,
    memory: &Memory<T>,
    (out, is_first): (&mut [T], bool),
) {
    let width = shape.first().copied().unwrap_or(1);
    let height = shape.get(1).copied().unwrap_or(1);
    let mut index = [0usize; MAX_RANK];
    for plane in out.chunks_exact_mut(width * height) {
        let mut planes: [Option<Plane<T>>; AT_ONCE] = [None; AT_ONCE];
        for (plane, term) in planes.iter_mut().zip(terms) {
            *plane = term.map(|term| in_plane(term, &index, step, memory));
        }
        for (at, run) in plane.chunks_exact_mut(width).enumerate() {
            write_run(run, &planes, at, is_first);
        }
        advance(&mut index, shape, 2);
    }
}

fn in_plane<'a, T: Scalar>(
    term: &SpreadTerm,
    index: &[usize],
    step: &Step,
    memory: &'a Memory<'_, '_, T>,
) -> Plane<'a, T> {
    let mut plane = Plane {
        number: constant(&term.coefficient).unwrap_or_else(T::zero),
        lines: [Line {
            entries: &[],
            strides: [0; 2],
        }; MAX_FACTORS],
        count: 0,
    };
    for (operand, strides) in &term.factors {
        let offset: usize = strides.iter().zip(index).skip(2).map(|(stride, at)| stride * at).sum();
        let entries = &memory.read(step.operands[*operand])[offset..];
        let own = [0, 1].map(|axis| strides.get(axis).copied().unwrap_or(0));
        match own {
            [0, 0] => plane.number = plane.number * entries[0],
            strides => {
                plane.lines[plane.count] = Line { entries, strides };
                plane.count += 1;
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
    let mut constant = T::zero();
    let mut count = 0;
    let mut is_started = !is_first;
    for plane in planes.iter().flatten() {
        match plane.run(at, width) {
            (number, None, _) => constant += number,
            (number, Some((entries, 1)), 1) => {
                (numbers[count], vectors[count]) = (number, &entries[..width]);
                count += 1;
            }
            _ => {
                // Several vectors, or one with gaps between its entries.
                for (i, out) in run.iter_mut().enumerate() {
                    let lines = plane.lines[..plane.count].iter();
                    let value = lines.fold(plane.number, |product, line| {
                        product * line.entries[i * line.strides[0] + at * line.strides[1]]
                    });
                    *out = if is_started { *out + value } else { value };
                }
                is_started = true;
            }
        }
    }
    let ([a, b, c, d], [x, y, z, w]) = (numbers, vectors);
    let value = |i: usize| match count {
        0 => constant,
        1 => constant + a * x[i],
        2 => constant + a * x[i] + b * y[i],
        3 => constant + a * x[i] + b * y[i] + c * z[i],
        _ => constant + a * x[i] + b * y[i] + c * z[i] + d * w[i],
    };
    match (is_started, count) {
        (false, 1) if constant == T::zero() => run.iter_mut().zip(x).for_each(|(out, x)| *out = a * *x),
        (false, 2) if constant == T::zero() => {
            let pairs = x.iter().zip(y);
            run.iter_mut()
                .zip(pairs)
                .for_each(|(out, (x, y))| *out = a * *x + b * *y);
        }
        (false, _) => run.iter_mut().enumerate().for_each(|(i, out)| *out = value(i)),
        (true, 0) if constant == T::zero() => {}
        (true, _) => run.iter_mut().enumerate().for_each(|(i, out)| *out += value(i)),
    }
}

fn on_diagonals<T: Scalar>(shape: &[usize], term: &SpreadTerm, step: &Step, memory: &Memory<T>, out: &mut [T]) {
    let coefficient = constant(&term.coefficient).unwrap_or_else(T::zero);
    // An axis that must equal an earlier one moves with it.
    let mut leader: [usize; MAX_RANK] = std::array::from_fn(|axis| axis);
    for (a, b) in &term.deltas {
        let (low, high) = (leader[*a].min(leader[*b]), leader[*a].max(leader[*b]));
        for axis in &mut leader[..shape.len()] {
            if *axis == high {
                *axis = low;
            }
        }
    }
    let mut free = [1usize; MAX_RANK];
    for axis in (0..shape.len()).filter(|axis| leader[*axis] == *axis) {
        free[axis] = shape[axis];
    }
    let free = &free[..shape.len()];
    let mut index = [0usize; MAX_RANK];
    for _ in 0..free.iter().product() {
        let at = |strides: &mut dyn Iterator<Item = usize>| -> usize {
            strides
                .zip(&leader)
                .map(|(stride, leader)| stride * index[*leader])
                .sum()
        };
        let mut step_size = 1;
        let mut own = shape.iter().map(|size| {
            let stride = step_size;
            step_size *= size;
            stride
        });
        let place = at(&mut own);
        let value = term.factors.iter().fold(coefficient, |product, (operand, strides)| {
            product * memory.read(step.operands[*operand])[at(&mut strides.iter().copied())]
        });
        out[place] += value;
        advance(&mut index, free, 0);
    }
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
