//! Every view of a derivative, held against dual numbers.
//!
//! The truth is what the [`interpret`]er finds over dual numbers, from the text and by definition. Against it stand
//! the function itself, its differential, the operator for arbitrary arrays, the explicit form, the adjoint, all of
//! them once more after simplification; then everything of second order, from nested dual numbers; then the
//! differential of the adjoint, which is how a gradient is differentiated.
//!
//! Over the prime field two different rational functions agree at a random point with a probability of about their
//! degree over 2^61, so nothing is tolerated.

use std::collections::BTreeMap;
use std::fmt;

use gateaux_array::{Array, Dual, Field, MatrixFunction, Number, Svd};
use gateaux_core::diff::{self, Derivative, Explicit};
use gateaux_core::expr::{Expr, Form, Store, Structure, Var};
use gateaux_core::ops::{self, Kernel};
use gateaux_core::simplify::simplify;
use gateaux_eval::{Program, Sizes};

use crate::case::Case;
use crate::interpret::interpret;
use crate::numbers::{Judge, Region, contract, inner};
use crate::random::Random;
use crate::values;

/// What a check found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Everything agrees.
    Right,
    /// The function, or its derivative, is not defined at the points tried: the last reason.
    Undefined(String),
    /// Something disagrees.
    Wrong(String),
}

/// Why a check ended early.
#[derive(Clone, Debug)]
pub enum Stop {
    /// See [`Outcome::Undefined`].
    Undefined(String),
    /// See [`Outcome::Wrong`].
    Wrong(String),
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Stop::Undefined(reason) | Stop::Wrong(reason) => reason.fmt(f),
        }
    }
}

/// Nothing, or why not.
pub type Verdict = Result<(), Stop>;

/// A matrix worse than this counts as singular.
const LARGEST_CONDITION: f64 = 1e8;

fn undefined(error: impl ToString) -> Stop {
    Stop::Undefined(error.to_string())
}

fn wrong(error: impl ToString) -> Stop {
    Stop::Wrong(error.to_string())
}

/// Checks the derivatives of first and second order of the function of a text by one variable, at sizes that the
/// names of dimensions get in order of appearance.
pub fn check<T: Judge>(text: &str, wrt: &str, sizes: &[usize], seed: u64) -> Outcome {
    let regions = if T::IS_ORDERED {
        &Region::ALL[..]
    } else {
        &Region::ALL[..1]
    };
    let mut last = String::new();
    for region in regions {
        match check_at::<T>(text, wrt, sizes, (*region, seed)) {
            Ok(()) => return Outcome::Right,
            Err(Stop::Wrong(reason)) => return Outcome::Wrong(reason),
            Err(Stop::Undefined(reason)) => last = reason,
        }
    }
    Outcome::Undefined(last)
}

fn check_at<T: Judge>(text: &str, wrt: &str, sizes: &[usize], (region, seed): (Region, u64)) -> Verdict {
    let mut point = Point::<T>::new(text, wrt, sizes, (region, seed))?;
    let derivative = point.derivative(1)?;
    point.first_order(&derivative)?;
    point.second_order()?;
    point.adjoint_again(&derivative)
}

/// A problem at a random point, with random directions.
#[derive(Clone, Debug)]
pub struct Point<T> {
    /// The problem.
    pub case: Case,
    /// Its sizes.
    pub sizes: Sizes,
    /// The variable of differentiation.
    pub wrt: Expr,
    /// Values of all variables, holes and cotangents.
    pub values: BTreeMap<Var, Array<T>>,
    /// Directions anywhere.
    pub directions: [Array<T>; 2],
    /// Their projections on the tangent space.
    pub tangents: [Array<T>; 2],
    random: Random,
}

impl<T: Judge> Point<T> {
    /// Reads a text and draws values for its variables.
    ///
    /// # Errors
    /// A text that does not read is wrong, a value that cannot be drawn undefined.
    pub fn new(text: &str, wrt: &str, sizes: &[usize], place: (Region, u64)) -> Result<Point<T>, Stop> {
        Point::of(Case::read(text).map_err(wrong)?, wrt, sizes, place)
    }

