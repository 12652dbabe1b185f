//! When a session ends, and what ends with its token.

use crate::harness::session::{PUBLISH, RECEIVE, SUBSCRIBE, Session};
use crate::harness::{Broker, NOW, broker, token, with_payload};
use jwt_auth::Permission::{Allow, Deny, NoMatch};
use jwt_auth::Reason;
use serde_json::{Value, json};

/// Clients of each kind whose tokens expire at `NOW`, with what they may until then.
fn expiring() -> [(Value, jwt_auth::Permission); 4] {
    [
        (json!({"exp": NOW}), NoMatch),
        (json!({"exp": NOW, "acl": {"all": ["t"]}}), Allow),
        (json!({"exp": NOW, "is_superuser": true}), Allow),
        (json!({"exp": NOW, "is_superuser": true, "acl": {}}), Allow),
    ]
}

/// A session of a token that is still good.
fn before_now<'b>(broker: &'b Broker, claims: &Value) -> Session<'b> {
    broker.set_time(NOW - 1_000);
    broker.admit_with(&token(claims))
}

#[test]
fn a_session_ends_at_the_second_of_its_token_leeway_included() {
    for leeway in [0, 30] {
        let broker = broker(json!({ "leeway": leeway }));
        for (claims, permission) in expiring() {
            let session = before_now(&broker, &claims);
            broker.set_time(NOW + leeway - 1);
            let answer = session.recheck();
            answer.allowed();
            assert_eq!(answer.result.expires_at, NOW + leeway);
            for ask in [PUBLISH, SUBSCRIBE, RECEIVE] {
                assert_eq!(session.may(ask, "t"), permission, "{claims}");
            }
            for now in [NOW + leeway, NOW + leeway + 1, i64::MAX] {
                broker.set_time(now);
                let answer = session.recheck();
                answer.denied(Reason::Expired);
                assert_eq!((answer.result.expires_at, answer.result.superuser), (0, 0));
                for ask in [PUBLISH, SUBSCRIBE, RECEIVE] {
                    assert_eq!(session.may(ask, "t"), Deny, "{claims}");
                }
            }
            // The clock counts, not what was answered before.
            broker.set_time(NOW + leeway - 1);
            assert_eq!(session.may(PUBLISH, "t"), permission, "{claims}");
        }
    }
}

#[test]
fn a_fraction_of_a_second_is_rounded_up() {
    let broker = broker(json!({}));
    let token = with_payload(format!(r#"{{"exp":{NOW}.5,"acl":{{"all":["t"]}}}}"#));
    broker.set_time(NOW - 1);
    let session = broker.admit_with(&token);
    broker.set_time(NOW);
    assert_eq!(session.recheck().allowed().result.expires_at, NOW + 1);
    assert_eq!(session.may(PUBLISH, "t"), Allow);
    broker.set_time(NOW + 1);
    session.recheck().denied(Reason::Expired);
    assert_eq!(session.may(PUBLISH, "t"), Deny);
}

#[test]
fn a_session_that_outlives_its_token_keeps_all_but_what_the_acl_claim_granted() {
    for leeway in [0, 30] {
        let broker = broker(json!({"disconnect_after_expire": false, "leeway": leeway}));
        for ((claims, before), after) in expiring().into_iter().zip([NoMatch, Deny, Allow, Allow]) {
            let session = before_now(&broker, &claims);
            let superuser = u8::from(claims["is_superuser"] == true);
            for (now, permission) in [
                (NOW + leeway - 1, before),
                (NOW + leeway, after),
                (i64::MAX, after),
            ] {
                broker.set_time(now);
                for ask in [PUBLISH, SUBSCRIBE, RECEIVE] {
                    assert_eq!(session.may(ask, "t"), permission, "{claims} at {now}");
                }
                let answer = session.recheck();
                answer.allowed();
                assert_eq!(answer.result.expires_at, 0, "{claims}");
                assert_eq!(answer.result.superuser, superuser, "{claims}");
                assert_eq!(session.may(PUBLISH, "a/#"), Deny, "{claims}");
            }
        }
        // Whoever knocks again is refused all the same.
        broker.set_time(NOW + leeway);
        broker
            .present(&token(&json!({ "exp": NOW })))
            .denied(Reason::Expired);
    }
}

#[test]
fn what_the_acl_claim_leaves_to_the_broker_ends_with_the_token_too() {
    let broker = broker(json!({"disconnect_after_expire": false}));
    let session = before_now(&broker, &json!({"exp": NOW, "acl": []}));
    assert_eq!(session.may(PUBLISH, "t"), NoMatch);
    broker.set_time(NOW);
    assert_eq!(session.may(PUBLISH, "t"), Deny);
}

#[test]
fn a_session_without_exp_does_not_end() {
    let broker = broker(json!({}));
    let session = broker.admit_with(&token(&json!({"acl": {"all": ["t"]}})));
    broker.set_time(i64::MAX);
    assert_eq!(session.recheck().allowed().result.expires_at, 0);
    assert_eq!(session.may(PUBLISH, "t"), Allow);
}
