//! Numbers of any type behind one: code over them exists once, and asks at every operation which type it is.
//!
//! In WebAssembly the code of the evaluator and of the plain algorithms for every single type would be a third of what
//! travels to the reader. There the steps of programs are computed over [`Tagged`] numbers: some times slower, and with
//! the same results, since each operation is that of the type.

use std::any::Any;
use std::cell::Cell;
use std::cmp::Ordering;

use crate::{
    Array, ArrayError, Complex, DoubleDouble, Dual, Field, Function, MatrixFunction, Number, Prime, Real, Svd, Wide,
    elimination, norm,
};

/// A number with its type.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Tagged {
    /// A double.
    Double(f64),
    /// A number of 31 digits.
    Precise(DoubleDouble),
    /// A double without bounds of its exponent.
    Wide(Wide),
    /// An element of the prime field.
    Prime(Prime),
    /// A complex number of doubles.
    Complex(Complex<f64>),
    /// A complex number of 31 digits.
    PreciseComplex(Complex<DoubleDouble>),
    /// A double with two first derivatives and a mixed one.
    Dual(Dual<Dual<f64>>),
}

/// A type of numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Double,
    Precise,
    Wide,
    Prime,
    Complex,
    PreciseComplex,
    Dual,
}

thread_local! {
    /// The type of zero, one and other constants: that of the operands of the step that is computed.
    static KIND: Cell<Kind> = const { Cell::new(Kind::Double) };
}

/// The expression with `$T` as the name of the type of a kind.
macro_rules! with_type {
    (@ $type:ty, $T:ident => $body:expr) => {{
        type $T = $type;
        $body
    }};
    ($kind:expr, $T:ident => $body:expr) => {
        match $kind {
            Kind::Double => with_type!(@ f64, $T => $body),
            Kind::Precise => with_type!(@ DoubleDouble, $T => $body),
            Kind::Wide => with_type!(@ Wide, $T => $body),
            Kind::Prime => with_type!(@ Prime, $T => $body),
            Kind::Complex => with_type!(@ Complex<f64>, $T => $body),
            Kind::PreciseComplex => with_type!(@ Complex<DoubleDouble>, $T => $body),
            Kind::Dual => with_type!(@ Dual<Dual<f64>>, $T => $body),
        }
    };
}

/// The expression for the number inside, `$x`; for two numbers of one type, `$x` and `$y`.
macro_rules! inside {
    ($number:expr, $x:ident => $body:expr) => {
        match $number {
            Tagged::Double($x) => $body,
            Tagged::Precise($x) => $body,
            Tagged::Wide($x) => $body,
            Tagged::Prime($x) => $body,
            Tagged::Complex($x) => $body,
            Tagged::PreciseComplex($x) => $body,
            Tagged::Dual($x) => $body,
        }
    };
    ($lhs:expr, $rhs:expr, $x:ident, $y:ident => $body:expr) => {
        match ($lhs, $rhs) {
            (Tagged::Double($x), Tagged::Double($y)) => $body,
            (Tagged::Precise($x), Tagged::Precise($y)) => $body,
            (Tagged::Wide($x), Tagged::Wide($y)) => $body,
            (Tagged::Prime($x), Tagged::Prime($y)) => $body,
            (Tagged::Complex($x), Tagged::Complex($y)) => $body,
            (Tagged::PreciseComplex($x), Tagged::PreciseComplex($y)) => $body,
            (Tagged::Dual($x), Tagged::Dual($y)) => $body,
            _ => unreachable!("a step computes with numbers of one type"),
        }
    };
}

impl Tagged {
    /// The number with its type; `None` for types that are not among the variants.
    pub fn new<T: Number>(number: &T) -> Option<Tagged> {
        let number = number as &dyn Any;
        let double = || number.downcast_ref().cloned().map(Tagged::Double);
        let precise = || number.downcast_ref().cloned().map(Tagged::Precise);
        let wide = || number.downcast_ref().cloned().map(Tagged::Wide);
        let prime = || number.downcast_ref().cloned().map(Tagged::Prime);
        let complex = || number.downcast_ref().cloned().map(Tagged::Complex);
        let precise_complex = || number.downcast_ref().cloned().map(Tagged::PreciseComplex);
        let dual = || number.downcast_ref().cloned().map(Tagged::Dual);
        double()
            .or_else(precise)
            .or_else(wide)
            .or_else(prime)
            .or_else(complex)
            .or_else(precise_complex)
            .or_else(dual)
    }

