//! Analytic functions of complex numbers, on their principal branches.
//!
//! Zeros have no signs: a number on a branch cut counts as lying above it, if the cut is on the negative real axis, and
//! where another function is made of logarithms and roots, it has their values there.
//!
//! # Source
//! W. Kahan, Branch cuts for complex elementary functions, or Much ado about nothing's sign bit, 1987.

use crate::complex::{Complex, hypot, is_less, quotient};
use crate::{ArrayError, Number, Real};

/// Beside the square of a larger number 1 is lost in every precision.
const HUGE: f64 = 1e20;
/// Integer exponents up to this size are products.
const MAX_FACTORS: f64 = 1e9;

impl<T: Real> Complex<T> {
    /// The root with a real part that is not negative.
    pub(crate) fn sqrt(&self) -> Complex<T> {
        let (number, exponent) = self.split();
        number.root_of_ordinary().times_power_of_two(exponent / 2)
    }

    fn root_of_ordinary(&self) -> Complex<T> {
        let half = T::from_f64(0.5);
        let is_left = is_less(&self.re, &T::zero());
        let outer = self.abs().add(&self.re.abs()).mul(&half).sqrt();
        if self.im.is_zero() || outer.is_zero() {
            return match is_left {
                true => Complex::new(T::zero(), outer),
                false => Complex::real(outer),
            };
        }
        let inner = quotient(&self.im.mul(&half), &outer);
        match is_left {
            true => Complex::new(inner.abs(), outer.mul(&self.im.signum())),
            false => Complex::new(outer, inner),
        }
    }

    pub(crate) fn exp(&self) -> Complex<T> {
        let growth = self.re.exp();
        if self.im.is_zero() {
            return Complex::real(growth);
        }
        Complex::new(growth.mul(&self.im.cos()), growth.mul(&self.im.sin()))
    }

    /// exp(z) - 1 without cancellation near 0: exp(x) - 1 - 2 exp(x) sin(y/2)^2 + i exp(x) sin(y).
    pub(crate) fn expm1(&self) -> Complex<T> {
        if self.im.is_zero() {
            return Complex::real(self.re.expm1());
        }
        let growth = self.re.exp();
        let sine = self.im.mul(&T::from_f64(0.5)).sin();
        let loss = T::from_i64(2).mul(&growth).mul(&sine).mul(&sine);
        Complex::new(self.re.expm1().sub(&loss), growth.mul(&self.im.sin()))
    }

    /// The logarithm with an imaginary part between -pi and pi, accurate near 1 too.
    pub(crate) fn ln(&self) -> Complex<T> {
        if self.im.is_zero() && !is_less(&self.re, &T::zero()) {
            return Complex::real(self.re.ln());
        }
        let one = T::one();
        let half = T::from_f64(0.5);
        let [small, large] = self.sorted_sizes();
        let part = quotient(&small, &large);
        let re = if (0.5..2.0).contains(&self.abs().to_f64()) {
            // log|z| = log(1 + (|z|^2 - 1))/2.
            let excess = large.sub(&one).mul(&large.add(&one)).add(&small.mul(&small));
            excess.log1p().mul(&half)
        } else {
            // |z| itself may overflow, and has few digits where it nearly underflows.
            large.ln().add(&part.mul(&part).log1p().mul(&half))
        };
        Complex::new(re, self.angle())
    }

    /// The angle of the number, which is not zero, with the positive real axis.
    pub(crate) fn angle(&self) -> T {
        let pi = T::from_i64(-1).acos();
        let steep = is_less(&self.re.abs(), &self.im.abs());
        if steep {
            let right = pi.mul(&T::from_f64(0.5)).mul(&self.im.signum());
            return right.sub(&quotient(&self.re, &self.im).atan());
        }
        let flat = quotient(&self.im, &self.re).atan();
        match is_less(&self.re, &T::zero()) {
            true if is_less(&self.im, &T::zero()) => flat.sub(&pi),
            true => flat.add(&pi),
            false => flat,
        }
    }

    /// log(1 + z), with log|1 + z| = log(1 + (2 x + x^2 + y^2))/2 near 0.
    pub(crate) fn log1p(&self) -> Complex<T> {
        let shifted = self.add(&Complex::one());
        if self.im.is_zero() && !is_less(&shifted.re, &T::zero()) {
            return Complex::real(self.re.log1p());
        }
        if self.abs().to_f64() > 0.5 {
            return shifted.ln();
        }
        let excess = self.re.mul(&T::from_i64(2)).add(&self.re.mul(&self.re));
        let excess = excess.add(&self.im.mul(&self.im));
        Complex::new(excess.log1p().mul(&T::from_f64(0.5)), shifted.angle())
    }

