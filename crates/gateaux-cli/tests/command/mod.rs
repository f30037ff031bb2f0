//! The binary under test: run it, and compare what it writes.

#![allow(dead_code, reason = "every test file uses its own part of this module")]

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

/// What a run wrote, and how it ended.
#[derive(Debug)]
pub struct Outcome {
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
    /// The exit code.
    pub code: i32,
}

impl Outcome {
    /// The output of a run that must succeed.
    pub fn ok(self) -> String {
        assert_eq!((self.code, self.stderr.as_str()), (0, ""), "{self:?}");
        self.stdout
    }

    /// The output of a run that must succeed, as JSON.
    pub fn json(self) -> Value {
        let text = self.ok();
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
    }

    /// The diagnostics of a run that must end with this code and write no result.
    pub fn failed(self, code: i32) -> String {
        assert_eq!((self.code, self.stdout.as_str()), (code, ""), "{self:?}");
        self.stderr
    }
}

/// Runs `gateaux` with these arguments, without input.
pub fn gateaux(arguments: &[&str]) -> Outcome {
    run(arguments, "", &[])
}

/// Runs `gateaux` with these arguments, a text on standard input, and variables of the environment.
pub fn run(arguments: &[&str], input: &str, environment: &[(&str, &str)]) -> Outcome {
    let mut child = Command::new(env!("CARGO_BIN_EXE_gateaux"))
        .args(arguments)
        .env_remove("NO_COLOR")
        .env_remove("CLICOLOR_FORCE")
        .envs(environment.iter().copied())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary exists, because Cargo builds it for this test");
    let mut stdin = child.stdin.take().expect("standard input is piped");
    let text = input.to_owned();
    // A thread writes, so that neither side waits for the other with a full pipe.
    let writer = std::thread::spawn(move || {
        // A command that does not read its input closes the pipe.
        let _ = stdin.write_all(text.as_bytes());
    });
    let output = child.wait_with_output().expect("the child was started");
    writer.join().expect("the writer does not panic");
    Outcome {
        stdout: String::from_utf8(output.stdout).expect("output is UTF-8"),
        stderr: String::from_utf8(output.stderr).expect("diagnostics are UTF-8"),
        code: output.status.code().unwrap_or(-1),
    }
}

/// The answers of a batch, one for each line.
pub fn batch(lines: &[&str]) -> Vec<Value> {
    let output = run(&["batch"], &format!("{}\n", lines.join("\n")), &[]).ok();
    output
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .collect()
}

/// An empty directory for a test, removed at its end.
pub struct Directory(PathBuf);

impl Directory {
    /// A directory of this name, which no other test uses.
    pub fn new(name: &str) -> Directory {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}", std::process::id()));
        fs::create_dir_all(&path).expect("Cargo's directory for tests can be written");
        Directory(path)
    }

    /// Writes a file and gives its path.
    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        let path = self.0.join(name);
        fs::write(&path, content).expect("a file in a fresh directory can be written");
        path.to_str().expect("the path is UTF-8").to_owned()
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        // What is left over lies in the target directory and harms nobody.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Compares with a golden file; `GATEAUX_BLESS=1` rewrites it.
pub fn golden(name: &str, found: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name);
    if std::env::var_os("GATEAUX_BLESS").is_some() {
        fs::write(&path, found).expect("the golden files can be written");
        return;
    }
    let wanted = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(
        found, wanted,
        "{name} differs; if the new text is right, run `cargo xtask bless` and read the diff"
    );
}
