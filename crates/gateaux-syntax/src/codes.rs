//! The codes of all diagnostics of this crate: what each means, and a text that triggers it.
//!
//! A page of the manual is made from each row; a code is never reused.

/// One kind of mistake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Code {
    /// The stable code.
    pub code: &'static str,
    /// What is wrong, in a few words.
    pub title: &'static str,
    /// Why it is wrong and what to write instead.
    pub explanation: &'static str,
    /// A text that triggers it; empty where a text alone cannot.
    pub example: &'static str,
}

/// Makes one constant for each code and the table of all of them from one list; for the crates that add codes.
#[doc(hidden)]
#[macro_export]
macro_rules! codes {
    ($($name:ident $code:literal $title:literal $example:literal $explanation:literal)*) => {
        $(#[doc = $title] pub(crate) const $name: &str = $code;)*

        /// All codes of this crate, in order.
        pub const CODES: &[$crate::Code] = &[
            $($crate::Code { code: $code, title: $title, explanation: $explanation, example: $example },)*
        ];
    };
}

codes! {
    INVISIBLE "G0001" "an invisible or control character" "sum(x)\u{200B} + 1"
        "Text pasted from documents and web pages can hold characters that nobody sees, such as the zero-width space \
         U+200B. The message names the character by its code point; remove it."
    CHARACTER "G0002" "a character that is not part of the notation" "x ☃ y"
        "The notation is made of names, numbers, strings, brackets and the operators of the manual. Any other character \
         outside a comment or a string is a mistake."
    LETTER "G0003" "a letter that is not part of the notation" "sum(x) + ß"
        "A name starts with an ASCII letter, a Greek letter or `_`; then letters, digits, `_` and subscript digits may \
         follow. Letters of other alphabets and letters with accents are not allowed, because many of them look alike."
    LOOKALIKE "G0004" "a typographic sign in place of an operator" "x’*x"
        "Documents replace plain signs by typographic ones: `’` for `'`, `−` for `-`, `×` for `*`. Write the plain sign."
    OPERATOR "G0005" "an operator of another language" "A ** x"
        "Programming languages have operators that mean something else here or nothing at all. The power is `^`, the \
         matrix product `*`, and there are no logical operators."
    SUPERSCRIPT "G0006" "a superscript in place of a power" "x²"
        "A power is written with `^`: `x^2`, `A^-1`."
    UNTERMINATED "G0007" "a string that is never closed" "einsum(\"ij->i, A)"
        "A string starts and ends with `\"` on the same line."
    QUOTES "G0008" "a string in the wrong quotes" "einsum('ij->i', A)"
        "A string stands in plain double quotes: `\"ij->i\"`. The single quote is the transpose."
    EXPONENT "G0009" "a literal whose exponent has no digits" "1e+"
        "After `e` and a sign a literal needs the digits of its exponent: `1e+3`."
    RANGE "G0010" "a literal out of the range of numbers" "1e999*x"
        "A literal must be a finite 64-bit float: its absolute value is at most about 1.8e308, and if it is not zero it \
         must not vanish in rounding."
    DOT "G0011" "a dot that belongs to nothing" "1. + x"
        "A literal never ends in a dot, so that `2.*x` can only mean `2 .* x`; write `1` or `1.0`. Elsewhere a dot is the \
         first half of an elementwise operator."
    COMMENT "G0012" "a comment sign of another language" "x + 1 // one more"
        "A comment starts with `#` and ends with the line."
    BRACE "G0013" "a curly brace" "exp{x}"
        "Arguments and groups stand in parentheses, indices and arrays in square brackets; braces are not used."

    EMPTY "G0100" "an empty input" ""
        "There must be at least one expression to work on, such as `norm2(A*x - b)^2`."
    UNCLOSED "G0101" "a bracket that is never closed" "norm2(A*x - y"
        "Each `(` needs its `)` and each `[` its `]`. A line's end does not end a statement inside brackets, so the mistake \
         may be far before the place where it begins to matter; the message points at the opening bracket."
    STRAY "G0102" "a closing bracket that was never opened" "x + y)"
        "Each `)` needs its `(` and each `]` its `[`."
    MISMATCH "G0103" "a bracket closed by one of the other kind" "exp(x]"
        "What `(` opens `)` closes, and what `[` opens `]` closes."
    ENDS "G0104" "an expression that ends after an operator" "A*x -"
        "An operator needs an operand on its right. Outside brackets a line's end ends the expression; to go on in the \
         next line put the expression in parentheses."
    OPERAND "G0105" "an operator without its left operand" "* x"
        "Only `-` and `+` may stand without anything on their left."
    JUXTAPOSED "G0106" "two operands with nothing between them" "2x"
        "A product is always written with its `*`: `2*x`. Otherwise `ab` could be a name or a product."
    COMMA "G0107" "a comma outside a call, an index or an array" "A*x, y"
        "A comma separates arguments, indices and the entries of an array. Statements are separated by `;` or a line's \
         end, and an array is written `[1, 2]`."
    TRANSPOSE "G0108" "a transpose mark with nothing before it" "x*'x"
        "The transpose mark stands behind what it transposes: `x'`."
    LITERAL_TRANSPOSE "G0109" "the transpose of a numeric literal" "X^-1'"
        "The transpose binds tighter than anything else, so `X^-1'` would transpose the number 1. Write `(X^-1)'`."
    NO_BODY "G0110" "a definition with nothing on its right" "r ="
        "A definition is a name, `=`, and an expression on the same line: `r = A*x - b`."
    FUNCTION "G0111" "a definition of a function" "f(x) = x'*x"
        "A definition names an expression, and functions cannot be defined. Write `f = x'*x`; which variables it depends \
         on is known from the expression."
    TARGET "G0112" "a definition of something that is not a name" "x + y = 2"
        "Only a name can stand on the left of `=`. An equation cannot be stated."
    EQUALS "G0113" "an `=` where no definition can stand" "exp(x = 2)"
        "A definition is a whole statement `name = expression`. It cannot stand inside brackets or in another definition, \
         and there are no arguments by name."
    NO_KIND "G0114" "a declaration without a kind" "x:"
        "A declaration is a name, `:`, and a kind with its dimensions: `x: vector(n)`."
    MODIFIER "G0115" "a word that cannot stand before a kind" "x: real vector(n)"
        "Before a kind only `complex` and `positive` may stand: `x: positive vector(n)`. Whatever is not declared `complex` \
         is real."
    DIMS "G0116" "dimensions that are not in parentheses" "x: vector[n]"
        "The dimensions of a declaration stand in parentheses: `x: vector(n)`."
    AFTER_DECLARATION "G0117" "something after a declaration" "x: vector(n) = 3"
        "A declaration ends after its kind and dimensions. It does not give a value; put the next statement on its own \
         line or after `;`."
    SEVERAL "G0118" "several names in one declaration" "x, y: vector(n)"
        "Each name has its own declaration: `x: vector(n); y: vector(n)`."
    UNNAMED "G0119" "a declaration of something that is not a name" "A*x: vector(n)"
        "Only a name can be declared. The kind of an expression follows from the kinds of its names."
    COLON "G0120" "a colon outside the brackets of an index" "sum(1:3)"
        "A range `i:j` can stand only between the brackets of an index, as in `x[1:3]`."
    INCOMPLETE_RANGE "G0121" "an incomplete range, or one with a step" "x[:3]"
        "A range has a first and a last position, both included: `x[1:3]`. All positions are `x[:]`. There are no steps."
    NOTHING "G0122" "nothing where an argument, an index or an entry should be" "exp(x, )"
        "Between commas and brackets there must be an expression."
    SEMICOLON "G0123" "a semicolon inside parentheses or an index" "max(x; y)"
        "A semicolon ends a statement or separates the rows of an array `[1; 2]`. Arguments and indices are separated by \
         commas."
    NESTING "G0124" "an expression nested too deeply"
        "----------------------------------------------------------------------------------------------------\
         ----------------------------------------------------------------------------------------------------\
         ----------------------------------------------------------------------------------------------------\
         ----------------------------------------------------------------------------------------------------\
         ----------------------------------------------------------------------------------------------------\
         -x"
        "Parentheses, brackets, calls, prefix signs and powers of powers may be nested 500 deep. Name parts of the \
         expression by definitions to go deeper."
    SUM_SIGN "G0125" "a sum sign without parentheses" "∑ x"
        "`∑` is another spelling of `sum` and takes its argument in parentheses: `∑(x)`."
    NOT_ONE "G0126" "more than one bare expression" "x; y"
        "Where one expression is asked for, there can be no declaration, no definition and no second statement."
    LENGTH "G0127" "a text that is too long" ""
        "A text may have at most 150000 words, numbers and signs."

    LATEX_COMMAND "G0130" "a command of LaTeX that cannot be read" ""
        "Of LaTeX the commands of formulas are known, not those of packages and not macros of a paper. Write what a macro \
         stands for; a function is `\\operatorname{tr}`, a name of several letters `\\mathrm{loss}`. Derivatives, \
         integrals, limits and optima are not part of a function to differentiate."
    LATEX_FENCE "G0131" "brackets of LaTeX that do not fit" ""
        "What `(`, `[`, `{`, `|` or an environment opens must be closed by its own kind, also behind `\\left` and \
         `\\right`. A half-open interval is no bracket of a formula."
    LATEX_OPERAND "G0132" "a place in LaTeX where an operand is missing" ""
        "Operators stand between two operands, and commands such as `\\frac`, `\\sqrt` and `^` need their arguments."
    LATEX_AMBIGUOUS "G0133" "LaTeX that can be read in two ways" ""
        "People who read a paper know from the text around a formula what is meant; here it must be written. The message \
         says what can be meant and how to write it, as `\\frac{a}{b} c` for `a/b c`, or `\\log(x) (y)` for \
         `\\log x (y)`."
    LATEX_INDICES "G0134" "a formula in index letters" ""
        "Sums over indices and entries by index letters cannot be read. Write the formula in matrices and vectors: \
         `\\mathbf{1}^\\top x` for the sum of the entries of x, `\\|Ax - b\\|_2^2` for a sum of squares."
    LATEX_FUNCTION "G0135" "a function in LaTeX that is not known" ""
        "A name before brackets with names in them, as `f(x)`, is a function, and only those of the language are known. \
         Write its formula instead, or declare the name in front where it is a factor."
    LATEX_STATEMENT "G0136" "LaTeX that is no definition and no formula" ""
        "A text in LaTeX is declarations in the language, definitions such as `r = Ax - b`, and one formula, with commas, \
         semicolons or `\\\\` between them. An equation of two formulas cannot be differentiated."
}
