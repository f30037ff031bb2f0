//! Rings 3 and 5 by complex variables: laws of random expressions, and mutants of answers.

use std::collections::BTreeMap;

use gateaux_array::{Array, Complex, DoubleDouble, Number, Real};
use gateaux_core::diff::{self, Slots};
use gateaux_core::expr::Expr;
use gateaux_core::print::{Layout, Notation, print};
use gateaux_core::simplify::simplify;
use gateaux_testkit::case::Case;
use gateaux_testkit::check::{Outcome, Stop, compare, run};
use gateaux_testkit::complex::{C, Point, check};
use gateaux_testkit::interpret::interpret;
use gateaux_testkit::mutants::mutants;
use gateaux_testkit::numbers::{Judge, Region, contract};
use gateaux_testkit::random::Random;
use gateaux_testkit::sketch::{Class, Kind, Plan, Sketch, sketch};

use crate::laws::{Drift, SIZES, general, law_of, undefined, wrong};

fn law(test: &str, check: impl Fn(&Sketch, u64) -> Result<(), Stop>) {
    law_of(Class::Complex, test, check);
}

fn point(text: &str, wrt: &[&str], seed: u64) -> Result<Point, Stop> {
    Point::new(text, wrt, &SIZES, (Region::Signed, seed))
}

#[test]
fn derivatives_of_complex_expressions_are_right() {
    law("derivatives_of_complex_expressions_are_right", |sketch, seed| {
        for wrt in sketch.variables() {
            match check(&sketch.problem(), &wrt, &SIZES, seed) {
                Outcome::Right => {}
                Outcome::Wrong(reason) => return Err(wrong(format!("by {wrt}: {reason}"))),
                Outcome::Undefined(reason) => return Err(undefined(reason)),
            }
        }
        Ok(())
    });
}

/// The differential along a direction, and the derivatives by the variable and by its conjugate.
type Derivatives = (Vec<C>, BTreeMap<Slots, Vec<C>>);

fn derivatives(text: &str, wrt: &str, seed: u64) -> Result<Derivatives, Stop> {
    let mut point = point(text, &[wrt], seed)?;
    let (derivative, wirtinger) = point.derivative()?;
    point.fill(&derivative)?;
    let mut roots = vec![derivative.form];
    roots.extend(wirtinger.parts.iter().map(|(_, array)| *array));
    let mut found = point.run(&roots)?.into_iter();
    let form = found.next().ok_or_else(|| wrong("no differential"))?;
    Ok((
        form,
        wirtinger.parts.into_iter().map(|(slots, _)| slots).zip(found).collect(),
    ))
}

fn is_complex(sketch: &Sketch, wrt: &str) -> bool {
    let mut declared = sketch.declarations().into_iter();
    declared.any(|line| line.starts_with(&format!("{wrt}: complex")))
}

#[test]
fn derivatives_are_linear_in_the_function() {
    law("derivatives_are_linear_in_the_function", |sketch, seed| {
        let declared = sketch.declarations().join("\n");
        let factor = Complex::new(DoubleDouble::from_f64(3.0), DoubleDouble::from_f64(-2.0));
        for wrt in sketch.variables() {
            let (form, parts) = derivatives(&sketch.problem(), &wrt, seed)?;
            let multiple = format!("{declared}\n(3 - 2*im)*{} + 2*{}", sketch.text(), sketch.text());
            let multiple = derivatives(&multiple, &wrt, seed)?;
            let factor = Number::add(&factor, &C::from_i64(2));
            let scaled = |entries: &[C]| {
                entries
                    .iter()
                    .map(|entry| Number::mul(&factor, entry))
                    .collect::<Vec<C>>()
            };
            compare("the differential of a multiple", &multiple.0, &scaled(&form))?;
            for (slots, part) in &parts {
                compare("a derivative of a multiple", &multiple.1[slots], &scaled(part))?;
            }
        }
        Ok(())
    });
}

#[test]
fn the_derivatives_of_a_conjugate_are_conjugates() {
    law("the_derivatives_of_a_conjugate_are_conjugates", |sketch, seed| {
        let declared = sketch.declarations().join("\n");
        for wrt in sketch.variables() {
            let (form, parts) = derivatives(&sketch.problem(), &wrt, seed)?;
            let conjugate = derivatives(&format!("{declared}\nconj({})", sketch.text()), &wrt, seed)?;
            let conj = |entries: &[C]| entries.iter().map(Complex::conj).collect::<Vec<C>>();
            compare("the differential of the conjugate", &conjugate.0, &conj(&form))?;
            for (slots, part) in &parts {
                // The one by z is that of the other by conj(z).
                let other = slots
                    .iter()
                    .map(|slot| *slot != is_complex(sketch, &wrt))
                    .collect::<Slots>();
                compare("a derivative of the conjugate", &conjugate.1[&other], &conj(part))?;
            }
        }
        Ok(())
    });
}

