//! The options about a list that is fetched.

use std::fs;

use jwt_auth::Reason;
use serde_json::{Value, json};

use super::endpoint::{config, reply, wait_for_line, with_id};
use crate::harness::authority::Authority;
use crate::harness::server::{Reply, Server};
use crate::harness::{Broker, SECRET, Scratch};

const URL: &str = "https://127.0.0.1:9/";

/// The configuration with this list, and nothing else but a secret.
fn with(endpoint: &Value) -> Value {
    json!({ "secret": SECRET, "revocations_endpoint": endpoint })
}

#[test]
fn what_is_wrong_is_named_and_not_shown() {
    for (endpoint, error) in [
        (
            json!("hunter2"),
            "`revocations_endpoint`: expected an object",
        ),
        (json!({}), "`revocations_endpoint`: `url` is missing"),
        (
            json!({ "url": "hunter2 " }),
            "`revocations_endpoint.url`: not a URL",
        ),
        (
            json!({ "url": "https://user:hunter2@id.example/" }),
            "`revocations_endpoint.url`: a URL with a user name or password; put an Authorization header into \
             `headers`",
        ),
        (
            json!({ "url": URL, "max_fail_count": 5 }),
            "`revocations_endpoint.max_fail_count`: unknown",
        ),
        (
            json!({ "url": URL, "header": {} }),
            "`revocations_endpoint.header`: unknown; the nearest known name is `headers`",
        ),
        (
            json!({ "url": URL, "refresh_interval": 0 }),
            "`revocations_endpoint.refresh_interval`: expected a whole number from 1 to 2592000",
        ),
        (
            json!({ "url": URL, "headers": { "Host": "hunter2" } }),
            "`revocations_endpoint.headers`: `Host`: a header that the library sets or must not send",
        ),
        (
            json!({ "url": URL, "ssl": { "certfile": "hunter2" } }),
            "`revocations_endpoint.ssl.certfile`: `ssl.keyfile` is missing",
        ),
        (
            json!({ "url": "http://127.0.0.1:9/", "ssl": {} }),
            "`revocations_endpoint.ssl`: `revocations_endpoint.url` is an http URL; TLS needs https",
        ),
        (
            json!({ "url": URL, "proxy": "https://hunter2/" }),
            "`revocations_endpoint.proxy`: ",
        ),
        (
            json!({ "url": URL, "bearer_token_file": "/nowhere/token" }),
            "`revocations_endpoint.bearer_token_file`: the file cannot be read: No such file",
        ),
    ] {
        let found = Broker::refused(&with(&endpoint));
        assert!(found.starts_with(error), "{found}: {error}");
        assert!(!found.contains("hunter2"));
    }
}

#[test]
fn an_endpoint_that_anybody_may_answer_for_draws_a_warning() {
    for (endpoint, cause, cure) in [
        (
            json!({ "url": "http://192.0.2.1/" }),
            "`revocations_endpoint.url` is an http URL of another machine",
            "use https",
        ),
        (
            json!({ "url": URL, "ssl": { "verify": "verify_none" } }),
            "`revocations_endpoint.ssl.verify` is verify_none",
            "set `ssl.cacertfile`",
        ),
    ] {
        let broker = Broker::new(&with(&endpoint));
        let warning = format!(
            "{cause}: whoever can answer in the endpoint's place decides which tokens are revoked; {cure}"
        );
        assert_eq!(broker.warnings()[0], warning);
    }
}

#[test]
fn headers_and_a_token_are_sent_and_never_logged() {
    let server = Server::http(|request| match request.header("x-key") {
        Some("hunter2") => reply(&json!({ "jti": ["a"] })),
        _ => Reply::status(403),
    });
    let file = Scratch::new("token", "hunter3\n");
    let mut config = config(&server);
    config["revocations_endpoint"]["headers"] = json!({ "X-Key": "hunter2" });
    config["revocations_endpoint"]["bearer_token_file"] = file.0.to_str().unwrap().into();
    let broker = Broker::new(&config);
    assert!(broker.wait_ready(20_000));
    broker.present(&with_id("a")).denied(Reason::Revoked);
    let sent = server.requests();
    assert_eq!(sent[0].header("authorization"), Some("Bearer hunter3"));
    fs::remove_file(&file.0).unwrap();
    wait_for_line(
        &broker,
        "cannot be fetched: `bearer_token_file`: the file cannot be read",
    );
    broker.present(&with_id("a")).denied(Reason::Revoked);
    assert!(
        broker
            .log()
            .iter()
            .all(|(_, line)| !line.contains("hunter"))
    );
}

#[test]
fn tls_is_verified() {
    let (authority, other) = (Authority::new(), Authority::new());
    let server = Server::https(authority.server(&["127.0.0.1"]), |_| {
        reply(&json!({ "jti": ["a"] }))
    });
    let mut config = config(&server);
    config["revocations_endpoint"]["ssl"] = json!({ "cacertfile": other.path() });
    let broker = Broker::new(&config);
    assert!(!broker.wait_ready(20_000));
    wait_for_line(
        &broker,
        "the server's certificate is from an authority that is not trusted",
    );
    broker
        .present(&with_id("b"))
        .denied(Reason::RevocationsUnavailable);
    config["revocations_endpoint"]["ssl"] = json!({ "cacertfile": authority.path() });
    let broker = Broker::new(&config);
    assert!(broker.wait_ready(20_000));
    broker.present(&with_id("a")).denied(Reason::Revoked);
    broker.present(&with_id("b")).allowed();
}
