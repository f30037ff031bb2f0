//! Scratch.
use gateaux::*;
use std::time::Instant;
fn main() {
    let time = |name: &str, text: String, wrt: &str| {
        let t = Instant::now();
        let mut p = match Problem::parse(&text) { Ok(p) => p, Err(e) => { println!("{name}: {}", e.to_string().chars().take(300).collect::<String>()); return; } };
        let t1 = t.elapsed();
        match p.derive(&[wrt]) {
            Err(e) => println!("{name}: {e}"),
            Ok(a) => println!("{name}: parse {:.1?} derive {:.1?} length {:?}", t1, t.elapsed() - t1, a.explicit(Notation::Text).map(str::len)),
        }
    };
    for k in [16, 64, 256] {
        let f: Vec<String> = (1..=k).map(|i| format!("A{i}")).collect();
        time(&format!("prod{k}"), format!("h'*{}*x", f.join("*")), &format!("A{}", k / 2));
    }
    for k in [16, 32, 64] {
        let f: Vec<String> = (1..=k).map(|i| format!("A{i}*X")).collect();
        time(&format!("alternating{k}"), format!("h'*{}*x", f.join("*")), "X");
    }
    for k in [50, 100, 200] {
        let mut t = "W: matrix(n, n)\nb: vector(n)\nx: vector(n)\nh0 = x\n".to_owned();
        for i in 1..=k { t += &format!("h{i} = tanh(W*h{} + b)\n", i - 1); }
        t += &format!("sum(h{k})");
        time(&format!("chain{k}"), t, "W");
    }
    for k in [1000, 3000, 10000] {
        let f: Vec<String> = (1..=k).map(|i| match i % 3 { 0 => format!("sin({i}*x)'*y"), 1 => format!("{i}*x'*A*x"), _ => format!("sum(exp(x/{i}))") }).collect();
        time(&format!("sum{k}"), f.join(" + "), "x");
    }
}
