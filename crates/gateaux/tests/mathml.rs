//! MathML: it is well-formed, of the elements of MathML Core, and has all names and numbers of the LaTeX.
//!
//! Of every problem of the corpus and of every example of the manual all forms are read again. `mathml/page.html` shows
//! what formulas look like; `GATEAUX_BLESS=1` rewrites it.

use std::fmt::Write as _;

use case::cases;
use element::read;
use gateaux::{Answer, Detail, Notation, Problem, latex_name, mathml, ops};

#[expect(dead_code, reason = "arrays are for other tests")]
mod case;
#[path = "mathml/element.rs"]
mod element;

/// Commands of LaTeX that write their own name.
const NAMES: [&str; 14] = [
    "arccos", "arcsin", "arctan", "cos", "cosh", "det", "exp", "log", "max", "min", "sin", "sinh", "tan", "tanh",
];

/// The names and numbers that LaTeX writes, in order, without those that are symbols.
fn words_of_latex(latex: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut rest = latex;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '\\' => {
                let letters = rest[1..]
                    .find(|c: char| !c.is_ascii_alphabetic())
                    .unwrap_or(rest.len() - 1);
                let command = &rest[1..=letters];
                let braces = rest[1 + letters..]
                    .strip_prefix('{')
                    .and_then(|inside| inside.split_once('}'));
                match (command, braces) {
                    ("mathrm" | "operatorname" | "mathsf" | "mathbf", Some((inside, _))) => {
                        words.push(inside.replace("\\_", "_"));
                        letters + inside.len() + 3
                    }
                    ("begin" | "end" | "text", Some((inside, _))) => letters + inside.len() + 3,
                    (name, _) if NAMES.contains(&name) => {
                        words.push(name.to_owned());
                        1 + letters
                    }
                    _ => 1 + letters.max(1),
                }
            }
            _ if first.is_ascii_digit() => {
                let digits = rest
                    .find(|c: char| !c.is_ascii_digit() && c != '.')
                    .unwrap_or(rest.len());
                words.push(rest[..digits].to_owned());
                digits
            }
            _ => {
                words.extend(first.is_alphabetic().then(|| first.to_string()));
                first.len_utf8()
            }
        };
        rest = &rest[length..];
    }
    words
}

/// The formula must be well-formed, and have the names and numbers of the LaTeX in the same order.
fn check(latex: &str, element: &str) -> Result<(), String> {
    let read = read(element).map_err(|reason| format!("{reason}\n    in {element}\n    of {latex}"))?;
    let bold = |c: char| match u32::from(c) {
        digit @ 0x1D7CE..=0x1D7D7 => char::from_digit(digit - 0x1D7CE, 10).unwrap_or(c),
        _ => c,
    };
    let words = read.words().into_iter();
    let words = words.map(|word| word.chars().map(bold).collect::<String>());
    let words: Vec<String> = words.filter(|word| word.is_ascii()).collect();
    let wanted = words_of_latex(latex);
    match words == wanted {
        true => Ok(()),
        false => Err(format!(
            "{wanted:?} are\n    {words:?}\n    in {element}\n    of {latex}"
        )),
    }
}

/// All forms of an answer in LaTeX and MathML.
fn forms(answer: &Answer) -> Vec<[String; 2]> {
    let both = |form: &dyn Fn(Notation) -> Option<String>| {
        let [latex, element] = [Notation::Latex, Notation::MathMl].map(form);
        Some([latex?, element?])
    };
    let mut forms: Vec<Option<[String; 2]>> = vec![
        both(&|notation| Some(answer.differential(notation).to_owned())),
        both(&|notation| answer.explicit(notation).map(str::to_owned)),
        both(&|notation| answer.index(notation).map(str::to_owned)),
        both(&|notation| answer.kronecker(notation).map(str::to_owned)),
        both(&|notation| Some(answer.operator(notation))),
        both(&|notation| answer.adjoint(notation)),
        both(&|notation| answer.hessian_vector(notation)),
    ];
    for part in answer.wirtinger() {
        forms.push(both(&|notation| Some(part.name(notation))));
        forms.push(both(&|notation| Some(part.formula(notation).to_owned())));
    }
    forms.into_iter().flatten().collect()
}

