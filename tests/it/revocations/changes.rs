//! A file that changes while it is in use.

use std::fs;
use std::thread;
use std::time::{Duration, SystemTime};

use jwt_auth::Reason;
use serde_json::json;

use super::{config, list, revoking};
use crate::harness::server::until;
use crate::harness::{Broker, Scratch, token};

/// Longer than two looks at the file are apart.
const TWO_LOOKS: Duration = Duration::from_millis(2500);

/// A token with this id.
fn with_id(id: &str) -> String {
    token(&json!({ "jti": id }))
}

/// What the log says of the file, with the levels.
fn told(broker: &Broker) -> Vec<(i32, String)> {
    let mut lines = broker.log();
    lines.retain(|(_, line)| line.starts_with("`revocations_file`: "));
    lines
}

/// Waits until this token is revoked.
#[track_caller]
fn wait_until_revoked(broker: &Broker, id: &str) {
    let token = with_id(id);
    until("the revocation", || {
        broker.present(&token).result.decision == 0
    });
    broker.present(&token).denied(Reason::Revoked);
}

/// Puts something in the place of the file, as deployments do: at once.
fn replace(file: &Scratch, content: &str) {
    let new = file.0.with_extension("new");
    fs::write(&new, content).unwrap();
    fs::rename(new, &file.0).unwrap();
}

fn ids(ids: &[&str]) -> String {
    json!({ "jti": ids }).to_string()
}

#[test]
fn a_change_is_seen_without_a_reload() {
    let (broker, file) = revoking(&json!({}));
    let (a, b) = (
        broker.admit_with(&with_id("a")),
        broker.admit_with(&with_id("b")),
    );
    file.write(ids(&["a"]));
    wait_until_revoked(&broker, "a");
    a.recheck().denied(Reason::Revoked);
    b.recheck().allowed();
    broker.present(&with_id("b")).allowed();
    file.write(ids(&["a", "b"]));
    wait_until_revoked(&broker, "b");
    b.recheck().denied(Reason::Revoked);
    let line = |count| format!("`revocations_file`: changed; it has {count} revocation(s)");
    assert_eq!(told(&broker), [(3, line(1)), (3, line(2))]);
}

#[test]
fn a_change_that_leaves_the_length_is_seen() {
    let (broker, file) = revoking(&json!({ "jti": ["a"] }));
    thread::sleep(Duration::from_millis(50));
    file.write(ids(&["b"]));
    wait_until_revoked(&broker, "b");
    broker.present(&with_id("a")).allowed();
}

#[test]
fn a_file_in_the_place_of_the_first_is_seen_however_old_it_is() {
    let (broker, file) = revoking(&json!({ "jti": ["a"] }));
    replace(&file, &ids(&["b"]));
    wait_until_revoked(&broker, "b");
    broker.present(&with_id("a")).allowed();
    let old = file.0.with_extension("old");
    fs::write(&old, ids(&["c"])).unwrap();
    let opened = fs::File::options().write(true).open(&old).unwrap();
    opened.set_modified(SystemTime::UNIX_EPOCH).unwrap();
    fs::rename(&old, &file.0).unwrap();
    wait_until_revoked(&broker, "c");
    broker.present(&with_id("b")).allowed();
}

#[test]
fn what_is_no_longer_in_the_file_is_good_again() {
    let (broker, file) = revoking(&json!({ "jti": ["a"], "not_before": { "*": 7 } }));
    broker.present(&with_id("b")).denied(Reason::Revoked);
    file.write("{}");
    until("the change", || {
        broker.present(&with_id("a")).result.decision == 1
    });
    broker.present(&with_id("b")).allowed();
}

/// A file that becomes useless is told once, stays without effect, and is taken up when it is good
/// again.
#[track_caller]
fn survives(damage: impl Fn(&Scratch), problem: &str) {
    let (broker, file) = revoking(&json!({ "jti": ["a"] }));
    damage(&file);
    let problem = problem.replace("PATH", file.0.to_str().unwrap());
    let line = format!("`revocations_file`: {problem}; what it said before stays in force");
    until("the warning", || !told(&broker).is_empty());
    thread::sleep(TWO_LOOKS);
    assert_eq!(told(&broker), [(2, line)]);
    broker.present(&with_id("a")).denied(Reason::Revoked);
    broker.present(&with_id("b")).allowed();
    replace(&file, &ids(&["a", "b"]));
    wait_until_revoked(&broker, "b");
    let line = "`revocations_file`: changed; it has 2 revocation(s)";
    assert_eq!(told(&broker)[1..], [(3, line.to_owned())]);
}

#[test]
fn a_file_that_breaks_is_told_once_and_what_it_said_stays() {
    survives(
        |file| file.write("{\"jti\": [\"hunter2\""),
        "not valid JSON at line 1 column 18: the text ends too early",
    );
}

#[test]
fn a_file_with_a_wrong_type_is_told_once_and_what_it_said_stays() {
    survives(
        |file| file.write("{\"jti\": \"hunter2\"}"),
        "`jti`: expected a list",
    );
}

#[test]
fn a_file_that_vanishes_is_told_once_and_what_it_said_stays() {
    survives(
        |file| fs::remove_file(&file.0).unwrap(),
        "the file cannot be read: No such file or directory (os error 2): `PATH`",
    );
}

#[test]
fn a_file_that_vanishes_twice_is_told_twice() {
    let (broker, file) = revoking(&json!({ "jti": ["a"] }));
    let away = file.0.with_extension("away");
    for times in 1..=2 {
        fs::rename(&file.0, &away).unwrap();
        until("the warning", || broker.warnings().len() == times);
        fs::rename(&away, &file.0).unwrap();
        thread::sleep(TWO_LOOKS);
        broker.present(&with_id("a")).denied(Reason::Revoked);
    }
}

#[test]
fn a_file_that_is_broken_now_is_refused_by_a_reload_and_what_it_said_stays() {
    let (broker, file) = revoking(&json!({ "jti": ["a"] }));
    file.write("hunter2");
    let error = broker.reload(&config(&file)).unwrap_err();
    assert_eq!(
        error,
        "`revocations_file`: not valid JSON at line 1 column 1: a value without quotation marks that \
         is no number, true, false or null"
    );
    broker.present(&with_id("a")).denied(Reason::Revoked);
    file.write(ids(&["b"]));
    wait_until_revoked(&broker, "b");
}

#[test]
fn a_change_is_seen_after_a_reload_and_told_by_one_thread() {
    let file = list(&json!({ "jti": ["a"] }));
    let broker = Broker::new(&config(&file));
    for _ in 0..10 {
        broker.reloaded(&config(&file));
    }
    file.write(ids(&["a", "b"]));
    wait_until_revoked(&broker, "b");
    thread::sleep(TWO_LOOKS);
    assert_eq!(told(&broker).len(), 1);
}

#[test]
fn a_change_of_one_verifiers_file_changes_no_other() {
    let (one, file) = revoking(&json!({}));
    let (two, _other) = revoking(&json!({}));
    file.write(ids(&["a"]));
    wait_until_revoked(&one, "a");
    two.present(&with_id("a")).allowed();
    assert_eq!(told(&two), []);
}
