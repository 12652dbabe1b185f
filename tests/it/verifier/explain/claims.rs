//! The claims: all that is wrong with them is told at once.

use super::{detail, outcomes, presenting, says};
use crate::harness::{
    Connect, NOW, base64url, broker, certificate, json_file, token, with_payload,
};
use serde_json::{Value, json};

#[test]
fn all_that_is_wrong_with_the_claims_is_told_at_once() {
    let file = json_file("revoked.json", &json!({ "jti": ["t1"] }));
    let broker = broker(json!({
        "leeway": 3,
        "check_iat": true,
        "max_lifetime": 60,
        "revocations_file": file.0,
        "username_claim": "name",
        "verify_claims": [
            { "name": "sub", "value": "%u" },
            { "name": "role", "value": ["a", "b"] },
            { "name": "aud", "value": "mqtt" },
        ],
    }));
    let thumbprint = base64url([7; 32]);
    let token = token(&json!({
        "exp": NOW - 100,
        "nbf": NOW + 10,
        "iat": NOW + 20,
        "sub": "alice",
        "aud": ["mqtt", "x"],
        "cnf": { "x5t#S256": thumbprint },
        "name": 7,
        "acl": 7,
        "jti": "t1",
    }));
    let explained = says(
        &broker,
        &token,
        "++++++++++---+--+----",
        ("exp", "100 seconds ago"),
    );
    for (check, words) in [
        ("exp", "leeway 3"),
        ("nbf", "is in 10 seconds"),
        ("iat", "is in 20 seconds"),
        ("claim sub", "it is `alice`; expected: `u1`"),
        ("claim role", "no such claim; expected: `a` or `b`"),
        ("claim aud", "the list `mqtt`, `x`; expected: `mqtt`"),
        ("certificate", "the client showed no certificate"),
        ("username", "the claim `name` is 7"),
        ("acl", "neither an object nor a list"),
        ("revocation", "jti `t1`"),
    ] {
        let detail = detail(&explained, check);
        assert!(detail.contains(words), "{check}: {detail}");
    }
    assert_eq!(explained["reason"], "expired");
    assert_eq!(explained["expires_at"], Value::Null);
}

#[test]
fn a_missing_date_fails_its_own_check_and_the_lifetime_is_not_reached() {
    let broker = broker(json!({ "max_lifetime": 60 }));
    let of = |claims: Value| token(&claims);
    let no_iat = of(json!({ "exp": NOW + 9 }));
    says(
        &broker,
        &no_iat,
        "++++++++++++-.++++",
        ("iat", "`max_lifetime`"),
    );
    says(
        &broker,
        &of(json!({ "iat": NOW })),
        "++++++++++-++.++++",
        ("exp", "`max_lifetime`"),
    );
    let long = of(json!({ "iat": NOW, "exp": NOW + 61 }));
    says(
        &broker,
        &long,
        "+++++++++++++-++++",
        ("lifetime", "61 seconds"),
    );
    let over = of(json!({ "iat": NOW - 100, "exp": NOW - 10 }));
    says(
        &broker,
        &over,
        "++++++++++-++-++++",
        ("lifetime", "90 seconds"),
    );
    let demanding = crate::harness::broker(json!({ "require_exp": true }));
    says(
        &demanding,
        &of(json!({})),
        "++++++++++-+++++++",
        ("exp", "`require_exp`"),
    );
}

#[test]
fn dates_of_another_type_are_not_compared_and_the_rest_is() {
    let file = json_file("revoked.json", &json!({ "not_before": { "*": NOW } }));
    let broker = broker(json!({ "revocations_file": file.0, "verify_claims": { "a": 1 } }));
    let token = |claims: Value| token(&claims);
    let told = ("claims", "exp is not a numeric date");
    let claims = json!({ "exp": true, "iat": NOW, "nbf": NOW + 9 });
    says(&broker, &token(claims), "+++++++++-....-++++", told);
    // A date that is one is known.
    let claims = json!({ "exp": true, "iat": NOW - 1 });
    says(&broker, &token(claims), "+++++++++-....-+++-", told);
    for payload in ["[]", "{", "\"x\""] {
        let explained = broker.explain(presenting(&with_payload(payload)));
        assert_eq!(outcomes(&explained), "+++++++++-.........");
    }
    let twice = with_payload(r#"{"a":1,"a":2}"#);
    says(&broker, &twice, "+++++++++-.........", ("claims", "`a`"));
}

#[test]
fn a_certificate_that_is_the_one_passes() {
    let shown = certificate("p256");
    let thumbprint = base64url(sha256(&shown));
    let broker = broker(json!({}));
    let bound = token(&json!({ "cnf": { "x5t#S256": thumbprint } }));
    let client = Connect {
        peer_certificate: Some(&shown),
        ..presenting(&bound)
    };
    assert_eq!(broker.explain(client)["decision"], "allow");
}

fn sha256(bytes: &[u8]) -> impl AsRef<[u8]> {
    aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, bytes)
}
