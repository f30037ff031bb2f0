//! The language, computed by definition: from the tree of a text to numbers, without any expression.
//!
//! It shares nothing with the calculus but the parser and the kernels, so it is the witness for what a text means. Over
//! dual numbers it is also the witness for its derivatives. It wants the size of each identity: `eye(n)`.

use std::collections::BTreeMap;

use gateaux_array::{Array, Field, Function};
use gateaux_core::ops;
use gateaux_eval::Sizes;
use gateaux_syntax::{BinaryOp, IndexItem, NodeId, NodeKind, Statement, Tree, UnaryOp};

mod axes;
mod blocks;
mod functions;

pub use functions::call;

/// An array, and whether it is a row: a row times a vector is a scalar, a matrix with one row is not a row.
#[derive(Clone, Debug, PartialEq)]
pub struct Value<T> {
    /// The numbers; a row has two axes.
    pub array: Array<T>,
    /// Whether it is the transpose of a vector.
    pub is_row: bool,
}

/// How the operators are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// As the language has them.
    Matrices,
    /// Entry by entry; scalars fill.
    Entries,
}

type Outcome<T> = Result<T, String>;

impl<T: Field> Value<T> {
    /// An array that is no row.
    pub fn new(array: Array<T>) -> Value<T> {
        Value { array, is_row: false }
    }

    fn scalar(value: T) -> Value<T> {
        Value::new(Array::scalar(value))
    }

    fn is_scalar(&self) -> bool {
        self.array.rank() == 0
    }

    fn number(&self) -> T {
        self.array.as_scalar().cloned().unwrap_or_else(T::zero)
    }

    fn with(&self, array: Array<T>) -> Value<T> {
        Value {
            array,
            is_row: self.is_row,
        }
    }
}

/// The value of the function of a text.
///
/// # Errors
/// What is not defined at these values, or not known to the interpreter.
pub fn interpret<T: Field>(tree: &Tree, values: &BTreeMap<String, Array<T>>, sizes: &Sizes) -> Outcome<Value<T>> {
    let mut last = None;
    let mut definitions: BTreeMap<&str, NodeId> = BTreeMap::new();
    for statement in tree.statements() {
        match statement {
            Statement::Declaration(_) => {}
            Statement::Definition(definition) => {
                definitions.insert(&definition.name.text, definition.body);
                last = Some(definition.body);
            }
            Statement::Expression(root) => last = Some(*root),
        }
    }
    let root = last.ok_or("no function")?;
    let values = values
        .iter()
        .map(|(name, array)| (name.clone(), Value::new(array.clone())))
        .collect();
    let context = Context {
        values: &values,
        sizes,
        reading: Reading::Matrices,
    };
    context.node(tree, root, &definitions)
}

/// The value of a formula.
///
/// # Errors
/// What is not defined at these values, or not known to the interpreter.
pub fn formula<T: Field>(
    text: &str,
    values: &BTreeMap<String, Value<T>>,
    sizes: &Sizes,
    reading: Reading,
) -> Outcome<Value<T>> {
    let (tree, root) = gateaux_syntax::parse_expression(text).map_err(|_| format!("{text} does not parse"))?;
    Context { values, sizes, reading }.node(&tree, root, &BTreeMap::new())
}

struct Context<'a, T> {
    values: &'a BTreeMap<String, Value<T>>,
    sizes: &'a Sizes,
    reading: Reading,
}

