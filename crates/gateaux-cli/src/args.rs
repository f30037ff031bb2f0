//! The arguments of the command line, with their help.

use std::collections::BTreeMap;

use clap::{Args, Parser, Subcommand, ValueEnum};
use gateaux::teach::Level;

/// Matrix calculus: derivatives in matrix notation, checked.
#[derive(Debug, Parser)]
#[command(
    name = "gateaux",
    version,
    about = "Derivatives of matrix expressions, in matrix notation, checked",
    after_help = "Examples:\n  \
        gateaux diff \"norm2(A*x - b)^2\" --wrt x\n  \
        gateaux diff \"logdet(X)\" --steps               how the answer follows\n  \
        gateaux check \"norm2(A*x - b)^2\" --wrt x --claim \"2*A'*(A*x - b)\"\n  \
        gateaux eval \"x'*A*x\" --data \"x=[1, 2]\" --data A=a.npy --wrt x\n  \
        gateaux functions logdet\n  \
        gateaux explain G0204\n  \
        gateaux                        a session: formulas line by line, :help tells more\n\n\
        Exit codes: 0 answered, 1 the input has a mistake, 2 usage."
)]
pub struct Arguments {
    /// What to do; without it a session
    #[command(subcommand)]
    pub command: Option<Command>,
    /// When to use colors; NO_COLOR is honored too
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto, value_name = "WHEN")]
    pub color: Color,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Differentiate a function
    Diff(DiffArguments),
    /// Say whether a claimed derivative is right, or what is wrong with it
    Check(CheckArguments),
    /// Say whether two expressions are equal
    Equal(EqualArguments),
    /// Compute a function and its derivative at given data
    Eval(EvalArguments),
    /// Show the program that computes a function and its derivatives, with the time of each step
    Plan(PlanArguments),
    /// Give an exercise, hints one at a time, and a judgment of an answer
    Teach(TeachArguments),
    /// Answer problems in JSON Lines, one line each
    Batch(BatchArguments),
    /// List the functions of the language, or show one
    Functions(FunctionsArguments),
    /// Explain the code of an error, or a rule of derivations
    Explain(ExplainArguments),
    /// Show the page, where answers appear while you type, in the browser of this machine
    Page(PageArguments),
}

/// When to use colors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

impl Color {
    /// Makes it the choice of all streams.
    pub fn write_global(self) {
        match self {
            Color::Auto => anstream::ColorChoice::Auto,
            Color::Always => anstream::ColorChoice::Always,
            Color::Never => anstream::ColorChoice::Never,
        }
        .write_global();
    }
}

/// The notation of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// The language itself
    Text,
    /// The language with mathematical symbols
    Unicode,
    /// LaTeX, with amsmath
    Latex,
    /// MathML Core, for web pages
    Mathml,
    /// One JSON object, as `gateaux batch` writes it
    Json,
}

/// The notation of a formula that is given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Input {
    /// The language
    #[default]
    Text,
    /// LaTeX, perhaps with declarations in the language before it
    Latex,
}

/// How a formula is given.
#[derive(Args, Clone, Copy, Debug)]
pub struct InputArgument {
    /// The notation of the formula
    #[arg(long, value_enum, default_value_t, value_name = "NOTATION")]
    pub input: Input,
}

/// The notation of tables and numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum TextOrJson {
    /// For people
    Text,
    /// For programs
    Json,
}

/// One view of a derivative.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Form {
    /// The change of the function, linear in the change of the variable
    Differential,
    /// The gradient of a scalar function
    Gradient,
    /// The Jacobian of a vector by a vector
    Jacobian,
    /// The second derivative of a scalar, with --order 2
    Hessian,
    /// The transposed operator: cotangent in, gradient out
    Adjoint,
    /// The map from any arrays in, linear in each: dX -> A*dX*B
    Operator,
    /// The matrix M with vec(df) = M*vec(dX), where vec stacks columns
    Kronecker,
    /// The entries: D[i,j,k,l] = A[i,k]*B[l,j]
    Index,
    /// The second derivative as a bilinear form: f''(X)[dX1, dX2], with --order 2
    Bilinear,
    /// The product of the Hessian with a direction, with --order 2
    Hvp,
    /// The Taylor polynomial of the order: f(X) + f'(X)[dX] + f''(X)[dX, dX]/2
    Taylor,
}

