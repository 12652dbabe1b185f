//! An endpoint that stays.

use std::sync::atomic::Ordering;
use std::thread;
use std::time::Duration;

use jsonwebtoken::Algorithm::{ES256, ES384};
use jwt_auth::Reason;
use serde_json::json;

use super::super::{failures, wait_for_failure, wait_for_keys, wait_for_line};
use super::{A_WHILE, a, b, config, patient_server, ready, server};
use crate::harness::authority::{Authority, Date};
use crate::harness::server::{Reply, Server};
use crate::harness::{Broker, SECRET, Scratch, named_jwk};

#[test]
fn an_endpoint_that_stays_keeps_its_keys_and_asks_for_nothing() {
    let server = server();
    let broker = ready(&server, &json!({}));
    let session = broker.admit_with(&a());
    for options in [
        json!({}),
        json!({ "secret": SECRET, "leeway": 5 }),
        // What was said by saying nothing.
        json!({ "headers": {}, "refresh_interval": 300, "max_fail_count": 5 }),
        json!({ "algorithms": ["ES256"] }),
        json!({ "refresh_interval": 200, "max_fail_count": 0 }),
        json!({}),
    ] {
        broker.reloaded(&config(&server, &options));
        broker.present(&a()).allowed();
        session.recheck().allowed();
    }
    thread::sleep(A_WHILE);
    assert_eq!(server.count(), 1);
    let told = broker.log();
    let of_endpoint = told
        .iter()
        .filter(|(_, line)| line.starts_with("`endpoint`"));
    assert_eq!(of_endpoint.count(), 1);
}

#[test]
fn an_endpoint_over_tls_that_stays_keeps_its_keys() {
    let authority = Authority::new();
    let server = Server::https(authority.suspicious_server(&["127.0.0.1"]), |_| {
        Reply::keys(&[named_jwk(ES256, "p256", "a")])
    });
    let client = authority.certificate(&["a.example"], Date::Future);
    let (certificate, key) = (
        Scratch::new("c.pem", &client.pem),
        Scratch::new("k.pem", client.key_pem()),
    );
    let ssl = json!({ "ssl": {
        "cacertfile": authority.path(),
        "certfile": certificate.0,
        "keyfile": key.0,
        "server_name_indication": "127.0.0.1",
    }});
    let broker = ready(&server, &ssl);
    let mut explicit = ssl.clone();
    explicit["ssl"]["verify"] = "verify_peer".into();
    for same in [&ssl, &explicit, &ssl] {
        broker.reloaded(&config(&server, same));
        broker.present(&a()).allowed();
    }
    thread::sleep(A_WHILE);
    assert_eq!(server.count(), 1);
}

#[test]
fn other_headers_are_sent_soon_and_the_keys_stay_meanwhile() {
    let server = Server::http(|request| {
        let key = match request.header("x-tenant") {
            Some("two") => named_jwk(ES384, "p384", "b"),
            _ => named_jwk(ES256, "p256", "a"),
        };
        Reply::keys(&[key])
    });
    let broker = ready(&server, &json!({ "headers": { "x-tenant": "one" } }));
    broker.reloaded(&config(
        &server,
        &json!({ "headers": { "x-tenant": "two" } }),
    ));
    wait_for_line(&broker, "`endpoint`: key set changed");
    broker.present(&b()).allowed();
    thread::sleep(A_WHILE);
    let tenants: Vec<_> = server
        .requests()
        .iter()
        .map(|request| request.header("x-tenant").map(str::to_owned))
        .collect();
    assert_eq!(tenants, [Some("one".to_owned()), Some("two".to_owned())]);
    // Without any again.
    broker.reloaded(&config(&server, &json!({})));
    server.wait_for(3);
    assert_eq!(server.requests()[2].header("x-tenant"), None);
}

#[test]
fn headers_that_were_missing_bring_the_keys() {
    let server = Server::http(|request| match request.header("authorization") {
        Some("Bearer x") => Reply::keys(&[named_jwk(ES256, "p256", "a")]),
        _ => Reply::status(401),
    });
    let broker = Broker::new(&config(&server, &json!({})));
    wait_for_failure(&broker, "the server answered with status 401");
    broker.reloaded(&config(
        &server,
        &json!({ "headers": { "authorization": "Bearer x" } }),
    ));
    wait_for_keys(&broker);
    broker.present(&a()).allowed();
}