    /// The number, if it has this type.
    pub fn get<T: Number>(&self) -> Option<T> {
        inside!(self, number => (number as &dyn Any).downcast_ref().cloned())
    }

    /// Of a complex number of doubles the one with more digits, and of others zero.
    fn precise(&self) -> Complex<DoubleDouble> {
        match self {
            Tagged::Complex(number) => {
                Complex::new(DoubleDouble::from_f64(number.re), DoubleDouble::from_f64(number.im))
            }
            _ => Complex::zero(),
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Tagged::Double(_) => Kind::Double,
            Tagged::Precise(_) => Kind::Precise,
            Tagged::Wide(_) => Kind::Wide,
            Tagged::Prime(_) => Kind::Prime,
            Tagged::Complex(_) => Kind::Complex,
            Tagged::PreciseComplex(_) => Kind::PreciseComplex,
            Tagged::Dual(_) => Kind::Dual,
        }
    }
}

/// A computation with arrays of tagged numbers.
pub type OnTags<'a> = dyn FnMut(&[&Array<Tagged>]) -> Result<Array<Tagged>, ArrayError> + 'a;

/// Computes with arrays of a type as arrays of tagged numbers; `None` for types that have no tag.
pub fn with_tags<T: Number>(operands: &[&Array<T>], compute: &mut OnTags<'_>) -> Option<Result<Array<T>, ArrayError>> {
    let kind = Tagged::new(&T::zero())?.kind();
    let operands: Vec<Array<Tagged>> = operands.iter().map(|operand| tagged(operand)).collect();
    let operands: Vec<&Array<Tagged>> = operands.iter().collect();
    let outer = KIND.replace(kind);
    let found = compute(&operands);
    KIND.set(outer);
    Some(found.map(|found| typed(&found)))
}

fn tagged<T: Number>(array: &Array<T>) -> Array<Tagged> {
    array.map(|entry| match Tagged::new(entry) {
        Some(tagged) => tagged,
        None => unreachable!("the type of a step has a tag"),
    })
}

fn typed<T: Number>(array: &Array<Tagged>) -> Array<T> {
    array.map(|entry| match entry.get() {
        Some(number) => number,
        None => unreachable!("a step computes with numbers of one type"),
    })
}

/// A constant of the type that is computed with.
macro_rules! constant {
    ($T:ident => $body:expr) => {
        with_type!(KIND.get(), $T => tag($body))
    };
}

fn tag<T: Number>(number: T) -> Tagged {
    match Tagged::new(&number) {
        Some(tagged) => tagged,
        None => unreachable!("every kind has a tag"),
    }
}

impl Number for Tagged {
    fn zero() -> Tagged {
        constant!(T => T::zero())
    }

    fn one() -> Tagged {
        constant!(T => T::one())
    }

    fn from_i64(value: i64) -> Tagged {
        constant!(T => T::from_i64(value))
    }

    fn imaginary_unit() -> Option<Tagged> {
        with_type!(KIND.get(), T => T::imaginary_unit().map(tag))
    }

    fn add(&self, rhs: &Tagged) -> Tagged {
        inside!(self, rhs, x, y => tag(Number::add(x, y)))
    }

    fn sub(&self, rhs: &Tagged) -> Tagged {
        inside!(self, rhs, x, y => tag(Number::sub(x, y)))
    }

    fn mul(&self, rhs: &Tagged) -> Tagged {
        inside!(self, rhs, x, y => tag(Number::mul(x, y)))
    }

    fn neg(&self) -> Tagged {
        inside!(self, x => tag(x.neg()))
    }

    fn div(&self, rhs: &Tagged) -> Option<Tagged> {
        inside!(self, rhs, x, y => Number::div(x, y).map(tag))
    }

    fn is_zero(&self) -> bool {
        inside!(self, x => Number::is_zero(x))
    }

    fn pivot_size(&self) -> f64 {
        inside!(self, x => x.pivot_size())
    }

    fn apply(&self, function: Function) -> Result<Tagged, ArrayError> {
        inside!(self, x => Number::apply(x, function).map(tag))
    }

    fn pow(&self, exponent: &Tagged) -> Result<Tagged, ArrayError> {
        inside!(self, exponent, x, y => Number::pow(x, y).map(tag))
    }

    fn polygamma(&self, order: u32) -> Result<Tagged, ArrayError> {
        inside!(self, x => Number::polygamma(x, order).map(tag))
    }

    fn compare(&self, rhs: &Tagged) -> Result<Option<Ordering>, ArrayError> {
        inside!(self, rhs, x, y => x.compare(y))
    }

