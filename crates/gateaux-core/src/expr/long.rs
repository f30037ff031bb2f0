//! Long products with a vector at an end.
//!
//! A list of more than [`MAX_FLAT`] factors that ends in a column is the first factor times the product of the rest,
//! which is an expression of its own; one that begins with a row is the product of all but the last factor times
//! the last. So `A*B*...*x` is made of the product that `B*...*x` is, and all beginnings and endings of a product
//! together, which its derivative needs, are linear in its length.
//!
//! - A long column or row is cut at each factor beyond the [`MAX_FLAT`] nearest to the vector.
//! - In a long outer product the column and the row are one factor each.
//! - A long scalar product is a row, what is between its first and its last hole, and a column; without holes, two
//!   halves and the factor in the middle, if there is one, so that `y'*y` is still a square of y.
//! - Products that select rows or columns, and those of matrices alone, stay flat, since they are matched from both
//!   ends.

use super::Result;
use super::shape::Shape;
use super::store::{Expr, Form, MatrixPower, Store};

/// A product of up to so many factors is a flat list.
pub const MAX_FLAT: usize = 16;

impl Store {
    /// Whether the expression is a column or row that stays whole where it is a factor of a longer product.
    pub(super) fn is_link(&self, expr: Expr) -> bool {
        let Form::MatMul(factors) = self.form(expr) else {
            return false;
        };
        let vector = match self.shape(expr) {
            Shape::Vector(_) => factors[factors.len() - 1],
            Shape::Row(_) => factors[0],
            _ => return false,
        };
        let is_cut = factors.len() == 2 && self.is_product(vector);
        is_cut || factors.len() == MAX_FLAT && !self.selects(factors)
    }

    /// Whether the factor is a column or row that stays whole behind these factors. A column does not until two of its
    /// factors have been pushed and have changed nothing: then neither will the others. Only an inverse of a product
    /// can cancel with more factors before it.
    pub(super) fn stays_whole(&self, factor: MatrixPower, before: &[MatrixPower]) -> bool {
        if factor.power != 1 || !self.is_link(factor.base) {
            return false;
        }
        let begins_with_inverse =
            matches!(self.form(factor.base), Form::MatMul(inner) if self.is_inverse_product(inner[0]));
        match (self.shape(factor.base), before) {
            (_, []) => true,
            (Shape::Row(_), [.., last]) => matches!(self.shape(last.base), Shape::Vector(_)),
            (_, [.., first, second]) if !begins_with_inverse => self
                .known_column(*second, factor.base)
                .and_then(|rest| self.known_column(*first, rest))
                .is_some(),
            _ => false,
        }
    }

    /// The long product of a matrix and a column, if it is there.
    fn known_column(&self, factor: MatrixPower, column: Expr) -> Option<Expr> {
        let shape = Shape::Vector(self.shape(factor.base).rows_and_columns()?.0);
        let column = MatrixPower { base: column, power: 1 };
        let found = self.find(Form::MatMul([factor, column].into()), shape)?;
        matches!(self.shape(factor.base), Shape::Matrix(..)).then_some(found)
    }

    /// Takes apart a row at the beginning of a list far enough that a factor behind the list meets its neighbors.
    pub(super) fn expose(&self, list: &mut Vec<MatrixPower>, next: MatrixPower) {
        let wanted = match self.is_inverse_product(next) {
            true => usize::MAX,
            false => 3,
        };
        while list.len() < wanted
            && let Some(first) = list.first()
            && matches!(self.shape(first.base), Shape::Row(_))
            && self.is_link(first.base)
            && let Form::MatMul(factors) = self.form(first.base)
        {
            list.splice(..1, factors.iter().copied());
        }
    }

    /// Whether the factor is a column or row that is a product itself: a part of a long product.
    pub fn is_product(&self, factor: MatrixPower) -> bool {
        factor.power == 1
            && matches!(self.form(factor.base), Form::MatMul(_))
            && matches!(self.shape(factor.base), Shape::Vector(_) | Shape::Row(_))
    }

    /// The list with all columns and rows that are products taken apart.
    pub fn flat(&self, list: &[MatrixPower]) -> Vec<MatrixPower> {
        let mut flat = Vec::with_capacity(list.len());
        let mut todo: Vec<MatrixPower> = list.iter().rev().copied().collect();
        while let Some(next) = todo.pop() {
            match self.form(next.base) {
                Form::MatMul(factors) if self.is_product(next) => todo.extend(factors.iter().rev()),
                _ => flat.push(next),
            }
        }
        flat
    }

