//! The Jacobian of a vector that is linear in a vector: the matrix in front of the hole.
//!
//! Each linear form of a vector gives its matrix from those of its parts; a matrix between the hole and the vector
//! (`A*diag(dx)*y`) is opened first, until the hole stands in a vector.

use std::collections::{HashMap, HashSet};

use super::{LinearMap, adjoint};
use crate::expr::{Dims, ElementPower, Error, Expr, Facts, Form, MatrixPower, Rational, Result, Shape, Store};
use crate::ops::{self, Op};

/// What is still to be known before the matrix of an expression is.
enum Step {
    Known(Expr),
    Needs(Vec<Expr>),
}

/// The matrix J with `body = J*hole`.
///
/// # Shapes
/// `body: vector(m)`, `hole: vector(n)`; J: matrix(m, n).
///
/// # Errors
/// [`Error::Unsupported`] where no matrix expression of the language is known.
pub(crate) fn jacobian(store: &mut Store, map: LinearMap) -> Result<Expr> {
    let mut pass = Pass {
        hole: map.hole,
        known: HashMap::new(),
        depends: HashMap::new(),
    };
    let mut todo = vec![map.body];
    // What stands below in `todo` until its parts are known; opening may lead back to it.
    let mut waiting = HashSet::new();
    while let Some(expr) = todo.last().copied() {
        if pass.known.contains_key(&expr) {
            todo.pop();
            continue;
        }
        match pass.step(store, expr)? {
            Step::Known(matrix) => {
                pass.known.insert(expr, matrix);
                todo.pop();
            }
            Step::Needs(parts) => {
                waiting.insert(expr);
                if parts.iter().any(|part| waiting.contains(part)) {
                    return Err(unsupported());
                }
                todo.extend(parts);
            }
        }
    }
    Ok(pass.known[&map.body])
}

struct Pass {
    hole: Expr,
    known: HashMap<Expr, Expr>,
    depends: HashMap<Expr, bool>,
}

impl Pass {
    fn depends(&mut self, store: &Store, expr: Expr) -> bool {
        if let Some(known) = self.depends.get(&expr) {
            return *known;
        }
        let flags = store.dependents(&[expr], self.hole);
        for part in store.post_order(&[expr]) {
            self.depends.insert(part, flags[part.index()]);
        }
        self.depends[&expr]
    }

    fn step(&mut self, store: &mut Store, expr: Expr) -> Result<Step> {
        let (Shape::Vector(rows), Shape::Vector(columns)) = (store.shape(expr), store.shape(self.hole)) else {
            return Err(unsupported());
        };
        if expr == self.hole {
            return store.eye(columns).map(Step::Known);
        }
        if !self.depends(store, expr) {
            return store.zeros(Shape::Matrix(rows, columns)).map(Step::Known);
        }
        match store.form(expr).clone() {
            Form::Add(terms) => {
                let parts: Vec<Expr> = terms.iter().map(|term| term.expr).collect();
                self.when_known(store, &parts, |store, matrices| {
                    let terms: Vec<_> = terms
                        .iter()
                        .zip(matrices)
                        .map(|(term, m)| (term.coefficient.clone(), *m))
                        .collect();
                    store.sum(&terms)
                })
            }
            Form::Scale(scalar, array) if self.depends(store, scalar) => {
                let gradient = LinearMap {
                    hole: self.hole,
                    body: scalar,
                }
                .adjoint(store, Store::ONE)?;
                let row = store.transpose(gradient)?;
                store.matmul(&[array, row]).map(Step::Known)
            }
            Form::Scale(scalar, array) => {
                self.when_known(store, &[array], |store, matrices| store.scale(scalar, matrices[0]))
            }
            Form::Product(factors) => {
                let mut rest = factors.to_vec();
                let at = factors
                    .iter()
                    .position(|f| self.depends(store, f.base))
                    .ok_or_else(unsupported)?;
                let child = rest.remove(at).base;
                self.when_known(store, &[child], |store, matrices| {
                    let scale = store.product(rest)?;
                    let diagonal = store.diag(scale)?;
                    store.matmul(&[diagonal, matrices[0]])
                })
            }
            Form::MatMul(factors) => self.product_step(store, &factors),
            Form::DiagOf(matrix) => {
                let opened = self.open_diagonal(store, matrix)?;
                self.when_known(store, &[opened], |_, matrices| Ok(matrices[0]))
            }
            Form::Kron(a, b) if self.depends(store, a) && self.depends(store, b) => Err(unsupported()),
            Form::Kron(a, b) => {
                let first = self.depends(store, a);
                let (moving, fixed) = if first { (a, b) } else { (b, a) };
                self.when_known(store, &[moving], |store, matrices| {
                    let fixed = as_column(store, fixed)?;
                    if first {
                        store.kron(matrices[0], fixed)
                    } else {
                        store.kron(fixed, matrices[0])
                    }
                })
            }
            Form::Reshape(matrix) => {
                let opened = self.open_vec(store, matrix)?;
                self.when_known(store, &[opened], |_, matrices| Ok(matrices[0]))
            }
            Form::Call(function, args) => self.call_step(store, ops::op(function), &args),
            _ => Err(unsupported()),
        }
    }

