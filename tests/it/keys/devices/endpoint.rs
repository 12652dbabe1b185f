//! Keys of devices that are fetched.

use jwt_auth::Reason;
use serde_json::json;

use super::{of, present_as, token};
use crate::harness::Broker;
use crate::harness::server::{Reply, Server, until};

#[test]
fn a_device_whose_key_is_not_there_makes_the_endpoint_be_asked() {
    let server = Server::http(|_| Reply::keys(&[of("d1", 1)]));
    let config = json!({ "endpoint": server.url("/"), "kid_from": "client_id" });
    let broker = Broker::new(&config);
    let present = |name, number| present_as(&broker, "client_id", name, &token(number));
    until("the keys have come", || {
        present(Some(b"d1"), 1).result.decision == 1
    });
    server.set(|_| Reply::keys(&[of("d1", 1), of("d2", 2)]));
    // No key can have these names.
    for name in [None, Some(&b""[..]), Some(b"\xff")] {
        present(name, 2).denied(Reason::UnknownKeyId);
    }
    let asked = server.count();
    present(Some(b"d2"), 2).denied(Reason::UnknownKeyId);
    until("the key has come", || {
        present(Some(b"d2"), 2).result.decision == 1
    });
    assert_eq!(server.count(), asked + 1);
    present(Some(b"d1"), 2).denied(Reason::BadSignature);
}

#[test]
fn until_the_keys_have_come_none_is_unknown() {
    let server = Server::http(|_| Reply::Hang);
    let broker = Broker::new(&json!({
        "endpoint": server.url("/"),
        "jwks": { "keys": [of("d1", 1)] },
        "kid_from": "client_id",
    }));
    let present = |name, number| present_as(&broker, "client_id", name, &token(number));
    present(Some(b"d1"), 1).allowed();
    present(Some(b"d2"), 2).denied(Reason::KeysUnavailable);
    // No key can be that of such a client.
    present(None, 1).denied(Reason::UnknownKeyId);
}
