//! The corpus: real problems with independent answers.
//!
//! Every case within reach must be right in number, its printed explicit form must give the same numbers when it is
//! read back, and the check must verify it at its own sizes, with all sizes 1, and at other unequal sizes. A case out
//! of reach must answer with an error that names what is missing.

#![expect(clippy::print_stdout, reason = "counts, shown when a test fails")]

use std::collections::BTreeMap;

use case::{array, cases};
use gateaux::compile::{Options, Request, value};
use gateaux::{Array, Compiled, Errors, Inputs, Notation, Problem, View, ViewMut};
use serde_json::Value;

mod case;

/// Relative to the largest entry.
const TOLERANCE: f64 = 1e-9;

fn inputs(case: &Value) -> Inputs {
    let mut inputs = Inputs::default();
    for (name, value) in case["inputs"].as_object().expect("inputs") {
        inputs.values.insert(name.clone(), array(value));
    }
    if let Some(dims) = case["dims"].as_object() {
        for (name, size) in dims {
            inputs
                .sizes
                .insert(name.clone(), size.as_u64().expect("a size") as usize);
        }
    }
    inputs
}

fn distance(got: &Array<f64>, want: &Array<f64>) -> f64 {
    if got.len() != want.len() {
        return f64::INFINITY;
    }
    let scale = want.data().iter().fold(1.0f64, |max, x| max.max(x.abs()));
    let same_order = got.iter_row_major().zip(want.iter_row_major());
    same_order.map(|(a, b)| (a - b).abs() / scale).fold(
        0.0,
        |max: f64, gap| if gap.is_nan() { f64::INFINITY } else { max.max(gap) },
    )
}

fn wrt(case: &Value) -> Vec<String> {
    let order = case["order"].as_u64().unwrap_or(1) as usize;
    match &case["wrt"] {
        Value::String(name) => vec![name.clone(); order],
        names => names
            .as_array()
            .expect("names")
            .iter()
            .map(|n| n.as_str().expect("a name").to_owned())
            .collect(),
    }
}

/// Whether all errors say that something is not available yet.
fn is_out_of_reach(errors: &Errors) -> bool {
    errors.diagnostics().iter().all(|d| d.code == "G0301")
}

enum Outcome {
    Right { explicit: Option<String> },
    OutOfReach(String),
    Wrong(String),
}

