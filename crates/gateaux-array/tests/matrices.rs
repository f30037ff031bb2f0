//! Laws of linear algebra, exactly over the prime field and its dual numbers.

#![allow(clippy::unwrap_used, reason = "tests")]

use gateaux_array::linear::{commutation, dot, kron, outer, prod, sum, sum_axis, trace, tril_mask};
use gateaux_array::{Array, ArrayError, Dual, Field, MAX_ENTRIES, Number, Prime};
use proptest::prelude::*;

type Matrix = Array<Prime>;

/// Small entries make singular matrices and zero pivots common.
fn matrix(m: usize, n: usize) -> impl Strategy<Value = Matrix> {
    prop::collection::vec(-2..3i64, m * n).prop_map(move |data| {
        Array::from_column_major(&[m, n], data.into_iter().map(Prime::from_i64).collect()).unwrap()
    })
}

/// Square matrices of the sizes 0, 1, 2, 3 and 5.
fn square() -> impl Strategy<Value = Matrix> {
    prop::sample::select(vec![0, 1, 2, 3, 5]).prop_flat_map(|n| matrix(n, n))
}

fn pair() -> impl Strategy<Value = (Matrix, Matrix)> {
    prop::sample::select(vec![0, 1, 2, 3, 5]).prop_flat_map(|n| (matrix(n, n), matrix(n, n)))
}

/// A matrix of rank at most n - 1, or n - 2.
fn singular() -> impl Strategy<Value = Matrix> {
    prop::sample::select(vec![(2, 1), (3, 2), (3, 1), (5, 4), (5, 3)])
        .prop_flat_map(|(n, rank)| (matrix(n, rank), matrix(rank, n)))
        .prop_map(|(left, right)| Prime::matmul(&left, &right).unwrap())
}

fn size(a: &Matrix) -> usize {
    a.shape()[0]
}

fn dual(a: &Matrix, d_a: &Matrix) -> Array<Dual<Prime>> {
    a.zip(d_a, |value, slope| Dual::new(*value, *slope)).unwrap()
}

