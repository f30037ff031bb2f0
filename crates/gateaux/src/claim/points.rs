//! Points at which formulas are compared, and the values of formulas there.
//!
//! Values have 31 digits, so that what differs by rounding alone is told from what differs; a formula of rational
//! operations has exact values over a prime field too.

use std::collections::BTreeMap;

use gateaux_array::{Array, ArrayError, Complex, DoubleDouble, Field, Prime, Real};
use gateaux_core::expr::{Expr, Form, Structure, Var};
use gateaux_eval::{Program, Sizes};

use super::compare::agree;
use crate::check::{keeps_from_kinks, sizes_for, variables_with_shapes};
use crate::problem::Problem;
use crate::random::Random;
use crate::sample::{self, Region};

/// A value with 31 digits.
pub(super) type Entry = Complex<DoubleDouble>;
/// The values of a formula at some points; `None` where it has none.
pub(super) type Column = Vec<Option<Array<Entry>>>;

/// The sizes that dimension names get, in order of appearance. Formulas are compared at several of these, so that none
/// is right for one size alone; tall and wide matrices are there both, since a problem may allow only one of them.
const SIZES: [[usize; 4]; 6] = [
    [3, 2, 4, 5],
    [2, 4, 3, 5],
    [5, 3, 2, 4],
    [3, 4, 5, 2],
    [4, 3, 2, 5],
    [2, 5, 4, 3],
];
/// Sizes that no formula has in mind. Where a size stands as a number, as in `sum(x)/n`, they are tried first: a factor
/// such as `(n - 3)*(n - 4)` is zero at small sizes by design.
const UNUSUAL_SIZES: [usize; 4] = [11, 7, 13, 9];
/// At so many of them, or at all where a claim has no value at some.
const PLACES: usize = 3;
/// Points at each of them.
const POINTS: usize = 3;
/// At so many times the points formulas with kinks are compared, which are other functions on the other side of them.
const KINKED: usize = 4;
/// Draws before the domain counts as not found there.
const MAX_DRAWS: usize = 40;
/// Draws of the first region before the others are visited.
const SIGNED_DRAWS: usize = 2;
/// Values beyond this lie near a singularity.
const LARGEST: f64 = 1e12;
/// Where the digits of `f64` give another value, beyond this relative error, a formula is too sensitive to be judged.
const SENSITIVE: f64 = 1e-6;
/// Formulas of more steps of evaluation are not compared.
const MAX_STEPS: usize = 150_000;
/// Formulas that take more operations on numbers are compared at fewer points.
const MAX_WORK: f64 = 1e5;

/// A small change and the variable of which it is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Hole {
    pub(super) hole: Var,
    pub(super) of: Var,
}

/// What is drawn: the formulas whose domain counts, and the small changes in them.
#[derive(Clone, Debug)]
pub(super) struct Setting {
    /// What must have a value at every point.
    pub(super) domain: Vec<Expr>,
    /// Everything that will be evaluated.
    pub(super) roots: Vec<Expr>,
    pub(super) holes: Vec<Hole>,
    /// Sizes that the user has given.
    pub(super) sizes: BTreeMap<String, usize>,
}

/// The values of the variables at one point.
#[derive(Clone, Debug)]
pub(super) enum Values {
    Real(BTreeMap<Var, Array<DoubleDouble>>),
    Complex(BTreeMap<Var, Array<Entry>>),
}

/// Points, each at the sizes with an index.
#[derive(Clone, Debug)]
pub(super) struct Points {
    pub(super) places: Vec<Sizes>,
    pub(super) points: Vec<(usize, Values)>,
}

/// A number type in which values are drawn.
trait Draw: Field {
    /// The number that belongs to two random floats.
    fn draw(real: f64, imaginary: f64) -> Self;
}

impl Draw for DoubleDouble {
    fn draw(real: f64, _: f64) -> Self {
        DoubleDouble::from_f64(real)
    }
}

