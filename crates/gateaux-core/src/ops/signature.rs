//! The signature of a function: what it takes and what it gives, read from lines such as
//! `X: matrix(m, n); axis: axis1 -> row(n)`.
//!
//! The notation is that of declarations, with a few kinds more: `row(n)`; `any`, an array of any shape; `like(x)`,
//! an array of the shape of the argument `x`; `axis1` and `axis2`, the literal integers 1 and 2;
//! `natural`, a literal integer that is not negative.

use std::collections::HashMap;
use std::sync::OnceLock;

use gateaux_syntax::{BinaryOp, Declaration, NodeId, NodeKind, Statement, Tree};

use super::Op;
use crate::expr::Structure;

/// One alternative of a function's signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    /// The line it was read from.
    pub text: &'static str,
    /// What it takes, in order.
    pub params: Vec<Param>,
    /// What it gives.
    pub result: ParamKind,
    /// The names of the sizes, such as `m` and `n`; a [`SizeExpr::Name`] is an index into them.
    pub sizes: Vec<String>,
}

/// One argument of a signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Param {
    /// Its name in the signature.
    pub name: String,
    /// What it may be.
    pub kind: ParamKind,
    /// The structure that a matrix must have, `General` for any.
    pub structure: Structure,
}

/// What an argument or a result may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ParamKind {
    /// One number.
    Scalar,
    /// A column.
    Vector(SizeExpr),
    /// A row.
    Row(SizeExpr),
    /// A matrix with its rows and columns.
    Matrix(SizeExpr, SizeExpr),
    /// An array of any shape.
    Any,
    /// An array of the shape of the argument with this index.
    Like(usize),
    /// The literal integer 1 or 2.
    Axis(u8),
    /// A literal integer from 0 to [`MAX_NATURAL`].
    Natural,
}

/// A size in a signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SizeExpr {
    /// A name, as an index into [`Signature::sizes`].
    Name(usize),
    /// A number.
    Number(i64),
    /// The product of two sizes.
    Mul(Box<SizeExpr>, Box<SizeExpr>),
    /// The smaller of two sizes.
    Min(Box<SizeExpr>, Box<SizeExpr>),
}

/// The largest integer literal that a function takes: the order of the last polygamma function whose factor, a
/// factorial, is a float.
pub const MAX_NATURAL: i64 = 170;

/// The alternatives of a function's signature, in the order in which they are tried.
pub fn signatures(op: &Op) -> &'static [Signature] {
    static CACHE: OnceLock<HashMap<&'static str, Vec<Signature>>> = OnceLock::new();
    let all = CACHE.get_or_init(|| {
        super::names()
            .filter_map(super::find)
            .map(|op| (op.name, read_all(op)))
            .collect()
    });
    all.get(op.name).expect("the cache holds every function of the table")
}

fn read_all(op: &Op) -> Vec<Signature> {
    op.kind
        .iter()
        .map(|line| read(line).unwrap_or_else(|| panic!("the signature of {} reads: {line}", op.name)))
        .collect()
}

/// Reads one line; `None` where it is no signature.
fn read(line: &'static str) -> Option<Signature> {
    let (params, result) = line.split_once("->")?;
    let mut signature = Signature {
        text: line,
        params: Vec::new(),
        result: ParamKind::Any,
        sizes: Vec::new(),
    };
    let (tree, problems) = gateaux_syntax::parse(params);
    if !problems.is_empty() {
        return None;
    }
    for statement in tree.statements() {
        let Statement::Declaration(declaration) = statement else {
            return None;
        };
        let kind = param_kind(&mut signature, &tree, declaration)?;
        let structure = Structure::ALL.iter().find(|(_, kind)| *kind == declaration.kind.text);
        let structure = structure.map_or(Structure::General, |(structure, _)| *structure);
        signature.params.push(Param {
            name: declaration.name.text.clone(),
            kind,
            structure,
        });
    }
    let (tree, problems) = gateaux_syntax::parse(&format!("result: {}", result.trim()));
    match (tree.statements(), problems.is_empty()) {
        ([Statement::Declaration(declaration)], true) => {
            signature.result = param_kind(&mut signature, &tree, declaration)?;
            Some(signature)
        }
        _ => None,
    }
}

