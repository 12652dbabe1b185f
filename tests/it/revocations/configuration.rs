//! The option, at the start and when another configuration is taken up.

use jwt_auth::Reason;
use serde_json::{Value, json};

use super::{config, list, revoking};
use crate::harness::{Broker, SECRET, Scratch, token};

/// Files that are no lists, and what is said about them.
const BROKEN: [(&str, &str); 18] = [
    ("", "not valid JSON at line 1 column 0: there is nothing"),
    (
        "{\"jti\": [\"hunter2",
        "not valid JSON at line 1 column 17: a string has no end",
    ),
    (
        "hunter2",
        "not valid JSON at line 1 column 1: a value without quotation marks that is no number, true, false \
         or null",
    ),
    (
        "{} hunter2",
        "not valid JSON at line 1 column 4: text behind the end",
    ),
    ("\"hunter2\"", "`.`: expected an object"),
    ("[\"hunter2\"]", "`.`: expected an object"),
    ("null", "`.`: expected an object"),
    ("{\"jti\": \"hunter2\"}", "`jti`: expected a list"),
    ("{\"jti\": {\"hunter2\": 1}}", "`jti`: expected a list"),
    ("{\"jti\": null}", "`jti`: expected a list"),
    ("{\"jti\": [271828]}", "`jti[0]`: expected a string"),
    ("{\"jti\": [\"a\", null]}", "`jti[1]`: expected a string"),
    (
        "{\"jtis\": [\"hunter2\"]}",
        "`jtis`: unknown; the nearest known name is `jti`",
    ),
    (
        "{\"not_before\": 271828}",
        "`not_before`: expected an object",
    ),
    (
        "{\"not_before\": {\"subs\": {}}}",
        "`not_before.subs`: unknown; the nearest known name is `sub`",
    ),
    (
        "{\"not_before\": {\"kid\": {\"k1\": \"hunter2\"}}}",
        "`not_before.kid.k1`: expected a whole number",
    ),
    (
        "{\"not_before\": {\"sub\": {\"alice\": 271828.5}}}",
        "`not_before.sub.alice`: expected a whole number",
    ),
    (
        "{\"not_before\": {\"*\": \"hunter2\"}}",
        "`not_before.*`: expected a whole number",
    ),
];

#[test]
fn a_file_that_is_no_list_is_refused_at_the_start_and_told_by_its_defect() {
    for (content, problem) in BROKEN {
        let error = Broker::refused(&config(&Scratch::new("broken.json", content)));
        assert_eq!(error, format!("`revocations_file`: {problem}"));
        assert!(!error.contains("hunter2") && !error.contains("271828"));
    }
    let error = Broker::refused(&config(&Scratch::new(
        "latin1.json",
        b"{\"jti\": [\"\xfc\"]}",
    )));
    assert_eq!(error, "`revocations_file`: not UTF-8");
    let error = Broker::refused(&json!({
        "secret": SECRET,
        "revocations_file": "/nowhere/hunter2",
    }));
    assert_eq!(
        error,
        "`revocations_file`: the file cannot be read: No such file or directory (os error 2)"
    );
    for not_a_file in ["/dev", "/dev/zero"] {
        let error = Broker::refused(&json!({ "secret": SECRET, "revocations_file": not_a_file }));
        let expected = format!("`revocations_file`: not a regular file: `{not_a_file}`");
        assert_eq!(error, expected);
    }
}

#[test]
fn a_member_given_twice_is_no_list() {
    for content in [
        r#"{"jti": ["a"], "jti": []}"#,
        r#"{"not_before": {"sub": {"a": 1, "a": 2}}}"#,
    ] {
        let error = Broker::refused(&config(&Scratch::new("twice.json", content)));
        assert!(
            error.starts_with("`revocations_file`: ") && error.contains("twice"),
            "{error}"
        );
    }
}

#[test]
fn the_option_is_a_path() {
    for wrong in [json!(271_828), json!(null), json!({ "jti": ["hunter2"] })] {
        let error = Broker::refused(&json!({ "secret": SECRET, "revocations_file": wrong }));
        assert_eq!(error, "`revocations_file`: expected a string");
    }
}

