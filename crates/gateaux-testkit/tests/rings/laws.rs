//! Ring 3: laws that hold for every expression.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use gateaux_array::{Array, DoubleDouble, Number};
use gateaux_core::diff::{self, Explicit};
use gateaux_core::expr::{Expr, Structure};
use gateaux_core::print::{Layout, Notation};
use gateaux_core::simplify::simplify;
use gateaux_testkit::case::Case;
use gateaux_testkit::check::{Point, Stop, compare, run};
use gateaux_testkit::numbers::{Judge, Region, contract, inner};
use gateaux_testkit::random::Random;
use gateaux_testkit::runs::{report, seeds};
use gateaux_testkit::sketch::{Class, Kind, Plan, Sketch, kind, sketch};

type D = DoubleDouble;

/// Cases of each law in an ordinary run.
const ORDINARY: u64 = 150;
pub const SIZES: [usize; 3] = [2, 3, 4];

/// Checks a law on random problems; one that is not defined at its point says nothing.
fn law(test: &str, check: impl Fn(&Sketch, u64) -> Result<(), Stop>) {
    law_of(Class::Kinked, test, check);
}

/// Checks a law on random problems of a class.
pub fn law_of(class: Class, test: &str, check: impl Fn(&Sketch, u64) -> Result<(), Stop>) {
    let (mut held, mut failures) = (0, Vec::new());
    for seed in seeds(ORDINARY) {
        let mut random = Random::new(seed);
        let plan = Plan {
            class,
            weight: 2 + random.below(8),
        };
        let kind = kind(&mut random);
        let found = sketch(kind, plan, &mut random);
        let fails = |sketch: &Sketch| match check(sketch, seed) {
            Err(Stop::Wrong(reason)) => Some(reason),
            Ok(()) | Err(Stop::Undefined(_)) => None,
        };
        if fails(&found).is_some() {
            failures.push(report(test, seed, &found, &fails));
        } else if check(&found, seed).is_ok() {
            held += 1;
        }
    }
    println!("{test} holds for {held}");
    assert!(
        failures.is_empty(),
        "{} failures:\n{}",
        failures.len(),
        failures.join("\n")
    );
    assert!(
        2 * held > gateaux_testkit::runs::cases(ORDINARY) || held == 0 && gateaux_testkit::runs::cases(ORDINARY) == 1
    );
}

pub fn wrong(reason: impl ToString) -> Stop {
    Stop::Wrong(reason.to_string())
}

pub fn undefined(reason: impl ToString) -> Stop {
    Stop::Undefined(reason.to_string())
}

fn point(sketch: &Sketch, wrt: &str, seed: u64) -> Result<Point<D>, Stop> {
    Point::new(&sketch.problem(), wrt, &SIZES, (Region::Signed, seed))
}

/// The multiples of two arrays, added.
fn combined(a: &Array<D>, b: &Array<D>) -> Array<D> {
    let (three, half) = (D::from_i64(3), D::from_i64(-7));
    a.zip(b, |a, b| a.mul(&three).add(&b.mul(&half))).unwrap()
}

fn combined_entries(a: &[D], b: &[D]) -> Vec<D> {
    let (a, b) = (Array::vector(a.to_vec()).unwrap(), Array::vector(b.to_vec()).unwrap());
    combined(&a, &b).into_data()
}

/// A linear map, given as an expression of its hole, at two arrays and at their combination.
fn is_linear(point: &mut Point<D>, what: &str, (hole, root): (Expr, Expr), seed: u64) -> Result<(), Stop> {
    let shape = point.case.axes(hole, &point.sizes).map_err(undefined)?;
    let mut random = Random::new(seed ^ 0x5eed);
    let mut draw = || gateaux_testkit::values::point::<D>(&shape, Structure::General, Region::Signed, &mut random);
    let (one, two) = (draw().map_err(undefined)?, draw().map_err(undefined)?);
    let mut values = Vec::new();
    for array in [&one, &two, &combined(&one, &two)] {
        point.set(hole, array.clone())?;
        values.push(point.run(&[root])?.remove(0));
    }
    compare(
        &format!("{what} of a combination"),
        &values[2],
        &combined_entries(&values[0], &values[1]),
    )
}

