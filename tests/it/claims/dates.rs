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
