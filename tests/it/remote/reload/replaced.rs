//! An endpoint that goes, and another that comes.

use std::io::Read;
use std::net::TcpListener;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::{Duration, Instant};

use jsonwebtoken::Algorithm::{ES256, EdDSA};
use jwt_auth::Reason;
use serde_json::json;

use super::super::{failures, wait_for_keys};
use super::{A_WHILE, a, b, config, patient_server, ready, server};
use crate::harness::authority::Authority;
use crate::harness::server::{Reply, Server, until};
use crate::harness::session::PUBLISH;
use crate::harness::{
    Broker, HS256_HEADER, SECRET, hs256, jwk, named_jwk, signed, valid_claims, vector_text,
};

/// Far more than a reload or an end takes, and far less than any timeout of a fetch.
const PROMPT: Duration = Duration::from_secs(2);

#[test]
fn keys_of_another_endpoint_have_to_come_first_and_the_old_ones_serve_nothing() {
    let (first, (second, may_answer)) = (server(), patient_server());
    let broker = ready(&first, &json!({ "on_unknown_key": "ignore" }));
    let session = broker.admit_with(&a());
    broker.reloaded(&config(&second, &json!({ "on_unknown_key": "ignore" })));
    for _ in 0..3 {
        for token in [a(), b()] {
            broker.present(&token).denied(Reason::KeysUnavailable);
        }
        session.recheck().allowed();
        thread::sleep(Duration::from_millis(100));
    }
    may_answer.store(true, Ordering::SeqCst);
    until("keys", || broker.present(&b()).result.decision == 1);
    broker.present(&a()).ignored(Reason::UnknownKeyId);
    session.recheck().denied(Reason::NoKey);
    assert_eq!(session.may(PUBLISH, "a"), jwt_auth::Permission::NoMatch);
    assert_eq!((first.count(), failures(&broker).len()), (1, 0));
}

#[test]
fn a_session_stays_good_if_the_other_endpoint_has_its_key_too() {
    let (first, second) = (
        server(),
        Server::http(|_| Reply::keys(&[jwk(ES256, "p256")])),
    );
    let broker = ready(&first, &json!({}));
    let session = broker.admit_with(&a());
    broker.reloaded(&config(&second, &json!({})));
    until("keys", || {
        session.recheck().allowed();
        broker.present(&a()).result.decision == 1
    });
    session.recheck().allowed();
}

#[test]
fn a_secret_that_is_gone_does_not_wait_for_an_endpoint_that_never_has_secrets() {
    let (second, _may_not_answer) = patient_server();
    let broker = Broker::new(&json!({ "secret": SECRET }));
    let session = broker.admit_with(&hs256(SECRET, HS256_HEADER, valid_claims().to_string()));
    broker.reloaded(&config(&second, &json!({})));
    session.recheck().denied(Reason::NoKey);
}

#[test]
fn a_key_that_the_configuration_withdraws_is_missed_while_an_endpoint_is_down() {
    let (first, (second, _may_not_answer)) = (server(), patient_server());
    let broker = Broker::new(&json!({ "public_key": vector_text("keys/ed25519.pub.pem") }));
    let withdrawn = broker.admit_with(&signed(EdDSA, "ed25519", None, &valid_claims()));
    broker.reloaded(&config(&first, &json!({})));
    wait_for_keys(&broker);
    let fetched = broker.admit_with(&a());
    withdrawn.recheck().denied(Reason::NoKey);
    // This endpoint never answers, and so it tells nothing of a key that came from the first.
    broker.reloaded(&config(&second, &json!({})));
    withdrawn.recheck().denied(Reason::NoKey);
    fetched.recheck().allowed();
}

#[test]
fn a_remembered_token_has_its_key_from_where_it_is_now() {
    let (first, (second, _may_not_answer)) = (server(), patient_server());
    let broker = ready(&first, &json!({}));
    let of_endpoint = broker.admit_with(&a());
    let local = json!({ "jwks": { "keys": [named_jwk(ES256, "p256", "a")] } });
    broker.reloaded(&config(&first, &local));
    let of_configuration = broker.admit_with(&a());
    broker.reloaded(&config(&second, &json!({})));
    of_endpoint.recheck().allowed();
    of_configuration.recheck().denied(Reason::NoKey);
}

#[test]
fn an_endpoint_that_comes_back_is_asked_again() {
    let (first, (second, _)) = (server(), patient_server());
    let broker = ready(&first, &json!({}));
    first.set(|_| Reply::Hang);
    broker.reloaded(&config(&second, &json!({})));
    broker.reloaded(&config(&first, &json!({})));
    broker.present(&a()).denied(Reason::KeysUnavailable);
    first.wait_for(2);
}

