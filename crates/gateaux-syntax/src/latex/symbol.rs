//! Names: letters with their fonts, marks and labels, and which of them are functions and constants.

use super::commands::{self, Command, LETTER_FUNCTIONS};
use super::lexer::{Fence, Kind, Token, is_inserted};
use super::machine::Callee;
use super::{Mistake, Reader};
use crate::{Diagnostic, Name, NodeKind, Span, codes};

/// What a name is.
pub(super) enum Symbol {
    /// A variable, a definition, a constant.
    Name(Name),
    /// A variable with positions below it; the `_` comes next.
    Indexed(Name),
    /// `I`, `\mathbf{1}` with a size below it; the `_` comes next.
    Sized(Callee),
    /// `\mathbf{1}` without a size: a call of this function with this number.
    Constant(Name, &'static str),
    /// A function.
    Function(Callee),
}

/// A letter or a word with its fonts and marks.
struct Stem {
    text: String,
    /// Other spellings of the same, as `λ` of `lambda`.
    other: Option<String>,
    /// What stands behind the name for the marks over it.
    marks: Vec<&'static str>,
    /// Its innermost font, if it is a single letter.
    font: String,
    /// Whether it is a word of a font for words, or a command.
    is_word: bool,
    span: Span,
}

impl Reader<'_> {
    /// Reads a name and the label below it.
    pub(super) fn symbol(&mut self) -> Result<Symbol, Mistake> {
        let start = self.peek();
        if let Some(name) = self.known_word() {
            return Ok(Symbol::Name(name));
        }
        if let Some(callee) = self.plain_function() {
            return Ok(Symbol::Function(callee));
        }
        let mut changes = String::new();
        let mut stem = self.stem()?;
        // `\mathrm{d}X` is the change dX.
        while stem.is_word && stem.text == "d" && self.starts_symbol() {
            changes.push('d');
            stem = self.stem()?;
        }
        stem.span = start.span.to(stem.span);
        if changes.is_empty()
            && let Some(special) = self.special(&stem)
        {
            return Ok(special);
        }
        self.named(changes, stem)
    }

    fn starts_symbol(&self) -> bool {
        matches!(
            self.peek().kind,
            Kind::Letter | Kind::Command(Command::Letter(_) | Command::Style | Command::Word | Command::Accent(_))
        )
    }

    /// Whether what comes next is a function.
    pub(super) fn is_function_next(&self) -> bool {
        match self.peek().kind {
            Kind::Named | Kind::Command(Command::Function(_)) => true,
            Kind::Command(Command::Word) => {
                let word = self.word_at(self.position() + 1).map_or("", |(word, _)| word);
                self.is_function(word)
            }
            _ => false,
        }
    }

    /// A declared name of several letters, written as it is.
    fn known_word(&mut self) -> Option<Name> {
        let start = self.peek();
        if start.kind != Kind::Letter {
            return None;
        }
        let rest = &self.text[start.span.start..];
        let is_boundary = |end: usize| !rest[end..].starts_with(|c: char| c.is_ascii_digit());
        let is_plain = |name: &str| name.chars().count() > 1 && name.chars().all(char::is_alphanumeric);
        let longest = self.longest.min(rest.len());
        let ends = (2..=longest)
            .rev()
            .filter(|end| rest.is_char_boundary(*end) && is_boundary(*end));
        let name = ends
            .map(|end| &rest[..end])
            .find(|name| is_plain(name) && self.is_declared(name))?
            .to_owned();
        let end = start.span.start + name.len();
        while self.peek().span.start < end && self.peek().kind != Kind::End {
            self.advance();
        }
        let span = Span::new(start.span.start, end);
        Some(Name { text: name, span })
    }

