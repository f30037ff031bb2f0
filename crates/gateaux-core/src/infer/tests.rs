//! Text in; declarations or diagnostics out.

use gateaux_syntax::parse;

use super::codes::CODES;
use super::*;

/// The undeclared and declared variables as declarations, then the shape of the function.
fn types(text: &str) -> String {
    let (tree, problems) = parse(text);
    assert_eq!(problems, [], "{text}");
    let mut dims = Dims::default();
    match infer(&tree, text, &[], &mut dims) {
        Ok(typing) => {
            let mut parts: Vec<String> = typing
                .variables
                .iter()
                .map(|variable| variable.declaration(&dims))
                .collect();
            parts.push(typing.shape(typing.root).expect("the function has a shape").text(&dims));
            parts.extend(typing.assumptions);
            parts.join("; ")
        }
        Err(problems) => panic!("{text}: {problems:#?}"),
    }
}

/// Each mistake as `code "piece of text" message`, and its help behind ` | `.
fn mistakes(text: &str) -> Vec<String> {
    let shown = |problem: &Diagnostic| {
        let help = problem
            .help
            .as_ref()
            .map(|help| format!(" | {}", help.text))
            .unwrap_or_default();
        let piece = &text[problem.span.start..problem.span.end];
        format!("{} {piece:?} {}{help}", problem.code, problem.message)
    };
    diagnostics(text).iter().map(shown).collect()
}

fn diagnostics(text: &str) -> Vec<Diagnostic> {
    let (tree, problems) = parse(text);
    assert_eq!(problems, [], "{text}");
    infer(&tree, text, &[], &mut Dims::default()).err().unwrap_or_default()
}

#[track_caller]
fn check_types(cases: &[(&str, &str)]) {
    for (text, want) in cases {
        assert_eq!(types(text), *want, "{text}");
    }
}

#[track_caller]
fn check_mistakes(cases: &[(&str, &str)]) {
    for (text, want) in cases {
        assert_eq!(mistakes(text), [*want], "{text}");
    }
}

#[test]
fn sizes_are_shared_through_products() {
    check_types(&[
        (
            "norm2(A*x - y)^2",
            "A: matrix(m, n); x: vector(n); y: vector(m); scalar",
        ),
        ("x'*A*x", "x: vector(n); A: matrix(n, n); scalar"),
        (
            "tr(A*X'*B*X*C)",
            "A: matrix(m, n); X: matrix(k, n); B: matrix(k, k); C: matrix(n, m); scalar",
        ),
        (
            "y'*(X*w + b*vector(1))",
            "y: vector(m); X: matrix(m, n); w: vector(n); b: scalar; scalar",
        ),
        ("(eye - x*x')*A*x", "x: vector(n); A: matrix(n, n); vector(n)"),
        ("A\\B*x", "A: matrix(m, m); B: matrix(m, n); x: vector(n); vector(m)"),
        ("sum(x)*n", "x: vector(m); n: vector(k); vector(k)"),
        ("x", "x: vector(n); vector(n)"),
        ("a^b", "a: scalar; b: scalar; scalar"),
    ]);
}

#[test]
fn products_of_sizes_are_solved_factor_by_factor() {
    check_types(&[
        ("vec(A)'*vec(B)", "A: matrix(m, n); B: matrix(m, n); scalar"),
        ("vec(A')'*vec(B)", "A: matrix(m, n); B: matrix(n, m); scalar"),
        ("tr(kron(A, B))", "A: matrix(m, m); B: matrix(n, n); scalar"),
        ("kron(x, x)'*y", "x: vector(n); y: vector(n*n); scalar"),
        ("reshape(x, 2, 3)", "x: vector(6); matrix(2, 3)"),
        (
            "A: matrix(m, n)\nB: matrix(m, n)\nvec(A)'*vec(X*B)",
            "A: matrix(m, n); B: matrix(m, n); X: matrix(m, m); scalar",
        ),
        ("commutation(m, n)*vec(A)", "A: matrix(m, n); vector(m*n)"),
        ("[x; 1]'*y", "x: vector(n); y: vector(n + 1); scalar"),
    ]);
}

