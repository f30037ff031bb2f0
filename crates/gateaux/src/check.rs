//! The check: every answer against differences of the function itself, at random points of its domain.
//!
//! Three things are compared. The differential in a random direction must equal the derivative along that direction
//! found by central differences, within their own error estimate. The remainder of the linear approximation must
//! shrink with the square of the step, or vanish. And the explicit form, contracted with the direction, must equal
//! the differential.

use std::collections::{BTreeMap, BTreeSet};

use gateaux_array::{Array, DoubleDouble, Field, Number, Real};
use gateaux_core::diff::Convention;
use gateaux_core::expr::{Expr, Form, Structure, Var};
use gateaux_eval::{Error, Program, Sizes};

use crate::answer::Answer;
use crate::complex_check;
use crate::differences::against_differences;
use crate::error::Errors;
use crate::problem::Problem;
use crate::random::Random;
use crate::sample::{self, Region};

/// Points at which an answer is checked.
pub(crate) const POINTS: usize = 3;
/// The sizes that dimension names get, in order of appearance; tried in turn.
pub(crate) const SIZES: [[usize; 4]; 3] = [[3, 2, 4, 5], [2, 3, 4, 5], [2, 4, 3, 5]];
/// Points nearer than this to a kink are drawn again.
const KINK_DISTANCE: f64 = 0.03;
/// A relative error up to this is verified, if the differences are that good.
pub(crate) const TOLERANCE: f64 = 1e-6;
/// Formulas of more steps of evaluation are not checked.
pub(crate) const MAX_STEPS: usize = 150_000;
/// Formulas of more steps are checked at one point.
const MAX_STEPS_AT_ALL_POINTS: usize = 8_000;
/// And so are those whose programs take more operations on numbers.
const MAX_WORK_AT_ALL_POINTS: f64 = 2e6;
/// Arrays of more entries than this are not made for a check.
const MAX_ENTRIES: usize = 200_000;

/// How the remainder of the linear approximation behaves.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Slope {
    /// It is zero up to rounding: the function is linear in this direction.
    Linear,
    /// It shrinks with this power of the step; 2 is expected.
    Power(f64),
    /// It could not be measured above rounding.
    Unknown,
}

/// What the check found.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// Everything agrees.
    Verified,
    /// Something disagrees, or could not be computed; the reason.
    NotVerified(String),
}

/// The result of a check.
#[derive(Clone, Debug, PartialEq)]
pub struct Check {
    /// Whether the answer agrees with the function.
    pub verdict: Verdict,
    /// The largest relative error found.
    pub error: f64,
    /// The behavior of the remainder.
    pub slope: Slope,
    /// At how many points.
    pub points: usize,
    /// The sizes used.
    pub sizes: BTreeMap<String, usize>,
}

impl Check {
    /// Whether everything agrees.
    pub fn is_verified(&self) -> bool {
        self.verdict == Verdict::Verified
    }

    pub(crate) fn failed(reason: impl Into<String>, sizes: &Sizes) -> Check {
        Check {
            verdict: Verdict::NotVerified(reason.into()),
            error: f64::NAN,
            slope: Slope::Unknown,
            points: 0,
            sizes: sizes.clone(),
        }
    }
}

/// Values by variable.
type Values = BTreeMap<Var, Array<f64>>;
/// Values of all variables and holes, and the direction of each order.
type Drawn = (Values, Vec<Array<f64>>);

/// A function along a line, and the derivative at its beginning that is claimed.
pub(crate) struct Line {
    /// The value after a step; an error where the function is not defined.
    pub(crate) at: Box<dyn Fn(f64) -> Result<Array<f64>, String>>,
    pub(crate) claimed: Array<f64>,
}

