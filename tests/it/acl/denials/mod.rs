//! What the log says of topics that are denied to a client, or about which its token says nothing.

mod clients;
mod once;
mod permissions;
mod reasons;
mod topics;

use crate::harness::session::Ask;
use crate::harness::{Broker, broker, token};
use jwt_auth::Permission::Deny;
use serde_json::{Value, json};

/// The lines of this level since the last client connected.
fn lines(broker: &Broker, level: i32) -> Vec<String> {
    let log = broker.log();
    let since = log
        .iter()
        .rposition(|(_, line)| line.starts_with("accepted"));
    let lines = log.into_iter().skip(since.unwrap() + 1);
    lines
        .filter(|(of, _)| *of == level)
        .map(|(_, line)| line)
        .collect()
}

/// The end of a line about this client and token.
fn end(client: &str, token: &str) -> String {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, token.as_bytes());
    let digits = u32::from_be_bytes(digest.as_ref()[..4].try_into().unwrap());
    format!(": client {client}, token {digits:08x}")
}

/// What the log says of a request that is denied to a client with these claims.
#[track_caller]
fn said(claims: &Value, ask: Ask, topic: &str) -> String {
    let broker = broker(json!({}));
    let token = token(claims);
    let session = broker.admit_with(&token);
    assert_eq!(session.may(ask, topic), Deny, "{claims} {topic}");
    let lines = lines(&broker, 4);
    let [line] = &lines[..] else {
        panic!("{lines:?}")
    };
    let said = line.strip_prefix("denied: ").unwrap();
    said.strip_suffix(&end("`c1`", &token)).unwrap().to_owned()
}