    /// The name of a function in letters without a command, before a bracket: `tr(A)`.
    fn plain_function(&mut self) -> Option<Callee> {
        let first = self.position();
        let joins = |at: usize| match self.tokens.get(at..at + 2) {
            Some([token, next]) => {
                (token.kind, next.kind) == (Kind::Letter, Kind::Letter) && token.span.end == next.span.start
            }
            _ => false,
        };
        if !joins(first) || first > 0 && joins(first - 1) {
            return None;
        }
        let last = (first..).find(|at| !joins(*at))?;
        let span = self.tokens[first].span.to(self.tokens[last].span);
        let is_before_bracket = self.tokens.get(last + 1)?.kind == Kind::Open(Fence::Paren);
        if !is_before_bracket || !self.is_function(self.slice(span)) {
            return None;
        }
        let callee = self.callee(commands::renamed(self.slice(span)).to_owned(), span);
        self.go_to(last + 1);
        Some(callee)
    }

    fn callee(&self, name: String, span: Span) -> Callee {
        Callee {
            name,
            span,
            before: vec![],
            behind: vec![],
            power: None,
        }
    }

    fn is_function(&self, word: &str) -> bool {
        (self.vocabulary.is_function)(commands::renamed(word)) && !self.is_declared(word)
    }

    /// The text of a word in braces, and the position behind it.
    fn word_at(&self, at: usize) -> Option<(&str, usize)> {
        let open = self.tokens.get(at).filter(|token| token.kind == Kind::BraceOpen)?;
        let len = self.tokens[at + 1..]
            .iter()
            .position(|token| !matches!(token.kind, Kind::Letter | Kind::Number | Kind::Op(crate::BinaryOp::Sub)))?;
        let close = &self.tokens[at + 1 + len];
        let from = if is_inserted(*open) {
            self.tokens[at + 1].span.start
        } else {
            open.span.end
        };
        let word = self.text.get(from..close.span.start.max(from))?.trim();
        (close.kind == Kind::BraceClose && len > 0).then_some((word, at + len + 2))
    }

    /// A letter or a word under its fonts and marks.
    fn stem(&mut self) -> Result<Stem, Mistake> {
        let start = self.peek();
        let mut stem = Stem {
            text: String::new(),
            other: None,
            marks: vec![],
            font: String::new(),
            is_word: false,
            span: start.span,
        };
        let mut n_braces = 0;
        loop {
            let token = self.peek();
            match token.kind {
                Kind::Command(Command::Accent(mark)) => {
                    stem.marks.insert(0, mark);
                    self.advance();
                }
                Kind::Command(Command::Style | Command::Word) => {
                    self.font(&mut stem, token);
                    if !stem.text.is_empty() {
                        break;
                    }
                }
                Kind::BraceOpen => {
                    n_braces += 1;
                    self.advance();
                }
                _ => {
                    self.letter(&mut stem, token)?;
                    break;
                }
            }
        }
        for _ in 0..n_braces {
            let token = self.peek();
            if token.kind != Kind::BraceClose {
                let message = format!("only a letter or a word can stand below {}", self.quote(start.span));
                return Err(Diagnostic::new(codes::LATEX_OPERAND, self.place(token), message).into());
            }
            self.advance();
        }
        stem.span = start.span.to(self.previous().span);
        Ok(stem)
    }

    /// A font, and the word in it if it is one.
    fn font(&mut self, stem: &mut Stem, token: Token) {
        self.advance();
        stem.font = commands::font(self.slice(token.span)).to_owned();
        let Some((word, end)) = self.word_at(self.position()) else {
            return;
        };
        let word = word.replace(['-', ' '], "_").replace("\\_", "_");
        let is_letter = word.chars().count() == 1;
        stem.is_word = token.kind == Kind::Command(Command::Word) || !is_letter;
        if !is_letter {
            stem.font.clear();
        }
        stem.text = word;
        self.go_to(end);
    }

    /// One letter, or a function with a command.
    fn letter(&mut self, stem: &mut Stem, token: Token) -> Result<(), Mistake> {
        let text = self.slice(token.span);
        match token.kind {
            Kind::Letter => {
                let letter = text.chars().next().unwrap_or_default();
                match commands::greek_name(letter) {
                    Some(name) => (stem.text, stem.other) = (name.to_owned(), Some(text.to_owned())),
                    None => stem.text = text.replace('\\', ""),
                }
            }
            Kind::Command(Command::Letter(name)) if !matches!(name, "top" | "star") => {
                stem.text = name.to_owned();
                stem.other = commands::GREEK
                    .iter()
                    .find(|(known, _)| *known == name)
                    .map(|(_, letter)| letter.to_string());
            }
            Kind::Command(Command::Function(name)) => (stem.text, stem.is_word) = (name.to_owned(), true),
            Kind::Named => (stem.text, stem.is_word) = (text[1..].to_owned(), true),
            Kind::Number => stem.text = text.to_owned(),
            _ => return Err(self.operand_missing(token)),
        }
        self.advance();
        Ok(())
    }

