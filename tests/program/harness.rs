//! A directory to run the program in, what it says there, and a secret to sign with.

use std::fs;
use std::io::Write;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::{Value, json};

const SECRET: &str = "an HMAC secret of 32 characters!";

/// A directory of one test, in which the program runs.
pub(crate) struct Place(pub(crate) PathBuf);

impl Place {
    pub(crate) fn new() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("jwt-auth-program-{}-{number}", std::process::id());
        let path = std::env::temp_dir().join(name);
        fs::create_dir(&path).unwrap();
        Self(path)
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        // Not for others, or a secret draws a warning.
        let mut options = fs::OpenOptions::new();
        options.write(true).create(true).truncate(true).mode(0o600);
        let mut file = options.open(self.0.join(name)).unwrap();
        file.write_all(text.as_bytes()).unwrap();
    }

    pub(crate) fn write_json(&self, name: &str, value: &Value) {
        self.write(name, &value.to_string());
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.0.join(name)).unwrap()
    }

    pub(crate) fn files(&self) -> Vec<String> {
        let files = fs::read_dir(&self.0).unwrap();
        let mut names: Vec<_> = files
            .map(|file| file.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    pub(crate) fn mode(&self, name: &str) -> u32 {
        fs::metadata(self.0.join(name))
            .unwrap()
            .permissions()
            .mode()
            & 0o777
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_jwt-auth"));
        command
            .current_dir(&self.0)
            .args(arguments)
            .stdin(Stdio::null());
        command
    }

    /// Runs the program; its standard output, if it ends with this status.
    #[track_caller]
    pub(crate) fn run(&self, status: i32, arguments: &[&str]) -> String {
        said(&self.command(arguments).output().unwrap(), status).0
    }

    /// Runs the program with something on its standard input.
    #[track_caller]
    pub(crate) fn feed(&self, status: i32, arguments: &[&str], input: &str) -> String {
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
    pub(crate) fn fails(&self, arguments: &[&str]) -> String {
        let (output, errors) = said(&self.command(arguments).output().unwrap(), 2);
        assert_eq!(output, "");
        errors
    }

    /// The set of the key that `keygen` made is a configuration that accepts the token.
    #[track_caller]
    pub(crate) fn accepts(&self, set: &str, token: &str) -> Value {
        self.write_json("config.json", &json!({ "jwks_file": set }));
        let checked = self.feed(0, &["--json", "check", "-c", "config.json"], token);
        parsed(&checked)
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

/// What a text in JSON says.
#[track_caller]
pub(crate) fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// No line of the text is wider than a terminal.
#[track_caller]
pub(crate) fn fits_a_terminal(text: &str) {
    let fits = text.lines().all(|line| line.chars().count() <= 80);
    assert!(fits, "{text}");
}

/// A place with a secret in a file and in a configuration.
pub(crate) fn with_secret() -> Place {
    let place = Place::new();
    place.write("secret", SECRET);
    let config =
        json!({"secret_file": "secret", "verify_claims": {"sub": "%u"}, "require_exp": true});
    place.write_json("config.json", &config);
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

pub(crate) fn issue<'a>(more: &[&'a str]) -> Vec<&'a str> {
    ISSUE.iter().chain(more).copied().collect()
}
