//! The table of all expressions of one problem.

use indexmap::IndexSet;
use rustc_hash::{FxBuildHasher, FxHashMap};

use super::budget::{Budget, Error, Result};
use super::choice::Choice;
use super::dim::{Dim, Dims};
use super::einsum::Einsum;
use super::facts::{Facts, Structure};
use super::rational::Rational;
use super::shape::Shape;
use super::variable::Variable;

/// A handle to an expression in a [`Store`]. Equality is identity of meaning, up to the normal form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Expr(u32);

impl Expr {
    /// The position in the store; children stand before their parents.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// A handle to a variable of a [`Store`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Var(u32);

/// A function of the operation table, by its position there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Function {
    /// The position in the table.
    pub index: u16,
    /// Whether it acts on each entry by itself, and so commutes with transposition.
    pub elementwise: bool,
    /// Whether its first argument chooses, entry by entry, between the second and the third.
    pub chooses: bool,
    /// What its calls make with transposes, powers and products.
    pub law: Law,
}

impl Function {
    /// Whether the transpose of a call is the call of the transposes.
    pub fn commutes_with_transpose(self) -> bool {
        self.elementwise
            || matches!(
                self.law,
                Law::Transposes | Law::Root | Law::Exponential | Law::Pseudoinverse
            )
    }
}

/// What the calls of a function of matrices make with transposes, powers and products: part of the normal form.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Law {
    /// Nothing.
    #[default]
    None,
    /// `f(X') = f(X)'`, in all arguments together.
    Transposes,
    /// That, and `f(X)^2 = X`.
    Root,
    /// That, and `f(X)^k = f(k*X)`, `f(a*X)*f(b*X) = f((a + b)*X)`.
    Exponential,
    /// `f(X)*f(X)' = X`.
    Factor,
    /// `f(f(X)) = X`: the complex conjugate.
    Conjugate,
    /// A constant with the square -1.
    ImaginaryUnit,
    /// `f(X') = f(X)'`, and `X*f(X)` and `f(X)*X` are the orthogonal projections on the column space and on the row
    /// space of X.
    Pseudoinverse,
}

/// `coefficient * expr` in a sum. The expression is not itself a sum; in a sum of scalars the constant term is a
/// multiple of the number 1.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Term {
    /// Not zero.
    pub coefficient: Rational,
    /// What it multiplies.
    pub expr: Expr,
}

/// An integer power of a square matrix in a matrix product, or, with power 1, any factor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct MatrixPower {
    /// The factor.
    pub base: Expr,
    /// Not zero.
    pub power: i64,
}

/// `base .^ exponent` in an elementwise product. The exponent is a scalar or has the shape of the base.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ElementPower {
    /// The factor.
    pub base: Expr,
    /// Not the number 0.
    pub exponent: Expr,
}

/// A factor of an index expression: an array with a label for each of its axes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Operand {
    /// The array.
    pub expr: Expr,
    /// The labels of its axes.
    pub labels: Box<[u8]>,
}

impl Operand {
    /// An array with labels.
    pub fn new(expr: Expr, labels: &[u8]) -> Operand {
        Operand {
            expr,
            labels: labels.into(),
        }
    }
}

/// What an expression can be. The enumeration is closed and matched exhaustively; functions are a table.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Form {
    /// A scalar constant.
    Number(Rational),
    /// A dimension as a number.
    Size(Dim),
    /// A variable.
    Var(Var),
    /// The identity matrix.
    Eye,
    /// An array of ones, not a scalar.
    Ones,
    /// An array of zeros, not a scalar.
    Zero,
    /// Neighboring columns of the identity matrix, from this position (counted from 1) on; one column is a vector.
    Select(Dim),
    /// The matrix with ones on and below the diagonal and zeros above.
    Tril,
    /// The commutation matrix that maps `vec(A)` to `vec(A')` for an A with these rows and columns.
    Commutation(Dim, Dim),
    /// A sum with coefficients: two and more terms, or one with a coefficient that is not 1.
    Add(Box<[Term]>),
    /// A scalar that is no number, times an array that is no `Scale`.
    Scale(Expr, Expr),
    /// A matrix product: two and more factors, or a power that is not 1.
    MatMul(Box<[MatrixPower]>),
    /// The transpose of something through which it cannot be pushed.
    Transpose(Expr),
    /// An elementwise product of arrays of one shape, or of scalars: two and more factors, or an exponent not 1.
    Product(Box<[ElementPower]>),
    /// The trace of a square matrix.
    Trace(Expr),
    /// The sum of all entries.
    Sum(Expr),
    /// The diagonal matrix of a vector.
    Diag(Expr),
    /// The diagonal of a square matrix, as a vector.
    DiagOf(Expr),
    /// The same entries in column order in another shape: `vec` and its inverse.
    Reshape(Expr),
    /// The Kronecker product of two matrices or two vectors.
    Kron(Expr, Expr),
    /// A sum of products of entries over labels that is no matrix expression.
    Einsum(Box<Einsum>),
    /// A function of the operation table.
    Call(Function, Box<[Expr]>),
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Node {
    form: Form,
    shape: Shape,
}

