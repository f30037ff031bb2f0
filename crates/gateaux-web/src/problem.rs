//! The problem that a question of the page is about.

use std::collections::BTreeMap;

use gateaux::{Convention, Errors, Inputs, Problem};
use gateaux_json::{self as json, Object, Question, Reply, Request, codes};

/// A problem, and what is asked of it.
pub struct Asked {
    /// The problem.
    pub problem: Problem,
    /// The question.
    pub question: Question,
    /// The convention for structured variables.
    pub convention: Convention,
    /// The sizes that are given.
    pub sizes: BTreeMap<String, usize>,
    /// The values that are given.
    pub inputs: Option<Inputs>,
}

/// What a question that names no variable is about: `x` or `X` if there is one, else the first variable.
fn usual_variable(problem: &Problem) -> Option<&str> {
    let mut names = problem.variables().iter().map(|variable| variable.name.as_str());
    let usual = names.clone().find(|name| matches!(*name, "x" | "X"));
    usual.or_else(|| names.next())
}

impl Asked {
    /// Reads the fields of a question: those of a line of a batch, and `input` and `convention`.
    ///
    /// # Errors
    /// Fields that cannot be read; mistakes of the text.
    pub fn new(object: &Object) -> Result<Asked, Errors> {
        // Which derivatives are asked for depends on the names and the order together, and the page has a rule of its own.
        let mut plain = object.clone();
        for name in ["wrt", "order"] {
            plain.remove(name);
        }
        let request = Request::new(&plain)?;
        let mut problem = match text(object, "input")? {
            None | Some("text") => Problem::parse_with(&request.expr, &request.declarations)?,
            Some("latex") => Problem::parse_latex_with(&request.expr, &request.declarations)?,
            Some(_) => return Err(wrong("input should be \"text\" or \"latex\"")),
        };
        let mut wrt = json::names(object, "wrt")?;
        if wrt.is_empty() {
            wrt.extend(usual_variable(&problem).map(str::to_owned));
        }
        let order = match object.get("order") {
            None => None,
            Some(value) => {
                let order = value.as_u64().filter(|order| *order <= 9);
                Some(order.ok_or_else(|| wrong("order should be an integer from 0 to 9"))? as usize)
            }
        };
        let convention = match text(object, "convention")? {
            None | Some("subspace") => Convention::Subspace,
            Some("vech") => Convention::Vech,
            Some("unconstrained") => {
                let names: Vec<&str> = wrt.iter().map(String::as_str).collect();
                problem = problem.unconstrained(&names)?;
                Convention::Subspace
            }
            Some(_) => {
                return Err(wrong(
                    "convention should be \"subspace\", \"vech\" or \"unconstrained\"",
                ));
            }
        };
        let Some(question) = Question::of_names(&wrt, order) else {
            return Err(wrong("wrt should be one name, or as many as order says"));
        };
        Ok(Asked {
            problem,
            question,
            convention,
            sizes: request.sizes,
            inputs: request.inputs,
        })
    }

    /// The derivatives.
    ///
    /// # Errors
    /// Those of the problem.
    pub fn derive(&mut self) -> Result<Reply, Errors> {
        self.question.clone().derive_in(&mut self.problem, self.convention)
    }
}

/// A field that is a text.
///
/// # Errors
/// Another kind of value.
pub fn text<'a>(object: &'a Object, name: &str) -> Result<Option<&'a str>, Errors> {
    match object.get(name) {
        None | Some(serde_json::Value::Null) => Ok(None),
        Some(serde_json::Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(wrong(&format!("{name} should be a string"))),
    }
}

/// A mistake of the page.
pub fn wrong(message: &str) -> Errors {
    json::general(codes::FIELD, message)
}
