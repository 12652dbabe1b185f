//! What the table of clients adds to a check and to a question about a topic, and what it costs
//! with very many clients offline.

use divan::{Bencher, black_box};
use jwt_auth::{Action, Client, Permission, Qos, Registry, RegistryOptions, Request, Verifier};

use super::{admit, list, token, verifier};

/// How many clients are offline beside the one that is asked about.
const OFFLINE: [u64; 3] = [0, 20_000, 1_000_000];

const REQUEST: Request<'static> = Request {
    action: Action::Publish,
    topic: b"plant/0/machine/m7/state",
    qos: Qos::AtLeastOnce,
    retain: false,
};

fn client<'a>(client_id: &'a [u8], token: &'a str) -> Client<'a> {
    Client {
        client_id: Some(client_id),
        username: Some(b"alice"),
        password: Some(token.as_bytes()),
        ..Client::default()
    }
}

/// A table in which so many are offline, and one is connected at the number 0.
fn table(verifier: &Verifier, token: &str, offline: u64) -> Registry {
    let registry = Registry::new(RegistryOptions {
        max_offline: 1 << 20,
        ..RegistryOptions::default()
    });
    for connection in 1..=offline {
        let id = connection.to_ne_bytes();
        let verdict = registry.connect(verifier, connection, &client(&id, token));
        assert!(verdict.unwrap().outcome.is_ok());
        assert!(registry.disconnect(connection, true));
    }
    let verdict = registry.connect(verifier, 0, &client(b"c1", token));
    assert!(verdict.unwrap().outcome.is_ok());
    registry
}

#[divan::bench(min_time = 0.2)]
fn authorize_by_the_session(bencher: Bencher) {
    let (verifier, token) = (verifier(), token(&list(4)));
    let session = admit(&verifier, &token);
    bencher.bench_local(|| verifier.authorize(&session, black_box(&REQUEST)));
}

#[divan::bench(args = OFFLINE, min_time = 0.2)]
fn authorize(bencher: Bencher, offline: u64) {
    let (verifier, token) = (verifier(), token(&list(4)));
    let registry = table(&verifier, &token, offline);
    let client = client(b"c1", "");
    let permission = registry.authorize(&verifier, 0, &client, &REQUEST);
    assert_eq!(permission.ok(), Some(Permission::Allow));
    bencher.bench_local(|| registry.authorize(&verifier, 0, black_box(&client), &REQUEST));
}

#[divan::bench(min_time = 0.2)]
fn check_with_a_session(bencher: Bencher) {
    let (verifier, token) = (verifier(), token(&list(4)));
    bencher.bench_local(|| admit(&verifier, &token));
}

/// As Mosquitto does after SIGHUP: what the connection had is dropped first.
#[divan::bench(args = OFFLINE, min_time = 0.2)]
fn connect(bencher: Bencher, offline: u64) {
    let (verifier, token) = (verifier(), token(&list(4)));
    let registry = table(&verifier, &token, offline);
    let client = client(b"c1", &token);
    bencher.bench_local(|| registry.connect(&verifier, 0, black_box(&client)));
}

/// A client goes and comes back on another connection.
#[divan::bench(args = OFFLINE, min_time = 0.2)]
fn go_offline_and_come_back(bencher: Bencher, offline: u64) {
    let (verifier, token) = (verifier(), token(&list(4)));
    let registry = table(&verifier, &token, offline);
    let client = client(b"c1", &token);
    let mut connection = u64::MAX / 2;
    bencher.bench_local(|| {
        registry.disconnect(connection, true);
        connection += 1;
        registry.connect(&verifier, connection, black_box(&client))
    });
}
