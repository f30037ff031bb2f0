//! Matrix products: flat lists of integer powers.
//!
//! Where a column meets a row (`x*y'`) the list has a seam of width 1. Everything between two seams, or between a
//! seam and an end that makes it a row times a column, is a scalar and leaves the list: `x*y'*A*z` is
//! `(y'*A*z)*x`. So a list has at most one seam, and then it is an outer product.

use super::facts::Facts;
use super::rational::Rational;
use super::shape::Shape;
use super::store::{ElementPower, Expr, Form, Function, Law, MatrixPower, Store};
use super::{Dims, Error, Result};

/// A product while it is being normalized.
struct Chain {
    coefficient: Rational,
    scalars: Vec<Expr>,
    /// The part before the seam: it ends with a column.
    head: Vec<MatrixPower>,
    /// The part that still grows.
    tail: Vec<MatrixPower>,
}

/// Where holes stand, the number of transposes, and of each factor whether it has a hole, its base, its power, and
/// whether it is a complex one without a transpose.
type ReadingKey = (bool, u32, Vec<(bool, Expr, i64, bool)>);

impl Store {
    /// The product of the factors in order; scalars may stand anywhere.
    ///
    /// # Errors
    /// [`Error::IllShaped`] where neighbors do not fit.
    pub fn matmul(&mut self, factors: &[Expr]) -> Result<Expr> {
        self.matrix_product(
            factors
                .iter()
                .map(|base| MatrixPower { base: *base, power: 1 })
                .collect(),
        )
    }

    /// `base^power` for a square matrix and any integer; `base^-1` is the inverse.
    ///
    /// # Errors
    /// [`Error::IllShaped`] where the base is no square matrix.
    pub fn matrix_power(&mut self, base: Expr, power: i64) -> Result<Expr> {
        let Some(n) = self.shape(base).square() else {
            return self.ill_shaped("a matrix power", &[base]);
        };
        if power == 0 {
            self.eye(n)
        } else {
            self.matrix_product(vec![MatrixPower { base, power }])
        }
    }

    /// The inverse of a square matrix.
    pub fn inverse(&mut self, base: Expr) -> Result<Expr> {
        self.matrix_power(base, -1)
    }

    /// `K*vec(M)` for a commutation matrix K, not turned into `vec(M')`.
    pub(crate) fn product_of_stacked(&mut self, commutation: Expr, stacked: Expr) -> Result<Expr> {
        match self.form(commutation) {
            Form::Commutation(..) => {
                let shape = self.shape(stacked);
                let factors = [commutation, stacked].map(|base| MatrixPower { base, power: 1 });
                self.intern(Form::MatMul(factors.into()), shape)
            }
            _ => self.matmul(&[commutation, stacked]),
        }
    }

    /// The product of integer powers in order.
    ///
    /// # Errors
    /// [`Error::IllShaped`] where neighbors do not fit.
    pub fn matrix_product(&mut self, factors: Vec<MatrixPower>) -> Result<Expr> {
        let shape = self.product_shape(&factors)?;
        if factors.iter().any(|f| self.is_zero(f.base) && f.power > 0) {
            let below = |f: &MatrixPower| self.has_pole(f.base) || self.is_zero(f.base) && f.power < 0;
            return match factors.iter().any(below) {
                true => self.zero_over_zero(shape),
                false => self.zeros(shape),
            };
        }
        let mut chain = Chain {
            coefficient: Rational::one(),
            scalars: Vec::new(),
            head: Vec::new(),
            tail: Vec::new(),
        };
        let mut queue: Vec<MatrixPower> = factors.into_iter().rev().collect();
        while let Some(factor) = queue.pop() {
            if self.stays_whole(factor, &chain.tail) {
                self.push_whole(factor, &mut chain)?;
            } else if !self.expand_matrix(factor, &mut chain, &mut queue)? {
                self.push_factor(factor, &mut chain, &mut queue)?;
            }
        }
        self.finish_chain(chain, shape)
    }

