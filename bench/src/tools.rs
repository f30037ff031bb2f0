//! The tools as child processes, one for each family of tools and number of threads.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde::de::DeserializeOwned;

use crate::protocol::{Answer, Entrant, Hello, Request};

/// The peers take their number of threads from these variables.
const THREADS: [&str; 5] = [
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "RAYON_NUM_THREADS",
];
/// What the peers need: numbers of 64 bits on the processor, no messages, no files beside their source.
const SETTINGS: [(&str, &str); 4] = [
    ("JAX_ENABLE_X64", "1"),
    ("JAX_PLATFORMS", "cpu"),
    ("TF_CPP_MIN_LOG_LEVEL", "3"),
    ("PYTHONDONTWRITEBYTECODE", "1"),
];
/// Hints for old versions of OpenBLAS, which slow a new one.
const HINTS: [&str; 2] = ["OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"];

/// The family of the reference, which makes the data and compares results.
pub const REFERENCE: &str = "numpy";

/// The tools that run in one process.
pub fn family(tool: &str) -> &str {
    match tool {
        "memory" => REFERENCE,
        tool => tool.split('-').next().unwrap_or(tool),
    }
}

/// Where the interpreters of the peers are.
#[derive(Clone, Debug)]
pub struct Interpreters {
    /// That of all peers but tensorgrad.
    pub python: String,
    /// That of tensorgrad, which needs an older torch.
    pub tensorgrad: Option<String>,
}

/// All tools that run.
pub struct Tools {
    interpreters: Interpreters,
    processors: Vec<usize>,
    running: BTreeMap<(String, usize), Process>,
}

struct Process {
    child: Child,
    requests: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
    hello: Hello,
}

impl Tools {
    /// No tool runs yet.
    pub fn new(interpreters: Interpreters) -> Tools {
        Tools {
            interpreters,
            processors: processors(),
            running: BTreeMap::new(),
        }
    }

    /// Starts the tools of these entrants; all that is missing, and how to get it, is one error.
    pub fn start(&mut self, entrants: &[Entrant]) -> Result<(), String> {
        let mut missing = Vec::new();
        let reference = [(REFERENCE, 1)].into_iter();
        let mut wanted: Vec<(&str, usize)> = entrants
            .iter()
            .map(|entrant| (family(&entrant.tool), entrant.threads))
            .chain(reference)
            .collect();
        wanted.sort_unstable();
        wanted.dedup();
        for (family, threads) in wanted {
            match self.spawn(family, threads) {
                Ok(process) => drop(self.running.insert((family.to_owned(), threads), process)),
                Err(error) => missing.push(format!("{family}: {error}")),
            }
        }
        missing.dedup();
        match missing.is_empty() {
            true => Ok(()),
            false => Err(format!(
                "some peers are missing\n  {}\ninstall them, and choose the interpreter that has them:\n  \
                 python3 -m venv .venv-peers\n  .venv-peers/bin/pip install -r bench/peers/requirements.txt\n  \
                 cargo xtask bench --python .venv-peers/bin/python",
                missing.join("\n  ")
            )),
        }
    }

    /// Asks the tool of an entrant.
    pub fn ask<T: DeserializeOwned>(&mut self, entrant: &Entrant, request: &Request) -> Result<T, String> {
        self.ask_family(family(&entrant.tool), entrant.threads, request)
    }

    /// Asks the tool that makes the data and compares.
    pub fn ask_reference<T: DeserializeOwned>(&mut self, request: &Request) -> Result<T, String> {
        self.ask_family(REFERENCE, 1, request)
    }

    /// The reference's account of itself.
    pub fn reference(&self) -> Option<&Hello> {
        self.running
            .get(&(REFERENCE.to_owned(), 1))
            .map(|process| &process.hello)
    }

    /// The versions of everything that runs.
    pub fn versions(&self) -> BTreeMap<&str, &str> {
        let processes = self.running.values();
        processes
            .flat_map(|process| &process.hello.versions)
            .map(|(package, version)| (package.as_str(), version.as_str()))
            .collect()
    }

    fn ask_family<T: DeserializeOwned>(
        &mut self,
        family: &str,
        threads: usize,
        request: &Request,
    ) -> Result<T, String> {
        let key = (family.to_owned(), threads);
        let process = self
            .running
            .get_mut(&key)
            .ok_or_else(|| format!("{family} does not run"))?;
        let result = process.ask(request);
        // After its end it is started anew, so that the next problem has its chance.
        if process.child.try_wait().is_ok_and(|status| status.is_some()) {
            let anew = self.spawn(family, threads)?;
            self.running.insert(key, anew);
        }
        result
    }

