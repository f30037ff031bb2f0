//! How many digits of the numbers rounding has taken, where a kernel may be badly conditioned.
//!
//! The steps are repeated with 31 digits from the same inputs, so that the difference is the error of the numbers, and
//! no estimate.

use gateaux_array::{Array, DoubleDouble, Real};
use gateaux_core::expr::Var;

use crate::program::{Instruction, Program};

/// What rounding has done to numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Loss {
    /// The function that can lose digits, the first of several.
    pub kernel: &'static str,
    /// The error, relative to the largest number; infinite where the numbers have no value to more digits.
    pub error: f64,
}

impl Instruction {
    /// The function that it computes, if that may be badly conditioned though its operands are harmless. Of
    /// eigenvalues and singular values it is the vectors.
    fn may_lose_digits(&self) -> Option<&'static str> {
        match self {
            Instruction::MatrixFunction(_) | Instruction::Pseudoinverse | Instruction::Cholesky => Some(self.name()),
            Instruction::Eigen => Some("eigvecs"),
            Instruction::Singular => Some("svdu, svdv"),
            _ => None,
        }
    }
}

impl Program {
    /// The error of the outputs of a run by rounding. `None` without functions that may lose digits, where the
    /// outputs are not finite, and where the [`work`](Program::work) of another run is more than is granted.
    pub fn loss(
        &self,
        input: &dyn Fn(Var) -> Option<Array<f64>>,
        outputs: &[Array<f64>],
        granted: &mut f64,
    ) -> Option<Loss> {
        let kernel = self.steps.iter().find_map(|step| step.instruction.may_lose_digits())?;
        let is_finite = outputs.iter().flat_map(Array::data).all(|entry| entry.is_finite());
        let work = self.work();
        if !is_finite || work > *granted {
            return None;
        }
        *granted -= work;
        let lifted = |var: Var| Some(input(var)?.map(|entry| DoubleDouble::from_f64(*entry)));
        let error = match self.run(&lifted) {
            Ok(exact) => outputs
                .iter()
                .zip(&exact)
                .map(|(found, truth)| error(found, truth))
                .fold(0.0, f64::max),
            Err(_) => f64::INFINITY,
        };
        Some(Loss { kernel, error })
    }
}

/// The largest difference, relative to the largest number.
fn error(found: &Array<f64>, truth: &Array<DoubleDouble>) -> f64 {
    let gap = found
        .data()
        .iter()
        .zip(truth.data())
        .fold(0.0f64, |max, (found, truth)| {
            let gap = (found - truth.to_f64()).abs();
            // What is not a number is an error like any other.
            if gap <= max { max } else { gap }
        });
    match gap {
        0.0 => 0.0,
        gap if gap.is_nan() => f64::INFINITY,
        gap => gap / truth.max_abs(),
    }
}
