//! NumPy's `.npy` format: one array in a file.
//!
//! Bytes in, bytes out; files are the caller's. The archives `.npz` are in [`npz`](crate::npz).
//!
//! # Source
//! NumPy documentation, `numpy.lib.format`, versions 1.0, 2.0 and 3.0.

use std::error::Error;
use std::fmt;

use crate::{Array, ArrayError};

const MAGIC: &[u8] = b"\x93NUMPY";
/// The header is padded so that the data begin at a multiple of this.
const ALIGNMENT: usize = 64;

/// Why bytes are no array.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NpyError {
    /// The bytes do not begin with the format's magic string.
    NotNpy,
    /// A version of the format that this reader does not know.
    UnknownVersion {
        /// The major version.
        major: u8,
        /// The minor version.
        minor: u8,
    },
    /// The header is not what the format says.
    BadHeader {
        /// What is wrong.
        problem: String,
    },
    /// Entries of a type that are no real numbers or have no exact `f64`, as complex numbers or structures.
    UnsupportedType {
        /// The type as the header spells it.
        descr: String,
    },
    /// The data are shorter or longer than the header says.
    WrongLength {
        /// How many bytes the header asks for.
        expected: usize,
        /// How many there are.
        found: usize,
    },
    /// An integer that no `f64` equals.
    NotExact {
        /// The integer.
        value: String,
    },
    /// The array is too large.
    Array(ArrayError),
    /// The archive is damaged, or uses what this reader does not know.
    BadArchive {
        /// What is wrong.
        problem: String,
    },
    /// The error of an array in an archive.
    Entry {
        /// The name of the array.
        name: String,
        /// Its error.
        error: Box<NpyError>,
    },
}

impl fmt::Display for NpyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NpyError::NotNpy => f.write_str("not a .npy file: the magic string is missing"),
            NpyError::UnknownVersion { major, minor } => {
                write!(f, "unknown version {major}.{minor} of the .npy format")
            }
            NpyError::BadHeader { problem } => write!(f, "bad .npy header: {problem}"),
            NpyError::UnsupportedType { descr } => {
                write!(
                    f,
                    "unsupported entry type {descr}: expected real floats, integers or booleans"
                )
            }
            NpyError::WrongLength { expected, found } => {
                write!(f, "the .npy header asks for {expected} bytes of data, found {found}")
            }
            NpyError::NotExact { value } => write!(f, "the integer {value} has no exact 64-bit float"),
            NpyError::Array(error) => error.fmt(f),
            NpyError::BadArchive { problem } => write!(f, "bad .npz archive: {problem}"),
            NpyError::Entry { name, error } => write!(f, "{name}: {error}"),
        }
    }
}

impl Error for NpyError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            NpyError::Array(error) => Some(error),
            NpyError::Entry { error, .. } => Some(error),
            NpyError::NotNpy
            | NpyError::UnknownVersion { .. }
            | NpyError::BadHeader { .. }
            | NpyError::UnsupportedType { .. }
            | NpyError::WrongLength { .. }
            | NpyError::NotExact { .. }
            | NpyError::BadArchive { .. } => None,
        }
    }
}

impl From<ArrayError> for NpyError {
    fn from(error: ArrayError) -> NpyError {
        NpyError::Array(error)
    }
}

/// The array in the bytes of a `.npy` file.
///
/// Entries may be floats of 32 or 64 bits, integers of any size or booleans, of either byte order, in C or Fortran
/// order.
///
/// # Errors
/// [`NpyError`]; among them integers that a float would round, and bytes behind the data.
///
/// # Example
/// ```
/// use gateaux_array::{Array, npy};
/// let a = Array::from_rows(&[vec![1.0, 2.0, 3.0], vec![4.0, 5.0, 6.0]])?;
/// assert_eq!(npy::read(&npy::write(&a))?, a);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn read(bytes: &[u8]) -> Result<Array<f64>, NpyError> {
    let (header, data) = split_header(bytes)?;
    let header = Header::parse(&header)?;
    let entry = EntryType::parse(&header.descr)?;
    let count = crate::entries(&header.shape)?;
    let expected = count * entry.size;
    if data.len() != expected {
        return Err(NpyError::WrongLength {
            expected,
            found: data.len(),
        });
    }
    let values = data
        .chunks_exact(entry.size)
        .map(|bytes| entry.value(bytes))
        .collect::<Result<Vec<f64>, NpyError>>()?;
    Ok(if header.fortran_order {
        Array::from_column_major(&header.shape, values)?
    } else {
        Array::from_row_major(&header.shape, &values)?
    })
}

