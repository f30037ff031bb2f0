//! Claims: right and wrong formulas made from the answers of the corpus.
//!
//! Right claims are the closed forms of the corpus and our own answers written otherwise; wrong ones are slips of the
//! pen made on purpose. Whether a changed formula is still right is decided by the numbers of the corpus, which come
//! from other programs, never by the code that judges claims. No wrong claim may be accepted, no right one refused, and
//! the kind of mistake must be named.

use std::collections::BTreeMap;

use case::{array, cases};
use claim_mutants::{Claim, Form, right_claims, wrong_claims};
use gateaux::{Answer, Array, Finding, Inputs, Notation, Problem};
use serde_json::Value;

mod case;
#[path = "claims/mutants.rs"]
mod claim_mutants;

/// Relative to the largest entry.
const TOLERANCE: f64 = 1e-8;

/// What the numbers of the corpus say of a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Truth {
    Right,
    Wrong,
    /// It cannot be read or has no numbers, so that nothing but a refusal is right.
    Senseless,
}

/// A problem of the corpus with its answer.
struct Subject {
    id: String,
    problem: Problem,
    answer: Answer,
    inputs: Inputs,
    derivative: Array<f64>,
}

impl Subject {
    fn new(case: &Value) -> Option<Subject> {
        let mut problem = Problem::parse(case["text"].as_str()?).ok()?;
        let order = case["order"].as_u64().unwrap_or(1) as usize;
        let wrt: Vec<String> = match &case["wrt"] {
            Value::String(name) => vec![name.clone(); order],
            names => names
                .as_array()?
                .iter()
                .filter_map(|n| n.as_str().map(str::to_owned))
                .collect(),
        };
        let names: Vec<&str> = wrt.iter().map(String::as_str).collect();
        let mut answer = problem.derive(&names).ok()?;
        answer.complete_views(&mut problem).ok()?;
        let mut inputs = Inputs::default();
        for (name, value) in case["inputs"].as_object()? {
            inputs.values.insert(name.clone(), array(value));
        }
        for (name, size) in case["dims"].as_object()? {
            inputs.sizes.insert(name.clone(), size.as_u64()? as usize);
        }
        Some(Subject {
            id: case["id"].as_str()?.to_owned(),
            problem,
            answer,
            inputs,
            derivative: array(&case["derivative"]),
        })
    }

    /// What the numbers say: of an explicit form the derivative of the corpus, of a differential that derivative in a
    /// direction, of a Kronecker form its entries.
    fn truth(&self, claim: &Claim) -> Truth {
        let mut inputs = self.inputs.clone();
        let mut wanted = self.derivative.clone();
        if claim.form == Form::Differential {
            let direction = inputs.values[&self.answer.wrt()[0]].map(|_| 0.0);
            let direction = scattered(&direction, 1.0);
            wanted = directed(&self.derivative, &direction);
            inputs.values.insert(self.answer.holes()[0].clone(), direction);
        }
        match self.value(&claim.text, claim.form, &inputs) {
            Some(value) if claim.form == Form::Kronecker => {
                let columns = self.inputs.values[self.answer.wrt().last().expect("a variable")].len();
                let is_right = value.shape() == [wanted.len() / columns, columns] && same_entries(&value, &wanted);
                if is_right { Truth::Right } else { Truth::Wrong }
            }
            None => Truth::Senseless,
            Some(value) if same(&value, &wanted) => Truth::Right,
            Some(_) => Truth::Wrong,
        }
    }

    fn value(&self, text: &str, form: Form, inputs: &Inputs) -> Option<Array<f64>> {
        let mut declarations: Vec<String> = self.problem.variables().iter().map(|v| v.text.clone()).collect();
        if form == Form::Differential {
            let kind = self.variable().text.split_once(": ").expect("a declaration").1;
            declarations.push(format!("{}: {kind}", self.answer.holes()[0]));
        }
        let text = format!("{}\n{text}", declarations.join("\n"));
        let numbers = Problem::parse(&text)
            .and_then(|mut read| read.evaluate(None, inputs))
            .ok()?;
        Some(numbers.value)
    }

