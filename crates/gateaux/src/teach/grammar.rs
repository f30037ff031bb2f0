//! Functions to differentiate, made by rules: which parts a level has, and how they are put together.
//!
//! A rule says what a part of a kind can be: `<s>` is a scalar, `<v>` a vector, `<M>` a matrix and `<P>` a positive
//! definite matrix with the variable in it; `{a}`, `{u}`, `{A}` and `{S}` are a scalar, a vector, a matrix and a symmetric
//! matrix without it, `{A=}` the same one as before, and `{f}` is an elementwise function of the level. Kinds fit by construction, and sizes by
//! inference, which always succeeds, because no size in a rule is a number. What a function needs of its argument
//! stands in its record.

use gateaux_core::ops;

use crate::random::Random;

/// What a level asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ask {
    /// The explicit form of the first derivative.
    Explicit,
    /// The matrix M with `vec(df) = M*vec(dX)`.
    Kronecker,
    /// The second derivative of a scalar.
    Hessian,
}

/// What a kind of parts can be; the first one has no parts itself.
type Rules = (&'static str, &'static [&'static str]);

/// A level of difficulty.
#[derive(Debug)]
pub(super) struct Record {
    pub(super) title: &'static str,
    pub(super) variable: &'static str,
    pub(super) ask: Ask,
    /// The kinds that the function can be, one of them by chance.
    start: &'static [&'static str],
    rules: &'static [Rules],
    /// Elementwise functions.
    functions: &'static [&'static str],
    /// How many parts are put together before only the first rules are used.
    parts: usize,
}