#[test]
fn a_declared_dimension_may_be_a_compound_of_others() {
    check_types(&[
        (
            "A: matrix(k, k)\nB: matrix(n, n)\ny: vector(q)\ny'*kron(A, B)*y",
            "A: matrix(k, k); B: matrix(n, n); y: vector(k*n); scalar; q = k*n",
        ),
        (
            "x: vector(n)\ny: vector(n)\nx[2:n]'*y[1:2]",
            "x: vector(3); y: vector(3); scalar; n = 3",
        ),
    ]);
    check_mistakes(&[
        (
            "x: vector(n)\nx[2:n] + x",
            "G0200 \"x[2:n] + x\" cannot add x[2:n] (n - 1) and x (n)",
        ),
        (
            "A: matrix(m, n)\nB: matrix(p, q)\nvec(A) + vec(B)",
            "G0200 \"vec(A) + vec(B)\" cannot add vec(A) (m*n) and vec(B) (p*q)",
        ),
    ]);
}

#[test]
fn a_minimum_may_be_one_of_its_operands_or_another_name() {
    check_types(&[
        (
            "A: matrix(m, n)\nx: vector(m)\nsvdvals(A)'*x",
            "A: matrix(m, n); x: vector(m); scalar; m <= n",
        ),
        (
            "A: matrix(m, n)\nx: vector(k)\nsvdvals(A)'*x",
            "A: matrix(m, n); x: vector(min(m, n)); scalar; k = min(m, n)",
        ),
        (
            "A: matrix(m, n)\nB: matrix(n, k)\nx: vector(m)\nsvdvals(svdv(A)'*B)'*x",
            "A: matrix(m, n); B: matrix(n, k); x: vector(m); scalar; m <= n; m <= k",
        ),
        (
            "A: matrix(m, n)\nx: vector(3)\nsvdvals(A)'*x",
            "A: matrix(m, n); x: vector(3); scalar; min(m, n) = 3",
        ),
    ]);
    check_mistakes(&[(
        "A: matrix(3, n)\nx: vector(5)\nsvdvals(A)'*x",
        "G0215 \"svdvals(A)'*x\" sizes that do not fit: 3 and 5",
    )]);
}

#[test]
fn minima_are_equal_whatever_their_order_and_nesting() {
    check_types(&[(
        "A: matrix(m, n)\nB: matrix(n, k)\nsvdvals(svdv(A)'*B) + svdvals(A*svdu(B))",
        "A: matrix(m, n); B: matrix(n, k); vector(min(m, min(n, k)))",
    )]);
}

#[test]
fn sizes_take_names_that_are_free() {
    check_types(&[
        ("m = 2*A\nsum(m*x)", "A: matrix(n, k); x: vector(k); scalar"),
        ("sum(n)", "n: vector(m); scalar"),
        (
            "x: vector(n)\nx'*A*y",
            "x: vector(n); A: matrix(n, m); y: vector(m); scalar",
        ),
    ]);
}

#[test]
fn use_overrules_the_default_of_a_long_or_greek_name() {
    check_types(&[
        (
            "norm2(X*beta - y)^2",
            "X: matrix(m, n); beta: vector(n); y: vector(m); scalar",
        ),
        (
            "(x - mu)'*inv(Sigma)*(x - mu)",
            "x: vector(n); mu: vector(n); Sigma: matrix(n, n); scalar",
        ),
        ("λ*∑(θ.^2) + μ'*θ", "λ: scalar; θ: scalar; μ: scalar; scalar"),
        (
            "weights'*features + bias",
            "weights: vector(n); features: vector(n); bias: scalar; scalar",
        ),
        ("lambda*norm2(x)^2", "lambda: scalar; x: vector(n); scalar"),
        // A scalar fits first, and so `theta` may be a matrix.
        (
            "alpha*theta + X",
            "alpha: scalar; theta: matrix(m, n); X: matrix(m, n); matrix(m, n)",
        ),
    ]);
    let terms: Vec<String> = (0..30).map(|at| format!("X*beta{at} - y")).collect();
    assert!(types(&terms.join(" + ")).contains("beta29: vector(n)"));
}

#[test]
fn the_origin_of_a_kind_is_told() {
    let text = "A: matrix(m, n)\nnorm2(A*beta - y) + lambda";
    let typing = infer(&parse(text).0, text, &[], &mut Dims::default()).expect("it infers");
    let origins: Vec<_> = typing
        .variables
        .iter()
        .map(|variable| (variable.name.as_str(), variable.origin))
        .collect();
    let want = [
        ("A", Origin::Declared),
        ("beta", Origin::Use),
        ("y", Origin::Name),
        ("lambda", Origin::Default),
    ];
    assert_eq!(origins, want);
}

