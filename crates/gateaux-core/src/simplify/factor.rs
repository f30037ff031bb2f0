//! Common factors of the terms of a sum: scalars, first and last factors of matrix products, elementwise factors.

use rustc_hash::FxHashMap;

use crate::expr::{ElementPower, Expr, Form, MatrixPower, Rational, Result, Shape, Store, Term};

/// Longer sums are not searched for common factors.
const MAX_TERMS: usize = 400;
/// How many times a factor is collected in one sum.
const MAX_STEPS: usize = 64;

/// A factor that terms can have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Common {
    /// A scalar with its exponent.
    Scalar(ElementPower),
    /// The first factor of a matrix product.
    First(MatrixPower),
    /// The last factor of a matrix product.
    Last(MatrixPower),
    /// A factor of an elementwise product of arrays.
    Entries(ElementPower),
    /// The last factor of a matrix product under a trace.
    TraceLast(MatrixPower),
}

/// A term taken apart: scalars times an array, or times a scalar product of matrices, or times a trace.
struct Parts {
    scalars: Vec<ElementPower>,
    array: Option<Expr>,
    is_trace: bool,
}

/// The sum with common factors collected, greedily by what each saves.
pub(super) fn factor(store: &mut Store, sum: Expr) -> Result<Expr> {
    let mut sum = sum;
    for _ in 0..MAX_STEPS {
        let Form::Add(terms) = store.form(sum).clone() else {
            break;
        };
        if terms.len() < 2 || terms.len() > MAX_TERMS {
            break;
        }
        let terms = aligned(store, &terms)?;
        let Some((common, group)) = best(store, &terms) else {
            break;
        };
        let mut inner = Vec::with_capacity(group.len());
        let mut rest = Vec::with_capacity(terms.len());
        for (at, term) in terms.iter().enumerate() {
            if group.contains(&at) {
                inner.push((term.coefficient.clone(), without(store, term.expr, common)?));
            } else {
                rest.push((term.coefficient.clone(), term.expr));
            }
        }
        let collected = store.sum(&inner)?;
        let collected = factor_once(store, collected)?;
        rest.push((Rational::one(), with(store, collected, common)?));
        let next = store.sum(&rest)?;
        if store.weight(next) >= store.weight(sum) {
            break;
        }
        sum = next;
    }
    Ok(sum)
}

/// The terms with sums that are each other's negatives, as the last factors of products, written in one way:
/// `A*(x - y) + B*(y - x)` has the common factor `x - y`.
fn aligned(store: &mut Store, terms: &[Term]) -> Result<Vec<Term>> {
    let mut seen: Vec<Expr> = Vec::new();
    let mut written = Vec::with_capacity(terms.len());
    for term in terms {
        let array = match *store.form(term.expr) {
            Form::Scale(_, array) => array,
            _ => term.expr,
        };
        let mut list = match store.form(array) {
            Form::MatMul(list) => list.to_vec(),
            _ => vec![],
        };
        let last = list
            .last_mut()
            .filter(|last| last.power == 1 && matches!(store.form(last.base), Form::Add(terms) if terms.len() > 1));
        let Some(last) = last else {
            written.push(term.clone());
            continue;
        };
        let negative = store.neg(last.base)?;
        if !seen.contains(&negative) {
            seen.push(last.base);
            written.push(term.clone());
            continue;
        }
        last.base = negative;
        let flipped = store.matrix_product(list)?;
        let (sign, flipped) = store.split_coefficient(flipped);
        let expr = match *store.form(term.expr) {
            Form::Scale(scalar, _) => store.scale(scalar, flipped)?,
            _ => flipped,
        };
        let (more, expr) = store.split_coefficient(expr);
        let coefficient = -&(&(&term.coefficient * &sign) * &more);
        written.push(Term { coefficient, expr });
    }
    Ok(written)
}

