//! The house keeps its plan: dependencies point one way, `unsafe` stays in one crate, files stay small.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// What each crate may use of our own crates; its tests may use anything.
const CRATES: [(&str, &[&str]); 9] = [
    ("gateaux-syntax", &[]),
    ("gateaux-array", &[]),
    ("gateaux-core", &["gateaux-syntax", "gateaux-array"]),
    ("gateaux-eval", &["gateaux-core", "gateaux-array"]),
    (
        "gateaux",
        &["gateaux-syntax", "gateaux-array", "gateaux-core", "gateaux-eval"],
    ),
    (
        "gateaux-testkit",
        &[
            "gateaux-syntax",
            "gateaux-array",
            "gateaux-core",
            "gateaux-eval",
            "gateaux",
        ],
    ),
    ("gateaux-json", &["gateaux"]),
    ("bench", &["gateaux", "gateaux-array"]),
    ("xtask", &["gateaux"]),
];

/// The fronts, which do input and output, use these crates alone.
const FRONTS_USE: &[&str] = &["gateaux", "gateaux-json"];

/// What each folder of `gateaux-core` may use of the others. `simplify` asks `print` how long a formula is.
const FOLDERS: [(&str, &[&str]); 7] = [
    ("expr", &[]),
    ("ops", &["expr"]),
    ("infer", &["expr", "ops"]),
    ("diff", &["expr", "ops"]),
    ("print", &["expr", "ops"]),
    ("simplify", &["expr", "ops", "print"]),
    ("steps", &["expr", "ops", "diff", "print", "simplify"]),
];

const MAX_LINES: usize = 800;
/// Files that are one table may be longer.
const TABLES: [&str; 1] = ["ops/elementwise.rs"];

/// Names that tell what a file is for and not what is in it.
const ROLES: [&str; 8] = ["utils", "util", "helpers", "helper", "common", "misc", "types", "stuff"];

fn workspace() -> PathBuf {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    path.canonicalize().expect("the crate lies in its workspace")
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.expect("the folder can be read").path())
        .collect();
    found.sort();
    found
}

