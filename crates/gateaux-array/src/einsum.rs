//! Einstein summation: products of any number of arrays, summed over shared axes.

use crate::axes::{gathered, strides};
use crate::{Array, ArrayError, Number, linear};

/// How many labels there are.
const LABELS: usize = 1 << u8::BITS;

/// Below this many multiplications a product is not worth arrays of its own.
const SMALL_PRODUCT: usize = 64;

/// The matrix product of a number type.
type Product<T> = fn(&Array<T>, &Array<T>) -> Result<Array<T>, ArrayError>;

/// The Einstein summation: the sum, over all labels that the output lacks, of the products of the entries of the
/// operands.
///
/// Each operand comes with one label for each of its axes. A label may stand several times, in one operand (its
/// diagonal) or in many; axes with one label run together. The sum of no terms, over an axis of size 0, is 0; the
/// product of no operands is 1. [`Field::einsum`](crate::Field::einsum) is the same on the fast products of a number
/// type.
///
/// # Shapes
/// The result has one axis for each label of the output, in that order; no labels give a scalar.
///
/// # Errors
/// [`ArrayError::WrongRank`] if an operand has not one axis for each of its labels, [`ArrayError::DimensionMismatch`]
/// if a label has two sizes, [`ArrayError::NoSuchLabel`] and [`ArrayError::RepeatedLabel`] for the output,
/// [`ArrayError::TooLarge`] also for an intermediate result.
///
/// # Cost
/// Two operands cost a matrix product: the product of the sizes of all their labels, after sums over labels that one
/// operand has alone. More are contracted two by two. The pair whose result has the fewest entries is always next, of
/// several the one that came first, a heuristic that need not find the cheapest order (which is NP-hard). Finding it
/// takes about the square of the number of operands. Memory is that of the largest intermediate result, and a copy of
/// each operand.
///
/// # Source
/// Lam, Sadayappan & Wenger, On optimizing a class of multi-dimensional loops with reductions for parallel execution,
/// 1997 (the hardness of the order); Smith & Gray, opt_einsum, 2018 (greedy orders, and a pair as a matrix product).
///
/// # Example
/// ```
/// use gateaux_array::{Array, ArrayError, einsum};
/// let a = Array::from_rows(&[vec![1.0, 2.0], vec![3.0, 4.0]])?;
/// let x = Array::vector(vec![5.0, 6.0])?;
/// let (i, j) = (0, 1);
/// assert_eq!(einsum(&[(&a, &[i, j]), (&x, &[j])], &[i])?.data(), [17.0, 39.0]);
/// assert_eq!(einsum(&[(&a, &[i, i])], &[])?, Array::scalar(5.0));
/// assert_eq!(einsum(&[(&a, &[i, j])], &[j, i])?, a.transpose()?);
/// # Ok::<(), ArrayError>(())
/// ```
pub fn einsum<T: Number>(operands: &[(&Array<T>, &[u8])], output: &[u8]) -> Result<Array<T>, ArrayError> {
    einsum_by(operands, output, linear::matmul)
}

/// [`einsum`] on a matrix product of the number type.
pub(crate) fn einsum_by<T: Number>(
    operands: &[(&Array<T>, &[u8])],
    output: &[u8],
    product: Product<T>,
) -> Result<Array<T>, ArrayError> {
    let sizes = label_sizes(operands)?;
    let shape = output_shape(output, &sizes)?;
    crate::dense::entries(&shape)?;
    // A sum over no terms, or no entries; in what follows all sizes are positive.
    if sizes.contains(&Some(0)) {
        return Array::zeros(&shape);
    }
    let mut holders = [0; LABELS];
    let sets = operands.iter().map(|(_, labels)| LabelSet::of(labels));
    for label in sets.chain([LabelSet::of(output)]).flat_map(LabelSet::labels) {
        holders[usize::from(label)] += 1;
    }
    let mut factors = Vec::with_capacity(2 * operands.len());
    for (array, labels) in operands {
        factors.push(Some(Factor::new(array, labels, &holders)?));
    }
    let sets = factors.iter().flatten().map(|factor| LabelSet::of(&factor.labels));
    for step in Network::new(sets.collect(), holders, &sizes).order() {
        // The steps name each factor once.
        if let (Some(left), Some(right)) = (factors[step.left].take(), factors[step.right].take()) {
            factors.push(Some(left.times(right, step.kept, product)?));
        }
    }
    match factors.into_iter().flatten().last() {
        Some(last) => Array::from_column_major(&shape, last.arranged(output)),
        None => Ok(Array::scalar(T::one())),
    }
}

