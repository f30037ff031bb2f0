//! Gateaux and other tools on the same problems, in turns: the goals of speed, and a table of ratios.
//!
//! `cargo xtask bench` runs it; `bench/README.md` tells what is measured and how to read it.

mod engine;
mod goal;
mod goals;
mod problem;
mod protocol;
mod race;
mod report;
mod timer;
mod tools;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::goal::Goal;
use crate::protocol::Entrant;
use crate::race::{Results, Settings};
use crate::tools::{Interpreters, Tools, family};

/// Runs Gateaux and other tools in turns on the same problems.
#[derive(Parser)]
#[command(name = "cargo xtask bench", version)]
struct Arguments {
    #[command(subcommand)]
    role: Option<Role>,
    /// Print one line a goal, and write no file
    #[arg(long)]
    goals: bool,
    /// The goals to measure, such as P4,P6; no overview then
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
    /// The interpreter of the peers
    #[arg(long, env = "GATEAUX_BENCH_PYTHON", default_value = "python3")]
    python: String,
    /// The interpreter of tensorgrad, which is left out without it
    #[arg(long, env = "GATEAUX_BENCH_TENSORGRAD")]
    tensorgrad: Option<String>,
    /// The peers of the overview
    #[arg(long, value_delimiter = ',', default_value = "jax,torch")]
    peers: Vec<String>,
    /// How many turns each tool has
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// The seconds of a turn
    #[arg(long, default_value_t = 0.2)]
    budget: f64,
    /// The seconds after which a tool without a first result is stopped
    #[arg(long, default_value_t = 20.0)]
    limit: f64,
}

#[derive(Subcommand)]
enum Role {
    /// Be one of the tools: answer requests
    #[command(hide = true)]
    Serve,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let result = match arguments.role {
        Some(Role::Serve) => engine::serve(),
        None => bench(&arguments),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}

fn bench(arguments: &Arguments) -> Result<(), String> {
    let goals = chosen(&arguments.only)?;
    let mut entrants: Vec<Entrant> = goals.iter().flat_map(Goal::entrants).cloned().collect();
    entrants.extend(report::limits());
    if arguments.only.is_empty() && !arguments.goals {
        entrants.extend(goals::overview(&arguments.peers));
    }
    if arguments.tensorgrad.is_none() {
        eprintln!("# tensorgrad is left out: --tensorgrad names the interpreter that has it");
        entrants.retain(|entrant| family(&entrant.tool) != "tensorgrad");
    }
    let mut tools = Tools::new(Interpreters {
        python: arguments.python.clone(),
        tensorgrad: arguments.tensorgrad.clone(),
    });
    tools.start(&entrants)?;
    let settings = Settings {
        rounds: arguments.rounds.max(1),
        budget: arguments.budget,
        limit: arguments.limit,
    };
    let results = race::race(&mut tools, &entrants, settings)?;
    note_disturbance(&results);
    let lines: String = goals
        .iter()
        .map(|goal| format!("{}\n", goal.verdict(&results)))
        .collect();
    if arguments.goals {
        return say(&lines);
    }
    let report = report::Report {
        goals: &goals,
        results: &results,
        settings,
        tools: &tools,
    };
    let text = report.to_string();
    say(&text)?;
    report::write(&text)
}

/// Says on the error output how far the times can be trusted.
fn note_disturbance(results: &Results) {
    let times = results.times.values().filter_map(|time| time.as_ref().ok());
    let (n_disturbed, n_times) = times.fold((0, 0), |(disturbed, all), time| {
        (disturbed + usize::from(time.is_contended), all + 1)
    });
    if n_disturbed > 0 {
        eprintln!("# {n_disturbed} of {n_times} times were disturbed by other processes");
    }
}

/// The goals with these names; all if there are none.
fn chosen(names: &[String]) -> Result<Vec<Goal>, String> {
    let mut goals = goals::all();
    if let Some(unknown) = names.iter().find(|name| goals.iter().all(|goal| goal.name != **name)) {
        let known: Vec<&str> = goals.iter().map(|goal| goal.name).collect();
        return Err(format!("there is no goal {unknown}: they are {}", known.join(", ")));
    }
    goals.retain(|goal| names.is_empty() || names.iter().any(|name| name == goal.name));
    Ok(goals)
}

fn say(text: &str) -> Result<(), String> {
    io::stdout()
        .write_all(text.as_bytes())
        .map_err(|error| format!("cannot write the output: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn goals_are_chosen_by_name() {
        assert!(chosen(&[]).is_ok_and(|goals| goals.len() == 12));
        let some = ["P6".to_owned(), "P4".to_owned()];
        assert!(chosen(&some).is_ok_and(|goals| goals.len() == 2 && goals[0].name == "P4"));
        let error = chosen(&["P13".to_owned()]).err().expect("there are twelve goals");
        assert!(error.starts_with("there is no goal P13: they are P1, P2"), "{error}");
    }

    #[test]
    fn the_command_line_is_sound() {
        use clap::CommandFactory;
        Arguments::command().debug_assert();
    }
}
