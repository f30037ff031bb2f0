//! Tables of the manual: on each line a function, its derivative as a source gives it, and ours.
//!
//! A table is one whose last column is `Gateaux`. The first column says where the line comes from; the others are
//! found by their titles.

use gateaux::{Answer, Check, Errors, Notation, Problem, Verdict};

/// The titles of the columns between the first and the last.
const TITLES: [&str; 6] = ["given", "function", "by", "known", "known from ours", "remark"];
/// The last title, which makes a table one of ours.
const OURS: &str = "Gateaux";
/// The code of what is not available yet.
const NOT_YET: &str = "G0301";

/// A line of a table; a cell that is missing is empty.
#[derive(Clone, Debug, Default)]
pub struct Row {
    /// Where it stands in the page, from 1.
    pub line: usize,
    /// Where it comes from: the number of an equation.
    label: String,
    /// Declarations.
    given: String,
    /// The function, after definitions of its parts.
    function: String,
    /// The variables, or one with its declaration.
    by: String,
    /// The derivative as the source gives it; after the word `not`, one that is wrong.
    known: String,
    /// How the known derivative comes from ours, `G`, where a source has another convention.
    from_ours: String,
    /// What Gateaux answers.
    pub wanted: String,
}

/// The rows of all tables of a page.
pub fn rows(page: &str, lines: &[String]) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut titles: Vec<String> = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let cells = cells(line);
        if !line.starts_with('|') {
            titles.clear();
        } else if cells.last().is_some_and(|last| last == OURS) {
            titles = cells;
        } else if !titles.is_empty() && cells.first().is_none_or(|first| first != "---") {
            let row = Row::read(at + 1, &titles, &cells);
            rows.push(row.unwrap_or_else(|reason| panic!("{page}:{}: {reason}", at + 1)));
        }
    }
    rows
}

/// The cells of a line of a table, without the marks of code; none of any other line.
fn cells(line: &str) -> Vec<String> {
    let inside = line.strip_prefix("| ").and_then(|rest| rest.strip_suffix(" |"));
    inside.map_or_else(Vec::new, |inside| {
        inside.split(" | ").map(|cell| cell.trim().replace('`', "")).collect()
    })
}

impl Row {
    fn read(line: usize, titles: &[String], cells: &[String]) -> Result<Row, String> {
        if titles.len() != cells.len() {
            return Err(format!("{} cells below {} titles", cells.len(), titles.len()));
        }
        let mut row = Row {
            line,
            label: cells[0].clone(),
            wanted: cells[cells.len() - 1].clone(),
            ..Row::default()
        };
        for (title, cell) in titles.iter().zip(cells).skip(1).take(titles.len() - 2) {
            let place = match title.as_str() {
                "given" => &mut row.given,
                "function" => &mut row.function,
                "by" => &mut row.by,
                "known" => &mut row.known,
                "known from ours" => &mut row.from_ours,
                "remark" => continue,
                other => return Err(format!("there is no column `{other}`, only {}", TITLES.join(", "))),
            };
            place.clone_from(cell);
        }
        Ok(row)
    }

    /// The problem of this line.
    pub fn problem(&self) -> String {
        let declared = if self.by.contains(':') { &self.by } else { "" };
        let parts = [&self.given, declared, &self.function];
        parts.map(|part| format!("{part}\n")).concat()
    }

    /// The line in words, for a report.
    pub fn title(&self) -> String {
        format!("{}: {} by {}", self.label, self.function, self.by)
    }

    /// The line of the page with this in its last cell, as code.
    pub fn rewritten(&self, line: &str, found: &str) -> String {
        let start = line.strip_suffix(" |").and_then(|line| line.rfind(" | ")).unwrap_or(0);
        format!("{} | `{found}` |", &line[..start])
    }

    /// What Gateaux answers, after the answer was checked and compared with the known one.
    ///
    /// # Errors
    /// A mistake in the line, an answer that is not verified, or one that is not the known one.
    pub fn ask(&self) -> Result<String, String> {
        let mut problem = match Problem::parse(&self.problem()) {
            Ok(problem) => problem,
            Err(errors) => return self.unanswered(&errors),
        };
        let names: Vec<&str> = match self.by.split_once(':') {
            Some((name, _)) => vec![name],
            None => self.by.split(", ").collect(),
        };
        let answer = match problem.derive(&names) {
            Ok(answer) => answer,
            Err(errors) => return self.unanswered(&errors),
        };
        let check = answer.check(&mut problem);
        let differential = answer.differential(Notation::Text);
        if !check.is_verified() {
            return Err(format!(
                "the check fails: {:?}\n    differential: {differential}",
                check.verdict
            ));
        }
        let (claim, is_right) = match self.known.strip_prefix("not ") {
            Some(claim) => (self.in_full(claim), false),
            None => (self.in_full(&self.known), true),
        };
        let has_hole = words(&claim).any(|word| answer.holes().iter().any(|hole| hole == word));
        let ours = match answer.explicit(Notation::Text) {
            Some(explicit) if !has_hole => explicit.to_owned(),
            _ if has_hole => differential.to_owned(),
            _ => answer.operator(Notation::Text),
        };
        if self.known.is_empty() {
            return Ok(ours);
        }
        match (self.compare(&mut problem, &answer, &claim), is_right) {
            (Ok(Comparison::Same), true) | (Ok(Comparison::Different(_)), false) => Ok(ours),
            (Ok(Comparison::Same), false) => Err(format!("the known answer is right\n    ours: {ours}")),
            (Ok(Comparison::Different(reason) | Comparison::Impossible(reason)), _) => {
                Err(format!("not the known answer: {reason}\n    ours: {ours}"))
            }
            (Err(errors), _) => Ok(format!("{ours}, known: {}", not_yet(&errors)?)),
        }
    }

