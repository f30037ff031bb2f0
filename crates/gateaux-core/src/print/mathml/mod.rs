//! MathML Core, which browsers show and screen readers read.
//!
//! The formula is the one of the LaTeX notation: what that writes is translated here, command by command. So each
//! decision about a formula, and each sign of a function, is made in one place for both; the translator knows the
//! commands, and no mathematics but what LaTeX leaves to the reader. White space between operands is a product there
//! (`A x`), nothing between a function and its argument is an application (`\log\det\left(X\right)`), and letters side
//! by side are a list of indices (`A_{ij}`). MathML has invisible signs for the three.
//!
//! Nothing here fails: a command that is not known stands in the formula by its name, which a test looks for.

mod token;
mod tree;

use token::{Token, Tokens, bold, delimiter, symbol, unescaped};
use tree::{NodeId, Tree};

/// The signs that are not seen.
const APPLICATION: &str = "\u{2061}";
const TIMES: &str = "\u{2062}";
const SEPARATOR: &str = "\u{2063}";

/// The attributes of single letters that are not italic.
const UPRIGHT: &str = " mathvariant=\"normal\"";

/// The attributes of a sign with as much space as LaTeX sets around names of functions.
const THIN_SPACE: &str = " rspace=\"0.1667em\"";

/// How a part of a row stands to its neighbors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// A letter or a number as it is, which can be one of several indices.
    Letter,
    /// A name of several letters, and all else that is set off from other factors.
    Name,
    /// The upright d of the change of what follows.
    Change,
    /// What stands in parentheses, bars or brackets.
    Fenced,
    /// Anything else that has a value.
    Operand,
    /// An operator or a separator.
    Sign,
    /// The sign of a function's application.
    Application,
    /// An operator for what follows: ∂.
    Prefix,
    /// One with its scripts above and below: ∑.
    Large,
    /// An opening parenthesis in the row.
    Opening,
    /// A closing one.
    Closing,
}

impl Class {
    fn begins_operand(self) -> bool {
        !matches!(self, Class::Sign | Class::Application | Class::Closing)
    }

    fn ends_operand(self) -> bool {
        !matches!(
            self,
            Class::Sign | Class::Application | Class::Prefix | Class::Large | Class::Opening
        )
    }
}

/// A part of a row with its scripts.
struct Item {
    class: Class,
    base: NodeId,
    below: Option<NodeId>,
    above: Option<NodeId>,
}

/// A command that takes what comes next.
enum Taker {
    Superscript,
    Subscript,
    Numerator,
    Denominator(NodeId),
    Root,
    Overline,
}

/// Where a row stands, and so how it ends.
enum Place {
    Whole,
    Braces,
    Fence(Option<&'static str>),
    Cell(Table),
}

/// The rows of an environment that are complete, and the cells of the one that is not.
struct Table {
    name: String,
    rows: Vec<NodeId>,
    cells: Vec<NodeId>,
}

/// Parts side by side, to which more are added.
struct Row {
    place: Place,
    items: Vec<Item>,
    takers: Vec<Taker>,
    /// Whether there is white space behind the last part.
    is_spaced: bool,
    /// Whether it is wider there than between factors.
    is_wide: bool,
}

/// A formula in LaTeX, as Gateaux writes it, as one `math` element of MathML Core.
///
/// This is for formulas with something in front, such as `\mathrm{d}f = `; all others are there in
/// [`Notation::MathMl`](super::Notation::MathMl). Cells of derivations and cases have the classes `lhs` and `rhs`: MathML
/// Core leaves it to a style sheet to align the first to the right and the others to the left, with `text-align: right`
/// and, for Chromium, `text-align: -webkit-right`.
///
/// # Cost
/// Linear in the length of the text.
///
/// # Example
/// ```
/// use gateaux_core::print::mathml;
/// let element = mathml(r"\mathrm{tr}\left(X\right)");
/// assert!(element.starts_with("<math xmlns=\"http://www.w3.org/1998/Math/MathML\" display=\"block\">"));
/// ```
pub fn mathml(latex: &str) -> String {
    const ATTRIBUTES: &str = " xmlns=\"http://www.w3.org/1998/Math/MathML\" display=\"block\"";
    let mut tree = Tree::default();
    let content = read(latex, &mut tree);
    let root = tree.element("math", ATTRIBUTES, vec![content]);
    tree.write(root)
}

/// The element of a formula.
fn read(latex: &str, tree: &mut Tree) -> NodeId {
    let mut reader = Reader {
        tokens: Tokens::new(latex),
        tree,
        row: Row::new(Place::Whole),
        outer: Vec::new(),
    };
    while let Some(token) = reader.tokens.next() {
        reader.token(token);
    }
    while !reader.outer.is_empty() {
        reader.close(None);
    }
    reader.finish_row()
}

impl Row {
    fn new(place: Place) -> Row {
        Row {
            place,
            items: Vec::new(),
            takers: Vec::new(),
            is_spaced: false,
            is_wide: false,
        }
    }
}

/// The row that is read, and those around it.
struct Reader<'a, 't> {
    tokens: Tokens<'a>,
    tree: &'t mut Tree,
    row: Row,
    outer: Vec<Row>,
}

impl Reader<'_, '_> {
    fn token(&mut self, token: Token<'_>) {
        match token {
            Token::Space => self.row.is_spaced = true,
            Token::Letter(letter) => self.leaf("mi", "", letter.to_owned(), Class::Letter),
            Token::Number(digits) => self.leaf("mn", "", digits.to_owned(), Class::Letter),
            Token::Primes(count) => {
                let primes = self.tree.leaf("mo", "", "′".repeat(count));
                self.script(primes, Taker::Superscript);
            }
            Token::Sign(sign) => self.sign(sign),
            Token::Command(name) => self.command(name),
        }
    }

