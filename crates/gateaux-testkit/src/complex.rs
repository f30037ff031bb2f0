//! Every view of a derivative by complex variables, held against dual numbers.
//!
//! A complex number of dual numbers moves along a real line through the complex plane, so the [`interpret`]er knows what
//! becomes of a function there. Along `d` it is `df/dz*d + df/dconj(z)*conj(d)`, along `i*d` the difference of the two
//! times i: together they tell both derivatives.

use std::collections::BTreeMap;

use gateaux_array::{Array, Complex, DoubleDouble, Dual, Number, Real};
use gateaux_core::diff::{self, Derivative, Wirtinger};
use gateaux_core::expr::{Expr, Structure, Var};
use gateaux_core::simplify::simplify;
use gateaux_eval::{Program, Sizes};

use crate::case::Case;
use crate::check::{Outcome, Stop, Verdict, compare, refuse_singular, run};
use crate::interpret::interpret;
use crate::numbers::{Judge, Region, contract};
use crate::random::Random;
use crate::values;

/// The numbers with which is computed.
pub type C = Complex<DoubleDouble>;

/// Nearer than this to a branch cut a function of complex numbers counts as undefined.
const LEAST_DISTANCE: f64 = 1e-6;

fn undefined(error: impl ToString) -> Stop {
    Stop::Undefined(error.to_string())
}

fn wrong(error: impl ToString) -> Stop {
    Stop::Wrong(error.to_string())
}

/// Whether a text has complex numbers.
pub fn is_complex(case: &Case) -> bool {
    let declared = case.variables.iter().map(|(_, expr)| *expr);
    declared.chain([case.function]).any(|expr| case.store.is_complex(expr))
}

/// Checks the derivatives of first and second order of the function of a text by one variable, at sizes that the
/// names of dimensions get in order of appearance.
pub fn check(text: &str, wrt: &str, sizes: &[usize], seed: u64) -> Outcome {
    let mut last = String::new();
    for region in Region::ALL {
        let found = Point::new(text, &[wrt], sizes, (region, seed)).and_then(|mut point| {
            point.first_order()?;
            point.second_order()
        });
        match found {
            Ok(()) => return Outcome::Right,
            Err(Stop::Wrong(reason)) => return Outcome::Wrong(reason),
            Err(Stop::Undefined(reason)) => last = reason,
        }
    }
    Outcome::Undefined(last)
}

/// A problem at a random point, with a random direction for each variable of differentiation.
#[derive(Clone, Debug)]
pub struct Point {
    /// The problem.
    pub case: Case,
    /// Its sizes.
    pub sizes: Sizes,
    /// The variables of differentiation.
    pub wrt: Vec<Expr>,
    /// Values of all variables and holes.
    pub values: BTreeMap<Var, Array<C>>,
    /// Directions anywhere.
    pub directions: Vec<Array<C>>,
    /// Their projections on the tangent spaces.
    pub tangents: Vec<Array<C>>,
}

impl Point {
    /// Reads a text and draws values for its variables, and a direction for each of those of differentiation.
    ///
    /// # Errors
    /// A text that does not read is wrong, a value that cannot be drawn undefined.
    pub fn new(text: &str, wrt: &[&str], sizes: &[usize], (region, seed): (Region, u64)) -> Result<Point, Stop> {
        Point::of(Case::read(text).map_err(wrong)?, wrt, sizes, (region, seed))
    }

