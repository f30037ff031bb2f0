//! Plans: from the steps of a program to kernels on buffers.
//!
//! The way: [`translate`](translate::translate) turns steps into a [`Graph`](graph::Graph) of values that keeps
//! structure apart (diagonals, identities, transposes, outer products, factors of matrices), and associates products by
//! their cost at the known sizes; [`schedule`](schedule::schedule) joins what goes entry by entry to passes over blocks
//! that fit the cache, orders everything, and gives each value a place in a buffer for as long as somebody needs it.
//! The result is a [`Plan`], which [`Machine`](crate::Machine) runs.

pub(crate) mod chain;
pub(crate) mod contraction;
pub(crate) mod fuse;
pub(crate) mod graph;
pub(crate) mod in_place;
pub(crate) mod panels;
pub(crate) mod pass;
pub(crate) mod schedule;
pub(crate) mod spread;
pub(crate) mod structure;
pub(crate) mod translate;

use gateaux_array::kernels::{Binary, Unary};
use gateaux_core::expr::Rational;

use crate::plan::graph::Decomposition;
use crate::plan::panels::Panels;
use crate::plan::pass::Pass;
use crate::plan::translate::Layout;
use crate::program::{Error, Instruction, Program};

/// Where the entries of a value stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Place {
    /// In the memory of the caller, to be read.
    Input(usize),
    /// In the memory of the caller, to be written.
    Output(usize),
    /// In a buffer of the machine, which others may use before and after.
    Buffer(usize),
    /// In a constant array.
    Constant(usize),
}

/// A constant array, made once for a machine.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Constant {
    pub(crate) instruction: Instruction,
    pub(crate) shape: Vec<usize>,
}

/// What one instruction does. Sizes are those of the stored matrices.
#[derive(Clone, Debug)]
pub(crate) enum Kernel {
    /// Functions of entries, and sums of them.
    Pass(Pass),
    /// An m by n matrix, or its transpose, times a vector.
    MatrixVector { m: usize, n: usize, transposed: bool },
    /// An m by n matrix times the first vector, and its transpose times the second.
    MatrixVectorBoth { m: usize, n: usize },
    /// `z = A*w`, a pass over z, and `A'*r` with its result r, for a matrix A that is stored m by n and perhaps read
    /// transposed. The operands are those of the pass, A and w; the results those of the pass, z and `A'*r`.
    Through {
        m: usize,
        n: usize,
        transposed: bool,
        pass: Pass,
        r: usize,
    },
    /// A product of thin matrices, a pass over it and a thin product, panel by panel.
    Panels(Box<Panels>),
    /// The product of an m by k and a k by n matrix, each possibly stored transposed.
    MatrixMatrix {
        m: usize,
        k: usize,
        n: usize,
        transposed: [bool; 2],
        coefficient: Rational,
        /// Whether the product is known to be symmetric.
        is_symmetric: bool,
    },
    /// `A*diag(w)*A'` for an n by k matrix A, possibly stored transposed; the weights are the last operand, if any.
    Gram {
        n: usize,
        k: usize,
        transposed: bool,
        weighted: bool,
        coefficient: Rational,
    },
    /// Products for each entry of the last axis.
    Batched { m: usize, k: usize, n: usize, count: usize },
    /// The same entries.
    Copy,
    /// The transpose of an m by n matrix.
    Transpose { m: usize, n: usize },
    /// `a*A + b*A'`
    AddTranspose { n: usize, coefficients: [Rational; 2] },
    /// The axes in another order.
    Permute { shape: Vec<usize>, order: Vec<usize> },
    /// Neighboring rows or columns of a matrix with so many rows.
    Slice {
        rows: usize,
        axis: usize,
        start: usize,
        shape: Vec<usize>,
    },
    /// The diagonal of an n by n matrix.
    DiagOf { n: usize },
    /// The factors of an n by n matrix; its row exchanges go to this list.
    Decompose {
        n: usize,
        decomposition: Decomposition,
        pivots: usize,
    },
    /// A system with factors.
    Solve {
        n: usize,
        columns: usize,
        decomposition: Decomposition,
        pivots: usize,
        transposed: bool,
    },
    /// The inverse from factors.
    Inverse {
        n: usize,
        decomposition: Decomposition,
        pivots: usize,
    },
    /// The logarithm of the determinant, or the determinant itself, from factors.
    Determinant {
        n: usize,
        decomposition: Decomposition,
        pivots: usize,
        logarithm: bool,
    },
    /// The Euclidean norm.
    Norm,
    /// The largest entry of each row.
    LargestOfRows,
    /// Sums over the first axis, of so many entries.
    SumFirst { count: usize },
    /// Outer products.
    Spread {
        shape: Vec<usize>,
        terms: Vec<SpreadTerm>,
        /// An axis along which all terms are multiplied with these operands, each with its stride.
        line: Option<(usize, Vec<(usize, usize)>)>,
    },
    /// The kernel of the interpreter, with the shapes of the operands.
    Other {
        instruction: Instruction,
        shapes: Vec<Vec<usize>>,
        shape: Vec<usize>,
    },
}