    /// Whether a formula that has the numbers of the corpus at its point has others than our answer, which is verified
    /// by itself, at other points and sizes.
    fn differs_elsewhere(&self, claim: &Claim) -> bool {
        let ours = match claim.form {
            Form::Explicit => self.answer.explicit(Notation::Text),
            Form::Differential => Some(self.answer.differential(Notation::Text)),
            Form::Kronecker => self.answer.kronecker(Notation::Text),
        };
        let Some(ours) = ours else { return false };
        (1..=20).any(|seed| {
            let Some(inputs) = self.elsewhere(seed) else {
                return false;
            };
            let value = |text: &str| self.value(text, claim.form, &inputs);
            match (value(ours), value(&claim.text)) {
                (Some(ours), Some(theirs)) => {
                    ours.data().iter().all(|e| e.abs() < 1e6) && !same_entries(&theirs, &ours)
                }
                _ => false,
            }
        })
    }

    /// Other values of other sizes.
    fn elsewhere(&self, seed: usize) -> Option<Inputs> {
        let mut inputs = Inputs::default();
        let pattern = [[2, 4, 3], [4, 2, 3], [3, 5, 2], [5, 3, 4], [4, 5, 2], [2, 3, 4]][seed % 6];
        for (at, name) in self.inputs.sizes.keys().enumerate() {
            inputs.sizes.insert(name.clone(), pattern[at % 3]);
        }
        let hole = format!(
            "{}: {}",
            self.answer.holes()[0],
            self.variable().text.split_once(": ")?.1
        );
        let declared = self
            .problem
            .variables()
            .iter()
            .map(|v| (v.name.clone(), v.text.clone(), v.axes.clone()));
        let hole = (self.answer.holes()[0].clone(), hole, self.variable().axes.clone());
        for (at, (name, text, axes)) in declared.chain([hole]).enumerate() {
            let size = |axis: &String| inputs.sizes.get(axis).copied().or_else(|| axis.parse().ok());
            let shape: Option<Vec<usize>> = axes.iter().map(size).collect();
            // Small ones, at which no function has reached its limit, and large ones, on the other side of its kinks.
            let scale = [1.0, 1e-3, 5.0, 0.8, 1.3][seed % 5];
            let raw = scattered(&Array::zeros(&shape?).ok()?, 0.3 * (at + seed) as f64).scale(&scale);
            let flipped = || raw.transpose().ok();
            let value = match text.split([':', '(']).nth(1)?.trim() {
                "symmetric" => raw.add(&flipped()?).ok()?,
                "posdef" => raw
                    .add(&flipped()?)
                    .ok()?
                    .add(&Array::eye(raw.shape()[0]).ok()?.scale(&9.0))
                    .ok()?,
                "skew" => raw.sub(&flipped()?).ok()?,
                "scalar" | "vector" | "matrix" | "tensor" => raw,
                _ => return None,
            };
            inputs.values.insert(name, value);
        }
        Some(inputs)
    }

    fn variable(&self) -> &gateaux::Declared {
        let name = &self.answer.wrt()[0];
        let variables = self.problem.variables();
        variables
            .iter()
            .find(|variable| variable.name == *name)
            .expect("a variable of the problem")
    }
}

/// The array with axes `shape(f) ++ shape(x)` contracted with a direction.
fn directed(derivative: &Array<f64>, direction: &Array<f64>) -> Array<f64> {
    let outer = derivative.rank() - direction.rank();
    let shape = derivative.shape()[..outer].to_vec();
    let rows: usize = shape.iter().product();
    let mut sum = vec![0.0; rows];
    for (column, factor) in derivative.data().chunks(rows.max(1)).zip(direction.data()) {
        for (total, entry) in sum.iter_mut().zip(column) {
            *total += entry * factor;
        }
    }
    Array::from_column_major(&shape, sum).expect("the axes of the function")
}

