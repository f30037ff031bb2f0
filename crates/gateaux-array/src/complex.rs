//! Complex numbers over any real ones.

use crate::Real;
use crate::exponent::split;

/// The square of 2 to this power has all digits, and so has its reciprocal.
const ORDINARY: i64 = 400;

/// `re + i im`.
///
/// # Example
/// ```
/// use gateaux_array::{Complex, Field, Array, Number};
/// let z = Complex::new(3.0, 4.0);
/// assert_eq!(Number::mul(&z, &z), Complex::new(-7.0, 24.0));
/// let a = Array::from_rows(&[vec![z, Complex::new(0.0, 1.0)], vec![Complex::new(0.0, 1.0), z]])?;
/// assert_eq!(Complex::det(&a)?, Complex::new(-6.0, 24.0));
/// # Ok::<(), gateaux_array::ArrayError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Complex<T> {
    /// The real part.
    pub re: T,
    /// The imaginary part.
    pub im: T,
}

impl<T: Real> Complex<T> {
    /// `re + i im`
    pub fn new(re: T, im: T) -> Complex<T> {
        Complex { re, im }
    }

    pub(crate) fn zero() -> Complex<T> {
        Complex::real(T::zero())
    }

    /// A real number.
    pub fn real(re: T) -> Complex<T> {
        Complex { re, im: T::zero() }
    }

    pub(crate) fn add(&self, rhs: &Complex<T>) -> Complex<T> {
        Complex {
            re: self.re.add(&rhs.re),
            im: self.im.add(&rhs.im),
        }
    }

    pub(crate) fn sub(&self, rhs: &Complex<T>) -> Complex<T> {
        Complex {
            re: self.re.sub(&rhs.re),
            im: self.im.sub(&rhs.im),
        }
    }

    pub(crate) fn mul(&self, rhs: &Complex<T>) -> Complex<T> {
        Complex {
            re: self.re.mul(&rhs.re).sub(&self.im.mul(&rhs.im)),
            im: self.re.mul(&rhs.im).add(&self.im.mul(&rhs.re)),
        }
    }

    pub(crate) fn scale(&self, factor: &T) -> Complex<T> {
        Complex {
            re: self.re.mul(factor),
            im: self.im.mul(factor),
        }
    }

    /// The complex conjugate.
    pub fn conj(&self) -> Complex<T> {
        Complex {
            re: self.re.clone(),
            im: self.im.neg(),
        }
    }

    /// The quotient, by Smith's method: it overflows and underflows only where the result does.
    ///
    /// # Source
    /// R. L. Smith, Algorithm 116: complex division, 1962; M. Baudin, R. L. Smith, A robust complex division in Scilab,
    /// 2012 (powers of 2 taken out).
    pub(crate) fn div(&self, rhs: &Complex<T>) -> Complex<T> {
        if rhs.im.is_zero() {
            return Complex {
                re: quotient(&self.re, &rhs.re),
                im: quotient(&self.im, &rhs.re),
            };
        }
        let ((top, own), (bottom, other)) = (self.split(), rhs.split());
        top.divided_by_ordinary(&bottom).times_power_of_two(own - other)
    }

    /// The quotient by a number of ordinary size.
    fn divided_by_ordinary(&self, rhs: &Complex<T>) -> Complex<T> {
        if is_less(&rhs.re.abs(), &rhs.im.abs()) {
            // Both turned by a right angle.
            return self.over_unit().divided_by_flat(&rhs.over_unit());
        }
        self.divided_by_flat(rhs)
    }

    /// The quotient by a number whose real part is the larger one.
    fn divided_by_flat(&self, rhs: &Complex<T>) -> Complex<T> {
        let slope = quotient(&rhs.im, &rhs.re);
        let size = rhs.re.add(&rhs.im.mul(&slope));
        Complex {
            re: quotient(&self.re.add(&self.im.mul(&slope)), &size),
            im: quotient(&self.im.sub(&self.re.mul(&slope)), &size),
        }
    }

    /// i z
    pub(crate) fn times_unit(&self) -> Complex<T> {
        Complex::new(self.im.neg(), self.re.clone())
    }

    /// z/i
    pub(crate) fn over_unit(&self) -> Complex<T> {
        Complex::new(self.im.clone(), self.re.neg())
    }

    /// The parts, of which the second is not smaller than the first.
    pub(crate) fn sorted_sizes(&self) -> [T; 2] {
        let (re, im) = (self.re.abs(), self.im.abs());
        if is_less(&re, &im) { [re, im] } else { [im, re] }
    }

    /// A number whose squares neither overflow nor underflow, and the even power of 2 that it has to be multiplied with.
    /// It is the number itself where its squares do not.
    pub(crate) fn split(&self) -> (Complex<T>, i64) {
        let [_, size] = self.sorted_sizes();
        let (_, exponent) = split(size.to_f64());
        if exponent.abs() <= ORDINARY {
            return (self.clone(), 0);
        }
        let exponent = exponent & !1;
        (self.times_power_of_two(-exponent), exponent)
    }

    pub(crate) fn times_power_of_two(&self, exponent: i64) -> Complex<T> {
        // In steps, because the power alone may overflow where the result does not.
        let (mut number, mut rest) = (self.clone(), exponent);
        while rest != 0 {
            let step = rest.clamp(-1000, 1000);
            number = number.scale(&T::from_f64(2f64.powi(step as i32)));
            rest -= step;
        }
        number
    }

    /// The absolute value.
    pub fn abs(&self) -> T {
        hypot(&self.re, &self.im)
    }

    pub(crate) fn is_zero(&self) -> bool {
        self.re.is_zero() && self.im.is_zero()
    }
}

/// The root of the sum of two squares, which are scaled so that they neither overflow nor underflow.
pub(crate) fn hypot<T: Real>(x: &T, y: &T) -> T {
    let [small, large] = Complex::new(x.clone(), y.clone()).sorted_sizes();
    if small.is_zero() {
        return large;
    }
    let part = quotient(&small, &large);
    large.mul(&T::one().add(&part.mul(&part)).sqrt())
}

pub(crate) fn is_less<T: Real>(left: &T, right: &T) -> bool {
    matches!(left.compare(right), Ok(Some(std::cmp::Ordering::Less)))
}

pub(crate) fn quotient<T: Real>(top: &T, bottom: &T) -> T {
    top.div(bottom).unwrap_or_else(|| T::from_f64(f64::NAN))
}
