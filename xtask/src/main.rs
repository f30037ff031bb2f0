//! Development tasks: `cargo xtask test`, `cargo xtask bless`, `cargo xtask manual`, `cargo xtask bench`,
//! `cargo xtask fuzz`, `cargo xtask memcheck`, `cargo xtask web`.

mod fuzz;
mod web;

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Instant;

/// One command of a task.
struct Step {
    title: &'static str,
    arguments: &'static [&'static str],
    environment: &'static [(&'static str, &'static str)],
}

/// A name on the command line and what it runs.
struct Task {
    name: &'static str,
    about: &'static str,
    steps: &'static [Step],
}

const TASKS: &[Task] = &[
    Task {
        name: "test",
        about: "formatting, lints, all tests, documentation, the page in a browser; stops at the first failure; with --native without the page",
        steps: &[
            Step {
                title: "formatting",
                arguments: &["fmt", "--all", "--check"],
                environment: &[],
            },
            Step {
                title: "lints",
                arguments: &["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"],
                environment: &[],
            },
            Step {
                title: "tests",
                arguments: &["test", "--workspace"],
                environment: &[],
            },
            Step {
                title: "documentation",
                arguments: &["doc", "--workspace", "--no-deps"],
                environment: &[("RUSTDOCFLAGS", "-D warnings")],
            },
        ],
    },
    Task {
        name: "bless",
        about: "run all tests and rewrite the golden files; read the whole diff afterwards",
        steps: &[Step {
            title: "tests, rewriting golden files",
            arguments: &["test", "--workspace"],
            environment: &[("GATEAUX_BLESS", "1"), ("INSTA_UPDATE", "always")],
        }],
    },
    Task {
        name: "manual",
        about: "write the pages of the functions and of the rules, docs/functions/ and docs/rules/, from their records",
        steps: &[Step {
            title: "pages of the functions and of the rules",
            arguments: &["test", "-p", "gateaux", "--test", "functions", "--test", "rules"],
            environment: &[("GATEAUX_BLESS", "1")],
        }],
    },
    Task {
        name: "memcheck",
        about: "the tests of the kernels under valgrind, which must be installed; some minutes",
        steps: &[Step {
            title: "kernels under valgrind",
            arguments: &[
                "test",
                "-p",
                "gateaux-array",
                "--lib",
                "kernels::",
                "--",
                "--test-threads",
                "1",
            ],
            environment: &[(
                "CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_RUNNER",
                "valgrind --quiet --error-exitcode=1",
            )],
        }],
    },
];

const BENCH: &str = "race Gateaux and other tools: [--goals] [--only P4,P6] [--python PATH]; --help lists all options";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let result = match arguments.split_first() {
        Some((name, rest)) if name == "fuzz" => fuzz::run(rest),
        Some((name, rest)) if name == "bench" => bench(rest),
        Some((name, rest)) if name == "web" => web::run(rest),
        Some((name, rest)) => match (TASKS.iter().find(|task| task.name == name), rest) {
            (Some(task), []) if task.name == "test" => run(task, &mut io::stdout()).and_then(|()| test_page()),
            (Some(task), [option]) if task.name == "test" && option == "--native" => run(task, &mut io::stdout()),
            (Some(task), []) => run(task, &mut io::stdout()),
            _ => return usage(),
        },
        _ => return usage(),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("\nerror: {message}");
            ExitCode::FAILURE
        }
    }
}

fn usage() -> ExitCode {
    eprintln!("usage: cargo xtask <task>\n");
    for task in TASKS {
        eprintln!("  {:8} {}", task.name, task.about);
    }
    eprintln!("  {:8} {}", "fuzz", fuzz::ABOUT);
    eprintln!("  {:8} {}", "bench", BENCH);
    eprintln!("  {:8} {}", "web", web::ABOUT);
    ExitCode::from(2)
}

/// The folder of the workspace.
fn root() -> Result<PathBuf, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent();
    root.map(Path::to_owned)
        .ok_or("xtask is not inside the workspace".to_owned())
}

/// Cargo, in the folder of the workspace. It names itself in `CARGO`, so that the same toolchain runs everything.
fn cargo(root: &Path) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root);
    command
}

/// Runs the steps in order, each with its title and time, up to the first failure.
fn run(task: &Task, out: &mut dyn Write) -> Result<(), String> {
    let root = root()?;
    for step in task.steps {
        let command = format!("cargo {}", step.arguments.join(" "));
        say(out, &format!("== {}: {command}", step.title))?;
        let start = Instant::now();
        let status = cargo(&root)
            .args(step.arguments)
            .envs(step.environment.iter().copied())
            .status()
            .map_err(|error| format!("cannot run {command}: {error}"))?;
        let seconds = start.elapsed().as_secs_f64();
        if !status.success() {
            let settings: String = step
                .environment
                .iter()
                .map(|(name, value)| format!("{name}='{value}' "))
                .collect();
            return Err(format!(
                "{} failed after {seconds:.1} s; repeat it by: {settings}{command}",
                step.title
            ));
        }
        say(out, &format!("== {}: passed in {seconds:.1} s\n", step.title))?;
    }
    say(out, &format!("{}: all steps passed", task.name))
}

/// Builds the page and tests it, with what this needs installed first.
fn test_page() -> Result<(), String> {
    let arguments = ["--install", "--test"].map(str::to_owned);
    web::run(&arguments)
        .map_err(|error| format!("{error}\n\nall else passed; without the page: cargo xtask test --native"))
}

/// Passes the arguments on to the benchmark, whose messages say all if it fails.
fn bench(arguments: &[String]) -> Result<(), String> {
    let status = cargo(&root()?)
        .args(["run", "--quiet", "--release", "--package", "gateaux-bench", "--"])
        .args(arguments)
        .status()
        .map_err(|error| format!("cannot run cargo: {error}"))?;
    match status.success() {
        true => Ok(()),
        false => Err("the benchmark failed".to_owned()),
    }
}

fn say(out: &mut dyn Write, line: &str) -> Result<(), String> {
    writeln!(out, "{line}").map_err(|error| format!("cannot write the output: {error}"))
}
