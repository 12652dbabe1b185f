//! Keys that come from an endpoint, against real servers on the loopback interface.

mod answers;
mod bearer;
mod discovery;
mod http;
mod keys;
mod listed;
mod nginx;
mod options;
mod proxy;
mod ready;
mod reload;
mod rotation;
mod tls;
mod tls_words;

use crate::harness::server::until;
use crate::harness::{Broker, signed, valid_claims};
use jsonwebtoken::Algorithm;
use serde_json::json;

/// A token of a key file, with a `kid`.
fn token(algorithm: Algorithm, key: &str, kid: &str) -> String {
    signed(algorithm, key, Some(kid), &valid_claims())
}

/// A broker with this endpoint and nothing else.
fn broker(url: &str) -> Broker {
    Broker::new(&json!({ "endpoint": url }))
}

/// Waits until the log has a line with this text.
#[track_caller]
fn wait_for_line(broker: &Broker, text: &str) {
    until(text, || {
        broker.log().iter().any(|(_, line)| line.contains(text))
    });
}

/// Waits until a set has come.
#[track_caller]
fn wait_for_keys(broker: &Broker) {
    wait_for_line(broker, "`endpoint`: key set fetched");
}

/// Waits until a fetch has failed for this cause, and none but it was told.
#[track_caller]
fn wait_for_failure(broker: &Broker, cause: &str) {
    until(cause, || !failures(broker).is_empty());
    assert_eq!(failures(broker), [cause]);
}

/// The causes that the log tells, without what follows from them.
fn failures(broker: &Broker) -> Vec<String> {
    let told = broker.warnings();
    let causes = told.iter().filter_map(|line| {
        let cause = line.strip_prefix("`endpoint`: the keys cannot be fetched: ")?;
        Some(cause.rsplit_once("; ")?.0.to_owned())
    });
    causes.collect()
}
