//! `gateaux diff`: the derivative of a function, with everything that was inferred, assumed and checked.

use std::io::Write;

use gateaux::compile::Costs;
use gateaux::{
    Answer, Candidate, Check, Declared, Notation, Origin, Printed, Problem, Slope, Steps, Verdict, latex_name,
};
use gateaux_json as json;
use gateaux_json::{Question, Reply};
use serde_json::{Value, json};

use crate::args::{DiffArguments, Form, Format};
use crate::codes;
use crate::convergence;
use crate::cost;
use crate::diagnostics;
use crate::failure::Failure;
use crate::page::{self, Page};
use crate::question;
use crate::source::Source;
use crate::steps;
use crate::style;

/// Differentiates and shows the answer.
///
/// # Errors
/// Mistakes in the text or the usage; an output that cannot be written.
pub fn run(arguments: &DiffArguments, out: &mut dyn Write) -> Result<(), Failure> {
    if arguments.quiet && arguments.format == Format::Json {
        return Err(Failure::usage(
            "--quiet shows one formula, and --format json all of them",
            "give only one of the two",
        ));
    }
    let (mut problem, source) = Source::read_problem(&arguments.problem, arguments.notation, &arguments.dims)?;
    let in_text = |errors| Failure::Text(source.clone(), errors);
    let wrt = variables(&arguments.wrt, &problem)?;
    let question = question::ask(&wrt, arguments.order)?;
    let convention = question::adopt(arguments.convention, &mut problem, &wrt).map_err(in_text)?;
    let mut reply = question.derive_in(&mut problem, convention).map_err(in_text)?;
    if let Some(form) = arguments.form {
        for answer in &mut reply.answers {
            answer.complete_views(&mut problem).map_err(in_text)?;
        }
        have_form(&reply, form)?;
    }
    if !arguments.no_check {
        reply.check(&mut problem, &arguments.check_sizes());
    }
    let extras = Extras::new(arguments, (&mut problem, &source), &reply)?;
    match (arguments.format, arguments.quiet) {
        (Format::Json, _) => show_json(&problem, &reply, &extras, out),
        (_, true) => show_quietly(arguments, &reply, &extras, out),
        (_, false) => show(arguments, (&mut problem, &source), (&reply, &extras), out),
    }
}

/// What is shown beside the answers, each where it was asked for.
struct Extras {
    /// The gradient in another inner product.
    weighted: Option<Printed>,
    taylor: Option<Printed>,
    derivations: Vec<Steps>,
    measured: convergence::Measured,
    costs: Vec<Costs>,
}

impl Extras {
    fn new(
        arguments: &DiffArguments,
        (problem, source): (&mut Problem, &Source),
        reply: &Reply,
    ) -> Result<Extras, Failure> {
        let in_text = |errors| Failure::Text(source.clone(), errors);
        let costs = cost::measure(arguments, problem, reply).map_err(in_text)?;
        let measured = convergence::measure(arguments, problem, reply)?;
        let weighted = weighted(arguments, (problem, source), reply)?;
        let derivations = match arguments.steps {
            true => steps::derivations(&reply.answers, problem, arguments.detail).map_err(in_text)?,
            false => Vec::new(),
        };
        let taylor = match (arguments.form, reply.answers.as_slice()) {
            (Some(Form::Taylor), [answer]) if arguments.format != Format::Json => {
                let wrt = answer.wrt().to_vec();
                Some(problem.taylor(&wrt[0], wrt.len()).map_err(in_text)?)
            }
            _ => None,
        };
        Ok(Extras {
            weighted,
            taylor,
            derivations,
            measured,
            costs,
        })
    }
}

