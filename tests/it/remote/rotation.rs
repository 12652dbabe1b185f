//! Keys that change, and servers that come and go.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Instant;

use jsonwebtoken::Algorithm::{ES256, ES384};
use jwt_auth::Reason;
use serde_json::json;

use super::{broker, failures, token, wait_for_failure, wait_for_keys, wait_for_line};
use crate::harness::server::{Reply, Server, until};
use crate::harness::{Broker, jwk, named_jwk};

/// A broker that asks every second.
fn hasty(server: &Server) -> Broker {
    Broker::new(&json!({ "endpoint": server.url("/"), "refresh_interval": 1 }))
}

#[test]
fn a_rotation_refuses_no_valid_token() {
    let server = Server::http(|_| Reply::keys(&[named_jwk(ES256, "p256", "old")]));
    let broker = hasty(&server);
    wait_for_keys(&broker);
    let (old, new) = (token(ES256, "p256", "old"), token(ES384, "p384", "new"));
    let (ends, checks) = (AtomicBool::new(false), AtomicUsize::new(0));
    thread::scope(|scope| {
        // A token is presented without a pause while its key is in the published set.
        scope.spawn(|| {
            while !ends.load(Ordering::SeqCst) {
                broker.present(&old).allowed();
                checks.fetch_add(1, Ordering::SeqCst);
            }
        });
        server.set(|_| {
            Reply::keys(&[
                named_jwk(ES256, "p256", "old"),
                named_jwk(ES384, "p384", "new"),
            ])
        });
        wait_for_line(
            &broker,
            "`endpoint`: key set changed; it has 2 usable key(s)",
        );
        broker.present(&new).allowed();
        ends.store(true, Ordering::SeqCst);
    });
    assert!(checks.into_inner() > 0);
    server.set(|_| Reply::keys(&[named_jwk(ES384, "p384", "new")]));
    wait_for_line(
        &broker,
        "`endpoint`: key set changed; it has 1 usable key(s)",
    );
    broker.present(&new).allowed();
    broker.present(&old).denied(Reason::UnknownKeyId);
}

#[test]
fn a_set_that_has_not_changed_is_told_once() {
    let server = Server::http(|_| Reply::keys(&[json!(7), named_jwk(ES256, "p256", "a")]));
    let broker = hasty(&server);
    server.wait_for(3);
    let told = broker
        .log()
        .into_iter()
        .filter(|(_, line)| line.starts_with("`endpoint`"));
    assert_eq!(told.count(), 2, "a skipped key and a set");
}

#[test]
fn an_unknown_kid_makes_the_endpoint_look_for_it() {
    let server = Server::http(|_| Reply::keys(&[named_jwk(ES256, "p256", "old")]));
    let broker = broker(&server.url("/"));
    wait_for_keys(&broker);
    server.set(|_| Reply::keys(&[named_jwk(ES384, "p384", "new")]));
    broker
        .present(&token(ES384, "p384", "new"))
        .denied(Reason::UnknownKeyId);
    wait_for_line(&broker, "`endpoint`: key set changed");
    broker.present(&token(ES384, "p384", "new")).allowed();
    assert_eq!(server.count(), 2);
}

#[test]
fn a_flood_of_unknown_kids_is_no_flood_of_requests() {
    let server = Server::http(|_| Reply::keys(&[named_jwk(ES256, "p256", "a")]));
    let broker = broker(&server.url("/"));
    wait_for_keys(&broker);
    let start = Instant::now();
    let signed = token(ES384, "p384", "x");
    let body = signed.split_once('.').unwrap().1;
    let mut number = 0;
    // Until the second early refresh has come, which nobody can hurry.
    until("the second early refresh", || {
        for _ in 0..100 {
            number += 1;
            let header = json!({ "alg": "ES384", "kid": format!("random{number}") });
            let header = crate::harness::base64url(header.to_string());
            broker
                .present(&format!("{header}.{body}"))
                .denied(Reason::UnknownKeyId);
        }
        server.count() >= 3
    });
    assert!(start.elapsed().as_secs() >= 4, "{:?}", start.elapsed());
    assert_eq!(server.count(), 3);
    // Tokens with a secret's algorithm ask for nothing, and a known kid neither.
    broker.present(&token(ES256, "p256", "a")).allowed();
    assert!(number > 100);
}

#[test]
fn a_remembered_token_of_an_unknown_kid_makes_the_endpoint_be_asked_again() {
    let server = Server::http(|_| Reply::keys(&[jwk(ES256, "p256")]));
    let broker = broker(&server.url("/"));
    wait_for_keys(&broker);
    let token = token(ES256, "p256", "x");
    until("the second early refresh", || {
        broker.present(&token).allowed();
        server.count() >= 3
    });
}

