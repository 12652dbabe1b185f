//! What a payload must be so that it is claims.

use crate::harness::{broker, with_payload};
use jwt_auth::{Decision, Reason};
use serde_json::json;

#[test]
fn claims_are_a_strict_json_object() {
    let broker = broker(json!({}));
    let nested = |levels: usize| {
        let inner = levels - 1;
        format!(r#"{{"a":{}{}}}"#, "[".repeat(inner), "]".repeat(inner))
    };
    for bad in [
        String::new(),
        "[1]".to_owned(),
        "\"x\"".to_owned(),
        "null".to_owned(),
        "{}x".to_owned(),
        "{".to_owned(),
        r#"{"a":1,"a":1}"#.to_owned(),
        r#"{"exp":1,"exp":9999999999}"#.to_owned(),
        r#"{"a":[{"b":1,"b":1}]}"#.to_owned(),
        r#"{"a":1e400}"#.to_owned(),
        r#"{"a":01}"#.to_owned(),
        r#"{"a":NaN}"#.to_owned(),
        r"{'a':1}".to_owned(),
        "{\"a\":\"\n\"}".to_owned(),
        nested(33),
        nested(4_000),
    ] {
        let answer = broker.present(&with_payload(&bad));
        answer.is_so(&bad, Decision::Deny, Reason::MalformedClaims);
    }
    broker
        .present(&with_payload(b"{\"a\":\"\xff\"}"))
        .denied(Reason::MalformedClaims);
    broker.present(&with_payload(nested(32))).allowed();
}

#[test]
fn the_claims_come_back_byte_for_byte_as_signed() {
    let payload = "{ \"b\" : 1.0,\r\n\"a\":\"\\u00e9\u{e9}\", \"n\":12345678901234567890123 }";
    let answer = broker(json!({})).present(&with_payload(payload));
    answer.allowed();
    assert_eq!(answer.claims.as_deref(), Some(payload.as_bytes()));
}
