//! `gateaux eval`.

mod command;

use command::{Directory, gateaux};
use gateaux::{Array, npy};
use serde_json::json;

#[test]
fn numbers_on_the_command_line() {
    let page = gateaux(&[
        "eval",
        "A*x",
        "--data",
        "A=[[1, 2], [3, 4], [5, 6]]",
        "--data",
        "x=[1, 0.5]",
    ])
    .ok();
    assert_eq!(page, "value (3)\n  2\n  5\n  8\n");
    assert_eq!(
        gateaux(&["eval", "a*b", "--data", "a=2", "--data", "b=-3.5"]).ok(),
        "value\n  -7\n"
    );
}

#[test]
fn value_and_derivative_as_json() {
    let data = [
        "--data",
        "A=[[1, 2], [3, 4], [5, 6]]",
        "--data",
        "x=[1, 2]",
        "--data",
        "b=[1, 1, 1]",
    ];
    let answer =
        |more: &[&str]| gateaux(&[&["eval", "norm2(A*x - b)^2", "--format", "json"], &data[..], more].concat()).json();
    assert_eq!(answer(&[])["value"], json!(372.0));
    let gradient = answer(&["--wrt", "x"]);
    assert_eq!(
        (&gradient["value"], &gradient["derivative"]),
        (&json!(372.0), &json!([228.0, 288.0]))
    );
    let several = answer(&["--wrt", "A,b"]);
    assert_eq!(several["gradients"]["b"]["derivative"], json!([-8.0, -20.0, -32.0]));
    assert_eq!(
        several["gradients"]["A"]["derivative"],
        json!([[8.0, 16.0], [20.0, 40.0], [32.0, 64.0]])
    );
    assert_eq!(
        answer(&["--wrt", "x", "--order", "2"])["derivative"],
        json!([[70.0, 88.0], [88.0, 112.0]])
    );
}