    /// Draws values for the variables of a problem.
    ///
    /// # Errors
    /// As [`new`](Point::new).
    pub fn of(case: Case, wrt: &[&str], sizes: &[usize], (region, seed): (Region, u64)) -> Result<Point, Stop> {
        let mut point = Point {
            sizes: case.sizes(sizes),
            case,
            wrt: vec![],
            values: BTreeMap::new(),
            directions: vec![],
            tangents: vec![],
        };
        let mut random = Random::new(seed);
        for (_, expr) in &point.case.variables {
            let (structure, _) = point.case.declared(*expr).map_err(wrong)?;
            let value = point.draw(*expr, structure, region, &mut random)?;
            point.values.insert(point.case.var(*expr).map_err(wrong)?, value);
        }
        for name in wrt {
            let variable = point.case.variable(name).map_err(wrong)?;
            let (structure, _) = point.case.declared(variable).map_err(wrong)?;
            let direction = point.draw(variable, Structure::General, Region::Signed, &mut random)?;
            let value = &point.values[&point.case.var(variable).map_err(wrong)?];
            let tangent = values::project(structure, value, &direction).map_err(undefined)?;
            point.wrt.push(variable);
            point.directions.push(direction);
            point.tangents.push(tangent);
        }
        Ok(point)
    }

    /// A random value of a variable.
    ///
    /// # Errors
    /// Those of the kernels.
    pub fn draw(
        &self,
        variable: Expr,
        structure: Structure,
        region: Region,
        random: &mut Random,
    ) -> Result<Array<C>, Stop> {
        let shape = self.case.axes(variable, &self.sizes).map_err(undefined)?;
        let (_, positive) = self.case.declared(variable).map_err(wrong)?;
        if self.case.store.is_complex(variable) {
            return values::point::<C>(&shape, structure, region, random).map_err(undefined);
        }
        let region = match region {
            Region::Signed if positive => Region::Positive,
            region => region,
        };
        let real = values::point::<DoubleDouble>(&shape, structure, region, random).map_err(undefined)?;
        Ok(real.map(|entry| Complex::real(*entry)))
    }

    /// The derivative by the variables, with holes `d1`, `d2`.
    ///
    /// # Errors
    /// A derivative that is refused is wrong.
    pub fn derivative(&mut self) -> Result<(Derivative, Wirtinger), Stop> {
        let names: Vec<String> = (1..=self.wrt.len()).map(|at| format!("d{at}")).collect();
        diff::complex_derivative(&mut self.case.store, self.case.function, &self.wrt, &names).map_err(wrong)
    }

    /// Gives a hole a value.
    ///
    /// # Errors
    /// An expression that is no variable is wrong.
    pub fn set(&mut self, hole: Expr, value: Array<C>) -> Verdict {
        let var = self.case.var(hole).map_err(wrong)?;
        self.values.insert(var, value);
        Ok(())
    }

    /// The values of expressions.
    ///
    /// # Errors
    /// Where a kernel fails, and too near to a branch cut.
    pub fn run(&mut self, roots: &[Expr]) -> Result<Vec<Vec<C>>, Stop> {
        refuse_singular(&mut self.case, roots, &self.sizes, &self.values)?;
        let program = Program::lower(&mut self.case.store, roots, &self.sizes).map_err(undefined)?;
        let distance = program.distance_to_kinks(&|var| self.values.get(&var).cloned());
        if distance.map_err(undefined)? < LEAST_DISTANCE {
            return Err(undefined("a value is on a branch cut or at a kink"));
        }
        let found = run(&mut self.case.store, roots, &self.sizes, &self.values)?;
        match found.iter().all(|value| C::is_usable(value)) {
            true => Ok(found),
            false => Err(undefined("a value is not finite or too large")),
        }
    }

    /// What the function is over other numbers, from the variable, a part of the entry and that of its directions, by
    /// definition.
    ///
    /// # Errors
    /// Where the function is not defined.
    fn lifted<T: gateaux_array::Field + Real>(
        &self,
        lift: impl Fn(Expr, &DoubleDouble, &dyn Fn(usize) -> DoubleDouble) -> T,
    ) -> Result<Array<Complex<T>>, Stop> {
        let mut values = BTreeMap::new();
        for (name, expr) in &self.case.variables {
            let Some(value) = self.case.var(*expr).ok().and_then(|var| self.values.get(&var)) else {
                continue;
            };
            let mut places = 0..;
            let lifted = value.map(|entry| {
                let at = places.next().unwrap_or(0);
                let re = |order: usize| self.tangents[order].data()[at].re;
                let im = |order: usize| self.tangents[order].data()[at].im;
                Complex::new(lift(*expr, &entry.re, &re), lift(*expr, &entry.im, &im))
            });
            values.insert(name.clone(), lifted);
        }
        let found = interpret(&self.case.tree, &values, &self.sizes).map_err(undefined)?;
        Ok(found.array)
    }

