//! What is asked of claims and of dates.

use crate::harness::{Broker, Connect, NOW};
use jwt_auth::Decision::Deny;
use jwt_auth::Reason::{
    ClaimMismatch, Expired, IssuedInFuture, MalformedClaims, MissingClaim, NotYetValid,
};
use serde_json::json;

use super::{SECRET, good};

// 2. An nbf or iat to come admits, and an exp that is no number never ends.

#[test]
fn a_token_is_refused_until_the_second_from_which_it_is_good() {
    let broker = Broker::new(&json!({"secret": SECRET, "check_iat": true}));
    for (date, reason) in [("nbf", NotYetValid), ("iat", IssuedInFuture)] {
        broker.set_time(NOW);
        let token = good(&format!(r#"{{"{date}":{}}}"#, NOW + 1));
        broker.present(&token).denied(reason);
        broker.set_time(NOW + 1);
        broker.present(&token).allowed();
    }
}

#[test]
fn a_date_that_is_no_number_is_refused() {
    let broker = Broker::new(&json!({"secret": SECRET}));
    for date in ["exp", "nbf", "iat"] {
        for value in [
            "null",
            "true",
            "false",
            "{}",
            "[]",
            "[1]",
            r#""never""#,
            "1e400",
        ] {
            let token = good(&format!(r#"{{"{date}":{value}}}"#));
            let case = format!("{date} {value}");
            broker.present(&token).is_so(&case, Deny, MalformedClaims);
        }
    }
}

// 3. A client without a user name passes the check of it.

#[test]
fn a_placeholder_matches_nothing_where_the_client_did_not_send_the_field() {
    let broker = Broker::new(&json!({"secret": SECRET, "verify_claims": {"name": "%u"}}));
    let connect = |username: Option<&[u8]>, payload: &str| {
        broker.connect(Connect {
            username,
            password: Some(good(payload).as_bytes()),
            ..Connect::default()
        })
    };
    connect(None, "{}").denied(MissingClaim);
    connect(None, r#"{"name":""}"#).denied(ClaimMismatch);
    connect(None, r#"{"name":"undefined"}"#).denied(ClaimMismatch);
    connect(None, r#"{"name":"%u"}"#).denied(ClaimMismatch);
    connect(None, r#"{"name":null}"#).denied(ClaimMismatch);
    // A name that was sent is a name, even an empty one.
    connect(Some(b""), r#"{"name":""}"#).allowed();
    connect(Some(b""), "{}").denied(MissingClaim);
}

// 4. A payload that is a list or a text is admitted.

#[test]
fn a_payload_that_is_no_json_object_is_refused() {
    let broker = Broker::new(&json!({"secret": SECRET}));
    for payload in ["[1]", "[{}]", r#""x""#, "1", "null", "true", "", "{}{}"] {
        broker
            .present(&good(payload))
            .is_so(payload, Deny, MalformedClaims);
    }
}

// 5. An exp that is a float or very late crashes.

#[test]
fn a_session_ends_at_the_first_full_second_at_which_its_token_has_expired() {
    let broker = Broker::new(&json!({"secret": SECRET}));
    let token = good(&format!(r#"{{"exp":{NOW}.25}}"#));
    assert_eq!(broker.present(&token).allowed().result.expires_at, NOW + 1);
    broker.set_time(NOW + 1);
    broker.present(&token).denied(Expired);
}

#[test]
fn no_session_ends_later_than_the_year_9999() {
    let huge = format!("1{}", "0".repeat(30));
    for leeway in [0, 3_600] {
        let broker = Broker::new(&json!({"secret": SECRET, "leeway": leeway}));
        for exp in [
            "253402300799",
            "253402300798.5",
            "253402300800",
            "15822553606420000",
            "9223372036854775807",
            "18446744073709551615",
            "1e20",
            "1e300",
            &huge,
            r#""15822553606420000""#,
            &format!(r#""{huge}""#),
        ] {
            let answer = broker.present(&good(&format!(r#"{{"exp":{exp}}}"#)));
            assert_eq!(answer.allowed().result.expires_at, 253_402_300_799, "{exp}");
        }
    }
    let broker = Broker::new(&json!({"secret": SECRET}));
    let answer = broker.present(&good(r#"{"exp":253402300798}"#));
    assert_eq!(answer.allowed().result.expires_at, 253_402_300_798);
}
