//! Sums, inner products and extremes.

use super::Scalar;

/// The sum of all entries; 0 if there are none.
pub fn sum<T: Scalar>(x: &[T]) -> T {
    x.iter().fold(T::ZERO, |sum, &x| sum + x)
}

/// The sum of the products of corresponding entries.
///
/// # Shapes
/// Both have one length.
pub fn dot<T: Scalar>(x: &[T], y: &[T]) -> T {
    assert_eq!(x.len(), y.len());
    x.iter().zip(y).fold(T::ZERO, |sum, (&x, &y)| sum + x * y)
}

/// The largest entry; what is not a number wins. Negative infinity if there are none.
pub fn maximum<T: Scalar>(x: &[T]) -> T {
    let lowest = T::from_f64(f64::NEG_INFINITY);
    x.iter()
        .fold(lowest, |best, &x| if best >= x || best.undefined() { best } else { x })
}

/// The smallest entry; what is not a number wins. Infinity if there are none.
pub fn minimum<T: Scalar>(x: &[T]) -> T {
    let highest = T::from_f64(f64::INFINITY);
    x.iter()
        .fold(highest, |best, &x| if best <= x || best.undefined() { best } else { x })
}
