//! What an answer assumes: read off the expressions in it, never hidden in code.

use std::collections::BTreeSet;

use gateaux_core::diff::Derivative;
use gateaux_core::expr::{Expr, Facts, Form, Rational, Structure};
use gateaux_core::ops;
use gateaux_core::print::{self, Notation};

use crate::error::Errors;
use crate::problem::Problem;

/// A condition longer than this is not worth reading.
const MAX_LENGTH: usize = 80;
/// More conditions than this are counted, not listed.
const MAX_ASSUMPTIONS: usize = 8;

/// A condition on an expression.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Condition {
    Invertible(Expr),
    NotZero(Expr),
    /// Of an array: not all entries are 0.
    Nonzero(Expr),
    Positive(Expr),
    Domain(&'static str, Expr),
}

/// What must hold for the expressions to be defined, beyond what is declared.
pub(crate) fn assumptions(problem: &mut Problem, roots: &[Expr]) -> Result<Vec<String>, Errors> {
    let mut conditions = Vec::new();
    let mut seen = BTreeSet::new();
    for expr in problem.store.post_order(roots) {
        for condition in conditions_of(problem, expr) {
            // norm2(x) is not 0 where x is not.
            let condition = match condition {
                Condition::NotZero(square) => {
                    let root = problem
                        .store
                        .inner_square(square)
                        .map_err(|error| problem.limit(error))?;
                    root.map_or(condition, Condition::Nonzero)
                }
                other => other,
            };
            if seen.insert(condition) {
                conditions.push(condition);
            }
        }
    }
    // What is positive is not zero either.
    conditions.retain(|condition| match condition {
        Condition::NotZero(expr) => {
            !seen.contains(&Condition::Positive(*expr)) && !seen.contains(&Condition::Domain("x > 0", *expr))
        }
        Condition::Invertible(expr) => !seen.contains(&Condition::Domain("det(X) > 0", *expr)),
        _ => true,
    });
    let mut lines = problem.typing.assumptions.clone();
    for condition in &conditions {
        let line = sentence(problem, *condition)?;
        if line.chars().count() <= MAX_LENGTH && !lines.contains(&line) {
            lines.push(line);
        }
    }
    let hidden = conditions.len().saturating_sub(MAX_ASSUMPTIONS);
    if hidden > 0 && lines.len() > MAX_ASSUMPTIONS {
        lines.truncate(MAX_ASSUMPTIONS);
        lines.push(format!("and {hidden} more conditions of this kind"));
    }
    Ok(lines)
}

fn conditions_of(problem: &Problem, expr: Expr) -> Vec<Condition> {
    let store = &problem.store;
    match store.form(expr) {
        Form::MatMul(factors) => factors
            .iter()
            .filter(|f| f.power < 0 && !store.facts(f.base).has(Facts::POSDEF))
            .map(|f| match store.form(f.base) {
                // X' is invertible with X.
                Form::Transpose(inner) => Condition::Invertible(*inner),
                _ => Condition::Invertible(f.base),
            })
            .collect(),
        Form::Product(factors) => factors
            .iter()
            .filter(|f| !store.facts(f.base).has(Facts::POSITIVE))
            .filter_map(|f| match store.as_number(f.exponent) {
                Some(number) if number.is_integer() => number.is_negative().then_some(Condition::NotZero(f.base)),
                Some(_) if store.facts(f.base).has(Facts::NONNEGATIVE) => {
                    let below_one = store.as_number(f.exponent).is_some_and(Rational::is_negative);
                    below_one.then_some(Condition::NotZero(f.base))
                }
                _ => Some(Condition::Positive(f.base)),
            })
            .collect(),
        Form::Call(function, args) => {
            let op = ops::op(*function);
            let holds = |arg: &Expr| match op.domain {
                "x > 0" | "x > -1" => store.facts(*arg).has(Facts::POSITIVE),
                "det(X) > 0" => store.facts(*arg).has(Facts::POSDEF),
                _ => false,
            };
            match args.first() {
                Some(arg) if !op.domain.is_empty() && !holds(arg) => vec![Condition::Domain(op.domain, *arg)],
                _ => vec![],
            }
        }
        _ => vec![],
    }
}

fn sentence(problem: &mut Problem, condition: Condition) -> Result<String, Errors> {
    let expr = match condition {
        Condition::Invertible(e)
        | Condition::NotZero(e)
        | Condition::Nonzero(e)
        | Condition::Positive(e)
        | Condition::Domain(_, e) => e,
    };
    let text = print::print(&mut problem.store, expr, Notation::Text).map_err(|error| problem.limit(error))?;
    let is_scalar = problem.store.shape(expr).is_scalar();
    let every = if is_scalar { "" } else { "every entry of " };
    Ok(match condition {
        Condition::Invertible(_) => format!("{text} is invertible"),
        Condition::Nonzero(_) => format!("{text} is not 0"),
        Condition::NotZero(_) if is_scalar => format!("{text} is not 0"),
        Condition::NotZero(_) => format!("no entry of {text} is 0"),
        Condition::Positive(_) => format!("{every}{text} is positive"),
        Condition::Domain("x > 0", _) => format!("{every}{text} is positive"),
        Condition::Domain(domain, _) if domain.contains('X') => domain.replace('X', &text),
        Condition::Domain(domain, _) if is_scalar => format!("{domain} for x = {text}"),
        Condition::Domain(domain, _) => format!("{domain} for every entry x of {text}"),
    })
}

/// The conventions that the answer follows: kinks, structured variables, rows.
pub(crate) fn conventions(problem: &Problem, derivative: &Derivative) -> Vec<String> {
    let store = &problem.store;
    let mut notes: Vec<String> = Vec::new();
    let mut add = |note: String| {
        if !notes.contains(&note) {
            notes.push(note);
        }
    };
    for var in &derivative.variables {
        let variable = store.variable(*var);
        let name = &variable.name;
        match variable.structure {
            Structure::General => {}
            Structure::Symmetric | Structure::Posdef => add(format!(
                "{name} is symmetric: the derivative is taken in the symmetric matrices under the Frobenius inner product"
            )),
            Structure::Skew => add(format!(
                "{name} is skew: the derivative is taken in the skew matrices under the Frobenius inner product"
            )),
            Structure::Diagonal => add(format!(
                "{name} is diagonal: the derivative is taken in the diagonal matrices"
            )),
            Structure::Orthogonal => {
                add(format!(
                    "{name} is orthogonal: the gradient is projected on the tangent space at {name}"
                ));
            }
            Structure::Lower => add(format!(
                "{name} is lower triangular: the derivative is taken in these matrices"
            )),
        }
    }
    if derivative.is_row_jacobian {
        add("the function is a row: its Jacobian is that of its entries".to_owned());
    }
    // Only what was differentiated has kinks that matter: the function, and all forms but the last.
    let differentiated = &derivative.forms[..derivative.forms.len() - 1];
    for expr in store.post_order(&[&[derivative.function], differentiated].concat()) {
        if let Form::Call(function, _) = store.form(expr) {
            let kink = ops::op(*function).kink;
            if !kink.is_empty() {
                add(kink.to_owned());
            }
        }
    }
    for hint in &problem.typing.hints {
        add(hint.clone());
    }
    notes
}
