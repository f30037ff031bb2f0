//! A line of a batch: the fields of a problem.

use std::collections::BTreeMap;

use gateaux::{Detail, Errors, ExternalDeclaration, Inputs};
use serde_json::Value;

use crate::Object;
use crate::array::{Values, parse_array, shortened};
use crate::codes;
use crate::mistakes::general;
use crate::question::Question;

/// A problem as a line of a batch states it.
#[derive(Debug)]
pub struct Request {
    /// The text.
    pub expr: String,
    /// Declarations beside the text.
    pub declarations: Vec<ExternalDeclaration>,
    /// What is asked.
    pub question: Question,
    /// Sizes of dimension names.
    pub sizes: BTreeMap<String, usize>,
    /// Values, if numbers are asked for.
    pub inputs: Option<Inputs>,
    /// How much is to be told of how the answer follows.
    pub steps: Option<Detail>,
    /// Whether formulas are wanted in MathML, too.
    pub mathml: bool,
}

/// The highest order that can be asked for: beyond it formulas grow past every limit anyway.
const MAX_ORDER: u64 = 9;

impl Request {
    /// Reads the fields of an object; unknown ones are ignored, and `null` counts as absent.
    ///
    /// # Errors
    /// The first field that cannot be read.
    pub fn new(object: &Object) -> Result<Request, Errors> {
        let expr = match field(object, "expr") {
            Some(Value::String(text)) => text.clone(),
            Some(other) => return Err(wrong("expr", "a string", other)),
            None => return Err(general(codes::FIELD, "the field expr is missing")),
        };
        let declarations = declarations(object)?;
        let sizes = sizes(object)?;
        let inputs = values(object)?.map(|values| Inputs::new(values, sizes.clone()));
        Ok(Request {
            expr,
            declarations,
            question: question(object)?,
            sizes,
            inputs,
            steps: steps(object)?,
            mathml: mathml(object)?,
        })
    }
}

/// `true` or `"brief"`, or `"full"`.
fn steps(object: &Object) -> Result<Option<Detail>, Errors> {
    match field(object, "steps") {
        None | Some(Value::Bool(false)) => Ok(None),
        Some(Value::Bool(true)) => Ok(Some(Detail::Brief)),
        Some(Value::String(detail)) if detail == "brief" => Ok(Some(Detail::Brief)),
        Some(Value::String(detail)) if detail == "full" => Ok(Some(Detail::Full)),
        Some(other) => Err(wrong("steps", "true, \"brief\" or \"full\"", other)),
    }
}

fn mathml(object: &Object) -> Result<bool, Errors> {
    match field(object, "mathml") {
        None => Ok(false),
        Some(Value::Bool(wanted)) => Ok(*wanted),
        Some(other) => Err(wrong("mathml", "true or false", other)),
    }
}

fn field<'a>(object: &'a Object, name: &str) -> Option<&'a Value> {
    object.get(name).filter(|value| !value.is_null())
}

fn wrong(name: &str, wanted: &str, found: &Value) -> Errors {
    let found = shortened(&found.to_string());
    general(codes::FIELD, format!("{name} should be {wanted}, not {found}"))
}

fn map<'a>(object: &'a Object, name: &str) -> Result<Option<&'a Object>, Errors> {
    match field(object, name) {
        None => Ok(None),
        Some(Value::Object(map)) => Ok(Some(map)),
        Some(other) => Err(wrong(name, "an object", other)),
    }
}

