//! Derivations, replayed from their text: every line of every problem of the corpus, of first and of higher order, by real
//! and by complex variables, the statement of every rule, and tampered lines, which must be rejected.

#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::print_stdout, reason = "counts, shown when a test fails")]

use case::cases;
use gateaux::{Detail, Errors, Notation, Problem, RULES_OF_STEPS};
use gateaux_array::{DoubleDouble, Prime};
use gateaux_testkit::check::Stop;
use gateaux_testkit::mutants::mutants;
use gateaux_testkit::numbers::Region;
use gateaux_testkit::replay::{Derivation, Line, equation, replay, replay_complex};

#[allow(dead_code, reason = "shared with tests that compare numbers")]
mod case;

/// Sizes for the names of dimensions, in order of appearance.
const SIZES: [&[usize]; 4] = [&[3, 2, 4, 5], &[2, 3, 4, 5], &[2, 4, 3, 5], &[5, 6, 7, 8]];

/// A derivation to be replayed.
#[derive(Clone)]
struct Record {
    text: String,
    functions: Vec<&'static str>,
    wrt: Vec<String>,
    lines: Vec<Line>,
    /// The declarations, and the function as it is printed.
    printed: String,
    is_complex: bool,
}

/// The numbers over which a derivation is replayed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Numbers {
    /// A prime field, without a tolerance.
    Exact,
    Real,
    Complex,
}

/// A point at which a derivation is replayed.
#[derive(Clone, Copy, Debug)]
struct Place {
    numbers: Numbers,
    sizes: &'static [usize],
    region: Region,
}

impl Record {
    fn new(text: &str, wrt: &[&str], detail: Detail) -> Record {
        Record::found(text, wrt, detail).unwrap_or_else(|errors| panic!("{text}: {errors}"))
    }

    fn found(text: &str, wrt: &[&str], detail: Detail) -> Result<Record, Errors> {
        let mut problem = Problem::parse(text)?;
        let answer = problem.derive(wrt)?;
        let steps = answer.steps(&mut problem, detail)?;
        let line = |line: &gateaux::Step| {
            let [left, right] = [line.left(Notation::Text), line.right(Notation::Text)];
            (left.to_owned(), right.to_owned())
        };
        let declarations: Vec<&str> = problem
            .variables()
            .iter()
            .map(|variable| variable.text.as_str())
            .collect();
        let printed = format!(
            "{}; {}",
            declarations.join("; "),
            steps.lines()[0].right(Notation::Text)
        );
        let is_taken = |name: &str| problem.variables().iter().any(|variable| variable.name == name);
        let letters = ["f", "g", "h", "F", "G"].into_iter();
        Ok(Record {
            text: text.to_owned(),
            functions: letters.filter(|name| !is_taken(name)).collect(),
            wrt: wrt.iter().map(|name| (*name).to_owned()).collect(),
            lines: steps.lines().iter().map(line).collect(),
            is_complex: declarations.iter().any(|text| text.contains("complex")) || printed.contains("im*"),
            printed,
        })
    }

    fn at(&self, place: Place, lines: &[Line]) -> Result<(), Stop> {
        let wrt: Vec<&str> = self.wrt.iter().map(String::as_str).collect();
        let derivation = Derivation {
            text: &self.text,
            functions: &self.functions,
            wrt: &wrt,
            lines,
        };
        let at = (place.region, 1);
        match place.numbers {
            Numbers::Exact => replay::<Prime>(derivation, place.sizes, at),
            Numbers::Real => replay::<DoubleDouble>(derivation, place.sizes, at),
            Numbers::Complex => replay_complex(derivation, place.sizes, at),
        }
    }

    /// A place at which the derivation is right, or what is wrong with it.
    fn right(&self) -> Result<Place, String> {
        let (mut wrong, mut undefined) = (None, String::new());
        for sizes in SIZES {
            let place = |numbers: Numbers, region: Region| Place { numbers, sizes, region };
            let exact = (!self.is_complex).then(|| place(Numbers::Exact, Region::Signed));
            let others = if self.is_complex {
                Numbers::Complex
            } else {
                Numbers::Real
            };
            let others = Region::ALL.map(|region| place(others, region));
            for place in exact.into_iter().chain(others) {
                match self.at(place, &self.lines) {
                    Ok(()) => return Ok(place),
                    Err(Stop::Wrong(reason)) => wrong = Some(reason),
                    Err(Stop::Undefined(reason)) => undefined = reason,
                }
            }
        }
        Err(wrong.unwrap_or(format!("undefined: {undefined}")))
    }
}