/// Checks an answer, with some sizes given.
pub(crate) fn check(problem: &mut Problem, answer: &Answer, given: &BTreeMap<String, usize>) -> Check {
    let mut first = None;
    for pattern in SIZES {
        let check = match sizes(problem, answer, given, pattern) {
            Ok(sizes) if problem.is_complex() => complex_check::check_at(problem, answer, &sizes),
            Ok(sizes) => check_at(problem, answer, &sizes),
            Err(reason) => Check::failed(reason, &Sizes::new()),
        };
        // Only a problem that has no point at these sizes (`inv(X'*X)` of a wide X) is tried at others.
        if check.points > 0 {
            return check;
        }
        first.get_or_insert(check);
    }
    first.unwrap_or_else(|| Check::failed("no sizes were tried", &Sizes::new()))
}

impl Problem {
    /// Checks a claimed first derivative, as [`Answer::check`] checks our own.
    ///
    /// The claim is an expression in the language over the variables of the problem. With the hole (`dx`) in it, it is
    /// a differential; else it is the explicit form.
    ///
    /// # Errors
    /// Those of [`derive`](Problem::derive), and the mistakes of the claim.
    ///
    /// # Example
    /// ```
    /// let mut problem = gateaux::Problem::parse("x'*A*x")?;
    /// assert!(problem.check_claim("x", "A*x + A'*x")?.is_verified());
    /// assert!(problem.check_claim("x", "x'*(A + A')*dx")?.is_verified());
    /// assert!(!problem.check_claim("x", "2*A*x")?.is_verified());
    /// # Ok::<(), gateaux::Errors>(())
    /// ```
    pub fn check_claim(&mut self, wrt: &str, claim: &str) -> Result<Check, Errors> {
        let mut answer = self.derive(&[wrt])?;
        let hole = answer.derivative.holes[0];
        let claimed = self.read_claim(claim, &[hole])?;
        let is_differential = self.store.post_order(&[claimed]).contains(&hole);
        let wanted = if is_differential {
            Some(answer.derivative.form)
        } else {
            answer.explicit_expr
        };
        let shapes = |expr: Expr| self.store.shape(expr).text(&self.store.dims);
        match wanted {
            Some(wanted) if self.store.shape(wanted) == self.store.shape(claimed) => {}
            Some(wanted) => {
                let reason = format!(
                    "the claim is a {}, the derivative a {}",
                    shapes(claimed),
                    shapes(wanted)
                );
                return Ok(Check::failed(reason, &Sizes::new()));
            }
            None => {
                return Ok(Check::failed(
                    "the derivative has no explicit form to compare with",
                    &Sizes::new(),
                ));
            }
        }
        if is_differential {
            answer.derivative.forms = vec![claimed];
            answer.derivative.form = claimed;
            answer.derivative.operator = claimed;
            answer.explicit_expr = None;
            answer.wirtinger = None;
        } else {
            answer.explicit_expr = Some(claimed);
            if let Some(parts) = &mut answer.wirtinger {
                parts.claim(claimed);
            }
        }
        Ok(check(self, &answer, &BTreeMap::new()))
    }
}

fn check_at(problem: &mut Problem, answer: &Answer, sizes: &Sizes) -> Check {
    let subject = match Subject::new(problem, answer, sizes) {
        Ok(subject) => subject,
        Err(error) => return Check::failed(error.to_string(), sizes),
    };
    at_points(sizes, subject.steps(), subject.work(), &mut |region, random| {
        subject.at_point(problem, region, random)
    })
}

/// A check at one random point, in a region from which it is drawn; an error where the point is no good.
type AtPoint<'a> = dyn FnMut(Region, &mut Random) -> Result<Point, String> + 'a;