    fn sign(&mut self, sign: char) {
        match sign {
            '{' => self.open(Place::Braces),
            '}' => {
                if matches!(self.row.place, Place::Braces) {
                    self.close(None);
                }
            }
            '^' => self.row.takers.push(Taker::Superscript),
            '_' => self.row.takers.push(Taker::Subscript),
            '&' => self.end_cell(),
            '(' | '[' => self.leaf("mo", "", sign.to_string(), Class::Opening),
            ')' | ']' => self.leaf("mo", "", sign.to_string(), Class::Closing),
            '-' | '+' => {
                let text = if sign == '-' { "−" } else { "+" };
                let is_infix = self.row.items.last().is_some_and(|item| item.class.ends_operand());
                let is_script = !self.row.takers.is_empty();
                // The first in a row and after another operator it is the sign of what follows.
                let attributes = if is_infix || is_script { "" } else { " form=\"prefix\"" };
                self.leaf("mo", attributes, text, Class::Sign);
            }
            // In indices and exponents these are set close.
            '/' | ':' => self.leaf("mo", " lspace=\"0\" rspace=\"0\"", sign.to_string(), Class::Sign),
            _ => self.leaf("mo", "", sign.to_string(), Class::Sign),
        }
    }

    fn command(&mut self, name: &str) {
        match name {
            "left" => {
                let fence = delimiter(self.tokens.next());
                self.open(Place::Fence(fence));
            }
            "right" => {
                let fence = delimiter(self.tokens.next());
                if matches!(self.row.place, Place::Fence(_)) {
                    self.close(fence);
                }
            }
            "frac" => self.row.takers.push(Taker::Numerator),
            "sqrt" => self.row.takers.push(Taker::Root),
            "overline" => self.row.takers.push(Taker::Overline),
            "mathrm" | "operatorname" | "mathsf" => self.name(),
            "mathbf" => self.bold(),
            "text" => self.text(),
            "begin" => {
                let name = self.tokens.argument().to_owned();
                self.open(Place::Cell(Table {
                    name,
                    rows: Vec::new(),
                    cells: Vec::new(),
                }));
            }
            "end" => {
                self.tokens.argument();
                if matches!(self.row.place, Place::Cell(_)) {
                    self.close(None);
                }
            }
            "\\" => self.end_line(),
            "," => (self.row.is_spaced, self.row.is_wide) = (true, true),
            "textstyle" => {}
            _ => match symbol(name) {
                Some((tag, attributes, text, class)) => self.leaf(tag, attributes, text, class),
                None => self.leaf("mtext", "", format!("\\{name}"), Class::Operand),
            },
        }
    }

    /// A name in upright letters.
    fn name(&mut self) {
        let name = unescaped(self.tokens.argument());
        // Names of several letters are upright by themselves.
        let (attributes, class) = match name.chars().count() {
            0 => return,
            1 if name == "d" => (UPRIGHT, Class::Change),
            1 => (UPRIGHT, Class::Operand),
            _ => ("", Class::Name),
        };
        self.leaf("mi", attributes, name, class);
    }

