//! Largest entries, where they stand, and the functions of rows that are built on them.

#![allow(clippy::unwrap_used, reason = "tests")]

use gateaux_array::linear::{dot, sum_axis};
use gateaux_array::maximum::{hardmax, hardmax_rows, maximum, maximum_rows};
use gateaux_array::norm::{logsumexp, logsumexp_rows, softmax, softmax_rows};
use gateaux_array::{Array, ArrayError, DoubleDouble, Dual, Number, Prime, Real};
use proptest::prelude::*;

/// Small integers, so that the largest is often there twice.
fn matrix() -> impl Strategy<Value = Array<f64>> {
    (1..5usize, 1..5usize).prop_flat_map(|(m, n)| {
        prop::collection::vec(-2..3i8, m * n)
            .prop_map(move |data| Array::from_column_major(&[m, n], data.into_iter().map(f64::from).collect()).unwrap())
    })
}

fn row(a: &Array<f64>, i: usize) -> Array<f64> {
    Array::vector((0..a.shape()[1]).map(|j| *a.get(&[i, j]).unwrap()).collect()).unwrap()
}

proptest! {
    #[test]
    fn the_maximum_is_an_entry_and_no_other_is_larger(a in matrix()) {
        let top = maximum(&a).unwrap();
        prop_assert!(a.data().contains(&top));
        prop_assert!(a.data().iter().all(|entry| *entry <= top));
        let marks = hardmax(&a).unwrap();
        prop_assert_eq!(marks.shape(), a.shape());
        prop_assert_eq!(dot(&marks, &a).unwrap(), top);
        let place = marks.data().iter().position(|mark| *mark == 1.0);
        prop_assert_eq!(place, a.data().iter().position(|entry| *entry == top));
        prop_assert_eq!(marks.data().iter().filter(|mark| **mark != 0.0).count(), 1);
    }

    /// The slope of the maximum is the scalar product of the marks with the slopes, also where the largest is not alone.
    #[test]
    fn the_slope_of_a_maximum(a in matrix()) {
        let slopes = Array::from_fn(a.shape(), |index| (index[0] + 5 * index[1]) as f64 + 1.0).unwrap();
        let dual = a.zip(&slopes, |value, slope| Dual::new(*value, *slope)).unwrap();
        let expected = dot(&hardmax(&a).unwrap(), &slopes).unwrap();
        prop_assert_eq!(maximum(&dual).unwrap(), Dual::new(maximum(&a).unwrap(), expected));
        prop_assert_eq!(hardmax(&dual).unwrap(), hardmax(&a).unwrap().map(|mark| Dual::constant(*mark)));
        let rows = sum_axis(&hardmax_rows(&a).unwrap().zip(&slopes, f64::mul).unwrap(), 1).unwrap();
        prop_assert_eq!(maximum_rows(&dual).unwrap().map(|entry| entry.slope), rows);
    }

    #[test]
    fn rows_are_alone(a in matrix()) {
        let (m, n) = (a.shape()[0], a.shape()[1]);
        let (tops, logs) = (maximum_rows(&a).unwrap(), logsumexp_rows(&a).unwrap());
        let (marks, shares) = (hardmax_rows(&a).unwrap(), softmax_rows(&a).unwrap());
        prop_assert_eq!((tops.shape(), logs.shape()), (&[m][..], &[m][..]));
        prop_assert_eq!((marks.shape(), shares.shape()), (&[m, n][..], &[m, n][..]));
        for i in 0..m {
            let alone = row(&a, i);
            prop_assert_eq!(tops.data()[i], maximum(&alone).unwrap());
            prop_assert_eq!(logs.data()[i], logsumexp(&alone).unwrap());
            prop_assert_eq!(row(&marks, i), hardmax(&alone).unwrap());
            prop_assert_eq!(row(&shares, i), softmax(&alone).unwrap());
        }
    }

    /// max <= logsumexp <= max + log(n), and softmax is exp(x - logsumexp).
    #[test]
    fn the_soft_ones_are_near_the_hard_ones(a in matrix()) {
        let (tops, logs) = (maximum_rows(&a).unwrap(), logsumexp_rows(&a).unwrap());
        let room = (a.shape()[1] as f64).ln();
        for (top, log) in tops.data().iter().zip(logs.data()) {
            prop_assert!(top <= log && *log <= top + room + 4.0 * f64::EPSILON * (1.0 + top.abs() + room));
        }
        let shares = softmax_rows(&a).unwrap();
        for total in sum_axis(&shares, 1).unwrap().data() {
            prop_assert!((total - 1.0).abs() <= 4.0 * f64::EPSILON);
        }
        let expected = Array::from_fn(a.shape(), |index| (a.get(index).unwrap() - logs.data()[index[0]]).exp());
        prop_assert!(shares.sub(&expected.unwrap()).unwrap().max_abs() <= 8.0 * f64::EPSILON);
    }

    /// Floats against 31 digits; the slope of logsumexp is the share.
    #[test]
    fn digits_and_slopes(a in matrix(), scale in 0.1..300.0f64) {
        let a = a.scale(&scale);
        let precise = a.map(|&entry| DoubleDouble::from_f64(entry));
        let log = logsumexp_rows(&precise).unwrap().map(|entry| entry.to_f64());
        let bound = 4.0 * f64::EPSILON * (1.0 + a.max_abs());
        prop_assert!(logsumexp_rows(&a).unwrap().sub(&log).unwrap().max_abs() <= bound);
        let shares = softmax_rows(&precise).unwrap().map(|entry| entry.to_f64());
        prop_assert!(softmax_rows(&a).unwrap().sub(&shares).unwrap().max_abs() <= bound);
        let dual = Array::from_fn(a.shape(), |index| {
            let value = *a.get(index).unwrap();
            if index[1] == 0 { Dual::variable(value) } else { Dual::constant(value) }
        });
        let slopes = logsumexp_rows(&dual.unwrap()).unwrap();
        for (slope, share) in slopes.data().iter().zip(shares.data()) {
            prop_assert!((slope.slope - share).abs() <= bound);
        }
        prop_assert_eq!(maximum(&precise).unwrap().to_f64(), maximum(&a).unwrap());
    }
}

