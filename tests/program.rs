//! The program `jwt-auth`, as an operator runs it, on real files. What it makes is given to the
//! library.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::arithmetic_side_effects,
    reason = "a test may fail"
)]

use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::{Value, json};

const SECRET: &str = "an HMAC secret of 32 characters!";

/// A directory of one test, in which the program runs.
struct Place(PathBuf);

impl Place {
    fn new() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("jwt-auth-program-{}-{number}", std::process::id());
        let path = std::env::temp_dir().join(name);
        fs::create_dir(&path).unwrap();
        Self(path)
    }

    fn write(&self, name: &str, text: &str) {
        // Not for others, or a secret draws a warning.
        let mut options = fs::OpenOptions::new();
        options.write(true).create(true).truncate(true).mode(0o600);
        let mut file = options.open(self.0.join(name)).unwrap();
        file.write_all(text.as_bytes()).unwrap();
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.0.join(name)).unwrap()
    }

    fn files(&self) -> Vec<String> {
        let files = fs::read_dir(&self.0).unwrap();
        let mut names: Vec<_> = files
            .map(|file| file.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    fn mode(&self, name: &str) -> u32 {
        fs::metadata(self.0.join(name))
            .unwrap()
            .permissions()
            .mode()
            & 0o777
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_jwt-auth"));
        command
            .current_dir(&self.0)
            .args(arguments)
            .stdin(Stdio::null());
        command
    }

    /// Runs the program; its standard output, if it ends with this status.
    #[track_caller]
    fn run(&self, status: i32, arguments: &[&str]) -> String {
        said(&self.command(arguments).output().unwrap(), status).0
    }

    /// Runs the program with something on its standard input.
    #[track_caller]
    fn feed(&self, status: i32, arguments: &[&str], input: &str) -> String {
        let mut command = self.command(arguments);
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child
            .stdin
            .take()
            .unwrap()
            .write_all(input.as_bytes())
            .unwrap();
        said(&child.wait_with_output().unwrap(), status).0
    }

    /// Runs the program, which fails; what it says.
    #[track_caller]
    fn fails(&self, arguments: &[&str]) -> String {
        let (output, errors) = said(&self.command(arguments).output().unwrap(), 2);
        assert_eq!(output, "");
        errors
    }

    /// The set of the key that `keygen` made is a configuration that accepts the token.
    #[track_caller]
    fn accepts(&self, set: &str, token: &str) -> Value {
        self.write("config.json", &json!({ "jwks_file": set }).to_string());
        let checked = self.feed(0, &["--json", "check", "-c", "config.json"], token);
        serde_json::from_str(&checked).unwrap()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Standard output and standard error of a program that ended with this status. Nothing is
/// coloured, as neither is a terminal, and no secret is in them.
#[track_caller]
fn said(output: &Output, status: i32) -> (String, String) {
    let texts =
        [&output.stdout, &output.stderr].map(|text| String::from_utf8(text.clone()).unwrap());
    assert_eq!(output.status.code(), Some(status), "{texts:?}");
    for text in &texts {
        assert!(!text.contains('\u{1b}') && !text.contains(SECRET), "{text}");
        assert!(!text.contains("BEGIN PRIVATE"), "{text}");
    }
    let [output, errors] = texts;
    (output, errors)
}

#[test]
fn a_token_of_every_algorithm_is_issued_and_accepted() {
    let names = "HS256 HS384 HS512 RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 EdDSA ML-DSA-44 \
                 ML-DSA-65 ML-DSA-87";
    assert_eq!(
        names.split_whitespace().count(),
        jwt_auth::Algorithm::ALL.len()
    );
    for name in names.split_whitespace() {
        let place = Place::new();
        place.run(0, &["keygen", "--alg", name, "-o", "k"]);
        let is_secret = name.starts_with("HS");
        let key = if is_secret { "k.jwks.json" } else { "k.pem" };
        assert_eq!(place.mode(key), 0o600, "{name}");
        let files: &[_] = if is_secret {
            &["k.jwks.json"]
        } else {
            &["k.jwks.json", "k.pem", "k.pub.pem"]
        };
        assert_eq!(place.files(), files, "{name}");
        let issue = [
            "issue",
            "--key",
            key,
            "--alg",
            name,
            "--subject",
            "alice",
            "--expires-in",
            "1h",
        ];
        let answer = place.accepts("k.jwks.json", &place.run(0, &issue));
        assert_eq!(answer["decision"], "allow", "{name}");
        assert_eq!(answer["claims"]["sub"], "alice", "{name}");
        if !is_secret {
            // The same key by way of `jwks` has the same name.
            let again: Value =
                serde_json::from_str(&place.run(0, &["jwks", "--alg", name, "k.pub.pem"])).unwrap();
            let made: Value = serde_json::from_str(&place.read("k.jwks.json")).unwrap();
            assert_eq!(again, made, "{name}");
        }
    }
}

#[test]
fn a_key_that_is_there_is_not_overwritten() {
    let place = Place::new();
    place.write("es256.jwks.json", "precious");
    let error = place.fails(&["keygen", "--alg", "ES256"]);
    assert_eq!(
        error,
        "error: es256.jwks.json: the file cannot be made: File exists (os error 17)\n"
    );
    assert_eq!(place.files(), ["es256.jwks.json"]);
    assert_eq!(place.read("es256.jwks.json"), "precious");
}

/// A place with a secret in a file and in a configuration.
fn with_secret() -> Place {
    let place = Place::new();
    place.write("secret", SECRET);
    let config =
        json!({"secret_file": "secret", "verify_claims": {"sub": "%u"}, "require_exp": true});
    place.write("config.json", &config.to_string());
    place
}

const ISSUE: [&str; 7] = [
    "issue",
    "--key",
    "secret",
    "--alg",
    "HS256",
    "--expires-in",
    "30d",
];

fn issue<'a>(more: &[&'a str]) -> Vec<&'a str> {
    ISSUE.iter().chain(more).copied().collect()
}

