//! The check of a derivation: every line at random points, over a prime field where that is possible.
//!
//! A differential that is still to be found, `d(E)`, has the value of the differential of E in the direction of the change.
//! So a line is held against the differential of the whole, which the check of the answer holds against differences.

use std::collections::BTreeMap;

use gateaux_array::{Array, ArrayError, Complex, DoubleDouble, Field, Function, Number, Prime, Real};
use gateaux_core::diff::{self, Convention};
use gateaux_core::expr::{Error, Expr, Rational, Shape, Structure, Var};
use gateaux_core::print::{Phrase, Wrap};
use gateaux_core::steps::{Left, Line};
use gateaux_eval::{Program, Sizes};

use super::Checked;
use crate::answer::Answer;
use crate::check::{self, MAX_STEPS, POINTS, contract, relative_gap};
use crate::complex_check::joined;
use crate::problem::Problem;
use crate::random::Random;
use crate::sample::{self, Region};

/// The largest entry of an exact point.
const MAX_ENTRY: f64 = 1e6;

/// Values by variable.
type Values<T> = BTreeMap<Var, Array<T>>;

/// A random value of a variable with these axes.
type Draw<'a> = dyn FnMut(Var, &[usize], &mut Random) -> Result<Array<f64>, ArrayError> + 'a;

/// How far found entries are from expected ones.
type Gap<'a, T> = dyn Fn(&[T], &[T]) -> f64 + 'a;

/// What is checked, as programs.
struct Board<'a> {
    lines: &'a [Line],
    answer: &'a Answer,
    hole: Var,
    /// The function and its differential.
    truth: Program,
    /// The differentials in the lines that are still to be found, and their holes.
    pending: (Vec<Var>, Program),
    /// What is [`evaluated`] of all lines in order, with the shapes.
    factors: Program,
    shapes: Vec<Shape>,
    /// The variables of the problem with their shapes.
    variables: Vec<(Var, Vec<usize>)>,
}

/// How each line was checked, where the leaves change.
pub(super) fn verify(problem: &mut Problem, answer: &Answer, leaves: &[(Expr, Expr)], lines: &[Line]) -> Vec<Checked> {
    // Sizes at which the answer itself can be checked: `inv(X'*X)` has no points for a wide X.
    let sizes = answer.check(problem).sizes;
    let board = Board::new(problem, (answer, leaves), lines, &sizes);
    let checked = board.and_then(|board| verify_at(problem, &board));
    checked.unwrap_or_else(|reason| vec![Checked::Not(reason); lines.len()])
}

fn verify_at(problem: &Problem, board: &Board<'_>) -> Result<Vec<Checked>, String> {
    let lines = board.lines;
    let mut checked = vec![Checked::Numerically; lines.len()];
    let (mut points, mut last) = (0, "no point was tried".to_owned());
    for (region, mut random) in sample::draws() {
        match board.at_point(problem, region, &mut random) {
            Ok(gaps) => {
                points += 1;
                for (checked, gap) in checked.iter_mut().zip(gaps) {
                    if gap > check::TOLERANCE && *checked == Checked::Numerically {
                        *checked = Checked::Not(format!("it is off by {gap:.1e}"));
                    }
                }
                if points == POINTS {
                    break;
                }
            }
            Err(failure) => last = failure,
        }
    }
    if points == 0 {
        return Err(format!("no point of the domain was found: {last}"));
    }
    for seed in 0..2 {
        let Ok(agree) = board.exactly(problem, &mut Random::new(seed + 1)) else {
            return Ok(checked);
        };
        for (checked, agrees) in checked.iter_mut().zip(agree) {
            match (&checked, agrees) {
                (Checked::Numerically, true) => *checked = Checked::Exactly,
                (Checked::Numerically | Checked::Exactly, false) => {
                    *checked = Checked::Not("it differs over a prime field".to_owned());
                }
                (Checked::Not(_), _) | (Checked::Exactly, true) => {}
            }
        }
    }
    Ok(checked)
}

