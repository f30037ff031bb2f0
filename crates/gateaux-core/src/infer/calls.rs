//! Calls of functions: which alternative of the signature fits, and what it gives.

use gateaux_syntax::{Name, NodeId, NodeKind, Span, UnaryOp};

use super::check::Checker;
use super::codes;
use super::kind::Kind;
use super::problem::{Advice, Problem, shorten};
use super::roles::SPECIAL;
use super::scope::{Given, large};
use super::sizes::{Clash, Size, Sizes};
use crate::ops::signature::{MAX_NATURAL, Param, ParamKind, Signature, SizeExpr, signatures};

impl Checker<'_> {
    pub(super) fn call(&mut self, id: NodeId, name: &Name, args: &[NodeId]) -> Kind {
        match name.text.as_str() {
            "einsum" => self.einsum(id, name, args),
            special if SPECIAL.contains(&special) => self.special(id, name, args),
            other => self.function(id, name.span, other, args),
        }
    }

    /// A function of the table; `at` is where its name or sign stands.
    pub(super) fn function(&mut self, id: NodeId, at: Span, name: &str, args: &[NodeId]) -> Kind {
        let Some(op) = crate::ops::find_call(name, args.len()) else {
            let problem = self.unknown_function(at, name, args);
            return self.refuse(problem);
        };
        let all = signatures(op);
        if !all.iter().any(|signature| signature.params.len() == args.len()) {
            let counts = all.iter().map(|signature| signature.params.len()).collect();
            return self.argument_count(id, at, name, counts, args.len());
        }
        if let ("norm", [x, p]) = (op.name, args)
            && self.is_infinity(*p)
        {
            let problem = self.infinite_exponent(id, *x, *p);
            return self.refuse(problem);
        }
        let fitting: Vec<usize> = (0..all.len())
            .filter(|at| self.fits(&all[*at], args, args.len()))
            .collect();
        let Some(&chosen) = fitting.first() else {
            let problem = self.wrong_kind(id, name, all, args);
            return self.refuse(problem);
        };
        let is_open = args.iter().enumerate().any(|(position, arg)| {
            self.kind(*arg) == Kind::Unknown
                && fitting
                    .iter()
                    .any(|at| all[*at].params[position].kind != ParamKind::Any)
        });
        if is_open {
            let is_scalar = fitting.iter().all(|at| all[*at].result == ParamKind::Scalar);
            return if is_scalar { Kind::Scalar } else { Kind::Unknown };
        }
        if let ("norm", [_, p]) = (op.name, args)
            && self.is_below_one(*p)
        {
            let problem = Problem::new(
                codes::ARGUMENT_KIND,
                self.span(*p),
                "norm takes an exponent of at least 1, not ",
            );
            return self.refuse(problem.text(shorten(self.scope.quote(*p))).at(id));
        }
        self.found.calls[id.0 as usize] = Some((op, chosen));
        match self.apply(&all[chosen], args, id) {
            Ok(kind) => kind,
            Err(Clash::TooLarge) => self.refuse(large(self.span(id))),
            Err(Clash::Different) => {
                let problem = self.wrong_sizes_of(id, name, &all[chosen], args);
                self.refuse(problem)
            }
        }
    }

    fn infinite_exponent(&self, id: NodeId, x: NodeId, p: NodeId) -> Problem {
        let message = "norm takes a number or a declared scalar as exponent, not ";
        let problem = Problem::new(codes::ARGUMENT_KIND, self.span(p), message);
        let instead = format!("norminf({})", self.scope.quote(x));
        let problem = problem.text(shorten(self.scope.quote(p))).at(id);
        problem.replace(self.span(id), instead, "write")
    }

    fn unknown_function(&self, at: Span, name: &str, args: &[NodeId]) -> Problem {
        if self.scope.taken.contains(name) || name.chars().count() == 1 {
            let message = format!("{name} is not a function");
            let problem = Problem::new(codes::NOT_A_FUNCTION, at, message);
            let Some(arg) = args.first() else { return problem };
            let arg = self.scope.quote(*arg);
            return problem.advise(format!(
                "write `{name}*({arg})` for a product and `{name}[{arg}]` for an entry"
            ));
        }
        let mut problem = Problem::new(
            codes::UNKNOWN_FUNCTION,
            at,
            format!("there is no function {}", shorten(name)),
        );
        problem.advice = Advice::Nearest(name.to_owned());
        problem
    }

    pub(super) fn argument_count(
        &mut self,
        id: NodeId,
        at: Span,
        name: &str,
        mut counts: Vec<usize>,
        given: usize,
    ) -> Kind {
        counts.sort_unstable();
        counts.dedup();
        let noun = if counts == [1] { "argument" } else { "arguments" };
        let wanted = counts.iter().map(usize::to_string).collect::<Vec<_>>().join(" or ");
        let are = match given {
            0 => "none is given".to_owned(),
            1 => "1 is given".to_owned(),
            more => format!("{more} are given"),
        };
        let message = format!("{name} takes {wanted} {noun}, {are}");
        self.refuse(Problem::new(codes::ARGUMENT_COUNT, at, message).at(id))
    }

    /// Whether the first `count` arguments have the kinds that the signature asks for, sizes aside.
    fn fits(&self, signature: &Signature, args: &[NodeId], count: usize) -> bool {
        signature.params.len() == args.len()
            && signature.params.iter().zip(args).take(count).all(|(param, arg)| {
                let kind = self.kind(*arg);
                match &param.kind {
                    ParamKind::Axis(axis) => self.is_literal(*arg, &|value| value == i64::from(*axis)),
                    ParamKind::Natural => self.is_literal(*arg, &|value| value <= MAX_NATURAL),
                    ParamKind::Like(other) => {
                        let other = self.kind(args[*other]);
                        kind == Kind::Unknown || other == Kind::Unknown || kind.is_like(&other)
                    }
                    _ if kind == Kind::Unknown => true,
                    ParamKind::Any => true,
                    ParamKind::Scalar => kind == Kind::Scalar,
                    ParamKind::Vector(_) => matches!(kind, Kind::Vector(_)),
                    ParamKind::Row(_) => matches!(kind, Kind::Row(_)),
                    ParamKind::Matrix(..) => matches!(kind, Kind::Matrix(..)),
                }
            })
    }

    /// Whether the node is an integer literal with this property.
    fn is_literal(&self, node: NodeId, holds: &dyn Fn(i64) -> bool) -> bool {
        matches!(self.node_kind(node), NodeKind::Number(text) if text.parse().is_ok_and(holds))
    }

    /// Whether the node is a word for infinity that was not declared as something else.
    fn is_infinity(&self, node: NodeId) -> bool {
        let is_word = |name: &str| matches!(name.to_lowercase().as_str(), "inf" | "infinity" | "infty");
        let NodeKind::Name(name) = self.node_kind(node) else {
            return false;
        };
        let mut free = self
            .scope
            .variables
            .iter()
            .filter(|known| matches!(known.given, Given::Named(_)));
        is_word(name) && free.any(|known| known.name == *name)
    }

    /// Whether the node is a number that is less than 1.
    fn is_below_one(&self, node: NodeId) -> bool {
        match self.node_kind(node) {
            NodeKind::Number(text) => text.parse::<f64>().is_ok_and(|value| value < 1.0),
            NodeKind::Unary(UnaryOp::Neg, of) => matches!(self.node_kind(*of), NodeKind::Number(_)),
            _ => false,
        }
    }

    fn apply(&mut self, signature: &Signature, args: &[NodeId], id: NodeId) -> Result<Kind, Clash> {
        let sizes = &mut self.found.sizes;
        let named: Vec<Size> = signature.sizes.iter().map(|_| sizes.unknown()).collect();
        let mut pairs = Vec::new();
        for (param, arg) in signature.params.iter().zip(args) {
            if let ParamKind::Axis(_) = param.kind {
                // The number of an axis is no array.
                self.found.kinds[arg.0 as usize] = Kind::Unknown;
            }
            let kind = self.kind(*arg);
            let wanted = match &param.kind {
                ParamKind::Like(other) => self.kind(args[*other]).sizes(),
                other => sizes_of(other, &named, &mut self.found.sizes)?,
            };
            pairs.extend(wanted.into_iter().zip(kind.sizes()));
        }
        self.unify_all(&pairs, id)?;
        let result = sizes_of(&signature.result, &named, &mut self.found.sizes)?;
        Ok(match &signature.result {
            ParamKind::Like(other) => self.kind(args[*other]),
            ParamKind::Scalar => Kind::Scalar,
            ParamKind::Vector(_) => Kind::Vector(result[0]),
            ParamKind::Row(_) => Kind::Row(result[0]),
            ParamKind::Matrix(..) => Kind::Matrix(result[0], result[1]),
            ParamKind::Any | ParamKind::Axis(_) | ParamKind::Natural => Kind::Unknown,
        })
    }

    /// No alternative fits: names the first argument for which there is none.
    fn wrong_kind(&self, id: NodeId, name: &str, all: &[Signature], args: &[NodeId]) -> Problem {
        let position = (0..args.len())
            .find(|at| !all.iter().any(|signature| self.fits(signature, args, at + 1)))
            .expect("no alternative fits all arguments");
        let candidates: Vec<&Signature> = all
            .iter()
            .filter(|signature| self.fits(signature, args, position))
            .collect();
        let mut wanted: Vec<String> = candidates
            .iter()
            .map(|signature| describe(&signature.params[position]))
            .collect();
        wanted.dedup();
        let ordinal = match (args.len(), position) {
            (1, _) => String::new(),
            (_, at) => format!(" as argument {}", at + 1),
        };
        let arg = args[position];
        let kind = self.kind(arg);
        let is_literal = candidates.iter().any(|signature| {
            let kind = &signature.params[position].kind;
            matches!(kind, ParamKind::Axis(_) | ParamKind::Natural)
        });
        let message = format!("{name} takes {}{ordinal}, not ", wanted.join(" or "));
        let problem = Problem::new(codes::ARGUMENT_KIND, self.span(arg), message).at(id);
        if is_literal && kind == Kind::Scalar {
            return problem.text(shorten(self.scope.quote(arg)));
        }
        problem
            .text(format!("the {} ", kind.noun()))
            .operand(self.scope.quote(arg), kind)
    }

    fn wrong_sizes_of(&self, id: NodeId, name: &str, signature: &Signature, args: &[NodeId]) -> Problem {
        let wanted: Vec<String> = signature.params.iter().map(describe).collect();
        let message = match (args.len(), wanted.as_slice()) {
            (1, [wanted]) => format!("{name} takes {wanted}, not "),
            _ => format!("{name} takes arguments of fitting sizes, not "),
        };
        let mut problem = Problem::new(codes::ARGUMENT_SIZES, self.span(id), message).at(id);
        for (position, arg) in args.iter().enumerate() {
            if position > 0 {
                problem = problem.text(" and ");
            }
            problem = problem.operand(self.scope.quote(*arg), self.kind(*arg));
        }
        problem
    }
}

