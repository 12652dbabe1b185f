//! The token in `bearer_token_file`.

use std::fs;

use jsonwebtoken::Algorithm::ES256;
use serde_json::{Value, json};

use super::{token, wait_for_keys, wait_for_line};
use crate::harness::server::{Reply, Request, Server};
use crate::harness::{Broker, Scratch, named_jwk};

fn good() -> Reply {
    Reply::keys(&[named_jwk(ES256, "p256", "a")])
}

/// What each request had as `Authorization`.
fn tokens(server: &Server) -> Vec<String> {
    let token = |request: Request| request.header("Authorization").unwrap_or("none").to_owned();
    server.requests().into_iter().map(token).collect()
}

#[test]
fn a_token_is_read_before_each_fetch_and_stays_with_its_host() {
    let target = Server::http(|_| good());
    let elsewhere = target.url("/");
    let server = Server::http(move |request| match request.path.as_str() {
        "/" => Reply::redirect(302, "/document"),
        _ => Reply::body(json!({ "jwks_uri": elsewhere }).to_string()),
    });
    let file = Scratch::new("token", "hunter2\n");
    let broker = Broker::new(&json!({
        "endpoint": server.url("/"),
        "refresh_interval": 1,
        "bearer_token_file": file.0,
        "headers": { "X-Tenant": "7" },
    }));
    wait_for_keys(&broker);
    assert_eq!(tokens(&server)[..2], ["Bearer hunter2", "Bearer hunter2"]);
    assert_eq!(server.requests()[0].header("X-Tenant"), Some("7"));
    fs::write(&file.0, "hunter3").unwrap();
    let seen = server.count();
    server.wait_for(seen + 4);
    assert_eq!(tokens(&server)[seen + 3], "Bearer hunter3");
    assert!(tokens(&target).iter().all(|token| token == "none"));
    let log = format!("{:?}", broker.log());
    assert!(!log.contains("hunter"), "{log}");
}

#[test]
fn without_a_token_nothing_is_asked() {
    let server = Server::http(|_| good());
    let file = Scratch::new("token", "hunter2");
    let broker = Broker::new(&json!({
        "endpoint": server.url("/"),
        "refresh_interval": 1,
        "bearer_token_file": file.0,
    }));
    wait_for_keys(&broker);
    fs::remove_file(&file.0).unwrap();
    let told = "`endpoint`: the keys cannot be fetched: `bearer_token_file`: ";
    let path = file.0.to_str().unwrap();
    let missing =
        format!("the file cannot be read: No such file or directory (os error 2): `{path}`");
    let kept = "; the keys fetched before stay in use";
    wait_for_line(&broker, &format!("{told}{missing}{kept}"));
    for (content, problem) in [
        ("", "the file is empty"),
        (
            "hunter2\nhunter3\n",
            "the file has several lines; it holds one token",
        ),
    ] {
        fs::write(&file.0, content).unwrap();
        wait_for_line(&broker, &format!("{told}{problem}{kept}"));
    }
    let seen = server.count();
    fs::write(&file.0, "hunter4").unwrap();
    wait_for_line(&broker, "`endpoint`: fetched again after ");
    server.wait_for(seen + 1);
    let sent = tokens(&server);
    assert!(!sent.contains(&"none".to_owned()), "{sent:?}");
    assert_eq!(sent[seen], "Bearer hunter4");
    broker.present(&token(ES256, "p256", "a")).allowed();
}

#[test]
fn another_file_is_read_soon_after_a_reload_and_no_key_is_lost() {
    let server = Server::http(|request| match request.header("Authorization") {
        Some("Bearer hunter2" | "Bearer hunter3") => good(),
        _ => Reply::status(401),
    });
    let (first, second) = (
        Scratch::new("token", "hunter2"),
        Scratch::new("token", "hunter3"),
    );
    let config =
        |file: &Scratch| json!({ "endpoint": server.url("/"), "bearer_token_file": file.0 });
    let broker = Broker::new(&config(&first));
    wait_for_keys(&broker);
    broker.reloaded(&config(&second));
    broker.present(&token(ES256, "p256", "a")).allowed();
    server.wait_for(2);
    assert_eq!(tokens(&server), ["Bearer hunter2", "Bearer hunter3"]);
}

#[test]
fn a_file_without_a_token_is_refused() {
    #[track_caller]
    fn refused(config: &Value, problem: &str) {
        let found = Broker::refused(config);
        assert_eq!(found, format!("`bearer_token_file`: {problem}"));
    }
    let endpoint = "https://127.0.0.1:9/";
    let missing = "the file cannot be read: No such file or directory (os error 2)";
    refused(
        &json!({ "endpoint": endpoint, "bearer_token_file": "/hunter2" }),
        missing,
    );
    for (content, problem) in [
        ("\n", "the file is empty"),
        (
            "hunter2\n\n",
            "the file has several lines; it holds one token",
        ),
        (
            "hunter 2",
            "the file has a blank or a character that is not ASCII, which no token has",
        ),
        (
            &"x".repeat(65_537),
            "the file is larger than 65536 bytes: `PATH`",
        ),
    ] {
        let file = Scratch::new("token", content);
        refused(
            &json!({ "endpoint": endpoint, "bearer_token_file": file.0 }),
            &problem.replace("PATH", file.0.to_str().unwrap()),
        );
    }
    let file = Scratch::new("token", "hunter2");
    let both = json!({
        "endpoint": endpoint,
        "bearer_token_file": file.0,
        "headers": { "authorization": "Basic x" },
    });
    refused(
        &both,
        "`headers` has `Authorization` as well; one is enough",
    );
    let alone = json!({ "secret": "x", "bearer_token_file": file.0 });
    refused(&alone, "there is no `endpoint`");
}