#[test]
fn headers_that_change_during_a_fetch_are_sent_soon() {
    let (server, may_answer) = patient_server();
    let broker = Broker::new(&config(
        &server,
        &json!({ "headers": { "x-tenant": "one" } }),
    ));
    // The request is on its way, or there already.
    thread::sleep(A_WHILE);
    broker.reloaded(&config(
        &server,
        &json!({ "headers": { "x-tenant": "two" } }),
    ));
    may_answer.store(true, Ordering::SeqCst);
    wait_for_keys(&broker);
    server.wait_for(2);
    assert_eq!(server.requests()[1].header("x-tenant"), Some("two"));
}

#[test]
fn another_refresh_interval_counts_at_once() {
    let server = server();
    let broker = ready(&server, &json!({}));
    broker.reloaded(&config(&server, &json!({ "refresh_interval": 1 })));
    server.wait_for(3);
    broker.reloaded(&config(&server, &json!({ "refresh_interval": 300 })));
    // One may be on its way.
    thread::sleep(A_WHILE);
    let seen = server.count();
    thread::sleep(Duration::from_millis(1500));
    assert_eq!(server.count(), seen);
    broker.present(&a()).allowed();
    assert_eq!(broker.warnings(), [""; 0]);
}

#[test]
fn another_signature_format_counts_at_once_for_keys_that_were_fetched() {
    let server = server();
    let broker = ready(&server, &json!({}));
    broker.present(&a()).allowed();
    broker.reloaded(&config(&server, &json!({ "signature_format": "der" })));
    broker.present(&a()).denied(Reason::SignatureFormat);
    broker.reloaded(&config(&server, &json!({ "signature_format": "auto" })));
    broker.present(&a()).allowed();
    broker.reloaded(&config(&server, &json!({})));
    broker.present(&a()).allowed();
    thread::sleep(A_WHILE);
    assert_eq!(server.count(), 1);
}

#[test]
fn another_max_fail_count_counts_for_keys_that_were_fetched() {
    let server = server();
    let options = |count: u32| json!({ "refresh_interval": 1, "max_fail_count": count });
    let broker = ready(&server, &options(0));
    let session = broker.admit_with(&a());
    server.set(|_| Reply::status(500));
    wait_for_failure(&broker, "the server answered with status 500");
    let seen = server.count();
    server.wait_for(seen + 1);
    broker.reloaded(&config(&server, &options(1)));
    wait_for_line(&broker, "the keys are dropped after ");
    broker.present(&a()).denied(Reason::KeysUnavailable);
    // The keys are not there, which does not say that they are gone; and so it is after a reload.
    broker.reloaded(&config(&server, &options(2)));
    broker.present(&a()).denied(Reason::KeysUnavailable);
    session.recheck().allowed();
}

#[test]
fn a_configuration_that_is_not_accepted_leaves_the_fetching_alone() {
    let (first, second) = (server(), server());
    let broker = ready(&first, &json!({ "refresh_interval": 1 }));
    for (options, error) in [
        (
            json!({ "algorithms": [] }),
            "`algorithms`: the list is empty",
        ),
        (
            json!({ "algorithms": ["HS256"] }),
            "`algorithms`: no configured key can verify HS256",
        ),
        (
            json!({ "revocations_file": "/nowhere/hunter2" }),
            "`revocations_file`: the file cannot be read: No such file or directory (os error 2)",
        ),
        (
            json!({ "ssl": {} }),
            "`ssl`: `endpoint` is an http URL; TLS needs https",
        ),
    ] {
        let mut other = config(&second, &options);
        other["headers"] = json!({ "x": "y" });
        assert_eq!(broker.reload(&other).unwrap_err(), error);
        let mut same = config(&first, &options);
        same["headers"] = json!({ "x": "y" });
        assert_eq!(broker.reload(&same).unwrap_err(), error);
        broker.present(&a()).allowed();
    }
    let seen = first.count();
    first.wait_for(seen + 2);
    assert!(
        first
            .requests()
            .iter()
            .all(|asked| asked.header("x").is_none())
    );
    assert_eq!(second.count(), 0);
    assert_eq!(failures(&broker), [""; 0]);
}

#[test]
fn a_flood_of_reloads_is_no_flood_of_requests() {
    let server = Server::http(|_| Reply::status(500));
    let broker = Broker::new(&config(&server, &json!({})));
    wait_for_failure(&broker, "the server answered with status 500");
    for round in 0..200 {
        let headers = json!({ "headers": { "x": round.to_string() } });
        broker.reloaded(&config(&server, &headers));
        thread::sleep(Duration::from_millis(5));
    }
    // The first, one early for the headers, and retries after half a second or more, and a second.
    assert!(server.count() <= 4, "{}", server.count());
    assert_eq!(failures(&broker), ["the server answered with status 500"]);
}
