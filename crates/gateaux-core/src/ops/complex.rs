//! Complex numbers: conjugates, parts, the imaginary unit.
//!
//! A function of a complex z is one of z and `conj(z)`, which the calculus takes as two variables. So conjugation is
//! pushed to the variables, through all that is analytic, and real and imaginary parts are sums.

use std::collections::BTreeSet;

use super::apply::call_leaf;
use super::substitute::rebuild;
use super::{Facts, Kernel, Law, Meaning, Op, find};
use crate::expr::{Error, Expr, Form, Rational, Result, Store};

/// What a complex function is made of beyond the others.
pub static OPS: &[Op] = &[
    Op {
        name: "conj",
        kind: &["x: any -> like(x)"],
        about: "The complex conjugate of every entry; what is real is its own.",
        differential: &["1"],
        analytic: true,
        facts: &[
            (Facts::SYMMETRIC, Facts::SYMMETRIC),
            (Facts::DIAGONAL, Facts::DIAGONAL),
            (Facts::SKEW, Facts::SKEW),
            (Facts::LOWER, Facts::LOWER),
        ],
        law: Law::Conjugate,
        kernel: Kernel::Entries(gateaux_array::Function::Conj),
        sample: "x: vector(n)",
        latex: r"\overline{{0}}",
        examples: &[("z: complex vector(n); w: complex vector(n); real(conj(w)'*z)", "z", "w")],
        source: "Kreutz-Delgado, The Complex Gradient Operator and the CR-Calculus (2009), 3",
        ..Op::BLANK
    },
    Op {
        name: "real",
        kind: &["x: any -> like(x)"],
        about: "The real part of every entry.",
        meaning: Meaning::Form(|store, args| real(store, args[0])),
        differential: &["real(dx)"],
        sample: "x: vector(n)",
        latex: r"\operatorname{Re}\left({0}\right)",
        examples: &[("z: complex vector(n); sum(real(z).^2)", "z", "2*real(z)")],
        source: "Kreutz-Delgado, The Complex Gradient Operator and the CR-Calculus (2009), 3",
        ..Op::BLANK
    },
    Op {
        name: "imag",
        kind: &["x: any -> like(x)"],
        about: "The imaginary part of every entry, a real number.",
        meaning: Meaning::Form(|store, args| imag(store, args[0])),
        differential: &["imag(dx)"],
        sample: "x: vector(n)",
        latex: r"\operatorname{Im}\left({0}\right)",
        examples: &[("z: complex vector(n); sum(imag(z))", "z", "im*ones(n)")],
        source: "Kreutz-Delgado, The Complex Gradient Operator and the CR-Calculus (2009), 3",
        ..Op::BLANK
    },
    Op {
        name: "ctranspose",
        kind: &[
            "x: scalar -> scalar",
            "x: vector(n) -> row(n)",
            "x: row(n) -> vector(n)",
            "X: matrix(m, n) -> matrix(n, m)",
        ],
        about: "The conjugate transpose, also written X†; X' is the transpose alone.",
        meaning: Meaning::Form(|store, args| {
            let conjugate = conj(store, args[0])?;
            store.transpose(conjugate)
        }),
        differential: &["ctranspose(dx)", "ctranspose(dx)", "ctranspose(dx)", "ctranspose(dX)"],
        sample: "X: matrix(m, n)",
        latex: r"{0}^{\mathsf{H}}",
        examples: &[(
            "A: complex matrix(m, n); x: complex vector(n); norm2(A*x)^2",
            "x",
            "2*ctranspose(A)*A*x",
        )],
        source: "Kreutz-Delgado, The Complex Gradient Operator and the CR-Calculus (2009), 4",
        ..Op::BLANK
    },
    Op {
        name: "im",
        about: "The imaginary unit, whose square is -1; a declared variable of this name takes its place.",
        differential: &["0"],
        analytic: true,
        law: Law::ImaginaryUnit,
        kernel: Kernel::ImaginaryUnit,
        latex: r"\mathrm{i}",
        examples: &[("z: complex scalar; exp(im*z)", "z", "im*exp(im*z)")],
        ..Op::BLANK
    },
];

/// The complex conjugate.
///
/// # Domain
/// Functions with branches are conjugated through their arguments, which holds everywhere but on the branch cut.
///
/// # Errors
/// A limit.
///
/// # Cost
/// Linear in the number of distinct subexpressions whose conjugates are not known yet: printing asks for those of many
/// parts of one answer.
pub fn conj(store: &mut Store, expr: Expr) -> Result<Expr> {
    if let Some(known) = store.known_conjugate(expr) {
        return Ok(known);
    }
    let (mut todo, mut unknown) = (vec![expr], BTreeSet::new());
    while let Some(part) = todo.pop() {
        if store.known_conjugate(part).is_none() && unknown.insert(part) {
            todo.extend(store.children(part));
        }
    }
    // Operands come before what uses them, and the whole comes last.
    let mut conjugate = expr;
    for part in unknown {
        let children = store.children(part).into_iter();
        let images: Vec<Expr> = children.filter_map(|child| store.known_conjugate(child)).collect();
        conjugate = conj_over(store, part, &images)?;
        store.remember_conjugate(part, conjugate);
    }
    Ok(conjugate)
}

