//! Passes that write where they read: a result takes the place of an operand that nobody reads afterwards.
//!
//! A large array is then not brought to the cache twice, and a product that only one pass reads needs no buffer of its
//! own beside the caller's memory.

use crate::plan::pass::{Action, Pass, Source, Target};
use crate::plan::{Kernel, Place, Step};

/// Lets results of passes take the places of operands. Each place was written once before.
pub(crate) fn update_in_place(steps: &mut [Step]) {
    for at in 0..steps.len() {
        let Kernel::Pass(pass) = &steps[at].kernel else {
            continue;
        };
        for (result, operand) in pairs(pass, &steps[at]) {
            let (old, new) = (steps[at].operands[operand].place, steps[at].results[result].place);
            if !is_free(steps, at, (old, new)) {
                continue;
            }
            if let Kernel::Pass(pass) = &mut steps[at].kernel {
                pass.for_each_source(&mut |source| {
                    if *source == Source::Stream(operand) {
                        *source = Source::Result(result);
                    }
                });
            }
            for step in &mut *steps {
                for place in step.operands.iter_mut().chain(&mut step.results) {
                    if place.place == old {
                        place.place = new;
                    }
                }
            }
        }
    }
}

/// Which result may stand where an operand stood, as the pass goes.
fn pairs(pass: &Pass, step: &Step) -> Vec<(usize, usize)> {
    let mut pairs: Vec<(usize, usize)> = Vec::new();
    for (at, (action, target)) in pass.actions.iter().enumerate() {
        let Target::Result(result) = *target else { continue };
        if step.results[result].length != pass.length {
            continue;
        }
        let is_fit = |operand: &usize| {
            step.operands[*operand].length == pass.length
                && is_read_until(pass, at, *operand)
                && works_in_place(action, Source::Stream(*operand))
                && !pairs.iter().any(|(_, taken)| taken == operand)
        };
        if let Some(operand) = (0..step.operands.len()).find(is_fit) {
            pairs.push((result, operand));
        }
    }
    pairs
}

/// Whether an action may write where this source is read.
fn works_in_place(action: &Action, source: Source) -> bool {
    match *action {
        Action::Unary(..) => true,
        Action::Binary(_, x, y) => x != source || y != source,
        Action::Choice(x, y, z) => ![x, y, z].contains(&source),
        Action::Copy(x) => x != source,
    }
}

/// Whether an operand is read by actions up to this one alone, entry by entry.
fn is_read_until(pass: &Pass, last: usize, operand: usize) -> bool {
    let mut rest = pass.clone();
    rest.actions.drain(..=last);
    let mut is_read = false;
    rest.for_each_source(&mut |source| is_read |= *source == Source::Stream(operand));
    pass.clone().for_each_source(&mut |source| {
        is_read |= matches!(*source, Source::Number(at) | Source::Column(at) | Source::Row(at) if at == operand);
    });
    !is_read
}

/// Whether the old place is a buffer that this step is the last to read, and the new one is not used before.
fn is_free(steps: &[Step], at: usize, (old, new): (Place, Place)) -> bool {
    let touches = |step: &Step, place: Place| {
        let mut all = step.operands.iter().chain(&step.results);
        all.any(|operand| operand.place == place)
    };
    let reads = steps[at].operands.iter().filter(|operand| operand.place == old).count();
    matches!(old, Place::Buffer(_))
        && reads == 1
        && !steps[at + 1..].iter().any(|step| touches(step, old))
        && !steps[..at].iter().any(|step| touches(step, new))
        && !steps[at].operands.iter().any(|operand| operand.place == new)
}
