//! Conditions of `verify_claims`: lists, `has`, `matches` and `exists`.

use crate::harness::{Connect, broker, token};
use jwt_auth::Reason::{self, Accepted, ClaimMismatch, MissingClaim};
use proptest::prelude::*;
use serde_json::{Value, json};

/// Compares the claim `c` with a condition, twice, as the second time the token is remembered.
#[track_caller]
fn met_by(client: Connect<'_>, condition: &Value, claims: &Value) -> Reason {
    let broker = broker(json!({ "verify_claims": { "c": condition } }));
    let token = token(claims);
    let connect = Connect {
        password: Some(token.as_bytes()),
        ..client
    };
    let [first, second] = [(); 2].map(|()| broker.connect(connect).result.reason);
    assert_eq!(first, second);
    let reasons = [Accepted, MissingClaim, ClaimMismatch];
    let reason = reasons.into_iter().find(|reason| *reason as i32 == first);
    reason.unwrap_or(Reason::Undecided)
}

#[track_caller]
fn is(condition: &Value, found: impl Into<Value>, expected: Reason) {
    let found = found.into();
    let claims = json!({ "c": found });
    let reason = met_by(Connect::default(), condition, &claims);
    assert_eq!(reason, expected, "{condition}, found {found}");
}

#[track_caller]
fn is_missing(condition: &Value, expected: Reason) {
    let reason = met_by(Connect::default(), condition, &json!({}));
    assert_eq!(reason, expected, "{condition}");
}

#[test]
fn of_a_list_one_must_be_met() {
    let list = json!(["a", 1, true, { "has": "b" }, { "matches": "[x-z]+" }]);
    for met in [
        json!("a"),
        json!(1),
        json!(true),
        json!(["c", "b"]),
        json!("c b"),
        json!("xyz"),
        json!(["q", "a"]),
    ] {
        is(&list, met, Accepted);
    }
    for unmet in [
        json!("A"),
        json!("1"),
        json!(1.0),
        json!(2),
        json!(false),
        json!(null),
        json!("bb"),
        json!([]),
        json!(["a", 1]),
    ] {
        is(&list, unmet, ClaimMismatch);
    }
    is_missing(&list, MissingClaim);
    is(&json!(["only"]), json!("only"), Accepted);
}

#[test]
fn a_claim_has_words_as_a_list_a_text_or_an_object() {
    let has = json!({ "has": "mqtt:publish" });
    for met in [
        json!(["mqtt:publish"]),
        json!(["x", "mqtt:publish", "y"]),
        json!("mqtt:publish"),
        json!("x mqtt:publish y"),
        json!("mqtt:publish mqtt:publish"),
        json!({ "mqtt:publish": null }),
        json!({ "x": 1, "mqtt:publish": { "y": 2 } }),
    ] {
        is(&has, met, Accepted);
    }
    for unmet in [
        json!([]),
        json!(["mqtt:publish "]),
        json!(["x mqtt:publish"]),
        json!(["mqtt:publish", 1]),
        json!(["mqtt:publish", null]),
        json!([["mqtt:publish"]]),
        json!([{ "mqtt:publish": 1 }]),
        json!(""),
        json!("mqtt:publish:x"),
        json!("xmqtt:publish"),
        json!("x\tmqtt:publish"),
        json!("x\nmqtt:publish"),
        json!("x\u{a0}mqtt:publish"),
        json!("mqtt:publish,y"),
        json!("MQTT:PUBLISH"),
        json!({}),
        json!({ "x": "mqtt:publish" }),
        json!({ "x": { "mqtt:publish": 1 } }),
        json!(null),
        json!(true),
        json!(1),
    ] {
        is(&has, unmet, ClaimMismatch);
    }
    is_missing(&has, MissingClaim);
}

