fn main(){ let q=std::io::read_to_string(std::io::stdin()).unwrap(); println!("{}", gateaux_web::answer(q.trim().as_bytes())); }
