//! Tokens of LaTeX to one expression: operator precedence with an explicit stack.
//!
//! As in the language itself, operands wait on one stack, operators and opened brackets on another. What LaTeX adds:
//! factors stand side by side without an operator, functions without brackets around their arguments, and what a pair
//! of bars or an exponent means is known when it ends.

use super::lexer::{Fence, Kind, Rows, Token};
use super::symbol::Symbol;
use super::{Mistake, Reader};
use crate::limits::MAX_NESTING;
use crate::{BinaryOp, Diagnostic, IndexItem, NodeId, NodeKind, Span, UnaryOp, codes};

/// An operand and the text it covers with the brackets around it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Operand {
    pub(super) id: NodeId,
    pub(super) outer: Span,
}

/// A function that waits for its argument.
#[derive(Clone, Debug)]
pub(super) struct Callee {
    pub(super) name: String,
    pub(super) span: Span,
    /// Arguments from a superscript, before the others: the order of `\psi^{(1)}`.
    pub(super) before: Vec<NodeId>,
    /// Arguments from a subscript, behind the others: the axis of `\operatorname{sum}_{1}`.
    pub(super) behind: Vec<NodeId>,
    /// The exponent of `\sin^2`.
    pub(super) power: Option<NodeId>,
}

/// What opened, and what comes of it at its end.
pub(super) enum Role {
    /// Brackets around a part of an expression.
    Group,
    /// The arguments of a function.
    Call(Callee, Vec<NodeId>),
    /// `\langle a, b \rangle`
    Dot(Vec<NodeId>),
    /// `|x|` and `\|x\|`
    Bars(Fence),
    Numerator,
    Denominator(Operand),
    Degree(Span),
    Radicand(Option<NodeId>, Span),
    Overline(Span),
    Exponent(Operand, BinaryOp),
    Index(Operand, Vec<IndexItem>, Option<NodeId>),
    /// The sizes below `\mathbf{1}` or `I`: a call of this function with them.
    Sizes(Callee, Vec<NodeId>),
    /// The subscript of a function.
    Subscript(Callee, Vec<NodeId>),
    /// The subscript of a norm.
    Norm(Operand),
    /// Rows of entries, the entry begun last not among them; of cases, whether the row has a condition so far.
    Rows(Rows, Vec<Vec<NodeId>>),
}

/// What closes a bracket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Closer {
    Brace,
    Fence(Fence),
    Rows(Rows),
}

pub(super) struct Bracket {
    pub(super) closer: Closer,
    pub(super) role: Role,
    pub(super) open: Span,
}

/// An operator between two operands.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Infix {
    Op(BinaryOp),
    /// Nothing: factors side by side.
    Beside,
    /// `\times`
    Cross,
}

pub(super) enum Frame {
    Sign(UnaryOp, Span),
    Infix(Infix, Span),
    Apply(Callee),
    Bracket(Box<Bracket>),
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum State {
    Operand,
    Operator,
    Done,
}

/// The two stacks of one expression.
#[derive(Default)]
pub(super) struct Machine {
    pub(super) operands: Vec<Operand>,
    pub(super) frames: Vec<Frame>,
    /// How many frames are brackets, signs and functions.
    depth: usize,
}

/// How tightly comparisons, sums, functions without brackets, products, factors side by side and signs bind: in
/// `Wx \odot Uh` the factors side by side come first.
pub(super) const COMPARISON: u8 = 1;
pub(super) const SUM: u8 = 2;
pub(super) const APPLY: u8 = 3;
pub(super) const PRODUCT: u8 = 4;
pub(super) const BESIDE: u8 = 5;
pub(super) const SIGN: u8 = 6;

/// The functions whose argument without brackets ends where another function begins: `\sin x \cos y`.
pub(super) fn is_narrow(name: &str) -> bool {
    !matches!(
        name,
        "tr" | "det" | "logdet" | "vec" | "diag" | "sum" | "prod" | "inv" | "trace"
    )
}

impl Frame {
    pub(super) fn binding(&self) -> u8 {
        match self {
            Frame::Sign(..) => SIGN,
            Frame::Infix(Infix::Op(op), _) => match crate::expression::binding(*op) {
                1 => COMPARISON,
                2 => SUM,
                _ => PRODUCT,
            },
            Frame::Infix(Infix::Cross, _) => PRODUCT,
            Frame::Infix(Infix::Beside, _) => BESIDE,
            Frame::Apply(_) => APPLY,
            Frame::Bracket(_) => 0,
        }
    }
}

impl Machine {
    pub(super) fn pop(&mut self) -> Operand {
        self.operands
            .pop()
            .expect("the operand state leaves an operand before each operator and each closing bracket")
    }

    pub(super) fn push_frame(&mut self, frame: Frame) {
        self.depth += usize::from(!matches!(frame, Frame::Infix(..)));
        self.frames.push(frame);
    }

    pub(super) fn pop_frame(&mut self) -> Option<Frame> {
        let frame = self.frames.pop()?;
        self.depth -= usize::from(!matches!(frame, Frame::Infix(..)));
        Some(frame)
    }

