//! A list that is fetched, from real servers on the loopback interface.

use jwt_auth::{LogLevel, Permission, Reason};
use serde_json::{Value, json};

use super::list;
use crate::harness::server::{Reply, Server, until};
use crate::harness::session::PUBLISH;
use crate::harness::{Broker, Connect, HS256_HEADER, NOW, SECRET, hs256, token};

/// The largest list, in bytes.
const LARGEST: usize = 16 << 20;

/// A server that answers with this list.
pub(super) fn server(content: Value) -> Server {
    Server::http(move |_| reply(&content))
}

/// An answer with this list.
pub(super) fn reply(content: &Value) -> Reply {
    Reply::body(content.to_string())
}

/// The configuration with the secret and the list of this server, which is asked every second.
pub(super) fn config(server: &Server) -> Value {
    json!({
        "secret": SECRET,
        "revocations_endpoint": { "url": server.url("/list"), "refresh_interval": 1 },
    })
}

/// A broker that has the list of this server.
#[track_caller]
pub(super) fn ready(server: &Server) -> Broker {
    let broker = Broker::new(&config(server));
    assert!(broker.wait_ready(20_000), "{:?}", broker.log());
    broker
}

/// A token with this `jti`.
pub(super) fn with_id(id: &str) -> String {
    token(&json!({ "jti": id }))
}

/// Waits until the log has a line with this text.
#[track_caller]
pub(super) fn wait_for_line(broker: &Broker, text: &str) {
    until(text, || {
        broker.log().iter().any(|(_, line)| line.contains(text))
    });
}

#[test]
fn until_a_first_list_has_come_every_good_token_is_refused_and_never_left_to_others() {
    let server = Server::http(|_| Reply::Hang);
    let mut config = config(&server);
    for option in ["on_missing", "on_malformed", "on_unknown_key"] {
        config[option] = "ignore".into();
    }
    let broker = Broker::new(&config);
    let good = token(&json!({}));
    for _ in 0..2 {
        broker.present(&good).denied(Reason::RevocationsUnavailable);
    }
    let told = "refused: revocations_unavailable: client `c1`, ";
    assert!(broker.log().iter().any(|(_, line)| line.starts_with(told)));
    // What is wrong with a token is told whether the list is there or not.
    broker
        .present(&token(&json!({ "exp": NOW })))
        .denied(Reason::Expired);
    broker
        .present(&token(&json!({ "acl": "all" })))
        .denied(Reason::BadAcl);
    let forged = hs256("another secret", HS256_HEADER, "{}");
    broker.present(&forged).denied(Reason::BadSignature);
    broker.present("hunter2").ignored(Reason::MalformedToken);
    broker
        .connect(Connect::default())
        .ignored(Reason::MissingToken);
}

#[test]
fn a_first_list_revokes_its_tokens_and_lets_the_others_in() {
    let server = server(json!({
        "jti": ["a"],
        "not_before": { "sub": { "bob": 7 } },
        "issuers": { "plant": { "jti": ["b"] } },
    }));
    let broker = ready(&server);
    for revoked in [
        json!({ "jti": "a" }),
        json!({ "sub": "bob", "iat": 6 }),
        json!({ "iss": "plant", "jti": "b" }),
    ] {
        broker.present(&token(&revoked)).denied(Reason::Revoked);
    }
    for good in [
        json!({}),
        json!({ "sub": "bob", "iat": 7 }),
        json!({ "iss": "office", "jti": "b" }),
    ] {
        broker.present(&token(&good)).allowed();
    }
    let told = (
        LogLevel::Info as i32,
        "`revocations_endpoint`: list of revocations fetched: 3 revocation(s)".to_owned(),
    );
    assert!(broker.log().contains(&told), "{:?}", broker.log());
    assert_eq!(broker.warnings(), [""; 0]);
    let ready = format!(
        "ready with 1 key(s); a list of revocations will come from http://{}",
        server.address
    );
    let log = broker.log();
    assert!(log.iter().any(|(_, line)| *line == ready), "{log:?}");
}

#[test]
fn a_change_of_the_list_ends_the_sessions_that_it_names() {
    let server = server(json!({}));
    let broker = ready(&server);
    let [a, b] = ["a", "b"].map(|id| broker.admit_with(&with_id(id)));
    server.set(|_| reply(&json!({ "jti": ["a"] })));
    wait_for_line(
        &broker,
        "`revocations_endpoint`: list of revocations changed; it has 1 revocation(s)",
    );
    a.recheck().denied(Reason::Revoked);
    assert_eq!(a.may(PUBLISH, "x"), Permission::Deny);
    b.recheck().allowed();
    assert_eq!(b.may(PUBLISH, "x"), Permission::NoMatch);
    broker.present(&with_id("a")).denied(Reason::Revoked);
    // What is taken off the list is good again.
    server.set(|_| reply(&json!({ "jti": ["b"] })));
    until("the second change", || {
        broker.present(&with_id("b")).result.reason == Reason::Revoked as i32
    });
    a.recheck().allowed();
    b.recheck().denied(Reason::Revoked);
}

#[test]
fn a_failure_keeps_the_last_list_and_the_log_says_since_when() {
    let server = server(json!({ "jti": ["a"] }));
    let broker = ready(&server);
    server.set(|_| Reply::status(500));
    let kept = "`revocations_endpoint`: the revocations cannot be fetched: the server answered with status 500; \
                the revocations fetched before stay in use, which were current ";
    wait_for_line(&broker, kept);
    let seen = server.count();
    // More than max_fail_count of a key set would bear.
    server.wait_for(seen + 6);
    broker.present(&with_id("a")).denied(Reason::Revoked);
    broker.present(&with_id("b")).allowed();
    // Told once as a warning, with a whole number of seconds.
    let [warning] = broker.warnings().try_into().unwrap();
    let age = warning
        .strip_prefix(kept)
        .and_then(|rest| rest.strip_suffix(" seconds ago"))
        .and_then(|age| age.parse::<u64>().ok());
    assert!(age.is_some(), "{warning}");
    server.set(|_| reply(&json!({ "jti": ["b"] })));
    wait_for_line(&broker, "`revocations_endpoint`: fetched again after ");
    broker.present(&with_id("a")).allowed();
    broker.present(&with_id("b")).denied(Reason::Revoked);
}

