//! The normal form, told by what is printed: two texts that mean the same by the rules of the constructors print alike.

use gateaux_core::diff::{Explicit, derivative};
use gateaux_core::expr::{Error, Expr, Facts, Shape, Store, Structure};
use gateaux_core::infer::{build, infer};
use gateaux_core::print::{Notation, print};
use gateaux_core::simplify::simplify;

/// The text in normal form.
fn normal(text: &str) -> String {
    let (mut store, function) = expression(text);
    print(&mut store, function, Notation::Text).expect("a small text")
}

fn expression(text: &str) -> (Store, Expr) {
    let (tree, problems) = gateaux_syntax::parse(text);
    assert!(problems.is_empty(), "{text}: {problems:?}");
    let mut store = Store::default();
    let typing = infer(&tree, text, &[], &mut store.dims).unwrap_or_else(|errors| panic!("{text}: {errors:?}"));
    let built = build(&tree, &typing, &mut store).unwrap_or_else(|error| panic!("{text}: {error}"));
    (store, built.function)
}

fn all_print(cases: &[(&str, &str)]) {
    for (text, expected) in cases {
        assert_eq!(normal(text), *expected, "{text}");
    }
}

#[test]
fn like_terms_are_collected_and_common_numbers_stand_in_front() {
    all_print(&[
        ("x + x", "2*x"),
        ("x - x", "zeros(n)"),
        ("3*x - 2*(x - y)", "x + 2*y"),
        ("2*x + 2*y", "2*(x + y)"),
        ("-x - y", "-x - y"),
        ("x/2 + x/3", "5*x/6"),
        ("0.1*x + 0.2*x", "0.3*x"),
        ("a + 1 - a", "1"),
        ("-(-x)", "x"),
    ]);
}

#[test]
fn inverses_cancel_and_powers_join() {
    all_print(&[
        ("inv(A)*A*x", "x"),
        ("A*inv(A)", "eye(n)"),
        ("A^2*A^-1*x", "A*x"),
        ("A*A*A*x", "A^3*x"),
        ("inv(inv(A))*x", "A*x"),
        ("A: matrix(n, n)\nB: matrix(n, n)\ninv(A*B)", "inv(B)*inv(A)"),
        ("A: matrix(m, n)\ninv(A'*A)", "inv(A'*A)"),
        ("eye*x", "x"),
        ("Q: orthogonal(n)\nQ'*Q*x", "x"),
        ("Q: orthogonal(n)\nQ*(Q')^3*x", "Q'^2*x"),
        ("A*(2*x)", "2*A*x"),
    ]);
}

#[test]
fn transposes_go_to_the_leaves_of_products_and_stay_outside_of_sums() {
    all_print(&[
        ("(A*B)'", "B'*A'"),
        ("(A*x - y)'", "(A*x - y)'"),
        ("x''", "x"),
        ("(A' + B')*x", "(A + B)'*x"),
        ("S: symmetric(n)\nS'", "S"),
        ("K: skew(n)\nK'", "-K"),
        ("(x*y')'", "y*x'"),
        ("exp(X')'", "exp(X)"),
        ("diag(x)'", "diag(x)"),
    ]);
}

#[test]
fn scalars_leave_matrix_products() {
    all_print(&[
        ("x*y'*z", "(y'*z)*x"),
        ("x*x'*A*x", "(x'*A*x)*x"),
        ("y'*x", "y'*x"),
        ("x'*A*y - y'*A'*x", "0"),
        ("K: skew(n)\nx'*K*x", "0"),
        ("(a*x)'*(b*y)", "a*b*(x'*y)"),
    ]);
}

#[test]
fn elementwise_products_are_commutative_with_exponents() {
    all_print(&[
        ("x.*y - y.*x", "zeros(n)"),
        ("x.*x", "x.^2"),
        ("x./x", "ones(n)"),
        ("(x.*y).^2./y", "x.^2.*y"),
        ("sqrt(x).^2", "x"),
        ("diag(x)*y", "x.*y"),
        ("diag(x)*diag(y)", "diag(x.*y)"),
        ("(x.^2).^0.5", "sqrt(x.^2)"),
    ]);
}