impl<T: Field> Context<'_, T> {
    /// The value of a piece; one that is not finite has no derivative, even where what is made of it is finite again.
    fn node(&self, tree: &Tree, id: NodeId, definitions: &BTreeMap<&str, NodeId>) -> Outcome<Value<T>> {
        let value = self.any_node(tree, id, definitions)?;
        let is_finite = value.array.data().iter().all(|entry| entry.pivot_size().is_finite());
        is_finite.then_some(value).ok_or("a part is not finite".to_owned())
    }

    /// The texts are those of our own tests, so the recursion is as shallow as they are.
    fn any_node(&self, tree: &Tree, id: NodeId, definitions: &BTreeMap<&str, NodeId>) -> Outcome<Value<T>> {
        let at = |id: NodeId| self.node(tree, id, definitions);
        match &tree.node(id).kind {
            NodeKind::Number(text) => literal(text),
            NodeKind::Name(name) => match (self.values.get(name), definitions.get(name.as_str())) {
                (Some(value), _) => Ok(value.clone()),
                (None, Some(body)) => at(*body),
                (None, None) => self.name(name),
            },
            NodeKind::Unary(UnaryOp::Neg, x) => {
                let x = at(*x)?;
                Ok(x.with(x.array.map(T::neg)))
            }
            NodeKind::Unary(UnaryOp::Plus, x) => at(*x),
            NodeKind::Transpose(x) => transpose(&at(*x)?),
            NodeKind::ConjugateTranspose(x) => call("ctranspose", &[at(*x)?]),
            NodeKind::Binary(op, _, lhs, rhs) => {
                // An exponent is read as it stands: -1, 0.5.
                let (lhs, rhs) = (at(*lhs)?, at(*rhs)?);
                match self.reading {
                    Reading::Matrices => binary(*op, &lhs, &rhs),
                    Reading::Entries => entrywise(*op, &lhs, &rhs),
                }
            }
            NodeKind::Index(base, items) => {
                let taken = items.iter().map(|item| self.positions(tree, item));
                axes::index(&at(*base)?, &taken.collect::<Outcome<Vec<_>>>()?)
            }
            NodeKind::Array(rows) => {
                let row = |row: &Vec<NodeId>| row.iter().map(|block| at(*block)).collect::<Outcome<Vec<_>>>();
                blocks::literal(&rows.iter().map(row).collect::<Outcome<Vec<_>>>()?)
            }
            // The branches that are not taken may be anything, even what is not finite.
            NodeKind::Call(name, args) if name.text == "where" => {
                let any = |id: NodeId| self.any_node(tree, id, definitions);
                blocks::choice(&at(args[0])?, &any(args[1])?, &any(args[2])?)
            }
            NodeKind::Call(name, args) if name.text == "einsum" => {
                let NodeKind::Text(subscripts) = &tree.node(args[0]).kind else {
                    return Err("einsum without subscripts".to_owned());
                };
                let operands = args[1..].iter().map(|arg| at(*arg)).collect::<Outcome<Vec<_>>>()?;
                axes::einsum(subscripts, &operands)
            }
            NodeKind::Call(name, args) if ops::constructor(&name.text).is_some() => {
                self.constructor(tree, &name.text, args, definitions)
            }
            NodeKind::Call(name, args) => {
                let args = args.iter().map(|arg| at(*arg)).collect::<Outcome<Vec<_>>>()?;
                call(&name.text, &args)
            }
            other => Err(format!("the interpreter does not know {other:?}")),
        }
    }

    fn name(&self, name: &str) -> Outcome<Value<T>> {
        match (self.sizes.get(name), name) {
            (Some(size), _) => Ok(Value::scalar(T::from_i64(i64::try_from(*size).unwrap_or(0)))),
            (None, "pi") => {
                let quarter = T::one().apply(Function::Atan).map_err(text)?;
                Ok(Value::scalar(quarter.mul(&T::from_i64(4))))
            }
            (None, "im") => T::imaginary_unit()
                .map(Value::scalar)
                .ok_or("no imaginary unit".to_owned()),
            (None, _) => Err(format!("the name {name}")),
        }
    }

    fn constructor(
        &self,
        tree: &Tree,
        name: &str,
        args: &[NodeId],
        definitions: &BTreeMap<&str, NodeId>,
    ) -> Outcome<Value<T>> {
        let sizes = |args: &[NodeId]| {
            args.iter()
                .map(|arg| self.size(tree, *arg))
                .collect::<Outcome<Vec<usize>>>()
        };
        let array = match name {
            "eye" => Array::eye(*sizes(args)?.first().ok_or("eye without a size")?),
            "ones" => Array::filled(&sizes(args)?, T::one()),
            "zeros" => Array::zeros(&sizes(args)?),
            "commutation" => match *sizes(args)? {
                // K*vec(A) is vec(A') for an m by n matrix A.
                [m, n] => Array::from_fn(&[m * n, m * n], |at| {
                    let (i, j) = (at[1] % m, at[1] / m);
                    if at[0] == j + i * n { T::one() } else { T::zero() }
                }),
                _ => return Err("a commutation without two sizes".to_owned()),
            },
            "reshape" => self
                .node(tree, args[0], definitions)?
                .array
                .reshape(&sizes(&args[1..])?),
            _ => return Err(format!("the constructor {name}")),
        };
        array.map(Value::new).map_err(text)
    }
}

