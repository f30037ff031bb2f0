//! Compiled functions: values and derivatives of a problem at the speed of the machine.

mod cost;
mod derive;
mod kronecker;
mod views;

use std::collections::BTreeSet;
use std::time::Duration;

use gateaux_array::Array;
use gateaux_array::kernels::Scalar;
use gateaux_core::diff::Convention;
use gateaux_core::expr::{Dim, Expr, Form, Store, Var};
use gateaux_eval::{Layout, Machine, Plan, Program, Sizes};
use gateaux_syntax::{Diagnostic, Span};

use crate::error::{BAD_INPUT, Errors, NO_NUMBERS};
use crate::problem::Problem;
use crate::random::Random;
use crate::sample::{self, Region};

pub use cost::{ANY_SIZE, Cost, Costs, Derivation, Mode, Way};
pub use derive::{Request, gradient, hessian, hessian_vector, jacobian, jacobian_vector, value, vector_jacobian};
pub use views::{View, ViewMut};

/// How a function is compiled.
#[derive(Clone, Debug)]
pub struct Options {
    /// How many threads large products and passes may use.
    pub threads: usize,
    /// The convention for derivatives by structured variables.
    pub convention: Convention,
    /// Sizes of dimension names that no input tells; those that inputs tell too must agree.
    pub sizes: Sizes,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            threads: 1,
            convention: Convention::Subspace,
            sizes: Sizes::new(),
        }
    }
}

/// An input of a compiled function: its place in the list of inputs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Input(pub usize);

/// An array that a compiled function computes: its place in the list of outputs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Output(pub usize);

/// Which part of a result an output is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// All of it, as a dense array.
    Whole,
    /// The factor over the first axes of both variables: `A` in `D[i,j,k,l] = A[i,k]*B[j,l]`, so that the Kronecker
    /// form is `kron(B, A)`.
    First,
    /// The factor `B` over the last axes.
    Last,
}

/// What an output is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Description {
    /// The request that it belongs to, in the order of the requests.
    pub request: usize,
    /// Which part of the result it is.
    pub part: Part,
    /// The sizes of its axes, as names and numbers.
    pub axes: Vec<String>,
}

struct Argument {
    name: String,
    var: Var,
    axes: Vec<Dim>,
}

/// A function of a problem and some of its derivatives, compiled into one program in which everything is shared.
///
/// Sizes and layouts are those of the arrays of a run; when they change the program is planned anew. A run with the
/// sizes of the one before allocates nothing (except in rare functions, see [`Machine`]).
///
/// # Example
/// ```
/// use gateaux::{Problem, View, ViewMut, compile::{gradient, hessian, value}};
/// let mut problem = Problem::parse("x'*A*x")?;
/// let mut f = problem.compile::<f64>(&[value(), gradient("x"), hessian("x")])?;
/// assert_eq!(f.inputs().collect::<Vec<_>>(), ["x", "A"]);
/// let (x, a) = ([1.0, 2.0], [1.0, 3.0, 2.0, 4.0]);
/// let (mut value, mut gradient, mut hessian) = ([0.0], [0.0; 2], [0.0; 4]);
/// f.run(
///     &[View::new(&x, &[2]), View::new(&a, &[2, 2])],
///     &mut [
///         ViewMut::new(&mut value, &[]),
///         ViewMut::new(&mut gradient, &[2]),
///         ViewMut::new(&mut hessian, &[2, 2]),
///     ],
/// )?;
/// assert_eq!(value, [27.0]);
/// assert_eq!(gradient, [12.0, 21.0]);
/// assert_eq!(hessian, [2.0, 5.0, 5.0, 8.0]);
/// # Ok::<(), gateaux::Errors>(())
/// ```
pub struct Compiled<T> {
    store: Store,
    roots: Vec<Expr>,
    arguments: Vec<Argument>,
    descriptions: Vec<Description>,
    output_axes: Vec<Vec<Dim>>,
    options: Options,
    bound: Option<Bound<T>>,
}

/// A function for certain sizes and layouts.
struct Bound<T> {
    inputs: Vec<(Vec<usize>, Layout)>,
    outputs: Vec<(Vec<usize>, Layout)>,
    /// For each input of the plan which argument it is.
    order: Vec<usize>,
    machine: Machine<T>,
}

/// What is done with a machine and the slices of all arrays.
type Run<'a, T, R> = dyn FnMut(&mut Machine<T>, &[&[T]], &mut [&mut [T]]) -> Result<R, gateaux_eval::Error> + 'a;

/// At most so many arrays are passed without a list on the heap.
const FEW: usize = 24;

