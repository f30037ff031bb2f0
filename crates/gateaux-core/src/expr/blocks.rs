//! Arrays put together from blocks: `[A, B; C, D]` is a sum of placed blocks, `S1*A*S1' + S1*B*S2' + ...`, where the
//! columns of each S are neighboring columns of an identity.
//!
//! So a differential, an adjoint and a slice of blocks are what they are of sums and products. This file makes such
//! sums, reads them again, and multiplies them block by block where selections meet whose positions are known.

use super::dim::Dim;
use super::shape::Shape;
use super::store::{Expr, Form, MatrixPower, Store};
use super::{Dims, Error, Rational, Result};

/// Products of more pairs of blocks are not multiplied out.
const MAX_PAIRS: usize = 4096;

/// More spans are not compared with each other.
const MAX_SPANS: usize = 64;

/// Neighboring positions of an axis, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The first position.
    pub start: Dim,
    /// How many there are.
    pub count: Dim,
}

/// An array that is zero but for one block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Placed {
    /// The rows in which the block stands; `None`: it has all of them.
    pub rows: Option<Span>,
    /// The columns in which the block stands.
    pub columns: Option<Span>,
    /// The block. A column stands in one column, a row in one row, a scalar in one entry.
    pub block: Expr,
}

/// How two spans of one axis lie to each other.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Overlap {
    /// Nothing in common.
    Apart,
    /// The second lies in the first, from this position of it on.
    Inside(Dim),
    /// The first lies in the second, from this position of it on.
    Around(Dim),
    /// The names do not tell.
    Unknown,
}

impl Store {
    /// `[A, B; C, D]`: blocks beside and below each other, by rows. Of scalars, and of vectors below each other, it is
    /// a vector; of rows beside each other a row.
    ///
    /// # Errors
    /// [`Error::IllShaped`] where the blocks do not fit.
    ///
    /// # Cost
    /// Linear in the number of blocks.
    pub fn blocks(&mut self, rows: &[Vec<Expr>]) -> Result<Expr> {
        let shapes: Vec<Shape> = rows.iter().flatten().map(|block| self.shape(*block)).collect();
        let all = |wanted: fn(&Shape) -> bool| shapes.iter().all(wanted);
        let is_column = rows.iter().all(|row| row.len() == 1);
        let is_list = all(|shape| shape.is_scalar()) && rows.len() == 1;
        if is_list || is_column && all(|shape| matches!(shape, Shape::Scalar | Shape::Vector(_))) {
            return self.stacked(&rows.concat());
        }
        if rows.len() == 1 && all(|shape| matches!(shape, Shape::Scalar | Shape::Row(_))) {
            let columns: Vec<Expr> = rows[0].iter().map(|row| self.transpose(*row)).collect::<Result<_>>()?;
            let column = self.stacked(&columns)?;
            return self.transpose(column);
        }
        if let Some(constant) = self.simple_constant(rows)? {
            return Ok(constant);
        }
        let (heights, widths) = self.cuts(rows)?;
        let (m, n) = (self.total(&heights)?, self.total(&widths[0])?);
        let mut terms = Vec::with_capacity(shapes.len());
        for ((row, vertical), widths) in rows.iter().zip(&heights).zip(&widths) {
            for (block, horizontal) in row.iter().zip(widths) {
                let term = self.place_in_matrix(*block, (m, *vertical), (n, *horizontal))?;
                terms.push((Rational::one(), term));
            }
        }
        self.sum(&terms)
    }

    /// Scalars and vectors below each other.
    fn stacked(&mut self, parts: &[Expr]) -> Result<Expr> {
        let mut counts = Vec::with_capacity(parts.len());
        for part in parts {
            counts.push(self.height(*part)?);
        }
        let spans = self.spans(&counts)?;
        let total = self.total(&spans)?;
        let is_scalars = parts.iter().all(|part| self.shape(*part).is_scalar());
        if is_scalars && parts.iter().all(|part| *part == parts[0]) {
            return self.fill(parts[0], Shape::Vector(total));
        }
        let mut terms = Vec::with_capacity(parts.len());
        for (part, span) in parts.iter().zip(spans) {
            let term = match self.shape(*part) {
                Shape::Scalar => {
                    let unit = self.select(total, span.start, None)?;
                    self.scale(*part, unit)?
                }
                _ => {
                    let selection = self.select(total, span.start, Some(span.count))?;
                    self.matmul(&[selection, *part])?
                }
            };
            terms.push((Rational::one(), term));
        }
        self.sum(&terms)
    }