#[test]
fn the_differential_and_the_adjoint_are_linear() {
    law("the_differential_and_the_adjoint_are_linear", |sketch, seed| {
        for wrt in sketch.variables() {
            let mut point = point(sketch, &wrt, seed)?;
            let derivative = point.derivative(1)?;
            is_linear(
                &mut point,
                "the operator",
                (derivative.free_holes[0], derivative.operator),
                seed,
            )?;
            let adjoint = derivative.adjoint.ok_or_else(|| wrong("no adjoint"))?;
            is_linear(&mut point, "the adjoint", adjoint, seed)?;
        }
        Ok(())
    });
}

#[test]
fn second_derivatives_are_symmetric() {
    law("second_derivatives_are_symmetric", |sketch, seed| {
        let names = sketch.variables();
        let pairs = names.iter().flat_map(|x| names.iter().map(move |y| (x, y)));
        // Each pair once, and not on the curved orthogonal matrices.
        for (x, y) in pairs.filter(|(x, y)| x <= y && !x.starts_with('Q') && !y.starts_with('Q')) {
            let mut point = point(sketch, x, seed)?;
            let vars = [point.wrt, point.case.variable(y).map_err(wrong)?];
            let holes = ["d1", "d2"].map(str::to_owned);
            let mut second = |at: [usize; 2]| {
                let (vars, names) = (at.map(|at| vars[at]), at.map(|at| holes[at].clone()));
                diff::derivative(&mut point.case.store, point.case.function, &vars, &names).map_err(wrong)
            };
            let (one, two) = (second([0, 1])?, second([1, 0])?);
            for (at, var) in vars.iter().enumerate() {
                let shape = point.case.axes(*var, &point.sizes).map_err(undefined)?;
                let mut random = Random::new(seed + at as u64);
                let drawn =
                    gateaux_testkit::values::point::<D>(&shape, Structure::General, Region::Signed, &mut random);
                let drawn = drawn.map_err(undefined)?;
                point.set(one.free_holes[at], drawn.clone())?;
                point.set(two.free_holes[1 - at], drawn)?;
            }
            let found = point.run(&[one.operator, two.operator])?;
            compare(&format!("the second derivative by {x}, {y}"), &found[0], &found[1])?;
        }
        Ok(())
    });
}

/// An array of the shape of an expression.
fn drawn(point: &Point<D>, expr: Expr, seed: u64) -> Result<Array<D>, Stop> {
    let shape = point.case.axes(expr, &point.sizes).map_err(undefined)?;
    let mut random = Random::new(seed);
    gateaux_testkit::values::point::<D>(&shape, Structure::General, Region::Signed, &mut random).map_err(undefined)
}

#[test]
fn the_adjoint_is_the_transpose_of_the_differential() {
    law("the_adjoint_is_the_transpose_of_the_differential", |sketch, seed| {
        for wrt in sketch.variables() {
            let mut point = point(sketch, &wrt, seed)?;
            let derivative = point.derivative(1)?;
            let (cotangent, adjoint) = derivative.adjoint.ok_or_else(|| wrong("no adjoint"))?;
            let (weights, direction) = (
                drawn(&point, cotangent, seed ^ 1)?,
                drawn(&point, derivative.free_holes[0], seed ^ 2)?,
            );
            point.set(cotangent, weights.clone())?;
            point.set(derivative.free_holes[0], direction.clone())?;
            let found = point.run(&[derivative.operator, adjoint])?;
            let there = inner(weights.data(), &found[0]);
            compare("<adjoint(w), d>", &[inner(&found[1], direction.data())], &[there])?;
        }
        Ok(())
    });
}

