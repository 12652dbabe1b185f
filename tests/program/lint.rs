//! `lint`: what is wrong with a configuration.

use crate::harness::{parsed, with_secret};
use serde_json::Value;

#[test]
fn lint_finds_errors_and_warnings() {
    let place = with_secret();
    assert_eq!(
        place.run(0, &["lint", "config.json"]),
        "nothing to change\n"
    );
    place.write("weak.json", r#"{"secret": "hunter2"}"#);
    let told = parsed(&place.run(1, &["lint", "--json", "weak.json"]));
    assert_eq!(told["error"], Value::Null);
    let warning = "`secret`: a secret of 7 bytes can be guessed; use at least 32 random bytes";
    assert!(
        told["warnings"]
            .as_array()
            .unwrap()
            .contains(&warning.into()),
        "{told}"
    );
    place.write("bad.json", r#"{"secret": "hunter2", "leeway": "x"}"#);
    let told = place.run(1, &["lint", "bad.json"]);
    assert!(told.starts_with("  error         `leeway`: "), "{told}");
    assert!(!told.contains("hunter2"));
}
