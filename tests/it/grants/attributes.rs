//! The attributes of an accepted client.

use crate::harness::{broker, token, with_payload};
use serde_json::json;

use super::texts;

/// The attributes of a client with this claim, a JSON text.
#[track_caller]
fn attributes(claim: &str) -> Vec<(String, String)> {
    let broker = broker(json!({}));
    let token = with_payload(format!(r#"{{"client_attrs":{claim}}}"#));
    broker.admit_with(&token).attributes()
}

#[test]
fn strings_numbers_and_booleans_are_attributes_in_the_order_of_the_token() {
    let claim = r#"{"z":"text","a":"","n":7,"m":-7,"u":18446744073709551615,"f":1.5,"t":true,"b":false,"é":"ü/+#"}"#;
    assert_eq!(
        attributes(claim),
        texts(&[
            ("z", "text"),
            ("a", ""),
            ("n", "7"),
            ("m", "-7"),
            ("u", "18446744073709551615"),
            ("f", "1.5"),
            ("t", "true"),
            ("b", "false"),
            ("\u{e9}", "\u{fc}/+#"),
        ])
    );
}

#[test]
fn attributes_of_other_types_are_left_out() {
    let claim = r#"{"a":null,"b":"kept","c":["x"],"d":{"e":"x"},"f":1}"#;
    assert_eq!(attributes(claim), texts(&[("b", "kept"), ("f", "1")]));
}

#[test]
fn attributes_that_are_no_object_are_none() {
    for claim in [
        "null",
        "\"x\"",
        "1",
        "true",
        "[]",
        r#"["a"]"#,
        r#"[{"a":"b"}]"#,
        "{}",
    ] {
        assert_eq!(attributes(claim), [], "{claim}");
    }
    let broker = broker(json!({}));
    assert_eq!(broker.admit_with(&token(&json!({}))).attributes(), []);
}