#[test]
fn a_list_may_be_empty_or_hold_only_some_of_its_members() {
    for content in [
        json!({}),
        json!({ "jti": [] }),
        json!({ "jti": ["x", "x"], "not_before": {} }),
        json!({ "not_before": { "sub": {}, "kid": {} } }),
        json!({ "not_before": { "*": -1 } }),
    ] {
        let (broker, _file) = revoking(&content);
        broker.present(&token(&json!({ "iat": 7 }))).allowed();
        assert_eq!(broker.warnings(), [""; 0]);
    }
}

#[test]
fn a_file_that_is_no_list_is_refused_by_a_reload_and_the_list_before_stays() {
    let (broker, file) = revoking(&json!({ "jti": ["a"] }));
    let (a, b) = (token(&json!({ "jti": "a" })), token(&json!({ "jti": "b" })));
    let session = broker.admit_with(&b);
    for (content, problem) in BROKEN {
        let other = Scratch::new("broken.json", content);
        let error = broker.reload(&config(&other)).unwrap_err();
        assert_eq!(error, format!("`revocations_file`: {problem}"));
        broker.present(&a).denied(Reason::Revoked);
        broker.present(&b).allowed();
        session.recheck().allowed();
    }
    // The file that is in use is still looked at.
    file.write(json!({ "jti": ["b", "c"] }).to_string());
    crate::harness::server::until("the change", || broker.present(&b).result.decision == 0);
    broker.present(&b).denied(Reason::Revoked);
    session.recheck().denied(Reason::Revoked);
}

#[test]
fn a_reload_reads_the_file_at_once() {
    let (broker, file) = revoking(&json!({ "jti": ["a"] }));
    let names = ["a", "b"];
    let tokens = names.map(|id| token(&json!({ "jti": id })));
    for round in 0..20 {
        let (gone, good) = (round % 2, (round + 1) % 2);
        // Of the same length each time.
        file.write(json!({ "jti": [names[gone]] }).to_string());
        broker.reloaded(&config(&file));
        broker.present(&tokens[gone]).denied(Reason::Revoked);
        broker.present(&tokens[good]).allowed();
    }
}

#[test]
fn another_file_takes_the_place_of_the_first_and_without_one_nothing_is_revoked() {
    let (broker, first) = revoking(&json!({ "jti": ["a"] }));
    let second = list(&json!({ "jti": ["b"] }));
    let [a, b] = ["a", "b"].map(|id| token(&json!({ "jti": id })));
    let session = broker.admit_with(&b);
    broker.reloaded(&config(&second));
    broker.present(&a).allowed();
    broker.present(&b).denied(Reason::Revoked);
    session.recheck().denied(Reason::Revoked);
    broker.reloaded(&json!({ "secret": SECRET }));
    broker.present(&a).allowed();
    broker.present(&b).allowed();
    session.recheck().allowed();
    // Nobody looks at either of them any more.
    let lines = broker.log().len();
    first.write("hunter2");
    second.write("hunter2");
    std::thread::sleep(std::time::Duration::from_millis(2500));
    assert_eq!(broker.log().len(), lines);
    broker.present(&b).allowed();
}

#[test]
fn a_file_that_appears_with_a_reload_revokes_from_then_on() {
    let broker = Broker::new(&json!({ "secret": SECRET }));
    let a = token(&json!({ "jti": "a" }));
    let session = broker.admit_with(&a);
    let file = list(&json!({ "jti": ["a"] }));
    broker.reloaded(&config(&file));
    broker.present(&a).denied(Reason::Revoked);
    session.recheck().denied(Reason::Revoked);
    let told: Vec<Value> = broker
        .log()
        .into_iter()
        .map(|(_, line)| line.into())
        .collect();
    assert!(
        told.iter()
            .all(|line| !line.as_str().unwrap().starts_with("`revocations_file`"))
    );
}
