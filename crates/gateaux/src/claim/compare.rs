//! Comparing the values of formulas: whether they agree, and what the one is of the other.

use gateaux_array::{Array, Complex, DoubleDouble, Number, Real};

use super::points::{Column, Entry, Points};

/// Two values with 31 digits agree if they differ by no more than this, relative to the larger.
const TOLERANCE: f64 = 1e-18;
/// Values below this may be what rounding has left of a zero.
const TINY: f64 = 1e-22;
/// The largest denominator and numerator of a factor that is named.
const MAX_PART: i64 = 720;

/// The size of the largest entry.
pub(super) fn size(array: &Array<Entry>) -> f64 {
    let sizes = array
        .data()
        .iter()
        .map(|entry| entry.re.to_f64().abs().max(entry.im.to_f64().abs()));
    sizes.fold(0.0, f64::max)
}

/// Whether two values agree; `None` where both are so small that their difference says nothing.
pub(super) fn agree(lhs: &Array<Entry>, rhs: &Array<Entry>) -> Option<bool> {
    let scale = size(lhs).max(size(rhs));
    if lhs.shape() != rhs.shape() {
        return Some(false);
    }
    let is_same = scale > 0.0 && size(&lhs.sub(rhs).ok()?) <= TOLERANCE * scale;
    match scale < TINY && !is_same {
        true => None,
        false => Some(is_same),
    }
}

/// Whether two formulas agree at all points where the second has a value, and there are such points.
pub(super) fn all_agree(lhs: &Column, rhs: &Column) -> bool {
    let mut seen = 0;
    for (lhs, rhs) in lhs.iter().zip(rhs) {
        match (lhs, rhs) {
            (_, None) => {}
            (None, Some(_)) => return false,
            (Some(lhs), Some(rhs)) => match agree(lhs, rhs) {
                Some(true) => seen += 1,
                Some(false) => return false,
                None => {}
            },
        }
    }
    seen > 0
}

/// The scalar that the first formula is of the second at each point where the second is not zero, if there is one at
/// all of them.
pub(super) fn ratios(lhs: &Column, rhs: &Column) -> Option<Vec<Option<DoubleDouble>>> {
    let mut found = Vec::with_capacity(lhs.len());
    for (lhs, rhs) in lhs.iter().zip(rhs) {
        let Some(rhs) = rhs.as_ref() else {
            found.push(None);
            continue;
        };
        let lhs = lhs.as_ref()?;
        if lhs.shape() != rhs.shape() {
            return None;
        }
        if size(rhs) < TINY {
            if size(lhs) >= TINY {
                return None;
            }
            found.push(None);
            continue;
        }
        let largest = |entry: &Entry| entry.re.to_f64().abs().max(entry.im.to_f64().abs());
        let at = (0..rhs.len()).max_by(|a, b| largest(&rhs.data()[*a]).total_cmp(&largest(&rhs.data()[*b])))?;
        let ratio = Number::div(&lhs.data()[at], &rhs.data()[at])?;
        let real = Complex::real(ratio.re);
        if agree(lhs, &rhs.scale(&real)) != Some(true) {
            return None;
        }
        found.push(Some(ratio.re));
    }
    found.iter().any(Option::is_some).then_some(found)
}

/// The fraction of small integers that a number is.
pub(super) fn fraction(value: &DoubleDouble) -> Option<(i64, i64)> {
    let target = value.to_f64();
    (1..=MAX_PART).find_map(|denominator| {
        let numerator = (target * denominator as f64).round();
        if numerator == 0.0 || numerator.abs() > MAX_PART as f64 {
            return None;
        }
        let exact = DoubleDouble::from_i64(numerator as i64).div(&DoubleDouble::from_i64(denominator))?;
        let gap = exact.sub(value).to_f64().abs();
        (gap <= TOLERANCE * target.abs()).then_some((numerator as i64, denominator))
    })
}

/// The fraction that is the same at all points.
pub(super) fn constant(ratios: &[Option<DoubleDouble>]) -> Option<(i64, i64)> {
    let mut known = ratios.iter().flatten();
    let first = fraction(known.next()?)?;
    known.all(|ratio| fraction(ratio) == Some(first)).then_some(first)
}

