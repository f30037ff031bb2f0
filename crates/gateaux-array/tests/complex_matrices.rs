//! Complex matrices in floats against 31 digits, and 31 digits against what defines the results.

#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::print_stdout, reason = "how much was compared")]

use gateaux_array::{Array, Complex, DoubleDouble, Field, MatrixFunction, Number, Real};

type D = DoubleDouble;
type Matrix<T> = Array<Complex<T>>;

/// The relative error that a kernel in floats may have where nothing is badly conditioned.
const FLOAT: f64 = 1e-12;
/// The same with 31 digits.
const EXACT: f64 = 1e-26;
const SIZES: [usize; 3] = [1, 2, 5];
/// How many random matrices of each size.
const COUNT: usize = 4;

/// Numbers from -1 to 1 that look random.
struct Random(u64);

impl Random {
    fn number(&mut self) -> f64 {
        // Knuth, The Art of Computer Programming, 3.3.4, line 26 of table 1.
        self.0 = self
            .0
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        (self.0 >> 11) as f64 / 2f64.powi(52) - 1.0
    }

    fn matrix(&mut self, shape: &[usize]) -> Matrix<f64> {
        Array::from_fn(shape, |_| Complex::new(self.number(), self.number())).unwrap()
    }
}

fn number<T: Real>(re: f64, im: f64) -> Complex<T> {
    Complex::new(T::from_f64(re), T::from_f64(im))
}

fn lifted(a: &Matrix<f64>) -> Matrix<D> {
    a.map(|entry| number(entry.re, entry.im))
}

fn rounded(a: &Matrix<D>) -> Matrix<f64> {
    a.map(|entry| number(entry.re.to_f64(), entry.im.to_f64()))
}

fn largest(a: &Matrix<D>) -> f64 {
    let sizes = a.data().iter().map(|entry| entry.abs().to_f64());
    // What is not a number is larger than anything.
    sizes.fold(0.0, |max, size| if size <= max { max } else { size })
}

/// The largest entry of the difference, relative to the largest of the truth.
fn error(found: &Matrix<D>, truth: &Matrix<D>) -> f64 {
    assert_eq!(found.shape(), truth.shape());
    largest(&found.sub(truth).unwrap()) / largest(truth).max(f64::MIN_POSITIVE)
}

fn product(factors: &[&Matrix<D>]) -> Matrix<D> {
    let first = factors[0].clone();
    factors[1..]
        .iter()
        .fold(first, |product, factor| Field::matmul(&product, factor).unwrap())
}

fn hermitian(a: &Matrix<f64>) -> Matrix<f64> {
    let adjoint = a.transpose().unwrap().map(Complex::conj);
    a.add(&adjoint).unwrap().scale(&number(0.5, 0.0))
}

fn eye<T: Field + Real>(n: usize, factor: Complex<T>) -> Matrix<T> {
    Array::eye(n).unwrap().scale(&factor)
}

/// `S*J*inv(S)`, rounded, with these eigenvalues and 1 above the diagonal where one repeats the next.
fn with_eigenvalues(values: &[Complex<f64>], random: &mut Random) -> Matrix<f64> {
    let n = values.len();
    let base = random.matrix(&[n, n]).add(&eye(n, number(2.0, 0.0))).unwrap();
    let form = Array::from_fn(&[n, n], |at| match at[1] {
        column if column == at[0] => values[column],
        column if column == at[0] + 1 && values[column] == values[at[0]] => number(1.0, 0.0),
        _ => number(0.0, 0.0),
    });
    let inverse = Field::inv(&lifted(&base)).unwrap();
    rounded(&product(&[&lifted(&base), &lifted(&form.unwrap()), &inverse]))
}

