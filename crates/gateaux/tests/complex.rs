//! Random formulas of complex variables: every derivative verified, read back from its text, and told from wrong ones.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "tests")]

use gateaux::{Inputs, Notation, Problem, ops};
use gateaux_array::Array;

/// A generator of numbers that is the same on every machine.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % sides
    }

    fn pick<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.roll(of.len())]
    }
}

const DECLARATIONS: &str = "z: complex vector(n); w: complex vector(n); A: complex matrix(n, n); B: matrix(n, n); \
                            S: complex symmetric(n); a: complex scalar; t: scalar; ";

fn matrix(dice: &mut Dice, depth: usize) -> String {
    if depth == 0 {
        return dice
            .pick(&["A", "B", "S", "conj(A)", "A'", "A†", "eye(n)", "z*w†", "z*w'"])
            .to_owned();
    }
    let (x, y) = (matrix(dice, depth - 1), matrix(dice, depth - 1));
    match dice.roll(6) {
        0 => format!("({x} + {y})"),
        1 => format!("({x})*({y})"),
        2 => format!("({x}).*({y})"),
        3 => format!("conj({x})"),
        4 => format!("inv(3*eye(n) + im*({x})/4)"),
        _ => format!("expm(({x})/4)"),
    }
}

fn vector(dice: &mut Dice, depth: usize) -> String {
    if depth == 0 {
        return dice
            .pick(&["z", "w", "conj(z)", "A*z", "B*w", "S*z", "im*z", "a*w"])
            .to_owned();
    }
    let (x, y) = (vector(dice, depth - 1), vector(dice, depth - 1));
    match dice.roll(8) {
        0 => format!("({x} - {y})"),
        1 => format!("({x}).*({y})"),
        2 => format!("({})*({x})", matrix(dice, depth - 1)),
        3 => format!("conj({x})"),
        4 => format!("{}({x})", dice.pick(&["exp", "sin", "cosh", "real", "imag"])),
        5 => format!("abs(({x}) + vector(3)).^2"),
        6 => format!("sqrt(({x})/9 + vector(2))"),
        _ => format!("a*({x})"),
    }
}

fn scalar(dice: &mut Dice) -> String {
    let depth = 1 + dice.roll(2);
    let (x, y) = (vector(dice, depth), vector(dice, depth - 1));
    match dice.roll(9) {
        0 => format!("norm2({x})^2"),
        1 => format!("real(({x})†*({y}))"),
        2 => format!("imag(({x})'*({y}))"),
        3 => format!("({x})'*({y})"),
        4 => format!("({x})†*({y})"),
        5 => format!("sum({x})*conj(a)"),
        6 => format!("abs(({x})†*({y}) + 2)"),
        7 => format!("tr({})", matrix(dice, depth)),
        _ => format!("exp(im*t)*sum({x})"),
    }
}

fn cases() -> usize {
    let given = std::env::var("GATEAUX_CASES").ok();
    given.and_then(|cases| cases.parse().ok()).unwrap_or(150)
}

#[test]
fn derivatives_of_random_formulas_are_verified_and_read_back() {
    let mut dice = Dice(20_261_128);
    let (mut verified, mut undefined, mut failures) = (0, 0, Vec::new());
    for _ in 0..cases() {
        let formula = scalar(&mut dice);
        let text = format!("{DECLARATIONS}{formula}");
        let mut problem = match Problem::parse(&text) {
            Ok(problem) => problem,
            Err(errors) => {
                failures.push(format!("{formula}: {errors}"));
                continue;
            }
        };
        for name in ["z", "a", "A", "S", "t"] {
            let answer = match problem.derive(&[name]) {
                Ok(answer) => answer,
                // Nothing depends on it, or it does not occur.
                Err(errors) if errors.to_string().contains("does not occur") => continue,
                Err(errors) => {
                    failures.push(format!("{formula} by {name}: {errors}"));
                    continue;
                }
            };
            let check = answer.check(&mut problem);
            if !check.is_verified() {
                if check.points == 0 {
                    undefined += 1;
                } else {
                    failures.push(format!("{formula} by {name}: {:?}", check.verdict));
                }
                continue;
            }
            let Some(explicit) = answer.explicit(Notation::Text).map(str::to_owned) else {
                continue;
            };
            let is_zero = explicit == "0" || explicit.starts_with("zeros(");
            let claims = [explicit.clone(), answer.differential(Notation::Text).to_owned()];
            for claim in claims.into_iter().filter(|claim| claim != "0") {
                match problem.check_claim(name, &claim) {
                    Ok(check) if check.is_verified() => verified += 1,
                    Ok(check) => failures.push(format!("{formula} by {name}, {claim} read back: {:?}", check.verdict)),
                    Err(errors) => failures.push(format!("{formula} by {name}, {claim} read back: {errors}")),
                }
            }
            // What is wrong is told from what is right.
            let wrong = problem.check_claim(name, &format!("({explicit}) + ({explicit})"));
            if !is_zero && wrong.is_ok_and(|check| check.is_verified()) {
                failures.push(format!("{formula} by {name}: twice the derivative is verified"));
            }
        }
    }
    println!("{verified} claims verified, {undefined} derivatives without a point of the domain");
    assert!(
        failures.is_empty(),
        "{} failures:\n{}",
        failures.len(),
        failures.join("\n")
    );
    assert!(10 * undefined < verified);
}

