//! `gateaux diff`.

mod command;

use command::{Directory, gateaux, golden, run};
use serde_json::json;

/// The titles of the blocks, which stand at the left margin; which remarks there are is the library's affair.
fn titles(page: &str) -> Vec<&str> {
    let is_title = |line: &&str| !line.is_empty() && !line.starts_with(' ');
    page.lines()
        .filter(is_title)
        .filter(|line| !["assumptions", "notes"].contains(line))
        .collect()
}

#[test]
fn every_form_is_a_titled_block() {
    let page = gateaux(&["diff", "norm2(A*x - b)^2", "--wrt", "x"]).ok();
    assert_eq!(
        titles(&page),
        ["function", "variables", "differential", "gradient (n)", "check"]
    );
    assert!(page.contains("\n  df = "), "{page}");
    assert!(page.contains("verified numerically: relative error "), "{page}");
    golden("gradient.txt", &without_error(&page));
}

/// The page without the size of the relative error, which the arithmetic of the machine decides.
fn without_error(page: &str) -> String {
    let Some((before, after)) = page.split_once("relative error ") else {
        return page.to_owned();
    };
    let rest = after.find(' ').map_or("", |end| &after[end..]);
    format!("{before}relative error ...{rest}")
}

#[test]
fn variables_are_shown_with_their_origin() {
    let page = gateaux(&["diff", "A: matrix(m, n); norm2(A*x - b)^2", "--wrt", "x"]).ok();
    for line in [
        "A: matrix(m, n)   declared",
        "x: vector(n)      inferred from its name",
        "b: vector(m)      inferred from its use",
    ] {
        assert!(page.contains(line), "{line} is not in:\n{page}");
    }
}

#[test]
fn the_only_variable_needs_no_wrt() {
    assert_eq!(gateaux(&["diff", "a^2", "--quiet"]).ok(), "2*a\n");
}

#[test]
fn several_variables_need_wrt() {
    let message = gateaux(&["diff", "A*x"]).failed(2);
    assert!(message.contains("there are several variables: A, x"), "{message}");
    let message = gateaux(&["diff", "1 + 2"]).failed(2);
    assert!(message.contains("no variable"), "{message}");
}

#[test]
fn names_of_explicit_forms() {
    for (formula, wrt, order, title) in [
        ("A*x", "x", "1", "Jacobian (m x n)"),
        ("x'*A*x", "x", "2", "Hessian (n x n)"),
        ("tr(A*X)", "X", "1", "gradient (n x m)"),
        ("a^3", "a", "1", "derivative"),
        ("X: matrix(n, n); X^2", "X", "1", "derivative (n x n x n x n)"),
    ] {
        let page = gateaux(&["diff", formula, "--wrt", wrt, "--order", order]).ok();
        let sorted = |title: &str| {
            // Which of two dimensions is called m is a matter of inference.
            let mut characters: Vec<char> = title.chars().collect();
            characters.sort_unstable();
            characters
        };
        assert!(
            titles(&page).iter().any(|found| sorted(found) == sorted(title)),
            "{title} is not in:\n{page}"
        );
    }
}

#[test]
fn beyond_two_axes_there_is_an_operator() {
    let page = gateaux(&["diff", "X^2"]).ok();
    assert!(page.contains("\n  dX -> "), "{page}");
    for view in [
        "\n  D[i,j,k,l] = X[i,k]*delta[j,l] + X[l,j]*delta[i,k]\n",
        "\n  M = kron(eye(n), X) + kron(X', eye(n))\n",
        "\n  D = einsum(",
    ] {
        assert!(page.contains(view), "{view} is not in:\n{page}");
    }
}

#[test]
fn definitions_stand_on_lines_of_their_own() {
    for format in ["text", "unicode", "latex", "mathml"] {
        let page = gateaux(&["diff", "sin(x'*A*x)", "--wrt", "x", "--order", "4", "--format", format]).ok();
        let lines: Vec<&str> = page.lines().map(str::trim).collect();
        assert!(
            lines
                .iter()
                .all(|line| !line.contains("; ") && !line.contains("\\quad") && !line.contains("<mspace")),
            "{page}"
        );
        let defined = |line: &&str| line.starts_with("t1 = ") || line.starts_with("\\[ t_{1} = ");
        let wanted = if format == "text" { 1 } else { 0 };
        assert_eq!(lines.iter().filter(|line| defined(line)).count(), wanted, "{page}");
    }
}

