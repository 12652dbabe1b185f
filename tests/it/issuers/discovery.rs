//! Issuers whose keys are fetched.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::harness::server::{Reply, Request, Server, until};
use crate::harness::{Broker, named_jwk};
use jsonwebtoken::Algorithm::EdDSA;
use jwt_auth::Reason;
use serde_json::{Value, json};

use super::{OFFICE, PLANT, set, token_by};

/// A server of two realms: the discovery document of each, and its key set.
fn realms() -> Server {
    Server::http(|request| {
        let host = request.header("Host").unwrap();
        let realm = request.path.split('/').nth(1).unwrap();
        match request.path.rsplit('/').next() {
            Some("openid-configuration") => Reply::body(
                json!({
                    "issuer": format!("http://{host}/{realm}"),
                    "jwks_uri": format!("http://{host}/{realm}/keys"),
                })
                .to_string(),
            ),
            _ => Reply::keys(&[key_of(realm)]),
        }
    })
}

/// Each realm has a key, and both call it the same.
fn key_of(realm: &str) -> Value {
    let key = match realm {
        "plant" => "ed25519",
        _ => "ed25519-other",
    };
    named_jwk(EdDSA, key, "1")
}

#[track_caller]
fn wait_for_sets(broker: &Broker, count: usize) {
    until("key sets", || {
        let log = broker.log();
        let sets = log
            .iter()
            .filter(|(_, line)| line.contains("key set fetched"));
        sets.count() == count
    });
}

#[test]
fn keys_are_discovered_below_the_name_of_the_issuer() {
    let server = realms();
    let (plant, office) = (server.url("/plant"), server.url("/office"));
    let broker = Broker::new(&json!({ "issuers": [{ "issuer": plant }, { "issuer": office }] }));
    wait_for_sets(&broker, 2);
    broker.present(&token_by(&plant, "ed25519", "1")).allowed();
    broker
        .present(&token_by(&office, "ed25519-other", "1"))
        .allowed();
    broker
        .present(&token_by(&plant, "ed25519-other", "1"))
        .denied(Reason::BadSignature);
    broker
        .present(&token_by(&office, "ed25519", "1"))
        .denied(Reason::BadSignature);
    let mut asked: Vec<_> = server
        .requests()
        .iter()
        .map(|request| request.path.clone())
        .collect();
    asked.sort();
    assert_eq!(
        asked,
        [
            "/office/.well-known/openid-configuration",
            "/office/keys",
            "/plant/.well-known/openid-configuration",
            "/plant/keys",
        ]
    );
}

#[test]
fn a_document_of_another_issuer_is_not_believed() {
    let server = realms();
    // The same machine by another name.
    let issuer = format!("http://localhost:{}/plant", server.address.port());
    let name = server.url("/plant");
    let other = Server::http(move |_| {
        Reply::body(json!({ "issuer": name, "jwks_uri": format!("{name}/keys") }).to_string())
    });
    for config in [
        json!({ "issuers": [{ "issuer": other.url("/plant") }] }),
        json!({ "issuers": [{ "issuer": issuer, "endpoint": other.url("/any") }] }),
    ] {
        let broker = Broker::new(&config);
        until("a failure", || !broker.warnings().is_empty());
        let warning = &broker.warnings()[0];
        assert!(
            warning.contains("the discovery document is that of another issuer"),
            "{warning}"
        );
        let iss = config["issuers"][0]["issuer"].as_str().unwrap();
        broker
            .present(&token_by(iss, "ed25519", "1"))
            .denied(Reason::KeysUnavailable);
    }
}

#[test]
fn nobodys_outage_touches_the_clients_of_another() {
    let is_down = Arc::new(AtomicBool::new(true));
    let shared = Arc::clone(&is_down);
    let plant = Server::http(move |_: &Request| {
        if shared.load(Ordering::SeqCst) {
            Reply::status(503)
        } else {
            Reply::keys(&[key_of("plant")])
        }
    });
    let office = Server::http(|_| Reply::keys(&[key_of("office")]));
    let config = json!({ "issuers": [
        { "issuer": PLANT, "endpoint": plant.url("/"), "refresh_interval": 1 },
        { "issuer": OFFICE, "endpoint": office.url("/") },
        { "issuer": "local", "jwks": set("ed25519", "1") },
    ] });
    let broker = Broker::new(&config);
    wait_for_sets(&broker, 1);
    broker
        .present(&token_by(OFFICE, "ed25519-other", "1"))
        .allowed();
    broker.present(&token_by("local", "ed25519", "1")).allowed();
    broker
        .present(&token_by(PLANT, "ed25519", "1"))
        .denied(Reason::KeysUnavailable);
    // A `kid` that one does not have makes nobody else's endpoint be asked.
    let before = office.count();
    broker
        .present(&token_by("local", "ed25519", "x"))
        .denied(Reason::UnknownKeyId);
    is_down.store(false, Ordering::SeqCst);
    wait_for_sets(&broker, 2);
    broker.present(&token_by(PLANT, "ed25519", "1")).allowed();
    assert_eq!(office.count(), before);
}

#[test]
fn ten_issuers_each_with_an_endpoint_survive_reloads() {
    let server = realms();
    let config = |count: usize| {
        let issuers: Vec<_> = (0..count)
            .map(|n| json!({ "issuer": n.to_string(), "endpoint": server.url("/plant/keys") }))
            .collect();
        json!({ "issuers": issuers })
    };
    let broker = Broker::new(&config(10));
    wait_for_sets(&broker, 10);
    let tokens: Vec<_> = (0..10)
        .map(|n| token_by(&n.to_string(), "ed25519", "1"))
        .collect();
    let sessions: Vec<_> = tokens
        .iter()
        .map(|token| broker.admit_with(token))
        .collect();
    let asked = server.count();
    for _ in 0..3 {
        broker.reloaded(&config(10));
        for (token, session) in tokens.iter().zip(&sessions) {
            broker.present(token).allowed();
            session.recheck().allowed();
        }
    }
    // Those that stay go on with the keys that they have.
    assert_eq!(server.count(), asked);
    broker.reloaded(&config(9));
    sessions[9].recheck().denied(Reason::NoKey);
    sessions[8].recheck().allowed();
    // Nine others have a key of this name, which are too many to try.
    broker.present(&tokens[9]).denied(Reason::UnknownKeyId);
}
