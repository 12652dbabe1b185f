//! Which servers are believed.

use std::io::Write;
use std::net::TcpListener;
use std::sync::Arc;

use jsonwebtoken::Algorithm::ES256;
use jwt_auth::Reason;
use rustls::ServerConfig;
use serde_json::{Value, json};

use super::{broker, token, wait_for_failure, wait_for_keys};
use crate::harness::authority::{Authority, Date, server};
use crate::harness::server::{Reply, Server};
use crate::harness::{Broker, Scratch, named_jwk};

fn serve(tls: Arc<ServerConfig>) -> Server {
    Server::https(tls, |_| Reply::keys(&[named_jwk(ES256, "p256", "a")]))
}

fn broker_with(server: &Server, ssl: &Value) -> Broker {
    Broker::new(&json!({ "endpoint": server.url("/"), "ssl": ssl }))
}

#[track_caller]
fn refused(server: &Server, ssl: &Value, cause: &str) {
    let broker = broker_with(server, ssl);
    wait_for_failure(&broker, cause);
    broker
        .present(&token(ES256, "p256", "a"))
        .denied(Reason::KeysUnavailable);
    assert_eq!(
        server.count(),
        0,
        "a server that is not believed is asked nothing"
    );
}

#[track_caller]
fn accepted(server: &Server, ssl: &Value) {
    let broker = broker_with(server, ssl);
    wait_for_keys(&broker);
    broker.present(&token(ES256, "p256", "a")).allowed();
}

#[test]
fn a_server_with_a_certificate_of_the_given_authority_is_believed() {
    let authority = Authority::new();
    let server = serve(authority.server(&["127.0.0.1"]));
    accepted(&server, &json!({ "cacertfile": authority.path() }));
}

#[test]
fn a_host_name_is_asked_for_and_must_be_in_the_certificate() {
    let authority = Authority::new();
    let server = serve(authority.server(&["localhost"]));
    let url = format!("https://localhost:{}/", server.address.port());
    let broker = Broker::new(&json!({
        "endpoint": url,
        "ssl": { "cacertfile": authority.path() },
    }));
    wait_for_keys(&broker);
    assert_eq!(
        server.requests()[0].server_name.as_deref(),
        Some("localhost")
    );
}

#[test]
fn a_certificate_of_another_authority_is_refused() {
    let (authority, other) = (Authority::new(), Authority::new());
    let server = serve(other.server(&["127.0.0.1"]));
    let cause = "the server's certificate is from an authority that is not trusted; see \
                 `ssl.cacertfile`";
    refused(&server, &json!({ "cacertfile": authority.path() }), cause);
}

#[test]
fn without_an_authority_the_system_decides() {
    let authority = Authority::new();
    let server = serve(authority.server(&["127.0.0.1"]));
    let broker = broker(&server.url("/"));
    let causes = [
        "the server's certificate is from an authority that is not trusted; see `ssl.cacertfile`",
        "the system has no certificate authorities; install them, or set `ssl.cacertfile`",
    ];
    super::until("a failure", || !super::failures(&broker).is_empty());
    let cause = super::failures(&broker).remove(0);
    assert!(causes.contains(&cause.as_str()), "{cause}");
    assert_eq!(server.count(), 0);
}

#[test]
fn an_expired_certificate_is_refused() {
    let authority = Authority::new();
    let certificate = authority.certificate(&["127.0.0.1"], Date::Past);
    let server = serve(server(&certificate, None));
    let cause = "the server's certificate has expired: on Wed, 01 Jan 2020 00:00:00 GMT";
    refused(&server, &json!({ "cacertfile": authority.path() }), cause);
}

#[test]
fn a_certificate_for_another_host_is_refused() {
    let authority = Authority::new();
    let server = serve(authority.server(&["id.example", "127.0.0.2"]));
    let cause = "the server's certificate is for other names: `id.example`, `127.0.0.2`; not for \
                 `127.0.0.1`";
    refused(&server, &json!({ "cacertfile": authority.path() }), cause);
}

#[test]
fn another_server_name_is_asked_for_and_must_be_in_the_certificate() {
    let authority = Authority::new();
    let server = serve(authority.server(&["id.example"]));
    let ssl = |name: &str| {
        json!({
            "cacertfile": authority.path(),
            "server_name_indication": name,
        })
    };
    refused(
        &server,
        &ssl("di.example"),
        "the server's certificate is for other names: `id.example`; not for `di.example`",
    );
    accepted(&server, &ssl("id.example"));
    assert_eq!(
        server.requests()[0].server_name.as_deref(),
        Some("id.example")
    );
}

