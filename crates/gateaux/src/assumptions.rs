//! What an answer assumes: read off the expressions in it, never hidden in code.

use std::collections::BTreeSet;

use gateaux_array::MatrixFunction;
use gateaux_core::diff::{Convention, Derivative};
use gateaux_core::expr::{ElementPower, Expr, Facts, Form, Rational, Store, Structure};
use gateaux_core::ops::signature::{ParamKind, signatures};
use gateaux_core::ops::{self, Kernel};
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
    /// Not on the cut of the logarithm along the negative real axis.
    OffCut(Expr),
    /// Of absolute values to a power: that they are positive, unless the exponent is known to be large enough.
    PositiveSizes(Expr, Expr),
    /// The exponent of a norm.
    AtLeastOne(Expr),
    Domain(&'static str, Expr),
}

/// What must hold for the expressions to be defined, beyond what is declared.
pub(crate) fn assumptions(problem: &mut Problem, roots: &[Expr]) -> Result<Vec<String>, Errors> {
    let mut conditions = Vec::new();
    let mut seen = BTreeSet::new();
    for expr in always_computed(&problem.store, roots) {
        let found = match problem.store.is_complex(expr) {
            true => complex_conditions(problem, expr)?,
            false => conditions_of(problem, expr),
        };
        for condition in found {
            let condition = shorter(problem, condition)?;
            if seen.insert(condition) {
                conditions.push(condition);
            }
        }
    }
    for condition in conditions.clone() {
        if let Condition::Domain(domain, arg) = condition
            && let Some(known) = implied(problem, domain, arg)?
        {
            conditions.retain(|other| *other != known);
        }
    }
    let mut conditions = with_sizes(problem, conditions)?;
    // What is positive is not zero either, nor what is off the cut of the logarithm.
    conditions.retain(|condition| match condition {
        Condition::NotZero(expr) => {
            !seen.contains(&Condition::Positive(*expr))
                && !seen.contains(&Condition::AtLeastOne(*expr))
                && !seen.contains(&Condition::Domain("x > 0", *expr))
                && !seen.contains(&Condition::OffCut(*expr))
        }
        Condition::Invertible(expr) => ["det(X) > 0", "no eigenvalue of X is negative or 0"]
            .iter()
            .all(|domain| !seen.contains(&Condition::Domain(domain, *expr))),
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

/// The conditions without those on absolute values to the powers p and p - 1 of a norm, where p >= 1.
fn with_sizes(problem: &mut Problem, conditions: Vec<Condition>) -> Result<Vec<Condition>, Errors> {
    let exponents: Vec<Expr> = conditions
        .iter()
        .filter_map(|condition| match condition {
            Condition::AtLeastOne(p) => Some(*p),
            _ => None,
        })
        .collect();
    let mut kept = Vec::with_capacity(conditions.len());
    for condition in conditions {
        let Condition::PositiveSizes(base, exponent) = condition else {
            kept.push(condition);
            continue;
        };
        let mut is_large = false;
        for p in &exponents {
            let gap = problem.store.sub(exponent, *p).map_err(|error| problem.limit(error))?;
            let least = Rational::from(-1);
            is_large |= problem.store.as_number(gap).is_some_and(|gap| *gap >= least);
        }
        if !is_large {
            kept.push(Condition::Positive(base));
        }
    }
    Ok(kept)
}

/// What is computed whatever branches are taken. A branch of `where` needs to be defined only where it is taken, which
/// is what such a condition is written for.
fn always_computed(store: &Store, roots: &[Expr]) -> Vec<Expr> {
    let mut todo = roots.to_vec();
    let mut found = BTreeSet::new();
    while let Some(expr) = todo.pop() {
        if found.insert(expr) {
            match store.as_choice(expr) {
                Some(choice) => todo.push(choice.condition),
                None => todo.extend(store.children(expr)),
            }
        }
    }
    found.into_iter().collect()
}

/// The same condition on something simpler: norm2(x) is not 0, and positive, where x is not 0; so is x'*T*x of a
/// positive definite T.
fn shorter(problem: &mut Problem, condition: Condition) -> Result<Condition, Errors> {
    let (Condition::NotZero(expr) | Condition::Positive(expr) | Condition::Domain("x > 0", expr)) = condition else {
        return Ok(condition);
    };
    let store = &mut problem.store;
    // The root of a square is positive where the square is.
    let square = match store.form(expr) {
        Form::Product(factors) if factors.len() == 1 => factors[0].base,
        _ => expr,
    };
    if !store.shape(square).is_scalar() {
        return Ok(condition);
    }
    if let Some((vector, _)) = print::power_sum(store, square) {
        return Ok(Condition::Nonzero(vector));
    }
    let definite = match store.form(square) {
        Form::MatMul(factors) if factors.len() == 3 && store.facts(factors[1].base).has(Facts::POSDEF) => {
            let (row, column) = (factors[0].base, factors[2].base);
            matches!(store.form(row), Form::Transpose(inner) if *inner == column).then_some(column)
        }
        _ => None,
    };
    let root = match definite {
        Some(column) => Ok(Some(column)),
        None => store.inner_square(square),
    };
    Ok(root
        .map_err(|error| problem.limit(error))?
        .map_or(condition, Condition::Nonzero))
}

/// What lies in the domain of these functions has these conditions on it, which need not be said again.
fn implied(problem: &mut Problem, domain: &str, arg: Expr) -> Result<Option<Condition>, Errors> {
    let formula: &'static str = match domain {
        "-1 < x < 1" => "1 - x^2",
        "x > -1" => "1 + x",
        "cos(x) != 0" => "cos(x)",
        _ => return Ok(None),
    };
    let mut environment = ops::Environment::default();
    environment.bind("x", arg);
    let found = ops::instantiate_elementwise(&mut problem.store, formula, &environment);
    let found = found.map_err(|error| problem.limit(error))?;
    Ok(Some(if domain == "-1 < x < 1" {
        Condition::Positive(found)
    } else {
        Condition::NotZero(found)
    }))
}

fn conditions_of(problem: &Problem, expr: Expr) -> Vec<Condition> {
    let store = &problem.store;
    match store.form(expr) {
        Form::MatMul(factors) => factors
            .iter()
            .filter(|f| f.power < 0 && !store.facts(f.base).has(Facts::POSDEF))
            .map(|f| match store.form(f.base) {
                // X' is invertible with X.
                Form::Transpose(inner) => *inner,
                _ => f.base,
            })
            .filter(|base| !is_invertible_where_defined(store, *base))
            .map(Condition::Invertible)
            .collect(),
        // A power of norm(x, p).
        Form::Product(factors) if factors.iter().any(|f| norm_exponent(store, f).is_some()) => factors
            .iter()
            .filter_map(|f| norm_exponent(store, f))
            .flat_map(|(vector, p)| [Condition::AtLeastOne(p), Condition::Nonzero(vector)])
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
                None if is_absolute(store, f.base) => Some(Condition::PositiveSizes(f.base, f.exponent)),
                _ => Some(Condition::Positive(f.base)),
            })
            .collect(),
        Form::Call(function, args) => {
            let op = ops::op(*function);
            let holds = |arg: &Expr| match op.domain {
                "x > 0" | "x > -1" | "x is not 0, -1, -2, ..." => {
                    let is_pivots =
                        matches!(store.form(*arg), Form::DiagOf(factor) if is_call(store, *factor, &[Kernel::Chol]));
                    is_pivots || store.facts(*arg).has(Facts::POSITIVE)
                }
                "det(X) > 0" | "S is positive definite" | "no eigenvalue of X is negative or 0" => {
                    store.facts(*arg).has(Facts::POSDEF)
                }
                _ => false,
            };
            // The domain is that of the first argument that is no literal.
            let params = signatures(op).first().map_or(&[][..], |signature| &signature.params);
            let mut arguments = params
                .iter()
                .zip(args)
                .filter(|(param, _)| param.kind != ParamKind::Natural);
            match arguments.next().map(|(_, arg)| arg) {
                Some(arg) if !op.domain.is_empty() && !holds(arg) => vec![Condition::Domain(op.domain, *arg)],
                _ => vec![],
            }
        }
        _ => vec![],
    }
}