#[test]
fn the_explicit_form_is_the_operator() {
    law("the_explicit_form_is_the_operator", |sketch, seed| {
        for wrt in sketch.variables() {
            for order in 1..=2 {
                let mut point = point(sketch, &wrt, seed)?;
                let derivative = point.derivative(order)?;
                let Explicit::Array(array) = derivative.explicit else {
                    continue;
                };
                let mut directions = Vec::new();
                for (at, hole) in derivative.free_holes.iter().enumerate() {
                    let direction = drawn(&point, *hole, seed ^ (at as u64 + 1))?;
                    point.set(*hole, direction.clone())?;
                    directions.push(direction);
                }
                let found = point.run(&[array, derivative.operator])?;
                let along = contract(&found[0], &directions.iter().collect::<Vec<_>>());
                compare(&format!("the explicit form of order {order}"), &along, &found[1])?;
            }
        }
        Ok(())
    });
}

/// A view of an answer: what it is, how it is written, how long it is.
#[derive(Debug, PartialEq)]
struct View {
    what: &'static str,
    text: String,
    size: usize,
    expr: Expr,
}

/// The simplified views of the function and of its first derivative, as they are printed.
fn views(case: &mut Case, wrt: &str) -> Result<Vec<View>, Stop> {
    let variable = case.variable(wrt).map_err(wrong)?;
    let found = diff::derivative(&mut case.store, case.function, &[variable], &["dV".to_owned()]).map_err(wrong)?;
    let mut roots = vec![("the function", found.function), ("the differential", found.form)];
    if let Explicit::Array(array) = found.explicit {
        roots.push(("the explicit form", array));
    }
    let mut views = Vec::new();
    for (what, root) in roots {
        let expr = simplify(&mut case.store, root).map_err(wrong)?;
        let layout = Layout::new(&mut case.store, expr).map_err(wrong)?;
        let again = simplify(&mut case.store, expr).map_err(wrong)?;
        if Layout::new(&mut case.store, again).map_err(wrong)?.size() > layout.size() {
            return Err(wrong(format!("{what} is longer when it is simplified again")));
        }
        views.push(View {
            what,
            text: layout.write(Notation::Text),
            size: layout.size(),
            expr,
        });
    }
    Ok(views)
}

/// A problem, a variable of it, the seed of its values.
type Written<'a> = (&'a str, &'a str, u64);

/// The same problem written in another way has an answer with the same numbers, of the same length but for a drift.
fn is_invariant((text, wrt, seed): Written, (other, renamed): (&str, &str), drift: &Drift) -> Result<(), Stop> {
    let mut one = Point::<D>::new(text, wrt, &SIZES, (Region::Signed, seed))?;
    let mut two = Point::<D>::new(other, renamed, &SIZES, (Region::Signed, seed))?;
    let (views_one, views_two) = (views(&mut one.case, wrt)?, views(&mut two.case, renamed)?);
    for (a, b) in views_one.iter().zip(&views_two) {
        drift.note(a.size == b.size, || {
            format!("{}: {} [{}] and {} [{}]", a.what, a.text, a.size, b.text, b.size)
        });
        let mut values = Vec::new();
        for (point, expr) in [(&mut one, a.expr), (&mut two, b.expr)] {
            let tangent = point.tangents[0].clone();
            for part in point.case.store.post_order(&[expr]) {
                let is_hole = point
                    .case
                    .store
                    .as_var(part)
                    .is_some_and(|var| point.case.store.variable(var).name == "dV");
                if is_hole {
                    point.set(part, tangent.clone())?;
                }
            }
            values.push(point.run(&[expr])?.remove(0));
        }
        compare(a.what, &values[1], &values[0])?;
    }
    if views_one.len() == views_two.len() {
        Ok(())
    } else {
        Err(wrong("one of the two has an explicit form"))
    }
}

#[test]
fn the_order_of_terms_and_factors_does_not_matter() {
    let drift = Drift::default();
    law("the_order_of_terms_and_factors_does_not_matter", |sketch, seed| {
        let shuffled = sketch.shuffled(&mut Random::new(seed));
        // The same declarations in the same order, so that the values are the same.
        let other = format!("{}\n{}", sketch.declarations().join("\n"), shuffled.text());
        let check = |wrt: &String| is_invariant((&sketch.problem(), wrt, seed), (&other, wrt), &drift);
        sketch.variables().iter().try_for_each(check)
    });
    drift.stays_below(0.001);
}

