//! Every pair of operations, one inside of the other: derived from the table of functions and a list of operators.
//!
//! A [`Piece`] is one alternative of a signature with a shape for each of its arguments. A pair is an outer piece, one
//! of its places, and an inner piece whose result fits there; [`pair`] writes it as a problem. What a pair may not be
//! is zero in silence: its derivative is right, or there is an error with a code.

use std::collections::BTreeMap;

use gateaux_array::{DoubleDouble, Number, Prime, Real};
use gateaux_core::diff;
use gateaux_core::expr::{Error, Expr, Store};
use gateaux_core::infer;
use gateaux_core::ops::{self, Kernel};
use gateaux_syntax::Span;

use crate::case::Case;
use crate::check::{Outcome, Point, Stop, check};
use crate::complex;
use crate::numbers::{Judge, Region};

/// The operators and the forms that are no functions: how they are written, and their signature.
#[rustfmt::skip]
const FORMS: &[(&str, &str)] = &[
    ("({0} + {1})",   "x: any; y: like(x) -> like(x)"),
    ("({0} - {1})",   "x: any; y: like(x) -> like(x)"),
    ("(-{0})",        "x: any -> like(x)"),
    ("({0} .+ {1})",  "x: any; s: scalar -> like(x)"),
    ("({0} .- {1})",  "s: scalar; x: any -> like(x)"),
    ("({0}.*{1})",    "x: any; y: like(x) -> like(x)"),
    ("({0}./{1})",    "x: any; y: like(x) -> like(x)"),
    ("({0}./{1})",    "s: scalar; x: any -> like(x)"),
    ("({0}.^2)",      "x: any -> like(x)"),
    ("({0}.^{1})",    "x: any; s: scalar -> like(x)"),
    ("({0}*{1})",     "s: scalar; x: any -> like(x)"),
    ("({0}/{1})",     "x: any; s: scalar -> like(x)"),
    ("({0}*{1})",     "A: matrix(m, n); B: matrix(n, k) -> matrix(m, k)"),
    ("({0}*{1})",     "A: matrix(m, n); x: vector(n) -> vector(m)"),
    ("({0}*{1})",     "x: row(m); A: matrix(m, n) -> row(n)"),
    ("({0}*{1})",     "x: row(n); y: vector(n) -> scalar"),
    ("({0}*{1})",     "x: vector(m); y: row(n) -> matrix(m, n)"),
    ("({0}')",        "x: vector(n) -> row(n)"),
    ("({0}')",        "x: row(n) -> vector(n)"),
    ("({0}')",        "A: matrix(m, n) -> matrix(n, m)"),
    ("({0}^2)",       "s: scalar -> scalar"),
    ("({0}^{1})",     "s: scalar; t: scalar -> scalar"),
    ("({0}^2)",       "X: matrix(n, n) -> matrix(n, n)"),
    ("({0}^-1)",      "X: matrix(n, n) -> matrix(n, n)"),
    ("({0}\\{1})",    "X: matrix(n, n); x: vector(n) -> vector(n)"),
    ("({0}\\{1})",    "X: matrix(n, n); B: matrix(n, k) -> matrix(n, k)"),
    ("({0}/{1})",     "A: matrix(m, n); X: matrix(n, n) -> matrix(m, n)"),
    ("reshape({0}, 1, {m}, {n})", "A: matrix(m, n) -> tensor(1, m, n)"),
    ("reshape({0}, {m}, {n}*{k})", "T: tensor(m, n, k) -> matrix(m, n*k)"),
    ("reshape({0}, {n}, {m})", "A: matrix(m, n) -> matrix(n, m)"),
    ("(commutation({m}, {n})*{0})", "x: vector(m*n) -> vector(m*n)"),
    ("einsum(\"ij,jk->ik\", {0}, {1})", "A: matrix(m, n); B: matrix(n, k) -> matrix(m, k)"),
    ("einsum(\"ijk,k->ij\", {0}, {1})", "T: tensor(m, n, k); x: vector(k) -> matrix(m, n)"),
    ("einsum(\"ijk,ilk->jl\", {0}, {1})", "T: tensor(m, n, k); U: tensor(m, l, k) -> matrix(n, l)"),
    ("einsum(\"ijk->kij\", {0})", "T: tensor(m, n, k) -> tensor(k, m, n)"),
    ("einsum(\"ijk->j\", {0})", "T: tensor(m, n, k) -> vector(n)"),
    ("einsum(\"i,j,k->ijk\", {0}, {1}, {2})", "x: vector(m); y: vector(n); z: vector(k) -> tensor(m, n, k)"),
    ("einsum(\"ij,k->ikj\", {0}, {1})", "A: matrix(m, n); x: vector(k) -> tensor(m, k, n)"),
    ("einsum(\"ir,jr,kr->ijk\", {0}, {1}, {2})", "A: matrix(m, r); B: matrix(n, r); C: matrix(k, r) -> tensor(m, n, k)"),
    ("einsum(\"ii->i\", {0})", "X: matrix(n, n) -> vector(n)"),
    ("einsum(\"ij,ij->i\", {0}, {1})", "A: matrix(m, n); B: matrix(m, n) -> vector(m)"),
    ("where({0} < {1}, {2}, {3})", "x: any; y: like(x); z: like(x); w: like(x) -> like(x)"),
    ("where({0} >= {1}, {2}, 0)", "x: any; s: scalar; y: like(x) -> like(x)"),
    ("[{0}, {1}, {2}]", "s: scalar; t: scalar; u: scalar -> vector(3)"),
    ("[{0}; {1}]",    "x: vector(n); y: vector(n) -> vector(2*n)"),
    ("[{0}, {1}]",    "x: row(n); y: row(n) -> row(2*n)"),
    ("[{0}, {1}]",    "x: vector(n); y: vector(n) -> matrix(n, 2)"),
    ("[{0}, {1}; {2}, {3}]", "A: matrix(m, n); B: matrix(m, n); C: matrix(m, n); D: matrix(m, n) -> matrix(2*m, 2*n)"),
    ("([{0}; {1}][2:3])", "x: vector(2); y: vector(2) -> vector(2)"),
    ("({0}[1])",      "x: vector(n) -> scalar"),
    ("({0}[1:2])",    "x: vector(n) -> vector(2)"),
    ("({0}[1])",      "x: row(n) -> scalar"),
    ("({0}[1,:])",    "A: matrix(m, n) -> vector(n)"),
    ("({0}[:,1])",    "A: matrix(m, n) -> vector(m)"),
    ("({0}[1:2,:])",  "A: matrix(m, n) -> matrix(2, n)"),
    ("({0}[1,2])",    "A: matrix(m, n) -> scalar"),
    ("({0}[:,1,:])",  "T: tensor(m, n, k) -> matrix(m, k)"),
    ("({0}[1,1,1])",  "T: tensor(m, n, k) -> scalar"),
];

