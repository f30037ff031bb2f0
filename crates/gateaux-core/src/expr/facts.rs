//! What is known of an expression beyond its shape.

use std::ops::BitOr;

/// A set of facts about an array. Facts are closed under implication: a positive definite matrix is symmetric.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Facts(u16);

impl Facts {
    /// Nothing known.
    pub const NONE: Facts = Facts(0);
    /// Equal to its transpose.
    pub const SYMMETRIC: Facts = Facts(1);
    /// Symmetric positive semidefinite.
    pub const PSD: Facts = Facts(2 | 1);
    /// Symmetric positive definite.
    pub const POSDEF: Facts = Facts(4 | 2 | 1);
    /// Zero off the diagonal.
    pub const DIAGONAL: Facts = Facts(8 | 1);
    /// Equal to minus its transpose.
    pub const SKEW: Facts = Facts(16);
    /// Its transpose is its inverse.
    pub const ORTHOGONAL: Facts = Facts(32 | 512);
    /// Its columns are orthonormal; a square one is orthogonal.
    pub const ORTHONORMAL: Facts = Facts(512);
    /// Zero above the diagonal.
    pub const LOWER: Facts = Facts(64);
    /// Every entry above zero.
    pub const POSITIVE: Facts = Facts(128 | 256);
    /// No entry below zero.
    pub const NONNEGATIVE: Facts = Facts(256);

    /// What linear combinations keep.
    pub const LINEAR: Facts = Facts(1 | 8 | 16 | 64);

    /// Everything at once: where an intersection starts.
    pub(crate) const ALL: Facts = Facts(u16::MAX);

    /// Whether all of `facts` are known.
    pub const fn has(self, facts: Facts) -> bool {
        self.0 & facts.0 == facts.0
    }

    /// What is known of both.
    #[must_use]
    pub const fn common(self, other: Facts) -> Facts {
        Facts(self.0 & other.0)
    }

    /// The facts of `self` that are among `kept`.
    #[must_use]
    pub const fn only(self, kept: Facts) -> Facts {
        Facts(self.0 & kept.0)
    }
}

impl BitOr for Facts {
    type Output = Facts;
    fn bitor(self, other: Facts) -> Facts {
        Facts(self.0 | other.0)
    }
}

/// The structure that a declaration gives a variable: the subspace or manifold in which it lives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Structure {
    /// Any array of its shape.
    #[default]
    General,
    /// `symmetric(n)`
    Symmetric,
    /// `posdef(n)`: symmetric positive definite
    Posdef,
    /// `diagonal(n)`
    Diagonal,
    /// `skew(n)`
    Skew,
    /// `orthogonal(n)`
    Orthogonal,
    /// `lower(n)`: lower triangular
    Lower,
}

impl Structure {
    /// Every structure with the name of its kind.
    pub const ALL: [(Structure, &'static str); 6] = [
        (Structure::Symmetric, "symmetric"),
        (Structure::Posdef, "posdef"),
        (Structure::Diagonal, "diagonal"),
        (Structure::Skew, "skew"),
        (Structure::Orthogonal, "orthogonal"),
        (Structure::Lower, "lower"),
    ];

    /// The name of the kind; `None` for a general array, whose kind is that of its shape.
    pub fn kind(self) -> Option<&'static str> {
        Structure::ALL
            .iter()
            .find(|(structure, _)| *structure == self)
            .map(|(_, kind)| *kind)
    }

    /// What a matrix of this structure is known to be.
    pub fn facts(self) -> Facts {
        match self {
            Structure::General => Facts::NONE,
            Structure::Symmetric => Facts::SYMMETRIC,
            Structure::Posdef => Facts::POSDEF,
            Structure::Diagonal => Facts::DIAGONAL,
            Structure::Skew => Facts::SKEW,
            Structure::Orthogonal => Facts::ORTHOGONAL,
            Structure::Lower => Facts::LOWER,
        }
    }

    /// What a small change of such a matrix, an element of its tangent space, is known to be.
    pub fn tangent_facts(self) -> Facts {
        match self {
            Structure::Posdef => Facts::SYMMETRIC,
            Structure::Orthogonal => Facts::NONE,
            other => other.facts(),
        }
    }
}
