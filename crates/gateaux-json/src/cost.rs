//! What each order of evaluation takes, as JSON.

use gateaux::compile::{Cost, Costs, Derivation, Way};
use serde_json::{Value, json};

use crate::array::number;

/// The costs of a value and its derivatives.
pub fn costs(costs: &Costs) -> Value {
    let cost = |cost: &Cost| {
        json!({
            "operations": number(cost.operations),
            "order": cost.order,
            "bytes_moved": number(cost.moved),
            "memory_bytes": number(cost.memory),
        })
    };
    let way = |way: &Way| json!({"mode": way.mode.name(), "passes": number(way.passes), "cost": cost(&way.total)});
    let derivation = |derivation: &Derivation| {
        json!({
            "order": derivation.order,
            "entries": number(derivation.entries),
            "ways": derivation.ways.iter().map(way).collect::<Vec<_>>(),
            "best": derivation.ways.first().map(|way| way.mode.name()),
            "reason": derivation.reason,
            "operator": cost(&derivation.operator),
            "matrix": cost(&derivation.matrix),
        })
    };
    json!({
        "wrt": costs.wrt,
        "sizes": costs.sizes,
        "inputs": number(costs.inputs),
        "outputs": number(costs.outputs),
        "value": cost(&costs.value),
        "derivatives": costs.derivatives.iter().map(derivation).collect::<Vec<_>>(),
    })
}