#[test]
fn a_letter_for_a_scalar_becomes_an_array_where_only_an_array_fits() {
    check_types(&[
        (
            "norm2(A*x - b)^2",
            "A: matrix(m, n); x: vector(n); b: vector(m); scalar",
        ),
        ("b*x", "b: scalar; x: vector(n); vector(n)"),
        (
            "a*X + c1*Y - d",
            "a: scalar; X: matrix(m, n); c1: scalar; Y: matrix(m, n); d: matrix(m, n); matrix(m, n)",
        ),
    ]);
    let typing = |text: &str| infer(&parse(text).0, text, &[], &mut Dims::default()).expect("it infers");
    let found = typing("norm2(A*x - b)^2 + a*e");
    let origins: Vec<_> = found
        .variables
        .iter()
        .map(|variable| (variable.name.as_str(), variable.origin))
        .collect();
    let want = [
        ("A", Origin::Name),
        ("x", Origin::Name),
        ("b", Origin::Use),
        ("a", Origin::Default),
        ("e", Origin::Default),
    ];
    assert_eq!(origins, want);
    let want = [
        "b is taken as a vector, since no scalar fits; declare it to choose otherwise",
        "e is a scalar variable; write exp(1) for Euler's number",
    ];
    assert_eq!(found.hints, want);
    let want = ["e is taken as a vector, since no scalar fits; declare it to choose otherwise"];
    assert_eq!(typing("A*x - e").hints, want);
    assert_eq!(typing("X*beta - y").hints, [] as [&str; 0]);
}

#[test]
fn a_firm_name_of_the_wrong_kind_suggests_its_declaration() {
    check_mistakes(&[(
        "A + B*x",
        "G0200 \"A + B*x\" cannot add the matrix A (m x n) and the vector B*x (k) | declare `A: vector(m)`",
    )]);
}

#[test]
fn a_column_and_a_row_say_where_to_transpose() {
    check_mistakes(&[
        (
            "A*x + x'*A",
            "G0200 \"A*x + x'*A\" cannot add the vector A*x (n) and the row x'*A (row of n) | write `A*x + (x'*A)'`",
        ),
        (
            "x' - y",
            "G0200 \"x' - y\" cannot subtract the row x' (row of m) and the vector y (n) | write `x - y`",
        ),
    ]);
}

#[test]
fn the_exponent_of_a_matrix_is_an_integer_of_64_bits() {
    assert_eq!(types("X^9223372036854775807"), "X: matrix(n, n); matrix(n, n)");
    check_mistakes(&[(
        "X^99999999999999999999",
        "G0210 \"99999999999999999999\" the exponent of a matrix is at most 9223372036854775807",
    )]);
}

#[test]
fn the_exponent_of_a_norm_is_a_scalar_of_at_least_1() {
    let x = "x: vector(n)\n";
    check_mistakes(&[
        (
            &format!("{x}norm(x, 0.5)"),
            "G0214 \"0.5\" norm takes an exponent of at least 1, not 0.5",
        ),
        ("max(x, y, w)", "G0400 \"max\" max takes 2 arguments, 3 are given"),
    ]);
}

#[test]
fn products_say_which_transpose_is_missing() {
    let both = "x: vector(n)\ny: vector(n)\n";
    check_mistakes(&[
        (
            &format!("{both}x*y"),
            "G0205 \"x*y\" cannot multiply x (n) by y (n): both are columns | write `x'*y`, `x*y'` or `x.*y`",
        ),
        (
            "x: vector(m)\ny: vector(n)\nx*y",
            "G0205 \"x*y\" cannot multiply x (m) by y (n): both are columns | write `x*y'`",
        ),
        (
            "x: vector(n)\nA: matrix(n, n)\n(x + x)*A",
            "G0205 \"(x + x)*A\" cannot multiply x + x (n) by A (n x n): a column has one column and the matrix has not \
             one row | write `(x + x)'*A`",
        ),
        (
            "A: matrix(m, n)\nb: vector(m)\nA*b",
            "G0204 \"A*b\" cannot multiply A (m x n) by b (m) | did you mean `A'*b`?",
        ),
        (
            "T: tensor(n, m, k)\nx: vector(k)\nT*x",
            "G0206 \"T*x\" cannot multiply T (n x m x k) by x (k) \
             | say which axes meet by einsum, as in `einsum(\"ijk,k->ij\", T, x)`",
        ),
    ]);
    check_types(&[("A: matrix(1, n)\nx*A", "A: matrix(1, n); x: vector(m); matrix(m, n)")]);
}

