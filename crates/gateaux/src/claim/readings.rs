//! What a claim can be meant to be: a view of the derivative, in an arrangement of its entries.

use gateaux_array::{Array, Complex};
use gateaux_core::diff::Convention;
use gateaux_core::expr::{Dim, Expr, Shape, Structure, Var};
use gateaux_core::print::Notation;

use super::Mistake;
use super::points::{Column, Entry, Points, Values};
use crate::answer::{Answer, Printed};
use crate::error::Errors;
use crate::problem::Problem;
use crate::sample;

/// How the entries of a claim correspond to those of the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Arrangement {
    /// One by one, axes of length 1 and stacking by `vec` aside.
    Same,
    /// The two axes are exchanged.
    Transposed,
    /// The axes of the variable stand before those of the function, which are so many.
    VariableFirst(usize),
    /// A matrix that belongs to a `vec` which stacks rows.
    RowStacked,
    /// Each is the complex conjugate.
    Conjugate,
    /// The answer is the projection of the claim on the tangent space of the variable.
    Projected(Var, Structure),
}

/// A view of the derivative that the claim can be.
#[derive(Clone, Debug)]
pub(super) struct Reading {
    /// What the view is called.
    pub(super) name: String,
    /// The view as it is shown.
    pub(super) text: String,
    pub(super) view: Expr,
    pub(super) arrangement: Arrangement,
    /// What is wrong with a claim that agrees with the view in this arrangement; `None`: nothing.
    pub(super) slip: Option<(Mistake, String)>,
}

impl Reading {
    /// The entries of the claim where those of the view are.
    pub(super) fn arranged(&self, points: &Points, claimed: &Column, viewed: &Column) -> Column {
        let pairs = claimed.iter().zip(viewed).zip(&points.points);
        pairs
            .map(|((claim, view), (_, values))| self.arrangement.apply(claim.as_ref()?, view.as_ref()?.shape(), values))
            .collect()
    }
}

impl Arrangement {
    pub(super) fn apply(self, claim: &Array<Entry>, shape: &[usize], values: &Values) -> Option<Array<Entry>> {
        match self {
            Arrangement::Same => claim.clone().reshape(shape).ok(),
            Arrangement::Transposed => {
                let flipped = match claim.rank() {
                    2 => claim.transpose().ok()?,
                    _ => claim.clone(),
                };
                flipped.reshape(shape).ok()
            }
            Arrangement::VariableFirst(function) => {
                let axes = claim.rank();
                let variable = axes.checked_sub(function)?;
                let order: Vec<usize> = (variable..axes).chain(0..variable).collect();
                claim.permuted(&order).ok()?.reshape(shape).ok()
            }
            Arrangement::RowStacked => {
                let [_, columns, _, width] = *shape else { return None };
                let stacked = Array::from_fn(shape, |at| {
                    let entry = claim.get(&[at[1] + columns * at[0], at[3] + width * at[2]]);
                    entry
                        .copied()
                        .unwrap_or_else(|| Complex::real(gateaux_array::Real::from_f64(f64::NAN)))
                });
                stacked.ok()
            }
            Arrangement::Conjugate => Some(claim.map(Complex::conj)),
            Arrangement::Projected(var, structure) => {
                let point = values.entries(var)?;
                sample::tangent(claim, structure, &point).ok()
            }
        }
    }
}

/// A view before its arrangement is known.
struct View {
    name: String,
    text: String,
    expr: Expr,
    /// How many of its axes are those of the function.
    function_axes: usize,
}

