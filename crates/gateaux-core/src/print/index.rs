//! Index notation for display: `D[i,j,k,l] = A[i,k]*B[l,j]`, where letters that are not on the left are summed.

use super::layout::Layout;
use super::{Notation, writer};
use crate::expr::{Expr, Form, Rational, Result, Shape, Store, Term, letters};

/// `D[i,j,k] = ...` for an array, in a notation. Identities are `delta[i,j]`.
///
/// # Errors
/// Those of the constructors, since recognizing abbreviations can make expressions.
pub fn print_index(store: &mut Store, name: &str, array: Expr, notation: Notation) -> Result<String> {
    let rank = store.shape(array).axes().len() as u8;
    let output: Vec<u8> = (0..rank).collect();
    let terms = match store.form(array).clone() {
        Form::Add(terms) => terms.to_vec(),
        _ => vec![Term {
            coefficient: Rational::one(),
            expr: array,
        }],
    };
    let mut text = format!("{} = ", indexed(name, &letters(&output), notation));
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
            factors.push(operand(store, front, notation, false)?);
        }
        factors.extend(entries(store, array, &output, notation)?);
        let times = match notation {
            Notation::Text => "*",
            Notation::Unicode => "⋅",
            Notation::Latex => " ",
        };
        text.push_str(&if factors.is_empty() { "1".to_owned() } else { factors.join(times) });
    }
    Ok(text)
}

/// The factors of one term: entries of its operands.
fn entries(store: &mut Store, array: Expr, output: &[u8], notation: Notation) -> Result<Vec<String>> {
    let (operands, own) = match store.form(array).clone() {
        Form::Einsum(einsum) => (einsum.operands.to_vec(), einsum.output.to_vec()),
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
    let mut factors = Vec::with_capacity(operands.len());
    for part in operands {
        let place = |label: &u8| names.iter().position(|name| name == label).unwrap_or(0) as u8;
        let labels: Vec<u8> = part.labels.iter().map(place).collect();
        let labels = letters(&labels);
        factors.push(match store.form(part.expr).clone() {
            Form::Eye => delta(&labels, notation),
            Form::Ones => continue,
            // An outer product is a product of entries.
            _ => {
                let (base, labels) = match *store.form(part.expr) {
                    Form::Transpose(inner) if matches!(store.shape(part.expr), Shape::Matrix(..)) => {
                        (inner, labels.chars().rev().collect())
                    }
                    _ => (part.expr, labels),
                };
                let base = operand(store, base, notation, true)?;
                indexed(&base, &labels, notation)
            }
        });
    }
    Ok(factors)
}

fn delta(labels: &str, notation: Notation) -> String {
    match notation {
        Notation::Text => indexed("delta", labels, notation),
        Notation::Unicode => indexed("δ", labels, notation),
        Notation::Latex => indexed("\\delta", labels, notation),
    }
}

fn indexed(base: &str, labels: &str, notation: Notation) -> String {
    if labels.is_empty() {
        return base.to_owned();
    }
    match notation {
        Notation::Latex if base.contains('_') => format!("{{{base}}}_{{{labels}}}"),
        Notation::Latex => format!("{base}_{{{labels}}}"),
        _ => {
            let labels: Vec<String> = labels.chars().map(String::from).collect();
            format!("{base}[{}]", labels.join(","))
        }
    }
}

/// An operand, in parentheses where an index or another factor behind it needs them.
fn operand(store: &mut Store, expr: Expr, notation: Notation, takes_index: bool) -> Result<String> {
    let layout = Layout::new(store, expr)?;
    let least = match takes_index {
        true => writer::Binding::Postfix,
        false => writer::Binding::Product,
    };
    Ok(layout.write_bound(notation, least))
}
