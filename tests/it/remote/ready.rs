//! Who would rather wait until the endpoints have answered.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::thread;
use std::time::{Duration, Instant};

use jsonwebtoken::Algorithm::ES256;
use serde_json::{Value, json};

use super::{broker, token};
use crate::harness::server::{Reply, Server};
use crate::harness::{Broker, SECRET, named_jwk};

/// Longer than any wait here that goes well, in milliseconds.
const LONG: u32 = 20_000;

/// An answer that comes when it may.
struct Door(Arc<AtomicBool>);

impl Door {
    fn closed() -> Self {
        Self(Arc::default())
    }

    fn open(&self) {
        self.0.store(true, SeqCst);
    }

    fn is_open(&self) -> bool {
        self.0.load(SeqCst)
    }

    /// A server behind it, with this answer.
    fn server(&self, reply: impl Fn() -> Reply + Send + Sync + 'static) -> Server {
        let door = Self(Arc::clone(&self.0));
        Server::http(move |_| {
            while !door.is_open() {
                thread::sleep(Duration::from_millis(2));
            }
            reply()
        })
    }
}

fn keys() -> Reply {
    Reply::keys(&[named_jwk(ES256, "p256", "a")])
}

/// Waits, and not in vain: before the time is over.
fn wait(broker: &Broker) -> bool {
    let start = Instant::now();
    let is_ready = broker.wait_ready(LONG);
    assert!(start.elapsed() < Duration::from_millis(LONG.into()));
    is_ready
}

/// Waits on a thread of its own, while something else is done; what the wait was answered.
fn meanwhile(broker: &Broker, work: impl FnOnce()) -> bool {
    thread::scope(|scope| {
        let waiting = scope.spawn(|| wait(broker));
        work();
        waiting.join().unwrap()
    })
}

#[test]
fn without_an_endpoint_everything_is_there() {
    let broker = Broker::new(&json!({ "secret": SECRET }));
    assert!(broker.wait_ready(0));
    assert!(broker.wait_ready(u32::MAX));
}

#[test]
fn a_slow_server_is_waited_for() {
    let door = Door::closed();
    let server = door.server(keys);
    let broker = broker(&server.url("/"));
    assert!(!broker.wait_ready(0));
    assert!(!broker.wait_ready(50));
    let is_ready = meanwhile(&broker, || {
        thread::sleep(Duration::from_millis(20));
        door.open();
    });
    assert!(is_ready && door.is_open());
    broker.present(&token(ES256, "p256", "a")).allowed();
    assert!(broker.wait_ready(0));
}

#[test]
fn a_server_that_fails_has_answered() {
    for reply in [|| Reply::status(500), || Reply::Close, || Reply::body("{}")] {
        let server = Server::http(move |_| reply());
        let broker = broker(&server.url("/"));
        assert!(!wait(&broker));
        assert_eq!(broker.warnings().len(), 1);
    }
}

#[test]
fn what_was_fetched_before_a_failure_is_there() {
    let server = Server::http(|_| keys());
    let broker = Broker::new(&json!({ "endpoint": server.url("/"), "refresh_interval": 1 }));
    assert!(wait(&broker));
    server.set(|_| Reply::status(500));
    super::wait_for_line(&broker, "the keys fetched before stay in use");
    assert!(broker.wait_ready(0));
}

#[test]
fn each_endpoint_is_waited_for_whatever_it_brings() {
    // Keys, revocations, the keys of an issuer, and those that a discovery document leads to.
    let configs: [fn(&str) -> Value; 4] = [
        |url| json!({ "endpoint": url }),
        |url| json!({ "revocations_endpoint": { "url": url } }),
        |url| json!({ "issuers": [{ "issuer": "a", "endpoint": url }] }),
        |url| json!({ "issuers": [{ "issuer": url.trim_end_matches('/') }] }),
    ];
    for config in configs {
        let failing = Server::http(|_| Reply::status(500));
        let door = Door::closed();
        let slow = door.server(|| Reply::status(500));
        let mut config = config(&slow.url("/"));
        config["secret"] = SECRET.into();
        let broker = Broker::new(&config);
        let is_ready = meanwhile(&broker, || {
            thread::sleep(Duration::from_millis(20));
            door.open();
        });
        assert!(!is_ready && door.is_open(), "{config}");
        assert_eq!(broker.warnings().len(), 1, "{config}");
        // Two of them, of which one has failed already.
        let door = Door::closed();
        let slow = door.server(|| Reply::body("{}"));
        let config = json!({
            "endpoint": failing.url("/"),
            "revocations_endpoint": { "url": slow.url("/") },
        });
        let broker = Broker::new(&config);
        failing.wait_for(1);
        let is_ready = meanwhile(&broker, || {
            thread::sleep(Duration::from_millis(20));
            door.open();
        });
        assert!(!is_ready && door.is_open());
        super::wait_for_line(&broker, "list of revocations fetched");
    }
}

#[test]
fn a_reload_changes_what_is_waited_for() {
    let hanging = Server::http(|_| Reply::Hang);
    for (options, expected) in [
        (json!({}), true),
        (
            json!({ "endpoint": Server::http(|_| Reply::Close).url("/") }),
            false,
        ),
    ] {
        let broker = broker(&hanging.url("/"));
        let mut config = options;
        config["secret"] = SECRET.into();
        let is_ready = meanwhile(&broker, || {
            thread::sleep(Duration::from_millis(20));
            broker.reloaded(&config);
        });
        assert_eq!(is_ready, expected);
    }
    // Another endpoint, which brings keys.
    let broker = broker(&hanging.url("/"));
    let door = Door::closed();
    let server = door.server(keys);
    let is_ready = meanwhile(&broker, || {
        thread::sleep(Duration::from_millis(20));
        broker.reloaded(&json!({ "endpoint": server.url("/") }));
        thread::sleep(Duration::from_millis(20));
        door.open();
    });
    assert!(is_ready && door.is_open());
}