    fn powi(&self, exponent: i64) -> Option<Tagged> {
        inside!(self, x => Number::powi(x, exponent).map(tag))
    }
}

/// The plain algorithms exist once; what a type does in another way, it does itself.
impl Field for Tagged {
    fn det(a: &Array<Tagged>) -> Result<Tagged, ArrayError> {
        match KIND.get() {
            Kind::Dual => Dual::<Dual<f64>>::det(&typed(a)).map(tag),
            _ => elimination::det(a),
        }
    }

    fn adjugate(a: &Array<Tagged>) -> Result<Array<Tagged>, ArrayError> {
        match KIND.get() {
            Kind::Dual => Dual::<Dual<f64>>::adjugate(&typed(a)).map(|found| tagged(&found)),
            _ => elimination::adjugate(a),
        }
    }

    fn signed_logdet(a: &Array<Tagged>) -> Result<(Tagged, Tagged), ArrayError> {
        let tags = |(sign, log)| (tag(sign), tag(log));
        let precise_tags = |(sign, log)| (tag(sign), tag(log));
        match KIND.get() {
            Kind::Complex => Complex::<f64>::signed_logdet(&typed(a)).map(tags),
            Kind::PreciseComplex => Complex::<DoubleDouble>::signed_logdet(&typed(a)).map(precise_tags),
            _ => elimination::signed_logdet(a),
        }
    }

    fn logdet(a: &Array<Tagged>) -> Result<Tagged, ArrayError> {
        match KIND.get() {
            Kind::Complex => Complex::<f64>::logdet(&typed(a)).map(tag),
            Kind::PreciseComplex => Complex::<DoubleDouble>::logdet(&typed(a)).map(tag),
            _ => {
                let (sign, log) = Self::signed_logdet(a)?;
                Ok(sign.apply(Function::Ln)?.add(&log))
            }
        }
    }

    fn cholesky(a: &Array<Tagged>) -> Result<Array<Tagged>, ArrayError> {
        match KIND.get() {
            Kind::Complex => Complex::<f64>::cholesky(&typed(a)).map(|factor| tagged(&factor)),
            Kind::PreciseComplex => Complex::<DoubleDouble>::cholesky(&typed(a)).map(|factor| tagged(&factor)),
            _ => elimination::cholesky(a),
        }
    }

    fn norm2(a: &Array<Tagged>) -> Result<Tagged, ArrayError> {
        match KIND.get() {
            Kind::Wide => Wide::norm2(&typed(a)).map(tag),
            Kind::Complex => Complex::<f64>::norm2(&typed(a)).map(tag),
            Kind::PreciseComplex => Complex::<DoubleDouble>::norm2(&typed(a)).map(tag),
            _ => norm::norm2(a),
        }
    }

    fn matrix_function(
        function: MatrixFunction,
        a: &Array<Tagged>,
        directions: &[&Array<Tagged>],
    ) -> Result<Array<Tagged>, ArrayError> {
        if KIND.get() == Kind::Complex {
            // The code for doubles would be another one beside those for 31 digits and for wide exponents.
            let precise = |a: &Array<Tagged>| a.map(|entry| entry.precise());
            let directions: Vec<Array<Complex<DoubleDouble>>> = directions.iter().map(|a| precise(a)).collect();
            let directions: Vec<&Array<Complex<DoubleDouble>>> = directions.iter().collect();
            let found = Complex::<DoubleDouble>::matrix_function(function, &precise(a), &directions)?;
            return Ok(found.map(|entry| Tagged::Complex(Complex::new(entry.re.to_f64(), entry.im.to_f64()))));
        }
        with_type!(KIND.get(), T => {
            let directions: Vec<Array<T>> = directions.iter().map(|direction| typed(direction)).collect();
            let directions: Vec<&Array<T>> = directions.iter().collect();
            T::matrix_function(function, &typed(a), &directions).map(|found| tagged(&found))
        })
    }

    fn eigh(a: &Array<Tagged>) -> Result<(Array<Tagged>, Array<Tagged>), ArrayError> {
        with_type!(KIND.get(), T => {
            let (values, vectors) = T::eigh(&typed(a))?;
            Ok((tagged(&values), tagged(&vectors)))
        })
    }

    fn svd(a: &Array<Tagged>) -> Result<Svd<Tagged>, ArrayError> {
        with_type!(KIND.get(), T => {
            let Svd { u, s, v } = T::svd(&typed(a))?;
            Ok(Svd { u: tagged(&u), s: tagged(&s), v: tagged(&v) })
        })
    }

