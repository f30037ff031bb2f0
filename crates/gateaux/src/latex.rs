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

/// A formula in the language that was in LaTeX, and where its parts stand there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Translation {
    text: String,
    /// Places of parts in the text and in the LaTeX.
    places: Vec<(Span, Span)>,
    /// The place of all of it in the LaTeX.
    whole: Span,
}

impl Translation {
    /// The text in the language.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The place in the LaTeX of a place in the text: that of the smallest part that holds it.
    pub fn origin(&self, place: Span) -> Span {
        let holds = |(own, _): &&(Span, Span)| own.start <= place.start && place.end <= own.end;
        let smallest = self
            .places
            .iter()
            .filter(holds)
            .min_by_key(|(own, _)| own.end - own.start);
        smallest.map_or(self.whole, |(_, origin)| *origin)
    }

    /// Mistakes of the text at their places in the LaTeX.
    pub fn placed(&self, errors: &Errors) -> Errors {
        let mut diagnostics = errors.diagnostics().to_vec();
        for diagnostic in &mut diagnostics {
            diagnostic.span = self.origin(diagnostic.span);
        }
        in_latex(diagnostics)
    }

    /// The text from a statement on.
    fn behind(self, start: usize) -> Translation {
        let shifted = |(own, origin): (Span, Span)| {
            let own = Span::new(own.start.checked_sub(start)?, own.end.checked_sub(start)?);
            Some((own, origin))
        };
        Translation {
            text: self.text[start..].to_owned(),
            places: self.places.into_iter().filter_map(shifted).collect(),
            whole: self.whole,
        }
    }
}

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
        Problem::parse_with(&written.text, declarations).map_err(|errors| written.placed(&errors))
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
        self.translate_latex(formula).map(|translation| translation.text)
    }

    /// The same, with the places of the parts.
    ///
    /// # Errors
    /// As [`latex_to_text`](Problem::latex_to_text).
    pub fn translate_latex(&self, formula: &str) -> Result<Translation, Errors> {
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
///
/// # Errors
/// What cannot be read, with places in both together; so are those of the translation.
pub(crate) fn formula_beside(declarations: &str, formula: &str) -> Result<Translation, Errors> {
    let whole = format!("{declarations}\n{formula}");
    let written = in_language(&whole, &[], &[])?;
    let (tree, _) = gateaux_syntax::parse(&written.text);
    let is_declaration = |statement: &&Statement| matches!(statement, Statement::Declaration(_));
    let first = tree.statements().iter().find(|statement| !is_declaration(statement));
    let start = first.map_or(0, |statement| statement_start(statement, &tree, &written.text));
    Ok(written.behind(start))
}

/// Where a statement begins; a bare expression may begin with a parenthesis, which its span does not have.
fn statement_start(statement: &Statement, tree: &Tree, text: &str) -> usize {
    let start = statement.span(tree).start;
    text[..start].rfind("; ").map_or(0, |at| at + 2)
}

/// The text of LaTeX in the language, beside these declarations and other names.
fn in_language(text: &str, declarations: &[ExternalDeclaration], others: &[String]) -> Result<Translation, Errors> {
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
    let (mut written, mut places) = (String::new(), Vec::new());
    for statement in tree.statements() {
        if !written.is_empty() {
            written.push_str("; ");
        }
        let root = match statement {
            Statement::Declaration(declaration) => {
                written.push_str(&text[declaration.span.start..declaration.span.end]);
                continue;
            }
            Statement::Definition(definition) => {
                written.push_str(&format!("{} = ", definition.name.text));
                definition.body
            }
            Statement::Expression(root) => *root,
        };
        let start = written.len();
        let (formula, parts) = tree.to_text_with_places(root);
        written.push_str(&formula);
        let placed = |(own, id): (Span, NodeId)| {
            let own = Span::new(start + own.start, start + own.end);
            (own, tree.node(id).span)
        };
        places.extend(parts.into_iter().map(placed));
    }
    Ok(Translation {
        text: written,
        places,
        whole: Span::new(0, text.len()),
    })
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
