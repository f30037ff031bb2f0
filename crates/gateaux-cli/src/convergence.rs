//! `--check full`: how differences approach the derivative, as a table, a picture and sentences.

use std::path::Path;

use gateaux::{Answer, Convergence, Errors, Notation, Problem, Sample, Scheme, Verdict};
use gateaux_json as json;
use gateaux_json::Reply;
use serde_json::Value;

use crate::args::{self, DiffArguments};
use crate::codes;
use crate::failure::Failure;
use crate::page::Page;
use crate::plot::{Guide, Plot, Series};
use crate::style;

/// What was measured of one answer, or why nothing was.
#[derive(Debug)]
pub struct Measured(Vec<Result<Convergence, Errors>>);

/// Measures all answers, if that was asked for, and writes the picture to its file.
///
/// # Errors
/// A picture of several answers at once, or one that cannot be written.
pub fn measure(arguments: &DiffArguments, problem: &mut Problem, reply: &Reply) -> Result<Measured, Failure> {
    if arguments.check != args::Check::Full && arguments.plot.is_none() {
        return Ok(Measured(Vec::new()));
    }
    let sizes = arguments.check_sizes();
    let found = reply
        .answers
        .iter()
        .map(|answer| answer.convergence(problem, &sizes))
        .collect();
    let measured = Measured(found);
    if let Some(file) = &arguments.plot {
        let ([Ok(convergence)], [answer]) = (measured.0.as_slice(), reply.answers.as_slice()) else {
            return Err(match measured.0.as_slice() {
                [Err(errors)] => Failure::input(codes::PLOT, format!("there is nothing to plot: {errors}")),
                _ => Failure::usage("--plot is for one derivative", "give one variable with --wrt"),
            });
        };
        write(file, &plot(convergence, answer))?;
    }
    Ok(measured)
}

fn write(file: &str, plot: &Plot) -> Result<(), Failure> {
    let is_svg = Path::new(file)
        .extension()
        .is_some_and(|extension| extension.eq_ignore_ascii_case("svg"));
    if !is_svg {
        let message = format!("pictures are written as SVG, but {file} is called otherwise");
        return Err(Failure::usage(
            message,
            format!("--plot {}", Path::new(file).with_extension("svg").display()),
        ));
    }
    std::fs::write(file, plot.svg())
        .map_err(|error| Failure::input(codes::PLOT, format!("cannot write {file}: {error}")))
}

impl Measured {
    /// A block for each answer.
    ///
    /// # Errors
    /// Those of writing.
    pub fn show(&self, reply: &Reply, page: &mut Page<'_>) -> Result<(), Failure> {
        for (found, answer) in self.0.iter().zip(&reply.answers) {
            let by = if self.0.len() > 1 {
                format!(" by {}", answer.wrt().join(", "))
            } else {
                String::new()
            };
            match found {
                Ok(convergence) => {
                    let sizes: Vec<String> = convergence
                        .sizes
                        .iter()
                        .map(|(name, size)| format!("{name} = {size}"))
                        .collect();
                    page.title(&format!("convergence of differences{by}"), &sizes.join(", "))?;
                    show(convergence, answer, page)?;
                }
                Err(errors) => {
                    page.title(&format!("convergence of differences{by}"), "")?;
                    page.sentence(&format!("not measured: {errors}"))?;
                }
            }
        }
        Ok(())
    }

    /// Adds the field `convergence`: an object, or a list where there are several answers.
    pub fn extend(&self, object: &mut json::Object) {
        let mut fields: Vec<Value> = self.0.iter().map(json::convergence).collect();
        match fields.len() {
            0 => {}
            1 => object.extend(fields.pop().map(|only| ("convergence".into(), only))),
            _ => object.extend([("convergence".into(), Value::Array(fields))]),
        }
    }
}

