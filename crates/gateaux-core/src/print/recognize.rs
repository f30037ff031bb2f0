//! Abbreviations found in expressions: `norm2`, `norm1`, `mean`, `sym`, `skew`.

use crate::expr::{Dims, Einsum, ElementPower, Expr, Facts, Form, Rational, Result, Shape, Store, Term};
use crate::ops;

/// A sum of transposed pairs is written with `sym` if its half has more leaves than this, or is a half anyway.
const MAX_PAIR: usize = 6;

/// The r of which the scalar is the squared norm, unless `x'*x` of a variable, which reads as well.
pub(super) fn square_root(store: &mut Store, expr: Expr) -> Result<Option<Expr>> {
    if store.is_complex(expr) {
        let is_array_form = matches!(store.form(expr), Form::MatMul(_) | Form::Trace(_));
        return if is_array_form {
            ops::modulus_root(store, expr)
        } else {
            Ok(None)
        };
    }
    if !looks_square(store, expr) {
        return Ok(None);
    }
    let root = store.inner_square(expr)?;
    let plain = matches!(store.form(expr), Form::MatMul(_));
    // The norm of a matrix is that of its transpose.
    let root = root.map(|root| match *store.form(root) {
        Form::Transpose(inner) if matches!(store.shape(root), Shape::Matrix(..)) => inner,
        _ => root,
    });
    Ok(root.filter(|root| !(plain && matches!(store.form(*root), Form::Var(_)))))
}

/// A cheap look that comes before the search.
fn looks_square(store: &Store, expr: Expr) -> bool {
    store.shape(expr).is_scalar()
        && match store.form(expr) {
            Form::MatMul(factors) => {
                factors.len() % 2 == 0 && mirrored(store, factors[0].base, factors[factors.len() - 1].base)
            }
            Form::Trace(inner) => matches!(store.form(*inner), Form::MatMul(_)),
            Form::Sum(inner) => matches!(store.shape(*inner), Shape::Tensor(_)),
            _ => false,
        }
}

fn mirrored(store: &Store, row: Expr, column: Expr) -> bool {
    match *store.form(row) {
        Form::Transpose(inner) => inner == column,
        _ => false,
    }
}

/// The function that the sum of these entries is, and its argument: `norm1`, `nuclear`.
pub(super) fn sum_of(store: &Store, expr: Expr) -> Option<(&'static str, Expr)> {
    match store.form(expr) {
        Form::Call(function, args) => match ops::op(*function).name {
            "abs" => Some(("norm1", args[0])),
            "svdvals" => Some(("nuclear", args[0])),
            _ => None,
        },
        _ => None,
    }
}

/// The function that this entry of eigenvalues or singular values is, and its argument.
pub(super) fn extreme(store: &Store, values: Expr, row: Expr) -> Option<(&'static str, Expr)> {
    let (Form::Call(function, args), Form::Transpose(unit)) = (store.form(values), store.form(row)) else {
        return None;
    };
    // One column of the identity is a vector; several take several entries.
    let (Form::Select(at), Shape::Vector(_), Shape::Vector(n)) =
        (store.form(*unit), store.shape(*unit), store.shape(values))
    else {
        return None;
    };
    match ops::op(*function).name {
        "eigvals" if *at == Dims::ONE => Some(("lmin", args[0])),
        "eigvals" if *at == n => Some(("lmax", args[0])),
        "svdvals" if *at == Dims::ONE => Some(("spectral", args[0])),
        _ => None,
    }
}

/// The x whose sum is divided by its number of entries, and the factors that say so.
pub(super) fn mean(store: &mut Store, factors: &[ElementPower]) -> Option<(Expr, Vec<ElementPower>)> {
    let minus_one = Rational::from(-1);
    let sum = factors
        .iter()
        .find(|f| f.exponent == Store::ONE && matches!(store.form(f.base), Form::Sum(_)))?;
    let Form::Sum(of) = *store.form(sum.base) else {
        return None;
    };
    let mut used = vec![*sum];
    let shape = store.shape(of);
    let whole = store.entries(shape)?;
    let divisor = |store: &Store, dim| {
        let matches = |f: &&ElementPower| {
            store.as_number(f.exponent) == Some(&minus_one) && matches!(store.form(f.base), Form::Size(d) if *d == dim)
        };
        factors.iter().find(matches).copied()
    };
    if let Some(factor) = divisor(store, whole) {
        used.push(factor);
        return Some((of, used));
    }
    let axes = shape.axes();
    // Each axis has a divisor of its own.
    let is_distinct = (1..axes.len()).all(|at| !axes[..at].contains(&axes[at]));
    if axes.len() < 2 || !is_distinct {
        return None;
    }
    for dim in axes {
        used.push(divisor(store, dim)?);
    }
    Some((of, used))
}

