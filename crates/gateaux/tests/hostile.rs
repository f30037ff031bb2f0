//! Hostile texts: each gives an answer or an ordinary error, soon, in little memory, and without a deep stack.
//!
//! Every text runs in a process of its own, in a thread with a small stack, so that an overflow or a text that eats
//! memory is seen and named. `GATEAUX_HOSTILE_REPORT=1 cargo test --release --test hostile -- --nocapture` shows time,
//! memory and outcome of all.

#![expect(clippy::print_stdout, reason = "the report is for people")]

use std::fmt::Write as _;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use gateaux::{Array, Inputs, Notation, Problem};

/// The stack of the thread in which a text runs.
const STACK: usize = 512 * 1024;
/// The most resident memory of a process, in MiB.
const MEMORY: u64 = 256;
/// The most time in an optimized build is two seconds; this holds for slow machines and without optimization too.
const TIME: Duration = Duration::from_secs(20);
/// Tells a process which text it runs.
const CASE: &str = "GATEAUX_HOSTILE_CASE";

const MIB: usize = 1 << 20;

/// A text with the variable by which it is differentiated; empty: the first there is.
struct Case {
    name: &'static str,
    text: fn() -> String,
    wrt: &'static str,
}

fn case(name: &'static str, wrt: &'static str, text: fn() -> String) -> Case {
    Case { name, text, wrt }
}

/// `n` pieces with something between them.
fn joined(n: usize, between: &str, piece: impl Fn(usize) -> String) -> String {
    let mut text = String::new();
    for at in 0..n {
        if at > 0 {
            text.push_str(between);
        }
        text.push_str(&piece(at));
    }
    text
}

/// `inner` between `n` opening and closing pieces.
fn around(n: usize, open: &str, inner: &str, close: &str) -> String {
    format!("{}{inner}{}", open.repeat(n), close.repeat(n))
}

/// The pieces until there is a megabyte of them.
fn megabyte(between: &str, piece: impl Fn(usize) -> String) -> String {
    let mut text = String::new();
    let mut at = 0;
    while text.len() < MIB {
        if at > 0 {
            text.push_str(between);
        }
        text.push_str(&piece(at));
        at += 1;
    }
    text
}

/// A first line, then `n` definitions, each of the one before it, then a last line.
fn chain(n: usize, first: &str, link: impl Fn(usize) -> String, last: &str) -> String {
    format!("{first}\n{}\n{last}", joined(n, "\n", link))
}

/// Letters without sense, the same in each run.
fn garbage(alphabet: &str) -> String {
    let letters: Vec<char> = alphabet.chars().collect();
    let mut state = 1u64;
    let mut text = String::new();
    while text.len() < MIB {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        text.push(letters[(state >> 33) as usize % letters.len()]);
    }
    text
}

fn nested() -> Vec<Case> {
    vec![
        case("10000 parentheses", "", || around(10_000, "(", "x'*x", ")")),
        case("499 parentheses", "", || around(499, "(", "x'*x", ")")),
        case("10000 minuses", "", || around(10_000, "-", "a", "")),
        case("499 minuses", "", || around(499, "-", "a", "")),
        case("5000 exp", "", || around(5_000, "exp(", "a", ")")),
        case("490 exp", "", || around(490, "exp(", "a", ")")),
        case("490 tanh of products", "W", || {
            format!("sum({})", around(490, "tanh(W*", "x", ")"))
        }),
        case("5000 powers", "", || joined(5_000, "^", |_| "a".to_owned())),
        case("490 powers", "", || joined(490, "^", |_| "a".to_owned())),
        case("490 powers of different names", "", || {
            joined(490, "^", |at| format!("a{at}"))
        }),
        case("480 inverses", "", || {
            format!("tr({})", around(480, "inv(A + ", "A", ")"))
        }),
        case("480 solves", "", || {
            format!("x'*({}", around(480, "A\\(x + ", "x", ")")) + ")"
        }),
        case("400 max", "", || format!("sum({})", around(400, "max(x, 2*", "x", ")"))),
        case("400 logdet", "", || around(400, "logdet(a*A + ", "A", "*A)")),
        case("20000 transposes", "", || format!("A{}", "'".repeat(20_000))),
        case("3000 indices", "", || around(3_000, "x[", "1", "]")),
        case("a million open parentheses", "", || "(".repeat(MIB)),
        case("a million closed brackets", "", || "]".repeat(MIB)),
        case("a million minuses", "", || "-".repeat(MIB)),
        case("a million primes", "", || "'".repeat(MIB)),
        case("a million indices", "", || format!("x{}", "[1]".repeat(MIB / 3))),
    ]
}