proptest! {
    #[test]
    fn a_matrix_times_its_inverse_is_the_identity(a in square()) {
        let n = size(&a);
        match Prime::inv(&a) {
            Ok(inverse) => {
                prop_assert_eq!(Prime::matmul(&a, &inverse).unwrap(), Array::eye(n).unwrap());
                prop_assert_eq!(Prime::matmul(&inverse, &a).unwrap(), Array::eye(n).unwrap());
                prop_assert_eq!(Prime::det(&a).unwrap().mul(&Prime::det(&inverse).unwrap()), Prime::one());
            }
            Err(error) => {
                let named = matches!(error, ArrayError::Singular { op: "inv", .. });
                prop_assert!(named);
                prop_assert!(Prime::det(&a).unwrap().is_zero());
            }
        }
    }

    #[test]
    fn a_solution_solves(a in matrix(3, 3), b in matrix(3, 2), v in matrix(3, 1)) {
        if Prime::det(&a).unwrap().is_zero() {
            let named = matches!(Prime::solve(&a, &b), Err(ArrayError::Singular { op: "solve", .. }));
            prop_assert!(named);
            return Ok(());
        }
        let x = Prime::solve(&a, &b).unwrap();
        prop_assert_eq!(Prime::matmul(&a, &x).unwrap(), b);
        let v = v.reshape(&[3]).unwrap();
        let x = Prime::solve(&a, &v).unwrap();
        prop_assert_eq!(x.shape(), [3]);
        prop_assert_eq!(Prime::matmul(&a, &x).unwrap(), v);
    }

    #[test]
    fn determinants_multiply((a, b) in pair()) {
        let product = Prime::matmul(&a, &b).unwrap();
        prop_assert_eq!(Prime::det(&product).unwrap(), Prime::det(&a).unwrap().mul(&Prime::det(&b).unwrap()));
    }

    #[test]
    fn the_adjugate_times_the_matrix_is_the_determinant(a in prop_oneof![square(), singular()]) {
        let multiple = Array::eye(size(&a)).unwrap().scale(&Prime::det(&a).unwrap());
        let adjugate = Prime::adjugate(&a).unwrap();
        prop_assert_eq!(Prime::matmul(&adjugate, &a).unwrap(), multiple.clone());
        prop_assert_eq!(Prime::matmul(&a, &adjugate).unwrap(), multiple);
    }

    /// Jacobi's formula d det(A) = tr(adj(A) dA); at singular matrices elimination has no pivot.
    #[test]
    fn the_slope_of_a_determinant(a in prop_oneof![matrix(1, 1), matrix(5, 5), singular()], d_a in matrix(5, 5)) {
        let n = size(&a);
        let d_a = Array::from_fn(&[n, n], |index| *d_a.get(index).unwrap()).unwrap();
        let det = Dual::det(&dual(&a, &d_a)).unwrap();
        prop_assert_eq!(det.value, Prime::det(&a).unwrap());
        let adjugate = Prime::adjugate(&a).unwrap();
        prop_assert_eq!(det.slope, trace(&Prime::matmul(&adjugate, &d_a).unwrap()).unwrap());
    }

    /// The slope of the adjugate is right at singular matrices too: d(adj(A) A) = d det(A) I.
    #[test]
    fn the_slope_of_an_adjugate(a in singular(), d_a in matrix(5, 5)) {
        let n = size(&a);
        let d_a = Array::from_fn(&[n, n], |index| *d_a.get(index).unwrap()).unwrap();
        let a = dual(&a, &d_a);
        let multiple = Array::eye(n).unwrap().scale(&Dual::det(&a).unwrap());
        prop_assert_eq!(Dual::matmul(&Dual::adjugate(&a).unwrap(), &a).unwrap(), multiple);
    }

    /// d inv(A) = -inv(A) dA inv(A).
    #[test]
    fn the_slope_of_an_inverse(a in matrix(3, 3), d_a in matrix(3, 3)) {
        let Ok(inverse) = Prime::inv(&a) else {
            prop_assert!(Dual::inv(&dual(&a, &d_a)).is_err());
            return Ok(());
        };
        let slope = Prime::matmul(&Prime::matmul(&inverse, &d_a).unwrap(), &inverse).unwrap().map(Prime::neg);
        prop_assert_eq!(Dual::inv(&dual(&a, &d_a)).unwrap(), dual(&inverse, &slope));
    }

    #[test]
    fn products_associate_and_transpose(a in matrix(2, 3), b in matrix(3, 5), c in matrix(5, 1)) {
        let left = Prime::matmul(&Prime::matmul(&a, &b).unwrap(), &c).unwrap();
        prop_assert_eq!(&left, &Prime::matmul(&a, &Prime::matmul(&b, &c).unwrap()).unwrap());
        let transposed = Prime::matmul(&b.transpose().unwrap(), &a.transpose().unwrap()).unwrap();
        prop_assert_eq!(Prime::matmul(&a, &b).unwrap().transpose().unwrap(), transposed);
    }

    /// vec(A X B) = (B' kron A) vec(X).
    #[test]
    fn kron_is_the_matrix_of_a_product(a in matrix(2, 3), x in matrix(3, 5), b in matrix(5, 2)) {
        let left = Prime::matmul(&Prime::matmul(&a, &x).unwrap(), &b).unwrap().reshape(&[4]).unwrap();
        let matrix = kron(&b.transpose().unwrap(), &a).unwrap();
        prop_assert_eq!(matrix.shape(), [4, 15]);
        prop_assert_eq!(Prime::matmul(&matrix, &x.reshape(&[15]).unwrap()).unwrap(), left);
    }

    #[test]
    fn sums_agree(a in matrix(2, 3), b in matrix(2, 3)) {
        let product = Prime::matmul(&a.transpose().unwrap(), &b).unwrap();
        prop_assert_eq!(dot(&a, &b).unwrap(), trace(&product).unwrap());
        let ones = Array::filled(&[3], Prime::one()).unwrap();
        prop_assert_eq!(sum_axis(&a, 1).unwrap(), Prime::matmul(&a, &ones).unwrap());
        prop_assert_eq!(sum(&sum_axis(&a, 0).unwrap()), sum(&a));
        let tensor = outer(&a, &b).unwrap();
        prop_assert_eq!(tensor.shape(), [2, 3, 2, 3]);
        prop_assert_eq!(tensor.get(&[1, 2, 0, 1]).copied(), Some(a.get(&[1, 2]).unwrap().mul(b.get(&[0, 1]).unwrap())));
        prop_assert_eq!(sum_axis(&tensor, 2).unwrap(), outer(&a, &sum_axis(&b, 0).unwrap()).unwrap());
    }

    /// K vec(A) = vec(A'), and K_pm (A kron B) = (B kron A) K_qn: Magnus & Neudecker, theorem 3.9.
    #[test]
    fn commutation_matrices_commute(a in matrix(2, 3), b in matrix(4, 5)) {
        let vec = |a: &Matrix| a.clone().reshape(&[a.len()]).unwrap();
        let product = Prime::matmul(&commutation(2, 3).unwrap(), &vec(&a)).unwrap();
        prop_assert_eq!(product, vec(&a.transpose().unwrap()));
        let left = Prime::matmul(&commutation(4, 2).unwrap(), &kron(&a, &b).unwrap()).unwrap();
        let right = Prime::matmul(&kron(&b, &a).unwrap(), &commutation(5, 3).unwrap()).unwrap();
        prop_assert_eq!(left, right);
    }

    /// The product of n entries t a is t^n times that of the entries a, and its slope is the sum of the products in
    /// which one entry is replaced.
    #[test]
    fn products_of_entries(a in matrix(2, 3), d_a in matrix(2, 3), t in -3..4i64) {
        let t = Prime::from_i64(t);
        prop_assert_eq!(prod(&a.scale(&t)), t.powi(6).unwrap().mul(&prod(&a)));
        prop_assert_eq!(prod(&a.transpose().unwrap()), prod(&a));
        let slope = (0..6).fold(Prime::zero(), |slope, place| {
            let mut replaced = a.clone();
            replaced.data_mut()[place] = d_a.data()[place];
            slope.add(&prod(&replaced))
        });
        prop_assert_eq!(prod(&dual(&a, &d_a)), Dual::new(prod(&a), slope));
    }

    #[test]
    fn rows_read_back(a in matrix(3, 2)) {
        let row_major: Vec<Prime> = a.iter_row_major().copied().collect();
        prop_assert_eq!(Array::from_row_major(&[3, 2], &row_major).unwrap(), a.clone());
        prop_assert_eq!(a.transpose().unwrap().into_data(), row_major);
    }
}

