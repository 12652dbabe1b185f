//! The options about an endpoint: what is wrong is named, and its value not shown.

use jsonwebtoken::Algorithm::ES256;
use serde_json::{Value, json};

use super::wait_for_keys;
use crate::harness::authority::{Authority, Date};
use crate::harness::server::{Reply, Server};
use crate::harness::{Broker, SECRET, Scratch, named_jwk};

const URL: &str = "https://127.0.0.1:9/";

#[track_caller]
fn refused(config: &Value, error: &str) {
    let found = Broker::refused(config);
    assert_eq!(found, error);
    assert!(!found.contains("hunter2"));
}

#[test]
fn options_about_an_endpoint_need_one() {
    for (option, value) in [
        ("refresh_interval", json!(300)),
        ("headers", json!({})),
        ("ssl", json!({})),
        ("max_fail_count", json!(5)),
        ("proxy", json!("http://proxy.example:3128")),
        ("bearer_token_file", json!("/etc/token")),
    ] {
        let config = json!({ "secret": SECRET, option: value });
        refused(&config, &format!("`{option}`: there is no `endpoint`"));
    }
}

#[test]
fn an_endpoint_is_an_http_url() {
    for (url, problem) in [
        ("hunter2 ", "not a URL"),
        (
            "ftp://hunter2/",
            "a URL whose scheme is neither http nor https",
        ),
        (
            "https://user:hunter2@id.example/",
            "a URL with a user name or password; put an Authorization header into `headers`",
        ),
    ] {
        refused(
            &json!({ "endpoint": url }),
            &format!("`endpoint`: {problem}"),
        );
    }
}

#[test]
fn headers_are_headers_and_the_librarys_own_are_left_to_it() {
    let ours = "a header that the library sets or must not send";
    for (headers, error) in [
        (
            json!({ "a b": "hunter2" }),
            "`a b`: not the name of a header",
        ),
        (json!({ "": "hunter2" }), "``: not the name of a header"),
        (
            json!({ "a": "hunter2\r\nb: c" }),
            "`a`: not the value of a header",
        ),
        (json!({ "Host": "hunter2" }), &format!("`Host`: {ours}")),
        (
            json!({ "content-length": "1" }),
            &format!("`content-length`: {ours}"),
        ),
        (
            json!({ "X-A": "hunter2", "x-a": "hunter2" }),
            "`x-a`: given twice; header names are the same in upper and lower case",
        ),
    ] {
        let config = json!({ "endpoint": URL, "headers": headers });
        refused(&config, &format!("`headers`: {error}"));
    }
    for (headers, error) in [
        (json!({ "a": 271_828 }), "`headers.a`: expected a string"),
        (json!(["a"]), "`headers`: expected an object"),
    ] {
        refused(&json!({ "endpoint": URL, "headers": headers }), error);
    }
}

#[test]
fn numbers_have_their_ranges() {
    for (option, range, good) in [
        ("refresh_interval", "1 to 2592000", [1, 2_592_000]),
        ("max_fail_count", "0 to 1000000", [0, 1_000_000]),
    ] {
        let error = format!("`{option}`: expected a whole number from {range}");
        for bad in [
            json!(good[0] - 1),
            json!(good[1] + 1),
            json!("1"),
            json!(1.5),
            json!(null),
        ] {
            refused(&json!({ "endpoint": URL, option: bad }), &error);
        }
        for good in good {
            Broker::new(&json!({ "endpoint": URL, option: good }));
        }
    }
}

#[test]
fn a_wrong_type_is_told_by_what_was_expected() {
    for (option, expected) in [
        ("endpoint", "a string"),
        ("headers", "an object"),
        ("ssl", "an object"),
    ] {
        for wrong in [json!(null), json!(271_828), json!([])] {
            let mut config = json!({ "endpoint": URL });
            config[option] = wrong;
            refused(&config, &format!("`{option}`: expected {expected}"));
        }
    }
    for option in [
        "cacertfile",
        "certfile",
        "keyfile",
        "server_name_indication",
    ] {
        let config = json!({ "endpoint": URL, "ssl": { option: 271_828 } });
        refused(&config, &format!("`ssl.{option}`: expected a string"));
    }
}

