//! What is asked of a tool and what it answers: one line of JSON each, on its standard input and output.
//!
//! `bench/peers/server.py` speaks the same.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

/// What takes turns: a tool that computes something of a problem.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Entrant {
    /// The name of the problem with its family: `laue/logreg`.
    pub problem: String,
    /// The size, as the family understands it.
    pub size: usize,
    /// How many threads the tool may use.
    pub threads: usize,
    /// What is computed: `value`, `gradient`, `hessian`, `hvp`, `value+gradient`, `derive-...`, `first-...`.
    pub order: String,
    /// The tool.
    pub tool: String,
}

impl Entrant {
    /// The family of its problem.
    pub fn family(&self) -> &str {
        self.problem.split('/').next().unwrap_or_default()
    }
}

/// A request.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "lowercase")]
pub enum Request<'a> {
    /// Are the packages of this family of tools there? Answered by [`Hello`].
    Hello { family: &'a str },
    /// Write the data of a problem as `.npy` files. Answered by nothing.
    Make {
        problem: &'a str,
        size: usize,
        folder: &'a Path,
    },
    /// Prepare an entrant with the data in the folder and call it once, in at most so many seconds. Answered by
    /// [`Loaded`].
    Load {
        entrant: Entrant,
        folder: &'a Path,
        limit: f64,
    },
    /// Write the results of the first call as `.npy` files. Answered by [`Written`].
    Write { entrant: Entrant, folder: &'a Path },
    /// The largest relative error of the results in one folder against those in another. Answered by a number.
    Compare { folder: &'a Path, reference: &'a Path },
    /// Call it for about so many seconds. Answered by [`Sample`].
    Sample { entrant: Entrant, budget: f64 },
    /// Forget an entrant. Answered by nothing.
    Drop { entrant: Entrant },
}

/// An answer.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Answer<T> {
    /// What was asked for.
    Ok(T),
    /// Why there is none.
    Error(String),
}

/// A tool introduces itself.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Hello {
    /// Of the packages that it uses.
    pub versions: BTreeMap<String, String>,
    /// The day, as 2000-12-31.
    pub date: String,
    /// The name of the processor.
    pub processor: String,
}

/// What is known of an entrant that is prepared.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Loaded {
    /// The operations that the best known formula needs.
    pub flops: Option<f64>,
}

/// What was written.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub struct Written {
    /// The number of arrays; none where there is nothing to compare.
    pub count: usize,
    /// Their size.
    pub bytes: f64,
}

/// The time of a call.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Sample {
    /// The median in seconds.
    pub median_s: f64,
    /// Whether other processes took the processor away too often.
    pub is_contended: bool,
}
