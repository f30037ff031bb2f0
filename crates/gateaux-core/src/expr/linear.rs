//! The linear operations beside sums and products: trace, sum, diagonals, reshape, Kronecker; and what follows from
//! the form of an expression.

use super::facts::Facts;
use super::rational::Rational;
use super::shape::Shape;
use super::store::{ElementPower, Expr, Form, MatrixPower, Operand, Store, Term};
use super::{Dim, Error, Result};

/// Products longer than this keep the rotation under the trace in which they were written.
const MAX_TRACE_ROTATIONS: usize = 128;

impl Store {
    /// Applies a linear operation to each term of a sum and to what a scalar multiplies.
    fn linear(
        &mut self,
        expr: Expr,
        operation: fn(&mut Store, Expr) -> Result<Expr>,
        atom: fn(&mut Store, Expr) -> Result<Expr>,
    ) -> Result<Expr> {
        match self.form(expr).clone() {
            Form::Add(terms) => {
                let mut mapped = Vec::with_capacity(terms.len());
                for Term { coefficient, expr } in terms.iter() {
                    mapped.push((coefficient.clone(), operation(self, *expr)?));
                }
                self.sum(&mapped)
            }
            Form::Scale(scalar, array) => {
                let inner = operation(self, array)?;
                self.scale(scalar, inner)
            }
            _ => atom(self, expr),
        }
    }

    /// The trace of a square matrix; a scalar is its own trace.
    pub fn trace(&mut self, expr: Expr) -> Result<Expr> {
        if self.shape(expr).is_scalar() {
            return Ok(expr);
        }
        if self.shape(expr).square().is_none() {
            return self.ill_shaped("a trace", &[expr]);
        }
        // Where it is not known which blocks reach the diagonal, their sum stays together.
        if self.is_assembled(expr) && !self.has_known_diagonal(expr)? {
            return self.intern(Form::Trace(expr), Shape::Scalar);
        }
        self.linear(expr, Store::trace, Store::trace_atom)
    }

    fn trace_atom(&mut self, expr: Expr) -> Result<Expr> {
        let Some(n) = self.shape(expr).square() else {
            return self.ill_shaped("a trace", &[expr]);
        };
        match self.form(expr).clone() {
            Form::Eye | Form::Ones | Form::Tril => self.size(n),
            Form::Zero => Ok(Store::ZERO),
            Form::Einsum(_) => {
                let diagonal = self.diag_of(expr)?;
                self.sum_all(diagonal)
            }
            _ if self.facts(expr).has(Facts::SKEW) => Ok(Store::ZERO),
            Form::Transpose(inner) => self.trace(inner),
            Form::Diag(vector) => self.sum_all(vector),
            Form::Product(_) => {
                let diagonal = self.diag_of(expr)?;
                self.sum_all(diagonal)
            }
            Form::Call(function, _) if function.elementwise => {
                let diagonal = self.diag_of(expr)?;
                self.sum_all(diagonal)
            }
            Form::Kron(a, b) if self.shape(a).square().is_some() && self.shape(b).square().is_some() => {
                let (a, b) = (self.trace(a)?, self.trace(b)?);
                self.multiply(&[a, b])
            }
            Form::MatMul(factors) => self.trace_of_product(&factors),
            _ => self.intern(Form::Trace(expr), Shape::Scalar),
        }
    }