#[test]
fn a_set_is_asked_for_by_its_etag_and_stays() {
    let server = Server::http(|request| match request.header("If-None-Match") {
        Some("\"v1\"") => Reply::status(304).with("ETag", "\"v1\""),
        _ => Reply::keys(&[named_jwk(ES256, "p256", "a")]).with("ETag", "\"v1\""),
    });
    let broker = hasty(&server);
    server.wait_for(3);
    let asked: Vec<_> = server.requests();
    let etags: Vec<_> = asked
        .iter()
        .map(|request| request.header("If-None-Match"))
        .collect();
    assert_eq!(etags[..3], [None, Some("\"v1\""), Some("\"v1\"")]);
    broker.present(&token(ES256, "p256", "a")).allowed();
    assert_eq!(broker.warnings(), [""; 0]);
    server.set(|_| Reply::keys(&[named_jwk(ES384, "p384", "b")]).with("ETag", "\"v2\""));
    wait_for_line(&broker, "`endpoint`: key set changed");
    server.wait_for(server.count() + 1);
    let last = server.requests().pop().unwrap();
    assert_eq!(last.header("If-None-Match"), Some("\"v2\""));
}

#[test]
fn a_status_304_that_nobody_asked_for_is_a_failure() {
    let server = Server::http(|_| Reply::status(304));
    let broker = broker(&server.url("/"));
    wait_for_failure(&broker, "the server answered with status 304");
}

#[test]
fn a_server_that_goes_and_comes_back_costs_nothing() {
    let server = Server::http(|_| Reply::keys(&[named_jwk(ES256, "p256", "a")]));
    let (broker, port) = (hasty(&server), server.address.port());
    wait_for_keys(&broker);
    drop(server);
    wait_for_failure(&broker, "the connection was refused");
    broker.present(&token(ES256, "p256", "a")).allowed();
    let _server = Server::start(port, None, |_| {
        Reply::keys(&[named_jwk(ES384, "p384", "b")])
    });
    wait_for_line(&broker, "`endpoint`: fetched again after ");
    broker.present(&token(ES384, "p384", "b")).allowed();
    assert_eq!(failures(&broker), ["the connection was refused"]);
}

#[test]
fn a_server_that_is_not_there_yet_is_found_when_a_client_needs_it() {
    let server = Server::http(|_| Reply::Close);
    let (broker, port) = (broker(&server.url("/")), server.address.port());
    drop(server);
    wait_for_line(
        &broker,
        "no keys are held, and tokens that need them are refused",
    );
    let _server = Server::start(port, None, |_| {
        Reply::keys(&[named_jwk(ES256, "p256", "a")])
    });
    until("keys", || {
        broker.present(&token(ES256, "p256", "a")).result.decision == 1
    });
}

#[test]
fn keys_are_dropped_after_max_fail_count_failures_and_come_back() {
    let server = Server::http(|_| Reply::keys(&[named_jwk(ES256, "p256", "a")]));
    let broker = Broker::new(&json!({
        "endpoint": server.url("/"),
        "refresh_interval": 1,
        "max_fail_count": 2,
    }));
    wait_for_keys(&broker);
    server.set(|_| Reply::status(500));
    wait_for_line(&broker, "the keys fetched before stay in use");
    wait_for_line(&broker, "the keys are dropped after ");
    broker
        .present(&token(ES256, "p256", "a"))
        .denied(Reason::KeysUnavailable);
    broker
        .present(&token(ES256, "p256", "b"))
        .denied(Reason::KeysUnavailable);
    let cause = "the server answered with status 500";
    assert_eq!(
        failures(&broker),
        [cause; 2],
        "once at first, once at the end"
    );
    server.set(|_| Reply::keys(&[named_jwk(ES256, "p256", "a")]));
    wait_for_line(&broker, "`endpoint`: fetched again after ");
    broker.present(&token(ES256, "p256", "a")).allowed();
}

#[test]
fn with_a_max_fail_count_of_zero_keys_are_never_dropped() {
    let server = Server::http(|_| Reply::keys(&[named_jwk(ES256, "p256", "a")]));
    let broker = Broker::new(&json!({
        "endpoint": server.url("/"),
        "refresh_interval": 1,
        "max_fail_count": 0,
    }));
    wait_for_keys(&broker);
    server.set(|_| Reply::status(500));
    let seen = server.count();
    server.wait_for(seen + 5);
    broker.present(&token(ES256, "p256", "a")).allowed();
    assert_eq!(failures(&broker), ["the server answered with status 500"]);
}

#[test]
fn a_session_ends_with_its_key_and_not_with_the_endpoint() {
    let server = Server::http(|_| Reply::keys(&[named_jwk(ES256, "p256", "a")]));
    let broker = Broker::new(&json!({
        "endpoint": server.url("/"),
        "refresh_interval": 1,
        "max_fail_count": 1,
    }));
    wait_for_keys(&broker);
    let session = broker.admit_with(&token(ES256, "p256", "a"));
    session.recheck().allowed();
    server.set(|_| Reply::status(500));
    wait_for_line(&broker, "the keys are dropped after 1 failure(s)");
    session.recheck().allowed();
    server.set(|_| Reply::keys(&[named_jwk(ES384, "p384", "b")]));
    wait_for_line(&broker, "`endpoint`: fetched again after ");
    session.recheck().denied(Reason::NoKey);
    server.set(|_| Reply::keys(&[named_jwk(ES256, "p256", "c")]));
    wait_for_line(&broker, "`endpoint`: key set changed");
    session.recheck().allowed();
}
