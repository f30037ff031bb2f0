//! Tokens to statements.

use crate::expression::Operand;
use crate::limits::{MAX_DIAGNOSTICS, MAX_TOKENS};
use crate::token::{Token, TokenKind, quote};
use crate::{
    Declaration, Definition, Diagnostic, Name, Node, NodeId, NodeKind, Span, Statement, Tree, brackets, codes, lexer,
};

/// Parses a problem: declarations, definitions and bare expressions.
///
/// Both results always come: the tree has [`NodeKind::Missing`] where the text is wrong, and the diagnostics are sorted
/// by position. No text makes it panic or recurse, and it takes linear time.
///
/// # Example
///
/// ```
/// let (tree, diagnostics) = gateaux_syntax::parse("x: vector(n)\nnorm2(x)^2");
/// assert!(diagnostics.is_empty());
/// assert_eq!(tree.statements().len(), 2);
///
/// let (_, diagnostics) = gateaux_syntax::parse("2x");
/// assert_eq!(diagnostics[0].to_string(), "error[G0106]: there is no operator between `2` and `x`");
/// ```
pub fn parse(text: &str) -> (Tree, Vec<Diagnostic>) {
    let (tokens, lexical) = lexer::lex(text);
    if let Some(first_beyond) = tokens.get(MAX_TOKENS) {
        let message = format!("the text is too long: it has more than {MAX_TOKENS} words, numbers and signs");
        return (
            Tree::default(),
            vec![Diagnostic::new(codes::LENGTH, first_beyond.span, message)],
        );
    }
    let (tokens, structural) = brackets::balance(tokens);
    let mut parser = Parser {
        text,
        tokens,
        at: 0,
        nodes: Vec::new(),
        statements: Vec::new(),
        statement_start: 0,
        structural,
        diagnostics: Vec::new(),
    };
    parser.statements();
    let Parser {
        nodes,
        statements,
        mut diagnostics,
        structural,
        ..
    } = parser;
    if statements.is_empty() && lexical.is_empty() && structural.is_empty() && diagnostics.is_empty() {
        let help = "write an expression, such as `norm2(A*x - b)^2`";
        diagnostics.push(Diagnostic::new(codes::EMPTY, Span::new(0, 0), "the input is empty").help(help));
    }
    diagnostics.extend(structural);
    drop_consequences(&mut diagnostics, &lexical);
    diagnostics.extend(lexical);
    diagnostics.sort_by_key(|diagnostic| (diagnostic.span, diagnostic.code));
    diagnostics.dedup_by_key(|diagnostic| diagnostic.span);
    diagnostics.truncate(MAX_DIAGNOSTICS);
    (Tree { nodes, statements }, diagnostics)
}

/// Drops what follows from a mistake in the characters: complaints about a piece of text that has such a mistake inside,
/// and about a bracket whose closing one the rest of an unterminated string has swallowed.
fn drop_consequences(diagnostics: &mut Vec<Diagnostic>, lexical: &[Diagnostic]) {
    let is_in = |inner: Span, outer: Span| outer.start <= inner.start && inner.end <= outer.end;
    diagnostics.retain(|d| {
        let end = d
            .help
            .as_ref()
            .and_then(|help| help.edit.as_ref())
            .map(|edit| edit.span);
        !lexical.iter().any(|cause| {
            let swallowed = d.code == codes::UNCLOSED && cause.code == codes::UNTERMINATED;
            is_in(cause.span, d.span) || (swallowed && end.is_some_and(|end| is_in(end, cause.span)))
        })
    });
}

/// Parses one bare expression, such as a formula in a table.
///
/// # Errors
///
/// All mistakes, sorted by position; declarations, definitions and second statements are mistakes here.
///
/// # Example
///
/// ```
/// let (tree, root) = gateaux_syntax::parse_expression("inv(X)'*dX").expect("the formula is well-formed");
/// assert_eq!(tree.to_text(root), "inv(X)'*dX");
/// ```
pub fn parse_expression(text: &str) -> Result<(Tree, NodeId), Vec<Diagnostic>> {
    let (tree, diagnostics) = parse(text);
    if !diagnostics.is_empty() {
        return Err(diagnostics);
    }
    match tree.statements.as_slice() {
        [Statement::Expression(root)] => {
            let root = *root;
            Ok((tree, root))
        }
        [Statement::Expression(_), second, ..] => Err(vec![not_one(second.span(&tree))]),
        [first, ..] => Err(vec![not_one(first.span(&tree))]),
        [] => Err(vec![not_one(Span::new(0, 0))]),
    }
}

