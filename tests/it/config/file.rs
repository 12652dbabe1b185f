//! A configuration that is in a file.

use std::ffi::OsString;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};
use std::process::Command;

use jwt_auth::{Client, Hooks, Reason, Verifier};
use serde_json::json;

use crate::harness::{SECRET, Scratch, token, unique_path};

/// Why the file is not taken.
#[track_caller]
fn refused(path: &Path) -> String {
    match Verifier::from_file(path, Hooks::default()) {
        Ok(_) => panic!("accepted: {}", path.display()),
        Err(error) => error.to_string(),
    }
}

#[track_caller]
fn is_refused(path: &Path, problem: &str) {
    let name = path.display();
    assert_eq!(
        refused(path),
        format!("`{name}`: the configuration: {problem}")
    );
}

fn config() -> String {
    json!({ "secret": SECRET }).to_string()
}

/// What a client with a good token is told.
#[track_caller]
fn reason(verifier: &Verifier) -> Reason {
    let verdict = verifier.check(&Client {
        password: Some(token(&json!({ "sub": "s" })).as_bytes()),
        ..Client::default()
    });
    verdict.unwrap().reason()
}

#[track_caller]
fn is_accepted(path: &Path) {
    let verifier = Verifier::from_file(path, Hooks::default());
    assert_eq!(reason(&verifier.unwrap()), Reason::Accepted);
}

#[test]
fn a_file_says_what_the_text_says() {
    for before in ["", "\u{feff}", "\n\t"] {
        is_accepted(&Scratch::new("config", format!("{before}{}", config())).0);
    }
}

#[test]
fn a_path_is_bytes_and_need_not_be_text() {
    let mut name = unique_path("config-").into_os_string().into_vec();
    name.extend(b"\xff`\n");
    let path = PathBuf::from(OsString::from_vec(name));
    std::fs::write(&path, config()).unwrap();
    is_accepted(&path);
    std::fs::write(&path, "{}").unwrap();
    let error = refused(&path);
    std::fs::remove_file(&path).unwrap();
    assert!(path.as_os_str().as_bytes().ends_with(b"\xff`\n"));
    assert!(error.contains("config-\u{fffd}\\`\\n`: "), "{error}");
}

#[test]
fn an_error_begins_with_the_absolute_path_of_the_file() {
    let file = Scratch::new("config", r#"{"secret":"s","leeway":-1}"#);
    let expected = "`leeway`: expected a whole number from 0 to 3600";
    assert_eq!(
        refused(&file.0),
        format!("`{}`: {expected}", file.0.display())
    );
    file.write(b"{\"secret\":\"\xff\"}");
    is_refused(&file.0, "not UTF-8");
    let here = std::env::current_dir().unwrap();
    let expected =
        "the configuration: the file cannot be read: No such file or directory (os error 2)";
    assert_eq!(
        refused(Path::new("hunter2")),
        format!("`{}`: {expected}", here.join("hunter2").display())
    );
    assert_eq!(refused(Path::new("")), format!("``: {expected}"));
}

#[test]
fn a_relative_path_in_the_file_starts_from_the_working_directory() {
    let relative = "tests/vectors/keys/rsa2048.pub.pem";
    assert!(
        Path::new(relative).exists(),
        "the tests run in the root of the package"
    );
    let file = Scratch::new("config", json!({ "public_key": relative }).to_string());
    assert!(Verifier::from_file(&file.0, Hooks::default()).is_ok());
    let beside = file.0.file_name().unwrap().to_str().unwrap();
    let file = Scratch::new("config", json!({ "jwks_file": beside }).to_string());
    assert!(refused(&file.0).contains("`jwks_file`: the file cannot be read"));
}

#[test]
fn what_is_no_regular_file_is_refused_at_once() {
    let pipe = unique_path("pipe");
    assert!(
        Command::new("mkfifo")
            .arg(&pipe)
            .status()
            .unwrap()
            .success()
    );
    for path in [
        &pipe,
        Path::new("/"),
        Path::new("/dev/zero"),
        Path::new("/dev/tty"),
    ] {
        is_refused(path, "not a regular file");
    }
    std::fs::remove_file(&pipe).unwrap();
}

#[test]
fn a_file_of_16_mib_is_read_and_a_larger_one_is_not() {
    const LARGEST: usize = 16 << 20;
    let mut text = config();
    text.push_str(&" ".repeat(LARGEST - text.len()));
    let file = Scratch::new("config", &text);
    is_accepted(&file.0);
    file.write(text + " ");
    is_refused(&file.0, "the file is larger than 16777216 bytes");
}

#[test]
fn a_reload_takes_what_the_file_says_then() {
    let file = Scratch::new("config", config());
    let verifier = Verifier::from_file(&file.0, Hooks::default()).unwrap();
    let configurations = || {
        let text = verifier.stats();
        let number = |name: &str| {
            let line = text
                .lines()
                .find(|line| line.starts_with(&format!("{name} ")));
            line.unwrap()
                .rsplit(' ')
                .next()
                .unwrap()
                .parse::<u32>()
                .unwrap()
        };
        [
            number("jwt_auth_config_generation"),
            number("jwt_auth_config_reload_failures_total"),
        ]
    };
    assert_eq!(configurations(), [1, 0]);
    for (content, problem) in [
        (
            json!({ "secret": SECRET, "leway": 1 }).to_string(),
            "`leway`: ",
        ),
        ("{".to_owned(), "the configuration: "),
    ] {
        file.write(content);
        let error = verifier.reload_file(&file.0).unwrap_err().to_string();
        let expected = format!("`{}`: {problem}", file.0.display());
        assert!(error.starts_with(&expected), "{error}");
    }
    assert_eq!(
        (reason(&verifier), configurations()),
        (Reason::Accepted, [1, 2])
    );
    // So is one that cannot be read.
    let error = verifier
        .reload_file(Path::new("/"))
        .unwrap_err()
        .to_string();
    assert_eq!(error, "`/`: the configuration: not a regular file");
    assert_eq!(
        (reason(&verifier), configurations()),
        (Reason::Accepted, [1, 3])
    );
    file.write(json!({ "secret": "another HMAC secret, 32 characters!" }).to_string());
    verifier.reload_file(&file.0).unwrap();
    assert_eq!(
        (reason(&verifier), configurations()),
        (Reason::BadSignature, [2, 3])
    );
}