    /// The trace of a product is the same for all rotations and for the transpose.
    fn trace_of_product(&mut self, factors: &[MatrixPower]) -> Result<Expr> {
        let rotated = |at: usize| -> Vec<MatrixPower> { [&factors[at..], &factors[..at]].concat() };
        // An outer product: rotate the row to the front, and the trace is a scalar product.
        if let Some(at) = factors.iter().position(|f| matches!(self.shape(f.base), Shape::Row(_))) {
            return self.matrix_product(rotated(at));
        }
        if factors.len() > 1 {
            // Rotation brings the two ends together, and they may cancel or join.
            let (first, last) = (factors[0], factors[factors.len() - 1]);
            let diagonal = factors
                .iter()
                .position(|f| f.power == 1 && matches!(self.form(f.base), Form::Diag(_)));
            if let Some(at) = diagonal {
                let Form::Diag(vector) = *self.form(factors[at].base) else {
                    unreachable!("found as a Diag")
                };
                let rest = self.matrix_product(rotated(at)[1..].to_vec())?;
                let diagonal = self.diag_of(rest)?;
                let row = self.transpose(diagonal)?;
                return self.matmul(&[row, vector]);
            }
            let meet_selections = matches!(self.form(first.base), Form::Select(_))
                && matches!(*self.form(last.base), Form::Transpose(x) if matches!(self.form(x), Form::Select(_)));
            if first.base == last.base || meet_selections {
                let joined = self.matrix_product(rotated(factors.len() - 1))?;
                return self.trace(joined);
            }
        }
        let (sign, best) = self.best_rotation(factors)?;
        let product = self.matrix_product(best)?;
        let trace = match self.form(product) {
            Form::MatMul(_) => self.intern(Form::Trace(product), Shape::Scalar)?,
            _ => self.trace(product)?,
        };
        self.times(&sign, trace)
    }

    /// Of all rotations of the product and of its transpose, with the sign that skew factors give the transpose: the
    /// one with the fewest transposed matrices, then the one that names first what was named first.
    fn best_rotation(&mut self, factors: &[MatrixPower]) -> Result<(Rational, Vec<MatrixPower>)> {
        let (sign, reversed) = self.transposed_factors(factors)?;
        if factors.len() > MAX_TRACE_ROTATIONS {
            return Ok((Rational::one(), factors.to_vec()));
        }
        let mut best: Option<(_, Rational, Vec<MatrixPower>)> = None;
        for (sign, list) in [(Rational::one(), factors.to_vec()), (sign, reversed)] {
            for at in 0..list.len() {
                let rotated = [&list[at..], &list[..at]].concat();
                let key = self.reading_key(&rotated);
                if best.as_ref().is_none_or(|(known, ..)| key < *known) {
                    best = Some((key, sign.clone(), rotated));
                }
            }
        }
        match best {
            Some((_, sign, list)) => Ok((sign, list)),
            None => Ok((Rational::one(), factors.to_vec())),
        }
    }

    /// The sum of all entries; a scalar is its own sum.
    pub fn sum_all(&mut self, expr: Expr) -> Result<Expr> {
        if self.shape(expr).is_scalar() {
            return Ok(expr);
        }
        self.linear(expr, Store::sum_all, Store::sum_atom)
    }

    fn sum_atom(&mut self, expr: Expr) -> Result<Expr> {
        let shape = self.shape(expr);
        match self.form(expr).clone() {
            Form::Zero => Ok(Store::ZERO),
            Form::Ones => {
                let sizes: Vec<Expr> = shape
                    .axes()
                    .into_iter()
                    .map(|dim| self.size(dim))
                    .collect::<Result<_>>()?;
                self.multiply(&sizes)
            }
            Form::Eye => match shape.square() {
                Some(n) => self.size(n),
                None => self.ill_shaped("a sum", &[expr]),
            },
            _ if self.facts(expr).has(Facts::SKEW) => Ok(Store::ZERO),
            Form::Transpose(inner) | Form::Diag(inner) | Form::Reshape(inner) => self.sum_all(inner),
            Form::Product(factors) => self.sum_of_product(expr, &factors),
            // A block among zeros has the sum of the block.
            Form::MatMul(_) if !matches!(shape, Shape::Row(_)) && self.placed(expr)?.is_some() => {
                match self.placed(expr)? {
                    Some(placed) => self.sum_all(placed.block),
                    None => self.ill_shaped("a sum", &[expr]),
                }
            }
            Form::MatMul(factors) => match factors.iter().position(|f| matches!(self.shape(f.base), Shape::Row(_))) {
                // The entries of an outer product sum to the product of the sums.
                Some(at) if at > 0 => {
                    let column = self.matrix_product(factors[..at].to_vec())?;
                    let row = self.matrix_product(factors[at..].to_vec())?;
                    let (column, row) = (self.sum_all(column)?, self.sum_all(row)?);
                    self.multiply(&[column, row])
                }
                Some(_) => {
                    let column = self.transpose(expr)?;
                    self.sum_all(column)
                }
                // The sum of the sums of the rows.
                None if factors.len() > 1 && matches!(self.form(factors[factors.len() - 1].base), Form::Ones) => {
                    let matrix = self.matrix_product(factors[..factors.len() - 1].to_vec())?;
                    self.sum_all(matrix)
                }
                None => self.intern(Form::Sum(expr), Shape::Scalar),
            },
            Form::Kron(a, b) => {
                let (a, b) = (self.sum_all(a)?, self.sum_all(b)?);
                self.multiply(&[a, b])
            }
            Form::Select(_) => match shape {
                Shape::Matrix(_, n) => self.size(n),
                _ => Ok(Store::ONE),
            },
            Form::Commutation(..) => match shape.square() {
                Some(n) => self.size(n),
                None => self.ill_shaped("a sum", &[expr]),
            },
            Form::Einsum(einsum) => self.einsum(einsum.operands.to_vec(), &[]),
            _ => self.intern(Form::Sum(expr), Shape::Scalar),
        }
    }

