//! The operators: which kinds they take, what they give, and what was probably meant.

use gateaux_syntax::{BinaryOp, NodeId, NodeKind, Span, UnaryOp};

use super::check::Checker;
use super::codes;
use super::kind::Kind;
use super::names::Word;
use super::problem::Problem;
use super::roles::Role;
use super::scope::{Given, Meaning};
use super::sizes::Size;
use crate::expr::Structure;

/// An operation with its operands.
#[derive(Clone, Copy)]
struct Operation {
    id: NodeId,
    op: BinaryOp,
    /// Where the operator stands.
    at: Span,
    nodes: [NodeId; 2],
    kinds: [Kind; 2],
}

impl Checker<'_> {
    pub(super) fn binary(&mut self, id: NodeId, op: BinaryOp, at: Span, nodes: [NodeId; 2]) -> Kind {
        let kinds = nodes.map(|node| self.kind(node));
        let operation = Operation {
            id,
            op,
            at,
            nodes,
            kinds,
        };
        match op {
            BinaryOp::Add | BinaryOp::Sub => self.sum(operation),
            BinaryOp::Mul => self.product(operation),
            BinaryOp::Div => self.quotient(operation),
            BinaryOp::Solve => self.solve(operation),
            BinaryOp::Pow => self.power(operation),
            BinaryOp::DotAdd | BinaryOp::DotSub | BinaryOp::DotMul | BinaryOp::DotDiv | BinaryOp::DotPow => {
                self.elementwise(operation)
            }
            BinaryOp::Kron => self.function(id, at, "kron", &nodes),
            BinaryOp::Less | BinaryOp::LessEq | BinaryOp::Greater | BinaryOp::GreaterEq => self.comparison(operation),
        }
    }

    fn comparison(&mut self, operation: Operation) -> Kind {
        if self.scope.roles[operation.id.0 as usize] == Role::Condition {
            return self.elementwise(operation);
        }
        let message = format!(
            "a comparison can only be the condition of where(...), and `{}` stands elsewhere",
            {
                self.scope
                    .text
                    .get(operation.at.start..operation.at.end)
                    .unwrap_or(operation.op.text())
            }
        );
        self.refuse(Problem::new(codes::COMPARISON, operation.at, message))
    }

    fn sum(&mut self, operation: Operation) -> Kind {
        let [lhs, rhs] = operation.kinds;
        // A sum is of the kind of its sides.
        if let (Kind::Unknown, known) | (known, Kind::Unknown) = (lhs, rhs) {
            return known;
        }
        let verb = if operation.op == BinaryOp::Add {
            "add"
        } else {
            "subtract"
        };
        if lhs.is_like(&rhs) {
            return self.same_sizes(operation, codes::SUM_SHAPES, verb);
        }
        if lhs != Kind::Scalar && rhs != Kind::Scalar {
            let mut problem = self.pair(operation, codes::SUM_SHAPES, &format!("cannot {verb} "), "the");
            if let (Kind::Vector(_), Kind::Row(_)) | (Kind::Row(_), Kind::Vector(_)) = (lhs, rhs) {
                let [left, right] = [0, 1].map(|side| self.written(operation, side));
                let sign = operation.op.text();
                let columns = match lhs {
                    Kind::Row(_) => format!("{} {sign} {right}", self.primed(operation, 0)),
                    _ => format!("{left} {sign} {}", self.primed(operation, 1)),
                };
                problem = problem.replace(self.span(operation.id), columns, "write");
            }
            return self.refuse(problem);
        }
        let dotted = if operation.op == BinaryOp::Add { ".+" } else { ".-" };
        let problem = Problem::new(codes::SCALAR_SUM, self.span(operation.id), format!("cannot {verb} "))
            .operand(self.scope.quote(operation.nodes[0]), lhs)
            .text(" and ")
            .operand(self.scope.quote(operation.nodes[1]), rhs)
            .text(format!(": only `{dotted}` broadcasts a scalar"))
            .at(operation.id);
        let scalar = if lhs == Kind::Scalar {
            operation.nodes[0]
        } else {
            operation.nodes[1]
        };
        let mut problem = self.with_operator(problem, operation, dotted);
        problem.suspect = self.undeclared(scalar);
        self.refuse(problem)
    }

    /// The variable, if the node is an undeclared name whose kind goes by its first letter.
    fn undeclared(&self, node: NodeId) -> Option<usize> {
        let Meaning::Variable(index) = self.scope.meanings[node.0 as usize] else {
            return None;
        };
        let is_named =
            matches!(self.scope.variables[index].given, Given::Named(default) if default.word == Word::Scalar);
        is_named.then_some(index)
    }

    /// `lhs` and `rhs` have like kinds: they must have equal sizes.
    fn same_sizes(&mut self, operation: Operation, code: &'static str, verb: &str) -> Kind {
        let [lhs, rhs] = operation.kinds;
        let pairs: Vec<_> = lhs.sizes().into_iter().zip(rhs.sizes()).collect();
        match self.unify_all(&pairs, operation.id) {
            Ok(()) => lhs,
            Err(clash) => {
                let problem = self.pair(operation, code, &format!("cannot {verb} "), "");
                let problem = self.explain(clash, operation.id, problem);
                self.refuse(problem)
            }
        }
    }

    /// `start a (m) and b (n)`, with the nouns of the kinds where there is an article.
    fn pair(&self, operation: Operation, code: &'static str, start: &str, article: &str) -> Problem {
        let noun = |kind: Kind| {
            if article.is_empty() {
                String::new()
            } else {
                format!("{article} {} ", kind.noun())
            }
        };
        let [lhs, rhs] = operation.kinds;
        Problem::new(code, self.span(operation.id), start)
            .text(noun(lhs))
            .operand(self.scope.quote(operation.nodes[0]), lhs)
            .text(" and ")
            .text(noun(rhs))
            .operand(self.scope.quote(operation.nodes[1]), rhs)
            .at(operation.id)
    }

    fn elementwise(&mut self, operation: Operation) -> Kind {
        let [lhs, rhs] = operation.kinds;
        match (lhs, rhs) {
            (Kind::Unknown, Kind::Unknown | Kind::Scalar) | (Kind::Scalar, Kind::Unknown) => Kind::Unknown,
            // The other side is a scalar or of the same kind.
            (Kind::Unknown, known) | (known, Kind::Unknown) => known,
            (Kind::Scalar, other) | (other, Kind::Scalar) => other,
            _ if lhs.is_like(&rhs) => self.same_sizes(
                operation,
                codes::ELEMENTWISE_SHAPES,
                &format!("apply {} to", operation.op.text()),
            ),
            _ => {
                let start = format!("cannot apply {} to ", operation.op.text());
                let problem = self.pair(operation, codes::ELEMENTWISE_SHAPES, &start, "the");
                self.refuse(problem.text(": only a scalar broadcasts"))
            }
        }
    }

    fn product(&mut self, operation: Operation) -> Kind {
        let [lhs, rhs] = operation.kinds;
        let (inner, result) = match (lhs, rhs) {
            (Kind::Unknown, _) | (_, Kind::Unknown) => return Kind::Unknown,
            (Kind::Scalar, other) | (other, Kind::Scalar) => return other,
            (Kind::Tensor(_), _) | (_, Kind::Tensor(_)) => return self.tensor_product(operation),
            (Kind::Matrix(m, k), Kind::Matrix(l, n)) => ((k, l), Kind::Matrix(m, n)),
            (Kind::Matrix(m, k), Kind::Vector(l)) => ((k, l), Kind::Vector(m)),
            (Kind::Row(k), Kind::Matrix(l, n)) => ((k, l), Kind::Row(n)),
            (Kind::Row(k), Kind::Vector(l)) => ((k, l), Kind::Scalar),
            (Kind::Vector(m), Kind::Row(n)) => return Kind::Matrix(m, n),
            (Kind::Vector(m), Kind::Matrix(k, n)) if self.is_one(k) => return Kind::Matrix(m, n),
            (Kind::Matrix(m, k), Kind::Row(n)) if self.is_one(k) => return Kind::Matrix(m, n),
            (Kind::Vector(_), Kind::Vector(_) | Kind::Matrix(..)) | (Kind::Matrix(..) | Kind::Row(_), Kind::Row(_)) => {
                return self.transposed_product(operation);
            }
        };
        match self.found.sizes.unify(inner.0, inner.1, operation.id) {
            Ok(()) => result,
            Err(clash) => {
                let problem = self.factors(operation, codes::PRODUCT_SIZES);
                let left = self.primed(operation, 0);
                let right = self.primed(operation, 1);
                let [lhs, rhs] = [0, 1].map(|side| self.written(operation, side).to_owned());
                let span = self.span(operation.id);
                let problem = problem.replace(span, format!("{left}*{rhs}"), "did you mean").replace(
                    span,
                    format!("{lhs}*{right}"),
                    "did you mean",
                );
                let problem = self.explain(clash, operation.id, problem);
                self.refuse(problem)
            }
        }
    }

    fn is_one(&mut self, size: Size) -> bool {
        self.found.sizes.value(size) == Some(1)
    }

    fn factors(&self, operation: Operation, code: &'static str) -> Problem {
        Problem::new(code, self.span(operation.id), "cannot multiply ")
            .operand(self.scope.quote(operation.nodes[0]), operation.kinds[0])
            .text(" by ")
            .operand(self.scope.quote(operation.nodes[1]), operation.kinds[1])
            .at(operation.id)
    }

    fn tensor_product(&mut self, operation: Operation) -> Kind {
        let problem = self.factors(operation, codes::TENSOR_PRODUCT);
        self.refuse(problem.advise("say which axes meet by einsum, as in `einsum(\"ijk,k->ij\", T, x)`"))
    }

    /// A product of kinds that have none: the transpose of a side, or the elementwise product, was meant.
    fn transposed_product(&mut self, operation: Operation) -> Kind {
        let span = self.span(operation.id);
        let [lhs, rhs] = [0, 1].map(|side| self.written(operation, side).to_owned());
        let [left, right] = [0, 1].map(|side| self.primed(operation, side));
        let inner = format!("{left}*{rhs}");
        let outer = format!("{lhs}*{right}");
        let dotted = format!("{lhs}.*{rhs}");
        let forms = match operation.kinds {
            [Kind::Vector(_), Kind::Vector(_)] => vec![inner, outer, dotted],
            [Kind::Vector(_), _] => vec![inner],
            [Kind::Row(_), _] => vec![outer, inner, dotted],
            _ => vec![outer],
        };
        let mut problem = self.factors(operation, codes::PRODUCT_KINDS);
        problem = problem.text(match operation.kinds {
            [Kind::Vector(_), Kind::Vector(_)] => ": both are columns",
            [Kind::Row(_), _] => ": both are rows",
            [Kind::Vector(_), _] => ": a column has one column and the matrix has not one row",
            _ => ": a row has one row and the matrix has not one column",
        });
        for form in forms {
            problem = problem.replace(span, form, "write");
        }
        self.refuse(problem)
    }

    fn quotient(&mut self, operation: Operation) -> Kind {
        let (size, square) = match operation.kinds {
            [Kind::Unknown, _] | [_, Kind::Unknown] => return Kind::Unknown,
            [lhs, Kind::Scalar] => return lhs,
            [Kind::Matrix(_, k) | Kind::Row(k), Kind::Matrix(m, n)] => (k, (m, n)),
            [lhs, rhs] => {
                let problem = Problem::new(codes::DIVISION, self.span(operation.id), "cannot divide ")
                    .operand(self.scope.quote(operation.nodes[0]), lhs)
                    .text(" by ")
                    .operand(self.scope.quote(operation.nodes[1]), rhs)
                    .at(operation.id);
                let problem = self.with_operator(problem, operation, "./");
                return self.refuse(problem);
            }
        };
        let by = operation.nodes[1];
        match self.unify_all(&[square], operation.id) {
            Err(clash) => self.not_square(operation, by, "cannot divide by", clash),
            Ok(()) => match self.unify_all(&[(size, square.0)], operation.id) {
                Ok(()) => operation.kinds[0],
                Err(clash) => {
                    let problem = self.pair(
                        operation,
                        codes::PRODUCT_SIZES,
                        "cannot divide: the columns differ of ",
                        "",
                    );
                    let problem = self.explain(clash, operation.id, problem);
                    self.refuse(problem)
                }
            },
        }
    }

    fn solve(&mut self, operation: Operation) -> Kind {
        let (size, square) = match operation.kinds {
            [Kind::Unknown, _] | [_, Kind::Unknown] => return Kind::Unknown,
            [Kind::Matrix(m, n), Kind::Matrix(k, _) | Kind::Vector(k)] => (k, (m, n)),
            [lhs, rhs] => {
                let problem = Problem::new(codes::SOLVE, self.span(operation.id), "cannot solve with ")
                    .operand(self.scope.quote(operation.nodes[0]), lhs)
                    .text(" and the right-hand side ")
                    .operand(self.scope.quote(operation.nodes[1]), rhs)
                    .text(": `A\\b` is inv(A)*b")
                    .at(operation.id);
                let [lhs, rhs] = [1, 0].map(|side| self.written(operation, side).to_owned());
                let span = self.span(operation.id);
                return self.refuse(problem.replace(span, format!("{lhs}/{rhs}"), "did you mean"));
            }
        };
        match self.unify_all(&[square], operation.id) {
            Err(clash) => self.not_square(operation, operation.nodes[0], "cannot solve with", clash),
            Ok(()) => match self.unify_all(&[(size, square.0)], operation.id) {
                Ok(()) => operation.kinds[1],
                Err(clash) => {
                    let problem = self.pair(operation, codes::PRODUCT_SIZES, "cannot solve: the rows differ of ", "");
                    let problem = self.explain(clash, operation.id, problem);
                    self.refuse(problem)
                }
            },
        }
    }

    fn not_square(&mut self, operation: Operation, node: NodeId, what: &str, clash: super::sizes::Clash) -> Kind {
        let problem = Problem::new(codes::NOT_SQUARE, self.span(operation.id), format!("{what} "))
            .operand(self.scope.quote(node), self.kind(node))
            .text(": it is not square")
            .at(operation.id);
        let problem = self.explain(clash, operation.id, problem);
        self.refuse(problem)
    }

    fn power(&mut self, operation: Operation) -> Kind {
        let [base, exponent] = operation.nodes;
        match operation.kinds {
            [Kind::Scalar, Kind::Scalar] => Kind::Scalar,
            [Kind::Matrix(m, n), Kind::Scalar] if self.is_integer_literal(exponent) => {
                if !self.is_small_integer(exponent) {
                    let message = format!("the exponent of a matrix is at most {}", i64::MAX);
                    return self.refuse(Problem::new(codes::EXPONENT, self.span(exponent), message));
                }
                match self.unify_all(&[(m, n)], operation.id) {
                    Ok(()) => operation.kinds[0],
                    Err(clash) => self.not_square(operation, base, "no power of", clash),
                }
            }
            // Whether the base is positive definite by its form is seen when the expression is built.
            [Kind::Matrix(m, n), Kind::Scalar] if self.may_be_definite(base) => {
                match self.unify_all(&[(m, n)], operation.id) {
                    Ok(()) => operation.kinds[0],
                    Err(clash) => self.not_square(operation, base, "no power of", clash),
                }
            }
            [Kind::Matrix(..), Kind::Scalar] => {
                let message = "the exponent of a matrix is an integer literal: ";
                let problem = Problem::new(codes::EXPONENT, self.span(operation.id), message)
                    .operand(self.scope.quote(base), self.kind(base))
                    .text(format!(
                        " to the power {}",
                        super::problem::shorten(self.written(operation, 1))
                    ))
                    .at(operation.id);
                let is_half = matches!(self.node_kind(exponent), NodeKind::Number(text) if text.parse() == Ok(0.5))
                    || matches!(self.written(operation, 1), "(1/2)" | "(1 / 2)");
                let span = self.span(operation.id);
                let root = format!("sqrtm({})", self.scope.quote(base));
                let problem = if is_half {
                    problem.text("; the square root is sqrtm").replace(span, root, "write")
                } else {
                    self.with_operator(problem, operation, ".^")
                };
                self.refuse(problem)
            }
            [Kind::Unknown, Kind::Unknown | Kind::Scalar] | [Kind::Scalar | Kind::Matrix(..), Kind::Unknown] => {
                Kind::Unknown
            }
            [lhs, rhs] => {
                if rhs == Kind::Unknown || lhs == Kind::Unknown {
                    // `^` takes no array as its exponent and no vector as its base, whatever the other side is.
                    let known = if lhs == Kind::Unknown { exponent } else { base };
                    let problem = Problem::new(codes::POWER, self.span(operation.id), "`^` is not defined for ")
                        .operand(self.scope.quote(known), self.kind(known))
                        .at(operation.id);
                    return self.refuse(problem);
                }
                let problem = Problem::new(codes::POWER, self.span(operation.id), "cannot raise ")
                    .operand(self.scope.quote(base), lhs)
                    .text(" to the power ")
                    .operand(self.scope.quote(exponent), rhs)
                    .at(operation.id);
                let problem = self.with_operator(problem, operation, ".^");
                self.refuse(problem)
            }
        }
    }

    /// Whether a matrix may turn out to be positive definite: a name only by its declaration.
    fn may_be_definite(&self, node: NodeId) -> bool {
        match self.scope.meanings[node.0 as usize] {
            Meaning::Variable(index) => self.scope.variables[index].structure == Structure::Posdef,
            _ => true,
        }
    }

    fn digits(&self, node: NodeId) -> &NodeKind {
        match self.node_kind(node) {
            NodeKind::Unary(UnaryOp::Neg | UnaryOp::Plus, operand) => self.node_kind(*operand),
            other => other,
        }
    }

    fn is_small_integer(&self, node: NodeId) -> bool {
        matches!(self.digits(node), NodeKind::Number(text) if text.parse::<i64>().is_ok())
    }

    fn is_integer_literal(&self, node: NodeId) -> bool {
        matches!(self.digits(node), NodeKind::Number(text) if text.bytes().all(|digit| digit.is_ascii_digit()))
    }

    /// Advises another operator between the same operands.
    fn with_operator(&self, problem: Problem, operation: Operation, op: &str) -> Problem {
        let [lhs, rhs] = [0, 1].map(|side| self.written(operation, side));
        let spaced = matches!(operation.op, BinaryOp::Add | BinaryOp::Sub);
        let space = if spaced { " " } else { "" };
        problem.replace(
            self.span(operation.id),
            format!("{lhs}{space}{op}{space}{rhs}"),
            "write",
        )
    }

    /// An operand as it is written, with its parentheses.
    fn written(&self, operation: Operation, side: usize) -> &str {
        let span = self.span(operation.id);
        let range = if side == 0 {
            span.start..operation.at.start
        } else {
            operation.at.end..span.end
        };
        self.scope.text.get(range).unwrap_or_default().trim()
    }

    /// The transpose of an operand as one would write it.
    fn primed(&self, operation: Operation, side: usize) -> String {
        let node = operation.nodes[side];
        let written = self.written(operation, side);
        match self.node_kind(node) {
            NodeKind::Transpose(_) if written.ends_with('\'') => written[..written.len() - 1].to_owned(),
            NodeKind::Name(_)
            | NodeKind::Number(_)
            | NodeKind::Call(..)
            | NodeKind::Index(..)
            | NodeKind::Array(_)
            | NodeKind::Transpose(_)
            | NodeKind::ConjugateTranspose(_) => format!("{written}'"),
            _ if written.starts_with('(') && written.len() > self.scope.quote(node).len() => format!("{written}'"),
            _ => format!("({written})'"),
        }
    }
}
