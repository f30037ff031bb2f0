//! `gateaux teach`: an exercise, its hints one at a time, and a judgment of an answer.

use std::io::Write;

use gateaux::teach::{Exercise, Level};
use gateaux::{Finding, Judgment, Notation};
use gateaux_json as json;
use serde_json::{Value, json};

use crate::args::{TeachArguments, TextOrJson};
use crate::check;
use crate::failure::Failure;
use crate::page::Page;
use crate::steps;
use crate::style;

/// Shows an exercise, and judges the answer if there is one.
///
/// # Errors
/// A level that does not exist; an answer that cannot be read or is wrong; an output that cannot be written.
pub fn run(arguments: &TeachArguments, out: &mut dyn Write) -> Result<(), Failure> {
    let level = Level::new(usize::from(arguments.level)).ok_or_else(|| {
        let levels: Vec<String> = Level::all()
            .map(|level| format!("{} {}", level.number(), level.title()))
            .collect();
        Failure::usage(
            format!("there is no level {}", arguments.level),
            format!("the levels are {}", levels.join(", ")),
        )
    })?;
    let exercise = Exercise::new(level, arguments.seed)
        .map_err(|errors| Failure::Text(check::labelled("exercise", ""), errors))?;
    let judgment = match &arguments.answer {
        Some(answer) => {
            let judged = exercise.judge(answer);
            Some(judged.map_err(|errors| Failure::Text(check::labelled("answer", answer), errors))?)
        }
        None => None,
    };
    match arguments.format {
        TextOrJson::Json => writeln!(out, "{}", object(arguments, &exercise, judgment.as_ref()))?,
        TextOrJson::Text => show(
            arguments,
            &exercise,
            judgment.as_ref(),
            &mut Page::new(out, Notation::Text),
        )?,
    }
    match judgment {
        Some(judgment) if !judgment.is_equal() => Err(Failure::Negative),
        Some(_) | None => Ok(()),
    }
}

/// How many hints are shown.
fn hints(arguments: &TeachArguments, exercise: &Exercise) -> usize {
    arguments.hints.min(exercise.hints().len())
}

fn show(
    arguments: &TeachArguments,
    exercise: &Exercise,
    judgment: Option<&Judgment>,
    page: &mut Page<'_>,
) -> Result<(), Failure> {
    let level = exercise.level();
    page.title(
        "exercise",
        &format!("level {}: {}; seed {}", level.number(), level.title(), exercise.seed()),
    )?;
    page.formula(
        &format!("{} = ", exercise.problem().function_name()),
        exercise.function(),
    )?;
    page.sentence("")?;
    for variable in exercise.problem().variables() {
        page.sentence(&variable.text)?;
    }
    page.sentence("")?;
    page.sentence(&exercise.question())?;
    let shown = hints(arguments, exercise);
    let numbered = exercise.hints()[..shown].iter().zip(1..);
    let lines: Vec<String> = numbered.map(|(hint, at)| format!("{at}. {hint}")).collect();
    page.sentences(&format!("hints, {shown} of {}", exercise.hints().len()), &lines)?;
    if let Some(judgment) = judgment {
        page.title("judgment", "")?;
        page.sentence(&verdict(judgment))?;
    }
    if arguments.solution {
        page.title("solution", "")?;
        page.formula("", exercise.answer())?;
        let derivation = exercise
            .steps()
            .map_err(|errors| Failure::Text(check::labelled("exercise", ""), errors))?;
        steps::show(&derivation, "", page)?;
    }
    Ok(())
}

/// Whether the answer is right, without the right one.
fn verdict(judgment: &Judgment) -> String {
    match &judgment.finding {
        Finding::Equal(_) => style::paint(style::GOOD, "right"),
        Finding::NotEqual(slip) => format!("{}: {}", style::paint(style::BAD, "not right"), slip.detail),
    }
}

fn object(arguments: &TeachArguments, exercise: &Exercise, judgment: Option<&Judgment>) -> Value {
    let level = exercise.level();
    let mut object = json::Object::new();
    object.insert("ok".into(), json!(true));
    object.insert("level".into(), json!(level.number()));
    object.insert("title".into(), json!(level.title()));
    object.insert("seed".into(), json!(exercise.seed()));
    object.insert("function".into(), json!(exercise.function()));
    object.insert(
        "declarations".into(),
        json::declarations(exercise.problem().variables()),
    );
    object.insert("wrt".into(), json!(exercise.wrt()));
    object.insert("question".into(), json!(exercise.question()));
    object.insert("hints".into(), json!(exercise.hints()[..hints(arguments, exercise)]));
    object.insert("hints_in_all".into(), json!(exercise.hints().len()));
    if let Some(judgment) = judgment {
        let slip = judgment.slip();
        object.insert("right".into(), json!(judgment.is_equal()));
        object.extend(slip.map(|slip| ("mistake".into(), json!(slip.mistake.name()))));
        object.extend(slip.map(|slip| ("detail".into(), json!(slip.detail))));
    }
    if arguments.solution {
        object.insert("solution".into(), json!(exercise.answer()));
    }
    Value::Object(object)
}