/// Checks the function and all forms of its derivatives; how many formulas there were.
fn check_all(problems: Vec<(String, Vec<String>)>) -> usize {
    let (mut count, mut wrong) = (0, Vec::new());
    for (text, wrt) in problems {
        let wrt: Vec<&str> = wrt.iter().map(String::as_str).collect();
        let Ok(mut problem) = Problem::parse(&text) else {
            continue;
        };
        let mut all = Vec::new();
        if let [Ok(latex), Ok(element)] = [Notation::Latex, Notation::MathMl].map(|n| problem.function_text(n)) {
            all.push([latex, element]);
        }
        if let Ok(mut answer) = problem.derive(&wrt)
            && answer.complete_views(&mut problem).is_ok()
        {
            all.extend(forms(&answer));
            if let Ok(steps) = answer.steps(&mut problem, Detail::Full) {
                let read = read(&steps.mathml());
                wrong.extend(
                    read.err()
                        .map(|reason| format!("{text}: {reason}\n    in {}", steps.latex())),
                );
                count += 1;
            }
        }
        count += all.len();
        for [latex, element] in &all {
            wrong.extend(check(latex, element).err().map(|reason| format!("{text}: {reason}")));
        }
    }
    assert!(wrong.is_empty(), "{} are wrong\n{}", wrong.len(), wrong.join("\n"));
    count
}

#[test]
fn formulas_of_the_corpus_are_well_formed() {
    let mut problems = Vec::new();
    for file in ["derivatives.jsonl", "hessians.jsonl"] {
        for case in cases(file) {
            let text = case["text"].as_str().expect("a text").to_owned();
            let order = case["order"].as_u64().unwrap_or(1) as usize;
            let wrt = match &case["wrt"] {
                serde_json::Value::String(name) => vec![name.clone(); order],
                names => {
                    let names = names.as_array().expect("names").iter();
                    names.filter_map(|name| name.as_str()).map(str::to_owned).collect()
                }
            };
            problems.push((text, wrt));
        }
    }
    assert!(check_all(problems) > 2000);
}

#[test]
fn formulas_of_every_function_are_well_formed() {
    let ops = ops::all().chain(ops::CONSTRUCTORS);
    let examples = ops.flat_map(|op| op.problems());
    let problems = examples.map(|(text, wrt, _)| (text, vec![wrt.to_owned()]));
    assert!(check_all(problems.collect()) > 400);
}

#[test]
fn the_sign_of_every_function_is_known() {
    let written = |op: &ops::Op| {
        let arguments = ["{0}", "{1}", "{2}"].iter().zip(["A", "B", "C"]);
        arguments.fold(op.latex.to_owned(), |text, (place, letter)| text.replace(place, letter))
    };
    // The signs of constructors have letters of their own.
    let own = ops::CONSTRUCTORS.iter().map(|op| (op, op.latex.to_owned()));
    for (op, latex) in ops::all().map(|op| (op, written(op))).chain(own) {
        if let Err(reason) = check(&latex, &mathml(&latex)) {
            panic!("{}: {reason}", op.name);
        }
    }
}

#[test]
fn whatever_is_given_the_element_is_well_formed() {
    let broken = [
        "",
        "{",
        "}",
        "^",
        "_^",
        "\\frac",
        "\\frac{a}",
        "\\sqrt",
        "\\left(",
        "\\right)",
        "\\left",
        "\\begin{bmatrix} a",
        "\\end{x}",
        "&",
        "\\\\",
        "\\text{a $b",
        "\\",
        "x'^2",
        "x_1_2^3^4",
        "<&>",
        "\\mathrm{",
        "\\begin{cases} & \\\\ & b",
        "\\left( \\begin{align*} a & \\left[ b \\\\",
        "\\text{$\\text{$x$}$}",
    ];
    for text in broken {
        if let Err(reason) = read(&mathml(text)) {
            assert!(reason.contains("is not known"), "{text}: {reason}");
        }
    }
    let refused = read(&mathml("\\foo")).expect_err("a command that is not known is seen");
    assert!(refused.contains("\\foo"), "{refused}");
    let deep = format!("{}x{}", "\\left(".repeat(100_000), "\\right)".repeat(100_000));
    assert!(mathml(&deep).contains("<mi>x</mi>"));
}

