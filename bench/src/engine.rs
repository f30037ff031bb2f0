//! Gateaux as one of the tools: answers requests on its standard input until that ends.

use std::collections::BTreeMap;
use std::hint::black_box;
use std::io::{self, BufRead, Write};
use std::path::Path;

use gateaux::compile::{self, Compiled, Options, Part};
use gateaux::{Array, Notation, Problem, View, ViewMut, npy};
use gateaux_array::Function;
use gateaux_array::kernels::{self, Unary, Workspace};
use serde::Serialize;

use crate::problem::{Formula, formula};
use crate::protocol::{Answer, Entrant, Hello, Loaded, Request, Written};
use crate::timer::{self, Step};

/// The tool that keeps Hessians in the factors of a Kronecker product.
pub const STRUCTURED: &str = "gateaux-structured";

/// Answers requests until there are no more.
pub fn serve() -> Result<(), String> {
    let failed = |error: io::Error| format!("cannot answer: {error}");
    let mut loaded = BTreeMap::new();
    for line in io::stdin().lock().lines() {
        let line = line.map_err(failed)?;
        let answer = match serde_json::from_str(&line) {
            Ok(request) => answer(request, &mut loaded),
            Err(error) => Err(error.to_string()),
        };
        let answer = match answer {
            Ok(answer) => Answer::Ok(answer),
            Err(error) => Answer::Error(error),
        };
        let text = serde_json::to_string(&answer).map_err(|error| error.to_string())?;
        let mut out = io::stdout().lock();
        writeln!(out, "{text}").and_then(|()| out.flush()).map_err(failed)?;
    }
    Ok(())
}

fn answer(request: Request, loaded: &mut BTreeMap<Entrant, Work>) -> Result<serde_json::Value, String> {
    match request {
        Request::Hello { .. } => to_json(Hello {
            versions: BTreeMap::from([("gateaux".to_owned(), env!("CARGO_PKG_VERSION").to_owned())]),
            date: String::new(),
            processor: String::new(),
        }),
        Request::Load { entrant, folder, .. } => {
            let mut work = Work::new(&entrant, folder)?;
            work.drive(&mut |step| step())?;
            loaded.insert(entrant, work);
            to_json(Loaded { flops: None })
        }
        Request::Write { entrant, folder } => to_json(find(loaded, &entrant)?.write(folder)?),
        Request::Sample { entrant, budget } => {
            to_json(find(loaded, &entrant)?.drive(&mut |step| timer::sample(step, budget))?)
        }
        Request::Drop { entrant } => {
            loaded.remove(&entrant);
            to_json(())
        }
        Request::Make { .. } | Request::Compare { .. } => Err("that is for the peers".to_owned()),
    }
}

fn to_json(value: impl Serialize) -> Result<serde_json::Value, String> {
    serde_json::to_value(value).map_err(|error| error.to_string())
}

fn find<'a>(loaded: &'a mut BTreeMap<Entrant, Work>, entrant: &Entrant) -> Result<&'a mut Work, String> {
    loaded
        .get_mut(entrant)
        .ok_or_else(|| format!("{entrant:?} is not loaded"))
}

/// What an entrant does.
enum Work {
    /// From the text to the printed derivative.
    Derive { formula: Formula, wrt: Vec<String> },
    /// From the text to the first numbers.
    First {
        formula: Formula,
        requests: Vec<compile::Request>,
        options: Options,
        evaluation: Evaluation,
    },
    /// A compiled function.
    Evaluate(Evaluation),
    /// C = A*B.
    Gemm(Gemm),
    /// y = f(x).
    Elementwise {
        function: Function,
        x: Vec<f64>,
        y: Vec<f64>,
    },
}

struct Gemm {
    n: usize,
    threads: usize,
    a: Vec<f64>,
    b: Vec<f64>,
    c: Vec<f64>,
    workspace: Workspace,
}

impl Gemm {
    fn run(&mut self) {
        let Gemm {
            n,
            threads,
            a,
            b,
            c,
            workspace,
        } = self;
        // The arrays are row by row, so to the kernel they are transposed: C' = B'*A'.
        kernels::gemm(1.0, b, false, a, false, 0.0, c, (*n, *n, *n), *threads, workspace);
    }
}

