//! Claims: is a formula that somebody has the derivative of a problem, or what is wrong with it?
//!
//! A claim is read in the scope of its problem (`scope`), and can be any view of the derivative (`readings`). It is
//! equal if it has the same normal form, the same values over a prime field, or the same values to 18 digits at
//! several points and sizes (`points`, `compare`). What is not equal is explained by trying the mistakes that people
//! make, one after the other, until one of them accounts for all values (`diagnosis`, `terms`, `edits`); where none
//! does, a small point at which the values differ is shown (`counterexample`).

mod compare;
mod counterexample;
mod diagnosis;
mod edits;
mod equality;
mod points;
mod readings;
mod scope;
mod terms;

use std::collections::BTreeMap;

use gateaux_core::expr::Expr;
use gateaux_core::print::Notation;

pub use counterexample::{Counterexample, Numbers as ClaimNumbers};
pub use equality::{Side, equal, equal_with};

use crate::answer::Answer;
use crate::error::{CLAIM_FORM, CLAIM_NAME, CLAIM_SIZES, Errors};
use crate::problem::Problem;
use diagnosis::Case;
use points::{Hole, Setting};
use readings::{Arrangement, Reading};
pub(crate) use scope::external;

/// The kind of mistake in a formula that is not equal to the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mistake {
    /// It, or a part of it, is transposed.
    Transposed,
    /// It, or one of its terms, is off by a factor.
    Factor,
    /// It, or one of its terms, has the wrong sign.
    Sign,
    /// A term is missing.
    MissingTerm,
    /// There is a term too much.
    ExtraTerm,
    /// It is equal only if some matrices are symmetric.
    SymmetricOnly,
    /// It is right in another convention.
    Convention,
    /// It is another formula, and none of the above.
    Different,
}

impl Mistake {
    /// The name, as JSON has it: `transposed`, `missing term`. The format has one name for sums that differ in a term,
    /// missing or too much; the detail says which.
    pub fn name(self) -> &'static str {
        match self {
            Mistake::Transposed => "transposed",
            Mistake::Factor => "factor",
            Mistake::Sign => "sign",
            Mistake::MissingTerm | Mistake::ExtraTerm => "missing term",
            Mistake::SymmetricOnly => "symmetric only",
            Mistake::Convention => "convention",
            Mistake::Different => "different",
        }
    }
}

/// How it is known that two formulas are equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Evidence {
    /// They have the same normal form.
    Identical,
    /// They are rational, and have the same values over a prime field.
    Exact,
    /// They have the same values, to 18 digits of 31, at so many points.
    Numeric(usize),
}

/// What is wrong with a formula.
#[derive(Clone, Debug, PartialEq)]
pub struct Slip {
    /// The kind of mistake.
    pub mistake: Mistake,
    /// The mistake in words, such as `off by the factor 2`.
    pub detail: String,
    /// Where no other mistake explains it: a small point at which the values differ.
    pub counterexample: Option<Counterexample>,
}

/// Whether two formulas are equal.
#[derive(Clone, Debug, PartialEq)]
pub enum Finding {
    /// They are.
    Equal(Evidence),
    /// They are not.
    NotEqual(Slip),
}

/// What was found about a claim.
#[derive(Clone, Debug, PartialEq)]
pub struct Judgment {
    /// What the claim was compared with: `gradient`, `Jacobian`, `differential`, `Kronecker form`.
    pub view: String,
    /// That view of the answer, as it is shown.
    pub answer: String,
    /// Whether they are equal.
    pub finding: Finding,
    /// Where an equal claim has no value though the answer has one: sizes, as in `m = 2, n = 4`.
    pub remarks: Vec<String>,
}

impl Judgment {
    /// Whether the claim is right.
    pub fn is_equal(&self) -> bool {
        matches!(self.finding, Finding::Equal(_))
    }

    /// What is wrong with the claim.
    pub fn slip(&self) -> Option<&Slip> {
        match &self.finding {
            Finding::Equal(_) => None,
            Finding::NotEqual(slip) => Some(slip),
        }
    }
}

impl Problem {
    /// Whether a claimed formula is the derivative by the variables in order, or what is wrong with it.
    ///
    /// The claim may be the gradient, Jacobian or other explicit form, the matrix M with `vec(df) = M*vec(dX)`, or, with
    /// `dX` in it (`dx1` and `dx2` for the second order), the differential. It speaks of the names of the problem,
    /// definitions included, and can have definitions of its own.
    ///
    /// # Errors
    /// Those of [`derive`](Problem::derive); mistakes of the claim, with places in the claim; no points of the domain.
    ///
    /// # Example
    /// ```
    /// use gateaux::{Mistake, Problem};
    /// let mut problem = Problem::parse("norm2(A*x - b)^2")?;
    /// assert!(problem.claim(&["x"], "2*A'*A*x - 2*A'*b")?.is_equal());
    /// let judgment = problem.claim(&["x"], "A'*(A*x - b)")?;
    /// let slip = judgment.slip().unwrap();
    /// assert_eq!((slip.mistake, slip.detail.as_str()), (Mistake::Factor, "off by the factor 2"));
    /// # Ok::<(), gateaux::Errors>(())
    /// ```
    pub fn claim(&mut self, wrt: &[&str], claim: &str) -> Result<Judgment, Errors> {
        let answer = self.derive(wrt)?;
        answer.claim(self, claim, &BTreeMap::new())
    }
}

