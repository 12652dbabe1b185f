//! Why a client is refused. That the decision and the reason are those of a check, and that the
//! reason is that of the first check that failed, the harness asserts wherever a test lets a client
//! connect.

mod accepted;
mod claims;
mod issuer;
mod log;
mod reached;
mod words;

use crate::harness::{Broker, Connect};
use serde_json::Value;

fn presenting(token: &str) -> Connect<'_> {
    Connect {
        password: Some(token.as_bytes()),
        ..Connect::default()
    }
}

/// The outcome of each check, in order: `+`, `-`, or `.` where it was not reached.
fn outcomes(explained: &Value) -> String {
    let steps = explained["steps"].as_array().unwrap().iter();
    let outcomes = steps.map(|step| match step["outcome"].as_str().unwrap() {
        "passed" => '+',
        "failed" => '-',
        "not_reached" => '.',
        other => panic!("{other}"),
    });
    outcomes.collect()
}

fn detail<'e>(explained: &'e Value, check: &str) -> &'e str {
    let mut steps = explained["steps"].as_array().unwrap().iter();
    let step = steps.find(|step| step["check"] == check).unwrap();
    step["detail"].as_str().unwrap()
}

/// What is explained of a token is this, and of the check these words are said.
#[track_caller]
fn says(broker: &Broker, token: &str, expected: &str, (check, words): (&str, &str)) -> Value {
    let explained = broker.explain(presenting(token));
    assert_eq!(outcomes(&explained), expected, "{explained}");
    let detail = detail(&explained, check);
    assert!(detail.contains(words), "{check}: {detail}");
    explained
}
