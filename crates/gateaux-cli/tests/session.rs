//! `gateaux` alone, with a session on standard input.

mod command;

use command::{golden, run};

fn session(lines: &[&str]) -> command::Outcome {
    run(&[], &format!("{}\n", lines.join("\n")), &[])
}

#[test]
fn a_problem_is_stated_line_by_line() {
    let text = session(&[
        "A: matrix(m, n); b: vector(m)",
        "r = A*x - b   # the residual",
        "norm2(r)^2",
        ":wrt x",
        ":form gradient",
        ":order 2",
        ":form hvp",
        ":order",
        "tr(",
        "  X'*A'*A*X) wrt X",
        ":latex",
        ":show",
        ":eval A=[[1]], X=[[2, 3]]",
        ":undo",
        ":clear",
        ":show",
        "x'*x + sin(y[1]) wrt x",
    ])
    .ok();
    // The relative error of a check depends on the processor.
    let steady = text.lines().filter(|line| !line.contains("relative error"));
    golden("session.txt", &format!("{}\n", steady.collect::<Vec<_>>().join("\n")));
}

#[test]
fn a_mistake_is_shown_and_does_not_end_the_session() {
    let outcome = session(&[
        "A: matrix(m, n); b: vector(m)",
        "A*b",
        ":order 2",
        "b'*b wrt b",
        "b: vectr(m)",
        "2 +",
    ]);
    assert_eq!(outcome.code, 1);
    assert!(
        outcome.stdout.contains("Hessian (m x m)\n  2*eye(m)"),
        "{}",
        outcome.stdout
    );
    for expected in ["did you mean `A'*b`?", "vectr", "3 lines have mistakes"] {
        assert!(outcome.stderr.contains(expected), "{expected}: {}", outcome.stderr);
    }
}

#[test]
fn what_a_mistake_says_is_not_kept() {
    let text = session(&["x: vector(3)", "A = x*x", "tr(x*x')", ":show", ":undo", ":show"]);
    assert_eq!(text.code, 1);
    assert!(
        text.stdout
            .ends_with("x: vector(3)\ntr(x*x')\nx: vector(3)\nx: vector(3)\n"),
        "{}",
        text.stdout
    );
}

#[test]
fn commands_need_what_they_ask_about() {
    for (line, expected) in [
        (":latex", "there is no function yet"),
        (":nonsense", "there is no command :nonsense"),
        (":undo", "there is nothing to take back"),
        (":explain G9999", "there is no code G9999"),
        (":form hvp", "there is no function yet"),
    ] {
        let outcome = session(&["x: vector(n)", ":clear", line]);
        // A choice holds for the formulas to come.
        let is_choice = line.starts_with(":form");
        assert_eq!(outcome.code, i32::from(!is_choice), "{line}: {outcome:?}");
        if !is_choice {
            assert!(outcome.stderr.contains(expected), "{line}: {}", outcome.stderr);
        }
    }
    let outcome = session(&["x'*x", ":format braille", ":form hvp"]);
    assert!(outcome.stderr.contains("braille"), "{}", outcome.stderr);
    assert!(outcome.stderr.contains("help: add :order 2"), "{}", outcome.stderr);
}

#[test]
fn a_session_ends_with_its_input_or_when_told() {
    assert_eq!(session(&[""]).ok(), "");
    assert_eq!(session(&[":quit", "A*"]).ok(), "");
}
