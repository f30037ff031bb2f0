//! The manual of the rules that derivations name: a page for each in `docs/rules/`, with derivations that use it.
//!
//! `cargo xtask manual` writes the pages; without it they are compared. What a page says stands in the table of rules alone,
//! and the derivations are what Gateaux shows now, every line of them checked.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use gateaux::{Detail, Notation, Problem, RULES_OF_STEPS, Reason, Rule, Steps};

/// Derivations that the pages show: of each rule the first that uses it.
const EXAMPLES: &[(&str, &str)] = &[
    ("norm2(A*x - b)^2", "x"),
    ("tr(A*X*B)", "X"),
    ("logdet(A'*A)", "A"),
    ("x'*A*x", "x"),
    ("tr(A*inv(X))", "X"),
    ("tr(A*X^3)", "X"),
    ("sum(A.*X.*X)", "X"),
    ("norm2(x - a*y)", "x"),
    ("exp(x'*y)/(1 + x'*x)", "x"),
    ("a^b", "b"),
    ("A*X*B", "X"),
    ("A*tanh(x)", "x"),
    ("a'*X*b", "X"),
    ("tr(A*diag(x)*B)", "x"),
    ("vec(X)'*A*vec(X)", "X"),
    ("x'*kron(y, A*x)", "x"),
    ("det(A*X)", "X"),
    ("S: symmetric(n); tr(A*S)", "S"),
    ("K: skew(n); tr(A*K)", "K"),
    ("D: diagonal(n); tr(A*D)", "D"),
    ("L: lower(n); tr(A*L)", "L"),
    ("Q: orthogonal(n); tr(A*Q)", "Q"),
    ("S: symmetric(n); sum(eigvals(S).^2)", "S"),
    (
        "T: tensor(k, n, n); x: vector(n); sum(einsum(\"ijk,j,k->i\", T, x, x))",
        "x",
    ),
    ("T: tensor(k, n, m); sum(T.^2)", "T"),
    ("sum(tril(X)*y)", "X"),
    ("tr(expm(X)*A)", "X"),
    ("x: vector(n); t: scalar; x*(t + 1)/t", "t"),
    ("x: vector(n); y: vector(n); x'.*y'", "x"),
    ("a*x", "x"),
    ("sum(diag(X))*tr(A'*X)", "X"),
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A problem with its derivation.
struct Example {
    text: String,
    variable: &'static str,
    steps: Steps,
}

impl Example {
    fn new((text, variable): (&str, &'static str), detail: Detail) -> Example {
        let mut problem = Problem::parse(text).unwrap_or_else(|errors| panic!("{text}: {errors}"));
        let answer = problem
            .derive(&[variable])
            .unwrap_or_else(|errors| panic!("{text}: {errors}"));
        let steps = answer
            .steps(&mut problem, detail)
            .unwrap_or_else(|errors| panic!("{text}: {errors}"));
        assert!(steps.is_verified(), "{text} by {variable}: {steps:?}");
        Example {
            text: text.to_owned(),
            variable,
            steps,
        }
    }

    fn uses(&self, rule: &'static Rule) -> bool {
        self.steps
            .lines()
            .iter()
            .any(|line| line.reasons().contains(&Reason::Rule(rule)))
    }

    fn shown(&self) -> String {
        let mut text = format!("`{}` by `{}`:\n\n```text\n", self.text, self.variable);
        for (formula, reason) in self.steps.aligned(Notation::Text) {
            text.extend([format!("{formula}{reason}").trim_end(), "\n"]);
        }
        text + "```\n"
    }
}

fn page(rule: &'static Rule, examples: &[Example]) -> String {
    let mut text = format!("# {}\n\n    {}\n\n", rule.name, rule.statement());
    if !rule.sample.is_empty() {
        writeln!(text, "for `{}`\n", rule.sample).expect("a string");
    }
    writeln!(text, "## Why\n\n{}\n", rule.proof.replace(". ", ".\n")).expect("a string");
    writeln!(text, "## Source\n\n{}", rule.source).expect("a string");
    if let Some(example) = examples.iter().find(|example| example.uses(rule)) {
        text.extend(["\n## In a derivation\n\n", &example.shown()]);
    }
    text
}

fn pages() -> BTreeMap<String, String> {
    let with = |detail: Detail| EXAMPLES.iter().map(move |example| Example::new(*example, detail));
    let examples: Vec<Example> = with(Detail::Brief).chain(with(Detail::Full)).collect();
    let mut index = "# The rules of derivations\n\n\
        What `gateaux diff --steps` names beside its lines, written by `cargo xtask manual` from the table of rules.\n\
        The differential of a function is a rule too: it stands on [the page of the function](../functions).\n\n\
        `gateaux explain product-rule` shows one on the command line.\n\n\
        | rule | what it states |\n| --- | --- |\n"
        .to_owned();
    let mut pages = BTreeMap::new();
    for rule in RULES_OF_STEPS.iter().copied() {
        writeln!(index, "| [{}]({}.md) | `{}` |", rule.name, rule.id, rule.statement()).expect("a string");
        pages.insert(format!("{}.md", rule.id), page(rule, &examples));
    }
    pages.insert("README.md".to_owned(), index);
    pages
}

#[test]
fn every_rule_has_a_page() {
    let folder = root().join("docs/rules");
    let pages = pages();
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
        "docs/rules: {names:?} are out of date, missing or of no rule; run `cargo xtask manual` and read the diff"
    );
}

#[test]
fn names_of_rules_are_names() {
    for (at, rule) in RULES_OF_STEPS.iter().enumerate() {
        let is_name = rule.id.chars().all(|c| c.is_ascii_lowercase() || c == '-');
        assert!(is_name, "{}", rule.id);
        assert!(
            RULES_OF_STEPS[..at]
                .iter()
                .all(|other| other.id != rule.id && other.name != rule.name),
            "{}",
            rule.id
        );
    }
}
