//! The problems in our language.

use std::path::Path;

/// The text of a problem and what is derived by what.
pub struct Formula {
    /// In the language, as a user would write it.
    pub text: String,
    /// The variables.
    pub by: Vec<String>,
}

/// A problem by its name: a file of `bench/problems`, whose first line tells the variables, or a long formula that is
/// generated.
pub fn formula(name: &str) -> Result<Formula, String> {
    let count = |prefix: &str| name.strip_prefix(prefix).and_then(|count| count.parse().ok());
    if let Some(factors) = count("symbolic/prod") {
        return Ok(product(factors));
    }
    if let Some(depth) = count("symbolic/elem") {
        return Ok(chain(depth));
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("problems")
        .join(name)
        .with_extension("gtx");
    let text = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let by = text
        .lines()
        .next()
        .and_then(|line| line.strip_prefix("# by "))
        .ok_or_else(|| format!("{} does not begin with a line `# by x`", path.display()))?;
    let by = by.split(',').map(|variable| variable.trim().to_owned()).collect();
    Ok(Formula { text, by })
}

/// `a'*A1*X*A2*X*b`
fn product(factors: usize) -> Formula {
    let factors: Vec<String> = (1..=factors).map(|at| format!("A{at}*X")).collect();
    Formula {
        text: format!(
            "a: vector(n)\nb: vector(n)\nX: matrix(n, n)\na'*{}*b",
            factors.join("*")
        ),
        by: vec!["X".to_owned()],
    }
}

/// `sum(tanh(exp(sin(x))))`
fn chain(depth: usize) -> Formula {
    let functions = ["sin", "exp", "tanh"].into_iter().cycle().take(depth);
    let nested = functions.fold("x".to_owned(), |inner, function| format!("{function}({inner})"));
    Formula {
        text: format!("sum({nested})"),
        by: vec!["x".to_owned()],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_formulas_are_generated() {
        let product = formula("symbolic/prod2").expect("it is generated");
        assert!(product.text.ends_with("a'*A1*X*A2*X*b"));
        let chain = formula("symbolic/elem4").expect("it is generated");
        assert_eq!(chain.text, "sum(sin(tanh(exp(sin(x)))))");
    }

    #[test]
    fn every_file_is_a_problem_that_can_be_derived() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("problems");
        for family in std::fs::read_dir(folder).expect("the folder of problems") {
            let family = family.expect("a family").path();
            for file in std::fs::read_dir(&family).expect("a folder") {
                let file = file.expect("a file").path();
                let stem = |path: &Path| path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
                let name = format!("{}/{}", stem(&family), stem(&file));
                let formula = formula(&name).expect("a formula");
                let mut problem =
                    gateaux::Problem::parse(&formula.text).unwrap_or_else(|error| panic!("{name}: {error}"));
                for by in &formula.by {
                    assert!(problem.derive(&[by]).is_ok(), "{name} by {by}");
                }
            }
        }
    }
}