impl<'a> Board<'a> {
    fn new(
        problem: &mut Problem,
        (answer, leaves): (&'a Answer, &[(Expr, Expr)]),
        lines: &'a [Line],
        sizes: &Sizes,
    ) -> Result<Board<'a>, String> {
        let text = |error: gateaux_eval::Error| error.to_string();
        let variables = check::variables_with_shapes(problem, sizes).map_err(text)?;
        let store = &mut problem.store;
        let exprs: Vec<Expr> = lines.iter().flat_map(evaluated).collect();
        let (mut holes, mut changes) = (Vec::new(), Vec::new());
        for expr in store.post_order(&exprs) {
            if let Some(var) = store.as_var(expr)
                && let Some(of) = store.variable(var).change_of
            {
                holes.push(var);
                changes.push(diff::differential(store, of, leaves).map_err(|error: Error| error.to_string())?);
            }
        }
        let derivative = &answer.derivative;
        let hole = store.as_var(derivative.holes[0]).ok_or("a hole that is no variable")?;
        let truth = Program::lower(store, &[derivative.function, derivative.form], sizes).map_err(text)?;
        let pending = (holes, Program::lower(store, &changes, sizes).map_err(text)?);
        let factors = Program::lower(store, &exprs, sizes).map_err(text)?;
        if truth.len() + pending.1.len() + factors.len() > MAX_STEPS {
            return Err("the derivation is too long to be checked".to_owned());
        }
        Ok(Board {
            lines,
            answer,
            hole,
            truth,
            pending,
            factors,
            shapes: exprs.iter().map(|expr| store.shape(*expr)).collect(),
            variables,
        })
    }

    /// How far each line is from what it should be, at one point of the domain.
    fn at_point(&self, problem: &Problem, region: Region, random: &mut Random) -> Result<Vec<f64>, String> {
        let values = self.draw(problem, random, &mut |var, shape, random| {
            sample::point(problem, var, shape, region, random)
        })?;
        if problem.is_complex() {
            return self.at_complex_point(problem, &values, random);
        }
        check::keeps_from_kinks(&self.truth, &values)?;
        let gaps = self.gaps::<f64>(values.clone(), relative_gap)?;
        if gaps.iter().all(|gap| *gap <= check::TOLERANCE) {
            return Ok(gaps);
        }
        // What differs only by rounding agrees in more digits.
        self.gaps(lifted(&values, |entry| DoubleDouble::from_f64(*entry)), relative_gap)
    }

    /// The same at a point of which these are the real parts.
    fn at_complex_point(&self, problem: &Problem, real: &Values<f64>, random: &mut Random) -> Result<Vec<f64>, String> {
        let imaginary = self.draw(problem, random, &mut |var, shape, random| {
            sample::point(problem, var, shape, Region::Signed, random)
        })?;
        let is_complex = |var: &Var| problem.store.variable(*var).is_complex;
        let mut values: Values<Complex<f64>> = Values::new();
        for (var, real) in real {
            let value = match imaginary.get(var).filter(|_| is_complex(var)) {
                Some(imaginary) => joined(real, imaginary)?,
                None => real.map(|entry| Complex::real(*entry)),
            };
            values.insert(*var, value);
        }
        let parts = |entries: &[Complex<f64>]| -> Vec<f64> { entries.iter().flat_map(|z| [z.re, z.im]).collect() };
        self.gaps(values, |found, expected| relative_gap(&parts(found), &parts(expected)))
    }

    /// Whether each line is what it should be, at one point over a prime field.
    fn exactly(&self, problem: &Problem, random: &mut Random) -> Result<Vec<bool>, String> {
        let is_curved = |var: &Var| problem.store.variable(*var).structure == Structure::Orthogonal;
        if problem.is_complex() {
            return Err("a prime field has no conjugates".to_owned());
        }
        if self.variables.iter().any(|(var, _)| is_curved(var)) {
            return Err("an orthogonal matrix is not drawn from integers".to_owned());
        }
        let values = self.draw(problem, random, &mut |var, shape, random| {
            // Even numbers, so that the parts of a matrix are integers too.
            let drawn = Array::from_fn(shape, |_| 2.0 * random.uniform(1.0, MAX_ENTRY).floor())?;
            sample::tangent(&drawn, problem.store.variable(var).structure, &drawn)
        })?;
        let gap = |found: &[Prime], expected: &[Prime]| if found == expected { 0.0 } else { f64::INFINITY };
        let gaps = self.gaps(lifted(&values, |entry| Prime::from_i64(*entry as i64)), gap)?;
        Ok(gaps.into_iter().map(|gap| gap == 0.0).collect())
    }

    /// Values of all variables, and a direction in the tangent space.
    fn draw(&self, problem: &Problem, random: &mut Random, point: &mut Draw) -> Result<Values<f64>, String> {
        let mut values = Values::new();
        for (var, shape) in &self.variables {
            let value = point(*var, shape, random).map_err(|error| error.to_string())?;
            values.insert(*var, value);
        }
        let derivative = &self.answer.derivative;
        let var = derivative.variables[0];
        let at = values.get(&var).ok_or("a variable without a value")?;
        // At a point of integers the direction is one too.
        let is_exact = at.data().iter().all(|entry| entry.fract() == 0.0);
        let structure = problem.store.variable(var).structure;
        let direction = match is_exact {
            true => {
                let drawn = Array::from_fn(at.shape(), |_| 2.0 * random.uniform(1.0, MAX_ENTRY).floor());
                drawn.and_then(|drawn| sample::tangent(&drawn, structure, at))
            }
            false => sample::direction(at, structure, random),
        };
        let direction = direction.map_err(|error| error.to_string())?;
        for hole in derivative.holes.iter().chain(&derivative.free_holes) {
            values.extend(problem.store.as_var(*hole).map(|hole| (hole, direction.clone())));
        }
        Ok(values)
    }

