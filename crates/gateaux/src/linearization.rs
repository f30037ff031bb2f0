//! A step from a point: how much of the change of a function its derivatives explain.

use std::collections::BTreeMap;

use gateaux_array::{Array, ArrayError, DoubleDouble, Number, Real};
use gateaux_core::expr::{Expr, Structure, Var};

use crate::error::{BAD_INPUT, BAD_STRUCTURE, Errors, NO_NUMBERS};
use crate::numbers::{Bound, Inputs};
use crate::problem::Problem;
use crate::random::Random;
use crate::sample;

/// Steps by the name of the variable that takes them.
pub type Directions = BTreeMap<String, Array<f64>>;

/// Mixed derivatives of a step in several variables are computed one by one, but no more than these.
const MAX_TERMS: usize = 64;
/// How far, relative to its largest entry, a direction may be from the structure of its variable.
const STRUCTURE_TOLERANCE: f64 = 1e-10;

/// A function before and after a step, and what its derivatives say of the change.
#[derive(Clone, Debug)]
pub struct Linearization {
    /// `f(x)`
    pub value: Array<f64>,
    /// `f(x + dx)`
    pub moved: Array<f64>,
    /// `f(x + dx) - f(x)`, computed with 31 digits, so that nothing cancels.
    pub difference: Array<f64>,
    /// `f'(x)[dx]`, then `f''(x)[dx, dx]/2` and so on up to the order.
    pub terms: Vec<Array<f64>>,
    /// What is left of the difference.
    pub remainder: Array<f64>,
    /// Remarks.
    pub notes: Vec<String>,
}

impl Problem {
    /// The change of the function by a step, and its Taylor polynomial in the step up to an order; of order 1 it is the
    /// linearization.
    ///
    /// # Shapes
    /// A direction has the shape of its variable, and lies in its structure: one of a symmetric matrix is symmetric. An
    /// orthogonal matrix moves along a curve with this tangent.
    ///
    /// # Errors
    /// Inputs that do not fit, as for [`evaluate`](Problem::evaluate); directions that do not; complex problems.
    ///
    /// # Example
    /// ```
    /// use gateaux::{Array, Inputs, Problem};
    /// let mut problem = Problem::parse("x'*x")?;
    /// let list = |entries: [f64; 2]| [("x".to_owned(), Array::vector(entries.to_vec()).unwrap())].into();
    /// let inputs = Inputs { values: list([3.0, 4.0]), ..Inputs::default() };
    /// let step = problem.linearize(&list([0.001, 0.002]), 1, &inputs)?;
    /// assert!((step.difference.data()[0] - 0.022005).abs() < 1e-17);
    /// assert!((step.terms[0].data()[0] - 0.022).abs() < 1e-17);
    /// assert!((step.remainder.data()[0] - 5e-6).abs() < 1e-17);
    /// # Ok::<(), gateaux::Errors>(())
    /// ```
    pub fn linearize(
        &mut self,
        directions: &Directions,
        order: usize,
        inputs: &Inputs,
    ) -> Result<Linearization, Errors> {
        if self.is_complex() {
            let message = "a step is taken in real variables, but the problem has complex ones".to_owned();
            return Err(self.mistake(BAD_INPUT, message));
        }
        for name in directions.keys().filter(|_| order > 1) {
            let var = self.store.as_var(self.variable(name)?);
            if var.is_some_and(|var| self.store.variable(var).structure == Structure::Orthogonal) {
                let message = format!(
                    "{name} is orthogonal and moves along a curve, which higher differentials do not follow: ask for order 1"
                );
                return Err(self.mistake(BAD_INPUT, message));
            }
        }
        let value = self.evaluate(None, inputs)?;
        let mut bound = self.bind(inputs)?;
        let mut after = inputs.clone();
        for (name, direction) in directions {
            let end = self.moved(name, direction, &bound)?;
            after.values.insert(name.clone(), end);
        }
        let moved = self.evaluate(None, &after)?;
        let mut notes = value.notes;
        for note in moved.notes {
            if !notes.contains(&note) {
                notes.push(note);
            }
        }
        let exact = self.difference(directions, &bound)?;
        let terms = self.terms(directions, order, &mut bound)?;
        let failed = |error: ArrayError| Errors::general(NO_NUMBERS, error.to_string());
        let mut remainder = exact.clone();
        for term in &terms {
            remainder = remainder.sub(&term.map(|entry| *entry)).map_err(failed)?;
        }
        let rounded = |array: &Array<DoubleDouble>| array.map(Real::to_f64);
        Ok(Linearization {
            value: value.value,
            moved: moved.value,
            difference: rounded(&exact),
            terms: terms.iter().map(rounded).collect(),
            remainder: rounded(&remainder),
            notes,
        })
    }