/// A kind with its sizes: `matrix(m, n)`, `row(n)`, `scalar`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kind {
    name: String,
    sizes: Vec<String>,
}

impl Kind {
    fn read(text: &str) -> Kind {
        let (name, sizes) = text.trim().split_once('(').unwrap_or((text.trim(), ""));
        let sizes = sizes.trim_end_matches(')').split(',').map(str::trim);
        Kind {
            name: name.trim().to_owned(),
            sizes: sizes.filter(|size| !size.is_empty()).map(str::to_owned).collect(),
        }
    }

    /// What stands in the place of an axis or of an order.
    fn literal(&self) -> Option<&str> {
        match self.name.as_str() {
            "natural" => Some("1"),
            name => name.strip_prefix("axis"),
        }
    }

    fn text(&self) -> String {
        if self.sizes.is_empty() {
            self.name.clone()
        } else {
            format!("{}({})", self.name, self.sizes.join(", "))
        }
    }

    fn with(&self, sizes: &BTreeMap<String, String>) -> Kind {
        let size = |size: &String| substituted(size, sizes);
        Kind {
            name: self.name.clone(),
            sizes: self.sizes.iter().map(size).collect(),
        }
    }
}

fn is_number(size: &str) -> bool {
    size.parse::<usize>().is_ok()
}

/// The names of a size, replaced.
fn substituted(size: &str, sizes: &BTreeMap<String, String>) -> String {
    let part = |part: &str| match sizes.get(part) {
        Some(by) if by.contains('*') => format!("({by})"),
        Some(by) => by.clone(),
        None => part.to_owned(),
    };
    size.split('*').map(part).collect::<Vec<_>>().join("*")
}

/// One alternative of a signature, with a shape for each argument.
#[derive(Clone, Debug)]
pub struct Piece {
    /// The function or operator, and the alternative.
    pub name: String,
    text: String,
    params: Vec<Kind>,
    result: Kind,
}

/// What an argument of any shape is tried as.
const ANY: [&str; 5] = ["scalar", "vector(n)", "row(n)", "matrix(m, n)", "tensor(m, n, k)"];

