//! What derivatives cost: operations and memory of each order of evaluation, read off the plans that would run.
//!
//! A derivative by n inputs of m outputs has `m*n` entries. Forward mode computes them by one pass for each input,
//! reverse mode by one pass for each output, and a compiled formula all at once. The operator needs no entries at all.
//!
//! # Source
//! Griewank & Walther, Evaluating Derivatives, chapters 3 and 4; Johnson & Edelman, Matrix Calculus for Machine Learning
//! and Beyond, chapters 3 and 8.

use std::collections::BTreeMap;

use gateaux_core::diff::Convention;
use gateaux_core::expr::{Dim, Expr, Structure};
use gateaux_eval::{Layout, Plan, Program, Sizes};

use crate::compile::derive::{Request, value};
use crate::compile::{Part, mistake};
use crate::error::{Errors, NO_NUMBERS};
use crate::problem::Problem;

/// The size of a dimension name that nobody gives.
pub const ANY_SIZE: usize = 100;
/// The bytes of a number.
const BYTES: f64 = 8.0;
/// Leading terms are read off at sizes of at least this, where the others vanish beside them.
const LARGE: usize = 512;

/// What one evaluation, or several, take.
#[derive(Clone, Debug, PartialEq)]
pub struct Cost {
    /// Operations on numbers: additions, multiplications, functions.
    pub operations: f64,
    /// The leading term of the operations as a formula in the sizes, where it is one monomial: `2*m*n`.
    pub order: Option<String>,
    /// Bytes that are read and written.
    pub moved: f64,
    /// Bytes of memory for intermediate results.
    pub memory: f64,
}

/// An order of evaluation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// One pass of the differential for each input.
    Forward,
    /// One pass of the adjoint for each output.
    Reverse,
    /// One pass of the second differential for each pair of inputs.
    ForwardOverForward,
    /// One product of the Hessian with a direction for each input: the differential of the gradient.
    ForwardOverReverse,
    /// The formula of the answer, all entries at once.
    Compiled,
    /// The factors of a Kronecker product instead of its entries.
    Factors,
}

/// A derivative in one order of evaluation.
#[derive(Clone, Debug, PartialEq)]
pub struct Way {
    /// The order of evaluation.
    pub mode: Mode,
    /// How many passes it takes.
    pub passes: f64,
    /// What all of them take together.
    pub total: Cost,
}

/// All ways to compute a derivative.
#[derive(Clone, Debug, PartialEq)]
pub struct Derivation {
    /// The order of the derivative, 1 or 2.
    pub order: usize,
    /// Its entries, as an array.
    pub entries: f64,
    /// The ways, the cheapest first.
    pub ways: Vec<Way>,
    /// Why the first is the cheapest.
    pub reason: String,
    /// The operator at one direction, which needs no entries.
    pub operator: Cost,
    /// What the matrix of all entries takes to be applied to one direction, when it is there.
    pub matrix: Cost,
}

/// What a function and its derivatives by a variable cost.
#[derive(Clone, Debug, PartialEq)]
pub struct Costs {
    /// The variable.
    pub wrt: String,
    /// The independent entries of the variable.
    pub inputs: f64,
    /// The entries of the function.
    pub outputs: f64,
    /// The value.
    pub value: Cost,
    /// The first derivative, and of a scalar function the second where it was asked for.
    pub derivatives: Vec<Derivation>,
    /// The sizes.
    pub sizes: Sizes,
}

/// Programs to be planned, and how often one of them runs.
struct Passes {
    exprs: Vec<Expr>,
    count: Count,
}

/// How often a pass runs.
#[derive(Clone, Copy)]
enum Count {
    Once,
    Inputs,
    Outputs,
    PairsOfInputs,
}

