//! Conditions of `verify_claims` that are not accepted.

use crate::harness::{Broker, SECRET};
use serde_json::{Value, json};

const CONDITION: &str = "expected a string, a number, a boolean, an object with `has`, `matches` or \
                         `exists`, or a list of these";
const IN_LIST: &str =
    "expected a string, a number, a boolean, or an object with `has`, `matches` or `exists`";
const WORDS: &str = "expected a string or a list of strings";
const PLACEHOLDERS: &str = "the placeholders are %u, %c, ${username} and ${clientid}; a literal $ \
                            before { is written ${$}";

fn config(condition: &Value) -> Value {
    json!({ "secret": SECRET, "verify_claims": { "scope": condition } })
}

#[track_caller]
fn refused(condition: &Value, member: &str, problem: &str) {
    let expected = format!("`verify_claims.scope{member}`: {problem}");
    assert_eq!(Broker::refused(&config(condition)), expected, "{condition}");
}

#[test]
fn what_is_no_condition_is_told_by_its_place_and_by_what_was_expected() {
    for (condition, member, problem) in [
        (json!(null), "", CONDITION),
        (json!([]), "", "the list is empty"),
        (json!([null]), "[0]", IN_LIST),
        (json!(["a", ["hunter2"]]), "[1]", IN_LIST),
        (json!(["a", []]), "[1]", IN_LIST),
        (
            json!(["a", {}]),
            "[1]",
            "expected `has`, `matches` or `exists`",
        ),
        (json!({}), "", "expected `has`, `matches` or `exists`"),
        (
            json!([1e300]),
            "[0]",
            "a number this large cannot be compared exactly",
        ),
        (json!(["a", "${hunter2}"]), "[1]", PLACEHOLDERS),
        (
            json!({ "hass": "a" }),
            ".hass",
            "unknown; the nearest known name is `has`",
        ),
        (
            json!([{ "has": "a", "exist": true }]),
            "[0].exist",
            "unknown; the nearest known name is `exists`",
        ),
        (json!({ "has": null }), ".has", WORDS),
        (json!({ "has": 1 }), ".has", WORDS),
        (json!({ "has": { "hunter2": 1 } }), ".has", WORDS),
        (json!({ "has": "" }), ".has", "a word is empty"),
        (json!({ "has": [] }), ".has", "the list is empty"),
        (json!({ "has": ["a", ""] }), ".has[1]", "a word is empty"),
        (json!({ "has": ["a", 1] }), ".has[1]", "expected a string"),
        (
            json!({ "has": ["a", ["b"]] }),
            ".has[1]",
            "expected a string",
        ),
        (json!({ "has": "${hunter2}" }), ".has", PLACEHOLDERS),
        (
            json!({ "has": ["${client_attrs.a}"] }),
            ".has[0]",
            PLACEHOLDERS,
        ),
        (json!({ "matches": null }), ".matches", "expected a string"),
        (
            json!({ "matches": ["hunter2"] }),
            ".matches",
            "expected a string",
        ),
        (
            json!({ "matches": "" }),
            ".matches",
            "the expression is empty",
        ),
        (
            json!({ "exists": null }),
            ".exists",
            "expected true or false",
        ),
        (
            json!({ "exists": "true" }),
            ".exists",
            "expected true or false",
        ),
        (json!({ "exists": 1 }), ".exists", "expected true or false"),
        (
            json!({ "exists": false, "has": "a" }),
            "",
            "where `exists` is false, no other condition can be met",
        ),
        (
            json!(["a", { "matches": "a", "exists": false }]),
            "[1]",
            "where `exists` is false, no other condition can be met",
        ),
    ] {
        refused(&condition, member, problem);
    }
    let listed = json!([{ "name": "scope", "value": { "has": 1 } }]);
    let error = Broker::refused(&json!({ "secret": SECRET, "verify_claims": listed }));
    assert_eq!(error, format!("`verify_claims[0].value.has`: {WORDS}"));
}

#[test]
fn what_is_no_expression_alone_is_none() {
    for expression in [
        "(",
        ")",
        "a)|(b",
        "a)(?:b",
        "[",
        "a{2,1}",
        "(?=a)",
        r"\1",
        "**",
        "(?u",
        "(?x)a # hunter2",
        r"\p{hunter2}",
    ] {
        refused(
            &json!({ "matches": expression }),
            ".matches",
            "no regular expression",
        );
    }
}

#[test]
fn an_expression_compiles_to_up_to_2_mib() {
    for fits in [
        "a{1,1000}",
        r"[\w.-]{1,64}",
        r"\w{100}",
        "(?:a{1,100}){1,100}",
    ] {
        Broker::new(&config(&json!({ "matches": fits })));
    }
    let problem = "an expression that compiles to more than 2 MiB";
    for too_large in [
        r"\w{1000}",
        "(?:a{1,1000}){1,1000}",
        "(?:(?:(?:a{99}){99}){99}){99}",
    ] {
        refused(&json!({ "matches": too_large }), ".matches", problem);
    }
}

#[test]
fn conditions_are_accepted_in_both_forms() {
    for condition in [
        json!(["a", 1, 1.5, true, { "has": ["a", "%u"] }, { "matches": "a" }, { "exists": false }]),
        json!({ "has": "a", "matches": "a", "exists": true }),
        json!({ "exists": false }),
    ] {
        Broker::new(&config(&condition));
        let listed = json!([{ "name": "scope", "value": condition }]);
        Broker::new(&json!({ "secret": SECRET, "verify_claims": listed }));
    }
}
