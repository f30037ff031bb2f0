//! Tokens to one expression: operator precedence with an explicit stack.
//!
//! The machine alternates between two states, wanting an operand and wanting an operator. Operands wait on one stack;
//! operators and opening brackets wait on the other as frames until what comes next shows where their operands end.

use crate::limits::MAX_NESTING;
use crate::parser::Parser;
use crate::token::{Token, TokenKind};
use crate::{BinaryOp, IndexItem, Name, NodeId, NodeKind, Span, UnaryOp, codes};

/// An operand and the text it covers with the parentheses around it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Operand {
    pub(crate) id: NodeId,
    pub(crate) outer: Span,
}

/// An operator or an opening bracket that waits for its end.
enum Frame {
    Unary(UnaryOp, Span),
    Binary(BinaryOp, Span),
    /// Something in the place of an operator that a diagnostic tells of.
    Wrong,
    Group {
        open: Span,
        comma: Option<Span>,
    },
    Call {
        name: Name,
        args: Vec<NodeId>,
    },
    Index {
        items: Vec<IndexItem>,
        from: Option<NodeId>,
    },
    Array {
        open: Span,
        rows: Vec<Vec<NodeId>>,
    },
}

/// What the machine does next.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Operand,
    Operator,
    Done,
}

/// The two stacks of one expression.
#[derive(Default)]
struct Machine {
    operands: Vec<Operand>,
    frames: Vec<Frame>,
    /// How many frames are nesting, that is, not the left-associative operators that wait.
    depth: usize,
    /// A mistake at the last token explains whatever is missing there.
    is_excused: bool,
    /// Stop as soon as no bracket is open: what is read is a kind with its dimensions.
    is_kind: bool,
}

/// How tightly an operator binds: comparisons 1, sums 2, products 3, signs 4, powers 5.
pub(crate) const fn binding(op: BinaryOp) -> u8 {
    match op {
        BinaryOp::Less | BinaryOp::LessEq | BinaryOp::Greater | BinaryOp::GreaterEq => 1,
        BinaryOp::Add | BinaryOp::Sub | BinaryOp::DotAdd | BinaryOp::DotSub => 2,
        BinaryOp::Mul | BinaryOp::Div | BinaryOp::Solve | BinaryOp::DotMul | BinaryOp::DotDiv | BinaryOp::Kron => 3,
        BinaryOp::Pow | BinaryOp::DotPow => RIGHT,
    }
}

/// How tightly a sign before an operand binds.
pub(crate) const SIGN: u8 = 4;

/// The one binding that associates to the right.
pub(crate) const RIGHT: u8 = 5;

impl Frame {
    /// How tightly what waits here binds; a bracket not at all.
    fn binding(&self) -> u8 {
        match self {
            Frame::Unary(..) => SIGN,
            Frame::Binary(op, _) => binding(*op),
            Frame::Wrong => 1,
            Frame::Group { .. } | Frame::Call { .. } | Frame::Index { .. } | Frame::Array { .. } => 0,
        }
    }

    fn is_nesting(&self) -> bool {
        !matches!(self.binding(), 1..=3)
    }
}

impl Machine {
    fn pop(&mut self) -> Operand {
        self.operands
            .pop()
            .expect("the operand state leaves an operand before each operator and each closing bracket")
    }

    fn push_frame(&mut self, frame: Frame) {
        self.depth += usize::from(frame.is_nesting());
        self.frames.push(frame);
    }

    fn pop_frame(&mut self) -> Option<Frame> {
        let frame = self.frames.pop()?;
        self.depth -= usize::from(frame.is_nesting());
        Some(frame)
    }

    /// The bracket that the next closing one closes. Its search passes operators only.
    fn bracket(&self) -> Option<&Frame> {
        self.frames.iter().rev().find(|frame| frame.binding() == 0)
    }
}

