//! Remarks on digits that rounding has taken.

use gateaux_array::Array;
use gateaux_core::expr::Var;
use gateaux_eval::{Loss, Program, Rounded};

/// Numbers with a larger relative error have a remark.
const TOLERANCE: f64 = 1e-10;

/// Operations that are repeated with more digits, at most: some tenths of a second.
pub(crate) const EXACT_WORK: f64 = 5e6;

/// The remark on the only output of a run, if it has lost digits.
pub(crate) fn rate<T: Rounded>(
    what: &str,
    program: &Program,
    input: &dyn Fn(Var) -> Option<Array<T>>,
    found: &Array<T>,
) -> Option<String> {
    let loss = program.loss(input, std::slice::from_ref(found), &mut EXACT_WORK.clone())?;
    remark(what, loss)
}

/// The remark on the numbers of the value or of the derivative, if they have lost digits.
pub(crate) fn remark(what: &str, loss: Loss) -> Option<String> {
    let kernel = loss.kernel;
    if loss.error <= TOLERANCE {
        return None;
    }
    let digits = -loss.error.log10();
    Some(if digits < 1.0 {
        format!("no digit of the {what} is certain: rounding takes all of them in {kernel}")
    } else {
        format!("about {digits:.0} digits of the {what} are right: rounding takes the others in {kernel}")
    })
}

/// The worse of two losses.
pub(crate) fn worse(one: Option<Loss>, other: Option<Loss>) -> Option<Loss> {
    match (one, other) {
        (Some(one), Some(other)) if one.error < other.error => Some(other),
        (Some(one), _) => Some(one),
        (None, other) => other,
    }
}