#[test]
fn second_derivatives_by_complex_variables_are_symmetric() {
    law(
        "second_derivatives_by_complex_variables_are_symmetric",
        |sketch, seed| {
            let names = sketch.variables();
            let pairs = names.iter().flat_map(|x| names.iter().map(move |y| (x, y)));
            // Each pair once, and not on the curved orthogonal matrices.
            for (x, y) in pairs.filter(|(x, y)| x <= y && !x.starts_with('Q') && !y.starts_with('Q')) {
                let mut point = point(&sketch.problem(), &[x, y], seed)?;
                let (one, _) = point.derivative()?;
                let (reversed, names) = ([point.wrt[1], point.wrt[0]], ["d2", "d1"].map(str::to_owned));
                let (store, function) = (&mut point.case.store, point.case.function);
                let (two, _) = diff::complex_derivative(store, function, &reversed, &names).map_err(wrong)?;
                for at in 0..2 {
                    let direction = point.directions[at].clone();
                    point.set(one.free_holes[at], direction.clone())?;
                    point.set(two.free_holes[1 - at], direction)?;
                }
                let found = point.run(&[one.operator, two.operator])?;
                compare(&format!("the second derivative by {x}, {y}"), &found[0], &found[1])?;
            }
            Ok(())
        },
    );
}

/// A view of an answer: how it is written, how long it is.
struct View {
    text: String,
    size: usize,
    expr: Expr,
}

/// The simplified views of the function and of its first derivative, with values in the hole `dV`.
fn views(point: &mut Point) -> Result<Vec<View>, Stop> {
    let (store, function) = (&mut point.case.store, point.case.function);
    let found = diff::complex_derivative(store, function, &point.wrt, &["dV".to_owned()]).map_err(wrong)?;
    let (derivative, wirtinger) = found;
    point.fill(&derivative)?;
    let parts = wirtinger.parts.iter().map(|(_, array)| *array);
    let roots = [derivative.function, derivative.form].into_iter().chain(parts);
    let store = &mut point.case.store;
    let view = |root: Expr| {
        let expr = simplify(store, root).map_err(wrong)?;
        let layout = Layout::new(store, expr).map_err(wrong)?;
        Ok(View {
            text: layout.write(Notation::Text),
            size: layout.size(),
            expr,
        })
    };
    roots.chain(wirtinger.gradient).map(view).collect()
}

#[test]
fn what_is_printed_of_complex_answers_reads_back() {
    let drift = Drift::default();
    law("what_is_printed_of_complex_answers_reads_back", |sketch, seed| {
        for wrt in sketch.variables() {
            let mut point = point(&sketch.problem(), &[&wrt], seed)?;
            let declared = point.case.declarations.join("\n");
            let mut lines = point.case.declarations.iter();
            let kind = lines.find_map(|line| line.strip_prefix(&format!("{wrt}:")));
            let kind = kind.ok_or_else(|| wrong("no declaration"))?;
            let hole = match kind.strip_prefix(" complex") {
                Some(kind) => format!("dV: complex{}", general(kind)),
                None => format!("dV:{}", general(kind)),
            };
            for view in views(&mut point)? {
                let mut read = Case::read(&format!("{declared}\n{hole}\n{}", view.text))
                    .map_err(|mistake| wrong(format!("{} does not read back: {mistake}", view.text)))?;
                let mut values = BTreeMap::new();
                for (name, expr) in &read.variables {
                    let value = match point.case.variable(name) {
                        Ok(known) => point.values[&point.case.var(known).map_err(wrong)?].clone(),
                        Err(_) => point.tangents[0].clone(),
                    };
                    values.insert(read.var(*expr).map_err(wrong)?, value);
                }
                let wanted = point.run(&[view.expr])?.remove(0);
                let found = run(&mut read.store, &[read.function], &point.sizes, &values).map_err(wrong)?;
                compare(&format!("what is read back from {}", view.text), &found[0], &wanted)?;
                let again = simplify(&mut read.store, read.function).map_err(wrong)?;
                let again = Layout::new(&mut read.store, again).map_err(wrong)?;
                // A hole is no hole when it is read, so it stands elsewhere in its term.
                let is_differential = view.text.contains("dV");
                drift.note(is_differential || again.size() == view.size, || {
                    format!("{}, again {}", view.text, again.write(Notation::Text))
                });
            }
        }
        Ok(())
    });
    drift.stays_below(0.02);
}

