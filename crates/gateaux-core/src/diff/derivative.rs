//! Derivatives of any order by any variables, in all their views.

use super::{Convention, LinearMap, adjoint, differential, project, represent};
use crate::expr::{Error, Expr, Facts, Result, Shape, Store, Structure, Var};

/// The explicit form of a derivative.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Explicit {
    /// An expression for the array of all outputs by all inputs.
    Array(Expr),
    /// The array would be too long to read: see the operator.
    Operator,
}

/// A derivative of some order, in its views.
#[derive(Clone, Debug)]
pub struct Derivative {
    /// The function.
    pub function: Expr,
    /// The variables, in the order of differentiation.
    pub variables: Vec<Var>,
    /// One hole for each variable.
    pub holes: Vec<Expr>,
    /// The multilinear form in the holes, of the shape of the function; holes lie in the tangent spaces.
    pub form: Expr,
    /// The form of each order up to this one: `forms[k]` is the differential of `forms[k - 1]` in hole k.
    pub forms: Vec<Expr>,
    /// The form for arbitrary arrays, in holes of the same names: the arguments are projected on the tangent spaces.
    pub operator: Expr,
    /// The holes of the operator.
    pub free_holes: Vec<Expr>,
    /// The explicit form.
    pub explicit: Explicit,
    /// The map whose explicit form it is: from arbitrary arrays in the last variable to changes of the explicit form of
    /// the order below.
    pub last: Option<LinearMap>,
    /// Of a first derivative the adjoint: a cotangent of the shape of the function, and what it is mapped to.
    pub adjoint: Option<(Expr, Expr)>,
    /// Of a first derivative of a scalar the adjoint applied to 1, before the projection on the tangent space.
    pub raw_gradient: Option<Expr>,
    /// How the explicit form treats structured variables.
    pub convention: Convention,
    /// Whether the explicit form is the Jacobian of the entries of a row, without the axis of length 1.
    pub is_row_jacobian: bool,
}

/// The derivative of the function by the variables in order, one for each order; structured variables in their
/// subspaces.
///
/// # Errors
/// [`Error::Unsupported`] where an operation has no derivative yet, [`Error::Limit`].
pub fn derivative(store: &mut Store, function: Expr, variables: &[Expr], names: &[String]) -> Result<Derivative> {
    derivative_in(store, function, variables, names, Convention::Subspace)
}

/// The derivative of the function by the variables in order, with a convention for structured variables.
///
/// # Errors
/// As [`derivative`].
pub fn derivative_in(
    store: &mut Store,
    function: Expr,
    variables: &[Expr],
    names: &[String],
    convention: Convention,
) -> Result<Derivative> {
    let mut slots = Vec::with_capacity(variables.len());
    for (variable, name) in variables.iter().zip(names) {
        let var = as_var(store, *variable)?;
        slots.push((*variable, var, store.add_hole(name, var)?));
    }
    let (mut forms, mut free_holes) = (Vec::new(), Vec::new());
    let (mut form, mut operator, mut array) = (function, function, Some(function));
    let mut is_row_jacobian = false;
    let mut last = None;
    for (variable, var, hole) in &slots {
        // In the first order, and without structured variables in all, these are differentials of one expression.
        let before = form;
        form = differential(store, before, &[(*variable, *hole)])?;
        forms.push(form);
        let body = if operator == before {
            form
        } else {
            differential(store, operator, &[(*variable, *hole)])?
        };
        let map = LinearMap { hole: *hole, body }.on_all_arrays(store, *var, Convention::Subspace)?;
        operator = map.body;
        free_holes.push(map.hole);
        // The axis of length 1 of a row is gone after the first derivative, so there is no second one of this kind.
        let known = array.filter(|_| !is_row_jacobian);
        let last_body = match known {
            Some(known) if known == before => Some(form),
            Some(known) => Some(differential(store, known, &[(*variable, *hole)])?),
            None => None,
        };
        last = match last_body {
            Some(body) => Some(LinearMap { hole: *hole, body }.on_all_arrays(store, *var, convention)?),
            None => None,
        };
        array = match last_body {
            Some(body) => explicit(store, LinearMap { hole: *hole, body }, *var, convention)?,
            None => None,
        };
        let by_array = !store.variable(*var).shape.is_scalar();
        is_row_jacobian |= by_array && known.is_some_and(|known| matches!(store.shape(known), Shape::Row(_)));
    }
    let explicit = array.map_or(Explicit::Operator, Explicit::Array);
    let (raw_gradient, adjoint) = match slots.as_slice() {
        [(_, var, hole)] => {
            let map = LinearMap {
                hole: *hole,
                body: form,
            };
            let raw = raw_gradient(store, map, *var, array)?;
            (raw, Some(adjoint_of(store, map, *var, in_subspace(array, convention))?))
        }
        _ => (None, None),
    };
    Ok(Derivative {
        function,
        raw_gradient,
        variables: slots.iter().map(|slot| slot.1).collect(),
        holes: slots.iter().map(|slot| slot.2).collect(),
        form,
        forms,
        operator,
        free_holes,
        explicit,
        last,
        convention,
        adjoint,
        is_row_jacobian: is_row_jacobian && array.is_some(),
    })
}

