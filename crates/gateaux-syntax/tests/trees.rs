//! Which tree a text gives: precedence, statements, spans.

use gateaux_syntax::{IndexItem, Node, NodeId, NodeKind, Span, Statement, Tree, UnaryOp, parse, parse_expression};

/// A tree as nested lists, so that precedence is visible: `a + b*c` is `(+ a (* b c))`.
fn list(text: &str) -> String {
    let (tree, root) = parse_expression(text).unwrap_or_else(|errors| panic!("{text}: {}", errors[0]));
    let mut lists: Vec<String> = Vec::new();
    for (_, node) in tree.nodes() {
        let list = node_list(node, &lists);
        lists.push(list);
    }
    lists.swap_remove(root.0 as usize)
}

fn node_list(node: &Node, lists: &[String]) -> String {
    let of = |id: &NodeId| lists[id.0 as usize].as_str();
    let all = |ids: &[NodeId]| ids.iter().map(of).collect::<Vec<_>>().join(" ");
    match &node.kind {
        NodeKind::Number(text) | NodeKind::Name(text) => text.clone(),
        NodeKind::Text(text) => format!("{text:?}"),
        NodeKind::Unary(UnaryOp::Neg, x) => format!("(neg {})", of(x)),
        NodeKind::Unary(UnaryOp::Plus, x) => format!("(pos {})", of(x)),
        NodeKind::Binary(op, _, x, y) => format!("({} {} {})", op.text(), of(x), of(y)),
        NodeKind::Transpose(x) => format!("(' {})", of(x)),
        NodeKind::ConjugateTranspose(x) => format!("(† {})", of(x)),
        NodeKind::Call(name, args) => format!("{}({})", name.text, all(args)),
        NodeKind::Index(base, items) => {
            let item = |item: &IndexItem| match item {
                IndexItem::At(x) => of(x).to_owned(),
                IndexItem::Range(x, y) => format!("{}:{}", of(x), of(y)),
                IndexItem::All(_) => ":".to_owned(),
            };
            format!("{}[{}]", of(base), items.iter().map(item).collect::<Vec<_>>().join(" "))
        }
        NodeKind::Array(rows) => format!("[{}]", rows.iter().map(|row| all(row)).collect::<Vec<_>>().join("; ")),
        NodeKind::Missing => "?".to_owned(),
    }
}

#[test]
fn precedence_and_associativity() {
    for (text, expected) in [
        ("a - b - c", "(- (- a b) c)"),
        ("a + b*c", "(+ a (* b c))"),
        ("a/b*c\\d", "(\\ (* (/ a b) c) d)"),
        ("a^b^c", "(^ a (^ b c))"),
        ("a .^ b^c", "(.^ a (^ b c))"),
        ("-a^b", "(neg (^ a b))"),
        ("-a*b", "(* (neg a) b)"),
        ("2^-a*b", "(* (^ 2 (neg a)) b)"),
        ("2^-a^b", "(^ 2 (neg (^ a b)))"),
        ("a*-b + c", "(+ (* a (neg b)) c)"),
        ("a - -+b", "(- a (neg (pos b)))"),
        ("a.*b ./ c .+ d .- e", "(.- (.+ (./ (.* a b) c) d) e)"),
        ("X'^-1", "(^ (' X) (neg 1))"),
        ("X^Y'", "(^ X (' Y))"),
        ("-x'", "(neg (' x))"),
        ("x''", "(' (' x))"),
        ("a + b < c*d", "(< (+ a b) (* c d))"),
        ("(a < b) >= c", "(>= (< a b) c)"),
        ("((a + b))*c", "(* (+ a b) c)"),
        ("A[1, :]'", "(' A[1 :])"),
        ("f(x)[2:n + 1]", "f(x)[2:(+ n 1)]"),
        ("x[i][j]", "x[i][j]"),
    ] {
        assert_eq!(list(text), expected, "{text}");
    }
}

#[test]
fn unicode_spellings_are_the_ascii_operators() {
    for (text, ascii) in [
        ("a⋅b", "a*b"),
        ("a⊙b", "a.*b"),
        ("a⊘b", "a./b"),
        ("Aᵀ*b", "A'*b"),
        ("a≤b", "a<=b"),
        ("a≥b", "a>=b"),
    ] {
        assert_eq!(list(text), list(ascii));
    }
    assert_eq!(list("∑(X, 1)"), "sum(X 1)");
    assert_eq!(list("A⊗B*C"), "(* (⊗ A B) C)");
    assert_eq!(list("A†*b"), "(* († A) b)");
    assert_eq!(list("λ*x₁'*Σ"), "(* (* λ (' x₁)) Σ)");
}

/// Example: a literal never ends in a dot.
#[test]
fn a_dot_behind_a_literal_belongs_to_the_operator() {
    for (text, expected) in [
        ("2.*x", "(.* 2 x)"),
        ("1./x", "(./ 1 x)"),
        ("1.-x", "(.- 1 x)"),
        ("1.+x", "(.+ 1 x)"),
        ("2.^x", "(.^ 2 x)"),
        ("2.5.*.5", "(.* 2.5 .5)"),
        ("1e-3*2.5E+1", "(* 1e-3 2.5E+1)"),
        ("1e3.*x", "(.* 1e3 x)"),
    ] {
        assert_eq!(list(text), expected, "{text}");
    }
}

#[test]
fn arrays_and_strings() {
    assert_eq!(list("[1, 2, 3]"), "[1 2 3]");
    assert_eq!(list("[1; 2]"), "[1; 2]");
    assert_eq!(list("[A, B;\n C, -D']"), "[A B; C (neg (' D))]");
    assert_eq!(list("[[1, 2]; [3, 4]][1, 2]"), "[[1 2]; [3 4]][1 2]");
    assert_eq!(list("[x[1], [2][1]]"), "[x[1] [2][1]]");
    assert_eq!(list("einsum(\"ij,jk->ik\", A, B)"), "einsum(\"ij,jk->ik\" A B)");
    assert_eq!(list("f()"), "f()");
}