#[test]
fn a_check_tells_by_its_status_what_a_broker_would_be_told() {
    let place = with_secret();
    let token = place.run(0, &issue(&["--subject", "alice"]));
    place.write("token", &token);
    let check = ["check", "-c", "config.json", "--username", "alice"];
    let said = place.feed(0, &check, &token);
    assert!(
        said.starts_with("allow: accepted\n  session ends  "),
        "{said}"
    );
    assert!(
        said.contains("in 29 days\n") || said.contains("in 30 days\n"),
        "{said}"
    );
    assert!(
        said.contains("  CONNACK       0x00 (MQTT 5), 0 (MQTT 3.1.1)\n"),
        "{said}"
    );
    assert!(
        said.lines().all(|line| line.chars().count() <= 80),
        "{said}"
    );

    let other = ["check", "-c", "config.json", "--username", "bob", "token"];
    let said = place.run(1, &other);
    assert!(said.starts_with("deny: claim_mismatch\n"), "{said}");
    let late = [&check[..], &["--at", "2100-01-01T00:00:00Z", "token"]].concat();
    let said: Value =
        serde_json::from_str(&place.run(1, &[&late[..], &["--json"]].concat())).unwrap();
    assert_eq!(
        (&said["decision"], &said["reason"]),
        (&json!("deny"), &json!("expired"))
    );
    assert_eq!(said["mqtt5_code"], 0x86);

    // What a broker would leave to others is not allowed either.
    place.write(
        "ignoring.json",
        &json!({"secret_file": "secret", "on_malformed": "ignore"}).to_string(),
    );
    let said = place.feed(1, &["check", "-c", "ignoring.json"], "hunter2hunter2");
    assert!(
        said.starts_with("ignore: malformed_token\n") && !said.contains("hunter2"),
        "{said}"
    );
}

#[test]
fn the_token_is_the_user_name_where_the_configuration_says_so() {
    let place = with_secret();
    place.write(
        "config.json",
        &json!({"secret_file": "secret", "from": "username"}).to_string(),
    );
    let token = place.run(0, &issue(&[]));
    place.feed(0, &["check", "-c", "config.json"], &token);
    let error = place.fails(&[
        "check",
        "-c",
        "config.json",
        "--username",
        "a",
        "--token",
        token.trim(),
    ]);
    let expected = "error: --username: by `from`, the user name is the token: leave it out\n";
    assert_eq!(error, expected);
}

