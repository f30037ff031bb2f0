//! How operators and marks are spelled, and how people spell them who come from elsewhere.

use crate::BinaryOp::*;
use crate::codes;
use crate::token::TokenKind::{self, *};

/// One spelling of a token, right or wrong.
pub(crate) struct Spelling {
    /// What stands in the text.
    pub(crate) text: &'static str,
    /// The token it is taken for.
    pub(crate) kind: TokenKind,
    /// `None` where the spelling is right.
    pub(crate) wrong: Option<Wrong>,
}

/// Why a spelling is wrong.
pub(crate) struct Wrong {
    /// The code of the diagnostic.
    pub(crate) code: &'static str,
    /// What to write instead, where there is such a thing.
    pub(crate) instead: Option<&'static str>,
    /// More advice, to be read after "write `instead`", or all of it where there is nothing to write instead.
    pub(crate) remark: &'static str,
}

const fn right(text: &'static str, kind: TokenKind) -> Spelling {
    Spelling {
        text,
        kind,
        wrong: None,
    }
}

/// An operator of another language that has a spelling here.
const fn foreign(text: &'static str, kind: TokenKind, instead: &'static str) -> Spelling {
    Spelling {
        text,
        kind,
        wrong: Some(Wrong {
            code: codes::OPERATOR,
            instead: Some(instead),
            remark: "",
        }),
    }
}

/// An operator of another language that has no counterpart.
const fn unknown(text: &'static str, remark: &'static str) -> Spelling {
    Spelling {
        text,
        kind: Error,
        wrong: Some(Wrong {
            code: codes::OPERATOR,
            instead: None,
            remark,
        }),
    }
}

const NO_EQUALITY: &str = "the comparisons are `<`, `<=`, `>` and `>=`";
const AND: &str = "nest the conditions: `where(a, where(b, x, y), y)`";
const OR: &str = "nest the conditions, `where(a, x, where(b, x, y))`; a norm is `norm2(x)`";
const BAR: &str = "the absolute value is `abs(x)`, the determinant `det(X)`";
const NORM: &str = "the norm is `norm2(x)`";

/// A typographic sign that looks like one of ours.
const fn alike(text: &'static str, kind: TokenKind, instead: &'static str) -> Spelling {
    Spelling {
        text,
        kind,
        wrong: Some(Wrong {
            code: codes::LOOKALIKE,
            instead: Some(instead),
            remark: "",
        }),
    }
}

/// A sign for a product, of which there are several.
const fn product(text: &'static str) -> Spelling {
    let remark = ", or `.*` for the elementwise product";
    Spelling {
        text,
        kind: Op(Mul),
        wrong: Some(Wrong {
            code: codes::LOOKALIKE,
            instead: Some("*"),
            remark,
        }),
    }
}

/// Spellings that start with an ASCII character; a longer one stands before its beginnings.
#[rustfmt::skip]
const ASCII: &[Spelling] = &[
    foreign(".**", Op(DotPow), ".^"), foreign(".<=", Op(LessEq), "<="), foreign(".>=", Op(GreaterEq), ">="),
    unknown(".==", NO_EQUALITY), unknown(".!=", NO_EQUALITY), unknown("===", NO_EQUALITY), unknown("!==", NO_EQUALITY),
    right(".^", Op(DotPow)), right(".*", Op(DotMul)), right("./", Op(DotDiv)), right(".+", Op(DotAdd)),
    right(".-", Op(DotSub)), right("<=", Op(LessEq)), right(">=", Op(GreaterEq)),
    foreign("**", Op(Pow), "^"), foreign(".'", Transpose, "'"), foreign(".<", Op(Less), "<"),
    foreign(".>", Op(Greater), ">"), foreign("=<", Op(LessEq), "<="), foreign("=>", Op(GreaterEq), ">="),
    foreign(":=", Equals, "="), foreign("::", Colon, ":"), foreign("@", Op(Mul), "*"),
    unknown("&&", AND), unknown("||", OR), unknown("==", NO_EQUALITY), unknown("!=", NO_EQUALITY),
    unknown("~=", NO_EQUALITY), unknown("<>", NO_EQUALITY), unknown("->", ""), unknown("+=", ""), unknown("-=", ""),
    unknown("*=", ""), unknown("/=", ""), unknown(".\\", "write `b ./ a` for `a .\\ b`"), unknown("&", AND),
    unknown("|", BAR), unknown("!", ""), unknown("~", ""),
    right("+", Op(Add)), right("-", Op(Sub)), right("*", Op(Mul)), right("/", Op(Div)), right("\\", Op(Solve)),
    right("^", Op(Pow)), right("<", Op(Less)), right(">", Op(Greater)), right("'", Transpose),
    right("(", OpenParen), right(")", CloseParen), right("[", OpenBracket), right("]", CloseBracket),
    right(",", Comma), right(";", Semicolon), right(":", Colon), right("=", Equals),
    alike("`", Transpose, "'"),
];

