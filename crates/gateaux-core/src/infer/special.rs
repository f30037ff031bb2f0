//! Functions that inference itself knows, indices and literal arrays.

use gateaux_syntax::{IndexItem, Name, NodeId, NodeKind, Span};

use super::check::{Bound, Checker};
use super::codes;
use super::kind::Kind;
use super::problem::Problem;
use super::scope::large;
use super::sizes::{Clash, Size};
use crate::expr::MAX_AXES;

impl Checker<'_> {
    pub(super) fn special(&mut self, id: NodeId, name: &Name, args: &[NodeId]) -> Kind {
        let counts: Vec<usize> = match name.text.as_str() {
            "eye" | "vector" | "matrix" => vec![1],
            "commutation" => vec![2],
            "where" => vec![3],
            "reshape" => (2..=MAX_AXES + 1).collect(),
            _ => (1..=MAX_AXES).collect(),
        };
        if !counts.contains(&args.len()) {
            if counts.len() > 1 {
                let (what, given) = match name.text.as_str() {
                    "reshape" => (
                        format!("an array and 1 to {MAX_AXES} dimensions"),
                        args.len().saturating_sub(1),
                    ),
                    _ => (format!("1 to {MAX_AXES} dimensions"), args.len()),
                };
                let message = format!("{} takes {what}, {given} are given", name.text);
                return self.refuse(Problem::new(codes::ARGUMENT_COUNT, name.span, message).at(id));
            }
            return self.argument_count(id, name.span, &name.text, counts, args.len());
        }
        let sizes: Option<Vec<Size>> = args.iter().map(|arg| self.scope.node_sizes[arg.0 as usize]).collect();
        match (name.text.as_str(), sizes.as_deref()) {
            ("vector" | "matrix", _) => self.constant(id, name, args[0]),
            ("reshape", _) => self.reshape(id, args),
            ("where", _) => self.choice(id, args),
            ("eye", Some([n])) => Kind::Matrix(*n, *n),
            ("commutation", Some([m, n])) => match self.found.sizes.mul(*m, *n) {
                Ok(size) => Kind::Matrix(size, size),
                Err(_) => self.refuse(large(self.span(id))),
            },
            ("ones" | "zeros", Some(sizes)) => Kind::from_axes(sizes).unwrap_or(Kind::Unknown),
            // A mistake in a dimension is already reported.
            _ => Kind::Unknown,
        }
    }

    /// `vector(c)`, `matrix(c)`
    fn constant(&mut self, id: NodeId, name: &Name, entry: NodeId) -> Kind {
        match self.kind(entry) {
            Kind::Scalar | Kind::Unknown => {}
            other => {
                let message = format!(
                    "{} takes the scalar that all entries are, not the {} ",
                    name.text,
                    other.noun()
                );
                let problem = Problem::new(codes::ARGUMENT_KIND, self.span(entry), message)
                    .operand(self.scope.quote(entry), other)
                    .at(id);
                return self.refuse(problem);
            }
        }
        self.found.constants.push(id);
        let sizes = &mut self.found.sizes;
        if name.text == "vector" {
            Kind::Vector(sizes.unknown())
        } else {
            Kind::Matrix(sizes.unknown(), sizes.unknown())
        }
    }

    fn reshape(&mut self, id: NodeId, args: &[NodeId]) -> Kind {
        let axes: Option<Vec<Size>> = args[1..]
            .iter()
            .map(|arg| self.scope.node_sizes[arg.0 as usize])
            .collect();
        let Some(shape) = axes.as_deref().and_then(Kind::from_axes) else {
            return Kind::Unknown;
        };
        let kind = self.kind(args[0]);
        if kind == Kind::Unknown {
            return shape;
        }
        let one = self.found.sizes.number(1);
        let sizes = &mut self.found.sizes;
        let mut entries = |kind: Kind| {
            kind.sizes()
                .into_iter()
                .try_fold(one, |product, size| sizes.mul(product, size))
        };
        let (count, wanted) = (entries(kind), entries(shape));
        let made = count.and_then(|count| self.found.sizes.unify(count, wanted?, id));
        match made {
            Ok(()) => shape,
            Err(clash) => {
                let problem = Problem::new(codes::RESHAPE, self.span(id), "cannot reshape ")
                    .operand(self.scope.quote(args[0]), kind)
                    .text(" to ")
                    .shape(shape)
                    .text(": the numbers of entries differ")
                    .at(id);
                let problem = self.explain(clash, id, problem);
                self.refuse(problem)
            }
        }
    }

    /// `where(condition, then, otherwise)`: all of one shape, but for scalars.
    fn choice(&mut self, id: NodeId, args: &[NodeId]) -> Kind {
        let condition = args[0];
        let is_comparison = self.scope.is_comparison(condition);
        if !is_comparison {
            if matches!(self.node_kind(condition), NodeKind::Missing) {
                return Kind::Unknown;
            }
            let message = "the condition of where(...) is a comparison such as x > 0";
            return self.refuse(Problem::new(codes::CONDITION, self.span(condition), message).at(id));
        }
        let mut array = Kind::Scalar;
        let mut is_open = false;
        for arg in args {
            let kind = self.kind(*arg);
            if matches!(kind, Kind::Unknown) {
                is_open = true;
                continue;
            }
            if kind == Kind::Scalar {
                continue;
            }
            if array == Kind::Scalar {
                array = kind;
                continue;
            }
            let pairs: Vec<_> = array.sizes().into_iter().zip(kind.sizes()).collect();
            let same = if array.is_like(&kind) {
                self.unify_all(&pairs, id)
            } else {
                Err(Clash::Different)
            };
            if let Err(clash) = same {
                let problem = Problem::new(
                    codes::ARGUMENT_SIZES,
                    self.span(*arg),
                    "where takes arrays of one shape, not ",
                )
                .operand(self.scope.quote(*arg), kind)
                .text(" beside an array (")
                .shape(array)
                .text("): only a scalar broadcasts")
                .at(id);
                let problem = self.explain(clash, id, problem);
                return self.refuse(problem);
            }
        }
        if is_open && array == Kind::Scalar {
            Kind::Unknown
        } else {
            array
        }
    }

    /// `base[items]`
    pub(super) fn index(&mut self, id: NodeId, base: NodeId, items: &[IndexItem]) -> Kind {
        let kind = self.kind(base);
        if kind == Kind::Unknown {
            return Kind::Unknown;
        }
        // A row takes one index, as a vector does.
        let axes = kind.sizes();
        if items.len() != axes.len() {
            let noun = if axes.len() == 1 { "index" } else { "indices" };
            let are = if items.len() == 1 { "is" } else { "are" };
            let problem = Problem::new(codes::INDEX_COUNT, self.span(id), format!("the {} ", kind.noun()))
                .operand(self.scope.quote(base), kind)
                .text(format!(" takes {} {noun}, {} {are} given", axes.len(), items.len()))
                .at(id);
            return self.refuse(problem);
        }
        let mut kept = Vec::new();
        for (item, size) in items.iter().zip(axes) {
            match self.item(item, size, base) {
                Ok(Some(size)) => kept.push(size),
                Ok(None) => {}
                Err(Some(problem)) => return self.refuse(problem),
                Err(None) => return Kind::Unknown,
            }
        }
        match (kind, kept.as_slice()) {
            (Kind::Row(_), [n]) => Kind::Row(*n),
            _ => Kind::from_axes(&kept).unwrap_or(Kind::Unknown),
        }
    }

    /// The size of the axis that remains of an axis: `None` where one position is taken.
    fn item(&mut self, item: &IndexItem, size: Size, base: NodeId) -> Result<Option<Size>, Option<Problem>> {
        let position = |checker: &mut Self, node: NodeId| match checker.scope.node_sizes[node.0 as usize] {
            Some(position) => {
                checker.bounds.push(Bound {
                    position,
                    size,
                    span: checker.span(node),
                    base,
                });
                Ok(position)
            }
            None => Err(None),
        };
        match item {
            IndexItem::All(_) => Ok(Some(size)),
            IndexItem::At(at) => position(self, *at).map(|_| None),
            IndexItem::Range(from, to) => {
                let (first, last) = (position(self, *from)?, position(self, *to)?);
                let span = self.span(*from).to(self.span(*to));
                if self
                    .found
                    .sizes
                    .distance(first, last)
                    .is_some_and(|distance| distance > 0)
                {
                    let message = format!(
                        "the range {} is empty",
                        self.scope.text.get(span.start..span.end).unwrap_or("")
                    );
                    return Err(Some(Problem::new(codes::INDEX_RANGE, span, message).at(base)));
                }
                let sizes = &mut self.found.sizes;
                let one = sizes.number(1);
                let count = sizes.sub(last, first).and_then(|distance| sizes.add(distance, one));
                count.map(Some).map_err(|_| Some(large(span)))
            }
        }
    }

    /// Compares the indices with the sizes of their axes, now that these are known.
    pub(super) fn check_bounds(&mut self) {
        for bound in std::mem::take(&mut self.bounds) {
            let quote = super::problem::shorten(self.scope.text.get(bound.span.start..bound.span.end).unwrap_or(""));
            let is_low = self.found.sizes.value(bound.position).is_some_and(|value| value < 1);
            let is_high = self
                .found
                .sizes
                .distance(bound.position, bound.size)
                .is_some_and(|distance| distance > 0);
            if is_low || is_high {
                let kind = self.kind(bound.base);
                let problem = Problem::new(
                    codes::INDEX_RANGE,
                    bound.span,
                    format!("index {quote} is out of range of "),
                )
                .operand(self.scope.quote(bound.base), kind)
                .text(if is_low { ": positions count from 1" } else { "" })
                .at(bound.base);
                self.found.problems.push(problem);
                continue;
            }
            let one = self.found.sizes.number(1);
            for (small, large) in [(one, bound.position), (bound.position, bound.size)] {
                let is_told = self
                    .found
                    .sizes
                    .distance(small, large)
                    .is_some_and(|distance| distance <= 0);
                if !is_told {
                    self.found.at_most.push((small, large));
                }
            }
        }
    }

    /// `[a, b; c, d]`: a vector or matrix of scalars, or blocks beside and below each other.
    pub(super) fn array(&mut self, id: NodeId, rows: &[Vec<NodeId>]) -> Kind {
        let entries = rows.concat();
        let kinds: Vec<Kind> = entries.iter().map(|entry| self.kind(*entry)).collect();
        if entries.is_empty() || kinds.contains(&Kind::Unknown) {
            return Kind::Unknown;
        }
        if let Some(at) = kinds.iter().position(|kind| matches!(kind, Kind::Tensor(_))) {
            let problem = Problem::new(
                codes::ARRAY_SHAPES,
                self.span(entries[at]),
                "a tensor is no block of a matrix: ",
            )
            .operand(self.scope.quote(entries[at]), kinds[at])
            .at(id);
            return self.refuse(problem);
        }
        let is_column = rows.iter().all(|row| row.len() == 1);
        let all = |wanted: fn(&Kind) -> bool| kinds.iter().all(wanted);
        let is_vector = all(|kind| *kind == Kind::Scalar) && (is_column || rows.len() == 1)
            || is_column && all(|kind| matches!(kind, Kind::Scalar | Kind::Vector(_)));
        let is_row = rows.len() == 1 && all(|kind| matches!(kind, Kind::Scalar | Kind::Row(_)));
        match self.stack(id, rows) {
            Err(problem) => self.refuse(problem),
            Ok((m, n)) if is_vector => Kind::Vector(if is_column { m } else { n }),
            Ok((_, n)) if is_row => Kind::Row(n),
            Ok((m, n)) => Kind::Matrix(m, n),
        }
    }

    /// The rows and columns of blocks.
    fn stack(&mut self, id: NodeId, rows: &[Vec<NodeId>]) -> Result<(Size, Size), Problem> {
        let zero = self.found.sizes.number(0);
        let mut total: Option<(Size, Size)> = None;
        for row in rows {
            let mut width = zero;
            let mut height = None;
            for entry in row {
                let (m, n) = self.block(*entry);
                let first = *height.get_or_insert(m);
                self.found.sizes.unify(first, m, id).map_err(|clash| {
                    let problem = self.misfit(*entry, "a block must have as many rows as the one beside it: ", first);
                    self.explain(clash, id, problem)
                })?;
                width = self.found.sizes.add(width, n).map_err(|_| large(self.span(id)))?;
            }
            let Some(height) = height else { continue };
            total = Some(match total {
                None => (height, width),
                Some((above, first)) => {
                    self.found.sizes.unify(first, width, id).map_err(|clash| {
                        let problem = self.misfit(row[0], "a row of blocks must be as wide as the one above: ", first);
                        self.explain(clash, id, problem)
                    })?;
                    (
                        self.found.sizes.add(above, height).map_err(|_| large(self.span(id)))?,
                        first,
                    )
                }
            });
        }
        Ok(total.unwrap_or((zero, zero)))
    }

    fn misfit(&self, entry: NodeId, message: &str, wanted: Size) -> Problem {
        Problem::new(codes::ARRAY_SHAPES, self.span(entry), message)
            .operand(self.scope.quote(entry), self.kind(entry))
            .text(" where it is ")
            .size(wanted)
            .at(entry)
    }

    fn block(&mut self, entry: NodeId) -> (Size, Size) {
        let one = self.found.sizes.number(1);
        match self.kind(entry) {
            Kind::Vector(n) => (n, one),
            Kind::Row(n) => (one, n),
            Kind::Matrix(m, n) => (m, n),
            Kind::Scalar | Kind::Unknown | Kind::Tensor(_) => (one, one),
        }
    }
}

/// A part of a string literal as a span of the text.
pub(super) fn part_of_string(string: Span, from: usize, len: usize) -> Span {
    // The quote stands before the first character.
    let start = (string.start + 1 + from).min(string.end);
    Span::new(start, (start + len).min(string.end).max(start))
}
