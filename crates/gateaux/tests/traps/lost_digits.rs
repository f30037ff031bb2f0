//! Remarks on the digits that rounding has taken, of real and of complex numbers.

use gateaux::{Inputs, Problem};

use crate::inputs;

/// The remarks on lost digits of the value, or of the value and the derivative.
fn remarks(text: &str, wrt: &str, real: &str, imaginary: &str) -> Vec<String> {
    let inputs = Inputs {
        imaginary: inputs(imaginary).values,
        ..inputs(real)
    };
    let mut problem = Problem::parse(text).expect("a problem");
    let answer = match wrt {
        "" => None,
        wrt => Some(problem.derive(&[wrt]).expect("a derivative")),
    };
    let numbers = problem.evaluate(answer.as_ref(), &inputs).expect("numbers");
    let is_remark = |note: &String| note.contains("digit");
    numbers.notes.into_iter().filter(is_remark).collect()
}

#[test]
fn sums_that_cancel_say_how_many_digits_are_left() {
    // The last place of 1e12 is about 1e-4, and that of 1e20 about 1e4.
    const SUM: &str = "z: complex scalar; a: scalar; b: scalar; (z + a - b)*exp(im*z)";
    let cases = [
        (
            SUM,
            "a = 1e12; b = 1e12; z = 0.3",
            "z = 0.7",
            "about 4 digits of the value are right: rounding takes the others in +",
        ),
        (
            SUM,
            "a = 1e20; b = 1e20; z = 0.3",
            "z = 0.7",
            "no digit of the value is certain: rounding takes all of them in +",
        ),
        (SUM, "a = 2; b = 1; z = 0.3", "z = 0.7", ""),
        // Sums of integers are exact.
        (SUM, "a = 1e12; b = 1e12; z = 3", "z = -2", ""),
        (
            "x: scalar; a: scalar; b: scalar; (x + a - b)*exp(x)",
            "a = 1e12; b = 1e12; x = 0.3",
            "",
            "about 4 digits of the value are right: rounding takes the others in +",
        ),
        (
            "x: scalar; a: scalar; b: scalar; (x + a - b)*exp(x)",
            "a = 3; b = 1; x = 0.3",
            "",
            "",
        ),
    ];
    for (text, real, imaginary, told) in cases {
        let expected: Vec<&str> = [told].into_iter().filter(|told| !told.is_empty()).collect();
        assert_eq!(remarks(text, "", real, imaginary), expected, "{text} at {real}");
    }
}

#[test]
fn functions_of_complex_matrices_say_how_many_digits_are_left() {
    const ROOT: &str = "Z: complex matrix(2, 2); sqrtm(Z)";
    // The real part has the defective eigenvalue -1; the imaginary one parts it into about -1 + (1 + i)*1e-6 and
    // -1 - (1 + i)*1e-6 on both sides of the cut of the root, which rounding errors of 1e-16 move by 1e-10.
    let cases = [
        (ROOT, "", "Z = [[1, -1], [4, -3]]", "Z = [[1e-12, 0], [0, 0]]", true),
        (ROOT, "", "Z = [[2, 1], [0.5, 3]]", "Z = [[1, 0], [-1, 0.5]]", false),
        (
            "Z: complex matrix(2, 2); tr(expm(Z))",
            "Z",
            "Z = [[0, -30], [30, 0]]",
            "Z = [[1, 0], [0, 2]]",
            false,
        ),
        (
            "Z: complex matrix(2, 2); logdet(Z)",
            "Z",
            "Z = [[2, 1], [0.5, 3]]",
            "Z = [[1, 0], [-1, 0.5]]",
            false,
        ),
    ];
    for (text, wrt, real, imaginary, is_told) in cases {
        let found = remarks(text, wrt, real, imaginary);
        assert_eq!(!found.is_empty(), is_told, "{text} at {real}: {found:?}");
    }
}
