//! Arrays whose entries are sums of products of entries of smaller ones: outer products of any rank, written once.

use gateaux_core::expr::Rational;

use crate::plan::graph::Id;

/// `out[i, j, ...]` is the sum over the terms.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Spread {
    pub(crate) terms: Vec<Term>,
}

/// A coefficient times entries of the factors, where the deltas hold; elsewhere 0.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Term {
    pub(crate) coefficient: Rational,
    pub(crate) factors: Vec<Strided>,
    /// Pairs of axes whose indices must be equal.
    pub(crate) deltas: Vec<(usize, usize)>,
}

/// An array and how far its entry moves with each index of the result.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Strided {
    pub(crate) id: Id,
    pub(crate) strides: Vec<usize>,
}

impl Spread {
    /// The diagonal matrix of a vector.
    pub(crate) fn diagonal(vector: Id) -> Spread {
        Spread {
            terms: vec![Term {
                coefficient: Rational::one(),
                factors: vec![Strided {
                    id: vector,
                    strides: vec![1, 0],
                }],
                deltas: vec![(0, 1)],
            }],
        }
    }

    /// An array as the only term.
    pub(crate) fn array(id: Id, shape: &[usize]) -> Spread {
        Spread {
            terms: vec![Term {
                coefficient: Rational::one(),
                factors: vec![Strided {
                    id,
                    strides: strides(shape),
                }],
                deltas: vec![],
            }],
        }
    }

    /// A number for every entry, in so many axes.
    pub(crate) fn number(id: Id, rank: usize) -> Spread {
        Spread {
            terms: vec![Term {
                coefficient: Rational::one(),
                factors: vec![Strided {
                    id,
                    strides: vec![0; rank],
                }],
                deltas: vec![],
            }],
        }
    }

    /// The same with the axes in another order: axis k of the result is axis `order[k]`.
    pub(crate) fn permuted(mut self, order: &[usize]) -> Spread {
        let place = |axis: usize| order.iter().position(|own| *own == axis).unwrap_or(axis);
        for term in &mut self.terms {
            for factor in &mut term.factors {
                factor.strides = order.iter().map(|axis| factor.strides[*axis]).collect();
            }
            for (a, b) in &mut term.deltas {
                (*a, *b) = (place(*a), place(*b));
            }
        }
        self
    }

    /// The last axis along which all terms vary in the same way, by factors that vary along it alone; and the terms
    /// without these factors. Nothing for the first two axes, which are written together anyway.
    pub(crate) fn common_line(&self) -> Option<(Spread, usize, Vec<Strided>)> {
        let rank = self.terms.first()?.factors.first()?.strides.len();
        (2..rank).rev().find_map(|axis| {
            let along = |term: &Term| -> Vec<Strided> {
                let varies = |factor: &&Strided| factor.strides[axis] != 0;
                term.factors.iter().filter(varies).cloned().collect()
            };
            let common = along(&self.terms[0]);
            let is_alone = |factor: &Strided| factor.strides.iter().filter(|stride| **stride != 0).count() == 1;
            let is_common = |term: &Term| term.deltas.is_empty() && along(term) == common;
            if common.is_empty() || !common.iter().all(is_alone) || !self.terms.iter().all(is_common) {
                return None;
            }
            let mut rest = self.clone();
            for term in &mut rest.terms {
                term.factors.retain(|factor| factor.strides[axis] == 0);
            }
            Some((rest, axis, common))
        })
    }

    pub(crate) fn operands(&self) -> impl Iterator<Item = Id> {
        self.terms
            .iter()
            .flat_map(|term| term.factors.iter().map(|factor| factor.id))
    }

    /// The same times a number.
    pub(crate) fn scaled(mut self, coefficient: &Rational) -> Spread {
        for term in &mut self.terms {
            term.coefficient = &term.coefficient * coefficient;
        }
        self
    }

    /// The same times a value that is a number.
    pub(crate) fn times(mut self, number: Id, rank: usize) -> Spread {
        for term in &mut self.terms {
            term.factors.push(Strided {
                id: number,
                strides: vec![0; rank],
            });
        }
        self
    }
}

/// How far the entry moves with each index, in column order.
pub(crate) fn strides(shape: &[usize]) -> Vec<usize> {
    let mut step = 1;
    shape
        .iter()
        .map(|size| {
            let stride = step;
            step *= size;
            stride
        })
        .collect()
}
