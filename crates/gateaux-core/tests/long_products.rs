//! Long products: one form however they were made, and derivatives whose parts are shared.

use gateaux_core::diff::{Explicit, derivative};
use gateaux_core::expr::{Expr, Facts, MAX_FLAT, Shape, Store, Structure};
use gateaux_core::infer::{build, infer};
use gateaux_core::print::{Layout, Notation};
use gateaux_core::simplify::simplify;

/// A sequence of numbers that look random.
struct Draw(u64);

impl Draw {
    fn below(&mut self, count: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        ((self.0 >> 33) as usize) % count
    }
}

/// Square matrices that join, cancel and have symmetries, and the vectors x and y.
fn alphabet(store: &mut Store) -> (Vec<Expr>, [Expr; 2]) {
    let n = store.dims.name("n");
    let square = Shape::Matrix(n, n);
    let mut declare = |name: &str, shape: Shape, structure: Structure| {
        store
            .add_variable(name, shape, structure, Facts::NONE)
            .expect("a variable")
    };
    let [a, b] = ["A", "B"].map(|name| declare(name, square, Structure::General));
    let [s, k] = [("S", Structure::Symmetric), ("K", Structure::Skew)].map(|(name, kept)| declare(name, square, kept));
    let q = declare("Q", square, Structure::Orthogonal);
    let [x, y, d] = ["x", "y", "d"].map(|name| declare(name, Shape::Vector(n), Structure::General));
    let sum = store.add(a, b).expect("a sum");
    let pair = store.matmul(&[a, b]).expect("a product");
    let m = store.dims.name("m");
    let p = store
        .add_variable("P", Shape::Matrix(n, m), Structure::General, Facts::NONE)
        .expect("a variable");
    let w = store
        .add_variable("W", Shape::Matrix(m, m), Structure::General, Facts::NONE)
        .expect("a variable");
    let turned = store.transpose(p).expect("a matrix");
    let gram = store.matmul(&[p, turned]).expect("a product");
    let weighted = store.matmul(&[p, w, turned]).expect("a product");
    let made = [
        store.transpose(a),
        store.transpose(q),
        store.transpose(sum),
        store.inverse(a),
        store.inverse(pair),
        store.inverse(gram),
        Ok(gram),
        store.inverse(weighted),
        Ok(weighted),
        store.matrix_power(b, 3),
        store.diag(d),
    ];
    let mut matrices = vec![a, b, s, k, q, sum];
    matrices.extend(made.map(|matrix| matrix.expect("a small expression")));
    (matrices, [x, y])
}

/// Random matrices with vectors at the ends or in between.
fn list(store: &mut Store, draw: &mut Draw, (matrices, [x, y]): &(Vec<Expr>, [Expr; 2])) -> Vec<Expr> {
    let row = store.transpose(*y).expect("a row");
    let drawn = |draw: &mut Draw| -> Vec<Expr> {
        // Few of the letters in one product, so that neighbors meet again.
        let letters = 1 + draw.below(matrices.len());
        let length = draw.below(3 * MAX_FLAT);
        (0..length).map(|_| matrices[draw.below(letters)]).collect()
    };
    let (first, second) = (drawn(draw), drawn(draw));
    match draw.below(5) {
        0 => [first.as_slice(), &[*x]].concat(),
        1 => [&[row], first.as_slice()].concat(),
        2 => [&[row], first.as_slice(), &[*x]].concat(),
        3 => [first.as_slice(), &[*x, row], second.as_slice()].concat(),
        _ => first,
    }
}

/// The product with parentheses in random places.
fn in_parentheses(store: &mut Store, draw: &mut Draw, list: &[Expr]) -> Expr {
    let mut parts = list.to_vec();
    while parts.len() > 1 {
        let at = draw.below(parts.len() - 1);
        let joined = store.matmul(&parts[at..at + 2]).expect("neighbors that fit");
        parts.splice(at..at + 2, [joined]);
    }
    parts[0]
}