/// The views that have as many entries as the claim, in every arrangement that is no matter of a variable's structure.
pub(super) fn readings(problem: &mut Problem, answer: &mut Answer, claim: Expr) -> Result<Vec<Reading>, Errors> {
    let shape = problem.store.shape(claim);
    if problem.store.has_hole(claim) {
        let view = View {
            name: "differential".to_owned(),
            text: answer.differential(Notation::Text).to_owned(),
            expr: answer.derivative.form,
            function_axes: 2,
        };
        return Ok(arrangements(problem, shape, &view));
    }
    let mut found = Vec::new();
    if let (Some(expr), Some(text)) = (answer.explicit_expr, answer.explicit(Notation::Text)) {
        let view = View {
            name: answer.explicit_name().to_owned(),
            text: text.to_owned(),
            expr,
            function_axes: problem.store.shape(answer.derivative.function).axes().len(),
        };
        found.extend(arrangements(problem, shape, &view));
        found.extend(conjugates(problem, answer, shape, &view));
    }
    // What can be the explicit form is taken for it: a row is no Kronecker form of a gradient.
    if found.is_empty() {
        answer.complete_views(problem)?;
        if let (Some(expr), Some(text)) = (answer.kronecker_expr, answer.kronecker(Notation::Text)) {
            let view = View {
                name: "Kronecker form".to_owned(),
                text: text.to_owned(),
                expr,
                function_axes: 2,
            };
            let as_matrix = arrangements(problem, shape, &view);
            // What could be transposed too is more often a matter of the order of stacking.
            found.extend(row_stacked(problem, answer, &as_matrix));
            found.extend(as_matrix);
        }
    }
    Ok(found)
}

fn arrangements(problem: &mut Problem, shape: Shape, view: &View) -> Vec<Reading> {
    let of_view = problem.store.shape(view.expr);
    let reading = |arrangement: Arrangement, slip: Option<(Mistake, String)>| Reading {
        name: view.name.clone(),
        text: view.text.clone(),
        view: view.expr,
        arrangement,
        slip,
    };
    let (claimed, wanted) = (shape.axes(), of_view.axes());
    let mut found = Vec::new();
    let is_row = |shape: Shape| matches!(shape, Shape::Row(_));
    // A row is a kind of its own; a matrix of one column is taken for the vector.
    let same_kind = is_row(shape) == is_row(of_view) || matches!((shape, of_view), (Shape::Matrix(..), _));
    if same_kind && !is_flat(problem, &claimed) && long(problem, &claimed) == long(problem, &wanted)
        || claimed == wanted
        || is_stacked(problem, shape, of_view)
    {
        found.push(reading(Arrangement::Same, None));
    }
    let reversed: Vec<Dim> = claimed.iter().rev().copied().collect();
    let is_flipped = claimed.len() == 2 && (reversed == wanted || wanted.len() == 1 && is_flat(problem, &claimed))
        || claimed.len() == 1 && is_row(of_view);
    if is_flipped && long(problem, &reversed) == long(problem, &wanted) {
        found.push(reading(Arrangement::Transposed, Some(flipped(view, of_view))));
    }
    let function = view.function_axes;
    if claimed.len() > 2 && wanted.len() == claimed.len() && (1..wanted.len()).contains(&function) {
        let rotated: Vec<Dim> = wanted[function..].iter().chain(&wanted[..function]).copied().collect();
        if rotated == claimed {
            let said = "another convention: the axes of the variable stand before those of the function".to_owned();
            let slip = Some((Mistake::Convention, said));
            found.push(reading(Arrangement::VariableFirst(function), slip));
        }
    }
    found
}

/// What an answer with its two axes exchanged is.
fn flipped(view: &View, shape: Shape) -> (Mistake, String) {
    match (view.name.as_str(), shape) {
        ("gradient", Shape::Vector(_)) => {
            let said = "another convention: a row, the gradient in the numerator layout; here a gradient has the shape of its variable";
            (Mistake::Convention, said.to_owned())
        }
        ("Jacobian", _) => {
            let said = "another convention: the transposed Jacobian, in the denominator layout; here rows belong to the function";
            (Mistake::Convention, said.to_owned())
        }
        ("gradient", _) => {
            let said = "transposed, as in the numerator layout";
            (Mistake::Transposed, said.to_owned())
        }
        _ => (Mistake::Transposed, "transposed".to_owned()),
    }
}

/// The axes that are longer than 1.
fn long(problem: &Problem, axes: &[Dim]) -> Vec<Dim> {
    let dims = &problem.store.dims;
    axes.iter().copied().filter(|dim| dims.value(*dim) != Some(1)).collect()
}

/// Whether a matrix has one row, by its kind.
fn is_flat(problem: &Problem, axes: &[Dim]) -> bool {
    matches!(axes, [first, _] if problem.store.dims.value(*first) == Some(1))
}