    /// A matrix of equal numbers, or a multiple of the identity.
    fn simple_constant(&mut self, rows: &[Vec<Expr>]) -> Result<Option<Expr>> {
        let first = rows[0][0];
        let is_number = |block: &Expr| self.as_number(*block).is_some();
        if !rows.iter().flatten().all(is_number) || rows.iter().any(|row| row.len() != rows[0].len()) {
            return Ok(None);
        }
        let size = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        let (m, n) = (
            self.dims.constant(size(rows.len())),
            self.dims.constant(size(rows[0].len())),
        );
        if rows.iter().flatten().all(|block| *block == first) {
            return self.fill(first, Shape::Matrix(m, n)).map(Some);
        }
        let mut entries = rows
            .iter()
            .enumerate()
            .flat_map(|(i, row)| row.iter().enumerate().map(move |(j, block)| (i == j, *block)));
        if m == n && entries.all(|(on, block)| block == if on { first } else { Store::ZERO }) {
            let eye = self.eye(n)?;
            return self.scale(first, eye).map(Some);
        }
        Ok(None)
    }

    /// Where the rows of blocks stand, and for each of them where its blocks do.
    fn cuts(&mut self, rows: &[Vec<Expr>]) -> Result<(Vec<Span>, Vec<Vec<Span>>)> {
        let (mut heights, mut widths) = (Vec::with_capacity(rows.len()), Vec::with_capacity(rows.len()));
        for row in rows {
            let mut own = Vec::with_capacity(row.len());
            for block in row {
                own.push(self.width(*block)?);
            }
            heights.push(self.height(row[0])?);
            widths.push(self.spans(&own)?);
        }
        Ok((self.spans(&heights)?, widths))
    }

    fn height(&self, block: Expr) -> Result<Dim> {
        self.block_size(block).map(|(m, _)| m)
    }

    fn width(&self, block: Expr) -> Result<Dim> {
        self.block_size(block).map(|(_, n)| n)
    }

    fn block_size(&self, block: Expr) -> Result<(Dim, Dim)> {
        match self.shape(block).rows_and_columns() {
            Some(size) => Ok(size),
            None => self.ill_shaped("a block", &[block]),
        }
    }

    /// Spans of these lengths behind each other.
    fn spans(&mut self, counts: &[Dim]) -> Result<Vec<Span>> {
        let mut start = Dims::ONE;
        let mut spans = Vec::with_capacity(counts.len());
        for count in counts {
            spans.push(Span { start, count: *count });
            start = self.dims.add(start, *count).ok_or_else(too_large)?;
        }
        Ok(spans)
    }

    /// The length of spans that follow each other from 1 on.
    fn total(&mut self, spans: &[Span]) -> Result<Dim> {
        let last = spans[spans.len() - 1];
        let end = self.dims.add(last.start, last.count).ok_or_else(too_large)?;
        self.dims.sub(end, Dims::ONE).ok_or_else(too_large)
    }

    /// A block in a matrix that is zero elsewhere.
    fn place_in_matrix(&mut self, block: Expr, (m, rows): (Dim, Span), (n, columns): (Dim, Span)) -> Result<Expr> {
        let shape = self.shape(block);
        let is_row = matches!(shape, Shape::Scalar | Shape::Row(_));
        let is_column = matches!(shape, Shape::Scalar | Shape::Vector(_));
        let above = self.select(m, rows.start, (!is_row).then_some(rows.count))?;
        let beside = self.select(n, columns.start, (!is_column).then_some(columns.count))?;
        let beside = self.transpose(beside)?;
        match shape {
            Shape::Scalar => {
                let unit = self.matmul(&[above, beside])?;
                self.scale(block, unit)
            }
            _ => self.matmul(&[above, block, beside]),
        }
    }

