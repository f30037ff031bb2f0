//! `gateaux plan`: the program that computes a function and its derivatives, step by step.

use std::io::Write;
use std::time::Duration;

use gateaux::compile::{self, ANY_SIZE, Compiled, Options, Request, View, ViewMut};
use gateaux::{Array, Plan};

use crate::args::{self, Compute, PlanArguments, TextOrJson};
use crate::failure::Failure;
use crate::page::Page;
use crate::question;
use crate::source::Source;

/// Compiles, runs on random inputs, and lists the steps with their times.
///
/// # Errors
/// Mistakes in the text or the usage; numbers that cannot be computed; an output that cannot be written.
pub fn run(arguments: &PlanArguments, out: &mut dyn Write) -> Result<(), Failure> {
    let (mut problem, source) = Source::read_problem(&arguments.problem, arguments.notation, &arguments.dims)?;
    let in_text = |errors| Failure::Text(source.clone(), errors);
    let wrt = question::names(&arguments.wrt);
    let requests = requests(&arguments.compute, &wrt);
    let mut sizes = args::sizes(&arguments.dims);
    for name in problem.dimension_names() {
        sizes.entry(name).or_insert(ANY_SIZE);
    }
    let options = Options {
        threads: arguments.threads,
        convention: question::adopt(arguments.convention, &mut problem, &wrt).map_err(in_text)?,
        sizes: sizes.clone(),
    };
    let mut compiled: Compiled<f64> = problem.compile_with(&requests, options).map_err(in_text)?;
    let inputs = problem.sample(&compiled, &sizes).map_err(in_text)?;
    let times = time(&mut compiled, &inputs, arguments.repeat).map_err(in_text)?;
    let plan = compiled.plan().cloned().unwrap_or_default();
    let sizes: Vec<String> = sizes.iter().map(|(name, size)| format!("{name} = {size}")).collect();
    match arguments.format {
        TextOrJson::Text => show(
            &plan,
            &times,
            &sizes.join(", "),
            &mut Page::new(out, gateaux::Notation::Text),
        ),
        TextOrJson::Json => json(&plan, &times, out),
    }
}

/// The value, and for each variable what is to be computed of its derivatives.
fn requests(compute: &[Compute], wrt: &[String]) -> Vec<Request> {
    let default = if wrt.is_empty() {
        &[Compute::Value][..]
    } else {
        &[Compute::Value, Compute::Gradient]
    };
    let compute = if compute.is_empty() { default } else { compute };
    let mut requests = Vec::new();
    for what in compute {
        let of: fn(&str) -> Request = match what {
            Compute::Value => {
                requests.push(compile::value());
                continue;
            }
            Compute::Gradient => compile::gradient,
            Compute::Jacobian => compile::jacobian,
            Compute::Hessian => compile::hessian,
            Compute::Hvp => compile::hessian_vector,
            Compute::Jvp => compile::jacobian_vector,
            Compute::Vjp => compile::vector_jacobian,
        };
        requests.extend(wrt.iter().map(|name| of(name)));
    }
    requests
}

/// The median time of each step over some runs after one that plans.
pub fn time(
    compiled: &mut Compiled<f64>,
    inputs: &[Array<f64>],
    repeat: usize,
) -> Result<Vec<Duration>, gateaux::Errors> {
    let shapes: Vec<&[usize]> = inputs.iter().map(Array::shape).collect();
    let shapes = compiled.output_shapes(&shapes)?;
    let mut outputs: Vec<Vec<f64>> = shapes.iter().map(|shape| vec![0.0; shape.iter().product()]).collect();
    let views: Vec<View<'_, f64>> = inputs
        .iter()
        .map(|array| View::new(array.data(), array.shape()))
        .collect();
    let mut runs: Vec<Vec<Duration>> = Vec::new();
    for _ in 0..=repeat.max(1) {
        let pairs = outputs.iter_mut().zip(&shapes);
        let mut results: Vec<ViewMut<'_, f64>> = pairs.map(|(data, shape)| ViewMut::new(data, shape)).collect();
        runs.push(compiled.run_timed(&views, &mut results)?);
    }
    let steps = runs[0].len();
    let median = |step: usize| {
        let mut times: Vec<Duration> = runs[1..].iter().map(|run| run[step]).collect();
        times.sort_unstable();
        times[times.len() / 2]
    };
    Ok((0..steps).map(median).collect())
}

fn show(plan: &Plan, times: &[Duration], sizes: &str, page: &mut Page<'_>) -> Result<(), Failure> {
    let total: Duration = times.iter().sum();
    let memory = 8.0 * plan.memory() as f64;
    page.title("plan", sizes)?;
    let rows = plan
        .describe()
        .into_iter()
        .zip(times)
        .map(|((name, operations, numbers), time)| {
            let seconds = time.as_secs_f64().max(1e-12);
            let rate = if operations > 8.0 * numbers {
                format!("{:.1} GFLOP/s", operations / seconds / 1e9)
            } else {
                format!("{:.1} GB/s", 8.0 * numbers / seconds / 1e9)
            };
            vec![
                shortened(name),
                quantity(operations),
                quantity(8.0 * numbers),
                duration(seconds),
                rate,
            ]
        });
    let header = ["step", "operations", "bytes", "time", "rate"]
        .map(str::to_owned)
        .to_vec();
    page.table(&[vec![header], rows.collect()].concat())?;
    page.sentence("")?;
    page.sentence(&format!(
        "{} steps, {} in all; buffers of {} bytes",
        plan.len(),
        duration(total.as_secs_f64()),
        quantity(memory)
    ))?;
    Ok(())
}

fn json(plan: &Plan, times: &[Duration], out: &mut dyn Write) -> Result<(), Failure> {
    let steps = plan
        .describe()
        .into_iter()
        .zip(times)
        .map(|((name, operations, numbers), time)| {
            serde_json::json!({
                "step": name, "operations": operations, "bytes": 8.0 * numbers, "seconds": time.as_secs_f64(),
            })
        });
    let object = serde_json::json!({
        "ok": true, "steps": steps.collect::<Vec<_>>(), "buffer_bytes": 8 * plan.memory(),
    });
    Ok(writeln!(out, "{object}")?)
}

/// A name that leaves room for the other columns.
fn shortened(name: String) -> String {
    const WIDTH: usize = 60;
    match name.char_indices().nth(WIDTH) {
        Some((end, _)) => format!("{}...", &name[..end]),
        None => name,
    }
}

/// A count with at most three digits and a power of ten.
fn quantity(value: f64) -> String {
    match value {
        value if value >= 1e9 => format!("{:.3}e9", value / 1e9),
        value if value >= 1e6 => format!("{:.3}e6", value / 1e6),
        value if value >= 1e4 => format!("{:.1}e3", value / 1e3),
        value => format!("{value:.0}"),
    }
}

/// A time with its unit.
pub fn duration(seconds: f64) -> String {
    match seconds {
        seconds if seconds >= 1.0 => format!("{seconds:.2} s"),
        seconds if seconds >= 1e-3 => format!("{:.2} ms", seconds * 1e3),
        seconds if seconds >= 1e-6 => format!("{:.2} us", seconds * 1e6),
        seconds => format!("{:.0} ns", seconds * 1e9),
    }
}
