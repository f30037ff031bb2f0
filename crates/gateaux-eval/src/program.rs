//! Programs: steps in order, each on the results of earlier ones.

use std::collections::BTreeMap;
use std::fmt;

use gateaux_array::{ArrayError, Function, MatrixFunction};
use gateaux_core::expr::{Facts, Rational, Var};

/// The values of dimension names.
pub type Sizes = BTreeMap<String, usize>;

/// The position of a step whose result is used.
pub(crate) type Slot = usize;

/// What one step does.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Instruction {
    /// All entries equal to a number.
    Constant(Rational),
    /// The number pi.
    Pi,
    /// The square root of -1.
    ImaginaryUnit,
    /// The identity matrix.
    Eye,
    /// Columns of the identity matrix from this position (counted from 0) on.
    Select(usize),
    /// The commutation matrix of matrices with these rows and columns.
    Commutation(usize, usize),
    /// The value of a variable.
    Input(Var),
    /// The sum of multiples.
    Sum(Vec<Rational>),
    /// A scalar times an array.
    Scale,
    /// The matrix product of two.
    Product,
    /// The inverse of the first times the second; true: the first is symmetric positive definite.
    Solve(bool),
    /// The inverse.
    Inverse,
    /// The transpose.
    Transpose,
    /// The elementwise product.
    Entries,
    /// Each entry to an integer power.
    IntegerPower(i64),
    /// The square root of each entry.
    SquareRoot,
    /// Each entry of the first to the power of the second, or of its corresponding entry.
    Power,
    /// The Euclidean norm of all entries.
    Norm2,
    /// The trace.
    Trace,
    /// The sum of all entries.
    SumAll,
    /// The diagonal matrix of a vector.
    Diag,
    /// The diagonal of a matrix.
    DiagOf,
    /// The same entries in column order in another shape.
    Reshape,
    /// Neighboring rows (axis 0) or columns (axis 1) from a position (counted from 0) on, as many as the shape has.
    Slice {
        /// Which axis is cut.
        axis: usize,
        /// Where the slice begins.
        start: usize,
    },
    /// Blocks at their places, added up, and zeros elsewhere: the coefficient of each, and where it begins (counted
    /// from 0).
    Assemble(Vec<(Rational, [usize; 2])>),
    /// The sums of the first entries of a vector; true: of the last ones.
    Cumulate(bool),
    /// 1 where the first is less than the second, else 0; true: also where they are equal.
    Compare(bool),
    /// The second where the first is not 0, else the third.
    Choice,
    /// The vector product.
    Cross,
    /// The entries on one side of the diagonal, and zeros: true for the lower side.
    Triangle(bool),
    /// The Kronecker product.
    Kron,
    /// Products of entries, summed over labels: the labels of the operands and of the result.
    Einsum(Vec<Vec<u8>>, Vec<u8>),
    /// A function of each entry.
    Function(Function),
    /// The derivative of digamma of this order, entry by entry.
    Polygamma(u32),
    /// The larger of two, entry by entry.
    Larger,
    /// The smaller of two, entry by entry.
    Smaller,
    /// The determinant.
    Det,
    /// The logarithm of the determinant; true: of a symmetric positive definite matrix.
    Logdet(bool),
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
    /// 1 at the first largest entry, 0 elsewhere.
    Hardmax,
    /// One of the reductions above for each row.
    Rows(Box<Instruction>),
    /// A function of the first matrix; with more operands its derivative there in their directions.
    MatrixFunction(MatrixFunction),
    /// The pseudoinverse.
    Pseudoinverse,
    /// The lower triangular Cholesky factor.
    Cholesky,
    /// The eigenvectors of a symmetric matrix as columns, and the column of the eigenvalues behind them.
    Eigen,
    /// The left singular vectors as columns, below them the right ones, below these the row of the singular values.
    Singular,
    /// The reciprocals of the differences of entries.
    Gaps,
}

