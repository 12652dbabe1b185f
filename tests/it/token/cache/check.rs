//! What is looked at again, with each client that sends it.

use crate::harness::session::PUBLISH;
use crate::harness::{
    Broker, Connect, HS256_HEADER, NOW, SECRET, base64url, hs256, signed, vector_path,
};
use jsonwebtoken::Algorithm::RS256;
use jwt_auth::{Permission, Reason};
use serde_json::{Value, json};

use super::{named, token};

#[test]
fn a_token_that_was_seen_before_expires_all_the_same() {
    let broker = Broker::new(&named("k", json!({ "leeway": 2 })));
    let token = token(&json!({ "exp": NOW + 10 }));
    for _ in 0..3 {
        broker.present(&token).allowed();
    }
    broker.set_time(NOW + 11);
    broker.present(&token).allowed();
    broker.set_time(NOW + 12);
    broker.present(&token).denied(Reason::Expired);
    broker.set_time(NOW);
    broker.present(&token).allowed();
}

#[test]
fn its_claims_are_compared_with_each_client_that_sends_it() {
    let broker = Broker::new(&named("k", json!({ "verify_claims": { "sub": "%c" } })));
    let token = token(&json!({ "sub": "c1" }));
    let from = |client_id: &'static [u8]| {
        broker.connect(Connect {
            client_id: Some(client_id),
            password: Some(token.as_bytes()),
            ..Connect::default()
        })
    };
    for _ in 0..2 {
        from(b"c1").allowed();
        from(b"c2").denied(Reason::ClaimMismatch);
    }
}

#[test]
fn its_permissions_are_those_of_the_client_that_sends_it() {
    let broker = Broker::new(&named("k", json!({})));
    let deny = json!([
        { "permission": "deny", "action": "all", "topic": "${username}/x" },
        { "permission": "allow", "action": "all", "topic": "%c/#" },
    ]);
    let token = token(&json!({ "acl": deny }));
    let client = |client_id: &'static [u8], username| Connect {
        client_id: Some(client_id),
        username,
        password: Some(token.as_bytes()),
        ..Connect::default()
    };
    let one = broker.admit(client(b"one", Some(b"u")));
    let two = broker.admit(client(b"two", Some(b"u")));
    broker.connect(client(b"two", None)).denied(Reason::BadAcl);
    for (topic, first, second) in [
        ("one/a", Permission::Allow, Permission::NoMatch),
        ("two/a", Permission::NoMatch, Permission::Allow),
        ("u/x", Permission::Deny, Permission::Deny),
    ] {
        assert_eq!(one.may(PUBLISH, topic), first);
        assert_eq!(two.may(PUBLISH, topic), second);
    }
}

#[test]
fn permissions_that_suit_one_client_are_read_again_for_another() {
    let broker = Broker::new(&named("k", json!({})));
    let deny = json!([{ "permission": "deny", "action": "all", "topic": "${username}/x" }]);
    let token = token(&json!({ "acl": deny }));
    let decide = |username| {
        let reason = broker.decide(Connect {
            username,
            password: Some(token.as_bytes()),
            ..Connect::default()
        });
        reason.reason
    };
    for _ in 0..3 {
        assert_eq!(decide(Some(b"u")), Reason::Accepted as i32);
        assert_eq!(decide(None), Reason::BadAcl as i32);
        assert_eq!(decide(Some(b"a/b")), Reason::BadAcl as i32);
    }
}

