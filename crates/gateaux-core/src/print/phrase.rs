//! Lines that are written as they stand: sums of products that are no expressions, since the normal form would turn
//! `tr((2*A*X)'*dX)` into something else.

use super::layout::{Infix, Layout, Piece, PieceId, Signed};
use crate::expr::{Expr, Rational, Result, Store};

/// What stands around the factors of a phrase.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrap {
    /// Nothing: their product.
    Nothing,
    /// The trace of their product.
    Trace,
    /// The sum of the entries of their elementwise product.
    Sum,
}

/// A factor as it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Factor {
    /// What is written.
    pub expr: Expr,
    /// Whether the sign of transposition stands behind it.
    pub is_transposed: bool,
}

/// One term of a line: a number times a product, in this order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phrase {
    /// The number in front.
    pub coefficient: Rational,
    /// What stands around the factors.
    pub wrap: Wrap,
    /// At least one.
    pub factors: Vec<Factor>,
}

impl From<Expr> for Factor {
    fn from(expr: Expr) -> Self {
        Factor {
            expr,
            is_transposed: false,
        }
    }
}

impl Phrase {
    /// An expression as it is.
    pub fn plain(expr: Expr) -> Phrase {
        Phrase::product(Wrap::Nothing, vec![expr.into()])
    }

    /// A product with the coefficient 1.
    pub fn product(wrap: Wrap, factors: Vec<Factor>) -> Phrase {
        Phrase {
            coefficient: Rational::one(),
            wrap,
            factors,
        }
    }
}

impl Layout {
    /// Lays out the sum of phrases, in which some expressions are written as names, and others as sums of phrases.
    ///
    /// # Errors
    /// Those of [`Layout::new`].
    pub fn of_phrases(
        store: &mut Store,
        phrases: &[Phrase],
        instead: &[(Expr, Vec<Phrase>)],
        names: &[(Expr, String)],
    ) -> Result<Layout> {
        let mut layout = Layout::default();
        for (expr, name) in names {
            layout.name(store, *expr, name);
        }
        for (expr, phrases) in instead {
            let piece = layout.phrases(store, phrases)?;
            layout.write_as(*expr, piece);
        }
        let root = layout.phrases(store, phrases)?;
        layout.rooted(store, root)
    }

    /// The piece of a sum of phrases.
    fn phrases(&mut self, store: &mut Store, phrases: &[Phrase]) -> Result<PieceId> {
        if let [only] = phrases
            && let (Wrap::Nothing, [factor], true) = (only.wrap, only.factors.as_slice(), only.coefficient.is_one())
            && !factor.is_transposed
        {
            return self.include(store, factor.expr);
        }
        let mut signed = Vec::with_capacity(phrases.len());
        for phrase in phrases {
            for factor in &phrase.factors {
                self.include(store, factor.expr)?;
            }
            signed.push(self.phrase(phrase));
        }
        Ok(match signed.as_slice() {
            [] => self.push(Piece::Number("0".to_owned())),
            [only] if !only.negative => only.piece,
            [only] => self.push(Piece::Negative(only.piece)),
            _ => self.push(Piece::Sum(signed)),
        })
    }

    fn phrase(&mut self, phrase: &Phrase) -> Signed {
        let infix = if phrase.wrap == Wrap::Sum {
            Infix::DotTimes
        } else {
            Infix::Times
        };
        let mut negative = phrase.coefficient.is_negative();
        let mut factors: Vec<(Infix, PieceId)> = Vec::new();
        for factor in &phrase.factors {
            let piece = self.need(factor.expr);
            if factor.is_transposed {
                factors.push((infix, self.push(Piece::Transpose(piece))));
                continue;
            }
            let piece = match self.unsigned(piece) {
                Some(inner) => {
                    negative = !negative;
                    inner
                }
                None => piece,
            };
            match self.piece(piece).clone() {
                // A product of products is one product.
                Piece::Product(first, rest) if infix == Infix::Times && rest.iter().all(|(op, _)| *op == infix) => {
                    factors.push((infix, first));
                    factors.extend(rest);
                }
                _ => factors.push((infix, piece)),
            }
        }
        if phrase.wrap != Wrap::Nothing {
            let inside = self.chained(factors);
            let name = if phrase.wrap == Wrap::Trace { "tr" } else { "sum" };
            factors = vec![(Infix::Times, self.push(Piece::Call(name, vec![inside])))];
        }
        let (above, below) = self.quotient(&phrase.coefficient.abs());
        factors.splice(0..0, above.map(|number| (Infix::Times, number)));
        factors.extend(below.map(|number| (Infix::Over, number)));
        Signed {
            negative,
            dotted: false,
            fills: None,
            piece: self.chained(factors),
        }
    }

    fn chained(&mut self, mut factors: Vec<(Infix, PieceId)>) -> PieceId {
        // The number 1 in front of others is not written.
        if factors.len() > 1 && self.is_one(factors[0].1) {
            factors.remove(0);
        }
        let (_, first) = factors.remove(0);
        match factors.is_empty() {
            true => first,
            false => self.push(Piece::Product(first, factors)),
        }
    }
}
