//! The manual: every block of `spec/` and of `docs/language.md` is a problem with questions and the answers to them.
//!
//! A block is marked `gateaux`. It holds a problem, then questions, each a line that begins with `> `, each followed
//! by its answer. A line of a table whose last column is `Gateaux` is a function with its derivative as a source gives
//! it and as we do. `GATEAUX_BLESS=1` rewrites our answers; read the diff. Every derivative that is asked for must also
//! pass its numerical check, and agree with the known one.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use gateaux::{Answer, Convention, Detail, Diagnostic, Errors, Notation, Problem, Span, ops};
use table::{Row, rows, words};

mod table;

/// A question and the answer that the page gives.
struct Query {
    line: usize,
    text: String,
    wanted: Vec<String>,
}

/// A problem and the questions about it.
struct Block {
    line: usize,
    problem: String,
    queries: Vec<Query>,
}

/// A page, as blocks, rows of tables and the lines between them.
struct Page {
    path: PathBuf,
    lines: Vec<String>,
    blocks: Vec<Block>,
    rows: Vec<Row>,
}

impl Page {
    fn read(path: PathBuf) -> Page {
        let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let lines: Vec<String> = text.lines().map(str::to_owned).collect();
        let mut blocks = Vec::new();
        let mut at = 0;
        while at < lines.len() {
            at += 1;
            if lines[at - 1] == "```gateaux" {
                let length = lines[at..]
                    .iter()
                    .position(|line| line == "```")
                    .expect("every block is closed");
                blocks.push(Block::read(&lines[at..at + length], at));
                at += length;
            }
        }
        let rows = rows(&path.display().to_string(), &lines);
        Page {
            path,
            lines,
            blocks,
            rows,
        }
    }

    fn name(&self) -> String {
        self.path
            .file_name()
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default()
    }

    /// Puts these answers into the file, at once, since other tests read it.
    fn rewrite(&self, answers: &BTreeMap<usize, Vec<String>>) -> std::io::Result<()> {
        let new = self.path.with_extension("new");
        std::fs::write(&new, self.with(answers))?;
        std::fs::rename(new, &self.path)
    }

    /// The text of the page with these answers in place of its own: a list of lines for each question, one line for
    /// each row.
    fn with(&self, answers: &BTreeMap<usize, Vec<String>>) -> String {
        let mut text = String::new();
        let mut skipped = 0;
        for (at, line) in self.lines.iter().enumerate() {
            if skipped > 0 {
                skipped -= 1;
                continue;
            }
            let found = answers.get(&(at + 1));
            let row = self.rows.iter().find(|row| row.line == at + 1);
            if let (Some(found), Some(row)) = (found, row) {
                text.extend([&row.rewritten(line, &found.concat()), "\n"]);
                continue;
            }
            text.extend([line, "\n"]);
            if let Some(found) = found {
                let wanted = self
                    .blocks
                    .iter()
                    .flat_map(|block| &block.queries)
                    .find(|query| query.line == at + 1);
                skipped = wanted.map_or(0, |query| query.wanted.len());
                found.iter().for_each(|line| text.extend([line, "\n"]));
            }
        }
        text
    }
}

impl Block {
    /// The lines inside the fences; `start` lines stand before them.
    fn read(lines: &[String], start: usize) -> Block {
        let mut problem = Vec::new();
        let mut queries: Vec<Query> = Vec::new();
        for (at, line) in lines.iter().enumerate() {
            match (line.strip_prefix("> "), queries.last_mut()) {
                (Some(text), _) => {
                    queries.push(Query {
                        line: start + at + 1,
                        text: text.to_owned(),
                        wanted: Vec::new(),
                    });
                }
                (None, Some(query)) => query.wanted.push(line.clone()),
                (None, None) => problem.push(line.as_str()),
            }
        }
        Block {
            line: start,
            problem: problem.join("\n"),
            queries,
        }
    }
}

/// The pages of `spec/`, sorted by name, and the description of the language.
fn pages() -> Vec<Page> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let entries = std::fs::read_dir(root.join("spec")).expect("the manual is part of the repository");
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("a readable folder").path()).collect();
    // The summary of the book has no questions.
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "md") && !path.ends_with("SUMMARY.md"));
    paths.sort();
    paths.push(root.join("docs/language.md"));
    paths.into_iter().map(Page::read).collect()
}

/// A problem that is being asked, with the answers known so far.
struct Session {
    text: String,
    problem: Result<Problem, Errors>,
    answers: BTreeMap<String, Result<Answer, Errors>>,
}

