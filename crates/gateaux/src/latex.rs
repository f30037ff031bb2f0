//! Formulas in LaTeX: problems, and single formulas beside a problem.
//!
//! A formula is read to a tree with places in the LaTeX, and inferred. Then it is known what bars and double bars
//! mean, and it is written in the language, which is what all else goes on with.

use gateaux_core::expr::Store;
use gateaux_core::infer::{self, ExternalDeclaration, Typing};
use gateaux_core::ops::{self, Meaning};
use gateaux_syntax::latex::{self, Vocabulary};
use gateaux_syntax::{Diagnostic, NodeId, Span, Statement, Tree};

use crate::claim::external;
use crate::error::Errors;
use crate::problem::Problem;

impl Problem {
    /// Reads a text in LaTeX: declarations in the language in front, then definitions and the function. Its
    /// [`text`](Problem::text) is in the language.
    ///
    /// All mistakes point into the LaTeX.
    ///
    /// # Errors
    /// All mistakes of the text; of the LaTeX the first one, and all commands that are not known.
    ///
    /// # Example
    /// ```
    /// use gateaux::{Notation, Problem};
    /// let mut problem = Problem::parse_latex(r"b: vector(m); \frac{1}{2} \|Ax - b\|_2^2")?;
    /// assert_eq!(problem.text(), "b: vector(m); 1/2*norm2(A*x - b)^2");
    /// let answer = problem.derive(&["x"])?;
    /// assert_eq!(answer.explicit(Notation::Latex), Some(r"A^{\top} \left(A x - b\right)"));
    /// # Ok::<(), gateaux::Errors>(())
    /// ```
    pub fn parse_latex(text: &str) -> Result<Problem, Errors> {
        Problem::parse_latex_with(text, &[])
    }

    /// Reads a text in LaTeX with some of its variables declared beside it.
    ///
    /// # Errors
    /// As [`parse_latex`](Problem::parse_latex).
    pub fn parse_latex_with(text: &str, declarations: &[ExternalDeclaration]) -> Result<Problem, Errors> {
        let written = in_language(text, declarations, &[])?;
        Problem::parse_with(&written, declarations).map_err(|errors| without_places(&errors))
    }

    /// A formula in LaTeX as a text in the language, in the names of this problem and its changes, as `dX`; of a
    /// definition, what is right of the `=`.
    ///
    /// # Errors
    /// What cannot be read, with places in the formula.
    ///
    /// # Example
    /// ```
    /// let problem = gateaux::Problem::parse("S: posdef(n); logdet(S)")?;
    /// assert_eq!(problem.latex_to_text(r"\mathrm{tr}(S^{-1}\,\mathrm{d}S) + \log|S|")?, "tr(S^-1*dS) + log(det(S))");
    /// # Ok::<(), gateaux::Errors>(())
    /// ```
    pub fn latex_to_text(&self, formula: &str) -> Result<String, Errors> {
        let variables = &self.typing.variables;
        let is_taken = |name: &str| variables.iter().any(|variable| variable.name == name);
        let mut declarations: Vec<ExternalDeclaration> = Vec::new();
        for variable in variables {
            let declaration = external(variable, &self.store.dims);
            let changes = ["", "1", "2"].map(|number| format!("d{}{number}", variable.name));
            for name in changes.into_iter().filter(|name| !is_taken(name)) {
                let of = declaration.clone();
                declarations.push(ExternalDeclaration { name, ..of });
            }
            declarations.push(declaration);
        }
        let definitions = self.definitions().map(str::to_owned).collect::<Vec<_>>();
        in_language(formula, &declarations, &definitions)
    }
}

/// The declarations at the beginning of a text in the language.
pub(crate) fn declarations_in_front(text: &str) -> &str {
    &text[..latex::front(text)]
}

/// A formula in LaTeX as a text in the language, beside declarations in the language.
pub(crate) fn formula_beside(declarations: &str, formula: &str) -> Result<String, Errors> {
    let whole = format!("{declarations}\n{formula}");
    let written = in_language(&whole, &[], &[])?;
    let (tree, _) = gateaux_syntax::parse(&written);
    let is_declaration = |statement: &&Statement| matches!(statement, Statement::Declaration(_));
    let first = tree.statements().iter().find(|statement| !is_declaration(statement));
    let start = first.map_or(0, |statement| statement_start(statement, &tree, &written));
    Ok(written[start..].to_owned())
}

/// Where a statement begins; a bare expression may begin with a parenthesis, which its span does not have.
fn statement_start(statement: &Statement, tree: &Tree, text: &str) -> usize {
    let start = statement.span(tree).start;
    text[..start].rfind("; ").map_or(0, |at| at + 2)
}

/// The text of LaTeX in the language, beside these declarations and other names.
fn in_language(text: &str, declarations: &[ExternalDeclaration], others: &[String]) -> Result<String, Errors> {
    let declared = declarations.iter().map(|declaration| declaration.name.clone());
    let names: Vec<String> = declared.chain(others.iter().cloned()).collect();
    let vocabulary = Vocabulary {
        is_function: &ops::takes_arguments,
        names: &names,
    };
    let (mut tree, diagnostics) = latex::parse(text, &vocabulary);
    if !diagnostics.is_empty() {
        return Err(in_latex(diagnostics));
    }
    let mut store = Store::default();
    let typing = infer::infer(&tree, text, declarations, &mut store.dims).map_err(in_latex)?;
    tree.rename_calls(|id, name| meant(&typing, id, name));
    let written = |statement: &Statement| match statement {
        Statement::Declaration(declaration) => text[declaration.span.start..declaration.span.end].to_owned(),
        Statement::Definition(definition) => format!("{} = {}", definition.name.text, tree.to_text(definition.body)),
        Statement::Expression(root) => tree.to_text(*root),
    };
    let statements: Vec<String> = tree.statements().iter().map(written).collect();
    Ok(statements.join("; "))
}

/// The function of the language that a sign of LaTeX is for an argument of this kind.
fn meant(typing: &Typing, call: NodeId, name: &str) -> Option<&'static str> {
    let (op, alternative) = typing.calls[call.0 as usize]?;
    let Meaning::Abbreviates(formulas) = op.meaning else {
        return None;
    };
    let is_sign = op.name == name && !name.chars().all(|c| c.is_alphanumeric() || c == '_');
    // `abs(x)` stands for the sign, and so on.
    let (function, _) = formulas.get(alternative)?.split_once('(')?;
    is_sign.then_some(function)
}

/// The mistakes of a text that the reader has not seen.
fn without_places(errors: &Errors) -> Errors {
    let mut diagnostics = errors.diagnostics().to_vec();
    diagnostics
        .iter_mut()
        .for_each(|diagnostic| diagnostic.span = Span::default());
    in_latex(diagnostics)
}

/// The mistakes without replacements, which are in the language, and with advice for what LaTeX alone has.
fn in_latex(mut diagnostics: Vec<Diagnostic>) -> Errors {
    for diagnostic in &mut diagnostics {
        if let Some(help) = &mut diagnostic.help {
            help.edit = None;
        }
        if diagnostic.message.starts_with("‖x‖₂ takes") {
            let help = "write `\\|X\\|_F` for the Frobenius norm and `\\sigma_{\\max}(X)` for the spectral norm";
            *diagnostic = diagnostic.clone().help(help);
        }
    }
    Errors::new(diagnostics)
}