pub(super) const LEVELS: [Record; 7] = [
    Record {
        title: "scalars and vectors",
        variable: "x",
        ask: Ask::Explicit,
        start: &["<s>"],
        rules: &[
            (
                "<s>",
                &[
                    "x'*x",
                    "{u}'*<v>",
                    "sum(<v>)",
                    "norm2(<v>)^2",
                    "{a}*<s>",
                    "{f}(<s>)",
                    "<s> + <s>",
                    "<s>*<s>",
                    "<v>'*<v>",
                ],
            ),
            ("<v>", &["x", "{a}*<v>", "<v> + {u}", "{u}.*<v>", "{f}(<v>)", "x.^2"]),
        ],
        functions: &["exp", "sin", "cos"],
        parts: 4,
    },
    Record {
        title: "quadratic forms and least squares",
        variable: "x",
        ask: Ask::Explicit,
        start: &["<s>"],
        rules: &[
            (
                "<s>",
                &[
                    "x'*{A}*x",
                    "norm2(<v>)^2",
                    "<v>'*{A}*<v>",
                    "<v>'*{S}*<v>",
                    "<s> - {u}'*<v>",
                    "{a}*norm2(x)^2 + <s>",
                    "<s>/2",
                    "norm2({A}*x - {u})^2",
                ],
            ),
            ("<v>", &["x", "{A}*x", "{A}*x - {u}", "x - {u}", "{A}*<v>"]),
        ],
        functions: &[],
        parts: 4,
    },
    Record {
        title: "traces",
        variable: "X",
        ask: Ask::Explicit,
        start: &["<s>"],
        rules: &[
            (
                "<s>",
                &[
                    "tr({A}*X)",
                    "tr(<M>)",
                    "tr({A}*<M>)",
                    "norm2(<M>)^2",
                    "{u}'*<M>*{u}",
                    "<s> + <s>",
                    "<s>^2",
                ],
            ),
            (
                "<M>",
                &[
                    "X", "{A}*<M>", "<M>*{A}", "(<M>)'", "X'*X", "X*X'", "X - {A}", "X'*{A}*X", "X*{A}*X'", "X^2",
                    "<M>*{S}",
                ],
            ),
        ],
        functions: &[],
        parts: 4,
    },
    Record {
        title: "inverses and determinants",
        variable: "X",
        ask: Ask::Explicit,
        start: &["<s>"],
        rules: &[
            (
                "<s>",
                &[
                    "det(X)",
                    "tr({A}*inv(<M>))",
                    "{u}'*inv(<M>)*{u}",
                    "logdet(<P>)",
                    "det(<M>)",
                    "tr(inv(<M>))",
                    "<s> + logdet(<P>)",
                    "log(det(<P>))",
                    "norm2(inv(<M>)*{u})^2",
                    "norm2(inv(<M>))^2",
                    "{u}'*inv(<P>)*{u}",
                    "tr({A}*inv(<P>))",
                    "<s> + tr({A}*X)",
                ],
            ),
            (
                "<M>",
                &["X", "{A}*X", "X*{A}", "X + {A}", "X'*{S}*X", "{A}*X*{A}", "X^2", "<P>"],
            ),
            ("<P>", &["X'*X", "X*X'", "X'*X + eye", "{A}*X*X'*{A=}'"]),
        ],
        functions: &[],
        parts: 3,
    },
    Record {
        title: "elementwise functions and the chain rule",
        variable: "x",
        ask: Ask::Explicit,
        start: &["<s>", "<s>", "<v>"],
        rules: &[
            (
                "<s>",
                &[
                    "sum(exp(x))",
                    "sum({f}(<v>))",
                    "{u}'*{f}(<v>)",
                    "norm2({f}(<v>) - {u})^2",
                    "logsumexp(<v>)",
                    "{f}({u}'*<v>)",
                    "{f}(<v>)'*{f}(<v>)",
                ],
            ),
            (
                "<v>",
                &[
                    "exp(x)",
                    "{f}({A}*x)",
                    "{f}({A}*x + {u})",
                    "{f}(<v>)",
                    "{u}.*<v>",
                    "{A}*<v>",
                    "x.^2",
                    "x.*<v>",
                ],
            ),
        ],
        functions: &[
            "exp", "sin", "cos", "tanh", "sigmoid", "softplus", "log", "sqrt", "log1p", "arctan",
        ],
        parts: 4,
    },
    Record {
        title: "Kronecker products and vec",
        variable: "X",
        ask: Ask::Kronecker,
        start: &["<M>"],
        rules: &[(
            "<M>",
            &[
                "{A}*X*{A}",
                "X^2",
                "X'*X",
                "{A}*X + X*{A}",
                "X*{A}*X",
                "inv(X)",
                "{A}*X'",
                "X'*{A}*X",
                "{A}*<M>",
                "<M>*{A}",
                "(<M>)'",
                "<M> + {A}*X",
                "X.*{A}",
                "X*X'",
                "inv({A}*X)",
                "{f}(<M>)",
            ],
        )],
        functions: &["exp", "sin"],
        parts: 3,
    },
    Record {
        title: "Hessians",
        variable: "x",
        ask: Ask::Hessian,
        start: &["<s>"],
        rules: &[
            (
                "<s>",
                &[
                    "x'*{A}*x",
                    "norm2(<v>)^2",
                    "<v>'*{A}*<v>",
                    "sum({f}(<v>))",
                    "logsumexp(<v>)",
                    "{f}({u}'*x)",
                    "{f}(norm2(x)^2)",
                    "<s> + <s>",
                    "{u}'*{f}(<v>)",
                    "norm2(x)^2*{u}'*x",
                    "<v>'*{S}*<v>/2",
                    "norm2(x)^3",
                ],
            ),
            ("<v>", &["x", "{A}*x", "{A}*x - {u}", "x - {u}", "x.^2"]),
        ],
        functions: &["exp", "sin", "cos", "log", "softplus", "sqrt"],
        parts: 3,
    },
];

/// The names of what does not vary, by what it is; the marks are those of the rules.
const NAMES: [(&str, &[&str], &str); 4] = [
    ("{a}", &["a", "b", "c", "d"], ""),
    ("{u}", &["u", "v", "w", "y", "z"], ""),
    ("{A}", &["A", "B", "C", "D", "E"], ""),
    ("{S}", &["S", "T", "R"], "symmetric"),
];
/// How often a name that stands in the function already is taken once more.
const REPEATED: f64 = 0.3;
/// Longer texts are not followed to their end.
const LONGEST: usize = 400;