    /// The block at its place again, in an array of this shape.
    pub(crate) fn place(&mut self, placed: Placed, shape: Shape) -> Result<Expr> {
        let Some((m, n)) = shape.rows_and_columns() else {
            return self.ill_shaped("a block", &[placed.block]);
        };
        let whole = |count: Dim| Span {
            start: Dims::ONE,
            count,
        };
        let rows = placed.rows.unwrap_or(whole(m));
        match (shape, self.shape(placed.block)) {
            (Shape::Vector(_), Shape::Scalar) => {
                let unit = self.select(m, rows.start, None)?;
                self.scale(placed.block, unit)
            }
            (Shape::Vector(_), _) => {
                let selection = self.select(m, rows.start, Some(rows.count))?;
                self.matmul(&[selection, placed.block])
            }
            _ => self.place_in_matrix(placed.block, (m, rows), (n, placed.columns.unwrap_or(whole(n)))),
        }
    }

    /// The span of what columns of the identity select, and whether it is a single column, a vector.
    fn as_selection(&self, expr: Expr) -> Option<(Span, bool)> {
        match (self.form(expr), self.shape(expr)) {
            (Form::Select(start), Shape::Matrix(_, count)) => Some((Span { start: *start, count }, false)),
            (Form::Select(start), _) => Some((
                Span {
                    start: *start,
                    count: Dims::ONE,
                },
                true,
            )),
            _ => None,
        }
    }

    fn as_transposed_selection(&self, expr: Expr) -> Option<(Span, bool)> {
        match self.form(expr) {
            Form::Transpose(inner) => self.as_selection(*inner),
            _ => None,
        }
    }

    /// The only block of a vector or matrix that is zero elsewhere, where its form shows it.
    pub fn placed(&mut self, expr: Expr) -> Result<Option<Placed>> {
        let (scalar, array) = match *self.form(expr) {
            Form::Scale(scalar, array) => (Some(scalar), array),
            _ => (None, expr),
        };
        let factors = match self.form(array) {
            Form::MatMul(factors) => factors.to_vec(),
            _ => vec![MatrixPower { base: array, power: 1 }],
        };
        let (first, last) = (factors[0].base, factors[factors.len() - 1].base);
        let above = self.as_selection(first);
        let beside = match self.shape(expr) {
            Shape::Matrix(..) => self.as_transposed_selection(last),
            Shape::Vector(_) => None,
            _ => return Ok(None),
        };
        if above.is_none() && beside.is_none() {
            return Ok(None);
        }
        let middle = &factors[usize::from(above.is_some())..factors.len() - usize::from(beside.is_some())];
        let block = match (middle, above, beside) {
            ([], Some((_, true)), _) | ([], _, Some((_, true))) => Store::ONE,
            ([], Some((span, _)), _) | ([], _, Some((span, _))) => self.eye(span.count)?,
            _ => self.matrix_product(middle.to_vec())?,
        };
        let block = match scalar {
            Some(scalar) => self.scale(scalar, block)?,
            None => block,
        };
        Ok(Some(Placed {
            rows: above.map(|(span, _)| span),
            columns: beside.map(|(span, _)| span),
            block,
        }))
    }

    /// The blocks of a block that is made of blocks itself, each with its place in the whole.
    pub(crate) fn unnested(&mut self, coefficient: Rational, placed: Placed) -> Result<Vec<(Rational, Placed)>> {
        let mut todo = vec![(coefficient, placed)];
        let mut found = Vec::new();
        while let Some((coefficient, placed)) = todo.pop() {
            let (inner, is_row) = match *self.form(placed.block) {
                Form::Transpose(inner) if matches!(self.shape(placed.block), Shape::Row(_)) => (inner, true),
                _ => (placed.block, false),
            };
            if !self.is_tiled(inner) {
                found.push((coefficient, placed));
                continue;
            }
            let Some((terms, _)) = self.addends(inner) else {
                continue;
            };
            for (own, term) in terms {
                let Some(part) = self.placed(term)? else { continue };
                let (rows, columns) = if is_row {
                    (None, part.rows)
                } else {
                    (part.rows, part.columns)
                };
                let block = if is_row {
                    self.transpose(part.block)?
                } else {
                    part.block
                };
                let part = Placed {
                    rows: self.within(placed.rows, rows)?,
                    columns: self.within(placed.columns, columns)?,
                    block,
                };
                todo.push((&coefficient * &own, part));
            }
        }
        Ok(found)
    }

