//! Einstein summation, held to its definition: a loop over all labels at once.

#![allow(clippy::unwrap_used, reason = "tests")]

use gateaux_array::linear::{dot, outer, sum, sum_axis, trace};
use gateaux_array::{Array, ArrayError, DoubleDouble, Dual, Field, Number, Prime, einsum};
use proptest::prelude::*;

/// One array with the labels of its axes.
type Operand<T> = (Array<T>, Vec<u8>);

/// The definition.
fn by_definition<T: Number>(operands: &[Operand<T>], output: &[u8]) -> Array<T> {
    let mut sizes = [1; 256];
    let mut summed = Vec::new();
    for (array, labels) in operands {
        for (&label, &size) in labels.iter().zip(array.shape()) {
            sizes[usize::from(label)] = size;
            if !output.contains(&label) && !summed.contains(&label) {
                summed.push(label);
            }
        }
    }
    let size_of = |labels: &[u8]| {
        labels
            .iter()
            .map(|&label| sizes[usize::from(label)])
            .collect::<Vec<_>>()
    };
    let terms = Array::from_fn(&size_of(&summed), |index| index.to_vec()).unwrap();
    Array::from_fn(&size_of(output), |place| {
        let mut value = [0; 256];
        for (&label, &i) in output.iter().zip(place) {
            value[usize::from(label)] = i;
        }
        let term = |term: &Vec<usize>| {
            for (&label, &i) in summed.iter().zip(term) {
                value[usize::from(label)] = i;
            }
            operands.iter().fold(T::one(), |product, (array, labels)| {
                let index: Vec<usize> = labels.iter().map(|&label| value[usize::from(label)]).collect();
                product.mul(array.get(&index).unwrap())
            })
        };
        terms
            .data()
            .iter()
            .map(term)
            .fold(T::zero(), |sum, term| sum.add(&term))
    })
    .unwrap()
}

fn summed<T: Number>(operands: &[Operand<T>], output: &[u8]) -> Result<Array<T>, ArrayError> {
    einsum(&borrowed(operands), output)
}

fn borrowed<T>(operands: &[Operand<T>]) -> Vec<(&Array<T>, &[u8])> {
    operands.iter().map(|(array, labels)| (array, &**labels)).collect()
}

/// Labels from both ends of their range, with unequal sizes.
const LABELS: [(u8, usize); 6] = [(0, 2), (1, 3), (7, 1), (127, 4), (128, 2), (255, 3)];

fn entries(count: usize) -> impl Strategy<Value = Vec<i64>> {
    prop::collection::vec(-3..4i64, count)
}

/// Up to five operands with up to three axes each, some of them empty, and an output of labels that they have.
///
/// The entries are small integers, so that floats are exact too.
fn problem() -> impl Strategy<Value = (Vec<Operand<i64>>, Vec<u8>)> {
    let labels = prop::collection::vec(prop::sample::select((0..6usize).collect::<Vec<_>>()), 0..4);
    let operands = prop::collection::vec(labels, 0..6);
    (operands, prop::option::weighted(0.1, 0..6usize)).prop_flat_map(|(operands, empty)| {
        let mut used: Vec<usize> = operands.concat();
        used.sort_unstable();
        used.dedup();
        let operands = operands.into_iter().map(move |places| {
            let size = |&place: &usize| if empty == Some(place) { 0 } else { LABELS[place].1 };
            let shape: Vec<usize> = places.iter().map(size).collect();
            let labels: Vec<u8> = places.iter().map(|&place| LABELS[place].0).collect();
            entries(shape.iter().product())
                .prop_map(move |data| (Array::from_column_major(&shape, data).unwrap(), labels.clone()))
        });
        let most = used.len().min(3);
        let output = prop::sample::subsequence(used, 0..=most).prop_shuffle();
        let output = output.prop_map(|places| places.into_iter().map(|place| LABELS[place].0).collect());
        (operands.collect::<Vec<_>>(), output)
    })
}