/// A random function of a level, in the language, with the declarations that it needs.
pub(super) fn function(level: &Record, random: &mut Random) -> String {
    let mut text = (*pick(level.start, random)).to_owned();
    let mut parts = 0;
    while let Some((at, (kind, choices))) = first_part(&text, level) {
        let choice = match parts < level.parts && text.len() < LONGEST {
            // The function as a whole is not the simplest one.
            true if parts == 0 && choices.len() > 1 => *pick(&choices[1..], random),
            true => *pick(choices, random),
            // The first has no parts, so that this comes to an end.
            false => choices[0],
        };
        parts += 1;
        let part = if choice == level.variable {
            choice.to_owned()
        } else {
            format!("({choice})")
        };
        text.replace_range(at..at + kind.len(), &part);
    }
    let text = with_functions(text, level, random);
    with_names(text, random)
}

/// The first part that is still to be chosen.
fn first_part<'a>(text: &str, level: &'a Record) -> Option<(usize, &'a Rules)> {
    let places = level
        .rules
        .iter()
        .filter_map(|rules| Some((text.find(rules.0)?, rules)));
    places.min_by_key(|(at, _)| *at)
}

/// Elementwise functions in their places; one that is not defined everywhere gets an argument on which it is.
fn with_functions(mut text: String, level: &Record, random: &mut Random) -> String {
    const MARK: &str = "{f}";
    // From behind, so that arguments are finished before they are wrapped.
    while let Some(at) = text.rfind(MARK) {
        let name = *pick(level.functions, random);
        let needs_domain = ops::find(name).is_some_and(|op| !op.domain.is_empty());
        let open = at + MARK.len();
        if let (true, Some(close)) = (needs_domain, closing(&text, open)) {
            let argument = format!("(1 .+ ({}).^2)", &text[open + 1..close]);
            text.replace_range(open..=close, &argument);
        }
        text.replace_range(at..open, name);
    }
    text
}

/// The parenthesis that closes the one at this place.
fn closing(text: &str, open: usize) -> Option<usize> {
    let mut depth = 0usize;
    for (at, character) in text.char_indices().skip_while(|(at, _)| *at < open) {
        match character {
            '(' => depth += 1,
            ')' if depth == 1 => return Some(at),
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    None
}

/// Names for what does not vary, and the declarations of those whose kind their names do not tell.
fn with_names(mut text: String, random: &mut Random) -> String {
    let mut declarations = String::new();
    for (mark, names, kind) in NAMES {
        let mut used = 0;
        while let Some(at) = text.find(mark) {
            let is_repeated = used > 0 && random.uniform(0.0, 1.0) < REPEATED;
            if !is_repeated && used < names.len() {
                used += 1;
            }
            let name = if is_repeated {
                *pick(&names[..used], random)
            } else {
                names[used - 1]
            };
            text.replace_range(at..at + mark.len(), name);
            // The same name once more, in the same rule.
            let again = mark.replace('}', "=}");
            if let Some(at) = text.find(&again) {
                text.replace_range(at..at + again.len(), name);
            }
        }
        if !kind.is_empty() {
            let declared = names[..used].iter().zip(["k", "l", "p"]);
            declarations.extend(declared.map(|(name, size)| format!("{name}: {kind}({size}); ")));
        }
    }
    declarations + &text
}

fn pick<'a, T>(list: &'a [T], random: &mut Random) -> &'a T {
    let at = random.uniform(0.0, list.len() as f64) as usize;
    &list[at.min(list.len() - 1)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_rule_of_each_kind_has_no_parts() {
        for level in &LEVELS {
            for (kind, choices) in level.rules {
                assert!(first_part(choices[0], level).is_none(), "{kind} of {}", level.title);
                assert!(!choices[0].contains("{f}"), "{kind} of {}", level.title);
            }
        }
    }

    #[test]
    fn functions_have_records() {
        for name in LEVELS.iter().flat_map(|level| level.functions) {
            assert!(ops::find(name).is_some_and(|op| op.kink.is_empty()), "{name}");
        }
    }

    #[test]
    fn every_part_is_a_kind_of_its_level_and_has_the_variable() {
        for level in &LEVELS {
            for choice in level.rules.iter().flat_map(|(_, choices)| *choices) {
                let mut rest = (*choice).to_owned();
                for (kind, _) in level.rules {
                    rest = rest.replace(kind, level.variable);
                }
                assert!(!rest.contains('<') && rest.contains(level.variable), "{choice}");
                assert!(!rest.contains("{f}") || !level.functions.is_empty(), "{choice}");
            }
        }
    }
}
