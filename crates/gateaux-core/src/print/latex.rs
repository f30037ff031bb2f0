//! LaTeX for mathematics mode.

use super::layout::{Infix, Layout, Piece, PieceId, Signed};
use super::text;
use super::writer::{Binding, Spelling, Task, spell_blocks, spell_call};
use crate::ops;

pub(super) struct Latex;

impl Spelling for Latex {
    fn spell(&self, layout: &Layout, piece: &Piece) -> Vec<Task> {
        match piece {
            Piece::Number(text) => vec![Task::Text(number(text))],
            Piece::Name(name) => vec![Task::Text(latex_name(name))],
            Piece::Size(text) => vec![Task::Text(text.replace('*', " "))],
            Piece::Eye(n) => vec![Task::Text(format!("I_{{{n}}}"))],
            Piece::Ones(dims) => vec![Task::Text(format!("\\mathbf{{1}}_{{{}}}", sizes(dims)))],
            Piece::Zeros(dims) => vec![Task::Text(format!("\\mathbf{{0}}_{{{}}}", sizes(dims)))],
            Piece::Negative(x) => vec!["-".into(), Task::Piece(*x, Binding::Product)],
            Piece::Sum(terms) => sum(layout, terms),
            Piece::Product(first, rest) => product(layout, *first, rest),
            Piece::Inline(x) => vec![Task::Piece(*x, Binding::Product)],
            Piece::Power(base, exponent, dotted) => power(layout, *base, *exponent, *dotted),
            Piece::Transpose(x) if matches!(layout.piece(*x), Piece::Call("inv", _)) => {
                let Piece::Call(_, args) = layout.piece(*x) else {
                    return vec![];
                };
                vec![Task::Piece(args[0], Binding::Postfix), "^{-\\top}".into()]
            }
            Piece::Transpose(x) => match layout.piece(*x) {
                Piece::Call("conj", args) => vec![Task::Piece(args[0], Binding::Postfix), "^{\\dagger}".into()],
                _ => vec![Task::Piece(*x, Binding::Postfix), "^{\\top}".into()],
            },
            Piece::Change(x) => vec![
                "\\mathrm{d}\\left(".into(),
                Task::Piece(*x, Binding::Sum),
                "\\right)".into(),
            ],
            Piece::Call(name, args) => call(name, args),
            Piece::Reshape(x, dims) if dims.is_empty() => call("vec", &[*x]),
            Piece::Reshape(x, dims) => {
                let mut tasks = vec![
                    "\\operatorname{reshape}_{".into(),
                    Task::Text(dims.join(" \\times ")),
                    "}".into(),
                ];
                tasks.extend(["\\left(".into(), Task::Piece(*x, Binding::Sum), "\\right)".into()]);
                tasks
            }
            Piece::Index(base, items) => subscripted(layout, *base, &items.join(",").replace('*', " ")),
            Piece::Blocks(rows, _) => {
                let tasks = spell_blocks(rows, [" & ", " \\\\ "]);
                let (open, close) = ("\\begin{bmatrix} ".into(), " \\end{bmatrix}".into());
                std::iter::once(open).chain(tasks).chain([close]).collect()
            }
            Piece::Comparison(sign, lhs, rhs) => {
                let sign = sign.replace("<=", "\\le").replace(">=", "\\ge");
                vec![
                    Task::Piece(*lhs, Binding::Sum),
                    Task::Text(format!(" {sign} ")),
                    Task::Piece(*rhs, Binding::Sum),
                ]
            }
            Piece::Einsum(subscripts, args) => einsum(layout, subscripts, args),
        }
    }

    fn binding(&self, piece: &Piece) -> Binding {
        match piece {
            // A fraction needs no parentheses but as a base.
            Piece::Product(_, rest) if rest.iter().any(|(infix, _)| *infix == Infix::Over) => Binding::Power,
            Piece::Call("kron" | "cross", _) => Binding::Product,
            Piece::Call("inv", _) => Binding::Power,
            // x^{\top} cannot take a second superscript.
            Piece::Transpose(_) => Binding::Power,
            // A sum without brackets is a sum.
            Piece::Einsum(subscripts, _) if subscripts.ends_with("->") => Binding::Product,
            Piece::Size(text) if text.contains(' ') => Binding::Sum,
            _ => text::binding(piece),
        }
    }

    fn parentheses(&self) -> (&'static str, &'static str) {
        ("\\left(", "\\right)")
    }

    fn definition(&self) -> (&'static str, &'static str) {
        (" = ", ",\\quad ")
    }
}