/// Another name of the same length, which sorts elsewhere.
fn renamed(name: &str) -> String {
    let swapped = ["zw", "wz", "cb", "bc", "ZW", "WZ", "xy", "yx", "AB", "BA", "st", "ts"];
    let first = swapped.iter().find(|pair| name.starts_with(&pair[..1]));
    format!("{}{}", first.map_or(&name[..1], |pair| &pair[1..]), &name[1..])
}

#[test]
fn the_names_of_complex_variables_do_not_matter() {
    let drift = Drift::default();
    law("the_names_of_complex_variables_do_not_matter", |sketch, seed| {
        for wrt in sketch.variables() {
            let mut one = point(&sketch.problem(), &[&wrt], seed)?;
            let mut two = point(&sketch.renamed(&renamed).problem(), &[&renamed(&wrt)], seed)?;
            let (views_one, views_two) = (views(&mut one)?, views(&mut two)?);
            for (a, b) in views_one.iter().zip(&views_two) {
                drift.note(a.size == b.size, || {
                    format!("{} [{}] and {} [{}]", a.text, a.size, b.text, b.size)
                });
                let (found, wanted) = (two.run(&[b.expr])?, one.run(&[a.expr])?);
                compare(&format!("{}, renamed", a.text), &found[0], &wanted[0])?;
            }
        }
        Ok(())
    });
    drift.stays_below(0.0);
}

#[test]
fn the_chain_rule_holds_for_complex_functions() {
    law("the_chain_rule_holds_for_complex_functions", |outer, seed| {
        let mut random = Random::new(seed);
        // A row is written as a vector, transposed.
        let leaves = outer.variable_leaves().into_iter();
        let leaves: Vec<_> = leaves.filter(|(_, kind)| !matches!(kind, Kind::Row(_))).collect();
        if leaves.is_empty() {
            return Err(undefined("no leaf"));
        }
        let (name, kind) = random.pick(&leaves).clone();
        let plan = Plan {
            class: Class::Complex,
            weight: 4,
        };
        let inner = sketch(kind, plan, &mut random);
        let inlined = outer.replaced(&name, &inner);
        let outer = outer.replaced(&name, &Sketch::variable("u", kind));
        for wrt in inner.variables() {
            composed(&inlined, (&outer, &inner), &wrt, seed)?;
        }
        Ok(())
    });
}

/// `d(f(g(z), z))` is the differential of f in both arguments at `dg` and `dz`.
fn composed(whole: &Sketch, (f, g): (&Sketch, &Sketch), wrt: &str, seed: u64) -> Result<(), Stop> {
    let declared = whole.declarations().join("\n");
    let (expected, _) = derivatives(&whole.problem(), wrt, seed)?;
    let mut inner = point(&format!("{declared}\n{}", g.text()), &[wrt], seed)?;
    let (derivative, _) = inner.derivative()?;
    inner.fill(&derivative)?;
    let found = inner.run(&[derivative.function, derivative.form])?;
    let shape = inner.case.axes(derivative.function, &inner.sizes).map_err(undefined)?;
    let array = |at: usize| Array::from_column_major(&shape, found[at].clone()).map_err(undefined);
    let (u, d_u) = (array(0)?, array(1)?);
    let of_u = f.declarations().into_iter().find(|line| line.starts_with("u:"));
    let of_u = of_u.ok_or_else(|| undefined("the leaf is a part of another"))?;
    let text = format!("{declared}\n{}\n{}", of_u.replacen(": ", ": complex ", 1), f.text());
    let mut sum = vec![C::zero(); expected.len()];
    for by in ["u", wrt] {
        let mut outer = point(&text, &[by], seed)?;
        let own = outer.case.variable("u").map_err(wrong)?;
        outer.set(own, u.clone())?;
        outer.tangents = vec![if by == "u" {
            d_u.clone()
        } else {
            inner.tangents[0].clone()
        }];
        outer.directions = outer.tangents.clone();
        let (derivative, _) = outer.derivative()?;
        outer.fill(&derivative)?;
        let part = outer.run(&[derivative.form])?.remove(0);
        sum = sum
            .iter()
            .zip(&part)
            .map(|(sum, part)| Number::add(sum, part))
            .collect();
    }
    compare("the differential of f at dg", &sum, &expected)
}

