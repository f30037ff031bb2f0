//! Laws that hold for all texts.

use gateaux_syntax::{CODES, IndexItem, NodeKind, Tree, parse, parse_expression};
use proptest::prelude::*;

/// What must hold whatever the text is.
fn check_invariants(text: &str) {
    let (tree, diagnostics) = parse(text);
    for diagnostic in &diagnostics {
        let edit = diagnostic.help.as_ref().and_then(|help| help.edit.as_ref());
        for span in [Some(diagnostic.span), edit.map(|edit| edit.span)]
            .into_iter()
            .flatten()
        {
            assert!(text.get(span.start..span.end).is_some(), "{text:?}: {diagnostic:?}");
        }
        assert!(CODES.iter().any(|code| code.code == diagnostic.code), "{diagnostic:?}");
    }
    assert!(
        diagnostics.is_sorted_by_key(|diagnostic| diagnostic.span),
        "{diagnostics:?}"
    );
    check_tree(text, &tree);
    let has_missing = tree.statements().is_empty() || tree.nodes().any(|(_, node)| node.kind == NodeKind::Missing);
    assert!(
        !(has_missing && diagnostics.is_empty()),
        "{text:?}: something is missing and nothing is said"
    );
}

/// Operands come before operations, and spans lie in the text.
fn check_tree(text: &str, tree: &Tree) {
    for (id, node) in tree.nodes() {
        assert!(text.get(node.span.start..node.span.end).is_some(), "{text:?}: {node:?}");
        let operands = match &node.kind {
            NodeKind::Number(_) | NodeKind::Name(_) | NodeKind::Text(_) | NodeKind::Missing => vec![],
            NodeKind::Unary(_, x) | NodeKind::Transpose(x) | NodeKind::ConjugateTranspose(x) => vec![*x],
            NodeKind::Binary(_, _, x, y) => vec![*x, *y],
            NodeKind::Call(_, args) => args.clone(),
            NodeKind::Array(rows) => rows.concat(),
            NodeKind::Index(base, items) => {
                let of = |item: &IndexItem| match item {
                    IndexItem::At(x) => vec![*x],
                    IndexItem::Range(x, y) => vec![*x, *y],
                    IndexItem::All(_) => vec![],
                };
                items.iter().flat_map(of).chain([*base]).collect()
            }
        };
        assert!(operands.iter().all(|operand| *operand < id), "{text:?}: {node:?}");
        tree.to_text(id);
    }
}

/// Well-formed expressions, with more parentheses and blanks than needed.
fn expression() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        "[a-cA-Cλ_][0-9₀-₃]?",
        Just("2".to_owned()),
        Just(".5".to_owned()),
        Just("1e-3".to_owned()),
        Just("einsum(\"i,i->\", x, y)".to_owned()),
    ];
    leaf.prop_recursive(6, 60, 3, |inner| {
        let infix = prop::sample::select(vec![
            "+", "-", "*", "/", "\\", "^", ".+", ".-", ".*", "./", ".^", "⊗", "⋅", "⊙", " < ", "<=", ">", "≥",
        ]);
        prop_oneof![
            4 => (inner.clone(), infix, inner.clone()).prop_map(|(x, op, y)| format!("{x} {op}{y}")),
            2 => inner.clone().prop_map(|x| format!("({x})")),
            1 => inner.clone().prop_map(|x| format!("-{x}")),
            1 => inner.clone().prop_map(|x| format!("+ {x}")),
            1 => inner.clone().prop_map(|x| format!("({x})'")),
            1 => inner.clone().prop_map(|x| format!("f({x})†'")),
            1 => (inner.clone(), inner.clone()).prop_map(|(x, y)| format!("g({x},\n {y})")),
            1 => (inner.clone(), inner.clone()).prop_map(|(x, y)| format!("A[{x},:, 1:{y}]ᵀ")),
            1 => (inner.clone(), inner).prop_map(|(x, y)| format!("[{x}, {y}; {y},{x}]")),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_parsed(text in any::<String>()) {
        check_invariants(&text);
    }

    #[test]
    fn any_text_in_the_alphabet_of_the_notation_is_parsed(
        pieces in prop::collection::vec(prop::sample::select(vec![
            "x", "A", "f(", "2", ".5", "1e", "1.", "+", "-", "*", "/", "\\", "^", ".", ".*", "'", "†", "ᵀ", "∑", "⊗", "<",
            "<=", "(", ")", "[", "]", ",", ";", ":", "=", "\n", " ", "#", "\"", "“", "x: vector(n)", "complex", "matrix",
            "{", "}", "@", "&&", "==", "|", "²", "ß", "’", "×", "☃", "\u{200B}", "...", "//", "'i->'", "\r\n", "\t",
        ]), 0..40)
    ) {
        check_invariants(&pieces.concat());
    }

    #[test]
    fn text_of_a_tree_parses_to_the_same_tree(text in expression()) {
        let (tree, root) = parse_expression(&text).expect("the strategy makes well-formed expressions");
        let printed = tree.to_text(root);
        let (again, root_again) = parse_expression(&printed).expect("a printed tree is well-formed");
        prop_assert_eq!(&printed, &again.to_text(root_again));
        // The printed text has no more parentheses than needed, so equal kinds in equal order mean equal trees.
        let kinds = |tree: &Tree| tree.nodes().map(|(_, node)| shape(&node.kind)).collect::<Vec<_>>();
        prop_assert_eq!(kinds(&tree), kinds(&again));
    }
}

/// A node's kind without the places in the text.
fn shape(kind: &NodeKind) -> String {
    match kind {
        NodeKind::Binary(op, _, x, y) => format!("{op:?} {x:?} {y:?}"),
        NodeKind::Call(name, args) => format!("{} {args:?}", name.text),
        NodeKind::Index(base, items) => {
            let position = |item: &IndexItem| match item {
                IndexItem::All(_) => ":".to_owned(),
                other => format!("{other:?}"),
            };
            format!("{base:?} {:?}", items.iter().map(position).collect::<Vec<_>>())
        }
        other => format!("{other:?}"),
    }
}
