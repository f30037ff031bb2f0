//! The check of problems with complex variables: as that of real ones, along real lines through the complex space.
//!
//! A complex array is compared as two real ones. The derivatives by z and by `conj(z)` together must give the
//! differential, and of a real function the gradient must: `df = real(sum(conj(gradient).*dz))`.

use std::collections::BTreeMap;

use gateaux_array::{Array, Complex, DoubleDouble, Field, Number, Real};
use gateaux_core::expr::{Expr, Structure, Var};
use gateaux_eval::{Error, Program, Sizes};

use crate::answer::Answer;
use crate::check::{self, Check, Line, Point};
use crate::differences;
use crate::problem::Problem;
use crate::random::Random;
use crate::sample::{self, Region};

type Values = BTreeMap<Var, Array<Complex<f64>>>;

/// An array of all outputs by all inputs, and by which of z and `conj(z)` it is in each order.
struct Part {
    conjugates: Vec<bool>,
    array: Program,
}

/// Values of all variables and holes, and the direction of each order.
type Drawn = (Values, Vec<Array<Complex<f64>>>);

/// What is checked: the programs and the variables they read.
pub(crate) struct Subject {
    /// The function, and the form of each order.
    forms: Vec<Program>,
    operator: Program,
    parts: Vec<Part>,
    gradient: Option<Program>,
    wrt: Vec<(Var, Structure)>,
    holes: Vec<Var>,
    free_holes: Vec<Var>,
    variables: Vec<(Var, Vec<usize>)>,
}

/// Checks an answer at these sizes.
pub(crate) fn check_at(problem: &mut Problem, answer: &Answer, sizes: &Sizes) -> Check {
    let subject = match Subject::new(problem, answer, sizes) {
        Ok(subject) => subject,
        Err(error) => return Check::failed(error.to_string(), sizes),
    };
    let steps = subject.programs().map(Program::len).sum();
    let work = subject.programs().map(Program::work).sum();
    check::at_points(sizes, steps, work, &mut |region, random| {
        subject.at_point(problem, region, random)
    })
}

impl Subject {
    pub(crate) fn new(problem: &mut Problem, answer: &Answer, sizes: &Sizes) -> Result<Subject, Error> {
        let derivative = answer.derivative.clone();
        let variables = check::variables_with_shapes(problem, sizes)?;
        let store = &mut problem.store;
        let mut lower = |expr: Expr| Program::lower(store, &[expr], sizes);
        let mut forms = vec![lower(derivative.function)?];
        for form in &derivative.forms {
            forms.push(lower(*form)?);
        }
        let operator = lower(derivative.operator)?;
        let (mut parts, mut gradient) = (Vec::new(), None);
        match &answer.wirtinger {
            Some(pair) => {
                for (conjugates, array) in pair.arrays() {
                    let (conjugates, array) = (conjugates.clone(), lower(array)?);
                    parts.push(Part { conjugates, array });
                }
                if let Some(array) = pair.gradient {
                    gradient = Some(lower(array)?);
                }
            }
            None => {
                if let Some(array) = answer.explicit_expr {
                    let (conjugates, array) = (vec![false; derivative.variables.len()], lower(array)?);
                    parts.push(Part { conjugates, array });
                }
            }
        }
        let vars = |exprs: &[Expr]| exprs.iter().filter_map(|expr| store.as_var(*expr)).collect();
        Ok(Subject {
            forms,
            operator,
            parts,
            gradient,
            wrt: derivative
                .variables
                .iter()
                .map(|var| (*var, store.variable(*var).structure))
                .collect(),
            holes: vars(&derivative.holes),
            free_holes: vars(&derivative.free_holes),
            variables,
        })
    }

    fn programs(&self) -> impl Iterator<Item = &Program> {
        let parts = self.parts.iter().map(|part| &part.array);
        self.forms
            .iter()
            .chain([&self.operator])
            .chain(parts)
            .chain(&self.gradient)
    }

