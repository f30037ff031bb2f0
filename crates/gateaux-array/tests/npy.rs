//! Reading and writing `.npy` and `.npz`. The files in `data/` were written by NumPy 2.4: `numpy.savez`,
//! `numpy.savez_compressed`, and an archive `kinds.npz` of the matrix [[1, 2, 3], [4, 5, 6]] in every type and order
//! (of booleans, [[0, 1, 1], [1, 0, 1]]).

#![allow(clippy::unwrap_used, reason = "tests")]

use gateaux_array::npy::{self, NpyError};
use gateaux_array::{Array, npz};
use proptest::prelude::*;

const STORED: &[u8] = include_bytes!("data/stored.npz");
const DEFLATED: &[u8] = include_bytes!("data/deflated.npz");
const KINDS: &[u8] = include_bytes!("data/kinds.npz");

fn rows(rows: &[Vec<f64>]) -> Array<f64> {
    Array::from_rows(rows).unwrap()
}

/// A file of version 1.0 with this header and these data.
fn file(header: &str, data: &[u8]) -> Vec<u8> {
    let length = u16::try_from(header.len()).unwrap().to_le_bytes();
    [b"\x93NUMPY\x01\x00", &length[..], header.as_bytes(), data].concat()
}

fn error(header: &str) -> String {
    npy::read(&file(header, &[0; 8])).unwrap_err().to_string()
}

proptest! {
    #[test]
    fn what_was_written_reads_back(shape in prop::collection::vec(0..4usize, 0..5), seed in any::<u64>()) {
        let mut bits = seed;
        let array = Array::from_fn(&shape, |_| {
            bits = bits.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            // Not a number is unequal to itself, so it would not compare.
            let value = f64::from_bits(bits);
            if value.is_nan() { f64::INFINITY } else { value }
        });
        let array = array.unwrap();
        let bytes = npy::write(&array);
        prop_assert_eq!((bytes.len() - 8 * array.len()) % 64, 0);
        prop_assert_eq!(npy::read(&bytes).unwrap(), array);
    }

    /// Damaged files are errors or other arrays, never a panic.
    #[test]
    fn damage_is_survived(
        place in any::<prop::sample::Index>(), byte in any::<u8>(), cut in any::<prop::sample::Index>()
    ) {
        let array = rows(&[vec![1.0, 2.0, 3.0], vec![4.0, 5.0, 6.0]]);
        let mut bytes = npy::write(&array);
        let place_in_file = place.index(bytes.len());
        bytes[place_in_file] = byte;
        let _ = npy::read(&bytes);
        prop_assert!(npy::read(&bytes[..cut.index(bytes.len())]).is_err());
        for archive in [STORED, DEFLATED] {
            let mut bytes = archive.to_vec();
            let place_in_archive = place.index(bytes.len());
            bytes[place_in_archive] = byte;
            let _ = npz::read(&bytes);
            prop_assert!(npz::read(&archive[..cut.index(archive.len())]).is_err());
        }
    }

    #[test]
    fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert_eq!(npy::read(&bytes), Err(NpyError::NotNpy));
        prop_assert!(npz::read(&bytes).is_err());
        let _ = npy::read(&[b"\x93NUMPY\x01\x00\x20\x00", &bytes[..]].concat());
        let _ = npz::read(&[&bytes[..], b"PK\x05\x06\0\0\0\0\x01\0\x01\0\0\0\0\0\0\0\0\0\0\0"].concat());
    }
}

#[test]
fn every_kind_of_numpy_reads_alike() {
    let numbers = rows(&[vec![1.0, 2.0, 3.0], vec![4.0, 5.0, 6.0]]);
    let booleans = rows(&[vec![0.0, 1.0, 1.0], vec![1.0, 0.0, 1.0]]);
    let arrays = npz::read(KINDS).unwrap();
    assert_eq!(arrays.len(), 26);
    for (name, array) in arrays {
        assert_eq!(
            &array,
            if name.starts_with("b1") { &booleans } else { &numbers },
            "{name}"
        );
    }
}

