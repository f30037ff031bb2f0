//! Products of several matrices: in which order they are multiplied.

use gateaux_array::kernels::Binary;

use crate::plan::graph::{Graph, Id, Op, rows_and_columns};

/// What a product costs: the operations, and a few for each entry that is read or written.
pub(super) fn cost(m: usize, k: usize, n: usize) -> f64 {
    let (m, k, n) = (m as f64, k as f64, n as f64);
    2.0 * m * k * n + 4.0 * (m * k + k * n + m * n)
}

/// The best order found: the cost, and the split of each range of factors.
struct Order {
    cost: f64,
    splits: Vec<Vec<usize>>,
}

/// Chains of more factors are not searched for the best order.
const MAX_EXACT: usize = 100;

impl Graph {
    /// The product of all factors, in the cheapest order.
    ///
    /// # Cost
    /// Cubic in the number of factors that are no diagonal matrices; beyond [`MAX_EXACT`] the factors are taken from
    /// the narrower end.
    ///
    /// # Source
    /// Cormen, Leiserson, Rivest & Stein, Introduction to Algorithms, 14.2 (matrix-chain multiplication).
    pub(crate) fn chain(&mut self, factors: &[Id]) -> Id {
        let factors = self.without_identities(factors);
        let factors = self.joined_krons(&factors);
        if let Some(sum) = self.distributed(&factors) {
            return sum;
        }
        if let Some(gram) = self.gram(&factors) {
            return gram;
        }
        self.in_best_order(&factors)
    }

    fn without_identities(&self, factors: &[Id]) -> Vec<Id> {
        let kept: Vec<Id> = factors
            .iter()
            .copied()
            .filter(|id| !matches!(self.op(*id), Op::Identity))
            .collect();
        match kept.is_empty() {
            true => factors[..1].to_vec(),
            false => kept,
        }
    }

    fn in_best_order(&mut self, factors: &[Id]) -> Id {
        if let [only] = *factors {
            return only;
        }
        if factors.len() > MAX_EXACT {
            return self.narrow_end_first(factors);
        }
        let order = self.order(factors);
        self.build(factors, &order)
    }

    fn order(&self, factors: &[Id]) -> Order {
        let k = factors.len();
        let sizes: Vec<(usize, usize)> = factors.iter().map(|id| rows_and_columns(self.shape(*id))).collect();
        let is_diagonal: Vec<bool> = factors
            .iter()
            .map(|id| matches!(self.op(*id), Op::Diagonal(_)))
            .collect();
        let mut costs = vec![vec![0.0; k]; k];
        let mut splits = vec![vec![0; k]; k];
        for length in 2..=k {
            for from in 0..=k - length {
                let to = from + length - 1;
                let (m, n) = (sizes[from].0, sizes[to].1);
                let mut best = f64::INFINITY;
                for split in from..to {
                    let entries = (m * n) as f64;
                    let (left, right) = (split == from, split + 1 == to);
                    let kron = |is_one: bool, at: usize, columns: usize| {
                        is_one.then(|| self.cost_of_kron(factors[at], columns)).flatten()
                    };
                    let joint = match left && is_diagonal[from] || right && is_diagonal[to] {
                        true => 4.0 * entries,
                        false => kron(left, from, n)
                            .or_else(|| kron(right, to, m))
                            .unwrap_or_else(|| cost(m, sizes[split].1, n)),
                    };
                    let total = costs[from][split] + costs[split + 1][to] + joint;
                    if total < best {
                        best = total;
                        splits[from][to] = split;
                    }
                }
                costs[from][to] = best;
            }
        }
        Order {
            cost: costs[0][k - 1],
            splits,
        }
    }

    /// The product in a given order, without recursion.
    fn build(&mut self, factors: &[Id], order: &Order) -> Id {
        let mut done: Vec<Id> = Vec::new();
        let mut todo = vec![(0, factors.len() - 1, false)];
        while let Some((from, to, is_ready)) = todo.pop() {
            if from == to {
                done.push(factors[from]);
            } else if is_ready {
                if let (Some(rhs), Some(lhs)) = (done.pop(), done.pop()) {
                    let product = self.product(lhs, rhs);
                    done.push(product);
                }
            } else {
                let split = order.splits[from][to];
                todo.extend([(from, to, true), (split + 1, to, false), (from, split, false)]);
            }
        }
        done.pop().unwrap_or(factors[0])
    }

    fn narrow_end_first(&mut self, factors: &[Id]) -> Id {
        let rows = rows_and_columns(self.shape(factors[0])).0;
        let columns = rows_and_columns(self.shape(factors[factors.len() - 1])).1;
        let mut rest = factors.iter().copied();
        if rows < columns {
            let first = rest.next().unwrap_or(factors[0]);
            return rest.fold(first, |product, factor| self.product(product, factor));
        }
        let mut rest = rest.rev();
        let last = rest.next().unwrap_or(factors[0]);
        rest.fold(last, |product, factor| self.product(factor, product))
    }

    /// Whether a product reads the same from both ends but for its middle.
    fn is_palindrome(&mut self, factors: &[Id]) -> bool {
        let k = factors.len();
        (0..k / 2).all(|at| self.transpose(factors[at]) == factors[k - 1 - at])
    }

    /// What a product costs in its best order, half of it where it reads the same from both ends.
    pub(super) fn estimate(&mut self, factors: &[Id]) -> f64 {
        let k = factors.len();
        if k > MAX_EXACT {
            return f64::INFINITY;
        }
        let whole = if k > 1 { self.order(factors).cost } else { 0.0 };
        let columns = rows_and_columns(self.shape(factors[k - 1])).1;
        if k < 2 || columns == 1 || !self.is_palindrome(factors) {
            return whole;
        }
        let half = &factors[k.div_ceil(2)..];
        let inner = rows_and_columns(self.shape(half[0])).0;
        let halved = if half.len() > 1 { self.order(half).cost } else { 0.0 } + cost(columns, inner, columns) / 2.0;
        whole.min(halved)
    }