    /// `sum(x.*y)` is `x'*y`, and of matrices `tr(X'*Y)`; products of more factors stay.
    fn sum_of_product(&mut self, expr: Expr, factors: &[ElementPower]) -> Result<Expr> {
        let two = Rational::from(2);
        let pair = match factors {
            [only] if self.as_number(only.exponent) == Some(&two) => Some((only.base, only.base)),
            [a, b] if a.exponent == Store::ONE && b.exponent == Store::ONE => Some((a.base, b.base)),
            _ => None,
        };
        let plain = factors.iter().all(|f| f.exponent == Store::ONE);
        if plain && factors.iter().any(|f| matches!(self.form(f.base), Form::Einsum(_))) {
            let labels: Vec<u8> = (0..self.shape(expr).axes().len() as u8).collect();
            let operands = factors.iter().map(|f| Operand::new(f.base, &labels)).collect();
            return self.einsum(operands, &[]);
        }
        match (pair, self.shape(expr)) {
            (Some((a, b)), Shape::Vector(_)) => {
                let row = self.transpose(a)?;
                self.matmul(&[row, b])
            }
            (Some((a, b)), Shape::Matrix(..)) => {
                let transposed = self.transpose(a)?;
                let product = self.matmul(&[transposed, b])?;
                self.trace(product)
            }
            _ => self.intern(Form::Sum(expr), Shape::Scalar),
        }
    }

    /// The sum of the products of corresponding entries of two arrays of one shape.
    pub fn dot(&mut self, lhs: Expr, rhs: Expr) -> Result<Expr> {
        let product = self.multiply(&[lhs, rhs])?;
        match self.shape(lhs) {
            Shape::Scalar => Ok(product),
            Shape::Vector(_) => {
                let row = self.transpose(lhs)?;
                self.matmul(&[row, rhs])
            }
            Shape::Row(_) => {
                let column = self.transpose(rhs)?;
                self.matmul(&[lhs, column])
            }
            Shape::Matrix(..) => {
                let transposed = self.transpose(lhs)?;
                let product = self.matmul(&[transposed, rhs])?;
                self.trace(product)
            }
            Shape::Tensor(_) => self.sum_all(product),
        }
    }

    /// The diagonal matrix of a vector.
    pub fn diag(&mut self, vector: Expr) -> Result<Expr> {
        match self.shape(vector) {
            Shape::Vector(_) => {
                let (coefficient, vector) = self.split_content(vector)?;
                let diagonal = match *self.form(vector) {
                    Form::Scale(scalar, array) => {
                        let inner = self.diag_atom(array)?;
                        self.scale(scalar, inner)?
                    }
                    _ => self.diag_atom(vector)?,
                };
                self.times(&coefficient, diagonal)
            }
            _ => self.ill_shaped("diag", &[vector]),
        }
    }

