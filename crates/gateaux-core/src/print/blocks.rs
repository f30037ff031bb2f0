//! Blocks found in sums: `S1*A*S1' + S1*B*S2' + S2*C*S1'` is written `[A, B; C, zeros(m, n)]`.

use std::collections::HashMap;

use super::layout::{Layout, Piece, PieceId, Signed};
use crate::expr::{Dim, Dims, Expr, Form, Placed, Rational, Result, Shape, Span, Store, Term};

/// More zeros than this are written as an array of zeros.
const MAX_SINGLE_ZEROS: i64 = 12;

/// On axes that are no longer than this, columns of the identity are written by their entries.
const MAX_UNIT: i64 = 3;

/// A block of one row of blocks, or a space that is filled with zeros.
enum Cell {
    Block(Expr),
    Zeros(Dim, Dim),
}

/// Blocks as one piece, and what is added to them.
pub(super) struct Blocks {
    pub(super) piece: PieceId,
    /// Whether they are subtracted.
    is_negative: bool,
    rest: Vec<Term>,
}

/// Terms by the span in which they stand along one axis, in order, with the gaps between them.
type Bands = Vec<(Span, Option<Vec<(Rational, Placed)>>)>;

impl Layout {
    /// The blocks of an expression as one piece, and the terms that are none; `None` where there are no blocks, or
    /// where it is not known how they lie to each other.
    pub(super) fn blocks(&mut self, store: &mut Store, expr: Expr) -> Result<Option<Blocks>> {
        if matches!(store.shape(expr), Shape::Row(_)) {
            return self.blocks_of_row(store, expr);
        }
        let terms = match store.form(expr) {
            Form::Add(terms) => terms.to_vec(),
            _ => vec![Term {
                coefficient: Rational::one(),
                expr,
            }],
        };
        let (mut blocks, mut rest) = (Vec::new(), Vec::new());
        for term in terms {
            match store.placed(term.expr)? {
                Some(block) => blocks.push((term.coefficient, block)),
                None => rest.push(term),
            }
        }
        let shape = store.shape(expr);
        let mut placed = Vec::with_capacity(blocks.len());
        for (coefficient, block) in &blocks {
            placed.extend(store.unnested(coefficient.clone(), *block)?);
        }
        // Columns of the identity alone are a slice of it.
        let is_slice = |store: &Store, (_, placed): &(Rational, Placed)| {
            let is_unit = placed.block == Store::ONE && !is_small(store, shape);
            matches!(store.form(placed.block), Form::Eye) || is_unit
        };
        match placed.as_slice() {
            [] => return Ok(None),
            [only] if is_slice(store, only) => return Ok(None),
            _ => {}
        }
        // What is subtracted stands last.
        let is_negative = !rest.is_empty() && placed.iter().all(|(coefficient, _)| coefficient.is_negative());
        if is_negative {
            for (coefficient, _) in placed.iter_mut().chain(&mut blocks) {
                *coefficient = -&*coefficient;
            }
        }
        let cells = match cells(store, shape, placed)? {
            None => cells_of_rows(store, shape, blocks)?,
            found => found,
        };
        let Some(cells) = cells else {
            return Ok(None);
        };
        let is_list = matches!(shape, Shape::Vector(_)) && cells.iter().flatten().all(|cell| is_scalar(store, cell));
        if !reads_back(store, shape, &cells) {
            return Ok(None);
        }
        let mut rows = Vec::with_capacity(cells.len());
        for row in cells {
            rows.push(row.into_iter().map(|cell| self.cell(store, shape, cell)).collect());
        }
        Ok(Some(Blocks {
            piece: self.push(Piece::Blocks(rows, is_list)),
            is_negative,
            rest,
        }))
    }

    /// A row as the transpose of blocks below each other.
    fn blocks_of_row(&mut self, store: &mut Store, row: Expr) -> Result<Option<Blocks>> {
        let column = store.transpose(row)?;
        let found = self.blocks(store, column)?.filter(|found| found.rest.is_empty());
        Ok(found.map(|found| Blocks {
            piece: self.push(Piece::Transpose(found.piece)),
            ..found
        }))
    }

