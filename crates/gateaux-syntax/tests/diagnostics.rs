//! What is said about mistakes: the code, the place, the words, and advice that works.

use gateaux_syntax::limits::{MAX_DIAGNOSTICS, MAX_NESTING};
use gateaux_syntax::{CODES, Diagnostic, parse, parse_expression};

/// Texts with one mistake each: the text with the guilty piece between `⟦` and `⟧`, the code, a word of the message.
const MISTAKES: &[(&str, &str, &str)] = &[
    ("x⟦\u{200B}⟧ + 1", "G0001", "U+200B"),
    ("⟦\0⟧x", "G0001", "U+0000"),
    ("x ⟦☃⟧ y", "G0002", "☃"),
    ("x + ⟦☃⟧", "G0002", "U+2603"),
    ("sum(x) + ⟦ß⟧", "G0003", "ß"),
    ("stra⟦ß⟧e*x", "G0003", "letter"),
    ("⟦µ⟧*x", "G0003", "U+00B5"),
    ("x⟦’⟧*x", "G0004", "’"),
    ("x ⟦×⟧ x", "G0004", "×"),
    ("a ⟦−⟧ b", "G0004", "−"),
    ("a⟦·⟧b", "G0004", "·"),
    ("f⟦（⟧x)", "G0004", "U+FF08"),
    ("A*x ⟦@⟧ y", "G0005", "@"),
    ("A*x ⟦&&⟧ y", "G0005", "&&"),
    ("A*x ⟦||⟧ y", "G0005", "||"),
    ("A ⟦**⟧ x", "G0005", "**"),
    ("r ⟦==⟧ x", "G0005", "=="),
    ("where(x ⟦!=⟧ y, 1, 2)", "G0005", "!="),
    ("x ⟦::⟧ vector(n)", "G0005", "::"),
    ("A⟦.'⟧", "G0005", ".'"),
    ("⟦|⟧x|", "G0005", "|"),
    ("x ⟦+=⟧ 1", "G0005", "+="),
    ("A⟦⁻¹⟧*b", "G0006", "⁻¹"),
    ("⟦\"abc⟧", "G0007", "\""),
    ("einsum(⟦\"ij->i, A)⟧", "G0007", "closed"),
    ("einsum(⟦'ij->i'⟧, A)", "G0008", "\""),
    ("einsum(⟦“ij->i”⟧, A)", "G0008", "\""),
    ("⟦1e+⟧", "G0009", "1e+"),
    ("⟦1e999⟧*a", "G0010", "range"),
    ("⟦1e-999⟧*a", "G0010", "range"),
    ("⟦0e99999⟧*a", "G0010", "range"),
    ("1⟦.⟧ + x", "G0011", "1."),
    ("2⟦.⟧x", "G0011", "2."),
    ("x⟦.⟧y", "G0011", "."),
    ("x ⟦%⟧ note", "G0012", "%"),
    ("x ⟦//⟧ note", "G0012", "//"),
    ("exp⟦{⟧x}", "G0013", "{"),
    ("⟦⟧", "G0100", "empty"),
    ("⟦⟧ # nothing but a comment\n", "G0100", "empty"),
    ("norm2⟦(⟧A*x - y", "G0101", ")"),
    ("f⟦(⟧g(x", "G0101", ")"),
    ("f⟦(⟧g(x) + h(y)", "G0101", ")"),
    ("x⟦[⟧1*x", "G0101", "]"),
    ("A: matrix⟦(⟧m, n\nx: vector(n)\nA*x", "G0101", ")"),
    ("x[⟦(⟧1]", "G0101", ")"),
    ("x⟦)⟧", "G0102", ")"),
    ("x⟦)⟧)) + y", "G0102", ")"),
    ("(a⟦]⟧)", "G0102", "]"),
    ("exp(x⟦]⟧", "G0103", ")"),
    ("A*x ⟦- ⟧", "G0104", "-"),
    ("A*x ⟦-⟧\nb", "G0104", "ends"),
    ("r = ⟦-⟧", "G0104", "-"),
    ("(a ⟦+⟧)*b", "G0104", "+"),
    ("⟦*⟧ x", "G0105", "*"),
    ("x * ⟦/⟧ y", "G0105", "/"),
    ("⟦2x⟧", "G0106", "x"),
    ("⟦2(⟧x + 1)", "G0106", "2"),
    ("(a⟦)(⟧b)", "G0106", "(a)"),
    ("A⟦' B⟧", "G0106", "A'"),
    ("[⟦1 2⟧]", "G0106", "comma"),
    ("[1, ⟦2\n 3⟧, 4]", "G0106", "comma"),
    ("A*x⟦,⟧ y", "G0107", ","),
    ("A: matrix(m, n)⟦,⟧ x: vector(n)", "G0107", ","),
    ("a⟦,⟧ b = 1, 2", "G0107", ","),
    ("(1⟦,⟧ 2)'*x", "G0107", ","),
    ("x*⟦'⟧x", "G0108", "'"),
    ("x*⟦'⟧", "G0108", "'"),
    ("X^-⟦1'⟧", "G0109", "1'"),
    ("(X + Y)^-⟦1'⟧*b", "G0109", "1'"),
    ("⟦2'⟧'", "G0109", "2'"),
    ("r ⟦= ⟧\nx'*x", "G0110", "r"),
    ("r ⟦=⟧", "G0110", "r"),
    ("⟦f(x) =⟧ x'*x", "G0111", "functions"),
    ("⟦x + y⟧ = 2", "G0112", "x + y"),
    ("⟦x[1]⟧ = 2", "G0112", "x[1]"),
    ("⟦(a)⟧ = 2", "G0112", "a"),
    ("⟦=⟧ 3", "G0112", "="),
    ("exp(x ⟦=⟧ 2)", "G0113", "="),
    ("a = b ⟦=⟧ c", "G0113", "="),
    ("x⟦:⟧ ", "G0114", "x"),
    ("x: ⟦complex⟧", "G0114", "complex"),
    ("x: ⟦real⟧ vector(n)", "G0115", "real"),
    ("x: vector⟦[⟧n]", "G0116", "parentheses"),
    ("x: vector ⟦n⟧", "G0116", "vector"),
    ("x: vector(n) ⟦=⟧ 3", "G0117", "="),
    ("⟦x, y⟧: vector(n)", "G0118", "2"),
    ("⟦A*x⟧: vector(n)", "G0119", "A*x"),
    ("sum(1⟦:⟧3)", "G0120", ":"),
    ("1⟦:⟧3", "G0120", ":"),
    ("x[⟦:⟧3]", "G0121", "first"),
    ("x[2⟦:⟧]", "G0121", "last"),
    ("x[1:2⟦:⟧3]", "G0121", "step"),
    ("⟦()⟧", "G0122", "nothing"),
    ("x⟦[]⟧", "G0122", "nothing"),
    ("A: matrix(m⟦,⟧ )", "G0122", ","),
    ("f(⟦,⟧ x)", "G0122", ","),
    ("f(x⟦,⟧, y)", "G0122", ","),
    ("[1, 2⟦;⟧ ]", "G0122", ";"),
    ("max(x⟦;⟧ y)", "G0123", ";"),
    ("x[1⟦;⟧ 2]", "G0123", ";"),
    ("⟦∑⟧ x", "G0125", "∑"),
];