/// Numbers without a pattern, of both signs.
fn scattered(array: &Array<f64>, seed: f64) -> Array<f64> {
    let mut state = seed;
    array.map(|_| {
        state = (state * 7.13 + 1.7).rem_euclid(2.0);
        state - 1.03
    })
}

/// Of the derivative of a row the axis of length 1 may be left out.
fn same(found: &Array<f64>, wanted: &Array<f64>) -> bool {
    let without_row = wanted.rank() > 2 && wanted.shape()[0] == 1 && found.shape() == &wanted.shape()[1..];
    (found.shape() == wanted.shape() || without_row) && same_entries(found, wanted)
}

fn same_entries(found: &Array<f64>, wanted: &Array<f64>) -> bool {
    let scale = wanted.data().iter().fold(1e-3f64, |max, entry| max.max(entry.abs()));
    let close = |(a, b): (&f64, &f64)| (a - b).abs() <= TOLERANCE * scale;
    found.len() == wanted.len() && found.data().iter().zip(wanted.data()).all(close)
}

/// How one kind of claim fared.
#[derive(Default)]
struct Tally {
    made: usize,
    named: usize,
}

#[derive(Default)]
struct Report {
    right: BTreeMap<&'static str, Tally>,
    wrong: BTreeMap<&'static str, Tally>,
    /// Ill-shaped claims, which are refused as such or repaired.
    senseless: usize,
    /// Wrong claims that have the numbers of the corpus.
    coincidences: usize,
    failures: Vec<String>,
    unnamed: Vec<String>,
    slowest: (f64, String),
    seconds: Vec<f64>,
}

impl Report {
    fn add(&mut self, subject: &Subject, claim: &Claim) {
        let truth = subject.truth(claim);
        let started = std::time::Instant::now();
        let judgment = subject.answer.claim(&subject.problem, &claim.text, &BTreeMap::new());
        let seconds = started.elapsed().as_secs_f64();
        let line = format!(
            "{} {}: {} [{}]",
            subject.id,
            claim.kind,
            claim.text.replace('\n', "; "),
            subject.problem.text().replace('\n', "; ")
        );
        self.seconds.push(seconds);
        if seconds > self.slowest.0 {
            self.slowest = (seconds, line.clone());
        }
        match (truth, judgment) {
            (Truth::Senseless, Ok(judgment)) if judgment.is_equal() => {
                self.failures.push(format!("accepted though senseless: {line}"))
            }
            (Truth::Senseless, _) => self.senseless += 1,
            (Truth::Right, Ok(judgment)) => {
                let tally = self.right.entry(claim.kind).or_default();
                tally.made += 1;
                match judgment.finding {
                    Finding::Equal(_) => tally.named += 1,
                    // At the one point of the corpus another formula can have the same numbers.
                    Finding::NotEqual(_) if !claim.names.is_empty() && subject.differs_elsewhere(claim) => {
                        tally.made -= 1;
                        self.coincidences += 1;
                    }
                    Finding::NotEqual(slip) => self
                        .failures
                        .push(format!("refused ({:?}: {}): {line}", slip.mistake, slip.detail)),
                }
            }
            (Truth::Right, Err(errors)) => self.failures.push(format!("refused ({errors}): {line}")),
            (Truth::Wrong, Ok(judgment)) => {
                let tally = self.wrong.entry(claim.kind).or_default();
                tally.made += 1;
                match judgment.slip() {
                    None => self.failures.push(format!("accepted: {line}")),
                    Some(slip) if claim.names.contains(&slip.mistake) => tally.named += 1,
                    Some(slip) => self
                        .unnamed
                        .push(format!("{:?} ({}): {line}", slip.mistake, slip.detail)),
                }
            }
            (Truth::Wrong, Err(errors)) => {
                self.wrong.entry(claim.kind).or_default().made += 1;
                self.unnamed.push(format!("error {errors}: {line}"));
            }
        }
    }
}

