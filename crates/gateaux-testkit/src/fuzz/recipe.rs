//! Recipes: bytes that make a well-formed problem, whatever they are.
//!
//! A recipe is a program for a stack of pieces, one instruction a byte: put a variable on the stack, apply an operator
//! or a function to what lies on top, give the top a name. An argument that is missing or does not fit is a new
//! variable that does, so that no byte is wasted, and a recipe that is cut or changed in one byte makes a similar
//! problem. The functions are those of the table, so that a new one takes part by itself; one of real numbers gets the
//! real part of a complex argument.

use std::ops::Range;

use gateaux::Structure;
use gateaux::ops::signature::{ParamKind, Signature, SizeExpr, signatures};
use gateaux::ops::{self, Kernel, Op};

/// The most instructions that are followed.
const MAX_INSTRUCTIONS: usize = 40;
/// The most pieces that get a name; each can stand twice in the next one.
const MAX_DEFINITIONS: usize = 3;
/// The most factors of a size, so that `kron` of `kron` stays small.
const MAX_FACTORS: usize = 3;
/// The variants of square matrices that are structured; those before are general.
const STRUCTURED: Range<usize> = 3..3 + Structure::ALL.len();
/// The names that sizes have.
const SIZES: [&str; 2] = ["m", "n"];

/// How a constant is written, what it is, and the sizes that it names.
type Constant = (&'static str, fn() -> Kind, &'static [u8]);

/// Numbers and constant arrays.
const CONSTANTS: [Constant; 15] = [
    ("2", || Scalar, &[]),
    ("3", || Scalar, &[]),
    ("0.5", || Scalar, &[]),
    ("1", || Scalar, &[]),
    ("0", || Scalar, &[]),
    ("(-1)", || Scalar, &[]),
    ("10", || Scalar, &[]),
    ("pi", || Scalar, &[]),
    ("im", || Scalar, &[]),
    ("m", || Scalar, &[0]),
    ("n", || Scalar, &[1]),
    ("ones(m)", || Vector(Size::named(0)), &[0]),
    ("eye(n)", || Matrix(Size::named(1), Size::named(1)), &[1]),
    (
        "commutation(m, n)",
        || Matrix(Size(vec!["m", "n"]), Size(vec!["m", "n"])),
        &[0, 1],
    ),
    ("zeros(m, n)", || Matrix(Size::named(0), Size::named(1)), &[0, 1]),
];

/// A size: the names that are multiplied, sorted; none for 1.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Size(Vec<&'static str>);

impl Size {
    fn named(at: u8) -> Size {
        Size(vec![SIZES[usize::from(at) % SIZES.len()]])
    }

    fn times(&self, other: &Size) -> Option<Size> {
        let mut factors = [&self.0[..], &other.0[..]].concat();
        factors.sort_unstable();
        (factors.len() <= MAX_FACTORS).then_some(Size(factors))
    }

    fn text(&self) -> String {
        if self.0.is_empty() {
            "1".to_owned()
        } else {
            self.0.join("*")
        }
    }

    /// As part of a name.
    fn letters(&self) -> String {
        if self.0.is_empty() {
            "1".to_owned()
        } else {
            self.0.concat()
        }
    }
}

/// What a piece is.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    Scalar,
    Vector(Size),
    Row(Size),
    Matrix(Size, Size),
}

use Kind::{Matrix, Row, Scalar, Vector};

/// A part of the formula, in parentheses where it needs them.
#[derive(Clone, Debug)]
struct Piece {
    text: String,
    kind: Kind,
    is_complex: bool,
}

impl Piece {
    fn new(text: impl Into<String>, kind: Kind) -> Piece {
        Piece {
            text: text.into(),
            kind,
            is_complex: false,
        }
    }

    /// A piece made of others, which is complex where one of them is.
    fn of(parts: &[&Piece], text: String, kind: Kind) -> Piece {
        Piece {
            is_complex: parts.iter().any(|part| part.is_complex),
            ..Piece::new(text, kind)
        }
    }

    /// What a function of real numbers takes of it.
    fn real(self) -> Piece {
        match self.is_complex {
            true => Piece::new(format!("real({})", self.text), self.kind),
            false => self,
        }
    }
}