    /// The product of two and more factors in normal form: all of them, or those before and those behind a seam.
    pub(super) fn listed(&mut self, head: Vec<MatrixPower>, tail: Vec<MatrixPower>, shape: Shape) -> Result<Expr> {
        let is_outer = !head.is_empty() && !tail.is_empty();
        let has_vector = is_outer || matches!(shape, Shape::Vector(_) | Shape::Row(_));
        let list = [head.as_slice(), tail.as_slice()].concat();
        if !has_vector || !self.is_long(&list) {
            return self.intern(Form::MatMul(list.into()), shape);
        }
        if self.selects(&list) {
            let flat = self.flat(&list);
            return self.intern(Form::MatMul(flat.into()), shape);
        }
        if !is_outer {
            return self.folded(&list);
        }
        let factors = [self.folded(&head)?, self.folded(&tail)?].map(|base| MatrixPower { base, power: 1 });
        self.intern(Form::MatMul(factors.into()), shape)
    }

    /// The factors of a scalar product in the form in which it is read from both sides: a long one with a hole is cut
    /// there, others are flat.
    pub(super) fn scalar_factors(&mut self, segment: Vec<MatrixPower>) -> Result<Vec<MatrixPower>> {
        if !self.is_long(&segment) {
            return Ok(segment);
        }
        let mut holes = (0..segment.len()).filter(|at| self.has_hole(segment[*at].base));
        let Some(first) = holes.next() else {
            return Ok(self.flat(&segment));
        };
        let last = holes.next_back().unwrap_or(first);
        let (before, behind) = (&segment[..first], &segment[last + 1..]);
        let ends = [before.first(), behind.last()];
        if self.selects(&segment) || ends.into_iter().flatten().any(|end| self.ends_in_ones(end.base)) {
            return Ok(self.flat(&segment));
        }
        let mut list = Vec::with_capacity(last - first + 3);
        if !before.is_empty() {
            let base = self.folded(before)?;
            list.push(MatrixPower { base, power: 1 });
        }
        list.extend(&segment[first..=last]);
        if !behind.is_empty() {
            let base = self.folded(behind)?;
            list.push(MatrixPower { base, power: 1 });
        }
        Ok(list)
    }

    /// The scalar product of factors that are [`scalar_factors`](Store::scalar_factors).
    pub(super) fn scalar_product(&mut self, list: Vec<MatrixPower>) -> Result<Expr> {
        let is_cut = list.iter().any(|factor| self.has_hole(factor.base));
        if is_cut || list.len() <= MAX_FLAT || self.selects(&list) {
            return self.intern(Form::MatMul(list.into()), Shape::Scalar);
        }
        let half = list.len() / 2;
        let (row, column) = (self.folded(&list[..half])?, self.folded(&list[list.len() - half..])?);
        let whole = |base: Expr| MatrixPower { base, power: 1 };
        let middle = &list[half..list.len() - half];
        let factors = [&[whole(row)], middle, &[whole(column)]].concat();
        self.intern(Form::MatMul(factors.into()), Shape::Scalar)
    }

    fn is_long(&self, list: &[MatrixPower]) -> bool {
        list.len() > MAX_FLAT || list.iter().any(|factor| factor.power == 1 && self.is_link(factor.base))
    }

    fn selects(&self, list: &[MatrixPower]) -> bool {
        list.iter().any(|factor| match *self.form(factor.base) {
            Form::Select(_) => true,
            Form::Transpose(inner) => matches!(self.form(inner), Form::Select(_)),
            _ => false,
        })
    }

    /// Whether the vector at the end of a column, or at the beginning of a row, is one of ones.
    fn ends_in_ones(&self, expr: Expr) -> bool {
        let mut expr = expr;
        while let (Form::MatMul(factors), shape) = (self.form(expr), self.shape(expr)) {
            expr = match shape {
                Shape::Row(_) => factors[0].base,
                _ => factors[factors.len() - 1].base,
            };
        }
        self.is_ones(expr)
    }

    /// The column or row that the factors make, cut at each factor beyond those nearest to the vector.
    fn folded(&mut self, list: &[MatrixPower]) -> Result<Expr> {
        let is_row = matches!(self.shape(list[0].base), Shape::Row(_));
        let mut list = list.to_vec();
        // From the vector on, whichever side it is.
        if !is_row {
            list.reverse();
        }
        let flat = match self.is_link(list[0].base) {
            true => 1,
            false => MAX_FLAT.min(list.len()),
        };
        let mut product = self.vector_product(&list[..flat], is_row)?;
        for factor in &list[flat..] {
            let rest = MatrixPower {
                base: product,
                power: 1,
            };
            product = self.vector_product(&[rest, *factor], is_row)?;
        }
        Ok(product)
    }

    /// The product as it is of factors from the vector on.
    fn vector_product(&mut self, from_vector: &[MatrixPower], is_row: bool) -> Result<Expr> {
        if let [MatrixPower { base, power: 1 }] = *from_vector {
            return Ok(base);
        }
        let mut list = from_vector.to_vec();
        let outside = self.shape(list[list.len() - 1].base).rows_and_columns();
        let (rows, columns) = outside.unwrap_or((super::Dims::ONE, super::Dims::ONE));
        if is_row {
            return self.intern(Form::MatMul(list.into()), Shape::Row(columns));
        }
        list.reverse();
        self.intern(Form::MatMul(list.into()), Shape::Vector(rows))
    }
}