/// A term of outer products, its factors by operand.
#[derive(Clone, Debug)]
pub(crate) struct SpreadTerm {
    pub(crate) coefficient: Rational,
    pub(crate) factors: Vec<(usize, Vec<usize>)>,
    pub(crate) deltas: Vec<(usize, usize)>,
}

/// A kernel with its operands and results.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    pub(crate) kernel: Kernel,
    pub(crate) operands: Vec<Operand>,
    pub(crate) results: Vec<Operand>,
}

/// A place and how many entries of it are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Operand {
    pub(crate) place: Place,
    pub(crate) length: usize,
}

/// Kernels in order, and the buffers they need.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    pub(crate) steps: Vec<Step>,
    pub(crate) constants: Vec<Constant>,
    /// The number of entries of each buffer.
    pub(crate) buffers: Vec<usize>,
    /// The length of each list of row exchanges.
    pub(crate) pivots: Vec<usize>,
    /// The lengths of the inputs and outputs, in order.
    pub(crate) inputs: Vec<usize>,
    pub(crate) outputs: Vec<usize>,
}

impl Kernel {
    /// What it does, in the words of the language, for messages and listings.
    pub(crate) fn name(&self) -> String {
        match self {
            Kernel::Pass(pass) => pass.name(),
            Kernel::MatrixVector { m, n, transposed } => {
                format!("({m} x {n}){} * vector", if *transposed { "'" } else { "" })
            }
            Kernel::MatrixVectorBoth { m, n } => format!("A * vector, A' * vector, A ({m} x {n})"),
            Kernel::Through { m, n, pass, .. } => format!("A * vector; {}; A' * vector, A ({m} x {n})", pass.name()),
            Kernel::Panels(panels) => {
                let Panels { m, k, n, pass, .. } = &**panels;
                let back = if panels.back.is_some() { "; R*C" } else { "" };
                format!("P = ({m} x {k}) * ({k} x {n}); {}{back}", pass.name())
            }
            Kernel::MatrixMatrix {
                m,
                k,
                n,
                is_symmetric: true,
                ..
            } => format!("({m} x {k}) * ({k} x {n}), symmetric"),
            Kernel::MatrixMatrix { m, k, n, .. } => format!("({m} x {k}) * ({k} x {n})"),
            Kernel::Gram {
                n, k, weighted: true, ..
            } => format!("A*diag(w)*A', A ({n} x {k})"),
            Kernel::Gram { n, k, .. } => format!("A*A', A ({n} x {k})"),
            Kernel::Batched { m, k, n, count } => format!("{count} products ({m} x {k}) * ({k} x {n})"),
            Kernel::Copy => "copy".to_owned(),
            Kernel::Transpose { m, n } => format!("transpose ({m} x {n})"),
            Kernel::AddTranspose { n, .. } => format!("a*A + b*A', A ({n} x {n})"),
            Kernel::Permute { .. } => "axes in another order".to_owned(),
            Kernel::Slice { .. } => "slice".to_owned(),
            Kernel::DiagOf { n } => format!("diagonal of ({n} x {n})"),
            Kernel::Decompose { n, decomposition, .. } => format!("{} of ({n} x {n})", decomposition.name()),
            Kernel::Solve { n, columns, .. } => format!("solve ({n} x {n}) for {columns} columns"),
            Kernel::Inverse { n, .. } => format!("inverse of ({n} x {n}) from factors"),
            Kernel::Determinant { logarithm: true, .. } => "logdet from factors".to_owned(),
            Kernel::Determinant { .. } => "det from factors".to_owned(),
            Kernel::Norm => "norm2".to_owned(),
            Kernel::LargestOfRows => "maximum of each row".to_owned(),
            Kernel::SumFirst { .. } => "sums over the first axis".to_owned(),
            Kernel::Spread { terms, .. } => format!("{} outer products", terms.len()),
            Kernel::Other { instruction, .. } => instruction.name().to_owned(),
        }
    }

