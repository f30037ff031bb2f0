//! LaTeX to tree: formulas as papers have them.
//!
//! A text is statements of the language in front, each a declaration, and then LaTeX: definitions, and the formula.
//! Its tree is that of the language, with spans in the LaTeX text, so that whatever follows points there.
//!
//! What is read is what people write and what Gateaux prints: factors side by side, `A^\top`, `\|x\|_2^2`,
//! `\operatorname{tr}(A)`, `\log\det X`, `\frac{1}{2}`, matrices in environments. What can be read in two ways is a
//! mistake with advice, never a guess. As for the language, nothing here knows mathematics: the caller tells which
//! words are functions.

mod commands;
mod equations;
mod lexer;
mod machine;
mod reduce;
mod scripts;
mod symbol;

use std::collections::{BTreeMap, BTreeSet};

pub use equations::{Equation, equations};

use crate::limits::{MAX_DIAGNOSTICS, MAX_TOKENS};
use crate::token::quote;
use crate::{Definition, Diagnostic, Name, Node, NodeId, NodeKind, Span, Statement, Tree, codes, parser};
use lexer::{Fence, Kind, Token};

/// What the reader of a formula must know of its surroundings.
pub struct Vocabulary<'a> {
    /// Whether a word is the name of a function.
    pub is_function: &'a dyn Fn(&str) -> bool,
    /// Names that are declared beside the text.
    pub names: &'a [String],
}

/// A mistake that ends the reading.
type Mistake = Box<Diagnostic>;

/// Parses declarations in the language, then definitions and a formula in LaTeX.
///
/// Both results always come; where there are diagnostics the tree is not complete. No text makes it panic or recurse.
///
/// # Example
///
/// ```
/// use gateaux_syntax::{Statement, latex};
///
/// let vocabulary = latex::Vocabulary { is_function: &|name| name == "tr", names: &[] };
/// let (tree, diagnostics) = latex::parse(r"\operatorname{tr}\left(X^\top A X\right) + 2b", &vocabulary);
/// assert!(diagnostics.is_empty());
/// let [Statement::Expression(root)] = tree.statements() else { panic!("this is one formula") };
/// assert_eq!(tree.to_text(*root), "tr(X'*A*X) + 2*b");
/// ```
pub fn parse(text: &str, vocabulary: &Vocabulary<'_>) -> (Tree, Vec<Diagnostic>) {
    let from = front(text);
    let (mut tree, mut diagnostics) = match text[..from].trim().is_empty() {
        true => (Tree::default(), vec![]),
        false => parser::parse(&text[..from]),
    };
    let (tokens, lexical) = lexer::lex(text, from, vocabulary.is_function);
    if let Some(beyond) = tokens.get(MAX_TOKENS) {
        let message = format!("the formula is too long: it has more than {MAX_TOKENS} commands, letters and signs");
        diagnostics.push(Diagnostic::new(codes::LENGTH, beyond.span, message));
        return (tree, diagnostics);
    }
    let has_mistakes = !diagnostics.is_empty() || !lexical.is_empty();
    diagnostics.extend(lexical);
    let mut reader = Reader::new(text, tokens, vocabulary);
    reader.adopt(&mut tree);
    let result = reader.statements();
    if let (Err(mistake), false) = (result, has_mistakes) {
        diagnostics.push(*mistake);
    }
    let (nodes, statements) = (reader.nodes, reader.statements);
    diagnostics.sort_by_key(|diagnostic| (diagnostic.span, diagnostic.code));
    diagnostics.truncate(MAX_DIAGNOSTICS);
    (Tree { nodes, statements }, diagnostics)
}

/// Where the LaTeX of a text begins: behind the declarations of the language in front, each of which ends with a line
/// or a `;`.
pub fn front(text: &str) -> usize {
    let mut at = 0;
    loop {
        let rest = &text[at..];
        let start = at + rest.len() - rest.trim_start_matches(|c: char| c.is_whitespace() || c == ';').len();
        let statement = &text[start..];
        let name = statement
            .find(|c: char| !crate::spellings::continues_name(c))
            .unwrap_or(0);
        let behind = statement[name..].trim_start();
        let is_declaration = name > 0
            && behind
                .strip_prefix(':')
                .is_some_and(|kind| kind.trim_start().starts_with(|c: char| c.is_ascii_lowercase()));
        let is_comment = statement.starts_with('#');
        if !is_declaration && !is_comment {
            return if statement.is_empty() { text.len() } else { at };
        }
        let ends: &[char] = if is_comment { &['\n'] } else { &['\n', ';'] };
        at = start + statement.find(ends).map_or(statement.len(), |end| end + 1);
    }
}

