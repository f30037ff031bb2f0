//! Products of matrices that are sums of structured ones, and of Kronecker products: the structure is multiplied, not
//! the matrix.
//!
//! `A'*(diag(p) - p*p')*A` is `A'*diag(p)*A` by half, less the outer product of `A'*p` with itself; `(A + u*v')*x` is
//! `A*x + u*(v'*x)`, and `(D + U*U')*x` is `D*x + U*(U'*x)`; `kron(A, B)*vec(X)` is `vec(B*X*A')`. The matrices in
//! the middle are never formed.

use gateaux_array::kernels::{Binary, Unary};
use gateaux_core::expr::Rational;

use crate::plan::chain::cost;
use crate::plan::graph::{Factor, Graph, Id, Op, rows_and_columns};

/// Sums of more terms are multiplied as they are.
const MAX_PIECES: usize = 4;

/// One term of a sum of matrices.
#[derive(Clone, Debug)]
struct Piece {
    coefficient: Rational,
    /// Numbers that multiply it.
    numbers: Vec<Id>,
    /// One matrix, or what it is the product of.
    factors: Vec<Id>,
}

impl Graph {
    /// The product with a factor that is a sum taken apart, where some of its terms are structured and the products
    /// with the terms are cheaper together.
    pub(super) fn distributed(&mut self, factors: &[Id]) -> Option<Id> {
        if factors.len() < 2 {
            return None;
        }
        let (at, pieces) = (0..factors.len()).find_map(|at| Some((at, self.pieces(factors[at])?)))?;
        let (m, n) = (
            rows_and_columns(self.shape(factors[0])).0,
            rows_and_columns(self.shape(factors[factors.len() - 1])).1,
        );
        // The matrix is written and read once for each of its terms, and those of low rank are products.
        let mut whole = self.estimate(factors) + 4.0 * (self.len_of(factors[at]) * pieces.len()) as f64;
        for piece in pieces.iter().filter(|piece| piece.factors.len() > 1) {
            whole += self.estimate(&piece.factors);
        }
        let chains: Vec<Vec<Id>> = pieces
            .iter()
            .map(|piece| [&factors[..at], &piece.factors, &factors[at + 1..]].concat())
            .collect();
        let parts: f64 = chains.iter().map(|chain| self.estimate(chain)).sum();
        if parts + 4.0 * (m * n * (pieces.len() - 1)) as f64 >= whole {
            return None;
        }
        let shape = self.product_shape(factors);
        let mut terms = Vec::with_capacity(pieces.len());
        for (piece, chain) in pieces.iter().zip(&chains) {
            let product = self.chain(chain);
            let product = self.reshape(product, &shape);
            let scaled = piece
                .numbers
                .iter()
                .fold(product, |product, number| self.scale(*number, product));
            terms.push(scaled);
        }
        let coefficients: Vec<Rational> = pieces.into_iter().map(|piece| piece.coefficient).collect();
        Some(self.plain_sum(&coefficients, &terms))
    }

    /// The shape of a product of at least two factors.
    fn product_shape(&self, factors: &[Id]) -> Vec<usize> {
        let m = rows_and_columns(self.shape(factors[0])).0;
        match (self.shape(factors[factors.len() - 1]), m) {
            ([_], 1) => vec![],
            ([_], m) => vec![m],
            (last, m) => vec![m, rows_and_columns(last).1],
        }
    }

    /// Keeps the terms of a sum of matrices, if one at least has structure.
    pub(super) fn remember_sum(&mut self, sum: Id, coefficients: &[Rational], terms: &[Id]) {
        if let Op::Transpose(inner) = *self.op(sum) {
            // It is read as it is stored.
            let terms: Vec<Id> = terms.iter().map(|term| self.transpose(*term)).collect();
            return self.remember_stored_sum(inner, coefficients, &terms);
        }
        self.remember_stored_sum(sum, coefficients, terms);
    }

    fn remember_stored_sum(&mut self, sum: Id, coefficients: &[Rational], terms: &[Id]) {
        let is_matrix = matches!(*self.shape(sum), [m, n] if m > 1 && n > 1);
        if is_matrix
            && !self.formed.contains(&sum)
            && terms.len() <= MAX_PIECES
            && terms.iter().any(|term| self.is_structured(*term))
        {
            let terms = coefficients.iter().cloned().zip(terms.iter().copied()).collect();
            self.sums.insert(sum, terms);
        }
    }