    /// The errors of a line that has no answer yet; all that can be asked of the known one is that it has no mistake of
    /// spelling.
    fn unanswered(&self, errors: &Errors) -> Result<String, String> {
        let known = self.known.strip_prefix("not ").unwrap_or(&self.known);
        match gateaux_syntax::parse(known).1.first() {
            Some(mistake) if !known.is_empty() => Err(format!("the known answer: {mistake}")),
            _ => not_yet(errors),
        }
    }

    /// A formula after the definitions of the function, so that it may use them.
    fn in_full(&self, formula: &str) -> String {
        match in_two(&self.function) {
            ("", _) => formula.to_owned(),
            (definitions, _) => format!("{definitions}; {formula}"),
        }
    }

    /// The claim against the derivative, or against what the line makes of it.
    fn compare(&self, problem: &mut Problem, answer: &Answer, claim: &str) -> Result<Comparison, Errors> {
        if let ([name], "") = (answer.wrt(), self.from_ours.as_str()) {
            return Ok(Comparison::new(&problem.check_claim(name, claim)?));
        }
        let Some(explicit) = answer.explicit(Notation::Text) else {
            return Ok(Comparison::Impossible("ours has no explicit form".to_owned()));
        };
        if self.from_ours.is_empty() {
            return compare(problem, explicit, claim);
        }
        // Where the source has another convention, its answer must not be ours, too.
        if let Comparison::Same = compare(problem, explicit, claim)? {
            return Ok(Comparison::Impossible("it is ours without change".to_owned()));
        }
        let (definitions, last) = in_two(explicit);
        compare(
            problem,
            &format!("{definitions}; G = {last}; {}", self.from_ours),
            claim,
        )
    }
}

/// What came of the comparison of two formulas.
enum Comparison {
    Same,
    Different(String),
    /// They have other shapes, or no point was found.
    Impossible(String),
}

impl Comparison {
    fn new(check: &Check) -> Comparison {
        match &check.verdict {
            Verdict::Verified => Comparison::Same,
            Verdict::NotVerified(reason) if check.points > 0 => Comparison::Different(reason.clone()),
            Verdict::NotVerified(reason) => Comparison::Impossible(reason.clone()),
        }
    }
}

/// Whether two formulas over the variables of a problem have the same values: whether the second is the derivative of
/// the inner product of the first with another variable.
fn compare(problem: &Problem, one: &str, other: &str) -> Result<Comparison, Errors> {
    let declared: Vec<&str> = problem.variables().iter().map(|known| known.text.as_str()).collect();
    let declared = declared.join("\n");
    let axes = Problem::parse(&format!("{declared}\n{one}"))?.axes();
    let (definitions, last) = in_two(one);
    let (kind, product) = match axes.len() {
        0 => ("scalar".to_owned(), format!("({last})*probe")),
        1 => (format!("vector({})", axes[0]), format!("dot({last}, probe)")),
        _ => (format!("matrix({})", axes.join(", ")), format!("dot({last}, probe)")),
    };
    let mut probed = Problem::parse(&format!("{declared}\nprobe: {kind}\n{definitions}\n{product}"))?;
    Ok(Comparison::new(&probed.check_claim("probe", other)?))
}

/// The definitions before a formula, and the formula.
fn in_two(text: &str) -> (&str, &str) {
    text.rsplit_once("; ").unwrap_or(("", text))
}

/// The mistakes as one line, if all are about what is not available yet.
fn not_yet(errors: &Errors) -> Result<String, String> {
    let mut found: Vec<String> = Vec::new();
    for diagnostic in errors.diagnostics() {
        if diagnostic.code != NOT_YET {
            return Err(errors.to_string());
        }
        let message = diagnostic.to_string();
        if !found.contains(&message) {
            found.push(message);
        }
    }
    Ok(found.join("; "))
}

/// The names in a text.
pub fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric() && c != '_')
}