/// The gradient in the inner product that was asked for.
fn weighted(
    arguments: &DiffArguments,
    (problem, source): (&mut Problem, &Source),
    reply: &Reply,
) -> Result<Option<Printed>, Failure> {
    let found = match (&arguments.inner_product, arguments.unit_norm, reply.answers.as_slice()) {
        (None, false, _) => return Ok(None),
        (Some(weight), _, [answer]) => problem.weighted_gradient(answer, weight),
        (None, true, [answer]) => problem.spherical_gradient(answer),
        (option, ..) => {
            let option = if option.is_some() {
                "--inner-product"
            } else {
                "--unit-norm"
            };
            return Err(Failure::usage(
                format!("{option} is for one gradient"),
                "give one variable with --wrt",
            ));
        }
    };
    found.map(Some).map_err(|errors| Failure::Text(source.clone(), errors))
}

/// The page for people.
fn show(
    arguments: &DiffArguments,
    (problem, source): (&mut Problem, &Source),
    (reply, extras): (&Reply, &Extras),
    out: &mut dyn Write,
) -> Result<(), Failure> {
    let in_text = |errors| Failure::Text(source.clone(), errors);
    let notation = page::notation(arguments.format);
    let mut page = Page::new(out, notation);
    let notation = page.notation();
    let function = problem.function_text(notation).map_err(in_text)?;
    if arguments.form.is_none() {
        show_function(&function, problem, &mut page)?;
    }
    let is_one_of_several = reply.answers.len() > 1;
    for answer in &reply.answers {
        match &extras.taylor {
            Some(taylor) => show_taylor(problem.function_name(), (answer, taylor), &mut page)?,
            None => show_forms(
                answer,
                arguments.form,
                (problem.function_name(), is_one_of_several),
                &mut page,
            )?,
        }
    }
    for (derivation, answer) in extras.derivations.iter().zip(&reply.answers) {
        let by = match is_one_of_several {
            true => answer.wrt().join(", "),
            false => String::new(),
        };
        steps::show(derivation, &by, &mut page)?;
    }
    if let (Some(weighted), [answer]) = (&extras.weighted, reply.answers.as_slice()) {
        let title = match &arguments.inner_product {
            Some(weight) => format!("gradient in the inner product u'*{weight}*v"),
            None => format!("gradient on the sphere norm2({}) = 1", answer.wrt().join(", ")),
        };
        page.title(&title, "")?;
        page.formula("", weighted.get(notation))?;
    }
    if arguments.explain {
        for answer in &reply.answers {
            let lengths = answer.candidates(problem).map_err(in_text)?;
            show_lengths(&lengths, &mut page)?;
        }
    }
    show_remarks(reply, &mut page)?;
    show_checks(reply, &mut page)?;
    extras.measured.show(reply, &mut page)?;
    cost::show(&extras.costs, arguments, &mut page)
}

fn show_taylor(name: &str, (answer, taylor): (&Answer, &Printed), page: &mut Page<'_>) -> Result<(), Failure> {
    let (point, notation) = (&answer.wrt()[0], page.notation());
    page.title(&format!("Taylor polynomial of order {}", answer.wrt().len()), "")?;
    let change = answer.holes()[0].trim_end_matches(|c: char| c == '1' && answer.wrt().len() > 1);
    Ok(page.formula(&moved_value(name, point, change, notation), taylor.get(notation))?)
}

/// The names given, or the only variable.
///
/// # Errors
/// No variable, or several and none given.
pub fn variables(wrt: &[String], problem: &Problem) -> Result<Vec<String>, Failure> {
    let wrt = question::names(wrt);
    match (wrt.is_empty(), problem.variables()) {
        (false, _) => Ok(wrt),
        (true, [only]) => Ok(vec![only.name.clone()]),
        (true, []) => Err(Failure::Usage {
            message: "there is no variable to differentiate by".to_owned(),
            help: None,
        }),
        (true, several) => {
            let names: Vec<&str> = several.iter().map(|variable| variable.name.as_str()).collect();
            let message = format!("there are several variables: {}", names.join(", "));
            Err(Failure::usage(
                message,
                format!("say by which to differentiate: --wrt {}", names[0]),
            ))
        }
    }
}

