//! The manual of the functions: a page for each record in `docs/functions/`, with worked examples that are verified.
//!
//! `cargo xtask manual` writes the pages; without it they are compared. What a page says stands in the record alone,
//! and what its examples show is what Gateaux answers now.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use gateaux::ops::{self, Meaning, Op};
use gateaux::{Answer, Notation, Problem};
use gateaux_core::expr::Facts;

/// What is known of a value, in words.
const WORDS: [(Facts, &str); 10] = [
    (Facts::SYMMETRIC, "symmetric"),
    (Facts::PSD, "positive semidefinite"),
    (Facts::POSDEF, "positive definite"),
    (Facts::DIAGONAL, "diagonal"),
    (Facts::SKEW, "skew"),
    (Facts::ORTHOGONAL, "orthogonal"),
    (Facts::ORTHONORMAL, "with orthonormal columns"),
    (Facts::LOWER, "lower triangular"),
    (Facts::POSITIVE, "positive"),
    (Facts::NONNEGATIVE, "nonnegative"),
];

/// The groups of the index: a title, and what belongs into it if it is in none before.
type Group = (&'static str, fn(&Op) -> bool);

const GROUPS: [Group; 4] = [
    ("Constants and arrays", |op| {
        op.kind.is_empty() || ops::constructor(op.name).is_some()
    }),
    ("Entry by entry", |op| {
        let is_abbreviation = matches!(op.meaning, Meaning::Abbreviates(_));
        op.is_elementwise() || is_abbreviation && op.kind[0].ends_with("any -> like(x)")
    }),
    ("To a scalar", |op| {
        op.kind.iter().any(|kind| kind.ends_with("-> scalar"))
    }),
    ("To vectors and matrices", |_| true),
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Every record that has a page.
fn records() -> impl Iterator<Item = &'static Op> {
    ops::all().chain(ops::CONSTRUCTORS)
}

/// The pages by name, or why one cannot be written.
fn pages() -> Result<BTreeMap<String, String>, String> {
    let topics = topics();
    let mut pages = BTreeMap::new();
    for op in records() {
        pages.insert(format!("{}.md", op.name), page(op, &topics)?);
    }
    pages.insert("README.md".to_owned(), index());
    Ok(pages)
}

fn index() -> String {
    let mut text = "# The functions\n\n\
        A page for each function, written by `cargo xtask manual` from its record, with examples as Gateaux answers them.\n\n\
        `gateaux functions NAME` shows the same on the command line, [the language](../language.md) how formulas are \
        written, and [the topics](../../spec) more examples.\n"
        .to_owned();
    let group = |op: &Op| GROUPS.iter().position(|(_, holds)| holds(op));
    for (at, (title, _)) in GROUPS.iter().enumerate() {
        text.extend(["\n## ", title, "\n\n| function | what it is |\n| --- | --- |\n"]);
        for op in records().filter(|op| group(op) == Some(at)) {
            writeln!(text, "| [`{name}`]({name}.md) | {} |", op.about, name = op.name).expect("a string");
        }
    }
    text
}

/// The pages of topics by the functions in their titles.
fn topics() -> BTreeMap<String, String> {
    let entries = std::fs::read_dir(root().join("spec")).expect("the manual is part of the repository");
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("a readable folder").path()).collect();
    paths.sort();
    let mut topics = BTreeMap::new();
    for path in paths
        .iter()
        .filter(|path| path.extension().is_some_and(|end| end == "md"))
    {
        let text = std::fs::read_to_string(path).expect("a page is a text");
        let title = text.lines().next().unwrap_or_default().trim_start_matches("# ");
        let file = path.file_name().unwrap_or_default().to_string_lossy();
        for name in title.split([',', ' ']) {
            topics
                .entry(name.to_owned())
                .or_insert_with(|| format!("[{title}](../../spec/{file})"));
        }
    }
    topics
}

fn page(op: &'static Op, topics: &BTreeMap<String, String>) -> Result<String, String> {
    let mut text = format!("# {}\n\n{}\n\n", op.name, op.about);
    let mut row = |title: &str, entries: &[String]| {
        let entries: Vec<&str> = entries.iter().map(String::as_str).filter(|e| !e.is_empty()).collect();
        match entries.as_slice() {
            [] => {}
            [only] => text.extend(["- *", title, "*: ", only, "\n"]),
            several => {
                text.extend(["- *", title, "*:\n"]);
                several.iter().for_each(|entry| text.extend(["  - ", entry, "\n"]));
            }
        }
    };
    let code = |formula: &&str| match formula.is_empty() {
        true => "none".to_owned(),
        false => format!("`{formula}`"),
    };
    let codes = |formulas: &[&str]| formulas.iter().map(code).collect::<Vec<_>>();
    let (abbreviates, equals) = match &op.meaning {
        Meaning::Abbreviates(formulas) => (codes(formulas), Vec::new()),
        Meaning::Equals(formulas) => (Vec::new(), codes(formulas)),
        Meaning::Form(_) | Meaning::Primitive => (Vec::new(), Vec::new()),
    };
    row("also written", &codes(op.aliases));
    let shapes: Vec<String> = op.shapes().iter().map(|shape| format!("`{shape}`")).collect();
    row("arguments and value", &shapes);
    row("domain", &[op.domain.to_owned()]);
    row("abbreviates", &abbreviates);
    row("equals", &equals);
    let is_derivative = op.is_elementwise() && !op.differential.iter().any(|formula| formula.contains("dx"));
    let differential = if is_derivative {
        "derivative of each entry"
    } else {
        "differential"
    };
    row(differential, &codes(op.differential));
    row("where it has none", &[op.kink.to_owned()]);
    row("known of the value", &facts(op)?);
    let rules: Vec<String> = op
        .rules
        .iter()
        .map(|rule| format!("`{}` is `{}`", rule.left, rule.right))
        .collect();
    row("simplified", &rules);
    row("in LaTeX", &[format!("`{}`", latex(op))]);
    row("source", &[op.source.to_owned()]);
    row("more", &[topics.get(op.name).cloned().unwrap_or_default()]);
    text.push_str("\n## Examples\n");
    let problems = op.problems();
    if problems.is_empty() {
        return Err(format!("{} has no example", op.name));
    }
    for (function, variable, known) in problems {
        let shown = example(&function, variable, known);
        text.push_str(&shown.map_err(|reason| format!("{}: {function} by {variable}: {reason}", op.name))?);
    }
    Ok(text)
}

