//! The test vectors, and files that only one test uses.

use std::path::PathBuf;

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

/// A JSON file with a name that only one test uses.
pub fn json_file(name: &str, content: &Value) -> Scratch {
    Scratch::new(name, content.to_string())
}

/// A file that goes when the test ends.
pub struct Scratch(pub PathBuf);

impl Scratch {
    pub fn new(name: &str, content: impl AsRef<[u8]>) -> Self {
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
        std::fs::write(&path, content).unwrap();
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

/// The path of a key file.
pub fn key_path(name: &str) -> PathBuf {
    vector_path(&format!("keys/{name}"))
}
