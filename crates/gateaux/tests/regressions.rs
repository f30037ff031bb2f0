//! What the fuzz targets found once, and what they begin with: every input passes its target.
//!
//! `fuzz/regressions/TARGET/` has a file for each input that was found, named after what it shows.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use gateaux_testkit::fuzz::{self, TARGETS, Target, recipe};
use gateaux_testkit::random::Random;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz")
}

/// The inputs that a target found once, by their names.
fn found(target: &str) -> Vec<(String, Vec<u8>)> {
    let folder = folder().join("regressions").join(target);
    let Ok(entries) = std::fs::read_dir(&folder) else {
        return Vec::new();
    };
    let mut inputs = Vec::new();
    for entry in entries {
        let path = entry.expect("the folder can be read").path();
        let bytes = std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        inputs.push((path.display().to_string(), bytes));
    }
    inputs.sort();
    inputs
}

/// The inputs that do not pass; the reasons stand above.
fn failures((target, body): Target, inputs: &[(String, Vec<u8>)]) -> Vec<String> {
    let fails = |bytes: &[u8]| catch_unwind(AssertUnwindSafe(|| body(bytes))).is_err();
    let failing = inputs.iter().filter(|(_, bytes)| fails(bytes));
    failing.map(|(name, _)| format!("{target}: {name}")).collect()
}

#[test]
fn what_was_found_once_passes() {
    let failures: Vec<String> = TARGETS
        .into_iter()
        .flat_map(|target| failures(target, &found(target.0)))
        .collect();
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
}

#[test]
fn seeds_pass_every_target() {
    let seeds = fuzz::seeds().into_iter().enumerate();
    let seeds: Vec<(String, Vec<u8>)> = seeds.map(|(at, seed)| (format!("seed {at}"), seed)).collect();
    let failures: Vec<String> = TARGETS
        .into_iter()
        .flat_map(|target| failures(target, &seeds))
        .collect();
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
}

#[test]
fn every_target_can_be_run() {
    let manifest = std::fs::read_to_string(folder().join("Cargo.toml")).expect("the targets have a manifest");
    for (target, _) in TARGETS {
        assert!(
            manifest.contains(&format!("name = \"{target}\"")),
            "{target} has no program"
        );
        assert!(
            folder().join(format!("fuzz_targets/{target}.rs")).is_file(),
            "{target} has no file"
        );
    }
}

#[test]
fn recipes_make_problems_with_every_function() {
    let mut missing: Vec<&str> = gateaux::ops::all()
        .filter(|op| !op.kind.is_empty())
        .map(|op| op.name)
        .collect();
    for seed in 0..3_000 {
        let mut random = Random::new(seed);
        let bytes: Vec<u8> = (0..20).map(|_| random.bits() as u8).collect();
        let text = recipe::problem(&bytes);
        missing.retain(|name| !text.contains(&format!("{name}(")));
        // An abbreviation of functions of real numbers may get a complex one.
        let is_known = |errors: &gateaux::Errors| errors.diagnostics()[0].code == "G0232";
        if let Err(errors) = gateaux::Problem::parse(&text) {
            assert!(is_known(&errors), "seed {seed}: {text}\n{errors}");
        }
    }
    assert!(missing.is_empty(), "{missing:?} are in no recipe");
}

#[test]
fn the_dictionary_has_the_form_that_libfuzzer_reads() {
    for line in fuzz::dictionary().lines() {
        let is_comment = line.starts_with('#');
        let is_word = line.len() > 2 && line.starts_with('"') && line.ends_with('"') && line.is_ascii();
        assert!(is_comment || is_word, "{line}");
    }
}