/// The text without its marks, and the piece between them.
fn unmarked(marked: &str) -> (String, usize, usize) {
    let start = marked.find('⟦').expect("each text has its marks");
    let end = marked.find('⟧').expect("each text has its marks") - '⟦'.len_utf8();
    (marked.replace(['⟦', '⟧'], ""), start, end)
}

#[test]
fn one_mistake_gives_one_diagnostic_at_its_place() {
    for (marked, code, word) in MISTAKES {
        let (text, start, end) = unmarked(marked);
        let (_, diagnostics) = parse(&text);
        let [diagnostic] = diagnostics.as_slice() else {
            panic!("{marked:?}: {diagnostics:#?}")
        };
        assert_eq!(diagnostic.code, *code, "{marked:?}: {diagnostic}");
        assert_eq!(
            (diagnostic.span.start, diagnostic.span.end),
            (start, end),
            "{marked:?}: {diagnostic}"
        );
        assert!(diagnostic.message.contains(word), "{marked:?}: {diagnostic}");
    }
}

#[test]
fn following_an_edit_helps() {
    let texts = MISTAKES
        .iter()
        .map(|(marked, ..)| unmarked(marked).0)
        .chain(CODES.iter().map(|c| c.example.to_owned()));
    let mut n_edits = 0;
    for text in texts {
        for diagnostic in parse(&text).1 {
            let Some(edit) = diagnostic.help.as_ref().and_then(|help| help.edit.as_ref()) else {
                continue;
            };
            let mut edited = text.clone();
            edited.replace_range(edit.span.start..edit.span.end, &edit.replacement);
            let left = parse(&edited).1;
            assert_eq!(left, [], "{text:?} became {edited:?}");
            n_edits += 1;
        }
    }
    assert!(n_edits > 40, "most mistakes come with an edit");
}