impl Problem {
    /// What the value and the derivatives up to an order (1 or 2) by a variable cost, in each order of evaluation.
    ///
    /// Sizes that are not given are 100. Nothing is computed: the costs are those of the plans.
    ///
    /// # Errors
    /// Names that are no variables or dimensions; sizes at which the arrays cannot be counted; complex problems.
    ///
    /// # Example
    /// ```
    /// let mut problem = gateaux::Problem::parse("X^2")?;
    /// let costs = problem.costs("X", 1, &[("n".to_owned(), 1000)].into())?;
    /// let first = &costs.derivatives[0];
    /// assert_eq!(first.operator.order.as_deref(), Some("4*n^3"));
    /// assert_eq!(first.matrix.order.as_deref(), Some("2*n^4"));
    /// assert_eq!(first.matrix.memory, 8e12);
    /// # Ok::<(), gateaux::Errors>(())
    /// ```
    pub fn costs(&mut self, wrt: &str, order: usize, given: &Sizes) -> Result<Costs, Errors> {
        if self.is_complex() {
            return Err(mistake("costs are those of real problems".to_owned()));
        }
        self.check_dimensions(given.keys())?;
        let mut sizes = given.clone();
        for name in self.known_dimensions() {
            sizes.entry(name).or_insert(ANY_SIZE);
        }
        let variable = self.variable(wrt)?;
        let subject = Subject {
            inputs: variable,
            structure: self
                .store
                .as_var(variable)
                .map_or(Structure::General, |var| self.store.variable(var).structure),
            sizes: &sizes,
        };
        let inputs = subject.count(self, Count::Inputs, &sizes)?;
        let outputs = subject.count(self, Count::Outputs, &sizes)?;
        let exprs = self.exprs(value())?;
        let value = subject.cost(
            self,
            &Passes {
                exprs,
                count: Count::Once,
            },
        )?;
        let name = wrt.to_owned();
        let mut derivatives = vec![self.first_derivative(&subject, &name)?];
        if order > 1 && self.store.shape(self.function).is_scalar() {
            derivatives.push(self.second_derivative(&subject, &name)?);
        }
        Ok(Costs {
            wrt: name,
            inputs,
            outputs,
            value,
            derivatives,
            sizes,
        })
    }

    fn first_derivative(&mut self, subject: &Subject, wrt: &str) -> Result<Derivation, Errors> {
        let forward = self.exprs(Request::JacobianVector(wrt.to_owned()))?;
        let reverse = self.exprs(Request::VectorJacobian(wrt.to_owned()))?;
        let mut ways = vec![
            (
                Mode::Forward,
                Passes {
                    exprs: forward.clone(),
                    count: Count::Inputs,
                },
            ),
            (
                Mode::Reverse,
                Passes {
                    exprs: reverse,
                    count: Count::Outputs,
                },
            ),
        ];
        // Not every derivative has an array as a formula.
        if let Ok(exprs) = self.exprs(Request::First(wrt.to_owned())) {
            ways.push((
                Mode::Compiled,
                Passes {
                    exprs,
                    count: Count::Once,
                },
            ));
        }
        subject.derivation(self, 1, ways, forward)
    }

    fn second_derivative(&mut self, subject: &Subject, wrt: &str) -> Result<Derivation, Errors> {
        let pairs = self.derive(&[wrt, wrt])?.derivative.form;
        let directed = self.exprs(Request::HessianVector(wrt.to_owned()))?;
        let mut ways = vec![
            (
                Mode::ForwardOverForward,
                Passes {
                    exprs: vec![pairs],
                    count: Count::PairsOfInputs,
                },
            ),
            (
                Mode::ForwardOverReverse,
                Passes {
                    exprs: directed.clone(),
                    count: Count::Inputs,
                },
            ),
        ];
        if let Ok(exprs) = self.exprs(Request::Second(wrt.to_owned(), wrt.to_owned())) {
            ways.push((
                Mode::Compiled,
                Passes {
                    exprs,
                    count: Count::Once,
                },
            ));
        }
        let factors = self.derived(&[Request::SecondInFactors(wrt.to_owned())], Convention::Subspace);
        if let Ok(factors) = factors.map(|parts| parts.into_iter().filter(|(_, (_, part))| *part != Part::Whole)) {
            let exprs: Vec<Expr> = factors.map(|(expr, _)| expr).collect();
            if !exprs.is_empty() {
                ways.push((
                    Mode::Factors,
                    Passes {
                        exprs,
                        count: Count::Once,
                    },
                ));
            }
        }
        subject.derivation(self, 2, ways, directed)
    }

    /// The expressions that a request stands for.
    fn exprs(&mut self, request: Request) -> Result<Vec<Expr>, Errors> {
        let found = self.derived(&[request], Convention::Subspace)?;
        Ok(found.into_iter().map(|(expr, _)| expr).collect())
    }
}

/// What is counted: a variable at some sizes.
struct Subject<'a> {
    inputs: Expr,
    structure: Structure,
    sizes: &'a Sizes,
}

