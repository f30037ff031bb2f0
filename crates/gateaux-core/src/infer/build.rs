//! From a typed tree to expressions.

use gateaux_syntax::{BinaryOp, Diagnostic, IndexItem, NodeId, NodeKind, Span, Tree};

use super::{NameMeaning, Typing, codes};
use crate::expr::{Dim, Dims, Error, Expr, Facts, Operand, Rational, Result, Shape, Store, Structure};
use crate::ops;

/// A problem as expressions.
#[derive(Clone, Debug)]
pub struct Built {
    /// The function.
    pub function: Expr,
    /// The variables, in the order of [`Typing::variables`].
    pub variables: Vec<Expr>,
}

/// Makes the expressions of a text that was inferred in the dimensions of the same store.
///
/// # Errors
/// One diagnostic at the smallest piece that is not available yet or too large.
///
/// # Cost
/// Linear in the part of the text on which the function depends.
pub fn build(tree: &Tree, typing: &Typing, store: &mut Store) -> std::result::Result<Built, Diagnostic> {
    let built = build_over(tree, typing, &[], store)?;
    store.end_text();
    Ok(built)
}

/// [`build`], where some of the variables are there already, under their names: what is built speaks of these.
///
/// # Errors
/// As [`build`].
pub fn build_over(
    tree: &Tree,
    typing: &Typing,
    known: &[(String, Expr)],
    store: &mut Store,
) -> std::result::Result<Built, Diagnostic> {
    let needed = needed(tree, typing);
    let inside = inside_chains(tree);
    let mut built: Vec<Option<Expr>> = vec![None; tree.nodes().len()];
    // A variable is made where it first stands, since sums are written in the order in which their terms were made.
    let there = |name: &str| known.iter().find(|(known, _)| known == name).map(|(_, expr)| *expr);
    let mut variables: Vec<Option<Expr>> = typing.variables.iter().map(|variable| there(&variable.name)).collect();
    for (id, node) in tree.nodes() {
        if !needed[id.0 as usize] || typing.shape(id).is_none() || inside[id.0 as usize] {
            continue;
        }
        let mut pass = Pass {
            tree,
            typing,
            store,
            built: &built,
            variables: &mut variables,
        };
        if let Some(refused) = pass.not_real(id).map_err(|error| diagnostic(error, node.span))? {
            return Err(refused);
        }
        if let Some(refused) = pass.refused(id, node.span) {
            return Err(refused);
        }
        let expr = pass.node(id).map_err(|error| diagnostic(error, node.span))?;
        built[id.0 as usize] = Some(expr);
    }
    let mut all = Vec::with_capacity(variables.len());
    for (at, variable) in typing.variables.iter().enumerate() {
        let span = variable.span.unwrap_or_default();
        all.push(make_variable(store, typing, &mut variables, at).map_err(|error| diagnostic(error, span))?);
    }
    let root = tree.node(typing.root).span;
    let function = built[typing.root.0 as usize].ok_or_else(|| later(root, "this expression"))?;
    Ok(Built {
        function,
        variables: all,
    })
}

/// The variable with this index, made where it is not yet.
fn make_variable(store: &mut Store, typing: &Typing, made: &mut [Option<Expr>], at: usize) -> Result<Expr> {
    if let Some(known) = made[at] {
        return Ok(known);
    }
    let variable = &typing.variables[at];
    let positive = if variable.positive {
        Facts::POSITIVE
    } else {
        Facts::NONE
    };
    let expr = match variable.complex {
        true => store.add_complex_variable(&variable.name, variable.shape, variable.structure)?,
        false => store.add_variable(&variable.name, variable.shape, variable.structure, positive)?,
    };
    made[at] = Some(expr);
    Ok(expr)
}

