//! Derivations, read as a reader does: every line is computed by definition, from its text.
//!
//! Nothing of the calculus is used. A differential that is still to be found, `d(E)`, is the dual part of E, which the
//! interpreter finds over dual numbers; the function, its change and the answer are held against the dual numbers of the
//! problem itself. So a wrong rule, a wrong normal form and a wrong spelling all show.
//!
//! A second derivative is the derivative of the array of the first, which is read from its text too; at the end it is
//! held against nested dual numbers of the problem.

use std::collections::BTreeMap;

use gateaux_array::{Array, Complex, DoubleDouble, Dual, Field, Function, Number};
use gateaux_eval::Sizes;
use gateaux_syntax::NodeKind;

use crate::case::Case;
use crate::check::{Point, Stop, Verdict, compare};
use crate::complex;
use crate::interpret::{Value, interpret};
use crate::numbers::{Judge, Region, contract};
use crate::random::Random;
use crate::values;

/// One line: what stands on the left and on the right of the sign of equality.
pub type Line = (String, String);

/// A derivation as it is read.
#[derive(Clone, Copy, Debug)]
pub struct Derivation<'a> {
    /// The problem.
    pub text: &'a str,
    /// What the function is called, then the array of its first derivatives, and so on.
    pub functions: &'a [&'a str],
    /// The variables of differentiation in order.
    pub wrt: &'a [&'a str],
    /// The lines.
    pub lines: &'a [Line],
}

/// Numbers that move along a line: a value and its change.
trait Moving: Field {
    /// The numbers of a point that stands still.
    type Fixed: Judge;

    fn moving(value: Self::Fixed, slope: Self::Fixed) -> Self;

    fn value(&self) -> Self::Fixed;

    fn slope(&self) -> Self::Fixed;
}

impl<T: Judge> Moving for Dual<T> {
    type Fixed = T;

    fn moving(value: T, slope: T) -> Dual<T> {
        Dual::new(value, slope)
    }

    fn value(&self) -> T {
        self.value
    }

    fn slope(&self) -> T {
        self.slope
    }
}

/// A real line through the complex plane.
impl Moving for Complex<Dual<DoubleDouble>> {
    type Fixed = complex::C;

    fn moving(value: complex::C, slope: complex::C) -> Self {
        Complex::new(Dual::new(value.re, slope.re), Dual::new(value.im, slope.im))
    }

    fn value(&self) -> complex::C {
        Complex::new(self.re.value, self.im.value)
    }

    fn slope(&self) -> complex::C {
        Complex::new(self.re.slope, self.im.slope)
    }
}

/// Replays a derivation at one point.
///
/// # Errors
/// The first line that is wrong, or why the function is not defined at the point.
pub fn replay<T: Judge>(derivation: Derivation<'_>, sizes: &[usize], place: (Region, u64)) -> Verdict {
    let mut points = Vec::with_capacity(derivation.wrt.len());
    for wrt in derivation.wrt {
        // The points are the same, for they are drawn from the same seed.
        points.push(Point::<T>::new(derivation.text, wrt, sizes, place)?);
    }
    let Some(point) = points.first() else {
        return Err(Stop::Wrong("no variable of differentiation".to_owned()));
    };
    let values = point.lifted(|_, entry, _| *entry);
    let tangents: Vec<&Array<T>> = points
        .iter()
        .enumerate()
        .map(|(at, point)| &point.tangents[at % 2])
        .collect();
    let last = parts::<Dual<T>>(derivation, (&values, &point.sizes), &tangents, point.truth()?)?;
    if let [first, second] = points.as_slice() {
        let along = [(first.wrt, tangents[0].data()), (second.wrt, tangents[1].data())];
        compare(
            "the second derivative",
            &contract(&last, &tangents),
            &point.second_truth(along)?,
        )?;
    }
    Ok(())
}

