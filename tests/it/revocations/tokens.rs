//! Which tokens are revoked.

use jsonwebtoken::Algorithm::EdDSA;
use jwt_auth::{Decision, Reason};
use serde_json::{Value, json};

use super::{config, list, named, revoking};
use crate::harness::{
    Broker, Connect, HS256_HEADER, NOW, SECRET, hs256, jwk, signed, token, with_payload,
};

/// Tokens with these claims are revoked, or not.
#[track_caller]
fn cases(content: &Value, cases: &[(Value, bool)]) {
    let (broker, _file) = revoking(content);
    for (claims, is_revoked) in cases {
        let answer = broker.present(&token(claims));
        let case = claims.to_string();
        if *is_revoked {
            answer.is_so(&case, Decision::Deny, Reason::Revoked);
        } else {
            answer.is_so(&case, Decision::Allow, Reason::Accepted);
        }
    }
}

#[test]
fn a_token_with_a_listed_id_is_revoked_and_no_other() {
    cases(
        &json!({ "jti": ["a", "b\u{fc}", "7", ""] }),
        &[
            (json!({ "jti": "a" }), true),
            (json!({ "jti": "b\u{fc}", "iat": NOW }), true),
            (json!({ "jti": "" }), true),
            (json!({ "jti": "A" }), false),
            (json!({ "jti": "a " }), false),
            (json!({ "sub": "a" }), false),
            (json!({}), false),
        ],
    );
}

#[test]
fn an_id_and_a_subject_that_are_numbers_count_as_their_text() {
    cases(
        &json!({ "jti": ["7"], "not_before": { "sub": { "8": NOW } } }),
        &[
            (json!({ "jti": 7 }), true),
            (json!({ "jti": 70 }), false),
            (json!({ "sub": 8 }), true),
            (json!({ "sub": 8, "iat": NOW }), false),
            (json!({ "sub": 7 }), false),
        ],
    );
}

/// Claims issued before, at and after the second 7: whether a time of 7 revokes them.
fn around_7() -> Vec<(Value, bool)> {
    vec![
        (json!({ "iat": 6 }), true),
        (json!({ "iat": 7 }), false),
        (json!({ "iat": 8 }), false),
        (json!({ "iat": 6.5 }), true),
        (json!({ "iat": 7.5 }), false),
        (json!({ "iat": "6" }), true),
        (json!({ "iat": "6.999" }), true),
        (json!({ "iat": "7" }), false),
        (json!({ "iat": "7.0" }), false),
        (json!({ "iat": -1 }), true),
        (json!({ "iat": 1e300 }), false),
        (json!({}), true),
    ]
}

#[test]
fn a_token_issued_before_the_time_of_everybody_is_revoked() {
    cases(&json!({ "not_before": { "*": 7 } }), &around_7());
}

#[test]
fn a_token_issued_before_the_time_of_its_subject_is_revoked() {
    let mut all = around_7();
    for (claims, _) in &mut all {
        claims["sub"] = "alice".into();
    }
    all.extend([
        (json!({ "sub": "Alice", "iat": 6 }), false),
        (json!({ "sub": "*" }), false),
        (json!({ "iat": 6 }), false),
        (json!({}), false),
        // A dotted name is a name.
        (json!({ "sub": "a.b", "iat": 8 }), true),
    ]);
    let sub = json!({ "alice": 7, "a.b": 9 });
    cases(&json!({ "not_before": { "sub": sub } }), &all);
}

#[test]
fn a_token_issued_before_the_time_of_the_key_that_verified_it_is_revoked() {
    let file = list(&json!({ "not_before": { "kid": { "k1": 7 } } }));
    let broker = Broker::new(&named(Some("k1"), &file));
    for (claims, is_revoked) in around_7() {
        // The token need not name the key.
        let answer = broker.present(&token(&claims));
        if is_revoked {
            answer.denied(Reason::Revoked);
        } else {
            answer.allowed();
        }
    }
    for kid in [None, Some("k2")] {
        let broker = Broker::new(&named(kid, &file));
        broker.present(&token(&json!({ "iat": 6 }))).allowed();
    }
}

#[test]
fn the_kid_of_a_token_does_not_count() {
    let (broker, _file) = revoking(&json!({ "not_before": { "kid": { "k1": NOW } } }));
    let header = r#"{"alg":"HS256","kid":"k1"}"#;
    broker.present(&hs256(SECRET, header, "{}")).allowed();
}

#[test]
fn any_key_may_be_named() {
    let mut key = jwk(EdDSA, "ed25519");
    key["kid"] = "e".into();
    let file = list(&json!({ "not_before": { "kid": { "e": 7 } } }));
    let config = json!({ "jwks": { "keys": [key] }, "revocations_file": file.0 });
    let broker = Broker::new(&config);
    broker
        .present(&signed(EdDSA, "ed25519", None, &json!({ "iat": 6 })))
        .denied(Reason::Revoked);
    broker
        .present(&signed(EdDSA, "ed25519", None, &json!({ "iat": 7 })))
        .allowed();
}