/// The check at as many points as the length of the programs allows, or why there are none.
pub(crate) fn at_points(sizes: &Sizes, steps: usize, work: f64, at_point: &mut AtPoint) -> Check {
    if steps > MAX_STEPS {
        return Check::failed("the formula is too long to be checked", sizes);
    }
    // A long formula is checked at one point, and so is one with many large arrays.
    let is_long = steps > MAX_STEPS_AT_ALL_POINTS || work > MAX_WORK_AT_ALL_POINTS;
    let points = if is_long { 1 } else { POINTS };
    let mut check = Check {
        verdict: Verdict::Verified,
        error: 0.0,
        slope: Slope::Unknown,
        points: 0,
        sizes: sizes.clone(),
    };
    let mut last_failure = None;
    for (region, mut random) in sample::draws() {
        match at_point(region, &mut random) {
            Ok(point) => {
                check.points += 1;
                check.error = check.error.max(point.error);
                check.slope = worse(check.slope, point.slope);
                if let Some(reason) = point.reason {
                    check.verdict = Verdict::NotVerified(reason);
                    return check;
                }
                if check.points == points {
                    return check;
                }
            }
            Err(failure) => last_failure = Some(failure),
        }
    }
    if check.points == 0 {
        let reason = last_failure.unwrap_or_else(|| "no point was tried".to_owned());
        return Check::failed(format!("no point of the domain was found: {reason}"), sizes);
    }
    check
}

/// A line through the first point of the check, at the first sizes at which there is one.
pub(crate) fn line(
    problem: &mut Problem,
    answer: &Answer,
    given: &BTreeMap<String, usize>,
) -> Result<(Line, Sizes), String> {
    let mut first = None;
    for pattern in SIZES {
        let found = sizes(problem, answer, given, pattern).and_then(|sizes| {
            let text = |error: Error| error.to_string();
            let line = match problem.is_complex() {
                true => complex_check::Subject::new(problem, answer, &sizes)
                    .map_err(text)?
                    .line(problem),
                false => Subject::new(problem, answer, &sizes).map_err(text)?.line(problem),
            };
            Ok((line?, sizes))
        });
        match found {
            Ok(found) => return Ok(found),
            Err(reason) => first = first.or(Some(reason)),
        }
    }
    Err(first.unwrap_or_else(|| "no sizes were tried".to_owned()))
}

/// Unequal sizes for all dimension names, such that every dimension is at least 1.
fn sizes(
    problem: &Problem,
    answer: &Answer,
    given: &BTreeMap<String, usize>,
    pattern: [usize; 4],
) -> Result<Sizes, String> {
    let roots = [
        answer.derivative.function,
        answer.derivative.form,
        answer.derivative.operator,
    ];
    sizes_for(problem, &roots, given, pattern)
}

/// The same for some expressions.
pub(crate) fn sizes_for(
    problem: &Problem,
    roots: &[Expr],
    given: &BTreeMap<String, usize>,
    pattern: [usize; 4],
) -> Result<Sizes, String> {
    let store = &problem.store;
    let exprs = store.post_order(&[roots, &problem.variables[..]].concat());
    let as_number = |expr: &Expr| match store.form(*expr) {
        Form::Size(dim) => Some(*dim),
        _ => None,
    };
    let dims: Vec<_> = exprs
        .iter()
        .flat_map(|expr| store.shape(*expr).axes().into_iter().chain(as_number(expr)))
        .collect();
    let at_most = &problem.typing.at_most;
    let (mut names, mut seen) = (Vec::new(), BTreeSet::new());
    for dim in dims
        .iter()
        .chain(at_most.iter().flat_map(|(small, large)| [small, large]))
    {
        for name in store.dims.names(*dim) {
            if seen.insert(name.clone()) {
                names.push(name);
            }
        }
    }
    // Names of positions alone come last, and get small values. What a position must not exceed is an axis, also
    // where nothing else is left of it.
    let axes = dims.iter().chain(at_most.iter().map(|(_, large)| large));
    let of_axes: BTreeSet<String> = axes.flat_map(|dim| store.dims.names(*dim)).collect();
    let positions: Vec<&String> = names
        .iter()
        .filter(|name| !of_axes.contains(*name) && !given.contains_key(*name))
        .collect();
    let positions: BTreeMap<String, usize> = positions
        .into_iter()
        .zip([1, 2].into_iter().cycle())
        .map(|(name, at)| (name.clone(), at))
        .collect();
    // Larger ones if a dimension such as n - 3 needs it.
    for shift in [0, 1, 3, 7, 15, 31, 63, 127] {
        let unused = |size: &usize| !given.values().any(|known| known == size);
        let mut next = pattern.into_iter().chain(6..).map(|size| size + shift).filter(unused);
        let mut sizes = given.clone();
        sizes.extend(positions.clone());
        for name in &names {
            if !sizes.contains_key(name) {
                sizes.extend(next.next().map(|size| (name.clone(), size)));
            }
        }
        let value = |name: &str| sizes.get(name).and_then(|size| i64::try_from(*size).ok());
        let fits = |dim: &_| store.dims.evaluate(*dim, &value).is_some_and(|size| size >= 1);
        let entries = exprs.iter().map(|expr| {
            store.shape(*expr).axes().iter().try_fold(1usize, |product, dim| {
                let size = store
                    .dims
                    .evaluate(*dim, &value)
                    .and_then(|size| usize::try_from(size).ok())?;
                product.checked_mul(size)
            })
        });
        if entries
            .clone()
            .any(|entries| entries.is_none_or(|entries| entries > MAX_ENTRIES))
        {
            return Err("the arrays are too large to be checked; give smaller sizes with --dims".to_owned());
        }
        let in_range = |(small, large): &(_, _)| {
            let (small, large) = (store.dims.evaluate(*small, &value), store.dims.evaluate(*large, &value));
            small.zip(large).is_some_and(|(small, large)| small <= large)
        };
        if dims.iter().all(fits) && at_most.iter().all(in_range) {
            return Ok(sizes);
        }
    }
    Err("no sizes were found that fit all dimensions".to_owned())
}

