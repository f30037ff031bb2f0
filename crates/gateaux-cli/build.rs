//! With the feature `page`, lists the files of the built page, so that the command carries them.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

fn main() -> Result<(), String> {
    println!("cargo::rerun-if-changed=build.rs");
    let mut list = "&[\n".to_owned();
    if env::var_os("CARGO_FEATURE_PAGE").is_some() {
        let manifest = env::var("CARGO_MANIFEST_DIR").map_err(|error| error.to_string())?;
        let dist = Path::new(&manifest).join("../../web/dist");
        println!("cargo::rerun-if-changed={}", dist.display());
        for file in files(&dist)? {
            let name = file.strip_prefix(&dist).map_err(|error| error.to_string())?;
            let name = name.to_string_lossy().replace('\\', "/");
            list.push_str(&format!(
                "({name:?}, include_bytes!({:?})),\n",
                file.display().to_string()
            ));
        }
    }
    list.push(']');
    let out = env::var("OUT_DIR").map_err(|error| error.to_string())?;
    fs::write(Path::new(&out).join("page_files.rs"), list).map_err(|error| error.to_string())
}

/// What the command serves: files compressed by gzip, and those for which that is no use.
fn files(dist: &Path) -> Result<Vec<PathBuf>, String> {
    let missing = |error| {
        format!(
            "the page is not built ({}: {error}); run: cargo xtask web --build",
            dist.display()
        )
    };
    let mut found = Vec::new();
    let mut folders = vec![dist.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).map_err(missing)?.flatten() {
            let path = entry.path();
            let is_compressed = |end: &str| Path::new(&format!("{}{end}", path.display())).exists();
            match path.extension().and_then(|extension| extension.to_str()) {
                _ if path.is_dir() => folders.push(path),
                Some("br") => {}
                _ if is_compressed(".gz") => {}
                _ => found.push(path),
            }
        }
    }
    found.sort();
    Ok(found)
}