#[test]
fn each_of_several_revocations_counts() {
    let (broker, _file) = revoking(&json!({
        "jti": ["a"],
        "not_before": { "sub": { "alice": 20 }, "*": 10 },
    }));
    for (claims, is_revoked) in [
        (json!({ "jti": "a", "sub": "alice", "iat": 30 }), true),
        (json!({ "jti": "b", "sub": "alice", "iat": 15 }), true),
        (json!({ "jti": "b", "sub": "bob", "iat": 15 }), false),
        (json!({ "jti": "b", "sub": "bob", "iat": 5 }), true),
    ] {
        let answer = broker.present(&token(&claims));
        if is_revoked {
            answer.denied(Reason::Revoked);
        } else {
            answer.allowed();
        }
    }
}

#[test]
fn whatever_else_is_wrong_with_a_token_is_told_first() {
    let content = json!({ "jti": ["a"], "not_before": { "*": NOW } });
    let file = list(&content);
    let mut config = config(&file);
    config["verify_claims"] = json!({ "sub": "me" });
    let broker = Broker::new(&config);
    let with = |more: Value| {
        let mut claims = json!({ "jti": "a", "sub": "me" });
        for (name, value) in more.as_object().unwrap() {
            claims[name] = value.clone();
        }
        token(&claims)
    };
    for (token, reason) in [
        (with(json!({ "acl": "#" })), Reason::BadAcl),
        (with(json!({ "acl": [{ "zone": "z" }] })), Reason::BadAcl),
        (with(json!({ "sub": "you" })), Reason::ClaimMismatch),
        (with(json!({ "exp": NOW })), Reason::Expired),
        (with(json!({ "nbf": NOW + 1 })), Reason::NotYetValid),
        (with(json!({ "iat": [] })), Reason::MalformedClaims),
        (with_payload("[]"), Reason::MalformedClaims),
        (
            hs256("another secret", HS256_HEADER, r#"{"jti":"a"}"#),
            Reason::BadSignature,
        ),
        (with(json!({})), Reason::Revoked),
    ] {
        broker.present(&token).denied(reason);
    }
}

#[test]
fn nothing_that_is_left_to_others_is_left_to_them_when_it_is_revoked() {
    let file = list(&json!({ "jti": ["a"] }));
    let mut config = config(&file);
    for option in ["on_missing", "on_malformed", "on_unknown_key"] {
        config[option] = "ignore".into();
    }
    let broker = Broker::new(&config);
    broker
        .present(&token(&json!({ "jti": "a" })))
        .denied(Reason::Revoked);
    broker
        .connect(Connect::default())
        .ignored(Reason::MissingToken);
}

#[test]
fn a_list_of_one_issuer_is_about_its_tokens_only() {
    cases(
        &json!({
            "jti": ["everywhere"],
            "issuers": {
                "a": { "jti": ["1"], "not_before": { "sub": { "alice": NOW }, "*": NOW - 100 } },
                "b": { "jti": ["2"] },
            },
        }),
        &[
            (json!({ "iss": "a", "jti": "1", "iat": NOW }), true),
            (json!({ "iss": "b", "jti": "1", "iat": NOW }), false),
            (json!({ "iss": "a", "jti": "2", "iat": NOW }), false),
            (json!({ "iss": "b", "jti": "2", "iat": NOW }), true),
            (json!({ "jti": "1", "iat": NOW }), false),
            (json!({ "iss": ["a"], "jti": "1", "iat": NOW }), false),
            (json!({ "iss": "b", "jti": "everywhere" }), true),
            (json!({ "jti": "everywhere" }), true),
            (json!({ "iss": "a", "iat": NOW - 101 }), true),
            (json!({ "iss": "a", "iat": NOW - 100 }), false),
            (json!({ "iss": "a", "iat": NOW - 1, "sub": "alice" }), true),
            (json!({ "iss": "b", "iat": NOW - 1, "sub": "alice" }), false),
            (json!({ "iss": "b" }), false),
        ],
    );
}

#[test]
fn a_session_is_revoked_by_its_issuers_list() {
    let (broker, file) = revoking(&json!({}));
    let sessions =
        ["a", "b"].map(|iss| broker.admit_with(&token(&json!({ "iss": iss, "jti": "1" }))));
    let list = json!({ "issuers": { "a": { "jti": ["1"] } } });
    std::fs::write(&file.0, list.to_string()).unwrap();
    broker.reloaded(&config(&file));
    sessions[0].recheck().denied(Reason::Revoked);
    sessions[1].recheck().allowed();
}
