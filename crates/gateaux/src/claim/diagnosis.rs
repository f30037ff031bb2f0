//! What is wrong with a claim: the mistakes that people make, tried one after the other until one explains all values.

use gateaux_array::{Array, DoubleDouble, Number};
use gateaux_core::expr::{ElementPower, Expr, Rational, Shape, Store, Structure, Var};
use gateaux_core::simplify::simplify;
use gateaux_eval::Sizes;

use super::compare::{agree, all_agree, constant, difference, factor_in_words, mapped, ratios, size, total};
use super::edits::edits;
use super::points::{Column, Entry, Points, Setting, is_sensitive, lifted};
use super::readings::{self, Reading};
use super::terms::{self, terms};
use super::{Evidence, Finding, Judgment, Mistake, Slip, counterexample};
use crate::answer::Answer;
use crate::error::{CLAIM_DOMAIN, Errors};
use crate::problem::Problem;

/// Formulas with more terms are not searched for two that are missing.
const MAX_PAIRED: usize = 10;
/// Terms of a formula that are looked at.
const MAX_TERMS: usize = 64;
/// Scalars in the formulas that are tried as a factor.
const MAX_SCALARS: usize = 48;
/// Square matrices that are tried as symmetric ones in pairs.
const MAX_SQUARES: usize = 4;
/// How much a value is larger with fewer digits, at least, if only rounding is left of it.
const ROUNDING: f64 = 1e6;

/// How two formulas compare at all points.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    /// Equal, at so many points.
    Agree(usize),
    /// Equal where both have values, but the claim has none at some points.
    Undefined,
    Differ,
}

/// A claim and a view of the answer, with their values.
pub(super) struct Case<'a> {
    problem: &'a mut Problem,
    setting: Setting,
    points: Points,
    /// What the claim is called.
    pub(super) name: &'static str,
    claim: Option<Expr>,
    claimed: Column,
    /// The view that the claim should be.
    main: Reading,
    viewed: Column,
    pub(super) readings: Vec<Reading>,
    remarks: Vec<String>,
}