#[test]
fn line_ends_and_semicolons() {
    let kinds = |text: &str| {
        let (tree, diagnostics) = parse(text);
        assert_eq!(diagnostics, [], "{text}");
        let kind = |statement: &Statement| match statement {
            Statement::Declaration(_) => ':',
            Statement::Definition(_) => '=',
            Statement::Expression(_) => 'e',
        };
        tree.statements().iter().map(kind).collect::<String>()
    };
    assert_eq!(kinds("x: vector(n); r = x\r\nsum(r) # the sum\n\n# end"), ":=e");
    assert_eq!(kinds("f(a,\n  b) + (c\n + d)\n- g"), "ee");
    assert_eq!(kinds("[1;\n2\n]"), "e");
    assert_eq!(kinds(";;a;;"), "e");
    assert_eq!(kinds("\u{FEFF}a\u{A0}+ b\rc\u{2028}d"), "eee");
}

#[test]
fn declarations() {
    let text = "A : complex positive matrix( m, 2*n+1 ) ; s: scalar";
    let (tree, diagnostics) = parse(text);
    assert_eq!(diagnostics, []);
    let [Statement::Declaration(a), Statement::Declaration(s)] = tree.statements() else {
        panic!("these are two declarations")
    };
    let piece = |span: Span| &text[span.start..span.end];
    assert_eq!((a.name.text.as_str(), piece(a.name.span)), ("A", "A"));
    assert_eq!(
        a.modifiers.iter().map(|m| m.text.as_str()).collect::<Vec<_>>(),
        ["complex", "positive"]
    );
    assert_eq!((a.kind.text.as_str(), piece(a.kind.span)), ("matrix", "matrix"));
    assert_eq!(
        a.dims.iter().map(|dim| tree.to_text(*dim)).collect::<Vec<_>>(),
        ["m", "2*n + 1"]
    );
    assert_eq!(piece(a.dims_span), "( m, 2*n+1 )");
    assert_eq!(piece(a.span), "A : complex positive matrix( m, 2*n+1 )");
    assert_eq!((s.dims.len(), piece(s.dims_span), piece(s.span)), (0, "", "s: scalar"));
    assert_eq!(s.dims_span.start, text.len());
}

#[test]
fn spans_cover_what_was_written() {
    let text = "r = -(a + b)*c[2:n]' + (x)";
    let (tree, diagnostics) = parse(text);
    assert_eq!(diagnostics, []);
    let pieces: Vec<&str> = tree
        .nodes()
        .map(|(_, node)| &text[node.span.start..node.span.end])
        .collect();
    let expected = [
        "a",
        "b",
        "a + b",
        "-(a + b)",
        "c",
        "2",
        "n",
        "c[2:n]",
        "c[2:n]'",
        "-(a + b)*c[2:n]'",
        "x",
        &text[4..],
    ];
    assert_eq!(pieces, expected);
    let Some(NodeKind::Binary(_, sign, ..)) = tree.nodes().last().map(|(_, node)| node.kind.clone()) else {
        panic!("the last node is the sum")
    };
    assert_eq!(sign, Span::new(21, 22));
}

#[test]
fn text_of_a_node_has_minimal_parentheses() {
    for text in [
        "a - (b - c)",
        "(a + b)*c",
        "a*(b*c)",
        "(a^b)^c",
        "a^b^c",
        "(-a)^b",
        "-a^b",
        "a^-b",
        "-(a*b)",
        "-a*b",
        "(-a)'",
        "(2)'",
        "2^x",
        "2.*x",
        "1 .- x",
        "(A*B)'*x",
        "(a < b) + c",
        "A[1,2:n,:]",
        "(a + b)[1]",
        "[1, 2; a + b, -c]",
        "einsum(\"i->\", x)",
        "A ⊗ B",
        "A†'",
    ] {
        let (tree, root) = parse_expression(text).expect("each line is well-formed");
        assert_eq!(tree.to_text(root), text);
    }
}

/// Example: a long chain is not nesting.
#[test]
fn long_texts_are_parsed() {
    let n = 40_000;
    for text in [
        "a+".repeat(n) + "a",
        "a;".repeat(n),
        "x'*".repeat(n) + "y",
        "x".repeat(n),
        "x[1]".to_owned() + &"'".repeat(n),
    ] {
        let (tree, diagnostics) = parse(&text);
        assert_eq!(diagnostics, []);
        let Some(Statement::Expression(root)) = tree.statements().last() else {
            panic!("it ends in an expression")
        };
        assert!(!tree.to_text(*root).is_empty());
    }
}

/// Shapes of text that a careless parser takes quadratic time for; such a parser would stand still here.
#[test]
fn long_bad_texts_take_linear_time() {
    let pieces = [
        "(", "[", "{", ")", "[)", "(]", "-", "a^", "a,", "x,y:z;", "'", "*'", "*'->", "\"", "“", "„a)", "{a", "☃ ",
        "1.", "x[:", "f(", "f(x\n", "x: v[", "=", "a=", "3'", "²", "#", "...\n", "\0",
    ];
    for piece in pieces {
        let (_, diagnostics) = parse(&piece.repeat(200_000 / piece.len()));
        assert!(
            (1..=gateaux_syntax::limits::MAX_DIAGNOSTICS).contains(&diagnostics.len()),
            "{piece}"
        );
    }
}

#[test]
fn an_empty_tree_has_no_nodes() {
    assert_eq!(parse("").0, Tree::default());
}