impl Draw for Entry {
    fn draw(real: f64, imaginary: f64) -> Self {
        Complex::new(DoubleDouble::from_f64(real), DoubleDouble::from_f64(imaginary))
    }
}

/// Of a float from a random number generator the bits are random, all that a prime field asks for.
impl Draw for Prime {
    fn draw(real: f64, _: f64) -> Self {
        Prime::new(real.to_bits().wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }
}

impl Setting {
    /// Points of the domain, at several sizes; some matrices are drawn with a structure that they need not have.
    ///
    /// # Errors
    /// Why there are none, in words.
    pub(super) fn points(&self, problem: &mut Problem, forced: &[(Var, Structure)]) -> Result<Points, String> {
        self.points_at(problem, forced, PLACES)
    }

    /// The same, at all sizes that are tried.
    pub(super) fn more_points(&self, problem: &mut Problem) -> Result<Points, String> {
        self.points_at(problem, &[], SIZES.len() + 1)
    }

    /// The patterns of sizes in the order in which they are tried.
    fn patterns(&self, problem: &Problem, compared: &[Expr]) -> impl Iterator<Item = [usize; 4]> + use<> {
        let exprs = problem.store.post_order(&[&self.roots, compared].concat());
        let is_number = |expr: &Expr| matches!(problem.store.form(*expr), Form::Size(_));
        let unusual = exprs.iter().any(is_number).then_some(UNUSUAL_SIZES);
        unusual.into_iter().chain(SIZES)
    }

    fn points_at(&self, problem: &mut Problem, forced: &[(Var, Structure)], places: usize) -> Result<Points, String> {
        let mut found = Points {
            places: Vec::new(),
            points: Vec::new(),
        };
        let mut reason = None;
        for pattern in self.patterns(problem, &[]) {
            match self.place(problem, pattern) {
                Ok(sizes) if found.places.contains(&sizes) => {}
                Ok(sizes) => match self.draw(problem, (found.places.len(), &sizes), forced) {
                    Ok(points) => {
                        let at = found.places.len();
                        found.points.extend(points.into_iter().map(|point| (at, point)));
                        found.places.push(sizes);
                    }
                    Err(failure) => drop(reason.get_or_insert(failure)),
                },
                Err(failure) => drop(reason.get_or_insert(failure)),
            }
            if found.places.len() == places {
                break;
            }
        }
        match found.points.is_empty() {
            true => Err(reason.unwrap_or_else(|| "no sizes were found".to_owned())),
            false => Ok(found),
        }
    }

    fn place(&self, problem: &Problem, pattern: [usize; 4]) -> Result<Sizes, String> {
        let roots = [&self.domain[..], &self.roots[..]].concat();
        sizes_for(problem, &roots, &self.sizes, pattern)
    }

    /// Points at these sizes.
    fn draw(
        &self,
        problem: &mut Problem,
        (place, sizes): (usize, &Sizes),
        forced: &[(Var, Structure)],
    ) -> Result<Vec<Values>, String> {
        let text = |error: gateaux_eval::Error| error.to_string();
        let mut domain = Vec::with_capacity(self.domain.len());
        for root in &self.domain {
            domain.push(Program::lower(&mut problem.store, &[*root], sizes).map_err(text)?);
        }
        if domain.iter().map(Program::len).sum::<usize>() > MAX_STEPS {
            return Err("the formula is too long".to_owned());
        }
        let is_long = domain.iter().map(Program::work).sum::<f64>() > MAX_WORK;
        let mut wanted = if is_long { 1 } else { POINTS };
        let variables = variables_with_shapes(problem, sizes).map_err(text)?;
        let mut points = Vec::new();
        let mut reason = "no point was tried".to_owned();
        for draw in 0..MAX_DRAWS {
            let region = if draw < SIGNED_DRAWS {
                Region::Signed
            } else {
                // Other regions at other places.
                Region::ALL[(draw + place) % Region::ALL.len()]
            };
            let mut random = Random::new((MAX_DRAWS * place + draw) as u64 + 1);
            let values = self
                .values(problem, &variables, (region, forced), &mut random)
                .map_err(|error| error.to_string());
            let usable = values.and_then(|values| {
                domain.iter().try_for_each(|program| values.steady(program))?;
                Ok(values)
            });
            match usable {
                Ok(values) => {
                    if points.is_empty() && !is_long && self.has_kinks(problem, sizes, &values) {
                        wanted *= KINKED;
                    }
                    points.push(values);
                }
                Err(failure) => reason = failure,
            }
            if points.len() == wanted {
                break;
            }
        }
        if points.is_empty() {
            return Err(format!("no point of the domain was found: {reason}"));
        }
        Ok(points)
    }