#[test]
fn other_operators_say_what_they_take() {
    let x = "x: vector(n)\n";
    let a = "A: matrix(3, 4)\n";
    check_mistakes(&[
        (
            &format!("{x}1 + x"),
            "G0201 \"1 + x\" cannot add 1 (scalar) and x (n): only `.+` broadcasts a scalar | write `1 .+ x`",
        ),
        (
            &format!("{x}1/x"),
            "G0207 \"1/x\" cannot divide 1 (scalar) by x (n) | write `1./x`",
        ),
        (
            &format!("{a}A^2"),
            "G0209 \"A^2\" no power of A (3 x 4): it is not square",
        ),
        (
            &format!("{a}b: vector(3)\nA\\b"),
            "G0209 \"A\\\\b\" cannot solve with A (3 x 4): it is not square",
        ),
        (
            "X: matrix(n, n)\nX^0.5",
            "G0210 \"X^0.5\" the exponent of a matrix is an integer literal: X (n x n) to the power 0.5; the \
             square root is sqrtm | write `sqrtm(X)`",
        ),
        (
            "X: matrix(n, n)\n2^X",
            "G0211 \"2^X\" cannot raise 2 (scalar) to the power X (n x n) | write `2.^X`",
        ),
        (
            &format!("{x}A: matrix(n, n)\nA.*x"),
            "G0202 \"A.*x\" cannot apply .* to the matrix A (n x n) and the vector x (n): only a scalar broadcasts",
        ),
        (
            &format!("{x}x'*x <= 1"),
            "G0225 \"<=\" a comparison can only be the condition of where(...), and `<=` stands elsewhere",
        ),
    ]);
}

#[test]
fn functions_say_what_they_take() {
    let a = "A: matrix(m, n)\n";
    check_mistakes(&[
        (
            &format!("{a}softmax(A)"),
            "G0214 \"A\" softmax takes a vector, not the matrix A (m x n)",
        ),
        (
            &format!("{a}det(A)"),
            "G0215 \"det(A)\" det takes a square matrix, not A (m x n)",
        ),
        (
            &format!("{a}sum(A, 3)"),
            "G0214 \"3\" sum takes the axis 1 or the axis 2 as argument 2, not 3",
        ),
        (
            &format!("{a}sum()"),
            "G0400 \"sum\" sum takes 1 or 2 arguments, none is given",
        ),
        (
            &format!("{a}nrom2(A)"),
            "G0300 \"nrom2\" there is no function nrom2 | did you mean `norm2`?",
        ),
        (
            "exp*x",
            "G0308 \"exp\" exp is a function and needs its arguments | write `exp(...)`, or call the variable by another name",
        ),
        (
            "x(2)",
            "G0309 \"x\" x is not a function | write `x*(2)` for a product and `x[2]` for an entry",
        ),
        (
            "sum(vector(1))",
            "G0219 \"vector(1)\" nothing tells the size of vector(1) | write the size, as in `ones(n)`",
        ),
        (
            "tr(eye)",
            "G0219 \"eye\" nothing tells the size of eye | write the size, as in `eye(n)`",
        ),
    ]);
}

#[test]
fn end_is_no_name_for_the_last_position() {
    check_mistakes(&[(
        "x: vector(n)\nx[2:end]",
        "G0218 \"end\" end is no name for the last position: an index or dimension is an integer, a dimension name, or a sum or product of these | write the size of the axis, as in `x[2:n]` for an `x: vector(n)`",
    )]);
    check_types(&[("x: vector(end)\nx[2:end]", "x: vector(end); vector(end - 1); end >= 2")]);
}