    /// Functions, and the names that mean something by themselves.
    fn special(&mut self, stem: &Stem) -> Option<Symbol> {
        let name = |text: &str| Name {
            text: text.to_owned(),
            span: stem.span,
        };
        let text = stem.text.as_str();
        if !stem.marks.is_empty() || self.is_declared(text) {
            return None;
        }
        if stem.is_word && self.is_function(text) {
            let is_gamma = |token: Token| token.kind == Kind::Command(Command::Letter("Gamma"));
            let mut callee = self.callee(commands::renamed(text).to_owned(), stem.span);
            if callee.name == "log" && is_gamma(self.peek()) && !self.is_declared("Gamma") {
                callee.name = "lgamma".to_owned();
                callee.span = stem.span.to(self.advance().span);
            }
            return Some(Symbol::Function(callee));
        }
        let has_sub = self.peek().kind == Kind::Sub;
        let sized = |reader: &Self, function: &str| Symbol::Sized(reader.callee(function.to_owned(), stem.span));
        match text {
            "1" if has_sub => Some(sized(self, "ones")),
            "0" if has_sub => Some(sized(self, "zeros")),
            "1" => Some(Symbol::Constant(name("vector"), "1")),
            "0" => Some(Symbol::Constant(name("vector"), "0")),
            "I" | "Id" if has_sub => Some(sized(self, "eye")),
            "I" | "Id" => Some(Symbol::Name(name("I"))),
            "K" if has_sub && self.is_pair_of_names() => Some(sized(self, "commutation")),
            "i" if stem.is_word => Some(Symbol::Name(name("im"))),
            "e" if self.is_exponential(stem) => {
                let callee = self.callee("exp".to_owned(), stem.span);
                self.advance(); // the `^`
                Some(Symbol::Function(callee))
            }
            _ => None,
        }
    }

    /// Whether a power of e comes that is no power of a variable: its exponent is more than an integer.
    fn is_exponential(&self, stem: &Stem) -> bool {
        if self.peek().kind != Kind::Sup {
            return false;
        }
        let is_mark = match self.script(self.position() + 1) {
            Some((tokens, _)) => match tokens.as_slice() {
                [token] => {
                    token.kind == Kind::Number || ["\\top", "T", "\\prime", "'"].contains(&self.slice(token.span))
                }
                _ => false,
            },
            None => false,
        };
        stem.is_word || !is_mark
    }

    /// Whether the subscript is two names with a comma between them.
    fn is_pair_of_names(&self) -> bool {
        let script = self.script(self.position() + 1);
        script.is_some_and(|(tokens, _)| {
            let kinds: Vec<Kind> = tokens.iter().map(|token| token.kind).collect();
            kinds == [Kind::Letter, Kind::Comma, Kind::Letter]
        })
    }

