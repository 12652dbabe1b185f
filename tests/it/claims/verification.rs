//! What `verify_claims` asks of the claims, and of the client that sends them.

use crate::harness::{Connect, broker, token};
use jwt_auth::{Decision, Reason};
use serde_json::{Value, json};

#[track_caller]
fn verified(expected: &Value, claims: &Value) -> Reason {
    let broker = broker(json!({ "verify_claims": expected }));
    let answer = broker.present(&token(claims));
    let reasons = [
        Reason::Accepted,
        Reason::MissingClaim,
        Reason::ClaimMismatch,
    ];
    let reason = reasons
        .into_iter()
        .find(|reason| *reason as i32 == answer.result.reason);
    let reason = reason.unwrap_or(Reason::Undecided);
    let decision = if reason == Reason::Accepted {
        Decision::Allow
    } else {
        Decision::Deny
    };
    answer.is(decision, reason);
    reason
}

#[test]
fn a_claim_is_compared_exactly_and_its_type_counts() {
    use Reason::{Accepted, ClaimMismatch, MissingClaim};
    for (expected, found, reason) in [
        (json!("a"), json!("a"), Accepted),
        (json!("a"), json!("A"), ClaimMismatch),
        (json!("a"), json!("a "), ClaimMismatch),
        (json!("1"), json!(1), ClaimMismatch),
        (json!(1), json!("1"), ClaimMismatch),
        (json!(1), json!(1), Accepted),
        (json!(1), json!(1.0), ClaimMismatch),
        (json!(1), json!(true), ClaimMismatch),
        (json!(1.5), json!(1.5), Accepted),
        (
            json!(18_446_744_073_709_551_615_u64),
            json!(18_446_744_073_709_551_615_u64),
            Accepted,
        ),
        (
            json!(18_446_744_073_709_551_615_u64),
            json!(18_446_744_073_709_551_614_u64),
            ClaimMismatch,
        ),
        (json!(true), json!(true), Accepted),
        (json!(true), json!("true"), ClaimMismatch),
        (json!(false), json!(null), ClaimMismatch),
        (json!("a"), json!(["b", "a"]), Accepted),
        (json!("a"), json!(["b"]), ClaimMismatch),
        (json!("a"), json!([]), ClaimMismatch),
        (json!("a"), json!(["a", 1]), ClaimMismatch),
        (json!("a"), json!([["a"]]), ClaimMismatch),
        (json!(1), json!([1]), ClaimMismatch),
        (json!("a"), json!({ "a": "a" }), ClaimMismatch),
        (json!("a"), json!(null), ClaimMismatch),
        (json!(""), json!(""), Accepted),
        (json!(""), json!(null), ClaimMismatch),
    ] {
        let verdict = verified(&json!({ "claim": expected }), &json!({ "claim": found }));
        assert_eq!(verdict, reason, "expected {expected}, found {found}");
    }
    assert_eq!(verified(&json!({ "claim": "" }), &json!({})), MissingClaim);
    assert_eq!(
        verified(&json!({ "claim": "a" }), &json!({ "Claim": "a" })),
        MissingClaim
    );
}

#[test]
fn every_verification_field_must_hold() {
    let expected = json!([{ "name": "a", "value": "1" }, { "name": "b", "value": "2" }]);
    assert_eq!(
        verified(&expected, &json!({ "a": "1", "b": "2" })),
        Reason::Accepted
    );
    assert_eq!(
        verified(&expected, &json!({ "a": "1", "b": "1" })),
        Reason::ClaimMismatch
    );
    assert_eq!(
        verified(&expected, &json!({ "a": "1" })),
        Reason::MissingClaim
    );
    assert_eq!(
        verified(&expected, &json!({ "b": "2" })),
        Reason::MissingClaim
    );
}

#[test]
fn a_dotted_name_finds_a_nested_member_unless_a_claim_has_that_very_name() {
    let expected = json!({ "a.b": "x" });
    assert_eq!(
        verified(&expected, &json!({ "a": { "b": "x" } })),
        Reason::Accepted
    );
    assert_eq!(
        verified(&expected, &json!({ "a.b": "x" })),
        Reason::Accepted
    );
    assert_eq!(
        verified(&expected, &json!({ "a.b": "y", "a": { "b": "x" } })),
        Reason::ClaimMismatch
    );
    assert_eq!(
        verified(&expected, &json!({ "a": "x" })),
        Reason::MissingClaim
    );
    assert_eq!(
        verified(&expected, &json!({ "a": ["b"] })),
        Reason::MissingClaim
    );
    assert_eq!(
        verified(&expected, &json!({ "a": { "c": "x" } })),
        Reason::MissingClaim
    );
}

#[test]
fn placeholders_stand_for_what_the_client_sent() {
    let claims = json!({ "user": "u1", "device": "u1/c1" });
    let expected = json!({ "user": "%u", "device": "${username}/%c" });
    let broker = broker(json!({ "verify_claims": expected }));
    let token = token(&claims);
    let password = Some(token.as_bytes());
    broker.present(&token).allowed();
    let other = Connect {
        username: Some(b"u2"),
        password,
        ..Connect::default()
    };
    broker.connect(other).denied(Reason::ClaimMismatch);
    let none = Connect {
        username: None,
        password,
        ..Connect::default()
    };
    broker.connect(none).denied(Reason::ClaimMismatch);
}

#[test]
fn a_placeholder_for_a_field_that_was_not_sent_never_matches() {
    let broker = broker(json!({ "verify_claims": { "user": "%u" } }));
    let none = |token: &str| {
        let password = Some(token.as_bytes());
        broker
            .connect(Connect {
                client_id: None,
                username: None,
                password,
                peer_address: None,
                peer_certificate: None,
            })
            .result
            .reason
    };
    assert_eq!(none(&token(&json!({}))), Reason::MissingClaim as i32);
    for value in ["", "undefined", "%u", "null"] {
        assert_eq!(
            none(&token(&json!({ "user": value }))),
            Reason::ClaimMismatch as i32
        );
    }
    let empty = token(&json!({ "user": "" }));
    let password = Some(empty.as_bytes());
    broker
        .connect(Connect {
            username: Some(b""),
            password,
            ..Connect::default()
        })
        .allowed();
}

#[test]
fn fields_need_not_be_utf8() {
    let broker = broker(json!({ "verify_claims": { "user": "%u" } }));
    let token = token(&json!({ "user": "\u{fffd}" }));
    let password = Some(token.as_bytes());
    let client = Connect {
        username: Some(b"\xff"),
        password,
        ..Connect::default()
    };
    broker.connect(client).denied(Reason::ClaimMismatch);
}