    pub(super) fn open(&mut self, closer: Closer, role: Role, open: Span) -> State {
        self.push_frame(Frame::Bracket(Box::new(Bracket { closer, role, open })));
        State::Operand
    }

    /// The innermost bracket.
    pub(super) fn bracket(&mut self) -> Option<&mut Bracket> {
        self.frames.iter_mut().rev().find_map(|frame| match frame {
            Frame::Bracket(bracket) => Some(bracket.as_mut()),
            _ => None,
        })
    }

    /// Whether there is an operand; without one, a bracket that closes has nothing in it.
    pub(super) fn push(&mut self, id: NodeId, outer: Span) -> State {
        self.operands.push(Operand { id, outer });
        State::Operator
    }
}

pub(super) type Step = Result<State, Mistake>;

impl Reader<'_> {
    /// Reads an expression up to a token that cannot belong to it.
    pub(super) fn expression(&mut self) -> Result<Operand, Mistake> {
        let mut m = Machine::default();
        let mut state = State::Operand;
        loop {
            if m.depth > MAX_NESTING {
                let span = self.peek().span;
                let message = format!("the formula is nested deeper than {MAX_NESTING} levels");
                return Err(Diagnostic::new(codes::NESTING, span, message).into());
            }
            state = match state {
                State::Operand => self.operand(&mut m)?,
                State::Operator => self.operator(&mut m)?,
                State::Done => break,
            };
        }
        Ok(m.pop())
    }

    /// One token where an operand should start.
    fn operand(&mut self, m: &mut Machine) -> Step {
        use super::commands::Command;
        let token = self.peek();
        match token.kind {
            Kind::Number => {
                self.advance();
                Ok(self.leaf(m, NodeKind::Number(self.slice(token.span).to_owned()), token.span))
            }
            Kind::Wrong => {
                self.advance();
                Ok(self.leaf(m, NodeKind::Missing, token.span))
            }
            Kind::Op(BinaryOp::Sub) => Ok(self.sign(m, UnaryOp::Neg)),
            Kind::Op(BinaryOp::Add) => Ok(self.sign(m, UnaryOp::Plus)),
            Kind::BraceOpen => Ok(self.bracket(m, Closer::Brace, Role::Group)),
            Kind::Open(Fence::Angle) => Ok(self.bracket(m, Closer::Fence(Fence::Angle), Role::Dot(vec![]))),
            // `||x||` is another spelling of `\|x\|`.
            Kind::Bar(Fence::Bar) if self.is_double_bar() => {
                self.advance();
                Ok(self.bracket(m, Closer::Fence(Fence::Double), Role::Bars(Fence::Double)))
            }
            Kind::Open(fence @ (Fence::Bar | Fence::Double)) | Kind::Bar(fence) => {
                Ok(self.bracket(m, Closer::Fence(fence), Role::Bars(fence)))
            }
            Kind::Open(fence) => Ok(self.bracket(m, Closer::Fence(fence), Role::Group)),
            Kind::Begin(rows) => Ok(self.bracket(m, Closer::Rows(rows), Role::Rows(rows, vec![vec![]]))),
            Kind::Colon if matches!(m.frames.last(), Some(Frame::Bracket(b)) if matches!(b.role, Role::Index(..))) => {
                self.whole_axis(m)
            }
            Kind::Command(Command::Fraction) => {
                self.advance();
                self.argument(m, Role::Numerator)
            }
            Kind::Command(Command::Root) => {
                self.advance();
                if self.peek().kind == Kind::Open(Fence::Bracket) {
                    return Ok(self.bracket(m, Closer::Fence(Fence::Bracket), Role::Degree(token.span)));
                }
                self.argument(m, Role::Radicand(None, token.span))
            }
            Kind::Command(Command::Overline) => {
                self.advance();
                self.argument(m, Role::Overline(token.span))
            }
            Kind::Command(Command::Refused(help)) => Err(self.refused(token, help)),
            Kind::Letter | Kind::Named | Kind::Command(_) => {
                let symbol = self.symbol()?;
                self.symbol_operand(m, symbol)
            }
            _ => Err(self.operand_missing(token)),
        }
    }

    fn refused(&self, token: Token, help: &str) -> Mistake {
        let message = format!("{} cannot be read in a formula", self.quote(token.span));
        let diagnostic = Diagnostic::new(codes::LATEX_COMMAND, token.span, message);
        if help.is_empty() {
            diagnostic
        } else {
            diagnostic.help(help)
        }
        .into()
    }

    pub(super) fn operand_missing(&self, token: Token) -> Mistake {
        let found = match token.kind {
            Kind::End => "the formula ends".to_owned(),
            _ if token.span.start == token.span.end => "nothing stands".to_owned(),
            _ => format!("{} stands", self.quote(token.span)),
        };
        let message = format!("{found} where a number, a name or a bracket should be");
        Diagnostic::new(codes::LATEX_OPERAND, self.place(token), message).into()
    }