/// Problems whose answers are mutated.
const ANSWERS: &[(&str, &str)] = &[
    ("A: complex matrix(m, n); z: complex vector(n); norm2(A*z)^2", "z"),
    ("A: complex matrix(m, n); z: complex vector(n); norm2(A*z)^2", "A"),
    ("z: complex vector(n); w: complex vector(n); real(w†*z)", "z"),
    ("z: complex vector(n); w: complex vector(n); imag(w'*z)", "w"),
    ("z: complex vector(n); sum(abs(z))", "z"),
    ("z: complex vector(n); A: complex matrix(n, n); z†*A*z", "z"),
    ("z: complex vector(n); A: complex matrix(n, n); z†*A*z", "A"),
    ("z: complex vector(n); A: complex matrix(n, n); z'*A*conj(z)", "z"),
    ("z: complex vector(n); A: matrix(n, n); real(z'*A*z)", "z"),
    ("z: complex vector(n); A: matrix(n, n); imag(z'*A*z)", "z"),
    ("z: complex vector(n); w: complex vector(m); z*w†", "w"),
    ("z: complex vector(n); w: complex vector(m); z*w†", "z"),
    ("z: complex vector(n); exp(im*z).*conj(z)", "z"),
    ("z: complex vector(n); w: complex vector(n); abs(z.*w).^2", "z"),
    ("z: complex vector(n); w: complex vector(n); abs(z - w).*z", "z"),
    ("Z: complex matrix(n, n); A: complex matrix(n, n); tr(A*Z*Z†)", "Z"),
    ("Z: complex matrix(n, n); A: complex matrix(n, n); tr(A*inv(Z))", "Z"),
    ("Z: complex matrix(n, n); A: complex matrix(m, n); A*conj(Z)", "Z"),
    ("Z: complex matrix(n, n); A: complex matrix(m, n); A*Z†*Z", "Z"),
    ("Z: complex matrix(n, n); real(logdet(Z))", "Z"),
    ("Z: complex matrix(m, n); norm2(Z)", "Z"),
    (
        "H: complex symmetric(n); A: complex matrix(n, n); real(tr(A*H*conj(H)))",
        "H",
    ),
    ("t: scalar; z: complex vector(n); exp(im*t)*z", "t"),
    ("c: complex scalar; z: complex vector(n); norm2(z - c*conj(z))^2", "c"),
    ("c: complex scalar; t: scalar; abs(c - im*t)^2", "t"),
    ("c: complex scalar; real(c)^2*imag(c)", "c"),
    ("c: complex scalar; abs(c)^3/conj(c)", "c"),
    ("z: complex vector(n); w: complex vector(n); real(z).*imag(w.*z)", "z"),
    ("z: complex vector(n); relu(real(z)).*imag(z)", "z"),
    (
        "T: complex tensor(m, n, k); z: complex vector(k); einsum(\"ijk,k->ij\", T, conj(z))",
        "z",
    ),
];

/// The values of an answer at a point.
struct Answered {
    point: Point,
    slope: Vec<C>,
    hole: Expr,
}

/// Which part of an answer a text claims to be.
#[derive(Clone, Copy)]
enum Claim<'a> {
    Differential,
    Gradient,
    /// One of the derivatives, with its slots, beside the others, which make this sum.
    Part(&'a Slots, &'a [C]),
}

impl Answered {
    /// The value of a text over the variables of the problem and the hole.
    fn value(&self, text: &str) -> Result<Array<C>, String> {
        let case = &self.point.case;
        let (mut declarations, mut values) = (case.declarations.clone(), BTreeMap::new());
        for (name, expr) in &case.variables {
            values.insert(name.clone(), self.point.values[&case.var(*expr)?].clone());
        }
        let var = case.var(self.hole)?;
        let hole = case.store.variable(var);
        let modifier = if hole.is_complex { "complex " } else { "" };
        declarations.push(format!(
            "{}: {modifier}{}",
            hole.name,
            hole.shape.text(&case.store.dims)
        ));
        values.insert(hole.name.clone(), self.point.values[&var].clone());
        // What does not type-check is caught before any number is computed.
        let claim = Case::read(&format!("{}\n{text}", declarations.join("\n")))?;
        Ok(interpret(&claim.tree, &values, &self.point.sizes)?.array)
    }

    /// Whether a value is not what it claims to be.
    fn differs(&self, claim: Claim, value: &Array<C>) -> bool {
        let direction = &self.point.directions[0];
        let found = match claim {
            Claim::Differential => value.data().to_vec(),
            Claim::Gradient => {
                let terms = value.data().iter().zip(direction.data());
                let real = terms.map(|(g, d)| Number::mul(&g.conj(), d).re);
                vec![Complex::real(
                    real.fold(DoubleDouble::zero(), |sum, term| Number::add(&sum, &term)),
                )]
            }
            Claim::Part(slots, others) => added(&along(value.data(), direction, slots), others),
        };
        !C::agree(&found, &self.slope)
    }
}