fn vector(data: &[f64]) -> Array<f64> {
    Array::vector(data.to_vec()).unwrap()
}

#[test]
fn every_ordered_number_type() {
    fn largest<T: Real>() {
        let a = Array::from_rows(&[
            [1, 3, 3].map(T::from_i64).to_vec(),
            [-2, -5, -4].map(T::from_i64).to_vec(),
        ])
        .unwrap();
        let rows = |rows: [[i64; 3]; 2]| Array::from_rows(&rows.map(|row| row.map(T::from_i64).to_vec())).unwrap();
        assert_eq!(maximum(&a).unwrap(), T::from_i64(3));
        assert_eq!(hardmax(&a).unwrap(), rows([[0, 1, 0], [0, 0, 0]]));
        assert_eq!(maximum_rows(&a).unwrap().data(), [T::from_i64(3), T::from_i64(-2)]);
        assert_eq!(hardmax_rows(&a).unwrap(), rows([[0, 1, 0], [1, 0, 0]]));
    }
    largest::<f64>();
    largest::<f32>();
    largest::<DoubleDouble>();
    largest::<Dual<f64>>();
    largest::<Dual<Dual<DoubleDouble>>>();
    // The second half of a double-double decides.
    let close = [1e-20, 2e-20, 0.0].map(|low| DoubleDouble::from_sum(1.0, low));
    let close = Array::vector(close.to_vec()).unwrap();
    assert_eq!(
        hardmax(&close).unwrap().map(|mark| mark.to_f64()).data(),
        [0.0, 1.0, 0.0]
    );
}

#[test]
fn a_prime_field_has_no_order() {
    for shape in [&[][..], &[1], &[2], &[2, 2]] {
        let a = Array::filled(shape, Prime::one()).unwrap();
        assert!(matches!(maximum(&a), Err(ArrayError::NotReal { .. })), "{shape:?}");
        for result in [
            hardmax(&a),
            maximum_rows(&a),
            hardmax_rows(&a),
            logsumexp_rows(&a),
            softmax_rows(&a),
        ] {
            assert!(matches!(result, Err(ArrayError::NotReal { .. })), "{shape:?}");
        }
    }
}

#[test]
fn the_first_of_equals_in_column_order() {
    let a = Array::from_rows(&[vec![0.0, 2.0], vec![2.0, 2.0]]).unwrap();
    assert_eq!(hardmax(&a).unwrap().to_string(), "[[0, 0], [1, 0]]");
    assert_eq!(hardmax_rows(&a).unwrap().to_string(), "[[0, 1], [1, 0]]");
    // Zeros of both signs are equal.
    assert_eq!(hardmax(&vector(&[-0.0, 0.0])).unwrap().data(), [1.0, 0.0]);
    let infinite = [f64::NEG_INFINITY, f64::INFINITY, f64::INFINITY];
    assert_eq!(hardmax(&vector(&infinite)).unwrap().data(), [0.0, 1.0, 0.0]);
    assert_eq!(maximum(&vector(&[f64::NEG_INFINITY; 2])), Ok(f64::NEG_INFINITY));
    assert_eq!(hardmax(&vector(&[f64::NEG_INFINITY; 2])).unwrap().data(), [1.0, 0.0]);
    assert_eq!(maximum(&vector(&[f64::MIN, f64::MAX])), Ok(f64::MAX));
}

