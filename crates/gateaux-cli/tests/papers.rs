//! Claims in files: what is reported, where, and with which exit code.

mod command;

use command::{Directory, gateaux};

/// The lines of a report that begin with the name of the file, without it.
fn places(path: &str) -> (Vec<String>, i32) {
    let outcome = gateaux(&["check", path]);
    let begins = |line: &str| line.strip_prefix(path).map(str::to_owned);
    (outcome.stdout.lines().filter_map(begins).collect(), outcome.code)
}

#[test]
fn claims_are_reported_with_their_lines() {
    let (lines, code) = places("examples/notes.md");
    assert_eq!(code, 1);
    let verdicts: Vec<(&str, bool)> = lines
        .iter()
        .map(|line| (line.split(": ").next().unwrap_or_default(), line.contains(": equal")))
        .collect();
    assert_eq!(
        verdicts,
        [(":8", true), (":9", true), (":15", false), (":16", true), (":24", true)]
    );
    assert!(lines[2].contains("off by the factor 2"), "{}", lines[2]);
}

#[test]
fn equations_behind_comments_are_claims() {
    let (lines, code) = places("examples/paper.tex");
    assert_eq!(code, 1);
    let verdicts: Vec<(&str, bool)> = lines
        .iter()
        .map(|line| (line.split(": ").next().unwrap_or_default(), line.contains(": equal")))
        .collect();
    assert_eq!(verdicts, [(":13", true), (":14", true), (":16", false), (":20", true)]);
}

#[test]
fn cells_have_numbers() {
    let (lines, code) = places("examples/notebook.ipynb");
    assert_eq!(code, 1);
    assert!(lines[0].starts_with(":cell 1:line 6: equal"), "{lines:?}");
    assert!(lines[1].starts_with(":cell 2:line 2: not equal"), "{lines:?}");
}

#[test]
fn mistakes_point_into_the_file() {
    let folder = Directory::new("papers-mistakes");
    let text = "words\n\n```gateaux\nA: matrix(m, n)\nnorm2(A*x)^2\nclaim wrt x: A*\n```\n\n```gateaux\nfoo(x)\nclaim wrt x: 1\n\
                claim wrt x: 2\n```\n\n```gateaux\nclaim x\n```\n";
    let path = folder.write("wrong.md", text);
    let outcome = gateaux(&["check", &path]);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (1, ""));
    let shown = outcome.stdout;
    for wanted in [
        "wrong.md:6: unreadable",
        "wrong.md:6:15",
        "wrong.md:11: unreadable",
        "wrong.md:10:1",
        "wrong.md:12: unreadable",
        "wrong.md:16: unreadable",
        "4 claims: 4 unreadable",
    ] {
        assert!(shown.contains(wanted), "{wanted}:\n{shown}");
    }
    assert_eq!(shown.matches("there is no function foo").count(), 1, "{shown}");
}

#[test]
fn mistakes_in_latex_point_into_the_file() {
    let folder = Directory::new("papers-latex");
    let text = "% gateaux: x: vector(n); x'*x\n% gateaux: wrt x\n\\[ \\nabla f = 2 \\foo x \\]\n% gateaux: wrt x\n";
    let path = folder.write("wrong.tex", text);
    let outcome = gateaux(&["check", &path]);
    let shown = outcome.stdout;
    for wanted in [
        "wrong.tex:3: unreadable",
        "wrong.tex:3:17",
        "G0130",
        "wrong.tex:4: unreadable",
        "G0431",
    ] {
        assert!(shown.contains(wanted), "{wanted}:\n{shown}");
    }
}

#[test]
fn mistakes_of_kinds_in_latex_point_to_their_place() {
    let folder = Directory::new("papers-kinds");
    let text = "% gateaux: A: matrix(m, n); x: vector(n); norm2(A*x)^2\n% gateaux: wrt x\n\\[ \\nabla f = 2 A^\\top A x + A A x \\]\n";
    let path = folder.write("kinds.tex", text);
    let shown = gateaux(&["check", &path]).stdout;
    assert!(shown.contains("kinds.tex:3:30"), "{shown}");
    let text = "```gateaux\nA: matrix(m, n); x: vector(n); norm2(A*x)^2\nclaim wrt x: $2 A^\\top A x + (A x)^\\top A A$\n\
                claim $A x$ == $x + A A x$\n```\n";
    let path = folder.write("kinds.md", text);
    let shown = gateaux(&["check", &path]).stdout;
    for place in ["kinds.md:3:30", "kinds.md:4:21"] {
        assert!(shown.contains(place), "{place}:\n{shown}");
    }
}

#[test]
fn a_claim_in_latex_beside_a_formula_has_mistakes_at_their_place() {
    let problem = "A: matrix(m, n); x: vector(n); \\|A x\\|_2^2";
    let outcome = gateaux(&[
        "check",
        problem,
        "--input",
        "latex",
        "--wrt",
        "x",
        "--claim",
        "x + 2 A^\\top x",
    ]);
    assert!(outcome.stderr.contains("claim:1:5"), "{}", outcome.stderr);
}