/// The conditions on complex numbers, which have no order.
fn complex_conditions(problem: &mut Problem, expr: Expr) -> Result<Vec<Condition>, Errors> {
    let factors = match problem.store.form(expr).clone() {
        Form::Product(factors) => factors,
        Form::Call(function, args) if !args.is_empty() => {
            let domain = ops::op(function).domain;
            let is_real = ops::is_real(&mut problem.store, args[0]).map_err(|error| problem.limit(error))?;
            return Ok(match domain {
                "" => vec![],
                "x > 0" if !is_real => vec![Condition::OffCut(args[0])],
                "det(X) > 0" => vec![Condition::Invertible(args[0])],
                // The square of an absolute value is positive where that is not 0.
                _ => match ops::modulus_root(&mut problem.store, args[0]).map_err(|error| problem.limit(error))? {
                    Some(root) => vec![Condition::Nonzero(root)],
                    None => vec![Condition::Domain(domain, args[0])],
                },
            });
        }
        _ => return Ok(conditions_of(problem, expr)),
    };
    let mut conditions = Vec::new();
    for factor in factors.iter() {
        let store = &mut problem.store;
        let exponent = store.as_number(factor.exponent).cloned();
        let root = ops::modulus_root(store, factor.base).map_err(|error| problem.limit(error))?;
        let is_real = ops::is_real(&mut problem.store, factor.base).map_err(|error| problem.limit(error))?;
        match (exponent, root) {
            (Some(number), _) if !number.is_negative() && (number.is_integer() || root.is_some()) => {}
            // A norm is not 0 where some entry is not.
            (Some(_), Some(root)) => conditions.push(match problem.store.shape(factor.base).is_scalar() {
                true => Condition::Nonzero(root),
                false => Condition::NotZero(root),
            }),
            (Some(number), None) if number.is_integer() => conditions.push(Condition::NotZero(factor.base)),
            _ if is_real => conditions.push(Condition::Positive(factor.base)),
            _ => conditions.push(Condition::OffCut(factor.base)),
        }
    }
    Ok(conditions)
}

