//! The codes of mistakes in files and arguments; those of the language belong to crate `gateaux`.

use gateaux::Code;
pub use gateaux_json::codes::ARRAY;

/// Makes one constant for each code and the table of all of them from one list.
macro_rules! codes {
    ($($name:ident $code:literal $title:literal $explanation:literal)*) => {
        $(#[doc = $title] pub const $name: &str = $code;)*

        const CODES: &[Code] = &[$(Code { code: $code, title: $title, explanation: $explanation, example: "" },)*];
    };
}

codes! {
    FORM "G0410" "a form that the derivative does not have"
        "A gradient belongs to a scalar function, a Jacobian to a vector by a vector, a Hessian to the second derivative of a \
         scalar by a vector. Every derivative has a differential, and every first derivative an adjoint."
    FILE "G0710" "a file that cannot be read"
        "The file does not exist, or may not be read, or is not text in UTF-8 where text is expected."
    DATA_FILE "G0711" "a data file that cannot be understood"
        "Data come from .npy, .npz, .csv and .json files. The message names the place in the file."
    PLOT "G0713" "a picture that cannot be drawn"
        "The file cannot be written, or there is nothing to draw: no point was found at which the derivative can be checked."
    NO_VARIABLE "G0712" "data for a variable that does not occur"
        "The name before the `=` of --data is one of the variables of the problem."
    PAGE "G0714" "a page that cannot be shown"
        "The page is part of the command only if it was built with the feature `page`; and the port at which it is to be \
         served must be free."
}

/// All codes of mistakes, sorted.
pub fn all() -> Vec<Code> {
    let mut codes = gateaux::codes();
    codes.extend_from_slice(gateaux_json::codes::CODES);
    codes.extend_from_slice(CODES);
    codes.sort_by_key(|code| code.code);
    codes
}

/// The page of a code.
pub fn find(code: &str) -> Option<Code> {
    all().into_iter().find(|known| known.code.eq_ignore_ascii_case(code))
}