/// Longer names are not looked for among letters that stand side by side.
const MAX_WORD: usize = 64;

/// The state of a reading. What is read is in `tokens[..at]`.
struct Reader<'t> {
    text: &'t str,
    tokens: Vec<Token>,
    at: usize,
    nodes: Vec<Node>,
    statements: Vec<Statement>,
    vocabulary: &'t Vocabulary<'t>,
    /// The names that are declared or defined.
    declared: BTreeSet<String>,
    /// The length of the longest of them.
    longest: usize,
    /// The font in which each name stands.
    fonts: BTreeMap<String, String>,
    /// Whether the left side of a definition is read, where brackets hold the arguments of what is defined.
    is_head: bool,
}

impl<'t> Reader<'t> {
    fn new(text: &'t str, tokens: Vec<Token>, vocabulary: &'t Vocabulary<'t>) -> Self {
        let mut reader = Reader {
            text,
            tokens,
            at: 0,
            nodes: vec![],
            statements: vec![],
            vocabulary,
            declared: BTreeSet::new(),
            longest: 0,
            fonts: BTreeMap::new(),
            is_head: false,
        };
        vocabulary.names.iter().for_each(|name| reader.declare(name));
        reader
    }

    /// Takes over the declarations in front.
    fn adopt(&mut self, tree: &mut Tree) {
        self.nodes = std::mem::take(&mut tree.nodes);
        self.statements = std::mem::take(&mut tree.statements);
        let declared = |statement: &Statement| match statement {
            Statement::Declaration(declaration) => Some(declaration.name.text.clone()),
            Statement::Definition(_) | Statement::Expression(_) => None,
        };
        let names: Vec<String> = self.statements.iter().filter_map(declared).collect();
        names.iter().for_each(|name| self.declare(name));
    }

    fn declare(&mut self, name: &str) {
        self.longest = self.longest.max(name.len()).min(MAX_WORD);
        self.declared.insert(name.to_owned());
    }

    fn is_declared(&self, name: &str) -> bool {
        self.declared.contains(name)
    }

    /// Definitions and the formula, separated by commas, semicolons and new rows.
    fn statements(&mut self) -> Result<(), Mistake> {
        let mut n_expressions = 0;
        loop {
            while matches!(
                self.peek().kind,
                Kind::Comma | Kind::Semicolon | Kind::Row | Kind::Cell | Kind::Dot
            ) {
                self.advance();
            }
            if self.peek().kind == Kind::End {
                break;
            }
            let start = self.peek();
            if n_expressions > 0 {
                let message = "a second formula stands behind the first";
                return Err(Diagnostic::new(codes::LATEX_STATEMENT, start.span, message).into());
            }
            match self.definition_head()? {
                Some(name) => {
                    let body = self.expression()?;
                    let span = name.span.to(body.outer);
                    self.declare(&name.text);
                    self.statements.push(Statement::Definition(Definition {
                        name,
                        body: body.id,
                        span,
                    }));
                }
                None => {
                    let formula = self.expression()?;
                    n_expressions += 1;
                    self.statements.push(Statement::Expression(formula.id));
                }
            }
            self.statement_end()?;
        }
        let is_empty = !self
            .statements
            .iter()
            .any(|statement| !matches!(statement, Statement::Declaration(_)));
        if is_empty {
            let help = "write a formula, such as `\\|Ax - b\\|_2^2`";
            let end = Span::new(self.text.len(), self.text.len());
            return Err(Diagnostic::new(codes::EMPTY, end, "there is no formula")
                .help(help)
                .into());
        }
        Ok(())
    }

    fn statement_end(&mut self) -> Result<(), Mistake> {
        let token = self.peek();
        match token.kind {
            Kind::End | Kind::Comma | Kind::Semicolon | Kind::Row | Kind::Dot => Ok(()),
            Kind::Equals => {
                let message = "an equation cannot be read as a formula";
                let help = "write one of its sides; a definition is a name, `=` and a formula";
                Err(Diagnostic::new(codes::LATEX_STATEMENT, token.span, message)
                    .help(help)
                    .into())
            }
            Kind::In => {
                let message = "what kind a name has cannot be read in LaTeX";
                let help = "declare it in the language in front, as `x: vector(n);`";
                Err(Diagnostic::new(codes::LATEX_STATEMENT, token.span, message)
                    .help(help)
                    .into())
            }
            _ => {
                let message = format!("{} cannot stand behind a formula", self.quote(token.span));
                Err(Diagnostic::new(codes::LATEX_STATEMENT, self.place(token), message).into())
            }
        }
    }