#[test]
fn every_check_is_explained_what_failed_first() {
    let place = with_secret();
    let acl = r#"[{"permission": "deny", "action": "all", "topic": "a/#"},
                  {"permission": "allow", "action": "all", "topic": "b/#"}]"#;
    place.write("acl.json", acl);
    place.write(
        "token",
        &place.run(0, &issue(&["--subject", "alice", "--acl", "acl.json"])),
    );
    let explain = |user, more: &[&'static str]| -> Vec<&str> {
        let arguments = ["explain", "-c", "config.json", "--username", user, "token"];
        arguments.iter().chain(more).copied().collect()
    };
    let said = place.run(1, &explain("bob", &[]));
    assert!(said.starts_with("deny: claim_mismatch\n"), "{said}");
    let steps = said.split("\n\n").nth(1).unwrap();
    assert!(steps.starts_with("  claim sub     FAILED: "), "{said}");
    assert!(
        said.lines().all(|line| line.chars().count() <= 80),
        "{said}"
    );
    let said = place.run(0, &explain("alice", &["--topic", "b/c"]));
    assert!(
        said.starts_with("allow: accepted\n")
            && said.contains("  topic         allow: by rule 2 of the token\n"),
        "{said}"
    );
    let said = place.run(
        1,
        &explain(
            "alice",
            &["--topic", "a/b", "--action", "publish", "--json"],
        ),
    );
    let said: Value = serde_json::from_str(&said).unwrap();
    assert_eq!(
        (&said["decision"], &said["topic"]["permission"]),
        (&json!("allow"), &json!("deny"))
    );
    let why = said["topic"]["detail"].as_str().unwrap();
    assert_eq!(why, "by rule 1 of the token");
}

#[test]
fn a_check_waits_for_the_keys_of_an_endpoint() {
    let place = Place::new();
    place.run(0, &["keygen", "--alg", "ES256", "-o", "k"]);
    let token = place.run(0, &["issue", "--key", "k.pem", "--expires-in", "1h"]);
    let (set, listener) = (
        place.read("k.jwks.json"),
        TcpListener::bind("127.0.0.1:0").unwrap(),
    );
    let url = format!("http://{}/keys", listener.local_addr().unwrap());
    place.write("config.json", &json!({ "endpoint": url }).to_string());
    let server = std::thread::spawn(move || {
        let (mut client, _) = listener.accept().unwrap();
        let mut request = [0; 4096];
        assert_ne!(client.read(&mut request).unwrap(), 0);
        let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", set.len());
        client.write_all((head + &set).as_bytes()).unwrap();
    });
    let check = ["check", "-c", "config.json", "--wait", "60"];
    assert!(
        place
            .feed(0, &check, &token)
            .starts_with("allow: accepted\n")
    );
    server.join().unwrap();
    // Nobody listens any more.
    assert!(
        place
            .feed(1, &check, &token)
            .starts_with("deny: keys_unavailable\n")
    );
}

