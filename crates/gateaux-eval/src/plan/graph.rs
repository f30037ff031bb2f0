//! The values of a plan: what is computed from what, with the structure that need not be stored.
//!
//! Values are made by constructors that keep structure apart as long as somebody can use it: a diagonal matrix is its
//! vector, the identity and arrays of equal entries are numbers, a transpose is a way of reading, an outer product is
//! two vectors. Equal values are one value.

use std::collections::{HashMap, HashSet};

use gateaux_array::Function;
use gateaux_array::kernels::{Binary, Unary};
use gateaux_core::expr::Rational;

use crate::plan::spread::Spread;
use crate::program::Instruction;

/// A value of the graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Id(pub(crate) u32);

impl Id {
    pub(crate) fn index(self) -> usize {
        self.0 as usize
    }
}

/// A matrix as a factor, read as it is or transposed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Factor {
    pub(crate) id: Id,
    pub(crate) transposed: bool,
}

/// How a square matrix is taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Decomposition {
    /// Into a lower triangular factor times its transpose: for positive definite matrices.
    Cholesky,
    /// Into triangular factors with row exchanges.
    Lu,
    /// It is triangular already; true: lower.
    Triangle(bool),
}

/// What a value is. Ids point to earlier values.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Op {
    /// An input, dense and in column order.
    Input(usize),
    /// A number.
    Number(Rational),
    /// The number pi.
    Pi,
    /// Equal entries.
    Fill(Id),
    /// The identity matrix.
    Identity,
    /// The diagonal matrix of a vector.
    Diagonal(Id),
    /// The Kronecker product of two matrices.
    Kron(Id, Id),
    /// A dense constant array, by the instruction that makes it.
    Constant(Instruction),
    /// A matrix read transposed.
    Transpose(Id),
    /// The same entries in another shape.
    Reshape(Id),
    /// A vector as every column of a matrix.
    Column(Id),
    /// A vector as every row of a matrix.
    Row(Id),
    /// A function of each entry.
    Unary(Unary, Id),
    /// A function of two entries; an operand may be a number.
    Binary(Binary, Id, Id),
    /// The second where the first is not 0, else the third.
    Choice(Id, Id, Id),
    /// The sum of all entries.
    Sum(Id),
    /// The largest (true) or smallest entry.
    Extremum(bool, Id),
    /// The largest entry if it is finite, else 0: what is subtracted before exponentials are taken.
    Shift(Id),
    /// The Euclidean norm of all entries.
    Norm(Id),
    /// The largest entry of each row.
    LargestOfRows(Id),
    /// The product of two matrices, or of a matrix and a column.
    Product(Factor, Factor),
    /// `A*diag(w)*A'`, symmetric by form; without weights `A*A'`.
    Gram(Factor, Option<Id>),
    /// `a*A + b*A'` for numbers a, b.
    AddTranspose(Rational, Rational, Id),
    /// The factors of a square matrix.
    Decompose(Decomposition, Id),
    /// The solution of a system with these factors; true: with the transposed matrix.
    Solve(Id, Id, bool),
    /// The inverse, of the factors.
    Inverse(Id),
    /// The logarithm of the determinant, of the factors.
    Logdet(Id),
    /// The determinant, of the factors.
    Det(Id),
    /// The axes in another order.
    Permute(Id, Vec<usize>),
    /// Rows (axis 0) or columns (axis 1) from a position on.
    Slice(Id, usize, usize),
    /// The diagonal of a square matrix.
    DiagOf(Id),
    /// A sum of products of entries without summed labels.
    Spread(Spread),
    /// A matrix product for each value of the last axis of both: (m, k, b) and (k, n, b) give (m, n, b).
    BatchedProduct(Id, Id),
    /// The sum over the first axis.
    SumFirst(Id),
    /// Anything else, by the kernels of the interpreter.
    Other(Instruction, Vec<Id>),
}

#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) op: Op,
    pub(crate) shape: Vec<usize>,
    pub(crate) is_symmetric: bool,
}

