//! Ring 1: every rational operation, in every view of its derivatives, without tolerance.

use gateaux_array::{DoubleDouble, Prime};

use crate::tally::{STRUCTURES, Tally, is_row, variables};

/// What the formulas below are made of; the structured ones may be put in the place of X.
const DECLARATIONS: &str = "s: scalar; t: scalar; x: vector(m); y: vector(m); z: vector(n); A: matrix(m, n); B: matrix(n, m); \
                            C: matrix(m, m); X: matrix(m, m); Y: matrix(m, m); ";

/// Every form and every function with values in a prime field, and what they are next to.
const FORMULAS: &[&str] = &[
    // Sums and scalars.
    "X + Y",
    "2*X - 0.5*Y",
    "X - X",
    "s*X",
    "s*t*X",
    "X/s",
    "s^2*x",
    "(s + t)^3",
    "s/(s + t)",
    "s^(-3)*x",
    "(x'*y)*X",
    "tr(X)*X",
    "(s*x + t*y)/(1 + s^2)",
    "n*x + m*y",
    "s*A + t*B'",
    "(2*s)^2*(3*t)^(-1)",
    "x .+ s",
    "X .- t",
    // Products.
    "X*Y",
    "X*X",
    "X^3",
    "X^-1",
    "X^-2",
    "inv(X)*Y",
    "Y/X",
    "X\\Y",
    "X\\x",
    "X*A*B",
    "B*X*A",
    "A'*X*A",
    "X*x",
    "x'*X",
    "X'*X",
    "x'*X*y",
    "x'*X'*X*x",
    "x*y'",
    "x*x'*X",
    "A*z*x'",
    "X*x*y'*Y",
    "inv(X*Y)",
    "inv(X)'*x",
    "X^2*Y*X^-1*x",
    "inv(X + Y)",
    "inv(A*B + X)",
    "X*inv(X'*X)*X'",
    "(X*Y)^2",
    "(X*Y)^-2",
    "(x'*X*x)^2*X",
    "x'*inv(X)*x",
    "(X')^3",
    "(x*y')^2*X",
    // Transposes.
    "X'",
    "(X*Y)'",
    "(X + Y')'",
    "(x'*X)'",
    "(A.*(X*A))'",
    "(X .* Y)'*x",
    "(x*y' + X)'",
    "(s*X)'",
    "inv(X')",
    // Congruences, whose symmetry is that of the middle.
    "A'*X*X*A",
    "tr(A'*X^2*A)",
    "sum(A'*X^-2*A)",
    "diag(A'*X^3*A)",
    "dot(X*A, X*A)",
    "x'*X*X*x",
    // Elementwise.
    "X.*Y",
    "X.^2",
    "X.^3",
    "x.^(-1)",
    "1./x",
    "x./y",
    "X./Y",
    "x.*y.*x",
    "X.*X'",
    "(x.*y)'*X",
    "(X*x).*y",
    "(X*x).^2",
    "(X*Y).*Y",
    "A.*(X*A)",
    "(X*X).^(-2)",
    "(x'*y)*x.*y",
    "x.^2./(y.^3)",
    "X.*(x*y')",
    "(X.*Y)*x",
    "(X.*Y)*A",
    "(x + y).^2.*x",
    // Traces and sums.
    "tr(X)",
    "tr(X*Y)",
    "tr(X'*Y)",
    "tr(X*A*B)",
    "tr(X)^2",
    "tr(X*X)",
    "tr(X^3)",
    "tr(inv(X)*Y)",
    "tr(X.*Y)",
    "tr(x*y'*X)",
    "sum(X)",
    "sum(x)",
    "sum(X.^2)",
    "sum(X*A)",
    "sum(x)^2*x",
    "sum(x.*y)",
    "sum(X')",
    "sum(A, 1)",
    "sum(X, 1)",
    "sum(X, 2)",
    "sum(X*A, 1)",
    "sum(X.*Y, 2)",
    "sum(A, 2)'*X",
    "mean(x)",
    "mean(X)",
    "mean(X, 1)",
    "mean(A'*X, 2)",
    "mean(X.^2, 2)",
    "dot(X, Y)",
    "dot(x, X*y)",
    "dot(X*A, A)",
    "dot(X, X)",
    "x.*mean(x)",
    "tr(kron(X, Y))",
    "sum(kron(x, z))",
    // Diagonals.
    "diag(X)",
    "diag(x)",
    "diag(diag(X))",
    "diag(x)*X",
    "X*diag(x)*Y",
    "diag(X*Y)",
    "diag(x)*diag(y)",
    "diag(x)*y",
    "x'*diag(X)",
    "tr(diag(x)*X)",
    "diag(X*diag(x)*Y)",
    "diag(x*y')",
    "diag(x)^2*X",
    "inv(diag(x) + X)",
    "diag(X)*x'",
    "diag(inv(X))",
    "diag(A*B)",
    "diag(X')",
    "diag(X.*Y)",
    "diag(x.^2)*y",
    "inv(diag(x))*y",
    "diag(x + y)",
    "A*diag(z)*B",
    "sum(diag(x))",
    // Shapes.
    "vec(X)",
    "vec(x*y')",
    "vec(A)'*vec(X*A)",
    "reshape(A, n, m)",
    "reshape(vec(X), m, m)",
    "reshape(X*A, n, m)*x",
    "vec(X)*vec(Y)'",
    "vec(X*Y)",
    "vec(x)",
    "vec(x')",
    "reshape(x, m, 1)",
    "vec(X')",
    "vec(X')'*vec(Y)",
    "reshape(A, n, m)*X",
    "vec(X + Y)",
    "diag(vec(A))",
    "vec(diag(x))",
    // Kronecker products.
    "kron(X, Y)",
    "kron(A, X)",
    "kron(X, A)",
    "kron(x, y)",
    "kron(x, z)",
    "kron(X*x, z)",
    "kron(X, Y)*vec(X)",
    "kron(A, X)*kron(B, Y)",
    "kron(A, B)*vec(X*A)",
    "x'*reshape(kron(z, x), m, n)*z",
    "kron(X, eye(n))",
    "kron(X', A)*vec(X*A)",
    "vec(C)'*kron(B', X)*vec(A)",
    "kron(inv(X), B)",
    "kron(X.*Y, A)",
    "kron(x, x)",
    "tr(kron(X, X))",
    "kron(X + Y, B)",
    // Determinants.
    "det(X)",
    "det(X*Y)",
    "det(X)^2",
    "det(X)*X",
    "det(inv(X))",
    "det(X')",
    "det(X)*inv(X)",
    "det(A*B + X)",
    "det(X + x*y')",
    "adj(X)",
    "adj(X)*x",
    "tr(adj(X)*Y)",
    "adj(X*Y)",
    "adj(X')",
    "det(x*y')",
    "adj(X)*X",
    "adj(adj(X))",
    "adj(x*y')*X",
    "1/det(X)",
    // Parts.
    "sym(X)",
    "skew(X)",
    "sym(X*Y)",
    "skew(X)*x",
    "sym(X)^2",
    "tr(sym(X)*Y)",
    "inv(sym(X))",
    "det(sym(X))",
    "sym(A*B)*X",
    // Constants that do not depend on the variable.
    "ones(m, n)*B*X",
    "ones(m)",
    "x*ones(n)'",
    "eye(m) + X",
    "eye(m)*s",
    "zeros(m, n)",
    "ones(m)'*X*ones(m)",
    "x .+ 1",
    "3*x",
    // Longer ones.
    "tr(X'*A*B*X) - 2*tr(X'*Y) + s*tr(X)",
    "(x'*X*x)/(x'*x)",
    "det(X)*tr(inv(X)*Y)",
    "x'*inv(X + s*eye(m))*x",
    "A*inv(B*X*A)*B",
    "sum((X*A - C*A).^2)",
    "diag(X*Y)'*diag(Y*X)",
    "(eye(m) - x*x'/(x'*x))*y",
    "(X*x - y)'*(X*x - y)/m",
    "tr(A'*inv(X)*A*B*X*B')",
    "det(X'*X)*x",
    "tr((X.*Y)*(X.*C)')",
];