    /// The value of the function a step along the first tangent away.
    ///
    /// # Errors
    /// Where the function is not defined.
    pub fn moved(&self, step: &DoubleDouble) -> Result<Vec<C>, Stop> {
        let found = self.lifted(|variable, entry, tangent| match variable == self.wrt[0] {
            true => entry.add(&tangent(0).mul(step)),
            false => *entry,
        })?;
        usable(found.data())?;
        Ok(found.into_data())
    }

    /// The value of the function and its derivative along the first tangent, by definition.
    ///
    /// # Errors
    /// Where the function is not defined.
    pub fn truth(&self) -> Result<(Vec<C>, Vec<C>), Stop> {
        let found = self.lifted(|variable, entry, tangent| {
            let slope = if variable == self.wrt[0] {
                tangent(0)
            } else {
                DoubleDouble::zero()
            };
            Dual::new(*entry, slope)
        })?;
        let part = |of: fn(&Dual<DoubleDouble>) -> DoubleDouble| -> Vec<C> {
            let entries = found.data().iter();
            entries
                .map(|entry| Complex::new(of(&entry.re), of(&entry.im)))
                .collect()
        };
        let (value, slope) = (part(|dual| dual.value), part(|dual| dual.slope));
        usable(&value)?;
        usable(&slope)?;
        Ok((value, slope))
    }

    /// The second derivative along the two tangents, by definition.
    ///
    /// # Errors
    /// Where the function is not defined.
    pub fn second_truth(&self) -> Result<Vec<C>, Stop> {
        let found = self.lifted(|variable, entry, tangent| {
            let slope = |order: usize| match variable == self.wrt[order] {
                true => tangent(order),
                false => DoubleDouble::zero(),
            };
            Dual::new(Dual::new(*entry, slope(0)), Dual::constant(slope(1)))
        })?;
        let entries = found.data().iter();
        let slope: Vec<C> = entries
            .map(|entry| Complex::new(entry.re.slope.slope, entry.im.slope.slope))
            .collect();
        usable(&slope)?;
        Ok(slope)
    }

    /// Turns the direction of an order by a right angle.
    pub fn turn(&mut self, order: usize) {
        let unit = C::imaginary_unit().unwrap_or_else(C::zero);
        self.directions[order] = self.directions[order].scale(&unit);
        self.tangents[order] = self.tangents[order].scale(&unit);
    }

    /// All views of the first derivative, along a direction and, of a complex variable, along that turned.
    ///
    /// # Errors
    /// The view that is wrong.
    pub fn first_order(&mut self) -> Verdict {
        let (derivative, wirtinger) = self.derivative()?;
        self.views(&derivative, &wirtinger)?;
        if self.case.store.is_complex(self.wrt[0]) {
            self.turn(0);
            self.views(&derivative, &wirtinger)?;
        }
        Ok(())
    }

    fn views(&mut self, derivative: &Derivative, wirtinger: &Wirtinger) -> Verdict {
        let (value, slope) = self.truth()?;
        self.fill(derivative)?;
        let mut roots = vec![derivative.function, derivative.form, derivative.operator];
        roots.extend(wirtinger.gradient);
        roots.extend(wirtinger.parts.iter().map(|(_, array)| *array));
        for (roots, how) in [(roots.clone(), ""), (self.simplified(&roots)?, ", simplified,")] {
            let found = self.run(&roots)?;
            compare(&format!("the function{how}"), &found[0], &value)?;
            compare(&format!("the differential{how}"), &found[1], &slope)?;
            compare(&format!("the operator{how}"), &found[2], &slope)?;
            let mut rest = &found[3..];
            if let (Some(_), [gradient, others @ ..]) = (wirtinger.gradient, rest) {
                let product = |(g, d): (&C, &C)| Number::mul(&g.conj(), d).re;
                let directions = self.directions[0].data();
                let along = gradient.iter().zip(directions).map(product);
                let along = along.fold(DoubleDouble::zero(), |sum, term| sum.add(&term));
                compare(&format!("the gradient{how}"), &[Complex::real(along)], &slope)?;
                rest = others;
            }
            self.sum_of_parts(wirtinger, rest, (how, &slope))?;
        }
        Ok(())
    }