fn not_one(span: Span) -> Diagnostic {
    Diagnostic::new(codes::NOT_ONE, span, "only one expression can stand here")
}

/// The state of a parse. What is read is in `tokens[..at]`.
pub(crate) struct Parser<'t> {
    pub(crate) text: &'t str,
    tokens: Vec<Token>,
    at: usize,
    nodes: Vec<Node>,
    statements: Vec<Statement>,
    /// Where the text of the statement begins that is read now.
    statement_start: usize,
    /// What is wrong with the brackets; see [`Parser::too_deep`].
    structural: Vec<Diagnostic>,
    diagnostics: Vec<Diagnostic>,
}

impl<'t> Parser<'t> {
    fn statements(&mut self) {
        loop {
            match self.peek().kind {
                TokenKind::End => return,
                TokenKind::Newline | TokenKind::Semicolon => {
                    self.advance();
                }
                _ => {
                    self.statement_start = self.peek().span.start;
                    let before = self.statements.len();
                    match self.several_names() {
                        Some(names) => self.declaration(names),
                        None => self.statement(),
                    }
                    self.statement_end(before);
                }
            }
        }
    }

    fn statement(&mut self) {
        let first = self.peek();
        if first.kind == TokenKind::Name {
            match self.peek_second() {
                TokenKind::Colon => {
                    let name = self.name();
                    return self.declaration(vec![name]);
                }
                TokenKind::Equals => {
                    let name = self.name();
                    let equals = self.advance();
                    return self.definition(name, equals);
                }
                _ => {}
            }
        }
        if matches!(first.kind, TokenKind::Equals | TokenKind::Colon) {
            let sign = self.slice(first.span).to_owned();
            self.report(codes::TARGET, first.span, format!("there is no name before `{sign}`"));
            return self.skip_statement(0);
        }
        let expression = self.expression();
        match self.peek().kind {
            TokenKind::Equals => self.definition_of(expression),
            TokenKind::Colon => self.colon_after(expression),
            _ => self.statements.push(Statement::Expression(expression.id)),
        }
    }

    /// Reads a name; the caller has seen that one comes.
    fn name(&mut self) -> Name {
        let span = self.advance().span;
        Name {
            text: self.slice(span).to_owned(),
            span,
        }
    }

    /// `x, y:` at the start of a statement: the names, with the error that there are several.
    fn several_names(&mut self) -> Option<Vec<Name>> {
        let mut end = self.at;
        while let [name, comma, ..] = &self.tokens[end..]
            && (name.kind, comma.kind) == (TokenKind::Name, TokenKind::Comma)
        {
            end += 2;
        }
        match &self.tokens[end..] {
            [name, colon, ..] if (name.kind, colon.kind) == (TokenKind::Name, TokenKind::Colon) && end > self.at => {}
            _ => return None,
        }
        let mut names = vec![self.name()];
        while self.at < end {
            self.advance(); // the comma
            names.push(self.name());
        }
        Some(names)
    }

    /// `: kind(dims)` behind a name, or behind several, which is a mistake.
    fn declaration(&mut self, names: Vec<Name>) {
        let colon = self.advance();
        let start = names[0].span;
        if self.peek().kind != TokenKind::Name {
            if self.is_at_end() || self.peek().kind != TokenKind::Error {
                let message = format!("the declaration of {} has no kind", quote(&names[0].text));
                self.report(codes::NO_KIND, colon.span, message);
            }
            return self.skip_statement(0);
        }
        let (modifiers, kind) = self.kind();
        let (dims, dims_span) = self.declared_dims(&kind);
        let span = start.to(dims_span);
        if let [first, .., last] = names.as_slice() {
            let each = &self.text[colon.span.start..span.end];
            let separate: Vec<String> = names.iter().map(|name| format!("{}{each}", name.text)).collect();
            let diagnostic = Diagnostic::new(
                codes::SEVERAL,
                first.span.to(last.span),
                format!("{} names in one declaration", names.len()),
            );
            self.push(diagnostic.fix("declare each name on its own", span, separate.join("; ")));
        }
        for name in names {
            self.statements.push(Statement::Declaration(Declaration {
                name,
                modifiers: modifiers.clone(),
                kind: kind.clone(),
                dims: dims.clone(),
                dims_span,
                span,
            }));
        }
    }

