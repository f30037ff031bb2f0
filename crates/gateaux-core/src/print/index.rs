//! Index notation for display: `D[i,j,k,l] = A[i,k]*B[l,j]`, where letters that are not on the left are summed.

use super::layout::{Layout, Piece};
use super::{Notation, latex_name, mathml, writer};
use crate::expr::{Dims, Expr, Form, MatrixPower, Rational, Result, Shape, Store, Term, letters};

/// `D[i,j,k] = ...` for an array, in a notation. Identities are `delta[i,j]`.
///
/// # Errors
/// Those of the constructors, since recognizing abbreviations can make expressions.
pub fn print_index(store: &mut Store, name: &str, array: Expr, notation: Notation) -> Result<String> {
    match notation {
        Notation::Text | Notation::Unicode | Notation::Latex => equation(store, name, array, notation),
        Notation::MathMl => Ok(mathml(&equation(store, name, array, Notation::Latex)?)),
    }
}

fn equation(store: &mut Store, name: &str, array: Expr, notation: Notation) -> Result<String> {
    let rank = store.shape(array).axes().len() as u8;
    let output: Vec<u8> = (0..rank).collect();
    let terms = opened(store, array)?;
    let names: Vec<String> = output.iter().map(|label| letters(&[*label])).collect();
    let mut text = format!("{} = ", indexed(name, &names, notation));
    for (at, term) in terms.iter().enumerate() {
        let negative = term.coefficient.is_negative();
        text.push_str(match (at, negative) {
            (0, false) => "",
            (0, true) => "-",
            (_, false) => " + ",
            (_, true) => " - ",
        });
        let (scalar, array) = match *store.form(term.expr) {
            Form::Scale(scalar, array) => (Some(scalar), array),
            _ => (None, term.expr),
        };
        let front = match scalar {
            Some(scalar) => Some(store.times(&term.coefficient.abs(), scalar)?),
            None if term.coefficient.abs().is_one() => None,
            None => Some(store.number(term.coefficient.abs())?),
        };
        let mut factors = Vec::new();
        if let Some(front) = front {
            factors.push(front_factor(store, front, notation)?);
        }
        factors.extend(entries(store, array, &output, notation)?);
        // `delta[i,k]/m` and not `1/m*delta[i,k]`.
        let divisor = match factors.first().and_then(|front| front.strip_prefix("1/")) {
            Some(below) if factors.len() > 1 && notation != Notation::Latex => {
                let below = format!("/{below}");
                factors.remove(0);
                below
            }
            _ => String::new(),
        };
        let times = match notation {
            Notation::Text => "*",
            Notation::Unicode => "⋅",
            Notation::Latex | Notation::MathMl => " ",
        };
        text.push_str(&if factors.is_empty() {
            "1".to_owned()
        } else {
            factors.join(times)
        });
        text.push_str(&divisor);
    }
    Ok(text)
}

/// The terms of the array, those of a sum that a scalar multiplies each by itself.
fn opened(store: &mut Store, array: Expr) -> Result<Vec<Term>> {
    let one = |expr: Expr| Term {
        coefficient: Rational::one(),
        expr,
    };
    let addends = |store: &Store, expr: Expr| match store.form(expr) {
        Form::Add(terms) => terms.to_vec(),
        _ => vec![one(expr)],
    };
    let mut terms = Vec::new();
    for term in addends(store, array) {
        match *store.form(term.expr) {
            Form::Scale(scalar, inner) if matches!(store.form(inner), Form::Add(_)) => {
                for part in addends(store, inner) {
                    terms.push(Term {
                        coefficient: &term.coefficient * &part.coefficient,
                        expr: store.scale(scalar, part.expr)?,
                    });
                }
            }
            _ => terms.push(term),
        }
    }
    Ok(terms)
}