    /// Draws values for the variables of a problem.
    ///
    /// # Errors
    /// As [`new`](Point::new).
    pub fn of(case: Case, wrt: &str, sizes: &[usize], (region, seed): (Region, u64)) -> Result<Point<T>, Stop> {
        let sizes = case.sizes(sizes);
        let mut random = Random::new(seed);
        let mut drawn = BTreeMap::new();
        for (_, expr) in &case.variables {
            let (structure, positive) = case.declared(*expr).map_err(wrong)?;
            let region = if positive && region == Region::Signed {
                Region::Positive
            } else {
                region
            };
            let shape = case.axes(*expr, &sizes).map_err(undefined)?;
            let value = values::point::<T>(&shape, structure, region, &mut random).map_err(undefined)?;
            drawn.insert(case.var(*expr).map_err(wrong)?, value);
        }
        let wrt = case.variable(wrt).map_err(wrong)?;
        let (structure, _) = case.declared(wrt).map_err(wrong)?;
        let value = drawn[&case.var(wrt).map_err(wrong)?].clone();
        let mut direction = || values::point::<T>(value.shape(), Structure::General, Region::Signed, &mut random);
        let directions = [direction().map_err(undefined)?, direction().map_err(undefined)?];
        let tangent = |at: usize| values::project(structure, &value, &directions[at]).map_err(undefined);
        let tangents = [tangent(0)?, tangent(1)?];
        Ok(Point {
            case,
            sizes,
            wrt,
            values: drawn,
            directions,
            tangents,
            random,
        })
    }

    /// The structure of the variable of differentiation.
    pub fn structure(&self) -> Structure {
        self.case
            .declared(self.wrt)
            .map_or(Structure::General, |(structure, _)| structure)
    }

    /// The derivative of the function of some order, with holes `d1`, `d2`.
    ///
    /// # Errors
    /// A derivative that is refused is wrong.
    pub fn derivative(&mut self, order: usize) -> Result<Derivative, Stop> {
        let names: Vec<String> = (1..=order).map(|at| format!("d{at}")).collect();
        let variables = vec![self.wrt; order];
        diff::derivative(&mut self.case.store, self.case.function, &variables, &names).map_err(wrong)
    }

    /// Gives a hole or a cotangent a value.
    ///
    /// # Errors
    /// An expression that is no variable is wrong.
    pub fn set(&mut self, hole: Expr, value: Array<T>) -> Verdict {
        let var = self.case.var(hole).map_err(wrong)?;
        self.values.insert(var, value);
        Ok(())
    }

    /// The values of expressions.
    ///
    /// # Errors
    /// Where a kernel fails.
    pub fn run(&mut self, roots: &[Expr]) -> Result<Vec<Vec<T>>, Stop> {
        if T::IS_ORDERED {
            refuse_singular(&mut self.case, roots, &self.sizes, &self.values)?;
        }
        let found = run(&mut self.case.store, roots, &self.sizes, &self.values)?;
        if found.iter().all(|value| T::is_usable(value)) {
            return Ok(found);
        }
        Err(undefined("a value is not finite or too large"))
    }

    /// The values of all variables by name, in other numbers, from the variable, the entry and its place.
    pub(crate) fn lifted<U: Number>(&self, lift: impl Fn(Expr, &T, usize) -> U) -> BTreeMap<String, Array<U>> {
        let mut found = BTreeMap::new();
        for (name, expr) in &self.case.variables {
            let Some(value) = self.case.var(*expr).ok().and_then(|var| self.values.get(&var)) else {
                continue;
            };
            let mut at = 0..;
            found.insert(
                name.clone(),
                value.map(|entry| lift(*expr, entry, at.next().unwrap_or(0))),
            );
        }
        found
    }

    /// The value of the function and its derivative along the first tangent, by definition.
    ///
    /// # Errors
    /// Where the function is not defined.
    pub fn truth(&self) -> Result<(Vec<T>, Vec<T>), Stop> {
        self.truth_along(self.tangents[0].data())
    }