    /// Reads the modifiers and the kind; the caller has seen that a name comes.
    fn kind(&mut self) -> (Vec<Name>, Name) {
        let mut modifiers = Vec::new();
        let mut kind = self.name();
        while self.peek().kind == TokenKind::Name {
            let next = self.name();
            let word = std::mem::replace(&mut kind, next);
            if matches!(word.text.as_str(), "complex" | "positive") {
                modifiers.push(word);
                continue;
            }
            let is_last = self.peek().kind != TokenKind::OpenParen && self.peek().kind != TokenKind::Name;
            if is_last && !matches!(kind.text.as_str(), "scalar") {
                // `vector n`: the dimension without its parentheses.
                let message = format!("the dimensions of {} stand in parentheses", quote(&word.text));
                let between = Span::new(word.span.end, kind.span.end);
                let replacement = format!("({})", kind.text);
                let text = format!("write {}", quote(&format!("{}{replacement}", word.text)));
                self.push(Diagnostic::new(codes::DIMS, kind.span, message).fix(text, between, replacement));
                return (modifiers, word);
            }
            let message = format!(
                "{} cannot stand before a kind, only `complex` and `positive` can",
                quote(&word.text)
            );
            self.report(codes::MODIFIER, word.span, message);
        }
        if matches!(kind.text.as_str(), "complex" | "positive") && self.peek().kind != TokenKind::OpenParen {
            self.report(
                codes::NO_KIND,
                kind.span,
                format!("there is no kind behind {}", quote(&kind.text)),
            );
        }
        (modifiers, kind)
    }

    /// Reads the dimensions, if there are any.
    fn declared_dims(&mut self, kind: &Name) -> (Vec<NodeId>, Span) {
        let token = self.peek();
        match token.kind {
            TokenKind::OpenParen => self.dims(kind),
            TokenKind::OpenBracket => {
                let first_node = self.nodes.len();
                let array = self.expression();
                self.nodes.truncate(first_node);
                let inner = self
                    .text
                    .get(token.span.end..array.outer.end)
                    .and_then(|text| text.strip_suffix(']'));
                let diagnostic = Diagnostic::new(codes::DIMS, token.span, "dimensions stand in parentheses");
                self.push(match inner {
                    Some(inner) => diagnostic.fix("write parentheses", array.outer, format!("({inner})")),
                    None => diagnostic,
                });
                (Vec::new(), array.outer)
            }
            _ => (Vec::new(), Span::new(self.previous_end(), self.previous_end())),
        }
    }

    /// The right-hand side behind `=`.
    fn definition(&mut self, name: Name, equals: Token) {
        let body = if self.is_at_end() {
            let span = self.with_blanks(equals.span);
            self.report(
                codes::NO_BODY,
                span,
                format!("the definition of {} has nothing on its right", quote(&name.text)),
            );
            self.missing_node(Span::new(equals.span.end, equals.span.end))
        } else {
            self.expression()
        };
        let span = name.span.to(body.outer);
        self.statements.push(Statement::Definition(Definition {
            name,
            body: body.id,
            span,
        }));
    }