    /// Whether some function in the formulas has kinks or steps.
    fn has_kinks(&self, problem: &mut Problem, sizes: &Sizes, values: &Values) -> bool {
        let mut has_kinks = |root: &Expr| {
            let program = Program::lower(&mut problem.store, &[*root], sizes);
            program.is_ok_and(|program| values.distance_to_kinks(&program).is_some_and(f64::is_finite))
        };
        self.domain.iter().chain(&self.roots).any(&mut has_kinks)
    }

    fn values(
        &self,
        problem: &Problem,
        variables: &[(Var, Vec<usize>)],
        (region, forced): (Region, &[(Var, Structure)]),
        random: &mut Random,
    ) -> Result<Values, ArrayError> {
        Ok(match problem.is_complex() {
            true => Values::Complex(self.values_of(problem, variables, (region, forced), random)?),
            false => Values::Real(self.values_of(problem, variables, (region, forced), random)?),
        })
    }

    fn values_of<T: Draw>(
        &self,
        problem: &Problem,
        variables: &[(Var, Vec<usize>)],
        (region, forced): (Region, &[(Var, Structure)]),
        random: &mut Random,
    ) -> Result<BTreeMap<Var, Array<T>>, ArrayError> {
        let mut values: BTreeMap<Var, Array<T>> = BTreeMap::new();
        for (var, shape) in variables {
            let variable = problem.store.variable(*var);
            let structure = structure_of(*var, variable.structure, forced);
            let real = sample::entries(problem, *var, shape, region, random)?;
            let imaginary = match variable.is_complex {
                true => sample::entries(problem, *var, shape, Region::Signed, random)?,
                false => Array::zeros(shape)?,
            };
            let raw = real.zip(&imaginary, |re, im| T::draw(*re, *im))?;
            let mut shift = || T::draw(random.uniform(0.4, 0.8), 0.0);
            values.insert(*var, sample::structured(raw, structure, &mut shift)?);
        }
        for Hole { hole, of } in &self.holes {
            let Some(point) = values.get(of) else { continue };
            let is_complex = problem.store.variable(*of).is_complex;
            let mut entry = || {
                let size = random.uniform(0.3, 1.0);
                if random.uniform(0.0, 1.0) < 0.5 { -size } else { size }
            };
            let raw = Array::from_fn(point.shape(), |_| {
                let (re, im) = (entry(), entry());
                T::draw(re, if is_complex { im } else { 0.0 })
            })?;
            let structure = problem.store.variable(*of).structure;
            // Changes of a symmetric matrix need not be symmetric, unless it is declared so.
            let structure = match structure_of(*of, structure, forced) {
                Structure::Diagonal => Structure::Diagonal,
                _ => structure,
            };
            let direction = sample::tangent(&raw, structure, point)?;
            values.insert(*hole, direction);
        }
        Ok(values)
    }