impl Work {
    fn new(entrant: &Entrant, folder: &Path) -> Result<Work, String> {
        if let Some(kernel) = entrant.problem.strip_prefix("kernels/") {
            return Work::kernel(kernel, entrant, folder);
        }
        let formula = formula(&entrant.problem)?;
        let options = Options {
            threads: entrant.threads,
            sizes: sizes(&formula, folder)?,
            ..Options::default()
        };
        let (what, order) = entrant.order.split_once('-').unwrap_or(("evaluate", &entrant.order));
        let requests = requests(order, &formula.by, entrant.tool == STRUCTURED)?;
        if what == "derive" {
            let wrt = vec![formula.by[0].clone(); if order == "hessian" { 2 } else { 1 }];
            verify(&formula, &wrt)?;
            return Ok(Work::Derive { formula, wrt });
        }
        let compiled = compiled(&formula, &requests, options.clone())?;
        let evaluation = Evaluation::new(compiled, folder)?;
        Ok(match what {
            "first" => Work::First {
                formula,
                requests,
                options,
                evaluation,
            },
            _ => Work::Evaluate(evaluation),
        })
    }

    fn kernel(kernel: &str, entrant: &Entrant, folder: &Path) -> Result<Work, String> {
        let function = match kernel {
            "gemm" => {
                return Ok(Work::Gemm(Gemm {
                    n: entrant.size,
                    threads: entrant.threads,
                    a: read(folder, "A")?.data,
                    b: read(folder, "B")?.data,
                    c: vec![0.0; entrant.size * entrant.size],
                    workspace: Workspace::default(),
                }));
            }
            "exp" => Function::Exp,
            "log" => Function::Ln,
            "tanh" => Function::Tanh,
            other => return Err(format!("there is no kernel {other}")),
        };
        let x = read(folder, "x")?.data;
        let y = vec![0.0; x.len()];
        Ok(Work::Elementwise { function, x, y })
    }

    /// Passes a call to the driver, which may repeat it.
    fn drive<R>(&mut self, driver: &mut dyn FnMut(Step) -> Result<R, String>) -> Result<R, String> {
        match self {
            Work::Derive { formula, wrt } => driver(&mut || derive(formula, wrt).map(|text| drop(black_box(text)))),
            Work::First {
                formula,
                requests,
                options,
                evaluation,
            } => driver(&mut || {
                evaluation.compiled = compiled(formula, requests, options.clone())?;
                evaluation.drive(&mut |step| step())
            }),
            Work::Evaluate(evaluation) => evaluation.drive(driver),
            Work::Gemm(gemm) => driver(&mut || {
                gemm.run();
                Ok(())
            }),
            Work::Elementwise { function, x, y } => driver(&mut || {
                kernels::unary(Unary::Apply(*function), black_box(x), y);
                Ok(())
            }),
        }
    }

    /// Writes the results of the last call.
    fn write(&self, folder: &Path) -> Result<Written, String> {
        match self {
            Work::Derive { .. } => Ok(Written::default()),
            Work::First { evaluation, .. } | Work::Evaluate(evaluation) => evaluation.write(folder),
            Work::Gemm(gemm) => write(folder, "0", &[gemm.n, gemm.n], &gemm.c),
            Work::Elementwise { y, .. } => write(folder, "0", &[y.len()], y),
        }
    }
}

/// The sizes of all dimensions, also of those that only arrays tell on which the result does not depend.
fn sizes(formula: &Formula, folder: &Path) -> Result<BTreeMap<String, usize>, String> {
    let problem = Problem::parse(&formula.text).map_err(|errors| errors.to_string())?;
    let mut sizes = BTreeMap::new();
    for variable in problem.variables().iter().filter(|variable| !variable.axes.is_empty()) {
        let array = read(folder, &variable.name)?;
        let named = variable
            .axes
            .iter()
            .zip(&array.shape)
            .filter(|(name, _)| name.parse::<usize>().is_err());
        sizes.extend(named.map(|(name, size)| (name.clone(), *size)));
    }
    Ok(sizes)
}

fn requests(order: &str, by: &[String], is_structured: bool) -> Result<Vec<compile::Request>, String> {
    let gradients = by.iter().map(|variable| compile::gradient(variable));
    Ok(match order {
        "value" => vec![compile::value()],
        "gradient" => vec![compile::gradient(&by[0])],
        "value+gradient" => [compile::value()].into_iter().chain(gradients).collect(),
        "hessian" if is_structured => vec![compile::hessian(&by[0]).in_factors()],
        "hessian" => vec![compile::hessian(&by[0])],
        "hvp" => vec![compile::hessian_vector(&by[0])],
        other => return Err(format!("there is no order {other}")),
    })
}