/// Spellings that start with another character.
#[rustfmt::skip]
const UNICODE: &[Spelling] = &[
    right("⋅", Op(Mul)), right("⊙", Op(DotMul)), right("⊘", Op(DotDiv)), right("⊗", Op(Kron)), right("ᵀ", Transpose),
    right("†", Dagger), right("∑", Sum), right("≤", Op(LessEq)), right("≥", Op(GreaterEq)),
    unknown("≠", NO_EQUALITY), unknown("‖", NORM), unknown("∥", NORM), unknown("∧", AND), unknown("∨", OR),
    unknown("√", "the square root is `sqrt(x)`"), unknown("∏", "the product is `prod(x)`"),
    alike("’", Transpose, "'"), alike("‘", Transpose, "'"), alike("′", Transpose, "'"), alike("´", Transpose, "'"),
    alike("ʹ", Transpose, "'"), alike("ʼ", Transpose, "'"), alike("＇", Transpose, "'"), alike("⊤", Transpose, "'"),
    alike("ᵗ", Transpose, "'"), alike("″", Transpose, "''"), alike("ᴴ", Dagger, "†"),
    product("×"), product("·"), product("•"), product("∙"), product("∗"), product("✕"), product("⨯"), product("＊"),
    alike("∘", Op(DotMul), ".*"), alike("−", Op(Sub), "-"), alike("–", Op(Sub), "-"), alike("—", Op(Sub), "-"),
    alike("‐", Op(Sub), "-"), alike("‑", Op(Sub), "-"), alike("‒", Op(Sub), "-"), alike("﹣", Op(Sub), "-"),
    alike("－", Op(Sub), "-"), alike("＋", Op(Add), "+"), alike("÷", Op(Div), "/"), alike("∕", Op(Div), "/"),
    alike("⁄", Op(Div), "/"), alike("／", Op(Div), "/"), alike("＼", Op(Solve), "\\"), alike("∖", Op(Solve), "\\"),
    alike("＾", Op(Pow), "^"), alike("≦", Op(LessEq), "<="), alike("≧", Op(GreaterEq), ">="),
    alike("⩽", Op(LessEq), "<="), alike("⩾", Op(GreaterEq), ">="), alike("＜", Op(Less), "<"),
    alike("＞", Op(Greater), ">"), alike("≔", Equals, "="), alike("＝", Equals, "="), alike("（", OpenParen, "("),
    alike("）", CloseParen, ")"), alike("［", OpenBracket, "["), alike("］", CloseBracket, "]"),
    alike("，", Comma, ","), alike("；", Semicolon, ";"), alike("：", Colon, ":"), alike("∶", Colon, ":"),
];

/// The longest spelling that `rest` starts with.
pub(crate) fn spelling(rest: &str) -> Option<&'static Spelling> {
    let first = *rest.as_bytes().first()?;
    let table = if first.is_ascii() { ASCII } else { UNICODE };
    table
        .iter()
        .find(|spelling| spelling.text.as_bytes()[0] == first && rest.starts_with(spelling.text))
}

/// A letter of the notation: ASCII or Greek without marks.
pub(crate) fn is_letter(c: char) -> bool {
    c.is_ascii_alphabetic() || (matches!(c, 'Α'..='Ω' | 'α'..='ω') && c != '\u{3A2}')
}

/// What may follow the first letter of a name.
pub(crate) fn continues_name(c: char) -> bool {
    is_letter(c) || c.is_ascii_digit() || c == '_' || matches!(c, '₀'..='₉')
}

/// The Greek letter that a variant or a technical sign is drawn like.
pub(crate) fn plain_letter(c: char) -> Option<&'static str> {
    Some(match c {
        '\u{B5}' => "μ",
        '\u{2126}' => "Ω",
        '\u{3D0}' => "β",
        '\u{3D1}' => "θ",
        '\u{3D5}' => "φ",
        '\u{3D6}' => "π",
        '\u{3F0}' => "κ",
        '\u{3F1}' => "ρ",
        '\u{3F4}' => "Θ",
        '\u{3F5}' => "ε",
        '\u{2206}' => "Δ",
        _ => return None,
    })
}

/// A superscript digit or minus as the plain character.
pub(crate) fn superscript(c: char) -> Option<char> {
    Some(match c {
        '⁰' => '0',
        '¹' => '1',
        '²' => '2',
        '³' => '3',
        '⁴' => '4',
        '⁵' => '5',
        '⁶' => '6',
        '⁷' => '7',
        '⁸' => '8',
        '⁹' => '9',
        '⁻' => '-',
        _ => return None,
    })
}

/// A character that nobody sees and that is no space either.
pub(crate) fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}'
            | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}'
            | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF0}'..='\u{FFFB}'
            | '\u{E0000}'..='\u{E0FFF}')
}

/// A character that ends a line; a carriage return before a line feed counts as a space.
pub(crate) fn is_line_end(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}
