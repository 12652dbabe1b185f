//! Who is a superuser.

use crate::harness::session::PUBLISH;
use crate::harness::{Broker, SECRET, broker, token};
use jwt_auth::Permission;
use serde_json::{Value, json};

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

/// Whether a token with these claims makes a superuser, also when it comes again.
#[track_caller]
fn superuser(broker: &Broker, claims: &Value) -> bool {
    let token = token(claims);
    let found = [(); 3].map(|()| {
        let answer = broker.present(&token);
        answer.allowed();
        let session = broker.admit_with(&token);
        let is_allowed = session.may(PUBLISH, "any/topic") == Permission::Allow;
        assert_eq!(is_allowed, answer.result.superuser == 1);
        is_allowed
    });
    assert!(found.iter().all(|one| *one == found[0]), "{found:?}");
    found[0]
}

#[test]
fn superusers_are_made_by_the_claim_of_this_name_and_no_other() {
    let broker = broker(json!({ "superuser_claim_name": "admin" }));
    assert!(superuser(&broker, &json!({ "admin": true })));
    assert!(!superuser(&broker, &json!({ "is_superuser": true })));
    assert!(!superuser(
        &broker,
        &json!({ "admin": false, "is_superuser": true })
    ));
    assert!(!superuser(&broker, &json!({ "x": { "admin": true } })));
}

#[test]
fn the_claim_of_superusers_may_be_nested() {
    let broker = broker(json!({ "superuser_claim_name": "https://x.example/mqtt.admin" }));
    let nested = |value: Value| json!({ "https://x": { "example/mqtt": { "admin": value } } });
    assert!(superuser(&broker, &nested(json!("1"))));
    assert!(!superuser(&broker, &nested(json!(0))));
    assert!(!superuser(&broker, &json!({ "admin": true })));
    assert!(!superuser(
        &broker,
        &json!({ "https://x": { "example/mqtt": true } })
    ));
    // The literal name comes first.
    let mut both = nested(json!(true));
    both["https://x.example/mqtt.admin"] = json!(false);
    assert!(!superuser(&broker, &both));
}

#[test]
fn null_makes_nobody_a_superuser() {
    let broker = broker(json!({ "superuser_claim_name": null }));
    assert!(!superuser(&broker, &json!({ "is_superuser": true })));
    assert!(!superuser(
        &broker,
        &json!({ "null": true, "": true, "is_superuser": 1 })
    ));
}

#[test]
fn the_claim_of_superusers_is_changed_by_a_reload() {
    let broker = broker(json!({}));
    let claims = json!({ "is_superuser": true });
    assert!(superuser(&broker, &claims));
    for (name, expected) in [
        (json!("sub"), false),
        (json!(null), false),
        (json!("is_superuser"), true),
    ] {
        let config = json!({ "secret": SECRET, "superuser_claim_name": name });
        broker.reload(&config).unwrap();
        assert_eq!(superuser(&broker, &claims), expected, "{name}");
    }
}

#[test]
fn the_claim_of_superusers_is_a_name_or_null() {
    for (value, expected) in [
        (json!(""), "the name is empty"),
        (json!(true), "expected a string or null"),
        (json!(["hunter2"]), "expected a string or null"),
        (json!(1), "expected a string or null"),
    ] {
        let config = json!({ "secret": SECRET, "superuser_claim_name": value });
        let expected = format!("`superuser_claim_name`: {expected}");
        assert_eq!(Broker::refused(&config), expected, "{value}");
    }
}