/// The bytes of a `.npy` file of an array: 64-bit floats, little endian, in Fortran order.
pub fn write(array: &Array<f64>) -> Vec<u8> {
    let sizes: Vec<String> = array.shape().iter().map(usize::to_string).collect();
    // Python writes the tuple of one entry with a comma.
    let comma = if sizes.len() == 1 { "," } else { "" };
    let mut header = format!(
        "{{'descr': '<f8', 'fortran_order': True, 'shape': ({}{comma}), }}",
        sizes.join(", ")
    )
    .into_bytes();
    // Version 1.0 has two bytes for the length of the header, version 2.0 four; very many axes need those.
    let wide = header.len() + ALIGNMENT > usize::from(u16::MAX);
    let fixed = MAGIC.len() + 2 + if wide { 4 } else { 2 };
    header.resize((fixed + header.len() + 1).next_multiple_of(ALIGNMENT) - fixed - 1, b' ');
    header.push(b'\n');
    let mut bytes = Vec::with_capacity(fixed + header.len() + 8 * array.len());
    bytes.extend(MAGIC);
    bytes.extend([if wide { 2 } else { 1 }, 0]);
    let length = (header.len() as u32).to_le_bytes();
    bytes.extend(if wide { &length[..] } else { &length[..2] });
    bytes.extend(header);
    for value in array.data() {
        bytes.extend(value.to_le_bytes());
    }
    bytes
}

/// The text of the header, and the data behind it.
fn split_header(bytes: &[u8]) -> Result<(String, &[u8]), NpyError> {
    let rest = bytes.strip_prefix(MAGIC).ok_or(NpyError::NotNpy)?;
    let (length, rest) = match *rest {
        [1, 0, a, b, ref rest @ ..] => (u32::from(u16::from_le_bytes([a, b])), rest),
        [2 | 3, 0, a, b, c, d, ref rest @ ..] => (u32::from_le_bytes([a, b, c, d]), rest),
        [1..=3, 0, ..] | [_] | [] => return Err(bad_header("it is cut off")),
        [major, minor, ..] => return Err(NpyError::UnknownVersion { major, minor }),
    };
    let (header, data) = rest
        .split_at_checked(length as usize)
        .ok_or_else(|| bad_header("it is cut off"))?;
    // Versions 1 and 2 are Latin-1 and version 3 is UTF-8; the keys, types and sizes read here are ASCII in all of
    // them.
    Ok((String::from_utf8_lossy(header).into_owned(), data))
}

fn bad_header(problem: impl Into<String>) -> NpyError {
    NpyError::BadHeader {
        problem: problem.into(),
    }
}

/// What the header says: a Python dictionary with three keys.
struct Header {
    descr: String,
    fortran_order: bool,
    shape: Vec<usize>,
}

impl Header {
    fn parse(text: &str) -> Result<Header, NpyError> {
        let mut scanner = Scanner { rest: text };
        let (mut descr, mut fortran_order, mut shape) = (None, None, None);
        scanner.expect('{')?;
        while !scanner.accept('}') {
            let key = scanner.string()?;
            scanner.expect(':')?;
            let repeated = match key {
                "descr" => descr.replace(scanner.descr()?).is_some(),
                "fortran_order" => fortran_order.replace(scanner.boolean()?).is_some(),
                "shape" => shape.replace(scanner.sizes()?).is_some(),
                _ => return Err(bad_header(format!("unknown key '{key}'"))),
            };
            if repeated {
                return Err(bad_header(format!("the key '{key}' occurs twice")));
            }
            if !scanner.accept(',') {
                scanner.expect('}')?;
                break;
            }
        }
        if !scanner.rest.trim().is_empty() {
            return Err(bad_header("something follows the dictionary"));
        }
        let missing = |key| move || bad_header(format!("the key '{key}' is missing"));
        Ok(Header {
            descr: descr.ok_or_else(missing("descr"))?,
            fortran_order: fortran_order.ok_or_else(missing("fortran_order"))?,
            shape: shape.ok_or_else(missing("shape"))?,
        })
    }
}

/// A reader of the few kinds of Python literals that a header has.
struct Scanner<'a> {
    rest: &'a str,
}