    /// Forgets the terms of a sum whose entries somebody reads, so that it is formed anyway.
    pub(super) fn form(&mut self, sum: Id) {
        let sum = match *self.op(sum) {
            Op::Transpose(inner) => inner,
            _ => sum,
        };
        self.sums.remove(&sum);
        self.formed.insert(sum);
    }

    fn is_structured(&self, matrix: Id) -> bool {
        let [m, n] = *self.shape(matrix) else { return false };
        let stored = match *self.op(matrix) {
            Op::Transpose(inner) => inner,
            _ => matrix,
        };
        match *self.op(stored) {
            Op::Diagonal(_) | Op::Identity | Op::Kron(..) | Op::Fill(_) => true,
            Op::Product(a, _) | Op::Gram(a, _) => {
                let (rows, columns) = rows_and_columns(self.shape(a.id));
                let rank = if a.transposed { rows } else { columns };
                rank < m.min(n)
            }
            _ => self.outer_factors(stored).is_some(),
        }
    }

    fn matrix(&mut self, Factor { id, transposed }: Factor) -> Id {
        if transposed { self.transpose(id) } else { id }
    }

    /// The terms of a sum, of a multiple of one or of its transpose, of which one at least is structured.
    fn pieces(&mut self, matrix: Id) -> Option<Vec<Piece>> {
        if let Op::Transpose(inner) = *self.op(matrix) {
            let mut pieces = self.pieces_as_stored(inner)?;
            for piece in &mut pieces {
                let factors = piece.factors.iter().rev();
                piece.factors = factors.map(|factor| self.transpose(*factor)).collect();
            }
            return Some(pieces);
        }
        self.pieces_as_stored(matrix)
    }

    fn pieces_as_stored(&mut self, matrix: Id) -> Option<Vec<Piece>> {
        let (mut coefficient, mut numbers, mut sum) = (Rational::one(), Vec::new(), matrix);
        loop {
            match *self.op(sum) {
                Op::Unary(Unary::Neg, x) => (coefficient, sum) = (&Rational::from(-1) * &coefficient, x),
                Op::Binary(Binary::Mul, c, x) if self.is_scalar(c) && !self.is_scalar(x) => {
                    match self.as_number(c) {
                        Some(value) => coefficient = value * &coefficient,
                        None => numbers.push(c),
                    }
                    sum = x;
                }
                _ => break,
            }
        }
        let terms = self.sums.get(&sum)?.clone();
        let pieces = terms.into_iter().map(|(own, term)| {
            let (factors, others) = self.piece(term);
            Piece {
                coefficient: &own * &coefficient,
                numbers: [numbers.as_slice(), &others].concat(),
                factors,
            }
        });
        Some(pieces.collect())
    }

    /// The factors of a term, and numbers beside them.
    fn piece(&mut self, term: Id) -> (Vec<Id>, Vec<Id>) {
        let Op::Transpose(inner) = *self.op(term) else {
            return self.piece_as_stored(term);
        };
        let (factors, numbers) = self.piece_as_stored(inner);
        let factors = factors.into_iter().rev().map(|factor| self.transpose(factor)).collect();
        (factors, numbers)
    }

    fn piece_as_stored(&mut self, term: Id) -> (Vec<Id>, Vec<Id>) {
        let (m, n) = rows_and_columns(self.shape(term));
        if let Op::Fill(number) = *self.op(term) {
            let one = self.number(Rational::one());
            return (vec![self.fill(one, &[m, 1]), self.fill(one, &[1, n])], vec![number]);
        }
        if let Some((column, row, numbers)) = self.outer_factors(term) {
            let factors = vec![self.reshape(column, &[m, 1]), self.reshape(row, &[1, n])];
            return (factors, numbers);
        }
        let factors = match *self.op(term) {
            Op::Product(a, b) if self.is_structured(term) => vec![self.matrix(a), self.matrix(b)],
            Op::Gram(a, weights) if self.is_structured(term) => {
                let left = self.matrix(a);
                let right = self.transpose(left);
                let middle = weights.map(|weights| self.diagonal(weights, rows_and_columns(self.shape(right)).0));
                [Some(left), middle, Some(right)].into_iter().flatten().collect()
            }
            _ => vec![term],
        };
        (factors, vec![])
    }