#[test]
fn a_claim_has_each_word_of_a_list() {
    let has = json!({ "has": ["a", "b"] });
    for met in [json!(["b", "a"]), json!("a x b"), json!({ "b": 1, "a": 2 })] {
        is(&has, met, Accepted);
    }
    for unmet in [json!(["a"]), json!("b"), json!({ "a": "b" }), json!("a-b")] {
        is(&has, unmet, ClaimMismatch);
    }
}

#[test]
fn a_word_is_compared_as_the_json_spells_it() {
    let broker = broker(json!({ "verify_claims": { "c": { "has": "a\"b" } } }));
    for (claim, reason) in [
        (r#"{"c":"x a\"b"}"#, Accepted),
        (r#"{"c":["a\u0022b"]}"#, Accepted),
        (r#"{"c":{"\u0061\"b":1}}"#, Accepted),
        (r#"{"c":"a\\b"}"#, ClaimMismatch),
    ] {
        let answer = broker.present(&crate::harness::with_payload(claim));
        assert_eq!(answer.result.reason, reason as i32, "{claim}");
    }
}

#[test]
fn a_text_matches_as_a_whole() {
    let pattern = json!({ "matches": "press-[0-9]+" });
    for met in [
        json!("press-1"),
        json!("press-123"),
        json!(["x", "press-7"]),
    ] {
        is(&pattern, met, Accepted);
    }
    for unmet in [
        json!("press-"),
        json!("xpress-1"),
        json!("press-1x"),
        json!("press-1\n"),
        json!("\npress-1"),
        json!("PRESS-1"),
        json!(""),
        json!([]),
        json!(["press-1", 1]),
        json!([["press-1"]]),
        json!({ "press-1": 1 }),
        json!(1),
        json!(null),
    ] {
        is(&pattern, unmet, ClaimMismatch);
    }
    is_missing(&pattern, MissingClaim);
    // A list is compared one by one.
    is(
        &json!({ "matches": "a.*b" }),
        json!(["a", "b"]),
        ClaimMismatch,
    );
    // What is not text does not match, whatever matches.
    is(&json!({ "matches": ".*" }), json!(""), Accepted);
    is(&json!({ "matches": ".*" }), json!(1), ClaimMismatch);
    is(&json!({ "matches": "[0-9]+" }), json!(17), ClaimMismatch);
}

#[test]
fn alternatives_and_flags_end_with_the_expression() {
    let pattern = json!({ "matches": "a|b" });
    is(&pattern, json!("a"), Accepted);
    is(&pattern, json!("b"), Accepted);
    is(&pattern, json!("ax"), ClaimMismatch);
    is(&pattern, json!("xb"), ClaimMismatch);
    is(&json!({ "matches": "(?m)^a$" }), json!("a"), Accepted);
    is(
        &json!({ "matches": "(?m)^a$" }),
        json!("a\nb"),
        ClaimMismatch,
    );
    is(&json!({ "matches": "(?i)press" }), json!("PREss"), Accepted);
    is(&json!({ "matches": "(?x) a b" }), json!("ab"), Accepted);
    is(&json!({ "matches": "$|a" }), json!("a"), Accepted);
    is(&json!({ "matches": "$|a" }), json!(""), Accepted);
}

#[test]
fn a_pattern_sees_characters_and_not_placeholders() {
    is(
        &json!({ "matches": "J.rgen" }),
        json!("J\u{fc}rgen"),
        Accepted,
    );
    is(
        &json!({ "matches": "(?i)\u{fc}" }),
        json!("\u{dc}"),
        Accepted,
    );
    is(&json!({ "matches": r"\w+" }), json!("gr\u{fc}n"), Accepted);
    is(&json!({ "matches": r"\p{Lu}" }), json!("\u{c4}"), Accepted);
    is(
        &json!({ "matches": ".*\\bmqtt\\b.*" }),
        json!("x mqtt:y"),
        Accepted,
    );
    is(
        &json!({ "matches": ".*\\bmqtt\\b.*" }),
        json!("\u{fc}mqtt"),
        ClaimMismatch,
    );
    is(&json!({ "matches": "%u" }), json!("u1"), ClaimMismatch);
    is(&json!({ "matches": "%u" }), json!("%u"), Accepted);
}

#[test]
fn a_long_text_is_matched_in_time_that_grows_with_its_length_only() {
    let claims = json!({ "c": "a".repeat(500_000) });
    let broker = broker(json!({
        "verify_claims": { "c": { "matches": "(a|a)*(a|aa)*b" } },
        "max_token_size": 1_000_000,
    }));
    // Backtracking would not come to an end.
    broker.present(&token(&claims)).denied(ClaimMismatch);
}

#[test]
fn a_claim_exists_or_does_not() {
    let there = json!({ "exists": true });
    let absent = json!({ "exists": false });
    for value in [json!(null), json!(""), json!([]), json!({}), json!(false)] {
        is(&there, value.clone(), Accepted);
        is(&absent, value, ClaimMismatch);
    }
    is_missing(&there, MissingClaim);
    is_missing(&absent, Accepted);
    // A claim that is absent, or what it should be.
    let either = json!([{ "exists": false }, "a"]);
    is_missing(&either, Accepted);
    is(&either, json!("a"), Accepted);
    is(&either, json!("b"), ClaimMismatch);
    is_missing(&json!([{ "exists": true }, "a"]), MissingClaim);
}

#[test]
fn all_members_of_a_condition_must_be_met() {
    let both = json!({ "has": "a", "matches": "[a-c ]+" });
    is(&both, json!("a b"), Accepted);
    is(&both, json!("a d"), ClaimMismatch);
    is(&both, json!("b"), ClaimMismatch);
    is_missing(&both, MissingClaim);
    let three = json!({ "exists": true, "has": "a", "matches": ".*" });
    is(&three, json!(["a"]), Accepted);
    is(&three, json!(["b"]), ClaimMismatch);
    is_missing(&three, MissingClaim);
}

#[test]
fn placeholders_stand_in_lists_and_in_has() {
    let user = |name| Connect {
        username: name,
        ..Connect::default()
    };
    let u1 = user(Some(b"u1".as_slice()));
    for (condition, found, reason) in [
        (json!(["x", "%u"]), json!("u1"), Accepted),
        (json!(["x", "%u"]), json!("u2"), ClaimMismatch),
        (json!({ "has": "${username}" }), json!("u2 u1"), Accepted),
        (json!({ "has": "user-%u" }), json!(["user-u1"]), Accepted),
        (
            json!({ "has": ["%c", "%u"] }),
            json!({ "u1": 1, "c1": 2 }),
            Accepted,
        ),
        (
            json!({ "has": ["%c", "%u"] }),
            json!({ "u1": 1 }),
            ClaimMismatch,
        ),
        (json!({ "has": "%%u" }), json!("%u"), Accepted),
        (json!({ "has": "%%u" }), json!("u1"), ClaimMismatch),
    ] {
        let reason_found = met_by(u1, &condition, &json!({ "c": found }));
        assert_eq!(reason_found, reason, "{condition}, found {found}");
    }
    // A name with a blank is no word of a text.
    let blank = user(Some(b"a b".as_slice()));
    let has = json!({ "has": "%u" });
    assert_eq!(met_by(blank, &has, &json!({ "c": "a b" })), ClaimMismatch);
    assert_eq!(met_by(blank, &has, &json!({ "c": ["a b"] })), Accepted);
    // What was not sent is nothing, and what was sent empty is no word.
    for (name, claim, reason) in [
        (None, json!(""), ClaimMismatch),
        (None, json!([""]), ClaimMismatch),
        (None, json!(["%u", "undefined"]), ClaimMismatch),
        (Some(b"".as_slice()), json!(""), ClaimMismatch),
        (Some(b"".as_slice()), json!("a  b"), ClaimMismatch),
        (Some(b"".as_slice()), json!(" "), ClaimMismatch),
        (Some(b"".as_slice()), json!([""]), Accepted),
    ] {
        let found = met_by(user(name), &has, &json!({ "c": claim }));
        assert_eq!(found, reason, "{name:?}: {claim}");
    }
    let either = json!(["%u", "x"]);
    assert_eq!(met_by(user(None), &either, &json!({ "c": "x" })), Accepted);
    assert_eq!(
        met_by(user(None), &either, &json!({ "c": "" })),
        ClaimMismatch
    );
}

#[test]
fn the_log_says_what_kind_of_value_was_found_and_what_was_the_matter() {
    let anonymous = Connect {
        username: None,
        ..Connect::default()
    };
    for (condition, found, problem) in [
        (
            json!("secret"),
            json!("s"),
            "a string: another value is expected",
        ),
        (
            json!(1),
            json!(true),
            "a boolean: another value is expected",
        ),
        (
            json!(["a", "b"]),
            json!(1),
            "a number: it is none of what is expected",
        ),
        (
            json!({ "has": "a" }),
            json!(["b"]),
            "a list: it lacks what it must have",
        ),
        (
            json!({ "matches": "a" }),
            json!({}),
            "an object: it does not match",
        ),
        (
            json!({ "exists": false }),
            json!(null),
            "null: it must not be there",
        ),
        (
            json!({ "has": "a", "matches": "b" }),
            json!("a"),
            "a string: it does not match",
        ),
        (
            json!("%u"),
            json!("u1"),
            "a string: it is compared with what the client did not send",
        ),
        (
            json!({ "exists": true, "has": ["a", "%u"] }),
            json!("a"),
            "a string: it is compared with what the client did not send",
        ),
        (
            json!({ "has": ["a", "%u"] }),
            json!("b"),
            "a string: it lacks what it must have",
        ),
    ] {
        let broker = broker(json!({ "verify_claims": { "c": condition } }));
        let token = token(&json!({ "c": found }));
        let password = Some(token.as_bytes());
        broker
            .connect(Connect {
                password,
                ..anonymous
            })
            .denied(ClaimMismatch);
        let start = format!("refused: claim_mismatch (claim `c` is {problem}): client `c1`");
        let log = broker.log();
        assert!(
            log.iter().any(|(_, line)| line.starts_with(&start)),
            "{log:?}"
        );
    }
}

#[test]
fn conditions_are_checked_in_the_order_of_the_configuration() {
    let order = json!([
        { "name": "a", "value": { "exists": true } },
        { "name": "b", "value": { "exists": false } },
    ]);
    let broker = broker(json!({ "verify_claims": order }));
    broker
        .present(&token(&json!({ "b": 1 })))
        .denied(MissingClaim);
    broker
        .present(&token(&json!({ "a": 1, "b": 1 })))
        .denied(ClaimMismatch);
    broker.present(&token(&json!({ "a": 1 }))).allowed();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// The crate `regex` comes to the same.
    #[test]
    fn a_pattern_means_what_it_means_to_regex(
        expression in "[ab.|*+?()^$\u{fc}\\[\\]-]{1,8}",
        text in "[ab\u{fc}\n]{0,6}",
    ) {
        let config = json!({
            "secret": crate::harness::SECRET,
            "verify_claims": { "c": { "matches": expression } },
        });
        let alone = regex::Regex::new(&expression);
        let broker = crate::harness::Broker::from_text(config.to_string().as_bytes());
        prop_assert_eq!(alone.is_ok(), broker.is_ok());
        if let (Ok(_), Ok(broker)) = (alone, broker) {
            let whole = regex::Regex::new(&format!(r"\A(?:{expression})\z")).unwrap();
            let reason = if whole.is_match(&text) { Accepted } else { ClaimMismatch };
            let answer = broker.present(&token(&json!({ "c": text })));
            prop_assert_eq!(answer.result.reason, reason as i32);
        }
    }
}