fn long() -> Vec<Case> {
    vec![
        case("a long sum of one term", "", || {
            megabyte(" + ", |_| "x'*A*x".to_owned())
        }),
        case("a long sum of numbers times a vector", "", || {
            format!("sum({})", megabyte(" + ", |at| format!("{at}*x")))
        }),
        case("a long sum of functions", "", || {
            megabyte(" + ", |at| format!("sum(exp({at}*x))"))
        }),
        case("a long sum of quadratic terms", "x", || {
            megabyte(" + ", |at| format!("x'*A{at}*x"))
        }),
        case("a long sum of names", "", || megabyte(" + ", |at| format!("a{at}"))),
        case("a long sum of quotients", "", || {
            megabyte(" + ", |at| format!("a/{}", at + 1))
        }),
        case("a long product of scalars", "", || megabyte("*", |at| format!("a{at}"))),
        case("a long product of one scalar", "", || megabyte("*", |_| "a".to_owned())),
        case("a long product of sums", "", || {
            megabyte("*", |at| format!("(a + {at})"))
        }),
        case("a long product of matrices", "A7", || {
            format!("tr({})", megabyte("*", |at| format!("A{at}")))
        }),
        case("a long product of one matrix", "", || {
            format!("tr({})", megabyte("*", |_| "A".to_owned()))
        }),
        case("a long alternating product", "X", || {
            format!("tr({})", megabyte("*", |at| format!("A{at}*X")))
        }),
        case("a long product of two matrices", "X", || {
            format!("tr({})", megabyte("*", |_| "A*X".to_owned()))
        }),
        case("a long elementwise product", "", || {
            format!("sum({})", megabyte(".*", |at| format!("x{at}")))
        }),
        case("a long chain of outer products", "", || {
            megabyte("*", |_| "x*x'".to_owned())
        }),
        case("many arguments", "", || {
            format!("max({})", megabyte(", ", |at| format!("x{at}")))
        }),
        case("a long array", "", || {
            format!("sum([{}])", megabyte(", ", |at| format!("a{at}")))
        }),
        case("one long name", "", || format!("sum(x{})", "x".repeat(MIB))),
        case("a long string", "", || {
            format!("einsum(\"{}\", A)", "ij,".repeat(MIB / 3))
        }),
        case("a long comment", "", || format!("x'*x # {}", "x".repeat(MIB))),
        case("many empty lines", "", || format!("x'*x{}", "\n".repeat(MIB))),
        case("many semicolons", "", || ";".repeat(MIB)),
        case("many statements", "", || megabyte("\n", |at| format!("z{at} = {at}*x"))),
        case("many bare expressions", "", || {
            megabyte("\n", |at| format!("x'*x + {at}"))
        }),
        case("many declarations", "x1", || {
            format!("{}\nx1'*x1", megabyte("\n", |at| format!("x{at}: vector(n{at})")))
        }),
        case("many declarations of one name", "", || {
            megabyte("\n", |_| "x: vector(n)".to_owned())
        }),
        case("many unknown functions", "", || {
            megabyte(" + ", |at| format!("nrom2(x{at})"))
        }),
        case("many products that do not fit", "", || {
            megabyte("\n", |at| format!("y{at} = A*x*x + {at}"))
        }),
        case("many open kinds", "", || {
            joined(400, " + ", |at| format!("alpha{at}*beta{}", at + 1))
        }),
        case("many open kinds that never fit", "", || {
            joined(300, " + ", |at| format!("norm2(X*beta{at} + beta{}')", at + 1))
        }),
        case("many Greek names", "", || {
            megabyte(" + ", |at| format!("norm2(X*theta{at} - y)"))
        }),
    ]
}