impl<'a> Case<'a> {
    /// # Errors
    /// No points of the domain.
    pub(super) fn new(
        problem: &'a mut Problem,
        setting: Setting,
        claim: Option<Expr>,
        main: Reading,
    ) -> Result<Case<'a>, Errors> {
        let points = setting.points(problem, &[]).map_err(|reason| {
            let message = format!("the claim cannot be compared: {reason}");
            problem.mistake(CLAIM_DOMAIN, message)
        })?;
        let viewed = points.column(problem, main.view);
        let claimed = match claim {
            Some(claim) => points.column(problem, claim),
            None => vec![None; points.points.len()],
        };
        Ok(Case {
            problem,
            setting,
            points,
            name: "claim",
            claim,
            claimed,
            main,
            viewed,
            readings: Vec::new(),
            remarks: Vec::new(),
        })
    }

    pub(super) fn judgment(&self, finding: Finding) -> Judgment {
        Judgment {
            view: self.main.name.clone(),
            answer: self.main.text.clone(),
            finding,
            remarks: self.remarks.clone(),
        }
    }

    /// Whether the claim is right; of a derivative with the answer, whose conventions are then tried.
    pub(super) fn finding(&mut self, text: &str, answer: Option<&Answer>) -> Result<Finding, Errors> {
        let fitting: Vec<Reading> = self
            .readings
            .iter()
            .filter(|reading| reading.slip.is_none())
            .cloned()
            .collect();
        let mut undefined = false;
        for reading in &fitting {
            match self.equal(reading)? {
                Ok(evidence) => return Ok(Finding::Equal(evidence)),
                Err(outcome) => undefined |= outcome == Outcome::Undefined,
            }
        }
        if undefined {
            let (name, view) = (self.name, &self.main.name);
            let detail =
                format!("the {name} has no value at points at which the {view} has one, and is equal at others");
            return self.different(detail).map(Finding::NotEqual);
        }
        self.keep_steady_points();
        let slip = match self.rearranged() {
            Some(slip) => slip,
            None => self.explained(text, answer)?,
        };
        Ok(Finding::NotEqual(slip))
    }

    /// Leaves out the points at which the claim has no value, or one that rounding has made, where there are others.
    fn keep_steady_points(&mut self) {
        let Some(claim) = self.claim else { return };
        let rough = self.points.rough_column(self.problem, claim);
        let steady: Vec<bool> = self
            .claimed
            .iter()
            .zip(&rough)
            .map(|(value, rough)| matches!((value, rough), (Some(value), Some(rough)) if !is_sensitive(value, rough)))
            .collect();
        if !steady.contains(&true) {
            return;
        }
        let mut kept = steady.iter();
        self.points.points.retain(|_| kept.next() == Some(&true));
        self.claimed = self.points.column(self.problem, claim);
        self.viewed = self.points.column(self.problem, self.main.view);
    }

    /// The mistakes of which the first that explains all values is named.
    fn explained(&mut self, text: &str, answer: Option<&Answer>) -> Result<Slip, Errors> {
        let fits = self.readings.iter().any(|reading| reading.slip.is_none());
        let mut found = None;
        if fits {
            found = answer
                .and_then(|answer| within_limits(self.by_convention(answer)))
                .or_else(|| within_limits(self.symmetric_only(false)))
                .or_else(|| within_limits(self.by_terms()))
                .or_else(|| within_limits(self.by_scalar()));
        }
        found = found.or_else(|| within_limits(self.edited(text)));
        if fits {
            found = found.or_else(|| within_limits(self.symmetric_only(true)));
        }
        if let Some(slip) = found {
            return Ok(slip);
        }
        let detail = match self.readings.is_empty() {
            true => {
                let text = |expr: Expr| self.problem.store.shape(expr).text(&self.problem.store.dims);
                let claimed = self.claim.map_or_else(String::new, text);
                format!(
                    "the {} is a {claimed}, the {} a {}",
                    self.name,
                    self.main.name,
                    text(self.main.view)
                )
            }
            false if self.problem.store.is_zero(self.main.view) => format!("the {} is zero", self.main.name),
            false if fits && self.right_in_another_order() => {
                "right for diagonal matrices only; products may be in the wrong order".to_owned()
            }
            false => "another formula".to_owned(),
        };
        self.different(detail)
    }

    /// Whether the claim is the view.
    fn equal(&mut self, reading: &Reading) -> Result<Result<Evidence, Outcome>, Errors> {
        let Some(claim) = self.claim else {
            return Ok(Err(Outcome::Differ));
        };
        let store = &mut self.problem.store;
        if store.shape(claim) == store.shape(reading.view) {
            let same = claim == reading.view || simplify(store, claim).ok() == simplify(store, reading.view).ok();
            if same {
                return Ok(Ok(Evidence::Identical));
            }
            match self.setting.same_exactly(self.problem, claim, reading.view) {
                Some(true) => return Ok(Ok(Evidence::Exact)),
                Some(false) => return Ok(Err(Outcome::Differ)),
                None => {}
            }
        }
        let (mut outcome, mut silent) = self.outcome(reading, claim);
        if matches!(outcome, Outcome::Agree(_)) && !silent.is_empty() {
            // Where there are sizes for which it has no value, it must be right at all others.
            let points = self.setting.more_points(self.problem);
            self.points = points.map_err(|reason| self.problem.mistake(CLAIM_DOMAIN, reason))?;
            self.claimed = self.points.column(self.problem, claim);
            self.viewed = self.points.column(self.problem, self.main.view);
            (outcome, silent) = self.outcome(reading, claim);
        }
        Ok(match outcome {
            Outcome::Agree(points) => {
                self.remarks = silent
                    .iter()
                    .map(|place| sizes_in_words(&self.points.places[*place]))
                    .collect();
                Ok(Evidence::Numeric(points))
            }
            outcome => Err(outcome),
        })
    }

    fn values_of(&mut self, reading: &Reading) -> Column {
        match reading.view == self.main.view {
            true => self.viewed.clone(),
            false => self.points.column(self.problem, reading.view),
        }
    }

    /// How the claim compares with a view, and the places at which it has no value.
    fn outcome(&mut self, reading: &Reading, claim: Expr) -> (Outcome, Vec<usize>) {
        let viewed = self.values_of(reading);
        let arranged = reading.arranged(&self.points, &self.claimed, &viewed);
        let rough = self.points.rough_column(self.problem, claim);
        let lifted = rough.iter().map(|value| value.as_ref().map(lifted)).collect();
        let roughly = reading.arranged(&self.points, &lifted, &viewed);
        let mut zeros = Vec::new();
        // By place: points at which they agree, and points at which the claim has no value.
        let mut seen = vec![(0, 0); self.points.places.len()];
        for (at, (lhs, rhs)) in arranged.iter().zip(&viewed).enumerate() {
            let (same, missing) = &mut seen[self.points.points[at].0];
            let (Some(lhs), Some(rhs)) = (lhs, rhs) else {
                *missing += usize::from(rhs.is_some());
                continue;
            };
            match agree(lhs, rhs) {
                Some(true) => *same += 1,
                Some(false) => {
                    let value = self.claimed[at].as_ref();
                    let is_steady = value
                        .zip(rough[at].as_ref())
                        .is_some_and(|(value, rough)| !is_sensitive(value, rough));
                    // A difference that shrinks with more digits is rounding, as where a singular matrix is inverted.
                    let gap = |value: &Array<Entry>| value.sub(rhs).map_or(f64::INFINITY, |gap| size(&gap));
                    let shrinks = roughly[at]
                        .as_ref()
                        .is_some_and(|rough| gap(lhs) * ROUNDING <= gap(rough));
                    if is_steady && !shrinks {
                        return (Outcome::Differ, Vec::new());
                    }
                }
                None => zeros.push(at),
            }
        }
        let same: usize = seen.iter().map(|(same, _)| same).sum();
        if same == 0 && !zeros.is_empty() && self.vanish(&zeros, &viewed, reading.view) {
            let claimed = self.claimed.clone();
            return match self.vanish(&zeros, &claimed, claim) {
                true => (Outcome::Agree(zeros.len()), Vec::new()),
                false => (Outcome::Differ, Vec::new()),
            };
        }
        if same == 0 {
            return (Outcome::Differ, Vec::new());
        }
        if seen.iter().any(|(same, missing)| *same > 0 && *missing > 0) {
            return (Outcome::Undefined, Vec::new());
        }
        let with_zeros = |place: usize| zeros.iter().any(|at| self.points.points[*at].0 == place);
        let silent = (0..seen.len()).filter(|place| seen[*place].0 == 0 && !with_zeros(*place));
        (Outcome::Agree(same), silent.collect())
    }

    /// Whether small values are what rounding leaves of zeros: they grow when they are computed with fewer digits.
    fn vanish(&mut self, at: &[usize], column: &Column, expr: Expr) -> bool {
        let rough = self.points.rough_column(self.problem, expr);
        at.iter().all(|at| {
            let precise = column[*at].as_ref().map_or(f64::INFINITY, size);
            match rough[*at].as_ref().map(Array::max_abs) {
                Some(rough) => rough == 0.0 || precise * ROUNDING <= rough,
                None => false,
            }
        })
    }

    /// The claim as a multiple of a view in one of its arrangements.
    fn rearranged(&mut self) -> Option<Slip> {
        let mut readings = self.readings.clone();
        // Those that would be right before those in which something else is wrong too.
        readings.sort_by_key(|reading| reading.slip.is_some());
        for only_equal in [true, false] {
            for reading in &readings {
                let viewed = self.values_of(reading);
                let arranged = reading.arranged(&self.points, &self.claimed, &viewed);
                // How often the claim is in the answer.
                let Some(found) = ratios(&viewed, &arranged).and_then(|ratios| factor_in_words(&self.points, &ratios))
                else {
                    continue;
                };
                if only_equal && found != "1" && reading.slip.is_some() {
                    continue;
                }
                let factor = scaled(&found);
                return Some(match (&reading.slip, factor) {
                    (None, None) => continue,
                    (None, Some((mistake, said))) => slip(mistake, said),
                    (Some((mistake, said)), None) => slip(*mistake, said.clone()),
                    (Some((mistake, said)), Some((_, also))) => slip(*mistake, format!("{said}; and {also}")),
                });
            }
        }
        None
    }

    fn by_convention(&mut self, answer: &Answer) -> Result<Option<Slip>, Errors> {
        let Some(main) = self.readings.iter().find(|reading| reading.slip.is_none()).cloned() else {
            return Ok(None);
        };
        for reading in readings::conventions(self.problem, answer, &main)? {
            let viewed = self.values_of(&reading);
            let arranged = reading.arranged(&self.points, &self.claimed, &viewed);
            if all_agree(&arranged, &viewed)
                && let Some((mistake, said)) = reading.slip
            {
                return Ok(Some(slip(mistake, said)));
            }
        }
        Ok(None)
    }

    /// The square matrices without structure in the claim and the answer.
    fn squares(&self, claim: Expr) -> Vec<Var> {
        let store = &self.problem.store;
        let inside = store.post_order(&[claim, self.main.view]);
        let variables = self.problem.variables.iter();
        variables
            .filter(|expr| inside.contains(expr) && store.shape(**expr).square().is_some())
            .filter_map(|expr| store.as_var(*expr))
            .filter(|var| store.variable(*var).structure == Structure::General)
            .take(2 * MAX_SQUARES)
            .collect()
    }

    /// Whether the claim is right for diagonal matrices, whose products are the same in any order.
    fn right_in_another_order(&mut self) -> bool {
        let Some(claim) = self.claim else { return false };
        let forced: Vec<(Var, Structure)> = self
            .squares(claim)
            .into_iter()
            .map(|var| (var, Structure::Diagonal))
            .collect();
        if forced.is_empty() {
            return false;
        }
        let Ok(points) = self.setting.points(self.problem, &forced) else {
            return false;
        };
        let viewed = points.column(self.problem, self.main.view);
        let claimed = points.column(self.problem, claim);
        all_agree(&self.main.arranged(&points, &claimed, &viewed), &viewed)
    }

    /// The fewest matrices that must be symmetric for the claim to be right, or right but for a factor.
    fn symmetric_only(&mut self, up_to_factor: bool) -> Result<Option<Slip>, Errors> {
        let Some(claim) = self.claim else { return Ok(None) };
        let squares = self.squares(claim);
        for subset in subsets(&squares) {
            let forced: Vec<(Var, Structure)> = subset.iter().map(|var| (*var, Structure::Symmetric)).collect();
            let Ok(points) = self.setting.points(self.problem, &forced) else {
                continue;
            };
            let viewed = points.column(self.problem, self.main.view);
            let claimed = points.column(self.problem, claim);
            let arranged = self.main.arranged(&points, &claimed, &viewed);
            let names: Vec<&str> = subset
                .iter()
                .map(|var| self.problem.store.variable(*var).name.as_str())
                .collect();
            let are = if names.len() == 1 { "is" } else { "are" };
            let condition = format!("{} {are} symmetric", names.join(" and "));
            if !up_to_factor && all_agree(&arranged, &viewed) {
                return Ok(Some(slip(Mistake::SymmetricOnly, format!("equal only if {condition}"))));
            }
            let factor = ratios(&viewed, &arranged).filter(|_| up_to_factor);
            if let Some((mistake, said)) = factor
                .and_then(|ratios| factor_in_words(&points, &ratios))
                .and_then(|found| scaled(&found))
            {
                return Ok(Some(slip(mistake, format!("{said}, and that only if {condition}"))));
            }
        }
        Ok(None)
    }

    /// One or two terms that are missing, too much, or wrong.
    fn by_terms(&mut self) -> Result<Option<Slip>, Errors> {
        let Some(claim) = self.claim else { return Ok(None) };
        let ours = self.columns_of_terms(self.main.view, false)?;
        let theirs = self.columns_of_terms(claim, true)?;
        let arranged = self.main.arranged(&self.points, &self.claimed, &self.viewed);
        let gap = difference(&self.viewed, &arranged);
        let of = |terms: &[(Expr, Column)], factor: i64| {
            let wanted = Some((factor, 1));
            terms
                .iter()
                .position(|(_, column)| ratios(&gap, column).and_then(|r| constant(&r)) == wanted)
        };
        if ours.len() > 1
            && let Some(at) = of(&ours, 1)
        {
            let term = self.text(ours[at].0)?;
            return Ok(Some(slip(Mistake::MissingTerm, format!("the term {term} is missing"))));
        }
        if theirs.len() > 1
            && let Some(at) = of(&theirs, -1)
        {
            let term = self.text(theirs[at].0)?;
            return Ok(Some(slip(Mistake::ExtraTerm, format!("the term {term} is too much"))));
        }
        if let Some(at) = of(&theirs, -2) {
            let term = self.text(theirs[at].0)?;
            return Ok(Some(slip(Mistake::Sign, format!("the term {term} has the wrong sign"))));
        }
        self.by_pairs(&gap, &ours, &theirs)
    }

    /// Two terms that are missing or too much; a term with a wrong factor; one in the place of another.
    fn by_pairs(
        &mut self,
        gap: &Column,
        ours: &[(Expr, Column)],
        theirs: &[(Expr, Column)],
    ) -> Result<Option<Slip>, Errors> {
        for (terms, sign, mistake, said) in [
            (ours, 1, Mistake::MissingTerm, "are missing"),
            (theirs, -1, Mistake::ExtraTerm, "are too much"),
        ] {
            if !(3..=MAX_PAIRED).contains(&terms.len()) {
                continue;
            }
            for (at, (first, column)) in terms.iter().enumerate() {
                for (second, other) in &terms[at + 1..] {
                    let both = total(column, other);
                    if ratios(gap, &both).and_then(|r| constant(&r)) == Some((sign, 1)) {
                        let (first, second) = (self.text(*first)?, self.text(*second)?);
                        return Ok(Some(slip(mistake, format!("the terms {first} and {second} {said}"))));
                    }
                }
            }
        }
        for (term, column) in ours {
            if ratios(gap, column).and_then(|r| constant(&r)) == Some((2, 1)) {
                let term = self.text(*term)?;
                return Ok(Some(slip(
                    Mistake::Sign,
                    format!("the term {term} has the wrong sign in it"),
                )));
            }
        }
        for (term, column) in theirs {
            // answer = claim + c*u, so that u should be there 1 + c times.
            let Some((numerator, denominator)) = ratios(gap, column).and_then(|r| constant(&r)) else {
                continue;
            };
            let (wanted, term) = (numerator + denominator, *term);
            if wanted == 0 {
                continue;
            }
            let right = terms::times(&mut self.problem.store, wanted, denominator, term);
            let right = right.map_err(|error| self.problem.limit(error))?;
            let (term, right) = (self.text(term)?, self.text(right)?);
            let said = format!("the term {term} has a wrong factor; it should be {right}");
            return Ok(Some(slip(Mistake::Factor, said)));
        }
        self.replaced(gap, ours, theirs)
    }

    /// A term of the claim in the place of one of ours.
    fn replaced(
        &mut self,
        gap: &Column,
        ours: &[(Expr, Column)],
        theirs: &[(Expr, Column)],
    ) -> Result<Option<Slip>, Errors> {
        if ours.len() < 2 || theirs.len() < 2 {
            return Ok(None);
        }
        for (right, column) in ours {
            for (wrong, other) in theirs {
                if !all_agree(&difference(column, other), gap) {
                    continue;
                }
                let flipped = mapped(other, |value| value.transpose().ok());
                let mistake = match ratios(column, &flipped) {
                    Some(ratios) if constant(&ratios) == Some((1, 1)) => Mistake::Transposed,
                    _ => continue,
                };
                let (wrong, right) = (self.text(*wrong)?, self.text(*right)?);
                return Ok(Some(slip(mistake, format!("the term {wrong} should be {right}"))));
            }
        }
        Ok(None)
    }

    /// The terms of a formula with their values; those of the claim where they are in the answer.
    fn columns_of_terms(&mut self, expr: Expr, is_claim: bool) -> Result<Vec<(Expr, Column)>, Errors> {
        let found = terms(&mut self.problem.store, expr).map_err(|error| self.problem.limit(error))?;
        let columns = found.into_iter().take(MAX_TERMS).map(|term| {
            let column = self.points.column(self.problem, term);
            let column = match is_claim {
                true => self.main.arranged(&self.points, &column, &self.viewed),
                false => column,
            };
            (term, column)
        });
        Ok(columns.collect())
    }

    /// A scalar in one of the formulas by which the claim is off.
    fn by_scalar(&mut self) -> Result<Option<Slip>, Errors> {
        let Some(claim) = self.claim else { return Ok(None) };
        let arranged = self.main.arranged(&self.points, &self.claimed, &self.viewed);
        let Some(missing) = ratios(&self.viewed, &arranged) else {
            return Ok(None);
        };
        let store = &self.problem.store;
        let scalars: Vec<Expr> = store
            .post_order(&[self.main.view, claim])
            .into_iter()
            .filter(|expr| store.shape(*expr).is_scalar() && store.as_number(*expr).is_none())
            .take(MAX_SCALARS)
            // The function itself, which a derivative of its logarithm leaves out.
            .chain(
                self.setting
                    .domain
                    .first()
                    .copied()
                    .filter(|function| store.shape(*function).is_scalar()),
            )
            .collect();
        for scalar in scalars {
            let column = self.points.column(self.problem, scalar);
            for power in [1, -1, 2, -2] {
                let rest = missing.iter().zip(&column).map(|(ratio, value)| {
                    let value: &DoubleDouble = &value.as_ref()?.data().first()?.re;
                    ratio.as_ref()?.div(&value.powi(power)?)
                });
                let rest: Vec<Option<DoubleDouble>> = rest.collect();
                let Some((numerator, denominator)) = constant(&rest) else {
                    continue;
                };
                let factor = scalar_power(&mut self.problem.store, scalar, power)
                    .and_then(|factor| terms::times(&mut self.problem.store, numerator, denominator, factor));
                let factor = factor.map_err(|error| self.problem.limit(error))?;
                let factor = self.text(factor)?;
                return Ok(Some(slip(Mistake::Factor, format!("off by the factor {factor}"))));
            }
        }
        Ok(None)
    }

    /// A small change of the claim that makes it right.
    pub(super) fn edited(&mut self, text: &str) -> Result<Option<Slip>, Errors> {
        let shape = self.problem.store.shape(self.main.view);
        let variables = &self.problem.typing.variables;
        let shapes: Vec<(String, Shape)> = variables.iter().map(|v| (v.name.clone(), v.shape)).collect();
        let of_holes = self.setting.holes.iter().map(|hole| {
            let variable = self.problem.store.variable(hole.hole);
            (variable.name.clone(), variable.shape)
        });
        let shapes: Vec<(String, Shape)> = shapes.into_iter().chain(of_holes).collect();
        let shape_of = |name: &str| shapes.iter().find(|(known, _)| known == name).map(|(_, shape)| *shape);
        let mut holes = Vec::new();
        for hole in &self.setting.holes {
            holes.extend(self.problem.store.var(hole.hole).ok());
        }
        for edit in edits(text, &shape_of) {
            let Ok(changed) = self.problem.read_claim_of(&edit.text, &holes, shape) else {
                continue;
            };
            if self.problem.store.shape(changed) != shape {
                continue;
            }
            if self.points.agrees_with(self.problem, changed, &self.viewed) {
                return Ok(Some(slip(edit.mistake, format!("right with {}", edit.said))));
            }
        }
        Ok(None)
    }

    /// A claim that no mistake explains, with a counterexample.
    fn different(&mut self, detail: String) -> Result<Slip, Errors> {
        let reading = self.readings.iter().find(|reading| reading.slip.is_none()).cloned();
        let counterexample = match (self.claim, reading) {
            (Some(claim), Some(reading)) => {
                counterexample::find(self.problem, &self.setting, claim, &reading, self.main.view)
            }
            _ => None,
        };
        Ok(Slip {
            counterexample,
            ..slip(Mistake::Different, detail)
        })
    }

    fn text(&mut self, expr: Expr) -> Result<String, Errors> {
        readings::text(self.problem, expr)
    }
}

