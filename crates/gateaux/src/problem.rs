//! A problem: a text, its variables and its function.

use gateaux_core::diff;
use gateaux_core::expr::{Expr, Store};
use gateaux_core::infer::{self, ExternalDeclaration, Origin, Typing};
use gateaux_core::print::{self, Notation};
use gateaux_core::simplify::simplify;
use gateaux_syntax::Tree;

use crate::answer::Answer;
use crate::error::{Errors, NOT_A_VARIABLE};

/// A variable of a problem with its kind, as the answer shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declared {
    /// The name.
    pub name: String,
    /// The whole declaration: `A: matrix(m, n)`.
    pub text: String,
    /// The shape, as names and numbers of its axes.
    pub axes: Vec<String>,
    /// How the kind is known.
    pub origin: Origin,
}

/// A text in the language, inferred.
///
/// # Example
/// ```
/// let problem = gateaux::Problem::parse("x'*A*x")?;
/// let declared: Vec<&str> = problem.variables().iter().map(|v| v.text.as_str()).collect();
/// assert_eq!(declared, ["x: vector(n)", "A: matrix(n, n)"]);
/// # Ok::<(), gateaux::Errors>(())
/// ```
#[derive(Clone, Debug)]
pub struct Problem {
    text: String,
    tree: Tree,
    pub(crate) typing: Typing,
    pub(crate) store: Store,
    pub(crate) function: Expr,
    pub(crate) variables: Vec<Expr>,
    declared: Vec<Declared>,
}

impl Problem {
    /// Reads a text: declarations, definitions, and the function.
    ///
    /// # Errors
    /// All mistakes of the text.
    pub fn parse(text: &str) -> Result<Problem, Errors> {
        Problem::parse_with(text, &[])
    }

