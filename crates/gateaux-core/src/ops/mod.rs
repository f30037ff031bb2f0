//! The functions: an open table of records.
//!
//! One function, one record: its shapes, domain, meaning, differential, facts, rules, kernel, notation, sample,
//! examples and source stand together and are written once, in our own language where they are formulas. Parser,
//! manual, printers, derivatives and tests are derived from the records. A function never becomes a new
//! [`Form`](crate::expr::Form).

mod adj;
mod apply;
mod choice;
mod chol;
mod complex;
mod constructors;
mod cross;
mod det;
mod elementwise;
mod formula;
mod latex;
mod linear;
mod logdet;
mod logsumexp;
mod matrix_function;
mod maximum;
mod norms;
mod pairwise;
mod pinv;
mod prod;
mod rules;
pub mod signature;
mod softmax;
mod spectral;
mod substitute;

use std::collections::HashMap;
use std::sync::OnceLock;

pub use apply::{apply_binary, apply_call, apply_unary, complex_argument, natural};
pub(crate) use apply::{bind, linear_meaning};
pub use choice::comparison;
pub(crate) use complex::plainer;
pub use complex::{conj, is_real, modulus_root};
pub use constructors::CONSTRUCTORS;
pub use formula::{Environment, instantiate, instantiate_elementwise};
pub use substitute::{rebuild, substitute};

use crate::expr::{Expr, Facts, Function, Law, Result, Store};

/// A function of the language: everything that is known of it.
#[derive(Debug)]
pub struct Op {
    /// The name in the language.
    pub name: &'static str,
    /// Other spellings of the name.
    pub aliases: &'static [&'static str],
    /// The signatures, in the notation of declarations: `X: matrix(n, n) -> scalar`.
    pub kind: &'static [&'static str],
    /// One sentence on what it is.
    pub about: &'static str,
    /// Where it is defined, as a condition on the arguments; empty: everywhere.
    pub domain: &'static str,
    /// What it means in terms of others.
    pub meaning: Meaning,
    /// The differential, in the arguments and their changes (`dX` of `X`): one formula, or one for each signature.
    /// For an elementwise function of one argument the derivative as a formula of scalars.
    pub differential: &'static [&'static str],
    /// For each argument in which the function is linear, its transpose: the cotangent `dY` in, the cotangent of the
    /// argument out; one formula, or one for each signature.
    pub transposes: &'static [(&'static str, &'static [&'static str])],
    /// The choice that is made where the function has no derivative; empty: it is smooth on its domain.
    pub kink: &'static str,
    /// Whether it takes complex arguments: it is analytic, and real where its arguments are, so that
    /// `conj(f(x)) = f(conj(x))`.
    pub analytic: bool,
    /// What is known of the value where something is known of all arguments.
    pub facts: &'static [(Facts, Facts)],
    /// What its calls make with transposes, powers and products.
    pub law: Law,
    /// Simplifications: `left => right`, each with a name.
    pub rules: &'static [Rule],
    /// How numbers are computed.
    pub kernel: Kernel,
    /// Arguments inside the domain, as declarations.
    pub sample: &'static str,
    /// LaTeX with `{0}`, `{1}` for the arguments; empty: an upright name with parentheses.
    pub latex: &'static str,
    /// Function, variable, derivative, as a textbook has it.
    pub examples: &'static [(&'static str, &'static str, &'static str)],
    /// Book and equation.
    pub source: &'static str,
}

/// `left => right`, exact, shorter, and on no larger domain.
#[derive(Debug)]
pub struct Rule {
    /// The name, after the left side.
    pub name: &'static str,
    /// What is replaced.
    pub left: &'static str,
    /// By what.
    pub right: &'static str,
}

/// What a function means.
#[derive(Debug)]
pub enum Meaning {
    /// An abbreviation for the formula, one for each signature: it is replaced on entry and recognized when printed.
    Abbreviates(&'static [&'static str]),
    /// One of the forms of expressions: it is built by this constructor.
    Form(fn(&mut Store, &[Expr]) -> Result<Expr>),
    /// A function of its own, equal to the formula, one for each signature, which is the oracle of its kernel.
    Equals(&'static [&'static str]),
    /// A function of its own, without a simpler formula.
    Primitive,
}