    fn cell(&mut self, store: &Store, whole: Shape, cell: Cell) -> PieceId {
        let (m, n) = match cell {
            Cell::Block(expr) => return self.need(expr),
            Cell::Zeros(m, n) => (m, n),
        };
        if m == Dims::ONE && n == Dims::ONE {
            return self.push(Piece::Number("0".to_owned()));
        }
        let sizes = match whole {
            Shape::Vector(_) => vec![m],
            _ => vec![m, n],
        };
        let sizes = sizes.into_iter().map(|dim| store.dims.text(dim)).collect();
        self.push(Piece::Zeros(sizes))
    }

    /// The blocks and what is added to them.
    pub(super) fn sum_with_blocks(&mut self, store: &mut Store, blocks: &Blocks) -> Result<PieceId> {
        if blocks.rest.is_empty() {
            return Ok(blocks.piece);
        }
        let own = Signed {
            negative: blocks.is_negative,
            dotted: false,
            fills: None,
            piece: blocks.piece,
        };
        let mut signed = Vec::with_capacity(blocks.rest.len() + 1);
        for term in &blocks.rest {
            signed.push(self.signed_term(store, term, true)?);
        }
        // A sum begins with something that is added.
        signed.sort_by_key(|term| (term.fills.is_some(), term.negative));
        match blocks.is_negative {
            true => signed.push(own),
            false => signed.insert(0, own),
        }
        Ok(self.push(Piece::Sum(signed)))
    }
}

/// Whether its entries are few enough to be written even if all but one are 0.
pub(super) fn is_small(store: &Store, shape: Shape) -> bool {
    let is_short = |dim: &Dim| store.dims.value(*dim).is_some_and(|size| size <= MAX_UNIT);
    !shape.is_scalar() && shape.axes().iter().all(is_short)
}

fn is_scalar(store: &Store, cell: &Cell) -> bool {
    match cell {
        Cell::Block(expr) => store.shape(*expr).is_scalar(),
        Cell::Zeros(m, n) => *m == Dims::ONE && *n == Dims::ONE,
    }
}

/// Whether the literal has the shape: one column of vectors is read as a vector, one row of rows as a row.
fn reads_back(store: &Store, shape: Shape, cells: &[Vec<Cell>]) -> bool {
    if matches!(shape, Shape::Vector(_)) {
        return true;
    }
    let all = |wanted: &dyn Fn(Shape) -> bool| {
        cells.iter().flatten().all(|cell| match cell {
            Cell::Block(expr) => wanted(store.shape(*expr)),
            Cell::Zeros(..) => is_scalar(store, cell),
        })
    };
    let is_column = cells.iter().all(|row| row.len() == 1);
    let is_vector = is_column && all(&|shape| matches!(shape, Shape::Scalar | Shape::Vector(_)));
    let is_row = cells.len() == 1 && all(&|shape| matches!(shape, Shape::Scalar | Shape::Row(_)));
    !is_vector && !is_row
}