#[test]
fn archives_of_numpy_read() {
    let stored = npz::read(STORED).unwrap();
    assert_eq!(
        stored[0],
        ("a".into(), rows(&[vec![1.5, 2.0, 3.0], vec![4.0, 5.0, 6.0]]))
    );
    assert_eq!(stored[1], ("n".into(), Array::scalar(7.0)));
    let deflated = npz::read(DEFLATED).unwrap();
    assert_eq!(deflated.len(), 3);
    assert_eq!(
        deflated[0].1,
        Array::from_fn(&[4, 50], |index| (50 * index[0] + index[1]) as f64).unwrap()
    );
    assert_eq!(
        deflated[1],
        ("mask".into(), Array::vector(vec![1.0, 0.0, 1.0]).unwrap())
    );
    assert_eq!(deflated[2], ("e".into(), Array::zeros(&[0, 3]).unwrap()));
}

#[test]
fn damaged_data_do_not_pass_the_check_sum() {
    let at = STORED
        .windows(8)
        .position(|bytes| bytes == 1.5f64.to_le_bytes())
        .unwrap();
    let mut damaged = STORED.to_vec();
    damaged[at + 6] ^= 1;
    assert_eq!(
        npz::read(&damaged).unwrap_err().to_string(),
        "a: bad .npz archive: the check sum of an entry is wrong"
    );
}

#[test]
fn headers_of_all_versions_and_styles() {
    let one = 1f64.to_le_bytes();
    let text = "{\"shape\": (1L,),  'fortran_order':False, 'descr':'<f8'}";
    let expected = Array::vector(vec![1.0]).unwrap();
    assert_eq!(npy::read(&file(text, &one)).unwrap(), expected);
    for version in [2, 3] {
        let length = u32::try_from(text.len()).unwrap().to_le_bytes();
        let bytes = [b"\x93NUMPY", &[version, 0][..], &length, text.as_bytes(), &one].concat();
        assert_eq!(npy::read(&bytes).unwrap(), expected);
    }
    let unknown = npy::read(b"\x93NUMPY\x04\x00").unwrap_err();
    assert_eq!(unknown, NpyError::UnknownVersion { major: 4, minor: 0 });
}

#[test]
fn errors_say_what_is_wrong() {
    let header = |descr: &str, shape: &str| format!("{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, }}");
    assert_eq!(
        npy::read(b"PK").unwrap_err().to_string(),
        "not a .npy file: the magic string is missing"
    );
    assert_eq!(
        error(&header("'<c16'", "(1,)")),
        "unsupported entry type '<c16': expected real floats, integers or booleans"
    );
    assert_eq!(
        error(&header("[('x', '<f8')]", "(1,)")),
        "unsupported entry type structure: expected real floats, integers or booleans"
    );
    assert_eq!(
        error(&header("'<f8'", "(2,)")),
        "the .npy header asks for 16 bytes of data, found 8"
    );
    assert_eq!(
        error(&header("'<f4'", "()")),
        "the .npy header asks for 4 bytes of data, found 8"
    );
    assert_eq!(
        error(&header("'<f8'", "(-1,)")),
        "bad .npy header: expected a size, found ''"
    );
    assert_eq!(
        error("{'descr': '<f8'}"),
        "bad .npy header: the key 'fortran_order' is missing"
    );
    assert_eq!(
        error("{'descr': '<f8', 'descr': '<f8'}"),
        "bad .npy header: the key 'descr' occurs twice"
    );
    assert_eq!(error("{'color': '<f8'}"), "bad .npy header: unknown key 'color'");
    assert_eq!(error(""), "bad .npy header: expected '{'");
    assert_eq!(
        error(&header("'<f8'", "(99999999999, 99999999999)")),
        "an array of 9999999999800000000001 entries is larger than the limit of 134217728"
    );
    assert!(error(&header("'<f8'", "(99999999999999999999999,)")).starts_with("bad .npy header: expected a size"));
    assert_eq!(
        npz::read(b"").unwrap_err().to_string(),
        "bad .npz archive: it has no end record"
    );
}

/// Example: a large integer that a float would round is an error.
#[test]
fn integers_are_exact() {
    let read = |descr: &str, value: u64| {
        let header = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': ()}}");
        npy::read(&file(&header, &value.to_le_bytes())).map(|array| array.data()[0])
    };
    assert_eq!(read("<i8", (-3i64) as u64), Ok(-3.0));
    assert_eq!(read("<i8", i64::MIN as u64), Ok(-(2f64.powi(63))));
    assert_eq!(read("<u8", 1 << 63), Ok(2f64.powi(63)));
    assert_eq!(
        read("<i8", (1 << 53) + 1),
        Err(NpyError::NotExact {
            value: "9007199254740993".into()
        })
    );
    assert_eq!(
        read("<u8", u64::MAX),
        Err(NpyError::NotExact {
            value: "18446744073709551615".into()
        })
    );
}