    /// The vectors of an outer product, and the numbers that multiply it.
    fn outer_factors(&self, product: Id) -> Option<(Id, Id, Vec<Id>)> {
        let (mut column, mut row, mut numbers) = (None, None, Vec::new());
        let mut todo = vec![product];
        while let Some(factor) = todo.pop() {
            match *self.op(factor) {
                Op::Binary(Binary::Mul, x, y) if numbers.len() + todo.len() < MAX_PIECES => todo.extend([x, y]),
                Op::Column(vector) if column.is_none() => column = Some(vector),
                Op::Row(vector) if row.is_none() => row = Some(vector),
                _ if self.is_scalar(factor) => numbers.push(factor),
                _ => return None,
            }
        }
        Some((column?, row?, numbers))
    }

    /// A Kronecker product, kept in its factors.
    pub(super) fn kron(&mut self, a: Id, b: Id, shape: &[usize]) -> Id {
        match (self.shape(a), self.shape(b)) {
            ([m, n], [p, q]) if [m, n, p, q].iter().all(|size| **size > 1) => self.add(Op::Kron(a, b), shape.to_vec()),
            _ => self.written_kron(a, b, shape),
        }
    }

    /// The factors of neighboring Kronecker products multiplied, where their sizes fit: `kron(A, B)*kron(C, D)` is
    /// `kron(A*C, B*D)`.
    pub(super) fn joined_krons(&mut self, factors: &[Id]) -> Vec<Id> {
        let mut joined: Vec<Id> = Vec::with_capacity(factors.len());
        for factor in factors {
            if let (Some(Op::Kron(a, b)), Op::Kron(c, d)) = (
                joined.last().map(|last| self.op(*last).clone()),
                self.op(*factor).clone(),
            ) && self.shape(a)[1] == self.shape(c)[0]
            {
                let (first, second) = (self.chain(&[a, c]), self.chain(&[b, d]));
                let sides = [self.shape(first), self.shape(second)];
                let shape = [sides[0][0] * sides[1][0], sides[0][1] * sides[1][1]];
                joined.pop();
                joined.push(self.kron(first, second, &shape));
            } else {
                joined.push(*factor);
            }
        }
        joined
    }

    /// `kron(A, B)` times a matrix or a vector: each column, read as a matrix X, becomes `B*X*A'`.
    ///
    /// # Source
    /// Magnus & Neudecker, Matrix Differential Calculus, 2.4, eq. 5.
    pub(super) fn kron_times(&mut self, (a, b): (Id, Id), x: Id) -> Id {
        let ((m, n), (p, q)) = (rows_and_columns(self.shape(a)), rows_and_columns(self.shape(b)));
        let shape = self.shape(x).to_vec();
        let columns = rows_and_columns(&shape).1;
        let value = if columns == 1 {
            let matrix = self.reshape(x, &[q, n]);
            let transposed = self.transpose(a);
            self.chain(&[b, matrix, transposed])
        } else {
            let wide = self.reshape(x, &[q, n * columns]);
            let product = self.chain(&[b, wide]);
            let blocks = self.reshape(product, &[p, n, columns]);
            let turned = self.permute(blocks, &[1, 0, 2]);
            let wide = self.reshape(turned, &[n, p * columns]);
            let product = self.chain(&[a, wide]);
            let blocks = self.reshape(product, &[m, p, columns]);
            self.permute(blocks, &[1, 0, 2])
        };
        match shape.len() {
            1 => self.reshape(value, &[m * p]),
            _ => self.reshape(value, &[m * p, columns]),
        }
    }

    /// What a Kronecker product times a matrix of so many columns costs, if a value is one.
    pub(super) fn cost_of_kron(&self, id: Id, columns: usize) -> Option<f64> {
        let Op::Kron(a, b) = *self.op(id) else { return None };
        let ((m, n), (p, q)) = (rows_and_columns(self.shape(a)), rows_and_columns(self.shape(b)));
        Some(cost(p, q, n * columns) + cost(m, n, p * columns))
    }
}
