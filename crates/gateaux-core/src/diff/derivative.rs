//! Derivatives of any order by any variables, in all their views.

use super::{LinearMap, differential, project};
use crate::expr::{Error, Expr, Result, Shape, Store, Structure, Var, Variable};

/// The explicit form of a derivative.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Explicit {
    /// An expression for the array of all outputs by all inputs.
    Array(Expr),
    /// The array has more axes than an expression of matrices can have: the multilinear operator, made to take
    /// arrays outside of the variables' subspaces too.
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
    /// Like `holes`, but for arbitrary arrays.
    pub free_holes: Vec<Expr>,
    /// The form for arbitrary arrays: the arguments are projected on the tangent spaces first.
    pub operator: Expr,
    /// The explicit form.
    pub explicit: Explicit,
    /// Whether the explicit form is the Jacobian of the entries of a row, without its axis of length 1.
    pub is_row_jacobian: bool,
    /// For a scalar function of one variable the gradient, also as the first step of higher orders.
    pub gradient: Option<Expr>,
}

/// The derivative of the function by the variables in order, one for each order.
///
/// # Errors
/// [`Error::Unsupported`] where an operation has no derivative yet, [`Error::Limit`].
pub fn derivative(store: &mut Store, function: Expr, variables: &[Expr], names: &[String]) -> Result<Derivative> {
    let mut vars = Vec::with_capacity(variables.len());
    for variable in variables {
        let what = || Error::Unsupported { what: "a derivative by an expression".to_owned() };
        vars.push(store.as_var(*variable).ok_or_else(what)?);
    }
    let (mut holes, mut free_holes) = (Vec::new(), Vec::new());
    let (mut form, mut operator) = (function, function);
    let mut array = Some(function);
    let (mut is_row_jacobian, mut gradient) = (false, None);
    for (at, ((variable, var), name)) in variables.iter().zip(&vars).zip(names).enumerate() {
        let hole = store.add_hole(name, *var)?;
        form = differential(store, form, &[(*variable, hole)])?;
        let map = differential_map(store, operator, *variable, hole)?;
        let map = map.on_all_arrays(store, *var)?;
        operator = map.body;
        if let Some(known) = array {
            let map = differential_map(store, known, *variable, hole)?;
            is_row_jacobian |= matches!(store.shape(known), Shape::Row(_)) && !store.variable(*var).shape.is_scalar();
            array = match map.explicit(store, *var) {
                // A later slot of a structured variable is projected like the first.
                Ok(found) => found.filter(|_| at == 0 || !is_row_jacobian),
                Err(Error::Unsupported { .. }) => None,
                Err(limit) => return Err(limit),
            };
            if at == 0 && store.shape(function).is_scalar() {
                gradient = array;
            }
        }
        holes.push(hole);
        free_holes.push(map.hole);
    }
    let explicit = array.map_or(Explicit::Operator, Explicit::Array);
    let is_row_jacobian = is_row_jacobian && matches!(explicit, Explicit::Array(_));
    Ok(Derivative {
        function,
        variables: vars,
        holes,
        form,
        free_holes,
        operator,
        explicit,
        is_row_jacobian,
        gradient,
    })
}

fn differential_map(store: &mut Store, f: Expr, variable: Expr, hole: Expr) -> Result<LinearMap> {
    Ok(LinearMap { hole, body: differential(store, f, &[(variable, hole)])? })
}

/// The gradients of a scalar by several variables, from one sweep forward and one backward.
///
/// # Errors
/// [`Error::IllShaped`] where the function is no scalar; those of [`derivative`].
pub fn gradients(store: &mut Store, function: Expr, variables: &[Expr], names: &[String]) -> Result<Vec<Expr>> {
    let mut holes = Vec::with_capacity(variables.len());
    let mut spaces: Vec<(Expr, Structure)> = Vec::with_capacity(variables.len());
    for (variable, name) in variables.iter().zip(names) {
        let Some(var) = store.as_var(*variable) else {
            return Err(Error::Unsupported { what: "a derivative by an expression".to_owned() });
        };
        let Variable { structure, .. } = *store.variable(var);
        holes.push((*variable, store.add_hole(name, var)?));
        spaces.push((*variable, structure));
    }
    let body = differential(store, function, &holes)?;
    let holes: Vec<Expr> = holes.into_iter().map(|(_, hole)| hole).collect();
    let raw = super::adjoint::adjoint(store, body, &holes, Store::ONE)?;
    raw.into_iter().zip(spaces).map(|(array, (point, structure))| project(store, structure, point, array)).collect()
}