/// A sum; a scalar that is added to every entry multiplies an array of ones.
fn sum(layout: &Layout, terms: &[Signed]) -> Vec<Task> {
    let mut tasks = Vec::with_capacity(3 * terms.len());
    for (at, term) in terms.iter().enumerate() {
        tasks.push(match (at, term.negative) {
            (0, false) => "".into(),
            (0, true) => "-".into(),
            (_, false) => " + ".into(),
            (_, true) => " - ".into(),
        });
        let is_one = matches!(layout.piece(term.piece), Piece::Number(text) if text == "1");
        if !(term.fills && is_one) {
            tasks.push(Task::Piece(term.piece, Binding::Product));
        }
        if term.fills {
            tasks.push(if is_one { "\\mathbf{1}" } else { " \\mathbf{1}" }.into());
        }
    }
    tasks
}

/// The functions whose second argument is an axis.
const ROWWISE: [&str; 7] = ["sum", "logsumexp", "softmax", "maximum", "minimum", "hardmax", "mean"];

/// Factors side by side; what is divided by under a fraction line.
fn product(layout: &Layout, first: PieceId, rest: &[(Infix, PieceId)]) -> Vec<Task> {
    let divisor = rest.iter().find(|(infix, _)| *infix == Infix::Over);
    let factors: Vec<_> = rest.iter().filter(|(infix, _)| *infix != Infix::Over).collect();
    let alone = factors.is_empty() && divisor.is_some();
    let mut above = vec![Task::Piece(first, if alone { Binding::Sum } else { Binding::Prefix })];
    let is_hole = |piece: PieceId| matches!(layout.piece(piece), Piece::Name(name) if latex_name(name).starts_with("\\mathrm{d}"));
    let mut before = first;
    for (infix, piece) in factors {
        // A thin space sets off dX from its neighbors.
        let beside_hole = is_hole(before) || is_hole(*piece);
        before = *piece;
        let sign = match infix {
            Infix::Times | Infix::Over if beside_hole => " \\, ",
            Infix::Times | Infix::Over => " ",
            Infix::DotTimes => " \\odot ",
            Infix::DotOver => " \\oslash ",
        };
        above.extend([sign.into(), Task::Piece(*piece, Binding::Power)]);
    }
    match divisor {
        None => above,
        Some((_, below)) => {
            let mut tasks = vec!["\\frac{".into()];
            tasks.extend(above);
            tasks.extend(["}{".into(), Task::Piece(*below, Binding::Sum), "}".into()]);
            tasks
        }
    }
}

fn power(layout: &Layout, base: PieceId, exponent: PieceId, dotted: bool) -> Vec<Task> {
    let circle = if dotted { "\\odot " } else { "" };
    // \sin^2 and the like are ambiguous, so every base that is not an atom stands in parentheses.
    let least = match layout.piece(base) {
        Piece::Call("norm2" | "norm1", _) => Binding::Postfix,
        Piece::Call(..) => Binding::Atom,
        _ => Binding::Postfix,
    };
    vec![
        Task::Piece(base, least),
        Task::Text(format!("^{{{circle}")),
        Task::Piece(exponent, Binding::Sum),
        "}".into(),
    ]
}

/// A base with a subscript; one that has a subscript itself stands in braces.
fn subscripted(layout: &Layout, base: PieceId, labels: &str) -> Vec<Task> {
    let has_own = match layout.piece(base) {
        Piece::Name(name) => latex_name(name).contains('_'),
        Piece::Eye(_) | Piece::Ones(_) | Piece::Zeros(_) | Piece::Index(..) => true,
        _ => false,
    };
    let (open, close) = if has_own { ("{", "}") } else { ("", "") };
    vec![
        open.into(),
        Task::Piece(base, Binding::Atom),
        Task::Text(format!("{close}_{{{labels}}}")),
    ]
}

/// The sum over the labels that are not in the result, with entries as subscripts: `[\sum_j T_{ijk} x_j]_{ik}`.
fn einsum(layout: &Layout, subscripts: &str, args: &[PieceId]) -> Vec<Task> {
    let (inputs, output) = subscripts.split_once("->").unwrap_or((subscripts, ""));
    let mut summed: Vec<char> = inputs.chars().filter(|c| *c != ',' && !output.contains(*c)).collect();
    summed.sort_unstable();
    summed.dedup();
    let mut tasks = Vec::new();
    if !output.is_empty() {
        tasks.push("\\left[".into());
    }
    if !summed.is_empty() {
        tasks.push(Task::Text(format!("\\sum_{{{}}} ", summed.iter().collect::<String>())));
    }
    for (at, (arg, labels)) in args.iter().zip(inputs.split(',')).enumerate() {
        if at > 0 {
            tasks.push(" ".into());
        }
        match layout.piece(*arg) {
            Piece::Eye(_) => tasks.push(Task::Text(format!("\\delta_{{{labels}}}"))),
            _ => tasks.extend(subscripted(layout, *arg, labels)),
        }
    }
    if !output.is_empty() {
        tasks.push(Task::Text(format!("\\right]_{{{output}}}")));
    }
    tasks
}

