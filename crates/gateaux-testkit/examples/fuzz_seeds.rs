//! Writes what a fuzzer begins with: `cargo run -p gateaux-testkit --example fuzz_seeds -- FOLDER`.
//!
//! The folder gets `language.dict`, the dictionary, and `seeds/`, one file for each input.

use std::path::PathBuf;
use std::{env, fs, io};

use gateaux_testkit::fuzz;

fn main() -> io::Result<()> {
    let Some(folder) = env::args_os().nth(1).map(PathBuf::from) else {
        return Err(io::Error::other(
            "which folder? cargo run -p gateaux-testkit --example fuzz_seeds -- FOLDER",
        ));
    };
    let seeds = folder.join("seeds");
    fs::create_dir_all(&seeds)?;
    fs::write(folder.join("language.dict"), fuzz::dictionary())?;
    for (at, seed) in fuzz::seeds().iter().enumerate() {
        fs::write(seeds.join(format!("{at:03}")), seed)?;
    }
    Ok(())
}