/// A problem: what it is called, its text, and the variables of differentiation.
type Question = (String, String, Vec<String>);

fn corpus(file: &str) -> Vec<Question> {
    let case = |case: serde_json::Value| {
        let field = |name: &str| case[name].as_str().unwrap().to_owned();
        let names =
            |names: &Vec<serde_json::Value>| names.iter().map(|name| name.as_str().unwrap().to_owned()).collect();
        let wrt: Vec<String> = match case["wrt"].as_array() {
            Some(several) => names(several),
            None => vec![field("wrt"); case["order"].as_u64().unwrap_or(1) as usize],
        };
        (field("id"), field("text"), wrt)
    };
    cases(file).into_iter().map(case).collect()
}

/// How many of the derivations replay, of all that are told.
fn replay_all(questions: Vec<Question>, detail: Detail) -> usize {
    let (mut right, mut exact, mut lines, mut printed, mut wrong) = (0, 0, 0, 0, Vec::new());
    for (id, text, wrt) in questions {
        let wrt: Vec<&str> = wrt.iter().map(String::as_str).collect();
        let record = Record::new(&text, &wrt, detail);
        let mut found = record.right();
        // The interpreter wants the size of every identity, which the function has as it is printed.
        if matches!(&found, Err(reason) if reason.starts_with("undefined")) {
            let text = record.printed.clone();
            found = Record { text, ..record.clone() }.right();
            printed += usize::from(found.is_ok());
        }
        match found {
            Ok(place) => {
                right += 1;
                exact += usize::from(place.numbers == Numbers::Exact);
                lines += record.lines.len();
            }
            Err(reason) => wrong.push(format!("{id}: {reason}")),
        }
    }
    println!(
        "{detail:?}: {right} derivations with {lines} lines replayed, {exact} of them without tolerance, {printed} from the printed function"
    );
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
    right
}

fn replay_corpus(detail: Detail) {
    replay_all(corpus("derivatives.jsonl"), detail);
}

#[test]
fn derivations_of_higher_order_replay() {
    for detail in [Detail::Brief, Detail::Full] {
        let questions = corpus("hessians.jsonl");
        let all = questions.len();
        assert_eq!(replay_all(questions, detail), all);
    }
}

/// Problems with complex variables, and what they are differentiated by.
const COMPLEX: &[(&str, &str)] = &[
    (
        "z: complex vector(n); A: complex matrix(m, n); b: complex vector(m); norm2(A*z - b)^2",
        "z",
    ),
    ("z: complex scalar; exp(im*z^2)", "z"),
    ("z: complex scalar; conj(z)*z^2", "z"),
    ("z: complex scalar; sin(z)/(2 + z^2)", "z"),
    ("z: complex vector(n); abs(z)", "z"),
    ("z: complex vector(n); sum(abs(z))", "z"),
    ("z: complex vector(n); sum(real(z).*imag(z))", "z"),
    ("z: complex vector(n); A: complex matrix(m, n); A*conj(z)", "z"),
    ("z: complex vector(n); A: complex matrix(m, n); A*z", "z"),
    (
        "Z: complex matrix(n, n); A: complex matrix(n, n); real(tr(A†*Z*Z))",
        "Z",
    ),
    ("Z: complex matrix(n, n); A: complex matrix(n, n); tr(A*inv(Z))", "Z"),
    ("Z: complex matrix(n, n); A: complex matrix(n, n); Z*A*Z†", "Z"),
    ("z: complex vector(n); abs(z[1])^2", "z"),
    ("z: complex vector(n); x: vector(n); real(z'*x)", "z"),
    ("z: complex vector(n); x: vector(n); real(z'*x)", "x"),
    ("z: complex vector(n); A: complex matrix(n, n); z†*A*z", "z"),
    ("z: complex vector(n); a: complex vector(n); log(1 + abs(a†*z)^2)", "z"),
    ("z: complex vector(n); exp(z).*conj(z)", "z"),
];