/// Replays the derivation of a first derivative by a complex variable, or of a function with complex values, at one
/// point.
///
/// # Errors
/// As [`replay`].
pub fn replay_complex(derivation: Derivation<'_>, sizes: &[usize], place: (Region, u64)) -> Verdict {
    let point = complex::Point::new(derivation.text, derivation.wrt, sizes, place)?;
    let mut values = BTreeMap::new();
    for (name, expr) in &point.case.variables {
        let value = point.case.var(*expr).ok().and_then(|var| point.values.get(&var));
        values.extend(value.map(|value| (name.clone(), value.clone())));
    }
    let tangents: Vec<&Array<complex::C>> = point.tangents.iter().collect();
    let truth = point.truth()?;
    parts::<Complex<Dual<DoubleDouble>>>(derivation, (&values, &point.sizes), &tangents, truth).map(|_| ())
}

/// Replays the steps of each order, and gives the array of the last one.
fn parts<M: Moving>(
    derivation: Derivation<'_>,
    (values, sizes): (&BTreeMap<String, Array<M::Fixed>>, &Sizes),
    tangents: &[&Array<M::Fixed>],
    mut truth: (Vec<M::Fixed>, Vec<M::Fixed>),
) -> Result<Vec<M::Fixed>, Stop> {
    let mut rest = derivation.lines;
    let mut found = Vec::new();
    for (order, (wrt, tangent)) in derivation.wrt.iter().zip(tangents).enumerate() {
        let next = derivation
            .functions
            .get(order + 1)
            .filter(|_| order + 1 < derivation.wrt.len());
        let begins = |(left, _): &Line| next.is_some_and(|next| left == next);
        let (own, others) = rest.split_at(rest.iter().position(begins).unwrap_or(rest.len()));
        rest = others;
        let reader = Reader::<M>::new(values, (wrt, tangent), sizes);
        if order > 0 {
            let array = reader.moved(last_of(derivation.lines, rest.len() + own.len())?)?;
            truth = (
                array.iter().map(M::value).collect(),
                array.iter().map(M::slope).collect(),
            );
        }
        found = reader.lines(derivation.functions[order], own, (&truth.0, &truth.1))?;
    }
    Ok(found)
}

/// The right side of the last line before the last so many.
fn last_of(lines: &[Line], rest: usize) -> Result<&str, Stop> {
    let last = lines.len().checked_sub(rest + 1).and_then(|at| lines.get(at));
    let missing = || Stop::Wrong("no array of the order before".to_owned());
    last.map(|(_, right)| right.as_str()).ok_or_else(missing)
}

/// `r`, `r1`: the name of a part, which is no name of an answer.
fn is_part(left: &str) -> bool {
    let stem = left.trim_end_matches(|c: char| c.is_ascii_digit());
    ["r", "p", "v", "z", "r_", "part_"].contains(&stem)
}

/// `df`, its transpose, and `vec` of it.
fn is_change(left: &str, function: &str) -> bool {
    [
        format!("d{function}"),
        format!("d{function}'"),
        format!("vec(d{function})"),
    ]
    .iter()
    .any(|known| known == left)
}

/// Whether both sides of an equation are equal at a random point, where every variable `A` with a `dA` in it changes.
///
/// # Errors
/// Both sides where they differ; undefined where one of them is.
pub fn equation<T: Judge>(declarations: &str, [left, right]: [&str; 2], sizes: &[usize], seed: u64) -> Verdict {
    let case = Case::read(&format!("{declarations}; 1")).map_err(Stop::Wrong)?;
    let sizes = case.sizes(sizes);
    let mut random = Random::new(seed);
    let (mut moving, mut holes) = (BTreeMap::new(), BTreeMap::new());
    for (name, expr) in &case.variables {
        let (structure, _) = case.declared(*expr).map_err(Stop::Wrong)?;
        let shape = case.axes(*expr, &sizes).map_err(Stop::Undefined)?;
        let mut draw = || {
            let drawn = values::point::<T>(&shape, structure, Region::Positive, &mut random);
            drawn.map_err(|error| Stop::Undefined(error.to_string()))
        };
        let (value, direction) = (draw()?, draw()?);
        let hole = format!("d{name}");
        let changes = [left, right].iter().any(|side| has_name(side, &hole));
        let pairs = value.data().iter().zip(direction.data());
        let entries = pairs.map(|(value, slope)| Dual::new(*value, if changes { *slope } else { T::zero() }));
        let array = Array::from_column_major(&shape, entries.collect());
        moving.insert(name.clone(), array.map_err(|error| Stop::Undefined(error.to_string()))?);
        holes.insert(hole, direction);
    }
    let reader = Reader {
        moving,
        holes,
        tangent: &Array::scalar(T::zero()),
        sizes: &sizes,
    };
    compare(&format!("{left} = {right}"), &reader.read(left)?, &reader.read(right)?)
}