impl Problem {
    /// Compiles values and derivatives of the function into one program.
    ///
    /// # Errors
    /// Those of [`derive`](Problem::derive); complex problems; a derivative without an explicit form.
    pub fn compile<T: Scalar>(&mut self, requests: &[Request]) -> Result<Compiled<T>, Errors> {
        self.compile_with(requests, Options::default())
    }

    /// As [`compile`](Problem::compile), with options.
    ///
    /// # Errors
    /// As [`compile`](Problem::compile).
    pub fn compile_with<T: Scalar>(&mut self, requests: &[Request], options: Options) -> Result<Compiled<T>, Errors> {
        if self.is_complex() {
            let message = "complex problems are not compiled yet: evaluate them instead".to_owned();
            return Err(self.mistake(NO_NUMBERS, message));
        }
        let results = self.derived(requests, options.convention)?;
        let roots: Vec<Expr> = results.iter().map(|(expr, _)| *expr).collect();
        let mut arguments: Vec<Argument> = Vec::new();
        let used = self.store.post_order(&roots);
        let mut vars: Vec<Var> = self
            .variables
            .iter()
            .filter_map(|expr| self.store.as_var(*expr))
            .collect();
        let used: Vec<Var> = used.into_iter().filter_map(|expr| self.store.as_var(expr)).collect();
        vars.retain(|var| used.contains(var));
        let holes: Vec<Var> = used.iter().copied().filter(|var| !vars.contains(var)).collect();
        for var in vars.into_iter().chain(holes) {
            let variable = self.store.variable(var);
            arguments.push(Argument {
                name: variable.name.clone(),
                axes: variable.shape.axes(),
                var,
            });
        }
        let output_axes: Vec<Vec<Dim>> = roots.iter().map(|root| self.store.shape(*root).axes()).collect();
        let descriptions = results
            .iter()
            .zip(&output_axes)
            .map(|((_, (request, part)), axes)| Description {
                request: *request,
                part: *part,
                axes: axes.iter().map(|dim| self.store.dims.text(*dim)).collect(),
            });
        Ok(Compiled {
            descriptions: descriptions.collect(),
            store: self.store.clone(),
            roots,
            arguments,
            output_axes,
            options,
            bound: None,
        })
    }
}

impl Problem {
    /// The names of all dimensions of the variables.
    pub fn dimension_names(&self) -> Vec<String> {
        let axes = self
            .variables
            .iter()
            .flat_map(|variable| self.store.shape(*variable).axes());
        let mut names: Vec<String> = axes.flat_map(|dim| self.store.dims.names(dim)).collect();
        names.sort();
        names.dedup();
        names
    }

    /// The names of all dimensions that occur, also of those that no variable has, as in `ones(k)`.
    pub fn known_dimensions(&self) -> BTreeSet<String> {
        let mut roots = self.variables.clone();
        roots.push(self.function);
        let mut dims: Vec<Dim> = Vec::new();
        for expr in self.store.post_order(&roots) {
            dims.extend(self.store.shape(expr).axes());
            if let Form::Size(dim) = *self.store.form(expr) {
                dims.push(dim);
            }
        }
        dims.extend(self.typing.at_most.iter().flat_map(|(small, large)| [*small, *large]));
        dims.into_iter().flat_map(|dim| self.store.dims.names(dim)).collect()
    }

    /// An error for a name that is no dimension of the problem.
    ///
    /// # Errors
    /// The first such name, with those that there are.
    pub fn check_dimensions<'a>(&self, names: impl IntoIterator<Item = &'a String>) -> Result<(), Errors> {
        let known = self.known_dimensions();
        let Some(unknown) = names.into_iter().find(|name| !known.contains(*name)) else {
            return Ok(());
        };
        let message = format!("there is a size for {unknown}, which is no dimension of the problem");
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        let advice = match known.as_slice() {
            [] => "it has no dimensions with names".to_owned(),
            [only] => format!("its only dimension is {only}"),
            several => format!("the dimensions are {}", several.join(", ")),
        };
        Err(Diagnostic::new(BAD_INPUT, Span::default(), message).help(advice).into())
    }

    /// Random inputs for a compiled function of this problem, in their declared structure.
    ///
    /// # Errors
    /// A size that is not known; structured values that cannot be drawn.
    pub fn sample<T: Scalar>(&self, compiled: &Compiled<T>, sizes: &Sizes) -> Result<Vec<Array<f64>>, Errors> {
        let mut random = Random::new(1);
        let mut inputs = Vec::with_capacity(compiled.arguments.len());
        for argument in &compiled.arguments {
            let shape = compiled.shape(&argument.axes, sizes)?;
            let value = sample::point(self, argument.var, &shape, Region::Signed, &mut random);
            inputs.push(value.map_err(|error| mistake(format!("{}: {error}", argument.name)))?);
        }
        Ok(inputs)
    }
}

