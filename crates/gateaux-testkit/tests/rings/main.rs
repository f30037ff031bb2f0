//! The tests of the calculus, ring by ring; see the crate's documentation.
//!
//! `GATEAUX_CASES` sets the number of random cases of each test, `GATEAUX_SEED` the seed of the first. The laws on
//! 5000 random expressions, in about three minutes:
//!
//! ```sh
//! GATEAUX_CASES=5000 cargo test -p gateaux-testkit --test rings -- laws:: random::
//! ```

#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::print_stdout, reason = "counts and seeds, shown when a test fails")]

mod claims;
mod complex;
mod exact;
mod grid;
mod index;
mod kernels;
mod laws;
mod long;
mod matrix_functions;
mod mutants;
mod plans;
mod random;
mod records;
mod tally;