/// Another name of the same length, which sorts elsewhere.
fn renamed(name: &str) -> String {
    let swap = [
        "xy", "yx", "AB", "BA", "st", "ts", "SD", "DK", "KQ", "QP", "PL", "LS", "TU", "UT",
    ];
    let first = swap
        .iter()
        .find(|pair| name.starts_with(&pair[..1]))
        .map_or(&name[..1], |pair| &pair[1..]);
    format!("{first}{}", &name[1..])
}

#[test]
fn the_names_of_variables_do_not_matter() {
    let drift = Drift::default();
    law("the_names_of_variables_do_not_matter", |sketch, seed| {
        let other = sketch.renamed(&renamed);
        let (problem, other) = (sketch.problem(), other.problem());
        let check = |wrt: &String| is_invariant((&problem, wrt, seed), (&other, &renamed(wrt)), &drift);
        sketch.variables().iter().try_for_each(check)
    });
    drift.stays_below(0.0);
}

#[test]
fn what_is_printed_reads_back() {
    let drift = Drift::default();
    law("what_is_printed_reads_back", |sketch, seed| {
        for wrt in sketch.variables() {
            let mut point = point(sketch, &wrt, seed)?;
            let declared = point.case.declarations.join("\n");
            let hole = point
                .case
                .declarations
                .iter()
                .find_map(|line| Some(("dV", line.strip_prefix(&format!("{wrt}:"))?)));
            let hole = hole
                .map(|(name, kind)| format!("{name}:{}", general(kind)))
                .unwrap_or_default();
            for view in views(&mut point.case, &wrt)? {
                reads_back(&mut point, &view, &format!("{declared}\n{hole}"), &drift)?;
            }
        }
        Ok(())
    });
    drift.stays_below(0.02);
}