/// Above the diagonal `tril(X)` is 0, and 0/0 is not 1.
#[test]
fn a_triangle_stays_a_triangle_under_any_power() {
    all_print(&[
        // 0/0 above the diagonal is no number.
        ("X: matrix(n, n)\ntril(X)./tril(X)", "1./tril(ones(n, n))"),
        ("X: matrix(n, n)\n(1./tril(X)).*tril(X).^2", "X./tril(ones(n, n))"),
        ("X: matrix(n, n)\ntriu(X).*triu(X)", "triu(X.^2)"),
    ]);
}

#[test]
fn a_row_has_the_entries_of_a_vector() {
    let mut store = Store::default();
    let (m, n) = (store.dims.name("m"), store.dims.name("n"));
    let entries = store.dims.mul(m, n).expect("small");
    let a = store
        .add_variable("A", Shape::Matrix(m, n), Structure::General, Facts::NONE)
        .expect("room");
    let row = store.reshape(a, Shape::Row(entries)).expect("as many entries");
    assert_eq!(print(&mut store, row, Notation::Text).expect("short"), "vec(A)'");
    let column = store.transpose(row).expect("room");
    assert_eq!(store.vec(a).expect("room"), column);
    assert_eq!(store.reshape(row, Shape::Matrix(m, n)).expect("as many entries"), a);
}

#[test]
fn traces_and_sums_have_one_form() {
    all_print(&[
        ("tr(A*B) - tr(B*A)", "0"),
        ("tr(A') - tr(A)", "0"),
        ("tr(A*x*y')", "y'*A*x"),
        ("tr(diag(x))", "sum(x)"),
        ("tr(kron(A, B))", "tr(A)*tr(B)"),
        ("sum(x.*y)", "x'*y"),
        ("sum(X.*Y) - tr(X'*Y)", "0"),
        ("tr(X'*X)", "norm2(X)^2"),
        ("norm2(A*x)^2", "norm2(A*x)^2"),
        ("(x'*x)^0.5", "norm2(x)"),
        ("sum(abs(x))", "norm1(x)"),
        ("diag(x*y')", "x.*y"),
    ]);
}

#[test]
fn functions_are_recognized() {
    all_print(&[
        ("log(det(X))", "logdet(X)"),
        ("log(sum(exp(x)))", "logsumexp(x)"),
        ("log(1 + exp(a))", "softplus(a)"),
        ("log(1 .+ exp(x))", "softplus(x)"),
        ("max(x, 0)", "relu(x)"),
        ("logdet(inv(X))", "-logdet(X)"),
        ("exp(0*a)", "1"),
    ]);
}

#[test]
fn facts_follow_from_the_form() {
    for (text, facts) in [
        ("A'*A", Facts::PSD),
        ("A: matrix(m, n)\nA'*A + eye", Facts::POSDEF),
        ("S: posdef(n)\ninv(S)", Facts::POSDEF),
        ("S: symmetric(n)\nA: matrix(n, m)\nA'*S*A", Facts::SYMMETRIC),
        ("A: matrix(n, n)\nA + A'", Facts::SYMMETRIC),
        ("A: matrix(n, n)\nA - A'", Facts::SKEW),
        ("diag(exp(x))", Facts::POSDEF),
        ("x*x'", Facts::PSD),
        ("x'*x", Facts::NONNEGATIVE),
        ("1 + exp(a)", Facts::POSITIVE),
    ] {
        let (store, function) = expression(text);
        assert!(store.facts(function).has(facts), "{text}: {:?}", store.facts(function));
    }
    let (store, function) = expression("A: matrix(n, n)\nB: matrix(n, n)\nA'*B");
    assert!(!store.facts(function).has(Facts::SYMMETRIC));
}

