//! The Kronecker form: the matrix M with `vec(df) = M*vec(dX)`, where `vec` stacks columns. It is made for display;
//! nothing is computed with it.

use super::{LinearMap, index, jacobian};
use crate::expr::{Error, Expr, Result, Shape, Store};
use crate::ops::substitute;

/// The matrix of the map between stacked arrays; of a map to scalars it is a row.
///
/// # Shapes
/// As many rows as the body has entries, as many columns as the hole has.
///
/// # Errors
/// [`Error::Unsupported`] where it would be too long to read.
///
/// # Source
/// Magnus & Neudecker, Matrix Differential Calculus, 2.4 and 3.7.
pub fn kronecker(store: &mut Store, map: LinearMap) -> Result<Expr> {
    let hole = store.shape(map.hole);
    let columns = store.entries(hole).ok_or_else(too_large)?;
    let stacked = store.add_stacked_hole("vec", columns)?;
    let unstacked = match hole {
        Shape::Scalar => {
            let slope = substitute(store, map.body, &[(map.hole, Store::ONE)])?;
            return match store.shape(slope) {
                Shape::Scalar => Ok(slope),
                _ => store.vec_all(slope),
            };
        }
        _ => store.reshape(stacked, hole)?,
    };
    let body = substitute(store, map.body, &[(map.hole, unstacked)])?;
    if store.shape(body).is_scalar() {
        let gradient = LinearMap { hole: stacked, body }.adjoint(store, Store::ONE)?;
        return store.transpose(gradient);
    }
    let body = match store.shape(body) {
        Shape::Row(_) => store.transpose(body)?,
        _ => store.vec_all(body)?,
    };
    let stacked_map = LinearMap { hole: stacked, body };
    match jacobian(store, stacked_map) {
        Err(Error::Unsupported { .. }) => {}
        found => return found,
    }
    // No Kronecker product says it: the array of index terms with its axes stacked.
    let array = index::explicit(store, map)?;
    let of_body = store.shape(map.body);
    let rows = store.entries(of_body).ok_or_else(too_large)?;
    store.reshape(array, Shape::Matrix(rows, columns))
}

fn too_large() -> Error {
    Error::Limit {
        what: "as a dimension",
        limit: i64::MAX as usize,
    }
}
