//! From text to derivative, warm: parse, infer, derive, simplify, print in all notations.
//!
//! `bench/README.md` tells the goals and how to run it.

use std::hint::black_box;
use std::path::PathBuf;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use gateaux::{Notation, Problem};
use serde_json::Value;

/// Everything between the text and the printed answer; the length of what is printed.
fn derive(text: &str, wrt: &str) -> usize {
    let mut problem = Problem::parse(text).expect("a text without mistakes");
    let answer = problem.derive(&[wrt]).expect("a derivative");
    answer
        .explicit(Notation::Text)
        .unwrap_or(answer.differential(Notation::Text))
        .len()
}

/// The examples in the documentation of matrixcalculus.org.
fn documentation_examples(criterion: &mut Criterion) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../spec/corpus/derivatives.jsonl");
    let text = std::fs::read_to_string(path).expect("the corpus is part of the repository");
    let mut group = criterion.benchmark_group("examples");
    group
        .sample_size(20)
        .warm_up_time(Duration::from_millis(200))
        .measurement_time(Duration::from_millis(500));
    for line in text.lines() {
        let case: Value = serde_json::from_str(line).expect("the corpus is JSON Lines");
        let field = |name: &str| case[name].as_str().unwrap_or_default().to_owned();
        let (id, text, wrt) = (field("id"), field("text"), field("wrt"));
        let is_within_reach = || Problem::parse(&text).is_ok_and(|mut problem| problem.derive(&[&wrt]).is_ok());
        if id.starts_with("mc-") && is_within_reach() {
            group.bench_function(&id, |bencher| bencher.iter(|| derive(black_box(&text), &wrt)));
        }
    }
    group.finish();
}

/// The second and third derivatives of the corpus.
fn higher_derivatives(criterion: &mut Criterion) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../spec/corpus/hessians.jsonl");
    let text = std::fs::read_to_string(path).expect("the corpus is part of the repository");
    let mut group = criterion.benchmark_group("higher");
    group
        .sample_size(10)
        .warm_up_time(Duration::from_millis(100))
        .measurement_time(Duration::from_millis(300));
    for line in text.lines() {
        let case: Value = serde_json::from_str(line).expect("the corpus is JSON Lines");
        let text = case["text"].as_str().unwrap_or_default().to_owned();
        let order = case["order"].as_u64().unwrap_or(2) as usize;
        let wrt: Vec<String> = match &case["wrt"] {
            Value::Array(names) => names
                .iter()
                .filter_map(|name| name.as_str().map(str::to_owned))
                .collect(),
            name => vec![name.as_str().unwrap_or_default().to_owned(); order],
        };
        let wrt: Vec<&str> = wrt.iter().map(String::as_str).collect();
        let derive = |text: &str| -> Result<usize, gateaux::Errors> {
            let mut problem = Problem::parse(text)?;
            let answer = problem.derive(&wrt)?;
            Ok(answer.differential(Notation::Text).len())
        };
        if derive(&text).is_ok() {
            let id = case["id"].as_str().unwrap_or_default();
            group.bench_function(id, |bencher| bencher.iter(|| derive(black_box(&text)).ok()));
        }
    }
    group.finish();
}

/// Texts of growing length.
fn growing(
    criterion: &mut Criterion,
    name: &str,
    wrt: impl Fn(usize) -> String,
    sizes: &[usize],
    text: impl Fn(usize) -> String,
) {
    let mut group = criterion.benchmark_group(name);
    group
        .sample_size(10)
        .warm_up_time(Duration::from_millis(100))
        .measurement_time(Duration::from_millis(300));
    for size in sizes {
        let (text, wrt) = (text(*size), wrt(*size));
        if let Err(errors) = Problem::parse(&text).and_then(|mut problem| problem.derive(&[&wrt]).map(|_| ())) {
            panic!("{name} {size}: {errors}");
        }
        group.bench_with_input(BenchmarkId::from_parameter(size), &text, |bencher, text| {
            bencher.iter(|| derive(black_box(text), &wrt));
        });
    }
    group.finish();
}

fn joined(n: usize, between: &str, piece: impl Fn(usize) -> String) -> String {
    (1..=n).map(piece).collect::<Vec<_>>().join(between)
}

/// `a'*A1*A2*...*Ak*b` by the matrix in the middle.
fn products(criterion: &mut Criterion) {
    let text = |k: usize| {
        format!(
            "a: vector(n)\nb: vector(m)\na'*{}*b",
            joined(k, "*", |at| format!("A{at}"))
        )
    };
    growing(
        criterion,
        "product of k matrices",
        |k| format!("A{}", k / 2),
        &[16, 64, 256],
        text,
    );
}

/// `a'*A1*X*A2*X*...*Ak*X*b` by X, which stands in it k times.
fn alternating_products(criterion: &mut Criterion) {
    let text = |k: usize| {
        format!(
            "a: vector(n)\nb: vector(m)\na'*{}*b",
            joined(k, "*", |at| format!("A{at}*X"))
        )
    };
    growing(
        criterion,
        "alternating product",
        |_| "X".to_owned(),
        &[16, 32, 64],
        text,
    );
}

/// `h = tanh(W*h + b)`, k times.
fn layers(criterion: &mut Criterion) {
    let text = |k: usize| {
        let links = joined(k, "\n", |at| format!("h{at} = tanh(W*h{} + b)", at - 1));
        format!("b: vector(n)\nh0 = x\n{links}\nsum(h{k})")
    };
    growing(criterion, "k layers", |_| "W".to_owned(), &[50, 100, 200], text);
}

/// A sum of k different terms.
fn sums(criterion: &mut Criterion) {
    let term = |at: usize| match at % 3 {
        0 => format!("x'*A{at}*x"),
        1 => format!("sum(exp({at}*x))"),
        _ => format!("{at}*y'*sin(x + {at}*y)"),
    };
    growing(
        criterion,
        "sum of k terms",
        |_| "x".to_owned(),
        &[1_000, 3_000, 10_000],
        |k| joined(k, " + ", term),
    );
}

criterion_group!(
    benches,
    documentation_examples,
    higher_derivatives,
    products,
    alternating_products,
    layers,
    sums
);
criterion_main!(benches);