#[test]
fn what_is_not_a_number_spreads() {
    for data in [
        [f64::NAN, 1.0, 2.0],
        [1.0, f64::NAN, 2.0],
        [f64::INFINITY, 1.0, f64::NAN],
        [f64::NAN; 3],
    ] {
        let x = vector(&data);
        assert!(maximum(&x).unwrap().is_nan(), "{data:?}");
        assert!(hardmax(&x).unwrap().data().iter().all(|mark| mark.is_nan()), "{data:?}");
        let precise = x.map(|&entry| DoubleDouble::from_f64(entry));
        assert!(maximum(&precise).unwrap().to_f64().is_nan());
        let dual = x.map(|&entry| Dual::variable(entry));
        assert!(maximum(&dual).unwrap().value.is_nan());
        assert!(hardmax(&dual).unwrap().data().iter().all(|mark| mark.value.is_nan()));
        let singles = x.map(|&entry| entry as f32);
        assert!(maximum(&singles).unwrap().is_nan());
    }
    // Only in its own row.
    let a = Array::from_rows(&[vec![f64::NAN, 3.0], vec![1.0, 2.0]]).unwrap();
    for result in [maximum_rows(&a), logsumexp_rows(&a)] {
        let result = result.unwrap();
        assert!(result.data()[0].is_nan() && !result.data()[1].is_nan());
    }
    for result in [hardmax_rows(&a), softmax_rows(&a)] {
        let result = result.unwrap();
        let undefined: Vec<bool> = result.data().iter().map(|entry| entry.is_nan()).collect();
        assert_eq!(undefined, [true, false, true, false]);
    }
}

#[test]
fn rows_with_extreme_entries() {
    let ln_2 = std::f64::consts::LN_2;
    let (plus, minus) = (f64::INFINITY, f64::NEG_INFINITY);
    let a = Array::from_rows(&[
        vec![1e4, 1e4],
        vec![-1e4, -1e4],
        vec![-1e4, 1e4],
        vec![0.0, -40.0],
        vec![minus, 1.0],
        vec![minus, minus],
        vec![plus, 1.0],
    ])
    .unwrap();
    let logs = logsumexp_rows(&a).unwrap();
    let expected = [1e4 + ln_2, -1e4 + ln_2, 1e4, (-40f64).exp(), 1.0, minus, plus];
    assert_eq!(logs.data(), expected);
    let shares = softmax_rows(&a).unwrap();
    assert_eq!(row(&shares, 0).data(), [0.5, 0.5]);
    assert_eq!(row(&shares, 1).data(), [0.5, 0.5]);
    assert_eq!(row(&shares, 2).data(), [0.0, 1.0]);
    assert_eq!(row(&shares, 4).data(), [0.0, 1.0]);
    // The quotients are infinity over infinity and 0 over 0.
    assert!(row(&shares, 5).data().iter().all(|share| share.is_nan()));
    assert!(row(&shares, 6).data()[0].is_nan());
}

#[test]
fn empty_arrays_vectors_and_scalars() {
    let none = Array::<f64>::zeros(&[3, 0]).unwrap();
    assert_eq!(
        maximum(&none).unwrap_err().to_string(),
        "maximum: the array has no entries"
    );
    assert_eq!(maximum_rows(&none), Err(ArrayError::Empty { op: "maximum" }));
    assert_eq!(hardmax(&none).unwrap(), none);
    assert_eq!(hardmax_rows(&none).unwrap(), none);
    assert_eq!(softmax_rows(&none).unwrap(), none);
    assert_eq!(logsumexp_rows(&none).unwrap().data(), [f64::NEG_INFINITY; 3]);
    let no_rows = Array::<f64>::zeros(&[0, 3]).unwrap();
    for result in [maximum_rows(&no_rows), logsumexp_rows(&no_rows)] {
        assert_eq!(result.unwrap().shape(), [0]);
    }
    assert_eq!(hardmax_rows(&no_rows).unwrap(), no_rows);
    assert_eq!(softmax_rows(&no_rows).unwrap(), no_rows);
    // As many rows as a machine can count, all of them empty.
    let endless = Array::<f64>::zeros(&[usize::MAX, 0]).unwrap();
    assert_eq!(hardmax_rows(&endless).unwrap(), endless);
    assert_eq!(softmax_rows(&endless).unwrap(), endless);
    assert!(matches!(logsumexp_rows(&endless), Err(ArrayError::TooLarge { .. })));
    assert!(matches!(maximum_rows(&endless), Err(ArrayError::Empty { .. })));
    // A vector is a column, so each of its rows is one number.
    let x = vector(&[1.0, 3.0]);
    assert_eq!(maximum_rows(&x).unwrap(), x);
    assert_eq!(logsumexp_rows(&x).unwrap(), x);
    assert_eq!(hardmax_rows(&x).unwrap().data(), [1.0, 1.0]);
    assert_eq!(softmax_rows(&x).unwrap().data(), [1.0, 1.0]);
    let five = Array::scalar(5.0);
    assert_eq!(maximum(&five), Ok(5.0));
    assert_eq!(hardmax(&five).unwrap(), Array::scalar(1.0));
    assert_eq!(maximum_rows(&five).unwrap(), vector(&[5.0]));
    assert_eq!(softmax_rows(&five).unwrap(), Array::scalar(1.0));
    let tensor = Array::<f64>::zeros(&[2, 2, 2]).unwrap();
    for result in [
        maximum_rows(&tensor),
        hardmax_rows(&tensor),
        logsumexp_rows(&tensor),
        softmax_rows(&tensor),
    ] {
        assert!(matches!(result, Err(ArrayError::TooManyAxes { .. })));
    }
    assert_eq!(maximum(&tensor), Ok(0.0));
    assert_eq!(hardmax(&tensor).unwrap().data()[..2], [1.0, 0.0]);
}