pub(crate) fn worse(a: Slope, b: Slope) -> Slope {
    match (a, b) {
        (Slope::Power(x), Slope::Power(y)) => Slope::Power(x.min(y)),
        (Slope::Power(_), _) => a,
        (_, Slope::Power(_)) => b,
        (Slope::Linear, _) | (_, Slope::Linear) => Slope::Linear,
        _ => Slope::Unknown,
    }
}

/// What is checked: the programs and the variables they read.
struct Subject {
    /// The function, and the form of each order.
    forms: Vec<Program>,
    explicit: Option<Program>,
    kronecker: Option<Program>,
    operator: Program,
    wrt: Vec<(Var, Structure)>,
    convention: Convention,
    holes: Vec<Var>,
    free_holes: Vec<Var>,
    /// The variables of the problem with their shapes.
    variables: Vec<(Var, Vec<usize>)>,
}

/// What one point showed.
pub(crate) struct Point {
    pub(crate) error: f64,
    pub(crate) slope: Slope,
    pub(crate) reason: Option<String>,
}

impl Point {
    pub(crate) fn new() -> Point {
        Point {
            error: 0.0,
            slope: Slope::Unknown,
            reason: None,
        }
    }

    /// A relative error, with what is said where it is the first that is too large.
    pub(crate) fn note(&mut self, error: f64, reason: &str) {
        self.error = self.error.max(error);
        if error > TOLERANCE && self.reason.is_none() {
            self.reason = Some(reason.to_owned());
        }
    }

    /// What another comparison at the same point showed.
    pub(crate) fn include(&mut self, other: Point) {
        self.error = self.error.max(other.error);
        self.reason = self.reason.take().or(other.reason);
    }
}

/// The variables of the problem, with the shapes that they have at these sizes.
pub(crate) fn variables_with_shapes(problem: &Problem, sizes: &Sizes) -> Result<Vec<(Var, Vec<usize>)>, Error> {
    let value = |name: &str| sizes.get(name).and_then(|size| i64::try_from(*size).ok());
    let mut variables = Vec::new();
    for expr in &problem.variables {
        let Some(var) = problem.store.as_var(*expr) else {
            continue;
        };
        let axes = problem.store.shape(*expr).axes();
        let shape: Option<Vec<usize>> = axes
            .iter()
            .map(|dim| {
                problem
                    .store
                    .dims
                    .evaluate(*dim, &value)
                    .and_then(|size| usize::try_from(size).ok())
            })
            .collect();
        variables.push((var, shape.ok_or(Error::BadSize("an axis".to_owned()))?));
    }
    Ok(variables)
}