/// The size of each label that an operand has.
fn label_sizes<T>(operands: &[(&Array<T>, &[u8])]) -> Result<[Option<usize>; LABELS], ArrayError> {
    let mut sizes = [None; LABELS];
    let mut first = [0; LABELS];
    for (place, (array, labels)) in operands.iter().enumerate() {
        if labels.len() != array.rank() {
            return Err(ArrayError::WrongRank {
                op: "einsum",
                expected: labels.len(),
                shape: array.shape().to_vec(),
            });
        }
        for (&label, &size) in labels.iter().zip(array.shape()) {
            let label = usize::from(label);
            match sizes[label] {
                None => (sizes[label], first[label]) = (Some(size), place),
                Some(other) if other == size => {}
                Some(_) => return Err(linear::mismatch("einsum", operands[first[label]].0, array)),
            }
        }
    }
    Ok(sizes)
}

fn output_shape(output: &[u8], sizes: &[Option<usize>; LABELS]) -> Result<Vec<usize>, ArrayError> {
    let mut seen = LabelSet::default();
    let mut shape = Vec::with_capacity(output.len());
    for &label in output {
        if seen.contains(label) {
            return Err(ArrayError::RepeatedLabel { op: "einsum", label });
        }
        seen.insert(label);
        let size = sizes[usize::from(label)].ok_or(ArrayError::NoSuchLabel { op: "einsum", label })?;
        shape.push(size);
    }
    Ok(shape)
}

/// A set of labels: a bit for each.
#[derive(Clone, Copy, Default)]
struct LabelSet([u128; 2]);

impl LabelSet {
    fn of(labels: &[u8]) -> LabelSet {
        let mut set = LabelSet::default();
        for &label in labels {
            set.insert(label);
        }
        set
    }

    fn insert(&mut self, label: u8) {
        self.0[usize::from(label >> 7)] |= 1 << (label & 127);
    }

    fn contains(self, label: u8) -> bool {
        self.0[usize::from(label >> 7)] >> (label & 127) & 1 == 1
    }

    /// Combined bit by bit.
    fn zip(self, rhs: LabelSet, combine: impl Fn(u128, u128) -> u128) -> LabelSet {
        LabelSet([combine(self.0[0], rhs.0[0]), combine(self.0[1], rhs.0[1])])
    }

    /// The labels in ascending order.
    fn labels(self) -> impl Iterator<Item = u8> {
        let mut rest = self.0;
        std::iter::from_fn(move || {
            let half = usize::from(rest[0] == 0);
            if rest[half] == 0 {
                return None;
            }
            let bit = rest[half].trailing_zeros() as u8;
            rest[half] &= rest[half] - 1;
            Some(bit + half as u8 * 128)
        })
    }
}

/// Two factors and the labels of their product, which is the next factor.
struct Step {
    left: usize,
    right: usize,
    kept: LabelSet,
}

/// Which factors have which labels: what the order of the products depends on.
///
/// Every label of a factor is in the output or in another factor too.
struct Network<'a> {
    /// The labels of each factor, `None` once it is part of a product.
    factors: Vec<Option<LabelSet>>,
    /// For each factor the best of those behind it: how many entries their product has, and its place.
    nearest: Vec<Option<(u128, usize)>>,
    /// How many factors have the label, and one more if the output has it.
    holders: [usize; LABELS],
    /// The labels with more than two holders: a product of two that have one keeps it.
    shared: LabelSet,
    sizes: &'a [Option<usize>; LABELS],
}

