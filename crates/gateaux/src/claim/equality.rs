//! Whether two expressions are equal.

use std::collections::BTreeMap;

use gateaux_core::expr::Expr;
use gateaux_syntax::{Diagnostic, Span, Statement, Tree};

use super::diagnosis::Case;
use super::points::Setting;
use super::readings::{self, Arrangement, Reading};
use super::{Counterexample, Evidence, Finding, Judgment, Mistake, Slip};
use crate::error::Errors;
use crate::problem::Problem;

/// One of two texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The first.
    Left,
    /// The second.
    Right,
}

/// What stands between the two texts.
const SEPARATOR: &str = "\n";

/// Whether two expressions are equal, or how they differ. Their names are the same things, declared in either text or
/// inferred from both.
///
/// # Errors
/// Mistakes of one of the texts, with places in it.
///
/// # Example
/// ```
/// let judgment = gateaux::equal("tr(A*B)", "tr(B*A)").unwrap();
/// assert!(judgment.is_equal());
/// assert!(!gateaux::equal("A*B", "B*A").unwrap().is_equal());
/// ```
pub fn equal(left: &str, right: &str) -> Result<Judgment, (Side, Errors)> {
    equal_with(left, right, &BTreeMap::new())
}

/// [`equal`], with some sizes given.
///
/// # Errors
/// As [`equal`].
pub fn equal_with(left: &str, right: &str, sizes: &BTreeMap<String, usize>) -> Result<Judgment, (Side, Errors)> {
    let of_left = parsed(left).map_err(|errors| (Side::Left, errors))?;
    parsed(right).map_err(|errors| (Side::Right, errors))?;
    let head = left.len() + SEPARATOR.len();
    let joined = format!("{left}{SEPARATOR}{right}");
    let mut problem = Problem::parse(&joined).map_err(|errors| on_side(&errors, head))?;
    let lhs = problem
        .value_before(of_left.statements().len())
        .map_err(|errors| on_side(&errors, head))?;
    let rhs = problem.function;
    let general = |errors: Errors| (Side::Left, errors);
    let judgment = compared(&mut problem, lhs, rhs, sizes).map_err(general)?;
    if !matches!(judgment.finding, Finding::Equal(Evidence::Numeric(_))) {
        return Ok(judgment);
    }
    // The one may have a value where the other has none.
    let back = compared(&mut problem, rhs, lhs, sizes).map_err(general)?;
    let Finding::NotEqual(slip) = back.finding else {
        return Ok(judgment);
    };
    let slip = Slip {
        detail: "the second has no value at points at which the first has one, and is equal at others".to_owned(),
        counterexample: slip.counterexample.map(Counterexample::exchanged),
        ..slip
    };
    Ok(Judgment {
        finding: Finding::NotEqual(slip),
        ..judgment
    })
}

/// How the first compares with the second, at points at which the second has a value.
fn compared(
    problem: &mut Problem,
    first: Expr,
    second: Expr,
    sizes: &BTreeMap<String, usize>,
) -> Result<Judgment, Errors> {
    let (shape, other) = (problem.store.shape(first), problem.store.shape(second));
    let main = Reading {
        name: "second".to_owned(),
        text: readings::text(problem, second)?,
        view: second,
        arrangement: Arrangement::Same,
        slip: None,
    };
    let mut found = Vec::new();
    if shape == other {
        found.push(main.clone());
    }
    if other.transposed() == Some(shape) && !shape.is_scalar() {
        found.push(Reading {
            arrangement: Arrangement::Transposed,
            slip: Some((Mistake::Transposed, "transposed".to_owned())),
            ..main.clone()
        });
    }
    let setting = Setting {
        domain: vec![second],
        roots: vec![first, second],
        holes: Vec::new(),
        sizes: sizes.clone(),
    };
    let mut case = Case::new(problem, setting, Some(first), main)?;
    case.name = "first";
    case.readings = found;
    let finding = case.finding("", None)?;
    Ok(case.judgment(finding))
}

/// The text by itself, which must have a value.
pub(super) fn parsed(text: &str) -> Result<Tree, Errors> {
    let (tree, mut diagnostics) = gateaux_syntax::parse(text);
    if !diagnostics.is_empty() {
        diagnostics.sort_by_key(|d| (d.span.start, d.span.end));
        return Err(Errors::new(diagnostics));
    }
    let has_value = |statement: &Statement| matches!(statement, Statement::Definition(_) | Statement::Expression(_));
    match tree.statements().iter().any(has_value) {
        true => Ok(tree),
        // Declarations alone are the mistake of any text.
        false => Problem::parse(text).map(|_| tree),
    }
}

/// The mistakes of the side of the first one, with places in its text.
fn on_side(errors: &Errors, head: usize) -> (Side, Errors) {
    let is_right = |diagnostic: &Diagnostic| diagnostic.span.start >= head;
    let diagnostics = errors.diagnostics();
    let side = match diagnostics.first() {
        Some(first) if is_right(first) => Side::Right,
        _ => Side::Left,
    };
    let mut kept: Vec<Diagnostic> = diagnostics
        .iter()
        .filter(|diagnostic| is_right(diagnostic) == (side == Side::Right))
        .cloned()
        .collect();
    if side == Side::Right {
        let back = |span: Span| Span::new(span.start - head, span.end.max(span.start) - head);
        for diagnostic in &mut kept {
            diagnostic.span = back(diagnostic.span);
            if let Some(help) = &mut diagnostic.help {
                help.edit = help.edit.take().filter(|edit| edit.span.start >= head).map(|mut edit| {
                    edit.span = back(edit.span);
                    edit
                });
            }
        }
    }
    (side, Errors::new(kept))
}
