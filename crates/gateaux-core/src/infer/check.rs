//! One attempt: given a kind for each name, the kinds and sizes of all nodes, operands first.

use gateaux_syntax::{NodeId, NodeKind, Span, UnaryOp};

use super::codes;
use super::kind::Kind;
use super::names::Word;
use super::problem::Problem;
use super::roles::Role;
use super::scope::{Given, Meaning, Scope, large};
use super::sizes::{Clash, Equation, Left, Size, Sizes};
use crate::ops::Op;

/// The most mistakes of one attempt that are kept, of which only the first few are reported.
const MAX_PROBLEMS: usize = 1_000;

/// The kinds tried for the undeclared names: by variable, `None` where it is left open or the variable is declared.
pub(super) type Guess = [Option<Word>];

/// What an attempt found.
pub(super) struct Attempt {
    pub(super) sizes: Sizes,
    /// Sizes of which the first must not be larger than the second, where the text does not tell.
    pub(super) at_most: Vec<(Size, Size)>,
    /// By variable.
    pub(super) variables: Vec<Kind>,
    /// By node.
    pub(super) kinds: Vec<Kind>,
    /// By node: the function of a call and which alternative of its signature.
    pub(super) calls: Vec<Option<(&'static Op, usize)>>,
    /// The nodes that are constant arrays of inferred size.
    pub(super) constants: Vec<NodeId>,
    pub(super) problems: Vec<Problem>,
}

/// A position to be compared with the size of an axis when that is known.
pub(super) struct Bound {
    pub(super) position: Size,
    pub(super) size: Size,
    pub(super) span: Span,
    pub(super) base: NodeId,
}

/// The state of the pass.
pub(super) struct Checker<'a> {
    pub(super) scope: &'a Scope<'a>,
    pub(super) found: Attempt,
    pub(super) bounds: Vec<Bound>,
}

/// Types the whole text with these kinds for the undeclared names.
pub(super) fn check(scope: &Scope<'_>, guess: &Guess) -> Attempt {
    let n_nodes = scope.tree.nodes().len();
    let mut sizes = scope.sizes.clone();
    let mut variables = Vec::with_capacity(scope.variables.len());
    for (known, word) in scope.variables.iter().zip(guess) {
        variables.push(match (known.given, word) {
            (Given::Declared(kind), _) => kind,
            (Given::Named(_), None) => Kind::Unknown,
            (Given::Named(_), Some(Word::Scalar)) => Kind::Scalar,
            (Given::Named(_), Some(Word::Vector)) => Kind::Vector(sizes.unknown()),
            (Given::Named(_), Some(Word::Matrix)) => Kind::Matrix(sizes.unknown(), sizes.unknown()),
        });
    }
    let found = Attempt {
        sizes,
        at_most: Vec::new(),
        variables,
        kinds: vec![Kind::Unknown; n_nodes],
        calls: vec![None; n_nodes],
        constants: Vec::new(),
        problems: Vec::new(),
    };
    let mut checker = Checker {
        scope,
        found,
        bounds: Vec::new(),
    };
    for (id, node) in scope.tree.nodes() {
        if matches!(scope.roles[id.0 as usize], Role::Value | Role::Condition) {
            checker.found.kinds[id.0 as usize] = checker.value(id, &node.kind);
        }
    }
    checker.finish(guess);
    checker.found
}