impl<'a> Scanner<'a> {
    fn accept(&mut self, mark: char) -> bool {
        match self.rest.trim_start().strip_prefix(mark) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn expect(&mut self, mark: char) -> Result<(), NpyError> {
        if self.accept(mark) {
            Ok(())
        } else {
            Err(bad_header(format!("expected '{mark}'")))
        }
    }

    fn string(&mut self) -> Result<&'a str, NpyError> {
        let text = self.rest.trim_start();
        let quote = text.chars().next().filter(|&mark| mark == '\'' || mark == '"');
        let quote = quote.ok_or_else(|| bad_header("expected a string"))?;
        let (string, rest) = text[1..]
            .split_once(quote)
            .ok_or_else(|| bad_header("a string does not end"))?;
        self.rest = rest;
        Ok(string)
    }

    /// The type of the entries; a list is that of a structure.
    fn descr(&mut self) -> Result<String, NpyError> {
        if self.rest.trim_start().starts_with('[') {
            return Err(NpyError::UnsupportedType {
                descr: "structure".into(),
            });
        }
        self.string().map(str::to_owned)
    }

    fn boolean(&mut self) -> Result<bool, NpyError> {
        for (word, value) in [("True", true), ("False", false)] {
            if let Some(rest) = self.rest.trim_start().strip_prefix(word) {
                self.rest = rest;
                return Ok(value);
            }
        }
        Err(bad_header("expected True or False"))
    }

    fn sizes(&mut self) -> Result<Vec<usize>, NpyError> {
        self.expect('(')?;
        let mut sizes = Vec::new();
        while !self.accept(')') {
            let text = self.rest.trim_start();
            let end = text.find(|mark: char| !mark.is_ascii_digit()).unwrap_or(text.len());
            let (digits, rest) = text.split_at(end);
            sizes.push(
                digits
                    .parse()
                    .map_err(|_| bad_header(format!("expected a size, found '{digits}'")))?,
            );
            // Python 2 wrote long integers with an L.
            self.rest = rest.strip_prefix('L').unwrap_or(rest);
            if !self.accept(',') {
                self.expect(')')?;
                break;
            }
        }
        Ok(sizes)
    }
}

/// How an entry is stored.
struct EntryType {
    kind: Kind,
    size: usize,
    big_endian: bool,
}

enum Kind {
    Float,
    Signed,
    Unsigned,
    Boolean,
}

impl EntryType {
    fn parse(descr: &str) -> Result<EntryType, NpyError> {
        let unsupported = || NpyError::UnsupportedType {
            descr: format!("'{descr}'"),
        };
        // '=' is the order of the machine that wrote the file; NumPy itself never writes it.
        let (big_endian, code) = match descr.split_at_checked(1) {
            Some((">", code)) => (true, code),
            Some(("<" | "|" | "=", code)) => (false, code),
            _ => (false, descr),
        };
        let (kind, size) = match code {
            "f8" => (Kind::Float, 8),
            "f4" => (Kind::Float, 4),
            "i8" => (Kind::Signed, 8),
            "i4" => (Kind::Signed, 4),
            "i2" => (Kind::Signed, 2),
            "i1" => (Kind::Signed, 1),
            "u8" => (Kind::Unsigned, 8),
            "u4" => (Kind::Unsigned, 4),
            "u2" => (Kind::Unsigned, 2),
            "u1" => (Kind::Unsigned, 1),
            "b1" => (Kind::Boolean, 1),
            _ => return Err(unsupported()),
        };
        Ok(EntryType { kind, size, big_endian })
    }

    /// The value of an entry of `size` bytes.
    fn value(&self, bytes: &[u8]) -> Result<f64, NpyError> {
        let bits = bytes.iter().enumerate().fold(0u64, |bits, (place, &byte)| {
            let place = if self.big_endian { self.size - 1 - place } else { place };
            bits | u64::from(byte) << (8 * place)
        });
        match self.kind {
            Kind::Float if self.size == 8 => Ok(f64::from_bits(bits)),
            Kind::Float => Ok(f64::from(f32::from_bits(bits as u32))),
            Kind::Boolean => Ok(if bits == 0 { 0.0 } else { 1.0 }),
            Kind::Unsigned if bits as f64 as u128 == u128::from(bits) => Ok(bits as f64),
            Kind::Unsigned => Err(NpyError::NotExact {
                value: bits.to_string(),
            }),
            Kind::Signed => {
                // Shifting up and down again repeats the sign bit.
                let unused = 64 - 8 * self.size as u32;
                let value = (bits << unused) as i64 >> unused;
                let exact = value as f64 as i128 == i128::from(value);
                if exact {
                    Ok(value as f64)
                } else {
                    Err(NpyError::NotExact {
                        value: value.to_string(),
                    })
                }
            }
        }
    }
}