impl Subject {
    fn new(problem: &mut Problem, answer: &Answer, sizes: &Sizes) -> Result<Subject, Error> {
        let derivative = answer.derivative.clone();
        let store = &mut problem.store;
        let mut forms = vec![Program::lower(store, &[derivative.function], sizes)?];
        for form in &derivative.forms {
            forms.push(Program::lower(store, &[*form], sizes)?);
        }
        let explicit = match answer.explicit_expr {
            Some(array) => Some(Program::lower(store, &[array], sizes)?),
            None => None,
        };
        let kronecker = match answer.kronecker_expr {
            Some(matrix) => Some(Program::lower(store, &[matrix], sizes)?),
            None => None,
        };
        let operator = Program::lower(store, &[derivative.operator], sizes)?;
        let var = |store: &gateaux_core::expr::Store, expr: Expr| store.as_var(expr);
        let holes = derivative.holes.iter().filter_map(|hole| var(store, *hole)).collect();
        let free_holes = derivative
            .free_holes
            .iter()
            .filter_map(|hole| var(store, *hole))
            .collect();
        let wrt = derivative
            .variables
            .iter()
            .map(|var| (*var, store.variable(*var).structure))
            .collect();
        let variables = variables_with_shapes(problem, sizes)?;
        Ok(Subject {
            forms,
            explicit,
            kronecker,
            operator,
            wrt,
            convention: derivative.convention,
            holes,
            free_holes,
            variables,
        })
    }

    fn programs(&self) -> impl Iterator<Item = &Program> {
        let views = self.explicit.iter().chain(&self.kronecker);
        self.forms.iter().chain(views).chain([&self.operator])
    }

    /// How many steps all programs together have.
    fn steps(&self) -> usize {
        self.programs().map(Program::len).sum()
    }

    /// About how many operations on numbers all programs together take.
    fn work(&self) -> f64 {
        self.programs().map(Program::work).sum()
    }

    /// Random values of all variables and holes, and the directions by variable; an error where the point is no good.
    fn drawn(&self, problem: &Problem, region: Region, random: &mut Random) -> Result<Drawn, String> {
        let mut values = Values::new();
        for (var, shape) in &self.variables {
            let value = sample::point(problem, *var, shape, region, random).map_err(|error| error.to_string())?;
            values.insert(*var, value);
        }
        let mut directions = Vec::new();
        for ((var, structure), (hole, free)) in self.wrt.iter().zip(self.holes.iter().zip(&self.free_holes)) {
            let point = values.get(var).ok_or("a variable without a value")?;
            let direction = sample::direction(point, *structure, random).map_err(|error| error.to_string())?;
            values.insert(*hole, direction.clone());
            values.insert(*free, direction.clone());
            directions.push(direction);
        }
        for form in &self.forms {
            let value: Array<f64> = run(form, &values).map_err(|error| error.to_string())?;
            if value.data().iter().any(|entry| !entry.is_finite() || entry.abs() > 1e8) {
                return Err("the function or its derivative is not finite there".to_owned());
            }
            keeps_from_kinks(form, &values)?;
        }
        Ok((values, directions))
    }

    /// Everything at one random point; an error where the point is no good.
    fn at_point(&self, problem: &Problem, region: Region, random: &mut Random) -> Result<Point, String> {
        let drawn = self.drawn(problem, region, random)?;
        let mut point = Point::new();
        for order in 0..self.wrt.len() {
            let claimed = self.claimed(&drawn, order)?;
            let at = |step: f64| self.moved(&drawn, order, step);
            against_differences(&at, &claimed, (order, self.wrt.len()), &mut point)?;
        }
        let (values, directions) = drawn;
        let mut views = Point::new();
        self.views::<f64>(&values, &directions, &mut random.clone(), &mut views)?;
        // What differs only by rounding agrees in more digits.
        if views.reason.is_some() {
            views = Point::new();
            self.views::<DoubleDouble>(&values, &directions, &mut random.clone(), &mut views)?;
        }
        point.include(views);
        Ok(point)
    }