/// The nodes on which the function depends, through definitions too.
fn needed(tree: &Tree, typing: &Typing) -> Vec<bool> {
    let mut needed = vec![false; tree.nodes().len()];
    let mut todo = vec![typing.root];
    while let Some(id) = todo.pop() {
        if std::mem::replace(&mut needed[id.0 as usize], true) {
            continue;
        }
        match &tree.node(id).kind {
            NodeKind::Number(_) | NodeKind::Text(_) | NodeKind::Missing => {}
            NodeKind::Name(_) => {
                if let Some(NameMeaning::Definition(body)) = typing.meanings[id.0 as usize] {
                    todo.push(body);
                }
            }
            NodeKind::Unary(_, x) | NodeKind::Transpose(x) | NodeKind::ConjugateTranspose(x) => todo.push(*x),
            NodeKind::Binary(_, _, lhs, rhs) => todo.extend([*lhs, *rhs]),
            NodeKind::Call(_, args) => todo.extend(args),
            NodeKind::Index(base, items) => {
                todo.push(*base);
                for item in items {
                    match item {
                        IndexItem::At(at) => todo.push(*at),
                        IndexItem::Range(from, to) => todo.extend([*from, *to]),
                        IndexItem::All(_) => {}
                    }
                }
            }
            NodeKind::Array(rows) => todo.extend(rows.iter().flatten()),
        }
    }
    needed
}

/// Operators whose chains are built at once: from `a + b + c + ...` one by one, each sum would be made anew.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Chained {
    Sum,
    Product,
    Elementwise,
}

fn chained(op: BinaryOp) -> Option<Chained> {
    match op {
        BinaryOp::Add | BinaryOp::Sub => Some(Chained::Sum),
        BinaryOp::Mul => Some(Chained::Product),
        BinaryOp::DotMul => Some(Chained::Elementwise),
        BinaryOp::Div
        | BinaryOp::Solve
        | BinaryOp::Pow
        | BinaryOp::DotAdd
        | BinaryOp::DotSub
        | BinaryOp::DotDiv
        | BinaryOp::DotPow
        | BinaryOp::Kron
        | BinaryOp::Less
        | BinaryOp::LessEq
        | BinaryOp::Greater
        | BinaryOp::GreaterEq => None,
    }
}

/// By node: whether it is the left operand of an operation of its own kind, and so a part of that one's chain.
fn inside_chains(tree: &Tree) -> Vec<bool> {
    let mut inner = vec![false; tree.nodes().len()];
    for (_, node) in tree.nodes() {
        if let NodeKind::Binary(op, _, lhs, _) = &node.kind
            && let NodeKind::Binary(below, ..) = &tree.node(*lhs).kind
            && chained(*op).is_some()
            && chained(*op) == chained(*below)
        {
            inner[lhs.0 as usize] = true;
        }
    }
    inner
}

struct Pass<'a> {
    tree: &'a Tree,
    typing: &'a Typing,
    store: &'a mut Store,
    built: &'a [Option<Expr>],
    variables: &'a mut [Option<Expr>],
}

