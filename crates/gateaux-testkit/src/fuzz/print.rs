//! What is printed is read again as the same expression.

use gateaux_array::{DoubleDouble, Prime};
use gateaux_core::diff::{self, Explicit};
use gateaux_core::expr::Expr;
use gateaux_core::print::{Layout, Notation};
use gateaux_core::simplify::simplify;
use gateaux_core::{infer, ops};
use gateaux_syntax::latex;

use super::derive::{PATTERN, is_small};
use super::text;
use crate::case::Case;
use crate::check::Point;
use crate::complex;
use crate::numbers::{Judge, Region};

/// Printing: the function and its explicit derivative are read again as the same expressions, in the language, in its
/// Unicode signs and, but for index letters, in LaTeX, which is balanced.
///
/// An expression with another normal form passes if it is printed in the same way, or has the same value.
pub fn print(data: &[u8]) {
    let text = text(data);
    let Ok(mut case) = Case::read(&text) else { return };
    let mut roots = vec![("the function", case.function)];
    if let Some(variable) = case.variables.first().map(|(_, variable)| *variable) {
        let arrays = derivatives(&mut case, variable);
        roots.extend(arrays.into_iter().map(|array| ("the explicit form", array)));
    }
    for (what, root) in roots {
        is_read_again(&mut case, (&text, what), root);
        if let Ok(simple) = simplify(&mut case.store, root) {
            is_read_again(&mut case, (&text, what), simple);
        }
    }
}

/// The explicit derivative, or those by z and by `conj(z)`.
fn derivatives(case: &mut Case, variable: Expr) -> Vec<Expr> {
    let names = ["dV".to_owned()];
    if complex::is_complex(case) {
        let found = diff::complex_derivative(&mut case.store, case.function, &[variable], &names);
        let arrays = |(_, wirtinger): (_, diff::Wirtinger)| {
            let parts = wirtinger.parts.into_iter().map(|(_, array)| array);
            parts.chain(wirtinger.gradient).collect()
        };
        return found.map_or_else(|_| vec![], arrays);
    }
    let found = diff::derivative(&mut case.store, case.function, &[variable], &names);
    match found.map(|found| found.explicit) {
        Ok(Explicit::Array(array)) => vec![array],
        Ok(Explicit::Operator) | Err(_) => vec![],
    }
}

fn is_read_again(case: &mut Case, (text, what): (&str, &str), root: Expr) {
    let Ok(layout) = Layout::new(&mut case.store, root) else {
        return;
    };
    is_balanced(text, &layout.write(Notation::Latex));
    for notation in [Notation::Text, Notation::Unicode, Notation::Latex] {
        let printed = layout.write(notation);
        if notation == Notation::Latex && is_for_people(case, &printed) {
            continue;
        }
        let again = match read(case, &printed, notation) {
            Ok(again) => again,
            Err(reason) => panic!("{text:?}: {what} is printed {printed:?}, which does not read: {reason}"),
        };
        let (one, two) = (case.store.shape(root), case.store.shape(again));
        assert!(
            one == two,
            "{text:?}: {what} is printed {printed:?}, which has another shape"
        );
        if again == root {
            continue;
        }
        let Ok(layout) = Layout::new(&mut case.store, again) else {
            continue;
        };
        let printed_again = layout.write(notation);
        if printed_again != printed && is_small(text) && is_other(case, root, again) {
            panic!("{text:?}: {what} is printed {printed:?}, which is {printed_again:?}, with another value");
        }
    }
}

/// Whether LaTeX has index letters, or a constant beside a tensor, which cannot be read back.
fn is_for_people(case: &Case, latex: &str) -> bool {
    let has_tensors = case
        .declarations
        .iter()
        .any(|declaration| declaration.contains("tensor("));
    let has_indices = ["\\right]_{", "\\sum_{", "\\delta_{"]
        .iter()
        .any(|sign| latex.contains(sign));
    has_indices || has_tensors && latex.contains("\\mathbf{1}")
}

/// The expression of a text over the variables of the problem.
fn read(case: &mut Case, printed: &str, notation: Notation) -> Result<Expr, String> {
    let text = format!("{}\n{printed}", case.declarations.join("\n"));
    let vocabulary = latex::Vocabulary {
        is_function: &ops::takes_arguments,
        names: &[],
    };
    let (tree, mistakes) = match notation {
        Notation::Latex => latex::parse(&text, &vocabulary),
        Notation::Text | Notation::Unicode => gateaux_syntax::parse(&text),
        Notation::MathMl => return Err("MathML is written only".to_owned()),
    };
    if let Some(mistake) = mistakes.first() {
        return Err(mistake.to_string());
    }
    let typing = infer::infer(&tree, &text, &[], &mut case.store.dims);
    let typing = typing.map_err(|mistakes| mistakes[0].to_string())?;
    let built = infer::build(&tree, &typing, &mut case.store).map_err(|mistake| mistake.to_string())?;
    let mut own = Vec::new();
    for (variable, made) in typing.variables.iter().zip(&built.variables) {
        own.push((*made, case.variable(&variable.name)?));
    }
    ops::substitute(&mut case.store, built.function, &own).map_err(|error| error.to_string())
}

/// Whether the values differ at every point at which both are defined, and there is such a point.
fn is_other(case: &Case, one: Expr, two: Expr) -> bool {
    if complex::is_complex(case) {
        let differ = |(seed, region): (usize, Region)| compare_complex(case, one, two, (region, seed as u64));
        return Region::ALL.into_iter().enumerate().find_map(differ) == Some(true);
    }
    let mut differ = compare::<Prime>(case, one, two, (Region::Signed, 1));
    for (seed, region) in Region::ALL.into_iter().enumerate() {
        if differ.is_none() {
            differ = compare::<DoubleDouble>(case, one, two, (region, seed as u64));
        }
    }
    differ == Some(true)
}

/// Whether the values differ at a point; `None` where one of them is not defined.
fn compare<T: Judge>(case: &Case, one: Expr, two: Expr, place: (Region, u64)) -> Option<bool> {
    let (wrt, _) = case.variables.first()?;
    let mut point = Point::<T>::of(case.clone(), wrt, &PATTERN, place).ok()?;
    let found = point.run(&[one, two]).ok()?;
    Some(!T::agree(&found[0], &found[1]))
}

fn compare_complex(case: &Case, one: Expr, two: Expr, place: (Region, u64)) -> Option<bool> {
    let mut point = complex::Point::of(case.clone(), &[], &PATTERN, place).ok()?;
    let found = point.run(&[one, two]).ok()?;
    Some(!complex::C::agree(&found[0], &found[1]))
}

fn is_balanced(text: &str, latex: &str) {
    let mut depth = 0i64;
    let mut is_escaped = false;
    for letter in latex.chars() {
        match letter {
            '{' if !is_escaped => depth += 1,
            '}' if !is_escaped => depth -= 1,
            _ => {}
        }
        is_escaped = letter == '\\' && !is_escaped;
        assert!(depth >= 0, "{text:?}: a brace closes too much in {latex}");
    }
    assert!(depth == 0, "{text:?}: a brace is open in {latex}");
    let count = |word: &str| latex.matches(word).count();
    assert_eq!(
        count("\\left"),
        count("\\right"),
        "{text:?}: \\left without \\right in {latex}"
    );
}
