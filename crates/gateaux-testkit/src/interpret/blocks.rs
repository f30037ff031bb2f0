//! Literal arrays, comparisons and choices, by definition.

use std::cmp::Ordering;

use gateaux_array::{Array, Field};

use super::{Outcome, Value, filled, is_nearly_zero, text};

/// `[A, B; C, D]`: entry by entry, by counting rows and columns.
pub(super) fn literal<T: Field>(rows: &[Vec<Value<T>>]) -> Outcome<Value<T>> {
    let blocks = || rows.iter().flatten();
    let is_column = rows.iter().all(|row| row.len() == 1);
    let is_list = rows.len() == 1 && blocks().all(Value::is_scalar);
    let is_vector = is_list || is_column && blocks().all(|block| block.array.rank() < 2 && !block.is_row);
    if is_vector {
        let entries: Vec<T> = blocks().flat_map(|block| block.array.data().to_vec()).collect();
        return Array::vector(entries).map(Value::new).map_err(text);
    }
    let size = |block: &Value<T>| match *block.array.shape() {
        [] => (1, 1),
        [n] => (n, 1),
        [m, n] => (m, n),
        _ => (0, 0),
    };
    let is_row = rows.len() == 1 && blocks().all(|block| block.is_scalar() || block.is_row);
    let height: usize = rows.iter().map(|row| size(&row[0]).0).sum();
    let width: usize = rows[0].iter().map(|block| size(block).1).sum();
    let mut array = Array::zeros(&[height, width]).map_err(text)?;
    let mut top = 0;
    for row in rows {
        let mut left = 0;
        for block in row {
            let (m, n) = size(block);
            for (at, entry) in block.array.data().iter().enumerate() {
                let place = array
                    .get_mut(&[top + at % m, left + at / m])
                    .ok_or("blocks that do not fit")?;
                *place = entry.clone();
            }
            left += n;
        }
        top += size(&row[0]).0;
    }
    Ok(Value { array, is_row })
}

/// 1 where the first is less, or where the two are equal and this counts.
pub(super) fn comparison<T: Field>(lhs: &Value<T>, rhs: &Value<T>, or_equal: bool) -> Outcome<Value<T>> {
    // What is equal by its form differs by rounding in floats.
    let mut pairs = lhs.array.data().iter().zip(rhs.array.data());
    if pairs.any(|(x, y)| x != y && is_nearly_zero(&x.sub(y))) {
        return Err("a comparison of nearly equal numbers".to_owned());
    }
    let holds = |x: &T, y: &T| {
        Ok(match x.compare(y)? {
            Some(Ordering::Less) => T::one(),
            Some(Ordering::Equal) if or_equal => T::one(),
            _ => T::zero(),
        })
    };
    lhs.array
        .try_zip(&rhs.array, holds)
        .map(|array| lhs.with(array))
        .map_err(text)
}

/// The entries of the branch that each entry of the condition takes.
pub(super) fn choice<T: Field>(condition: &Value<T>, then: &Value<T>, otherwise: &Value<T>) -> Outcome<Value<T>> {
    let like = [condition, then, otherwise]
        .into_iter()
        .find(|value| !value.is_scalar())
        .unwrap_or(condition);
    let (condition, then, otherwise) = (filled(condition, like)?, filled(then, like)?, filled(otherwise, like)?);
    let branches = then
        .array
        .zip(&otherwise.array, |x, y| (x.clone(), y.clone()))
        .map_err(text)?;
    let chosen = condition.array.zip(&branches, |holds, (x, y)| {
        if holds.pivot_size() == 0.0 {
            y.clone()
        } else {
            x.clone()
        }
    });
    chosen.map(|array| like.with(array)).map_err(text)
}