#[test]
fn a_failure_before_the_first_list_keeps_everybody_out_until_it_comes() {
    let server = Server::http(|_| Reply::status(404));
    let broker = Broker::new(&config(&server));
    assert!(!broker.wait_ready(20_000));
    broker
        .present(&with_id("a"))
        .denied(Reason::RevocationsUnavailable);
    assert_eq!(
        broker.warnings(),
        [
            "`revocations_endpoint`: the revocations cannot be fetched: the server answered with status 404; none \
             are held, and every token that is good otherwise is refused"
        ]
    );
    server.set(|_| reply(&json!({})));
    wait_for_line(
        &broker,
        "`revocations_endpoint`: list of revocations fetched: 0",
    );
    broker.present(&with_id("a")).allowed();
}

#[test]
fn a_server_is_asked_for_a_newer_list_only() {
    let server = Server::http(|request| match request.header("if-none-match") {
        Some("\"1\"") => Reply::status(304),
        _ => reply(&json!({ "jti": ["a"] })).with("ETag", "\"1\""),
    });
    let broker = ready(&server);
    server.wait_for(3);
    let asked: Vec<_> = server.requests();
    assert_eq!(asked[0].header("if-none-match"), None);
    assert_eq!(asked[0].header("accept"), Some("application/json"));
    assert_eq!(asked[1].header("if-none-match"), Some("\"1\""));
    broker.present(&with_id("a")).denied(Reason::Revoked);
    broker.present(&with_id("b")).allowed();
    assert_eq!(broker.warnings(), [""; 0]);
    let told = broker.log();
    let lists = told.iter().filter(|(_, line)| line.contains("list of"));
    // One by the line at the start, one by the fetch.
    assert_eq!(lists.count(), 2);
}

#[test]
fn what_is_no_list_is_a_failure_and_replaces_nothing() {
    for (body, problem) in [
        (
            &b"<html>"[..],
            "not valid JSON at line 1 column 1: a <, as in HTML or XML",
        ),
        (b"\xff", "not UTF-8"),
        (
            b"{\"jtis\": [\"hunter2\"]}",
            "`jtis`: unknown; the nearest known name is `jti`",
        ),
        (
            b"{\"issuers\": {\"a\": {\"not_before\": {\"*\": \"hunter2\"}}}}",
            "`issuers.a.not_before.*`: expected a whole number",
        ),
    ] {
        let server = Server::http(move |_| Reply::body(body));
        let broker = Broker::new(&config(&server));
        assert!(!broker.wait_ready(20_000));
        broker
            .present(&with_id("b"))
            .denied(Reason::RevocationsUnavailable);
        let told = format!(
            "`revocations_endpoint`: the revocations cannot be fetched: the answer is no list of revocations: \
             {problem}; "
        );
        wait_for_line(&broker, &format!("{told}none are held"));
        server.set(|_| reply(&json!({ "jti": ["a"] })));
        wait_for_line(&broker, "list of revocations fetched");
        server.set(move |_| Reply::body(body));
        wait_for_line(
            &broker,
            &format!("{told}the revocations fetched before stay in use"),
        );
        broker.present(&with_id("a")).denied(Reason::Revoked);
        broker.present(&with_id("b")).allowed();
        assert!(
            broker
                .log()
                .iter()
                .all(|(_, line)| !line.contains("hunter2"))
        );
    }
}

#[test]
fn a_list_has_up_to_16_mib() {
    let sized = |len: usize| {
        let mut body = json!({ "jti": ["a"] }).to_string().into_bytes();
        body.resize(len, b' ');
        Server::http(move |_| Reply::body(body.clone()))
    };
    let (most, more) = (sized(LARGEST), sized(LARGEST + 1));
    ready(&most).present(&with_id("a")).denied(Reason::Revoked);
    let broker = Broker::new(&config(&more));
    wait_for_line(
        &broker,
        "the revocations cannot be fetched: the answer is larger than 16777216 bytes; none are held",
    );
    broker
        .present(&with_id("a"))
        .denied(Reason::RevocationsUnavailable);
}

#[test]
fn with_a_file_as_well_either_revokes() {
    let server = server(json!({ "jti": ["a"] }));
    let file = list(&json!({ "jti": ["b"] }));
    let mut config = config(&server);
    config["revocations_file"] = file.0.to_str().unwrap().into();
    let broker = Broker::new(&config);
    assert!(broker.wait_ready(20_000));
    for revoked in ["a", "b"] {
        broker.present(&with_id(revoked)).denied(Reason::Revoked);
    }
    broker.present(&with_id("c")).allowed();
    let ready = "ready with 1 key(s); 1 revocation(s) in `revocations_file`; a list of revocations will come from ";
    let log = broker.log();
    assert!(
        log.iter().any(|(_, line)| line.starts_with(ready)),
        "{log:?}"
    );
    // What the file revokes is known without the other list.
    let hanging = Server::http(|_| Reply::Hang);
    config["revocations_endpoint"]["url"] = hanging.url("/").into();
    let broker = Broker::new(&config);
    broker.present(&with_id("b")).denied(Reason::Revoked);
    broker
        .present(&with_id("a"))
        .denied(Reason::RevocationsUnavailable);
}