#[test]
fn several_gradients_at_once() {
    let page = gateaux(&["diff", "norm2(A*x - b)^2", "--wrt", "A, b"]).ok();
    let wanted = [
        "differential by A",
        "gradient by A (m x n)",
        "differential by b",
        "gradient by b (m)",
    ];
    assert_eq!(titles(&page)[2..6], wanted);
}

#[test]
fn two_names_and_order_two_are_a_mixed_derivative() {
    assert_eq!(
        gateaux(&["diff", "x'*A*y", "--wrt", "x,y", "--order", "2", "-q"]).ok(),
        "A\n"
    );
    let message = gateaux(&["diff", "x'*A*y", "--wrt", "x,y", "--order", "3"]).failed(2);
    assert!(message.contains("order 3"), "{message}");
}

#[test]
fn a_form_alone() {
    let page = gateaux(&[
        "diff",
        "norm2(A*x - b)^2",
        "--wrt",
        "x",
        "--form",
        "gradient",
        "--no-check",
    ])
    .ok();
    assert_eq!(titles(&page), ["gradient (n)"]);
    let adjoint = gateaux(&["diff", "A*x", "--wrt", "x", "--form", "adjoint", "--quiet"]).ok();
    assert!(adjoint.contains(" -> A'*"), "{adjoint}");
    let differential = gateaux(&["diff", "A*x", "--wrt", "x", "--form", "differential", "--quiet"]).ok();
    assert_eq!(differential, "A*dx\n");
    assert_eq!(
        gateaux(&["diff", "A*x", "--wrt", "x", "--form", "jacobian", "--quiet"]).ok(),
        "A\n"
    );
    let hessian = gateaux(&[
        "diff", "a*x'*x", "--wrt", "x", "--order", "2", "--form", "hessian", "--quiet",
    ])
    .ok();
    assert_eq!(hessian, "2*a*eye(n)\n");
}

#[test]
fn a_form_that_does_not_exist_names_those_that_do() {
    let message = gateaux(&["diff", "A*x", "--wrt", "x", "--form", "gradient"]).failed(1);
    assert!(message.contains("has no gradient"), "{message}");
    assert!(
        message.contains("differential, operator, jacobian, adjoint, kronecker or index"),
        "{message}"
    );
    let message = gateaux(&["diff", "x'*x", "--form", "jacobian"]).failed(1);
    assert!(
        message.contains("differential, operator, gradient, adjoint, kronecker or index"),
        "{message}"
    );
}

#[test]
fn a_derivative_by_a_matrix_in_three_readings() {
    for (form, wanted) in [
        ("operator", "dX -> A*dX*B\n"),
        ("kronecker", "kron(B', A)\n"),
        ("index", "D[i,j,k,l] = A[i,k]*B[l,j]\n"),
    ] {
        let found = gateaux(&["diff", "A*X*B", "--wrt", "X", "--form", form, "--quiet"]).ok();
        assert_eq!(found, wanted, "{form}");
    }
    let page = gateaux(&["diff", "A*X*B", "--wrt", "X", "--form", "kronecker"]).ok();
    assert!(
        page.contains("M is the matrix with vec(df) = M*vec(dX), where vec stacks columns"),
        "{page}"
    );
    let page = gateaux(&["diff", "X'", "--form", "kronecker", "--quiet"]).ok();
    assert!(page.starts_with("commutation("), "{page}");
}

#[test]
fn views_that_are_long_are_shown_when_asked_for() {
    let long = ["diff", "sin(x'*A*x)", "--wrt", "x", "--order", "4"];
    let page = gateaux(&long).ok();
    assert!(page.contains("--form index and --form kronecker show them"), "{page}");
    assert!(!page.contains("D[i,j,k,l] = "), "{page}");
    let index = gateaux(&[&long[..], &["--form", "index", "--quiet"]].concat()).ok();
    assert!(index.starts_with("D[i,j,k,l] = "), "{index}");
}