impl Session {
    fn new(text: &str) -> Session {
        Session {
            text: text.to_owned(),
            problem: Problem::parse(text),
            answers: BTreeMap::new(),
        }
    }

    /// The lines that answer a question.
    fn ask(&mut self, query: &str) -> Result<Vec<String>, String> {
        let (verb, names) = match query.split_once(' ') {
            Some((verb, names)) => (verb, names),
            None => (query, ""),
        };
        if verb == "error" {
            return self.error(names);
        }
        let problem = self.problem.as_mut().map_err(|errors| errors.to_string())?;
        let one = |line: &str| Ok(vec![line.to_owned()]);
        match (verb, names) {
            ("variables", "") => {
                return Ok(problem
                    .variables()
                    .iter()
                    .map(|variable| variable.text.clone())
                    .collect());
            }
            ("function", "") => return one(&problem.function_text(Notation::Text).map_err(|e| e.to_string())?),
            ("shape", "") => return one(&format!("({})", problem.axes().join(", "))),
            _ => {}
        }
        // `d/dx` and `hessian x` are the explicit forms of orders 1 and 2; behind `d/dx` may stand a convention.
        let (verb, names) = match (verb.strip_prefix("d/d"), verb) {
            (Some(name), _) if names.is_empty() => ("explicit", name.to_owned()),
            (Some(name), _) => return self.in_convention(name, names),
            (None, "hessian") => ("explicit", format!("{names}, {names}")),
            (None, verb) => (verb, names.to_owned()),
        };
        let mut answer = self.answer(&names)?.clone();
        if let Some(line) = self.view(&mut answer, verb)? {
            return Ok(line.lines().map(str::to_owned).collect());
        }
        let none = |what: &str| format!("the derivative has no {what}");
        let line = match verb {
            "explicit" => answer
                .explicit(Notation::Text)
                .ok_or_else(|| none("explicit form"))?
                .to_owned(),
            "differential" => answer.differential(Notation::Text).to_owned(),
            "operator" => answer.operator(Notation::Text),
            "adjoint" => answer.adjoint(Notation::Text).ok_or_else(|| none("adjoint"))?,
            "latex" => answer
                .explicit(Notation::Latex)
                .unwrap_or(answer.differential(Notation::Latex))
                .to_owned(),
            "unicode" => answer
                .explicit(Notation::Unicode)
                .unwrap_or(answer.differential(Notation::Unicode))
                .to_owned(),
            "mathml" => answer
                .explicit(Notation::MathMl)
                .unwrap_or(answer.differential(Notation::MathMl))
                .to_owned(),
            "wirtinger" => {
                let parts = answer.wirtinger().iter();
                let lines =
                    parts.map(|part| format!("{} = {}", part.name(Notation::Text), part.formula(Notation::Text)));
                return Ok(lines.collect());
            }
            "shape" => format!("({})", answer.derivative_axes().join(", ")),
            "assumptions" => return Ok(answer.assumptions().to_vec()),
            "notes" => return Ok(answer.notes().to_vec()),
            other => return Err(format!("there is no question `{other}`")),
        };
        Ok(line.lines().map(str::to_owned).collect())
    }

    /// The views of an answer that are made on demand; `None` where the question is another one.
    fn view(&mut self, answer: &mut Answer, verb: &str) -> Result<Option<String>, String> {
        if !["kronecker", "index", "hvp", "taylor", "steps"].contains(&verb) {
            return Ok(None);
        }
        let problem = self.problem.as_mut().map_err(|errors| errors.to_string())?;
        let text = |errors: Errors| errors.to_string();
        if verb == "steps" {
            let steps = answer.steps(problem, Detail::Brief).map_err(text)?;
            if !steps.is_verified() {
                return Err("a line is not verified".to_owned());
            }
            let rows = steps.aligned(Notation::Text).into_iter();
            let rows = rows.map(|(formula, reason)| format!("{formula}{reason}").trim_end().to_owned());
            return Ok(Some(rows.collect::<Vec<_>>().join("\n")));
        }
        answer.complete_views(problem).map_err(text)?;
        let shown = match verb {
            "kronecker" => answer.kronecker(Notation::Text).map(str::to_owned),
            "index" => answer.index(Notation::Text).map(str::to_owned),
            "hvp" => answer.hessian_vector(Notation::Text),
            _ => {
                let polynomial = problem.taylor(&answer.wrt()[0], answer.wrt().len()).map_err(text)?;
                Some(polynomial.get(Notation::Text).to_owned())
            }
        };
        match shown {
            Some(shown) => Ok(Some(shown)),
            None => Err(format!("the derivative has no view `{verb}`")),
        }
    }

