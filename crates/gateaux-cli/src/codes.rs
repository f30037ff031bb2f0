//! The codes of mistakes in files, data and lines of a batch; those of the language belong to crate `gateaux`.

use gateaux::Code;

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
    PANIC "G0599" "a mistake of Gateaux"
        "The computation stopped at a place that should never be reached. Other lines of the batch are not affected. Please \
         report the text."
    NOT_JSON "G0700" "a line that is no JSON object"
        "Each line of a batch is one JSON object, such as {\"expr\": \"x'*x\", \"wrt\": \"x\"}, without a line break in it."
    FIELD "G0701" "a field that cannot be read"
        "A field of a problem is missing or of another kind than the manual says. Fields with unknown names are ignored."
    ARRAY "G0702" "data that are no array of numbers"
        "An array is written as nested lists, row by row, all rows equally long: [[1, 2], [3, 4]]. The entries are numbers, or \
         one of the strings \"NaN\", \"inf\" and \"-inf\"."
    FILE "G0710" "a file that cannot be read"
        "The file does not exist, or may not be read, or is not text in UTF-8 where text is expected."
    DATA_FILE "G0711" "a data file that cannot be understood"
        "Data come from .npy, .npz, .csv and .json files. The message names the place in the file."
    PLOT "G0713" "a picture that cannot be drawn"
        "The file cannot be written, or there is nothing to draw: no point was found at which the derivative can be checked."
    NO_VARIABLE "G0712" "data for a variable that does not occur"
        "The name before the `=` of --data is one of the variables of the problem."
}

/// All codes of mistakes, sorted.
pub fn all() -> Vec<Code> {
    let mut codes = gateaux::codes();
    codes.extend_from_slice(CODES);
    codes.sort_by_key(|code| code.code);
    codes
}

/// The page of a code.
pub fn find(code: &str) -> Option<Code> {
    all().into_iter().find(|known| known.code.eq_ignore_ascii_case(code))
}