    /// Whether two formulas have the same values over a prime field, at several points and sizes; `None` where one of
    /// them is not rational.
    pub(super) fn same_exactly(&self, problem: &mut Problem, lhs: Expr, rhs: Expr) -> Option<bool> {
        let mut places: Vec<Sizes> = Vec::new();
        for pattern in self.patterns(problem, &[lhs, rhs]) {
            let Ok(sizes) = self.place(problem, pattern) else {
                continue;
            };
            if places.len() < PLACES && !places.contains(&sizes) {
                places.push(sizes);
            }
        }
        if problem.is_complex() || places.is_empty() {
            return None;
        }
        for sizes in &places {
            let variables = variables_with_shapes(problem, sizes).ok()?;
            let lhs = Program::lower(&mut problem.store, &[lhs], sizes).ok()?;
            let rhs = Program::lower(&mut problem.store, &[rhs], sizes).ok()?;
            if lhs.work() + rhs.work() > 10.0 * MAX_WORK {
                return None;
            }
            for seed in [1, 2] {
                let mut random = Random::new(seed);
                let values: BTreeMap<Var, Array<Prime>> = self
                    .values_of(problem, &variables, (Region::Signed, &[]), &mut random)
                    .ok()?;
                let input = |var: Var| values.get(&var).cloned();
                if lhs.run(&input).ok()? != rhs.run(&input).ok()? {
                    return Some(false);
                }
            }
        }
        Some(true)
    }
}

impl Values {
    /// The value of a program; `None` where it has none.
    pub(super) fn run(&self, program: &Program) -> Option<Array<Entry>> {
        self.usable(program).ok()
    }

    fn usable(&self, program: &Program) -> Result<Array<Entry>, String> {
        let outputs = match self {
            Values::Real(values) => program
                .run(&|var| values.get(&var).cloned())
                .map(|outputs| outputs.first().map(|array| array.map(|entry| Complex::real(*entry)))),
            Values::Complex(values) => program
                .run(&|var| values.get(&var).cloned())
                .map(|mut outputs| outputs.pop()),
        };
        let value = outputs
            .map_err(|error| error.to_string())?
            .ok_or_else(|| "no output".to_owned())?;
        let is_fine = |entry: &Entry| {
            let (re, im) = (entry.re.to_f64(), entry.im.to_f64());
            re.abs() <= LARGEST && im.abs() <= LARGEST
        };
        match value.data().iter().all(is_fine) {
            true => Ok(value),
            false => Err("it is not finite there".to_owned()),
        }
    }

    /// An error where a program has no value, or another one with the digits of `f64`, as the inverse of a singular
    /// matrix has.
    fn steady(&self, program: &Program) -> Result<(), String> {
        let value = self.usable(program)?;
        match self.run_roughly(program) {
            Some(rough) if !is_sensitive(&value, &rough) => Ok(()),
            Some(_) | None => Err("it is too sensitive to rounding there".to_owned()),
        }
    }

    /// The value of a program with the digits of `f64`, at the same point.
    fn run_roughly(&self, program: &Program) -> Option<Array<Complex<f64>>> {
        match self {
            Values::Real(values) => {
                let outputs = program.run(&|var| values.get(&var).map(|value| value.map(Real::to_f64)));
                Some(outputs.ok()?.pop()?.map(|entry| Complex::real(*entry)))
            }
            Values::Complex(values) => program.run(&|var| values.get(&var).map(rounded)).ok()?.pop(),
        }
    }

    /// Whether no function of a program is at one of its kinks, where derivatives are a matter of choice.
    pub(super) fn keeps_from_kinks(&self, program: &Program) -> bool {
        match self {
            Values::Real(values) => keeps_from_kinks(program, values).is_ok(),
            Values::Complex(values) => keeps_from_kinks(program, values).is_ok(),
        }
    }

    /// How far the arguments of functions with kinks or steps are from these; `None` where there is no value.
    fn distance_to_kinks(&self, program: &Program) -> Option<f64> {
        match self {
            Values::Real(values) => program.distance_to_kinks(&|var| values.get(&var).cloned()).ok(),
            // Of complex numbers there are branch cuts everywhere.
            Values::Complex(_) => None,
        }
    }

    /// The value of a variable.
    pub(super) fn entries(&self, var: Var) -> Option<Array<Entry>> {
        match self {
            Values::Real(values) => values.get(&var).map(|value| value.map(|entry| Complex::real(*entry))),
            Values::Complex(values) => values.get(&var).cloned(),
        }
    }

