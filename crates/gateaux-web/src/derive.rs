//! A problem and its derivatives, in all forms and notations.

use gateaux::{Answer, Errors, Notation, Problem};
use gateaux_json::{self as json, Object};
use serde_json::{Value, json};

use crate::formula::{formula, optional};
use crate::problem::Asked;

/// The function, its variables, and every derivative that is asked for.
///
/// # Errors
/// Mistakes of the text, and limits.
pub fn derive(asked: &mut Asked) -> Result<Object, Errors> {
    let reply = asked.derive()?;
    let problem = &mut asked.problem;
    let mut fields = Object::new();
    fields.insert("text".into(), json!(problem.text()));
    fields.insert("name".into(), json!(problem.function_name()));
    fields.insert("shape".into(), json!(problem.axes()));
    fields.insert("function".into(), function(problem)?);
    fields.insert("variables".into(), json::declarations(problem.variables()));
    let (mut assumptions, mut notes) = (problem.dimension_assumptions().to_vec(), problem.hints().to_vec());
    let mut answers = Vec::with_capacity(reply.answers.len());
    for answer in &reply.answers {
        json::extend_distinct(&mut assumptions, answer.assumptions());
        json::extend_distinct(&mut notes, answer.notes());
        let mut whole = answer.clone();
        whole.complete_views(problem)?;
        answers.push(json!({
            "by": answer.wrt(),
            "holes": answer.holes(),
            "structured": answer.is_structured(problem),
            "forms": forms(answer, &whole),
        }));
    }
    fields.insert("answers".into(), Value::Array(answers));
    fields.insert("assumptions".into(), json!(assumptions));
    fields.insert("notes".into(), json!(notes));
    Ok(fields)
}

fn function(problem: &mut Problem) -> Result<Value, Errors> {
    let mut written = Vec::with_capacity(3);
    for notation in [Notation::Text, Notation::Latex, Notation::MathMl] {
        written.push((notation, problem.function_text(notation)?));
    }
    Ok(formula(|notation| {
        let found = written.iter().find(|(known, _)| *known == notation);
        found.map(|(_, text)| text.clone()).unwrap_or_default()
    }))
}

/// The forms of an answer, those first that a textbook gives; `more` marks those that a reader asks for.
fn forms(answer: &Answer, whole: &Answer) -> Vec<Value> {
    let is_array = answer.derivative_axes().len() > 2 && !answer.is_row_jacobian();
    let mut forms = Vec::new();
    let mut add = |name: &str, shape: &[String], found: Option<Value>, more: bool| {
        forms.extend(found.map(|formula| json!({"name": name, "shape": shape, "formula": formula, "more": more})));
    };
    let owned = |text: Option<&str>| text.map(str::to_owned);
    let differential = formula(|notation| answer.differential(notation).to_owned());
    add("differential", answer.function_axes(), Some(differential), false);
    let explicit = optional(|notation| owned(answer.explicit(notation)));
    let is_read = explicit.is_some() && (!is_array || answer.explicit_name() == "gradient");
    if is_read {
        add(
            answer.explicit_name(),
            answer.derivative_axes(),
            explicit.clone(),
            false,
        );
    }
    for part in answer.wirtinger().iter().filter(|part| part.has_conjugates()) {
        let shown = formula(|notation| part.formula(notation).to_owned());
        add(&part.name(Notation::Text), answer.derivative_axes(), Some(shown), false);
    }
    let operator = formula(|notation| answer.operator(notation));
    add("operator", answer.function_axes(), Some(operator), is_read);
    let kronecker = optional(|notation| owned(whole.kronecker(notation)));
    add("Kronecker form", &[], kronecker, is_read);
    let index = optional(|notation| owned(whole.index(notation)));
    add("index form", answer.derivative_axes(), index, is_read);
    if is_array && !is_read {
        add("einsum", answer.derivative_axes(), explicit, true);
    }
    add("adjoint", &[], optional(|notation| answer.adjoint(notation)), true);
    let product = optional(|notation| whole.hessian_vector(notation));
    add("Hessian times a direction", &[], product, true);
    forms
}