fn over<T: Number>(operands: &[Operand<i64>]) -> Vec<Operand<T>> {
    let convert = |(array, labels): &Operand<i64>| (array.map(|&entry| T::from_i64(entry)), labels.clone());
    operands.iter().map(convert).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn it_is_its_definition((operands, output) in problem()) {
        let operands = over::<Prime>(&operands);
        prop_assert_eq!(summed(&operands, &output).unwrap(), by_definition(&operands, &output));
    }

    #[test]
    fn number_types_agree((operands, output) in problem()) {
        let expected = by_definition(&over::<f64>(&operands), &output);
        let double = over::<f64>(&operands);
        prop_assert_eq!(&summed(&double, &output).unwrap(), &expected);
        prop_assert_eq!(&f64::einsum(&borrowed(&double), &output).unwrap(), &expected);
        // Up to five factors below 4 and at most 144 terms: 24 bits hold every sum.
        let single = summed(&over::<f32>(&operands), &output).unwrap();
        prop_assert_eq!(&single.map(|&entry| f64::from(entry)), &expected);
        let precise = summed(&over::<DoubleDouble>(&operands), &output).unwrap();
        prop_assert_eq!(&precise.map(|entry| entry.high()), &expected);
    }

    /// The slope is the sum of the summations in which one operand is replaced by its slope.
    #[test]
    fn the_slope_is_by_the_product_rule((operands, output) in problem()) {
        let values = over::<Prime>(&operands);
        let slopes: Vec<Array<Prime>> = values
            .iter()
            .map(|(array, _)| array.map(|entry| entry.mul(entry).add(&Prime::from_i64(2))))
            .collect();
        let pairs = values.iter().zip(&slopes);
        let duals: Vec<Operand<Dual<Prime>>> = pairs
            .map(|((value, labels), slope)| (value.zip(slope, |v, s| Dual::new(*v, *s)).unwrap(), labels.clone()))
            .collect();
        let dual = summed(&duals, &output).unwrap();
        prop_assert_eq!(dual.map(|entry| entry.value), by_definition(&values, &output));
        let mut expected = Array::zeros(dual.shape()).unwrap();
        for (place, slope) in slopes.iter().enumerate() {
            let mut replaced = values.clone();
            replaced[place].0 = slope.clone();
            expected = expected.add(&by_definition(&replaced, &output)).unwrap();
        }
        prop_assert_eq!(dual.map(|entry| entry.slope), expected);
    }

    #[test]
    fn the_order_of_the_operands_does_not_matter((operands, output) in problem(), shift in 0..5usize) {
        let operands = over::<Prime>(&operands);
        let mut others = operands.clone();
        others.reverse();
        others.rotate_left(shift.min(operands.len()));
        prop_assert_eq!(summed(&operands, &output).unwrap(), summed(&others, &output).unwrap());
    }

    /// <einsum(A, .. -> out), C> = einsum(A, .., C -> ), which is what its adjoint rests on.
    #[test]
    fn a_cotangent_is_one_more_operand((operands, output) in problem()) {
        let mut operands = over::<Prime>(&operands);
        let value = summed(&operands, &output).unwrap();
        let cotangent = Array::from_fn(value.shape(), |index| Prime::from_i64(index.iter().sum::<usize>() as i64 + 2));
        let cotangent = cotangent.unwrap();
        let expected = dot(&value, &cotangent).unwrap();
        operands.push((cotangent, output));
        prop_assert_eq!(summed(&operands, &[]).unwrap(), Array::scalar(expected));
    }

    #[test]
    fn known_functions(a in entries(6), b in entries(6), c in entries(9)) {
        let prime = |shape: &[usize], data: Vec<i64>| {
            Array::from_column_major(shape, data.into_iter().map(Prime::from_i64).collect()).unwrap()
        };
        let (a, b, c) = (prime(&[2, 3], a), prime(&[2, 3], b), prime(&[3, 3], c));
        let (i, j, k, l) = (b'i', b'j', b'k', b'l');
        let scalar = |value| Array::scalar(value);
        prop_assert_eq!(einsum(&[(&a, &[i, j]), (&c, &[j, k])], &[i, k]).unwrap(), Prime::matmul(&a, &c).unwrap());
        prop_assert_eq!(einsum(&[(&a, &[i, j])], &[j, i]).unwrap(), a.transpose().unwrap());
        prop_assert_eq!(einsum(&[(&a, &[i, j])], &[i]).unwrap(), sum_axis(&a, 1).unwrap());
        prop_assert_eq!(einsum(&[(&a, &[i, j])], &[]).unwrap(), scalar(sum(&a)));
        prop_assert_eq!(einsum(&[(&c, &[i, i])], &[]).unwrap(), scalar(trace(&c).unwrap()));
        prop_assert_eq!(einsum(&[(&a, &[i, j]), (&b, &[i, j])], &[]).unwrap(), scalar(dot(&a, &b).unwrap()));
        prop_assert_eq!(einsum(&[(&a, &[i, j]), (&b, &[i, j])], &[i, j]).unwrap(), a.zip(&b, Prime::mul).unwrap());
        let all = einsum(&[(&a, &[i, j]), (&b, &[k, l])], &[i, j, k, l]).unwrap();
        prop_assert_eq!(all, outer(&a, &b).unwrap());
        let diagonal = einsum(&[(&c, &[i, i])], &[i]).unwrap();
        prop_assert_eq!(diagonal, Array::vector((0..3).map(|i| c.data()[4 * i]).collect()).unwrap());
    }
}

