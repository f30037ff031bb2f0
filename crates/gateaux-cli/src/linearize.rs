//! `gateaux eval --direction`: a step from the point, and how much of the change the derivatives explain.

use std::io::Write;

use gateaux::{Array, Directions, Inputs, Linearization, Notation, Problem};
use gateaux_json as json;
use serde_json::{Value, json};

use crate::args::{self, EvalArguments, TextOrJson};
use crate::codes;
use crate::data;
use crate::eval;
use crate::failure::Failure;
use crate::page::Page;
use crate::question;
use crate::source::Source;

/// The length of a random direction where none is given.
const RANDOM_STEP: f64 = 1e-3;

/// Computes and shows the change of the function by a step.
///
/// # Errors
/// Mistakes in the text, the data or the usage; an output that cannot be written.
pub fn run(arguments: &EvalArguments, out: &mut dyn Write) -> Result<(), Failure> {
    let (mut problem, source) = Source::read_problem(&arguments.problem, arguments.notation, &arguments.dims)?;
    let in_text = |errors| Failure::Text(source.clone(), errors);
    let values = data::load(&arguments.data, &problem)?;
    let inputs = Inputs::new(values, args::sizes(&arguments.dims));
    let steps = steps(arguments, &problem)?;
    let mut directions = Directions::new();
    for ((name, step), seed) in steps.into_iter().zip(arguments.seed..) {
        let direction = match step {
            Step::Given(array) => array.scale(&arguments.step.unwrap_or(1.0)),
            Step::Random => problem
                .random_direction(&name, &inputs, seed)
                .map_err(in_text)?
                .scale(&arguments.step.unwrap_or(RANDOM_STEP)),
        };
        directions.insert(name, direction);
    }
    let order = usize::from(arguments.order.unwrap_or(1));
    let found = problem.linearize(&directions, order, &inputs).map_err(in_text)?;
    match arguments.format {
        TextOrJson::Json => Ok(writeln!(out, "{}", object(&directions, &found))?),
        TextOrJson::Text => show(arguments, (&directions, &found), &mut Page::new(out, Notation::Text)),
    }
}

/// The step of one variable.
enum Step {
    Given(Array<f64>),
    Random,
}

/// What the arguments say of each variable that moves, by name and in order.
fn steps(arguments: &EvalArguments, problem: &Problem) -> Result<Vec<(String, Step)>, Failure> {
    let mut wrt = question::names(&arguments.wrt);
    let mut steps: Vec<(String, Step)> = Vec::new();
    let mut all_random = false;
    for argument in &arguments.direction {
        match argument
            .split_once('=')
            .map(|(name, value)| (name.trim(), value.trim()))
        {
            None if argument.trim() == RANDOM => all_random = true,
            Some((name, RANDOM)) => {
                data::variable(name, problem)?;
                steps.push((name.to_owned(), Step::Random));
            }
            _ => {
                let given = data::load(std::slice::from_ref(argument), problem)?;
                for (name, array) in given {
                    if array.data().iter().any(|entry| entry.im != 0.0) {
                        let message = format!("the direction for {name} has imaginary parts");
                        return Err(Failure::input(codes::ARRAY, message));
                    }
                    steps.push((name, Step::Given(array.map(|entry| entry.re))));
                }
            }
        }
    }
    let variables = problem.variables();
    if let (true, true, [only]) = (all_random, wrt.is_empty() && steps.is_empty(), variables) {
        wrt.push(only.name.clone());
    }
    if all_random && wrt.is_empty() {
        let name = variables.first().map_or("x", |variable| variable.name.as_str());
        let message = "--direction random does not say which variables move";
        return Err(Failure::usage(message, format!("name them: --wrt {name}")));
    }
    for name in &wrt {
        if steps.iter().any(|(known, _)| known == name) {
            continue;
        }
        data::variable(name, problem)?;
        if !all_random {
            let message = format!("there is no direction for {name}");
            return Err(Failure::usage(
                message,
                format!("add --direction \"{name}=[...]\" or --direction {name}=random"),
            ));
        }
        steps.push((name.clone(), Step::Random));
    }
    // Without --wrt the variables are those that move.
    if let Some((name, _)) = steps.iter().find(|(name, _)| !wrt.is_empty() && !wrt.contains(name)) {
        let message = format!("there is a direction for {name}, which --wrt does not name");
        return Err(Failure::usage(
            message,
            format!("add {name} to --wrt, or leave --wrt out"),
        ));
    }
    Ok(steps)
}

const RANDOM: &str = "random";

/// How the terms are called.
fn term_name(order: usize) -> String {
    match order {
        1 => "differential".to_owned(),
        2 => "second differential, divided by 2".to_owned(),
        k => format!("differential of order {k}, divided by {k}!"),
    }
}

fn show(
    arguments: &EvalArguments,
    (directions, found): (&Directions, &Linearization),
    page: &mut Page<'_>,
) -> Result<(), Failure> {
    let digits = usize::from(arguments.digits);
    let mut block = |title: &str, array: &Array<f64>| eval::show_array(title, (array, None), digits, page);
    let is_as_written = arguments.step.is_none() && arguments.direction.iter().all(|text| !text.ends_with(RANDOM));
    if !is_as_written {
        for (name, direction) in directions {
            block(&format!("direction d{name}"), direction)?;
        }
    }
    block("value", &found.value)?;
    block("value after the step", &found.moved)?;
    block("difference", &found.difference)?;
    for (term, order) in found.terms.iter().zip(1..) {
        block(&term_name(order), term)?;
    }
    block("remainder", &found.remainder)?;
    Ok(page.sentences("notes", &found.notes)?)
}

fn object(directions: &Directions, found: &Linearization) -> Value {
    let array = |array: &Array<f64>| json::array(array, None);
    let steps: json::Object = directions
        .iter()
        .map(|(name, step)| (name.clone(), array(step)))
        .collect();
    json!({
        "ok": true,
        "direction": steps,
        "value": array(&found.value),
        "moved": array(&found.moved),
        "difference": array(&found.difference),
        "terms": found.terms.iter().map(array).collect::<Vec<_>>(),
        "remainder": array(&found.remainder),
        "notes": found.notes,
    })
}
