//! Notations: expressions as people and programs read them.
//!
//! Printing has two steps. [`Layout`] decides *what* is written: the order of terms, what is a quotient, which
//! abbreviations (`norm2`, `mean`, `sym`) are recognized, which shared parts get a name. A notation then decides
//! *how*: one file each, and none knows any mathematics.

mod blocks;
mod chain;
mod complex;
mod index;
mod latex;
mod layout;
mod mathml;
mod number;
mod phrase;
mod recognize;
mod term;
mod text;
mod unicode;
mod writer;

pub use index::print_index;
pub use latex::latex_name;
pub use layout::{Layout, Piece, PieceId, names_of_parts};
pub use mathml::mathml;
pub use phrase::{Factor, Phrase, Wrap};
pub use recognize::power_sum;

use crate::expr::{Expr, Result, Store};

/// A way of writing expressions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Notation {
    /// The language itself: what is printed can be read back.
    Text,
    /// The language with its Unicode signs: `Xᵀ⋅y`, `x⊙y`.
    Unicode,
    /// LaTeX for mathematics mode, with the macros of amsmath.
    Latex,
    /// MathML Core: one `math` element for web pages, the formula as in LaTeX. See [`mathml`].
    MathMl,
}

/// The expression in a notation; shared parts of a large one are defined first.
///
/// # Errors
/// [`crate::expr::Error::Limit`] where even the shared form is too large.
///
/// # Cost
/// Linear in the length of what is printed.
pub fn print(store: &mut Store, expr: Expr, notation: Notation) -> Result<String> {
    let layout = Layout::new(store, expr)?;
    Ok(layout.write(notation))
}

impl Layout {
    /// The layout in a notation: the definitions of shared parts, then the formula.
    pub fn write(&self, notation: Notation) -> String {
        let (definitions, formula) = self.write_parts(notation);
        definitions + &formula
    }

    /// The layout in a notation, in parentheses if it holds less tightly; for MathML in LaTeX, as a part of a formula.
    fn write_bound(&self, notation: Notation, least: writer::Binding) -> String {
        match notation {
            Notation::Text => writer::write_bound(self, &text::Text, least),
            Notation::Unicode => writer::write_bound(self, &unicode::Unicode, least),
            Notation::Latex | Notation::MathMl => {
                writer::write_bound(self, &latex::Latex, writer::Binding::Atom.min(least))
            }
        }
    }

    /// The definitions of shared parts, with what separates them from the formula, and the formula; in MathML all of it
    /// is the formula.
    pub fn write_parts(&self, notation: Notation) -> (String, String) {
        match notation {
            Notation::Text => writer::write(self, &text::Text),
            Notation::Unicode => writer::write(self, &unicode::Unicode),
            Notation::Latex => writer::write(self, &latex::Latex),
            Notation::MathMl => (String::new(), mathml(&self.write(Notation::Latex))),
        }
    }
}
