//! Decompositions of `f64` in WebAssembly.

use crate::{Array, ArrayError, DoubleDouble, Field, MatrixFunction, Real, Svd, eigen};

/// In WebAssembly, where every kilobyte travels to the reader, the decompositions are those of [`DoubleDouble`], rounded.
impl Field for f64 {
    fn matrix_function(
        function: MatrixFunction,
        a: &Array<f64>,
        directions: &[&Array<f64>],
    ) -> Result<Array<f64>, ArrayError> {
        let directions: Vec<Array<DoubleDouble>> = directions.iter().map(|direction| precise(direction)).collect();
        let directions: Vec<&Array<DoubleDouble>> = directions.iter().collect();
        DoubleDouble::matrix_function(function, &precise(a), &directions).map(|value| rounded(&value))
    }

    fn eigh(a: &Array<f64>) -> Result<(Array<f64>, Array<f64>), ArrayError> {
        let (values, vectors) = DoubleDouble::eigh(&precise(a))?;
        Ok((rounded(&values), rounded(&vectors)))
    }

    fn svd(a: &Array<f64>) -> Result<Svd<f64>, ArrayError> {
        let Svd { u, s, v } = DoubleDouble::svd(&precise(a))?;
        Ok(Svd {
            u: rounded(&u),
            s: rounded(&s),
            v: rounded(&v),
        })
    }

    fn pinv(a: &Array<f64>) -> Result<Array<f64>, ArrayError> {
        // The rank is that of the doubles.
        eigen::pinv(a)
    }
}

fn precise(a: &Array<f64>) -> Array<DoubleDouble> {
    a.map(|&entry| DoubleDouble::from_f64(entry))
}

fn rounded(a: &Array<DoubleDouble>) -> Array<f64> {
    a.map(DoubleDouble::to_f64)
}