    /// A sum stays together: `diag(x + y)`.
    fn diag_atom(&mut self, vector: Expr) -> Result<Expr> {
        let Shape::Vector(n) = self.shape(vector) else {
            return self.ill_shaped("diag", &[vector]);
        };
        // Ones in some places: a projection on some columns of the identity.
        if let Form::MatMul(factors) = self.form(vector)
            && let [columns, ones] = **factors
            && matches!(
                (self.form(columns.base), self.form(ones.base)),
                (Form::Select(_), Form::Ones)
            )
        {
            let rows = self.transpose(columns.base)?;
            return self.matmul(&[columns.base, rows]);
        }
        match *self.form(vector) {
            Form::Ones => self.eye(n),
            Form::Zero => self.zeros(Shape::Matrix(n, n)),
            Form::Select(_) => {
                let row = self.transpose(vector)?;
                self.matmul(&[vector, row])
            }
            Form::DiagOf(matrix) if self.facts(matrix).has(Facts::DIAGONAL) => Ok(matrix),
            _ => self.intern(Form::Diag(vector), Shape::Matrix(n, n)),
        }
    }

    /// The diagonal of a square matrix.
    pub fn diag_of(&mut self, matrix: Expr) -> Result<Expr> {
        if self.shape(matrix).square().is_none() {
            return self.ill_shaped("the diagonal", &[matrix]);
        }
        self.linear(matrix, Store::diag_of, Store::diag_of_atom)
    }

    fn diag_of_atom(&mut self, matrix: Expr) -> Result<Expr> {
        let Some(n) = self.shape(matrix).square() else {
            return self.ill_shaped("the diagonal", &[matrix]);
        };
        match self.form(matrix).clone() {
            Form::Eye | Form::Ones | Form::Tril => self.ones(Shape::Vector(n)),
            Form::Zero => self.zeros(Shape::Vector(n)),
            Form::Einsum(einsum) => {
                let joined = |label: &u8| {
                    if *label == einsum.output[1] {
                        einsum.output[0]
                    } else {
                        *label
                    }
                };
                let operands = einsum
                    .operands
                    .iter()
                    .map(|o| Operand::new(o.expr, &o.labels.iter().map(joined).collect::<Vec<u8>>()))
                    .collect();
                self.einsum(operands, &einsum.output[..1])
            }
            _ if self.facts(matrix).has(Facts::SKEW) => self.zeros(Shape::Vector(n)),
            Form::Diag(vector) => Ok(vector),
            Form::Transpose(inner) => self.diag_of(inner),
            Form::Product(factors) => {
                let mut diagonals = Vec::with_capacity(factors.len());
                for factor in factors.iter() {
                    let exponent = factor.exponent;
                    let exponent = if self.shape(exponent).is_scalar() {
                        exponent
                    } else {
                        self.diag_of(exponent)?
                    };
                    diagonals.push(ElementPower {
                        base: self.diag_of(factor.base)?,
                        exponent,
                    });
                }
                self.product(diagonals)
            }
            Form::Call(function, args) if function.elementwise => {
                let mut diagonals = Vec::with_capacity(args.len());
                for arg in args.iter() {
                    diagonals.push(if self.shape(*arg).is_scalar() {
                        *arg
                    } else {
                        self.diag_of(*arg)?
                    });
                }
                self.call(function, &diagonals, Shape::Vector(n))
            }
            Form::MatMul(factors) => self.diagonal_of_product(matrix, &factors),
            _ => self.intern(Form::DiagOf(matrix), Shape::Vector(n)),
        }
    }