impl<T> Context<'_, T> {
    /// What an index takes of an axis.
    fn positions(&self, tree: &Tree, item: &IndexItem) -> Outcome<axes::Taken> {
        let position = |id: &NodeId| {
            let counted = self.size(tree, *id)?;
            counted
                .checked_sub(1)
                .ok_or_else(|| "positions count from 1".to_owned())
        };
        Ok(match item {
            IndexItem::All(_) => axes::Taken::All,
            IndexItem::At(at) => axes::Taken::At(position(at)?),
            IndexItem::Range(from, to) => axes::Taken::Range(position(from)?, position(to)?),
        })
    }

    /// A dimension: a number, a name, their sums and products.
    fn size(&self, tree: &Tree, id: NodeId) -> Outcome<usize> {
        let of = |lhs: NodeId, rhs: NodeId| Ok::<_, String>((self.size(tree, lhs)?, self.size(tree, rhs)?));
        match &tree.node(id).kind {
            NodeKind::Number(digits) => digits.parse().map_err(text),
            NodeKind::Name(name) => self.sizes.get(name).copied().ok_or_else(|| format!("the size {name}")),
            NodeKind::Binary(BinaryOp::Mul, _, lhs, rhs) => of(*lhs, *rhs).map(|(lhs, rhs)| lhs * rhs),
            NodeKind::Binary(BinaryOp::Add, _, lhs, rhs) => of(*lhs, *rhs).map(|(lhs, rhs)| lhs + rhs),
            NodeKind::Binary(BinaryOp::Sub, _, lhs, rhs) => {
                let (lhs, rhs) = of(*lhs, *rhs)?;
                lhs.checked_sub(rhs).ok_or_else(|| "a negative size".to_owned())
            }
            NodeKind::Call(name, args) if name.text == "min" => match args.as_slice() {
                [lhs, rhs] => of(*lhs, *rhs).map(|(lhs, rhs)| lhs.min(rhs)),
                _ => Err("a minimum of sizes that are not two".to_owned()),
            },
            other => Err(format!("the interpreter knows no size {other:?}")),
        }
    }
}

fn text(error: impl ToString) -> String {
    error.to_string()
}

fn literal<T: Field>(digits: &str) -> Outcome<Value<T>> {
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let numerator: i64 = format!("{whole}{fraction}").parse().map_err(text)?;
    let zeros = u32::try_from(fraction.len()).map_err(text)?;
    let denominator = 10i64.checked_pow(zeros).ok_or("a long literal")?;
    let value = T::from_i64(numerator).div(&T::from_i64(denominator));
    value.map(Value::scalar).ok_or("a literal without a value".to_owned())
}

fn transpose<T: Field>(x: &Value<T>) -> Outcome<Value<T>> {
    let array = match (x.array.rank(), x.is_row) {
        (0, _) => return Ok(x.clone()),
        (1, _) => {
            let n = x.array.len();
            return Ok(Value {
                array: x.array.clone().reshape(&[1, n]).map_err(text)?,
                is_row: true,
            });
        }
        (_, true) => {
            let n = x.array.len();
            x.array.clone().reshape(&[n])
        }
        _ => x.array.transpose(),
    };
    array.map(Value::new).map_err(text)
}

fn filled<T: Field>(x: &Value<T>, like: &Value<T>) -> Outcome<Value<T>> {
    if x.is_scalar() && !like.is_scalar() {
        return Array::filled(like.array.shape(), x.number())
            .map(|array| like.with(array))
            .map_err(text);
    }
    Ok(x.clone())
}

fn product<T: Field>(lhs: &Value<T>, rhs: &Value<T>) -> Outcome<Value<T>> {
    if lhs.is_scalar() || rhs.is_scalar() {
        let (scalar, array) = if lhs.is_scalar() { (lhs, rhs) } else { (rhs, lhs) };
        return Ok(array.with(array.array.scale(&scalar.number())));
    }
    let array = T::matmul(&lhs.array, &rhs.array).map_err(text)?;
    if lhs.is_row && rhs.array.rank() == 1 {
        return Ok(Value::scalar(array.data().first().cloned().unwrap_or_else(T::zero)));
    }
    Ok(Value {
        array,
        is_row: lhs.is_row && !rhs.is_row,
    })
}

/// In floats what is zero by its form, such as the sum of a skew matrix, is a number made of rounding.
fn is_nearly_zero<T: Field>(entry: &T) -> bool {
    entry.pivot_size() < 1e-14
}

fn quotient<T: Field>(lhs: &Value<T>, rhs: &Value<T>) -> Outcome<Value<T>> {
    let (lhs, rhs) = (filled(lhs, rhs)?, filled(rhs, lhs)?);
    if rhs.array.data().iter().any(is_nearly_zero) {
        return Err("a division by nearly zero".to_owned());
    }
    let divide = |x: &T, y: &T| x.div(y).ok_or(gateaux_array::ArrayError::DivisionByZero { op: "/" });
    lhs.array
        .try_zip(&rhs.array, divide)
        .map(|array| lhs.with(array))
        .map_err(text)
}

