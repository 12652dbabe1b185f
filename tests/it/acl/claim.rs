//! The ACL claim in either of its forms, and a token without it.

use crate::harness::session::{PUBLISH, RECEIVE, SUBSCRIBE};
use crate::harness::{broker, token, with_payload};
use jwt_auth::Permission::{Allow, Deny, NoMatch};
use jwt_auth::Reason;
use serde_json::json;

use super::bad_acl;

#[test]
fn a_claim_is_an_object_or_a_list() {
    for acl in [
        json!(null),
        json!("CANARY"),
        json!(1),
        json!(1.5),
        json!(true),
    ] {
        bad_acl(&acl, "");
    }
}

#[test]
fn a_member_given_twice_makes_the_claims_malformed() {
    for acl in [
        r#"[{"permission":"allow","permission":"deny","action":"all","topic":"t"}]"#,
        r#"{"pub":["a"],"pub":["b"]}"#,
    ] {
        let answer = broker(json!({})).present(&with_payload(format!(r#"{{"acl":{acl}}}"#)));
        answer.denied(Reason::MalformedClaims);
    }
}

#[test]
fn a_superuser_is_refused_for_a_defect_as_well() {
    let token = token(&json!({"is_superuser": true, "acl": [{}]}));
    broker(json!({})).present(&token).denied(Reason::BadAcl);
}

#[test]
fn without_the_claim_the_broker_decides() {
    let broker = broker(json!({}));
    let session = broker.admit_with(&token(&json!({})));
    for ask in [PUBLISH, SUBSCRIBE, RECEIVE] {
        assert_eq!(session.may(ask, "t"), NoMatch);
    }
}

#[test]
fn the_claim_has_the_name_that_the_configuration_gives_it() {
    let broker = broker(json!({"acl_claim_name": "permissions"}));
    let named = broker.admit_with(&token(&json!({"permissions": {"pub": ["t"]}, "acl": 1})));
    assert_eq!(named.may(PUBLISH, "t"), Allow);
    assert_eq!(named.may(SUBSCRIBE, "t"), Deny);
    let other = broker.admit_with(&token(&json!({"acl": {"pub": ["t"]}})));
    assert_eq!(other.may(PUBLISH, "t"), NoMatch);
    broker
        .present(&token(&json!({"permissions": 1})))
        .denied(Reason::BadAcl);
}

#[test]
fn custom_claims_are_compared_before_the_acl_claim_is_read() {
    let broker = broker(json!({"verify_claims": {"sub": "me"}}));
    let token = |sub| token(&json!({"sub": sub, "acl": 1}));
    broker.present(&token("you")).denied(Reason::ClaimMismatch);
    broker.present(&token("me")).denied(Reason::BadAcl);
}
