//! The limits of the parser. Each is an ordinary error for the user, never a crash.

/// How deep parentheses, brackets, calls, prefix signs and powers of powers may be nested.
///
/// A chain such as `a + b + c` or `a*b*c` is not nesting, however long it is.
pub const MAX_NESTING: usize = 500;

/// How many words, numbers and signs a text may have; it bounds the memory that a text takes.
pub const MAX_TOKENS: usize = 150_000;

/// How many mistakes of one text are reported; more of them help nobody.
pub const MAX_DIAGNOSTICS: usize = 50;

/// The largest exponent a numeric literal may spell, up or down.
///
/// Beyond it no 64-bit float is left; the bound also keeps `0e999999999` from becoming a billion digits where a later
/// stage reads literals exactly.
pub const MAX_LITERAL_EXPONENT: u32 = 9999;

/// How many characters of the text a message quotes.
pub const MAX_QUOTE: usize = 40;
