//! Transposes: pushed to the leaves of matrix products, kept outside of sums and elementwise functions.
//!
//! `(A*B)'` is `B'*A'`, but `(A*x - b)'` stays as it is, because it reads better and because a sum and its transpose
//! must have one form. Of a matrix sum (or elementwise expression) and its transpose the one with fewer transposes at
//! its leaves is kept, the other is its `Transpose`; of a row always the vector.

use super::Result;
use super::facts::Facts;
use super::shape::Shape;
use super::store::{ElementPower, Expr, Form, Law, MatrixPower, Store};

impl Store {
    /// The transpose of anything but a tensor.
    ///
    /// # Errors
    /// [`super::Error::IllShaped`] for a tensor.
    pub fn transpose(&mut self, expr: Expr) -> Result<Expr> {
        let shape = self.shape(expr);
        let Some(transposed) = shape.transposed() else {
            return self.ill_shaped("a transpose", &[expr]);
        };
        if shape.is_scalar() || self.facts(expr).has(Facts::SYMMETRIC) {
            return Ok(expr);
        }
        if self.facts(expr).has(Facts::SKEW) {
            return self.neg(expr);
        }
        if let Some(known) = self.known_transpose(expr) {
            return Ok(known);
        }
        // The transposes of the operands first, from the leaves up: a deep expression must not make a deep recursion.
        let mut todo = vec![expr];
        while let Some(next) = todo.last().copied() {
            if self.has_simple_transpose(next) {
                todo.pop();
                continue;
            }
            let missing: Vec<Expr> = self
                .transposed_operands(next)
                .into_iter()
                .filter(|operand| !self.has_simple_transpose(*operand))
                .collect();
            if missing.is_empty() {
                let transposed = self.shape(next).transposed().unwrap_or(transposed);
                let result = self.push_transpose(next, transposed)?;
                self.remember_transpose(next, result);
                todo.pop();
            } else {
                todo.extend(missing);
            }
        }
        self.known_transpose(expr)
            .map_or_else(|| self.push_transpose(expr, transposed), Ok)
    }

    /// The transpose, not pushed into a sum, an elementwise product or a function.
    pub(super) fn wrap_transpose(&mut self, expr: Expr) -> Result<Expr> {
        let wrapped = match self.form(expr) {
            Form::Add(terms) => terms.len() > 1,
            Form::Product(_) | Form::Call(..) => true,
            _ => false,
        };
        if !wrapped || self.has_simple_transpose(expr) {
            return self.transpose(expr);
        }
        let shape = self.shape(expr);
        let transpose = self.transpose_as_it_is(expr, shape.transposed().unwrap_or(shape))?;
        self.remember_transpose(expr, transpose);
        Ok(transpose)
    }

    /// The transpose outside of the expression. A complex number and its conjugate have no order, so that of
    /// `conj(Z) - Z` is that of `Z - conj(Z)` with another sign.
    fn transpose_as_it_is(&mut self, expr: Expr, transposed: Shape) -> Result<Expr> {
        match self.form(expr) {
            Form::Add(terms) if self.is_complex(expr) && terms[0].coefficient.is_negative() => {
                let positive = self.neg(expr)?;
                let transpose = self.intern(Form::Transpose(positive), transposed)?;
                self.remember_transpose(positive, transpose);
                self.neg(transpose)
            }
            _ => self.intern(Form::Transpose(expr), transposed),
        }
    }

    /// Whether the transpose is known, or needs no other transposes.
    fn has_simple_transpose(&self, expr: Expr) -> bool {
        let facts = self.facts(expr);
        self.shape(expr).is_scalar()
            || facts.has(Facts::SYMMETRIC)
            || facts.has(Facts::SKEW)
            || self.known_transpose(expr).is_some()
    }

    /// Whether the transpose of a sum or an elementwise expression is pushed into it.
    fn pushes_transpose(&self, expr: Expr) -> bool {
        if let Form::Call(function, args) = self.form(expr)
            && function.law != Law::None
        {
            // The transposes of these are their own negatives or themselves.
            let is_plain = |arg: &Expr| self.facts(*arg).has(Facts::SYMMETRIC) || self.facts(*arg).has(Facts::SKEW);
            if args.iter().all(is_plain) {
                return true;
            }
        }
        let (inside, leaves) = self.transpose_counts(expr);
        matches!(self.shape(expr), Shape::Matrix(..)) && inside > 0 && 2 * inside >= leaves
    }

    /// The operands whose transposes make the transpose.
    fn transposed_operands(&self, expr: Expr) -> Vec<Expr> {
        match self.form(expr) {
            Form::MatMul(_) | Form::Kron(..) => self.children(expr),
            Form::Scale(_, array) => vec![*array],
            Form::Add(terms) if terms.len() == 1 => vec![terms[0].expr],
            Form::Add(_) | Form::Product(_) | Form::Call(..) if self.pushes_transpose(expr) => self.children(expr),
            _ => vec![],
        }
    }

