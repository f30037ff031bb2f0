//! Reading a claim: an expression over the names of a problem, and nothing else.

use gateaux_core::expr::{Dims, Expr, Shape};
use gateaux_core::infer::{self, ExternalDeclaration, Origin, Typing, Variable};
use gateaux_syntax::{Diagnostic, Span, Statement, Tree};

use super::equality::parsed;
use crate::error::{CLAIM_NAME, CLAIM_SIZES, Errors};
use crate::problem::Problem;

/// What stands between the text of a problem and that of a claim.
const SEPARATOR: &str = "\n";

impl Problem {
    /// The claim over the variables and definitions of the problem, and these holes. The kinds and sizes of the problem
    /// are firm: a claim cannot change what was inferred.
    ///
    /// # Errors
    /// Mistakes of the claim, with places in the claim; a name that the problem does not have.
    pub(crate) fn read_claim(&mut self, claim: &str, holes: &[Expr]) -> Result<Expr, Errors> {
        self.read_in(claim, "", holes)
    }

    /// The same, where the shape that it must have tells the sizes that it leaves open, as in `2*eye`.
    ///
    /// # Errors
    /// As [`read_claim`](Problem::read_claim).
    pub(crate) fn read_claim_of(&mut self, claim: &str, holes: &[Expr], shape: Shape) -> Result<Expr, Errors> {
        let read = self.read_in(claim, "", holes);
        let is_open = match &read {
            Ok(read) => !self.open_sizes(*read).is_empty(),
            Err(_) => true,
        };
        if !is_open || !matches!(shape, Shape::Vector(_) | Shape::Matrix(..)) {
            return read;
        }
        let axes: Vec<String> = shape.axes().iter().map(|dim| self.store.dims.text(*dim)).collect();
        let told = self.read_in(claim, &format!(" + zeros({})", axes.join(", ")), holes);
        told.or(read)
    }

    /// The names of sizes of an expression that the problem does not have.
    fn open_sizes(&self, expr: Expr) -> Vec<String> {
        let dims = &self.store.dims;
        let of_problem: Vec<String> = self
            .typing
            .shapes
            .iter()
            .flatten()
            .flat_map(Shape::axes)
            .chain(
                self.variables
                    .iter()
                    .flat_map(|variable| self.store.shape(*variable).axes()),
            )
            .flat_map(|dim| dims.names(dim))
            .collect();
        let names = self
            .store
            .shape(expr)
            .axes()
            .into_iter()
            .flat_map(|dim| dims.names(dim));
        names.filter(|name| !of_problem.contains(name)).collect()
    }

    /// The text of the claim, and what is put behind it, below the text of the problem.
    fn read_in(&mut self, claim: &str, behind: &str, holes: &[Expr]) -> Result<Expr, Errors> {
        let claim = self.without_repetitions(claim, &parsed(claim)?);
        let claim = match behind {
            "" => claim,
            _ => format!("({claim}){behind}"),
        };
        let head = self.text().len() + SEPARATOR.len();
        let joined = format!("{}{SEPARATOR}{claim}", self.text());
        let (tree, diagnostics) = gateaux_syntax::parse(&joined);
        if !diagnostics.is_empty() {
            return Err(in_claim(diagnostics, head));
        }
        let dims = self.store.dims.clone();
        let declarations = self.firm_declarations(holes);
        let typing = match infer::infer(&tree, &joined, &declarations, &mut self.store.dims) {
            Ok(typing) => typing,
            Err(diagnostics) => {
                self.store.dims = dims;
                return Err(in_claim(diagnostics, head));
            }
        };
        if let Some(refused) = self.refused(&typing, holes, head) {
            self.store.dims = dims;
            return Err(refused.into());
        }
        let known = self.known(holes);
        infer::build_over(&tree, &typing, &known, &mut self.store)
            .map(|built| built.function)
            .map_err(|diagnostic| in_claim(vec![diagnostic], head))
    }

    /// The claim with blanks in the place of definitions that repeat those of the problem.
    fn without_repetitions(&self, claim: &str, tree: &Tree) -> String {
        let known = definitions(&self.tree, self.text());
        let mut text = claim.to_owned();
        let last = tree.statements().last().map(|statement| statement.span(tree));
        for (span, definition) in definitions(tree, claim) {
            // What a claim ends with is its value.
            if Some(span) != last && known.iter().any(|(_, known)| *known == definition) {
                text.replace_range(span.start..span.end, &" ".repeat(span.end - span.start));
            }
        }
        text
    }