#[test]
fn indices_slices_and_arrays_have_shapes() {
    check_types(&[
        ("A: matrix(3, 4)\nA[1, :]", "A: matrix(3, 4); vector(4)"),
        ("A: matrix(3, 4)\nA[:, 2]", "A: matrix(3, 4); vector(3)"),
        ("A: matrix(3, 4)\nA[1:2, :]", "A: matrix(3, 4); matrix(2, 4)"),
        ("A: matrix(3, 4)\nA[3, 4]", "A: matrix(3, 4); scalar"),
        ("T: tensor(n, m, k)\nT[1, :, :]", "T: tensor(n, m, k); matrix(m, k)"),
        ("x: vector(n)\nx[2:n]", "x: vector(n); vector(n - 1); n >= 2"),
        ("[1, 2, 3]", "vector(3)"),
        ("[1; 2; 3]", "vector(3)"),
        ("[1, 2; 3, 4]", "matrix(2, 2)"),
        ("[x, y]", "x: vector(n); y: vector(n); matrix(n, 2)"),
        ("[x', 1]", "x: vector(n); row(n + 1)"),
        (
            "[A, x; y', 1]",
            "A: matrix(m, n); x: vector(m); y: vector(n); matrix(m + 1, n + 1)",
        ),
        ("where(x > 0, x, 0)", "x: vector(n); vector(n)"),
        (
            "einsum(\"ij,jk,ki->\", A, B, C)",
            "A: matrix(m, n); B: matrix(n, k); C: matrix(k, m); scalar",
        ),
        (
            "einsum(\"i,j,k->ijk\", x, x, y)",
            "x: vector(m); y: vector(n); tensor(m, m, n)",
        ),
        ("x: vector(n)\neinsum(\"ij->ji\", x')", "x: vector(n); matrix(n, 1)"),
    ]);
    check_mistakes(&[
        ("x: vector(3)\nx[4]", "G0216 \"4\" index 4 is out of range of x (3)"),
        (
            "x: vector(n)\nx[n + 1]",
            "G0216 \"n + 1\" index n + 1 is out of range of x (n)",
        ),
        ("x: vector(3)\nx[3:2]", "G0216 \"3:2\" the range 3:2 is empty"),
        (
            "A: matrix(3, 4)\nA[2]",
            "G0217 \"A[2]\" the matrix A (3 x 4) takes 2 indices, 1 is given",
        ),
        (
            "A: matrix(3, 4)\nB: matrix(5, 6)\neinsum(\"ij,jk->ik\", A, B)",
            "G0223 \"\\\"ij,jk->ik\\\"\" the letter j is 4 in A and 5 in B",
        ),
    ]);
}

#[test]
fn all_mistakes_are_reported_in_order_and_none_twice() {
    let text = "A: matrx(m, n)\nx: vector(0)\nf = sum(A*x) + nrom2(y)\nf*det(3)*y + [1, 2]*z";
    let codes: Vec<_> = diagnostics(text).iter().map(|problem| problem.code).collect();
    assert_eq!(codes, ["G0303", "G0229", "G0300", "G0214", "G0205"]);
}

#[test]
fn names_are_declared_or_defined_once() {
    check_mistakes(&[
        (
            "x: vector(n)\nx: matrix(n, n)\nx",
            "G0304 \"x\" x is declared again: a name is declared or defined once | choose another name here",
        ),
        (
            "det: matrix(n, n)\ndet",
            "G0305 \"det\" det is the name of a function | call the variable by another name",
        ),
        (
            "y = 2*z\nz = sin(x)\ny",
            "G0310 \"z\" z is used before its definition ends | a definition can be used only in the statements below it",
        ),
    ]);
}

#[test]
fn dimensions_and_constants_have_meanings() {
    let text = "A: matrix(m, n)\ntr(A*A' + I)/m*pi";
    let (tree, _) = parse(text);
    let mut dims = Dims::default();
    let typing = infer(&tree, text, &[], &mut dims).expect("it infers");
    let m = dims.name("m");
    assert!(typing.meanings.contains(&Some(NameMeaning::Size(m))));
    assert!(
        typing
            .meanings
            .contains(&Some(NameMeaning::Identity(Shape::Matrix(m, m))))
    );
    assert!(typing.meanings.contains(&Some(NameMeaning::Constant("pi"))));
    let calls: Vec<_> = typing
        .calls
        .iter()
        .flatten()
        .map(|(op, alternative)| op.kind[*alternative])
        .collect();
    assert_eq!(calls, ["X: matrix(n, n) -> scalar"]);
    let text = "X: matrix(m, n)\nsum(X, 2)";
    let (tree, _) = parse(text);
    let typing = infer(&tree, text, &[], &mut dims).expect("it infers");
    let axis = tree
        .nodes()
        .find(|(_, node)| node.span == Span::new(23, 24))
        .map(|(id, _)| id)
        .expect("the axis");
    assert_eq!(
        (typing.shape(axis), typing.shape(typing.root)),
        (None, Some(Shape::Vector(m)))
    );
}

#[test]
fn e_is_a_scalar_with_a_hint() {
    let hints = |text: &str| {
        infer(&parse(text).0, text, &[], &mut Dims::default())
            .expect("it infers")
            .hints
    };
    assert_eq!(
        hints("e^2"),
        ["e is a scalar variable; write exp(1) for Euler's number"]
    );
    assert_eq!(hints("e: scalar\ne^2"), [] as [&str; 0]);
}

