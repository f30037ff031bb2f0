//! Data for variables: files of arrays, and numbers on the command line.

use std::path::Path;

use gateaux::{Array, Complex, Declared, Problem, npy, npz};
use gateaux_json::{self as json, Values};
use serde_json::Value;

use crate::codes;
use crate::failure::Failure;

/// The values that the `--data` arguments give to the variables of a problem; a later one replaces an earlier one.
///
/// # Errors
/// Files that cannot be read or understood; names that are no variables.
pub fn load(arguments: &[String], problem: &Problem) -> Result<Values, Failure> {
    let mut values = Values::new();
    for argument in arguments {
        match argument.split_once('=') {
            Some((name, value)) if !Path::new(argument).is_file() => {
                let variable = variable(name.trim(), problem)?;
                values.insert(variable.name.clone(), one(variable, value.trim())?);
            }
            _ => values.extend(all(argument, problem)?),
        }
    }
    Ok(values)
}

/// The variable of this name.
///
/// # Errors
/// A name that is no variable of the problem.
pub fn variable<'a>(name: &str, problem: &'a Problem) -> Result<&'a Declared, Failure> {
    problem
        .variables()
        .iter()
        .find(|variable| variable.name == name)
        .ok_or_else(|| {
            let names: Vec<&str> = problem
                .variables()
                .iter()
                .map(|variable| variable.name.as_str())
                .collect();
            let message = format!("there are data for {name}, which is no variable of the problem");
            Failure::input_with_help(
                codes::NO_VARIABLE,
                message,
                format!("the variables are {}", names.join(", ")),
            )
        })
}

/// The value of one variable: numbers, or a file.
fn one(variable: &Declared, value: &str) -> Result<Array<Complex<f64>>, Failure> {
    if value.starts_with(|c: char| c == '[' || c == '-' || c == '"' || c.is_ascii_digit())
        && !Path::new(value).is_file()
    {
        return serde_json::from_str::<Value>(value)
            .map_err(|error| error.to_string())
            .and_then(|value| json::parse_array(&value))
            .map_err(|reason| {
                let message = format!("the value given for {} is no array: {reason}", variable.name);
                Failure::input(codes::ARRAY, message)
            });
    }
    match extension(value).as_str() {
        "npy" => npy::read(&bytes(value)?)
            .map(real)
            .map_err(|error| misunderstood(value, &error.to_string())),
        "csv" => table(value, &bytes(value)?, variable).map(real),
        "npz" => {
            let arrays = npz::read(&bytes(value)?).map_err(|error| misunderstood(value, &error.to_string()))?;
            pick(value, arrays, variable).map(real)
        }
        "json" => {
            let parsed = parse(value)?;
            let array = match &parsed {
                Value::Object(map) => map.get(&variable.name).ok_or_else(|| lacks(value, variable))?,
                array => array,
            };
            json::parse_array(array).map_err(|reason| misunderstood(value, &reason))
        }
        _ => Err(unknown_kind(value)),
    }
}

/// The arrays of a file that belong to variables of the problem.
fn all(file: &str, problem: &Problem) -> Result<Values, Failure> {
    let is_variable = |name: &str| problem.variables().iter().any(|variable| variable.name == name);
    match extension(file).as_str() {
        "npz" => {
            let arrays = npz::read(&bytes(file)?).map_err(|error| misunderstood(file, &error.to_string()))?;
            let own = arrays.into_iter().filter(|(name, _)| is_variable(name));
            Ok(own.map(|(name, array)| (name, real(array))).collect())
        }
        "json" => {
            let Value::Object(map) = parse(file)? else {
                let reason = "it is no object with a field for each variable";
                return Err(misunderstood(file, reason));
            };
            map.iter()
                .filter(|(name, _)| is_variable(name))
                .map(|(name, value)| {
                    let array = json::parse_array(value);
                    Ok((
                        name.clone(),
                        array.map_err(|reason| misunderstood(file, &format!("{name}: {reason}")))?,
                    ))
                })
                .collect()
        }
        "npy" | "csv" => Err(Failure::usage(
            format!("the file {file} does not say which variable it is for"),
            format!("write --data NAME={file}"),
        )),
        _ => Err(unknown_kind(file)),
    }
}