/// What `sym` or `skew` of a factor of a matrix product is: its name, coefficient and argument.
pub(super) fn symmetric_factor(store: &mut Store, factor: Expr) -> Result<Option<(&'static str, Rational, Expr)>> {
    match store.form(factor).clone() {
        Form::Add(terms) if terms.len() > 1 => symmetric_part(store, &terms),
        _ => Ok(None),
    }
}

/// `coefficient*sym(part)` or `coefficient*skew(part)` of a sum that pairs each term with its transpose.
pub(super) fn symmetric_part(store: &mut Store, terms: &[Term]) -> Result<Option<(&'static str, Rational, Expr)>> {
    if !matches!(store.shape(terms[0].expr), Shape::Matrix(..)) || terms.len() % 2 == 1 || terms.len() > 32 {
        return Ok(None);
    }
    let (mut half, mut paired) = (Vec::new(), vec![false; terms.len()]);
    let mut sign: Option<bool> = None;
    for at in 0..terms.len() {
        if paired[at] {
            continue;
        }
        let transposed = store.transpose(terms[at].expr)?;
        let (coefficient, transposed) = store.split_coefficient(transposed);
        let expected = &coefficient * &terms[at].coefficient;
        let Some(other) = (at + 1..terms.len()).find(|other| !paired[*other] && terms[*other].expr == transposed)
        else {
            return Ok(None);
        };
        let same = terms[other].coefficient == expected;
        if !(same || terms[other].coefficient == -&expected) || sign.is_some_and(|known| known != same) {
            return Ok(None);
        }
        (paired[at], paired[other], sign) = (true, true, Some(same));
        half.push((terms[at].coefficient.clone(), terms[at].expr));
    }
    let twice: Vec<_> = half.iter().map(|(c, e)| (c * &Rational::from(2), *e)).collect();
    let part = store.sum(&twice)?;
    let (coefficient, primitive) = store.split_content(part)?;
    let leaves = store.post_order(&[primitive]).len();
    if !coefficient.abs().is_one() && leaves <= MAX_PAIR {
        return Ok(None);
    }
    // skew(P) is -skew(P').
    if sign == Some(false) && coefficient.is_negative() {
        return Ok(Some(("skew", -&coefficient, store.transpose(primitive)?)));
    }
    Ok(Some((
        if sign == Some(true) { "sym" } else { "skew" },
        coefficient,
        primitive,
    )))
}

/// What columns of the identity select, as an index, and whether it is a single position.
pub(super) fn selection(store: &mut Store, expr: Expr) -> Result<Option<(String, bool)>> {
    let Form::Select(start) = *store.form(expr) else {
        return Ok(None);
    };
    let from = store.dims.text(start);
    let Shape::Matrix(_, count) = store.shape(expr) else {
        return Ok(Some((from, true)));
    };
    let end = store.dims.add(start, count);
    let end = end.and_then(|end| store.dims.sub(end, Dims::ONE));
    Ok(end.map(|end| (format!("{from}:{}", store.dims.text(end)), false)))
}

/// The array and the indices of an index expression that only selects.
pub(super) fn slice(store: &mut Store, einsum: &Einsum) -> Result<Option<(Expr, Vec<String>)>> {
    let (selections, arrays): (Vec<_>, Vec<_>) = einsum
        .operands
        .iter()
        .partition(|operand| matches!(store.form(operand.expr), Form::Select(_)));
    let [array] = arrays.as_slice() else { return Ok(None) };
    let mut left = selections.len();
    let (mut items, mut output) = (Vec::new(), Vec::new());
    for (at, label) in array.labels.iter().enumerate() {
        if array.labels[..at].contains(label) {
            return Ok(None);
        }
        match selections.iter().find(|s| s.labels[0] == *label) {
            Some(selected) if !einsum.output.contains(label) => {
                let Some((item, _)) = selection(store, selected.expr)? else {
                    return Ok(None);
                };
                items.push(item);
                output.extend(selected.labels.get(1));
                left -= 1;
            }
            Some(_) => return Ok(None),
            None => {
                items.push(":".to_owned());
                output.push(*label);
            }
        }
    }
    let is_slice = left == 0 && !selections.is_empty() && output == einsum.output.to_vec();
    Ok(is_slice.then_some((array.expr, items)))
}