/// The template of the function's record with its arguments in place.
fn call(name: &str, args: &[PieceId]) -> Vec<Task> {
    match (name, args) {
        ("inv", [x]) => return vec![Task::Piece(*x, Binding::Postfix), "^{-1}".into()],
        ("kron" | "cross", [a, b]) => {
            let sign = if name == "kron" { " \\otimes " } else { " \\times " };
            return vec![
                Task::Piece(*a, Binding::Power),
                sign.into(),
                Task::Piece(*b, Binding::Power),
            ];
        }
        (name, [x, axis]) if ROWWISE.contains(&name) => {
            return vec![
                Task::Text(format!("\\operatorname{{{name}}}_{{")),
                Task::Piece(*axis, Binding::Sum),
                "}\\left(".into(),
                Task::Piece(*x, Binding::Sum),
                "\\right)".into(),
            ];
        }
        _ => {}
    }
    let template = ops::find(name).map_or("", |op| op.latex);
    if template.is_empty() {
        let args = args.iter().map(|arg| Task::Piece(*arg, Binding::Sum));
        return spell_call(&format!("\\operatorname{{{name}}}"), args);
    }
    let mut tasks = Vec::new();
    let mut rest = template;
    while let Some(at) = rest
        .find(['0', '1', '2'])
        .filter(|at| rest[..*at].ends_with('{') && rest[*at + 1..].starts_with('}'))
    {
        tasks.push(Task::Text(rest[..at - 1].to_owned()));
        let index = usize::from(rest.as_bytes()[at] - b'0');
        tasks.extend(args.get(index).map(|arg| Task::Piece(*arg, Binding::Sum)));
        rest = &rest[at + 2..];
    }
    tasks.push(Task::Text(rest.to_owned()));
    tasks
}

fn sizes(dims: &[String]) -> String {
    dims.join(" \\times ").replace('*', " ")
}

fn number(text: &str) -> String {
    match text.split_once('e') {
        Some((mantissa, exponent)) => format!("{mantissa} \\cdot 10^{{{exponent}}}"),
        None => text.to_owned(),
    }
}

/// A name: `x0` is `x_{0}`, `W_in` is `W_{\mathrm{in}}`, `lambda` is `\lambda`, `dX` is `\mathrm{d}X`.
pub fn latex_name(name: &str) -> String {
    if name == "pi" {
        return "\\pi".to_owned();
    }
    if name == "im" {
        return "\\mathrm{i}".to_owned();
    }
    if let Some(of) = name.strip_prefix('d').map(|of| of.strip_prefix('_').unwrap_or(of))
        && !of.is_empty()
        && greek(name).is_none()
    {
        return format!("\\mathrm{{d}}{}", latex_name(of));
    }
    let stem_end = name
        .find(|c: char| c == '_' || c.is_ascii_digit() || ('₀'..='₉').contains(&c))
        .unwrap_or(name.len());
    let (stem, index) = name.split_at(stem_end);
    let stem = match greek(stem) {
        Some(command) => command,
        None if stem.chars().count() > 1 => format!("\\mathrm{{{stem}}}"),
        None => stem.to_owned(),
    };
    let index: String = index
        .trim_start_matches('_')
        .chars()
        .map(|c| {
            if ('₀'..='₉').contains(&c) {
                char::from(b'0' + (c as u32 - '₀' as u32) as u8)
            } else {
                c
            }
        })
        .collect();
    if index.is_empty() {
        return if stem.is_empty() {
            name.replace('_', "\\_")
        } else {
            stem
        };
    }
    let index = index.replace('_', "\\_");
    let letters = index.chars().any(|c| c.is_alphabetic());
    if letters && index.chars().count() > 1 {
        format!("{stem}_{{\\mathrm{{{index}}}}}")
    } else {
        format!("{stem}_{{{index}}}")
    }
}

const GREEK: &[(&str, &str)] = &[
    ("alpha", "α"),
    ("beta", "β"),
    ("gamma", "γ"),
    ("delta", "δ"),
    ("epsilon", "ε"),
    ("zeta", "ζ"),
    ("eta", "η"),
    ("theta", "θ"),
    ("iota", "ι"),
    ("kappa", "κ"),
    ("lambda", "λ"),
    ("mu", "μ"),
    ("nu", "ν"),
    ("xi", "ξ"),
    ("pi", "π"),
    ("rho", "ρ"),
    ("sigma", "σ"),
    ("tau", "τ"),
    ("upsilon", "υ"),
    ("phi", "φ"),
    ("chi", "χ"),
    ("psi", "ψ"),
    ("omega", "ω"),
    ("Gamma", "Γ"),
    ("Delta", "Δ"),
    ("Theta", "Θ"),
    ("Lambda", "Λ"),
    ("Xi", "Ξ"),
    ("Pi", "Π"),
    ("Sigma", "Σ"),
    ("Upsilon", "Υ"),
    ("Phi", "Φ"),
    ("Psi", "Ψ"),
    ("Omega", "Ω"),
];

fn greek(name: &str) -> Option<String> {
    GREEK
        .iter()
        .find(|(word, letter)| *word == name || *letter == name)
        .map(|(word, _)| format!("\\{word}"))
}