/// What makes real variables complex.
#[rustfmt::skip]
const COMPLEX_FORMS: &[(&str, &str)] = &[
    ("(im*{0})",      "x: any -> like(x)"),
    ("({0}†)",        "x: vector(n) -> row(n)"),
    ("({0}†)",        "x: row(n) -> vector(n)"),
    ("({0}†)",        "A: matrix(m, n) -> matrix(n, m)"),
    ("abs({0}*im .+ {1})", "x: any; s: scalar -> like(x)"),
    ("({0}†*{1})",    "x: vector(n); y: vector(n) -> scalar"),
];

/// The pieces of complex problems: those of real ones and a few more.
pub fn complex_pieces() -> Vec<Piece> {
    let mut found = pieces();
    for (text, line) in COMPLEX_FORMS {
        expand(text, line, &mut found);
    }
    found
}

/// All pieces: each alternative of each record of the table, and of each operator.
pub fn pieces() -> Vec<Piece> {
    let mut found = Vec::new();
    // The condition of a choice is a comparison: it is among the operators.
    for op in ops::all().filter(|op| op.name != "where") {
        for line in op.kind {
            let count = line.split("->").next().unwrap_or("").split(';').count();
            // The derivatives in more directions are those of the derivative in one.
            if matches!(op.kernel, Kernel::Frechet(_)) && count > 2 {
                continue;
            }
            let places: Vec<String> = (0..count).map(|at| format!("{{{at}}}")).collect();
            expand(&format!("{}({})", op.name, places.join(", ")), line, &mut found);
        }
    }
    for (text, line) in FORMS {
        expand(text, line, &mut found);
    }
    found
}

fn expand(text: &str, line: &str, found: &mut Vec<Piece>) {
    let (params, result) = line.split_once("->").unwrap_or((line, ""));
    let params: Vec<(&str, Kind)> = params
        .split(';')
        .filter_map(|param| param.split_once(':'))
        .map(|(name, kind)| (name.trim(), Kind::read(kind)))
        .collect();
    let is_any = params.iter().any(|(_, kind)| kind.name == "any");
    for any in &ANY[..if is_any { ANY.len() } else { 1 }] {
        let mut known: BTreeMap<&str, Kind> = BTreeMap::new();
        let mut text = text.to_owned();
        let mut kinds = Vec::new();
        for (at, (name, kind)) in params.iter().enumerate() {
            let kind = match kind.name.as_str() {
                "any" => Kind::read(any),
                "like" => known[kind.sizes[0].as_str()].clone(),
                _ => kind.clone(),
            };
            if let Some(literal) = kind.literal() {
                text = text.replace(&format!("{{{at}}}"), literal);
            }
            known.insert(name, kind.clone());
            kinds.push(kind);
        }
        let result = Kind::read(result);
        let result = match result.name.as_str() {
            "like" => known[result.sizes[0].as_str()].clone(),
            _ => result,
        };
        let shown: Vec<String> = kinds.iter().map(Kind::text).collect();
        found.push(Piece {
            name: format!("{text} of {}", shown.join(", ")),
            text,
            params: kinds,
            result,
        });
    }
}

impl Piece {
    /// The places of its arguments: not those of literals.
    pub fn places(&self) -> Vec<usize> {
        let is_place = |at: &usize| self.params[*at].literal().is_none();
        (0..self.params.len()).filter(is_place).collect()
    }

    /// The names of its sizes.
    fn sizes(&self) -> Vec<String> {
        let mut found: Vec<String> = Vec::new();
        for name in self
            .params
            .iter()
            .flat_map(|kind| &kind.sizes)
            .flat_map(|size| size.split('*'))
        {
            if !is_number(name) && !found.iter().any(|known| known == name) {
                found.push(name.to_owned());
            }
        }
        found
    }

    /// The piece over variables named after it, but for what stands at some places.
    fn written(&self, sizes: &BTreeMap<String, String>, prefix: &str, inside: Option<(usize, &str)>) -> Written {
        let mut text = self.text.clone();
        for (name, by) in sizes {
            text = text.replace(
                &format!("{{{name}}}"),
                &substituted(name, &[(name.clone(), by.clone())].into()),
            );
        }
        let (mut declarations, mut variables) = (Vec::new(), Vec::new());
        for at in self.places() {
            let name = format!("{prefix}_{at}");
            let written = match inside {
                Some((place, inner)) if place == at => inner.to_owned(),
                _ => {
                    let kind = self.params[at].with(sizes);
                    let (declared, written) = match kind.name.as_str() {
                        "row" => (format!("vector({})", kind.sizes[0]), format!("{name}'")),
                        _ => (kind.text(), name.clone()),
                    };
                    declarations.push(format!("{name}: {declared}"));
                    variables.push(name);
                    written
                }
            };
            text = text.replace(&format!("{{{at}}}"), &written);
        }
        Written {
            text,
            declarations,
            variables,
        }
    }
}

