//! `check`: what a broker would be told.

use std::io::{Read, Write};
use std::net::TcpListener;

use crate::harness::{Place, fits_a_terminal, issue, parsed, with_secret};
use serde_json::json;

#[test]
fn a_check_tells_by_its_status_what_a_broker_would_be_told() {
    let place = with_secret();
    let token = place.run(0, &issue(&["--subject", "alice"]));
    place.write("token", &token);
    let check = ["check", "-c", "config.json", "--username", "alice"];
    let said = place.feed(0, &check, &token);
    assert!(
        said.starts_with("allow: accepted\n  session ends  "),
        "{said}"
    );
    assert!(
        said.contains("in 29 days\n") || said.contains("in 30 days\n"),
        "{said}"
    );
    assert!(
        said.contains("  CONNACK       0x00 (MQTT 5), 0 (MQTT 3.1.1)\n"),
        "{said}"
    );
    fits_a_terminal(&said);

    let other = ["check", "-c", "config.json", "--username", "bob", "token"];
    let said = place.run(1, &other);
    assert!(said.starts_with("deny: claim_mismatch\n"), "{said}");
    let late = [&check[..], &["--at", "2100-01-01T00:00:00Z", "token"]].concat();
    let said = parsed(&place.run(1, &[&late[..], &["--json"]].concat()));
    assert_eq!(
        (&said["decision"], &said["reason"]),
        (&json!("deny"), &json!("expired"))
    );
    assert_eq!(said["mqtt5_code"], 0x86);

    // What a broker would leave to others is not allowed either.
    place.write_json(
        "ignoring.json",
        &json!({"secret_file": "secret", "on_malformed": "ignore"}),
    );
    let said = place.feed(1, &["check", "-c", "ignoring.json"], "hunter2hunter2");
    assert!(
        said.starts_with("ignore: malformed_token\n") && !said.contains("hunter2"),
        "{said}"
    );
}

#[test]
fn the_token_is_the_user_name_where_the_configuration_says_so() {
    let place = with_secret();
    place.write_json(
        "config.json",
        &json!({"secret_file": "secret", "from": "username"}),
    );
    let token = place.run(0, &issue(&[]));
    place.feed(0, &["check", "-c", "config.json"], &token);
    let error = place.fails(&[
        "check",
        "-c",
        "config.json",
        "--username",
        "a",
        "--token",
        token.trim(),
    ]);
    let expected = "error: --username: by `from`, the user name is the token: leave it out\n";
    assert_eq!(error, expected);
}

#[test]
#[cfg_attr(not(feature = "endpoint"), ignore = "it has an endpoint")]
fn a_check_waits_for_the_keys_of_an_endpoint() {
    let place = Place::new();
    place.run(0, &["keygen", "--alg", "ES256", "-o", "k"]);
    let token = place.run(0, &["issue", "--key", "k.pem", "--expires-in", "1h"]);
    let (set, listener) = (
        place.read("k.jwks.json"),
        TcpListener::bind("127.0.0.1:0").unwrap(),
    );
    let url = format!("http://{}/keys", listener.local_addr().unwrap());
    place.write_json("config.json", &json!({ "endpoint": url }));
    let server = std::thread::spawn(move || {
        let (mut client, _) = listener.accept().unwrap();
        let mut request = [0; 4096];
        assert_ne!(client.read(&mut request).unwrap(), 0);
        let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", set.len());
        client.write_all((head + &set).as_bytes()).unwrap();
    });
    let check = ["check", "-c", "config.json", "--wait", "60"];
    assert!(
        place
            .feed(0, &check, &token)
            .starts_with("allow: accepted\n")
    );
    server.join().unwrap();
    // Nobody listens any more.
    assert!(
        place
            .feed(1, &check, &token)
            .starts_with("deny: keys_unavailable\n")
    );
}