    /// A random direction of length 1 in which a variable can move from its value.
    ///
    /// # Errors
    /// A name that is no variable, or one without a value.
    pub fn random_direction(&self, name: &str, inputs: &Inputs, seed: u64) -> Result<Array<f64>, Errors> {
        let bound = self.bind(inputs)?;
        let (_, structure, point) = self.start(name, &bound)?;
        let direction = sample::direction(point, structure, &mut Random::new(seed))
            .map_err(|error| self.mistake(NO_NUMBERS, error.to_string()))?;
        let length = direction.data().iter().map(|entry| entry * entry).sum::<f64>().sqrt();
        // A skew matrix of one row cannot move at all.
        Ok(direction.scale(&(1.0 / length.max(f64::MIN_POSITIVE))))
    }

    /// A variable, its structure and its value.
    fn start<'a>(&self, name: &str, bound: &'a Bound) -> Result<(Var, Structure, &'a Array<f64>), Errors> {
        let expr = self.variable(name)?;
        let missing = || self.mistake(BAD_INPUT, format!("the input for {name} is missing"));
        let var = self.store.as_var(expr).ok_or_else(missing)?;
        let point = bound.values.get(&var).ok_or_else(missing)?;
        Ok((var, self.store.variable(var).structure, point))
    }

    /// The value of a variable after its step.
    fn moved(&self, name: &str, direction: &Array<f64>, bound: &Bound) -> Result<Array<f64>, Errors> {
        let (_, structure, point) = self.start(name, bound)?;
        if direction.shape() != point.shape() {
            let message = format!(
                "the direction for {name} has the shape {:?}, but {name} has {:?}",
                direction.shape(),
                point.shape()
            );
            return Err(self.mistake(BAD_INPUT, message));
        }
        let failed = |error: ArrayError| self.mistake(NO_NUMBERS, error.to_string());
        let tangent = sample::tangent(direction, structure, point).map_err(failed)?;
        let gap = tangent.sub(direction).map_err(failed)?.max_abs();
        // The comparison is false for what is no number, too.
        let is_tangent = gap <= STRUCTURE_TOLERANCE * direction.max_abs();
        if !is_tangent {
            let kind = structure.kind().unwrap_or("finite");
            let message = match structure {
                Structure::Orthogonal => {
                    format!("{name} cannot move in this direction: with {name} orthogonal, {name}'*d{name} is skew")
                }
                Structure::Posdef => format!("{name} cannot move in this direction: d{name} is symmetric"),
                _ => format!("{name} cannot move in this direction: it is declared {kind}, and so is d{name}"),
            };
            return Err(self.mistake(BAD_STRUCTURE, message));
        }
        sample::moved(point, direction, 1.0, structure).map_err(failed)
    }

    /// The change of the function, with more digits than its values have.
    fn difference(&mut self, directions: &Directions, bound: &Bound) -> Result<Array<DoubleDouble>, Errors> {
        let failed = |error: ArrayError| Errors::general(NO_NUMBERS, error.to_string());
        let mut after: BTreeMap<Var, Array<DoubleDouble>> = BTreeMap::new();
        for (name, direction) in directions {
            let (var, structure, point) = self.start(name, bound)?;
            let end = match structure {
                Structure::Orthogonal => lifted(&self.moved(name, direction, bound)?),
                _ => lifted(point).add(&lifted(direction)).map_err(failed)?,
            };
            after.insert(var, end);
        }
        let program = self.lower(self.function, bound)?;
        let start = |var: Var| bound.values.get(&var).map(lifted);
        let run = |input: &dyn Fn(Var) -> Option<Array<DoubleDouble>>| {
            let outputs = program.run(input).map_err(|error| self.failure(&error))?;
            let first = outputs.into_iter().next();
            first.ok_or_else(|| self.mistake(NO_NUMBERS, "nothing was computed".to_owned()))
        };
        let before: Array<DoubleDouble> = run(&start)?;
        let moved = run(&|var| after.get(&var).cloned().or_else(|| start(var)))?;
        moved.sub(&before).map_err(failed)
    }

    /// The terms of the Taylor polynomial, from the first order on.
    fn terms(
        &mut self,
        directions: &Directions,
        order: usize,
        bound: &mut Bound,
    ) -> Result<Vec<Array<DoubleDouble>>, Errors> {
        let names: Vec<String> = directions.keys().cloned().collect();
        let mut tuples: Vec<Vec<&str>> = vec![Vec::new()];
        let mut terms = Vec::with_capacity(order);
        let mut factorial = 1.0;
        for k in 1..=order {
            factorial *= k as f64;
            let mut longer = Vec::with_capacity(tuples.len() * names.len());
            for tuple in &tuples {
                longer.extend(names.iter().map(|name| [tuple.as_slice(), &[name.as_str()]].concat()));
            }
            tuples = longer;
            if tuples.len() > MAX_TERMS {
                let message = format!(
                    "a step in {} variables has more than {MAX_TERMS} derivatives of order {k}: ask for a lower order",
                    names.len()
                );
                return Err(self.mistake(NO_NUMBERS, message));
            }
            let mut sum: Option<Array<DoubleDouble>> = None;
            for tuple in &tuples {
                let term = self.directed(tuple, directions, bound)?;
                let failed = |error: ArrayError| Errors::general(NO_NUMBERS, error.to_string());
                sum = Some(match sum {
                    Some(sum) => sum.add(&term).map_err(failed)?,
                    None => term,
                });
            }
            let divisor = DoubleDouble::from_f64(factorial);
            // A factorial is not zero, so that the quotient is there.
            let divided = |entry: &DoubleDouble| entry.div(&divisor).unwrap_or_else(DoubleDouble::zero);
            terms.extend(sum.map(|sum| sum.map(divided)));
        }
        Ok(terms)
    }

    /// The differential by these variables, each along its direction.
    fn directed(
        &mut self,
        names: &[&str],
        directions: &Directions,
        bound: &mut Bound,
    ) -> Result<Array<DoubleDouble>, Errors> {
        let answer = self.derive(names)?;
        let hole = |problem: &Problem, expr: &Expr| problem.store.as_var(*expr);
        for (name, expr) in names.iter().zip(&answer.derivative.holes) {
            let (var, direction) = (hole(self, expr), directions.get(*name));
            bound.values.extend(var.zip(direction.cloned()));
        }
        let program = self.lower(answer.derivative.form, bound)?;
        let outputs = program
            .run(&|var| bound.values.get(&var).map(lifted))
            .map_err(|error| self.failure(&error))?;
        let first = outputs.into_iter().next();
        first.ok_or_else(|| self.mistake(NO_NUMBERS, "nothing was computed".to_owned()))
    }
}

/// The same numbers with room for more digits.
fn lifted(array: &Array<f64>) -> Array<DoubleDouble> {
    array.map(|entry| DoubleDouble::from_f64(*entry))
}