impl Checker<'_> {
    fn value(&mut self, id: NodeId, kind: &NodeKind) -> Kind {
        match kind {
            NodeKind::Number(_) => Kind::Scalar,
            NodeKind::Name(_) => self.name(id),
            NodeKind::Text(_) => {
                let span = self.span(id);
                self.refuse(Problem::new(
                    codes::STRING,
                    span,
                    "a string can only be the first argument of einsum",
                ))
            }
            NodeKind::Unary(UnaryOp::Neg | UnaryOp::Plus, operand) => self.kind(*operand),
            NodeKind::Binary(op, span, lhs, rhs) => self.binary(id, *op, *span, [*lhs, *rhs]),
            NodeKind::Transpose(operand) | NodeKind::ConjugateTranspose(operand) => self.transpose(id, *operand),
            NodeKind::Call(name, args) => self.call(id, name, args),
            NodeKind::Index(base, items) => self.index(id, *base, items),
            NodeKind::Array(rows) => self.array(id, rows),
            NodeKind::Missing => Kind::Unknown,
        }
    }

    fn name(&mut self, id: NodeId) -> Kind {
        match self.scope.meanings[id.0 as usize] {
            Meaning::None => Kind::Unknown,
            Meaning::Variable(index) => self.found.variables[index],
            Meaning::Definition(body) => self.kind(body),
            Meaning::Constant(_) | Meaning::Dimension(_) => Kind::Scalar,
            Meaning::Identity => {
                self.found.constants.push(id);
                let size = self.found.sizes.unknown();
                Kind::Matrix(size, size)
            }
        }
    }

    fn transpose(&mut self, id: NodeId, operand: NodeId) -> Kind {
        match self.kind(operand) {
            Kind::Unknown => Kind::Unknown,
            Kind::Scalar => Kind::Scalar,
            Kind::Vector(n) => Kind::Row(n),
            Kind::Row(n) => Kind::Vector(n),
            Kind::Matrix(m, n) => Kind::Matrix(n, m),
            kind @ Kind::Tensor(_) => {
                let problem = Problem::new(codes::TENSOR_TRANSPOSE, self.span(id), "cannot transpose the tensor ")
                    .operand(self.scope.quote(operand), kind)
                    .at(id);
                self.refuse(problem.advise("permute its axes by einsum, as in `einsum(\"ijk->kji\", T)`"))
            }
        }
    }

    pub(super) fn kind(&self, node: NodeId) -> Kind {
        self.found.kinds[node.0 as usize]
    }

    pub(super) fn span(&self, node: NodeId) -> Span {
        self.scope.tree.node(node).span
    }

    pub(super) fn node_kind(&self, node: NodeId) -> &NodeKind {
        &self.scope.tree.node(node).kind
    }

    /// Reports a mistake; what is wrong has no kind.
    pub(super) fn refuse(&mut self, problem: Problem) -> Kind {
        if self.found.problems.len() < MAX_PROBLEMS {
            self.found.problems.push(problem);
        }
        Kind::Unknown
    }

    /// Makes sizes equal pair by pair; the first pair that cannot be.
    pub(super) fn unify_all(&mut self, pairs: &[(Size, Size)], at: NodeId) -> Result<(), Clash> {
        pairs
            .iter()
            .try_for_each(|(lhs, rhs)| self.found.sizes.unify(*lhs, *rhs, at))
    }

    /// The problem of a limit instead of a mismatch, where it was one.
    pub(super) fn explain(&self, clash: Clash, at: NodeId, problem: Problem) -> Problem {
        match clash {
            Clash::Different => problem,
            Clash::TooLarge => large(self.span(at)),
        }
    }

    fn finish(&mut self, guess: &Guess) {
        let is_partial = self
            .found
            .variables
            .iter()
            .zip(guess)
            .any(|(kind, _)| *kind == Kind::Unknown);
        for left in self.found.sizes.solve_deferred() {
            match left {
                Left::Wrong(equation, clash) => {
                    let problem = self.explain(clash, equation.at, wrong_sizes(self.scope, equation));
                    self.found.problems.push(problem);
                }
                Left::Open(equation) if !is_partial => {
                    let problem = Problem::new(codes::OPEN_SIZES, self.span(equation.at), "the sizes here are open: ")
                        .size(equation.lhs)
                        .text(" = ")
                        .size(equation.rhs)
                        .at(equation.at)
                        .advise("declare the variables with their sizes");
                    self.found.problems.push(problem);
                }
                Left::Open(_) => {}
            }
        }
        self.check_bounds();
        self.check_positive();
        if !is_partial && self.found.problems.is_empty() {
            self.check_constants();
        }
    }

    /// Equations may make a size zero or less.
    fn check_positive(&mut self) {
        let variables = self.found.variables.clone().into_iter().zip(&self.scope.variables);
        let variables = variables.map(|(kind, known)| (kind, known.span.unwrap_or_default(), known.name.as_str()));
        let constants = self
            .found
            .constants
            .iter()
            .map(|node| (self.kind(*node), self.span(*node), self.scope.quote(*node)));
        for (kind, span, quote) in variables.chain(constants).collect::<Vec<_>>() {
            let value = |size| self.found.sizes.value(size).filter(|value| *value <= 0);
            if let Some(value) = kind.sizes().into_iter().find_map(value) {
                let message = format!(
                    "the size of {} would have to be {value}",
                    super::problem::shorten(quote)
                );
                self.found
                    .problems
                    .push(Problem::new(codes::NOT_POSITIVE, span, message));
            }
        }
    }

    /// Every size must be that of a variable, a name or a number; only constants can bring in others.
    fn check_constants(&mut self) {
        let mut told = Vec::new();
        for kind in self.found.variables.clone() {
            for size in kind.sizes() {
                told.extend(self.found.sizes.told_unknowns(size));
            }
        }
        told.sort_unstable();
        for constant in std::mem::take(&mut self.found.constants) {
            let unknowns: Vec<Size> = self
                .kind(constant)
                .sizes()
                .into_iter()
                .flat_map(|size| self.found.sizes.unknowns(size))
                .collect();
            if unknowns.iter().all(|unknown| told.binary_search(unknown).is_ok()) {
                continue;
            }
            let quote = self.scope.quote(constant);
            let message = format!("nothing tells the size of {}", super::problem::shorten(quote));
            let advice = match self.node_kind(constant) {
                NodeKind::Call(name, _) if name.text == "vector" => "write the size, as in `ones(n)`",
                NodeKind::Call(..) => "write the sizes, as in `ones(m, n)`",
                _ => "write the size, as in `eye(n)`",
            };
            let problem = Problem::new(codes::UNDETERMINED, self.span(constant), message)
                .at(constant)
                .advise(advice);
            self.found.problems.push(problem);
        }
    }
}

/// Sizes that are asked to be equal and are not.
pub(super) fn wrong_sizes(scope: &Scope<'_>, equation: Equation) -> Problem {
    let node = equation.at;
    Problem::new(
        codes::ARGUMENT_SIZES,
        scope.tree.node(node).span,
        "sizes that do not fit: ",
    )
    .size(equation.lhs)
    .text(" and ")
    .size(equation.rhs)
    .at(node)
}