/// A factor in words: `2`, `1/3`, `n`, `2/n`, `0.398942280401`.
pub(super) fn factor_in_words(points: &Points, ratios: &[Option<DoubleDouble>]) -> Option<String> {
    if let Some(number) = constant(ratios) {
        return Some(written(number, &[]));
    }
    named_power(points, ratios).or_else(|| decimal(ratios))
}

/// A number that is no fraction of small integers, such as 1/sqrt(2*pi), with twelve digits.
fn decimal(ratios: &[Option<DoubleDouble>]) -> Option<String> {
    let mut known = ratios.iter().flatten();
    let first = known.next()?;
    let size = first.to_f64().abs();
    let is_same = |ratio: &DoubleDouble| ratio.sub(first).to_f64().abs() <= TOLERANCE * size;
    if !known.all(is_same) || !(1e-9..1e9).contains(&size) {
        return None;
    }
    let text = format!("{:.12}", first.to_f64());
    Some(text.trim_end_matches('0').to_owned())
}

/// A product of powers of dimensions with a fraction.
fn named_power(points: &Points, ratios: &[Option<DoubleDouble>]) -> Option<String> {
    let names = points.dimensions();
    let mut powers: Vec<Vec<(&str, i64)>> = Vec::new();
    for name in &names {
        powers.extend([1, -1, 2, -2].map(|power| vec![(name.as_str(), power)]));
    }
    for (at, first) in names.iter().enumerate() {
        for second in &names[at + 1..] {
            let both = [(1, 1), (-1, -1), (1, -1), (-1, 1)];
            powers.extend(both.map(|(p, q)| vec![(first.as_str(), p), (second.as_str(), q)]));
        }
    }
    powers.into_iter().find_map(|powers| {
        let mut rest = ratios.to_vec();
        for (name, power) in &powers {
            for (ratio, size) in rest.iter_mut().zip(points.sizes(name)) {
                let size = DoubleDouble::from_i64(i64::try_from(size?).ok()?).powi(*power)?;
                *ratio = match ratio {
                    Some(ratio) => Some(ratio.div(&size)?),
                    None => None,
                };
            }
        }
        constant(&rest).map(|number| written(number, &powers))
    })
}

fn written((numerator, denominator): (i64, i64), powers: &[(&str, i64)]) -> String {
    let power = |(name, power): &(&str, i64)| match power.unsigned_abs() {
        1 => (*name).to_owned(),
        power => format!("{name}^{power}"),
    };
    let mut above: Vec<String> = powers.iter().filter(|(_, power)| *power > 0).map(power).collect();
    let mut below: Vec<String> = powers.iter().filter(|(_, power)| *power < 0).map(power).collect();
    if numerator != 1 || above.is_empty() {
        above.insert(0, numerator.to_string());
    }
    if denominator != 1 {
        below.insert(0, denominator.to_string());
    }
    let above = above.join("*");
    match below.as_slice() {
        [] => above,
        [one] => format!("{above}/{one}"),
        several => format!("{above}/({})", several.join("*")),
    }
}

/// A function of the values at all points.
pub(super) fn mapped(column: &Column, map: impl Fn(&Array<Entry>) -> Option<Array<Entry>>) -> Column {
    column.iter().map(|value| value.as_ref().and_then(&map)).collect()
}

/// The difference of two formulas at all points.
pub(super) fn difference(lhs: &Column, rhs: &Column) -> Column {
    let pairs = lhs.iter().zip(rhs);
    pairs.map(|(lhs, rhs)| lhs.as_ref()?.sub(rhs.as_ref()?).ok()).collect()
}

/// The sum of two formulas at all points.
pub(super) fn total(lhs: &Column, rhs: &Column) -> Column {
    let pairs = lhs.iter().zip(rhs);
    pairs.map(|(lhs, rhs)| lhs.as_ref()?.add(rhs.as_ref()?).ok()).collect()
}
