//! The editor of a session on a terminal: history, completion of names, entries of several lines.

use std::path::PathBuf;

use rustyline::completion::Completer;
use rustyline::error::ReadlineError;
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::history::DefaultHistory;
use rustyline::validate::{ValidationContext, ValidationResult, Validator};
use rustyline::{CompletionType, Config, Context, Helper};

use crate::repl::statement::is_open;

/// What stands before an entry.
const PROMPT: &str = "> ";

/// Reads entries from a terminal.
pub struct Editor {
    inner: rustyline::Editor<Names, DefaultHistory>,
    history: Option<PathBuf>,
}

impl Editor {
    /// An editor with the history of the sessions before.
    ///
    /// # Errors
    /// A terminal that cannot be used.
    pub fn new() -> Result<Editor, ReadlineError> {
        let config = Config::builder()
            .completion_type(CompletionType::List)
            .auto_add_history(true)
            .build();
        let mut inner = rustyline::Editor::with_config(config)?;
        inner.set_helper(Some(Names::default()));
        let history = history_file();
        if let Some(path) = &history {
            // The first session has none.
            let _ = inner.load_history(path);
        }
        Ok(Editor { inner, history })
    }

    /// Names to be completed beside those of functions.
    pub fn know(&mut self, names: Vec<String>) {
        if let Some(helper) = self.inner.helper_mut() {
            helper.own = names;
        }
    }

    /// The next entry.
    ///
    /// # Errors
    /// Its end, an interruption, a terminal that fails.
    pub fn read(&mut self) -> Result<String, ReadlineError> {
        self.inner.readline(PROMPT)
    }

    /// Keeps the history for later sessions, where there is a place for it.
    pub fn save(&mut self) {
        if let Some(path) = &self.history {
            if let Some(folder) = path.parent() {
                let _ = std::fs::create_dir_all(folder);
            }
            // A history that cannot be written is no reason to fail at the end of a session.
            let _ = self.inner.save_history(path);
        }
    }
}

/// `GATEAUX_HISTORY`, else `gateaux/history` in the folder for the state of programs.
fn history_file() -> Option<PathBuf> {
    let of = |name: &str| {
        std::env::var_os(name)
            .filter(|value| !value.is_empty())
            .map(PathBuf::from)
    };
    of("GATEAUX_HISTORY").or_else(|| {
        let folder = of("XDG_STATE_HOME").or_else(|| Some(of("HOME")?.join(".local/state")))?;
        Some(folder.join("gateaux").join("history"))
    })
}

/// Names that can be completed.
#[derive(Default)]
struct Names {
    own: Vec<String>,
}

/// Where the name before the cursor begins.
fn start_of_name(line: &str) -> usize {
    let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
    line.char_indices()
        .rev()
        .take_while(|(_, c)| is_part(*c))
        .last()
        .map_or(line.len(), |(at, _)| at)
}

impl Completer for Names {
    type Candidate = String;

    fn complete(&self, line: &str, cursor: usize, _: &Context<'_>) -> rustyline::Result<(usize, Vec<String>)> {
        let start = start_of_name(&line[..cursor]);
        let begun = &line[start..cursor];
        let functions = gateaux::ops::names().map(str::to_owned);
        let mut found: Vec<String> = self
            .own
            .iter()
            .cloned()
            .chain(functions)
            .filter(|name| !begun.is_empty() && name.starts_with(begun))
            .collect();
        found.sort_unstable();
        found.dedup();
        Ok((start, found))
    }
}

impl Validator for Names {
    fn validate(&self, context: &mut ValidationContext<'_>) -> rustyline::Result<ValidationResult> {
        Ok(match is_open(context.input()) {
            true => ValidationResult::Incomplete,
            false => ValidationResult::Valid(None),
        })
    }
}

impl Hinter for Names {
    type Hint = String;
}

impl Highlighter for Names {}

impl Helper for Names {}