#[test]
fn what_is_wrong_with_tls_is_named() {
    let authority = Authority::new();
    let [client, other] =
        ["a.example", "b.example"].map(|name| authority.certificate(&[name], Date::Future));
    let certificate = Scratch::new("c.pem", &client.pem);
    let (key, other_key) = (
        Scratch::new("k.pem", client.key_pem()),
        Scratch::new("o.pem", other.key_pem()),
    );
    let garbage = Scratch::new(
        "garbage.pem",
        "-----BEGIN CERTIFICATE-----\nhunter2!\n-----END CERTIFICATE-----\n",
    );
    let empty = Scratch::new("empty.pem", "hunter2");
    let none = "no private key in PEM without a passphrase found";
    for (ssl, error) in [
        (
            json!({ "verify": "hunter2" }),
            "`ssl.verify`: expected `verify_peer` or `verify_none`",
        ),
        (
            json!({ "verfy": 1 }),
            "`ssl.verfy`: unknown; the nearest known name is `verify`",
        ),
        (
            json!({ "cacertfile": "/hunter2" }),
            "`ssl.cacertfile`: the file cannot be read: No such file or directory (os error 2)",
        ),
        (
            json!({ "cacertfile": empty.0 }),
            "`ssl.cacertfile`: no certificate in PEM found",
        ),
        (
            json!({ "cacertfile": garbage.0 }),
            "`ssl.cacertfile`: not valid PEM",
        ),
        (
            json!({ "certfile": certificate.0 }),
            "`ssl.certfile`: `ssl.keyfile` is missing",
        ),
        (
            json!({ "keyfile": key.0 }),
            "`ssl.keyfile`: `ssl.certfile` is missing",
        ),
        (
            json!({ "certfile": empty.0, "keyfile": key.0 }),
            "`ssl.certfile`: no certificate in PEM found",
        ),
        (
            json!({ "certfile": certificate.0, "keyfile": certificate.0 }),
            &format!("`ssl.keyfile`: {none}"),
        ),
        (
            json!({ "certfile": certificate.0, "keyfile": other_key.0 }),
            "`ssl.keyfile`: not the private key of the certificate in `ssl.certfile`",
        ),
        (
            json!({ "server_name_indication": "hunter2 " }),
            "`ssl.server_name_indication`: not a host name",
        ),
    ] {
        refused(&json!({ "endpoint": URL, "ssl": ssl }), error);
    }
    refused(
        &json!({ "endpoint": "http://127.0.0.1:9/", "ssl": {} }),
        "`ssl`: `endpoint` is an http URL; TLS needs https",
    );
    Broker::new(&json!({
        "endpoint": URL,
        "ssl": { "cacertfile": authority.path(), "certfile": certificate.0, "keyfile": key.0 },
    }));
}

#[test]
fn an_endpoint_may_serve_every_algorithm_but_those_of_secrets() {
    let server = Server::http(|_| Reply::keys(&[named_jwk(ES256, "p256", "a")]));
    let config =
        |algorithms: Value| json!({ "endpoint": server.url("/"), "algorithms": algorithms });
    wait_for_keys(&Broker::new(&config(json!(["RS256", "ES256", "EdDSA"]))));
    let error = "`algorithms`: no configured key can verify HS256";
    refused(&config(json!(["ES256", "HS256"])), error);
}

#[test]
fn an_http_url_of_another_machine_draws_a_warning_that_names_the_option() {
    let line = "`endpoint` is an http URL of another machine: whoever can answer in the endpoint's place \
                decides which keys are trusted; use https";
    for (url, expected) in [
        ("http://192.0.2.7:9/hunter2", vec![line.to_owned()]),
        ("http://127.0.0.1:9/", Vec::new()),
        ("http://localhost:9/", Vec::new()),
        ("https://192.0.2.7:9/", Vec::new()),
    ] {
        let broker = Broker::new(&json!({ "endpoint": url }));
        let mut warnings = broker.warnings();
        warnings.retain(|warning| !warning.contains("cannot be fetched"));
        assert_eq!(warnings, expected, "{url}");
    }
}

#[test]
fn the_log_says_where_keys_will_come_from() {
    let broker = Broker::new(&json!({
        "endpoint": "https://127.0.0.1:9/x?key=hunter2",
        "secret": SECRET,
    }));
    let lines: Vec<_> = broker.log().into_iter().map(|(_, line)| line).collect();
    assert_eq!(
        lines[2..5],
        [
            "loaded `secret`: 1 key(s) for HS256, HS384, HS512",
            "fetching `endpoint` from https://127.0.0.1:9",
            "ready with 1 key(s); more will come from https://127.0.0.1:9",
        ]
    );
}