#[test]
fn arrays_print_as_nested_lists() {
    let show = |shape: &[usize]| {
        let entries: Vec<usize> = (1..=shape.iter().product()).collect();
        Array::from_row_major(shape, &entries).unwrap().to_string()
    };
    assert_eq!(show(&[]), "1");
    assert_eq!(show(&[3]), "[1, 2, 3]");
    assert_eq!(show(&[1, 1]), "[[1]]");
    assert_eq!(show(&[2, 3]), "[[1, 2, 3], [4, 5, 6]]");
    assert_eq!(show(&[2, 2, 2]), "[[[1, 2], [3, 4]], [[5, 6], [7, 8]]]");
    assert_eq!(show(&[0]), "[]");
    assert_eq!(show(&[0, 3]), "[]");
    assert_eq!(show(&[2, 0]), "[[], []]");
    assert_eq!(show(&[2, 0, 3]), "[[], []]");
    assert_eq!(format!("{:.2}", Array::vector(vec![0.5, 2.0]).unwrap()), "[0.50, 2.00]");
}

#[test]
fn too_many_entries_are_an_error() {
    let too_large = |shape: &[usize]| Array::<f64>::zeros(shape).unwrap_err().to_string();
    assert_eq!(
        too_large(&[1 << 20, 1 << 20]),
        "an array of 1099511627776 entries is larger than the limit of 134217728"
    );
    assert_eq!(
        too_large(&[usize::MAX, usize::MAX, usize::MAX]),
        "an array of more than 10^38 entries is larger than the limit of 134217728"
    );
    assert!(Array::<f64>::eye(1 << 14).is_err());
    assert_eq!(Array::<f64>::zeros(&[usize::MAX, 0, usize::MAX]).unwrap().len(), 0);
    let column = Array::<f64>::zeros(&[MAX_ENTRIES.isqrt() + 1000]).unwrap();
    assert!(matches!(outer(&column, &column), Err(ArrayError::TooLarge { .. })));
    assert!(matches!(
        kron(&column, &column.transpose().unwrap()),
        Err(ArrayError::TooLarge { .. })
    ));
    assert!(matches!(
        f64::matmul(&column, &column.transpose().unwrap()),
        Err(ArrayError::TooLarge { .. })
    ));
}