/// How an operator is written, and what it makes of its operands, if they fit.
type Unary = (&'static str, fn(&Kind) -> Option<Kind>);
type Binary = (&'static str, fn(&Kind, &Kind) -> Option<Kind>);

const UNARY: &[Unary] = &[
    ("({0})'", |x| Some(transposed(x))),
    ("({0})†", |x| Some(transposed(x))),
    ("(-{0})", |x| Some(x.clone())),
    ("(({0}).^2)", |x| Some(x.clone())),
    ("(({0}).^3)", |x| Some(x.clone())),
    ("(({0}).^0.5)", |x| Some(x.clone())),
    ("(({0}).^(-1))", |x| Some(x.clone())),
    ("(({0})^2)", integer_power),
    ("(({0})^3)", integer_power),
    ("(({0})^(-1))", integer_power),
    ("(({0})^(-2))", integer_power),
    ("(({0})^0.5)", |x| (*x == Scalar).then_some(Scalar)),
    ("(({0})^(-3/2))", |x| (*x == Scalar).then_some(Scalar)),
    ("(1 .+ {0})", |x| Some(x.clone())),
    ("(1 ./ {0})", |x| Some(x.clone())),
    ("(2*{0})", |x| Some(x.clone())),
    ("({0} + eye({n}))", |x| is_square(x).then(|| x.clone())),
    ("({0})[1]", entry_of_vector),
    ("sum(({0})[2:{n}])", long_vector),
    ("({0})[2, 1]", |x| matches!(x, Matrix(..)).then_some(Scalar)),
    ("({0})[:, 2]", |x| match x {
        Matrix(m, _) => Some(Vector(m.clone())),
        _ => None,
    }),
    ("({0})[1, :]", |x| match x {
        Matrix(_, n) => Some(Vector(n.clone())),
        _ => None,
    }),
    ("einsum(\"ii->i\", {0})", |x| match x {
        Matrix(m, n) if m == n => Some(Vector(n.clone())),
        _ => None,
    }),
    ("einsum(\"ij->ji\", {0})", |x| {
        matches!(x, Matrix(..)).then(|| transposed(x))
    }),
];

const BINARY: &[Binary] = &[
    ("({0} + {1})", same),
    ("({0} - {1})", same),
    ("({0}*{1})", product),
    ("({0}*{1})", product),
    ("({0}*{1})", product),
    ("({0}/{1})", |x, y| match (x, y) {
        (x, Scalar) => Some(x.clone()),
        (Matrix(_, b), Matrix(c, d)) if b == c && c == d => Some(x.clone()),
        _ => None,
    }),
    ("({0}\\{1})", |x, y| match (x, y) {
        (Matrix(a, b), Vector(c) | Matrix(c, _)) if a == b && b == c => Some(y.clone()),
        _ => None,
    }),
    ("({0}.*{1})", entrywise),
    ("({0}./{1})", entrywise),
    ("({0} .+ {1})", entrywise),
    ("({0} .- {1})", entrywise),
    ("(({0}).^({1}))", entrywise),
    ("(({0})^({1}))", |x, y| (*x == Scalar && *y == Scalar).then_some(Scalar)),
    ("({0} ⊗ {1})", |x, y| match (x, y) {
        (Vector(a), Vector(b)) => Some(Vector(a.times(b)?)),
        (Matrix(a, b), Matrix(c, d)) => Some(Matrix(a.times(c)?, b.times(d)?)),
        _ => None,
    }),
];

/// Index expressions of two operands: the letters, and those of the result.
const EINSUMS: &[Binary] = &[
    ("einsum(\"ij,j->i\", {0}, {1})", |x, y| match (x, y) {
        (Matrix(a, b), Vector(c)) if b == c => Some(Vector(a.clone())),
        _ => None,
    }),
    ("einsum(\"ij,j->ij\", {0}, {1})", |x, y| match (x, y) {
        (Matrix(_, b), Vector(c)) if b == c => Some(x.clone()),
        _ => None,
    }),
    ("einsum(\"ij,ij->j\", {0}, {1})", |x, y| match (x, y) {
        (Matrix(_, b), Matrix(..)) if x == y => Some(Vector(b.clone())),
        _ => None,
    }),
    ("einsum(\"ij,kj->ik\", {0}, {1})", |x, y| match (x, y) {
        (Matrix(a, b), Matrix(c, d)) if b == d => Some(Matrix(a.clone(), c.clone())),
        _ => None,
    }),
    ("einsum(\"ij,kl,jk->il\", {0}, {1}, {1})", |x, y| match (x, y) {
        (Matrix(a, b), Matrix(c, d)) if b == c && c == d => Some(Matrix(a.clone(), d.clone())),
        _ => None,
    }),
    ("einsum(\"i,j,i->ij\", {0}, {1}, {0})", |x, y| match (x, y) {
        (Vector(a), Vector(b)) => Some(Matrix(a.clone(), b.clone())),
        _ => None,
    }),
];

fn entry_of_vector(kind: &Kind) -> Option<Kind> {
    matches!(kind, Vector(_)).then_some(Scalar)
}

/// A vector that has a second entry.
fn long_vector(kind: &Kind) -> Option<Kind> {
    matches!(kind, Vector(n) if !n.0.is_empty()).then_some(Scalar)
}

fn transposed(kind: &Kind) -> Kind {
    match kind {
        Scalar => Scalar,
        Vector(n) => Row(n.clone()),
        Row(n) => Vector(n.clone()),
        Matrix(m, n) => Matrix(n.clone(), m.clone()),
    }
}

fn is_square(kind: &Kind) -> bool {
    matches!(kind, Matrix(m, n) if m == n)
}

fn integer_power(kind: &Kind) -> Option<Kind> {
    (*kind == Scalar || is_square(kind)).then(|| kind.clone())
}

fn same(lhs: &Kind, rhs: &Kind) -> Option<Kind> {
    (lhs == rhs).then(|| lhs.clone())
}

fn entrywise(lhs: &Kind, rhs: &Kind) -> Option<Kind> {
    match (lhs, rhs) {
        (Scalar, kind) | (kind, Scalar) => Some(kind.clone()),
        _ => same(lhs, rhs),
    }
}

fn product(lhs: &Kind, rhs: &Kind) -> Option<Kind> {
    match (lhs, rhs) {
        (Scalar, kind) | (kind, Scalar) => Some(kind.clone()),
        (Matrix(a, b), Matrix(c, d)) if b == c => Some(Matrix(a.clone(), d.clone())),
        (Matrix(a, b), Vector(c)) if b == c => Some(Vector(a.clone())),
        (Row(a), Matrix(b, c)) if a == b => Some(Row(c.clone())),
        (Row(a), Vector(b)) if a == b => Some(Scalar),
        (Vector(a), Row(b)) => Some(Matrix(a.clone(), b.clone())),
        _ => None,
    }
}

/// Kinds of variables that may stand beside a piece.
fn partners(kind: &Kind) -> Vec<Kind> {
    let last = match kind {
        Scalar => return vec![Scalar],
        Vector(n) | Row(n) | Matrix(_, n) => n.clone(),
    };
    let square = Matrix(last.clone(), last.clone());
    vec![kind.clone(), transposed(kind), Vector(last), square, Scalar]
}

/// The problem that the bytes make: declarations, definitions, the function.
///
/// # Example
/// ```
/// use gateaux_testkit::fuzz::recipe::problem;
/// assert_eq!(problem(&[]), "s: scalar\ns");
/// // Any bytes make a problem that reads.
/// assert!(gateaux::Problem::parse(&problem(b"\x00\x17\x4a\xe1 what\xff")).is_ok());
/// ```
pub fn problem(bytes: &[u8]) -> String {
    let mut maker = Maker::default();
    let mut bytes = bytes.iter().copied();
    // How the whole is made a scalar, if at all.
    let around = bytes.next().unwrap_or_default();
    for _ in 0..MAX_INSTRUCTIONS {
        let Some(byte) = bytes.next() else { break };
        match byte {
            0x00..0x38 => maker.variable(byte),
            0x38..0x40 => maker.constant(bytes.next().unwrap_or_default()),
            0x40..0x60 => maker.unary(byte - 0x40),
            0x60..0x98 => maker.binary(BINARY, byte - 0x60),
            0x98..0xa0 => maker.binary(EINSUMS, byte - 0x98),
            0xa0..0xf8 => maker.call(byte - 0xa0, bytes.next().unwrap_or_default()),
            0xf8.. => maker.define(),
        }
    }
    maker.finish(around)
}

#[derive(Default)]
struct Maker {
    stack: Vec<Piece>,
    declarations: Vec<String>,
    definitions: Vec<String>,
}

impl Maker {
    /// A variable of one of the kinds and variants.
    fn variable(&mut self, choice: u8) {
        let (variant, size) = (choice / 8, choice);
        let kind = match choice % 8 {
            0 => Scalar,
            1 | 2 => Vector(Size::named(size)),
            3 | 4 => Matrix(Size::named(size), Size::named(size)),
            5 => Matrix(Size::named(0), Size::named(1)),
            6 => Matrix(Size::named(1), Size::named(0)),
            _ => Row(Size::named(variant)),
        };
        // The second of two choices begins further down the list of variants.
        let piece = self.leaf(&kind, variant + 2 * u8::from(matches!(choice % 8, 2 | 4)));
        self.stack.push(piece);
    }

    /// The variable of a kind; a variant beyond the plain ones is positive, complex or, of a square matrix, structured.
    fn leaf(&mut self, kind: &Kind, variant: u8) -> Piece {
        let variant = usize::from(variant);
        let (name, declared) = match kind {
            Scalar => {
                let (name, modifier) = [("s", ""), ("t", ""), ("r", "positive "), ("c", "complex ")][variant % 4];
                (name.to_owned(), format!("{modifier}scalar"))
            }
            Vector(n) | Row(n) => {
                let (name, modifier) = [("x", ""), ("y", ""), ("p", "positive "), ("z", "complex ")][variant % 4];
                (
                    format!("{name}_{}", n.letters()),
                    format!("{modifier}vector({})", n.text()),
                )
            }
            Matrix(m, n) if m == n && variant % STRUCTURED.end >= STRUCTURED.start => {
                let (_, word) = Structure::ALL[variant % STRUCTURED.end - STRUCTURED.start];
                (
                    format!("{}_{}", word.to_uppercase(), n.letters()),
                    format!("{word}({})", n.text()),
                )
            }
            Matrix(m, n) => {
                let (name, modifier) = [("A", ""), ("B", ""), ("Z", "complex ")][variant % STRUCTURED.start];
                let name = format!("{name}_{}_{}", m.letters(), n.letters());
                (name, format!("{modifier}matrix({}, {})", m.text(), n.text()))
            }
        };
        let is_complex = declared.starts_with("complex ");
        let declaration = format!("{name}: {declared}");
        if !self.declarations.contains(&declaration) {
            self.declarations.push(declaration);
        }
        let name = if matches!(kind, Row(_)) {
            format!("{name}'")
        } else {
            name
        };
        Piece {
            is_complex,
            ..Piece::new(name, kind.clone())
        }
    }

    fn constant(&mut self, choice: u8) {
        let (text, kind, sizes) = CONSTANTS[usize::from(choice) % CONSTANTS.len()];
        // A name of a size is one only where a variable has it.
        for size in sizes {
            self.leaf(&Vector(Size::named(*size)), 0);
        }
        self.stack.push(Piece {
            is_complex: text == "im",
            ..Piece::new(text, kind())
        });
    }

    fn unary(&mut self, choice: u8) {
        let (text, kind) = UNARY[usize::from(choice) % UNARY.len()];
        let piece = self
            .stack
            .pop()
            .unwrap_or_else(|| self.leaf(&Vector(Size::named(0)), 0));
        match kind(&piece.kind) {
            Some(kind) => {
                let text = match &piece.kind {
                    Matrix(_, n) | Vector(n) => text.replace("{n}", &n.text()),
                    Scalar | Row(_) => text.to_owned(),
                };
                self.stack
                    .push(Piece::of(&[&piece], text.replace("{0}", &piece.text), kind));
            }
            None => self.stack.push(piece),
        }
    }

    /// The operator between the two pieces on top, or between the top and a variable that fits.
    fn binary(&mut self, operators: &[Binary], choice: u8) {
        let (text, kind) = operators[usize::from(choice) % operators.len()];
        let variant = choice / 8;
        let top = self.stack.pop().unwrap_or_else(|| self.leaf(&Scalar, variant));
        let below = self
            .stack
            .last()
            .and_then(|below| Some((below.clone(), top.clone(), kind(&below.kind, &top.kind)?)));
        let found = if below.is_some() {
            self.stack.pop();
            below
        } else {
            let fits = |right: &Kind| Some((right.clone(), kind(&top.kind, right)?));
            partners(&top.kind).iter().find_map(fits).map(|(right, kind)| {
                let right = self.leaf(&right, variant);
                (top.clone(), right, kind)
            })
        };
        match found {
            Some((left, right, kind)) => {
                let text = text.replace("{0}", &left.text);
                // The second place is filled last, from behind: the first operand holds no braces.
                let text = text.replace("{1}", &right.text);
                self.stack.push(Piece::of(&[&left, &right], text, kind));
            }
            None => self.stack.push(top),
        }
    }

    /// A function of the table, with the alternative of its signature.
    fn call(&mut self, high: u8, low: u8) {
        let all: Vec<(&'static Op, &'static Signature)> = ops::all()
            .flat_map(|op| signatures(op).iter().map(move |signature| (op, signature)))
            .collect();
        let choice = usize::from(high) * 256 + usize::from(low);
        let (op, signature) = all[choice % all.len()];
        let taken = self.stack.len().min(signature.params.len());
        let offered = self.stack.split_off(self.stack.len() - taken);
        match self.arguments(signature, &offered) {
            Some((args, kind)) => {
                let piece = called(op, args, kind);
                self.stack.push(piece);
            }
            None => self.stack.extend(offered),
        }
    }

    /// The arguments, and what the function makes of them. What was offered and does not fit is put back.
    fn arguments(&mut self, signature: &Signature, offered: &[Piece]) -> Option<(Vec<Piece>, Kind)> {
        let mut sizes: Vec<Option<Size>> = vec![None; signature.sizes.len()];
        let (mut args, mut kinds, mut rest) = (Vec::new(), Vec::new(), Vec::new());
        for (at, param) in signature.params.iter().enumerate() {
            let literal = match param.kind {
                ParamKind::Axis(axis) => Some(axis),
                ParamKind::Natural => Some(1),
                _ => None,
            };
            if let Some(literal) = literal {
                args.push(Piece::new(literal.to_string(), Scalar));
                kinds.push(Scalar);
                continue;
            }
            let general = param.structure == Structure::General;
            let piece = match offered.get(at) {
                Some(piece) if general && fits(&param.kind, &piece.kind, &mut sizes, &kinds) => piece.clone(),
                refused => {
                    rest.extend(refused.cloned());
                    let kind = wanted(&param.kind, &mut sizes, &kinds)?;
                    let structure = Structure::ALL.iter().position(|(known, _)| *known == param.structure);
                    self.leaf(&kind, structure.map_or(0, |at| (at + STRUCTURED.start) as u8))
                }
            };
            kinds.push(piece.kind.clone());
            args.push(piece);
        }
        let result = wanted(&signature.result, &mut sizes, &kinds)?;
        self.stack.extend(rest);
        Some((args, result))
    }

    /// Names the top, so that it can stand twice.
    fn define(&mut self) {
        if self.definitions.len() == MAX_DEFINITIONS {
            return;
        }
        let Some(piece) = self.stack.pop() else { return };
        let name = format!("z{}", self.definitions.len() + 1);
        self.definitions.push(format!("{name} = {}", piece.text));
        let named = Piece { text: name, ..piece };
        self.stack.extend([named.clone(), named]);
    }

    fn finish(mut self, around: u8) -> String {
        let top = self.stack.pop().unwrap_or_else(|| self.leaf(&Scalar, 0));
        let function = match (around % 4, &top.kind) {
            (_, Scalar) | (0 | 1, _) => top.text,
            (2, _) => format!("sum({})", top.text),
            _ => format!("norm2({})^2", top.text),
        };
        let lines = [self.declarations, self.definitions, vec![function]].concat();
        lines.join("\n")
    }
}

/// The function of some arguments, real ones where it wants them.
fn called(op: &Op, args: Vec<Piece>, kind: Kind) -> Piece {
    let takes_complex = op.analytic || op.kernel == Kernel::None || op.name == "abs";
    let is_free = |at: usize| takes_complex && !(op.name == "norm" && at == 1) || op.name == "where" && at > 0;
    let args = args.into_iter().enumerate();
    let mut args: Vec<Piece> = args
        .map(|(at, arg)| if is_free(at) { arg } else { arg.real() })
        .collect();
    match (op.name, args.as_mut_slice()) {
        // The condition of a choice is a comparison.
        ("where", [condition, ..]) => condition.text.push_str(" >= 0"),
        // The exponent of a norm is at least 1.
        ("norm", [_, exponent]) => exponent.text = format!("1 + ({})^2", exponent.text),
        _ => {}
    }
    let texts: Vec<&str> = args.iter().map(|arg| arg.text.as_str()).collect();
    let text = format!("{}({})", op.name, texts.join(", "));
    Piece::of(&args.iter().collect::<Vec<_>>(), text, kind)
}

/// Whether a piece of a kind can be the argument; the sizes that it tells are noted.
fn fits(param: &ParamKind, kind: &Kind, sizes: &mut [Option<Size>], args: &[Kind]) -> bool {
    let before = sizes.to_vec();
    let fits = match (param, kind) {
        (ParamKind::Scalar, Scalar) | (ParamKind::Any, _) => true,
        (ParamKind::Vector(size), Vector(n)) | (ParamKind::Row(size), Row(n)) => is_size(size, n, sizes),
        (ParamKind::Matrix(rows, columns), Matrix(m, n)) => is_size(rows, m, sizes) && is_size(columns, n, sizes),
        (ParamKind::Like(other), kind) => args.get(*other) == Some(kind),
        _ => false,
    };
    if !fits {
        sizes.clone_from_slice(&before);
    }
    fits
}

fn is_size(wanted: &SizeExpr, found: &Size, sizes: &mut [Option<Size>]) -> bool {
    match wanted {
        SizeExpr::Name(at) => sizes[*at].get_or_insert_with(|| found.clone()) == found,
        SizeExpr::Number(1) => found.0.is_empty(),
        SizeExpr::Number(3) => found.0 == ["3"],
        _ => false,
    }
}

/// The kind of an argument or a result; sizes that nothing tells are chosen.
fn wanted(param: &ParamKind, sizes: &mut [Option<Size>], args: &[Kind]) -> Option<Kind> {
    Some(match param {
        ParamKind::Scalar => Scalar,
        ParamKind::Vector(n) => Vector(size(n, sizes)?),
        ParamKind::Row(n) => Row(size(n, sizes)?),
        ParamKind::Matrix(m, n) => Matrix(size(m, sizes)?, size(n, sizes)?),
        ParamKind::Any => Vector(Size::named(0)),
        ParamKind::Like(other) => args.get(*other)?.clone(),
        ParamKind::Axis(_) | ParamKind::Natural => return None,
    })
}

fn size(expr: &SizeExpr, sizes: &mut [Option<Size>]) -> Option<Size> {
    match expr {
        SizeExpr::Name(at) => Some(sizes[*at].get_or_insert_with(|| Size::named(*at as u8)).clone()),
        SizeExpr::Number(1) => Some(Size::default()),
        SizeExpr::Number(3) => Some(Size(vec!["3"])),
        SizeExpr::Mul(lhs, rhs) => size(lhs, sizes)?.times(&size(rhs, sizes)?),
        SizeExpr::Min(lhs, rhs) => {
            let (lhs, rhs) = (size(lhs, sizes)?, size(rhs, sizes)?);
            (lhs == rhs).then_some(lhs)
        }
        SizeExpr::Number(_) => None,
    }
}