    /// The variables of the problem and the holes by name.
    fn known(&self, holes: &[Expr]) -> Vec<(String, Expr)> {
        let variables = self.typing.variables.iter().map(|variable| variable.name.clone());
        let holes = holes.iter().filter_map(|hole| {
            let var = self.store.as_var(*hole)?;
            Some((self.store.variable(var).name.clone(), *hole))
        });
        variables.zip(self.variables.iter().copied()).chain(holes).collect()
    }

    /// The variables that the text of the problem does not declare itself, and the holes, declared as they were found.
    fn firm_declarations(&self, holes: &[Expr]) -> Vec<ExternalDeclaration> {
        let dims = &self.store.dims;
        let is_outside = |variable: &&Variable| variable.origin != Origin::Declared || variable.span.is_none();
        let variables = self.typing.variables.iter().filter(is_outside);
        let holes = holes.iter().filter_map(|hole| {
            let variable = self.store.variable(self.store.as_var(*hole)?);
            Some(Variable {
                name: variable.name.clone(),
                shape: variable.shape,
                structure: variable.structure,
                positive: false,
                complex: variable.is_complex,
                origin: Origin::Declared,
                span: None,
            })
        });
        variables
            .cloned()
            .chain(holes)
            .map(|variable| external(&variable, dims))
            .collect()
    }

    /// A claim that has names of its own, or that asks of sizes what the problem does not.
    fn refused(&self, typing: &Typing, holes: &[Expr], head: usize) -> Option<Diagnostic> {
        let known = self.known(holes);
        let is_new = |variable: &&Variable| known.iter().all(|(name, _)| *name != variable.name);
        if let Some(new) = typing.variables.iter().find(is_new) {
            let span = new.span.map_or_else(Span::default, |span| back(span, head));
            let message = format!("the claim has a name {} that the problem does not have", new.name);
            let names: Vec<&str> = known.iter().map(|(name, _)| name.as_str()).collect();
            let help = format!(
                "the names of the problem and of its differential are {}",
                names.join(", ")
            );
            return Some(Diagnostic::new(CLAIM_NAME, span, message).help(help));
        }
        let assumed = typing
            .assumptions
            .iter()
            .find(|assumption| assumption.contains(" = ") && !self.typing.assumptions.contains(assumption))?;
        let message = format!("the claim has a value only if {assumed}, which the problem does not say");
        Some(Diagnostic::new(CLAIM_SIZES, Span::default(), message))
    }
}

/// The definitions of a text, each with its place and without the spaces in it.
fn definitions(tree: &Tree, text: &str) -> Vec<(Span, String)> {
    let definition = |statement: &Statement| match statement {
        Statement::Definition(definition) => {
            let Span { start, end } = definition.span;
            let written = text.get(start..end).unwrap_or_default();
            Some((definition.span, written.split_whitespace().collect()))
        }
        Statement::Declaration(_) | Statement::Expression(_) => None,
    };
    tree.statements().iter().filter_map(definition).collect()
}

/// A variable as a declaration beside a text.
pub(crate) fn external(variable: &Variable, dims: &Dims) -> ExternalDeclaration {
    // A row is declared as what it is the transpose of nowhere: no variable is one.
    let axes: Vec<String> = variable.shape.axes().into_iter().map(|dim| dims.text(dim)).collect();
    let text = variable.shape.text(dims);
    let general = text.split('(').next().unwrap_or_default();
    let (kind, axes) = match variable.structure.kind() {
        Some(kind) => (kind, axes.into_iter().take(1).collect()),
        None => (general, axes),
    };
    let modifiers = [(variable.complex, "complex"), (variable.positive, "positive")];
    ExternalDeclaration {
        name: variable.name.clone(),
        modifiers: modifiers
            .into_iter()
            .filter(|(has, _)| *has)
            .map(|(_, word)| word.to_owned())
            .collect(),
        kind: kind.to_owned(),
        dims: axes,
    }
}

/// A place in the joined text as one in the claim; what stands in the problem has no place there.
fn back(span: Span, head: usize) -> Span {
    Span::new(span.start.saturating_sub(head), span.end.saturating_sub(head))
}

fn in_claim(diagnostics: Vec<Diagnostic>, head: usize) -> Errors {
    let moved = diagnostics.into_iter().map(|mut diagnostic| {
        diagnostic.span = back(diagnostic.span, head);
        if let Some(help) = &mut diagnostic.help {
            help.edit = help.edit.take().filter(|edit| edit.span.start >= head).map(|mut edit| {
                edit.span = back(edit.span, head);
                edit
            });
        }
        diagnostic
    });
    Errors::new(moved.collect())
}