#[test]
fn a_change_of_one_byte_makes_it_another_token() {
    let mut config = named("k", json!({}));
    config["secret"] = SECRET.into();
    let ed25519 = |claims: &Value| token(claims);
    let hmac = |claims: &Value| hs256(SECRET, HS256_HEADER, claims.to_string());
    let rsa = |claims: &Value| signed(RS256, "rsa2048", None, claims);
    config["public_key"] = vector_path("keys/rsa2048.pub.pem").to_str().unwrap().into();
    let signers: [&dyn Fn(&Value) -> String; 3] = [&ed25519, &hmac, &rsa];
    for sign in signers {
        let broker = Broker::new(&config);
        let [token, other] = ["alice", "malic"].map(|sub| sign(&json!({ "sub": sub })));
        for token in [&token, &other, &token, &other, &token, &other] {
            broker.present(token).allowed();
        }
        let [first, second] = [&token, &other].map(|token| token.split('.').collect::<Vec<_>>());
        let [header, payload, signature] = first[..] else {
            panic!("three segments")
        };
        // The first bytes of the signature stay.
        let last = if signature.ends_with('A') { "Q" } else { "A" };
        let changed = format!("{}{last}", &signature[..signature.len() - 1]);
        let spaced = base64url(HS256_HEADER.replace(':', ": "));
        for [header, payload, signature] in [
            [header, second[1], signature],
            [header, payload, second[2]],
            [header, payload, &changed],
            [&spaced, payload, signature],
        ] {
            let answer = broker.present(&[header, payload, signature].join("."));
            answer.denied(Reason::BadSignature);
        }
        // The bits that are left over in the last character are zeros, so the next one is another
        // spelling of the same bytes.
        let (start, last) = token.split_at(token.len() - 1);
        let next = char::from(last.as_bytes()[0] + 1);
        let answer = broker.present(&format!("{start}{next}"));
        answer.denied(Reason::MalformedToken);
        broker.present(&token).allowed();
    }
}

#[test]
fn a_token_with_an_hmac_that_was_seen_before_is_looked_at_all_the_same() {
    let broker = Broker::new(&json!({ "secret": SECRET, "verify_claims": { "sub": "%c" } }));
    let claims = json!({ "sub": "c1", "exp": NOW + 10 });
    let token = hs256(SECRET, HS256_HEADER, claims.to_string());
    let from = |client_id: &'static [u8]| {
        broker.connect(Connect {
            client_id: Some(client_id),
            password: Some(token.as_bytes()),
            ..Connect::default()
        })
    };
    for _ in 0..3 {
        from(b"c1").allowed();
        from(b"c2").denied(Reason::ClaimMismatch);
    }
    broker.set_time(NOW + 10);
    from(b"c1").denied(Reason::Expired);
    broker.set_time(NOW);
    from(b"c1").allowed();
    let other = json!({ "secret": format!("{SECRET}!"), "verify_claims": { "sub": "%c" } });
    broker.reload(&other).unwrap();
    from(b"c1").denied(Reason::BadSignature);
}

#[test]
fn sessions_of_one_token_have_the_same_claims_and_end_one_by_one() {
    let broker = Broker::new(&named("k", json!({})));
    let token = token(&json!({ "sub": "alice", "client_attrs": { "n": 1e2 } }));
    let sessions: Vec<_> = (0..3).map(|_| broker.admit_with(&token)).collect();
    for session in sessions {
        assert_eq!(session.attributes(), [("n".to_owned(), "100.0".to_owned())]);
        drop(session);
        broker.present(&token).allowed();
    }
}

#[test]
fn with_a_small_room_or_none_answers_are_the_same() {
    let tokens: Vec<_> = (0..50)
        .map(|number| token(&json!({ "sub": number.to_string(), "x": "y".repeat(number * 100) })))
        .collect();
    for capacity in [0, 1, 3, 100] {
        let broker = Broker::new(&named("k", json!({ "cache_capacity": capacity })));
        for _ in 0..2 {
            for token in &tokens {
                broker.present(token).allowed();
            }
        }
        broker
            .reload(&named("k", json!({ "cache_capacity": 5 })))
            .unwrap();
        broker.present(&tokens[0]).allowed();
    }
    assert_eq!(
        Broker::refused(&named("k", json!({ "cache_capacity": 16_777_217 }))),
        "`cache_capacity`: expected a whole number from 0 to 16777216"
    );
}
