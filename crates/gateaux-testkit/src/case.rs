//! A problem as expressions.

use std::collections::BTreeMap;

use gateaux_core::expr::{Expr, Facts, Shape, Store, Structure, Var};
use gateaux_core::infer;
use gateaux_eval::Sizes;
use gateaux_syntax::Tree;

/// A text in the language with its expressions.
#[derive(Clone, Debug)]
pub struct Case {
    /// The tree of the text.
    pub tree: Tree,
    /// Its expressions.
    pub store: Store,
    /// The function.
    pub function: Expr,
    /// The variables by name, in the order of the answer.
    pub variables: Vec<(String, Expr)>,
    /// The variables as declarations.
    pub declarations: Vec<String>,
}

impl Case {
    /// Reads a text.
    ///
    /// # Errors
    /// Its first mistake.
    pub fn read(text: &str) -> Result<Case, String> {
        let (tree, mistakes) = gateaux_syntax::parse(text);
        if let Some(mistake) = mistakes.first() {
            return Err(format!("{mistake} in {text}"));
        }
        let mut store = Store::default();
        let typing = infer::infer(&tree, text, &[], &mut store.dims);
        let typing = typing.map_err(|mistakes| format!("{} in {text}", mistakes[0]))?;
        let built = infer::build(&tree, &typing, &mut store).map_err(|mistake| format!("{mistake} in {text}"))?;
        let names = typing.variables.iter().map(|variable| variable.name.clone());
        let declarations = typing
            .variables
            .iter()
            .map(|variable| variable.declaration(&store.dims))
            .collect();
        Ok(Case {
            variables: names.zip(built.variables).collect(),
            function: built.function,
            tree,
            store,
            declarations,
        })
    }

    /// The variable of a name.
    ///
    /// # Errors
    /// Where there is none.
    pub fn variable(&self, name: &str) -> Result<Expr, String> {
        let found = self.variables.iter().find(|(known, _)| known == name);
        found
            .map(|(_, expr)| *expr)
            .ok_or_else(|| format!("no variable {name}"))
    }

    /// The handle of a variable that is an expression.
    ///
    /// # Errors
    /// Where the expression is no variable.
    pub fn var(&self, expr: Expr) -> Result<Var, String> {
        self.store.as_var(expr).ok_or_else(|| "not a variable".to_owned())
    }

    /// How a variable is declared: its structure, and whether its entries are positive.
    ///
    /// # Errors
    /// Where the expression is no variable.
    pub fn declared(&self, expr: Expr) -> Result<(Structure, bool), String> {
        let variable = self.store.variable(self.var(expr)?);
        Ok((variable.structure, variable.facts.has(Facts::POSITIVE)))
    }

    /// The sizes, repeated as often as needed, for the names of dimensions in order of appearance.
    pub fn sizes(&self, pattern: &[usize]) -> Sizes {
        let mut names: Vec<String> = Vec::new();
        let exprs = self
            .variables
            .iter()
            .map(|(_, expr)| *expr)
            .chain(self.store.post_order(&[self.function]));
        for dim in exprs.flat_map(|expr| self.store.shape(expr).axes()) {
            for name in self.store.dims.names(dim) {
                if !names.contains(&name) {
                    names.push(name);
                }
            }
        }
        names
            .into_iter()
            .zip(pattern.iter().copied().cycle())
            .collect::<BTreeMap<_, _>>()
    }

    /// The sizes of the axes of an expression; a row has two.
    ///
    /// # Errors
    /// A dimension that has no size of at least 1.
    pub fn axes(&self, expr: Expr, sizes: &Sizes) -> Result<Vec<usize>, String> {
        shape_sizes(&self.store, self.store.shape(expr), sizes)
    }
}

/// The sizes of the axes of a shape.
///
/// # Errors
/// A dimension that has no size of at least 1.
pub fn shape_sizes(store: &Store, shape: Shape, sizes: &Sizes) -> Result<Vec<usize>, String> {
    let value = |name: &str| sizes.get(name).and_then(|size| i64::try_from(*size).ok());
    let size = |dim| store.dims.evaluate(dim, &value).filter(|size| *size >= 1);
    let sizes = shape.axes().into_iter().map(|dim| {
        let size = size(dim).ok_or_else(|| format!("the dimension {} has no size", store.dims.text(dim)))?;
        usize::try_from(size).map_err(|error| error.to_string())
    });
    sizes.collect()
}