    /// A span of a span.
    fn within(&mut self, outer: Option<Span>, inner: Option<Span>) -> Result<Option<Span>> {
        let (Some(outer), Some(inner)) = (outer, inner) else {
            return Ok(outer.or(inner));
        };
        let end = self.dims.add(outer.start, inner.start).ok_or_else(too_large)?;
        let start = self.dims.sub(end, Dims::ONE).ok_or_else(too_large)?;
        Ok(Some(Span { start, ..inner }))
    }

    /// Whether the form of the expression shows it to be a block among zeros.
    fn is_placed(&self, expr: Expr) -> bool {
        self.has_placed_rows(expr) || self.has_placed_columns(expr)
    }

    fn end_factors(&self, expr: Expr) -> (Expr, Expr) {
        let array = match *self.form(expr) {
            Form::Scale(_, array) => array,
            _ => expr,
        };
        match self.form(array) {
            Form::MatMul(factors) => (factors[0].base, factors[factors.len() - 1].base),
            _ => (array, array),
        }
    }

    fn has_placed_rows(&self, expr: Expr) -> bool {
        self.as_selection(self.end_factors(expr).0).is_some()
    }

    fn has_placed_columns(&self, expr: Expr) -> bool {
        matches!(self.shape(expr), Shape::Matrix(..))
            && self.as_transposed_selection(self.end_factors(expr).1).is_some()
    }

    /// Whether the expression is a sum of blocks among zeros, and of nothing else.
    pub fn is_assembled(&self, expr: Expr) -> bool {
        match self.form(expr) {
            Form::Add(terms) if terms.len() > 1 => terms.iter().all(|term| self.is_placed(term.expr)),
            _ => false,
        }
    }

    /// Whether the expression is a sum of blocks that stand beside and below each other, as far as names tell.
    pub fn is_tiled(&mut self, expr: Expr) -> bool {
        let Some((terms, false)) = self.addends(expr).filter(|_| self.is_assembled(expr)) else {
            return false;
        };
        let (mut rows, mut columns) = (Vec::new(), Vec::new());
        for (_, term) in terms {
            rows.extend(self.leading_span(term));
            columns.extend(self.trailing_span(term));
        }
        self.are_apart(rows) && self.are_apart(columns)
    }

    /// Whether different spans have nothing in common.
    fn are_apart(&mut self, mut spans: Vec<Span>) -> bool {
        spans.sort_unstable();
        spans.dedup();
        let is_number = |store: &Store, span: &Span| store.dims.value(span.start).is_some() && span.count == Dims::ONE;
        // Different single positions need no comparison.
        spans.retain(|span| !is_number(self, span));
        let pairs = |at: usize| (at + 1..spans.len()).map(move |other| (at, other));
        spans.len() <= MAX_SPANS
            && (0..spans.len())
                .flat_map(pairs)
                .all(|(at, other)| self.overlap(spans[at], spans[other]) == Overlap::Apart)
    }

    /// Whether it is known of all blocks of a sum how their rows lie to their columns.
    pub(super) fn has_known_diagonal(&mut self, sum: Expr) -> Result<bool> {
        let Some((terms, _)) = self.addends(sum) else {
            return Ok(true);
        };
        for (_, term) in terms {
            if let Some(Placed {
                rows: Some(rows),
                columns: Some(columns),
                ..
            }) = self.placed(term)?
                && self.overlap(rows, columns) == Overlap::Unknown
            {
                return Ok(false);
            }
        }
        Ok(true)
    }

    pub(super) fn overlap(&mut self, first: Span, second: Span) -> Overlap {
        let dims = &mut self.dims;
        let end = |dims: &mut Dims, span: Span| dims.add(span.start, span.count);
        let (Some(first_end), Some(second_end)) = (end(dims, first), end(dims, second)) else {
            return Overlap::Unknown;
        };
        let mut reaches = |from: Dim, to: Dim| dims.least_distance(from, to).is_some_and(|least| least >= 0);
        if reaches(first_end, second.start) || reaches(second_end, first.start) {
            return Overlap::Apart;
        }
        let (inner, outer) = (reaches(first.start, second.start), reaches(second.start, first.start));
        let position = |dims: &mut Dims, from: Dim, to: Dim| {
            let distance = dims.sub(to, from)?;
            dims.add(distance, Dims::ONE)
        };
        if inner && reaches(second_end, first_end) {
            return position(dims, first.start, second.start).map_or(Overlap::Unknown, Overlap::Inside);
        }
        if outer && reaches(first_end, second_end) {
            return position(dims, second.start, first.start).map_or(Overlap::Unknown, Overlap::Around);
        }
        Overlap::Unknown
    }