    fn push_transpose(&mut self, expr: Expr, transposed: Shape) -> Result<Expr> {
        let push = self.pushes_transpose(expr);
        match self.form(expr).clone() {
            Form::Transpose(inner) => Ok(inner),
            Form::Ones => match transposed {
                Shape::Matrix(..) => self.ones(transposed),
                _ => self.intern(Form::Transpose(expr), transposed),
            },
            Form::Zero => self.zeros(transposed),
            Form::Scale(scalar, array) => {
                let array = self.transpose(array)?;
                self.scale(scalar, array)
            }
            Form::Add(terms) if terms.len() == 1 || push => {
                let terms = self.transpose_terms(&terms)?;
                self.sum(&terms)
            }
            Form::MatMul(factors) => {
                let mut reversed = Vec::with_capacity(factors.len());
                for factor in factors.iter().rev() {
                    reversed.push(MatrixPower {
                        base: self.transpose(factor.base)?,
                        power: factor.power,
                    });
                }
                self.matrix_product(reversed)
            }
            Form::Product(factors) if push => {
                let factors = self.transpose_powers(&factors)?;
                self.product(factors)
            }
            Form::Call(function, args) if push && function.commutes_with_transpose() => {
                let args: Vec<Expr> = args.iter().map(|arg| self.transpose(*arg)).collect::<Result<_>>()?;
                self.intern(Form::Call(function, args.into()), transposed)
            }
            Form::Kron(a, b) if matches!(transposed, Shape::Matrix(..)) => {
                let (a, b) = (self.transpose(a)?, self.transpose(b)?);
                self.kron(a, b)
            }
            Form::Eye | Form::Diag(_) => Ok(expr),
            Form::Number(_) | Form::Size(_) | Form::Trace(_) | Form::Sum(_) => Ok(expr),
            Form::Commutation(m, n) => self.commutation(n, m),
            Form::Einsum(einsum) if matches!(transposed, Shape::Matrix(..)) => {
                let mut einsum = *einsum;
                einsum.output.reverse();
                self.einsum(einsum.operands.to_vec(), &einsum.output)
            }
            Form::Var(_)
            | Form::Select(_)
            | Form::Tril
            | Form::Add(_)
            | Form::Product(_)
            | Form::DiagOf(_)
            | Form::Reshape(_)
            | Form::Kron(..)
            | Form::Einsum(_)
            | Form::Call(..) => self.transpose_as_it_is(expr, transposed),
        }
    }

    pub(super) fn transpose_powers(&mut self, factors: &[ElementPower]) -> Result<Vec<ElementPower>> {
        factors
            .iter()
            .map(|f| {
                Ok(ElementPower {
                    base: self.transpose(f.base)?,
                    exponent: self.transpose(f.exponent)?,
                })
            })
            .collect()
    }

    /// Whether an elementwise combination of these should be written as the transpose of the combination of their
    /// transposes.
    pub(super) fn prefers_transpose(&self, shape: Shape, parts: impl Iterator<Item = Expr>) -> bool {
        match shape {
            Shape::Row(_) => true,
            Shape::Matrix(..) => {
                let (inside, leaves) = parts.fold((0, 0), |(inside, leaves), part| {
                    let (i, l) = self.transpose_counts(part);
                    (inside + i, leaves + l)
                });
                2 * inside > leaves
            }
            Shape::Scalar | Shape::Vector(_) | Shape::Tensor(_) => false,
        }
    }

    /// The transposes of the arguments of an elementwise function, where the function is better applied to them.
    pub(super) fn transposed_arguments(&mut self, args: &[Expr]) -> Result<Option<Vec<Expr>>> {
        let Some(array) = args.iter().find(|arg| !self.shape(**arg).is_scalar()) else {
            return Ok(None);
        };
        if !self.prefers_transpose(self.shape(*array), args.iter().copied()) {
            return Ok(None);
        }
        args.iter()
            .map(|arg| self.transpose(*arg))
            .collect::<Result<Vec<_>>>()
            .map(Some)
    }

    /// Transposes at the leaves of a matrix expression, and leaves that a transposition would change.
    pub(super) fn count_transposes(&self, expr: Expr) -> (u32, u32) {
        if !matches!(self.shape(expr), Shape::Matrix(..)) {
            return (0, 0);
        }
        let sum = |parts: &mut dyn Iterator<Item = Expr>| {
            parts.fold((0u32, 0u32), |(inside, leaves), part| {
                let (i, l) = self.transpose_counts(part);
                bounded(inside + i, leaves + l)
            })
        };
        match self.form(expr) {
            Form::Var(var) => {
                let facts = self.variable(*var).facts;
                (0, u32::from(!facts.has(Facts::SYMMETRIC) && !facts.has(Facts::SKEW)))
            }
            Form::Transpose(inner) => {
                let (inside, leaves) = self.transpose_counts(*inner);
                (leaves - inside, leaves)
            }
            Form::Add(terms) => sum(&mut terms.iter().map(|term| term.expr)),
            Form::MatMul(factors) => sum(&mut factors.iter().map(|factor| factor.base)),
            Form::Product(factors) => sum(&mut factors.iter().map(|factor| factor.base)),
            Form::Scale(_, array) => self.transpose_counts(*array),
            Form::Kron(a, b) => sum(&mut [*a, *b].into_iter()),
            Form::Call(function, args) if function.commutes_with_transpose() => sum(&mut args.iter().copied()),
            // By rows or by columns: the transpose goes through.
            Form::Call(_, args) if args.len() == 2 => self.transpose_counts(args[0]),
            Form::Call(..) | Form::Reshape(_) | Form::Tril => (0, 1),
            Form::Eye | Form::Ones | Form::Zero | Form::Diag(_) => (0, 0),
            Form::Select(_) | Form::Commutation(..) | Form::Einsum(_) => (0, 0),
            Form::Number(_) | Form::Size(_) | Form::Trace(_) | Form::Sum(_) | Form::DiagOf(_) => (0, 0),
        }
    }
}

/// Sharing can make the counts exponential. Of what is very large no transpose is preferred to the other: counts that
/// were rounded could make each of the two prefer the other, and never end.
fn bounded(inside: u32, leaves: u32) -> (u32, u32) {
    const LARGE: u32 = 1 << 20;
    if leaves < LARGE { (inside, leaves) } else { (0, LARGE) }
}