    /// A name with its label: which of the declared names it is, or a new one.
    fn named(&mut self, changes: String, stem: Stem) -> Result<Symbol, Mistake> {
        if stem.text.starts_with(|c: char| c.is_ascii_digit()) {
            let message = format!("{} is no name", self.quote(stem.span));
            return Err(Diagnostic::new(codes::LATEX_OPERAND, stem.span, message).into());
        }
        let mut labels: Vec<String> = stem.marks.iter().map(|mark| (*mark).to_owned()).collect();
        let mut span = stem.span;
        let bare = self.choose(&changes, &stem, &labels);
        if self.peek().kind == Kind::Sub {
            let label = self.label();
            if let Some((below, end)) = &label
                && let Some(function) = self.letter_function(&format!("{}_{below}", stem.text), *end)
            {
                self.go_to(*end);
                span = span.to(self.previous().span);
                return Ok(Symbol::Function(self.callee(function.to_owned(), span)));
            }
            let named = label.as_ref().map(|(label, _)| {
                let mut labels = labels.clone();
                labels.push(label.clone());
                (self.choose(&changes, &stem, &labels), labels)
            });
            let base_is_declared = bare.1;
            match (named, label) {
                (Some(((_, is_declared), with)), Some((_, end))) if is_declared || !base_is_declared => {
                    labels = with;
                    self.go_to(end);
                    span = span.to(self.previous().span);
                }
                (_, label) => {
                    if let Some((label, _)) = label
                        && label.chars().count() > 1
                        && label.chars().all(char::is_alphabetic)
                    {
                        return Err(self.by_indices(span.to(self.peek().span)));
                    }
                    return Ok(Symbol::Indexed(Name { text: bare.0, span }));
                }
            }
        }
        if let Some((label, end)) = self.superscript_label(&stem) {
            if stem.text == "psi" && !self.is_declared("psi") {
                return Ok(self.polygamma(label, end, span));
            }
            labels.push(label);
            self.go_to(end);
            span = span.to(self.previous().span);
        }
        let (text, is_declared) = self.choose(&changes, &stem, &labels);
        if !self.is_head && !is_declared && changes.is_empty() {
            if let Some(function) = self.letter_function(&text, self.position()) {
                return Ok(Symbol::Function(self.callee(function.to_owned(), span)));
            }
            if self.is_call_of(&stem) {
                return Err(self.not_a_function(&text, span));
            }
        }
        self.one_font(&text, &stem, span)?;
        Ok(Symbol::Name(Name { text, span }))
    }