fn show(convergence: &Convergence, answer: &Answer, page: &mut Page<'_>) -> Result<(), Failure> {
    let mut rows = vec![["step", "forward", "central"].map(str::to_owned).to_vec()];
    // Whole powers of ten; the picture has the steps between them too.
    let whole = |sample: &&Sample| (sample.step.log10() - sample.step.log10().round()).abs() < 1e-6;
    for sample in convergence.samples.iter().filter(whole) {
        let error = |error: Option<f64>| error.map_or("-".to_owned(), |error| format!("{error:.1e}"));
        rows.push(vec![
            format!("{:.0e}", sample.step),
            error(sample.forward),
            error(sample.central),
        ]);
    }
    page.table(&rows)?;
    page.sentence("")?;
    for row in plot(convergence, answer).rows(page.notation()) {
        page.sentence(&row)?;
    }
    page.sentence("")?;
    for sentence in sentences(convergence) {
        page.sentence(&sentence)?;
    }
    let verdict = match &convergence.verdict {
        Verdict::Verified => style::paint(
            style::GOOD,
            "the derivative is right: its errors are those of differences",
        ),
        Verdict::NotVerified(reason) => style::paint(style::BAD, &format!("NOT VERIFIED: {reason}")),
    };
    Ok(page.sentence(&verdict)?)
}

fn sentences(convergence: &Convergence) -> Vec<String> {
    let of = |name: &str, scheme: &Scheme| {
        let falls = match scheme.truncation {
            Some(slope) => format!("the error falls with the power {slope:.2} of the step"),
            None => "no truncation error".to_owned(),
        };
        let grows = scheme
            .rounding
            .map_or(String::new(), |slope| format!(", round-off grows with {slope:.2}"));
        let rule = match scheme.predicted_step {
            Some(step) => format!("rule of thumb {step:.1e}"),
            None => "rule of thumb: the longer the better".to_owned(),
        };
        let (step, error) = (scheme.best_step, scheme.best_error);
        format!("{name}: {falls}{grows}; best step {step:.0e} ({rule}), error {error:.1e}")
    };
    let mut sentences = vec![of("forward", &convergence.forward), of("central", &convergence.central)];
    sentences.extend(convergence.notes.iter().cloned());
    sentences
}

/// The errors as a picture, with the slopes that are expected of them.
fn plot(convergence: &Convergence, answer: &Answer) -> Plot {
    let series = |name, of: fn(&Sample) -> Option<f64>| Series {
        name,
        points: convergence
            .samples
            .iter()
            .filter_map(|sample| Some((sample.step, of(sample)?)))
            .collect(),
    };
    let series = [
        series("forward", |sample| sample.forward),
        series("central", |sample| sample.central),
    ];
    let mut guides = Vec::new();
    for (series, scheme) in series.iter().zip([&convergence.forward, &convergence.central]) {
        // The middle of each leg, moved away from the points.
        let middle = |low: f64, high: f64| {
            let distance = |point: &&(f64, f64)| (point.0.ln() - (low * high).sqrt().ln()).abs();
            let point = series
                .points
                .iter()
                .min_by(|a, b| distance(a).total_cmp(&distance(b)))?;
            (point.1 > 0.0).then_some((point.0, 5.0 * point.1))
        };
        if let Some(slope) = scheme.truncation.map(f64::round).filter(|slope| *slope >= 1.0) {
            let through = middle(scheme.best_step, 1.0);
            guides.extend(through.map(|through| Guide {
                through,
                slope: slope as i32,
            }));
        }
        let is_first = guides.iter().all(|guide| guide.slope > 0);
        if let (Some(_), true) = (scheme.rounding, is_first) {
            guides.extend(middle(1e-15, scheme.best_step).map(|through| Guide { through, slope: -1 }));
        }
    }
    Plot {
        title: format!(
            "Relative error of differences: {}",
            answer.differential(Notation::Unicode)
        ),
        description: sentences(convergence).join(". "),
        x_label: "step h",
        y_label: "relative error",
        series,
        guides,
    }
}