/// Matrices of each kind that have a logarithm and a root.
fn regular(n: usize, random: &mut Random) -> Vec<(&'static str, Matrix<f64>)> {
    let matrix = random.matrix(&[n, n]).add(&eye(n, number(2.5, 0.5))).unwrap();
    let upper = Array::from_fn(&[n, n], |at| match at[0] <= at[1] {
        true => *matrix.get(at).unwrap(),
        false => number(0.0, 0.0),
    });
    let upper = upper.unwrap();
    let lower = upper.transpose().unwrap();
    let mut beside_cut = |im: f64| {
        let values: Vec<_> = (0..n)
            .map(|at| number(-1.0 - at as f64, im * (1.0 + at as f64)))
            .collect();
        with_eigenvalues(&values, random)
    };
    // On both sides of the cut neighbors have values far from each other.
    let (above, below) = (beside_cut(1e-7), beside_cut(-1e-3));
    // Rounding splits a defective eigenvalue of multiplicity 5 into five that are 1e-3 apart.
    let defective = with_eigenvalues(&vec![number(0.7, 0.9); n.min(2)], random);
    vec![
        ("a regular matrix", matrix.clone()),
        ("a real matrix", matrix.map(|entry| Complex::real(entry.re))),
        (
            "a definite matrix",
            hermitian(&matrix).add(&eye(n, number(1.5, 0.0))).unwrap(),
        ),
        ("a symmetric matrix", matrix.add(&matrix.transpose().unwrap()).unwrap()),
        ("an upper triangular matrix", upper),
        ("a lower triangular matrix", lower),
        ("eigenvalues above the cut", above),
        ("eigenvalues below the cut", below),
        ("a multiple of the identity", eye(n, number(-0.6, 1.1))),
        ("a defective matrix", defective),
    ]
}

/// A matrix function and its derivatives in one and two directions.
fn functions<T: Field + Real>(f: MatrixFunction, a: &Matrix<T>, e: [&Matrix<T>; 2]) -> Vec<(&'static str, Matrix<T>)> {
    vec![
        (f.name(), Field::matrix_function(f, a, &[]).unwrap()),
        ("its derivative", Field::matrix_function(f, a, &e[..1]).unwrap()),
        ("its second derivative", Field::matrix_function(f, a, &e).unwrap()),
    ]
}

fn linear_algebra<T: Field + Real>(a: &Matrix<T>, b: &Matrix<T>) -> Vec<(&'static str, Matrix<T>)> {
    let columns = b.slice(&[0..b.shape()[0], 0..1]).unwrap();
    vec![
        ("the product", Field::matmul(a, b).unwrap()),
        ("einsum", Field::einsum(&[(a, &[0, 1]), (b, &[2, 1])], &[2, 0]).unwrap()),
        ("solve", Field::solve(a, b).unwrap()),
        (
            "solve for a vector",
            Field::solve(a, &columns.reshape(&[b.shape()[0]]).unwrap()).unwrap(),
        ),
        ("inv", Field::inv(a).unwrap()),
        ("adj", Field::adjugate(a).unwrap()),
        ("det", Array::scalar(Field::det(a).unwrap())),
        ("logdet", Array::scalar(Field::logdet(a).unwrap())),
        ("norm2", Array::scalar(Field::norm2(a).unwrap())),
    ]
}

/// What was compared, and the worst of it.
#[derive(Default)]
struct Tally {
    count: usize,
    worst: f64,
}

impl Tally {
    fn held(&mut self, what: &str, found: &Matrix<D>, truth: &Matrix<D>, allowed: f64) {
        let error = error(found, truth);
        assert!(error <= allowed, "{what} {:?} is off by {error:.1e}", truth.shape());
        self.count += 1;
        self.worst = self.worst.max(error);
    }

    fn all(&mut self, kind: &str, found: &[(&str, Matrix<f64>)], truth: &[(&str, Matrix<D>)]) {
        for ((name, found), (_, truth)) in found.iter().zip(truth) {
            self.held(&format!("{name} of {kind}"), &lifted(found), truth, FLOAT);
        }
    }

    fn done(&self, what: &str, least: usize) {
        println!("{what}: {} results, the worst is off by {:.1e}", self.count, self.worst);
        assert!(self.count >= least, "too few results: {}", self.count);
    }
}

#[test]
fn kernels_in_floats_agree_with_31_digits() {
    let (mut random, mut tally) = (Random(7), Tally::default());
    for n in SIZES {
        for _ in 0..COUNT {
            let others = [random.matrix(&[n, n]), hermitian(&random.matrix(&[n, n]))];
            for (kind, a) in regular(n, &mut random) {
                let n = a.shape()[0];
                let [e, f] = [0, 1].map(|_| random.matrix(&[n, n]));
                let exact = [lifted(&e), lifted(&f)];
                for which in MatrixFunction::ALL {
                    let truth = functions(which, &lifted(&a), [&exact[0], &exact[1]]);
                    tally.all(kind, &functions(which, &a, [&e, &f]), &truth);
                }
                tally.all(kind, &linear_algebra(&a, &e), &linear_algebra(&lifted(&a), &exact[0]));
            }
            for a in others {
                let [e, f] = [0, 1].map(|_| random.matrix(&[n, n]));
                let exact = [lifted(&e), lifted(&f)];
                let truth = functions(MatrixFunction::Exp, &lifted(&a), [&exact[0], &exact[1]]);
                tally.all("others", &functions(MatrixFunction::Exp, &a, [&e, &f]), &truth);
            }
        }
    }
    tally.done("floats against 31 digits", 2000);
}

