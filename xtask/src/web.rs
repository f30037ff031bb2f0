//! `cargo xtask web`: the page, its engine compiled to WebAssembly.
//!
//! Toolchains of rustup can only be given the standard library of WebAssembly where its servers are reached; Debian's
//! package of the sources of a recent compiler builds it anywhere. What this needs is listed in `NEEDS`; the native build
//! needs none of it, and no version is written down.

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::{cargo, root, say};

/// A line for the list of tasks.
pub const ABOUT: &str = "build and serve the page: web [--build|--test|--install] [--port N]";

const USAGE: &str = "usage: cargo xtask web [--build|--test|--install] [--port N]

Builds the page into web/dist and serves it at http://localhost:8700/; with --port at another port.
With --build, only builds it. With --test, builds it and tests it in a browser.
With --install, first installs what is missing of Debian's packages (as root).

needs: rustc-web, cargo-web, rust-web-src (Debian's packages of a compiler with sources), rust-lld or wasm-ld,
       Node.js 20 or later with npm; the tests also chromium";

const TARGET: &str = "wasm32-unknown-unknown";
/// Debian's compiler and cargo, beside which the sources of their standard library stand.
const RUSTC: &str = "/usr/bin/rustc";
const CARGO: &str = "/usr/bin/cargo";
const SOURCES: &str = "/usr/lib/rustlib/src/rust/library/std/Cargo.toml";
/// What the engine, and all that is served, may be in bytes when compressed.
const ENGINE_GOAL: u64 = 600_000;
const PAGE_GOAL: u64 = 900_000;
const BROWSER: &str = "/usr/bin/chromium";

/// A file, and the package that brings it.
const NEEDS: [(&str, &str); 3] = [(RUSTC, "rustc-web"), (CARGO, "cargo-web"), (SOURCES, "rust-web-src")];

/// What is done.
#[derive(Debug, PartialEq, Eq)]
enum Action {
    Build,
    Serve,
    Test,
}

/// What was asked for.
#[derive(Debug, PartialEq, Eq)]
struct Request {
    action: Action,
    installs: bool,
    port: String,
}

/// Runs the task.
///
/// # Errors
/// What is missing, with how to get it; a step that failed.
pub fn run(arguments: &[String]) -> Result<(), String> {
    let request = read(arguments)?;
    let root = root()?;
    let out = &mut io::stdout();
    if request.installs {
        install(request.action == Action::Test)?;
    }
    find_compiler()?;
    let linker = find_linker(&root)?;
    let web = root.join("web");
    say(out, "== engine: WebAssembly of crates/gateaux-web")?;
    let engine = compile(&root, &linker)?;
    say(out, "== page: npm")?;
    if is_stale(&web) {
        step("npm", &["ci", "--no-audit", "--no-fund"], &web, &[])?;
    }
    optimize(&web, &engine)?;
    step("npm", &["run", "build"], &web, &[])?;
    report(&web.join("dist"), out)?;
    match request.action {
        Action::Build => say(out, "web: the page is in web/dist"),
        Action::Serve => {
            say(out, "== the page is served until you press Ctrl-C")?;
            step("node", &["serve.mjs"], &web, &[("PORT", OsStr::new(&request.port))])
        }
        Action::Test => test(&root, &web),
    }
}

fn read(arguments: &[String]) -> Result<Request, String> {
    let mut request = Request {
        action: Action::Serve,
        installs: false,
        port: "8700".to_owned(),
    };
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--build" => request.action = Action::Build,
            "--test" => request.action = Action::Test,
            "--install" => request.installs = true,
            "--port" => {
                let port = arguments.next().filter(|port| port.parse::<u16>().is_ok());
                request.port = port.ok_or(format!("--port takes a number\n\n{USAGE}"))?.clone();
            }
            _ => return Err(USAGE.to_owned()),
        }
    }
    Ok(request)
}

/// Installs the missing ones of Debian's packages.
fn install(with_browser: bool) -> Result<(), String> {
    let browser = with_browser.then_some((BROWSER, "chromium"));
    let needed = NEEDS.into_iter().chain(browser);
    let missing: Vec<&str> = needed
        .filter(|(file, _)| !Path::new(file).exists())
        .map(|(_, package)| package)
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let here = Path::new("/");
    let wanted = ["install", "--yes", "--no-install-recommends"];
    let arguments: Vec<&str> = wanted.into_iter().chain(missing.iter().copied()).collect();
    step("apt-get", &["update", "--quiet"], here, &[])
        .and_then(|()| step("apt-get", &arguments, here, &[]))
        .map_err(|error| format!("cannot install {}: {error}", missing.join(", ")))
}