    /// `=` behind something that is not a name.
    fn definition_of(&mut self, target: Operand) {
        let equals = self.advance();
        let span = target.outer;
        let mut name = None;
        match self.node_kind(target.id).clone() {
            NodeKind::Call(function, _) => {
                let message = format!("functions cannot be defined: {}", quote(self.slice(span)));
                let text = format!(
                    "define the expression: write {}",
                    quote(&format!("{} = ...", function.text))
                );
                let diagnostic = Diagnostic::new(codes::FUNCTION, span.to(equals.span), message);
                // Not `∑(x) = ..`, whose name is not what stands in the text.
                let is_spelled = self.slice(function.span) == function.text;
                self.push(if is_spelled {
                    diagnostic.fix(text, span, function.text.clone())
                } else {
                    diagnostic
                });
                name = Some(function);
            }
            NodeKind::Name(text) => {
                let message = format!("the name {} is defined in parentheses", quote(&text));
                let diagnostic = Diagnostic::new(codes::TARGET, span, message);
                self.push(diagnostic.fix("remove the parentheses", span, text.clone()));
                name = Some(Name {
                    text,
                    span: self.node_span(target.id),
                });
            }
            NodeKind::Missing => {}
            _ => {
                let message = format!("only a name can be defined, not {}", quote(self.slice(span)));
                self.report(codes::TARGET, span, message);
            }
        }
        if self.is_at_end() {
            return;
        }
        match name {
            Some(name) => self.definition(name, equals),
            None => {
                self.expression();
            }
        }
    }

    /// `:` behind an expression: an attempt to declare it, or a range.
    fn colon_after(&mut self, expression: Operand) {
        let colon = self.peek().span;
        let is_number = matches!(self.node_kind(expression.id), NodeKind::Number(_));
        if self.peek_second() == TokenKind::Name && !is_number {
            let message = format!(
                "only a name can be declared, not {}",
                quote(self.slice(expression.outer))
            );
            self.report(codes::UNNAMED, expression.outer, message);
        } else {
            self.report(
                codes::COLON,
                colon,
                "a range `i:j` can stand only between the brackets of an index",
            );
        }
        self.skip_statement(0);
    }

    /// Complains of whatever stands between what was read and the statement's end; `before` counts the statements
    /// before this one.
    fn statement_end(&mut self, before: usize) {
        let is_declaration = matches!(self.statements.get(before), Some(Statement::Declaration(_)));
        while !self.is_at_end() {
            let token = self.peek();
            match token.kind {
                TokenKind::Comma => {
                    self.comma_after_statement(token);
                    return;
                }
                _ if is_declaration && token.kind != TokenKind::Error => {
                    let found = quote(self.slice(token.span));
                    let message = format!("a declaration ends after its kind, and here stands {found}");
                    self.report(codes::AFTER_DECLARATION, token.span, message);
                    self.skip_statement(0);
                }
                TokenKind::Equals => {
                    self.report(codes::EQUALS, token.span, "a definition has one `=`");
                    self.advance();
                    if !self.is_at_end() {
                        self.expression();
                    }
                }
                TokenKind::Colon => {
                    self.report(
                        codes::COLON,
                        token.span,
                        "a range `i:j` can stand only between the brackets of an index",
                    );
                    self.skip_statement(0);
                }
                _ => {
                    self.advance();
                }
            }
        }
    }

    /// A comma that ends an expression outside brackets. Statements are read behind it, and one complaint is enough for
    /// all commas up to the line's end.
    fn comma_after_statement(&mut self, comma: Token) {
        let is_trailing = matches!(
            self.peek_second(),
            TokenKind::End | TokenKind::Newline | TokenKind::Semicolon
        );
        let mut n_commas = 0;
        while !self.is_at_end() {
            self.statement_start = self.peek().span.start;
            if self.peek().kind == TokenKind::Comma {
                n_commas += 1;
                self.advance();
                continue;
            }
            self.statement();
            if !self.is_at_end() && self.peek().kind != TokenKind::Comma {
                self.skip_statement(0);
            }
        }
        let diagnostic = Diagnostic::new(codes::COMMA, comma.span, "a comma `,` can stand only inside brackets");
        self.push(match n_commas {
            1 if is_trailing => diagnostic.fix("remove it", comma.span, ""),
            1 => diagnostic.fix("separate statements by `;`", comma.span, ";"),
            _ => diagnostic.help("separate statements by `;`"),
        });
    }

    /// Skips to the statement's end, from inside `open` brackets.
    pub(crate) fn skip_statement(&mut self, mut open: usize) {
        loop {
            match self.peek().kind {
                TokenKind::End | TokenKind::Newline => return,
                TokenKind::Semicolon if open == 0 => return,
                TokenKind::OpenParen | TokenKind::OpenBracket => open += 1,
                TokenKind::CloseParen | TokenKind::CloseBracket => open = open.saturating_sub(1),
                _ => {}
            }
            self.advance();
        }
    }