#[test]
fn second_derivatives_of_random_formulas_are_verified() {
    let mut dice = Dice(7);
    let mut failures = Vec::new();
    for _ in 0..cases() / 5 {
        let formula = scalar(&mut dice);
        let text = format!("{DECLARATIONS}{formula}");
        let Ok(mut problem) = Problem::parse(&text) else {
            continue;
        };
        for wrt in [["z", "z"], ["z", "a"], ["a", "t"]] {
            let Ok(answer) = problem.derive(&wrt) else { continue };
            let check = answer.check(&mut problem);
            if !check.is_verified() && check.points > 0 {
                failures.push(format!("{formula} by {wrt:?}: {:?}", check.verdict));
            }
        }
    }
    assert!(
        failures.is_empty(),
        "{} failures:\n{}",
        failures.len(),
        failures.join("\n")
    );
}

#[test]
fn the_conjugate_of_a_gradient_is_another_convention() {
    let text = "z: complex vector(n); A: complex matrix(m, n); norm2(A*z)^2";
    let mut problem = Problem::parse(text).unwrap();
    assert!(problem.check_claim("z", "2*A†*A*z").unwrap().is_verified());
    assert!(problem.check_claim("z", "2*real(z†*A†*A*dz)").unwrap().is_verified());
    assert!(!problem.check_claim("z", "2*conj(A†*A*z)").unwrap().is_verified());
    assert!(!problem.check_claim("z", "2*A'*A*z").unwrap().is_verified());
}

#[test]
fn the_examples_of_the_records_hold() {
    let mut count = 0;
    for (text, variable, known) in ops::all().flat_map(|op| op.examples) {
        if text.contains("complex ") {
            let mut problem = Problem::parse(text).unwrap();
            let check = problem.check_claim(variable, known).unwrap();
            assert!(check.is_verified(), "{text} by {variable}: {known}: {check:?}");
            count += 1;
        }
    }
    assert!(count >= 5, "only {count} examples");
}

#[test]
fn complex_answers_have_the_shapes_of_real_ones() {
    let mut problem = Problem::parse("z: complex vector(n); w: complex vector(m); z*w†").unwrap();
    let answer = problem.derive(&["w"]).unwrap();
    assert_eq!(answer.derivative_axes(), ["n", "m", "m"]);
    assert_eq!(answer.wirtinger().len(), 2);
    assert_eq!(answer.wirtinger()[1].name(Notation::Text), "df/dconj(w)");
    assert_eq!(
        answer.wirtinger()[1].name(Notation::Latex),
        "\\frac{\\partial f}{\\partial \\overline{w}}"
    );
}

