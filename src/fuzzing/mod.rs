//! What the fuzz targets in `fuzz/` call: a function for each kind of bytes that comes from outside. It panics
//! where the library contradicts a second reading of the same bytes, which is as simple as it can be.
//!
//! They are compiled for fuzzing and for tests only: `cargo test --lib` runs them with the inputs that
//! `fuzz/corpus` keeps.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "a target that panics has found something"
)]
#![allow(
    clippy::missing_panics_doc,
    reason = "a target that panics has found something"
)]

mod acl;
mod claims;
pub(crate) mod compact;
mod conditions;
mod config;
mod filters;
#[cfg(feature = "endpoint")]
mod http_answer;
mod json;
mod key_material;
mod revocations;
mod token;

pub use acl::acl;
pub use claims::claims;
pub use config::config;
#[cfg(feature = "endpoint")]
pub use http_answer::http_answer;
pub use key_material::key_material;
pub use revocations::revocations;
pub use token::token;

use crate::client::Client;
use crate::host::log::Log;
use crate::refusal::Reason;
use crate::verifier::{Hooks, Verifier};

/// The secret of the tokens that are signed here.
const SECRET: &[u8] = b"0123456789abcdef0123456789abcdef";

/// What time it is: 14 November 2023, 22:13:20 UTC.
const NOW: i64 = 1_700_000_000;

/// A verifier whose clock stands still, and whose log lines are looked at.
fn verifier(config: &serde_json::Value) -> Verifier {
    let hooks = Hooks {
        log: Some(Box::new(|_, line| assert_is_one_line(&line))),
        clock: Some(Box::new(|| NOW)),
    };
    Verifier::new(&config.to_string(), hooks).unwrap_or_else(|error| panic!("{error}: {config}"))
}

/// A log whose lines are looked at.
fn log() -> Log {
    Log::new(Some(Box::new(|_, line| assert_is_one_line(&line))))
}

fn assert_is_one_line(line: &str) {
    assert!(!line.contains(char::is_control), "{line:?}");
}

/// A client that sends this as its password.
fn client(password: &[u8]) -> Client<'_> {
    Client {
        client_id: Some(b"c1"),
        username: Some(b"u1"),
        password: Some(password),
        peer_address: Some(b"192.0.2.7"),
        peer_certificate: None,
    }
}

/// Asserts that a client is explained as it is judged, and that the first check that failed is in the explanation.
fn assert_is_explained(verifier: &Verifier, client: &Client<'_>, reason: Reason) {
    let text = verifier.explain(client).unwrap();
    let explained: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(explained["reason"], reason.name().to_str().unwrap());
    let steps = explained["steps"].as_array().unwrap();
    let has_failed = steps.iter().any(|step| step["outcome"] == "failed");
    assert_eq!(has_failed, reason != Reason::Accepted);
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::{Path, PathBuf};

    const TARGETS: [&str; 7] = [
        "acl",
        "claims",
        "config",
        "http_answer",
        "key_material",
        "revocations",
        "token",
    ];

    fn entries(folder: &str) -> Vec<PathBuf> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("fuzz")
            .join(folder);
        let entries =
            fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        paths
    }

    fn names(folder: &str) -> BTreeSet<String> {
        let name = |path: &PathBuf| path.file_stem().unwrap().to_str().unwrap().to_owned();
        entries(folder).iter().map(name).collect()
    }

    /// Runs a target with all inputs of its corpus.
    fn replay(name: &str, target: fn(&[u8])) {
        let inputs = entries(&format!("corpus/{name}"));
        assert!(!inputs.is_empty());
        for input in inputs {
            // Shown if the target panics.
            println!("{}", input.display());
            target(&fs::read(input).unwrap());
        }
    }

    #[test]
    fn topics_are_permitted_as_a_naive_matcher_does() {
        replay("acl", super::acl);
    }

    #[test]
    fn claims_are_what_serde_json_reads() {
        replay("claims", super::claims);
    }

    #[test]
    fn no_configuration_is_quoted_in_an_error() {
        replay("config", super::config);
    }

    #[cfg(feature = "endpoint")]
    #[test]
    fn no_answer_of_a_server_makes_a_secret_a_key_or_leads_away_from_tls() {
        replay("http_answer", super::http_answer);
    }

    #[test]
    fn keys_that_are_read_can_be_used_and_public_ones_are_no_secrets() {
        replay("key_material", super::key_material);
    }

    #[test]
    fn tokens_are_revoked_as_a_naive_reader_does() {
        replay("revocations", super::revocations);
    }

    #[test]
    fn tokens_are_refused_as_a_naive_verifier_does() {
        replay("token", super::token);
    }

    #[test]
    fn every_target_is_fuzzed_and_has_a_corpus() {
        let targets = BTreeSet::from(TARGETS.map(str::to_owned));
        assert_eq!(names("fuzz_targets"), targets);
        assert_eq!(names("corpus"), targets);
    }

    #[test]
    fn the_corpora_are_small() {
        let inputs = TARGETS.map(|name| entries(&format!("corpus/{name}")));
        let size = |path: &PathBuf| fs::metadata(path).unwrap().len();
        let size: u64 = inputs.iter().flatten().map(size).sum();
        assert!(size < 300_000, "fuzz/corpus has {size} bytes");
    }
}