    /// Reads a text with some of its variables declared beside it.
    ///
    /// # Errors
    /// All mistakes of the text.
    pub fn parse_with(text: &str, declarations: &[ExternalDeclaration]) -> Result<Problem, Errors> {
        let (tree, mut diagnostics) = gateaux_syntax::parse(text);
        if !diagnostics.is_empty() {
            diagnostics.sort_by_key(|d| (d.span.start, d.span.end));
            return Err(Errors::new(diagnostics));
        }
        let mut store = Store::default();
        let typing = infer::infer(&tree, text, declarations, &mut store.dims).map_err(Errors::new)?;
        let built = infer::build(&tree, &typing, &mut store)?;
        let declared = typing
            .variables
            .iter()
            .map(|variable| Declared {
                name: variable.name.clone(),
                text: variable.declaration(&store.dims),
                axes: variable
                    .shape
                    .axes()
                    .into_iter()
                    .map(|dim| store.dims.text(dim))
                    .collect(),
                origin: variable.origin,
            })
            .collect();
        Ok(Problem {
            text: text.to_owned(),
            tree,
            typing,
            store,
            function: built.function,
            variables: built.variables,
            declared,
        })
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The variables: declared ones first, then the others in the order in which they appear.
    pub fn variables(&self) -> &[Declared] {
        &self.declared
    }

    /// Remarks on the text, such as that `e` is a variable.
    pub fn hints(&self) -> &[String] {
        &self.typing.hints
    }

    /// What inference had to assume of the dimensions.
    pub fn dimension_assumptions(&self) -> &[String] {
        &self.typing.assumptions
    }

    /// The sizes of the axes of the function, as names and numbers.
    pub fn axes(&self) -> Vec<String> {
        self.store
            .shape(self.function)
            .axes()
            .into_iter()
            .map(|dim| self.store.dims.text(dim))
            .collect()
    }

    /// The function in a notation, after simplification.
    ///
    /// # Errors
    /// A limit that was reached.
    pub fn function_text(&mut self, notation: Notation) -> Result<String, Errors> {
        let simple = simplify(&mut self.store, self.function).map_err(|error| self.limit(error))?;
        print::print(&mut self.store, simple, notation).map_err(|error| self.limit(error))
    }

    /// The derivative by the variables in order: one name for a first derivative, two for a second.
    ///
    /// # Errors
    /// A name that is no variable of the problem; an operation that has no derivative yet; a limit.
    pub fn derive(&mut self, wrt: &[&str]) -> Result<Answer, Errors> {
        let mut variables = Vec::with_capacity(wrt.len());
        for name in wrt {
            variables.push(self.variable(name)?);
        }
        let names = self.hole_names(wrt);
        let found =
            diff::derivative(&mut self.store, self.function, &variables, &names).map_err(|error| self.limit(error))?;
        Answer::new(self, found, wrt)
    }

    /// The gradients of a scalar function by several variables, from one sweep over the formula.
    ///
    /// # Errors
    /// As [`derive`](Problem::derive); a function that is not scalar.
    pub fn gradients(&mut self, wrt: &[&str]) -> Result<Vec<Answer>, Errors> {
        let mut variables = Vec::with_capacity(wrt.len());
        for name in wrt {
            variables.push(self.variable(name)?);
        }
        if !self.store.shape(self.function).is_scalar() {
            return wrt.iter().map(|name| self.derive(&[name])).collect();
        }
        let names = self.hole_names(wrt);
        let found =
            diff::gradients(&mut self.store, self.function, &variables, &names).map_err(|error| self.limit(error))?;
        found
            .into_iter()
            .zip(wrt)
            .map(|(derivative, name)| Answer::new(self, derivative, &[name]))
            .collect()
    }

    /// The variable of this name as an expression.
    pub(crate) fn variable(&self, name: &str) -> Result<Expr, Errors> {
        if let Some(at) = self.declared.iter().position(|declared| declared.name == name) {
            return Ok(self.variables[at]);
        }
        let names: Vec<&str> = self.declared.iter().map(|declared| declared.name.as_str()).collect();
        let is_name = name.chars().all(|c| c.is_alphanumeric() || c == '_');
        let is_definition = self
            .tree
            .statements()
            .iter()
            .any(|statement| matches!(statement, gateaux_syntax::Statement::Definition(d) if d.name.text == name));
        let message = if is_definition {
            format!(
                "cannot differentiate by {name}: it is a definition; the variables are {}",
                names.join(", ")
            )
        } else if is_name {
            format!(
                "cannot differentiate by {name}: it does not occur; the variables are {}",
                names.join(", ")
            )
        } else {
            format!(
                "cannot differentiate by {name}: it is an expression; give one of the variables {}",
                names.join(", ")
            )
        };
        let message = if names.is_empty() {
            format!("cannot differentiate by {name}: there are no variables")
        } else {
            message
        };
        Err(Errors::general(NOT_A_VARIABLE, message))
    }

    /// `dx`, numbered where a variable is repeated; `d_x` where a name `dx` is taken.
    fn hole_names(&self, wrt: &[&str]) -> Vec<String> {
        let taken = |name: &str| self.declared.iter().any(|declared| declared.name == name);
        let hole = |name: &str| {
            let short = format!("d{name}");
            if taken(&short) { format!("d_{name}") } else { short }
        };
        wrt.iter()
            .enumerate()
            .map(|(at, name)| match wrt.iter().filter(|other| *other == name).count() {
                1 => hole(name),
                _ => format!(
                    "{}{}",
                    hole(name),
                    1 + wrt[..at].iter().filter(|other| *other == name).count()
                ),
            })
            .collect()
    }

    /// An error of the calculus, at the function.
    pub(crate) fn limit(&self, error: gateaux_core::expr::Error) -> Errors {
        let span = self.tree.node(self.typing.root).span;
        infer::diagnostic(error, span).into()
    }

    /// A mistake that stands nowhere in the text: in the inputs, or found while computing.
    pub(crate) fn mistake(&self, code: &'static str, message: String) -> Errors {
        Errors::general(code, message)
    }
}