/// Structured variables, choices, names that are taken, and higher orders of them.
const OTHERS: &[(&str, &[&str])] = &[
    ("Q: orthogonal(n); A: matrix(n, n); tr(A*Q*A*Q)", &["Q"]),
    ("L: lower(n); logdet(L*L' + eye(n))", &["L"]),
    ("f: vector(n); dx: scalar; x: vector(n); dx*f'*x", &["x"]),
    ("x: vector(n); sum(where(x < 1, x.^2, x))", &["x"]),
    ("a: positive scalar; b: scalar; (a*b)^b", &["b"]),
    ("S: symmetric(n); A: matrix(n, n); tr(A*S*S)", &["S", "S"]),
    ("S: posdef(n); x: vector(n); x'*inv(S)*x", &["S", "S"]),
    ("K: skew(n); A: matrix(n, n); tr(A*K*K)", &["K", "K"]),
    ("D: diagonal(n); A: posdef(n); logdet(A + D*D)", &["D", "D"]),
    ("L: lower(n); A: matrix(n, n); norm2(L*L' - A)^2", &["L", "L"]),
    ("X: matrix(n, n); A: matrix(n, n); A*X*X", &["X", "X"]),
    ("X: matrix(m, n); x: vector(n); norm2(X*x)^2", &["X", "x"]),
    ("t: scalar; x: vector(n); sum(exp(t*x))", &["t", "x", "x"]),
    ("g: vector(n); x: vector(n); (g'*x)^3", &["x", "g"]),
];

#[test]
fn derivations_by_structured_variables_replay() {
    for detail in [Detail::Brief, Detail::Full] {
        let question = |(text, wrt): &(&str, &[&str])| {
            let wrt = wrt.iter().map(|name| (*name).to_owned()).collect();
            ((*text).to_owned(), (*text).to_owned(), wrt)
        };
        let questions: Vec<Question> = OTHERS.iter().map(question).collect();
        assert_eq!(replay_all(questions, detail), OTHERS.len());
    }
}

#[test]
fn derivations_by_complex_variables_replay() {
    for detail in [Detail::Brief, Detail::Full] {
        let question =
            |(text, wrt): &(&str, &str)| (format!("{text} by {wrt}"), (*text).to_owned(), vec![(*wrt).to_owned()]);
        let questions: Vec<Question> = COMPLEX.iter().map(question).collect();
        assert_eq!(replay_all(questions, detail), COMPLEX.len());
    }
}

#[test]
fn brief_derivations_of_the_corpus_replay() {
    replay_corpus(Detail::Brief);
}

#[test]
fn full_derivations_of_the_corpus_replay() {
    replay_corpus(Detail::Full);
}