    /// About how many operations on numbers it takes, for the lengths of its operands and results.
    pub(crate) fn operations(&self, step: &Step) -> f64 {
        let result = step.results.first().map_or(0, |result| result.length) as f64;
        match *self {
            Kernel::Pass(ref pass) => pass.operations(),
            Kernel::MatrixVector { m, n, .. } => 2.0 * (m * n) as f64,
            Kernel::MatrixVectorBoth { m, n } => 4.0 * (m * n) as f64,
            Kernel::Through { m, n, ref pass, .. } => 4.0 * (m * n) as f64 + pass.operations(),
            Kernel::Panels(ref panels) => {
                let q = panels.back.as_ref().map_or(0, |back| back.q);
                2.0 * (panels.m * panels.n) as f64 * (panels.k + q) as f64 + panels.pass.operations()
            }
            Kernel::MatrixMatrix {
                m, k, n, is_symmetric, ..
            } => m as f64 * (k * n) as f64 * if is_symmetric { 1.0 } else { 2.0 },
            Kernel::Gram { n, k, .. } => n as f64 * (n * k) as f64,
            Kernel::Batched { m, k, n, count } => 2.0 * (m * count) as f64 * (k * n) as f64,
            Kernel::Decompose { n, decomposition, .. } => match decomposition {
                Decomposition::Cholesky => (n as f64).powi(3) / 3.0,
                Decomposition::Lu => 2.0 * (n as f64).powi(3) / 3.0,
                Decomposition::Triangle(_) => 0.0,
            },
            Kernel::Solve {
                n,
                columns,
                decomposition,
                ..
            } => {
                let passes = if matches!(decomposition, Decomposition::Triangle(_)) {
                    1.0
                } else {
                    2.0
                };
                passes * (n * columns) as f64 * n as f64
            }
            Kernel::Inverse { n, decomposition, .. } => match decomposition {
                Decomposition::Cholesky => 2.0 * (n as f64).powi(3) / 3.0,
                _ => 4.0 * (n as f64).powi(3) / 3.0,
            },
            Kernel::Determinant { n, .. } => n as f64,
            Kernel::Spread { ref terms, .. } => {
                result * terms.iter().map(|term| term.factors.len()).sum::<usize>() as f64
            }
            Kernel::AddTranspose { .. } => 3.0 * result,
            Kernel::Norm | Kernel::LargestOfRows | Kernel::SumFirst { .. } => {
                step.operands.iter().map(|operand| operand.length as f64).sum()
            }
            // A function that the interpreter computes.
            Kernel::Other {
                ref instruction,
                ref shapes,
                ref shape,
            } => {
                let shapes: Vec<&[usize]> = shapes.iter().map(Vec::as_slice).collect();
                instruction.work(&shapes, shape)
            }
            Kernel::Copy
            | Kernel::Transpose { .. }
            | Kernel::Permute { .. }
            | Kernel::Slice { .. }
            | Kernel::DiagOf { .. } => 0.0,
        }
    }
}

