//! Complex numbers as a number type: arithmetic, analytic functions, linear algebra.

use std::cmp::Ordering;

use crate::complex::Complex;
use crate::{Array, ArrayError, Field, Function, MatrixFunction, Number, Real, complex_matrix_function, elimination};

impl<T: Real> Number for Complex<T> {
    fn zero() -> Complex<T> {
        Complex::real(T::zero())
    }

    fn one() -> Complex<T> {
        Complex::real(T::one())
    }

    fn from_i64(value: i64) -> Complex<T> {
        Complex::real(T::from_i64(value))
    }

    fn imaginary_unit() -> Option<Complex<T>> {
        Some(Complex::new(T::zero(), T::one()))
    }

    fn add(&self, rhs: &Complex<T>) -> Complex<T> {
        Complex::add(self, rhs)
    }

    fn sub(&self, rhs: &Complex<T>) -> Complex<T> {
        Complex::sub(self, rhs)
    }

    fn mul(&self, rhs: &Complex<T>) -> Complex<T> {
        Complex::mul(self, rhs)
    }

    fn neg(&self) -> Complex<T> {
        Complex::new(self.re.neg(), self.im.neg())
    }

    fn div(&self, rhs: &Complex<T>) -> Option<Complex<T>> {
        Some(Complex::div(self, rhs))
    }

    fn is_zero(&self) -> bool {
        Complex::is_zero(self)
    }

    fn pivot_size(&self) -> f64 {
        Complex::abs(self).pivot_size()
    }

    /// An analytic function is continued from the real axis, with the principal branch where there are several. What is
    /// not analytic is a function of real numbers, and takes the real part.
    fn apply(&self, function: Function) -> Result<Complex<T>, ArrayError> {
        Ok(match function {
            Function::Conj => self.conj(),
            Function::Abs => Complex::real(self.abs()),
            Function::Exp => self.exp(),
            Function::Expm1 => self.expm1(),
            Function::Ln => self.ln(),
            Function::Log1p => self.log1p(),
            Function::Sqrt => self.sqrt(),
            Function::Sin => self.times_unit().sinh().over_unit(),
            Function::Cos => self.times_unit().cosh(),
            Function::Tan => self.times_unit().tanh().over_unit(),
            Function::Sinh => self.sinh(),
            Function::Cosh => self.cosh(),
            Function::Tanh => self.tanh(),
            Function::Asin => self.asin(),
            Function::Acos => self.acos(),
            Function::Atan => self.atan(),
            Function::Sigmoid => self.sigmoid(),
            Function::Sign
            | Function::Relu
            | Function::Softplus
            | Function::Erf
            | Function::Lgamma
            | Function::Digamma
            | Function::NormalCdf
            | Function::LogNormalCdf => Complex::real(self.re.apply(function)?),
        })
    }

    fn pow(&self, exponent: &Complex<T>) -> Result<Complex<T>, ArrayError> {
        Complex::power(self, exponent)
    }

    fn polygamma(&self, order: u32) -> Result<Complex<T>, ArrayError> {
        self.re.polygamma(order).map(Complex::real)
    }

    /// The order of the real parts: only what is real is ever compared, up to rounding.
    fn compare(&self, rhs: &Complex<T>) -> Result<Option<Ordering>, ArrayError> {
        self.re.compare(&rhs.re)
    }
}

impl<T: Field + Real> Field for Complex<T> {
    /// The sign is the determinant over its absolute value.
    fn signed_logdet(a: &Array<Complex<T>>) -> Result<(Complex<T>, Complex<T>), ArrayError> {
        elimination::signed_logdet_by(a, |pivot| {
            let size = pivot.abs();
            let sign = pivot.div(&Complex::real(size.clone()));
            let log = Complex::real(pivot.ln().re);
            Ok(if size.is_zero() {
                (Complex::zero(), log)
            } else {
                (sign, log)
            })
        })
    }

    /// With an imaginary part between -pi and pi.
    fn logdet(a: &Array<Complex<T>>) -> Result<Complex<T>, ArrayError> {
        let (sign, log) = Self::signed_logdet(a)?;
        let angle = if sign.is_zero() { T::zero() } else { sign.angle() };
        Ok(Complex::new(log.re, angle))
    }

    fn norm2(a: &Array<Complex<T>>) -> Result<Complex<T>, ArrayError> {
        T::norm2(&a.map(Complex::abs)).map(Complex::real)
    }

    fn matrix_function(
        function: MatrixFunction,
        a: &Array<Complex<T>>,
        directions: &[&Array<Complex<T>>],
    ) -> Result<Array<Complex<T>>, ArrayError> {
        complex_matrix_function::evaluate(function, a, directions)
    }

    /// Of what is real.
    fn eigh(a: &Array<Complex<T>>) -> Result<(Array<Complex<T>>, Array<Complex<T>>), ArrayError> {
        let (values, vectors) = T::eigh(&real_parts(a))?;
        Ok((complex(&values), complex(&vectors)))
    }

    /// Of what is real.
    fn cholesky(a: &Array<Complex<T>>) -> Result<Array<Complex<T>>, ArrayError> {
        T::cholesky(&real_parts(a)).map(|factor| complex(&factor))
    }

    /// Of what is real.
    fn svd(a: &Array<Complex<T>>) -> Result<crate::Svd<Complex<T>>, ArrayError> {
        let crate::Svd { u, s, v } = T::svd(&real_parts(a))?;
        Ok(crate::Svd {
            u: complex(&u),
            s: complex(&s),
            v: complex(&v),
        })
    }

    /// Of what is real.
    fn pinv(a: &Array<Complex<T>>) -> Result<Array<Complex<T>>, ArrayError> {
        T::pinv(&real_parts(a)).map(|inverse| complex(&inverse))
    }
}

fn real_parts<T: Real>(a: &Array<Complex<T>>) -> Array<T> {
    a.map(|entry| entry.re.clone())
}

fn complex<T: Real>(a: &Array<T>) -> Array<Complex<T>> {
    a.map(|entry| Complex::real(entry.clone()))
}
