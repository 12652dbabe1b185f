//! The thread that looks at a `revocations_file` ends with what it was started for.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::cast_precision_loss,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "a test that panics fails, and that is all"
)]
#![cfg(target_os = "linux")]

#[path = "it/harness/mod.rs"]
mod harness;

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use harness::server::until;
use harness::{SECRET, Scratch, threads};
use jwt_auth::{Hooks, Verifier};
use serde_json::json;

/// How many threads that look at files there are.
fn looking_threads() -> usize {
    threads::statuses(|name| name == "jwt_auth_revoke").len()
}

#[test]
fn there_is_one_thread_for_the_file_in_force_and_none_afterwards() {
    let file = Scratch::new("revocations.json", "{}");
    let with = json!({ "secret": SECRET, "revocations_file": file.0 }).to_string();
    let without = json!({ "secret": SECRET }).to_string();
    // A hook that is owned by nobody else any more will never be called again.
    let owner = Arc::new(Mutex::new(0));
    let sink = Arc::clone(&owner);
    let hooks = Hooks {
        log: Some(Box::new(move |_, _| *sink.lock().unwrap() += 1)),
        clock: None,
    };
    let verifier = Verifier::new(&with, hooks).unwrap();
    until("the thread", || looking_threads() == 1);
    for _ in 0..30 {
        verifier.reload(&with).unwrap();
    }
    until("the old threads' end", || looking_threads() == 1);
    verifier.reload("{}").unwrap_err();
    let broken = Scratch::new("broken.json", "{");
    let config = json!({ "secret": SECRET, "revocations_file": broken.0 }).to_string();
    verifier.reload(&config).unwrap_err();
    assert!(Verifier::new(&config, Hooks::default()).is_err());
    until("no other thread", || looking_threads() == 1);
    verifier.reload(&without).unwrap();
    until("the last thread's end", || looking_threads() == 0);
    verifier.reload(&with).unwrap();
    until("another thread", || looking_threads() == 1);
    let start = Instant::now();
    drop(verifier);
    assert_eq!(Arc::strong_count(&owner), 1);
    until("its end", || looking_threads() == 0);
    assert!(start.elapsed() < Duration::from_millis(900), "it is woken");
}