#[test]
fn constructors_refuse_what_is_ill_shaped() {
    let mut store = Store::default();
    let (m, n) = (store.dims.name("m"), store.dims.name("n"));
    let a = store
        .add_variable("A", Shape::Matrix(m, n), Structure::General, Facts::NONE)
        .expect("room");
    let x = store
        .add_variable("x", Shape::Vector(m), Structure::General, Facts::NONE)
        .expect("room");
    let results = [
        store.matmul(&[a, x]),
        store.add(a, x),
        store.trace(a),
        store.inverse(a),
        store.diag(a),
        store.diag_of(a),
        store.multiply(&[a, x]),
        store.reshape(a, Shape::Vector(m)),
    ];
    for result in results {
        assert!(matches!(result, Err(Error::IllShaped { .. })), "{result:?}");
    }
}

#[test]
fn a_number_that_is_too_large_is_an_error() {
    let (tree, _) = gateaux_syntax::parse("2^99999");
    let mut store = Store::default();
    let typing = infer(&tree, "2^99999", &[], &mut store.dims).expect("well typed");
    let built = build(&tree, &typing, &mut store).expect("the power is kept as it is");
    assert_eq!(
        print(&mut store, built.function, Notation::Text).expect("short"),
        "2^99999"
    );
}

/// A literal has the range of 64-bit floats, an exact number has not.
#[test]
fn numbers_beyond_the_range_of_literals_read_back() {
    all_print(&[
        ("((3^9)^9)^9*x", "3^729*x"),
        ("a^(3^729)", "a^3^729"),
        ("a^3^729", "a^3^729"),
        ("3^729*x/7", "3^729*x/7"),
        ("1e308*10*x", "10^309*x"),
        ("1e308*1e308*12300*x", "(123*10^618)*x"),
        ("1e-308*1e-92*x", "x/10^400"),
        ("5^2500*x", "5^2500*x"),
    ]);
    for text in [
        "10^1000 + 7",
        "2^3000 + 1",
        "1/(3^900 + 2)",
        "1 - 2^4000",
        "7^1000/(2^1999*3)",
        "1e-320",
        "1e-323/3",
    ] {
        let mut store = Store::default();
        let mut read = |text: &str| {
            let (tree, problems) = gateaux_syntax::parse(text);
            assert!(problems.is_empty(), "{text}: {problems:?}");
            let typing = infer(&tree, text, &[], &mut store.dims).expect("a number");
            let number = build(&tree, &typing, &mut store).expect("within the budget").function;
            (number, print(&mut store, number, Notation::Text).expect("short"))
        };
        let (number, printed) = read(text);
        assert_eq!(read(&printed), (number, printed), "{text}");
    }
}

fn variable_of(store: &Store, function: Expr, name: &str) -> Expr {
    let is_named = |expr: &Expr| store.as_var(*expr).is_some_and(|var| store.variable(var).name == name);
    let found = store.post_order(&[function]).into_iter().find(is_named);
    found.expect("the variable occurs")
}

/// However many passes it takes.
#[test]
fn what_is_simplified_is_simple() {
    let text = "U: tensor(n, n, k)\nD: diagonal(k)\nL: lower(n)\n\
                adj(einsum(\"ijk,k->ij\", U, log(1 .+ softplus(sin(D))[:,2].^2))^3.*L)";
    let (mut store, function) = expression(text);
    let wrt = variable_of(&store, function, "D");
    let found = derivative(&mut store, function, &[wrt], &["dD".to_owned()]).expect("a small problem");
    let Explicit::Array(array) = found.explicit else {
        panic!("it has an explicit form")
    };
    let simple = simplify(&mut store, array).expect("room");
    assert_eq!(simplify(&mut store, simple), Ok(simple));
}

/// A sum and its transpose must not prefer each other without end.
#[test]
fn a_sum_and_its_transpose_settle() {
    for (text, variable) in [
        (
            "A: matrix(m, n)\nB: matrix(m, n)\nC: matrix(n, m)\nsin(A + B + sin(C'))",
            "C",
        ),
        ("adj(inv(X))^-2", "X"),
    ] {
        let (mut store, function) = expression(text);
        let wrt = variable_of(&store, function, variable);
        let found = derivative(&mut store, function, &[wrt], &[format!("d{variable}")]);
        assert!(found.is_ok(), "{text}: {found:?}");
    }
}
