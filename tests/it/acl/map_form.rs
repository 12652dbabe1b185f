//! The map form of the ACL claim.

use crate::harness::session::{PUBLISH, RECEIVE, SUBSCRIBE, may};
use crate::harness::{Connect, broker, token};
use jwt_auth::Permission::{Allow, Deny};
use jwt_auth::Reason;
use serde_json::json;

use super::bad_acl;

#[test]
fn the_map_form_allows_what_it_lists_and_nothing_else() {
    let acl = json!({"pub": ["p/#"], "sub": ["s/+"], "all": ["b"]});
    for (topic, expected) in [
        ("p/x", [Allow, Deny, Deny]),
        ("s/x", [Deny, Allow, Allow]),
        ("b", [Allow, Allow, Allow]),
        ("x", [Deny, Deny, Deny]),
    ] {
        let found = [PUBLISH, SUBSCRIBE, RECEIVE].map(|ask| may(&acl, ask, topic));
        assert_eq!(found, expected, "{topic}: publish, subscribe, receive");
    }
}

#[test]
fn the_map_form_knows_three_members_and_ignores_the_rest() {
    let acl =
        json!({"publish": ["t"], "Pub": ["t"], "deny": 1, "x": null, "topic": {}, "all": ["a"]});
    assert_eq!(may(&acl, PUBLISH, "t"), Deny);
    assert_eq!(may(&acl, PUBLISH, "a"), Allow);
}

#[test]
fn an_object_without_a_list_is_a_defect_that_names_its_first_member() {
    for (acl, found) in [
        (json!({"publish": ["CANARY"]}), "`publish`"),
        (json!({"Pub": ["t"], "deny": 1}), "`Pub`"),
        (json!({"x": null}), "`x`"),
        (json!({"": {}}), "``"),
        (json!({"a`b\n\u{1b}": []}), r"`a\`b\n\u{1b}`"),
        (json!({"pub ": []}), "`pub `"),
    ] {
        bad_acl(
            &acl,
            &format!("expected `pub`, `sub` or `all`; found {found}"),
        );
    }
    let name = |length: usize| "\u{e9}".repeat(length);
    for (length, end) in [(128, "`"), (129, "...`")] {
        let found = format!("{}{end}", name(length.min(128)));
        let expected = format!("expected `pub`, `sub` or `all`; found `{found}");
        bad_acl(&json!({ name(length): "CANARY" }), &expected);
    }
}

#[test]
fn an_empty_object_allows_nothing_and_one_list_is_enough() {
    for acl in [
        json!({}),
        json!({"pub": []}),
        json!({"publish": ["t"], "sub": []}),
        json!({"all": [], "publish": ["t"]}),
    ] {
        for ask in [PUBLISH, SUBSCRIBE, RECEIVE] {
            assert_eq!(may(&acl, ask, "t"), Deny, "{acl}: {ask:?}");
        }
    }
}

#[test]
fn a_member_of_the_map_form_is_a_list_of_strings() {
    for name in ["pub", "sub", "all"] {
        for list in [
            json!(null),
            json!("CANARY"),
            json!({}),
            json!(1),
            json!(false),
            json!([1]),
            json!(["t", null]),
            json!(["t", {}]),
            json!([["t"]]),
            json!([true]),
        ] {
            bad_acl(&json!({ name: list }), "");
            bad_acl(
                &json!({ "pub": ["t"], "sub": ["t"], "all": ["t"], name: list }),
                "",
            );
        }
    }
}

#[test]
fn a_string_of_the_map_form_that_is_no_filter_never_matches() {
    for invalid in ["", "#/a", "a#", "a+", "eq ", "eq a#", "a/\0"] {
        let acl = json!({"all": [invalid, "t"]});
        assert_eq!(may(&acl, PUBLISH, "t"), Allow, "{invalid}");
        for topic in ["a", "a#", "x/a", "ab", "", "eq "] {
            assert_eq!(may(&acl, PUBLISH, topic), Deny, "{invalid}: {topic}");
            assert_eq!(may(&acl, SUBSCRIBE, topic), Deny, "{invalid}: {topic}");
        }
    }
}

#[test]
fn a_member_that_is_the_password_is_not_shown() {
    let broker = broker(json!({ "from": "username" }));
    let token = token(&json!({"acl": {"hunter2hunter2": []}}));
    for (password, said) in [
        (
            None,
            " (expected `pub`, `sub` or `all`; found `hunter2hunter2`)",
        ),
        (Some("hunter2hunter2"), ""),
    ] {
        let connect = Connect {
            client_id: Some(b"c1"),
            username: Some(token.as_bytes()),
            password: password.map(str::as_bytes),
            ..Connect::default()
        };
        broker.connect(connect).denied(Reason::BadAcl);
        let (_, line) = broker.log().pop().unwrap();
        assert!(
            line.starts_with(&format!("refused: bad_acl{said}: client")),
            "{line}"
        );
    }
}