impl<T: Scalar> Compiled<T> {
    /// The names of the inputs in order: variables in the order of the problem, then directions `dx`.
    pub fn inputs(&self) -> impl Iterator<Item = &str> {
        self.arguments.iter().map(|argument| argument.name.as_str())
    }

    /// The place of an input.
    pub fn input(&self, name: &str) -> Option<Input> {
        self.arguments
            .iter()
            .position(|argument| argument.name == name)
            .map(Input)
    }

    /// What the outputs are, in order.
    pub fn outputs(&self) -> &[Description] {
        &self.descriptions
    }

    /// The place of the first output of a request.
    pub fn output(&self, request: usize) -> Option<Output> {
        self.descriptions
            .iter()
            .position(|output| output.request == request)
            .map(Output)
    }

    /// Computes all outputs.
    ///
    /// Structure is taken on trust: of a variable declared symmetric either triangle may be read, and a positive
    /// definite one is factored.
    ///
    /// # Errors
    /// A number of arrays or a shape that does not fit, a singular matrix, one that is not positive definite where it
    /// must be.
    pub fn run(&mut self, inputs: &[View<'_, T>], outputs: &mut [ViewMut<'_, T>]) -> Result<(), Errors> {
        self.bind(inputs, outputs)?;
        self.call(inputs, outputs, &mut |machine, inputs, outputs| {
            machine.run(inputs, outputs)
        })
    }