/// The derivatives of a scalar by several variables, with the gradients from one sweep forward and one backward.
///
/// # Errors
/// [`Error::IllShaped`] where the function is no scalar; those of [`derivative`].
pub fn gradients_in(
    store: &mut Store,
    function: Expr,
    variables: &[Expr],
    names: &[String],
    convention: Convention,
) -> Result<Vec<Derivative>> {
    let mut slots = Vec::with_capacity(variables.len());
    for (variable, name) in variables.iter().zip(names) {
        let var = as_var(store, *variable)?;
        slots.push((*variable, var, store.add_hole(name, var)?));
    }
    let holes: Vec<(Expr, Expr)> = slots.iter().map(|(variable, _, hole)| (*variable, *hole)).collect();
    let body = differential(store, function, &holes)?;
    let only_holes: Vec<Expr> = holes.iter().map(|(_, hole)| *hole).collect();
    let raw = adjoint::adjoint(store, body, &only_holes, Store::ONE)?;
    let mut found = Vec::with_capacity(slots.len());
    for ((variable, var, hole), raw) in slots.into_iter().zip(raw) {
        let structure = store.variable(var).structure;
        let gradient = represent(store, convention, structure, variable, raw)?;
        let form = differential(store, function, &[(variable, hole)])?;
        let map = LinearMap { hole, body: form };
        let free = map.on_all_arrays(store, var, Convention::Subspace)?;
        found.push(Derivative {
            function,
            raw_gradient: Some(raw),
            variables: vec![var],
            holes: vec![hole],
            form,
            forms: vec![form],
            operator: free.body,
            free_holes: vec![free.hole],
            explicit: Explicit::Array(gradient),
            last: Some(map.on_all_arrays(store, var, convention)?),
            convention,
            adjoint: Some(adjoint_of(store, map, var, in_subspace(Some(gradient), convention))?),
            is_row_jacobian: false,
        });
    }
    Ok(found)
}

fn as_var(store: &Store, variable: Expr) -> Result<Var> {
    store.as_var(variable).ok_or(Error::Unsupported {
        what: "a derivative by an expression".to_owned(),
    })
}

/// The explicit form of a linear map, where it has one.
fn explicit(store: &mut Store, map: LinearMap, var: Var, convention: Convention) -> Result<Option<Expr>> {
    match map.explicit(store, var, convention) {
        Ok(found) => Ok(found),
        Err(Error::Unsupported { .. }) => Ok(None),
        Err(limit) => Err(limit),
    }
}

/// The adjoint of a map to a scalar, applied to 1, where the gradient by an unstructured variable is not that already.
fn raw_gradient(store: &mut Store, map: LinearMap, var: Var, gradient: Option<Expr>) -> Result<Option<Expr>> {
    if !store.shape(map.body).is_scalar() || store.shape(map.hole).is_scalar() {
        return Ok(None);
    }
    match gradient {
        Some(gradient) if store.variable(var).structure == Structure::General => Ok(Some(gradient)),
        _ => map.adjoint(store, Store::ONE).map(Some),
    }
}

/// The gradient, if it is the one in the subspace.
fn in_subspace(gradient: Option<Expr>, convention: Convention) -> Option<Expr> {
    gradient.filter(|_| convention == Convention::Subspace)
}

/// A cotangent of the shape of the body, and what the adjoint maps it to, in the space of the variable.
fn adjoint_of(store: &mut Store, map: LinearMap, var: Var, gradient: Option<Expr>) -> Result<(Expr, Expr)> {
    let shape = store.shape(map.body);
    let names = match shape {
        Shape::Scalar => ["c", "s", "w"],
        Shape::Vector(_) | Shape::Row(_) => ["v", "w", "u"],
        Shape::Matrix(..) | Shape::Tensor(_) => ["V", "W", "U"],
    };
    let name = names
        .into_iter()
        .find(|name| !store.has_variable(name))
        .unwrap_or("cotangent");
    let cotangent = store.add_variable(name, shape, Structure::General, Facts::NONE)?;
    // The adjoint of a map to a scalar is the gradient times the cotangent.
    if let (Shape::Scalar, Some(gradient)) = (shape, gradient) {
        return Ok((cotangent, store.scale(cotangent, gradient)?));
    }
    let array = map.adjoint(store, cotangent)?;
    let structure = store.variable(var).structure;
    let point = store.var(var)?;
    Ok((cotangent, project(store, structure, point, array)?))
}