#[derive(Clone, Copy, Debug)]
struct Known {
    facts: Facts,
    /// Transposes at the leaves, and leaves that a transposition would change; see `transpose.rs`.
    transposes: u32,
    transposable: u32,
    transpose: Option<Expr>,
    /// How long the expression is when it is written out.
    weight: u32,
    /// Whether a hole occurs in it.
    has_hole: bool,
    /// Whether its entries may have imaginary parts.
    is_complex: bool,
    /// Whether a product in it is cut.
    has_long_product: bool,
    /// Where in the text it stands; for what is not in the text, the last of its parts that is.
    position: u32,
}

/// All expressions, variables and dimensions of one problem.
///
/// Append-only: a handle stays valid for the life of the store.
#[derive(Clone, Debug)]
pub struct Store {
    nodes: IndexSet<Node, FxBuildHasher>,
    known: Vec<Known>,
    variables: Vec<Variable>,
    /// How many expressions there were when the text had been read.
    text_end: Option<usize>,
    /// The conjugates that are known; while a complex variable is differentiated, another stands for its conjugate.
    conjugates: FxHashMap<Expr, Expr>,
    /// The terms of the sums of the text in the order in which they were written.
    written_sums: FxHashMap<Expr, Vec<Expr>>,
    /// The dimensions.
    pub dims: Dims,
    /// What may still be made.
    pub budget: Budget,
}

impl Default for Store {
    fn default() -> Self {
        Store::new(Budget::default())
    }
}

impl Store {
    /// An empty store.
    pub fn new(budget: Budget) -> Self {
        let mut store = Store {
            nodes: IndexSet::default(),
            known: Vec::new(),
            variables: Vec::new(),
            text_end: None,
            conjugates: FxHashMap::default(),
            written_sums: FxHashMap::default(),
            dims: Dims::default(),
            budget,
        };
        // The two most used constants have fixed handles.
        for value in [0, 1] {
            let node = Node {
                form: Form::Number(Rational::from(value)),
                shape: Shape::Scalar,
            };
            store.nodes.insert(node);
            store.known.push(Known {
                facts: Facts::NONNEGATIVE,
                transposes: 0,
                transposable: 0,
                transpose: None,
                weight: 1,
                has_hole: false,
                is_complex: false,
                has_long_product: false,
                position: 0,
            });
        }
        store.known[Store::ONE.index()].facts = Facts::POSITIVE;
        store
    }

    /// The number 0.
    pub const ZERO: Expr = Expr(0);
    /// The number 1.
    pub const ONE: Expr = Expr(1);

    /// What the expression is.
    pub fn form(&self, expr: Expr) -> &Form {
        &self.node(expr).form
    }

    /// The shape of the expression.
    pub fn shape(&self, expr: Expr) -> Shape {
        self.node(expr).shape
    }

    /// What is known of the expression.
    pub fn facts(&self, expr: Expr) -> Facts {
        self.known[expr.index()].facts
    }

    /// A variable.
    pub fn variable(&self, var: Var) -> &Variable {
        &self.variables[var.0 as usize]
    }

    /// Whether a variable has this name.
    pub fn has_variable(&self, name: &str) -> bool {
        self.variables.iter().any(|variable| variable.name == name)
    }

    /// The names of all variables and of the dimensions that they have.
    pub fn names(&self) -> impl Iterator<Item = String> {
        self.variables.iter().flat_map(|variable| {
            let dims = variable.shape.axes().into_iter().flat_map(|dim| self.dims.names(dim));
            std::iter::once(variable.name.clone()).chain(dims)
        })
    }

    /// How many expressions there are.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Never: 0 and 1 are always there.
    pub fn is_empty(&self) -> bool {
        false
    }

