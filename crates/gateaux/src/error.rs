//! What is wrong with a problem.

use std::fmt;

use gateaux_syntax::{Code, Diagnostic, Span};

/// All mistakes of a problem, sorted by position; at least one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Errors(Vec<Diagnostic>);

impl Errors {
    pub(crate) fn new(diagnostics: Vec<Diagnostic>) -> Self {
        Errors(diagnostics)
    }

    /// A mistake that stands nowhere in the text.
    pub(crate) fn general(code: &'static str, message: impl Into<String>) -> Self {
        Errors(vec![Diagnostic::new(code, Span::default(), message)])
    }

    /// The mistakes in order.
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.0
    }
}

impl From<Diagnostic> for Errors {
    fn from(diagnostic: Diagnostic) -> Self {
        Errors(vec![diagnostic])
    }
}

impl fmt::Display for Errors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, diagnostic) in self.0.iter().enumerate() {
            if at > 0 {
                writeln!(f)?;
            }
            diagnostic.fmt(f)?;
        }
        Ok(())
    }
}

impl std::error::Error for Errors {}

/// The name is not a variable of the problem.
pub(crate) const NOT_A_VARIABLE: &str = "G0403";
/// An inner product that does not fit the gradient.
pub(crate) const INNER_PRODUCT: &str = "G0404";
/// A claim with a name that its problem does not have.
pub(crate) const CLAIM_NAME: &str = "G0405";
/// A claim that fits only some of the sizes of its problem.
pub(crate) const CLAIM_SIZES: &str = "G0406";
/// A derivative without an explicit form, of which one was claimed.
pub(crate) const CLAIM_FORM: &str = "G0407";
/// A claim about a function without points in its domain.
pub(crate) const CLAIM_DOMAIN: &str = "G0408";
/// Steps of a derivative of higher order.
pub(crate) const NO_STEPS: &str = "G0420";
/// A line of a paper that is no claim.
pub(crate) const PAPER_CLAIM: &str = "G0430";
/// A comment in a paper without its equation.
pub(crate) const PAPER_EQUATION: &str = "G0431";
/// A value is missing, has another shape, or sizes disagree.
pub(crate) const BAD_INPUT: &str = "G0600";
/// A value lacks the structure that its declaration promises.
pub(crate) const BAD_STRUCTURE: &str = "G0601";
/// The numbers could not be computed: a singular matrix, an array that is too large.
pub(crate) const NO_NUMBERS: &str = "G0602";
/// No exercise for a seed.
pub(crate) const NO_EXERCISE: &str = "G0603";

/// The codes of this crate.
const CODES: &[Code] = &[
    Code {
        code: NOT_A_VARIABLE,
        title: "a derivative by something that is no variable",
        explanation: "One differentiates by a declared or free name of the text, not by a definition or an expression.",
        example: "",
    },
    Code {
        code: INNER_PRODUCT,
        title: "an inner product that does not fit the gradient",
        explanation: "A gradient depends on the inner product: with `<u, v> = u'*W*v` it is `inv(W)*G`, where `G` is the ordinary gradient. That is for the first derivative of a scalar by a vector or a matrix without structure, and `W` must be positive definite with as many rows as the variable: a variable that is declared so, or a new name.",
        example: "gateaux diff \"x: vector(n); W: matrix(n, n); x'*x + tr(W)\" --wrt x --inner-product W",
    },
    Code {
        code: CLAIM_NAME,
        title: "a claim with a name of its own",
        explanation: "A claimed formula speaks of the variables and definitions of its problem, and, if it is a differential, of their small changes: `dX` for X. A claim can define names itself, as in `r = A*x - b; 2*A'*r`.",
        example: "gateaux check \"x: vector(n); x'*x\" --wrt x --claim \"2*y\"",
    },
    Code {
        code: CLAIM_SIZES,
        title: "a claim that fits only some sizes",
        explanation: "The kinds and sizes of a problem are firm: a claim that can only be read if, say, `q = k*n` for three independent dimensions is not a claim about all of them.",
        example: "",
    },
    Code {
        code: CLAIM_FORM,
        title: "a claimed explicit form where there is none",
        explanation: "Some derivatives have no explicit form, only a differential. A claim about such a one must be a differential, with `dX` in it.",
        example: "",
    },
    Code {
        code: CLAIM_DOMAIN,
        title: "a claim that cannot be compared",
        explanation: "Formulas that are not equal at sight are compared at random points of the domain of the function. No such point was found, or the formulas are too long. Declarations such as `x: positive vector(n)` and sizes given with `--dims` can help.",
        example: "",
    },
    Code {
        code: NO_STEPS,
        title: "a derivative whose steps are not told",
        explanation: "Of a derivative of higher order the steps of the first one are told, then those of the derivative of its array, and so on. There are none by complex variables, for which z and conj(z) are two, by orthogonal matrices, whose tangents turn with them, and where a derivative is shown as a map because it is no array of the language. There differentiate the answer that is shown once more.",
        example: "gateaux diff \"Q: orthogonal(n); tr(A*Q)\" --wrt Q --order 2 --steps",
    },
    Code {
        code: PAPER_CLAIM,
        title: "a line of a paper that is no claim",
        explanation: "A claim in a block of Markdown or in a comment is `claim wrt x: FORMULA` for a derivative, with as many names as its order, or `claim FORMULA == FORMULA` for an identity.",
        example: "",
    },
    Code {
        code: PAPER_EQUATION,
        title: "a comment in a paper without its equation",
        explanation: "Behind a comment `% gateaux: wrt x`, `% gateaux: function` or `% gateaux: equal` there must be a formula with an `=`, before the next such comment.",
        example: "",
    },
    Code {
        code: BAD_INPUT,
        title: "a value that is missing or has another shape",
        explanation: "Every variable that is needed has a value with the axes of its declaration, and all values agree on the \
                      size of each dimension name.",
        example: "",
    },
    Code {
        code: BAD_STRUCTURE,
        title: "a value without its declared structure",
        explanation: "A value that is declared symmetric, positive definite, diagonal and so on must be it, up to a relative \
                      error of 1e-10. It is never silently repaired.",
        example: "",
    },
    Code {
        code: NO_NUMBERS,
        title: "numbers that cannot be computed",
        explanation: "A matrix is singular, or not positive definite where it must be, or an array is too large.",
        example: "",
    },
    Code {
        code: NO_EXERCISE,
        title: "no exercise for a seed",
        explanation: "Functions are composed at random until one has an answer that is neither trivial nor long. For this \
                      seed none was found: another seed gives another exercise.",
        example: "",
    },
];

/// All codes of mistakes, sorted.
///
/// # Example
/// ```
/// let code = gateaux::codes().into_iter().find(|code| code.code == "G0204");
/// assert_eq!(code.map(|code| code.title), Some("a product whose inner sizes differ"));
/// ```
pub fn codes() -> Vec<Code> {
    let tables = [gateaux_syntax::CODES, gateaux_core::infer::codes::CODES, CODES];
    let mut codes = tables.concat();
    codes.sort_by_key(|code| code.code);
    codes
}

#[cfg(test)]
mod tests {
    #[test]
    fn codes_are_never_reused() {
        let codes = super::codes();
        assert!(codes.windows(2).all(|pair| pair[0].code < pair[1].code));
    }
}
