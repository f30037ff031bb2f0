//! `gateaux diff --cost`: what each order of evaluation takes.

use gateaux::compile::{ANY_SIZE, Cost, Costs, Derivation};
use gateaux::{Errors, Problem};
use gateaux_json as json;
use gateaux_json::Reply;
use serde_json::Value;

use crate::args::{self, DiffArguments};
use crate::failure::Failure;
use crate::page::Page;

/// The costs of the answers, if they were asked for.
///
/// # Errors
/// Sizes of dimensions that do not occur, or at which arrays cannot be counted.
pub fn measure(arguments: &DiffArguments, problem: &mut Problem, reply: &Reply) -> Result<Vec<Costs>, Errors> {
    if !arguments.cost {
        return Ok(Vec::new());
    }
    let sizes = args::sizes(&arguments.dims);
    let mut names: Vec<(String, usize)> = Vec::new();
    for answer in &reply.answers {
        for name in answer.wrt() {
            if names.iter().all(|(known, _)| known != name) {
                names.push((name.clone(), answer.wrt().len()));
            }
        }
    }
    names
        .iter()
        .map(|(name, order)| problem.costs(name, *order, &sizes))
        .collect()
}

/// A block for each variable.
///
/// # Errors
/// Those of writing.
pub fn show(all: &[Costs], arguments: &DiffArguments, page: &mut Page<'_>) -> Result<(), Failure> {
    for costs in all {
        let by = if all.len() > 1 {
            format!(" by {}", costs.wrt)
        } else {
            String::new()
        };
        let sizes: Vec<String> = costs
            .sizes
            .iter()
            .map(|(name, size)| format!("{name} = {size}"))
            .collect();
        page.title(&format!("cost{by}"), &sizes.join(", "))?;
        let given = args::sizes(&arguments.dims);
        let assumed: Vec<&str> = costs
            .sizes
            .keys()
            .filter(|name| !given.contains_key(*name))
            .map(String::as_str)
            .collect();
        if !assumed.is_empty() {
            page.sentence(&format!(
                "without a size in --dims, taken as {ANY_SIZE}: {}",
                assumed.join(", ")
            ))?;
        }
        let [inputs, outputs] = [counted(costs.inputs, "input"), counted(costs.outputs, "output")];
        page.sentence(&format!("{inputs}, {outputs}"))?;
        let mut rows = vec![header()];
        rows.push(row("value", 1.0, &costs.value));
        page.table(&rows)?;
        for derivation in &costs.derivatives {
            show_derivation(derivation, costs, page)?;
        }
    }
    Ok(())
}

/// `1000 x 500 = 500000 entries`: outputs by inputs.
fn entries(derivation: &Derivation, costs: &Costs) -> String {
    let count = quantity(derivation.entries);
    let is_product = derivation.order == 1 && costs.inputs * costs.outputs == derivation.entries;
    match derivation.entries {
        1.0 => "1 entry".to_owned(),
        _ if is_product && costs.outputs > 1.0 => {
            format!(
                "{} x {} = {count} entries",
                quantity(costs.outputs),
                quantity(costs.inputs)
            )
        }
        _ => format!("{count} entries"),
    }
}

fn header() -> Vec<String> {
    ["", "passes", "operations", "order", "bytes moved", "buffers"]
        .map(str::to_owned)
        .to_vec()
}

fn show_derivation(derivation: &Derivation, costs: &Costs, page: &mut Page<'_>) -> Result<(), Failure> {
    let (what, which) = match (derivation.order, costs.outputs == 1.0) {
        (1, true) => ("gradient", "first"),
        (1, false) => ("Jacobian", "first"),
        _ => ("Hessian", "second"),
    };
    page.sentence("")?;
    let (entries, size) = (entries(derivation, costs), bytes(derivation.matrix.memory));
    page.sentence(&format!(
        "the {which} derivative as an array, the {what}: {entries}, {size}"
    ))?;
    let mut rows = vec![header()];
    for way in &derivation.ways {
        rows.push(row(
            &format!("{}, {}", way.mode.name(), way.mode.per()),
            way.passes,
            &way.total,
        ));
    }
    page.table(&rows)?;
    let best = derivation.ways.first().map_or("", |way| way.mode.name());
    page.sentence(&format!("best: {best}: {}", derivation.reason))?;
    // Of a scalar function the operator is the scalar product with the gradient, and there is nothing to choose.
    if what == "gradient" {
        return Ok(());
    }
    page.sentence("")?;
    page.sentence("the derivative of one direction")?;
    let mut rows = vec![["", "operations", "order", "memory"].map(str::to_owned).to_vec()];
    for (name, cost) in [
        ("operator", &derivation.operator),
        ("matrix of all entries, when it is there", &derivation.matrix),
    ] {
        rows.push(vec![
            name.to_owned(),
            quantity(cost.operations),
            order(cost),
            bytes(cost.memory),
        ]);
    }
    Ok(page.table(&rows)?)
}

/// The fields of `cost`: an object, or a list where there are several variables.
pub fn extend(all: &[Costs], object: &mut json::Object) {
    let mut fields: Vec<Value> = all.iter().map(json::costs).collect();
    match fields.len() {
        0 => {}
        1 => object.extend(fields.pop().map(|only| ("cost".into(), only))),
        _ => object.extend([("cost".into(), Value::Array(fields))]),
    }
}

fn row(name: &str, passes: f64, cost: &Cost) -> Vec<String> {
    vec![
        name.to_owned(),
        quantity(passes),
        quantity(cost.operations),
        order(cost),
        bytes(cost.moved),
        bytes(cost.memory),
    ]
}

/// `~ 2*m*n`
fn order(cost: &Cost) -> String {
    cost.order.as_ref().map_or(String::new(), |order| format!("~ {order}"))
}

/// `1 input`, `500 inputs`
fn counted(count: f64, noun: &str) -> String {
    format!("{} {noun}{}", quantity(count), if count == 1.0 { "" } else { "s" })
}

/// A count as it is while it is short, else with three digits and a power of ten.
fn quantity(count: f64) -> String {
    if count < 1e6 {
        return format!("{count:.0}");
    }
    let text = format!("{count:.2e}");
    let (digits, power) = text.split_once('e').unwrap_or((&text, "0"));
    format!("{}e{power}", digits.trim_end_matches('0').trim_end_matches('.'))
}

/// Bytes with their unit.
fn bytes(count: f64) -> String {
    let units = ["B", "kB", "MB", "GB", "TB", "PB", "EB"];
    let mut value = count;
    let mut at = 0;
    while value >= 999.5 && at + 1 < units.len() {
        value /= 1e3;
        at += 1;
    }
    match value {
        value if value < 10.0 && (value - value.round()).abs() > 0.05 => format!("{value:.1} {}", units[at]),
        value => format!("{value:.0} {}", units[at]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_have_a_unit() {
        let cases = [
            (0.0, "0 B"),
            (8.0, "8 B"),
            (999.0, "999 B"),
            (999.9, "1 kB"),
            (4e3, "4 kB"),
            (1.25e9, "1.2 GB"),
            (8e12, "8 TB"),
        ];
        for (count, text) in cases {
            assert_eq!(bytes(count), text);
        }
    }
}