fn param_kind(signature: &mut Signature, tree: &Tree, declaration: &Declaration) -> Option<ParamKind> {
    let kind = declaration.kind.text.as_str();
    if kind == "like" {
        let [node] = declaration.dims.as_slice() else {
            return None;
        };
        let NodeKind::Name(name) = &tree.node(*node).kind else {
            return None;
        };
        return signature
            .params
            .iter()
            .position(|param| param.name == *name)
            .map(ParamKind::Like);
    }
    let mut sizes = Vec::new();
    for dim in &declaration.dims {
        sizes.push(size(signature, tree, *dim)?);
    }
    let mut sizes = sizes.into_iter();
    let read = match (kind, sizes.len()) {
        ("scalar", 0) => ParamKind::Scalar,
        ("any", 0) => ParamKind::Any,
        ("natural", 0) => ParamKind::Natural,
        ("axis1", 0) => ParamKind::Axis(1),
        ("axis2", 0) => ParamKind::Axis(2),
        ("vector", 1) => ParamKind::Vector(sizes.next()?),
        ("row", 1) => ParamKind::Row(sizes.next()?),
        ("matrix", 2) => ParamKind::Matrix(sizes.next()?, sizes.next()?),
        (kind, 1) if Structure::ALL.iter().any(|(_, name)| *name == kind) => {
            let size = sizes.next()?;
            ParamKind::Matrix(size.clone(), size)
        }
        _ => return None,
    };
    Some(read)
}

/// Signatures are our own short lines, so this recursion is shallow.
fn size(signature: &mut Signature, tree: &Tree, node: NodeId) -> Option<SizeExpr> {
    match &tree.node(node).kind {
        NodeKind::Number(text) => text.parse().ok().map(SizeExpr::Number),
        NodeKind::Name(name) => {
            let known = signature.sizes.iter().position(|size| size == name);
            Some(SizeExpr::Name(known.unwrap_or_else(|| {
                signature.sizes.push(name.clone());
                signature.sizes.len() - 1
            })))
        }
        NodeKind::Binary(BinaryOp::Mul, _, lhs, rhs) => {
            let lhs = size(signature, tree, *lhs)?;
            Some(SizeExpr::Mul(Box::new(lhs), Box::new(size(signature, tree, *rhs)?)))
        }
        NodeKind::Call(name, args) if name.text == "min" && args.len() == 2 => {
            let lhs = size(signature, tree, args[0])?;
            Some(SizeExpr::Min(Box::new(lhs), Box::new(size(signature, tree, args[1])?)))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_signature_in_the_table_reads() {
        for op in super::super::names().filter_map(super::super::find) {
            assert_eq!(signatures(op).len(), op.kind.len(), "{}", op.name);
        }
    }

    #[test]
    fn a_signature_names_its_sizes_in_order_of_appearance() {
        let read = read("A: matrix(m, n); B: matrix(p, q) -> matrix(m*p, n*q)").expect("a signature");
        assert_eq!(read.sizes, ["m", "n", "p", "q"]);
        assert_eq!(read.params.len(), 2);
        let product = |lhs, rhs| SizeExpr::Mul(Box::new(SizeExpr::Name(lhs)), Box::new(SizeExpr::Name(rhs)));
        assert_eq!(read.result, ParamKind::Matrix(product(0, 2), product(1, 3)));
    }

    #[test]
    fn a_line_that_is_no_signature_is_refused() {
        for line in [
            "x: vector(n)",
            "x -> scalar",
            "x: vector -> scalar",
            "x: any -> like(y)",
            "x: any -> shrub",
        ] {
            assert_eq!(read(line), None, "{line}");
        }
    }
}
