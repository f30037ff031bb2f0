//! What becomes of operators, functions and brackets when their ends are known.

use super::lexer::{Fence, Kind, Rows, Token};
use super::machine::{
    APPLY, BESIDE, Bracket, COMPARISON, Callee, Closer, Frame, Infix, Machine, Operand, PRODUCT, Role, State, Step,
    is_narrow,
};
use super::{Mistake, Reader};
use crate::{BinaryOp, Diagnostic, IndexItem, Name, NodeId, NodeKind, Span, codes};

/// The functions that exist for LaTeX alone, since what is written tells the function only with the kind of what is
/// inside; the names cannot be written in the language.
pub(super) const BARS: &str = "|x|";
pub(super) const NORM: &str = "‖x‖₂";
pub(super) const HALF: &str = "x^{1/2}";

impl Reader<'_> {
    /// Makes what waits and binds at least so tightly.
    pub(super) fn reduce(&mut self, m: &mut Machine, least: u8) -> Result<(), Mistake> {
        while let Some(frame) = m.frames.last()
            && frame.binding() >= least.max(COMPARISON)
        {
            let Some(frame) = m.pop_frame() else { break };
            let rhs = m.pop();
            let (kind, span) = match frame {
                Frame::Sign(op, at) => (NodeKind::Unary(op, rhs.id), at.to(rhs.outer)),
                Frame::Apply(callee) => {
                    let span = callee.span.to(rhs.outer);
                    self.finish_call(m, callee, vec![rhs.id], span)?;
                    continue;
                }
                Frame::Infix(infix, at) => {
                    let lhs = m.pop();
                    let span = lhs.outer.to(rhs.outer);
                    let kind = match infix {
                        Infix::Op(op) => NodeKind::Binary(op, at, lhs.id, rhs.id),
                        Infix::Beside => NodeKind::Binary(BinaryOp::Mul, at, lhs.id, rhs.id),
                        Infix::Cross => self.cross(at, lhs, rhs),
                    };
                    (kind, span)
                }
                Frame::Bracket(_) => break,
            };
            let id = self.push_node(kind, span);
            m.push(id, span);
        }
        Ok(())
    }

    /// `3 \times 4` is a product, `a \times b` one of vectors.
    fn cross(&self, at: Span, lhs: Operand, rhs: Operand) -> NodeKind {
        let is_number = |x: Operand| matches!(self.node_kind(x.id), NodeKind::Number(_));
        if is_number(lhs) || is_number(rhs) {
            return NodeKind::Binary(BinaryOp::Mul, at, lhs.id, rhs.id);
        }
        let name = Name {
            text: "cross".to_owned(),
            span: at,
        };
        NodeKind::Call(name, vec![lhs.id, rhs.id])
    }

    pub(super) fn infix(&mut self, m: &mut Machine, infix: Infix, at: Span) -> Step {
        let frame = Frame::Infix(infix, at);
        let binding = frame.binding();
        self.reduce(m, binding)?;
        // A function takes all factors behind it, but not what it is divided by.
        if let (PRODUCT, Some(Frame::Apply(callee))) = (binding, m.frames.last())
            && (is_narrow(&callee.name) || infix == Infix::Op(BinaryOp::Div))
        {
            self.reduce(m, APPLY)?;
        }
        m.push_frame(frame);
        Ok(State::Operand)
    }

    /// A factor beside the operand, without an operator.
    pub(super) fn beside(&mut self, m: &mut Machine, token: Token) -> Step {
        let at = Span::new(token.span.start, token.span.start);
        let last = m.operands.last().map(|operand| (operand.id, operand.outer));
        if let (Some((id, outer)), Kind::Number) = (last, token.kind)
            && matches!(self.node_kind(id), NodeKind::Number(_))
        {
            let message = "two numbers stand side by side";
            let help = "write `\\cdot` between factors, and no space in a number";
            return Err(Diagnostic::new(codes::LATEX_AMBIGUOUS, outer.to(token.span), message)
                .help(help)
                .into());
        }
        self.reduce(m, BESIDE)?;
        if let Some(Frame::Infix(Infix::Op(BinaryOp::Div), at)) = m.frames.last() {
            self.divided_product(m, *at, token)?;
            self.reduce(m, PRODUCT)?;
        }
        if let Some(Frame::Apply(callee)) = m.frames.last()
            && is_narrow(&callee.name)
        {
            if self.is_function_next() {
                self.reduce(m, APPLY)?;
            } else if matches!(token.kind, Kind::Open(_) | Kind::Bar(_)) {
                let message = format!("where the argument of {} ends is not clear", self.quote(callee.span));
                let help = "put the argument into brackets";
                let span = callee.span.to(token.span);
                return Err(Diagnostic::new(codes::LATEX_AMBIGUOUS, span, message).help(help).into());
            }
        }
        m.push_frame(Frame::Infix(Infix::Beside, at));
        Ok(State::Operand)
    }

    /// `x/2 y`: whether y is below the line or not is not clear, but behind a fraction of numbers.
    fn divided_product(&self, m: &Machine, at: Span, token: Token) -> Result<(), Mistake> {
        let is_number = |x: &Operand| matches!(self.node_kind(x.id), NodeKind::Number(_));
        if m.operands.iter().rev().take(2).all(is_number) {
            return Ok(());
        }
        let message = "what is below the line of `/` is not clear where a factor follows";
        let help = "write `\\frac{a}{b} c` or `a/(b c)`";
        Err(Diagnostic::new(codes::LATEX_AMBIGUOUS, at.to(token.span), message)
            .help(help)
            .into())
    }

    /// A comma or what separates like one.
    pub(super) fn separator(&mut self, m: &mut Machine, token: Token) -> Step {
        self.reduce(m, 0)?;
        let Some(Frame::Bracket(bracket)) = m.frames.last_mut() else {
            return Ok(State::Done);
        };
        let list = match &mut bracket.role {
            Role::Call(_, list) | Role::Dot(list) | Role::Sizes(_, list) | Role::Subscript(_, list) => Some(list),
            Role::Index(..) => None,
            _ => {
                let message = format!("{} stands in brackets that enclose no list", self.quote(token.span));
                return Err(Diagnostic::new(codes::LATEX_FENCE, token.span, message).into());
            }
        };
        match list {
            Some(list) => list.extend(m.operands.pop().map(|last| last.id)),
            None => end_item(m),
        }
        self.advance();
        Ok(State::Operand)
    }

    /// `:` as the item of an index.
    pub(super) fn whole_axis(&mut self, m: &mut Machine) -> Step {
        let colon = self.advance();
        let Some(Frame::Bracket(bracket)) = m.frames.last_mut() else {
            return Ok(State::Done);
        };
        if let Role::Index(_, items, _) = &mut bracket.role {
            items.push(IndexItem::All(colon.span));
        }
        match self.peek().kind {
            Kind::Comma => {
                self.advance();
                Ok(State::Operand)
            }
            _ => self.close_at(m, Closer::Brace, None),
        }
    }

    /// `:` between two positions.
    pub(super) fn range(&mut self, m: &mut Machine, token: Token) -> Step {
        self.reduce(m, 0)?;
        let first = m.operands.last().map(|operand| operand.id);
        if let Some(Frame::Bracket(bracket)) = m.frames.last_mut()
            && let Role::Index(_, _, from @ None) = &mut bracket.role
        {
            *from = first;
            m.operands.pop();
            self.advance();
            return Ok(State::Operand);
        }
        let message = "a colon can stand only between the two positions of a range, as in `x_{1:3}`";
        Err(Diagnostic::new(codes::LATEX_AMBIGUOUS, token.span, message).into())
    }

    /// `&` or `\\`
    pub(super) fn cell(&mut self, m: &mut Machine, token: Token) -> Step {
        self.reduce(m, 0)?;
        let last = m.operands.last().copied();
        let Some(Frame::Bracket(bracket)) = m.frames.last_mut() else {
            return Ok(State::Done);
        };
        let Role::Rows(which, rows) = &mut bracket.role else {
            let message = format!("{} stands inside brackets", self.quote(token.span));
            return Err(Diagnostic::new(codes::LATEX_FENCE, token.span, message).into());
        };
        let which = *which;
        if let Some(row) = rows.last_mut() {
            row.extend(last.map(|last| last.id));
        }
        if token.kind == Kind::Row {
            rows.push(vec![]);
        }
        m.operands.pop();
        self.advance();
        let is_condition = token.kind == Kind::Cell && which == Rows::Cases;
        let is_otherwise = is_condition && self.skip_words();
        // The last row may end with `\\`; `otherwise` is no condition.
        match (self.peek().kind, token.kind) {
            (Kind::Finish(rows), Kind::Row) => self.close_at(m, Closer::Rows(rows), None),
            (Kind::Finish(rows), _) if is_otherwise => self.close_at(m, Closer::Rows(rows), None),
            _ => Ok(State::Operand),
        }
    }

    /// Whether the bracket that a bar could close is one that was opened by a bar.
    pub(super) fn closes_bar(&self, m: &mut Machine, fence: Fence) -> bool {
        m.bracket()
            .is_some_and(|bracket| bracket.closer == Closer::Fence(fence))
    }

    /// Whether two bars come without a blank between them.
    pub(super) fn is_double_bar(&self) -> bool {
        let [first, second] = [0, 1].map(|ahead| self.tokens.get(self.position() + ahead));
        let bar = Kind::Bar(Fence::Bar);
        match (first, second) {
            (Some(first), Some(second)) => {
                (first.kind, second.kind) == (bar, bar) && first.span.end == second.span.start
            }
            _ => false,
        }
    }

    pub(super) fn close(&mut self, m: &mut Machine, closer: Closer) -> Step {
        self.reduce(m, 0)?;
        let last = m.pop();
        self.close_at(m, closer, Some(last))
    }

    /// Closes the innermost bracket behind its last operand, if it has one.
    fn close_at(&mut self, m: &mut Machine, closer: Closer, last: Option<Operand>) -> Step {
        let token = self.peek();
        let fits = match m.frames.last() {
            Some(Frame::Bracket(bracket)) => bracket.closer == closer,
            _ => false,
        };
        if !fits
            || !matches!(
                token.kind,
                Kind::Close(_) | Kind::BraceClose | Kind::Finish(_) | Kind::Bar(_)
            )
        {
            let found = self.quote(token.span);
            let message = match m.bracket().map(|bracket| bracket.open) {
                Some(open) => format!("{} is closed by {found}", self.quote(open)),
                None => format!("{found} closes nothing"),
            };
            return Err(Diagnostic::new(codes::LATEX_FENCE, self.place(token), message).into());
        }
        self.advance();
        let Some(Frame::Bracket(bracket)) = m.pop_frame() else {
            return Ok(State::Done);
        };
        let span = bracket.open.to(token.span);
        let Some(last) = last else {
            return self.close_without(m, *bracket, span);
        };
        self.close_with(m, bracket.role, last, span)
    }

    fn close_without(&mut self, m: &mut Machine, bracket: Bracket, span: Span) -> Step {
        match bracket.role {
            Role::Index(base, items, _) => Ok(self.indexed(m, base, items, span)),
            Role::Rows(which, rows) => self.rows(m, which, rows, span),
            _ => Ok(State::Operator),
        }
    }

    fn close_with(&mut self, m: &mut Machine, role: Role, last: Operand, span: Span) -> Step {
        let with_last = |mut list: Vec<NodeId>| {
            list.push(last.id);
            list
        };
        match role {
            Role::Group => Ok(m.push(last.id, span)),
            Role::Call(callee, args) => {
                let whole = callee.span.to(span);
                self.finish_call(m, callee, with_last(args), whole)
            }
            Role::Dot(args) => self.call(m, "dot", with_last(args), span),
            Role::Bars(Fence::Bar) => self.call(m, BARS, vec![last.id], span),
            Role::Bars(_) => self.norm(
                m,
                Operand {
                    id: last.id,
                    outer: span,
                },
            ),
            Role::Numerator => self.argument(
                m,
                Role::Denominator(Operand {
                    id: last.id,
                    outer: span,
                }),
            ),
            Role::Denominator(above) => {
                let at = Span::new(above.outer.end, above.outer.end);
                let whole = above.outer.to(span);
                Ok(self.leaf(m, NodeKind::Binary(BinaryOp::Div, at, above.id, last.id), whole))
            }
            Role::Degree(command) => self.argument(m, Role::Radicand(Some(last.id), command)),
            Role::Radicand(None, command) => self.call(m, "sqrt", vec![last.id], command.to(span)),
            Role::Radicand(Some(degree), command) => Ok(self.root(m, (last, degree), command, span)),
            Role::Overline(command) => self.call(m, "conj", vec![last.id], command.to(span)),
            Role::Exponent(base, op) => self.power(m, (base, op), last.id, span),
            Role::Index(base, mut items, from) => {
                items.push(match from {
                    Some(first) => IndexItem::Range(first, last.id),
                    None => IndexItem::At(last.id),
                });
                Ok(self.indexed(m, base, items, span))
            }
            Role::Sizes(callee, sizes) => {
                let whole = callee.span.to(span);
                self.call(m, &callee.name, with_last(sizes), whole)
            }
            Role::Subscript(mut callee, sizes) => {
                callee.behind = with_last(sizes);
                self.function(m, callee)
            }
            Role::Norm(inside) => self.norm_of_order(m, inside, last, span),
            Role::Rows(which, mut rows) => {
                if let Some(row) = rows.last_mut() {
                    row.push(last.id);
                }
                self.rows(m, which, rows, span)
            }
        }
    }

    /// `\sqrt[degree]{x}`
    fn root(&mut self, m: &mut Machine, (of, degree): (Operand, NodeId), command: Span, span: Span) -> State {
        let one = self.push_node(NodeKind::Number("1".to_owned()), command);
        let exponent = self.push_node(NodeKind::Binary(BinaryOp::Div, command, one, degree), command);
        let kind = NodeKind::Binary(BinaryOp::Pow, command, of.id, exponent);
        self.leaf(m, kind, command.to(span))
    }

    pub(super) fn call(&mut self, m: &mut Machine, name: &str, args: Vec<NodeId>, span: Span) -> Step {
        let name = Name {
            text: name.to_owned(),
            span,
        };
        Ok(self.leaf(m, NodeKind::Call(name, args), span))
    }

    fn indexed(&mut self, m: &mut Machine, base: Operand, items: Vec<IndexItem>, span: Span) -> State {
        self.leaf(m, NodeKind::Index(base.id, items), base.outer.to(span))
    }

    /// A function and its arguments.
    fn finish_call(&mut self, m: &mut Machine, callee: Callee, args: Vec<NodeId>, span: Span) -> Step {
        let Callee {
            name,
            span: at,
            before,
            behind,
            power,
        } = callee;
        let is_log = name == "log" && !behind.is_empty();
        let (args, base) = match is_log {
            true => (args, behind),
            false => ([before, args, behind].concat(), vec![]),
        };
        let id = self.push_node(NodeKind::Call(Name { text: name, span: at }, args), span);
        let mut whole = id;
        if is_log {
            let below = self.push_node(
                NodeKind::Call(
                    Name {
                        text: "log".to_owned(),
                        span: at,
                    },
                    base,
                ),
                at,
            );
            whole = self.push_node(NodeKind::Binary(BinaryOp::Div, at, id, below), span);
        }
        if let Some(power) = power {
            whole = self.push_node(NodeKind::Binary(BinaryOp::Pow, at, whole, power), span);
        }
        Ok(m.push(whole, span))
    }

    /// The rows of a matrix, or the cases of a choice.
    fn rows(&mut self, m: &mut Machine, which: Rows, mut rows: Vec<Vec<NodeId>>, span: Span) -> Step {
        rows.retain(|row| !row.is_empty());
        if which == Rows::Matrix {
            return Ok(self.leaf(m, NodeKind::Array(rows), span));
        }
        let wrong = |message: &str| -> Step {
            let help = "give each row a condition behind `&`, and the last one `\\text{otherwise}`";
            Err(Diagnostic::new(codes::LATEX_AMBIGUOUS, span, message).help(help).into())
        };
        let last = rows.pop().unwrap_or_default();
        let [last] = last.as_slice() else {
            return wrong("the last case has a condition");
        };
        let mut whole = *last;
        for row in rows.iter().rev() {
            let [value, condition] = row.as_slice() else {
                return wrong("a case has no condition");
            };
            let name = Name {
                text: "where".to_owned(),
                span,
            };
            whole = self.push_node(NodeKind::Call(name, vec![*condition, *value, whole]), span);
        }
        Ok(m.push(whole, span))
    }
}

/// A comma behind an item of an index.
fn end_item(m: &mut Machine) {
    let last = m.operands.pop();
    if let (Some(Frame::Bracket(bracket)), Some(last)) = (m.frames.last_mut(), last)
        && let Role::Index(_, items, from) = &mut bracket.role
    {
        items.push(match from.take() {
            Some(first) => IndexItem::Range(first, last.id),
            None => IndexItem::At(last.id),
        });
    }
}
