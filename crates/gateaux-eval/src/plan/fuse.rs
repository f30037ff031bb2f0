//! Steps that read one large matrix twice become one that reads it once.

use std::collections::HashMap;

use crate::plan::pass::Source;
use crate::plan::{Kernel, Operand, Place, Step, panels};

/// Matrices with fewer entries stay in the second cache between two steps.
pub(super) const LARGE: usize = 1 << 16;

/// Joins steps that read the same large matrix: `A*x` with `A'*y`, and `A*w` with `A'*r` where r comes from `A*w` by a
/// pass. Every place is still written once.
pub(crate) fn fuse(steps: Vec<Step>, buffers: &mut Vec<usize>) -> Vec<Step> {
    let mut steps: Vec<Option<Step>> = steps.into_iter().map(Some).collect();
    let writers = writers(&steps);
    for product in 0..steps.len() {
        panels::join(&mut steps, &writers, product, buffers);
    }
    for first in 0..steps.len() {
        let Some((matrix, transposed)) = steps[first].as_ref().and_then(large_product) else {
            continue;
        };
        let partner = (first + 1..steps.len()).find(|at| {
            steps[*at]
                .as_ref()
                .and_then(large_product)
                .is_some_and(|(other, other_transposed)| other.place == matrix.place && transposed != other_transposed)
        });
        let Some(second) = partner else { continue };
        let vector = steps[second].as_ref().map(|step| step.operands[1]);
        let writer = vector.and_then(|vector| writers.get(&vector.place).copied());
        match writer {
            Some(writer) if writer > first => through(&mut steps, &writers, [first, writer, second]),
            _ => both(&mut steps, first, second),
        }
    }
    steps.into_iter().flatten().collect()
}

/// The step that writes each place.
fn writers(steps: &[Option<Step>]) -> HashMap<Place, usize> {
    let mut writers = HashMap::new();
    for (at, step) in steps.iter().enumerate() {
        for result in step.iter().flat_map(|step| &step.results) {
            writers.insert(result.place, at);
        }
    }
    writers
}

/// The matrix of a product with a vector, and whether it is read transposed, if it is large.
fn large_product(step: &Step) -> Option<(Operand, bool)> {
    match step.kernel {
        Kernel::MatrixVector { m, n, transposed } if m * n >= LARGE => Some((step.operands[0], transposed)),
        _ => None,
    }
}

/// `A*x` and `A'*y` in one step, in the place of the first.
fn both(steps: &mut [Option<Step>], first: usize, second: usize) {
    let (Some(one), Some(other)) = (steps[first].take(), steps[second].take()) else {
        return;
    };
    let (plain, transposed) = match one.kernel {
        Kernel::MatrixVector { transposed: false, .. } => (&one, &other),
        _ => (&other, &one),
    };
    if let Kernel::MatrixVector { m, n, .. } = one.kernel {
        steps[first] = Some(Step {
            kernel: Kernel::MatrixVectorBoth { m, n },
            operands: vec![plain.operands[0], plain.operands[1], transposed.operands[1]],
            results: vec![plain.results[0], transposed.results[0]],
        });
    }
}

/// `z = A*w`, a pass over z, and `A'*r` with a result r of the pass: block of rows by block of rows.
fn through(steps: &mut [Option<Step>], writers: &HashMap<Place, usize>, [first, middle, last]: [usize; 3]) {
    let (Some(product), Some(step), Some(back)) = (&steps[first], &steps[middle], &steps[last]) else {
        return;
    };
    let (Kernel::MatrixVector { m, n, transposed }, Kernel::Pass(pass)) = (&product.kernel, &step.kernel) else {
        return;
    };
    let (m, n, transposed) = (*m, *n, *transposed);
    let (z, vector) = (product.results[0], back.operands[1]);
    let Some(r) = step.results.iter().position(|result| result.place == vector.place) else {
        return;
    };
    // All else that the pass reads must be there before the product starts.
    let is_ready = |operand: &Operand| {
        operand.place == z.place || writers.get(&operand.place).is_none_or(|writer| *writer < first)
    };
    let reads_z = step.operands.iter().position(|operand| operand.place == z.place);
    let (Some(reads_z), true) = (reads_z, step.operands.iter().all(is_ready)) else {
        return;
    };
    if pass.rows.is_some() || pass.length != z.length || pass.gatherings.iter().any(|(_, result)| *result == r) {
        return;
    }
    let mut pass = pass.clone();
    let place = step.results.len();
    pass.for_each_source(&mut |source| {
        if *source == Source::Stream(reads_z) {
            *source = Source::Result(place);
        }
    });
    let mut operands = [step.operands.as_slice(), &[product.operands[0], product.operands[1]]].concat();
    // The pass reads the result in place of this one.
    operands[reads_z] = product.operands[0];
    let results = [step.results.as_slice(), &[z, back.results[0]]].concat();
    if results.len() > crate::engine::MAX_RESULTS {
        return;
    }
    // Whatever reads a result comes later than the step that made it, so all of them may come first.
    (steps[middle], steps[last]) = (None, None);
    steps[first] = Some(Step {
        kernel: Kernel::Through {
            m,
            n,
            transposed,
            pass,
            r,
        },
        operands,
        results,
    });
}