#[test]
fn second_derivatives_by_matrices() {
    let second = |form: &str| {
        let page = gateaux(&["diff", "logdet(X)", "--order", "2", "--form", form, "--quiet"]);
        page.ok().trim_end().to_owned()
    };
    assert_eq!(second("bilinear"), "-tr(inv(X)*dX1*inv(X)*dX2)");
    assert_eq!(second("hvp"), "dX -> -inv(X)'*dX'*inv(X)'");
    assert!(
        second("kronecker").contains("commutation(n, n)"),
        "{}",
        second("kronecker")
    );
    let page = gateaux(&["diff", "logdet(X)", "--order", "2", "--form", "bilinear"]).ok();
    assert_eq!(titles(&page), ["bilinear form", "check"]);
    assert!(page.contains("f''[dX1, dX2] = "), "{page}");
    let note = "the Hessian is diagonal plus rank 1";
    let page = gateaux(&["diff", "logsumexp(x)", "--order", "2"]).ok();
    assert!(page.contains(note), "{page}");
}

#[test]
fn a_form_of_second_order_asks_for_the_order() {
    for form in ["hvp", "bilinear", "hessian"] {
        let message = gateaux(&["diff", "logdet(X)", "--form", form]).failed(1);
        assert!(message.contains("add --order 2"), "{form}: {message}");
    }
    // It would not help by an order that is too high.
    let message = gateaux(&["diff", "logdet(X)", "--form", "hvp", "--order", "3"]).failed(1);
    assert!(!message.contains("add --order 2"), "{message}");
}

#[test]
fn taylor_polynomials() {
    let page = gateaux(&["diff", "exp(a)", "--form", "taylor", "--order", "2"]).ok();
    assert_eq!(titles(&page)[0], "Taylor polynomial of order 2");
    assert!(
        page.contains("f(a + da) ~ exp(a) + exp(a)*da + exp(a)*da^2/2\n"),
        "{page}"
    );
    assert!(page.contains("verified numerically"), "{page}");
    let of_a_matrix = gateaux(&["diff", "inv(X)", "--form", "taylor", "--quiet"]).ok();
    assert_eq!(of_a_matrix, "inv(X) - inv(X)*dX*inv(X)\n");
    let message = gateaux(&["diff", "x'*A*y", "--wrt", "x,y", "--form", "taylor"]).failed(2);
    assert!(message.contains("for one variable"), "{message}");
    let message = gateaux(&["diff", "x'*A*y", "--wrt", "x,y", "--order", "2", "--form", "taylor"]).failed(1);
    assert!(message.contains("has no Taylor polynomial"), "{message}");
}

#[test]
fn conventions_for_structured_variables() {
    let by = |convention: &str| {
        let text = "A: matrix(n, n); S: symmetric(n); tr(A*S)";
        let page = gateaux(&["diff", text, "--wrt", "S", "--convention", convention, "--quiet"]);
        page.ok().trim_end().to_owned()
    };
    assert_eq!(by("subspace"), "sym(A)");
    assert_eq!(by("unconstrained"), "A'");
    assert_eq!(by("vech"), "A - diag(diag(A)) + A'");
    let page = gateaux(&["diff", "S: symmetric(n); logdet(S)", "--convention", "vech"]).ok();
    assert!(page.contains("vech: derivatives by the independent entries"), "{page}");
    assert!(page.contains("verified numerically"), "{page}");
    gateaux(&["diff", "S: symmetric(n); logdet(S)", "--convention", "half"]).failed(2);
    let message = gateaux(&["diff", "Q: orthogonal(n); tr(Q)", "--convention", "vech"]).failed(1);
    assert!(message.contains("orthogonal matrix is not available yet"), "{message}");
}