/// `positive where the arguments are nonnegative`
fn facts(op: &Op) -> Result<Vec<String>, String> {
    let word = |facts: Facts| {
        let found = WORDS.iter().find(|(known, _)| *known == facts);
        found
            .map(|(_, word)| *word)
            .ok_or_else(|| format!("{}: facts without a word", op.name))
    };
    let mut lines = Vec::new();
    for (arguments, value) in op.facts.iter().filter(|(_, value)| *value != Facts::NONE) {
        let value = word(*value)?;
        if *arguments == Facts::NONE {
            lines.push(value.to_owned());
        } else {
            let those = match op.kind.first().map_or(0, |kind| kind.matches(':').count()) {
                1 => "argument is",
                _ => "arguments are",
            };
            lines.push(format!("{value} where the {those} {}", word(*arguments)?));
        }
    }
    Ok(lines)
}

/// The LaTeX with the names of the arguments, or an upright name.
fn latex(op: &Op) -> String {
    let parameters = op
        .kind
        .first()
        .and_then(|kind| kind.split(" -> ").next())
        .unwrap_or_default();
    let names: Vec<&str> = parameters
        .split("; ")
        .filter_map(|parameter| parameter.split_once(':').map(|(name, _)| name))
        .collect();
    if op.latex.is_empty() {
        return format!("\\operatorname{{{}}}\\left({}\\right)", op.name, names.join(", "));
    }
    let numbered = names.iter().enumerate();
    numbered.fold(op.latex.to_owned(), |latex, (at, name)| {
        latex.replace(&format!("{{{at}}}"), name)
    })
}

/// A problem with the answers to it, as in `spec/`.
fn example(text: &str, variable: &str, known: Option<&str>) -> Result<String, String> {
    let mut problem = Problem::parse(text).map_err(|errors| errors.to_string())?;
    let answer = problem.derive(&[variable]).map_err(|errors| errors.to_string())?;
    let check = answer.check(&mut problem);
    if !check.is_verified() {
        return Err(format!("not verified: {:?}", check.verdict));
    }
    let mut shown = format!("\n```gateaux\n{}\n", text.replace("; ", "\n"));
    let mut ask = |question: &str, lines: &[String]| {
        writeln!(shown, "> {question}").expect("a string");
        lines.iter().for_each(|line| shown.extend([line.as_str(), "\n"]));
    };
    let variables: Vec<String> = problem
        .variables()
        .iter()
        .map(|variable| variable.text.clone())
        .collect();
    ask("variables", &variables);
    ask(
        &format!("differential {variable}"),
        &[answer.differential(Notation::Text).to_owned()],
    );
    let explicit = explicit(&answer)?;
    ask(&format!("d/d{variable}"), std::slice::from_ref(&explicit));
    if !answer.assumptions().is_empty() {
        ask(&format!("assumptions {variable}"), answer.assumptions());
    }
    ask(&format!("check {variable}"), &["verified".to_owned()]);
    shown.push_str("```\n");
    match known.filter(|known| **known != explicit) {
        Some(known) => Ok(format!("{shown}\nA textbook has `{known}`.\n")),
        None => Ok(shown),
    }
}

fn explicit(answer: &Answer) -> Result<String, String> {
    let explicit = answer.explicit(Notation::Text);
    explicit.map(str::to_owned).ok_or_else(|| "no explicit form".to_owned())
}

#[test]
fn every_function_has_a_page_with_verified_examples() {
    let folder = root().join("docs/functions");
    let pages = pages().unwrap_or_else(|reason| panic!("{reason}"));
    if std::env::var_os("GATEAUX_BLESS").is_some() {
        std::fs::create_dir_all(&folder).expect("the folder of the pages can be made");
        for (name, text) in &pages {
            std::fs::write(folder.join(name), text).expect("the pages can be written");
        }
    }
    let found = std::fs::read_dir(&folder).into_iter().flatten();
    let mut known: BTreeMap<String, String> = BTreeMap::new();
    for path in found.map(|entry| entry.expect("a readable folder").path()) {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        known.insert(name, std::fs::read_to_string(&path).expect("a page is a text"));
    }
    let differs = |name: &&String| pages.get(*name) != known.get(*name);
    let mut names: Vec<&String> = pages.keys().chain(known.keys()).filter(differs).collect();
    names.dedup();
    assert!(
        names.is_empty(),
        "docs/functions: {names:?} are out of date, missing or of no function; run `cargo xtask manual` and read the diff"
    );
}