    /// `d/dS in vech`, `d/dS in unconstrained`, `d/dx under W`, `d/dx on sphere`: the explicit form in another convention, checked.
    fn in_convention(&mut self, name: &str, words: &str) -> Result<Vec<String>, String> {
        let problem = self.problem.as_mut().map_err(|errors| errors.to_string())?;
        let text = |errors: Errors| errors.to_string();
        let mut problem = match words {
            "in unconstrained" => problem.unconstrained(&[name]).map_err(text)?,
            _ => problem.clone(),
        };
        let convention = match words {
            "in vech" => Convention::Vech,
            _ => Convention::Subspace,
        };
        let answer = problem.derive_in(&[name], convention).map_err(text)?;
        let check = answer.check(&mut problem);
        if !check.is_verified() {
            return Err(format!("the check fails: {:?}", check.verdict));
        }
        let shown = match words.split_once(' ') {
            Some(("in", "vech" | "unconstrained" | "subspace")) => answer.explicit(Notation::Text).map(str::to_owned),
            Some(("under", weight)) => {
                let weighted = problem.weighted_gradient(&answer, weight).map_err(text)?;
                Some(weighted.get(Notation::Text).to_owned())
            }
            Some(("on", "sphere")) => {
                let tangent = problem.spherical_gradient(&answer).map_err(text)?;
                Some(tangent.get(Notation::Text).to_owned())
            }
            _ => return Err(format!("there is no convention `{words}`")),
        };
        shown
            .map(|shown| vec![shown])
            .ok_or_else(|| "the derivative has no explicit form".to_owned())
    }

    /// The derivative by these names, derived and checked once.
    fn answer(&mut self, names: &str) -> Result<&Answer, String> {
        let problem = self.problem.as_mut().map_err(|errors| errors.to_string())?;
        if !self.answers.contains_key(names) {
            let list: Vec<&str> = names.split(", ").collect();
            let answer = problem.derive(&list);
            if let Ok(answer) = &answer {
                let check = answer.check(problem);
                if !check.is_verified() {
                    let shown = answer.differential(Notation::Text);
                    return Err(format!(
                        "the check fails: {:?}\n    differential: {shown}",
                        check.verdict
                    ));
                }
            }
            self.answers.insert(names.to_owned(), answer);
        }
        self.answers[names].as_ref().map_err(Errors::to_string)
    }

    /// The mistakes of the text, or of the derivative by the names.
    fn error(&mut self, names: &str) -> Result<Vec<String>, String> {
        let errors = match (&mut self.problem, names) {
            (Err(errors), "") => errors.clone(),
            (Ok(_), "") => return Err("the text has no mistake".to_owned()),
            (Err(errors), _) => return Err(errors.to_string()),
            (Ok(problem), names) => {
                let list: Vec<&str> = names.split(", ").collect();
                match problem.derive(&list) {
                    Ok(answer) => {
                        return Err(format!(
                            "there is a derivative: {}",
                            answer.differential(Notation::Text)
                        ));
                    }
                    Err(errors) => errors,
                }
            }
        };
        Ok(errors
            .diagnostics()
            .iter()
            .flat_map(|diagnostic| show(diagnostic, &self.text))
            .collect())
    }
}

/// The message, the guilty line with carets under the guilty piece, and the advice.
fn show(diagnostic: &Diagnostic, text: &str) -> Vec<String> {
    let mut lines = vec![diagnostic.to_string()];
    if diagnostic.span != Span::default() {
        let start = text[..diagnostic.span.start].rfind('\n').map_or(0, |at| at + 1);
        let end = text[start..].find('\n').map_or(text.len(), |at| start + at);
        let before = text[start..diagnostic.span.start].chars().count();
        let guilty = text[diagnostic.span.start..diagnostic.span.end.min(end)]
            .chars()
            .count();
        lines.push(format!("  {}", &text[start..end]));
        lines.push(format!("  {}{}", " ".repeat(before), "^".repeat(guilty.max(1))));
    }
    lines.extend(diagnostic.help.iter().map(|help| format!("help: {}", help.text)));
    lines
}

/// Whether the answers of the manual are to be rewritten.
fn is_blessing() -> bool {
    std::env::var_os("GATEAUX_BLESS").is_some()
}