/// What was collected can have further factors in common; one level is enough, as the passes repeat.
fn factor_once(store: &mut Store, sum: Expr) -> Result<Expr> {
    let Form::Add(terms) = store.form(sum).clone() else {
        return Ok(sum);
    };
    let Some((common, group)) = best(store, &terms) else {
        return Ok(sum);
    };
    if group.len() != terms.len() {
        return Ok(sum);
    }
    let mut inner = Vec::with_capacity(terms.len());
    for term in terms.iter() {
        inner.push((term.coefficient.clone(), without(store, term.expr, common)?));
    }
    let collected = store.sum(&inner)?;
    with(store, collected, common)
}

/// The factor that saves most, and the terms that have it.
fn best(store: &Store, terms: &[Term]) -> Option<(Common, Vec<usize>)> {
    let mut order: Vec<Common> = Vec::new();
    let mut groups: FxHashMap<Common, Vec<usize>> = FxHashMap::default();
    for (at, term) in terms.iter().enumerate() {
        for common in factors(store, term.expr) {
            let group = groups.entry(common).or_insert_with(|| {
                order.push(common);
                Vec::new()
            });
            if group.last() != Some(&at) {
                group.push(at);
            }
        }
    }
    let mut found: Option<(u32, Common)> = None;
    for common in order {
        let saved = (groups[&common].len() as u32 - 1).saturating_mul(weight(store, common));
        if groups[&common].len() > 1 && found.is_none_or(|(most, _)| saved > most) {
            found = Some((saved, common));
        }
    }
    let (_, common) = found?;
    groups.remove(&common).map(|group| (common, group))
}

fn weight(store: &Store, common: Common) -> u32 {
    match common {
        Common::Scalar(f) | Common::Entries(f) => store.weight(f.base).saturating_add(store.weight(f.exponent)),
        // Sums of matrices are read more easily than sums of vectors, so the last factor is collected first.
        Common::Last(f) | Common::TraceLast(f) => store.weight(f.base).saturating_mul(2).saturating_add(1),
        Common::First(f) => store.weight(f.base).saturating_mul(2),
    }
}

fn parts(store: &Store, term: Expr) -> Parts {
    let factors = |expr: Expr| match store.form(expr) {
        Form::Product(factors) => factors.to_vec(),
        _ => vec![ElementPower {
            base: expr,
            exponent: Store::ONE,
        }],
    };
    if let Form::Scale(scalar, array) = store.form(term) {
        return Parts {
            scalars: factors(*scalar),
            array: Some(*array),
            is_trace: false,
        };
    }
    if !store.shape(term).is_scalar() {
        return Parts {
            scalars: vec![],
            array: Some(term),
            is_trace: false,
        };
    }
    let mut scalars = factors(term);
    let product = |factor: &ElementPower| {
        factor.exponent == Store::ONE && matches!(store.form(factor.base), Form::MatMul(_) | Form::Trace(_))
    };
    let array = scalars.iter().position(product).map(|at| scalars.remove(at).base);
    match array.map(|array| store.form(array)) {
        Some(Form::Trace(inner)) => Parts {
            scalars,
            array: Some(*inner),
            is_trace: true,
        },
        _ => Parts {
            scalars,
            array,
            is_trace: false,
        },
    }
}