/// How the numbers of a function are computed: which algorithm of `gateaux-array`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kernel {
    /// Not at all: the function never stands in an expression.
    None,
    /// Entry by entry.
    Entries(gateaux_array::Function),
    /// Entry by entry of the second argument, the derivative of digamma of the order that the first one is.
    Polygamma,
    /// Entry by entry, the larger of two.
    Larger,
    /// Entry by entry, the smaller of two.
    Smaller,
    /// The number pi.
    Pi,
    /// The square root of -1.
    ImaginaryUnit,
    /// The determinant.
    Det,
    /// The logarithm of the determinant.
    Logdet,
    /// The adjugate.
    Adjugate,
    /// The logarithm of the sum of exponentials.
    LogSumExp,
    /// Exponentials over their sum.
    Softmax,
    /// The product of all entries.
    Prod,
    /// The largest entry.
    Maximum,
    /// The smallest entry.
    Minimum,
    /// 1 at the first largest entry.
    Hardmax,
    /// A function of a square matrix.
    Matrix(gateaux_array::MatrixFunction),
    /// The derivative of a matrix function at the first argument, in the directions of the others.
    Frechet(gateaux_array::MatrixFunction),
    /// The pseudoinverse.
    Pinv,
    /// The Cholesky factor.
    Chol,
    /// The eigenvalues of a symmetric matrix.
    Eigvals,
    /// The eigenvectors of a symmetric matrix.
    Eigvecs,
    /// The singular values.
    Svdvals,
    /// The left singular vectors.
    Svdu,
    /// The right singular vectors.
    Svdv,
    /// The reciprocals of the differences of entries.
    Gaps,
    /// Entry by entry, 1 where the first is less than the second, else 0.
    Less,
    /// Entry by entry, 1 where the first is at most the second, else 0.
    AtMost,
    /// Entry by entry, the second where the first is not 0, else the third.
    Choice,
    /// The vector product in three dimensions.
    Cross,
}

impl Op {
    /// What functions without a kernel, facts and rules of their own have in common: abbreviations and forms. Each
    /// record replaces what is its own.
    const BLANK: Op = Op {
        name: "",
        aliases: &[],
        kind: &[],
        about: "",
        domain: "",
        meaning: Meaning::Primitive,
        differential: &[],
        transposes: &[],
        kink: "",
        analytic: false,
        facts: &[],
        law: Law::None,
        rules: &[],
        kernel: Kernel::None,
        sample: "",
        latex: "",
        examples: &[],
        source: "by definition",
    };

    /// The signatures as people read them: `X: matrix(m, n); 1 -> row(n)`, where the record has a name for the axis.
    pub fn shapes(&self) -> Vec<String> {
        let written = |kind: &&str| kind.replace("axis: axis1", "1").replace("axis: axis2", "2");
        self.kind.iter().map(written).collect()
    }

    /// The examples: function, variable, and the derivative where the record has it. An elementwise function without
    /// any is summed over a vector.
    pub fn problems(&self) -> Vec<(String, &'static str, Option<&'static str>)> {
        let known = self.examples.iter();
        let mut problems: Vec<_> = known
            .map(|(function, variable, derivative)| ((*function).to_owned(), *variable, Some(*derivative)))
            .collect();
        if problems.is_empty() && self.is_elementwise() {
            problems.push((format!("sum({}(x))", self.name), "x", None));
        }
        problems
    }

    /// Whether it acts on each entry by itself.
    pub fn is_elementwise(&self) -> bool {
        matches!(
            self.kernel,
            Kernel::Entries(_)
                | Kernel::Polygamma
                | Kernel::Larger
                | Kernel::Smaller
                | Kernel::Less
                | Kernel::AtMost
                | Kernel::Choice
        )
    }