    /// `S'*T` for two selections, at least one of them of several columns, where their positions are known.
    pub(super) fn selection_of_selection(&mut self, left: Expr, right: Expr) -> Result<Option<Expr>> {
        let (Some((first, is_row)), Some((second, is_column))) = (self.as_selection(left), self.as_selection(right))
        else {
            return Ok(None);
        };
        if is_row && is_column {
            return Ok(None);
        }
        match self.overlap(first, second) {
            Overlap::Unknown => Ok(None),
            Overlap::Apart => {
                let shape = match (is_row, is_column) {
                    (true, _) => Shape::Row(second.count),
                    (_, true) => Shape::Vector(first.count),
                    _ => Shape::Matrix(first.count, second.count),
                };
                self.zeros(shape).map(Some)
            }
            Overlap::Inside(position) if !is_row => self
                .select(first.count, position, (!is_column).then_some(second.count))
                .map(Some),
            Overlap::Around(position) if !is_column => {
                let selection = self.select(second.count, position, (!is_row).then_some(first.count))?;
                self.transpose(selection).map(Some)
            }
            Overlap::Inside(_) | Overlap::Around(_) => Ok(None),
        }
    }

    /// The product of neighbors of which one is made of blocks and the other takes some of them, or is made of blocks
    /// that fit; `None` where it is better left alone.
    pub(super) fn block_product(&mut self, lhs: Expr, rhs: Expr) -> Result<Option<Expr>> {
        if self.as_transposed_selection(lhs).is_some() {
            return self.slice_of_blocks(lhs, rhs);
        }
        if self.as_selection(rhs).is_some() {
            let is_made_of_others = |form: &Form| matches!(form, Form::Add(_) | Form::Product(_) | Form::Call(..));
            let inner = match self.form(lhs) {
                Form::Transpose(inner) => self.form(*inner),
                form => form,
            };
            if !is_made_of_others(inner) {
                return Ok(None);
            }
            // M*S is the transpose of S'*M'.
            let (rows, matrix) = (self.transpose(rhs)?, self.transpose(lhs)?);
            return match self.slice_of_blocks(rows, matrix)? {
                Some(found) => self.transpose(found).map(Some),
                None => Ok(None),
            };
        }
        let (Some((left, is_flipped)), Some((right, is_turned))) = (self.addends(lhs), self.addends(rhs)) else {
            return Ok(None);
        };
        if left.len() * right.len() > MAX_PAIRS {
            return Ok(None);
        }
        let along = |store: &Store, expr: Expr, columns: bool| match columns {
            true => store.has_placed_columns(expr) && !store.has_placed_rows(expr),
            false => store.has_placed_rows(expr) && !store.has_placed_columns(expr),
        };
        let fits = left.iter().all(|(_, expr)| along(self, *expr, !is_flipped))
            && right.iter().all(|(_, expr)| along(self, *expr, is_turned));
        // A square such as [x; y]'*[x; y] stays one.
        if !fits || self.transpose(lhs)? == rhs {
            return Ok(None);
        }
        let mut terms = Vec::with_capacity(left.len() * right.len());
        for (c, a) in &left {
            let a = if is_flipped { self.transpose(*a)? } else { *a };
            for (d, b) in &right {
                let b = if is_turned { self.transpose(*b)? } else { *b };
                let (Some(column), Some(row)) = (self.trailing_span(a), self.leading_span(b)) else {
                    return Ok(None);
                };
                match self.overlap(column, row) {
                    Overlap::Unknown => return Ok(None),
                    Overlap::Apart => {}
                    Overlap::Inside(_) | Overlap::Around(_) => terms.push((c * d, self.matmul(&[a, b])?)),
                }
            }
        }
        match terms.is_empty() {
            true => Ok(None),
            false => self.sum(&terms).map(Some),
        }
    }