#[test]
fn declarations_beside_the_text_add_to_it() {
    let outside = |name: &str, kind: &str, dims: &[&str]| ExternalDeclaration {
        name: name.to_owned(),
        modifiers: Vec::new(),
        kind: kind.to_owned(),
        dims: dims.iter().map(|dim| (*dim).to_owned()).collect(),
    };
    let run = |text: &str, outside: &[ExternalDeclaration]| {
        let mut dims = Dims::default();
        let typing = infer(&parse(text).0, text, outside, &mut dims)?;
        Ok::<_, Vec<Diagnostic>>(
            typing
                .variables
                .iter()
                .map(|variable| variable.declaration(&dims))
                .collect::<Vec<_>>(),
        )
    };
    let matrix = outside("b", "matrix", &["m", "3"]);
    assert_eq!(
        run("b*x", std::slice::from_ref(&matrix)),
        Ok(vec!["b: matrix(m, 3)".to_owned(), "x: vector(3)".to_owned()])
    );
    // The text may say the same again, but nothing else.
    assert!(run("b: matrix(m, 3)\nb*x", std::slice::from_ref(&matrix)).is_ok());
    assert!(run("b: matrix(m, 4)\nb*x", &[matrix]).is_err());
    for wrong in [
        outside("b", "matrx", &["m"]),
        outside("b", "vector", &["0"]),
        outside("b c", "vector", &["n"]),
    ] {
        let problems = run("b*x", std::slice::from_ref(&wrong)).expect_err("it is wrong");
        assert_eq!(problems[0].span, Span::default());
        assert!(problems[0].message.contains(&wrong.name), "{}", problems[0].message);
    }
}

#[test]
fn what_is_inferred_can_be_declared_and_infers_the_same() {
    for text in [
        "norm2(A*x - y)^2",
        "tr(A*X'*B*X*C)",
        "vec(A)'*vec(X*B)",
        "kron(x, x)'*y",
        "[x; 1]'*y",
        "norm2(X*beta - y)^2 + lambda*norm1(beta)",
        "K = b^2*exp(-E/(2*c^2)) + a^2*eye\n0.5*y'*(K\\y) + 0.5*logdet(K)",
    ] {
        let inferred = types(text);
        let declarations = inferred.rsplit_once("; ").expect("there are variables").0;
        assert_eq!(types(&format!("{declarations}\n{text}")), inferred, "{text}");
    }
}

#[test]
fn every_code_has_an_example_that_triggers_it() {
    for code in CODES {
        // Some mistakes need a declaration beside the text, a function that is not there, or a very long text.
        if !code.example.is_empty() {
            let (tree, _) = parse(code.example);
            let found = infer(&tree, code.example, &[], &mut Dims::default())
                .err()
                .unwrap_or_default();
            assert!(
                found.iter().any(|problem| problem.code == code.code),
                "{}: {found:#?}",
                code.code
            );
        }
    }
    assert!(CODES.windows(2).all(|pair| pair[0].code < pair[1].code));
}

#[test]
fn advice_that_is_an_edit_works() {
    for code in CODES.iter().filter(|code| !code.example.is_empty()) {
        let text = code.example;
        let before = infer(&parse(text).0, text, &[], &mut Dims::default())
            .err()
            .unwrap_or_default();
        for edit in before.iter().filter_map(|problem| problem.help.as_ref()?.edit.as_ref()) {
            let edited = format!(
                "{}{}{}",
                &text[..edit.span.start],
                edit.replacement,
                &text[edit.span.end..]
            );
            let after = infer(&parse(&edited).0, &edited, &[], &mut Dims::default())
                .err()
                .unwrap_or_default();
            assert!(after.len() < before.len(), "{edited}");
        }
    }
}

#[test]
fn long_texts_take_no_deep_stack() {
    let n = 3_000;
    let sum = vec!["A*x"; n].join(" + ");
    assert_eq!(types(&sum), "A: matrix(m, n); x: vector(n); vector(m)");
    let chain: Vec<String> = (1..n).map(|at| format!("q{at} = tanh(A*q{})", at - 1)).collect();
    assert_eq!(
        types(&format!("q0 = x\n{}", chain.join("\n"))),
        "x: vector(n); A: matrix(n, n); vector(n)"
    );
    let backward: Vec<String> = (1..n).map(|at| format!("X{at} - kron(X{}, B)", at + 1)).collect();
    assert_eq!(diagnostics(&backward.join("\n"))[0].code, codes::LARGE_SIZE);
}
