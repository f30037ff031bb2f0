//! Lets tools take turns on the same problems.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use crate::protocol::{Entrant, Loaded, Request, Sample, Written};
use crate::timer::median;
use crate::tools::Tools;

/// Results must agree with the reference to this.
const MAX_RELATIVE_ERROR: f64 = 1e-10;

/// How long a tool rests on several threads before its turn: the threads of the one before it still look for work, those
/// of OpenBLAS for 0.1 s, and would take a processor away.
const REST: Duration = Duration::from_millis(300);

/// How long and how often tools are timed.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// How many turns each has.
    pub rounds: usize,
    /// The seconds of a turn.
    pub budget: f64,
    /// The seconds after which a tool is stopped that has no first result yet.
    pub limit: f64,
}

/// What an entrant reached.
#[derive(Clone, Debug)]
pub struct Time {
    /// The median of each turn, in seconds.
    pub rounds: Vec<f64>,
    /// Whether most turns were disturbed by other processes.
    pub is_contended: bool,
}

impl Time {
    /// The median of the turns.
    pub fn median(&self) -> f64 {
        median(self.rounds.clone())
    }
}

/// What the best known program has to do.
#[derive(Clone, Copy, Debug)]
pub struct Work {
    /// Operations.
    pub flops: Option<f64>,
    /// Bytes of its results.
    pub bytes: f64,
}

/// All times of a run.
#[derive(Debug, Default)]
pub struct Results {
    /// The time of each entrant, or why it has none.
    pub times: BTreeMap<Entrant, Result<Time, String>>,
    /// What the references did.
    pub work: BTreeMap<Entrant, Work>,
}

/// The reference for an entrant: the closed form where there is one.
pub fn reference(entrant: &Entrant) -> Entrant {
    let has_closed_form = !entrant.problem.starts_with("symbolic/") && entrant.problem != "gradratio/chain";
    Entrant {
        tool: if has_closed_form { "numpy-hand" } else { "jax" }.to_owned(),
        ..entrant.clone()
    }
}

/// Races all entrants, those of one problem and size against each other.
pub fn race(tools: &mut Tools, entrants: &[Entrant], settings: Settings) -> Result<Results, String> {
    let mut results = Results::default();
    let mut sorted = entrants.to_vec();
    sorted.sort();
    sorted.dedup();
    for group in sorted.chunk_by(|a, b| (&a.problem, a.size, a.threads) == (&b.problem, b.size, b.threads)) {
        let Entrant {
            problem, size, threads, ..
        } = &group[0];
        eprintln!("# {problem}, size {size}, threads {threads}");
        let folder = Folder::new(std::env::temp_dir().join(format!("gateaux-bench-{}", std::process::id())))?;
        let mut race = Race {
            tools,
            settings,
            folder: folder.0.clone(),
            results: &mut results,
        };
        race.run(group)?;
    }
    Ok(results)
}

/// One problem of one size.
struct Race<'a> {
    tools: &'a mut Tools,
    settings: Settings,
    folder: PathBuf,
    results: &'a mut Results,
}

impl Race<'_> {
    fn run(&mut self, entrants: &[Entrant]) -> Result<(), String> {
        self.tools.ask_reference::<()>(&Request::Make {
            problem: &entrants[0].problem,
            size: entrants[0].size,
            folder: &self.folder,
        })?;
        let mut ready = Vec::new();
        // A reference that races is needed first.
        let (references, others): (Vec<_>, Vec<_>) =
            entrants.iter().partition(|entrant| reference(entrant) == **entrant);
        for entrant in references.into_iter().chain(others) {
            match self.prepare(entrant) {
                Ok(()) => ready.push((entrant, Vec::new())),
                Err(error) => {
                    eprintln!("#   {} {}: {error}", entrant.tool, entrant.order);
                    self.results.times.insert(entrant.clone(), Err(error));
                }
            }
        }
        for _ in 0..self.settings.rounds {
            for (entrant, samples) in &mut ready {
                let request = Request::Sample {
                    entrant: (*entrant).clone(),
                    budget: self.settings.budget,
                };
                if entrant.threads > 1 {
                    std::thread::sleep(REST);
                }
                samples.push(self.tools.ask::<Sample>(entrant, &request));
            }
        }
        for (entrant, samples) in ready {
            self.drop(entrant);
            let time = samples.into_iter().collect::<Result<Vec<Sample>, String>>().map(time);
            self.results.times.insert(entrant.clone(), time);
        }
        Ok(())
    }

    /// Loads an entrant and compares its results with those of the reference.
    fn prepare(&mut self, entrant: &Entrant) -> Result<(), String> {
        let Written { count, .. } = self.load(entrant)?;
        let reference = reference(entrant);
        if count == 0 || reference == *entrant {
            return Ok(());
        }
        if !self.folder_of(&reference).exists() {
            self.load(&reference)
                .map_err(|error| format!("it has no reference, since {} failed: {error}", reference.tool))?;
            self.drop(&reference);
        }
        let error: f64 = self.tools.ask_reference(&Request::Compare {
            folder: &self.folder_of(entrant),
            reference: &self.folder_of(&reference),
        })?;
        match error <= MAX_RELATIVE_ERROR {
            true => Ok(()),
            false => Err(format!("wrong: the relative error is {error:.1e}")),
        }
    }

    /// Has an entrant called once and its results written.
    fn load(&mut self, entrant: &Entrant) -> Result<Written, String> {
        let loaded: Loaded = self.tools.ask(
            entrant,
            &Request::Load {
                entrant: entrant.clone(),
                folder: &self.folder,
                limit: self.settings.limit,
            },
        )?;
        let folder = self.folder_of(entrant);
        std::fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        let written: Written = self.tools.ask(
            entrant,
            &Request::Write {
                entrant: entrant.clone(),
                folder: &folder,
            },
        )?;
        if reference(entrant) == *entrant {
            let work = Work {
                flops: loaded.flops,
                bytes: written.bytes,
            };
            self.results.work.insert(entrant.clone(), work);
        }
        Ok(written)
    }

    /// What its tool forgets of an entrant; one that ended has forgotten already.
    fn drop(&mut self, entrant: &Entrant) {
        let request = Request::Drop {
            entrant: entrant.clone(),
        };
        drop(self.tools.ask::<()>(entrant, &request));
    }

    fn folder_of(&self, entrant: &Entrant) -> PathBuf {
        self.folder.join(format!("{}-{}", entrant.tool, entrant.order))
    }
}

fn time(samples: Vec<Sample>) -> Time {
    let n_contended = samples.iter().filter(|sample| sample.is_contended).count();
    Time {
        is_contended: 2 * n_contended > samples.len(),
        rounds: samples.into_iter().map(|sample| sample.median_s).collect(),
    }
}

/// A folder for data that is removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new(path: PathBuf) -> Result<Folder, String> {
        std::fs::create_dir_all(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        Ok(Folder(path))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What cannot be removed lies among other temporary files.
        drop(std::fs::remove_dir_all(&self.0));
    }
}
