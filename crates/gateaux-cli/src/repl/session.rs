//! The state of a session, and what it does with an entry.
//!
//! Declarations and definitions are kept; a formula becomes the function of the problem and is differentiated. What
//! begins with a colon asks about it. Every answer is that of the command of the same name.

use std::io::Write;

use clap::Parser;
use gateaux::{Notation, Problem};

use crate::args::Arguments;
use crate::failure::Failure;
use crate::repl::statement::{Kind, Statement, statements, with_respect_to};
use crate::source::Source;
use crate::style;

/// Whether the session goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// It does.
    Go,
    /// It ends.
    Stop,
}

/// What can be asked, with the help.
const COMMANDS: [(&str, &str); 17] = [
    (
        ":wrt x, y",
        "differentiate by these variables, now and for the next formulas",
    ),
    (":order 2", "the order of the derivative"),
    (
        ":form kronecker",
        "show this form alone: differential, adjoint, hvp, ..., or all",
    ),
    (":format latex", "the notation: text, unicode, latex or mathml"),
    (":latex", "the last answer in LaTeX"),
    (
        ":steps",
        "how the last answer follows, line by line; :steps full has one rule a line",
    ),
    (":check", "the check of the last answer, step by step"),
    (
        ":claim FORMULA",
        "whether this is the derivative, and what is wrong with it",
    ),
    (
        ":plan m=50, n=20",
        "the program that computes value and gradient at these sizes",
    ),
    (":eval x=[1, 2], A=a.npy", "the numbers at these data"),
    (":explain G0204", "an error, or a function by its name"),
    (":functions", "all functions of the language"),
    (":show", "the problem as it stands"),
    (":undo", "take back the last declaration, definition or formula"),
    (":clear", "begin again"),
    (":help", "this"),
    (":quit", "end; so does Ctrl-D"),
];

/// A problem in the making.
#[derive(Clone, Debug, Default)]
struct Stated {
    /// Declarations and definitions by their names, in order.
    kept: Vec<(String, String)>,
    function: Option<String>,
}

/// What was said, and how answers are shown.
#[derive(Clone, Debug, Default)]
pub struct Session {
    stated: Stated,
    wrt: Option<String>,
    order: Option<String>,
    form: Option<String>,
    format: Option<String>,
    past: Vec<Stated>,
}

impl Session {
    /// Answers an entry.
    ///
    /// # Errors
    /// Its mistakes; the session is then as before.
    pub fn respond(&mut self, entry: &str, out: &mut dyn Write) -> Result<Flow, Failure> {
        let entry = entry.trim();
        match entry.strip_prefix(':') {
            Some(command) => self.command(command, out),
            None => {
                let before = self.clone();
                let outcome = self.state(entry, out);
                if outcome.is_err() {
                    *self = before;
                }
                outcome.map(|()| Flow::Go)
            }
        }
    }

