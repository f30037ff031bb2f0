//! Eigenvalues and singular values that must be simple, or not zero, for a derivative to exist.
//!
//! A function that treats all eigenvalues alike, `Q*diag(f(lambda))*Q'`, does not depend on the choice of the vectors
//! of a repeated one, and needs no assumption. A single eigenvalue does, and what has vectors in another place.

use std::collections::BTreeSet;

use gateaux_core::expr::{Dims, Expr, Form, MatrixPower, Store};
use gateaux_core::ops::{self, Kernel};

use crate::error::Errors;
use crate::numbers::Bound;
use crate::problem::Problem;

/// Values whose distance is below this part of the largest one count as equal.
const TOLERANCE: f64 = 1e-8;

/// What is needed of the eigenvalues or singular values of a matrix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Need {
    /// All of them are different.
    Distinct,
    /// The smallest one is different from the others.
    SmallestSimple,
    /// The largest one is different from the others.
    LargestSimple,
    /// None is 0.
    Nonzero,
}

/// A need, and the matrix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Multiplicity {
    need: Need,
    matrix: Expr,
    is_singular: bool,
}

/// The needs of some expressions, each once; what follows from another one is left out.
pub(crate) fn multiplicities(store: &Store, roots: &[Expr]) -> Vec<Multiplicity> {
    let mut found: Vec<Multiplicity> = Vec::new();
    let mut add = |need: Option<Multiplicity>| {
        if let Some(need) = need.filter(|need| !found.contains(need)) {
            found.push(need);
        }
    };
    let order = store.post_order(roots);
    // Forms in the vectors of which only the diagonal is used are looked at where that is weighted.
    let mut weighted: BTreeSet<Expr> = order
        .iter()
        .filter_map(|expr| Some(quadratic_forms(store, *expr)?.0))
        .collect();
    for expr in &order {
        if !matches!(store.form(*expr), Form::DiagOf(_)) {
            for child in store.children(*expr) {
                weighted.remove(&child);
            }
        }
    }
    for root in roots {
        add(quadratic_forms(store, *root).map(|(_, whose)| whose));
    }
    for expr in order {
        match store.form(expr) {
            Form::MatMul(factors) => {
                let ends = [0, factors.len() - 1];
                for at in 0..factors.len() {
                    if !(weighted.contains(&expr) && ends.contains(&at)) {
                        add(in_product(store, factors, at));
                    }
                    let Some((_, whose)) = quadratic_forms(store, factors[at].base) else {
                        continue;
                    };
                    let weights = match (factors.len(), store.form(factors[0].base)) {
                        (2, Form::Transpose(weights)) => Some(*weights),
                        _ => None,
                    };
                    if !weights.is_some_and(|weights| treats_all_alike(store, weights, whose)) {
                        add(Some(whose));
                    }
                }
            }
            // The transpose of vectors is looked at where it is used.
            Form::Transpose(_) => {}
            _ => {
                for child in store.children(expr) {
                    add(vectors(store, child).map(|(_, whose)| whose));
                    add(quadratic_forms(store, child).map(|(_, whose)| whose));
                }
            }
        }
    }
    let all = found.clone();
    found.retain(|one| {
        one.need == Need::Distinct || one.need == Need::Nonzero || !all.contains(&one.with(Need::Distinct))
    });
    found
}

impl Multiplicity {
    fn with(self, need: Need) -> Multiplicity {
        Multiplicity { need, ..self }
    }

    /// The assumption in words.
    ///
    /// # Errors
    /// Those of printing.
    pub(crate) fn sentence(self, problem: &mut Problem) -> Result<String, Errors> {
        let matrix = problem.text_of(self.matrix)?;
        let noun = if self.is_singular {
            "singular value"
        } else {
            "eigenvalue"
        };
        Ok(match self.need {
            Need::Distinct => format!("the {noun}s of {matrix} are distinct"),
            Need::SmallestSimple => format!("the smallest {noun} of {matrix} is simple"),
            Need::LargestSimple => format!("the largest {noun} of {matrix} is simple"),
            Need::Nonzero => format!("no {noun} of {matrix} is 0"),
        })
    }

    /// What is wrong with these inputs, if the assumption fails for them.
    ///
    /// # Errors
    /// Those of evaluation.
    pub(crate) fn failure(self, problem: &mut Problem, bound: &Bound) -> Result<Option<String>, Errors> {
        let name = if self.is_singular { "svdvals" } else { "eigvals" };
        let Some(op) = ops::find(name) else { return Ok(None) };
        let values = ops::apply_call(&mut problem.store, op, &[self.matrix]).map_err(|error| problem.limit(error))?;
        let mut values = problem.run(values, bound, &mut Vec::new())?.into_data();
        values.sort_by(f64::total_cmp);
        let scale = TOLERANCE * values.iter().fold(0.0f64, |max, value| max.max(value.abs()));
        let is_close = |pair: &[f64]| (pair[1] - pair[0]).abs() <= scale;
        let fails = match self.need {
            Need::Distinct => values.windows(2).any(is_close),
            Need::SmallestSimple => values.windows(2).next().is_some_and(is_close),
            Need::LargestSimple => values.windows(2).last().is_some_and(is_close),
            Need::Nonzero => values.iter().any(|value| value.abs() <= scale),
        };
        if !fails {
            return Ok(None);
        }
        let sentence = self.sentence(problem)?;
        Ok(Some(format!(
            "the assumption that {sentence} fails here: the numbers of the derivative mean nothing, even where it exists"
        )))
    }
}