#[test]
fn each_example_triggers_its_code() {
    // A text that is too long is no example for a manual.
    for code in CODES.iter().filter(|code| !code.example.is_empty()) {
        let diagnostics = match parse(code.example).1 {
            none if none.is_empty() => parse_expression(code.example).err().unwrap_or_default(),
            some => some,
        };
        assert!(
            diagnostics.iter().any(|d| d.code == code.code),
            "{}: {diagnostics:?}",
            code.code
        );
    }
}

#[test]
fn a_text_that_is_too_long_is_refused_as_a_whole() {
    let text = "x + ".repeat(250_000) + "x";
    let (tree, diagnostics) = parse(&text);
    assert!(tree.statements().is_empty());
    let codes: Vec<&str> = diagnostics.iter().map(|diagnostic| diagnostic.code).collect();
    assert_eq!(codes, ["G0127"]);
    assert_eq!(parse(&text[..200_001]).1, []);
}

#[test]
fn codes_are_distinct_and_sorted() {
    assert!(CODES.is_sorted_by(|a, b| a.code < b.code));
}

#[test]
fn the_page_on_nesting_tells_the_limit() {
    let page = CODES.iter().find(|code| code.code == "G0124").expect("the code exists");
    assert!(page.explanation.contains(&MAX_NESTING.to_string()));
}

#[test]
fn messages_have_the_form_of_messages() {
    for (marked, ..) in MISTAKES {
        for diagnostic in parse(&unmarked(marked).0).1 {
            for text in [
                Some(&diagnostic.message),
                diagnostic.help.as_ref().map(|help| &help.text),
            ]
            .into_iter()
            .flatten()
            {
                let first = text.chars().next().expect("a message has words");
                assert!(!text.ends_with('.') && !text.contains('\n'), "{text}");
                assert!(!first.is_uppercase() || text.starts_with("U+"), "{text}");
            }
        }
    }
}

#[test]
fn several_mistakes_are_reported_together_and_sorted() {
    let text = "x: vectr[n]\nf = 2x ☃ y\ng = sum(x\nh = x**2 + (a,b)\n";
    let found: Vec<&str> = parse(text).1.iter().map(|d| d.code).collect();
    assert_eq!(found, ["G0116", "G0106", "G0002", "G0101", "G0005", "G0107"]);
}

/// Example: a limit on nesting is one ordinary error, and what stands in the next line is read as usual.
#[test]
fn deep_nesting_is_one_error() {
    let deep = |start: &str, end: &str, n: usize| format!("{}x{}", start.repeat(n), end.repeat(n));
    let shapes = [
        ("(", ")"),
        ("-", ""),
        ("exp(", ")"),
        ("a^", ""),
        ("x[", "]"),
        ("[", "]"),
        ("a^-(", ")"),
        ("(", ""),
        ("a*(b+", ")"),
    ];
    for (start, end) in shapes {
        for n in [MAX_NESTING + 1, 10_000] {
            let text = deep(start, end, n) + "\n2x";
            let (tree, diagnostics) = parse(&text);
            let codes: Vec<&str> = diagnostics.iter().map(|d| d.code).collect();
            assert_eq!(codes, ["G0124", "G0106"], "{start} {n}");
            assert!(
                diagnostics[0].message.contains("nested deeper than 500"),
                "{}",
                diagnostics[0]
            );
            assert_eq!(tree.statements().len(), 2);
        }
    }
    let (_, diagnostics) = parse(&deep("f(", ")", MAX_NESTING));
    assert_eq!(diagnostics, []);
}

#[test]
fn the_number_of_diagnostics_is_bounded() {
    let diagnostics: Vec<Diagnostic> = parse(&"2x\n".repeat(1000)).1;
    assert_eq!(diagnostics.len(), MAX_DIAGNOSTICS);
    assert_eq!(diagnostics[0].span.start, 0);
}

#[test]
fn a_long_piece_of_text_is_not_quoted_whole() {
    let (_, diagnostics) = parse(&"9".repeat(400));
    assert!(diagnostics[0].message.chars().count() < 120, "{}", diagnostics[0]);
}

#[test]
fn one_expression_is_asked_for() {
    for text in ["a; b", "r = a", "x: scalar"] {
        let errors = parse_expression(text).expect_err("this is not one bare expression");
        assert_eq!(errors[0].code, "G0126", "{text}");
    }
}