#[test]
fn what_cannot_be_done_is_said_and_ends_with_2() {
    let place = with_secret();
    place.write("bad.json", r#"{"secrte": "x"}"#);
    let cases: [(&[&str], &str); 6] = [
        (
            &["check", "-c", "none.json"],
            "error: none.json: the file cannot be read: No such file",
        ),
        (
            &["check", "-c", "bad.json"],
            "error: bad.json: `secrte`: unknown; the nearest known name is `secret`",
        ),
        (
            &["check", "-c", "config.json", "--at", "noon"],
            "error: invalid value 'noon' for '--at <TIME>'",
        ),
        (
            &["check"],
            "error: the following required arguments were not provided",
        ),
        (
            &["issue", "--key", "config.json", "--alg", "ES256"],
            "error: config.json: not exactly one key",
        ),
        (
            &["issue", "--key", "secret"],
            "error: secret: no private key in PEM or DER",
        ),
    ];
    for (arguments, expected) in cases {
        let error = place.fails(arguments);
        assert!(error.starts_with(expected), "{arguments:?}: {error}");
    }
}

#[test]
fn a_public_key_is_no_secret_to_sign_with() {
    let place = Place::new();
    place.run(0, &["keygen", "--alg", "RS256", "-o", "k"]);
    let error = place.fails(&["issue", "--key", "k.pub.pem", "--alg", "HS256"]);
    assert!(
        error.starts_with("error: k.pub.pem: holds no private key\n"),
        "{error}"
    );
    let error = place.fails(&["issue", "--key", "k.pem", "--alg", "ES256"]);
    assert!(
        error.starts_with("error: k.pem: a key for RS256, RS384, RS512, PS256"),
        "{error}"
    );
    let error = place.fails(&["jwks", "k.pem"]);
    assert!(
        error.starts_with("error: k.pem: holds a private key"),
        "{error}"
    );
}

#[test]
fn a_secret_is_taken_as_it_is_whatever_it_begins_with() {
    let place = with_secret();
    place.write("secret", "{not JSON, and thirty-two bytes}");
    place.write("config.json", &json!({"secret_file": "secret"}).to_string());
    let token = place.run(0, &issue(&[]));
    place.feed(0, &["check", "-c", "config.json"], &token);
}

#[test]
fn claims_are_as_they_were_asked_for() {
    let place = with_secret();
    place.write("acl.json", r#"{"pub": ["up/${clientid}/#"]}"#);
    let token = place.run(
        0,
        &issue(&[
            "--kid",
            "-k1",
            "--issuer",
            "https://id.example",
            "--subject",
            "s",
            "--audience",
            "a",
            "--audience",
            "b",
            "--claim",
            "level=3",
            "--claim",
            "site=\"north\"",
            "--acl",
            "acl.json",
        ]),
    );
    let told: Value = serde_json::from_str(&place.feed(0, &["--json", "inspect"], &token)).unwrap();
    assert_eq!(
        told["header"],
        json!({"alg": "HS256", "typ": "JWT", "kid": "-k1"})
    );
    let mut claims = told["claims"].as_object().unwrap().clone();
    let mut date = |name| claims.remove(name).unwrap().as_i64().unwrap();
    assert_eq!(date("exp") - date("iat"), 30 * 86_400);
    assert_eq!(claims.remove("jti").unwrap().as_str().unwrap().len(), 16);
    let expected = json!({"iss": "https://id.example", "sub": "s", "aud": ["a", "b"], "level": 3,
        "site": "north", "acl": {"pub": ["up/${clientid}/#"]}});
    assert_eq!(Value::Object(claims), expected);

    for (more, expected) in [
        (
            ["--claim", "site=north"],
            "error: --claim site: not JSON; a text is written with its quotation marks",
        ),
        (
            ["--claim", "exp=1"],
            "error: --claim exp: the claim `exp` is given twice",
        ),
        (
            ["--subject", "${id}"],
            "error: --subject: `${id}` stands for a column, and there is no table",
        ),
    ] {
        let error = place.fails(&issue(&more));
        assert!(error.starts_with(expected), "{error}");
    }
}

#[test]
fn a_token_for_each_row_is_in_the_order_of_the_rows() {
    let place = with_secret();
    let rows = (0..3000).map(|number| format!("user-{number},{number},\"a, \"\"b\"\"\"\n"));
    let table = format!("\u{feff}name,level,note\n{}", rows.collect::<String>());
    place.write("people.csv", &table);
    let batch = issue(&[
        "--for-each",
        "people.csv",
        "--subject",
        "${name}",
        "--claim",
        "level=${level}",
    ]);
    place.run(0, &[&batch[..], &["-o", "tokens.csv"]].concat());
    assert_eq!(place.mode("tokens.csv"), 0o600);
    let mut rows = csv::Reader::from_path(place.0.join("tokens.csv")).unwrap();
    assert_eq!(
        rows.headers().unwrap(),
        vec!["name", "level", "note", "token"]
    );
    let rows: Vec<_> = rows.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 3000);
    for (number, row) in rows.iter().enumerate() {
        assert_eq!(
            (&row[0], &row[2]),
            (format!("user-{number}").as_str(), "a, \"b\"")
        );
    }
    for number in [0, 511, 512, 2999] {
        let user = format!("user-{number}");
        let check = ["--json", "check", "-c", "config.json", "--username", &user];
        let told: Value = serde_json::from_str(&place.feed(0, &check, &rows[number][3])).unwrap();
        assert_eq!(told["claims"]["level"], number);
    }

    let lines = place.run(0, &[&batch[..], &["--json"]].concat());
    let lines: Vec<Value> = lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(
        (lines.len(), &lines[2999]["name"]),
        (3000, &json!("user-2999"))
    );
    assert!(lines[2999]["token"].is_string());
}

#[test]
fn a_defect_in_a_row_leaves_no_file_and_names_the_row() {
    let place = with_secret();
    let good = "name,level\na,1\nb,2\n";
    for (bad, problem) in [
        ("c\n", "1 fields, and there are 2 columns"),
        (",3\n", "column `name` is empty"),
        ("c,three\n", "column `level` does not hold JSON"),
    ] {
        place.write("people.csv", &format!("{good}{bad}d,4\n"));
        let batch = issue(&[
            "--for-each",
            "people.csv",
            "--subject",
            "${name}",
            "--claim",
            "level=${level}",
        ]);
        let expected = format!("error: people.csv: row 3 (line 4): {problem}\n");
        assert_eq!(
            place.fails(&[&batch[..], &["-o", "tokens.csv"]].concat()),
            expected
        );
        assert_eq!(place.files(), ["config.json", "people.csv", "secret"]);
        // Nothing on standard output either, though the first rows were good.
        assert_eq!(place.fails(&batch), expected);
    }
    // Rows are signed in chunks of 512: in front of, at and behind the end of one.
    for row in [512, 513, 514] {
        let rows: Vec<_> = (1..row).map(|number| format!("n{number},1\n")).collect();
        let rows = rows.concat();
        place.write(
            "people.csv",
            &format!("name,level\n{rows}too,many,fields\n"),
        );
        let error = place.fails(&issue(&["--for-each", "people.csv", "-o", "tokens.csv"]));
        let place_of_row = format!("row {row} (line {})", row + 1);
        let problem = "3 fields, and there are 2 columns";
        assert_eq!(
            error,
            format!("error: people.csv: {place_of_row}: {problem}\n")
        );
    }
    place.write("people.csv", "name,name\n");
    let error = place.fails(&issue(&["--for-each", "people.csv"]));
    assert_eq!(error, "error: people.csv: there are two columns `name`\n");
}

#[test]
fn an_interrupted_batch_leaves_what_was_there_before() {
    let place = with_secret();
    place.write("tokens.csv", "before");
    let batch = issue(&[
        "--for-each",
        "-",
        "--subject",
        "${name}",
        "-o",
        "tokens.csv",
    ]);
    let mut child = place
        .command(&batch)
        .stdin(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    input.write_all(b"name\na\n").unwrap();
    while place.files().len() < 4 {
        std::thread::yield_now();
    }
    let kill = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status()
        .unwrap();
    assert!(kill.success());
    assert_eq!(child.wait().unwrap().code(), Some(130));
    drop(input);
    assert_eq!(place.files(), ["config.json", "secret", "tokens.csv"]);
    assert_eq!(place.read("tokens.csv"), "before");
}

#[test]
fn lint_finds_errors_and_warnings() {
    let place = with_secret();
    assert_eq!(
        place.run(0, &["lint", "config.json"]),
        "nothing to change\n"
    );
    place.write("weak.json", r#"{"secret": "hunter2"}"#);
    let told: Value =
        serde_json::from_str(&place.run(1, &["lint", "--json", "weak.json"])).unwrap();
    assert_eq!(told["error"], Value::Null);
    let warning = "`secret`: a secret of 7 bytes can be guessed; use at least 32 random bytes";
    assert!(
        told["warnings"]
            .as_array()
            .unwrap()
            .contains(&warning.into()),
        "{told}"
    );
    place.write("bad.json", r#"{"secret": "hunter2", "leeway": "x"}"#);
    let told = place.run(1, &["lint", "bad.json"]);
    assert!(told.starts_with("  error         `leeway`: "), "{told}");
    assert!(!told.contains("hunter2"));
}

#[test]
fn inspect_says_loudly_that_nothing_is_verified_and_what_looks_wrong() {
    let place = with_secret();
    let token = place.run(0, &issue(&["--subject", "\u{1b}[2J\u{202e}alice"]));
    let told = place.feed(0, &["inspect"], &token);
    assert!(
        told.starts_with("NOT VERIFIED: anybody can have written this.\n"),
        "{told}"
    );
    assert!(
        told.contains("  sub           \"\\u001b[2J\\u{202e}alice\"\n"),
        "{told}"
    );
    assert!(
        told.lines().all(|line| line.chars().count() <= 80),
        "{told}"
    );

    let token = token.trim();
    let b64 = |text: &str| base64_simd::URL_SAFE_NO_PAD.encode_to_string(text.as_bytes());
    let forged = |header: &str, claims: &str| format!("{}.{}.AAAA", b64(header), b64(claims));
    let good = r#"{"exp": 4000000000}"#;
    let cases = [
        (format!("Bearer {token}"), "`Bearer ` in front of the token"),
        (format!("{token} "), "white space behind the token"),
        (forged(r#"{"alg": "none"}"#, good), "alg `none`"),
        (
            forged(r#"{"alg": "HS256"}"#, r#"{"exp": 1}"#),
            "exp has passed: 1970-01-01T00:00:01Z, ",
        ),
        (
            forged(r#"{"alg": "HS256"}"#, r#"{"exp": "x"}"#),
            "malformed_claims",
        ),
        (
            forged(
                r#"{"alg": "HS256"}"#,
                r#"{"a": 1, "a": 2, "exp": 4000000000}"#,
            ),
            "malformed_claims",
        ),
        (
            forged(r#"{"alg": "HS256"}"#, r#"{"exp": 1, "acl": 7}"#),
            "bad_acl",
        ),
        (
            format!("{}=.e30.AAAA", b64(r#"{"alg":"HS256"}"#)),
            "malformed_token",
        ),
        (
            format!("{}.AAAA.BBBB.CCCC.DDDD", b64(r#"{"alg":"dir"}"#)),
            "an encrypted token, of five segments",
        ),
        (forged(r#"{"alg": "HS256"}"#, "{}"), "there is no exp"),
    ];
    for (token, expected) in cases {
        let told: Value =
            serde_json::from_str(&place.feed(1, &["inspect", "--json"], &token)).unwrap();
        let findings = told["findings"].as_array().unwrap();
        let says = |finding: &Value| finding.as_str().unwrap().contains(expected);
        assert!(findings.iter().any(says), "{expected}: {told}");
        assert_eq!(told["verified"], false);
    }
}

#[test]
fn a_set_grows_and_keeps_its_names_apart() {
    let place = Place::new();
    place.run(0, &["keygen", "--alg", "ES256", "-o", "a"]);
    place.run(0, &["keygen", "--alg", "EdDSA", "-o", "b", "--kid", "b"]);
    place.run(0, &["jwks", "--add", "set.json", "a.pub.pem"]);
    place.run(0, &["jwks", "--add", "set.json", "a.pub.pem", "b.pub.pem"]);
    let set: Value = serde_json::from_str(&place.read("set.json")).unwrap();
    assert_eq!(set["keys"].as_array().unwrap().len(), 2);
    let before = place.read("set.json");
    let kid = set["keys"][0]["kid"].as_str().unwrap();
    let error = place.fails(&["jwks", "--add", "set.json", "--kid", kid, "b.pub.pem"]);
    assert!(
        error.contains(" is called ") && error.starts_with("error: set.json: "),
        "{error}"
    );
    assert_eq!(place.read("set.json"), before);
    place.write("junk", "junk");
    let error = place.fails(&["jwks", "junk"]);
    assert_eq!(
        error,
        "error: junk: neither a public key nor a certificate, in PEM or DER\n"
    );
}

#[test]
fn what_is_revoked_is_refused_and_stays_revoked() {
    let place = with_secret();
    let config = json!({"secret_file": "secret", "revocations_file": "revoked.json"});
    place.write("config.json", &config.to_string());
    let token = place.run(0, &issue(&["--subject", "alice", "--claim", "jti=\"-t1\""]));
    place.run(
        0,
        &[
            "revoke",
            "revoked.json",
            "--jti",
            "t0",
            "--sub",
            "alice",
            "--at",
            "1000",
        ],
    );
    place.feed(0, &["check", "-c", "config.json"], &token);
    place.run(0, &["revoke", "revoked.json", "--jti", "-t1"]);
    let told = place.feed(1, &["check", "-c", "config.json"], &token);
    assert!(told.starts_with("deny: revoked\n"), "{told}");

    fs::set_permissions(
        place.0.join("revoked.json"),
        PermissionsExt::from_mode(0o640),
    )
    .unwrap();
    // Who reads it meanwhile sees it whole, as it was.
    let (mut reader, mut seen) = (
        fs::File::open(place.0.join("revoked.json")).unwrap(),
        String::new(),
    );
    let before = place.read("revoked.json");
    place.run(
        0,
        &[
            "revoke",
            "revoked.json",
            "--sub",
            "alice",
            "--at",
            "999",
            "--issuer",
            "i",
        ],
    );
    let told = place.run(
        0,
        &[
            "revoke",
            "revoked.json",
            "--json",
            "--all",
            "--sub",
            "alice",
            "--at",
            "999",
        ],
    );
    let told: Value = serde_json::from_str(&told).unwrap();
    assert_eq!(
        told["revoked"][0],
        json!({"kind": "sub", "name": "alice", "before": 1000})
    );
    let file: Value = serde_json::from_str(&place.read("revoked.json")).unwrap();
    let expected = json!({"jti": ["t0", "-t1"], "not_before": {"sub": {"alice": 1000}, "*": 999},
        "issuers": {"i": {"not_before": {"sub": {"alice": 999}}}}});
    assert_eq!(file, expected);
    assert_eq!(place.mode("revoked.json"), 0o640);
    reader.read_to_string(&mut seen).unwrap();
    assert_eq!(seen, before);
    assert_eq!(place.files(), ["config.json", "revoked.json", "secret"]);

    place.write("revoked.json", r#"{"jti": ["a"], "jti": ["b"]}"#);
    let error = place.fails(&["revoke", "revoked.json", "--all"]);
    assert!(error.starts_with("error: revoked.json: "), "{error}");
    assert_eq!(
        place.read("revoked.json"),
        r#"{"jti": ["a"], "jti": ["b"]}"#
    );
    assert!(
        place
            .fails(&["revoke", "revoked.json"])
            .contains("required")
    );
}

#[test]
fn twenty_at_once_lose_no_revocation() {
    let place = Place::new();
    let children: Vec<_> = (0..20)
        .map(|number| {
            let id = format!("t{number}");
            place
                .command(&["revoke", "revoked.json", "--jti", &id])
                .stdout(Stdio::null())
                .spawn()
                .unwrap()
        })
        .collect();
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
    let file: Value = serde_json::from_str(&place.read("revoked.json")).unwrap();
    assert_eq!(file["jti"].as_array().unwrap().len(), 20);
}

#[test]
fn the_documents_are_printed() {
    let place = Place::new();
    assert_eq!(
        place.run(0, &["schema"]),
        include_str!("../include/jwt_auth.schema.json")
    );
    let help = place.run(0, &["--help"]);
    let names = help
        .split("Commands:")
        .nth(1)
        .unwrap()
        .split("Options:")
        .next()
        .unwrap();
    let commands: Vec<_> = names
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    assert!(
        commands.starts_with(&["check"]) && commands.ends_with(&["man"]),
        "{commands:?}"
    );
    let man = place.run(0, &["man"]);
    assert!(man.contains(".TH jwt-auth 1"), "{man}");
    for command in &commands {
        let name = command.to_uppercase();
        assert!(
            man.contains(&format!(".SH JWT\\-AUTH {name}\n")),
            "{command}"
        );
        let help = place.run(0, &[command, "--help"]);
        assert!(
            help.lines().all(|line| line.chars().count() <= 80),
            "{help}"
        );
    }
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = place.run(0, &["completions", shell]);
        let missing = commands.iter().find(|command| !script.contains(**command));
        assert_eq!(missing, None, "{shell}");
    }
}

/// A command of a document, and what stands below it.
struct Example {
    command: String,
    output: String,
}

/// The commands in the blocks of the language `console`, in order. Each begins with `$ `, and goes
/// on in the next line after a backslash.
fn examples(document: &str) -> Vec<Example> {
    let mut examples: Vec<Example> = Vec::new();
    let (mut indent, mut goes_on) = (None, false);
    for line in document.lines() {
        let Some(columns) = indent else {
            let is_console = line.trim_start() == "```console";
            indent = is_console.then(|| line.len() - line.trim_start().len());
            continue;
        };
        let line = line.get(columns..).unwrap_or_default();
        if line == "```" {
            indent = None;
        } else if let Some(command) = line.strip_prefix("$ ") {
            let (command, output) = (command.to_owned(), String::new());
            goes_on = command.ends_with('\\');
            examples.push(Example { command, output });
        } else {
            let example = examples.last_mut().unwrap();
            if goes_on {
                example.command += "\n";
                example.command += line;
                goes_on = line.ends_with('\\');
            } else {
                example.output += line;
                example.output += "\n";
            }
        }
    }
    examples
}

/// Whether a text is this pattern, in which `...` stands for anything.
fn is_like(text: &str, pattern: &str) -> bool {
    let mut parts = pattern.split("...");
    let Some(mut rest) = text.strip_prefix(parts.next().unwrap()) else {
        return false;
    };
    let mut parts: Vec<_> = parts.collect();
    let Some(last) = parts.pop() else {
        return rest.is_empty();
    };
    for part in parts {
        let Some((_, behind)) = rest.split_once(part) else {
            return false;
        };
        rest = behind;
    }
    rest.ends_with(last)
}

/// The commands of the document are run in one directory, one after the other. `cat` of a file that
/// is not there yet is how the document gives it.
#[test]
fn the_commands_of_the_document_answer_what_it_says() {
    let place = Place::new();
    let program = PathBuf::from(env!("CARGO_BIN_EXE_jwt-auth"));
    let path = std::env::var("PATH").unwrap();
    let path = format!("{}:{path}", program.parent().unwrap().display());
    let examples = examples(include_str!("../docs/operating.md"));
    for Example { command, output } in &examples {
        let file = command.strip_prefix("cat ");
        if let Some(file) = file.filter(|file| !place.0.join(file).exists()) {
            place.write(file, output);
        }
        let told = Command::new("sh")
            .args(["-c", &format!("exec 2>&1\n{command}")])
            .env("PATH", &path)
            .current_dir(&place.0)
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let told = String::from_utf8(told.stdout).unwrap();
        assert!(
            is_like(&told, output),
            "$ {command}\n{told}\n--- expected:\n{output}"
        );
    }
    for name in [
        "check", "explain", "inspect", "lint", "issue", "keygen", "jwks", "revoke",
    ] {
        let start = format!("jwt-auth {name} ");
        let is_shown = examples
            .iter()
            .any(|example| example.command.starts_with(&start));
        assert!(is_shown, "no example of {name}");
    }
}

#[test]
fn what_a_document_says_is_compared_with_what_is_left_out_of_it() {
    for (pattern, is_it) in [
        ("a b c", true),
        ("a...c", true),
        ("...", true),
        ("a ... b ... c", false),
        ("a ...b...", true),
        ("a b", false),
        ("b c", false),
        ("a...d", false),
        ("a b c...c", false),
    ] {
        assert_eq!(is_like("a b c", pattern), is_it, "{pattern}");
    }
}