#[test]
fn files_of_every_kind() {
    let directory = Directory::new("eval-files");
    let matrix = Array::from_rows(&[vec![1.0, 2.0], vec![3.0, 4.0], vec![5.0, 6.0]]).expect("a small array");
    let files = [
        directory.write("a.npy", npy::write(&matrix)),
        directory.write("a.csv", "first,second\n1,2\n3,4\n5,6\n"),
        directory.write("a.json", "[[1, 2], [3, 4], [5, 6]]"),
        directory.write("all.json", r#"{"A": [[1, 2], [3, 4], [5, 6]], "x": [7], "unused": 1}"#),
    ];
    for file in files {
        let page = gateaux(&["eval", "A*x", "--data", &format!("A={file}"), "--data", "x=[1, 1]"]).ok();
        assert_eq!(page, "value (3)\n   3\n   7\n  11\n", "{file}");
    }
    let all = directory.write("both.json", r#"{"A": [[1, 2]], "x": [3, 4], "unused": "text"}"#);
    assert_eq!(gateaux(&["eval", "A*x", "--data", &all]).ok(), "value (1)\n  11\n");
}

#[test]
fn one_column_or_one_row_of_a_table_may_be_a_vector() {
    let directory = Directory::new("eval-vectors");
    let column = directory.write("column.csv", "1\n2\n3\n");
    let row = directory.write("row.csv", "1,2,3\n");
    for file in [&column, &row] {
        assert_eq!(
            gateaux(&["eval", "x'*x", "--data", &format!("x={file}")]).ok(),
            "value\n  14\n"
        );
    }
    let page = gateaux(&["eval", "X*X'", "--data", &format!("X={row}")]).ok();
    assert_eq!(page, "value (1 x 1)\n  14\n");
    let number = directory.write("number.csv", "2.5\n");
    assert_eq!(
        gateaux(&["eval", "2*a", "--data", &format!("a={number}")]).ok(),
        "value\n  5\n"
    );
}

#[test]
fn archives_of_arrays() {
    let archive = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/arrays.npz");
    let page = gateaux(&["eval", "A*x", "--data", archive]).ok();
    assert_eq!(page, "value (3)\n   5\n  11\n  17\n");
    let page = gateaux(&["eval", "A*y", "--data", &format!("A={archive}"), "--data", "y=[1, 1]"]).ok();
    assert_eq!(page, "value (3)\n   3\n   7\n  11\n");
    let message = gateaux(&["eval", "B", "--data", &format!("B={archive}")]).failed(1);
    assert!(message.contains("no array named B"), "{message}");
}

#[test]
fn bad_data_name_the_place() {
    let directory = Directory::new("eval-bad");
    let word = directory.write("word.csv", "1,2\n3,four\n");
    let ragged = directory.write("ragged.csv", "1,2\n3\n");
    let empty = directory.write("empty.csv", "");
    let noise = directory.write("noise.npy", "noise");
    let broken = directory.write("broken.json", "[1,");
    let other = directory.write("other.txt", "1");
    for (data, wanted) in [
        (format!("A={word}"), "row 2, column 2: \"four\" is no number"),
        (format!("A={ragged}"), "row 2 has 1 entries where others have 2"),
        (format!("A={empty}"), "no numbers"),
        (format!("A={noise}"), "noise.npy"),
        (format!("A={broken}"), "broken.json"),
        (format!("A={other}"), "cannot tell what kind of data"),
        ("A=missing.npy".to_owned(), "cannot read missing.npy"),
        (
            "A=[[1, 2], [3]]".to_owned(),
            "list [2] has 1 entry, but the first has 2",
        ),
        ("A=[[1, true]]".to_owned(), "entry [1, 2] is true, which is no number"),
        ("A=[1,".to_owned(), "A is no array"),
        ("q=1".to_owned(), "there are data for q, which is no variable"),
        ("A=[1, 2]".to_owned(), "A is a vector"),
    ] {
        let message = gateaux(&["eval", "A*x", "--data", &data, "--data", "x=[1, 2]"]).failed(1);
        assert!(message.contains(wanted), "{data}: {wanted} is not in:\n{message}");
    }
    let npy = directory.write("a.npy", npy::write(&Array::scalar(1.0)));
    assert!(
        gateaux(&["eval", "a", "--data", &npy])
            .failed(2)
            .contains("which variable")
    );
}

#[test]
fn missing_and_contradicting_data() {
    let message = gateaux(&["eval", "A*x", "--data", "A=[[1, 2]]"]).failed(1);
    assert!(message.contains("the input for x is missing"), "{message}");
    let message = gateaux(&["eval", "A*x", "--data", "A=[[1, 2]]", "--data", "x=[1, 2, 3]"]).failed(1);
    assert!(message.contains("n has two sizes"), "{message}");
    let message = gateaux(&["eval", "inv(A)", "--data", "A=[[1, 1], [1, 1]]"]).failed(1);
    assert!(message.contains("singular"), "{message}");
}

#[test]
fn sizes_that_no_data_tell() {
    let arguments = ["eval", "sum(ones(k))*a", "--data", "a=2"];
    assert!(gateaux(&arguments).failed(1).contains("k is not known"));
    assert_eq!(
        gateaux(&[&arguments[..], &["--dims", "k=5"]].concat()).ok(),
        "value\n  10\n"
    );
}

#[test]
fn what_is_not_finite_is_noted() {
    let page = gateaux(&["eval", "log(a)", "--data", "a=0"]).ok();
    assert!(page.starts_with("value\n  -inf\n\nnotes\n  log made"), "{page}");
    let answer = gateaux(&["eval", "log(a)", "--data", "a=0", "--format", "json"]).json();
    assert_eq!(answer["value"], json!("-inf"));
}

#[test]
fn digits_and_columns() {
    let data = ["--data", "A=[[1, 123456789], [0.000001, -2.5]]"];
    let page = gateaux(&[&["eval", "A"], &data[..]].concat()).ok();
    assert_eq!(page, "value (2 x 2)\n     1  1.23457e8\n  1e-6       -2.5\n");
    let page = gateaux(&[&["eval", "A", "--digits", "10"], &data[..]].concat()).ok();
    assert_eq!(page, "value (2 x 2)\n     1  123456789\n  1e-6       -2.5\n");
}

#[test]
fn more_than_two_axes_are_shown_matrix_by_matrix() {
    let page = gateaux(&[
        "eval",
        "A*x",
        "--data",
        "A=[[1, 2], [3, 4]]",
        "--data",
        "x=[5, 6]",
        "--wrt",
        "A",
    ])
    .ok();
    assert!(
        page.contains("(2 x 2 x 2)\n  [1, :, :]\n  5  6\n  0  0\n  [2, :, :]\n  0  0\n  5  6\n"),
        "{page}"
    );
}
