//! Answers: a derivative in all its views, with what was assumed.

use gateaux_core::diff::{self, Derivative, Explicit, Wirtinger};
use gateaux_core::expr::{Expr, Form, Shape, Structure};
use gateaux_core::ops;
use gateaux_core::print::{self, Notation};
use gateaux_core::simplify::simplify;

use crate::assumptions::{assumptions, conventions};
use crate::check::{Check, check};
use crate::error::Errors;
use crate::multiplicity::{Multiplicity, multiplicities};
use crate::problem::Problem;
use crate::spelled::Spelled;
use crate::structure;
use crate::wirtinger::{Parts, WirtingerPart};

/// A formula in all notations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Printed {
    formula: Spelled,
    size: usize,
    plain_size: usize,
}

impl Printed {
    pub(crate) fn new(problem: &mut Problem, expr: Expr) -> Result<Printed, Errors> {
        let layout = print::Layout::new(&mut problem.store, expr).map_err(|error| problem.limit(error))?;
        Ok(Printed {
            formula: Spelled::WRITTEN.map(|notation| layout.write(notation)).into(),
            size: layout.size(),
            plain_size: layout.plain_size(),
        })
    }

    /// The formula in a notation.
    pub fn get(&self, notation: Notation) -> &str {
        self.formula.get(notation)
    }

    /// The number of names, numbers and operations written: the length of the formula.
    pub fn size(&self) -> usize {
        self.size
    }
}

/// The body of an operator in all notations, with the definitions that go before it.
#[derive(Clone, Debug)]
struct Mapping([(Notation, (String, String)); 3]);

impl Mapping {
    fn new(problem: &mut Problem, expr: Expr) -> Result<Mapping, Errors> {
        let layout = print::Layout::new(&mut problem.store, expr).map_err(|error| problem.limit(error))?;
        Ok(Mapping(
            Spelled::WRITTEN.map(|notation| (notation, layout.write_parts(notation))),
        ))
    }

    /// The definitions, then the arguments, an arrow and the body.
    fn write(&self, arguments: &[String], notation: Notation) -> String {
        let found = self.0.iter().find(|(known, _)| *known == notation);
        let (definitions, body) = found.map_or(("", ""), |(_, (definitions, body))| (definitions, body));
        let latex = || {
            arguments
                .iter()
                .map(|name| print::latex_name(name))
                .collect::<Vec<_>>()
                .join(", ")
        };
        match notation {
            Notation::Text => format!("{definitions}{} -> {body}", arguments.join(", ")),
            Notation::Unicode => format!("{definitions}{} ↦ {body}", arguments.join(", ")),
            Notation::Latex => format!("{definitions}{} \\mapsto {body}", latex()),
            Notation::MathMl => print::mathml(&self.write(arguments, Notation::Latex)),
        }
    }
}

/// Formulas of more pieces are compared without their abbreviations.
const MAX_MEASURED: usize = 200;