    fn gaps<T: Field>(&self, values: Values<T>, gap: impl Fn(&[T], &[T]) -> f64) -> Result<Vec<f64>, String> {
        let text = |error: gateaux_eval::Error| error.to_string();
        let mut values = values;
        let truth = self.truth.run(&|var| values.get(&var).cloned()).map_err(text)?;
        let [function, change] = truth.as_slice() else {
            return Err("no differential".to_owned());
        };
        let is_finite = |array: &Array<T>| array.data().iter().all(|entry| entry.pivot_size() < 1e100);
        if !(is_finite(function) && is_finite(change)) {
            return Err("the function or its derivative is not finite there".to_owned());
        }
        let pending = self.pending.1.run(&|var| values.get(&var).cloned()).map_err(text)?;
        values.extend(self.pending.0.iter().copied().zip(pending));
        let factors = self.factors.run(&|var| values.get(&var).cloned()).map_err(text)?;
        let direction = self.direction(&values)?;
        let mut factors = factors.into_iter().zip(self.shapes.iter().copied());
        let mut gaps = Vec::with_capacity(self.lines.len());
        let mut parts: Vec<(bool, Vec<T>)> = Vec::new();
        for line in self.lines {
            let mut inside: f64 = 0.0;
            for (_, phrases) in &line.instead {
                let (value, _) = factors.next().ok_or("an expression without a value")?;
                let written = sum_value(phrases, &mut factors)?;
                inside = inside.max(written.map_or(f64::INFINITY, |written| gap(&written, value.data())));
            }
            let found = sum_value(&line.right, &mut factors)?.unwrap_or_else(|| vec![T::zero(); change.len()]);
            let own = match line.left {
                Left::Function => gap(&found, function.data()),
                // A definition is what it is.
                Left::Part(_) => 0.0,
                Left::Change | Left::TransposedChange | Left::StackedChange | Left::Map => gap(&found, change.data()),
                // Together they are the change: the last of them is held against it, and the answer after them.
                Left::ByVariable | Left::ByConjugate => {
                    let is_conjugate = line.left == Left::ByConjugate;
                    parts.push((is_conjugate, found));
                    0.0
                }
                Left::Answer if parts.is_empty() => gap(&contracted(&found, change.len(), &direction), change.data()),
                Left::Answer => {
                    let gap = self.answer_in_parts(&parts, &found, &direction, (change.data(), &gap))?;
                    for (at, known) in gaps.iter_mut().enumerate() {
                        if matches!(self.lines[at].left, Left::ByVariable | Left::ByConjugate) {
                            *known = gap;
                        }
                    }
                    gap
                }
            };
            gaps.push(own.max(inside));
        }
        Ok(gaps)
    }

