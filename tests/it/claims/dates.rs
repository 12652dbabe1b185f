//! The dates of a token, and the time.

use crate::harness::{NOW, broker, token, with_payload};
use jwt_auth::{Decision, Reason};
use serde_json::{Value, json};

#[test]
fn a_token_is_good_before_exp_and_expired_from_that_second_on() {
    let broker = broker(json!({}));
    let token = token(&json!({ "exp": NOW }));
    broker.set_time(NOW - 1);
    broker.present(&token).allowed();
    broker.set_time(NOW);
    broker.present(&token).denied(Reason::Expired);
}

#[test]
fn a_token_is_good_from_nbf_on() {
    let broker = broker(json!({}));
    broker.present(&token(&json!({ "nbf": NOW }))).allowed();
    broker
        .present(&token(&json!({ "nbf": NOW + 1 })))
        .denied(Reason::NotYetValid);
    broker
        .present(&token(&json!({ "nbf": NOW as f64 + 0.5 })))
        .denied(Reason::NotYetValid);
}

#[test]
fn iat_is_compared_only_when_asked() {
    let future = token(&json!({ "iat": NOW + 1 }));
    broker(json!({})).present(&future).allowed();
    let strict = broker(json!({ "check_iat": true }));
    strict.present(&future).denied(Reason::IssuedInFuture);
    strict.present(&token(&json!({ "iat": NOW }))).allowed();
    strict.present(&token(&json!({}))).allowed();
}

#[test]
fn leeway_moves_all_three_dates_by_its_seconds() {
    let broker = broker(json!({ "leeway": 10, "check_iat": true }));
    broker.present(&token(&json!({ "exp": NOW - 9 }))).allowed();
    broker
        .present(&token(&json!({ "exp": NOW - 10 })))
        .denied(Reason::Expired);
    broker
        .present(&token(&json!({ "nbf": NOW + 10 })))
        .allowed();
    broker
        .present(&token(&json!({ "nbf": NOW + 11 })))
        .denied(Reason::NotYetValid);
    broker
        .present(&token(&json!({ "iat": NOW + 10 })))
        .allowed();
    broker
        .present(&token(&json!({ "iat": NOW + 11 })))
        .denied(Reason::IssuedInFuture);
    assert_eq!(
        broker
            .present(&token(&json!({ "exp": NOW + 5 })))
            .result
            .expires_at,
        NOW + 15
    );
}

#[test]
fn a_date_of_another_type_is_malformed_even_where_it_is_not_compared() {
    let broker = broker(json!({}));
    for name in ["exp", "nbf", "iat"] {
        for bad in [
            json!(null),
            json!(true),
            json!({}),
            json!([]),
            json!([NOW]),
            json!(""),
            json!("soon"),
        ] {
            let answer = broker.present(&token(&json!({ name: bad })));
            answer.is_so(name, Decision::Deny, Reason::MalformedClaims);
        }
    }
}

#[test]
fn exp_may_be_required() {
    let broker = broker(json!({ "require_exp": true }));
    broker
        .present(&token(&json!({})))
        .denied(Reason::MissingClaim);
    broker.present(&token(&json!({ "exp": NOW + 1 }))).allowed();
    assert!(
        broker
            .log()
            .iter()
            .any(|(_, line)| line.contains("missing_claim (claim `exp`)"))
    );
}