    fn trailing_span(&self, expr: Expr) -> Option<Span> {
        let (_, last) = self.end_factors(expr);
        self.as_transposed_selection(last).map(|(span, _)| span)
    }

    fn leading_span(&self, expr: Expr) -> Option<Span> {
        let (first, _) = self.end_factors(expr);
        self.as_selection(first).map(|(span, _)| span)
    }

    /// The terms of a sum, and whether the expression is their transpose.
    fn addends(&self, expr: Expr) -> Option<(Vec<(Rational, Expr)>, bool)> {
        let (inner, is_flipped) = match *self.form(expr) {
            Form::Transpose(inner) => (inner, true),
            _ => (expr, false),
        };
        let terms = match self.form(inner) {
            Form::Add(terms) if terms.len() > 1 => terms.iter().map(|t| (t.coefficient.clone(), t.expr)).collect(),
            _ => return None,
        };
        Some((terms, is_flipped))
    }

    /// `S'*M` for a sum M in which blocks stand in rows that lie in those of S or apart from them; the same entry by
    /// entry for what is made of such sums.
    fn slice_of_blocks(&mut self, rows: Expr, of: Expr) -> Result<Option<Expr>> {
        let Some((span, _)) = self.as_transposed_selection(rows) else {
            return Ok(None);
        };
        if let Some((terms, is_flipped)) = self.addends(of) {
            let mut placed = Vec::with_capacity(terms.len());
            for (_, expr) in &terms {
                placed.push(match is_flipped {
                    true if self.has_placed_columns(*expr) => self.trailing_span(*expr),
                    false if self.has_placed_rows(*expr) => self.leading_span(*expr),
                    _ => None,
                });
            }
            if placed.iter().all(Option::is_none) {
                return Ok(None);
            }
            let mut sliced = Vec::with_capacity(terms.len());
            for ((coefficient, expr), own) in terms.into_iter().zip(placed) {
                match own.map(|own| self.overlap(span, own)) {
                    Some(Overlap::Unknown) => return Ok(None),
                    Some(Overlap::Apart) => continue,
                    Some(Overlap::Inside(_) | Overlap::Around(_)) | None => {}
                }
                let expr = if is_flipped { self.transpose(expr)? } else { expr };
                sliced.push((coefficient, self.matmul(&[rows, expr])?));
            }
            return match sliced.is_empty() {
                true => {
                    let zero = self.zeros(self.shape(of))?;
                    self.matmul(&[rows, zero]).map(Some)
                }
                false => self.sum(&sliced).map(Some),
            };
        }
        self.slice_of_entries(rows, of)
    }

    /// `S'*f(v)` for a function of entries of blocks: the function of the blocks, where that is shorter.
    fn slice_of_entries(&mut self, rows: Expr, of: Expr) -> Result<Option<Expr>> {
        let is_elementwise = match self.form(of) {
            Form::Call(function, _) => function.elementwise,
            Form::Product(_) => true,
            _ => false,
        };
        let children = self.children(of);
        if !is_elementwise || !children.iter().any(|child| self.is_assembled(*child)) {
            return Ok(None);
        }
        let mut sliced = Vec::with_capacity(children.len());
        for child in children {
            sliced.push(match self.shape(child) {
                Shape::Scalar => child,
                _ => self.matmul(&[rows, child])?,
            });
        }
        let found = match self.form(of).clone() {
            Form::Product(_) => {
                let factors = sliced.chunks(2).map(|pair| (pair[0], pair[1]).into()).collect();
                self.product(factors)?
            }
            Form::Call(function, _) => {
                let shape = sliced
                    .iter()
                    .map(|part| self.shape(*part))
                    .find(|shape| !shape.is_scalar());
                self.call(function, &sliced, shape.unwrap_or(Shape::Scalar))?
            }
            _ => return Ok(None),
        };
        Ok((self.weight(found) < self.weight(of)).then_some(found))
    }
}

fn too_large() -> Error {
    Error::Limit {
        what: "as a dimension",
        limit: i64::MAX as usize,
    }
}
