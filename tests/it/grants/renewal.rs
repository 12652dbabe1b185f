//! A client that is connected sends another token.

use jwt_auth::LogLevel;
use jwt_auth::Permission::{Allow, Deny};
use jwt_auth::Reason::{self, IdentityChanged};
use jwt_auth::ffi::jwt_auth_status;
use serde_json::{Value, json};

use crate::harness::session::PUBLISH;
use crate::harness::{
    Broker, Connect, HS256_HEADER, NOW, SECRET, Scratch, broker, hs256, token, with_payload,
};

const NOT_OF_THE_SESSION: &str = "is not that of the session";

#[test]
fn a_renewed_session_has_what_the_new_token_grants_and_the_old_one_what_it_had() {
    let broker = broker(json!({}));
    let granting = |topic: &str, exp: i64| {
        token(&json!({ "iss": "i", "sub": "s", "exp": exp, "acl": { "pub": [topic] } }))
    };
    let old = broker.admit_with(&granting("a", NOW + 10));
    let new = granting("b", NOW + 100);
    let client = Connect {
        password: Some(new.as_bytes()),
        ..Connect::default()
    };
    let (answer, renewed) = old.renew(client);
    answer.allowed();
    assert_eq!(answer.result.expires_at, NOW + 100);
    let renewed = renewed.unwrap();
    let line = format!(
        "renewed: client `c1`, user `u1`, token {}",
        renewed.fingerprint()
    );
    assert_eq!(broker.log().pop(), Some((LogLevel::Debug as i32, line)));
    let may = [(&old, "a"), (&old, "b"), (&renewed, "a"), (&renewed, "b")];
    let may = may.map(|(session, topic)| session.may(PUBLISH, topic));
    assert_eq!(may, [Allow, Deny, Deny, Allow]);
    broker.set_time(NOW + 10);
    old.recheck().denied(Reason::Expired);
    renewed.recheck().allowed();
    // It is not asked whether the old one is still good, only whose it is.
    let (answer, renewed) = old.renew(client);
    answer.allowed();
    renewed.unwrap().recheck().allowed();
}

/// Renews a session of the first payload by the second one.
#[track_caller]
fn renewed_by(before: &str, after: &str, changed: Option<&str>) {
    let broker = broker(json!({}));
    let session = broker.admit_with(&with_payload(before));
    let answer = session.renew_with(&with_payload(after));
    let (level, line) = broker.log().pop().unwrap();
    if let Some(changed) = changed {
        let case = format!("{before} {after}");
        answer.is_so(&case, jwt_auth::Decision::Deny, IdentityChanged);
        let expected = format!(
            "renewal refused: identity_changed ({changed} {NOT_OF_THE_SESSION}): client `c1`, \
             user `u1`, token "
        );
        assert!(line.starts_with(&expected), "{case}: {line}");
        assert_eq!(level, LogLevel::Info as i32);
    } else {
        answer.is_so(
            &format!("{before} {after}"),
            jwt_auth::Decision::Allow,
            Reason::Accepted,
        );
        assert!(line.starts_with("renewed: "), "{line}");
    }
    session.recheck().allowed();
}

/// Both ways round.
#[track_caller]
fn same(one: &str, other: &str) {
    renewed_by(one, other, None);
    renewed_by(other, one, None);
}

#[track_caller]
fn different(one: &str, other: &str, changed: &str) {
    renewed_by(one, other, Some(changed));
    renewed_by(other, one, Some(changed));
}

