//! Derivatives by complex variables: the pair by z and by `conj(z)`, and the gradient.

use gateaux_core::diff::{Derivative, Slots, Wirtinger};
use gateaux_core::expr::Expr;
use gateaux_core::print::Notation;
use gateaux_core::simplify::simplify;

use crate::answer::Printed;
use crate::error::Errors;
use crate::problem::Problem;

/// One of the derivatives by z and `conj(z)`: of the second order `d2f/dz dconj(z)` and so on.
#[derive(Clone, Debug)]
pub struct WirtingerPart {
    conjugates: Slots,
    array: Expr,
    name: String,
    formula: Printed,
}

impl WirtingerPart {
    /// What it is: `df/dconj(z)`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The array of all outputs by all inputs, of the shape of the explicit form.
    pub fn formula(&self, notation: Notation) -> &str {
        self.formula.get(notation)
    }
}

/// The derivatives of an answer by complex variables.
#[derive(Clone, Debug)]
pub(crate) struct Parts {
    pub(crate) list: Vec<WirtingerPart>,
    pub(crate) gradient: Option<Expr>,
    pub(crate) notes: Vec<String>,
}

impl Parts {
    pub(crate) fn new(
        problem: &mut Problem,
        derivative: &Derivative,
        wirtinger: &Wirtinger,
        wrt: &[&str],
    ) -> Result<Parts, Errors> {
        let mut list = Vec::with_capacity(wirtinger.parts.len());
        for (conjugates, array) in &wirtinger.parts {
            let array = simplify(&mut problem.store, *array).map_err(|error| problem.limit(error))?;
            list.push(WirtingerPart {
                conjugates: conjugates.clone(),
                array,
                name: name(wrt, conjugates),
                formula: Printed::new(problem, array)?,
            });
        }
        let notes = notes(problem, derivative, wirtinger, wrt);
        Ok(Parts {
            list,
            gradient: wirtinger.gradient,
            notes,
        })
    }

    /// The arrays, and by which of z and `conj(z)` each is.
    pub(crate) fn arrays(&self) -> impl Iterator<Item = (&Slots, Expr)> {
        self.list.iter().map(|part| (&part.conjugates, part.array))
    }
}

fn by(name: &str, conjugate: bool) -> String {
    if conjugate {
        format!("conj({name})")
    } else {
        name.to_owned()
    }
}

/// `df/dz`, `d2f/dz dconj(z)`
fn name(wrt: &[&str], conjugates: &[bool]) -> String {
    let below: Vec<String> = wrt
        .iter()
        .zip(conjugates)
        .map(|(name, conjugate)| format!("d{}", by(name, *conjugate)))
        .collect();
    let order = if wrt.len() > 1 {
        wrt.len().to_string()
    } else {
        String::new()
    };
    format!("d{order}f/{}", below.join(" "))
}

fn notes(problem: &Problem, derivative: &Derivative, wirtinger: &Wirtinger, wrt: &[&str]) -> Vec<String> {
    let complex: Vec<&str> = derivative
        .variables
        .iter()
        .zip(wrt)
        .filter(|(var, _)| problem.store.variable(**var).is_complex)
        .map(|(_, name)| *name)
        .collect();
    let z = complex.first().copied().unwrap_or("z");
    if wirtinger.gradient.is_some() {
        return vec![format!(
            "f is real: the gradient is that of steepest ascent, 2*df/dconj({z}), as in PyTorch; jax.grad gives its \
             conjugate, 2*df/d{z}"
        )];
    }
    if wirtinger.is_holomorphic {
        return vec![format!(
            "f is holomorphic in {z}: df/dconj({z}) is 0, and the derivative is the complex one"
        )];
    }
    vec![format!(
        "f depends on {z} and conj({z}): the explicit form is the derivative by {z} with conj({z}) held fixed"
    )]
}
