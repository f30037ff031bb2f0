//! The links of the documentation lead to files that are there, and the summaries of the two books list every page.
//!
//! `GATEAUX_BLESS=1` rewrites the titles in the summaries, which are those of the pages, the pages of a folder below the
//! one that begins it, and all of the summary of `spec/`.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn read(page: &str) -> String {
    fs::read_to_string(root().join(page)).unwrap_or_else(|error| panic!("{page}: {error}"))
}

/// The pages in a folder and the folders inside, from the root of the workspace.
fn pages(folder: &str) -> BTreeSet<String> {
    let mut todo = vec![folder.to_owned()];
    let mut pages = BTreeSet::new();
    while let Some(folder) = todo.pop() {
        for entry in fs::read_dir(root().join(&folder)).expect("the folders are part of the repository") {
            let entry = entry.expect("a readable folder");
            let name = format!("{folder}/{}", entry.file_name().to_string_lossy());
            if entry.path().is_dir() {
                todo.push(name);
            } else if name.ends_with(".md") {
                pages.insert(name);
            }
        }
    }
    pages
}

/// Where the links of a page lead, but those in its blocks and examples of code.
fn links(page: &str) -> Vec<String> {
    let mut links = Vec::new();
    let mut in_block = false;
    for line in page.lines() {
        in_block ^= line.starts_with("```");
        if !in_block {
            // What stands between an odd and an even backtick is code.
            let prose: String = line.split('`').step_by(2).collect();
            let targets = prose.split("](").skip(1);
            links.extend(targets.filter_map(|rest| Some(rest.split_once(')')?.0.to_owned())));
        }
    }
    links
}

#[test]
fn every_link_leads_to_a_file() {
    let mut all: BTreeSet<String> = ["docs", "spec", "bench"]
        .iter()
        .flat_map(|folder| pages(folder))
        .collect();
    all.extend(["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md"].map(str::to_owned));
    let mut broken = Vec::new();
    for name in all {
        let folder = root().join(&name).parent().map(Path::to_path_buf).unwrap_or_default();
        for link in links(&read(&name)) {
            let path = link.split('#').next().unwrap_or_default();
            let is_elsewhere = link.contains("://") || link.starts_with("mailto:");
            if !is_elsewhere && !path.is_empty() && !folder.join(path).exists() {
                broken.push(format!("{name}: {link}"));
            }
        }
    }
    assert!(broken.is_empty(), "these links lead nowhere:\n{}", broken.join("\n"));
}

/// The first heading of a page.
fn title(page: &str) -> String {
    let text = read(page);
    let heading = text.lines().find_map(|line| line.strip_prefix("# "));
    heading.unwrap_or_else(|| panic!("{page} has no title")).to_owned()
}

/// The page that a line of the summary links to, and what stands before the link.
fn entry(line: &str) -> Option<(&str, &str)> {
    let (before, rest) = line.split_once('[')?;
    let (_, link) = rest.split_once("](")?;
    Some((before, link.strip_suffix(')')?))
}

/// The summary of the manual with the titles of the pages, and the pages of a folder below its README.
fn completed(summary: &str) -> String {
    let mut text = String::new();
    let mut written: Option<String> = None;
    for line in summary.lines() {
        let Some((before, page)) = entry(line) else {
            text.extend([line, "\n"]);
            continue;
        };
        if written.as_ref().is_some_and(|folder| page.starts_with(folder.as_str())) {
            continue;
        }
        text.push_str(&format!("{before}[{}]({page})\n", title(&format!("docs/{page}"))));
        written = page
            .strip_suffix("README.md")
            .filter(|folder| !folder.is_empty())
            .map(str::to_owned);
        if let Some(folder) = &written {
            for path in pages(&format!("docs/{}", folder.trim_end_matches('/'))) {
                let inside = path.trim_start_matches("docs/");
                if inside != page {
                    text.push_str(&format!("  {before}[{}]({inside})\n", title(&path)));
                }
            }
        }
    }
    text
}

/// The summary of the topics: the page that tells how to read them, then all others.
fn topics() -> String {
    let mut text = format!("# Summary\n\n[{}](README.md)\n\n", title("spec/README.md"));
    for path in pages("spec") {
        let page = path.trim_start_matches("spec/");
        if !["README.md", "SUMMARY.md"].contains(&page) {
            text.push_str(&format!("- [{}]({page})\n", title(&path)));
        }
    }
    text
}

/// A summary must be as it is found from the pages, or is written so.
fn compare(name: &str, found: &str) {
    let summary = fs::read_to_string(root().join(name)).unwrap_or_default();
    if found == summary {
        return;
    }
    if std::env::var_os("GATEAUX_BLESS").is_some() {
        fs::write(root().join(name), found).expect("the summary can be written");
        return;
    }
    let wanted = found.lines().find(|line| !summary.contains(&format!("{line}\n")));
    panic!(
        "{name} lacks {}, or has a line too many: run `cargo xtask bless`",
        wanted.unwrap_or("nothing")
    );
}

#[test]
fn the_summary_of_the_manual_lists_every_page_by_its_title() {
    let found = completed(&read("docs/SUMMARY.md"));
    let listed: Vec<&str> = found.lines().filter_map(entry).map(|(_, page)| page).collect();
    for page in pages("docs") {
        let page = page.trim_start_matches("docs/");
        let times = listed.iter().filter(|other| **other == page).count();
        let wanted = usize::from(page != "SUMMARY.md");
        assert_eq!(times, wanted, "how often docs/SUMMARY.md lists {page}");
    }
    compare("docs/SUMMARY.md", &found);
}

#[test]
fn the_summary_of_the_topics_is_made_from_their_titles() {
    compare("spec/SUMMARY.md", &topics());
}
