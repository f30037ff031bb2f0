//! What kind of line it is: told from its punctuation, without reading the formula.

/// What a piece of an entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `A: matrix(m, n)`
    Declaration,
    /// `r = A*x - b`
    Definition,
    /// Anything else: the function.
    Function,
}

/// A statement of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Statement<'a> {
    /// What it is.
    pub kind: Kind,
    /// Its text, without spaces around it.
    pub text: &'a str,
}

impl<'a> Statement<'a> {
    /// The name that a declaration or a definition is about.
    pub fn name(&self) -> Option<&'a str> {
        let end = match self.kind {
            Kind::Declaration => self.text.find(':')?,
            Kind::Definition => self.text.find('=')?,
            Kind::Function => return None,
        };
        Some(self.text[..end].trim())
    }
}

/// Where a character stands.
#[derive(Clone, Copy)]
struct Place {
    at: usize,
    character: char,
    /// How many brackets are open before it.
    depth: usize,
}

/// The characters outside quotes and comments, and the brackets that are open at the end.
fn outside(text: &str) -> (Vec<Place>, usize) {
    let (mut places, mut depth) = (Vec::new(), 0usize);
    let (mut in_quotes, mut in_comment) = (false, false);
    for (at, character) in text.char_indices() {
        match character {
            '\n' => (in_quotes, in_comment) = (false, false),
            _ if in_comment => continue,
            '"' => {
                in_quotes = !in_quotes;
                continue;
            }
            _ if in_quotes => continue,
            '#' => {
                in_comment = true;
                continue;
            }
            _ => {}
        }
        places.push(Place { at, character, depth });
        match character {
            '(' | '[' => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    (places, depth)
}

/// Whether an entry goes on in the next line: a bracket is open, or it ends with a backslash or an operator.
pub fn is_open(text: &str) -> bool {
    let (places, depth) = outside(text);
    let last = places.iter().rev().find(|place| !place.character.is_whitespace());
    let goes_on = last.is_some_and(|place| matches!(place.character, '+' | '-' | '*' | '/' | '\\' | '=' | ','));
    let is_command = text.trim_start().starts_with(':');
    !is_command && (depth > 0 || goes_on)
}

/// The statements of an entry, which end with lines and semicolons outside brackets.
pub fn statements(text: &str) -> Vec<Statement<'_>> {
    let (places, _) = outside(text);
    let ends = places
        .iter()
        .filter(|place| place.depth == 0 && matches!(place.character, ';' | '\n'))
        .map(|place| place.at)
        .chain([text.len()]);
    let mut start = 0;
    let mut found = Vec::new();
    for end in ends {
        let piece = text[start..end].trim();
        start = (end + 1).min(text.len());
        if !piece.is_empty() && !piece.starts_with('#') {
            found.push(Statement {
                kind: kind(piece),
                text: piece,
            });
        }
    }
    found
}

fn kind(text: &str) -> Kind {
    let (places, _) = outside(text);
    let plain: Vec<&Place> = places.iter().filter(|place| place.depth == 0).collect();
    for (at, place) in plain.iter().enumerate() {
        let before = at.checked_sub(1).map(|before| plain[before].character);
        match place.character {
            ':' => return Kind::Declaration,
            '=' if !matches!(before, Some('<' | '>')) => return Kind::Definition,
            _ => {}
        }
    }
    Kind::Function
}

/// The formula and the names behind ` wrt `, if there are any.
pub fn with_respect_to(text: &str) -> (&str, Option<&str>) {
    match text.rsplit_once(" wrt ") {
        Some((formula, names)) => (formula.trim_end(), Some(names.trim())),
        None => (text, None),
    }
}

#[cfg(test)]
mod tests {
    use super::{Kind, is_open, statements, with_respect_to};

    fn kinds(text: &str) -> Vec<(Kind, &str)> {
        statements(text)
            .into_iter()
            .map(|statement| (statement.kind, statement.text))
            .collect()
    }

    #[test]
    fn semicolons_in_brackets_end_no_statement() {
        assert_eq!(
            kinds("A: matrix(m, n); r = A*x - b; tr([A, B; C, D])"),
            [
                (Kind::Declaration, "A: matrix(m, n)"),
                (Kind::Definition, "r = A*x - b"),
                (Kind::Function, "tr([A, B; C, D])"),
            ]
        );
    }

    #[test]
    fn colons_in_slices_and_signs_of_comparisons_declare_and_define_nothing() {
        assert_eq!(kinds("x[2:n]")[0].0, Kind::Function);
        assert_eq!(kinds("where(x <= 0, x, 2*x)")[0].0, Kind::Function);
        assert_eq!(kinds("a <= b")[0].0, Kind::Function);
        assert_eq!(
            kinds("einsum(\"i:=;\", x) # a = b"),
            [(Kind::Function, "einsum(\"i:=;\", x) # a = b")]
        );
    }

    #[test]
    fn open_brackets_and_operators_go_on() {
        assert!(is_open("norm2(A*x") && is_open("A +") && is_open("[A, B;"));
        assert!(!is_open("norm2(A*x)") && !is_open("# (") && !is_open(":wrt x,") && !is_open("X'"));
    }

    #[test]
    fn names_may_stand_behind_the_formula() {
        assert_eq!(with_respect_to("x'*A*x wrt x, A"), ("x'*A*x", Some("x, A")));
        assert_eq!(with_respect_to("x'*A*x"), ("x'*A*x", None));
    }
}