/// The sum of the powers of a matrix over factorials.
fn exponential_series(a: &Matrix<D>) -> Matrix<D> {
    let n = a.shape()[0];
    let (mut sum, mut term) = (eye(n, number(1.0, 0.0)), eye(n, number(1.0, 0.0)));
    for k in 1..110 {
        let reciprocal = D::one().div(&D::from_i64(k)).unwrap();
        term = product(&[&term, a]).scale(&Complex::real(reciprocal));
        sum = sum.add(&term).unwrap();
    }
    sum
}

/// The upper right block of the exponential series of [A, E; 0, A].
fn derivative_of_series(a: &Matrix<D>, e: &Matrix<D>) -> Matrix<D> {
    let n = a.shape()[0];
    let blocks = Array::from_fn(&[2 * n, 2 * n], |at| match (at[0] < n, at[1] < n) {
        (false, true) => number(0.0, 0.0),
        (true, false) => *e.get(&[at[0], at[1] - n]).unwrap(),
        _ => *a.get(&[at[0] % n, at[1] % n]).unwrap(),
    });
    exponential_series(&blocks.unwrap()).slice(&[0..n, n..2 * n]).unwrap()
}

#[test]
fn functions_of_matrices_are_what_defines_them() {
    let (mut random, mut tally) = (Random(11), Tally::default());
    for n in SIZES {
        let matrices: Vec<_> = (0..COUNT).flat_map(|_| regular(n, &mut random)).collect();
        for (kind, a) in matrices {
            let n = a.shape()[0];
            let a = lifted(&a);
            let [e, f] = [0, 1].map(|_| lifted(&random.matrix(&[n, n])));
            let mut is = |what: &str, found: &Matrix<D>, truth: &Matrix<D>| {
                tally.held(&format!("{what} of {kind}"), found, truth, EXACT);
            };
            let of = |which, a: &Matrix<D>, e: &[&Matrix<D>]| Field::matrix_function(which, a, e).unwrap();
            is("expm", &of(MatrixFunction::Exp, &a, &[]), &exponential_series(&a));
            is(
                "the derivative of expm",
                &of(MatrixFunction::Exp, &a, &[&e]),
                &derivative_of_series(&a, &e),
            );
            // R R = A, R L + L R = E with the derivative L, and R M + M R = -(L L' + L' L) with the second one M.
            let root = of(MatrixFunction::Sqrt, &a, &[]);
            let anticommutator = |x: &Matrix<D>, y: &Matrix<D>| product(&[x, y]).add(&product(&[y, x])).unwrap();
            is("sqrtm squared", &product(&[&root, &root]), &a);
            let [along_e, along_f] = [&e, &f].map(|direction| of(MatrixFunction::Sqrt, &a, &[direction]));
            is("the derivative of sqrtm", &anticommutator(&root, &along_e), &e);
            let second = of(MatrixFunction::Sqrt, &a, &[&e, &f]);
            let back = anticommutator(&root, &second).scale(&number(-1.0, 0.0));
            is(
                "the second derivative of sqrtm",
                &back,
                &anticommutator(&along_e, &along_f),
            );
            // The derivatives of what is inverse to the exponential.
            let logarithm = of(MatrixFunction::Log, &a, &[]);
            is("expm of logm", &exponential_series(&logarithm), &a);
            let [along_e, along_f] = [&e, &f].map(|direction| of(MatrixFunction::Log, &a, &[direction]));
            is(
                "the derivative of logm",
                &derivative_of_series(&logarithm, &along_e),
                &e,
            );
            let second = of(MatrixFunction::Log, &a, &[&e, &f]);
            let back = derivative_of_series(&logarithm, &second).scale(&number(-1.0, 0.0));
            let exact = of(MatrixFunction::Exp, &logarithm, &[&along_e, &along_f]);
            is("the second derivatives of logm and expm", &back, &exact);
        }
    }
    tally.done("functions of matrices against their definitions", 900);
}