#[test]
fn parentheses_and_transposes_make_no_difference() {
    let mut store = Store::default();
    let letters = alphabet(&mut store);
    let (mut draw, mut long) = (Draw(1), 0);
    for round in 0..600 {
        let factors = list(&mut store, &mut draw, &letters);
        if factors.is_empty() {
            continue;
        }
        long += usize::from(factors.len() > MAX_FLAT);
        let whole = store.matmul(&factors).expect("a product");
        let nested = in_parentheses(&mut store, &mut draw, &factors);
        assert_eq!(
            whole,
            nested,
            "round {round}: {:?}",
            shown(&mut store, &[whole, nested])
        );
        let mut turned = Vec::new();
        for factor in factors.iter().rev() {
            turned.push(store.transpose(*factor).expect("a matrix"));
        }
        let (turned, transposed) = (
            in_parentheses(&mut store, &mut draw, &turned),
            store.transpose(whole).expect("a matrix"),
        );
        assert_eq!(
            turned,
            transposed,
            "round {round}: {:?}",
            shown(&mut store, &[turned, transposed])
        );
        let back = store.transpose(transposed).expect("a matrix");
        assert_eq!(back, whole, "round {round}: {:?}", shown(&mut store, &[back, whole]));
    }
    assert!(long > 200, "{long} long products");
}

fn shown(store: &mut Store, exprs: &[Expr]) -> Vec<String> {
    let write = |expr: &Expr| Layout::new(store, *expr).expect("a layout").write(Notation::Text);
    exprs.iter().map(write).collect()
}

/// The number of expressions and of characters in the differential and in the gradient.
fn sizes(text: &str) -> Vec<usize> {
    let (tree, _) = gateaux_syntax::parse(text);
    let mut store = Store::default();
    let typing = infer(&tree, text, &[], &mut store.dims).expect("a text without mistakes");
    let built = build(&tree, &typing, &mut store).expect("a text without mistakes");
    let at = typing.variables.iter().position(|variable| variable.name == "X");
    let wrt = built.variables[at.expect("X is declared")];
    let found = derivative(&mut store, built.function, &[wrt], &["dX".to_owned()]).expect("a derivative");
    let Explicit::Array(gradient) = found.explicit else {
        panic!("{text} has a gradient");
    };
    let mut sizes = Vec::new();
    for expr in [found.form, gradient] {
        let expr = simplify(&mut store, expr).expect("a small expression");
        sizes.push(store.post_order(&[expr]).len());
        let layout = Layout::new(&mut store, expr).expect("a layout");
        // Of the names only how many there are, not how long they are.
        sizes.push(layout.size());
    }
    sizes
}

#[test]
fn derivatives_of_products_are_linear_in_their_length() {
    let functions = [
        "a'*(P)*b",
        "(a'*(P)*b)^2",
        "norm2((P)*b)^2",
        "sum(tanh((P)*b))",
        "sum((P)*b)",
        "a'*(P)*inv(X)*b",
        "b'*X'*(P)*b + a'*(P)'*b",
    ];
    let pieces: [fn(usize) -> String; 4] = [
        |at| format!("A{at}*X"),
        |at| format!("X'*A{at}'"),
        |at| format!("B*X^2*(X + A{at})"),
        |_| "B*X*D*X'".to_owned(),
    ];
    for function in functions {
        for piece in pieces {
            let text = |count: usize| {
                let product: Vec<String> = (1..=count).map(piece).collect();
                let declarations = "a: vector(n)\nb: vector(n)\nX: matrix(n, n)\nB: matrix(n, n)\nD: diagonal(n)";
                format!("{declarations}\n{}", function.replace("(P)", &product.join("*")))
            };
            let [small, middle, large] = [20, 40, 80].map(|count| sizes(&text(count)));
            for ((small, middle), large) in small.iter().zip(&middle).zip(&large) {
                assert!(
                    large - middle <= 2 * (middle - small) + 8,
                    "{small}, {middle}, {large} in {}",
                    text(2)
                );
            }
        }
    }
}
