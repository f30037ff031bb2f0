//! Formulas in LaTeX: problems, and single formulas beside a problem.

use gateaux_core::infer::ExternalDeclaration;
use gateaux_core::ops;
use gateaux_syntax::latex::{self, Vocabulary};
use gateaux_syntax::{Diagnostic, Statement, Tree};

use crate::error::Errors;
use crate::problem::Problem;

impl Problem {
    /// Reads a text in LaTeX: declarations in the language in front, then definitions and the function.
    ///
    /// All mistakes point into the text.
    ///
    /// # Errors
    /// All mistakes of the text; of the LaTeX the first one, and all commands that are not known.
    ///
    /// # Example
    /// ```
    /// use gateaux::{Notation, Problem};
    /// let mut problem = Problem::parse_latex(r"b: vector(m); \frac{1}{2} \|Ax - b\|_2^2")?;
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
        let names: Vec<String> = declarations.iter().map(|declaration| declaration.name.clone()).collect();
        let tree = parsed(text, &names)?;
        Problem::from_tree(tree, text, declarations).map_err(|errors| in_latex(errors.diagnostics().to_vec()))
    }

    /// A formula in LaTeX, in the names of this problem and in those given, as a text in the language; with
    /// definitions, these come first.
    ///
    /// # Errors
    /// What cannot be read, with places in the formula; kinds and sizes are not looked at.
    pub fn latex_to_text(&self, formula: &str, names: &[&str]) -> Result<String, Errors> {
        let known = self.variables().iter().map(|variable| variable.name.clone());
        let names: Vec<String> = known.chain(names.iter().map(|name| (*name).to_owned())).collect();
        let tree = parsed(formula, &names)?;
        let written = |statement: &Statement| match statement {
            Statement::Declaration(_) => None,
            Statement::Definition(definition) => {
                Some(format!("{} = {}", definition.name.text, tree.to_text(definition.body)))
            }
            Statement::Expression(root) => Some(tree.to_text(*root)),
        };
        let statements: Vec<String> = tree.statements().iter().filter_map(written).collect();
        Ok(statements.join("; "))
    }
}

fn parsed(text: &str, names: &[String]) -> Result<Tree, Errors> {
    let is_function = |name: &str| ops::find(name).is_some_and(|op| !op.kind.is_empty()) || ops::constructor(name).is_some();
    let vocabulary = Vocabulary { is_function: &is_function, names };
    match latex::parse(text, &vocabulary) {
        (tree, diagnostics) if diagnostics.is_empty() => Ok(tree),
        (_, diagnostics) => Err(in_latex(diagnostics)),
    }
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