fn senseless() -> Vec<Case> {
    vec![
        case("garbage of letters", "", || garbage("abcxyzABC")),
        case("garbage of operators", "", || garbage("x+-*/.^'()[],;=:\n ")),
        case("garbage of everything", "", || {
            garbage("xA1.e+-*/^'()[],;=:\"#@$%&!?~`|\\<>{}\n\t\r \u{0}\u{200b}éßλΣ∑⊗†′’—\u{1f600}\u{301}")
        }),
        case("garbage of signs", "", || garbage("@$&!?|{}")),
        case("spaced names", "", || "x y ".repeat(MIB / 4)),
    ]
}

fn numbers() -> Vec<Case> {
    vec![
        case("a million digits", "", || format!("{}*a", "9".repeat(MIB))),
        case("a million decimals", "", || format!("0.{}1*a", "0".repeat(MIB))),
        case("a literal out of range", "", || "1e999999999*a".to_owned()),
        case("a literal next to zero", "", || "1e-99999999999999999999*a".to_owned()),
        case("a product of large literals", "", || {
            format!("{}*a", joined(2_000, "*", |_| "1e300".to_owned()))
        }),
        case("a sum of fractions", "", || {
            joined(20_000, " + ", |at| format!("a/{}", 2 * at + 1))
        }),
        case("a tower of numbers", "", || "9^9^9^9*a".to_owned()),
        case("a power of two", "", || "2^1000000000*a".to_owned()),
        case("a small power", "", || "0.1^1000000*a".to_owned()),
        case("a power of a sum", "", || "(1 + a)^1000000000".to_owned()),
        case("a power of a scalar", "", || "a^99999999999999999999999".to_owned()),
        case("a power of a matrix", "", || "tr(X^1000000000)".to_owned()),
        case("a negative power of a matrix", "", || "tr(X^-1000000000)".to_owned()),
        case("a power of a product", "", || "tr((A*X)^1000)".to_owned()),
        case("a large power of a product", "", || "tr((A*X + B)^100000)".to_owned()),
        case("a power beyond integers", "", || {
            "tr(X^99999999999999999999999)".to_owned()
        }),
        case("an elementwise power", "", || "sum(x.^1000000000)".to_owned()),
        case("powers of powers", "", || {
            chain(200, "y0 = a", |at| format!("y{} = y{at}^1000", at + 1), "y200")
        }),
    ]
}

const LARGEST: i64 = i64::MAX;

fn sizes() -> Vec<Case> {
    vec![
        case("kron of itself", "", || {
            chain(
                100,
                "K0 = A",
                |at| format!("K{} = kron(K{at}, K{at})", at + 1),
                "tr(K100)",
            )
        }),
        case("four krons of itself", "A", || {
            chain(4, "K0 = A", |at| format!("K{} = kron(K{at}, K{at})", at + 1), "tr(K4)")
        }),
        case("kron of many", "", || joined(5_000, " ⊗ ", |at| format!("A{at}"))),
        case("vec of many", "", || {
            chain(
                1_000,
                "v0 = x",
                |at| format!("v{} = vec(v{at}*v{at}')", at + 1),
                "sum(v1000)",
            )
        }),
        case("a huge size", "", || format!("x: vector({LARGEST})\nx'*x")),
        case("a size that is too large", "", || {
            "x: vector(99999999999999999999999999)\nx'*x".to_owned()
        }),
        case("sizes that overflow", "", || {
            format!("A: matrix({LARGEST}, {LARGEST})\nsum(vec(A))")
        }),
        case("a sum of sizes that overflows", "", || {
            format!("x: vector({LARGEST})\ny: vector({LARGEST})\nsum([x; y])")
        }),
        case("a Jacobian that overflows", "", || {
            format!("A: matrix({LARGEST}, {LARGEST})\nA*A")
        }),
        case("a reshape that overflows", "", || {
            format!("reshape(x, {LARGEST}, {LARGEST})")
        }),
        case("a constant that is too large", "a", || {
            "sum(ones(1000000, 1000000))*a".to_owned()
        }),
        case("a constant that cannot be summed", "a", || {
            "norm2(ones(1000000, 1000000)*a)".to_owned()
        }),
        case("a long size", "", || {
            format!("x: vector({})\nx'*x", joined(5_000, " + ", |at| format!("n{at}")))
        }),
        case("a product of sizes", "", || {
            format!("x: vector({})\nx'*x", joined(5_000, "*", |at| format!("n{at}")))
        }),
        case("a power of a size", "", || {
            format!("x: vector({})\nx'*x", joined(5_000, "*", |_| "n".to_owned()))
        }),
        case("stacked arrays", "", || {
            chain(300, "v0 = x", |at| format!("v{} = [v{at}; v{at}]", at + 1), "sum(v300)")
        }),
        case("an einsum of many axes", "", || {
            "einsum(\"a,b,c,d,e,f,g,h,i,j,k,l,m->abcdefghijklm\", x,x,x,x,x,x,x,x,x,x,x,x,x)".to_owned()
        }),
        case("a minimum of sizes", "", || {
            joined(1_000, " + ", |at| format!("sum(diag(A{at}*B{}))", at + 1))
        }),
    ]
}