    /// The value of the function and its derivative along a tangent, by definition.
    ///
    /// # Errors
    /// Where the function is not defined.
    pub fn truth_along(&self, tangent: &[T]) -> Result<(Vec<T>, Vec<T>), Stop> {
        let values = self.lifted(|expr, entry, at| {
            let slope = if expr == self.wrt { tangent[at] } else { T::zero() };
            Dual::new(*entry, slope)
        });
        let found = interpret(&self.case.tree, &values, &self.sizes)
            .map_err(undefined)?
            .array;
        let value: Vec<T> = found.data().iter().map(|dual| dual.value).collect();
        let slope: Vec<T> = found.data().iter().map(|dual| dual.slope).collect();
        usable(&value)?;
        usable(&slope)?;
        Ok((value, slope))
    }

    /// The value of the function a step along the first tangent away.
    ///
    /// # Errors
    /// Where the function is not defined.
    pub fn moved(&self, step: &T) -> Result<Vec<T>, Stop> {
        let tangent = self.tangents[0].data();
        let values = self.lifted(|expr, entry, at| {
            let change = if expr == self.wrt {
                tangent[at].mul(step)
            } else {
                T::zero()
            };
            entry.add(&change)
        });
        let found = interpret(&self.case.tree, &values, &self.sizes).map_err(undefined)?;
        usable(found.array.data())?;
        Ok(found.array.into_data())
    }

    /// The second derivative along a tangent of each of two variables, by definition.
    ///
    /// # Errors
    /// Where the function is not defined.
    pub fn second_truth(&self, along: [(Expr, &[T]); 2]) -> Result<Vec<T>, Stop> {
        let lift = |expr: Expr, entry: &T, at: usize| {
            let slope = |(variable, tangent): (Expr, &[T])| {
                if variable == expr { tangent[at] } else { T::zero() }
            };
            Dual::new(Dual::new(*entry, slope(along[0])), Dual::constant(slope(along[1])))
        };
        let found = interpret(&self.case.tree, &self.lifted(lift), &self.sizes)
            .map_err(undefined)?
            .array;
        let slope: Vec<T> = found.data().iter().map(|dual| dual.slope.slope).collect();
        usable(&slope)?;
        Ok(slope)
    }

    /// All views of the first derivative.
    ///
    /// # Errors
    /// The view that is wrong.
    pub fn first_order(&mut self, derivative: &Derivative) -> Verdict {
        let (value, slope) = self.truth()?;
        self.set(derivative.holes[0], self.tangents[0].clone())?;
        self.set(derivative.free_holes[0], self.directions[0].clone())?;
        let Some((cotangent, adjoint)) = derivative.adjoint else {
            return Err(wrong("no adjoint"));
        };
        let shape = self.case.axes(self.case.function, &self.sizes).map_err(undefined)?;
        let weights = values::point::<T>(&shape, Structure::General, Region::Signed, &mut self.random);
        let weights = weights.map_err(undefined)?;
        self.set(cotangent, weights.clone())?;
        let mut roots = vec![derivative.function, derivative.form, derivative.operator, adjoint];
        roots.extend(explicit(derivative));
        for (roots, how) in [(roots.clone(), ""), (self.simplified(&roots)?, ", simplified,")] {
            let found = self.run(&roots)?;
            compare(&format!("the function{how}"), &found[0], &value)?;
            compare(&format!("the differential{how}"), &found[1], &slope)?;
            compare(&format!("the operator{how}"), &found[2], &slope)?;
            let paired = inner(&found[3], self.directions[0].data());
            compare(
                &format!("the adjoint{how} paired with the direction"),
                &[paired],
                &[inner(weights.data(), &slope)],
            )?;
            if let Some(array) = found.get(4) {
                let found = contract(array, &[&self.directions[0]]);
                compare(&format!("the explicit form{how} in the direction"), &found, &slope)?;
            }
        }
        Ok(())
    }

