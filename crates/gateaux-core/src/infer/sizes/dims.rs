//! Sizes as dimensions, once all of them are found.
//!
//! The dimension of a sum, product or minimum of sizes is the sum, product or minimum of their dimensions, and [`Dims`]
//! knows all laws by which sizes were found equal. So what holds of sizes holds of their dimensions, if only the
//! assumptions do: [`Sizes::settle`] makes [`Dims`] know them, and gives back those that it cannot make true.

use super::{Assumption, Entry, Equation, Size, Sizes, Terms};
use crate::expr::{Dim, Dims};

impl Sizes {
    /// The size as a dimension; `?` stands for an unknown without a name.
    pub(in crate::infer) fn dim(&mut self, size: Size, dims: &mut Dims) -> Option<Dim> {
        let terms = self.assumed_terms(size).ok()?;
        self.dim_of_terms(&terms, dims)
    }

    fn dim_of_terms(&mut self, terms: &Terms, dims: &mut Dims) -> Option<Dim> {
        let mut sum = dims.constant(0);
        for (factors, coefficient) in terms {
            let mut product = dims.constant(*coefficient);
            for at in factors {
                let factor = match self.entry(*at).clone() {
                    Entry::Unknown(_) => dims.name("?"),
                    Entry::Name(name) => dims.name(&name),
                    Entry::Min { .. } => self.minimum(*at, dims)?,
                    Entry::Polynomial { terms, .. } => self.dim_of_terms(&terms, dims)?,
                };
                product = dims.mul(product, factor)?;
            }
            sum = dims.add(sum, product)?;
        }
        Some(sum)
    }

    /// The minimum of the dimensions of the operands, if the size is one. Minima nest a bounded number of times, which bounds this recursion.
    fn minimum(&mut self, at: Size, dims: &mut Dims) -> Option<Dim> {
        let mut least = None;
        for operand in self.operands(at) {
            let operand = self.dim(operand, dims)?;
            least = Some(least.map_or(operand, |least| dims.min(least, operand)));
        }
        least
    }

    /// Both sides of what is assumed of a minimum.
    fn assumed_minimum(&mut self, at: Size, value: &Terms, dims: &mut Dims) -> Option<[Dim; 2]> {
        let value = self.make(value.clone(), Vec::new());
        Some([self.minimum(at, dims)?, self.dim(value, dims)?])
    }

    /// Makes minima of dimensions what they are assumed to be. Gives all that is assumed, as lines such as `q = k*n`
    /// and `k <= n`.
    ///
    /// # Errors
    /// The assumptions that do not hold: there are others from which it follows that a name is another name or number.
    pub(in crate::infer) fn settle(&mut self, dims: &mut Dims) -> Result<Vec<String>, Vec<Equation>> {
        let mut lines = Vec::new();
        let assumed = self.assumed.clone();
        for (at, assumption) in &assumed {
            if let Entry::Name(name) = self.entry(*at).clone() {
                let value = self.dim_of_terms(&assumption.value, dims);
                lines.extend(value.map(|value| format!("{name} = {}", dims.text(value))));
            } else if let Some([minimum, value]) = self.assumed_minimum(*at, &assumption.value, dims) {
                lines.extend(equality(minimum, value, dims));
                dims.assume_equal(minimum, value);
            }
        }
        let mut wrong = Vec::new();
        for (of, Assumption { value, at }) in assumed {
            let sides = self.assumed_minimum(of, &value, dims);
            if sides.is_some_and(|[minimum, value]| minimum != value) {
                self.assumed.remove(&of);
                let rhs = self.make(value, Vec::new());
                wrong.push(Equation { lhs: of, rhs, at });
            }
        }
        if wrong.is_empty() { Ok(lines) } else { Err(wrong) }
    }
}

/// That a minimum is one of its operands is said of each other one. Nothing is said of what is known.
fn equality(minimum: Dim, value: Dim, dims: &Dims) -> Vec<String> {
    if minimum == value {
        return Vec::new();
    }
    let operands = dims.operands(minimum);
    let value_text = dims.text(value);
    if !operands.contains(&value) {
        return vec![format!("{} = {value_text}", dims.text(minimum))];
    }
    let others = operands.into_iter().filter(|operand| *operand != value);
    others
        .map(|other| format!("{value_text} <= {}", dims.text(other)))
        .collect()
}
