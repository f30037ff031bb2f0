//! `gateaux check FILE`: the claims of papers, notes and notebooks, each with its file and line, for people and for CI.

use std::io::Write;
use std::path::Path;

use gateaux::papers::{Checked, Medium, Options, Verdict, check_with};
use gateaux::{Errors, Span};
use serde_json::{Value, json};

use crate::args::TextOrJson;
use crate::check::show_details;
use crate::codes;
use crate::diagnostics;
use crate::failure::Failure;
use crate::source::Source;
use crate::style;

/// What a file is, by the end of its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Text(Medium),
    Notebook,
}

const KINDS: &[(&str, Kind)] = &[
    ("md", Kind::Text(Medium::Markdown)),
    ("markdown", Kind::Text(Medium::Markdown)),
    ("qmd", Kind::Text(Medium::Markdown)),
    ("tex", Kind::Text(Medium::Latex)),
    ("py", Kind::Text(Medium::Code("#"))),
    ("jl", Kind::Text(Medium::Code("#"))),
    ("ipynb", Kind::Notebook),
];

/// A text in which claims stand: a file or a cell.
struct Part {
    /// How it is called in reports: `notes.md`, `notes.ipynb:cell 3`.
    label: String,
    text: String,
    /// Where it begins in the text that is checked.
    start: usize,
}

/// A claim, the part in which it stands, and its line there.
struct Found {
    part: usize,
    line: usize,
    checked: Checked,
}

/// How many claims are right, wrong and unreadable.
#[derive(Default)]
struct Tally {
    right: usize,
    wrong: usize,
    unreadable: usize,
}

/// Whether the argument is the name of a file with claims.
pub fn is_paper(argument: &str) -> bool {
    kind(argument).is_some() && Path::new(argument).is_file()
}

fn kind(path: &str) -> Option<Kind> {
    let extension = Path::new(path).extension()?.to_str()?;
    KINDS
        .iter()
        .find(|(known, _)| *known == extension)
        .map(|(_, kind)| *kind)
}

/// Judges all claims of the files.
///
/// # Errors
/// A file that cannot be read; claims that are wrong or cannot be read; a size for what is no dimension in any file.
pub fn run(paths: &[&str], options: &Options, format: TextOrJson, out: &mut dyn Write) -> Result<(), Failure> {
    let mut tally = Tally::default();
    let mut unknown: Vec<&String> = options.sizes.keys().collect();
    for path in paths {
        let (parts, found) = claims(path, options)?;
        unknown.retain(|name| !found.iter().any(|found| found.checked.sized.contains(name)));
        match format {
            TextOrJson::Text => show(path, &parts, &found, out)?,
            TextOrJson::Json => show_json(path, &parts, &found, out)?,
        }
        tally.count(&found);
    }
    if format == TextOrJson::Text && tally.total() > 0 {
        writeln!(out, "{}", tally.in_words())?;
    }
    if let Some(unknown) = unknown.first() {
        return Err(Failure::usage(
            format!("there is a size for {unknown}, which is no dimension of a problem with a claim"),
            format!("leave out {unknown}, or look for a misspelling"),
        ));
    }
    match tally.wrong + tally.unreadable {
        0 => Ok(()),
        _ => Err(Failure::Negative),
    }
}

/// The parts of a file and their claims, in order.
fn claims(path: &str, options: &Options) -> Result<(Vec<Part>, Vec<Found>), Failure> {
    let source = Source::read(path)?;
    let kind = kind(path).ok_or_else(|| {
        let known: Vec<String> = KINDS.iter().map(|(name, _)| format!(".{name}")).collect();
        let message = format!("{path} is no file with claims");
        Failure::usage(
            message,
            format!("the names of such files end with {}", known.join(", ")),
        )
    })?;
    let mut found = Vec::new();
    let parts = match kind {
        Kind::Text(medium) => {
            let checked = check_with(&source.text, medium, options);
            found.extend(checked.into_iter().map(|checked| Found {
                part: 0,
                line: checked.line,
                checked,
            }));
            vec![Part {
                label: path.to_owned(),
                text: source.text,
                start: 0,
            }]
        }
        Kind::Notebook => {
            let mut parts = Vec::new();
            for (wanted, medium) in [("markdown", Medium::Markdown), ("code", Medium::Code("#"))] {
                let first = parts.len();
                let text = add_cells(path, &source.text, wanted, &mut parts)?;
                found.extend(
                    check_with(&text, medium, options)
                        .into_iter()
                        .map(|checked| in_cell(&parts, first, checked)),
                );
            }
            parts
        }
    };
    // Cells of both kinds stand in the order of the notebook.
    found.sort_by(|a, b| {
        number(&parts[a.part].label)
            .cmp(&number(&parts[b.part].label))
            .then(a.line.cmp(&b.line))
    });
    Ok((parts, found))
}

/// The number of a cell in its label.
fn number(label: &str) -> usize {
    label
        .rsplit_once(":cell ")
        .and_then(|(_, number)| number.parse().ok())
        .unwrap_or(0)
}

