//! Permutations of axes, blocks that are taken out, and blocks that are put in.

#![allow(clippy::unwrap_used, reason = "tests")]

use gateaux_array::linear::{dot, sum};
use gateaux_array::{Array, ArrayError, DoubleDouble, Dual, Number, Prime};
use proptest::prelude::*;
use std::ops::Range;

fn array(shape: &[usize]) -> impl Strategy<Value = Array<Prime>> + use<> {
    let shape = shape.to_vec();
    prop::collection::vec(any::<i64>(), shape.iter().product::<usize>()).prop_map(move |data| {
        Array::from_column_major(&shape, data.into_iter().map(Prime::from_i64).collect()).unwrap()
    })
}

/// Up to four axes; the sizes 0 and 1 come up often.
fn shape() -> impl Strategy<Value = Vec<usize>> {
    prop::collection::vec(0..5usize, 0..5)
}

/// An array, and an order of its axes.
fn ordered() -> impl Strategy<Value = (Array<Prime>, Vec<usize>)> {
    shape().prop_flat_map(|shape| {
        let order = Just((0..shape.len()).collect::<Vec<_>>()).prop_shuffle();
        (array(&shape), order)
    })
}

/// An array, ranges of its axes, and an array of the shape of that block.
fn blocks() -> impl Strategy<Value = (Array<Prime>, Vec<Range<usize>>, Array<Prime>)> {
    let axis = (0..5usize).prop_flat_map(|size| {
        (0..=size).prop_flat_map(move |start| (start..=size).prop_map(move |end| (size, start..end)))
    });
    prop::collection::vec(axis, 0..5).prop_flat_map(|axes| {
        let (shape, ranges): (Vec<usize>, Vec<Range<usize>>) = axes.into_iter().unzip();
        let block: Vec<usize> = ranges.iter().map(ExactSizeIterator::len).collect();
        (array(&shape), Just(ranges), array(&block))
    })
}

proptest! {
    /// The definition: the entry at the permuted index.
    #[test]
    fn permuted_entries((a, order) in ordered()) {
        let permuted = a.permuted(&order).unwrap();
        let expected = Array::from_fn(permuted.shape(), |index| {
            let mut own = vec![0; order.len()];
            for (&axis, &i) in order.iter().zip(index) {
                own[axis] = i;
            }
            *a.get(&own).unwrap()
        });
        prop_assert_eq!(permuted.shape(), order.iter().map(|&axis| a.shape()[axis]).collect::<Vec<_>>());
        prop_assert_eq!(&permuted, &expected.unwrap());
        // And back.
        let mut inverse = vec![0; order.len()];
        for (place, &axis) in order.iter().enumerate() {
            inverse[axis] = place;
        }
        prop_assert_eq!(permuted.permuted(&inverse).unwrap(), a);
    }

    #[test]
    fn permutations_compose((a, order) in ordered(), seed in any::<prop::sample::Index>()) {
        let mut second = order.clone();
        if !second.is_empty() {
            second.rotate_left(seed.index(order.len()));
        }
        let both: Vec<usize> = second.iter().map(|&axis| order[axis]).collect();
        let twice = a.permuted(&order).unwrap().permuted(&second).unwrap();
        prop_assert_eq!(twice, a.permuted(&both).unwrap());
    }

    #[test]
    fn sliced_entries((a, ranges, _) in blocks()) {
        let slice = a.slice(&ranges).unwrap();
        let shape: Vec<usize> = ranges.iter().map(ExactSizeIterator::len).collect();
        let expected = Array::from_fn(&shape, |index| {
            let own: Vec<usize> = index.iter().zip(&ranges).map(|(i, range)| i + range.start).collect();
            *a.get(&own).unwrap()
        });
        prop_assert_eq!(slice, expected.unwrap());
    }

    /// <slice(A), B> = <A, placed(B)>, and a block that is put in is taken out again.
    #[test]
    fn placing_is_the_transpose_of_slicing((a, ranges, b) in blocks()) {
        let starts: Vec<usize> = ranges.iter().map(|range| range.start).collect();
        let placed = b.placed(a.shape(), &starts).unwrap();
        prop_assert_eq!(placed.shape(), a.shape());
        prop_assert_eq!(dot(&a.slice(&ranges).unwrap(), &b).unwrap(), dot(&a, &placed).unwrap());
        prop_assert_eq!(placed.slice(&ranges).unwrap(), b.clone());
        prop_assert_eq!(sum(&placed), sum(&b));
    }

    /// Slices of slices add their starts.
    #[test]
    fn slices_compose(a in array(&[4, 5]), i in 0..3usize, j in 0..3usize) {
        let outer = a.slice(&[i..4, 1..5]).unwrap();
        let inner = outer.slice(&[0..4 - i, j..4]).unwrap();
        prop_assert_eq!(inner, a.slice(&[i..4, 1 + j..5]).unwrap());
    }
}