    pub(super) fn leaf(&mut self, m: &mut Machine, kind: NodeKind, span: Span) -> State {
        let id = self.push_node(kind, span);
        m.push(id, span)
    }

    fn sign(&mut self, m: &mut Machine, op: UnaryOp) -> State {
        let span = self.advance().span;
        m.push_frame(Frame::Sign(op, span));
        State::Operand
    }

    /// Opens a bracket that stands here.
    fn bracket(&mut self, m: &mut Machine, closer: Closer, role: Role) -> State {
        let open = self.advance().span;
        m.open(closer, role, open)
    }

    /// Opens the braces around an argument.
    pub(super) fn argument(&mut self, m: &mut Machine, role: Role) -> Step {
        let token = self.peek();
        if token.kind != Kind::BraceOpen {
            return Err(self.operand_missing(token));
        }
        Ok(self.bracket(m, Closer::Brace, role))
    }

    /// What a name is: a variable, an index or a size below it, or a function with what comes behind it.
    fn symbol_operand(&mut self, m: &mut Machine, symbol: Symbol) -> Step {
        match symbol {
            Symbol::Name(name) => Ok(self.leaf(m, NodeKind::Name(name.text), name.span)),
            Symbol::Indexed(name) => {
                let id = self.push_node(NodeKind::Name(name.text), name.span);
                let base = Operand { id, outer: name.span };
                self.advance(); // the `_`
                self.argument(m, Role::Index(base, vec![], None))
            }
            Symbol::Sized(callee) => {
                self.advance(); // the `_`
                self.argument(m, Role::Sizes(callee, vec![]))
            }
            Symbol::Constant(name, value) => {
                let number = self.push_node(NodeKind::Number(value.to_owned()), name.span);
                let span = name.span;
                Ok(self.leaf(m, NodeKind::Call(name, vec![number]), span))
            }
            Symbol::Function(callee) => self.function(m, callee),
        }
    }

    /// A function: its subscript and superscript, then its argument.
    pub(super) fn function(&mut self, m: &mut Machine, mut callee: Callee) -> Step {
        if self.peek().kind == Kind::Sub {
            self.check_subscript(&callee)?;
            self.advance();
            return self.argument(m, Role::Subscript(callee, vec![]));
        }
        if self.peek().kind == Kind::Sup {
            self.power_of_function(&mut callee)?;
        }
        let token = self.peek();
        match token.kind {
            Kind::BraceOpen => self.argument(m, Role::Call(callee, vec![])),
            Kind::Open(fence @ (Fence::Paren | Fence::Bracket | Fence::Curly)) => {
                Ok(self.bracket(m, Closer::Fence(fence), Role::Call(callee, vec![])))
            }
            _ => {
                m.push_frame(Frame::Apply(callee));
                Ok(State::Operand)
            }
        }
    }

    /// One token where an operator should stand.
    fn operator(&mut self, m: &mut Machine) -> Step {
        let token = self.peek();
        match token.kind {
            Kind::Sup => self.superscript(m),
            Kind::Prime => {
                self.advance();
                if self.peek().kind == Kind::Prime {
                    let span = token.span.to(self.peek().span);
                    let message = "one prime is a transpose, and two are nothing known";
                    return Err(Diagnostic::new(codes::LATEX_AMBIGUOUS, span, message).into());
                }
                let base = m.pop();
                Ok(self.transposed(m, base, token.span))
            }
            Kind::Sub => {
                self.advance();
                let base = m.pop();
                self.argument(m, Role::Index(base, vec![], None))
            }
            Kind::Op(op) => {
                self.advance();
                self.infix(m, Infix::Op(op), token.span)
            }
            Kind::Cross => match m.bracket().map(|bracket| &bracket.role) {
                Some(Role::Sizes(..) | Role::Subscript(..)) => self.separator(m, token),
                _ => {
                    self.advance();
                    self.infix(m, Infix::Cross, token.span)
                }
            },
            Kind::Comma | Kind::Semicolon => self.separator(m, token),
            Kind::Colon => self.range(m, token),
            Kind::Cell | Kind::Row => self.cell(m, token),
            Kind::Bar(Fence::Bar) if self.is_double_bar() && self.closes_bar(m, Fence::Double) => {
                self.advance();
                self.close(m, Closer::Fence(Fence::Double))
            }
            Kind::Bar(fence) if self.closes_bar(m, fence) => self.close(m, Closer::Fence(fence)),
            Kind::Close(fence) => self.close(m, Closer::Fence(fence)),
            Kind::BraceClose => self.close(m, Closer::Brace),
            Kind::Finish(rows) => self.close(m, Closer::Rows(rows)),
            Kind::Equals | Kind::End | Kind::Dot | Kind::In => {
                self.reduce(m, 0)?;
                match m.bracket() {
                    None => Ok(State::Done),
                    Some(bracket) => {
                        let open = bracket.open;
                        let message = format!("{} is never closed", self.quote(open));
                        Err(Diagnostic::new(codes::LATEX_FENCE, open, message).into())
                    }
                }
            }
            _ => self.beside(m, token),
        }
    }
}
