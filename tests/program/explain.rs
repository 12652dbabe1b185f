//! `explain`: every check of a token, and the rule about a topic.

use crate::harness::{fits_a_terminal, issue, parsed, with_secret};
use serde_json::json;

#[test]
fn every_check_is_explained_what_failed_first() {
    let place = with_secret();
    let acl = r#"[{"permission": "deny", "action": "all", "topic": "a/#"},
                  {"permission": "allow", "action": "all", "topic": "b/#"}]"#;
    place.write("acl.json", acl);
    place.write(
        "token",
        &place.run(0, &issue(&["--subject", "alice", "--acl", "acl.json"])),
    );
    let explain = |user, more: &[&'static str]| -> Vec<&str> {
        let arguments = ["explain", "-c", "config.json", "--username", user, "token"];
        arguments.iter().chain(more).copied().collect()
    };
    let said = place.run(1, &explain("bob", &[]));
    assert!(said.starts_with("deny: claim_mismatch\n"), "{said}");
    let steps = said.split("\n\n").nth(1).unwrap();
    assert!(steps.starts_with("  claim sub     FAILED: "), "{said}");
    fits_a_terminal(&said);
    let said = place.run(0, &explain("alice", &["--topic", "b/c"]));
    assert!(
        said.starts_with("allow: accepted\n")
            && said.contains("  topic         allow: by rule 2 of the token\n"),
        "{said}"
    );
    let said = place.run(
        1,
        &explain(
            "alice",
            &["--topic", "a/b", "--action", "publish", "--json"],
        ),
    );
    let said = parsed(&said);
    assert_eq!(
        (&said["decision"], &said["topic"]["permission"]),
        (&json!("allow"), &json!("deny"))
    );
    let why = said["topic"]["detail"].as_str().unwrap();
    assert_eq!(why, "by rule 1 of the token");
}