    /// The value of a variable, rounded.
    pub(super) fn get(&self, var: Var) -> Option<Array<Complex<f64>>> {
        self.entries(var).map(|value| rounded(&value))
    }
}

impl Points {
    /// The values of a formula at all points.
    pub(super) fn column(&self, problem: &mut Problem, expr: Expr) -> Column {
        let programs = self.programs(problem, expr);
        self.points
            .iter()
            .map(|(place, values)| values.run(programs[*place].as_ref()?))
            .collect()
    }

    /// The values of a formula at all points with the digits of `f64`.
    pub(super) fn rough_column(&self, problem: &mut Problem, expr: Expr) -> Vec<Option<Array<Complex<f64>>>> {
        let programs = self.programs(problem, expr);
        self.points
            .iter()
            .map(|(place, values)| values.run_roughly(programs[*place].as_ref()?))
            .collect()
    }

    /// Whether a formula has these values; it is evaluated as long as it has.
    pub(super) fn agrees_with(&self, problem: &mut Problem, expr: Expr, wanted: &Column) -> bool {
        let (mut seen, mut program) = (0, None);
        for ((place, values), wanted) in self.points.iter().zip(wanted) {
            let Some(wanted) = wanted else { continue };
            let known = match program.take() {
                Some((of, known)) if of == *place => Some(known),
                _ => Program::lower(&mut problem.store, &[expr], &self.places[*place]).ok(),
            };
            let Some(known) = known else { return false };
            match values.run(&known).map(|value| agree(&value, wanted)) {
                Some(Some(true)) => seen += 1,
                Some(None) => {}
                Some(Some(false)) | None => return false,
            }
            program = Some((*place, known));
        }
        seen > 0
    }

    fn programs(&self, problem: &mut Problem, expr: Expr) -> Vec<Option<Program>> {
        let lower = |sizes: &Sizes| Program::lower(&mut problem.store, &[expr], sizes).ok();
        self.places.iter().map(lower).collect()
    }

    /// The size of a dimension at each point.
    pub(super) fn sizes(&self, name: &str) -> Vec<Option<usize>> {
        self.points
            .iter()
            .map(|(place, _)| self.places[*place].get(name).copied())
            .collect()
    }

    /// The names of all dimensions.
    pub(super) fn dimensions(&self) -> Vec<String> {
        self.places
            .first()
            .map_or_else(Vec::new, |sizes| sizes.keys().cloned().collect())
    }
}

fn structure_of(var: Var, declared: Structure, forced: &[(Var, Structure)]) -> Structure {
    let found = forced.iter().find(|(known, _)| *known == var);
    found.map_or(declared, |(_, structure)| *structure)
}

/// The value with the digits of `f64`.
pub(super) fn rounded(value: &Array<Entry>) -> Array<Complex<f64>> {
    value.map(|entry| Complex::new(entry.re.to_f64(), entry.im.to_f64()))
}

/// The same value with more digits.
pub(super) fn lifted(value: &Array<Complex<f64>>) -> Array<Entry> {
    value.map(|entry| Complex::new(DoubleDouble::from_f64(entry.re), DoubleDouble::from_f64(entry.im)))
}

/// Whether a value is another one when it is computed with fewer digits.
pub(super) fn is_sensitive(value: &Array<Entry>, rough: &Array<Complex<f64>>) -> bool {
    let exact = rounded(value);
    let size = |entry: &Complex<f64>| entry.re.abs().max(entry.im.abs());
    let scale = exact.data().iter().map(size).fold(1e-3, f64::max);
    let gaps = exact
        .data()
        .iter()
        .zip(rough.data())
        .map(|(a, b)| size(&Complex::new(a.re - b.re, a.im - b.im)));
    // What is not a number is no value either.
    !gaps.into_iter().all(|gap| gap <= SENSITIVE * scale)
}
