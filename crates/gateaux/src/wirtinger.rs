//! Derivatives by complex variables: the pair by z and by `conj(z)`, and the gradient.

use gateaux_core::diff::{Derivative, Slots, Wirtinger};
use gateaux_core::expr::Expr;
use gateaux_core::print::{Notation, latex_name, mathml};
use gateaux_core::simplify::simplify;

use crate::answer::Printed;
use crate::error::Errors;
use crate::problem::Problem;

/// One of the derivatives by z and `conj(z)`: of the second order `d2f/dz dconj(z)` and so on.
#[derive(Clone, Debug)]
pub struct WirtingerPart {
    conjugates: Slots,
    array: Expr,
    wrt: Vec<String>,
    formula: Printed,
}

impl WirtingerPart {
    /// What it is: `df/dconj(z)`.
    pub fn name(&self, notation: Notation) -> String {
        name(&self.wrt, &self.conjugates, notation)
    }

    /// Whether it is by a conjugate in some order.
    pub fn has_conjugates(&self) -> bool {
        self.conjugates.contains(&true)
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
    /// The first of the derivatives that is not zero, as a map of the holes.
    pub(crate) first: Expr,
    /// The one that is the explicit form, where there is no gradient.
    shown: Option<usize>,
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
                wrt: wrt.iter().map(|name| (*name).to_owned()).collect(),
                formula: Printed::new(problem, array)?,
            });
        }
        let is_shown = |part: &WirtingerPart| !problem.store.is_zero(part.array);
        let shown = list.iter().position(is_shown).or_else(|| list.first().map(|_| 0));
        let notes = notes(problem, (derivative, wirtinger), shown.map(|at| &list[at]), wrt);
        Ok(Parts {
            list,
            gradient: wirtinger.gradient,
            first: wirtinger.first.1,
            shown,
            notes,
        })
    }

    /// Puts a claimed explicit form in the place of ours.
    pub(crate) fn claim(&mut self, claimed: Expr) {
        if self.gradient.is_some() {
            self.gradient = Some(claimed);
            self.list.clear();
        } else if let Some(shown) = self.shown {
            self.list[shown].array = claimed;
        }
    }

    /// The arrays, and by which of z and `conj(z)` each is.
    pub(crate) fn arrays(&self) -> impl Iterator<Item = (&Slots, Expr)> {
        self.list.iter().map(|part| (&part.conjugates, part.array))
    }
}

/// `df/dz`, `d2f/dz dconj(z)`
pub(crate) fn name<S: AsRef<str>>(wrt: &[S], conjugates: &[bool], notation: Notation) -> String {
    let is_latex = match notation {
        Notation::Text | Notation::Unicode => false,
        Notation::Latex => true,
        Notation::MathMl => return mathml(&name(wrt, conjugates, Notation::Latex)),
    };
    let by = |(name, conjugate): (&S, &bool)| match (is_latex, conjugate) {
        (false, false) => format!("d{}", name.as_ref()),
        (false, true) => format!("dconj({})", name.as_ref()),
        (true, false) => format!("\\partial {}", latex_name(name.as_ref())),
        (true, true) => format!("\\partial \\overline{{{}}}", latex_name(name.as_ref())),
    };
    let below: Vec<String> = wrt.iter().zip(conjugates).map(by).collect();
    match (is_latex, wrt.len()) {
        (true, 1) => format!("\\frac{{\\partial f}}{{{}}}", below.concat()),
        (true, order) => format!("\\frac{{\\partial^{{{order}}} f}}{{{}}}", below.join("\\,")),
        (false, 1) => format!("df/{}", below.concat()),
        (false, order) => format!("d{order}f/{}", below.join(" ")),
    }
}

fn notes(
    problem: &Problem,
    (derivative, wirtinger): (&Derivative, &Wirtinger),
    shown: Option<&WirtingerPart>,
    wrt: &[&str],
) -> Vec<String> {
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
    if wirtinger.is_real && shown.is_some() && wrt.len() == 1 {
        return vec![format!(
            "f is real: df/dconj({z}) is the conjugate of df/d{z}, which is the explicit form"
        )];
    }
    if wirtinger.is_holomorphic {
        return vec![format!(
            "f is holomorphic in {z}: df/dconj({z}) is 0, and the derivative is the complex one"
        )];
    }
    let shown = match shown {
        Some(part) => format!("the explicit form is {}", part.name(Notation::Text)),
        None => format!("numbers are those of {}", name(wrt, &wirtinger.first.0, Notation::Text)),
    };
    vec![format!(
        "{z} and conj({z}) count as two variables, of which one is held fixed: {shown}"
    )]
}
