//! Examples: values for the variables of a problem at which it can be computed.

use std::collections::BTreeMap;

use gateaux_array::{Array, ArrayError};
use gateaux_core::expr::Structure;

use crate::check::{SIZES, sizes_for};
use crate::error::{Errors, NO_NUMBERS};
use crate::numbers::Inputs;
use crate::problem::Problem;
use crate::random::Random;
use crate::sample::{Region, draws, point};

/// Digits behind the point of the numbers of an example.
const DIGITS: f64 = 10.0;

impl Problem {
    /// Sizes for all dimensions, small and unequal but for those that are given, and values for all variables: a point
    /// at which the function has a value, in numbers of few digits, always the same.
    ///
    /// # Errors
    /// Sizes at which no such point is found.
    ///
    /// # Example
    /// ```
    /// let mut problem = gateaux::Problem::parse("log(x'*A*x)")?;
    /// let inputs = problem.example(&[("n".to_owned(), 2)].into())?;
    /// assert_eq!(inputs.values["A"].shape(), [2, 2]);
    /// assert!(problem.evaluate(None, &inputs)?.value.data()[0].is_finite());
    /// # Ok::<(), gateaux::Errors>(())
    /// ```
    pub fn example(&mut self, sizes: &BTreeMap<String, usize>) -> Result<Inputs, Errors> {
        let mut reason = String::new();
        for pattern in SIZES {
            match sizes_for(self, &[self.function], sizes, pattern) {
                Ok(sizes) => match self.example_at(&sizes) {
                    Ok(inputs) => return Ok(inputs),
                    Err(failure) => reason = failure,
                },
                Err(failure) => reason = failure,
            }
        }
        Err(self.mistake(NO_NUMBERS, format!("no example was found: {reason}")))
    }

    fn example_at(&mut self, sizes: &BTreeMap<String, usize>) -> Result<Inputs, String> {
        let mut last_failure = String::new();
        for (region, mut random) in draws() {
            let inputs = self
                .draw(sizes, region, &mut random)
                .map_err(|error| error.to_string())?;
            match self.evaluate(None, &inputs) {
                Ok(numbers) if numbers.value.data().iter().all(|entry| entry.is_finite()) => return Ok(inputs),
                Ok(_) => last_failure = "the function has no value".to_owned(),
                Err(errors) => last_failure = errors.to_string(),
            }
        }
        Err(last_failure)
    }

    fn draw(&self, sizes: &BTreeMap<String, usize>, region: Region, random: &mut Random) -> Result<Inputs, ArrayError> {
        let mut inputs = Inputs {
            sizes: sizes.clone(),
            ..Inputs::default()
        };
        let size_of = |name: &str| sizes.get(name).and_then(|size| i64::try_from(*size).ok());
        for (variable, expr) in self.typing.variables.iter().zip(&self.variables) {
            let axes = variable.shape.axes();
            let sizes = axes.iter().map(|dim| self.store.dims.evaluate(*dim, &size_of));
            let shape: Option<Vec<usize>> = sizes.map(|size| usize::try_from(size?).ok()).collect();
            let (Some(shape), Some(var)) = (shape, self.store.as_var(*expr)) else {
                continue;
            };
            let mut value = || Ok(short(point(self, var, &shape, region, random)?, variable.structure));
            inputs.values.insert(variable.name.clone(), value()?);
            if self.store.is_complex(*expr) {
                inputs.imaginary.insert(variable.name.clone(), value()?);
            }
        }
        Ok(inputs)
    }
}

/// The numbers with few digits, where that keeps the structure.
fn short(array: Array<f64>, structure: Structure) -> Array<f64> {
    match structure {
        Structure::Orthogonal => array,
        Structure::General
        | Structure::Symmetric
        | Structure::Posdef
        | Structure::Diagonal
        | Structure::Skew
        | Structure::Lower => array.map(|entry| (entry * DIGITS).round() / DIGITS),
    }
}