    /// The derivative of this order along its direction.
    fn claimed(&self, (values, _): &Drawn, order: usize) -> Result<Array<f64>, String> {
        run(&self.forms[order + 1], values).map_err(|error| error.to_string())
    }

    /// The form below this order, at the point moved by a step along the direction of this order.
    fn moved(&self, (values, directions): &Drawn, order: usize, step: f64) -> Result<Array<f64>, String> {
        let (var, structure) = self.wrt[order];
        let start = values.get(&var).ok_or("a variable without a value")?;
        let end = sample::moved(start, &directions[order], step, structure).map_err(|error| error.to_string())?;
        let mut moved = values.clone();
        moved.insert(var, end);
        let value: Array<f64> = run(&self.forms[order], &moved).map_err(|error| error.to_string())?;
        if value.data().iter().all(|entry| entry.is_finite()) {
            Ok(value)
        } else {
            Err("not finite nearby".to_owned())
        }
    }

    /// The last form along a line through the first good point of the check, with the derivative there.
    fn line(self, problem: &Problem) -> Result<Line, String> {
        let Some(order) = self.wrt.len().checked_sub(1) else {
            return Err("a derivative of order 0 has no direction".to_owned());
        };
        let drawn = sample::first_point(&mut |region, random| {
            self.at_point(problem, region, &mut random.clone())?;
            self.drawn(problem, region, random)
        })?;
        let claimed = self.claimed(&drawn, order)?;
        let at = Box::new(move |step: f64| self.moved(&drawn, order, step));
        Ok(Line { at, claimed })
    }

    /// All views of the derivative against each other, in the precision of a number type.
    fn views<T: Field + Real>(
        &self,
        values: &Values,
        directions: &[Array<f64>],
        random: &mut Random,
        point: &mut Point,
    ) -> Result<(), String> {
        // No hole is in the explicit form, so its array serves for all directions.
        let explicit = match &self.explicit {
            Some(explicit) => Some(run::<T>(explicit, values).map_err(|error| error.to_string())?),
            None => None,
        };
        self.explicit_against_form(explicit.as_ref(), values, directions, point)?;
        if let Some(array) = &explicit {
            self.kronecker_against_explicit(array, values, point)?;
            self.explicit_in_subspace(array, values.clone(), random, point)?;
        }
        Ok(())
    }

    /// The explicit form and the operator, in these directions, against the form.
    fn explicit_against_form<T: Field + Real>(
        &self,
        explicit: Option<&Array<T>>,
        values: &Values,
        directions: &[Array<f64>],
        point: &mut Point,
    ) -> Result<(), String> {
        let text = |error: Error| error.to_string();
        let Some(form) = self.forms.last() else { return Ok(()) };
        let claimed = run::<T>(form, values).map_err(text)?;
        let mut compare = |what: &str, entries: &[T]| {
            let error = relative_gap(entries, claimed.data());
            point.note(error, &format!("{what} differs from the differential by {error:.1e}"));
        };
        let operator = run::<T>(&self.operator, values).map_err(text)?;
        compare("the operator", operator.data());
        if let Some(array) = explicit {
            // Each independent entry counts once.
            let independent = |direction: &Array<f64>| match (self.convention, direction.shape()) {
                (Convention::Vech, [m, _]) => {
                    let mut at = 0;
                    direction.map(|entry| {
                        let (row, column) = (at % m, at / m);
                        at += 1;
                        if row >= column { *entry } else { 0.0 }
                    })
                }
                _ => direction.clone(),
            };
            let directions: Vec<_> = directions
                .iter()
                .zip(&self.wrt)
                .map(|(direction, (_, structure))| match structure {
                    Structure::General => direction.clone(),
                    _ => independent(direction),
                })
                .map(|direction| lifted(&direction))
                .collect();
            compare("the explicit form", &contract(array.data(), claimed.len(), &directions));
        }
        Ok(())
    }

