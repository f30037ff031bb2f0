//! The codes of mistakes in lines of JSON.

use gateaux::Code;

/// A mistake of Gateaux.
pub const PANIC: &str = "G0599";
/// A line that is no JSON object.
pub const NOT_JSON: &str = "G0700";
/// A field that cannot be read.
pub const FIELD: &str = "G0701";
/// Data that are no array of numbers.
pub const ARRAY: &str = "G0702";

/// Their pages.
pub const CODES: &[Code] = &[
    Code {
        code: PANIC,
        title: "a mistake of Gateaux",
        explanation: "The computation stopped at a place that should never be reached. Other lines of the batch are not \
                      affected. Please report the text.",
        example: "",
    },
    Code {
        code: NOT_JSON,
        title: "a line that is no JSON object",
        explanation: "Each line of a batch is one JSON object, such as {\"expr\": \"x'*x\", \"wrt\": \"x\"}, without a line \
                      break in it.",
        example: "",
    },
    Code {
        code: FIELD,
        title: "a field that cannot be read",
        explanation: "A field of a problem is missing or of another kind than the manual says. Fields with unknown names \
                      are ignored.",
        example: "",
    },
    Code {
        code: ARRAY,
        title: "data that are no array of numbers",
        explanation: "An array is written as nested lists, row by row, all rows equally long: [[1, 2], [3, 4]]. The entries \
                      are numbers, or one of the strings \"NaN\", \"inf\" and \"-inf\".",
        example: "",
    },
];