/// Forms that could be shown, with what they are called.
type Forms = Vec<(&'static str, Expr)>;

/// A form that could be shown, and its length in names, numbers and operations.
pub type Candidate = (&'static str, usize);

/// The derivative of a problem's function by one or more of its variables.
#[derive(Clone, Debug)]
pub struct Answer {
    pub(crate) derivative: Derivative,
    pub(crate) explicit_expr: Option<Expr>,
    pub(crate) kronecker_expr: Option<Expr>,
    wrt: Vec<String>,
    function_axes: Vec<String>,
    derivative_axes: Vec<String>,
    holes: Vec<String>,
    differential: Printed,
    explicit: Option<Printed>,
    operator: Mapping,
    adjoint: Option<(String, Mapping)>,
    candidates: Forms,
    kronecker: Option<Printed>,
    index: Option<Spelled>,
    hessian_vector: Option<(String, Mapping)>,
    assumptions: Vec<String>,
    pub(crate) multiplicities: Vec<Multiplicity>,
    pub(crate) wirtinger: Option<Parts>,
    notes: Vec<String>,
}

impl Answer {
    pub(crate) fn new(problem: &mut Problem, mut derivative: Derivative, wrt: &[&str]) -> Result<Answer, Errors> {
        let form = simple(problem, derivative.form)?;
        let (mut explicit_expr, mut candidates) = (None, Vec::new());
        if let Explicit::Array(array) = derivative.explicit {
            let (chosen, lengths) = shortest(problem, array)?;
            (explicit_expr, candidates) = (Some(chosen), lengths);
        }
        let form = shortest_form(problem, &derivative, form, explicit_expr)?;
        let differential = Printed::new(problem, form)?;
        let operator = simple(problem, derivative.operator)?;
        // What is shown is what is checked.
        derivative.form = form;
        derivative.operator = operator;
        if let Some(last) = derivative.forms.last_mut() {
            *last = form;
        }
        let operator = Mapping::new(problem, operator)?;
        let explicit = explicit_expr.map(|array| Printed::new(problem, array)).transpose()?;
        let adjoint = match derivative.adjoint {
            Some((cotangent, array)) => {
                let array = simple(problem, array)?;
                let name = problem
                    .store
                    .as_var(cotangent)
                    .map(|var| problem.store.variable(var).name.clone());
                Some((name.unwrap_or_default(), Mapping::new(problem, array)?))
            }
            None => None,
        };
        let axes = |problem: &Problem, expr: Expr| -> Vec<String> {
            problem
                .store
                .shape(expr)
                .axes()
                .into_iter()
                .map(|dim| problem.store.dims.text(dim))
                .collect()
        };
        let function_axes = axes(problem, derivative.function);
        let mut derivative_axes = function_axes.clone();
        let mut holes = Vec::new();
        for hole in &derivative.holes {
            derivative_axes.extend(axes(problem, *hole));
            if let Some(var) = problem.store.as_var(*hole) {
                holes.push(problem.store.variable(var).name.clone());
            }
        }
        let roots: Vec<Expr> = [derivative.function, form].into_iter().chain(explicit_expr).collect();
        let mut assumptions = assumptions(problem, &roots)?;
        let multiplicities = multiplicities(&problem.store, &roots);
        for multiplicity in &multiplicities {
            let sentence = multiplicity.sentence(problem)?;
            if !assumptions.contains(&sentence) {
                assumptions.push(sentence);
            }
        }
        let mut notes = conventions(problem, &derivative);
        let is_hessian = derivative.variables.len() == 2
            && derivative.variables[0] == derivative.variables[1]
            && function_axes.is_empty();
        if let (true, Some(said)) = (
            is_hessian,
            explicit_expr.and_then(|hessian| structure::describe(&problem.store, hessian)),
        ) {
            notes.push(format!("the Hessian is {said}"));
        }
        let mut answer = Answer {
            derivative,
            explicit_expr,
            kronecker_expr: None,
            wrt: wrt.iter().map(|name| (*name).to_owned()).collect(),
            function_axes,
            derivative_axes,
            holes,
            differential,
            explicit,
            operator,
            adjoint,
            candidates,
            kronecker: None,
            index: None,
            hessian_vector: None,
            assumptions,
            multiplicities,
            wirtinger: None,
            notes,
        };
        if answer.derivative_axes.len() > 2 && !answer.is_row_jacobian() {
            let matrix = answer.complete(problem)?;
            if let (true, Some(said)) = (
                is_hessian,
                matrix.and_then(|matrix| structure::describe(&problem.store, matrix)),
            ) {
                answer.notes.push(format!("the Hessian of vec is {said}"));
            }
        }
        Ok(answer)
    }

    /// The answer with the explicit form of another one, which must be the same array.
    pub(crate) fn with_explicit_of(self, other: &Answer) -> Answer {
        Answer {
            explicit_expr: other.explicit_expr,
            explicit: other.explicit.clone(),
            ..self
        }
    }

    /// An answer by complex variables.
    pub(crate) fn complex(
        problem: &mut Problem,
        (derivative, wirtinger): (Derivative, Wirtinger),
        wrt: &[&str],
    ) -> Result<Answer, Errors> {
        let parts = Parts::new(problem, &derivative, &wirtinger, wrt)?;
        let mut answer = Answer::new(problem, derivative, wrt)?;
        answer.notes.splice(0..0, parts.notes.iter().cloned());
        answer.wirtinger = Some(parts);
        Ok(answer)
    }

    /// Of an answer by complex variables the derivatives by them and by their conjugates, those that are not zero.
    pub fn wirtinger(&self) -> &[WirtingerPart] {
        self.wirtinger.as_ref().map_or(&[], |parts| &parts.list)
    }

    /// Makes the views that answers of at most two axes do not need: the Kronecker and the index form.
    ///
    /// # Errors
    /// A limit.
    pub fn complete_views(&mut self, problem: &mut Problem) -> Result<(), Errors> {
        self.complete(problem).map(|_| ())
    }

    fn complete(&mut self, problem: &mut Problem) -> Result<Option<Expr>, Errors> {
        self.complete_product(problem)?;
        let Some(array) = self.explicit_expr else {
            return Ok(None);
        };
        let mut written = Vec::with_capacity(3);
        for notation in Spelled::WRITTEN {
            let text = print::print_index(&mut problem.store, "D", array, notation);
            written.push(text.map_err(|error| problem.limit(error))?);
        }
        self.index = <[String; 3]>::try_from(written).ok().map(Spelled::from);
        let Some(last) = self.derivative.last else {
            return Ok(None);
        };
        match diff::kronecker(&mut problem.store, last) {
            Ok(matrix) => {
                let matrix = simple(problem, matrix)?;
                self.kronecker = Some(Printed::new(problem, matrix)?);
                self.kronecker_expr = Some(matrix);
                Ok(Some(matrix))
            }
            Err(gateaux_core::expr::Error::Unsupported { .. }) => Ok(None),
            Err(limit) => Err(problem.limit(limit)),
        }
    }

    /// The product of the Hessian with a direction.
    fn complete_product(&mut self, problem: &mut Problem) -> Result<(), Errors> {
        let Some(last) = self.derivative.last else {
            return Ok(());
        };
        if self.wrt.len() == 2 && self.function_axes.is_empty() {
            let name = self.wrt[1].clone();
            let direction = problem.direction(&self.derivative.variables[1..], &name)?;
            let body = ops::substitute(&mut problem.store, last.body, &[(last.hole, direction)])
                .map_err(|error| problem.limit(error))?;
            let body = simple(problem, body)?;
            let direction = problem.store.as_var(direction);
            let name = direction.map(|var| problem.store.variable(var).name.clone());
            self.hessian_vector = Some((name.unwrap_or_default(), Mapping::new(problem, body)?));
        }
        Ok(())
    }

    /// The matrix M with `vec(df) = M*vec(dX)`, where `vec` stacks columns; of a derivative of higher order the one of
    /// the explicit form of the order below. There for more than two axes, and after
    /// [`complete_views`](Answer::complete_views).
    pub fn kronecker(&self, notation: Notation) -> Option<&str> {
        self.kronecker.as_ref().map(|printed| printed.get(notation))
    }

    /// The explicit form by its entries: `D[i,j,k,l] = A[i,k]*B[l,j]`, where letters that are not on the left are
    /// summed. There for more than two axes, and after [`complete_views`](Answer::complete_views).
    pub fn index(&self, notation: Notation) -> Option<&str> {
        self.index.as_ref().map(|written| written.get(notation))
    }

    /// Of a second derivative of a scalar the product of the Hessian with a direction, as a formula. There after
    /// [`complete_views`](Answer::complete_views).
    pub fn hessian_vector(&self, notation: Notation) -> Option<String> {
        let (direction, mapping) = self.hessian_vector.as_ref()?;
        Some(mapping.write(std::slice::from_ref(direction), notation))
    }

    /// The variables, one for each order.
    pub fn wrt(&self) -> &[String] {
        &self.wrt
    }

    /// The axes of the function, as names and numbers.
    pub fn function_axes(&self) -> &[String] {
        &self.function_axes
    }

    /// The axes of the derivative: those of the function, then those of the variables.
    pub fn derivative_axes(&self) -> &[String] {
        &self.derivative_axes
    }

    /// The names of the holes of the differential: `dX`, or `dX1`, `dX2`.
    pub fn holes(&self) -> &[String] {
        &self.holes
    }

    /// The differential, linear in each hole; a hole ranges over the tangent space of its variable.
    pub fn differential(&self, notation: Notation) -> &str {
        self.differential.get(notation)
    }

    /// The explicit form; with more than two axes an index expression.
    pub fn explicit(&self, notation: Notation) -> Option<&str> {
        self.explicit.as_ref().map(|printed| printed.get(notation))
    }

    /// The forms among which the explicit one was chosen, each with its length.
    ///
    /// # Errors
    /// A limit.
    pub fn candidates(&self, problem: &mut Problem) -> Result<Vec<Candidate>, Errors> {
        let mut lengths = Vec::with_capacity(self.candidates.len() + 1);
        for (name, expr) in &self.candidates {
            let layout = print::Layout::new(&mut problem.store, *expr).map_err(|error| problem.limit(error))?;
            lengths.push((*name, layout.plain_size()));
        }
        if let Some(printed) = self
            .explicit
            .as_ref()
            .filter(|printed| printed.size < printed.plain_size)
        {
            lengths.push(("shared parts named", printed.size));
        }
        Ok(lengths)
    }

    /// Whether the explicit form is the Jacobian of the entries of a row, without its axis of length 1.
    pub fn is_row_jacobian(&self) -> bool {
        self.derivative.is_row_jacobian && self.derivative_axes.len() == 3
    }

    /// The length of the explicit form in names, numbers and operations.
    pub fn explicit_size(&self) -> Option<usize> {
        self.explicit.as_ref().map(Printed::size)
    }

    /// The operator `dX -> ...`, right for every array of the shape of the variable, in its subspace or not. Shared
    /// parts of a long one are defined before it.
    pub fn operator(&self, notation: Notation) -> String {
        self.operator.write(&self.holes, notation)
    }

    /// The adjoint of a first derivative, `v -> ...`: a cotangent of the shape of the function, and what it is mapped
    /// to. Shared parts of a long one are defined before it.
    pub fn adjoint(&self, notation: Notation) -> Option<String> {
        self.adjoint
            .as_ref()
            .map(|(cotangent, image)| image.write(std::slice::from_ref(cotangent), notation))
    }

    /// What the explicit form is called: gradient, Jacobian, Hessian, derivative.
    pub fn explicit_name(&self) -> &'static str {
        if self.wirtinger.as_ref().is_some_and(|parts| parts.gradient.is_some()) {
            return "gradient";
        }
        match (self.function_axes.len(), self.wrt.len(), self.derivative_axes.len()) {
            (0, 1, 0) => "derivative",
            (0, 1, _) => "gradient",
            (0, 2, 2) if self.wrt[0] == self.wrt[1] => "Hessian",
            (1 | 2, 1, 2 | 3) if self.explicit.is_some() && self.derivative_axes.len() > self.function_axes.len() => {
                "Jacobian"
            }
            _ => "derivative",
        }
    }

    /// What must hold for the answer to be right.
    pub fn assumptions(&self) -> &[String] {
        &self.assumptions
    }

    /// The conventions used.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// Checks the answer numerically, at random points of the domain.
    pub fn check(&self, problem: &mut Problem) -> Check {
        check(problem, self, &std::collections::BTreeMap::new())
    }

    /// Checks the answer numerically, with some sizes given.
    pub fn check_with(&self, problem: &mut Problem, sizes: &std::collections::BTreeMap<String, usize>) -> Check {
        check(problem, self, sizes)
    }

    /// Whether one of the variables lives in a subspace.
    pub fn is_structured(&self, problem: &Problem) -> bool {
        self.derivative
            .variables
            .iter()
            .any(|var| problem.store.variable(*var).structure != Structure::General)
    }
}

fn simple(problem: &mut Problem, expr: Expr) -> Result<Expr, Errors> {
    simplify(&mut problem.store, expr).map_err(|error| problem.limit(error))
}

/// The shortest of few candidates: the array as derived, with common factors collected, and with adjugates written
/// with determinants and inverses; and the lengths of all.
fn shortest(problem: &mut Problem, array: Expr) -> Result<(Expr, Forms), Errors> {
    let mut chosen = array;
    let mut candidates = vec![("as derived", array)];
    let collected = simple(problem, array)?;
    if collected != array {
        // Of equal length the collected one, which evaluates less.
        if length(problem, collected)? <= length(problem, array)? {
            chosen = collected;
        }
        candidates.push(("common factors collected", collected));
    }
    // An adjugate is there at singular matrices too, so it gives way only where much is saved.
    if let Some(inverted) = with_inverses(problem, collected)? {
        let (long, short) = (length(problem, chosen)?, length(problem, inverted)?);
        if short.saturating_mul(5) <= long.saturating_mul(4) {
            chosen = inverted;
        }
        candidates.push(("adjugates written with inverses", inverted));
    }
    Ok((chosen, candidates))
}

/// How long the expression is when it is printed, or, where that takes long to find out, nearly so.
fn length(problem: &mut Problem, expr: Expr) -> Result<usize, Errors> {
    let weight = problem.store.weight(expr) as usize;
    if weight > MAX_MEASURED {
        return Ok(weight);
    }
    let layout = print::Layout::new(&mut problem.store, expr).map_err(|error| problem.limit(error))?;
    Ok(layout.plain_size())
}

/// `adj(M)` as `det(M)*inv(M)`.
fn with_inverses(problem: &mut Problem, array: Expr) -> Result<Option<Expr>, Errors> {
    let mut replacements = Vec::new();
    for expr in problem.store.post_order(&[array]) {
        let Form::Call(function, args) = problem.store.form(expr).clone() else {
            continue;
        };
        if let ("adj", [matrix]) = (ops::op(function).name, &*args) {
            let store = &mut problem.store;
            let inverted = ops::find("det")
                .ok_or(gateaux_core::expr::Error::Unsupported { what: "det".to_owned() })
                .and_then(|det| ops::apply_call(store, det, &[*matrix]))
                .and_then(|det| {
                    let inverse = store.inverse(*matrix)?;
                    store.scale(det, inverse)
                })
                .map_err(|error| problem.limit(error))?;
            replacements.push((expr, inverted));
        }
    }
    if replacements.is_empty() {
        return Ok(None);
    }
    let inverted = ops::substitute(&mut problem.store, array, &replacements).map_err(|error| problem.limit(error))?;
    simple(problem, inverted).map(Some)
}

/// The differential as it came from the rules, or the explicit form applied to the holes, `tr(G'*dX)`, `J*dx`,
/// `dx1'*H*dx2`, where that is no longer.
fn shortest_form(
    problem: &mut Problem,
    derivative: &Derivative,
    form: Expr,
    explicit: Option<Expr>,
) -> Result<Expr, Errors> {
    let store = &problem.store;
    // With conjugates of the hole no single array is behind the form.
    if store.is_complex(form) && derivative.last.is_none() {
        return Ok(form);
    }
    let is_vector = |expr: Expr| matches!(store.shape(expr), Shape::Vector(_));
    let structured = derivative
        .variables
        .iter()
        .any(|var| store.variable(*var).structure != Structure::General);
    let applied = match (explicit, derivative.holes.as_slice()) {
        // Any gradient will do, in the subspace of the variable or not, since dX is in it.
        (_, [hole]) if derivative.raw_gradient.is_some() => {
            let gradient = derivative.raw_gradient.unwrap_or(form);
            let gradient = simple(problem, gradient)?;
            problem.store.dot(gradient, *hole)
        }
        (Some(jacobian), [hole]) if !structured && is_vector(*hole) && is_vector(form) => {
            problem.store.matmul(&[jacobian, *hole])
        }
        (Some(hessian), [first, second])
            if !structured && store.shape(form).is_scalar() && is_vector(*first) && is_vector(*second) =>
        {
            let row = problem.store.transpose(*first).map_err(|error| problem.limit(error))?;
            problem.store.matmul(&[row, hessian, *second])
        }
        _ => return Ok(form),
    };
    let applied = applied.map_err(|error| problem.limit(error))?;
    let shorter = problem.store.weight(applied) <= problem.store.weight(form);
    Ok(if shorter { applied } else { form })
}
