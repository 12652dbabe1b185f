//! What a server may answer.

use std::sync::Arc;

use jsonwebtoken::Algorithm::ES256;
use jwt_auth::Reason;
use serde_json::json;

use super::{broker, token, wait_for_failure, wait_for_keys};
use crate::harness::authority::Authority;
use crate::harness::server::{Reply, Server};
use crate::harness::{Broker, named_jwk};

fn good() -> Reply {
    Reply::keys(&[named_jwk(ES256, "p256", "a")])
}

#[test]
fn the_request_says_what_is_wanted_and_by_whom() {
    let server = Server::http(|_| good());
    let broker = Broker::new(&json!({
        "endpoint": server.url("/realms/x/keys?version=2#part"),
        "headers": { "Authorization": "Bearer hunter2", "X-Tenant": "7" },
    }));
    wait_for_keys(&broker);
    let request = server.requests().remove(0);
    assert_eq!(request.path, "/realms/x/keys?version=2");
    let version = concat!("libjwt_auth/", env!("CARGO_PKG_VERSION"));
    for (name, value) in [
        ("Host", Some(server.address.to_string().as_str())),
        ("Accept", Some("application/jwk-set+json, application/json")),
        ("User-Agent", Some(version)),
        ("Authorization", Some("Bearer hunter2")),
        ("X-Tenant", Some("7")),
        ("Accept-Encoding", Some("identity")),
        ("If-None-Match", None),
    ] {
        assert_eq!(request.header(name), value, "{name}");
    }
}

#[test]
fn what_is_secret_in_a_request_is_not_logged() {
    let server = Server::http(|_| Reply::redirect(302, "http://user:hunter2@127.0.0.1/"));
    let broker = Broker::new(&json!({
        "endpoint": server.url("/?key=hunter2"),
        "headers": { "Authorization": "hunter2" },
    }));
    wait_for_failure(&broker, "the server redirects to no http or https URL");
    let log = format!("{:?}", broker.log());
    assert!(!log.contains("hunter2"), "{log}");
}

#[test]
fn only_status_200_is_an_answer() {
    for status in [201, 204, 206, 300, 400, 401, 403, 404, 429, 500, 502, 503] {
        let server = Server::http(move |_| match good() {
            Reply::Answer { headers, body, .. } => Reply::Answer {
                status,
                headers,
                body: if status == 204 { Vec::new() } else { body },
            },
            other => other,
        });
        let broker = broker(&server.url("/"));
        wait_for_failure(
            &broker,
            &format!("the server answered with status {status}"),
        );
        broker
            .present(&token(ES256, "p256", "a"))
            .denied(Reason::KeysUnavailable);
    }
}

#[test]
fn a_redirect_is_followed_and_headers_stay_at_home() {
    let target = Arc::new(Server::http(|_| good()));
    let elsewhere = target.url("/keys");
    let server = Server::http(move |request| match request.path.as_str() {
        "/a/start" => Reply::redirect(301, "next?x=1"),
        "/a/next?x=1" => Reply::redirect(307, "/third"),
        _ => Reply::redirect(308, &elsewhere),
    });
    let broker = Broker::new(&json!({
        "endpoint": server.url("/a/start"),
        "headers": { "Authorization": "Bearer hunter2" },
    }));
    wait_for_keys(&broker);
    broker.present(&token(ES256, "p256", "a")).allowed();
    for request in server.requests() {
        assert_eq!(request.header("Authorization"), Some("Bearer hunter2"));
    }
    assert_eq!(server.count(), 3);
    assert_eq!(target.requests()[0].header("Authorization"), None);
}

#[test]
fn a_fourth_redirect_is_not_followed() {
    let server = Server::http(|request| {
        let number: u32 = request.path[1..].parse().unwrap();
        Reply::redirect(302, &format!("/{}", number + 1))
    });
    let broker = broker(&server.url("/0"));
    wait_for_failure(&broker, "more than 3 redirects");
    let paths: Vec<_> = server
        .requests()
        .into_iter()
        .map(|request| request.path)
        .collect();
    assert_eq!(paths[..4], ["/0", "/1", "/2", "/3"]);
    assert!(!paths.contains(&"/4".to_owned()), "{paths:?}");
}

#[test]
fn a_redirect_from_https_to_http_is_refused() {
    let authority = Authority::new();
    let target = Server::http(|_| good());
    let plain = target.url("/");
    let server = Server::https(authority.server(&["127.0.0.1"]), move |_| {
        Reply::redirect(302, &plain)
    });
    let broker = Broker::new(&json!({
        "endpoint": server.url("/"),
        "ssl": { "cacertfile": authority.path() },
    }));
    wait_for_failure(
        &broker,
        &format!(
            "the server redirects from https://{} to http://{}, without TLS",
            server.address, target.address
        ),
    );
    assert_eq!(target.count(), 0);
    broker
        .present(&token(ES256, "p256", "a"))
        .denied(Reason::KeysUnavailable);
}

#[test]
fn a_failure_after_a_redirect_names_the_place() {
    let target = Server::http(|_| Reply::status(404));
    let elsewhere = target.url("/lost?key=hunter2");
    let server = Server::http(move |_| Reply::redirect(302, &elsewhere));
    let broker = broker(&server.url("/"));
    let origin = target.url("");
    wait_for_failure(
        &broker,
        &format!("the server answered with status 404 (redirected to {origin})"),
    );
}

#[test]
fn an_answer_without_an_end_is_cut_at_its_largest_size() {
    let server = Server::http(|_| Reply::Endless);
    let broker = broker(&server.url("/"));
    wait_for_failure(&broker, "the answer is larger than 1048576 bytes");
    broker
        .present(&token(ES256, "p256", "a"))
        .denied(Reason::KeysUnavailable);
}

#[test]
fn the_largest_answer_is_read() {
    let mut body = json!({ "keys": [named_jwk(ES256, "p256", "a")] }).to_string();
    body.push_str(&" ".repeat((1 << 20) - body.len()));
    let larger = format!("{body} ");
    let server = Server::http(move |_| Reply::body(body.as_bytes()));
    wait_for_keys(&broker(&server.url("/")));
    let server = Server::http(move |_| Reply::body(larger.as_bytes()));
    wait_for_failure(
        &broker(&server.url("/")),
        "the answer is larger than 1048576 bytes",
    );
}

#[test]
fn slow_answers_are_given_up() {
    let (dripping, silent) = (Server::http(|_| Reply::Drip), Server::http(|_| Reply::Hang));
    let brokers = [&dripping, &silent].map(|server| broker(&server.url("/")));
    for broker in brokers {
        wait_for_failure(&broker, "no complete answer within 10 seconds");
        broker
            .present(&token(ES256, "p256", "a"))
            .denied(Reason::KeysUnavailable);
    }
}

#[test]
fn what_is_not_http_is_told() {
    for (answer, cause) in [
        (
            &b"220 mail.example ESMTP\r\n\r\n"[..],
            "the answer is not HTTP",
        ),
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"keys\":",
            "the server closed the connection before its answer was complete",
        ),
        (
            b"",
            "the server closed the connection before its answer was complete",
        ),
    ] {
        let server = Server::http(move |_| Reply::Raw(answer));
        wait_for_failure(&broker(&server.url("/")), cause);
    }
}

#[test]
fn a_host_that_does_not_exist_is_told() {
    let broker = broker("http://no-such-host.invalid/keys");
    wait_for_failure(&broker, "the host name cannot be resolved");
}
