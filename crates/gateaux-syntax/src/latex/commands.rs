//! What the commands of LaTeX mean here: one row each.

use super::lexer::{Fence, Kind};
use crate::BinaryOp;

/// The meaning of a command.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Command {
    /// A Greek letter, by its name, or a letter with a command of its own.
    Letter(&'static str),
    /// A font for the letter or word in braces.
    Style,
    /// A font in which a word is no name of its own: `\operatorname{tr}`.
    Word,
    /// A mark over a letter, and what the name has behind it.
    Accent(&'static str),
    /// A function with a command: its name in the language.
    Function(&'static str),
    /// `\frac`
    Fraction,
    /// `\sqrt`
    Root,
    /// `\overline`: the conjugate.
    Overline,
    /// Space, size and layout: nothing.
    Nothing,
    /// The same with an argument that is nothing, too.
    NothingWith,
    /// A fence that follows opens, closes, or is what it is.
    Sized(Side),
    /// Something that is known and cannot be read: what to write instead.
    Refused(&'static str),
}

/// What a command before a fence tells of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Left,
    Right,
    Either,
}

impl Command {
    /// How many arguments follow.
    pub(super) fn arity(self) -> usize {
        match self {
            Command::Fraction => 2,
            Command::Style
            | Command::Word
            | Command::Accent(_)
            | Command::Root
            | Command::Overline
            | Command::NothingWith => 1,
            _ => 0,
        }
    }
}

pub(super) const INDICES: &str =
    "write it in matrices and vectors: `\\mathbf{1}^\\top x` is the sum of the entries of x";
const DERIVATIVE: &str = "write the function alone; what to differentiate by is asked beside it";
pub(super) const OPTIMUM: &str = "write the function alone, without the word for its optimum";

/// Commands that are signs.
#[rustfmt::skip]
const SIGNS: &[(&str, Kind)] = &[
    ("cdot", Kind::Op(BinaryOp::Mul)), ("ast", Kind::Op(BinaryOp::Mul)), ("bullet", Kind::Op(BinaryOp::Mul)),
    ("times", Kind::Cross), ("odot", Kind::Op(BinaryOp::DotMul)), ("circ", Kind::Op(BinaryOp::DotMul)),
    ("oslash", Kind::Op(BinaryOp::DotDiv)), ("otimes", Kind::Op(BinaryOp::Kron)), ("div", Kind::Op(BinaryOp::Div)),
    ("le", Kind::Op(BinaryOp::LessEq)), ("leq", Kind::Op(BinaryOp::LessEq)), ("leqslant", Kind::Op(BinaryOp::LessEq)),
    ("ge", Kind::Op(BinaryOp::GreaterEq)), ("geq", Kind::Op(BinaryOp::GreaterEq)),
    ("geqslant", Kind::Op(BinaryOp::GreaterEq)), ("lt", Kind::Op(BinaryOp::Less)),
    ("gt", Kind::Op(BinaryOp::Greater)), ("coloneqq", Kind::Equals), ("triangleq", Kind::Equals),
    ("equiv", Kind::Equals), ("colon", Kind::Colon), ("in", Kind::In), ("prime", Kind::Prime), ("cr", Kind::Row),
    ("langle", Kind::Open(Fence::Angle)), ("rangle", Kind::Close(Fence::Angle)), ("lvert", Kind::Open(Fence::Bar)),
    ("rvert", Kind::Close(Fence::Bar)), ("lVert", Kind::Open(Fence::Double)), ("rVert", Kind::Close(Fence::Double)),
    ("vert", Kind::Bar(Fence::Bar)), ("Vert", Kind::Bar(Fence::Double)), ("lbrack", Kind::Open(Fence::Bracket)),
    ("rbrack", Kind::Close(Fence::Bracket)), ("lbrace", Kind::Open(Fence::Curly)),
    ("rbrace", Kind::Close(Fence::Curly)),
];

/// Other commands, sorted by meaning; Greek letters and functions of the same name are not among them.
#[rustfmt::skip]
const COMMANDS: &[(&str, Command)] = &[
    ("varepsilon", Command::Letter("epsilon")), ("vartheta", Command::Letter("theta")), ("varphi", Command::Letter("phi")),
    ("varrho", Command::Letter("rho")), ("varsigma", Command::Letter("sigma")), ("varkappa", Command::Letter("kappa")),
    ("varpi", Command::Letter("pi")), ("ell", Command::Letter("l")), ("imath", Command::Letter("i")),
    ("jmath", Command::Letter("j")),
    ("mathbf", Command::Style), ("bm", Command::Style), ("boldsymbol", Command::Style), ("pmb", Command::Style),
    ("mathcal", Command::Style), ("mathbb", Command::Style), ("mathbbm", Command::Style), ("mathds", Command::Style),
    ("mathfrak", Command::Style), ("mathscr", Command::Style), ("mathsf", Command::Style), ("mathtt", Command::Style),
    ("mathit", Command::Style), ("symbf", Command::Style), ("mathbfit", Command::Style), ("bold", Command::Style),
    ("vec", Command::Style), ("mathnormal", Command::Style), ("bf", Command::Nothing), ("rm", Command::Nothing),
    ("operatorname", Command::Word), ("mathrm", Command::Word), ("text", Command::Word), ("textrm", Command::Word),
    ("mbox", Command::Word), ("textbf", Command::Word), ("textit", Command::Word), ("textsf", Command::Word),
    ("mathop", Command::Word),
    ("hat", Command::Accent("hat")), ("widehat", Command::Accent("hat")), ("bar", Command::Accent("bar")),
    ("tilde", Command::Accent("tilde")), ("widetilde", Command::Accent("tilde")), ("dot", Command::Accent("dot")),
    ("ddot", Command::Accent("ddot")), ("check", Command::Accent("check")), ("breve", Command::Accent("breve")),
    ("underline", Command::Accent("low")),
    ("ln", Command::Function("log")), ("Tr", Command::Function("tr")), ("Re", Command::Function("real")),
    ("Im", Command::Function("imag")), ("sgn", Command::Function("sign")), ("Diag", Command::Function("diag")),
    ("ReLU", Command::Function("relu")), ("sum", Command::Function("sum")), ("prod", Command::Function("prod")),
    ("frac", Command::Fraction), ("dfrac", Command::Fraction), ("tfrac", Command::Fraction),
    ("cfrac", Command::Fraction), ("nicefrac", Command::Fraction), ("sfrac", Command::Fraction),
    ("sqrt", Command::Root), ("overline", Command::Overline),
    ("quad", Command::Nothing), ("qquad", Command::Nothing), ("enspace", Command::Nothing), ("thinspace", Command::Nothing),
    ("displaystyle", Command::Nothing), ("textstyle", Command::Nothing), ("scriptstyle", Command::Nothing),
    ("nonumber", Command::Nothing), ("notag", Command::Nothing), ("limits", Command::Nothing), ("nolimits", Command::Nothing),
    ("allowbreak", Command::Nothing), ("qedhere", Command::Nothing), ("hfill", Command::Nothing), ("mathstrut", Command::Nothing),
    ("label", Command::NothingWith), ("tag", Command::NothingWith), ("phantom", Command::NothingWith),
    ("hspace", Command::NothingWith), ("vspace", Command::NothingWith), ("color", Command::NothingWith),
    ("left", Command::Sized(Side::Left)), ("bigl", Command::Sized(Side::Left)), ("Bigl", Command::Sized(Side::Left)),
    ("biggl", Command::Sized(Side::Left)), ("Biggl", Command::Sized(Side::Left)), ("right", Command::Sized(Side::Right)),
    ("bigr", Command::Sized(Side::Right)), ("Bigr", Command::Sized(Side::Right)), ("biggr", Command::Sized(Side::Right)),
    ("Biggr", Command::Sized(Side::Right)), ("big", Command::Sized(Side::Either)), ("Big", Command::Sized(Side::Either)),
    ("bigg", Command::Sized(Side::Either)), ("Bigg", Command::Sized(Side::Either)),
    ("partial", Command::Refused(DERIVATIVE)), ("nabla", Command::Refused(DERIVATIVE)), ("int", Command::Refused("")),
    ("argmin", Command::Refused(OPTIMUM)), ("argmax", Command::Refused(OPTIMUM)), ("inf", Command::Refused(OPTIMUM)),
    ("sup", Command::Refused(OPTIMUM)), ("lim", Command::Refused("")),
    ("pm", Command::Refused("write one of the two signs")),
    ("mp", Command::Refused("write one of the two signs")), ("dots", Command::Refused(INDICES)),
    ("ldots", Command::Refused(INDICES)), ("cdots", Command::Refused(INDICES)), ("mid", Command::Refused("")),
    ("infty", Command::Refused("")), ("oplus", Command::Refused("write the blocks in `\\begin{bmatrix}`")),
    ("approx", Command::Refused("only an equality can be read")), ("propto", Command::Refused("only an equality can be read")),
    ("over", Command::Refused("write `\\frac{a}{b}`")), ("dagger", Command::Refused(DAGGER)), ("top", Command::Letter("top")),
    ("intercal", Command::Letter("top")), ("star", Command::Letter("star")),
];

pub(super) const DAGGER: &str = "write `^{\\mathsf{H}}` for the conjugate transpose and `^{+}` for the pseudoinverse";

/// The names of Greek letters, small and capital, that have a command.
pub(super) const GREEK: &[(&str, char)] = &[
    ("alpha", 'α'),
    ("beta", 'β'),
    ("gamma", 'γ'),
    ("delta", 'δ'),
    ("epsilon", 'ε'),
    ("zeta", 'ζ'),
    ("eta", 'η'),
    ("theta", 'θ'),
    ("iota", 'ι'),
    ("kappa", 'κ'),
    ("lambda", 'λ'),
    ("mu", 'μ'),
    ("nu", 'ν'),
    ("xi", 'ξ'),
    ("pi", 'π'),
    ("rho", 'ρ'),
    ("sigma", 'σ'),
    ("tau", 'τ'),
    ("upsilon", 'υ'),
    ("phi", 'φ'),
    ("chi", 'χ'),
    ("psi", 'ψ'),
    ("omega", 'ω'),
    ("Gamma", 'Γ'),
    ("Delta", 'Δ'),
    ("Theta", 'Θ'),
    ("Lambda", 'Λ'),
    ("Xi", 'Ξ'),
    ("Pi", 'Π'),
    ("Sigma", 'Σ'),
    ("Upsilon", 'Υ'),
    ("Phi", 'Φ'),
    ("Psi", 'Ψ'),
    ("Omega", 'Ω'),
];

/// Words that stand for functions of another name.
const WORDS: &[(&str, &str)] = &[
    ("Tr", "tr"),
    ("Trace", "tr"),
    ("Diag", "diag"),
    ("ReLU", "relu"),
    ("sgn", "sign"),
    ("ln", "log"),
    ("Re", "real"),
    ("Im", "imag"),
    ("LSE", "logsumexp"),
    ("lse", "logsumexp"),
    ("Det", "det"),
    ("Vec", "vec"),
    ("Softmax", "softmax"),
    ("symm", "sym"),
    ("sigm", "sigmoid"),
    ("SoftPlus", "softplus"),
    ("Adj", "adj"),
];

/// Greek letters, with their subscripts, that are functions where a bracket follows.
pub(super) const LETTER_FUNCTIONS: &[(&str, &str)] = &[
    ("sigma", "sigmoid"),
    ("Phi", "cdf"),
    ("psi", "digamma"),
    ("lambda_max", "lmax"),
    ("lambda_min", "lmin"),
    ("sigma_max", "spectral"),
    ("L_exp", "frechet_expm"),
    ("L_log", "frechet_logm"),
    ("L_sqrt", "frechet_sqrtm"),
    ("L_chol", "frechet_chol"),
];

/// Environments of rows and columns that make a matrix, of cases, and those that only lay out.
pub(super) const MATRICES: [&str; 6] = ["matrix", "pmatrix", "bmatrix", "Bmatrix", "smallmatrix", "array"];
pub(super) const CASES: [&str; 3] = ["cases", "dcases", "rcases"];
#[rustfmt::skip]
pub(super) const LAYOUTS: [&str; 21] = [
    "equation", "equation*", "align", "align*", "aligned", "alignat", "alignat*", "split", "gather", "gather*", "gathered",
    "multline", "multline*", "displaymath", "math", "eqnarray", "eqnarray*", "flalign", "flalign*", "subequations",
    "document",
];

/// The sign that the command of this name is.
pub(super) fn sign(name: &str) -> Option<Kind> {
    SIGNS.iter().find(|(known, _)| *known == name).map(|(_, kind)| *kind)
}

/// What the command of this name means; functions of the language with a command of their own name are not known here.
pub(super) fn command(name: &str) -> Option<Command> {
    let letter = GREEK.iter().find(|(known, _)| *known == name);
    match letter {
        Some((known, _)) => Some(Command::Letter(known)),
        None => COMMANDS
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, meaning)| *meaning),
    }
}

/// The name of a Greek letter.
pub(super) fn greek_name(letter: char) -> Option<&'static str> {
    GREEK.iter().find(|(_, known)| *known == letter).map(|(name, _)| *name)
}

/// The fonts that look alike.
const BOLD: [&str; 7] = ["mathbf", "bm", "boldsymbol", "pmb", "symbf", "mathbfit", "bold"];

/// The name of a font by what it looks like; the text of its command with the backslash.
pub(super) fn font(command: &str) -> &str {
    let name = command.strip_prefix('\\').unwrap_or(command);
    if BOLD.contains(&name) { BOLD[0] } else { name }
}

/// What a word is called here if it is a function of another name.
pub(super) fn renamed(word: &str) -> &str {
    WORDS
        .iter()
        .find(|(known, _)| *known == word)
        .map_or(word, |(_, name)| name)
}