    /// Random values of all variables and holes, and the directions by variable; an error where the point is no good.
    fn drawn(&self, problem: &Problem, region: Region, random: &mut Random) -> Result<Drawn, String> {
        let mut values = Values::new();
        for (var, shape) in &self.variables {
            let real = sample::point(problem, *var, shape, region, random).map_err(|error| error.to_string())?;
            let imaginary = match problem.store.variable(*var).is_complex {
                true => sample::point(problem, *var, shape, Region::Signed, random),
                false => Array::zeros(shape),
            };
            let imaginary = imaginary.map_err(|error| error.to_string())?;
            values.insert(*var, joined(&real, &imaginary)?);
        }
        let mut directions = Vec::new();
        for ((var, structure), (hole, free)) in self.wrt.iter().zip(self.holes.iter().zip(&self.free_holes)) {
            let point = real_part(values.get(var).ok_or("a variable without a value")?);
            let draw =
                |random: &mut Random| sample::direction(&point, *structure, random).map_err(|error| error.to_string());
            let real = draw(random)?;
            let direction = match problem.store.variable(*var).is_complex {
                true => joined(&real, &draw(random)?)?,
                false => real.map(|entry| Complex::real(*entry)),
            };
            values.insert(*hole, direction.clone());
            values.insert(*free, direction.clone());
            directions.push(direction);
        }
        for form in &self.forms {
            if flat(&run(form, &values)?)
                .data()
                .iter()
                .any(|entry| !entry.is_finite() || entry.abs() > 1e8)
            {
                return Err("the function or its derivative is not finite there".to_owned());
            }
            check::keeps_from_kinks(form, &values)?;
        }
        Ok((values, directions))
    }

    /// Everything at one random point; an error where the point is no good.
    fn at_point(&self, problem: &Problem, region: Region, random: &mut Random) -> Result<Point, String> {
        let drawn = self.drawn(problem, region, random)?;
        let mut point = Point::new();
        for order in 0..self.wrt.len() {
            let claimed = flat(&run(&self.forms[order + 1], &drawn.0)?);
            let at = |step: f64| self.moved(&drawn, order, step);
            differences::against_differences(&at, &claimed, (order, self.wrt.len()), &mut point)?;
        }
        let (values, directions) = drawn;
        let mut views = Point::new();
        self.views::<f64>(&values, &directions, &mut views)?;
        // What differs only by rounding agrees in more digits.
        if views.reason.is_some() {
            views = Point::new();
            self.views::<DoubleDouble>(&values, &directions, &mut views)?;
        }
        point.include(views);
        Ok(point)
    }

    /// The form below this order, at the point moved by a step along the direction of this order.
    fn moved(&self, (values, directions): &Drawn, order: usize, step: f64) -> Result<Array<f64>, String> {
        let (var, structure) = self.wrt[order];
        let start = values.get(&var).ok_or("a variable without a value")?;
        let mut moved = values.clone();
        moved.insert(var, moved_to(start, &directions[order], step, structure)?);
        let value = flat(&run(&self.forms[order], &moved)?);
        match value.data().iter().all(|entry| entry.is_finite()) {
            true => Ok(value),
            false => Err("not finite nearby".to_owned()),
        }
    }

    /// The last form along a line through the first good point of the check, with the derivative there.
    pub(crate) fn line(self, problem: &Problem) -> Result<Line, String> {
        let Some(order) = self.wrt.len().checked_sub(1) else {
            return Err("a derivative of order 0 has no direction".to_owned());
        };
        let drawn = sample::first_point(&mut |region, random| {
            self.at_point(problem, region, &mut random.clone())?;
            self.drawn(problem, region, random)
        })?;
        let claimed = flat(&run(&self.forms[order + 1], &drawn.0)?);
        let at = Box::new(move |step: f64| self.moved(&drawn, order, step));
        Ok(Line { at, claimed })
    }