    /// The derivatives by the variables and their conjugates, in the directions and their conjugates.
    fn sum_of_parts(&self, wirtinger: &Wirtinger, arrays: &[Vec<C>], (how, slope): (&str, &[C])) -> Verdict {
        // Of higher orders all of them may be zero.
        if wirtinger.parts.is_empty() {
            return Ok(());
        }
        let mut sum = vec![C::zero(); slope.len()];
        for ((slots, _), array) in wirtinger.parts.iter().zip(arrays) {
            let conjugated = |(direction, conjugate): (&Array<C>, &bool)| match conjugate {
                true => direction.map(Complex::conj),
                false => direction.clone(),
            };
            let directions: Vec<Array<C>> = self.directions.iter().zip(slots).map(conjugated).collect();
            let along = contract(array, &directions.iter().collect::<Vec<_>>());
            sum = sum
                .iter()
                .zip(&along)
                .map(|(sum, part)| Number::add(sum, part))
                .collect();
        }
        compare(
            &format!("the derivatives by z and conj(z){how} in the directions"),
            &sum,
            slope,
        )
    }

    /// All views of the second derivative by the first variable.
    fn second_order(&mut self) -> Verdict {
        if self.case.declared(self.wrt[0]).map_err(wrong)?.0 == Structure::Orthogonal {
            return Ok(());
        }
        let mut random = Random::new(self.values.len() as u64);
        let direction = self.draw(self.wrt[0], Structure::General, Region::Signed, &mut random)?;
        let (structure, _) = self.case.declared(self.wrt[0]).map_err(wrong)?;
        let value = &self.values[&self.case.var(self.wrt[0]).map_err(wrong)?];
        let tangent = values::project(structure, value, &direction).map_err(undefined)?;
        self.wrt.push(self.wrt[0]);
        self.directions.push(direction);
        self.tangents.push(tangent);
        let (derivative, wirtinger) = self.derivative()?;
        let slope = self.second_truth()?;
        self.fill(&derivative)?;
        let mut roots = vec![derivative.form, derivative.operator];
        roots.extend(wirtinger.parts.iter().map(|(_, array)| *array));
        for (roots, how) in [(roots.clone(), ""), (self.simplified(&roots)?, ", simplified,")] {
            let found = self.run(&roots)?;
            compare(&format!("the differential of order 2{how}"), &found[0], &slope)?;
            compare(&format!("the operator of order 2{how}"), &found[1], &slope)?;
            self.sum_of_parts(&wirtinger, &found[2..], (&format!(" of order 2{how}"), &slope))?;
        }
        Ok(())
    }

    /// Puts the directions in the holes.
    ///
    /// # Errors
    /// As [`set`](Point::set).
    pub fn fill(&mut self, derivative: &Derivative) -> Verdict {
        for order in 0..self.wrt.len() {
            self.set(derivative.holes[order], self.tangents[order].clone())?;
            self.set(derivative.free_holes[order], self.directions[order].clone())?;
        }
        Ok(())
    }

    fn simplified(&mut self, roots: &[Expr]) -> Result<Vec<Expr>, Stop> {
        let simple = roots.iter().map(|root| simplify(&mut self.case.store, *root));
        simple.map(|root| root.map_err(wrong)).collect()
    }
}

fn usable(value: &[C]) -> Verdict {
    match C::is_usable(value) {
        true => Ok(()),
        false => Err(undefined("a value is not finite or too large")),
    }
}