/// The matrix whose vectors these are, or whose transposes.
fn vectors(store: &Store, expr: Expr) -> Option<(Kernel, Multiplicity)> {
    let plain = match *store.form(expr) {
        Form::Transpose(inner) => inner,
        _ => expr,
    };
    let Form::Call(function, args) = store.form(plain) else {
        return None;
    };
    let kernel = ops::op(*function).kernel;
    let is_singular = match kernel {
        Kernel::Eigvecs => false,
        Kernel::Svdu | Kernel::Svdv => true,
        _ => return None,
    };
    let whose = Multiplicity {
        need: Need::Distinct,
        matrix: args[0],
        is_singular,
    };
    Some((kernel, whose))
}

/// The product of `diag(Q'*M*Q)`, whose entries are the quadratic forms of the single vectors.
fn quadratic_forms(store: &Store, diagonal: Expr) -> Option<(Expr, Multiplicity)> {
    let Form::DiagOf(inner) = *store.form(diagonal) else {
        return None;
    };
    let Form::MatMul(factors) = store.form(inner) else {
        return None;
    };
    let (first, last) = (factors.first()?, factors.last()?);
    let ((left, whose), (right, same)) = (vectors(store, first.base)?, vectors(store, last.base)?);
    let is_pair = whose == same && (left == Kernel::Eigvecs || left != right);
    is_pair.then_some((inner, whose))
}

/// What the vectors at a place of a product need.
fn in_product(store: &Store, factors: &[MatrixPower], at: usize) -> Option<Multiplicity> {
    let (kernel, whose) = vectors(store, factors[at].base)?;
    let is_transposed = matches!(store.form(factors[at].base), Form::Transpose(_));
    let beside = |distance: usize| match is_transposed {
        true => at.checked_sub(distance).map(|at| factors[at].base),
        false => factors.get(at + distance).map(|factor| factor.base),
    };
    let Some(next) = beside(1) else {
        return Some(whose.with(Need::Distinct));
    };
    // One column.
    let unit = match *store.form(next) {
        Form::Transpose(inner) => inner,
        _ => next,
    };
    if let Form::Select(position) = *store.form(unit) {
        let n = store.shape(unit).axes();
        let is_last = n.len() == 1 && n[0] == position;
        return Some(whose.with(match (position == Dims::ONE && n.len() == 1, is_last) {
            (true, _) if whose.is_singular => Need::LargestSimple,
            (true, _) => Need::SmallestSimple,
            (_, true) if !whose.is_singular => Need::LargestSimple,
            _ => Need::Distinct,
        }));
    }
    // All columns alike, and the vectors on the other side.
    let (middle, other) = match store.form(next) {
        Form::Diag(values) => (Some(*values), beside(2)),
        _ => (None, Some(next)),
    };
    let partner = other.and_then(|other| vectors(store, other));
    let is_pair = partner.is_some_and(|(partner, same)| {
        same.matrix == whose.matrix
            && same.is_singular == whose.is_singular
            && (partner == Kernel::Eigvecs || partner != kernel)
    });
    let is_even = middle.is_none_or(|values| treats_all_alike(store, values, whose));
    match (is_pair && is_even, whose.is_singular) {
        (false, _) => Some(whose.with(Need::Distinct)),
        (true, true) => Some(whose.with(Need::Nonzero)),
        (true, false) => None,
    }
}

/// Whether the entries of the vector are one function of the single eigenvalues.
fn treats_all_alike(store: &Store, values: Expr, whose: Multiplicity) -> bool {
    let mut todo = vec![values];
    while let Some(expr) = todo.pop() {
        if store.shape(expr).is_scalar() {
            continue;
        }
        match store.form(expr) {
            Form::Ones => {}
            Form::Call(function, args) => match ops::op(*function).kernel {
                Kernel::Eigvals if !whose.is_singular && args[0] == whose.matrix => {}
                Kernel::Svdvals if whose.is_singular && args[0] == whose.matrix => {}
                _ if function.elementwise => todo.extend(args.iter()),
                _ => return false,
            },
            Form::Add(_) | Form::Product(_) | Form::Scale(..) => todo.extend(store.children(expr)),
            _ => return false,
        }
    }
    true
}
