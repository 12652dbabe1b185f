//! The ACL claim as a text that holds JSON.

use crate::harness::session::{PUBLISH, RECEIVE, SUBSCRIBE, may};
use crate::harness::{broker, token, with_payload};
use jwt_auth::Permission::{Allow, Deny, NoMatch};
use jwt_auth::Reason;
use serde_json::{Value, json};

use super::bad_acl;

/// A claim that is this text.
fn text(text: impl Into<String>) -> Value {
    Value::String(text.into())
}

#[test]
fn a_text_holds_either_form() {
    let map = json!({"pub": ["p/%c"], "sub": ["s/#"], "deny": "\"\\\u{e9}"});
    let list = json!([
        {"permission": "deny", "action": "all", "topic": "s/${username}"},
        {"permission": "allow", "action": "all", "topics": ["s/#", "\u{e9}"]},
    ]);
    for claim in [map, list, json!({}), json!([])] {
        let spread = serde_json::to_string_pretty(&claim).unwrap();
        for written in [claim.to_string(), spread, format!(" \t\r\n{claim}\n")] {
            for ask in [PUBLISH, SUBSCRIBE, RECEIVE] {
                for topic in ["p/c1", "p/c2", "s/u1", "s/x", "\u{e9}"] {
                    let found = may(&text(written.clone()), ask, topic);
                    assert_eq!(found, may(&claim, ask, topic), "{written}: {ask:?} {topic}");
                }
            }
        }
    }
}

#[test]
fn a_text_that_comes_again_means_the_same() {
    let broker = broker(json!({}));
    let map = token(&json!({"acl": r#"{"pub":["p/%c"]}"#}));
    let list = token(&json!({"acl": r#"[{"permission":"allow","action":"sub","topic":"s"}]"#}));
    for _ in 0..3 {
        let (map, list) = (broker.admit_with(&map), broker.admit_with(&list));
        assert_eq!(
            (map.may(PUBLISH, "p/c1"), map.may(PUBLISH, "s")),
            (Allow, Deny)
        );
        assert_eq!(
            (list.may(SUBSCRIBE, "s"), list.may(PUBLISH, "s")),
            (Allow, NoMatch)
        );
    }
}

#[test]
fn a_text_is_one_json_text_and_the_log_says_where_it_is_none() {
    for (claim, explanation) in [
        (
            "",
            "a text: not valid JSON at line 1 column 0: there is nothing",
        ),
        ("CANARY", "a text: not valid JSON at line 1 column 1: "),
        (
            r#"{"pub":["CANARY"],}"#,
            "a text: not valid JSON at line 1 column 19: a comma before }",
        ),
        (
            r#"{"pub":["CANARY"]} {}"#,
            "a text: not valid JSON at line 1 column 20: text behind the end",
        ),
        (
            "{\n'pub':[]}",
            "a text: not valid JSON at line 2 column 1: a quotation mark that is not \"",
        ),
        (
            r#"{"pub":["\ud800"]}"#,
            "a text: not valid JSON at line 1 column ",
        ),
        ("\u{feff}{}", "a text: not valid JSON at line 1 column "),
        (
            "{\"pub\":[\"a\0\"]}",
            "a text: not valid JSON at line 1 column ",
        ),
        (r#"{"pub":[1e999]}"#, "a text: "),
    ] {
        bad_acl(&text(claim), explanation);
    }
}

#[test]
fn a_member_given_twice_in_a_text_is_a_defect_at_any_depth() {
    for (claim, name) in [
        (r#"{"pub":["a"],"pub":["b"]}"#, "pub"),
        (r#"{"pub":["a"],"p\u0075b":["b"]}"#, "pub"),
        (
            r#"[{"permission":"allow","permission":"deny","action":"all","topic":"t"}]"#,
            "permission",
        ),
        (r#"{"pub":[],"x":[{"y":1,"y":2}]}"#, "y"),
    ] {
        bad_acl(&text(claim), &format!("a text: `{name}` is given twice"));
    }
}

#[test]
fn a_text_nests_at_most_32_levels_deep_of_its_own() {
    let nested = |lists: usize| {
        let (open, close) = ("[".repeat(lists), "]".repeat(lists));
        text(format!(r#"{{"pub":["a"],"x":{open}{close}}}"#))
    };
    assert_eq!(may(&nested(31), PUBLISH, "a"), Allow);
    bad_acl(&nested(32), "a text: JSON nested more than 32 levels deep");
    bad_acl(
        &nested(5_000),
        "a text: JSON nested more than 32 levels deep",
    );
}

#[test]
fn a_text_holds_an_object_or_a_list_and_no_text_of_one() {
    for claim in [
        json!({"pub": ["a"]}).to_string(),
        "{}".to_owned(),
        "[]".to_owned(),
        "CANARY".to_owned(),
    ] {
        let twice = json!(claim).to_string();
        bad_acl(&text(twice), "neither an object nor a list");
    }
    for claim in ["null", "1", "true", " 1.5 "] {
        bad_acl(&text(claim), "neither an object nor a list");
    }
}

#[test]
fn a_text_is_read_with_the_rules_of_its_form() {
    for (claim, explanation) in [
        (
            json!({"pub": "CANARY"}),
            "a list of topics that is not a list",
        ),
        (
            json!({"publish": ["CANARY"]}),
            "expected `pub`, `sub` or `all`; found `publish`",
        ),
        (
            json!([{"permission": "allow", "action": "pub", "topic": "a"}, {}]),
            "rule 2: ",
        ),
        (json!(["CANARY"]), "rule 1: a rule that is not an object"),
    ] {
        bad_acl(&text(claim.to_string()), explanation);
        bad_acl(&claim, explanation);
    }
    // What is no text cannot hold a text.
    for rules in [json!([text("{}")]), json!({"pub": text("[]")})] {
        bad_acl(&rules, "");
    }
}

#[test]
fn a_defect_of_the_claims_around_a_text_is_one_of_the_claims() {
    for payload in [
        r#"{"acl":"{}","acl":"{}"}"#,
        "{\"acl\":\"\\ud800\"}",
        "{\"acl\":\"{\n}\"}",
    ] {
        let answer = broker(json!({})).present(&with_payload(payload));
        answer.denied(Reason::MalformedClaims);
    }
}

#[test]
fn a_text_as_long_as_a_token_can_be_is_read() {
    let broker = broker(json!({"max_token_size": 1 << 20}));
    let topics: Vec<_> = (0..40_000).map(|n| format!("t/{n}")).collect();
    let claim = json!({ "all": topics }).to_string();
    let session = broker.admit_with(&token(&json!({ "acl": claim })));
    assert_eq!(session.may(PUBLISH, "t/39999"), Allow);
    assert_eq!(session.may(PUBLISH, "t/40000"), Deny);
    let defect = claim.replace("39999\"]", "39999\",]");
    let answer = broker.present(&token(&json!({ "acl": defect })));
    answer.denied(Reason::BadAcl);
}
