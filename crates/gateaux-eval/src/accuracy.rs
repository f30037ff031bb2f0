//! How many digits of the numbers rounding has taken, where a kernel may be badly conditioned or terms cancel.
//!
//! The steps are repeated with 31 digits from the same inputs, so that the difference is the error of the numbers, and
//! no estimate.

use gateaux_array::{Array, Complex, DoubleDouble, Field, Real};
use gateaux_core::expr::Var;

use crate::constant::constant;
use crate::program::{Instruction, Program, Step};

/// Terms that are larger than their sum by this factor may have taken more of its digits than a remark lets pass.
const CANCELLATION: f64 = 1e5;

/// What rounding has done to numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Loss {
    /// The function that can lose digits, the first of several.
    pub kernel: &'static str,
    /// The error, relative to the largest number; infinite where the numbers have no value to more digits.
    pub error: f64,
}

/// A number with the precision of `f64`, and the number with 31 digits that stands for the same.
pub trait Rounded: Field {
    /// The type with 31 digits.
    type Precise: Field;

    /// The same number.
    fn precise(&self) -> Self::Precise;

    /// The number nearest to a precise one.
    fn rounded(precise: &Self::Precise) -> Self;
}

impl Rounded for f64 {
    type Precise = DoubleDouble;

    fn precise(&self) -> DoubleDouble {
        DoubleDouble::from_f64(*self)
    }

    fn rounded(precise: &DoubleDouble) -> f64 {
        precise.to_f64()
    }
}

impl Rounded for Complex<f64> {
    type Precise = Complex<DoubleDouble>;

    fn precise(&self) -> Complex<DoubleDouble> {
        Complex::new(self.re.precise(), self.im.precise())
    }

    fn rounded(precise: &Complex<DoubleDouble>) -> Complex<f64> {
        Complex::new(f64::rounded(&precise.re), f64::rounded(&precise.im))
    }
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
    /// The error of the outputs of a run by rounding. `None` where nothing may lose digits, where the outputs are not
    /// finite, and where the [`work`](Program::work) of another run is more than is granted.
    pub fn loss<T: Rounded>(
        &self,
        input: &dyn Fn(Var) -> Option<Array<T>>,
        outputs: &[Array<T>],
        granted: &mut f64,
    ) -> Option<Loss> {
        // An infinity and what is not a number differ from themselves by something that is not a number.
        let is_finite = |entry: &T| entry.sub(entry).is_zero();
        let work = self.work();
        if work > *granted || !outputs.iter().flat_map(Array::data).all(is_finite) {
            return None;
        }
        let badly_conditioned = self.steps.iter().find_map(|step| step.instruction.may_lose_digits());
        let kernel = badly_conditioned.or_else(|| self.cancelling_sum(input))?;
        *granted -= work;
        let precise = |var: Var| Some(input(var)?.map(T::precise));
        let Ok(exact) = self.run(&precise) else {
            let error = f64::INFINITY;
            return Some(Loss { kernel, error });
        };
        let exact = exact.iter().map(|output| output.map(T::rounded));
        let errors = outputs.iter().zip(exact).map(|(found, truth)| error(found, &truth));
        let error = errors.fold(0.0, f64::max);
        Some(Loss { kernel, error })
    }

    /// The name of the first sum whose terms cancel.
    fn cancelling_sum<T: Field>(&self, input: &dyn Fn(Var) -> Option<Array<T>>) -> Option<&'static str> {
        let mut found = None;
        let run = self.run_observed(input, &mut |step: &Step, operands: &[Array<T>], value: &Array<T>| {
            if found.is_none() && largest_term(step, operands) > CANCELLATION * value.max_abs() {
                found = Some(step.instruction.name());
            }
        });
        found.filter(|_| run.is_ok())
    }
}

/// The size of the largest term of a sum of several, 0 for other steps.
fn largest_term<T: Field>(step: &Step, values: &[Array<T>]) -> f64 {
    let Instruction::Sum(coefficients) = &step.instruction else {
        return 0.0;
    };
    if coefficients.len() < 2 {
        return 0.0;
    }
    let terms = coefficients.iter().zip(&step.operands);
    let sizes = terms.map(|(coefficient, slot)| {
        let factor = constant::<f64>(coefficient).unwrap_or(0.0);
        factor.abs() * values[*slot].max_abs()
    });
    sizes.fold(0.0, f64::max)
}

/// The largest difference, relative to the largest number.
fn error<T: Field>(found: &Array<T>, truth: &Array<T>) -> f64 {
    let pairs = found.data().iter().zip(truth.data());
    // What is not a number is an error like any other: its size is infinite.
    let gaps = pairs.map(|(found, truth)| found.sub(truth).pivot_size());
    match gaps.fold(0.0, f64::max) {
        0.0 => 0.0,
        gap => gap / truth.max_abs(),
    }
}