/// Whether the name occurs in the formula.
fn has_name(formula: &str, name: &str) -> bool {
    let (tree, _) = gateaux_syntax::parse(formula);
    tree.nodes()
        .any(|(_, node)| matches!(&node.kind, NodeKind::Name(known) if known == name))
}

/// The variables at a point, their changes, and the sizes.
struct Reader<'a, M: Moving> {
    moving: BTreeMap<String, Array<M>>,
    holes: BTreeMap<String, Array<M::Fixed>>,
    tangent: &'a Array<M::Fixed>,
    sizes: &'a Sizes,
}

impl<'a, M: Moving> Reader<'a, M> {
    fn new(
        values: &BTreeMap<String, Array<M::Fixed>>,
        (wrt, tangent): (&str, &'a Array<M::Fixed>),
        sizes: &'a Sizes,
    ) -> Reader<'a, M> {
        let mut moving = BTreeMap::new();
        for (name, value) in values {
            let mut slopes = tangent.data().iter();
            let lifted = value.map(|entry| match name == wrt {
                true => M::moving(*entry, slopes.next().copied().unwrap_or_else(M::Fixed::zero)),
                false => M::moving(*entry, M::Fixed::zero()),
            });
            moving.insert(name.clone(), lifted);
        }
        let hole = match format!("d{wrt}") {
            name if values.contains_key(&name) => format!("d_{wrt}"),
            name => name,
        };
        Reader {
            moving,
            holes: BTreeMap::from([(hole, tangent.clone())]),
            tangent,
            sizes,
        }
    }

    /// Replays lines about a function of this value and this change; the entries of the last one.
    fn lines(&self, function: &str, lines: &[Line], truth: (&[M::Fixed], &[M::Fixed])) -> Result<Vec<M::Fixed>, Stop> {
        let (value, slope) = truth;
        // What parts are called, as it stands before every formula.
        let mut names = String::new();
        // The derivatives by a complex variable and by its conjugate.
        let mut by: Vec<(bool, Vec<M::Fixed>)> = Vec::new();
        let mut found = Vec::new();
        for (left, right) in lines {
            let what = format!("the line {left} = {right}");
            let right = &format!("{names}{right}");
            if is_part(left) {
                names = format!("{names}{left} = {}; ", &right[names.len()..]);
            } else if left == function {
                compare(&what, &self.read(right)?, value)?;
            } else if is_change(left, function) {
                compare(&what, &self.read(right)?, slope)?;
            } else if let Some((before, body)) = right.split_once(" -> ") {
                // Definitions stand before the argument of a map.
                let definitions = before
                    .rsplit_once("; ")
                    .map_or(String::new(), |(found, _)| format!("{found}; "));
                compare(&what, &self.read(&(definitions + body))?, slope)?;
            } else if left.starts_with("df/d") {
                by.push((left.starts_with("df/dconj("), self.read(right)?));
            } else {
                found = self.read(right)?;
                match by.is_empty() {
                    true => compare(&what, &contract(&found, &[self.tangent]), slope)?,
                    false => self.by_parts(&what, &by, (left, &found), slope)?,
                }
            }
        }
        Ok(found)
    }