/// All values, operands before results.
#[derive(Clone, Debug, Default)]
pub(crate) struct Graph {
    pub(crate) nodes: Vec<Node>,
    known: HashMap<(Op, Vec<usize>), Id>,
    /// For sums of which some terms have structure, the terms as they were before they were written out.
    pub(super) sums: HashMap<Id, Vec<(Rational, Id)>>,
    /// Sums that are formed in any case.
    pub(super) formed: HashSet<Id>,
}

/// Rows and columns of a matrix, a column or a number.
pub(crate) fn rows_and_columns(shape: &[usize]) -> (usize, usize) {
    match *shape {
        [] => (1, 1),
        [n] => (n, 1),
        [m, n] => (m, n),
        [m, ref rest @ ..] => (m, rest.iter().product()),
    }
}

impl Graph {
    pub(crate) fn op(&self, id: Id) -> &Op {
        &self.nodes[id.index()].op
    }

    pub(crate) fn shape(&self, id: Id) -> &[usize] {
        &self.nodes[id.index()].shape
    }

    pub(crate) fn len_of(&self, id: Id) -> usize {
        self.shape(id).iter().product()
    }

    pub(crate) fn is_scalar(&self, id: Id) -> bool {
        self.shape(id).is_empty()
    }

    pub(crate) fn is_symmetric(&self, id: Id) -> bool {
        self.nodes[id.index()].is_symmetric
    }

    pub(crate) fn mark_symmetric(&mut self, id: Id) {
        self.nodes[id.index()].is_symmetric = true;
    }

    /// The value with this form: a known one where there is one.
    pub(crate) fn add(&mut self, op: Op, shape: Vec<usize>) -> Id {
        let key = (op, shape);
        if let Some(id) = self.known.get(&key) {
            return *id;
        }
        let id = Id(u32::try_from(self.nodes.len()).unwrap_or(u32::MAX));
        let is_symmetric = matches!(key.0, Op::Identity | Op::Diagonal(_) | Op::Gram(..))
            || matches!(&key.0, Op::AddTranspose(a, b, _) if a == b);
        self.nodes.push(Node {
            op: key.0.clone(),
            shape: key.1.clone(),
            is_symmetric,
        });
        self.known.insert(key, id);
        id
    }

    pub(crate) fn number(&mut self, value: Rational) -> Id {
        self.add(Op::Number(value), vec![])
    }

    /// Equal entries in a shape; a number stays one.
    pub(crate) fn fill(&mut self, number: Id, shape: &[usize]) -> Id {
        match shape {
            [] => number,
            _ => self.add(Op::Fill(number), shape.to_vec()),
        }
    }

    /// The operands, each once for each place.
    pub(crate) fn operands(&self, id: Id) -> Vec<Id> {
        match self.op(id) {
            Op::Input(_) | Op::Number(_) | Op::Pi | Op::Identity | Op::Constant(_) => vec![],
            Op::Fill(a) | Op::Diagonal(a) | Op::Transpose(a) | Op::Reshape(a) | Op::Column(a) | Op::Row(a) => vec![*a],
            Op::Unary(_, a)
            | Op::Sum(a)
            | Op::Extremum(_, a)
            | Op::Shift(a)
            | Op::Norm(a)
            | Op::LargestOfRows(a)
            | Op::DiagOf(a)
            | Op::SumFirst(a) => {
                vec![*a]
            }
            Op::AddTranspose(_, _, a) | Op::Decompose(_, a) | Op::Inverse(a) | Op::Logdet(a) | Op::Det(a) => vec![*a],
            Op::Permute(a, _) | Op::Slice(a, ..) => vec![*a],
            Op::Binary(_, a, b) | Op::Kron(a, b) | Op::Solve(a, b, _) | Op::BatchedProduct(a, b) => vec![*a, *b],
            Op::Choice(a, b, c) => vec![*a, *b, *c],
            Op::Product(a, b) => vec![a.id, b.id],
            Op::Gram(a, weights) => [Some(a.id), *weights].into_iter().flatten().collect(),
            Op::Spread(spread) => spread.operands().collect(),
            Op::Other(_, operands) => operands.clone(),
        }
    }

    /// The number whose copies are all entries.
    pub(crate) fn as_fill(&self, id: Id) -> Option<Id> {
        match *self.op(id) {
            Op::Fill(number) => Some(number),
            _ if self.is_scalar(id) => Some(id),
            _ => None,
        }
    }