#[test]
fn gradients_in_other_inner_products() {
    let formula = "norm2(A*x - b)^2";
    let weighted = |weight: &str| gateaux(&["diff", formula, "--wrt", "x", "--inner-product", weight, "--quiet"]);
    assert_eq!(weighted("W").ok(), "2*inv(W)*A'*(A*x - b)\n");
    // A variable that is not positive definite, no name, a function, a size.
    assert!(weighted("A").failed(1).contains("must be declared as A: posdef(n)"));
    for wrong in ["2W", "sin", "n", "W*V"] {
        let message = weighted(wrong).failed(1);
        assert!(message.contains("is not a name for a matrix"), "{wrong}: {message}");
    }
    let message = gateaux(&["diff", "A*x", "--wrt", "x", "--inner-product", "W"]).failed(1);
    assert!(message.contains("only a scalar function has one"), "{message}");
    let message = gateaux(&["diff", formula, "--wrt", "x,b", "--inner-product", "W"]).failed(2);
    assert!(message.contains("for one gradient"), "{message}");
    let page = gateaux(&["diff", "A: symmetric(n); x'*A*x/2", "--wrt", "x", "--unit-norm"]).ok();
    assert!(
        page.contains("gradient on the sphere norm2(x) = 1\n  A*x - (x'*A*x)*x\n"),
        "{page}"
    );
}

#[test]
fn notations() {
    let unicode = gateaux(&["diff", "x'*A*x", "--wrt", "A", "--format", "unicode", "--quiet"]).ok();
    assert!(unicode.contains('ᵀ'), "{unicode}");
    let latex = gateaux(&["diff", "x'*A*x", "--wrt", "A", "--format", "latex", "--quiet"]).ok();
    assert!(latex.contains("^{\\top}"), "{latex}");
    let page = gateaux(&["diff", "x'*A*x", "--wrt", "A", "--format", "latex"]).ok();
    for line in page.lines().filter(|line| !line.is_empty()) {
        assert!(
            line.starts_with('%') || (line.starts_with("\\[ ") && line.ends_with(" \\]")),
            "{line}"
        );
    }
    let mathml = ["diff", "x'*A*x", "--wrt", "A", "--format", "mathml"];
    let quiet = gateaux(&[mathml.as_slice(), &["--quiet"]].concat()).ok();
    let product = "<mi>x</mi><mo>\u{2062}</mo><msup><mi>x</mi><mi>⊤</mi></msup>";
    assert!(quiet.contains(product) && quiet.lines().count() == 1, "{quiet}");
    let page = gateaux(&[mathml.as_slice(), &["--steps", "--explain"]].concat()).ok();
    for line in page.lines().filter(|line| !line.is_empty()) {
        let is_element = line.starts_with("<math ") && line.ends_with("</math>");
        let comment = line.strip_prefix("<!-- ").and_then(|line| line.strip_suffix(" -->"));
        assert!(is_element || comment.is_some_and(|text| !text.contains("--")), "{line}");
    }
    assert!(page.contains("<mtd class=\"lhs\">"), "{page}");
}

#[test]
fn json_has_the_fields_of_a_batch_answer_and_the_declarations() {
    let answer = gateaux(&["diff", "norm2(A*x - b)^2", "--wrt", "x", "--format", "json"]).json();
    assert_eq!(answer["ok"], json!(true));
    assert_eq!(answer["shape"], json!({"f": [], "derivative": ["n"]}));
    assert_eq!(answer["check"]["verdict"], json!("verified"));
    assert_eq!(
        answer["declarations"][0],
        json!({"name": "A", "declaration": "A: matrix(m, n)", "shape": ["m", "n"], "origin": "name"})
    );
    for field in ["differential", "explicit", "latex", "adjoint"] {
        assert!(answer[field].is_string(), "{field} of {answer}");
    }
    let message = gateaux(&["diff", "a^2", "--format", "json", "--quiet"]).failed(2);
    assert!(message.contains("--quiet"), "{message}");
}

#[test]
fn sizes_for_the_check() {
    let page = gateaux(&["diff", "norm2(A*x - b)^2", "--wrt", "x", "--dims", "m=7,n=5"]).ok();
    assert!(page.contains("(m = 7, n = 5)"), "{page}");
    gateaux(&["diff", "a^2", "--dims", "m=0"]).failed(2);
    gateaux(&["diff", "a^2", "--dims", "m"]).failed(2);
}