    /// The operator, the parts and the gradient in these directions, against the form, in the precision of a number type.
    fn views<T: Field + Real>(
        &self,
        values: &Values,
        directions: &[Array<Complex<f64>>],
        point: &mut Point,
    ) -> Result<(), String> {
        let Some(form) = self.forms.last() else { return Ok(()) };
        let claimed = run::<T>(form, values)?;
        let mut compare = |what: &str, found: &[Complex<T>]| {
            let error = check::relative_gap(&pairs(found), &pairs(claimed.data()));
            point.note(error, &format!("{what} differs from the differential by {error:.1e}"));
        };
        compare("the operator", run(&self.operator, values)?.data());
        let directions: Vec<Array<Complex<T>>> = directions.iter().map(lifted).collect();
        if !self.parts.is_empty() {
            let mut sum = vec![<Complex<T> as Number>::zero(); claimed.data().len()];
            for part in &self.parts {
                let array = run(&part.array, values)?;
                let conjugated = |(direction, conjugate): (&Array<Complex<T>>, &bool)| match conjugate {
                    true => direction.map(Complex::conj),
                    false => direction.clone(),
                };
                let directions: Vec<_> = directions.iter().zip(&part.conjugates).map(conjugated).collect();
                let directed = check::contract(array.data(), sum.len(), &directions);
                for (total, entry) in sum.iter_mut().zip(directed) {
                    *total = Number::add(total, &entry);
                }
            }
            compare("the explicit form", &sum);
        }
        if let (Some(gradient), [direction]) = (&self.gradient, directions.as_slice()) {
            let gradient = run(gradient, values)?;
            let products = gradient.data().iter().zip(direction.data());
            let slope = products.fold(T::zero(), |sum, (g, d)| sum.add(&Number::mul(&g.conj(), d).re));
            compare("the gradient", &[Complex::real(slope)]);
        }
        Ok(())
    }
}

fn run<T: Field + Real>(program: &Program, values: &Values) -> Result<Array<Complex<T>>, String> {
    let outputs = program
        .run(&|var| values.get(&var).map(lifted))
        .map_err(|error| error.to_string())?;
    outputs.into_iter().next().ok_or_else(|| "no output".to_owned())
}

/// The same numbers of other parts.
fn lifted<T: Real>(array: &Array<Complex<f64>>) -> Array<Complex<T>> {
    array.map(|entry| Complex::new(T::from_f64(entry.re), T::from_f64(entry.im)))
}

pub(crate) fn joined(real: &Array<f64>, imaginary: &Array<f64>) -> Result<Array<Complex<f64>>, String> {
    let complex = real.map(|entry| Complex::real(*entry));
    let parts = imaginary.map(|entry| Complex::new(0.0, *entry));
    complex.add(&parts).map_err(|error| error.to_string())
}

fn real_part(array: &Array<Complex<f64>>) -> Array<f64> {
    array.map(|entry| entry.re)
}

/// The point moved by a step along a direction; a real one with a structure keeps it.
fn moved_to(
    point: &Array<Complex<f64>>,
    direction: &Array<Complex<f64>>,
    step: f64,
    structure: Structure,
) -> Result<Array<Complex<f64>>, String> {
    let text = |error: gateaux_array::ArrayError| error.to_string();
    if structure == Structure::Orthogonal {
        let moved = sample::moved(&real_part(point), &real_part(direction), step, structure).map_err(text)?;
        return Ok(moved.map(|entry| Complex::real(*entry)));
    }
    point.add(&direction.scale(&Complex::real(step))).map_err(text)
}

/// Real and imaginary parts in turn.
fn pairs<T: Real>(entries: &[Complex<T>]) -> Vec<T> {
    entries
        .iter()
        .flat_map(|entry| [entry.re.clone(), entry.im.clone()])
        .collect()
}

fn flat(array: &Array<Complex<f64>>) -> Array<f64> {
    // A vector of numbers is never refused: it is as long as an array that is there.
    Array::vector(pairs(array.data())).unwrap_or_else(|_| Array::scalar(f64::NAN))
}