#[test]
fn every_number_type() {
    fn there_and_back<T: Number>() {
        let a = Array::from_fn(&[2, 3], |index| T::from_i64((index[0] + 2 * index[1]) as i64)).unwrap();
        assert_eq!(a.permuted(&[1, 0]).unwrap(), a.transpose().unwrap());
        let placed = a.placed(&[4, 4], &[1, 1]).unwrap();
        assert_eq!(placed.get(&[2, 3]), Some(&T::from_i64(5)));
        assert_eq!(placed.get(&[3, 3]), Some(&T::zero()));
        assert_eq!(placed.slice(&[1..3, 1..4]).unwrap(), a);
    }
    there_and_back::<f64>();
    there_and_back::<f32>();
    there_and_back::<Prime>();
    there_and_back::<Dual<Prime>>();
    there_and_back::<DoubleDouble>();
}

#[test]
fn scalars_and_empty_arrays() {
    let one = Array::scalar(1.0);
    assert_eq!(one.permuted(&[]).unwrap(), one);
    assert_eq!(one.slice(&[]).unwrap(), one);
    assert_eq!(one.placed(&[], &[]).unwrap(), one);
    let none = Array::<f64>::zeros(&[usize::MAX, 0, usize::MAX]).unwrap();
    assert_eq!(none.permuted(&[1, 2, 0]).unwrap().shape(), [0, usize::MAX, usize::MAX]);
    let all = 0..usize::MAX;
    let range = usize::MAX - 1..usize::MAX;
    assert_eq!(none.slice(&[range, 0..0, all]).unwrap().shape(), [1, 0, usize::MAX]);
    assert_eq!(none.placed(none.shape(), &[0, 0, 0]).unwrap(), none);
    let placed = Array::<f64>::zeros(&[0, 2]).unwrap().placed(&[3, 2], &[3, 0]).unwrap();
    assert_eq!(placed, Array::zeros(&[3, 2]).unwrap());
}

#[test]
fn bad_orders_and_ranges_are_errors() {
    let a = Array::<f64>::zeros(&[2, 3]).unwrap();
    for order in [&[][..], &[0], &[0, 0], &[1, 2], &[0, 1, 2], &[usize::MAX, 0]] {
        let wrong = matches!(
            a.permuted(order),
            Err(ArrayError::NotAPermutation { op: "permute", .. })
        );
        assert!(wrong, "{order:?}");
    }
    let message = |result: Result<Array<f64>, ArrayError>| result.unwrap_err().to_string();
    assert_eq!(
        message(a.permuted(&[0, 0])),
        "permute: [0, 0] does not name each of 2 axes once"
    );
    let first = 0..1;
    assert_eq!(
        message(a.slice(std::slice::from_ref(&first))),
        "slice: expected 1 axes, found 2 x 3"
    );
    assert_eq!(
        message(a.slice(&[0..2, 1..4])),
        "slice: the range 1..4 does not fit axis 1 of size 3"
    );
    #[allow(clippy::reversed_empty_ranges, reason = "what is tested")]
    let reversed = a.slice(&[1..0, 0..3]);
    assert_eq!(message(reversed), "slice: the range 1..0 does not fit axis 0 of size 2");
    assert_eq!(
        message(a.placed(&[2, 3], &[0, 1])),
        "place: the range 1..4 does not fit axis 1 of size 3"
    );
    assert_eq!(message(a.placed(&[4], &[0, 0])), "place: expected 1 axes, found 2 x 3");
    assert_eq!(message(a.placed(&[2, 3], &[])), "place: expected 0 axes, found 2 x 3");
    assert!(a.placed(&[2, 3], &[usize::MAX, 0]).is_err());
    assert!(matches!(
        a.placed(&[1 << 20, 1 << 20], &[0, 0]),
        Err(ArrayError::TooLarge { .. })
    ));
}