    /// Whether its two arguments can be exchanged for a change of sign.
    pub fn is_alternating(&self) -> bool {
        self.kernel == Kernel::Cross
    }

    /// Whether it is the same of a matrix and of its transpose.
    pub fn is_blind_to_transposes(&self) -> bool {
        matches!(self.kernel, Kernel::Det | Kernel::Logdet)
    }

    /// Whether its rules hold for one branch of a complex function alone.
    pub fn has_branches(&self) -> bool {
        self.is_elementwise() || self.kernel == Kernel::Logdet
    }

    /// The handle under which expressions hold the function.
    pub fn function(&'static self) -> Function {
        let index = table().index[self.name];
        Function {
            index: index as u16,
            elementwise: self.is_elementwise(),
            law: self.law,
            chooses: self.kernel == Kernel::Choice,
        }
    }
}

struct Table {
    ops: Vec<&'static Op>,
    index: HashMap<&'static str, usize>,
}

fn table() -> &'static Table {
    static TABLE: OnceLock<Table> = OnceLock::new();
    TABLE.get_or_init(|| {
        let ops: Vec<&'static Op> = elementwise::table()
            .iter()
            .chain(pairwise::OPS)
            .chain(linear::OPS)
            .chain(complex::OPS)
            .chain(norms::OPS)
            .chain(maximum::OPS)
            .chain(matrix_function::OPS)
            .chain(spectral::OPS)
            .chain(chol::OPS)
            .chain(choice::OPS)
            .chain(latex::OPS)
            .chain([
                &pinv::PINV,
                &cross::CROSS,
                &prod::PROD,
                &det::DET,
                &logdet::LOGDET,
                &adj::ADJ,
                &logsumexp::LOGSUMEXP,
                &softmax::SOFTMAX,
            ])
            .collect();
        let names = |(at, op): (usize, &&'static Op)| {
            let op: &'static Op = op;
            std::iter::once(op.name)
                .chain(op.aliases.iter().copied())
                .map(move |name| (name, at))
                .collect::<Vec<_>>()
        };
        let index = ops.iter().enumerate().flat_map(names).collect();
        Table { ops, index }
    })
}

/// All functions, in the order in which the manual lists them; comparisons and others that are written with signs are
/// not among them.
pub fn all() -> impl Iterator<Item = &'static Op> {
    let is_word = |op: &&'static Op| op.name.chars().all(|letter| letter.is_alphanumeric() || letter == '_');
    table().ops.iter().copied().filter(is_word)
}

/// The function of this name or alias.
pub fn find(name: &str) -> Option<&'static Op> {
    table().index.get(name).map(|at| table().ops[*at])
}

/// The function of this name or alias with so many arguments: `max` and `min` of one are `maximum` and `minimum`.
pub fn find_call(name: &str, arguments: usize) -> Option<&'static Op> {
    match (name, arguments) {
        ("max", 1) => find("maximum"),
        ("min", 1) => find("minimum"),
        _ => find(name),
    }
}

/// All names and aliases of functions, and the constructors that are part of the grammar, sorted.
pub fn names() -> impl Iterator<Item = &'static str> {
    let mut names: Vec<&'static str> = table()
        .index
        .keys()
        .copied()
        .chain(CONSTRUCTORS.iter().map(|op| op.name))
        .collect();
    names.sort_unstable();
    names.into_iter()
}

/// Whether a word is the name or alias of a function with arguments.
pub fn takes_arguments(name: &str) -> bool {
    find(name).is_some_and(|op| !op.kind.is_empty()) || constructor(name).is_some()
}

/// The record of a function in an expression.
pub fn op(function: Function) -> &'static Op {
    table().ops[function.index as usize]
}

/// The constructor of this name or alias, which is part of the grammar.
pub fn constructor(name: &str) -> Option<&'static Op> {
    CONSTRUCTORS
        .iter()
        .find(|op| op.name == name || op.aliases.contains(&name))
}