#[test]
fn no_server_name_is_asked_for_if_that_is_disabled() {
    let authority = Authority::new();
    let server = serve(authority.server(&["localhost"]));
    let broker = Broker::new(&json!({
        "endpoint": format!("https://localhost:{}/", server.address.port()),
        "ssl": { "cacertfile": authority.path(), "server_name_indication": "disable" },
    }));
    wait_for_keys(&broker);
    assert_eq!(server.requests()[0].server_name, None);
    let elsewhere = serve(authority.server(&["id.example"]));
    let ssl = json!({ "cacertfile": authority.path(), "server_name_indication": "disable" });
    refused(
        &elsewhere,
        &ssl,
        "the server's certificate is for other names: `id.example`; not for `127.0.0.1`",
    );
}

#[test]
fn any_certificate_will_do_with_verify_none_which_draws_a_warning() {
    let certificate = Authority::new().certificate(&["id.example"], Date::Past);
    let server = serve(server(&certificate, None));
    let broker = broker_with(&server, &json!({ "verify": "verify_none" }));
    wait_for_keys(&broker);
    broker.present(&token(ES256, "p256", "a")).allowed();
    assert_eq!(
        broker.warnings(),
        [
            "`ssl.verify` is verify_none: whoever can answer in the endpoint's place decides which \
          keys are trusted; set `ssl.cacertfile`"
        ]
    );
}

#[test]
fn a_server_may_ask_who_we_are() {
    let authority = Authority::new();
    let server = serve(authority.suspicious_server(&["127.0.0.1"]));
    let cause = "the server asks for a client certificate; set `ssl.certfile` and `ssl.keyfile`";
    refused(&server, &json!({ "cacertfile": authority.path() }), cause);
    let client = authority.certificate(&["broker.example"], Date::Future);
    let (certificate, key) = (
        Scratch::new("c.pem", &client.pem),
        Scratch::new("k.pem", client.key_pem()),
    );
    accepted(
        &server,
        &json!({ "cacertfile": authority.path(), "certfile": certificate.0, "keyfile": key.0 }),
    );
}

#[test]
fn a_server_that_we_are_led_to_does_not_learn_who_we_are() {
    let authority = Authority::new();
    let target = serve(authority.suspicious_server(&["127.0.0.1"]));
    let elsewhere = target.url("/");
    let server = Server::https(authority.suspicious_server(&["127.0.0.1"]), move |_| {
        Reply::redirect(302, &elsewhere)
    });
    let client = authority.certificate(&["broker.example"], Date::Future);
    let (certificate, key) = (
        Scratch::new("c.pem", &client.pem),
        Scratch::new("k.pem", client.key_pem()),
    );
    let ssl =
        json!({ "cacertfile": authority.path(), "certfile": certificate.0, "keyfile": key.0 });
    let broker = broker_with(&server, &ssl);
    let place = target.url("");
    wait_for_failure(
        &broker,
        &format!(
            "the server asks for a client certificate; set `ssl.certfile` and `ssl.keyfile` \
             (redirected to {place})"
        ),
    );
    assert_eq!(target.count(), 0);
}

#[test]
fn a_server_that_leads_back_does_not_make_us_tell_who_we_are() {
    let authority = Authority::new();
    let home = serve(authority.suspicious_server(&["127.0.0.1"]));
    let back = home.url("/admin");
    let other = Server::https(authority.server(&["127.0.0.1"]), move |_| {
        Reply::redirect(302, &back)
    });
    let away = other.url("/");
    home.set(move |_| Reply::redirect(302, &away));
    let client = authority.certificate(&["broker.example"], Date::Future);
    let (certificate, key) = (
        Scratch::new("c.pem", &client.pem),
        Scratch::new("k.pem", client.key_pem()),
    );
    let ssl =
        json!({ "cacertfile": authority.path(), "certfile": certificate.0, "keyfile": key.0 });
    let broker = broker_with(&home, &ssl);
    wait_for_failure(
        &broker,
        "the server asks for a client certificate; set `ssl.certfile` and `ssl.keyfile`",
    );
    let asked: Vec<_> = home
        .requests()
        .into_iter()
        .map(|request| request.path)
        .collect();
    assert_eq!((asked, other.count()), (vec!["/".to_owned()], 1));
}

#[test]
fn a_server_without_tls_is_told() {
    let authority = Authority::new();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let broker = Broker::new(&json!({
        "endpoint": format!("https://{}/", listener.local_addr().unwrap()),
        "ssl": { "cacertfile": authority.path() },
    }));
    let (mut stream, _) = listener.accept().unwrap();
    stream
        .write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        .unwrap();
    wait_for_failure(&broker, "the server does not speak TLS");
}