#[test]
fn the_check_is_never_silent() {
    let formula = "norm2(A*x - b)^2";
    assert!(
        !gateaux(&["diff", formula, "--wrt", "x", "--no-check"])
            .ok()
            .contains("check")
    );
    // Arrays of this size are not made for a check: the answer comes all the same, and the failure is shown.
    let large = ["diff", formula, "--wrt", "x", "--dims", "m=1000000,n=1000000"];
    assert!(gateaux(&large).ok().contains("NOT VERIFIED: "));
    let outcome = gateaux(&[&large[..], &["--quiet"]].concat());
    assert_eq!(outcome.code, 0);
    assert!(outcome.stderr.contains("NOT VERIFIED: "), "{outcome:?}");
    assert_eq!(outcome.stdout.lines().count(), 1);
}

#[test]
fn a_problem_comes_from_a_file_or_standard_input() {
    let directory = Directory::new("diff-source");
    let text = "A: matrix(m, n)\nx: vector(n)\nf = A*x\n";
    let file = directory.write("problem.gx", text);
    assert_eq!(gateaux(&["diff", &file, "--wrt", "x", "-q"]).ok(), "A\n");
    assert_eq!(run(&["diff", "-", "--wrt", "x", "-q"], text, &[]).ok(), "A\n");
    let wrong = directory.write("wrong.gx", "A: matrix(m, n)\nb: vector(m)\nA*b\n");
    let message = gateaux(&["diff", &wrong, "--wrt", "b"]).failed(1);
    assert!(message.contains("wrong.gx:3:1"), "{message}");
    let binary = directory.write("binary.gx", [0xffu8, 0xfe]);
    let message = gateaux(&["diff", &binary]).failed(1);
    assert!(message.contains("UTF-8"), "{message}");
    let message = gateaux(&["diff", "missing.gx"]).failed(1);
    assert!(message.contains("no such file"), "{message}");
}

#[test]
fn a_mistake_is_drawn_with_advice() {
    let message = gateaux(&["diff", "A: matrix(m, n); b: vector(m); A*b", "--wrt", "b"]).failed(1);
    assert!(
        message.starts_with("error[G0204]: cannot multiply A (m x n) by b (m)\n"),
        "{message}"
    );
    assert!(message.contains("^^^"), "{message}");
    assert!(message.contains("help: "), "{message}");
    golden("product.txt", &message);
}

#[test]
fn a_mistake_in_a_long_line_shows_its_neighborhood() {
    let formula = format!("{} + A; A: matrix(n, n)", vec!["x"; 500].join(" + "));
    let message = gateaux(&["diff", &formula, "--wrt", "x"]).failed(1);
    assert!(message.lines().all(|line| line.chars().count() < 400), "{message}");
    assert!(message.contains("..."), "{message}");
}

#[test]
fn a_name_that_is_no_variable() {
    let message = gateaux(&["diff", "A*x", "--wrt", "q"]).failed(1);
    assert!(message.contains("the variables are A, x"), "{message}");
}

#[test]
fn colors_are_for_terminals_unless_asked_for() {
    let colored = |arguments: &[&str], environment: &[(&str, &str)]| {
        run(&[&["diff", "a^2"], arguments].concat(), "", environment)
            .ok()
            .contains('\u{1b}')
    };
    assert!(!colored(&[], &[]));
    assert!(colored(&["--color", "always"], &[]));
    assert!(!colored(&["--color", "never"], &[("CLICOLOR_FORCE", "1")]));
    assert!(colored(&[], &[("CLICOLOR_FORCE", "1")]));
    assert!(!colored(&[], &[("NO_COLOR", "1")]));
    assert!(
        gateaux(&["diff", "A*", "--color", "always"])
            .failed(1)
            .contains('\u{1b}')
    );
    assert!(!gateaux(&["diff", "A*"]).failed(1).contains('\u{1b}'));
}