impl Subject<'_> {
    fn derivation(
        &self,
        problem: &mut Problem,
        order: usize,
        ways: Vec<(Mode, Passes)>,
        operator: Vec<Expr>,
    ) -> Result<Derivation, Errors> {
        let mut costed = Vec::with_capacity(ways.len());
        for (mode, passes) in &ways {
            let counted = self.count(problem, passes.count, self.sizes)?;
            let total = self.cost(problem, passes)?;
            costed.push(Way {
                mode: *mode,
                passes: counted,
                total,
            });
        }
        // Of equals the formula goes first: it is what an answer shows.
        let rank = |way: &Way| !matches!(way.mode, Mode::Compiled | Mode::Factors);
        costed.sort_by(|a, b| {
            a.total
                .operations
                .total_cmp(&b.total.operations)
                .then(rank(a).cmp(&rank(b)))
        });
        let variable = problem.store.shape(self.inputs).axes();
        let mut axes = problem.store.shape(problem.function).axes();
        axes.extend(std::iter::repeat_n(variable, order).flatten());
        let entries = product(problem, &axes, self.sizes)?;
        let of_axes = |sizes: &Sizes| product(problem, &axes, sizes).ok().map(|entries| 2.0 * entries);
        let matrix = Cost {
            operations: 2.0 * entries,
            order: leading(&of_axes, self.sizes),
            moved: BYTES * entries,
            memory: BYTES * entries,
        };
        let operator = self.cost(
            problem,
            &Passes {
                exprs: operator,
                count: Count::Once,
            },
        )?;
        Ok(Derivation {
            order,
            entries,
            reason: reason(&costed),
            ways: costed,
            operator,
            matrix,
        })
    }

    /// What all passes take.
    fn cost(&self, problem: &mut Problem, passes: &Passes) -> Result<Cost, Errors> {
        let count = self.count(problem, passes.count, self.sizes)?;
        let plan = plan(problem, &passes.exprs, self.sizes)?;
        let (operations, moved) = totals(&plan);
        let problem = std::cell::RefCell::new(problem);
        let at = |sizes: &Sizes| {
            let mut problem = problem.borrow_mut();
            let plan = plan_at(&mut problem, &passes.exprs, sizes)?;
            Some(totals(&plan).0 * self.count(&problem, passes.count, sizes).ok()?)
        };
        Ok(Cost {
            operations: count * operations,
            order: leading(&at, self.sizes),
            moved: count * moved,
            memory: BYTES * plan.memory() as f64,
        })
    }

    fn count(&self, problem: &Problem, count: Count, sizes: &Sizes) -> Result<f64, Errors> {
        Ok(match count {
            Count::Once => 1.0,
            Count::Outputs => product(problem, &problem.store.shape(problem.function).axes(), sizes)?,
            Count::Inputs => self.directions(problem, sizes)?,
            Count::PairsOfInputs => {
                let n = self.directions(problem, sizes)?;
                n * (n + 1.0) / 2.0
            }
        })
    }

    /// The dimension of the space in which the variable moves.
    fn directions(&self, problem: &Problem, sizes: &Sizes) -> Result<f64, Errors> {
        let axes = problem.store.shape(self.inputs).axes();
        let entries = product(problem, &axes, sizes)?;
        let n = entries.sqrt().round();
        Ok(match self.structure {
            Structure::General => entries,
            Structure::Symmetric | Structure::Posdef | Structure::Lower => n * (n + 1.0) / 2.0,
            Structure::Skew | Structure::Orthogonal => n * (n - 1.0) / 2.0,
            Structure::Diagonal => n,
        })
    }
}

fn plan(problem: &mut Problem, exprs: &[Expr], sizes: &Sizes) -> Result<Plan, Errors> {
    let failed = |error: gateaux_eval::Error| Errors::general(NO_NUMBERS, error.to_string());
    let program = Program::lower(&mut problem.store, exprs, sizes).map_err(failed)?;
    Plan::new(&program, &|_| Layout::ColumnMajor, &|_| Layout::ColumnMajor).map_err(failed)
}

/// The same at sizes at which there may be none.
fn plan_at(problem: &mut Problem, exprs: &[Expr], sizes: &Sizes) -> Option<Plan> {
    plan(problem, exprs, sizes).ok()
}

/// The operations and the bytes moved in all steps.
fn totals(plan: &Plan) -> (f64, f64) {
    let steps = plan.describe();
    let totals = steps.iter().fold((0.0, 0.0), |(operations, numbers), step| {
        (operations + step.1, numbers + step.2)
    });
    (totals.0, BYTES * totals.1)
}

/// The product of the axes.
fn product(problem: &Problem, axes: &[Dim], sizes: &Sizes) -> Result<f64, Errors> {
    let value = |name: &str| sizes.get(name).and_then(|size| i64::try_from(*size).ok());
    let size = |dim: &Dim| problem.store.dims.evaluate(*dim, &value).filter(|size| *size > 0);
    let sizes: Option<Vec<f64>> = axes.iter().map(|dim| Some(size(dim)? as f64)).collect();
    let unfit =
        || mistake("these sizes fit not all dimensions of the problem: one would be zero or negative".to_owned());
    Ok(sizes.ok_or_else(unfit)?.iter().product())
}

