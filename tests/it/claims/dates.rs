//! Claims, dates, and what they must say of the client.

use crate::harness::{Connect, NOW, broker, token, with_payload};
use jwt_auth::{Decision, Reason};
use serde_json::{Value, json};

#[test]
fn claims_are_a_strict_json_object() {
    let broker = broker(json!({}));
    let nested = |levels: usize| {
        let inner = levels - 1;
        format!(r#"{{"a":{}{}}}"#, "[".repeat(inner), "]".repeat(inner))
    };
    for bad in [
        String::new(),
        "[1]".to_owned(),
        "\"x\"".to_owned(),
        "null".to_owned(),
        "{}x".to_owned(),
        "{".to_owned(),
        r#"{"a":1,"a":1}"#.to_owned(),
        r#"{"exp":1,"exp":9999999999}"#.to_owned(),
        r#"{"a":[{"b":1,"b":1}]}"#.to_owned(),
        r#"{"a":1e400}"#.to_owned(),
        r#"{"a":01}"#.to_owned(),
        r#"{"a":NaN}"#.to_owned(),
        r"{'a':1}".to_owned(),
        "{\"a\":\"\n\"}".to_owned(),
        nested(33),
        nested(4_000),
    ] {
        let answer = broker.present(&with_payload(&bad));
        answer.is_so(&bad, Decision::Deny, Reason::MalformedClaims);
    }
    broker
        .present(&with_payload(b"{\"a\":\"\xff\"}"))
        .denied(Reason::MalformedClaims);
    broker.present(&with_payload(nested(32))).allowed();
}

#[test]
fn the_claims_come_back_byte_for_byte_as_signed() {
    let payload = "{ \"b\" : 1.0,\r\n\"a\":\"\\u00e9\u{e9}\", \"n\":12345678901234567890123 }";
    let answer = broker(json!({})).present(&with_payload(payload));
    answer.allowed();
    assert_eq!(answer.claims.as_deref(), Some(payload.as_bytes()));
}

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
fn superuser_is_true_in_four_spellings() {
    let superuser = |claim: Value| {
        let answer = broker(json!({})).present(&token(&json!({ "is_superuser": claim })));
        answer.allowed();
        answer.result.superuser
    };
    for yes in [json!(true), json!("true"), json!("1"), json!(1), json!(2)] {
        assert_eq!(superuser(yes.clone()), 1, "{yes}");
    }
    for no in [
        json!(false),
        json!("false"),
        json!("TRUE"),
        json!("yes"),
        json!("2"),
        json!(""),
        json!(0),
        json!(-1),
        json!(1.0),
        json!(null),
        json!([]),
        json!([true]),
        json!({}),
        json!({ "a": true }),
    ] {
        assert_eq!(superuser(no.clone()), 0, "{no}");
    }
}

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
