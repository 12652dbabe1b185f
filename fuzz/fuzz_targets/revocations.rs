#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| jwt_auth::fuzzing::revocations(bytes));
