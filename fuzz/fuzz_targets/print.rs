//! See `gateaux_testkit::fuzz::print`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| gateaux_testkit::fuzz::print(data));
