//! Scratch.
use gateaux::*;
fn main() {
    let args: Vec<String> = std::env::args().collect();
    let mut p = match Problem::parse(&args[1].replace(';', "\n")) { Ok(p) => p, Err(e) => { println!("{e}"); return; } };
    let names: Vec<&str> = args[2].split(',').collect();
    match p.derive(&names) {
        Err(e) => println!("{e}"),
        Ok(a) => {
            println!("d: {}", a.differential(Notation::Text));
            println!("e: {:?}", a.explicit(Notation::Text));
            println!("o: {}", a.operator(Notation::Text));
            println!("l: {:?}", a.explicit(Notation::Latex));
            println!("a: {:?} {:?}", a.assumptions(), a.notes());
            println!("{:?}", a.check(&mut p));
        }
    }
}
