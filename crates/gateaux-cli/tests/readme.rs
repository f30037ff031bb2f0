//! The README, the manual and the pages of `spec/`: every command is run and must write what is shown; code is that of
//! the sources.
//!
//! A block is marked `console`; a line that begins with `$ ` is a command, and the lines up to the next one are what
//! it writes. `GATEAUX_BLESS=1` rewrites them. The relative error of a check, the numbers of the convergence of
//! differences and the times of a plan depend on the machine and are not compared.

mod command;

use std::path::{Path, PathBuf};

use command::{gateaux, run};

/// The folders whose pages are tested, with those inside.
const FOLDERS: [&str; 2] = ["docs", "spec"];

/// How a reader calls the binary: from a checkout, or installed.
const CALLS: [&str; 2] = ["cargo run --release -- ", "gateaux "];

/// The words of a command line; quotes hold a word together, `\"` is a quote, and nothing else is special.
fn words(line: &str) -> Vec<String> {
    const QUOTE: &str = "\u{1}";
    let mut words = Vec::new();
    for (at, part) in line.replace("\\\"", QUOTE).split('"').enumerate() {
        if at % 2 == 1 {
            words.push(part.replace(QUOTE, "\""));
        } else {
            words.extend(part.split_whitespace().map(str::to_owned));
        }
    }
    words
}

/// What a command of a page writes, results before diagnostics.
fn output(command: &str) -> String {
    let call = CALLS.iter().find_map(|call| command.strip_prefix(call));
    let words = words(call.unwrap_or_else(|| panic!("the page runs something else: {command}")));
    let outcome = gateaux(&words.iter().map(String::as_str).collect::<Vec<_>>());
    format!("{}{}", outcome.stdout, outcome.stderr)
}

/// The text without what depends on the machine.
fn steady(text: &str) -> String {
    let text = without_times(&without_roundoff(text));
    let mark = "relative error ";
    let mut steady = String::new();
    for (at, part) in text.split(mark).enumerate() {
        match (at, part.split_once(' ')) {
            (1.., Some((_, rest))) => steady.extend([mark, "... ", rest]),
            _ => steady.push_str(part),
        }
    }
    steady
}

/// The text with lines of plans as words, each time and rate left out.
fn without_times(text: &str) -> String {
    const UNITS: [&str; 5] = ["ns", "us", "ms", "GB/s", "GFLOP/s"];
    let mut lines = String::new();
    for line in text.lines() {
        let mut words: Vec<&str> = Vec::new();
        let mut is_timed = line.ends_with("  rate");
        for word in line.split_whitespace() {
            let is_unit = UNITS.contains(&word) && words.last().is_some_and(|last| last.parse::<f64>().is_ok());
            is_timed |= is_unit;
            match (is_unit, words.last_mut()) {
                (true, Some(number)) => *number = "...",
                (_, _) => words.push(word),
            }
        }
        let steady = words.join(" ");
        lines.extend([if is_timed { &steady } else { line }, "\n"]);
    }
    lines
}

/// The text with the rows of tables and pictures of round-off, and the numbers in their sentences, left out.
fn without_roundoff(text: &str) -> String {
    let mut steady = String::new();
    let mut in_block = false;
    for line in text.lines() {
        in_block = (in_block || line.starts_with("convergence of differences")) && !line.starts_with(['$', '`']);
        let is_row = line.contains('|') || line.trim_start().starts_with("1e");
        if in_block && is_row {
            continue;
        }
        let is_number = |word: &&str| word.trim_matches([';', ',', '(', ')']).parse::<f64>().is_ok();
        let words = line
            .split(' ')
            .map(|word| if in_block && is_number(&word) { "#" } else { word });
        steady.push_str(&words.collect::<Vec<_>>().join(" "));
        steady.push('\n');
    }
    steady
}

/// A session as a page shows it: `$ gateaux`, then entries behind `> `, whose further lines are indented.
#[derive(Default)]
struct Session {
    entries: String,
    shown: [usize; 2],
}