    /// Bold digits and letters.
    fn bold(&mut self) {
        let text: String = self.tokens.argument().chars().map(bold).collect();
        let tag = if text.chars().all(char::is_numeric) { "mn" } else { "mi" };
        if !text.is_empty() {
            self.leaf(tag, "", text, Class::Operand);
        }
    }

    /// Text with formulas between signs of dollars.
    fn text(&mut self) {
        let text = self.tokens.argument();
        let mut parts = Vec::new();
        for (at, part) in text.split('$').enumerate() {
            if part.is_empty() {
                continue;
            }
            parts.push(if at % 2 == 1 {
                // There is no sign of a dollar in it, so that this goes two levels deep at most.
                read(part, self.tree)
            } else {
                // Spaces at the ends would not be shown, and browsers would break and cut the line at others.
                self.tree.leaf("mtext", "", unescaped(part).replace(' ', "\u{a0}"))
            });
        }
        let node = self.tree.row(parts);
        self.accept(Class::Sign, node);
    }

    fn leaf(
        &mut self,
        tag: &'static str,
        attributes: &'static str,
        text: impl Into<std::borrow::Cow<'static, str>>,
        class: Class,
    ) {
        let node = self.tree.leaf(tag, attributes, text);
        self.accept(class, node);
    }

    fn open(&mut self, place: Place) {
        let outer = std::mem::replace(&mut self.row, Row::new(place));
        self.outer.push(outer);
    }

    /// Ends the row, which becomes one part of the row around it.
    fn close(&mut self, closing: Option<&'static str>) {
        if matches!(self.row.place, Place::Cell(_)) {
            self.end_line();
        }
        let inside = self.finish_row();
        let Some(outer) = self.outer.pop() else { return };
        let inner = std::mem::replace(&mut self.row, outer);
        let (class, node) = match inner.place {
            Place::Whole | Place::Braces => (Class::Operand, inside),
            Place::Fence(opening) => (Class::Fenced, self.fenced(opening, inside, closing)),
            Place::Cell(table) => (Class::Fenced, self.table(table)),
        };
        self.accept(class, node);
    }

    fn fenced(&mut self, opening: Option<&'static str>, inside: NodeId, closing: Option<&'static str>) -> NodeId {
        let mut parts = Vec::with_capacity(3);
        parts.extend(opening.map(|sign| self.tree.leaf("mo", " form=\"prefix\" stretchy=\"true\"", sign)));
        parts.push(inside);
        parts.extend(closing.map(|sign| self.tree.leaf("mo", " form=\"postfix\" stretchy=\"true\"", sign)));
        self.tree.row(parts)
    }

    fn table(&mut self, table: Table) -> NodeId {
        // Fractions in lines of a derivation are as large as those that stand alone.
        let attributes = match table.name.as_str() {
            "align*" => " displaystyle=\"true\"",
            _ => "",
        };
        let node = self.tree.element("mtable", attributes, table.rows);
        match table.name.as_str() {
            "bmatrix" => self.fenced(Some("["), node, Some("]")),
            "cases" => self.fenced(Some("{"), node, None),
            _ => node,
        }
    }

    /// Ends a cell of the environment in which this stands.
    fn end_cell(&mut self) {
        let inside = self.finish_row();
        let Place::Cell(table) = &mut self.row.place else {
            return;
        };
        // In a derivation every other cell ends at the sign that the next one begins with.
        let attributes = match table.name.as_str() {
            "bmatrix" => "",
            "align*" if table.cells.len() % 2 == 0 => " class=\"lhs\"",
            _ => " class=\"rhs\"",
        };
        let cell = self.tree.element("mtd", attributes, vec![inside]);
        table.cells.push(cell);
    }

    /// Ends a line of the environment in which this stands.
    fn end_line(&mut self) {
        self.end_cell();
        if let Place::Cell(table) = &mut self.row.place {
            let cells = std::mem::take(&mut table.cells);
            let line = self.tree.element("mtr", "", cells);
            table.rows.push(line);
        }
    }