    /// A function that is linear in what depends on the hole: of entries a diagonal matrix in front of the matrix of
    /// each argument, else by its meaning.
    fn call_step(&mut self, store: &mut Store, op: &'static Op, args: &[Expr]) -> Result<Step> {
        if !op.is_elementwise() {
            return self.linear_call_step(store, op, args);
        }
        let (mut parts, mut slopes) = (Vec::new(), Vec::new());
        for (at, arg) in args.iter().enumerate() {
            if self.depends(store, *arg) {
                parts.push(*arg);
                slopes.push(adjoint::slope_of_call(store, op, args, at)?.ok_or_else(unsupported)?);
            }
        }
        self.when_known(store, &parts, |store, matrices| {
            // Diagonal matrices are added by their diagonals: diag(where(c, x, y)).
            let is_diagonal = |store: &Store, matrix: &Expr| {
                store.facts(*matrix).has(Facts::DIAGONAL) && store.shape(*matrix).square().is_some()
            };
            let all_diagonal = matrices.iter().all(|matrix| is_diagonal(store, matrix));
            let mut terms = Vec::with_capacity(matrices.len());
            for (slope, matrix) in slopes.iter().zip(matrices) {
                let term = match all_diagonal {
                    true => {
                        let diagonal = store.diag_of(*matrix)?;
                        store.multiply(&[*slope, diagonal])?
                    }
                    false => {
                        let diagonal = store.diag(*slope)?;
                        store.matmul(&[diagonal, *matrix])?
                    }
                };
                terms.push((Rational::one(), term));
            }
            let sum = store.sum(&terms)?;
            if all_diagonal { store.diag(sum) } else { Ok(sum) }
        })
    }

    /// A function that is linear in some arguments: the matrix of each argument behind that of the function.
    fn linear_call_step(&mut self, store: &mut Store, op: &'static Op, args: &[Expr]) -> Result<Step> {
        let places: Vec<usize> = (0..args.len()).filter(|at| self.depends(store, args[*at])).collect();
        let mut outer = Vec::with_capacity(places.len());
        for at in &places {
            let Shape::Vector(entries) = store.shape(args[*at]) else {
                return Err(unsupported());
            };
            let hole = store.add_stacked_hole("argument", entries)?;
            let mut moved = args.to_vec();
            moved[*at] = hole;
            // The meaning has no functions of this kind, so this goes no deeper.
            let body = ops::linear_meaning(store, op, &moved)?.ok_or_else(unsupported)?;
            outer.push(jacobian(store, LinearMap { hole, body })?);
        }
        let parts: Vec<Expr> = places.iter().map(|at| args[*at]).collect();
        self.when_known(store, &parts, |store, matrices| {
            let mut terms = Vec::with_capacity(matrices.len());
            for (outer, inner) in outer.iter().zip(matrices) {
                terms.push((Rational::one(), store.matmul(&[*outer, *inner])?));
            }
            store.sum(&terms)
        })
    }

