//! NumPy's `.npz` format: several named arrays in a zip archive.
//!
//! Entries may be stored or deflated, as `numpy.savez` and `numpy.savez_compressed` write them; the check sums are
//! verified. Archives above 4 GiB (zip64 directories) are refused, because no array within the limit needs them.
//!
//! # Source
//! PKWARE, .ZIP File Format Specification (APPNOTE 6.3), sections 4.3.7 (local header), 4.3.12 (directory), 4.3.16 (end
//! record).

use crate::npy::{self, NpyError};
use crate::{Array, MAX_ENTRIES};

/// The longest comment that may follow the end record.
const MAX_COMMENT: usize = 65_535;
/// The size of the end record without its comment.
const END_RECORD: usize = 22;
/// The size of a directory record without its name and extra fields.
const DIRECTORY_RECORD: usize = 46;
/// The size of a local header without its name and extra fields.
const LOCAL_HEADER: usize = 30;
/// How many bytes all entries may have together when unpacked: as many as the largest array, and its header.
const MAX_UNPACKED: usize = 8 * MAX_ENTRIES + (1 << 20);

/// The arrays of a `.npz` file with their names, in the order of the archive.
///
/// # Errors
/// [`NpyError`]: those of the archive, and those of an array as [`NpyError::Entry`].
pub fn read(bytes: &[u8]) -> Result<Vec<(String, Array<f64>)>, NpyError> {
    let mut arrays = Vec::new();
    let mut unpacked = 0;
    for record in directory(bytes)? {
        unpacked += record.size;
        if unpacked > MAX_UNPACKED {
            return Err(bad(format!(
                "it unpacks to more than the limit of {MAX_UNPACKED} bytes"
            )));
        }
        let name = record.name.strip_suffix(".npy").unwrap_or(&record.name).to_owned();
        let array = record.unpack(bytes).and_then(|content| npy::read(&content));
        match array {
            Ok(array) => arrays.push((name, array)),
            Err(error) => {
                return Err(NpyError::Entry {
                    name,
                    error: Box::new(error),
                });
            }
        }
    }
    Ok(arrays)
}

/// What the directory says of an entry.
struct Record {
    name: String,
    encrypted: bool,
    method: usize,
    check_sum: u32,
    packed: usize,
    size: usize,
    header: usize,
}

impl Record {
    /// The content of the entry, checked.
    fn unpack(&self, bytes: &[u8]) -> Result<Vec<u8>, NpyError> {
        if self.encrypted {
            return Err(bad("it is encrypted"));
        }
        let header = part(bytes, self.header, LOCAL_HEADER)?;
        if !header.starts_with(b"PK\x03\x04") {
            return Err(bad("an entry has no header"));
        }
        let start = self.header + LOCAL_HEADER + u16_at(header, 26)? + u16_at(header, 28)?;
        let packed = part(bytes, start, self.packed)?;
        let content = match self.method {
            0 => packed.to_vec(),
            8 => miniz_oxide::inflate::decompress_to_vec_with_limit(packed, self.size)
                .map_err(|_| bad("an entry does not unpack"))?,
            method => return Err(bad(format!("unknown compression method {method}"))),
        };
        if content.len() != self.size {
            return Err(bad(format!(
                "an entry has {} bytes, the directory says {}",
                content.len(),
                self.size
            )));
        }
        if check_sum(&content) != self.check_sum {
            return Err(bad("the check sum of an entry is wrong"));
        }
        Ok(content)
    }
}

/// The records of the directory, which the end record at the end of the bytes points to.
fn directory(bytes: &[u8]) -> Result<Vec<Record>, NpyError> {
    let earliest = bytes.len().saturating_sub(END_RECORD + MAX_COMMENT);
    let end = (earliest..bytes.len())
        .rev()
        .find(|&place| bytes[place..].starts_with(b"PK\x05\x06"));
    let end = end.ok_or_else(|| bad("it has no end record"))?;
    let end_record = part(bytes, end, END_RECORD)?;
    let count = u16_at(end_record, 10)?;
    let mut place = u32_at(end_record, 16)?;
    if count == usize::from(u16::MAX) || place == u32::MAX as usize {
        return Err(bad("zip64 directories are not supported"));
    }
    let mut records = Vec::new();
    for _ in 0..count {
        let record = part(bytes, place, DIRECTORY_RECORD)?;
        if !record.starts_with(b"PK\x01\x02") {
            return Err(bad("the directory is damaged"));
        }
        let name_length = u16_at(record, 28)?;
        let name = part(bytes, place + DIRECTORY_RECORD, name_length)?;
        records.push(Record {
            name: String::from_utf8_lossy(name).into_owned(),
            encrypted: u16_at(record, 8)? & 1 == 1,
            method: u16_at(record, 10)?,
            check_sum: u32_at(record, 16)? as u32,
            packed: u32_at(record, 20)?,
            size: u32_at(record, 24)?,
            header: u32_at(record, 42)?,
        });
        place += DIRECTORY_RECORD + name_length + u16_at(record, 30)? + u16_at(record, 32)?;
    }
    Ok(records)
}

fn bad(problem: impl Into<String>) -> NpyError {
    NpyError::BadArchive {
        problem: problem.into(),
    }
}

fn part(bytes: &[u8], start: usize, length: usize) -> Result<&[u8], NpyError> {
    let end = start.checked_add(length);
    end.and_then(|end| bytes.get(start..end))
        .ok_or_else(|| bad("it is cut off"))
}

fn u16_at(bytes: &[u8], place: usize) -> Result<usize, NpyError> {
    let field = part(bytes, place, 2)?;
    Ok(usize::from(field[0]) | usize::from(field[1]) << 8)
}

fn u32_at(bytes: &[u8], place: usize) -> Result<usize, NpyError> {
    Ok(u16_at(bytes, place)? | u16_at(bytes, place + 2)? << 16)
}

/// CRC-32 with the polynomial of zip (reversed 0xEDB88320).
fn check_sum(bytes: &[u8]) -> u32 {
    !bytes
        .iter()
        .fold(!0, |sum: u32, &byte| TABLE[usize::from(sum as u8 ^ byte)] ^ sum >> 8)
}

/// What each byte does to a check sum.
const TABLE: [u32; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let mut sum = byte as u32;
        let mut bit = 0;
        while bit < 8 {
            sum = if sum & 1 == 1 { sum >> 1 ^ 0xEDB8_8320 } else { sum >> 1 };
            bit += 1;
        }
        table[byte] = sum;
        byte += 1;
    }
    table
};
