//! What stands above and below: transposes, inverses, powers, the orders of norms.

use super::commands::{DAGGER, INDICES, OPTIMUM};
use super::lexer::{Kind, Token};
use super::machine::{Callee, Machine, Operand, Role, State, Step};
use super::reduce::{HALF, NORM};
use super::{Mistake, Reader, commands::Command};
use crate::{BinaryOp, Diagnostic, Name, NodeId, NodeKind, Span, UnaryOp, codes};

/// Scripts of more tokens are no marks.
const MAX_MARK: usize = 12;

impl Reader<'_> {
    /// The tokens of a short script in braces without its fonts, and the position behind it; the braces come next.
    pub(super) fn script(&self, at: usize) -> Option<(Vec<Token>, usize)> {
        let mut found = Vec::new();
        let mut depth = 0;
        for (at, token) in self.tokens.iter().enumerate().skip(at).take(MAX_MARK) {
            match token.kind {
                Kind::BraceOpen => depth += 1,
                Kind::BraceClose if depth == 1 => return Some((found, at + 1)),
                Kind::BraceClose => depth -= 1,
                Kind::Command(Command::Style | Command::Word) => {}
                Kind::End => return None,
                _ => found.push(*token),
            }
            if depth == 0 {
                return None;
            }
        }
        None
    }

    /// The texts of a short script.
    fn marks(&self, at: usize) -> (Vec<&str>, usize) {
        match self.script(at) {
            Some((tokens, end)) => (tokens.iter().map(|token| self.slice(token.span)).collect(), end),
            None => (vec![], at),
        }
    }

    /// What stands above the operand.
    pub(super) fn superscript(&mut self, m: &mut Machine) -> Step {
        let base = m.pop();
        let sup = self.peek().span;
        let (marks, end) = self.marks(self.position() + 1);
        let is_letter = |letter: &str| ["T", "H"].contains(&letter) && !self.is_declared(letter);
        let is_transpose = |mark: &str| {
            matches!(mark, "\\top" | "\\intercal" | "\\prime" | "'" | "⊤") || mark == "T" && is_letter(mark)
        };
        match marks.as_slice() {
            [mark] if is_transpose(mark) => {
                let at = self.skip_to(end, sup);
                Ok(self.transposed(m, base, at))
            }
            ["-", mark] if is_transpose(mark) => {
                let at = self.skip_to(end, sup);
                let name = Name {
                    text: "inv".to_owned(),
                    span: at,
                };
                let id = self.push_node(NodeKind::Call(name, vec![base.id]), base.outer.to(at));
                Ok(self.transposed(m, Operand { id, outer: base.outer }, at))
            }
            ["H"] if is_letter("H") => {
                let at = self.skip_to(end, sup);
                Ok(self.leaf(m, NodeKind::ConjugateTranspose(base.id), base.outer.to(at)))
            }
            ["+"] => {
                let at = self.skip_to(end, sup);
                self.call(m, "pinv", vec![base.id], base.outer.to(at))
            }
            ["\\dagger"] => Err(self.two_readings(end, "`^{\\dagger}` has two meanings in papers", DAGGER)),
            ["*" | "\\ast" | "\\star"] => {
                let help = "write `^{\\mathsf{H}}` for the conjugate transpose, `\\overline{z}` for the conjugate, and \
                            `x_{\\star}` for a name";
                Err(self.two_readings(end, "a star above has several meanings in papers", help))
            }
            _ => {
                self.advance();
                let circle = self.tokens.get(self.position() + 1).map(|token| token.kind);
                let is_dotted = circle == Some(Kind::Op(BinaryOp::DotMul));
                let op = if is_dotted { BinaryOp::DotPow } else { BinaryOp::Pow };
                let state = self.argument(m, Role::Exponent(base, op));
                if is_dotted {
                    self.advance();
                }
                state
            }
        }
    }

    fn two_readings(&self, end: usize, message: &str, help: &str) -> Mistake {
        let span = self.peek().span.to(self.tokens[end - 1].span);
        Diagnostic::new(codes::LATEX_AMBIGUOUS, span, message).help(help).into()
    }

    /// Goes on behind a script; the text from its sign on.
    fn skip_to(&mut self, end: usize, from: Span) -> Span {
        let span = from.to(self.tokens[end - 1].span);
        self.go_to(end);
        span
    }

    pub(super) fn transposed(&mut self, m: &mut Machine, base: Operand, at: Span) -> State {
        let span = base.outer.to(at);
        let mut id = base.id;
        if matches!(self.node_kind(id), NodeKind::Number(text) if text == "1") {
            // People write 1^T x for the sum of the entries of x.
            let name = Name {
                text: "vector".to_owned(),
                span: base.outer,
            };
            id = self.push_node(NodeKind::Call(name, vec![id]), base.outer);
        }
        self.leaf(m, NodeKind::Transpose(id), span)
    }

    /// `base^exponent`; the power 1/2 of a matrix is another function than that of a number.
    pub(super) fn power(
        &mut self,
        m: &mut Machine,
        (base, op): (Operand, BinaryOp),
        exponent: NodeId,
        span: Span,
    ) -> Step {
        let whole = base.outer.to(span);
        let half = self.is_half(exponent).filter(|_| op == BinaryOp::Pow);
        if let Some(is_negative) = half
            && self.drop_behind(exponent)
        {
            let name = Name {
                text: HALF.to_owned(),
                span: whole,
            };
            let mut id = self.push_node(NodeKind::Call(name, vec![base.id]), whole);
            if is_negative {
                let one = self.push_node(NodeKind::Number("1".to_owned()), span);
                let minus = self.push_node(NodeKind::Unary(UnaryOp::Neg, one), span);
                id = self.push_node(NodeKind::Binary(BinaryOp::Pow, span, id, minus), whole);
            }
            return Ok(m.push(id, whole));
        }
        Ok(self.leaf(m, NodeKind::Binary(op, span, base.id, exponent), whole))
    }

    /// Whether a number is 1/2 (`Some(false)`) or -1/2 (`Some(true)`).
    fn is_half(&self, exponent: NodeId) -> Option<bool> {
        let is_number = |id: NodeId, wanted: &[&str]| matches!(self.node_kind(id), NodeKind::Number(text) if wanted.contains(&text.as_str()));
        let (is_negative, inner) = match self.node_kind(exponent) {
            NodeKind::Unary(UnaryOp::Neg, inner) => (true, *inner),
            _ => (false, exponent),
        };
        match self.node_kind(inner) {
            NodeKind::Number(_) if is_number(inner, &["0.5", ".5"]) => Some(is_negative),
            NodeKind::Binary(BinaryOp::Div, _, above, below) if is_number(*below, &["2"]) => {
                match self.node_kind(*above) {
                    NodeKind::Unary(UnaryOp::Neg, one) if is_number(*one, &["1"]) => Some(!is_negative),
                    _ if is_number(*above, &["1"]) => Some(is_negative),
                    _ => None,
                }
            }
            _ => None,
        }
    }

    /// The norm of what stands between double bars, by the subscript behind them.
    pub(super) fn norm(&mut self, m: &mut Machine, inside: Operand) -> Step {
        if self.peek().kind != Kind::Sub {
            return self.call(m, "norm2", vec![inside.id], inside.outer);
        }
        let sub = self.peek().span;
        let (marks, end) = self.marks(self.position() + 1);
        let name = match marks.concat().as_str() {
            "F" | "Fro" | "fro" => "norm2",
            "2" => NORM,
            "1" => "norm1",
            "\\infty" => "norminf",
            "*" | "\\ast" | "\\star" | "nuc" => "nuclear",
            "op" | "spec" | "\\sigma" => "spectral",
            _ => {
                self.advance();
                return self.argument(m, Role::Norm(inside));
            }
        };
        let at = self.skip_to(end, sub);
        self.call(m, name, vec![inside.id], inside.outer.to(at))
    }

    pub(super) fn norm_of_order(&mut self, m: &mut Machine, inside: Operand, order: Operand, span: Span) -> Step {
        self.call(m, "norm", vec![inside.id, order.id], inside.outer.to(span))
    }

    /// Below a function stands an axis, the base of a logarithm, the sizes of a reshape; but not what a sum is over.
    pub(super) fn check_subscript(&self, callee: &Callee) -> Result<(), Mistake> {
        let (marks, _) = self.marks(self.position() + 1);
        let is_axis = matches!(marks.as_slice(), ["1" | "2"]);
        let span = callee.span.to(self.peek().span);
        match callee.name.as_str() {
            "log" | "reshape" => Ok(()),
            _ if is_axis => Ok(()),
            "sum" | "prod" => {
                let message = format!("{} over an index cannot be read", self.quote(callee.span));
                Err(Diagnostic::new(codes::LATEX_INDICES, span, message)
                    .help(INDICES)
                    .into())
            }
            _ => {
                let message = format!("what stands below {} cannot be read", self.quote(callee.span));
                let diagnostic = Diagnostic::new(codes::LATEX_COMMAND, span, message);
                Err(match callee.name.as_str() {
                    "min" | "max" => diagnostic.help(OPTIMUM),
                    _ => diagnostic,
                }
                .into())
            }
        }
    }

    /// The exponent between a function and its argument: `\sin^2 x`.
    pub(super) fn power_of_function(&mut self, callee: &mut Callee) -> Result<(), Mistake> {
        let sup = self.peek().span;
        let (marks, end) = self.marks(self.position() + 1);
        let is_digits = |text: &&str| text.chars().all(|c| c.is_ascii_digit());
        match marks.as_slice() {
            ["-", "1"] if matches!(callee.name.as_str(), "sin" | "cos" | "tan") => {
                callee.name.insert_str(0, "arc");
            }
            [digits] if is_digits(digits) => {
                let kind = NodeKind::Number((*digits).to_owned());
                callee.power = Some(self.push_node(kind, sup));
            }
            _ => {
                let message = format!(
                    "this exponent between {} and its argument cannot be read",
                    self.quote(callee.span)
                );
                let help = "write the power of the value: `\\left(\\log(x)\\right)^{k}`";
                return Err(Diagnostic::new(codes::LATEX_AMBIGUOUS, sup, message).help(help).into());
            }
        }
        self.go_to(end);
        Ok(())
    }
}
