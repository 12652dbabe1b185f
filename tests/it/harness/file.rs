//! The test vectors, and files of one test.

use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::Value;

/// The path of a test vector file.
pub fn vector_path(name: &str) -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "tests", "vectors", name]
        .iter()
        .collect()
}

/// The text of a test vector file.
#[track_caller]
pub fn vector_text(name: &str) -> String {
    std::fs::read_to_string(vector_path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// A test vector file in JSON: a list.
#[track_caller]
pub fn vectors(name: &str) -> Vec<Value> {
    serde_json::from_str(&vector_text(name)).unwrap()
}

/// The token of this name in `tokens.json`.
#[track_caller]
pub fn vector_token(name: &str) -> String {
    let tokens = vectors("tokens.json");
    let entry = tokens.iter().find(|entry| entry["name"] == name).unwrap();
    entry["token"].as_str().unwrap().to_owned()
}

/// A path that nobody else uses: the tests of one process run at the same time, and several
/// processes may do so too.
pub fn unique_path(name: &str) -> PathBuf {
    let name = format!("{}-{}-{name}", std::process::id(), unique_number());
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name)
}

/// A number that nobody else in this process has.
pub(super) fn unique_number() -> u32 {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    NUMBER.fetch_add(1, Ordering::Relaxed)
}

/// A JSON file.
pub fn json_file(name: &str, content: &Value) -> Scratch {
    Scratch::new(name, content.to_string())
}

/// A file that goes when the test ends.
pub struct Scratch(pub PathBuf);

impl Scratch {
    /// A file whose name ends like this.
    pub fn new(name: &str, content: impl AsRef<[u8]>) -> Self {
        let path = unique_path(name);
        // Others must not read a secret.
        let mut options = std::fs::File::options();
        let file = options.write(true).create_new(true).mode(0o600).open(&path);
        file.unwrap().write_all(content.as_ref()).unwrap();
        Self(path)
    }

    /// Writes something else into the file.
    pub fn write(&self, content: impl AsRef<[u8]>) {
        std::fs::write(&self.0, content).unwrap();
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// The DER of a certificate among the key files.
#[track_caller]
pub fn certificate(name: &str) -> Vec<u8> {
    use base64::Engine;
    let pem = vector_text(&format!("keys/{name}.crt.pem"));
    let text: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    base64::engine::general_purpose::STANDARD
        .decode(text)
        .unwrap()
}

/// The path of a key file.
pub fn key_path(name: &str) -> PathBuf {
    vector_path(&format!("keys/{name}"))
}