    pub(crate) fn as_number(&self, id: Id) -> Option<&Rational> {
        match self.op(id) {
            Op::Number(value) => Some(value),
            Op::Fill(number) => self.as_number(*number),
            _ => None,
        }
    }

    /// The same entries in another shape.
    pub(crate) fn reshape(&mut self, id: Id, shape: &[usize]) -> Id {
        if self.shape(id) == shape {
            return id;
        }
        match *self.op(id) {
            Op::Fill(number) => self.fill(number, shape),
            Op::Reshape(inner) => self.reshape(inner, shape),
            _ => {
                let dense = self.dense(id);
                self.add(Op::Reshape(dense), shape.to_vec())
            }
        }
    }

    pub(crate) fn transpose(&mut self, id: Id) -> Id {
        let (m, n) = rows_and_columns(self.shape(id));
        match self.op(id).clone() {
            _ if self.is_symmetric(id) || self.is_scalar(id) => id,
            Op::Transpose(inner) => inner,
            Op::Fill(number) => self.fill(number, &[n, m]),
            Op::AddTranspose(ref a, ref b, matrix) => {
                let other = Op::AddTranspose(b.clone(), a.clone(), matrix);
                self.add(other, vec![n, m])
            }
            Op::Column(vector) => self.add(Op::Row(vector), vec![n, m]),
            Op::Row(vector) => self.add(Op::Column(vector), vec![n, m]),
            Op::Kron(a, b) => {
                let (a, b) = (self.transpose(a), self.transpose(b));
                self.add(Op::Kron(a, b), vec![n, m])
            }
            _ if m == 1 || n == 1 => self.reshape(id, &[n, m]),
            _ => self.add(Op::Transpose(id), vec![n, m]),
        }
    }

    /// A column of n entries as a vector, whatever its shape says.
    pub(crate) fn vector(&mut self, id: Id) -> Id {
        let length = self.len_of(id);
        self.reshape(id, &[length])
    }

    /// The value with all its entries: what has structure is written out.
    pub(crate) fn dense(&mut self, id: Id) -> Id {
        match *self.op(id) {
            Op::Diagonal(vector) => {
                let n = self.len_of(vector);
                let spread = Spread::diagonal(vector);
                let dense = self.add(Op::Spread(spread), vec![n, n]);
                self.mark_symmetric(dense);
                dense
            }
            Op::Identity => {
                let dense = self.add(Op::Constant(Instruction::Eye), self.shape(id).to_vec());
                self.mark_symmetric(dense);
                dense
            }
            Op::Kron(a, b) => {
                let shape = self.shape(id).to_vec();
                let dense = self.written_kron(a, b, &shape);
                if self.is_symmetric(id) {
                    self.mark_symmetric(dense);
                }
                dense
            }
            _ => id,
        }
    }

    /// What stands on the diagonal, if nothing stands elsewhere: a vector or a number.
    pub(crate) fn as_diagonal(&mut self, id: Id) -> Option<Id> {
        match *self.op(id) {
            Op::Diagonal(vector) => Some(vector),
            Op::Identity => Some(self.number(Rational::one())),
            _ => None,
        }
    }

    /// The matrix with these entries (a vector or a number) on its diagonal.
    pub(crate) fn diagonal(&mut self, entries: Id, n: usize) -> Id {
        if self.as_number(entries).is_some_and(Rational::is_one) {
            return self.add(Op::Identity, vec![n, n]);
        }
        let vector = match self.is_scalar(entries) {
            true => self.fill(entries, &[n]),
            false => self.vector(entries),
        };
        self.add(Op::Diagonal(vector), vec![n, n])
    }

    pub(crate) fn unary(&mut self, unary: Unary, id: Id) -> Id {
        let shape = self.shape(id).to_vec();
        if let Op::Fill(number) = *self.op(id) {
            let value = self.unary(unary, number);
            return self.fill(value, &shape);
        }
        if let Op::Transpose(inner) = *self.op(id) {
            let value = self.unary(unary, inner);
            return self.transpose(value);
        }
        if let (Unary::Neg, Op::Unary(Unary::Neg, inner)) = (unary, self.op(id)) {
            return *inner;
        }
        if let (Unary::Neg, Some(number)) = (unary, self.as_number(id)) {
            let value = -number;
            return self.number(value);
        }
        let id = self.flat(id);
        let flat = self.shape(id).to_vec();
        let value = self.add(Op::Unary(unary, id), flat);
        self.reshape(value, &shape)
    }