/// Real numbers, as complex ones.
fn real(array: Array<f64>) -> Array<Complex<f64>> {
    array.map(|entry| Complex::real(*entry))
}

/// The array of this name, or the only one.
fn pick(file: &str, arrays: Vec<(String, Array<f64>)>, variable: &Declared) -> Result<Array<f64>, Failure> {
    let is_only = arrays.len() == 1;
    let mut fitting = arrays.into_iter().filter(|(name, _)| is_only || *name == variable.name);
    fitting
        .next()
        .map(|(_, array)| array)
        .ok_or_else(|| lacks(file, variable))
}

/// The numbers of a table; whether one row or column is a vector is told by the declaration.
fn table(file: &str, bytes: &[u8], variable: &Declared) -> Result<Array<f64>, Failure> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .trim(csv::Trim::All)
        .comment(Some(b'#'))
        .from_reader(bytes);
    let mut rows: Vec<Vec<f64>> = Vec::new();
    let mut is_first = true;
    for record in reader.records() {
        let record = record.map_err(|error| misunderstood(file, &error.to_string()))?;
        let is_header = is_first && record.iter().all(|entry| entry.parse::<f64>().is_err());
        is_first = false;
        if is_header {
            continue;
        }
        let line = record.position().map_or(rows.len() as u64 + 1, csv::Position::line);
        let mut row = Vec::with_capacity(record.len());
        for (column, entry) in record.iter().enumerate() {
            row.push(entry.parse().map_err(|_| {
                let entry = json::shortened(&format!("{entry:?}"));
                misunderstood(
                    file,
                    &format!("row {line}, column {}: {entry} is no number", column + 1),
                )
            })?);
        }
        if let Some(first) = rows.first().filter(|first| first.len() != row.len()) {
            let reason = format!("row {line} has {} entries where others have {}", row.len(), first.len());
            return Err(misunderstood(file, &reason));
        }
        rows.push(row);
    }
    let n_columns = rows.first().map_or(0, Vec::len);
    if n_columns == 0 {
        return Err(misunderstood(file, "it has no numbers"));
    }
    let array = match variable.axes.len() {
        0 if rows.len() == 1 && n_columns == 1 => Ok(Array::scalar(rows[0][0])),
        1 if rows.len() == 1 || n_columns == 1 => Array::vector(rows.concat()),
        _ => Array::from_rows(&rows),
    };
    array.map_err(|error| misunderstood(file, &error.to_string()))
}

fn parse(file: &str) -> Result<Value, Failure> {
    serde_json::from_slice(&bytes(file)?).map_err(|error| misunderstood(file, &error.to_string()))
}

fn bytes(file: &str) -> Result<Vec<u8>, Failure> {
    std::fs::read(file).map_err(|error| Failure::input(codes::FILE, format!("cannot read {file}: {error}")))
}

fn extension(file: &str) -> String {
    Path::new(file)
        .extension()
        .map(|extension| extension.to_string_lossy().to_ascii_lowercase())
        .unwrap_or_default()
}

fn misunderstood(file: &str, reason: &str) -> Failure {
    Failure::input(codes::DATA_FILE, format!("cannot understand {file}: {reason}"))
}

fn lacks(file: &str, variable: &Declared) -> Failure {
    misunderstood(file, &format!("it has no array named {}", variable.name))
}

fn unknown_kind(file: &str) -> Failure {
    let message = format!("cannot tell what kind of data {file} is");
    Failure::input_with_help(
        codes::DATA_FILE,
        message,
        "data are numbers such as [1, 2], or files .npy, .npz, .csv, .json",
    )
}
