//! Names, kinds and sizes: from the tree of a text to a type for each of its nodes.
//!
//! Inference finds the kind of every name, the shape of every node, and a name or number for every size, or all
//! mistakes of the text at once. It knows what operators and signatures ask of shapes, and nothing of what functions
//! compute.
//!
//! Names are read first (`scope`). Then kinds go up from the operands to the operations (`check`, `operators`,
//! `calls`, `special`, `einsum`), with sizes as polynomials in unknowns that unification solves (`sizes`). Where the
//! kind of a name is open, several attempts are made (`search`). At last the sizes that remain get names.
//!
//! Nothing recurses over the text: every pass goes over the nodes in order, operands first.

mod advice;
mod build;
mod calls;
mod check;
pub mod codes;
mod einsum;
mod kind;
mod names;
mod operators;
mod problem;
mod roles;
mod scope;
mod search;
mod sizes;
mod special;
#[cfg(test)]
mod tests;

pub use build::{Built, build, build_over, diagnostic};
use gateaux_syntax::{Diagnostic, NodeId, Span, Tree};

use crate::expr::{Dim, Dims, Shape, Structure};
use crate::ops::Op;
use check::Attempt;
use kind::Kind;
use names::Word;
use problem::Problem;
use scope::{Given, Meaning, Scope};

/// The most mistakes of one text that are reported; more of them help nobody.
const MAX_DIAGNOSTICS: usize = 50;

/// A declaration that stands beside the text, such as a field of a request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExternalDeclaration {
    /// The variable.
    pub name: String,
    /// `complex` and `positive`.
    pub modifiers: Vec<String>,
    /// `scalar`, `vector`, ...
    pub kind: String,
    /// The dimensions, as a declaration in the text would have them.
    pub dims: Vec<String>,
}

/// A variable of a problem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable {
    /// Its name.
    pub name: String,
    /// Its shape; all sizes have names or are numbers.
    pub shape: Shape,
    /// The structure it is declared with.
    pub structure: Structure,
    /// Whether all entries are declared to be above zero.
    pub positive: bool,
    /// Whether it is declared complex.
    pub complex: bool,
    /// How its kind is known.
    pub origin: Origin,
    /// Where it is declared or, undeclared, stands first; `None` if it is declared beside the text.
    pub span: Option<Span>,
}

impl Variable {
    /// The variable as a declaration: `A: positive matrix(m, n)`.
    pub fn declaration(&self, dims: &Dims) -> String {
        let complex = if self.complex { "complex " } else { "" };
        let positive = if self.positive { "positive " } else { "" };
        let kind = match (self.structure.kind(), self.shape) {
            (Some(kind), Shape::Matrix(n, _)) => format!("{kind}({})", dims.text(n)),
            _ => self.shape.text(dims),
        };
        format!("{}: {complex}{positive}{kind}", self.name)
    }
}

/// How the kind of a variable is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// By its declaration.
    Declared,
    /// By its name, one Latin letter from h to z or A to Z, which use cannot overrule.
    Name,
    /// By the default of its name.
    Default,
    /// By its use, which overruled the default of its name.
    Use,
}

/// What a name in an expression means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameMeaning {
    /// The variable with this index in [`Typing::variables`].
    Variable(usize),
    /// The definition with this body.
    Definition(NodeId),
    /// The constant that is the function of this name without arguments: `pi`, `im`.
    Constant(&'static str),
    /// The identity matrix of this shape.
    Identity(Shape),
    /// The value of a dimension.
    Size(Dim),
}