fn show_json(problem: &Problem, reply: &Reply, extras: &Extras, out: &mut dyn Write) -> Result<(), Failure> {
    let mut object = json::Object::new();
    object.insert("ok".into(), json!(true));
    object.insert("declarations".into(), json::declarations(problem.variables()));
    object.extend(json::reply(problem, reply));
    if let (Question::Derivative(_), [answer]) = (&reply.question, reply.answers.as_slice()) {
        let adjoint = answer.adjoint(Notation::Text);
        object.extend(adjoint.map(|adjoint| ("adjoint".into(), json!(adjoint))));
        let weighted = extras.weighted.as_ref();
        object.extend(weighted.map(|formula| ("weighted".into(), json!(formula.get(Notation::Text)))));
    }
    extras.measured.extend(&mut object);
    cost::extend(&extras.costs, &mut object);
    object.extend(json::derivations(&reply.answers, &extras.derivations));
    Ok(writeln!(out, "{}", Value::Object(object))?)
}

/// The formulas alone; a failed check goes to standard error.
fn show_quietly(arguments: &DiffArguments, reply: &Reply, extras: &Extras, out: &mut dyn Write) -> Result<(), Failure> {
    let notation = page::notation(arguments.format);
    if let Some(only) = extras.weighted.as_ref().or(extras.taylor.as_ref()) {
        return Ok(writeln!(out, "{}", only.get(notation))?);
    }
    if arguments.steps {
        return Ok(steps::show_alone(&extras.derivations, &mut Page::new(out, notation))?);
    }
    for answer in &reply.answers {
        let formula = match arguments.form {
            None => formula(answer, Form::Gradient, notation),
            Some(form) => formula(answer, form, notation),
        };
        writeln!(out, "{formula}")?;
    }
    for check in &reply.checks {
        if let Verdict::NotVerified(reason) = &check.verdict {
            diagnostics::warn(&format!("NOT VERIFIED: {reason}"), &mut anstream::stderr().lock())?;
        }
    }
    Ok(())
}

fn show_function(function: &str, problem: &Problem, page: &mut Page<'_>) -> Result<(), Failure> {
    page.title("function", &shape(&problem.axes(), page.notation()))?;
    page.formula(&format!("{} = ", problem.function_name()), function)?;
    let rows: Vec<(&str, &str)> = problem
        .variables()
        .iter()
        .map(|variable| (variable.text.as_str(), origin(variable)))
        .collect();
    if !rows.is_empty() {
        page.title("variables", "")?;
        page.columns(&rows)?;
    }
    Ok(())
}

/// How the kind is known, for people.
fn origin(variable: &Declared) -> &'static str {
    match variable.origin {
        Origin::Declared => "declared",
        Origin::Name | Origin::Default => "inferred from its name",
        Origin::Use => "inferred from its use",
    }
}

fn show_forms(
    answer: &Answer,
    form: Option<Form>,
    (name, is_one_of_several): (&str, bool),
    page: &mut Page<'_>,
) -> Result<(), Failure> {
    let notation = page.notation();
    let by = if is_one_of_several {
        format!(" by {}", answer.wrt().join(", "))
    } else {
        String::new()
    };
    let shown = |wanted: Form| form.is_none_or(|form| form == wanted);
    if shown(Form::Differential) {
        page.title(&format!("differential{by}"), "")?;
        let change = change(name, answer.wrt().len(), notation);
        page.formula(&format!("{change} = "), answer.differential(notation))?;
    }
    if matches!(form, None | Some(Form::Gradient | Form::Jacobian | Form::Hessian)) {
        show_explicit(answer, &by, page)?;
    }
    if form.is_none() && answer.wirtinger().iter().any(|part| part.has_conjugates()) {
        page.title(&format!("Wirtinger derivatives{by}"), "")?;
        for part in answer.wirtinger() {
            page.formula(&format!("{} = ", part.name(notation)), part.formula(notation))?;
        }
    }
    form.map_or(Ok(()), |form| show_view(answer, form, (name, &by), page))
}