    /// `t_{1} =` or `f(x) =`: the name that is defined.
    fn definition_head(&mut self) -> Result<Option<Name>, Mistake> {
        let from = self.peek();
        let Some(equals) = self.head_end() else { return Ok(None) };
        self.is_head = true;
        let symbol = self.symbol();
        self.is_head = false;
        if self.peek().kind == Kind::Open(Fence::Paren) {
            self.go_to(equals);
        }
        match symbol {
            Ok(symbol::Symbol::Name(name)) if self.position() == equals => {
                self.advance();
                Ok(Some(name))
            }
            _ => {
                let span = from.span.to(self.tokens[equals].span);
                let message = "what stands left of `=` is no name";
                let help = "write the formula alone; a definition is a name, `=` and a formula";
                Err(Diagnostic::new(codes::LATEX_STATEMENT, span, message).help(help).into())
            }
        }
    }

    /// Where the left side of a definition ends: before an `=` outside brackets, behind a name and perhaps arguments.
    fn head_end(&self) -> Option<usize> {
        let mut depth = 0usize;
        for (at, token) in self.tokens.iter().enumerate().skip(self.at).take(64) {
            match token.kind {
                Kind::Equals if depth == 0 => return Some(at),
                Kind::BraceOpen | Kind::Open(_) => depth += 1,
                Kind::BraceClose | Kind::Close(_) => depth = depth.checked_sub(1)?,
                Kind::Comma | Kind::Semicolon if depth > 0 => {}
                Kind::Letter | Kind::Number | Kind::Sub | Kind::Sup | Kind::Cell | Kind::Command(_) | Kind::Named => {}
                _ if depth > 0 => {}
                _ => return None,
            }
        }
        None
    }

    fn position(&self) -> usize {
        self.at
    }

    fn go_to(&mut self, at: usize) {
        self.at = at;
    }

    fn peek(&self) -> Token {
        let end = Token {
            kind: Kind::End,
            span: Span::new(self.text.len(), self.text.len()),
        };
        self.tokens.get(self.at).copied().unwrap_or(end)
    }

    fn previous(&self) -> Token {
        self.at
            .checked_sub(1)
            .and_then(|at| self.tokens.get(at).copied())
            .unwrap_or_else(|| self.peek())
    }

    fn advance(&mut self) -> Token {
        let token = self.peek();
        self.at += usize::from(token.kind != Kind::End);
        token
    }

    fn slice(&self, span: Span) -> &'t str {
        self.text.get(span.start..span.end).unwrap_or_default()
    }

    fn quote(&self, span: Span) -> String {
        quote(self.slice(span))
    }

    /// Where a token stands; of a brace that was put in, what stands before it.
    fn place(&self, token: Token) -> Span {
        let end = token.span.end;
        match lexer::is_inserted(token) && end > 0 {
            true => {
                let before = self.text[..end].trim_end();
                let start = before.char_indices().next_back().map_or(0, |(at, _)| at);
                Span::new(start, end)
            }
            false => token.span,
        }
    }

    fn push_node(&mut self, kind: NodeKind, span: Span) -> NodeId {
        let id = u32::try_from(self.nodes.len()).expect("a text in memory has fewer than 2^32 operands and operators");
        self.nodes.push(Node { kind, span });
        NodeId(id)
    }

    fn node_kind(&self, id: NodeId) -> &NodeKind {
        &self.nodes[id.0 as usize].kind
    }

    /// Drops a node and all that were made since its operands, if it is the last one; whether it was.
    fn drop_behind(&mut self, id: NodeId) -> bool {
        if id.0 as usize + 1 != self.nodes.len() {
            return false;
        }
        let mut first = id;
        loop {
            first = match self.node_kind(first) {
                NodeKind::Unary(_, inner) => *inner,
                NodeKind::Binary(_, _, lhs, _) => *lhs,
                _ => break,
            };
        }
        self.nodes.truncate(first.0 as usize);
        true
    }

    /// Skips `\text{if}` and `\text{otherwise}` before a condition; whether it was the latter.
    fn skip_words(&mut self) -> bool {
        let mut is_otherwise = false;
        while self.peek().kind == Kind::Command(commands::Command::Word) {
            let rest = &self.text[self.peek().span.end..];
            let word = rest
                .trim_start()
                .strip_prefix('{')
                .and_then(|rest| rest.split_once('}'))
                .map_or("", |(word, _)| word);
            let word = word.trim().trim_end_matches([',', '.']);
            is_otherwise = matches!(word, "otherwise" | "else" | "otherwise.");
            if !is_otherwise && !matches!(word, "if" | "when" | "for" | "where") {
                return false;
            }
            while !matches!(self.advance().kind, Kind::BraceClose | Kind::End) {}
        }
        is_otherwise
    }
}