    fn product_shape(&self, factors: &[MatrixPower]) -> Result<Shape> {
        let mut shape = Shape::Scalar;
        for factor in factors {
            let next = self.shape(factor.base);
            let fits = || -> Option<Shape> {
                if shape.is_scalar() || next.is_scalar() {
                    return Some(if shape.is_scalar() { next } else { shape });
                }
                let (rows, inner) = shape.rows_and_columns()?;
                let (again, columns) = next.rows_and_columns()?;
                (inner == again).then_some(match (shape, next) {
                    (Shape::Row(_), Shape::Vector(_)) => Shape::Scalar,
                    (Shape::Row(_), _) => Shape::Row(columns),
                    (_, Shape::Vector(_)) => Shape::Vector(rows),
                    _ => Shape::Matrix(rows, columns),
                })
            };
            let bad_power = factor.power != 1 && next.square().is_none();
            match fits() {
                Some(product) if !bad_power => shape = product,
                _ => {
                    let shapes = format!("{} and {}", shape.text(&self.dims), next.text(&self.dims));
                    return Err(Error::IllShaped {
                        operation: "a matrix product",
                        shapes,
                    });
                }
            }
        }
        Ok(shape)
    }

    /// Takes apart a factor that is not an atom of a product; whether it did.
    fn expand_matrix(&mut self, factor: MatrixPower, chain: &mut Chain, queue: &mut Vec<MatrixPower>) -> Result<bool> {
        let MatrixPower { base, power } = factor;
        if self.shape(base).is_scalar() {
            chain.scalars.push(base);
            return Ok(true);
        }
        let (coefficient, primitive) = self.split_content(base)?;
        if !coefficient.is_one() {
            let Some(value) = coefficient.power(power, self.budget.bits) else {
                return Err(Error::Limit {
                    what: "bits of a number",
                    limit: self.budget.bits as usize,
                });
            };
            chain.coefficient = &chain.coefficient * &value;
            queue.push(MatrixPower { base: primitive, power });
            return Ok(true);
        }
        match *self.form(base) {
            Form::Scale(scalar, array) => {
                chain.scalars.push(self.pow_number(scalar, Rational::from(power))?);
                queue.push(MatrixPower { base: array, power });
            }
            Form::Eye => {}
            Form::Ones if power == 1 => match self.shape(base) {
                Shape::Matrix(m, n) => {
                    let (column, row) = (self.ones(Shape::Vector(m))?, self.ones(Shape::Row(n))?);
                    queue.extend([row, column].map(|base| MatrixPower { base, power: 1 }));
                }
                _ => return Ok(false),
            },
            Form::MatMul(ref inner) => {
                let inner = inner.clone();
                return self.expand_product(&inner, power, queue);
            }
            Form::Diag(vector) if power != 1 => {
                let powers = self.pow_number(vector, Rational::from(power))?;
                queue.push(MatrixPower {
                    base: self.diag(powers)?,
                    power: 1,
                });
            }
            Form::Kron(a, b) if power < 0 && self.shape(a).square().is_some() && self.shape(b).square().is_some() => {
                let (a, b) = (self.matrix_power(a, power)?, self.matrix_power(b, power)?);
                queue.push(MatrixPower {
                    base: self.kron(a, b)?,
                    power: 1,
                });
            }
            Form::Call(function, ref args) if power != 1 && matches!(function.law, Law::Root | Law::Exponential) => {
                let args = args.clone();
                return self.expand_power(function, &args, factor, queue);
            }
            _ if power < 0 && self.facts(base).has(Facts::ORTHOGONAL) => {
                queue.push(MatrixPower {
                    base: self.transpose(base)?,
                    power: -power,
                });
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// The power of a square root, or of an exponential, as a factor of its argument; whether there is one.
    fn expand_power(
        &mut self,
        function: Function,
        args: &[Expr],
        factor: MatrixPower,
        queue: &mut Vec<MatrixPower>,
    ) -> Result<bool> {
        let [argument] = *args else { return Ok(false) };
        let MatrixPower { base, power } = factor;
        if function.law == Law::Root {
            // What remains of an odd power is the root or its inverse.
            let (whole, rest) = (power / 2, power % 2);
            if whole == 0 {
                return Ok(false);
            }
            queue.extend((rest != 0).then_some(MatrixPower { base, power: rest }));
            queue.push(MatrixPower {
                base: argument,
                power: whole,
            });
            return Ok(true);
        }
        let multiple = self.times(&Rational::from(power), argument)?;
        let base = self.call(function, &[multiple], self.shape(base))?;
        queue.push(MatrixPower { base, power: 1 });
        Ok(true)
    }

    /// The power of a product as a list of factors, where that is possible.
    fn expand_product(&mut self, inner: &[MatrixPower], power: i64, queue: &mut Vec<MatrixPower>) -> Result<bool> {
        if let [only] = inner {
            let Some(power) = only.power.checked_mul(power) else {
                return Err(Error::Limit {
                    what: "as an exponent",
                    limit: i64::MAX as usize,
                });
            };
            queue.push(MatrixPower { base: only.base, power });
            return Ok(true);
        }
        let square = inner.iter().all(|factor| self.shape(factor.base).square().is_some());
        match power {
            1 => queue.extend(inner.iter().rev()),
            // The inverse of a product is the product of the inverses, last first.
            -1 if square => queue.extend(inner.iter().map(|f| MatrixPower {
                base: f.base,
                power: -f.power,
            })),
            i64::MIN..-1 if square => {
                let base = self.matrix_product(
                    inner
                        .iter()
                        .rev()
                        .map(|f| MatrixPower {
                            base: f.base,
                            power: -f.power,
                        })
                        .collect(),
                )?;
                queue.push(MatrixPower { base, power: -power });
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// Puts a part of a long product behind the others, with which it does not join.
    fn push_whole(&mut self, part: MatrixPower, chain: &mut Chain) -> Result<()> {
        if matches!(self.shape(part.base), Shape::Row(_)) && !chain.tail.is_empty() {
            self.close_segment(chain)?;
        }
        chain.tail.push(part);
        Ok(())
    }

    /// Puts an atomic factor behind the others: cancels inverses, joins powers and diagonals.
    fn push_factor(&mut self, factor: MatrixPower, chain: &mut Chain, queue: &mut Vec<MatrixPower>) -> Result<()> {
        self.expose(&mut chain.tail, factor);
        if chain.tail.last().is_some_and(|last| self.is_inverse_product(*last)) {
            // Any number of the factors that follow may cancel.
            queue.reverse();
            *queue = self.flat(queue);
            queue.reverse();
        }
        if let Some(joined) = self.canceled_product(factor, chain, queue) {
            queue.extend(Some(joined).filter(|joined| joined.power != 0));
            return Ok(());
        }
        let shape = self.shape(factor.base);
        if let Some(last) = chain.tail.last().copied() {
            let last_shape = self.shape(last.base);
            let at_seam = matches!(last_shape, Shape::Vector(_)) && matches!(shape, Shape::Row(_));
            if at_seam || self.is_closed_scalar(&chain.tail) {
                self.close_segment(chain)?;
            } else if let Some(kept) = self.projected(&chain.tail, factor) {
                chain.tail.truncate(chain.tail.len() - 2);
                queue.push(kept);
                return Ok(());
            } else if let Some(joined) = self.join(last, factor)? {
                chain.tail.pop();
                if joined.power != 0 {
                    queue.push(joined);
                }
                return Ok(());
            }
        }
        chain.tail.push(factor);
        Ok(())
    }

    /// A product and a negative power of it beside each other, `inv(P*P')*P*P'`: the factors are taken away, and the
    /// power one higher is given back.
    fn canceled_product(
        &self,
        factor: MatrixPower,
        chain: &mut Chain,
        queue: &mut Vec<MatrixPower>,
    ) -> Option<MatrixPower> {
        let product = |power: MatrixPower| match self.form(power.base) {
            Form::MatMul(inner) if power.power < 0 && inner.len() > 1 => Some(inner),
            _ => None,
        };
        // The power first: its factors follow.
        if let Some(last) = chain.tail.last().copied()
            && let Some(inner) = product(last)
            && inner[0] == factor
            && queue.len() + 1 >= inner.len()
            && queue.iter().rev().zip(&inner[1..]).all(|(next, wanted)| next == wanted)
        {
            queue.truncate(queue.len() + 1 - inner.len());
            chain.tail.pop();
            return Some(MatrixPower {
                base: last.base,
                power: last.power + 1,
            });
        }
        // The factors first.
        if let Some(inner) = product(factor)
            && chain.tail.ends_with(inner)
        {
            chain.tail.truncate(chain.tail.len() - inner.len());
            return Some(MatrixPower {
                base: factor.base,
                power: factor.power + 1,
            });
        }
        None
    }

    /// Whether it is a negative power of a product, which can cancel with many factors.
    pub(super) fn is_inverse_product(&self, factor: MatrixPower) -> bool {
        factor.power < 0 && matches!(self.form(factor.base), Form::MatMul(inner) if inner.len() > 1)
    }

    /// Whether the segment starts with a row and ends with a column.
    fn is_closed_scalar(&self, segment: &[MatrixPower]) -> bool {
        let shape_of = |factor: Option<&MatrixPower>| factor.map(|f| self.shape(f.base));
        matches!(shape_of(segment.first()), Some(Shape::Row(_)))
            && matches!(shape_of(segment.last()), Some(Shape::Vector(_)))
    }

    fn close_segment(&mut self, chain: &mut Chain) -> Result<()> {
        let segment = std::mem::take(&mut chain.tail);
        if self.is_closed_scalar(&segment) {
            let scalar = self.inner_product(segment)?;
            chain.scalars.push(scalar);
        } else if chain.head.is_empty() {
            chain.head = segment;
        } else {
            return Err(Error::IllShaped {
                operation: "a matrix product",
                shapes: "two seams".to_owned(),
            });
        }
        Ok(())
    }

    /// What is left of the last two factors and the next one, where a projection by a pseudoinverse among them changes
    /// nothing: `X*pinv(X)*X` is `X`, `X*pinv(X)*pinv(X)'` is `pinv(X)'`.
    ///
    /// # Source
    /// Penrose, A generalized inverse for matrices (1955), eq. 3-6 and lemma 1.
    fn projected(&self, tail: &[MatrixPower], next: MatrixPower) -> Option<MatrixPower> {
        let [.., first, second] = *tail else { return None };
        let triple = [first, second, next];
        if triple.iter().any(|factor| factor.power != 1) {
            return None;
        }
        let triple = triple.map(|factor| factor.base);
        let argument = |expr: Expr| match self.form(expr) {
            Form::Call(function, args) if function.law == Law::Pseudoinverse => Some(args[0]),
            _ => None,
        };
        let stripped = |expr: Expr| match *self.form(expr) {
            Form::Transpose(inner) => inner,
            _ => expr,
        };
        let matrix = triple.iter().find_map(|expr| argument(stripped(*expr)))?;
        let is_matrix = |expr: Expr| expr == matrix;
        let is_transpose = |expr: Expr| self.are_transposes(expr, matrix) || self.are_transposes(matrix, expr);
        let is_inverse = |expr: Expr| argument(expr) == Some(matrix);
        let is_inverse_transpose = |expr: Expr| {
            let symmetric = self.facts(expr).has(Facts::SYMMETRIC) && is_inverse(expr);
            symmetric || stripped(expr) != expr && is_inverse(stripped(expr))
        };
        let on_columns = |a: Expr, b: Expr| is_matrix(a) && is_inverse(b) || is_inverse_transpose(a) && is_transpose(b);
        let on_rows = |a: Expr, b: Expr| is_inverse(a) && is_matrix(b) || is_transpose(a) && is_inverse_transpose(b);
        let in_columns = |expr: Expr| is_matrix(expr) || is_inverse_transpose(expr);
        let in_rows = |expr: Expr| is_transpose(expr) || is_inverse(expr);
        let [a, b, c] = triple;
        let kept = if on_columns(a, b) && in_columns(c) || on_rows(a, b) && in_rows(c) {
            c
        } else if in_rows(a) && on_columns(b, c) || in_columns(a) && on_rows(b, c) {
            a
        } else {
            return None;
        };
        Some(MatrixPower { base: kept, power: 1 })
    }

    /// Two neighbors as one factor (power 0: they cancel), if they make one.
    fn join(&mut self, lhs: MatrixPower, rhs: MatrixPower) -> Result<Option<MatrixPower>> {
        let one = |base| Some(MatrixPower { base, power: 1 });
        if lhs.base == rhs.base && self.shape(lhs.base).square().is_some() {
            let Some(power) = lhs.power.checked_add(rhs.power) else {
                return Err(Error::Limit {
                    what: "as an exponent",
                    limit: i64::MAX as usize,
                });
            };
            return Ok(Some(MatrixPower { base: lhs.base, power }));
        }
        if let (Form::Transpose(inner), -1, -1) = (self.form(lhs.base), lhs.power, rhs.power)
            && *inner == rhs.base
            && let Form::Call(Function { law: Law::Factor, .. }, args) = self.form(*inner)
        {
            return Ok(Some(MatrixPower {
                base: args[0],
                power: -1,
            }));
        }
        let orthogonal = self.facts(lhs.base).has(Facts::ORTHOGONAL) && self.facts(rhs.base).has(Facts::ORTHOGONAL);
        if orthogonal && self.transpose(lhs.base)? == rhs.base {
            let power = lhs.power.checked_sub(rhs.power);
            return Ok(power.map(|power| MatrixPower { base: lhs.base, power }));
        }
        if lhs.power != 1 || rhs.power != 1 {
            return Ok(None);
        }
        if let Some(selected) = self.join_selections(lhs.base, rhs.base)? {
            return Ok(one(selected));
        }
        if let Some(product) = self.block_product(lhs.base, rhs.base)? {
            return Ok(one(product));
        }
        Ok(match (self.form(lhs.base), self.form(rhs.base)) {
            // The orthonormal columns of a matrix that need not be square.
            (&Form::Transpose(inner), _) if inner == rhs.base && self.facts(inner).has(Facts::ORTHONORMAL) => {
                let n = self.shape(inner).rows_and_columns().map_or(Dims::ONE, |(_, n)| n);
                one(self.eye(n)?)
            }
            // A triangular factor and its transpose.
            (Form::Call(function, args), Form::Transpose(inner))
                if function.law == Law::Factor && *inner == lhs.base =>
            {
                one(args[0])
            }
            (Form::Call(f, a), Form::Call(g, b)) if f == g && f.law == Law::Exponential => {
                let (f, a, b) = (*f, a[0], b[0]);
                let ((c, x), (d, y)) = (self.split_content(a)?, self.split_content(b)?);
                if x != y {
                    return Ok(None);
                }
                let sum = self.times(&(&c + &d), x)?;
                if self.is_zero(sum) {
                    return Ok(Some(MatrixPower {
                        base: lhs.base,
                        power: 0,
                    }));
                }
                one(self.call(f, &[sum], self.shape(lhs.base))?)
            }
            // K*vec(A) is vec(A').
            (&Form::Commutation(m, n), &Form::Reshape(inner)) if self.shape(inner) == Shape::Matrix(m, n) => {
                let transposed = self.transpose(inner)?;
                one(self.vec(transposed)?)
            }
            (&Form::Diag(a), &Form::Diag(b)) => {
                let diagonal = self.multiply(&[a, b])?;
                one(self.diag(diagonal)?)
            }
            (&Form::Diag(a), _) if matches!(self.shape(rhs.base), Shape::Vector(_)) => {
                one(self.multiply(&[a, rhs.base])?)
            }
            (_, &Form::Diag(b)) if matches!(self.shape(lhs.base), Shape::Row(_)) => {
                let column = self.transpose(lhs.base)?;
                let scaled = self.multiply(&[column, b])?;
                one(self.transpose(scaled)?)
            }
            (&Form::Kron(a, b), &Form::Kron(c, d)) if self.kron_factors_fit(a, b, c, d) => {
                let (left, right) = (self.matmul(&[a, c])?, self.matmul(&[b, d])?);
                one(self.kron(left, right)?)
            }
            _ => None,
        })
    }

    /// The product of two selections of columns or rows of the identity, and the sum of the columns of one.
    fn join_selections(&mut self, lhs: Expr, rhs: Expr) -> Result<Option<Expr>> {
        let row = match *self.form(lhs) {
            Form::Transpose(inner) => match *self.form(inner) {
                Form::Select(start) => Some((start, self.shape(inner))),
                _ => None,
            },
            _ => None,
        };
        let column = match *self.form(rhs) {
            Form::Select(start) => Some((start, self.shape(rhs))),
            _ => None,
        };
        if let (Some((_, Shape::Matrix(_, n))), Form::Ones) = (row, self.form(rhs))
            && matches!(self.shape(rhs), Shape::Vector(_))
        {
            return self.ones(Shape::Vector(n)).map(Some);
        }
        if row.is_some() && column.is_some() {
            let left = self.transpose(lhs)?;
            return self.selection_of_selection(left, rhs);
        }
        // Columns of columns.
        let inner = match *self.form(lhs) {
            Form::Select(start) => Some((start, self.shape(lhs))),
            _ => None,
        };
        if let (Some((outer, Shape::Matrix(rows, _))), Some((second, shape))) = (inner, column) {
            let Some(start) = self
                .dims
                .add(outer, second)
                .and_then(|sum| self.dims.sub(sum, Dims::ONE))
            else {
                return Ok(None);
            };
            let kept = match shape {
                Shape::Matrix(_, n) => Some(n),
                _ => None,
            };
            return self.select(rows, start, kept).map(Some);
        }
        if let (Some(_), Form::Transpose(below)) = (row, self.form(rhs).clone())
            && matches!(self.form(below), Form::Select(_))
            && let Form::Transpose(above) = *self.form(lhs)
            && let Some(joined) = self.join_selections(below, above)?
        {
            return self.transpose(joined).map(Some);
        }
        Ok(None)
    }

    fn kron_factors_fit(&self, a: Expr, b: Expr, c: Expr, d: Expr) -> bool {
        let inner = |lhs: Expr, rhs: Expr| match (self.shape(lhs), self.shape(rhs)) {
            (Shape::Matrix(_, columns), Shape::Matrix(rows, _)) => columns == rows,
            _ => false,
        };
        inner(a, c) && inner(b, d)
    }

    fn finish_chain(&mut self, mut chain: Chain, shape: Shape) -> Result<Expr> {
        if self.is_closed_scalar(&chain.tail) {
            self.close_segment(&mut chain)?;
        }
        let Chain {
            coefficient,
            scalars,
            head,
            tail,
        } = chain;
        if head.iter().chain(&tail).any(|f| self.is_zero(f.base) && f.power > 0) {
            return self.zeros(shape);
        }
        let core = match [head.as_slice(), tail.as_slice()].concat().as_slice() {
            [] => match shape.rows_and_columns() {
                Some((n, _)) if n != Dims::ONE || !shape.is_scalar() => self.eye(n)?,
                _ => Store::ONE,
            },
            [only] if only.power == 1 => only.base,
            [a, b] if self.is_ones(a.base) && self.is_ones(b.base) => self.ones(shape)?,
            // An expression pulled out of a factor can be a sum or a product again.
            _ => self.listed(head, tail, shape)?,
        };
        let core = if scalars.is_empty() {
            core
        } else {
            let scalar = self.multiply(&scalars)?;
            self.scale(scalar, core)?
        };
        self.times(&coefficient, core)
    }

    pub(super) fn is_ones(&self, expr: Expr) -> bool {
        match self.form(expr) {
            Form::Ones => true,
            Form::Transpose(inner) => matches!(self.form(*inner), Form::Ones),
            _ => false,
        }
    }

    /// The scalar `row * ... * column`, the same for both directions of reading.
    fn inner_product(&mut self, segment: Vec<MatrixPower>) -> Result<Expr> {
        let segment = self.scalar_factors(segment)?;
        let last = segment.len() - 1;
        if let [row, column] = *segment
            && let Some(sum) = self.canceled_inner_product(row.base, column.base)?
        {
            return Ok(sum);
        }
        if let [row, column] = *segment
            && let Some(sum) = self.restricted_inner_product(row.base, column.base)?
        {
            return Ok(sum);
        }
        if let Some(entry) = self.entry(&segment)? {
            return Ok(entry);
        }
        if self.is_ones(segment[0].base) {
            let column = self.matrix_product(segment[1..].to_vec())?;
            return self.sum_all(column);
        }
        let (sign, reversed) = self.transposed_factors(&segment)?;
        if self.is_ones(segment[last].base) {
            let column = self.matrix_product(reversed[1..].to_vec())?;
            return match self.shape(column) {
                Shape::Scalar => Ok(column),
                _ => {
                    let sum = self.sum_all(column)?;
                    self.times(&sign, sum)
                }
            };
        }
        if reversed == segment {
            // x'*K*x of a skew K equals its own negative.
            return if sign.is_one() {
                self.scalar_product(segment)
            } else {
                Ok(Store::ZERO)
            };
        }
        if self.reading_key(&reversed) < self.reading_key(&segment) {
            let inner = self.scalar_product(reversed)?;
            return self.times(&sign, inner);
        }
        self.scalar_product(segment)
    }

    /// The factors of the transposed product, with the sign that skew factors give it.
    pub(super) fn transposed_factors(&mut self, factors: &[MatrixPower]) -> Result<(Rational, Vec<MatrixPower>)> {
        let mut reversed = Vec::with_capacity(factors.len());
        let mut sign = Rational::one();
        for factor in factors.iter().rev() {
            let transposed = self.transpose(factor.base)?;
            // As in a product, or a skew sum and its negative would take turns.
            let (coefficient, base) = self.split_content(transposed)?;
            sign = &sign * &coefficient.power(factor.power, self.budget.bits).unwrap_or(coefficient);
            reversed.push(MatrixPower {
                base,
                power: factor.power,
            });
        }
        Ok((sign, reversed))
    }

    /// `x'*y` as a sum, where factors of `x.*y` cancel: `p'*(y./p)` is `sum(y)`.
    fn canceled_inner_product(&mut self, row: Expr, column: Expr) -> Result<Option<Expr>> {
        let lhs = self.transpose(row)?;
        if !matches!(self.form(lhs), Form::Product(_)) && !matches!(self.form(column), Form::Product(_)) {
            return Ok(None);
        }
        let product = self.multiply(&[lhs, column])?;
        let shorter = self.weight(product) < self.weight(lhs).min(self.weight(column)).saturating_add(1);
        if shorter {
            self.sum_all(product).map(Some)
        } else {
            Ok(None)
        }
    }

    /// Of all ways to read a scalar product or a trace the least is taken: a hole stands last and without a
    /// transpose, as in `tr(A*dX)`; then the fewest transposed matrices; then what was named first comes first.
    /// A complex product is told from its conjugate by where the transposes are.
    pub(super) fn reading_key(&self, segment: &[MatrixPower]) -> ReadingKey {
        let transposes = segment.iter().map(|factor| self.transpose_counts(factor.base).0).sum();
        let stripped = |base: Expr| match self.form(base) {
            Form::Transpose(inner) => *inner,
            _ => base,
        };
        let has_hole = segment.iter().any(|factor| self.has_hole(factor.base));
        let last = segment.last().map(|factor| factor.base);
        let ends_with_hole =
            last.is_some_and(|base| self.has_hole(base) && !matches!(self.form(base), Form::Transpose(_)));
        let names = segment.iter().map(|factor| {
            let base = stripped(factor.base);
            let is_plain = base == factor.base && self.is_complex(base);
            (self.has_hole(base), base, factor.power, is_plain)
        });
        (has_hole && !ends_with_hole, transposes, names.collect())
    }
}

/// `base^power` of the elements, as a factor of a product.
impl From<(Expr, Expr)> for ElementPower {
    fn from((base, exponent): (Expr, Expr)) -> Self {
        ElementPower { base, exponent }
    }
}
