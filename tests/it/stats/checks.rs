//! Checks and rechecks are counted by what was decided.

use crate::harness::session::PUBLISH;
use crate::harness::{Broker, Connect, NOW, SECRET, Scratch, broker, token, valid_claims};
use jwt_auth::ffi::jwt_auth_status;
use jwt_auth::{Decision, Hooks, Permission, Reason, Verifier};
use serde_json::json;

#[test]
fn a_check_counts_under_its_decision_and_reason_with_a_session_or_without() {
    let broker = broker(json!({ "on_malformed": "ignore" }));
    let good = token(&valid_claims());
    broker.present(&good).allowed();
    let without_session = broker.decide(Connect {
        password: Some(good.as_bytes()),
        ..Connect::default()
    });
    assert_eq!(without_session.decision, Decision::Allow as i32);
    let expired = token(&json!({ "exp": NOW }));
    for _ in 0..3 {
        broker.present(&expired).denied(Reason::Expired);
    }
    broker.present("hunter2").ignored(Reason::MalformedToken);
    let found = broker.stats();
    assert_eq!(
        found.of("jwt_auth_checks_total"),
        [
            (r#"decision="allow",reason="accepted""#, 2),
            (r#"decision="deny",reason="expired""#, 3),
            (r#"decision="ignore",reason="malformed_token""#, 1),
        ]
    );
    // What has not happened yet is there with 0, so that its first time is seen to be one more.
    let bad = r#"jwt_auth_checks_total{decision="deny",reason="bad_signature"}"#;
    assert_eq!(found.value(bad), 0);
}

#[test]
fn every_reason_for_which_clients_are_denied_is_told_from_the_beginning() {
    let text = broker(json!({})).stats_text();
    for reason in [
        Reason::MissingToken,
        Reason::UnknownKeyId,
        Reason::BadAcl,
        Reason::Revoked,
        Reason::CertificateMismatch,
    ] {
        let name = reason.name().to_str().unwrap();
        let line = format!("jwt_auth_checks_total{{decision=\"deny\",reason=\"{name}\"}} 0\n");
        assert!(text.contains(&line), "{line}");
    }
    for never in [
        "\"undecided\"",
        "\"deny\",reason=\"accepted\"",
        "\"ignore\"",
    ] {
        assert!(!text.contains(never), "{never}");
    }
}

#[test]
fn a_call_that_fails_counts_nothing() {
    let broker = broker(json!({}));
    let before = broker.stats();
    broker.set_time(-1);
    let answer = broker.present(&token(&valid_claims()));
    assert_eq!(answer.status, jwt_auth_status::Internal);
    assert_eq!(broker.stats(), before);
}

#[test]
fn a_question_about_a_topic_counts_nothing_and_a_recheck_under_its_outcome() {
    let file = Scratch::new("revocations.json", "{}");
    let config = json!({ "secret": SECRET, "revocations_file": file.0 });
    let broker = Broker::new(&config);
    let of = |jti: &str, exp: i64| broker.admit_with(&token(&json!({ "jti": jti, "exp": exp })));
    let (first, second) = (of("a", NOW + 10), of("b", NOW + 1_000));
    let before = broker.stats();
    assert_eq!(first.may(PUBLISH, "a"), Permission::NoMatch);
    assert_eq!(broker.stats(), before);
    first.recheck().allowed();
    second.recheck().allowed();
    broker.set_time(NOW + 10);
    first.recheck().denied(Reason::Expired);
    std::fs::write(&file.0, r#"{"jti": ["b"]}"#).unwrap();
    broker.reloaded(&config);
    second.recheck().denied(Reason::Revoked);
    broker.reloaded(&json!({ "secret": "another secret, which has 32 bytes and more" }));
    for _ in 0..2 {
        second.recheck().denied(Reason::NoKey);
    }
    let found = broker.stats();
    assert_eq!(
        found.of("jwt_auth_sessions_rechecked_total"),
        [
            (r#"reason="accepted""#, 2),
            (r#"reason="expired""#, 1),
            (r#"reason="no_key""#, 2),
            (r#"reason="revoked""#, 1),
        ]
    );
    // A recheck is no check.
    let checks = [(r#"decision="allow",reason="accepted""#, 2)];
    assert_eq!(found.of("jwt_auth_checks_total"), checks);
}

#[test]
fn a_program_in_rust_is_told_the_same() {
    let verifier = Verifier::new(&json!({ "secret": SECRET }).to_string(), Hooks::default());
    let stats = verifier.unwrap().stats();
    let version = env!("CARGO_PKG_VERSION");
    let first = format!(
        "# HELP jwt_auth_build_info The version of libjwt_auth; always 1.\n\
         # TYPE jwt_auth_build_info gauge\n\
         jwt_auth_build_info{{version=\"{version}\"}} 1\n"
    );
    assert!(stats.starts_with(&first), "{stats}");
}
