//! Discovery documents in the place of a key set.

use jsonwebtoken::Algorithm::{ES256, ES384};
use jwt_auth::Reason;
use serde_json::json;

use super::{broker, token, wait_for_failure, wait_for_keys, wait_for_line};
use crate::harness::authority::Authority;
use crate::harness::server::{Reply, Request, Server};
use crate::harness::{Broker, named_jwk};

fn good() -> Reply {
    Reply::keys(&[named_jwk(ES256, "p256", "a")])
}

fn document(jwks_uri: &str) -> Reply {
    Reply::body(json!({ "issuer": "https://id.example", "jwks_uri": jwks_uri }).to_string())
}

/// A document at `/`, and the set that it names at `/keys`.
fn both(request: &Request) -> Reply {
    let host = request.header("Host").unwrap();
    match request.path.as_str() {
        "/" => document(&format!("http://{host}/keys")),
        _ => good(),
    }
}

fn paths(server: &Server) -> Vec<String> {
    let requests = server.requests().into_iter();
    requests.map(|request| request.path).collect()
}

#[test]
fn a_discovery_document_leads_to_the_keys_and_headers_stay_at_home() {
    let target = Server::http(|_| good());
    let keys = target.url("/keys");
    let server = Server::http(move |_| document(&keys));
    let broker = Broker::new(&json!({
        "endpoint": server.url("/.well-known/openid-configuration"),
        "headers": { "Authorization": "Bearer hunter2" },
    }));
    wait_for_keys(&broker);
    broker.present(&token(ES256, "p256", "a")).allowed();
    assert_eq!(broker.warnings(), [""; 0]);
    assert_eq!(paths(&target), ["/keys"]);
    assert_eq!(target.requests()[0].header("Authorization"), None);
    let asked = server.requests().remove(0);
    assert_eq!(asked.header("Authorization"), Some("Bearer hunter2"));
}

#[test]
fn a_document_is_read_again_with_every_refresh_and_only_its_set_is_asked_for_by_etag() {
    let server = Server::http(|request| match request.header("If-None-Match") {
        Some("\"keys\"") => Reply::status(304),
        _ => both(request).with(
            "ETag",
            if request.path == "/" {
                "\"doc\""
            } else {
                "\"keys\""
            },
        ),
    });
    let broker = Broker::new(&json!({ "endpoint": server.url("/"), "refresh_interval": 1 }));
    server.wait_for(6);
    let asked = server.requests();
    let asked: Vec<_> = asked
        .iter()
        .map(|request| (request.path.as_str(), request.header("If-None-Match")))
        .collect();
    let (first, again) = (("/keys", None), ("/keys", Some("\"keys\"")));
    let document_asked = ("/", None);
    assert_eq!(
        asked[..6],
        [
            document_asked,
            first,
            document_asked,
            again,
            document_asked,
            again
        ]
    );
    broker.present(&token(ES256, "p256", "a")).allowed();
    assert_eq!(broker.warnings(), [""; 0]);
    // The document names another set, which is asked for as a whole.
    server.set(|request| match request.path.as_str() {
        "/" => document(&format!("http://{}/new", request.header("Host").unwrap())),
        _ if request.header("If-None-Match").is_some() => Reply::status(304),
        _ => Reply::keys(&[named_jwk(ES384, "p384", "b")]),
    });
    wait_for_line(&broker, "`endpoint`: key set changed");
    broker.present(&token(ES384, "p384", "b")).allowed();
    broker
        .present(&token(ES256, "p256", "a"))
        .denied(Reason::UnknownKeyId);
}

#[test]
fn a_set_that_becomes_a_document_is_followed_and_becomes_a_set_again() {
    let server = Server::http(|_| good().with("ETag", "\"1\""));
    let broker = Broker::new(&json!({ "endpoint": server.url("/"), "refresh_interval": 1 }));
    wait_for_keys(&broker);
    server.set(|request| match request.path.as_str() {
        "/" => both(request).with("ETag", "\"2\""),
        _ => Reply::keys(&[named_jwk(ES384, "p384", "b")]),
    });
    wait_for_line(&broker, "`endpoint`: key set changed");
    broker.present(&token(ES384, "p384", "b")).allowed();
    let before = broker.log().len();
    server.set(|request| match request.header("If-None-Match") {
        None => good(),
        Some(_) => Reply::status(304),
    });
    super::until("the first set", || broker.log().len() > before);
    broker.present(&token(ES256, "p256", "a")).allowed();
    assert_eq!(broker.warnings(), [""; 0]);
}