/// The answers of a page to its questions and in its tables, by line; what is wrong goes to the report.
fn answers(page: &Page, report: &mut String) -> BTreeMap<usize, Vec<String>> {
    let mut answers = BTreeMap::new();
    let mut compare = |line: usize, title: String, found: Result<Vec<String>, String>, wanted: &[String]| {
        let place = format!("{}:{line}", page.name());
        match found {
            Err(reason) => writeln!(report, "{place}: {title}\n    {reason}\n").expect("a string"),
            Ok(found) if found != wanted && !is_blessing() => {
                writeln!(report, "{place}: {title}").expect("a string");
                wanted.iter().for_each(|line| report.extend(["  - ", line, "\n"]));
                found.iter().for_each(|line| report.extend(["  + ", line, "\n"]));
                report.push('\n');
            }
            Ok(found) => {
                answers.insert(line, found);
            }
        }
    };
    for block in &page.blocks {
        let mut session = Session::new(&block.problem);
        for query in &block.queries {
            let title = format!("> {}", query.text);
            compare(query.line, title, session.ask(&query.text), &query.wanted);
        }
    }
    for row in &page.rows {
        let found = row.ask().map(|found| vec![found]);
        compare(row.line, row.title(), found, std::slice::from_ref(&row.wanted));
    }
    answers
}

#[test]
fn every_answer_of_the_manual_is_given_and_verified() {
    let mut report = String::new();
    for page in pages() {
        let answers = answers(&page, &mut report);
        if is_blessing() {
            page.rewrite(&answers).expect("the manual can be written");
        }
    }
    assert!(
        report.is_empty(),
        "\n\n{report}if the new answers are right, run `cargo xtask bless` and read the diff"
    );
}

#[test]
fn every_page_has_a_title_and_questions() {
    let mut n_questions = 0;
    for page in pages() {
        assert!(page.lines[0].starts_with("# "), "{} has no title", page.name());
        let n_queries: usize = page.blocks.iter().map(|block| block.queries.len()).sum();
        assert!(n_queries + page.rows.len() > 0, "{} asks nothing", page.name());
        for block in &page.blocks {
            assert!(!block.queries.is_empty(), "{}:{} asks nothing", page.name(), block.line);
        }
        n_questions += n_queries + page.rows.len();
    }
    assert!(n_questions >= 400, "the manual has {n_questions} questions only");
}

#[test]
fn every_function_occurs_in_the_manual() {
    let problems: Vec<String> = pages()
        .into_iter()
        .flat_map(|page| {
            let blocks = page.blocks.into_iter().map(|block| block.problem);
            blocks.chain(page.rows.iter().map(Row::problem)).collect::<Vec<_>>()
        })
        .collect();
    for op in ops::all() {
        let occurs = |problem: &String| words(problem).any(|word| word == op.name);
        assert!(problems.iter().any(occurs), "no page has an example of {}", op.name);
    }
}

/// What a table of one line answers.
fn table(known: &str, from_ours: &str) -> Result<String, String> {
    let lines = [
        "| equation | function | by | known | known from ours | remark | Gateaux |",
        "| --- | --- | --- | --- | --- | --- | --- |",
        &format!("| 1 | `tr(A*X)` | `X: symmetric(n)` | {known} | {from_ours} | a remark | `` |"),
    ];
    let rows = rows("a page", &lines.map(str::to_owned));
    assert_eq!(rows.len(), 1);
    rows[0].ask()
}

#[test]
fn a_line_of_a_table_compares_with_the_known_answer() {
    let ours = Ok("sym(A)".to_owned());
    assert_eq!(table("", ""), ours);
    assert_eq!(table("`(A + A')/2`", ""), ours);
    assert_eq!(table("not `A`", ""), ours);
    assert_eq!(table("`A + A' - diag(diag(A))`", "`2*G - diag(diag(G))`"), ours);
    assert_eq!(table("`tr(A*dX)`", ""), Ok("tr(A*dX)".to_owned()));
    let wrong = |known: &str, from_ours: &str| {
        let reason = table(known, from_ours).expect_err(known);
        reason.lines().next().unwrap_or_default().to_owned()
    };
    assert!(wrong("`A`", "").starts_with("not the known answer: the explicit form"));
    assert_eq!(wrong("not `sym(A)`", ""), "the known answer is right");
    assert!(wrong("not `tr(A)`", "").starts_with("not the known answer: the claim is a"));
    assert_eq!(
        wrong("`sym(A)`", "`G`"),
        "not the known answer: it is ours without change"
    );
    assert!(wrong("`2*A`", "`2*G`").starts_with("not the known answer: the explicit form"));
    assert!(wrong("`A*`", "").starts_with("error[G0"));
}
