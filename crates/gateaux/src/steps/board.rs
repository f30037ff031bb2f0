//! How a derivation stands on the page: formulas on the left, their reasons on the right.

use gateaux_core::print::Notation;

use super::Steps;

/// Where reasons begin at most, and where they end.
const COLUMNS: [usize; 2] = [58, 110];

impl Steps {
    /// The lines, aligned: each with what is written up to the column of reasons, and the reason, wrapped.
    pub fn aligned(&self, notation: Notation) -> Vec<(String, String)> {
        let length = |text: &str| text.chars().count();
        let of_formulas = self.lines.iter().filter(|line| !line.is_answer());
        let width = of_formulas.map(|line| length(line.left(notation))).max().unwrap_or(0);
        let mut written: Vec<(String, &str)> = Vec::with_capacity(self.lines.len());
        for (at, line) in self.lines.iter().enumerate() {
            let left = if self.continues(at) { "" } else { line.left(notation) };
            let width = if line.is_answer() {
                length(line.left(notation))
            } else {
                width
            };
            written.push((format!("{left:width$} = {}", line.right(notation)), line.why()));
        }
        let [at_most, end] = COLUMNS;
        let ends = written.iter().map(|(formula, _)| length(formula) + 4);
        let column = ends.filter(|end| *end <= at_most).max().unwrap_or(at_most);
        let mut rows = Vec::new();
        for (formula, why) in written {
            let mut reasons = wrapped(why, end - column).into_iter();
            let gap = column.saturating_sub(length(&formula));
            // A reason that does not fit beside a long formula stands below it.
            let first = if gap < 2 { None } else { reasons.next() };
            rows.push(match first {
                Some(reason) => (format!("{formula}{}", " ".repeat(gap)), reason),
                None => (formula, String::new()),
            });
            rows.extend(reasons.map(|reason| (" ".repeat(column), reason)));
        }
        rows
    }
}

/// The text in lines of at most so many characters.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            Some(_) | None => lines.push(word.to_owned()),
        }
    }
    lines
}