    /// By a complex variable the two derivatives make the change, and so does the answer: the gradient of a real function
    /// in its real part, any other in the place of the derivative that it is.
    fn answer_in_parts<T: Field>(
        &self,
        parts: &[(bool, Vec<T>)],
        answer: &[T],
        direction: &Array<T>,
        (change, gap): (&[T], &Gap<'_, T>),
    ) -> Result<f64, String> {
        let conjugate = |entry: &T| entry.apply(Function::Conj).map_err(|error| error.to_string());
        let turned = direction.try_map(conjugate)?;
        let sum = |with: &dyn Fn(usize) -> Vec<T>| -> Vec<T> {
            let mut sum = vec![T::zero(); change.len()];
            for (at, (is_conjugate, _)) in parts.iter().enumerate() {
                let direction = if *is_conjugate { &turned } else { direction };
                let term = contracted(&with(at), change.len(), direction);
                sum = sum.iter().zip(&term).map(|(a, b)| a.add(b)).collect();
            }
            sum
        };
        let of_parts = gap(&sum(&|at| parts[at].1.clone()), change);
        let is_gradient = self
            .answer
            .wirtinger
            .as_ref()
            .is_some_and(|found| found.gradient.is_some());
        let of_answer = match is_gradient {
            true => {
                let turned: Vec<T> = answer.iter().map(conjugate).collect::<Result<_, _>>()?;
                let inner = contracted(&turned, 1, direction);
                let twice = inner[0].add(&conjugate(&inner[0])?);
                gap(&[twice], &[change[0].add(&change[0])])
            }
            false => {
                let last = parts.len() - 1;
                gap(
                    &sum(&|at| {
                        if at == last {
                            answer.to_vec()
                        } else {
                            parts[at].1.clone()
                        }
                    }),
                    change,
                )
            }
        };
        Ok(of_parts.max(of_answer))
    }

    /// The direction with which the answer is contracted: by independent entries each of them counts once.
    fn direction<T: Field>(&self, values: &Values<T>) -> Result<Array<T>, String> {
        let direction = values.get(&self.hole).cloned().ok_or("a hole without a value")?;
        if self.answer.derivative.convention == Convention::Vech
            && let [rows, _] = *direction.shape()
        {
            let mut at = 0;
            return Ok(direction.map(|entry| {
                let (row, column) = (at % rows, at / rows);
                at += 1;
                if row >= column { entry.clone() } else { T::zero() }
            }));
        }
        Ok(direction)
    }
}

/// The same values in other numbers.
fn lifted<T>(values: &Values<f64>, lift: impl Fn(&f64) -> T) -> Values<T> {
    values.iter().map(|(var, array)| (*var, array.map(&lift))).collect()
}

/// The array of all outputs by all inputs, applied to a direction.
fn contracted<T: Field>(array: &[T], outputs: usize, direction: &Array<T>) -> Vec<T> {
    contract(array, outputs, std::slice::from_ref(direction))
}

/// What has to be known of a line: each expression that is written as something else and the factors of that, then the
/// factors of the whole.
fn evaluated(line: &Line) -> Vec<Expr> {
    let factors = |phrases: &[Phrase]| -> Vec<Expr> {
        let factors = phrases.iter().flat_map(|phrase| &phrase.factors);
        factors.map(|factor| factor.expr).collect()
    };
    let mut exprs = Vec::new();
    for (expr, phrases) in &line.instead {
        exprs.push(*expr);
        exprs.extend(factors(phrases));
    }
    exprs.extend(factors(&line.right));
    exprs
}

/// The entries of a sum of phrases; none where it has no terms.
fn sum_value<T: Field>(
    phrases: &[Phrase],
    factors: &mut impl Iterator<Item = (Array<T>, Shape)>,
) -> Result<Option<Vec<T>>, String> {
    let mut sum: Option<Vec<T>> = None;
    for phrase in phrases {
        let own: Vec<(Array<T>, Shape)> = factors.by_ref().take(phrase.factors.len()).collect();
        let value = phrase_value(phrase, own)?;
        sum = Some(match sum {
            None => value,
            Some(sum) => sum.iter().zip(&value).map(|(a, b)| a.add(b)).collect(),
        });
    }
    Ok(sum)
}

/// The entries of a term.
fn phrase_value<T: Field>(phrase: &Phrase, factors: Vec<(Array<T>, Shape)>) -> Result<Vec<T>, String> {
    let text = |error: ArrayError| error.to_string();
    let mut scale = number::<T>(&phrase.coefficient)?;
    let mut product: Option<Array<T>> = None;
    for ((array, shape), factor) in factors.into_iter().zip(&phrase.factors) {
        if let (Shape::Scalar, Some(value)) = (shape, array.as_scalar()) {
            scale = scale.mul(value);
            continue;
        }
        let matrix = match phrase.wrap {
            Wrap::Sum => array,
            Wrap::Nothing | Wrap::Trace => {
                let matrix = match (shape, array.shape().len()) {
                    (Shape::Vector(_), _) => {
                        let rows = array.len();
                        array.reshape(&[rows, 1]).map_err(text)?
                    }
                    _ => array,
                };
                if factor.is_transposed {
                    matrix.transpose().map_err(text)?
                } else {
                    matrix
                }
            }
        };
        product = Some(match (product, phrase.wrap) {
            (None, _) => matrix,
            (Some(before), Wrap::Sum) => before.zip(&matrix, |a, b| a.mul(b)).map_err(text)?,
            (Some(before), Wrap::Nothing | Wrap::Trace) => T::matmul(&before, &matrix).map_err(text)?,
        });
    }
    let Some(product) = product else {
        return Ok(vec![scale]);
    };
    let total = |entries: &mut dyn Iterator<Item = T>| entries.fold(T::zero(), |sum, entry| sum.add(&entry));
    let entries = match phrase.wrap {
        Wrap::Nothing => product.into_data(),
        Wrap::Sum => vec![total(&mut product.data().iter().cloned())],
        Wrap::Trace => {
            let rows = product.shape().first().copied().unwrap_or(0);
            vec![total(&mut product.data().iter().step_by(rows + 1).cloned())]
        }
    };
    Ok(entries.iter().map(|entry| scale.mul(entry)).collect())
}

fn number<T: Field>(value: &Rational) -> Result<T, String> {
    let (above, below) = value.as_fraction().ok_or("a coefficient that is too long")?;
    T::from_i64(above)
        .div(&T::from_i64(below))
        .ok_or_else(|| "a coefficient that divides by zero".to_owned())
}
