//! Why TLS fails, in words: with OpenSSL's server, and with nginx.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::thread;

use serde_json::{Value, json};

use super::nginx::{Nginx, free_port};
use super::wait_for_failure;
use crate::harness::authority::{Authority, Certificate, Date};
use crate::harness::{Broker, Scratch};

const VERSIONS: &str = "the server speaks neither TLS 1.2 nor TLS 1.3, and this library speaks no \
                        other version";
const NOTHING_IN_COMMON: &str = "the server and this library have no cipher suite, group or \
                                 signature algorithm of TLS in common";
const ASKS: &str = "the server asks for a client certificate; set `ssl.certfile` and `ssl.keyfile`";

/// `openssl s_server` with a certificate for 127.0.0.1, which ends with the test.
struct OpenSsl {
    child: Child,
    port: u16,
    _files: [Scratch; 2],
}

impl OpenSsl {
    /// None: this OpenSSL does not do what the arguments say.
    fn start(authority: &Authority, arguments: &[&str]) -> Option<Self> {
        (0..3).find_map(|_| Self::attempt(authority, arguments))
    }

    fn attempt(authority: &Authority, arguments: &[&str]) -> Option<Self> {
        let certificate = authority.certificate(&["127.0.0.1"], Date::Future);
        let files = [
            Scratch::new("server.pem", &certificate.pem),
            Scratch::new("server.key", certificate.key_pem()),
        ];
        let port = free_port();
        let mut child = Command::new("openssl")
            .args(["s_server", "-www", "-accept", &format!("127.0.0.1:{port}")])
            .arg("-cert")
            .arg(&files[0].0)
            .arg("-key")
            .arg(&files[1].0)
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("openssl is not installed; tests/run.sh installs it");
        // It says this when it listens, and nobody reads what else it says.
        let mut told = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        while told.read_line(&mut line).unwrap() > 0 && !line.contains("ACCEPT") {}
        let listens = line.contains("ACCEPT");
        thread::spawn(move || told.read_to_end(&mut Vec::new()));
        let server = Self {
            child,
            port,
            _files: files,
        };
        listens.then_some(server)
    }
}

impl Drop for OpenSsl {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[track_caller]
fn fails(port: u16, ssl: &Value, cause: &str) {
    let endpoint = format!("https://127.0.0.1:{port}/");
    wait_for_failure(
        &Broker::new(&json!({ "endpoint": endpoint, "ssl": ssl })),
        cause,
    );
}

#[test]
fn a_server_of_tls_1_1_is_told_of_by_its_version() {
    let authority = Authority::new();
    let ssl = json!({ "cacertfile": authority.path() });
    // Where the system's OpenSSL has TLS 1.1 no more, what it would say comes from the test.
    let old = ["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"];
    if let Some(server) = OpenSsl::start(&authority, &old) {
        fails(server.port, &ssl, VERSIONS);
    }
    // An alert, and a ServerHello, each of TLS 1.1.
    let alert = b"\x15\x03\x02\x00\x02\x02\x46".to_vec();
    let mut hello = b"\x16\x03\x02\x00\x2a\x02\x00\x00\x26\x03\x02".to_vec();
    hello.extend([7; 32]);
    hello.extend(b"\x00\xc0\x14\x00");
    for answer in [alert, hello] {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let served = thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let _ = stream.read(&mut [0; 4096]);
            let _ = stream.write_all(&answer);
            let _ = stream.read(&mut [0; 4096]);
        });
        fails(port, &ssl, VERSIONS);
        served.join().unwrap();
    }
}

#[test]
fn a_server_with_other_cipher_suites_is_told() {
    let authority = Authority::new();
    let server = OpenSsl::start(
        &authority,
        &["-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-SHA"],
    );
    let ssl = json!({ "cacertfile": authority.path() });
    fails(server.unwrap().port, &ssl, NOTHING_IN_COMMON);
}

#[test]
fn a_server_that_wants_a_client_certificate_says_so_in_every_version() {
    let (authority, stranger) = (Authority::new(), Authority::new());
    for version in ["-tls1_2", "-tls1_3"] {
        let arguments = [
            "-Verify",
            "1",
            "-verify_return_error",
            "-CAfile",
            authority.path(),
            version,
        ];
        let server = OpenSsl::start(&authority, &arguments).unwrap();
        let mut ssl = json!({ "cacertfile": authority.path() });
        fails(server.port, &ssl, ASKS);
        let client = stranger.certificate(&["broker.example"], Date::Future);
        let (certificate, key) = files(&client);
        ssl["certfile"] = json!(certificate.0);
        ssl["keyfile"] = json!(key.0);
        let cause = "the server does not take the client certificate of `ssl.certfile`: unknown ca";
        fails(server.port, &ssl, cause);
    }
}

fn files(certificate: &Certificate) -> (Scratch, Scratch) {
    (
        Scratch::new("c.pem", &certificate.pem),
        Scratch::new("k.pem", certificate.key_pem()),
    )
}

#[test]
fn nginx_wants_a_client_certificate_and_says_so_in_http() {
    let authority = Authority::new();
    let trusted = Scratch::new("authority.pem", std::fs::read(authority.path()).unwrap());
    let more = format!(
        "ssl_verify_client on; ssl_client_certificate {};",
        trusted.0.display()
    );
    let nginx = Nginx::start_with(&authority, &more);
    let ssl = json!({ "cacertfile": authority.path(), "server_name_indication": "id.example" });
    let cause =
        "the server answered with status 400; it asks for a client certificate (`ssl.certfile`)";
    fails(nginx.port, &ssl, cause);
    let mut elsewhere = ssl.clone();
    elsewhere["server_name_indication"] = json!("a.example");
    let names = "the server's certificate is for other names: `id.example`; not for `a.example`";
    fails(nginx.port, &elsewhere, names);
}
