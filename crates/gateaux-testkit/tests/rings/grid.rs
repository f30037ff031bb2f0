//! Ring 2: every pair of operations, one inside of the other. No function is named here.

use std::collections::BTreeMap;

use gateaux_testkit::grid::{Verdict, pair, pieces, tried};

use crate::tally::guarded;

#[test]
fn no_pair_of_operations_is_wrong_in_silence() {
    let pieces = pieces();
    let (mut counts, mut refused, mut undefined) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
    let (mut wrong, mut pairs) = (Vec::new(), 0u64);
    for outer in &pieces {
        for (place, inner) in outer
            .places()
            .into_iter()
            .flat_map(|at| pieces.iter().map(move |inner| (at, inner)))
        {
            let Some(pair) = pair(outer, place, inner) else {
                continue;
            };
            pairs += 1;
            for wrt in &pair.variables {
                let verdict = guarded(|| Ok(tried(&pair.text, wrt, &[2, 3, 2]))).unwrap_or_else(Verdict::Wrong);
                let word = match verdict {
                    Verdict::Exact => "exact",
                    Verdict::Right => "right",
                    Verdict::Undefined(reason) => {
                        undefined.entry(reason).or_insert_with(Vec::new).push(pair.text.clone());
                        "undefined"
                    }
                    Verdict::Refused(code, message) => {
                        refused
                            .entry(code)
                            .or_insert_with(Vec::new)
                            .push(format!("{message} in {}", pair.text));
                        "refused"
                    }
                    Verdict::Wrong(reason) => {
                        wrong.push(format!("{} by {wrt}: {reason}", pair.text));
                        "wrong"
                    }
                };
                *counts.entry(word).or_insert(0) += 1;
            }
        }
    }
    println!("{} pieces, {pairs} pairs: {counts:?}", pieces.len());
    for (code, texts) in &refused {
        println!("refused with {code}: {}, such as {}", texts.len(), texts[0]);
    }
    for (reason, texts) in &undefined {
        println!("undefined, {reason}: {}, such as {}", texts.len(), texts[0]);
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
    assert!(pairs > 20_000, "too few pairs: {pairs}");
    let count = |word| counts.get(word).copied().unwrap_or(0);
    assert!(
        100 * (count("undefined") + count("refused")) < count("exact") + count("right"),
        "too many are not defined: {counts:?}"
    );
}