/// The mask of one triangle among the factors, and the function that keeps this triangle.
pub(super) fn triangle(store: &Store, factors: &[ElementPower]) -> Option<(usize, &'static str)> {
    factors.iter().enumerate().find_map(|(at, factor)| {
        let name = match *store.form(factor.base) {
            Form::Tril => "tril",
            Form::Transpose(inner) if matches!(store.form(inner), Form::Tril) => "triu",
            _ => return None,
        };
        (factor.exponent == Store::ONE).then_some((at, name))
    })
}

/// The function by rows and its matrix.
pub(super) fn by_rows(store: &Store, expr: Expr) -> Option<(&'static str, Expr)> {
    match store.form(expr) {
        Form::Call(function, args) if args.len() == 2 && !function.elementwise => {
            store.as_number(args[1]).map(|_| (ops::op(*function).name, args[0]))
        }
        _ => None,
    }
}

/// A power sum that is a power of a p-norm: the vector, p, and the power of the norm that `base^exponent` is.
pub(super) fn p_norm(store: &mut Store, base: Expr, exponent: Expr) -> Result<Option<(Expr, Expr, Expr)>> {
    let Some((vector, p)) = power_sum(store, base) else {
        return Ok(None);
    };
    // Only of a root it is known that a norm was meant.
    let is_root = match store.as_number(exponent) {
        Some(number) => !number.is_integer(),
        None => store.as_number(p).is_none(),
    };
    if !is_root {
        return Ok(None);
    }
    let mut power = Vec::new();
    match store.form(exponent).clone() {
        Form::Add(terms) => {
            for term in terms.iter() {
                power.push((term.coefficient.clone(), store.multiply(&[term.expr, p])?));
            }
        }
        _ => power.push((Rational::one(), store.multiply(&[exponent, p])?)),
    }
    let power = store.sum(&power)?;
    let is_short = match store.as_number(power) {
        Some(number) => (number * &Rational::from(2)).is_integer(),
        None => store.weight(power) <= store.weight(exponent),
    };
    Ok(is_short.then_some((vector, p, power)))
}

/// The x and p of `sum(abs(x).^p)` for a vector x; absolute values are not needed where p is even or x positive.
pub fn power_sum(store: &Store, expr: Expr) -> Option<(Expr, Expr)> {
    let Form::Sum(powers) = *store.form(expr) else {
        return None;
    };
    let Form::Product(factors) = store.form(powers) else {
        return None;
    };
    let [ElementPower { base, exponent }] = **factors else {
        return None;
    };
    let is_vector = matches!(store.shape(base), Shape::Vector(_)) && store.shape(exponent).is_scalar();
    let is_even = |number: &Rational| number.as_integer().is_some_and(|power| power % 2 == 0 && power > 0);
    match absolute(store, base) {
        Some(inner) if is_vector => Some((inner, exponent)),
        None if is_vector && store.as_number(exponent).is_some_and(is_even) => Some((base, exponent)),
        None if is_vector && store.facts(base).has(Facts::POSITIVE) => Some((base, exponent)),
        _ => None,
    }
}

/// The x of `abs(x)`.
fn absolute(store: &Store, expr: Expr) -> Option<Expr> {
    match store.form(expr) {
        Form::Call(function, args) if ops::op(*function).name == "abs" => args.first().copied(),
        _ => None,
    }
}

/// The sign of a comparison, and the one with which its sides are exchanged.
pub(super) fn comparison(name: &str) -> Option<(&'static str, &'static str)> {
    match name {
        "<" => Some(("<", ">")),
        "<=" => Some(("<=", ">=")),
        _ => None,
    }
}

/// Whether a comparison reads better from the right: `x > 0`, and what was named first comes first.
pub(super) fn reads_backwards(store: &Store, lhs: Expr, rhs: Expr) -> bool {
    let is_number = |expr: Expr| {
        store.is_zero(expr)
            || store
                .fill_value(expr)
                .is_some_and(|(_, entry)| store.as_number(entry).is_some())
    };
    match (is_number(lhs), is_number(rhs)) {
        (false, false) => store.position(rhs) < store.position(lhs),
        (is_number, _) => is_number,
    }
}