    fn node(&self, expr: Expr) -> &Node {
        self.nodes
            .get_index(expr.index())
            .expect("an Expr is made only by the store that holds it")
    }

    /// A new variable, different from all others whatever their names.
    pub fn add_variable(&mut self, name: &str, shape: Shape, structure: Structure, facts: Facts) -> Result<Expr> {
        self.add_as(Variable {
            structure,
            facts: facts | structure.facts(),
            ..Variable::new(name, shape)
        })
    }

    /// A new variable of complex numbers.
    pub fn add_complex_variable(&mut self, name: &str, shape: Shape, structure: Structure) -> Result<Expr> {
        self.add_as(Variable {
            structure,
            facts: structure.facts(),
            is_complex: true,
            ..Variable::new(name, shape)
        })
    }

    fn add_as(&mut self, variable: Variable) -> Result<Expr> {
        let (var, shape) = (Var(self.variables.len() as u32), variable.shape);
        self.variables.push(variable);
        self.intern(Form::Var(var), shape)
    }

    /// The variable as an expression.
    pub fn var(&mut self, var: Var) -> Result<Expr> {
        let shape = self.variable(var).shape;
        self.intern(Form::Var(var), shape)
    }

    /// The hole for a small change of a variable: of its shape, in its tangent space, named `name`.
    pub fn add_hole(&mut self, name: &str, of: Var) -> Result<Expr> {
        let structure = self.variable(of).structure;
        self.make_hole(name, of, structure, structure.tangent_facts())
    }

    /// A hole for any array of the shape of a variable, in its tangent space or not.
    pub fn add_free_hole(&mut self, name: &str, of: Var) -> Result<Expr> {
        self.make_hole(name, of, Structure::General, Facts::NONE)
    }

    /// A hole for the entries of a small change, stacked into a vector.
    pub fn add_stacked_hole(&mut self, name: &str, entries: Dim) -> Result<Expr> {
        self.add_as(Variable {
            is_hole: true,
            ..Variable::new(name, Shape::Vector(entries))
        })
    }

    /// A hole for the change of an expression that is still to be found: `d(A*x - b)`.
    pub fn add_change(&mut self, of: Expr) -> Result<Expr> {
        self.add_as(Variable {
            facts: self.facts(of).only(Facts::LINEAR),
            is_hole: true,
            is_complex: self.is_complex(of),
            change_of: Some(of),
            ..Variable::new("d", self.shape(of))
        })
    }

    fn make_hole(&mut self, name: &str, of: Var, structure: Structure, facts: Facts) -> Result<Expr> {
        let Variable { shape, is_complex, .. } = *self.variable(of);
        self.add_as(Variable {
            structure,
            facts,
            is_hole: true,
            is_complex,
            ..Variable::new(name, shape)
        })
    }

    /// The variable that the expression is, if it is one.
    pub fn as_var(&self, expr: Expr) -> Option<Var> {
        match self.form(expr) {
            Form::Var(var) => Some(*var),
            _ => None,
        }
    }

    /// The number that the expression is, if it is one.
    pub fn as_number(&self, expr: Expr) -> Option<&Rational> {
        match self.form(expr) {
            Form::Number(value) => Some(value),
            _ => None,
        }
    }

    /// Whether the expression is zero of any shape.
    pub fn is_zero(&self, expr: Expr) -> bool {
        expr == Store::ZERO || matches!(self.form(expr), Form::Zero)
    }

    /// The expression of this form, if it was entered before.
    pub(super) fn find(&self, form: Form, shape: Shape) -> Option<Expr> {
        let index = self.nodes.get_index_of(&Node { form, shape })?;
        Some(Expr(index as u32))
    }

