//! The check that users see, on derivatives that somebody claims: the right ones pass, planted mistakes do not.

use gateaux::Problem;

/// A problem, a variable, and a claim: the explicit form, or with a hole in it the differential.
type Claim = (&'static str, &'static str, &'static str);

/// Textbook answers, some in a form that is not ours.
const RIGHT: &[Claim] = &[
    ("x'*A*x", "x", "(A + A')*x"),
    ("norm2(A*x - b)^2", "x", "2*A'*(A*x - b)"),
    ("norm2(A*x - b)^2", "A", "2*(A*x - b)*x'"),
    ("tr(A*X*B)", "X", "A'*B'"),
    ("tr(A*X*B)", "X", "tr(B*A*dX)"),
    ("logdet(X)", "X", "inv(X')"),
    ("A*x", "x", "A"),
    ("A*inv(X)*B", "X", "-A*inv(X)*dX*inv(X)*B"),
    ("softmax(x)", "x", "diag(softmax(x)) - softmax(x)*softmax(x)'"),
    ("S: symmetric(n); tr(A*S)", "S", "sym(A)"),
    ("D: diagonal(n); tr(A*D)", "D", "diag(diag(A))"),
    ("K: skew(n); tr(A'*K)", "K", "(A - A')/2"),
    ("S: symmetric(n); logdet(S)", "S", "inv(S)"),
    ("sum(abs(x))", "x", "sign(x)"),
    ("x'*y*x", "x", "x*y' + (x'*y)*eye"),
    ("s: scalar; s^3", "s", "3*s*s"),
];

/// Planted mistakes.
const WRONG: &[(&str, Claim)] = &[
    ("symmetry assumed", ("x'*A*x", "x", "2*A*x")),
    ("transpose forgotten", ("norm2(A*x - b)^2", "A", "2*x*(A*x - b)'")),
    ("factor 2 forgotten", ("norm2(A*x - b)^2", "x", "A'*(A*x - b)")),
    ("sign", ("norm2(A*x - b)^2", "x", "2*A'*(b - A*x)")),
    ("transpose forgotten", ("tr(A*X*B)", "X", "B*A")),
    ("transpose forgotten", ("logdet(X)", "X", "inv(X)")),
    ("sign forgotten", ("tr(A*inv(X))", "X", "inv(X)'*A'*inv(X)'")),
    (
        "order",
        (
            "A: matrix(n, n); B: matrix(n, n); tr(A*inv(X)*B)",
            "X",
            "-inv(X)'*B'*A'*inv(X)'",
        ),
    ),
    ("a term forgotten", ("softmax(x)", "x", "diag(softmax(x))")),
    ("a term forgotten", ("x'*y*x", "x", "(x'*y)*eye(n)")),
    ("Jacobian transposed", ("M: matrix(n, n); M*x", "x", "M'")),
    ("a row for a column", ("b'*x", "x", "b'")),
    ("diagonal and matrix confused", ("sum(diag(X))", "X", "ones(n, n)")),
    (
        "diagonal of the wrong factor",
        ("diag(x)*A*y", "x", "diag(x)*diag(A*y)"),
    ),
    ("not projected", ("S: symmetric(n); tr(A*S)", "S", "A")),
    ("not projected", ("S: symmetric(n); tr(A*S)", "S", "A'")),
    (
        "off the diagonal counted twice",
        ("S: symmetric(n); tr(A*S)", "S", "A + A' - diag(diag(A))"),
    ),
    ("not projected", ("D: diagonal(n); tr(A*D)", "D", "A'")),
    ("sign of the skew part", ("K: skew(n); tr(A'*K)", "K", "(A' - A)/2")),
    ("not projected", ("Q: orthogonal(n); tr(A*Q)", "Q", "A'")),
    ("power off by one", ("sum(x.^3)", "x", "3*x.^3")),
    ("factor off by one", ("sum(x.^3)", "x", "2*x.^2")),
    ("inner derivative forgotten", ("sum(exp(A*x))", "x", "exp(A*x)")),
    ("wrong at kinks only on one side", ("sum(abs(x))", "x", "ones(n)")),
    ("a constant", ("norm2(x)", "x", "2*x/norm2(x)")),
    ("noncommuting factors", ("A*X^2*B", "X", "2*A*X*dX*B")),
    ("a term dropped", ("X^3", "X", "dX*X^2 + X*dX*X")),
    ("sign", ("inv(X)", "X", "inv(X)*dX*inv(X)")),
    ("transpose dropped", ("X: matrix(n, n); X'*X", "X", "dX*X + X'*dX")),
    ("half", ("sym(X)*b", "X", "(dX + dX')*b")),
    ("adjugate for inverse", ("det(X)", "X", "tr(inv(X)*dX)")),
    ("zero", ("x'*A*x", "x", "zeros(n)")),
    ("a small factor", ("x'*A*x", "x", "1.00001*(A + A')*x")),
    ("kron swapped", ("kron(A, X)", "X", "kron(dX, A)")),
    ("the wrong axis", ("sum(X, 1)*b", "X", "sum(dX, 2)'*b")),
];

fn problem(text: &str) -> Problem {
    // The kinds of the names are as people have them.
    let declarations = [
        ("sum(X, 1)", "X: matrix(n, n); b: vector(n); "),
        ("kron", "A: matrix(n, n); X: matrix(n, n); "),
    ];
    let known = declarations
        .iter()
        .find(|(part, _)| text.contains(part))
        .map_or("", |(_, declarations)| declarations);
    let names = [
        ("b'*x", "b: vector(n); "),
        ("A*x - b", "b: vector(m); "),
        ("sym(X)*b", "X: matrix(n, n); b: vector(n); "),
    ];
    let b = names
        .iter()
        .find(|(part, _)| text.contains(part))
        .map_or("", |(_, declaration)| declaration);
    Problem::parse(&format!("{known}{b}{text}")).unwrap_or_else(|errors| panic!("{text}: {errors}"))
}

#[test]
fn right_claims_are_verified() {
    for (text, wrt, claim) in RIGHT {
        let check = problem(text)
            .check_claim(wrt, claim)
            .unwrap_or_else(|errors| panic!("{claim}: {errors}"));
        assert!(check.is_verified(), "d({text})/d{wrt} = {claim}: {check:?}");
    }
}

#[test]
fn planted_mistakes_are_caught() {
    let mut missed = Vec::new();
    for (mistake, (text, wrt, claim)) in WRONG {
        let check = problem(text)
            .check_claim(wrt, claim)
            .unwrap_or_else(|errors| panic!("{text}, {claim}: {errors}"));
        println!("{mistake}: d({text})/d{wrt} = {claim}: {:?}", check.verdict);
        if check.is_verified() {
            missed.push(format!("{mistake}: d({text})/d{wrt} = {claim}"));
        }
    }
    assert!(missed.is_empty(), "missed:\n{}", missed.join("\n"));
}

#[test]
fn a_claim_that_is_no_claim_is_an_error() {
    let mut problem = Problem::parse("x'*A*x").unwrap();
    assert!(
        problem.check_claim("x", "z").is_err(),
        "a variable that is not in the problem"
    );
    assert!(problem.check_claim("x", "A*").is_err(), "no expression");
    assert!(
        problem.check_claim("z", "x").is_err(),
        "no variable to differentiate by"
    );
}