#[test]
fn a_document_counts_as_a_redirect() {
    let server = Server::http(|request| match request.path.as_str() {
        "/a" => Reply::redirect(302, "/b"),
        "/b" => Reply::redirect(302, "/"),
        "/keys" => Reply::redirect(302, "/moved"),
        _ => both(request),
    });
    let far = broker(&server.url("/a"));
    wait_for_failure(&far, "more than 3 redirects");
    wait_for_keys(&broker(&server.url("/b")));
}

#[test]
fn a_document_does_not_lead_to_another() {
    let server = Server::http(|request| {
        document(&format!("http://{}/next", request.header("Host").unwrap()))
    });
    let broker = broker(&server.url("/"));
    let cause = "the answer is no JSON Web Key Set: expected a JSON Web Key Set; this is a discovery \
                 document; the URL of the key set is its `jwks_uri`, and belongs in `endpoint`";
    wait_for_failure(&broker, cause);
    assert_eq!(paths(&server)[..2], ["/", "/next"]);
}

#[test]
fn a_document_does_not_lead_from_https_to_http() {
    let authority = Authority::new();
    let target = Server::http(|_| good());
    let plain = target.url("/");
    let server = Server::https(authority.server(&["127.0.0.1"]), move |_| document(&plain));
    let broker = Broker::new(&json!({
        "endpoint": server.url("/"),
        "ssl": { "cacertfile": authority.path() },
    }));
    let cause = format!(
        "the discovery document leads from https://{} to http://{}, without TLS",
        server.address, target.address
    );
    wait_for_failure(&broker, &cause);
    assert_eq!(target.count(), 0);
}

#[test]
fn a_document_names_an_absolute_http_url() {
    let cause = "the `jwks_uri` of the discovery document is no http or https URL";
    for jwks_uri in [
        json!(null),
        json!(7),
        json!(""),
        json!("/keys"),
        json!("file:///etc/passwd"),
        json!("https://user:hunter2@id.example/"),
    ] {
        let body = json!({ "jwks_uri": jwks_uri }).to_string();
        let server = Server::http(move |_| Reply::body(body.as_bytes()));
        wait_for_failure(&broker(&server.url("/")), cause);
    }
}

#[test]
fn a_set_that_has_a_jwks_uri_as_well_is_a_set() {
    let target = Server::http(|_| good());
    let elsewhere = target.url("/");
    let server = Server::http(move |_| {
        let keys = [named_jwk(ES384, "p384", "b")];
        Reply::body(json!({ "jwks_uri": elsewhere, "keys": keys }).to_string())
    });
    let broker = broker(&server.url("/"));
    wait_for_keys(&broker);
    broker.present(&token(ES384, "p384", "b")).allowed();
    assert_eq!(target.count(), 0);
}

#[test]
fn a_server_that_leads_back_is_sent_no_headers() {
    let home = Server::http(|_| good());
    let back = home.url("/admin");
    let other = Server::http(move |_| Reply::redirect(302, &back));
    let away = other.url("/keys");
    home.set(move |request| match request.path.as_str() {
        "/" => document(&away),
        _ => good(),
    });
    let broker = Broker::new(&json!({
        "endpoint": home.url("/"),
        "headers": { "Authorization": "Bearer hunter2" },
    }));
    wait_for_keys(&broker);
    assert_eq!(paths(&home), ["/", "/admin"]);
    let sent: Vec<_> = home
        .requests()
        .iter()
        .map(|request| request.header("Authorization").map(str::to_owned))
        .collect();
    assert_eq!(sent, [Some("Bearer hunter2".to_owned()), None]);
}