    /// Names that an entry may use: variables, definitions, commands.
    pub fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = COMMANDS.iter().map(|(usage, _)| name_of(usage).to_owned()).collect();
        names.extend(self.stated.kept.iter().map(|(name, _)| name.clone()));
        if let Ok(problem) = Problem::parse(&self.text()) {
            names.extend(problem.variables().iter().map(|variable| variable.name.clone()));
        }
        names
    }

    /// Takes the statements of an entry, and differentiates the function if there is one.
    fn state(&mut self, entry: &str, out: &mut dyn Write) -> Result<(), Failure> {
        let found = statements(entry);
        if found.is_empty() {
            return Ok(());
        }
        self.past.push(self.stated.clone());
        let mut asks = None;
        for statement in found {
            match (statement.name(), statement.kind) {
                (Some(name), Kind::Declaration | Kind::Definition) => {
                    self.keep(name, statement);
                    self.stated.function = None;
                }
                _ => {
                    let (formula, names) = with_respect_to(statement.text);
                    self.stated.function = Some(formula.to_owned());
                    self.wrt = names.map(str::to_owned).or_else(|| self.known_wrt());
                    asks = Some(formula);
                }
            }
        }
        match asks {
            Some(_) => self.derive(&[], out),
            None => self.confirm(out),
        }
    }

    /// A name said anew replaces what was said of it.
    fn keep(&mut self, name: &str, statement: Statement<'_>) {
        let text = statement.text.to_owned();
        match self.stated.kept.iter_mut().find(|(known, _)| known == name) {
            Some((_, known)) => *known = text,
            None => self.stated.kept.push((name.to_owned(), text)),
        }
    }

    /// The variables asked for before, if the new function has them.
    fn known_wrt(&self) -> Option<String> {
        let wrt = self.wrt.clone()?;
        let problem = Problem::parse(&self.text()).ok()?;
        let has = |name: &str| problem.variables().iter().any(|variable| variable.name == name);
        wrt.split(',').all(|name| has(name.trim())).then_some(wrt)
    }

    /// The problem as a text; its end keeps it from being taken for the name of a file.
    fn text(&self) -> String {
        let statements = self.stated.kept.iter().map(|(_, text)| text.as_str());
        let lines: Vec<&str> = statements.chain(self.stated.function.as_deref()).collect();
        format!("{}\n", lines.join("\n"))
    }

    /// Shows that what was said can be understood.
    fn confirm(&self, out: &mut dyn Write) -> Result<(), Failure> {
        let is_definition = self.stated.kept.iter().any(|(_, text)| text.contains('='));
        let text = match is_definition {
            true => self.text(),
            // Declarations alone are no problem; with the simplest function they are read.
            false => format!("{}0\n", self.text()),
        };
        let mut problem = parse(&text)?;
        if is_definition {
            let function = problem
                .function_text(Notation::Text)
                .map_err(|errors| at(&text, errors))?;
            let axes = problem.axes();
            let shape = match axes.is_empty() {
                true => "scalar".to_owned(),
                false => axes.join(" x "),
            };
            writeln!(
                out,
                "{function}   {}",
                style::paint(style::FAINT, &format!("({shape})"))
            )?;
        }
        Ok(())
    }

    /// `gateaux diff` with the choices of the session and these options.
    fn derive(&self, options: &[&str], out: &mut dyn Write) -> Result<(), Failure> {
        let text = self.text();
        let mut problem = parse(&text)?;
        let wrt = match (&self.wrt, problem.variables()) {
            (Some(wrt), _) => Some(wrt.clone()),
            (None, []) => {
                return Ok(writeln!(
                    out,
                    "{}",
                    problem.function_text(Notation::Text).map_err(|e| at(&text, e))?
                )?);
            }
            (None, [_]) => None,
            (None, several) => {
                let names: Vec<&str> = several.iter().map(|variable| variable.name.as_str()).collect();
                for variable in several {
                    writeln!(out, "  {}", variable.text)?;
                }
                writeln!(out, "by which of them? :wrt {}", names[0])?;
                return Ok(());
            }
        };
        let mut words = vec!["diff".to_owned()];
        let choices = [
            ("--wrt", &wrt),
            ("--order", &self.order),
            ("--form", &self.form),
            ("--format", &self.format),
        ];
        for (option, value) in choices {
            let is_given = options.contains(&option);
            if let (Some(value), false) = (value, is_given) {
                words.extend([option.to_owned(), value.replace(' ', "")]);
            }
        }
        words.extend(options.iter().map(|option| (*option).to_owned()));
        execute(words, &text, out)
    }

    fn command(&mut self, command: &str, out: &mut dyn Write) -> Result<Flow, Failure> {
        let (name, rest) = command.split_once(char::is_whitespace).unwrap_or((command, ""));
        let rest = rest.trim();
        match name {
            "quit" | "q" | "exit" => return Ok(Flow::Stop),
            "help" | "h" | "?" => help(out)?,
            "show" => self.show(out)?,
            "clear" => *self = Session::default(),
            "undo" => {
                let before = self.past.pop();
                self.stated =
                    before.ok_or_else(|| Failure::usage("there is nothing to take back", "type a formula"))?;
                self.show(out)?;
            }
            "wrt" | "order" | "form" | "format" => self.choose(name, rest, out)?,
            "latex" => self.ask(&["--format", "latex"], out)?,
            "steps" => match rest {
                "" => self.ask(&["--steps"], out)?,
                detail => self.ask(&["--steps", "--detail", detail], out)?,
            },
            "check" => self.ask(&["--check", "full"], out)?,
            "claim" => self.claim(rest, out)?,
            "plan" => self.numbers("plan", "--dims", rest, out)?,
            "eval" => self.numbers("eval", "--data", rest, out)?,
            "functions" => execute(vec!["functions".to_owned()], "", out)?,
            "explain" => explain(rest, out)?,
            other => {
                return Err(Failure::usage(
                    format!("there is no command :{other}"),
                    ":help lists the commands",
                ));
            }
        }
        Ok(Flow::Go)
    }

    fn show(&self, out: &mut dyn Write) -> Result<(), Failure> {
        let text = self.text();
        match text.trim_end() {
            "" => Ok(()),
            text => Ok(writeln!(out, "{text}")?),
        }
    }

    /// Sets a choice, and shows the answer anew.
    fn choose(&mut self, name: &str, value: &str, out: &mut dyn Write) -> Result<(), Failure> {
        let before = self.clone();
        let value = (!value.is_empty() && value != "all").then(|| value.to_owned());
        match name {
            "wrt" => self.wrt = value,
            // A form of another order would be none.
            "order" => (self.order, self.form) = (value, None),
            "form" => self.form = value,
            _ => self.format = value,
        }
        let outcome = match self.stated.function.is_some() || self.has_definition() {
            true => self.derive(&[], out),
            false => Ok(()),
        };
        if outcome.is_err() {
            *self = before;
        }
        outcome
    }

    fn has_definition(&self) -> bool {
        self.stated.kept.iter().any(|(_, text)| {
            statements(text)
                .iter()
                .any(|statement| statement.kind == Kind::Definition)
        })
    }

    /// The last answer with these options.
    fn ask(&self, options: &[&str], out: &mut dyn Write) -> Result<(), Failure> {
        self.has_function()?;
        self.derive(options, out)
    }

    fn has_function(&self) -> Result<(), Failure> {
        match self.stated.function.is_some() || self.has_definition() {
            true => Ok(()),
            false => Err(Failure::usage(
                "there is no function yet",
                "type a formula, such as norm2(A*x - b)^2 wrt x",
            )),
        }
    }

    fn claim(&self, claim: &str, out: &mut dyn Write) -> Result<(), Failure> {
        self.has_function()?;
        if claim.is_empty() {
            return Err(Failure::usage(
                "a claim is missing",
                "write the formula behind it: :claim 2*A'*(A*x - b)",
            ));
        }
        let mut words = vec!["check".to_owned()];
        let text = self.text();
        let problem = parse(&text)?;
        let wrt = match (&self.wrt, problem.variables()) {
            (Some(wrt), _) => wrt.replace(' ', ""),
            (None, [only]) => only.name.clone(),
            (None, _) => return self.derive(&[], out),
        };
        words.extend(["--wrt".to_owned(), wrt]);
        if let Some(order) = &self.order {
            words.extend(["--order".to_owned(), order.clone()]);
        }
        words.push(format!("--claim={claim}"));
        execute(words, &text, out)
    }

    /// A command that needs sizes or data: each behind a comma outside brackets is one.
    fn numbers(&self, command: &str, option: &str, list: &str, out: &mut dyn Write) -> Result<(), Failure> {
        self.has_function()?;
        let mut words = vec![command.to_owned()];
        if let Some(wrt) = &self.wrt {
            words.extend(["--wrt".to_owned(), wrt.replace(' ', "")]);
        }
        for item in items(list) {
            words.extend([option.to_owned(), item.to_owned()]);
        }
        execute(words, &self.text(), out)
    }
}

