//! Explicit forms, input entry by input entry: the array of an answer against dual numbers.
//!
//! [`check`](crate::check::check) holds an array against one direction; here each of its entries is looked at, and the
//! axes, which no direction can see. A second derivative is taken by two variables, the same or others.

use gateaux_array::Array;
use gateaux_core::diff::{self, Explicit};
use gateaux_core::expr::{Expr, Shape, Structure};
use gateaux_core::simplify::simplify;

use crate::check::{Point, Stop, Verdict, compare};
use crate::numbers::{Judge, Region, contract};
use crate::values;

/// How the explicit form of a derivative stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// Every entry is right.
    Right,
    /// There is none, only the operator; that one is right.
    Refused,
    /// The function is not defined at the point.
    Undefined(String),
    /// Something disagrees.
    Wrong(String),
}

/// Checks the derivative of a text by variables in order, one or two of them, at sizes that the names of dimensions
/// get in order of appearance.
pub fn entries<T: Judge>(text: &str, wrt: &[&str], sizes: &[usize], seed: u64) -> Found {
    let tried = Region::ALL.iter().zip(seed..).map(|(region, seed)| {
        let found = match wrt {
            [only] => first::<T>(text, only, sizes, (*region, seed)),
            [one, two] => second::<T>(text, [one, two], sizes, (*region, seed)),
            _ => Err(Stop::Wrong("a derivative of this order".to_owned())),
        };
        match found {
            Ok(true) => Found::Right,
            Ok(false) => Found::Refused,
            Err(Stop::Undefined(reason)) => Found::Undefined(reason),
            Err(Stop::Wrong(reason)) => Found::Wrong(reason),
        }
    });
    let mut last = Found::Undefined("no region".to_owned());
    for found in tried {
        if !matches!(found, Found::Undefined(_)) {
            return found;
        }
        last = found;
    }
    last
}

fn wrong(error: impl ToString) -> Stop {
    Stop::Wrong(error.to_string())
}

fn undefined(error: impl ToString) -> Stop {
    Stop::Undefined(error.to_string())
}

/// The tangent nearest to each array with one entry that is 1.
fn basis<T: Judge>(structure: Structure, point: &Array<T>) -> Result<Vec<Array<T>>, Stop> {
    let unit = |at: usize| {
        let mut place = 0..;
        let unit = point.map(|_| if place.next() == Some(at) { T::one() } else { T::zero() });
        values::project(structure, point, &unit).map_err(undefined)
    };
    (0..point.len()).map(unit).collect()
}

/// The axes of an array that has those of the function, then those of the variables; a row counts as a vector.
fn has_axes<T: Judge>(point: &Point<T>, array: Expr, variables: &[Expr]) -> Verdict {
    let sizes = |expr: Expr, is_whole: bool| {
        let axes = point.case.axes(expr, &point.sizes).map_err(undefined)?;
        Ok::<_, Stop>(match point.case.store.shape(expr) {
            Shape::Row(_) if !is_whole => axes[1..].to_vec(),
            _ => axes,
        })
    };
    // By a scalar a row stays what it is.
    let by_array = variables.iter().any(|expr| !point.case.store.shape(*expr).is_scalar());
    let mut wanted = sizes(point.case.function, !by_array)?;
    for variable in variables {
        wanted.extend(sizes(*variable, true)?);
    }
    let found = sizes(array, true)?;
    if found == wanted {
        return Ok(());
    }
    Err(wrong(format!(
        "the explicit form has the axes {found:?}, should have {wanted:?}"
    )))
}

/// Whether there is an explicit form; then all of its entries have been compared.
fn first<T: Judge>(text: &str, wrt: &str, sizes: &[usize], place: (Region, u64)) -> Result<bool, Stop> {
    let mut point = Point::<T>::new(text, wrt, sizes, place)?;
    let derivative = point.derivative(1)?;
    let value = point.values[&point.case.var(point.wrt).map_err(wrong)?].clone();
    let mut truth = Vec::new();
    for tangent in basis(point.structure(), &value)? {
        truth.extend(point.truth_along(tangent.data())?.1);
    }
    let Explicit::Array(array) = derivative.explicit else {
        point.first_order(&derivative)?;
        return Ok(false);
    };
    has_axes(&point, array, &[point.wrt])?;
    for (array, how) in [
        (array, ""),
        (simplify(&mut point.case.store, array).map_err(wrong)?, ", simplified"),
    ] {
        let found = point.run(&[array])?;
        compare(&format!("the explicit form{how}"), &found[0], &truth)?;
    }
    Ok(true)
}

/// As [`first`], for the second derivative by two variables; the orthogonal matrices are curved.
fn second<T: Judge>(text: &str, wrt: [&str; 2], sizes: &[usize], place: (Region, u64)) -> Result<bool, Stop> {
    let mut point = Point::<T>::new(text, wrt[0], sizes, place)?;
    let variables = [point.wrt, point.case.variable(wrt[1]).map_err(wrong)?];
    let mut bases = Vec::new();
    for variable in variables {
        let (structure, _) = point.case.declared(variable).map_err(wrong)?;
        if variables[0] == variables[1] && structure == Structure::Orthogonal {
            return Err(undefined("the orthogonal matrices are curved"));
        }
        let value = &point.values[&point.case.var(variable).map_err(wrong)?];
        bases.push(basis(structure, value)?);
    }
    let mut truth = Vec::new();
    for two in &bases[1] {
        for one in &bases[0] {
            truth.extend(point.second_truth([(variables[0], one.data()), (variables[1], two.data())])?);
        }
    }
    let names = ["d1", "d2"].map(str::to_owned);
    let found = diff::derivative(&mut point.case.store, point.case.function, &variables, &names).map_err(wrong)?;
    let mut directions = Vec::new();
    for (at, basis) in bases.iter().enumerate() {
        // An array anywhere: 1, 2, 3, ..., and its projection, the sum of the basis with these weights.
        let (mut weight, shape) = (1.., basis[0].shape());
        let free = Array::from_fn(shape, |_| T::from_i64(weight.next().unwrap_or(1))).map_err(undefined)?;
        let weighted = basis.iter().zip(free.data()).map(|(unit, weight)| unit.scale(weight));
        let zero = Array::zeros(shape).map_err(undefined)?;
        let tangent = weighted.fold(zero, |sum, part| sum.add(&part).unwrap_or(sum));
        point.set(found.holes[at], tangent)?;
        point.set(found.free_holes[at], free.clone())?;
        directions.push(free);
    }
    let along = contract(&truth, &[&directions[0], &directions[1]]);
    let views = point.run(&[found.form, found.operator])?;
    compare("the differential of order 2", &views[0], &along)?;
    compare("the operator of order 2", &views[1], &along)?;
    let Explicit::Array(array) = found.explicit else {
        return Ok(false);
    };
    has_axes(&point, array, &variables)?;
    for (array, how) in [
        (array, ""),
        (simplify(&mut point.case.store, array).map_err(wrong)?, ", simplified"),
    ] {
        let found = point.run(&[array])?;
        compare(&format!("the explicit form of order 2{how}"), &found[0], &truth)?;
    }
    Ok(true)
}
