//! Endpoints that are reached through a proxy.

use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command};

use jsonwebtoken::Algorithm::{ES256, ES384};
use jwt_auth::Reason;
use serde_json::{Value, json};

use super::nginx::free_port;
use super::{token, wait_for_failure, wait_for_keys};
use crate::harness::authority::Authority;
use crate::harness::server::{Reply, Server, until};
use crate::harness::{Broker, named_jwk, unique_path};

/// A tinyproxy of its own, that wants a user name and a password, and ends with the test.
struct Tinyproxy {
    child: Child,
    folder: PathBuf,
    port: u16,
}

impl Tinyproxy {
    /// Another test may get the port before it does; then it ends, and another port is tried.
    fn start() -> Self {
        let attempts = (0..3).find_map(|_| Self::attempt());
        attempts.expect("tinyproxy ended three times before it listened")
    }

    fn attempt() -> Option<Self> {
        let folder = unique_path("tinyproxy");
        fs::create_dir_all(&folder).unwrap();
        let port = free_port();
        let config = format!(
            "Port {port}\nListen 127.0.0.1\nTimeout 60\nMaxClients 20\nLogLevel Info\n\
             LogFile \"{0}/log\"\nPidFile \"{0}/pid\"\nBasicAuth user p-ss.w_rd\n",
            folder.display()
        );
        fs::write(folder.join("conf"), config).unwrap();
        let child = Command::new("tinyproxy")
            .arg("-d")
            .arg("-c")
            .arg(folder.join("conf"))
            .spawn()
            .expect("tinyproxy is not installed; tests/run.sh installs it");
        let mut proxy = Self {
            child,
            folder,
            port,
        };
        let mut has_ended = false;
        until("tinyproxy", || {
            has_ended = proxy.child.try_wait().unwrap().is_some();
            has_ended || proxy.log().contains("Accepting connections.")
        });
        (!has_ended).then_some(proxy)
    }

    fn url(&self, user_info: &str) -> String {
        format!("http://{user_info}127.0.0.1:{}", self.port)
    }

    fn log(&self) -> String {
        fs::read_to_string(self.folder.join("log")).unwrap_or_default()
    }
}

