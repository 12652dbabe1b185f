//! Names of claims with dots.

use crate::harness::session::PUBLISH;
use crate::harness::{Broker, SECRET, broker, token};
use jwt_auth::Permission::{Allow, NoMatch};
use jwt_auth::Reason::{self, Accepted, ClaimMismatch, MissingClaim};
use serde_json::{Value, json};

/// Asks for `x` in the claim of this name.
#[track_caller]
fn leads(name: &str, claims: &Value, reason: Reason) {
    let broker = broker(json!({ "verify_claims": { name: "x" } }));
    let found = broker.present(&token(claims)).result.reason;
    assert_eq!(found, reason as i32, "{name} in {claims}");
}

#[test]
fn a_name_with_dots_may_stand_at_every_level() {
    for (name, claims) in [
        (
            "kubernetes.io.namespace",
            json!({ "kubernetes.io": { "namespace": "x" } }),
        ),
        (
            "resource_access.my.client.roles",
            json!({ "resource_access": { "my.client": { "roles": ["x"] } } }),
        ),
        (
            "https://example.com/claims.a",
            json!({ "https://example.com/claims": { "a": "x" } }),
        ),
        ("a.b.c.d", json!({ "a.b": { "c.d": "x" } })),
        ("a.b.c.d", json!({ "a": { "b": { "c": { "d": "x" } } } })),
        ("a.b.c.d", json!({ "a": { "b.c.d": "x" } })),
        ("a.b.c.d", json!({ "a.b.c": { "d": "x" } })),
        ("a.b.c.d", json!({ "a.b.c.d": "x" })),
        (".a", json!({ "": { "a": "x" } })),
        ("a.", json!({ "a": { "": "x" } })),
        ("a..b", json!({ "a": { "": { "b": "x" } } })),
        ("a..b", json!({ "a.": { "b": "x" } })),
        ("a..b", json!({ "a": { ".b": "x" } })),
        (".", json!({ "": { "": "x" } })),
    ] {
        leads(name, &claims, Accepted);
    }
}

#[test]
fn the_longest_name_comes_first() {
    for (claims, reason) in [
        (
            json!({ "a.b.c": "y", "a.b": { "c": "x" }, "a": { "b.c": "x" } }),
            ClaimMismatch,
        ),
        (json!({ "a.b.c": null, "a.b": { "c": "x" } }), ClaimMismatch),
        (
            json!({ "a.b": { "c": "y" }, "a": { "b.c": "x", "b": { "c": "x" } } }),
            ClaimMismatch,
        ),
        (
            json!({ "a.b": { "c": "x" }, "a": { "b.c": "y", "b": { "c": "y" } } }),
            Accepted,
        ),
        (
            json!({ "a": { "b": { "c": "x" }, "b.c": "y" } }),
            ClaimMismatch,
        ),
        (json!({ "a": { "b": { "c": "y" }, "b.c": "x" } }), Accepted),
    ] {
        leads("a.b.c", &claims, reason);
    }
    // Also inside.
    for (longer, shorter, reason) in [("x", "y", Accepted), ("y", "x", ClaimMismatch)] {
        let inside = json!({ "b": { "c.d": shorter }, "b.c": { "d": longer } });
        leads("a.b.c.d", &json!({ "a": inside }), reason);
    }
}

#[test]
fn the_next_shorter_name_counts_where_the_longest_leads_nowhere() {
    for claims in [
        json!({ "a.b": 1, "a": { "b.c": "x" } }),
        json!({ "a.b": {}, "a": { "b.c": "x" } }),
        json!({ "a.b": { "d": "y" }, "a": { "b": { "c": "x" } } }),
        json!({ "a.b": ["c"], "a": { "b": { "c": "x" } } }),
        json!({ "a.b": null, "a": { "b": { "c": "x" } } }),
    ] {
        leads("a.b.c", &claims, Accepted);
    }
    let claims = json!({ "a.b": { "c": 1 }, "a": { "b.c": 2, "b": { "c": { "d": "x" } } } });
    leads("a.b.c.d", &claims, Accepted);
    for claims in [
        json!({}),
        json!({ "a": "x" }),
        json!({ "a.b": "x" }),
        json!({ "a": { "b": "x" } }),
        json!({ "a": { "c": "x" }, "b": { "c": "x" }, "c": "x" }),
        json!({ "a": [{ "b.c": "x" }] }),
        json!({ "a.b.c.": "x", "a.b.c.d": "x" }),
    ] {
        leads("a.b.c", &claims, MissingClaim);
    }
}

#[test]
fn a_name_may_be_spelled_with_escapes() {
    let broker = broker(json!({ "verify_claims": { "a.b.c": "x" } }));
    for claims in [
        r#"{"\u0061.b":{"c":"x"}}"#,
        r#"{"a":{"b\u002ec":"x"}}"#,
        r#"{"\u0061":{"\u0062":{"\u0063":"\u0078"}}}"#,
    ] {
        broker
            .present(&crate::harness::with_payload(claims))
            .allowed();
    }
}

#[test]
fn the_claim_of_topics_may_have_such_a_name() {
    let grant = json!({ "pub": ["t"] });
    for (name, claims) in [
        (
            "https://example.com/claims.acl",
            json!({ "https://example.com/claims": { "acl": grant } }),
        ),
        ("mqtt.acl", json!({ "mqtt": { "acl": grant } })),
        ("mqtt.acl", json!({ "mqtt.acl": grant, "mqtt": 1 })),
    ] {
        let broker = broker(json!({ "acl_claim_name": name }));
        let token = token(&claims);
        // The second time it is remembered.
        for _ in 0..2 {
            assert_eq!(broker.admit_with(&token).may(PUBLISH, "t"), Allow, "{name}");
        }
    }
    let broker = broker(json!({ "acl_claim_name": "mqtt.acl" }));
    let elsewhere = token(&json!({ "acl": grant, "mqtt": { "a": { "acl": grant } } }));
    assert_eq!(broker.admit_with(&elsewhere).may(PUBLISH, "t"), NoMatch);
    let defective = token(&json!({ "mqtt": { "acl": 1 } }));
    broker.present(&defective).denied(Reason::BadAcl);
}

#[test]
fn many_names_that_lead_nowhere_cost_no_more_than_they_are() {
    // Every way to split the name is there but for its last step.
    let name = ["a"; 33].join(".");
    let mut nested = json!({ "b": 1 });
    for _ in 0..6 {
        let lengths = (1..=5).map(|length| (["a"; 32][..length].join("."), nested.clone()));
        nested = Value::Object(lengths.collect());
    }
    let broker = broker(json!({
        "verify_claims": { name: "x" },
        "max_token_size": 1_048_576,
    }));
    broker.present(&token(&nested)).denied(MissingClaim);
}

#[test]
fn a_name_has_up_to_32_dots() {
    let config = |option: &str, value: Value| json!({ "secret": SECRET, option: value });
    for (dots, problem) in [(32, None), (33, Some("the name has more than 32 dots"))] {
        let name = ".".repeat(dots);
        for (config, path) in [
            (
                config("acl_claim_name", json!(name)),
                "`acl_claim_name`: ".to_owned(),
            ),
            (
                config("verify_claims", json!({ &name: "x" })),
                format!("`verify_claims`: `{name}`: "),
            ),
        ] {
            let error = Broker::from_text(config.to_string().as_bytes()).err();
            assert_eq!(error, problem.map(|problem| format!("{path}{problem}")));
        }
    }
}