#[test]
fn sizes_that_do_not_fit_are_errors() {
    let a = Array::<f64>::zeros(&[2, 3]).unwrap();
    assert_eq!(
        f64::matmul(&a, &a).unwrap_err().to_string(),
        "matmul: the sizes 2 x 3 and 2 x 3 do not fit"
    );
    assert_eq!(
        f64::det(&a).unwrap_err().to_string(),
        "det: expected a square matrix, found 2 x 3"
    );
    assert_eq!(
        Prime::det(&a.map(|_| Prime::one())).unwrap_err().to_string(),
        "det: expected a square matrix, found 2 x 3"
    );
    assert!(f64::solve(&Array::eye(2).unwrap(), &Array::zeros(&[3]).unwrap()).is_err());
    assert!(a.zip(&a.transpose().unwrap(), |left, _| *left).is_err());
    assert!(a.clone().reshape(&[5]).is_err());
    assert!(trace(&a).is_err() && sum_axis(&a, 2).is_err());
    assert!(a.clone().reshape(&[1, 2, 3]).unwrap().transpose().is_err());
    assert_eq!(
        Array::from_rows(&[vec![1, 2], vec![3]]).unwrap_err(),
        ArrayError::RaggedRows {
            row: 1,
            expected: 2,
            found: 1
        }
    );
    assert_eq!(a.get(&[2, 0]), None);
    assert_eq!(a.get(&[0]), None);
}

#[test]
fn commutation_matrices_of_all_sizes() {
    for (m, n) in [(0, 0), (0, 3), (3, 0), (1, 1), (1, 4), (4, 1), (2, 3), (3, 3)] {
        let k = commutation::<Prime>(m, n).unwrap();
        assert_eq!(k.shape(), [m * n, m * n]);
        let transpose = k.transpose().unwrap();
        assert_eq!(transpose, commutation(n, m).unwrap());
        assert_eq!(Prime::matmul(&k, &transpose).unwrap(), Array::eye(m * n).unwrap());
        if m <= 1 || n <= 1 {
            assert_eq!(k, Array::eye(m * n).unwrap());
        }
    }
    assert_eq!(commutation::<f64>(usize::MAX, 0).unwrap().shape(), [0, 0]);
    assert_eq!(commutation::<f64>(0, usize::MAX).unwrap().shape(), [0, 0]);
    for (m, n) in [(1 << 7, 1 << 7), (usize::MAX, 2), (usize::MAX, usize::MAX)] {
        assert!(matches!(commutation::<f64>(m, n), Err(ArrayError::TooLarge { .. })));
    }
    assert_eq!(
        commutation::<f64>(2, 2).unwrap().to_string(),
        "[[1, 0, 0, 0], [0, 0, 1, 0], [0, 1, 0, 0], [0, 0, 0, 1]]"
    );
}

