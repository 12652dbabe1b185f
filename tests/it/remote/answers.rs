//! What else the headers and the first bytes of an answer say.

use std::time::{Duration, Instant, SystemTime};

use jsonwebtoken::Algorithm::ES256;
use jwt_auth::Reason;
use serde_json::json;

use super::{broker, token, wait_for_failure, wait_for_keys};
use crate::harness::server::{Reply, Server};
use crate::harness::{Broker, named_jwk};

fn good() -> Reply {
    Reply::keys(&[named_jwk(ES256, "p256", "a")])
}

#[test]
fn an_answer_that_is_compressed_is_refused_by_the_name_of_its_coding() {
    let long = "x".repeat(150);
    for (header, told) in [
        ("gzip", "gzip"),
        ("identity, br", "br"),
        ("a`b\tc", r"a\`b\tc"),
        (&long, &format!("{}...", &long[..128])),
    ] {
        let header = header.to_owned();
        let server = Server::http(move |_| good().with("Content-Encoding", &header));
        let cause = format!(
            "the answer has the content coding `{told}`, though it was asked for without one \
             (Accept-Encoding: identity)"
        );
        wait_for_failure(&broker(&server.url("/")), &cause);
    }
    for header in ["identity", "Identity", ""] {
        let server = Server::http(move |_| good().with("Content-Encoding", header));
        wait_for_keys(&broker(&server.url("/")));
    }
}

#[test]
fn one_byte_order_mark_is_skipped() {
    let set = json!({ "keys": [named_jwk(ES256, "p256", "a")] }).to_string();
    let marked = format!("\u{feff}{set}");
    let server = Server::http(move |request| match request.path.as_str() {
        "/" => {
            let host = request.header("Host").unwrap();
            Reply::body(format!("\u{feff}{{\"jwks_uri\": \"http://{host}/keys\"}}"))
        }
        _ => Reply::body(marked.as_bytes()),
    });
    let broker = broker(&server.url("/"));
    wait_for_keys(&broker);
    broker.present(&token(ES256, "p256", "a")).allowed();
    let twice = format!("\u{feff}\u{feff}{set}");
    let server = Server::http(move |_| Reply::body(twice.as_bytes()));
    let cause = "the answer is no JSON Web Key Set: not valid JSON at line 1 column 1: a blank that is \
                 not a space";
    wait_for_failure(&super::broker(&server.url("/")), cause);
}

#[test]
fn a_server_that_is_busy_is_left_alone_whatever_clients_send() {
    for status in [429, 503] {
        let server = Server::http(move |_| Reply::status(status).with("Retry-After", "3"));
        let start = Instant::now();
        let broker = broker(&server.url("/"));
        let cause = format!("the server answered with status {status}");
        wait_for_failure(&broker, &cause);
        server.set(|_| good());
        super::until("the second request", || {
            let unknown = token(ES256, "p256", "a");
            broker.present(&unknown).result.decision == 1
        });
        // Without the header it is asked again within a second, and for a client's sake at once.
        assert!(
            start.elapsed() > Duration::from_millis(2_900),
            "{:?}",
            start.elapsed()
        );
        // A client that comes while the second answer is under way makes it be asked once more.
        assert!((2..=3).contains(&server.count()), "{}", server.count());
    }
}

#[test]
fn a_server_is_left_alone_until_a_date() {
    // A date has whole seconds, so this one is more than three seconds away.
    let date = || httpdate::fmt_http_date(SystemTime::now() + Duration::from_secs(4));
    let server = Server::http(move |_| Reply::status(503).with("Retry-After", &date()));
    let start = Instant::now();
    let broker = broker(&server.url("/"));
    server.wait_for(1);
    server.set(|_| good());
    wait_for_keys(&broker);
    assert!(
        start.elapsed() > Duration::from_millis(2_900),
        "{:?}",
        start.elapsed()
    );
    assert_eq!(server.count(), 2);
}

#[test]
fn a_server_is_left_alone_for_no_longer_than_an_interval() {
    let server = Server::http(|_| Reply::status(429).with("Retry-After", "86400"));
    let broker = Broker::new(&json!({ "endpoint": server.url("/"), "refresh_interval": 1 }));
    server.wait_for(3);
    broker
        .present(&token(ES256, "p256", "a"))
        .denied(Reason::KeysUnavailable);
    assert_eq!(broker.warnings().len(), 1, "the same cause is told once");
}

#[test]
fn nonsense_and_other_answers_do_not_keep_anybody_waiting() {
    for (status, header) in [(503, "tomorrow"), (503, "-5"), (404, "3600"), (500, "3600")] {
        let server = Server::http(move |_| Reply::status(status).with("Retry-After", header));
        let _broker = broker(&server.url("/"));
        server.wait_for(2);
    }
}