#[test]
fn expires_at_is_the_first_second_at_which_the_token_has_expired() {
    let expires_at = |options: Value, exp: &str| {
        let answer = broker(options).present(&with_payload(format!(r#"{{"exp":{exp}}}"#)));
        answer.allowed();
        answer.result.expires_at
    };
    assert_eq!(expires_at(json!({}), "1700000060"), 1_700_000_060);
    assert_eq!(expires_at(json!({}), "1700000060.25"), 1_700_000_061);
    assert_eq!(expires_at(json!({}), "\"1700000060.25\""), 1_700_000_061);
    assert_eq!(
        expires_at(json!({ "leeway": 30 }), "1700000060"),
        1_700_000_090
    );
    assert_eq!(expires_at(json!({}), "15822553606420000"), 253_402_300_799);
    assert_eq!(
        expires_at(json!({ "leeway": 30 }), "1e300"),
        253_402_300_799
    );
    assert_eq!(
        expires_at(json!({ "disconnect_after_expire": false }), "1700000060"),
        0
    );
    assert_eq!(
        broker(json!({}))
            .present(&token(&json!({})))
            .result
            .expires_at,
        0
    );
}

#[test]
fn without_the_time_nothing_is_decided() {
    let broker = broker(json!({}));
    broker.set_time(-1);
    let answer = broker.present(&token(&json!({})));
    assert_eq!(answer.status, jwt_auth::ffi::jwt_auth_status::Internal);
    assert_eq!(answer.result.decision, Decision::Deny as i32);
    assert_eq!(answer.result.reason, Reason::Undecided as i32);
    assert_eq!(
        (answer.result.mqtt5_code, answer.result.mqtt3_code),
        (0x87, 5)
    );
    let lines = broker.log();
    assert!(lines.contains(&(
        1,
        "refused, undecided: the clock tells a time before 1970".to_owned()
    )));
}

#[test]
fn a_token_may_be_good_for_so_long_and_no_longer() {
    let broker = broker(json!({ "max_lifetime": 600, "leeway": 10 }));
    for (iat, exp, reason) in [
        ("1700000000", "1700000600", Reason::Accepted),
        ("1700000000", "1700000601", Reason::LifetimeTooLong),
        ("1699999999", "1700000599.5", Reason::LifetimeTooLong),
        ("1699999999.5", "1700000599.5", Reason::Accepted),
        ("1699999999.5", "1700000599.75", Reason::LifetimeTooLong),
        ("\"1699999999.1\"", "\"1700000599.1\"", Reason::Accepted),
        (
            "\"1699999999.1\"",
            "\"1700000599.1000000000000000000001\"",
            Reason::LifetimeTooLong,
        ),
        ("1699999999", "15822553606420000", Reason::LifetimeTooLong),
        ("-1e300", "1700000600", Reason::LifetimeTooLong),
        // It expires before it was issued, which the leeway makes up for.
        ("1700000010", "1700000000", Reason::Accepted),
    ] {
        let decision = match reason {
            Reason::Accepted => Decision::Allow,
            _ => Decision::Deny,
        };
        let payload = format!(r#"{{"iat":{iat},"exp":{exp}}}"#);
        // The second time it is remembered.
        for _ in 0..2 {
            broker
                .present(&with_payload(&payload))
                .is_so(&payload, decision, reason);
        }
    }
    let start = "refused: lifetime_too_long (exp is more than 600 seconds after iat): client `c1`";
    assert!(broker.log().iter().any(|(_, line)| line.starts_with(start)));
}

#[test]
fn with_a_longest_lifetime_a_token_has_exp_and_an_iat_that_is_not_yet_to_come() {
    let broker = broker(json!({ "max_lifetime": 600, "leeway": 10 }));
    for (claims, reason, missing) in [
        (json!({}), Reason::MissingClaim, "exp"),
        (json!({ "iat": NOW + 11 }), Reason::MissingClaim, "exp"),
        (json!({ "exp": NOW - 10 }), Reason::Expired, ""),
        (
            json!({ "exp": NOW + 1, "nbf": NOW + 11 }),
            Reason::NotYetValid,
            "",
        ),
        (json!({ "exp": NOW + 1 }), Reason::MissingClaim, "iat"),
        (
            json!({ "exp": NOW + 9_999, "iat": NOW + 11 }),
            Reason::IssuedInFuture,
            "",
        ),
    ] {
        let before = broker.log().len();
        broker
            .present(&token(&claims))
            .is_so(&claims.to_string(), Decision::Deny, reason);
        let line = broker.log().split_off(before).remove(0).1;
        let detail = format!("missing_claim (claim `{missing}`)");
        assert!(missing.is_empty() || line.contains(&detail), "{line}");
    }
    let claims = json!({ "exp": NOW + 1, "iat": NOW + 10 });
    broker.present(&token(&claims)).allowed();
}

#[test]
fn the_lifetime_comes_before_the_claims_that_the_configuration_asks_for() {
    let broker = broker(json!({ "max_lifetime": 1, "verify_claims": { "sub": "%u" } }));
    let answer = broker.present(&token(&json!({ "exp": NOW + 2, "iat": NOW })));
    answer.denied(Reason::LifetimeTooLong);
    let answer = broker.present(&token(&json!({ "exp": NOW + 1, "iat": NOW })));
    answer.denied(Reason::MissingClaim);
}
