//! What is asked of a compiled function, and the expressions for it.

use gateaux_core::diff::{self, Convention, Explicit};
use gateaux_core::expr::{Expr, Store};
use gateaux_core::ops;
use gateaux_core::simplify::{simplify, with_traces};

use crate::compile::{Part, kronecker};
use crate::error::{Errors, NO_NUMBERS};
use crate::problem::Problem;

/// What a compiled function computes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Request {
    /// The value of the function.
    Value,
    /// The derivative of first order as an array: of a scalar the gradient.
    First(String),
    /// The derivative of second order by two variables, as an array.
    Second(String, String),
    /// The same as the two factors of a Kronecker product, where it is one; identities are left out.
    SecondInFactors(String),
    /// The second derivative of a scalar in a direction, the input `dx`.
    HessianVector(String),
    /// The differential in a direction, the input `dx`.
    JacobianVector(String),
    /// The adjoint applied to a cotangent, an input.
    VectorJacobian(String),
}

impl Request {
    /// The derivative by variables in order: of first or second order.
    ///
    /// # Errors
    /// Another order.
    pub fn of(wrt: &[String]) -> Result<Request, Errors> {
        match wrt {
            [name] => Ok(Request::First(name.clone())),
            [a, b] => Ok(Request::Second(a.clone(), b.clone())),
            _ => {
                let message = "derivatives of first and second order are compiled, others are not".to_owned();
                Err(Errors::general(NO_NUMBERS, message))
            }
        }
    }

    /// A Hessian as the factors of a Kronecker product, `D[i,j,k,l] = A[i,k]*B[j,l]`.
    #[must_use]
    pub fn in_factors(self) -> Request {
        match self {
            Request::Second(a, b) if a == b => Request::SecondInFactors(a),
            other => other,
        }
    }
}

/// The value of the function.
pub fn value() -> Request {
    Request::Value
}

/// The gradient of a scalar function by a variable.
pub fn gradient(wrt: &str) -> Request {
    Request::First(wrt.to_owned())
}

/// The derivative by a variable as an array with axes `shape(f) ++ shape(wrt)`.
pub fn jacobian(wrt: &str) -> Request {
    Request::First(wrt.to_owned())
}

/// The second derivative by a variable as an array.
pub fn hessian(wrt: &str) -> Request {
    Request::Second(wrt.to_owned(), wrt.to_owned())
}

/// The Hessian of a scalar function times a direction, which becomes an input `dx`.
pub fn hessian_vector(wrt: &str) -> Request {
    Request::HessianVector(wrt.to_owned())
}

/// The Jacobian times a direction, which becomes an input `dx`: forward mode.
pub fn jacobian_vector(wrt: &str) -> Request {
    Request::JacobianVector(wrt.to_owned())
}

/// The transposed Jacobian times a cotangent, which becomes an input: reverse mode.
pub fn vector_jacobian(wrt: &str) -> Request {
    Request::VectorJacobian(wrt.to_owned())
}

/// An expression and what it is: the request, and the part of its result.
pub(super) type Derived = (Expr, (usize, Part));

impl Problem {
    /// The expressions of all requests.
    pub(super) fn derived(&mut self, requests: &[Request], convention: Convention) -> Result<Vec<Derived>, Errors> {
        let function = with_traces(&mut self.store, self.function).map_err(|error| self.limit(error))?;
        let gradients = self.all_gradients(requests, function, convention)?;
        let mut gradients = gradients.into_iter();
        let mut results = Vec::with_capacity(requests.len());
        for (at, request) in requests.iter().enumerate() {
            let whole = |expr: Expr| vec![(expr, (at, Part::Whole))];
            let found = match request {
                Request::Value => whole(self.function),
                Request::First(wrt) => match gradients.next() {
                    Some(gradient) => whole(gradient),
                    None => whole(self.explicit(function, &[wrt], convention)?),
                },
                Request::Second(a, b) => whole(self.explicit(function, &[a, b], convention)?),
                Request::SecondInFactors(wrt) => {
                    let array = self.explicit(function, &[wrt, wrt], convention)?;
                    let factors = kronecker::factors(&mut self.store, array).map_err(|error| self.limit(error))?;
                    match factors {
                        Some(factors) => {
                            let parts = [Part::First, Part::Last].into_iter().zip(factors);
                            let kept = parts.filter_map(|(part, expr)| Some((expr?, (at, part))));
                            kept.collect()
                        }
                        None => whole(array),
                    }
                }
                Request::HessianVector(wrt) => whole(self.last_in_direction(function, &[wrt, wrt], convention)?),
                Request::JacobianVector(wrt) => whole(self.last_in_direction(function, &[wrt], convention)?),
                Request::VectorJacobian(wrt) => whole(self.pulled_back(function, wrt, convention)?),
            };
            for (expr, what) in found {
                let expr = simplify(&mut self.store, expr).map_err(|error| self.limit(error))?;
                results.push((expr, what));
            }
        }
        Ok(results)
    }