#[test]
fn the_issuer_and_the_subject_are_those_of_the_session() {
    same("{}", r#"{"jti":"1"}"#);
    same(r#"{"iss":"i","sub":"s"}"#, r#"{"sub":"s","x":1,"iss":"i"}"#);
    same(r#"{"sub":"s"}"#, r#"{"sub":"\u0073"}"#);
    same(r#"{"sub":"s"}"#, r#"{"\u0073ub":"s"}"#);
    different(
        r#"{"iss":"i","sub":"s"}"#,
        r#"{"iss":"i","sub":"t"}"#,
        "sub",
    );
    different(
        r#"{"iss":"i","sub":"s"}"#,
        r#"{"iss":"j","sub":"s"}"#,
        "iss",
    );
    // Of two that changed, the first is told.
    different(
        r#"{"iss":"i","sub":"s"}"#,
        r#"{"iss":"j","sub":"t"}"#,
        "iss",
    );
    different(r#"{"sub":"s"}"#, r#"{"sub":"S"}"#, "sub");
    different(r#"{"sub":"s"}"#, r#"{"sub":"s "}"#, "sub");
    // A member of another object is no claim.
    different(r#"{"sub":"s"}"#, r#"{"x":{"sub":"s"}}"#, "sub");
}

#[test]
fn a_claim_that_is_absent_is_none_that_is_there() {
    for value in ["null", r#""""#, "0", "false", "{}", "[]"] {
        different("{}", &format!(r#"{{"sub":{value}}}"#), "sub");
        different("{}", &format!(r#"{{"iss":{value}}}"#), "iss");
        let claim = format!(r#"{{"sub":{value}}}"#);
        same(&claim, &claim);
    }
}

#[test]
fn values_of_two_types_are_never_the_same() {
    let values = [
        "null",
        r#""""#,
        "0",
        "false",
        "{}",
        "[]",
        r#""0""#,
        r#""null""#,
        "0.5",
    ];
    for (index, one) in values.iter().enumerate() {
        for other in &values[index + 1..] {
            let claim = |value| format!(r#"{{"sub":{value}}}"#);
            different(&claim(one), &claim(other), "sub");
        }
    }
}

#[test]
fn every_other_reason_comes_first() {
    let file = Scratch::new("revocations.json", r#"{"jti":["gone"]}"#);
    let broker = Broker::new(&json!({
        "secret": SECRET,
        "revocations_file": file.0,
        "verify_claims": { "aud": "mqtt" },
        "max_token_size": 500,
    }));
    let session = broker.admit_with(&token(&json!({ "sub": "s", "aud": "mqtt" })));
    let other = |more: Value| {
        let mut claims = json!({ "sub": "t", "aud": "mqtt" });
        claims
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        token(&claims)
    };
    let forged = hs256("another HMAC secret, 32 characters!", HS256_HEADER, "{}");
    for (token, reason) in [
        ("a".repeat(501), Reason::TokenTooLarge),
        ("hunter2".to_owned(), Reason::MalformedToken),
        (forged, Reason::BadSignature),
        (other(json!({ "exp": NOW })), Reason::Expired),
        (other(json!({ "aud": "x" })), Reason::ClaimMismatch),
        (
            other(json!({ "cnf": { "x5t#S256": "x" } })),
            Reason::CertificateMismatch,
        ),
        (other(json!({ "acl": 1 })), Reason::BadAcl),
        (other(json!({ "jti": "gone" })), Reason::Revoked),
        (other(json!({})), IdentityChanged),
    ] {
        session.renew_with(&token).denied(reason);
        let line = broker.log().pop().unwrap().1;
        let name = reason.name().to_str().unwrap();
        assert!(
            line.starts_with(&format!("renewal refused: {name}")),
            "{line}"
        );
    }
    session
        .renew(Connect::default())
        .0
        .denied(Reason::MissingToken);
    session.recheck().allowed();
}

#[test]
fn nothing_is_left_to_the_next_authenticator() {
    let config = json!({
        "jwks": { "keys": [{ "kty": "oct", "kid": "k", "k": crate::harness::base64url(SECRET) }] },
        "on_missing": "ignore",
        "on_malformed": "ignore",
        "on_unknown_key": "ignore",
    });
    let broker = Broker::new(&config);
    let header = |kid: &str| format!(r#"{{"alg":"HS256","kid":"{kid}"}}"#);
    let session = broker.admit_with(&hs256(SECRET, &header("k"), "{}"));
    let unknown = hs256(SECRET, &header("other"), "{}");
    for (token, reason) in [
        (None, Reason::MissingToken),
        (Some("hunter2"), Reason::MalformedToken),
        (Some(unknown.as_str()), Reason::UnknownKeyId),
    ] {
        let client = Connect {
            password: token.map(str::as_bytes),
            ..Connect::default()
        };
        broker.connect(client).ignored(reason);
        session.renew(client).0.denied(reason);
    }
}

#[test]
fn the_user_name_of_a_claim_is_that_of_the_session_where_both_have_one() {
    let named = broker(json!({ "username_claim": "name" }));
    let plain = broker(json!({}));
    let of = |name: &str, jti: u32| token(&json!({ "sub": "s", "name": name, "jti": jti }));
    let session = named.admit_with(&of("alice", 1));
    session.renew_with(&of("alice", 2)).allowed();
    for other in ["bob", "Alice", "alice\0"] {
        session.renew_with(&of(other, 1)).denied(IdentityChanged);
        let line = named.log().pop().unwrap().1;
        let problem = format!("identity_changed (the user name {NOT_OF_THE_SESSION})");
        assert!(line.contains(&problem), "{line}");
    }
    // Under another verifier, one of the two has none.
    session.moved_to(&plain).renew_with(&of("bob", 1)).allowed();
    let session = plain.admit_with(&of("alice", 1)).moved_to(&named);
    session.renew_with(&of("bob", 1)).allowed();
}

#[test]
fn what_the_client_is_checked_by_is_what_it_sends_now() {
    let broker = broker(json!({ "verify_claims": { "user": "%u" } }));
    let session = broker.admit_with(&token(&json!({ "user": "u1" })));
    session
        .renew_with(&token(&json!({ "user": "u1", "jti": 2 })))
        .allowed();
    session
        .renew_with(&token(&json!({ "user": "u2" })))
        .denied(Reason::ClaimMismatch);
}

#[test]
fn a_renewal_is_counted_as_a_check_and_told_like_other_refusals() {
    let broker = broker(json!({}));
    let session = broker.admit_with(&token(&json!({ "sub": "s" })));
    let before = broker.stats();
    session
        .renew_with(&token(&json!({ "sub": "s", "jti": 1 })))
        .allowed();
    let other = token(&json!({ "sub": "a subject that is not shown" }));
    for _ in 0..11 {
        session.renew_with(&other).denied(IdentityChanged);
    }
    let after = broker.stats();
    let more = |sample: &str| after.value(sample) - before.value(sample);
    assert_eq!(
        more(r#"jwt_auth_checks_total{decision="allow",reason="accepted"}"#),
        1
    );
    assert_eq!(
        more(r#"jwt_auth_checks_total{decision="deny",reason="identity_changed"}"#),
        11
    );
    assert_eq!(
        more(r#"jwt_auth_sessions_rechecked_total{reason="accepted"}"#),
        0
    );
    let log = broker.log();
    let levels: Vec<_> = log
        .iter()
        .filter(|(_, line)| line.starts_with("renewal refused: "))
        .map(|(level, _)| *level)
        .collect();
    let (info, debug) = (LogLevel::Info as i32, LogLevel::Debug as i32);
    assert_eq!(levels, [[info; 10].as_slice(), &[debug]].concat());
    assert!(
        log.iter().all(|(_, line)| !line.contains("not shown")),
        "{log:?}"
    );
}

#[test]
fn a_clock_that_fails_renews_nothing() {
    let broker = broker(json!({}));
    let token = token(&json!({}));
    let session = broker.admit_with(&token);
    broker.set_time(-1);
    let answer = session.renew_with(&token);
    assert_eq!(answer.status, jwt_auth_status::Internal);
    assert_eq!((answer.result.decision, answer.result.reason), (0, 0));
}

#[test]
fn the_token_that_the_session_has_is_refused_as_at_a_connect() {
    let broker = broker(json!({}));
    let own = token(&json!({ "sub": "s" }));
    let session = broker.admit_with(&own);
    session.renew_with(&own).allowed();
    let (_, line) = broker.log().pop().unwrap();
    assert!(line.starts_with("renewed: client `c1`"), "{line}");
    broker.reloaded(&json!({ "secret": SECRET, "verify_claims": { "sub": "other" } }));
    let answer = session.renew_with(&own);
    answer.denied(Reason::ClaimMismatch);
    let (_, line) = broker.log().pop().unwrap();
    assert!(line.starts_with("refused: claim_mismatch"), "{line}");
}
