//! A formula in every notation.

use std::sync::OnceLock;

use gateaux_core::print::{Notation, mathml};

/// A formula in every notation; MathML, which is long, is made of LaTeX when it is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Spelled {
    written: [String; 3],
    mathml: OnceLock<String>,
}

impl Spelled {
    /// The notations in which formulas are laid out and written.
    pub(crate) const WRITTEN: [Notation; 3] = [Notation::Text, Notation::Unicode, Notation::Latex];

    /// The formula in a notation.
    pub(crate) fn get(&self, notation: Notation) -> &str {
        let [text, unicode, latex] = &self.written;
        match notation {
            Notation::Text => text,
            Notation::Unicode => unicode,
            Notation::Latex => latex,
            Notation::MathMl => self.mathml.get_or_init(|| mathml(latex)),
        }
    }
}

impl From<[String; 3]> for Spelled {
    /// The formula as it is written in each of [`Spelled::WRITTEN`].
    fn from(written: [String; 3]) -> Spelled {
        Spelled {
            written,
            mathml: OnceLock::new(),
        }
    }
}