#[test]
#[expect(clippy::print_stdout, reason = "the figures are for reading")]
fn claims_made_from_the_corpus_are_judged_rightly() {
    let mut report = Report::default();
    for case in cases("derivatives.jsonl").iter().chain(&cases("hessians.jsonl")) {
        let Some(subject) = Subject::new(case) else { continue };
        let closed = case["closed_form"].as_str();
        let claims = right_claims(&subject.problem, &subject.answer, closed);
        let wrong = wrong_claims(&subject.problem, &subject.answer, closed);
        for claim in claims.iter().chain(&wrong) {
            report.add(&subject, claim);
        }
    }
    let sum =
        |tallies: &BTreeMap<&'static str, Tally>, of: fn(&Tally) -> usize| tallies.values().map(of).sum::<usize>();
    for (title, tallies) in [("right, accepted", &report.right), ("wrong, named", &report.wrong)] {
        println!("{title}: {} of {}", sum(tallies, |t| t.named), sum(tallies, |t| t.made));
        for (kind, tally) in tallies {
            println!("  {kind}: {} of {}", tally.named, tally.made);
        }
    }
    println!("ill-shaped, none accepted: {}", report.senseless);
    println!("wrong, but with the numbers of the corpus: {}", report.coincidences);
    report.seconds.sort_by(f64::total_cmp);
    let quantile = |part: f64| 1e3 * report.seconds[(part * (report.seconds.len() - 1) as f64) as usize];
    println!(
        "{:.1} ms a claim in the middle, {:.1} ms of 95 %, {:.1} ms of 99 %, the slowest {:.0} ms: {}",
        quantile(0.5),
        quantile(0.95),
        quantile(0.99),
        1e3 * report.slowest.0,
        report.slowest.1
    );
    println!("not named:\n  {}", report.unnamed.join("\n  "));
    assert!(
        report.failures.is_empty(),
        "{} failures:\n{}",
        report.failures.len(),
        report.failures.join("\n")
    );
    assert!(sum(&report.right, |t| t.made) >= 200, "at least 200 right claims");
    let (made, named) = (sum(&report.wrong, |t| t.made), sum(&report.wrong, |t| t.named));
    assert!(made >= 400, "at least 400 wrong claims");
    assert!(10 * named >= 9 * made, "at least 90 % of the mistakes are named");
    for (kind, tally) in &report.wrong {
        assert!(
            10 * tally.named >= 7 * tally.made,
            "most mistakes of each kind are named: {kind}"
        );
    }
}