    /// A row is computed as the vector of its entries.
    fn flat(&mut self, id: Id) -> Id {
        match *self.shape(id) {
            [1, n] => self.reshape(id, &[n]),
            // Columns and rows are read as they are, all else with its entries.
            _ => self.dense(id),
        }
    }

    /// A function of two arrays of one shape, or of an array and a number.
    pub(crate) fn binary(&mut self, binary: Binary, a: Id, b: Id) -> Id {
        let shape = match self.is_scalar(a) {
            true => self.shape(b).to_vec(),
            false => self.shape(a).to_vec(),
        };
        if let (Some(x), Some(y)) = (self.as_fill(a), self.as_fill(b))
            && !shape.is_empty()
        {
            let value = self.binary(binary, x, y);
            return self.fill(value, &shape);
        }
        if let Some(simple) = self.idle(binary, a, b, &shape) {
            return simple;
        }
        if binary == Binary::Mul
            && let Some(slope) = self.slope_of_sigmoid(a, b)
        {
            return slope;
        }
        if self.flips(a, b) {
            let (x, y) = (self.transpose(a), self.transpose(b));
            let value = self.binary(binary, x, y);
            return self.transpose(value);
        }
        // Where one is a number, or the same number everywhere, it is read once.
        let side = |graph: &mut Graph, id: Id| graph.as_fill(id).unwrap_or_else(|| graph.flat(id));
        let (x, y) = (side(self, a), side(self, b));
        let flat = match self.is_scalar(x) {
            true => self.shape(y).to_vec(),
            false => self.shape(x).to_vec(),
        };
        let value = self.add(Op::Binary(binary, x, y), flat);
        self.reshape(value, &shape)
    }

    /// `p .* sigmoid(x) .* sigmoid(-x)`, of which two factors are one function with one exponential.
    fn slope_of_sigmoid(&mut self, a: Id, b: Id) -> Option<Id> {
        for (product, last) in [(a, b), (b, a)] {
            let Op::Unary(Unary::Apply(Function::Sigmoid), x) = *self.op(last) else {
                continue;
            };
            let mut others = Vec::new();
            let mut rest = product;
            loop {
                match *self.op(rest) {
                    Op::Unary(Unary::Apply(Function::Sigmoid), y) if self.is_negative(x, y) => {
                        let slope = self.unary(Unary::SigmoidSlope, x);
                        return Some(others.into_iter().fold(slope, |slope, other| self.mul(other, slope)));
                    }
                    Op::Binary(Binary::Mul, other, factor) if others.len() < 4 => {
                        others.push(other);
                        rest = factor;
                    }
                    _ => break,
                }
            }
        }
        None
    }

    /// Whether one is minus the other.
    fn is_negative(&self, x: Id, y: Id) -> bool {
        match (self.op(x), self.op(y)) {
            (Op::Unary(Unary::Neg, inner), _) if *inner == y => true,
            (_, Op::Unary(Unary::Neg, inner)) if *inner == x => true,
            (Op::Binary(Binary::Mul, a, u), Op::Binary(Binary::Mul, b, v)) if u == v => {
                let (a, b) = (self.as_number(*a), self.as_number(*b));
                a.zip(b).is_some_and(|(a, b)| (a + b).is_zero())
            }
            _ => false,
        }
    }

    /// Whether a function of two entries is better computed of the transposes: one is read transposed, and the other
    /// may be as well.
    fn flips(&self, a: Id, b: Id) -> bool {
        let is_transposed = |id: Id| matches!(self.op(id), Op::Transpose(_)) && !self.is_symmetric(id);
        let is_free = |id: Id| {
            let is_view = matches!(self.op(id), Op::Transpose(_) | Op::Column(_) | Op::Row(_) | Op::Fill(_));
            is_view || self.is_scalar(id) || self.is_symmetric(id)
        };
        (is_transposed(a) || is_transposed(b)) && is_free(a) && is_free(b)
    }

