//! Problems, answers and mistakes as JSON: the interface of `gateaux batch` and of the page.
//!
//! Owns the names and the order of fields, and how numbers, arrays and places in a text are written. Knows no
//! mathematics and reads no files. The entry point is [`answer_line`].
//!
//! ```
//! let answer = gateaux_json::answer_line(br#"{"id": 1, "expr": "x'*x", "wrt": "x"}"#, &Default::default());
//! assert_eq!(answer["explicit"], "2*x");
//! ```

mod array;
mod claim;
pub mod codes;
mod convergence;
mod cost;
mod line;
mod mistakes;
mod question;
mod reply;
mod request;
mod steps;

use serde_json::{Map, Value};

pub use array::{Values, array, index, number, parse_array, shortened};
pub use claim::{evidence, judgment, numbers};
pub use convergence::convergence;
pub use cost::costs;
pub use line::{Options, answer_line};
pub use mistakes::{errors, failed, general};
pub use question::{Question, Reply};
pub use reply::{check, declarations, extend_distinct, reply};
pub use request::{Request, names};
pub use steps::derivations;

/// An object under construction.
pub type Object = Map<String, Value>;