impl Session {
    /// What the session writes after one more entry, results before diagnostics.
    fn output(&mut self, entry: &str) -> String {
        self.entries.extend([entry, "\n"]);
        let outcome = run(&[], &self.entries, &[]);
        // The last line counts the mistakes of the whole session.
        let diagnostics = match outcome.code {
            0 => outcome.stderr.as_str(),
            _ => outcome
                .stderr
                .trim_end()
                .rsplit_once('\n')
                .map_or("", |(before, _)| before),
        };
        let written = [outcome.stdout.as_str(), diagnostics];
        let new: Vec<&str> = written
            .iter()
            .zip(self.shown)
            .map(|(all, shown)| all.get(shown..).unwrap_or("").trim_end())
            .filter(|new| !new.is_empty())
            .collect();
        self.shown = written.map(str::len);
        new.iter()
            .map(|new| format!("{}\n", new.trim_start_matches('\n')))
            .collect()
    }
}

/// The page with each command followed by what it writes.
fn with_outputs(page: &str) -> String {
    let mut text = String::new();
    let mut in_console = false;
    let mut session = Session::default();
    let mut lines = page.lines().peekable();
    while let Some(line) = lines.next() {
        match (in_console, line.strip_prefix("$ ")) {
            (true, Some("gateaux")) => {
                session = Session::default();
                text.push_str("$ gateaux\n");
            }
            (true, Some(command)) => text.extend(["$ ", command, "\n", &output(command)]),
            (true, None) if line.starts_with("> ") => {
                text.extend([line, "\n"]);
                match lines.peek().is_some_and(|next| next.starts_with(">   ")) {
                    true => session.entries.extend([&line[2..], "\n"]),
                    false => text.push_str(&session.output(&line[2..])),
                }
            }
            (true, None) if line != "```" => {}
            (_, _) => {
                in_console = line == "```console";
                text.extend([line, "\n"]);
            }
        }
    }
    text
}

/// The root of the workspace.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The README and the pages of the folders, from the root of the workspace.
fn pages() -> Vec<String> {
    let mut todo: Vec<String> = FOLDERS.map(str::to_owned).to_vec();
    let mut pages = vec!["README.md".to_owned()];
    while let Some(folder) = todo.pop() {
        for entry in std::fs::read_dir(root().join(&folder)).expect("the folders are part of the repository") {
            let entry = entry.expect("a readable folder");
            let name = format!("{folder}/{}", entry.file_name().to_string_lossy());
            if entry.path().is_dir() {
                todo.push(name);
            } else if name.ends_with(".md") {
                pages.push(name);
            }
        }
    }
    pages.sort();
    pages
}

#[test]
fn every_page_shows_what_its_commands_write() {
    for name in pages() {
        let page = read(&name);
        let found = with_outputs(&page);
        if steady(&found) == steady(&page) {
            continue;
        }
        if std::env::var_os("GATEAUX_BLESS").is_some() {
            std::fs::write(root().join(&name), found).expect("the page can be written");
            continue;
        }
        let difference = steady(&found)
            .lines()
            .zip(steady(&page).lines())
            .find(|(found, shown)| found != shown)
            .map_or_else(
                || "one of the two ends earlier".to_owned(),
                |(found, shown)| format!("  - {shown}\n  + {found}"),
            );
        panic!(
            "{name} differs, first here:\n{difference}\nif the output is right, run `cargo xtask bless` and read the diff"
        );
    }
}

fn read(path: &str) -> String {
    let path = root().join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The first block of Rust on a page.
fn rust(page: &str) -> &str {
    let rest = page.split("```rust\n").nth(1).expect("the page has an example");
    rest.split("```").next().unwrap_or_default()
}

#[test]
fn the_example_in_rust_is_that_of_the_library() {
    let (readme, library) = (read("README.md"), read("crates/gateaux/src/lib.rs"));
    // The example of the library is compiled and run as a test of its documentation.
    for line in rust(&readme).lines().filter(|line| !line.is_empty()) {
        assert!(
            library.contains(&format!("//! {line}\n")),
            "the library has no line `{line}`"
        );
    }
}

#[test]
fn the_record_in_the_architecture_is_that_of_the_function() {
    let (page, record) = (read("ARCHITECTURE.md"), read("crates/gateaux-core/src/ops/logdet.rs"));
    assert!(record.ends_with(rust(&page)), "logdet.rs ends otherwise");
}