/// All Rust files below a folder, but for what cargo builds.
fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for path in entries(&folder) {
            if path.is_dir() {
                if !path.ends_with("target") {
                    folders.push(path);
                }
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

/// The folders of all crates.
fn crates() -> Vec<PathBuf> {
    let root = workspace();
    let mut found = entries(&root.join("crates"));
    found.extend(["bench", "xtask"].map(|name| root.join(name)));
    found.retain(|path| path.join("Cargo.toml").is_file());
    found
}

fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// The lines of code, without comments.
fn code(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter(|line| !line.trim_start().starts_with("//"))
}

/// Our own crates among the dependencies of a manifest, but for those of tests.
fn own_dependencies(manifest: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut is_counted = false;
    for line in manifest.lines() {
        if line.starts_with('[') {
            is_counted = line.contains("dependencies]") && !line.contains("dev-dependencies]");
        } else if let (true, Some((key, _))) = (is_counted, line.split_once(['.', '=', ' ']))
            && key.starts_with("gateaux")
        {
            found.insert(key.to_owned());
        }
    }
    found
}

#[test]
fn crates_depend_one_way() {
    let mut wrong = Vec::new();
    for folder in crates() {
        let name = name(&folder);
        let allowed = CRATES
            .iter()
            .find(|(known, _)| *known == name)
            .map_or(FRONTS_USE, |(_, allowed)| *allowed);
        for used in own_dependencies(&read(&folder.join("Cargo.toml"))) {
            if !allowed.contains(&used.as_str()) {
                wrong.push(format!("{name} depends on {used}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The modules at the root of the crate that a line of code names, by `crate::` or by `super::` from inside a module
/// at this depth.
fn named_modules(line: &str, depth: usize) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = line;
    while let Some(at) = rest.find("::") {
        let (before, behind) = (&rest[..at], &rest[at + 2..]);
        let is_path_start = |word: &str| before.ends_with(word) && !before[..before.len() - word.len()].ends_with(':');
        let mut tail = behind;
        let mut n_supers = usize::from(is_path_start("super"));
        while let (true, Some(more)) = (n_supers > 0, tail.strip_prefix("super::")) {
            n_supers += 1;
            tail = more;
        }
        if is_path_start("crate") || n_supers >= depth {
            match tail.strip_prefix('{') {
                Some(group) => found.extend(group_heads(group)),
                None => found.push(identifier(tail)),
            }
        }
        rest = behind;
    }
    found
}

fn identifier(text: &str) -> String {
    text.chars()
        .take_while(|letter| letter.is_alphanumeric() || *letter == '_')
        .collect()
}

/// The first names in `a::b, c::{d, e}, f}`.
fn group_heads(group: &str) -> Vec<String> {
    let mut heads = Vec::new();
    let mut depth = 0;
    let mut is_head = true;
    for (at, letter) in group.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => is_head = true,
            letter if is_head && letter.is_alphabetic() => {
                heads.push(identifier(&group[at..]));
                is_head = false;
            }
            _ => {}
        }
    }
    heads
}

/// Joins what stands between the braces of an import on several lines.
fn logical_lines(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut is_open = false;
    for line in code(text) {
        match lines.last_mut() {
            Some(last) if is_open => last.push_str(line.trim()),
            _ => lines.push(line.to_owned()),
        }
        let last = lines.last().map_or("", String::as_str).trim_start();
        let is_import = last.starts_with("use ") || last.starts_with("pub use ") || last.starts_with("pub(");
        is_open = is_import && last.contains("use ") && !last.contains(';');
    }
    lines
}

#[test]
fn folders_of_the_core_depend_one_way() {
    let source = workspace().join("crates/gateaux-core/src");
    let mut wrong = Vec::new();
    for folder in entries(&source).into_iter().filter(|path| path.is_dir()) {
        let own = name(&folder);
        let Some((_, allowed)) = FOLDERS.iter().find(|(known, _)| *known == own) else {
            wrong.push(format!("the folder {own} is not part of the plan"));
            continue;
        };
        for file in rust_files(&folder) {
            let inside = file.strip_prefix(&source).expect("it lies below");
            let is_root = file.ends_with("mod.rs");
            let depth = inside.components().count() - usize::from(is_root);
            for line in logical_lines(&read(&file)) {
                for used in named_modules(&line, depth) {
                    let is_folder = FOLDERS.iter().any(|(known, _)| *known == used);
                    if is_folder && used != own && !allowed.contains(&used.as_str()) {
                        wrong.push(format!("{} uses {used}: {}", inside.display(), line.trim()));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn imports_are_understood() {
    assert_eq!(
        named_modules("use crate::{diff::{self, Hole}, expr, print::Layout};", 2),
        ["diff", "expr", "print"]
    );
    assert_eq!(named_modules("let x = crate::ops::find(name);", 2), ["ops"]);
    assert_eq!(named_modules("use super::super::simplify::simplify;", 2), ["simplify"]);
    assert_eq!(named_modules("use super::diff;", 1), ["diff"]);
    assert!(named_modules("use super::diff;", 2).is_empty());
    let several_lines = logical_lines("use crate::{\n    // A remark.\n    diff::Hole,\n    expr,\n};\nlet x = 1;");
    assert_eq!(several_lines, ["use crate::{diff::Hole,expr,};", "let x = 1;"]);
}

#[test]
fn the_facade_re_exports_no_whole_crate() {
    // A front could reach the core through a re-export of everything; the facade must not offer one.
    let facade = read(&workspace().join("crates/gateaux/src/lib.rs"));
    for line in code(&facade).filter(|line| line.trim_start().starts_with("pub use gateaux_")) {
        let path = line.trim().trim_start_matches("pub use ").trim_end_matches(';');
        assert!(path.contains("::"), "{path} re-exports a whole crate");
    }
}

#[test]
fn unsafe_stays_in_the_crate_of_arrays() {
    let mut wrong = Vec::new();
    for folder in crates().into_iter().filter(|folder| name(folder) != "gateaux-array") {
        for file in rust_files(&folder) {
            let text = read(&file);
            let is_unsafe = |line: &str| {
                let bare = line.split("//").next().unwrap_or_default();
                ["unsafe {", "unsafe fn", "unsafe impl", "unsafe extern"]
                    .iter()
                    .any(|word| bare.contains(word))
                    && !bare.contains('"')
            };
            wrong.extend(
                code(&text)
                    .filter(|line| is_unsafe(line))
                    .map(|line| format!("{}: {line}", file.display())),
            );
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn files_are_small_and_named_after_the_thing() {
    let mut wrong = Vec::new();
    for file in crates().iter().flat_map(|folder| rust_files(folder)) {
        let n_lines = read(&file).lines().count();
        if n_lines > MAX_LINES && !TABLES.iter().any(|table| file.ends_with(table)) {
            wrong.push(format!("{} has {n_lines} lines", file.display()));
        }
        let stem = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        if ROLES.contains(&stem.as_str()) {
            wrong.push(format!("{} is named after a role", file.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
