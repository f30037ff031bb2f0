//! `gateaux teach`: exercises, hints and judgments.

mod command;

use command::gateaux;
use serde_json::{Value, json};

fn exercise(level: &str, more: &[&str]) -> Value {
    gateaux(&[&["teach", "--level", level, "--seed", "4", "--format", "json"], more].concat()).json()
}

#[test]
fn every_level_asks_and_judges() {
    for level in ["1", "2", "3", "4", "5", "6", "7"] {
        let page = gateaux(&["teach", "--level", level, "--seed", "4"]).ok();
        assert!(
            page.starts_with(&format!("exercise level {level}: ")) && page.trim_end().ends_with('?'),
            "{page}"
        );
        let found = exercise(level, &["--solution"]);
        let solution = found["solution"].as_str().expect("it was asked for");
        assert!(!page.contains(solution), "{page}");
        let judged = exercise(level, &["--answer", solution]);
        assert_eq!(
            (&judged["right"], &judged["mistake"]),
            (&json!(true), &Value::Null),
            "{judged}"
        );
        let wrong = format!("2*({solution})");
        let judged = gateaux(&["teach", "--level", level, "--seed", "4", "--answer", &wrong]);
        assert_eq!(judged.code, 1, "{judged:?}");
        assert!(judged.stdout.contains("not right: off by the factor 1/2"), "{judged:?}");
        assert!(!judged.stdout.contains(&format!("= {solution}\n")), "{judged:?}");
    }
}

#[test]
fn hints_come_one_at_a_time() {
    let none = exercise("2", &[]);
    assert_eq!(none["hints"], json!([]));
    let all = none["hints_in_all"]
        .as_u64()
        .and_then(|count| usize::try_from(count).ok())
        .expect("a count");
    assert!(all >= 2, "{none}");
    for count in 1..=all {
        let found = exercise("2", &["--hints", &count.to_string()]);
        assert_eq!(found["hints"].as_array().map(Vec::len), Some(count));
    }
    let found = exercise("2", &["--hints", "1000"]);
    assert_eq!(found["hints"].as_array().map(Vec::len), Some(all));
}

#[test]
fn mistakes_are_explained() {
    let page = gateaux(&["teach", "--level", "8"]).failed(2);
    assert!(page.contains("no level 8") && page.contains("7 Hessians"), "{page}");
    let page = gateaux(&["teach", "--answer", "2*("]).failed(1);
    assert!(page.contains("answer"), "{page}");
    // An answer may begin with a minus.
    assert_eq!(gateaux(&["teach", "--answer", "-x"]).code, 1);
}
