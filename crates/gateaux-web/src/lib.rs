//! The engine of the page: a question in, a reply out, both JSON.
//!
//! Owns which questions the page has, and how replies are put together for it: every formula in all notations, MathML
//! among them. Knows no mathematics, no page and no browser; natively it is a library like others, which its tests
//! use. The interface is [`answer`]; in WebAssembly `boundary` hands it over as three functions on bytes.
//!
//! ```
//! let reply = gateaux_web::answer(br#"{"ask": "derive", "expr": "x'*x", "wrt": ["x"]}"#);
//! let reply: serde_json::Value = serde_json::from_str(&reply).unwrap();
//! assert_eq!(reply["answers"][0]["forms"][1]["formula"]["text"], "2*x");
//! ```

#[cfg(target_family = "wasm")]
mod boundary;
mod derive;
mod formula;
mod language;
mod problem;
mod questions;
mod steps;

pub use questions::answer;