impl Instruction {
    /// The operation in the words of the language.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Instruction::Constant(_) | Instruction::Pi | Instruction::ImaginaryUnit | Instruction::Eye => "a constant",
            Instruction::Select(_) | Instruction::Commutation(..) => "a constant",
            Instruction::Input(_) => "an input",
            Instruction::Sum(_) => "+",
            Instruction::Scale | Instruction::Product => "*",
            Instruction::Solve(_) => "solve",
            Instruction::Inverse => "inv",
            Instruction::Transpose => "'",
            Instruction::Entries => ".*",
            Instruction::IntegerPower(power) if *power < 0 => "/",
            Instruction::IntegerPower(_) | Instruction::Power => "^",
            Instruction::SquareRoot => "sqrt",
            Instruction::Norm2 => "norm2",
            Instruction::Trace => "tr",
            Instruction::SumAll => "sum",
            Instruction::Diag | Instruction::DiagOf => "diag",
            Instruction::Reshape => "reshape",
            Instruction::Kron => "kron",
            Instruction::Function(function) => function.name(),
            Instruction::Polygamma(_) => "polygamma",
            Instruction::Larger => "max",
            Instruction::Smaller => "min",
            Instruction::Det => "det",
            Instruction::Logdet(_) => "logdet",
            Instruction::Adjugate => "adj",
            Instruction::LogSumExp => "logsumexp",
            Instruction::Softmax => "softmax",
            Instruction::Slice { .. } => "indexing",
            Instruction::Assemble(_) => "a block",
            Instruction::Cumulate(_) => "cumsum",
            Instruction::Compare(_) => "a comparison",
            Instruction::Choice => "where",
            Instruction::Cross => "cross",
            Instruction::Triangle(true) => "tril",
            Instruction::Triangle(false) => "triu",
            Instruction::Einsum(..) => "einsum",
            Instruction::Prod => "prod",
            Instruction::Maximum => "maximum",
            Instruction::Minimum => "minimum",
            Instruction::Hardmax => "hardmax",
            Instruction::Rows(of) => of.name(),
            Instruction::MatrixFunction(function) => function.name(),
            Instruction::Pseudoinverse => "pinv",
            Instruction::Cholesky => "chol",
            Instruction::Eigen => "eigvals",
            Instruction::Singular => "svdvals",
            Instruction::Gaps => "gaps",
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Step {
    pub(crate) instruction: Instruction,
    pub(crate) operands: Vec<Slot>,
    pub(crate) shape: Vec<usize>,
    /// What is known of the value beyond its shape.
    pub(crate) facts: Facts,
}

/// The steps that compute some expressions, for fixed sizes.
#[derive(Clone, Debug, Default)]
pub struct Program {
    pub(crate) steps: Vec<Step>,
    pub(crate) outputs: Vec<Slot>,
}

impl Program {
    /// The number of steps.
    pub fn len(&self) -> usize {
        self.steps.len()
    }

    /// Whether there is nothing to compute.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// The variables whose values are needed.
    pub fn inputs(&self) -> impl Iterator<Item = Var> {
        self.steps.iter().filter_map(|step| match step.instruction {
            Instruction::Input(var) => Some(var),
            _ => None,
        })
    }
}

/// Why there are no numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// No value is known for a dimension name.
    UnknownSize(String),
    /// A dimension is zero, negative or too large.
    BadSize(String),
    /// A position is outside of its axis.
    OutOfRange {
        /// The position in the words of the language.
        position: String,
        /// The size of the axis.
        size: usize,
    },
    /// A variable has no value.
    MissingInput(Var),
    /// A variable has a value of another shape than the program was made for.
    WrongShape(Var),
    /// A kernel failed; the operation in the words of the language.
    Array(&'static str, ArrayError),
    /// The program could not be made.
    Core(gateaux_core::expr::Error),
}

impl From<gateaux_core::expr::Error> for Error {
    fn from(error: gateaux_core::expr::Error) -> Self {
        Error::Core(error)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::UnknownSize(name) => write!(f, "the size of dimension {name} is not known"),
            Error::BadSize(dim) => write!(f, "the dimension {dim} has no usable size here"),
            Error::OutOfRange { position, size } => {
                write!(f, "position {position} is outside of an axis of size {size}")
            }
            Error::MissingInput(_) => write!(f, "a variable has no value"),
            Error::WrongShape(_) => write!(f, "a variable has a value of another shape"),
            Error::Array(operation, error) => {
                let text = error.to_string();
                let detail = text.split_once(": ").map_or(text.as_str(), |(_, detail)| detail);
                write!(f, "{operation}: {detail}")
            }
            Error::Core(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for Error {}
