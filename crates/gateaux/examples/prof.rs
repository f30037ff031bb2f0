//! Scratch.
use gateaux_core::{diff, infer, print, simplify, expr::*};
use std::time::Instant;
fn main() {
    let k = 10000;
    let f: Vec<String> = (1..=k).map(|i| match i % 3 { 0 => format!("sin({i}*x)'*y"), 1 => format!("{i}*x'*A*x"), _ => format!("sum(exp(x/{i}))") }).collect();
    let text = f.join(" + ");
    let (tree, _) = gateaux_syntax::parse(&text);
    let mut store = Store::default();
    let typing = infer::infer(&tree, &text, &[], &mut store.dims).unwrap();
    let b = infer::build(&tree, &typing, &mut store).unwrap();
    let t = Instant::now();
    let x = b.variables[typing.variables.iter().position(|v| v.name == "x").unwrap()];
    let d = diff::derivative(&mut store, b.function, &[x], &["dx".into()]).unwrap();
    println!("derivative {:?} store {}", t.elapsed(), store.len());
    let t = Instant::now();
    let form = simplify::simplify(&mut store, d.form).unwrap();
    println!("simplify form {:?}", t.elapsed());
    let t = Instant::now();
    let diff::Explicit::Array(e) = d.explicit else { panic!() };
    let e = simplify::simplify(&mut store, e).unwrap();
    println!("simplify explicit {:?}", t.elapsed());
    let t = Instant::now();
    let l = print::Layout::new(&mut store, form).unwrap();
    println!("layout form {:?}", t.elapsed());
    let t = Instant::now();
    let s = l.write(print::Notation::Text);
    println!("write {:?} {}", t.elapsed(), s.len());
    let t = Instant::now();
    let l = print::Layout::new(&mut store, e).unwrap();
    println!("layout explicit {:?} {}", t.elapsed(), l.size());
}