    /// Enters a form that is already normal.
    pub(super) fn intern(&mut self, form: Form, shape: Shape) -> Result<Expr> {
        let entries = match &form {
            Form::Add(terms) => terms.len(),
            Form::MatMul(factors) => factors.len(),
            Form::Product(factors) => factors.len(),
            Form::Einsum(einsum) => einsum.operands.len(),
            _ => 1,
        };
        let node = Node { form, shape };
        if let Some(index) = self.nodes.get_index_of(&node) {
            return Ok(Expr(index as u32));
        }
        self.budget.charge(self.nodes.len(), entries)?;
        let (index, _) = self.nodes.insert_full(node);
        let expr = Expr(index as u32);
        let (transposes, transposable) = self.count_transposes(expr);
        let children = self.children(expr);
        let weight = self.weigh(expr, &children);
        let has_hole = match self.form(expr) {
            Form::Var(var) => self.variable(*var).is_hole,
            _ => children.iter().any(|child| self.has_hole(*child)),
        };
        let is_complex = match self.form(expr) {
            Form::Var(var) => self.variable(*var).is_complex,
            Form::Call(function, _) if function.law == Law::ImaginaryUnit => true,
            _ => children.iter().any(|child| self.is_complex(*child)),
        };
        let has_long_product = match self.form(expr) {
            Form::MatMul(factors) if factors.iter().any(|factor| self.is_product(*factor)) => true,
            _ => children.iter().any(|child| self.has_long_product(*child)),
        };
        let position = match self.text_end {
            None => expr.0,
            Some(_) => children.iter().fold(0, |last, child| last.max(self.position(*child))),
        };
        self.known.push(Known {
            facts: Facts::NONE,
            transposes,
            transposable,
            transpose: None,
            weight,
            has_hole,
            is_complex,
            has_long_product,
            position,
        });
        let facts = self.infer_facts(expr);
        self.add_facts(expr, facts);
        Ok(expr)
    }

    /// Says that the two complex variables of each pair are the conjugates of each other, until they are taken apart again.
    pub(crate) fn pair_conjugates(&mut self, pairs: impl Iterator<Item = (Expr, Expr)>) {
        // What was known of other expressions holds for the variables as they are.
        self.conjugates.clear();
        self.conjugates
            .extend(pairs.flat_map(|(one, two)| [(one, two), (two, one)]));
    }

    /// Ends all pairs of conjugates.
    pub(crate) fn part_conjugates(&mut self) {
        self.conjugates.clear();
    }

    /// The conjugate of an expression, if it is real, paired or was found before.
    pub(crate) fn known_conjugate(&self, expr: Expr) -> Option<Expr> {
        match self.is_complex(expr) {
            true => self.conjugates.get(&expr).copied(),
            false => Some(expr),
        }
    }

    /// Remembers the conjugate of an expression.
    pub(crate) fn remember_conjugate(&mut self, expr: Expr, conjugate: Expr) {
        self.conjugates.insert(expr, conjugate);
    }

    /// Where the expression stands in the user's text, for the order in which terms are written: by this number. What
    /// is not in the text stands where the last of its parts does.
    pub fn position(&self, expr: Expr) -> u32 {
        self.known[expr.index()].position
    }

    /// Says that all expressions so far are those of the user's text.
    pub fn end_text(&mut self) {
        self.text_end = Some(self.nodes.len());
    }

    /// Remembers in which order the user wrote the terms of a sum.
    pub fn remember_order(&mut self, sum: Expr, terms: Vec<Expr>) {
        self.written_sums.entry(sum).or_insert(terms);
    }

    /// The order in which the user wrote the terms of the sum, if it is in the text.
    pub fn written_order(&self, sum: Expr) -> Option<&[Expr]> {
        self.written_sums.get(&sum).map(Vec::as_slice)
    }

    /// Whether a hole, the small change of a variable, occurs in the expression.
    pub fn has_hole(&self, expr: Expr) -> bool {
        self.known[expr.index()].has_hole
    }

    /// Whether the entries of the expression may have imaginary parts, as far as its form shows: `conj(z)'*z` has none,
    /// and its parts have.
    pub fn is_complex(&self, expr: Expr) -> bool {
        self.known[expr.index()].is_complex
    }

    /// Whether a product in the expression is so long that its parts are products.
    pub fn has_long_product(&self, expr: Expr) -> bool {
        self.known[expr.index()].has_long_product
    }

    /// How long the expression is when it is written out: names, numbers and operations, shared parts each time.
    pub fn weight(&self, expr: Expr) -> u32 {
        self.known[expr.index()].weight
    }