/// The factors of one term: entries of its operands.
fn entries(store: &mut Store, array: Expr, output: &[u8], notation: Notation) -> Result<Vec<String>> {
    let (operands, own) = match store.form(array).clone() {
        Form::Einsum(einsum) => (einsum.operands.to_vec(), einsum.output.to_vec()),
        // An outer product is a product of entries.
        Form::MatMul(factors) if output.len() == 2 && seam(store, &factors).is_some() => {
            let at = seam(store, &factors).unwrap_or_default();
            let column = store.matrix_product(factors[..at].to_vec())?;
            let row = store.matrix_product(factors[at..].to_vec())?;
            let row = store.transpose(row)?;
            let operands = vec![
                crate::expr::Operand::new(column, &output[..1]),
                crate::expr::Operand::new(row, &output[1..]),
            ];
            (operands, output.to_vec())
        }
        _ => (vec![crate::expr::Operand::new(array, output)], output.to_vec()),
    };
    // Letters of the result as on the left, then those that are summed.
    let mut names: Vec<u8> = own;
    for operand in &operands {
        for label in operand.labels.iter() {
            if !names.contains(label) {
                names.push(*label);
            }
        }
    }
    // A column of the identity fixes a label that is summed, and is a delta with one that is not.
    let mut written: Vec<String> = (0..names.len() as u8).map(|at| letters(&[at])).collect();
    let mut factors = Vec::with_capacity(operands.len());
    let mut fixed = Vec::new();
    for (at, part) in operands.iter().enumerate() {
        if let (Form::Select(start), [label]) = (store.form(part.expr).clone(), &*part.labels) {
            let place = names.iter().position(|name| name == label).unwrap_or(0);
            let position = store.dims.text(start);
            match place < output.len() {
                true => factors.push(delta(&[written[place].clone(), position], notation)),
                false => written[place] = position,
            }
            fixed.push(at);
        }
    }
    for (at, part) in operands.iter().enumerate() {
        if fixed.contains(&at) {
            continue;
        }
        if let (Form::Select(start), [row, column]) = (store.form(part.expr).clone(), &*part.labels) {
            let place = |label: &u8| names.iter().position(|name| name == label).unwrap_or(0);
            let shift = store.dims.sub(start, Dims::ONE);
            let shifted = match shift.map(|shift| (store.dims.value(shift), store.dims.text(shift))) {
                Some((Some(0), _)) | None => written[place(column)].clone(),
                Some((_, text)) => format!("{}+{text}", written[place(column)]),
            };
            factors.push(delta(&[written[place(row)].clone(), shifted], notation));
            continue;
        }
        let place = |label: &u8| names.iter().position(|name| name == label).unwrap_or(0);
        let mut labels: Vec<String> = part.labels.iter().map(|label| written[place(label)].clone()).collect();
        factors.push(match store.form(part.expr).clone() {
            Form::Eye => delta(&labels, notation),
            Form::Ones => continue,
            _ => {
                let base = match *store.form(part.expr) {
                    Form::Transpose(inner) if matches!(store.shape(part.expr), Shape::Matrix(..)) => {
                        labels.reverse();
                        inner
                    }
                    _ => part.expr,
                };
                entry(store, base, &labels, notation)?
            }
        });
    }
    Ok(factors)
}

/// Where a row follows a column.
fn seam(store: &Store, factors: &[MatrixPower]) -> Option<usize> {
    let at = factors
        .iter()
        .position(|f| matches!(store.shape(f.base), Shape::Row(_)));
    at.filter(|at| *at > 0)
}

/// An entry of an array; of a slice `X[:,1]` the entry `X[i,1]`.
fn entry(store: &mut Store, base: Expr, labels: &[String], notation: Notation) -> Result<String> {
    let layout = Layout::new(store, base)?;
    if let Piece::Index(of, items) = layout.piece(layout.root())
        && items.iter().filter(|item| *item == ":").count() == labels.len()
        && let Piece::Name(name) = layout.piece(*of)
    {
        let mut free = labels.iter();
        let items: Vec<String> = items
            .iter()
            .map(|item| match item.as_str() {
                ":" => free.next().cloned().unwrap_or_default(),
                _ => item.clone(),
            })
            .collect();
        let name = match notation {
            Notation::Latex => latex_name(name),
            _ => name.clone(),
        };
        return Ok(indexed(&name, &items, notation));
    }
    let base = layout.write_bound(notation, writer::Binding::Postfix);
    Ok(indexed(&base, labels, notation))
}

fn delta(labels: &[String], notation: Notation) -> String {
    match notation {
        Notation::Text => indexed("delta", labels, notation),
        Notation::Unicode => indexed("δ", labels, notation),
        Notation::Latex | Notation::MathMl => indexed("\\delta", labels, notation),
    }
}

fn indexed(base: &str, labels: &[String], notation: Notation) -> String {
    if labels.is_empty() {
        return base.to_owned();
    }
    let between = match notation {
        Notation::Latex if labels.iter().all(|label| label.len() == 1) => "",
        _ => ",",
    };
    let labels = labels.join(between);
    match notation {
        Notation::Latex if base.contains('_') => format!("{{{base}}}_{{{labels}}}"),
        Notation::Latex => format!("{base}_{{{labels}}}"),
        _ => format!("{base}[{labels}]"),
    }
}

/// A scalar in front, in parentheses where another factor behind it needs them.
fn front_factor(store: &mut Store, expr: Expr, notation: Notation) -> Result<String> {
    let layout = Layout::new(store, expr)?;
    Ok(layout.write_bound(notation, writer::Binding::Product))
}