fn inverse<T: Field>(x: &Value<T>) -> Outcome<Value<T>> {
    let inverse = T::inv(&x.array).map_err(text)?;
    // In floats a matrix that is singular by its form has an inverse made of rounding.
    let size = |a: &Array<T>| a.data().iter().fold(0.0f64, |max, entry| max.max(entry.pivot_size()));
    if size(&x.array) * size(&inverse) > 1e10 {
        return Err("the inverse of a matrix that is nearly singular".to_owned());
    }
    Ok(Value::new(inverse))
}

fn power_of<T: Field>(x: &T, k: &T) -> Result<T, gateaux_array::ArrayError> {
    match (-9..=9).find(|n| T::from_i64(*n) == *k) {
        Some(n) => x.powi(n).ok_or(gateaux_array::ArrayError::DivisionByZero { op: "^" }),
        None if k.add(k) == T::one() => x.apply(Function::Sqrt),
        None => x.pow(k),
    }
}

fn power<T: Field>(base: &Value<T>, exponent: &Value<T>) -> Outcome<Value<T>> {
    let exponent = filled(exponent, base)?;
    let is_smooth = |power: &T| (0..=9).any(|n| T::from_i64(n) == *power);
    let mut entries = base.array.data().iter().zip(exponent.array.data());
    if entries.any(|(entry, power)| is_nearly_zero(entry) && !is_smooth(power)) {
        return Err("a power of nearly zero".to_owned());
    }
    let powers = base.array.try_zip(&exponent.array, power_of).map_err(text)?;
    functions::off_the_cuts(&[base.clone(), exponent], base.with(powers))
}

fn matrix_power<T: Field>(base: &Value<T>, exponent: &Value<T>) -> Outcome<Value<T>> {
    let k = (-9..=9i64)
        .find(|n| T::from_i64(*n) == exponent.number())
        .ok_or("a matrix power")?;
    let factor = if k < 0 { inverse(base)? } else { base.clone() };
    let eye = Value::new(Array::eye(base.array.shape()[0]).map_err(text)?);
    (0..k.abs()).try_fold(eye, |power, _| product(&power, &factor))
}

fn binary<T: Field>(op: BinaryOp, lhs: &Value<T>, rhs: &Value<T>) -> Outcome<Value<T>> {
    match op {
        BinaryOp::Add => lhs.array.add(&rhs.array).map(|array| lhs.with(array)).map_err(text),
        BinaryOp::Sub => lhs.array.sub(&rhs.array).map(|array| lhs.with(array)).map_err(text),
        BinaryOp::Mul => product(lhs, rhs),
        BinaryOp::Div if rhs.is_scalar() => quotient(lhs, rhs),
        BinaryOp::Div => product(lhs, &inverse(rhs)?),
        BinaryOp::Solve => product(&inverse(lhs)?, rhs),
        BinaryOp::Pow if !lhs.is_scalar() => matrix_power(lhs, rhs),
        BinaryOp::Kron => call("kron", &[lhs.clone(), rhs.clone()]),
        op => entrywise(op, lhs, rhs),
    }
}

fn entrywise<T: Field>(op: BinaryOp, lhs: &Value<T>, rhs: &Value<T>) -> Outcome<Value<T>> {
    let (a, b) = (filled(lhs, rhs)?, filled(rhs, lhs)?);
    let zip = |f: fn(&T, &T) -> T| a.array.zip(&b.array, f).map(|array| a.with(array)).map_err(text);
    match op {
        BinaryOp::Less | BinaryOp::LessEq => blocks::comparison(&a, &b, op == BinaryOp::LessEq),
        BinaryOp::Greater | BinaryOp::GreaterEq => blocks::comparison(&b, &a, op == BinaryOp::GreaterEq),
        BinaryOp::Add | BinaryOp::DotAdd => zip(T::add),
        BinaryOp::Sub | BinaryOp::DotSub => zip(T::sub),
        BinaryOp::Mul | BinaryOp::DotMul => zip(T::mul),
        BinaryOp::Div | BinaryOp::DotDiv => quotient(lhs, rhs),
        BinaryOp::Pow | BinaryOp::DotPow => power(&a, rhs),
        op => Err(format!("the operator {}", op.text())),
    }
}