    /// `exp(exponent*log(base))`; of real numbers the real power, where there is one, and a product of few factors for
    /// an integer.
    pub(crate) fn power(&self, exponent: &Complex<T>) -> Result<Complex<T>, ArrayError> {
        let is_real = exponent.im.is_zero();
        if is_real && self.im.is_zero() && !is_less(&self.re, &T::zero()) {
            return self.re.pow(&exponent.re).map(Complex::real);
        }
        if self.is_zero() {
            // The size is 0^re; where that is 1 or infinite, the angle has no limit.
            let vanishes = is_less(&T::zero(), &exponent.re);
            let value = if vanishes { 0.0 } else { f64::NAN };
            return Ok(Complex::new(T::from_f64(value), T::from_f64(value)));
        }
        let nearest = exponent.re.to_f64();
        let is_integer = nearest.fract() == 0.0 && T::from_f64(nearest) == exponent.re;
        if is_real && is_integer && nearest.abs() <= MAX_FACTORS {
            return self
                .powi(nearest as i64)
                .ok_or(ArrayError::DivisionByZero { op: "power" });
        }
        Ok(exponent.mul(&self.ln()).exp())
    }

    /// sinh(x) cos(y) + i cosh(x) sin(y)
    pub(crate) fn sinh(&self) -> Complex<T> {
        Complex::new(self.re.sinh().mul(&self.im.cos()), self.re.cosh().mul(&self.im.sin()))
    }

    /// cosh(x) cos(y) + i sinh(x) sin(y)
    pub(crate) fn cosh(&self) -> Complex<T> {
        Complex::new(self.re.cosh().mul(&self.im.cos()), self.re.sinh().mul(&self.im.sin()))
    }

    /// With t = tanh(x) and u = tan(y): (t (1 + u^2) + i u (1 - t^2))/(1 + t^2 u^2). The difference is 1/cosh(x)^2.
    pub(crate) fn tanh(&self) -> Complex<T> {
        let (t, u) = (self.re.tanh(), self.im.tan());
        let (one, slope) = (T::one(), quotient(&T::one(), &self.re.cosh()));
        let below = one.add(&t.mul(&t).mul(&u).mul(&u));
        Complex::new(
            quotient(&t.mul(&one.add(&u.mul(&u))), &below),
            quotient(&u.mul(&slope).mul(&slope), &below),
        )
    }

    /// Through the exponential that does not overflow.
    pub(crate) fn sigmoid(&self) -> Complex<T> {
        let one = Complex::one();
        if is_less(&self.re, &T::zero()) {
            let growth = self.exp();
            return growth.div(&one.add(&growth));
        }
        one.div(&one.add(&self.neg().exp()))
    }

    /// The roots of 1 - z and 1 + z, of which the inverse sine and cosine are made: of both parts of the result the
    /// terms have one sign, and none is squared.
    fn half_circle(&self) -> [Complex<T>; 2] {
        let one = Complex::one();
        [one.sub(self).sqrt(), one.add(self).sqrt()]
    }

    /// Kahan, procedure CASIN.
    pub(crate) fn asin(&self) -> Complex<T> {
        let is_inside = !is_less(&T::one(), &self.re.abs());
        if self.im.is_zero() && is_inside {
            return Complex::real(self.re.asin());
        }
        let [minus, plus] = self.half_circle();
        Complex::new(
            quotient(&self.re, &minus.mul(&plus).re).atan(),
            asinh(&minus.conj().mul(&plus).im),
        )
    }

    /// Kahan, procedure CACOS.
    pub(crate) fn acos(&self) -> Complex<T> {
        let is_inside = !is_less(&T::one(), &self.re.abs());
        if self.im.is_zero() && is_inside {
            return Complex::real(self.re.acos());
        }
        let [minus, plus] = self.half_circle();
        Complex::new(
            quotient(&minus.re, &plus.re).atan().mul(&T::from_i64(2)),
            asinh(&plus.conj().mul(&minus).im),
        )
    }

    /// (log(1 + i z) - log(1 - i z))/(2 i): the mean of the angles of 1 + i z and of 1/(1 - i z), and
    /// log((x^2 + (1 + |y|)^2)/(x^2 + (1 - |y|)^2))/4 with the sign of y.
    pub(crate) fn atan(&self) -> Complex<T> {
        if self.im.is_zero() {
            return Complex::real(self.re.atan());
        }
        let turned = self.times_unit();
        let one = Complex::one();
        let angles = one.add(&turned).angle().sub(&one.sub(&turned).angle());
        let half = T::from_f64(0.5);
        // The quotient of the squares is 1 + 4 |y|/distance^2.
        let y = self.im.abs();
        let distance = hypot(&self.re, &T::one().sub(&y));
        let ratio = quotient(&quotient(&y, &distance).mul(&T::from_i64(4)), &distance);
        let logarithm = if ratio.to_f64() < HUGE * HUGE {
            ratio.log1p().mul(&half)
        } else {
            quotient(&y.sqrt().mul(&T::from_i64(2)), &distance).ln()
        };
        Complex::new(angles.mul(&half), logarithm.mul(&half).mul(&self.im.signum()))
    }
}

/// The inverse hyperbolic sine, log(t + sqrt(1 + t^2)), of a real number.
///
/// # Source
/// Abramowitz & Stegun 4.6.20, with the root written as 1 + t^2/(1 + sqrt(1 + t^2)).
fn asinh<T: Real>(x: &T) -> T {
    let (one, t) = (T::one(), x.abs());
    let size = if t.to_f64() > HUGE {
        t.ln().add(&T::from_i64(2).ln())
    } else {
        let part = quotient(&t, &one.add(&hypot(&one, &t)));
        t.add(&t.mul(&part)).log1p()
    };
    size.mul(&x.signum())
}