/// Debian's compiler with the sources of its standard library.
fn find_compiler() -> Result<(), String> {
    let missing: Vec<&str> = NEEDS
        .iter()
        .filter(|(file, _)| !Path::new(file).exists())
        .map(|(_, package)| *package)
        .collect();
    match missing.as_slice() {
        [] => Ok(()),
        missing => Err(format!(
            "there is no compiler for WebAssembly: {} missing; on Debian, as root: cargo xtask web --install --build, or \
             apt-get install {}",
            if missing.len() == 1 {
                "one package is"
            } else {
                "packages are"
            },
            missing.join(" ")
        )),
    }
}

/// The linker of the toolchain that runs this, else one on the path.
fn find_linker(root: &Path) -> Result<PathBuf, String> {
    let output = |command: &mut Command| {
        let found = command.stderr(Stdio::null()).output().ok()?;
        found
            .status
            .success()
            .then(|| String::from_utf8_lossy(&found.stdout).trim().to_owned())
    };
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    if let (Some(sysroot), Some(version)) = (
        output(Command::new(&rustc).args(["--print", "sysroot"]).current_dir(root)),
        output(Command::new(&rustc).arg("-vV").current_dir(root)),
    ) {
        let host = version.lines().find_map(|line| line.strip_prefix("host: "));
        let lld = Path::new(&sysroot)
            .join("lib/rustlib")
            .join(host.unwrap_or_default())
            .join("bin/rust-lld");
        if lld.exists() {
            return Ok(lld);
        }
    }
    match output(Command::new("wasm-ld").arg("--version")) {
        Some(_) => Ok("wasm-ld".into()),
        None => Err(
            "there is no linker for WebAssembly: neither rust-lld in the toolchain nor wasm-ld (Debian: lld)"
                .to_owned(),
        ),
    }
}

/// Compiles the engine, and with it the standard library, both for size and without texts of panics: the page shows a
/// message of its own.
fn compile(root: &Path, linker: &Path) -> Result<PathBuf, String> {
    let target_dir = root.join("target/web");
    let mut command = Command::new(CARGO);
    // What cargo tells the programs that it runs is about another toolchain than this one.
    for (name, _) in env::vars_os().filter(|(name, _)| is_of_cargo(name)) {
        command.env_remove(name);
    }
    command
        .current_dir(root)
        // The crate is a library for all others.
        .args(["rustc", "--package", "gateaux-web", "--lib", "--crate-type", "cdylib"])
        .args(["--profile", "web", "--target", TARGET])
        .args([
            "-Z",
            "build-std=std,panic_abort",
            "-Z",
            "build-std-features=optimize_for_size",
        ])
        .arg("--target-dir")
        .arg(&target_dir)
        .env("RUSTC", RUSTC)
        .env("RUSTC_BOOTSTRAP", "1")
        .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker)
        .env(
            "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS",
            "-Zunstable-options -Cpanic=immediate-abort",
        );
    let status = command
        .status()
        .map_err(|error| format!("cannot run {CARGO}: {error}"))?;
    match status.success() {
        true => Ok(target_dir.join(TARGET).join("web/gateaux_web.wasm")),
        false => Err("the engine does not compile for WebAssembly".to_owned()),
    }
}

fn is_of_cargo(name: &OsStr) -> bool {
    let name = name.to_string_lossy();
    ["CARGO_", "RUSTC", "RUSTDOC", "RUSTUP_", "RUST_RECURSION"]
        .iter()
        .any(|front| name.starts_with(front))
        && name != "CARGO_HOME"
        || matches!(&*name, "CARGO" | "LD_LIBRARY_PATH")
}

/// Whether the packages of npm are not those of the lock file.
fn is_stale(web: &Path) -> bool {
    let changed = |path: PathBuf| fs::metadata(path).and_then(|file| file.modified()).ok();
    let installed = changed(web.join("node_modules/.package-lock.json"));
    installed.is_none() || installed < changed(web.join("package-lock.json"))
}