/// Claims by hand: a problem, the variables, the claim, and the name of the mistake, or `equal`.
const BY_HAND: &[(&str, &str, &str, &str)] = &[
    // Right at all small sizes, and at no others.
    (
        "x: vector(n); sum(x)",
        "x",
        "ones(n) + (n-3)*(n-2)*(n-4)*(n-5)*x",
        "missing term",
    ),
    ("x: vector(n); sum(x)/n", "x", "ones(n)/n", "equal"),
    // Equal in one part of the domain only.
    ("sum(sqrt(x.^2))", "x", "ones(n)", "different"),
    ("sum(relu(x))", "x", "ones(n)", "different"),
    ("sum(x.^3)", "x", "3*abs(x).*x", "different"),
    ("sum(log(x.^2))", "x", "2*exp(-log(x))", "different"),
    ("x: positive vector(n); sum(x.^3)", "x", "3*abs(x).*x", "equal"),
    ("sum(log(x))", "x", "exp(-log(x))", "equal"),
    ("sum(relu(x))", "x", "sign(relu(x .+ 0.3))", "different"),
    ("sum(where(x < 0.9, x, x.^2))", "x", "ones(n)", "different"),
    // Equal at one size only.
    ("x'*x", "x", "2*x*(n/3)", "factor"),
    ("x'*x", "x", "2*x*(6/n - 1)", "factor"),
    ("det(X)", "X", "(tr(X)*eye(n) - X)'", "different"),
    ("x'*x", "x", "2*x + (n - 2)*(n - 3)*x", "missing term"),
    // Nearly equal.
    ("sum(sin(x))", "x", "1.00000000001*cos(x)", "factor"),
    ("sum(x.^3)/3", "x", "0.333333333333*3*x.^2", "factor"),
    // Zeros.
    ("y: vector(n); x: vector(n); y'*y + 0*sum(x)", "x", "0", "equal"),
    ("logsumexp(x .+ a) - a", "a", "0", "equal"),
    ("logsumexp(x .+ a) - a", "a", "exp(-50)", "different"),
    ("exp(-2000*(x'*x))", "x", "0*x", "different"),
    ("exp(-2000*(x'*x))", "x", "-4000*x*exp(-2000*(x'*x))", "equal"),
    // Sizes told by the answer.
    ("x'*x", "x x", "2*eye", "equal"),
    ("x'*x", "x x", "eye", "factor"),
    ("A*x", "x", "A", "equal"),
    ("A*x", "x", "A'", "convention"),
    ("x", "x", "I", "equal"),
    // Ill-shaped, and right with a transpose.
    ("norm2(A*x - b)^2", "x", "2*A*(A*x - b)", "transposed"),
    ("norm2(A*X*B)^2", "X", "2*A'*(A*X*B)*B", "transposed"),
    // Structured variables.
    ("S: symmetric(n); tr(S*S)", "S", "4*S - diag(diag(2*S))", "convention"),
    ("S: symmetric(n); A: matrix(n, n); tr(A*S)", "S", "A", "convention"),
    ("S: symmetric(n); A: matrix(n, n); tr(A*S)", "S", "(A + A')/2", "equal"),
    ("K: skew(n); A: matrix(n, n); tr(A*K)", "K", "A'", "convention"),
    ("L: lower(n); A: matrix(n, n); tr(A*L)", "L", "A'", "convention"),
    ("Q: orthogonal(n); A: matrix(n, n); tr(A'*Q)", "Q", "A", "convention"),
    (
        "Q: orthogonal(n); A: matrix(n, n); tr(A'*Q)",
        "Q",
        "(A - Q*A'*Q)/2",
        "equal",
    ),
    ("Q: orthogonal(n); A: matrix(n, n); tr(A'*Q)", "Q", "tr(A'*dQ)", "equal"),
    ("S: posdef(n); logdet(S)", "S", "tr(S\\dS)", "equal"),
    // Complex variables.
    ("z: complex vector(n); norm2(z)^2", "z", "conj(z)", "convention"),
    ("z: complex vector(n); norm2(z)^2", "z", "2*real(conj(z)'*dz)", "equal"),
    ("z: complex scalar; z^2", "z", "2*z", "equal"),
    ("z: complex scalar; z^2", "z", "2*conj(z)", "different"),
    // Names and definitions.
    ("r = A*x - b; f = r'*r", "x", "2*A'*r", "equal"),
    ("r = A*x - b; f = r'*r", "x", "r = A*x-b; 2*A'*r", "equal"),
    ("x'*A*x", "x", "B = A + A'; B*x", "equal"),
    ("x'*A*x", "x", "df = 2*x'*sym(A)*dx", "equal"),
    ("dx: vector(n); dx'*x", "x", "dx", "equal"),
    ("dx: vector(n); dx'*x", "x", "dx'*d_x", "equal"),
    // Second order.
    ("x'*A*x", "x x", "2*A", "symmetric only"),
    ("x'*A*x", "x x", "dx1'*(A + A')*dx2", "equal"),
    ("x'*A*x", "x x", "dx1'*A*dx2", "missing term"),
    ("tr(A*X*B)", "X", "vec(A'*B')", "equal"),
    ("A*X*B", "X", "dX -> A*dX*B", "equal"),
    ("A*X*B", "X", "dX -> A*dX'*B", "transposed"),
    // A factor that is no fraction.
    ("sum(cdf(x))", "x", "exp(-x.^2/2)", "factor"),
    ("det(X)", "X", "inv(X)'", "factor"),
    ("X^2", "X", "2*X*dX", "different"),
    ("X^2", "X", "kron(X, eye(n)) + kron(eye(n), X')", "convention"),
    // Not the function itself.
    ("norm2(A*x - b)", "x", "A'*(A*x - b)", "factor"),
    ("sum(exp(A*x))", "x", "A'*exp(A*x)", "equal"),
    ("sum(exp(A*x))", "x", "exp(A*x)'*A", "convention"),
];

