//! A problem: a text, its variables and its function.

use gateaux_core::diff::{self, Convention, Derivative};
use gateaux_core::expr::{Expr, Facts, Rational, Shape, Store, Structure, Var};
use gateaux_core::infer::{self, ExternalDeclaration, Origin, Typing};
use gateaux_core::ops;
use gateaux_core::print::{self, Notation};
use gateaux_core::simplify::{simplify, with_traces};
use gateaux_syntax::{Statement, Tree};

use crate::answer::{Answer, Printed};
use crate::error::{Errors, INNER_PRODUCT, NOT_A_VARIABLE};

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
    pub(crate) tree: Tree,
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

    /// Whether complex numbers occur in it.
    pub fn is_complex(&self) -> bool {
        let is_complex = |expr: &Expr| self.store.is_complex(*expr);
        is_complex(&self.function) || self.variables.iter().any(is_complex)
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

    /// The name by which the function is called: `f`, or the first letter near it that is no variable.
    pub fn function_name(&self) -> &'static str {
        self.free_names().next().unwrap_or("f")
    }

    /// Names for functions that no variable has.
    pub(crate) fn free_names(&self) -> impl Iterator<Item = &'static str> {
        let taken = |name: &str| self.declared.iter().any(|variable| variable.name == name);
        ["f", "g", "h", "F", "G"].into_iter().filter(move |name| !taken(name))
    }

    /// The derivative by the variables in order: one name for a first derivative, two for a second.
    ///
    /// # Errors
    /// A name that is no variable of the problem; an operation that has no derivative yet; a limit.
    pub fn derive(&mut self, wrt: &[&str]) -> Result<Answer, Errors> {
        self.derive_in(wrt, Convention::Subspace)
    }

    /// The derivative by the variables in order, with a convention for structured variables.
    ///
    /// # Errors
    /// As [`derive`](Problem::derive).
    pub fn derive_in(&mut self, wrt: &[&str], convention: Convention) -> Result<Answer, Errors> {
        let mut variables = Vec::with_capacity(wrt.len());
        for name in wrt {
            variables.push(self.variable(name)?);
        }
        let names = self.hole_names(wrt);
        let function = self.with_traces()?;
        if variables.iter().any(|variable| self.store.is_complex(*variable)) {
            if convention != Convention::Subspace {
                let message = "the conventions for structured matrices are those of real ones".to_owned();
                return Err(self.mistake(INNER_PRODUCT, message));
            }
            let (found, wirtinger) = diff::complex_derivative(&mut self.store, function, &variables, &names)
                .map_err(|error| self.limit(error))?;
            let function = self.function;
            return Answer::complex(self, (Derivative { function, ..found }, wirtinger), wrt);
        }
        let found = diff::derivative_in(&mut self.store, function, &variables, &names, convention)
            .map_err(|error| self.limit(error))?;
        let function = self.function;
        Answer::new(self, Derivative { function, ..found }, wrt)
    }

    /// The same text with these structured variables taken as general matrices, whose entries are independent: the
    /// convention of unconstrained derivatives.
    ///
    /// # Errors
    /// A name that is no variable of the problem; a function that needs the structure.
    pub fn unconstrained(&self, wrt: &[&str]) -> Result<Problem, Errors> {
        let mut problem = self.clone();
        for name in wrt {
            self.variable(name)?;
            for variable in &mut problem.typing.variables {
                if variable.name == *name && variable.structure != Structure::General {
                    variable.structure = Structure::General;
                    let hint = format!(
                        "unconstrained: all entries of {name} are taken as independent, whatever its structure; the answer depends on how the formula is written"
                    );
                    if !problem.typing.hints.contains(&hint) {
                        problem.typing.hints.push(hint);
                    }
                }
            }
        }
        let mut store = Store::default();
        store.dims = self.store.dims.clone();
        let built = infer::build(&problem.tree, &problem.typing, &mut store)?;
        problem.store = store;
        problem.function = built.function;
        problem.variables = built.variables;
        Ok(problem)
    }

    /// The gradient in the inner product `<u, v> = u'*W*v` (for matrices `tr(U'*W*V)`) instead of the ordinary one:
    /// `inv(W)*G`. W is a variable of the problem that is positive definite, or a new name.
    ///
    /// # Errors
    /// A derivative that is no gradient by an unstructured vector or matrix; a W that does not fit.
    pub fn weighted_gradient(&mut self, answer: &Answer, weight: &str) -> Result<Printed, Errors> {
        let refuse = |problem: &Problem, message: String| Err(problem.mistake(INNER_PRODUCT, message));
        let derivative = &answer.derivative;
        let (Some(gradient), [var]) = (answer.explicit_expr, derivative.variables.as_slice()) else {
            return refuse(
                self,
                "an inner product belongs to the gradient of a first derivative".to_owned(),
            );
        };
        let variable = self.store.variable(*var).clone();
        if self.is_complex() {
            return refuse(self, "inner products with a weight are for real problems".to_owned());
        }
        let rows = match (self.store.shape(derivative.function), variable.shape) {
            (Shape::Scalar, Shape::Vector(n) | Shape::Matrix(n, _)) if variable.structure == Structure::General => n,
            (Shape::Scalar, _) => {
                let name = &variable.name;
                let message =
                    format!("an inner product is for vectors and matrices without structure, which {name} is not");
                return refuse(self, message);
            }
            _ => {
                return refuse(
                    self,
                    "an inner product changes gradients, and only a scalar function has one".to_owned(),
                );
            }
        };
        let shape = Shape::Matrix(rows, rows);
        let known = self.declared.iter().position(|declared| declared.name == weight);
        let expr = match known {
            Some(at) => self.variables[at],
            None if !self.is_free(weight) => {
                let message =
                    format!("the weight {weight} of an inner product is not a name for a matrix: write W, say");
                return refuse(self, message);
            }
            None => self
                .store
                .add_variable(weight, shape, Structure::Posdef, Facts::NONE)
                .map_err(|error| self.limit(error))?,
        };
        if self.store.shape(expr) != shape || !self.store.facts(expr).has(Facts::POSDEF) {
            let wanted = self.store.dims.text(rows);
            return refuse(
                self,
                format!("the weight {weight} of an inner product must be declared as {weight}: posdef({wanted})"),
            );
        }
        let inverse = self.store.inverse(expr).map_err(|error| self.limit(error))?;
        let weighted = self
            .store
            .matmul(&[inverse, gradient])
            .and_then(|weighted| simplify(&mut self.store, weighted))
            .map_err(|error| self.limit(error))?;
        Printed::new(self, weighted)
    }

    /// The gradient by a vector (or matrix) of unit norm: the ordinary one projected on the tangent space of the sphere,
    /// `G - dot(x, G)*x`.
    ///
    /// # Errors
    /// A derivative that is no gradient by an unstructured vector or matrix.
    ///
    /// # Source
    /// Absil, Mahony & Sepulchre, Optimization Algorithms on Matrix Manifolds, eq. 4.9.
    pub fn spherical_gradient(&mut self, answer: &Answer) -> Result<Printed, Errors> {
        let derivative = &answer.derivative;
        let (Some(gradient), [var]) = (answer.explicit_expr, derivative.variables.as_slice()) else {
            let message = "a tangent space belongs to the gradient of a first derivative".to_owned();
            return Err(self.mistake(INNER_PRODUCT, message));
        };
        let variable = self.store.variable(*var).clone();
        let is_array = !variable.shape.is_scalar() && variable.structure == Structure::General && !variable.is_complex;
        if !self.store.shape(derivative.function).is_scalar() || !is_array {
            let name = &variable.name;
            let message = format!(
                "the sphere is for gradients of scalars by real arrays without structure, which {name} here is not"
            );
            return Err(self.mistake(INNER_PRODUCT, message));
        }
        let point = self.store.var(*var).map_err(|error| self.limit(error))?;
        let store = &mut self.store;
        let projected = store
            .dot(point, gradient)
            .and_then(|radial| store.scale(radial, point))
            .and_then(|radial| store.sub(gradient, radial))
            .and_then(|tangent| simplify(store, tangent))
            .map_err(|error| self.limit(error))?;
        Printed::new(self, projected)
    }

    /// The Taylor polynomial of the given order around the point: f at the moved point, as a formula in the variable
    /// and its change.
    ///
    /// # Errors
    /// As [`derive`](Problem::derive).
    pub fn taylor(&mut self, name: &str, order: usize) -> Result<Printed, Errors> {
        let wrt = vec![name; order];
        let answer = self.derive(&wrt)?;
        let derivative = answer.derivative;
        let hole = self.direction(&derivative.variables, name)?;
        let mut terms = vec![(Rational::one(), self.function)];
        let mut factorial = 1i64;
        for (at, form) in derivative.forms.iter().enumerate() {
            factorial = factorial.saturating_mul(at as i64 + 1);
            let same: Vec<_> = derivative.holes.iter().map(|from| (*from, hole)).collect();
            // Each order by itself, so that none is taken apart to be mixed with another.
            let body = ops::substitute(&mut self.store, *form, &same)
                .and_then(|body| simplify(&mut self.store, body))
                .map_err(|error| self.limit(error))?;
            terms.push((Rational::new(1, factorial), body));
        }
        let polynomial = self.store.sum(&terms).map_err(|error| self.limit(error))?;
        Printed::new(self, polynomial)
    }

    /// The gradients of a scalar function by several variables, from one sweep over the formula.
    ///
    /// # Errors
    /// As [`derive`](Problem::derive); a function that is not scalar.
    pub fn gradients(&mut self, wrt: &[&str]) -> Result<Vec<Answer>, Errors> {
        self.gradients_in(wrt, Convention::Subspace)
    }

    /// The gradients by several variables, with a convention for structured ones.
    ///
    /// # Errors
    /// As [`gradients`](Problem::gradients).
    pub fn gradients_in(&mut self, wrt: &[&str], convention: Convention) -> Result<Vec<Answer>, Errors> {
        // A name twice is one variable.
        let mut distinct: Vec<&str> = Vec::with_capacity(wrt.len());
        for name in wrt {
            if !distinct.contains(name) {
                distinct.push(name);
            }
        }
        let wrt = distinct.as_slice();
        let mut variables = Vec::with_capacity(wrt.len());
        for name in wrt {
            variables.push(self.variable(name)?);
        }
        let is_complex = variables.iter().any(|variable| self.store.is_complex(*variable));
        if is_complex || !self.store.shape(self.function).is_scalar() {
            return wrt.iter().map(|name| self.derive_in(&[name], convention)).collect();
        }
        let names = self.hole_names(wrt);
        let function = self.with_traces()?;
        let found = diff::gradients_in(&mut self.store, function, &variables, &names, convention)
            .map_err(|error| self.limit(error))?;
        found
            .into_iter()
            .zip(wrt)
            .map(|(derivative, name)| {
                let function = self.function;
                Answer::new(self, Derivative { function, ..derivative }, &[name])
            })
            .collect()
    }

    /// The function in the form that is differentiated; the check compares with the function as it was written.
    pub(crate) fn with_traces(&mut self) -> Result<Expr, Errors> {
        with_traces(&mut self.store, self.function).map_err(|error| self.limit(error))
    }

    /// A small change `dX` of the variable, without a number.
    pub(crate) fn direction(&mut self, variables: &[Var], name: &str) -> Result<Expr, Errors> {
        let hole = self.hole_names(&[name]).pop().unwrap_or_default();
        let var = variables
            .first()
            .copied()
            .ok_or_else(|| self.mistake(NOT_A_VARIABLE, "a derivative of order 0 has no direction".to_owned()))?;
        self.store.add_hole(&hole, var).map_err(|error| self.limit(error))
    }

    /// Whether a new variable can have this name: no function, definition or dimension has it.
    fn is_free(&self, name: &str) -> bool {
        let starts = |c: char| c.is_alphabetic() || c == '_';
        let is_name = name.starts_with(starts) && name.chars().all(|c| c.is_alphanumeric() || c == '_');
        let is_function = ops::names().any(|known| known == name);
        let parts = |axis: &'_ String| {
            axis.split(|c: char| !c.is_alphanumeric() && c != '_')
                .any(|part| part == name)
        };
        let is_size = self.declared.iter().any(|declared| declared.axes.iter().any(parts));
        is_name && !is_function && !is_size && !self.is_definition(name)
    }

    /// The names that are defined.
    pub(crate) fn definitions(&self) -> impl Iterator<Item = &str> {
        self.tree.statements().iter().filter_map(|statement| match statement {
            Statement::Definition(definition) => Some(definition.name.text.as_str()),
            Statement::Declaration(_) | Statement::Expression(_) => None,
        })
    }

    fn is_definition(&self, name: &str) -> bool {
        let is_it = |statement: &Statement| matches!(statement, Statement::Definition(d) if d.name.text == name);
        self.tree.statements().iter().any(is_it)
    }

    /// The variable of this name as an expression.
    pub(crate) fn variable(&self, name: &str) -> Result<Expr, Errors> {
        if let Some(at) = self.declared.iter().position(|declared| declared.name == name) {
            return Ok(self.variables[at]);
        }
        let names: Vec<&str> = self.declared.iter().map(|declared| declared.name.as_str()).collect();
        let is_name = name.chars().all(|c| c.is_alphanumeric() || c == '_');
        let message = if self.is_definition(name) {
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
    pub(crate) fn hole_names(&self, wrt: &[&str]) -> Vec<String> {
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

    /// The value of the last definition or expression among the first statements of the text, over the variables of the
    /// problem.
    pub(crate) fn value_before(&mut self, statements: usize) -> Result<Expr, Errors> {
        let value = |statement: &Statement| match statement {
            Statement::Definition(definition) => Some(definition.body),
            Statement::Expression(root) => Some(*root),
            Statement::Declaration(_) => None,
        };
        let first = &self.tree.statements()[..statements.min(self.tree.statements().len())];
        let Some(root) = first.iter().rev().find_map(value) else {
            return Ok(self.function);
        };
        let names = self.typing.variables.iter().map(|variable| variable.name.clone());
        let known: Vec<(String, Expr)> = names.zip(self.variables.iter().copied()).collect();
        let typing = Typing {
            root,
            ..self.typing.clone()
        };
        let built = infer::build_over(&self.tree, &typing, &known, &mut self.store)?;
        Ok(built.function)
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
