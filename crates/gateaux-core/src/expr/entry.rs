//! Entries: `e'*v` and `e'*M*f` for columns e and f of the identity.

use super::Result;
use super::dim::Dim;
use super::shape::Shape;
use super::store::{ElementPower, Expr, Form, MatrixPower, Store};

impl Store {
    /// The scalar product as an entry: entries of constants are known, and an entry of an elementwise expression is
    /// the expression of the entries.
    pub(super) fn entry(&mut self, segment: &[MatrixPower]) -> Result<Option<Expr>> {
        let row = self.transpose(segment[0].base)?;
        let Some(first) = self.unit(row) else {
            return match segment {
                // The unit vector first.
                [_, column] if self.unit(column.base).is_some() => {
                    let transposed = self.transpose(column.base)?;
                    self.matmul(&[transposed, row]).map(Some)
                }
                _ => Ok(None),
            };
        };
        let ends = match segment {
            [_, vector] => match self.unit(vector.base) {
                Some(second) => return Ok(self.same_position(first, second)),
                None => (vector.base, None),
            },
            [_, matrix, column] if matrix.power == 1 && self.unit(column.base).is_some() => {
                (matrix.base, Some(column.base))
            }
            _ => return Ok(None),
        };
        match self.entry_of(segment[0].base, ends)? {
            // The unit vector stays in front.
            None if ends.1.is_none() => self.intern(Form::MatMul(segment.into()), Shape::Scalar).map(Some),
            found => Ok(found),
        }
    }

    /// The position of a column of the identity.
    fn unit(&self, expr: Expr) -> Option<Dim> {
        match self.form(expr) {
            Form::Select(start) => Some(*start),
            _ => None,
        }
    }

    /// 1 or 0, if it is known whether two positions are the same.
    fn same_position(&mut self, first: Dim, second: Dim) -> Option<Expr> {
        let gap = self.dims.sub(second, first)?;
        self.dims
            .value(gap)
            .map(|gap| if gap == 0 { Store::ONE } else { Store::ZERO })
    }

    /// The entry of a vector in a row, or of a matrix in a row and a column, where its form shows what it is.
    fn entry_of(&mut self, row: Expr, (inner, column): (Expr, Option<Expr>)) -> Result<Option<Expr>> {
        let entry = |store: &mut Store, array: Expr| {
            if store.shape(array).is_scalar() {
                return Ok(array);
            }
            let factors: Vec<Expr> = [row, array].into_iter().chain(column).collect();
            store.matmul(&factors)
        };
        match self.form(inner).clone() {
            Form::Ones => Ok(Some(Store::ONE)),
            Form::Product(factors) => {
                let mut entries = Vec::with_capacity(factors.len());
                for factor in factors.iter() {
                    entries.push(ElementPower {
                        base: entry(self, factor.base)?,
                        exponent: entry(self, factor.exponent)?,
                    });
                }
                self.product(entries).map(Some)
            }
            Form::Call(function, args) if function.elementwise => {
                let args: Vec<Expr> = args.iter().map(|arg| entry(self, *arg)).collect::<Result<_>>()?;
                self.call(function, &args, Shape::Scalar).map(Some)
            }
            // An entry of a diagonal.
            Form::DiagOf(matrix) if column.is_none() => {
                let unit = self.transpose(row)?;
                self.matmul(&[row, matrix, unit]).map(Some)
            }
            Form::Diag(vector) if let Some(column) = column => {
                let scaled = self.multiply(&[vector, column])?;
                self.matmul(&[row, scaled]).map(Some)
            }
            _ => Ok(None),
        }
    }
}