fn run(case: &Value) -> Outcome {
    let text = case["text"].as_str().expect("a text");
    let wrong = |what: String| Outcome::Wrong(what);
    let mut problem = match Problem::parse(text) {
        Ok(problem) => problem,
        Err(errors) if is_out_of_reach(&errors) => return Outcome::OutOfReach(errors.to_string()),
        Err(errors) => return wrong(format!("does not parse: {errors}")),
    };
    let names = wrt(case);
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let answer = match problem.derive(&names) {
        Ok(answer) => answer,
        Err(errors) if is_out_of_reach(&errors) => return Outcome::OutOfReach(errors.to_string()),
        Err(errors) => return wrong(format!("no derivative: {errors}")),
    };
    let inputs = inputs(case);
    let numbers = match problem.evaluate(Some(&answer), &inputs) {
        Ok(numbers) => numbers,
        Err(errors) => return wrong(format!("no numbers: {errors}; {}", answer.differential(Notation::Text))),
    };
    let shown = answer
        .explicit(Notation::Text)
        .map_or_else(|| answer.operator(Notation::Text), str::to_owned);
    let gap = distance(&numbers.value, &array(&case["value"]));
    if gap > TOLERANCE {
        return wrong(format!("the value is off by {gap:.1e}"));
    }
    let want = array(&case["derivative"]);
    let found = numbers.derivative.expect("asked for");
    let gap = distance(&found, &want);
    if gap > TOLERANCE {
        return wrong(format!("the derivative is off by {gap:.1e}: {shown}"));
    }
    if let Some(explicit) = answer.explicit(Notation::Text) {
        let declarations: Vec<&str> = problem.variables().iter().map(|v| v.text.as_str()).collect();
        let text = format!("{}\n{explicit}", declarations.join("\n"));
        let read_back = Problem::parse(&text).and_then(|mut read| read.evaluate(None, &inputs));
        match read_back {
            Err(errors) => return wrong(format!("the explicit form does not read back: {errors}: {explicit}")),
            Ok(numbers) => {
                let gap = distance(&numbers.value, &want);
                if gap > TOLERANCE {
                    return wrong(format!("the explicit form read back is off by {gap:.1e}: {explicit}"));
                }
            }
        }
    }
    for sizes in [Sizes::Unequal, Sizes::One, Sizes::Others] {
        let check = answer.check_with(&mut problem, &sizes.of(case));
        if !check.is_verified() && !sizes.may_fail(&check) {
            return wrong(format!("{check:?}: {shown}"));
        }
    }
    Outcome::Right {
        explicit: answer.explicit(Notation::Text).map(str::to_owned),
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Sizes {
    Unequal,
    One,
    Others,
}

impl Sizes {
    fn of(self, case: &Value) -> BTreeMap<String, usize> {
        let names: Vec<&String> = case["dims"].as_object().expect("dims").keys().collect();
        match self {
            Sizes::Unequal => BTreeMap::new(),
            Sizes::One => names.into_iter().map(|name| (name.clone(), 1)).collect(),
            Sizes::Others => names
                .into_iter()
                .zip([4, 7, 3, 5, 6, 2])
                .map(|(name, size)| (name.clone(), size))
                .collect(),
        }
    }

    /// Sizes at which the problem itself is not defined: `inv(X'*X)` of a wide X, `n - 2` for n = 1.
    fn may_fail(self, check: &gateaux::Check) -> bool {
        self != Sizes::Unequal
            && matches!(&check.verdict, gateaux::Verdict::NotVerified(reason) if reason.contains("singular") || reason.contains("sizes") || reason.contains("no point"))
    }
}

/// The length of a formula: the nodes of its tree.
fn nodes(text: &str) -> usize {
    gateaux_syntax::parse(text).0.nodes().len()
}

/// Answers that are more than twice as long as the closed form, and why.
const LONG: &[(&str, &str)] = &[("nx-087", "zero by the Woodbury identity, which is no rewriting rule")];

struct Report {
    right: usize,
    out_of_reach: Vec<String>,
    wrong: Vec<String>,
    /// Length of the answer over that of the closed form, with the case.
    ratios: Vec<(f64, String, String)>,
}

impl Report {
    fn new(file: &str) -> Report {
        let mut report = Report {
            right: 0,
            out_of_reach: vec![],
            wrong: vec![],
            ratios: vec![],
        };
        for case in cases(file) {
            let id = case["id"].as_str().expect("an id").to_owned();
            let expr = case["expr"].as_str().expect("an expr").replace('\n', "; ");
            match run(&case) {
                Outcome::Right { explicit } => {
                    report.right += 1;
                    if let (Some(explicit), Some(closed)) = (explicit, case["closed_form"].as_str()) {
                        let ratio = nodes(&explicit) as f64 / nodes(closed) as f64;
                        let line = format!("d({expr})/d{}: {explicit}   [{closed}]", case["wrt"]);
                        report.ratios.push((ratio, id, line));
                    }
                }
                Outcome::OutOfReach(errors) => report.out_of_reach.push(format!("{id}: {errors}")),
                Outcome::Wrong(what) => report.wrong.push(format!("{id} d({expr})/d{}: {what}", case["wrt"])),
            }
        }
        report.ratios.sort_by(|a, b| b.0.total_cmp(&a.0));
        report
    }

    fn mean_ratio(&self) -> f64 {
        self.ratios.iter().map(|(ratio, ..)| ratio).sum::<f64>() / self.ratios.len().max(1) as f64
    }

    /// Prints the figures (`cargo test --test corpus -- --nocapture`) and holds the cases to what the project promises.
    #[expect(clippy::print_stdout, reason = "the figures of the corpus are for reading")]
    fn check(&self, file: &str) {
        let Report {
            right,
            out_of_reach,
            wrong,
            ratios,
        } = self;
        println!(
            "{file}: {right} right, {} wrong, {} out of reach",
            wrong.len(),
            out_of_reach.len()
        );
        println!(
            "length over closed form: mean {:.3} over {} cases",
            self.mean_ratio(),
            ratios.len()
        );
        let short = ratios.iter().filter(|(ratio, ..)| *ratio <= 1.0).count();
        println!(
            "equal or shorter: {short} of {} ({:.1} %)",
            ratios.len(),
            100.0 * short as f64 / ratios.len().max(1) as f64
        );
        for (ratio, id, line) in ratios.iter().filter(|(ratio, ..)| *ratio > 1.0) {
            println!("  {ratio:.2} {id} {line}");
        }
        println!("out of reach:\n  {}", out_of_reach.join("\n  "));
        assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
        assert!(self.mean_ratio() <= 1.1, "answers are too long on average");
        assert!(
            5 * short >= 4 * ratios.len(),
            "80 % of the answers are to be equal or shorter"
        );
        for (ratio, id, line) in ratios {
            let known = LONG.iter().any(|(long, _)| long == id);
            assert!(
                known || *ratio <= 2.0,
                "{id} is {ratio:.2} times as long as the closed form: {line}"
            );
        }
        for error in out_of_reach {
            assert!(
                FACTORIZATIONS
                    .iter()
                    .any(|name| error.contains(&format!("{name} is not available yet"))),
                "only matrix functions and factorizations may be missing: {error}"
            );
        }
    }
}

/// Matrix functions and factorizations, which are not there yet.
const FACTORIZATIONS: [&str; 12] = [
    "expm", "logm", "sqrtm", "chol", "eigvals", "eigvecs", "svdvals", "lmax", "lmin", "nuclear", "spectral", "pinv",
];

#[test]
fn derivatives_of_the_corpus() {
    Report::new("derivatives.jsonl").check("derivatives.jsonl");
}

#[test]
fn hessians_of_the_corpus() {
    Report::new("hessians.jsonl").check("hessians.jsonl");
}

/// Cases whose kinds follow from the expression alone: the same kinds, dimensions shared in the same way.
#[test]
fn declarations_of_the_corpus_are_inferred() {
    // Nothing in the expression says that A is square.
    const OPEN: &[&str] = &["se-075"];
    for case in cases("derivatives.jsonl").into_iter().chain(cases("hessians.jsonl")) {
        let id = case["id"].as_str().expect("an id");
        if case["inferable"] != Value::Bool(true) || OPEN.contains(&id) {
            continue;
        }
        let problem = match Problem::parse(case["expr"].as_str().expect("an expr")) {
            Ok(problem) => problem,
            Err(errors) if is_out_of_reach(&errors) => continue,
            Err(errors) => panic!("{id}: {errors}"),
        };
        let (mut there, mut back) = (BTreeMap::new(), BTreeMap::new());
        for variable in problem.variables() {
            let declared = &case["vars"][&variable.name];
            let kind = variable.text.split(['(', ' ']).nth(1).expect("a kind after the name");
            assert_eq!(Some(kind), declared["kind"].as_str(), "{id}: {}", variable.text);
            let dims = declared["dims"].as_array().expect("dims");
            assert_eq!(dims.len(), variable.axes.len(), "{id}: {}", variable.text);
            for (dim, axis) in dims.iter().zip(&variable.axes) {
                let dim = dim.as_str().expect("a name");
                assert_eq!(
                    there.entry(dim.to_owned()).or_insert(axis.clone()),
                    axis,
                    "{id}: {}",
                    variable.text
                );
                assert_eq!(
                    back.entry(axis.clone()).or_insert(dim.to_owned()),
                    dim,
                    "{id}: {}",
                    variable.text
                );
            }
        }
    }
}

/// The numbers of a compiled function, with inputs and outputs in row order; nothing where it has no explicit form.
fn compiled(case: &Value) -> Option<Result<[Array<f64>; 2], Errors>> {
    let mut problem = Problem::parse(case["text"].as_str().expect("a text")).ok()?;
    let names = wrt(case);
    let derivative = match names.as_slice() {
        [name] => Request::First(name.clone()),
        [a, b] => Request::Second(a.clone(), b.clone()),
        _ => return None,
    };
    let inputs = inputs(case);
    let options = Options {
        sizes: inputs.sizes.clone(),
        ..Options::default()
    };
    let mut function = problem.compile_with::<f64>(&[value(), derivative], options).ok()?;
    let arrays: Vec<&Array<f64>> = function.inputs().map(|name| &inputs.values[name]).collect();
    let data: Vec<Vec<f64>> = arrays
        .iter()
        .map(|array| array.iter_row_major().copied().collect())
        .collect();
    let views: Vec<View<'_, f64>> = data
        .iter()
        .zip(&arrays)
        .map(|(data, array)| View::row_major(data, array.shape()))
        .collect();
    let shapes: Vec<&[usize]> = arrays.iter().map(|array| array.shape()).collect();
    let run = |function: &mut Compiled<f64>| -> Result<[Array<f64>; 2], Errors> {
        let shapes = function.output_shapes(&shapes)?;
        let [mut of_value, mut of_derivative] = [0, 1].map(|at: usize| vec![f64::NAN; shapes[at].iter().product()]);
        function.run(
            &views,
            &mut [
                ViewMut::row_major(&mut of_value, &shapes[0]),
                ViewMut::row_major(&mut of_derivative, &shapes[1]),
            ],
        )?;
        Ok(
            [(of_value, &shapes[0]), (of_derivative, &shapes[1])].map(|(data, shape)| {
                let mut entries = data.into_iter();
                let reversed: Vec<usize> = shape.iter().rev().copied().collect();
                let array = Array::from_fn(&reversed, |_| entries.next().unwrap_or(f64::NAN)).expect("of this shape");
                let order: Vec<usize> = (0..shape.len()).rev().collect();
                array.permuted(&order).expect("its own axes")
            }),
        )
    };
    Some(run(&mut function))
}

#[test]
fn compiled_functions_give_the_numbers_of_the_corpus() {
    let (mut right, mut without, mut wrong) = (0, 0, Vec::new());
    for case in cases("derivatives.jsonl").iter().chain(&cases("hessians.jsonl")) {
        match compiled(case) {
            None => without += 1,
            Some(Err(errors)) => wrong.push(format!("{}: {errors}", case["id"])),
            Some(Ok([found, derivative])) => {
                let gaps = [
                    distance(&found, &array(&case["value"])),
                    distance(&derivative, &array(&case["derivative"])),
                ];
                match gaps.iter().all(|gap| *gap <= TOLERANCE) {
                    true => right += 1,
                    false => wrong.push(format!("{}: off by {gaps:?}", case["id"])),
                }
            }
        }
    }
    println!("{right} right, {without} complex or without an explicit form");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(right > 20 * without);
}