/// Sums of transposed pairs are written with `sym` and `skew`, whose factor 2 must be written once wherever they stand.
#[test]
fn the_coefficients_of_pairs_read_back() {
    const AROUND: &[&str] = &[
        "_",
        "3*_",
        "_*x",
        "x'*_",
        "x'*_*x",
        "x'*_*x/m",
        "x'*_*x/(s*m)",
        "s*(x'*_*x)",
        "(x'*_*x)*A",
        "_*A",
        "A*_*A",
        "_[1,:]",
        "(_*A)[:,2]",
        "(A*_)[1,2]",
        "_[1:2,:]",
        "sum(_, 1)",
        "sum(_, 2)",
        "3*sum(_*A, 2)",
        "sum(A*_, 1)*x",
        "sum(_)/m",
        "mean(_, 2)",
        "tr(_*A)",
        "s*tr(_*A)",
        "tr(_*A)/s",
        "diag(_)",
        "diag(_*A)",
        "_.*A",
        "exp(_)",
        "x*x'*_",
        "x*(_*x)'",
        "einsum(\"ijk,jk->i\", T, _)",
        "einsum(\"ij,k->ijk\", _, x)",
        "kron(_, A)",
        "inv(_)",
        "tril(_)",
        "_ - A",
        "A - _",
        "-_",
        "vec(_)",
        "_^2",
    ];
    let (drift, mut failures) = (Drift::default(), Vec::new());
    for sign in ["+", "-"] {
        for around in AROUND {
            let pair = format!("(A*exp(B)*C*sin(A)*tanh(B) {sign} (A*exp(B)*C*sin(A)*tanh(B))')");
            let declared =
                "A: matrix(m, m); B: matrix(m, m); C: matrix(m, m); x: vector(m); s: scalar; T: tensor(m, m, m)";
            let text = format!("{declared}; {}", around.replace('_', &pair));
            for wrt in ["A", "x"] {
                let found = || -> Result<(), Stop> {
                    let mut point = Point::<D>::new(&text, wrt, &[3], (Region::Signed, 3))?;
                    let hole = if wrt == "A" {
                        "dV: matrix(m, m)"
                    } else {
                        "dV: vector(m)"
                    };
                    for view in views(&mut point.case, wrt)? {
                        reads_back(&mut point, &view, &format!("{declared}\n{hole}"), &drift)?;
                    }
                    Ok(())
                };
                if let Err(Stop::Wrong(reason)) = found() {
                    failures.push(format!("{around} ({sign}) by {wrt}: {reason}"));
                }
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// How often an expression has another length when it was made in another order.
///
/// Sums and products are collected in the order in which their parts were made, and so a common factor is found or
/// not. It is never wrong, and rare; the limits below are what was measured.
#[derive(Default)]
pub struct Drift {
    same: Cell<usize>,
    other: RefCell<Vec<String>>,
}

impl Drift {
    pub fn note(&self, is_same: bool, text: impl FnOnce() -> String) {
        if is_same {
            self.same.set(self.same.get() + 1);
        } else {
            self.other.borrow_mut().push(text());
        }
    }

    pub fn stays_below(&self, share: f64) {
        let (same, other) = (self.same.get(), self.other.borrow());
        println!(
            "{} of {} have another length:\n{}",
            other.len(),
            same + other.len(),
            other.join("\n")
        );
        assert!(
            other.len() as f64 <= share * (same + other.len()) as f64,
            "{}",
            other.join("\n")
        );
    }
}

/// The kind without structure: what a hole may be.
pub fn general(kind: &str) -> String {
    let square = [
        " symmetric(",
        " diagonal(",
        " skew(",
        " orthogonal(",
        " posdef(",
        " lower(",
    ]
    .iter()
    .find_map(|word| kind.strip_prefix(word));
    square.map_or(kind.to_owned(), |rest| {
        let size = rest.trim_end_matches(')');
        format!(" matrix({size}, {size})")
    })
}

/// The text of a view has the same numbers, and is printed in the same way again.
fn reads_back(point: &mut Point<D>, view: &View, declarations: &str, drift: &Drift) -> Result<(), Stop> {
    let text = format!("{declarations}\n{}", view.text);
    let mut read =
        Case::read(&text).map_err(|mistake| wrong(format!("{} does not read back: {mistake}", view.what)))?;
    let mut values = BTreeMap::new();
    let tangent = point.tangents[0].clone();
    for (name, expr) in &read.variables {
        let var = read.var(*expr).map_err(wrong)?;
        let value = match point.case.variable(name) {
            Ok(known) => point.values[&point.case.var(known).map_err(wrong)?].clone(),
            Err(_) => tangent.clone(),
        };
        values.insert(var, value);
    }
    for part in point.case.store.post_order(&[view.expr]) {
        if point
            .case
            .store
            .as_var(part)
            .is_some_and(|var| point.case.store.variable(var).name == "dV")
        {
            point.set(part, tangent.clone())?;
        }
    }
    let wanted = point.run(&[view.expr])?.remove(0);
    let found = run(&mut read.store, &[read.function], &point.sizes, &values)
        .map_err(wrong)?
        .remove(0);
    compare(&format!("{}, read back from {}", view.what, view.text), &found, &wanted)?;
    // A hole is no hole when it is read, so it stands elsewhere in its term.
    if view.what == "the differential" {
        return Ok(());
    }
    let again = simplify(&mut read.store, read.function).map_err(wrong)?;
    let again = Layout::new(&mut read.store, again).map_err(wrong)?;
    // Terms are printed in the order in which they were made, so only the length is the same.
    drift.note(again.size() == view.size, || {
        format!("{}, again {}", view.text, again.write(Notation::Text))
    });
    Ok(())
}

#[test]
fn the_same_text_gives_the_same_bytes() {
    law("the_same_text_gives_the_same_bytes", |sketch, _| {
        for wrt in sketch.variables() {
            let write = || -> Result<Vec<String>, Stop> {
                let mut case = Case::read(&sketch.problem()).map_err(wrong)?;
                Ok(views(&mut case, &wrt)?.into_iter().map(|view| view.text).collect())
            };
            let (one, two) = (write()?, write()?);
            if one != two {
                return Err(wrong(format!("{one:?} and {two:?}")));
            }
        }
        Ok(())
    });
}

#[test]
fn the_chain_rule_holds() {
    let drift = Drift::default();
    law("the_chain_rule_holds", |outer, seed| {
        let mut random = Random::new(seed);
        // A leaf of the outer function becomes the inner one.
        let leaves = outer.variable_leaves();
        // A row is written as a vector, transposed.
        let leaves: Vec<_> = leaves
            .into_iter()
            .filter(|(_, kind)| !matches!(kind, Kind::Row(_)))
            .collect();
        if leaves.is_empty() {
            return Err(undefined("no leaf"));
        }
        let (name, kind) = random.pick(&leaves).clone();
        let inner = sketch(
            kind,
            Plan {
                class: Class::Smooth,
                weight: 4,
            },
            &mut random,
        );
        let with_u = outer.replaced(&name, &Sketch::variable("u", kind));
        let inlined = outer.replaced(&name, &inner);
        let declarations = inlined.declarations().join("\n");
        let defined = format!("{declarations}\nu = {}\n{}", inner.text(), with_u.text());
        for wrt in inner.variables() {
            let mut whole = Point::<D>::new(&inlined.problem(), &wrt, &SIZES, (Region::Signed, seed))?;
            let mut by_definition = Case::read(&defined).map_err(wrong)?;
            let (one, two) = (views(&mut whole.case, &wrt)?, views(&mut by_definition, &wrt)?);
            // Terms are printed in the order in which they were made, so only the length is the same.
            for (one, two) in one.iter().zip(&two) {
                drift.note(one.size == two.size, || {
                    format!("{}, by a definition {}", one.text, two.text)
                });
            }
            composed(&mut whole, &declarations, (&inner, &with_u), &wrt)?;
        }
        Ok(())
    });
    drift.stays_below(0.02);
}

/// `d(f(g(x), x))` is the differential of f in both arguments at `dg` and `dx`.
fn composed(whole: &mut Point<D>, declarations: &str, (g, f): (&Sketch, &Sketch), wrt: &str) -> Result<(), Stop> {
    whole.truth()?;
    let derivative = whole.derivative(1)?;
    let tangent = whole.tangents[0].clone();
    whole.set(derivative.holes[0], tangent.clone())?;
    let expected = whole.run(&[derivative.form])?.remove(0);
    let by_name = |point: &Point<D>, name: &str| -> Result<Array<D>, Stop> {
        let known = point.case.variable(name).map_err(wrong)?;
        Ok(point.values[&point.case.var(known).map_err(wrong)?].clone())
    };
    let mut u = None;
    for (text, is_outer) in [(g.text(), false), (f.text(), true)] {
        let declared = f
            .declarations()
            .into_iter()
            .find(|line| line.starts_with("u:"))
            .filter(|_| is_outer);
        let mut case =
            Case::read(&format!("{declarations}\n{}\n{text}", declared.unwrap_or_default())).map_err(wrong)?;
        let (mut values, mut holes) = (BTreeMap::new(), Vec::new());
        for (name, expr) in case.variables.clone() {
            let var = case.var(expr).map_err(wrong)?;
            let moves = match (name.as_str(), &u) {
                ("u", Some((value, change))) => Some((Array::clone(value), Array::clone(change))),
                (name, _) if name == wrt => Some((by_name(whole, name)?, tangent.clone())),
                (name, _) => {
                    values.insert(var, by_name(whole, name)?);
                    None
                }
            };
            if let Some((value, change)) = moves {
                let hole = case.store.add_hole(&format!("d{name}"), var).map_err(wrong)?;
                values.insert(var, value);
                values.insert(case.var(hole).map_err(wrong)?, change);
                holes.push((expr, hole));
            }
        }
        let form = diff::differential(&mut case.store, case.function, &holes).map_err(wrong)?;
        let found = run(&mut case.store, &[case.function, form], &whole.sizes, &values)?;
        if !found.iter().all(|value| D::is_usable(value)) {
            return Err(undefined("too large"));
        }
        if is_outer {
            return compare("the differential of f at dg", &found[1], &expected);
        }
        let shape = case.axes(case.function, &whole.sizes).map_err(undefined)?;
        let array = |data: &Vec<D>| Array::from_column_major(&shape, data.clone()).map_err(undefined);
        u = Some((array(&found[0])?, array(&found[1])?));
    }
    Ok(())
}
