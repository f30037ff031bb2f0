//! What the arguments of the command line ask of a problem.

use gateaux::{Convention, Errors, Problem};
use gateaux_json::Question;

use crate::args;
use crate::failure::Failure;

/// The names of an argument list, without the spaces around them.
pub fn names(arguments: &[String]) -> Vec<String> {
    arguments
        .iter()
        .map(|name| name.trim().to_owned())
        .filter(|name| !name.is_empty())
        .collect()
}

/// The convention of the command line: unconstrained derivatives are those of the problem without structure.
///
/// # Errors
/// Those of the problem.
pub fn adopt(convention: args::Convention, problem: &mut Problem, wrt: &[String]) -> Result<Convention, Errors> {
    Ok(match convention {
        args::Convention::Vech => Convention::Vech,
        args::Convention::Subspace => Convention::Subspace,
        args::Convention::Unconstrained => {
            *problem = problem.unconstrained(&wrt.iter().map(String::as_str).collect::<Vec<_>>())?;
            Convention::Subspace
        }
    })
}

/// The question of names and an order: one name is repeated, several names without an order are several gradients.
///
/// # Errors
/// A number of names that is neither one nor the order.
pub fn ask(wrt: &[String], order: Option<u8>) -> Result<Question, Failure> {
    let order = order.map(usize::from);
    match (wrt, order) {
        ([], _) | (_, Some(0)) => Ok(Question::Value),
        ([name], _) => Ok(Question::Derivative(vec![name.clone(); order.unwrap_or(1)])),
        (names, None | Some(1)) => Ok(Question::Gradients(names.to_vec())),
        (names, Some(order)) if names.len() == order => Ok(Question::Derivative(names.to_vec())),
        (names, Some(order)) => Err(Failure::usage(
            format!("a derivative of order {order} cannot be by {} variables", names.len()),
            format!("give one name, or {order} names for a mixed derivative"),
        )),
    }
}
