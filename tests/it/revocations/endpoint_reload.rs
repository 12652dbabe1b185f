//! A list that is fetched, and another configuration.

use std::thread;
use std::time::Duration;

use jwt_auth::{Permission, Reason};
use serde_json::json;

use super::endpoint::{config, ready, reply, server, wait_for_line, with_id};
use crate::harness::server::{Reply, Server};
use crate::harness::session::PUBLISH;
use crate::harness::{Broker, SECRET};

/// Long enough for a request that is not expected to come, which cannot be waited for.
const A_WHILE: Duration = Duration::from_millis(700);

#[test]
fn a_list_that_is_yet_to_come_ends_no_session() {
    let broker = Broker::new(&json!({ "secret": SECRET }));
    let [a, b] = ["a", "b"].map(|id| broker.admit_with(&with_id(id)));
    let server = Server::http(|_| Reply::status(500));
    broker.reloaded(&config(&server));
    assert!(!broker.wait_ready(20_000));
    broker
        .present(&with_id("a"))
        .denied(Reason::RevocationsUnavailable);
    for session in [&a, &b] {
        session.recheck().allowed();
        assert_eq!(session.may(PUBLISH, "x"), Permission::NoMatch);
    }
    server.set(|_| reply(&json!({ "jti": ["a"] })));
    wait_for_line(&broker, "list of revocations fetched");
    a.recheck().denied(Reason::Revoked);
    b.recheck().allowed();
}

#[test]
fn the_list_stays_where_the_endpoint_does() {
    let server = server(json!({ "jti": ["a"] }));
    let mut config = config(&server);
    config["revocations_endpoint"]["refresh_interval"] = 300.into();
    let broker = Broker::new(&config);
    assert!(broker.wait_ready(20_000));
    for (option, value) in [
        ("leeway", json!(5)),
        ("require_exp", json!(false)),
        ("endpoint", json!("http://127.0.0.1:9/")),
    ] {
        config[option] = value;
        broker.reloaded(&config);
        broker.present(&with_id("a")).denied(Reason::Revoked);
        broker.present(&with_id("b")).allowed();
    }
    config["revocations_endpoint"]["refresh_interval"] = 200.into();
    broker.reloaded(&config);
    thread::sleep(A_WHILE);
    assert_eq!(server.count(), 1);
    // Other headers are sent soon, and the list stays meanwhile.
    config["revocations_endpoint"]["headers"] = json!({ "x-tenant": "two" });
    broker.reloaded(&config);
    broker.present(&with_id("b")).allowed();
    server.wait_for(2);
    assert_eq!(server.requests()[1].header("x-tenant"), Some("two"));
}

#[test]
fn another_endpoint_has_no_list_until_it_has_answered() {
    let (one, other) = (
        server(json!({ "jti": ["a"] })),
        Server::http(|_| Reply::Hang),
    );
    let broker = ready(&one);
    let good = broker.admit_with(&with_id("b"));
    let early = Broker::new(&json!({ "secret": SECRET }));
    let revoked = early.admit_with(&with_id("a")).moved_to(&broker);
    revoked.recheck().denied(Reason::Revoked);
    // However often it is another one.
    for server in [&other, &Server::http(|_| Reply::Hang)] {
        broker.reloaded(&config(server));
        broker
            .present(&with_id("b"))
            .denied(Reason::RevocationsUnavailable);
        good.recheck().allowed();
        // What was revoked stays so.
        broker.present(&with_id("a")).denied(Reason::Revoked);
        revoked.recheck().denied(Reason::Revoked);
        assert_eq!(revoked.may(PUBLISH, "x"), Permission::Deny);
    }
    broker.reloaded(&config(&one));
    assert!(broker.wait_ready(20_000));
    broker.present(&with_id("a")).denied(Reason::Revoked);
    broker.present(&with_id("b")).allowed();
}

#[test]
fn without_the_option_nothing_is_fetched_and_nothing_revoked() {
    let server = server(json!({ "jti": ["a"] }));
    let broker = ready(&server);
    let session = broker.admit_with(&with_id("b"));
    server.set(|_| reply(&json!({ "jti": ["a", "b"] })));
    wait_for_line(&broker, "list of revocations changed");
    session.recheck().denied(Reason::Revoked);
    broker.reloaded(&json!({ "secret": SECRET }));
    session.recheck().allowed();
    broker.present(&with_id("a")).allowed();
    // One that was under way may still arrive.
    thread::sleep(A_WHILE);
    let seen = server.count();
    thread::sleep(2 * A_WHILE);
    assert_eq!(server.count(), seen);
}

#[test]
fn a_configuration_that_is_not_accepted_keeps_the_list() {
    let server = server(json!({ "jti": ["a"] }));
    let broker = ready(&server);
    let mut wrong = config(&server);
    wrong["revocations_endpoint"]["headers"] = json!({ "x-tenant": "two" });
    wrong["revocations_file"] = "/nowhere/hunter2".into();
    assert!(broker.reload(&wrong).is_err());
    server.wait_for(3);
    let sent = server.requests();
    assert!(
        sent.iter()
            .all(|request| request.header("x-tenant").is_none())
    );
    broker.present(&with_id("a")).denied(Reason::Revoked);
    broker.present(&with_id("b")).allowed();
}
