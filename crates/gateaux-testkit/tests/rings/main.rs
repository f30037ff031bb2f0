//! The tests of the calculus, ring by ring; see the crate's documentation.
//!
//! `GATEAUX_CASES` sets the number of random cases of each test, `GATEAUX_SEED` the seed of the first.

#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::print_stdout, reason = "counts and seeds, shown when a test fails")]

mod claims;
mod exact;
mod kernels;
mod laws;
mod mutants;
mod random;
mod records;