impl Pass<'_> {
    fn at(&self, id: NodeId) -> Result<Expr> {
        self.built[id.0 as usize].ok_or_else(|| unsupported("this expression"))
    }

    fn shape(&self, id: NodeId) -> Result<Shape> {
        self.typing.shape(id).ok_or_else(|| unsupported("this expression"))
    }

    /// What takes real numbers and has others.
    fn not_real(&mut self, id: NodeId) -> Result<Option<Diagnostic>> {
        match &self.tree.node(id).kind {
            NodeKind::Call(name, args) => match self.typing.calls[id.0 as usize] {
                Some((op, _)) if op.name != "abs" => self.complex_argument(op, &name.text, args),
                _ => Ok(None),
            },
            NodeKind::Binary(op, _, lhs, rhs) if op.is_comparison() => {
                self.complex_argument(ops::comparison(*op), "a comparison", &[*lhs, *rhs])
            }
            _ => Ok(None),
        }
    }

    /// The first argument of a function of real numbers that may be complex.
    fn complex_argument(&mut self, op: &'static ops::Op, name: &str, args: &[NodeId]) -> Result<Option<Diagnostic>> {
        let built: Vec<Expr> = args.iter().filter_map(|arg| self.built[arg.0 as usize]).collect();
        if built.len() < args.len() {
            return Ok(None);
        }
        let found = ops::complex_argument(self.store, op, &built)?;
        Ok(found.map(|at| {
            let span = self.tree.node(args[at]).span;
            Diagnostic::new(
                codes::NOT_REAL,
                span,
                format!("{name} takes real numbers, and this may be complex"),
            )
            .help("take its real part with real, or its absolute value with abs")
        }))
    }

    /// What the kinds of the operands allow and what is known of them does not: a function of symmetric matrices of
    /// another one, a power that is no integer of what is not positive definite.
    fn refused(&self, id: NodeId, span: Span) -> Option<Diagnostic> {
        let facts = |node: &NodeId| Some(self.store.facts(self.built[node.0 as usize]?));
        match &self.tree.node(id).kind {
            NodeKind::Binary(BinaryOp::Pow, _, base, exponent) => {
                let shape = self.store.shape(self.built[base.0 as usize]?);
                let exponent = self.store.as_number(self.built[exponent.0 as usize]?);
                let is_integer = exponent.is_some_and(|exponent| exponent.as_integer().is_some());
                let is_definite = facts(base)?.has(Facts::POSDEF)
                    || facts(base)?.has(Facts::PSD) && exponent.is_some_and(|exponent| !exponent.is_negative());
                let message = "the exponent of a matrix is an integer, unless the matrix is positive definite by its \
                               declaration or form";
                (!shape.is_scalar() && !is_integer && !is_definite)
                    .then(|| Diagnostic::new(codes::EXPONENT, span, message))
            }
            NodeKind::Call(name, args) => {
                let (op, alternative) = self.typing.calls[id.0 as usize]?;
                let params = &ops::signature::signatures(op)[alternative].params;
                let (_, arg) = params.iter().zip(args).find(|(param, arg)| {
                    param.structure == Structure::Symmetric
                        && facts(arg).is_some_and(|facts| !facts.has(Facts::SYMMETRIC))
                })?;
                let message = format!(
                    "{} takes a matrix that is symmetric by its declaration or form",
                    name.text
                );
                let at = self.tree.node(*arg).span;
                let problem = Diagnostic::new(codes::NOT_SYMMETRIC, at, message);
                Some(match &self.tree.node(*arg).kind {
                    NodeKind::Name(argument) => problem.fix(
                        format!("declare {argument} as symmetric, or take its symmetric part"),
                        at,
                        format!("sym({argument})"),
                    ),
                    _ => problem.help("take its symmetric part with sym"),
                })
            }
            _ => None,
        }
    }

    fn node(&mut self, id: NodeId) -> Result<Expr> {
        match &self.tree.node(id).kind {
            NodeKind::Number(text) => {
                let value = Rational::parse(text, self.store.budget.bits)?;
                self.store.number(value)
            }
            NodeKind::Name(_) => match self.typing.meanings[id.0 as usize] {
                Some(NameMeaning::Variable(at)) => make_variable(self.store, self.typing, self.variables, at),
                Some(NameMeaning::Definition(body)) => self.at(body),
                Some(NameMeaning::Constant(name)) => self.function(name, &[]),
                Some(NameMeaning::Identity(Shape::Matrix(n, _))) => self.store.eye(n),
                Some(NameMeaning::Size(dim)) => self.store.size(dim),
                Some(NameMeaning::Identity(_)) | None => Err(unsupported("this name")),
            },
            NodeKind::Unary(op, operand) => {
                let operand = self.at(*operand)?;
                ops::apply_unary(self.store, *op, operand)
            }
            NodeKind::Binary(op, _, lhs, rhs) => match chained(*op) {
                Some(kind) => self.chain(id, kind),
                None => {
                    let (lhs, rhs) = (self.at(*lhs)?, self.at(*rhs)?);
                    ops::apply_binary(self.store, *op, lhs, rhs)
                }
            },
            NodeKind::Transpose(operand) => {
                let operand = self.at(*operand)?;
                self.store.transpose(operand)
            }
            NodeKind::Call(name, args) => self.call(id, &name.text, args),
            NodeKind::ConjugateTranspose(operand) => {
                let operand = self.at(*operand)?;
                let conjugate = ops::conj(self.store, operand)?;
                self.store.transpose(conjugate)
            }
            NodeKind::Index(base, items) => self.index(*base, items),
            NodeKind::Array(rows) => {
                let row = |row: &Vec<NodeId>| row.iter().map(|block| self.at(*block)).collect::<Result<Vec<Expr>>>();
                let rows = rows.iter().map(row).collect::<Result<Vec<_>>>()?;
                self.store.blocks(&rows)
            }
            NodeKind::Text(_) | NodeKind::Missing => Err(unsupported("this expression")),
        }
    }

    /// A whole chain of sums or of products.
    fn chain(&mut self, id: NodeId, kind: Chained) -> Result<Expr> {
        // The operands, last first, each with the operator before it.
        let mut operands = Vec::new();
        let mut at = id;
        loop {
            match &self.tree.node(at).kind {
                NodeKind::Binary(op, _, lhs, rhs) if chained(*op) == Some(kind) => {
                    operands.push((*op, self.at(*rhs)?));
                    at = *lhs;
                }
                _ => break,
            }
        }
        operands.push((BinaryOp::Add, self.at(at)?));
        operands.reverse();
        let exprs = || operands.iter().map(|(_, expr)| *expr);
        match kind {
            Chained::Sum => {
                let sign = |op| Rational::from(if op == BinaryOp::Sub { -1 } else { 1 });
                let terms: Vec<_> = operands.iter().map(|(op, expr)| (sign(*op), *expr)).collect();
                let sum = self.store.sum(&terms)?;
                let written = exprs().map(|expr| self.store.split_coefficient(expr).1).collect();
                self.store.remember_order(sum, written);
                Ok(sum)
            }
            Chained::Product => self.store.matmul(&exprs().collect::<Vec<_>>()),
            Chained::Elementwise => {
                let (scalars, arrays): (Vec<Expr>, Vec<Expr>) =
                    exprs().partition(|expr| self.store.shape(*expr).is_scalar());
                match (scalars.as_slice(), arrays.as_slice()) {
                    ([], _) => self.store.multiply(&arrays),
                    (_, []) => self.store.multiply(&scalars),
                    _ => {
                        let (scalar, array) = (self.store.multiply(&scalars)?, self.store.multiply(&arrays)?);
                        self.store.scale(scalar, array)
                    }
                }
            }
        }
    }

    fn call(&mut self, id: NodeId, name: &str, args: &[NodeId]) -> Result<Expr> {
        let shape = self.shape(id)?;
        match name {
            "eye" => match shape {
                Shape::Matrix(n, _) => self.store.eye(n),
                _ => Err(unsupported("this identity")),
            },
            "ones" => self.store.ones(shape),
            "zeros" => self.store.zeros(shape),
            "vector" | "matrix" => {
                let entry = self.at(args[0])?;
                self.store.fill(entry, shape)
            }
            "commutation" => match [args[0], args[1]].map(|arg| self.typing.sizes[arg.0 as usize]) {
                [Some(m), Some(n)] => self.store.commutation(m, n),
                _ => Err(unsupported(name)),
            },
            "einsum" => self.einsum(args),
            "reshape" => {
                let array = self.at(args[0])?;
                self.store.reshape(array, shape)
            }
            _ => {
                let mut built = Vec::with_capacity(args.len());
                for arg in args {
                    built.push(match (self.built[arg.0 as usize], self.typing.sizes[arg.0 as usize]) {
                        (Some(expr), _) => expr,
                        (None, Some(dim)) => self.store.size(dim)?,
                        (None, None) => match &self.tree.node(*arg).kind {
                            // The axis of a sum has no shape: it is a literal.
                            NodeKind::Number(text) => {
                                let value = Rational::parse(text, self.store.budget.bits)?;
                                self.store.number(value)?
                            }
                            _ => return Err(unsupported(name)),
                        },
                    });
                }
                self.function(name, &built)
            }
        }
    }

    /// `einsum("ij,j->i", A, x)`: a letter is a label.
    fn einsum(&mut self, args: &[NodeId]) -> Result<Expr> {
        let missing = || unsupported("this einsum");
        let (first, rest) = args.split_first().ok_or_else(missing)?;
        let NodeKind::Text(subscripts) = &self.tree.node(*first).kind else {
            return Err(missing());
        };
        let (inputs, output) = subscripts.split_once("->").ok_or_else(missing)?;
        let labels = |letters: &str| letters.bytes().collect::<Vec<u8>>();
        let mut operands = Vec::with_capacity(rest.len());
        for (letters, arg) in inputs.split(',').zip(rest) {
            operands.push(Operand::new(self.at(*arg)?, &labels(letters)));
        }
        self.store.einsum(operands, &labels(output))
    }

    /// `x[i]`, `A[i,:]`, `T[:,2,a:b]`: products with columns of the identity.
    fn index(&mut self, base: NodeId, items: &[IndexItem]) -> Result<Expr> {
        let array = self.at(base)?;
        let shape = self.store.shape(array);
        let axes = match shape {
            Shape::Row(n) => vec![n],
            _ => shape.axes(),
        };
        let mut selections = Vec::with_capacity(items.len());
        for (item, n) in items.iter().zip(axes) {
            selections.push(match item {
                IndexItem::All(_) => None,
                IndexItem::At(at) => Some(self.store.select(n, self.position(*at)?, None)?),
                IndexItem::Range(from, to) => {
                    let (from, to) = (self.position(*from)?, self.position(*to)?);
                    let dims = &mut self.store.dims;
                    let count = dims.sub(to, from).and_then(|distance| dims.add(distance, Dims::ONE));
                    let count = count.ok_or_else(|| unsupported("a range of this length"))?;
                    Some(self.store.select(n, from, Some(count))?)
                }
            });
        }
        let is_single = |store: &Store, selection: &Option<Expr>| {
            selection.is_some_and(|selection| matches!(store.shape(selection), Shape::Vector(_)))
        };
        let is_row = is_single(self.store, &selections[0]) && selections.len() == 2;
        match (shape, selections.as_slice()) {
            (Shape::Vector(_), [Some(selection)]) => {
                let rows = self.store.transpose(*selection)?;
                self.store.matmul(&[rows, array])
            }
            (Shape::Row(_), [Some(selection)]) => self.store.matmul(&[array, *selection]),
            (Shape::Matrix(..), [rows, columns]) => {
                let rows = rows.map(|rows| self.store.transpose(rows)).transpose()?;
                let factors: Vec<Expr> = rows.into_iter().chain([array]).chain(*columns).collect();
                let found = self.store.matmul(&factors)?;
                // One row is a vector, as one column is.
                match (is_row, self.store.shape(found)) {
                    (true, Shape::Row(_)) => self.store.transpose(found),
                    _ => Ok(found),
                }
            }
            (Shape::Tensor(_), _) => {
                let labels: Vec<u8> = (0..selections.len() as u8).collect();
                let mut operands = vec![Operand::new(array, &labels)];
                let (mut output, mut fresh) = (Vec::new(), labels.len() as u8);
                for (label, selection) in labels.iter().zip(&selections) {
                    match selection {
                        None => output.push(*label),
                        Some(selection) if matches!(self.store.shape(*selection), Shape::Vector(_)) => {
                            operands.push(Operand::new(*selection, &[*label]));
                        }
                        Some(selection) => {
                            operands.push(Operand::new(*selection, &[*label, fresh]));
                            output.push(fresh);
                            fresh += 1;
                        }
                    }
                }
                self.store.einsum(operands, &output)
            }
            _ => Ok(array),
        }
    }

    fn position(&self, node: NodeId) -> Result<Dim> {
        self.typing.sizes[node.0 as usize].ok_or_else(|| unsupported("this index"))
    }

    fn function(&mut self, name: &str, args: &[Expr]) -> Result<Expr> {
        let op = ops::find_call(name, args.len()).ok_or_else(|| unsupported(name))?;
        ops::apply_call(self.store, op, args)
    }
}

fn unsupported(what: &str) -> Error {
    Error::Unsupported { what: what.to_owned() }
}

fn later(span: Span, what: &str) -> Diagnostic {
    diagnostic(unsupported(what), span)
}

/// An error of the calculus, at the piece of the text that asked for it.
pub fn diagnostic(error: Error, span: Span) -> Diagnostic {
    match &error {
        Error::Limit { what, limit } => Diagnostic::new(
            codes::LIMIT,
            span,
            format!("this needs more than {limit} {what}, which is the limit"),
        ),
        Error::Unsupported { .. } => Diagnostic::new(codes::LATER, span, error.to_string()),
        Error::NotReal { .. } => Diagnostic::new(codes::NOT_REAL, span, error.to_string()),
        Error::IllShaped { .. } => Diagnostic::new(codes::INTERNAL, span, format!("{error}; please report this text")),
    }
}