#[test]
fn formulas_with_kinks_and_branches_are_checked_away_from_them() {
    let mut failures = Vec::new();
    for formula in [
        "sum(abs(z .- _))",
        "sum(relu(real(z) .- _))",
        "sum(abs(imag(z) .- _))",
        "sum(max(real(z), imag(z) .+ _))",
        "maximum(real(z.*w) .- _)",
        "maximum([real(z[1]), _])",
        "sum(where(real(z) < _*ones(n), z, conj(w)))",
        "sum(sqrt(z.*w .- _))",
        "sum(log(z.^2 .- _))",
        "real(sum(arcsin(3*z .- _)))",
        "sum(sqrt(real(z) .- _))",
        "_^real(z[1])",
    ] {
        for tenths in -12..=12 {
            let formula = formula.replace('_', &format!("({tenths}/10)"));
            let mut problem = Problem::parse(&format!("{DECLARATIONS}{formula}")).unwrap();
            let check = problem.derive(&["z"]).unwrap().check(&mut problem);
            if !check.is_verified() && check.points > 0 {
                failures.push(format!("{formula}: {:?}", check.verdict));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// Of a diagonal matrix the derivative of the exponential in the direction of a diagonal entry has one entry.
#[test]
fn derivatives_without_an_explicit_form_have_numbers() {
    let real = Array::from_rows(&[vec![0.5, 0.0], vec![0.0, -1.0]]).unwrap();
    let imaginary = Array::from_rows(&[vec![2.0, 0.0], vec![0.0, 1.0]]).unwrap();
    let inputs = Inputs {
        values: [("Z".to_owned(), real)].into(),
        imaginary: [("Z".to_owned(), imaginary)].into(),
        ..Inputs::default()
    };
    for (formula, sign) in [("expm(Z)", 1.0), ("expm(conj(Z))", -1.0), ("conj(expm(Z))", -1.0)] {
        let mut problem = Problem::parse(&format!("Z: complex matrix(n, n); {formula}")).unwrap();
        let answer = problem.derive(&["Z"]).unwrap();
        assert!(answer.explicit(Notation::Text).is_none());
        assert!(answer.check(&mut problem).is_verified(), "{formula}");
        let numbers = problem.evaluate(Some(&answer), &inputs).unwrap();
        let (real, imaginary) = (
            numbers.derivative.unwrap(),
            numbers.imaginary.unwrap().derivative.unwrap(),
        );
        assert_eq!(real.shape(), [2, 2, 2, 2]);
        let entry = |at: [usize; 4]| (*real.get(&at).unwrap(), *imaginary.get(&at).unwrap());
        for (at, x, y) in [(0, 0.5f64, 2.0f64), (1, -1.0, 1.0)] {
            let (re, im) = entry([at; 4]);
            assert!((re - x.exp() * y.cos()).abs() < 1e-12, "{formula}: {re}");
            assert!((im - sign * x.exp() * y.sin()).abs() < 1e-12, "{formula}: {im}");
        }
        assert_eq!(entry([0, 0, 1, 1]), (0.0, 0.0));
    }
}

#[test]
fn parts_of_complex_matrices_have_eigenvalues_and_complex_ones_do_not() {
    for formula in ["lmax(sym(imag(A)))", "sum(eigvals(sym(real(A))).^3)"] {
        let mut problem = Problem::parse(&format!("{DECLARATIONS}{formula}")).unwrap();
        let check = problem.derive(&["A"]).unwrap().check(&mut problem);
        assert!(check.is_verified(), "{formula}: {check:?}");
    }
    // An abbreviation as much as what it stands for.
    for formula in ["lmax(S)", "eigvals(S)"] {
        let errors = Problem::parse(&format!("{DECLARATIONS}{formula}")).unwrap_err();
        assert_eq!(errors.diagnostics()[0].code, "G0232", "{formula}: {errors}");
    }
}

/// Beside branch cuts a tower of powers bends within a thousandth of the size of its variable.
#[test]
fn towers_of_powers_are_verified() {
    for height in [20, 30, 40] {
        let tower = (0..height).fold("z".to_owned(), |tower, _| format!("({tower}).^z"));
        let mut problem = Problem::parse(&format!("z: complex vector(n)\n{tower}")).unwrap();
        let answer = problem.derive(&["z"]).unwrap();
        let check = answer.check(&mut problem);
        assert!(check.is_verified(), "height {height}: {:?}", check.verdict);
    }
}

/// `(1/2)^c` may turn around zero, so its powers are on another branch than those with multiplied exponents.
#[test]
fn powers_of_complex_powers_keep_their_branch() {
    let mut problem = Problem::parse("c: complex scalar\n(0.5^c)^c").unwrap();
    assert_eq!(problem.function_text(Notation::Text).unwrap(), "((1/2)^c)^c");
    let inputs = Inputs {
        values: [("c".to_owned(), Array::scalar(0.0))].into(),
        imaginary: [("c".to_owned(), Array::scalar(9.0))].into(),
        ..Inputs::default()
    };
    // 0.5^(9i) is on the unit circle, at an angle beyond half a turn: 2*pi - 9*log(2).
    let angle = 2.0 * std::f64::consts::PI - 9.0 * 2f64.ln();
    let value = problem.evaluate(None, &inputs).unwrap().value;
    assert!((value.data()[0] - (-9.0 * angle).exp()).abs() < 1e-12, "{value:?}");
}

#[test]
fn numbers_of_real_parts_come_out_of_sums() {
    let mut problem = Problem::parse("z: complex vector(n); sum(real(z).^3)").unwrap();
    let answer = problem.derive(&["z"]).unwrap();
    assert_eq!(problem.function_text(Notation::Text).unwrap(), "sum(real(z).^3)");
    assert_eq!(answer.differential(Notation::Text), "3*real(sum(real(z).^2.*dz))");
    assert_eq!(answer.explicit(Notation::Text), Some("3*real(z).^2"));
}

#[test]
fn what_is_off_the_cut_is_not_said_to_be_nonzero() {
    for (text, assumed) in [
        ("z: complex scalar; log(z)", "z is not 0 and not a negative real number"),
        (
            "z: complex vector(n); log(z)",
            "no entry of z is 0 or a negative real number",
        ),
    ] {
        let mut problem = Problem::parse(text).unwrap();
        let answer = problem.derive(&["z"]).unwrap();
        assert_eq!(answer.assumptions(), [assumed], "{text}");
    }
}