/// The leading term of a cost in the sizes, where it is one monomial whose coefficient is a simple number.
fn leading(cost: &dyn Fn(&Sizes) -> Option<f64>, sizes: &Sizes) -> Option<String> {
    let smallest = *sizes.values().min()?;
    let factor = LARGE.div_ceil(smallest.max(1));
    let large: Sizes = sizes
        .iter()
        .map(|(name, size)| (name.clone(), size.saturating_mul(factor)))
        .collect();
    let base = cost(&large).filter(|cost| *cost > 0.0)?;
    let mut powers: BTreeMap<&str, i32> = BTreeMap::new();
    let mut coefficient = base;
    for (name, size) in &large {
        let mut doubled = large.clone();
        doubled.insert(name.clone(), 2 * size);
        let power = (cost(&doubled)? / base).log2();
        if (power - power.round()).abs() > 0.03 {
            return None;
        }
        powers.insert(name, power.round() as i32);
        coefficient /= (*size as f64).powi(power.round() as i32);
    }
    let simple = |divisor: f64| {
        let multiple = coefficient * divisor;
        (multiple >= 0.9 && (multiple - multiple.round()).abs() < 0.02 * multiple).then(|| (multiple.round(), divisor))
    };
    let (multiple, divisor) = [1.0, 2.0, 3.0, 6.0].into_iter().find_map(simple)?;
    let factors = powers
        .iter()
        .filter(|(_, power)| **power > 0)
        .map(|(name, power)| match power {
            1 => (*name).to_owned(),
            power => format!("{name}^{power}"),
        });
    let mut parts: Vec<String> = factors.collect();
    if multiple != 1.0 || parts.is_empty() {
        parts.insert(0, format!("{multiple}"));
    }
    let text = parts.join("*");
    Some(if divisor == 1.0 {
        text
    } else {
        format!("{text}/{divisor}")
    })
}

/// Why the first of these is the cheapest.
fn reason(ways: &[Way]) -> String {
    let Some(best) = ways.first() else { return String::new() };
    let of = |mode: Mode| ways.iter().find(|way| way.mode == mode);
    let passes = |mode: Mode| of(mode).map_or(0.0, |way| way.passes);
    let compared = |other: &Way| match other.total.operations / best.total.operations.max(1.0) {
        ratio if ratio < 1.05 => format!("{} takes as many", other.mode.name()),
        ratio if ratio < 9.95 => format!("{} takes {ratio:.1} times as many", other.mode.name()),
        ratio => format!("{} takes {ratio:.0} times as many", other.mode.name()),
    };
    let next = ways.get(1).map_or(String::new(), |way| format!("; {}", compared(way)));
    let is_reverse = of(Mode::Reverse)
        .is_some_and(|reverse| reverse.passes == 1.0 && reverse.total.operations < 1.05 * best.total.operations);
    let why = match best.mode {
        Mode::Reverse => format!(
            "there are fewer outputs than inputs, so that {} instead of {} passes do",
            passes(Mode::Reverse),
            passes(Mode::Forward)
        ),
        Mode::Forward => format!(
            "there are no more inputs than outputs, so that {} instead of {} passes do",
            passes(Mode::Forward),
            passes(Mode::Reverse)
        ),
        Mode::Compiled if is_reverse => {
            let forward = of(Mode::Forward).map_or(String::new(), |way| format!("; {}", compared(way)));
            return format!("as reverse mode, it takes one pass for the only output{forward}");
        }
        Mode::Compiled => "the formula computes once what the entries have in common".to_owned(),
        Mode::Factors => "the entries are products of those of two small matrices".to_owned(),
        Mode::ForwardOverReverse => "each pass gives a whole column".to_owned(),
        Mode::ForwardOverForward => "there are few inputs".to_owned(),
    };
    format!("{why}{next}")
}

impl Mode {
    /// The name, as tables show it.
    pub fn name(self) -> &'static str {
        match self {
            Mode::Forward => "forward mode",
            Mode::Reverse => "reverse mode",
            Mode::ForwardOverForward => "forward over forward",
            Mode::ForwardOverReverse => "forward over reverse",
            Mode::Compiled => "compiled formula",
            Mode::Factors => "Kronecker factors",
        }
    }

    /// For what there is one pass each.
    pub fn per(self) -> &'static str {
        match self {
            Mode::Forward | Mode::ForwardOverReverse => "one pass per input",
            Mode::Reverse => "one pass per output",
            Mode::ForwardOverForward => "one pass per pair of inputs",
            Mode::Compiled => "all entries at once",
            Mode::Factors => "two small matrices",
        }
    }
}
