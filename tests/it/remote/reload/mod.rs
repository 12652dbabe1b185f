//! Another configuration, while keys are being fetched.

mod kept;
mod replaced;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use jsonwebtoken::Algorithm::{ES256, ES384};
use serde_json::Value;

use super::{token, wait_for_keys};
use crate::harness::server::{Reply, Server};
use crate::harness::{Broker, named_jwk};

/// Long enough for a request that is not expected to come, which cannot be waited for.
const A_WHILE: Duration = Duration::from_millis(700);

/// A server with one key: ES256, `kid` `a`.
fn server() -> Server {
    Server::http(|_| Reply::keys(&[named_jwk(ES256, "p256", "a")]))
}

/// A server with another key, ES384 with the `kid` `b`, that answers when it may.
fn patient_server() -> (Server, Arc<AtomicBool>) {
    let may_answer = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&may_answer);
    let server = Server::http(move |_| {
        while !seen.load(Ordering::SeqCst) {
            thread::sleep(Duration::from_millis(2));
        }
        Reply::keys(&[named_jwk(ES384, "p384", "b")])
    });
    (server, may_answer)
}

/// The configuration with this endpoint and these options.
fn config(server: &Server, options: &Value) -> Value {
    let mut config = options.clone();
    config["endpoint"] = server.url("/").into();
    config
}

/// A broker that has the keys of this server.
#[track_caller]
fn ready(server: &Server, options: &Value) -> Broker {
    let broker = Broker::new(&config(server, options));
    wait_for_keys(&broker);
    broker
}

fn a() -> String {
    token(ES256, "p256", "a")
}

fn b() -> String {
    token(ES384, "p384", "b")
}
