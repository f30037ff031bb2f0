//! The table of ratios, with the limits of the machine beside them.

use std::collections::BTreeSet;
use std::fmt::{self, Display, Formatter};
use std::path::Path;

use crate::goal::{Goal, OURS, median_ratio, significant};
use crate::protocol::Entrant;
use crate::race::{Results, Settings, Time, reference};
use crate::tools::Tools;

/// A run, to be written as Markdown.
pub struct Report<'a> {
    /// What was asked.
    pub goals: &'a [Goal],
    /// What was measured.
    pub results: &'a Results,
    /// How.
    pub settings: Settings,
    /// With what.
    pub tools: &'a Tools,
}

/// The product that measures operations a second, and its size.
const PRODUCT: (&str, usize) = ("kernels/gemm", 1024);
/// The dot product that measures the bandwidth of reading, and its length: 16 MB.
const READ: (&str, usize) = ("kernels/read", 1_000_000);

/// What measures the limits of the machine.
pub fn limits() -> [Entrant; 2] {
    [PRODUCT, READ].map(|(problem, size)| Entrant {
        problem: problem.to_owned(),
        size,
        threads: 1,
        order: "value".to_owned(),
        tool: "numpy-hand".to_owned(),
    })
}

/// Writes the file of results.
pub fn write(text: &str) -> Result<(), String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("RESULTS.md");
    std::fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()))
}

impl Display for Report<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.head(f)?;
        writeln!(f, "## Goals\n\n```text")?;
        for goal in self.goals {
            writeln!(f, "{}", goal.verdict(self.results))?;
        }
        writeln!(f, "```\n")?;
        for goal in self.goals {
            writeln!(f, "- {}: {}.", goal.name, goal.about)?;
        }
        let families: BTreeSet<&str> = self.results.times.keys().map(Entrant::family).collect();
        for family in families {
            self.table(f, family)?;
        }
        self.failures(f)
    }
}

impl Report<'_> {
    fn head(&self, f: &mut Formatter<'_>) -> fmt::Result {
        writeln!(f, "# How fast is Gateaux beside other tools?\n")?;
        writeln!(
            f,
            "Written by `cargo xtask bench`; [README.md](README.md) tells how to read it.\n"
        )?;
        if let Some(hello) = self.tools.reference() {
            writeln!(f, "- {}, {}", hello.date, hello.processor)?;
        }
        let [flops, bandwidth] = self.speeds();
        writeln!(
            f,
            "- limits, one thread: {} GFLOP/s in products (OpenBLAS, n = {}), {} GB/s in reading (16 MB)",
            flops.map_or("?".to_owned(), |speed| significant(speed / 1e9)),
            PRODUCT.1,
            bandwidth.map_or("?".to_owned(), |speed| significant(speed / 1e9)),
        )?;
        let versions: Vec<String> = self
            .tools
            .versions()
            .iter()
            .map(|(package, version)| format!("{package} {version}"))
            .collect();
        writeln!(f, "- {}", versions.join(", "))?;
        let Settings { rounds, budget, .. } = self.settings;
        writeln!(f, "- {rounds} turns of {budget} s for each tool; medians\n")
    }

    /// Operations and bytes a second.
    fn speeds(&self) -> [Option<f64>; 2] {
        let [product, read] = limits();
        let n = PRODUCT.1 as f64;
        let amounts = [(product, 2.0 * n * n * n), (read, 16.0 * READ.1 as f64)];
        amounts.map(|(entrant, amount)| Some(amount / self.time(&entrant)?.median()))
    }

    fn time(&self, entrant: &Entrant) -> Option<&Time> {
        self.results.times.get(entrant)?.as_ref().ok()
    }

    fn table(&self, f: &mut Formatter<'_>, family: &str) -> fmt::Result {
        let entrants: Vec<&Entrant> = self
            .results
            .times
            .keys()
            .filter(|entrant| entrant.family() == family)
            .collect();
        let peers: BTreeSet<&str> = entrants
            .iter()
            .map(|entrant| entrant.tool.as_str())
            .filter(|tool| *tool != OURS)
            .collect();
        writeln!(f, "\n## {family}\n")?;
        let names: Vec<&str> = peers.iter().copied().collect();
        writeln!(
            f,
            "| problem | order | size | threads | limit | {OURS} | {} |",
            names.join(" | ")
        )?;
        writeln!(f, "|{}", " --- |".repeat(6 + names.len()))?;
        let cases = entrants
            .chunk_by(|a, b| (&a.problem, a.size, a.threads, &a.order) == (&b.problem, b.size, b.threads, &b.order));
        for case in cases {
            let ours = Entrant {
                tool: OURS.to_owned(),
                ..case[0].clone()
            };
            let name = ours.problem.split('/').nth(1).unwrap_or_default();
            let limit = self.limit(&ours).map_or("-".to_owned(), duration);
            write!(
                f,
                "| {name} | {} | {} | {} | {limit} |",
                ours.order, ours.size, ours.threads
            )?;
            for tool in [OURS].iter().chain(&names) {
                let entrant = Entrant {
                    tool: (*tool).to_owned(),
                    ..ours.clone()
                };
                write!(f, " {} |", self.cell(&entrant, &ours))?;
            }
            writeln!(f)?;
        }
        Ok(())
    }

    /// The time of a tool, and how many times that of ours it is.
    fn cell(&self, entrant: &Entrant, ours: &Entrant) -> String {
        match self.results.times.get(entrant) {
            None => "-".to_owned(),
            Some(Err(_)) => "failed".to_owned(),
            Some(Ok(time)) => {
                let mark = if time.is_contended { "~" } else { "" };
                let text = format!("{mark}{}", duration(time.median()));
                match self.time(ours) {
                    Some(base) if entrant != ours => {
                        let ratio = median_ratio(&time.rounds, &base.rounds);
                        format!("{text} ({}x)", significant(ratio))
                    }
                    _ => text,
                }
            }
        }
    }

    /// Why entrants have no time.
    fn failures(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let failed: Vec<(&Entrant, &String)> = self
            .results
            .times
            .iter()
            .filter_map(|(entrant, time)| Some((entrant, time.as_ref().err()?)))
            .collect();
        if !failed.is_empty() {
            writeln!(f, "\n## Failures\n")?;
        }
        for (entrant, error) in failed {
            let Entrant {
                problem,
                size,
                threads,
                order,
                tool,
            } = entrant;
            let reason = error.lines().next().unwrap_or_default();
            writeln!(
                f,
                "- {tool}, {order} of {problem}, size {size}, threads {threads}: {reason}"
            )?;
        }
        Ok(())
    }

    /// What no program can beat, where it is known: the operations of the best formula, and the writing of its result.
    fn limit(&self, ours: &Entrant) -> Option<f64> {
        let work = self.results.work.get(&reference(ours))?;
        let [flops, bandwidth] = self.speeds();
        let computing = work.flops? / flops?;
        Some(computing.max(work.bytes / bandwidth?))
    }
}

/// A time with its unit.
fn duration(seconds: f64) -> String {
    let units = [(1.0, "s"), (1e-3, "ms"), (1e-6, "us")];
    let (unit, name) = units
        .into_iter()
        .find(|(unit, _)| seconds >= *unit)
        .unwrap_or((1e-9, "ns"));
    format!("{} {name}", significant(seconds / unit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_units() {
        assert_eq!(duration(1.5), "1.5 s");
        assert_eq!(duration(0.00103), "1.03 ms");
        assert_eq!(duration(2.5e-7), "250 ns");
    }
}
