//! Derivations, read as a reader does: every line is computed by definition, from its text.
//!
//! Nothing of the calculus is used. A differential that is still to be found, `d(E)`, is the dual part of E, which the
//! interpreter finds over dual numbers; the function, its change and the answer are held against the dual numbers of the
//! problem itself. So a wrong rule, a wrong normal form and a wrong spelling all show.

use std::collections::BTreeMap;

use gateaux_array::{Array, Dual};
use gateaux_eval::Sizes;
use gateaux_syntax::NodeKind;

use crate::case::Case;
use crate::check::{Point, Stop, Verdict, compare};
use crate::interpret::{Value, interpret};
use crate::numbers::{Judge, Region, contract};
use crate::random::Random;
use crate::values;

/// One line: what stands on the left and on the right of the sign of equality.
pub type Line = (String, String);

/// Replays a derivation at one point: what the function is called, the variable, and the lines.
///
/// # Errors
/// The first line that is wrong, or why the function is not defined at the point.
pub fn replay<T: Judge>(
    text: &str,
    (function, wrt): (&str, &str),
    lines: &[Line],
    sizes: &[usize],
    place: (Region, u64),
) -> Verdict {
    let point = Point::<T>::new(text, wrt, sizes, place)?;
    let (value, slope) = point.truth()?;
    let tangent = &point.tangents[0];
    let is_taken = |name: &str| point.case.variables.iter().any(|(known, _)| known == name);
    let hole = match format!("d{wrt}") {
        name if is_taken(&name) => format!("d_{wrt}"),
        name => name,
    };
    let duals = point.lifted(|expr, entry, at| {
        let slope = if expr == point.wrt {
            tangent.data()[at]
        } else {
            T::zero()
        };
        Dual::new(*entry, slope)
    });
    let reader = Reader {
        duals,
        holes: BTreeMap::from([(hole, tangent.clone())]),
        sizes: &point.sizes,
    };
    // What parts are called, as it stands before every formula.
    let mut parts = String::new();
    for (left, right) in lines {
        let what = format!("the line {left} = {right}");
        let right = &format!("{parts}{right}");
        if is_part(left) {
            parts = format!("{parts}{left} = {}; ", &right[parts.len()..]);
        } else if left == function {
            compare(&what, &reader.read(right)?, &value)?;
        } else if is_change(left, function) {
            compare(&what, &reader.read(right)?, &slope)?;
        } else if let Some((before, body)) = right.split_once(" -> ") {
            // Definitions stand before the argument of a map.
            let definitions = before
                .rsplit_once("; ")
                .map_or(String::new(), |(found, _)| format!("{found}; "));
            compare(&what, &reader.read(&(definitions + body))?, &slope)?;
        } else {
            let found = reader.read(right)?;
            compare(&what, &contract(&found, &[tangent]), &slope)?;
        }
    }
    Ok(())
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
    let (mut duals, mut holes) = (BTreeMap::new(), BTreeMap::new());
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
        duals.insert(name.clone(), array.map_err(|error| Stop::Undefined(error.to_string()))?);
        holes.insert(hole, direction);
    }
    let reader = Reader {
        duals,
        holes,
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
struct Reader<'a, T> {
    duals: BTreeMap<String, Array<Dual<T>>>,
    holes: BTreeMap<String, Array<T>>,
    sizes: &'a Sizes,
}

impl<T: Judge> Reader<'_, T> {
    /// The entries of a formula with differentials in it.
    fn read(&self, formula: &str) -> Result<Vec<T>, Stop> {
        let mut duals = self.duals.clone();
        let constant = |array: &Array<T>| array.map(|entry| Dual::constant(*entry));
        duals.extend(self.holes.iter().map(|(name, array)| (name.clone(), constant(array))));
        let mut text = formula.to_owned();
        let mut count = 0;
        while let Some((start, end)) = differential(&text) {
            let inside = &text[start + 2..end];
            // What is defined before it may stand in it.
            let definitions = text[..start]
                .rsplit_once("; ")
                .map_or(String::new(), |(found, _)| format!("{found}; "));
            let found = evaluate(&(definitions + inside), &duals, self.sizes)?;
            let slope = found.array.map(|dual| dual.slope);
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
            duals.insert(name, constant(&slope));
            text.replace_range(start..=end, &written);
        }
        let found = evaluate(&text, &duals, self.sizes)?;
        Ok(found.array.data().iter().map(|dual| dual.value).collect())
    }
}

/// The value of a formula with definitions before it.
fn evaluate<T: Judge>(
    text: &str,
    duals: &BTreeMap<String, Array<Dual<T>>>,
    sizes: &Sizes,
) -> Result<Value<Dual<T>>, Stop> {
    let (tree, mistakes) = gateaux_syntax::parse(text);
    if let Some(mistake) = mistakes.first() {
        return Err(Stop::Wrong(format!("{text} does not parse: {mistake}")));
    }
    interpret(&tree, duals, sizes).map_err(Stop::Undefined)
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