/// How the derivative by a structured matrix is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Convention {
    /// In the subspace, under the Frobenius inner product: sym(G)
    #[default]
    Subspace,
    /// As if all entries were independent: G
    Unconstrained,
    /// By the independent entries, each at both of its places: G + G' - diag(diag(G))
    Vech,
}

/// How thoroughly an answer is checked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Check {
    /// Against differences at some points
    #[default]
    Points,
    /// Also with the errors of differences for all steps from 1 to 1e-16, as a table and a picture
    Full,
}

/// How much is told of a derivation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Detail {
    /// The steps that a textbook shows
    #[default]
    Brief,
    /// One rule a line
    Full,
}

/// `gateaux diff`
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  \
    gateaux diff \"norm2(A*x - b)^2\" --wrt x\n  \
    gateaux diff \"X^2\"                                   the only variable needs no --wrt\n  \
    gateaux diff \"logdet(X)\" --wrt X --form gradient --quiet\n  \
    gateaux diff \"norm2(A*x - b)^2\" --wrt x --steps       how the answer follows, line by line\n  \
    gateaux diff \"norm2(A*x - b)^2\" --wrt A,b            several gradients at once\n  \
    gateaux diff \"x'*A*y\" --wrt x,y --order 2            a mixed second derivative\n  \
    gateaux diff \"A*X*B\" --wrt X --form kronecker       the matrix M with vec(df) = M*vec(dX)\n  \
    gateaux diff \"logdet(X)\" --wrt X --order 2 --form hvp\n  \
    gateaux diff \"S: symmetric(n); tr(A*S)\" --wrt S --convention vech\n  \
    gateaux diff problem.gx --wrt w --order 2 --format latex\n  \
    gateaux diff \"X^2\" --cost --dims n=1000              what each order of evaluation takes\n  \
    gateaux diff \"X^2\" --check full --plot error.svg      the error of differences by the step\n  \
    gateaux diff --input latex \"\\|Ax - b\\|_2^2\" --wrt x\n  \
    echo \"S: posdef(n); logdet(S)\" | gateaux diff -")]
pub struct DiffArguments {
    /// A formula, the name of a file with a problem, or `-` for standard input
    pub problem: String,
    /// Its notation
    #[command(flatten)]
    pub notation: InputArgument,
    /// The variables to differentiate by; not needed if there is only one
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub wrt: Vec<String>,
    /// The order; with as many names as that: a mixed derivative
    #[arg(long, value_name = "K", value_parser = clap::value_parser!(u8).range(1..=9))]
    pub order: Option<u8>,
    /// Show only this form
    #[arg(long, value_enum)]
    pub form: Option<Form>,
    /// The convention for symmetric, skew, diagonal and triangular variables
    #[arg(long, value_enum, default_value_t)]
    pub convention: Convention,
    /// The gradient in the inner product <u, v> = u'*W*v of a positive definite W
    #[arg(long, value_name = "W")]
    pub inner_product: Option<String>,
    /// The gradient on the sphere: of a variable of unit norm, projected on the tangent space
    #[arg(long, conflicts_with = "inner_product")]
    pub unit_norm: bool,
    /// Show the length of the answer and of the forms it was chosen from
    #[arg(long)]
    pub explain: bool,
    /// The notation of the answer
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
    /// Show operations and memory of each order of evaluation, at the sizes of --dims or 100
    #[arg(long)]
    pub cost: bool,
    /// Sizes for the check, or with --cost for the costs, such as m=50,n=20
    #[arg(long, value_name = "SIZES", value_delimiter = ',', value_parser = size)]
    pub dims: Vec<(String, usize)>,
    /// How thoroughly to check the answer
    #[arg(long, value_enum, default_value_t, conflicts_with = "no_check", value_name = "HOW")]
    pub check: Check,
    /// Draw the errors of differences into this file, as --check full shows them
    #[arg(long, value_name = "FILE.svg", conflicts_with = "no_check")]
    pub plot: Option<String>,
    /// Show how the answer follows, line by line
    #[arg(long)]
    pub steps: bool,
    /// How much the steps tell
    #[arg(long, value_enum, default_value_t)]
    pub detail: Detail,
    /// Do not check the answer numerically
    #[arg(long)]
    pub no_check: bool,
    /// Show the formula alone: the explicit form, or the operator where there is none; with --steps the steps alone
    #[arg(long, short)]
    pub quiet: bool,
}