impl<'a> Network<'a> {
    fn new(factors: Vec<LabelSet>, holders: [usize; LABELS], sizes: &'a [Option<usize>; LABELS]) -> Network<'a> {
        let shared = (0..=u8::MAX).filter(|&label| holders[usize::from(label)] > 2);
        let mut network = Network {
            nearest: vec![None; factors.len()],
            factors: factors.into_iter().map(Some).collect(),
            holders,
            shared: LabelSet::of(&shared.collect::<Vec<u8>>()),
            sizes,
        };
        for place in 0..network.factors.len() {
            network.nearest[place] = network.nearest_behind(place);
        }
        network
    }

    /// The products of two factors at a time, always one with the fewest entries, and of these the first.
    fn order(mut self) -> Vec<Step> {
        let mut steps = Vec::with_capacity(self.factors.len());
        while let Some((left, right)) = self.best() {
            let Some(kept) = self.kept(left, right) else {
                break;
            };
            steps.push(Step { left, right, kept });
            self.contract(left, right, kept);
        }
        steps
    }

    fn best(&self) -> Option<(usize, usize)> {
        let pairs = self.nearest.iter().enumerate();
        let pairs = pairs.filter_map(|(left, nearest)| nearest.map(|(entries, right)| (entries, left, right)));
        pairs.min().map(|(_, left, right)| (left, right))
    }

    /// The labels of the product of two factors: those of one of them, and those of both that are needed elsewhere.
    fn kept(&self, left: usize, right: usize) -> Option<LabelSet> {
        let (left, right) = (self.factors[left]?, self.factors[right]?);
        let both = left.zip(right, |left, right| left & right);
        let one = left.zip(right, |left, right| left ^ right);
        let needed = both.zip(self.shared, |both, shared| both & shared);
        Some(one.zip(needed, |one, needed| one | needed))
    }

    fn candidate(&self, left: usize, right: usize) -> Option<(u128, usize)> {
        let sizes = self
            .kept(left, right)?
            .labels()
            .map(|label| self.sizes[usize::from(label)]);
        let entries = sizes.fold(1u128, |entries, size| entries.saturating_mul(size.unwrap_or(1) as u128));
        Some((entries, right))
    }

    fn nearest_behind(&self, place: usize) -> Option<(u128, usize)> {
        let behind = place + 1..self.factors.len();
        behind.filter_map(|right| self.candidate(place, right)).min()
    }

    /// Puts the product of two factors behind the others.
    ///
    /// What other pairs would give does not change: a label that two others have and a third factor needed is needed by
    /// the product too.
    fn contract(&mut self, left: usize, right: usize, kept: LabelSet) {
        for place in [left, right] {
            self.nearest[place] = None;
            for label in self.factors[place].take().into_iter().flat_map(LabelSet::labels) {
                self.holders[usize::from(label)] -= 1;
            }
        }
        for label in kept.labels() {
            self.holders[usize::from(label)] += 1;
        }
        let holders = &self.holders;
        let shared = self.shared.labels().filter(|&label| holders[usize::from(label)] > 2);
        self.shared = LabelSet::of(&shared.collect::<Vec<u8>>());
        let product = self.factors.len();
        self.factors.push(Some(kept));
        self.nearest.push(None);
        for place in 0..product {
            self.nearest[place] = match self.nearest[place] {
                Some((_, gone)) if gone == left || gone == right => self.nearest_behind(place),
                Some(nearest) => self.candidate(place, product).map(|new| new.min(nearest)),
                None => self.candidate(place, product),
            };
        }
    }
}

/// An array with a different label for each axis; all sizes are positive.
struct Factor<T> {
    labels: Vec<u8>,
    array: Array<T>,
}

impl<T: Number> Factor<T> {
    /// An operand: of repeated labels the diagonal, of labels without another holder the sum.
    fn new(array: &Array<T>, labels: &[u8], holders: &[usize; LABELS]) -> Result<Factor<T>, ArrayError> {
        // The diagonal is a view: a step along it is a step along all its axes.
        let mut axes: Vec<(u8, usize, usize)> = Vec::new();
        for (&label, (&size, stride)) in labels.iter().zip(array.shape().iter().zip(strides(array.shape()))) {
            match axes.iter_mut().find(|axis| axis.0 == label) {
                Some(axis) => axis.2 += stride,
                None => axes.push((label, size, stride)),
            }
        }
        // A stable sort, so that the labels keep their order.
        axes.sort_by_key(|&(label, ..)| holders[usize::from(label)] < 2);
        let kept = axes.partition_point(|&(label, ..)| holders[usize::from(label)] >= 2);
        let shape: Vec<usize> = axes.iter().map(|axis| axis.1).collect();
        let strides: Vec<usize> = axes.iter().map(|axis| axis.2).collect();
        let mut data = gathered(array.data(), &shape, &strides);
        let entries: usize = shape[..kept].iter().product();
        if data.len() > entries {
            let mut sums = vec![T::zero(); entries];
            for terms in data.chunks_exact(entries) {
                for (sum, term) in sums.iter_mut().zip(terms) {
                    *sum = sum.add(term);
                }
            }
            data = sums;
        }
        Ok(Factor {
            labels: axes[..kept].iter().map(|axis| axis.0).collect(),
            array: Array::from_column_major(&shape[..kept], data)?,
        })
    }