/// Exponentials are invertible, roots and Cholesky factors where they are defined, which is a condition of its own.
fn is_invertible_where_defined(store: &Store, expr: Expr) -> bool {
    let kernels = [MatrixFunction::Exp, MatrixFunction::Sqrt].map(Kernel::Matrix);
    is_call(store, expr, &kernels) || is_call(store, expr, &[Kernel::Chol])
}

fn is_call(store: &Store, expr: Expr, kernels: &[Kernel]) -> bool {
    matches!(store.form(expr), Form::Call(function, _) if kernels.contains(&ops::op(*function).kernel))
}

/// The x and p of a power of `sum(abs(x).^p)` whose exponent is no number.
fn norm_exponent(store: &Store, factor: &ElementPower) -> Option<(Expr, Expr)> {
    let (vector, p) = print::power_sum(store, factor.base)?;
    (store.as_number(factor.exponent).is_none() && store.as_number(p).is_none()).then_some((vector, p))
}

fn is_absolute(store: &Store, expr: Expr) -> bool {
    matches!(store.form(expr), Form::Call(function, _) if ops::op(*function).name == "abs")
}

fn sentence(problem: &mut Problem, condition: Condition) -> Result<String, Errors> {
    let expr = match condition {
        Condition::Invertible(e)
        | Condition::NotZero(e)
        | Condition::Nonzero(e)
        | Condition::Positive(e)
        | Condition::OffCut(e)
        | Condition::PositiveSizes(e, _)
        | Condition::AtLeastOne(e)
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
        Condition::OffCut(_) if is_scalar => format!("{text} is not 0 and not a negative real number"),
        Condition::OffCut(_) => format!("no entry of {text} is 0 or a negative real number"),
        Condition::AtLeastOne(_) => format!("{text} >= 1"),
        Condition::Positive(_) | Condition::PositiveSizes(..) => format!("{every}{text} is positive"),
        Condition::Domain("x > 0", _) => format!("{every}{text} is positive"),
        Condition::Domain("S is positive definite", _) => format!("{text} is positive definite"),
        Condition::Domain("the entries of x are distinct", _) => match spectrum_of(problem, expr)? {
            Some((values, matrix)) => format!("the {values} of {matrix} are distinct"),
            None => format!("the entries of {text} are distinct"),
        },
        Condition::Domain(domain, _) if domain.contains('X') => domain.replace('X', &text),
        Condition::Domain("-1 < x < 1", _) => format!("{every}{text} is between -1 and 1"),
        Condition::Domain("x > -1", _) => format!("{every}{text} is above -1"),
        Condition::Domain("cos(x) != 0", _) if is_scalar => format!("cos({text}) is not 0"),
        Condition::Domain("cos(x) != 0", _) => format!("no entry of cos({text}) is 0"),
        Condition::Domain("x is not 0, -1, -2, ...", _) if is_scalar => format!("{text} is not 0, -1, -2, ..."),
        Condition::Domain("x is not 0, -1, -2, ...", _) => format!("no entry of {text} is 0, -1, -2, ..."),
        Condition::Domain(domain, _) if is_scalar => format!("{domain} for x = {text}"),
        Condition::Domain(domain, _) => format!("{domain} for every entry x of {text}"),
    })
}

/// Whether the vector holds the eigenvalues or the (squared) singular values of a matrix, and of which.
fn spectrum_of(problem: &mut Problem, vector: Expr) -> Result<Option<(&'static str, String)>, Errors> {
    let store = &problem.store;
    let values = match store.form(vector) {
        Form::Product(factors) if factors.len() == 1 => factors[0].base,
        _ => vector,
    };
    let Form::Call(function, args) = store.form(values) else {
        return Ok(None);
    };
    let noun = match ops::op(*function).name {
        "eigvals" => "eigenvalues",
        "svdvals" => "singular values",
        _ => return Ok(None),
    };
    let matrix = args[0];
    let text = print::print(&mut problem.store, matrix, Notation::Text).map_err(|error| problem.limit(error))?;
    Ok(Some((noun, text)))
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
        if derivative.convention == Convention::Vech && variable.structure != Structure::General {
            add(match variable.structure {
                Structure::Symmetric | Structure::Posdef => format!(
                    "vech: derivatives by the independent entries of the symmetric {name}, each at both of its places (twice those of the subspace convention off the diagonal)"
                ),
                Structure::Skew => format!(
                    "vech: derivatives by the independent entries of the skew {name}, with opposite signs at both of its places (twice those of the subspace convention)"
                ),
                _ => format!("vech: derivatives by the independent entries of {name}, as in the subspace convention"),
            });
            continue;
        }
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