/// `gateaux check`
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  \
    gateaux check \"norm2(A*x - b)^2\" --wrt x --claim \"2*A'*(A*x - b)\"\n  \
    gateaux check \"logdet(X)\" --claim \"tr(inv(X)*dX)\"            a differential has dX in it\n  \
    gateaux check \"A*X*B\" --wrt X --claim \"kron(B', A)\"         the matrix M with vec(df) = M*vec(dX)\n  \
    gateaux check \"x'*A*x\" --wrt x --order 2 --claim \"A + A'\"\n  \
    gateaux check notes.md paper.tex                             all claims in these files\n\n\
    Exit codes: 0 equal, 1 not equal or a mistake in the input, 2 usage.")]
pub struct CheckArguments {
    /// A formula, the name of a file with a problem or with claims, or `-` for standard input
    pub problem: String,
    /// More files with claims: .md, .tex, .ipynb, .py, .jl
    pub files: Vec<String>,
    /// Its notation
    #[command(flatten)]
    pub notation: InputArgument,
    /// The variables to differentiate by; not needed if there is only one
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub wrt: Vec<String>,
    /// The order; with as many names as that: a mixed derivative
    #[arg(long, value_name = "K", value_parser = clap::value_parser!(u8).range(1..=9))]
    pub order: Option<u8>,
    /// The formula that is claimed to be the derivative
    #[arg(long, value_name = "FORMULA", allow_hyphen_values = true)]
    pub claim: Option<String>,
    /// The convention for symmetric, skew, diagonal and triangular variables
    #[arg(long, value_enum, default_value_t)]
    pub convention: Convention,
    /// How to show the judgment
    #[arg(long, value_enum, default_value_t = TextOrJson::Text)]
    pub format: TextOrJson,
    /// Sizes at which to compare, such as m=50,n=20
    #[arg(long, value_name = "SIZES", value_delimiter = ',', value_parser = size)]
    pub dims: Vec<(String, usize)>,
}

/// `gateaux equal`
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  \
    gateaux equal \"tr(A*B)\" \"tr(B*A)\"\n  \
    gateaux equal \"S: symmetric(n); x'*S*y\" \"y'*S*x\"\n\n\
    The names of both are the same things, declared in either.\n\
    Exit codes: 0 equal, 1 not equal or a mistake in the input, 2 usage.")]
pub struct EqualArguments {
    /// A formula, the name of a file with one, or `-` for standard input
    #[arg(allow_hyphen_values = true)]
    pub first: String,
    /// Another
    #[arg(allow_hyphen_values = true)]
    pub second: String,
    /// Their notation
    #[command(flatten)]
    pub notation: InputArgument,
    /// How to show the judgment
    #[arg(long, value_enum, default_value_t = TextOrJson::Text)]
    pub format: TextOrJson,
    /// Sizes at which to compare, such as m=50,n=20
    #[arg(long, value_name = "SIZES", value_delimiter = ',', value_parser = size)]
    pub dims: Vec<(String, usize)>,
}

/// `gateaux eval`
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  \
    gateaux eval \"x'*A*x\" --data \"x=[1, 2]\" --data \"A=[[2, 0], [0, 3]]\"\n  \
    gateaux eval problem.gx --data A=a.npy --data x=x.csv --wrt x\n  \
    gateaux eval problem.gx --data all.npz --wrt w --format json\n  \
    gateaux eval \"x'*x\" --data \"x=[3, 4]\" --direction \"x=[0.001, 0.002]\"\n  \
    gateaux eval \"x'*A*x\" --data \"x=[1, 2]\" --data \"A=[[2, 0], [0, 3]]\" --wrt x,A --direction random --order 2\n\n\
    In a .csv file rows are lines; a first line without numbers is skipped; one row or one column may be a vector.\n\
    A .npz file, or a .json file with an object, gives all its arrays to the variables of the same names.")]
