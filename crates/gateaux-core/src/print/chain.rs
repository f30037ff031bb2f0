//! The factors of a matrix product: slices, sums along an axis, sums of first entries, inverses, powers.

use super::layout::{Layout, Piece, PieceId};
use super::recognize;
use super::term::Factors;
use crate::expr::{Expr, Facts, Form, MatrixPower, Result, Shape, Store};

impl Layout {
    /// The factors of a matrix product; a product with ones at an end is a sum by rows or columns.
    pub(super) fn chain(
        &mut self,
        store: &mut Store,
        whole: Expr,
        list: &[MatrixPower],
        factors: &mut Factors,
    ) -> Result<()> {
        // Around the seam of an outer product each side is a chain of its own.
        let seam = list
            .iter()
            .skip(1)
            .position(|f| matches!(store.shape(f.base), Shape::Row(_)));
        if let (Some(at), Shape::Matrix(..)) = (seam, store.shape(whole)) {
            self.segment(store, &list[..at + 1], factors)?;
            return self.segment(store, &list[at + 1..], factors);
        }
        self.segment(store, list, factors)
    }

    fn segment(&mut self, store: &mut Store, list: &[MatrixPower], factors: &mut Factors) -> Result<()> {
        let last = list.len() - 1;
        if self.cumulated(store, list, factors)? {
            return Ok(());
        }
        if let Some(at) = end_of_slice(store, list) {
            self.segment(store, &list[..at], factors)?;
            return self.segment(store, &list[at..], factors);
        }
        if let Some((head, tail)) = selecting_ends(store, list) {
            // `A*B[:,j]`, not `(A*B)[:,j]`; `q[:,1]'*A*q[:,1]`, not `(q'*A*q)[1,1]`.
            for part in [&list[..head], &list[head..=last - tail], &list[last + 1 - tail..]] {
                if !part.is_empty() {
                    self.segment(store, part, factors)?;
                }
            }
            return Ok(());
        }
        if let Some(piece) = self.indexed(store, list)? {
            factors.times(piece);
            return Ok(());
        }
        let starts_with_row = matches!(store.shape(list[0].base), Shape::Row(_));
        let ends_with_vector = matches!(store.shape(list[last].base), Shape::Vector(_));
        if last > 0 && !starts_with_row && matches!(store.form(list[last].base), Form::Ones) && ends_with_vector {
            return self.axis_sum(store, &list[..last], "2", factors);
        }
        let starts_with_ones =
            matches!(store.form(list[0].base), Form::Transpose(x) if matches!(store.form(*x), Form::Ones));
        if last > 0 && !ends_with_vector && starts_with_ones {
            return self.axis_sum(store, &list[1..], "1", factors);
        }
        // Beside a long product, whose parts have names, short ones are written with these names too.
        let parts = match list {
            [first, rest @ ..] if self.is_long && rest.len() > 1 && ends_with_vector && !starts_with_row => {
                let rest = store.matrix_product(rest.to_vec())?;
                [*first, whole(rest)].to_vec()
            }
            [rest @ .., last] if self.is_long && rest.len() > 1 && starts_with_row && !ends_with_vector => {
                let rest = store.matrix_product(rest.to_vec())?;
                [whole(rest), *last].to_vec()
            }
            _ => list.to_vec(),
        };
        for factor in &parts {
            let piece = self.factor(store, factor, factors)?;
            factors.times(piece);
        }
        Ok(())
    }

    fn factor(&mut self, store: &mut Store, factor: &MatrixPower, factors: &mut Factors) -> Result<PieceId> {
        Ok(match factor.power {
            1 if store.is_assembled(factor.base) => self.need(factor.base),
            1 if store.is_product(*factor) => {
                let part = self.need(factor.base);
                self.push(Piece::Inline(part))
            }
            1 => match recognize::symmetric_factor(store, factor.base)? {
                Some((name, coefficient, part)) => {
                    factors.coefficients.push(coefficient);
                    let part = self.need(part);
                    self.push(Piece::Call(name, vec![part]))
                }
                None => self.need(factor.base),
            },
            -1 => self.inverse(store, factor.base),
            power => {
                let base = self.need(factor.base);
                let exponent = self.push(Piece::Number(power.to_string()));
                self.push(Piece::Power(base, exponent, false))
            }
        })
    }