#[test]
fn masks_of_triangles() {
    let show = |m, n| tril_mask::<f64>(m, n).unwrap().to_string();
    assert_eq!(show(1, 1), "[[1]]");
    assert_eq!(show(3, 3), "[[1, 0, 0], [1, 1, 0], [1, 1, 1]]");
    assert_eq!(show(2, 4), "[[1, 0, 0, 0], [1, 1, 0, 0]]");
    assert_eq!(show(4, 2), "[[1, 0], [1, 1], [1, 1], [1, 1]]");
    assert_eq!(show(2, 0), "[[], []]");
    assert_eq!(tril_mask::<Prime>(0, 3).unwrap().shape(), [0, 3]);
    assert!(matches!(
        tril_mask::<f64>(1 << 14, 1 << 14),
        Err(ArrayError::TooLarge { .. })
    ));
    // A lower triangle and its transpose make the square, with the diagonal twice.
    let lower = tril_mask::<Prime>(4, 4).unwrap();
    let twice = lower.add(&lower.transpose().unwrap()).unwrap();
    let ones = Array::filled(&[4, 4], Prime::one()).unwrap();
    assert_eq!(twice, ones.add(&Array::eye(4).unwrap()).unwrap());
}

#[test]
fn empty_products_and_sums() {
    let none = Array::<f64>::zeros(&[3, 0]).unwrap();
    assert_eq!((prod(&none), sum(&none)), (1.0, 0.0));
    assert_eq!(prod(&Array::scalar(7.0)), 7.0);
    assert_eq!(prod(&Array::vector(vec![1e200, 1e200]).unwrap()), f64::INFINITY);
    assert!(prod(&Array::vector(vec![0.0, f64::NAN]).unwrap()).is_nan());
    // An axis of size 0 allows others of any size.
    let none = Array::<f64>::zeros(&[usize::MAX, usize::MAX, 0]).unwrap();
    assert!(matches!(sum_axis(&none, 2), Err(ArrayError::TooLarge { .. })));
    assert_eq!(sum_axis(&none, 0).unwrap().shape(), [usize::MAX, 0]);
    assert_eq!(none.iter_row_major().count(), 0);
}

#[test]
fn empty_and_scalar_operands() {
    let empty = Array::<Prime>::zeros(&[0, 0]).unwrap();
    assert_eq!(Prime::det(&empty), Ok(Prime::one()));
    assert_eq!(Prime::inv(&empty).unwrap(), empty);
    assert_eq!(Prime::adjugate(&empty).unwrap(), empty);
    let wide = Array::<Prime>::zeros(&[0, 3]).unwrap();
    assert_eq!(Prime::solve(&empty, &wide).unwrap(), wide);
    let tall = Array::<Prime>::zeros(&[2, 0]).unwrap();
    assert_eq!(Prime::matmul(&tall, &wide).unwrap(), Array::zeros(&[2, 3]).unwrap());
    let two = Array::scalar(Prime::from_i64(2));
    assert_eq!(Prime::det(&two), Ok(Prime::from_i64(2)));
    assert_eq!(
        Prime::inv(&two).unwrap(),
        Array::scalar(Prime::one().div(&Prime::from_i64(2)).unwrap())
    );
    assert_eq!(Prime::adjugate(&two).unwrap(), Array::scalar(Prime::one()));
    assert_eq!(kron(&two, &two).unwrap(), Array::scalar(Prime::from_i64(4)));
}

/// Example: a vector is a column.
#[test]
fn vectors_are_columns() {
    let x = Array::vector(vec![1.0, 2.0, 3.0]).unwrap();
    let row = x.transpose().unwrap();
    assert_eq!(row.shape(), [1, 3]);
    assert_eq!(f64::matmul(&row, &x).unwrap().as_scalar(), Some(&14.0));
    assert_eq!(f64::matmul(&x, &row).unwrap(), outer(&x, &x).unwrap());
    assert_eq!(kron(&x, &x).unwrap().shape(), [9]);
}

#[test]
fn a_prime_field_has_no_logarithm_of_a_determinant() {
    let a = Array::<Prime>::eye(2).unwrap();
    assert!(matches!(Prime::logdet(&a), Err(ArrayError::NotReal { .. })));
    assert!(matches!(Prime::cholesky(&a), Err(ArrayError::NotReal { .. })));
    assert!(matches!(Prime::norm2(&a), Err(ArrayError::NotReal { .. })));
    assert!(matches!(Prime::logsumexp(&a), Err(ArrayError::NotReal { .. })));
    assert!(matches!(Prime::softmax(&a), Err(ArrayError::NotReal { .. })));
}