fn show_explicit(answer: &Answer, by: &str, page: &mut Page<'_>) -> Result<(), Failure> {
    let (axes, notation) = (answer.derivative_axes(), page.notation());
    page.title(&format!("{}{by}", answer.explicit_name()), &shape(axes, notation))?;
    match answer.explicit(notation) {
        // A gradient has the shape of its variable and needs no other reading.
        Some(_) if is_array(answer) && answer.explicit_name() != "gradient" => show_views(answer, page),
        Some(explicit) => Ok(page.formula("", explicit)?),
        None => {
            page.formula("", &answer.operator(notation))?;
            Ok(page.sentence(&format!(
                "an array with {} axes: {}",
                axes.len(),
                page::axes(axes, notation)
            ))?)
        }
    }
}

/// A form that is shown only where it is asked for.
fn show_view(answer: &Answer, form: Form, (name, by): (&str, &str), page: &mut Page<'_>) -> Result<(), Failure> {
    let notation = page.notation();
    let titled = [
        (Form::Operator, "operator"),
        (Form::Kronecker, "Kronecker form"),
        (Form::Index, "index form"),
        (Form::Bilinear, "bilinear form"),
        (Form::Hvp, "Hessian times a direction"),
        (Form::Adjoint, "adjoint"),
    ];
    let Some((_, title)) = titled.into_iter().find(|(wanted, _)| *wanted == form) else {
        return Ok(());
    };
    page.title(&format!("{title}{by}"), "")?;
    let front = match form {
        Form::Kronecker => "M = ".to_owned(),
        Form::Bilinear => format!("{} = ", bilinear(name, answer, notation)),
        _ => String::new(),
    };
    page.formula(&front, &formula(answer, form, notation))?;
    if form == Form::Kronecker {
        page.sentence(&stacking(answer))?;
    }
    Ok(())
}

/// Whether the explicit form has more axes than a matrix.
fn is_array(answer: &Answer) -> bool {
    answer.derivative_axes().len() > 2 && !answer.is_row_jacobian()
}

/// A view beyond this many characters is shown only if it is asked for.
const MAX_VIEW: usize = 400;

/// The readings of an array with more than two axes.
fn show_views(answer: &Answer, page: &mut Page<'_>) -> Result<(), Failure> {
    let notation = page.notation();
    page.formula("", &answer.operator(notation))?;
    let is_short = |view: &&str| view.len() <= MAX_VIEW;
    let views = [answer.index(notation), answer.kronecker(notation)];
    if let Some(index) = views[0].filter(is_short) {
        page.formula("", index)?;
    }
    if let Some(kronecker) = views[1].filter(is_short) {
        page.formula("M = ", kronecker)?;
        page.sentence(&stacking(answer))?;
    }
    if views.iter().flatten().any(|view| !is_short(view)) {
        page.sentence("long forms are left out here: --form index and --form kronecker show them")?;
    }
    if let (Notation::Text, Some(einsum)) = (notation, answer.explicit(notation)) {
        page.formula("D = ", einsum)?;
    }
    Ok(())
}

/// What the matrix of the Kronecker form does.
fn stacking(answer: &Answer) -> String {
    let hole = answer.holes().last().map_or("dX", String::as_str);
    let of = match answer.wrt().len() {
        1 => "vec(df)",
        2 => "vec of the change of the gradient",
        _ => "vec of the change of the derivative below",
    };
    format!("M is the matrix with {of} = M*vec({hole}), where vec stacks columns")
}

/// `f''(X)[dX1, dX2]`
fn bilinear(name: &str, answer: &Answer, notation: Notation) -> String {
    let primes = "'".repeat(answer.wrt().len());
    let holes = answer.holes().join(", ");
    match notation {
        Notation::Latex => {
            let holes: Vec<String> = answer.holes().iter().map(|hole| latex_name(hole)).collect();
            format!("{name}{primes}[{}]", holes.join(", "))
        }
        _ => format!("{name}{primes}[{holes}]"),
    }
}