#[test]
fn derivatives_are_their_own_transposes_and_adjoints() {
    let (mut random, mut tally) = (Random(13), Tally::default());
    let inner = |x: &Matrix<D>, y: &Matrix<D>| {
        let terms = x.zip(y, Number::mul).unwrap();
        Array::scalar(gateaux_array::linear::sum(&terms))
    };
    for n in SIZES {
        for (kind, a) in regular(n, &mut random) {
            let n = a.shape()[0];
            let [e, f] = [0, 1].map(|_| random.matrix(&[n, n]));
            let conjugate = |x: &Matrix<f64>| x.map(Complex::conj);
            for which in MatrixFunction::ALL {
                let derivative =
                    |a: &Matrix<f64>, e: &Matrix<f64>| lifted(&Field::matrix_function(which, a, &[e]).unwrap());
                let turned = a.transpose().unwrap();
                let along = derivative(&a, &e);
                // <F, L(A, E)> = <L(A', F), E>, and with conjugates likewise.
                let what = format!("the transpose of {} of {kind}", which.name());
                let back = inner(&derivative(&turned, &f), &lifted(&e));
                tally.held(&what, &back, &inner(&lifted(&f), &along), FLOAT * 10.0);
                let back = inner(&derivative(&conjugate(&turned), &f).map(Complex::conj), &lifted(&e));
                tally.held(&what, &back, &inner(&lifted(&conjugate(&f)), &along), FLOAT * 10.0);
            }
        }
    }
    tally.done("adjoint identities", 180);
}

#[test]
fn linear_algebra_is_what_defines_it() {
    let (mut random, mut tally) = (Random(17), Tally::default());
    for n in SIZES {
        let matrices: Vec<_> = (0..COUNT).flat_map(|_| regular(n, &mut random)).collect();
        for (kind, a) in matrices {
            let n = a.shape()[0];
            let (a, b) = (lifted(&a), lifted(&random.matrix(&[n, 3])));
            let mut is = |what: &str, found: &Matrix<D>, truth: &Matrix<D>| {
                tally.held(&format!("{what} of {kind}"), found, truth, EXACT);
            };
            let inverse = Field::inv(&a).unwrap();
            is("inv", &product(&[&inverse, &a]), &eye(n, number(1.0, 0.0)));
            is("solve", &product(&[&a, &Field::solve(&a, &b).unwrap()]), &b);
            let det = Field::det(&a).unwrap();
            is("adj", &Field::adjugate(&a).unwrap(), &inverse.scale(&det));
            let reciprocal = Number::div(&Complex::one(), &det).unwrap();
            is(
                "det",
                &Array::scalar(Field::det(&inverse).unwrap()),
                &Array::scalar(reciprocal),
            );
            let logarithm = det.apply(gateaux_array::Function::Ln).unwrap();
            is(
                "logdet",
                &Array::scalar(Field::logdet(&a).unwrap()),
                &Array::scalar(logarithm),
            );
        }
    }
    tally.done("linear algebra against its definitions", 500);
}

#[test]
fn determinants_of_any_magnitude() {
    let diagonal = |entries: &[Complex<f64>]| {
        let n = entries.len();
        Array::from_fn(&[n, n], |at| {
            if at[0] == at[1] {
                entries[at[0]]
            } else {
                number(0.0, 0.0)
            }
        })
        .unwrap()
    };
    let of = |exponents: &[i32]| {
        diagonal(
            &exponents
                .iter()
                .map(|power| number(0.0, 2f64.powi(*power)))
                .collect::<Vec<_>>(),
        )
    };
    // i^4 = 1, i^3 = -i.
    assert_eq!(Field::det(&of(&[900, 800, -850, -840])), Ok(number(2f64.powi(10), 0.0)));
    let large = Field::logdet(&of(&[900, 800, 700])).unwrap();
    assert!((large.re - 2400.0 * std::f64::consts::LN_2).abs() < 1e-12);
    assert_eq!(large.im, -std::f64::consts::FRAC_PI_2);
    // The determinant -5 is on the cut, where the angle is pi.
    let negative = diagonal(&[number(-1.0, 0.0), number(-5.0, 0.0), number(-1.0, 0.0)]);
    assert_eq!(Field::logdet(&negative).unwrap().im, std::f64::consts::PI);
    let singular = Array::filled(&[2, 2], number(1.0, 1.0)).unwrap();
    assert_eq!(Field::logdet(&singular).unwrap(), number(f64::NEG_INFINITY, 0.0));
    assert!(Complex::<f64>::inv(&singular).is_err());
}
