//! Blocks and choices: what is placed is copied to its place, and where nothing is chosen nothing is multiplied.

use gateaux_core::expr::{Dims, Expr, Form, MatrixPower, Placed, Rational, Shape, Span, Store};

use crate::lower::Lowering;
use crate::program::{Error, Instruction, Slot};

impl Lowering<'_> {
    /// The slot of a sum with blocks among zeros, or of one such block: no selection is multiplied with.
    pub(crate) fn assembled(&mut self, store: &mut Store, expr: Expr, shape: &[usize]) -> Result<Option<Slot>, Error> {
        let terms = match store.form(expr) {
            Form::Add(terms) => terms.iter().map(|t| (t.coefficient.clone(), t.expr)).collect(),
            Form::MatMul(_) | Form::Scale(..) => vec![(Rational::one(), expr)],
            _ => return Ok(None),
        };
        let (mut parts, mut slots, mut is_any) = (Vec::new(), Vec::new(), false);
        for (coefficient, term) in terms {
            let placed = store.placed(term)?;
            is_any |= placed.is_some();
            let (block, at) = match placed {
                None => (term, [0, 0]),
                Some(Placed { rows, columns, block }) => {
                    let begin = [
                        self.begin(store, rows, shape.first())?,
                        self.begin(store, columns, shape.get(1))?,
                    ];
                    (block, begin)
                }
            };
            parts.push((coefficient, at));
            slots.push(block);
        }
        if !is_any {
            return Ok(None);
        }
        let slots = slots
            .into_iter()
            .map(|block| self.slot(store, block))
            .collect::<Result<_, _>>()?;
        Ok(Some(self.step(Instruction::Assemble(parts), slots, shape.to_vec())))
    }

    /// Where a span begins, counted from 0, in an axis of this length; all of it must be there.
    fn begin(&self, store: &Store, span: Option<Span>, length: Option<&usize>) -> Result<usize, Error> {
        let Some(Span { start, count }) = span else {
            return Ok(0);
        };
        let length = length.copied().unwrap_or(1);
        let out_of_range = || Error::OutOfRange {
            position: store.dims.text(start),
            size: length,
        };
        let position = self.size(store, start).map_err(|_| out_of_range())?;
        let count = if count == Dims::ONE {
            1
        } else {
            self.size(store, count)?
        };
        match position.checked_sub(1) {
            Some(first) if first.checked_add(count).is_some_and(|end| end <= length) => Ok(first),
            _ => Err(out_of_range()),
        }
    }

    /// `x'*y` where one of the two is a choice beside zeros: the sum over what is chosen.
    pub(crate) fn restricted_sum(&mut self, store: &mut Store, factors: &[MatrixPower]) -> Result<Option<Slot>, Error> {
        let [row, column] = *factors else {
            return Ok(None);
        };
        if !matches!(store.shape(column.base), Shape::Vector(_)) || !matches!(store.shape(row.base), Shape::Row(_)) {
            return Ok(None);
        }
        let lhs = store.transpose(row.base)?;
        let chooses = |expr: Expr| store.as_choice(expr).is_some();
        if !chooses(lhs) && !chooses(column.base) {
            return Ok(None);
        }
        let product = store.multiply(&[lhs, column.base])?;
        if store.as_choice(product).is_none() {
            return Ok(None);
        }
        let slot = self.slot(store, product)?;
        Ok(Some(self.step(Instruction::SumAll, vec![slot], vec![])))
    }
}
