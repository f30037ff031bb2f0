//! The cases of `spec/corpus`: JSON Lines.

use std::path::PathBuf;

use gateaux::Array;
use serde_json::Value;

/// The cases of a file of the corpus.
pub fn cases(file: &str) -> Vec<Value> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../../spec/corpus")
        .join(file);
    let text = std::fs::read_to_string(&path).expect("the corpus is part of the repository");
    text.lines()
        .map(|line| serde_json::from_str(line).expect("the corpus is JSON Lines"))
        .collect()
}

/// A nested list, row by row, as an array.
pub fn array(value: &Value) -> Array<f64> {
    fn walk(value: &Value, depth: usize, shape: &mut Vec<usize>, data: &mut Vec<f64>) {
        match value {
            Value::Array(items) => {
                if shape.len() == depth {
                    shape.push(items.len());
                }
                items.iter().for_each(|item| walk(item, depth + 1, shape, data));
            }
            number => data.push(number.as_f64().expect("a number")),
        }
    }
    let (mut shape, mut data) = (Vec::new(), Vec::new());
    walk(value, 0, &mut shape, &mut data);
    Array::from_row_major(&shape, &data).expect("a rectangular array")
}
