//! `cargo xtask fuzz`: libFuzzer on the targets of the folder `fuzz/`.
//!
//! libFuzzer is a C++ library that looks for bytes which reach new code; for this the compiler must count what is
//! reached. Both work with a stable toolchain: the flags below are those that `cargo fuzz --sanitizer none` passes.

use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::{cargo, root, say};

/// A target with the longest input that it gets, in bytes.
const TARGETS: [(&str, u32); 4] = [("parse", 2048), ("infer", 400), ("derive", 160), ("print", 160)];

/// How long each target runs where nobody says.
const SECONDS: u64 = 600;

/// What the compiler does for libFuzzer: counters, and what is compared with what.
const FLAGS: &str = "--cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
                     -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
                     -Cllvm-args=-sanitizer-coverage-trace-compares";

/// A line for the list of tasks.
pub const ABOUT: &str = "look for inputs that break something: fuzz [TARGET] [--seconds N]";

const USAGE: &str = "usage: cargo xtask fuzz [parse|infer|derive|print] [--seconds N] [--minimize] [FILE...]

Looks for inputs that break a target, or all of them in turn, for N seconds each (600).
With files, runs the target on these alone. With --minimize, makes one that fails small.

needs: a C++ compiler, and the network at the first build";

/// What was asked for.
#[derive(Debug, PartialEq, Eq)]
struct Request {
    target: Option<usize>,
    seconds: u64,
    minimize: bool,
    files: Vec<PathBuf>,
}

/// Runs the task.
///
/// # Errors
/// What is missing, with how to get it; an input that was found.
pub fn run(arguments: &[String]) -> Result<(), String> {
    let request = read(arguments)?;
    let root = root()?;
    find_compiler()?;
    let host = host()?;
    let folder = root.join("fuzz");
    let out = &mut io::stdout();
    say(out, "== seeds and dictionary")?;
    prepare(&root, &folder)?;
    let targets = match request.target {
        Some(at) => &TARGETS[at..=at],
        None => &TARGETS[..],
    };
    for (target, max_len) in targets {
        let arguments = libfuzzer(&folder, target, *max_len, &request)?;
        say(out, &format!("== fuzz {target}"))?;
        let mut command = cargo(&root);
        command.args([
            "run",
            "--release",
            "--manifest-path",
            "fuzz/Cargo.toml",
            "--target",
            &host,
        ]);
        command
            .args(["--bin", target, "--"])
            .args(arguments)
            .env("RUSTFLAGS", FLAGS);
        let status = command.status().map_err(|error| format!("cannot run cargo: {error}"))?;
        if !status.success() {
            return Err(failure(target));
        }
    }
    say(out, "fuzz: nothing was found")
}

fn read(arguments: &[String]) -> Result<Request, String> {
    let mut request = Request {
        target: None,
        seconds: SECONDS,
        minimize: false,
        files: Vec::new(),
    };
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        let target = TARGETS.iter().position(|(name, _)| name == argument);
        match argument.as_str() {
            "--seconds" => {
                let number = arguments.next().and_then(|number| number.parse().ok());
                request.seconds = number.ok_or(format!("--seconds takes a number\n\n{USAGE}"))?;
            }
            "--minimize" => request.minimize = true,
            _ if target.is_some() && request.target.is_none() => request.target = target,
            option if option.starts_with('-') => return Err(USAGE.to_owned()),
            file if request.target.is_some() && Path::new(file).is_file() => request.files.push(file.into()),
            other => return Err(format!("{other} is neither a target nor a file behind one\n\n{USAGE}")),
        }
    }
    if request.minimize && request.files.len() != 1 {
        return Err(format!("--minimize takes one file\n\n{USAGE}"));
    }
    Ok(request)
}

/// libFuzzer is built from its sources.
fn find_compiler() -> Result<(), String> {
    let compiler = env::var("CXX").unwrap_or_else(|_| "c++".to_owned());
    let mut command = Command::new(&compiler);
    let found = command
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    if found.is_ok_and(|status| status.success()) {
        return Ok(());
    }
    Err(format!(
        "there is no C++ compiler {compiler}, and libFuzzer is built from its sources; get one by `apt install g++`, \
         `dnf install gcc-c++` or `xcode-select --install`, or name it in CXX"
    ))
}

/// The triple of this machine: with it as the target, build scripts are built without counters.
fn host() -> Result<String, String> {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc).arg("-vV").output();
    let output = output.map_err(|error| format!("cannot run rustc: {error}"))?;
    let text = String::from_utf8_lossy(&output.stdout);
    let host = text.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned).ok_or("rustc does not tell its host".to_owned())
}

/// Writes the dictionary and the seeds, which follow the table of functions.
fn prepare(root: &Path, folder: &Path) -> Result<(), String> {
    let mut command = cargo(root);
    command.args([
        "run",
        "--quiet",
        "--package",
        "gateaux-testkit",
        "--example",
        "fuzz_seeds",
        "--",
    ]);
    let status = command.arg(folder).status();
    match status.map_err(|error| format!("cannot run cargo: {error}"))?.success() {
        true => Ok(()),
        false => Err("the seeds cannot be written".to_owned()),
    }
}

/// The arguments of libFuzzer; the folders that it wants are made.
fn libfuzzer(folder: &Path, target: &str, max_len: u32, request: &Request) -> Result<Vec<String>, String> {
    let made = |name: &str| -> Result<String, String> {
        let path = folder.join(name).join(target);
        fs::create_dir_all(&path).map_err(|error| format!("cannot make {}: {error}", path.display()))?;
        Ok(path.display().to_string())
    };
    let (corpus, regressions, artifacts) = (made("corpus")?, made("regressions")?, made("artifacts")?);
    let mut arguments = vec!["-timeout=10".to_owned(), "-rss_limit_mb=2048".to_owned()];
    let files = request.files.iter().map(|file| file.display().to_string());
    if request.minimize {
        arguments.push("-minimize_crash=1".to_owned());
        arguments.push(format!("-max_total_time={}", request.seconds));
        arguments.push(format!("-exact_artifact_path={artifacts}/smallest"));
    } else {
        arguments.push(format!("-artifact_prefix={artifacts}/"));
    }
    if request.files.is_empty() {
        arguments.push(format!("-max_total_time={}", request.seconds));
        arguments.push(format!("-max_len={max_len}"));
        arguments.push(format!("-dict={}", folder.join("language.dict").display()));
        arguments.push("-print_final_stats=1".to_owned());
        arguments.extend([corpus, folder.join("seeds").display().to_string(), regressions]);
    }
    arguments.extend(files);
    Ok(arguments)
}

fn failure(target: &str) -> String {
    format!(
        "{target} did not pass; if an input was found, it lies in fuzz/artifacts/{target}, and the message above shows it as a \
         text\n\n\
         make it small:  cargo xtask fuzz {target} --seconds 60 --minimize FILE\n\
         keep it:        put the text into fuzz/regressions/{target}/, under the name of what it shows\n\
         repeat it:      cargo test -p gateaux --test regressions"
    )
}