struct Written {
    text: String,
    declarations: Vec<String>,
    variables: Vec<String>,
}

/// A problem, and the variables of the inner piece.
#[derive(Clone, Debug)]
pub struct Pair {
    /// The declarations, those of the inner piece first.
    declarations: Vec<String>,
    formula: String,
    /// What is differentiated by.
    pub variables: Vec<String>,
}

impl Pair {
    /// The problem over real variables.
    pub fn text(&self) -> String {
        format!("{}; {}", self.declarations.join("; "), self.formula)
    }

    /// The problem over complex variables.
    pub fn complex_text(&self) -> String {
        self.declared_complex(self.declarations.len())
    }

    /// The problem over complex variables of the inner piece and real ones of the outer.
    pub fn half_complex_text(&self) -> String {
        self.declared_complex(self.variables.len())
    }

    fn declared_complex(&self, count: usize) -> String {
        let declared = self.declarations.iter().enumerate().map(|(at, declaration)| {
            // Positive definite matrices are those of real numbers.
            match at < count && !declaration.contains(": posdef") {
                true => declaration.replacen(": ", ": complex ", 1),
                false => declaration.clone(),
            }
        });
        format!("{}; {}", declared.collect::<Vec<_>>().join("; "), self.formula)
    }
}

/// The inner piece at a place of the outer one; `None` where its result does not fit.
pub fn pair(outer: &Piece, place: usize, inner: &Piece) -> Option<Pair> {
    let names = inner.sizes();
    let all = |size: &str| names.iter().map(|name| (name.clone(), size.to_owned())).collect();
    let mut tried: Vec<BTreeMap<String, String>> = vec![
        names.iter().map(|name| (name.clone(), name.clone())).collect(),
        all("m"),
    ];
    let numbers = outer.params[place].sizes.iter().filter(|size| is_number(size));
    tried.extend(numbers.map(|number| all(number)));
    tried.iter().find_map(|sizes| fitted(outer, place, inner, sizes))
}

fn fitted(outer: &Piece, place: usize, inner: &Piece, sizes: &BTreeMap<String, String>) -> Option<Pair> {
    let (wanted, given) = (outer.params[place].clone(), inner.result.with(sizes));
    // A square matrix has a symmetric part.
    let symmetric = wanted.name == "symmetric" && given.name == "matrix";
    let wanted = match symmetric {
        true => Kind::read(&format!("matrix({0}, {0})", wanted.sizes[0])),
        false => wanted,
    };
    if wanted.name != given.name || wanted.sizes.len() != given.sizes.len() {
        return None;
    }
    let mut bound: BTreeMap<String, String> = BTreeMap::new();
    for (pattern, size) in wanted.sizes.iter().zip(&given.sizes) {
        if is_number(pattern) {
            if pattern != size {
                return None;
            }
        } else if pattern.contains('*') {
            // A product of sizes is no pattern: only the same product fits.
            if pattern != size {
                return None;
            }
            for name in pattern.split('*') {
                bound.insert(name.to_owned(), name.to_owned());
            }
        } else if bound.entry(pattern.clone()).or_insert_with(|| size.clone()) != size {
            return None;
        }
    }
    for (at, name) in outer.sizes().into_iter().enumerate() {
        bound.entry(name).or_insert_with(|| ["k", "m", "n"][at % 3].to_owned());
    }
    let mut inside = inner.written(sizes, "u", None);
    if symmetric {
        inside.text = format!("sym({})", inside.text);
    }
    let whole = outer.written(&bound, "v", Some((place, &inside.text)));
    let declarations = [inside.declarations, whole.declarations].concat();
    Some(Pair {
        declarations,
        formula: whole.text,
        variables: inside.variables,
    })
}

/// What became of the derivative of a pair.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Every view of it is right, without tolerance.
    Exact,
    /// Every view of it is right, to many digits.
    Right,
    /// The function is not defined at the points tried.
    Undefined(String),
    /// There is an error with a code.
    Refused(&'static str, String),
    /// It is wrong: another value, zero where differences are not, a mistake of our own.
    Wrong(String),
}

/// Tries the derivatives of a problem with complex numbers by a variable and its conjugate.
pub fn tried_complex(text: &str, wrt: &str, sizes: &[usize]) -> Verdict {
    let derivative = |case: &mut Case, variable: Expr| {
        diff::complex_derivative(&mut case.store, case.function, &[variable], &["d1".to_owned()]).map(|_| ())
    };
    if let Some(verdict) = refused(text, wrt, &derivative) {
        return verdict;
    }
    if let Some(reason) = complex_zero_in_silence(text, wrt, sizes) {
        return Verdict::Wrong(reason);
    }
    match complex::check(text, wrt, sizes, 7) {
        Outcome::Right => Verdict::Right,
        Outcome::Wrong(reason) => Verdict::Wrong(reason),
        Outcome::Undefined(reason) => Verdict::Undefined(reason),
    }
}

