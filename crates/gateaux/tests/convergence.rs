//! The errors of differences: of every derivative of the corpus they must be those of truncation and round-off.

use std::collections::BTreeMap;

use case::cases;
use gateaux::{Errors, ExternalDeclaration, Problem, Verdict};
use serde_json::Value;

#[expect(dead_code, reason = "this test needs no arrays")]
mod case;

fn words(value: &Value) -> Vec<String> {
    let list = value.as_array().into_iter().flatten();
    list.map(|word| word.as_str().map_or_else(|| word.to_string(), str::to_owned))
        .collect()
}

fn problem(case: &Value) -> Result<Problem, Errors> {
    let declared = |(name, declared): (&String, &Value)| {
        let mut modifiers: Vec<String> = declared["kind"]
            .as_str()
            .unwrap_or_default()
            .split_whitespace()
            .map(str::to_owned)
            .collect();
        ExternalDeclaration {
            name: name.clone(),
            kind: modifiers.pop().unwrap_or_default(),
            modifiers,
            dims: words(&declared["dims"]),
        }
    };
    let declarations: Vec<ExternalDeclaration> = case["vars"].as_object().into_iter().flatten().map(declared).collect();
    Problem::parse_with(case["expr"].as_str().unwrap_or_default(), &declarations)
}

#[test]
fn no_right_derivative_is_called_wrong() {
    let (mut measured, mut with_slopes) = (0, 0);
    for case in cases("derivatives.jsonl") {
        let Some(wrt) = case["wrt"].as_str() else { continue };
        let Ok(mut problem) = problem(&case) else { continue };
        let Ok(answer) = problem.derive(&[wrt]) else { continue };
        let Ok(found) = answer.convergence(&mut problem, &BTreeMap::new()) else {
            continue;
        };
        measured += 1;
        assert_eq!(found.verdict, Verdict::Verified, "{case}: {found:?}");
        if let (Some(forward), Some(central)) = (found.forward.truncation, found.central.truncation) {
            with_slopes += 1;
            let off = (forward - forward.round()).abs().max((central - central.round()).abs());
            assert!(off < 0.2, "{case}: {found:?}");
        }
    }
    // Else the corpus is not read.
    assert!(measured > 300 && with_slopes > 100, "{measured}, {with_slopes}");
}