fn compiled(formula: &Formula, requests: &[compile::Request], options: Options) -> Result<Compiled<f64>, String> {
    let compile = |mut problem: Problem| {
        // The peers know no structured variables. A gradient is symmetric anyway, a second derivative is not the same.
        if requests.iter().any(is_second) {
            let by: Vec<&str> = formula.by.iter().map(String::as_str).collect();
            problem = problem.unconstrained(&by)?;
        }
        problem.compile_with(requests, options)
    };
    Problem::parse(&formula.text)
        .and_then(compile)
        .map_err(|error| error.to_string())
}

fn is_second(request: &compile::Request) -> bool {
    use compile::Request::{HessianVector, Second, SecondInFactors};
    matches!(request, Second(..) | SecondInFactors(_) | HessianVector(_))
}

/// From the text to the printed derivative.
fn derive(formula: &Formula, wrt: &[String]) -> Result<String, String> {
    let wrt: Vec<&str> = wrt.iter().map(String::as_str).collect();
    let mut problem = Problem::parse(&formula.text).map_err(|error| error.to_string())?;
    let answer = problem.derive(&wrt).map_err(|error| error.to_string())?;
    let text = answer
        .explicit(Notation::Text)
        .unwrap_or(answer.differential(Notation::Text));
    Ok(text.to_owned())
}

/// An answer that does not pass its numerical check counts as none.
fn verify(formula: &Formula, wrt: &[String]) -> Result<(), String> {
    let wrt: Vec<&str> = wrt.iter().map(String::as_str).collect();
    let mut problem = Problem::parse(&formula.text).map_err(|error| error.to_string())?;
    let answer = problem.derive(&wrt).map_err(|error| error.to_string())?;
    match answer.check(&mut problem).is_verified() {
        true => Ok(()),
        false => Err("the derivative is not verified".to_owned()),
    }
}

/// An array row by row, as NumPy has it.
struct Rows {
    shape: Vec<usize>,
    data: Vec<f64>,
}

/// A compiled function with its arrays.
struct Evaluation {
    compiled: Compiled<f64>,
    inputs: Vec<Rows>,
    outputs: Vec<Rows>,
}

impl Evaluation {
    fn new(compiled: Compiled<f64>, folder: &Path) -> Result<Evaluation, String> {
        let inputs: Vec<Rows> = compiled
            .inputs()
            .map(|name| read(folder, name))
            .collect::<Result<_, _>>()?;
        let shapes: Vec<&[usize]> = inputs.iter().map(|input| input.shape.as_slice()).collect();
        let shapes = compiled.output_shapes(&shapes).map_err(|error| error.to_string())?;
        let outputs = shapes.into_iter().map(|shape| Rows {
            data: vec![0.0; shape.iter().product()],
            shape,
        });
        Ok(Evaluation {
            outputs: outputs.collect(),
            compiled,
            inputs,
        })
    }

    fn drive<R>(&mut self, driver: &mut dyn FnMut(Step) -> Result<R, String>) -> Result<R, String> {
        let views: Vec<View<f64>> = self
            .inputs
            .iter()
            .map(|input| View::row_major(&input.data, &input.shape))
            .collect();
        let mut outputs: Vec<ViewMut<f64>> = self
            .outputs
            .iter_mut()
            .map(|output| ViewMut::row_major(&mut output.data, &output.shape))
            .collect();
        driver(&mut || {
            self.compiled
                .run(black_box(&views), black_box(&mut outputs))
                .map_err(|error| error.to_string())
        })
    }

    fn write(&self, folder: &Path) -> Result<Written, String> {
        let mut all = Written::default();
        for (at, (output, description)) in self.outputs.iter().zip(self.compiled.outputs()).enumerate() {
            let name = match description.part {
                Part::Whole => at.to_string(),
                Part::First => "first".to_owned(),
                Part::Last => "last".to_owned(),
            };
            let written = write(folder, &name, &output.shape, &output.data)?;
            all.count += written.count;
            all.bytes += written.bytes;
        }
        Ok(all)
    }
}

fn read(folder: &Path, name: &str) -> Result<Rows, String> {
    let path = folder.join(name).with_extension("npy");
    let bytes = std::fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let array = npy::read(&bytes).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(Rows {
        shape: array.shape().to_vec(),
        data: array.iter_row_major().copied().collect(),
    })
}

fn write(folder: &Path, name: &str, shape: &[usize], rows: &[f64]) -> Result<Written, String> {
    let array = Array::from_row_major(shape, rows).map_err(|error| error.to_string())?;
    let path = folder.join(name).with_extension("npy");
    std::fs::write(&path, npy::write(&array)).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(Written {
        count: 1,
        bytes: size_of_val(rows) as f64,
    })
}
