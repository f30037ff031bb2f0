//! Derivatives by complex variables, after Wirtinger.
//!
//! A function of a complex z is a function of z and `conj(z)`, taken as two variables: in its normal form `conj` stands
//! at variables alone, so putting a new variable in the place of `conj(z)` leaves a formula to which the ordinary
//! calculus applies. Nothing else in this folder knows of complex numbers.

use super::{Convention, Derivative, Explicit, derivative_in};
use crate::expr::{Error, Expr, Form, Law, Rational, Result, Store, Variable};
use crate::ops;

/// By which of z and `conj(z)` a derivative is taken, for each order; real variables are themselves.
pub type Slots = Vec<bool>;

/// The derivatives by z and by `conj(z)`.
#[derive(Clone, Debug)]
pub struct Wirtinger {
    /// For each choice of variables whether the conjugate is meant, and the array of all outputs by all inputs; of higher
    /// orders those that are zero are left out, and there are none where one of them has no array.
    pub parts: Vec<(Slots, Expr)>,
    /// The first of the derivatives that is not zero, as a map of the holes.
    pub first: (Slots, Expr),
    /// Whether the function is real.
    pub is_real: bool,
    /// Of a real scalar function of a complex variable the gradient: the direction of steepest ascent, `2*df/dconj(z)`.
    pub gradient: Option<Expr>,
    /// Whether the function does not depend on the conjugates.
    pub is_holomorphic: bool,
}

/// The derivative by variables of which some are complex, and what it is by them and by their conjugates.
///
/// The explicit form of the derivative is the gradient of a real scalar function, else the first of the parts
/// that is not zero.
///
/// # Errors
/// As [`derivative_in`].
///
/// # Source
/// Kreutz-Delgado, The Complex Gradient Operator and the CR-Calculus (2009), 3 and 4; Hjørungnes, Complex-Valued Matrix
/// Derivatives (2011), 3.
pub fn complex_derivative(
    store: &mut Store,
    function: Expr,
    variables: &[Expr],
    names: &[String],
) -> Result<(Derivative, Wirtinger)> {
    let is_real = ops::is_real(store, function)?;
    let doubled = Doubled::new(store, function, variables)?;
    let by_choice = doubled.derivatives(store, variables, names);
    store.part_conjugates();
    let by_choice = by_choice?;
    let Some((_, first)) = by_choice.first() else {
        return Err(Error::Unsupported {
            what: "a derivative by no variable".to_owned(),
        });
    };
    let mut derivative = first.clone();
    let mut forms: Vec<Vec<(Rational, Expr)>> = vec![Vec::new(); variables.len()];
    let (mut operators, mut parts) = (Vec::new(), Vec::new());
    for (slots, found) in &by_choice {
        // The conjugate of the hole of the first choice stands in the place of the hole of a conjugate.
        let holes = (found.holes.as_slice(), derivative.holes.as_slice());
        let free_holes = (found.free_holes.as_slice(), derivative.free_holes.as_slice());
        let back = doubled.back(store, slots, holes, free_holes)?;
        for (order, form) in found.forms.iter().enumerate() {
            // Each choice of the variables up to this order once.
            if slots[order + 1..].iter().all(|conjugate| !conjugate) {
                forms[order].push((Rational::one(), ops::substitute(store, *form, &back)?));
            }
        }
        operators.push((slots.clone(), ops::substitute(store, found.operator, &back)?));
        if let Explicit::Array(array) = found.explicit {
            let array = ops::substitute(store, array, &back)?;
            if variables.len() == 1 || !store.is_zero(array) {
                parts.push((slots.clone(), array));
            }
        }
    }
    let is_whole = by_choice
        .iter()
        .all(|(_, found)| matches!(found.explicit, Explicit::Array(_)));
    if !is_whole {
        parts.clear();
    }
    derivative.function = function;
    derivative.forms = forms.iter().map(|terms| store.sum(terms)).collect::<Result<_>>()?;
    derivative.form = derivative.forms.last().copied().unwrap_or(function);
    let terms: Vec<(Rational, Expr)> = operators.iter().map(|(_, map)| (Rational::one(), *map)).collect();
    derivative.operator = store.sum(&terms)?;
    let is_own = |slots: &Slots| slots.iter().all(|conjugate| !conjugate);
    let is_holomorphic = operators
        .iter()
        .all(|(slots, operator)| is_own(slots) || store.is_zero(*operator));
    let gradient = gradient(store, &derivative, (is_real && is_whole).then_some(&parts))?;
    let shown = parts.iter().find(|(_, array)| !store.is_zero(*array)).or(parts.first());
    let shown = shown.map(|(_, array)| *array);
    if !is_whole {
        derivative.explicit = Explicit::Operator;
    }
    finish(&mut derivative, shown, is_holomorphic, gradient);
    let is_there = |(_, operator): &&(Slots, Expr)| !store.is_zero(*operator);
    let first = operators.iter().find(is_there).unwrap_or(&operators[0]).clone();
    let wirtinger = Wirtinger {
        parts,
        first,
        is_real,
        gradient,
        is_holomorphic,
    };
    Ok((derivative, wirtinger))
}

