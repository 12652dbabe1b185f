//! The committed C header is the one that the code generates.

use std::fs;

const COMMITTED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/include/jwt_auth.h");
const GENERATED: &str = include_str!(concat!(env!("OUT_DIR"), "/jwt_auth.h"));

#[test]
fn the_committed_header_is_the_generated_one() {
    if std::env::var_os("JWT_AUTH_BLESS").is_some() {
        fs::write(COMMITTED, GENERATED).unwrap();
    }
    assert!(
        fs::read_to_string(COMMITTED).unwrap_or_default() == GENERATED,
        "include/jwt_auth.h is out of date; JWT_AUTH_BLESS=1 cargo test --features header writes it"
    );
}