/// The parts of a list with commas outside brackets.
fn items(list: &str) -> Vec<&str> {
    let (mut depth, mut start, mut found) = (0i32, 0, Vec::new());
    for (at, character) in list.char_indices() {
        match character {
            '[' | '(' => depth += 1,
            ']' | ')' => depth -= 1,
            ',' if depth == 0 => {
                found.push(&list[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    found.push(&list[start..]);
    found
        .into_iter()
        .map(str::trim)
        .filter(|item| !item.is_empty())
        .collect()
}

/// `:wrt` of `:wrt x, y`
fn name_of(usage: &str) -> &str {
    usage.split(' ').next().unwrap_or(usage)
}

fn help(out: &mut dyn Write) -> Result<(), Failure> {
    writeln!(
        out,
        "A line is a declaration (A: matrix(m, n)), a definition (r = A*x - b) or a formula, which is differentiated:"
    )?;
    writeln!(
        out,
        "norm2(r)^2 wrt x. Brackets that are open go on in the next line.\n"
    )?;
    let width = COMMANDS.iter().map(|(usage, _)| usage.len()).max().unwrap_or(0);
    for (usage, meaning) in COMMANDS {
        let usage = style::paint(style::NAME, &format!("{usage:width$}"));
        writeln!(out, "  {usage}  {meaning}")?;
    }
    Ok(())
}

/// The page of a code or a rule, or of a function.
fn explain(name: &str, out: &mut dyn Write) -> Result<(), Failure> {
    let is_function = gateaux::ops::names().any(|known| known == name);
    let command = if is_function { "functions" } else { "explain" };
    let mut words = vec![command.to_owned()];
    words.extend((!name.is_empty()).then(|| name.to_owned()));
    execute(words, "", out)
}

/// Runs a command of the command line on a text.
fn execute(words: Vec<String>, text: &str, out: &mut dyn Write) -> Result<(), Failure> {
    let mut line = vec!["gateaux".to_owned()];
    line.extend(words);
    if !text.is_empty() {
        line.extend(["--".to_owned(), text.to_owned()]);
    }
    match Arguments::try_parse_from(line) {
        Ok(Arguments {
            command: Some(command), ..
        }) => crate::execute(command, out).map_err(in_session),
        Ok(_) => Ok(()),
        Err(error) => {
            let text = error.to_string();
            let message = text.lines().next().unwrap_or("it cannot be read");
            let message = message.trim_start_matches("error: ");
            Err(Failure::usage(message, ":help lists the commands"))
        }
    }
}

/// Advice for the command line, as advice for a session: `:order 2` for `--order 2`.
fn in_session(failure: Failure) -> Failure {
    let said = |text: String| text.replace("--", ":");
    match failure {
        Failure::Input { code, message, help } => Failure::Input {
            code,
            message,
            help: help.map(said),
        },
        Failure::Usage { message, help } => Failure::Usage {
            message,
            help: help.map(said),
        },
        other => other,
    }
}

fn parse(text: &str) -> Result<Problem, Failure> {
    Problem::parse(text).map_err(|errors| at(text, errors))
}

fn at(text: &str, errors: gateaux::Errors) -> Failure {
    let source = Source {
        path: None,
        text: text.to_owned(),
    };
    Failure::Text(source, errors)
}