#[test]
fn every_rule_states_what_is_true() {
    let (mut checked, mut wrong) = (0, Vec::new());
    // Dual numbers take conjugates for constants; `z` and `conj(z)` are told apart in `diff`.
    for rule in RULES_OF_STEPS
        .iter()
        .filter(|rule| !rule.sample.is_empty() && rule.id != "conjugate")
    {
        // Over a prime field there are no roots and logarithms, and over real numbers there is no other way.
        let exact = equation::<Prime>(rule.sample, rule.states, &[2, 3, 4], 1);
        let real = equation::<DoubleDouble>(rule.sample, rule.states, &[2, 3, 4], 1);
        match (exact, real) {
            (Err(Stop::Wrong(reason)), _) | (_, Err(Stop::Wrong(reason))) => {
                wrong.push(format!("{}: {reason}", rule.id))
            }
            (Err(Stop::Undefined(_)), Err(Stop::Undefined(reason))) => wrong.push(format!("{}: {reason}", rule.id)),
            _ => checked += 1,
        }
    }
    println!("{checked} statements of rules checked");
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

/// Problems of all sorts, whose derivations are tampered with.
const TAMPERED: &[(&str, &[&str])] = &[
    ("A: matrix(m, n); x: vector(n); b: vector(m); norm2(A*x - b)^2", &["x"]),
    ("A: matrix(m, n); logdet(A'*A)", &["A"]),
    ("x: vector(n); A: matrix(n, n); x'*A*x", &["x"]),
    ("A: matrix(n, n); X: matrix(n, n); tr(A*inv(X))", &["X"]),
    ("A: matrix(m, n); x: vector(n); A*exp(x)", &["x"]),
    ("A: matrix(k, m); X: matrix(m, n); B: matrix(n, k); A*X*B", &["X"]),
    ("W: matrix(m, n); x: vector(n); sum(tanh(W*x))", &["W"]),
    ("S: symmetric(n); A: matrix(n, n); tr(A*S*S)", &["S"]),
    ("t: scalar; A: matrix(n, n); B: matrix(n, n); inv(A + t*B)", &["t"]),
    ("A: matrix(m, n); x: vector(n); sum(exp(A*x))", &["x", "x"]),
    ("x: vector(n); A: matrix(n, n); (x'*A*x)^2", &["x", "x"]),
    ("t: scalar; A: matrix(n, n); B: matrix(n, n); inv(A + t*B)", &["t", "t"]),
    (
        "z: complex vector(n); A: complex matrix(m, n); b: complex vector(m); norm2(A*z - b)^2",
        &["z"],
    ),
    ("z: complex vector(n); A: complex matrix(n, n); z†*A*z", &["z"]),
];

/// Slips that leave the value as it is where a scalar is transposed, or where factors commute.
const ALLOWED: [&str; 4] = [
    "transpose added",
    "transpose dropped",
    "factors swapped",
    "arguments swapped",
];

/// Tampered lines that are right all the same: a part of the line, and why.
const SAME: &[(&str, &str)] = &[
    ("norm2(-(A*x - b))", "a norm is even"),
    ("norm2(-(A*z - b))", "a norm is even"),
    ("norm2(-(r1))", "a norm is even"),
    ("logdet(-(A'*A))", "the determinant of a matrix of even size is even"),
    ("tanh(-(W*x))).^2", "a square is even"),
    ("d((A*x))", "b is constant"),
    ("d(((A*x)+(b)))", "b is constant"),
    ("d((B) + t*B)", "A is constant"),
    ("d((t*B))", "A is constant"),
    (
        "ik,lj->ijki",
        "a label twice in the result is no formula of the language",
    ),
    (
        "ik,lj->ijkj",
        "a label twice in the result is no formula of the language",
    ),
    (
        "ik,lj->ijkk",
        "a label twice in the result is no formula of the language",
    ),
];

#[test]
fn tampered_lines_are_rejected() {
    let (mut caught, mut survivors) = (0, Vec::new());
    for (text, wrt) in TAMPERED {
        let record = Record::new(text, wrt, Detail::Full);
        let place = record.right().unwrap_or_else(|reason| panic!("{text}: {reason}"));
        for (at, (left, right)) in record.lines.iter().enumerate() {
            let formula = right
                .rsplit(" -> ")
                .next()
                .and_then(|body| body.rsplit("; ").next())
                .unwrap();
            for mutant in mutants(formula).unwrap() {
                let mut lines = record.lines.clone();
                lines[at].1 = right.replace(formula, &mutant.text);
                match record.at(place, &lines) {
                    Err(_) => caught += 1,
                    Ok(()) => survivors.push(format!("{left} = {} ({}) for {right}", mutant.text, mutant.slip)),
                }
            }
        }
    }
    println!(
        "{caught} tampered lines rejected, {} accepted:\n{}",
        survivors.len(),
        survivors.join("\n")
    );
    let is_right = |line: &&String| {
        ALLOWED.iter().any(|slip| line.contains(slip)) || SAME.iter().any(|(part, _)| line.contains(part))
    };
    let wrong: Vec<&String> = survivors.iter().filter(|line| !is_right(line)).collect();
    assert!(wrong.is_empty(), "{} accepted:\n{wrong:#?}", wrong.len());
    assert!(
        caught > 4 * survivors.len(),
        "{caught} rejected, {} accepted",
        survivors.len()
    );
}

#[test]
fn a_forgotten_factor_is_rejected() {
    let record = Record::new("A: matrix(m, n); x: vector(n); norm2(A*x)^2", &["x"], Detail::Brief);
    let place = record.right().unwrap();
    let last = record.lines.len() - 1;
    for (at, wrong) in [
        (1, "x'*A'*A*dx"),
        (last, "A'*A*x"),
        (last, "2*A*A'*x"),
        (0, "norm2(A*x)"),
    ] {
        let mut lines = record.lines.clone();
        lines[at].1 = wrong.to_owned();
        assert!(record.at(place, &lines).is_err(), "{wrong} is accepted");
    }
}