const SIZES: [&[usize]; 3] = [&[2, 3], &[3, 2], &[1, 1]];

#[test]
fn derivatives_of_rational_formulas_are_exact() {
    let mut tally = Tally::default();
    for formula in FORMULAS {
        let text = format!("{DECLARATIONS}{formula}");
        for wrt in variables(&text, &mut tally) {
            SIZES.iter().for_each(|sizes| tally.views::<Prime>(&text, &wrt, sizes));
        }
    }
    tally.done("rational formulas", [0, 40]);
}

#[test]
fn every_entry_of_an_explicit_form_is_exact() {
    let mut tally = Tally::default();
    for formula in FORMULAS {
        let text = format!("{DECLARATIONS}{formula}");
        for wrt in variables(&text, &mut tally) {
            tally.entries::<Prime>(&text, &[&wrt]);
        }
    }
    for structure in STRUCTURES {
        let declarations = DECLARATIONS.replace("X: matrix(m, m)", &format!("X: {structure}(m)"));
        for formula in FORMULAS.iter().filter(|formula| formula.contains('X')) {
            tally.entries::<Prime>(&format!("{declarations}{formula}"), &["X"]);
        }
    }
    tally.done("explicit forms", [0, 40]);
}

#[test]
fn every_entry_of_a_second_derivative_is_exact() {
    let mut tally = Tally::default();
    for formula in FORMULAS {
        let text = format!("{DECLARATIONS}{formula}");
        let names = variables(&text, &mut tally);
        let pairs = names
            .iter()
            .flat_map(|one| names.iter().map(move |two| [one.as_str(), two]));
        for pair in pairs.filter(|_| !is_row(&text)) {
            tally.entries::<Prime>(&text, &pair);
        }
    }
    for structure in STRUCTURES {
        let declarations = DECLARATIONS.replace("X: matrix(m, m)", &format!("X: {structure}(m)"));
        for formula in FORMULAS.iter().filter(|formula| formula.contains('X')) {
            let text = format!("{declarations}{formula}");
            if is_row(&text) {
                continue;
            }
            let others = variables(&text, &mut tally).into_iter().filter(|name| name != "X");
            for other in others.chain(["X".to_owned()]) {
                // The orthogonal matrices are curved.
                if other != "X" || structure != "orthogonal" {
                    tally.entries::<Prime>(&text, &["X", &other]);
                }
            }
        }
    }
    tally.done("explicit forms of order 2", [3, 40]);
}

