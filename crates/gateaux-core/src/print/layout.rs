//! What is written, before it is known how: pieces with everything decided but the spelling.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::expr::{Expr, Form, Rational, Result, Shape, Store};
use crate::ops;

/// Expressions up to this many pieces are written whole, however much they share.
const MAX_PLAIN: usize = 32;
/// A shared part gets a name if it has at least this many pieces.
const MIN_NAMED: usize = 4;
/// Names are given where they leave at most this part of the length.
const WORTH_NAMING: f64 = 0.7;

/// The position of a piece in its [`Layout`]; parts stand before the whole.
pub type PieceId = usize;

/// An infix operator between the factors of a product.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Infix {
    /// `*`
    Times,
    /// `/`
    Over,
    /// `.*`
    DotTimes,
    /// `./`
    DotOver,
}

/// One term of a sum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signed {
    /// Whether it is subtracted.
    pub negative: bool,
    /// Whether the operator before it has a dot, since one side is a scalar and the other an array.
    pub dotted: bool,
    /// The shape of the array with all entries equal to it, if it is a scalar that stands for one.
    pub fills: Option<Shape>,
    /// The term.
    pub piece: PieceId,
}

/// A piece of a formula.
#[derive(Clone, Debug, PartialEq)]
pub enum Piece {
    /// A number that is not negative, in decimal.
    Number(String),
    /// A name of a variable or of a definition.
    Name(String),
    /// A dimension as a number.
    Size(String),
    /// `eye(n)`
    Eye(String),
    /// `ones(m, n)`
    Ones(Vec<String>),
    /// `zeros(m, n)`
    Zeros(Vec<String>),
    /// `-x`
    Negative(PieceId),
    /// `a + b - c`
    Sum(Vec<Signed>),
    /// `a*b/c`, from the left
    Product(PieceId, Vec<(Infix, PieceId)>),
    /// A product among the factors of a longer one: `b*c` in `a*b*c`
    Inline(PieceId),
    /// `base^exponent`, with a dot if true
    Power(PieceId, PieceId, bool),
    /// `x'`
    Transpose(PieceId),
    /// `d(x)`: a change that is still to be found
    Change(PieceId),
    /// `name(args)`: the name of a function
    Call(&'static str, Vec<PieceId>),
    /// `reshape(x, m, n)` and `vec(x)`, where no sizes are given
    Reshape(PieceId, Vec<String>),
    /// `[A, B; C, D]` by rows; true: a vector of scalars
    Blocks(Vec<Vec<PieceId>>, bool),
    /// `x < y`: the sign of a comparison and its sides
    Comparison(&'static str, PieceId, PieceId),
    /// `x[i, a:b]`: the base and its indices
    Index(PieceId, Vec<String>),
    /// `einsum("ij,j->i", A, x)`: the subscripts and the operands
    Einsum(String, Vec<PieceId>),
}

/// A formula as pieces.
#[derive(Clone, Debug, Default)]
pub struct Layout {
    pieces: Vec<Piece>,
    /// How many pieces each stands for, shared ones counted each time.
    sizes: Vec<usize>,
    definitions: Vec<(String, PieceId)>,
    /// The length without definitions.
    plain: usize,
    root: PieceId,
    of: FxHashMap<Expr, PieceId>,
    /// The expressions that are written as names.
    named: FxHashMap<Expr, PieceId>,
    /// The expressions that are written as what they are not in the normal form.
    instead: FxHashMap<Expr, PieceId>,
    /// The pieces of matrices, whose norms and bars have signs of their own.
    matrices: FxHashSet<PieceId>,
    missing: Vec<Expr>,
    /// Whether a product in it is so long that its parts are products.
    pub(super) is_long: bool,
}

impl Layout {
    /// Lays out an expression.
    ///
    /// # Errors
    /// Those of the constructors, since recognizing abbreviations can make expressions.
    pub fn new(store: &mut Store, expr: Expr) -> Result<Layout> {
        let mut layout = Layout {
            is_long: store.has_long_product(expr),
            ..Layout::default()
        };
        let root = layout.include(store, expr)?;
        layout.rooted(store, root)
    }

    /// The piece of an expression, with all its parts.
    pub(super) fn include(&mut self, store: &mut Store, expr: Expr) -> Result<PieceId> {
        // Parts before wholes, without recursion: what a piece is made of is found while it is made. If parts turn out
        // to be missing they are laid out first, and the piece is made again.
        let mut todo = vec![expr];
        while let Some(next) = todo.last().copied() {
            if self.of.contains_key(&next) {
                todo.pop();
                continue;
            }
            let mark = self.pieces.len();
            let piece = self.lay_out(store, next)?;
            if self.missing.is_empty() {
                self.of.insert(next, piece);
                if matches!(store.shape(next), Shape::Matrix(..)) {
                    self.matrices.insert(piece);
                }
                todo.pop();
            } else {
                self.pieces.truncate(mark);
                self.sizes.truncate(mark);
                todo.extend(self.missing.drain(..).rev());
            }
        }
        Ok(self.of[&expr])
    }

    /// Writes an expression as a name.
    pub(super) fn name(&mut self, store: &Store, expr: Expr, name: &str) {
        let piece = self.push(Piece::Name(name.to_owned()));
        if matches!(store.shape(expr), Shape::Matrix(..)) {
            self.matrices.insert(piece);
        }
        self.of.insert(expr, piece);
        self.named.insert(expr, piece);
    }

    /// Writes an expression as the piece.
    pub(super) fn write_as(&mut self, expr: Expr, piece: PieceId) {
        self.of.insert(expr, piece);
        self.instead.insert(expr, piece);
    }

    /// The piece as which an expression is to be written, such as a name.
    pub(super) fn named(&self, expr: Expr) -> Option<PieceId> {
        self.named.get(&expr).or(self.instead.get(&expr)).copied()
    }

    /// The formula that a piece is, with names for the parts that it shares.
    pub(super) fn rooted(self, store: &Store, root: PieceId) -> Result<Layout> {
        let mut layout = Layout { root, ..self };
        layout.plain = layout.sizes.get(root).copied().unwrap_or(0);
        // Where names are given there are no others.
        let shared = match layout.plain > MAX_PLAIN && layout.named.is_empty() {
            true => layout.shared_parts(),
            false => vec![],
        };
        if !shared.is_empty() {
            let mut named = layout.clone();
            named.name_parts(store, shared);
            if (named.size() as f64) < WORTH_NAMING * layout.plain as f64 {
                return Ok(named);
            }
        }
        Ok(layout)
    }

    /// How many pieces are written: the length of the formula with its definitions, independent of the notation.
    pub fn size(&self) -> usize {
        let roots = self.definitions.iter().map(|(_, body)| *body).chain([self.root]);
        let mut todo: Vec<PieceId> = roots.collect();
        // The sign of equality of each definition, and its name.
        let mut size = 2 * self.definitions.len();
        if self.definitions.is_empty() {
            return self.plain;
        }
        while let Some(id) = todo.pop() {
            let piece = &self.pieces[id];
            size = size.saturating_add(own(piece));
            todo.extend(self.parts(piece));
            if size > self.plain {
                return self.plain;
            }
        }
        size
    }

    /// The length of the formula without definitions.
    pub fn plain_size(&self) -> usize {
        self.plain
    }

    /// The piece that is the whole formula.
    pub fn root(&self) -> PieceId {
        self.root
    }

    /// A piece.
    pub fn piece(&self, id: PieceId) -> &Piece {
        &self.pieces[id]
    }

    /// What is defined before the formula, in order.
    pub fn definitions(&self) -> &[(String, PieceId)] {
        &self.definitions
    }

    /// Whether the piece is a whole expression that is a matrix.
    pub(super) fn is_matrix(&self, id: PieceId) -> bool {
        self.matrices.contains(&id)
    }

    /// Whether the piece is the number 1; one that is still missing is not.
    pub(super) fn is_one(&self, id: PieceId) -> bool {
        matches!(self.pieces.get(id), Some(Piece::Number(text)) if text == "1")
    }

    /// The piece of an expression; one that is not there yet is noted as missing.
    pub(super) fn need(&mut self, expr: Expr) -> PieceId {
        self.of.get(&expr).copied().unwrap_or_else(|| {
            self.missing.push(expr);
            0
        })
    }

    pub(super) fn push(&mut self, piece: Piece) -> PieceId {
        let parts = self.parts(&piece).iter().fold(0usize, |sum, part| {
            sum.saturating_add(self.sizes.get(*part).copied().unwrap_or(0))
        });
        let size = parts.saturating_add(own(&piece));
        self.pieces.push(piece);
        self.sizes.push(size);
        self.pieces.len() - 1
    }

    fn parts(&self, piece: &Piece) -> Vec<PieceId> {
        match piece {
            Piece::Number(_) | Piece::Name(_) | Piece::Size(_) => vec![],
            Piece::Eye(_) | Piece::Ones(_) | Piece::Zeros(_) => vec![],
            Piece::Negative(x) | Piece::Transpose(x) | Piece::Inline(x) | Piece::Change(x) => vec![*x],
            Piece::Reshape(x, _) | Piece::Index(x, _) => vec![*x],
            Piece::Sum(terms) => terms.iter().map(|term| term.piece).collect(),
            Piece::Product(first, rest) => std::iter::once(*first).chain(rest.iter().map(|(_, p)| *p)).collect(),
            Piece::Power(base, exponent, _) => vec![*base, *exponent],
            Piece::Blocks(rows, _) => rows.concat(),
            Piece::Comparison(_, lhs, rhs) => vec![*lhs, *rhs],
            Piece::Call(_, args) | Piece::Einsum(_, args) => args.clone(),
        }
    }

    /// The parts that occur more than once and are long enough to get a name.
    fn shared_parts(&self) -> Vec<PieceId> {
        let mut uses = vec![0usize; self.pieces.len()];
        let mut seen = vec![false; self.pieces.len()];
        let mut todo = vec![self.root];
        while let Some(id) = todo.pop() {
            if !std::mem::replace(&mut seen[id], true) {
                for part in self.parts(&self.pieces[id]) {
                    uses[part] += 1;
                    todo.push(part);
                }
            }
        }
        (0..self.pieces.len())
            .filter(|id| seen[*id] && uses[*id] > 1 && *id != self.root && self.sizes[*id] >= MIN_NAMED)
            // A comparison stands only in a choice.
            .filter(|id| !matches!(self.pieces[*id], Piece::Comparison(..)))
            .collect()
    }

    /// Gives names to parts, so that the formula is as long as its shared form.
    fn name_parts(&mut self, store: &Store, shared: Vec<PieceId>) {
        let names = names_of_parts(store, ["t", "u", "s", "q", "tmp_"], shared.len());
        for (id, name) in shared.into_iter().zip(names) {
            // The body moves to a place of its own, and all uses see the name.
            let body = std::mem::replace(&mut self.pieces[id], Piece::Name(name.clone()));
            self.pieces.push(body);
            self.sizes.push(self.sizes[id]);
            self.definitions.push((name, self.pieces.len() - 1));
        }
    }

    /// The piece of an expression all of whose parts are laid out.
    fn lay_out(&mut self, store: &mut Store, expr: Expr) -> Result<PieceId> {
        let (coefficient, rest) = match store.form(expr) {
            Form::Add(terms) if terms.len() > 1 => return self.sum(store, expr),
            _ => store.split_coefficient(expr),
        };
        // -cross(x, y) is cross(y, x).
        if let (Form::Call(function, args), true) = (store.form(rest), coefficient == Rational::from(-1))
            && let ([first, second], true) = (&**args, ops::op(*function).is_alternating())
        {
            let (name, args) = (ops::op(*function).name, [*second, *first]);
            let args = args.map(|arg| self.need(arg));
            return Ok(self.push(Piece::Call(name, args.to_vec())));
        }
        let piece = self.term(store, &coefficient.abs(), rest)?;
        Ok(match coefficient.is_negative() {
            true => self.negative(piece),
            false => piece,
        })
    }

    /// The piece without its sign, where it has one.
    pub(super) fn unsigned(&self, piece: PieceId) -> Option<PieceId> {
        match self.pieces.get(piece) {
            Some(Piece::Negative(inner)) => Some(*inner),
            _ => None,
        }
    }

    /// `-piece`, and the piece without its sign where it has one.
    pub(super) fn negative(&mut self, piece: PieceId) -> PieceId {
        match self.unsigned(piece) {
            Some(inner) => inner,
            None => self.push(Piece::Negative(piece)),
        }
    }
}

/// Names for parts, with the first of these letters that do not stand in the formula too: it is read beside the
/// declarations.
pub fn names_of_parts(store: &Store, letters: [&str; 5], count: usize) -> Vec<String> {
    let taken: Vec<String> = store.names().collect();
    let prefix = letters
        .into_iter()
        .find(|prefix| !taken.iter().any(|name| name.starts_with(prefix)))
        .unwrap_or("part_");
    match count {
        1 if !taken.iter().any(|name| name == prefix) => vec![prefix.to_owned()],
        _ => (1..=count).map(|at| format!("{prefix}{at}")).collect(),
    }
}

/// What a piece writes beside its parts: each operator of a chain, a name, a sign, brackets.
fn own(piece: &Piece) -> usize {
    match piece {
        Piece::Sum(terms) => terms.len().saturating_sub(1).max(1),
        Piece::Product(_, rest) => rest.len().max(1),
        Piece::Inline(_) => 0,
        _ => 1,
    }
}