    fn weigh(&self, expr: Expr, children: &[Expr]) -> u32 {
        let parts = children
            .iter()
            .fold(0u32, |sum, child| sum.saturating_add(self.weight(*child)));
        let own = match self.form(expr) {
            Form::Number(_) | Form::Size(_) | Form::Var(_) => 1,
            Form::Eye | Form::Ones | Form::Zero => 2,
            Form::Select(_) | Form::Tril | Form::Commutation(..) => 3,
            Form::Add(terms) => {
                let numbers = terms.iter().filter(|term| !term.coefficient.abs().is_one()).count();
                (terms.len() - 1 + 2 * numbers) as u32
            }
            Form::MatMul(factors) => {
                let powers = factors
                    .iter()
                    .map(|f| if f.power == 1 { 0 } else { 1 + u32::from(f.power != -1) });
                (factors.len() - 1) as u32 + powers.sum::<u32>()
            }
            // A factor without an exponent has the number 1 as its exponent, which is not written.
            Form::Product(factors) => {
                let plain = factors.iter().filter(|f| f.exponent == Store::ONE).count() as u32;
                return parts
                    .saturating_add(2 * factors.len() as u32 - 1)
                    .saturating_sub(2 * plain);
            }
            // An array of equal entries is written as the entry.
            Form::Call(function, args) if function.elementwise => {
                let written = args.iter().map(|arg| match self.fill_value(*arg) {
                    Some((_, entry)) => self.weight(entry),
                    None if self.is_zero(*arg) => 1,
                    None => self.weight(*arg),
                });
                return written.fold(1, u32::saturating_add);
            }
            _ => 1,
        };
        parts.saturating_add(own)
    }

    pub(super) fn transpose_counts(&self, expr: Expr) -> (u32, u32) {
        let known = &self.known[expr.index()];
        (known.transposes, known.transposable)
    }

    pub(super) fn known_transpose(&self, expr: Expr) -> Option<Expr> {
        self.known[expr.index()].transpose
    }

    pub(super) fn remember_transpose(&mut self, expr: Expr, transpose: Expr) {
        self.known[expr.index()].transpose = Some(transpose);
        self.known[transpose.index()].transpose = Some(expr);
    }

    /// Of what may be complex nothing is known but where its zeros are, and whether it is symmetric or skew.
    pub(super) fn add_facts(&mut self, expr: Expr, facts: Facts) {
        let known = &mut self.known[expr.index()];
        let kept = if known.is_complex {
            facts.only(Facts::LINEAR)
        } else {
            facts
        };
        known.facts = known.facts | kept;
    }

    /// States facts of an expression that its form does not show, as the record of a function does.
    pub(crate) fn state_facts(&mut self, expr: Expr, facts: Facts) {
        self.add_facts(expr, facts);
    }

    /// A constant.
    pub fn number(&mut self, value: Rational) -> Result<Expr> {
        let value = self.bounded(value)?;
        self.intern(Form::Number(value), Shape::Scalar)
    }

    /// The number, if it is not too large for the budget.
    pub(super) fn bounded(&self, value: Rational) -> Result<Rational> {
        if value.bits() > self.budget.bits {
            return Err(Error::Limit {
                what: "bits of a number",
                limit: self.budget.bits as usize,
            });
        }
        Ok(value)
    }

    /// A small integer.
    pub fn integer(&mut self, value: i64) -> Result<Expr> {
        self.number(Rational::from(value))
    }

    /// A dimension as a number.
    pub fn size(&mut self, dim: Dim) -> Result<Expr> {
        match self.dims.value(dim) {
            Some(value) => self.integer(value),
            None => self.intern(Form::Size(dim), Shape::Scalar),
        }
    }

    /// The identity matrix of size n.
    pub fn eye(&mut self, n: Dim) -> Result<Expr> {
        self.intern(Form::Eye, Shape::Matrix(n, n))
    }

    /// Columns of the identity matrix of size n: `count` of them from position `start`, counted from 1; without a
    /// count one, as a vector.
    ///
    /// `x'*e` for such a vector is an entry of x, `S'*A` for such a matrix are some rows of A.
    pub fn select(&mut self, n: Dim, start: Dim, count: Option<Dim>) -> Result<Expr> {
        match count {
            Some(count) if count == n && start == Dims::ONE => self.eye(n),
            Some(count) => self.intern(Form::Select(start), Shape::Matrix(n, count)),
            None if n == Dims::ONE => self.ones(Shape::Vector(n)),
            None => self.intern(Form::Select(start), Shape::Vector(n)),
        }
    }

    /// The m by n matrix with ones on and below the diagonal and zeros above.
    pub fn tril_mask(&mut self, m: Dim, n: Dim) -> Result<Expr> {
        self.intern(Form::Tril, Shape::Matrix(m, n))
    }