    /// Gives a part to the command that waits for it, or adds it to the row.
    fn accept(&mut self, mut class: Class, mut node: NodeId) {
        while let Some(taker) = self.row.takers.pop() {
            (class, node) = match taker {
                Taker::Superscript | Taker::Subscript => return self.script(node, taker),
                Taker::Numerator => return self.row.takers.push(Taker::Denominator(node)),
                Taker::Denominator(above) => (Class::Operand, self.tree.element("mfrac", "", vec![above, node])),
                Taker::Root => (Class::Operand, self.tree.element("msqrt", "", vec![node])),
                Taker::Overline => {
                    // The one that can be as wide as its base is too wide for a letter.
                    let line = if self.tree.is_leaf(node) { "¯" } else { "‾" };
                    let line = self.tree.leaf("mo", " stretchy=\"true\"", line);
                    // Two lines side by side would be one.
                    (
                        Class::Name,
                        self.tree.element("mover", " accent=\"true\"", vec![node, line]),
                    )
                }
            };
        }
        self.add(class, node);
    }

    /// Adds a part, after the sign that is not seen, where one belongs there.
    fn add(&mut self, mut class: Class, mut base: NodeId) {
        let last = self.row.items.last().map(|item| item.class);
        if let Some(last) = last.filter(|last| last.ends_operand() && class.begins_operand()) {
            let is_product = self.row.is_spaced;
            let sign = match (is_product, last, class) {
                (true, ..) => TIMES,
                (false, Class::Letter, Class::Letter) => SEPARATOR,
                (false, ..) => APPLICATION,
            };
            // Names and changes would run together with what is beside them: `a exp(x)`, `log det(X)`, `A dX B`.
            let is_set_off = match (last, class) {
                (Class::Change, _) if !is_product => {
                    class = Class::Name;
                    false
                }
                (_, Class::Name | Class::Change) => true,
                (Class::Name, Class::Fenced | Class::Opening) => is_product,
                (Class::Name, _) => true,
                _ => self.row.is_wide,
            };
            let node = self.tree.leaf("mo", if is_set_off { THIN_SPACE } else { "" }, sign);
            let between = if sign == APPLICATION {
                Class::Application
            } else {
                Class::Sign
            };
            self.row.items.push(Item::plain(between, node));
            if class == Class::Fenced {
                base = self.applied(base);
            }
        }
        self.row.items.push(Item::plain(class, base));
        (self.row.is_spaced, self.row.is_wide) = (false, false);
    }

    /// Takes the functions whose argument this is from the end of the row: `log det(X)` with a script is all of it.
    fn applied(&mut self, mut argument: NodeId) -> NodeId {
        while let [.., function, sign] = self.row.items.as_slice()
            && sign.class == Class::Application
        {
            let parts = vec![function.node(self.tree), sign.base, argument];
            argument = self.tree.element("mrow", "", parts);
            self.row.items.truncate(self.row.items.len() - 2);
        }
        argument
    }

    /// Adds a script to the last part.
    fn script(&mut self, script: NodeId, taker: Taker) {
        let is_above = matches!(taker, Taker::Superscript);
        let mut item = match self.row.items.pop() {
            Some(item) => item,
            None => Item::plain(Class::Operand, self.tree.row(Vec::new())),
        };
        let place = if is_above { item.above } else { item.below };
        if place.is_some() {
            item = Item::plain(item.class, item.node(self.tree));
        }
        *(if is_above { &mut item.above } else { &mut item.below }) = Some(script);
        self.row.items.push(item);
        self.row.is_spaced = false;
    }

    /// What is in the row as one element; the row is empty afterwards.
    fn finish_row(&mut self) -> NodeId {
        let mut nodes = Vec::with_capacity(self.row.items.len());
        for item in std::mem::take(&mut self.row.items) {
            nodes.push(item.node(self.tree));
        }
        (self.row.is_spaced, self.row.is_wide) = (false, false);
        self.row.takers.clear();
        self.tree.row(nodes)
    }
}

impl Item {
    fn plain(class: Class, base: NodeId) -> Item {
        Item {
            class,
            base,
            below: None,
            above: None,
        }
    }

    /// The part with its scripts as one element.
    fn node(&self, tree: &mut Tree) -> NodeId {
        let [both, below, above] = match self.class {
            Class::Large => ["munderover", "munder", "mover"],
            _ => ["msubsup", "msub", "msup"],
        };
        match (self.below, self.above) {
            (None, None) => self.base,
            (Some(script), None) => tree.element(below, "", vec![self.base, script]),
            (None, Some(script)) => tree.element(above, "", vec![self.base, script]),
            (Some(lower), Some(upper)) => tree.element(both, "", vec![self.base, lower, upper]),
        }
    }
}