    /// Diagonal factors at the ends scale the diagonal; that of `x*y'` is `x.*y`.
    fn diagonal_of_product(&mut self, matrix: Expr, factors: &[MatrixPower]) -> Result<Expr> {
        if let Some(at) = factors.iter().position(|f| matches!(self.shape(f.base), Shape::Row(_))) {
            let column = self.matrix_product(factors[..at].to_vec())?;
            let row = self.matrix_product(factors[at..].to_vec())?;
            let row = self.transpose(row)?;
            return self.multiply(&[column, row]);
        }
        // The diagonal of a product of triangular matrices is the product of the diagonals.
        let is_lower = factors.iter().all(|f| self.facts(f.base).has(Facts::LOWER));
        let mut is_upper = !is_lower;
        for factor in factors.iter().filter(|_| !is_lower) {
            if is_upper {
                let transposed = self.transpose(factor.base)?;
                is_upper = self.facts(transposed).has(Facts::LOWER);
            }
        }
        if is_lower || is_upper {
            let mut diagonals = Vec::with_capacity(factors.len());
            for factor in factors {
                let power = self.integer(factor.power)?;
                diagonals.push((self.diag_of(factor.base)?, power).into());
            }
            return self.product(diagonals);
        }
        // That of A*B' is the sum of the rows of A.*B.
        if let [a, b] = factors
            && (a.power, b.power) == (1, 1)
            && let Form::Transpose(inner) = *self.form(b.base)
            && let Shape::Matrix(_, n) = self.shape(inner)
            && !matches!(self.form(a.base), Form::Transpose(_))
        {
            let (entries, ones) = (self.multiply(&[a.base, inner])?, self.ones(Shape::Vector(n))?);
            return self.matmul(&[entries, ones]);
        }
        let last = factors.len() - 1;
        for (end, rest) in [(factors[0], 1..last + 1), (factors[last], 0..last)] {
            if let (Form::Diag(vector), 1) = (self.form(end.base).clone(), end.power) {
                let rest = self.matrix_product(factors[rest].to_vec())?;
                let diagonal = self.diag_of(rest)?;
                return self.multiply(&[vector, diagonal]);
            }
        }
        // A product and its transpose have one diagonal.
        let transposed = self.transpose(matrix)?;
        let (inside, leaves) = self.transpose_counts(matrix);
        let shape = match self.shape(matrix).square() {
            Some(n) => Shape::Vector(n),
            None => return self.ill_shaped("the diagonal", &[matrix]),
        };
        let (sign, transposed) = self.split_coefficient(transposed);
        let flipped = 2 * inside > leaves || (2 * inside == leaves && transposed < matrix);
        if flipped && matches!(self.form(transposed), Form::MatMul(_)) {
            let diagonal = self.intern(Form::DiagOf(transposed), shape)?;
            return self.times(&sign, diagonal);
        }
        self.intern(Form::DiagOf(matrix), shape)
    }

    /// The columns of a matrix under each other.
    pub fn vec(&mut self, matrix: Expr) -> Result<Expr> {
        let Some((m, n)) = self.shape(matrix).rows_and_columns() else {
            return self.ill_shaped("vec", &[matrix]);
        };
        let Some(size) = self.dims.mul(m, n) else {
            return Err(Error::Limit {
                what: "as a dimension",
                limit: i64::MAX as usize,
            });
        };
        self.reshape(matrix, Shape::Vector(size))
    }

    /// All entries of an array of any shape, the first axis running fastest.
    pub fn vec_all(&mut self, array: Expr) -> Result<Expr> {
        match self.shape(array) {
            Shape::Tensor(_) => {
                let shape = self.shape(array);
                let entries = self.entries(shape).ok_or(Error::Limit {
                    what: "as a dimension",
                    limit: i64::MAX as usize,
                })?;
                self.reshape(array, Shape::Vector(entries))
            }
            _ => self.vec(array),
        }
    }

    /// The same entries in column order in another shape.
    ///
    /// # Errors
    /// [`Error::IllShaped`] where the numbers of entries differ.
    pub fn reshape(&mut self, expr: Expr, shape: Shape) -> Result<Expr> {
        let from = self.shape(expr);
        if self.entries(from) != self.entries(shape) {
            return self.ill_shaped("a reshape", &[expr]);
        }
        match self.form(expr).clone() {
            _ if from == shape => Ok(expr),
            // The language has no other word for the only entry.
            _ if shape.is_scalar() => self.sum_all(expr),
            // A row is the transpose of the vector with its entries.
            _ if matches!(shape, Shape::Row(_)) => {
                let column = self.reshape(expr, shape.transposed().unwrap_or(shape))?;
                self.transpose(column)
            }
            Form::Add(terms) if !self.is_assembled(expr) => {
                let mut mapped = Vec::with_capacity(terms.len());
                for term in terms.iter() {
                    mapped.push((term.coefficient.clone(), self.reshape(term.expr, shape)?));
                }
                self.sum(&mapped)
            }
            Form::Scale(scalar, array) => {
                let inner = self.reshape(array, shape)?;
                self.scale(scalar, inner)
            }
            Form::Reshape(inner) => self.reshape(inner, shape),
            Form::Ones => self.ones(shape),
            Form::Zero => self.zeros(shape),
            // A row has its entries in the order of the column.
            Form::Transpose(inner) if matches!(from, Shape::Row(_)) => self.reshape(inner, shape),
            _ => self.intern(Form::Reshape(expr), shape),
        }
    }

