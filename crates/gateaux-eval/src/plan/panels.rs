//! Large products of thin matrices that are never stored: panel of columns by panel of columns they are made, passed
//! over, and reduced to numbers or to a thin product again.
//!
//! `norm2(T - U*V')^2` and its gradient `-2*(T - U*V')*V` read T once and store no other matrix of its size.

use std::collections::HashMap;

use gateaux_core::expr::Rational;

use crate::engine::MAX_RESULTS;
use crate::plan::fuse::LARGE;
use crate::plan::pass::{Pass, Source};
use crate::plan::{Kernel, Operand, Place, Step};

/// The entries of a panel: two of them fit the second cache.
const PANEL: usize = 1 << 15;

/// `P = A*B`, a pass over P, and perhaps `R*C` with its result R.
///
/// The operands are those of the pass, A, B and perhaps C; the results those of the pass, a panel of P, room for the
/// transpose of B, and perhaps room for that of C and `R*C`. Of array results of the pass there is a panel.
#[derive(Clone, Debug)]
pub(crate) struct Panels {
    pub(crate) m: usize,
    pub(crate) k: usize,
    pub(crate) n: usize,
    /// The columns of a panel.
    pub(crate) width: usize,
    /// Whether A and B are stored transposed.
    pub(crate) transposed: [bool; 2],
    pub(crate) coefficient: Rational,
    pub(crate) pass: Pass,
    pub(crate) back: Option<Back>,
}

/// The product of the result R of the pass with an n by q matrix C.
#[derive(Clone, Debug)]
pub(crate) struct Back {
    /// Which result R is.
    pub(crate) r: usize,
    pub(crate) q: usize,
    /// Whether C is stored transposed.
    pub(crate) transposed: bool,
    pub(crate) coefficient: Rational,
}

/// What can be joined to a product: the pass, the place of the product among its operands, and the last product.
struct Found {
    middle: usize,
    reads: usize,
    back: Option<(Back, usize)>,
}

/// Joins what can be joined to the product at a step; each place is still written once.
pub(super) fn join(
    steps: &mut [Option<Step>],
    writers: &HashMap<Place, usize>,
    first: usize,
    buffers: &mut Vec<usize>,
) {
    let Some(found) = find(steps, writers, first) else {
        return;
    };
    if let Some(step) = joined(steps, first, &found, buffers) {
        steps[first] = Some(step);
        steps[found.middle] = None;
        if let Some((_, last)) = found.back {
            steps[last] = None;
        }
    }
}

/// The only step that reads a place.
fn only_reader(steps: &[Option<Step>], place: Place) -> Option<usize> {
    let reads = |step: &Step| step.operands.iter().any(|operand| operand.place == place);
    let mut readers = (0..steps.len()).filter(|at| steps[*at].as_ref().is_some_and(reads));
    let reader = readers.next()?;
    readers.next().is_none().then_some(reader)
}

fn find(steps: &[Option<Step>], writers: &HashMap<Place, usize>, first: usize) -> Option<Found> {
    let product = steps[first].as_ref()?;
    let Kernel::MatrixMatrix { m, k, n, .. } = product.kernel else {
        return None;
    };
    let whole = product.results[0];
    if m * n < LARGE || 4 * k > m.min(n) || !matches!(whole.place, Place::Buffer(_)) {
        return None;
    }
    let middle = only_reader(steps, whole.place)?;
    let step = steps[middle].as_ref()?;
    let Kernel::Pass(pass) = &step.kernel else {
        return None;
    };
    let is_ready = |operand: &Operand| writers.get(&operand.place).is_none_or(|writer| *writer < first);
    let others = step.operands.iter().filter(|operand| operand.place != whole.place);
    if pass.length != m * n || !others.into_iter().all(is_ready) {
        return None;
    }
    let is_number = |at: usize| pass.gatherings.iter().any(|(_, result)| *result == at);
    let mut arrays = (0..step.results.len()).filter(|at| !is_number(*at));
    let back = match (arrays.next(), arrays.next()) {
        (None, _) => None,
        (Some(r), None) => {
            let result = step.results[r];
            let last = only_reader(steps, result.place).filter(|last| *last > middle)?;
            let last_step = steps[last].as_ref()?;
            let back = thin_product(last_step, result, r, (m, n))?;
            (is_ready(&last_step.operands[1]) && matches!(result.place, Place::Buffer(_))).then_some(())?;
            Some((back, last))
        }
        _ => return None,
    };
    Some(Found {
        middle,
        reads: step.operands.iter().position(|operand| operand.place == whole.place)?,
        back,
    })
}

/// The product of the m by n matrix R with a thin one.
fn thin_product(step: &Step, result: Operand, r: usize, sizes: (usize, usize)) -> Option<Back> {
    match &step.kernel {
        Kernel::MatrixMatrix {
            m,
            k,
            n: q,
            transposed: [false, transposed],
            coefficient,
            ..
        } if (*m, *k) == sizes && step.operands[0].place == result.place && 4 * q <= *m => Some(Back {
            r,
            q: *q,
            transposed: *transposed,
            coefficient: coefficient.clone(),
        }),
        _ => None,
    }
}

fn joined(steps: &[Option<Step>], first: usize, found: &Found, buffers: &mut Vec<usize>) -> Option<Step> {
    let (product, step) = (steps[first].as_ref()?, steps[found.middle].as_ref()?);
    let Kernel::MatrixMatrix {
        m,
        k,
        n,
        transposed,
        ref coefficient,
        ..
    } = product.kernel
    else {
        return None;
    };
    let Kernel::Pass(pass) = &step.kernel else { return None };
    let width = (PANEL / m).clamp(1, n);
    let mut buffer = |length: usize| {
        buffers.push(length);
        Operand {
            place: Place::Buffer(buffers.len() - 1),
            length,
        }
    };
    let mut operands = [step.operands.as_slice(), &product.operands[..2]].concat();
    // The pass reads a panel in place of this one, which nobody stores.
    operands[found.reads] = product.operands[0];
    let mut results = step.results.clone();
    let panel = results.len();
    results.extend([buffer(m * width), buffer(if transposed[1] { k * n } else { 0 })]);
    if let Some((back, last)) = &found.back {
        let last = steps[*last].as_ref()?;
        results[back.r] = buffer(m * width);
        results.extend([buffer(if back.transposed { 0 } else { back.q * n }), last.results[0]]);
        operands.push(last.operands[1]);
    }
    if results.len() > MAX_RESULTS {
        return None;
    }
    let mut pass = pass.clone();
    pass.for_each_source(&mut |source| {
        if *source == Source::Stream(found.reads) {
            *source = Source::Result(panel);
        }
    });
    Some(Step {
        kernel: Kernel::Panels(Box::new(Panels {
            m,
            k,
            n,
            width,
            transposed,
            coefficient: coefficient.clone(),
            pass,
            back: found.back.as_ref().map(|(back, _)| back.clone()),
        })),
        operands,
        results,
    })
}