/// Sizes at which the products of floats are no longer the plain ones, with and without a batch.
#[test]
fn large_products_of_floats() {
    let array = |shape: &[usize], seed: usize| {
        let mut state = seed;
        Array::from_fn(shape, |_| {
            state = (state * 137 + 29) % 101;
            state as f64 - 50.0
        })
        .unwrap()
    };
    for (batch, m, k, n) in [(1, 40, 30, 20), (5, 17, 13, 11), (300, 1, 100, 1), (200, 3, 1, 2)] {
        let operands = vec![
            (array(&[k, batch, m], 3), vec![2, 0, 1]),
            (array(&[n, k, batch], 5), vec![3, 2, 0]),
        ];
        let expected = by_definition(&operands, &[3, 0, 1]);
        assert_eq!(f64::einsum(&borrowed(&operands), &[3, 0, 1]).unwrap(), expected);
        assert_eq!(summed(&operands, &[3, 0, 1]).unwrap(), expected);
    }
}

/// A product of 255 matrices has 256 labels: a loop over all of them would never end.
#[test]
fn a_long_chain_in_any_order() {
    let matrix = |place: usize| {
        let entry = |index: &[usize]| Prime::from_i64((7 * place + 3 * index[0] + 5 * index[1]) as i64 % 11);
        Array::from_fn(&[2 + place % 2, 2 + (place + 1) % 2], entry).unwrap()
    };
    let chain: Vec<Operand<Prime>> = (0..255u8)
        .map(|place| (matrix(usize::from(place)), vec![place, place + 1]))
        .collect();
    let expected = chain[1..].iter().fold(chain[0].0.clone(), |product, (factor, _)| {
        Prime::matmul(&product, factor).unwrap()
    });
    assert_eq!(summed(&chain, &[0, 255]).unwrap(), expected);
    // 101 and 255 have no common factor.
    let shuffled: Vec<Operand<Prime>> = (0..255).map(|place| chain[place * 101 % 255].clone()).collect();
    assert_eq!(summed(&shuffled, &[255, 0]).unwrap(), expected.transpose().unwrap());
}

/// Two thousand vectors over a few labels, as a text could hold them: the order of the products is found soon.
#[test]
fn many_operands() {
    let two = Prime::from_i64(2);
    let operand = |place: usize| (Array::filled(&[3], two).unwrap(), vec![(place % 5) as u8]);
    let operands: Vec<Operand<Prime>> = (0..2000).map(operand).collect();
    let expected = two.powi(2000).unwrap().mul(&Prime::from_i64(81));
    assert_eq!(summed(&operands, &[3]).unwrap(), Array::filled(&[3], expected).unwrap());
    // Without any axes all pairs are equally good.
    let scalars: Vec<Operand<Prime>> = (0..500).map(|_| (Array::scalar(two), vec![])).collect();
    assert_eq!(summed(&scalars, &[]).unwrap(), Array::scalar(two.powi(500).unwrap()));
}

/// A bilinear form of large vectors never makes their outer product, and sums over one operand come first.
#[test]
fn intermediate_results_are_small() {
    let long = Array::filled(&[20_000], 1.0).unwrap();
    let (i, j, k) = (0, 1, 2);
    // 20000^2 entries would be too many.
    assert_eq!(
        einsum(&[(&long, &[i]), (&long, &[j])], &[]).unwrap(),
        Array::scalar(4e8)
    );
    let both = einsum(&[(&long, &[i]), (&long, &[j]), (&long, &[i]), (&long, &[j])], &[]).unwrap();
    assert_eq!(both, Array::scalar(4e8));
    let wide = Array::filled(&[20_000, 2], 1.0).unwrap();
    let form = einsum(&[(&wide, &[i, k]), (&wide, &[j, k]), (&long, &[i]), (&long, &[j])], &[]);
    assert_eq!(form.unwrap(), Array::scalar(8e8));
    let all = einsum(&[(&long, &[i]), (&long, &[j])], &[i, j]);
    assert!(matches!(all, Err(ArrayError::TooLarge { .. })));
}