pub struct EvalArguments {
    /// A formula, the name of a file with a problem, or `-` for standard input
    pub problem: String,
    /// Its notation
    #[command(flatten)]
    pub notation: InputArgument,
    /// A value: NAME=FILE, NAME=NUMBERS, or a file of named arrays
    #[arg(long, value_name = "DATA")]
    pub data: Vec<String>,
    /// The variables to differentiate by; without it the value alone is computed
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub wrt: Vec<String>,
    /// The order; with as many names as that: a mixed derivative
    #[arg(long, value_name = "K", value_parser = clap::value_parser!(u8).range(1..=9))]
    pub order: Option<u8>,
    /// A step from the point: NAME=NUMBERS, NAME=FILE, NAME=random, or random for all variables of --wrt; shows how much of
    /// the change of the function its derivatives explain
    #[arg(long, value_name = "STEP", conflicts_with = "repeat")]
    pub direction: Vec<String>,
    /// Multiply the direction by this number [default: 1, and 0.001 for a random direction of length 1]
    #[arg(long, value_name = "H", requires = "direction", allow_negative_numbers = true, value_parser = finite)]
    pub step: Option<f64>,
    /// Which random direction
    #[arg(long, value_name = "N", requires = "direction", default_value_t = 1)]
    pub seed: u64,
    /// Sizes that the data do not tell, such as k=3
    #[arg(long, value_name = "SIZES", value_delimiter = ',', value_parser = size)]
    pub dims: Vec<(String, usize)>,
    /// How to show the numbers
    #[arg(long, value_enum, default_value_t = TextOrJson::Text)]
    pub format: TextOrJson,
    /// Run the compiled function so often and show the time of a run
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub repeat: Option<u32>,
    /// How many threads the timed runs may use
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub threads: usize,
    /// How many digits to show (text only; json has them all)
    #[arg(long, value_name = "N", default_value_t = 6, value_parser = clap::value_parser!(u8).range(1..=17))]
    pub digits: u8,
}

/// What a program computes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Compute {
    /// The value of the function
    Value,
    /// The gradient of a scalar function
    Gradient,
    /// The derivative as an array
    Jacobian,
    /// The second derivative as an array
    Hessian,
    /// The product of the Hessian with a direction
    Hvp,
    /// The product of the Jacobian with a direction: forward mode
    Jvp,
    /// The product of the transposed Jacobian with a cotangent: reverse mode
    Vjp,
}

/// `gateaux plan`
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  \
    gateaux plan \"norm2(A*x - b)^2\" --wrt x --dims m=2000,n=1000\n  \
    gateaux plan problem.gx --wrt U --compute value,gradient,hvp\n\n\
    Inputs are random numbers in their declared structure; times are medians of the runs.")]
pub struct PlanArguments {
    /// A formula, the name of a file with a problem, or `-` for standard input
    pub problem: String,
    /// Its notation
    #[command(flatten)]
    pub notation: InputArgument,
    /// The variables to differentiate by
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub wrt: Vec<String>,
    /// What to compute; without it the value and the gradients
    #[arg(long, value_enum, value_name = "WHAT", value_delimiter = ',')]
    pub compute: Vec<Compute>,
    /// The convention for symmetric, skew, diagonal and triangular variables
    #[arg(long, value_enum, default_value_t)]
    pub convention: Convention,
    /// Sizes, such as m=50,n=20; 100 where none is given
    #[arg(long, value_name = "SIZES", value_delimiter = ',', value_parser = size)]
    pub dims: Vec<(String, usize)>,
    /// How many threads large products and passes may use
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub threads: usize,
    /// How often to run it
    #[arg(long, value_name = "N", default_value_t = 11)]
    pub repeat: usize,
    /// How to show it
    #[arg(long, value_enum, default_value_t = TextOrJson::Text)]
    pub format: TextOrJson,
}

