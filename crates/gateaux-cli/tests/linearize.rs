//! `gateaux eval --direction` and `gateaux diff --check full`: derivatives against steps.

mod command;

use command::gateaux;
use serde_json::json;

/// The numbers of a step.
fn step(arguments: &[&str]) -> serde_json::Value {
    gateaux(&[&["eval"], arguments, &["--format", "json"]].concat()).json()
}

fn number(value: &serde_json::Value) -> f64 {
    value.as_f64().unwrap_or(f64::NAN)
}

#[test]
fn the_first_table_of_the_lecture() {
    for (h, moved) in [("0.0001", 9.000_600_01), ("0.00001", 9.000_060_000_1)] {
        let found = step(&["c^2", "--data", "c=3", "--direction", &format!("c={h}")]);
        let h: f64 = h.parse().expect("a number");
        assert!((number(&found["moved"]) - moved).abs() < 3e-15, "{found}");
        assert!((number(&found["terms"][0]) - 6.0 * h).abs() < 1e-19, "{found}");
        assert!((number(&found["remainder"]) - h * h).abs() < 1e-23, "{found}");
    }
}

#[test]
fn the_inner_product_of_the_lecture() {
    let found = step(&[
        "x'*x",
        "--data",
        "x=[3, 4]",
        "--wrt",
        "x",
        "--direction",
        "x=[0.001, 0.002]",
    ]);
    assert_eq!(found["terms"], json!([0.022]));
    assert_eq!(found["difference"], json!(0.022005));
    let page = gateaux(&["eval", "x'*x", "--data", "x=[3, 4]", "--direction", "x=[0.001, 0.002]"]).ok();
    assert!(
        page.ends_with("difference\n  0.022005\n\ndifferential\n  0.022\n\nremainder\n  5e-6\n"),
        "{page}"
    );
}

#[test]
fn random_directions_are_repeatable_and_fit_their_variables() {
    let of = |seed: &str| {
        let arguments = [
            "S: symmetric(n); tr(S^3)",
            "--data",
            "S=[[1, 2], [2, 5]]",
            "--direction",
            "random",
        ];
        step(&[&arguments[..], &["--seed", seed, "--step", "1e-5"]].concat())
    };
    let (a, b) = (of("1"), of("2"));
    assert_eq!(a, of("1"));
    assert_ne!(a["direction"], b["direction"]);
    let direction = &a["direction"]["S"];
    assert_eq!(direction[0][1], direction[1][0]);
    for found in [a, b] {
        let (change, term) = (number(&found["difference"]), number(&found["terms"][0]));
        assert!((change - term).abs() < 1e-8 && change.abs() > 1e-6, "{found}");
    }
}

#[test]
fn a_polynomial_is_its_taylor_polynomial() {
    let data = [
        "x'*A*x",
        "--data",
        "x=[1, 2]",
        "--data",
        "A=[[2, 1], [0, 3]]",
        "--wrt",
        "x,A",
    ];
    let found = step(&[&data[..], &["--direction", "random", "--step", "0.5", "--order", "3"]].concat());
    assert_eq!(found["terms"].as_array().map(Vec::len), Some(3));
    assert!(number(&found["remainder"]).abs() < 1e-28, "{found}");
    let mapped = step(&[
        "X^2",
        "--data",
        "X=[[1, 2], [3, 4]]",
        "--direction",
        "X=[[1, 0], [0, 0]]",
        "--order",
        "2",
    ]);
    assert_eq!(
        mapped["terms"],
        json!([[[2.0, 2.0], [3.0, 0.0]], [[1.0, 0.0], [0.0, 0.0]]])
    );
    assert_eq!(mapped["remainder"], json!([[0.0, 0.0], [0.0, 0.0]]));
}