    /// Gives up a statement that is nested too deeply, from inside `open` brackets. What is wrong with its brackets is
    /// not told any more: this is one mistake.
    pub(crate) fn too_deep(&mut self, open: usize) -> Operand {
        let span = self.tokens[self.at.saturating_sub(1)].span;
        self.skip_statement(open);
        let statement = Span::new(self.statement_start, self.previous_end());
        let is_elsewhere = |d: &Diagnostic| d.span.start < statement.start || d.span.end > statement.end;
        self.structural.retain(is_elsewhere);
        self.diagnostics.retain(is_elsewhere);
        let message = format!(
            "the expression is nested deeper than {} levels",
            crate::limits::MAX_NESTING
        );
        let help = "name a part of it by a definition and use the name";
        self.push(Diagnostic::new(codes::NESTING, span, message).help(help));
        self.missing_node(statement)
    }

    pub(crate) fn is_at_end(&self) -> bool {
        matches!(
            self.peek().kind,
            TokenKind::End | TokenKind::Newline | TokenKind::Semicolon
        )
    }

    pub(crate) fn peek(&self) -> Token {
        let end = Span::new(self.text.len(), self.text.len());
        self.tokens.get(self.at).copied().unwrap_or(Token {
            kind: TokenKind::End,
            span: end,
        })
    }

    pub(crate) fn peek_second(&self) -> TokenKind {
        self.peek_at(1).map_or(TokenKind::End, |token| token.kind)
    }

    /// The token that comes `ahead` tokens after the next one.
    pub(crate) fn peek_at(&self, ahead: usize) -> Option<Token> {
        self.tokens.get(self.at + ahead).copied()
    }

    /// The token before the next one.
    pub(crate) fn previous(&self) -> Option<Token> {
        self.at.checked_sub(1).and_then(|at| self.tokens.get(at)).copied()
    }

    pub(crate) fn previous_end(&self) -> usize {
        self.previous().map_or(0, |token| token.span.end)
    }

    pub(crate) fn advance(&mut self) -> Token {
        let token = self.peek();
        self.at += usize::from(token.kind != TokenKind::End);
        token
    }

    pub(crate) fn slice(&self, span: Span) -> &'t str {
        self.text.get(span.start..span.end).unwrap_or_default()
    }

    /// The span with the blanks behind it: the place where something is missing.
    pub(crate) fn with_blanks(&self, span: Span) -> Span {
        let rest = &self.text[span.end..];
        let blanks = rest.find(|c: char| c != ' ' && c != '\t').unwrap_or(rest.len());
        Span::new(span.start, span.end + blanks)
    }

    pub(crate) fn push_node(&mut self, kind: NodeKind, span: Span) -> NodeId {
        let id = u32::try_from(self.nodes.len()).expect("a text in memory has fewer than 2^32 operands and operators");
        self.nodes.push(Node { kind, span });
        NodeId(id)
    }

    /// A node for an operand that is not there.
    pub(crate) fn missing_node(&mut self, span: Span) -> Operand {
        Operand {
            id: self.push_node(NodeKind::Missing, span),
            outer: span,
        }
    }

    pub(crate) fn pop_node_if_last(&mut self, id: NodeId) -> Option<NodeKind> {
        (id.0 as usize + 1 == self.nodes.len())
            .then(|| self.nodes.pop())?
            .map(|node| node.kind)
    }

    pub(crate) fn node_kind(&self, id: NodeId) -> &NodeKind {
        &self.nodes[id.0 as usize].kind
    }

    pub(crate) fn node_span(&self, id: NodeId) -> Span {
        self.nodes[id.0 as usize].span
    }

    pub(crate) fn report(&mut self, code: &'static str, span: Span, message: impl Into<String>) {
        self.push(Diagnostic::new(code, span, message));
    }

    pub(crate) fn push(&mut self, diagnostic: Diagnostic) {
        if self.diagnostics.len() < MAX_DIAGNOSTICS {
            self.diagnostics.push(diagnostic);
        }
    }
}