    /// `vec(matrix)` with the hole of the matrix brought into a vector.
    fn open_vec(&mut self, store: &mut Store, matrix: Expr) -> Result<Expr> {
        let Shape::Matrix(m, n) = store.shape(matrix) else {
            let Form::Product(factors) = store.form(matrix).clone() else {
                return Err(unsupported());
            };
            return stacked_product(store, &factors);
        };
        match store.form(matrix).clone() {
            // vec(diag(v)) is vec(eye) times v, repeated for each column.
            Form::Diag(vector) => {
                let (eye, ones) = (store.eye(m)?, store.ones(Shape::Vector(n))?);
                let (mask, repeated) = (store.vec(eye)?, store.kron(ones, vector)?);
                store.multiply(&[mask, repeated])
            }
            Form::Product(factors) => stacked_product(store, &factors),
            Form::MatMul(factors) => {
                if let Some(at) = factors
                    .iter()
                    .position(|f| matches!(store.shape(f.base), Shape::Row(_)))
                {
                    // vec(x*y') is kron(y, x).
                    let column = store.matrix_product(factors[..at].to_vec())?;
                    let row = store.matrix_product(factors[at..].to_vec())?;
                    let row = store.transpose(row)?;
                    return store.kron(row, column);
                }
                let at = factors
                    .iter()
                    .position(|f| self.depends(store, f.base))
                    .ok_or_else(unsupported)?;
                let inner = factors[at].base;
                if let Form::Add(terms) = store.form(inner).clone() {
                    let mut opened = Vec::with_capacity(terms.len());
                    for term in terms.iter() {
                        let mut list = factors.to_vec();
                        list[at].base = term.expr;
                        let product = store.matrix_product(list)?;
                        opened.push((term.coefficient.clone(), store.vec(product)?));
                    }
                    return store.sum(&opened);
                }
                // vec(P*M*S) is kron(S', P)*vec(M).
                let before = match at {
                    0 => store.eye(m)?,
                    _ => store.matrix_product(factors[..at].to_vec())?,
                };
                let after = match factors.len() - at {
                    1 => store.eye(n)?,
                    _ => store.matrix_product(factors[at + 1..].to_vec())?,
                };
                let transposed = store.transpose(after)?;
                let (kron, stacked) = (store.kron(transposed, before)?, store.vec(inner)?);
                store.matmul(&[kron, stacked])
            }
            // vec(M') is K*vec(M).
            Form::Transpose(inner) => {
                let Shape::Matrix(rows, columns) = store.shape(inner) else {
                    return Err(unsupported());
                };
                let (commutation, stacked) = (store.commutation(rows, columns)?, store.vec(inner)?);
                store.product_of_stacked(commutation, stacked)
            }
            // vec(kron(A, B)) is kron(kron(eye, K), eye) times kron(vec(A), vec(B)).
            Form::Kron(a, b) => {
                let (Shape::Matrix(m, n), Shape::Matrix(p, q)) = (store.shape(a), store.shape(b)) else {
                    return Err(unsupported());
                };
                let (outer, inner) = (store.eye(n)?, store.eye(p)?);
                let commutation = store.commutation(q, m)?;
                let middle = store.kron(outer, commutation)?;
                let sorted = store.kron(middle, inner)?;
                let (a, b) = (store.vec(a)?, store.vec(b)?);
                let stacked = store.kron(a, b)?;
                store.matmul(&[sorted, stacked])
            }
            _ => Err(unsupported()),
        }
    }

    /// Builds from the matrices of the parts once they are known.
    fn when_known(
        &self,
        store: &mut Store,
        parts: &[Expr],
        build: impl FnOnce(&mut Store, &[Expr]) -> Result<Expr>,
    ) -> Result<Step> {
        let missing: Vec<Expr> = parts
            .iter()
            .copied()
            .filter(|part| !self.known.contains_key(part))
            .collect();
        if !missing.is_empty() {
            return Ok(Step::Needs(missing));
        }
        let matrices: Vec<Expr> = parts.iter().map(|part| self.known[part]).collect();
        build(store, &matrices).map(Step::Known)
    }

    /// `P*v` for a vector v in the hole is `P*J`; a matrix in the hole is opened.
    fn product_step(&mut self, store: &mut Store, factors: &[MatrixPower]) -> Result<Step> {
        let at = factors
            .iter()
            .position(|f| self.depends(store, f.base))
            .ok_or_else(unsupported)?;
        let inner = factors[at].base;
        if at + 1 == factors.len() {
            return self.when_known(store, &[inner], |store, matrices| {
                let mut list = factors[..at].to_vec();
                list.push(MatrixPower {
                    base: matrices[0],
                    power: 1,
                });
                store.matrix_product(list)
            });
        }
        let column = store.matrix_product(factors[at + 1..].to_vec())?;
        let opened = self.open(store, inner, column)?;
        let mut list = factors[..at].to_vec();
        list.push(MatrixPower { base: opened, power: 1 });
        let whole = store.matrix_product(list)?;
        if store.form(whole) == &Form::MatMul(factors.into()) {
            return Err(unsupported());
        }
        self.when_known(store, &[whole], |_, matrices| Ok(matrices[0]))
    }