/// Tries the derivative of a problem by a variable.
pub fn tried(text: &str, wrt: &str, sizes: &[usize]) -> Verdict {
    let derivative = |case: &mut Case, variable: Expr| {
        diff::derivative(&mut case.store, case.function, &[variable], &["d1".to_owned()]).map(|_| ())
    };
    if let Some(verdict) = refused(text, wrt, &derivative) {
        return verdict;
    }
    if let Some(reason) =
        zero_in_silence::<Prime>(text, wrt, sizes).or_else(|| zero_in_silence::<DoubleDouble>(text, wrt, sizes))
    {
        return Verdict::Wrong(reason);
    }
    match check::<Prime>(text, wrt, sizes, 7) {
        Outcome::Right => return Verdict::Exact,
        Outcome::Wrong(reason) => return Verdict::Wrong(reason),
        Outcome::Undefined(_) => {}
    }
    match check::<DoubleDouble>(text, wrt, sizes, 7) {
        Outcome::Right => Verdict::Right,
        Outcome::Wrong(reason) => Verdict::Wrong(reason),
        Outcome::Undefined(reason) => Verdict::Undefined(reason),
    }
}

/// Makes a derivative by a variable.
type Derive<'a> = dyn Fn(&mut Case, Expr) -> Result<(), Error> + 'a;

/// The error of the text or of its derivative, if it has one.
fn refused(text: &str, wrt: &str, derivative: &Derive) -> Option<Verdict> {
    let (tree, _) = gateaux_syntax::parse(text);
    let mut store = Store::default();
    let typing = match infer::infer(&tree, text, &[], &mut store.dims) {
        Ok(typing) => typing,
        Err(mistakes) => return Some(refusal(mistakes[0].code, mistakes[0].to_string())),
    };
    if let Err(mistake) = infer::build(&tree, &typing, &mut store) {
        return Some(refusal(mistake.code, mistake.to_string()));
    }
    let mut case = Case::read(text).ok()?;
    let variable = case.variable(wrt).ok()?;
    derivative(&mut case, variable).err().map(|error| {
        let ill_shaped = matches!(error, Error::IllShaped { .. });
        let mistake = infer::diagnostic(error, Span::default());
        if ill_shaped {
            return Verdict::Wrong(mistake.to_string());
        }
        refusal(mistake.code, mistake.to_string())
    })
}

/// The code of the mistakes of Gateaux itself.
const INTERNAL: &str = "G0318";

/// An error is an answer, but for that which is a mistake of our own.
fn refusal(code: &'static str, message: String) -> Verdict {
    if code == INTERNAL {
        return Verdict::Wrong(message);
    }
    Verdict::Refused(code, message)
}

/// Whether the derivative by definition is zero, and the function changes nevertheless.
fn zero_in_silence<T: Judge>(text: &str, wrt: &str, sizes: &[usize]) -> Option<String> {
    // Small, so that no kink is crossed and no step of a step function.
    let step = T::from_i64(1).div(&T::from_i64(1 << 20)).unwrap_or_else(T::one);
    first_defined(|region| {
        let point = Point::<T>::new(text, wrt, sizes, (region, 7))?;
        let (value, slope) = point.truth()?;
        Ok(is_zero(&slope) && !T::agree(&point.moved(&step)?, &value))
    })
}

/// The same of complex variables.
fn complex_zero_in_silence(text: &str, wrt: &str, sizes: &[usize]) -> Option<String> {
    let step = DoubleDouble::from_f64(0.5f64.powi(20));
    first_defined(|region| {
        let point = complex::Point::new(text, &[wrt], sizes, (region, 7))?;
        let (value, slope) = point.truth()?;
        Ok(is_zero(&slope) && !complex::C::agree(&point.moved(&step)?, &value))
    })
}

fn is_zero<T: Number>(slope: &[T]) -> bool {
    slope.iter().all(|entry| *entry == T::zero())
}

/// What is said of a change in the first region in which the function is defined.
fn first_defined(changes: impl Fn(Region) -> Result<bool, Stop>) -> Option<String> {
    let changes = Region::ALL.into_iter().find_map(|region| changes(region).ok())?;
    changes.then(|| "the derivative is zero, differences are not".to_owned())
}
