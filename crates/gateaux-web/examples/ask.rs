//! Answers a question of the page, given on standard input: `cargo run -p gateaux-web --example ask`.

#![expect(clippy::print_stdout, reason = "it is a program that prints its answer")]

fn main() -> std::io::Result<()> {
    let question = std::io::read_to_string(std::io::stdin())?;
    println!("{}", gateaux_web::answer(question.trim().as_bytes()));
    Ok(())
}
