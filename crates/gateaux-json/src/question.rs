//! What is asked of a problem, and the reply.

use std::collections::BTreeMap;

use gateaux::{Answer, Check, Convention, Errors, Inputs, Numbers, Problem};

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Question {
    /// The value alone.
    Value,
    /// One derivative, by these variables in order.
    Derivative(Vec<String>),
    /// The first derivatives by each of these variables.
    Gradients(Vec<String>),
}

/// The reply to a question: for each derivative that was asked for an answer, and what was computed of it.
#[derive(Debug)]
pub struct Reply {
    /// What was asked.
    pub question: Question,
    /// The derivatives.
    pub answers: Vec<Answer>,
    /// The numbers for each answer, or the value alone where there is no answer; empty where no data were given.
    pub numbers: Vec<Numbers>,
    /// The check of each answer; empty where none was asked for.
    pub checks: Vec<Check>,
}

impl Question {
    /// The question of names and an order: one name is repeated, several names without an order are several gradients.
    /// `None` where the number of names is neither one nor the order.
    pub fn of_names(wrt: &[String], order: Option<usize>) -> Option<Question> {
        match (wrt, order) {
            ([], _) | (_, Some(0)) => Some(Question::Value),
            ([name], _) => Some(Question::Derivative(vec![name.clone(); order.unwrap_or(1)])),
            (names, None | Some(1)) => Some(Question::Gradients(names.to_vec())),
            (names, Some(order)) if names.len() == order => Some(Question::Derivative(names.to_vec())),
            (_, Some(_)) => None,
        }
    }

    /// The derivatives asked for, neither computed nor checked.
    ///
    /// # Errors
    /// Those of the problem.
    pub fn derive(self, problem: &mut Problem) -> Result<Reply, Errors> {
        self.derive_in(problem, Convention::Subspace)
    }

    /// The derivatives asked for in a convention for structured variables.
    ///
    /// # Errors
    /// Those of the problem.
    pub fn derive_in(self, problem: &mut Problem, convention: Convention) -> Result<Reply, Errors> {
        let answers = match &self {
            Question::Value => Vec::new(),
            Question::Derivative(wrt) => vec![problem.derive_in(&borrowed(wrt), convention)?],
            Question::Gradients(wrt) => problem.gradients_in(&borrowed(wrt), convention)?,
        };
        Ok(Reply {
            question: self,
            answers,
            numbers: Vec::new(),
            checks: Vec::new(),
        })
    }
}

impl Reply {
    /// Checks every answer.
    pub fn check(&mut self, problem: &mut Problem, sizes: &BTreeMap<String, usize>) {
        self.checks = self
            .answers
            .iter()
            .map(|answer| answer.check_with(problem, sizes))
            .collect();
    }

    /// Computes the value and every derivative.
    ///
    /// # Errors
    /// Inputs that do not fit, and numbers that cannot be computed.
    pub fn evaluate(&mut self, problem: &mut Problem, inputs: &Inputs) -> Result<(), Errors> {
        self.numbers = if self.answers.is_empty() {
            vec![problem.evaluate(None, inputs)?]
        } else {
            self.answers
                .iter()
                .map(|answer| problem.evaluate(Some(answer), inputs))
                .collect::<Result<_, _>>()?
        };
        Ok(())
    }
}

fn borrowed(names: &[String]) -> Vec<&str> {
    names.iter().map(String::as_str).collect()
}