/// A derivative by the variable or its conjugate in a direction or its conjugate.
fn along(array: &[C], direction: &Array<C>, slots: &Slots) -> Vec<C> {
    match slots[0] {
        true => contract(array, &[&direction.map(Complex::conj)]),
        false => contract(array, &[direction]),
    }
}

fn added(a: &[C], b: &[C]) -> Vec<C> {
    a.iter().zip(b).map(|(a, b)| Number::add(a, b)).collect()
}

#[derive(Default)]
struct Tally {
    caught: usize,
    same: usize,
    survivors: Vec<String>,
}

#[test]
fn every_mutant_of_a_complex_answer_is_rejected() {
    let mut tally = Tally::default();
    for (text, wrt) in ANSWERS {
        mutated(text, wrt, &mut tally).unwrap_or_else(|stop| panic!("{text} by {wrt}: {stop}"));
    }
    let Tally {
        caught,
        same,
        survivors,
    } = tally;
    println!("{caught} caught, {same} are no mutants");
    assert!(
        survivors.is_empty(),
        "{} survive:\n{}",
        survivors.len(),
        survivors.join("\n")
    );
    assert!(caught > 500, "too few mutants: {caught}");
}

fn mutated(text: &str, wrt: &str, tally: &mut Tally) -> Result<(), Stop> {
    let mut point = Point::new(text, &[wrt], &[3, 2, 4], (Region::Signed, 5))?;
    let (derivative, wirtinger) = point.derivative()?;
    point.fill(&derivative)?;
    let (_, slope) = point.truth()?;
    let mut texts = |expr: Expr| print(&mut point.case.store, expr, Notation::Text).map_err(wrong);
    let form = texts(derivative.form)?;
    let gradient = wirtinger.gradient.map(&mut texts).transpose()?;
    let parts = wirtinger.parts.iter().map(|(slots, array)| Ok((slots, texts(*array)?)));
    let parts = parts.collect::<Result<Vec<_>, Stop>>()?;
    let direction = point.directions[0].clone();
    let hole = derivative.holes[0];
    let answered = Answered { point, slope, hole };
    let mut claims = vec![(Claim::Differential, form)];
    claims.extend(gradient.map(|text| (Claim::Gradient, text)));
    let mut sums = Vec::new();
    for (slots, text) in &parts {
        sums.push(along(answered.value(text).map_err(wrong)?.data(), &direction, slots));
    }
    let nothing = vec![C::zero(); answered.slope.len()];
    let others: Vec<&[C]> = (0..parts.len())
        .map(|at| {
            sums.iter()
                .enumerate()
                .find(|(other, _)| *other != at)
                .map_or(&nothing[..], |(_, sum)| &sum[..])
        })
        .collect();
    for ((slots, text), others) in parts.iter().zip(&others) {
        claims.push((Claim::Part(slots, others), text.clone()));
    }
    for (claim, right) in claims {
        let wanted = answered.value(&right).map_err(wrong)?;
        if answered.differs(claim, &wanted) {
            return Err(wrong(format!("{right} is not right")));
        }
        for mutant in mutants(&right).unwrap() {
            match answered.value(&mutant.text) {
                Ok(found) if found.shape() != wanted.shape() => tally.caught += 1,
                // Equal in every entry at a random point: the same formula, written in another way.
                Ok(found) if C::agree(found.data(), wanted.data()) => tally.same += 1,
                Ok(found) if !answered.differs(claim, &found) => tally
                    .survivors
                    .push(format!("{text} by {wrt}: {right} => {} ({})", mutant.text, mutant.slip)),
                _ => tally.caught += 1,
            }
        }
    }
    // The derivative by z in the place of that by conj(z).
    if let [(one, first), (two, second)] = parts.as_slice() {
        let value = |text: &str| answered.value(text).map_err(wrong);
        let (first, second) = (value(first)?, value(second)?);
        let swapped = added(
            &along(first.data(), &direction, two),
            &along(second.data(), &direction, one),
        );
        match C::agree(first.data(), second.data()) {
            true => tally.same += 1,
            false if C::agree(&swapped, &answered.slope) => {
                tally
                    .survivors
                    .push(format!("{text} by {wrt}: the two derivatives swapped"));
            }
            false => tally.caught += 1,
        }
    }
    Ok(())
}
