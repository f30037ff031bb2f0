//! Titled blocks of formulas and sentences, in every notation.

use std::io::{self, Write};

use gateaux::{Notation, mathml};

use crate::args::Format;
use crate::style;

/// Writes titled blocks. In LaTeX and MathML titles and sentences are comments, so that the page can be pasted as it is.
pub struct Page<'a> {
    out: &'a mut dyn Write,
    notation: Notation,
    is_empty: bool,
}

/// The notation of a format.
pub fn notation(format: Format) -> Notation {
    match format {
        Format::Text | Format::Json => Notation::Text,
        Format::Unicode => Notation::Unicode,
        Format::Latex => Notation::Latex,
        Format::Mathml => Notation::MathMl,
    }
}

/// `m x n`, or a mathematician's cross.
pub fn axes(axes: &[String], notation: Notation) -> String {
    match notation {
        Notation::Text | Notation::Latex | Notation::MathMl => axes.join(" x "),
        Notation::Unicode => axes.join(" × "),
    }
}

/// The definitions at the beginning of a formula, and the formula itself; at least one.
fn statements(formula: &str, notation: Notation) -> Vec<&str> {
    let separator = match notation {
        Notation::Text | Notation::Unicode => "; ",
        Notation::Latex | Notation::MathMl => ",\\quad ",
    };
    let mut statements = Vec::new();
    let (mut start, mut depth) = (0, 0usize);
    for (at, character) in formula.char_indices() {
        match character {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            // A semicolon in brackets separates the rows of an array.
            _ if depth == 0 && at >= start && formula[at..].starts_with(separator) => {
                statements.push(&formula[start..at]);
                start = at + separator.len();
            }
            _ => {}
        }
    }
    statements.push(&formula[start..]);
    statements
}

impl<'a> Page<'a> {
    /// An empty page.
    pub fn new(out: &'a mut dyn Write, notation: Notation) -> Page<'a> {
        Page {
            out,
            notation,
            is_empty: true,
        }
    }

    /// The notation in which the page takes formulas: for MathML, which is made of whole lines, LaTeX.
    pub fn notation(&self) -> Notation {
        match self.notation {
            Notation::MathMl => Notation::Latex,
            notation => notation,
        }
    }

    /// Begins a block; the detail, such as a shape, stands behind its title.
    ///
    /// # Errors
    /// Those of writing, as for all of the following.
    pub fn title(&mut self, title: &str, detail: &str) -> io::Result<()> {
        if !self.is_empty {
            writeln!(self.out)?;
        }
        self.is_empty = false;
        let title = style::paint(style::TITLE, title);
        let detail = if detail.is_empty() {
            String::new()
        } else {
            format!(" {}", style::paint(style::FAINT, detail))
        };
        self.remark(&format!("{title}{detail}"))
    }

    /// A formula with what stands before it, such as `df = `, after a line for each of its definitions.
    ///
    /// # Errors
    /// Those of writing.
    pub fn formula(&mut self, left: &str, formula: &str) -> io::Result<()> {
        let statements = statements(formula, self.notation());
        let last = statements.len() - 1;
        for (at, statement) in statements.into_iter().enumerate() {
            let left = if at == last { left } else { "" };
            match self.notation {
                Notation::Text | Notation::Unicode => writeln!(self.out, "  {left}{statement}")?,
                Notation::Latex => writeln!(self.out, "\\[ {left}{statement} \\]")?,
                Notation::MathMl => writeln!(self.out, "{}", mathml(&format!("{left}{statement}")))?,
            }
        }
        Ok(())
    }

    /// An environment of LaTeX.
    ///
    /// # Errors
    /// Those of writing.
    pub fn environment(&mut self, lines: &str) -> io::Result<()> {
        match self.notation {
            Notation::Text | Notation::Unicode | Notation::Latex => writeln!(self.out, "{lines}"),
            Notation::MathMl => writeln!(self.out, "{}", mathml(lines)),
        }
    }

    /// A sentence on a line of its own.
    ///
    /// # Errors
    /// Those of writing.
    pub fn sentence(&mut self, sentence: &str) -> io::Result<()> {
        self.remark(&format!("  {sentence}"))
    }

    /// Lines of two columns, the second aligned and faint.
    ///
    /// # Errors
    /// Those of writing.
    pub fn columns(&mut self, rows: &[(&str, &str)]) -> io::Result<()> {
        let width = rows.iter().map(|(left, _)| left.chars().count()).max().unwrap_or(0);
        for (left, right) in rows {
            let gap = " ".repeat(width - left.chars().count() + 3);
            self.sentence(&format!("{left}{gap}{}", style::paint(style::FAINT, right)))?;
        }
        Ok(())
    }

    /// Rows of cells, the first column to the left and the others to the right.
    ///
    /// # Errors
    /// Those of writing.
    pub fn table(&mut self, rows: &[Vec<String>]) -> io::Result<()> {
        let width = |column: usize| {
            let cells = rows.iter().filter_map(|row| row.get(column));
            cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
        };
        for row in rows {
            let cells: Vec<String> = row
                .iter()
                .enumerate()
                .map(|(column, cell)| match column {
                    0 => format!("{cell:<width$}", width = width(column)),
                    _ => format!("{cell:>width$}", width = width(column)),
                })
                .collect();
            self.sentence(cells.join("  ").trim_end())?;
        }
        Ok(())
    }

    /// A block of sentences; nothing where there are none.
    ///
    /// # Errors
    /// Those of writing.
    pub fn sentences(&mut self, title: &str, sentences: &[String]) -> io::Result<()> {
        if sentences.is_empty() {
            return Ok(());
        }
        self.title(title, "")?;
        sentences.iter().try_for_each(|sentence| self.sentence(sentence))
    }

    /// A line that is no formula.
    fn remark(&mut self, text: &str) -> io::Result<()> {
        match self.notation {
            Notation::Text | Notation::Unicode => writeln!(self.out, "{text}"),
            Notation::Latex => writeln!(self.out, "% {text}"),
            Notation::MathMl => {
                // Two hyphens would end the comment.
                let mut text = text.to_owned();
                while text.contains("--") {
                    text = text.replace("--", "- -");
                }
                writeln!(self.out, "<!-- {text} -->")
            }
        }
    }
}