#[test]
fn conventions_and_sizes_hold_for_claims_in_files() {
    let folder = Directory::new("papers-options");
    let text = "```gateaux\nS: symmetric(n); A: matrix(n, n)\ntr(A*S)\nclaim wrt S: A + A' - diag(diag(A))\n```\n";
    let path = folder.write("vech.md", text);
    assert_eq!(gateaux(&["check", &path]).code, 1);
    let shown = gateaux(&["check", &path, "--convention", "vech"]).ok();
    assert!(shown.contains("vech.md:4: equal"), "{shown}");
    let free = folder.write("free.md", text.replace("A + A' - diag(diag(A))", "A'"));
    assert_eq!(gateaux(&["check", &free]).code, 1);
    assert!(
        gateaux(&["check", &free, "--convention", "unconstrained"])
            .ok()
            .contains("free.md:4: equal")
    );
    let text = "```gateaux\nx: vector(n); sum(x)\nclaim wrt x: ones(n) + (n - 7)*x\n```\n";
    let path = folder.write("sizes.md", text);
    assert_eq!(gateaux(&["check", &path]).code, 1);
    assert!(
        gateaux(&["check", &path, "--dims", "n=7"])
            .ok()
            .contains("sizes.md:3: equal")
    );
    let outcome = gateaux(&["check", &path, "--dims", "k=3"]);
    assert_eq!(outcome.code, 2);
    assert!(outcome.stderr.contains("a size for k"), "{}", outcome.stderr);
}

#[test]
fn a_file_without_claims_says_so() {
    let folder = Directory::new("papers-none");
    let path = folder.write("none.md", "# Nothing\n\n```python\nclaim\n```\n");
    assert_eq!(gateaux(&["check", &path]).ok(), format!("{path}: no claims\n"));
}

#[test]
fn json_has_one_object_for_each_file() {
    let folder = Directory::new("papers-json");
    let path = folder.write("one.md", "```gateaux\nx'*x\nclaim wrt x: 2*x\n```\n");
    let outcome = gateaux(&["check", &path, "--format", "json"]).json();
    assert_eq!(outcome["equal"], 1);
    assert_eq!(
        (&outcome["claims"][0]["line"], &outcome["claims"][0]["verdict"]),
        (&3.into(), &"equal".into())
    );
}

#[test]
fn formulas_in_latex_are_taken_by_commands() {
    let diff = |formula: &str| {
        gateaux(&[
            "diff", "--input", "latex", formula, "--wrt", "x", "--quiet", "--format", "latex",
        ])
        .ok()
    };
    assert_eq!(diff(r"\|Ax - b\|_2^2"), "2 A^{\\top} \\left(A x - b\\right)\n");
    assert_eq!(diff(r"S: symmetric(n); x^\top S x"), "2 S x\n");
    let refused = gateaux(&["diff", "--input", "latex", r"\|Ax - b\|_2^2 + \foo", "--wrt", "x"]).failed(1);
    assert!(refused.contains("G0130") && refused.contains("\\foo"), "{refused}");
    let checked = gateaux(&[
        "check",
        "--input",
        "latex",
        r"\log\det X",
        "--wrt",
        "X",
        "--claim",
        r"X^{-\top}",
    ]);
    assert!(checked.ok().starts_with("equal"));
    let equal = gateaux(&["equal", "--input", "latex", r"\operatorname{tr}(AB)", r"\mathrm{tr} BA"]);
    assert!(equal.ok().starts_with("equal"));
}

#[test]
fn the_manual_shows_the_examples() {
    let manual = std::fs::read_to_string("../../docs/papers.md").expect("the manual is part of the repository");
    for (mark, example) in [
        ("````markdown\n", "examples/notes.md"),
        ("```latex\n", "examples/paper.tex"),
    ] {
        let end = &mark[..mark.len() - mark.trim_start_matches('`').len()];
        let shown = manual
            .split(mark)
            .nth(1)
            .and_then(|rest| rest.split(&format!("\n{end}\n")).next());
        let example = std::fs::read_to_string(example).expect("the examples are part of the repository");
        assert!(example.contains(shown.expect("the manual has the block")), "{mark}");
    }
}

#[test]
fn macros_of_a_paper_are_known() {
    let folder = Directory::new("papers-macros");
    let text = "\\newcommand{\\norm}[1]{\\left\\|#1\\right\\|_2}\n\\DeclareMathOperator{\\trace}{Tr}\n\\newcommand{\\T}{^\\top}\n\
                % gateaux: b: vector(m)\n% gateaux: function\n\\[ f = \\norm{Ax - b}^2 \\]\n% gateaux: wrt x\n\
                \\[ \\nabla f = 2 A\\T(Ax - b) \\]\n% gateaux: wrt x\n\\[ \\nabla f = \\norm{\\foo} \\]\n\
                % gateaux: equal\n\\[ \\trace(AB\\T) = \\trace(B\\T A) \\]\n";
    let path = folder.write("macros.tex", text);
    let outcome = gateaux(&["check", &path]);
    let shown = outcome.stdout;
    for wanted in [
        "macros.tex:8: equal",
        "macros.tex:10: unreadable",
        "macros.tex:10:15",
        "macros.tex:12: equal",
        "3 claims: 2 equal, 1 unreadable",
    ] {
        assert!(shown.contains(wanted), "{wanted}:\n{shown}");
    }
}
