//! Files of keys that are not what they were a moment ago.

use std::fs;
use std::os::unix::fs::symlink;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::harness::{Broker, SECRET, Scratch, unique_path};

/// A named pipe that nobody writes into.
fn fifo(name: &str) -> Scratch {
    let path = unique_path(name);
    let made = Command::new("mkfifo").arg(&path).status().unwrap();
    assert!(made.success());
    Scratch(path)
}

/// What the work came to; nothing: it did not end.
fn within_30_seconds<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    let (done, is_done) = mpsc::channel();
    thread::spawn(move || done.send(work()));
    is_done.recv_timeout(Duration::from_secs(30)).ok()
}

#[test]
fn a_pipe_is_no_file_of_keys_and_nobody_waits_for_its_writer() {
    for option in ["secret_file", "jwks_file", "revocations_file"] {
        let pipe = fifo("pipe");
        let mut config = json!({ "secret": SECRET });
        if option == "secret_file" {
            config = json!({});
        }
        config[option] = json!(pipe.0);
        let error = within_30_seconds(move || Broker::refused(&config));
        assert_eq!(error, Some(format!("`{option}`: not a regular file")));
    }
}

/// A link that leads to the file and to the pipe by turns, until it is told to end.
fn swap(path: &std::path::Path, targets: &[&std::path::Path], end: &AtomicBool) {
    let new = path.with_extension("new");
    for target in targets.iter().cycle() {
        if end.load(Ordering::Relaxed) {
            return;
        }
        symlink(target, &new).unwrap();
        fs::rename(&new, path).unwrap();
    }
}

#[test]
fn a_pipe_that_takes_the_place_of_a_file_while_it_is_read_is_refused() {
    let (file, pipe) = (Scratch::new("secret", SECRET), fifo("pipe"));
    let link = Scratch(unique_path("link"));
    symlink(&file.0, &link.0).unwrap();
    let end = AtomicBool::new(false);
    let config = json!({ "secret_file": link.0 }).to_string();
    let read_it = move || {
        let (start, mut outcomes) = (Instant::now(), [0, 0]);
        while start.elapsed() < Duration::from_secs(2) {
            match Broker::from_text(config.as_bytes()) {
                Ok(_) => outcomes[0] += 1,
                Err(error) => {
                    assert_eq!(error, "`secret_file`: not a regular file");
                    outcomes[1] += 1;
                }
            }
        }
        outcomes
    };
    let outcomes = thread::scope(|scope| {
        scope.spawn(|| swap(&link.0, &[&pipe.0, &file.0], &end));
        let outcomes = within_30_seconds(read_it);
        end.store(true, Ordering::Relaxed);
        outcomes
    });
    let [accepted, refused] = outcomes.expect("it waits for a writer of the pipe");
    assert!(accepted > 0 && refused > 0, "{accepted}, {refused}");
}