#[test]
fn claims_by_hand_are_judged_rightly() {
    let mut wrong = Vec::new();
    for (text, wrt, claim, wanted) in BY_HAND {
        let mut problem = Problem::parse(text).unwrap_or_else(|errors| panic!("{text}: {errors}"));
        let wrt: Vec<&str> = wrt.split(' ').collect();
        let found = match problem.claim(&wrt, claim) {
            Err(errors) => errors.to_string(),
            Ok(judgment) => match &judgment.finding {
                Finding::Equal(_) => "equal".to_owned(),
                Finding::NotEqual(slip) if slip.mistake.name() == *wanted => continue,
                Finding::NotEqual(slip) => format!("{}: {}", slip.mistake.name(), slip.detail),
            },
        };
        if found != *wanted {
            wrong.push(format!("{text} by {wrt:?}, {claim}: {found}, not {wanted}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Claims that cannot be read leave no trace, and say where they are wrong.
#[test]
fn unreadable_claims_are_mistakes_with_places_in_the_claim() {
    let mut problem = Problem::parse("A: matrix(m, n)\nnorm2(A*x - b)^2").expect("a problem");
    for (claim, code, start) in [
        ("2*A'*(A*y - b)", "G0405", 8),
        ("", "G0100", 0),
        ("2*A'*(A*x - b", "G0101", 5),
        ("A: matrix(n, n); A*x", "G0304", 0),
        ("x + b", "G0200", 0),
    ] {
        let errors = problem.claim(&["x"], claim).expect_err(claim);
        let first = &errors.diagnostics()[0];
        assert_eq!((first.code, first.span.start), (code, start), "{claim}: {errors}");
    }
    assert!(problem.claim(&["x"], "2*A'*(A*x - b)").expect("a claim").is_equal());
    assert!(problem.claim(&["z"], "x").is_err());
}

#[test]
fn expressions_are_compared_both_ways() {
    let finding = |left: &str, right: &str| gateaux::equal(left, right).expect("two expressions");
    assert!(finding("A*B", "(B'*A')'").is_equal());
    assert!(finding("S: symmetric(n); S*x", "(x'*S)'").is_equal());
    assert!(finding("log(det(X)^2)/2", "log(abs(det(X)))").is_equal());
    for (left, right) in [
        ("log(x.^2)", "2*log(x)"),
        ("2*log(x)", "log(x.^2)"),
        ("abs(x)", "x"),
        ("x", "abs(x)"),
    ] {
        let judgment = finding(left, right);
        let slip = judgment.slip().expect("not equal");
        assert!(slip.counterexample.is_some(), "{left}, {right}: {slip:?}");
    }
    let kinds = |left: &str, right: &str| finding(left, right).slip().map(|slip| slip.mistake);
    use gateaux::Mistake::{Factor, Sign, SymmetricOnly, Transposed};
    assert_eq!(kinds("A*x", "2*A*x"), Some(Factor));
    assert_eq!(kinds("A*x - b", "b - A*x"), Some(Sign));
    assert_eq!(kinds("A*B", "B'*A'"), Some(Transposed));
    assert_eq!(kinds("x'*A*y", "y'*A*x"), Some(SymmetricOnly));
    assert!(gateaux::equal("x +", "x").is_err_and(|(side, _)| side == gateaux::Side::Left));
    assert!(gateaux::equal("x", "x + 2*(").is_err_and(|(side, _)| side == gateaux::Side::Right));
}
