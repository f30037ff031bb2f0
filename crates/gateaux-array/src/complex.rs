//! Complex numbers over any real ones.

use crate::Real;

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

    /// The quotient, by Smith's method, which overflows only where the result is at its edge.
    pub(crate) fn div(&self, rhs: &Complex<T>) -> Complex<T> {
        if rhs.im.is_zero() {
            return Complex {
                re: quotient(&self.re, &rhs.re),
                im: quotient(&self.im, &rhs.re),
            };
        }
        if is_less(&rhs.re.abs(), &rhs.im.abs()) {
            // Both turned by a right angle.
            let turned = |z: &Complex<T>| Complex {
                re: z.im.clone(),
                im: z.re.neg(),
            };
            return turned(self).divided_by_flat(&turned(rhs));
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

    /// The absolute value.
    pub fn abs(&self) -> T {
        hypot(&self.re, &self.im)
    }

    pub(crate) fn is_zero(&self) -> bool {
        self.re.is_zero() && self.im.is_zero()
    }

    /// The root with a real part that is not negative.
    pub(crate) fn sqrt(&self) -> Complex<T> {
        let half = T::from_f64(0.5);
        let outer = self.abs().add(&self.re.abs()).mul(&half).sqrt();
        if self.im.is_zero() || outer.is_zero() {
            return match is_less(&self.re, &T::from_f64(0.0)) {
                true => Complex {
                    re: T::from_f64(0.0),
                    im: outer,
                },
                false => Complex::real(outer),
            };
        }
        let inner = quotient(&self.im.mul(&half), &outer);
        if is_less(&self.re, &T::from_f64(0.0)) {
            let sign = self.im.signum();
            Complex {
                re: inner.abs(),
                im: outer.mul(&sign),
            }
        } else {
            Complex { re: outer, im: inner }
        }
    }

    /// The logarithm with an imaginary part between -pi and pi, accurate near 1 too.
    pub(crate) fn ln(&self) -> Complex<T> {
        let one = T::one();
        if self.im.is_zero() && !is_less(&self.re, &T::from_f64(0.0)) {
            return Complex::real(self.re.ln());
        }
        let size = self.abs();
        let re = if (0.5..2.0).contains(&size.to_f64()) {
            // log|z| = log(1 + (|z|^2 - 1))/2.
            let excess = self.re.sub(&one).mul(&self.re.add(&one)).add(&self.im.mul(&self.im));
            excess.log1p().mul(&T::from_f64(0.5))
        } else {
            size.ln()
        };
        Complex { re, im: self.angle() }
    }

    /// The angle of the number, which is not zero, with the positive real axis.
    fn angle(&self) -> T {
        let pi = T::from_i64(-1).acos();
        let steep = is_less(&self.re.abs(), &self.im.abs());
        if steep {
            let right = pi.mul(&T::from_f64(0.5)).mul(&self.im.signum());
            return right.sub(&quotient(&self.re, &self.im).atan());
        }
        let flat = quotient(&self.im, &self.re).atan();
        match is_less(&self.re, &T::from_f64(0.0)) {
            true if is_less(&self.im, &T::from_f64(0.0)) => flat.sub(&pi),
            true => flat.add(&pi),
            false => flat,
        }
    }

    /// exp(z) - 1 without cancellation near 0: exp(x) - 1 - 2 exp(x) sin(y/2)^2 + i exp(x) sin(y).
    pub(crate) fn expm1(&self) -> Complex<T> {
        if self.im.is_zero() {
            return Complex::real(self.re.expm1());
        }
        let growth = self.re.exp();
        let sine = self.im.mul(&T::from_f64(0.5)).sin();
        let loss = T::from_i64(2).mul(&growth).mul(&sine).mul(&sine);
        Complex {
            re: self.re.expm1().sub(&loss),
            im: growth.mul(&self.im.sin()),
        }
    }
}

/// The root of the sum of two squares, which are scaled so that they neither overflow nor underflow.
pub(crate) fn hypot<T: Real>(x: &T, y: &T) -> T {
    let (x, y) = (x.abs(), y.abs());
    let (large, small) = if is_less(&x, &y) { (y, x) } else { (x, y) };
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
