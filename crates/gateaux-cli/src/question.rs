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

/// The question of names and an order, see [`Question::of_names`].
///
/// # Errors
/// A number of names that is neither one nor the order.
pub fn ask(wrt: &[String], order: Option<u8>) -> Result<Question, Failure> {
    let order = order.map(usize::from);
    Question::of_names(wrt, order).ok_or_else(|| {
        let order = order.unwrap_or(1);
        Failure::usage(
            format!("a derivative of order {order} cannot be by {} variables", wrt.len()),
            format!("give one name, or {order} names for a mixed derivative"),
        )
    })
}
