//! What a revocation means for clients that are connected.

use jwt_auth::{Permission, Reason};
use serde_json::json;

use super::{config, list, named, revoking};
use crate::harness::session::{Ask, PUBLISH, RECEIVE, SUBSCRIBE, Session};
use crate::harness::{Broker, NOW, token, valid_claims};

/// Every question is answered with a no.
#[track_caller]
fn denied_everything(session: &Session<'_>) {
    for ask in [PUBLISH, SUBSCRIBE, RECEIVE] {
        for qos in [0, 2] {
            assert_eq!(session.may(Ask { qos, ..ask }, "a"), Permission::Deny);
        }
    }
}

#[test]
fn a_revoked_session_is_refused_and_denied_every_topic_whatever_it_was_granted() {
    for (claims, options, before) in [
        (json!({}), json!({}), Permission::NoMatch),
        (
            json!({ "acl": { "all": ["#"] } }),
            json!({}),
            Permission::Allow,
        ),
        (
            json!({ "is_superuser": true }),
            json!({}),
            Permission::Allow,
        ),
        (
            json!({ "is_superuser": true }),
            json!({ "disconnect_after_expire": false }),
            Permission::Allow,
        ),
        (
            json!({}),
            json!({ "disconnect_after_expire": false }),
            Permission::NoMatch,
        ),
        (
            json!({}),
            json!({ "on_unknown_key": "ignore" }),
            Permission::NoMatch,
        ),
    ] {
        let mut claims = claims;
        claims["jti"] = "a".into();
        claims["exp"] = (NOW + 60).into();
        let file = list(&json!({}));
        let mut config = config(&file);
        for (option, value) in options.as_object().unwrap() {
            config[option] = value.clone();
        }
        let broker = Broker::new(&config);
        let session = broker.admit_with(&token(&claims));
        assert_eq!(session.may(PUBLISH, "a"), before);
        session.recheck().allowed();

        file.write(json!({ "jti": ["a"] }).to_string());
        broker.reloaded(&config);
        broker.present(&token(&claims)).denied(Reason::Revoked);
        session.recheck().denied(Reason::Revoked);
        denied_everything(&session);
        if config["disconnect_after_expire"] == false {
            broker.set_time(NOW + 60);
            session.recheck().denied(Reason::Revoked);
            denied_everything(&session);
        }
    }
}

#[test]
fn a_session_that_has_expired_as_well_has_expired_and_one_whose_key_is_gone_is_revoked() {
    let file = list(&json!({}));
    let broker = Broker::new(&config(&file));
    let mut claims = valid_claims();
    claims["jti"] = "a".into();
    let session = broker.admit_with(&token(&claims));
    file.write(json!({ "jti": ["a"] }).to_string());
    let secret = "another HMAC secret, 32 characters!";
    broker.reloaded(&json!({ "secret": secret, "revocations_file": file.0 }));
    session.recheck().denied(Reason::Revoked);
    broker.set_time(NOW + 60);
    session.recheck().denied(Reason::Expired);
}

#[test]
fn a_hundred_thousand_ids_are_held() {
    let ids: Vec<_> = (0..100_000).map(|id| format!("id-{id:05}")).collect();
    let (broker, _file) = revoking(&json!({ "jti": ids }));
    for id in ["id-00000", "id-54321", "id-99999"] {
        broker
            .present(&token(&json!({ "jti": id })))
            .denied(Reason::Revoked);
    }
    let session = broker.admit_with(&token(&json!({ "jti": "id-100000" })));
    for _ in 0..10_000 {
        assert_eq!(session.may(PUBLISH, "a"), Permission::NoMatch);
    }
    session.recheck().allowed();
}

#[test]
fn two_verifiers_in_one_process_do_not_meet() {
    let (one, _one) = revoking(&json!({ "jti": ["a"] }));
    let (two, _two) = revoking(&json!({ "jti": ["b"] }));
    let [a, b] = ["a", "b"].map(|id| token(&json!({ "jti": id })));
    one.present(&a).denied(Reason::Revoked);
    two.present(&b).denied(Reason::Revoked);
    two.present(&a).allowed();
    // A session that goes from one to the other is asked about there.
    let session = one.admit_with(&b);
    session.recheck().allowed();
    let session = session.moved_to(&two);
    session.recheck().denied(Reason::Revoked);
    denied_everything(&session);
}

#[test]
fn a_session_is_of_the_kid_by_which_its_token_was_verified() {
    let file = list(&json!({}));
    let broker = Broker::new(&named(Some("old"), &file));
    let session = broker.admit_with(&token(&json!({ "iat": 6 })));
    broker.reloaded(&named(Some("new"), &file));
    session.recheck().allowed();
    file.write(json!({ "not_before": { "kid": { "new": 7 } } }).to_string());
    broker.reloaded(&named(Some("new"), &file));
    session.recheck().allowed();
    broker
        .present(&token(&json!({ "iat": 6 })))
        .denied(Reason::Revoked);
    file.write(json!({ "not_before": { "kid": { "old": 7 } } }).to_string());
    broker.reloaded(&named(Some("new"), &file));
    session.recheck().denied(Reason::Revoked);
    broker.present(&token(&json!({ "iat": 6 }))).allowed();
}