    /// The Kronecker form has the entries of the explicit form, both in column order.
    fn kronecker_against_explicit<T: Field + Real>(
        &self,
        array: &Array<T>,
        values: &Values,
        point: &mut Point,
    ) -> Result<(), String> {
        let Some(kronecker) = &self.kronecker else {
            return Ok(());
        };
        let matrix = run::<T>(kronecker, values).map_err(|error| error.to_string())?;
        let error = relative_gap(matrix.data(), array.data());
        let reason = format!("the Kronecker form differs from the explicit form by {error:.1e}");
        point.note(error, &reason);
        Ok(())
    }

    /// By a structured variable the explicit form lies in the subspace: in any direction it is the operator there.
    fn explicit_in_subspace<T: Field + Real>(
        &self,
        array: &Array<T>,
        mut values: Values,
        random: &mut Random,
        point: &mut Point,
    ) -> Result<(), String> {
        let is_structured = self.wrt.iter().any(|(_, structure)| *structure != Structure::General);
        if !is_structured || self.convention != Convention::Subspace {
            return Ok(());
        }
        let mut directions = Vec::new();
        for ((var, _), free) in self.wrt.iter().zip(&self.free_holes) {
            let value = values.get(var).ok_or("a variable without a value")?;
            let direction = sample::direction(value, Structure::General, random).map_err(|error| error.to_string())?;
            directions.push(lifted(&direction));
            values.insert(*free, direction);
        }
        let operator = run::<T>(&self.operator, &values).map_err(|error| error.to_string())?;
        let found = contract(array.data(), operator.len(), &directions);
        let error = relative_gap(&found, operator.data());
        let reason = format!("the explicit form is not in the space of the variable: it is off by {error:.1e}");
        point.note(error, &reason);
        Ok(())
    }
}

/// An error where a function is so near to one of its kinks that differences cross it.
pub(crate) fn keeps_from_kinks<T: Field>(form: &Program, values: &BTreeMap<Var, Array<T>>) -> Result<(), String> {
    let distance = form.distance_to_kinks(&|var| values.get(&var).cloned());
    match distance.map_err(|error| error.to_string())? < KINK_DISTANCE {
        true => Err("it is too near to a kink there".to_owned()),
        false => Ok(()),
    }
}

/// The largest gap between entries, in units of the largest expected one; infinite where one is not a number.
pub(crate) fn relative_gap<T: Real>(found: &[T], expected: &[T]) -> f64 {
    if found.len() != expected.len() {
        return f64::INFINITY;
    }
    let scale = expected
        .iter()
        .fold(1e-3f64, |max, entry| max.max(entry.to_f64().abs()));
    let gaps = found.iter().zip(expected).map(|(a, b)| a.sub(b).to_f64().abs() / scale);
    gaps.fold(
        0.0,
        |max: f64, gap| if gap.is_nan() { f64::INFINITY } else { max.max(gap) },
    )
}

/// The array with axes `shape(f) ++ shape(x1) ++ shape(x2)`, in column order, contracted with a direction for each x.
pub(crate) fn contract<T: Number>(array: &[T], outputs: usize, directions: &[Array<T>]) -> Vec<T> {
    let mut rest = array.to_vec();
    for direction in directions.iter().rev() {
        let rows = rest.len() / direction.len().max(1);
        let mut sum = vec![T::zero(); rows];
        for (column, factor) in rest.chunks(rows.max(1)).zip(direction.data()) {
            for (total, entry) in sum.iter_mut().zip(column) {
                *total = total.add(&entry.mul(factor));
            }
        }
        rest = sum;
    }
    rest.truncate(outputs.max(rest.len().min(outputs)));
    rest
}

fn run<T: Field + Real>(program: &Program, values: &Values) -> Result<Array<T>, Error> {
    let outputs = program.run(&|var| Some(lifted(values.get(&var)?)))?;
    outputs.into_iter().next().ok_or(Error::BadSize("no output".to_owned()))
}

/// The same numbers in another type.
fn lifted<T: Real>(array: &Array<f64>) -> Array<T> {
    array.map(|entry| T::from_f64(*entry))
}