/// The blocks by rows, with zeros where nothing stands.
fn cells(store: &mut Store, shape: Shape, placed: Vec<(Rational, Placed)>) -> Result<Option<Vec<Vec<Cell>>>> {
    let Some((m, n)) = shape.rows_and_columns() else {
        return Ok(None);
    };
    // Among scalars zeros are scalars, unless there would be too many.
    let is_scalars = placed.iter().all(|(_, placed)| store.shape(placed.block).is_scalar());
    let entries = store.entries(shape).and_then(|count| store.dims.value(count));
    let single = is_scalars && entries.is_some_and(|entries| entries <= MAX_SINGLE_ZEROS + placed.len() as i64);
    let zeros = |store: &Store, m: Dim, n: Dim| -> Vec<Vec<Cell>> {
        match (store.dims.value(m), store.dims.value(n)) {
            (Some(rows), Some(columns)) if single => (0..rows)
                .map(|_| (0..columns).map(|_| Cell::Zeros(Dims::ONE, Dims::ONE)).collect())
                .collect(),
            _ => vec![vec![Cell::Zeros(m, n)]],
        }
    };
    let Some(bands) = bands(store, m, placed, |placed| placed.rows) else {
        return Ok(None);
    };
    let mut rows = Vec::with_capacity(bands.len());
    for (span, terms) in bands {
        let height = span.count;
        let Some(terms) = terms else {
            rows.extend(zeros(store, height, n));
            continue;
        };
        let Some(columns) = self::bands(store, n, terms, |placed| placed.columns) else {
            return Ok(None);
        };
        let mut row = Vec::with_capacity(columns.len());
        for (span, terms) in columns {
            let Some(terms) = terms else {
                row.extend(zeros(store, height, span.count).into_iter().flatten());
                continue;
            };
            let terms: Vec<_> = terms.into_iter().map(|(c, placed)| (c, placed.block)).collect();
            let first = store.shape(terms[0].1);
            if terms.iter().any(|(_, block)| store.shape(*block) != first) {
                return Ok(None);
            }
            row.push(Cell::Block(store.sum(&terms)?));
        }
        rows.push(row);
    }
    Ok(Some(rows))
}

/// The cells where what the blocks are made of themselves does not fit among the others: whole rows.
fn cells_of_rows(store: &mut Store, shape: Shape, blocks: Vec<(Rational, Placed)>) -> Result<Option<Vec<Vec<Cell>>>> {
    if blocks.iter().any(|(_, placed)| placed.rows.is_none()) {
        return Ok(None);
    }
    let mut rows = Vec::with_capacity(blocks.len());
    for (coefficient, placed) in blocks {
        rows.push((coefficient, whole_rows(store, shape, placed)?));
    }
    cells(store, shape, rows)
}

/// The block with the zeros beside it, as rows of the whole.
fn whole_rows(store: &mut Store, whole: Shape, placed: Placed) -> Result<Placed> {
    let (Shape::Matrix(_, n), Some(columns)) = (whole, placed.columns) else {
        return Ok(placed);
    };
    let is_single = matches!(store.shape(placed.block), Shape::Scalar | Shape::Vector(_));
    let unit = store.select(n, columns.start, (!is_single).then_some(columns.count))?;
    let row = store.transpose(unit)?;
    let block = store.matmul(&[placed.block, row])?;
    Ok(Placed {
        columns: None,
        block,
        ..placed
    })
}

/// The terms that stand in each span of an axis of this length, and the gaps.
fn bands(
    store: &mut Store,
    length: Dim,
    terms: Vec<(Rational, Placed)>,
    along: fn(&Placed) -> Option<Span>,
) -> Option<Bands> {
    let whole = Span {
        start: Dims::ONE,
        count: length,
    };
    let mut groups: HashMap<Span, Vec<(Rational, Placed)>> = HashMap::new();
    for term in terms {
        groups.entry(along(&term.1).unwrap_or(whole)).or_default().push(term);
    }
    // Names are large numbers in the order; whether it is right is seen below.
    let place = |store: &Store, span: &Span| store.dims.evaluate(span.start, &|_| Some(1 << 16));
    let mut groups: Vec<_> = groups.into_iter().collect();
    groups.sort_by_cached_key(|(span, _)| (place(store, span), *span));
    let mut found: Bands = Vec::with_capacity(groups.len());
    let mut next = Dims::ONE;
    for (span, terms) in groups {
        fill_gap(store, next, span.start, &mut found)?;
        next = store.dims.add(span.start, span.count)?;
        found.push((span, Some(terms)));
    }
    let end = store.dims.add(length, Dims::ONE)?;
    fill_gap(store, next, end, &mut found)?;
    Some(found)
}

/// Nothing between the two positions, or something for sure.
fn fill_gap(store: &mut Store, from: Dim, to: Dim, found: &mut Bands) -> Option<()> {
    let count = store.dims.sub(to, from)?;
    match store.dims.value(count) {
        Some(0) => Some(()),
        _ if store.dims.least_distance(from, to)? >= 1 => {
            found.push((Span { start: from, count }, None));
            Some(())
        }
        _ => None,
    }
}
