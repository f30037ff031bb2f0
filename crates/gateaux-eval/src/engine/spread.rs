//! Outer products of any rank, written once.

use gateaux_array::kernels::Scalar;

use crate::constant::constant;
use crate::engine::Memory;
use crate::plan::contraction::MAX_FACTORS;
use crate::plan::{SpreadTerm, Step};

/// The most axes of a result.
const MAX_RANK: usize = 32;

/// Writes the sum of all terms: those that stand everywhere row by row of the first axis, then those on diagonals.
pub(crate) fn spread<T: Scalar>(shape: &[usize], terms: &[SpreadTerm], step: &Step, memory: &Memory<T>, out: &mut [T]) {
    if out.is_empty() {
        return;
    }
    let mut is_first = true;
    for term in terms.iter().filter(|term| term.deltas.is_empty()) {
        everywhere(shape, term, step, memory, out, is_first);
        is_first = false;
    }
    if is_first {
        out.fill(T::zero());
    }
    for term in terms.iter().filter(|term| !term.deltas.is_empty()) {
        on_diagonals(shape, term, step, memory, out);
    }
}

fn everywhere<T: Scalar>(
    shape: &[usize],
    term: &SpreadTerm,
    step: &Step,
    memory: &Memory<T>,
    out: &mut [T],
    is_first: bool,
) {
    let coefficient = constant(&term.coefficient).unwrap_or_else(T::zero);
    let width = shape.first().copied().unwrap_or(1);
    let mut index = [0usize; MAX_RANK];
    for run in out.chunks_exact_mut(width) {
        let offset = |strides: &[usize]| -> usize {
            let later = strides.iter().zip(&index).skip(1);
            later.map(|(stride, at)| stride * at).sum()
        };
        let mut factor = coefficient;
        let mut vectors: [(&[T], usize); MAX_FACTORS] = [(&[], 0); MAX_FACTORS];
        let mut count = 0;
        for (operand, strides) in &term.factors {
            let entries = &memory.read(step.operands[*operand])[offset(strides)..];
            match strides.first().copied().unwrap_or(0) {
                0 => factor = factor * entries[0],
                stride => {
                    vectors[count] = (entries, stride);
                    count += 1;
                }
            }
        }
        write_run(run, factor, &vectors[..count], is_first);
        advance(&mut index, shape, 1);
    }
}

/// A number times entries of some vectors.
fn write_run<T: Scalar>(run: &mut [T], factor: T, vectors: &[(&[T], usize)], is_first: bool) {
    let width = run.len();
    match (vectors, is_first) {
        ([], true) => run.fill(factor),
        ([], false) => run.iter_mut().for_each(|out| *out += factor),
        ([(x, 1)], true) => run.iter_mut().zip(&x[..width]).for_each(|(out, x)| *out = factor * *x),
        ([(x, 1)], false) => run.iter_mut().zip(&x[..width]).for_each(|(out, x)| *out += factor * *x),
        _ => {
            for (at, out) in run.iter_mut().enumerate() {
                let value = vectors
                    .iter()
                    .fold(factor, |product, (x, stride)| product * x[at * stride]);
                *out = if is_first { value } else { *out + value };
            }
        }
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
