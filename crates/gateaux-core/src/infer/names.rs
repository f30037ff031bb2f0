//! What a name tells of itself: its default kind, and which known name it is a misspelling of.

/// The kinds that a name can have without a declaration, in the order in which they are tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Word {
    Scalar,
    Vector,
    Matrix,
}

impl Word {
    pub(super) const ALL: [Word; 3] = [Word::Scalar, Word::Vector, Word::Matrix];

    /// The kind as a noun.
    pub(super) fn noun(self) -> &'static str {
        match self {
            Word::Scalar => "scalar",
            Word::Vector => "vector",
            Word::Matrix => "matrix",
        }
    }
}

/// The kind that a name has by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct DefaultKind {
    pub(super) word: Word,
    /// Whether use cannot overrule it.
    pub(super) is_firm: bool,
}

/// Greek letters in the order of their alphabet.
const GREEK: [&str; 24] = [
    "alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda", "mu", "nu", "xi",
    "omicron", "pi", "rho", "sigma", "tau", "upsilon", "phi", "chi", "psi", "omega",
];

/// The default kind of a name; `None` where it has none.
pub(super) fn default_kind(name: &str) -> Option<DefaultKind> {
    let first = name.chars().next()?;
    let is_letter_part = |letter: char| letter.is_alphabetic() && !is_subscript(letter);
    let stem_len = name.find(|letter: char| !is_letter_part(letter)).unwrap_or(name.len());
    let stem = &name[..stem_len];
    if is_greek(first) {
        return Some(soft(if first.is_uppercase() {
            Word::Matrix
        } else {
            Word::Scalar
        }));
    }
    if !first.is_ascii_alphabetic() {
        return None;
    }
    let by_letter = match first {
        'a'..='g' => Word::Scalar,
        'h'..='z' => Word::Vector,
        _ => Word::Matrix,
    };
    if is_letter(name) {
        return Some(DefaultKind {
            word: by_letter,
            // A scalar where only an array fits, as the b of `A*x - b`, is taken for the array and said to be one.
            is_firm: by_letter != Word::Scalar,
        });
    }
    let mut lower = stem.to_owned();
    lower[..1].make_ascii_lowercase();
    if GREEK.contains(&lower.as_str()) {
        return Some(soft(if first.is_ascii_uppercase() {
            Word::Matrix
        } else {
            Word::Scalar
        }));
    }
    Some(soft(by_letter))
}

/// Whether the name is one Latin letter, perhaps with digits, or with an underscore and more, behind it.
pub(super) fn is_letter(name: &str) -> bool {
    let mut letters = name.chars();
    let is_latin = letters.next().is_some_and(|letter| letter.is_ascii_alphabetic());
    let tail = letters.as_str();
    let behind = tail.trim_start_matches(|letter: char| letter.is_ascii_digit() || is_subscript(letter));
    is_latin && (behind.is_empty() || behind.starts_with('_'))
}

fn soft(word: Word) -> DefaultKind {
    DefaultKind { word, is_firm: false }
}

fn is_greek(letter: char) -> bool {
    // The blocks Greek and Greek Extended, and the micro sign, which keyboards give for mu.
    matches!(letter, '\u{370}'..='\u{3ff}' | '\u{1f00}'..='\u{1fff}' | '\u{b5}')
}

fn is_subscript(letter: char) -> bool {
    matches!(letter, '\u{2080}'..='\u{2089}')
}

/// The known name that is nearest to a misspelt one, if one is near enough; the first of equals.
pub(super) fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let typed: Vec<char> = name.chars().collect();
    // One slip in a short name, two in a longer one.
    let allowed = if typed.len() <= 4 { 1 } else { 2 };
    let mut best: Option<(usize, &str)> = None;
    for candidate in known {
        if candidate.len().abs_diff(typed.len()) > allowed {
            continue;
        }
        let distance = if candidate.eq_ignore_ascii_case(name) {
            0
        } else {
            distance(&typed, candidate)
        };
        if distance <= allowed && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, name)| name)
}

/// How many letters to insert, delete, replace or swap with their neighbor to get from one word to the other.
fn distance(lhs: &[char], rhs: &str) -> usize {
    let rhs: Vec<char> = rhs.chars().collect();
    let mut rows = vec![vec![0; rhs.len() + 1]; lhs.len() + 1];
    for i in 0..=lhs.len() {
        for j in 0..=rhs.len() {
            if i == 0 || j == 0 {
                rows[i][j] = i + j;
                continue;
            }
            let change = usize::from(lhs[i - 1] != rhs[j - 1]);
            let mut least = (rows[i - 1][j] + 1)
                .min(rows[i][j - 1] + 1)
                .min(rows[i - 1][j - 1] + change);
            if i > 1 && j > 1 && lhs[i - 1] == rhs[j - 2] && lhs[i - 2] == rhs[j - 1] {
                least = least.min(rows[i - 2][j - 2] + 1);
            }
            rows[i][j] = least;
        }
    }
    rows[lhs.len()][rhs.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_letter_for_an_array_is_firm_and_other_names_are_not() {
        let shown = |name: &str| {
            default_kind(name).map(|kind| format!("{:?} {}", kind.word, if kind.is_firm { "firm" } else { "soft" }))
        };
        let cases = [
            ("a", "Scalar soft"),
            ("g2", "Scalar soft"),
            ("h", "Vector firm"),
            ("x₀", "Vector firm"),
            ("y_hat", "Vector firm"),
            ("W1", "Matrix firm"),
            ("W_out", "Matrix firm"),
            ("bb", "Scalar soft"),
            ("weights", "Vector soft"),
            ("Kernel", "Matrix soft"),
            ("lambda", "Scalar soft"),
            ("theta_1", "Scalar soft"),
            ("Sigma", "Matrix soft"),
            ("λ", "Scalar soft"),
            ("Σ2", "Matrix soft"),
        ];
        for (name, want) in cases {
            assert_eq!(shown(name).as_deref(), Some(want), "{name}");
        }
        assert_eq!(shown("_x"), None);
        assert_eq!(shown("ß"), None);
    }

    #[test]
    fn nearest_forgives_a_swap_and_a_missing_letter() {
        let known = ["norm1", "norm2", "sum", "softmax", "det"];
        for (typed, want) in [
            ("nrom2", Some("norm2")),
            ("sofmax", Some("softmax")),
            ("Det", Some("det")),
            ("foo", None),
        ] {
            assert_eq!(nearest(typed, known.into_iter()), want, "{typed}");
        }
    }
}