impl Drop for Tinyproxy {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn good() -> Reply {
    Reply::keys(&[named_jwk(ES256, "p256", "a")])
}

/// What a fetch has failed for, without the remark about the proxy.
#[track_caller]
fn wait_for_failure_through(broker: &Broker, proxy: &str, cause: &str) {
    wait_for_failure(broker, &format!("{cause} (through the proxy {proxy})"));
}

#[test]
fn tinyproxy_leads_to_https_and_http_servers() {
    let proxy = Tinyproxy::start();
    let authority = Authority::new();
    let target = Server::http(|_| Reply::keys(&[named_jwk(ES384, "p384", "b")]));
    let secure = Server::https(authority.server(&["127.0.0.1"]), |_| good());
    let with = |endpoint: &Server, proxy: &str| {
        let mut config = json!({ "endpoint": endpoint.url("/keys?x=1"), "proxy": proxy });
        if endpoint.url("").starts_with("https") {
            config["ssl"] = json!({ "cacertfile": authority.path() });
        }
        Broker::new(&config)
    };
    let url = proxy.url("user:p%2Dss.w%5frd@");

    let broker = with(&secure, &url);
    wait_for_keys(&broker);
    broker.present(&token(ES256, "p256", "a")).allowed();
    assert_eq!(broker.warnings(), [""; 0]);
    let request = secure.requests().remove(0);
    assert_eq!(request.header("Proxy-Authorization"), None);
    let connect = format!("CONNECT {} HTTP/1.1", secure.address);
    assert!(proxy.log().contains(&connect), "{}", proxy.log());

    let broker = with(&target, &url);
    wait_for_keys(&broker);
    broker.present(&token(ES384, "p384", "b")).allowed();
    let request = target.requests().remove(0);
    assert_eq!(request.path, "/keys?x=1");
    assert_eq!(request.header("Proxy-Authorization"), None);
    assert!(request.header("Via").is_some(), "{request:?}");

    let cause = "the proxy asks for another user name and password; see `proxy`";
    for (endpoint, user_info) in [(&secure, ""), (&target, ""), (&secure, "user:x@")] {
        let broker = with(endpoint, &proxy.url(user_info));
        until("a failure", || !super::failures(&broker).is_empty());
        let place = proxy.url("");
        assert_eq!(
            super::failures(&broker),
            [format!("{cause} (through the proxy {place})")]
        );
        broker
            .present(&token(ES256, "p256", "a"))
            .denied(Reason::KeysUnavailable);
    }
    assert_eq!((secure.count(), target.count()), (1, 1));
}

#[test]
fn a_proxy_is_asked_for_the_whole_url_and_resolves_the_name() {
    let proxy = Server::http(|request| match request.path.as_str() {
        "http://keys.invalid:8080/a?b" => Reply::redirect(302, "//moved.invalid/c"),
        _ => good(),
    });
    let broker = Broker::new(&json!({
        "endpoint": "http://keys.invalid:8080/a?b",
        "proxy": format!("http://user:hunter2@{}", proxy.address),
        "headers": { "Authorization": "Bearer hunter2" },
    }));
    wait_for_keys(&broker);
    let found: Vec<_> = proxy
        .requests()
        .into_iter()
        .map(|request| {
            let header = |name| request.header(name).map(str::to_owned);
            (
                request.path.clone(),
                header("Host"),
                header("Authorization"),
                header("Proxy-Authorization"),
            )
        })
        .collect();
    let text = |text: &str| Some(text.to_owned());
    let basic = text("Basic dXNlcjpodW50ZXIy");
    assert_eq!(
        found,
        [
            (
                "http://keys.invalid:8080/a?b".to_owned(),
                text("keys.invalid:8080"),
                text("Bearer hunter2"),
                basic.clone(),
            ),
            (
                "http://moved.invalid/c".to_owned(),
                text("moved.invalid"),
                None,
                basic,
            ),
        ]
    );
    let log = format!("{:?}", broker.log());
    assert!(!log.contains("hunter2") && !log.contains("dXNlcj"), "{log}");
}

#[test]
fn what_a_proxy_says_instead_is_told() {
    let cases: [(&'static [u8], &str); 5] = [
        (
            b"HTTP/1.1 407 Authentication Required\r\n\r\n",
            "the proxy asks for another user name and password; see `proxy`",
        ),
        (
            b"HTTP/1.1 503 Unavailable\r\n\r\n",
            "the proxy makes no connection: status 503",
        ),
        (
            b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
            "the proxy does not speak HTTP",
        ),
        (b"HTTP/1.1 200 OK\r\n", "the proxy closed the connection"),
        (
            b"HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 400 Bad Request\r\n\r\n",
            "the server does not speak TLS",
        ),
    ];
    for (answer, cause) in cases {
        let proxy = Server::http(move |_| Reply::Raw(answer));
        let url = proxy.url("");
        let broker = Broker::new(&json!({ "endpoint": "https://keys.invalid/", "proxy": url }));
        wait_for_failure_through(&broker, &url, cause);
        let request = proxy.requests().remove(0);
        assert_eq!(request.path, "keys.invalid:443");
        assert_eq!(request.header("Host"), Some("keys.invalid:443"));
        assert_eq!(request.header("Proxy-Authorization"), None);
    }
}

#[test]
fn a_proxy_has_no_more_time_than_a_server() {
    let (dripping, silent) = (
        Server::http(|_| Reply::DripHead),
        Server::http(|_| Reply::Hang),
    );
    let brokers = [&dripping, &silent].map(|proxy| {
        let url = proxy.url("");
        let broker = Broker::new(&json!({ "endpoint": "https://keys.invalid/", "proxy": url }));
        (broker, url)
    });
    for (broker, url) in brokers {
        wait_for_failure_through(&broker, &url, "no connection within 5 seconds");
    }
}

#[test]
fn a_proxy_that_is_not_there_is_told() {
    for endpoint in ["http://127.0.0.1:9/", "https://127.0.0.1:9/"] {
        let url = format!("http://127.0.0.1:{}", free_port());
        let broker = Broker::new(&json!({ "endpoint": endpoint, "proxy": url }));
        until("a failure", || !super::failures(&broker).is_empty());
        let cause = format!("the connection was refused (through the proxy {url})");
        assert_eq!(super::failures(&broker), [cause]);
    }
}

#[test]
fn an_http_url_draws_a_warning_where_a_proxy_could_answer_in_its_place() {
    let line = |cause| {
        format!(
            "`endpoint` {cause}: whoever can answer in the endpoint's place decides which keys are \
             trusted; use https"
        )
    };
    let proxied = line("is an http URL that is reached through a proxy");
    let elsewhere = line("is an http URL of another machine");
    for (url, expected) in [
        ("http://127.0.0.1:9/", vec![proxied]),
        ("http://192.0.2.7:9/", vec![elsewhere]),
        ("https://127.0.0.1:9/", vec![]),
    ] {
        let broker = Broker::new(&json!({ "endpoint": url, "proxy": "http://127.0.0.1:9" }));
        let mut warnings = broker.warnings();
        warnings.retain(|warning| !warning.contains("cannot be fetched"));
        assert_eq!(warnings, expected, "{url}");
    }
}

#[test]
fn what_is_no_proxy_is_refused_and_not_shown() {
    let refused = |config: Value, error: &str| {
        let found = Broker::refused(&config);
        assert_eq!(found, error);
    };
    let endpoint = "https://127.0.0.1:9/";
    refused(
        json!({ "endpoint": endpoint, "proxy": "https://u:hunter2@127.0.0.1:9" }),
        "`proxy`: a proxy is asked over http: its URL begins with http://",
    );
    refused(
        json!({ "endpoint": endpoint, "proxy": "http://u:hunter2@127.0.0.1" }),
        "`proxy`: the port of the proxy is missing, or does not exist",
    );
    refused(
        json!({ "endpoint": endpoint, "proxy": 7 }),
        "`proxy`: expected a string",
    );
    refused(
        json!({ "secret": "x", "proxy": "http://127.0.0.1:9" }),
        "`proxy`: there is no `endpoint`",
    );
}

#[test]
fn the_environment_names_no_proxy() {
    let dead = "http://127.0.0.1:9";
    let mut test = Command::new(std::env::current_exe().unwrap());
    for name in [
        "ALL_PROXY",
        "HTTPS_PROXY",
        "HTTP_PROXY",
        "all_proxy",
        "https_proxy",
        "http_proxy",
    ] {
        test.env(name, dead);
    }
    // Another test, in a process that has them.
    let name = "remote::keys::the_keys_of_an_endpoint_verify_tokens";
    let output = test.args(["--exact", name]).output().unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(told.contains("1 passed; 0 failed"), "{told}");
}
