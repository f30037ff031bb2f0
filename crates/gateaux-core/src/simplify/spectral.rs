//! Functions of a symmetric matrix that were written with its eigenvalues: `Q*diag(f(lambda))*Q'` is `f(S)`.

use crate::expr::{ElementPower, Expr, Form, MatrixPower, Rational, Result, Shape, Store};
use crate::ops::{self, Kernel};

/// How deep the expression between the eigenvectors is read.
const MAX_DEPTH: usize = 8;

/// What stands for the eigenvalues or singular values between the vectors of a matrix.
#[derive(Clone, Copy)]
enum Decomposition {
    Eigen(Expr),
    Singular(Expr),
}

/// The product with `Q*diag(f(lambda))*Q'` and `U*diag(f(sigma))*V'` in it as a function of the matrix, or itself.
pub(super) fn collapse(store: &mut Store, expr: Expr) -> Result<Expr> {
    let Form::MatMul(factors) = store.form(expr).clone() else {
        return Ok(expr);
    };
    if let [row, column] = *factors
        && let Some(trace) = weighted_diagonal(store, row.base, column.base)?
    {
        return Ok(trace);
    }
    for at in 0..factors.len().saturating_sub(2) {
        let [left, middle, right] = [at, at + 1, at + 2].map(|at| factors[at]);
        let Form::Diag(values) = *store.form(middle.base) else {
            continue;
        };
        let Some(decomposition) = decomposition(store, left, right) else {
            continue;
        };
        if let Some(function) = function_of(store, values, decomposition, MAX_DEPTH)? {
            let mut list = factors[..at].to_vec();
            list.push(MatrixPower {
                base: function,
                power: 1,
            });
            list.extend_from_slice(&factors[at + 3..]);
            return store.matrix_product(list);
        }
    }
    Ok(expr)
}

/// The sum of a function of all eigenvalues as the trace of that function of the matrix, or itself. So it keeps its
/// derivatives of all orders where eigenvalues are equal.
pub(super) fn trace_of_sum(store: &mut Store, expr: Expr) -> Result<Expr> {
    // An inner product is the sum of a product.
    let summed = match store.form(expr).clone() {
        Form::Sum(inner) => inner,
        Form::MatMul(factors)
            if factors.len() == 2
                && store.shape(expr).is_scalar()
                && only_decomposition(store, factors[1].base).is_some() =>
        {
            let left = store.transpose(factors[0].base)?;
            store.multiply(&[left, factors[1].base])?
        }
        _ => return Ok(expr),
    };
    let Some(decomposition) = only_decomposition(store, summed) else {
        return Ok(expr);
    };
    let function = match decomposition {
        Decomposition::Eigen(_) => function_of(store, summed, decomposition, MAX_DEPTH)?,
        Decomposition::Singular(matrix) => even_power(store, summed, matrix)?,
    };
    match function {
        Some(function) => store.trace(function),
        None => Ok(expr),
    }
}

/// The one matrix whose eigenvalues or singular values occur in the vector.
fn only_decomposition(store: &Store, values: Expr) -> Option<Decomposition> {
    let (mut todo, mut found) = (vec![(values, MAX_DEPTH)], None);
    while let Some((expr, depth)) = todo.pop() {
        if store.shape(expr).is_scalar() || depth == 0 {
            continue;
        }
        match kernel_and_matrix(store, expr) {
            Some((Kernel::Eigvals, matrix)) => found = found.or(Some(Decomposition::Eigen(matrix))),
            Some((Kernel::Svdvals, matrix)) => found = found.or(Some(Decomposition::Singular(matrix))),
            _ if is_entrywise(store, expr) => {
                todo.extend(store.children(expr).into_iter().map(|child| (child, depth - 1)));
            }
            _ => {}
        }
    }
    found
}

/// Whether each entry is made of the corresponding entries of the parts.
fn is_entrywise(store: &Store, expr: Expr) -> bool {
    match store.form(expr) {
        Form::Add(_) | Form::Scale(..) | Form::Product(_) => true,
        Form::Call(function, _) => function.elementwise,
        _ => false,
    }
}

/// `sigma.^(2*k)` as `(X'*X)^k`.
fn even_power(store: &mut Store, values: Expr, matrix: Expr) -> Result<Option<Expr>> {
    let power = match store.form(values) {
        Form::Product(factors) => match **factors {
            [ElementPower { base, exponent }] if matches!(kernel_and_matrix(store, base), Some((Kernel::Svdvals, of)) if of == matrix) => {
                store.as_number(exponent).and_then(Rational::as_integer)
            }
            _ => None,
        },
        _ => None,
    };
    match power {
        Some(power) if power > 0 && power % 2 == 0 => {
            let transposed = store.transpose(matrix)?;
            let square = store.matmul(&[transposed, matrix])?;
            store.matrix_power(square, power / 2).map(Some)
        }
        _ => Ok(None),
    }
}