#[test]
fn another_path_or_other_ssl_options_make_another_endpoint() {
    let authority = Authority::new();
    let server = Server::https(authority.server(&["127.0.0.1"]), |request| {
        match request.path.as_str() {
            "/" => Reply::keys(&[named_jwk(ES256, "p256", "a")]),
            _ => Reply::Hang,
        }
    });
    let good = json!({ "ssl": { "cacertfile": authority.path() } });
    let stranger = Authority::new();
    let mut other_path = config(&server, &good);
    other_path["endpoint"] = server.url("/other").into();
    for other in [
        other_path,
        config(
            &server,
            &json!({ "ssl": { "cacertfile": stranger.path() } }),
        ),
        config(&server, &json!({ "ssl": { "verify": "verify_peer" } })),
        config(&server, &json!({})),
    ] {
        let broker = ready(&server, &good);
        broker.reloaded(&other);
        broker.present(&a()).denied(Reason::KeysUnavailable);
    }
}

#[test]
fn an_endpoint_that_goes_takes_its_keys_along_and_is_not_asked_again() {
    let server = server();
    let options = json!({ "refresh_interval": 1, "secret": SECRET });
    let broker = ready(&server, &options);
    let session = broker.admit_with(&a());
    broker.reloaded(&json!({ "secret": SECRET }));
    session.recheck().denied(Reason::NoKey);
    broker.present(&a()).denied(Reason::UnknownKeyId);
    // One may have been on its way.
    thread::sleep(A_WHILE);
    let seen = server.count();
    thread::sleep(Duration::from_millis(1500));
    assert_eq!(server.count(), seen);
    assert_eq!(failures(&broker), [""; 0]);
}

#[test]
fn an_endpoint_that_is_added_is_asked_and_local_keys_serve_meanwhile() {
    let (server, may_answer) = patient_server();
    let broker = Broker::new(&json!({ "public_key": vector_text("keys/ed25519.pub.pem") }));
    let gone = signed(EdDSA, "ed25519", None, &valid_claims());
    let session = broker.admit_with(&gone);
    broker.reloaded(&config(&server, &json!({ "secret": SECRET })));
    let local = hs256(SECRET, HS256_HEADER, valid_claims().to_string());
    broker.present(&local).allowed();
    broker.present(&b()).denied(Reason::KeysUnavailable);
    // What the endpoint will bring does not delay that the configuration withdraws a key.
    session.recheck().denied(Reason::NoKey);
    may_answer.store(true, Ordering::SeqCst);
    wait_for_keys(&broker);
    broker.present(&b()).allowed();
    broker.present(&local).allowed();
    session.recheck().denied(Reason::NoKey);
}

#[test]
fn a_fetch_from_an_endpoint_that_is_no_longer_wanted_is_cut_and_tells_nothing() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let old = json!({ "endpoint": format!("http://{}/", listener.local_addr().unwrap()) });
    let second = server();
    for new in [config(&second, &json!({})), json!({ "secret": SECRET })] {
        let broker = Broker::new(&old);
        let (mut connection, _) = listener.accept().unwrap();
        let mut request = [0; 4096];
        assert!(connection.read(&mut request).unwrap() > 0);
        let start = Instant::now();
        broker.reloaded(&new);
        connection.set_read_timeout(Some(PROMPT)).unwrap();
        assert_eq!(connection.read(&mut request).unwrap(), 0, "it is closed");
        assert!(start.elapsed() < PROMPT);
        thread::sleep(A_WHILE);
        assert_eq!(failures(&broker), [""; 0]);
        listener.set_nonblocking(true).unwrap();
        assert!(listener.accept().is_err(), "it is not asked again");
        listener.set_nonblocking(false).unwrap();
    }
}

#[test]
fn a_reload_and_an_end_right_after_it_wait_for_no_network() {
    let [first, second] = [0; 2].map(|_| Server::http(|_| Reply::Hang));
    let start = Instant::now();
    for _ in 0..20 {
        let broker = Broker::new(&config(&first, &json!({})));
        broker.reloaded(&config(&second, &json!({})));
        broker.reloaded(&config(&first, &json!({})));
        broker.present(&a()).denied(Reason::KeysUnavailable);
        drop(broker);
    }
    assert!(start.elapsed() < PROMPT, "{:?}", start.elapsed());
}