/// Whether the claim is the vec of a matrix, or its row.
fn is_stacked(problem: &mut Problem, claim: Shape, view: Shape) -> bool {
    match (claim, view) {
        (Shape::Vector(length) | Shape::Row(length), Shape::Matrix(m, n)) => {
            problem.store.dims.mul(m, n) == Some(length)
        }
        _ => false,
    }
}

/// The conjugate of a gradient, and the derivatives by z and `conj(z)` that are not shown.
fn conjugates(problem: &mut Problem, answer: &Answer, shape: Shape, view: &View) -> Vec<Reading> {
    let Some(parts) = &answer.wirtinger else {
        return Vec::new();
    };
    let mut found = Vec::new();
    let mut add = |expr: Expr, arrangement: Arrangement, said: String| {
        if problem.store.shape(expr) == shape {
            found.push(Reading {
                name: view.name.clone(),
                text: view.text.clone(),
                view: expr,
                arrangement,
                slip: Some((Mistake::Convention, said)),
            });
        }
    };
    if parts.gradient.is_some() {
        let said = "another convention: the conjugate of the gradient, as jax.grad gives it".to_owned();
        add(view.expr, Arrangement::Conjugate, said);
    }
    for (part, (_, array)) in parts.list.iter().zip(parts.arrays()) {
        if array != view.expr {
            add(
                array,
                Arrangement::Same,
                format!("another convention: it is {}", part.name(Notation::Text)),
            );
        }
    }
    found
}

/// The Kronecker form of a `vec` that stacks rows, of a matrix by a matrix.
fn row_stacked(problem: &Problem, answer: &Answer, as_matrix: &[Reading]) -> Option<Reading> {
    let explicit = answer.explicit_expr?;
    let reading = as_matrix.first()?;
    if problem.store.shape(explicit).axes().len() != 4 {
        return None;
    }
    let said = "another convention: the matrix for a vec that stacks rows; here vec stacks columns".to_owned();
    Some(Reading {
        view: explicit,
        arrangement: Arrangement::RowStacked,
        slip: Some((Mistake::Convention, said)),
        ..reading.clone()
    })
}

/// The readings by another convention for structured variables.
pub(super) fn conventions(problem: &mut Problem, answer: &Answer, main: &Reading) -> Result<Vec<Reading>, Errors> {
    let derivative = &answer.derivative;
    let structures: Vec<(Var, Structure)> = derivative
        .variables
        .iter()
        .map(|var| (*var, problem.store.variable(*var).structure))
        .collect();
    let is_plain = structures.iter().all(|(_, structure)| *structure == Structure::General);
    if is_plain || problem.is_complex() || main.view != answer.explicit_expr.unwrap_or(derivative.form) {
        return Ok(Vec::new());
    }
    let wrt: Vec<&str> = answer.wrt().iter().map(String::as_str).collect();
    let mut found = Vec::new();
    let (other, said) = match derivative.convention {
        Convention::Subspace => (
            Convention::Vech,
            "another convention: the derivative by the independent entries, each at both of its places (vech)",
        ),
        Convention::Vech => (
            Convention::Subspace,
            "another convention: the derivative in the subspace of the variable",
        ),
    };
    // An orthogonal matrix has no independent entries, so there is not always another convention.
    if let Ok(alternative) = problem.derive_in(&wrt, other)
        && let Some(view) = alternative.explicit_expr
    {
        found.push(Reading {
            view,
            slip: Some((Mistake::Convention, said.to_owned())),
            ..main.clone()
        });
    }
    if let ([(var, structure)], true, Convention::Subspace) = (
        structures.as_slice(),
        problem.store.shape(derivative.function).is_scalar(),
        derivative.convention,
    ) {
        let name = &problem.store.variable(*var).name;
        let said = format!(
            "another convention: a gradient by unconstrained entries of {name}; its projection on the space of {name} is \
             the {} here",
            main.name
        );
        found.push(Reading {
            arrangement: Arrangement::Projected(*var, *structure),
            slip: Some((Mistake::Convention, said)),
            ..main.clone()
        });
    }
    Ok(found)
}

/// Our formula as it is printed.
pub(super) fn text(problem: &mut Problem, expr: Expr) -> Result<String, Errors> {
    Ok(Printed::new(problem, expr)?.get(Notation::Text).to_owned())
}