/// The conjugate of a complex expression, made of those of its children.
fn conj_over(store: &mut Store, expr: Expr, images: &[Expr]) -> Result<Expr> {
    match store.form(expr) {
        Form::Var(_) => {
            let op = find("conj").ok_or_else(|| unknown("conj"))?;
            call_leaf(store, op, expr)
        }
        Form::Call(function, args) if function.law == Law::Conjugate => Ok(args[0]),
        Form::Call(function, _) if function.law == Law::ImaginaryUnit => store.neg(expr),
        Form::Call(function, _) if makes_real(super::op(*function)) => Ok(expr),
        _ => rebuild(store, expr, images),
    }
}

/// Whether a function is one of real numbers, which was seen when its call was made: to look again at what is below each
/// of nested ones would take time without bounds.
fn makes_real(op: &Op) -> bool {
    !op.analytic && !matches!(op.kernel, Kernel::None | Kernel::Choice)
}

/// Whether the entries are real numbers, as far as the normal form shows: the expression less its conjugate is zero.
///
/// # Errors
/// A limit.
pub fn is_real(store: &mut Store, expr: Expr) -> Result<bool> {
    let conjugate = conj(store, expr)?;
    if conjugate == expr {
        return Ok(true);
    }
    // The transpose of z - conj(z) has two forms, which a difference tells to be one.
    let gap = store.sub(expr, conjugate)?;
    Ok(store.is_zero(gap))
}

/// `(x + conj(x))/2`
fn real(store: &mut Store, expr: Expr) -> Result<Expr> {
    let half = Rational::new(1, 2);
    let conjugate = conj(store, expr)?;
    store.sum(&[(half.clone(), expr), (half, conjugate)])
}

/// `(x - conj(x))/(2*im)`
fn imag(store: &mut Store, expr: Expr) -> Result<Expr> {
    let conjugate = conj(store, expr)?;
    let difference = store.sub(expr, conjugate)?;
    let op = find("im").ok_or_else(|| unknown("im"))?;
    let unit = super::apply_call(store, op, &[])?;
    let imaginary = store.scale(unit, difference)?;
    store.times(&Rational::new(-1, 2), imaginary)
}

/// `sqrt(x*conj(x))`, entry by entry.
pub(super) fn modulus(store: &mut Store, expr: Expr) -> Result<Expr> {
    let conjugate = conj(store, expr)?;
    let square = store.multiply(&[expr, conjugate])?;
    store.pow_number(square, Rational::new(1, 2))
}

/// The r of a scalar that is `conj(r)'*r`, or the sum of the squared absolute values of the entries of r, for a complex
/// r, and the r of an array `r.*conj(r)`; `None` where it is neither.
///
/// # Errors
/// A limit.
pub fn modulus_root(store: &mut Store, expr: Expr) -> Result<Option<Expr>> {
    if !store.is_complex(expr) {
        return Ok(None);
    }
    let factors = match store.form(expr).clone() {
        Form::MatMul(factors) if store.shape(expr).is_scalar() => factors,
        Form::Trace(inner) => match store.form(inner).clone() {
            Form::MatMul(factors) => factors,
            _ => return Ok(None),
        },
        Form::Product(factors) => match *factors {
            [first, second] if first.exponent == Store::ONE && second.exponent == Store::ONE => {
                let is_pair = conj(store, first.base)? == second.base;
                return Ok(is_pair.then_some(plainer(store, first.base, second.base)));
            }
            _ => return Ok(None),
        },
        _ => return Ok(None),
    };
    if factors.len() % 2 == 1 {
        return Ok(None);
    }
    let (left, right) = factors.split_at(factors.len() / 2);
    for (l, r) in left.iter().rev().zip(right) {
        let transposed = store.transpose(l.base)?;
        if l.power != r.power || conj(store, transposed)? != r.base {
            return Ok(None);
        }
    }
    let root = store.matrix_product(right.to_vec())?;
    let conjugate = conj(store, root)?;
    Ok(Some(plainer(store, root, conjugate)))
}

/// The one of two conjugates that is written with fewer of them.
pub(crate) fn plainer(store: &Store, first: Expr, second: Expr) -> Expr {
    let count = |expr| {
        let is_conjugate = |part: &Expr| match store.form(*part) {
            Form::Call(function, args) if function.law == Law::Conjugate => {
                if store.has_hole(args[0]) {
                    1000
                } else {
                    1
                }
            }
            _ => 0,
        };
        store.post_order(&[expr]).iter().map(is_conjugate).sum::<usize>()
    };
    if count(second) < count(first) { second } else { first }
}

fn unknown(what: &str) -> Error {
    Error::Unsupported { what: what.to_owned() }
}