/// An explanation that is too long to be found is none: the claim is wrong all the same.
fn within_limits(found: Result<Option<Slip>, Errors>) -> Option<Slip> {
    found.unwrap_or_default()
}

fn slip(mistake: Mistake, detail: String) -> Slip {
    Slip {
        mistake,
        detail,
        counterexample: None,
    }
}

fn sizes_in_words(sizes: &Sizes) -> String {
    let each: Vec<String> = sizes.iter().map(|(name, size)| format!("{name} = {size}")).collect();
    each.join(", ")
}

/// The factor by which a claim must be multiplied, in words; nothing where it is 1.
fn scaled(factor: &str) -> Option<(Mistake, String)> {
    match factor {
        "1" => None,
        "-1" => Some((Mistake::Sign, "the sign is wrong".to_owned())),
        factor => Some((Mistake::Factor, format!("off by the factor {factor}"))),
    }
}

/// Each by itself, in pairs, and all.
fn subsets(vars: &[Var]) -> Vec<Vec<Var>> {
    let mut found: Vec<Vec<Var>> = vars.iter().map(|var| vec![*var]).collect();
    if (3..=MAX_SQUARES).contains(&vars.len()) {
        for (at, first) in vars.iter().enumerate() {
            found.extend(vars[at + 1..].iter().map(|second| vec![*first, *second]));
        }
    }
    if vars.len() > 1 {
        found.push(vars.to_vec());
    }
    found
}

fn scalar_power(store: &mut Store, scalar: Expr, power: i64) -> gateaux_core::expr::Result<Expr> {
    let exponent = store.number(Rational::from(power))?;
    store.product(vec![ElementPower { base: scalar, exponent }])
}
