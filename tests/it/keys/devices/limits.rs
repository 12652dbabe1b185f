//! How large a file of keys may be.

use std::fs::OpenOptions;

use jwt_auth::{Hooks, Verifier};
use serde_json::json;

use super::of;
use crate::harness::Scratch;

/// The error of a file, if it is not accepted.
fn error(file: &Scratch, kid_from: &str) -> Option<String> {
    let config = json!({ "jwks_file": file.0, "kid_from": kid_from });
    let verifier = Verifier::new(&config.to_string(), Hooks::default());
    verifier.err().map(|error| error.to_string())
}

/// So many keys, of which only the last is usable.
fn file(count: usize) -> Scratch {
    let unusable = "{},".repeat(count - 1);
    Scratch::new(
        "keys.json",
        format!("{{\"keys\": [{unusable}{}]}}", of("d1", 1)),
    )
}

#[test]
fn a_file_may_have_ten_thousand_keys_and_a_million_where_each_device_has_one() {
    let accepted = file(10_000);
    assert_eq!(error(&accepted, "header"), None);
    let beyond = file(10_001);
    assert_eq!(
        error(&beyond, "header").as_deref(),
        Some("`jwks_file`: more than 10000 keys")
    );
    assert_eq!(error(&beyond, "client_id"), None);
    assert_eq!(error(&file(1_000_000), "username"), None);
    assert_eq!(
        error(&file(1_000_001), "username").as_deref(),
        Some("`jwks_file`: more than 1000000 keys")
    );
}

#[test]
fn a_file_may_have_256_mib() {
    let file = file(1);
    let resize = |len| {
        let file = OpenOptions::new().write(true).open(&file.0).unwrap();
        file.set_len(len).unwrap();
    };
    // Sparse, and no JSON.
    resize(1 << 28);
    let not_json = error(&file, "client_id").unwrap();
    assert!(
        not_json.starts_with("`jwks_file`: not valid JSON at line 1 "),
        "{not_json}"
    );
    resize((1 << 28) + 1);
    assert_eq!(
        error(&file, "client_id").as_deref(),
        Some(&*format!(
            "`jwks_file`: the file is larger than 268435456 bytes: `{}`",
            file.0.display()
        ))
    );
}

#[test]
fn a_file_is_refused_for_what_comes_after_its_keys_as_well() {
    for (end, expected) in [
        ("]", "`jwks_file`: not valid JSON at line 1 column "),
        ("]} x", "`jwks_file`: not valid JSON at line 1 column "),
        (
            "], \"keys\": []}",
            "`jwks_file`: `keys` is given twice at line 1 column ",
        ),
    ] {
        let file = Scratch::new("keys.json", format!("{{\"keys\": [{}{end}", of("d1", 1)));
        let found = error(&file, "header").unwrap();
        assert!(found.starts_with(expected), "{found}");
    }
    for text in [
        "{}",
        "{\"keys\": {}}",
        "{\"a\": {\"keys\": [{}]}}",
        "\"keys\"",
    ] {
        assert_eq!(
            error(&Scratch::new("keys.json", text), "header").as_deref(),
            Some("`jwks_file`: expected a JSON Web Key Set: an object with a list `keys`")
        );
    }
}
