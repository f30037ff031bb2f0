//! Machines: plans with the memory they need, which run without asking for more.

mod blocks;
mod kernels;
mod spread;
mod systems;

use std::time::{Duration, Instant};

use gateaux_array::kernels::{Scalar, Workspace};

use crate::plan::pass::BLOCK;
use crate::plan::{Kernel, Operand, Place, Plan, Step};
use crate::program::Error;

/// The most results that one step may have.
pub(crate) const MAX_RESULTS: usize = 16;

/// A plan with its buffers: it computes outputs from inputs without allocating.
///
/// Kernels of rare functions (matrix functions, eigenvalues, singular values, pseudoinverses) are those of the
/// interpreter and do allocate.
#[derive(Debug)]
pub struct Machine<T> {
    plan: Plan,
    constants: Vec<Vec<T>>,
    buffers: Vec<Vec<T>>,
    pivots: Vec<Vec<usize>>,
    registers: Vec<Vec<T>>,
    workspace: Workspace,
    threads: usize,
}

/// The memory of a result while its step runs.
pub(crate) enum Taken<'a, T> {
    Nothing,
    Buffer(Vec<T>),
    Output(&'a mut [T]),
}

impl<T> Taken<'_, T> {
    #[inline]
    pub(crate) fn slice(&self) -> &[T] {
        match self {
            Taken::Nothing => &[],
            Taken::Buffer(buffer) => buffer,
            Taken::Output(output) => output,
        }
    }

    #[inline]
    pub(crate) fn slice_mut(&mut self) -> &mut [T] {
        match self {
            Taken::Nothing => &mut [],
            Taken::Buffer(buffer) => buffer,
            Taken::Output(output) => output,
        }
    }
}

/// What a step reads from: everything but its results.
pub(crate) struct Memory<'a, 'o, T> {
    inputs: &'a [&'a [T]],
    outputs: &'a [&'o mut [T]],
    buffers: &'a [Vec<T>],
    constants: &'a [Vec<T>],
}

impl<T> Memory<'_, '_, T> {
    #[inline]
    pub(crate) fn read(&self, operand: Operand) -> &[T] {
        let all = match operand.place {
            Place::Input(at) => self.inputs[at],
            Place::Output(at) => &*self.outputs[at],
            Place::Buffer(at) => &self.buffers[at],
            Place::Constant(at) => &self.constants[at],
        };
        &all[..operand.length]
    }
}

/// Called after each step with its results; the steps are done when it returns false.
type Observer<'a, T> = dyn FnMut(&Step, &[Taken<T>]) + 'a;

impl<T: Scalar> Machine<T> {
    /// A machine for a plan; products and passes over large arrays use up to so many threads.
    ///
    /// # Errors
    /// A constant that the number type does not have; a buffer that is larger than an array can be.
    pub fn new(plan: Plan, threads: usize) -> Result<Machine<T>, Error> {
        for length in &plan.buffers {
            gateaux_array::entries(&[*length]).map_err(|error| Error::Array("a buffer", error))?;
        }
        let mut constants = Vec::with_capacity(plan.constants.len());
        for constant in &plan.constants {
            let value = crate::run::constant_array::<T>(&constant.instruction, &constant.shape);
            let value = value.map_err(|error| Error::Array(constant.instruction.name(), error))?;
            constants.push(value.into_data());
        }
        let registers = plan.steps.iter().map(|step| match &step.kernel {
            // One more, into which an action writes what may read its target.
            Kernel::Pass(pass) | Kernel::Through { pass, .. } => pass.registers + 1,
            Kernel::Panels(panels) => panels.pass.registers + 1,
            _ => 0,
        });
        let registers = registers.max().unwrap_or(0);
        Ok(Machine {
            buffers: plan.buffers.iter().map(|length| vec![T::zero(); *length]).collect(),
            pivots: plan.pivots.iter().map(|length| vec![0; *length]).collect(),
            registers: vec![vec![T::zero(); BLOCK]; registers],
            workspace: Workspace::default(),
            threads: threads.max(1),
            constants,
            plan,
        })
    }