/// The types of a text. What is told by node has the index of the [`NodeId`].
#[derive(Clone, Debug)]
pub struct Typing {
    /// The declared variables in the order of their declarations, those declared beside the text first; then the
    /// undeclared ones in the order in which they appear.
    pub variables: Vec<Variable>,
    /// By node: what a name in an expression means.
    pub meanings: Vec<Option<NameMeaning>>,
    /// By node: the shape. `None` for nodes that are no arrays: dimensions, indices, numbers of axes, strings.
    pub shapes: Vec<Option<Shape>>,
    /// By node: the size or position that a dimension or an index denotes.
    pub sizes: Vec<Option<Dim>>,
    /// By node: the function that a call (or `⊗`) applies, and the index of the alternative of its signature.
    pub calls: Vec<Option<(&'static Op, usize)>>,
    /// The last definition's body or the last bare expression: the function that the text is about.
    pub root: NodeId,
    /// What had to be assumed of declared dimensions, such as `q = k*n` and `k <= n`.
    pub assumptions: Vec<String>,
    /// Pairs of which the first is not larger than the second: what indices ask of dimensions.
    pub at_most: Vec<(Dim, Dim)>,
    /// Remarks: that `e` is a variable, and which of the letters a to g are no scalars.
    pub hints: Vec<String>,
}

impl Typing {
    /// The shape of a node.
    pub fn shape(&self, node: NodeId) -> Option<Shape> {
        self.shapes[node.0 as usize]
    }
}

/// Finds the kind of every name and the shape of every node of a text that was parsed without mistakes.
///
/// What this accepts, [`build`] accepts: it makes shapes that are equal here equal again, for sizes and [`Dims`] know
/// the same laws, and every assumption holds in `dims` before a shape is made.
///
/// # Errors
///
/// All mistakes of name, kind and size, sorted by position. What uses something wrong is not reported again.
///
/// # Cost
///
/// Linear in the text where the kinds of all names are known or their defaults fit; else up to 400 times that.
pub fn infer(
    tree: &Tree,
    text: &str,
    declared_elsewhere: &[ExternalDeclaration],
    dims: &mut Dims,
) -> Result<Typing, Vec<Diagnostic>> {
    let scope = Scope::read(tree, text, declared_elsewhere);
    let mut choice = search::choose(&scope);
    name_sizes(&scope, &mut choice.attempt);
    if let (true, true, Some(root)) = (
        scope.problems.is_empty(),
        choice.attempt.problems.is_empty(),
        scope.root,
    ) {
        match choice.attempt.sizes.settle(dims) {
            Ok(assumptions) => {
                let typing = typing(&scope, &mut choice, root, assumptions, dims);
                return typing.ok_or_else(|| vec![too_large(&scope, root)]);
            }
            Err(wrong) => choice
                .attempt
                .problems
                .extend(wrong.into_iter().map(|equation| check::wrong_sizes(&scope, equation))),
        }
    }
    let mut problems = scope.problems.clone();
    if choice.is_exhausted {
        let message = "the search for kinds of the undeclared names reached its bound";
        let span = choice
            .attempt
            .problems
            .first()
            .map_or(Span::default(), |problem| problem.span);
        problems.push(Problem::new(codes::NO_KINDS_FIT, span, message).advise("declare some of the names"));
    } else {
        problems.append(&mut choice.attempt.problems);
    }
    problems.sort_by_key(|problem| (problem.span.start, problem.span.end, problem.code));
    Err(advice::diagnostics(
        &scope,
        &choice.guess,
        problems,
        &mut choice.attempt,
        declared_elsewhere,
        dims,
    ))
}

fn too_large(scope: &Scope<'_>, root: NodeId) -> Diagnostic {
    scope::large(scope.tree.node(root).span).diagnostic(&mut scope.sizes.clone(), &mut Dims::default())
}

/// Names for sizes, in the order in which they are given away.
const SIZE_NAMES: [&str; 11] = ["m", "n", "k", "p", "q", "r", "s", "t", "u", "v", "w"];

/// Gives a name to each size that the text leaves open, in order of the variables that have them.
fn name_sizes(scope: &Scope<'_>, attempt: &mut Attempt) {
    let mut open = Vec::new();
    let mut seen = std::collections::BTreeSet::new();
    for kind in &attempt.variables {
        for size in kind.sizes() {
            open.extend(
                attempt
                    .sizes
                    .unknowns(size)
                    .into_iter()
                    .filter(|unknown| seen.insert(*unknown)),
            );
        }
    }
    let numbered = (1..).flat_map(|number: usize| ["m", "n"].map(|letter| format!("{letter}{number}")));
    let letters = SIZE_NAMES.iter().map(|name| (*name).to_owned());
    // A single size is called n.
    let first = (open.len() == 1).then(|| "n".to_owned());
    let mut names = first.into_iter().chain(letters).chain(numbered);
    for unknown in open {
        let sizes = &attempt.sizes;
        let name = names.find(|name| !scope.taken.contains(name) && !sizes.has_name(name));
        attempt
            .sizes
            .call(unknown, &name.expect("there are endlessly many names"));
    }
}

/// Everything found, with dimensions in place of sizes; `None` where a dimension is too large a polynomial.
fn typing(
    scope: &Scope<'_>,
    choice: &mut search::Choice,
    root: NodeId,
    mut assumptions: Vec<String>,
    dims: &mut Dims,
) -> Option<Typing> {
    let attempt = &mut choice.attempt;
    let mut shapes = Vec::with_capacity(attempt.kinds.len());
    for kind in &attempt.kinds {
        shapes.push(match kind {
            Kind::Unknown => None,
            known => Some(known.shape(&mut attempt.sizes, dims)?),
        });
    }
    let mut meanings = Vec::with_capacity(shapes.len());
    for (meaning, shape) in scope.meanings.iter().zip(&shapes) {
        meanings.push(match meaning {
            Meaning::None => None,
            Meaning::Variable(index) => Some(NameMeaning::Variable(*index)),
            Meaning::Definition(body) => Some(NameMeaning::Definition(*body)),
            Meaning::Constant(name) => Some(NameMeaning::Constant(name)),
            Meaning::Identity => shape.map(NameMeaning::Identity),
            Meaning::Dimension(size) => Some(NameMeaning::Size(attempt.sizes.dim(*size, dims)?)),
        });
    }
    let mut sizes = Vec::with_capacity(shapes.len());
    for size in &scope.node_sizes {
        sizes.push(match size {
            None => None,
            Some(size) => Some(attempt.sizes.dim(*size, dims)?),
        });
    }
    let hints = hints(scope, &choice.guess, attempt);
    let mut at_most: Vec<(Dim, Dim)> = Vec::new();
    for (small, large) in std::mem::take(&mut attempt.at_most) {
        let (small, large) = (attempt.sizes.dim(small, dims)?, attempt.sizes.dim(large, dims)?);
        // Names stand for at least 1; of several numbers the largest asks for the most.
        if dims.least_distance(small, large).is_some_and(|least| least >= 0) {
            continue;
        }
        let number = dims.value(small);
        // `n - 1 >= 1` asks for what `n >= 2` does.
        let gap = dims.sub(large, small);
        let is_same = |dims: &mut Dims, (s, l): &(Dim, Dim)| gap.is_some() && dims.sub(*l, *s) == gap;
        let mut repeated = false;
        for pair in &at_most {
            repeated |= is_same(dims, pair);
        }
        if repeated {
            continue;
        }
        let known = at_most
            .iter()
            .position(|(s, l)| *l == large && (*s == small || dims.value(*s).is_some() && number.is_some()));
        match known {
            Some(at) if dims.value(at_most[at].0) < number => at_most[at].0 = small,
            Some(_) => {}
            None => at_most.push((small, large)),
        }
    }
    assumptions.extend(
        at_most
            .iter()
            .map(|(small, large)| format!("{} >= {}", dims.text(*large), dims.text(*small))),
    );
    Some(Typing {
        variables: variables(scope, &choice.guess, attempt, dims)?,
        meanings,
        shapes,
        sizes,
        calls: std::mem::take(&mut attempt.calls),
        root,
        assumptions,
        at_most,
        hints,
    })
}

fn variables(
    scope: &Scope<'_>,
    guess: &[Option<Word>],
    attempt: &mut Attempt,
    dims: &mut Dims,
) -> Option<Vec<Variable>> {
    let mut variables = Vec::with_capacity(guess.len());
    for ((known, word), kind) in scope.variables.iter().zip(guess).zip(&attempt.variables) {
        let origin = match known.given {
            Given::Declared(_) => Origin::Declared,
            Given::Named(default) if default.is_firm => Origin::Name,
            Given::Named(default) if Some(default.word) == *word => Origin::Default,
            Given::Named(_) => Origin::Use,
        };
        variables.push(Variable {
            name: known.name.clone(),
            shape: kind.shape(&mut attempt.sizes, dims)?,
            structure: known.structure,
            positive: known.is_positive,
            complex: known.is_complex,
            origin,
            span: known.span,
        });
    }
    Some(variables)
}

/// What a reader of the answer might not expect of single letters.
fn hints(scope: &Scope<'_>, guess: &[Option<Word>], attempt: &Attempt) -> Vec<String> {
    let mut hints = Vec::new();
    for ((known, word), kind) in scope.variables.iter().zip(guess).zip(&attempt.variables) {
        let Given::Named(default) = known.given else { continue };
        if known.name == "e" && *kind == Kind::Scalar {
            hints.push("e is a scalar variable; write exp(1) for Euler's number".to_owned());
        }
        if names::is_letter(&known.name) && *word != Some(default.word) {
            let (name, default, found) = (&known.name, default.word.noun(), kind.noun());
            hints.push(format!(
                "{name} is taken as a {found}, since no {default} fits; declare it to choose otherwise"
            ));
        }
    }
    hints
}