    /// All views of the second derivative. The orthogonal matrices are curved: there a second derivative is that of
    /// the first as a function of the point, which [`adjoint_again`](Point::adjoint_again) checks.
    fn second_order(&mut self) -> Verdict {
        let derivative = self.derivative(2)?;
        if self.structure() == Structure::Orthogonal {
            return Ok(());
        }
        let along = [0, 1].map(|at| (self.wrt, self.tangents[at].data()));
        let slope = self.second_truth(along)?;
        for at in 0..2 {
            self.set(derivative.holes[at], self.tangents[at].clone())?;
            self.set(derivative.free_holes[at], self.directions[at].clone())?;
        }
        let mut roots = vec![derivative.form, derivative.operator];
        roots.extend(explicit(&derivative));
        for (roots, how) in [(roots.clone(), ""), (self.simplified(&roots)?, ", simplified,")] {
            let found = self.run(&roots)?;
            compare(&format!("the differential of order 2{how}"), &found[0], &slope)?;
            compare(&format!("the operator of order 2{how}"), &found[1], &slope)?;
            if let Some(array) = found.get(2) {
                let found = contract(array, &[&self.directions[0], &self.directions[1]]);
                compare(
                    &format!("the explicit form of order 2{how} in the directions"),
                    &found,
                    &slope,
                )?;
            }
        }
        Ok(())
    }

    /// The differential of the adjoint, which is the gradient where the function is a scalar.
    fn adjoint_again(&mut self, derivative: &Derivative) -> Verdict {
        let Some((_, adjoint)) = derivative.adjoint else {
            return Err(wrong("no adjoint"));
        };
        let var = self.case.var(self.wrt).map_err(wrong)?;
        let hole = self.case.store.add_hole("again", var).map_err(wrong)?;
        let form = diff::differential(&mut self.case.store, adjoint, &[(self.wrt, hole)]).map_err(wrong)?;
        let [_, tangent] = self.tangents.clone();
        let lifted: BTreeMap<Var, Array<Dual<T>>> = self
            .values
            .iter()
            .map(|(known, value)| {
                let mut at = 0..;
                let entry = |entry: &T| {
                    let at = at.next().unwrap_or(0);
                    Dual::new(*entry, if *known == var { tangent.data()[at] } else { T::zero() })
                };
                (*known, value.map(entry))
            })
            .collect();
        let dual = run(&mut self.case.store, &[adjoint], &self.sizes, &lifted)?;
        let slope: Vec<T> = dual[0].iter().map(|dual| dual.slope).collect();
        usable(&slope)?;
        self.set(hole, tangent)?;
        let found = self.run(&[form])?;
        compare("the differential of the adjoint", &found[0], &slope)
    }

    fn simplified(&mut self, roots: &[Expr]) -> Result<Vec<Expr>, Stop> {
        roots
            .iter()
            .map(|root| simplify(&mut self.case.store, *root).map_err(wrong))
            .collect()
    }
}

fn explicit(derivative: &Derivative) -> Option<Expr> {
    match derivative.explicit {
        Explicit::Array(array) => Some(array),
        Explicit::Operator => None,
    }
}

fn usable<T: Judge>(value: &[T]) -> Verdict {
    if T::is_usable(value) {
        Ok(())
    } else {
        Err(undefined("a value is not finite or too large"))
    }
}

/// In floats a matrix that is singular by its form, such as `inv(x*y')`, has an inverse made of rounding, and so are the
/// eigenvectors and singular vectors of a matrix with equal values.
///
/// # Errors
/// Undefined where such a matrix is nearly singular, and where vectors are nearly arbitrary.
pub fn refuse_singular<T: Judge>(
    case: &mut Case,
    roots: &[Expr],
    sizes: &Sizes,
    values: &BTreeMap<Var, Array<T>>,
) -> Verdict {
    let (mut inverted, mut decomposed) = (Vec::new(), Vec::new());
    for expr in case.store.post_order(roots) {
        match case.store.form(expr) {
            Form::MatMul(factors) => inverted.extend(factors.iter().filter(|f| f.power < 0).map(|f| f.base)),
            Form::Call(function, args) => match ops::op(*function).kernel {
                Kernel::Adjugate | Kernel::Logdet => inverted.extend(args.iter().copied()),
                // A root has no derivative at 0, and a logarithm no value.
                Kernel::Matrix(MatrixFunction::Sqrt | MatrixFunction::Log)
                | Kernel::Frechet(MatrixFunction::Sqrt | MatrixFunction::Log) => inverted.extend(args.first()),
                Kernel::Eigvecs | Kernel::Svdu | Kernel::Svdv => decomposed.extend(args.iter().copied()),
                _ => {}
            },
            _ => {}
        }
    }
    for matrix in matrices(case, inverted, sizes, values)? {
        let inverse = T::inv(&matrix).map_err(undefined)?;
        if T::size(&matrix) * T::size(&inverse) > LARGEST_CONDITION {
            return Err(undefined("a matrix is singular"));
        }
    }
    for matrix in matrices(case, decomposed, sizes, values)? {
        if has_arbitrary_vectors(&T::svd(&matrix).map_err(undefined)?) {
            return Err(undefined("singular vectors are not unique"));
        }
    }
    Ok(())
}