/// `gateaux teach`
#[derive(Args, Debug)]
#[command(after_help = teach_help())]
pub struct TeachArguments {
    /// How difficult
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub level: u8,
    /// Which exercise of the level
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub seed: u64,
    /// How many hints to show
    #[arg(long, value_name = "K", default_value_t = 0)]
    pub hints: usize,
    /// The answer to judge; any form of the derivative
    #[arg(long, value_name = "FORMULA", allow_hyphen_values = true)]
    pub answer: Option<String>,
    /// Show the answer and how it follows
    #[arg(long)]
    pub solution: bool,
    /// How to show it
    #[arg(long, value_enum, default_value_t = TextOrJson::Text)]
    pub format: TextOrJson,
}

/// `gateaux batch`
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  \
    echo '{\"expr\": \"norm2(A*x - b)^2\", \"wrt\": \"x\"}' | gateaux batch\n  \
    gateaux batch problems.jsonl > answers.jsonl\n\n\
    Fields of a problem: id, expr, vars, dims, wrt, order, gradients, inputs, steps, mathml.\n\
    A line that is wrong gives an answer with \"ok\": false; the command goes on and exits with 0.")]
pub struct BatchArguments {
    /// Files to read; none or `-`: standard input
    pub files: Vec<String>,
    /// Add the time taken, in microseconds, to each answer
    #[arg(long)]
    pub timing: bool,
    /// Do not check the answers numerically
    #[arg(long)]
    pub no_check: bool,
}

/// `gateaux functions`
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  \
    gateaux functions\n  \
    gateaux functions logdet\n  \
    gateaux functions --format json")]
pub struct FunctionsArguments {
    /// The function to show, by its name or another spelling
    pub name: Option<String>,
    /// How to show it
    #[arg(long, value_enum, default_value_t = TextOrJson::Text)]
    pub format: TextOrJson,
}

/// `gateaux page`
#[derive(Args, Debug)]
#[command(after_help = "Nothing that is typed leaves this machine.\n\nExamples:\n  \
    gateaux page\n  \
    gateaux page --port 9000 --no-open")]
pub struct PageArguments {
    /// The port at which it is served; by default 8700, or another one if that is taken
    #[arg(long)]
    pub port: Option<u16>,
    /// Say where the page is, without opening a browser
    #[arg(long)]
    pub no_open: bool,
}

/// `gateaux explain`
#[derive(Args, Debug)]
#[command(after_help = "Examples:\n  \
    gateaux explain G0204\n  \
    gateaux explain product-rule  a rule of diff --steps\n  \
    gateaux explain               all codes")]
pub struct ExplainArguments {
    /// The code, as the error shows it in brackets, or a rule of a derivation
    pub code: Option<String>,
}

/// The levels, and examples.
fn teach_help() -> String {
    let levels = Level::all().map(|level| format!("  {} {}\n", level.number(), level.title()));
    let examples = ["", " --hints 1", " --answer \"2*A'*(A*x - u)\"", " --solution"];
    let examples = examples.map(|more| format!("  gateaux teach --level 2 --seed 3{more}\n"));
    let (levels, examples) = (levels.collect::<String>(), examples.concat());
    format!("Levels:\n{levels}\nExamples:\n{examples}\nExit codes: 0, but 1 if the answer is not right.")
}

impl DiffArguments {
    /// The sizes for the check: those of the costs may be of any size.
    pub fn check_sizes(&self) -> BTreeMap<String, usize> {
        if self.cost { BTreeMap::new() } else { sizes(&self.dims) }
    }
}

/// A number that is neither infinite nor none.
fn finite(text: &str) -> Result<f64, String> {
    let number: f64 = text.trim().parse().map_err(|_| "it is no number".to_owned())?;
    match number.is_finite() {
        true => Ok(number),
        false => Err("it is not finite".to_owned()),
    }
}

/// `m=50`
fn size(text: &str) -> Result<(String, usize), String> {
    let (name, size) = text
        .split_once('=')
        .ok_or("a size is written as NAME=NUMBER, such as m=50")?;
    match size.trim().parse() {
        Ok(size) if size > 0 => Ok((name.trim().to_owned(), size)),
        Ok(_) | Err(_) => Err(format!("the size of {} is a positive integer, not {size}", name.trim())),
    }
}

/// The sizes by name.
pub fn sizes(pairs: &[(String, usize)]) -> BTreeMap<String, usize> {
    pairs.iter().cloned().collect()
}