    /// A product in which a triangle of ones meets a vector, with the sums of the first entries of the vector; whether
    /// it is one.
    fn cumulated(&mut self, store: &mut Store, list: &[MatrixPower], factors: &mut Factors) -> Result<bool> {
        let last = list.len() - 1;
        if matches!(store.shape(list[0].base), Shape::Row(_))
            && let Some(at) = (1..=last).rev().find(|at| is_turned_mask(store, &list[*at]))
        {
            let row = store.matrix_product([&list[..at], &one_less(&list[at])].concat())?;
            let of = store.transpose(row)?;
            if store.split_coefficient(of).0.is_one() {
                let is_slice = at + 1 == last && is_selection(store, list[last].base);
                if is_slice && let Some(piece) = self.indexed(store, list)? {
                    factors.times(piece);
                    return Ok(true);
                }
                let of = self.need(of);
                let sums = self.push(Piece::Call("cumsum", vec![of]));
                let piece = self.push(Piece::Transpose(sums));
                factors.times(piece);
                if at < last {
                    self.segment(store, &list[at + 1..], factors)?;
                }
                return Ok(true);
            }
        }
        if matches!(store.shape(list[last].base), Shape::Vector(_))
            && let Some(at) = (0..last).find(|at| is_mask(store, &list[*at]))
        {
            let of = store.matrix_product([&one_less(&list[at]), &list[at + 1..]].concat())?;
            if store.split_coefficient(of).0.is_one() {
                let is_slice = at == 1 && is_turned_selection(store, list[0].base);
                if is_slice && let Some(piece) = self.indexed(store, list)? {
                    factors.times(piece);
                    return Ok(true);
                }
                if at > 0 {
                    self.segment(store, &list[..at], factors)?;
                }
                let of = self.need(of);
                let piece = self.push(Piece::Call("cumsum", vec![of]));
                factors.times(piece);
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Entries, rows and columns of a product: `x[i]`, `A[i,j]`, `A[:,j]`, `(A*B)[2:n,:]`.
    fn indexed(&mut self, store: &mut Store, list: &[MatrixPower]) -> Result<Option<PieceId>> {
        let row = match *store.form(list[0].base) {
            Form::Transpose(inner) => recognize::selection(store, inner)?,
            _ => None,
        };
        let column = recognize::selection(store, list[list.len() - 1].base)?;
        let middle = &list[usize::from(row.is_some())..list.len() - usize::from(column.is_some())];
        if middle.is_empty() || middle.len() == list.len() {
            return Ok(None);
        }
        let inner = store.matrix_product(middle.to_vec())?;
        if !store.split_coefficient(inner).0.is_one() {
            return Ok(None);
        }
        if let Some((name, of)) = recognize::extreme(store, inner, list[0].base) {
            let of = self.need(of);
            return Ok(Some(self.push(Piece::Call(name, vec![of]))));
        }
        // A row of X' is a column of X.
        let flipped = match store.shape(inner) {
            Shape::Matrix(..) | Shape::Row(_) => store.transpose(inner)?,
            _ => inner,
        };
        let flips = store.weight(flipped) < store.weight(inner) && store.split_coefficient(flipped).0.is_one();
        let base = if flips { flipped } else { inner };
        let all = || (":".to_owned(), false);
        let (items, is_transposed) = match (store.shape(inner), row, column) {
            (Shape::Vector(_), Some(item), None) => (vec![item], false),
            (Shape::Row(_), None, Some(item)) => {
                let is_transposed = flips && !item.1;
                (vec![item], is_transposed)
            }
            (Shape::Matrix(..), row, column) => {
                let (row, column) = (row.unwrap_or_else(all), column.unwrap_or_else(all));
                // One row or column is a vector, and a row where it stands for `e'*A*S`.
                let is_transposed = !column.1 && (row.1 || flips);
                let items = if flips { vec![column, row] } else { vec![row, column] };
                (items, is_transposed)
            }
            _ => return Ok(None),
        };
        let base = self.need(base);
        let piece = self.push(Piece::Index(base, items.into_iter().map(|(item, _)| item).collect()));
        Ok(Some(match is_transposed {
            true => self.push(Piece::Transpose(piece)),
            false => piece,
        }))
    }

    fn axis_sum(&mut self, store: &mut Store, rest: &[MatrixPower], axis: &str, factors: &mut Factors) -> Result<()> {
        let matrix = store.matrix_product(rest.to_vec())?;
        let matrix = self.need(matrix);
        let axis = self.push(Piece::Number(axis.to_owned()));
        let piece = self.push(Piece::Call("sum", vec![matrix, axis]));
        factors.times(piece);
        Ok(())
    }

    /// `inv(X)`, and `inv(X)'` for the inverse of a transpose.
    fn inverse(&mut self, store: &Store, base: Expr) -> PieceId {
        match *store.form(base) {
            Form::Transpose(inner) => {
                let inner = self.need(inner);
                let inverse = self.push(Piece::Call("inv", vec![inner]));
                self.push(Piece::Transpose(inverse))
            }
            _ => {
                let base = self.need(base);
                self.push(Piece::Call("inv", vec![base]))
            }
        }
    }
}

fn whole(base: Expr) -> MatrixPower {
    MatrixPower { base, power: 1 }
}

/// Whether it is the lower triangle of ones, or sums of sums.
fn is_mask(store: &Store, factor: &MatrixPower) -> bool {
    factor.power > 0 && store.shape(factor.base).square().is_some() && matches!(store.form(factor.base), Form::Tril)
}

fn is_turned_mask(store: &Store, factor: &MatrixPower) -> bool {
    matches!(*store.form(factor.base), Form::Transpose(base) if is_mask(store, &MatrixPower { base, ..*factor }))
}

/// What is left of a power when one factor is taken away.
fn one_less(factor: &MatrixPower) -> Vec<MatrixPower> {
    let power = factor.power - 1;
    (power > 0)
        .then_some(MatrixPower { power, ..*factor })
        .into_iter()
        .collect()
}

fn is_selection(store: &Store, expr: Expr) -> bool {
    matches!(store.form(expr), Form::Select(_))
}

fn is_turned_selection(store: &Store, expr: Expr) -> bool {
    matches!(*store.form(expr), Form::Transpose(inner) if is_selection(store, inner))
}

/// Where a slice ends or begins inside of a product: columns are those of what stands before them, rows those of what
/// stands behind them, `W[:,1:n]*x` and `A*B[1:n,:]`.
fn end_of_slice(store: &Store, list: &[MatrixPower]) -> Option<usize> {
    (1..list.len()).find(|at| is_selection(store, list[at - 1].base) || is_turned_selection(store, list[*at].base))
}

/// How many factors at the beginning and at the end of a product stand for a row and a column of its first and last
/// matrix, where these are to be written as such: an entry of a product is left as one, unless it is a form in
/// orthonormal vectors.
fn selecting_ends(store: &Store, list: &[MatrixPower]) -> Option<(usize, usize)> {
    let plain = |expr: Expr| match *store.form(expr) {
        Form::Transpose(inner) => inner,
        _ => expr,
    };
    let unit =
        |expr: Expr| matches!(store.form(expr), Form::Select(_)) && matches!(store.shape(expr), Shape::Vector(_));
    let last = list.len() - 1;
    let row = matches!(store.shape(list[0].base), Shape::Row(_)) && unit(plain(list[0].base));
    let column = unit(list[last].base);
    let matrices = list.len() - usize::from(row) - usize::from(column);
    let is_vectors = |factor: &MatrixPower| {
        let base = plain(factor.base);
        factor.power == 1 && matches!(store.form(base), Form::Call(..)) && store.facts(base).has(Facts::ORTHONORMAL)
    };
    if matrices < 2 || list.iter().any(|factor| factor.power != 1 && matrices == 2) {
        return None;
    }
    match (row, column) {
        (false, true) => Some((0, 2)),
        (true, false) => Some((2, 0)),
        (true, true) if is_vectors(&list[1]) && is_vectors(&list[last - 1]) => Some((2, 2)),
        _ => None,
    }
}
