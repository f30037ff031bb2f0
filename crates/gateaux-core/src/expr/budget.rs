//! The limits of one computation, as ordinary errors.

use std::fmt;

/// Why an expression cannot be made.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// The operands have shapes that the operation does not take: a mistake of the caller, since inference has
    /// refused such a text before.
    IllShaped {
        /// The operation.
        operation: &'static str,
        /// The shapes it was given.
        shapes: String,
    },
    /// The computation has become too large.
    Limit {
        /// What there is too much of.
        what: &'static str,
        /// How much is allowed.
        limit: usize,
    },
    /// The answer would need something that is not available.
    Unsupported {
        /// What, as a clause: "the derivative of eigvals".
        what: String,
    },
    /// A function of real numbers got an argument that may be complex.
    NotReal {
        /// The function.
        operation: &'static str,
    },
}

/// What making an expression gives.
pub type Result<T> = std::result::Result<T, Error>;

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::IllShaped { operation, shapes } => write!(f, "{operation} cannot take {shapes}"),
            Error::Limit { what, limit } => write!(f, "the computation needs more than {limit} {what}"),
            Error::Unsupported { what } => write!(f, "{what} is not available yet"),
            Error::NotReal { operation } => write!(f, "{operation} takes real numbers, and this may be complex"),
        }
    }
}

impl std::error::Error for Error {}

/// How much one computation may make. Limits count, they do not look at a clock: the same text always gets the same
/// answer.
#[derive(Clone, Debug)]
pub struct Budget {
    /// Expressions in the store.
    pub nodes: usize,
    /// Entries in all sums and products of the store together.
    pub entries: usize,
    /// Bits of the numerator or denominator of a coefficient.
    pub bits: u64,
    used_entries: usize,
}

impl Default for Budget {
    fn default() -> Self {
        Budget {
            nodes: 400_000,
            entries: 1_500_000,
            bits: 4_096,
            used_entries: 0,
        }
    }
}

impl Budget {
    /// Accounts for one more expression with so many entries in a store of `nodes`.
    pub(super) fn charge(&mut self, nodes: usize, entries: usize) -> Result<()> {
        self.used_entries += entries;
        if nodes > self.nodes {
            return Err(Error::Limit {
                what: "expressions",
                limit: self.nodes,
            });
        }
        if self.used_entries > self.entries {
            return Err(Error::Limit {
                what: "terms and factors",
                limit: self.entries,
            });
        }
        Ok(())
    }
}