#[test]
fn names_are_those_of_latex() {
    for (name, want) in [
        ("x", "<mi>x</mi>"),
        ("alpha", "<mi>α</mi>"),
        ("Sigma", "<mi mathvariant=\"normal\">Σ</mi>"),
        ("x0", "<msub><mi>x</mi><mn>0</mn></msub>"),
        ("W_in", "<msub><mi>W</mi><mi>in</mi></msub>"),
        ("loss", "<mi>loss</mi>"),
        (
            "dX",
            "<mrow><mi mathvariant=\"normal\">d</mi><mo>\u{2061}</mo><mi>X</mi></mrow>",
        ),
    ] {
        let element = mathml(&latex_name(name));
        assert!(
            element.contains(&format!("\"block\">{want}</math>")),
            "{name}: {element}"
        );
    }
}

/// The problems of the golden page, and by what they are differentiated.
const PAGE: [(&str, &str); 30] = [
    ("norm2(A*x - b)^2", "x"),
    ("norm2(A*x - b)^2", "A"),
    ("logdet(A'*A)", "A"),
    ("x'*A*x/(x'*x)", "x"),
    ("lambda*norm2(w)^2/2 - log(sigmoid(w'*x))", "w"),
    ("softmax(A*x)", "x"),
    ("A*X*B", "X"),
    ("exp(-a^2/2)/sqrt(2*pi)", "a"),
    ("sum((A*x).^3)", "x, x"),
    ("sum(x.*y./(1 .+ x.^2))", "x"),
    ("norm2(X)", "X"),
    ("spectral(X)", "X"),
    ("S: symmetric(n); lmax(S)", "S"),
    ("kron(A, X)", "X"),
    (
        "A: complex matrix(m, n); z: complex vector(n); b: complex vector(m); norm2(A*z - b)^2",
        "z",
    ),
    ("z: complex scalar; conj(z)^2*z", "z"),
    ("where(a > 0, a^2, -a)", "a"),
    ("logsumexp(x)", "x, x"),
    ("norm(x, 3)", "x"),
    ("tr(pinv(X))", "X"),
    ("x: vector(3); [x[1]^2*x[2]; sin(x[3]); x[1]]", "x"),
    ("sum(X, 1)", "X"),
    ("T: tensor(m, n, p); einsum(\"ijk,i,j->k\", T, x, y)", "x"),
    ("log(det(X))^2*tr(X)", "X"),
    ("W_in: matrix(m, n); x0: vector(n); sum(tanh(W_in*x0 + b1))", "W_in"),
    ("a*lgamma(a)*polygamma(2, a)", "a"),
    ("loss: scalar; rate: scalar; loss^rate*exp(loss)", "loss"),
    ("x'*inv(A)*x", "A"),
    ("x: vector(n); sum(cos(x[2:n] - x[1:n-1]))", "x"),
    ("sin(x'*A*x)", "x, x, x, x"),
];

/// The formulas as a page, with the style sheet that derivations need.
fn page() -> String {
    let mut page = "<!doctype html>\n<meta charset=\"utf-8\">\n<title>Formulas in MathML</title>\n\
        <style>\n\
        /* Chromium aligns what is inside of cells by its own value, which others do not know. */\n\
        .lhs { text-align: right; text-align: -webkit-right; padding-right: 0 }\n\
        .rhs { text-align: left; text-align: -webkit-left; padding-left: 0 }\n\
        </style>\n"
        .to_owned();
    for (text, wrt) in PAGE {
        let wrt: Vec<&str> = wrt.split(", ").collect();
        let mut problem = Problem::parse(text).expect("a problem");
        let mut answer = problem.derive(&wrt).expect("a derivative");
        answer.complete_views(&mut problem).expect("views of it");
        let shown = match answer.derivative_axes().len() {
            0..=2 => answer.explicit(Notation::MathMl),
            _ => answer.index(Notation::MathMl),
        };
        let shown = shown.unwrap_or(answer.differential(Notation::MathMl));
        let title = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        writeln!(page, "<p>{title} by {}\n{shown}", wrt.join(", ")).expect("a string");
        if text == "logdet(A'*A)" {
            let steps = answer.steps(&mut problem, Detail::Full).expect("steps");
            writeln!(page, "{}", steps.mathml()).expect("a string");
        }
    }
    page
}

#[test]
fn the_page_of_formulas_is_as_it_was() {
    let page = page();
    for element in page.lines().filter(|line| line.starts_with("<math")) {
        read(element).unwrap_or_else(|reason| panic!("{reason} in {element}"));
    }
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mathml/page.html");
    if std::env::var_os("GATEAUX_BLESS").is_some() {
        std::fs::write(&path, &page).expect("the page can be written");
    }
    let wanted = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        page == wanted,
        "formulas look different; GATEAUX_BLESS=1 rewrites {}",
        path.display()
    );
}
