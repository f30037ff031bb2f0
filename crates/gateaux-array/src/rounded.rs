//! Decompositions of `f64` and [`Wide`] in WebAssembly, where every kilobyte travels to the reader: those of
//! [`DoubleDouble`], rounded.

use crate::{Array, ArrayError, DoubleDouble, Field, MatrixFunction, Number, Real, Svd, Wide, eigen};

/// Numbers whose decompositions are those of [`DoubleDouble`].
trait Rounded: Number {
    /// The number over 2^exponent, with more digits.
    fn precise(&self, exponent: i64) -> DoubleDouble;

    /// The number nearest to `number * 2^exponent`.
    fn rounded(number: &DoubleDouble, exponent: i64) -> Self;

    /// A power of 2 over which no number of these is too large; decompositions do not mind a common factor.
    fn exponent(numbers: &[Self]) -> i64;
}

impl Rounded for f64 {
    fn precise(&self, _: i64) -> DoubleDouble {
        DoubleDouble::from_f64(*self)
    }

    fn rounded(number: &DoubleDouble, _: i64) -> f64 {
        number.to_f64()
    }

    fn exponent(_: &[f64]) -> i64 {
        0
    }
}

impl Rounded for Wide {
    fn precise(&self, exponent: i64) -> DoubleDouble {
        DoubleDouble::from_f64(self.over_power_of_two(exponent))
    }

    fn rounded(number: &DoubleDouble, exponent: i64) -> Wide {
        Wide::times_power_of_two(number.to_f64(), exponent)
    }

    fn exponent(numbers: &[Wide]) -> i64 {
        Wide::largest_exponent(numbers)
    }
}

fn precise<T: Rounded>(a: &Array<T>, exponent: i64) -> Array<DoubleDouble> {
    a.map(|entry| entry.precise(exponent))
}

fn rounded<T: Rounded>(a: &Array<DoubleDouble>, exponent: i64) -> Array<T> {
    a.map(|entry| T::rounded(entry, exponent))
}

fn matrix_function<T: Rounded>(
    function: MatrixFunction,
    a: &Array<T>,
    directions: &[&Array<T>],
) -> Result<Array<T>, ArrayError> {
    let directions: Vec<Array<DoubleDouble>> = directions.iter().map(|direction| precise(direction, 0)).collect();
    let directions: Vec<&Array<DoubleDouble>> = directions.iter().collect();
    DoubleDouble::matrix_function(function, &precise(a, 0), &directions).map(|value| rounded(&value, 0))
}

fn eigh<T: Rounded>(a: &Array<T>) -> Result<(Array<T>, Array<T>), ArrayError> {
    let exponent = T::exponent(a.data());
    let (values, vectors) = DoubleDouble::eigh(&precise(a, exponent))?;
    Ok((rounded(&values, exponent), rounded(&vectors, 0)))
}

fn svd<T: Rounded>(a: &Array<T>) -> Result<Svd<T>, ArrayError> {
    let exponent = T::exponent(a.data());
    let Svd { u, s, v } = DoubleDouble::svd(&precise(a, exponent))?;
    Ok(Svd {
        u: rounded(&u, 0),
        s: rounded(&s, exponent),
        v: rounded(&v, 0),
    })
}

impl Field for f64 {
    fn matrix_function(
        function: MatrixFunction,
        a: &Array<f64>,
        directions: &[&Array<f64>],
    ) -> Result<Array<f64>, ArrayError> {
        matrix_function(function, a, directions)
    }

    fn eigh(a: &Array<f64>) -> Result<(Array<f64>, Array<f64>), ArrayError> {
        eigh(a)
    }

    fn svd(a: &Array<f64>) -> Result<Svd<f64>, ArrayError> {
        svd(a)
    }

    fn pinv(a: &Array<f64>) -> Result<Array<f64>, ArrayError> {
        // The rank is that of the doubles.
        eigen::pinv(a)
    }
}

impl Field for Wide {
    fn matrix_function(
        function: MatrixFunction,
        a: &Array<Wide>,
        directions: &[&Array<Wide>],
    ) -> Result<Array<Wide>, ArrayError> {
        matrix_function(function, a, directions)
    }

    fn eigh(a: &Array<Wide>) -> Result<(Array<Wide>, Array<Wide>), ArrayError> {
        eigh(a)
    }

    fn svd(a: &Array<Wide>) -> Result<Svd<Wide>, ArrayError> {
        svd(a)
    }

    fn pinv(a: &Array<Wide>) -> Result<Array<Wide>, ArrayError> {
        eigen::pinv(a)
    }

    fn norm2(a: &Array<Wide>) -> Result<Wide, ArrayError> {
        crate::wide::norm2(a)
    }
}