#[test]
fn derivatives_by_structured_variables_are_exact() {
    let mut tally = Tally::default();
    for structure in STRUCTURES {
        for formula in FORMULAS.iter().filter(|formula| formula.contains('X')) {
            let declarations = DECLARATIONS.replace("X: matrix(m, m)", &format!("X: {structure}(m)"));
            // A skew matrix of odd size is singular, and that of size 1 is zero.
            let sizes: &[&[usize]] = if structure == "skew" {
                &[&[2, 3], &[4, 3]]
            } else {
                &[&[3, 2], &[1, 1]]
            };
            sizes
                .iter()
                .for_each(|sizes| tally.views::<Prime>(&format!("{declarations}{formula}"), "X", sizes));
        }
    }
    tally.done("structured variables", [0, 40]);
}

/// What can be put around a piece of a kind, `_` being the piece.
const AROUND_MATRIX: &[&str] = &[
    "_",
    "(_)'",
    "Y*(_)",
    "(_)*x",
    "x'*(_)",
    "(_)*(_)",
    "inv(_)",
    "(_)^2",
    "tr(_)",
    "sum(_)",
    "sum(_, 1)",
    "sum(_, 2)",
    "diag(_)",
    "diag(diag(_))",
    "vec(_)",
    "kron(_, A)",
    "kron(A, _)",
    "(_).*Y",
    "(_).^2",
    "Y./(_)",
    "det(_)",
    "adj(_)",
    "dot(Y, _)",
    "mean(_, 1)",
    "sym(_)",
    "skew(_)",
    "s*(_)",
    "tr(_)*Y",
    "(_) + X",
    "reshape(A*B*(_), m, m)",
];
const AROUND_VECTOR: &[&str] = &[
    "_",
    "(_)'",
    "X*(_)",
    "(_)'*X",
    "(_)'*(_)",
    "x'*(_)",
    "(_)*y'",
    "sum(_)",
    "mean(_)",
    "diag(_)",
    "diag(_)*X",
    "(_).*x",
    "1./(_)",
    "(_).^3",
    "kron(_, z)",
    "kron(z, _)",
    "vec(_)",
    "dot(_, y)",
    "s*(_)",
    "(_) + x",
    "((_)'*y)*x",
    "A'*(_)",
    "reshape(_, m, 1)",
];
/// Pieces of these kinds.
const MATRICES: &[&str] = &[
    "X",
    "X*Y",
    "X'",
    "X.*Y",
    "X.^2",
    "X^2",
    "inv(X)",
    "x*x'",
    "diag(x)",
    "s*X",
    "tr(X)*Y",
    "det(X)*Y",
    "adj(X)",
    "sym(X)",
    "skew(X)",
    "X + Y'",
    "reshape(kron(x, y), m, m)",
    "(x'*X*y)*X",
    "diag(X*x)",
    "A*B + X",
    "Y*diag(x)*X",
    "reshape(vec(X), m, m)",
    "A*diag(z)*B",
];
const VECTORS: &[&str] = &[
    "x",
    "X*x",
    "X'*x",
    "x.*y",
    "x.^2",
    "1./x",
    "s*x",
    "diag(X)",
    "sum(X, 2)",
    "sum(X, 1)'",
    "(x'*y)*x",
    "X\\x",
    "diag(X*Y)",
    "diag(x)*X*y",
    "mean(x)*x",
    "(X.*Y)*x",
    "A*z + x",
    "x./(x'*x)",
    "adj(X)*x",
];