fn sizes_of(kind: &ParamKind, named: &[Size], sizes: &mut Sizes) -> Result<Vec<Size>, Clash> {
    match kind {
        ParamKind::Scalar | ParamKind::Any | ParamKind::Like(_) | ParamKind::Axis(_) | ParamKind::Natural => {
            Ok(Vec::new())
        }
        ParamKind::Vector(n) | ParamKind::Row(n) => Ok(vec![evaluate(n, named, sizes)?]),
        ParamKind::Matrix(m, n) => Ok(vec![evaluate(m, named, sizes)?, evaluate(n, named, sizes)?]),
    }
}

/// Sizes in signatures are our own short expressions, so this recursion is shallow.
fn evaluate(size: &SizeExpr, named: &[Size], sizes: &mut Sizes) -> Result<Size, Clash> {
    match size {
        SizeExpr::Name(index) => Ok(named[*index]),
        SizeExpr::Number(value) => Ok(sizes.number(*value)),
        SizeExpr::Mul(lhs, rhs) => {
            let (lhs, rhs) = (evaluate(lhs, named, sizes)?, evaluate(rhs, named, sizes)?);
            sizes.mul(lhs, rhs)
        }
        SizeExpr::Min(lhs, rhs) => {
            let (lhs, rhs) = (evaluate(lhs, named, sizes)?, evaluate(rhs, named, sizes)?);
            sizes.min(lhs, rhs)
        }
    }
}

/// What a parameter takes, in words.
fn describe(param: &Param) -> String {
    match &param.kind {
        ParamKind::Scalar => "a scalar".to_owned(),
        ParamKind::Vector(SizeExpr::Number(n)) => format!("a vector of {n} entries"),
        ParamKind::Vector(_) => "a vector".to_owned(),
        ParamKind::Row(_) => "a row".to_owned(),
        ParamKind::Matrix(m, n) if m == n => "a square matrix".to_owned(),
        ParamKind::Matrix(..) => "a matrix".to_owned(),
        ParamKind::Any => "an array".to_owned(),
        ParamKind::Like(other) => format!("an array of the shape of argument {}", other + 1),
        ParamKind::Axis(axis) => format!("the axis {axis}"),
        ParamKind::Natural => format!("an integer literal from 0 to {MAX_NATURAL}"),
    }
}