impl Decomposition {
    /// The operation in the words of the language.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Decomposition::Cholesky => "Cholesky factor",
            Decomposition::Lu => "LU factors",
            Decomposition::Triangle(_) => "triangle",
        }
    }
}

/// More entries than this are in no memory; what is not stored may have more than an array can.
const MAX_COUNT: u64 = 1 << 48;

/// An error if the value of a step has more entries than can be counted.
fn countable(step: &crate::program::Step) -> Result<(), Error> {
    let mut sizes = step.shape.iter().map(|size| u64::try_from(*size).unwrap_or(u64::MAX));
    let count = sizes.try_fold(1u64, |count, size| {
        count.checked_mul(size).filter(|count| *count <= MAX_COUNT)
    });
    match count {
        Some(_) => Ok(()),
        None if step.shape.contains(&0) => Ok(()),
        None => {
            let error = gateaux_array::entries(&step.shape).err();
            Err(error.map_or_else(
                || Error::BadSize(format!("{:?}", step.shape)),
                |error| Error::Array(step.instruction.name(), error),
            ))
        }
    }
}

impl Plan {
    /// The plan of a program whose inputs and outputs are laid out like this in the memory of the caller; inputs come
    /// in the order of [`Program::inputs`].
    ///
    /// # Errors
    /// [`Error::Array`] where an array would have more entries than can be counted.
    pub fn new(
        program: &Program,
        inputs: &dyn Fn(usize) -> Layout,
        outputs: &dyn Fn(usize) -> Layout,
    ) -> Result<Plan, Error> {
        for step in &program.steps {
            countable(step)?;
        }
        let (mut graph, values) = translate::translate(program, inputs);
        let arranged = values.iter().enumerate().map(|(at, id)| {
            let id = graph.dense(*id);
            let rank = graph.shape(id).len();
            match outputs(at) {
                Layout::RowMajor if rank > 1 => graph.permute(id, &(0..rank).rev().collect::<Vec<_>>()),
                _ => id,
            }
        });
        let arranged: Vec<_> = arranged.collect();
        let lengths = program
            .steps
            .iter()
            .filter(|step| matches!(step.instruction, Instruction::Input(_)));
        let lengths = lengths.map(|step| step.shape.iter().product()).collect();
        Ok(schedule::schedule(&graph, &arranged, lengths))
    }

    /// The number of steps.
    pub fn len(&self) -> usize {
        self.steps.len()
    }

    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// The number of numbers in all buffers together.
    pub fn memory(&self) -> usize {
        self.buffers.iter().sum()
    }

    /// For each step what it does, about how many operations on numbers it takes, and how many numbers it reads and
    /// writes.
    pub fn describe(&self) -> Vec<(String, f64, f64)> {
        let lines = self.steps.iter().map(|step| {
            let moved: usize = step
                .operands
                .iter()
                .chain(&step.results)
                .map(|operand| operand.length)
                .sum();
            (step.kernel.name(), step.kernel.operations(step), moved as f64)
        });
        lines.collect()
    }
}

/// The name of a function of one entry.
pub(crate) fn unary_name(unary: Unary) -> String {
    match unary {
        Unary::Neg => "-".to_owned(),
        Unary::Reciprocal => "1/".to_owned(),
        Unary::Square => ".^2".to_owned(),
        Unary::Sqrt => "sqrt".to_owned(),
        Unary::SigmoidSlope => "sigmoid'".to_owned(),
        Unary::Power(power) => format!(".^{power}"),
        Unary::Apply(function) => function.name().to_owned(),
    }
}

/// The name of a function of two entries.
pub(crate) fn binary_name(binary: Binary) -> &'static str {
    match binary {
        Binary::Add => ".+",
        Binary::Sub => ".-",
        Binary::Mul => ".*",
        Binary::Div => "./",
        Binary::Max => "max",
        Binary::Min => "min",
        Binary::Pow => ".^",
        Binary::Less => "<",
        Binary::AtMost => "<=",
    }
}