    /// The number of entries of an array, as a dimension; `None` where it leaves 64 bits.
    pub fn entries(&mut self, shape: Shape) -> Option<Dim> {
        let mut product = super::Dims::ONE;
        for dim in shape.axes() {
            product = self.dims.mul(product, dim)?;
        }
        Some(product)
    }

    /// The Kronecker product of two matrices or two vectors.
    pub fn kron(&mut self, lhs: Expr, rhs: Expr) -> Result<Expr> {
        let (a, b) = (self.shape(lhs), self.shape(rhs));
        let product = |store: &mut Store, x, y| {
            store.dims.mul(x, y).ok_or(Error::Limit {
                what: "as a dimension",
                limit: i64::MAX as usize,
            })
        };
        let shape = match (a, b) {
            (Shape::Scalar, _) => return self.scale(lhs, rhs),
            (_, Shape::Scalar) => return self.scale(rhs, lhs),
            (Shape::Vector(m), Shape::Vector(n)) => Shape::Vector(product(self, m, n)?),
            (Shape::Matrix(m, n), Shape::Matrix(p, q)) => Shape::Matrix(product(self, m, p)?, product(self, n, q)?),
            _ => return self.ill_shaped("kron", &[lhs, rhs]),
        };
        if self.is_zero(lhs) || self.is_zero(rhs) {
            return self.zeros(shape);
        }
        let ((c, lhs), (d, rhs)) = (self.split_content(lhs)?, self.split_content(rhs)?);
        let (mut scalars, mut parts) = (Vec::new(), [lhs, rhs]);
        for part in &mut parts {
            if let Form::Scale(scalar, array) = *self.form(*part) {
                scalars.push(scalar);
                *part = array;
            }
        }
        let core = match (self.form(parts[0]), self.form(parts[1])) {
            (Form::Eye, Form::Eye) => match shape.square() {
                Some(n) => self.eye(n)?,
                None => return self.ill_shaped("kron", &[lhs, rhs]),
            },
            (Form::Ones, Form::Ones) => self.ones(shape)?,
            _ => self.intern(Form::Kron(parts[0], parts[1]), shape)?,
        };
        let core = if scalars.is_empty() {
            core
        } else {
            let scalar = self.multiply(&scalars)?;
            self.scale(scalar, core)?
        };
        self.times(&(&c * &d), core)
    }