/// `2*df/dconj(z)` of a real scalar function.
fn gradient(store: &mut Store, derivative: &Derivative, parts: Option<&Vec<(Slots, Expr)>>) -> Result<Option<Expr>> {
    let is_first_of_scalar = derivative.holes.len() == 1 && store.shape(derivative.function).is_scalar();
    let Some(parts) = parts.filter(|_| is_first_of_scalar) else {
        return Ok(None);
    };
    // By a real variable there is no other derivative than that by itself.
    let by_conjugate = parts.iter().find(|(slots, _)| slots[0]);
    by_conjugate
        .map(|(_, array)| store.times(&Rational::from(2), *array))
        .transpose()
}

/// The views that follow from the parts: the explicit form, and the map behind it where there is but one.
fn finish(derivative: &mut Derivative, shown: Option<Expr>, is_holomorphic: bool, gradient: Option<Expr>) {
    derivative.explicit = match gradient.or(shown) {
        Some(array) => Explicit::Array(array),
        // Of a higher order all may be zero, as the one by the variables themselves is.
        None => derivative.explicit,
    };
    derivative.raw_gradient = None;
    // Without conjugates the views of the derivative by z are those of the whole.
    if !is_holomorphic || gradient.is_some() {
        derivative.adjoint = None;
        derivative.last = None;
    }
}

/// The function with a variable of its own for the conjugate of each complex variable.
struct Doubled {
    function: Expr,
    /// The variable, its conjugate, and what stands for that.
    pairs: Vec<(Expr, Expr, Expr)>,
}

impl Doubled {
    fn new(store: &mut Store, function: Expr, variables: &[Expr]) -> Result<Doubled> {
        let mut pairs: Vec<(Expr, Expr, Expr)> = Vec::new();
        for variable in variables {
            let known = pairs.iter().any(|(known, ..)| known == variable);
            let Some(var) = store.as_var(*variable).filter(|_| !known) else {
                continue;
            };
            let Variable {
                ref name,
                shape,
                structure,
                is_complex,
                ..
            } = *store.variable(var);
            if is_complex {
                let name = format!("conj_{name}");
                let stand_in = store.add_complex_variable(&name, shape, structure)?;
                pairs.push((*variable, ops::conj(store, *variable)?, stand_in));
            }
        }
        // What is conjugated is a variable or some entries of one.
        let own: Vec<(Expr, Expr)> = pairs
            .iter()
            .map(|(variable, _, stand_in)| (*variable, *stand_in))
            .collect();
        let mut replacements = Vec::new();
        for part in store.post_order(&[function]) {
            if let Form::Call(call, args) = store.form(part).clone()
                && call.law == Law::Conjugate
                && store
                    .post_order(&args)
                    .iter()
                    .any(|leaf| own.iter().any(|(variable, _)| variable == leaf))
            {
                replacements.push((part, ops::substitute(store, args[0], &own)?));
            }
        }
        store.pair_conjugates(pairs.iter().map(|(variable, _, stand_in)| (*variable, *stand_in)));
        let function = ops::substitute(store, function, &replacements)?;
        Ok(Doubled { function, pairs })
    }

    /// The derivatives by each choice of the variables and their stand-ins.
    fn derivatives(&self, store: &mut Store, variables: &[Expr], names: &[String]) -> Result<Vec<(Slots, Derivative)>> {
        let choices = (0..1usize << variables.len())
            .map(|choice| -> Slots { (0..variables.len()).map(|order| choice >> order & 1 == 1).collect() });
        let mut found = Vec::new();
        for slots in choices {
            if let Some(chosen) = self.chosen(variables, &slots) {
                let derivative = derivative_in(store, self.function, &chosen, names, Convention::Subspace)?;
                found.push((slots, derivative));
            }
        }
        Ok(found)
    }

    /// The variables by which is differentiated; `None` where the conjugate of a real one is asked for.
    fn chosen(&self, variables: &[Expr], slots: &[bool]) -> Option<Vec<Expr>> {
        let choose = |(variable, conjugate): (&Expr, &bool)| match (self.stand_in(*variable), conjugate) {
            (_, false) => Some(*variable),
            (Some(stand_in), true) => Some(stand_in),
            (None, true) => None,
        };
        variables.iter().zip(slots).map(choose).collect()
    }

    fn stand_in(&self, variable: Expr) -> Option<Expr> {
        let found = self.pairs.iter().find(|(known, ..)| *known == variable);
        found.map(|(.., stand_in)| *stand_in)
    }

    /// What the stand-ins and the holes of a choice become: conjugates again.
    fn back(
        &self,
        store: &mut Store,
        slots: &[bool],
        holes: (&[Expr], &[Expr]),
        free_holes: (&[Expr], &[Expr]),
    ) -> Result<Vec<(Expr, Expr)>> {
        let mut back: Vec<(Expr, Expr)> = self
            .pairs
            .iter()
            .map(|(_, conjugate, stand_in)| (*stand_in, *conjugate))
            .collect();
        for (from, to) in [holes, free_holes] {
            for ((from, to), conjugate) in from.iter().zip(to).zip(slots) {
                let to = if *conjugate { ops::conj(store, *to)? } else { *to };
                back.push((*from, to));
            }
        }
        Ok(back)
    }
}