    /// The entries with the axes in the order of these labels, which are all of the factor's.
    fn arranged(self, order: &[u8]) -> Vec<T> {
        if order == self.labels {
            return self.array.into_data();
        }
        let all_strides = strides(self.array.shape());
        let axes = order
            .iter()
            .filter_map(|label| self.labels.iter().position(|own| own == label));
        let (shape, strides): (Vec<usize>, Vec<usize>) =
            axes.map(|axis| (self.array.shape()[axis], all_strides[axis])).unzip();
        gathered(self.array.data(), &shape, &strides)
    }

    /// The product, with these labels: a matrix product for each index of the labels that both have and the product
    /// keeps, contracted over those it does not keep.
    fn times(self, rhs: Factor<T>, kept: LabelSet, product: Product<T>) -> Result<Factor<T>, ArrayError> {
        let (own, others) = (LabelSet::of(&self.labels), LabelSet::of(&rhs.labels));
        let select = |labels: &[u8], condition: &dyn Fn(u8) -> bool| -> Vec<u8> {
            labels.iter().copied().filter(|&label| condition(label)).collect()
        };
        let left = select(&self.labels, &|label| !others.contains(label));
        let right = select(&rhs.labels, &|label| !own.contains(label));
        let batch = select(&self.labels, &|label| others.contains(label) && kept.contains(label));
        let contracted = select(&self.labels, &|label| others.contains(label) && !kept.contains(label));
        let (left_sizes, right_sizes) = (self.sizes(&left), rhs.sizes(&right));
        let (batch_sizes, contracted_sizes) = (self.sizes(&batch), self.sizes(&contracted));
        let shape = [&*left_sizes, &*right_sizes, &*batch_sizes].concat();
        // Checked before the entries are made.
        crate::dense::entries(&shape)?;
        let sizes = [left_sizes, contracted_sizes, right_sizes].map(|sizes| sizes.iter().product());
        let left_data = self.arranged(&[&*left, &*contracted, &*batch].concat());
        let right_data = rhs.arranged(&[&*contracted, &*right, &*batch].concat());
        let data = products(left_data, right_data, sizes, product)?;
        Ok(Factor {
            labels: [left, right, batch].concat(),
            array: Array::from_column_major(&shape, data)?,
        })
    }

    fn sizes(&self, labels: &[u8]) -> Vec<usize> {
        let axes = self.labels.iter().zip(self.array.shape());
        // In the order of the factor's own labels, which is that of every selection from them.
        axes.filter(|(own, _)| labels.contains(own))
            .map(|(_, &size)| size)
            .collect()
    }
}

/// The products of m by k with k by n matrices that stand one behind the other.
fn products<T: Number>(
    left: Vec<T>,
    right: Vec<T>,
    [m, k, n]: [usize; 3],
    product: Product<T>,
) -> Result<Vec<T>, ArrayError> {
    if left.len() == m * k {
        let left = Array::from_column_major(&[m, k], left)?;
        let right = Array::from_column_major(&[k, n], right)?;
        return Ok(product(&left, &right)?.into_data());
    }
    let pairs = left.chunks_exact(m * k).zip(right.chunks_exact(k * n));
    if m.saturating_mul(k).saturating_mul(n) < SMALL_PRODUCT {
        let mut all = vec![T::zero(); left.len() / k * n];
        for (target, (left, right)) in all.chunks_exact_mut(m * n).zip(pairs) {
            linear::accumulate(target, left, right, k);
        }
        return Ok(all);
    }
    let mut all = Vec::with_capacity(left.len() / k * n);
    for (left, right) in pairs {
        let left = Array::from_column_major(&[m, k], left.to_vec())?;
        let right = Array::from_column_major(&[k, n], right.to_vec())?;
        all.extend(product(&left, &right)?.into_data());
    }
    Ok(all)
}