    /// What the form of an expression shows of it.
    pub(super) fn infer_facts(&mut self, expr: Expr) -> Facts {
        let all = |store: &Store, parts: &mut dyn Iterator<Item = Expr>, kept: Facts| {
            parts.fold(kept, |facts, part| facts.common(store.facts(part)))
        };
        match self.form(expr) {
            Form::Number(value) if !value.is_negative() && !value.is_zero() => Facts::POSITIVE,
            Form::Number(value) if value.is_zero() => Facts::NONNEGATIVE,
            Form::Number(_) => Facts::NONE,
            Form::Size(_) => Facts::POSITIVE,
            Form::Var(var) => self.variable(*var).facts,
            Form::Eye => Facts::POSDEF | Facts::DIAGONAL | Facts::ORTHOGONAL | Facts::LOWER | Facts::NONNEGATIVE,
            Form::Ones if self.shape(expr).square().is_some() => Facts::PSD | Facts::POSITIVE,
            Form::Ones => Facts::POSITIVE,
            Form::Zero if self.shape(expr).square().is_some() => Facts::PSD | Facts::DIAGONAL | Facts::NONNEGATIVE,
            Form::Zero => Facts::NONNEGATIVE,
            Form::Add(terms) => self.facts_of_sum(terms),
            Form::Scale(scalar, array) => {
                let linear = Facts::LINEAR;
                let sign = self.facts(*scalar);
                let kept = if sign.has(Facts::POSITIVE) {
                    linear | Facts::POSDEF | Facts::POSITIVE
                } else if sign.has(Facts::NONNEGATIVE) {
                    linear | Facts::PSD | Facts::NONNEGATIVE
                } else {
                    linear
                };
                self.facts(*array).only(kept)
            }
            Form::MatMul(factors) => self.facts_of_product(expr, factors),
            Form::Transpose(inner) => {
                let facts = self.facts(*inner);
                let orthogonal = facts.has(Facts::ORTHOGONAL);
                facts.only(Facts::POSITIVE) | if orthogonal { Facts::ORTHOGONAL } else { Facts::NONE }
            }
            Form::Product(factors) => {
                let signs = all(self, &mut factors.iter().map(|f| f.base), Facts::POSITIVE);
                let even = factors.iter().all(|f| {
                    self.facts(f.base).has(Facts::NONNEGATIVE)
                        || self
                            .as_number(f.exponent)
                            .and_then(Rational::as_integer)
                            .is_some_and(|e| e % 2 == 0)
                });
                let structure = all(self, &mut factors.iter().map(|f| f.base), Facts::SYMMETRIC);
                let plain = factors.iter().all(|f| self.shape(f.exponent).is_scalar());
                let is_lower = factors
                    .iter()
                    .any(|f| self.facts(f.base).has(Facts::LOWER) && self.vanishes_at_zero(f.exponent));
                signs
                    | if is_lower { Facts::LOWER } else { Facts::NONE }
                    | if even { Facts::NONNEGATIVE } else { Facts::NONE }
                    | if plain { structure } else { Facts::NONE }
            }
            Form::Trace(inner) if self.facts(*inner).has(Facts::POSDEF) => Facts::POSITIVE,
            Form::Trace(inner) if self.facts(*inner).has(Facts::PSD) => Facts::NONNEGATIVE,
            Form::Trace(inner) => self.facts(*inner).only(Facts::NONNEGATIVE),
            Form::Sum(inner) | Form::Reshape(inner) => self.facts(*inner).only(Facts::POSITIVE),
            Form::Diag(vector) => {
                let sign = self.facts(*vector);
                let definite = if sign.has(Facts::POSITIVE) {
                    Facts::POSDEF
                } else if sign.has(Facts::NONNEGATIVE) {
                    Facts::PSD
                } else {
                    Facts::NONE
                };
                Facts::DIAGONAL | Facts::LOWER | definite | sign.only(Facts::NONNEGATIVE)
            }
            Form::DiagOf(matrix) => {
                let facts = self.facts(*matrix);
                if facts.has(Facts::POSDEF) {
                    Facts::POSITIVE
                } else {
                    facts.only(Facts::POSITIVE)
                }
            }
            Form::Kron(a, b) => self
                .facts(*a)
                .common(self.facts(*b))
                .only(Facts::POSDEF | Facts::DIAGONAL | Facts::ORTHOGONAL | Facts::LOWER | Facts::POSITIVE),
            Form::Select(_) => Facts::NONNEGATIVE,
            Form::Tril if self.shape(expr).square().is_some() => Facts::LOWER | Facts::NONNEGATIVE,
            Form::Tril => Facts::NONNEGATIVE,
            Form::Commutation(m, n) if m == n => Facts::ORTHOGONAL | Facts::SYMMETRIC | Facts::NONNEGATIVE,
            Form::Commutation(..) => Facts::ORTHOGONAL | Facts::NONNEGATIVE,
            Form::Einsum(einsum) => self.facts_of_einsum(einsum),
            Form::Call(..) => Facts::NONE,
        }
    }

    fn facts_of_sum(&self, terms: &[Term]) -> Facts {
        let linear = Facts::LINEAR;
        let common = terms
            .iter()
            .fold(Facts::POSDEF | Facts::POSITIVE | linear, |facts, term| {
                let own = self.facts(term.expr);
                // The sum of a definite and a semidefinite matrix is definite; so for signs.
                facts.common(if term.coefficient.is_negative() {
                    own.only(linear)
                } else {
                    own
                })
            });
        let positive = |wanted: Facts| {
            terms
                .iter()
                .any(|term| !term.coefficient.is_negative() && self.facts(term.expr).has(wanted))
        };
        let mut facts = common;
        if common.has(Facts::PSD) && positive(Facts::POSDEF) {
            facts = facts | Facts::POSDEF;
        }
        if common.has(Facts::NONNEGATIVE) && positive(Facts::POSITIVE) {
            facts = facts | Facts::POSITIVE;
        }
        facts
    }

