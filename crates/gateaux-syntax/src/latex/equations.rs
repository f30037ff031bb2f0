//! The equations of a display, side by side.

use super::lexer::{self, Kind};
use crate::Span;

/// An equation or a chain of them: `a = b = c` has the left side a and the right sides b and c.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Equation {
    /// What stands left of the first `=`.
    pub left: Span,
    /// What stands right of each `=`, in order.
    pub right: Vec<Span>,
}

/// The equations in LaTeX, row by row; a row that begins with `=` goes on with the one before, and so does one that
/// begins with an operator.
///
/// # Example
///
/// ```
/// let text = r"\nabla f(x) &= 2A^\top(Ax - b) \\ &= 2A^\top A x - 2A^\top b.";
/// let equations = gateaux_syntax::latex::equations(text);
/// assert_eq!(equations.len(), 1);
/// let sides: Vec<&str> = equations[0].right.iter().map(|side| &text[side.start..side.end]).collect();
/// assert_eq!(sides, [r"2A^\top(Ax - b)", r"2A^\top A x - 2A^\top b"]);
/// ```
pub fn equations(text: &str) -> Vec<Equation> {
    let (tokens, _) = lexer::lex(text, 0, &|_| true);
    let mut found = Vec::new();
    let mut sides: Vec<Option<Span>> = vec![None];
    let mut depth = 0usize;
    for token in tokens {
        match token.kind {
            Kind::BraceOpen | Kind::Open(_) | Kind::Begin(_) => depth += 1,
            Kind::BraceClose | Kind::Close(_) | Kind::Finish(_) => depth = depth.saturating_sub(1),
            Kind::Equals if depth == 0 => {
                sides.push(None);
                continue;
            }
            Kind::Row | Kind::Comma | Kind::Semicolon | Kind::End if depth == 0 || token.kind == Kind::End => {
                found.extend(equation(std::mem::replace(&mut sides, vec![None])));
                continue;
            }
            _ => {}
        }
        if let Some(side) = sides.last_mut()
            && token.kind != Kind::Dot
        {
            *side = Some(side.map_or(token.span, |before| before.to(token.span)));
        }
    }
    found
}

/// The equation of these sides, if they are at least two.
fn equation(sides: Vec<Option<Span>>) -> Option<Equation> {
    let mut sides = sides.into_iter();
    let left = sides.next().flatten().unwrap_or_default();
    let right: Vec<Span> = sides.flatten().collect();
    (!right.is_empty()).then_some(Equation { left, right })
}