    /// All gradients of a scalar from one sweep, in the order of their requests; nothing for other functions.
    fn all_gradients(
        &mut self,
        requests: &[Request],
        function: Expr,
        convention: Convention,
    ) -> Result<Vec<Expr>, Errors> {
        let wrt: Vec<&str> = requests
            .iter()
            .filter_map(|request| match request {
                Request::First(wrt) => Some(wrt.as_str()),
                _ => None,
            })
            .collect();
        let mut distinct = wrt.clone();
        distinct.sort_unstable();
        distinct.dedup();
        let is_repeated = distinct.len() < wrt.len();
        if wrt.is_empty() || is_repeated || !self.store.shape(function).is_scalar() {
            return Ok(Vec::new());
        }
        let variables = wrt
            .iter()
            .map(|name| self.variable(name))
            .collect::<Result<Vec<_>, _>>()?;
        let names: Vec<String> = wrt.iter().map(|name| format!("d{name}")).collect();
        let found = diff::gradients_in(&mut self.store, function, &variables, &names, convention)
            .map_err(|error| self.limit(error))?;
        let arrays = found.into_iter().filter_map(|derivative| match derivative.explicit {
            Explicit::Array(array) => Some(array),
            Explicit::Operator => None,
        });
        Ok(arrays.collect())
    }

    fn derivative_of(
        &mut self,
        function: Expr,
        wrt: &[&String],
        convention: Convention,
    ) -> Result<diff::Derivative, Errors> {
        let variables = wrt
            .iter()
            .map(|name| self.variable(name))
            .collect::<Result<Vec<_>, _>>()?;
        let names: Vec<String> = wrt
            .iter()
            .enumerate()
            .map(|(at, name)| format!("d{name}{at}"))
            .collect();
        diff::derivative_in(&mut self.store, function, &variables, &names, convention)
            .map_err(|error| self.limit(error))
    }

    fn explicit(&mut self, function: Expr, wrt: &[&String], convention: Convention) -> Result<Expr, Errors> {
        match self.derivative_of(function, wrt, convention)?.explicit {
            Explicit::Array(array) => Ok(array),
            Explicit::Operator => Err(self.without_array(wrt)),
        }
    }

    fn without_array(&self, wrt: &[&String]) -> Errors {
        let names: Vec<&str> = wrt.iter().map(|name| name.as_str()).collect();
        let message = format!(
            "the derivative by {} has no explicit form: ask for its product with a direction instead",
            names.join(", ")
        );
        self.mistake(NO_NUMBERS, message)
    }

    /// The last differential in a direction `dx` that is an input.
    fn last_in_direction(&mut self, function: Expr, wrt: &[&String], convention: Convention) -> Result<Expr, Errors> {
        let derivative = self.derivative_of(function, wrt, convention)?;
        let last = derivative.last.ok_or_else(|| self.without_array(wrt))?;
        let name = wrt.last().map_or("", |name| name.as_str());
        let direction = self.direction(&derivative.variables, name)?;
        ops::substitute(&mut self.store, last.body, &[(last.hole, direction)]).map_err(|error| self.limit(error))
    }

    fn pulled_back(&mut self, function: Expr, wrt: &String, convention: Convention) -> Result<Expr, Errors> {
        let derivative = self.derivative_of(function, &[wrt], convention)?;
        derivative
            .adjoint
            .map(|(_, array)| array)
            .ok_or_else(|| self.without_array(&[wrt]))
    }
}

/// Whether an expression is the identity.
pub(super) fn is_identity(store: &Store, expr: Expr) -> bool {
    matches!(store.form(expr), gateaux_core::expr::Form::Eye)
}
