//! The bodies of the fuzz targets: what must hold whatever the bytes are.
//!
//! A body panics where something is wrong, with the text that shows it. The folder `fuzz/` runs the bodies under
//! libFuzzer, which looks for bytes that reach new code; an ordinary test runs them on [`seeds`] and on every input
//! that was found before.
//!
//! Bytes are a text of the language or, for [`derive()`] and [`print()`], a [`recipe`]: those that begin with a byte from
//! 0x80 to 0xBF, which no text begins with. An input that was found is kept as the text that the message shows: a
//! recipe makes something else when functions are added.

mod derive;
mod print;
pub mod recipe;

use gateaux::{Errors, Problem, Structure};
use gateaux_syntax::{Diagnostic, NodeId, NodeKind, Span, Statement, Tree, latex};

use crate::random::Random;

pub use derive::derive;
pub use print::print;

/// A name and the body of the target of that name.
pub type Target = (&'static str, fn(&[u8]));

/// All targets.
pub const TARGETS: [Target; 4] = [("parse", parse), ("infer", infer), ("derive", derive), ("print", print)];

/// The parser: no panic, spans inside of the text, and a text without mistakes is written and read again. The reader of
/// LaTeX: no panic, and spans inside of the text.
pub fn parse(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    parse_latex(&text);
    let (tree, diagnostics) = gateaux_syntax::parse(&text);
    are_mistakes(&text, &diagnostics);
    for (id, node) in tree.nodes() {
        is_inside(&text, node.span);
        if let NodeKind::Binary(_, operator, ..) = &node.kind {
            is_inside(&text, *operator);
        }
        if diagnostics.is_empty() {
            assert!(
                node.kind != NodeKind::Missing,
                "{text:?}: nobody says that {id:?} is missing"
            );
        }
    }
    for statement in tree.statements() {
        is_inside(&text, statement.span(&tree));
        if diagnostics.is_empty() {
            roots(statement)
                .into_iter()
                .for_each(|root| is_read_again(&text, &tree, root));
        }
    }
}

fn parse_latex(text: &str) {
    let vocabulary = latex::Vocabulary {
        is_function: &gateaux_core::ops::takes_arguments,
        names: &[],
    };
    let (tree, diagnostics) = latex::parse(text, &vocabulary);
    are_mistakes(text, &diagnostics);
    for (_, node) in tree.nodes() {
        is_inside(text, node.span);
    }
}

/// Inference: no panic, and every mistake has a code and a place in the text.
pub fn infer(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    match Problem::parse(&text) {
        Ok(problem) => {
            assert!(
                !problem.variables().iter().any(|variable| variable.text.is_empty()),
                "{text:?}"
            );
            problem.axes();
        }
        Err(errors) => are_errors(&text, &errors),
    }
}

/// The text of some bytes: themselves, or the problem of a recipe.
fn text(data: &[u8]) -> String {
    match data {
        [first @ 0x80..0xc0, rest @ ..] => recipe::problem(&[&[*first], rest].concat()),
        text => String::from_utf8_lossy(text).into_owned(),
    }
}

fn is_inside(text: &str, span: Span) {
    assert!(
        text.get(span.start..span.end).is_some(),
        "{text:?}: {span:?} is no piece of it"
    );
}

/// The mistakes are sorted, have codes that are documented, and they and their advice lie in the text.
fn are_mistakes(text: &str, diagnostics: &[Diagnostic]) {
    for diagnostic in diagnostics {
        is_inside(text, diagnostic.span);
        let edit = diagnostic.help.as_ref().and_then(|help| help.edit.as_ref());
        if let Some(edit) = edit {
            is_inside(text, edit.span);
        }
        let is_known = gateaux::codes().iter().any(|code| code.code == diagnostic.code);
        assert!(is_known, "{text:?}: {diagnostic} has no page");
        assert!(!diagnostic.message.is_empty(), "{text:?}: {diagnostic} says nothing");
    }
    let is_sorted = diagnostics.is_sorted_by_key(|diagnostic| (diagnostic.span.start, diagnostic.span.end));
    assert!(is_sorted, "{text:?}: {diagnostics:?} are not sorted");
}

/// There is one mistake at least, and none of them is ours.
fn are_errors(text: &str, errors: &Errors) {
    assert!(!errors.diagnostics().is_empty(), "{text:?}: refused without a reason");
    are_mistakes(text, errors.diagnostics());
    let ours = errors
        .diagnostics()
        .iter()
        .find(|diagnostic| diagnostic.code == INTERNAL);
    assert!(ours.is_none(), "{text:?}: {errors}");
}

/// The code of a mistake of Gateaux itself; codes are never reused.
const INTERNAL: &str = "G0318";

/// The expressions of a statement.
fn roots(statement: &Statement) -> Vec<NodeId> {
    match statement {
        Statement::Declaration(declaration) => declaration.dims.clone(),
        Statement::Definition(definition) => vec![definition.body],
        Statement::Expression(root) => vec![*root],
    }
}

fn is_read_again(text: &str, tree: &Tree, root: NodeId) {
    let written = tree.to_text(root);
    match gateaux_syntax::parse_expression(&written) {
        Ok((again, root)) => assert_eq!(written, again.to_text(root), "{text:?} is written in two ways"),
        Err(diagnostics) => panic!("{text:?} is written {written:?}, which does not parse: {diagnostics:?}"),
    }
}

/// How many recipes a fuzzer begins with, and how long they are.
const RECIPES: (u64, usize) = (40, 16);

/// Inputs to begin with: the examples of every function, one text of each sort of statement and operator, and recipes.
pub fn seeds() -> Vec<Vec<u8>> {
    let examples = gateaux::ops::all().flat_map(|op| op.examples.iter());
    let texts = examples.map(|(function, ..)| *function).chain(TEXTS);
    let recipe = |seed: u64| {
        let mut random = Random::new(seed);
        let first = 0x80 | (random.bits() as u8 & 0x3f);
        let rest = (0..RECIPES.1).map(|_| random.bits() as u8);
        std::iter::once(first).chain(rest).collect()
    };
    texts
        .map(|text| text.as_bytes().to_vec())
        .chain((0..RECIPES.0).map(recipe))
        .collect()
}

/// What the examples of functions do not show.
const TEXTS: [&str; 20] = [
    "A: matrix(m, n); x: vector(n)\nr = A*x - b\nnorm2(r)^2 + lambda*norm1(x)",
    "S: symmetric(n)\nx'*S*x/(x'*x)",
    "P: posdef(n); x: vector(n)\nlogdet(P) + x'*inv(P)*x",
    "K: skew(n)\ntr(K*A*K)",
    "D: diagonal(n)\nsum(log(D*D + eye))",
    "Q: orthogonal(n)\ntr(Q'*A*Q)",
    "L: lower(n)\nnorm2(L*L' - A)^2",
    "p: positive vector(n)\nsum(p.*log(p))/n",
    "a: positive scalar\na^(-3/2) + sqrt(a)*1e-3",
    "h1 = tanh(W*x + b); h2 = tanh(W*h1 + b)\nsum(exp(h2).*h1)/norm2(h2)",
    "softmax(W*x + c)",
    "x'*A*inv(B + a*eye)*A'*x*y'*C*x",
    "(A*X*B) .* C + X./2 - (1 .+ X).^2",
    "A\\x .+ 3 .- B/C*x",
    "(A ⊗ B)*vec(X)",
    "Xᵀ⋅y ⊙ z ⊘ w",
    "∑(x)*λ₁ + Σ'*x",
    "einsum(\"ij,j->i\", A, x)",
    "x[1] + A[1, :]*x[2:3] + sum([a, b; c, d])",
    "where(x > 0, x, 0) # a comment\n",
];

/// The dictionary of libFuzzer: every name of the language, and its signs.
pub fn dictionary() -> String {
    let functions = gateaux::ops::names().flat_map(|name| [name.to_owned(), format!("{name}(")]);
    let kinds = Structure::ALL.iter().map(|(_, kind)| format!(": {kind}("));
    let words = functions
        .chain(kinds)
        .chain(WORDS.iter().map(|word| (*word).to_owned()));
    let mut lines: Vec<String> = words.map(|word| format!("\"{}\"\n", escaped(&word))).collect();
    lines.sort_unstable();
    lines.dedup();
    format!("# Made from the table of functions.\n{}", lines.concat())
}

/// Signs and words that are no functions.
const WORDS: [&str; 49] = [
    "'",
    "^",
    "^-1",
    "^2",
    "^0.5",
    "*",
    "/",
    "\\",
    "+",
    " - ",
    ".+",
    ".-",
    ".*",
    "./",
    ".^",
    "(",
    ")",
    "[",
    "]",
    ",",
    ";",
    ":",
    "=",
    "\n",
    "\"",
    "#",
    "<",
    "<=",
    ">",
    ">=",
    "⊗",
    "⊙",
    "⊘",
    "⋅",
    "ᵀ",
    "†",
    "∑",
    "pi",
    "eye",
    "I",
    "λ₁",
    "1e-3",
    "scalar",
    "vector(n)",
    "matrix(m, n)",
    "tensor(n, m, k)",
    "positive ",
    "complex ",
    "\"ij,jk->ik\"",
];

/// A word as the value of a line of a dictionary.
fn escaped(word: &str) -> String {
    let one = |byte: u8| match byte {
        b'"' | b'\\' => format!("\\{}", char::from(byte)),
        b' '..=b'~' => char::from(byte).to_string(),
        _ => format!("\\x{byte:02X}"),
    };
    word.bytes().map(one).collect()
}