/// The factors of a term that leave something when they are taken away.
fn factors(store: &Store, term: Expr) -> Vec<Common> {
    let Parts {
        scalars,
        array,
        is_trace,
    } = parts(store, term);
    let mut found = Vec::new();
    // The only factor of a scalar leaves the number 1.
    found.extend(
        scalars
            .iter()
            .filter(|f| f.base != Store::ONE)
            .map(|f| Common::Scalar(*f)),
    );
    match array.map(|array| store.form(array)) {
        Some(Form::MatMul(list)) if is_trace && list.len() > 1 => found.push(Common::TraceLast(list[list.len() - 1])),
        _ if is_trace => {}
        // Single rows and columns of the identity are part of what they select; what they place can be collected, and
        // so can neighboring ones: A[1:n,:] + B[1:n,:] is (A + B)[1:n,:].
        Some(Form::MatMul(list)) if list.iter().any(|f| is_selection(store, f.base)) => {
            let places = matches!(store.form(list[0].base), Form::Select(_));
            let is_range = |f: &MatrixPower| matches!(store.shape(f.base), Shape::Matrix(..));
            if places && !list[1..].iter().any(|f| is_selection(store, f.base)) {
                found.push(Common::Last(list[list.len() - 1]));
            } else if !places && list.iter().all(|f| is_range(f) || !is_selection(store, f.base)) {
                // A selection alone is not what a sum is of.
                let leaves = |rest: &[MatrixPower]| rest.len() > 1 || !is_selection(store, rest[0].base);
                let last = list.len() - 1;
                found.extend(leaves(&list[..last]).then_some(Common::Last(list[last])));
                found.extend(leaves(&list[1..]).then_some(Common::First(list[0])));
            }
        }
        Some(Form::MatMul(list)) if list.len() > 1 => {
            // Taking away one of two factors of an outer product leaves a column or a row, which is right too.
            found.push(Common::Last(list[list.len() - 1]));
            found.push(Common::First(list[0]));
        }
        Some(Form::Product(list)) if list.len() > 1 => found.extend(list.iter().map(|f| Common::Entries(*f))),
        _ => {}
    }
    found
}

fn is_selection(store: &Store, expr: Expr) -> bool {
    match *store.form(expr) {
        Form::Select(_) => true,
        Form::Transpose(inner) => matches!(store.form(inner), Form::Select(_)),
        _ => false,
    }
}

/// The term without the factor.
fn without(store: &mut Store, term: Expr, common: Common) -> Result<Expr> {
    let Parts {
        mut scalars,
        array,
        is_trace,
    } = parts(store, term);
    let remove = |list: &mut Vec<ElementPower>, factor: ElementPower| {
        if let Some(at) = list.iter().position(|known| *known == factor) {
            list.remove(at);
        }
    };
    let array = match (common, array) {
        (Common::Scalar(factor), array) => {
            remove(&mut scalars, factor);
            array
        }
        (Common::First(_), Some(array)) => match store.form(array).clone() {
            Form::MatMul(list) => Some(store.matrix_product(list[1..].to_vec())?),
            _ => Some(array),
        },
        (Common::Last(_) | Common::TraceLast(_), Some(array)) => match store.form(array).clone() {
            Form::MatMul(list) => Some(store.matrix_product(list[..list.len() - 1].to_vec())?),
            _ => Some(array),
        },
        (Common::Entries(factor), Some(array)) => match store.form(array).clone() {
            Form::Product(list) => {
                let mut list = list.to_vec();
                remove(&mut list, factor);
                Some(store.product(list)?)
            }
            _ => Some(array),
        },
        (_, None) => None,
    };
    let scalar = if scalars.is_empty() {
        Store::ONE
    } else {
        store.product(scalars)?
    };
    match array {
        Some(array) if is_trace && !matches!(common, Common::TraceLast(_)) => {
            let trace = store.trace(array)?;
            store.multiply(&[scalar, trace])
        }
        Some(array) => store.scale(scalar, array),
        None => Ok(scalar),
    }
}

/// The expression with the factor put back.
fn with(store: &mut Store, expr: Expr, common: Common) -> Result<Expr> {
    let power = |factor: MatrixPower| vec![factor];
    match common {
        Common::Scalar(factor) => {
            let scalar = store.product(vec![factor])?;
            store.scale(scalar, expr)
        }
        Common::First(factor) => {
            let first = store.matrix_product(power(factor))?;
            // What is left of an outer product is a row; a sum of scalars and a column is a multiple of it.
            if store.shape(expr).is_scalar() && !matches!(store.shape(first), Shape::Row(_)) {
                return store.scale(expr, first);
            }
            store.matmul(&[first, expr])
        }
        Common::Last(factor) => {
            let last = store.matrix_product(power(factor))?;
            store.matmul(&[expr, last])
        }
        Common::TraceLast(factor) => {
            let last = store.matrix_product(power(factor))?;
            let product = store.matmul(&[expr, last])?;
            store.trace(product)
        }
        Common::Entries(factor) => {
            let entries = store.product(vec![factor])?;
            store.hadamard(entries, expr)
        }
    }
}
