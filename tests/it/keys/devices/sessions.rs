//! Devices that are connected, and what is remembered of their tokens, while their keys change.

use jwt_auth::Reason;
use serde_json::{Value, json};

use super::{by, of, present_as, token, token_of, with};
use crate::harness::{Broker, Connect, json_file, valid_claims};

#[test]
fn a_session_needs_its_key_under_the_same_name() {
    let broker = Broker::new(&by("client_id", &[of("d1", 1), of("d2", 2)]));
    let token = token(1);
    let session = broker.admit(Connect {
        client_id: Some(b"d1"),
        password: Some(token.as_bytes()),
        ..Connect::default()
    });
    session.recheck().allowed();
    for (config, is_there) in [
        (by("client_id", &[of("d2", 1), of("d1", 2)]), false),
        (by("client_id", &[of("d1", 3), of("d1", 1)]), true),
        (by("username", &[of("d1", 1)]), true),
        (by("username", &[of("d2", 1)]), false),
        // By the token's own `kid`, a key is the same under any.
        (by("header", &[of("d2", 1)]), true),
        (by("header", &[of("d1", 2)]), false),
    ] {
        broker.reloaded(&config);
        if is_there {
            session.recheck().allowed();
        } else {
            session.recheck().denied(Reason::NoKey);
        }
    }
}

#[test]
fn a_session_of_a_key_that_can_have_no_name_ends_when_names_are_those_of_clients() {
    for kid in [json!({}), json!({ "kid": "" })] {
        let keys = [super::jwk(1, kid), of("d1", 2)];
        let broker = Broker::new(&by("header", &keys));
        let session = broker.admit_with(&token(1));
        session.recheck().allowed();
        broker.reloaded(&by("client_id", &keys));
        session.recheck().denied(Reason::NoKey);
    }
}

#[test]
fn what_is_remembered_by_one_kind_of_name_is_not_taken_by_another() {
    let keys = [of("d1", 1), of("d2", 2)];
    let token = token_of(&valid_claims(), 1, Some("d1"));
    let broker = Broker::new(&by("header", &keys));
    let as_d2 = |kid_from| present_as(&broker, kid_from, Some(b"d2"), &token);
    for _ in 0..2 {
        as_d2("header").allowed();
    }
    for kid_from in ["client_id", "username"] {
        broker.reloaded(&by(kid_from, &keys));
        for _ in 0..2 {
            as_d2(kid_from).denied(Reason::BadSignature);
            present_as(&broker, kid_from, Some(b"d1"), &token).allowed();
        }
        broker.reloaded(&by("header", &keys));
        as_d2("header").allowed();
    }
}

#[test]
fn the_name_of_two_devices_with_one_key_is_that_of_the_one_that_connects() {
    let list = json!({ "not_before": { "kid": { "d1": 1 } } });
    let list = json_file("revoked.json", &list);
    let revoking = json!({ "revocations_file": list.0 });
    let keys = [of("d1", 1), of("d2", 1)];
    let broker = Broker::new(&with(by("client_id", &keys), revoking));
    let token = token_of(&valid_claims(), 1, Some("d1"));
    // By turns, so that each is remembered after the other.
    for _ in 0..3 {
        present_as(&broker, "client_id", Some(b"d2"), &token).allowed();
        present_as(&broker, "client_id", Some(b"d1"), &token).denied(Reason::Revoked);
    }
}

#[test]
fn a_remembered_token_is_good_no_longer_than_its_key_has_its_name() {
    let token = token(1);
    let broker = Broker::new(&by("client_id", &[of("d1", 1)]));
    let reloaded = |keys: &[Value]| {
        broker.reloaded(&by("client_id", keys));
        present_as(&broker, "client_id", Some(b"d1"), &token)
    };
    for _ in 0..2 {
        reloaded(&[of("d1", 1)]).allowed();
        reloaded(&[of("d1", 1), of("d2", 2)]).allowed();
        reloaded(&[of("d2", 1)]).denied(Reason::UnknownKeyId);
        reloaded(&[of("d1", 2), of("d2", 1)]).denied(Reason::BadSignature);
        reloaded(&[of("d1", 2), of("d1", 1)]).allowed();
    }
}