    fn spawn(&self, family: &str, threads: usize) -> Result<Process, String> {
        let mut command = self.pinned(&self.program(family)?, threads);
        for name in THREADS {
            command.env(name, threads.to_string());
        }
        command.envs(SETTINGS);
        for name in HINTS {
            command.env_remove(name);
        }
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| format!("cannot run {:?}: {error}", command.get_program()))?;
        let (Some(requests), Some(answers)) = (child.stdin.take(), child.stdout.take()) else {
            return Err("it has no input and output".to_owned());
        };
        let mut process = Process {
            child,
            requests: Some(requests),
            answers: BufReader::new(answers),
            hello: Hello {
                versions: BTreeMap::new(),
                date: String::new(),
                processor: String::new(),
            },
        };
        process.hello = process.ask(&Request::Hello { family })?;
        Ok(process)
    }

    /// The program and arguments of a family.
    fn program(&self, family: &str) -> Result<Vec<PathBuf>, String> {
        let interpreter = match family {
            "gateaux" => {
                let engine = std::env::current_exe().map_err(|error| error.to_string())?;
                return Ok(vec![engine, "serve".into()]);
            }
            "tensorgrad" => self.interpreters.tensorgrad.as_ref(),
            _ => Some(&self.interpreters.python),
        };
        let interpreter = interpreter.ok_or_else(|| format!("there is no interpreter for {family}"))?;
        // `taskset` would only say that something is missing.
        Command::new(interpreter)
            .arg("--version")
            .output()
            .map_err(|error| format!("cannot run {interpreter}: {error}"))?;
        let server = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers/server.py");
        Ok(vec![interpreter.into(), server])
    }

    /// A command that may use as many processors as it has threads, the last ones, since interrupts go to the first;
    /// any where the system has no `taskset`.
    fn pinned(&self, program: &[PathBuf], threads: usize) -> Command {
        let last = self.processors.iter().rev().take(threads);
        let list: Vec<String> = last.map(usize::to_string).collect();
        let has_taskset = Command::new("taskset").arg("--version").output().is_ok();
        if list.is_empty() || !has_taskset {
            let mut command = Command::new(&program[0]);
            command.args(&program[1..]);
            return command;
        }
        let mut command = Command::new("taskset");
        command.args(["--cpu-list", &list.join(",")]).args(program);
        command
    }
}

impl Process {
    fn ask<T: DeserializeOwned>(&mut self, request: &Request) -> Result<T, String> {
        let failed = |error: std::io::Error| format!("it does not answer: {error}");
        let mut text = serde_json::to_string(request).map_err(|error| error.to_string())?;
        text.push('\n');
        let requests = self.requests.as_mut().ok_or("it has ended")?;
        requests.write_all(text.as_bytes()).map_err(failed)?;
        let mut line = String::new();
        self.answers.read_line(&mut line).map_err(failed)?;
        if line.is_empty() {
            // The pipe is closed a little before the process is gone.
            let status = self.child.wait().map_err(failed)?;
            return Err(format!("it ended with {status}"));
        }
        match serde_json::from_str(&line).map_err(|error| format!("{error} in the answer {}", line.trim_end()))? {
            Answer::Ok(answer) => Ok(answer),
            Answer::Error(error) => Err(error),
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // A tool ends with its input. One that does not is of no use either way.
        self.requests = None;
        drop(self.child.wait());
    }
}

/// The numbers of the processors that this process may use, as Linux tells them; else none.
fn processors() -> Vec<usize> {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let list = status.lines().find_map(|line| line.strip_prefix("Cpus_allowed_list:"));
    list.map_or(Vec::new(), |list| numbers(list.trim()))
}

/// The numbers in a list such as `0-2,5`.
fn numbers(list: &str) -> Vec<usize> {
    let range = |part: &str| {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        Some(first.parse().ok()?..=last.parse().ok()?)
    };
    list.split(',').filter_map(range).flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_processors_have_ranges() {
        assert_eq!(numbers("0-2,5"), [0, 1, 2, 5]);
        assert_eq!(numbers("3"), [3]);
        assert!(numbers("").is_empty());
    }

    #[test]
    fn variants_of_a_tool_run_in_one_process() {
        assert_eq!(family("jax-revrev"), "jax");
        assert_eq!(family("memory"), family("numpy-hand"));
        assert_eq!(family("gateaux-structured"), "gateaux");
    }

    #[test]
    fn a_missing_interpreter_is_an_error_that_says_how_to_install() {
        let mut tools = Tools::new(Interpreters {
            python: "no-such-interpreter".to_owned(),
            tensorgrad: None,
        });
        let error = tools.start(&[]).expect_err("there is no such interpreter");
        assert!(
            error.contains("cannot run no-such-interpreter") && error.contains("pip install"),
            "{error}"
        );
    }
}