/// The values of expressions that are matrices, of each once.
fn matrices<T: Judge>(
    case: &mut Case,
    mut exprs: Vec<Expr>,
    sizes: &Sizes,
    values: &BTreeMap<Var, Array<T>>,
) -> Result<Vec<Array<T>>, Stop> {
    exprs.sort_unstable();
    exprs.dedup();
    let entries = run(&mut case.store, &exprs, sizes, values)?;
    let matrix = |(expr, entries): (&Expr, Vec<T>)| {
        let shape = case.axes(*expr, sizes).map_err(undefined)?;
        Array::from_column_major(&shape, entries).map_err(undefined)
    };
    exprs.iter().zip(entries).map(matrix).collect()
}

/// Whether two singular values are nearly equal, or one nearly 0, or a vector has two largest entries of opposite signs,
/// of which one is to be positive.
fn has_arbitrary_vectors<T: Judge>(svd: &Svd<T>) -> bool {
    let values: Vec<f64> = svd.s.data().iter().map(T::pivot_size).chain([0.0]).collect();
    let least = values[0] / LARGEST_CONDITION;
    let has_no_sign = |vector: &[T]| {
        let largest = vector.iter().max_by(|x, y| x.pivot_size().total_cmp(&y.pivot_size()));
        largest.is_some_and(|largest| {
            let sums = vector.iter().map(|entry| largest.add(entry).pivot_size());
            sums.into_iter().any(|sum| sum * LARGEST_CONDITION < 1.0)
        })
    };
    let rows = svd.v.shape().first().copied().unwrap_or(1);
    values.windows(2).any(|pair| pair[0] - pair[1] <= least) || svd.v.data().chunks(rows.max(1)).any(has_no_sign)
}

/// Whether two ways to one quantity agree.
///
/// # Errors
/// Where they do not, with both.
pub fn compare<T: Judge>(what: &str, found: &[T], truth: &[T]) -> Verdict {
    if T::agree(found, truth) {
        return Ok(());
    }
    Err(wrong(format!(
        "{what} is {}, should be {}",
        shorten(found),
        shorten(truth)
    )))
}

fn shorten<T: fmt::Debug>(values: &[T]) -> String {
    let text = format!("{values:?}");
    if text.len() <= 160 {
        text
    } else {
        format!("{}...", text.chars().take(160).collect::<String>())
    }
}

/// The values of expressions.
///
/// # Errors
/// Where a kernel fails.
pub fn run<T: Field>(
    store: &mut Store,
    roots: &[Expr],
    sizes: &Sizes,
    values: &BTreeMap<Var, Array<T>>,
) -> Result<Vec<Vec<T>>, Stop> {
    let program = Program::lower(store, roots, sizes).map_err(undefined)?;
    let found = program.run(&|var| values.get(&var).cloned()).map_err(undefined)?;
    Ok(found.into_iter().map(Array::into_data).collect())
}

#[cfg(test)]
mod tests {
    use gateaux_array::DoubleDouble;

    use super::*;

    fn value(text: &str) -> Result<Vec<Vec<DoubleDouble>>, Stop> {
        let mut point = Point::new(text, "x", &[3, 2], (Region::Signed, 1))?;
        let function = point.case.function;
        point.run(&[function])
    }

    #[test]
    fn vectors_that_rounding_chooses_are_undefined() {
        for function in ["svdu(x*x')", "svdv(Q)", "eigvecs(x*x')", "eigvecs([1, x[1]; x[1], 1])"] {
            let found = value(&format!("x: vector(n); Q: orthogonal(n); {function} .+ sum(x)"));
            assert!(matches!(found, Err(Stop::Undefined(_))), "{function}: {found:?}");
        }
        let found = value("x: vector(n); A: matrix(n, m); svdu(A) .+ sum(x)");
        assert!(found.is_ok(), "{found:?}");
    }
}
