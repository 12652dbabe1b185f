//! Keys that nginx serves, over TLS.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};

use crate::harness::authority::{Authority, Date};
use crate::harness::server::until;
use crate::harness::{Broker, named_jwk, unique_path};
use jsonwebtoken::Algorithm::{ES256, ES384};
use jwt_auth::Reason;
use serde_json::{Value, json};

use super::token;

/// An nginx of its own, with its own files, that ends with the test.
pub(super) struct Nginx {
    child: Child,
    prefix: PathBuf,
    pub(super) port: u16,
}

impl Nginx {
    /// Another test may get the port before nginx does; then nginx ends, and another port is tried.
    fn start(authority: &Authority) -> Self {
        Self::start_with(authority, "")
    }

    /// The same with more directives for the server.
    pub(super) fn start_with(authority: &Authority, more: &str) -> Self {
        let attempts = (0..3).find_map(|_| Self::attempt(authority, more));
        attempts.expect("nginx ended three times before it listened")
    }

    fn attempt(authority: &Authority, more: &str) -> Option<Self> {
        let prefix = unique_path("nginx");
        fs::create_dir_all(prefix.join("html")).unwrap();
        let certificate = authority.certificate(&["id.example"], Date::Future);
        fs::write(prefix.join("server.pem"), &certificate.pem).unwrap();
        fs::write(prefix.join("server.key"), certificate.key_pem()).unwrap();
        let port = free_port();
        fs::write(prefix.join("nginx.conf"), config(port, more)).unwrap();
        let child = Command::new(program())
            .args(["-e", "stderr", "-c", "nginx.conf", "-p"])
            .arg(&prefix)
            .spawn()
            .expect("nginx is not installed; tests/run.sh installs it");
        let mut server = Self {
            child,
            prefix,
            port,
        };
        // It writes this file when it listens.
        let pid = server.prefix.join("nginx.pid");
        until("nginx", || {
            pid.exists() || server.child.try_wait().unwrap().is_some()
        });
        pid.exists().then_some(server)
    }

    /// Replaces the key set as deployments do: at once.
    fn publish(&self, keys: &[Value]) {
        let (new, path) = (self.prefix.join("new"), self.prefix.join("html/jwks.json"));
        fs::write(&new, json!({ "keys": keys }).to_string()).unwrap();
        fs::rename(new, path).unwrap();
    }

    fn log(&self) -> String {
        fs::read_to_string(self.prefix.join("access.log")).unwrap_or_default()
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = fs::remove_dir_all(&self.prefix);
    }
}

/// One process, nothing outside the prefix. It redirects once, and wants a header.
fn config(port: u16, more: &str) -> String {
    format!(
        "daemon off; master_process off; pid nginx.pid; error_log stderr;
         events {{ worker_connections 64; }}
         http {{
           log_format seen escape=none '$status $ssl_server_name $http_if_none_match';
           access_log access.log seen;
           client_body_temp_path t1; proxy_temp_path t2; fastcgi_temp_path t3;
           uwsgi_temp_path t4; scgi_temp_path t5;
           server {{
             listen 127.0.0.1:{port} ssl;
             ssl_certificate server.pem; ssl_certificate_key server.key;
             root html;
             absolute_redirect off;
             {more}
             location = /old {{ return 301 /jwks.json; }}
             location = /jwks.json {{
               if ($http_authorization != 'Bearer letmein') {{ return 401; }}
             }}
           }}
         }}"
    )
}

/// Debian's place for it is not in everybody's PATH.
fn program() -> &'static str {
    let debian = "/usr/sbin/nginx";
    if Path::new(debian).exists() {
        debian
    } else {
        "nginx"
    }
}

pub(super) fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

#[test]
fn nginx_serves_a_key_set_that_rotates() {
    let authority = Authority::new();
    let nginx = Nginx::start(&authority);
    nginx.publish(&[named_jwk(ES256, "p256", "a")]);
    let mut config = json!({
        "endpoint": format!("https://127.0.0.1:{}/old", nginx.port),
        "refresh_interval": 1,
        "headers": { "Authorization": "Bearer letmein" },
        "ssl": { "cacertfile": authority.path(), "server_name_indication": "id.example" },
    });
    let broker = Broker::new(&config);
    until("the first set", || {
        broker.present(&token(ES256, "p256", "a")).result.decision == 1
    });
    broker
        .present(&token(ES384, "p384", "b"))
        .denied(Reason::UnknownKeyId);
    until("an unchanged set", || {
        nginx.log().contains("304 id.example \"")
    });
    nginx.publish(&[named_jwk(ES384, "p384", "b"), named_jwk(ES256, "p256", "a")]);
    until("the second key", || {
        broker.present(&token(ES384, "p384", "b")).result.decision == 1
    });
    broker.present(&token(ES256, "p256", "a")).allowed();
    assert_eq!(broker.warnings(), [""; 0]);

    config["headers"] = json!({});
    let stranger = Broker::new(&config);
    until("a failure", || !stranger.warnings().is_empty());
    assert_eq!(
        stranger.warnings(),
        [
            "`endpoint`: the keys cannot be fetched: the server answered with status 401; no keys \
          are held, and tokens that need them are refused"
        ]
    );
    stranger
        .present(&token(ES256, "p256", "a"))
        .denied(Reason::KeysUnavailable);
}