    /// The derivatives by z and conj(z) make the change together; the gradient of a real function makes it too, in the real
    /// part of its inner product with dz, and any other answer is the derivative before it.
    fn by_parts(
        &self,
        what: &str,
        by: &[(bool, Vec<M::Fixed>)],
        (left, answer): (&str, &[M::Fixed]),
        slope: &[M::Fixed],
    ) -> Verdict {
        let conjugate = |entry: &M::Fixed| entry.apply(Function::Conj);
        let undefined = |error: gateaux_array::ArrayError| Stop::Undefined(error.to_string());
        let turned = self.tangent.try_map(conjugate).map_err(undefined)?;
        let mut sum = vec![M::Fixed::zero(); slope.len()];
        for (is_conjugate, array) in by {
            let term = contract(array, &[if *is_conjugate { &turned } else { self.tangent }]);
            sum = sum.iter().zip(&term).map(|(sum, term)| sum.add(term)).collect();
        }
        compare(&format!("the parts before {what}"), &sum, slope)?;
        let unturned: Result<Vec<M::Fixed>, _> = slope.iter().map(conjugate).collect();
        let is_real = M::Fixed::agree(slope, &unturned.map_err(undefined)?);
        if left != "gradient" || !is_real {
            return compare(what, answer, by.last().map_or(&[], |(_, last)| last));
        }
        let conjugated: Result<Vec<M::Fixed>, _> = answer.iter().map(conjugate).collect();
        let inner = contract(&conjugated.map_err(undefined)?, &[self.tangent]);
        let both = |entry: &M::Fixed| conjugate(entry).map(|turned| entry.add(&turned)).map_err(undefined);
        let twice = inner.iter().map(both).collect::<Result<Vec<_>, _>>()?;
        let expected: Vec<M::Fixed> = slope.iter().map(|entry| entry.add(entry)).collect();
        compare(what, &twice, &expected)
    }

    /// The entries of a formula with differentials in it.
    fn read(&self, formula: &str) -> Result<Vec<M::Fixed>, Stop> {
        let mut moving = self.moving.clone();
        let constant = |array: &Array<M::Fixed>| array.map(|entry| M::moving(*entry, M::Fixed::zero()));
        moving.extend(self.holes.iter().map(|(name, array)| (name.clone(), constant(array))));
        let mut text = formula.to_owned();
        let mut count = 0;
        while let Some((start, end)) = differential(&text) {
            let inside = &text[start + 2..end];
            // What is defined before it may stand in it.
            let definitions = text[..start]
                .rsplit_once("; ")
                .map_or(String::new(), |(found, _)| format!("{found}; "));
            let found = evaluate(&(definitions + inside), &moving, self.sizes)?;
            let slope = found.array.map(M::slope);
            count += 1;
            let name = format!("d_{count}_");
            let (slope, written) = match found.is_row {
                true => {
                    let length = slope.len();
                    let column = slope
                        .reshape(&[length])
                        .map_err(|error| Stop::Undefined(error.to_string()))?;
                    (column, format!("{name}'"))
                }
                false => (slope, name.clone()),
            };
            moving.insert(name, constant(&slope));
            text.replace_range(start..=end, &written);
        }
        let found = evaluate(&text, &moving, self.sizes)?;
        Ok(found.array.data().iter().map(M::value).collect())
    }

    /// The entries of a formula that change.
    fn moved(&self, formula: &str) -> Result<Vec<M>, Stop> {
        Ok(evaluate(formula, &self.moving, self.sizes)?.array.into_data())
    }
}

/// The value of a formula with definitions before it.
fn evaluate<M: Field>(text: &str, values: &BTreeMap<String, Array<M>>, sizes: &Sizes) -> Result<Value<M>, Stop> {
    let (tree, mistakes) = gateaux_syntax::parse(text);
    if let Some(mistake) = mistakes.first() {
        return Err(Stop::Wrong(format!("{text} does not parse: {mistake}")));
    }
    interpret(&tree, values, sizes).map_err(Stop::Undefined)
}

/// Where the first `d(...)` begins, and where its parenthesis closes.
fn differential(text: &str) -> Option<(usize, usize)> {
    let is_name = |c: char| c.is_alphanumeric() || c == '_';
    let starts = text.match_indices("d(").map(|(at, _)| at);
    let start = starts.into_iter().find(|at| !text[..*at].ends_with(is_name))?;
    let mut depth = 0;
    for (at, c) in text[start..].char_indices() {
        depth += i32::from(c == '(') - i32::from(c == ')');
        if c == ')' && depth == 0 {
            return Some((start, start + at));
        }
    }
    None
}