#[test]
fn steps_that_do_not_fit_are_refused_with_advice() {
    let data = ["eval", "x'*A*x", "--data", "x=[1, 2]", "--data", "A=[[2, 0], [0, 3]]"];
    let refused = |more: &[&str], code: i32| gateaux(&[&data[..], more].concat()).failed(code);
    assert!(refused(&["--direction", "x=[1, 2, 3]"], 1).contains("shape [3], but x has [2]"));
    assert!(refused(&["--direction", "y=[1]"], 1).contains("no variable of the problem"));
    let page = refused(&["--direction", "random"], 2);
    assert!(
        page.contains("does not say which variables move") && page.contains("--wrt x"),
        "{page}"
    );
    let page = refused(&["--direction", "x=[1, 2]", "--wrt", "x,A"], 2);
    assert!(
        page.contains("no direction for A") && page.contains("--direction A=random"),
        "{page}"
    );
    assert!(refused(&["--direction", "x=[1, 2]", "--wrt", "A"], 2).contains("direction"));
    assert!(refused(&["--direction", "x=random", "--step", "small"], 2).contains("small"));
    assert!(refused(&["--step", "1"], 2).contains("--direction"));
    assert!(refused(&["--direction", "x=random", "--step", "inf"], 2).contains("not finite"));
    let skew = ["eval", "K: skew(n); tr(K^2)", "--data", "K=[[0, 1], [-1, 0]]"];
    let page = gateaux(&[&skew[..], &["--direction", "K=[[1, 0], [0, 0]]"]].concat()).failed(1);
    assert!(page.contains("G0601") && page.contains("declared skew"), "{page}");
    let orthogonal = [
        "eval",
        "Q: orthogonal(n); tr(Q)",
        "--data",
        "Q=[[0, 1], [-1, 0]]",
        "--direction",
        "Q=random",
    ];
    gateaux(&orthogonal).ok();
    assert!(
        gateaux(&[&orthogonal[..], &["--order", "2"]].concat())
            .failed(1)
            .contains("ask for order 1")
    );
}

#[test]
fn the_errors_of_differences_have_their_slopes() {
    let arguments = [
        "diff",
        "sum(exp(A*x))",
        "--wrt",
        "x",
        "--check",
        "full",
        "--format",
        "json",
    ];
    let found = &gateaux(&arguments).json()["convergence"];
    assert_eq!(found["verdict"], json!("verified"));
    assert_eq!(found["table"].as_array().map(Vec::len), Some(33));
    for (name, order) in [("forward", 1.0), ("central", 2.0)] {
        let slope = |which: &str| number(&found[name][which]);
        assert!((slope("truncation_slope") - order).abs() < 0.1, "{found}");
        assert!((slope("rounding_slope") + 1.0).abs() < 0.3, "{found}");
        let ratio = slope("best_step") / slope("predicted_step");
        assert!((0.01..100.0).contains(&ratio), "{found}");
    }
}

#[test]
fn every_kind_of_derivative_can_be_measured() {
    let cases: [&[&str]; 5] = [
        &["x'*A*x", "--wrt", "x", "--order", "2"],
        &["norm2(A*x - b)^2", "--wrt", "A,b"],
        &["z: complex vector(n); norm2(z)^2", "--wrt", "z"],
        &["S: posdef(n); logdet(S)", "--wrt", "S", "--order", "2"],
        &["sum(abs(x))"],
    ];
    for case in cases {
        let page = gateaux(&[&["diff"], case, &["--check", "full"]].concat()).ok();
        assert!(
            page.contains("convergence of differences") && !page.contains("NOT VERIFIED"),
            "{page}"
        );
        assert!(page.contains("the derivative is right"), "{page}");
    }
}

#[test]
fn the_picture_goes_to_a_file() {
    let folder = std::env::temp_dir().join(format!("gateaux-plot-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder for temporary files");
    let path = folder.join("error.svg");
    let file = path.to_string_lossy().into_owned();
    gateaux(&["diff", "X^2", "--plot", &file]).ok();
    let svg = std::fs::read_to_string(&path).expect("the picture was written");
    assert!(
        svg.starts_with("<svg ") && svg.contains("<title") && svg.contains("slope 1<"),
        "{svg}"
    );
    std::fs::remove_dir_all(&folder).expect("the folder is ours");
    let page = gateaux(&["diff", "X^2", "--plot", "error.png"]).failed(2);
    assert!(page.contains("error.svg"), "{page}");
    assert!(
        gateaux(&["diff", "a*b", "--wrt", "a,b", "--plot", "e.svg"])
            .failed(2)
            .contains("one derivative")
    );
    assert!(
        gateaux(&["diff", "X^2", "--plot", "/no/such/folder/e.svg"])
            .failed(1)
            .contains("G0713")
    );
}