fn declarations(object: &Object) -> Result<Vec<ExternalDeclaration>, Errors> {
    let mut declarations = Vec::new();
    for (name, value) in map(object, "vars")?
        .into_iter()
        .flatten()
        .filter(|(_, value)| !value.is_null())
    {
        let Value::Object(declared) = value else {
            return Err(wrong(&format!("vars.{name}"), "an object with kind and dims", value));
        };
        let kind = match field(declared, "kind") {
            Some(Value::String(kind)) => kind,
            Some(other) => return Err(wrong(&format!("vars.{name}.kind"), "a string", other)),
            None => {
                return Err(general(codes::FIELD, format!("the field vars.{name}.kind is missing")));
            }
        };
        // `complex matrix`, as a declaration has it.
        let mut words: Vec<String> = kind.split_whitespace().map(str::to_owned).collect();
        let kind = words.pop().unwrap_or_default();
        let dims = match field(declared, "dims") {
            None => Vec::new(),
            Some(Value::Array(dims)) => dims.iter().map(|dim| dimension(name, dim)).collect::<Result<_, _>>()?,
            Some(other) => return Err(wrong(&format!("vars.{name}.dims"), "a list", other)),
        };
        declarations.push(ExternalDeclaration {
            name: name.clone(),
            modifiers: words,
            kind,
            dims,
        });
    }
    Ok(declarations)
}

fn dimension(name: &str, dim: &Value) -> Result<String, Errors> {
    match dim {
        Value::String(text) => Ok(text.clone()),
        Value::Number(number) => Ok(number.to_string()),
        other => Err(wrong(
            &format!("vars.{name}.dims"),
            "a list of names and integers as strings",
            other,
        )),
    }
}

fn sizes(object: &Object) -> Result<BTreeMap<String, usize>, Errors> {
    let mut sizes = BTreeMap::new();
    for (name, value) in map(object, "dims")?
        .into_iter()
        .flatten()
        .filter(|(_, value)| !value.is_null())
    {
        let size = value
            .as_u64()
            .and_then(|size| usize::try_from(size).ok())
            .filter(|size| *size > 0);
        let size = size.ok_or_else(|| wrong(&format!("dims.{name}"), "a positive integer", value))?;
        sizes.insert(name.clone(), size);
    }
    Ok(sizes)
}

fn values(object: &Object) -> Result<Option<Values>, Errors> {
    let Some(inputs) = map(object, "inputs")? else {
        return Ok(None);
    };
    let mut values = BTreeMap::new();
    for (name, value) in inputs.iter().filter(|(_, value)| !value.is_null()) {
        let array = parse_array(value)
            .map_err(|reason| general(codes::ARRAY, format!("the input for {name} is no array: {reason}")))?;
        values.insert(name.clone(), array);
    }
    Ok(Some(values))
}

fn question(object: &Object) -> Result<Question, Errors> {
    let wrt = names(object, "wrt")?;
    let gradients = names(object, "gradients")?;
    let order = match field(object, "order") {
        None => None,
        Some(value) => match value.as_u64().filter(|order| *order <= MAX_ORDER) {
            Some(order) => usize::try_from(order).ok(),
            None => return Err(wrong("order", &format!("an integer from 0 to {MAX_ORDER}"), value)),
        },
    };
    if !gradients.is_empty() {
        if !wrt.is_empty() || order.is_some_and(|order| order > 1) {
            let message = "gradients asks for first derivatives, so there can be no wrt and no order above 1";
            return Err(general(codes::FIELD, message));
        }
        return Ok(if order == Some(0) {
            Question::Value
        } else {
            Question::Gradients(gradients)
        });
    }
    match (wrt.as_slice(), order) {
        ([], _) | (_, Some(0)) => Ok(Question::Value),
        ([name], _) => Ok(Question::Derivative(vec![name.clone(); order.unwrap_or(1)])),
        (names, None) => Ok(Question::Derivative(names.to_vec())),
        (names, Some(order)) if names.len() == order => Ok(Question::Derivative(names.to_vec())),
        (names, Some(order)) => {
            let message = format!("wrt has {} names, but order is {order}", names.len());
            Err(general(codes::FIELD, message))
        }
    }
}

/// The field with this name: a name, or a list of names.
///
/// # Errors
/// Something else.
pub fn names(object: &Object, name: &str) -> Result<Vec<String>, Errors> {
    let text = |value: &Value| match value {
        Value::String(text) => Ok(text.clone()),
        other => Err(wrong(name, "a name or a list of names", other)),
    };
    match field(object, name) {
        None => Ok(Vec::new()),
        Some(Value::Array(list)) => list.iter().map(text).collect(),
        Some(value) => Ok(vec![text(value)?]),
    }
}