    /// The plan.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Computes all outputs.
    ///
    /// # Errors
    /// [`Error::Array`] where a matrix is singular or not positive definite.
    ///
    /// # Panics
    /// Where the number or the lengths of inputs and outputs are not those of the plan.
    pub fn run(&mut self, inputs: &[&[T]], outputs: &mut [&mut [T]]) -> Result<(), Error> {
        self.run_observed(inputs, outputs, &mut |_, _| {})
    }

    /// As [`run`](Machine::run), with the time that each step took.
    ///
    /// # Errors
    /// As [`run`](Machine::run).
    pub fn run_timed(&mut self, inputs: &[&[T]], outputs: &mut [&mut [T]]) -> Result<Vec<Duration>, Error> {
        let mut times = Vec::with_capacity(self.plan.steps.len());
        let mut last = Instant::now();
        self.run_observed(inputs, outputs, &mut |_, _| {
            let now = Instant::now();
            times.push(now - last);
            last = now;
        })?;
        Ok(times)
    }

    /// As [`run`](Machine::run), with the name of the first operation that made a number that is not finite.
    ///
    /// # Errors
    /// As [`run`](Machine::run).
    pub fn run_traced(&mut self, inputs: &[&[T]], outputs: &mut [&mut [T]]) -> Result<Option<String>, Error> {
        let mut first = None;
        self.run_observed(inputs, outputs, &mut |step, results| {
            let entries = step
                .results
                .iter()
                .zip(results)
                .flat_map(|(result, taken)| &taken.slice()[..result.length]);
            if first.is_none() && entries.into_iter().any(|entry| !entry.to_f64().is_finite()) {
                first = Some(step.kernel.name());
            }
        })?;
        Ok(first)
    }

    fn run_observed(
        &mut self,
        inputs: &[&[T]],
        outputs: &mut [&mut [T]],
        observe: &mut Observer<T>,
    ) -> Result<(), Error> {
        assert!(inputs.len() == self.plan.inputs.len() && outputs.len() == self.plan.outputs.len());
        assert!(
            inputs
                .iter()
                .zip(&self.plan.inputs)
                .all(|(input, length)| input.len() == *length)
        );
        assert!(
            outputs
                .iter()
                .zip(&self.plan.outputs)
                .all(|(output, length)| output.len() == *length)
        );
        let mut taken: [Taken<T>; MAX_RESULTS] = std::array::from_fn(|_| Taken::Nothing);
        for at in 0..self.plan.steps.len() {
            let step = &self.plan.steps[at];
            for (result, taken) in step.results.iter().zip(&mut taken) {
                *taken = match result.place {
                    Place::Buffer(buffer) => Taken::Buffer(std::mem::take(&mut self.buffers[buffer])),
                    Place::Output(output) => Taken::Output(std::mem::take(&mut outputs[output])),
                    Place::Input(_) | Place::Constant(_) => Taken::Nothing,
                };
            }
            let memory = Memory {
                inputs,
                outputs,
                buffers: &self.buffers,
                constants: &self.constants,
            };
            let mut processor = Processor {
                registers: &mut self.registers,
                pivots: &mut self.pivots,
                workspace: &mut self.workspace,
                threads: self.threads,
            };
            let done = processor.step(step, &memory, &mut taken[..step.results.len()]);
            if done.is_ok() {
                observe(step, &taken);
            }
            for (result, taken) in step.results.iter().zip(&mut taken) {
                match (result.place, std::mem::replace(taken, Taken::Nothing)) {
                    (Place::Buffer(at), Taken::Buffer(buffer)) => self.buffers[at] = buffer,
                    (Place::Output(at), Taken::Output(output)) => outputs[at] = output,
                    _ => {}
                }
            }
            done?;
        }
        Ok(())
    }
}

/// What steps use beside operands and results.
pub(crate) struct Processor<'a, T> {
    pub(crate) registers: &'a mut [Vec<T>],
    pub(crate) pivots: &'a mut [Vec<usize>],
    pub(crate) workspace: &'a mut Workspace,
    pub(crate) threads: usize,
}