    /// Operations that change nothing: adding 0, multiplying with 1 and -1.
    fn idle(&mut self, binary: Binary, a: Id, b: Id, shape: &[usize]) -> Option<Id> {
        let is = |graph: &Graph, id: Id, value: i64| graph.as_number(id).is_some_and(|x| *x == Rational::from(value));
        let same_shape = |graph: &Graph, id: Id| graph.shape(id) == shape;
        match binary {
            Binary::Mul if is(self, a, 1) && same_shape(self, b) => Some(b),
            Binary::Mul if is(self, b, 1) && same_shape(self, a) => Some(a),
            Binary::Mul if is(self, a, -1) && same_shape(self, b) => Some(self.unary(Unary::Neg, b)),
            Binary::Add if is(self, a, 0) && same_shape(self, b) => Some(b),
            Binary::Add if is(self, b, 0) && same_shape(self, a) => Some(a),
            _ => None,
        }
    }

    pub(crate) fn mul(&mut self, a: Id, b: Id) -> Id {
        self.binary(Binary::Mul, a, b)
    }

    /// The entries of a vector, or one number, as the columns of an m by n matrix.
    pub(crate) fn columns(&mut self, vector: Id, (m, n): (usize, usize)) -> Id {
        match self.as_fill(vector) {
            Some(number) => self.fill(number, &[m, n]),
            None => {
                let vector = self.vector(vector);
                self.add(Op::Column(vector), vec![m, n])
            }
        }
    }

    /// The entries of a vector, or one number, as the rows of an m by n matrix.
    pub(crate) fn rows(&mut self, vector: Id, (m, n): (usize, usize)) -> Id {
        match self.as_fill(vector) {
            Some(number) => self.fill(number, &[m, n]),
            None => {
                let vector = self.vector(vector);
                self.add(Op::Row(vector), vec![m, n])
            }
        }
    }

    pub(crate) fn choice(&mut self, condition: Id, then: Id, otherwise: Id) -> Id {
        let shape = [condition, then, otherwise]
            .into_iter()
            .map(|id| self.shape(id).to_vec())
            .max_by_key(Vec::len)
            .unwrap_or_default();
        let side = |graph: &mut Graph, id: Id| graph.as_fill(id).unwrap_or_else(|| graph.flat(id));
        let sides = [side(self, condition), side(self, then), side(self, otherwise)];
        let flat = sides
            .iter()
            .map(|id| self.shape(*id).to_vec())
            .max_by_key(Vec::len)
            .unwrap_or_default();
        let value = self.add(Op::Choice(sides[0], sides[1], sides[2]), flat);
        let value = match self.is_scalar(value) {
            true => self.fill(value, &shape),
            false => value,
        };
        self.reshape(value, &shape)
    }

    pub(crate) fn sum(&mut self, id: Id) -> Id {
        if let Op::Fill(number) = *self.op(id) {
            let count = self.number(Rational::from(i64::try_from(self.len_of(id)).unwrap_or(i64::MAX)));
            return self.mul(count, number);
        }
        if self.is_scalar(id) {
            return id;
        }
        if let Op::Transpose(inner) | Op::Reshape(inner) | Op::Diagonal(inner) = *self.op(id) {
            return self.sum(inner);
        }
        let id = self.dense(id);
        self.add(Op::Sum(id), vec![])
    }

    /// Whether the value is computed entry by entry from others of its shape.
    pub(crate) fn is_elementwise(&self, id: Id) -> bool {
        matches!(self.op(id), Op::Unary(..) | Op::Binary(..) | Op::Choice(..))
    }

    /// A matrix as a factor that may be read transposed.
    pub(crate) fn factor(&mut self, id: Id) -> Factor {
        match *self.op(id) {
            Op::Transpose(inner) => Factor {
                id: inner,
                transposed: true,
            },
            _ => Factor {
                id: self.dense(id),
                transposed: false,
            },
        }
    }

    /// Something the interpreter computes, of dense operands.
    pub(crate) fn other(&mut self, instruction: Instruction, operands: &[Id], shape: &[usize]) -> Id {
        let operands = operands.iter().map(|id| self.dense(*id)).collect();
        self.add(Op::Other(instruction, operands), shape.to_vec())
    }
}