    /// The commutation matrix K with `K*vec(A) = vec(A')` for an m by n matrix A.
    ///
    /// # Source
    /// Magnus & Neudecker, Matrix Differential Calculus, 3.7.
    pub fn commutation(&mut self, m: Dim, n: Dim) -> Result<Expr> {
        let Some(size) = self.dims.mul(m, n) else {
            return Err(Error::Limit {
                what: "as a dimension",
                limit: i64::MAX as usize,
            });
        };
        if m == Dims::ONE || n == Dims::ONE {
            return self.eye(size);
        }
        self.intern(Form::Commutation(m, n), Shape::Matrix(size, size))
    }

    /// The array of ones; for a scalar shape the number 1.
    pub fn ones(&mut self, shape: Shape) -> Result<Expr> {
        match shape {
            Shape::Scalar => Ok(Store::ONE),
            Shape::Row(n) => {
                let ones = self.intern(Form::Ones, Shape::Vector(n))?;
                self.transpose(ones)
            }
            _ => self.intern(Form::Ones, shape),
        }
    }

    /// The array of zeros; for a scalar shape the number 0.
    pub fn zeros(&mut self, shape: Shape) -> Result<Expr> {
        if shape.is_scalar() {
            Ok(Store::ZERO)
        } else {
            self.intern(Form::Zero, shape)
        }
    }

    /// A call of a function with this result shape; normalization beyond moving transposes out is the business of the
    /// operation table.
    pub(crate) fn call(&mut self, function: Function, args: &[Expr], shape: Shape) -> Result<Expr> {
        if let (true, [condition, then, otherwise]) = (function.chooses, args) {
            let choice = Choice {
                function,
                condition: *condition,
                then: *then,
                otherwise: *otherwise,
            };
            return self.choose(choice);
        }
        self.plain_call(function, args, shape)
    }

    /// A call as it is, but for transposes.
    pub(super) fn plain_call(&mut self, function: Function, args: &[Expr], shape: Shape) -> Result<Expr> {
        if function.commutes_with_transpose()
            && !shape.is_scalar()
            && let Some(args) = self.transposed_arguments(args)?
        {
            let inside = shape.transposed().unwrap_or(shape);
            let inner = self.intern(Form::Call(function, args.into()), inside)?;
            return self.wrap_transpose(inner);
        }
        self.intern(Form::Call(function, args.into()), shape)
    }

    /// The expressions on which the expression is directly made, in order, with repetition.
    pub fn children(&self, expr: Expr) -> Vec<Expr> {
        match self.form(expr) {
            Form::Number(_) | Form::Size(_) | Form::Var(_) => vec![],
            Form::Eye | Form::Ones | Form::Zero | Form::Select(_) | Form::Tril | Form::Commutation(..) => vec![],
            Form::Add(terms) => terms.iter().map(|term| term.expr).collect(),
            Form::MatMul(factors) => factors.iter().map(|factor| factor.base).collect(),
            Form::Product(factors) => factors
                .iter()
                .flat_map(|factor| [factor.base, factor.exponent])
                .collect(),
            Form::Scale(a, b) | Form::Kron(a, b) => vec![*a, *b],
            Form::Transpose(a) | Form::Trace(a) | Form::Sum(a) | Form::Diag(a) | Form::DiagOf(a) | Form::Reshape(a) => {
                vec![*a]
            }
            Form::Einsum(einsum) => einsum.operands.iter().map(|operand| operand.expr).collect(),
            Form::Call(_, args) => args.to_vec(),
        }
    }

    /// Everything of which the roots are made, each once, operands before what uses them.
    pub fn post_order(&self, roots: &[Expr]) -> Vec<Expr> {
        let mut seen = vec![false; self.len()];
        let mut todo = roots.to_vec();
        let mut found = Vec::new();
        while let Some(expr) = todo.pop() {
            if !std::mem::replace(&mut seen[expr.index()], true) {
                found.push(expr);
                todo.extend(self.children(expr));
            }
        }
        found.sort_unstable();
        found
    }

    /// For every expression of the store, whether `leaf` occurs in it.
    pub fn dependents(&self, roots: &[Expr], leaf: Expr) -> Vec<bool> {
        let mut depends = vec![false; self.len()];
        for expr in self.post_order(roots) {
            depends[expr.index()] = expr == leaf || self.children(expr).iter().any(|child| depends[child.index()]);
        }
        depends
    }

    pub(super) fn ill_shaped<T>(&self, operation: &'static str, exprs: &[Expr]) -> Result<T> {
        let shapes: Vec<String> = exprs.iter().map(|expr| self.shape(*expr).text(&self.dims)).collect();
        Err(Error::IllShaped {
            operation,
            shapes: shapes.join(" and "),
        })
    }
}
