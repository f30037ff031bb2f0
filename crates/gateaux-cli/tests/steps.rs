//! `gateaux diff --steps`, the same in batches, and the pages of rules.

mod command;

use command::{batch, gateaux};
use serde_json::json;

#[test]
fn formulas_stand_left_and_reasons_right() {
    let shown = gateaux(&["diff", "norm2(A*x - b)^2", "--wrt", "x", "--steps", "--quiet"]).ok();
    assert_eq!(
        shown,
        "  f  = norm2(A*x - b)^2
  df = 2*(A*x - b)'*d(A*x - b)    differential of a squared norm
     = 2*(A*x - b)'*A*dx          a linear map is its own differential
     = (2*A'*(A*x - b))'*dx       transpose of a product
  gradient = 2*A'*(A*x - b)       df = g'*dx, so g is the gradient
"
    );
}

#[test]
fn steps_have_a_block_of_their_own() {
    let shown = gateaux(&["diff", "x'*A*x", "--wrt", "x,A", "--steps"]).ok();
    for part in ["\nsteps by x\n", "\nsteps by A\n", "\ncheck\n"] {
        assert!(shown.contains(part), "{part:?} is not in:\n{shown}");
    }
    assert!(!shown.contains("NOT VERIFIED"), "{shown}");
}

#[test]
fn reasons_are_wrapped_beside_long_formulas() {
    let text = "sum((sigmoid(tanh(X*A)*B)*C - Y).^2)";
    let shown = gateaux(&["diff", text, "--wrt", "A", "--steps", "--quiet"]).ok();
    for line in shown.lines().filter(|line| line.starts_with("        ")) {
        assert!(line.chars().count() <= 112, "{line}");
    }
}

#[test]
fn latex_is_one_aligned_display() {
    let shown = gateaux(&[
        "diff",
        "logdet(A'*A)",
        "--wrt",
        "A",
        "--steps",
        "--quiet",
        "--format",
        "latex",
    ])
    .ok();
    assert!(shown.starts_with("\\begin{align*}\nf &= "), "{shown}");
    assert!(shown.ends_with("\\end{align*}\n"), "{shown}");
    assert!(shown.contains("\\mathrm{d}\\left(A^{\\top} A\\right)"), "{shown}");
    assert!(shown.contains("\n\\nabla_{A} f &= 2 A"), "{shown}");
    // A display has no empty lines, and every line but the last one ends with a break.
    let lines: Vec<&str> = shown.lines().collect();
    assert!(
        lines[1..lines.len() - 2].iter().all(|line| line.ends_with(" \\\\")),
        "{shown}"
    );
}

#[test]
fn full_detail_has_one_rule_a_line() {
    let lines = |detail: &str| {
        let shown = gateaux(&[
            "diff",
            "tr(A*X*B*X')",
            "--wrt",
            "X",
            "--steps",
            "--detail",
            detail,
            "--quiet",
        ])
        .ok();
        shown.lines().count()
    };
    assert!(lines("full") > lines("brief"));
}

#[test]
fn json_has_the_lines_with_the_names_of_their_rules() {
    let answer = gateaux(&["diff", "a*b^2", "--wrt", "b", "--steps", "--format", "json"]).json();
    assert_eq!(
        answer["steps"],
        json!([
            {"left": "f", "right": "a*b^2", "rules": [], "checked": "exactly"},
            {"left": "df", "right": "2*a*b*db", "rules": ["power-rule"], "checked": "exactly"},
            {"left": "derivative", "right": "2*a*b", "rules": ["derivative"], "checked": "exactly"},
        ])
    );
    let several = gateaux(&["diff", "x'*A*x", "--wrt", "x,A", "--steps", "--format", "json"]).json();
    assert_eq!(several["steps"]["A"][1]["right"], json!("x'*dA*x"));
}

#[test]
fn batches_tell_steps_where_they_are_asked_to() {
    let answers = batch(&[
        r#"{"expr": "tr(A*X)", "wrt": "X", "steps": true}"#,
        r#"{"expr": "tr(A*X)", "wrt": "X", "steps": "full"}"#,
        r#"{"expr": "tr(A*X)", "wrt": "X"}"#,
        r#"{"expr": "tr(A*X)", "wrt": "X", "steps": "much"}"#,
    ]);
    assert_eq!(answers[0]["steps"][1]["right"], json!("tr(A*dX)"));
    assert_eq!(answers[1]["steps"][1]["right"], json!("d(tr(A*X))"));
    assert_eq!(answers[2].get("steps"), None);
    assert_eq!(answers[3]["ok"], json!(false));
    assert!(
        answers[3]["error"]["message"]
            .as_str()
            .is_some_and(|message| message.contains("steps should be"))
    );
}

#[test]
fn second_derivatives_have_the_steps_of_the_gradient_first() {
    let shown = gateaux(&["diff", "x'*A*x", "--wrt", "x", "--order", "2", "--steps", "--quiet"]).ok();
    let lines: Vec<&str> = shown.lines().map(str::trim).collect();
    assert!(
        lines.iter().any(|line| line.starts_with("gradient = (A + A')*x")),
        "{shown}"
    );
    assert!(lines.iter().any(|line| line.starts_with("g  = (A + A')*x")), "{shown}");
    assert!(lines[lines.len() - 1].starts_with("Hessian = A + A'"), "{shown}");
    let third = gateaux(&["diff", "sum(x.^3)", "--wrt", "x", "--order", "3", "--steps", "--quiet"]).ok();
    for left in ["gradient = ", "Hessian = ", "h ", "D = "] {
        assert!(third.lines().any(|line| line.trim().starts_with(left)), "{third}");
    }
    let problem = "Q: orthogonal(n); tr(A*Q)";
    let refused = gateaux(&["diff", problem, "--wrt", "Q", "--order", "2", "--steps"]).failed(1);
    assert!(refused.contains("not told by orthogonal matrices"), "{refused}");
}

#[test]
fn rules_are_explained() {
    let page = gateaux(&["explain", "product-rule"]).ok();
    for part in ["product-rule: product rule", "d(A*B) = dA*B + A*dB", "source"] {
        assert!(page.contains(part), "{part} is not in:\n{page}");
    }
    let page = gateaux(&["explain", "differential-of-logdet"]).ok();
    assert!(
        page.contains("d(logdet(X)) = tr(inv(X)*dX)") && page.contains("gateaux functions logdet"),
        "{page}"
    );
    assert!(gateaux(&["explain", "produkt-rule"]).failed(2).contains("docs/rules"));
}