/// `f(lambda)'*diag(Q'*M*Q)` as `tr(f(S)*M)`.
fn weighted_diagonal(store: &mut Store, row: Expr, column: Expr) -> Result<Option<Expr>> {
    let Form::DiagOf(inner) = *store.form(column) else {
        return Ok(None);
    };
    let Form::MatMul(factors) = store.form(inner).clone() else {
        return Ok(None);
    };
    let [first, between @ .., last] = &*factors else {
        return Ok(None);
    };
    let (Some(vectors), false) = (transposed(store, first.base), between.is_empty()) else {
        return Ok(None);
    };
    let Some(opposite) = kernel_and_matrix(store, last.base) else {
        return Ok(None);
    };
    let decomposition = match (kernel_and_matrix(store, vectors), opposite) {
        (Some((Kernel::Eigvecs, s)), (Kernel::Eigvecs, t)) if s == t => Decomposition::Eigen(s),
        (Some((Kernel::Svdu, x)), (Kernel::Svdv, y)) if x == y => Decomposition::Singular(x),
        _ => return Ok(None),
    };
    let values = store.transpose(row)?;
    let Some(function) = function_of(store, values, decomposition, MAX_DEPTH)? else {
        return Ok(None);
    };
    let function = store.transpose(function)?;
    let mut list = vec![MatrixPower {
        base: function,
        power: 1,
    }];
    list.extend_from_slice(between);
    let product = store.matrix_product(list)?;
    store.trace(product).map(Some)
}

fn transposed(store: &Store, expr: Expr) -> Option<Expr> {
    match *store.form(expr) {
        Form::Transpose(inner) => Some(inner),
        _ => None,
    }
}

fn kernel_and_matrix(store: &Store, expr: Expr) -> Option<(Kernel, Expr)> {
    match store.form(expr) {
        Form::Call(function, args) => Some((ops::op(*function).kernel, args[0])),
        _ => None,
    }
}

/// The matrix whose vectors stand on the two sides.
fn decomposition(store: &Store, left: MatrixPower, right: MatrixPower) -> Option<Decomposition> {
    let right = transposed(store, right.base)?;
    match (kernel_and_matrix(store, left.base)?, kernel_and_matrix(store, right)?) {
        ((Kernel::Eigvecs, s), (Kernel::Eigvecs, t)) if s == t => Some(Decomposition::Eigen(s)),
        ((Kernel::Svdu, x), (Kernel::Svdv, y)) if x == y => Some(Decomposition::Singular(x)),
        _ => None,
    }
}

/// The function of the matrix that has this function of its values, if it can be written.
fn function_of(store: &mut Store, values: Expr, of: Decomposition, depth: usize) -> Result<Option<Expr>> {
    if depth == 0 {
        return Ok(None);
    }
    let matrix = match of {
        Decomposition::Eigen(matrix) | Decomposition::Singular(matrix) => matrix,
    };
    match (store.form(values).clone(), of) {
        (Form::Ones, Decomposition::Eigen(_)) => match store.shape(matrix) {
            Shape::Matrix(n, _) => store.eye(n).map(Some),
            _ => Ok(None),
        },
        (Form::Add(terms), _) => {
            let mut sum = Vec::with_capacity(terms.len());
            for term in terms.iter() {
                let Some(part) = function_of(store, term.expr, of, depth - 1)? else {
                    return Ok(None);
                };
                sum.push((term.coefficient.clone(), part));
            }
            store.sum(&sum).map(Some)
        }
        (Form::Scale(scalar, array), _) => match function_of(store, array, of, depth - 1)? {
            Some(part) => store.scale(scalar, part).map(Some),
            None => Ok(None),
        },
        (Form::Call(function, args), _) => {
            let name = match (ops::op(function).kernel, of) {
                (Kernel::Eigvals, Decomposition::Eigen(_)) | (Kernel::Svdvals, Decomposition::Singular(_)) => {
                    return Ok((args[0] == matrix).then_some(matrix));
                }
                (Kernel::Entries(gateaux_array::Function::Exp), Decomposition::Eigen(_)) => "expm",
                (Kernel::Entries(gateaux_array::Function::Ln), Decomposition::Eigen(_)) => "logm",
                _ => return Ok(None),
            };
            let inside = function_of(store, args[0], of, depth - 1)?;
            match inside.zip(ops::find(name)) {
                Some((inside, op)) => ops::apply_call(store, op, &[inside]).map(Some),
                None => Ok(None),
            }
        }
        (Form::Product(factors), Decomposition::Eigen(_)) => {
            let mut product = Vec::with_capacity(factors.len());
            for ElementPower { base, exponent } in factors.iter() {
                let twice = store.as_number(*exponent).map(|exponent| exponent * &Rational::from(2));
                let Some(twice) = twice.and_then(|twice| twice.as_integer()) else {
                    return Ok(None);
                };
                let Some(inside) = function_of(store, *base, of, depth - 1)? else {
                    return Ok(None);
                };
                product.push(match (twice % 2 == 0, ops::find("sqrtm")) {
                    (true, _) => MatrixPower {
                        base: inside,
                        power: twice / 2,
                    },
                    (false, Some(op)) => MatrixPower {
                        base: ops::apply_call(store, op, &[inside])?,
                        power: twice,
                    },
                    (false, None) => return Ok(None),
                });
            }
            store.matrix_product(product).map(Some)
        }
        // An odd power of the singular values: X*(X'*X)^k.
        (Form::Product(factors), Decomposition::Singular(_)) => {
            let [ElementPower { base, exponent }] = *factors else {
                return Ok(None);
            };
            let power = store.as_number(exponent).and_then(Rational::as_integer);
            match (kernel_and_matrix(store, base), power) {
                (Some((Kernel::Svdvals, of)), Some(power)) if of == matrix && power > 0 && power % 2 == 1 => {
                    let transposed = store.transpose(matrix)?;
                    let square = store.matmul(&[transposed, matrix])?;
                    let square = store.matrix_power(square, (power - 1) / 2)?;
                    store.matmul(&[matrix, square]).map(Some)
                }
                _ => Ok(None),
            }
        }
        _ => Ok(None),
    }
}