fn layers(n: usize) -> String {
    chain(
        n,
        "h0 = x",
        |at| format!("h{} = tanh(W*h{at} + b)", at + 1),
        &format!("sum(h{n})"),
    )
}

fn chains() -> Vec<Case> {
    vec![
        case("10000 layers by W", "W", || layers(10_000)),
        case("10000 layers by x", "x", || layers(10_000)),
        case("1000 layers by W", "W", || layers(1_000)),
        case("1000 layers as a Jacobian", "x", || {
            chain(
                1_000,
                "h0 = x",
                |at| format!("h{} = tanh(W*h{at} + b)", at + 1),
                "h1000",
            )
        }),
        case("10000 products", "A", || {
            chain(
                10_000,
                "B0 = B",
                |at| format!("B{} = A'*B{at} + C", at + 1),
                "tr(B10000)",
            )
        }),
        case("10000 products by C", "C", || {
            chain(
                10_000,
                "B0 = B",
                |at| format!("B{} = A'*B{at} + C", at + 1),
                "tr(B10000)",
            )
        }),
        case("10000 squares", "x", || {
            chain(
                10_000,
                "y0 = x",
                |at| format!("y{} = y{at} .* y{at}", at + 1),
                "sum(y10000)",
            )
        }),
        case("10000 doublings", "x", || {
            chain(
                10_000,
                "y0 = x",
                |at| format!("y{} = y{at} + y{at}", at + 1),
                "sum(y10000)",
            )
        }),
        case("10000 logistic steps", "a", || {
            chain(
                10_000,
                "s0 = a",
                |at| format!("s{} = c*s{at}*(1 - s{at})", at + 1),
                "s10000",
            )
        }),
        case("1000 logistic steps", "a", || {
            chain(
                1_000,
                "s0 = a",
                |at| format!("s{} = c*s{at}*(1 - s{at})", at + 1),
                "s1000",
            )
        }),
        case("10000 squares of a matrix", "X", || {
            chain(
                10_000,
                "Y0 = X",
                |at| format!("Y{} = Y{at}*Y{at}", at + 1),
                "tr(Y10000)",
            )
        }),
        case("60 squares of a matrix", "X", || {
            chain(60, "Y0 = X", |at| format!("Y{} = Y{at}*Y{at}", at + 1), "tr(Y60)")
        }),
        case("40 squares of a sum", "X", || {
            chain(40, "Y0 = X", |at| format!("Y{} = Y{at}*Y{at} + A", at + 1), "tr(Y40)")
        }),
        case("1000 squares of a sum", "X", || {
            chain(
                1_000,
                "Y0 = X",
                |at| format!("Y{} = Y{at}*Y{at} + A", at + 1),
                "tr(Y1000)",
            )
        }),
        case("Fibonacci products", "X", || {
            format!(
                "Y0 = X\nY1 = A*X\n{}\ntr(Y500)",
                joined(499, "\n", |at| format!("Y{} = Y{}*Y{at}", at + 2, at + 1))
            )
        }),
        case("Fibonacci sums", "x", || {
            format!(
                "y0 = x\ny1 = 2*x\n{}\nsum(y5000)",
                joined(4_999, "\n", |at| format!("y{} = y{} + y{at}", at + 2, at + 1))
            )
        }),
        case("50 shared exponentials", "a", || {
            chain(50, "s0 = a", |at| format!("s{} = exp(s{at}) + s{at}", at + 1), "s50")
        }),
        case("5000 shared exponentials", "a", || {
            chain(
                5_000,
                "s0 = a",
                |at| format!("s{} = exp(s{at}) + s{at}", at + 1),
                "s5000",
            )
        }),
        case("5000 shared entries", "x", || {
            chain(
                5_000,
                "s0 = x",
                |at| format!("s{} = s{at} .* exp(s{at})", at + 1),
                "sum(s5000)",
            )
        }),
        case("2000 inverses", "A", || {
            chain(
                2_000,
                "Y0 = B",
                |at| format!("Y{} = inv(A + Y{at})", at + 1),
                "tr(Y2000)",
            )
        }),
        case("2000 transposes", "A", || {
            chain(2_000, "Y0 = B", |at| format!("Y{} = (A*Y{at})'", at + 1), "tr(Y2000)")
        }),
        case("2000 softmaxes", "x", || {
            chain(
                2_000,
                "y0 = x",
                |at| format!("y{} = softmax(W*y{at})", at + 1),
                "sum(y2000)",
            )
        }),
        case("10000 definitions in a row", "x", || {
            chain(10_000, "y0 = x", |at| format!("y{} = y{at}", at + 1), "sum(y10000)")
        }),
        case("10000 elementwise functions", "x", || {
            chain(
                10_000,
                "y0 = x",
                |at| format!("y{} = sin(y{at})", at + 1),
                "sum(y10000)",
            )
        }),
    ]
}

