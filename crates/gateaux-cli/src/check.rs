//! `gateaux check`: whether a formula that somebody has is the derivative, or what is wrong with it.

use std::io::Write;

use gateaux::papers::Options;
use gateaux::{ClaimNumbers, Convention, Counterexample, Finding, Judgment, Translation};
use gateaux_json as json;
use gateaux_json::Question;

use crate::args::{self, CheckArguments, Input, TextOrJson};
use crate::diff::variables;
use crate::failure::Failure;
use crate::papers;
use crate::question;
use crate::source::Source;
use crate::style;

/// Judges a claim and shows the judgment.
///
/// # Errors
/// Mistakes in the text, the claim or the usage; a claim that is wrong.
pub fn run(arguments: &CheckArguments, out: &mut dyn Write) -> Result<(), Failure> {
    if papers::is_paper(&arguments.problem) {
        return check_papers(arguments, out);
    }
    if let Some(second) = arguments.files.first() {
        return Err(Failure::usage(
            format!(
                "{} is no file with claims, so {second} cannot stand behind it",
                arguments.problem
            ),
            "give one formula and its claim, or files with claims",
        ));
    }
    let Some(claim) = &arguments.claim else {
        return Err(Failure::usage(
            "there is no claim to check",
            "give the formula that you have with --claim, such as --claim \"2*A'*(A*x - b)\"",
        ));
    };
    let (mut problem, source) = Source::read_problem(&arguments.problem, arguments.notation, &arguments.dims)?;
    let in_text = |errors| Failure::Text(source.clone(), errors);
    let wrt = variables(&arguments.wrt, &problem)?;
    let question = match question::ask(&wrt, arguments.order)? {
        Question::Derivative(wrt) => Question::Derivative(wrt),
        Question::Value | Question::Gradients(_) => {
            return Err(Failure::usage(
                "a claim is about one derivative",
                "give one variable with --wrt, or as many as --order says",
            ));
        }
    };
    let convention = question::adopt(arguments.convention, &mut problem, &wrt).map_err(in_text)?;
    let reply = question.derive_in(&mut problem, convention).map_err(in_text)?;
    for answer in &reply.answers {
        let in_claim = |errors| Failure::Text(labelled("claim", claim), errors);
        let translation = match arguments.notation.input {
            Input::Text => None,
            Input::Latex => Some(problem.translate_latex(claim).map_err(in_claim)?),
        };
        let written = translation.as_ref().map_or(claim.as_str(), Translation::text);
        let judged = answer.claim(&problem, written, &args::sizes(&arguments.dims));
        let judgment = judged.map_err(|errors| match &translation {
            None => in_claim(errors),
            Some(translation) => in_claim(translation.placed(&errors)),
        })?;
        show(&judgment, ("claim", claim), arguments.format, out)?;
        if !judgment.is_equal() {
            return Err(Failure::Negative);
        }
    }
    Ok(())
}

/// Judges the claims of files.
fn check_papers(arguments: &CheckArguments, out: &mut dyn Write) -> Result<(), Failure> {
    let of_formulas = [
        ("--claim", arguments.claim.is_some()),
        ("--wrt", !arguments.wrt.is_empty()),
        ("--order", arguments.order.is_some()),
    ];
    if let Some((option, _)) = of_formulas.iter().find(|(_, is_given)| *is_given) {
        return Err(Failure::usage(
            format!(
                "{} has claims of its own, which {option} says nothing about",
                arguments.problem
            ),
            format!("leave out {option}, or give a formula"),
        ));
    }
    let files = arguments.files.iter().map(String::as_str);
    let paths: Vec<&str> = std::iter::once(arguments.problem.as_str()).chain(files).collect();
    let convention = match arguments.convention {
        args::Convention::Subspace => Some(Convention::Subspace),
        args::Convention::Vech => Some(Convention::Vech),
        args::Convention::Unconstrained => None,
    };
    let sizes = args::sizes(&arguments.dims);
    papers::run(&paths, &Options { convention, sizes }, arguments.format, out)
}

/// A text of the command line with a name that places in it are shown with.
pub fn labelled(name: &str, text: &str) -> Source {
    Source {
        path: Some(name.to_owned()),
        text: text.to_owned(),
    }
}

/// The judgment on a formula with a name.
///
/// # Errors
/// Those of writing.
pub fn show(
    judgment: &Judgment,
    (name, formula): (&str, &str),
    format: TextOrJson,
    out: &mut dyn Write,
) -> Result<(), Failure> {
    if format == TextOrJson::Json {
        return Ok(writeln!(out, "{}", json::judgment(judgment, (name, formula)))?);
    }
    show_details(judgment, (name, formula), out)
}

/// The judgment on a formula with a name, for people.
///
/// # Errors
/// Those of writing.
pub fn show_details(judgment: &Judgment, (name, formula): (&str, &str), out: &mut dyn Write) -> Result<(), Failure> {
    match &judgment.finding {
        Finding::Equal(evidence) => {
            let said = style::paint(style::FAINT, &format!("({})", json::evidence(*evidence)));
            writeln!(out, "{} {said}", style::paint(style::GOOD, "equal"))?;
            if let Some(first) = judgment.remarks.first() {
                writeln!(out, "  where it has a value, unlike for {first}")?;
            }
        }
        Finding::NotEqual(slip) => writeln!(out, "{}: {}", style::paint(style::BAD, "not equal"), slip.detail)?,
    }
    let width = name.chars().count().max(judgment.view.chars().count()) + 2;
    writeln!(out, "  {name:width$}{}", formula.trim().replace('\n', "; "))?;
    writeln!(out, "  {:width$}{}", judgment.view, judgment.answer)?;
    if let Some(counterexample) = judgment.slip().and_then(|slip| slip.counterexample.as_ref()) {
        show_counterexample(counterexample, (name, &judgment.view), out)?;
    }
    Ok(())
}

fn show_counterexample(
    counterexample: &Counterexample,
    (name, view): (&str, &str),
    out: &mut dyn Write,
) -> Result<(), Failure> {
    writeln!(out, "\n{}", style::paint(style::TITLE, "for example"))?;
    for (variable, value) in &counterexample.values {
        writeln!(out, "  {variable} = {}", written(value))?;
    }
    let width = name.chars().count().max(view.chars().count()) + 2;
    for (formula, value) in [(name, &counterexample.claim), (view, &counterexample.answer)] {
        let value = value.as_ref().map_or_else(|| "no value".to_owned(), written);
        writeln!(out, "  {formula:width$}{value}")?;
    }
    Ok(())
}

/// The same for people: numbers with six digits.
fn written(value: &ClaimNumbers) -> String {
    let short = |number: f64| {
        let rounded = format!("{number:.6}").parse().unwrap_or(number);
        // No minus zero.
        if rounded == 0.0 { 0.0 } else { rounded }
    };
    let rounded = value.map(|entry| gateaux::Complex::new(short(entry.re), short(entry.im)));
    let text = json::numbers(&rounded).to_string();
    text.replace(".0,", ",")
        .replace(".0]", "]")
        .replace(',', ", ")
        .replace('"', "")
        .trim_end_matches(".0")
        .to_owned()
}