    /// As [`run`](Compiled::run), with the first operation that made something infinite or no number, if any did.
    ///
    /// # Errors
    /// As [`run`](Compiled::run).
    pub fn run_traced(
        &mut self,
        inputs: &[View<'_, T>],
        outputs: &mut [ViewMut<'_, T>],
    ) -> Result<Option<String>, Errors> {
        self.bind(inputs, outputs)?;
        self.call(inputs, outputs, &mut |machine, inputs, outputs| {
            machine.run_traced(inputs, outputs)
        })
    }

    /// As [`run`](Compiled::run), with the time of each step of the [plan](Compiled::plan).
    ///
    /// # Errors
    /// As [`run`](Compiled::run).
    pub fn run_timed(
        &mut self,
        inputs: &[View<'_, T>],
        outputs: &mut [ViewMut<'_, T>],
    ) -> Result<Vec<Duration>, Errors> {
        self.bind(inputs, outputs)?;
        self.call(inputs, outputs, &mut |machine, inputs, outputs| {
            machine.run_timed(inputs, outputs)
        })
    }

    /// The plan of the last run.
    pub fn plan(&self) -> Option<&Plan> {
        self.bound.as_ref().map(|bound| bound.machine.plan())
    }

    /// The shapes of all outputs for inputs of these shapes.
    ///
    /// # Errors
    /// Shapes that do not fit.
    pub fn output_shapes(&self, inputs: &[&[usize]]) -> Result<Vec<Vec<usize>>, Errors> {
        let sizes = self.sizes(inputs)?;
        self.output_axes.iter().map(|axes| self.shape(axes, &sizes)).collect()
    }

    fn call<R>(
        &mut self,
        inputs: &[View<'_, T>],
        outputs: &mut [ViewMut<'_, T>],
        run: &mut Run<'_, T, R>,
    ) -> Result<R, Errors> {
        let Some(Bound { order, machine, .. }) = &mut self.bound else {
            return Err(mistake("nothing is bound".to_owned()));
        };
        let done = if order.len() <= FEW && outputs.len() <= FEW {
            let mut data: [&[T]; FEW] = [&[]; FEW];
            for (data, at) in data.iter_mut().zip(order.iter()) {
                *data = inputs[*at].data;
            }
            let mut results: [&mut [T]; FEW] = std::array::from_fn(|_| Default::default());
            let count = outputs.len();
            for (result, output) in results.iter_mut().zip(outputs.iter_mut()) {
                *result = output.data;
            }
            run(machine, &data[..order.len()], &mut results[..count])
        } else {
            let data: Vec<&[T]> = order.iter().map(|at| inputs[*at].data).collect();
            let mut results: Vec<&mut [T]> = outputs.iter_mut().map(|output| &mut *output.data).collect();
            run(machine, &data, &mut results)
        };
        done.map_err(|error| Errors::general(NO_NUMBERS, error.to_string()))
    }

    /// Plans for the shapes and layouts of these arrays, if the last run had others.
    fn bind(&mut self, inputs: &[View<'_, T>], outputs: &[ViewMut<'_, T>]) -> Result<(), Errors> {
        if let Some(bound) = &self.bound {
            let is_same = inputs.len() == bound.inputs.len()
                && outputs.len() == bound.outputs.len()
                && inputs
                    .iter()
                    .zip(&bound.inputs)
                    .all(|(view, (shape, layout))| view.is(shape, *layout))
                && outputs
                    .iter()
                    .zip(&bound.outputs)
                    .all(|(view, (shape, layout))| view.is(shape, *layout));
            if is_same {
                return Ok(());
            }
        }
        let shapes: Vec<&[usize]> = inputs.iter().map(|view| view.shape).collect();
        let sizes = self.sizes(&shapes)?;
        for (view, argument) in inputs.iter().zip(&self.arguments) {
            fits(view.data.len(), view.shape, &argument.name)?;
        }
        if outputs.len() != self.roots.len() {
            return Err(mistake(format!(
                "there are {} outputs, but {} arrays for them",
                self.roots.len(),
                outputs.len()
            )));
        }
        for (at, (view, axes)) in outputs.iter().zip(&self.output_axes).enumerate() {
            let shape = self.shape(axes, &sizes)?;
            if view.shape != shape {
                return Err(mistake(format!(
                    "output {at} has the shape {shape:?}, but its array {:?}",
                    view.shape
                )));
            }
            fits(view.data.len(), view.shape, &format!("output {at}"))?;
        }
        let failed = |error: gateaux_eval::Error| Errors::general(NO_NUMBERS, error.to_string());
        let program = Program::lower(&mut self.store, &self.roots, &sizes).map_err(failed)?;
        let place = |var: Var| self.arguments.iter().position(|argument| argument.var == var);
        let order: Vec<usize> = program.inputs().filter_map(place).collect();
        let plan = Plan::new(&program, &|at| inputs[order[at]].layout, &|at| outputs[at].layout).map_err(failed)?;
        self.bound = Some(Bound {
            inputs: inputs.iter().map(|view| (view.shape.to_vec(), view.layout)).collect(),
            outputs: outputs.iter().map(|view| (view.shape.to_vec(), view.layout)).collect(),
            order,
            machine: Machine::new(plan, self.options.threads).map_err(failed)?,
        });
        Ok(())
    }

    /// The sizes of all dimension names, as the shapes of the inputs tell them.
    fn sizes(&self, shapes: &[&[usize]]) -> Result<Sizes, Errors> {
        if shapes.len() != self.arguments.len() {
            let names: Vec<&str> = self.inputs().collect();
            let message = format!(
                "the inputs are {}, but there are {} arrays",
                names.join(", "),
                shapes.len()
            );
            return Err(mistake(message));
        }
        let mut sizes = self.options.sizes.clone();
        for (argument, shape) in self.arguments.iter().zip(shapes) {
            if shape.len() != argument.axes.len() {
                let (name, axes) = (&argument.name, argument.axes.len());
                return Err(mistake(format!(
                    "{name} has {axes} axes, but its array has {}",
                    shape.len()
                )));
            }
            for (dim, size) in argument.axes.iter().zip(*shape) {
                if let Some(name) = self.store.dims.as_name(*dim) {
                    // What is told first is what the others are compared with.
                    sizes.entry(name.to_owned()).or_insert(*size);
                }
            }
        }
        for (argument, shape) in self.arguments.iter().zip(shapes) {
            let wanted = self.shape(&argument.axes, &sizes)?;
            if wanted != *shape {
                let name = &argument.name;
                return Err(mistake(format!(
                    "{name} should have the shape {wanted:?}, but its array has {shape:?}"
                )));
            }
        }
        Ok(sizes)
    }

    fn shape(&self, axes: &[Dim], sizes: &Sizes) -> Result<Vec<usize>, Errors> {
        let value = |name: &str| sizes.get(name).and_then(|size| i64::try_from(*size).ok());
        let size = |dim: &Dim| {
            let size = self
                .store
                .dims
                .evaluate(*dim, &value)
                .and_then(|size| usize::try_from(size).ok());
            let unknown = || mistake(format!("no input tells the size {}", self.store.dims.text(*dim)));
            size.ok_or_else(unknown)
        };
        axes.iter().map(size).collect()
    }
}

fn mistake(message: String) -> Errors {
    Errors::general(BAD_INPUT, message)
}

/// Whether a slice has as many entries as its shape.
fn fits(length: usize, shape: &[usize], name: &str) -> Result<(), Errors> {
    let entries = gateaux_array::entries(shape).map_err(|error| mistake(format!("{name}: {error}")))?;
    match length == entries {
        true => Ok(()),
        false => Err(mistake(format!("{name} has the shape {shape:?}, but {length} entries"))),
    }
}
