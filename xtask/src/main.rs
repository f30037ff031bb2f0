//! Development tasks: `cargo xtask test`, `cargo xtask bless`, `cargo xtask manual`, `cargo xtask bench`.

use std::io::{self, Write};
use std::path::Path;
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
        about: "formatting, lints, all tests, documentation; stops at the first failure",
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
        about: "write the pages of the functions, docs/functions/, from their records",
        steps: &[Step {
            title: "pages of the functions",
            arguments: &["test", "-p", "gateaux", "--test", "functions"],
            environment: &[("GATEAUX_BLESS", "1")],
        }],
    },
    Task {
        name: "bench",
        about: "run all benchmarks",
        steps: &[Step {
            title: "benchmarks",
            arguments: &["bench", "--workspace"],
            environment: &[],
        }],
    },
];

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let name = arguments.next().unwrap_or_default();
    let task = TASKS.iter().find(|task| task.name == name);
    match (task, arguments.next()) {
        (Some(task), None) => match run(task, &mut io::stdout()) {
            Ok(()) => ExitCode::SUCCESS,
            Err(message) => {
                eprintln!("\nerror: {message}");
                ExitCode::FAILURE
            }
        },
        (Some(_) | None, _) => {
            eprintln!("usage: cargo xtask <task>\n");
            for task in TASKS {
                eprintln!("  {:6} {}", task.name, task.about);
            }
            ExitCode::from(2)
        }
    }
}

/// Runs the steps in order, each with its title and time, up to the first failure.
fn run(task: &Task, out: &mut dyn Write) -> Result<(), String> {
    // Cargo names itself in `CARGO`, so that the same toolchain runs everything.
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .ok_or("xtask is not inside the workspace")?;
    for step in task.steps {
        let command = format!("cargo {}", step.arguments.join(" "));
        say(out, &format!("== {}: {command}", step.title))?;
        let start = Instant::now();
        let status = Command::new(&cargo)
            .args(step.arguments)
            .envs(step.environment.iter().copied())
            .current_dir(root)
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

fn say(out: &mut dyn Write, line: &str) -> Result<(), String> {
    writeln!(out, "{line}").map_err(|error| format!("cannot write the output: {error}"))
}