    fn pinv(a: &Array<Tagged>) -> Result<Array<Tagged>, ArrayError> {
        with_type!(KIND.get(), T => T::pinv(&typed(a)).map(|inverse| tagged(&inverse)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matrix<T: Number>() -> Array<T> {
        Array::from_fn(&[3, 3], |at| {
            T::from_i64([[4, 1, 0], [1, 3, 1], [0, 1, 5]][at[0]][at[1]])
        })
        .expect("three by three fits")
    }

    /// Everything that a type does is what it does with a tag.
    fn same<T: Field>() {
        let a = matrix::<T>();
        let check = |operation: fn(&Array<T>) -> Result<Array<T>, ArrayError>,
                     with_a_tag: fn(&Array<Tagged>) -> Result<Array<Tagged>, ArrayError>| {
            let found = with_tags(&[&a], &mut |operands| with_a_tag(operands[0])).expect("the type has a tag");
            match (found, operation(&a)) {
                (Ok(found), Ok(expected)) => {
                    let gap = found.sub(&expected).expect("both have one shape").max_abs();
                    assert!(gap <= 1e-13 * expected.max_abs(), "{found:?} is not {expected:?}");
                }
                (found, expected) => assert_eq!(found, expected),
            }
        };
        check(|a| T::matmul(a, a), |a| Tagged::matmul(a, a));
        check(|a| T::solve(a, a), |a| Tagged::solve(a, a));
        check(T::inv, Tagged::inv);
        check(T::adjugate, Tagged::adjugate);
        check(T::cholesky, Tagged::cholesky);
        check(T::pinv, Tagged::pinv);
        check(T::softmax, Tagged::softmax);
        check(|a| T::det(a).map(Array::scalar), |a| Tagged::det(a).map(Array::scalar));
        check(
            |a| T::logdet(a).map(Array::scalar),
            |a| Tagged::logdet(a).map(Array::scalar),
        );
        check(
            |a| T::norm2(a).map(Array::scalar),
            |a| Tagged::norm2(a).map(Array::scalar),
        );
        check(
            |a| T::logsumexp(a).map(Array::scalar),
            |a| Tagged::logsumexp(a).map(Array::scalar),
        );
        check(
            |a| T::eigh(a).map(|found| found.0),
            |a| Tagged::eigh(a).map(|found| found.0),
        );
        check(|a| T::svd(a).map(|svd| svd.s), |a| Tagged::svd(a).map(|svd| svd.s));
        for function in MatrixFunction::ALL {
            let with_a_tag = with_tags(&[&a], &mut |operands| {
                Tagged::matrix_function(function, operands[0], &[])
            });
            let expected = T::matrix_function(function, &a, &[]);
            match (with_a_tag.expect("the type has a tag"), expected) {
                (Ok(found), Ok(expected)) => {
                    let gap = found.sub(&expected).expect("both have one shape").max_abs();
                    assert!(
                        gap <= 1e-13 * expected.max_abs(),
                        "{function:?}: {found:?} is not {expected:?}"
                    );
                }
                (found, expected) => assert_eq!(found, expected, "{function:?}"),
            }
        }
        for function in Function::ALL {
            let with_a_tag = with_tags(&[&a], &mut |operands| {
                operands[0].try_map(|entry| entry.apply(function))
            });
            let expected = a.try_map(|entry| entry.apply(function));
            let text = |found: &Result<Array<T>, ArrayError>| format!("{found:?}");
            assert_eq!(
                text(&with_a_tag.expect("the type has a tag")),
                text(&expected),
                "{function:?}"
            );
        }
    }

    #[test]
    fn a_tag_changes_no_result() {
        same::<f64>();
        same::<DoubleDouble>();
        same::<Wide>();
        same::<Prime>();
        same::<Complex<f64>>();
        same::<Complex<DoubleDouble>>();
        same::<Dual<Dual<f64>>>();
    }

    #[test]
    fn constants_have_the_type_of_the_operands_around_them() {
        let outer = Array::scalar(Prime::from_i64(3));
        let sum = with_tags(&[&outer], &mut |operands| {
            let inner = with_tags(&[&Array::scalar(2.0)], &mut |inner| {
                inner[0].add(&Array::scalar(Tagged::one()))
            });
            assert_eq!(inner.expect("doubles have a tag")?.data(), [3.0]);
            operands[0].add(&Array::scalar(Tagged::one()))
        });
        assert_eq!(sum.expect("primes have a tag"), Ok(Array::scalar(Prime::from_i64(4))));
        assert_eq!(Tagged::new(&1.0f32), None);
    }
}
