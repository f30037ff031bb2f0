//! Mutants of the operation records and of answers: the checks must reject every one.

use std::collections::BTreeMap;

use gateaux_array::{DoubleDouble, Prime};
use gateaux_core::diff::Explicit;
use gateaux_core::expr::Expr;
use gateaux_core::ops::{self, Kernel, Op};
use gateaux_core::print::{Notation, print};
use gateaux_testkit::case::Case;
use gateaux_testkit::check::{Outcome, Point, Stop};
use gateaux_testkit::complex;
use gateaux_testkit::interpret::{Value, interpret};
use gateaux_testkit::mutants::mutants;
use gateaux_testkit::numbers::{Judge, Region, contract, inner};
use gateaux_testkit::records::{Call, Place, differential_of, outcome, places};

/// A mutant, tried at a place.
type Tried = fn(&'static Op, Place, &'static str, &'static str) -> Option<Outcome>;

/// The numbers with which a mutant is tried.
#[derive(Clone, Copy, PartialEq)]
enum Over {
    Real,
    Complex,
}

/// Whether the checks tell the mutant of a differential from the right one at some place.
fn is_caught((op, alternative): (&'static Op, usize), over: Over, right: &'static str, mutant: &'static str) -> Caught {
    let mut is_same_everywhere = true;
    for place in places(op).into_iter().filter(|place| place.alternative == alternative) {
        let numbers: &[Tried] = match over {
            Over::Real => &[tried::<DoubleDouble>, tried::<Prime>],
            Over::Complex => &[tried::<complex::C>],
        };
        for verdict in numbers.iter().map(|tried| tried(op, place, right, mutant)) {
            match verdict {
                None => {}
                Some(Outcome::Wrong(_)) => return Caught::Yes,
                Some(_) => is_same_everywhere = false,
            }
        }
    }
    if is_same_everywhere {
        Caught::IsTheSame
    } else {
        Caught::No
    }
}

#[derive(PartialEq)]
enum Caught {
    Yes,
    No,
    /// The normal form of the mutant is that of the right formula.
    IsTheSame,
}

fn tried<T: Judge>(op: &'static Op, place: Place, right: &'static str, mutant: &'static str) -> Option<Outcome> {
    let mut call = Call::<T>::new(op, place).ok()?;
    let wanted = call.differential(right).ok()?;
    let found = match call.differential(mutant) {
        Ok(found) if found == wanted => return None,
        Ok(found) => found,
        Err(stop) => return Some(outcome(Err(stop))),
    };
    // What takes another shape is refused before any number is computed.
    if call.store.shape(found) != call.store.shape(wanted) {
        return Some(Outcome::Wrong("another shape".to_owned()));
    }
    // A place outside of the domain says nothing.
    match call.against_duals(wanted) {
        Ok(()) => Some(outcome(call.against_duals(found))),
        Err(_) => None,
    }
}

/// Mutants that are right although their normal form is another: a part of the mutant, and why.
const RIGHT: &[(&str, &str)] = &[
    ("logsumexp(((X)'))", "logsumexp does not care for the order of entries"),
    ("prod(((x)'))", "prod does not care for the order of entries"),
    ("cos(-(x))", "cos is even"),
    ("cosh(-(x))", "cosh is even"),
    ("(tanh(-(x)))^2", "a square is even"),
    ("norm2(-(X))", "a norm is even"),
    ("abs(-(x))", "abs is even"),
    ("(gaps(-(x))).^2", "a square is even"),
    ("svdvals(-(X))", "singular values are even"),
    (
        "svdv(-(X))",
        "the right singular vectors are even: their signs do not depend on X",
    ),
];

/// Whether a mutant is right although its normal form is another.
fn is_right(slip: &str, right: &str, mutant: &str) -> bool {
    // A scalar product is symmetric.
    (slip == "arguments swapped" && right.contains("dot(")) || RIGHT.iter().any(|(part, _)| mutant.contains(part))
}

/// Tries every mutant of the differentials of some records; so many at least must be caught.
fn are_rejected(over: Over, is_tried: impl Fn(&Op) -> bool, least: usize) {
    let (mut caught, mut same, mut survivors) = (0, 0, Vec::new());
    for op in ops::all().filter(|op| !op.kind.is_empty() && is_tried(op)) {
        for alternative in 0..op.kind.len() {
            let Some(right) = differential_of(op, alternative).filter(|text| !text.is_empty()) else {
                continue;
            };
            for mutant in mutants(right).unwrap() {
                // The text of a record is static; a test may leak a few lines.
                let text: &'static str = Box::leak(mutant.text.clone().into_boxed_str());
                match is_caught((op, alternative), over, right, text) {
                    Caught::Yes => caught += 1,
                    Caught::IsTheSame => same += 1,
                    Caught::No if is_right(mutant.slip, right, text) => same += 1,
                    Caught::No => survivors.push(format!("{}: {right} => {text} ({})", op.name, mutant.slip)),
                }
            }
        }
    }
    println!("{caught} caught, {same} are no mutants");
    assert!(
        survivors.is_empty(),
        "{} survive:\n{}",
        survivors.len(),
        survivors.join("\n")
    );
    assert!(caught > least, "too few mutants: {caught}");
}

#[test]
fn every_mutant_of_a_record_is_rejected() {
    are_rejected(Over::Real, |_| true, 400);
}

/// Dual numbers over complex ones know the derivatives of analytic functions. Functions of matrices are tried over real
/// numbers alone: over complex ones they are those of real matrices twice the size, which takes minutes.
#[test]
fn every_mutant_of_an_analytic_record_is_rejected_over_complex_numbers() {
    let is_tried = |op: &Op| {
        let is_left = matches!(op.kernel, Kernel::None | Kernel::Matrix(_) | Kernel::Frechet(_));
        op.analytic && !is_left && op.name != "conj"
    };
    are_rejected(Over::Complex, is_tried, 100);
}

/// Problems whose answers are mutated.
const ANSWERS: &[(&str, &str)] = &[
    ("A: matrix(m, n); x: vector(n); b: vector(m); (A*x - b)'*(A*x - b)", "x"),
    ("A: matrix(n, n); x: vector(n); x'*A*x", "x"),
    ("A: matrix(m, n); X: matrix(n, m); tr(A*X*A*X)", "X"),
    ("A: matrix(n, n); X: matrix(n, n); tr(A*inv(X))", "X"),
    ("X: matrix(n, n); det(X)", "X"),
    ("A: matrix(n, n); x: vector(n); A*diag(x)*x", "x"),
    ("A: matrix(m, n); x: vector(n); (A*x).*(A*x)", "x"),
    ("A: matrix(n, n); S: symmetric(n); tr(A*S*S)", "S"),
    ("A: matrix(n, n); D: diagonal(n); tr(A*D*A)", "D"),
    ("A: matrix(n, n); K: skew(n); tr(A*K*A)", "K"),
    ("A: matrix(n, n); Q: orthogonal(n); tr(A*Q)", "Q"),
    ("A: matrix(m, n); X: matrix(n, n); A*X*X", "X"),
    ("X: matrix(m, n); b: vector(m); X'*b", "X"),
    ("X: matrix(m, n); Y: matrix(n, m); X*Y*X", "X"),
    ("A: matrix(m, n); B: matrix(n, m); X: matrix(m, n); A'*(X.*A)*B", "X"),
    ("X: matrix(m, m); A: matrix(m, n); diag(X*A*A')", "X"),
    ("X: matrix(m, n); A: matrix(n, k); vec(X*A)", "X"),
    ("x: vector(m); y: vector(n); kron(x, y)", "x"),
    ("x: vector(m); y: vector(n); kron(x, y)", "y"),
    ("X: matrix(m, n); A: matrix(n, k); kron(A, X)", "X"),
    ("X: matrix(m, n); A: matrix(n, k); kron(X, A)", "X"),
    ("s: scalar; X: matrix(m, n); s^3*X", "s"),
    ("T: tensor(m, n, k); x: vector(k); einsum(\"ijk,k->ij\", T, x)", "x"),
    ("T: tensor(m, n, k); x: vector(k); einsum(\"ijk,k->ij\", T, x)", "T"),
    (
        "T: tensor(m, n, k); x: vector(m); y: vector(n); z: vector(k); einsum(\"ijk,i,j,k->\", T, x, y, z)",
        "y",
    ),
    (
        "T: tensor(m, n, k); x: vector(m); y: vector(n); z: vector(k); einsum(\"ijk,i,j,k->\", T, x, y, z)",
        "T",
    ),
    (
        "A: matrix(m, m); B: matrix(n, m); C: matrix(k, m); einsum(\"ir,jr,kr->ijk\", A, B, C)",
        "B",
    ),
    ("T: tensor(m, n, k); dot(T, T)", "T"),
    ("V: tensor(m, m, n); A: matrix(m, n); einsum(\"iij,ij->\", V, A)", "V"),
    ("X: matrix(m, n); A: matrix(n, k); X*A", "X"),
    ("X: matrix(m, m); X'*X", "X"),
    ("A: matrix(m, n); X: matrix(n, n); B: matrix(n, k); A*inv(X)*B", "X"),
    ("X: matrix(m, n); X", "X"),
    ("X: matrix(m, n); X'", "X"),
    ("S: symmetric(n); A: matrix(m, n); A*S", "S"),
    ("L: lower(n); A: matrix(n, n); tr(A*L)", "L"),
    ("L: lower(n); A: matrix(m, n); A*L", "L"),
    ("X: matrix(m, n); A: matrix(n, m); tr(A*tril(X))", "X"),
    ("X: matrix(m, n); triu(X)", "X"),
    ("X: matrix(m, n); X[1,:]", "X"),
    ("X: matrix(m, n); x: vector(m); x'*X[:,2]", "X"),
    ("x: vector(m); x[1:2]", "x"),
    ("x: vector(m); x[2]*x", "x"),
    ("T: tensor(m, n, k); A: matrix(n, m); tr(A*T[:,:,1])", "T"),
    ("X: matrix(m, n); A: matrix(n, m); commutation(m, n)*vec(X)", "X"),
    (
        "X: matrix(m, n); A: matrix(n, k); B: matrix(m, k); sum(kron(A, X))",
        "X",
    ),
    ("X: matrix(m, n); A: matrix(n, m); dot(kron(A, X), kron(X', A'))", "X"),
    ("X: matrix(m, n); x: vector(n); sum(X.^2, 1)*x", "X"),
];

/// Shapes of the views, and how a view is held against the truth.
#[derive(Clone, Copy)]
enum View {
    Explicit,
    Adjoint,
    Differential,
}

#[test]
fn every_mutant_of_an_answer_is_rejected() {
    let (mut caught, mut same, mut survivors) = (0, 0, Vec::new());
    for (text, wrt) in ANSWERS {
        let mut point =
            Point::<Prime>::new(text, wrt, &[3, 2, 4], (Region::Signed, 5)).unwrap_or_else(|stop| panic!("{stop}"));
        let derivative = point.derivative(1).unwrap_or_else(|stop| panic!("{stop}"));
        point
            .set(derivative.holes[0], point.tangents[0].clone())
            .unwrap_or_else(|stop| panic!("{stop}"));
        let (cotangent, adjoint) = derivative.adjoint.unwrap();
        let shape = point.case.axes(cotangent, &point.sizes).unwrap();
        let weights = gateaux_testkit::values::point::<Prime>(
            &shape,
            gateaux_core::expr::Structure::General,
            Region::Signed,
            &mut gateaux_testkit::random::Random::new(9),
        );
        point
            .set(cotangent, weights.unwrap())
            .unwrap_or_else(|stop| panic!("{stop}"));
        let mut views = vec![
            (View::Adjoint, adjoint, vec![cotangent]),
            (View::Differential, derivative.form, derivative.holes.clone()),
        ];
        if let Explicit::Array(array) = derivative.explicit {
            views.push((View::Explicit, array, vec![]));
        }
        for (view, expr, extra) in views {
            let right = print(&mut point.case.store, expr, Notation::Text).unwrap();
            let wanted = evaluated(&point, &right, &extra).unwrap_or_else(|mistake| panic!("{mistake}"));
            assert!(
                !differs(&point, view, &wanted, &extra),
                "{text} by {wrt}: {right} is not right"
            );
            for mutant in mutants(&right).unwrap() {
                match evaluated(&point, &mutant.text, &extra) {
                    // Equal in every entry at a random point of the field: the same formula, written in another way.
                    Ok(found) if found == wanted => same += 1,
                    Ok(found)
                        if found.array.shape() == wanted.array.shape() && !differs(&point, view, &found, &extra) =>
                    {
                        survivors.push(format!("{text} by {wrt}: {right} => {} ({})", mutant.text, mutant.slip));
                    }
                    _ => caught += 1,
                }
            }
        }
    }
    println!("{caught} caught, {same} are no mutants");
    assert!(
        survivors.is_empty(),
        "{} survive:\n{}",
        survivors.len(),
        survivors.join("\n")
    );
    assert!(caught > 1000, "too few mutants: {caught}");
}

/// The value of a view, given as text over the variables of the problem, holes and cotangents.
fn evaluated(point: &Point<Prime>, text: &str, extra: &[Expr]) -> Result<Value<Prime>, String> {
    let mut declarations = point.case.declarations.clone();
    let mut values = BTreeMap::new();
    for (name, expr) in &point.case.variables {
        values.insert(name.clone(), point.values[&point.case.var(*expr)?].clone());
    }
    for expr in extra {
        let var = point.case.var(*expr)?;
        let variable = point.case.store.variable(var);
        declarations.push(format!(
            "{}: {}",
            variable.name,
            variable.shape.text(&point.case.store.dims)
        ));
        values.insert(variable.name.clone(), point.values[&var].clone());
    }
    // What does not type-check is caught before any number is computed.
    let claim = Case::read(&format!("{}\n{text}", declarations.join("\n")))?;
    interpret(&claim.tree, &values, &point.sizes)
}

/// Whether a value is not that of a view of the derivative.
fn differs(point: &Point<Prime>, view: View, value: &Value<Prime>, extra: &[Expr]) -> bool {
    let (_, slope) = point.truth().unwrap_or_else(|stop: Stop| panic!("{stop}"));
    let (found, direction) = (value.array.data(), &point.directions[0]);
    match view {
        View::Differential => found != slope,
        View::Explicit => contract(found, &[direction]) != slope,
        View::Adjoint => {
            let weights = &point.values[&point.case.var(extra[0]).unwrap()];
            inner(found, direction.data()) != inner(weights.data(), &slope)
        }
    }
}