/// Adds the cells of one type to the parts, and joins their texts.
fn add_cells(path: &str, notebook: &str, wanted: &str, parts: &mut Vec<Part>) -> Result<String, Failure> {
    let unreadable =
        |reason: String| Failure::input(codes::FILE, format!("cannot read {path} as a notebook: {reason}"));
    let notebook: Value = serde_json::from_str(notebook).map_err(|error| unreadable(error.to_string()))?;
    let cells = notebook["cells"]
        .as_array()
        .ok_or_else(|| unreadable("it has no list of cells".to_owned()))?;
    let mut joined = String::new();
    for (at, cell) in cells.iter().enumerate() {
        if cell["cell_type"] != wanted {
            continue;
        }
        let text = match &cell["source"] {
            Value::String(text) => text.clone(),
            Value::Array(lines) => lines.iter().filter_map(Value::as_str).collect(),
            _ => String::new(),
        };
        parts.push(Part {
            label: format!("{path}:cell {}", at + 1),
            text: text.clone(),
            start: joined.len(),
        });
        joined.push_str(&text);
        joined.push('\n');
    }
    Ok(joined)
}

/// A claim of joined cells in its own cell.
fn in_cell(parts: &[Part], first: usize, checked: Checked) -> Found {
    let place = checked.place.start;
    let part = (first..parts.len())
        .rev()
        .find(|at| parts[*at].start <= place)
        .unwrap_or(first);
    let inside = (place - parts[part].start).min(parts[part].text.len());
    let line = 1 + parts[part].text[..inside].matches('\n').count();
    Found { part, line, checked }
}

fn show(path: &str, parts: &[Part], found: &[Found], out: &mut dyn Write) -> Result<(), Failure> {
    if found.is_empty() {
        return Ok(writeln!(out, "{path}: no claims")?);
    }
    let mut told: Option<&Errors> = None;
    for Found { part, line, checked } in found {
        let part = &parts[*part];
        let place = match part.label == path {
            true => format!("{}:{line}", part.label),
            false => format!("{}:line {line}", part.label),
        };
        match &checked.verdict {
            // What is right takes one line.
            Verdict::Judged(judgment) if judgment.is_equal() && judgment.remarks.is_empty() => {
                let words: Vec<&str> = checked.claim.split_whitespace().collect();
                writeln!(
                    out,
                    "{place}: {}: {}",
                    style::paint(style::GOOD, "equal"),
                    words.join(" ")
                )?;
            }
            Verdict::Judged(judgment) => {
                write!(out, "{place}: ")?;
                show_details(judgment, ("claim", &checked.claim), out)?;
            }
            Verdict::Unreadable(errors) => {
                writeln!(out, "{place}: {}", style::paint(style::BAD, "unreadable"))?;
                // A problem that cannot be read is the same mistake for all claims about it.
                if told != Some(errors) {
                    show_errors(parts, part, errors, out)?;
                }
                told = Some(errors);
            }
        }
    }
    Ok(())
}

/// Draws the mistakes, each in the part in which it stands.
fn show_errors(parts: &[Part], of_claim: &Part, errors: &Errors, out: &mut dyn Write) -> Result<(), Failure> {
    for diagnostic in errors.diagnostics() {
        let start = diagnostic.span.start;
        let own = |part: &&Part| part.start <= start && start <= part.start + part.text.len();
        // Cells of markdown and of code are counted apart; the claim tells which.
        let part = Some(of_claim)
            .filter(own)
            .or_else(|| parts.iter().find(own))
            .unwrap_or(of_claim);
        let mut diagnostic = diagnostic.clone();
        if diagnostic.span != Span::default() {
            let end = diagnostic.span.end.saturating_sub(part.start);
            diagnostic.span = Span::new(start.saturating_sub(part.start), end);
        }
        let source = Source {
            path: Some(part.label.clone()),
            text: part.text.clone(),
        };
        diagnostics::show_errors(&source, &Errors::from(diagnostic), out)?;
    }
    Ok(())
}

fn show_json(path: &str, parts: &[Part], found: &[Found], out: &mut dyn Write) -> Result<(), Failure> {
    let mut tally = Tally::default();
    tally.count(found);
    let claims: Vec<Value> = found.iter().map(|found| claim_as_json(parts, found)).collect();
    let object = json!({
        "file": path,
        "claims": claims,
        "equal": tally.right,
        "not equal": tally.wrong,
        "unreadable": tally.unreadable,
    });
    Ok(writeln!(out, "{object}")?)
}

fn claim_as_json(parts: &[Part], found: &Found) -> Value {
    let mut object = match &found.checked.verdict {
        Verdict::Judged(judgment) => gateaux_json::judgment(judgment, ("claim", &found.checked.claim)),
        Verdict::Unreadable(errors) => json!({
            "verdict": "unreadable",
            "claim": found.checked.claim,
            "errors": errors.diagnostics().iter().map(|d| json!({"code": d.code, "message": d.message})).collect::<Vec<_>>(),
        }),
    };
    object["line"] = json!(found.line);
    let cell = number(&parts[found.part].label);
    if cell > 0 {
        object["cell"] = json!(cell);
    }
    object
}

impl Tally {
    fn count(&mut self, found: &[Found]) {
        for found in found {
            match &found.checked.verdict {
                Verdict::Judged(judgment) if judgment.is_equal() => self.right += 1,
                Verdict::Judged(_) => self.wrong += 1,
                Verdict::Unreadable(_) => self.unreadable += 1,
            }
        }
    }

    fn total(&self) -> usize {
        self.right + self.wrong + self.unreadable
    }

    /// `3 claims: 1 equal, 1 not equal, 1 unreadable`
    fn in_words(&self) -> String {
        let counts = [
            (self.right, "equal"),
            (self.wrong, "not equal"),
            (self.unreadable, "unreadable"),
        ];
        let parts: Vec<String> = counts
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, word)| format!("{count} {word}"))
            .collect();
        let noun = if self.total() == 1 { "claim" } else { "claims" };
        format!("{} {noun}: {}", self.total(), parts.join(", "))
    }
}
