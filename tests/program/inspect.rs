//! `inspect`: what a token says of itself.

use crate::harness::{fits_a_terminal, issue, parsed, with_secret};
use serde_json::Value;

#[test]
fn inspect_says_loudly_that_nothing_is_verified_and_what_looks_wrong() {
    let place = with_secret();
    let token = place.run(0, &issue(&["--subject", "\u{1b}[2J\u{202e}alice"]));
    let told = place.feed(0, &["inspect"], &token);
    assert!(
        told.starts_with("NOT VERIFIED: anybody can have written this.\n"),
        "{told}"
    );
    assert!(
        told.contains("  sub           \"\\u001b[2J\\u{202e}alice\"\n"),
        "{told}"
    );
    fits_a_terminal(&told);

    let token = token.trim();
    let b64 = |text: &str| base64_simd::URL_SAFE_NO_PAD.encode_to_string(text.as_bytes());
    let forged = |header: &str, claims: &str| format!("{}.{}.AAAA", b64(header), b64(claims));
    let good = r#"{"exp": 4000000000}"#;
    let cases = [
        (format!("Bearer {token}"), "`Bearer ` in front of the token"),
        (format!("{token} "), "white space behind the token"),
        (forged(r#"{"alg": "none"}"#, good), "alg `none`"),
        (
            forged(r#"{"alg": "HS256"}"#, r#"{"exp": 1}"#),
            "exp has passed: 1970-01-01T00:00:01Z, ",
        ),
        (
            forged(r#"{"alg": "HS256"}"#, r#"{"exp": "x"}"#),
            "malformed_claims",
        ),
        (
            forged(
                r#"{"alg": "HS256"}"#,
                r#"{"a": 1, "a": 2, "exp": 4000000000}"#,
            ),
            "malformed_claims",
        ),
        (
            forged(r#"{"alg": "HS256"}"#, r#"{"exp": 1, "acl": 7}"#),
            "bad_acl",
        ),
        (
            format!("{}=.e30.AAAA", b64(r#"{"alg":"HS256"}"#)),
            "malformed_token",
        ),
        (
            format!("{}.AAAA.BBBB.CCCC.DDDD", b64(r#"{"alg":"dir"}"#)),
            "an encrypted token, of five segments",
        ),
        (forged(r#"{"alg": "HS256"}"#, "{}"), "there is no exp"),
    ];
    for (token, expected) in cases {
        let told = parsed(&place.feed(1, &["inspect", "--json"], &token));
        let findings = told["findings"].as_array().unwrap();
        let says = |finding: &Value| finding.as_str().unwrap().contains(expected);
        assert!(findings.iter().any(says), "{expected}: {told}");
        assert_eq!(told["verified"], false);
    }
}
