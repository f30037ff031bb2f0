//! Sums of diagonal matrices as one: `diag(x) + a*diag(y)` is `diag(x + a*y)`.

use crate::expr::{Expr, Form, Rational, Result, Store};

/// The sum with its diagonal matrices as one. With choices as their entries `diag(where(c, 1, 0))` and
/// `a*diag(where(c, 0, 1))` are `diag(where(c, 1, a))`.
pub(super) fn collect(store: &mut Store, sum: Expr) -> Result<Expr> {
    let Form::Add(terms) = store.form(sum).clone() else {
        return Ok(sum);
    };
    let (mut rest, mut inside) = (Vec::new(), Vec::new());
    for term in terms.iter() {
        let (scalar, array) = match *store.form(term.expr) {
            Form::Scale(scalar, array) => (scalar, array),
            _ => (Store::ONE, term.expr),
        };
        match *store.form(array) {
            Form::Diag(vector) => {
                inside.push((term.coefficient.clone(), store.scale(scalar, vector)?));
            }
            _ => rest.push((term.coefficient.clone(), term.expr)),
        }
    }
    if inside.len() < 2 {
        return Ok(sum);
    }
    let diagonal = store.sum(&inside)?;
    rest.push((Rational::one(), store.diag(diagonal)?));
    store.sum(&rest)
}