#[test]
fn every_pair_of_operations_composes() {
    let mut tally = Tally::default();
    for (around, pieces) in [(AROUND_MATRIX, MATRICES), (AROUND_VECTOR, VECTORS)] {
        for (outer, piece) in around
            .iter()
            .flat_map(|outer| pieces.iter().map(move |piece| (outer, piece)))
        {
            let text = format!("{DECLARATIONS}{}", outer.replace('_', piece));
            let wrt = if piece.contains('X') {
                "X"
            } else {
                piece.trim_matches(|c: char| c != 'x').get(..1).unwrap_or("z")
            };
            tally.views::<Prime>(&text, wrt, &[2, 3]);
        }
    }
    tally.done("pairs", [0, 40]);
}

/// Functions that a prime field does not have, in numbers with 31 digits.
const REAL: &[&str] = &[
    "norm2(x)",
    "norm2(X*x - y)^2",
    "norm2(X)",
    "norm2(x)*x",
    "x/norm2(x)",
    "norm2(X)^3",
    "norm1(X*x)",
    "norm1(x)*x",
    "sqrt(x'*x + 1)",
    "sqrt(x.*x)",
    "exp(x)",
    "exp(X)*x",
    "log(x.^2)",
    "sum(log(1 .+ exp(X*x)))",
    "softplus(X*x)",
    "sigmoid(x).*y",
    "tanh(X)",
    "sin(x)'*cos(y)",
    "tan(0.3*x)",
    "arcsin(0.2*x)",
    "arccos(0.2*X)",
    "arctan(X*x)",
    "sinh(x)",
    "cosh(X)",
    "abs(x)",
    "sign(x).*x",
    "relu(X*x)",
    "erf(X)",
    "log1p(x.^2)",
    "expm1(X*x)",
    "logdet(X*X' + eye(m))",
    "logdet(A*A' + eye(m))",
    "logsumexp(X*x)",
    "logsumexp(X)",
    "logsumexp(X)*x",
    "softmax(x)",
    "softmax(X*x)",
    "x.*softmax(x)",
    "max(x, y)",
    "min(X, Y)",
    "max(x, s)",
    "min(s, x)",
    "sum(max(X*x, 0))",
    "s^t",
    "(1 + s^2).^x",
    "(1 .+ x.^2).^0.5",
    "(1 .+ x.^2).^(y.^2)",
    "exp(-norm2(x)^2/2)",
    "x.^2.5",
    "log(det(X*X'))",
    "sum(exp(X))^(-1)*X",
    "exp(x'*X*x)",
    "log(sum(exp(x)))",
    "diag(exp(x))*X",
    "exp(tr(X))",
    "sqrt(s^2 + 1)*X",
    "norm2(diag(X))",
    "tr(exp(X*Y)*Y)",
    "kron(exp(x), sin(z))",
    "norm2(A'*x)",
    "sum(abs(X))",
    "inv(diag(exp(x)) + X*X')*y",
    "log(sigmoid(x))",
    "norm(X - x*y')",
    "normF(X)",
    "pi*x",
    "exp(s)*exp(t)",
    // The parts of its second derivative lead back to each other when they are opened.
    "dot((x*x' - diag(y))^-2, sinh(arctan(reshape(kron(x, x), m, m) + eye(m))))",
];

#[test]
fn derivatives_of_real_formulas_agree_to_many_digits() {
    let mut tally = Tally::default();
    for formula in REAL {
        let text = format!("{DECLARATIONS}{formula}");
        for wrt in variables(&text, &mut tally) {
            [&[2usize, 3][..], &[1, 1]]
                .iter()
                .for_each(|sizes| tally.views::<DoubleDouble>(&text, &wrt, sizes));
        }
    }
    for structure in STRUCTURES {
        for formula in REAL.iter().filter(|formula| formula.contains('X')) {
            let text = format!(
                "{}{formula}",
                DECLARATIONS.replace("X: matrix(m, m)", &format!("X: {structure}(m)"))
            );
            tally.views::<DoubleDouble>(&text, "X", &[4, 3]);
        }
    }
    tally.done("real formulas", [0, 20]);
}