/// `f(X + dX) ≈ `
fn moved_value(name: &str, point: &str, change: &str, notation: Notation) -> String {
    match notation {
        Notation::Text => format!("{name}({point} + {change}) ~ "),
        Notation::Unicode => format!("{name}({point} + {change}) ≈ "),
        Notation::Latex | Notation::MathMl => {
            format!("{name}({} + {}) \\approx ", latex_name(point), latex_name(change))
        }
    }
}

/// How long the forms are among which the shown ones were chosen.
fn show_lengths(lengths: &[Candidate], page: &mut Page<'_>) -> Result<(), Failure> {
    page.title("length", "names, numbers and operations; the shortest form is shown")?;
    let rows: Vec<(String, String)> = lengths
        .iter()
        .map(|(name, length)| (format!("{name}: {length}"), String::new()))
        .collect();
    let rows: Vec<(&str, &str)> = rows.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
    Ok(page.columns(&rows)?)
}

/// `(m x n)`; nothing for a scalar.
fn shape(axes: &[String], notation: Notation) -> String {
    if axes.is_empty() {
        String::new()
    } else {
        format!("({})", page::axes(axes, notation))
    }
}

/// `df`, `d2f`.
fn change(name: &str, order: usize, notation: Notation) -> String {
    const SUPERSCRIPTS: [&str; 10] = ["", "", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"];
    match (notation, order) {
        (Notation::Text | Notation::Unicode, 1) => format!("d{name}"),
        (Notation::Text, order) => format!("d{order}{name}"),
        (Notation::Unicode, order) => format!("d{}{name}", SUPERSCRIPTS.get(order).copied().unwrap_or("ⁿ")),
        (Notation::Latex | Notation::MathMl, 1) => format!("\\mathrm{{d}}{name}"),
        (Notation::Latex | Notation::MathMl, order) => format!("\\mathrm{{d}}^{{{order}}}{name}"),
    }
}

/// One form without a title.
fn formula(answer: &Answer, form: Form, notation: Notation) -> String {
    match form {
        Form::Differential => answer.differential(notation).to_owned(),
        Form::Gradient | Form::Jacobian | Form::Hessian => answer
            .explicit(notation)
            .map_or_else(|| answer.operator(notation), str::to_owned),
        Form::Adjoint => answer.adjoint(notation).unwrap_or_default(),
        Form::Operator => answer.operator(notation),
        Form::Kronecker => answer.kronecker(notation).unwrap_or_default().to_owned(),
        Form::Index => answer.index(notation).unwrap_or_default().to_owned(),
        Form::Bilinear | Form::Taylor => answer.differential(notation).to_owned(),
        Form::Hvp => answer.hessian_vector(notation).unwrap_or_default(),
    }
}

/// Refuses a form that one of the derivatives does not have.
fn have_form(reply: &Reply, form: Form) -> Result<(), Failure> {
    reply.answers.iter().try_for_each(|answer| has_form(answer, form))?;
    match form == Form::Taylor && reply.answers.len() > 1 {
        false => Ok(()),
        true => Err(Failure::usage(
            "--form taylor is for one variable",
            "give one variable with --wrt",
        )),
    }
}

/// Refuses a form that the derivative does not have, and says which it has.
fn has_form(answer: &Answer, form: Form) -> Result<(), Failure> {
    let name = answer.explicit_name();
    let is_scalar = answer.function_axes().is_empty();
    let (exists, wanted) = match form {
        Form::Differential => (true, "differential"),
        Form::Adjoint => (answer.adjoint(Notation::Text).is_some(), "adjoint"),
        Form::Gradient => (is_scalar && answer.wrt().len() == 1, "gradient"),
        Form::Jacobian => (name == "Jacobian", "Jacobian"),
        Form::Hessian => (name == "Hessian" || is_scalar && answer.wrt().len() == 2, "Hessian"),
        Form::Operator => (true, "operator"),
        Form::Kronecker => (answer.kronecker(Notation::Text).is_some(), "Kronecker form"),
        Form::Index => (answer.index(Notation::Text).is_some(), "index form"),
        Form::Bilinear => (answer.wrt().len() == 2, "bilinear form"),
        Form::Hvp => (is_scalar && answer.wrt().len() == 2, "product with the Hessian"),
        Form::Taylor => (
            answer.wrt().iter().all(|name| *name == answer.wrt()[0]),
            "Taylor polynomial",
        ),
    };
    if exists {
        return Ok(());
    }
    let function = match answer.function_axes() {
        [] => "a scalar".to_owned(),
        [size] => format!("a vector ({size})"),
        [rows, columns] => format!("a matrix ({rows} x {columns})"),
        axes => format!("an array ({})", axes.join(" x ")),
    };
    let order = match answer.wrt().len() {
        1 => "the derivative".to_owned(),
        order => format!("the derivative of order {order}"),
    };
    let message = format!("{order} of {function} by {} has no {wanted}", answer.wrt().join(", "));
    let mut existing = vec!["differential", "operator"];
    existing.extend(match name {
        "gradient" | "derivative" if is_scalar && answer.wrt().len() == 1 => Some("gradient"),
        "Jacobian" => Some("jacobian"),
        "Hessian" => Some("hessian"),
        _ => None,
    });
    existing.extend(answer.adjoint(Notation::Text).map(|_| "adjoint"));
    existing.extend(answer.kronecker(Notation::Text).map(|_| "kronecker"));
    existing.extend(answer.index(Notation::Text).map(|_| "index"));
    let is_of_second_order = matches!(form, Form::Hessian | Form::Bilinear | Form::Hvp);
    let help = match answer.wrt() {
        [_] if is_of_second_order && (is_scalar || form == Form::Bilinear) => "add --order 2".to_owned(),
        _ => format!("there is --form {}", alternatives(&existing)),
    };
    Err(Failure::input_with_help(codes::FORM, message, help))
}

/// `a, b or c`
fn alternatives(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

/// What the answers rest on.
fn show_remarks(reply: &Reply, page: &mut Page<'_>) -> Result<(), Failure> {
    let mut assumptions = Vec::new();
    let mut notes = Vec::new();
    for answer in &reply.answers {
        json::extend_distinct(&mut assumptions, answer.assumptions());
        json::extend_distinct(&mut notes, answer.notes());
    }
    page.sentences("assumptions", &assumptions)?;
    Ok(page.sentences("notes", &notes)?)
}

fn show_checks(reply: &Reply, page: &mut Page<'_>) -> Result<(), Failure> {
    if reply.checks.is_empty() {
        return Ok(());
    }
    page.title("check", "")?;
    for (check, answer) in reply.checks.iter().zip(&reply.answers) {
        let by = if reply.checks.len() > 1 {
            format!("{}: ", answer.wrt().join(", "))
        } else {
            String::new()
        };
        page.sentence(&format!("{by}{}", verdict(check)))?;
    }
    Ok(())
}

/// The verdict as a sentence, in its color.
fn verdict(check: &Check) -> String {
    let sizes: Vec<String> = check
        .sizes
        .iter()
        .map(|(name, size)| format!("{name} = {size}"))
        .collect();
    let sizes = if sizes.is_empty() {
        String::new()
    } else {
        format!(" ({})", sizes.join(", "))
    };
    match &check.verdict {
        Verdict::NotVerified(reason) => format!(
            "{}{sizes}",
            style::paint(style::BAD, &format!("NOT VERIFIED: {reason}"))
        ),
        Verdict::Verified => {
            let points = if check.points == 1 {
                "1 point".to_owned()
            } else {
                format!("{} points", check.points)
            };
            let remainder = match check.slope {
                Slope::Linear => "linear: no remainder".to_owned(),
                Slope::Power(power) => format!("remainder shrinks with power {power:.2} of the step"),
                Slope::Unknown => "remainder too small to be measured".to_owned(),
            };
            let verdict = style::paint(style::GOOD, "verified numerically");
            format!(
                "{verdict}: relative error {:.1e} at {points}{sizes}, {remainder}",
                check.error
            )
        }
    }
}