    fn facts_of_product(&self, expr: Expr, factors: &[MatrixPower]) -> Facts {
        if let [only] = factors {
            let facts = self.facts(only.base);
            let kept = Facts::SYMMETRIC | Facts::POSDEF | Facts::DIAGONAL | Facts::ORTHOGONAL | Facts::LOWER;
            let square = if only.power % 2 == 0 && facts.has(Facts::SYMMETRIC) {
                Facts::PSD
            } else {
                Facts::NONE
            };
            let square = if only.power < 0 && square == Facts::PSD {
                Facts::POSDEF
            } else {
                square
            };
            let skew = if only.power % 2 != 0 {
                facts.only(Facts::SKEW)
            } else {
                Facts::NONE
            };
            let kept = if only.power < 0 && !facts.has(Facts::POSDEF) && facts.has(Facts::PSD) {
                // The inverse of a semidefinite matrix exists only where it is definite.
                return Facts::POSDEF | facts.only(kept);
            } else {
                kept
            };
            return facts.only(kept) | square | skew;
        }
        let nonnegative = factors.iter().fold(Facts::NONNEGATIVE, |facts, factor| {
            if factor.power > 0 {
                facts.common(self.facts(factor.base))
            } else {
                Facts::NONE
            }
        });
        let structure = factors
            .iter()
            .fold(Facts::DIAGONAL | Facts::ORTHOGONAL | Facts::LOWER, |facts, factor| {
                facts.common(self.facts(factor.base))
            });
        let structure = structure.only(
            Facts::ORTHOGONAL
                | Facts::LOWER
                | if structure.has(Facts::DIAGONAL) {
                    Facts::DIAGONAL
                } else {
                    Facts::NONE
                },
        );
        nonnegative | structure | self.congruence_facts(expr, factors)
    }

    /// `B'*S*B` is symmetric with S, and semidefinite with S; `B'*B` is semidefinite.
    fn congruence_facts(&self, expr: Expr, factors: &[MatrixPower]) -> Facts {
        let mirrored = factors
            .iter()
            .zip(factors.iter().rev())
            .take(factors.len() / 2)
            .all(|(l, r)| l.power == r.power && self.are_transposes(l.base, r.base));
        if !mirrored {
            return Facts::NONE;
        }
        let middle = factors.len() / 2;
        let is_regular = |factor: &MatrixPower| {
            let facts = self.facts(factor.base);
            facts.has(Facts::POSDEF) || facts.has(Facts::ORTHOGONAL) || factor.power < 0
        };
        let definite = if factors[..middle].iter().all(is_regular) {
            Facts::POSDEF
        } else {
            Facts::PSD
        };
        let core = if factors.len().is_multiple_of(2) {
            definite
        } else {
            let factor = factors[middle];
            let facts = self.facts(factor.base);
            if factor.power % 2 == 0 && facts.has(Facts::SYMMETRIC) {
                Facts::PSD
            } else if factor.power % 2 == 0 {
                // The square of a skew matrix is symmetric.
                facts.only(Facts::PSD)
            } else {
                facts.only(definite | Facts::SKEW)
            }
        };
        match self.shape(expr) {
            Shape::Scalar if core.has(Facts::PSD) => Facts::NONNEGATIVE,
            Shape::Scalar => Facts::NONE,
            _ => core.only(Facts::POSDEF | Facts::SKEW),
        }
    }

    /// Whether the two are known to be each other's transposes.
    pub(super) fn are_transposes(&self, a: Expr, b: Expr) -> bool {
        (a == b && self.facts(a).has(Facts::SYMMETRIC))
            || matches!(self.form(a), Form::Transpose(inner) if *inner == b)
            || matches!(self.form(b), Form::Transpose(inner) if *inner == a)
            || self.known_transpose(a) == Some(b)
    }
}
