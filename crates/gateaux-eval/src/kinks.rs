//! How far a run stays from the points where its functions have no derivative: kinks, steps, branch cuts.

use std::f64::consts::{FRAC_PI_2, PI};

use gateaux_array::{Array, Field, Function, Number, maximum};
use gateaux_core::expr::Var;

use crate::program::{Error, Instruction, Program};
use crate::run::execute;

impl Program {
    /// The smallest distance to a kink over all functions that have one: of the argument of `abs`, `sign` and `relu`
    /// to 0, of the two arguments of `max`, `min` and of a comparison to each other, of complex values to the branch
    /// cuts; infinite without such functions.
    ///
    /// # Errors
    /// As [`run`](Program::run).
    pub fn distance_to_kinks<T: Field>(&self, input: &dyn Fn(Var) -> Option<Array<T>>) -> Result<f64, Error> {
        let mut values: Vec<Array<T>> = Vec::with_capacity(self.steps.len());
        let mut distance = f64::INFINITY;
        for step in &self.steps {
            let value = execute(step, &values, input)?;
            // sign(relu(x)) is 0 or 1 where relu(x) is 0 or positive, and its argument has no other values near 0.
            let is_step = matches!(&step.instruction, Instruction::Function(Function::Sign))
                && matches!(
                    self.steps[step.operands[0]].instruction,
                    Instruction::Function(Function::Relu)
                );
            if !is_step {
                let operands: Vec<&Array<T>> = step.operands.iter().map(|slot| &values[*slot]).collect();
                let gaps = gaps(&step.instruction, &operands, &value)
                    .map_err(|error| Error::Array(step.instruction.name(), error))?;
                distance = gaps.into_iter().fold(distance, f64::min);
            }
            values.push(value);
        }
        Ok(distance)
    }
}

/// The distances of one step.
fn gaps<T: Field>(
    instruction: &Instruction,
    operands: &[&Array<T>],
    value: &Array<T>,
) -> Result<Vec<f64>, gateaux_array::ArrayError> {
    let sizes = |array: &Array<T>| array.data().iter().map(T::pivot_size).collect::<Vec<f64>>();
    Ok(match instruction {
        Instruction::Function(Function::Abs | Function::Relu | Function::Sign) => sizes(operands[0]),
        Instruction::Larger | Instruction::Smaller | Instruction::Compare(_) => sizes(&operands[0].sub(operands[1])?),
        Instruction::Maximum | Instruction::Hardmax => gaps_to_the_largest(operands[0], 1)?,
        Instruction::Minimum => gaps_to_the_largest(&operands[0].map(T::neg), 1)?,
        Instruction::Rows(of) => {
            let rows = operands[0].shape()[0];
            match **of {
                Instruction::Maximum | Instruction::Hardmax => gaps_to_the_largest(operands[0], rows)?,
                Instruction::Minimum => gaps_to_the_largest(&operands[0].map(T::neg), rows)?,
                _ => vec![],
            }
        }
        // A real number has no branches: where it has no value it is not a number.
        _ if T::imaginary_unit().is_none() => vec![],
        Instruction::Power => operands[0].data().iter().map(distance_to_negative).collect(),
        instruction => value
            .data()
            .iter()
            .filter_map(|value| distance_to_cut(instruction, value))
            .collect(),
    })
}

/// How far the second largest entry is below the largest one, of each row; the rows lie side by side.
fn gaps_to_the_largest<T: Field>(array: &Array<T>, rows: usize) -> Result<Vec<f64>, gateaux_array::ArrayError> {
    let mut gaps = Vec::with_capacity(rows);
    for row in 0..rows {
        let entries = array.data().iter().skip(row).step_by(rows).cloned();
        let entries = Array::vector(entries.collect())?;
        let largest = maximum::maximum(&entries)?;
        let mut below: Vec<f64> = entries
            .data()
            .iter()
            .map(|entry| largest.sub(entry).pivot_size())
            .collect();
        below.sort_by(f64::total_cmp);
        // The first is that of the largest itself.
        gaps.extend(below.get(1));
    }
    Ok(gaps)
}

/// How far the value of a function with branches is from the border of its principal branch.
///
/// # Source
/// DLMF 4.2 (i) (logarithm), 4.23 (ii) (inverse circular functions).
fn distance_to_cut<T: Number>(instruction: &Instruction, value: &T) -> Option<f64> {
    let twice_real = || {
        value
            .apply(Function::Conj)
            .ok()
            .map(|conj| value.add(&conj).pivot_size())
    };
    let real = || twice_real().map(|twice| twice / 2.0);
    match instruction {
        // The right half of the plane.
        Instruction::SquareRoot | Instruction::Function(Function::Sqrt) => real(),
        Instruction::Logdet(_) | Instruction::Function(Function::Ln | Function::Log1p) => {
            let conj = value.apply(Function::Conj).ok()?;
            Some(PI - value.sub(&conj).pivot_size() / 2.0)
        }
        Instruction::Function(Function::Asin | Function::Atan) => real().map(|real| FRAC_PI_2 - real),
        Instruction::Function(Function::Acos) => real().map(|real| real.min(PI - real)),
        _ => None,
    }
}

/// How far a base of powers is from the negative numbers, as an angle.
fn distance_to_negative<T: Number>(base: &T) -> f64 {
    let logarithm = base.apply(Function::Ln).ok();
    let distance = logarithm.and_then(|value| distance_to_cut(&Instruction::Function(Function::Ln), &value));
    distance.unwrap_or(f64::INFINITY)
}