    /// A product that reads the same from both ends, `A'*D*A`: half of it is enough.
    fn gram(&mut self, factors: &[Id]) -> Option<Id> {
        let k = factors.len();
        let columns = rows_and_columns(self.shape(factors[k - 1])).1;
        if k < 2 || columns == 1 || k > MAX_EXACT || !self.is_palindrome(factors) {
            return None;
        }
        let half = &factors[k.div_ceil(2)..];
        let middle = (k % 2 == 1).then(|| factors[k / 2]);
        let weights = match middle {
            None => None,
            Some(middle) => match self.as_diagonal(middle) {
                Some(weights) => Some(weights),
                // With a full matrix in between nothing but the symmetry of the result is gained.
                None => {
                    let product = self.in_best_order(factors);
                    if self.is_symmetric(middle) {
                        self.mark_symmetric(product);
                    }
                    return Some(product);
                }
            },
        };
        let inner = rows_and_columns(self.shape(half[0])).0;
        if inner == 1 {
            return None;
        }
        let halved = if half.len() > 1 { self.order(half).cost } else { 0.0 } + cost(columns, inner, columns) / 2.0;
        if halved > self.order(factors).cost {
            return None;
        }
        let right = self.in_best_order(half);
        let left = self.transpose(right);
        let factor = self.factor(left);
        let weights = weights.filter(|weights| !self.is_scalar(*weights));
        Some(self.add(Op::Gram(factor, weights), vec![columns, columns]))
    }

    /// The product of two, by what is known of them.
    pub(crate) fn product(&mut self, a: Id, b: Id) -> Id {
        let ((m, k), (_, n)) = (rows_and_columns(self.shape(a)), rows_and_columns(self.shape(b)));
        let shape: Vec<usize> = match (self.shape(b).len(), m) {
            (1, 1) => vec![],
            (1, m) => vec![m],
            (_, m) => vec![m, n],
        };
        if let Some(entries) = self.as_diagonal(a) {
            return match self.as_diagonal(b) {
                Some(others) => {
                    let product = self.mul(entries, others);
                    self.diagonal(product, m)
                }
                None if self.shape(b).len() == 1 => self.mul(entries, b),
                None => {
                    let columns = self.columns(entries, (m, n));
                    self.mul(columns, b)
                }
            };
        }
        if let Some(entries) = self.as_diagonal(b) {
            let rows = self.rows(entries, (m, n));
            return self.mul(a, rows);
        }
        if let Op::Kron(first, second) = *self.op(a) {
            let value = self.kron_times((first, second), b);
            return self.reshape(value, &shape);
        }
        if let Op::Kron(..) = *self.op(b) {
            let (a, b) = (self.transpose(a), self.transpose(b));
            let value = self.product(b, a);
            let value = self.transpose(value);
            return self.reshape(value, &shape);
        }
        if k == 1 {
            let (column, row) = (self.vector(a), self.vector(b));
            let value = match (m, n) {
                (1, _) | (_, 1) => {
                    let (x, y) = if m == 1 {
                        (self.only(column), row)
                    } else {
                        (column, self.only(row))
                    };
                    self.mul(x, y)
                }
                _ => {
                    let (columns, rows) = (self.columns(column, (m, n)), self.rows(row, (m, n)));
                    let product = self.mul(columns, rows);
                    if column == row {
                        self.mark_symmetric(product);
                    }
                    product
                }
            };
            return self.reshape(value, &shape);
        }
        if m == 1 && n == 1 {
            let (x, y) = (self.vector(a), self.vector(b));
            let products = self.binary(Binary::Mul, x, y);
            let sum = self.sum(products);
            return self.reshape(sum, &shape);
        }
        self.dense_product(a, b, &shape)
    }

    /// The only entry of a vector, as a number.
    fn only(&mut self, vector: Id) -> Id {
        self.reshape(vector, &[])
    }

    /// `(a*A + b*A')*x` as `a*(A*x) + b*(A'*x)`: the sum of the matrices is not needed.
    fn sum_times_vector(&mut self, a: Id, b: Id, shape: &[usize]) -> Option<Id> {
        let Op::AddTranspose(plain, transposed, matrix) = self.op(a).clone() else {
            return None;
        };
        let other = self.transpose(matrix);
        let (x, y) = (
            self.dense_product(matrix, b, shape),
            self.dense_product(other, b, shape),
        );
        Some(self.plain_sum(&[plain, transposed], &[x, y]))
    }

    fn dense_product(&mut self, a: Id, b: Id, shape: &[usize]) -> Id {
        if rows_and_columns(self.shape(b)).1 == 1
            && let Some(sum) = self.sum_times_vector(a, b, shape)
        {
            return sum;
        }
        let (m, _) = rows_and_columns(self.shape(a));
        let (_, n) = rows_and_columns(self.shape(b));
        if m == 1 {
            // A row times a matrix is the transposed matrix times a column.
            let (matrix, vector) = (self.transpose(b), self.vector(a));
            let factor = self.factor(matrix);
            let column = self.factor(vector);
            let value = self.add(Op::Product(factor, column), vec![n]);
            return self.reshape(value, shape);
        }
        let (a, b) = (
            self.factor(a),
            match n {
                1 => {
                    let vector = self.vector(b);
                    self.factor(vector)
                }
                _ => self.factor(b),
            },
        );
        let value = match n {
            1 => self.add(Op::Product(a, b), vec![m]),
            _ => self.add(Op::Product(a, b), shape.to_vec()),
        };
        self.reshape(value, shape)
    }
}