impl Parser<'_> {
    /// Reads an expression up to a token that cannot belong to it, and tells what is wrong with it.
    pub(crate) fn expression(&mut self) -> Operand {
        self.machine(Machine::default())
    }

    /// Reads `(dims)` behind the name of a kind: the dimensions and the text they cover with their parentheses.
    pub(crate) fn dims(&mut self, kind: &Name) -> (Vec<NodeId>, Span) {
        let open = self.peek().span;
        let mut machine = Machine {
            is_kind: true,
            ..Machine::default()
        };
        let state = self.open_call(&mut machine, kind.clone());
        let call = self.machine_from(machine, state);
        let span = open.to(Span::new(open.start, call.outer.end.max(open.end)));
        match self.pop_node_if_last(call.id) {
            Some(NodeKind::Call(_, args)) => (args, span),
            _ => (Vec::new(), span),
        }
    }

    fn machine(&mut self, machine: Machine) -> Operand {
        self.machine_from(machine, State::Operand)
    }

    fn machine_from(&mut self, mut m: Machine, mut state: State) -> Operand {
        loop {
            if m.depth > MAX_NESTING {
                let open = m.frames.iter().filter(|frame| frame.binding() == 0).count();
                return self.too_deep(open);
            }
            state = match state {
                State::Operand => self.operand(&mut m),
                State::Operator => self.operator(&mut m),
                State::Done => break,
            };
        }
        m.pop()
    }

    /// One token where an operand should start.
    fn operand(&mut self, m: &mut Machine) -> State {
        let token = self.peek();
        let name = |text: &str| Name {
            text: text.to_owned(),
            span: token.span,
        };
        match token.kind {
            TokenKind::Number => self.leaf(m, token, NodeKind::Number(self.slice(token.span).to_owned())),
            TokenKind::Text => self.leaf(m, token, NodeKind::Text(unquoted(self.slice(token.span)).to_owned())),
            TokenKind::Name if self.peek_second() == TokenKind::OpenParen => {
                let name = name(self.slice(token.span));
                self.advance();
                self.open_call(m, name)
            }
            TokenKind::Name => self.leaf(m, token, NodeKind::Name(self.slice(token.span).to_owned())),
            TokenKind::Sum if self.peek_second() == TokenKind::OpenParen => {
                self.advance();
                self.open_call(m, name("sum"))
            }
            TokenKind::Sum => {
                self.report(
                    codes::SUM_SIGN,
                    token.span,
                    "`∑` takes its argument in parentheses: `∑(x)`",
                );
                self.error_leaf(m, token)
            }
            TokenKind::OpenParen => {
                self.advance();
                m.push_frame(Frame::Group {
                    open: token.span,
                    comma: None,
                });
                State::Operand
            }
            TokenKind::OpenBracket => {
                self.advance();
                m.push_frame(Frame::Array {
                    open: token.span,
                    rows: vec![Vec::new()],
                });
                State::Operand
            }
            TokenKind::Op(BinaryOp::Sub) => self.sign(m, UnaryOp::Neg),
            TokenKind::Op(BinaryOp::Add) => self.sign(m, UnaryOp::Plus),
            TokenKind::Transpose | TokenKind::Dagger => {
                self.transpose_of_nothing(token);
                self.advance();
                m.is_excused = true;
                State::Operand
            }
            TokenKind::Colon if matches!(m.frames.last(), Some(Frame::Index { .. })) => self.colon_item(m),
            TokenKind::Error => self.error_leaf(m, token),
            _ => {
                let is_first = m.frames.is_empty() && m.operands.is_empty();
                if !m.is_excused {
                    self.operand_missing(token, is_first);
                }
                self.missing_leaf(m)
            }
        }
    }

    fn leaf(&mut self, m: &mut Machine, token: Token, kind: NodeKind) -> State {
        let id = self.push_node(kind, token.span);
        m.operands.push(Operand { id, outer: token.span });
        m.is_excused = false;
        self.advance();
        State::Operator
    }

    /// A place for what a diagnostic tells of; whatever follows it directly is excused.
    fn error_leaf(&mut self, m: &mut Machine, token: Token) -> State {
        self.leaf(m, token, NodeKind::Missing);
        m.is_excused = true;
        State::Operator
    }

    /// A place for an operand that does not stand there; the token that stands there is read next.
    fn missing_leaf(&mut self, m: &mut Machine) -> State {
        let at = self.previous_end();
        let operand = self.missing_node(Span::new(at, at));
        m.operands.push(operand);
        State::Operator
    }

    fn sign(&mut self, m: &mut Machine, op: UnaryOp) -> State {
        let span = self.advance().span;
        m.push_frame(Frame::Unary(op, span));
        State::Operand
    }

    /// The parenthesis behind a name.
    fn open_call(&mut self, m: &mut Machine, name: Name) -> State {
        self.advance();
        m.push_frame(Frame::Call { name, args: Vec::new() });
        if self.peek().kind == TokenKind::CloseParen {
            return self.close(m, None);
        }
        State::Operand
    }

    /// `:` where an item of an index starts.
    fn colon_item(&mut self, m: &mut Machine) -> State {
        let colon = self.peek();
        let next = self.peek_second();
        let Some(Frame::Index { items, from: None }) = m.frames.last_mut() else {
            self.report(codes::INCOMPLETE_RANGE, colon.span, "a range has one colon and no step");
            m.is_excused = true;
            self.advance();
            return State::Operand;
        };
        match next {
            TokenKind::CloseBracket => {
                items.push(IndexItem::All(colon.span));
                self.advance();
                self.close(m, None)
            }
            TokenKind::Comma => {
                items.push(IndexItem::All(colon.span));
                self.advance();
                self.advance();
                State::Operand
            }
            _ => {
                self.range_without_start(colon);
                self.missing_leaf(m)
            }
        }
    }

    /// One token where an operator should stand.
    fn operator(&mut self, m: &mut Machine) -> State {
        if m.is_kind && m.frames.is_empty() {
            return State::Done;
        }
        let token = self.peek();
        match token.kind {
            TokenKind::Transpose | TokenKind::Dagger => self.transpose(m, token),
            TokenKind::OpenBracket if !self.is_new_entry(m) => {
                self.advance();
                m.push_frame(Frame::Index {
                    items: Vec::new(),
                    from: None,
                });
                State::Operand
            }
            TokenKind::Op(op) => {
                self.advance();
                m.is_excused = false;
                self.infix(m, Frame::Binary(op, token.span))
            }
            TokenKind::Comma => self.comma(m, token),
            TokenKind::Semicolon => self.semicolon(m, token),
            TokenKind::Colon => self.colon(m, token),
            TokenKind::Equals => {
                self.reduce(m, 0);
                if m.frames.is_empty() {
                    return State::Done;
                }
                self.report(codes::EQUALS, token.span, "`=` cannot stand inside brackets");
                self.wrong_operator(m)
            }
            TokenKind::CloseParen | TokenKind::CloseBracket => {
                self.reduce(m, 0);
                let last = m.pop();
                self.close(m, Some(last))
            }
            TokenKind::Newline | TokenKind::End => {
                self.reduce(m, 0);
                State::Done
            }
            TokenKind::Error => self.wrong_operator(m),
            _ => self.juxtaposed(m, token),
        }
    }

    /// Whether the `[` that comes next is meant to start a new entry, as in `[[1, 2] [3, 4]]`, and not an index.
    fn is_new_entry(&self, m: &Machine) -> bool {
        m.operands
            .last()
            .is_some_and(|operand| matches!(self.node_kind(operand.id), NodeKind::Array(_)))
            && matches!(m.frames.last(), Some(Frame::Array { .. }))
            && self.previous_end() < self.peek().span.start
    }

    /// `'` or `†` behind an operand.
    fn transpose(&mut self, m: &mut Machine, token: Token) -> State {
        let base = m.pop();
        let is_literal =
            matches!(self.node_kind(base.id), NodeKind::Number(_)) && self.node_span(base.id) == base.outer;
        if is_literal {
            let power = m.frames.iter().rev().find(|frame| !matches!(frame, Frame::Unary(..)));
            let power_base = match power {
                Some(Frame::Binary(op, _)) if binding(*op) == RIGHT => m.operands.last().copied(),
                _ => None,
            };
            self.transpose_of_literal(base, power_base, token);
            m.is_excused = true;
        }
        self.advance();
        let span = base.outer.to(token.span);
        let kind = if token.kind == TokenKind::Dagger {
            NodeKind::ConjugateTranspose(base.id)
        } else {
            NodeKind::Transpose(base.id)
        };
        let id = self.push_node(kind, span);
        m.operands.push(Operand { id, outer: span });
        State::Operator
    }

    fn infix(&mut self, m: &mut Machine, frame: Frame) -> State {
        self.reduce(m, frame.binding());
        m.push_frame(frame);
        State::Operand
    }

    /// A token in the place of an operator that is none: it joins its neighbors if an operand follows, else it is skipped.
    fn wrong_operator(&mut self, m: &mut Machine) -> State {
        self.advance();
        let next = self.peek().kind;
        if next.starts_operand() || matches!(next, TokenKind::Op(BinaryOp::Add | BinaryOp::Sub)) {
            return self.infix(m, Frame::Wrong);
        }
        m.is_excused = true;
        State::Operator
    }

    /// Two operands with nothing between them.
    fn juxtaposed(&mut self, m: &mut Machine, token: Token) -> State {
        let is_entry = matches!(m.bracket(), Some(Frame::Array { .. }));
        if let (false, Some(lhs)) = (m.is_excused, m.operands.last()) {
            self.operator_missing(*lhs, token, is_entry);
        }
        if is_entry {
            self.reduce(m, 0);
            self.next_entry(m);
            return State::Operand;
        }
        self.infix(
            m,
            Frame::Binary(BinaryOp::Mul, Span::new(token.span.start, token.span.start)),
        )
    }

    fn comma(&mut self, m: &mut Machine, token: Token) -> State {
        self.reduce(m, 0);
        if m.frames.is_empty() {
            return State::Done;
        }
        self.advance();
        if let Some(Frame::Group { comma, .. }) = m.frames.last_mut() {
            // What stands before the comma is lost; `close` tells of it when the whole group is known.
            comma.get_or_insert(token.span);
            m.pop();
            return State::Operand;
        }
        self.next_entry(m);
        State::Operand
    }

    fn semicolon(&mut self, m: &mut Machine, token: Token) -> State {
        self.reduce(m, 0);
        if m.frames.is_empty() {
            return State::Done;
        }
        self.advance();
        self.next_entry(m);
        match m.frames.last_mut() {
            Some(Frame::Array { rows, .. }) => rows.push(Vec::new()),
            frame => {
                let is_group = matches!(frame, Some(Frame::Group { .. }));
                self.semicolon_in_brackets(token, is_group);
            }
        }
        State::Operand
    }

    /// `:` behind an operand: the middle of a range, or a mistake.
    fn colon(&mut self, m: &mut Machine, token: Token) -> State {
        self.reduce(m, 0);
        match m.frames.last() {
            None => State::Done,
            Some(Frame::Index { from: None, .. }) => {
                let start = m.pop();
                if let Some(Frame::Index { from, .. }) = m.frames.last_mut() {
                    *from = Some(start.id);
                }
                self.advance();
                State::Operand
            }
            Some(Frame::Index { .. }) => {
                self.report(codes::INCOMPLETE_RANGE, token.span, "a range has one colon and no step");
                self.wrong_operator(m)
            }
            Some(_) => {
                self.report(
                    codes::COLON,
                    token.span,
                    "a range `i:j` can stand only between the brackets of an index",
                );
                self.wrong_operator(m)
            }
        }
    }

    /// Ends an element of the innermost bracket with what stands on the operand stack.
    fn next_entry(&mut self, m: &mut Machine) {
        let entry = m.pop();
        match m.frames.last_mut() {
            Some(frame) => add_entry(frame, entry.id),
            None => m.operands.push(entry),
        }
    }

    /// Builds what waits and binds tighter than `next`, or as tight where that associates to the left.
    fn reduce(&mut self, m: &mut Machine, next: u8) {
        while let Some(frame) = m.frames.last() {
            let binding = frame.binding();
            if binding == 0 || binding < next || (binding == next && next == RIGHT) {
                return;
            }
            let rhs = m.pop();
            let operand = match m.pop_frame() {
                Some(Frame::Unary(op, sign)) => {
                    let span = sign.to(rhs.outer);
                    Operand {
                        id: self.push_node(NodeKind::Unary(op, rhs.id), span),
                        outer: span,
                    }
                }
                Some(Frame::Binary(op, sign)) => {
                    let lhs = m.pop();
                    let span = lhs.outer.to(rhs.outer);
                    Operand {
                        id: self.push_node(NodeKind::Binary(op, sign, lhs.id, rhs.id), span),
                        outer: span,
                    }
                }
                _ => {
                    let lhs = m.pop();
                    self.missing_node(lhs.outer.to(rhs.outer))
                }
            };
            m.operands.push(operand);
        }
    }

    /// Closes the innermost bracket at the current token, after its last element if there is one.
    fn close(&mut self, m: &mut Machine, last: Option<Operand>) -> State {
        let closing = self.advance().span;
        let Some(mut frame) = m.pop_frame() else {
            // Brackets are balanced before they come here, so this is never reached; the operand is kept all the same.
            m.operands.extend(last);
            return State::Operator;
        };
        if let Some(last) = last {
            if let Frame::Group { open, comma } = frame {
                let outer = open.to(closing);
                if let Some(comma) = comma {
                    self.comma_in_group(comma, open, closing);
                    m.operands.push(self.missing_node(outer));
                } else {
                    m.operands.push(Operand { id: last.id, outer });
                }
                return State::Operator;
            }
            add_entry(&mut frame, last.id);
        }
        let (kind, span) = match frame {
            Frame::Call { name, args } => {
                let span = name.span.to(closing);
                (NodeKind::Call(name, args), span)
            }
            Frame::Index { items, .. } => {
                let base = m.pop();
                (NodeKind::Index(base.id, items), base.outer.to(closing))
            }
            Frame::Array { open, rows } => (NodeKind::Array(rows), open.to(closing)),
            Frame::Group { open, .. } => (NodeKind::Missing, open.to(closing)),
            Frame::Unary(..) | Frame::Binary(..) | Frame::Wrong => (NodeKind::Missing, closing),
        };
        let id = self.push_node(kind, span);
        m.operands.push(Operand { id, outer: span });
        State::Operator
    }
}

/// Adds an element to a bracket.
fn add_entry(frame: &mut Frame, entry: NodeId) {
    match frame {
        Frame::Call { args, .. } => args.push(entry),
        Frame::Index { items, from } => items.push(match from.take() {
            Some(start) => IndexItem::Range(start, entry),
            None => IndexItem::At(entry),
        }),
        Frame::Array { rows, .. } => {
            if let Some(row) = rows.last_mut() {
                row.push(entry);
            }
        }
        Frame::Group { .. } | Frame::Unary(..) | Frame::Binary(..) | Frame::Wrong => {}
    }
}

/// The text between the quotes of a string, the closing one of which may be missing.
fn unquoted(literal: &str) -> &str {
    let quotes = ['"', '\'', '“', '”', '„', '«', '»', '＂'];
    let body = literal.strip_prefix(quotes).unwrap_or(literal);
    body.strip_suffix(quotes).unwrap_or(body)
}