#[test]
fn sizes_zero_and_one() {
    let none = Array::<f64>::zeros(&[0]).unwrap();
    let wide = Array::<f64>::zeros(&[usize::MAX, 0]).unwrap();
    let x = Array::vector(vec![1.0, 2.0]).unwrap();
    assert_eq!(einsum(&[(&none, &[0])], &[]).unwrap(), Array::scalar(0.0));
    assert_eq!(einsum(&[(&none, &[0]), (&x, &[1])], &[1]).unwrap().data(), [0.0, 0.0]);
    assert_eq!(einsum(&[(&none, &[0]), (&x, &[1])], &[1, 0]).unwrap().shape(), [2, 0]);
    // The sum of no terms is 0, also where another factor is not a number.
    let nan = Array::scalar(f64::NAN);
    assert_eq!(einsum(&[(&none, &[0]), (&nan, &[])], &[]).unwrap(), Array::scalar(0.0));
    assert_eq!(einsum(&[(&wide, &[0, 1])], &[1, 0]).unwrap().shape(), [0, usize::MAX]);
    assert!(matches!(
        einsum(&[(&wide, &[0, 1])], &[0]),
        Err(ArrayError::TooLarge { .. })
    ));
    let one = Array::filled(&[1, 1, 1], 3.0).unwrap();
    assert_eq!(
        einsum(&[(&one, &[0, 1, 0]), (&one, &[1, 2, 2])], &[2, 0])
            .unwrap()
            .to_string(),
        "[[9]]"
    );
    assert_eq!(einsum::<f64>(&[], &[]).unwrap(), Array::scalar(1.0));
    let two = Array::scalar(2.0);
    assert_eq!(
        einsum(&[(&two, &[]), (&two, &[]), (&x, &[4])], &[4]).unwrap().data(),
        [4.0, 8.0]
    );
    assert_eq!(einsum(&[(&two, &[])], &[]).unwrap(), two);
}

#[test]
fn infinities_and_what_is_not_a_number_spread() {
    let a = Array::from_rows(&[vec![f64::INFINITY, 1.0], vec![0.0, f64::NAN]]).unwrap();
    let x = Array::vector(vec![1.0, 0.0]).unwrap();
    let product = einsum(&[(&a, &[0, 1]), (&x, &[1])], &[0]).unwrap();
    assert_eq!(product.data()[0], f64::INFINITY);
    assert!(product.data()[1].is_nan());
    let scaled = einsum(&[(&a, &[0, 1]), (&x, &[1])], &[0, 1]).unwrap();
    assert_eq!(scaled.data()[..3], [f64::INFINITY, 0.0, 0.0]);
    assert!(scaled.data()[3].is_nan());
}

#[test]
fn what_does_not_fit_is_an_error() {
    let a = Array::<f64>::zeros(&[2, 3]).unwrap();
    let message = |operands: &[(&Array<f64>, &[u8])], output: &[u8]| einsum(operands, output).unwrap_err().to_string();
    assert_eq!(message(&[(&a, &[0])], &[]), "einsum: expected 1 axes, found 2 x 3");
    assert_eq!(
        message(&[(&a, &[0, 1, 2])], &[]),
        "einsum: expected 3 axes, found 2 x 3"
    );
    assert_eq!(
        message(&[(&a, &[0, 0])], &[]),
        "einsum: the sizes 2 x 3 and 2 x 3 do not fit"
    );
    let x = Array::<f64>::zeros(&[4]).unwrap();
    assert_eq!(
        message(&[(&a, &[0, 1]), (&x, &[1])], &[]),
        "einsum: the sizes 2 x 3 and 4 do not fit"
    );
    assert_eq!(
        message(&[(&a, &[0, 1])], &[0, 2]),
        "einsum: no operand has an axis with the label 2 of the result"
    );
    assert_eq!(
        message(&[(&a, &[0, 1])], &[1, 1]),
        "einsum: the label 1 stands twice in the result"
    );
    assert!(einsum::<f64>(&[], &[0]).is_err());
    // Sizes are checked before a size 0 makes everything simple.
    let none = Array::<f64>::zeros(&[0]).unwrap();
    assert!(einsum(&[(&a, &[0, 1]), (&none, &[1])], &[]).is_err());
}
