//! The tree of a text: what was written, before anything is known of what it means.

use crate::Span;

/// The index of a [`Node`] in its [`Tree`]. Children have smaller indices than their parents, so a pass over the
/// nodes in order sees every operand before the operation and nothing recurses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub u32);

/// A name and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// The name as written.
    pub text: String,
    /// Where.
    pub span: Span,
}

/// A piece of an expression and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// What it is.
    pub kind: NodeKind,
    /// The text it covers, parentheses around it not included.
    pub span: Span,
}

/// What a piece of an expression can be.
#[derive(Clone, Debug, PartialEq)]
pub enum NodeKind {
    /// A numeric literal, spelled as in the text: `2`, `.5`, `1e-3`. It is finite as a 64-bit float.
    Number(String),
    /// A name: a variable, a definition, a constant, a dimension.
    Name(String),
    /// A string literal, without its quotes; only `einsum` takes one.
    Text(String),
    /// `-x`, `+x`.
    Unary(UnaryOp, NodeId),
    /// `lhs op rhs`; the span is that of the operator.
    Binary(BinaryOp, Span, NodeId, NodeId),
    /// `x'` or `xᵀ`.
    Transpose(NodeId),
    /// `x†`.
    ConjugateTranspose(NodeId),
    /// `name(args)`; `∑(x)` is a call of `sum`.
    Call(Name, Vec<NodeId>),
    /// `base[items]`.
    Index(NodeId, Vec<IndexItem>),
    /// `[a, b; c, d]`: rows of entries; `[1; 2]` has two rows of one entry.
    Array(Vec<Vec<NodeId>>),
    /// A place where an expression should stand and does not; a diagnostic tells of it.
    Missing,
}

/// A prefix operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UnaryOp {
    /// `-`
    Neg,
    /// `+`
    Plus,
}

/// An infix operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BinaryOp {
    /// `+`
    Add,
    /// `-`
    Sub,
    /// `*` or `⋅`
    Mul,
    /// `/`
    Div,
    /// `\`
    Solve,
    /// `^`
    Pow,
    /// `.+`
    DotAdd,
    /// `.-`
    DotSub,
    /// `.*` or `⊙`
    DotMul,
    /// `./` or `⊘`
    DotDiv,
    /// `.^`
    DotPow,
    /// `⊗`
    Kron,
    /// `<`
    Less,
    /// `<=` or `≤`
    LessEq,
    /// `>`
    Greater,
    /// `>=` or `≥`
    GreaterEq,
}

impl BinaryOp {
    /// Whether it compares its operands.
    pub const fn is_comparison(self) -> bool {
        matches!(
            self,
            BinaryOp::Less | BinaryOp::LessEq | BinaryOp::Greater | BinaryOp::GreaterEq
        )
    }

    /// The operator in ASCII (`kron` has no ASCII operator and keeps its sign).
    pub const fn text(self) -> &'static str {
        match self {
            BinaryOp::Add => "+",
            BinaryOp::Sub => "-",
            BinaryOp::Mul => "*",
            BinaryOp::Div => "/",
            BinaryOp::Solve => "\\",
            BinaryOp::Pow => "^",
            BinaryOp::DotAdd => ".+",
            BinaryOp::DotSub => ".-",
            BinaryOp::DotMul => ".*",
            BinaryOp::DotDiv => "./",
            BinaryOp::DotPow => ".^",
            BinaryOp::Kron => "⊗",
            BinaryOp::Less => "<",
            BinaryOp::LessEq => "<=",
            BinaryOp::Greater => ">",
            BinaryOp::GreaterEq => ">=",
        }
    }
}

/// One entry between the brackets of an index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IndexItem {
    /// `i`: one position.
    At(NodeId),
    /// `i:j`: from i to j, both included.
    Range(NodeId, NodeId),
    /// `:`: all positions; the span of the colon.
    All(Span),
}

/// `name: kind(dims)`.
#[derive(Clone, Debug, PartialEq)]
pub struct Declaration {
    /// The variable.
    pub name: Name,
    /// `complex` and `positive`, as written before the kind.
    pub modifiers: Vec<Name>,
    /// `scalar`, `vector`, ...: any name; whether such a kind exists is not known here.
    pub kind: Name,
    /// The expressions between the parentheses; empty where there are none.
    pub dims: Vec<NodeId>,
    /// The text from the opening to the closing parenthesis, or an empty span behind the kind.
    pub dims_span: Span,
    /// The whole statement.
    pub span: Span,
}

/// `name = body`.
#[derive(Clone, Debug, PartialEq)]
pub struct Definition {
    /// The name defined.
    pub name: Name,
    /// What it stands for.
    pub body: NodeId,
    /// The whole statement.
    pub span: Span,
}

/// One statement of a problem.
#[derive(Clone, Debug, PartialEq)]
pub enum Statement {
    /// A declaration.
    Declaration(Declaration),
    /// A definition.
    Definition(Definition),
    /// A bare expression.
    Expression(NodeId),
}

impl Statement {
    /// The text that the statement covers; of a bare expression, parentheses around all of it not included.
    pub fn span(&self, tree: &Tree) -> Span {
        match self {
            Statement::Declaration(declaration) => declaration.span,
            Statement::Definition(definition) => definition.span,
            Statement::Expression(root) => tree.node(*root).span,
        }
    }
}

/// A text, parsed: its statements in order and the nodes of their expressions.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tree {
    pub(crate) nodes: Vec<Node>,
    pub(crate) statements: Vec<Statement>,
}

impl Tree {
    /// A node.
    pub fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id.0 as usize]
    }

    /// All nodes; operands come before what uses them.
    pub fn nodes(&self) -> impl ExactSizeIterator<Item = (NodeId, &Node)> {
        self.nodes
            .iter()
            .enumerate()
            .map(|(at, node)| (NodeId(at as u32), node))
    }

    /// Gives calls another name where there is one.
    pub fn rename_calls<'n>(&mut self, name: impl Fn(NodeId, &str) -> Option<&'n str>) {
        for at in 0..self.nodes.len() {
            if let NodeKind::Call(called, _) = &mut self.nodes[at].kind
                && let Some(other) = name(NodeId(at as u32), &called.text)
            {
                called.text = other.to_owned();
            }
        }
    }

    /// The statements in order.
    pub fn statements(&self) -> &[Statement] {
        &self.statements
    }
}