fn cases() -> Vec<Case> {
    [nested(), long(), senseless(), numbers(), sizes(), chains()]
        .into_iter()
        .flatten()
        .collect()
}

/// Everything that a user asks of a text: an answer in all notations, its check, numbers.
fn outcome(case: &Case) -> String {
    let text = (case.text)();
    let mut report = String::new();
    let clock = Instant::now();
    let stage = |report: &mut String, name: &str, since: Duration| {
        let _ = write!(report, "{name} {:.2} s, ", (clock.elapsed() - since).as_secs_f64());
        clock.elapsed()
    };
    let problem = Problem::parse(&text);
    let at = stage(&mut report, "parse", Duration::ZERO);
    let mut problem = match problem {
        Ok(problem) => problem,
        Err(errors) => return format!("{report}{}", shortened(&errors.to_string())),
    };
    let inputs = Inputs::default();
    if let Err(errors) = problem.evaluate(None, &inputs) {
        assert!(!errors.diagnostics().is_empty());
    }
    let at = stage(&mut report, "evaluate", at);
    let first = problem.variables().first().map(|variable| variable.name.clone());
    let wrt = if case.wrt.is_empty() {
        first.unwrap_or_default()
    } else {
        case.wrt.to_owned()
    };
    if let Err(errors) = problem.function_text(Notation::Text) {
        let _ = write!(report, "no text ({}), ", shortened(&errors.to_string()));
    }
    let at = stage(&mut report, "print", at);
    let answer = problem.derive(&[&wrt]);
    let at = stage(&mut report, "derive", at);
    let answer = match answer {
        Ok(answer) => answer,
        Err(errors) => return format!("{report}{}", shortened(&errors.to_string())),
    };
    let check = answer.check(&mut problem);
    stage(&mut report, "check", at);
    let verdict = if check.is_verified() {
        "verified".to_owned()
    } else {
        format!("{:?}", check.verdict)
    };
    format!(
        "{report}{} characters, {}",
        answer.differential(Notation::Text).len(),
        shortened(&verdict)
    )
}

fn shortened(text: &str) -> String {
    let line: String = text.lines().next().unwrap_or_default().chars().take(110).collect();
    match text.lines().count() {
        0 | 1 => line,
        more => format!("{line} (and {} more)", more - 1),
    }
}

/// The most memory that this process ever had, in MiB; `None` where the system does not tell.
fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace()
        .nth(1)?
        .parse::<u64>()
        .ok()
        .map(|kib| kib / 1024)
}

/// Runs one text in this process.
fn run_here(at: usize) {
    let case = cases().into_iter().nth(at).expect("the parent counts the cases");
    let thread = std::thread::Builder::new()
        .stack_size(STACK)
        .spawn(move || outcome(&case))
        .expect("a thread starts");
    match thread.join() {
        Ok(outcome) => println!("\n@{}@{outcome}", peak_memory().unwrap_or(0)),
        Err(_) => std::process::exit(3),
    }
}

