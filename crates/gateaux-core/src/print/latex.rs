//! LaTeX for mathematics mode.

use super::layout::{Infix, Layout, Piece, PieceId, Signed};
use super::text;
use super::writer::{Binding, Spelling, Task, spell_blocks, spell_call};
use crate::expr::Shape;
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
                Piece::Call("conj", args) => vec![Task::Piece(args[0], Binding::Postfix), "^{\\mathsf{H}}".into()],
                _ => vec![Task::Piece(*x, Binding::Postfix), "^{\\top}".into()],
            },
            Piece::Change(x) => vec![
                "\\mathrm{d}\\left(".into(),
                Task::Piece(*x, Binding::Sum),
                "\\right)".into(),
            ],
            Piece::Call(name, args) => call(layout, name, args),
            Piece::Reshape(x, dims) if dims.is_empty() => call(layout, "vec", &[*x]),
            Piece::Reshape(x, dims) => {
                let mut tasks = vec!["\\operatorname{reshape}_{".into(), Task::Text(sizes(dims)), "}".into()];
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
            Piece::Call(name, _) if ops::find(name).is_some_and(|op| is_mark(op.latex)) => Binding::Power,
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
        let Some(shape) = term.fills else {
            tasks.push(Task::Piece(term.piece, Binding::Product));
            continue;
        };
        if !layout.is_one(term.piece) {
            tasks.extend([Task::Piece(term.piece, Binding::Product), " ".into()]);
        }
        tasks.push(match shape {
            Shape::Row(_) => "\\mathbf{1}^{\\top}".into(),
            Shape::Matrix(..) => "\\mathbf{1} \\mathbf{1}^{\\top}".into(),
            Shape::Scalar | Shape::Vector(_) | Shape::Tensor(_) => "\\mathbf{1}".into(),
        });
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
            Infix::Times | Infix::Over if starts_with_digit(layout, *piece) => " \\cdot ",
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

/// Whether a digit comes first, which would join the digits of a number before it.
fn starts_with_digit(layout: &Layout, mut piece: PieceId) -> bool {
    loop {
        piece = match layout.piece(piece) {
            Piece::Number(_) => return true,
            Piece::Power(base, ..) => *base,
            _ => return false,
        };
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

/// Whether the template is a mark behind the argument, as in `X^{+}`.
fn is_mark(template: &str) -> bool {
    template.starts_with("{0}^")
}

/// The template of the function's record with its arguments in place.
fn call(layout: &Layout, name: &str, args: &[PieceId]) -> Vec<Task> {
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
        ("commutation", [m, n]) => return commutation(layout, [*m, *n]),
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
    let template = match (name, args) {
        // The sign for vectors means other norms and functions of matrices.
        ("norm2", [x]) if layout.is_matrix(*x) => r"\left\|{0}\right\|_F",
        ("abs", [x]) if layout.is_matrix(*x) => "",
        _ => ops::find(name).map_or("", |op| op.latex),
    };
    if template.is_empty() {
        let args = args.iter().map(|arg| Task::Piece(*arg, Binding::Sum));
        return spell_call(&format!("\\operatorname{{{name}}}"), args);
    }
    let mut tasks = Vec::new();
    let mut rest = template;
    while let Some(at) = ["{0}", "{1}", "{2}"].iter().filter_map(|place| rest.find(place)).min() {
        tasks.push(Task::Text(rest[..at].to_owned()));
        let index = usize::from(rest.as_bytes()[at + 1] - b'0');
        let least = if is_mark(template) {
            Binding::Postfix
        } else {
            Binding::Sum
        };
        tasks.extend(args.get(index).map(|arg| Task::Piece(*arg, least)));
        rest = &rest[at + 3..];
    }
    tasks.push(Task::Text(rest.to_owned()));
    tasks
}

/// `K_{m,n}` of two letters; other sizes would be read as positions.
fn commutation(layout: &Layout, sizes: [PieceId; 2]) -> Vec<Task> {
    let letters = sizes.map(|size| match layout.piece(size) {
        Piece::Size(text) if text.chars().all(char::is_alphabetic) => Some(text.as_str()),
        _ => None,
    });
    match letters {
        [Some(m), Some(n)] => vec![Task::Text(format!("K_{{{m},{n}}}"))],
        _ => spell_call(
            "\\operatorname{commutation}",
            sizes.into_iter().map(|size| Task::Piece(size, Binding::Sum)),
        ),
    }
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

/// The commands of Greek letters.
pub(super) const GREEK: &[(&str, &str)] = &[
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