impl Answer {
    /// Whether a claimed formula is this derivative, or what is wrong with it; with some sizes given.
    ///
    /// # Errors
    /// Mistakes of the claim, all with places in the claim; no points of the domain.
    pub fn claim(&self, problem: &Problem, claim: &str, sizes: &BTreeMap<String, usize>) -> Result<Judgment, Errors> {
        // What is tried leaves no trace in the problem.
        let (mut problem, mut answer) = (problem.clone(), self.clone());
        let holes = self.derivative.holes.clone();
        let claim = &without_arrow(claim, self.holes());
        let read = match answer.explicit_expr {
            Some(view) => {
                let shape = problem.store.shape(view);
                problem.read_claim_of(claim, &holes, shape)
            }
            None => problem.read_claim(claim, &holes),
        };
        let read = match read {
            Ok(read) => read,
            Err(errors) => return answer.repaired(&mut problem, claim, sizes, errors),
        };
        let read = zeros_in_shape(&mut problem, &answer, read)?;
        let found = readings::readings(&mut problem, &mut answer, read)?;
        let main = answer.main_reading(&problem, &found, problem.store.has_hole(read))?;
        let setting = answer.setting(&problem, &[read, main.view], sizes);
        let mut case = Case::new(&mut problem, setting, Some(read), main)?;
        case.readings = found;
        let finding = case.finding(claim, Some(&answer))?;
        Ok(case.judgment(finding))
    }

    /// The judgment on a claim that has no shape, where a transpose makes it right.
    fn repaired(
        &self,
        problem: &mut Problem,
        claim: &str,
        sizes: &BTreeMap<String, usize>,
        errors: Errors,
    ) -> Result<Judgment, Errors> {
        let own = [CLAIM_NAME, CLAIM_SIZES];
        let is_other = |code: &str| own.contains(&code) || code.starts_with("G00") || code.starts_with("G01");
        if errors.diagnostics().iter().any(|diagnostic| is_other(diagnostic.code)) {
            return Err(errors);
        }
        let is_differential = self.holes().iter().any(|hole| claim.contains(hole.as_str()));
        let Ok(main) = self.main_reading(problem, &[], is_differential) else {
            return Err(errors);
        };
        let setting = self.setting(problem, &[main.view], sizes);
        let mut case = Case::new(problem, setting, None, main)?;
        match case.edited(claim)? {
            Some(slip) => Ok(case.judgment(Finding::NotEqual(slip))),
            None => Err(errors),
        }
    }

    /// The view that a claim should be, whether or not it has its shape.
    fn main_reading(&self, problem: &Problem, found: &[Reading], is_differential: bool) -> Result<Reading, Errors> {
        if let Some(fitting) = found.iter().find(|reading| reading.slip.is_none()).or(found.first()) {
            return Ok(fitting.clone());
        }
        let reading = |name: &str, text: &str, view: Expr| Reading {
            name: name.to_owned(),
            text: text.to_owned(),
            view,
            arrangement: Arrangement::Same,
            slip: None,
        };
        match (self.explicit_expr, self.explicit(Notation::Text)) {
            (Some(view), Some(text)) if !is_differential => Ok(reading(self.explicit_name(), text, view)),
            (None, _) if !is_differential => {
                let holes = self.holes().join(" and ");
                let message = format!(
                    "the derivative has no explicit form to compare with; claim the differential, with {holes} in it"
                );
                Err(problem.mistake(CLAIM_FORM, message))
            }
            _ => Ok(reading(
                "differential",
                self.differential(Notation::Text),
                self.derivative.form,
            )),
        }
    }

    fn setting(&self, problem: &Problem, roots: &[Expr], sizes: &BTreeMap<String, usize>) -> Setting {
        let var = |expr: &Expr| problem.store.as_var(*expr);
        let holes = self.derivative.holes.iter().filter_map(var);
        Setting {
            domain: [&[self.derivative.function], &roots[roots.len() - 1..]].concat(),
            roots: roots.to_vec(),
            holes: holes
                .zip(&self.derivative.variables)
                .map(|(hole, of)| Hole { hole, of: *of })
                .collect(),
            sizes: sizes.clone(),
        }
    }
}

/// The body of an operator, `dX -> ...`, in its place; other texts as they are.
fn without_arrow(claim: &str, holes: &[String]) -> String {
    for arrow in ["->", "↦"] {
        if let Some((left, right)) = claim.split_once(arrow)
            && left.split(',').map(str::trim).eq(holes.iter().map(String::as_str))
        {
            return format!("{}{right}", " ".repeat(left.len() + arrow.len()));
        }
    }
    claim.to_owned()
}

/// A claimed 0, or a zero differential, is the zero of the shape of the answer.
fn zeros_in_shape(problem: &mut Problem, answer: &Answer, claim: Expr) -> Result<Expr, Errors> {
    let form = answer.derivative.form;
    let store = &mut problem.store;
    let (claimed, of_form) = (store.shape(claim), store.shape(form));
    let shape = store.shape(answer.explicit_expr.unwrap_or(form));
    if !store.is_zero(claim) || claimed == shape || !(claimed.is_scalar() || claimed == of_form) || shape.is_scalar() {
        return Ok(claim);
    }
    store.zeros(shape).map_err(|error| problem.limit(error))
}