/// Runs one text in a process; what it says, or how it failed.
fn run_apart(at: usize) -> Result<(Duration, u64, String), String> {
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let clock = Instant::now();
    let mut child = Command::new(program)
        .args([
            "--exact",
            "every_hostile_text_gets_an_answer_or_an_error",
            "--nocapture",
        ])
        .env(CASE, at.to_string())
        .env("RUST_BACKTRACE", "0")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| error.to_string())?;
    while child.try_wait().map_err(|error| error.to_string())?.is_none() {
        if clock.elapsed() > TIME {
            child.kill().map_err(|error| error.to_string())?;
            child.wait().map_err(|error| error.to_string())?;
            return Err(format!("takes longer than {TIME:?}"));
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    let time = clock.elapsed();
    let output = child.wait_with_output().map_err(|error| error.to_string())?;
    let said = String::from_utf8_lossy(&output.stdout);
    let mut parts = said
        .lines()
        .find(|line| line.starts_with('@'))
        .unwrap_or_default()
        .splitn(3, '@')
        .skip(1);
    match (output.status.success(), parts.next(), parts.next()) {
        (true, Some(memory), Some(outcome)) => Ok((time, memory.parse().unwrap_or(0), outcome.to_owned())),
        _ => Err(format!(
            "{}: {}",
            output.status,
            String::from_utf8_lossy(&output.stderr).trim()
        )),
    }
}

#[test]
fn every_hostile_text_gets_an_answer_or_an_error() {
    if let Ok(at) = std::env::var(CASE) {
        run_here(at.parse().expect("the parent gives a number"));
        return;
    }
    let is_wordy = std::env::var_os("GATEAUX_HOSTILE_REPORT").is_some();
    let mut wrong = Vec::new();
    for (at, case) in cases().iter().enumerate() {
        match run_apart(at) {
            Ok((time, memory, outcome)) => {
                if is_wordy {
                    println!("{:6.2} s {memory:4} MiB  {}: {outcome}", time.as_secs_f64(), case.name);
                }
                if memory > MEMORY {
                    wrong.push(format!("{} takes {memory} MiB: {outcome}", case.name));
                }
            }
            Err(failure) => {
                if is_wordy {
                    println!("  WRONG           {}: {failure}", case.name);
                }
                wrong.push(format!("{}: {failure}", case.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn the_same_text_gives_the_same_bytes() {
    let texts = [
        ("norm2(A*x - b)^2 + lambda*norm1(x)", "x"),
        ("logdet(A*X*A' + B) + tr(X'*C*X*D) - sum(log(X*z))", "X"),
        (
            "h1 = tanh(W*x + b)\nh2 = tanh(W*h1 + b)\nsum(exp(h2).*h1)/norm2(h2)",
            "W",
        ),
        ("x'*A*inv(B + a*eye)*A'*x*y'*C*x", "x"),
        ("softmax(W*x + c)", "x"),
        ("2x + nrom2(y) + A*x*x + x", ""),
    ];
    for (text, wrt) in texts {
        let once = || match Problem::parse(text) {
            Err(errors) => format!("{errors} {:?}", errors.diagnostics()),
            Ok(mut problem) => {
                let answer = problem.derive(&[wrt]).expect("it is smooth");
                let mut all = String::new();
                for notation in [Notation::Text, Notation::Unicode, Notation::Latex, Notation::MathMl] {
                    let _ = writeln!(
                        all,
                        "{}\n{:?}\n{}\n{:?}",
                        answer.differential(notation),
                        answer.explicit(notation),
                        answer.operator(notation),
                        answer.adjoint(notation)
                    );
                }
                let check = answer.check(&mut problem);
                let _ = writeln!(
                    all,
                    "{:?} {:?} {:?} {check:?}",
                    problem.variables(),
                    answer.assumptions(),
                    answer.notes()
                );
                all
            }
        };
        let first = once();
        for _ in 1..20 {
            assert_eq!(once(), first, "{text}");
        }
    }
}

#[test]
fn an_array_that_is_too_large_is_refused_at_evaluation() {
    let mut inputs = Inputs::default();
    inputs
        .values
        .insert("a".to_owned(), Array::from_row_major(&[], &[1.0]).expect("a scalar"));
    let mut problem = Problem::parse("ones(1000000, 1000000)*a").expect("it parses");
    let errors = problem.evaluate(None, &inputs).expect_err("10^12 entries are too many");
    assert!(errors.to_string().contains("larger than the limit"), "{errors}");
}