    /// The function that a letter with its label is before the bracket at this position, if it is no name.
    fn letter_function(&self, name: &str, at: usize) -> Option<&'static str> {
        let is_call = matches!(self.tokens.get(at)?.kind, Kind::Open(Fence::Paren | Fence::Bracket));
        let (_, function) = LETTER_FUNCTIONS.iter().find(|(letter, _)| *letter == name)?;
        (is_call && !self.is_declared(name)).then_some(*function)
    }

    fn by_indices(&self, span: Span) -> Mistake {
        let message = "entries by index letters cannot be read";
        let help = "write the formula in matrices and vectors, or with `einsum` in the language";
        Diagnostic::new(codes::LATEX_INDICES, span, message).help(help).into()
    }

    fn not_a_function(&self, name: &str, span: Span) -> Mistake {
        let message = format!("{} is not a known function", self.quote(span));
        let help = format!("write its formula, or declare `{name}` in front if it is a factor");
        Diagnostic::new(codes::LATEX_FUNCTION, span, message).help(help).into()
    }

    fn polygamma(&mut self, label: String, end: usize, span: Span) -> Symbol {
        let mut callee = self.callee("polygamma".to_owned(), span);
        callee.before.push(self.push_node(NodeKind::Number(label), span));
        self.go_to(end);
        Symbol::Function(callee)
    }

    /// The name of a stem with labels: a declared one that is written so, else a new one; and whether it is declared.
    fn choose(&self, changes: &str, stem: &Stem, labels: &[String]) -> (String, bool) {
        let stems = std::iter::once(&stem.text).chain(&stem.other);
        let mut first = None;
        for text in stems {
            let joined = |separator: &str| {
                let parts: Vec<&str> = std::iter::once(text.as_str())
                    .chain(labels.iter().map(String::as_str))
                    .collect();
                format!("{changes}{}", parts.join(separator))
            };
            let is_digits = labels.iter().all(|label| label.chars().all(|c| c.is_ascii_digit()));
            let (close, apart) = (joined(""), joined("_"));
            for candidate in [&close, &apart, &lowered(&close)] {
                if self.is_declared(candidate) {
                    return (candidate.clone(), true);
                }
            }
            first.get_or_insert(if is_digits && labels.len() < 2 { close } else { apart });
        }
        (first.unwrap_or_default(), false)
    }

    /// The label in the subscript that comes next: a word, digits, an index; and the position behind it.
    fn label(&self) -> Option<(String, usize)> {
        let (tokens, end) = self.script(self.position() + 1)?;
        let mut label = String::new();
        for token in &tokens {
            match token.kind {
                Kind::Letter | Kind::Number => label.push_str(&self.slice(token.span).replace('\\', "")),
                Kind::Command(Command::Letter(name)) => label.push_str(name),
                Kind::Named => label.push_str(&self.slice(token.span)[1..]),
                Kind::Command(Command::Function(name)) => label.push_str(name),
                Kind::Op(crate::BinaryOp::Mul) if tokens.len() == 1 => label.push_str("star"),
                _ => return None,
            }
        }
        let is_plain = label.chars().all(crate::spellings::continues_name);
        (!label.is_empty() && is_plain).then_some((label, end))
    }

    /// `^{(1)}` and `^{\star}` above a name.
    fn superscript_label(&self, stem: &Stem) -> Option<(String, usize)> {
        if self.peek().kind != Kind::Sup || stem.text.is_empty() {
            return None;
        }
        let (tokens, end) = self.script(self.position() + 1)?;
        match tokens.as_slice() {
            [open, label, close]
                if (open.kind, close.kind) == (Kind::Open(Fence::Paren), Kind::Close(Fence::Paren)) =>
            {
                let is_label = matches!(label.kind, Kind::Letter | Kind::Number);
                is_label.then(|| (self.slice(label.span).to_owned(), end))
            }
            [star] if self.slice(star.span) == "\\star" => Some(("star".to_owned(), end)),
            _ => None,
        }
    }

    /// Whether the brackets that come next hold names only, as the arguments of a function.
    fn is_applied(&self) -> bool {
        let mut n_letters = 0;
        let mut depth = 0;
        for token in self.tokens[self.position() + 1..].iter().take(64) {
            match token.kind {
                Kind::BraceOpen => depth += 1,
                Kind::BraceClose => depth -= 1,
                Kind::Close(Fence::Paren | Fence::Bracket) => return n_letters == 1,
                Kind::Comma | Kind::Semicolon if n_letters == 1 => n_letters = 0,
                Kind::Sub | Kind::Command(Command::Style | Command::Word | Command::Accent(_)) => {}
                Kind::Letter | Kind::Command(Command::Letter(_)) if depth == 0 || n_letters == 0 => n_letters += 1,
                Kind::Letter | Kind::Number if depth > 0 => {}
                _ => return false,
            }
        }
        false
    }

    /// Whether an unknown name is a function where it stands: a word, a letter for functions or an operator before a
    /// bracket, and any letter before brackets with names in them.
    fn is_call_of(&self, stem: &Stem) -> bool {
        let skipped = usize::from(self.peek().kind == Kind::Prime);
        let behind = self
            .tokens
            .get(self.position() + skipped)
            .map_or(Kind::End, |token| token.kind);
        let is_operator = stem.font == "mathbb" && matches!(stem.text.as_str(), "E" | "P" | "V");
        let is_letter = matches!(stem.text.as_str(), "f" | "g" | "h" | "Gamma");
        match behind {
            Kind::Open(Fence::Paren | Fence::Bracket) => {
                stem.is_word || is_operator || is_letter || skipped == 0 && self.is_applied()
            }
            _ => is_operator,
        }
    }

    /// Two fonts of one letter are two names in a paper.
    fn one_font(&mut self, name: &str, stem: &Stem, span: Span) -> Result<(), Mistake> {
        match self.fonts.get(name) {
            None => {
                self.fonts.insert(name.to_owned(), stem.font.clone());
            }
            Some(known) if *known != stem.font => {
                let message = format!(
                    "{} stands here and the same letter in another font elsewhere",
                    self.quote(span)
                );
                let help = "give two variables two letters, and one variable one font";
                return Err(Diagnostic::new(codes::LATEX_AMBIGUOUS, span, message).help(help).into());
            }
            Some(_) => {}
        }
        Ok(())
    }
}

/// The name with subscript digits.
fn lowered(name: &str) -> String {
    let lower = |c: char| match c {
        '0'..='9' => char::from_u32('₀' as u32 + (c as u32 - '0' as u32)).unwrap_or(c),
        c => c,
    };
    name.chars().map(lower).collect()
}
