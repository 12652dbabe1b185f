//! Server certificates that are themselves in `cacertfile`.

use jsonwebtoken::Algorithm::ES256;
use rustls::SupportedProtocolVersion;
use rustls::version::{TLS12, TLS13};
use serde_json::json;

use super::{token, wait_for_failure, wait_for_keys};
use crate::harness::authority::{Authority, Certificate, Date, server_of, server_with_key_of};
use crate::harness::server::{Reply, Server};
use crate::harness::{Broker, Scratch, named_jwk};

const EXPIRED: &str = "the server's certificate has expired: on Wed, 01 Jan 2020 00:00:00 GMT";
const OTHER_NAME: &str = "the server's certificate is for other names: `id.example`, `127.0.0.2`; \
                          not for `127.0.0.1`";
const UNKNOWN: &str = "the server's certificate is from an authority that is not trusted; see \
                       `ssl.cacertfile`";

/// One that signs itself as an authority, as `openssl req -x509` makes it; one that signs itself
/// as a server; and one of an authority that is not listed.
fn kinds(names: &[&str], ends: Date) -> [Certificate; 3] {
    [
        Certificate::self_signed(names, ends, true),
        Certificate::self_signed(names, ends, false),
        Authority::new().certificate(names, ends),
    ]
}

fn serve(version: &'static SupportedProtocolVersion, shown: &Certificate) -> Server {
    let tls = server_of(&[version], shown, None);
    Server::https(tls, |_| Reply::keys(&[named_jwk(ES256, "p256", "a")]))
}

fn broker(server: &Server, listed: &str) -> Broker {
    let file = Scratch::new("listed.pem", listed);
    Broker::new(&json!({ "endpoint": server.url("/"), "ssl": { "cacertfile": file.0 } }))
}

/// What comes of a server that shows one certificate, and another that is listed.
#[track_caller]
fn refused(shown: &Certificate, listed: &str, cause: &str) {
    for version in [&TLS12, &TLS13] {
        let server = serve(version, shown);
        wait_for_failure(&broker(&server, listed), cause);
        assert_eq!(
            server.count(),
            0,
            "a server that is not believed is asked nothing"
        );
    }
}

#[test]
fn a_listed_certificate_is_believed_for_its_names() {
    for shown in kinds(&["127.0.0.1"], Date::Future) {
        for version in [&TLS12, &TLS13] {
            let server = serve(version, &shown);
            let broker = broker(&server, &shown.pem);
            wait_for_keys(&broker);
            broker.present(&token(ES256, "p256", "a")).allowed();
        }
    }
    for shown in kinds(&["id.example", "127.0.0.2"], Date::Future) {
        refused(&shown, &shown.pem, OTHER_NAME);
    }
}

#[test]
fn a_listed_certificate_ends_like_any_other() {
    for shown in kinds(&["127.0.0.1"], Date::Past) {
        refused(&shown, &shown.pem, EXPIRED);
    }
}

#[test]
fn another_certificate_with_the_same_subject_is_another() {
    let authority = "the server's certificate is that of an authority; if it is the server's own, put it \
                     into `ssl.cacertfile`";
    let [shown, listed] = [0; 2].map(|_| kinds(&["127.0.0.1"], Date::Future));
    for ((shown, listed), cause) in shown.iter().zip(&listed).zip([authority, UNKNOWN, UNKNOWN]) {
        refused(shown, &listed.pem, cause);
    }
}

#[test]
fn a_listed_certificate_of_a_server_is_no_authority() {
    for listed in kinds(&["id.example"], Date::Future).into_iter().skip(1) {
        refused(&listed.sign(&["127.0.0.1"]), &listed.pem, UNKNOWN);
    }
    let authority = Certificate::self_signed(&["id.example"], Date::Future, true);
    let shown = authority.sign(&["127.0.0.1"]);
    wait_for_keys(&broker(&serve(&TLS13, &shown), &authority.pem));
}

#[test]
fn a_listed_certificate_stands_beside_authorities() {
    let (authority, shown) = (
        Authority::new(),
        Certificate::self_signed(&["127.0.0.1"], Date::Future, true),
    );
    let both = format!(
        "{}{}",
        std::fs::read_to_string(authority.path()).unwrap(),
        shown.pem
    );
    wait_for_keys(&broker(&serve(&TLS13, &shown), &both));
    wait_for_keys(&broker(
        &serve(&TLS12, &authority.certificate(&["127.0.0.1"], Date::Future)),
        &both,
    ));
}

#[test]
fn a_listed_certificate_is_of_no_use_without_its_key() {
    for version in [&TLS12, &TLS13] {
        let [shown, other] =
            [0; 2].map(|_| Certificate::self_signed(&["127.0.0.1"], Date::Future, true));
        let thief = server_with_key_of(version, &shown, &other);
        let server = Server::https(thief, |_| Reply::keys(&[named_jwk(ES256, "p256", "a")]));
        let cause = "the server's certificate is not signed by the authority that it names, or the \
                     server has not its key; see `ssl.cacertfile`";
        wait_for_failure(&broker(&server, &shown.pem), cause);
        assert_eq!(server.count(), 0);
    }
}