/// Shrinks the engine further, and puts it where the page takes it from.
fn optimize(web: &Path, engine: &Path) -> Result<(), String> {
    let public = web.join("public");
    fs::create_dir_all(&public).map_err(|error| format!("cannot make {}: {error}", public.display()))?;
    let (engine, optimized) = (engine.to_string_lossy(), public.join("gateaux.wasm"));
    let features = [
        "--enable-bulk-memory",
        "--enable-bulk-memory-opt",
        "--enable-nontrapping-float-to-int",
        "--enable-sign-ext",
        "--enable-mutable-globals",
        "--enable-reference-types",
        "--enable-multivalue",
    ];
    let optimized = optimized.to_string_lossy();
    let mut arguments = vec!["exec", "--", "wasm-opt", "-Oz", "--strip-debug", "--strip-producers"];
    arguments.extend(features);
    arguments.extend([&*engine, "-o", &*optimized]);
    step("npm", &arguments, web, &[])
}

/// The sizes of what was built.
fn report(dist: &Path, out: &mut dyn io::Write) -> Result<(), String> {
    let mut files: Vec<(String, u64)> = Vec::new();
    let mut folders = vec![dist.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries = fs::read_dir(&folder).map_err(|error| format!("cannot read {}: {error}", folder.display()))?;
        for entry in entries.flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if let (Ok(name), Ok(data)) = (path.strip_prefix(dist), entry.metadata()) {
                files.push((name.display().to_string(), data.len()));
            }
        }
    }
    files.sort();
    // What is not worth compressing travels as it is.
    let is_compressed = |name: &str| files.iter().any(|(other, _)| *other == format!("{name}.gz"));
    let total = |end: &str, encoding: &str| -> u64 {
        let sizes = files
            .iter()
            .filter(|(name, _)| match name.ends_with(".gz") || name.ends_with(".br") {
                true => name.ends_with(encoding) && name.ends_with(end),
                false => end == encoding && !is_compressed(name),
            });
        sizes.map(|(_, size)| size).sum()
    };
    for (what, end, goal) in [("engine", "gateaux.wasm", ENGINE_GOAL), ("page in all", "", PAGE_GOAL)] {
        let [gzip, brotli] = [".gz", ".br"].map(|encoding| total(&format!("{end}{encoding}"), encoding));
        let verdict = if brotli <= goal { "met" } else { "missed" };
        let [gzip, brotli, goal] = [gzip, brotli, goal].map(|bytes| bytes / 1000);
        say(
            out,
            &format!("{what}: with gzip {gzip} kB, with brotli {brotli} kB <= {goal} kB {verdict}"),
        )?;
    }
    Ok(())
}

/// Tests the page in a browser, and the engine against the native one.
fn test(root: &Path, web: &Path) -> Result<(), String> {
    if !Path::new(BROWSER).exists() {
        return Err(format!(
            "there is no {BROWSER} to test the page in; on Debian, as root: cargo xtask web --install --test"
        ));
    }
    let status = cargo(root)
        .args([
            "test",
            "--package",
            "gateaux-cli",
            "--features",
            "page",
            "--test",
            "page",
        ])
        .status()
        .map_err(|error| format!("cannot run cargo: {error}"))?;
    if !status.success() {
        return Err("gateaux page does not show the page".to_owned());
    }
    let native = root.join("target/debug/gateaux");
    step("npm", &["test"], web, &[("GATEAUX", native.as_os_str())])
}

/// Runs a program in a folder.
fn step(program: &str, arguments: &[&str], folder: &Path, environment: &[(&str, &OsStr)]) -> Result<(), String> {
    let status = Command::new(program)
        .args(arguments)
        .current_dir(folder)
        .envs(environment.iter().copied())
        .status()
        .map_err(|error| format!("cannot run {program}: {error}"))?;
    match status.success() {
        true => Ok(()),
        false => Err(format!("{program} {} failed", arguments.join(" "))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<String> {
        line.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn arguments_are_read() {
        let request = read(&words("--build --install")).expect("both are options");
        assert_eq!((request.action, request.installs), (Action::Build, true));
        assert_eq!(read(&words("--port 9000")).expect("a port").port, "9000");
        assert!(read(&words("--port x")).is_err());
        assert!(read(&words("--unknown")).is_err());
    }
}
