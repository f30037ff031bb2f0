//! What names axes: indices, slices and index expressions, entry by entry.

use gateaux_array::{Array, Field};

use super::{Outcome, Value, text};

/// What an index takes of an axis; positions count from 0 here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Taken {
    /// All of it, and the axis stays.
    All,
    /// One position, and the axis is gone.
    At(usize),
    /// From one position to another, both included.
    Range(usize, usize),
}

impl Taken {
    /// The first position, and the length of the axis that stays.
    fn of(self, size: usize) -> Outcome<(usize, Option<usize>)> {
        let (first, last, stays) = match self {
            Taken::All => (0, size - 1, true),
            Taken::At(at) => (at, at, false),
            Taken::Range(from, to) => (from, to, true),
        };
        if first > last || last >= size {
            return Err(format!("the positions {first} to {last} of {size}"));
        }
        Ok((first, stays.then_some(last - first + 1)))
    }
}

/// `base[items]`: a row has one index, and a range of it is a row.
pub(super) fn index<T: Field>(base: &Value<T>, items: &[Taken]) -> Outcome<Value<T>> {
    let items = if base.is_row {
        [&[Taken::All], items].concat()
    } else {
        items.to_vec()
    };
    if items.len() != base.array.rank() {
        return Err(format!("{} indices of {} axes", items.len(), base.array.rank()));
    }
    let taken = items.iter().zip(base.array.shape()).map(|(item, size)| item.of(*size));
    let taken = taken.collect::<Outcome<Vec<_>>>()?;
    let is_entry_of_row = base.is_row && taken[1].1.is_none();
    let kept = taken
        .iter()
        .enumerate()
        .filter(|(axis, _)| *axis > 0 || !is_entry_of_row);
    let shape: Vec<usize> = kept.filter_map(|(_, (_, length))| *length).collect();
    let entry = |at: &[usize]| {
        let mut free = at.iter();
        let place = |(first, length): &(usize, Option<usize>)| match length {
            Some(_) => first + free.next().copied().unwrap_or(0),
            None => *first,
        };
        let place: Vec<usize> = taken.iter().map(place).collect();
        base.array.get(&place).cloned().unwrap_or_else(T::zero)
    };
    Ok(Value {
        array: Array::from_fn(&shape, entry).map_err(text)?,
        is_row: base.is_row && !is_entry_of_row,
    })
}

/// `einsum(subscripts, operands)`: a loop over the positions of all letters.
pub(super) fn einsum<T: Field>(subscripts: &str, operands: &[Value<T>]) -> Outcome<Value<T>> {
    let (inputs, output) = subscripts.split_once("->").ok_or("subscripts without an arrow")?;
    let groups: Vec<Vec<char>> = inputs.split(',').map(|group| group.chars().collect()).collect();
    // The letters of the result first, so that the others run for each of its entries.
    let mut letters: Vec<(char, usize)> = Vec::new();
    let sized = groups.iter().zip(operands).flat_map(|(group, operand)| {
        let sizes = operand.array.shape().iter().copied();
        group.iter().copied().zip(sizes)
    });
    let sized: Vec<(char, usize)> = sized.collect();
    if groups.len() != operands.len() || sized.len() != groups.iter().map(Vec::len).sum::<usize>() {
        return Err("letters and axes do not fit".to_owned());
    }
    for letter in output.chars().chain(sized.iter().map(|(letter, _)| *letter)) {
        let mut sizes = sized
            .iter()
            .filter(|(known, _)| *known == letter)
            .map(|(_, size)| *size);
        let size = sizes.next().ok_or_else(|| format!("the letter {letter}"))?;
        if sizes.any(|other| other != size) {
            return Err(format!("two sizes of the letter {letter}"));
        }
        if !letters.contains(&(letter, size)) {
            letters.push((letter, size));
        }
    }
    let place = |letter: &char| letters.iter().position(|(known, _)| known == letter).unwrap_or(0);
    let places: Vec<Vec<usize>> = groups.iter().map(|group| group.iter().map(place).collect()).collect();
    let (outer, inner) = letters.split_at(output.chars().count());
    let size = |letters: &[(char, usize)]| letters.iter().map(|(_, size)| *size).collect::<Vec<_>>();
    let product = |at: &[usize]| {
        places
            .iter()
            .zip(operands)
            .fold(T::one(), |product, (places, operand)| {
                let own: Vec<usize> = places.iter().map(|place| at[*place]).collect();
                product.mul(&operand.array.get(&own).cloned().unwrap_or_else(T::zero))
            })
    };
    let summed = |at: &[usize]| {
        let counted: usize = size(inner).iter().product();
        (0..counted).fold(T::zero(), |sum, mut rest| {
            let mut whole = at.to_vec();
            for (_, size) in inner {
                whole.push(rest % size);
                rest /= size;
            }
            sum.add(&product(&whole))
        })
    };
    Array::from_fn(&size(outer), summed).map(Value::new).map_err(text)
}

/// A function of each column (axis 1) or each row (axis 2) of a matrix that gives a number or as many as it takes.
pub(super) fn by_lines<T: Field>(
    x: &Value<T>,
    axis: usize,
    function: impl Fn(&Array<T>) -> Outcome<Array<T>>,
) -> Outcome<Value<T>> {
    let &[m, n] = x.array.shape() else {
        return Err("an axis of what is no matrix".to_owned());
    };
    if x.is_row || !(1..=2).contains(&axis) {
        return Err(format!("the axis {axis}"));
    }
    let (count, length) = if axis == 1 { (n, m) } else { (m, n) };
    let place = |line: usize, at: usize| if axis == 1 { [at, line] } else { [line, at] };
    let mut lines = Vec::with_capacity(count);
    for line in 0..count {
        let entry = |at: &[usize]| x.array.get(&place(line, at[0])).cloned().unwrap_or_else(T::zero);
        lines.push(function(&Array::from_fn(&[length], entry).map_err(text)?)?);
    }
    let get = |line: usize, at: usize| lines[line].data()[at].clone();
    let array = match lines.first().map_or(0, Array::rank) {
        0 if axis == 1 => Array::from_fn(&[1, n], |at| get(at[1], 0)),
        0 => Array::from_fn(&[m], |at| get(at[0], 0)),
        _ => Array::from_fn(&[m, n], |at| {
            if axis == 1 {
                get(at[1], at[0])
            } else {
                get(at[0], at[1])
            }
        }),
    };
    let is_row = axis == 1 && lines.first().is_some_and(|line| line.rank() == 0);
    Ok(Value {
        array: array.map_err(text)?,
        is_row,
    })
}