    /// `matrix*column` with the hole of the matrix brought into a vector.
    fn open(&mut self, store: &mut Store, matrix: Expr, column: Expr) -> Result<Expr> {
        match store.form(matrix).clone() {
            Form::Add(terms) => {
                let mut opened = Vec::with_capacity(terms.len());
                for term in terms.iter() {
                    opened.push((term.coefficient.clone(), store.matmul(&[term.expr, column])?));
                }
                store.sum(&opened)
            }
            // M'*s is kron(eye, s')*vec(M).
            Form::Transpose(inner) if matches!(store.form(inner), Form::Reshape(_)) => {
                let Shape::Matrix(m, n) = store.shape(inner) else {
                    return Err(unsupported());
                };
                let stacked = store.vec(inner)?;
                let row = store.reshape(column, Shape::Matrix(Dims::ONE, m))?;
                let eye = store.eye(n)?;
                let kron = store.kron(eye, row)?;
                store.matmul(&[kron, stacked])
            }
            Form::Transpose(inner) => {
                let transposed = open_transpose(store, inner)?;
                store.matmul(&[transposed, column])
            }
            Form::Diag(vector) => store.multiply(&[vector, column]),
            // M*s is kron(s', eye)*vec(M).
            Form::Reshape(vector) if matches!(store.shape(vector), Shape::Vector(_)) => {
                let Shape::Matrix(m, n) = store.shape(matrix) else {
                    return Err(unsupported());
                };
                let row = store.reshape(column, Shape::Matrix(Dims::ONE, n))?;
                let eye = store.eye(m)?;
                let kron = store.kron(row, eye)?;
                store.matmul(&[kron, vector])
            }
            // (C.*N)*s is the diagonal of C*diag(s)*N'.
            Form::Product(factors) => {
                let at = factors
                    .iter()
                    .position(|f| self.depends(store, f.base))
                    .ok_or_else(unsupported)?;
                let mut rest = factors.to_vec();
                let inner = rest.remove(at).base;
                let (rest, diagonal, transposed) = (store.product(rest)?, store.diag(column)?, store.transpose(inner)?);
                let product = store.matmul(&[rest, diagonal, transposed])?;
                store.diag_of(product)
            }
            _ => Err(unsupported()),
        }
    }

    /// The diagonal of a product in which the hole stands in a sum or a diagonal matrix.
    fn open_diagonal(&mut self, store: &mut Store, matrix: Expr) -> Result<Expr> {
        let Form::MatMul(factors) = store.form(matrix).clone() else {
            return Err(unsupported());
        };
        let at = factors
            .iter()
            .position(|f| self.depends(store, f.base))
            .ok_or_else(unsupported)?;
        let around = |store: &mut Store, part: &[MatrixPower]| match part {
            [] => Ok(None),
            _ => store.matrix_product(part.to_vec()).map(Some),
        };
        let (before, after) = (around(store, &factors[..at])?, around(store, &factors[at + 1..])?);
        let between = |store: &mut Store, inner: Expr| {
            let list: Vec<Expr> = before.into_iter().chain([inner]).chain(after).collect();
            let product = store.matmul(&list)?;
            store.diag_of(product)
        };
        match store.form(factors[at].base).clone() {
            // diag(P*diag(v)*S) is (P.*S')*v.
            Form::Diag(vector) => {
                let (Some(before), Some(after)) = (before, after) else {
                    return Err(unsupported());
                };
                let transposed = store.transpose(after)?;
                let entries = store.multiply(&[before, transposed])?;
                store.matmul(&[entries, vector])
            }
            Form::Add(terms) => {
                let mut opened: Vec<(Rational, Expr)> = Vec::with_capacity(terms.len());
                for term in terms.iter() {
                    opened.push((term.coefficient.clone(), between(store, term.expr)?));
                }
                store.sum(&opened)
            }
            Form::Transpose(inner) => {
                let transposed = open_transpose(store, inner)?;
                between(store, transposed)
            }
            _ => Err(unsupported()),
        }
    }
}

/// The entries of an elementwise product, stacked: the product of the stacked factors.
fn stacked_product(store: &mut Store, factors: &[ElementPower]) -> Result<Expr> {
    if factors.iter().any(|factor| !store.shape(factor.exponent).is_scalar()) {
        return Err(unsupported());
    }
    let mut stacked = Vec::with_capacity(factors.len());
    for factor in factors {
        stacked.push(ElementPower {
            base: store.vec_all(factor.base)?,
            exponent: factor.exponent,
        });
    }
    store.product(stacked)
}

/// The vector as a matrix of one column, which `kron` takes beside a matrix.
fn as_column(store: &mut Store, vector: Expr) -> Result<Expr> {
    match store.shape(vector) {
        Shape::Vector(n) => store.reshape(vector, Shape::Matrix(n, Dims::ONE)),
        _ => Err(unsupported()),
    }
}

/// The transpose, pushed into a sum or an elementwise product.
fn open_transpose(store: &mut Store, matrix: Expr) -> Result<Expr> {
    match store.form(matrix).clone() {
        Form::Add(terms) => {
            // Distributed one by one, since the constructor would put the transpose outside again.
            let mut opened = Vec::with_capacity(terms.len());
            for term in terms.iter() {
                opened.push((term.coefficient.clone(), store.transpose(term.expr)?));
            }
            store.sum(&opened)
        }
        _ => Err(unsupported()),
    }
}

fn unsupported() -> Error {
    Error::Unsupported {
        what: "the Jacobian as a matrix expression".to_owned(),
    }
}
