//! Derivatives at points where their formula divides by a singular matrix, but the function does not.
//!
//! The differential of `adj(X)` is written with `inv(X)`, although it is a polynomial in the entries of X. Near a
//! singular X the digits of the formula cancel, and at one it has no value. There the function itself is evaluated over
//! dual numbers, whose determinants need no division.

use std::collections::{BTreeMap, BTreeSet};

use gateaux_array::{Array, Dual, Field};
use gateaux_core::expr::{Expr, Form, Store, Structure, Var};
use gateaux_core::ops::{self, Kernel};
use gateaux_eval::{Error, Program};

use crate::answer::Answer;
use crate::error::{Errors, NO_NUMBERS};
use crate::numbers::Bound;
use crate::problem::Problem;
use crate::sample;

/// A matrix whose smallest singular value is less than this part of its largest counts as nearly singular: a formula
/// that divides by it has lost 5 of 16 digits.
const NEARLY_SINGULAR: f64 = 1e-5;
/// No more operations on numbers than this.
const MAX_WORK: f64 = 1e9;

/// A direction in which a variable moves.
type Direction = (Var, Array<f64>);

impl Problem {
    /// The entries of the derivative from the function, where the formula has a singularity there that the function
    /// has not; and the matrix that is singular.
    pub(crate) fn derivative_at_singularity(
        &mut self,
        answer: &Answer,
        bound: &Bound,
    ) -> Result<Option<(Vec<f64>, Expr)>, Errors> {
        let derivative = &answer.derivative;
        let own = inverted(&self.store, derivative.function);
        let formula = answer.explicit_expr.unwrap_or(derivative.operator);
        let added: Vec<Expr> = inverted(&self.store, formula).difference(&own).copied().collect();
        let linear = |var: &Var| self.store.variable(*var).structure != Structure::Orthogonal;
        if added.is_empty() || !has_minors(&self.store, derivative.function) || !derivative.variables.iter().all(linear)
        {
            return Ok(None);
        }
        let mut singular = None;
        for matrix in added {
            if self.is_nearly_singular(matrix, bound)? {
                singular.get_or_insert(matrix);
            }
        }
        let Some(singular) = singular else {
            return Ok(None);
        };
        // The form of the highest order that divides by nothing new.
        let mut start = (0, derivative.function);
        for (order, form) in derivative.forms.iter().enumerate().rev().skip(1) {
            if inverted(&self.store, *form).is_subset(&own) {
                start = (order + 1, *form);
                break;
            }
        }
        let program = self.lower(start.1, bound)?;
        let bases = self.basis_directions(answer, bound)?;
        let total: usize = bases.iter().map(Vec::len).product();
        if program.work() * total as f64 > MAX_WORK {
            let name = self.text_of(singular)?;
            let message =
                format!("the derivative divides by {name}, which is singular or too near to a singular matrix");
            return Err(self.mistake(NO_NUMBERS, message));
        }
        let mut data = Vec::new();
        for combination in 0..total {
            let mut rest = combination;
            let directions: Vec<&Direction> = bases
                .iter()
                .map(|basis| {
                    let direction = &basis[rest % basis.len()];
                    rest /= basis.len();
                    direction
                })
                .collect();
            let (known, moving) = directions.split_at(start.0);
            let mut values = bound.values.clone();
            let holes = derivative.holes.iter().filter_map(|hole| self.store.as_var(*hole));
            values.extend(holes.zip(known).map(|(hole, (_, direction))| (hole, direction.clone())));
            let slopes = slopes(&program, &values, moving).map_err(|error| self.failure(&error))?;
            data.extend(slopes.into_data());
        }
        // The function itself may have no derivative there, such as 1/det(X).
        Ok(data.iter().all(|entry| entry.is_finite()).then_some((data, singular)))
    }

    fn is_nearly_singular(&mut self, matrix: Expr, bound: &Bound) -> Result<bool, Errors> {
        let program = self.lower(matrix, bound)?;
        let Ok(values) = program.run(&|var| bound.values.get(&var).cloned()) else {
            return Ok(false);
        };
        let sizes = values.first().and_then(|value| f64::svd(value).ok()).map(|svd| svd.s);
        Ok(sizes.is_some_and(|sizes| match sizes.data() {
            [largest, .., smallest] => *smallest < NEARLY_SINGULAR * largest || *largest == 0.0,
            [only] => *only == 0.0,
            [] => false,
        }))
    }

    /// For each variable the unit directions of its entries, projected on its tangent space.
    fn basis_directions(&self, answer: &Answer, bound: &Bound) -> Result<Vec<Vec<Direction>>, Errors> {
        let text = |error: gateaux_array::ArrayError| self.mistake(NO_NUMBERS, error.to_string());
        let mut bases = Vec::new();
        for var in &answer.derivative.variables {
            let Some(point) = bound.values.get(var) else {
                return Err(self.failure(&Error::MissingInput(*var)));
            };
            let structure = self.store.variable(*var).structure;
            let mut basis = Vec::with_capacity(point.len());
            for at in 0..point.len() {
                let mut unit = Array::zeros(point.shape()).map_err(text)?;
                unit.data_mut()[at] = 1.0;
                basis.push((*var, sample::tangent(&unit, structure, point).map_err(text)?));
            }
            bases.push(basis);
        }
        Ok(bases)
    }
}

/// The matrices of which the expression contains a negative power.
fn inverted(store: &Store, root: Expr) -> BTreeSet<Expr> {
    let mut found = BTreeSet::new();
    for expr in store.post_order(&[root]) {
        if let Form::MatMul(factors) = store.form(expr) {
            found.extend(
                factors
                    .iter()
                    .filter(|f| f.power < 0)
                    .map(|f| match store.form(f.base) {
                        Form::Transpose(inner) => *inner,
                        _ => f.base,
                    }),
            );
        }
    }
    found
}

/// Whether determinants or adjugates occur, whose derivatives are polynomials too.
fn has_minors(store: &Store, root: Expr) -> bool {
    store.post_order(&[root]).into_iter().any(|expr| {
        matches!(store.form(expr), Form::Call(function, _)
            if matches!(ops::op(*function).kernel, Kernel::Det | Kernel::Adjugate))
    })
}

/// The derivative of the program's output along the directions, of which there are one or two.
fn slopes(program: &Program, values: &BTreeMap<Var, Array<f64>>, moving: &[&Direction]) -> Result<Array<f64>, Error> {
    let along = |direction: Option<&&Direction>, var: Var, at: usize| match direction {
        Some((moved, array)) if *moved == var => array.data()[at],
        _ => 0.0,
    };
    let (first, second) = (moving.first(), moving.get(1));
    let dual = |var: Var| {
        let mut at = 0..;
        Some(values.get(&var)?.map(|value| {
            let at = at.next().unwrap_or_default();
            let inner = Dual::new(*value, along(first, var, at));
            Dual::new(inner, Dual::constant(along(second, var, at)))
        }))
    };
    let slope = |entry: &Dual<Dual<f64>>| match second {
        None => entry.value.slope,
        Some(_) => entry.slope.slope,
    };
    // A cofactor that is subtracted is 0, not -0.
    let outputs = program.run(&dual)?;
    let output = outputs.first().map(|output| output.map(|entry| slope(entry) + 0.0));
    output.ok_or_else(|| Error::BadSize("no output".to_owned()))
}
